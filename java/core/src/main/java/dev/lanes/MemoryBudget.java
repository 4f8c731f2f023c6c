package dev.lanes;

import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts the bytes that arrays own, and bounds them. The garbage collector does not see off-heap
 * memory, so nothing else would make it collect forgotten arrays. Thread-safe.
 */
final class MemoryBudget {
  private static final double DEFAULT_SHARE = 0.9;
  private static final Pattern SIZE = Pattern.compile("(\\d{1,18})([kmg]?)");
  private static final int LONGEST_WAIT_MILLIS =
      256; // the waits double, so all of them take about half a second

  private static volatile MemoryBudget process;

  private final long limit;
  private final AtomicLong used = new AtomicLong();

  MemoryBudget(long limit) {
    this.limit = limit;
  }

  /**
   * The budget of this process: {@code -Dlanes.maxBytes}, else nine tenths of what the machine or
   * the container has.
   */
  static MemoryBudget process() {
    MemoryBudget budget = process;
    if (budget == null) {
      synchronized (MemoryBudget.class) {
        budget = process;
        if (budget == null) {
          String declared = System.getProperty("lanes.maxBytes");
          budget = new MemoryBudget(declared == null ? defaultLimit() : parse(declared));
          process = budget;
        }
      }
    }
    return budget;
  }

  private static long defaultLimit() {
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean machine) {
      return (long) (machine.getTotalMemorySize() * DEFAULT_SHARE);
    }
    return Long.MAX_VALUE;
  }

  /** Reads a number of bytes with an optional suffix k, m or g (powers of 1024). */
  static long parse(String text) {
    Matcher matcher = SIZE.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      String message =
          "-Dlanes.maxBytes=" + text + " is no number of bytes such as 500m, 8g or 123456";
      throw new LanesException(LanesException.Code.LIMIT, message);
    }
    int shift = 10 * ("kmg".indexOf(matcher.group(2)) + (matcher.group(2).isEmpty() ? 0 : 1));
    long number = Long.parseLong(matcher.group(1));
    return number > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : number << shift;
  }

  long limit() {
    return limit;
  }

  long used() {
    return used.get();
  }

  /**
   * Counts {@code bytes} and runs the attempt to get them. When the budget is spent or the attempt
   * gives null, unreachable arrays are collected and it is tried again for about half a second.
   */
  <T> T take(long bytes, Supplier<T> attempt) {
    if (bytes <= limit) {
      for (int wait = 1; wait <= LONGEST_WAIT_MILLIS; wait *= 2) {
        T taken = reserve(bytes) ? attemptReserved(bytes, attempt) : null;
        if (taken != null) {
          return taken;
        }
        if (wait == 1 || wait == LONGEST_WAIT_MILLIS / 4) {
          System.gc();
        }
        try {
          Thread.sleep(wait);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          break;
        }
      }
    }
    throw new OutOfMemoryError(
        String.format(
            "no memory for %d bytes of array: %d bytes are in use and the limit (-Dlanes.maxBytes)"
                + " is %d",
            bytes, used(), limit));
  }

  private <T> T attemptReserved(long bytes, Supplier<T> attempt) {
    T taken = null;
    try {
      taken = attempt.get();
    } finally {
      if (taken == null) {
        giveBack(bytes);
      }
    }
    return taken;
  }

  private boolean reserve(long bytes) {
    long before = used.get();
    while (bytes <= limit - before) {
      if (used.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = used.get();
    }
    return false;
  }

  /** Ends the counting of bytes that were taken. */
  void giveBack(long bytes) {
    used.addAndGet(-bytes);
  }
}
