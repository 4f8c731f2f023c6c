// exp, exp2, expm1, tanh, sinh and cosh of one vector.
#if defined(LANES_EXP_LOG_EXPONENTIALS_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_EXP_LOG_EXPONENTIALS_H
#undef LANES_EXP_LOG_EXPONENTIALS_H
#else
#define LANES_EXP_LOG_EXPONENTIALS_H
#endif

#include "exp_log_pieces.h"
#include "map_block.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace exp_log {

// x within [-bound, bound], or NaN; but what follows on AVX-512 takes any number below -bound.
template <class D, class V>
HWY_INLINE V Bounded(D d, V x, double bound) {
  const V bounded = AtMost(d, x, bound);
  return HWY_TARGET <= HWY_AVX3 ? bounded : AtLeast(d, bounded, -bound);
}

// e^x = 2^n e^r with a table of the powers of 2^(1/16) and a polynomial.
struct ExpF64 {
  static constexpr bool kTotal = HWY_TARGET <= HWY_AVX3;
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
#if HWY_TARGET <= HWY_AVX3
    slow = hn::MaskFromVec(hn::Zero(d));
    return Anywhere(d, x);
#else
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 708.0)));
    return FinishExp(d, ReduceExp(d, x, hn::Set(d, -kExpShift)));
#endif
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    return hn::IfThenElse(hn::IsNaN(x), x, Anywhere(d, x));
  }
  template <class D, class V>
  static HWY_INLINE V Anywhere(D d, V x) {
    return FinishExpAnywhere(d, ReduceExp(d, Bounded(d, x, 760), hn::Set(d, -kExpShift)));
  }
};

// e^x = 2^n e^r, |r| <= log(2)/2, polynomial of degree 6, relative error 2^-27.8, or for expm1 7 with 2^-31.6.
// Elsewhere than on AVX-512 the way for all arguments takes half as long again.
struct ExpF32 {
  static constexpr bool kTotal = HWY_TARGET <= HWY_AVX3;
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
#if HWY_TARGET <= HWY_AVX3
    slow = hn::MaskFromVec(hn::Zero(d));
    return Anywhere(d, x);
#else
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 87.0f)));
    V n, p;
    Reduce(d, x, n, p);
    const V s = PowerOfTwo32(d, n);
    return hn::MulAdd(s, p, s);
#endif
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    return hn::IfThenElse(hn::IsNaN(x), x, Anywhere(d, x));
  }
  template <class D, class V>
  static HWY_INLINE V Anywhere(D d, V x) {
    V n, p;
    Reduce(d, Bounded(d, x, 120), n, p);
    return Scale(d, n, p);
  }
  // 2^n (1 + p) with one rounding. A subnormal number's bits are the integer that it is in units of 2^-149: got so, it
  // does not cost the 200 cycles that Intel's processors take for one as the result of scaling. Others take no longer
  // for it than for the rest.
  template <class D, class V>
  static HWY_INLINE V Scale(D d, V n, V p) {
#if HWY_TARGET <= HWY_AVX3
    const V value = hn::Add(p, hn::Set(d, 1.0f));
    const __m512 least = _mm512_set1_ps(-200);
    if (!is_intel) {
      return V{_mm512_maskz_scalef_ps(_mm512_cmp_ps_mask(n.raw, least, _CMP_NLT_UQ), value.raw, n.raw)};
    }
    const __mmask16 tiny = _mm512_cmp_ps_mask(n.raw, _mm512_set1_ps(-125), _CMP_LT_OQ);
    if (HWY_LIKELY(tiny == 0)) return V{_mm512_scalef_ps(value.raw, n.raw)};
    const __m512 normal = _mm512_mask_scalef_ps(value.raw, static_cast<__mmask16>(~tiny), value.raw, n.raw);
    const __mmask16 served = _mm512_mask_cmp_ps_mask(tiny, n.raw, least, _CMP_GE_OQ);
    const __m512 units = _mm512_maskz_scalef_ps(served, value.raw, hn::Add(n, hn::Set(d, 149.0f)).raw);
    return V{_mm512_castsi512_ps(_mm512_mask_cvtps_epi32(_mm512_castps_si512(normal), tiny, units))};
#else
    const V half = hn::Floor(hn::Mul(n, hn::Set(d, 0.5f)));
    const V scaled = hn::Mul(hn::Add(p, hn::Set(d, 1.0f)), PowerOfTwo32(d, half));
    return hn::Mul(scaled, PowerOfTwo32(d, hn::Sub(n, half)));
#endif
  }
  template <class D, class V>
  static HWY_INLINE V PowerOfTwo32(D d, V k, int bias = 127) {
    const V biased = hn::Add(k, hn::Set(d, 0x1p23f + static_cast<float>(bias)));
    return hn::BitCast(d, hn::ShiftLeft<23>(hn::BitCast(hn::RebindToSigned<D>(), biased)));
  }
  template <class D, class V>
  static HWY_INLINE void Reduce(D d, V x, V& n, V& p) {
    V r, small;
    ReduceInTwo<false>(d, x, n, r, small);
    p = hn::Add(r, small);
  }
  // x = n log(2) + r_high + r_low. The two parts of r stay apart in a sum, where its rounding would count.
  template <class D, class V>
  static HWY_INLINE V SubtractLog2(D d, V x, V& n, V& r_high, V& r_low) {
    const V shift = hn::Set(d, 0x1.8p23f);
    const V shifted = hn::MulAdd(x, hn::Set(d, 0x1.715476p0f), shift);
    n = hn::Sub(shifted, shift);
    r_high = hn::NegMulAdd(n, hn::Set(d, 0x1.62e4p-1f), x);
    r_low = hn::Mul(n, hn::Set(d, -0x1.7f7d1cp-20f));
    return hn::Add(r_high, r_low);
  }
  // e^x = 2^n (1 + r_high + small).
  template <bool kForExpm1, class D, class V>
  static HWY_INLINE void ReduceInTwo(D d, V x, V& n, V& r_high, V& small) {
    V r_low;
    const V r = SubtractLog2(d, x, n, r_high, r_low);
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V r2 = hn::Mul(r, r);
    if constexpr (kForExpm1) {
      const V q = Polynomial(d, r, c(0x1.a2d96ep-13f), c(0x1.6d308p-10f), c(0x1.110fc2p-7f), c(0x1.5555p-5f),
                             c(0x1.555556p-3f));
      small = hn::MulAdd(r2, c(0.5f), hn::MulAdd(hn::Mul(r2, r), q, r_low));
    } else {
      const V q = Polynomial(d, r, c(0x1.681d3p-10f), c(0x1.123be8p-7f), c(0x1.555c5ep-5f), c(0x1.55548ep-3f),
                             c(0x1.fffff6p-2f));
      small = hn::MulAdd(r2, q, r_low);
    }
  }
};

// 2^x as e^(n log(2) + r log(2)), n the nearest multiple of 1/16.
struct Exp2F64 {
  static constexpr bool kTotal = HWY_TARGET <= HWY_AVX3;
  template <class D, class V>
  static HWY_INLINE ExpParts<D> Reduce(D d, V x) {
    ExpParts<D> parts = NearestStep(d, x, hn::Set(d, 1.0));
    const V r = hn::MulAdd(hn::Sub(x, parts.steps), hn::Set(d, kLog2), hn::Set(d, -kExpShift));
    const V r2 = hn::Mul(r, r);
    parts.p = hn::MulAdd(ExpQuotient(d, r, r2), r2, r);
    return parts;
  }
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
#if HWY_TARGET <= HWY_AVX3
    slow = hn::MaskFromVec(hn::Zero(d));
    return Anywhere(d, x);
#else
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 1021.0)));
    return FinishExp(d, Reduce(d, x));
#endif
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    return hn::IfThenElse(hn::IsNaN(x), x, Anywhere(d, x));
  }
  template <class D, class V>
  static HWY_INLINE V Anywhere(D d, V x) {
    return FinishExpAnywhere(d, Reduce(d, Bounded(d, x, 1100)));
  }
};

// 2^x = 2^n 2^r, |r| <= 1/2, polynomial of degree 7: relative error 2^-32.2.
struct Exp2F32 {
  static constexpr bool kTotal = HWY_TARGET <= HWY_AVX3;
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
#if HWY_TARGET <= HWY_AVX3
    slow = hn::MaskFromVec(hn::Zero(d));
    return Anywhere(d, x);
#else
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 125.0f)));
    V n, p;
    Reduce(d, x, n, p);
    const V s = ExpF32::PowerOfTwo32(d, n);
    return hn::MulAdd(s, p, s);
#endif
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    return hn::IfThenElse(hn::IsNaN(x), x, Anywhere(d, x));
  }
  template <class D, class V>
  static HWY_INLINE V Anywhere(D d, V x) {
    V n, p;
    Reduce(d, Bounded(d, x, 180), n, p);
    return ExpF32::Scale(d, n, p);
  }
  template <class D, class V>
  static HWY_INLINE void Reduce(D d, V x, V& n, V& p) {
    const V magic = hn::Set(d, 0x1.8p23f);
    n = hn::Sub(hn::Add(x, magic), magic);
    const V r = hn::Sub(x, n);
    // The last one is log(2) - 1/2: r / 2 is exact.
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V q = Polynomial(d, r, c(0x1.da675cp-17f), c(0x1.44175ep-13f), c(0x1.5da97ap-10f), c(0x1.3b2a54p-7f),
                           c(0x1.c6b06cp-5f), c(0x1.ebfbep-3f), c(0x1.8b90cp-3f));
    p = hn::MulAdd(q, r, hn::Mul(r, c(0.5f)));
  }
};

// e^x - 1 = high + low for |x| < 708, relative error below 2^-58. With 2^n = s (1 + tail): s - 1 and s r in two doubles
// each, and the rest of the exponential's series.
// With kPositiveBelow2To53 the caller needs no more than that of results from 2^53 on, where s - 1 rounds.
enum class ExpRange { kAny, kPositive, kPositiveBelow2To53 };
template <ExpRange kRange, class D, class V>
HWY_INLINE V ExpMinusOneInTwo(D d, V x, V& low) {
  const ExpParts<D> parts = NearestStep(d, x, hn::Set(d, kLog2e));
  const V n = parts.steps;
  const V minus_one = hn::Set(d, -1.0);
  const V s = PowerFromTable(d, kPlainExpBits, parts.index);
  // r = r_high + r_low. The tail goes into it, because s (1 + tail) e^r = s e^(r + tail).
  const V r_high = hn::NegMulAdd(n, hn::Set(d, kLog2High), x);
  const V r_low = hn::NegMulAdd(n, hn::Set(d, kLog2Low), Lookup16(d, kPlainExpTail, parts.index));
  const V r = hn::Add(r_high, r_low);
  const V r2 = hn::Mul(r, r);
  V s1, s1_low, sum_low;
  if constexpr (kRange == ExpRange::kPositiveBelow2To53) {
    s1 = hn::Add(s, minus_one);
  } else {
    s1 = kRange == ExpRange::kAny ? TwoSum(s, minus_one, s1_low) : FastTwoSum(s, minus_one, s1_low);
  }
  const V sum = ProductPlus(d, s, r_high, s1, sum_low);
  if constexpr (kRange != ExpRange::kPositiveBelow2To53) sum_low = hn::Add(sum_low, s1_low);
  const V rest = hn::MulAdd(ExpQuotientOfSmall(d, r, r2), r2, r_low);
  return FastTwoSum(sum, hn::MulAdd(s, rest, sum_low), low);
}

// e^x - 1 for |x| <= 200, relative error below 2^-31.
template <class D, class V>
HWY_INLINE V ExpMinusOneForFloat200(D d, V x) {
  const ExpParts<D> parts = NearestStep(d, x, hn::Set(d, kLog2e));
  const V p = ExpMinusOneForFloat(d, hn::NegMulAdd(parts.steps, hn::Set(d, kLog2), x));
  const V s = PowerFromTable(d, kPlainExpBits, parts.index);
  return hn::MulAdd(s, p, hn::Sub(s, hn::Set(d, 1.0)));
}

struct Expm1F64 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 708.0)));
    V low;
    const V high = ExpMinusOneInTwo<ExpRange::kAny>(d, x, low);
    return hn::CopySign(hn::Add(high, low), x);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Set(d, -1.0), ExpF64::Fix(d, x, x));
  }
};

// s (1 + r + small) - 1 with s = 2^n: s - 1 and s r are summed in two floats each.
struct Expm1F32 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 87.0f)));
    V n, r, small, s1_low, sum_low;
    ExpF32::ReduceInTwo<true>(d, x, n, r, small);
    const V s = ExpF32::PowerOfTwo32(d, n);
    const V s1 = TwoSum(s, hn::Set(d, -1.0f), s1_low);
    const V sum = TwoSum(s1, hn::Mul(s, r), sum_low);
    return hn::CopySign(hn::Add(sum, hn::MulAdd(s, small, hn::Add(s1_low, sum_low))), x);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Set(d, -1.0f), ExpF32::Fix(d, x, x));
  }
};

// e / (e + term) in two doubles, for e = high + low >= 0 below 2^53 term; beyond, with an error of 2^-53. The term is a
// power of two and so, like the divisor, a multiple of the divisor's last place: the sum in two is without error also
// where the term is the smaller one.
template <class D, class V>
HWY_INLINE V DivideBySum(D d, V high, V low, double term, V& quotient_low) {
  V divisor_low;
  const V divisor = FastTwoSum(hn::Set(d, term), high, divisor_low);
  divisor_low = hn::Add(divisor_low, low);
  const V inverse = hn::Div(hn::Set(d, 1.0), divisor);
  const V quotient = hn::Mul(high, inverse);
  const V remainder = hn::Add(Remainder(d, quotient, divisor, high), low);
  quotient_low = hn::Mul(hn::NegMulAdd(quotient, divisor_low, remainder), inverse);
  return quotient;
}

// With E = e^|2x| - 1 in two doubles, tanh|x| = E / (E + 2), the quotient in two doubles. From 18.7 on, where E is
// nearly 2^54, it rounds to 1 - 2^-53, and from 55 log(2) / 2 on to 1.
struct TanhF64 : NeverSlow {
  template <class D>
  using Middle = TwoVectors<D>;
  template <class D, class V>
  static HWY_INLINE Middle<D> First(D d, V x) {
    const V a = AtMost(d, hn::Abs(x), 18.7);
    Middle<D> e;
    e.high = ExpMinusOneInTwo<ExpRange::kPositiveBelow2To53>(d, hn::Add(a, a), e.low);
    return e;
  }
  template <class D, class V>
  static HWY_INLINE V Second(D d, V x, const Middle<D>& e, Mask<D>& slow) {
    slow = Slow(d, x);
    V quotient_low;
    const V quotient = DivideBySum(d, e.high, e.low, 2.0, quotient_low);
    const auto is_one = hn::Ge(hn::Abs(x), hn::Set(d, 0x1.30fc1931f09c9p+4));
    return hn::CopySign(hn::IfThenElse(is_one, hn::Set(d, 1.0), hn::Add(quotient, quotient_low)), x);
  }
};

#if HWY_TARGET <= HWY_AVX3
// A polynomial for each of 30 intervals, whose coefficients lie in registers: tanh|x| = tanh(c) + (|x| - c) q(|x| - c).
struct TanhF32 : NeverSlow {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = Slow(d, x);
    const hn::RebindToSigned<D> di;
    const V a = AtMost(d, hn::Abs(x), 9.5);
    // Two bits below the exponent tell the interval; a NaN's may be any.
    const auto first = hn::Set(di, ((127 - 4) << 2) - 1);
    const auto interval = hn::Max(hn::Sub(hn::ShiftRight<21>(hn::BitCast(di, a)), first), hn::Zero(di));
    const V r = hn::Sub(a, Lookup32(d, kTanhCenter, interval));
    const auto coefficient = [&](const float* table) HWY_ATTR { return Lookup32(d, table, interval); };
    V q = hn::MulAdd(coefficient(kTanh5), r, coefficient(kTanh4));
    q = hn::MulAdd(q, r, coefficient(kTanh3));
    q = hn::MulAdd(q, r, coefficient(kTanh2));
    q = hn::MulAdd(q, r, coefficient(kTanh1));
    const V of_center =
        hn::IfThenElse(hn::RebindMask(d, hn::Eq(interval, hn::Zero(di))), a, coefficient(kTanhOfCenter));
    return hn::CopySign(hn::MulAdd(q, r, of_center), x);
  }
};
#elif HWY_NATIVE_FMA
// Up to 1 x + x^3 times a polynomial of degree 7 in x^2, relative error 2^-28.3; beyond, 1 - 2 / (e^|2x| + 1).
struct TanhF32 : NeverSlow {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = Slow(d, x);
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V a = AtMost(d, hn::Abs(x), 10);
    const V a2 = hn::Mul(a, a);
    const V q = Polynomial(d, a2, c(0x1.4ad2b2p-13f), c(-0x1.00a3fp-10f), c(0x1.af19d2p-9f), c(-0x1.1f09f8p-7f),
                           c(0x1.661p-6f), c(-0x1.ba1c2cp-5f), c(0x1.11113p-3f), c(-0x1.555556p-2f));
    const V near = hn::MulAdd(hn::Mul(q, a2), a, a);
    V n, p;
    ExpF32::Reduce(d, hn::Add(a, a), n, p);
    const V s = ExpF32::PowerOfTwo32(d, n);
    const V far = hn::Sub(c(1.0f), hn::Div(c(2.0f), hn::MulAdd(s, p, hn::Add(s, c(1.0f)))));
    // A NaN is not beyond 1.
    return hn::CopySign(hn::IfThenElse(hn::Gt(a, c(1.0f)), far, near), x);
  }
};
#else
// Without fused operations that polynomial rounds too often.
struct TanhOfWide : NeverSlow {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    const V bounded = Bounded(d, x, 12);
    const V e = ExpMinusOneForFloat200(d, hn::Add(bounded, bounded));
    return hn::CopySign(hn::Div(e, hn::Add(e, hn::Set(d, 2.0))), x);
  }
};
using TanhF32 = ThroughWide<TanhOfWide>;
#endif

// With E = e^|x| - 1 in two doubles, sinh|x| = (E + E / (E + 1)) / 2, the quotient in two doubles.
struct SinhF64 {
  template <class D>
  using Middle = TwoVectors<D>;
  template <class D, class V>
  static HWY_INLINE Middle<D> First(D d, V x) {
    Middle<D> e;
    e.high = ExpMinusOneInTwo<ExpRange::kPositive>(d, hn::Abs(x), e.low);
    return e;
  }
  template <class D, class V>
  static HWY_INLINE V Second(D d, V x, const Middle<D>& e, Mask<D>& slow) {
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 708.0)));
    V quotient_low, sum_low;
    const V quotient = DivideBySum(d, e.high, e.low, 1.0, quotient_low);
    const V sum = FastTwoSum(e.high, quotient, sum_low);
    const V twice = hn::Add(sum, hn::Add(hn::Add(sum_low, e.low), quotient_low));
    return hn::CopySign(hn::Mul(twice, hn::Set(d, 0.5)), x);
  }
  // (e^|x|) / 2, with the halving in the scale so that the last results before the overflow are finite.
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    return hn::IfThenElse(hn::IsNaN(x), x, hn::CopySign(HalfExp(d, hn::Abs(x)), x));
  }
  template <class D, class V>
  static HWY_INLINE V HalfExp(D d, V a) {
    ExpParts<D> parts = ReduceExp(d, hn::Min(a, hn::Set(d, 760.0)), hn::Set(d, -kExpShift));
    parts.steps = hn::Sub(parts.steps, hn::Set(d, 1.0));
    return FinishExpAnywhere(d, parts);
  }
};

struct SinhOfWide : NeverSlow {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    const V e = ExpMinusOneForFloat200(d, AtMost(d, hn::Abs(x), 200));
    const V twice = hn::Add(e, hn::Div(e, hn::Add(e, hn::Set(d, 1.0))));
    return hn::CopySign(hn::Mul(twice, hn::Set(d, 0.5)), x);
  }
};
#if HWY_NATIVE_FMA
// e^x = 2^n e^r. With a = 2^(n-1) + 2^(-n-1) and b = 2^(n-1) - 2^(-n-1), sinh(x) = b cosh(r) + a sinh(r) and cosh(x) =
// a cosh(r) + b sinh(r); what is of degree 0 and 1 in r is summed in two floats. Relative error of sinh(r) 2^-34, of
// cosh(r) 2^-33.
template <bool kIsSinh, class Wide>
struct HyperbolicF32 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V a = hn::Abs(x);
    slow = hn::Not(hn::Lt(a, c(87.0f)));
    V n, r_high, r_low;
    const V r = ExpF32::SubtractLog2(d, a, n, r_high, r_low);
    const V r2 = hn::Mul(r, r);
    const V sinh_rest =
        hn::MulAdd(hn::Mul(r, r2), Polynomial(d, r2, c(0x1.a2895ep-13f), c(0x1.110fe4p-7f), c(0x1.555556p-3f)), r_low);
    const V cosh_rest = hn::Mul(r2, Polynomial(d, r2, c(0x1.6d56ecp-10f), c(0x1.5554ep-5f), c(0.5f)));
    const V up = ExpF32::PowerOfTwo32(d, n, 126);
    // The biased exponents of 2^(n-1) and 2^(-n-1) add up to 252.
    const hn::RebindToSigned<D> di;
    const V down = hn::BitCast(d, hn::Sub(hn::Set(di, 252 << 23), hn::BitCast(di, up)));
    V sum_low;
    const V sum = FastTwoSum(up, down, sum_low), difference = hn::Sub(up, down);
    const V constant = kIsSinh ? difference : sum, slope = kIsSinh ? sum : difference;
    const V head = hn::MulAdd(slope, r_high, constant);
    V head_error = hn::MulAdd(slope, r_high, hn::Sub(constant, head));
    if (!kIsSinh) head_error = hn::Add(head_error, sum_low);
    const V y = hn::Add(head, hn::MulAdd(constant, cosh_rest, hn::MulAdd(slope, sinh_rest, head_error)));
    return kIsSinh ? hn::CopySign(y, x) : y;
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    Mask<D> none;
    return ThroughWide<Wide>::Fast(d, x, none);
  }
};
using SinhF32 = HyperbolicF32<true, SinhOfWide>;
#else
using SinhF32 = ThroughWide<SinhOfWide>;
#endif

// The sum of e^|x| / 2 and e^-|x| / 2, as s (1 + p) each, where s is summed in two doubles.
struct CoshF64 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    const hn::RebindToSigned<D> di;
    const V a = hn::Abs(x);
    slow = hn::Not(hn::Lt(a, hn::Set(d, 708.0)));
    ExpParts<D> parts = NearestStep(d, a, hn::Set(d, kLog2e));
    const V n = parts.steps;
    const V r = hn::NegMulAdd(n, hn::Set(d, kLog2Low), hn::NegMulAdd(n, hn::Set(d, kLog2High), a));
    const V shift = hn::Set(d, kExpShift);
    const V r1 = hn::Sub(r, shift), r2 = hn::Neg(hn::Add(r, shift));
    const V square1 = hn::Mul(r1, r1), square2 = hn::Mul(r2, r2);
    const V p1 = hn::MulAdd(ExpQuotient(d, r1, square1), square1, r1);
    const V p2 = hn::MulAdd(ExpQuotient(d, r2, square2), square2, r2);
    const auto back = hn::Sub(hn::Zero(di), parts.index);
    const V s1 = PowerFromTable(d, kExpBits, parts.index);
    const V s2 = PowerFromTable(d, kExpBits, back);
    V low;
    const V sum = FastTwoSum(s1, s2, low);
    const V twice = hn::Add(sum, hn::Add(low, hn::MulAdd(s1, p1, hn::Mul(s2, p2))));
    return hn::Mul(twice, hn::Set(d, 0.5));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    return hn::IfThenElse(hn::IsNaN(x), x, SinhF64::HalfExp(d, hn::Abs(x)));
  }
};

struct CoshOfWide : NeverSlow {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    const V bounded = AtMost(d, hn::Abs(x), 200);
    const V e = FinishExp(d, ReduceExpForFloat(d, hn::Sub(bounded, hn::Set(d, kExpShift))));
    return hn::Mul(hn::Add(e, hn::Div(hn::Set(d, 1.0), e)), hn::Set(d, 0.5));
  }
};
#if HWY_NATIVE_FMA
using CoshF32 = HyperbolicF32<false, CoshOfWide>;
#else
using CoshF32 = ThroughWide<CoshOfWide>;
#endif

}  // namespace exp_log
}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_EXP_LOG_EXPONENTIALS_H
