package dev.lanes.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of NumPy's and our own, good, strange and hostile. The fixtures are made by npy/make.py.
 */
class NpyTest {
  private static final long GIGABYTE = 1L << 30;

  @TempDir Path folder;

  private static Path fixture(String name) throws URISyntaxException {
    return Path.of(NpyTest.class.getResource("/npy/" + name + ".npy").toURI());
  }

  private static void assertFails(Code code, String part, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(LanesException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(part);
  }

  @ParameterizedTest
  @CsvSource({
    "i1,int8",
    "u1,uint8",
    "i2,int16",
    "u2,uint16",
    "i4,int32",
    "u4,uint32",
    "i8,int64",
    "f2,float16",
    "f4,float32",
    "f8,float64",
    "c8,complex64",
    "c16,complex128"
  })
  void readsNumbersOfEitherByteOrder(String name, String dtype) throws Exception {
    for (String file : List.of(name, name + "_big_fortran")) {
      try (NDArray array = Npy.read(fixture(file));
          InputStream in = Files.newInputStream(fixture(file));
          NDArray streamed = Npy.read(in)) {
        assertThat(array.dtype()).isEqualTo(DType.of(dtype));
        assertThat(array.shape()).containsExactly(2, 3);
        assertThat(array.isFortran()).isEqualTo(file.endsWith("fortran"));
        assertNumbers(name, array);
        assertThat(streamed.contentEquals(array)).isTrue();
        assertThat(streamed.isFortran()).isEqualTo(array.isFortran());
      }
    }
  }

  private static void assertNumbers(String name, NDArray array) {
    switch (name.charAt(0)) {
      case 'i' -> assertThat(array.toLongArray()).containsExactly(-2, -1, 0, 1, 2, 3);
      case 'u' -> {
        long max = (1L << 8 * array.dtype().bytes()) - 1;
        assertThat(array.toLongArray()).containsExactly(max, 1, 2, 3, 4, 5);
      }
      case 'f' -> assertThat(array.toDoubleArray()).containsExactly(-2, -1, 0, 1, 2, 3);
      default -> {
        for (int i = 0; i < 6; i++) {
          assertThat(array.getComplex(i / 3, i % 3)).containsExactly(i, 0.5);
        }
      }
    }
  }

  @Test
  void readsTheOtherDtypes() throws Exception {
    assertThat(Npy.read(fixture("bool")).toBooleanArray())
        .containsExactly(false, true, false, true, false, true);
    NDArray bytes = Npy.read(fixture("bytes5"));
    assertThat(bytes.dtype()).isEqualTo(DType.bytes(5));
    assertThat(bytes.getBytes(0)).containsExactly(0, 0, 0, 0, 0);
    assertThat(bytes.getBytes(1)).containsExactly('a', 'b', 0, 0, 0);
    assertThat(bytes.getBytes(2)).containsExactly('h', 'e', 'l', 'l', 'o');
    NDArray brain = Npy.read(fixture("bfloat16"));
    assertThat(brain.dtype()).isEqualTo(DType.BFLOAT16);
    assertThat(brain.toDoubleArray()).containsExactly(1, -2, Double.POSITIVE_INFINITY);
  }

  @Test
  void readsEveryShapeAndVersion() throws Exception {
    assertThat(Npy.read(fixture("rank0")).item()).isEqualTo(2.5);
    assertThat(Npy.read(fixture("empty")).shape()).containsExactly(0, 3);
    assertThat(Npy.map(fixture("empty")).shape()).containsExactly(0, 3);
    assertThat(Npy.read(fixture("empty_fortran")).shape()).containsExactly(3, 0);
    assertThat(Npy.read(fixture("rank32")).rank()).isEqualTo(32);
    assertThat(Npy.map(fixture("rank32")).item()).isEqualTo(7.0);
    for (String version : List.of("version2", "version3", "f8_fortran")) {
      assertThat(Npy.read(fixture(version)).toDoubleArray()).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(Npy.map(fixture(version)).toDoubleArray()).containsExactly(0, 1, 2, 3, 4, 5);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "uint64,uint64",
    "unicode,Unicode",
    "date,dates",
    "span,time spans",
    "object,Python objects",
    "structured,structured",
    "extended,extended precision",
    "void,raw bytes"
  })
  void refusesDtypesByName(String name, String part) throws Exception {
    Path path = fixture("refused_" + name);
    assertFails(Code.TYPE, part, () -> Npy.read(path));
    assertFails(Code.TYPE, part, () -> Npy.map(path));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "i1",
        "u2",
        "i8",
        "f2",
        "c8",
        "c16",
        "f8_fortran",
        "bool",
        "bytes5",
        "rank0",
        "empty",
        "rank32"
      })
  void writesTheBytesThatNumPyWrites(String name) throws Exception {
    assumeThat(ByteOrder.nativeOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    Path written = folder.resolve("written.npy");
    try (NDArray array = Npy.read(fixture(name))) {
      Npy.write(written, array);
    }
    assertThat(written).hasSameBinaryContentAs(fixture(name));
  }

  static Stream<DType> dtypes() {
    return Stream.concat(
        Arrays.stream(DType.fixed()), Stream.of(DType.bytes(1), DType.bytes(7), DType.bytes(1000)));
  }

  private static NDArray random(DType dtype, long... shape) {
    NDArray array = NDArray.allocate(dtype, shape);
    byte[] bytes = new byte[(int) array.bytes()];
    new Random(1).nextBytes(bytes);
    for (int i = 0; dtype == DType.BOOL && i < bytes.length; i++) {
      bytes[i] &= 1;
    }
    array.copyFrom(0, ByteBuffer.wrap(bytes));
    return array;
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void everyDtypeAndOrderReturns(DType dtype) throws IOException {
    NDArray array = random(dtype, 3, 4, 5);
    List<NDArray> arrays =
        List.of(
            array,
            array.transpose(),
            array.transpose(1, 0, 2),
            array.slice(1, 0, 4, 2),
            array.flip(2),
            array.select(0, 1).broadcastTo(2, 4, 5),
            array.slice(2, 0, 0));
    Path path = folder.resolve("array.npy");
    for (NDArray each : arrays) {
      Npy.write(path, each);
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      Npy.write(out, each);
      assertThat(Files.readAllBytes(path)).isEqualTo(out.toByteArray());
      try (NDArray read = Npy.read(path);
          NDArray mapped = Npy.map(path);
          NDArray streamed = Npy.read(new ByteArrayInputStream(out.toByteArray()))) {
        for (NDArray back : List.of(read, mapped, streamed)) {
          assertThat(back.dtype()).isEqualTo(dtype);
          assertThat(back.shape()).isEqualTo(each.shape());
          assertThat(back.toByteArray()).isEqualTo(each.toByteArray());
          assertThat(back.isFortran() && !back.isContiguous())
              .isEqualTo(each.isFortran() && !each.isContiguous());
        }
      }
    }
  }

  @Test
  void streamsMoreThanItTrusts() throws IOException {
    NDArray array = random(DType.FLOAT32, 3, 5_000_001).transpose();
    Path path = folder.resolve("large.npy");
    Npy.write(path, array);
    try (InputStream in = Files.newInputStream(path);
        NDArray back = Npy.read(in)) {
      assertThat(back.contentEquals(array)).isTrue();
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void streamsSeveralArraysInARow() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Npy.write(out, NDArray.of(new int[] {1, 2}));
    Npy.write(out, NDArray.of(new double[] {3}));
    InputStream in = new ByteArrayInputStream(out.toByteArray());
    assertThat(Npy.read(in).toIntArray()).containsExactly(1, 2);
    assertThat(Npy.read(in).toDoubleArray()).containsExactly(3);
    assertFails(Code.FORMAT, "ends within its header", () -> Npy.read(in));
  }

  @Test
  void mapsWithoutCopying() throws IOException {
    Path path = folder.resolve("mapped.npy");
    Npy.write(path, NDArray.of(new double[] {1, 2, 3}));
    try (NDArray shared = Npy.mapWritable(path);
        NDArray view = Npy.map(path)) {
      shared.setDouble(-5, 1);
      assertThat(view.getDouble(1)).isEqualTo(-5);
      assertFails(Code.READ_ONLY, "read-only", () -> view.setDouble(1, 0));
      assertThat(view.asByteBuffer().isReadOnly()).isTrue();
    }
    assertThat(Npy.read(path).toDoubleArray()).containsExactly(1, -5, 3);
  }

  @Test
  void mappedArraysAreClosed() throws IOException {
    Path path = folder.resolve("mapped.npy");
    Npy.write(path, NDArray.of(new double[] {1, 2, 3}));
    NDArray array = Npy.map(path);
    ByteBuffer buffer = array.asByteBuffer();
    array.close();
    assertFails(Code.CLOSED, "closed", () -> array.getDouble(0));
    assertThat(buffer.getDouble(8)).isEqualTo(2);
  }

  @Test
  void mapsNamesThatAreNoAscii() throws IOException {
    Path path;
    try {
      path = folder.resolve("h\u00f6he %41.npy");
    } catch (java.nio.file.InvalidPathException e) {
      assumeThat(e).as("the locale has no such names").isNull();
      return;
    }
    Npy.write(path, NDArray.of(new int[] {7}));
    assertThat(Npy.map(path).toIntArray()).containsExactly(7);
  }

  @Test
  void otherByteOrderIsReadNotMapped() throws Exception {
    String foreign = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? "f8_big_fortran" : "f8";
    assertFails(Code.TYPE, "use Npy.read", () -> Npy.map(fixture(foreign)));
    assertThat(Npy.map(fixture("i1_big_fortran")).getLong(0, 0)).isEqualTo(-2);
  }

  @Test
  void readsBeyondFourGigabytes() throws IOException {
    long length = 4 * GIGABYTE + 100;
    Path path = folder.resolve("sparse.npy");
    byte[] end = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      byte[] header =
          header("{'descr': '|u1', 'fortran_order': False, 'shape': (" + length + ",), }");
      channel.write(ByteBuffer.wrap(header));
      channel.write(ByteBuffer.wrap(end), header.length + length - end.length);
      assumeThat(channel.size())
          .as("the file system has no sparse files of 4 GB")
          .isEqualTo(header.length + length);
    } catch (IOException e) {
      assumeThat(e).as("the file system has no sparse files of 4 GB").isNull();
    }
    try (NDArray array = Npy.map(path)) {
      assertThat(array.size()).isEqualTo(length);
      assertThat(array.getLong(-1)).isEqualTo(12);
      assertThat(array.getLong(2 * GIGABYTE + 5)).isZero();
      assertThat(array.slice(0, -12, Long.MAX_VALUE).toByteArray()).isEqualTo(end);
      assertThat(array.slice(0, Long.MAX_VALUE, -5, -1).toByteArray())
          .containsExactly(12, 11, 10, 9);
      assertThat(array.slice(0, length - 8, length).asByteBuffer().get(7)).isEqualTo((byte) 12);
      assertFails(Code.LIMIT, "more than a ByteBuffer", array::asByteBuffer);
      assertFails(Code.LIMIT, "more than a Java array", array::toByteArray);
    }
    try (NDArray array = Npy.mapWritable(path)) {
      array.setLong(99, 3 * GIGABYTE);
      assertThat(array.slice(0, 3 * GIGABYTE - 1, 3 * GIGABYTE + 2).toLongArray())
          .containsExactly(0, 99, 0);
    }
  }

  @Test
  void elementsLieAcrossWindows() throws IOException {
    Path path = folder.resolve("sparse.npy");
    long size = GIGABYTE / 8 + 10;
    byte[] header =
        header("{'descr': '<f8', 'fortran_order': False, 'shape': (" + size + ",), }", 3);
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(header));
      channel.write(ByteBuffer.allocate(1), header.length + size * 8 - 1);
    } catch (IOException e) {
      assumeThat(e).as("the file system has no sparse files of 1 GB").isNull();
    }
    try (NDArray array = Npy.mapWritable(path)) {
      for (long i = size - 20; i < size; i++) {
        array.setDouble(i, i);
      }
      double[] tail = array.slice(0, size - 20, size).toDoubleArray();
      for (int i = 0; i < 20; i++) {
        assertThat(tail[i]).isEqualTo(size - 20 + i);
      }
    }
  }

  @Test
  void writingReplacesWholeFilesOnly() throws IOException {
    Path path = folder.resolve("a.npy");
    Npy.write(path, NDArray.of(new int[] {1}));
    NDArray closed = NDArray.of(new int[] {2});
    closed.close();
    assertFails(Code.CLOSED, "closed", () -> Npy.write(path, closed));
    assertThat(Npy.read(path).toIntArray()).containsExactly(1);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(path);
    }
    Path link = Files.createSymbolicLink(folder.resolve("link.npy"), path);
    Npy.write(link, NDArray.of(new int[] {3}));
    assertThat(link).isSymbolicLink();
    assertThat(Npy.read(path).toIntArray()).containsExactly(3);
    try (NDArray mapped = Npy.map(path)) {
      Npy.write(path, mapped.flip(0));
    }
    assertThat(Npy.read(path).toIntArray()).containsExactly(3);
  }

  @Test
  void failsAsFilesDo() {
    assertThatThrownBy(() -> Npy.read(folder.resolve("missing.npy")))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Npy.map(folder.resolve("missing.npy")))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Npy.read(folder)).isInstanceOf(IOException.class);
    assertThatThrownBy(
            () -> Npy.write(folder.resolve("missing/a.npy"), NDArray.allocate(DType.INT8)))
        .isInstanceOf(IOException.class);
    assertFails(
        Code.LIMIT,
        "are not in",
        () -> NDArray.map(fixture("f8"), 0, false, DType.FLOAT64, NDArray.Order.C, 1000));
  }

  private static byte[] header(String dict) {
    return header(dict, 0);
  }

  /** A file of version 1.0 that has only a header. */
  private static byte[] header(String dict, int padding) {
    byte[] text = (dict + " ".repeat(padding) + "\n").getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer buffer = ByteBuffer.allocate(10 + text.length).order(ByteOrder.LITTLE_ENDIAN);
    buffer
        .put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0})
        .putShort((short) text.length);
    return buffer.put(text).array();
  }

  private void assertRefused(String part, byte[] file) throws IOException {
    Path path = folder.resolve("hostile.npy");
    Files.write(path, file);
    for (ThrowingCallable call :
        List.<ThrowingCallable>of(
            () -> Npy.read(path),
            () -> Npy.map(path),
            () -> Npy.read(new ByteArrayInputStream(file)))) {
      assertFails(Code.FORMAT, part, call);
    }
  }

  static Stream<Arguments> hostileDicts() {
    return Stream.of(
        Arguments.of("", "the end"),
        Arguments.of("[]", "instead of '{'"),
        Arguments.of("{", "the end"),
        Arguments.of("{}", "no 'descr'"),
        Arguments.of("{'descr': '|u1'}", "no 'fortran_order'"),
        Arguments.of("{'descr': '|u1', 'fortran_order': False}", "no 'shape'"),
        Arguments.of("{'descr': '|u1', 'fortran_order': False, 'shape': ()", "the end"),
        Arguments.of(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (), 'more': 1}",
            "unknown key 'more'"),
        Arguments.of(
            "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': ()}",
            "'descr' twice"),
        Arguments.of("{'descr': '|u1' 'fortran_order': False, 'shape': ()}", "instead of ','"),
        Arguments.of("{'descr': '|u1', 'fortran_order': 0, 'shape': ()}", "True or False"),
        Arguments.of("{'descr': '|u1', 'fortran_order': False, 'shape': (3)}", "not a tuple"),
        Arguments.of("{'descr': '|u1', 'fortran_order': False, 'shape': (3 4)}", "instead of ','"),
        Arguments.of("{'descr': '|u1', 'fortran_order': False, 'shape': (,)}", "a length"),
        Arguments.of("{'descr': '|u1', 'fortran_order': False, 'shape': [3]}", "instead of '('"),
        Arguments.of("{'descr': '|u1', 'fortran_order': False, 'shape': 3}", "instead of '('"),
        Arguments.of("{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}", "negative"),
        Arguments.of("{'descr': '|u1', 'fortran_order': False, 'shape': (1e9,)}", "instead of ','"),
        Arguments.of(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999,)}",
            "beyond 2^63"),
        Arguments.of(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4)}",
            "beyond 2^63"),
        Arguments.of(
            "{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4)}",
            "beyond 2^63"),
        Arguments.of(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (" + "1,".repeat(65) + ")}",
            "65 axes"),
        Arguments.of(
            "{'descr': '|u1', 'fortran_order': False, 'shape': (" + "(".repeat(5000), "a length"),
        Arguments.of("{'descr': 'float64', 'fortran_order': False, 'shape': ()}", "no dtype"),
        Arguments.of("{'descr': '', 'fortran_order': False, 'shape': ()}", "no dtype"),
        Arguments.of("{'descr': '<f3x', 'fortran_order': False, 'shape': ()}", "no dtype"),
        Arguments.of("{'descr': '|u1, 'fortran_order': False, 'shape': ()}", "no dtype"),
        Arguments.of("{'descr': '|u1", "without an end"),
        Arguments.of("{'descr': '|u1', 'fortran_order': False, 'shape': ()}\0", "0x00"),
        Arguments.of("\0{'descr': '|u1', 'fortran_order': False, 'shape': ()}", "0x00"),
        Arguments.of(
            "{'descr': '|u1', 'fortran_order': False, 'shape': ()} {}", "the end of the header"),
        Arguments.of("{'shape': ".repeat(1000), "instead of '('"));
  }

  @ParameterizedTest
  @MethodSource("hostileDicts")
  void refusesHostileDicts(String dict, String part) throws IOException {
    assertRefused(part, header(dict));
  }

  @Test
  void refusesHostileFiles() throws IOException {
    byte[] good =
        Files.readAllBytes(
            Files.write(
                folder.resolve("good"),
                header("{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}")));
    assertRefused("within its header", new byte[0]);
    assertRefused("within its header", Arrays.copyOf(good, 7));
    assertRefused("within its header", Arrays.copyOf(good, 9));
    assertRefused("within its header", Arrays.copyOf(good, good.length - 5));
    assertRefused("magic number", "not an npy file, certainly".getBytes(StandardCharsets.US_ASCII));
    assertRefused(".npz archive", "PK\3\4 and so on".getBytes(StandardCharsets.US_ASCII));
    assertRefused("version 9.0", with(good, 6, 9));
    assertRefused("version 1.1", with(good, 7, 1));
    byte[] longHeader = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, -1, -1, -1, -1, '{'};
    assertRefused("4294967295 bytes", longHeader);
  }

  @Test
  void refusesSizesThatLie() throws IOException {
    Path path = folder.resolve("lie.npy");
    for (long length : new long[] {3, 1L << 40, Long.MAX_VALUE}) {
      byte[] file = header("{'descr': '|u1', 'fortran_order': False, 'shape': (" + length + ",)}");
      Files.write(path, Arrays.copyOf(file, file.length + 2));
      assertFails(
          Code.FORMAT,
          "promises " + length + " bytes of elements, but it has 2",
          () -> Npy.read(path));
      assertFails(Code.FORMAT, "promises " + length, () -> Npy.map(path));
      assertFails(Code.FORMAT, "within its elements", () -> Npy.read(Files.newInputStream(path)));
    }
    byte[] file = header("{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}");
    Files.write(path, Arrays.copyOf(file, file.length + 2));
    assertFails(Code.FORMAT, "promises 1 bytes of elements, but it has 2", () -> Npy.read(path));
  }

  private static byte[] with(byte[] file, int index, int value) {
    byte[] changed = file.clone();
    changed[index] = (byte) value;
    return changed;
  }

  @Test
  void takesPythonsOtherSpellings() throws IOException {
    byte[] file = header("\t{\"shape\":(2L,)  ,\"fortran_order\" :False,\"descr\":\"=i2\",}");
    Files.write(folder.resolve("a.npy"), Arrays.copyOf(file, file.length + 4));
    assertThat(Npy.read(folder.resolve("a.npy")).toIntArray()).containsExactly(0, 0);
  }

  @Test
  void normalisesTruthValues() throws IOException {
    byte[] file = header("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}");
    NDArray array =
        Npy.read(
            new ByteArrayInputStream(with(Arrays.copyOf(file, file.length + 2), file.length, 2)));
    assertThat(array.toByteArray()).containsExactly(1, 0);
  }

  @Test
  void writesToWhatIsNoRegularFile() throws IOException {
    Path device = Path.of("/dev/null");
    assumeThat(device).exists();
    Npy.write(device, NDArray.of(new int[] {1}));
    assertThat(Files.isRegularFile(device)).isFalse();
  }

  @Test
  void failedStreamsAreReported() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left");
          }
        };
    assertThatThrownBy(() -> Npy.write(full, NDArray.of(new int[] {1})))
        .hasMessage("no space left");
  }
}
