package dev.lanes;

import static dev.lanes.Sorting.Method.LINEAR;
import static dev.lanes.Sorting.Method.MIDPOINT;
import static dev.lanes.Sorting.Side.LEFT;
import static dev.lanes.Sorting.Side.RIGHT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import dev.lanes.Sorting.Method;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sorting against NumPy on small arrays, and all that its contract says beside the values. */
@Tag("engine")
class SortingTest {

  private static final Path FIXTURES = Path.of("src", "test", "resources", "sorting");
  private static final double[] Q = {0, 0.3, 0.5, 0.875, 1};

  static Stream<DType> numbers() {
    return Arrays.stream(DType.fixed()).filter(dtype -> dtype.kind().convertsTo(Kind.FLOAT64));
  }

  static Stream<String> names() {
    return numbers().filter(dtype -> dtype != DType.BFLOAT16).map(DType::toString);
  }

  /** Takes the next elements out of a fixture. */
  private static final class Expected {
    private final NDArray all;
    private long next;

    Expected(String name) throws IOException {
      all = Npy.read(FIXTURES.resolve(name + ".npy"));
    }

    /** As float64, where all dtypes but int64 are exact. */
    void isNext(NDArray actual, String what) {
      NDArray wanted = all.slice(0, next, next + actual.size()).reshape(actual.shape());
      next += actual.size();
      NDArray wide = NDArray.allocate(all.dtype(), actual.shape());
      wide.copyFrom(actual);
      Agreement.require(wide, wanted, 0, () -> what);
    }

    /** The same but for the sign of zeros. */
    void isNextValue(NDArray actual, String what) {
      NDArray wide = NDArray.allocate(DType.FLOAT64, actual.shape());
      wide.copyFrom(actual);
      isNext(Expression.compile("x + 0.0").evaluate(wide), what);
    }

    void isAtEnd() {
      assertThat(next).isEqualTo(all.size());
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void givesTheElementsThatNumPyGives(String name) throws IOException {
    NDArray x = Npy.read(FIXTURES.resolve(name + "_x.npy"));
    for (NDArray a : List.of(x, x.copy(NDArray.Order.FORTRAN), x.flip(0).copy().flip(0))) {
      Expected expected = new Expected(name + "_doubles");
      expected.isNext(Sorting.sort(a, 0), "sort along 0");
      expected.isNext(Sorting.sort(a), "sort along 1");
      expected.isNextValue(Sorting.median(a, 0), "median along 0");
      expected.isNextValue(Sorting.median(a, -1), "median along 1");
      for (Method method :
          new Method[] {LINEAR, MIDPOINT, Method.LOWER, Method.HIGHER, Method.NEAREST}) {
        expected.isNextValue(Sorting.quantile(a.slice(0, 0, 5), Q, method, 1), method.toString());
      }
      expected.isNext(Sorting.unique(a), "unique");
      expected.isAtEnd();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void givesTheIndicesThatNumPyGives(String name) throws IOException {
    NDArray x = Npy.read(FIXTURES.resolve(name + "_x.npy"));
    for (NDArray a : List.of(x, x.copy(NDArray.Order.FORTRAN), x.flip(1).copy().flip(1))) {
      Expected expected = new Expected(name + "_longs");
      expected.isNext(Sorting.argsort(a, 0), "argsort along 0");
      expected.isNext(Sorting.argsort(a), "argsort along 1");
      NDArray line = Sorting.sort(a.select(0, 0));
      expected.isNext(Sorting.searchSorted(line, a), "left");
      expected.isNext(Sorting.searchSorted(line, a, RIGHT), "right");
      Sorting.Unique unique = Sorting.uniqueAll(a);
      expected.isNext(unique.indices(), "indices");
      expected.isNext(unique.inverse(), "inverse");
      expected.isNext(unique.counts(), "counts");
      expected.isAtEnd();
      assertThat(Sorting.uniqueCounts(a).counts().contentEquals(unique.counts())).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void outputsMayLieAnywhere(DType dtype) {
    NDArray values = OrderPatterns.RANDOM.make(dtype, 63);
    NDArray expected = Sorting.sort(values);
    for (Layouts layout :
        new Layouts[] {Layouts.MISALIGNED, Layouts.STRIDED, Layouts.BACKWARDS, Layouts.PACKED}) {
      NDArray in = layout.lay(values, 0);
      NDArray out = layout.lay(NDArray.allocate(dtype, 63), 1);
      Sorting.sortInto(out, in, 0);
      Agreement.require(out, expected, 0, layout::toString);
      Sorting.sortInto(in, in, 0);
      Agreement.require(in, expected, 0, layout::toString);
      NDArray order = layout.lay(NDArray.allocate(DType.INT64, 63), 0);
      Sorting.argsortInto(order, layout.lay(values, 0), -1);
      Agreement.require(order, Sorting.argsort(values), 0, layout::toString);
    }
  }

  @Test
  void overlapsGiveWhatCopiesGive() {
    NDArray memory = NDArray.of(LongStream.range(0, 40).map(i -> i * 7 % 40).toArray());
    NDArray in = memory.slice(0, 0, 30);
    NDArray expected = Sorting.sort(in);
    NDArray partitioned = Sorting.partition(in, 11, 0);
    NDArray order = Sorting.argsort(in);
    NDArray untouched = memory.copy();
    Sorting.sortInto(memory.slice(0, 10, 40), in, 0);
    assertThat(memory.slice(0, 10, 40).contentEquals(expected)).isTrue();
    memory.copyFrom(untouched);
    Sorting.sortInto(in.flip(0), in, 0);
    assertThat(in.flip(0).contentEquals(expected)).isTrue();
    memory.copyFrom(untouched);
    Sorting.partitionInPlace(in, 11, 0);
    assertThat(in.contentEquals(partitioned)).isTrue();
    memory.copyFrom(untouched);
    Sorting.argsortInto(in, in, 0);
    assertThat(in.contentEquals(order)).isTrue();
  }

  @Test
  void partitionKeepsTheOrderOfTheOthers() {
    NDArray a = NDArray.of(new double[] {5, 1, Double.NaN, 4, 3, 1, 9, 3, 0, 7});
    assertThat(Sorting.partition(a, 4, 0).toDoubleArray())
        .containsExactly(1, 1, 0, 3, 3, 5, Double.NaN, 4, 9, 7);
    assertThat(Sorting.partition(a, -1, 0).toDoubleArray())
        .containsExactly(5, 1, 4, 3, 1, 9, 3, 0, 7, Double.NaN);
  }

  @Test
  void zerosAreEqualForIndicesAndInOrderForValues() {
    double[] zeros = {0.0, -0.0, 1, 0.0, -0.0, -1};
    NDArray a = NDArray.of(zeros);
    assertThat(Sorting.argsort(a).toLongArray()).containsExactly(5, 0, 1, 3, 4, 2);
    Agreement.require(
        Sorting.sort(a), NDArray.of(new double[] {-1, -0.0, -0.0, 0, 0, 1}), 0, () -> "sort");
    assertThat(Sorting.topK(a, 3).indices().toLongArray()).containsExactly(2, 0, 1);
    NDArray minus = NDArray.of(new double[] {-0.0});
    assertThat(Sorting.searchSorted(Sorting.sort(a), minus, LEFT).getLong(0)).isEqualTo(1);
    assertThat(Sorting.searchSorted(Sorting.sort(a), minus, RIGHT).getLong(0)).isEqualTo(5);
    Sorting.Unique unique = Sorting.uniqueAll(a);
    Agreement.require(unique.values(), NDArray.of(new double[] {-1, 0, 1}), 0, () -> "unique");
    assertThat(unique.indices().toLongArray()).containsExactly(5, 0, 2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void topTakesNaNsLastAndLowIndicesFirst(boolean largest) {
    NDArray a = NDArray.of(new float[] {2, Float.NaN, 7, 2, -1, 7, Float.NaN, 2}, 2, 4);
    Sorting.Top rows = Sorting.topK(a, 4, -1, largest);
    float nan = Float.NaN;
    assertThat(rows.values().toFloatArray())
        .containsExactly(
            largest
                ? new float[] {7, 2, 2, nan, 7, 2, -1, nan}
                : new float[] {2, 2, 7, nan, -1, 2, 7, nan});
    assertThat(rows.indices().toLongArray())
        .containsExactly(
            largest ? new long[] {2, 0, 3, 1, 1, 3, 0, 2} : new long[] {0, 3, 2, 1, 0, 3, 1, 2});
    Sorting.Top columns = Sorting.topK(a, 1, 0, largest);
    assertThat(columns.values().shape()).containsExactly(1, 4);
    assertThat(columns.indices().toLongArray())
        .containsExactly(largest ? new long[] {0, 1, 0, 0} : new long[] {1, 1, 0, 0});
  }

  @Test
  void mediansAndQuantilesOfAll() {
    NDArray a = NDArray.of(new int[] {4, 1, 3, 2}, 2, 2).transpose();
    assertThat(Sorting.median(a)).isEqualTo(2.5);
    assertThat(Sorting.quantile(a, 0.25)).isEqualTo(1.75);
    assertThat(Sorting.median(NDArray.of(new double[] {1, Double.NaN}))).isNaN();
    double big = Double.MAX_VALUE;
    assertThat(Sorting.median(NDArray.of(new double[] {big, big / 2}))).isEqualTo(big * 0.75);
    double infinity = Double.POSITIVE_INFINITY;
    NDArray ends = NDArray.of(new double[] {1, infinity, 0});
    assertThat(Sorting.quantile(ends, 1)).isEqualTo(infinity);
    assertThat(Sorting.quantile(ends, 0.5)).isEqualTo(1);
    assertThat(Sorting.quantile(a, new double[0], LINEAR, 0).shape()).containsExactly(0, 2);
    assertThat(Sorting.quantile(a, new double[] {0.5}, Method.LOWER, 0).dtype())
        .isEqualTo(DType.INT32);
  }

  @Test
  void searchTakesOtherDtypes() {
    NDArray sorted = NDArray.of(new int[] {-3, 0, 5});
    assertThat(Sorting.searchSorted(sorted, NDArray.of(new double[] {-3.5, 0.5, Double.NaN})))
        .satisfies(p -> assertThat(p.toLongArray()).containsExactly(0, 2, 3));
    assertThat(Sorting.searchSorted(sorted, NDArray.of(new long[] {1L << 40, 0})).toLongArray())
        .containsExactly(3, 1);
    assertThat(Sorting.searchSorted(sorted, NDArray.allocate(DType.INT32)).rank()).isZero();
    assertThat(Sorting.searchSorted(sorted.slice(0, 0, 0), sorted).toLongArray())
        .containsExactly(0, 0, 0);
  }

  @Test
  void arraysWithoutElements() {
    NDArray none = NDArray.allocate(DType.FLOAT32, 3, 0);
    assertThat(Sorting.sort(none).shape()).containsExactly(3, 0);
    assertThat(Sorting.argsort(none, 0).shape()).containsExactly(3, 0);
    assertThat(Sorting.median(none, 0).shape()).containsExactly(0);
    assertThat(Sorting.unique(none).shape()).containsExactly(0);
    assertThat(Sorting.uniqueAll(none).inverse().shape()).containsExactly(3, 0);
    assertThat(Sorting.topK(none, 0).values().shape()).containsExactly(3, 0);
    assertThat(Sorting.searchSorted(none.select(0, 0), none).shape()).containsExactly(3, 0);
    assertThat(code(() -> Sorting.median(none, 1))).isEqualTo(Code.SHAPE);
    assertThat(code(() -> Sorting.median(none))).isEqualTo(Code.SHAPE);
  }

  private static Code code(ThrowingCallable call) {
    return catchThrowableOfType(LanesException.class, call).code();
  }

  @Test
  void mistakesAreNamed() {
    NDArray a = NDArray.of(new double[] {3, 1, 2});
    NDArray complex = NDArray.allocate(DType.COMPLEX128, 3);
    assertThat(code(() -> Sorting.sort(complex))).isEqualTo(Code.TYPE);
    assertThat(code(() -> Sorting.unique(NDArray.allocate(DType.bytes(2), 3))))
        .isEqualTo(Code.TYPE);
    assertThat(code(() -> Sorting.sort(a, 1))).isEqualTo(Code.AXIS);
    assertThat(code(() -> Sorting.sort(NDArray.allocate(DType.INT8)))).isEqualTo(Code.AXIS);
    assertThat(code(() -> Sorting.sortInPlace(a.broadcastTo(2, 3), 0))).isEqualTo(Code.READ_ONLY);
    assertThat(code(() -> Sorting.sortInto(NDArray.allocate(DType.FLOAT32, 3), a, 0)))
        .isEqualTo(Code.TYPE);
    assertThat(code(() -> Sorting.sortInto(NDArray.allocate(DType.FLOAT64, 4), a, 0)))
        .isEqualTo(Code.SHAPE);
    assertThat(code(() -> Sorting.partition(a, 3, 0))).isEqualTo(Code.AXIS);
    assertThat(code(() -> Sorting.topK(a, 4))).isEqualTo(Code.LIMIT);
    assertThat(code(() -> Sorting.quantile(a, 1.5))).isEqualTo(Code.LIMIT);
    assertThat(code(() -> Sorting.quantile(a, Double.NaN))).isEqualTo(Code.LIMIT);
    assertThat(code(() -> Sorting.searchSorted(a.reshape(1, 3), a))).isEqualTo(Code.SHAPE);
    NDArray closed = NDArray.of(new double[] {1, 2});
    closed.close();
    assertThat(code(() -> Sorting.sort(closed))).isEqualTo(Code.CLOSED);
    assertThat(code(() -> Sorting.unique(closed))).isEqualTo(Code.CLOSED);
  }

  @Test
  void anInterruptLeavesTheElements() {
    NDArray a = OrderPatterns.RANDOM.make(DType.FLOAT64, 300_000);
    NDArray before = Sorting.sort(a);
    Thread.currentThread().interrupt();
    LanesException e = catchThrowableOfType(LanesException.class, () -> Sorting.sortInPlace(a, 0));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(e.code()).isEqualTo(Code.CANCELLED);
    assertThat(Sorting.sort(a).contentEquals(before)).isTrue();
  }
}
