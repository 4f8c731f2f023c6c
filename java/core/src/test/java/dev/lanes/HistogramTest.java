package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Histograms against NumPy, on edges above all, and against the reference. */
@Tag("engine")
@net.jqwik.api.Tag("engine")
class HistogramTest {

  static List<Fixtures.Case> cases() {
    return Fixtures.cases(Set.of("histogram", "range", "edges", "weighted", "density", "bincount"));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithNumPy(Fixtures.Case wanted) {
    for (NDArray x : Fixtures.layouts(wanted.input(1))) {
      if (wanted.operation().equals("density")) {
        double[] actual = Histogram.of(x, 50).density().toDoubleArray();
        double[] expected = wanted.expected().get(0).toDoubleArray();
        for (int i = 0; i < 50; i++) {
          assertThat(actual[i]).isCloseTo(expected[i], org.assertj.core.data.Offset.offset(1e-6));
        }
      } else if (wanted.operation().equals("bincount")) {
        NDArray actual = Histogram.bincount(x, wanted.integer(2));
        assertThat(actual.contentEquals(wanted.expected().get(0))).as("%s", wanted).isTrue();
      } else {
        requireSame(histogram(wanted, x), wanted);
      }
    }
  }

  private static Histogram histogram(Fixtures.Case wanted, NDArray x) {
    return switch (wanted.operation()) {
      case "histogram" -> Histogram.of(x, wanted.integer(2));
      case "range" -> Histogram.of(x, wanted.integer(2), wanted.real(3), wanted.real(4));
      case "edges" -> Histogram.of(x, wanted.input(2));
      default -> {
        NDArray wide = NDArray.allocate(DType.FLOAT64, x.shape());
        wide.copyFrom(x);
        yield Histogram.of(wide, wanted.input(2), wanted.integer(3));
      }
    };
  }

  private static void requireSame(Histogram actual, Fixtures.Case wanted) {
    assertThat(actual.edges().toDoubleArray())
        .as("edges of %s", wanted)
        .isEqualTo(wanted.expected().get(1).toDoubleArray());
    assertThat(actual.counts().toDoubleArray())
        .as("counts of %s", wanted)
        .isEqualTo(wanted.expected().get(0).toDoubleArray());
  }

  @Property(tries = 150, shrinking = ShrinkingMode.OFF)
  void hasTheBitsOfTheReference(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int n = random.nextInt(4) == 0 ? 150_000 : random.nextInt(3000);
    RandomStream numbers = RandomStream.of(seed);
    NDArray flat = numbers.normalInto(NDArray.allocate(DType.FLOAT32, n), 0, 1);
    NDArray x = Fixtures.layouts(flat).get(random.nextInt(5));
    NDArray weights = random.nextBoolean() ? numbers.normal(0, 1, n) : null;
    int bins = 1 + random.nextInt(random.nextBoolean() ? 20 : 5000);
    boolean isEqual = random.nextBoolean();
    int before = Lanes.threads();
    Lanes.setThreads(1 + random.nextInt(4));
    try {
      Histogram actual =
          isEqual
              ? Histogram.of(x, weights, bins, -2, 2.5)
              : Histogram.of(x, weights, ascending(random, bins));
      NDArray expected = NDArray.allocate(actual.counts().dtype(), bins);
      Histogram.countInJava(x, weights, actual.edges().toDoubleArray(), expected);
      Agreement.require(actual.counts(), expected, 0, () -> "seed " + seed);
    } finally {
      Lanes.setThreads(before);
    }
  }

  private static NDArray ascending(SplittableRandom random, int bins) {
    double[] edges = random.doubles(bins + 1, -3, 3).toArray();
    Arrays.sort(edges);
    return NDArray.of(edges);
  }

  @Test
  void bincountAddsWeights() {
    NDArray x = NDArray.of(new int[] {0, 2, 2, 5});
    NDArray weights = NDArray.of(new double[] {0.5, 1, 2, -1});
    assertThat(Histogram.bincount(x, weights, 0).toDoubleArray())
        .containsExactly(0.5, 0, 3, 0, 0, -1);
    assertThat(Histogram.bincount(NDArray.allocate(DType.INT32, 0), 0).size()).isZero();
    assertThat(Histogram.bincount(NDArray.allocate(DType.INT32, 0), 2).toLongArray())
        .containsExactly(0, 0);
    assertThat(Histogram.bincount(NDArray.of(new boolean[] {true, false, true}), 0).toLongArray())
        .containsExactly(1, 2);
  }

  @Test
  void refusesWhatItCannotDo() {
    NDArray x = NDArray.of(new double[] {1, 2});
    NDArray one = NDArray.of(new double[] {1});
    require(Code.LIMIT, () -> Histogram.of(x, 0));
    require(Code.LIMIT, () -> Histogram.of(x, 3, 2, 1));
    require(Code.LIMIT, () -> Histogram.of(x, 3, Double.NaN, 1));
    require(Code.LIMIT, () -> Histogram.of(NDArray.of(new double[] {1, Double.NaN}), 3));
    require(Code.LIMIT, () -> Histogram.of(x, 1000, 1, Math.nextUp(1.0)));
    require(Code.LIMIT, () -> Histogram.of(x, NDArray.of(new double[] {1, 0})));
    require(Code.LIMIT, () -> Histogram.of(x, NDArray.of(new double[] {1, Double.NaN})));
    require(Code.SHAPE, () -> Histogram.of(x, one));
    require(Code.SHAPE, () -> Histogram.of(x, one, 3));
    require(Code.TYPE, () -> Histogram.of(NDArray.allocate(DType.COMPLEX128, 2), 3));
    require(Code.TYPE, () -> Histogram.bincount(x, 0));
    require(Code.LIMIT, () -> Histogram.bincount(NDArray.of(new int[] {-1}), 0));
    require(Code.LIMIT, () -> Histogram.bincount(NDArray.of(new long[] {1L << 40}), 0));
  }

  private static void require(Code code, ThrowingCallable call) {
    assertThat(catchThrowableOfType(LanesException.class, call).code()).isEqualTo(code);
  }
}
