package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import dev.lanes.Shapes.Padding;
import dev.lanes.lang.Op;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Shape operations and copies, against NumPy and the reference. */
@Tag("engine")
@net.jqwik.api.Tag("engine")
class ShapesTest {

  static List<Fixtures.Case> cases() {
    return Fixtures.cases(
        Set.of(
            "concatenate",
            "stack",
            "take",
            "nonzero",
            "compress",
            "pad",
            "roll",
            "tile",
            "repeat"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithNumPy(Fixtures.Case wanted) {
    for (NDArray x : Fixtures.layouts(wanted.input(1))) {
      NDArray actual = apply(wanted, x);
      assertThat(actual.shape()).as("%s", wanted).isEqualTo(wanted.expected().get(0).shape());
      assertThat(actual.contentEquals(wanted.expected().get(0))).as("%s", wanted).isTrue();
    }
  }

  private static NDArray apply(Fixtures.Case wanted, NDArray x) {
    return switch (wanted.operation()) {
      case "concatenate" -> Shapes.concatenate(wanted.integer(2), x, x.flip(0), x);
      case "stack" -> Shapes.stack(wanted.integer(2), x, Expression.compile("-x").evaluate(x));
      case "take" -> Shapes.take(x, wanted.input(2), wanted.integer(3));
      case "nonzero" -> Shapes.nonzero(x);
      case "compress" -> Shapes.compress(x, Expression.compile("x > 0").evaluate(x));
      case "roll" -> Shapes.roll(x, wanted.integer(2), wanted.integer(3));
      case "repeat" -> Shapes.repeat(x, wanted.integer(2), wanted.integer(3) - x.rank());
      case "tile" -> Shapes.tile(x, longs(wanted.words().get(2)));
      default -> pad(x, wanted.words().get(2), longs(wanted.words().get(3)));
    };
  }

  private static long[] longs(String text) {
    return Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray();
  }

  private static NDArray pad(NDArray x, String mode, long... w) {
    long[][] widths = {{w[0], w[1]}, {w[2], w[3]}, {w[4], w[5]}};
    return mode.equals("constant")
        ? Shapes.pad(x, widths, NDArray.of(new int[] {7}))
        : Shapes.pad(x, widths, Padding.valueOf(mode.toUpperCase(Locale.ROOT)));
  }

  private static final List<DType> DTYPES =
      java.util.stream.Stream.concat(
              Arrays.stream(DType.fixed()),
              java.util.stream.Stream.of(DType.bytes(3), DType.bytes(16), DType.bytes(40)))
          .toList();

  /** Bits of every sort, so that floats are NaN, infinite and subnormal too. */
  private static NDArray random(DType dtype, SplittableRandom random, long... shape) {
    NDArray array = NDArray.allocate(dtype, shape);
    byte[] bytes = new byte[(int) array.bytes()];
    random.nextBytes(bytes);
    if (dtype == DType.FLOAT64 && random.nextBoolean()) {
      // Near float16's range, where it must be rounded once.
      return RandomStream.of(random.nextLong()).normal(0, 1, shape);
    }
    array.copyFrom(0, java.nio.ByteBuffer.wrap(bytes));
    return array;
  }

  @Property(tries = 1500, shrinking = ShrinkingMode.OFF)
  void copiesHaveTheBitsOfTheReference(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    DType from = DTYPES.get(random.nextInt(DTYPES.size()));
    List<DType> targets = DTYPES.stream().filter(to -> Element.converts(from, to)).toList();
    DType to = random.nextBoolean() ? from : targets.get(random.nextInt(targets.size()));
    long[] shape = new long[random.nextInt(4)];
    for (int axis = 0; axis < shape.length; axis++) {
      shape[axis] = random.nextInt(random.nextInt(6) == 0 ? 200 : 20);
    }
    NDArray source = view(random(from, random, shape), random);
    NDArray target = view(NDArray.allocate(to, source.shape()), random);
    if (target.rank() == source.rank() && !Arrays.equals(target.shape(), source.shape())) {
      target = NDArray.allocate(to, source.shape());
    }
    NDArray expected = NDArray.allocate(to, source.shape());
    ArrayCopy.copyInJava(source, expected);
    target.copyFrom(source);
    assertThat(target.contentEquals(expected))
        .as("%s to %s, shape %s, seed %d", from, to, Arrays.toString(source.shape()), seed)
        .isTrue();
  }

  private static NDArray view(NDArray x, SplittableRandom random) {
    List<NDArray> layouts = Fixtures.layouts(x);
    NDArray view = layouts.get(random.nextInt(layouts.size()));
    return random.nextBoolean() && x.rank() == 2 && x.shape()[0] == x.shape()[1]
        ? view.transpose()
        : view;
  }

  @Test
  void copiesLargeTransposedArrays() {
    SplittableRandom random = new SplittableRandom(5);
    for (DType dtype :
        List.of(DType.UINT8, DType.INT16, DType.FLOAT32, DType.FLOAT64, DType.COMPLEX128)) {
      NDArray x = random(dtype, random, 3, 307, 513);
      for (int[] axes : List.of(new int[] {0, 2, 1}, new int[] {2, 1, 0}, new int[] {1, 2, 0})) {
        NDArray turned = x.transpose(axes);
        NDArray expected = NDArray.allocate(dtype, turned.shape());
        ArrayCopy.copyInJava(turned, expected);
        assertThat(turned.copy().contentEquals(expected)).isTrue();
        NDArray wide = NDArray.allocate(DType.COMPLEX128, turned.shape());
        NDArray wideExpected = NDArray.allocate(DType.COMPLEX128, turned.shape());
        ArrayCopy.copyInJava(turned, wideExpected);
        wide.copyFrom(turned);
        assertThat(wide.contentEquals(wideExpected)).isTrue();
      }
    }
  }

  @Test
  void boolBytesOfOthersCountAsOne() {
    NDArray odd =
        NDArray.wrap(
            java.nio.ByteBuffer.allocateDirect(3).put(new byte[] {0, 7, -1}).flip(), DType.BOOL);
    NDArray numbers = NDArray.allocate(DType.INT32, 3);
    numbers.copyFrom(odd);
    assertThat(numbers.toIntArray()).containsExactly(0, 1, 1);
    assertThat(Scans.cumsum(odd).toLongArray()).containsExactly(0, 1, 2);
    NDArray many = Shapes.tile(odd, 100);
    assertThat(Shapes.nonzero(many).size()).isEqualTo(200);
    assertThat(Shapes.compress(Shapes.tile(numbers, 100), many).toIntArray()).containsOnly(1);
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void takeAndNonzeroAgreeWithTheReference(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    DType dtype = DTYPES.get(random.nextInt(DTYPES.size()));
    long[] shape = {1 + random.nextInt(5), 1 + random.nextInt(40), random.nextInt(6)};
    NDArray x = view(random(dtype, random, shape), random);
    int axis = random.nextInt(shape[2] == 0 ? 2 : 3);
    long[] indices = random.longs(random.nextInt(50), -shape[axis], shape[axis]).toArray();
    NDArray actual = Shapes.take(x, NDArray.of(indices), axis);
    NDArray expected = NDArray.allocate(dtype, actual.shape());
    Shapes.takeInJava(expected, x, NDArray.of(indices), axis);
    assertThat(actual.contentEquals(expected)).as("seed %d", seed).isTrue();
    NDArray sparse =
        Values.random(DType.BOOL, 40_000, new Op.Domain(0, 1), random).reshape(4, 100, 100);
    NDArray each = Fixtures.layouts(sparse).get(random.nextInt(5));
    if (seed % 16 == 0) {
      assertThat(Shapes.nonzero(each).contentEquals(Shapes.nonzeroInJava(each))).isTrue();
    }
  }

  @Test
  void compressesWhatNonzeroFinds() {
    SplittableRandom random = new SplittableRandom(5);
    for (int n : new int[] {1, 7, 8, 1023, 1024, 1025, 16_384, 16_391, 100_000}) {
      for (double share : new double[] {0, 0.01, 0.5, 1}) {
        NDArray condition = NDArray.allocate(DType.BOOL, n);
        for (int i = 0; i < n; i++) {
          condition.setBoolean(random.nextDouble() < share, i);
        }
        NDArray places = Shapes.nonzeroInJava(condition).select(0, 0);
        for (DType dtype : DTYPES) {
          NDArray x = random(dtype, random, n);
          for (NDArray each : List.of(x, x.flip(0), Shapes.repeat(x, 2, 0).slice(0, 0, 2 * n, 2))) {
            NDArray expected = NDArray.allocate(dtype, places.size());
            Shapes.takeInJava(expected, each, places, 0);
            assertThat(Shapes.compress(each, condition).contentEquals(expected))
                .as("%s of %d", dtype, n)
                .isTrue();
          }
        }
      }
    }
  }

  /** Large results get memory that others gave back, with anything in it. */
  @Test
  void writesAllOfItsResults() {
    NDArray x = NDArray.allocate(DType.FLOAT64, 500, 600);
    x.copyFrom(Expression.compile("a + 1").evaluate(x));
    NDArray places = NDArray.allocate(DType.INT64, 600);
    NDArray condition = Expression.compile("x > 0").evaluate(x);
    List<Supplier<NDArray>> calls =
        List.of(
            () -> Shapes.concatenate(1, x, x),
            () -> Shapes.stack(2, x, x),
            () -> Shapes.take(x, places, 1),
            () -> Shapes.compress(x, condition),
            () -> Shapes.pad(x, new long[][] {{3, 4}, {5, 6}}, Padding.EDGE),
            () -> Shapes.pad(x, new long[][] {{3, 4}, {5, 6}}, NDArray.of(new double[] {1})),
            () -> Shapes.roll(x, 7, 1),
            () -> Shapes.tile(x, 2, 2),
            () -> Shapes.repeat(x, 2, 0),
            () -> Scans.cumprod(x),
            () -> Scans.cummax(x, 0),
            () -> Sorting.sort(x, 0),
            () -> Sorting.partition(x, 5, 1),
            () -> Filters.box(3, 3).apply(x),
            x::copy,
            () -> x.transpose().copy());
    for (Supplier<NDArray> call : calls) {
      long[] shape;
      try (NDArray first = call.get()) {
        shape = first.shape();
      }
      for (int k = 0; k < 4; k++) {
        NDArray garbage = NDArray.allocateDirty(DType.FLOAT64, shape);
        garbage.copyFrom(NDArray.of(new double[] {Double.NaN}));
        garbage.close();
      }
      try (NDArray result = call.get();
          NDArray isOne = Expression.compile("all(abs(r - 1) < 1e-9)").evaluate(result)) {
        assertThat(isOne.getBoolean()).isTrue();
      }
    }
  }

  @Test
  void worksWithoutElements() {
    NDArray none = NDArray.allocate(DType.FLOAT32, 3, 0);
    assertThat(Shapes.concatenate(0, none, none).shape()).containsExactly(6, 0);
    assertThat(Shapes.nonzero(none).shape()).containsExactly(2, 0);
    assertThat(Shapes.roll(none, 2, 1).shape()).containsExactly(3, 0);
    assertThat(Shapes.tile(none, 2).shape()).containsExactly(3, 0);
    assertThat(Shapes.repeat(none, 0, 0).shape()).containsExactly(0, 0);
    assertThat(Shapes.take(none, NDArray.of(new int[] {2, 0}), 0).shape()).containsExactly(2, 0);
    assertThat(Shapes.tile(NDArray.of(new int[] {4}).select(0, 0), 3).toIntArray())
        .containsExactly(4, 4, 4);
  }

  @Test
  void refusesWhatItCannotDo() {
    NDArray x = NDArray.allocate(DType.INT32, 2, 3);
    NDArray y = NDArray.allocate(DType.INT64, 2, 3);
    require(Code.ARITY, () -> Shapes.concatenate(0));
    require(Code.TYPE, () -> Shapes.concatenate(0, x, y));
    require(Code.SHAPE, () -> Shapes.concatenate(0, x, x.transpose()));
    require(Code.AXIS, () -> Shapes.concatenate(2, x));
    require(Code.AXIS, () -> Shapes.stack(3, x));
    require(Code.SHAPE, () -> Shapes.stack(0, x, x.transpose()));
    require(Code.AXIS, () -> Shapes.take(x, NDArray.of(new int[] {0, 3}), 1));
    require(Code.AXIS, () -> Shapes.take(x, NDArray.of(new int[] {-3}), 0));
    require(Code.TYPE, () -> Shapes.take(x, NDArray.of(new double[] {0}), 0));
    require(Code.SHAPE, () -> Shapes.nonzero(NDArray.allocate(DType.INT32)));
    require(Code.TYPE, () -> Shapes.compress(x, x));
    require(Code.SHAPE, () -> Shapes.pad(x, new long[][] {{1, 1}}, Padding.EDGE));
    require(Code.SHAPE, () -> Shapes.pad(x, new long[][] {{1, -1}, {0, 0}}, Padding.EDGE));
    require(
        Code.SHAPE,
        () -> Shapes.pad(NDArray.allocate(DType.INT32, 0), new long[][] {{1, 1}}, Padding.REFLECT));
    require(Code.SHAPE, () -> Shapes.tile(x, -1));
    require(Code.LIMIT, () -> Shapes.repeat(x, Long.MAX_VALUE, 0));
  }

  private static void require(Code code, ThrowingCallable call) {
    assertThat(catchThrowableOfType(LanesException.class, call).code()).isEqualTo(code);
  }
}
