package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * Whether sharing a task out is worth it: what one item costs, beside what handing items to workers
 * costs. Made by {@link Pool#estimate}.
 *
 * @param nanosPerItem nanoseconds of one item, measured on one worker
 * @param dispatchNanos nanoseconds from handing something to an idle worker to having its result
 * @param workers tasks that run at the same time
 */
public record Estimate(double nanosPerItem, double dispatchNanos, int workers) {

  /** Of a pool that was not measured: a thread that sleeps is woken, twice. */
  static final double USUAL_DISPATCH_NANOS = 30_000;

  /** Work that makes handing it over, some microseconds, cheap. */
  private static final double CHUNK_NANOS = 500_000;

  /** What one item costs on its way into a chunk and out, memory traffic included. */
  private static final double FEED_NANOS = 40;

  private static final double WORTH_IT = 1.2;

  /** A measurement. */
  private static final long ENOUGH_NANOS = 1_000_000;

  /** What a clock that ticks every 100 ns tells to one percent. */
  private static final long LEAST_NANOS = 10_000;

  /** More than a thread that was stopped for others usually waits. */
  private static final long SURE_NANOS = 20_000_000;

  /**
   * How much faster the pool would be than a loop.
   *
   * @param items how many there are
   * @return the loop's time divided by the pool's; below 1 the pool is slower. Tasks that compute
   *     gain no more than there are cores
   */
  public double gain(long items) {
    if (items <= 0) {
      return 1;
    }
    double shares = Math.min(workers, items);
    double perItem = Math.max(FEED_NANOS, (nanosPerItem + FEED_NANOS) / shares);
    return nanosPerItem * items / (dispatchNanos + perItem * items);
  }

  /**
   * Whether the pool should do it.
   *
   * @param items how many there are
   * @return false when a loop is faster, or so close that other work had better have the cores
   */
  public boolean isWorthIt(long items) {
    return gain(items) >= WORTH_IT;
  }

  /**
   * How many items to hand over together.
   *
   * @return at least 1
   */
  public int chunkSize() {
    return (int) Math.max(1, Math.min(CHUNK_NANOS / nanosPerItem, 1 << 20));
  }

  /** Times the way to an idle worker and back. */
  static double timeDispatch(Pool pool) {
    double[] nanos = new double[25];
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      await(pool.submit(() -> null));
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    return nanos[nanos.length / 2];
  }

  /**
   * Times one item, over as many rounds as make a measurement. The least of several: classes loaded
   * in one of them, and threads that have the core for a while, say nothing of the items.
   */
  static <T> double time(List<T> items, Pool.Task<? super T, ?> task) {
    double least = Double.MAX_VALUE;
    for (int rounds = 1; ; rounds *= 2) {
      long start = System.nanoTime();
      for (int i = 0; i < rounds; i++) {
        once(items, task);
      }
      long nanos = Math.max(LEAST_NANOS, System.nanoTime() - start);
      double done = (double) rounds * items.size();
      least = Math.min(least, nanos / done);
      if (nanos > SURE_NANOS || (rounds > 1 && least * done > ENOUGH_NANOS)) {
        return least;
      }
    }
  }

  private static <T> void once(List<T> items, Pool.Task<? super T, ?> task) {
    for (int k = 0; k < items.size(); k++) {
      try {
        task.apply(items.get(k));
      } catch (Throwable e) {
        throw new ItemException(k, items.get(k), e);
      }
    }
  }

  static <R> R await(CompletableFuture<R> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      future.cancel(true);
      Thread.currentThread().interrupt();
      throw new LanesException(Code.CANCELLED, "the thread was interrupted", e);
    } catch (CancellationException e) {
      throw new LanesException(Code.CANCELLED, "the pool was terminated", e);
    }
  }
}
