package dev.lanes.bench;

import dev.lanes.Expression;
import dev.lanes.NDArray;
import dev.lanes.NativeEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Many threads that evaluate at once, each into an array of its own: one call is one evaluation by
 * every thread, or as many evaluations by fewer threads.
 */
final class Callers extends Contender.Local {
  /** Evaluations of one call, shared by the threads. */
  static final int EVALUATIONS = 200;

  /** Shared by few and by many callers, so that the process has no more threads than it must. */
  private static final ExecutorService THREADS =
      Executors.newFixedThreadPool(
          EVALUATIONS,
          work -> {
            Thread thread = new Thread(work);
            thread.setDaemon(true);
            return thread;
          });

  private static final Path STATUS = Path.of("/proc/self/status");

  private final Expression expression;
  private final NDArray[] operands;
  private final int count;
  private final List<NDArray> outputs = new ArrayList<>();
  private double systemThreads;

  Callers(Workload workload, int count, NDArray[] operands) {
    expression = Expression.compile(workload.row.text).on(NativeEngine.instance());
    this.operands = operands;
    this.count = count;
    for (int i = 0; i < count; i++) {
      outputs.add(expression.evaluate(operands));
    }
  }

  @Override
  void run() {
    AtomicInteger left = new AtomicInteger(EVALUATIONS);
    List<Future<?>> callers = new ArrayList<>();
    for (NDArray output : outputs) {
      callers.add(
          THREADS.submit(
              () -> {
                while (left.decrementAndGet() >= 0) {
                  expression.evaluateInto(output, operands);
                }
              }));
    }
    systemThreads = Math.max(systemThreads, systemThreads());
    for (Future<?> caller : callers) {
      try {
        caller.get();
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static double systemThreads() {
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith("Threads:"))
          .mapToDouble(line -> Double.parseDouble(line.substring(8).trim()))
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What all threads agree on to the last bit, which is looked at once, with the first range. */
  @Override
  double[] values(int from, int to) {
    NDArray first = outputs.get(0);
    for (NDArray output : from == 0 ? outputs : List.<NDArray>of()) {
      if (!output.contentEquals(first)) {
        throw new IllegalStateException("two callers got different results");
      }
    }
    return first.slice(0, from, to).toDoubleArray();
  }

  @Override
  Map<String, Double> observations() {
    return Map.of("THREADS", systemThreads);
  }
}
