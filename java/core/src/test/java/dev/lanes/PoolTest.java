package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PoolTest {

  private final Pool pool = Pool.create(3);

  @AfterEach
  void closePool() {
    pool.close();
  }

  private static List<Integer> range(int n) {
    return IntStream.range(0, n).boxed().toList();
  }

  private static void assertFails(Code code, String message, ThrowingCallable call) {
    LanesException e = catchThrowableOfType(LanesException.class, call);
    assertThat(e).isNotNull();
    assertThat(e).hasMessageContaining(message);
    assertThat(e.code()).isEqualTo(code);
  }

  private static Object sleep(Object item) throws InterruptedException {
    Thread.sleep(20_000);
    return item;
  }

  // ---- Results ----

  @Test
  void mapKeepsTheOrderOverListsStreamsAndIterators() {
    List<Integer> expected = IntStream.range(0, 10_000).map(i -> i * i).boxed().toList();
    assertThat(pool.map(range(10_000), i -> i * i)).isEqualTo(expected);
    assertThat(pool.map(IntStream.range(0, 10_000).boxed(), i -> i * i)).isEqualTo(expected);
    Iterator<Integer> iterator = range(10_000).iterator();
    assertThat(pool.map(() -> iterator, i -> i * i)).isEqualTo(expected);
    assertThat(pool.imap(range(10_000), i -> i * i)).containsExactlyElementsOf(expected);
    assertThat(pool.auto().map(range(10_000), i -> i * i)).isEqualTo(expected);
    assertThat(pool.auto().imap(range(10_000), i -> i * i)).containsExactlyElementsOf(expected);
    assertThat(pool.imapUnordered(range(10_000), i -> i * i))
        .containsExactlyInAnyOrderElementsOf(expected);
    assertThat(pool.mapAsync(range(10_000), i -> i * i).join()).isEqualTo(expected);
  }

  @Test
  void noItemsAndNullsAreFine() {
    assertThat(pool.map(List.of(), Object::toString)).isEmpty();
    assertThat(pool.imap(Stream.empty(), Object::toString)).isEmpty();
    assertThat(pool.mapAsync(List.of(), Object::toString).join()).isEmpty();
    assertThat(pool.map(Arrays.asList(1, null, 3), item -> item)).containsExactly(1, null, 3);
    assertThat(pool.imap(Arrays.asList(null, "x"), Objects::isNull)).containsExactly(true, false);
    assertThatThrownBy(() -> pool.map((List<String>) null, s -> s))
        .isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> pool.map(List.of(1), null)).isInstanceOf(NullPointerException.class);
  }

  @Test
  void pairsAreTakenApart() {
    Map<String, Integer> map = new TreeMap<>(Map.of("a", 1, "b", 2, "c", 3));
    assertThat(pool.starmap(map.entrySet(), String::repeat)).containsExactly("a", "bb", "ccc");
  }

  @Test
  void submitGivesAFutureWithTheCallbacksOfTheJdk() throws Exception {
    CompletableFuture<String> seen = new CompletableFuture<>();
    pool.submit(() -> 6 * 7).thenAccept(result -> seen.complete("got " + result));
    assertThat(seen.get()).isEqualTo("got 42");
    CompletableFuture<Throwable> error = new CompletableFuture<>();
    pool.<Object>submit(
            () -> {
              throw new IOException("no");
            })
        .whenComplete((result, failure) -> error.complete(failure));
    assertThat(error.get()).isInstanceOf(IOException.class).hasMessage("no");
  }

  // ---- Laziness ----

  @Test
  void imapReadsNoFurtherThanItsWindow() {
    AtomicInteger read = new AtomicInteger();
    Stream<Integer> endless = Stream.iterate(0, i -> i + 1).peek(i -> read.incrementAndGet());
    try (Stream<Integer> results = pool.withWindow(10).imap(endless, i -> -i)) {
      assertThat(read).hasValue(0);
      Iterator<Integer> iterator = results.iterator();
      for (int i = 0; i < 1000; i++) {
        assertThat(iterator.next()).isEqualTo(-i);
        assertThat(read.get()).isLessThanOrEqualTo(i + 12);
      }
    }
  }

  @Test
  void aSlowItemDoesNotHoldBackUnorderedResults() {
    CountDownLatch gate = new CountDownLatch(1);
    try (Stream<Integer> results =
        pool.withChunkSize(1)
            .imapUnordered(
                range(5),
                i -> {
                  if (i == 0) {
                    gate.await();
                  }
                  return i;
                })) {
      Iterator<Integer> iterator = results.iterator();
      List<Integer> first = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        first.add(iterator.next());
      }
      assertThat(first).containsExactlyInAnyOrder(1, 2, 3, 4);
      gate.countDown();
      assertThat(iterator.next()).isEqualTo(0);
      assertThat(iterator.hasNext()).isFalse();
    }
  }

  @Test
  void aResultStreamThatIsClosedInterruptsItsTasksAndClosesItsSource() throws Exception {
    CountDownLatch begun = new CountDownLatch(2);
    CountDownLatch interrupted = new CountDownLatch(2);
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Stream<Integer> source = range(100).stream().onClose(() -> closed.complete(null));
    try (Stream<Object> results =
        pool.withChunkSize(1)
            .imap(
                source,
                i -> {
                  if (i > 0) {
                    begun.countDown();
                  }
                  try {
                    return i == 0 ? i : sleep(i);
                  } catch (InterruptedException e) {
                    interrupted.countDown();
                    throw e;
                  }
                })) {
      assertThat(results.iterator().next()).isEqualTo(0);
      begun.await();
    }
    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(closed).isCompleted();
  }

  @Test
  void aBrokenSourceEndsTheRunWithItsOwnException() {
    Iterable<Integer> broken =
        () ->
            Stream.iterate(0, i -> i + 1)
                .peek(
                    i -> {
                      if (i == 20) {
                        throw new IllegalStateException("source");
                      }
                    })
                .iterator();
    assertThatThrownBy(() -> pool.map(broken, i -> i)).hasMessage("source");
    assertThatThrownBy(() -> pool.auto().map(broken, i -> i)).hasMessage("source");
    assertThatThrownBy(() -> pool.imap(broken, i -> i).toList()).hasMessage("source");
  }

  // ---- Failures ----

  private static Integer failAt17(Integer item) throws IOException {
    if (item == 17) {
      throw new IOException("bad");
    }
    return item;
  }

  @Test
  void theFirstFailureNamesItsItem() {
    for (Pool each : List.of(pool, pool.withChunkSize(5), pool.auto(), pool.withRetries(2))) {
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> each.map(range(100), PoolTest::failAt17),
              () -> each.imap(range(100), PoolTest::failAt17).toList(),
              () -> each.imapUnordered(range(100), PoolTest::failAt17).toList())) {
        ItemException e = catchThrowableOfType(ItemException.class, call);
        assertThat(e).hasMessage("item 17 (17): java.io.IOException: bad");
        assertThat(e).hasCauseExactlyInstanceOf(IOException.class);
        assertThat(e.index()).isEqualTo(17);
        assertThat(e.item()).isEqualTo(17);
      }
    }
    assertThatThrownBy(() -> pool.mapAsync(range(100), PoolTest::failAt17).join())
        .isInstanceOf(CompletionException.class)
        .hasCauseInstanceOf(ItemException.class);
  }

  @Test
  void theFirstFailureInterruptsTheOthers() {
    AtomicInteger begun = new AtomicInteger();
    long start = System.nanoTime();
    ItemException e =
        catchThrowableOfType(
            ItemException.class,
            () ->
                pool.withChunkSize(1)
                    .map(
                        range(1000),
                        i -> {
                          begun.incrementAndGet();
                          if (i == 1) {
                            throw new AssertionError("an Error counts too");
                          }
                          return sleep(i);
                        }));
    assertThat(e.index()).isEqualTo(1);
    assertThat(e).hasCauseInstanceOf(AssertionError.class);
    assertThat(begun.get()).isLessThan(10);
    assertThat(System.nanoTime() - start).isLessThan(10_000_000_000L);
  }

  @Test
  void anItemWhoseTextIsBrokenOrLongIsStillNamed() {
    Object broken =
        new Object() {
          @Override
          public String toString() {
            throw new IllegalStateException();
          }
        };
    for (Object item : List.of(broken, "x".repeat(10_000))) {
      ItemException e =
          catchThrowableOfType(
              ItemException.class, () -> pool.map(List.of(item), i -> Integer.parseInt("z")));
      assertThat(e.item()).isSameAs(item);
      assertThat(e.getMessage().length()).isLessThan(300);
    }
  }

  @Test
  void outcomesHaveEveryResultAndEveryFailure() {
    for (Pool each : List.of(pool, pool.withChunkSize(7), pool.auto())) {
      List<Outcome<Integer, Integer>> outcomes =
          each.outcomes(range(100), i -> 100 / (i % 10)).toList();
      assertThat(outcomes).hasSize(100);
      for (Outcome<Integer, Integer> outcome : outcomes) {
        assertThat(outcome.index()).isEqualTo((long) outcome.item());
        if (outcome.item() % 10 == 0) {
          assertThat(outcome.failure()).isInstanceOf(ArithmeticException.class);
          assertThatThrownBy(outcome::get).isInstanceOf(ItemException.class);
        } else {
          assertThat(outcome.get()).isEqualTo(100 / (outcome.item() % 10));
        }
      }
    }
  }

  @Test
  void failedItemsAreTriedAgain() {
    for (Pool each : List.of(pool, pool.auto())) {
      Map<Integer, AtomicInteger> tries = new ConcurrentHashMap<>();
      Pool.Task<Integer, Integer> flaky =
          i -> {
            int count = tries.computeIfAbsent(i, k -> new AtomicInteger()).incrementAndGet();
            if (count <= i % 4) {
              throw new IOException("try " + count);
            }
            return count;
          };
      assertThat(each.withRetries(3).map(range(50), flaky))
          .isEqualTo(range(50).stream().map(i -> i % 4 + 1).toList());
      tries.clear();
      assertThatThrownBy(() -> each.withRetries(2).map(List.of(3), flaky))
          .hasMessage("item 0 (3): java.io.IOException: try 3");
    }
  }

  // ---- Time ----

  @Test
  void anItemThatTakesTooLongFailsAndTheOthersGoOn() {
    for (Pool each : List.of(pool, pool.withChunkSize(10), pool.auto())) {
      List<Outcome<Integer, Object>> outcomes =
          each.withItemTimeout(Duration.ofMillis(200))
              .outcomes(range(20), i -> i % 10 == 3 ? sleep(i) : i)
              .toList();
      for (Outcome<Integer, Object> outcome : outcomes) {
        assertThat(outcome.isSuccess()).isEqualTo(outcome.item() % 10 != 3);
      }
      assertThat(outcomes.get(3).failure())
          .isInstanceOf(TimeoutException.class)
          .hasMessageContaining("PT0.2S");
    }
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void aRunThatTakesTooLongIsStopped() {
    for (Pool each : List.of(pool, pool.auto())) {
      Pool timed = each.withTimeout(Duration.ofMillis(100));
      assertFails(Code.CANCELLED, "of 100 items", () -> timed.map(range(100), PoolTest::sleep));
      assertFails(
          Code.CANCELLED,
          "PT0.1S",
          () -> timed.withRetries(5).outcomes(range(100), PoolTest::sleep).toList());
      assertThat(Thread.interrupted()).isFalse();
      assertThat(timed.map(range(10), i -> i)).isEqualTo(range(10));
    }
  }

  @Test
  void aLateItemInANativeKernelStops() {
    NDArray big = NDArray.allocate(DType.FLOAT64, 1 << 22);
    Expression slow = Expression.compile("sin(sin(sin(sin(sin(sin(sin(sin(a))))))))");
    long start = System.nanoTime();
    List<Outcome<NDArray, NDArray>> outcomes =
        pool.withItemTimeout(Duration.ofMillis(10))
            .outcomes(
                List.of(big, big),
                a -> {
                  for (int i = 0; i < 200; i++) {
                    slow.evaluate(a).close();
                  }
                  return a;
                })
            .toList();
    assertThat(outcomes).allMatch(o -> o.failure() instanceof TimeoutException);
    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
    big.close();
  }

  @Test
  void anInterruptEndsARunAndStaysSet() throws Exception {
    for (Pool each : List.of(pool, pool.auto())) {
      CompletableFuture<Object> ended = new CompletableFuture<>();
      CountDownLatch begun = new CountDownLatch(1);
      Thread thread =
          new Thread(
              () -> {
                try {
                  each.withRetries(3)
                      .map(
                          range(100),
                          i -> {
                            begun.countDown();
                            return sleep(i);
                          });
                } catch (LanesException e) {
                  ended.complete(e.code() + " " + Thread.currentThread().isInterrupted());
                } catch (Throwable e) {
                  ended.completeExceptionally(e);
                }
              });
      thread.start();
      begun.await();
      thread.interrupt();
      assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo("CANCELLED true");
      thread.join();
    }
  }

  @Test
  void aFutureThatIsCancelledOrLateInterruptsItsTask() throws Exception {
    for (boolean isCancelled : new boolean[] {true, false}) {
      CompletableFuture<Integer> interrupted = new CompletableFuture<>();
      AtomicInteger tries = new AtomicInteger();
      CountDownLatch begun = new CountDownLatch(1);
      CompletableFuture<Object> future =
          pool.withRetries(5)
              .submit(
                  () -> {
                    tries.incrementAndGet();
                    begun.countDown();
                    try {
                      return sleep(1);
                    } catch (InterruptedException e) {
                      interrupted.complete(tries.get());
                      throw e;
                    }
                  });
      begun.await();
      if (isCancelled) {
        future.cancel(true);
        assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
      } else {
        future.orTimeout(10, TimeUnit.MILLISECONDS);
        assertThatThrownBy(future::join).hasCauseInstanceOf(TimeoutException.class);
      }
      assertThat(interrupted.get(10, TimeUnit.SECONDS)).isEqualTo(1);
    }
    CompletableFuture<List<Object>> map = pool.mapAsync(range(100), PoolTest::sleep);
    map.cancel(true);
    assertThat(pool.map(range(10), i -> i)).isEqualTo(range(10));
  }

  // ---- Workers ----

  @Test
  void everyWorkerKeepsItsValueUntilThePoolCloses() {
    AtomicInteger closed = new AtomicInteger();
    Set<Object> made = ConcurrentHashMap.newKeySet();
    AtomicInteger users = new AtomicInteger();
    record Scratch(AtomicInteger closed, AtomicInteger inUse) implements AutoCloseable {
      @Override
      public void close() {
        closed.incrementAndGet();
      }

      @Override
      public boolean equals(Object other) {
        return this == other;
      }

      @Override
      public int hashCode() {
        return System.identityHashCode(this);
      }
    }
    try (Pool other = Pool.create(4)) {
      PerWorker<Scratch> scratch =
          other.perWorker(
              () -> {
                Scratch value = new Scratch(closed, new AtomicInteger());
                made.add(value);
                return value;
              });
      other.warmUp(scratch::get);
      assertThat(made).hasSize(4);
      other.map(
          range(5000),
          i -> {
            AtomicInteger inUse = scratch.get().inUse;
            users.accumulateAndGet(inUse.incrementAndGet(), Math::max);
            return inUse.decrementAndGet();
          });
      assertThat(made).hasSize(4);
      assertThat(users).hasValue(1);
      assertThat(closed).hasValue(0);
      assertFails(Code.STATE, "inside the tasks", scratch::get);
      assertThat(other.auto().map(range(3), i -> scratch.get() != null)).doesNotContain(false);
    }
    assertThat(closed).hasValue(made.size());
  }

  @Test
  void aValueThatDoesNotCloseIsReported() {
    Pool other = Pool.create(2);
    PerWorker<AutoCloseable> values =
        other.perWorker(
            () ->
                () -> {
                  throw new IOException("stuck");
                });
    other.warmUp(values::get);
    assertFails(Code.STATE, "stuck", other::close);
    other.close();
  }

  @Test
  void aTaskMayUseItsOwnPool() {
    List<Integer> sums =
        pool.map(
            range(20),
            i -> {
              Thread outer = Thread.currentThread();
              int sum = 0;
              for (int part : pool.map(range(10), k -> Thread.currentThread() == outer ? k : 99)) {
                sum += part;
              }
              return sum
                  + pool.submit(() -> 1).join()
                  + pool.mapAsync(range(2), k -> k).join().size()
                  + (int) pool.imap(range(2), k -> k).count();
            });
    assertThat(sums).containsOnly(45 + 1 + 2 + 2).hasSize(20);
    // Callbacks that run on a worker are inside the pool too.
    assertThat(
            range(50).stream()
                .map(i -> pool.submit(() -> i).thenApply(k -> pool.map(range(k), x -> x).size()))
                .toList()
                .stream()
                .map(CompletableFuture::join))
        .isEqualTo(range(50));
  }

  @Test
  void insideATaskTheEngineHasOneThread() {
    assertThat(pool.map(range(8), i -> Threads.forWork(1e9, 0))).containsOnly(1);
    assertThat(Threads.forWork(1e9, 7)).isEqualTo(7);
  }

  @Test
  void virtualThreadsServeTasksThatWait() {
    if (Runtime.version().feature() < 21) {
      assertFails(Code.STATE, "Java 21", () -> Pool.virtual(10));
      return;
    }
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (Pool many = Pool.virtual(200)) {
      PerWorker<Object> values = many.perWorker(Object::new);
      List<Integer> results =
          many.withChunkSize(1)
              .map(
                  range(1000),
                  i -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    values.get();
                    Thread.sleep(10);
                    running.decrementAndGet();
                    return i;
                  });
      assertThat(results).isEqualTo(range(1000));
    }
    assertThat(most.get()).isBetween(50, 200);
  }

  // ---- Progress and estimates ----

  @Test
  void progressNeverGoesBackAndEndsAtTheEnd() {
    for (Pool each : List.of(pool, pool.auto())) {
      List<Progress> seen = Collections.synchronizedList(new ArrayList<>());
      each.withProgress(seen::add).outcomes(range(60), i -> sleepShortly(i) / (i % 2)).toList();
      assertThat(seen.size()).isBetween(2, 20);
      long before = 0;
      for (Progress progress : seen) {
        assertThat(progress.done()).isGreaterThanOrEqualTo(before);
        assertThat(progress.total()).hasValue(60);
        before = progress.done();
      }
      Progress last = seen.get(seen.size() - 1);
      assertThat(last.done()).isEqualTo(60);
      assertThat(last.failed()).isEqualTo(30);
      assertThat(last.isComplete()).isTrue();
      assertThat(last.timeLeft()).hasValue(Duration.ZERO);
      assertThat(last.rate()).isPositive();
    }
    List<Progress> seen = new ArrayList<>();
    pool.withProgress(seen::add).map(range(10).stream().filter(i -> i > 2), i -> i);
    assertThat(seen.get(seen.size() - 1).done()).isEqualTo(7);
    assertThat(seen.get(seen.size() - 1).total()).isEmpty();
    assertThat(seen.get(seen.size() - 1).timeLeft()).isEmpty();
  }

  private static int sleepShortly(int item) throws InterruptedException {
    Thread.sleep(15);
    return item;
  }

  @Test
  void aListenerThatThrowsEndsTheRun() {
    Pool told =
        pool.withProgress(
            progress -> {
              throw new IllegalStateException("listener");
            });
    assertThatThrownBy(() -> told.map(range(10), i -> i)).hasMessage("listener");
  }

  @Test
  void anEstimateTellsWhatIsWorthIt() {
    Estimate trivial = pool.estimate(range(100), i -> i + 1);
    assertThat(trivial.isWorthIt(100)).isFalse();
    assertThat(trivial.chunkSize()).isGreaterThan(100);
    assertThat(trivial.dispatchNanos()).isBetween(100.0, 1e8);
    Estimate waiting = pool.estimate(List.of(1, 2), PoolTest::sleepShortly);
    assertThat(waiting.nanosPerItem()).isGreaterThan(15e6);
    assertThat(waiting.isWorthIt(100)).isTrue();
    assertThat(waiting.isWorthIt(1)).isFalse();
    assertThat(waiting.gain(300)).isBetween(2.5, 3.0);
    assertThat(waiting.chunkSize()).isEqualTo(1);
    assertFails(Code.LIMIT, "at least one", () -> pool.estimate(List.of(), i -> i));
    assertThatThrownBy(() -> pool.estimate(List.of(4, 17), PoolTest::failAt17))
        .isInstanceOf(ItemException.class)
        .hasMessageStartingWith("item 1 (17)");
  }

  @Test
  void autoUsesWorkersForWorkThatIsWorthItOnly() {
    Thread caller = Thread.currentThread();
    assertThat(pool.auto().map(range(100), i -> Thread.currentThread())).containsOnly(caller);
    Set<Thread> threads =
        Set.copyOf(
            pool.auto()
                .map(
                    range(100),
                    i -> {
                      Thread.sleep(2);
                      return Thread.currentThread();
                    }));
    assertThat(threads).hasSize(4).contains(caller);
  }

  // ---- Limits ----

  @Test
  void badNumbersAreRefused() {
    assertFails(Code.LIMIT, "not 0", () -> Pool.create(0));
    assertFails(Code.LIMIT, "not 1000000", () -> Pool.create(1_000_000));
    assertFails(Code.LIMIT, "not -1", () -> Pool.virtual(-1));
    assertFails(Code.LIMIT, "chunk size", () -> pool.withChunkSize(0));
    assertFails(Code.LIMIT, "window", () -> pool.withWindow(0));
    assertFails(Code.LIMIT, "retries", () -> pool.withRetries(-1));
    assertFails(Code.LIMIT, "timeout", () -> pool.withTimeout(Duration.ZERO));
    assertFails(Code.LIMIT, "timeout", () -> pool.withItemTimeout(Duration.ofDays(-1)));
    assertThat(
            pool.withTimeout(Duration.ofSeconds(Long.MAX_VALUE))
                .withItemTimeout(Duration.ofSeconds(Long.MAX_VALUE))
                .map(range(3), i -> i))
        .isEqualTo(range(3));
    assertThat(pool.withChunkSize(Integer.MAX_VALUE).map(range(3), i -> i)).isEqualTo(range(3));
  }
}
