package dev.lanes;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A mutual exclusion lock between threads of all JVMs that attached to a {@link SharedArray}; one
 * of {@link SharedArray#lock(int)}. A thread may lock again what it holds and unlocks as often.
 *
 * <p><b>Death of the holder.</b> When the process that holds the lock ends, however it does, the
 * next one that wants the lock gets it, at most some 20 ms later, and {@link #holderDied()} is true
 * while it holds it: what the lock guards may be half changed. A thread that ends without unlocking
 * while its process lives keeps the lock, as with the locks of the JDK.
 *
 * <p><b>Memory.</b> What a thread wrote before unlocking is seen by the one that locks next, in
 * whatever process. The lock is not fair. While it is held the memory stays mapped, so unlocking
 * works after the array was closed.
 *
 * <p>Thread-safe and process-safe.
 */
public final class SharedLock implements Lock {
  private static final int OWNER = 8;

  /** What the threads of this process share of a lock, by whatever mapping they came to it. */
  static final class Local {
    private final ReentrantLock threads = new ReentrantLock();
    private SyncLine held; // what the outermost lock() was called on; null when not held
    private boolean holderDied;
  }

  private final SyncLine line;
  private final Local[] locals; // kept, so that later attaching in this process finds them
  private final Local local;

  SharedLock(SyncLine line, Local[] locals, int index) {
    this.line = line;
    this.locals = locals;
    this.local = locals[index];
  }

  /**
   * Locks, waiting as long as it takes; an interrupt is kept for later.
   *
   * @throws LanesException CLOSED
   */
  @Override
  public void lock() {
    local.threads.lock();
    enter(
        () -> {
          line.awaitUninterruptibly(this::take);
          return true;
        });
  }

  /**
   * Locks, unless the thread is interrupted.
   *
   * @throws InterruptedException when it is, within some 10 ms
   * @throws LanesException CLOSED
   */
  @Override
  public void lockInterruptibly() throws InterruptedException {
    local.threads.lockInterruptibly();
    enter(() -> line.await(this::take, Long.MAX_VALUE));
  }

  /**
   * Locks if nobody holds the lock, or only a process that has died.
   *
   * @return whether the lock is held now
   * @throws LanesException CLOSED
   */
  @Override
  public boolean tryLock() {
    return local.threads.tryLock() && enter(() -> take(true));
  }

  /**
   * Locks unless that takes longer.
   *
   * @param time to wait at most
   * @param unit of the time
   * @return whether the lock is held now
   * @throws InterruptedException when the thread is interrupted, within some 10 ms
   * @throws LanesException CLOSED
   */
  @Override
  public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
    long start = System.nanoTime();
    long nanos = unit.toNanos(time);
    return local.threads.tryLock(nanos, TimeUnit.NANOSECONDS)
        && enter(() -> line.await(this::take, Math.max(0, nanos - (System.nanoTime() - start))));
  }

  /** How the process gets the lock; may throw an InterruptedException. */
  private interface Entry<X extends Exception> {
    boolean run() throws X;
  }

  /** Takes the lock for the process when the thread, which has it within the process, needs it. */
  private <X extends Exception> boolean enter(Entry<X> entry) throws X {
    boolean entered = local.held != null;
    boolean acquired = false;
    try {
      if (!entered) {
        line.memory().acquire();
        acquired = true;
        local.holderDied = false;
        entered = entry.run();
        local.held = entered ? line : null;
      }
      return entered;
    } finally {
      if (!entered) {
        if (acquired) {
          line.memory().release();
        }
        local.threads.unlock();
      }
    }
  }

  private boolean take(boolean examine) {
    SyncLine.Taken taken = line.take(OWNER, examine);
    local.holderDied |= taken == SyncLine.Taken.FROM_DEAD;
    return taken != SyncLine.Taken.NO;
  }

  /**
   * Unlocks.
   *
   * @throws IllegalMonitorStateException when the calling thread does not hold the lock
   */
  @Override
  public void unlock() {
    if (!local.threads.isHeldByCurrentThread()) {
      throw new IllegalMonitorStateException("this thread does not hold the lock");
    }
    if (local.threads.getHoldCount() == 1) {
      SyncLine held = local.held;
      local.held = null;
      held.giveBack(OWNER);
      held.announce();
      held.memory().release();
    }
    local.threads.unlock();
  }

  /**
   * Tells whether the process that held the lock before died while it did. Who finds that repairs
   * what the lock guards, or gives it up.
   *
   * @return true until this thread unlocks
   * @throws IllegalMonitorStateException when the calling thread does not hold the lock
   */
  public boolean holderDied() {
    if (!local.threads.isHeldByCurrentThread()) {
      throw new IllegalMonitorStateException("this thread does not hold the lock");
    }
    return local.holderDied;
  }

  /**
   * Tells whether some process holds the lock, which may have changed by the time of the answer.
   *
   * @return false also when the holder has died
   * @throws LanesException CLOSED
   */
  public boolean isLocked() {
    line.memory().acquire();
    try {
      long holder = line.getLong(OWNER);
      return holder != 0 && ProcessStamp.ofWord(holder).isAlive();
    } finally {
      line.memory().release();
    }
  }

  /**
   * Not there: wait for a {@link SharedEvent} instead.
   *
   * @throws UnsupportedOperationException always
   */
  @Override
  public Condition newCondition() {
    throw new UnsupportedOperationException("a SharedLock has no conditions: use a SharedEvent");
  }
}
