// What exponentials and logarithms are made of: table lookups, sums and products in two parts, argument reduction.
#if defined(LANES_EXP_LOG_PIECES_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_EXP_LOG_PIECES_H
#undef LANES_EXP_LOG_PIECES_H
#else
#define LANES_EXP_LOG_PIECES_H
#endif

#include <hwy/highway.h>
#include <stddef.h>
#include <stdint.h>

#include <limits>
#include <type_traits>

#include "exp_log_tables.h"
#include "processor.h"
#include "product.h"
#include "root.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace exp_log {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
using Mask = decltype(hn::MaskFromVec(hn::Zero(D())));

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

// That of two tables whose numbers are T.
template <class T>
constexpr const T* TableOf(const double* doubles, const float* floats) {
  if constexpr (sizeof(T) == sizeof(double)) {
    return doubles;
  } else {
    return floats;
  }
}

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

template <class D, class VI>
HWY_INLINE hn::Vec<D> Lookup16(D d, const float* table, VI i) {
#if HWY_TARGET <= HWY_AVX3
  return hn::Vec<D>{_mm512_permutexvar_ps(i.raw, hn::Load(d, table).raw)};
#elif HWY_TARGET == HWY_AVX2
  const __m256 lower = _mm256_permutevar8x32_ps(hn::Load(d, table).raw, i.raw);
  const __m256 upper = _mm256_permutevar8x32_ps(hn::Load(d, table + 8).raw, i.raw);
  return hn::IfNegativeThenElse(hn::BitCast(d, hn::ShiftLeft<28>(i)), hn::Vec<D>{upper}, hn::Vec<D>{lower});
#else
  return hn::GatherIndex(d, table, hn::And(i, hn::Set(hn::RebindToSigned<D>(), 15)));
#endif
}

#if HWY_TARGET <= HWY_AVX3
template <class D, class VI>
HWY_INLINE hn::Vec<D> Lookup32(D d, const float* table, VI i) {
  return hn::Vec<D>{_mm512_permutex2var_ps(hn::Load(d, table).raw, i.raw, hn::Load(d, table + 16).raw)};
}
#endif

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

// a b + c in two numbers, for |c| >= |a b| or c = 0.
template <class D, class V>
HWY_INLINE V ProductPlus(D d, V a, V b, V c, V& low) {
#if HWY_NATIVE_FMA
  (void)d;
  const V sum = hn::MulAdd(a, b, c);
  low = hn::MulAdd(a, b, hn::Sub(c, sum));
  return sum;
#else
  const V product = hn::Mul(a, b);
  const V sum = FastTwoSum(c, product, low);
  low = hn::Add(low, ProductTail(d, a, b, product));
  return sum;
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

// The same for every n up to 1200, elsewhere than on AVX-512 from -1200 on. A subnormal number's bits are the integer
// that it is in units of 2^-1074: got so, it does not cost the 300 cycles that Intel's processors take for one, or for
// 0, as the result of scaling. Others take no longer for these than for the rest.
template <class D>
HWY_INLINE hn::Vec<D> FinishExpAnywhere(D d, const ExpParts<D>& parts) {
  const auto s = Lookup16(d, kExpPower, parts.index);
  const auto value = hn::MulAdd(s, parts.p, s);
#if HWY_TARGET <= HWY_AVX3
  const __m512d n = parts.steps.raw;
  const __m512d least = _mm512_set1_pd(-1200);
  if (!is_intel) {
    return hn::Vec<D>{_mm512_maskz_scalef_pd(_mm512_cmp_pd_mask(n, least, _CMP_NLT_UQ), value.raw, n)};
  }
  const __mmask8 tiny = _mm512_cmp_pd_mask(n, _mm512_set1_pd(-1021), _CMP_LT_OQ);
  if (HWY_LIKELY(tiny == 0)) return hn::Vec<D>{_mm512_scalef_pd(value.raw, n)};
  const __m512d normal = _mm512_mask_scalef_pd(value.raw, static_cast<__mmask8>(~tiny), value.raw, n);
  const __mmask8 served = _mm512_mask_cmp_pd_mask(tiny, n, least, _CMP_GE_OQ);
  const __m512d units = _mm512_maskz_scalef_pd(served, value.raw, _mm512_add_pd(n, _mm512_set1_pd(1074)));
  return hn::Vec<D>{_mm512_castsi512_pd(_mm512_mask_cvtpd_epi64(_mm512_castpd_si512(normal), tiny, units))};
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

// Whether an operation says of itself that no element is slow, so that nobody need ask.
template <class Op, class = void>
constexpr bool kIsTotal = false;
template <class Op>
constexpr bool kIsTotal<Op, std::void_t<decltype(Op::kTotal)>> = Op::kTotal;

// A float32 function as F::Of on float64, where the result needs half the precision; F::Slow says where F::Fix has the
// result.
template <class F>
struct ThroughWide {
  static constexpr bool kTotal = kIsTotal<F>;
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

// A float32 function in the steps of float64; slow elements go by way of float64.
template <class F64, class Wide>
struct WithinFloat : F64 {
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V y) {
    Mask<D> slow;
    y = ThroughWide<Wide>::Fast(d, x, slow);
    return hn::IfThenElse(slow, ThroughWide<Wide>::Fix(d, x, y), y);
  }
};

// For functions without slow elements.
struct NeverSlow {
  static constexpr bool kTotal = true;
  template <class D, class V>
  static HWY_INLINE Mask<D> Slow(D d, V) {
    return hn::MaskFromVec(hn::Zero(d));
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D, V, V y) {
    return y;
  }
};

}  // namespace exp_log
}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_EXP_LOG_PIECES_H
