package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shared arrays as one process sees them. */
@Tag("engine")
class SharedArrayTest {
  private String name;

  @BeforeEach
  void chooseName() {
    name = SharedNames.fresh();
  }

  @AfterEach
  void leavesNothing() throws IOException {
    List<String> left = SharedNames.leftOf(name);
    for (String each : left) {
      Files.delete(SharedNames.FOLDER.resolve(each));
    }
    assertThat(left).isEmpty();
  }

  private static void assertCode(Code code, String part, ThrowingCallable call) {
    LanesException e = catchThrowableOfType(LanesException.class, call);
    assertThat(e).isNotNull();
    assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
    assertThat(e).hasMessageContaining(part);
  }

  /** Overwrites bytes of the segment as another program could. */
  private void patch(long at, byte... bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(SharedNames.file(name), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(bytes), at);
    }
  }

  private static byte[] bytes(long value) {
    ByteBuffer buffer = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    return buffer.putLong(0, value).array();
  }

  @Test
  void attachingNeedsTheNameAlone() throws IOException {
    try (SharedArray made = SharedArray.create(name, DType.FLOAT32, 3, 4);
        SharedArray found = SharedArray.attach(name)) {
      assertThat(found.array().dtype()).isEqualTo(DType.FLOAT32);
      assertThat(found.array().shape()).containsExactly(3, 4);
      assertThat(found.array().toDoubleArray()).containsOnly(0);
      assertThat(found.name()).isEqualTo(name);
      assertThat(found.fileName()).isEqualTo("lanes." + name);
      made.array().setDouble(1.5, 2, 3);
      assertThat(found.array().getDouble(2, 3)).isEqualTo(1.5);
      Path file = SharedNames.file(name);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(Files.size(file)).isEqualTo(8192 + 48);
      assertThat(made.toString()).isEqualTo("SharedArray lanes." + name + " float32[3, 4]");
      assertThat(made.unlink()).isTrue();
    }
  }

  static Stream<DType> dtypes() {
    return Stream.concat(Stream.of(DType.fixed()), Stream.of(DType.bytes(5)));
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void keepsEveryDTypeAndShape(DType dtype) throws IOException {
    for (long[] shape : new long[][] {{}, {0}, {7}, {2, 0, 3}, {2, 3, 5}, new long[64]}) {
      try (SharedArray made = SharedArray.create(name, dtype, shape);
          SharedArray found = SharedArray.attach(name)) {
        made.unlink();
        assertThat(found.array().dtype()).isEqualTo(dtype);
        assertThat(found.array().shape()).isEqualTo(shape);
        assertThat(found.array().isContiguous()).isTrue();
        byte[] values = new byte[(int) found.array().bytes()];
        Arrays.fill(values, (byte) 1);
        made.array().copyFrom(0, ByteBuffer.wrap(values));
        assertThat(found.array().toByteArray()).isEqualTo(values);
      }
    }
  }

  @Test
  void expressionsRunInPlace() {
    try (SharedArray made = SharedArray.create(name, DType.FLOAT64, 100_000);
        SharedArray found = SharedArray.attach(name)) {
      made.unlink();
      made.array().copyFrom(Expression.compile("a").evaluate(ramp()));
      Expression.compile("2*x + 1").evaluateInto(found.array(), found.array());
      assertThat(made.array().getDouble(99_999)).isEqualTo(2 * 99_999.0 + 1);
      Expression.compile("x - y").evaluateInto(made.array(), found.array(), made.array());
      assertThat(found.array().toDoubleArray()).containsOnly(0);
    }
  }

  private static NDArray ramp() {
    double[] values = new double[100_000];
    Arrays.setAll(values, i -> i);
    return NDArray.of(values);
  }

  @Test
  void overlapsBetweenTwoAttachmentsAreSeen() {
    try (SharedArray made = SharedArray.create(name, DType.FLOAT64, 5);
        SharedArray found = SharedArray.attach(name)) {
      made.unlink();
      made.array().copyFrom(NDArray.of(new double[] {1, 2, 3, 4, 5}));
      Expression.compile("x")
          .evaluateInto(made.array().slice(0, 1, 5), found.array().slice(0, 0, 4));
      assertThat(made.array().toDoubleArray()).containsExactly(1, 1, 2, 3, 4);
    }
  }

  @Test
  void rawSegmentsHaveTheBytesOfTheirElementsAndNoMore() throws IOException {
    try (SharedArray made = SharedArray.createRaw(name, DType.INT32, 5)) {
      Path file = SharedNames.FOLDER.resolve(name);
      assertThat(Files.size(file)).isEqualTo(20);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(made.fileName()).isEqualTo(name);
      made.array().setLong(7, 4);
      try (SharedArray all = SharedArray.attachRaw(name, true, DType.INT32);
          SharedArray some = SharedArray.attachRaw(name, true, DType.INT16, 2, 3);
          SharedArray whole = SharedArray.attachRaw(name, true, DType.INT64)) {
        assertThat(all.array().toIntArray()).containsExactly(0, 0, 0, 0, 7);
        assertThat(some.array().shape()).containsExactly(2, 3);
        assertThat(whole.array().shape()).containsExactly(2);
        assertCode(Code.TYPE, "a raw array has no locks", () -> all.lock(0));
      }
      assertCode(
          Code.SHAPE,
          "needs 24 bytes, there are 20",
          () -> SharedArray.attachRaw(name, true, DType.INT32, 6));
      assertThat(SharedArray.attachRaw(name, true, DType.INT8).unlink()).isTrue();
    }
  }

  @Test
  void aRawSegmentThatIsUnlinkedElsewhereLeavesNoNote() throws IOException {
    try (SharedArray made = SharedArray.createRaw(name, DType.INT32, 5)) {
      assertThat(SharedNames.leftOf(name)).hasSize(2);
      Files.delete(SharedNames.FOLDER.resolve(name));
      assertThat(made.unlink()).isFalse();
    }
  }

  @Test
  void takenAndMissingNamesAreSaid() {
    try (SharedArray made = SharedArray.create(name, DType.INT8, 1);
        SharedArray raw = SharedArray.createRaw(name, DType.INT8, 1)) {
      assertCode(Code.EXISTS, name, () -> SharedArray.create(name, DType.INT8, 1));
      assertCode(Code.EXISTS, name, () -> SharedArray.createRaw(name, DType.INT8, 1));
      made.unlink();
      raw.unlink();
    }
    assertCode(Code.MISSING, name, () -> SharedArray.attach(name));
    assertCode(Code.MISSING, name, () -> SharedArray.attachRaw(name, false, DType.INT8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/x", "a/b", ".", "..", ".x", "a b", "\u00e4", "a\0b", "x\n", "300"})
  void namesHaveRules(String bad) {
    String tried = bad.equals("300") ? "n".repeat(300) : bad;
    assertCode(Code.NAME, "1 to 160", () -> SharedArray.create(tried, DType.INT8, 1));
    assertCode(Code.NAME, "1 to 160", () -> SharedArray.attach(tried));
    assertCode(Code.NAME, "1 to 160", () -> SharedArray.createRaw(tried, DType.INT8, 1));
    assertCode(Code.NAME, "1 to 160", () -> SharedArray.attachRaw(tried, true, DType.INT8));
  }

  @Test
  void rawNamesStayOutOfOurs() {
    assertCode(Code.NAME, "lanes.", () -> SharedArray.attachRaw("lanes.x", true, DType.INT8));
    String longest = name + "n".repeat(160 - name.length());
    try (SharedArray made = SharedArray.createRaw(longest, DType.INT8, 1)) {
      assertThat(made.unlink()).isTrue();
    }
  }

  @Test
  void sizesThatCannotBeAreRefused() throws IOException {
    long room = Files.getFileStore(SharedNames.FOLDER).getUsableSpace();
    assertCode(Code.LIMIT, "room", () -> SharedArray.create(name, DType.INT8, room + 1));
    assertCode(Code.LIMIT, "room", () -> SharedArray.createRaw(name, DType.INT8, 1L << 60));
    assertCode(Code.LIMIT, "more than", () -> SharedArray.create(name, DType.INT8, Long.MAX_VALUE));
    assertCode(Code.SHAPE, "negative", () -> SharedArray.create(name, DType.INT8, -1));
    assertCode(Code.SHAPE, "needs elements", () -> SharedArray.createRaw(name, DType.INT8, 0));
    assertCode(Code.LIMIT, "64 axes", () -> SharedArray.create(name, DType.INT8, new long[65]));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, does not begin with LANESARR",
    "8, 2, version 2",
    "12, 4096, header has 4096 bytes",
    "16, 65, names 65 axes",
    "16, -1, names -1 axes",
    "20, 4, has not 4 bytes",
    "24, 47, header, which names 47",
    "64, 1, no dtype is called",
    "128, 3, needs 72 bytes",
    "128, -1, negative length",
    "128, 4611686018427387904, beyond 2^63",
    "640, 16, neither C nor Fortran",
  })
  void damagedHeadersAreRefused(int at, long value, String message) throws IOException {
    try (SharedArray made = SharedArray.create(name, DType.FLOAT64, 2, 3)) {
      boolean isLong = at == 24 || at >= 128;
      patch(at, isLong ? bytes(value) : Arrays.copyOf(bytes(value), 4));
      assertCode(Code.FORMAT, message, () -> SharedArray.attach(name));
      made.unlink();
    }
  }

  @Test
  void anotherByteOrderIsSaid() throws IOException {
    try (SharedArray made = SharedArray.create(name, DType.FLOAT64, 2)) {
      patch(8, bytes(Integer.reverseBytes(1)));
      assertCode(Code.FORMAT, "in another byte order", () -> SharedArray.attach(name));
      made.unlink();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4096, 8191, 8192, 8239})
  void segmentsThatWereCutOffAreRefused(int length) throws IOException {
    try (SharedArray made = SharedArray.create(name, DType.FLOAT64, 6)) {
      Path copy = SharedNames.file(name + "-copy");
      byte[] all = Files.readAllBytes(SharedNames.file(name));
      made.unlink();
      Files.write(copy, Arrays.copyOf(all, length));
      try {
        assertCode(Code.FORMAT, "", () -> SharedArray.attach(name + "-copy"));
      } finally {
        Files.delete(copy);
      }
    }
  }

  @Test
  void whatIsNoSegmentIsRefused() throws IOException {
    Files.createDirectory(SharedNames.file(name));
    assertCode(Code.FORMAT, "is no segment", () -> SharedArray.attach(name));
    assertCode(Code.EXISTS, name, () -> SharedArray.create(name, DType.INT8, 1));
    Files.delete(SharedNames.file(name));
    Files.createSymbolicLink(SharedNames.file(name), Path.of("/etc/hostname"));
    assertCode(Code.FORMAT, "is no segment", () -> SharedArray.attach(name));
    Files.delete(SharedNames.file(name));
  }

  @Test
  void fortranOrderIsReadFromTheHeader() throws IOException {
    try (SharedArray made = SharedArray.create(name, DType.FLOAT64, 2, 3)) {
      patch(640, bytes(8));
      patch(648, bytes(16));
      made.array().reshape(6).copyFrom(NDArray.of(new double[] {1, 2, 3, 4, 5, 6}));
      try (SharedArray found = SharedArray.attach(name)) {
        assertThat(found.array().isFortran()).isTrue();
        assertThat(found.array().toDoubleArray()).containsExactly(1, 3, 5, 2, 4, 6);
      }
      made.unlink();
    }
  }

  @Test
  void whatIsAttachedToBeReadIsNotWritten() {
    try (SharedArray made = SharedArray.create(name, DType.INT64, 2);
        SharedArray found = SharedArray.attach(name, false)) {
      made.unlink();
      made.setVolatile(42, 1);
      assertThat(found.getVolatile(1)).isEqualTo(42);
      assertThat(found.array().isReadOnly()).isTrue();
      assertCode(Code.READ_ONLY, "", () -> found.array().setLong(1, 0));
      assertCode(Code.READ_ONLY, "", () -> found.setVolatile(1, 0));
      assertCode(Code.READ_ONLY, "", () -> found.getAndAdd(1, 0));
      assertCode(Code.READ_ONLY, "", () -> found.compareAndSet(0, 1, 0));
      assertCode(Code.READ_ONLY, "", () -> found.lock(0));
      assertCode(Code.READ_ONLY, "", () -> found.event(0));
      assertCode(Code.READ_ONLY, "", () -> found.semaphore(0, 1));
    }
  }

  @Test
  void useAfterCloseIsAnException() throws Exception {
    SharedArray made = SharedArray.create(name, DType.INT64, 2);
    NDArray array = made.array();
    SharedLock lock = made.lock(0);
    SharedLock held = made.lock(1);
    SharedEvent event = made.event(0);
    SharedSemaphore semaphore = made.semaphore(0, 1);
    held.lock();
    array.close(); // does nothing
    array.setLong(1, 0);
    made.close();
    made.close();
    assertThat(made.isClosed()).isTrue();
    assertThat(made.toString()).endsWith("(closed)");
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> array.getLong(0),
            () -> made.getVolatile(0),
            () -> made.setVolatile(1, 0),
            () -> Expression.compile("a").evaluate(array),
            lock::lock,
            lock::lockInterruptibly,
            lock::tryLock,
            lock::isLocked,
            event::set,
            event::await,
            event::isSet,
            semaphore::acquire,
            semaphore::tryAcquire,
            semaphore::release,
            semaphore::availablePermits,
            () -> made.semaphore(1, 1))) {
      assertCode(Code.CLOSED, "closed", call);
    }
    held.unlock();
    try (SharedArray found = SharedArray.attach(name)) {
      assertThat(found.lock(1).tryLock()).isTrue();
      found.lock(1).unlock();
    }
    assertThat(made.unlink()).isTrue();
    assertThat(made.unlink()).isFalse();
  }

  @Test
  void whoIsAttachedGoesOnAfterUnlink() {
    try (SharedArray old = SharedArray.create(name, DType.INT64, 2)) {
      assertThat(old.unlink()).isTrue();
      try (SharedArray made = SharedArray.create(name, DType.INT32, 3)) {
        old.array().setLong(5, 0);
        assertThat(made.array().toIntArray()).containsOnly(0);
        assertThat(old.unlink()).as("the name is another's by now").isFalse();
        SharedArray.attach(name).close();
        assertThat(made.unlink()).isTrue();
      }
      assertThat(old.array().getLong(0)).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"int32", "int64"})
  void elementsChangeAtomically(String dtype) throws Exception {
    boolean isInt = dtype.equals("int32");
    try (SharedArray a = SharedArray.create(name, DType.of(dtype), 2, 3);
        SharedArray b = SharedArray.attach(name)) {
      a.unlink();
      a.setVolatile(5, 1, -1);
      assertThat(b.getVolatile(1, 2)).isEqualTo(5);
      assertThat(b.getAndAdd(-7, 1, 2)).isEqualTo(5);
      assertThat(a.compareAndSet(5, 1, 1, 2)).isFalse();
      assertThat(a.compareAndSet(-2, 9, 1, 2)).isTrue();
      assertThat(b.array().getLong(1, 2)).isEqualTo(9);
      a.setVolatile(isInt ? Integer.MAX_VALUE : Long.MAX_VALUE, 0, 0);
      a.getAndAdd(1, 0, 0);
      assertThat(a.getVolatile(0, 0)).isEqualTo(isInt ? Integer.MIN_VALUE : Long.MIN_VALUE);
      assertCode(Code.AXIS, "", () -> a.getVolatile(2, 0));
      assertCode(Code.AXIS, "", () -> a.getVolatile(0));
      a.setVolatile(0, 0, 1);
      together(
          4,
          () -> {
            for (int i = 0; i < 20_000; i++) {
              (i % 2 == 0 ? a : b).getAndAdd(1, 0, 1);
            }
            return null;
          });
      assertThat(a.getVolatile(0, 1)).isEqualTo(80_000);
    }
  }

  private static <T> List<T> together(int threads, Callable<T> work) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> each : pool.invokeAll(Collections.nCopies(threads, work))) {
        results.add(each.get());
      }
      return results;
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void onlyIntegersOfTwoSizesAreAtomic() {
    try (SharedArray made = SharedArray.create(name, DType.FLOAT64, 1)) {
      assertCode(Code.TYPE, "float64", () -> made.getVolatile(0));
      made.unlink();
    }
    try (SharedArray made = SharedArray.create(name, DType.INT32, 1)) {
      assertCode(Code.CAST, "int32", () -> made.setVolatile(1L << 31, 0));
      assertCode(Code.CAST, "int32", () -> made.compareAndSet(1L << 31, 0, 0));
      assertCode(Code.CAST, "int32", () -> made.getAndAdd(1L << 31, 0));
      made.unlink();
    }
  }

  @Test
  void oneOfManyMakersWins() throws Exception {
    for (int round = 0; round < 20; round++) {
      List<SharedArray> made =
          together(
              4,
              () -> {
                try {
                  return SharedArray.create(name, DType.INT8, 100);
                } catch (LanesException e) {
                  assertThat(e.code()).isEqualTo(Code.EXISTS);
                  return null;
                }
              });
      List<SharedArray> winners = made.stream().filter(each -> each != null).toList();
      assertThat(winners).hasSize(1);
      assertThat(winners.get(0).unlink()).isTrue();
      winners.get(0).close();
    }
  }

  @Test
  void aProcessOfTheSameNumberIsNotTakenForTheMaker() throws IOException {
    SharedArray.create(name, DType.INT8, 1).close();
    assertThat(SharedArray.sweep()).doesNotContain("lanes." + name);
    patch(40, bytes(ProcessStamp.current().start() - 1));
    assertCode(Code.EXISTS, "its maker has ended", () -> SharedArray.create(name, DType.INT8, 1));
    assertThat(SharedArray.sweep()).contains("lanes." + name);
    assertThat(SharedNames.leftOf(name)).isEmpty();
  }

  @Test
  void makersInOtherNamespacesAreNotJudged() throws IOException {
    try (SharedArray made = SharedArray.create(name, DType.INT8, 1)) {
      patch(32, Arrays.copyOf(bytes(1 << 21), 4)); // a process that there is not
      patch(48, bytes(1));
      assertThat(SharedArray.sweep()).doesNotContain("lanes." + name);
      try (SharedArray found = SharedArray.attach(name)) {
        found.array().setLong(3, 0);
        assertCode(Code.SYSTEM, "another PID namespace", () -> found.lock(0));
      }
      assertThat(made.array().getLong(0)).isEqualTo(3);
      made.unlink();
    }
  }

  @Test
  void filesThatOthersPutUnderOurPrefixAreLeftAlone() throws IOException {
    List<Path> files =
        Stream.of("lanes.", "lanes..make.", "lanes..note.", "lanes..note.1.2.3.4.")
            .map(prefix -> SharedNames.FOLDER.resolve(prefix + name))
            .toList();
    for (Path file : files) {
      Files.write(file, "LANESARR".getBytes(StandardCharsets.US_ASCII));
    }
    SharedArray.sweep();
    for (Path file : files) {
      assertThat(file).exists();
      Files.delete(file);
    }
  }
}
