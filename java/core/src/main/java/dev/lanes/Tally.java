package dev.lanes;

import dev.lanes.LanesException.Code;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * Counts and times the items of one run, tells the listener, and words the run's early end. For one
 * thread.
 */
final class Tally {

  private static final long LISTENER_NANOS = 100_000_000;

  private final long total; // -1 when not known
  private final Duration timeout; // null for none
  private final Consumer<? super Progress> listener; // null for none
  private final long start; // 0 where nobody asks
  private long told;
  private long done;
  private long failed;
  private double nanosPerItem;
  private int largest = 1;

  Tally(long total, Duration timeout, Consumer<? super Progress> listener) {
    this.total = total;
    this.timeout = timeout;
    this.listener = listener;
    start = timeout == null && listener == null ? 0 : System.nanoTime();
    told = start;
  }

  /** Takes notice of items that took so long together, one after the other. */
  void add(int count, long failures, long nanos) {
    if (count == 0) {
      return;
    }
    done += count;
    failed += failures;
    double measured = Math.max(nanos, 1) / (double) count;
    nanosPerItem = nanosPerItem == 0 ? measured : (nanosPerItem + measured) / 2;
    largest = Math.max(largest, count);
    if (listener != null && System.nanoTime() - told >= LISTENER_NANOS) {
      tell();
    }
  }

  /** Tells the listener, as is always done at the end. */
  void tell() {
    if (listener != null) {
      told = System.nanoTime();
      OptionalLong known = total < 0 ? OptionalLong.empty() : OptionalLong.of(total);
      listener.accept(new Progress(done, known, failed, Duration.ofNanos(told - start)));
    }
  }

  /** What an item takes, recent ones counting most; 0 before the first. */
  double nanosPerItem() {
    return nanosPerItem;
  }

  /** The most items that were timed together. */
  int largest() {
    return largest;
  }

  /** Nanoseconds until the run's time is over, negative when it is. */
  long nanosLeft() {
    return PoolSettings.nanos(timeout) - (System.nanoTime() - start);
  }

  LanesException late() {
    return cancelled("the time of " + timeout + " is over", new TimeoutException());
  }

  /** The exception of a thread that was interrupted, and that now is so again. */
  LanesException interrupted(Throwable cause) {
    Thread.currentThread().interrupt();
    return cancelled("the thread was interrupted", cause);
  }

  LanesException terminated(Throwable cause) {
    return cancelled("the pool was terminated", cause);
  }

  private LanesException cancelled(String why, Throwable cause) {
    String all = total < 0 ? "" : " of " + total;
    return new LanesException(Code.CANCELLED, why + "; " + done + all + " items were done", cause);
  }
}
