// Remainders and floored quotients of vectors, in float64 for all types: with a vector's division, where single
// elements take the library's fmod, a loop over the quotient's bits, or the processor's division of integers. The bits
// are those of scalar_math.h.
#if defined(LANES_REMAINDER_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_REMAINDER_H
#undef LANES_REMAINDER_H
#else
#define LANES_REMAINDER_H
#endif

#include <stdint.h>
#include <string.h>

#include <type_traits>

#include "hwy/highway.h"
#include "map_block.h"
#include "scalar_math.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// |a| = quotient |b| + rest with a whole quotient and 0 <= rest < |b|. The rest is NaN where quotients are not exact
// and where there is none: beyond the limit, for infinities, NaNs and divisors of 0.
template <class V>
struct Division {
  V quotient;
  V rest;
};

// Quotients below which rests are exact.
constexpr double kExactQuotient = HWY_NATIVE_FMA ? 0x1p50 : 0x1p26;

// a - quotient * b, which is a number of float64, for quotient at most kExactQuotient and within 3/4 of a / b.
template <class D, class V>
HWY_INLINE V RestOf(D d, V a, V quotient, V b) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::NegMulAdd(quotient, b, a);
#else
  // The products of the upper 27 bits and of the others are exact, and so are the differences.
  const V upper = hn::And(b, hn::BitCast(d, hn::Set(hn::RebindToUnsigned<D>(), ~((uint64_t{1} << 26) - 1))));
  return hn::Sub(hn::Sub(a, hn::Mul(quotient, upper)), hn::Mul(quotient, hn::Sub(b, upper)));
#endif
}

template <class D, class V>
HWY_INLINE Division<V> Divide(D d, V a, V b, double limit) {
  const V size = hn::Abs(a);
  const V by = hn::Abs(b);
  // The nearest whole number, so that the rest has a sign and fits.
  const V near = hn::Round(hn::Div(size, by));
  const V rest = RestOf(d, size, near, by);
  const auto is_above = hn::Lt(rest, hn::Zero(d));
  return {hn::Sub(near, hn::IfThenElseZero(is_above, hn::Set(d, 1.0))),
          NaNBeyond(d, near, limit, hn::Add(rest, hn::IfThenElseZero(is_above, by)))};
}

// `then` where a and b have opposite signs and leave a rest, else 0.
template <class D, class V>
HWY_INLINE V IfBetween(D d, V a, V b, V rest, V then) {
  const V zero = hn::Zero(d);
  return hn::IfThenElseZero(hn::Gt(rest, zero), hn::IfNegativeThenElse(hn::Xor(a, b), then, zero));
}

// The operations of map_block.h for blocks of T, float or double.
template <class T>
struct TruncatedModuloOf {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V a, V b) {
    return hn::CopySign(Divide(d, a, b, kExactQuotient).rest, a);
  }
  static double Slow(double a, double b) { return TruncatedModulo(static_cast<T>(a), static_cast<T>(b)); }
};

template <class T>
struct FloorModuloOf {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V a, V b) {
    const V size = Divide(d, a, b, kExactQuotient).rest;
    // The sum of two float32 loses nothing when float64 rounds it first.
    const V rest = hn::Add(hn::CopySign(size, a), IfBetween(d, a, b, size, b));
    return hn::IfThenElse(hn::Eq(size, hn::Zero(d)), hn::CopySign(size, b), rest);
  }
  static double Slow(double a, double b) { return FloorModulo(static_cast<T>(a), static_cast<T>(b)); }
};

template <class T>
struct FloorDivideOf {
  // Beyond, the scalar way rounds what it has in between.
  static constexpr double kLimit = sizeof(T) == 4 ? 0x1p21 : kExactQuotient;

  template <class D, class V>
  static HWY_INLINE V Apply(D d, V a, V b) {
    const auto parts = Divide(d, a, b, kLimit);
    const V size = hn::Add(parts.quotient, IfBetween(d, a, b, parts.rest, hn::Set(d, 1.0)));
    return hn::IfThenElse(hn::IsNaN(parts.rest), parts.rest, hn::CopySign(size, hn::Xor(a, b)));
  }
  static double Slow(double a, double b) { return FloorDivide(static_cast<T>(a), static_cast<T>(b)); }
};

// The same of whole numbers up to 2^52: their quotients' roundings do not reach the next whole number.
template <bool kIsFloored, class D, class V>
HWY_INLINE V WholeQuotient(D d, V a, V b) {
  const V quotient = hn::Div(a, b);
  return hn::IfThenElseZero(hn::Ne(b, hn::Zero(d)), kIsFloored ? hn::Floor(quotient) : hn::Trunc(quotient));
}

template <bool kIsFloored>
struct WholeModulo {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V a, V b) {
    const V rest = hn::NegMulAdd(WholeQuotient<kIsFloored>(d, a, b), b, a);
    return hn::IfThenElseZero(hn::Ne(b, hn::Zero(d)), rest);
  }
  template <class T>
  static T Slow(T a, T b) {
    return kIsFloored ? FloorModulo(a, b) : TruncatedModulo(a, b);
  }
};
using WholeFloorModulo = WholeModulo<true>;
using WholeTruncatedModulo = WholeModulo<false>;

struct WholeFloorDivide {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V a, V b) {
    return WholeQuotient<true>(d, a, b);
  }
  template <class T>
  static T Slow(T a, T b) {
    return FloorDivide(a, b);
  }
};

// One vector of int32 or int64; false where float64 does not hold them, or not the quotient.
template <class Op, class D>
HWY_INLINE bool DivideWhole(D d, const int32_t* a, const int32_t* b, int32_t* out) {
  const hn::Rebind<int32_t, D> narrow;
  const auto result = Op::Apply(d, hn::PromoteTo(d, hn::LoadU(narrow, a)), hn::PromoteTo(d, hn::LoadU(narrow, b)));
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Lt(result, hn::Set(d, 0x1p31))))) return false;
  hn::StoreU(hn::DemoteTo(narrow, result), narrow, out);
  return true;
}

template <class Op, class D>
HWY_INLINE bool DivideWhole(D d, const int64_t* a, const int64_t* b, int64_t* out) {
  const hn::RebindToSigned<D> di;
  const auto dividend = hn::LoadU(di, a);
  const auto divisor = hn::LoadU(di, b);
  // Between -2^51 and 2^51 adding this makes the one of the other, with fewer instructions than AVX2 takes to convert.
  const auto magic = hn::Set(d, 0x1.8p52);
  const auto bits_of_magic = hn::BitCast(di, magic);
  const auto half = hn::Set(di, int64_t{1} << 51);
  const auto bits = hn::Or(hn::Add(dividend, half), hn::Add(divisor, half));
  if (HWY_UNLIKELY(!hn::AllTrue(di, hn::Eq(hn::AndNot(hn::Set(di, (int64_t{1} << 52) - 1), bits), hn::Zero(di)))))
    return false;
  const auto widen = [&](auto v) HWY_ATTR { return hn::Sub(hn::BitCast(d, hn::Add(v, bits_of_magic)), magic); };
  const auto result = hn::Add(Op::Apply(d, widen(dividend), widen(divisor)), magic);
  hn::StoreU(hn::Sub(hn::BitCast(di, result), bits_of_magic), di, out);
  return true;
}

// Op over blocks of int32 or int64. `uniform` bit 0: a is one value for all elements, bit 1: b is. out may equal a or
// b.
template <class Op, class T>
HWY_INLINE void DivideBlocks(const T* a, const T* b, T* out, size_t n, unsigned uniform) {
  const hn::ScalableTag<double> d;
  constexpr size_t N = hn::MaxLanes(hn::ScalableTag<double>());
  if (n == 0) return;
  const bool one_a = (uniform & 1) != 0;
  const bool one_b = (uniform & 2) != 0;
  T a_vector[N];
  T b_vector[N];
  for (size_t k = 0; k < N; ++k) {
    memcpy(a_vector + k, a, sizeof(T));  // which need not be aligned
    memcpy(b_vector + k, b, sizeof(T));
  }
  const auto divide = [&](const T* x, const T* y, T* z, size_t count) HWY_ATTR {
    if (HWY_LIKELY(DivideWhole<Op>(d, x, y, z))) return;
    for (size_t k = 0; k < count; ++k) z[k] = Op::Slow(x[k], y[k]);
  };
  size_t i = 0;
  for (; i + N <= n; i += N) divide(one_a ? a_vector : a + i, one_b ? b_vector : b + i, out + i, N);
  if (i < n) {
    T tail[N];
    if (!one_a) memcpy(a_vector, a + i, (n - i) * sizeof(T));
    if (!one_b) memcpy(b_vector, b + i, (n - i) * sizeof(T));
    divide(a_vector, b_vector, tail, N);
    memcpy(out + i, tail, (n - i) * sizeof(T));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_REMAINDER_H
