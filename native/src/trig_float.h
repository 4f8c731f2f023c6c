// The circular functions and their inverses in float32 alone, where products are fused: sixteen elements in a vector of
// 512 bits instead of eight. Each is head + tail, the tail with what the head's roundings left, so that the one
// rounding that counts is the last. `Wide` is the function as an operation of map_block.h, which serves the slow
// elements.
#if defined(LANES_TRIG_FLOAT_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_TRIG_FLOAT_H
#undef LANES_TRIG_FLOAT_H
#else
#define LANES_TRIG_FLOAT_H
#endif

#include "exp_log_loops.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

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

namespace trig_float {

constexpr float kHalfPi = 0x1.921fb6p+0f, kHalfPiLow = -0x1.777a5cp-25f;

template <class Wide>
struct SlowByWide {
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V) {
    hn::Mask<D> slow;
    const V y = exp_log::NaNIsSlow<Wide>::Fast(d, x, slow);
    return exp_log::NaNIsSlow<Wide>::Fix(d, x, y);
  }
};

// x = n pi/2 + r - minus_lo, |r| <= pi/4, up to 2^13: the 24 bits of pi/2 that come first leave an exact difference,
// the next 11 an exact product; what is left of pi/2 after 24 more bits is below 2^-23 of the smallest |r|. The low
// bits of `number` are those of n + added.
template <class D, class V = hn::Vec<D>>
struct Angle {
  V r, minus_lo;
  hn::Vec<hn::RebindToSigned<D>> number;
};
template <class D, class V>
HWY_INLINE Angle<D> Reduce(D d, V x, int added, hn::Mask<D>& slow) {
  const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
  slow = hn::Not(hn::Le(hn::Abs(x), c(0x1p13f)));
  const V magic = c(0x1.8p23f + static_cast<float>(added));
  const V biased = hn::MulAdd(x, c(0x1.45f306p-1f), magic);
  const V n = hn::Sub(biased, magic);
  const V t = hn::NegMulAdd(n, c(0x1.921fb4p+0f), x);
  const V second = c(0x1.444p-24f);
  const V r = hn::NegMulAdd(n, second, t);
  const V minus_lo = hn::MulAdd(n, c(0x1.68c234p-39f), hn::MulAdd(n, second, hn::Sub(r, t)));
  return {r, minus_lo, hn::BitCast(hn::RebindToSigned<D>(), biased)};
}

// sin(x + kQuadrants pi/2), summed as in float64. Both polynomials are of degree 2 in r^2 (relative error sin 2^-27.9,
// cos 2^-33).
template <int kQuadrants, class Wide>
struct Sine : SlowByWide<Wide> {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, hn::Mask<D>& slow) {
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const Angle<D> angle = Reduce(d, x, 1 + kQuadrants, slow);
    const V r = angle.r;
    const auto is_sine = OddLanes(d, angle.number);
    const auto choose = [&](V sine, V cosine) HWY_ATTR { return ChooseOdd<D>(is_sine, sine, cosine); };
    const auto coefficient = [&](float sine, float cosine) HWY_ATTR { return choose(c(sine), c(cosine)); };
    const V minus_r_lo = hn::Mul(r, angle.minus_lo);
    const V r2 = hn::MulSub(r, r, hn::Add(minus_r_lo, minus_r_lo));
    V p = hn::MulAdd(coefficient(-0x1.9953p-13f, 0x1.99e904p-16f), r2, coefficient(0x1.110776p-7f, -0x1.6c0c2ap-10f));
    p = hn::MulAdd(p, r2, coefficient(-0x1.555546p-3f, 0x1.55554ap-5f));
    const V z = hn::MulAdd(p, r2, coefficient(0.0f, -0.5f));
    const V rest = hn::NegMulAdd(choose(r, r2), z, choose(angle.minus_lo, c(-1.0f)));
    const V sine = choose(hn::Sub(r, rest), rest);
    return hn::Xor(sine, hn::And(hn::BitCast(d, hn::ShiftLeft<30>(angle.number)), hn::SignBit(d)));
  }
};

// asin(s) = s + rest, where s = |x|, or sqrt((1 - |x|) / 2) when |x| > 1/2 (`large`): s^3 P(s^2), P of degree 4,
// relative error 2^-27.6, and what the root's rounding left. |x| > 1 gives NaN.
template <class D, class V = hn::Vec<D>>
struct AsinParts {
  V s, rest;
  hn::Mask<D> large;
};
template <class D, class V>
HWY_INLINE AsinParts<D> ReduceAsin(D d, V ax) {
  const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
  const V half = c(0.5f);
  const auto large = hn::Gt(ax, half);
  const V of_end = hn::NegMulAdd(ax, half, half);
  const V z = hn::IfThenElse(large, of_end, hn::Mul(ax, ax));
  const V root = hn::Sqrt(of_end);
  // Of 0 that is 0 times something finite.
  const V half_inverse = hn::Mul(half, hn::ApproximateReciprocalSqrt(hn::Max(of_end, c(0x1p-60f))));
  const V root_low = hn::Mul(hn::NegMulAdd(root, root, of_end), half_inverse);
  const V s = hn::IfThenElse(large, root, ax);
  const V p = exp_log::Polynomial(d, z, c(0x1.5959aap-5f), c(0x1.8c415ap-6f), c(0x1.747b72p-5f), c(0x1.330206p-4f),
                                  c(0x1.5555c8p-3f));
  return {s, hn::MulAdd(s, hn::Mul(p, z), hn::IfThenElseZero(large, root_low)), large};
}

struct Arcsine : exp_log::NeverSlow {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, hn::Mask<D>& slow) {
    slow = Slow(d, x);
    const auto parts = ReduceAsin(d, hn::Abs(x));
    const V half_pi = hn::Set(d, kHalfPi), two = hn::Set(d, 2.0f);
    const V head = hn::NegMulAdd(two, parts.s, half_pi);
    const V tail = hn::Add(hn::NegMulAdd(two, parts.s, hn::Sub(half_pi, head)),
                           hn::NegMulAdd(two, parts.rest, hn::Set(d, kHalfPiLow)));
    const V asin = hn::IfThenElse(parts.large, hn::Add(head, tail), hn::Add(parts.s, parts.rest));
    return hn::CopySign(asin, x);
  }
};

// base + scale (s + rest): pi/2 - asin(x) for |x| <= 1/2, 2 asin(s) for x > 1/2, pi - 2 asin(s) for x < -1/2.
struct Arccosine : exp_log::NeverSlow {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, hn::Mask<D>& slow) {
    slow = Slow(d, x);
    const auto parts = ReduceAsin(d, hn::Abs(x));
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const auto of_end = [&](float value) HWY_ATTR { return hn::IfNegativeThenElse(x, c(value), hn::Zero(d)); };
    const V scale = hn::Xor(hn::IfThenElse(parts.large, c(-2.0f), c(1.0f)), hn::And(x, hn::SignBit(d)));
    const V base = hn::IfThenElse(parts.large, of_end(2 * kHalfPi), c(kHalfPi));
    const V base_low = hn::IfThenElse(parts.large, of_end(2 * kHalfPiLow), c(kHalfPiLow));
    const V head = hn::NegMulAdd(scale, parts.s, base);
    const V head_error = hn::NegMulAdd(scale, parts.s, hn::Sub(base, head));
    return hn::Add(head, hn::Add(head_error, hn::NegMulAdd(scale, parts.rest, base_low)));
  }
};

// base + base_low + atan(u + u_low), or minus atan where `sign` is the sign bit; 0 <= u <= 1 <= base or base = 0. As in
// float64: atan(u) = u + u^3 P(u^2), P of degree 8, relative error 2^-28.5.
template <class D, class V>
HWY_INLINE V AddAtan(D d, V base, V base_low, V u, V u_low, V sign) {
  const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
  const V z = hn::Mul(u, u);
  const V p = exp_log::Polynomial(d, z, c(-0x1.d5a1aap-10f), c(0x1.6551e2p-7f), c(-0x1.fe7d24p-6f), c(0x1.da9c2ep-5f),
                                  c(-0x1.5825f2p-4f), c(0x1.c0946cp-4f), c(-0x1.24211ap-3f), c(0x1.9991ecp-3f),
                                  c(-0x1.55553ep-2f));
  const V main = hn::Xor(u, sign);
  const V head = hn::Add(base, main);
  const V head_error = hn::Add(hn::Sub(base, head), main);
  const V low = hn::Xor(hn::NegMulAdd(hn::Mul(z, c(0.5f)), u_low, u_low), sign);
  const V tail = hn::Add(hn::Add(head_error, base_low), low);
  const V main_z = hn::Mul(main, z);
  const V sum = hn::MulAdd(main_z, p, head);
  return hn::Add(sum, hn::Add(hn::MulAdd(main_z, p, hn::Sub(head, sum)), tail));
}

struct Arctangent : exp_log::NeverSlow {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, hn::Mask<D>& slow) {
    slow = Slow(d, x);
    const V one = hn::Set(d, 1.0f);
    // Beyond the clamp the result is pi/2 anyway.
    const V ax = AtMost(d, hn::Abs(x), 0x1p100);
    const auto inverted = hn::Gt(ax, one);
    const V inverse = hn::Div(one, ax);
    const V u = hn::IfThenElse(inverted, inverse, ax);
    const V u_low = hn::IfThenElseZero(inverted, hn::Mul(hn::NegMulAdd(inverse, ax, one), inverse));
    const auto where = [&](V value) HWY_ATTR { return hn::IfThenElseZero(inverted, value); };
    const V half_pi = where(hn::Set(d, kHalfPi)), half_pi_low = where(hn::Set(d, kHalfPiLow));
    return hn::CopySign(AddAtan(d, half_pi, half_pi_low, u, u_low, where(hn::SignBit(d))), x);
  }
};

// atan2, in the form of powers: u = min(|x|, |y|) / max(|x|, |y|), then base 0, pi/2 or pi plus or minus atan(u). Slow
// are arguments so small or large that the quotient's rest might not be a number of float32.
template <class Wide>
struct Arctangent2 {
  template <class D>
  using Base = hn::Vec<D>;
  template <class D, class V>
  static HWY_INLINE V Prepare(D, V y) {
    return y;
  }
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V y, V x, hn::Mask<D>& slow) {
    const auto c = [d](float value) HWY_ATTR { return hn::Set(d, value); };
    const V ay = hn::Abs(y), ax = hn::Abs(x);
    const auto swapped = hn::Gt(ay, ax);
    const V top = hn::IfThenElse(swapped, ax, ay);
    const V bottom = hn::IfThenElse(swapped, ay, ax);
    const auto tiny = hn::And(hn::Lt(top, c(0x1p-60f)), hn::Gt(top, hn::Zero(d)));
    const auto served = hn::And(hn::Ge(bottom, c(0x1p-60f)), hn::Le(bottom, c(0x1p60f)));
    slow = hn::Or(hn::Or(tiny, hn::IsNaN(top)), hn::Not(served));
    const V inverse = hn::Div(c(1.0f), bottom);
    const V u = hn::Mul(top, inverse);
    const V u_low = hn::Mul(hn::NegMulAdd(u, bottom, top), inverse);
    const auto base_of = [&](float half_pi) HWY_ATTR {
      return hn::IfThenElse(swapped, c(half_pi), hn::IfNegativeThenElse(x, c(2 * half_pi), hn::Zero(d)));
    };
    const V sign = hn::And(hn::Xor(x, hn::IfThenElseZero(swapped, hn::SignBit(d))), hn::SignBit(d));
    return hn::CopySign(AddAtan(d, base_of(kHalfPi), base_of(kHalfPiLow), u, u_low, sign), y);
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V y, V x) {
    const exp_log::Wide<D> wide;
    return exp_log::Narrow(d, Wide::Apply(wide, exp_log::WidenLower(d, y), exp_log::WidenLower(d, x)),
                           Wide::Apply(wide, exp_log::WidenUpper(d, y), exp_log::WidenUpper(d, x)));
  }
};

}  // namespace trig_float
}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_TRIG_FLOAT_H
