package dev.lanes.blas;

/** A product of many complex numbers that overflows only when its value does. */
final class ScaledProduct {
  private double real;
  private double imaginary;
  private long exponent;

  ScaledProduct(double start) {
    real = start;
  }

  void multiply(double re, double im) {
    if (im == 0 && imaginary == 0) {
      real *= re; // without 0 times infinity
    } else {
      double product = real * re - imaginary * im;
      imaginary = real * im + imaginary * re;
      real = product;
    }
    scale();
  }

  /** Brings the larger part below 1/2; what is 0 or not finite stays as it is. */
  private void scale() {
    double larger = Math.max(Math.abs(real), Math.abs(imaginary));
    if (larger > 0 && larger <= Double.MAX_VALUE) {
      int by = Math.getExponent(larger) + 2;
      real = Math.scalb(real, -by);
      imaginary = Math.scalb(imaginary, -by);
      exponent += by;
    }
  }

  double[] value() {
    int by = (int) Math.max(-5000, Math.min(5000, exponent));
    return new double[] {Math.scalb(real, by), Math.scalb(imaginary, by)};
  }
}
