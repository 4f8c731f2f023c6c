package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.within;

import dev.lanes.LanesException.Code;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Random numbers: known answers, the same bits everywhere, and fixed bounds on statistics. */
@Tag("engine")
@net.jqwik.api.Tag("engine")
class RandomStreamTest {

  /** The known answers that come with Random123. */
  @Test
  void philoxGivesTheKnownAnswers() {
    assertThat(RandomStream.philox(0, 0, 0, 0, 0))
        .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertThat(RandomStream.philox(-1, -1, -1, -1, -1))
        .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertThat(
            RandomStream.philox(
                0x299f31d0a4093822L, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344))
        .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  @Test
  void fillsWithPhiloxWords() {
    // All words show in integers over the whole range but one.
    long[] numbers = RandomStream.of(0).integers(Long.MIN_VALUE, Long.MAX_VALUE, 16).toLongArray();
    for (int block = 0; block < 8; block++) {
      int[] words = RandomStream.philox(0, block, 0, 0, 0);
      assertThat(Math.abs(numbers[block] - (joined(words[0], words[1]) + Long.MIN_VALUE)))
          .isLessThanOrEqualTo(1);
      assertThat(Math.abs(numbers[8 + block] - (joined(words[2], words[3]) + Long.MIN_VALUE)))
          .isLessThanOrEqualTo(1);
    }
  }

  private static long joined(int low, int high) {
    return (low & 0xffffffffL) | (long) high << 32;
  }

  @Test
  void normalQuantilesAreThoseOfMpmath() {
    long[] words = Fixtures.read("words").toLongArray();
    double[] expected = Fixtures.read("quantiles").toDoubleArray();
    for (int i = 0; i < words.length; i++) {
      assertThat(NormalQuantile.of(words[i]))
          .isCloseTo(expected[i], within(1e-15 * Math.max(1, Math.abs(expected[i]))));
    }
  }

  /** Element i of a filling is number position + i, whoever computes it and in whatever parts. */
  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void aFillingIsAFunctionOfThePosition(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int n = 1 + random.nextInt(random.nextInt(5) == 0 ? 40_000 : 300);
    long position = random.nextBoolean() ? random.nextInt(1000) : random.nextLong();
    RandomStream stream = RandomStream.of(seed).stream(random.nextInt(1000)).at(position);
    int sort = random.nextInt(5);
    int before = Lanes.threads();
    Lanes.setThreads(1 + random.nextInt(4));
    try {
      DType dtype =
          List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT64, DType.FLOAT32, DType.INT32)
              .get(sort);
      List<NDArray> layouts = Fixtures.layouts(NDArray.allocate(dtype, n));
      NDArray whole = fill(stream, layouts.get(random.nextInt(layouts.size())), sort);
      assertThat(stream.position()).isEqualTo(position + n);
      int cut = random.nextInt(n);
      NDArray part = fill(stream.at(position + cut), NDArray.allocate(dtype, n - cut), sort);
      Agreement.require(part, whole.slice(0, cut, n), 0, () -> "seed " + seed);
    } finally {
      Lanes.setThreads(before);
    }
  }

  private static NDArray fill(RandomStream stream, NDArray output, int sort) {
    return switch (sort) {
      case 0, 1 -> stream.uniformInto(output, -1, 3);
      case 2, 3 -> stream.normalInto(output, 1, 2);
      default -> stream.integersInto(output, -1_000_000_000, 1_500_000_000);
    };
  }

  /** Hashes of fillings: whatever changes one breaks what users can repeat. */
  @Test
  void givesTheSameBitsOnEveryEngine() {
    assertThat(bits(RandomStream.of(42).uniform(0, 1, 10_007))).isEqualTo(UNIFORM_BITS);
    assertThat(bits(RandomStream.of(42).normal(0, 1, 10_007))).isEqualTo(NORMAL_BITS);
    assertThat(bits(RandomStream.of(42).integers(0, 3L << 61, 10_007))).isEqualTo(INTEGER_BITS);
  }

  private static final long UNIFORM_BITS = -3494843206309159996L;
  private static final long NORMAL_BITS = 714357269467641529L;
  private static final long INTEGER_BITS = -1542830685555324958L;

  private static long bits(NDArray array) {
    long hash = 0;
    byte[] bytes = array.toByteArray();
    for (byte each : bytes) {
      hash = 31 * hash + each;
    }
    return hash;
  }

  @Test
  void uniformNumbersAreUniform() {
    double[] x = RandomStream.of(7).uniform(0, 1, 200_000).toDoubleArray();
    Arrays.sort(x);
    assertThat(x[0]).isBetween(0.0, 1e-4);
    assertThat(x[x.length - 1]).isBetween(1 - 1e-4, Math.nextDown(1.0));
    requireDistribution(x, v -> v);
  }

  @Test
  void normalNumbersAreNormal() {
    double[] x = RandomStream.of(8).normal(10, 3, 200_000).toDoubleArray();
    double mean = Arrays.stream(x).average().orElseThrow();
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / x.length;
    double cubes = Arrays.stream(x).map(v -> Math.pow((v - mean) / 3, 3)).sum() / x.length;
    double fourths = Arrays.stream(x).map(v -> Math.pow((v - mean) / 3, 4)).sum() / x.length;
    // Four standard errors each.
    assertThat(mean).isCloseTo(10, within(4 * 3 / Math.sqrt(x.length)));
    assertThat(variance).isCloseTo(9, within(4 * 9 * Math.sqrt(2.0 / x.length)));
    assertThat(cubes).isCloseTo(0, within(4 * Math.sqrt(6.0 / x.length)));
    assertThat(fourths).isCloseTo(3, within(4 * Math.sqrt(24.0 / x.length)));
    NDArray half = NDArray.of(x);
    double[] p =
        Expression.compile("0.5*erfc((10 - x)/(3*sqrt(2)))").evaluate(half).toDoubleArray();
    Arrays.sort(p);
    requireDistribution(p, v -> v);
  }

  /** Kolmogorov and Smirnov's statistic below its 1e-4 point. */
  private static void requireDistribution(double[] sorted, DoubleUnaryOperator cumulative) {
    double worst = 0;
    int n = sorted.length;
    for (int i = 0; i < n; i++) {
      double p = cumulative.applyAsDouble(sorted[i]);
      worst = Math.max(worst, Math.max(p - (double) i / n, (i + 1.0) / n - p));
    }
    assertThat(worst * Math.sqrt(n)).isLessThan(2.23);
  }

  @Test
  void integersAreEquallyLikely() {
    long[] counts =
        Histogram.bincount(RandomStream.of(9).integers(0, 100, 1_000_000), 100).toLongArray();
    double square = Arrays.stream(counts).mapToDouble(c -> (c - 1e4) * (c - 1e4) / 1e4).sum();
    // Chi square with 99 degrees of freedom: between its 1e-4 points.
    assertThat(counts).hasSize(100);
    assertThat(square).isBetween(52.0, 161.4);
  }

  @Test
  void neighboursAndStreamsAreUnrelated() {
    double[] a = RandomStream.of(10).normal(0, 1, 100_000).toDoubleArray();
    double[] b = RandomStream.of(10).stream(1).normal(0, 1, 100_000).toDoubleArray();
    double[] c = RandomStream.of(11).normal(0, 1, 100_000).toDoubleArray();
    double[] next = RandomStream.of(10).at(1).normal(0, 1, 100_000).toDoubleArray();
    for (double[] other : List.of(b, c, next)) {
      double product = 0;
      for (int i = 0; i < a.length; i++) {
        product += a[i] * other[i];
      }
      assertThat(product / a.length).isCloseTo(0, within(4 / Math.sqrt(a.length)));
    }
  }

  @Test
  void staysInTheRange() {
    float[] floats =
        RandomStream.of(1)
            .uniformInto(NDArray.allocate(DType.FLOAT32, 100_000), 0, Math.nextUp(0f) * 3)
            .toFloatArray();
    for (float each : floats) {
      assertThat(each).isBetween(0f, Math.nextUp(0f) * 2);
    }
    NDArray bytes = RandomStream.of(2).integersInto(NDArray.allocate(DType.UINT8, 5000), 250, 256);
    long[] values = bytes.toLongArray();
    assertThat(Arrays.stream(values).min().orElseThrow()).isEqualTo(250);
    assertThat(Arrays.stream(values).max().orElseThrow()).isEqualTo(255);
    assertThat(RandomStream.of(3).normal(5, 0, 3).toDoubleArray()).containsOnly(5);
    assertThat(RandomStream.of(3).uniform(0, 1, 0, 4).size()).isZero();
  }

  @Test
  void refusesWhatItCannotDo() {
    RandomStream stream = RandomStream.of(1);
    NDArray integers = NDArray.allocate(DType.INT8, 4);
    require(Code.TYPE, () -> stream.uniformInto(integers, 0, 1));
    require(Code.TYPE, () -> stream.integersInto(NDArray.allocate(DType.BOOL, 4), 0, 1));
    require(Code.LIMIT, () -> stream.uniform(1, 1, 3));
    require(Code.LIMIT, () -> stream.uniform(-1e308, 1e308, 3));
    require(Code.LIMIT, () -> stream.normal(0, -1, 3));
    require(Code.LIMIT, () -> stream.normal(Double.NaN, 1, 3));
    require(Code.LIMIT, () -> stream.integers(3, 3, 3));
    require(Code.LIMIT, () -> stream.stream(-1));
    require(Code.CAST, () -> stream.integersInto(integers, 0, 129));
    require(Code.READ_ONLY, () -> stream.integersInto(integers.broadcastTo(2, 4), 0, 2));
    assertThat(stream.position()).isZero();
  }

  private static void require(Code code, ThrowingCallable call) {
    assertThat(catchThrowableOfType(LanesException.class, call).code()).isEqualTo(code);
  }
}
