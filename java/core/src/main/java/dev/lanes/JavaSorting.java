package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.Arrays;
import java.util.Comparator;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;

/**
 * The reference: each lane becomes longs that are in order when the elements are, and {@link
 * Arrays#sort(long[])} does the rest.
 */
final class JavaSorting implements SortingEngine {

  private static final long NAN = Long.MAX_VALUE;
  private static final long MINUS_ZERO = -1;

  /** Takes what belongs to one lane. */
  private interface LaneVisitor {
    void visit(long[] keys, Elements out, Elements more);
  }

  /** In the order of {@link Double#compare}, so -0.0 comes before 0.0; all NaNs are one. */
  private static long key(double value) {
    long bits = Double.doubleToLongBits(value);
    return Double.isNaN(value) ? NAN : bits ^ bits >> 63 & Long.MAX_VALUE;
  }

  private static double value(long key) {
    return key == NAN ? Double.NaN : Double.longBitsToDouble(key ^ key >> 63 & Long.MAX_VALUE);
  }

  private static int javaLength(long length) {
    if (length > ArrayCopy.LARGEST_JAVA_ARRAY) {
      throw new LanesException(Code.LIMIT, length + " elements are more than a Java array has");
    }
    return (int) length;
  }

  private static long[] load(Elements from, DType dtype, int n) {
    long[] keys = new long[n];
    if (Element.isInteger(dtype)) {
      from.load(keys, n);
    } else {
      double[] values = new double[n];
      from.load(values, n);
      Arrays.setAll(keys, i -> key(values[i]));
    }
    return keys;
  }

  private static void store(long[] keys, DType dtype, Elements to) {
    if (Element.isInteger(dtype)) {
      to.store(keys, keys.length);
    } else {
      to.store(Arrays.stream(keys).mapToDouble(JavaSorting::value).toArray(), keys.length);
    }
  }

  private static NDArray axisLast(NDArray array, int axis) {
    int last = array.rank() - 1;
    int[] axes = new int[array.rank()];
    Arrays.setAll(axes, i -> i < axis ? i : i == last ? axis : i + 1);
    return array.transpose(axes);
  }

  private static Elements elements(NDArray axisLast) {
    return new Elements(axisLast, axisLast.layout().shape);
  }

  private static void visit(NDArray in, NDArray out, NDArray more, int axis, LaneVisitor visitor) {
    int n = javaLength(in.layout().shape[axis]);
    Elements from = elements(axisLast(in, axis));
    Elements to = elements(axisLast(out, axis));
    Elements alsoTo = elements(axisLast(more, axis));
    try (Watch watch = Watch.over(100.0 * in.size(), null)) {
      for (long lane = 0; lane < in.size() / n; lane++) {
        watch.requireNotSet("sorting");
        visitor.visit(load(from, in.dtype(), n), to, alsoTo);
      }
    }
  }

  /** The keys with one for both zeros. */
  private static long[] equalZeros(DType dtype, long[] keys) {
    if (!Element.isInteger(dtype)) {
      Arrays.setAll(keys, i -> keys[i] == MINUS_ZERO ? 0 : keys[i]);
    }
    return keys;
  }

  /** The keys in an order that puts large ones first, but NaN last. */
  private static long[] descending(DType dtype, long[] keys) {
    boolean hasNan = !Element.isInteger(dtype);
    Arrays.setAll(keys, i -> hasNan && keys[i] == NAN ? NAN : ~keys[i]);
    return keys;
  }

  /** The indices that sort; the JDK's sort of objects is stable. */
  private static long[] order(long... keys) {
    return LongStream.range(0, keys.length)
        .boxed()
        .sorted(Comparator.comparingLong(i -> keys[i.intValue()]))
        .mapToLong(i -> i)
        .toArray();
  }

  @Override
  public void sort(NDArray in, NDArray out, int axis) {
    visit(
        in,
        out,
        out,
        axis,
        (keys, to, more) -> {
          Arrays.sort(keys);
          store(keys, in.dtype(), to);
        });
  }

  @Override
  public void argsort(NDArray in, NDArray out, int axis) {
    visit(
        in,
        out,
        out,
        axis,
        (keys, to, more) -> to.store(order(equalZeros(in.dtype(), keys)), keys.length));
  }

  @Override
  public void select(NDArray in, NDArray out, int axis, long... ranks) {
    boolean hasNan = !Element.isInteger(in.dtype());
    visit(
        in,
        out,
        out,
        axis,
        (keys, to, more) -> {
          Arrays.sort(keys);
          boolean isNan = hasNan && keys[keys.length - 1] == NAN;
          store(
              Arrays.stream(ranks).map(rank -> isNan ? NAN : keys[(int) rank]).toArray(),
              in.dtype(),
              to);
        });
  }

  @Override
  public void partition(NDArray in, NDArray out, int axis, long rank) {
    visit(
        in,
        out,
        out,
        axis,
        (keys, to, more) -> {
          long[] sorted = keys.clone();
          Arrays.sort(sorted);
          long pivot = sorted[(int) rank];
          for (LongPredicate part :
              new LongPredicate[] {k -> k < pivot, k -> k == pivot, k -> k > pivot}) {
            store(Arrays.stream(keys).filter(part).toArray(), in.dtype(), to);
          }
        });
  }

  @Override
  public void top(NDArray in, NDArray values, NDArray indices, int axis, boolean largest) {
    int k = (int) values.layout().shape[axis];
    visit(
        in,
        values,
        indices,
        axis,
        (keys, to, also) -> {
          long[] exact = keys.clone();
          long[] merged = equalZeros(in.dtype(), keys);
          long[] order = order(largest ? descending(in.dtype(), merged) : merged);
          long[] first = Arrays.copyOf(order, k);
          store(Arrays.stream(first).map(i -> exact[(int) i]).toArray(), in.dtype(), to);
          also.store(first, k);
        });
  }

  @Override
  public void search(NDArray sorted, NDArray values, NDArray positions, boolean right) {
    DType dtype = sorted.dtype();
    long[] keys = equalZeros(dtype, load(elements(sorted), dtype, javaLength(sorted.size())));
    long[] wanted = equalZeros(dtype, load(elements(values), dtype, javaLength(values.size())));
    long[] found = Arrays.stream(wanted).map(value -> position(keys, value, right)).toArray();
    elements(positions).store(found, found.length);
  }

  private static long position(long[] sorted, long value, boolean right) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (right ? sorted[middle] <= value : sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public Sorting.Unique unique(NDArray in, boolean places) {
    DType dtype = in.dtype();
    long[] keys = equalZeros(dtype, load(elements(in), dtype, javaLength(in.size())));
    long[] order = order(keys);
    long[] inverse = new long[keys.length];
    long[] values = new long[keys.length];
    long[] first = new long[keys.length];
    long[] counts = new long[keys.length];
    int groups = 0;
    for (int i = 0; i < order.length; i++) {
      long key = keys[(int) order[i]];
      if (i == 0 || key != values[groups - 1]) {
        values[groups] = key;
        first[groups] = order[i];
        groups++;
      }
      counts[groups - 1]++;
      inverse[(int) order[i]] = groups - 1;
    }
    NDArray distinct = NDArray.allocate(dtype, groups);
    store(Arrays.copyOf(values, groups), dtype, elements(distinct));
    return new Sorting.Unique(
        distinct,
        places ? NDArray.of(Arrays.copyOf(first, groups)) : null,
        places ? NDArray.of(inverse) : null,
        NDArray.of(Arrays.copyOf(counts, groups)));
  }
}
