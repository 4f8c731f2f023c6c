// Block functions for x^(3/2) and x^(5/2), in float64 and float32: a root and products, much less work than pow.
//
// Every function takes any n >= 0 and any alignment, y may equal x, and the result of an element depends on its value
// alone. Special values are those of pow.
#if defined(LANES_HALF_POWERS_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_HALF_POWERS_H
#undef LANES_HALF_POWERS_H
#else
#define LANES_HALF_POWERS_H
#endif

#include <math.h>
#include <stddef.h>

#include <limits>

#include "exp_log_loops.h"
#include "hwy/highway.h"
#include "map_block.h"
#include "root.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Between the smallest and its reciprocal neither products nor their errors leave the normal range.
constexpr double kSmallestHalfPowerBase = 0x1p-200;

// With s = sqrt(x) rounded and r = x - s^2, which is exact, the root is s + r / (2 s) to 2^-105, and so x^(n + 1/2) is
// x^n s + x^n r / (2 s); there x / s is s again as nearly as is needed. The first product's rest and, for n = 2, that
// of x^2 are added to the second term, so that all but the last rounding stays below 2^-100.
template <int kWhole>
struct HalfPower64 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    V rest;
    return WithRest(d, x, rest);
  }

  // `rest` is what the result lacks.
  template <class D, class V>
  static HWY_INLINE V WithRest(D d, V x, V& rest) {
    // On Zen 4 the instruction goes on beside the many products of x^(5/2).
    const V s = NearRoot(d, x, is_intel || kWhole == 1);
    const V half_rest = hn::Mul(hn::Set(d, 0.5), hn::Neg(ProductError(d, s, s, x)));
    V base = x;
    V tail = hn::Mul(half_rest, s);
    if constexpr (kWhole == 2) {
      base = hn::Mul(x, x);
      tail = hn::MulAdd(ProductError(d, x, x, base), s, hn::Mul(tail, x));
    }
#if HWY_NATIVE_FMA
    const V power = hn::MulAdd(base, s, tail);
    rest = hn::Add(hn::MulSub(base, s, power), tail);
#else
    const V product = hn::Mul(base, s);
    const V low = hn::Add(ProductError(d, base, s, product), tail);
    const V power = hn::Add(product, low);
    rest = hn::Add(hn::Sub(product, power), low);
#endif
    const auto served =
        hn::And(hn::Ge(x, hn::Set(d, kSmallestHalfPowerBase)), hn::Le(x, hn::Set(d, 1 / kSmallestHalfPowerBase)));
    return hn::IfThenElse(served, power, hn::Set(d, __builtin_nan("")));
  }

  static double Slow(double x) {
    if (x == 0) return 0;
    if (isinf(x)) return fabs(x);
    if (!(x > 0)) return __builtin_nan("");
    // By an even power of two, whose root is one as well.
    int exponent;
    const double m = frexp(x, &exponent);
    const int half = exponent / 2;
    const hn::CappedTag<double, 1> d;
    V1 rest;
    const double power = hn::GetLane(WithRest(d, hn::Set(d, ldexp(m, exponent - 2 * half)), rest));
    const int scale = (2 * kWhole + 1) * half;
    const double result = ldexp(power, scale);
    // Subnormal numbers are rounded here once more: where the first rounding made a tie, what it left out decides.
    constexpr double kLeast = std::numeric_limits<double>::denorm_min();
    if (result <= std::numeric_limits<double>::min()) {
      const double missing = power - ldexp(result, -scale);
      const double tie = ldexp(0.5, -1074 - scale);
      if (missing == tie && hn::GetLane(rest) > 0) return result + kLeast;
      if (missing == -tie && hn::GetLane(rest) < 0) return result - kLeast;
    }
    return result;
  }

 private:
  using V1 = hn::Vec<hn::CappedTag<double, 1>>;
};

#if HWY_NATIVE_FMA
// The same in float32, where a range is served that leaves all errors normal; other numbers through float64, in the
// range of which all of float32 lies.
template <int kWhole>
struct HalfPower32 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, exp_log::Mask<D>& slow) {
    slow = hn::Not(hn::And(hn::Ge(x, hn::Set(d, 0x1p-24f)), hn::Le(x, hn::Set(d, 0x1p24f))));
    const V s = NearRoot(d, x, is_intel);
    const V half_rest = hn::Mul(hn::Set(d, 0.5f), hn::NegMulAdd(s, s, x));
    if constexpr (kWhole == 1) return hn::MulAdd(x, s, hn::Mul(half_rest, s));
    const V square = hn::Mul(x, x);
    return hn::MulAdd(square, s, hn::MulAdd(hn::MulSub(x, x, square), s, hn::Mul(hn::Mul(half_rest, s), x)));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D, V x, V) {
    constexpr size_t kMost = HWY_MAX_BYTES / sizeof(float);
    float value[kMost];
    hn::StoreU(x, D(), value);
    for (size_t i = 0; i < hn::Lanes(D()); ++i) {
      const hn::CappedTag<double, 1> one;
      const double power = hn::GetLane(HalfPower64<kWhole>::Apply(one, hn::Set(one, static_cast<double>(value[i]))));
      value[i] = static_cast<float>(isnan(power) ? HalfPower64<kWhole>::Slow(value[i]) : power);
    }
    return hn::LoadU(D(), value);
  }
};
template <int kWhole>
HWY_INLINE void HalfPower(const float* x, float* y, size_t n) {
  exp_log::Map<HalfPower32<kWhole>>(x, y, n);
}
#else
template <int kWhole>
HWY_INLINE void HalfPower(const float* x, float* y, size_t n) {
  MapBlock<HalfPower64<kWhole>>(x, y, n);
}
#endif

inline HWY_NOINLINE void ThreeHalvesPower(const double* x, double* y, size_t n) { MapBlock<HalfPower64<1>>(x, y, n); }
inline HWY_NOINLINE void ThreeHalvesPower(const float* x, float* y, size_t n) { HalfPower<1>(x, y, n); }
inline HWY_NOINLINE void FiveHalvesPower(const double* x, double* y, size_t n) { MapBlock<HalfPower64<2>>(x, y, n); }
inline HWY_NOINLINE void FiveHalvesPower(const float* x, float* y, size_t n) { HalfPower<2>(x, y, n); }

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_HALF_POWERS_H
