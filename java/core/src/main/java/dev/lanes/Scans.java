package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.Map;

/**
 * Running sums, products, greatest and least elements, and differences of neighbours, along an axis
 * or over all elements in C order.
 *
 * <p><b>Types</b> are NumPy's: sums and products of bools and integers are int64 and wrap, those of
 * floats keep the dtype; the other scans keep every dtype. What is combined is int64 or float64: a
 * float32 result is rounded once, from float64. Complex numbers and bytes are refused (TYPE).
 *
 * <p><b>Order.</b> Results have the same bits for any number of threads, any instruction set and
 * either engine. A running sum is that of a segment of 256 elements, in order, added to that of the
 * segments before, added up in order too; so the error grows with n/256 + 256 instead of with n as
 * in NumPy's one long chain, of which the result differs by rounding (and where a part overflows).
 * Products of floats are taken in one chain, as in NumPy.
 *
 * <p>NaN spreads: from the first one on all results are NaN. All methods are thread-safe.
 */
public final class Scans {

  /** Elements that are always combined one after the other; part of the contract of lanes.h. */
  private static final int SEGMENT = 256;

  private static final double NANOS = 2;
  private static final Expression DIFFERENCE = Expression.compile("later - earlier");
  private static final Expression CHANGE = Expression.compile("later ^ earlier");

  private Scans() {}

  /** The operations, in the order of lanes.h. */
  enum Operation {
    SUM("cumsum"),
    PRODUCT("cumprod"),
    GREATEST("cummax"),
    LEAST("cummin");

    private final String title;

    Operation(String title) {
      this.title = title;
    }

    DType result(DType dtype) {
      boolean isSum = this == SUM || this == PRODUCT;
      return isSum && Element.isInteger(dtype) ? DType.INT64 : dtype;
    }

    double apply(double a, double b) {
      return switch (this) {
        case SUM -> a + b;
        case PRODUCT -> a * b;
        case GREATEST -> b >= a || Double.isNaN(b) ? b : a;
        case LEAST -> b <= a || Double.isNaN(b) ? b : a;
      };
    }

    long apply(long a, long b) {
      return switch (this) {
        case SUM -> a + b;
        case PRODUCT -> a * b;
        case GREATEST -> b >= a ? b : a;
        case LEAST -> b <= a ? b : a;
      };
    }
  }

  /**
   * Running sums of all elements in C order.
   *
   * @param x of any shape
   * @return a new array of rank 1
   * @throws LanesException TYPE for complex numbers and bytes, CLOSED
   */
  public static NDArray cumsum(NDArray x) {
    return scan(Operation.SUM, x.reshape(-1), 0);
  }

  /**
   * Running sums along an axis.
   *
   * @param x of any shape
   * @param axis which; below zero from the end
   * @return a new array of the same shape
   * @throws LanesException TYPE for complex numbers and bytes, AXIS, CLOSED
   */
  public static NDArray cumsum(NDArray x, int axis) {
    return scan(Operation.SUM, x, axis);
  }

  /**
   * Running sums along an axis, into an existing array.
   *
   * @param output of the result's dtype and shape; may be {@code x} or overlap it
   * @param x of any shape
   * @param axis which; below zero from the end
   * @return the output
   * @throws LanesException TYPE, SHAPE, AXIS, READ_ONLY, CLOSED
   */
  public static NDArray cumsumInto(NDArray output, NDArray x, int axis) {
    return scanInto(output, Operation.SUM, x, axis);
  }

  /**
   * Running products of all elements in C order.
   *
   * @param x of any shape
   * @return a new array of rank 1
   * @throws LanesException TYPE for complex numbers and bytes, CLOSED
   */
  public static NDArray cumprod(NDArray x) {
    return scan(Operation.PRODUCT, x.reshape(-1), 0);
  }

  /**
   * Running products along an axis.
   *
   * @param x of any shape
   * @param axis which; below zero from the end
   * @return a new array of the same shape
   * @throws LanesException TYPE for complex numbers and bytes, AXIS, CLOSED
   */
  public static NDArray cumprod(NDArray x, int axis) {
    return scan(Operation.PRODUCT, x, axis);
  }

  /**
   * The greatest so far of all elements in C order, as NumPy's {@code maximum.accumulate}.
   *
   * @param x of any shape
   * @return a new array of rank 1
   * @throws LanesException TYPE for complex numbers and bytes, CLOSED
   */
  public static NDArray cummax(NDArray x) {
    return scan(Operation.GREATEST, x.reshape(-1), 0);
  }

  /**
   * The greatest so far along an axis, as NumPy's {@code maximum.accumulate}.
   *
   * @param x of any shape
   * @param axis which; below zero from the end
   * @return a new array of the same shape
   * @throws LanesException TYPE for complex numbers and bytes, AXIS, CLOSED
   */
  public static NDArray cummax(NDArray x, int axis) {
    return scan(Operation.GREATEST, x, axis);
  }

  /**
   * The least so far of all elements in C order, as NumPy's {@code minimum.accumulate}.
   *
   * @param x of any shape
   * @return a new array of rank 1
   * @throws LanesException TYPE for complex numbers and bytes, CLOSED
   */
  public static NDArray cummin(NDArray x) {
    return scan(Operation.LEAST, x.reshape(-1), 0);
  }

  /**
   * The least so far along an axis, as NumPy's {@code minimum.accumulate}.
   *
   * @param x of any shape
   * @param axis which; below zero from the end
   * @return a new array of the same shape
   * @throws LanesException TYPE for complex numbers and bytes, AXIS, CLOSED
   */
  public static NDArray cummin(NDArray x, int axis) {
    return scan(Operation.LEAST, x, axis);
  }

  /**
   * Differences of neighbours along an axis, each element less the one before, as NumPy's {@code
   * diff}: integers wrap in their own dtype, of bools it tells where they change.
   *
   * @param x of rank 1 or more
   * @param order how many times differences are taken, from 0
   * @param axis which; below zero from the end
   * @return a new array of the same dtype, {@code order} elements shorter along the axis, at least
   *     empty
   * @throws LanesException TYPE for complex numbers and bytes, AXIS, LIMIT for a negative order,
   *     CLOSED
   */
  public static NDArray diff(NDArray x, int order, int axis) {
    requireReal(x, "diff");
    if (order < 0) {
      throw new LanesException(Code.LIMIT, "diff takes an order from 0, not " + order);
    }
    int on = x.layout().axis(axis);
    NDArray result = x;
    for (int k = 0; k < order && result.layout().shape[on] > 0; k++) {
      NDArray earlier = result.slice(on, 0, -1);
      NDArray later = result.slice(on, 1, Long.MAX_VALUE);
      NDArray next = NDArray.allocateDirty(x.dtype(), later.layout().shape);
      Expression expression = x.dtype().kind() == Kind.BOOL ? CHANGE : DIFFERENCE;
      expression.evaluateInto(next, Map.of("earlier", earlier, "later", later));
      if (result != x) {
        result.close();
      }
      result = next;
    }
    return result == x ? x.copy() : result;
  }

  private static void requireReal(NDArray x, String work) {
    if (!Element.converts(x.dtype(), DType.FLOAT64)) {
      throw new LanesException(
          Code.TYPE, work + " takes bools, integers and floats, not " + x.dtype());
    }
  }

  private static NDArray scan(Operation operation, NDArray x, int axis) {
    requireReal(x, operation.title);
    x.layout().axis(axis);
    NDArray output = NDArray.allocateDirty(operation.result(x.dtype()), x.layout().shape);
    try {
      return scanInto(output, operation, x, axis);
    } catch (RuntimeException e) {
      output.close();
      throw e;
    }
  }

  private static NDArray scanInto(NDArray output, Operation operation, NDArray x, int axis) {
    requireReal(x, operation.title);
    int on = x.layout().axis(axis);
    ArrayCall.requireOutput(output, operation.result(x.dtype()), x.layout().shape);
    if (NDArray.mayShareBytes(output, x) && !output.isSameView(x)) {
      try (NDArray apart = x.copy()) {
        return scanInto(output, operation, apart, on);
      }
    }
    if (Lanes.isNative()) {
      new ArrayCall(operation.title, NANOS, x.layout().shape, x, output)
          .run(call -> NativeLanes.scan(call, operation.ordinal(), on));
    } else {
      scanInJava(output, operation, x, on);
    }
    return output;
  }

  /** The reference. */
  static void scanInJava(NDArray output, Operation operation, NDArray x, int axis) {
    NDArray from = withAxisLast(x, axis);
    NDArray to = withAxisLast(output, axis);
    long[] shape = from.layout().shape;
    long length = shape[shape.length - 1];
    Elements reader = new Elements(from, shape);
    Elements writer = new Elements(to, shape);
    from.memory().acquire();
    try {
      to.memory().acquire();
      try {
        for (long row = 0; length > 0 && row < from.size() / length; row++) {
          if (Element.isInteger(x.dtype())) {
            scanLongs(operation, reader, writer, length);
          } else {
            scanDoubles(operation, reader, writer, length);
          }
        }
      } finally {
        to.memory().release();
      }
    } finally {
      from.memory().release();
    }
  }

  private static NDArray withAxisLast(NDArray x, int axis) {
    int[] axes = new int[x.rank()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i < axis ? i : i + 1;
    }
    axes[axes.length - 1] = axis;
    return x.transpose(axes);
  }

  private static void scanLongs(Operation operation, Elements from, Elements to, long length) {
    long[] block = new long[SEGMENT];
    long base = 0;
    for (long done = 0; done < length; done += SEGMENT) {
      int n = (int) Math.min(SEGMENT, length - done);
      from.load(block, n);
      if (done > 0) {
        block[0] = operation.apply(base, block[0]);
      }
      for (int i = 1; i < n; i++) {
        block[i] = operation.apply(block[i - 1], block[i]);
      }
      base = block[n - 1];
      to.store(block, n);
    }
  }

  private static void scanDoubles(Operation operation, Elements from, Elements to, long length) {
    double[] block = new double[SEGMENT];
    double base = 0;
    for (long done = 0; done < length; done += SEGMENT) {
      int n = (int) Math.min(SEGMENT, length - done);
      from.load(block, n);
      boolean isOneChain = operation == Operation.PRODUCT;
      if (isOneChain && done > 0) {
        block[0] = operation.apply(base, block[0]);
      }
      for (int i = 1; i < n; i++) {
        block[i] = operation.apply(block[i - 1], block[i]);
      }
      for (int i = 0; !isOneChain && done > 0 && i < n; i++) {
        block[i] = operation.apply(base, block[i]);
      }
      base = block[n - 1];
      to.store(block, n);
    }
  }
}
