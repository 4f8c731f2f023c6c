package dev.lanes;

import dev.lanes.LanesException.Code;
import java.time.Duration;
import java.util.function.Consumer;

/** How the runs of a {@link Pool} go about their work. Changed only before anybody else sees it. */
final class PoolSettings {
  int chunkSize; // 0 for automatic
  int window; // 0 for a few chunks for each worker
  int retries;
  Duration timeout; // null for none, like the next two
  Duration itemTimeout;
  Consumer<? super Progress> listener;
  boolean isAuto;

  PoolSettings with(Consumer<PoolSettings> change) {
    PoolSettings copy = new PoolSettings();
    copy.chunkSize = chunkSize;
    copy.window = window;
    copy.retries = retries;
    copy.timeout = timeout;
    copy.itemTimeout = itemTimeout;
    copy.listener = listener;
    copy.isAuto = isAuto;
    change.accept(copy);
    return copy;
  }

  static int requireFrom(int least, String what, int value) {
    if (value < least) {
      throw new LanesException(
          Code.LIMIT, "the " + what + " is at least " + least + ", not " + value);
    }
    return value;
  }

  static Duration requireTime(Duration time) {
    if (time.isZero() || time.isNegative()) {
      throw new LanesException(Code.LIMIT, "a timeout is more than zero, not " + time);
    }
    return time;
  }

  /** A duration in nanoseconds, a century at most. */
  static long nanos(Duration time) {
    return time.compareTo(Duration.ofDays(36_500)) < 0
        ? time.toNanos()
        : Duration.ofDays(36_500).toNanos();
  }
}
