// log, log2, log10, log1p, asinh, acosh and atanh of one vector.
#if defined(LANES_EXP_LOG_LOGARITHMS_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_EXP_LOG_LOGARITHMS_H
#undef LANES_EXP_LOG_LOGARITHMS_H
#else
#define LANES_EXP_LOG_LOGARITHMS_H
#endif

#include "exp_log_pieces.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace exp_log {

// A logarithm's base b: log_b(2) and log_b(e) in two doubles, of which the first for 2 has trailing zeros, and the
// tables of log_b(c).
struct BaseE {
  static constexpr double kTwoHigh = 0x1.62e42fefa38p-1, kTwoLow = 0x1.ef35793c7673p-45, kEHigh = 1, kELow = 0;
  static constexpr const double* kHigh = kLogOfCHigh;
  static constexpr const double* kLow = kLogOfCLow;
};
struct Base2 {
  static constexpr double kTwoHigh = 1, kTwoLow = 0, kEHigh = kLog2e, kELow = 0x1.777d0ffda0d24p-56;
  static constexpr const double* kHigh = kLog2OfCHigh;
  static constexpr const double* kLow = kLog2OfCLow;
};
struct Base10 {
  static constexpr double kTwoHigh = 0x1.34413509f8p-2, kTwoLow = -0x1.80433b83b532ap-44;
  static constexpr double kEHigh = 0x1.bcb7b1526e50ep-2, kELow = 0x1.95355baaafad3p-57;
  static constexpr const double* kHigh = kLog10OfCHigh;
  static constexpr const double* kLow = kLog10OfCLow;
};

// (log(1 + r) - r) / r^2 on [-0.0343, 0.0313]: degree 7, relative error of log(1 + r) 2^-55.6.
template <class D, class V>
HWY_INLINE V LogQuotient(D d, V r, V r2) {
  const V q01 = hn::MulAdd(hn::Set(d, 0x1.5555555554a3cp-2), r, hn::Set(d, -0x1.fffffffffffbfp-2));
  const V q23 = hn::MulAdd(hn::Set(d, 0x1.999999be43391p-3), r, hn::Set(d, -0x1.00000000d974cp-2));
  const V q45 = hn::MulAdd(hn::Set(d, 0x1.24913381ffc05p-3), r, hn::Set(d, -0x1.55553db2cdf5ap-3));
  const V q67 = hn::MulAdd(hn::Set(d, 0x1.cc54b8fde97fp-4), r, hn::Set(d, -0x1.0078a29da39a8p-3));
  return hn::MulAdd(hn::MulAdd(hn::MulAdd(q67, r2, q45), r2, q23), r2, q01);
}

// log_b(2^k c (1 + r + r_low)): the sum of k log_b(2), log_b(c) and r log_b(e) in two doubles, and the quotient's part
// added to the second.
template <class Base, bool kHasLow, class D, class V>
HWY_INLINE V SumOfLogs(D d, const LogParts<D>& parts, V k, V r, V r_low) {
  const V w = hn::MulAdd(k, hn::Set(d, Base::kTwoHigh), LookupShort<16>(d, Base::kHigh, parts.bits));
  V low = LookupLong<16>(d, Base::kLow, parts.bits);
  if constexpr (Base::kTwoLow != 0) low = hn::MulAdd(k, hn::Set(d, Base::kTwoLow), low);
  if constexpr (kHasLow) low = hn::Add(low, r_low);
  V scaled = r;
  if constexpr (Base::kEHigh != 1) {
    const V scale = hn::Set(d, Base::kEHigh);
    scaled = hn::Mul(r, scale);
    low = hn::MulAdd(r, hn::Set(d, Base::kELow), hn::Add(low, ProductTail(d, r, scale, scaled)));
  }
  const V high = hn::Add(w, scaled);
  low = hn::Add(hn::Add(hn::Sub(w, high), scaled), low);
  return hn::Add(high, hn::MulAdd(LogQuotient(d, r, hn::Mul(r, r)), hn::Mul(r, scaled), low));
}

// log_b(x) = k log_b(2) + log_b(c) + log_b(1 + r), r = z/c - 1 without rounding, for positive normal x of these parts.
template <class Base, class D, class V>
HWY_INLINE V LogOfParts64(D d, const LogParts<D>& parts, V k) {
  const V r = ProductMinusOne(d, parts.z, LookupShort<16>(d, kLogInverse, parts.bits));
  return SumOfLogs<Base, false>(d, parts, k, r, r);
}
template <class Base, class D, class V>
HWY_INLINE V LogOfNormal(D d, V x) {
  const LogParts<D> parts = SplitForLog<16>(d, x);
  return LogOfParts64<Base>(d, parts, parts.k);
}
// log_b(x 2^more).
template <class Base, class D, class V>
HWY_INLINE V LogOfNormal(D d, V x, V more) {
  const LogParts<D> parts = SplitForLog<16>(d, x);
  return LogOfParts64<Base>(d, parts, hn::Add(parts.k, more));
}

// log(u + low + lower) for positive normal u, |low| <= ulp(u)/2 and |lower| <= ulp(u + low)/2.
template <class D, class V>
HWY_INLINE V LogOfThree(D d, V u, V low, V lower) {
  const hn::RebindToSigned<D> di;
  const LogParts<D> parts = SplitForLog<16>(d, u);
  const V inverse = LookupShort<16>(d, kLogInverse, parts.bits);
  const auto exponent = hn::And(parts.bits, hn::Set(di, 0x7ff0000000000000));
  const V scale = hn::Mul(hn::BitCast(d, hn::Sub(hn::Set(di, 0x7fe0000000000000), exponent)), inverse);
  const V r0 = ProductMinusOne(d, parts.z, inverse);
  const V r1 = hn::Mul(low, scale);
  const V r = hn::Add(r0, r1);
  const V r_low = hn::MulAdd(lower, scale, hn::Add(hn::Sub(r0, r), r1));
  return SumOfLogs<BaseE, true>(d, parts, parts.k, r, r_low);
}

// x 2^-more away from the ends of the range, for positive finite x.
template <class D, class V>
HWY_INLINE V Normalize(D d, V x, V& more) {
  const auto small = hn::Lt(x, hn::Set(d, 1.0));
  more = hn::IfThenElse(small, hn::Set(d, -54.0), hn::Set(d, 54.0));
  return hn::Mul(x, hn::IfThenElse(small, hn::Set(d, 0x1p54), hn::Set(d, 0x1p-54)));
}

// What a logarithm gives outside the positive finite numbers, and `y` inside.
template <class D, class V>
HWY_INLINE V LogAtTheEdges(D d, V x, V y) {
  const V nan = hn::Set(d, std::numeric_limits<hn::TFromD<D>>::quiet_NaN());
  y = hn::IfThenElse(hn::Eq(x, Infinity(d)), x, y);
  y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(Infinity(d)), y);
  y = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), nan, y);
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

template <class Base>
struct LogTo64 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = SlowForLog(d, x);
    return LogOfNormal<Base>(d, x);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    V more;
    const V normal = Normalize(d, x, more);
    return LogAtTheEdges(d, x, LogOfNormal<Base>(d, normal, more));
  }
};
using LogF64 = LogTo64<BaseE>;
using Log2F64 = LogTo64<Base2>;
using Log10F64 = LogTo64<Base10>;

// log1p(x): 1 + x in two doubles.
struct Log1pF64 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    V low;
    const V u = TwoSum(hn::Set(d, 1.0), x, low);
    slow = SlowForLog(d, u);
    return hn::CopySign(LogOfThree(d, u, low, hn::Zero(d)), x);
  }
  // Up there 1 makes no difference to x.
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const V one = hn::Set(d, 1.0);
    V more;
    const V normal = Normalize(d, x, more);
    const V y = LogAtTheEdges(d, hn::Add(x, one), LogOfNormal<BaseE>(d, normal, more));
    return hn::IfThenElse(hn::IsNaN(x), x, y);
  }
};

// x = 2^k (1 + r) with 1 + r in [sqrt(1/2), sqrt(2)), for positive normal float32.
template <class D>
struct LogParts32 {
  hn::Vec<D> k, r, one_over_power;
};

template <class D, class V>
HWY_INLINE LogParts32<D> SplitForLog32(D d, V x) {
  const hn::RebindToSigned<D> di;
  const auto lowest = hn::Set(di, 0x3f3504f3);  // sqrt(1/2)
  const auto shifted = hn::Sub(hn::BitCast(di, x), lowest);
  const V z = hn::BitCast(d, hn::Add(hn::And(shifted, hn::Set(di, 0x007fffff)), lowest));
  const auto exponent = hn::And(shifted, hn::Set(di, static_cast<int32_t>(0xff800000)));
  return {hn::ConvertTo(d, hn::ShiftRight<23>(shifted)), hn::Sub(z, hn::Set(d, 1.0f)),
          hn::BitCast(d, hn::Sub(hn::Set(di, 0x3f800000), exponent))};
}

// (log(1 + r) - r) / r^2: -1/2 + r times a polynomial of degree 7, relative error of log(1 + r) 2^-27.0.
template <class D, class V>
HWY_INLINE V LogQuotient32(D d, V r) {
  const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
  return Polynomial(d, r, c(-0x1.421114p-4f), c(0x1.07e608p-3f), c(-0x1.0ce3a4p-3f), c(0x1.226b9p-3f),
                    c(-0x1.5477fcp-3f), c(0x1.99a5bp-3f), c(-0x1.000222p-2f), c(0x1.55554ap-2f), c(-0.5f));
}

// k log(2) + log(1 + r + r_low), where k times the first part of log(2) is exact and its sum with r kept in two floats.
template <class D, class V>
HWY_INLINE V SumOfLogs32(D d, V k, V r, V r_low) {
  V error;
  const V high = FastTwoSum(hn::Mul(k, hn::Set(d, 0x1.62e4p-1f)), r, error);
  const V low = hn::MulAdd(k, hn::Set(d, 0x1.7f7d1cp-20f), hn::Add(r_low, error));
  return hn::Add(high, hn::MulAdd(LogQuotient32(d, r), hn::Mul(r, r), low));
}

struct LogOfParts {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V k, V r) {
    return SumOfLogs32(d, k, r, hn::Zero(d));
  }
};

// log2(x) = k + r + r times a polynomial of degree 9 for log2(1 + r) / r - 1, relative error 2^-26.5.
struct Log2OfParts {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V k, V r) {
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V q = Polynomial(d, r, c(-0x1.e5de5ap-4f), c(0x1.87da12p-3f), c(-0x1.84c3bcp-3f), c(0x1.a0ef22p-3f),
                           c(-0x1.ead16cp-3f), c(0x1.278fe8p-2f), c(-0x1.715a96p-2f), c(0x1.ec7028p-2f),
                           c(-0x1.71547p-1f), c(0x1.c551dap-2f));
    return hn::Add(k, hn::MulAdd(q, r, r));
  }
};

// log10(x) = k log10(2) + 7/16 r + r times a polynomial of degree 9 for log10(1 + r) / r - 7/16, relative error
// 2^-27.6.
struct Log10OfParts {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V k, V r) {
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V q = Polynomial(d, r, c(-0x1.166a34p-5f), c(0x1.cf82ap-5f), c(-0x1.d64fd6p-5f), c(0x1.f7c308p-5f),
                           c(-0x1.2774dep-4f), c(0x1.63d4eap-4f), c(-0x1.bcbf1cp-4f), c(0x1.287a64p-3f),
                           c(-0x1.bcb7aap-3f), c(-0x1.a42754p-9f));
    const V low = hn::MulAdd(k, c(0x1.3509f8p-18f), hn::Mul(q, r));
#if HWY_NATIVE_FMA
    const V sum = hn::MulAdd(r, c(0.4375f), low);
#else
    const V r_high = hn::And(r, hn::BitCast(d, hn::Set(hn::RebindToUnsigned<D>(), 0xfffff000)));
    const V rest = hn::MulAdd(hn::Sub(r, r_high), c(0.4375f), low);
    const V sum = hn::MulAdd(r_high, c(0.4375f), rest);
#endif
    return hn::MulAdd(k, c(0x1.344p-2f), sum);
  }
};

template <class OfParts>
struct LogTo32 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = SlowForLog(d, x);
    const LogParts32<D> parts = SplitForLog32(d, x);
    return OfParts::Of(d, parts.k, parts.r);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const LogParts32<D> parts = SplitForLog32(d, hn::Mul(x, hn::Set(d, 0x1p24f)));
    return LogAtTheEdges(d, x, OfParts::Of(d, hn::Sub(parts.k, hn::Set(d, 24.0f)), parts.r));
  }
};

#if HWY_TARGET <= HWY_AVX3
// log(x) = k log(2) + log(c) + log(1 + r) for any x: k and the mantissa z in [1, 2) are taken by instructions that know
// all special values. 1/c is so short that r = z/c - 1, in [-0.018, 1/32], loses its last bit at most. Just below 1,
// where c = 2, the first two cancel exactly.
template <class D>
struct LogParts1To2 {
  hn::Vec<D> k, r, inverse, high, low;
};
template <class Base, class D, class V>
HWY_INLINE LogParts1To2<D> SplitForLog1To2(D d, V x) {
  const V z{_mm512_getmant_ps(x.raw, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_nan)};
  const V k{_mm512_getexp_ps(x.raw)};
  const auto interval = hn::ShiftRight<18>(hn::BitCast(hn::RebindToSigned<D>(), z));
  const V inverse = Lookup32(d, kLogInverse1To2Float, interval);
  const V r = hn::MulSub(z, inverse, hn::Set(d, 1.0f));
  // The sum of the high parts is exact.
  const V high = hn::MulAdd(k, hn::Set(d, Base::kTwoHigh), Lookup32(d, Base::kHigh, interval));
  const V low = hn::MulAdd(k, hn::Set(d, Base::kTwoLow), Lookup32(d, Base::kLow, interval));
  return {k, r, inverse, high, low};
}

// (log(1 + r) - r) / r^2 is of degree 2, relative error of log(1 + r) 2^-26.5.
struct BaseEFor1To2 {
  static constexpr float kTwoHigh = 0x1.62e4p-1f, kTwoLow = 0x1.7f7d1cp-20f;
  static constexpr const float* kHigh = kLogOfC1To2HighFloat;
  static constexpr const float* kLow = kLogOfC1To2LowFloat;
  // high + low + the logarithm of 1 + r.
  template <class D, class V>
  static HWY_INLINE V Sum(D d, V high, V r, V low) {
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V q = Polynomial(d, r, c(-0x1.f50c2p-3f), c(0x1.5562dcp-2f), c(-0x1.000028p-1f));
    return hn::Add(high, hn::Add(r, hn::MulAdd(q, hn::Mul(r, r), low)));
  }
};

// log10(1 + r) / r less the first 24 bits of log10(e) is of degree 3, relative error of log10(1 + r) 2^-26.7.
struct Base10For1To2 {
  static constexpr float kTwoHigh = 0x1.344p-2f, kTwoLow = 0x1.3509f8p-18f;
  static constexpr const float* kHigh = kLog10OfC1To2HighFloat;
  static constexpr const float* kLow = kLog10OfC1To2LowFloat;
  template <class D, class V>
  static HWY_INLINE V Sum(D d, V high, V r, V low) {
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V q = Polynomial(d, r, c(-0x1.b3da68p-4f), c(0x1.288adcp-3f), c(-0x1.bcb7fep-3f), c(-0x1.9f52eap-27f));
    return hn::Add(high, hn::MulAdd(r, c(0x1.bcb7b2p-2f), hn::MulAdd(q, r, low)));
  }
};

template <class Base>
struct LogTo1To2 : NeverSlow {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = Slow(d, x);
    const LogParts1To2<D> parts = SplitForLog1To2<Base>(d, x);
    return Base::Sum(d, parts.high, parts.r, parts.low);
  }
};
using LogF32 = LogTo1To2<BaseEFor1To2>;
using Log10F32 = LogTo1To2<Base10For1To2>;
#else
using LogF32 = LogTo32<LogOfParts>;
using Log10F32 = LogTo32<Log10OfParts>;
#endif

// log(u + low), or log(u + low + lower): |low| at most the last place of u > 0, |lower| at most that of log(u).
template <class D, class V, class... Lower>
HWY_INLINE V LogOfSum32(D d, V u, V low, Lower... lower) {
  V r_low;
#if HWY_TARGET <= HWY_AVX3
  const LogParts1To2<D> parts = SplitForLog1To2<BaseEFor1To2>(d, u);
  const V scale{_mm512_scalef_ps(parts.inverse.raw, hn::Neg(parts.k).raw)};
  const V r = FastTwoSum(parts.r, hn::Mul(low, scale), r_low);
  ((r_low = hn::MulAdd(lower, scale, r_low)), ...);
  return BaseEFor1To2::Sum(d, parts.high, r, hn::Add(parts.low, r_low));
#else
  const LogParts32<D> parts = SplitForLog32(d, u);
  const V scale = parts.one_over_power;
  const V r = FastTwoSum(parts.r, hn::Mul(low, scale), r_low);
  ((r_low = hn::MulAdd(lower, scale, r_low)), ...);
  // The derivative of log(1 + r) is 1 - r, as nearly as it matters.
  return SumOfLogs32(d, parts.k, r, hn::NegMulAdd(r, r_low, r_low));
#endif
}

// log(x) to a relative 2^-37, for results in float32.
template <class D, class V>
HWY_INLINE V LogForFloat(D d, V x) {
  const LogParts<D> parts = SplitForLog<16>(d, x);
  const V r = ProductMinusOne(d, parts.z, LookupShort<16>(d, kLogInverse, parts.bits));
  const V w = hn::MulAdd(parts.k, hn::Set(d, 0x1.62e42fefa39efp-1), LookupLong<16>(d, kLogOfC, parts.bits));
  const V r2 = hn::Mul(r, r);
  const V q01 = hn::MulAdd(hn::Set(d, 0x1.555550d47a8d6p-2), r, hn::Set(d, -0x1.000000018938fp-1));
  V q23 = hn::MulAdd(hn::Set(d, 0x1.9a0639c27f1e9p-3), r, hn::Set(d, -0x1.ffff6a451d93fp-3));
  q23 = hn::MulAdd(hn::Set(d, -0x1.57e264a70980ap-3), r2, q23);
  return hn::MulAdd(hn::MulAdd(q23, r2, q01), r2, hn::Add(w, r));
}

// log(1 + x) for x > -1 from float32 or larger than that by a constant factor: what the sum loses matters for small x
// alone, where the derivative is 1.
template <class D, class V>
HWY_INLINE V Log1pForFloat(D d, V x) {
  const V one = hn::Set(d, 1.0);
  const V u = hn::Add(x, one);
  return hn::Add(LogForFloat(d, u), hn::Sub(x, hn::Sub(u, one)));
}

#if HWY_NATIVE_FMA
using Log2F32 = LogTo32<Log2OfParts>;

// log1p(x): 1 + x in two floats.
struct Log1pF32 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    const V one = hn::Set(d, 1.0f);
    slow = hn::Not(hn::And(hn::Gt(x, hn::Neg(one)), hn::Lt(x, hn::Set(d, 0x1p100f))));
    V low;
    const V u = TwoSum(one, x, low);
    return hn::CopySign(LogOfSum32(d, u, low), x);
  }
  // Up there 1 makes no difference to x.
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const LogParts32<D> parts = SplitForLog32(d, x);
    const V y = LogAtTheEdges(d, hn::Add(x, hn::Set(d, 1.0f)), LogOfParts::Of(d, parts.k, parts.r));
    return hn::IfThenElse(hn::IsNaN(x), x, y);
  }
};
#else
// Without fused operations those polynomials round too often.
struct Log2OfWide {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    return hn::Mul(LogForFloat(d, x), hn::Set(d, kLog2e));
  }
  template <class D, class V>
  static HWY_INLINE Mask<D> Slow(D d, V x) {
    return SlowForLog(d, x);
  }
  // Subnormal float32 is normal float64.
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V y) {
    return LogAtTheEdges(d, x, y);
  }
};
using Log2F32 = ThroughWide<Log2OfWide>;

struct Log1pOfWide {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    return hn::CopySign(Log1pForFloat(d, x), x);
  }
  template <class D, class V>
  static HWY_INLINE Mask<D> Slow(D d, V x) {
    return hn::Not(hn::And(hn::Gt(x, hn::Set(d, -1.0f)), hn::Lt(x, Infinity(d))));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V y) {
    return hn::IfThenElse(hn::IsNaN(x), x, LogAtTheEdges(d, hn::Add(x, hn::Set(d, 1.0f)), y));
  }
};
using Log1pF32 = ThroughWide<Log1pOfWide>;
#endif

// sqrt(a + a_low) in two numbers, for a >= 0 large enough that its square root's error does not underflow, or 0.
template <class D, class V>
HWY_INLINE V SqrtInTwo(D d, V a, V a_low, V& low) {
  V half_inverse;
  const V root = RootAndInverse(d, a, half_inverse);
  low = hn::Mul(hn::Add(Remainder(d, root, root, a), a_low), half_inverse);
  return root;
}

// log(a) + log(2) for the positive numbers at which asinh and acosh are that.
template <class D, class V>
HWY_INLINE V LogOfTwice(D d, V a) {
  return LogOfNormal<BaseE>(d, hn::Mul(a, hn::Set(d, 0x1p-54)), hn::Set(d, 55.0));
}

// The same in either type.
template <class D, class V, class... Lower>
HWY_INLINE V LogOfSum(D d, V u, V low, Lower... lower) {
  if constexpr (sizeof(hn::TFromD<D>) == 4) {
    return LogOfSum32(d, u, low, lower...);
  } else if constexpr (sizeof...(lower) == 0) {
    return LogOfThree(d, u, low, hn::Zero(d));
  } else {
    return LogOfThree(d, u, low, lower...);
  }
}

// Beyond it no square is formed.
template <class D>
HWY_INLINE hn::Vec<D> SquareLimit(D d) {
  return hn::Set(d, sizeof(hn::TFromD<D>) == 8 ? 0x1p200 : 0x1p60);
}

// asinh|x| = log(sqrt(x^2 + 1) + |x|), the argument in two numbers.
struct AsinhF64 {
  template <class D>
  using Middle = TwoVectors<D>;
  template <class D, class V>
  static HWY_INLINE Middle<D> First(D d, V x) {
    const V a = hn::Abs(x);
    const V square = hn::Mul(a, a);
    V low, root_low, u_low;
    const V sum = TwoSum(hn::Set(d, 1.0), square, low);
    const V root = SqrtInTwo(d, sum, hn::Add(low, ProductTail(d, a, a, square)), root_low);
    const V u = FastTwoSum(root, a, u_low);
    return {u, hn::Add(u_low, root_low)};
  }
  template <class D, class V>
  static HWY_INLINE V Second(D d, V x, const Middle<D>& u, Mask<D>& slow) {
    slow = hn::Not(hn::Lt(hn::Abs(x), SquareLimit(d)));
    V y = LogOfSum(d, u.high, u.low);
    // A tiny |x| is the result. Twice rounded, the half of its square that comes and goes may leave a trace.
    if constexpr (sizeof(hn::TFromD<D>) == 4) y = hn::IfThenElse(hn::Lt(hn::Abs(x), hn::Set(d, 0x1p-13f)), x, y);
    return hn::CopySign(y, x);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const V a = hn::Abs(x);
    return hn::CopySign(LogAtTheEdges(d, a, LogOfTwice(d, a)), x);
  }
};

// acosh(1 + t) = log(x + sqrt(t (t + 2))), the argument in two numbers.
struct AcoshF64 {
  template <class D>
  using Middle = TwoVectors<D>;
  template <class D, class V>
  static HWY_INLINE Middle<D> First(D d, V x) {
    const V t = hn::Sub(x, hn::Set(d, 1.0));
    V low, root_low, u_low, t_low;
    // Where the 1 is lost it changes nothing.
    const V sum = TwoSum(t, hn::Set(d, 2.0), low);
    const V product = hn::Mul(t, sum);
    t_low = hn::MulAdd(t, low, ProductTail(d, t, sum, product));
    const V root = SqrtInTwo(d, product, t_low, root_low);
    const V u = FastTwoSum(x, root, u_low);
    return {u, hn::Add(u_low, root_low)};
  }
  template <class D, class V>
  static HWY_INLINE V Second(D d, V x, const Middle<D>& u, Mask<D>& slow) {
    slow = hn::Not(hn::And(hn::Ge(x, hn::Set(d, 1.0)), hn::Lt(x, SquareLimit(d))));
    return LogOfSum(d, u.high, u.low);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const V nan = hn::Set(d, std::numeric_limits<double>::quiet_NaN());
    const V y = LogAtTheEdges(d, x, LogOfTwice(d, x));
    return hn::IfThenElse(hn::Lt(x, hn::Set(d, 1.0)), nan, y);
  }
};

// atanh|x| = log(1 + 2 |x| / (1 - |x|)) / 2, the quotient in two numbers.
struct AtanhF64 {
  template <class D>
  using Middle = TwoVectors<D>;
  template <class D, class V>
  static HWY_INLINE Middle<D> First(D d, V x) {
    const V a = hn::Abs(x);
    const V one = hn::Set(d, 1.0);
    V low;
    const V divisor = FastTwoSum(one, hn::Neg(a), low);
    const V inverse = hn::Div(one, divisor);
    const V twice = hn::Add(a, a);
    const V quotient = hn::Mul(twice, inverse);
    const V remainder = Remainder(d, quotient, divisor, twice);
    return {quotient, hn::Mul(hn::NegMulAdd(quotient, low, remainder), inverse)};
  }
  template <class D, class V>
  static HWY_INLINE V Second(D d, V x, const Middle<D>& v, Mask<D>& slow) {
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 1.0)));
    V low;
    const V u = TwoSum(hn::Set(d, 1.0), v.high, low);
    return hn::CopySign(hn::Mul(LogOfSum(d, u, low, v.low), hn::Set(d, 0.5)), x);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const V nan = hn::Set(d, std::numeric_limits<double>::quiet_NaN());
    const V y = hn::IfThenElse(hn::Eq(hn::Abs(x), hn::Set(d, 1.0)), hn::CopySign(Infinity(d), x), nan);
    return hn::IfThenElse(hn::IsNaN(x), x, y);
  }
};

struct AsinhOfWide {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    const V a = hn::Abs(x);
    const V one = hn::Set(d, 1.0);
    const V square = hn::Mul(a, a);
    const V root = Root(d, hn::Add(square, one));
    return hn::CopySign(Log1pForFloat(d, hn::Add(a, hn::Div(square, hn::Add(root, one)))), x);
  }
  template <class D, class V>
  static HWY_INLINE Mask<D> Slow(D d, V x) {
    return hn::Not(hn::Lt(hn::Abs(x), Infinity(d)));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D, V x, V) {
    return x;
  }
};
#if HWY_NATIVE_FMA
using AsinhF32 = WithinFloat<AsinhF64, AsinhOfWide>;
#else
using AsinhF32 = ThroughWide<AsinhOfWide>;
#endif

struct AcoshOfWide {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    const V t = hn::Sub(x, hn::Set(d, 1.0));
    // In steps the root takes longer: here the processor computes it beside all else.
    return Log1pForFloat(d, hn::Add(t, hn::Sqrt(hn::MulAdd(t, t, hn::Add(t, t)))));
  }
  template <class D, class V>
  static HWY_INLINE Mask<D> Slow(D d, V x) {
    return hn::Not(hn::And(hn::Ge(x, hn::Set(d, 1.0f)), hn::Lt(x, Infinity(d))));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const V nan = hn::Set(d, std::numeric_limits<float>::quiet_NaN());
    return hn::IfThenElse(hn::Lt(x, hn::Set(d, 1.0f)), nan, x);
  }
};
#if HWY_NATIVE_FMA
using AcoshF32 = WithinFloat<AcoshF64, AcoshOfWide>;
#else
using AcoshF32 = ThroughWide<AcoshOfWide>;
#endif

struct AtanhOfWide {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    const V a = hn::Abs(x);
    const V quotient = hn::Div(hn::Add(a, a), hn::Sub(hn::Set(d, 1.0), a));
    return hn::CopySign(hn::Mul(Log1pForFloat(d, quotient), hn::Set(d, 0.5)), x);
  }
  template <class D, class V>
  static HWY_INLINE Mask<D> Slow(D d, V x) {
    return hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 1.0f)));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const V nan = hn::Set(d, std::numeric_limits<float>::quiet_NaN());
    return hn::IfThenElse(hn::Eq(hn::Abs(x), hn::Set(d, 1.0f)), hn::CopySign(Infinity(d), x), nan);
  }
};
#if HWY_NATIVE_FMA
using AtanhF32 = WithinFloat<AtanhF64, AtanhOfWide>;
#else
using AtanhF32 = ThroughWide<AtanhOfWide>;
#endif

}  // namespace exp_log
}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_EXP_LOG_LOGARITHMS_H
