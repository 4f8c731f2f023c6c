package dev.lanes.bench;

import com.sun.management.ThreadMXBean;
import dev.lanes.Expression;
import dev.lanes.NDArray;
import dev.lanes.NativeEngine;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** A peer at work: computes the same operands again and again, and says how long it took. */
abstract class Contender {

  /**
   * Computes so many times.
   *
   * @param warms whether to compute once more before, untimed
   * @return nanoseconds
   */
  abstract long time(long calls, boolean warms);

  /** The elements {@code [from, to)} of the result. */
  abstract double[] values(int from, int to);

  /** What else was seen while it was timed, by name. */
  Map<String, Double> observations() {
    return Map.of();
  }

  /** One that runs in this process. */
  abstract static class Local extends Contender {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private double bytes;

    abstract void run();

    @Override
    long time(long calls, boolean warms) {
      if (warms) {
        run();
      }
      long allocated = THREADS.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      for (long i = 0; i < calls; i++) {
        run();
      }
      long nanos = System.nanoTime() - start;
      // Asking allocates some bytes itself, which whole bytes of each call leave out.
      bytes = (THREADS.getCurrentThreadAllocatedBytes() - allocated) / calls;
      return nanos;
    }

    @Override
    Map<String, Double> observations() {
      return Map.of("BYTES", bytes);
    }
  }

  /** An expression over off-heap arrays into existing ones. */
  static final class Evaluation extends Local {
    private final Expression expression;
    private final NDArray[] operands;
    private final Map<String, NDArray> operandsByName = new HashMap<>();
    private final NDArray output;
    private final Map<String, NDArray> outputs = new HashMap<>();

    Evaluation(Workload workload, Precision precision, int threads, NDArray[] given) {
      Expression compiled = Expression.compile(workload.row.text).on(NativeEngine.instance());
      expression = threads == 0 ? compiled : compiled.withThreads(threads);
      operandsByName.putAll(workload.row.named(given));
      operands = expression.variables().stream().map(operandsByName::get).toArray(NDArray[]::new);
      if (expression.results().size() > 1) {
        output = null;
        outputs.putAll(expression.evaluateAll(operandsByName));
      } else {
        output = expression.evaluate(operandsByName);
      }
    }

    @Override
    void run() {
      if (output == null) {
        expression.evaluateAllInto(outputs, operandsByName);
      } else {
        expression.evaluateInto(output, operands);
      }
    }

    @Override
    double[] values(int from, int to) {
      if (output == null) {
        return expression.results().stream()
            .map(outputs::get)
            .flatMapToDouble(array -> DoubleStream.of(array.toDoubleArray()))
            .toArray();
      }
      return output.rank() == 0
          ? new double[] {output.getDouble()}
          : output.slice(0, from, to).toDoubleArray();
    }
  }

  /** A loop over heap arrays, maybe cut into parts that run in parallel. */
  static final class HandWritten<A> extends Local {
    private final Loop<A> loop;
    private final Row row;
    private final A[] operands;
    private final A output;
    private final int n;
    private final int parts;
    private double reduced;

    HandWritten(Loop<A> loop, Workload workload, A[] operands, A output, boolean isParallel) {
      this.loop = loop;
      this.row = workload.row;
      this.operands = operands;
      this.output = output;
      // A few for each processor, so that one that is slow for a while takes fewer.
      parts = isParallel ? 4 * Runtime.getRuntime().availableProcessors() : 1;
      n = Array.getLength(operands[0]);
    }

    @Override
    void run() {
      if (parts == 1) {
        reduced = loop.run(operands, output, 0, n);
      } else if (row.join != null) {
        reduced =
            IntStream.range(0, parts)
                .parallel()
                .mapToDouble(part -> loop.run(operands, output, bound(part), bound(part + 1)))
                .reduce(row.join)
                .orElseThrow();
      } else {
        IntStream.range(0, parts)
            .parallel()
            .forEach(part -> loop.run(operands, output, bound(part), bound(part + 1)));
      }
    }

    private int bound(int part) {
      return (int) ((long) n * part / parts);
    }

    @Override
    double[] values(int from, int to) {
      if (row.join != null) {
        return new double[] {output instanceof float[] ? (float) reduced : reduced};
      }
      double[] values = new double[to - from];
      for (int i = from; i < to; i++) {
        values[i - from] = Array.getDouble(output, i);
      }
      return values;
    }
  }

  /** One that runs in another process. */
  static final class Remote extends Contender {
    private final Worker worker;
    private final String key;

    Remote(Peer peer, Workload workload, Precision precision, int n) {
      worker = Worker.of(Worker.Kind.of(peer));
      key = peer + " " + n;
      List<String> shape = new ArrayList<>();
      for (long length : workload.shape(n)) {
        shape.add(Long.toString(length));
      }
      worker.ask(
          "prepare",
          key,
          peer,
          workload,
          precision,
          n,
          workload.row.operands,
          workload.isReduction() ? 1 : 0,
          Operands.SEED,
          String.join("x", shape),
          peer.text(workload.row));
    }

    @Override
    long time(long calls, boolean warms) {
      return Long.parseLong(worker.ask("run", key, calls, warms ? 1 : 0).get(0));
    }

    @Override
    double[] values(int from, int to) {
      return worker.ask("values", key, from, to).stream()
          .mapToDouble(Double::parseDouble)
          .toArray();
    }
  }
}
