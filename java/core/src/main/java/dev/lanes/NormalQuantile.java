package dev.lanes;

/**
 * The quantile function of the standard normal distribution, by algorithm AS 241, PPND16 (M. J.
 * Wichura: <i>The percentage points of the normal distribution</i>, Applied Statistics 37, 1988).
 * Only operations that round in one way are used, in a fixed order, so the native kernel has the
 * same bits.
 */
final class NormalQuantile {

  private static final double[][] CENTRE = {
    {
      3.3871328727963666080e0,
      1.3314166789178437745e2,
      1.9715909503065514427e3,
      1.3731693765509461125e4,
      4.5921953931549871457e4,
      6.7265770927008700853e4,
      3.3430575583588128105e4,
      2.5090809287301226727e3
    },
    {
      1.0,
      4.2313330701600911252e1,
      6.8718700749205790830e2,
      5.3941960214247511077e3,
      2.1213794301586595867e4,
      3.9307895800092710610e4,
      2.8729085735721942674e4,
      5.2264952788528545610e3
    }
  };

  private static final double[][] TAIL = {
    {
      1.42343711074968357734e0,
      4.63033784615654529590e0,
      5.76949722146069140550e0,
      3.64784832476320460504e0,
      1.27045825245236838258e0,
      2.41780725177450611770e-1,
      2.27238449892691845833e-2,
      7.74545014278341407640e-4
    },
    {
      1.0,
      2.05319162663775882187e0,
      1.67638483018380384940e0,
      6.89767334985100004550e-1,
      1.48103976427480074590e-1,
      1.51986665636164571966e-2,
      5.47593808499534494600e-4,
      1.05075007164441684324e-9
    }
  };

  private static final double[][] FAR_TAIL = {
    {
      6.65790464350110377720e0,
      5.46378491116411436990e0,
      1.78482653991729133580e0,
      2.96560571828504891230e-1,
      2.65321895265761230930e-2,
      1.24266094738807843860e-3,
      2.71155556874348757815e-5,
      2.01033439929228813265e-7
    },
    {
      1.0,
      5.99832206555887937690e-1,
      1.36929880922735805310e-1,
      1.48753612908506148525e-2,
      7.86869131145613259100e-4,
      1.84631831751005468180e-5,
      1.42151175831644588870e-7,
      2.04426310338993978564e-15
    }
  };

  private NormalQuantile() {}

  /** The quantile of a random word: its upper 52 bits are the probability, the lowest the sign. */
  static double of(long word) {
    double inOneTwo = Double.longBitsToDouble(word >>> 12 | 0x3FFL << 52);
    double h = (inOneTwo - (1 - 0x1p-53)) * 0.5;
    double q = 0.5 - h;
    double z;
    if (q > 0.425) {
      double r = Math.sqrt(minusLog(h));
      z = r > 5 ? quotient(r - 5, FAR_TAIL) : quotient(r - 1.6, TAIL);
    } else {
      z = q * quotient(0.180625 - q * q, CENTRE);
    }
    return (word & 1) != 0 ? -z : z;
  }

  private static double quotient(double r, double[][] coefficients) {
    return polynomial(r, coefficients[0]) / polynomial(r, coefficients[1]);
  }

  private static double polynomial(double r, double[] coefficients) {
    double sum = coefficients[7];
    for (int k = 6; k >= 0; k--) {
      sum = sum * r + coefficients[k];
    }
    return sum;
  }

  /** By the series of the inverse hyperbolic tangent, of a normal number. */
  private static double minusLog(double h) {
    long bits = Double.doubleToRawLongBits(h);
    long exponent = (bits - 0x3FE6A09E667F3BCDL) >> 52;
    double m = Double.longBitsToDouble(bits - (exponent << 52));
    double s = (m - 1) / (m + 1);
    double s2 = s * s;
    double sum = 1.0 / 21;
    for (int k = 19; k >= 1; k -= 2) {
      sum = sum * s2 + 1.0 / k;
    }
    return -(exponent * 0x1.62e42fefa39efp-1 + 2 * s * sum);
  }
}
