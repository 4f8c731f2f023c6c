package dev.lanes;

import java.util.concurrent.locks.LockSupport;

/**
 * Words in a segment that processes change atomically, and wait on. The first one, an int, is the
 * signal: its lowest bit says that somebody sleeps; who changes another word then changes it too,
 * which clears the bit, and wakes all sleepers.
 *
 * <p>Nothing here relies on anybody's being alive: a waiter looks again after at most {@link
 * #SLICE_NANOS}, and then also at whether holders live. Thread-safe; callers hold the memory.
 */
final class SyncLine {
  /** Size of a line, so that two of them do not share one of the cache. */
  static final int BYTES = 64;

  private static final int SPINS = 100;
  private static final long FIRST_SLICE_NANOS = 1_000_000;
  private static final long SLICE_NANOS = 10_000_000; // also how late an interrupt may be seen
  private static final long FIRST_PAUSE_NANOS = 50_000;
  private static final long LONGEST_PAUSE_NANOS = 1_000_000;
  private static final long NOBODY = 0;

  private final Memory memory;
  private final long at;

  SyncLine(Memory memory, long at) {
    this.memory = memory;
    this.at = at;
  }

  /** Tries to do what is waited for, by looking whether holders are alive or without. */
  interface Attempt {
    boolean succeeds(boolean examine);
  }

  /** How an attempt to take a word ended. */
  enum Taken {
    NO,
    YES,
    /** From a process that died. */
    FROM_DEAD
  }

  Memory memory() {
    return memory;
  }

  int getInt(int offset) {
    return AtomicAccess.getInt(memory, at + offset);
  }

  void setInt(int offset, int value) {
    AtomicAccess.setInt(memory, at + offset, value);
  }

  boolean swapInt(int offset, int expected, int value) {
    return AtomicAccess.swapInt(memory, at + offset, expected, value);
  }

  long getLong(int offset) {
    return AtomicAccess.getLong(memory, at + offset);
  }

  long addLong(int offset, long delta) {
    return AtomicAccess.addLong(memory, at + offset, delta);
  }

  /**
   * Makes this process the holder of a word if nobody is or, when it is to examine that, a dead
   * process. One atomic step, so death at any point leaves a word that names its holder.
   */
  Taken take(int offset, boolean examine) {
    long me = ProcessStamp.current().word();
    long holder = getLong(offset);
    if (holder == NOBODY) {
      return AtomicAccess.swapLong(memory, at + offset, NOBODY, me) ? Taken.YES : Taken.NO;
    }
    boolean died = examine && !ProcessStamp.ofWord(holder).isAlive();
    return died && AtomicAccess.swapLong(memory, at + offset, holder, me)
        ? Taken.FROM_DEAD
        : Taken.NO;
  }

  /** Ends this process's holding of a word; false when it does not hold it. */
  boolean giveBack(int offset) {
    long me = ProcessStamp.current().word();
    return AtomicAccess.swapLong(memory, at + offset, me, NOBODY);
  }

  /** Tells waiters that a word has changed. */
  void announce() {
    int signal = getInt(0);
    // Who loses this race loses it to one who announces.
    if ((signal & 1) != 0 && swapInt(0, signal, signal + 1) && memory.address() != 0) {
      NativeLanes.wake(memory.address() + at);
    }
  }

  /**
   * Tries until it succeeds.
   *
   * @param nanos how long, {@link Long#MAX_VALUE} for ever
   * @return false when the time is over
   * @throws InterruptedException when the thread is interrupted meanwhile
   */
  boolean await(Attempt attempt, long nanos) throws InterruptedException {
    for (int i = 0; i < SPINS; i++) {
      if (attempt.succeeds(false)) {
        return true;
      }
      Thread.onSpinWait();
    }
    long start = System.nanoTime();
    long slice = FIRST_SLICE_NANOS;
    boolean examine = false;
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      int signal = mark();
      if (attempt.succeeds(examine)) {
        return true;
      }
      long left = nanos == Long.MAX_VALUE ? nanos : nanos - (System.nanoTime() - start);
      if (left <= 0) {
        return attempt.succeeds(true);
      }
      examine = !sleep(signal, Math.min(left, slice));
      slice = SLICE_NANOS;
    }
  }

  /** Tries until it succeeds; interrupts are kept for later. */
  void awaitUninterruptibly(Attempt attempt) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          await(attempt, Long.MAX_VALUE);
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private int mark() {
    while (true) {
      int signal = getInt(0);
      if ((signal & 1) != 0 || swapInt(0, signal, signal | 1)) {
        return signal | 1;
      }
    }
  }

  /** Sleeps until somebody announces or the time is over; tells whether somebody did. */
  private boolean sleep(int signal, long nanos) {
    if (memory.address() != 0) {
      NativeLanes.await(memory.address() + at, signal, nanos);
      return getInt(0) != signal;
    }
    long start = System.nanoTime();
    long pause = FIRST_PAUSE_NANOS;
    while (getInt(0) == signal
        && System.nanoTime() - start < nanos
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(pause);
      pause = Math.min(2 * pause, LONGEST_PAUSE_NANOS);
    }
    return getInt(0) != signal;
  }
}
