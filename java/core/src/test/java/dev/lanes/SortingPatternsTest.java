package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The engine of this run against the Java reference on sequences, sizes and layouts that change how
 * it works, with several numbers of threads.
 */
@Tag("engine")
@net.jqwik.api.Tag("engine")
class SortingPatternsTest {

  private static final int[] SMALL = {
    1, 2, 3, 5, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 513, 1021, 2053
  };
  private static final DType[] WIDE = {DType.FLOAT64, DType.FLOAT32, DType.INT64, DType.FLOAT16};
  private static final int LARGE = 70_001;
  private final int threads = Lanes.threads();

  @AfterEach
  void resetThreads() {
    Lanes.setThreads(threads);
  }

  private static void agree(NDArray a, int axis, boolean indices, Supplier<String> what) {
    JavaSorting reference = new JavaSorting();
    NDArray elements = NDArray.allocate(a.dtype(), a.shape());
    reference.sort(a, elements, axis);
    Agreement.require(Sorting.sort(a, axis), elements, 0, () -> what.get() + " sort");
    long n = a.shape()[axis];
    for (long rank : new long[] {0, n / 3, n - 1}) {
      reference.partition(a, elements, axis, rank);
      Agreement.require(
          Sorting.partition(a, rank, axis), elements, 0, () -> what.get() + " partition " + rank);
    }
    long[] ranks = LongRanks.of(n);
    long[] shape = a.shape();
    shape[axis] = ranks.length;
    NDArray selected = NDArray.allocate(a.dtype(), shape);
    reference.select(a, selected, axis, ranks);
    Agreement.require(Sorting.select(a, axis, ranks), selected, 0, () -> what.get() + " select");
    if (indices) {
      agreeOnIndices(a, axis, what);
    }
  }

  /** Ranks that share brackets and such as do not. */
  private static final class LongRanks {
    static long[] of(long n) {
      return Arrays.stream(new long[] {0, 1, n / 4, n / 2, n / 2 + 1, n - 2, n - 1})
          .filter(rank -> rank >= 0 && rank < n)
          .sorted()
          .distinct()
          .toArray();
    }
  }

  private static void agreeOnIndices(NDArray a, int axis, Supplier<String> what) {
    JavaSorting reference = new JavaSorting();
    NDArray order = NDArray.allocate(DType.INT64, a.shape());
    reference.argsort(a, order, axis);
    Agreement.require(Sorting.argsort(a, axis), order, 0, () -> what.get() + " argsort");
    for (boolean largest : new boolean[] {true, false}) {
      long[] shape = a.shape();
      shape[axis] = Math.min(shape[axis], 1 + shape[axis] / 5);
      NDArray values = NDArray.allocate(a.dtype(), shape);
      NDArray indices = NDArray.allocate(DType.INT64, shape);
      reference.top(a, values, indices, axis, largest);
      Sorting.Top top = Sorting.topK(a, shape[axis], axis, largest);
      Agreement.require(top.values(), values, 0, () -> what.get() + " top " + largest);
      Agreement.require(top.indices(), indices, 0, () -> what.get() + " top " + largest);
    }
  }

  private static void agreeOnGroups(NDArray a, Supplier<String> what) {
    Sorting.Unique expected = new JavaSorting().unique(a, true);
    Sorting.Unique actual = Sorting.uniqueAll(a);
    Agreement.require(actual.values(), expected.values(), 0, () -> what.get() + " values");
    Agreement.require(actual.indices(), expected.indices(), 0, () -> what.get() + " indices");
    Agreement.require(actual.inverse(), expected.inverse(), 0, () -> what.get() + " inverse");
    Agreement.require(actual.counts(), expected.counts(), 0, () -> what.get() + " counts");
    NDArray sorted = Sorting.sort(a);
    for (Sorting.Side side : Sorting.Side.values()) {
      NDArray positions = NDArray.allocate(DType.INT64, a.size());
      new JavaSorting().search(sorted, a, positions, side == Sorting.Side.RIGHT);
      Agreement.require(
          Sorting.searchSorted(sorted, a, side),
          positions,
          0,
          () -> what.get() + " search " + side);
    }
  }

  @ParameterizedTest
  @EnumSource
  void shortLanesOfEveryDtype(OrderPatterns pattern) {
    SortingTest.numbers()
        .forEach(
            dtype -> {
              for (int n : SMALL) {
                NDArray a = pattern.make(dtype, n);
                agree(a, 0, true, () -> pattern + " " + dtype + " " + n);
                agreeOnGroups(a, () -> pattern + " " + dtype + " " + n);
              }
            });
  }

  @ParameterizedTest
  @EnumSource
  void longLanes(OrderPatterns pattern) {
    for (DType dtype : WIDE) {
      NDArray a = pattern.make(dtype, LARGE);
      for (int count : new int[] {1, 3}) {
        Lanes.setThreads(count);
        agree(a, 0, false, () -> pattern + " " + dtype + " on " + count);
      }
    }
    for (DType dtype : new DType[] {DType.FLOAT64, DType.UINT8}) {
      NDArray a = pattern.make(dtype, LARGE);
      agreeOnIndices(a, 0, () -> pattern + " " + dtype);
      agreeOnGroups(a, () -> pattern + " " + dtype);
    }
  }

  /** Elements that differ only in their lowest bits, so that indices are sorted twice. */
  @Test
  void indicesOfKeysWithEqualUpperBits() {
    SplittableRandom random = new SplittableRandom(5);
    for (int spread : new int[] {3, 12, 60}) {
      NDArray a = NDArray.allocate(DType.INT64, 300_000);
      for (long i = 0; i < a.size(); i++) {
        a.setLong((random.nextLong() >> spread << 63) + random.nextInt(1 << spread / 2), i);
      }
      NDArray order = NDArray.allocate(DType.INT64, a.size());
      new JavaSorting().argsort(a, order, 0);
      for (int count : new int[] {1, 3}) {
        Lanes.setThreads(count);
        Agreement.require(Sorting.argsort(a), order, 0, () -> "spread " + spread);
      }
    }
  }

  @Property(tries = 120, shrinking = ShrinkingMode.OFF)
  void anyAxisOfAnyShape(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    DType[] dtypes = SortingTest.numbers().toArray(DType[]::new);
    DType dtype = dtypes[random.nextInt(dtypes.length)];
    OrderPatterns pattern = OrderPatterns.values()[random.nextInt(OrderPatterns.values().length)];
    int[] shape = Stream.generate(() -> 1 + random.nextInt(12)).limit(3).mapToInt(i -> i).toArray();
    NDArray flat = pattern.make(dtype, shape[0] * shape[1] * shape[2]);
    NDArray a = flat.reshape(shape[0], shape[1], shape[2]);
    a = random.nextBoolean() ? a.transpose() : a.transpose(1, 0, 2);
    a = random.nextBoolean() ? a.flip(random.nextInt(3)) : a;
    a = random.nextBoolean() ? a.broadcastTo(a.shape()) : a;
    agree(a, random.nextInt(3), true, () -> "seed " + seed + " " + pattern + " " + dtype);
  }

  /** Says what sorting is, without the reference. */
  @Property(tries = 15, shrinking = ShrinkingMode.OFF)
  void sortedElementsAreTheSameOnesInOrder(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    OrderPatterns pattern = OrderPatterns.values()[random.nextInt(OrderPatterns.values().length)];
    NDArray a = pattern.make(DType.FLOAT64, 1 + random.nextInt(90_000));
    double[] before = a.toDoubleArray();
    double[] after = Sorting.sort(a).toDoubleArray();
    long[] order = Sorting.argsort(a).toLongArray();
    Map<Double, Integer> counts = new HashMap<>();
    for (int i = 0; i < before.length; i++) {
      counts.merge(before[i], 1, Integer::sum);
      counts.merge(after[i], -1, Integer::sum);
      if (i > 0) {
        assertThat(Double.compare(after[i - 1], after[i])).isLessThanOrEqualTo(0);
        double x = before[(int) order[i - 1]];
        double y = before[(int) order[i]];
        boolean equal = x == y || Double.isNaN(x) && Double.isNaN(y);
        assertThat(equal ? order[i - 1] < order[i] : Double.compare(x, y) < 0).isTrue();
      }
    }
    assertThat(counts.values()).containsOnly(0);
  }
}
