// The kernels of the histograms, one table per instruction set.
#ifndef LANES_HISTOGRAM_KERNELS_H_
#define LANES_HISTOGRAM_KERNELS_H_

#include <stddef.h>
#include <stdint.h>

namespace lanes {

// Ascending edges of `bins` bins; each holds its left edge, the last one its right edge too.
struct Bins {
  const double* edges;  // [bins + 1]
  int64_t bins;
};

// Both find the bin of each of n elements; `bins` stands for none.
struct HistogramTable {
  // Equally wide bins: computed, then corrected by at most one.
  void (*equal)(int32_t* y, const double* x, int64_t n, const Bins& bins);
  // Any bins: searched for.
  void (*any)(int32_t* y, const double* x, int64_t n, const Bins& bins);
};

}  // namespace lanes

#endif  // LANES_HISTOGRAM_KERNELS_H_
