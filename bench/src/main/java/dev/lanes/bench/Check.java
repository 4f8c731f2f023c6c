package dev.lanes.bench;

import dev.lanes.Expression;
import dev.lanes.JavaEngine;
import dev.lanes.NDArray;
import java.lang.reflect.Array;
import java.util.stream.IntStream;

/** Holds a peer's results against the Java engine's, so that nothing wrong is ever timed. */
final class Check {

  /** Elements that are compared at a time, to keep the expected values small. */
  private static final int RANGE = 1 << 18;

  private final Workload workload;
  private final Precision precision;
  private final Object[] operands;
  private final Contender contender;
  private final Expression reference;

  private Check(Workload workload, Precision precision, Object[] operands, Contender contender) {
    this.workload = workload;
    this.precision = precision;
    this.operands = operands;
    this.contender = contender;
    reference = Expression.compile(workload.text).on(JavaEngine.INSTANCE);
  }

  /**
   * Runs the peer once and compares all it computed.
   *
   * @throws IllegalStateException with the first element that differs in a range
   */
  static void run(Workload workload, Precision precision, Object[] operands, Contender contender) {
    Check check = new Check(workload, precision, operands, contender);
    int n = Array.getLength(operands[0]);
    contender.run();
    if (workload.isReduction()) {
      check.compare(0, n);
    } else {
      IntStream.range(0, (n - 1) / RANGE + 1)
          .parallel()
          .forEach(range -> check.compare(range * RANGE, Math.min(n, (range + 1) * RANGE)));
    }
  }

  private void compare(int from, int to) {
    NDArray[] inputs = new NDArray[operands.length];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = precision.copy(operands[i], from, to);
    }
    double[] actual = contender.output(from, to);
    try (NDArray result = reference.evaluate(inputs)) {
      double[] expected = result.toDoubleArray();
      for (int i = 0; i < expected.length; i++) {
        if (!agrees(expected[i], actual[i])) {
          throw new IllegalStateException(
              "%s %s: element %d is %s where the Java engine has %s"
                  .formatted(workload, precision, from + i, actual[i], expected[i]));
        }
      }
    }
    for (NDArray input : inputs) {
      input.close();
    }
  }

  private boolean agrees(double expected, double actual) {
    double allowed = workload.tolerance(precision) * Math.max(Math.abs(expected), smallest());
    return Double.doubleToLongBits(expected) == Double.doubleToLongBits(actual)
        || Math.abs(expected - actual) <= allowed && allowed > 0;
  }

  /** Below it, numbers have fewer bits. */
  private double smallest() {
    return precision == Precision.FLOAT64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
  }
}
