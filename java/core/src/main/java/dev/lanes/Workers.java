package dev.lanes;

import dev.lanes.LanesException.Code;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads behind a pool, what each of them keeps from task to task, and how it all ends.
 *
 * <p>Every thread that runs tasks is entered as a worker for as long as it lives, so that whatever
 * happens on it, callbacks included, is known to happen inside the pool. Thread-safe.
 */
final class Workers {

  private static final AtomicInteger POOLS = new AtomicInteger();
  private static final ThreadLocal<Seat> CURRENT = new ThreadLocal<>();

  /** What one worker keeps; used by one thread at a time. */
  private static final class Worker {
    final Map<PerWorker<?>, Object> values = new LinkedHashMap<>();
  }

  /** A thread's place in a pool, and in the one whose task it is running besides. */
  private static final class Seat {
    final Workers owner;
    final Seat outer;
    Worker worker; // null until something is kept

    Seat(Workers owner, Seat outer) {
      this.owner = owner;
      this.outer = outer;
    }
  }

  /** How many tasks run at the same time at most. */
  final int count;

  private final String name = "lanes-pool-" + POOLS.incrementAndGet();
  private final AtomicInteger threads = new AtomicInteger();
  private final Semaphore permits; // of virtual threads, which nothing else bounds
  private final ExecutorService executor;
  private final ExecutorService feeders =
      Executors.newCachedThreadPool(task -> daemon(task, "-feeder-"));
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(1, task -> daemon(task, "-timer-"));

  private final List<Worker> all = new ArrayList<>();
  private final Deque<Worker> idle = new ArrayDeque<>();
  private final AtomicInteger maps = new AtomicInteger();
  private volatile boolean isClosed;
  private volatile boolean isOver;
  private volatile boolean isTerminated;
  private volatile double dispatchNanos = Estimate.USUAL_DISPATCH_NANOS;

  private Workers(int count, ThreadFactory virtual) {
    this.count = count;
    timer.setRemoveOnCancelPolicy(true);
    if (virtual == null) {
      ThreadFactory factory = task -> daemon(() -> live(task), "-worker-");
      ThreadPoolExecutor fixed =
          new ThreadPoolExecutor(
              count, count, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
      fixed.allowCoreThreadTimeOut(true);
      executor = fixed;
      permits = null;
    } else {
      permits = new Semaphore(count);
      executor = threadPerTask(task -> virtual.newThread(() -> live(task)));
    }
  }

  static Workers platform(int count) {
    return new Workers(count, null);
  }

  static Workers virtual(int count) {
    return new Workers(count, virtualThreads());
  }

  private Thread daemon(Runnable task, String role) {
    Thread thread = new Thread(task, name + role + threads.incrementAndGet());
    thread.setDaemon(true);
    return thread;
  }

  // ---- Virtual threads, which the Java that we compile for does not have ----

  private static ThreadFactory virtualThreads() {
    try {
      Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
      Class<?> type = Class.forName("java.lang.Thread$Builder");
      builder =
          type.getMethod("name", String.class, long.class).invoke(builder, "lanes-virtual-", 1L);
      return (ThreadFactory) type.getMethod("factory").invoke(builder);
    } catch (NoSuchMethodException | ClassNotFoundException e) {
      throw noVirtualThreads(e);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    } catch (InvocationTargetException e) {
      throw noVirtualThreads(e.getCause()); // a preview of theirs that is not enabled
    }
  }

  private static ExecutorService threadPerTask(ThreadFactory factory) {
    try {
      return (ExecutorService)
          Executors.class
              .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
              .invoke(null, factory);
    } catch (NoSuchMethodException e) {
      throw noVirtualThreads(e);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  private static LanesException noVirtualThreads(Throwable cause) {
    return new LanesException(
        Code.STATE,
        "virtual threads need Java 21 or later and this is Java "
            + Runtime.version().feature()
            + "; Pool.create(n) with many threads serves tasks that wait too",
        cause);
  }

  // ---- Being a worker ----

  /** The whole life of a thread of the executor. */
  private void live(Runnable task) {
    if (permits != null) {
      permits.acquireUninterruptibly();
    }
    Threads.setAlone(true);
    sit();
    try {
      task.run();
    } finally {
      stand();
      if (permits != null) {
        permits.release();
      }
    }
  }

  /** Makes the calling thread a worker. */
  private void sit() {
    CURRENT.set(new Seat(this, CURRENT.get()));
  }

  private void stand() {
    Seat seat = CURRENT.get();
    if (seat.outer == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(seat.outer);
    }
    if (seat.worker != null) {
      synchronized (this) {
        idle.push(seat.worker);
        notifyAll();
      }
    }
  }

  /** Does a caller's share of the work on the calling thread, which is a worker meanwhile. */
  <V> V asWorker(Callable<V> body) throws Exception {
    if (isOwnThread()) {
      return body.call();
    }
    if (isOver) {
      throw closed();
    }
    sit();
    try {
      return body.call();
    } finally {
      stand();
    }
  }

  private Seat current() {
    Seat seat = CURRENT.get();
    while (seat != null && seat.owner != this) {
      seat = seat.outer;
    }
    return seat;
  }

  /** Whether the calling thread is running a task of this pool. */
  boolean isOwnThread() {
    return current() != null;
  }

  /**
   * The calling worker's values, or null when the thread is no worker of this pool.
   *
   * @throws LanesException code CLOSED
   */
  Map<PerWorker<?>, Object> values() {
    Seat seat = current();
    if (seat == null) {
      return null;
    }
    if (seat.worker == null) {
      seat.worker = worker();
    }
    return seat.worker.values;
  }

  private synchronized Worker worker() {
    if (isOver) {
      throw closed();
    }
    Worker worker = idle.poll();
    if (worker == null) {
      worker = new Worker();
      all.add(worker);
    }
    return worker;
  }

  // ---- Work ----

  /**
   * Hands work to the workers.
   *
   * @throws LanesException code CLOSED
   */
  void execute(FutureTask<?> task) {
    hand(executor, task);
  }

  /** Hands over what reads items and hands out chunks, on a thread of its own that mostly waits. */
  void feed(FutureTask<?> task) {
    hand(feeders, task);
  }

  private void hand(ExecutorService to, FutureTask<?> task) {
    try {
      to.execute(task);
    } catch (RejectedExecutionException e) {
      throw closed();
    }
  }

  double dispatchNanos() {
    return dispatchNanos;
  }

  void setDispatchNanos(double nanos) {
    dispatchNanos = nanos;
  }

  Estimate estimate(double nanosPerItem) {
    return new Estimate(nanosPerItem, dispatchNanos, count);
  }

  ScheduledThreadPoolExecutor timer() {
    return timer;
  }

  LanesException closed() {
    return new LanesException(
        Code.CLOSED, isTerminated ? "the pool was terminated" : "the pool is closed");
  }

  /** Whether tasks that run are to stop. */
  boolean isTerminated() {
    return isTerminated;
  }

  void requireOpen() {
    if (isClosed && !isOwnThread()) {
      throw closed();
    }
  }

  /** Lets a map begin, which {@link #close} then waits for. */
  void beginMap() {
    // Counted first: whoever closes sees the map, or it sees that the pool is closed.
    maps.incrementAndGet();
    try {
      requireOpen();
    } catch (LanesException e) {
      endMap();
      throw e;
    }
  }

  void endMap() {
    if (maps.decrementAndGet() == 0 && isClosed) {
      synchronized (this) {
        notifyAll();
      }
    }
  }

  // ---- The end ----

  void terminate() {
    isClosed = true;
    isTerminated = true;
    feeders.shutdownNow();
    for (Runnable task : executor.shutdownNow()) {
      ((FutureTask<?>) task).cancel(true);
    }
  }

  /** Waits for all work, then closes what workers kept. */
  void close() {
    if (isOwnThread()) {
      throw new LanesException(
          Code.STATE, "a task cannot close the pool that it runs in; terminate() can be called");
    }
    boolean isInterrupted = false;
    isClosed = true;
    feeders.shutdown();
    isInterrupted = awaitMaps();
    executor.shutdown();
    isInterrupted |= awaitWorkers();
    timer.shutdownNow();
    try {
      closeValues();
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns whether the thread was interrupted, which ends all work but not the wait for it. */
  private boolean awaitMaps() {
    boolean isInterrupted = false;
    while (true) {
      try {
        synchronized (this) {
          while (maps.get() > 0) {
            wait();
          }
        }
        return isInterrupted;
      } catch (InterruptedException e) {
        isInterrupted = true;
        terminate();
      }
    }
  }

  private boolean awaitWorkers() {
    boolean isInterrupted = false;
    while (true) {
      try {
        while (!executor.awaitTermination(1, TimeUnit.DAYS)) {}
        synchronized (this) {
          while (idle.size() < all.size()) {
            wait();
          }
          isOver = true;
        }
        return isInterrupted;
      } catch (InterruptedException e) {
        isInterrupted = true;
        terminate();
      }
    }
  }

  private void closeValues() {
    List<AutoCloseable> values = new ArrayList<>();
    synchronized (this) {
      for (Worker worker : all) {
        for (Object value : worker.values.values()) {
          if (value instanceof AutoCloseable closeable) {
            values.add(closeable);
          }
        }
        worker.values.clear();
      }
    }
    LanesException failure = null;
    for (int i = values.size() - 1; i >= 0; i--) {
      try {
        values.get(i).close();
      } catch (Exception e) {
        if (failure == null) {
          failure = new LanesException(Code.STATE, "a value of a worker did not close: " + e, e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
