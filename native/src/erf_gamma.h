// Block functions for the error functions and the gamma functions, in float64 and float32.
//
// Every function takes any n >= 0 and any alignment, y may equal x, and the result of an element depends on its value
// alone. The ULP figures are the worst that test/accuracy_trig.cpp has seen with LANES_ACCURACY_SAMPLES=50000, over the
// whole domain. AVX2 and AVX3 agree.
#if defined(LANES_ERF_GAMMA_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_ERF_GAMMA_H
#undef LANES_ERF_GAMMA_H
#else
#define LANES_ERF_GAMMA_H
#endif

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#include "hwy/highway.h"
#include "map_block.h"
#include "trig.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// ---- erf, erfc ------------------------------------------------------------------------------------------------------
//
// No slow lanes. Measured: float64 erf 0.83, erfc 0.85 ULP (subnormal results included), float32 erf 0.59, erfc 0.63.

// 1.5 * 2^52 + 1023: a number added to it is rounded to an integer whose sum with the exponent bias stands in the low
// bits.
constexpr double kExponentMagic = 0x1.8p52 + 1023;
constexpr double kLog2E = 0x1.71547652b82fep+0;

// ln 2 in two parts; the first has 42 bits, so that its product with an exponent is exact.
constexpr double kLn2 = 0x1.62e42fefa39efp-1;
constexpr double kLn2High = 0x1.62e42fefa38p-1;
constexpr double kLn2Low = 0x1.ef35793c7673p-45;

// 2^n for the n that `biased` = n + kExponentMagic holds, -1022 <= n <= 1023.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V PowerFromBiased(D d, V biased) {
  const hn::RebindToSigned<D> di;
  return hn::BitCast(d, hn::ShiftLeft<52>(hn::BitCast(di, biased)));
}

// An unevaluated sum; lo need not be below the last bit of hi.
template <class V>
struct HeadTail {
  V hi;
  V lo;
};

// exp(r + r_low) for |r| <= 0.3468 and a small r_low, to 2^-56.
template <class D, class V = hn::Vec<D>>
HWY_INLINE HeadTail<V> ExpOfReduced(D d, V r_hi, V r_low) {
  const V one = hn::Set(d, 1.0);
  const V r = hn::Add(r_hi, r_low);
  const V r_lo = hn::Add(hn::Sub(r_hi, r), r_low);
  const V q = Horner(d, r, 0x1.af849d5dcb7c9p-26, 0x1.28b089409788fp-22, 0x1.71dde07170fd6p-19, 0x1.a019964f79bbap-16,
                     0x1.a01a01ba8e76ap-13, 0x1.6c16c185c022fp-10, 0x1.111111110d756p-7, 0x1.555555554ffbfp-5,
                     0x1.5555555555561p-3, 0x1.000000000000cp-1);
  const V e = hn::Add(one, r);
  return {e, hn::Add(hn::Add(hn::Sub(one, e), r), hn::MulAdd(hn::Mul(r, r), q, r_lo))};
}

// v * 2^n in two steps, as 2^n itself may be subnormal or too large.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ScaleByPowerOfTwo(D d, V v, V n) {
  const V magic = hn::Set(d, kExponentMagic);
  const V first = hn::MulAdd(n, hn::Set(d, 0.5), magic);
  const V second = hn::Add(hn::Sub(n, hn::Sub(first, magic)), magic);
  return hn::Mul(hn::Mul(v, PowerFromBiased(d, first)), PowerFromBiased(d, second));
}

// erf(x) / x - 1 for |x| <= 0.8 and z = x^2 (minimax for erf, relative error 2^-56.0).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V SmallErfFactor(D d, V z) {
  return Horner(d, z, 0x1.7ab7d6ca419dbp-27, -0x1.537ced5be29dbp-23, 0x1.b89e6b17a9259p-20, -0x1.f4bc25f92a62bp-17,
                0x1.f9a22cb0960acp-14, -0x1.c02dacd39b118p-11, 0x1.565bccecf93d1p-8, -0x1.b82ce311cd640p-6,
                0x1.ce2f21a04085dp-4, -0x1.812746b0379b7p-2, 0x1.06eba8214db68p-3);
}

// erf: x * (1 + w(x^2)) up to T = 0.7886; beyond, 1 - erfc(T) * exp(q), where q = log(erfc(x) / erfc(T)) is a
// polynomial in x - T without constant term (minimax weighted by erfc, absolute error of erf 2^-57). T is chosen so
// that erfc(T) is a double to 62 bits. Beyond 6 the result is 1.
struct Erf64 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const V one = hn::Set(d, 1.0);
    const V threshold = hn::Set(d, 0x1.93cp-1);
    const V ax = AtMost(d, hn::Abs(x), 6.0);
    const V small = hn::MulAdd(ax, SmallErfFactor(d, hn::Mul(ax, ax)), ax);
    const V y = hn::Sub(ax, threshold);
    const V q =
        hn::Mul(y, Horner(d, y, -0x1.f7fd407e9f971p-43, 0x1.0b205f07b7056p-37, -0x1.09923bd74bc44p-33,
                          0x1.4966bae3a92dbp-30, -0x1.1d40d0526b2f4p-27, 0x1.6b7ecb912eabap-25, -0x1.5892289002f19p-23,
                          0x1.cb029f34dc710p-22, -0x1.25c5c1c5e570ap-21, -0x1.ba91c5af7f996p-20, 0x1.cc40b3afdebafp-17,
                          -0x1.9e8bdfede7312p-15, 0x1.790933696a70bp-14, 0x1.4730fed28d16ep-13, -0x1.253fa43134ad6p-9,
                          0x1.92171762c3debp-7, -0x1.a19280a344048p-5, -0x1.a0b268170f18bp-1, -0x1.24eb51f53e125p+1));
    const V magic = hn::Set(d, kExponentMagic);
    const V biased = hn::MulAdd(q, hn::Set(d, kLog2E), magic);
    const V n = hn::Sub(biased, magic);
    const V r = hn::NegMulAdd(n, hn::Set(d, kLn2Low), hn::NegMulAdd(n, hn::Set(d, kLn2High), q));
    // erfc(T) * exp(r), relative error 2^-56.
    const V tail =
        Horner(d, r, 0x1.c6b2094705279p-28, 0x1.3a33e28da30adp-24, 0x1.87b568f013e85p-21, 0x1.b8aa621779ef6p-18,
               0x1.b8aad2561a19ap-15, 0x1.819578aa97bb6p-12, 0x1.21301a6beca3ep-9, 0x1.697c2106b9b7fp-7,
               0x1.697c2106bf3fcp-5, 0x1.0f1d18c50f78ap-3, 0x1.0f1d18c50f77ep-2, 0x1.0f1d18c50f77ep-2);
    const V large = hn::NegMulAdd(tail, PowerFromBiased(d, biased), one);
    return hn::Or(hn::IfThenElse(hn::Lt(ax, threshold), small, large), hn::And(x, hn::SignBit(d)));
  }
};

// x * P(x^2) up to 3.924, where erf rounds to 1 (minimax, relative error 2^-27.5).
struct Erf32 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const V ax = AtMost(d, hn::Abs(x), 3.924);
    const V z = hn::Mul(ax, ax);
    const V erf =
        hn::Mul(ax, Horner(d, z, 0x1.5ee8604f9613ap-59, -0x1.88ca24e7f8aeep-52, 0x1.991442e7d37ecp-46,
                           -0x1.0814cb7d44e7dp-40, 0x1.dbcbd4600c779p-36, -0x1.3fc687257de3bp-31, 0x1.4f996da4077d1p-27,
                           -0x1.1cc9108238170p-23, 0x1.921837b177e2fp-20, -0x1.e2ccee84e7783p-17, 0x1.f39f9c70ae4aap-14,
                           -0x1.bec1217953d71p-11, 0x1.5621c877747efp-8, -0x1.b82177f58fc90p-6, 0x1.ce2dec72b2737p-4,
                           -0x1.8127396a3ec93p-2, 0x1.20dd74eb1d318p+0));
    return hn::Or(erf, hn::And(x, hn::SignBit(d)));
  }
};

// erfc: 1 - erf(x) for |x| < 0.65. Beyond, exp(-x^2) * G(t) / (x + 1/2) with G = (x + 1/2) exp(x^2) erfc(x), which is
// nearly constant, as a polynomial in t = (x - 4) / (x + 4) (minimax on [0, 28], relative error 2^-60 before the
// coefficients are rounded). x^2, the exponential, G and the divisor all carry a low part; the quotient is corrected
// once. A negative x gives 2 - erfc(-x).
struct Erfc64 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const V one = hn::Set(d, 1.0);
    const V half = hn::Set(d, 0.5);
    // Beyond 28 the result is 0 anyway.
    const V ax = AtMost(d, hn::Abs(x), 28.0);
    const V square = hn::Mul(ax, ax);
    const V square_lo = ProductError(d, ax, ax, square);

    const V small_head = hn::Sub(one, x);
    const V small_lo = hn::Sub(hn::Sub(one, small_head), x);
    const V small = hn::Add(small_head, hn::NegMulAdd(x, SmallErfFactor(d, square), small_lo));

    // exp(-x^2) = 2^n * (e + e_lo)
    const V magic = hn::Set(d, 0x1.8p52);
    const V n = hn::Sub(hn::NegMulAdd(square, hn::Set(d, kLog2E), magic), magic);
    const V r_hi = hn::NegMulAdd(n, hn::Set(d, kLn2High), hn::Neg(square));
    const V r_low = hn::NegMulAdd(n, hn::Set(d, kLn2Low), hn::Neg(square_lo));
    const auto exponential = ExpOfReduced(d, r_hi, r_low);
    const V e = exponential.hi;
    const V e_lo = exponential.lo;

    // G = g + g_lo
    const V four = hn::Set(d, 4.0);
    const V t = hn::Div(hn::Sub(ax, four), hn::Add(ax, four));
    const V g = hn::Set(d, 0x1.3ba5916e9fd7fp-1);
    const V g_lo =
        Horner(d, t, 0x1.4a4ed78c7a147p-31, 0x1.ce97761f9fcf2p-31, -0x1.e3e92a45364fep-28, -0x1.2c88b65289f6ap-27,
               0x1.d9f57b41321bfp-25, 0x1.3e75a7e6b7328p-25, -0x1.bb71f0c1e6c5ap-22, 0x1.3bcf575fa8bb1p-23,
               0x1.7f34875e04b44p-19, -0x1.788d9b53d1c06p-18, -0x1.995acf511f339p-17, 0x1.3be06abe0fbf9p-14,
               -0x1.a1df161ba9605p-14, -0x1.8d4a9c3944addp-12, 0x1.49c6726f1b2c1p-9, -0x1.09623882b4a15p-7,
               0x1.3079edf6d458bp-6, -0x1.0fb06dfe54a20p-5, 0x1.7fee004e0fe34p-5, -0x1.9ddb23c3e89c4p-5,
               0x1.16ecefcfa54a3p-5, 0x1.f7f5df66fd6dcp-8, -0x1.1df1ad154a28fp-4, -0x1.a1481cc1f0827p-56);

    // top + top_lo = (e + e_lo) * (g + g_lo)
    const V product = hn::Mul(e, g);
    const V product_lo = hn::Add(ProductError(d, e, g, product), hn::MulAdd(e, g_lo, hn::Mul(e_lo, hn::Add(g, g_lo))));
    const V top = hn::Add(product, product_lo);
    const V top_lo = hn::Add(hn::Sub(product, top), product_lo);
    const V bottom = hn::Add(ax, half);
    const V bottom_lo = hn::Sub(ax, hn::Sub(bottom, half));
    const V inverse = hn::Div(one, bottom);
    const V quotient = hn::Mul(top, inverse);
    const V rest = DivisionRest(d, top, quotient, bottom);
    const V scaled = hn::MulAdd(hn::Add(rest, hn::NegMulAdd(quotient, bottom_lo, top_lo)), inverse, quotient);
    const V positive = ScaleByPowerOfTwo(d, scaled, n);
    const V large = hn::IfNegativeThenElse(x, hn::Sub(hn::Set(d, 2.0), positive), positive);
    return hn::IfThenElse(hn::Lt(ax, hn::Set(d, 0.65)), small, large);
  }
};

// exp(-x^2) * N(x) / D(x), relative error 2^-27.3; float64 has room for every result.
struct Erfc32 : VectorOnly {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const V ax = AtMost(d, hn::Abs(x), 10.2);
    const V minus_square = hn::Neg(hn::Mul(ax, ax));
    const V magic = hn::Set(d, kExponentMagic);
    const V biased = hn::MulAdd(minus_square, hn::Set(d, kLog2E), magic);
    const V r = hn::NegMulAdd(hn::Sub(biased, magic), hn::Set(d, kLn2), minus_square);
    const V e = Horner(d, r, 0x1.6ab8c468e31eap-10, 0x1.126de8149661ep-7, 0x1.55589e77c7839p-5, 0x1.555408dbb3fdbp-3,
                       0x1.fffffaa4542c9p-2, 0x1.0000009d29023p+0, 0x1.0000000268cf4p+0);
    const V top = Horner(d, ax, 0x1.0db94f1e63b8ap-5, 0x1.d6abe5e989b9dp-3, 0x1.7738837d9356ep-1, 0x1.3d55b43efa2a6p+0,
                         0x1.0000001d2dc55p+0);
    const V bottom = Horner(d, ax, 0x1.de1148ea20144p-5, 0x1.a125f39d08d87p-2, 0x1.53e45231ac1d6p+0,
                            0x1.33d0cfa4643fap+1, 0x1.2f1999d433784p+1, 1.0);
    const V positive = hn::Mul(hn::Mul(e, PowerFromBiased(d, biased)), hn::Div(top, bottom));
    return hn::IfNegativeThenElse(x, hn::Sub(hn::Set(d, 2.0), positive), positive);
  }
};

inline HWY_NOINLINE void Erf(const double* x, double* y, size_t n) { MapBlock<Erf64>(x, y, n); }
inline HWY_NOINLINE void Erf(const float* x, float* y, size_t n) { MapBlock<Erf32>(x, y, n); }
inline HWY_NOINLINE void Erfc(const double* x, double* y, size_t n) { MapBlock<Erfc64>(x, y, n); }
inline HWY_NOINLINE void Erfc(const float* x, float* y, size_t n) { MapBlock<Erfc32>(x, y, n); }

// ---- gamma, lgamma --------------------------------------------------------------------------------------------------
//
// For y >= 8, log gamma(y) = (y - 1/2) log y - y + log sqrt(2 pi) + S(1/y) (Stirling; S minimax, absolute error 2^-63),
// all of it as an unevaluated sum of two doubles. Below 8, y = x + 8 and the product x (x + 1) ... (x + 7) is divided
// out. gamma exponentiates; lgamma subtracts the logarithm of the product, and near its zeros 1 and 2 uses polynomials
// in the distance. Slow lanes, in scalar code: negative arguments by
// reflection, those within 2^-60 of 0 as 1/x; lgamma around its negative zeros and beyond 2^1000 through the long
// double function of the C library, whose error is invisible where long double is wider than double. float32 shifts
// below 4 and computes in plain float64. gamma of a negative integer is NaN, lgamma +infinity. Measured: float64 gamma
// 0.77, lgamma 0.79 ULP, float32 gamma 0.54, lgamma 0.51.

// log(v + v_lo) for a positive ordinary v, to about 2^-64 of the larger of 1 and the result: 2^k * m with m within
// sqrt(2) of 1, s = (m - 1) / (m + 1), log m = 2 s + 2/3 s^3 + s^5 R(s^2) (minimax, absolute error 2^-68).
template <class D, class V = hn::Vec<D>>
HWY_INLINE HeadTail<V> LogHeadTail(D d, V v, V v_lo) {
  const hn::RebindToUnsigned<D> du;
  const V one = hn::Set(d, 1.0);
  const auto bits = hn::BitCast(du, v);
  const auto bias = hn::Set(du, uint64_t{1023} << 52);
  // Adding 1 - sqrt(1/2) to the bits carries into the exponent from sqrt(2) on.
  const auto biased_k =
      hn::ShiftRight<52>(hn::Add(bits, hn::Set(du, (uint64_t{1023} << 52) - uint64_t{0x3fe6a09e667f3bcd})));
  const V k = hn::Sub(hn::BitCast(d, hn::Or(biased_k, hn::BitCast(du, hn::Set(d, 0x1p52)))), hn::Set(d, 0x1p52 + 1023));
  const auto k_bits = hn::ShiftLeft<52>(biased_k);
  const V m = hn::BitCast(d, hn::Add(hn::Sub(bits, k_bits), bias));
  const V m_lo = hn::Mul(v_lo, hn::BitCast(d, hn::Sub(hn::Add(bias, bias), k_bits)));

  const V f = hn::Sub(m, one);
  const V bottom = hn::Add(m, one);
  const V bottom_lo = hn::Add(hn::Sub(m, hn::Sub(bottom, one)), m_lo);
  const V inverse = hn::Div(one, bottom);
  const V s = hn::Mul(f, inverse);
  const V s_rest = hn::Add(DivisionRest(d, f, s, bottom), hn::NegMulAdd(s, bottom_lo, m_lo));
  const V s_lo = hn::Mul(s_rest, inverse);

  const V z = hn::Mul(s, s);
  const V z_lo = hn::MulAdd(hn::Add(s, s), s_lo, ProductError(d, s, s, z));
  const V s3 = hn::Mul(z, s);
  const V s3_lo = hn::Add(ProductError(d, z, s, s3), hn::MulAdd(z_lo, s, hn::Mul(z, s_lo)));
  const V third = hn::Set(d, 0x1.5555555555555p-1);
  const V cubic = hn::Mul(s3, third);
  const V cubic_lo = hn::Add(ProductError(d, s3, third, cubic),
                             hn::MulAdd(s3_lo, third, hn::Mul(s3, hn::Set(d, 0x1.5555555555555p-55))));
  const V rest = hn::Mul(
      hn::Mul(s3, z), Horner(d, z, 0x1.0f41b2da5028fp-3, 0x1.0f627c50546fbp-3, 0x1.3b20493c2c175p-3,
                             0x1.745ce19fad882p-3, 0x1.c71c72481ca8bp-3, 0x1.249249244247cp-2, 0x1.9999999999c05p-2));

  const V exponent = hn::Mul(k, hn::Set(d, kLn2High));
  const V linear = hn::Add(s, s);
  const V head = hn::Add(exponent, linear);
  const V head_error = hn::Add(hn::Sub(exponent, head), linear);
  const V hi = hn::Add(head, cubic);
  const V hi_error = hn::Add(hn::Sub(head, hi), cubic);
  const V low = hn::MulAdd(k, hn::Set(d, kLn2Low), hn::Add(hn::Add(s_lo, s_lo), hn::Add(cubic_lo, rest)));
  return {hi, hn::Add(hn::Add(head_error, hi_error), low)};
}

// x (x + 1) ... (x + 7) for 0 < x < 8 = q (q + 6) (q + 10) (q + 12) with q = x (x + 7).
template <class D, class V = hn::Vec<D>>
HWY_INLINE HeadTail<V> RisingEight(D d, V x) {
  const V seven = hn::Set(d, 7.0);
  const V last = hn::Add(x, seven);
  const V last_lo = hn::Sub(x, hn::Sub(last, seven));
  const V q = hn::Mul(x, last);
  const V q_lo = hn::MulAdd(x, last_lo, ProductError(d, x, last, q));
  HeadTail<V> product = {q, q_lo};
  for (const double offset : {6.0, 10.0, 12.0}) {
    const V shift = hn::Set(d, offset);
    const V factor = hn::Add(q, shift);
    // Exact also where the offset is the smaller: the offset is a multiple of the last bit of the sum.
    const V factor_lo = hn::Add(hn::Sub(q, hn::Sub(factor, shift)), q_lo);
    const V p = hn::Mul(product.hi, factor);
    const V p_lo =
        hn::Add(ProductError(d, product.hi, factor, p), hn::MulAdd(product.hi, factor_lo, hn::Mul(product.lo, factor)));
    product = {p, p_lo};
  }
  return product;
}

// log gamma(y + y_lo) for y >= 8.
template <class D, class V = hn::Vec<D>>
HWY_INLINE HeadTail<V> StirlingLogGamma(D d, V y, V y_lo) {
  const V half = hn::Set(d, 0.5);
  const HeadTail<V> log = LogHeadTail(d, y, hn::Zero(d));
  const V factor = hn::Sub(y, half);
  const V factor_lo = hn::Sub(hn::Sub(y, factor), half);
  const V product = hn::Mul(factor, log.hi);
  const V product_lo =
      hn::Add(ProductError(d, factor, log.hi, product), hn::MulAdd(factor, log.lo, hn::Mul(factor_lo, log.hi)));
  const V head = hn::Sub(product, y);
  const V head_error = hn::Sub(hn::Sub(product, head), y);
  const V constant = hn::Set(d, 0x1.d67f1c864beb5p-1);
  const V sum = hn::Add(head, constant);
  const V sum_error = hn::Add(hn::Sub(head, sum), constant);
  const V u = hn::Div(hn::Set(d, 1.0), y);
  const V series =
      hn::Mul(u, Horner(d, hn::Mul(u, u), 0x1.46fdcd8f442edp-8, -0x1.ee88f0520cac0p-10, 0x1.b92205dd6a18ep-11,
                        -0x1.381334dff6189p-11, 0x1.a01a016150b04p-11, -0x1.6c16c16c11116p-9, 0x1.5555555555555p-4));
  // The derivative of log gamma is log y - 1 / (2 y) - 1 / (12 y^2) as far as y_lo can tell.
  const V slope = hn::NegMulAdd(u, hn::MulAdd(u, hn::Set(d, 1.0 / 12), half), log.hi);
  const V shifted = hn::Mul(y_lo, slope);
  const V hi = hn::Add(sum, series);
  const V hi_error = hn::Add(hn::Sub(sum, hi), series);
  const V low = hn::Add(hn::Add(product_lo, head_error), hn::Add(shifted, hn::Set(d, -0x1.65b5a1b7ff5dfp-55)));
  return {hi, hn::Add(hn::Add(sum_error, hi_error), low)};
}

// y + y_lo = x + 8 where x < 8.
template <class D, class V = hn::Vec<D>>
HWY_INLINE HeadTail<V> ShiftBelowEight(D d, V x, hn::Mask<D> below) {
  const V eight = hn::Set(d, 8.0);
  const V y = hn::Add(x, eight);
  return {hn::IfThenElse(below, y, x), hn::IfThenElseZero(below, hn::Sub(x, hn::Sub(y, eight)))};
}

// a * b, and a / b for tails below the last bits of their heads.
template <class D, class V = hn::Vec<D>>
HWY_INLINE HeadTail<V> Product(D d, const HeadTail<V>& a, const HeadTail<V>& b) {
  const V p = hn::Mul(a.hi, b.hi);
  return {p, hn::Add(ProductError(d, a.hi, b.hi, p), hn::MulAdd(a.hi, b.lo, hn::Mul(a.lo, b.hi)))};
}
template <class D, class V = hn::Vec<D>>
HWY_INLINE HeadTail<V> Quotient(D d, const HeadTail<V>& a, const HeadTail<V>& b) {
  const V q = hn::Div(a.hi, b.hi);
  const V rest = hn::Add(DivisionRest(d, a.hi, q, b.hi), hn::NegMulAdd(q, b.lo, a.lo));
  return {q, hn::Div(rest, b.hi)};
}

// For negative x that is no integer and a = -x: gamma(x) = -pi P / (a sin(pi a) gamma(y)) where gamma(a) = gamma(y) /
// P. `ratio` is pi P / (a |sin(pi a)|), `log` is log gamma(y).
template <class V>
struct Reflection {
  HeadTail<V> ratio;
  HeadTail<V> log;
  bool sine_is_negative;
};

template <class D, class V = hn::Vec<D>>
HWY_INLINE Reflection<V> Reflect(D d, double a, double clamped) {
  const auto angle = ReduceTurns(d, ModuloTwo(d, hn::Set(d, a)), 0.0);
  const SinCosParts<V> parts = SinCosOfReduced(d, angle);
  const int64_t quadrant = hn::GetLane(angle.number);
  const HeadTail<V> part =
      (quadrant & 1) != 0 ? HeadTail<V>{parts.cos_hi, parts.cos_lo} : HeadTail<V>{parts.sin_hi, parts.sin_lo};
  const bool negative = (hn::GetLane(part.hi) < 0) != ((quadrant & 2) != 0);
  const V flip = hn::And(part.hi, hn::SignBit(d));
  const HeadTail<V> sine = {hn::Xor(part.hi, flip), hn::Xor(part.lo, flip)};
  const V y = hn::Set(d, clamped);
  const auto below = hn::Lt(y, hn::Set(d, 8.0));
  const HeadTail<V> shifted = ShiftBelowEight(d, y, below);
  HeadTail<V> top = {hn::Set(d, 0x1.921fb54442d18p+1), hn::Set(d, 0x1.1a62633145c07p-53)};
  if (clamped < 8) top = Product(d, top, RisingEight(d, y));
  const HeadTail<V> bottom = Product(d, HeadTail<V>{y, hn::Zero(d)}, sine);
  return {Quotient(d, top, bottom), StirlingLogGamma(d, shifted.hi, shifted.lo), negative};
}

// gamma where the vectors do not serve: below 2^-900.
HWY_INLINE double SlowGamma(double x) {
  if (fabs(x) < 0x1p-60) return 1 / x;
  if (!(x < 0) || x == floor(x)) return __builtin_nan("");
  const hn::CappedTag<double, 1> d;
  // The result underflows at the clamp.
  const auto reflection = Reflect(d, -x, x < -190 ? 190 : -x);
  const auto n = hn::Round(hn::Mul(reflection.log.hi, hn::Set(d, kLog2E)));
  const auto e = ExpOfReduced(d, hn::NegMulAdd(n, hn::Set(d, kLn2High), reflection.log.hi),
                              hn::NegMulAdd(n, hn::Set(d, kLn2Low), reflection.log.lo));
  const auto sum = hn::Add(e.hi, e.lo);
  const auto gamma = Quotient(d, reflection.ratio, {sum, hn::Add(hn::Sub(e.hi, sum), e.lo)});
  const double magnitude = hn::GetLane(ScaleByPowerOfTwo(d, hn::Add(gamma.hi, gamma.lo), hn::Neg(n)));
  return reflection.sine_is_negative ? magnitude : -magnitude;
}

// lgamma where the vectors do not serve: below 2^-900 and beyond 2^1000.
HWY_INLINE double SlowLgamma(double x) {
  int sign;
  if (fabs(x) < 0x1p-60) return x == 0 ? HUGE_VAL : -log(fabs(x));
  if (!(x < 0)) return static_cast<double>(lgammal_r(x, &sign));
  if (x == floor(x)) return HUGE_VAL;
  const hn::CappedTag<double, 1> d;
  const auto reflection = Reflect(d, -x, -x);
  const auto ratio = LogHeadTail(d, reflection.ratio.hi, reflection.ratio.lo);
  const auto head = hn::Sub(ratio.hi, reflection.log.hi);
  const auto back = hn::Sub(head, ratio.hi);
  const auto error = hn::Sub(hn::Sub(ratio.hi, hn::Sub(head, back)), hn::Add(reflection.log.hi, back));
  const double result = hn::GetLane(hn::Add(head, hn::Add(error, hn::Sub(ratio.lo, reflection.log.lo))));
  // Around the zeros between the poles the difference has lost too many bits.
  return fabs(result) > 0.25 ? result : static_cast<double>(lgammal_r(x, &sign));
}

struct Gamma64 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    // Beyond the clamp the result overflows anyway.
    const V clamped = AtMost(d, x, 172.5);
    const auto below = hn::Lt(clamped, hn::Set(d, 8.0));
    const HeadTail<V> y = ShiftBelowEight(d, clamped, below);
    const HeadTail<V> log = StirlingLogGamma(d, y.hi, y.lo);
    const V magic = hn::Set(d, 0x1.8p52);
    const V n = hn::Sub(hn::MulAdd(log.hi, hn::Set(d, kLog2E), magic), magic);
    const HeadTail<V> e =
        ExpOfReduced(d, hn::NegMulAdd(n, hn::Set(d, kLn2High), log.hi), hn::NegMulAdd(n, hn::Set(d, kLn2Low), log.lo));
    const V top = hn::Add(e.hi, e.lo);
    const V top_lo = hn::Add(hn::Sub(e.hi, top), e.lo);
    V mantissa = top;
    if (!hn::AllFalse(d, below)) {
      const HeadTail<V> bottom = RisingEight(d, clamped);
      const V inverse = hn::Div(hn::Set(d, 1.0), bottom.hi);
      const V quotient = hn::Mul(top, inverse);
      const V rest = hn::Add(DivisionRest(d, top, quotient, bottom.hi), hn::NegMulAdd(quotient, bottom.lo, top_lo));
      mantissa = hn::IfThenElse(below, hn::MulAdd(rest, inverse, quotient), top);
    }
    const V gamma = ScaleByPowerOfTwo(d, mantissa, n);
    return hn::IfThenElse(hn::Ge(x, hn::Set(d, 0x1p-900)), gamma, hn::Set(d, __builtin_nan("")));
  }
  static double Slow(double x) { return SlowGamma(x); }
};

struct Lgamma64 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const V one = hn::Set(d, 1.0);
    const auto below = hn::Lt(x, hn::Set(d, 8.0));
    const HeadTail<V> y = ShiftBelowEight(d, x, below);
    const HeadTail<V> log = StirlingLogGamma(d, y.hi, y.lo);
    V result = hn::Add(log.hi, log.lo);
    // Both branches only skip work: they select nothing where no lane asks for it.
    if (!hn::AllFalse(d, below)) result = hn::IfThenElse(below, BelowEight(d, x, log), result);
    const V t1 = hn::Sub(x, one);
    const V t2 = hn::Sub(x, hn::Set(d, 2.0));
    const auto near_one = hn::Le(hn::Abs(t1), hn::Set(d, 0x1p-4));
    const auto near = hn::Or(near_one, hn::Le(hn::Abs(t2), hn::Set(d, 0x1p-3)));
    if (!hn::AllFalse(d, near)) result = hn::IfThenElse(near, NearZeros(d, t1, t2, near_one), result);
    // Adding zero makes lgamma(1) a positive zero.
    result = hn::Add(result, hn::Zero(d));
    return hn::IfThenElse(hn::Ge(x, hn::Set(d, 0x1p-900)), NaNBeyond(d, x, 0x1p1000, result),
                          hn::Set(d, __builtin_nan("")));
  }
  static double Slow(double x) { return SlowLgamma(x); }

 private:
  // log gamma(x + 8), given as `log`, minus the logarithm of the product; lanes with x >= 8 are not looked at.
  template <class D, class V>
  static HWY_INLINE V BelowEight(D d, V x, const HeadTail<V>& log) {
    const V eight = hn::Set(d, 8.0);
    const HeadTail<V> product = RisingEight(d, hn::Min(x, eight));
    const HeadTail<V> divisor = LogHeadTail(d, product.hi, product.lo);
    const V head = hn::Sub(log.hi, divisor.hi);
    const V back = hn::Sub(head, log.hi);
    const V head_error = hn::Sub(hn::Sub(log.hi, hn::Sub(head, back)), hn::Add(divisor.hi, back));
    return hn::Add(head, hn::Add(head_error, hn::Sub(log.lo, divisor.lo)));
  }

  // Near 1 and 2, t1 and t2 away: psi * t + t^2 * P(t), minimax, relative error 2^-57.5 with the coefficients rounded.
  template <class D, class V, class M>
  static HWY_INLINE V NearZeros(D d, V t1, V t2, M near_one) {
    const V p1 = Horner(d, t1, -0x1.3f1fa254738e0p-4, 0x1.592464f8ed547p-4, -0x1.74864a881877dp-4, 0x1.99fd3f73087e9p-4,
                        -0x1.c80674c0cc2c0p-4, 0x1.010b38118c509p-3, -0x1.2703a1dc1a58bp-3, 0x1.5b40cb0fa61cfp-3,
                        -0x1.a8b9c17aa6393p-3, 0x1.151322ac7d8acp-2, -0x1.9a4d55beab2d7p-2, 0x1.a51a6625307d3p-1);
    const V p2 =
        Horner(d, t2, -0x1.40c211ef310b8p-17, 0x1.5bcc226eae815p-16, -0x1.78d86bff516f1p-15, 0x1.a123046b3eea8p-14,
               -0x1.d3fd50d1ff005p-13, 0x1.0b36b0ebd2e19p-11, -0x1.38ac5c2b26dedp-10, 0x1.7add6ead4f306p-9,
               -0x1.e404fc218f845p-8, 0x1.51322ac7d84eap-6, -0x1.13e001a557606p-4, 0x1.4a34cc4a60fa6p-2);
    const V t = hn::IfThenElse(near_one, t1, t2);
    const V psi = hn::IfThenElse(near_one, hn::Set(d, -0x1.2788cfc6fb619p-1), hn::Set(d, 0x1.b0ee6072093cep-2));
    const V tail = hn::Mul(t, hn::MulAdd(t, hn::IfThenElse(near_one, p1, p2), hn::Set(d, 0x1.6cb90701fbfabp-58)));
    const V linear = hn::Mul(t, psi);
    return hn::Add(linear, hn::Add(ProductError(d, t, psi, linear), tail));
  }
};

// log v for float32 results, to 2^-39 absolute.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V FloatLog(D d, V v) {
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::BitCast(du, v);
  const auto bias = hn::Set(du, uint64_t{1023} << 52);
  const auto biased_k =
      hn::ShiftRight<52>(hn::Add(bits, hn::Set(du, (uint64_t{1023} << 52) - uint64_t{0x3fe6a09e667f3bcd})));
  const V k = hn::Sub(hn::BitCast(d, hn::Or(biased_k, hn::BitCast(du, hn::Set(d, 0x1p52)))), hn::Set(d, 0x1p52 + 1023));
  const V m = hn::BitCast(d, hn::Add(hn::Sub(bits, hn::ShiftLeft<52>(biased_k)), bias));
  const V one = hn::Set(d, 1.0);
  const V s = hn::Div(hn::Sub(m, one), hn::Add(m, one));
  const V z = hn::Mul(s, s);
  const V p = Horner(d, z, 0x1.e4afe8b30df1cp-3, 0x1.242b804d1afcep-2, 0x1.999ababc33da2p-2, 0x1.555554cf16c55p-1, 2.0);
  return hn::MulAdd(k, hn::Set(d, kLn2), hn::Mul(s, p));
}

// Stirling for y >= 4, to 2^-36 absolute in its series. An infinity stays one.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V FloatStirlingLogGamma(D d, V y) {
  const V one = hn::Set(d, 1.0);
  const V log = FloatLog(d, y);
  const V u = hn::Div(one, y);
  const V series = hn::MulAdd(u,
                              Horner(d, hn::Mul(u, u), -0x1.04edc0deeada2p-11, 0x1.9ddd81687e3afp-11,
                                     -0x1.6c145e285f69dp-9, 0x1.5555553f288a5p-4),
                              hn::Set(d, 0x1.d67f1c864beb5p-1));
  return hn::MulAdd(y, hn::Sub(log, one), hn::NegMulAdd(log, hn::Set(d, 0.5), series));
}

// x (x + 1) (x + 2) (x + 3)
template <class D, class V = hn::Vec<D>>
HWY_INLINE V RisingFour(D d, V x) {
  const V q = hn::Mul(x, hn::Add(x, hn::Set(d, 3.0)));
  return hn::Mul(q, hn::Add(q, hn::Set(d, 2.0)));
}

struct Gamma32 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const V clamped = AtMost(d, x, 40.0);
    const V four = hn::Set(d, 4.0);
    const auto below = hn::Lt(clamped, four);
    const V log = FloatStirlingLogGamma(d, hn::IfThenElse(below, hn::Add(clamped, four), clamped));
    const V magic = hn::Set(d, kExponentMagic);
    const V biased = hn::MulAdd(log, hn::Set(d, kLog2E), magic);
    const V r = hn::NegMulAdd(hn::Sub(biased, magic), hn::Set(d, kLn2), log);
    const V e = Horner(d, r, 0x1.6ab8c468e31eap-10, 0x1.126de8149661ep-7, 0x1.55589e77c7839p-5, 0x1.555408dbb3fdbp-3,
                       0x1.fffffaa4542c9p-2, 0x1.0000009d29023p+0, 0x1.0000000268cf4p+0);
    const V gamma = hn::Mul(e, PowerFromBiased(d, biased));
    const V result = hn::Div(gamma, hn::IfThenElse(below, RisingFour(d, clamped), hn::Set(d, 1.0)));
    return hn::IfThenElse(hn::Ge(x, hn::Zero(d)), result, hn::Set(d, __builtin_nan("")));
  }
  static double Slow(double x) { return Gamma64::Slow(x); }
};

struct Lgamma32 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x) {
    const V one = hn::Set(d, 1.0);
    const V four = hn::Set(d, 4.0);
    const auto below = hn::Lt(x, four);
    const V log = FloatStirlingLogGamma(d, hn::IfThenElse(below, hn::Add(x, four), x));
    const V far = hn::Sub(log, FloatLog(d, hn::IfThenElse(below, RisingFour(d, x), one)));
    const V width = hn::Set(d, 0x1p-4);
    const V t1 = hn::Sub(x, one);
    const V t2 = hn::Sub(x, hn::Set(d, 2.0));
    const V p1 = Horner(d, t1, -0x1.28f9399405885p-3, 0x1.5d0134d9dfa50p-3, -0x1.a8b869c0b9b15p-3, 0x1.1512b3dac6b48p-2,
                        -0x1.9a4d55e21b564p-2, 0x1.a51a662bea282p-1, -0x1.2788cfc6fb619p-1);
    const V p2 = Horner(d, t2, -0x1.392cae7817210p-10, 0x1.7b51cb80cdef5p-9, -0x1.e404e624d78cap-8,
                        0x1.513223941798cp-6, -0x1.13e001a5a0108p-4, 0x1.4a34cc4a6f0dap-2, 0x1.b0ee6072093cep-2);
    V result = hn::IfThenElse(hn::Le(hn::Abs(t1), width), hn::Mul(t1, p1), far);
    result = hn::IfThenElse(hn::Le(hn::Abs(t2), width), hn::Mul(t2, p2), result);
    return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Add(result, hn::Zero(d)), hn::Set(d, __builtin_nan("")));
  }
  static double Slow(double x) { return Lgamma64::Slow(x); }
};

inline HWY_NOINLINE void Lgamma(const double* x, double* y, size_t n) { MapBlock<Lgamma64>(x, y, n); }
inline HWY_NOINLINE void Lgamma(const float* x, float* y, size_t n) { MapBlock<Lgamma32>(x, y, n); }
inline HWY_NOINLINE void Gamma(const double* x, double* y, size_t n) { MapBlock<Gamma64>(x, y, n); }
inline HWY_NOINLINE void Gamma(const float* x, float* y, size_t n) { MapBlock<Gamma32>(x, y, n); }

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_ERF_GAMMA_H
