package dev.lanes.bench;

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
  JAVA_LOOP_PARALLEL;

  private static final int JAVA_ENGINE_MOST = 100_000;
  private static final int PARALLEL_LEAST = 10_000;

  /** Whether there is a point in timing the peer over so many elements. */
  boolean suits(int n) {
    return switch (this) {
      case JAVA_ENGINE -> n <= JAVA_ENGINE_MOST;
      case JAVA_LOOP_PARALLEL -> n >= PARALLEL_LEAST;
      default -> true;
    };
  }

  /** The peer, with operands and output of its own. */
  Contender prepare(Workload workload, Precision precision, Object[] operands) {
    Expression expression = Expression.compile(workload.text);
    return switch (this) {
      case NATIVE ->
          new Contender.Evaluation(
              expression.on(NativeEngine.instance()), workload, precision, operands);
      case NATIVE_1 ->
          new Contender.Evaluation(
              expression.on(NativeEngine.instance()).withThreads(1), workload, precision, operands);
      case JAVA_ENGINE ->
          new Contender.Evaluation(
              expression.on(JavaEngine.INSTANCE), workload, precision, operands);
      case JAVA_LOOP -> loop(workload, precision, operands, 1);
      case JAVA_LOOP_PARALLEL -> loop(workload, precision, operands, parts());
    };
  }

  /** A few for each processor, so that one that is slow for a while takes fewer. */
  private static int parts() {
    return 4 * Runtime.getRuntime().availableProcessors();
  }

  private static Contender loop(
      Workload workload, Precision precision, Object[] operands, int parts) {
    return precision == Precision.FLOAT64
        ? new Contender.HandWritten<>(
            workload.float64,
            workload,
            (double[][]) operands,
            new double[((double[]) operands[0]).length],
            parts)
        : new Contender.HandWritten<>(
            workload.float32,
            workload,
            (float[][]) operands,
            new float[((float[]) operands[0]).length],
            parts);
  }
}
