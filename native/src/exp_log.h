// Exponentials, logarithms, powers and their kin over blocks of float64 and float32.
#if defined(LANES_EXP_LOG_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_EXP_LOG_H
#undef LANES_EXP_LOG_H
#else
#define LANES_EXP_LOG_H
#endif

#include <hwy/highway.h>
#include <stddef.h>
#include <stdint.h>

#include <limits>

#include "exp_log_tables.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace exp_log {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
using Mask = decltype(hn::MaskFromVec(hn::Zero(D())));

// Vectors between two checks for slow elements: enough independent chains to hide the latency of a multiplication.
constexpr size_t kGroup = HWY_TARGET <= HWY_AVX3 ? 4 : 2;

// ---- What differs between the instruction sets
// ------------------------------------------------------------------------

#if HWY_TARGET > HWY_AVX3
// table[i] for each lane.
template <class D, class VI>
HWY_INLINE hn::Vec<D> LookupInMemory(D d, const double* table, VI i) {
#if HWY_TARGET == HWY_SSE4
  (void)d;
  const __m128d lower = _mm_load_sd(table + _mm_cvtsi128_si64(i.raw));
  return hn::Vec<D>{_mm_loadh_pd(lower, table + _mm_extract_epi64(i.raw, 1))};
#else
  return hn::GatherIndex(d, table, i);
#endif
}
#endif

// table[i & 15] for each lane; the table is aligned to 64 bytes.
template <class D, class VI>
HWY_INLINE hn::Vec<D> Lookup16(D d, const double* table, VI i) {
#if HWY_TARGET <= HWY_AVX3
  return hn::Vec<D>{
      _mm512_permutex2var_pd(hn::Load(d, table).raw, i.raw, hn::Load(d, table + 8).raw)};
#else
  return LookupInMemory(d, table, hn::And(i, hn::Set(hn::RebindToSigned<D>(), 15)));
#endif
}

// table[i & 31].
template <class D, class VI>
HWY_INLINE hn::Vec<D> Lookup32(D d, const double* table, VI i) {
#if HWY_TARGET <= HWY_AVX3
  const hn::RebindToSigned<D> di;
  const auto upper = hn::RebindMask(d, hn::TestBit(i, hn::Set(di, 16)));
  return hn::IfThenElse(upper, Lookup16(d, table + 16, i), Lookup16(d, table, i));
#else
  return LookupInMemory(d, table, hn::And(i, hn::Set(hn::RebindToSigned<D>(), 31)));
#endif
}

template <class DI, class VI>
HWY_INLINE VI Lookup16(DI, const uint64_t* table, VI i) {
  const hn::RebindToFloat<DI> d;
  return hn::BitCast(DI(), Lookup16(d, reinterpret_cast<const double*>(table), i));
}

// What the fast logarithms leave aside: all but positive normal numbers, and the largest of these.
template <class D>
HWY_INLINE Mask<D> SlowForLog(D d, hn::Vec<D> x) {
#if HWY_TARGET <= HWY_AVX3
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    const hn::RebindToUnsigned<D> du;
    const auto smallest = hn::Set(du, 0x0010000000000000);
    const auto count = hn::Set(du, 0x7fe7000000000000 - 0x0010000000000000);  // to 0x1.7p1023
    return hn::RebindMask(d, hn::Gt(hn::Sub(hn::BitCast(du, x), smallest), count));
  } else {
    return Mask<D>{_mm512_fpclass_ps_mask(x.raw, 0xff)};
  }
#else
  using T = hn::TFromD<D>;
  return hn::Not(hn::And(hn::Ge(x, hn::Set(d, std::numeric_limits<T>::min())),
                         hn::Le(x, hn::Set(d, std::numeric_limits<T>::max()))));
#endif
}

// a * b = high + low without error, barring overflow and underflow.
template <class D, class V>
HWY_INLINE V ProductTail(D d, V a, V b, V high) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::MulSub(a, b, high);
#else
  const V mask = hn::BitCast(d, hn::Set(hn::RebindToUnsigned<D>(), 0xfffffffff8000000u));
  const V ah = hn::And(a, mask), al = hn::Sub(a, ah);
  const V bh = hn::And(b, mask), bl = hn::Sub(b, bh);
  const V cross = hn::Add(hn::Add(hn::Sub(hn::Mul(ah, bh), high), hn::Mul(ah, bl)), hn::Mul(al, bh));
  return hn::Add(cross, hn::Mul(al, bl));
#endif
}

// z * inverse - 1 rounded once, for an inverse of at most 32 bits and a product near 1.
template <class D, class V>
HWY_INLINE V ProductMinusOne(D d, V z, V inverse) {
#if HWY_NATIVE_FMA
  return hn::MulSub(z, inverse, hn::Set(d, 1.0));
#else
  const V high = hn::And(z, hn::BitCast(d, hn::Set(hn::RebindToUnsigned<D>(), 0xffffffff00000000u)));
  return hn::Add(hn::Sub(hn::Mul(high, inverse), hn::Set(d, 1.0)), hn::Mul(hn::Sub(z, high), inverse));
#endif
}

// ---- Pieces
// ----------------------------------------------------------------------------------------------------------

template <class D>
HWY_INLINE hn::Vec<D> Infinity(D d) {
  return hn::Set(d, std::numeric_limits<hn::TFromD<D>>::infinity());
}

// 2^k for integers k (as doubles) within the normal range.
template <class D, class V>
HWY_INLINE V PowerOfTwo(D d, V k) {
  // Adding 2^52 + 1023 puts k + 1023 into the low bits of the significand.
  const hn::RebindToUnsigned<D> du;
  return hn::BitCast(d, hn::ShiftLeft<52>(hn::BitCast(du, hn::Add(k, hn::Set(d, 0x1p52 + 1023)))));
}

// value * 2^k with one rounding, for value in [0.5, 4) and integers k in [-1200, 1200]: overflows and underflows as it
// should.
template <class D, class V>
HWY_INLINE V ScaleSlowly(D d, V value, V k) {
  const V half = hn::Floor(hn::Mul(k, hn::Set(d, 0.5)));
  return hn::Mul(hn::Mul(value, PowerOfTwo(d, half)), PowerOfTwo(d, hn::Sub(k, half)));
}

// exp(x) = 2^(n/16) e^shift (1 + p) with the shift of the table: n in the low bits of `index` and as a double in `steps`.
template <class D>
struct ExpParts {
  hn::Vec<hn::RebindToSigned<D>> index;
  hn::Vec<D> steps;
  hn::Vec<D> p;
};

template <class D, class V>
HWY_INLINE ExpParts<D> NearestStep(D d, V x) {
  const V magic = hn::Set(d, 0x1.8p52);
  const V shifted = hn::MulAdd(x, hn::Set(d, 0x1.71547652b82fep+4), magic);
  return {hn::BitCast(hn::RebindToSigned<D>(), shifted), hn::Sub(shifted, magic), x};
}

// exp(x + low + shift): e^r - 1 = r + r^2 times a polynomial of degree 4 on [-0.02175, 0.02175], relative error of e^r 2^-56.2.
template <class D, class V>
HWY_INLINE ExpParts<D> ReduceExp(D d, V x, V low) {
  ExpParts<D> parts = NearestStep(d, x);
  const V n = parts.steps;
  const V r = hn::Add(hn::NegMulAdd(n, hn::Set(d, 0x1.62e42fefap-5), x),
                      hn::NegMulAdd(n, hn::Set(d, 0x1.cf79abc9e3b3ap-44), low));
  const V r2 = hn::Mul(r, r);
  const V q1 = hn::MulAdd(hn::Set(d, 0x1.555555548c3ffp-3), r, hn::Set(d, 0x1.0000000000005p-1));
  V q2 = hn::MulAdd(hn::Set(d, 0x1.11123d243d47fp-7), r, hn::Set(d, 0x1.555555545a8bap-5));
  q2 = hn::MulAdd(hn::Set(d, 0x1.6c18615a24a25p-10), r2, q2);
  parts.p = hn::MulAdd(hn::MulAdd(q2, r2, q1), r2, r);
  return parts;
}

// exp(x + shift) for results in float32: polynomial of degree 2, relative error of e^r 2^-37.4.
template <class D, class V>
HWY_INLINE ExpParts<D> ReduceExpForFloat(D d, V x) {
  ExpParts<D> parts = NearestStep(d, x);
  const V r = hn::NegMulAdd(parts.steps, hn::Set(d, 0x1.62e42fefa39efp-5), x);
  V q = hn::MulAdd(hn::Set(d, 0x1.55576e04ee79cp-5), r, hn::Set(d, 0x1.5557212fb0089p-3));
  q = hn::MulAdd(q, r, hn::Set(d, 0x1.fffffffd372a2p-2));
  parts.p = hn::MulAdd(hn::Mul(r, r), q, r);
  return parts;
}

// 2^(n/16) e^shift (1 + p), for results within the normal range.
template <class D>
HWY_INLINE hn::Vec<D> FinishExp(D d, const ExpParts<D>& parts) {
  const hn::RebindToSigned<D> di;
  const auto bits = hn::Add(Lookup16(di, kExpBits, parts.index), hn::ShiftLeft<48>(parts.index));
  const auto s = hn::BitCast(d, bits);
  return hn::MulAdd(s, parts.p, s);
}

// The same for every n in [-19200, 19200].
template <class D>
HWY_INLINE hn::Vec<D> FinishExpAnywhere(D d, const ExpParts<D>& parts) {
  const auto s = Lookup16(d, kExpPower, parts.index);
  const auto value = hn::MulAdd(s, parts.p, s);
  const auto k = hn::Mul(parts.steps, hn::Set(d, 0.0625));
#if HWY_TARGET <= HWY_AVX3
  return hn::Vec<D>{_mm512_scalef_pd(value.raw, k.raw)};
#else
  return ScaleSlowly(d, value, hn::Floor(k));
#endif
}

// x = 2^k z with z in [lowest, 2 lowest), for positive normal x up to 0x1.7p1023. The low bits of `index` number the interval of z,
// sixteen or thirty-two of them.
template <class D>
struct LogParts {
  hn::Vec<hn::RebindToSigned<D>> index;
  hn::Vec<D> k;
  hn::Vec<D> z;
};

template <int kIntervals, class D, class V>
HWY_INLINE LogParts<D> SplitForLog(D d, V x) {
  const hn::RebindToSigned<D> di;
  constexpr int kShift = kIntervals == 16 ? 48 : 47;
  constexpr int64_t kLowest = kIntervals == 16 ? 0x3fe7800000000000 : 0x3fe7400000000000;  // 47/64 and 93/128
  constexpr int64_t kOne = 0x3ff0000000000000;
  const auto shifted = hn::Add(hn::BitCast(di, x), hn::Set(di, kOne - kLowest));
  LogParts<D> parts;
  parts.index = hn::BitCast(di, hn::ShiftRight<kShift>(hn::BitCast(hn::RebindToUnsigned<D>(), shifted)));
  parts.z = hn::BitCast(d, hn::Add(hn::And(shifted, hn::Set(di, 0x000fffffffffffff)), hn::Set(di, kLowest)));
#if HWY_TARGET <= HWY_AVX3
  parts.k = hn::Vec<D>{_mm512_getexp_pd(hn::BitCast(d, shifted).raw)};
#else
  const auto biased = hn::BitCast(di, hn::ShiftRight<52>(hn::BitCast(hn::RebindToUnsigned<D>(), shifted)));
  const V magic = hn::Set(d, 0x1p52);
  parts.k = hn::Sub(hn::BitCast(d, hn::Or(biased, hn::BitCast(di, magic))), hn::Set(d, 0x1p52 + 1023));
#endif
  return parts;
}

// ---- exp
// -------------------------------------------------------------------------------------------------------------

// e^x = 2^(n/16) e^r with a table of sixteen powers and a polynomial.
struct Exp64 {
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
  // The bounds come first in Min and Max, so that AVX-512 hands a NaN on.
  template <class D, class V>
  static HWY_INLINE V Anywhere(D d, V x) {
    const V bounded = hn::Max(hn::Set(d, -760.0), hn::Min(hn::Set(d, 760.0), x));
    return FinishExpAnywhere(d, ReduceExp(d, bounded, hn::Set(d, -kExpShift)));
  }
};

// e^x = 2^n e^r, |r| <= log(2)/2, polynomial of degree 6: relative error 2^-27.8.
struct Exp32 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 87.0f)));
    V n, p;
    const auto shifted = Reduce(d, x, n, p);
    const V s =
        hn::BitCast(d, hn::Add(hn::ShiftLeft<23>(shifted), hn::BitCast(hn::RebindToSigned<D>(), hn::Set(d, 1.0f))));
    return hn::MulAdd(s, p, s);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    V n, p;
    Reduce(d, hn::Min(hn::Max(x, hn::Set(d, -120.0f)), hn::Set(d, 120.0f)), n, p);
    const V one = hn::Set(d, 1.0f);
    const V half = hn::Floor(hn::Mul(n, hn::Set(d, 0.5f)));
    const V y = hn::Mul(hn::Mul(hn::Add(p, one), PowerOfTwo32(d, half)), PowerOfTwo32(d, hn::Sub(n, half)));
    return hn::IfThenElse(hn::IsNaN(x), x, y);
  }
  template <class D, class V>
  static HWY_INLINE V PowerOfTwo32(D d, V k) {
    return hn::BitCast(d,
                       hn::ShiftLeft<23>(hn::BitCast(hn::RebindToSigned<D>(), hn::Add(k, hn::Set(d, 0x1p23f + 127)))));
  }
  template <class D, class V>
  static HWY_INLINE hn::Vec<hn::RebindToSigned<D>> Reduce(D d, V x, V& n, V& p) {
    const V shift = hn::Set(d, 0x1.8p23f);
    const V shifted = hn::MulAdd(x, hn::Set(d, 0x1.715476p0f), shift);
    n = hn::Sub(shifted, shift);
    const V r = hn::NegMulAdd(n, hn::Set(d, 0x1.7f7d1cp-20f), hn::NegMulAdd(n, hn::Set(d, 0x1.62e4p-1f), x));
    V q = hn::MulAdd(hn::Set(d, 0x1.681d3p-10f), r, hn::Set(d, 0x1.123be8p-7f));
    q = hn::MulAdd(q, r, hn::Set(d, 0x1.555c5ep-5f));
    q = hn::MulAdd(q, r, hn::Set(d, 0x1.55548ep-3f));
    q = hn::MulAdd(q, r, hn::Set(d, 0x1.fffff6p-2f));
    p = hn::MulAdd(hn::Mul(r, r), q, r);
    return hn::BitCast(hn::RebindToSigned<D>(), shifted);
  }
};

// ---- log
// -------------------------------------------------------------------------------------------------------------

// log(x) = k log(2) + log(c) + log(1 + r), r = z/c - 1; k log(2) + log(c) is exact but for a small second part, and
// log(1 + r) is r + r^2 times a polynomial of degree 7 on [-0.0336, 0.0313], relative error 2^-55.7.
template <class D, class V>
HWY_INLINE V LogOfNormal(D d, V x, V more) {
  const LogParts<D> parts = SplitForLog<16>(d, x);
  const V k = hn::Add(parts.k, more);
  const V r = ProductMinusOne(d, parts.z, Lookup16(d, kLogInverse, parts.index));
  const V w = hn::MulAdd(k, hn::Set(d, 0x1.62e42fefa38p-1), Lookup16(d, kLogOfCHigh, parts.index));
  const V high = hn::Add(w, r);
  const V low1 = hn::MulAdd(k, hn::Set(d, 0x1.ef35793c7673p-45), Lookup16(d, kLogOfCLow, parts.index));
  const V low = hn::Add(hn::Add(hn::Sub(w, high), r), low1);
  const V r2 = hn::Mul(r, r);
  const V q01 = hn::MulAdd(hn::Set(d, 0x1.5555555554a3cp-2), r, hn::Set(d, -0x1.fffffffffffbfp-2));
  const V q23 = hn::MulAdd(hn::Set(d, 0x1.999999be43391p-3), r, hn::Set(d, -0x1.00000000d974cp-2));
  const V q45 = hn::MulAdd(hn::Set(d, 0x1.24913381ffc05p-3), r, hn::Set(d, -0x1.55553db2cdf5ap-3));
  const V q67 = hn::MulAdd(hn::Set(d, 0x1.cc54b8fde97fp-4), r, hn::Set(d, -0x1.0078a29da39a8p-3));
  V q = hn::MulAdd(hn::MulAdd(hn::MulAdd(q67, r2, q45), r2, q23), r2, q01);
  return hn::Add(high, hn::MulAdd(q, r2, low));
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

struct Log64 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = SlowForLog(d, x);
    return LogOfNormal(d, x, hn::Zero(d));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    V more;
    const V normal = Normalize(d, x, more);
    return LogAtTheEdges(d, x, LogOfNormal(d, normal, more));
  }
};

// log(x) = k log(2) + log(1 + r) with 1 + r in [sqrt(1/2), sqrt(2)), r - r^2/2 + r^3 times a polynomial of degree 6,
// relative error 2^-25.5.
struct Log32 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = SlowForLog(d, x);
    return OfNormal(d, x, hn::Zero(d));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    return LogAtTheEdges(d, x, OfNormal(d, hn::Mul(x, hn::Set(d, 0x1p24f)), hn::Set(d, -24.0f)));
  }
  template <class D, class V>
  static HWY_INLINE V OfNormal(D d, V x, V more) {
    const hn::RebindToSigned<D> di;
    const auto lowest = hn::Set(di, 0x3f3504f3);  // sqrt(1/2)
    const auto shifted = hn::Sub(hn::BitCast(di, x), lowest);
    const V k = hn::Add(hn::ConvertTo(d, hn::ShiftRight<23>(shifted)), more);
    const V z = hn::BitCast(d, hn::Add(hn::And(shifted, hn::Set(di, 0x007fffff)), lowest));
    const V r = hn::Sub(z, hn::Set(d, 1.0f));
    const V r2 = hn::Mul(r, r);
    V q = hn::MulAdd(hn::Set(d, -0x1.455e0ep-4f), r, hn::Set(d, 0x1.02e8e4p-3f));
    q = hn::MulAdd(q, r, hn::Set(d, -0x1.0a1fccp-3f));
    q = hn::MulAdd(q, r, hn::Set(d, 0x1.23116cp-3f));
    q = hn::MulAdd(q, r, hn::Set(d, -0x1.54d08ep-3f));
    q = hn::MulAdd(q, r, hn::Set(d, 0x1.999f4ap-3f));
    q = hn::MulAdd(q, r, hn::Set(d, -0x1.0000cep-2f));
    q = hn::MulAdd(q, r, hn::Set(d, 0x1.555554p-2f));
    q = hn::MulAdd(q, r, hn::Set(d, -0.5f));
    const V low = hn::MulAdd(k, hn::Set(d, 0x1.7f7d1cp-20f), hn::Mul(q, r2));
    return hn::MulAdd(k, hn::Set(d, 0x1.62e4p-1f), hn::Add(r, low));
  }
};

// ---- pow
// -------------------------------------------------------------------------------------------------------------

// log(x) = high + low, relative error below 2^-64: as LogOfNormal with r exact, r^2 / 2 in two doubles and a polynomial
// of degree 9 for the rest, relative error 2^-68.1 on [-0.0343, 0.0313].
template <class D, class V>
HWY_INLINE V LogInTwo(D d, V x, V more, V& low) {
  const LogParts<D> parts = SplitForLog<32>(d, x);
  const V k = hn::Add(parts.k, more);
  const V r = ProductMinusOne(d, parts.z, Lookup32(d, kPowInverse, parts.index));
  const V w = hn::MulAdd(k, hn::Set(d, 0x1.62e42fefa38p-1), Lookup32(d, kPowLogHigh, parts.index));
  const V low1 = hn::MulAdd(k, hn::Set(d, 0x1.ef35793c7673p-45), Lookup32(d, kPowLogLow, parts.index));
  const V sum = hn::Add(w, r);
  const V low2 = hn::Add(hn::Sub(w, sum), r);
  const V ar = hn::Mul(r, hn::Set(d, -0.5));
  const V ar2 = hn::Mul(r, ar);
  const V low3 = ProductTail(d, r, ar, ar2);
  const V high = hn::Add(sum, ar2);
  const V low4 = hn::Add(hn::Sub(sum, high), ar2);
  // In powers of -r^2/2, hence the factors of -2 in the coefficients.
  const V q01 = hn::MulAdd(hn::Set(d, 0x1.fffffffffffbdp-2), r, hn::Set(d, -0x1.5555555555555p-1));
  const V q23 = hn::MulAdd(hn::Set(d, -0x1.555555571cd53p-1), r, hn::Set(d, 0x1.99999999a3dd7p-1));
  const V q45 = hn::MulAdd(hn::Set(d, 0x1.ffffa1be8b6dap-1), r, hn::Set(d, -0x1.249247211256dp+0));
  const V q67 = hn::MulAdd(hn::Set(d, -0x1.9c694b8837fa2p+0), r, hn::Set(d, 0x1.c760d9a30290ep+0));
  const V q = hn::MulAdd(hn::MulAdd(hn::MulAdd(q67, ar2, q45), ar2, q23), ar2, q01);
  const V lows = hn::Add(hn::Add(low1, low2), hn::Add(low3, low4));
  const V rest = hn::MulAdd(hn::Mul(r, ar2), q, lows);
  const V y = hn::Add(high, rest);
  low = hn::Add(hn::Sub(high, y), rest);
  return y;
}

// exp(y (high + low)) for results within the normal range, `slow` elsewhere.
template <class D, class V>
HWY_INLINE V ExpOfProduct(D d, V y, V high, V low, Mask<D>& slow) {
  const V product = hn::Mul(y, high);
  const V tail = hn::MulAdd(y, low, ProductTail(d, y, high, product));
  slow = hn::Not(hn::Lt(hn::Abs(product), hn::Set(d, 708.0)));
  return FinishExp(d, ReduceExp(d, product, hn::Sub(tail, hn::Set(d, kExpShift))));
}

// IEEE 754 pow where x or y is zero, infinite or NaN or x is negative; `y_of_abs` is |x|^y where that is none of these.
template <class D, class V>
HWY_INLINE V PowAtTheEdges(D d, V x, V y, V y_of_abs) {
  const V zero = hn::Zero(d), one = hn::Set(d, hn::TFromD<D>(1)), inf = Infinity(d);
  const V nan = hn::Set(d, std::numeric_limits<hn::TFromD<D>>::quiet_NaN());
  const V ax = hn::Abs(x), ay = hn::Abs(y);
  V result = y_of_abs;
  // The limit is infinite when the base and the exponent push the same way.
  const auto grows = hn::Xor(hn::VecFromMask(d, hn::Gt(ax, one)), hn::VecFromMask(d, hn::Lt(y, zero)));
  const V limit = hn::And(grows, inf);
  const auto at_limit = hn::Or(hn::Or(hn::Eq(ax, zero), hn::Eq(ax, inf)), hn::And(hn::Eq(ay, inf), hn::Ne(ax, one)));
  result = hn::IfThenElse(at_limit, limit, result);
  result = hn::IfThenElse(hn::And(hn::Eq(ay, inf), hn::Eq(ax, one)), one, result);
  const auto integer = hn::Eq(hn::Trunc(y), y);
  const V half = hn::Mul(y, hn::Set(d, hn::TFromD<D>(0.5)));
  const auto odd = hn::And(integer, hn::Ne(hn::Trunc(half), half));
  result = hn::IfThenElse(odd, hn::CopySign(result, x), result);
  const auto finite_negative = hn::And(hn::Lt(x, zero), hn::Lt(ax, inf));
  result = hn::IfThenElse(hn::AndNot(integer, finite_negative), nan, result);
  result = hn::IfThenElse(hn::Or(hn::IsNaN(x), hn::IsNaN(y)), hn::Add(x, y), result);
  return hn::IfThenElse(hn::Or(hn::Eq(x, one), hn::Eq(y, zero)), one, result);
}

struct Pow64 {
  // log(x), NaN where x asks for the slow way.
  template <class D>
  struct Base {
    hn::Vec<D> high, low;
  };
  template <class D, class V>
  static HWY_INLINE Base<D> Prepare(D d, V x) {
    Base<D> base;
    const V high = LogInTwo(d, x, hn::Zero(d), base.low);
    base.high = hn::IfThenElse(SlowForLog(d, x), hn::Set(d, std::numeric_limits<double>::quiet_NaN()), high);
    return base;
  }
  template <class D, class V>
  static HWY_INLINE V Fast(D d, const Base<D>& base, V y, Mask<D>& slow) {
    return ExpOfProduct(d, y, base.high, base.low, slow);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V y) {
    V more, low;
    const V normal = Normalize(d, hn::Abs(x), more);
    const V high = LogInTwo(d, normal, more, low);
    // |log(x)| >= 2^-53 where it is not 0, so that larger exponents change nothing.
    const V huge = hn::Set(d, 0x1p65);
    const V bounded_y = hn::Min(hn::Max(y, hn::Neg(huge)), huge);
    V product = hn::Mul(bounded_y, high);
    V tail = hn::MulAdd(bounded_y, low, ProductTail(d, bounded_y, high, product));
    const auto far = hn::Not(hn::Lt(hn::Abs(product), hn::Set(d, 760.0)));
    product = hn::IfThenElse(far, hn::CopySign(hn::Set(d, 760.0), product), product);
    tail = hn::IfThenElse(far, hn::Zero(d), tail);
    return PowAtTheEdges(d, x, y, FinishExpAnywhere(d, ReduceExp(d, product, hn::Sub(tail, hn::Set(d, kExpShift)))));
  }
};

// A float32 vector as two of float64, and back.
template <class DF>
using Wide = hn::Rebind<double, hn::Half<DF>>;
template <class DF>
HWY_INLINE hn::Vec<Wide<DF>> WidenLower(DF, hn::Vec<DF> v) {
  return hn::PromoteTo(Wide<DF>(), hn::LowerHalf(hn::Half<DF>(), v));
}
template <class DF>
HWY_INLINE hn::Vec<Wide<DF>> WidenUpper(DF, hn::Vec<DF> v) {
  return hn::PromoteTo(Wide<DF>(), hn::UpperHalf(hn::Half<DF>(), v));
}
template <class DF, class V>
HWY_INLINE hn::Vec<DF> Narrow(DF d, V lower, V upper) {
  const hn::Half<DF> half;
  return hn::Combine(d, hn::DemoteTo(half, upper), hn::DemoteTo(half, lower));
}

// log(x) to a relative 2^-37, for results in float32.
template <class D, class V>
HWY_INLINE V LogForFloat(D d, V x) {
  const LogParts<D> parts = SplitForLog<16>(d, x);
  const V r = ProductMinusOne(d, parts.z, Lookup16(d, kLogInverse, parts.index));
  const V w = hn::MulAdd(parts.k, hn::Set(d, 0x1.62e42fefa39efp-1), Lookup16(d, kLogOfCHigh, parts.index));
  const V r2 = hn::Mul(r, r);
  const V q01 = hn::MulAdd(hn::Set(d, 0x1.555550d47a8d6p-2), r, hn::Set(d, -0x1.000000018938fp-1));
  V q23 = hn::MulAdd(hn::Set(d, 0x1.9a0639c27f1e9p-3), r, hn::Set(d, -0x1.ffff6a451d93fp-3));
  q23 = hn::MulAdd(hn::Set(d, -0x1.57e264a70980ap-3), r2, q23);
  return hn::MulAdd(hn::MulAdd(q23, r2, q01), r2, hn::Add(w, r));
}

// pow in float64 of half the precision; the conversion of the result does the overflow and underflow.
struct Pow32 {
  template <class D>
  struct Base {
    hn::Vec<Wide<D>> lower, upper;
    Mask<D> slow;
  };
  template <class D, class V>
  static HWY_INLINE Base<D> Prepare(D d, V x) {
    Base<D> base;
    base.slow = SlowForLog(d, x);
    base.lower = LogForFloat(Wide<D>(), WidenLower(d, x));
    base.upper = LogForFloat(Wide<D>(), WidenUpper(d, x));
    return base;
  }
  template <class D, class V>
  static HWY_INLINE V ExpOfProduct(D d, V y, V log) {
    const V bound = hn::Set(d, 200.0);
    const V product = hn::Max(hn::Min(hn::MulAdd(y, log, hn::Set(d, -kExpShift)), bound), hn::Neg(bound));
    return FinishExp(d, ReduceExpForFloat(d, product));
  }
  template <class D, class V>
  static HWY_INLINE V Fast(D d, const Base<D>& base, V y, Mask<D>& slow) {
    const Wide<D> wide;
    slow = hn::Or(base.slow, hn::Not(hn::Lt(hn::Abs(y), Infinity(d))));
    return Narrow(d, ExpOfProduct(wide, WidenLower(d, y), base.lower),
                  ExpOfProduct(wide, WidenUpper(d, y), base.upper));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V y) {
    Mask<D> ignored;
    return PowAtTheEdges(d, x, y, Fast(d, Prepare(d, hn::Abs(x)), y, ignored));
  }
};

// ---- Loops
// -----------------------------------------------------------------------------------------------------------

// One vector, slow elements and all. Not inlined, so that the loops below keep their constants in registers.
template <class Op, class D, class T = hn::TFromD<D>>
HWY_NOINLINE void MapVector(D d, const T* x, T* y) {
  const auto v = hn::LoadU(d, x);
  Mask<D> slow;
  auto result = Op::Fast(d, v, slow);
  if (!hn::AllFalse(d, slow)) result = hn::IfThenElse(slow, Op::Fix(d, v, result), result);
  hn::StoreU(result, d, y);
}

template <class Op, class T>
HWY_INLINE void Map(const T* x, T* y, size_t n) {
  const hn::ScalableTag<T> d;
  constexpr size_t N = hn::MaxLanes(hn::ScalableTag<T>());
  constexpr size_t kStep = kGroup * N;
  size_t i = 0;
  while (i + kStep <= n) {
    for (; i + kStep <= n; i += kStep) {
      Mask<decltype(d)> slow0, slow1;
      const auto y0 = Op::Fast(d, hn::LoadU(d, x + i), slow0);
      const auto y1 = Op::Fast(d, hn::LoadU(d, x + i + N), slow1);
      auto slow = hn::Or(slow0, slow1);
      if constexpr (kGroup == 4) {
        Mask<decltype(d)> slow2, slow3;
        const auto y2 = Op::Fast(d, hn::LoadU(d, x + i + 2 * N), slow2);
        const auto y3 = Op::Fast(d, hn::LoadU(d, x + i + 3 * N), slow3);
        slow = hn::Or(slow, hn::Or(slow2, slow3));
        if (HWY_UNLIKELY(!hn::AllFalse(d, slow))) break;
        hn::StoreU(y2, d, y + i + 2 * N);
        hn::StoreU(y3, d, y + i + 3 * N);
      } else if (HWY_UNLIKELY(!hn::AllFalse(d, slow))) {
        break;
      }
      hn::StoreU(y0, d, y + i);
      hn::StoreU(y1, d, y + i + N);
    }
    if (i + kStep > n) break;
    for (size_t k = 0; k < kGroup; ++k, i += N) MapVector<Op>(d, x + i, y + i);
  }
  for (; i + N <= n; i += N) MapVector<Op>(d, x + i, y + i);
  if (i < n) {
    T buffer[N];
    for (size_t k = 0; k < N; ++k) buffer[k] = x[i + k < n ? i + k : i];
    MapVector<Op>(d, buffer, buffer);
    for (size_t k = 0; i + k < n; ++k) y[i + k] = buffer[k];
  }
}

// One vector of powers, slow elements and all.
template <class Op, class D, class T = hn::TFromD<D>>
HWY_NOINLINE void PowVector(D d, const T* x, const T* y, T* out) {
  const auto vx = hn::LoadU(d, x);
  const auto vy = hn::LoadU(d, y);
  Mask<D> slow;
  auto result = Op::Fast(d, Op::Prepare(d, vx), vy, slow);
  if (!hn::AllFalse(d, slow)) result = hn::IfThenElse(slow, Op::Fix(d, vx, vy), result);
  hn::StoreU(result, d, out);
}

// As Map. A uniform operand is read once, before anything is written, and stands in an array of its own from then on. The two halves
// of the work go over several vectors in turn, because one chain through both is longer than a processor can look ahead.
template <class Op, bool kUniformX, bool kUniformY, class T>
HWY_INLINE void MapPow(const T* x, const T* y, T* out, size_t n) {
  const hn::ScalableTag<T> d;
  using D = hn::ScalableTag<T>;
  constexpr size_t N = hn::MaxLanes(D());
  constexpr size_t kVectors = 8;
  constexpr size_t kX = kUniformX ? 0 : 1, kY = kUniformY ? 0 : 1;
  if (n == 0) return;
  HWY_ALIGN T same_x[N], same_y[N];
  for (size_t k = 0; k < N; ++k) same_x[k] = *x, same_y[k] = *y;
  if (kUniformX) x = same_x;
  if (kUniformY) y = same_y;
  HWY_ALIGN typename Op::template Base<D> base[kVectors];
  for (size_t v = 0; v < kVectors; ++v) base[v] = Op::Prepare(d, hn::Load(d, same_x));
  size_t i = 0;
  for (; i + kVectors * N <= n; i += kVectors * N) {
    if (!kUniformX) {
      for (size_t v = 0; v < kVectors; ++v) base[v] = Op::Prepare(d, hn::LoadU(d, x + i + v * N));
    }
    for (size_t v = 0; v < kVectors; v += 2) {
      const size_t first = i + v * N, second = first + N;
      Mask<D> slow0, slow1;
      const auto out0 = Op::Fast(d, base[v], hn::LoadU(d, y + kY * first), slow0);
      const auto out1 = Op::Fast(d, base[v + 1], hn::LoadU(d, y + kY * second), slow1);
      if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Or(slow0, slow1)))) {
        PowVector<Op>(d, x + kX * first, y + kY * first, out + first);
        PowVector<Op>(d, x + kX * second, y + kY * second, out + second);
      } else {
        hn::StoreU(out0, d, out + first);
        hn::StoreU(out1, d, out + second);
      }
    }
  }
  for (; i + N <= n; i += N) PowVector<Op>(d, x + kX * i, y + kY * i, out + i);
  if (i < n) {
    HWY_ALIGN T tail_x[N], tail_y[N];
    for (size_t k = 0; k < N; ++k) {
      const size_t from = k < n - i ? i + k : i;
      tail_x[k] = x[kX * from];
      tail_y[k] = y[kY * from];
    }
    PowVector<Op>(d, tail_x, tail_y, tail_x);
    for (size_t k = 0; i + k < n; ++k) out[i + k] = tail_x[k];
  }
}

}  // namespace exp_log

#define LANES_UNARY(Name)                                                                                    \
  HWY_NOINLINE void Name(const double* x, double* y, size_t n) { exp_log::Map<exp_log::Name##64>(x, y, n); } \
  HWY_NOINLINE void Name(const float* x, float* y, size_t n) { exp_log::Map<exp_log::Name##32>(x, y, n); }
LANES_UNARY(Exp)
LANES_UNARY(Log)
#undef LANES_UNARY

namespace exp_log {
template <class Op, class T>
HWY_INLINE void ChoosePow(const T* x, const T* y, T* out, size_t n, unsigned uniform) {
  switch (uniform & 3) {
    case 0:
      return MapPow<Op, false, false>(x, y, out, n);
    case 1:
      return MapPow<Op, true, false>(x, y, out, n);
    case 2:
      return MapPow<Op, false, true>(x, y, out, n);
    default:
      return MapPow<Op, true, true>(x, y, out, n);
  }
}
}  // namespace exp_log

HWY_NOINLINE void Pow(const double* x, const double* y, double* out, size_t n, unsigned uniform) {
  exp_log::ChoosePow<exp_log::Pow64>(x, y, out, n, uniform);
}
HWY_NOINLINE void Pow(const float* x, const float* y, float* out, size_t n, unsigned uniform) {
  exp_log::ChoosePow<exp_log::Pow32>(x, y, out, n, uniform);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_EXP_LOG_H
