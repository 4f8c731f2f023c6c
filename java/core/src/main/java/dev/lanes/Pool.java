package dev.lanes;

import dev.lanes.LanesException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Work over many items on several threads: Python's {@code Pool.map} and its kin, without processes
 * and copies, on the JDK's executors.
 *
 * <pre>{@code
 * try (Pool pool = Pool.create()) {
 *   List<Long> sizes = pool.map(paths, Files::size);
 * }
 * }</pre>
 *
 * <p>Items are handed to the workers in chunks whose size follows from what the first ones took,
 * unless {@link #withChunkSize} fixes it. Methods named {@code with...}, and {@link #auto}, give
 * the same pool with another setting: the workers are shared, and closing one closes all.
 *
 * <p><b>Failures.</b> The first failure of an item interrupts what runs, drops the rest, and is
 * thrown as an {@link ItemException} that names the item; {@link #outcomes} collects results and
 * failures instead, and {@link #withRetries} tries again first. An interrupt of the waiting thread
 * and the end of {@link #withTimeout} end a run the same way, as a {@link LanesException} with code
 * CANCELLED; the interrupt status stays set. Tasks are stopped by interrupting their threads, which
 * also stops evaluations in native code; one that ignores interrupts goes on, unheeded, and {@link
 * #close} waits for it.
 *
 * <p><b>Nesting.</b> Inside a task, evaluations of expressions use one thread, since the other
 * cores have tasks of their own; outside they use all. What a task asks of its own pool is done on
 * the task's thread at once, so nothing waits for a worker that is not there.
 *
 * <p><b>Lists and items</b> may hold nulls, and so may results. Thread-safe; each stream that a
 * pool returns is for one thread. Workers are daemon threads: a program that ends does not wait for
 * them, {@link #close} does.
 */
public final class Pool implements AutoCloseable {

  private static final int MOST_WORKERS = 10_000;

  /**
   * What is done with each item.
   *
   * @param <T> the type of the items
   * @param <R> the type of the results
   */
  @FunctionalInterface
  public interface Task<T, R> {
    /**
     * Does it.
     *
     * @param item the item
     * @return the result
     * @throws Exception when the item fails
     */
    R apply(T item) throws Exception;
  }

  /**
   * What is done with each pair of items.
   *
   * @param <A> the type of the first items
   * @param <B> the type of the second items
   * @param <R> the type of the results
   */
  @FunctionalInterface
  public interface PairTask<A, B, R> {
    /**
     * Does it.
     *
     * @param first the first item
     * @param second the second item
     * @return the result
     * @throws Exception when the pair fails
     */
    R apply(A first, B second) throws Exception;
  }

  private final Workers workers;
  private final PoolSettings settings;

  private Pool(Workers workers, PoolSettings settings) {
    this.workers = workers;
    this.settings = settings;
  }

  private Pool(Workers workers) {
    this(workers, new PoolSettings());
  }

  /**
   * A pool with a worker for each processor that the JVM may use, container quotas included.
   *
   * @return a pool whose threads start when they are needed
   */
  public static Pool create() {
    return new Pool(Workers.platform(Runtime.getRuntime().availableProcessors()));
  }

  /**
   * A pool with so many workers. For tasks that compute, more than there are processors only gets
   * in the way; tasks that wait may have hundreds.
   *
   * @param workers from 1 to 10000
   * @return a pool whose threads start when they are needed
   * @throws LanesException code LIMIT for other numbers
   */
  public static Pool create(int workers) {
    return new Pool(Workers.platform(requireWorkers(workers, MOST_WORKERS)));
  }

  /**
   * A pool of virtual threads, one for each chunk or submitted task, for tasks that mostly wait.
   *
   * @param most tasks that run at the same time, from 1 to 1000000
   * @return a pool
   * @throws LanesException code LIMIT for other numbers, code STATE before Java 21
   */
  public static Pool virtual(int most) {
    return new Pool(Workers.virtual(requireWorkers(most, 1_000_000)));
  }

  private static int requireWorkers(int count, int most) {
    if (count < 1 || count > most) {
      throw new LanesException(
          Code.LIMIT, "the number of workers is from 1 to " + most + ", not " + count);
    }
    return count;
  }

  // ---- Settings ----

  /**
   * The same pool with chunks of a fixed size.
   *
   * @param items at least 1
   * @return a view of this pool
   * @throws LanesException code LIMIT for sizes below 1
   */
  public Pool withChunkSize(int items) {
    PoolSettings.requireFrom(1, "chunk size", items);
    return with(changed -> changed.chunkSize = items);
  }

  /**
   * The same pool with a limit on what {@link #imap} and its kin have in hand: items that were read
   * and whose results were not yet taken. Without it there are at most four chunks for each worker.
   *
   * @param items at least 1
   * @return a view of this pool
   * @throws LanesException code LIMIT for sizes below 1
   */
  public Pool withWindow(int items) {
    PoolSettings.requireFrom(1, "window", items);
    return with(changed -> changed.window = items);
  }

  /**
   * The same pool trying failed items again at once.
   *
   * @param retries how often, beyond the first time; at least 0
   * @return a view of this pool
   * @throws LanesException code LIMIT for numbers below 0
   */
  public Pool withRetries(int retries) {
    PoolSettings.requireFrom(0, "number of retries", retries);
    return with(changed -> changed.retries = retries);
  }

  /**
   * The same pool with an end to the time of each whole run, counted from its first item; a late
   * one throws a {@link LanesException} with code CANCELLED. It does not concern {@link #submit},
   * whose futures have {@code orTimeout}.
   *
   * @param time more than zero
   * @return a view of this pool
   * @throws LanesException code LIMIT for other durations
   */
  public Pool withTimeout(Duration time) {
    PoolSettings.requireTime(time);
    return with(changed -> changed.timeout = time);
  }

  /**
   * The same pool with an end to the time of each item: it is then interrupted and counts as
   * failed, with a {@link java.util.concurrent.TimeoutException}.
   *
   * @param time more than zero, for each try
   * @return a view of this pool
   * @throws LanesException code LIMIT for other durations
   */
  public Pool withItemTimeout(Duration time) {
    PoolSettings.requireTime(time);
    return with(changed -> changed.itemTimeout = time);
  }

  /**
   * The same pool telling how far each run is: about ten times a second, when chunks end, and at
   * the end. Numbers never go back.
   *
   * @param listener called on the thread that wants the results; what it throws ends the run
   * @return a view of this pool
   */
  public Pool withProgress(Consumer<? super Progress> listener) {
    Objects.requireNonNull(listener, "listener");
    return with(changed -> changed.listener = listener);
  }

  /**
   * The same pool using its workers only where that pays: a run begins as a loop on the calling
   * thread, which is timed, and is shared out when {@link Estimate#isWorthIt} says so of the rest.
   * Beginning and timing a run takes some 0.2 microseconds beyond a loop by hand.
   *
   * @return a view of this pool
   */
  public Pool auto() {
    return with(changed -> changed.isAuto = true);
  }

  private Pool with(Consumer<PoolSettings> change) {
    return new Pool(workers, settings.with(change));
  }

  // ---- Lists ----

  /**
   * Does a task with every item.
   *
   * @param <T> the type of the items
   * @param <R> the type of the results
   * @param items read once, on the calling thread
   * @param task called by several threads at the same time
   * @return the results in the order of the items, in a new list of fixed length
   * @throws ItemException when an item fails
   * @throws LanesException code CANCELLED or CLOSED
   */
  public <T, R> List<R> map(Iterable<? extends T> items, Task<? super T, ? extends R> task) {
    return list(PoolRun.Items.of(items), task);
  }

  /**
   * Does a task with every element of a stream.
   *
   * @param <T> the type of the items
   * @param <R> the type of the results
   * @param items read on the calling thread, and not closed
   * @param task called by several threads at the same time
   * @return the results in the order of the items, in a new list of fixed length
   * @throws ItemException when an item fails
   * @throws LanesException code CANCELLED or CLOSED
   */
  public <T, R> List<R> map(Stream<? extends T> items, Task<? super T, ? extends R> task) {
    return list(PoolRun.Items.of(items), task);
  }

  /**
   * Does a task with every pair, for example with the entries of a map.
   *
   * @param <A> the type of the first items
   * @param <B> the type of the second items
   * @param <R> the type of the results
   * @param pairs read once, on the calling thread
   * @param task called by several threads at the same time
   * @return the results in the order of the pairs, in a new list of fixed length
   * @throws ItemException when a pair fails
   * @throws LanesException code CANCELLED or CLOSED
   */
  public <A, B, R> List<R> starmap(
      Iterable<? extends Map.Entry<? extends A, ? extends B>> pairs,
      PairTask<? super A, ? super B, ? extends R> task) {
    Objects.requireNonNull(task, "task");
    return map(pairs, pair -> task.apply(pair.getKey(), pair.getValue()));
  }

  /**
   * Does a task with every item, without waiting for it.
   *
   * @param <T> the type of the items
   * @param <R> the type of the results
   * @param items read once, on a thread of the pool's
   * @param task called by several threads at the same time
   * @return completes with what {@link #map(Iterable, Task)} returns or throws. Cancelling it, or
   *     completing it otherwise, as {@code orTimeout} does, ends the run
   * @throws LanesException code CLOSED
   */
  public <T, R> CompletableFuture<List<R>> mapAsync(
      Iterable<? extends T> items, Task<? super T, ? extends R> task) {
    PoolRun<T, R> run = run(PoolRun.Items.of(items), task, false, true, false);
    if (workers.isOwnThread()) {
      return start(run::toList, FutureTask::run, () -> {});
    }
    workers.beginMap();
    return start(run::toList, workers::feed, workers::endMap);
  }

  private <T, R> List<R> list(PoolRun.Items<? extends T> items, Task<? super T, ? extends R> task) {
    PoolRun<T, R> run = run(items, task, false, true, false);
    workers.beginMap();
    try {
      return run.toList();
    } finally {
      workers.endMap();
    }
  }

  // ---- Streams ----

  /**
   * Does a task with every item as the results are asked for: items are read and worked on ahead of
   * that as far as {@link #withWindow} says, and no further, so the input may be endless.
   *
   * @param <T> the type of the items
   * @param <R> the type of the results
   * @param items read on the thread that consumes the stream; an iterator {@code i} is given as
   *     {@code () -> i}
   * @param task called by several threads at the same time
   * @return the results in the order of the items. Closing the stream ends the run; one that was
   *     read to its end needs no closing
   */
  public <T, R> Stream<R> imap(Iterable<? extends T> items, Task<? super T, ? extends R> task) {
    return stream(run(PoolRun.Items.of(items), task, false, true, true));
  }

  /**
   * Does a task with every element of a stream, see {@link #imap(Iterable, Task)}.
   *
   * @param <T> the type of the items
   * @param <R> the type of the results
   * @param items closed with the results
   * @param task called by several threads at the same time
   * @return the results in the order of the items
   */
  public <T, R> Stream<R> imap(Stream<? extends T> items, Task<? super T, ? extends R> task) {
    PoolRun<T, R> run = run(PoolRun.Items.of(items), task, false, true, true);
    return stream(run).onClose(items::close);
  }

  /**
   * Does a task with every item like {@link #imap(Iterable, Task)}, and gives results as they come.
   *
   * @param <T> the type of the items
   * @param <R> the type of the results
   * @param items read on the thread that consumes the stream
   * @param task called by several threads at the same time
   * @return the results in the order in which their chunks were done
   */
  public <T, R> Stream<R> imapUnordered(
      Iterable<? extends T> items, Task<? super T, ? extends R> task) {
    return stream(run(PoolRun.Items.of(items), task, false, false, true));
  }

  /**
   * Does a task with every element of a stream, see {@link #imapUnordered(Iterable, Task)}.
   *
   * @param <T> the type of the items
   * @param <R> the type of the results
   * @param items closed with the results
   * @param task called by several threads at the same time
   * @return the results in the order in which their chunks were done
   */
  public <T, R> Stream<R> imapUnordered(
      Stream<? extends T> items, Task<? super T, ? extends R> task) {
    PoolRun<T, R> run = run(PoolRun.Items.of(items), task, false, false, true);
    return stream(run).onClose(items::close);
  }

  /**
   * Does a task with every item like {@link #imap(Iterable, Task)}, and goes on after failures.
   *
   * @param <T> the type of the items
   * @param <R> the type of the results
   * @param items read on the thread that consumes the stream
   * @param task called by several threads at the same time
   * @return for every item its result or its failure, in the order of the items
   */
  public <T, R> Stream<Outcome<T, R>> outcomes(
      Iterable<? extends T> items, Task<? super T, ? extends R> task) {
    return stream(run(PoolRun.Items.of(items), task, true, true, true));
  }

  private static <R> Stream<R> stream(PoolRun<?, R> run) {
    return StreamSupport.stream(run, false).onClose(run::cancel);
  }

  private <T, R> PoolRun<T, R> run(
      PoolRun.Items<? extends T> items,
      Task<? super T, ?> task,
      boolean isCollecting,
      boolean isOrdered,
      boolean isBounded) {
    workers.requireOpen();
    ItemRunner<T> runner =
        new ItemRunner<>(workers, settings, Objects.requireNonNull(task, "task"), isCollecting);
    return new PoolRun<>(workers, settings, items, runner, isOrdered, isBounded);
  }

  // ---- Single tasks ----

  /**
   * Hands in one task. Callbacks are the future's: {@code thenAccept}, {@code exceptionally},
   * {@code whenComplete}; they run on the worker unless they are {@code ...Async}.
   *
   * @param <R> the type of the result
   * @param task with the pool's item timeout and retries
   * @return completes with what the task returns or throws. Cancelling it, or completing it
   *     otherwise, as {@code orTimeout} does, interrupts the task
   * @throws LanesException code CLOSED
   */
  public <R> CompletableFuture<R> submit(Callable<? extends R> task) {
    Objects.requireNonNull(task, "task");
    workers.requireOpen();
    ItemRunner<Callable<? extends R>> runner =
        new ItemRunner<>(workers, settings, Callable::call, false);
    @SuppressWarnings("unchecked")
    Callable<R> body = () -> (R) runner.run(0, task);
    return start(body, workers.isOwnThread() ? FutureTask::run : workers::execute, runner::stop);
  }

  /**
   * A future of a task, each of which ends the other.
   *
   * @param starter runs the task or hands it in
   * @param end called once, when the future is completed by whomever
   */
  private static <V> CompletableFuture<V> start(
      Callable<V> body, Consumer<? super FutureTask<V>> starter, Runnable end) {
    CompletableFuture<V> future = new CompletableFuture<>();
    FutureTask<V> task =
        new FutureTask<>(body) {
          @Override
          protected void done() {
            try {
              future.complete(get());
            } catch (ExecutionException e) {
              future.completeExceptionally(e.getCause());
            } catch (CancellationException e) {
              future.cancel(false);
            } catch (InterruptedException e) {
              throw new IllegalStateException("a finished task was waited for", e);
            }
          }
        };
    future.whenComplete(
        (value, failure) -> {
          end.run();
          task.cancel(true);
        });
    try {
      starter.accept(task);
    } catch (LanesException e) {
      task.cancel(false); // which is the end of it
      throw e;
    }
    return future;
  }

  // ---- Workers ----

  /**
   * The number of workers.
   *
   * @return how many tasks run at the same time at most
   */
  public int workers() {
    return workers.count;
  }

  /**
   * Declares a value that every worker makes for itself and keeps: what {@code initializer} is in
   * Python.
   *
   * @param <S> the type of the values
   * @param maker called on a worker when a task of it first asks
   * @return for use inside tasks
   */
  public <S> PerWorker<S> perWorker(Callable<? extends S> maker) {
    return new PerWorker<>(workers, maker);
  }

  /**
   * Starts all workers and has each do something once: load classes, make its values.
   *
   * @param action called on every worker, at the same time
   * @throws ItemException when it fails; the item is the number of a worker
   * @throws LanesException code CANCELLED, CLOSED, or STATE when called inside a task
   */
  public void warmUp(Callable<?> action) {
    Objects.requireNonNull(action, "action");
    if (workers.isOwnThread()) {
      throw new LanesException(Code.STATE, "a task cannot warm up the pool that it runs in");
    }
    // Nobody takes a second turn before everybody has had one.
    CountDownLatch arrivals = new CountDownLatch(workers.count);
    List<Integer> turns = IntStream.range(0, workers.count).boxed().toList();
    new Pool(workers)
        .withChunkSize(1)
        .map(
            turns,
            turn -> {
              arrivals.countDown();
              arrivals.await();
              return action.call();
            });
  }

  /**
   * Tells whether a task is worth sharing out, from a few items. The result also serves {@link
   * #auto} from then on.
   *
   * @param <T> the type of the items
   * @param sample at least one item; tasks that take less than 20 ms together are done several
   *     times over
   * @param task what would be done with each item
   * @return what one item and handing items over cost
   * @throws ItemException when an item fails
   * @throws LanesException code LIMIT for an empty sample, CANCELLED or CLOSED
   */
  public <T> Estimate estimate(Iterable<? extends T> sample, Task<? super T, ?> task) {
    List<T> items = new ArrayList<>();
    sample.forEach(items::add);
    if (items.isEmpty()) {
      throw new LanesException(Code.LIMIT, "an estimate needs at least one item");
    }
    Objects.requireNonNull(task, "task");
    Pool plain = new Pool(workers);
    if (!workers.isOwnThread()) {
      workers.setDispatchNanos(Estimate.timeDispatch(plain));
    }
    return workers.estimate(Estimate.await(plain.submit(() -> Estimate.time(items, task))));
  }

  // ---- The end ----

  /**
   * Interrupts all tasks and drops those that have not begun; whoever waits for them gets a {@link
   * LanesException} with code CANCELLED, and futures are cancelled. Does not wait, see {@link
   * #close}.
   */
  public void terminate() {
    workers.terminate();
  }

  /**
   * Takes no new work, waits for what was begun by {@link #submit}, {@link #map} and {@link
   * #mapAsync}, ends the threads, and closes the values of workers. Streams that are not read to
   * their end by then fail. An interrupt while it waits becomes {@link #terminate}; the interrupt
   * status stays set.
   *
   * @throws LanesException code STATE inside one of the pool's own tasks, or when a value did not
   *     close
   */
  @Override
  public void close() {
    workers.close();
  }
}
