package dev.lanes.lang;

/**
 * Meanings of the operators that Java's own do not have, after NumPy's {@code npy_divmod} and the
 * wrapping integer power.
 */
final class Arithmetic {

  private Arithmetic() {}

  static long floorDivide(long a, long b) {
    return b == 0 ? 0 : Math.floorDiv(a, b);
  }

  static long remainder(long a, long b) {
    return b == 0 ? 0 : Math.floorMod(a, b);
  }

  /**
   * Wraps modulo 2^64; a negative exponent gives the integer part of the true power, and 0 for base
   * 0.
   */
  static long power(long base, long exponent) {
    if (exponent < 0) {
      return base == 1 ? 1 : base == -1 ? ((exponent & 1) == 0 ? 1 : -1) : 0;
    }
    long result = 1;
    for (long square = base, bits = exponent; bits != 0; bits >>= 1, square *= square) {
      if ((bits & 1) != 0) {
        result *= square;
      }
    }
    return result;
  }

  /**
   * IEEE 754 pow: one to any power and anything to the power of zero are one, where Java answers
   * NaN for NaN.
   */
  static double power(double base, double exponent) {
    if (base == 1 || (base == -1 && Double.isInfinite(exponent))) {
      return 1;
    }
    return StrictMath.pow(base, exponent);
  }

  static double remainder(double a, double b) {
    double mod = a % b;
    if (b == 0) {
      return mod;
    }
    if (mod == 0) {
      return Math.copySign(0, b);
    }
    return (b < 0) != (mod < 0) ? mod + b : mod;
  }

  static double floorDivide(double a, double b) {
    if (b == 0) {
      return a / b;
    }
    double mod = a % b;
    double quotient = (a - mod) / b;
    if (mod != 0 && (b < 0) != (mod < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0, a / b);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  /** The same steps in binary32, each of them rounded, as NumPy does them. */
  static double floorDivideFloat(double x, double y) {
    float a = (float) x;
    float b = (float) y;
    if (b == 0) {
      return a / b;
    }
    float mod = a % b;
    float quotient = (a - mod) / b;
    if (mod != 0 && (b < 0) != (mod < 0)) {
      quotient -= 1;
    }
    if (quotient == 0) {
      return Math.copySign(0f, a / b);
    }
    float floor = (float) Math.floor(quotient);
    return quotient - floor > 0.5f ? floor + 1 : floor;
  }
}
