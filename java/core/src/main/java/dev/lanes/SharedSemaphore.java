package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.concurrent.TimeUnit;

/**
 * A number of permits that threads of all JVMs share that attached to a {@link SharedArray}; one of
 * {@link SharedArray#semaphore}.
 *
 * <p><b>Death of a holder.</b> A permit belongs to the process that acquired it, and only that one
 * may release it (any of its threads). When the process ends, its permits go to those who wait, at
 * most some 20 ms later; {@link #recovered()} counts them.
 *
 * <p>What a thread wrote before releasing is seen by whoever acquires that permit next. Not fair.
 * Thread-safe and process-safe.
 */
public final class SharedSemaphore {
  /** The most permits that a semaphore has. */
  public static final int MAX_PERMITS = 64;

  /** Size of a semaphore: a line and a word for each permit, which names its holder. */
  static final int BYTES = SyncLine.BYTES + MAX_PERMITS * Long.BYTES;

  private static final int PERMITS = 4;
  private static final int RECOVERED = 8;

  private final SyncLine line;
  private final int permits;

  SharedSemaphore(SyncLine line, int permits) {
    this.line = line;
    this.permits = permits;
    if (permits < 1 || permits > MAX_PERMITS) {
      throw new LanesException(
          Code.LIMIT, "a semaphore has 1 to " + MAX_PERMITS + " permits, not " + permits);
    }
    line.memory().acquire();
    try {
      if (!line.swapInt(PERMITS, 0, permits) && line.getInt(PERMITS) != permits) {
        throw new LanesException(
            Code.LIMIT,
            "this semaphore has " + line.getInt(PERMITS) + " permits already, not " + permits);
      }
    } finally {
      line.memory().release();
    }
  }

  /**
   * Takes a permit, waiting as long as it takes.
   *
   * @throws InterruptedException when the thread is interrupted, within some 10 ms
   * @throws LanesException CLOSED
   */
  public void acquire() throws InterruptedException {
    tryAcquire(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
  }

  /**
   * Takes a permit if one is free, or held by a process that has died.
   *
   * @return whether one was taken
   * @throws LanesException CLOSED
   */
  public boolean tryAcquire() {
    line.memory().acquire();
    try {
      return take(false) || take(true);
    } finally {
      line.memory().release();
    }
  }

  /**
   * Takes a permit unless that takes longer.
   *
   * @param time to wait at most
   * @param unit of the time
   * @return whether one was taken
   * @throws InterruptedException when the thread is interrupted, within some 10 ms
   * @throws LanesException CLOSED
   */
  public boolean tryAcquire(long time, TimeUnit unit) throws InterruptedException {
    line.memory().acquire();
    try {
      return line.await(this::take, unit.toNanos(time));
    } finally {
      line.memory().release();
    }
  }

  private boolean take(boolean examine) {
    for (int i = 0; i < permits; i++) {
      SyncLine.Taken taken = line.take(word(i), examine);
      if (taken != SyncLine.Taken.NO) {
        if (taken == SyncLine.Taken.FROM_DEAD) {
          line.addLong(RECOVERED, 1);
        }
        return true;
      }
    }
    return false;
  }

  private static int word(int permit) {
    return SyncLine.BYTES + permit * Long.BYTES;
  }

  /**
   * Gives a permit of this process back.
   *
   * @throws IllegalMonitorStateException when this process holds none
   * @throws LanesException CLOSED; the permits then stay with this process until it ends
   */
  public void release() {
    line.memory().acquire();
    try {
      for (int i = 0; i < permits; i++) {
        if (line.giveBack(word(i))) {
          line.announce();
          return;
        }
      }
    } finally {
      line.memory().release();
    }
    throw new IllegalMonitorStateException("this process holds no permit of the semaphore");
  }

  /**
   * Counts the permits that could be taken, which may have changed by the time of the answer.
   *
   * @return 0 to the number of permits; those of dead processes count
   * @throws LanesException CLOSED
   */
  public int availablePermits() {
    line.memory().acquire();
    try {
      int available = 0;
      for (int i = 0; i < permits; i++) {
        long holder = line.getLong(word(i));
        available += holder == 0 || !ProcessStamp.ofWord(holder).isAlive() ? 1 : 0;
      }
      return available;
    } finally {
      line.memory().release();
    }
  }

  /**
   * Counts the permits that were taken over from processes that died, since the array was made.
   *
   * @return the count
   * @throws LanesException CLOSED
   */
  public long recovered() {
    line.memory().acquire();
    try {
      return line.getLong(RECOVERED);
    } finally {
      line.memory().release();
    }
  }
}
