// Products with what their rounding loses; and products whose operands or results are subnormal, without the microcode
// to which Intel's processors turn for each vector that has one: 50 ns for what else takes half of one.
#if defined(LANES_PRODUCT_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_PRODUCT_H
#undef LANES_PRODUCT_H
#else
#define LANES_PRODUCT_H
#endif

#include <limits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// a * b = high + low without error, barring overflow and underflow.
template <class D, class V>
HWY_INLINE V ProductTail(D d, V a, V b, V high) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::MulSub(a, b, high);
#else
  using U = hn::TFromD<hn::RebindToUnsigned<D> >;
  constexpr U kUpperHalf = static_cast<U>(sizeof(U) == 8 ? 0xfffffffff8000000u : 0xfffff000u);
  const V mask = hn::BitCast(d, hn::Set(hn::RebindToUnsigned<D>(), kUpperHalf));
  const V ah = hn::And(a, mask), al = hn::Sub(a, ah);
  const V bh = hn::And(b, mask), bl = hn::Sub(b, bh);
  const V cross = hn::Add(hn::Add(hn::Sub(hn::Mul(ah, bh), high), hn::Mul(ah, bl)), hn::Mul(al, bh));
  return hn::Add(cross, hn::Mul(al, bl));
#endif
}

// By conversions, which are free of it where this was measured, on Sapphire Rapids. For float64 no way was found that
// is faster than the microcode.
template <class T>
constexpr bool kHasCarefulProducts = sizeof(T) == sizeof(float) && HWY_TARGET <= HWY_AVX3;

// a * b, the same bits: in float64, of which the product of two float32 is an exact number. `subnormal` gets
// which results are so, in addition to what it has.
template <class D>
HWY_INLINE hn::Vec<D> CarefulProduct(D d, hn::Vec<D> a, hn::Vec<D> b, hn::Mask<D>& subnormal) {
  const hn::Repartition<double, D> wide;
  const hn::Half<D> half;
  const auto low = hn::Mul(hn::PromoteTo(wide, hn::LowerHalf(half, a)), hn::PromoteTo(wide, hn::LowerHalf(half, b)));
  const auto high = hn::Mul(hn::PromoteTo(wide, hn::UpperHalf(half, a)), hn::PromoteTo(wide, hn::UpperHalf(half, b)));
  const auto product = hn::Combine(d, hn::DemoteTo(half, high), hn::DemoteTo(half, low));
  const auto is_small = hn::Lt(hn::Abs(product), hn::Set(d, std::numeric_limits<float>::min()));
  subnormal = hn::Or(subnormal, hn::And(is_small, hn::Ne(product, hn::Zero(d))));
  return product;
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_PRODUCT_H
