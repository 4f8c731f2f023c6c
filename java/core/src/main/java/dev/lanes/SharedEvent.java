package dev.lanes;

import java.util.concurrent.TimeUnit;

/**
 * A flag on which threads of all JVMs wait that attached to a {@link SharedArray}; one of {@link
 * SharedArray#event(int)}. It is clear at first.
 *
 * <p>Nobody holds an event, so no death leaves one behind; but who waits for what a dead process
 * was to set waits in vain, and should do so with a timeout. What a thread wrote before setting is
 * seen by those who then find it set. Thread-safe and process-safe.
 */
public final class SharedEvent {
  private static final int STATE = 4;

  private final SyncLine line;

  SharedEvent(SyncLine line) {
    this.line = line;
  }

  /**
   * Sets the flag and wakes all who wait.
   *
   * @throws LanesException CLOSED
   */
  public void set() {
    put(1);
  }

  /**
   * Clears the flag.
   *
   * @throws LanesException CLOSED
   */
  public void clear() {
    put(0);
  }

  private void put(int state) {
    line.memory().acquire();
    try {
      line.setInt(STATE, state);
      line.announce();
    } finally {
      line.memory().release();
    }
  }

  /**
   * Tells whether the flag is set.
   *
   * @return true when it is
   * @throws LanesException CLOSED
   */
  public boolean isSet() {
    line.memory().acquire();
    try {
      return line.getInt(STATE) != 0;
    } finally {
      line.memory().release();
    }
  }

  /**
   * Waits until the flag is set.
   *
   * @throws InterruptedException when the thread is interrupted, within some 10 ms
   * @throws LanesException CLOSED
   */
  public void await() throws InterruptedException {
    await(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
  }

  /**
   * Waits until the flag is set or the time is over.
   *
   * @param time to wait at most
   * @param unit of the time
   * @return whether the flag is set
   * @throws InterruptedException when the thread is interrupted, within some 10 ms
   * @throws LanesException CLOSED
   */
  public boolean await(long time, TimeUnit unit) throws InterruptedException {
    line.memory().acquire();
    try {
      return line.await(examine -> line.getInt(STATE) != 0, unit.toNanos(time));
    } finally {
      line.memory().release();
    }
  }
}
