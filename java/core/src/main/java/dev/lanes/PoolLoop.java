package dev.lanes;

import dev.lanes.ItemRunner.Alarm;
import java.util.Iterator;
import java.util.List;

/**
 * The part of a run that needs no workers: all of it inside another task of the pool, which has a
 * worker already, and what comes before sharing out looks worth it otherwise.
 *
 * @param <T> the type of the items
 */
final class PoolLoop<T> {

  /** How long the loop runs before it may be given up, so that the task has got warm. */
  private static final long TRIAL_NANOS = 100_000;

  private static final long CHUNK_NANOS = 1_000_000;

  private final Workers workers;
  private final PoolSettings settings;
  private final PoolRun.Items<? extends T> source;
  private final ItemRunner<T> runner;
  private final Tally tally;
  private final boolean isNested;
  private Iterator<? extends T> items; // null as long as they are taken by number
  private long taken;
  private long spent; // nanoseconds
  private boolean isOver;

  PoolLoop(
      Workers workers,
      PoolSettings settings,
      PoolRun.Items<? extends T> source,
      ItemRunner<T> runner,
      Tally tally) {
    this.workers = workers;
    this.settings = settings;
    this.source = source;
    this.runner = runner;
    this.tally = tally;
    this.isNested = workers.isOwnThread();
    runner.setOnCallersThread(true);
    if (source.list() == null || !isPlain()) {
      items = source.open().get();
    }
  }

  /** Whether an item needs nothing but a call of the task. */
  private boolean isPlain() {
    return runner.isPlain && settings.timeout == null;
  }

  /** How many items were done. */
  long taken() {
    return taken;
  }

  /** The items that were not done. */
  Iterator<? extends T> rest() {
    return items == null ? source.list().listIterator((int) taken) : items;
  }

  /**
   * Does items on the calling thread, in chunks that are timed, until so many chunks are done or
   * there is no more to do here.
   *
   * @return whether that is so: all items are done, or workers would be faster
   */
  boolean run(long most, PoolRun.Results results) {
    Alarm alarm =
        settings.timeout == null ? null : runner.setAlarm(tally.nanosLeft(), runner::stop);
    try {
      workers.asWorker(
          () -> {
            long time = System.nanoTime();
            for (long k = 0; k < most && !isOver; k++) {
              time = chunk(time, results);
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
    return isOver;
  }

  /** Does a chunk that begins at a time; returns the time at its end. */
  private long chunk(long begin, PoolRun.Results results) {
    int size = size();
    int before = results.size;
    long failures = 0;
    if (items == null) {
      byNumber(size, results);
    } else {
      Object[] chunk = inOrder(PoolRun.read(items, size));
      failures = runner.failures(chunk);
      results.add(chunk);
    }
    if (runner.isStopped()) {
      isOver = true; // whoever stopped it says why
      return begin;
    }
    int count = results.size - before;
    taken += count;
    long end = System.nanoTime();
    spent += end - begin;
    tally.add(count, failures, end - begin);
    if (Thread.currentThread().isInterrupted()) {
      throw tally.interrupted(null);
    }
    isOver = count < size || taken == source.count() || wouldWorkersBeFaster();
    if (isOver) {
      runner.setOnCallersThread(false);
    }
    return end;
  }

  /** Does the next items of a list as fast as a loop by hand. */
  private void byNumber(int size, PoolRun.Results results) {
    List<? extends T> list = source.list();
    Pool.Task<? super T, ?> task = runner.task;
    int first = (int) taken;
    int count = Math.max(0, Math.min(size, list.size() - first));
    Object[] all = results.room(count);
    int at = results.size;
    int k = 0;
    try {
      for (; k < count; k++) {
        all[at + k] = task.apply(list.get(first + k));
      }
    } catch (Throwable e) {
      throw failure(first + k, list.get(first + k), e);
    }
    results.size += count;
  }

  /** The results of items, in their place. */
  @SuppressWarnings("unchecked")
  private Object[] inOrder(Object[] chunk) {
    boolean isPlain = isPlain();
    int k = 0;
    try {
      for (; k < chunk.length && (isPlain || !runner.isStopped()); k++) {
        T item = (T) chunk[k];
        chunk[k] = isPlain ? runner.task.apply(item) : runner.run(taken + k, item);
      }
    } catch (Throwable e) {
      throw failure(taken + k, chunk[k], e);
    }
    return chunk;
  }

  private RuntimeException failure(long index, Object item, Throwable e) {
    if (!runner.isEnd(e)) {
      return new ItemException(index, item, e);
    }
    return workers.isTerminated() ? tally.terminated(e) : tally.interrupted(e);
  }

  private int size() {
    if (tally.nanosPerItem() == 0) {
      return 1;
    }
    long nanos = spent < TRIAL_NANOS ? TRIAL_NANOS - spent : CHUNK_NANOS;
    long size =
        Math.min((long) (nanos / tally.nanosPerItem()), (long) PoolRun.GROWTH * tally.largest());
    size = settings.window == 0 ? size : Math.min(size, settings.window);
    long left = source.count() < 0 ? Long.MAX_VALUE : source.count() - taken;
    return (int) Math.max(1, Math.min(Math.min(size, left), 1 << 16));
  }

  private boolean wouldWorkersBeFaster() {
    // Where nobody knows how many are to come: as many as there have been, and more than a few.
    long left = source.count() < 0 ? Math.max(taken, 100) : source.count() - taken;
    return spent >= TRIAL_NANOS
        && !isNested
        && workers.estimate(tally.nanosPerItem()).isWorthIt(left);
  }
}
