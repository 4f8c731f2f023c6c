// The kernels of the scans, one table per instruction set.
#ifndef LANES_SCAN_KERNELS_H_
#define LANES_SCAN_KERNELS_H_

#include <stddef.h>
#include <stdint.h>

namespace lanes {

// In the order of the C ABI.
enum ScanOp : int32_t { kCumSum, kCumProd, kCumMax, kCumMin };
inline constexpr int kScanOps = 4;

// Elements that are always combined one after the other.
inline constexpr int64_t kScanSegment = 256;

// T is int64_t or double. Segments start at the first element given; the last may be short.
template <class T>
struct ScanKernels {
  // y[i] = x[first of i's segment] op ... op x[i]
  void (*within)(T* y, const T* x, int64_t n);
  // y[i] = base op x[i]
  void (*onto)(T* y, const T* x, int64_t n, T base);
  // y[0] = has_base ? base op x[0] : x[0]; y[i] = y[i - 1] op x[i]
  void (*one_by_one)(T* y, const T* x, int64_t n, bool has_base, T base);
  // For each i: y[i] = running[i] = running[i] op x[i]
  void (*step)(T* y, T* running, const T* x, int64_t n);
  // For each i: y[i] = bases[i] op x[i]
  void (*combine)(T* y, const T* bases, const T* x, int64_t n);
  T (*one)(T a, T b);
};

struct ScanTable {
  ScanKernels<int64_t> int64[kScanOps];
  ScanKernels<double> float64[kScanOps];
};

}  // namespace lanes

#endif  // LANES_SCAN_KERNELS_H_
