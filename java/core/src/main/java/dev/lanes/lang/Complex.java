package dev.lanes.lang;

/**
 * A complex number and the meanings of the operators on it. Sums, products and quotients are those
 * of NumPy, step by step; functions compute with twice the digits where digits would be lost, and
 * follow C99's Annex G at zeros, infinities and NaNs.
 *
 * @param re real part
 * @param im imaginary part
 */
record Complex(double re, double im) {

  private static final double HALF_PI = Math.PI / 2;
  private static final double LN2 = DoubleDouble.LN2.high();

  /** Where a function is its own first terms, to more digits than a double has. */
  private static final double SMALL = 0x1p-20;

  /** Where its logarithm is all that is left of it. */
  private static final double LARGE = 0x1p60;

  /** A complex number with twice the digits in both parts. */
  private record Wide(DoubleDouble re, DoubleDouble im) {
    Complex rounded() {
      return new Complex(re.value(), im.value());
    }
  }

  private static Complex of(double re, double im) {
    return new Complex(re, im);
  }

  boolean isFinite() {
    return Double.isFinite(re) && Double.isFinite(im);
  }

  boolean isInfinite() {
    return Double.isInfinite(re) || Double.isInfinite(im);
  }

  boolean isNan() {
    return re != re || im != im;
  }

  boolean isSame(Complex other) {
    return re == other.re && im == other.im;
  }

  // ---- Arithmetic ----

  Complex plus(Complex b) {
    return of(re + b.re, im + b.im);
  }

  Complex minus(Complex b) {
    return of(re - b.re, im - b.im);
  }

  Complex times(Complex b) {
    return of(re * b.re - im * b.im, re * b.im + im * b.re);
  }

  Complex square() {
    return times(this);
  }

  Complex negate() {
    return of(-re, -im);
  }

  Complex conj() {
    return of(re, -im);
  }

  /** Smith's method (1962). */
  Complex over(Complex b) {
    if (Math.abs(b.re) >= Math.abs(b.im)) {
      if (b.re == 0 && b.im == 0) {
        return of(re / Math.abs(b.re), im / Math.abs(b.re));
      }
      double ratio = b.im / b.re;
      double scale = 1 / (b.re + b.im * ratio);
      return of((re + im * ratio) * scale, (im - re * ratio) * scale);
    }
    double ratio = b.re / b.im;
    double scale = 1 / (b.im + b.re * ratio);
    return of((re * ratio + im) * scale, (im * ratio - re) * scale);
  }

  double abs() {
    return SpecialFunctions.hypot(re, im);
  }

  Complex round() {
    return of(Math.rint(re), Math.rint(im));
  }

  /** z / |z|, 0 of 0. */
  Complex sign() {
    if (re == 0 && im == 0) {
      return of(0, 0);
    }
    if (isInfinite()) {
      return Double.isInfinite(re) && Double.isInfinite(im)
          ? of(Double.NaN, Double.NaN)
          : Double.isInfinite(re) ? of(Math.signum(re), 0) : of(0, Math.signum(im));
    }
    // The length of the least is not exact, that of the greatest is infinite.
    double most = Math.max(Math.abs(re), Math.abs(im));
    double scale = most < 0x1p-900 ? 0x1p200 : most > 0x1p1000 ? 0.25 : 1;
    double length = of(re * scale, im * scale).abs();
    return of(re * scale / length, im * scale / length);
  }

  /** Whole exponents below 100 by repeated squaring, others by way of the logarithm. */
  Complex power(Complex b) {
    if (b.re == 0 && b.im == 0) {
      return of(1, 0);
    }
    if (re == 0 && im == 0) {
      return b.re > 0 ? of(0, 0) : of(Double.NaN, Double.NaN);
    }
    if (b.im == 0 && b.re == Math.rint(b.re) && Math.abs(b.re) < 100) {
      Complex result = wholePower((int) Math.abs(b.re));
      return b.re < 0 ? of(1, 0).over(result) : result;
    }
    return isFinite() && b.isFinite() ? generalPower(b) : b.times(log()).exp();
  }

  private Complex wholePower(int n) {
    Complex result = null;
    Complex factor = this;
    for (int bits = n; ; factor = factor.square()) {
      if ((bits & 1) != 0) {
        result = result == null ? factor : result.times(factor);
      }
      bits >>= 1;
      if (bits == 0) {
        return result;
      }
    }
  }

  private Complex generalPower(Complex b) {
    Wide log = wideLog(DoubleDouble.of(re), DoubleDouble.of(im));
    DoubleDouble size = log.re.times(b.re).minus(log.im.times(b.im));
    DoubleDouble angle = log.re.times(b.im).plus(log.im.times(b.re));
    if (!(Math.abs(size.high()) < 1400) || !(Math.abs(angle.high()) < 1e15)) {
      return of(size.high(), angle.high()).exp();
    }
    DoubleDouble turn = DoubleDouble.PI.scale(1);
    DoubleDouble rest = angle.minus(turn.times(Math.rint(angle.high() / turn.high())));
    DoubleDouble half = size.scale(-1).exp();
    double cosine = StrictMath.cos(rest.high()) - StrictMath.sin(rest.high()) * rest.low();
    double sine = StrictMath.sin(rest.high()) + StrictMath.cos(rest.high()) * rest.low();
    return of(half.times(half.times(cosine)).value(), half.times(half.times(sine)).value());
  }

  // ---- Roots, exponentials and logarithms ----

  Complex sqrt() {
    if (re == 0 && im == 0) {
      return of(0, im);
    }
    if (Double.isInfinite(im)) {
      return of(Double.POSITIVE_INFINITY, im);
    }
    if (Double.isInfinite(re)) {
      double other = im != im ? im : 0;
      return re > 0
          ? of(re, Math.copySign(other, im))
          : of(Math.abs(im - im), Math.copySign(Double.POSITIVE_INFINITY, im));
    }
    if (isNan()) {
      return of(Double.NaN, Double.NaN);
    }
    double x = Math.abs(re) * 0.25; // so that the length of the greatest is in range
    double y = Math.abs(im) * 0.25;
    boolean isTiny = Math.max(x, y) < 0x1p-900;
    double up = isTiny ? 0x1p200 : 1;
    Complex root = wideSqrt(DoubleDouble.of(x * up), DoubleDouble.of(y * up)).rounded();
    double back = isTiny ? 0x1p-99 : 2;
    double high = root.re * back;
    double low = root.im * back;
    return re >= 0 ? of(high, Math.copySign(low, im)) : of(low, Math.copySign(high, im));
  }

  /** The root of a number in the first quadrant. */
  private static Wide wideSqrt(DoubleDouble x, DoubleDouble y) {
    if (y.high() == 0) {
      return new Wide(x.sqrt(), y);
    }
    int shift = Math.max(Math.getExponent(x.high()), Math.getExponent(y.high())) / 2 * 2;
    DoubleDouble u = x.scale(-shift);
    DoubleDouble v = y.scale(-shift);
    DoubleDouble length = u.square().plus(v.square()).sqrt();
    DoubleDouble root = length.plus(u).scale(-1).sqrt();
    return new Wide(root.scale(shift / 2), v.over(root.scale(1)).scale(shift / 2));
  }

  Complex exp() {
    if (im == 0) {
      return of(StrictMath.exp(re), im);
    }
    if (Double.isFinite(im)) {
      if (re > 700 && Double.isFinite(re)) {
        double most = StrictMath.exp(700);
        double rest = StrictMath.exp(re - 700);
        return of(most * StrictMath.cos(im) * rest, most * StrictMath.sin(im) * rest);
      }
      double size = StrictMath.exp(re);
      return of(size * StrictMath.cos(im), size * StrictMath.sin(im));
    }
    if (re == Double.NEGATIVE_INFINITY) {
      return of(0, 0);
    }
    return of(re == Double.POSITIVE_INFINITY ? re : Double.NaN, Double.NaN);
  }

  Complex exp2() {
    if (im == 0) {
      return of(StrictMath.pow(2, re), im);
    }
    if (!Double.isFinite(im)) {
      return of(re * LN2, im).exp();
    }
    DoubleDouble angle = DoubleDouble.LN2.times(im);
    double cosine = StrictMath.cos(angle.high()) - StrictMath.sin(angle.high()) * angle.low();
    double sine = StrictMath.sin(angle.high()) + StrictMath.cos(angle.high()) * angle.low();
    double size = StrictMath.pow(2, re);
    return of(size * cosine, size * sine);
  }

  Complex expm1() {
    if (!isFinite()) {
      Complex e = exp();
      return of(e.re - 1, e.im);
    }
    double half = StrictMath.sin(im / 2);
    double size = StrictMath.exp(re);
    return of(
        StrictMath.expm1(re) * StrictMath.cos(im) - 2 * half * half, size * StrictMath.sin(im));
  }

  Complex log() {
    double angle = SpecialFunctions.arctan2(im, re);
    if (!isFinite() || re == 0 && im == 0) {
      return of(StrictMath.log(abs()), angle);
    }
    double length = abs();
    if (length < 0.5 || length > 2) {
      boolean isExtreme = length > 0x1p1000 || length < 0x1p-1000;
      return isExtreme
          ? of(StrictMath.log(of(re / 4, im / 4).abs()) + 2 * LN2, angle)
          : of(StrictMath.log(length), angle);
    }
    return of(wideLog(DoubleDouble.of(re), DoubleDouble.of(im)).re.value(), angle);
  }

  /** For numbers that are neither tiny nor huge: half the logarithm of the squared length. */
  private static Wide wideLog(DoubleDouble x, DoubleDouble y) {
    DoubleDouble big = Math.abs(x.high()) < Math.abs(y.high()) ? y : x;
    DoubleDouble little = big == y ? x : y;
    int shift = Math.getExponent(big.high());
    DoubleDouble u = big.scale(-shift);
    DoubleDouble v = Math.abs(little.high()) < 0x1p-300 ? DoubleDouble.of(0) : little.scale(-shift);
    // Of numbers near the unit circle the square less one is left.
    DoubleDouble log =
        shift == 0 || shift == -1
            ? big.plus(-1).times(big.plus(1)).plus(little.square()).log1p().scale(-1)
            : u.square().plus(v.square()).log().scale(-1).plus(DoubleDouble.LN2.times(shift));
    return new Wide(log, SpecialFunctions.angle(y, x));
  }

  Complex log1p() {
    double angle = SpecialFunctions.arctan2(im, re + 1);
    if (!isFinite() || abs() > 0x1p500) {
      return of(StrictMath.log(abs()), angle);
    }
    if (re == -1 && im == 0) {
      return of(Double.NEGATIVE_INFINITY, angle);
    }
    DoubleDouble square = DoubleDouble.product(re, re).plus(DoubleDouble.product(im, im));
    DoubleDouble rest = square.plus(2 * re);
    DoubleDouble log = rest.high() > 1e10 ? rest.plus(1).log() : rest.log1p();
    return of(log.scale(-1).value(), angle);
  }

  Complex log10() {
    Complex log = log();
    return of(log.re / StrictMath.log(10), log.im / StrictMath.log(10));
  }

  Complex log2() {
    Complex log = log();
    return of(log.re / LN2, log.im / LN2);
  }

  // ---- Hyperbolic and circular functions ----

  Complex sinh() {
    if (im == 0) {
      return of(StrictMath.sinh(re), im);
    }
    if (!Double.isFinite(im)) {
      return re == 0
          ? of(re, Double.NaN)
          : of(Double.isInfinite(re) ? Double.POSITIVE_INFINITY : Double.NaN, Double.NaN);
    }
    return hyperbolic(SpecialFunctions.sinh(re), SpecialFunctions.cosh(re), true);
  }

  Complex cosh() {
    if (im == 0) {
      return of(SpecialFunctions.cosh(re), re != re ? im : Math.copySign(0, re) * im);
    }
    if (!Double.isFinite(im)) {
      return re == 0
          ? of(Double.NaN, 0)
          : of(Double.isInfinite(re) ? Double.POSITIVE_INFINITY : Double.NaN, Double.NaN);
    }
    return hyperbolic(SpecialFunctions.cosh(re), SpecialFunctions.sinh(re), false);
  }

  /** (a cos y, b sin y), also where a and b have overflowed but the products have not. */
  private Complex hyperbolic(double a, double b, boolean isSine) {
    double cosine = StrictMath.cos(im);
    double sine = StrictMath.sin(im);
    if (Math.abs(re) > 700 && Double.isFinite(re)) {
      double most = StrictMath.exp(700);
      double rest = StrictMath.exp(Math.abs(re) - 700) / 2;
      double sign = Math.signum(re);
      return of(
          most * cosine * rest * (isSine ? sign : 1), most * sine * rest * (isSine ? 1 : sign));
    }
    return of(a * cosine, b * sine);
  }

  /** After Kahan (1987). */
  Complex tanh() {
    if (re != re) {
      return of(re, im == 0 ? im : Double.NaN);
    }
    if (Double.isInfinite(re)) {
      double sign = Double.isInfinite(im) ? im : StrictMath.sin(im) * StrictMath.cos(im);
      return of(Math.copySign(1, re), Math.copySign(0, sign));
    }
    if (!Double.isFinite(im)) {
      return of(re == 0 ? re : Double.NaN, Double.NaN);
    }
    if (Math.abs(re) >= 22) {
      double e = StrictMath.exp(-Math.abs(re));
      return of(Math.copySign(1, re), 4 * StrictMath.sin(im) * StrictMath.cos(im) * e * e);
    }
    double t = StrictMath.tan(im);
    double beta = 1 + t * t;
    double s = SpecialFunctions.sinh(re);
    double rho = Math.sqrt(1 + s * s);
    double scale = 1 + beta * s * s;
    return of(beta * rho * s / scale, t / scale);
  }

  /** Of z as i times this, so that the circular functions are the hyperbolic ones turned. */
  private Complex turned() {
    return of(-im, re);
  }

  private Complex turnedBack() {
    return of(im, -re);
  }

  Complex sin() {
    if (!Double.isFinite(re) && Double.isInfinite(im)) {
      return of(Double.NaN, Double.POSITIVE_INFINITY); // C leaves the sign open
    }
    return turned().sinh().turnedBack();
  }

  Complex cos() {
    return turned().cosh();
  }

  Complex tan() {
    return turned().tanh().turnedBack();
  }

  // ---- Inverse functions ----

  private Complex swapped() {
    return of(im, re);
  }

  Complex arcsin() {
    return swapped().arcsinh().swapped();
  }

  Complex arctan() {
    return swapped().arctanh().swapped();
  }

  Complex arcsinh() {
    if (isNan()) {
      if (Double.isInfinite(re)) {
        return of(re, im);
      }
      if (Double.isInfinite(im)) {
        return of(Math.copySign(Double.POSITIVE_INFINITY, re), Double.NaN);
      }
      return of(Double.NaN, im == 0 ? im : Double.NaN);
    }
    double x = Math.abs(re);
    double y = Math.abs(im);
    if (Math.max(x, y) > LARGE) {
      Complex log = of(x, y).log();
      return of(Math.copySign(log.re + LN2, re), Math.copySign(log.im, im));
    }
    if (Math.max(x, y) < SMALL) {
      return minus(times(square()).over(of(6, 0))).signedAs(this);
    }
    return wideArcsinh(x, y).rounded().signedAs(this);
  }

  private Complex signedAs(Complex other) {
    return of(Math.copySign(re, other.re), Math.copySign(im, other.im));
  }

  /** log(z + sqrt(1 + z^2)) in the first quadrant. */
  private static Wide wideArcsinh(double x, double y) {
    DoubleDouble real =
        DoubleDouble.product(x, x).plus(DoubleDouble.product(y, y).negate().plus(1));
    DoubleDouble imaginary = DoubleDouble.product(2 * x, y);
    Wide root;
    if (real.high() >= 0) {
      root = wideSqrt(real, imaginary);
    } else {
      Wide other = wideSqrt(real.negate(), imaginary);
      root = new Wide(other.im, other.re);
    }
    return wideLog(root.re.plus(x), root.im.plus(y));
  }

  Complex arccos() {
    if (isNan()) {
      if (Double.isInfinite(re)) {
        return of(Double.NaN, Double.NEGATIVE_INFINITY);
      }
      if (Double.isInfinite(im)) {
        return of(Double.NaN, -im);
      }
      return of(re == 0 ? HALF_PI : Double.NaN, Double.NaN);
    }
    double x = Math.abs(re);
    double y = Math.abs(im);
    if (Math.max(x, y) > LARGE) {
      Complex log = of(re, y).log();
      return of(log.im, -Math.copySign(log.re + LN2, im));
    }
    DoubleDouble half = DoubleDouble.PI.scale(-1);
    if (Math.max(x, y) < SMALL) {
      Complex sine = arcsin();
      return of(half.plus(-sine.re).value(), -sine.im);
    }
    if (re == 1 && y < 0x1p-60) { // sqrt(2 (1 - z)), which the difference below would lose
      double root = Math.sqrt(y);
      return of(root, -Math.copySign(root, im));
    }
    Wide sine = wideArcsinh(y, x); // parts swapped
    DoubleDouble angle = re < 0 ? half.plus(sine.im) : half.minus(sine.im);
    return of(angle.value(), -Math.copySign(sine.re.value(), im));
  }

  Complex arccosh() {
    Complex w = arccos();
    if (w.re != w.re) {
      return of(Math.abs(w.im), w.re);
    }
    return w.im != w.im
        ? of(w.im, re == 0 ? HALF_PI : w.im)
        : of(Math.abs(w.im), Math.copySign(w.re, im));
  }

  Complex arctanh() {
    if (im == 0 && Math.abs(re) <= 1) {
      return of(SpecialFunctions.arctanh(re), im);
    }
    if (isNan()) {
      if (Double.isInfinite(re)) {
        return of(Math.copySign(0, re), Double.NaN);
      }
      if (Double.isInfinite(im)) {
        return of(Math.copySign(0, re), Math.copySign(HALF_PI, im));
      }
      return of(re == 0 ? re : Double.NaN, Double.NaN);
    }
    double x = Math.abs(re);
    double y = Math.abs(im);
    if (Math.max(x, y) > LARGE) {
      double real = isInfinite() ? 0 : of(1, 0).over(of(x, y)).re;
      return of(Math.copySign(real, re), Math.copySign(HALF_PI, im));
    }
    if (Math.max(x, y) < SMALL) {
      return plus(times(square()).over(of(3, 0))).signedAs(this);
    }
    DoubleDouble less = DoubleDouble.sum(1, -x);
    DoubleDouble square = DoubleDouble.product(y, y);
    double real;
    if (Math.max(Math.abs(less.high()), y) < 0x1p-400) {
      real = (LN2 - StrictMath.log(SpecialFunctions.hypot(less.high(), y))) / 2;
    } else {
      real = DoubleDouble.of(4 * x).over(less.square().plus(square)).log1p().scale(-2).value();
    }
    DoubleDouble across = less.times(DoubleDouble.sum(1, x)).minus(square);
    double angle = SpecialFunctions.angle(DoubleDouble.of(2 * y), across).value() / 2;
    return of(Math.copySign(real, re), Math.copySign(angle, im));
  }
}
