package dev.lanes;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs a pool's task on one item: within its time, again after failures, and with a failure as an
 * outcome where that is wanted. One object serves all threads of a run.
 *
 * @param <T> the type of the items
 */
final class ItemRunner<T> {

  final Pool.Task<? super T, ?> task;

  /** Whether there is no more to it than calling the task. */
  final boolean isPlain;

  private final Workers workers;
  private final PoolSettings settings;
  private final boolean isCollecting;
  private volatile boolean isStopped;
  private boolean isOnCallersThread; // written before other threads get to know this object

  ItemRunner(
      Workers workers, PoolSettings settings, Pool.Task<? super T, ?> task, boolean isCollecting) {
    this.workers = workers;
    this.settings = settings;
    this.task = task;
    this.isCollecting = isCollecting;
    this.isPlain = !isCollecting && settings.retries == 0 && settings.itemTimeout == null;
  }

  /** Interrupts a thread after a time, unless it is switched off before. */
  static final class Alarm implements Runnable {
    private final Thread thread = Thread.currentThread();
    private final Runnable also;
    private Future<?> timer;
    private boolean isOff;
    private volatile boolean hasRung;

    private Alarm(Runnable also) {
      this.also = also;
    }

    @Override
    public synchronized void run() {
      if (!isOff) {
        hasRung = true;
        also.run();
        thread.interrupt();
      }
    }

    boolean hasRung() {
      return hasRung;
    }

    /** Returns whether it rang; the thread is not interrupted by it any more. */
    boolean switchOff() {
      synchronized (this) {
        isOff = true;
      }
      timer.cancel(false);
      return hasRung && (Thread.interrupted() || hasRung);
    }
  }

  /**
   * Sets an alarm for the calling thread.
   *
   * @param nanos from now
   * @param also what else is to be done then
   */
  Alarm setAlarm(long nanos, Runnable also) {
    Alarm alarm = new Alarm(also);
    alarm.timer = workers.timer().schedule(alarm, nanos, TimeUnit.NANOSECONDS);
    return alarm;
  }

  /** Lets no item be tried again, and no further one begin. */
  void stop() {
    isStopped = true;
  }

  boolean isStopped() {
    return isStopped || workers.isTerminated();
  }

  /**
   * Says whether the thread that wants the results also does the work, so that its interrupts end
   * it.
   */
  void setOnCallersThread(boolean isSo) {
    isOnCallersThread = isSo;
  }

  /** Whether a failure is the end of the run rather than of an item. */
  boolean isEnd(Throwable failure) {
    return isStopped()
        || isOnCallersThread
            && (failure instanceof InterruptedException || Thread.currentThread().isInterrupted());
  }

  /** How many of a finished chunk's results are failures that were collected. */
  long failures(Object[] chunk) {
    long count = 0;
    for (int k = 0; isCollecting && k < chunk.length; k++) {
      count += chunk[k] instanceof Outcome<?, ?> outcome && !outcome.isSuccess() ? 1 : 0;
    }
    return count;
  }

  /**
   * Runs the task.
   *
   * @return its result, or an {@link Outcome} when those are collected
   */
  Object run(long index, T item) throws Exception {
    for (int failures = 0; ; failures++) {
      try {
        Object result = settings.itemTimeout == null ? task.apply(item) : runInTime(item);
        return isCollecting ? new Outcome<>(index, item, result, null) : result;
      } catch (Throwable e) {
        if (isEnd(e)) {
          throw e;
        }
        if (failures == settings.retries) {
          if (!isCollecting) {
            throw e;
          }
          return new Outcome<>(index, item, null, e);
        }
      }
    }
  }

  private Object runInTime(T item) throws Exception {
    Alarm alarm = setAlarm(PoolSettings.nanos(settings.itemTimeout), () -> {});
    Object result = null;
    Throwable failure = null;
    try {
      result = task.apply(item);
    } catch (Throwable e) {
      failure = e;
    }
    if (alarm.switchOff()) {
      TimeoutException late =
          new TimeoutException("the item took longer than " + settings.itemTimeout);
      if (failure != null) {
        late.addSuppressed(failure);
      }
      throw late;
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw (Exception) failure;
    }
    return result;
  }
}
