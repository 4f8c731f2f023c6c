package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Locks, events and semaphores between threads, and between processes that die. */
@Tag("engine")
@Timeout(60)
class SharedLockTest {
  private static final int LOCK_WORD = SharedHeader.SYNC + 8;
  private static final int SEMAPHORE_WORDS = SharedHeader.SYNC + 16 * 64 + 64;

  private String name;
  private SharedArray array;

  @BeforeEach
  void make() {
    name = SharedNames.fresh();
    array = SharedArray.create(name, DType.INT64, 4);
  }

  @AfterEach
  void remove() throws IOException {
    array.unlink();
    array.close();
    assertThat(SharedNames.leftOf(name)).isEmpty();
  }

  /** A word that says that another process is the holder. */
  private static long word(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    long start = Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19]);
    return new ProcessStamp(pid, start, 0).word();
  }

  private void put(int at, long word) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(0, word);
    try (FileChannel channel = FileChannel.open(SharedNames.file(name), StandardOpenOption.WRITE)) {
      channel.write(bytes, at);
    }
  }

  private static Process sleeper() throws IOException {
    return new ProcessBuilder("sleep", "60").start();
  }

  @Test
  void oneThreadAtATime() throws Exception {
    try (SharedArray other = SharedArray.attach(name)) {
      List<CompletableFuture<Void>> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        SharedArray mine = t % 2 == 0 ? array : other;
        threads.add(
            CompletableFuture.runAsync(
                () -> {
                  for (int i = 0; i < 5_000; i++) {
                    SharedLock lock = mine.lock(3);
                    lock.lock();
                    try {
                      mine.array().setLong(mine.array().getLong(0) + 1, 0);
                    } finally {
                      lock.unlock();
                    }
                  }
                }));
      }
      for (CompletableFuture<Void> each : threads) {
        each.get();
      }
      assertThat(array.array().getLong(0)).isEqualTo(20_000);
    }
  }

  @Test
  void aThreadMayLockAgain() throws Exception {
    SharedLock lock = array.lock(0);
    SharedLock same = array.lock(0);
    lock.lock();
    assertThat(same.tryLock()).isTrue();
    same.lockInterruptibly();
    same.unlock();
    lock.unlock();
    assertThat(lock.isLocked()).isTrue();
    assertThat(lock.holderDied()).isFalse();
    assertThat(CompletableFuture.supplyAsync(same::tryLock).get()).isFalse();
    assertThat(array.lock(1).isLocked()).isFalse();
    lock.unlock();
    assertThat(lock.isLocked()).isFalse();
    assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
    assertThatThrownBy(lock::holderDied).isInstanceOf(IllegalMonitorStateException.class);
    assertThatThrownBy(lock::newCondition).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void waitsForALivingHolderUntilTheTimeIsOver() throws Exception {
    Process holder = sleeper();
    put(LOCK_WORD, word(holder.pid()));
    SharedLock lock = array.lock(0);
    assertThat(lock.tryLock()).isFalse();
    assertThat(lock.isLocked()).isTrue();
    long start = System.nanoTime();
    assertThat(lock.tryLock(50, TimeUnit.MILLISECONDS)).isFalse();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000);
    assertThat(lock.tryLock(-1, TimeUnit.SECONDS)).isFalse();
    holder.destroyForcibly().waitFor();
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    Process holder = sleeper();
    put(LOCK_WORD, word(holder.pid()));
    Thread me = Thread.currentThread();
    CompletableFuture.delayedExecutor(30, TimeUnit.MILLISECONDS).execute(me::interrupt);
    assertThatThrownBy(() -> array.lock(0).lockInterruptibly())
        .isInstanceOf(InterruptedException.class);
    assertThat(me.isInterrupted()).isFalse();
    me.interrupt();
    CompletableFuture.delayedExecutor(30, TimeUnit.MILLISECONDS).execute(holder::destroyForcibly);
    array.lock(0).lock();
    assertThat(Thread.interrupted()).as("kept").isTrue();
    array.lock(0).unlock();
  }

  @Test
  void theLockOfADeadProcessIsTakenAndThatIsSaid() throws Exception {
    Process holder = sleeper();
    put(LOCK_WORD, word(holder.pid()));
    SharedLock lock = array.lock(0);
    CompletableFuture.delayedExecutor(30, TimeUnit.MILLISECONDS).execute(holder::destroyForcibly);
    lock.lock();
    assertThat(lock.holderDied()).isTrue();
    lock.lock();
    assertThat(lock.holderDied()).isTrue();
    lock.unlock();
    lock.unlock();
    assertThat(lock.tryLock()).isTrue();
    assertThat(lock.holderDied()).isFalse();
    lock.unlock();
  }

  @Test
  void aProcessThatOnlyWaitsForItsParentIsDead() throws Exception {
    Process parent = new ProcessBuilder("sh", "-c", "sleep 0.2 & echo $!; exec sleep 60").start();
    long child = Long.parseLong(parent.inputReader().readLine());
    put(LOCK_WORD, word(child));
    array.lock(0).lock();
    assertThat(Path.of("/proc/" + child + "/stat")).exists();
    assertThat(array.lock(0).holderDied()).isTrue();
    array.lock(0).unlock();
    parent.destroyForcibly().waitFor();
  }

  @Test
  void aLaterProcessOfTheSameNumberIsNotTheHolder() throws Exception {
    long me = ProcessStamp.current().pid();
    put(LOCK_WORD, new ProcessStamp(me, ProcessStamp.current().start() - 1, 0).word());
    assertThat(array.lock(0).tryLock()).isTrue();
    assertThat(array.lock(0).holderDied()).isTrue();
    array.lock(0).unlock();
  }

  @Test
  void permitsAreCounted() throws Exception {
    SharedSemaphore two = array.semaphore(0, 2);
    two.acquire();
    assertThat(array.semaphore(0, 2).tryAcquire()).isTrue();
    assertThat(two.availablePermits()).isZero();
    assertThat(two.tryAcquire()).isFalse();
    assertThat(two.tryAcquire(20, TimeUnit.MILLISECONDS)).isFalse();
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return two.tryAcquire(10, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                return false;
              }
            });
    two.release();
    assertThat(waiting.get()).isTrue();
    two.release();
    two.release();
    assertThat(two.availablePermits()).isEqualTo(2);
    assertThatThrownBy(two::release).isInstanceOf(IllegalMonitorStateException.class);
  }

  @Test
  void semaphoresHaveTheNumberOfPermitsThatCameFirst() {
    array.semaphore(3, 64);
    for (int other : new int[] {63, 0, 65, -1}) {
      LanesException e =
          catchThrowableOfType(LanesException.class, () -> array.semaphore(3, other));
      assertThat(e.code()).isEqualTo(Code.LIMIT);
    }
  }

  @Test
  void indexesHaveBounds() {
    for (int bad : new int[] {-1, 8}) {
      assertThat(catchThrowableOfType(LanesException.class, () -> array.lock(bad)).code())
          .isEqualTo(Code.AXIS);
      assertThat(catchThrowableOfType(LanesException.class, () -> array.event(bad)).code())
          .isEqualTo(Code.AXIS);
      assertThat(catchThrowableOfType(LanesException.class, () -> array.semaphore(bad, 1)).code())
          .isEqualTo(Code.AXIS);
    }
  }

  @Test
  void thePermitOfADeadProcessIsRecovered() throws Exception {
    Process holder = sleeper();
    SharedSemaphore two = array.semaphore(0, 2);
    put(SEMAPHORE_WORDS, word(holder.pid()));
    put(SEMAPHORE_WORDS + 8, word(holder.pid()));
    assertThat(two.tryAcquire()).isFalse();
    holder.destroyForcibly().waitFor();
    assertThat(two.availablePermits()).isEqualTo(2);
    two.acquire();
    assertThat(two.tryAcquire()).isTrue();
    assertThat(two.recovered()).isEqualTo(2);
    two.release();
    two.release();
  }

  @Test
  void eventsWakeAllWhoWait() throws Exception {
    SharedEvent event = array.event(7);
    assertThat(event.await(10, TimeUnit.MILLISECONDS)).isFalse();
    List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      waiting.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return array.event(7).await(10, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                  return false;
                }
              }));
    }
    Thread.sleep(20);
    event.set();
    for (CompletableFuture<Boolean> each : waiting) {
      assertThat(each.get()).isTrue();
    }
    event.await();
    assertThat(event.isSet()).isTrue();
    event.clear();
    assertThat(event.isSet()).isFalse();
    assertThat(array.event(6).isSet()).isFalse();
  }

  @Test
  void everyLockEventAndSemaphoreStandsForItself() throws Exception {
    for (int i = 0; i < SharedArray.LOCKS; i++) {
      assertThat(array.lock(i).tryLock()).isTrue();
    }
    for (int i = 0; i < SharedArray.EVENTS; i++) {
      assertThat(array.event(i).isSet()).isFalse();
      array.event(i).set();
    }
    for (int i = 0; i < SharedArray.SEMAPHORES; i++) {
      SharedSemaphore semaphore = array.semaphore(i, SharedSemaphore.MAX_PERMITS);
      assertThat(semaphore.availablePermits()).isEqualTo(SharedSemaphore.MAX_PERMITS);
      for (int p = 0; p < SharedSemaphore.MAX_PERMITS; p++) {
        semaphore.acquire();
      }
    }
    assertThat(array.array().toLongArray()).as("the elements").containsOnly(0);
    for (int i = 0; i < SharedArray.LOCKS; i++) {
      array.lock(i).unlock();
    }
  }
}
