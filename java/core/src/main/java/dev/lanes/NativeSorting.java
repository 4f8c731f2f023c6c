package dev.lanes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongToIntFunction;

/** Sorts in the native library, one crossing for all lanes. */
final class NativeSorting implements SortingEngine {

  // As in lanes.h.
  private static final int SORT = 0;
  private static final int ARGSORT = 1;
  private static final int SELECT = 2;
  private static final int PARTITION = 3;
  private static final int TOP = 4;

  /** Rough nanoseconds for each element on one thread. */
  private static final double COMPARE = 0.5;

  private static final double SWEEP = 1;
  private static final double STEP = 5;

  private static final ThreadLocal<Words> WORDS = ThreadLocal.withInitial(Words::new);

  /** The words of one call. */
  private static final class Words {
    private ByteBuffer buffer = direct(128);

    private static ByteBuffer direct(int words) {
      return ByteBuffer.allocateDirect(words * Long.BYTES).order(ByteOrder.nativeOrder());
    }

    Words begin(int words) {
      if (buffer.capacity() < words * Long.BYTES) {
        buffer = direct(words);
      }
      buffer.clear();
      return this;
    }

    Words put(long... values) {
      for (long value : values) {
        buffer.putLong(value);
      }
      return this;
    }

    long address() {
      return NativeLanes.address(buffer);
    }
  }

  private static long address(NDArray array) {
    return array == null ? 0 : array.memory().address() + array.layout().offset;
  }

  private static double sorting(long elements, long lane) {
    return elements * COMPARE * (65 - Long.numberOfLeadingZeros(lane));
  }

  private static void order(
      int operation,
      double nanos,
      int axis,
      long parameter,
      long[] ranks,
      NDArray in,
      NDArray out,
      NDArray third) {
    int rank = in.rank();
    long[] shape = in.layout().shape;
    Words words = WORDS.get().begin(9 + 4 * (rank + 1) + ranks.length);
    try (Watch watch = Watch.over(nanos, null)) {
      words.put(operation, watch.address(), Threads.forWork(nanos, 0), in.dtype().code());
      words.put(shape[axis], out.layout().shape[axis], parameter);
      words.put(words.address() + (9 + 4L * rank + 2) * Long.BYTES, rank - 1L);
      for (int i = 0; i < rank; i++) {
        if (i != axis) {
          words.put(shape[i]);
        }
      }
      for (NDArray operand : new NDArray[] {in, out, third}) {
        put(words, operand, axis);
      }
      words.put(ranks);
      int status = watch.call(() -> NativeLanes.order(words.address()));
      NativeEngine.require(status, watch, "sorting");
    }
  }

  private static void put(Words words, NDArray operand, int axis) {
    long[] strides = operand.layout().strides;
    words.put(address(operand), strides[axis]);
    for (int i = 0; i < strides.length; i++) {
      if (i != axis) {
        words.put(strides[i]);
      }
    }
  }

  @Override
  public void sort(NDArray in, NDArray out, int axis) {
    double nanos = sorting(in.size(), in.layout().shape[axis]);
    order(SORT, nanos, axis, 0, Layout.SCALAR_SHAPE, in, out, out);
  }

  @Override
  public void argsort(NDArray in, NDArray out, int axis) {
    double nanos = 2 * sorting(in.size(), in.layout().shape[axis]);
    order(ARGSORT, nanos, axis, 0, Layout.SCALAR_SHAPE, in, out, out);
  }

  @Override
  public void select(NDArray in, NDArray out, int axis, long... ranks) {
    order(SELECT, SWEEP * in.size(), axis, 0, ranks, in, out, out);
  }

  @Override
  public void partition(NDArray in, NDArray out, int axis, long rank) {
    order(PARTITION, 2 * SWEEP * in.size(), axis, rank, Layout.SCALAR_SHAPE, in, out, out);
  }

  @Override
  public void top(NDArray in, NDArray values, NDArray indices, int axis, boolean largest) {
    double nanos = 2 * SWEEP * in.size();
    order(TOP, nanos, axis, largest ? 1 : 0, Layout.SCALAR_SHAPE, in, values, indices);
  }

  private static long stride(NDArray array) {
    return array.layout().strides[0];
  }

  private static void call(double nanos, LongToIntFunction function, long... arguments) {
    try (Watch watch = Watch.over(nanos, null)) {
      Words words = WORDS.get().begin(arguments.length + 2);
      words.put(watch.address(), Threads.forWork(nanos, 0)).put(arguments);
      int status = watch.call(() -> function.applyAsInt(words.address()));
      NativeEngine.require(status, watch, "sorting");
    }
  }

  @Override
  public void search(NDArray sorted, NDArray values, NDArray positions, boolean right) {
    call(
        STEP * values.size() * (65 - Long.numberOfLeadingZeros(sorted.size())),
        NativeLanes::search,
        sorted.dtype().code(),
        right ? 1 : 0,
        sorted.size(),
        address(sorted),
        stride(sorted),
        values.size(),
        address(values),
        stride(values),
        address(positions));
  }

  @Override
  public Sorting.Unique unique(NDArray in, boolean places) {
    long n = in.size();
    try (NDArray sorted = NDArray.allocateDirty(in.dtype(), n);
        NDArray order = places ? NDArray.allocateDirty(DType.INT64, n) : null;
        NDArray count = NDArray.allocateDirty(DType.INT64)) {
      sort(in, sorted, 0);
      if (places) {
        argsort(in, order, 0);
      }
      groups(sorted, count, order, null, null, null, null);
      long groups = count.getLong();
      NDArray values = NDArray.allocateDirty(in.dtype(), groups);
      NDArray first = places ? NDArray.allocateDirty(DType.INT64, groups) : null;
      NDArray inverse = places ? NDArray.allocateDirty(DType.INT64, n) : null;
      NDArray counts = NDArray.allocateDirty(DType.INT64, groups);
      groups(sorted, count, order, values, first, inverse, counts);
      return new Sorting.Unique(values, first, inverse, counts);
    }
  }

  private static void groups(
      NDArray sorted,
      NDArray count,
      NDArray order,
      NDArray values,
      NDArray first,
      NDArray inverse,
      NDArray counts) {
    call(
        SWEEP * sorted.size(),
        NativeLanes::groups,
        sorted.dtype().code(),
        sorted.size(),
        address(sorted),
        address(count),
        address(order),
        address(values),
        address(first),
        address(inverse),
        address(counts));
  }
}
