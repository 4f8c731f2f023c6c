// Square roots by steps of multiplication and addition where these are faster than the processor's own instruction: on
// vectors of 512 bits, of which Intel's take a root of float64 every 24 cycles and these steps every 9. On Zen 4 they
// take five sixths of the instruction's time, and longer than it among other products.
#if defined(LANES_ROOT_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_ROOT_H
#undef LANES_ROOT_H
#else
#define LANES_ROOT_H
#endif

#include "hwy/highway.h"
#include "processor.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Whether roots and quotients of such vectors are taken in steps.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
template <class D>
constexpr bool kInSteps = hwy::IsFloat<hn::TFromD<D>>() && hn::MaxLanes(D()) * sizeof(hn::TFromD<D>) == 64;

HWY_INLINE hn::Vec512<double> InverseRoot14(hn::Vec512<double> x) { return {_mm512_rsqrt14_pd(x.raw)}; }
HWY_INLINE hn::Vec512<float> InverseRoot14(hn::Vec512<float> x) { return {_mm512_rsqrt14_ps(x.raw)}; }

// Newton's and Goldschmidt's steps, each of which doubles the bits of both: from 14 to 53 or 24, but for one place.
template <class D, class V>
HWY_INLINE void RootSteps(D d, V x, V& root, V& half_inverse) {
  const V half = hn::Set(d, 0.5f);
  const V start = InverseRoot14(x);
  root = hn::Mul(x, start);
  half_inverse = hn::Mul(half, start);
  for (int bits = 14; bits < (sizeof(hn::TFromD<D>) == 8 ? 53 : 24); bits *= 2) {
    const V rest = hn::NegMulAdd(root, half_inverse, half);
    root = hn::MulAdd(root, rest, root);
    half_inverse = hn::MulAdd(half_inverse, rest, half_inverse);
  }
}
#else
template <class D>
constexpr bool kInSteps = false;
#endif

// The root of numbers in [2^-200, 2^200] (float32: 2^-24, 2^24) to within an ULP, in steps or by the instruction.
template <class D, class V>
HWY_INLINE V NearRoot(D d, V x, bool in_steps) {
  if constexpr (kInSteps<D>) {
    if (in_steps) {
      V root, half_inverse;
      RootSteps(d, x, root, half_inverse);
      return root;
    }
  }
  return hn::Sqrt(x);
}

// Whether RootInSteps serves whatever lies between these: neither zero nor what is negative, infinite or so small that
// the square of its root is not normal enough for a rest.
template <class D, class V>
HWY_INLINE bool HasRootsInSteps(D d, V least, V most) {
  using T = hn::TFromD<D>;
  const V smallest = hn::Set(d, sizeof(T) == 8 ? T(0x1p-960) : T(0x1p-100));
  const V largest = hn::Set(d, sizeof(T) == 8 ? T(0x1p1020) : T(0x1p120));
  return hn::AllTrue(d, hn::And(hn::Ge(least, smallest), hn::Le(most, largest)));
}

// The root, rounded correctly. The last step adds (x - root^2) / (2 root) before it rounds, and errs by less than 2^-50
// of an ULP (float32: 2^-21). What comes that close to the middle between two numbers is known: of the roots of
// K^2 + K + j, which lie between K and K + 1, those with small j, and there are few. The tests try them all.
template <class D, class V>
HWY_INLINE V RootInSteps(D d, V x, V& half_inverse) {
  V root;
  RootSteps(d, x, root, half_inverse);
  return hn::MulAdd(hn::NegMulAdd(root, root, x), half_inverse, root);
}
template <class D, class V>
HWY_INLINE V RootInSteps(D d, V x) {
  V half_inverse;
  return RootInSteps(d, x, half_inverse);
}

// The root of numbers that are served and of 0, and the inverse of its double to within 2^-50 (float32: 2^-21); of 0
// that is something finite, 0 in steps.
template <class D, class V>
HWY_INLINE V RootAndInverse(D d, V x, V& half_inverse) {
  using T = hn::TFromD<D>;
  if constexpr (kInSteps<D>) {
    if (is_intel) {
      const auto served = hn::Ne(x, hn::Zero(d));
      const V root = RootInSteps(d, x, half_inverse);
      half_inverse = hn::IfThenElseZero(served, half_inverse);
      return hn::IfThenElseZero(served, root);
    }
  }
  const V root = hn::Sqrt(x);
  half_inverse = hn::Div(hn::Set(d, T(0.5)), hn::Max(root, hn::Set(d, sizeof(T) == 8 ? T(0x1p-500) : T(0x1p-60))));
  return root;
}

// The root of any number, rounded correctly.
template <class D, class V>
HWY_INLINE V Root(D d, V x) {
  if constexpr (kInSteps<D>) {
    if (HWY_LIKELY(HasRootsInSteps(d, x, x))) return RootInSteps(d, x);
  }
  return hn::Sqrt(x);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_ROOT_H
