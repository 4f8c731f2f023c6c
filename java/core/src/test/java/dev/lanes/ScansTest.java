package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import dev.lanes.Scans.Operation;
import dev.lanes.lang.Op;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Scans against NumPy, and against the reference bit for bit. */
@Tag("engine")
@net.jqwik.api.Tag("engine")
class ScansTest {

  private static final List<DType> DTYPES =
      List.of(
          DType.BOOL,
          DType.INT8,
          DType.UINT8,
          DType.INT32,
          DType.UINT32,
          DType.INT64,
          DType.FLOAT16,
          DType.FLOAT32,
          DType.FLOAT64);

  /** Lengths around the segment, groups of them and the chunk of a task. */
  private static final int[] LENGTHS = {
    0, 1, 2, 3, 255, 256, 257, 511, 513, 2047, 2048, 2050, 4095, 4096, 4097, 9000, 20011
  };

  static List<Fixtures.Case> cases() {
    return Fixtures.cases(Set.of("cumsum", "cumprod", "cummax", "cummin", "diff"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithNumPy(Fixtures.Case wanted) {
    NDArray expected = wanted.expected().get(0);
    for (NDArray x : Fixtures.layouts(wanted.input(1))) {
      NDArray actual =
          switch (wanted.operation()) {
            case "cumsum" -> Scans.cumsum(x, wanted.integer(2));
            case "cumprod" -> Scans.cumprod(x, wanted.integer(2) - x.rank());
            case "cummax" -> Scans.cummax(x, wanted.integer(2));
            case "cummin" -> Scans.cummin(x, wanted.integer(2));
            default -> Scans.diff(x, wanted.integer(2), wanted.integer(3));
          };
      assertThat(actual.dtype()).isEqualTo(expected.dtype());
      assertThat(actual.shape()).isEqualTo(expected.shape());
      if (wanted.operation().equals("cumsum") && expected.dtype().kind() == Kind.FLOAT64) {
        requireClose(actual, expected, 1e-13);
      } else if (expected.dtype().kind() == Kind.FLOAT32) {
        requireClose(actual, expected, 1e-5);
      } else {
        Agreement.require(actual, expected, 0, wanted::toString);
      }
    }
  }

  /** Sums in another order: within rounding of the terms, whose magnitudes are below 10. */
  private static void requireClose(NDArray actual, NDArray expected, double tolerance) {
    double[] a = actual.toDoubleArray();
    double[] b = expected.toDoubleArray();
    for (int i = 0; i < a.length; i++) {
      boolean isClose =
          Double.compare(a[i], b[i]) == 0
              || a[i] == b[i]
              || Math.abs(a[i] - b[i]) <= tolerance * Math.max(100, Math.abs(b[i]));
      assertThat(isClose).as("element %d: %s, NumPy %s", i, a[i], b[i]).isTrue();
    }
  }

  @Property(tries = 300, shrinking = ShrinkingMode.OFF)
  void hasTheBitsOfTheReference(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    DType dtype = DTYPES.get(random.nextInt(DTYPES.size()));
    long length = LENGTHS[random.nextInt(LENGTHS.length)];
    long rows = 1 + random.nextInt(length > 3000 ? 3 : 70);
    NDArray flat = Values.random(dtype, rows * length, new Op.Domain(-3, 3), random);
    NDArray x = Values.random(dtype, 0, new Op.Domain(-3, 3), random);
    boolean isFinite = random.nextBoolean();
    if (isFinite && dtype.kind() == Kind.FLOAT64) {
      flat = RandomStream.of(seed).normal(0, 1, rows * length);
    }
    List<NDArray> layouts = Fixtures.layouts(flat.reshape(rows, length));
    x = layouts.get(random.nextInt(layouts.size()));
    int axis = 1;
    if (random.nextBoolean()) {
      x = x.transpose();
      axis = 0;
    }
    Operation operation = Operation.values()[random.nextInt(4)];
    NDArray expected = NDArray.allocate(operation.result(dtype), x.shape());
    Scans.scanInJava(expected, operation, x, axis);
    int before = Lanes.threads();
    Lanes.setThreads(1 + random.nextInt(4));
    try {
      NDArray actual = scan(operation, x, axis);
      Agreement.require(actual, expected, 0, () -> operation + " with seed " + seed);
    } finally {
      Lanes.setThreads(before);
    }
  }

  private static NDArray scan(Operation operation, NDArray x, int axis) {
    return switch (operation) {
      case SUM -> Scans.cumsum(x, axis);
      case PRODUCT -> Scans.cumprod(x, axis);
      case GREATEST -> Scans.cummax(x, axis);
      case LEAST -> Scans.cummin(x, axis);
    };
  }

  @Test
  void float16IsRoundedOnce() {
    NDArray x = NDArray.allocate(DType.FLOAT16, 2);
    x.copyFrom(NDArray.of(new float[] {1 + 0x1p-10f, 0x1p-11f + 0x1p-21f}));
    NDArray expected = NDArray.allocate(DType.FLOAT16, 2);
    for (Operation operation : Operation.values()) {
      Scans.scanInJava(expected, operation, x, 0);
      assertThat(scan(operation, x, 0).contentEquals(expected)).isTrue();
    }
    // A product that lies half way between two float16 once it is a float32.
    hasTheBitsOfTheReference(-5240030856368156930L);
  }

  @Test
  void isThreeDimensionalToo() {
    NDArray x = RandomStream.of(1).normal(0, 1, 3, 300, 40);
    for (NDArray each : Fixtures.layouts(x)) {
      for (int axis = 0; axis < 3; axis++) {
        NDArray expected = NDArray.allocate(DType.FLOAT64, 3, 300, 40);
        Scans.scanInJava(expected, Operation.SUM, x, axis);
        assertThat(Scans.cumsum(each, axis).contentEquals(expected)).isTrue();
      }
    }
  }

  @Test
  void alongAxisAndFlatAreTheSameForRankOne() {
    NDArray x = RandomStream.of(2).normal(0, 1, 10_000);
    assertThat(Scans.cumsum(x).contentEquals(Scans.cumsum(x, 0))).isTrue();
    assertThat(Scans.cumsum(x.reshape(100, 100)).shape()).containsExactly(10_000);
    assertThat(Scans.cummax(NDArray.of(new long[] {3}, new long[] {1}).select(0, 0)).getLong(0))
        .isEqualTo(3);
  }

  @Test
  void worksInPlaceAndOverOverlaps() {
    NDArray x = RandomStream.of(3).normal(0, 1, 50_001);
    NDArray expected = Scans.cumsum(x.slice(0, 0, 50_000), 0);
    NDArray same = x.copy();
    Scans.cumsumInto(same.slice(0, 0, 50_000), same.slice(0, 0, 50_000), 0);
    assertThat(same.slice(0, 0, 50_000).contentEquals(expected)).isTrue();
    Scans.cumsumInto(x.slice(0, 1, 50_001), x.slice(0, 0, 50_000), 0);
    assertThat(x.slice(0, 1, 50_001).contentEquals(expected)).isTrue();
  }

  @Test
  void isMoreAccurateThanOneChain() {
    // Of 1e6 equal terms the exact sums are known.
    NDArray tenths = NDArray.allocate(DType.FLOAT64, 1_000_000);
    tenths.copyFrom(NDArray.of(new double[] {0.1}));
    double[] sums = Scans.cumsum(tenths).toDoubleArray();
    double chain = 0;
    for (int i = 0; i < 1_000_000; i++) {
      chain += 0.1;
    }
    double error = Math.abs(sums[999_999] - 1e5);
    assertThat(error).isLessThan(Math.abs(chain - 1e5) / 50);
  }

  @Test
  void emptyAndUnusualShapes() {
    assertThat(Scans.cumsum(NDArray.allocate(DType.INT8, 0)).dtype()).isEqualTo(DType.INT64);
    assertThat(Scans.cumsum(NDArray.allocate(DType.FLOAT64, 3, 0), 0).shape())
        .containsExactly(3, 0);
    assertThat(Scans.cumsum(NDArray.allocate(DType.FLOAT64, 0, 3), 0).shape())
        .containsExactly(0, 3);
    assertThat(Scans.diff(NDArray.of(new double[] {1, 2}), 5, 0).size()).isZero();
    assertThat(Scans.diff(NDArray.of(new double[] {1, 2}), 0, 0).toDoubleArray())
        .containsExactly(1, 2);
    NDArray repeated = NDArray.of(new double[] {2}).broadcastTo(5000);
    assertThat(Scans.cumsum(repeated).getDouble(4999)).isEqualTo(10_000);
  }

  @Test
  void refusesWhatItCannotDo() {
    NDArray x = NDArray.allocate(DType.FLOAT64, 4);
    Map<Code, org.assertj.core.api.ThrowableAssert.ThrowingCallable> wrong =
        Map.of(
            Code.TYPE, () -> Scans.cumsum(NDArray.allocate(DType.COMPLEX64, 2)),
            Code.AXIS, () -> Scans.cumsum(x, 1),
            Code.SHAPE, () -> Scans.cumsumInto(NDArray.allocate(DType.FLOAT64, 5), x, 0),
            Code.READ_ONLY, () -> Scans.cumsumInto(x.broadcastTo(4), x, 0),
            Code.LIMIT, () -> Scans.diff(x, -1, 0));
    wrong.forEach(
        (code, call) ->
            assertThat(catchThrowableOfType(LanesException.class, call).code()).isEqualTo(code));
    NDArray closed = NDArray.allocate(DType.FLOAT64, 4);
    closed.close();
    assertThat(catchThrowableOfType(LanesException.class, () -> Scans.cumsum(closed)).code())
        .isEqualTo(Code.CLOSED);
  }
}
