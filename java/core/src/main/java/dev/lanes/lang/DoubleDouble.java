package dev.lanes.lang;

/**
 * An unevaluated sum of two doubles that do not overlap, good for about 104 bits, after Dekker
 * (1971). Slow and simple: it serves the references of functions, where one rounding at the end is
 * wanted. Overflow and underflow of intermediate results are the caller's to avoid.
 *
 * @param high the number rounded to a double
 * @param low the rest
 */
record DoubleDouble(double high, double low) {

  static final DoubleDouble ONE = of(1);
  static final DoubleDouble LN2 = new DoubleDouble(0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56);
  static final DoubleDouble PI = new DoubleDouble(0x1.921fb54442d18p1, 0x1.1a62633145c07p-53);

  /** Numbers below this in magnitude are their own logarithm of one plus themselves, and so on. */
  private static final double TINY = 0x1p-70;

  static DoubleDouble of(double value) {
    return new DoubleDouble(value, 0);
  }

  /** The exact sum of two doubles. */
  static DoubleDouble sum(double a, double b) {
    double sum = a + b;
    double part = sum - a;
    return new DoubleDouble(sum, (a - (sum - part)) + (b - part));
  }

  /** The exact product of two doubles. */
  static DoubleDouble product(double a, double b) {
    double product = a * b;
    return new DoubleDouble(product, Math.fma(a, b, -product));
  }

  private static DoubleDouble ordered(double large, double small) {
    double sum = large + small;
    return new DoubleDouble(sum, small - (sum - large));
  }

  /** The nearest double. */
  double value() {
    return high + low;
  }

  DoubleDouble plus(double other) {
    DoubleDouble sum = sum(high, other);
    return ordered(sum.high, sum.low + low);
  }

  DoubleDouble plus(DoubleDouble other) {
    DoubleDouble sum = sum(high, other.high);
    DoubleDouble rest = sum(low, other.low);
    DoubleDouble first = ordered(sum.high, sum.low + rest.high);
    return ordered(first.high, first.low + rest.low);
  }

  DoubleDouble minus(DoubleDouble other) {
    return plus(other.negate());
  }

  DoubleDouble negate() {
    return new DoubleDouble(-high, -low);
  }

  DoubleDouble times(double other) {
    DoubleDouble product = product(high, other);
    return ordered(product.high, Math.fma(low, other, product.low));
  }

  DoubleDouble times(DoubleDouble other) {
    DoubleDouble product = product(high, other.high);
    return ordered(product.high, product.low + (high * other.low + low * other.high));
  }

  DoubleDouble square() {
    return times(this);
  }

  DoubleDouble over(DoubleDouble other) {
    double first = high / other.high;
    DoubleDouble rest = minus(other.times(first));
    double second = rest.high / other.high;
    double third = rest.minus(other.times(second)).high / other.high;
    return ordered(first, second).plus(third);
  }

  DoubleDouble over(double other) {
    return over(of(other));
  }

  /** Times two to the power n, exact while nothing becomes subnormal. */
  DoubleDouble scale(int n) {
    return new DoubleDouble(Math.scalb(high, n), Math.scalb(low, n));
  }

  /** One Newton step from the double root. */
  DoubleDouble sqrt() {
    double root = Math.sqrt(high);
    return root == 0 ? this : of(root).plus(minus(product(root, root)).high / (2 * root));
  }

  /**
   * e to this power, less one, for magnitudes up to 700: reduced by a multiple of ln 2 and by 256,
   * Taylor, and then expm1(2x) = 2 expm1(x) + expm1(x)^2 eight times.
   */
  DoubleDouble expm1() {
    if (Math.abs(high) < TINY) {
      return plus(square().scale(-1));
    }
    double n = Math.abs(high) < 0.3 ? 0 : Math.rint(high / LN2.high);
    DoubleDouble r = minus(LN2.times(n)).scale(-8);
    DoubleDouble power = r;
    DoubleDouble result = r;
    for (int k = 2; k <= 12; k++) {
      power = power.times(r).over(k);
      result = result.plus(power);
    }
    for (int i = 0; i < 8; i++) {
      result = result.scale(1).plus(result.square());
    }
    return n == 0 ? result : result.plus(1).scale((int) n).plus(-1);
  }

  /** e to this power, for magnitudes up to 700. */
  DoubleDouble exp() {
    return expm1().plus(1);
  }

  /**
   * The logarithm of one plus this, for values above -1 and up to 2^1000: two terms beyond the
   * double result.
   */
  DoubleDouble log1p() {
    if (Math.abs(high) < TINY) {
      return minus(square().scale(-1));
    }
    double guess = StrictMath.log1p(high);
    DoubleDouble m = of(-guess).expm1();
    DoubleDouble z = plus(m).plus(times(m));
    return z.minus(z.square().scale(-1)).plus(guess);
  }

  /** The logarithm of this, a normal number above zero. */
  DoubleDouble log() {
    int n = Math.getExponent(high);
    if (Math.scalb(high, -n) > 1.4142) {
      n++;
    }
    return scale(-n).plus(-1).log1p().plus(LN2.times(n));
  }

  /** The sine, for magnitudes up to 2. */
  DoubleDouble sin() {
    return Math.abs(high) < TINY ? this : series(this, this, 2);
  }

  /** The cosine, for magnitudes up to 2. */
  DoubleDouble cos() {
    return series(this, ONE, 1);
  }

  /** Taylor of an alternating series whose terms have factorials. */
  private static DoubleDouble series(DoubleDouble x, DoubleDouble first, int factor) {
    DoubleDouble square = x.square().negate();
    DoubleDouble term = first;
    DoubleDouble result = first;
    for (int k = factor; Math.abs(term.high) > 1e-35 * Math.abs(first.high); k += 2) {
      term = term.times(square).over((double) k * (k + 1));
      result = result.plus(term);
    }
    return result;
  }
}
