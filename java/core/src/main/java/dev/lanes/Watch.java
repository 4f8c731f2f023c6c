package dev.lanes;

import dev.lanes.LanesException.Code;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;

/**
 * Stops long runs: while one is open, an interrupt of its thread or its deadline sets the flag that
 * native code polls. A thread inside native code does not see its own interrupts, so one daemon
 * thread looks after all runs that are under way.
 *
 * <p>Short runs get {@link #NONE}, which costs nothing.
 */
final class Watch implements AutoCloseable {

  /** Of a run that nothing stops. */
  static final Watch NONE = new Watch(null);

  private static final double LONG_NANOS = 200_000;
  private static final long PERIOD_NANOS = 4_000_000;

  /**
   * Periods without an open run after which the guard goes to sleep. Waking it for each of many
   * runs would cost these more than its looking does: it takes a processor from one of their
   * threads when they begin.
   */
  private static final int IDLE_PERIODS = 25;

  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final Set<Watch> OPEN = ConcurrentHashMap.newKeySet();
  private static final Queue<Watch> FREE = new ConcurrentLinkedQueue<>();

  /** Looks after the open runs; there is none before the first long one. */
  private static final class Guard {
    static final Thread THREAD = start();
    static volatile boolean isAsleep;

    private static Thread start() {
      Thread thread = new Thread(Guard::run, "lanes-watch");
      thread.setDaemon(true);
      thread.start();
      return thread;
    }

    private static void run() {
      int idle = 0;
      while (true) {
        idle = OPEN.isEmpty() ? idle + 1 : 0;
        OPEN.forEach(Watch::look);
        if (idle > IDLE_PERIODS) {
          sleep();
          idle = 0;
        } else {
          LockSupport.parkNanos(PERIOD_NANOS);
        }
      }
    }

    /** Until a run opens: it sees that this sleeps, or this sees the run. */
    private static void sleep() {
      isAsleep = true;
      while (OPEN.isEmpty()) {
        LockSupport.park();
      }
      isAsleep = false;
    }
  }

  private final ByteBuffer flag; // one int, null for NONE
  private Thread thread;
  private volatile boolean wasInterrupted; // while it waited for its run
  private long start;
  private Duration timeout;

  private Watch(ByteBuffer flag) {
    this.flag = flag;
  }

  /**
   * Begins to watch a run of the calling thread.
   *
   * @param nanos estimated nanoseconds that it takes
   * @param timeout after which it is stopped, or null
   */
  static Watch over(double nanos, Duration timeout) {
    if (nanos < LONG_NANOS && timeout == null) {
      return NONE;
    }
    Watch watch = FREE.poll();
    if (watch == null) {
      watch = new Watch(ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder()));
    }
    watch.open(timeout);
    OPEN.add(watch);
    if (Guard.isAsleep) {
      LockSupport.unpark(Guard.THREAD);
    }
    return watch;
  }

  private synchronized void open(Duration newTimeout) {
    thread = Thread.currentThread();
    start = System.nanoTime();
    timeout = newTimeout;
    wasInterrupted = false;
    INT.setOpaque(flag, 0, 0);
    look();
  }

  /** Ends the watch, after which the flag's address means nothing. */
  @Override
  public void close() {
    if (this != NONE) {
      OPEN.remove(this);
      synchronized (this) {
        thread = null;
      }
      FREE.add(this);
    }
  }

  private synchronized void look() {
    if (thread != null && (thread.isInterrupted() || isLate())) {
      INT.setOpaque(flag, 0, 1);
    }
  }

  private boolean isLate() {
    return timeout != null && System.nanoTime() - start >= timeout.toNanos();
  }

  /**
   * Calls native code: on this thread, but a long run of a virtual thread on one of the platform,
   * so that others have the carrier meanwhile.
   *
   * @param code gives a status
   * @return the status
   */
  int call(IntSupplier code) {
    if (this == NONE || !Carriers.areNeeded()) {
      return code.getAsInt();
    }
    FutureTask<Integer> run = new FutureTask<>(code::getAsInt);
    Carriers.execute(run);
    try {
      return await(run);
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Waits to the end even when interrupted, for the run uses the caller's memory. */
  private int await(FutureTask<Integer> run) {
    while (true) {
      try {
        return run.get();
      } catch (InterruptedException e) {
        wasInterrupted = true;
        INT.setOpaque(flag, 0, 1);
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  /** Address of the int32 that native code polls, 0 when nothing can stop the run. */
  long address() {
    return flag == null ? 0 : NativeLanes.address(flag);
  }

  /** Whether the run is to stop, for work in Java. */
  boolean isSet() {
    return flag != null && (int) INT.getOpaque(flag, 0) != 0;
  }

  /**
   * Throws when the run is to stop.
   *
   * @throws LanesException code CANCELLED
   */
  void requireNotSet(String work) {
    if (isSet()) {
      throw cancelled(work);
    }
  }

  /**
   * The exception of a run that was stopped.
   *
   * @param work what it was, such as "the evaluation"
   */
  LanesException cancelled(String work) {
    boolean isInterrupted = wasInterrupted || Thread.currentThread().isInterrupted();
    boolean isLate = !isInterrupted && timeout != null;
    String why = isLate ? "took longer than " + timeout : "was stopped by an interrupt";
    return new LanesException(
        Code.CANCELLED, work + " " + why + "; what it writes to is partly written");
  }
}
