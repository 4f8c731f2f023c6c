// Running sums, products, greatest and least elements of contiguous blocks; compiled for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "scan_kernels.cpp"
#include "scan_kernels.h"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {

// Integers wrap, which signed C++ numbers must not.
struct Sum {
  static HWY_INLINE double Do(double a, double b) { return a + b; }
  static HWY_INLINE int64_t Do(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  }
};
struct Product {
  static HWY_INLINE double Do(double a, double b) { return a * b; }
  static HWY_INLINE int64_t Do(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  }
};
// Of equals the later one; NaN spreads.
struct Greatest {
  template <class T>
  static HWY_INLINE T Do(T a, T b) {
    return (b >= a) | (b != b) ? b : a;
  }
};
struct Least {
  template <class T>
  static HWY_INLINE T Do(T a, T b) {
    return (b <= a) | (b != b) ? b : a;
  }
};

// So many segments at a time: each is a chain of operations that wait for each other.
template <class Op, int kChains, class T>
HWY_INLINE void Chains(T* y, const T* x) {
  T running[kChains];
  for (int k = 0; k < kChains; ++k) y[k * kScanSegment] = running[k] = x[k * kScanSegment];
  for (int64_t i = 1; i < kScanSegment; ++i) {
#pragma GCC unroll 8
    for (int k = 0; k < kChains; ++k) {
      running[k] = Op::Do(running[k], x[k * kScanSegment + i]);
      y[k * kScanSegment + i] = running[k];
    }
  }
}

template <class Op, class T>
void OneByOne(T* y, const T* x, int64_t n, bool has_base, T base) {
  if (n == 0) return;
  T running = has_base ? Op::Do(base, x[0]) : x[0];
  y[0] = running;
  for (int64_t i = 1; i < n; ++i) {
    running = Op::Do(running, x[i]);
    y[i] = running;
  }
}

template <class Op, class T>
void Within(T* y, const T* x, int64_t n) {
  int64_t i = 0;
  for (; i + 2 * kScanSegment <= n; i += 2 * kScanSegment) Chains<Op, 2>(y + i, x + i);
  for (; i < n; i += kScanSegment) {
    OneByOne<Op>(y + i, x + i, n - i < kScanSegment ? n - i : kScanSegment, false, T{0});
  }
}

template <class Op, class T>
void Onto(T* y, const T* x, int64_t n, T base) {
  for (int64_t i = 0; i < n; ++i) y[i] = Op::Do(base, x[i]);
}

template <class Op, class T>
void Step(T* y, T* running, const T* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    const T next = Op::Do(running[i], x[i]);
    running[i] = next;
    y[i] = next;
  }
}

template <class Op, class T>
void Combine(T* y, const T* bases, const T* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) y[i] = Op::Do(bases[i], x[i]);
}

template <class Op, class T>
T One(T a, T b) {
  return Op::Do(a, b);
}

template <class Op, class T>
constexpr ScanKernels<T> Kernels() {
  return {Within<Op, T>, Onto<Op, T>, OneByOne<Op, T>, Step<Op, T>, Combine<Op, T>, One<Op, T>};
}

extern const ScanTable kScanTable = {
    {Kernels<Sum, int64_t>(), Kernels<Product, int64_t>(), Kernels<Greatest, int64_t>(), Kernels<Least, int64_t>()},
    {Kernels<Sum, double>(), Kernels<Product, double>(), Kernels<Greatest, double>(), Kernels<Least, double>()},
};

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
