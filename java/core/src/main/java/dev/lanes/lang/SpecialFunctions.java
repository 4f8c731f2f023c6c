package dev.lanes.lang;

import static dev.lanes.lang.DoubleDouble.LN2;
import static dev.lanes.lang.DoubleDouble.ONE;
import static dev.lanes.lang.DoubleDouble.PI;

/**
 * References for functions that Java does not have, or has with more than one ULP of error. They
 * compute with twice the digits and round once, so that their error is hardly more than half a
 * unit. Special cases follow NumPy and SciPy.
 *
 * <p>Formulas: Abramowitz and Stegun, Handbook of Mathematical Functions, chapters 4, 6 and 7.
 */
final class SpecialFunctions {

  private static final DoubleDouble LN10 = DoubleDouble.of(10).log();
  private static final DoubleDouble TWO_OVER_SQRT_PI = DoubleDouble.of(2).over(PI.sqrt());
  private static final DoubleDouble LOG_SQRT_2_PI = PI.scale(1).log().scale(-1);
  private static final double EULER = 0x1.2788cfc6fb619p-1;

  /** zeta(k) / k for k from 2 on. */
  private static final double[] ZETA = {
    1.6449340668482264 / 2,
    1.2020569031595942 / 3,
    1.0823232337111382 / 4,
    1.0369277551433699 / 5,
    1.0173430619844492 / 6,
    1.0083492773819229 / 7
  };

  /** Numerators and denominators of B(2k) / (2k (2k - 1)). */
  private static final double[][] STIRLING = {
    {1, 12},
    {-1, 360},
    {1, 1260},
    {-1, 1680},
    {1, 1188},
    {-691, 360360},
    {1, 156},
    {-3617, 122400},
    {43867, 244188},
    {-174611, 125400},
    {77683, 5796}
  };

  private static final double STIRLING_FROM = 30;

  private SpecialFunctions() {}

  // ---- Logarithms and hyperbolic functions ----

  static double log2(double x) {
    if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
      return StrictMath.log(x);
    }
    int n = exponent(x);
    return DoubleDouble.of(scaled(x, -n) - 1).log1p().over(LN2).plus((double) n).value();
  }

  static double log10(double x) {
    if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
      return StrictMath.log(x);
    }
    int n = exponent(x);
    DoubleDouble log = DoubleDouble.of(scaled(x, -n) - 1).log1p().plus(LN2.times(n));
    return log.over(LN10).value();
  }

  /** The power of two that brings a number above zero to between sqrt(1/2) and sqrt(2). */
  private static int exponent(double x) {
    int shift = x < Double.MIN_NORMAL ? 54 : 0;
    int n = Math.getExponent(scaled(x, shift)) - shift;
    return scaled(x, -n) > 1.4142 ? n + 1 : n;
  }

  static double sinh(double x) {
    double a = Math.abs(x);
    if (!(a <= 711) || a < 0x1p-28) {
      return StrictMath.sinh(x);
    }
    if (a > 40) {
      return Math.copySign(halfOfExp(a), x);
    }
    DoubleDouble m = DoubleDouble.of(a).expm1();
    return Math.copySign(m.plus(m.over(m.plus(1))).scale(-1).value(), x);
  }

  static double cosh(double x) {
    double a = Math.abs(x);
    if (!(a <= 711)) {
      return StrictMath.cosh(x);
    }
    if (a > 40) {
      return halfOfExp(a);
    }
    DoubleDouble e = DoubleDouble.of(a).exp();
    return e.plus(ONE.over(e)).scale(-1).value();
  }

  /** exp(a) / 2 where exp(a) itself may be beyond the range. */
  private static double halfOfExp(double a) {
    return DoubleDouble.of(a).minus(LN2.times(100)).exp().scale(49).value() * 0x1p50;
  }

  static double tanh(double x) {
    double a = Math.abs(x);
    if (!(a <= 20) || a < 0x1p-28) {
      return StrictMath.tanh(x);
    }
    DoubleDouble m = DoubleDouble.of(2 * a).expm1();
    return Math.copySign(m.over(m.plus(2)).value(), x);
  }

  static double arcsinh(double x) {
    double a = Math.abs(x);
    if (!(a <= Double.MAX_VALUE) || a < 0x1p-28) {
      return x;
    }
    if (a > 0x1p60) {
      return Math.copySign(DoubleDouble.of(a).log().plus(LN2).value(), x);
    }
    DoubleDouble square = DoubleDouble.product(a, a);
    DoubleDouble root = square.plus(1).sqrt();
    return Math.copySign(square.over(root.plus(1)).plus(a).log1p().value(), x);
  }

  static double arccosh(double x) {
    if (!(x >= 1) || x == Double.POSITIVE_INFINITY) {
      return x < 1 ? Double.NaN : x;
    }
    if (x > 0x1p60) {
      return DoubleDouble.of(x).log().plus(LN2).value();
    }
    DoubleDouble less = DoubleDouble.sum(x, -1);
    return less.times(DoubleDouble.sum(x, 1)).sqrt().plus(less).log1p().value();
  }

  static double arctanh(double x) {
    double a = Math.abs(x);
    if (!(a < 1) || a < 0x1p-28) {
      return a > 1 ? Double.NaN : a == 1 ? Math.copySign(Double.POSITIVE_INFINITY, x) : x;
    }
    DoubleDouble ratio = DoubleDouble.of(2 * a).over(DoubleDouble.sum(1, -a));
    return Math.copySign(ratio.log1p().scale(-1).value(), x);
  }

  // ---- Angles ----

  static double sinpi(double x) {
    if (Double.isInfinite(x) || x != x) {
      return Double.NaN;
    }
    double turns = Math.IEEEremainder(x, 2); // [-1, 1]
    if (turns == 0 || Math.abs(turns) == 1) {
      return Math.copySign(0, x);
    }
    double a = Math.abs(turns);
    double near = a > 0.5 ? 1 - a : a; // exact
    DoubleDouble result = near > 0.25 ? PI.times(0.5 - near).cos() : sineOfTurns(near);
    return Math.copySign(result.value(), turns);
  }

  /** Subnormal products keep all digits that they can. */
  private static DoubleDouble sineOfTurns(double near) {
    return near < 0x1p-900
        ? DoubleDouble.of(PI.times(near * 0x1p200).value() * 0x1p-200)
        : PI.times(near).sin();
  }

  static double cospi(double x) {
    if (Double.isInfinite(x) || x != x) {
      return Double.NaN;
    }
    double a = Math.abs(Math.IEEEremainder(x, 2));
    double near = a > 0.5 ? 1 - a : a;
    if (near == 0.5) {
      return 0;
    }
    DoubleDouble result = near > 0.25 ? PI.times(0.5 - near).sin() : PI.times(near).cos();
    return a > 0.5 ? -result.value() : result.value();
  }

  /** A Newton step from Java's own answer. */
  static double arctan2(double y, double x) {
    double guess = StrictMath.atan2(y, x);
    double a = Math.abs(y);
    double b = Math.abs(x);
    if (!(a > 0 && b > 0 && a < Double.POSITIVE_INFINITY && b < Double.POSITIVE_INFINITY)) {
      return guess;
    }
    int scale = Math.max(Math.getExponent(a), Math.getExponent(b));
    double u = scaled(a, -scale);
    double v = scaled(b, -scale);
    if (v < 0x1p-120 || u < 0x1p-120) {
      return u < 0x1p-120 && x > 0 ? Math.copySign(a / b, y) : guess;
    }
    DoubleDouble angle = angle(DoubleDouble.of(u), DoubleDouble.of(x < 0 ? -v : v));
    return Math.copySign(angle.value(), y);
  }

  /** In two steps, since one power of two may be beyond the range. */
  private static double scaled(double value, int n) {
    return Math.scalb(Math.scalb(value, n / 2), n - n / 2);
  }

  private static DoubleDouble arctan(DoubleDouble y, DoubleDouble x) {
    DoubleDouble guess = DoubleDouble.of(StrictMath.atan2(y.high(), x.high()));
    DoubleDouble sine = guess.sin();
    DoubleDouble cosine = guess.cos();
    DoubleDouble off = cosine.times(y).minus(sine.times(x));
    return guess.plus(off.over(cosine.times(x).plus(sine.times(y))));
  }

  /** The angle of a point whose coordinates are neither tiny nor huge. */
  static DoubleDouble angle(DoubleDouble y, DoubleDouble x) {
    DoubleDouble a = y.high() < 0 ? y.negate() : y;
    DoubleDouble b = x.high() < 0 ? x.negate() : x;
    boolean isSteep = a.high() > b.high();
    DoubleDouble angle = a.high() == 0 ? a : isSteep ? arctan(b, a) : arctan(a, b);
    if (isSteep) {
      angle = PI.scale(-1).minus(angle);
    }
    if (x.high() < 0) {
      angle = PI.minus(angle);
    }
    return y.high() < 0 ? angle.negate() : angle;
  }

  /**
   * The length of the hypotenuse, after scaling by a power of two so that the squares are in range.
   */
  static double hypot(double x, double y) {
    double a = Math.max(Math.abs(x), Math.abs(y));
    double b = Math.min(Math.abs(x), Math.abs(y));
    if (Double.isInfinite(x) || Double.isInfinite(y)) {
      return Double.POSITIVE_INFINITY;
    }
    if (!(b > 0)) {
      return a + b;
    }
    int scale = Math.getExponent(a);
    double u = scaled(a, -scale);
    double v = scaled(b, -scale);
    double root = DoubleDouble.product(u, u).plus(DoubleDouble.product(v, v)).sqrt().value();
    return scaled(root, scale);
  }

  // ---- Error functions ----

  static double erf(double x) {
    double a = Math.abs(x);
    if (!(a < 6) || a == 0) {
      return a >= 6 ? Math.signum(x) : x;
    }
    if (a < 0x1p-200) {
      return TWO_OVER_SQRT_PI.times(x * 0x1p200).value() * 0x1p-200;
    }
    return Math.copySign(erfSeries(a).value(), x);
  }

  /** 2 / sqrt(pi) exp(-x^2) sum of 2^n x^(2n+1) / (2n+1)!!, whose terms have one sign. */
  private static DoubleDouble erfSeries(double x) {
    DoubleDouble square = DoubleDouble.product(x, x);
    DoubleDouble term = DoubleDouble.of(x);
    DoubleDouble sum = term;
    for (int n = 1; term.high() > 1e-34 * sum.high(); n++) {
      term = term.times(square).scale(1).over(2 * n + 1);
      sum = sum.plus(term);
    }
    return sum.times(square.negate().exp()).times(TWO_OVER_SQRT_PI);
  }

  static double erfc(double x) {
    if (!(x < 28)) {
      return x >= 28 ? 0 : x;
    }
    if (x < 4) {
      DoubleDouble erf = Math.abs(x) < 0x1p-60 ? TWO_OVER_SQRT_PI.times(x) : signedErf(x);
      return ONE.minus(erf).value();
    }
    // The continued fraction from its end: x + (1/2) / (x + 1 / (x + (3/2) / (x + ...
    DoubleDouble fraction = DoubleDouble.of(x);
    for (int n = 80; n >= 1; n--) {
      fraction = DoubleDouble.of(n * 0.5).over(fraction).plus(x);
    }
    DoubleDouble square = DoubleDouble.product(x, x);
    // exp(-x^2) 2^200, so that only the last step can leave the normal numbers.
    DoubleDouble power = LN2.times(200).minus(square).exp();
    return power.times(TWO_OVER_SQRT_PI).scale(-1).over(fraction).value() * 0x1p-200;
  }

  private static DoubleDouble signedErf(double x) {
    if (x <= -6) {
      return DoubleDouble.of(-1);
    }
    return x < 0 ? erfSeries(-x).negate() : erfSeries(x);
  }

  // ---- Gamma functions ----

  static double gamma(double x) {
    if (x == 0) {
      return 1 / x;
    }
    if (x != x || x == Double.POSITIVE_INFINITY || x < 0 && x == Math.rint(x)) {
      return x > 0 ? x : Double.NaN;
    }
    if (x > 172) {
      return Double.POSITIVE_INFINITY;
    }
    if (x < -190) {
      return isOdd(Math.floor(x)) ? -0.0 : 0.0;
    }
    if (Math.abs(x) < 0x1p-60) {
      return 1 / x;
    }
    if (x > 0) {
      return ofLogarithm(logGamma(DoubleDouble.of(x)));
    }
    DoubleDouble log = logReflected(x);
    double size = ofLogarithm(log);
    return isOdd(Math.floor(x)) ? -size : size;
  }

  private static boolean isOdd(double whole) {
    return Math.abs(whole % 2) == 1;
  }

  /** e to a power that may take the result to the end of the range or into the subnormals. */
  private static double ofLogarithm(DoubleDouble log) {
    int shift = log.high() > 0 ? 500 : -500;
    DoubleDouble part = log.minus(LN2.times(shift));
    return part.high() < -690 ? 0 : Math.scalb(part.exp().value(), shift);
  }

  static double lgamma(double x) {
    if (x != x || Double.isInfinite(x) || x <= 0 && x == Math.rint(x)) {
      return x != x ? x : Double.POSITIVE_INFINITY;
    }
    if (Math.abs(x) < 0x1p-60) {
      return -DoubleDouble.of(Math.abs(x) * 0x1p100).log().minus(LN2.times(100)).value();
    }
    if (x < 0) {
      return logReflected(x).value();
    }
    if (x > 0x1p60) {
      double guess = StrictMath.log(x) - 1;
      return guess * x == Double.POSITIVE_INFINITY
          ? Double.POSITIVE_INFINITY
          : DoubleDouble.of(x * 0x1p-20)
                  .log()
                  .plus(LN2.times(20))
                  .plus(-1)
                  .times(x * 0x1p-20)
                  .value()
              * 0x1p20;
    }
    if (Math.abs(x - 1) < 0x1p-12) {
      return aroundOne(x - 1).value() + 0.0;
    }
    if (Math.abs(x - 2) < 0x1p-12) {
      return DoubleDouble.of(x - 2).log1p().plus(aroundOne(x - 2)).value() + 0.0;
    }
    return logGamma(DoubleDouble.of(x)).value();
  }

  /** log gamma(1 + d) for small d: -gamma d + zeta(2)/2 d^2 - zeta(3)/3 d^3 ... */
  private static DoubleDouble aroundOne(double d) {
    double sum = 0;
    for (int k = ZETA.length + 1; k >= 2; k--) {
      sum = ZETA[k - 2] - d * sum;
    }
    DoubleDouble euler = new DoubleDouble(EULER, -0x1.6cb90701fbfabp-58);
    return DoubleDouble.product(d, d).times(sum).minus(euler.times(d));
  }

  /** log |gamma(x)| of a negative x that is not whole: log(pi / |sin(pi x)|) - log gamma(1 - x). */
  private static DoubleDouble logReflected(double x) {
    double distance = Math.abs(x - Math.rint(x));
    DoubleDouble sine = PI.times(distance).sin();
    return PI.over(sine).log().minus(logGamma(DoubleDouble.sum(1, -x)));
  }

  /** Stirling's series after moving the argument up. */
  private static DoubleDouble logGamma(DoubleDouble x) {
    DoubleDouble product = ONE;
    DoubleDouble z = x;
    while (z.high() < STIRLING_FROM) {
      product = product.times(z);
      z = z.plus(1);
    }
    DoubleDouble inverse = ONE.over(z);
    DoubleDouble square = inverse.square();
    DoubleDouble series = DoubleDouble.of(0);
    for (int k = STIRLING.length - 1; k >= 0; k--) {
      series = series.times(square).plus(DoubleDouble.of(STIRLING[k][0]).over(STIRLING[k][1]));
    }
    DoubleDouble main = z.plus(-0.5).times(z.log()).minus(z).plus(LOG_SQRT_2_PI);
    return main.plus(series.times(inverse)).minus(product.log());
  }
}
