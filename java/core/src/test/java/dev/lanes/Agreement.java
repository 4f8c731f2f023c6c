package dev.lanes;

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
}
