// Running sums, products, greatest and least elements along an axis.
#ifndef LANES_SCANS_H_
#define LANES_SCANS_H_

#include "arrays.h"
#include "scan_kernels.h"

namespace lanes {

// Scans array 0 into array 1 along an axis; a lanes_status.
int32_t ScanArrays(const ArrayCall& call, ScanOp op, int axis);

}  // namespace lanes

#endif  // LANES_SCANS_H_
