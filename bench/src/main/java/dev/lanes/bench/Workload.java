package dev.lanes.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What is computed: the one table from which every peer is served. {@link VectorLoops} and {@code
 * native/machine.cpp} have loops under the same names.
 */
public enum Workload {
  /** Squares. */
  SQUARE(Row.memory("a*a", 1).loops(JavaLoops::square, JavaLoops::square)),
  /** Scaled sum of two arrays. */
  AXPBY(Row.memory("2*a + 3*b", 2).loops(JavaLoops::axpby, JavaLoops::axpby)),
  /** A polynomial. */
  POLY(
      Row.memory("0.25*a**3 + 0.75*a**2 - 1.5*a - 2", 1)
          .cancelling(2)
          .loops(JavaLoops::poly, JavaLoops::poly)),
  /** Sines and cosines. */
  SINCOS(
      Row.function("sin(a)**2 + cos(b)**2", 2)
          .within(4e-15, 2e-6)
          .loops(JavaLoops::sincos, JavaLoops::sincos)),
  /** The bell curve. */
  GAUSS(Row.function("exp(-a*a/2)", 1).loops(JavaLoops::gauss, JavaLoops::gauss)),
  /** Logarithm of a ratio. */
  LOGRATIO(
      Row.function("log(a/b)", 2).cancelling(1).loops(JavaLoops::logratio, JavaLoops::logratio)),
  /** A power that is no product. */
  POWER(Row.function("a**2.5", 1).loops(JavaLoops::power, JavaLoops::power)),
  /** Hyperbolic tangent. */
  TANH(Row.function("tanh(a - b)", 2).cancelling(1).loops(JavaLoops::tanh, JavaLoops::tanh)),
  /** A choice between two branches. */
  SELECT(Row.memory("where(a > b, sqrt(a), b/2)", 2).loops(JavaLoops::select, JavaLoops::select)),
  /** The sum of products; the tolerance is for sums in other orders. */
  DOT(
      Row.memory("sum(a*b)", 2)
          .within(1e-9, 1e-6)
          .reducing(Double::sum)
          .python("dot(a, b)")
          .loops(JavaLoops::dot, JavaLoops::dot)),
  /** The largest element. */
  MAX(Row.memory("max(a)", 1).reducing(Math::max).loops(JavaLoops::max, JavaLoops::max)),
  /** Mean and standard deviation of one matrix. */
  MEANSTD(
      Row.program("m = mean(a); s = std(a)", 1)
          .within(1e-12, 1e-6)
          .whole(2, 500, 500)
          .python("mean(a), std(a)")
          .loops(JavaLoops::meanstd, JavaLoops::meanstd)),
  /** The same of many matrices in one call. */
  MATRICES(
      Row.program("m = mean(a, axis=(1, 2)); s = std(a, axis=(1, 2))", 1)
          .within(1e-12, 1e-6)
          .whole(200, 100, 500, 500)
          .python("list(zip(*[(mean(x), std(x)) for x in a]))")),
  /** Black and Scholes' price of a call: price, strike, time, rate and volatility. */
  BLACKSCHOLES(
      Row.program(BlackScholes.TEXT, 5)
          .within(1e-10, 1e-4)
          .cancelling(20)
          .python(BlackScholes.PYTHON)
          .loops(BlackScholes::price, BlackScholes::price)),
  /** Standard scores. */
  ZSCORE(
      Row.program("(a - mean(a)) / std(a)", 1)
          .within(1e-12, 1e-5)
          .cancelling(1)
          .whole(0)
          .loops(JavaLoops::zscore, JavaLoops::zscore));

  private static final double OTHERS = 16;

  final Row row;

  Workload(Row row) {
    this.row = row;
  }

  boolean isReduction() {
    return row.results > 0;
  }

  /** The sizes that it is measured at, out of those that are wanted. */
  List<Integer> sizes(List<Integer> wanted) {
    return row.shape == null
        ? wanted
        : List.of((int) Arrays.stream(row.shape).reduce(1, Math::multiplyExact));
  }

  /** The shape of operands with so many elements. */
  long[] shape(int n) {
    return row.shape == null ? new long[] {n} : row.shape;
  }

  /** Whether a peer's element is near enough to the Java engine's. */
  boolean agrees(Peer peer, Precision precision, double expected, double actual) {
    if (Double.doubleToLongBits(expected) == Double.doubleToLongBits(actual)) {
      return true;
    }
    double tolerance = precision == Precision.FLOAT64 ? row.tolerance64 : row.tolerance32;
    if (!peer.isLanes()) {
      tolerance = OTHERS * Math.max(tolerance, precision.epsilon);
      if (isReduction() && precision == Precision.FLOAT32) {
        // Some sum in float32.
        tolerance = 1e-3;
      }
    }
    // Below the smallest normal number there are fewer bits, and some peers have none.
    double allowed = tolerance * Math.max(Math.abs(expected), row.scale) + precision.smallest;
    return tolerance > 0 && Math.abs(expected - actual) <= allowed;
  }

  /** As tables name it. */
  String title() {
    return name().toLowerCase(Locale.ROOT);
  }
}
