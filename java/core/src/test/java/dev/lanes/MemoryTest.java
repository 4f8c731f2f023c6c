package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanes.LanesException.Code;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory: access, lifetime and budget, by whichever engine is in use. */
class MemoryTest {
  private static final int MEGABYTE = 1 << 20;

  private static void eventually(BooleanSupplier condition) throws InterruptedException {
    for (int i = 0; i < 500 && !condition.getAsBoolean(); i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(condition.getAsBoolean()).isTrue();
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  @Test
  void partsAreGivenBackTogetherWhenTheLastIsClosed() {
    if (!Lanes.isNative()) {
      return; // there are none without the native library
    }
    MemoryBudget budget = new MemoryBudget(MEGABYTE);
    Memory[] parts = Memory.allocateParts(budget, 8, 0, 100);
    assertThat(budget.used()).isEqualTo(64 + 128);
    assertThat(parts[2].address() - parts[0].address()).isEqualTo(64);
    parts[2].putByte(99, (byte) 7);
    parts[0].close();
    parts[0].close();
    parts[1].close();
    assertThatThrownBy(parts[0]::acquire).isInstanceOf(LanesException.class);
    assertThat(parts[2].getByte(99)).isEqualTo((byte) 7);
    parts[2].acquire();
    parts[2].close();
    assertThat(budget.used()).isPositive(); // somebody is still at it
    parts[2].release();
    assertThat(budget.used()).isZero();
  }

  @Test
  void readsWhatItWrites() {
    try (Memory memory = Memory.allocate(64)) {
      memory.putByte(0, (byte) -1);
      memory.putShort(1, (short) -2);
      memory.putInt(3, -3);
      memory.putLong(7, -4);
      memory.putFloat(15, -5.5f);
      memory.putDouble(19, -6.5);
      assertThat(memory.getByte(0)).isEqualTo((byte) -1);
      assertThat(memory.getShort(1)).isEqualTo((short) -2);
      assertThat(memory.getInt(3)).isEqualTo(-3);
      assertThat(memory.getLong(7)).isEqualTo(-4);
      assertThat(memory.getFloat(15)).isEqualTo(-5.5f);
      assertThat(memory.getDouble(19)).isEqualTo(-6.5);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 57, 64, 1L << 30, 1L << 62, Long.MIN_VALUE, Long.MAX_VALUE})
  void refusesOffsetsOutside(long offset) {
    try (Memory memory = Memory.allocate(64)) {
      assertThatThrownBy(() -> memory.getLong(offset))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.putDouble(offset, 1))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> memory.run(offset, 8, 8))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void hasNoBytesWhenAskedForNone() {
    try (Memory memory = Memory.allocate(0)) {
      assertThat(memory.bytes()).isZero();
      assertThatThrownBy(() -> memory.getByte(0)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(memory.export(0, 0).capacity()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 63, 64, 65, 1000, 3 * MEGABYTE})
  void isZeroedAndAligned(int bytes) {
    try (Memory memory = Memory.allocate(bytes)) {
      for (long i = 0; i < bytes; i++) {
        assertThat(memory.getByte(i)).isZero();
      }
      assertThat(memory.address() % 64).isZero();
      assertThat(memory.address() != 0).isEqualTo(Lanes.isNative());
      assertThat(DirectBuffers.address(memory.export(0, bytes)) % 64).isZero();
    }
  }

  @Test
  void isLargerThanABuffer() {
    long bytes = (1L << 31) + 1000;
    try (Memory memory = Memory.allocate(bytes)) {
      long border = (1L << 31) - 4;
      memory.putLong(border, 42);
      memory.putByte(bytes - 1, (byte) 7);
      assertThat(memory.getLong(border)).isEqualTo(42);
      assertThat(memory.getInt(border))
          .isEqualTo(ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 42 : 0);
      assertThat(memory.export(border, 8).getLong(0)).isEqualTo(42);
      assertThat(memory.getByte(bytes - 1)).isEqualTo((byte) 7);
      assertThat(memory.getLong(1 << 30)).isZero();
    }
  }

  @Test
  void freesWhenClosedAndUnused() {
    MemoryBudget budget = new MemoryBudget(MEGABYTE);
    Memory memory = Memory.allocate(1000, budget);
    assertThat(budget.used()).isEqualTo(1000);
    memory.acquire();
    memory.close();
    memory.close();
    assertThat(memory.isClosed()).isTrue();
    assertThat(budget.used()).isEqualTo(1000);
    assertThat(memory.getLong(0)).isZero();
    assertThatThrownBy(memory::acquire)
        .isInstanceOfSatisfying(
            LanesException.class, e -> assertThat(e.code()).isEqualTo(Code.CLOSED));
    memory.release();
    assertThat(budget.used()).isZero();
  }

  @Test
  void isFreedWhenNobodyReachesIt() throws InterruptedException {
    MemoryBudget budget = new MemoryBudget(MEGABYTE);
    Memory.allocate(1000, budget);
    eventually(() -> budget.used() == 0);
  }

  @Test
  void staysWhileAnExportedBufferIsReachable() throws InterruptedException {
    MemoryBudget budget = new MemoryBudget(MEGABYTE);
    Memory memory = Memory.allocate(1000, budget);
    memory.putInt(8, 42);
    ByteBuffer buffer = memory.export(4, 100).slice(4, 4).order(ByteOrder.nativeOrder());
    memory.close();
    memory = null;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(budget.used()).isEqualTo(1000);
    assertThat(buffer.getInt(0)).isEqualTo(42);
    Reference.reachabilityFence(buffer);
    buffer = null;
    eventually(() -> budget.used() == 0);
  }

  @Test
  void freesOnceUnderContention() throws InterruptedException {
    MemoryBudget budget = new MemoryBudget(MEGABYTE);
    for (int round = 0; round < 50; round++) {
      Memory memory = Memory.allocate(1000, budget);
      AtomicInteger started = new AtomicInteger();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        threads.add(
            new Thread(
                () -> {
                  started.incrementAndGet();
                  try {
                    while (true) {
                      memory.acquire();
                      memory.getLong(0);
                      memory.release();
                    }
                  } catch (LanesException e) {
                    assertThat(e.code()).isEqualTo(Code.CLOSED);
                  }
                }));
      }
      threads.forEach(Thread::start);
      while (started.get() < threads.size()) {
        Thread.onSpinWait();
      }
      memory.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(budget.used()).isZero();
    }
  }

  @Test
  void isEnteredByOneThreadUntilItsEnd() throws InterruptedException {
    try (Memory memory = Memory.allocate(8)) {
      AtomicBoolean may = new AtomicBoolean();
      Thread first = new Thread(() -> may.set(memory.mayEnter()));
      first.start();
      first.join();
      assertThat(may).isTrue();
      assertThat(memory.mayEnter()).isTrue();
      assertThat(memory.mayEnter()).isTrue();
      Thread other = new Thread(() -> may.set(memory.mayEnter()));
      other.start();
      other.join();
      assertThat(may).isFalse();
    }
  }

  @Test
  void freesWhenWhoEnteredHasLeft() throws InterruptedException {
    MemoryBudget budget = new MemoryBudget(MEGABYTE);
    Memory memory = Memory.allocate(1000, budget);
    Memory other = Memory.allocate(500, budget);
    assertThat(memory.mayEnter() && other.mayEnter()).isTrue();
    assertThat(Memory.enter(memory, memory, memory, memory)).isTrue();
    Thread closer = new Thread(memory::close);
    closer.start();
    while (!memory.isClosed()) {
      Thread.onSpinWait();
    }
    Thread.sleep(20);
    assertThat(budget.used()).isEqualTo(1500);
    memory.leave();
    closer.join();
    assertThat(budget.used()).isEqualTo(500);
    assertThat(Memory.enter(other, other, memory, other)).isFalse();
    other.leave();
    memory.leave();
    other.close();
    assertThat(budget.used()).isZero();
  }

  @Test
  void isNotFreedUnderWhoEntered() throws InterruptedException {
    MemoryBudget budget = new MemoryBudget(MEGABYTE);
    for (int round = 0; round < 200; round++) {
      Memory memory = Memory.allocate(1000, budget);
      AtomicInteger turns = new AtomicInteger();
      AtomicBoolean wasFreed = new AtomicBoolean();
      Thread entrant =
          new Thread(
              () -> {
                boolean isOpen = memory.mayEnter();
                while (isOpen) {
                  isOpen = Memory.enter(memory, memory, memory, memory);
                  if (isOpen && budget.used() != 1000) {
                    wasFreed.set(true);
                  }
                  memory.leave();
                  turns.incrementAndGet();
                }
              });
      entrant.start();
      while (turns.get() < round % 7 * 100 + 1) {
        Thread.onSpinWait();
      }
      memory.close();
      assertThat(budget.used()).isZero();
      entrant.join();
      assertThat(wasFreed).isFalse();
    }
  }

  @Test
  void borrowingKeepsTheOwner() throws InterruptedException {
    ByteBuffer target = direct(16);
    Object owner = new Object();
    WeakReference<Object> trace = new WeakReference<>(owner);
    Memory memory = Memory.borrow(DirectBuffers.address(target), 16, owner);
    owner = null;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(trace.get()).isNotNull();
    memory.putLong(0, 5);
    assertThat(target.getLong(0)).isEqualTo(5);
    ByteBuffer exported = memory.export(0, 8);
    Reference.reachabilityFence(memory);
    memory = null;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(trace.get()).isNotNull();
    Reference.reachabilityFence(exported);
    exported = null;
    eventually(() -> trace.get() == null);
    Reference.reachabilityFence(target);
  }

  @Test
  void budgetNamesTheSizes() {
    MemoryBudget budget = new MemoryBudget(5000);
    Memory memory = Memory.allocate(3000, budget);
    assertThatThrownBy(() -> Memory.allocate(2001, budget))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessageContaining("2001 bytes")
        .hasMessageContaining("3000 bytes are in use")
        .hasMessageContaining("(-Dlanes.maxBytes) is 5000");
    memory.close();
    Memory.allocate(5000, budget).close();
    assertThat(budget.used()).isZero();
    assertThatThrownBy(() -> Memory.allocate(5001, budget)).isInstanceOf(OutOfMemoryError.class);
    assertThat(budget.used()).isZero();
  }

  @Test
  void budgetCollectsForgottenMemory() {
    MemoryBudget budget = new MemoryBudget(MEGABYTE);
    for (int i = 0; i < 10; i++) {
      assertThat(Memory.allocate(MEGABYTE * 2 / 3, budget).bytes()).isEqualTo(MEGABYTE * 2 / 3);
    }
  }

  @Test
  void budgetSurvivesWhatTheMachineHasNot() {
    MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
    assertThatThrownBy(() -> Memory.allocate(1L << 55, budget))
        .isInstanceOf(OutOfMemoryError.class);
    assertThat(budget.used()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "123,123",
    "2k,2048",
    "3M,3145728",
    "8g,8589934592",
    "999999999999999999g,9223372036854775807"
  })
  void budgetReadsSizes(String text, long bytes) {
    assertThat(MemoryBudget.parse(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "1.5g", "many", "1t"})
  void budgetRefusesWhatIsNoSize(String text) {
    assertThatThrownBy(() -> MemoryBudget.parse(text))
        .isInstanceOf(LanesException.class)
        .hasMessageContaining("-Dlanes.maxBytes=" + text);
  }

  @Test
  void budgetOfTheProcessIsWithinTheMachine() {
    assertThat(MemoryBudget.process().limit()).isPositive();
  }

  @Test
  void mapsAnyPartOfAFile(@TempDir Path folder) throws Exception {
    Path path =
        Files.write(folder.resolve("bytes"), new byte[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    try (Memory memory = Memory.map(path, 3, 8, false);
        Memory other = Memory.map(path, 9, 3, true)) {
      assertThat(memory.readOnly()).isTrue();
      assertThat(memory.getByte(7)).isEqualTo((byte) 10);
      other.putByte(1, (byte) 77);
      assertThat(memory.getByte(7)).isEqualTo((byte) 77);
      assertThat(memory.mayShare(0, 8, other, 0, 3)).isTrue();
      assertThat(memory.mayShare(0, 6, other, 0, 3)).isFalse();
      assertThatThrownBy(() -> memory.getByte(8)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(Files.readAllBytes(path)[10]).isEqualTo((byte) 77);
    assertThat(Memory.map(path, 12, 0, false).bytes()).isZero();
    for (long[] range : new long[][] {{0, 13}, {13, 0}, {-1, 1}, {5, Long.MAX_VALUE / 1000}}) {
      assertThatThrownBy(() -> Memory.map(path, range[0], range[1], false))
          .isInstanceOfSatisfying(
              LanesException.class, e -> assertThat(e.code()).isEqualTo(Code.LIMIT));
    }
  }

  @Test
  void copiesAcrossWindows() {
    long bytes = (1L << 30) + 200;
    try (Memory large = Memory.allocate(bytes);
        Memory small = Memory.allocate(300)) {
      for (int i = 0; i < 300; i++) {
        small.putByte(i, (byte) i);
      }
      long start = (1L << 30) - 100;
      Memory.copy(small, 0, large, start, 300);
      for (int i = 0; i < 300; i++) {
        assertThat(large.getByte(start + i)).isEqualTo((byte) i);
      }
      ByteBuffer buffer = ByteBuffer.allocate(300);
      large.read(start, 300, buffer);
      assertThat(buffer.get(299)).isEqualTo((byte) 299);
      large.write(start - 1, 300, buffer.flip());
      assertThat(large.getByte(start + 298)).isEqualTo((byte) 299);
    }
  }
}
