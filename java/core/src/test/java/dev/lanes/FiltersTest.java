package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Filters on every layout, in place, by threads, at the ends of their ranges. */
@Tag("engine")
@net.jqwik.api.Tag("engine")
class FiltersTest {

  private static final List<DType> DTYPES =
      List.of(DType.UINT8, DType.INT16, DType.UINT16, DType.FLOAT32, DType.FLOAT64);

  private static NDArray random(Random random, DType dtype, long... shape) {
    NDArray array = NDArray.allocate(dtype, shape);
    NDArray flat = array.reshape(array.size());
    for (long i = 0; i < flat.size(); i++) {
      if (dtype == DType.FLOAT32 || dtype == DType.FLOAT64) {
        double special = random.nextInt(60) == 0 ? Double.NaN : -0.0;
        flat.setDouble(random.nextInt(8) == 0 ? special : random.nextGaussian() * 1000, i);
      } else {
        int value = random.nextInt(65536);
        flat.setLong(
            dtype == DType.UINT8 ? value & 255 : dtype == DType.INT16 ? (short) value : value, i);
      }
    }
    return array;
  }

  /** The same values elsewhere: turned axes, gaps, backwards. */
  private static NDArray relaid(Random random, NDArray values) {
    int rank = values.rank();
    int[] order = IntStream.range(0, rank).toArray();
    for (int i = rank - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int axis = order[i];
      order[i] = order[j];
      order[j] = axis;
    }
    long[] shape = new long[rank];
    int[] back = new int[rank];
    for (int i = 0; i < rank; i++) {
      shape[i] = values.shape()[order[i]] * 2 + 1;
      back[order[i]] = i;
    }
    NDArray view = NDArray.allocate(values.dtype(), shape);
    for (int i = 0; i < rank; i++) {
      boolean isWhole = random.nextBoolean();
      long length = values.shape()[order[i]];
      view = isWhole ? view.slice(i, 1, 1 + length) : view.slice(i, 1, 1 + 2 * length, 2);
      view = random.nextInt(3) == 0 ? view.flip(i) : view;
    }
    NDArray result = view.transpose(back);
    result.copyFrom(values);
    return result;
  }

  private static Filter filter(Random random, int[] axes, DType dtype) {
    int n = axes.length;
    int size = 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 6);
    Filter filter =
        switch (random.nextInt(dtype == DType.UINT8 ? 9 : 7)) {
          case 0 -> Filters.gaussian(random.nextDouble() * 4).order(random.nextInt(3));
          case 1 -> Filters.box(size);
          case 2 -> Filters.minimum(size);
          case 3 -> Filters.maximum(size);
          case 4 ->
              Filters.median(IntStream.range(0, n).mapToLong(i -> 1 + size % (3 + i)).toArray());
          case 5 -> Filters.sobel(axes[random.nextInt(n)]);
          case 6 -> kernel(random, n);
          case 7 -> Filters.pillowBox(random.nextDouble() * 12);
          default -> Filters.pillowGaussian(random.nextDouble() * 12);
        };
    if (filter.kind().isPillow()) {
      return filter.axes(axes);
    }
    Filter.Mode mode = Filter.Mode.values()[random.nextInt(5)];
    filter = mode == Filter.Mode.CONSTANT ? filter.constant(random.nextInt(99)) : filter.mode(mode);
    return filter.axes(axes);
  }

  private static Filter kernel(Random random, int rank) {
    long[] shape = random.longs(rank, 1, 5).toArray();
    NDArray weights = random(random, DType.FLOAT64, shape);
    boolean isFinite = Arrays.stream(weights.toDoubleArray()).noneMatch(Double::isNaN);
    NDArray kernel = isFinite ? weights : NDArray.allocate(DType.INT16, shape);
    return random.nextBoolean() ? Filters.correlate(kernel) : Filters.convolve(kernel);
  }

  private static int[] axes(Random random, int rank) {
    int[] all = IntStream.range(0, rank).filter(axis -> random.nextInt(3) > 0).toArray();
    return all.length == 0 ? new int[] {random.nextInt(rank) - rank} : all;
  }

  /** Same bits, whatever the bits of a NaN. */
  private static void requireSame(NDArray actual, NDArray expected, String what) {
    assertThat(actual.copy().contentEquals(expected.copy()))
        .as("%s: %s, not %s", what, actual, expected)
        .isTrue();
  }

  @Property(tries = 200)
  void layoutsEnginesThreadsAndPlaceChangeNothing(@ForAll long seed) {
    Random random = new Random(seed);
    DType dtype = DTYPES.get(random.nextInt(5));
    long[] shape = random.longs(1 + random.nextInt(4), 1, 12).toArray();
    shape[random.nextInt(shape.length)] += random.nextInt(70);
    NDArray image = random(random, dtype, shape);
    int[] axes = axes(random, shape.length);
    Filter filter = filter(random, axes, dtype);
    String what = filter.kind() + " " + filter.mode() + " of " + Arrays.toString(shape) + dtype;
    NDArray expected = filter.on(JavaEngine.INSTANCE).apply(image);

    requireSame(filter.apply(image), expected, what);
    NDArray strided = relaid(random, image);
    requireSame(filter.withThreads(3).apply(strided), expected, what + " strided");
    NDArray target = relaid(random, NDArray.allocate(dtype, shape));
    requireSame(filter.applyInto(target, image), expected, what + " into strided");
    requireSame(filter.applyInto(strided, strided), expected, what + " in place");
    DType other = DTYPES.get(random.nextInt(5));
    if (!filter.kind().isPillow()) {
      requireSame(
          filter.to(other).apply(image),
          filter.to(other).on(JavaEngine.INSTANCE).apply(image),
          what + " to " + other);
    }
  }

  @Test
  void overlappingOutputGivesWhatSeparateOneGives() {
    Random random = new Random(3);
    for (Filter filter : List.of(Filters.gaussian(2), Filters.median(3), Filters.maximum(4))) {
      NDArray memory = random(random, DType.FLOAT32, 21, 16);
      NDArray image = memory.slice(0, 0, 20);
      NDArray expected = filter.apply(image);
      requireSame(filter.applyInto(memory.slice(0, 1, 21), image), expected, filter.kind() + "");
    }
  }

  /** One line is cut into segments; the Java engine takes it whole. */
  @ParameterizedTest
  @ValueSource(longs = {16384, 40009, 100_000})
  void longLinesAreCutWithoutATrace(long n) {
    Random random = new Random(n);
    NDArray lines = NDArray.allocate(DType.FLOAT32, n, 2);
    NDArray flat = lines.reshape(2 * n);
    for (long i = 0; i < 2 * n; i++) {
      flat.setDouble(random.nextGaussian(), i);
    }
    for (Filter filter :
        List.of(
            Filters.gaussian(3).axes(0),
            Filters.box(100).axes(0).mode(Filter.Mode.WRAP),
            Filters.maximum(9, 2).mode(Filter.Mode.MIRROR),
            Filters.correlate(NDArray.of(new double[] {1, 2, -4})).axes(0).constant(5),
            Filters.median(5).axes(0))) {
      NDArray expected = filter.on(JavaEngine.INSTANCE).apply(lines);
      requireSame(filter.apply(lines), expected, filter.kind() + "");
      NDArray copy = lines.copy();
      requireSame(filter.applyInto(copy, copy), expected, filter.kind() + " in place");
    }
  }

  @Test
  void batchesAreFilteredImageByImage() {
    Random random = new Random(5);
    NDArray images = random(random, DType.UINT8, 7, 3, 20, 30, 3);
    for (Filter filter : List.of(Filters.pillowGaussian(4), Filters.gaussian(2).axes(2, 3))) {
      NDArray all = filter.apply(images);
      for (int i = 0; i < 7; i++) {
        NDArray one = images.select(0, i).select(0, 1);
        NDArray expected = (filter.kind().isPillow() ? filter : filter.axes(0, 1)).apply(one);
        requireSame(all.select(0, i).select(0, 1), expected, "image " + i);
      }
    }
  }

  @Test
  void flatAreasStayFlat() {
    NDArray flat = NDArray.allocate(DType.FLOAT64, 30, 20);
    flat.copyFrom(NDArray.of(new double[] {100}).broadcastTo(30, 20));
    for (double value : Filters.gaussian(3.3).apply(flat).toDoubleArray()) {
      assertThat(value).isBetween(100 - 1e-11, 100 + 1e-11);
    }
    requireSame(Filters.box(7).apply(flat), flat, "box");
  }

  @Test
  void nothingAndNextToNothing() {
    for (Filter filter :
        List.of(Filters.gaussian(2), Filters.box(3), Filters.median(3), Filters.minimum(2))) {
      assertThat(filter.apply(NDArray.allocate(DType.UINT8, 0, 4)).shape()).containsExactly(0, 4);
      NDArray scalar = NDArray.of(new double[] {7}).reshape();
      assertThat(filter.apply(scalar).item()).isEqualTo(7.0);
      assertThat(filter.axes().apply(NDArray.of(new double[] {1, 2})).toDoubleArray())
          .containsExactly(1, 2);
    }
  }

  @Test
  void nanSpreadsThroughExtremaAndComesLastInMedians() {
    NDArray line = NDArray.of(new double[] {1, 2, Double.NaN, 4, 5, 6});
    assertThat(Filters.minimum(3).apply(line).toDoubleArray())
        .containsExactly(1, Double.NaN, Double.NaN, Double.NaN, 4, 5);
    assertThat(Filters.median(3).apply(line).toDoubleArray()).containsExactly(1, 2, 4, 5, 5, 6);
  }

  @Test
  void readOnlyInputsAreRead() {
    NDArray image = NDArray.of(new double[] {5}).broadcastTo(9, 9);
    requireSame(Filters.maximum(3).apply(image), image, "broadcast");
    assertCode(Code.READ_ONLY, () -> Filters.box(3).applyInto(image, image.copy()));
  }

  @Test
  void wrongUseIsRefused() {
    NDArray image = NDArray.allocate(DType.FLOAT32, 4, 5);
    NDArray bytes = NDArray.allocate(DType.UINT8, 4, 5);
    NDArray kernel = NDArray.of(new double[] {1, 2, 3});
    assertCode(Code.LIMIT, () -> Filters.gaussian(-1));
    assertCode(Code.LIMIT, () -> Filters.gaussian(Double.NaN));
    assertCode(Code.LIMIT, () -> Filters.gaussian(1e9).apply(image));
    assertCode(Code.LIMIT, () -> Filters.box(0));
    assertCode(Code.LIMIT, () -> Filters.box(1L << 40).apply(image));
    assertCode(Code.LIMIT, () -> Filters.median(1L << 12).apply(image));
    assertCode(Code.LIMIT, () -> Filters.pillowBox(1e9).apply(bytes));
    assertCode(Code.LIMIT, () -> Filters.gaussian(1).order(3));
    assertCode(Code.LIMIT, () -> Filters.gaussian(1).truncate(-1));
    assertCode(Code.LIMIT, () -> Filters.gaussian(1).withThreads(0));
    assertCode(Code.LIMIT, () -> Filters.gaussian(1).withTimeout(Duration.ZERO));
    assertCode(Code.ARITY, () -> Filters.box());
    assertCode(Code.ARITY, () -> Filters.box(3).order(1));
    assertCode(Code.ARITY, () -> Filters.box(3).truncate(1));
    assertCode(Code.ARITY, () -> Filters.pillowBox(3).mode(Filter.Mode.WRAP));
    assertCode(Code.SHAPE, () -> Filters.gaussian(1, 2, 3).apply(image));
    assertCode(Code.SHAPE, () -> Filters.gaussian(1).order(1, 1, 1).apply(image));
    assertCode(Code.SHAPE, () -> Filters.correlate(kernel).apply(image));
    assertCode(Code.SHAPE, () -> Filters.correlate(kernel.slice(0, 0, 0)));
    assertCode(Code.SHAPE, () -> Filters.box(3).applyInto(NDArray.allocate(DType.UINT8, 4), image));
    assertCode(Code.AXIS, () -> Filters.box(3).axes(2).apply(image));
    assertCode(Code.AXIS, () -> Filters.box(3).axes(0, -2).apply(image));
    assertCode(Code.AXIS, () -> Filters.sobel(1).axes(0).apply(image));
    assertCode(Code.AXIS, () -> Filters.sobel(5).apply(image));
    assertCode(Code.AXIS, () -> Filters.pillowBox(1).apply(bytes.select(0, 0)));
    assertCode(Code.TYPE, () -> Filters.pillowBox(1).apply(image));
    assertCode(Code.TYPE, () -> Filters.box(3).apply(NDArray.allocate(DType.INT64, 3)));
    assertCode(Code.TYPE, () -> Filters.box(3).to(DType.FLOAT16));
    NDArray closed = NDArray.allocate(DType.UINT8, 3);
    closed.close();
    assertCode(Code.CLOSED, () -> Filters.box(3).apply(closed));
  }

  @Test
  void hugeRadiiOnSmallImagesAreRight() {
    NDArray image = random(new Random(9), DType.UINT8, 3, 4);
    for (Filter filter :
        List.of(
            Filters.gaussian(5000),
            Filters.box(100_001).mode(Filter.Mode.WRAP),
            Filters.minimum(1 << 30),
            Filters.pillowGaussian(100_000),
            Filters.pillowBox(1 << 20))) {
      requireSame(
          filter.apply(image), filter.on(JavaEngine.INSTANCE).apply(image), filter.kind() + "");
    }
  }

  @Test
  void longRunsStopAtTheirTimeout() {
    NDArray image = NDArray.allocate(DType.FLOAT64, 300, 300);
    Filter slow = Filters.median(151).withTimeout(Duration.ofMillis(20));
    assertCode(Code.CANCELLED, () -> slow.apply(image));
  }

  private static void assertCode(
      Code code, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThat(catchThrowableOfType(LanesException.class, call).code()).isEqualTo(code);
  }
}
