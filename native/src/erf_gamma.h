// Block functions for the error functions and the gamma functions, in float64 and float32.
//
// Every function takes any n >= 0 and any alignment, y may equal x, and the result of an element depends on its value
// alone. Accuracy is measured by test/accuracy_trig.cpp; the figures beside the functions are the worst it has seen.
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

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// ---- erf, erfc ------------------------------------------------------------------------------------------------------

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
HWY_INLINE V PowerOfTwo(D d, V biased) {
  const hn::RebindToSigned<D> di;
  return hn::BitCast(d, hn::ShiftLeft<52>(hn::BitCast(di, biased)));
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
struct Erf64 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x, hn::Mask<D>& slow) {
    slow = NoLane(d);
    const V one = hn::Set(d, 1.0);
    const V threshold = hn::Set(d, 0x1.93cp-1);
    // Min passes a NaN that comes second.
    const V ax = hn::Min(hn::Set(d, 6.0), hn::Abs(x));
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
    const V large = hn::NegMulAdd(tail, PowerOfTwo(d, biased), one);
    return hn::Or(hn::IfThenElse(hn::Lt(ax, threshold), small, large), hn::And(x, hn::SignBit(d)));
  }
  static double Slow(double x) { return x; }
};

// x * P(x^2) up to 3.924, where erf rounds to 1 (minimax, relative error 2^-27.5).
struct Erf32 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x, hn::Mask<D>& slow) {
    slow = NoLane(d);
    const V ax = hn::Min(hn::Set(d, 3.924), hn::Abs(x));
    const V z = hn::Mul(ax, ax);
    const V erf =
        hn::Mul(ax, Horner(d, z, 0x1.5ee8604f9613ap-59, -0x1.88ca24e7f8aeep-52, 0x1.991442e7d37ecp-46,
                           -0x1.0814cb7d44e7dp-40, 0x1.dbcbd4600c779p-36, -0x1.3fc687257de3bp-31, 0x1.4f996da4077d1p-27,
                           -0x1.1cc9108238170p-23, 0x1.921837b177e2fp-20, -0x1.e2ccee84e7783p-17, 0x1.f39f9c70ae4aap-14,
                           -0x1.bec1217953d71p-11, 0x1.5621c877747efp-8, -0x1.b82177f58fc90p-6, 0x1.ce2dec72b2737p-4,
                           -0x1.8127396a3ec93p-2, 0x1.20dd74eb1d318p+0));
    return hn::Or(erf, hn::And(x, hn::SignBit(d)));
  }
  static double Slow(double x) { return x; }
};

// erfc: 1 - erf(x) for |x| < 0.75. Beyond, exp(-x^2) * G(t) / (x + 1/2) with G = (x + 1/2) exp(x^2) erfc(x), which is
// nearly constant, as a polynomial in t = (x - 4) / (x + 4) (minimax on [0, 28], relative error 2^-60 before the
// coefficients are rounded). x^2, the exponential, G and the divisor all carry a low part; the quotient is corrected
// once. A negative x gives 2 - erfc(-x).
struct Erfc64 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x, hn::Mask<D>& slow) {
    slow = NoLane(d);
    const V one = hn::Set(d, 1.0);
    const V half = hn::Set(d, 0.5);
    // Min passes a NaN that comes second. Beyond 28 the result is 0 anyway.
    const V ax = hn::Min(hn::Set(d, 28.0), hn::Abs(x));
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
    const V r = hn::Add(r_hi, r_low);
    const V r_lo = hn::Add(hn::Sub(r_hi, r), r_low);
    const V q = Horner(d, r, 0x1.af849d5dcb7c9p-26, 0x1.28b089409788fp-22, 0x1.71dde07170fd6p-19, 0x1.a019964f79bbap-16,
                       0x1.a01a01ba8e76ap-13, 0x1.6c16c185c022fp-10, 0x1.111111110d756p-7, 0x1.555555554ffbfp-5,
                       0x1.5555555555561p-3, 0x1.000000000000cp-1);
    const V e = hn::Add(one, r);
    const V e_lo = hn::Add(hn::Add(hn::Sub(one, e), r), hn::MulAdd(hn::Mul(r, r), q, r_lo));

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
#if HWY_NATIVE_FMA
    const V rest = hn::NegMulAdd(quotient, bottom, top);
#else
    const V back = hn::Mul(quotient, bottom);
    const V rest = hn::Sub(hn::Sub(top, back), ProductError(d, quotient, bottom, back));
#endif
    const V scaled = hn::MulAdd(hn::Add(rest, hn::NegMulAdd(quotient, bottom_lo, top_lo)), inverse, quotient);
    // In two steps, as 2^n itself may be subnormal.
    const V exponent_magic = hn::Set(d, kExponentMagic);
    const V first = hn::MulAdd(n, half, exponent_magic);
    const V second = hn::Add(hn::Sub(n, hn::Sub(first, exponent_magic)), exponent_magic);
    const V positive = hn::Mul(hn::Mul(scaled, PowerOfTwo(d, first)), PowerOfTwo(d, second));
    const V large = hn::IfNegativeThenElse(x, hn::Sub(hn::Set(d, 2.0), positive), positive);
    return hn::IfThenElse(hn::Lt(ax, hn::Set(d, 0.65)), small, large);
  }
  static double Slow(double x) { return x; }
};

// exp(-x^2) * N(x) / D(x), relative error 2^-27.3; float64 has room for every result.
struct Erfc32 {
  template <class D, class V>
  static HWY_INLINE V Apply(D d, V x, hn::Mask<D>& slow) {
    slow = NoLane(d);
    const V ax = hn::Min(hn::Set(d, 10.2), hn::Abs(x));
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
    const V positive = hn::Mul(hn::Mul(e, PowerOfTwo(d, biased)), hn::Div(top, bottom));
    return hn::IfNegativeThenElse(x, hn::Sub(hn::Set(d, 2.0), positive), positive);
  }
  static double Slow(double x) { return x; }
};

HWY_NOINLINE void Erf(const double* x, double* y, size_t n) { MapBlock<Erf64>(x, y, n); }
HWY_NOINLINE void Erf(const float* x, float* y, size_t n) { MapBlock<Erf32>(x, y, n); }
HWY_NOINLINE void Erfc(const double* x, double* y, size_t n) { MapBlock<Erfc64>(x, y, n); }
HWY_NOINLINE void Erfc(const float* x, float* y, size_t n) { MapBlock<Erfc32>(x, y, n); }

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_ERF_GAMMA_H
