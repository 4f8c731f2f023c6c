package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** Long runs end when their thread is interrupted or their time is up. */
@Tag("engine")
@Timeout(60)
class WatchTest {

  /** Half a minute of work that needs no memory. */
  private static NDArray endless() {
    return NDArray.allocate(DType.FLOAT64, 1000).broadcastTo(20_000_000, 1000);
  }

  @Test
  void interruptsStopLongRunsAndStaySet() {
    Expression expression = Expression.compile("sum(sin(x) * cos(x))");
    NDArray x = endless();
    Thread caller = Thread.currentThread();
    Thread other =
        new Thread(
            () -> {
              try {
                Thread.sleep(50);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              caller.interrupt();
            });
    other.start();
    LanesException e = catchThrowableOfType(LanesException.class, () -> expression.evaluate(x));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(e.code()).isEqualTo(Code.CANCELLED);
    assertThat(e).hasMessageContaining("interrupt");
  }

  @Test
  void anInterruptBeforeALongRunStopsIt() {
    Expression expression = Expression.compile("sum(sin(x) * cos(x))");
    Thread.currentThread().interrupt();
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> expression.evaluate(endless()));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(e.code()).isEqualTo(Code.CANCELLED);
  }

  @Test
  void timeoutsStopLongRuns() {
    Expression expression =
        Expression.compile("sum(sin(x) * cos(x))").withTimeout(Duration.ofMillis(20));
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> expression.evaluate(endless()));
    assertThat(e.code()).isEqualTo(Code.CANCELLED);
    assertThat(e).hasMessageContaining("PT0.02S");
  }

  @Test
  void shortRunsAreLeftAloneAndGiveResults() {
    Expression expression = Expression.compile("sum(x + 1)").withTimeout(Duration.ofSeconds(50));
    NDArray x = NDArray.of(new double[] {1, 2, 3});
    for (int i = 0; i < 100; i++) {
      assertThat(expression.evaluate(x).getDouble()).isEqualTo(9.0);
    }
    Thread.currentThread().interrupt();
    assertThat(Expression.compile("sum(x + 1)").evaluate(x).getDouble()).isEqualTo(9.0);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aStoppedRunGivesBackTheMemoryOfItsResult() {
    long before = MemoryBudget.process().used();
    NDArray x = NDArray.allocate(DType.FLOAT64, 3_000_000);
    Expression expression = Expression.compile("sin(sin(sin(x)))").withTimeout(Duration.ofNanos(1));
    LanesException e = catchThrowableOfType(LanesException.class, () -> expression.evaluate(x));
    assertThat(e.code()).isEqualTo(Code.CANCELLED);
    x.close();
    assertThat(MemoryBudget.process().used()).isLessThan(before + 3_000_000 * Double.BYTES);
  }

  @Test
  void timeoutsAreMoreThanZero() {
    Expression expression = Expression.compile("x");
    for (Duration limit : new Duration[] {Duration.ZERO, Duration.ofMillis(-1)}) {
      LanesException e =
          catchThrowableOfType(LanesException.class, () -> expression.withTimeout(limit));
      assertThat(e.code()).isEqualTo(Code.LIMIT);
    }
  }

  private static Thread startVirtual(Runnable work) {
    try {
      return (Thread)
          Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "there are no virtual threads")
  void longRunsOfVirtualThreadsLeaveTheirCarriersToOthers() throws InterruptedException {
    Expression expression =
        Expression.compile("sum(sin(x) * cos(x))").withTimeout(Duration.ofSeconds(3));
    int carriers = Runtime.getRuntime().availableProcessors();
    CountDownLatch started = new CountDownLatch(carriers);
    AtomicInteger stopped = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < carriers; i++) {
      threads.add(
          startVirtual(
              () -> {
                started.countDown();
                LanesException e =
                    catchThrowableOfType(
                        LanesException.class, () -> expression.evaluate(endless()));
                stopped.addAndGet(e.code() == Code.CANCELLED ? 1 : 0);
              }));
    }
    started.await();
    Thread.sleep(100);
    long start = System.nanoTime();
    startVirtual(() -> {}).join();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(stopped).hasValue(carriers);
  }

  @Test
  @EnabledForJreRange(min = JRE.JAVA_21, disabledReason = "there are no virtual threads")
  void interruptsStopLongRunsOfVirtualThreadsAndStaySet() throws InterruptedException {
    AtomicBoolean isRight = new AtomicBoolean();
    Thread thread =
        startVirtual(
            () -> {
              LanesException e =
                  catchThrowableOfType(
                      LanesException.class,
                      () -> Expression.compile("sum(sin(x) * cos(x))").evaluate(endless()));
              isRight.set(e.code() == Code.CANCELLED && Thread.currentThread().isInterrupted());
            });
    Thread.sleep(100);
    thread.interrupt();
    thread.join();
    assertThat(isRight).isTrue();
  }
}
