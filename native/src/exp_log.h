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
#include <type_traits>

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
  return hn::Vec<D>{_mm512_permutex2var_pd(hn::Load(d, table).raw, i.raw, hn::Load(d, table + 8).raw)};
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

// table[bits >> 48 & 15] of kIntervals = 16 doubles or table[bits >> 47 & 31] of 32.
template <int kIntervals, class D, class VI>
HWY_INLINE hn::Vec<D> LookupLong(D d, const double* table, VI bits) {
  const hn::RebindToSigned<D> di;
  const auto unsigned_bits = hn::BitCast(hn::RebindToUnsigned<D>(), bits);
  if constexpr (kIntervals == 16) {
    return Lookup16(d, table, hn::BitCast(di, hn::ShiftRight<48>(unsigned_bits)));
  } else {
    return Lookup32(d, table, hn::BitCast(di, hn::ShiftRight<47>(unsigned_bits)));
  }
}

#if HWY_TARGET <= HWY_AVX3
// The upper halves of sixteen doubles.
HWY_INLINE __m512i UpperHalves(const double* table) {
  const __m512i odd = _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return _mm512_permutex2var_epi32(_mm512_load_si512(table), odd, _mm512_load_si512(table + 8));
}
#endif

#if HWY_TARGET == HWY_AVX2
// The upper halves of eight doubles.
HWY_INLINE __m256i UpperHalves(const double* table) {
  const __m256i first = _mm256_load_si256(reinterpret_cast<const __m256i*>(table));
  const __m256i second = _mm256_load_si256(reinterpret_cast<const __m256i*>(table + 4));
  const __m256 both = _mm256_shuffle_ps(_mm256_castsi256_ps(first), _mm256_castsi256_ps(second), 0xdd);
  return _mm256_permute4x64_epi64(_mm256_castps_si256(both), 0xd8);
}
#endif

// The same of doubles whose lower halves are 0.
template <int kIntervals, class D, class VI>
HWY_INLINE hn::Vec<D> LookupShort(D d, const double* table, VI bits) {
#if HWY_TARGET <= HWY_AVX3
  (void)d;
  constexpr __mmask16 kUpper = 0xaaaa;
  if constexpr (kIntervals == 16) {
    return hn::Vec<D>{_mm512_castsi512_pd(
        _mm512_maskz_permutexvar_epi32(kUpper, _mm512_srli_epi32(bits.raw, 16), UpperHalves(table)))};
  } else {
    return hn::Vec<D>{_mm512_castsi512_pd(_mm512_maskz_permutex2var_epi32(
        kUpper, UpperHalves(table), _mm512_srli_epi32(bits.raw, 15), UpperHalves(table + 16)))};
  }
#elif HWY_TARGET == HWY_AVX2
  if constexpr (kIntervals == 16) {
    const __m256i index = _mm256_srli_epi32(bits.raw, 16);
    const __m256i upper_eight = _mm256_slli_epi32(bits.raw, 12);
    const __m256i first = _mm256_permutevar8x32_epi32(UpperHalves(table), index);
    const __m256i second = _mm256_permutevar8x32_epi32(UpperHalves(table + 8), index);
    const __m256 either =
        _mm256_blendv_ps(_mm256_castsi256_ps(first), _mm256_castsi256_ps(second), _mm256_castsi256_ps(upper_eight));
    return hn::Vec<D>{_mm256_castps_pd(_mm256_blend_ps(_mm256_setzero_ps(), either, 0xaa))};
  } else {
    return LookupLong<kIntervals>(d, table, bits);
  }
#else
  return LookupLong<kIntervals>(d, table, bits);
#endif
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
  constexpr T kLargest = sizeof(T) == 8 ? static_cast<T>(0x1.7p1023) : std::numeric_limits<T>::max();
  return hn::Not(hn::And(hn::Ge(x, hn::Set(d, std::numeric_limits<T>::min())), hn::Le(x, hn::Set(d, kLargest))));
#endif
}

// a * b = high + low without error, barring overflow and underflow.
template <class D, class V>
HWY_INLINE V ProductTail(D d, V a, V b, V high) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::MulSub(a, b, high);
#else
  using U = hn::TFromD<hn::RebindToUnsigned<D>>;
  constexpr U kUpperHalf = static_cast<U>(sizeof(U) == 8 ? 0xfffffffff8000000u : 0xfffff000u);
  const V mask = hn::BitCast(d, hn::Set(hn::RebindToUnsigned<D>(), kUpperHalf));
  const V ah = hn::And(a, mask), al = hn::Sub(a, ah);
  const V bh = hn::And(b, mask), bl = hn::Sub(b, bh);
  const V cross = hn::Add(hn::Add(hn::Sub(hn::Mul(ah, bh), high), hn::Mul(ah, bl)), hn::Mul(al, bh));
  return hn::Add(cross, hn::Mul(al, bl));
#endif
}

// c - a * b rounded once, for products near c.
template <class D, class V>
HWY_INLINE V Remainder(D d, V a, V b, V c) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::NegMulAdd(a, b, c);
#else
  const V product = hn::Mul(a, b);
  return hn::Sub(hn::Sub(c, product), ProductTail(d, a, b, product));
#endif
}

// ... + c2 r^2 + c1 r + c0 by Horner's rule, the highest coefficient first.
template <class D, class V>
HWY_INLINE V Polynomial(D, V r, V c1, V c0) {
  return hn::MulAdd(c1, r, c0);
}
template <class D, class V, class... More>
HWY_INLINE V Polynomial(D d, V r, V c2, V c1, V c0, More... more) {
  return Polynomial(d, r, hn::MulAdd(c2, r, c1), c0, more...);
}

// A number in two parts per lane.
template <class D>
struct TwoVectors {
  hn::Vec<D> high, low;
};

// a + b = sum + low without error.
template <class V>
HWY_INLINE V TwoSum(V a, V b, V& low) {
  const V sum = hn::Add(a, b);
  const V b_part = hn::Sub(sum, a);
  low = hn::Add(hn::Sub(a, hn::Sub(sum, b_part)), hn::Sub(b, b_part));
  return sum;
}

// The same for |a| >= |b| or a = 0.
template <class V>
HWY_INLINE V FastTwoSum(V a, V b, V& low) {
  const V sum = hn::Add(a, b);
  low = hn::Add(hn::Sub(a, sum), b);
  return sum;
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

// exp(x) = 2^n e^shift (1 + p) with the shift of the table: n, a multiple of 1/16, as the double `steps` and as 16 n in
// the low bits of `index`.
template <class D>
struct ExpParts {
  hn::Vec<hn::RebindToSigned<D>> index;
  hn::Vec<D> steps;
  hn::Vec<D> p;
};

// The n nearest to x log2e; p is for the caller to find.
template <class D, class V>
HWY_INLINE ExpParts<D> NearestStep(D d, V x, V log2e) {
  // Adding this leaves no more than sixteenths.
  const V magic = hn::Set(d, 0x1.8p48);
  const V shifted = hn::MulAdd(x, log2e, magic);
  return {hn::BitCast(hn::RebindToSigned<D>(), shifted), hn::Sub(shifted, magic), hn::Zero(d)};
}

constexpr double kLog2e = 0x1.71547652b82fep+0;
constexpr double kLog2 = 0x1.62e42fefa39efp-1;
// 37 bits of log(2), so that 16 n times it is exact, and the rest.
constexpr double kLog2High = 0x1.62e42fefap-1;
constexpr double kLog2Low = 0x1.cf79abc9e3b3ap-40;

// (e^r - 1 - r) / r^2 on [-0.02175, 0.02175]: degree 4, relative error of e^r 2^-56.2.
template <class D, class V>
HWY_INLINE V ExpQuotient(D d, V r, V r2) {
  const V q1 = hn::MulAdd(hn::Set(d, 0x1.555555548c3ffp-3), r, hn::Set(d, 0x1.0000000000005p-1));
  V q2 = hn::MulAdd(hn::Set(d, 0x1.11123d243d47fp-7), r, hn::Set(d, 0x1.555555545a8bap-5));
  q2 = hn::MulAdd(hn::Set(d, 0x1.6c18615a24a25p-10), r2, q2);
  return hn::MulAdd(q2, r2, q1);
}

// The same of degree 5, for a relative error 2^-59 of e^r - 1.
template <class D, class V>
HWY_INLINE V ExpQuotientOfSmall(D d, V r, V r2) {
  const V q1 = hn::MulAdd(hn::Set(d, 0x1.5555555555557p-3), r, hn::Set(d, 0x1.0000000000001p-1));
  const V q2 = hn::MulAdd(hn::Set(d, 0x1.11111110b229fp-7), r, hn::Set(d, 0x1.55555554dedddp-5));
  const V q3 = hn::MulAdd(hn::Set(d, 0x1.a01b5bd0e4f3dp-13), r, hn::Set(d, 0x1.6c17f6e3ef195p-10));
  return hn::MulAdd(hn::MulAdd(q3, r2, q2), r2, q1);
}

// exp(x + low + shift).
template <class D, class V>
HWY_INLINE ExpParts<D> ReduceExp(D d, V x, V low) {
  ExpParts<D> parts = NearestStep(d, x, hn::Set(d, kLog2e));
  const V n = parts.steps;
  const V r = hn::Add(hn::NegMulAdd(n, hn::Set(d, kLog2High), x), hn::NegMulAdd(n, hn::Set(d, kLog2Low), low));
  const V r2 = hn::Mul(r, r);
  parts.p = hn::MulAdd(ExpQuotient(d, r, r2), r2, r);
  return parts;
}

// e^r - 1 for results in float32: degree 2 for the quotient, relative error 2^-30.9.
template <class D, class V>
HWY_INLINE V ExpMinusOneForFloat(D d, V r) {
  V q = hn::MulAdd(hn::Set(d, 0x1.55570e4380d7dp-5), r, hn::Set(d, 0x1.5556e22bab578p-3));
  q = hn::MulAdd(q, r, hn::Set(d, 0x1.fffffffeaa3fbp-2));
  return hn::MulAdd(hn::Mul(r, r), q, r);
}

// exp(x + shift) for results in float32.
template <class D, class V>
HWY_INLINE ExpParts<D> ReduceExpForFloat(D d, V x) {
  ExpParts<D> parts = NearestStep(d, x, hn::Set(d, kLog2e));
  parts.p = ExpMinusOneForFloat(d, hn::NegMulAdd(parts.steps, hn::Set(d, kLog2), x));
  return parts;
}

// The power of two that `index` stands for, out of kExpBits or kPlainExpBits.
template <class D, class VI>
HWY_INLINE hn::Vec<D> PowerFromTable(D d, const uint64_t* table, VI index) {
  const hn::RebindToSigned<D> di;
  const auto entry = hn::BitCast(di, Lookup16(d, reinterpret_cast<const double*>(table), index));
  return hn::BitCast(d, hn::Add(entry, hn::ShiftLeft<48>(index)));
}

// 2^n e^shift (1 + p), for results within the normal range.
template <class D>
HWY_INLINE hn::Vec<D> FinishExp(D d, const ExpParts<D>& parts) {
  const auto s = PowerFromTable(d, kExpBits, parts.index);
  return hn::MulAdd(s, parts.p, s);
}

// The same for every n in [-1200, 1200].
template <class D>
HWY_INLINE hn::Vec<D> FinishExpAnywhere(D d, const ExpParts<D>& parts) {
  const auto s = Lookup16(d, kExpPower, parts.index);
  const auto value = hn::MulAdd(s, parts.p, s);
#if HWY_TARGET <= HWY_AVX3
  return hn::Vec<D>{_mm512_scalef_pd(value.raw, parts.steps.raw)};
#else
  return ScaleSlowly(d, value, hn::Floor(parts.steps));
#endif
}

// x = 2^k z with z in [lowest, 2 lowest), for positive normal x up to 0x1.7p1023. The topmost of the significand's bits
// in `bits` number the interval of z, sixteen or thirty-two of them.
template <class D>
struct LogParts {
  hn::Vec<hn::RebindToSigned<D>> bits;
  hn::Vec<D> k;
  hn::Vec<D> z;
};

template <int kIntervals, class D, class V>
HWY_INLINE LogParts<D> SplitForLog(D d, V x) {
  const hn::RebindToSigned<D> di;
  constexpr int64_t kLowest = kIntervals == 16 ? 0x3fe7800000000000 : 0x3fe7400000000000;  // 47/64 and 93/128
  constexpr int64_t kOne = 0x3ff0000000000000;
  const auto shifted = hn::Add(hn::BitCast(di, x), hn::Set(di, kOne - kLowest));
  LogParts<D> parts;
  parts.bits = shifted;
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

// A float32 function as F::Of on float64, where the result needs half the precision; F::Slow says where F::Fix has the
// result.
template <class F>
struct ThroughWide {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    const Wide<D> wide;
    slow = F::Slow(d, x);
    return Narrow(d, F::Of(wide, WidenLower(d, x)), F::Of(wide, WidenUpper(d, x)));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V y) {
    return F::Fix(d, x, y);
  }
};

// For functions without slow elements.
struct NeverSlow {
  template <class D, class V>
  static HWY_INLINE Mask<D> Slow(D d, V) {
    return hn::MaskFromVec(hn::Zero(d));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D, V, V y) {
    return y;
  }
};

// x within [-bound, bound]. The bounds stand first in Min and Max, so that x86 hands a NaN on.
template <class D, class V>
HWY_INLINE V Bounded(D d, V x, double bound) {
  return hn::Max(hn::Set(d, -bound), hn::Min(hn::Set(d, bound), x));
}

// e^x = 2^n e^r with a table of the powers of 2^(1/16) and a polynomial.
struct ExpF64 {
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
struct ExpF32 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 87.0f)));
    V n, p;
    Reduce(d, x, n, p);
    const V s = PowerOfTwo32(d, n);
    return hn::MulAdd(s, p, s);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    V n, p;
    Reduce(d, hn::Min(hn::Max(x, hn::Set(d, -120.0f)), hn::Set(d, 120.0f)), n, p);
    return hn::IfThenElse(hn::IsNaN(x), x, Scale(d, n, p));
  }
  // 2^n (1 + p) with one rounding.
  template <class D, class V>
  static HWY_INLINE V Scale(D d, V n, V p) {
    const V half = hn::Floor(hn::Mul(n, hn::Set(d, 0.5f)));
    const V scaled = hn::Mul(hn::Add(p, hn::Set(d, 1.0f)), PowerOfTwo32(d, half));
    return hn::Mul(scaled, PowerOfTwo32(d, hn::Sub(n, half)));
  }
  template <class D, class V>
  static HWY_INLINE V PowerOfTwo32(D d, V k) {
    return hn::BitCast(d,
                       hn::ShiftLeft<23>(hn::BitCast(hn::RebindToSigned<D>(), hn::Add(k, hn::Set(d, 0x1p23f + 127)))));
  }
  template <class D, class V>
  static HWY_INLINE void Reduce(D d, V x, V& n, V& p) {
    V r, small;
    ReduceInTwo<false>(d, x, n, r, small);
    p = hn::Add(r, small);
  }
  // e^x = 2^n (1 + r_high + small). The two parts of r stay apart in the sum, where its rounding would count.
  template <bool kForExpm1, class D, class V>
  static HWY_INLINE void ReduceInTwo(D d, V x, V& n, V& r_high, V& small) {
    const V shift = hn::Set(d, 0x1.8p23f);
    const V shifted = hn::MulAdd(x, hn::Set(d, 0x1.715476p0f), shift);
    n = hn::Sub(shifted, shift);
    r_high = hn::NegMulAdd(n, hn::Set(d, 0x1.62e4p-1f), x);
    const V r_low = hn::Mul(n, hn::Set(d, -0x1.7f7d1cp-20f));
    const V r = hn::Add(r_high, r_low);
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
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 125.0f)));
    V n, p;
    Reduce(d, x, n, p);
    const V s = ExpF32::PowerOfTwo32(d, n);
    return hn::MulAdd(s, p, s);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    V n, p;
    Reduce(d, hn::Min(hn::Max(x, hn::Set(d, -180.0f)), hn::Set(d, 180.0f)), n, p);
    return hn::IfThenElse(hn::IsNaN(x), x, ExpF32::Scale(d, n, p));
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
  // The tail goes into r, because s (1 + tail) e^r = s e^(r + tail).
  const V r_low = hn::NegMulAdd(n, hn::Set(d, kLog2Low), Lookup16(d, kPlainExpTail, parts.index));
  V sum_low, r_error;
  const V r = FastTwoSum(hn::NegMulAdd(n, hn::Set(d, kLog2High), x), r_low, r_error);
  const V r2 = hn::Mul(r, r);
  const V sr = hn::Mul(s, r);
  V lows = ProductTail(d, s, r, sr);
  V s1;
  if constexpr (kRange == ExpRange::kPositiveBelow2To53) {
    s1 = hn::Add(s, minus_one);
  } else {
    V s1_low;
    s1 = kRange == ExpRange::kAny ? TwoSum(s, minus_one, s1_low) : FastTwoSum(s, minus_one, s1_low);
    lows = hn::Add(lows, s1_low);
  }
  const V sum = FastTwoSum(s1, sr, sum_low);
  const V rest = hn::MulAdd(ExpQuotientOfSmall(d, r, r2), r2, r_error);
  return FastTwoSum(sum, hn::MulAdd(s, rest, hn::Add(lows, sum_low)), low);
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

// e / (e + term) in two doubles, for e = high + low >= 0.
template <class D, class V>
HWY_INLINE V DivideBySum(D d, V high, V low, double term, V& quotient_low) {
  V divisor_low;
  const V divisor = TwoSum(hn::Set(d, term), high, divisor_low);
  divisor_low = hn::Add(divisor_low, low);
  const V inverse = hn::Div(hn::Set(d, 1.0), divisor);
  const V quotient = hn::Mul(high, inverse);
  const V remainder = hn::Add(Remainder(d, quotient, divisor, high), low);
  quotient_low = hn::Mul(hn::NegMulAdd(quotient, divisor_low, remainder), inverse);
  return quotient;
}

// With E = e^|2x| - 1 in two doubles, tanh|x| = E / (E + 2), the quotient in two doubles. Beyond 22 it rounds to 1.
struct TanhF64 {
  template <class D>
  using Middle = TwoVectors<D>;
  template <class D, class V>
  static HWY_INLINE Middle<D> First(D d, V x) {
    const V a = hn::Min(hn::Set(d, 22.0), hn::Abs(x));
    Middle<D> e;
    e.high = ExpMinusOneInTwo<ExpRange::kPositiveBelow2To53>(d, hn::Add(a, a), e.low);
    return e;
  }
  template <class D, class V>
  static HWY_INLINE V Second(D d, V x, const Middle<D>& e, Mask<D>& slow) {
    slow = hn::MaskFromVec(hn::Zero(d));
    V quotient_low;
    const V quotient = DivideBySum(d, e.high, e.low, 2.0, quotient_low);
    return hn::CopySign(hn::Add(quotient, quotient_low), x);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D, V, V y) {
    return y;
  }
};

// Up to 1 x + x^3 times a polynomial of degree 7 in x^2, relative error 2^-28.3; beyond, 1 - 2 / (e^|2x| + 1).
struct TanhF32 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = hn::MaskFromVec(hn::Zero(d));
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V a = hn::Min(c(10.0f), hn::Abs(x));
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
  template <class D, class V>
  static HWY_INLINE V Fix(D, V, V y) {
    return y;
  }
};

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
    const V e = ExpMinusOneForFloat200(d, hn::Min(hn::Set(d, 200.0), hn::Abs(x)));
    const V twice = hn::Add(e, hn::Div(e, hn::Add(e, hn::Set(d, 1.0))));
    return hn::CopySign(hn::Mul(twice, hn::Set(d, 0.5)), x);
  }
};
using SinhF32 = ThroughWide<SinhOfWide>;

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
    const V bounded = hn::Min(hn::Set(d, 200.0), hn::Abs(x));
    const V e = FinishExp(d, ReduceExpForFloat(d, hn::Sub(bounded, hn::Set(d, kExpShift))));
    return hn::Mul(hn::Add(e, hn::Div(hn::Set(d, 1.0), e)), hn::Set(d, 0.5));
  }
};
using CoshF32 = ThroughWide<CoshOfWide>;

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

// log_b(x) = k log_b(2) + log_b(c) + log_b(1 + r), r = z/c - 1 without rounding, for positive normal x 2^-more.
template <class Base, class D, class V>
HWY_INLINE V LogOfNormal(D d, V x, V more) {
  const LogParts<D> parts = SplitForLog<16>(d, x);
  const V r = ProductMinusOne(d, parts.z, LookupShort<16>(d, kLogInverse, parts.bits));
  return SumOfLogs<Base, false>(d, parts, hn::Add(parts.k, more), r, r);
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
    return LogOfNormal<Base>(d, x, hn::Zero(d));
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

// k log(2) + log(1 + r + r_low): r - r^2/2 + r^3 times a polynomial of degree 7, relative error of log(1 + r) 2^-27.0.
template <class D, class V>
HWY_INLINE V SumOfLogs32(D d, V k, V r, V r_low) {
  const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
  const V q = Polynomial(d, r, c(-0x1.421114p-4f), c(0x1.07e608p-3f), c(-0x1.0ce3a4p-3f), c(0x1.226b9p-3f),
                         c(-0x1.5477fcp-3f), c(0x1.99a5bp-3f), c(-0x1.000222p-2f), c(0x1.55554ap-2f), c(-0.5f));
  const V low = hn::MulAdd(k, c(0x1.7f7d1cp-20f), hn::MulAdd(q, hn::Mul(r, r), r_low));
  return hn::MulAdd(k, c(0x1.62e4p-1f), hn::Add(r, low));
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
    // Without fused operations r / 2 stays out of the products, where it is exact.
    constexpr float kHalf = HWY_NATIVE_FMA ? 0.0f : 0.5f;
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V q = Polynomial(d, r, c(-0x1.e5de5ap-4f), c(0x1.87da12p-3f), c(-0x1.84c3bcp-3f), c(0x1.a0ef22p-3f),
                           c(-0x1.ead16cp-3f), c(0x1.278fe8p-2f), c(-0x1.715a96p-2f), c(0x1.ec7028p-2f),
                           c(-0x1.71547p-1f), c(0x1.c551dap-2f - kHalf));
    const V half = HWY_NATIVE_FMA ? r : hn::Mul(r, c(kHalf));
    const V product = hn::MulAdd(q, r, half);
    return hn::Add(k, HWY_NATIVE_FMA ? product : hn::Add(r, product));
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
using LogF32 = LogTo32<LogOfParts>;
using Log2F32 = LogTo32<Log2OfParts>;
using Log10F32 = LogTo32<Log10OfParts>;

// log1p(x): 1 + x in two floats.
struct Log1pF32 {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    const V one = hn::Set(d, 1.0f);
    slow = hn::Not(hn::And(hn::Gt(x, hn::Neg(one)), hn::Lt(x, hn::Set(d, 0x1p100f))));
    V low, r_low;
    const LogParts32<D> parts = SplitForLog32(d, TwoSum(one, x, low));
    const V r = FastTwoSum(parts.r, hn::Mul(low, parts.one_over_power), r_low);
    return hn::CopySign(SumOfLogs32(d, parts.k, r, r_low), x);
  }
  // Up there 1 makes no difference to x.
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const LogParts32<D> parts = SplitForLog32(d, x);
    const V y = LogAtTheEdges(d, hn::Add(x, hn::Set(d, 1.0f)), LogOfParts::Of(d, parts.k, parts.r));
    return hn::IfThenElse(hn::IsNaN(x), x, y);
  }
};

// log(x) = high + low, relative error below 2^-64: as LogOfNormal, with thirty-two intervals, r^2 / 2 in two doubles
// and a polynomial of degree 7 for the rest, relative error 2^-67.5 on [-0.0199, 0.0181].
template <class D, class V>
HWY_INLINE V LogInTwo(D d, V x, V more, V& low) {
  const LogParts<D> parts = SplitForLog<32>(d, x);
  const V k = hn::Add(parts.k, more);
  const V r = ProductMinusOne(d, parts.z, LookupShort<32>(d, kPowInverse, parts.bits));
  const V w = hn::MulAdd(k, hn::Set(d, 0x1.62e42fefa38p-1), LookupShort<32>(d, kPowLogHigh, parts.bits));
  const V low1 = hn::MulAdd(k, hn::Set(d, 0x1.ef35793c7673p-45), LookupLong<32>(d, kPowLogLow, parts.bits));
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

struct PowF64 {
  // log(x), NaN where x asks for the slow way.
  template <class D>
  using Base = TwoVectors<D>;
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

// log(1 + v + v_low) for v >= 0.
template <class D, class V>
HWY_INLINE V Log1pOfTwo(D d, V v, V v_low) {
  V low;
  const V u = TwoSum(hn::Set(d, 1.0), v, low);
  return LogOfThree(d, u, low, v_low);
}

// sqrt(a + a_low) in two doubles, for a >= 0 large enough that its square root's error does not underflow, or 0.
template <class D, class V>
HWY_INLINE V SqrtInTwo(D d, V a, V a_low, V& low) {
  const V root = hn::Sqrt(a);
  const V remainder = hn::Add(Remainder(d, root, root, a), a_low);
  low = hn::Div(remainder, hn::Max(hn::Add(root, root), hn::Set(d, 0x1p-1000)));
  return root;
}

// log(a) + log(2) for the positive numbers at which asinh and acosh are that.
template <class D, class V>
HWY_INLINE V LogOfTwice(D d, V a) {
  return LogOfNormal<BaseE>(d, hn::Mul(a, hn::Set(d, 0x1p-54)), hn::Set(d, 55.0));
}

// asinh|x| = log1p(|x| + (sqrt(x^2 + 1) - 1)), the argument in two doubles.
struct AsinhF64 {
  template <class D>
  using Middle = TwoVectors<D>;
  template <class D, class V>
  static HWY_INLINE Middle<D> First(D d, V x) {
    const V a = hn::Abs(x);
    const V one = hn::Set(d, 1.0);
    const V square = hn::Mul(a, a);
    V low, root_low, v_low;
    const V sum = TwoSum(one, square, low);
    const V root = SqrtInTwo(d, sum, hn::Add(low, ProductTail(d, a, a, square)), root_low);
    V v = TwoSum(a, hn::Sub(root, one), v_low);
    // The root's error may be larger than the last place of v.
    v = FastTwoSum(v, hn::Add(v_low, root_low), v_low);
    return {v, v_low};
  }
  template <class D, class V>
  static HWY_INLINE V Second(D d, V x, const Middle<D>& v, Mask<D>& slow) {
    slow = hn::Not(hn::Lt(hn::Abs(x), hn::Set(d, 0x1p200)));
    return hn::CopySign(Log1pOfTwo(d, v.high, v.low), x);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const V a = hn::Abs(x);
    return hn::CopySign(LogAtTheEdges(d, a, LogOfTwice(d, a)), x);
  }
};

// acosh(1 + t) = log1p(t + sqrt(t (t + 2))), the argument in two doubles.
struct AcoshF64 {
  template <class D>
  using Middle = TwoVectors<D>;
  template <class D, class V>
  static HWY_INLINE Middle<D> First(D d, V x) {
    const V t = hn::Sub(x, hn::Set(d, 1.0));
    V low, root_low, v_low, t_low;
    // Above 2^53 the 1 is lost, which changes nothing.
    const V sum = TwoSum(t, hn::Set(d, 2.0), low);
    const V product = hn::Mul(t, sum);
    t_low = hn::MulAdd(t, low, ProductTail(d, t, sum, product));
    const V root = SqrtInTwo(d, product, t_low, root_low);
    const V v = TwoSum(root, t, v_low);
    return {v, hn::Add(v_low, root_low)};
  }
  template <class D, class V>
  static HWY_INLINE V Second(D d, V x, const Middle<D>& v, Mask<D>& slow) {
    slow = hn::Not(hn::And(hn::Ge(x, hn::Set(d, 1.0)), hn::Lt(x, hn::Set(d, 0x1p200))));
    return Log1pOfTwo(d, v.high, v.low);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    const V nan = hn::Set(d, std::numeric_limits<double>::quiet_NaN());
    const V y = LogAtTheEdges(d, x, LogOfTwice(d, x));
    return hn::IfThenElse(hn::Lt(x, hn::Set(d, 1.0)), nan, y);
  }
};

// atanh|x| = log1p(2 |x| / (1 - |x|)) / 2, the quotient in two doubles.
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
    return hn::CopySign(hn::Mul(Log1pOfTwo(d, v.high, v.low), hn::Set(d, 0.5)), x);
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
    const V root = hn::Sqrt(hn::Add(square, one));
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
using AsinhF32 = ThroughWide<AsinhOfWide>;

struct AcoshOfWide {
  template <class D, class V>
  static HWY_INLINE V Of(D d, V x) {
    const V t = hn::Sub(x, hn::Set(d, 1.0));
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
using AcoshF32 = ThroughWide<AcoshOfWide>;

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
using AtanhF32 = ThroughWide<AtanhOfWide>;

// |x| = 2^(3q) m with m = z 2^t in [1, 8) and z in [1, 2): a polynomial w of degree 4 for z^(-2/3), relative error
// 2^-12.9, improved by terms of the series of (1 - e)^(-1/3), e = 1 - z^2 w^3: in float64 three, to 2^-48, in float32
// two. Its multiple z w 2^(t/3) is m^(1/3), which one step of Newton's with the error of the cube in two numbers brings
// to its last place.
struct CbrtOfNormal {
  template <class D>
  struct Middle {
    hn::Vec<D> root, slope, m, scale;
  };
  template <class D, class V>
  static HWY_INLINE Middle<D> First(D d, V a) {
    using T = hn::TFromD<D>;
    constexpr bool kDouble = sizeof(T) == 8;
    constexpr int kSignificand = kDouble ? 52 : 23;
    constexpr T kBias = kDouble ? 1023 : 127;
    const hn::RebindToUnsigned<D> du;
    using U = hn::TFromD<decltype(du)>;
    const auto c = [d](double value) HWY_ATTR { return hn::Set(d, static_cast<T>(value)); };
    const V one = c(1);
    const auto bits = hn::BitCast(du, a);
    const auto significand = hn::And(bits, hn::Set(du, (U(1) << kSignificand) - 1));
    const V z = hn::BitCast(d, hn::Or(significand, hn::BitCast(du, one)));
    // An exponent put into the significand of 2^52, or 2^23, is that number and the exponent.
    const V carrier = c(static_cast<double>(U(1) << kSignificand));
    const auto exponent = hn::Or(hn::ShiftRight<kSignificand>(bits), hn::BitCast(du, carrier));
    // The exponent less 1, a third of which rounds to q.
    const V k1 = hn::Sub(hn::BitCast(d, exponent), hn::Add(carrier, c(kBias + 1)));
    const V magic = c(1.5 * static_cast<double>(U(1) << kSignificand));
    const V q = hn::Sub(hn::MulAdd(k1, c(1.0 / 3), magic), magic);
    const V t = hn::Add(hn::NegMulAdd(q, c(3), k1), one);
    const auto scale = hn::BitCast(du, hn::Add(q, hn::Add(carrier, c(kBias))));
    V w = Polynomial(d, z, c(0x1.42826f187a62bp-4), c(-0x1.32a0869a924cap-1), c(0x1.d1cd6dd662d14p0),
                     c(-0x1.689f0e20a1759p1), c(0x1.42483f3f1111fp1));
    const V e = hn::NegMulAdd(hn::Mul(z, z), hn::Mul(hn::Mul(w, w), w), one);
    V series = c(2.0 / 9);
    if constexpr (kDouble) series = hn::MulAdd(e, c(14.0 / 81), series);
    series = hn::MulAdd(series, e, c(1.0 / 3));
    w = hn::MulAdd(w, hn::Mul(series, e), w);
    // The parabolas through 2^(t/3), 2^(-2t/3) / 3 and 2^t at t = 0, 1, 2.
    const V power = Polynomial(d, t, c(0x1.14b8b2228926cp-5), c(0x1.cf23503e16fbcp-3), one);
    const V third = Polynomial(d, t, c(0x1.75e8752bf0ad8p-6), c(-0x1.2b5a24845f34cp-3), c(1.0 / 3));
    return {hn::Mul(hn::Mul(z, w), power), hn::Mul(w, third), hn::Mul(z, Polynomial(d, t, c(0.5), c(0.5), one)),
            hn::BitCast(d, hn::ShiftLeft<kSignificand>(scale))};
  }
  template <class D>
  static HWY_INLINE hn::Vec<D> Second(D d, const Middle<D>& middle) {
    const auto root = middle.root;
    const auto square = hn::Mul(root, root);
    const auto square_low = ProductTail(d, root, root, square);
    const auto difference = hn::NegMulAdd(square_low, root, Remainder(d, square, root, middle.m));
    return hn::Mul(hn::MulAdd(difference, middle.slope, root), middle.scale);
  }
};

template <class T>
struct CbrtOf {
  template <class D>
  using Middle = CbrtOfNormal::Middle<D>;
  template <class D, class V>
  static HWY_INLINE Middle<D> First(D d, V x) {
    return CbrtOfNormal::First(d, hn::Abs(x));
  }
  template <class D, class V>
  static HWY_INLINE V Second(D d, V x, const Middle<D>& middle, Mask<D>& slow) {
    slow = SlowForLog(d, hn::Abs(x));
    return hn::CopySign(CbrtOfNormal::Second(d, middle), x);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    // By 2^54 or, at the other end, 2^-54, whose cube roots are 2^18 and 2^-18.
    const auto small = hn::Lt(hn::Abs(x), hn::Set(d, T(1)));
    const V up = hn::Set(d, T(0x1p54)), down = hn::Set(d, T(0x1p-54));
    const V normal = hn::Mul(hn::Abs(x), hn::IfThenElse(small, up, down));
    const V scale = hn::IfThenElse(small, hn::Set(d, T(0x1p-18)), hn::Set(d, T(0x1p18)));
    const V root = hn::Mul(CbrtOfNormal::Second(d, CbrtOfNormal::First(d, normal)), scale);
    const auto same = hn::Or(hn::Eq(x, hn::Zero(d)), hn::Not(hn::Lt(hn::Abs(x), Infinity(d))));
    return hn::IfThenElse(same, x, hn::CopySign(root, x));
  }
};
using CbrtF64 = CbrtOf<double>;
using CbrtF32 = CbrtOf<float>;

// pow in float64 of half the precision; the conversion of the result does the overflow and underflow.
struct PowF32 {
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

// Whether Op is one step, Fast, or two, First and Second.
template <class Op, class D, class = void>
struct InTwoSteps : std::false_type {};
template <class Op, class D>
struct InTwoSteps<Op, D, std::void_t<typename Op::template Middle<D>>> : std::true_type {};

template <class Op, class D, class V>
HWY_INLINE V Whole(D d, V x, Mask<D>& slow) {
  if constexpr (InTwoSteps<Op, D>::value) {
    return Op::Second(d, x, Op::First(d, x), slow);
  } else {
    return Op::Fast(d, x, slow);
  }
}

// One vector, slow elements and all. Not inlined, so that the loops below keep their constants in registers.
template <class Op, class D, class T = hn::TFromD<D>>
HWY_NOINLINE void MapVector(D d, const T* x, T* y) {
  const auto v = hn::LoadU(d, x);
  Mask<D> slow;
  auto result = Whole<Op>(d, v, slow);
  if (!hn::AllFalse(d, slow)) result = hn::IfThenElse(slow, Op::Fix(d, v, result), result);
  hn::StoreU(result, d, y);
}

template <class Op, class T>
HWY_INLINE void Map(const T* x, T* y, size_t n) {
  const hn::ScalableTag<T> d;
  using D = hn::ScalableTag<T>;
  constexpr size_t N = hn::MaxLanes(D());
  size_t i = 0;
  if constexpr (InTwoSteps<Op, D>::value) {
    // Each step goes over several vectors in turn, because one chain through both is longer than a processor can look
    // ahead.
    constexpr size_t kVectors = 8;
    for (; i + kVectors * N <= n; i += kVectors * N) {
      typename Op::template Middle<D> middle[kVectors];
      for (size_t v = 0; v < kVectors; ++v) middle[v] = Op::First(d, hn::LoadU(d, x + i + v * N));
      for (size_t v = 0; v < kVectors; ++v) {
        Mask<D> slow;
        const auto result = Op::Second(d, hn::LoadU(d, x + i + v * N), middle[v], slow);
        if (HWY_UNLIKELY(!hn::AllFalse(d, slow))) {
          MapVector<Op>(d, x + i + v * N, y + i + v * N);
        } else {
          hn::StoreU(result, d, y + i + v * N);
        }
      }
    }
  } else {
    constexpr size_t kStep = kGroup * N;
    while (i + kStep <= n) {
      for (; i + kStep <= n; i += kStep) {
        Mask<D> slow0, slow1;
        const auto y0 = Op::Fast(d, hn::LoadU(d, x + i), slow0);
        const auto y1 = Op::Fast(d, hn::LoadU(d, x + i + N), slow1);
        auto slow = hn::Or(slow0, slow1);
        if constexpr (kGroup == 4) {
          Mask<D> slow2, slow3;
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
  }
  for (; i + N <= n; i += N) MapVector<Op>(d, x + i, y + i);
  if (i < n) {
    T buffer[N];
    for (size_t k = 0; k < N; ++k) buffer[k] = x[k < n - i ? i + k : i];
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

// As Map. A uniform operand is read once, before anything is written, and stands in an array of its own from then on.
// The two halves of the work go over several vectors in turn, because one chain through both is longer than a processor
// can look ahead.
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

#define LANES_UNARY(Name)                                                                                     \
  HWY_NOINLINE void Name(const double* x, double* y, size_t n) { exp_log::Map<exp_log::Name##F64>(x, y, n); } \
  HWY_NOINLINE void Name(const float* x, float* y, size_t n) { exp_log::Map<exp_log::Name##F32>(x, y, n); }
LANES_UNARY(Exp)
LANES_UNARY(Exp2)
LANES_UNARY(Expm1)
LANES_UNARY(Log)
LANES_UNARY(Log2)
LANES_UNARY(Log10)
LANES_UNARY(Log1p)
LANES_UNARY(Tanh)
LANES_UNARY(Sinh)
LANES_UNARY(Cosh)
LANES_UNARY(Cbrt)
LANES_UNARY(Asinh)
LANES_UNARY(Acosh)
LANES_UNARY(Atanh)
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
  exp_log::ChoosePow<exp_log::PowF64>(x, y, out, n, uniform);
}
HWY_NOINLINE void Pow(const float* x, const float* y, float* out, size_t n, unsigned uniform) {
  exp_log::ChoosePow<exp_log::PowF32>(x, y, out, n, uniform);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_EXP_LOG_H
