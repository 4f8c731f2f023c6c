package dev.lanes;

import dev.lanes.ItemRunner.Alarm;
import java.util.Iterator;
import java.util.function.Consumer;

/**
 * The part of a run that needs no workers: all of it inside another task of the pool, which has a
 * worker already, and what comes before sharing out looks worth it otherwise.
 *
 * @param <T> the type of the items
 * @param <R> the type of the results
 */
final class PoolLoop<T, R> {

  /** How long the loop runs before it may be given up, so that the task has got warm. */
  private static final long TRIAL_NANOS = 100_000;

  private static final long STRETCH_NANOS = 1_000_000;

  private final Workers workers;
  private final PoolSettings settings;
  private final Iterator<? extends T> items;
  private final long total; // -1 when not known
  private final ItemRunner<T> runner;
  private final Tally tally;
  private final boolean isNested;
  private long taken;
  private long spent; // nanoseconds
  private boolean isGivenUp;

  PoolLoop(
      Workers workers,
      PoolSettings settings,
      Iterator<? extends T> items,
      long total,
      ItemRunner<T> runner,
      Tally tally) {
    this.workers = workers;
    this.settings = settings;
    this.items = items;
    this.total = total;
    this.runner = runner;
    this.tally = tally;
    this.isNested = workers.isOwnThread();
    runner.setOnCallersThread(true);
  }

  /**
   * Does items on the calling thread, until so many are done or sharing them out looks worth it.
   *
   * @return how many were done
   */
  long run(long most, Consumer<? super R> sink) {
    long before = taken;
    Alarm alarm =
        settings.timeout == null ? null : runner.setAlarm(tally.nanosLeft(), runner::stop);
    try {
      workers.asWorker(
          () -> {
            while (!isGivenUp && taken - before < most && !runner.isStopped() && items.hasNext()) {
              stretch(most - (taken - before), sink);
            }
            return null;
          });
    } catch (Exception e) {
      if (alarm != null && alarm.switchOff()) {
        throw tally.late();
      }
      throw (RuntimeException) e; // a task's own exceptions are causes of ours by now
    }
    if (alarm != null && alarm.switchOff()) {
      throw tally.late();
    }
    return taken - before;
  }

  /** A stretch of the loop that is timed as a whole. */
  @SuppressWarnings("unchecked")
  private void stretch(long most, Consumer<? super R> sink) throws Exception {
    int n = stretchSize(most);
    boolean isPlain = runner.isPlain && settings.timeout == null;
    long begin = System.nanoTime();
    long failures = 0;
    int k = 0;
    T item = null;
    boolean isInTask = false;
    try {
      while (k < n && (isPlain || !runner.isStopped()) && items.hasNext()) {
        item = items.next();
        isInTask = true;
        Object result = isPlain ? runner.task.apply(item) : runner.run(taken + k, item);
        isInTask = false;
        failures += !isPlain && PoolRun.isFailure(result) ? 1 : 0;
        sink.accept((R) result);
        k++;
      }
    } catch (Throwable e) {
      if (!isInTask) {
        throw e;
      }
      if (!runner.isEnd(e)) {
        throw new ItemException(taken + k, item, e);
      }
      throw workers.isTerminated() ? tally.terminated(e) : tally.interrupted(e);
    }
    taken += k;
    long nanos = System.nanoTime() - begin;
    spent += nanos;
    tally.add(k, failures, nanos);
    if (Thread.currentThread().isInterrupted() && !runner.isStopped()) {
      throw tally.interrupted(null);
    }
    decide();
  }

  private int stretchSize(long most) {
    if (tally.nanosPerItem() == 0) {
      return 1;
    }
    long nanos = spent < TRIAL_NANOS ? TRIAL_NANOS - spent : STRETCH_NANOS;
    long size =
        Math.min((long) (nanos / tally.nanosPerItem()), (long) PoolRun.GROWTH * tally.largest());
    return (int) Math.max(1, Math.min(Math.min(size, 1 << 20), most));
  }

  /** Gives the loop up when workers would be faster. */
  private void decide() {
    // Where nobody knows how many are to come: as many as there have been, and more than a few.
    long left = total < 0 ? Math.max(taken, 100) : total - taken;
    if (spent >= TRIAL_NANOS
        && !isNested
        && workers.estimate(tally.nanosPerItem()).isWorthIt(left)) {
      isGivenUp = true;
      runner.setOnCallersThread(false);
    }
  }
}
