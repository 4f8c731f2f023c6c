package dev.lanes.bench;

import dev.lanes.Expression;
import dev.lanes.NDArray;
import java.lang.reflect.Array;
import java.util.stream.IntStream;

/** A peer at work: computes the same operands into the same output, again and again. */
abstract class Contender {

  /**
   * Computes once.
   *
   * @return what a compiler cannot know to be unused
   */
  abstract Object run();

  /** The elements {@code [from, to)} of the output. */
  abstract double[] output(int from, int to);

  /** An expression over off-heap arrays. */
  static final class Evaluation extends Contender {
    private final Expression expression;
    private final NDArray[] operands;
    private final NDArray output;

    Evaluation(Expression expression, Workload workload, Precision precision, Object[] operands) {
      this.expression = expression;
      int n = Array.getLength(operands[0]);
      this.operands = new NDArray[operands.length];
      for (int i = 0; i < operands.length; i++) {
        this.operands[i] = precision.copy(operands[i], 0, n);
      }
      output =
          workload.isReduction()
              ? NDArray.allocate(precision.dtype)
              : NDArray.allocate(precision.dtype, n);
    }

    @Override
    Object run() {
      return expression.evaluateInto(output, operands);
    }

    @Override
    double[] output(int from, int to) {
      return output.rank() == 0
          ? new double[] {output.getDouble()}
          : output.slice(0, from, to).toDoubleArray();
    }
  }

  /** A loop over heap arrays, cut into parts that run in parallel. */
  static final class HandWritten<A> extends Contender {
    private final Loop<A> loop;
    private final Workload workload;
    private final A[] operands;
    private final A output;
    private final int n;
    private final int parts;
    private double reduced;

    @SuppressWarnings("unchecked") // an array of the operands' own type
    HandWritten(Loop<A> loop, Workload workload, A[] operands, int parts) {
      this.loop = loop;
      this.workload = workload;
      this.operands = operands;
      this.parts = parts;
      n = Array.getLength(operands[0]);
      output = (A) Array.newInstance(operands[0].getClass().getComponentType(), n);
    }

    @Override
    Object run() {
      if (parts == 1) {
        reduced = loop.run(operands, output, 0, n);
      } else if (workload.isReduction()) {
        reduced =
            IntStream.range(0, parts)
                .parallel()
                .mapToDouble(part -> loop.run(operands, output, bound(part), bound(part + 1)))
                .reduce(workload.join)
                .orElseThrow();
      } else {
        IntStream.range(0, parts)
            .parallel()
            .forEach(part -> loop.run(operands, output, bound(part), bound(part + 1)));
      }
      return output;
    }

    private int bound(int part) {
      return (int) ((long) n * part / parts);
    }

    @Override
    double[] output(int from, int to) {
      if (workload.isReduction()) {
        return new double[] {output instanceof float[] ? (float) reduced : reduced};
      }
      double[] values = new double[to - from];
      for (int i = from; i < to; i++) {
        values[i - from] = Array.getDouble(output, i);
      }
      return values;
    }
  }
}
