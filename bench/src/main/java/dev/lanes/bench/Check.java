package dev.lanes.bench;

import dev.lanes.Expression;
import dev.lanes.JavaEngine;
import dev.lanes.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Holds results against the Java engine's, so that nothing wrong is ever timed. */
final class Check {
  /** Up to here all elements are compared, beyond it as many in ranges all over the array. */
  private static final int ALL = 1 << 17;

  private static final int RANGES = 128;

  private final Workload workload;
  private final Precision precision;
  private final Expression reference;

  /** From, to and what is expected there. */
  private final List<Range> ranges = new ArrayList<>();

  private record Range(int from, int to, double[] expected) {}

  Check(Workload workload, Precision precision, int n) {
    this.workload = workload;
    this.precision = precision;
    reference = Expression.compile(workload.row.text).on(JavaEngine.INSTANCE);
    if (workload.isReduction()) {
      ranges.add(new Range(0, workload.row.results, reduced(operands(0, n), n)));
    } else if (workload.row.isWhole) {
      NDArray[] operands = operands(0, n);
      try (NDArray result = reference.evaluate(workload.row.named(operands))) {
        bounds(n, (from, to) -> ranges.add(new Range(from, to, part(result, from, to))));
      }
      close(operands);
    } else {
      bounds(n, (from, to) -> ranges.add(new Range(from, to, elements(from, to))));
    }
  }

  private static double[] part(NDArray result, int from, int to) {
    return result.slice(0, from, to).toDoubleArray();
  }

  private interface Bounds {
    void accept(int from, int to);
  }

  private static void bounds(int n, Bounds bounds) {
    if (n <= ALL) {
      bounds.accept(0, n);
      return;
    }
    int length = ALL / RANGES;
    for (int i = 0; i < RANGES; i++) {
      int from = (int) ((long) (n - length) * i / (RANGES - 1));
      bounds.accept(from, from + length);
    }
  }

  private NDArray[] operands(int from, int to) {
    NDArray[] operands = new NDArray[workload.row.operands];
    for (int i = 0; i < operands.length; i++) {
      operands[i] = from == 0 ? precision.operand(i, to) : precision.operand(i, from, to);
    }
    return operands;
  }

  private static void close(NDArray[] operands) {
    for (NDArray operand : operands) {
      operand.close();
    }
  }

  private double[] elements(int from, int to) {
    NDArray[] operands = operands(from, to);
    try (NDArray result = reference.evaluate(workload.row.named(operands))) {
      return result.toDoubleArray();
    } finally {
      close(operands);
    }
  }

  private double[] reduced(NDArray[] operands, int n) {
    NDArray[] shaped = new NDArray[operands.length];
    for (int i = 0; i < operands.length; i++) {
      shaped[i] = operands[i].reshape(workload.shape(n));
    }
    double[] expected =
        reference.evaluateAll(workload.row.named(shaped)).values().stream()
            .flatMapToDouble(array -> Arrays.stream(array.toDoubleArray()))
            .toArray();
    close(operands);
    return expected;
  }

  /**
   * Compares the result that the contender has.
   *
   * @throws IllegalStateException with the first element that differs
   */
  void run(Peer peer, Contender contender) {
    for (Range range : ranges) {
      double[] actual = contender.values(range.from, range.to);
      for (int i = 0; i < range.expected.length; i++) {
        if (!workload.agrees(peer, precision, range.expected[i], actual[i])) {
          throw new IllegalStateException(
              "element %d is %s where the Java engine has %s"
                  .formatted(range.from + i, actual[i], range.expected[i]));
        }
      }
    }
  }
}
