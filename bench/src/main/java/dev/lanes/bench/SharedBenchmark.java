package dev.lanes.bench;

import dev.lanes.DType;
import dev.lanes.SharedArray;
import dev.lanes.SharedLock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Attaching, locks and atomic elements that nobody else uses, beside the JDK's within a process.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class SharedBenchmark {
  private final ReentrantLock jdkLock = new ReentrantLock();
  private final AtomicLong jdkLong = new AtomicLong();
  private SharedArray array;
  private SharedLock lock;

  /** Makes the array. */
  @Setup
  public void prepare() {
    SharedArray.sweep();
    array = SharedArray.create("benchmark-" + ProcessHandle.current().pid(), DType.INT64, 1000);
    lock = array.lock(0);
  }

  /** Removes it. */
  @TearDown
  public void remove() {
    array.unlink();
    array.close();
  }

  /** Attaches by name and closes. */
  @Benchmark
  public void attachAndClose() {
    SharedArray.attach(array.name()).close();
  }

  /** Locks and unlocks between processes. */
  @Benchmark
  public void lock() {
    lock.lock();
    lock.unlock();
  }

  /** Locks and unlocks within the process. */
  @Benchmark
  public void lockOfTheJdk() {
    jdkLock.lock();
    jdkLock.unlock();
  }

  /** Adds to a shared element. */
  @Benchmark
  public long add() {
    return array.getAndAdd(1, 7);
  }

  /** Adds to a number of this process. */
  @Benchmark
  public long addOfTheJdk() {
    return jdkLong.getAndAdd(1);
  }
}
