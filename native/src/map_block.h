// Runs an elementwise vector function over a block: full groups of vectors, a buffered tail, and the rare slow lanes.
//
// An operation is a struct with
//   template <class D, class V> static V Apply(D d, V x, hn::Mask<D>& slow)   the vector path; marks lanes it cannot
//   serve static double Slow(double x)                                             the scalar path for the marked lanes
// and always computes in float64. float32 blocks are widened and narrowed here: a polynomial that is good for 24 bits
// is so much shorter that this is faster than the double-float arithmetic which a last-bit-accurate float32 path would
// need.
//
// Every element goes through the same instructions wherever it stands, so its result depends on its value alone.
#if defined(LANES_MAP_BLOCK_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_MAP_BLOCK_H
#undef LANES_MAP_BLOCK_H
#else
#define LANES_MAP_BLOCK_H
#endif

#include <stddef.h>
#include <string.h>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Vectors in flight: enough to hide the latency of the polynomials' dependency chains.
constexpr size_t kGroupVectors = 4;

// The largest group on any fixed-width target, in elements.
constexpr size_t kGroupBufferElements = kGroupVectors * (HWY_MAX_BYTES / sizeof(double));

template <class D>
HWY_INLINE hn::Vec<D> LoadWide(D d, const double* x) {
  return hn::LoadU(d, x);
}
template <class D>
HWY_INLINE hn::Vec<D> LoadWide(D d, const float* x) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, D>(), x));
}
template <class D>
HWY_INLINE void StoreNarrow(D d, hn::Vec<D> v, double* y) {
  hn::StoreU(v, d, y);
}
template <class D>
HWY_INLINE void StoreNarrow(D /* d */, hn::Vec<D> v, float* y) {
  const hn::Rebind<float, D> narrow;
  hn::StoreU(hn::DemoteTo(narrow, v), narrow, y);
}

// What a function without slow lanes marks.
template <class D>
HWY_INLINE hn::Mask<D> NoLane(D d) {
  return hn::MaskFromVec(hn::Zero(d));
}

// Replaces the marked lanes of y by the scalar path. x and y are kept apart from the caller's memory, which may alias.
template <class Op, class D, typename T>
HWY_NOINLINE void FixSlowLanes(D d, const hn::Vec<D>* x, const hn::Mask<D>* slow, T* y) {
  const size_t lanes = hn::Lanes(d);
  double argument[HWY_MAX_BYTES / sizeof(double)];
  double marked[HWY_MAX_BYTES / sizeof(double)];
  for (size_t v = 0; v < kGroupVectors; ++v) {
    hn::StoreU(x[v], d, argument);
    hn::StoreU(hn::IfThenElseZero(slow[v], hn::Set(d, 1.0)), d, marked);
    for (size_t i = 0; i < lanes; ++i) {
      if (marked[i] != 0) y[v * lanes + i] = static_cast<T>(Op::Slow(argument[i]));
    }
  }
}

template <class Op, class D, typename T>
HWY_INLINE void MapGroup(D d, const T* x, T* y) {
  const size_t lanes = hn::Lanes(d);
  const hn::Vec<D> x0 = LoadWide(d, x);
  const hn::Vec<D> x1 = LoadWide(d, x + lanes);
  const hn::Vec<D> x2 = LoadWide(d, x + 2 * lanes);
  const hn::Vec<D> x3 = LoadWide(d, x + 3 * lanes);
  hn::Mask<D> s0, s1, s2, s3;
  const hn::Vec<D> y0 = Op::Apply(d, x0, s0);
  const hn::Vec<D> y1 = Op::Apply(d, x1, s1);
  const hn::Vec<D> y2 = Op::Apply(d, x2, s2);
  const hn::Vec<D> y3 = Op::Apply(d, x3, s3);
  StoreNarrow(d, y0, y);
  StoreNarrow(d, y1, y + lanes);
  StoreNarrow(d, y2, y + 2 * lanes);
  StoreNarrow(d, y3, y + 3 * lanes);
  if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Or(hn::Or(s0, s1), hn::Or(s2, s3))))) {
    const hn::Vec<D> arguments[kGroupVectors] = {x0, x1, x2, x3};
    const hn::Mask<D> slow[kGroupVectors] = {s0, s1, s2, s3};
    FixSlowLanes<Op>(d, arguments, slow, y);
  }
}

// y may equal x; no alignment is asked for and nothing beyond n elements is touched.
template <class Op, typename T>
HWY_INLINE void MapBlock(const T* x, T* y, size_t n) {
  const hn::ScalableTag<double> d;
  const size_t group = kGroupVectors * hn::Lanes(d);
  size_t i = 0;
  for (; i + group <= n; i += group) MapGroup<Op>(d, x + i, y + i);
  if (i < n) {
    T tail_x[kGroupBufferElements];
    T tail_y[kGroupBufferElements];
    for (size_t k = 0; k < group; ++k) tail_x[k] = T(1);
    memcpy(tail_x, x + i, (n - i) * sizeof(T));
    MapGroup<Op>(d, tail_x, tail_y);
    memcpy(y + i, tail_y, (n - i) * sizeof(T));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_MAP_BLOCK_H
