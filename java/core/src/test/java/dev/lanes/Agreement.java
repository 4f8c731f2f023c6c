package dev.lanes;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Compares arrays element by element: NaN with NaN, infinities with their sign, zeros by bit, else
 * within a number of ULP.
 */
final class Agreement {

  private Agreement() {}

  static void require(NDArray actual, NDArray expected, int ulp, Supplier<String> what) {
    if (actual.contentEquals(expected)) {
      return;
    }
    NDArray a = actual.reshape(-1);
    NDArray b = expected.reshape(-1);
    if (actual.dtype().kind() == Kind.COMPLEX128) {
      requireComplex(a, b, ulp, what);
      return;
    }
    if (actual.dtype().kind() == Kind.BYTES) {
      throw new AssertionError(what.get() + " is " + actual + ", expected " + expected);
    }
    boolean isFloat =
        actual.dtype().kind() == Kind.FLOAT32 || actual.dtype().kind() == Kind.FLOAT64;
    for (long i = 0; i < a.size(); i++) {
      boolean agrees =
          isFloat
              ? agrees(a.getDouble(i), b.getDouble(i), ulp, a.dtype())
              : a.getLong(i) == b.getLong(i);
      if (!agrees) {
        Object was = isFloat ? (Object) a.getDouble(i) : a.getLong(i);
        Object wanted = isFloat ? (Object) b.getDouble(i) : b.getLong(i);
        throw new AssertionError(
            what.get()
                + ": element "
                + i
                + " is "
                + was
                + ", expected "
                + wanted
                + " within "
                + ulp
                + " ULP");
      }
    }
  }

  private static boolean agrees(double x, double y, int ulp, DType dtype) {
    if (Double.isNaN(x) || Double.isNaN(y)) {
      return Double.isNaN(x) && Double.isNaN(y);
    }
    if (x == y) {
      return x != 0 || 1 / x == 1 / y;
    }
    double unit = dtype == DType.FLOAT32 ? Math.ulp((float) y) : Math.ulp(y);
    boolean overflows = Double.isInfinite(x) != Double.isInfinite(y) && ulp > 0;
    double largest = dtype == DType.FLOAT32 ? Float.MAX_VALUE : Double.MAX_VALUE;
    return overflows
        ? Math.min(Math.abs(x), Math.abs(y)) == largest
        : Math.abs(x - y) <= ulp * unit;
  }

  /**
   * Exact results part by part; others by the size of the difference, where C99 leaves the signs of
   * zeros and infinities open.
   */
  private static void requireComplex(NDArray a, NDArray b, int ulp, Supplier<String> what) {
    for (long i = 0; i < a.size(); i++) {
      double[] x = a.getComplex(i);
      double[] y = b.getComplex(i);
      if (!(ulp == 0 ? isSame(x[0], y[0]) && isSame(x[1], y[1]) : isNear(x, y, ulp))) {
        throw new AssertionError(
            what.get()
                + ": element "
                + i
                + " is "
                + Arrays.toString(x)
                + ", expected "
                + Arrays.toString(y)
                + " within "
                + ulp
                + " ULP of its size");
      }
    }
  }

  private static boolean isSame(double x, double y) {
    return Double.doubleToLongBits(x) == Double.doubleToLongBits(y);
  }

  private static boolean isNear(double[] x, double[] y, int ulp) {
    double size = Math.hypot(y[0], y[1]);
    if (Double.isFinite(size) && Double.isFinite(Math.hypot(x[0], x[1]))) {
      return Math.hypot(x[0] - y[0], x[1] - y[1]) <= ulp * Math.ulp(size);
    }
    for (int part = 0; part < 2; part++) {
      boolean agrees =
          Double.isFinite(x[part]) && Double.isFinite(y[part])
              ? Math.abs(x[part] - y[part]) <= ulp * Math.ulp(y[part])
              : Double.isNaN(x[part]) == Double.isNaN(y[part])
                  && Double.isInfinite(x[part]) == Double.isInfinite(y[part]);
      if (!agrees) {
        return false;
      }
    }
    return true;
  }
}
