// Counts elements by bins.
#ifndef LANES_HISTOGRAM_H_
#define LANES_HISTOGRAM_H_

#include "arrays.h"
#include "histogram_kernels.h"

namespace lanes {

enum BinRule : int32_t { kEqualBins, kAnyBins, kOwnNumber };

// Counts the elements of array 0 into `counts`, int64_t[bins]. With kOwnNumber an element is the number of its bin, and
// one that is outside makes the result LANES_OUT_OF_RANGE.
int32_t CountBins(const ArrayCall& call, BinRule rule, const Bins& bins, int64_t* counts);

// Adds up the elements of array 1, the weights, by the bins of array 0's, into `sums`.
int32_t AddByBins(const ArrayCall& call, BinRule rule, const Bins& bins, double* sums);

}  // namespace lanes

#endif  // LANES_HISTOGRAM_H_
