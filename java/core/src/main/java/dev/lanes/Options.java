package dev.lanes;

import java.time.Duration;

/**
 * What a caller may choose for an expression beside its text.
 *
 * @param engine null for the process's
 * @param threads 0 for the process's
 * @param timeout null for none
 * @param casting how far an output's dtype may be from the result's
 * @param order of fresh results
 * @param isOptimized whether programs are simplified
 */
record Options(
    Engine engine,
    int threads,
    Duration timeout,
    Casting casting,
    ResultOrder order,
    boolean isOptimized) {

  static final Options DEFAULT = new Options(null, 0, null, Casting.SAME_KIND, ResultOrder.C, true);

  Options withEngine(Engine chosen) {
    return new Options(chosen, threads, timeout, casting, order, isOptimized);
  }

  Options withThreads(int count) {
    return new Options(engine, count, timeout, casting, order, isOptimized);
  }

  Options withTimeout(Duration limit) {
    return new Options(engine, threads, limit, casting, order, isOptimized);
  }

  Options withCasting(Casting rule) {
    return new Options(engine, threads, timeout, rule, order, isOptimized);
  }

  Options withOrder(ResultOrder chosen) {
    return new Options(engine, threads, timeout, casting, chosen, isOptimized);
  }

  Options withOptimization(boolean chosen) {
    return new Options(engine, threads, timeout, casting, order, chosen);
  }
}
