package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ends of all kinds under load: no thread and no byte of native memory may be left behind. */
@Tag("engine")
@Timeout(60)
class PoolLoadTest {

  private static final Expression WORK = Expression.compile("sum(sin(sin(a))*cos(cos(a)))");

  private long bytesBefore;

  @BeforeEach
  void count() {
    NDArray.allocate(DType.FLOAT64, 1).close();
    bytesBefore = MemoryBudget.process().used();
  }

  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    // A thread that has done its work takes a moment to end.
    for (int i = 0; i < 200 && !poolThreads().isEmpty(); i++) {
      Thread.sleep(10);
    }
    assertThat(poolThreads()).isEmpty();
    assertThat(MemoryBudget.process().used()).isLessThanOrEqualTo(bytesBefore);
  }

  private static List<String> poolThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("lanes-pool-"))
        .toList();
  }

  /** Some milliseconds in native code, in memory that is given back whatever happens. */
  private static double compute(int item) {
    try (NDArray a = NDArray.allocate(DType.FLOAT64, 200_000);
        NDArray result = WORK.evaluate(a)) {
      return result.getDouble();
    }
  }

  private static List<Integer> range(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  @Test
  void failuresLeaveNothing() {
    for (int round = 0; round < 5; round++) {
      try (Pool pool = Pool.create(4)) {
        assertThatThrownBy(
                () ->
                    pool.map(
                        range(200),
                        i -> {
                          if (i == 50) {
                            throw new IOException("bad");
                          }
                          return compute(i);
                        }))
            .isInstanceOf(ItemException.class)
            .hasMessageStartingWith("item 50");
        assertThat(pool.outcomes(range(50), i -> compute(i) / (i / 25)).count()).isEqualTo(50);
        assertThat(pool.withRetries(2).map(range(20), PoolLoadTest::compute)).hasSize(20);
      }
    }
  }

  @Test
  void timeoutsLeaveNothing() {
    for (int round = 0; round < 5; round++) {
      try (Pool pool = Pool.create(4)) {
        Pool late = pool.withTimeout(Duration.ofMillis(30));
        LanesException e =
            catchThrowableOfType(
                LanesException.class, () -> late.map(range(100_000), PoolLoadTest::compute));
        assertThat(e.code()).isEqualTo(Code.CANCELLED);
        assertThat(
                pool.withItemTimeout(Duration.ofMillis(5))
                    .outcomes(
                        range(12),
                        i -> {
                          for (int k = 0; k < 1000 * (i % 2); k++) {
                            compute(k);
                          }
                          return i;
                        })
                    .filter(Outcome::isSuccess)
                    .map(Outcome::item))
            .isSubsetOf(0, 2, 4, 6, 8, 10); // a busy machine may make any of them late
      }
    }
  }

  @Test
  void interruptsLeaveNothing() throws Exception {
    for (int round = 0; round < 5; round++) {
      try (Pool pool = Pool.create(4)) {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Code> ended = new CompletableFuture<>();
        Thread thread =
            new Thread(
                () -> {
                  try {
                    pool.map(
                        range(100_000),
                        i -> {
                          begun.countDown();
                          return compute(i);
                        });
                  } catch (LanesException e) {
                    ended.complete(e.code());
                  }
                });
        thread.start();
        begun.await();
        thread.interrupt();
        assertThat(ended.get(20, TimeUnit.SECONDS)).isEqualTo(Code.CANCELLED);
        thread.join();
      }
    }
  }

  @Test
  void closeWaitsForWhatWasBegunAndRefusesTheRest() throws Exception {
    Pool pool = Pool.create(4);
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<List<Double>> map =
        pool.mapAsync(
            range(50),
            i -> {
              begun.countDown();
              return compute(i);
            });
    List<CompletableFuture<Double>> single =
        range(50).stream().map(i -> pool.submit(() -> compute(i))).toList();
    Stream<Double> stream = pool.imap(range(100_000), PoolLoadTest::compute);
    assertThat(stream.iterator().next()).isZero();
    begun.await();
    pool.close();
    assertThat(map).isCompleted();
    assertThat(map.join()).hasSize(50);
    assertThat(single).allMatch(future -> future.isDone() && !future.isCompletedExceptionally());
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> pool.map(range(1), i -> i),
            () -> pool.auto().map(range(1), i -> i),
            () -> pool.mapAsync(range(1), i -> i),
            () -> pool.imap(range(1), i -> i),
            () -> pool.submit(() -> 1),
            () -> pool.warmUp(() -> 1))) {
      LanesException e = catchThrowableOfType(LanesException.class, call);
      assertThat(e.code()).isEqualTo(Code.CLOSED);
    }
    pool.close();
    pool.terminate();
  }

  @Test
  void terminateEndsAllThatRuns() throws Exception {
    for (int round = 0; round < 5; round++) {
      CountDownLatch begun = new CountDownLatch(4);
      List<CompletableFuture<?>> futures = new ArrayList<>();
      CompletableFuture<Throwable> inAnotherThread = new CompletableFuture<>();
      try (Pool pool = Pool.create(4)) {
        futures.add(pool.mapAsync(range(100_000), PoolLoadTest::compute));
        for (int i = 0; i < 100; i++) {
          futures.add(
              pool.submit(
                  () -> {
                    begun.countDown();
                    for (int k = 0; ; k++) {
                      compute(k);
                    }
                  }));
        }
        Thread thread =
            new Thread(
                () -> {
                  try {
                    pool.map(range(100_000), PoolLoadTest::compute);
                  } catch (LanesException e) {
                    inAnotherThread.complete(e);
                  }
                });
        thread.start();
        begun.await();
        pool.terminate();
      }
      assertThat(futures).allMatch(CompletableFuture::isCompletedExceptionally);
      LanesException e = (LanesException) inAnotherThread.get(20, TimeUnit.SECONDS);
      assertThat(e.code()).isIn(Code.CANCELLED, Code.CLOSED);
    }
  }

  @Test
  void anInterruptedCloseTerminatesAndStaysInterrupted() throws Exception {
    Pool pool = Pool.create(2);
    CountDownLatch begun = new CountDownLatch(1);
    CompletableFuture<Object> endless =
        pool.submit(
            () -> {
              begun.countDown();
              for (int k = 0; ; k++) {
                compute(k);
              }
            });
    begun.await();
    Thread.currentThread().interrupt();
    pool.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(endless).isCompletedExceptionally();
  }

  @Test
  void aTaskCannotCloseItsPool() {
    try (Pool pool = Pool.create(2)) {
      Pool.Task<Pool, Object> closing =
          each -> {
            each.close();
            return each;
          };
      assertThatThrownBy(() -> pool.map(List.of(pool), closing))
          .hasMessageContaining("a task cannot close the pool");
    }
  }

  @Test
  void tasksOfManyThreadsShareThePool() throws Exception {
    try (Pool pool = Pool.create(3)) {
      LongAdder sum = new LongAdder();
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 8; t++) {
        threads.add(
            new Thread(
                () -> {
                  for (int round = 0; round < 20; round++) {
                    pool.map(range(500), i -> i).forEach(sum::add);
                    pool.imap(range(500).stream(), i -> i).forEach(sum::add);
                  }
                }));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(sum.sum()).isEqualTo(8L * 20 * 2 * 500 * 499 / 2);
    }
  }

  /** The other process of the next test. */
  static final class TenMillionItems {
    public static void main(String[] arguments) {
      long sum = 0;
      try (Pool pool = Pool.create(2)) {
        Stream<Long> items = Stream.iterate(0L, i -> i + 1).limit(10_000_000);
        try (Stream<Long> results = pool.imap(items, i -> 2 * i)) {
          sum = results.mapToLong(Long::longValue).sum();
        }
      }
      System.out.println(sum);
    }
  }

  @Test
  void tenMillionItemsOfALazyStreamPassThroughASmallHeap() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                ManagementFactory.getRuntimeMXBean().getClassPath(),
                TenMillionItems.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output.strip()).isEqualTo("99999990000000");
  }
}
