package dev.lanes.bench;

import dev.lanes.Pool;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A task over many items: the pool beside what the JDK offers. One invocation does all items.
 *
 * <pre>{@code
 * java -cp bench/target/benchmarks.jar org.openjdk.jmh.Main PoolBenchmark
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class PoolBenchmark {

  /** What is done with an item. */
  public enum Work {
    /** A few nanoseconds. */
    SQUARE {
      @Override
      long apply(long item) {
        return item * item;
      }
    },
    /** Some microseconds. */
    HASH {
      @Override
      long apply(long item) {
        long state = item;
        for (int i = 0; i < 3000; i++) {
          state = (state ^ state >>> 29) * 0xbf58476d1ce4e5b9L;
        }
        return state;
      }
    };

    abstract long apply(long item);
  }

  /** Items. */
  @Param({"10", "1000", "1000000"})
  public int n;

  /** What is done with each. */
  @Param({"SQUARE", "HASH"})
  public Work work;

  private List<Long> items;
  private Pool pool;
  private Pool auto;
  private ForkJoinPool forkJoin;
  private ExecutorService executor;

  /** Makes the items and checks that all peers give the same. */
  @Setup
  public void prepare() throws Exception {
    if (work == Work.HASH && n > 100_000) {
      n = 10_000; // a million would take seconds for one invocation
    }
    items = LongStream.range(0, n).boxed().toList();
    int workers = Runtime.getRuntime().availableProcessors();
    pool = Pool.create(workers);
    auto = pool.auto();
    forkJoin = new ForkJoinPool(workers);
    executor = Executors.newFixedThreadPool(workers);
    List<Long> expected = loop();
    for (List<Long> other :
        List.of(poolMap(), poolAuto(), poolImap(), parallelStream(), forkJoin(), invokeAll())) {
      if (!other.equals(expected)) {
        throw new IllegalStateException("the peers differ");
      }
    }
  }

  /** Ends all threads. */
  @TearDown
  public void close() {
    pool.close();
    forkJoin.shutdown();
    executor.shutdown();
  }

  /**
   * The plain loop.
   *
   * @return the results
   */
  @Benchmark
  public List<Long> loop() {
    List<Long> results = new ArrayList<>(items.size());
    for (Long item : items) {
      results.add(work.apply(item));
    }
    return results;
  }

  /**
   * The pool, always on its workers.
   *
   * @return the results
   */
  @Benchmark
  public List<Long> poolMap() {
    return pool.map(items, work::apply);
  }

  /**
   * The pool where that looks worth it.
   *
   * @return the results
   */
  @Benchmark
  public List<Long> poolAuto() {
    return auto.map(items, work::apply);
  }

  /**
   * The pool, lazily.
   *
   * @return the results
   */
  @Benchmark
  public List<Long> poolImap() {
    return pool.imap(items, work::apply).toList();
  }

  /**
   * The JDK's parallel stream.
   *
   * @return the results
   */
  @Benchmark
  public List<Long> parallelStream() {
    return items.parallelStream().map(work::apply).toList();
  }

  /**
   * A parallel stream in a pool of its own.
   *
   * @return the results
   * @throws Exception never
   */
  @Benchmark
  public List<Long> forkJoin() throws Exception {
    return forkJoin.submit(() -> items.parallelStream().map(work::apply).toList()).get();
  }

  /**
   * A callable for each item.
   *
   * @return the results
   * @throws Exception never
   */
  @Benchmark
  public List<Long> invokeAll() throws Exception {
    List<Callable<Long>> tasks = new ArrayList<>(items.size());
    for (Long item : items) {
      tasks.add(() -> work.apply(item));
    }
    List<Long> results = new ArrayList<>(items.size());
    for (Future<Long> future : executor.invokeAll(tasks)) {
      results.add(future.get());
    }
    return results;
  }
}
