// pow and cbrt of one vector.
#if defined(LANES_EXP_LOG_POWERS_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_EXP_LOG_POWERS_H
#undef LANES_EXP_LOG_POWERS_H
#else
#define LANES_EXP_LOG_POWERS_H
#endif

#include "exp_log_exponentials.h"
#include "exp_log_logarithms.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace exp_log {

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

#if HWY_TARGET <= HWY_AVX3
// |x| = 2^(3 q + t) z with t in {-1, 0, 1} and z in [1, 2), by instructions that know all special values: 2^q times the
// cube root of 2^t c, looked up, times that of 1 + r = z/c, which is 1 + r P(r), P of degree 9, relative error 2^-53 of
// its own, in float32 3, 2^-22.
template <class T>
struct CbrtOf : NeverSlow {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    slow = Slow(d, x);
    constexpr bool kDouble = sizeof(T) == 8;
    constexpr int kShift = kDouble ? 49 : 20;
    const hn::RebindToSigned<D> di;
    const auto c = [d](double value) HWY_ATTR { return hn::Set(d, static_cast<T>(value)); };
    V z, k;
    if constexpr (kDouble) {
      z = V{_mm512_getmant_pd(x.raw, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero)};
      k = V{_mm512_getexp_pd(x.raw)};
    } else {
      z = V{_mm512_getmant_ps(x.raw, _MM_MANT_NORM_1_2, _MM_MANT_SIGN_zero)};
      k = V{_mm512_getexp_ps(x.raw)};
    }
    const V magic = c(kDouble ? 0x1.8p52 : 0x1.8p23);
    const V q = hn::Sub(hn::MulAdd(k, c(1.0 / 3), magic), magic);
    const V t = hn::NegMulAdd(q, c(3), k);
    const auto interval = hn::ShiftRight<kShift>(hn::BitCast(di, z));
    const auto index = hn::Add(interval, hn::BitCast(di, hn::MulAdd(t, c(8), magic)));
    const V inverse = Lookup32(d, TableOf<T>(kCbrtInverse, kCbrtInverseFloat), index);
    const V root = Lookup32(d, TableOf<T>(kCbrtRoot, kCbrtRootFloat), index);
    const V r = hn::MulSub(z, inverse, c(1));
    V p;
    if constexpr (kDouble) {
      p = Polynomial(d, r, c(-0x1.821b7a98a1ceep-7), c(0x1.bd1f823dd7d17p-7), c(-0x1.036c70462037bp-6),
                     c(0x1.374f57cee87a4p-6), c(-0x1.8090d6c055783p-6), c(0x1.ee7113cce88d7p-6),
                     c(-0x1.511e8d2b23a11p-5), c(0x1.f9add3c0c158dp-5), c(-0x1.c71c71c71c722p-4),
                     c(0x1.5555555555556p-2));
    } else {
      p = Polynomial(d, r, c(-0x1.520124p-5), c(0x1.fa8f26p-5), c(-0x1.c71c56p-4), c(0x1.555552p-2));
    }
    const V y = hn::MulAdd(hn::Mul(p, r), root, root);
    if constexpr (kDouble) {
      return hn::CopySign(V{_mm512_scalef_pd(y.raw, q.raw)}, x);
    } else {
      return hn::CopySign(V{_mm512_scalef_ps(y.raw, q.raw)}, x);
    }
  }
};
#else
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
#endif
using CbrtF64 = CbrtOf<double>;
using CbrtF32 = CbrtOf<float>;

}  // namespace exp_log
}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_EXP_LOG_POWERS_H
