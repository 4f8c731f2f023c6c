package dev.lanes.bench;

import dev.lanes.Engine;
import dev.lanes.Expression;
import dev.lanes.JavaEngine;
import dev.lanes.NativeEngine;

/** Who computes. */
public enum Peer {
  /** The native engine on all processors. */
  NATIVE,
  /** The native engine on one thread. */
  NATIVE_1,
  /** The Java engine, which is the reference and not meant to be fast. */
  JAVA_ENGINE,
  /** The plain loop. */
  JAVA_LOOP,
  /** The plain loop over parts of the arrays, on a parallel stream. */
  JAVA_LOOP_PARALLEL,
  /** The loop by the Vector API. */
  VECTOR_API,
  /** The same over parts of the arrays, on a parallel stream. */
  VECTOR_API_PARALLEL;

  private static final int JAVA_ENGINE_MOST = 100_000;
  private static final int PARALLEL_LEAST = 10_000;

  /** Whether there is a point in timing the peer over so many elements. */
  boolean suits(int n) {
    return switch (this) {
      case JAVA_ENGINE -> n <= JAVA_ENGINE_MOST;
      case JAVA_LOOP_PARALLEL, VECTOR_API_PARALLEL -> n >= PARALLEL_LEAST;
      default -> true;
    };
  }

  /** The peer, with operands and output of its own. */
  Contender prepare(Workload workload, Precision precision, Object[] operands) {
    return switch (this) {
      case NATIVE -> evaluation(workload, precision, operands, NativeEngine.instance());
      case NATIVE_1 -> {
        Expression expression = Expression.compile(workload.text).on(NativeEngine.instance());
        yield new Contender.Evaluation(expression.withThreads(1), workload, precision, operands);
      }
      case JAVA_ENGINE -> evaluation(workload, precision, operands, JavaEngine.INSTANCE);
      case JAVA_LOOP, JAVA_LOOP_PARALLEL ->
          precision == Precision.FLOAT64
              ? handWritten(workload.float64, workload, (double[][]) operands)
              : handWritten(workload.float32, workload, (float[][]) operands);
      case VECTOR_API, VECTOR_API_PARALLEL ->
          precision == Precision.FLOAT64
              ? handWritten(VectorLoops.float64(workload), workload, (double[][]) operands)
              : handWritten(VectorLoops.float32(workload), workload, (float[][]) operands);
    };
  }

  private static Contender evaluation(
      Workload workload, Precision precision, Object[] operands, Engine engine) {
    Expression expression = Expression.compile(workload.text).on(engine);
    return new Contender.Evaluation(expression, workload, precision, operands);
  }

  private <A> Contender handWritten(Loop<A> loop, Workload workload, A[] operands) {
    boolean isParallel = this == JAVA_LOOP_PARALLEL || this == VECTOR_API_PARALLEL;
    // A few for each processor, so that one that is slow for a while takes fewer.
    int parts = isParallel ? 4 * Runtime.getRuntime().availableProcessors() : 1;
    return new Contender.HandWritten<>(loop, workload, operands, parts);
  }
}
