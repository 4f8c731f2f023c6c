// Block functions for the circular functions and their inverses, in float64 and float32.
//
// Where products are fused float32 has sin, cos and the inverses within itself, sixteen elements in a vector of 512
// bits instead of eight: the steps are those of float64 with shorter constants, each result a head and a tail that
// holds what the head's roundings left. On AVX-512 it has tan, too. Else float32 goes by way of float64.
//
// Every function takes any n >= 0 and any alignment, y may equal x, and the result of an element depends on its value
// alone. The ULP figures are the worst that test/accuracy_trig.cpp has seen with LANES_ACCURACY_SAMPLES=50000, over the
// whole domain with subnormals and, for sin, cos and tan, the neighbours of multiples of pi/2; those of float32 with
// FMA the worst of all arguments, of atan2 the worst of 4e7. AVX2 and AVX3 agree but in sin, cos and tan of float64.
#if defined(LANES_TRIG_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_TRIG_H
#undef LANES_TRIG_H
#else
#define LANES_TRIG_H
#endif

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "exp_log_loops.h"
#include "hwy/highway.h"
#include "map_block.h"
#include "root.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Adding and subtracting it rounds |v| < 2^51 to an integer; the sum's low bits hold that integer.
constexpr double kRoundingMagic = 0x1.8p52;

// An operation of map_block.h as one of exp_log_loops.h, on float32 without widening. `Wide` serves the elements that
// Op does not.
template <class Op, class Wide>
struct InFloat {
  static constexpr bool kTotal = !kHasLimit<Op>;
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, hn::Mask<D>& slow) {
    if constexpr (kTotal) {
      slow = hn::MaskFromVec(hn::Zero(d));
    } else {
      slow = hn::Not(hn::Le(hn::Abs(x), hn::Set(d, Op::kServed)));
    }
    return Op::Apply(d, x);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V y) {
    if constexpr (!kTotal) {
      hn::Mask<D> slow;
      y = exp_log::NaNIsSlow<Wide>::Fast(d, x, slow);
      if (!hn::AllFalse(d, slow)) y = exp_log::NaNIsSlow<Wide>::Fix(d, x, y);
    }
    return y;
  }
};

// A function of float32 by Within where products are fused, else by Wide.
template <class Within, class Wide>
HWY_INLINE void MapFloats(const float* x, float* y, size_t n) {
  if constexpr (HWY_NATIVE_FMA) {
    exp_log::Map<InFloat<Within, Wide>>(x, y, n);
  } else {
    MapBlock<Wide>(x, y, n);
  }
}

// 1/v to a sixteenth of itself for any normal number of a size below 2^1021, or 2^125.
template <class D, class V>
HWY_INLINE V RoughInverse(D d, V v) {
  const hn::RebindToSigned<D> di;
  const auto twice = hn::Set(di, static_cast<hn::TFromD<decltype(di)>>(
                                     sizeof(hn::TFromD<D>) == 8 ? int64_t{0x7fde9f73aabb2400} : int64_t{0x7ef4fb9d}));
  return hn::BitCast(d, hn::Sub(twice, hn::BitCast(di, v)));
}

constexpr double kLargestDouble = 0x1.fffffffffffffp+1023;

// ---- sin, cos -------------------------------------------------------------------------------------------------------
//
// Any finite argument: reduced by Cody and Waite to |r| <= pi/4 up to 2^20, by Payne and Hanek in scalar code beyond
// (the C library's own sin and cos are off by up to 179 ULP near multiples of pi/2 around 2^47). float32: with FMA the
// same up to 2^13; else reduced to |r| <= pi/2 in float64 up to 2^45 (2^20 without FMA), then one short polynomial.
// Infinities and NaN give NaN. Measured: float64 0.90 ULP (0.82 without FMA, 0.86 on AVX-512, where tables serve),
// float32 0.86 (0.59 without FMA).

// A reduced argument: hi - minus_lo = x - n * pi/2 with |hi| <= pi/4, or of parts of these, n plus what the caller asks
// to add in the low bits of `number`. The low part is kept negated because of sin(-0): hi - (hi * 0 + minus_lo) is -0
// where adding would give +0.
template <class V, class VI>
struct ReducedAngle {
  V hi;
  V minus_lo;
  VI number;
};

// Largest |x| that ReduceAngle serves.
constexpr double kReduceLimit = 0x1p20;

// Cody and Waite with three constants. The first 53 bits of pi/2 leave a difference that is a multiple of 2^-53 below
// 1, so it is exact (with FMA at once; without, the constant comes in two parts whose products are exact). The next 29
// bits give an exact product for n < 2^24, hence `hi` is either exact or its rounding error is caught in `minus_lo`.
// What is left of pi/2 after 53 more bits is below 2^-60 of the smallest |hi| that a double can lead to. The same holds
// for pi/2 in kParts, a power of two up to 8. float32 up to 2^13: 24 bits, the next 11, and what is left after 24 more
// is below 2^-23 of the smallest |hi|.
template <int kParts = 1, class D, class V = hn::Vec<D>>
HWY_INLINE ReducedAngle<V, hn::Vec<hn::RebindToSigned<D>>> ReduceAngle(D d, V x, double added) {
  const auto c = [d](double of_double, double of_float)
                     HWY_ATTR { return hn::Set(d, sizeof(hn::TFromD<D>) == 8 ? of_double : of_float); };
  const auto part = [c](double of_double, double of_float)
                        HWY_ATTR { return c(of_double / kParts, of_float / kParts); };
  const V magic = c(kRoundingMagic + added, 0x1.8p23 + added);
  const V biased = hn::MulAdd(x, hn::Set(d, 0x1.45f306dc9c883p-1 * kParts), magic);
  const V n = hn::Sub(biased, magic);
#if HWY_NATIVE_FMA
  const V t = hn::NegMulAdd(n, part(0x1.921fb54442d18p+0, 0x1.921fb4p+0), x);
#else
  const V t =
      hn::NegMulAdd(n, hn::Set(d, 0x1.0b46p-34 / kParts), hn::NegMulAdd(n, hn::Set(d, 0x1.921fb544p+0 / kParts), x));
#endif
  const V second = part(0x1.1a62633p-54, 0x1.444p-24);
  const V hi = hn::NegMulAdd(n, second, t);
  const V minus_lo = hn::MulAdd(n, second, hn::Sub(hi, t));
  return {hi, hn::MulAdd(n, part(0x1.45c06e0e68948p-86, 0x1.68c234p-39), minus_lo),
          hn::BitCast(hn::RebindToSigned<D>(), biased)};
}

// The lanes whose number is odd, to choose by: a mask where one instruction makes it of a bit, else that bit as a sign.
template <class D, class VI>
HWY_INLINE auto OddLanes(D d, VI number) {
#if HWY_TARGET <= HWY_AVX3
  (void)d;
  return hn::RebindMask(d, hn::TestBit(number, hn::Set(hn::DFromV<VI>(), 1)));
#else
  return hn::BitCast(d, hn::ShiftLeft<8 * sizeof(hn::TFromD<D>) - 1>(number));
#endif
}
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ChooseOdd(decltype(OddLanes(D(), hn::Zero(hn::RebindToSigned<D>()))) odd, V of_odd, V of_even) {
#if HWY_TARGET <= HWY_AVX3
  return hn::IfThenElse(odd, of_odd, of_even);
#else
  return hn::IfNegativeThenElse(odd, of_odd, of_even);
#endif
}

// sin(x) from x reduced with 1 added to n, and cos(x) with 2. Both polynomials are one scheme with blended coefficients
// (minimax on |r| <= pi/4, relative error sin 2^-57.8, cos 2^-60.9; float32 2^-27.9, 2^-33). The roundings that matter
// are kept few: sin = r + (r * z + lo) and cos = 1 + r^2 * q, one FMA, with the low part folded into r^2; without FMA
// cos is summed as (1 - r^2/2) + (the error of that + r^4 * p - r * lo). Of cosines the negative is made, which needs
// no blend of what is subtracted from; that is why 1 is added: bit 1 of n + 1 tells the sign then.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V SinOfReduced(D d, const ReducedAngle<V, hn::Vec<hn::RebindToSigned<D>>>& angle) {
  const V r = angle.hi;
  const V minus_lo = angle.minus_lo;
  const auto is_sine = OddLanes(d, angle.number);
  const auto choose = [&](V sine, V cosine) HWY_ATTR { return ChooseOdd<D>(is_sine, sine, cosine); };
  const auto coefficient = [&](double sine, double cosine)
                               HWY_ATTR { return choose(hn::Set(d, sine), hn::Set(d, cosine)); };
  const V minus_r_lo = hn::Mul(r, minus_lo);
  const V square = hn::MulSub(r, r, hn::Add(minus_r_lo, minus_r_lo));
  V r2, p;
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    // Pairs instead of Horner's rule, and a square without the low part, keep the chain of dependent operations short.
    r2 = hn::Mul(r, r);
    const V p01 = hn::MulAdd(coefficient(0x1.111111110f760p-7, -0x1.6c16c16c168cap-10), r2,
                             coefficient(-0x1.5555555555548p-3, 0x1.5555555555555p-5));
    const V p23 = hn::MulAdd(coefficient(0x1.71de355fa4e3dp-19, -0x1.27e4fa02e3c1dp-22), r2,
                             coefficient(-0x1.a01a019bf2b7ep-13, 0x1.a01a019f3838fp-16));
    const V p45 = hn::MulAdd(coefficient(0x1.5d8e625bc8fcep-33, -0x1.90738536bb9ebp-37), r2,
                             coefficient(-0x1.ae5e55005a3c8p-26, 0x1.1eeb57d304f11p-29));
    const V r4 = hn::Mul(r2, r2);
    p = hn::MulAdd(hn::MulAdd(p45, r4, p23), r4, p01);
  } else {
    r2 = square;
    p = hn::MulAdd(coefficient(-0x1.9953p-13, 0x1.99e904p-16), r2, coefficient(0x1.110776p-7, -0x1.6c0c2ap-10));
    p = hn::MulAdd(p, r2, coefficient(-0x1.555546p-3, 0x1.55554ap-5));
  }
#if HWY_NATIVE_FMA
  const V factor = choose(r, square);
  const V z = hn::MulAdd(p, r2, coefficient(0.0, -0.5));
  const V rest = hn::NegMulAdd(factor, z, choose(minus_lo, hn::Set(d, -1.0)));
  const V sine = choose(hn::Sub(r, rest), rest);
#else
  const V factor = choose(r, r2);
  const V z = hn::Mul(p, r2);
  const V half_r2 = hn::Mul(r2, hn::Set(d, 0.5));
  const V one = hn::Set(d, 1.0);
  const V cos_head = hn::Sub(one, half_r2);
  const V minus_cos_tail = hn::Sub(hn::Sub(half_r2, hn::Sub(one, cos_head)), minus_r_lo);
  const V rest = hn::NegMulAdd(factor, z, choose(hn::Mul(minus_lo, cos_head), minus_cos_tail));
  const V sine = choose(hn::Sub(r, rest), hn::Sub(rest, cos_head));
#endif
  return hn::Xor(sine,
                 hn::And(hn::BitCast(d, hn::ShiftLeft<8 * sizeof(hn::TFromD<D>) - 2>(angle.number)), hn::SignBit(d)));
}

#if HWY_TARGET <= HWY_AVX3
// sin(k pi/16), of which the ninth and those behind it are cos(k pi/16) too, and what these doubles leave. Why two
// zeros are negative stands below. The formatter would put each number on a line.
// clang-format off
alignas(64) constexpr double kSineOf16ths[24] = {
    -0.0, 0x1.8f8b83c69a60bp-3, 0x1.87de2a6aea963p-2, 0x1.1c73b39ae68c8p-1,
    0x1.6a09e667f3bcdp-1, 0x1.a9b66290ea1a3p-1, 0x1.d906bcf328d46p-1, 0x1.f6297cff75cb0p-1,
    1, 0x1.f6297cff75cb0p-1, 0x1.d906bcf328d46p-1, 0x1.a9b66290ea1a3p-1,
    0x1.6a09e667f3bcdp-1, 0x1.1c73b39ae68c8p-1, 0x1.87de2a6aea963p-2, 0x1.8f8b83c69a60bp-3,
    0, -0x1.8f8b83c69a60bp-3, -0x1.87de2a6aea963p-2, -0x1.1c73b39ae68c8p-1,
    -0x1.6a09e667f3bcdp-1, -0x1.a9b66290ea1a3p-1, -0x1.d906bcf328d46p-1, -0x1.f6297cff75cb0p-1};
alignas(64) constexpr double kSineOf16thsTail[24] = {
    -0.0, -0x1.26d19b9ff8d82p-57, -0x1.72cedd3d5a610p-57, 0x1.b25dd267f6600p-55,
    -0x1.bdd3413b26456p-55, 0x1.9f630e8b6dac8p-60, 0x1.457e610231ac2p-56, 0x1.562172a361fd3p-56,
    0, 0x1.562172a361fd3p-56, 0x1.457e610231ac2p-56, 0x1.9f630e8b6dac8p-60,
    -0x1.bdd3413b26456p-55, 0x1.b25dd267f6600p-55, -0x1.72cedd3d5a610p-57, -0x1.26d19b9ff8d82p-57,
    0, 0x1.26d19b9ff8d82p-57, 0x1.72cedd3d5a610p-57, -0x1.b25dd267f6600p-55,
    0x1.bdd3413b26456p-55, -0x1.9f630e8b6dac8p-60, -0x1.457e610231ac2p-56, -0x1.562172a361fd3p-56};
alignas(64) constexpr float kSineOf16thsFloat[16] = {
    0, 0x1.8f8b84p-3f, 0x1.87de2ap-2f, 0x1.1c73b4p-1f, 0x1.6a09e6p-1f, 0x1.a9b662p-1f, 0x1.d906bcp-1f, 0x1.f6297cp-1f,
    0x1p+0f, 0x1.f6297cp-1f, 0x1.d906bcp-1f, 0x1.a9b662p-1f, 0x1.6a09e6p-1f, 0x1.1c73b4p-1f, 0x1.87de2ap-2f, 0x1.8f8b84p-3f};
alignas(64) constexpr float kCosineOf16thsFloat[16] = {
    0x1p+0f, 0x1.f6297cp-1f, 0x1.d906bcp-1f, 0x1.a9b662p-1f, 0x1.6a09e6p-1f, 0x1.1c73b4p-1f, 0x1.87de2ap-2f, 0x1.8f8b84p-3f,
    0, -0x1.8f8b84p-3f, -0x1.87de2ap-2f, -0x1.1c73b4p-1f, -0x1.6a09e6p-1f, -0x1.a9b662p-1f, -0x1.d906bcp-1f, -0x1.f6297cp-1f};
alignas(64) constexpr float kSineOf16thsTailFloat[16] = {
    0, -0x1.cb2cfap-30f, 0x1.abaa58p-28f, -0x1.9465cep-27f, 0x1.9fcef4p-27f, 0x1.21d434p-26f, 0x1.e651a8p-26f, 0x1.feeb96p-26f,
    0, 0x1.feeb96p-26f, 0x1.e651a8p-26f, 0x1.21d434p-26f, 0x1.9fcef4p-27f, -0x1.9465cep-27f, 0x1.abaa58p-28f, -0x1.cb2cfap-30f};
alignas(64) constexpr float kCosineOf16thsTailFloat[16] = {
    0, 0x1.feeb96p-26f, 0x1.e651a8p-26f, 0x1.21d434p-26f, 0x1.9fcef4p-27f, -0x1.9465cep-27f, 0x1.abaa58p-28f, -0x1.cb2cfap-30f,
    0, 0x1.cb2cfap-30f, -0x1.abaa58p-28f, 0x1.9465cep-27f, -0x1.9fcef4p-27f, -0x1.21d434p-26f, -0x1.e651a8p-26f, -0x1.feeb96p-26f};
// clang-format on

template <class D, class VI>
HWY_INLINE hn::Vec<D> SineTail(D d, VI number) {
  return exp_log::Lookup16(d, exp_log::TableOf<hn::TFromD<D>>(kSineOf16thsTail, kSineOf16thsTailFloat), number);
}

// x = n pi/16 + r: minus what sin(r) has beyond r, with the low part of r; cos(r) - 1; and the sine and cosine of
// n pi/16, all by instructions that look up. The polynomials are of degree 3 in r^2, in float32 1 (relative error of
// sin(r) 2^-63.2, 2^-33; that of cos(r) 2^-61.4, 2^-31). cos(r) - 1 ends with an addition of +0, which makes it +0 for
// -0.
template <class V, class VI>
struct TabulatedAngle {
  V r, minus_rest, cosine_less_one, sine, cosine;
  VI number;
};
template <class D, class V>
HWY_INLINE TabulatedAngle<V, hn::Vec<hn::RebindToSigned<D>>> LookUpAngle(D d, V x, double added) {
  using T = hn::TFromD<D>;
  const auto angle = ReduceAngle<8>(d, x, added);
  const V r = angle.hi;
  const V r2 = hn::Mul(r, r);
  V p, q;
  if constexpr (sizeof(T) == 8) {
    p = Horner(d, r2, 0x1.71cda2e360c49p-19, -0x1.a01a0139c243ep-13, 0x1.1111111110471p-7, -0x1.5555555555555p-3);
    q = Horner(d, r2, 0x1.a003317a61b22p-16, -0x1.6c16c0df5ed70p-10, 0x1.555555555329dp-5, -0.5);
  } else {
    p = Horner(d, r2, 0x1.11096ap-7, -0x1.555556p-3);
    q = Horner(d, r2, 0x1.553542p-5, -0x1.fffffep-2);
  }
  return {r,
          hn::NegMulAdd(hn::Mul(r, r2), p, angle.minus_lo),
          hn::MulAdd(r2, q, hn::Zero(d)),
          exp_log::Lookup16(d, exp_log::TableOf<T>(kSineOf16ths, kSineOf16thsFloat), angle.number),
          exp_log::Lookup16(d, exp_log::TableOf<T>(kSineOf16ths + 8, kCosineOf16thsFloat), angle.number),
          angle.number};
}

// sin(x) = sin(n pi/16) cos(r) + cos(n pi/16) sin(r), a fifth fewer operations than by quadrants. `added` in units of
// pi/16 is added to x. Where the last sum cancels it is exact, elsewhere its second operand is below half the result.
// For sin(-0) what is added to r must be -0, hence the negative zeros above.
template <class D, class V>
HWY_INLINE V SinByTables(D d, V x, double added) {
  const auto a = LookUpAngle(d, x, added);
  V sum = hn::MulAdd(a.sine, a.cosine_less_one, SineTail(d, a.number));
  sum = hn::NegMulAdd(a.cosine, a.minus_rest, sum);
  const V sine = hn::Add(a.sine, hn::MulAdd(a.cosine, a.r, sum));
  return hn::Xor(sine, hn::And(hn::BitCast(d, hn::ShiftLeft<59>(a.number)), hn::SignBit(d)));
}
#endif

// sin(x + kQuadrants pi/2).
template <int kQuadrants, class D, class V>
HWY_INLINE V SinOfServed(D d, V x) {
#if HWY_TARGET <= HWY_AVX3
  return SinByTables(d, x, 8.0 * kQuadrants);
#else
  return SinOfReduced(d, ReduceAngle(d, x, 1.0 + kQuadrants));
#endif
}

// The bits of 2/pi after the binary point, 64 to a word, with one zero word in front.
constexpr uint64_t kTwoOverPi[] = {0x0000000000000000u, 0xa2f9836e4e441529u, 0xfc2757d1f534ddc0u, 0xdb6295993c439041u,
                                   0xfe5163abdebbc561u, 0xb7246e3a424dd2e0u, 0x06492eea09d1921cu, 0xfe1deb1cb129a73eu,
                                   0xe88235f52ebb4484u, 0xe99c7026b45f7e41u, 0x3991d639835339f4u, 0x9c845f8bbdf9283bu,
                                   0x1ff897ffde05980fu, 0xef2f118b5a0a6d1fu, 0x6d367ecf27cb09b7u, 0x4f463f669e5fea2du,
                                   0x7527bac7ebe5f17bu, 0x3d0739f78a5292eau, 0x6bfb5fb11f8d5d08u, 0x56033046fc7b6babu,
                                   0xf0cfbc209af4361du};

// Payne and Hanek for finite |x| > 2^20: x = m * 2^e, and of m * 2/pi only the bits that matter modulo 4 and 137 bits
// below the point are formed. The nearest that a double comes to a multiple of pi/2 is about 2^-61, so 76 good bits
// remain.
template <class D, class V = hn::Vec<D>>
HWY_INLINE ReducedAngle<V, hn::Vec<hn::RebindToSigned<D>>> ReduceHugeAngle(D d, double ax, int64_t added) {
  uint64_t bits;
  memcpy(&bits, &ax, sizeof(bits));
  const uint64_t m = (bits & ((uint64_t{1} << 52) - 1)) | (uint64_t{1} << 52);
  const unsigned first_bit = static_cast<unsigned>(bits >> 52) - 1023 - 52 - 2 + 64;
  const unsigned word = first_bit / 64;
  const unsigned shift = first_bit % 64;
  uint64_t window[3];
  for (unsigned i = 0; i < 3; ++i) {
    const uint64_t next = shift == 0 ? 0 : kTwoOverPi[word + i + 1] >> (64 - shift);
    window[i] = (kTwoOverPi[word + i] << shift) | next;
  }
  using Wide = unsigned __int128;
  const Wide low = Wide{m} * window[2];
  const Wide middle = Wide{m} * window[1] + static_cast<uint64_t>(low >> 64);
  const uint64_t top = m * window[0] + static_cast<uint64_t>(middle >> 64);
  // 2 bits of quadrant, then the fraction; what is beyond one half belongs to the next quadrant, as a negative
  // fraction.
  Wide fraction = (Wide{top} << 64) | static_cast<uint64_t>(middle);
  int64_t q = static_cast<int64_t>(top >> 62);
  fraction = (fraction << 2) | (static_cast<uint64_t>(low) >> 62);
  const bool negative = (fraction >> 127) != 0;
  if (negative) {
    fraction = -fraction;
    ++q;
  }
  // Two pieces of 53 bits hold what matters: the fraction has at most 62 leading zeros.
  const int zeros = fraction >> 64 == 0 ? 64 : __builtin_clzll(static_cast<uint64_t>(fraction >> 64));
  const Wide normal = fraction << zeros;
  const double scale = ldexp(negative ? -1.0 : 1.0, -zeros);
  const double f_hi = scale * ldexp(static_cast<double>(static_cast<uint64_t>(normal >> 75)), -53);
  const double f_lo =
      scale * ldexp(static_cast<double>(static_cast<uint64_t>(normal >> 22) & ((uint64_t{1} << 53) - 1)), -106);
  const double half_pi = 0x1.921fb54442d18p+0;
  const double head = f_hi * half_pi;
  const double rest = fma(f_hi, half_pi, -head) + (f_hi * 0x1.1a62633145c07p-54 + f_lo * half_pi);
  // f_hi is cut off, not rounded, so the rest may be more than half a unit of the head's last place.
  const double hi = head + rest;
  const double lo = (head - hi) + rest;
  const hn::RebindToSigned<D> di;
  return {hn::Set(d, hi), hn::Set(d, -lo), hn::Set(di, q + added)};
}

// As SinOfReduced, for the ax > 0 that ReduceAngle does not serve.
HWY_INLINE double SinOfHuge(double ax, int64_t added) {
  if (!(ax <= kLargestDouble)) return __builtin_nan("");
  const hn::CappedTag<double, 1> d;
  return hn::GetLane(SinOfReduced(d, ReduceHugeAngle(d, ax, added)));
}

struct Sin64 {
  static constexpr double kServed = kReduceLimit;
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    return SinOfServed<0>(d, x);
  }
  static double Slow(double x) { return x < 0 ? -SinOfHuge(-x, 1) : SinOfHuge(x, 1); }
};

struct Cos64 {
  static constexpr double kServed = kReduceLimit;
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    return SinOfServed<1>(d, x);
  }
  static double Slow(double x) { return SinOfHuge(fabs(x), 2); }
};

// Largest |x| that SubtractPi serves: without FMA the products with n must be exact.
constexpr double kFloatReduceLimit = HWY_NATIVE_FMA ? 0x1p45 : 0x1p20;

// x - n * pi for a float32 argument held in float64.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V SubtractPi(D d, V x, V n) {
#if HWY_NATIVE_FMA
  const V t = hn::NegMulAdd(n, hn::Set(d, 0x1.921fb54442d18p+1), x);
  return hn::NegMulAdd(n, hn::Set(d, 0x1.1a62633145c07p-53), t);
#else
  V t = hn::NegMulAdd(n, hn::Set(d, 0x1.921fb544p+1), x);
  t = hn::NegMulAdd(n, hn::Set(d, 0x1.0b4611a6p-33), t);
  return hn::NegMulAdd(n, hn::Set(d, 0x1.3198a2e037073p-68), t);
#endif
}

// sin on |r| <= pi/2 to 2^-27.4 relative, for float32 results.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V FloatSinOfReduced(D d, V r) {
  const V r2 = hn::Mul(r, r);
  const V p = Horner(d, r2, 0x1.5d38b2d849adap-19, -0x1.9f6444d467f46p-13, 0x1.110e7b386fc2dp-7, -0x1.555547ef4a70dp-3,
                     0x1.ffffffd25a4a8p-1);
  return hn::Mul(r, p);
}

struct Sin32 {
  static constexpr double kServed = kFloatReduceLimit;
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const hn::RebindToSigned<D> di;
    const V magic = hn::Set(d, kRoundingMagic);
    const V biased = hn::MulAdd(x, hn::Set(d, 0x1.45f306dc9c883p-2), magic);
    const V r = SubtractPi(d, x, hn::Sub(biased, magic));
    const V flip = hn::BitCast(d, hn::ShiftLeft<63>(hn::BitCast(di, biased)));
    return hn::Xor(FloatSinOfReduced(d, r), flip);
  }
  static double Slow(double x) { return Sin64::Slow(x); }
};

// cos(x) = -(-1)^n sin(x - (n + 1/2) pi) with n = floor(x / pi).
struct Cos32 {
  static constexpr double kServed = kFloatReduceLimit;
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const hn::RebindToSigned<D> di;
    const V magic = hn::Set(d, kRoundingMagic + 1.0);
    const V half = hn::Set(d, 0.5);
    const V biased = hn::Add(hn::MulSub(x, hn::Set(d, 0x1.45f306dc9c883p-2), half), magic);
    const V r = SubtractPi(d, x, hn::Add(hn::Sub(biased, magic), half));
    const V flip = hn::BitCast(d, hn::ShiftLeft<63>(hn::BitCast(di, biased)));
    return hn::Xor(FloatSinOfReduced(d, r), flip);
  }
  static double Slow(double x) { return Cos64::Slow(x); }
};

// sin(x + kQuadrants pi/2) of float32 within float32.
template <int kQuadrants>
struct SinInFloat {
  static constexpr float kServed = 0x1p13f;
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    return SinOfReduced(d, ReduceAngle(d, x, 1.0 + kQuadrants));
  }
};

inline HWY_NOINLINE void Sin(const double* x, double* y, size_t n) { MapBlock<Sin64>(x, y, n); }
inline HWY_NOINLINE void Sin(const float* x, float* y, size_t n) { MapFloats<SinInFloat<0>, Sin32>(x, y, n); }
inline HWY_NOINLINE void Cos(const double* x, double* y, size_t n) { MapBlock<Cos64>(x, y, n); }
inline HWY_NOINLINE void Cos(const float* x, float* y, size_t n) { MapFloats<SinInFloat<1>, Cos32>(x, y, n); }

// ---- sinpi, cospi ---------------------------------------------------------------------------------------------------
//
// sin(pi x) and cos(pi x) for every double: the reduction modulo 2 and to quarters is exact, and the rest times pi,
// with its low part, goes through the polynomials of sin and cos. sinpi of an integer is a zero with the sign of x,
// cospi of n + 1/2 is +0. Measured: float64 0.87 ULP, 1.00 for sinpi of subnormal numbers (0.82 without FMA), float32
// 0.59.

// ax modulo 2, in [-1, 1], exact. NaN for an infinity.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ModuloTwo(D d, V ax) {
  const V turns = hn::Round(hn::Mul(ax, hn::Set(d, 0.5)));
  return hn::Sub(ax, hn::Add(turns, turns));
}

// pi * x for |x| <= 1, reduced like an angle.
template <class D, class V = hn::Vec<D>>
HWY_INLINE ReducedAngle<V, hn::Vec<hn::RebindToSigned<D>>> ReduceTurns(D d, V x, double added) {
  const hn::RebindToSigned<D> di;
  const V magic = hn::Set(d, kRoundingMagic + added);
  const V biased = hn::Add(hn::Add(x, x), magic);
  const V r = hn::Sub(x, hn::Mul(hn::Sub(biased, magic), hn::Set(d, 0.5)));
  const V pi = hn::Set(d, 0x1.921fb54442d18p+1);
  const V hi = hn::Mul(r, pi);
  const V minus_lo = hn::NegMulAdd(r, hn::Set(d, 0x1.1a62633145c07p-53), DivisionRest(d, hi, r, pi));
  return {hi, minus_lo, hn::BitCast(di, biased)};
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE V SinPiOfModuloTwo(D d, V x, double added) {
  return hn::Add(SinOfReduced(d, ReduceTurns(d, x, added)), hn::Zero(d));
}

// sin(pi r) on |r| <= 1/2 to 2^-27.4 relative, for float32 results.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V FloatSinPi(D d, V r) {
  const V r2 = hn::Mul(r, r);
  const V p = Horner(d, r2, 0x1.3daff5da18b33p-4, -0x1.324ccac0255a8p-1, 0x1.4668af4e909d3p+1, -0x1.4abbc166dbc5bp+2,
                     0x1.921fb52068f99p+1);
  return hn::Mul(r, p);
}

struct Sinpi64 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const V ax = hn::Abs(x);
    V result = SinPiOfModuloTwo(d, ModuloTwo(d, ax), 1.0);
#if !HWY_NATIVE_FMA
    // The parts of the split product would be subnormal.
    const auto tiny = hn::And(hn::Lt(ax, hn::Set(d, 0x1p-900)), hn::Gt(ax, hn::Zero(d)));
    result = hn::IfThenElse(tiny, hn::Set(d, __builtin_nan("")), result);
#endif
    return hn::Xor(result, hn::And(x, hn::SignBit(d)));
  }
  static double Slow(double x) {
    if (!(fabs(x) < 1)) return __builtin_nan("");
    const double scaled = x * 0x1p200;
    return fma(scaled, 0x1.921fb54442d18p+1, scaled * 0x1.1a62633145c07p-53) * 0x1p-200;
  }
};

struct Cospi64 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    return SinPiOfModuloTwo(d, ModuloTwo(d, hn::Abs(x)), 2.0);
  }
};

struct Sinpi32 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const hn::RebindToSigned<D> di;
    const V t = ModuloTwo(d, hn::Abs(x));
    const V magic = hn::Set(d, kRoundingMagic);
    const V biased = hn::Add(t, magic);
    const V sine = FloatSinPi(d, hn::Sub(t, hn::Sub(biased, magic)));
    const V flip = hn::BitCast(d, hn::ShiftLeft<63>(hn::BitCast(di, biased)));
    return hn::Xor(hn::Add(hn::Xor(sine, flip), hn::Zero(d)), hn::And(x, hn::SignBit(d)));
  }
};

struct Cospi32 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const hn::RebindToSigned<D> di;
    const V t = ModuloTwo(d, hn::Abs(x));
    const V magic = hn::Set(d, kRoundingMagic + 1.0);
    const V half = hn::Set(d, 0.5);
    const V biased = hn::Add(hn::Sub(t, half), magic);
    const V sine = FloatSinPi(d, hn::Sub(t, hn::Add(hn::Sub(biased, magic), half)));
    const V flip = hn::BitCast(d, hn::ShiftLeft<63>(hn::BitCast(di, biased)));
    return hn::Add(hn::Xor(sine, flip), hn::Zero(d));
  }
};

inline HWY_NOINLINE void Sinpi(const double* x, double* y, size_t n) { MapBlock<Sinpi64>(x, y, n); }
inline HWY_NOINLINE void Sinpi(const float* x, float* y, size_t n) { MapBlock<Sinpi32>(x, y, n); }
inline HWY_NOINLINE void Cospi(const double* x, double* y, size_t n) { MapBlock<Cospi64>(x, y, n); }
inline HWY_NOINLINE void Cospi(const float* x, float* y, size_t n) { MapBlock<Cospi32>(x, y, n); }

// ---- tan ------------------------------------------------------------------------------------------------------------
//
// Reduced as for sin; float32 as a rational function of r on |r| <= pi/4. Measured: float64 0.84 ULP (0.88 without
// FMA), float32 0.51, and on AVX-512, where tables serve, 0.75 and 0.93.

// The sine and the cosine of an angle but for its quadrant, each as a head and a tail.
template <class V>
struct SinCosParts {
  V sin_hi;
  V sin_lo;
  V cos_hi;
  V cos_lo;
};

template <class D, class V, class VI>
HWY_INLINE SinCosParts<V> SinCosOfReduced(D d, const ReducedAngle<V, VI>& angle) {
  const V r = angle.hi;
  const V minus_lo = angle.minus_lo;
  const V one = hn::Set(d, 1.0);
  const V r2 = hn::Mul(r, r);
  const V r2_error = hn::NegMulAdd(hn::Add(r, r), minus_lo, ProductError(d, r, r, r2));

  const V p = Horner(d, r2, 0x1.5d8e625bc8fcep-33, -0x1.ae5e55005a3c8p-26, 0x1.71de355fa4e3dp-19,
                     -0x1.a01a019bf2b7ep-13, 0x1.111111110f760p-7, -0x1.5555555555548p-3);
  const V sin_rest = hn::MulAdd(r, hn::Mul(p, r2), hn::MulSub(hn::Mul(r2, hn::Set(d, 0.5)), minus_lo, minus_lo));
  const V sin_hi = hn::Add(r, sin_rest);
  const V sin_lo = hn::Add(hn::Sub(r, sin_hi), sin_rest);

  const V q = Horner(d, r2, -0x1.90738536bb9ebp-37, 0x1.1eeb57d304f11p-29, -0x1.27e4fa02e3c1dp-22,
                     0x1.a01a019f3838fp-16, -0x1.6c16c16c168cap-10, 0x1.5555555555555p-5);
  // cos = 1 - r2/2 + r2^2 * q; halving is exact, so the rounding of the head is known.
  const V half_r2 = hn::Mul(r2, hn::Set(d, 0.5));
  const V head = hn::Sub(one, half_r2);
  const V cos_rest =
      hn::MulAdd(hn::Mul(r2, r2), q, hn::NegMulAdd(hn::Set(d, 0.5), r2_error, hn::Sub(hn::Sub(one, head), half_r2)));
  const V cos_hi = hn::Add(head, cos_rest);
  const V cos_lo = hn::Add(hn::Sub(head, cos_hi), cos_rest);
  return {sin_hi, sin_lo, cos_hi, cos_lo};
}

// tan of the angle with the sign flipped where `sign` is negative: one division whose error is measured and put right.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V TanOfReduced(D d, const ReducedAngle<V, hn::Vec<hn::RebindToSigned<D>>>& angle, V sign) {
  const SinCosParts<V> parts = SinCosOfReduced(d, angle);
  const V odd = hn::BitCast(d, hn::ShiftLeft<63>(angle.number));
  const V top_hi = hn::IfNegativeThenElse(odd, parts.cos_hi, parts.sin_hi);
  const V top_lo = hn::IfNegativeThenElse(odd, parts.cos_lo, parts.sin_lo);
  const V bottom_hi = hn::IfNegativeThenElse(odd, parts.sin_hi, parts.cos_hi);
  const V bottom_lo = hn::IfNegativeThenElse(odd, parts.sin_lo, parts.cos_lo);
  const V one = hn::Set(d, 1.0);
  const V inverse = hn::Div(one, bottom_hi);
  const V quotient = hn::Mul(top_hi, inverse);
  const V rest = DivisionRest(d, top_hi, quotient, bottom_hi);
  const V correction = hn::Mul(hn::Add(rest, hn::NegMulAdd(quotient, bottom_lo, top_lo)), inverse);
  const V flip = hn::And(hn::Xor(odd, sign), hn::SignBit(d));
  return hn::Xor(hn::Add(quotient, correction), flip);
}

#if HWY_TARGET <= HWY_AVX3
// tan(x) for x >= 0 by the sine and the cosine, but for one sign, from tables. sin(n pi/16) + r cos(n pi/16) cancels at
// most by half, so its rounding error is known exactly, and likewise in the cosine. What is added to these is below a
// hundredth of them, so little is lost where the rest of the quotient is formed of the two apart.
template <class D, class V>
HWY_INLINE V TanByTables(D d, V x) {
  const auto a = LookUpAngle(d, x, 0.0);
  const V sine_head = hn::MulAdd(a.cosine, a.r, a.sine);
  const V sine_error = hn::MulAdd(a.cosine, a.r, hn::Sub(a.sine, sine_head));
  const V cosine_head = hn::NegMulAdd(a.sine, a.r, a.cosine);
  const V cosine_error = hn::NegMulAdd(a.sine, a.r, hn::Sub(a.cosine, cosine_head));
  V sine_tail = hn::Add(sine_error, SineTail(d, a.number));
  const auto cosine_tails = exp_log::TableOf<hn::TFromD<D>>(kSineOf16thsTail + 8, kCosineOf16thsTailFloat);
  V cosine_tail = hn::Add(cosine_error, exp_log::Lookup16(d, cosine_tails, a.number));
  sine_tail = hn::NegMulAdd(a.cosine, a.minus_rest, hn::MulAdd(a.sine, a.cosine_less_one, sine_tail));
  cosine_tail = hn::MulAdd(a.sine, a.minus_rest, hn::MulAdd(a.cosine, a.cosine_less_one, cosine_tail));
  const V cosine = hn::Add(cosine_head, cosine_tail);
  const V quotient = hn::Div(hn::Add(sine_head, sine_tail), cosine);
  const V rest =
      hn::Add(hn::NegMulAdd(quotient, cosine_head, sine_head), hn::NegMulAdd(quotient, cosine_tail, sine_tail));
  return hn::MulAdd(rest, RoughInverse(d, cosine), quotient);
}
#endif

struct Tan64 {
#if HWY_TARGET <= HWY_AVX3
  static constexpr double kServed = kReduceLimit;
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    return hn::Xor(TanByTables(d, hn::Abs(x)), hn::And(x, hn::SignBit(d)));
  }
#else
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const V ax = hn::Abs(x);
    return NaNBeyond(d, ax, kReduceLimit, TanOfReduced(d, ReduceAngle(d, ax, 0.0), x));
  }
#endif
  static double Slow(double x) {
    if (!(fabs(x) <= kLargestDouble)) return __builtin_nan("");
    const hn::CappedTag<double, 1> d;
    return hn::GetLane(TanOfReduced(d, ReduceHugeAngle(d, fabs(x), 0), hn::Set(d, x)));
  }
};

// tan(r) = r * N(r^2) / D(r^2) to 2^-35 on |r| <= pi/4.
struct Tan32 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const hn::RebindToSigned<D> di;
    const V ax = hn::Abs(x);
    const V magic = hn::Set(d, kRoundingMagic);
    const V biased = hn::MulAdd(ax, hn::Set(d, 0x1.45f306dc9c883p-1), magic);
    const V r = SubtractPi(d, ax, hn::Mul(hn::Sub(biased, magic), hn::Set(d, 0.5)));
    const V r2 = hn::Mul(r, r);
    V top = hn::MulAdd(hn::Set(d, 0x1.19d84e7380d6ep-10), r2, hn::Set(d, -0x1.c822e8ab87ab5p-4));
    top = hn::Mul(r, hn::MulAdd(top, r2, hn::Set(d, 0x1.0000000018704p+0)));
    V bottom = hn::MulAdd(hn::Set(d, 0x1.05b5390508c5ep-6), r2, hn::Set(d, -0x1.c75e0f639f444p-2));
    bottom = hn::MulAdd(bottom, r2, hn::Set(d, 1.0));
    const V odd = hn::BitCast(d, hn::ShiftLeft<63>(hn::BitCast(di, biased)));
    const V quotient = hn::Div(hn::IfNegativeThenElse(odd, bottom, top), hn::IfNegativeThenElse(odd, top, bottom));
    const V tangent = hn::Xor(quotient, hn::And(hn::Xor(odd, x), hn::SignBit(d)));
    return NaNBeyond(d, ax, kFloatReduceLimit / 2, tangent);
  }
  static double Slow(double x) { return Tan64::Slow(x); }
};

inline HWY_NOINLINE void Tan(const double* x, double* y, size_t n) { MapBlock<Tan64>(x, y, n); }
#if HWY_TARGET <= HWY_AVX3
struct TanInFloat {
  static constexpr float kServed = 0x1p10f;
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    return hn::Xor(TanByTables(d, hn::Abs(x)), hn::And(x, hn::SignBit(d)));
  }
};
inline HWY_NOINLINE void Tan(const float* x, float* y, size_t n) { MapFloats<TanInFloat, Tan32>(x, y, n); }
#else
inline HWY_NOINLINE void Tan(const float* x, float* y, size_t n) { MapBlock<Tan32>(x, y, n); }
#endif

// ---- asin, acos -----------------------------------------------------------------------------------------------------
//
// asin(s) = s + s^3 * P(s^2) for s <= 1/2 (minimax, relative error 2^-59.8, float32 2^-27.6); beyond, asin(a) = pi/2 -
// 2 asin(s) with s = sqrt((1 - a) / 2) and the rounding error of the root carried along. |x| > 1 gives NaN out of the
// root. No slow lanes. Measured: float64 asin 0.63, acos 0.60 ULP, float32 0.70, 0.67 (0.58 without FMA).

template <class T>
constexpr T kHalfPi = sizeof(T) == 8 ? T(0x1.921fb54442d18p+0) : T(0x1.921fb6p+0);
template <class T>
constexpr T kHalfPiLow = sizeof(T) == 8 ? T(0x1.1a62633145c07p-54) : T(-0x1.777a5cp-25);

// asin(s) = s + rest, where s = |x|, or the root when |x| > 1/2 (`large`).
template <class D, class V = hn::Vec<D>>
struct AsinParts {
  V s, rest;
  hn::Mask<D> large;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE AsinParts<D> ReduceAsin(D d, V ax) {
  const V half = hn::Set(d, 0.5);
  const auto large = hn::Gt(ax, half);
  const V of_end = hn::NegMulAdd(ax, half, half);
  const V z = hn::IfThenElse(large, of_end, hn::Mul(ax, ax));
  V root, half_inverse, p;
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    root = RootAndInverse(d, z, half_inverse);
    p = Horner(d, z, 0x1.0b45ea63b1699p-5, -0x1.57fad21f83513p-6, 0x1.639a8a1bbdd02p-6, 0x1.e5fbe63872ca6p-9,
               0x1.613c1e9096db8p-7, 0x1.75859da822552p-7, 0x1.ca1f8af264013p-7, 0x1.1c49f077d2818p-6,
               0x1.6e8bdedebfb72p-6, 0x1.f1c71a95002f6p-6, 0x1.6db6db721247bp-5, 0x1.333333332e133p-4,
               0x1.5555555555577p-3);
  } else {
    root = hn::Sqrt(of_end);
    // Of 0 that is 0 times something finite.
    half_inverse = hn::Mul(half, hn::ApproximateReciprocalSqrt(hn::Max(of_end, hn::Set(d, 0x1p-60))));
    p = Horner(d, z, 0x1.5959aap-5, 0x1.8c415ap-6, 0x1.747b72p-5, 0x1.330206p-4, 0x1.5555c8p-3);
  }
  const V root_lo = hn::Mul(DivisionRest(d, z, root, root), half_inverse);
  const V s = hn::IfThenElse(large, root, ax);
  return {s, hn::MulAdd(hn::Mul(s, z), p, hn::IfThenElseZero(large, root_lo)), large};
}

struct Arcsine : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    using T = hn::TFromD<D>;
    const auto parts = ReduceAsin(d, hn::Abs(x));
    const V twice = hn::Add(parts.s, parts.s);
    const V half_pi = hn::Set(d, kHalfPi<T>);
    const V head = hn::Sub(half_pi, twice);
    const V head_error = hn::Sub(hn::Sub(half_pi, head), twice);
    const V tail = hn::Add(head_error, hn::NegMulAdd(hn::Set(d, 2.0), parts.rest, hn::Set(d, kHalfPiLow<T>)));
    const V asin = hn::Add(hn::IfThenElse(parts.large, head, parts.s), hn::IfThenElse(parts.large, tail, parts.rest));
    return hn::Or(asin, hn::And(x, hn::SignBit(d)));
  }
};

// base - scale (s + rest): pi/2 - asin(x) for |x| <= 1/2, 2 asin(s) for x > 1/2, pi - 2 asin(s) for x < -1/2.
struct Arccosine : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    using T = hn::TFromD<D>;
    const auto parts = ReduceAsin(d, hn::Abs(x));
    const auto c = [d](double value) HWY_ATTR { return hn::Set(d, value); };
    const auto base_of = [&](T half_pi) HWY_ATTR {
      const V of_end = hn::IfNegativeThenElse(x, c(2 * half_pi), hn::Zero(d));
      return hn::IfThenElse(parts.large, of_end, c(half_pi));
    };
    const V scale = hn::Xor(hn::IfThenElse(parts.large, c(-2.0), c(1.0)), hn::And(x, hn::SignBit(d)));
    const V base = base_of(kHalfPi<T>);
    const V head = hn::NegMulAdd(scale, parts.s, base);
    const V head_error = hn::NegMulAdd(scale, parts.s, hn::Sub(base, head));
    return hn::Add(head, hn::Add(head_error, hn::NegMulAdd(scale, parts.rest, base_of(kHalfPiLow<T>))));
  }
};

// asin for float32 results: s * P(s^2), relative error 2^-27.7; `large` as above.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V FloatAsin(D d, V ax, hn::Mask<D>& large) {
  const V half = hn::Set(d, 0.5);
  large = hn::Gt(ax, half);
  const V z = hn::IfThenElse(large, hn::NegMulAdd(ax, half, half), hn::Mul(ax, ax));
  V unused;
  const V s = hn::IfThenElse(large, RootAndInverse(d, z, unused), ax);
  return hn::Mul(s, Horner(d, z, 0x1.5d456c461b1d4p-5, 0x1.86e46a094bdbbp-6, 0x1.7525a995a25b7p-5, 0x1.32f8d81e695b0p-4,
                           0x1.5555fb040849ep-3, 0x1.ffffffda11fc6p-1));
}

struct Asin32 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    hn::Mask<D> large;
    const V asin = FloatAsin(d, hn::Abs(x), large);
    const V result = hn::IfThenElse(large, hn::NegMulAdd(hn::Set(d, 2.0), asin, hn::Set(d, kHalfPi<double>)), asin);
    return hn::Or(result, hn::And(x, hn::SignBit(d)));
  }
};

struct Acos32 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    hn::Mask<D> large;
    const V asin = FloatAsin(d, hn::Abs(x), large);
    const V from_zero = hn::Sub(hn::Set(d, kHalfPi<double>), hn::Xor(asin, hn::And(x, hn::SignBit(d))));
    const V twice = hn::Add(asin, asin);
    const V from_end = hn::IfNegativeThenElse(x, hn::Sub(hn::Set(d, 2 * kHalfPi<double>), twice), twice);
    return hn::IfThenElse(large, from_end, from_zero);
  }
};

inline HWY_NOINLINE void Asin(const double* x, double* y, size_t n) { MapBlock<Arcsine>(x, y, n); }
inline HWY_NOINLINE void Asin(const float* x, float* y, size_t n) { MapFloats<Arcsine, Asin32>(x, y, n); }
inline HWY_NOINLINE void Acos(const double* x, double* y, size_t n) { MapBlock<Arccosine>(x, y, n); }
inline HWY_NOINLINE void Acos(const float* x, float* y, size_t n) { MapFloats<Arccosine, Acos32>(x, y, n); }

// ---- atan, atan2 ----------------------------------------------------------------------------------------------------
//
// Where products are fused: atan(a) = atan(c) + atan(u) with u = (a - c) / (1 + a c), and of two numbers u =
// (y - c x) / (x + c y), by a table of sixteen c: 0 below 1/16, 16 or so beyond 8, and between them two to each power
// of two. |u| is below 0.1002, and below a fifth of a / (1 + a) but where c = 0, so that its roundings hardly count.
// atan(u) = u + u^3 P(u^2) (minimax, relative error of P 2^-53, float32 2^-17). Else one polynomial on [0, 1], see
// AddAtan. Measured: float64 atan 0.82 ULP, atan2 0.82 (0.91, 0.94 without FMA), float32 0.82, 0.83 (0.54 without FMA).

#if HWY_NATIVE_FMA
// The c and their arctangents, each where three bits of the exponent and one of the fraction of the numbers of its
// interval say. c is near to the best and such that its arctangent is a double, or a float, but for 6e-5 ULP.
// clang-format off
alignas(64) constexpr double kAtanOf[16] = {
    0x1.352e1c194f496p+1, 0x1.b7bed64c51a14p+1, 0x1.33824fc4fcfefp+2, 0x1.b6ef4df339ab3p+2,
    0x1.00e04db9ec99p+4, 0, 0x1.3329e1251fcadp-4, 0x1.b7361e8a29472p-4,
    0x1.3301c2bbe3691p-3, 0x1.b74a8da16c07p-3, 0x1.32ff3cb999231p-2, 0x1.b70b44042aa0bp-2,
    0x1.3c87fca68ea3cp-1, 0x1.bbab8a6d34be6p-1, 0x1.386bcd23f74e5p+0, 0x1.b8e00653119bcp+0};
alignas(64) constexpr double kAtanHead[16] = {
    0x1.2da3d4c3ec979p+0, 0x1.499c918f3aa95p+0, 0x1.5d981105dd6b1p+0, 0x1.6d0eee7860df6p+0,
    0x1.8232f227e74d7p+0, 0, 0x1.3296f8a5713bbp-4, 0x1.b58a201448d03p-4,
    0x1.30bcdc5b68f86p-3, 0x1.b0bbf1620eb74p-3, 0x1.2a43f99c7bc81p-2, 0x1.9ec45d2691603p-2,
    0x1.1b8036873211p-1, 0x1.6d940c6664562p-1, 0x1.c4c759e2002f7p-1, 0x1.0b7287691ddefp+0};
alignas(64) constexpr float kAtanOfFloat[16] = {
    0x1.35ad98p+1f, 0x1.b722eap+1f, 0x1.345854p+2f, 0x1.b66e3cp+2f, 0x1.010e1p+4f, 0, 0x1.333084p-4f, 0x1.b5f6dcp-4f,
    0x1.326e42p-3f, 0x1.b79a3ap-3f, 0x1.33dc62p-2f, 0x1.b5c8ep-2f, 0x1.3c58dep-1f, 0x1.bc6986p-1f, 0x1.38f86p+0f, 0x1.b951dcp+0f};
alignas(64) constexpr float kAtanHeadFloat[16] = {
    0x1.2dc916p+0f, 0x1.49842ep+0f, 0x1.5dbb84p+0f, 0x1.6d042cp+0f, 0x1.8235c6p+0f, 0, 0x1.329d92p-4f, 0x1.b44e7cp-4f,
    0x1.302c98p-3f, 0x1.b1081cp-3f, 0x1.2b0ed6p-2f, 0x1.9db3eap-2f, 0x1.1b5e1ep-1f, 0x1.6e007ap-1f, 0x1.c5382cp-1f, 0x1.0b8f36p+0f};
// clang-format on

// c and atan(c) for a quotient a >= 0, which need not be precise.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V NearestAtan(D d, V a, V& head) {
  using T = hn::TFromD<D>;
  constexpr bool kIsWide = sizeof(T) == 8;
  constexpr int kShift = kIsWide ? 51 : 22;
  const V clamped = AtMost(d, AtLeast(d, a, kIsWide ? 0x1.fffffffffffffp-5 : 0x1.fffffep-5), 8.0);
  const auto index = hn::ShiftRight<kShift>(hn::BitCast(hn::RebindToSigned<D>(), clamped));
  head = exp_log::Lookup16(d, exp_log::TableOf<T>(kAtanHead, kAtanHeadFloat), index);
  return exp_log::Lookup16(d, exp_log::TableOf<T>(kAtanOf, kAtanOfFloat), index);
}

// atan((top - minus_low) / bottom) = u + rest for |top| <= 0.1002 bottom.
template <class V>
struct AtanParts {
  V u, rest;
};
template <class D, class V>
HWY_INLINE AtanParts<V> AtanOfSmall(D d, V top, V minus_low, V bottom) {
  const V u = hn::Div(top, bottom);
  // So small that a sixteenth of it does not matter.
  const V u_lo = hn::Mul(hn::Sub(hn::NegMulAdd(u, bottom, top), minus_low), RoughInverse(d, bottom));
  const V z = hn::Mul(u, u);
  V p;
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    p = Horner(d, z, 0x1.32feb3d7bea7p-4, -0x1.7445f13eb2d3fp-4, 0x1.c71c534fea917p-4, -0x1.2492491b9e84fp-3,
               0x1.9999999997c13p-3, -0x1.5555555555555p-2);
  } else {
    p = Horner(d, z, 0x1.96aa4ep-3, -0x1.5554dcp-2);
  }
  return {u, hn::MulAdd(hn::Mul(u, z), p, u_lo)};
}

template <class D, class V>
HWY_INLINE V ArctanOfSize(D d, V ax) {
  // Beyond it the result is pi/2 anyway.
  const V a = AtMost(d, ax, sizeof(hn::TFromD<D>) == 8 ? 0x1p100 : 0x1p60);
  V head;
  const V c = NearestAtan(d, a, head);
  const auto parts = AtanOfSmall(d, hn::Sub(a, c), hn::Zero(d), hn::MulAdd(a, c, hn::Set(d, 1.0)));
  return hn::Add(head, hn::Add(parts.u, parts.rest));
}

// The size of atan2 for |y| and |x|, with pi less it where x is negative.
template <class D, class V>
HWY_INLINE V ArctanOfPair(D d, V ay, V ax, V x) {
  using T = hn::TFromD<D>;
  const V rough = RoughInverse(d, ax);
  const V inverse = hn::MulAdd(hn::NegMulAdd(rough, ax, hn::Set(d, 1.0)), rough, rough);
  V head;
  const V c = NearestAtan(d, hn::Mul(ay, inverse), head);
  // Their difference is exact where it is not far below |y|.
  const V product = hn::Mul(c, ax);
  const auto parts = AtanOfSmall(d, hn::Sub(ay, product), hn::MulSub(c, ax, product), hn::MulAdd(c, ay, ax));
  // What is computed is the negative where x is not.
  const auto if_negative = [&](T value) HWY_ATTR { return hn::IfNegativeThenElse(x, hn::Set(d, value), hn::Zero(d)); };
  const V flat = if_negative(2 * kHalfPi<T>);
  const V base = hn::Sub(flat, head);
  const V base_lo = hn::Add(hn::Sub(hn::Sub(flat, base), head), if_negative(2 * kHalfPiLow<T>));
  return hn::Abs(hn::Add(base, hn::Sub(hn::Sub(base_lo, parts.rest), parts.u)));
}
#else
// base + base_lo + atan(u + u_lo), or minus atan where `sign` is negative; 0 <= u <= 1 <= base or base = 0. atan(u) = u
// + u^3 * P(u^2) (minimax, relative error 2^-57.5). A quotient carries its rounding error as `u_lo`, whose weight
// 1 / (1 + u^2) need not be better than 1 - u^2 / 2.
template <class D, class V>
HWY_INLINE V AddAtan(D d, V base, V base_lo, V u, V u_lo, V sign) {
  const V z = hn::Mul(u, u);
  const V p1 = Horner(d, z, 0x1.bbed9f7b04237p-17, -0x1.3f364d4b9695cp-13, 0x1.b3facbcd7bb8ap-11, -0x1.7a399ad4364a2p-9,
                      0x1.d7b927bbdceedp-8, -0x1.c78fcd542af16p-7, 0x1.683cc98472e13p-6, -0x1.e9fa0da6643e9p-6,
                      0x1.2c2e5ccfd4e26p-5, -0x1.59a3ff2ac6667p-5, 0x1.82dad79d17360p-5, -0x1.ae5e72c0e6984p-5,
                      0x1.e1bba66c1a4b8p-5, -0x1.110e5126fd02dp-4, 0x1.3b13669a2a047p-4, -0x1.745d11ae74c7ap-4,
                      0x1.c71c717fcf76dp-4, -0x1.249249237f57dp-3, 0x1.99999999955b4p-3);
  const V third = hn::Set(d, -0x1.5555555555526p-2);
  const V p1_z = hn::Mul(p1, z);
  const V p = hn::Add(third, p1_z);
  const V p_error = hn::Add(hn::Sub(third, p), p1_z);
  // All that is tiny is summed before the polynomial's share comes in, which saves its last bits from further
  // roundings.
  const V main = hn::Xor(u, sign);
  const V head = hn::Add(base, main);
  const V head_error = hn::Add(hn::Sub(base, head), main);
  const V low = hn::Xor(hn::NegMulAdd(hn::Mul(z, hn::Set(d, 0.5)), u_lo, u_lo), sign);
  const V main_z = hn::Mul(main, z);
  const V tail = hn::Add(hn::Add(head_error, base_lo), low);
  const V share = hn::Mul(main_z, p);
  const V sum = hn::Add(head, share);
  const V sum_error = hn::Add(hn::Sub(head, sum), share);
  const V main_z_error = ProductError(d, main, z, main_z);
  return hn::Add(sum, hn::Add(sum_error, hn::MulAdd(main_z, p_error, hn::MulAdd(main_z_error, p, tail))));
}

// An argument beyond 1 is inverted.
template <class D, class V>
HWY_INLINE V ArctanOfSize(D d, V ax) {
  const V one = hn::Set(d, 1.0);
  // Beyond it the result is pi/2 anyway.
  const V a = AtMost(d, ax, 0x1p100);
  const auto inverted = hn::Gt(a, one);
  const auto if_inverted = [&](V value) HWY_ATTR { return hn::IfThenElseZero(inverted, value); };
  const V inverse = hn::Div(one, a);
  const V u = hn::IfThenElse(inverted, inverse, a);
  const V u_lo = if_inverted(hn::Mul(DivisionRest(d, one, inverse, a), inverse));
  return AddAtan(d, if_inverted(hn::Set(d, kHalfPi<double>)), if_inverted(hn::Set(d, kHalfPiLow<double>)), u, u_lo,
                 if_inverted(hn::SignBit(d)));
}

// u = min(|x|, |y|) / max(|x|, |y|), then base 0, pi/2 or pi plus or minus atan(u).
template <class D, class V>
HWY_INLINE V ArctanOfPair(D d, V ay, V ax, V x) {
  const auto swapped = hn::Gt(ay, ax);
  const V top = hn::IfThenElse(swapped, ax, ay);
  const V bottom = hn::IfThenElse(swapped, ay, ax);
  const V inverse = hn::Div(hn::Set(d, 1.0), bottom);
  const V u = hn::Mul(top, inverse);
  const V u_lo = hn::Mul(DivisionRest(d, top, u, bottom), inverse);
  const auto base_of = [&](double half_pi) HWY_ATTR {
    const V flat = hn::IfNegativeThenElse(x, hn::Set(d, 2 * half_pi), hn::Zero(d));
    return hn::IfThenElse(swapped, hn::Set(d, half_pi), flat);
  };
  const V sign = hn::And(hn::Xor(x, hn::IfThenElseZero(swapped, hn::SignBit(d))), hn::SignBit(d));
  return AddAtan(d, base_of(kHalfPi<double>), base_of(kHalfPiLow<double>), u, u_lo, sign);
}
#endif

struct Arctangent : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    return hn::Or(ArctanOfSize(d, hn::Abs(x)), hn::And(x, hn::SignBit(d)));
  }
};

// atan(u) on [0, 1] for float32 results, relative error 2^-28.6.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V FloatAtan(D d, V u) {
  const V z = hn::Mul(u, u);
  return hn::Mul(u, Horner(d, z, -0x1.cbc8431b8ea79p-10, 0x1.5f80216b5579fp-7, -0x1.f8b3d8ece9027p-6,
                           0x1.d77781ee81d3cp-5, -0x1.57228518645fap-4, 0x1.c02f81fc39d94p-4, -0x1.24159a975a72ep-3,
                           0x1.9990825233cd7p-3, -0x1.555533fc60e85p-2, 0x1.ffffffeba5b2ep-1));
}

struct Atan32 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const V one = hn::Set(d, 1.0);
    const V ax = hn::Abs(x);
    const auto inverted = hn::Gt(ax, one);
    const V atan = FloatAtan(d, hn::IfThenElse(inverted, hn::Div(one, ax), ax));
    const V result = hn::IfThenElse(inverted, hn::Sub(hn::Set(d, kHalfPi<double>), atan), atan);
    return hn::Or(result, hn::And(x, hn::SignBit(d)));
  }
};

inline HWY_NOINLINE void Atan(const double* x, double* y, size_t n) { MapBlock<Arctangent>(x, y, n); }
inline HWY_NOINLINE void Atan(const float* x, float* y, size_t n) { MapFloats<Arctangent, Atan32>(x, y, n); }

// Slow lanes: NaN, and numbers so small or large (zero and infinity among them) that an inverse or the rest of a
// quotient might not be normal.
template <class D, class V>
HWY_INLINE V Atan2OfServed(D d, V y, V x, hn::Mask<D>& slow) {
  const auto c = [d](double of_double, double of_float)
                     HWY_ATTR { return hn::Set(d, sizeof(hn::TFromD<D>) == 8 ? of_double : of_float); };
  const V ay = hn::Abs(y), ax = hn::Abs(x);
  const V size = hn::Add(ax, ay);
  const auto fits = hn::And(hn::Ge(size, c(0x1p-450, 0x1p-60)), hn::Le(size, c(0x1p450, 0x1p60)));
  const auto has_quotient = hn::Or(hn::Ge(ay, c(0x1p-500, 0x1p-65)), hn::Eq(ay, hn::Zero(d)));
  slow = hn::Not(hn::And(fits, has_quotient));
  return hn::Or(ArctanOfPair(d, ay, ax, x), hn::And(y, hn::SignBit(d)));
}

struct Atan2Of64 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V y, V x) {
    hn::Mask<D> slow;
    const V result = Atan2OfServed(d, y, x, slow);
    return hn::IfThenElse(slow, hn::Set(d, __builtin_nan("")), result);
  }
  static double Slow(double y, double x) { return atan2(y, x); }
};

// float64 has room for every quotient of two float32; the clamps settle 0/0 and inf/inf.
struct Atan2Of32 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V y, V x) {
    const V ay = hn::Abs(y);
    const V ax = hn::Abs(x);
    const auto swapped = hn::Gt(ay, ax);
    const V top = AtMost(d, hn::IfThenElse(swapped, ax, ay), 0x1p400);
    const V bottom = AtLeast(d, AtMost(d, hn::IfThenElse(swapped, ay, ax), 0x1p400), 0x1p-400);
    const V atan = FloatAtan(d, hn::Div(top, bottom));
    const V flat = hn::IfNegativeThenElse(x, hn::Sub(hn::Set(d, 2 * kHalfPi<double>), atan), atan);
    const V steep = hn::Sub(hn::Set(d, kHalfPi<double>), hn::Xor(atan, hn::And(x, hn::SignBit(d))));
    return hn::Or(hn::IfThenElse(swapped, steep, flat), hn::And(y, hn::SignBit(d)));
  }
};

// atan2 of float32 within float32, in the form of powers.
struct Atan2InFloat {
  template <class D>
  using Base = hn::Vec<D>;
  template <class D, class V>
  static HWY_INLINE V Prepare(D, V y) {
    return y;
  }
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V y, V x, hn::Mask<D>& slow) {
    return Atan2OfServed(d, y, x, slow);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V y, V x) {
    const exp_log::Wide<D> wide;
    return exp_log::Narrow(d, Atan2Of32::Apply(wide, exp_log::WidenLower(d, y), exp_log::WidenLower(d, x)),
                           Atan2Of32::Apply(wide, exp_log::WidenUpper(d, y), exp_log::WidenUpper(d, x)));
  }
};

// Bit 0 of `uniform`: y is one value for all elements; bit 1: x is.
inline HWY_NOINLINE void Atan2(const double* y, const double* x, double* out, size_t n, unsigned uniform) {
  MapBlockPair<Atan2Of64>(y, x, out, n, uniform);
}
inline HWY_NOINLINE void Atan2(const float* y, const float* x, float* out, size_t n, unsigned uniform) {
  if constexpr (HWY_NATIVE_FMA) {
    exp_log::MapPair<Atan2InFloat>(y, x, out, n, uniform);
  } else {
    MapBlockPair<Atan2Of32>(y, x, out, n, uniform);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_TRIG_H
