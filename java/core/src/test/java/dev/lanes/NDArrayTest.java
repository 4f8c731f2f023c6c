package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanes.LanesException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arrays: making, viewing, reading, writing, closing. */
class NDArrayTest {
  private static final long FIRST = Long.MIN_VALUE;
  private static final long LAST = Long.MAX_VALUE;

  static DType[] dtypes() {
    DType[] fixed = DType.fixed();
    DType[] all = Arrays.copyOf(fixed, fixed.length + 2);
    all[fixed.length] = DType.bytes(5);
    all[fixed.length + 1] = DType.bytes(100);
    return all;
  }

  private static void assertFails(Code code, String part, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(LanesException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(part);
  }

  private static NDArray counting(long... shape) {
    long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    double[] values = new double[(int) size];
    Arrays.setAll(values, i -> i);
    return NDArray.of(values, shape);
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  @ParameterizedTest
  @MethodSource("dtypes")
  void allocatesZerosInCOrder(DType dtype) {
    try (NDArray array = NDArray.allocate(dtype, 2, 3)) {
      assertThat(array.dtype()).isEqualTo(dtype);
      assertThat(array.shape()).containsExactly(2, 3);
      assertThat(array.strides()).containsExactly(3L * dtype.bytes(), dtype.bytes());
      assertThat(array.rank()).isEqualTo(2);
      assertThat(array.size()).isEqualTo(6);
      assertThat(array.bytes()).isEqualTo(6L * dtype.bytes());
      assertThat(array.isContiguous()).isTrue();
      assertThat(array.isFortran()).isFalse();
      assertThat(array.isReadOnly()).isFalse();
      assertThat(array.toByteArray()).isEqualTo(new byte[6 * dtype.bytes()]);
    }
  }

  @Test
  void copiesJavaArrays() {
    assertThat(NDArray.of(new double[] {1, 2.5}).toDoubleArray()).containsExactly(1, 2.5);
    assertThat(NDArray.of(new float[] {1, 2.5f}).toFloatArray()).containsExactly(1, 2.5f);
    assertThat(NDArray.of(new long[] {1, 1L << 40}).toLongArray()).containsExactly(1, 1L << 40);
    assertThat(NDArray.of(new int[] {1, -2}).toIntArray()).containsExactly(1, -2);
    assertThat(NDArray.of(new short[] {1, -2}).toIntArray()).containsExactly(1, -2);
    assertThat(NDArray.of(new byte[] {1, -2}).toLongArray()).containsExactly(1, -2);
    assertThat(NDArray.of(new boolean[] {true, false}).toBooleanArray())
        .containsExactly(true, false);
    assertThat(NDArray.of(new double[6], 2, 3).shape()).containsExactly(2, 3);
    assertThat(NDArray.of(new double[0]).shape()).containsExactly(0);
    assertThat(NDArray.of(new int[0], 3, 0).size()).isZero();
    assertFails(
        Code.SHAPE, "6 values do not fill shape [2, 2]", () -> NDArray.of(new double[6], 2, 2));
  }

  @Test
  void refusesWhatIsNoShape() {
    assertFails(Code.SHAPE, "negative length", () -> NDArray.allocate(DType.INT8, 2, -1));
    assertFails(Code.LIMIT, "beyond 2^63", () -> NDArray.allocate(DType.INT16, 1L << 32, 1L << 31));
    assertFails(
        Code.LIMIT, "beyond 2^63", () -> NDArray.allocate(DType.INT8, 0, 1L << 32, 1L << 31));
    assertFails(Code.LIMIT, "bytes", () -> NDArray.allocate(DType.INT8, 1L << 57));
    assertFails(Code.LIMIT, "64 axes", () -> NDArray.allocate(DType.INT8, new long[65]));
    assertThat(NDArray.allocate(DType.INT8, new long[64]).size()).isZero();
  }

  @Test
  void readsAndWritesElementsOfEveryDtype() {
    for (DType dtype : DType.fixed()) {
      NDArray array = NDArray.allocate(dtype, 2, 2);
      array.setBoolean(true, 0, 1);
      if (dtype != DType.BOOL) {
        array.setLong(100, -1, 0);
        assertThat(array.getComplex(1, 0)).as(dtype.toString()).containsExactly(100, 0);
      }
      assertThat(array.getComplex(0, 1)).as(dtype.toString()).containsExactly(1, 0);
      assertThat(array.getComplex(0, 0)).as(dtype.toString()).containsExactly(0, 0);
    }
    NDArray floats = NDArray.allocate(DType.FLOAT16, 1);
    floats.setDouble(1.0 / 3, 0);
    assertThat(floats.getDouble(0)).isEqualTo(0.333251953125);
    NDArray complex = NDArray.allocate(DType.COMPLEX64, 1);
    complex.setComplex(1.5, -2.5, 0);
    assertThat(complex.getComplex(0)).containsExactly(1.5, -2.5);
    NDArray bytes = NDArray.allocate(DType.bytes(3), 2);
    bytes.setBytes(new byte[] {'a', 'b'}, 1);
    assertThat(bytes.getBytes(1)).containsExactly('a', 'b', 0);
    NDArray unsigned = NDArray.allocate(DType.UINT32, 1);
    unsigned.setLong(0xffffffffL, 0);
    assertThat(unsigned.getLong(0)).isEqualTo(0xffffffffL);
    assertThat(unsigned.getDouble(0)).isEqualTo(4294967295.0);
  }

  @Test
  void refusesLossyElements() {
    NDArray ints = NDArray.allocate(DType.INT8, 1);
    assertFails(Code.CAST, "300 is outside the range of int8", () -> ints.setLong(300, 0));
    assertFails(Code.CAST, "float64 does not convert to int8", () -> ints.setDouble(1, 0));
    assertFails(Code.CAST, "int8 does not convert to bool", () -> ints.getBoolean(0));
    NDArray doubles = NDArray.allocate(DType.FLOAT64, 1);
    assertFails(Code.CAST, "float64", () -> doubles.getLong(0));
    assertFails(Code.CAST, "float64", doubles::toIntArray);
    assertFails(Code.CAST, "complex128", () -> doubles.setComplex(1, 0, 0));
    NDArray complex = NDArray.allocate(DType.COMPLEX64, 1);
    assertFails(Code.CAST, "complex64", complex::toDoubleArray);
    NDArray bytes = NDArray.allocate(DType.bytes(2), 1);
    assertFails(Code.CAST, "bytes(2)", () -> bytes.getDouble(0));
    assertFails(Code.CAST, "3 bytes", () -> bytes.setBytes(new byte[3], 0));
  }

  @Test
  void refusesIndexesOutside() {
    NDArray array = counting(2, 3);
    assertThat(array.getDouble(-1, -3)).isEqualTo(3);
    assertFails(Code.AXIS, "index 3 on axis 1 of 3 elements", () -> array.getDouble(0, 3));
    assertFails(Code.AXIS, "index -3 on axis 0", () -> array.getDouble(-3, 0));
    assertFails(Code.AXIS, "1 indexes for an array of 2 axes", () -> array.getDouble(0));
    assertFails(Code.AXIS, "axis 2", () -> array.select(2, 0));
    assertFails(Code.AXIS, "axis -3", () -> array.slice(-3, 0, 1));
    assertFails(Code.AXIS, "twice", () -> array.transpose(0, -2));
    assertFails(Code.AXIS, "axes [0]", () -> array.transpose(0));
    assertFails(Code.SHAPE, "step", () -> array.slice(0, 0, 1, 0));
  }

  @Test
  void slicesAsPythonDoes() {
    NDArray array = counting(10);
    assertThat(array.slice(0, 2, 5).toDoubleArray()).containsExactly(2, 3, 4);
    assertThat(array.slice(0, -3, LAST).toDoubleArray()).containsExactly(7, 8, 9);
    assertThat(array.slice(0, 1, 8, 3).toDoubleArray()).containsExactly(1, 4, 7);
    assertThat(array.slice(0, LAST, FIRST, -4).toDoubleArray()).containsExactly(9, 5, 1);
    assertThat(array.slice(0, 5, 2, -1).toDoubleArray()).containsExactly(5, 4, 3);
    assertThat(array.slice(0, -2, -100, -5).toDoubleArray()).containsExactly(8, 3);
    assertThat(array.slice(0, 5, 2).size()).isZero();
    assertThat(array.slice(0, 3, 9, LAST).toDoubleArray()).containsExactly(3);
    assertThat(array.slice(0, 9, 3, FIRST).toDoubleArray()).containsExactly(9);
    assertThat(array.flip(0).slice(0, 0, 2).toDoubleArray()).containsExactly(9, 8);
    assertThat(counting(3, 4).slice(1, 1, -1).select(0, 2).toDoubleArray()).containsExactly(9, 10);
  }

  @Test
  void viewsShareMemory() {
    NDArray array = counting(2, 3);
    array.transpose().setDouble(-1, 2, 0);
    array.slice(1, 0, 1).setDouble(-2, 1, 0);
    array.reshape(-1).setDouble(-3, 4);
    assertThat(array.toDoubleArray()).containsExactly(0, 1, -1, -2, -3, 5);
    assertThat(array.transpose().toDoubleArray()).containsExactly(0, -2, 1, -3, -1, 5);
  }

  @Test
  void reshapes() {
    NDArray array = counting(2, 6);
    assertThat(array.reshape(3, -1).shape()).containsExactly(3, 4);
    assertThat(array.reshape(1, 12, 1).toDoubleArray()).isEqualTo(array.toDoubleArray());
    assertThat(array.slice(1, 0, 4).reshape(2, 2, 2).strides()).containsExactly(48, 16, 8);
    NDArray copied = array.transpose().reshape(12);
    assertThat(copied.toDoubleArray()).containsExactly(0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11);
    copied.setDouble(99, 0);
    assertThat(array.getDouble(0, 0)).isZero();
    assertThat(NDArray.of(new int[] {7}).reshape().item()).isEqualTo(7L);
    assertThat(NDArray.allocate(DType.INT8, 0, 3).reshape(5, 0).shape()).containsExactly(5, 0);
    assertFails(Code.SHAPE, "does not reshape to [5, -1]", () -> array.reshape(5, -1));
    assertFails(Code.SHAPE, "12 elements", () -> array.reshape(11));
    assertFails(Code.SHAPE, "reshape", () -> array.reshape(-1, -1));
    assertFails(Code.SHAPE, "reshape", () -> array.reshape(0, -1));
    assertFails(Code.SHAPE, "negative", () -> array.reshape(-2, -6));
  }

  @Test
  void broadcasts() {
    NDArray row = counting(3);
    NDArray wide = row.broadcastTo(2, 3);
    assertThat(wide.toDoubleArray()).containsExactly(0, 1, 2, 0, 1, 2);
    assertThat(wide.strides()).containsExactly(0, 8);
    assertThat(wide.isReadOnly()).isTrue();
    assertFails(Code.READ_ONLY, "read-only", () -> wide.setDouble(1, 0, 0));
    assertFails(Code.READ_ONLY, "read-only", () -> wide.slice(0, 0, 1).setDouble(1, 0, 0));
    assertFails(Code.SHAPE, "[3] does not broadcast to [2]", () -> row.broadcastTo(2));
    assertFails(Code.SHAPE, "does not broadcast", () -> wide.broadcastTo(3));
    assertFails(Code.LIMIT, "2^63", () -> row.broadcastTo(1L << 62, 3));
  }

  @Test
  void knowsItsOrder() {
    NDArray array = counting(2, 3);
    assertThat(array.transpose().isFortran()).isTrue();
    assertThat(array.transpose().isContiguous()).isFalse();
    assertThat(array.slice(0, 0, 1).isContiguous()).isTrue();
    assertThat(array.slice(1, 0, 2).isContiguous()).isFalse();
    assertThat(array.slice(1, 0, 0).isContiguous()).isTrue();
    assertThat(array.copy(NDArray.Order.FORTRAN).strides()).containsExactly(8, 16);
    assertThat(array.copy(NDArray.Order.FORTRAN).contentEquals(array)).isTrue();
    assertThat(array.transpose().copy().isContiguous()).isTrue();
  }

  @Test
  void itemNeedsOneElement() {
    assertThat(NDArray.of(new double[] {2.5}, 1, 1).item()).isEqualTo(2.5);
    assertThat(NDArray.of(new boolean[] {true}).item()).isEqualTo(true);
    assertThat(NDArray.of(new short[] {-3}).item()).isEqualTo(-3L);
    assertThat((double[]) NDArray.allocate(DType.COMPLEX64).item()).containsExactly(0, 0);
    assertThat((byte[]) NDArray.allocate(DType.bytes(2)).item()).containsExactly(0, 0);
    assertFails(Code.SHAPE, "[2]", () -> NDArray.of(new double[2]).item());
  }

  @Test
  void convertsWhenCopying() {
    NDArray target = NDArray.allocate(DType.FLOAT32, 2, 2);
    target.copyFrom(NDArray.of(new int[] {1, 2}));
    assertThat(target.toFloatArray()).containsExactly(1, 2, 1, 2);
    long odd = (1L << 62) + (1L << 38) + 1; // rounds differently by way of double
    target.copyFrom(NDArray.of(new long[] {odd}));
    assertThat(target.getDouble(0, 0)).isEqualTo((float) odd);
    NDArray narrow = NDArray.allocate(DType.UINT8, 1);
    narrow.copyFrom(NDArray.of(new int[] {-1}));
    assertThat(narrow.getLong(0)).isEqualTo(255);
    NDArray longer = NDArray.allocate(DType.bytes(4), 1);
    NDArray bytes = NDArray.allocate(DType.bytes(2), 1);
    bytes.setBytes(new byte[] {'x', 'y'}, 0);
    longer.copyFrom(bytes);
    assertThat(longer.getBytes(0)).containsExactly('x', 'y', 0, 0);
    assertFails(Code.CAST, "bytes(4)", () -> bytes.copyFrom(longer));
    assertFails(Code.CAST, "float64", () -> narrow.copyFrom(counting(1)));
    assertFails(Code.SHAPE, "broadcast", () -> target.copyFrom(counting(3)));
  }

  @Test
  void copiesBetweenOverlappingViews() {
    NDArray array = counting(6);
    array.slice(0, 1, 6).copyFrom(array.slice(0, 0, 5));
    assertThat(array.toDoubleArray()).containsExactly(0, 0, 1, 2, 3, 4);
    array.copyFrom(array.flip(0));
    assertThat(array.toDoubleArray()).containsExactly(4, 3, 2, 1, 0, 0);
  }

  @Test
  void wrapsDirectBuffers() {
    ByteBuffer bytes = direct(40);
    bytes.position(3).limit(3 + 24);
    NDArray array = NDArray.wrap(bytes, DType.FLOAT64, 3);
    array.setDouble(1.5, 1);
    assertThat(bytes.getDouble(3 + 8)).isEqualTo(1.5);
    assertThat(NDArray.wrap(bytes, DType.INT16).shape()).containsExactly(12);
    FloatBuffer floats = direct(16).asFloatBuffer().position(1);
    NDArray typed = NDArray.wrap(floats, DType.FLOAT32);
    typed.setDouble(2.5, 2);
    assertThat(floats.get(3)).isEqualTo(2.5f);
    assertThat(typed.size()).isEqualTo(3);
    assertThat(NDArray.wrap(direct(16).asLongBuffer(), DType.INT64).size()).isEqualTo(2);
    assertThat(NDArray.wrap(direct(16).asCharBuffer(), DType.UINT16).size()).isEqualTo(8);
    assertThat(NDArray.wrap(direct(16).asShortBuffer(), DType.BFLOAT16).size()).isEqualTo(8);
    assertThat(NDArray.wrap(direct(16).asDoubleBuffer(), DType.COMPLEX128).size()).isEqualTo(1);
    assertThat(NDArray.wrap(direct(16).asIntBuffer(), DType.UINT32).size()).isEqualTo(4);
    assertThat(NDArray.wrap(direct(0), DType.INT8).size()).isZero();
    array.close();
    assertFails(Code.CLOSED, "closed", () -> array.getDouble(0));
    assertThat(bytes.getDouble(3 + 8)).isEqualTo(1.5);
  }

  @Test
  void refusesBuffersThatDoNotFit() {
    assertFails(Code.TYPE, "heap buffer", () -> NDArray.wrap(ByteBuffer.allocate(8), DType.INT8));
    assertFails(
        Code.TYPE,
        "order(ByteOrder.nativeOrder())",
        () -> NDArray.wrap(ByteBuffer.allocateDirect(8).order(other()), DType.INT16));
    assertFails(
        Code.TYPE,
        "byte order",
        () ->
            NDArray.wrap(ByteBuffer.allocateDirect(8).order(other()).asLongBuffer(), DType.INT64));
    assertFails(
        Code.TYPE,
        "IntBuffer does not hold float32",
        () -> NDArray.wrap(direct(8).asIntBuffer(), DType.FLOAT32));
    assertFails(
        Code.SHAPE, "needs 16 bytes, there are 8", () -> NDArray.wrap(direct(8), DType.INT64, 2));
    assertThat(NDArray.wrap(ByteBuffer.allocateDirect(8), DType.UINT8).size()).isEqualTo(8);
    NDArray readOnly =
        NDArray.wrap(direct(8).asReadOnlyBuffer().order(ByteOrder.nativeOrder()), DType.INT64);
    assertThat(readOnly.isReadOnly()).isTrue();
    assertFails(Code.READ_ONLY, "read-only", () -> readOnly.setLong(1, 0));
  }

  private static ByteOrder other() {
    return ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
        ? ByteOrder.LITTLE_ENDIAN
        : ByteOrder.BIG_ENDIAN;
  }

  @Test
  void wrapsAddresses() {
    ByteBuffer memory = direct(64);
    long address = DirectBuffers.address(memory);
    NDArray array = NDArray.wrap(address + 1, 16, memory, DType.INT64);
    array.setLong(42, 1);
    assertThat(memory.getLong(9)).isEqualTo(42);
    assertThat(array.asByteBuffer().getLong(8)).isEqualTo(42);
    assertFails(
        Code.SHAPE, "needs 24 bytes", () -> NDArray.wrap(address, 16, memory, DType.INT64, 3));
    assertFails(Code.LIMIT, "at address 0", () -> NDArray.wrap(0, 16, memory, DType.INT64));
    assertFails(Code.LIMIT, "-1 bytes", () -> NDArray.wrap(address, -1, memory, DType.INT64));
  }

  @Test
  void exportsABufferThatOutlivesClose() {
    NDArray array = counting(4);
    ByteBuffer buffer = array.asByteBuffer();
    assertThat(buffer.order()).isEqualTo(ByteOrder.nativeOrder());
    ByteBuffer tail = buffer.slice(8, 24).order(ByteOrder.nativeOrder());
    array.setDouble(7, 3);
    array.close();
    assertThat(tail.getDouble(16)).isEqualTo(7);
    assertFails(Code.CLOSED, "closed", array::asByteBuffer);
    assertFails(Code.SHAPE, "copy()", () -> counting(2, 2).transpose().asByteBuffer());
    assertThat(counting(2).broadcastTo(1, 2).asByteBuffer().isReadOnly()).isTrue();
  }

  @Test
  void refusesUseAfterClose() {
    NDArray array = counting(4);
    NDArray view = array.slice(0, 1, 3);
    view.close();
    assertThat(view.getDouble(0)).isEqualTo(1);
    array.close();
    array.close();
    assertThat(array.isClosed()).isTrue();
    assertThat(view.isClosed()).isTrue();
    NDArray open = counting(4);
    assertFails(Code.CLOSED, "closed", () -> view.getDouble(0));
    assertFails(Code.CLOSED, "closed", () -> array.setDouble(1, 0));
    assertFails(Code.CLOSED, "closed", array::toDoubleArray);
    assertFails(Code.CLOSED, "closed", array::toByteArray);
    assertFails(Code.CLOSED, "closed", array::copy);
    assertFails(Code.CLOSED, "closed", () -> array.copyFrom(open));
    assertFails(Code.CLOSED, "closed", () -> open.copyFrom(array));
    assertFails(Code.CLOSED, "closed", () -> open.contentEquals(array));
    assertThat(array.toString()).contains("closed");
    assertThat(array.shape()).containsExactly(4);
  }

  @Test
  void closeInAnotherThreadIsAnException() throws InterruptedException {
    for (int round = 0; round < 20; round++) {
      NDArray array = NDArray.allocate(DType.FLOAT64, 1 << 20);
      AtomicReference<Throwable> end = new AtomicReference<>();
      Thread reader =
          new Thread(
              () -> {
                try {
                  while (true) {
                    array.toDoubleArray();
                    array.setDouble(array.getDouble(5), 6);
                  }
                } catch (Throwable e) {
                  end.set(e);
                }
              });
      reader.start();
      Thread.sleep(round);
      array.close();
      reader.join();
      assertThat(end.get())
          .isInstanceOfSatisfying(
              LanesException.class, e -> assertThat(e.code()).isEqualTo(Code.CLOSED));
    }
  }

  @Test
  void comparesContents() {
    NDArray array = NDArray.of(new double[] {Double.NaN, 0.0});
    assertThat(
            array.contentEquals(
                NDArray.of(new double[] {Double.longBitsToDouble(0x7ff8000000000123L), 0.0})))
        .isTrue();
    assertThat(array.contentEquals(NDArray.of(new double[] {Double.NaN, -0.0}))).isFalse();
    assertThat(array.contentEquals(NDArray.of(new double[] {Double.NaN, 0.0}, 2, 1))).isFalse();
    assertThat(array.contentEquals(NDArray.of(new float[] {Float.NaN, 0f}))).isFalse();
  }

  @Test
  void knowsWhatMayOverlap() {
    NDArray array = counting(10);
    assertThat(NDArray.mayShareBytes(array, array.flip(0))).isTrue();
    assertThat(NDArray.mayShareBytes(array.slice(0, 0, 5), array.slice(0, 5, 10))).isFalse();
    assertThat(NDArray.mayShareBytes(array.slice(0, 0, 6), array.slice(0, 5, 10).flip(0))).isTrue();
    assertThat(NDArray.mayShareBytes(array.slice(0, 3, 3), array)).isFalse();
    assertThat(NDArray.mayShareBytes(array, counting(10))).isFalse();
    ByteBuffer buffer = direct(64);
    assertThat(
            NDArray.mayShareBytes(
                NDArray.wrap(buffer, DType.INT8), NDArray.wrap(buffer, DType.INT64)))
        .isTrue();
    NDArray low = NDArray.wrap(buffer.slice(0, 32).order(ByteOrder.nativeOrder()), DType.INT64);
    NDArray high = NDArray.wrap(buffer.slice(32, 32).order(ByteOrder.nativeOrder()), DType.INT64);
    assertThat(NDArray.mayShareBytes(low, high)).isFalse();
  }

  @Test
  void lengthsAndStridesAreToldByAxis() {
    NDArray array = counting(2, 3).transpose();
    assertThat(array.length(0)).isEqualTo(3);
    assertThat(array.length(-1)).isEqualTo(2);
    assertThat(array.stride(0)).isEqualTo(8);
    assertThat(array.stride(-1)).isEqualTo(24);
    assertFails(Code.AXIS, "axis 2", () -> array.length(2));
    assertFails(Code.AXIS, "axis -3", () -> array.stride(-3));
  }

  @Test
  void addressesLeadToTheElements() {
    NDArray array = counting(3, 4);
    NDArray part = array.slice(0, 1, 3).flip(1);
    try (Hold hold = part.hold()) {
      NDArray there = NDArray.wrap(hold.address(), 8, array, DType.FLOAT64);
      assertThat(there.getDouble(0)).isEqualTo(7);
    }
  }

  @Test
  void whatIsHeldOutlivesItsClose() {
    NDArray array = counting(3);
    Hold hold = array.hold();
    array.close();
    assertFails(Code.CLOSED, "closed", () -> array.hold());
    NDArray there = NDArray.wrap(hold.address(), 24, null, DType.FLOAT64);
    assertThat(there.toDoubleArray()).containsExactly(0, 1, 2);
    hold.close();
    hold.close();
  }

  @Test
  void arraysTellWhetherTheyMayShareMemory() {
    NDArray array = counting(4);
    assertThat(array.slice(0, 0, 3).mayShareMemory(array.slice(0, 2, 4))).isTrue();
    assertThat(array.slice(0, 0, 2).mayShareMemory(array.slice(0, 2, 4))).isFalse();
    assertThat(array.mayShareMemory(counting(4))).isFalse();
  }
}
