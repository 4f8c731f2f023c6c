package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.Arrays;

/**
 * Puts arrays together, takes elements out, pads and repeats. Results are new arrays in C order of
 * the same dtype, for every dtype; inputs may be views of any strides. Views that need no copy are
 * methods of {@link NDArray}: slice, select, flip, transpose, reshape, broadcastTo.
 *
 * <p>All methods are thread-safe and throw {@link LanesException} CLOSED for closed arrays.
 */
public final class Shapes {

  private static final int CHUNK = 16384;
  private static final double NANOS = 1.5;

  private Shapes() {}

  /** What stands beyond the ends of an axis. */
  public enum Padding {
    /** The nearest element: {@code aaa|abcd|ddd}. */
    EDGE,
    /** A mirror on the last element: {@code dcb|abcd|cba}. */
    REFLECT,
    /** A mirror behind the last element: {@code cba|abcd|dcb}. */
    SYMMETRIC,
    /** The axis again: {@code bcd|abcd|abc}. */
    WRAP;

    /** The element that stands at a position before or behind those of an axis. */
    private long source(long at, long length) {
      long period = this == WRAP ? length : this == REFLECT ? 2 * length - 2 : 2 * length;
      long in = period == 0 ? 0 : Math.floorMod(at, period);
      return switch (this) {
        case EDGE -> Math.max(0, Math.min(at, length - 1));
        case WRAP -> in;
        case REFLECT -> in < length ? in : period - in;
        case SYMMETRIC -> in < length ? in : period - 1 - in;
      };
    }
  }

  /**
   * Joins arrays along an axis that they have.
   *
   * @param axis along which; below zero from the end
   * @param arrays at least one, of one dtype, and of one shape but for that axis
   * @return a new array
   * @throws LanesException ARITY for none, TYPE for different dtypes, SHAPE for shapes that do not
   *     fit, AXIS
   */
  public static NDArray concatenate(int axis, NDArray... arrays) {
    requireSome(arrays);
    NDArray first = arrays[0];
    int on = first.layout().axis(axis);
    long[] shape = first.shape();
    for (int k = 1; k < arrays.length; k++) {
      long[] other = arrays[k].layout().shape;
      boolean fits = other.length == shape.length;
      for (int i = 0; fits && i < shape.length; i++) {
        fits = i == on || other[i] == shape[i];
      }
      if (!fits) {
        throw new LanesException(
            Code.SHAPE,
            "array "
                + k
                + " of shape "
                + Arrays.toString(other)
                + " does not continue shape "
                + Arrays.toString(first.layout().shape)
                + " along axis "
                + on);
      }
      shape[on] += other[on];
    }
    NDArray result = NDArray.allocateDirty(first.dtype(), shape);
    long start = 0;
    for (NDArray each : arrays) {
      long length = each.layout().shape[on];
      result.slice(on, start, start + length).copyFrom(each);
      start += length;
    }
    return result;
  }

  /**
   * Joins arrays of one shape along a new axis.
   *
   * @param axis the place of the new axis in the result; below zero from the end
   * @param arrays at least one, of one dtype and shape
   * @return a new array of one rank more
   * @throws LanesException ARITY for none, TYPE for different dtypes, SHAPE for different shapes,
   *     AXIS
   */
  public static NDArray stack(int axis, NDArray... arrays) {
    requireSome(arrays);
    long[] one = arrays[0].layout().shape;
    long[] shape = new long[one.length + 1];
    int on = axis < 0 ? axis + shape.length : axis;
    if (on < 0 || on >= shape.length) {
      throw new LanesException(
          Code.AXIS, "axis " + axis + " of a stack of " + shape.length + " axes");
    }
    for (int i = 0; i < shape.length; i++) {
      shape[i] = i == on ? arrays.length : one[i < on ? i : i - 1];
    }
    for (NDArray each : arrays) {
      if (!each.layout().hasShape(one)) {
        throw new LanesException(
            Code.SHAPE,
            "arrays of shapes "
                + Arrays.toString(one)
                + " and "
                + Arrays.toString(each.layout().shape)
                + " do not stack");
      }
    }
    NDArray result = NDArray.allocateDirty(arrays[0].dtype(), shape);
    for (int k = 0; k < arrays.length; k++) {
      result.select(on, k).copyFrom(arrays[k]);
    }
    return result;
  }

  private static void requireSome(NDArray... arrays) {
    if (arrays.length == 0) {
      throw new LanesException(Code.ARITY, "give at least one array");
    }
    for (NDArray each : arrays) {
      if (!each.dtype().equals(arrays[0].dtype())) {
        throw new LanesException(
            Code.TYPE,
            "the arrays are "
                + arrays[0].dtype()
                + " and "
                + each.dtype()
                + ": convert them with copyFrom into arrays of one dtype first");
      }
    }
  }

  /**
   * Takes elements along an axis: {@code result[.., j, ..] = x[.., indices[j], ..]}.
   *
   * @param x of rank 1 or more
   * @param indices integers of any shape; below zero from the end
   * @param axis which; below zero from the end
   * @return a new array, with the axes of {@code indices} in place of the axis
   * @throws LanesException AXIS for an axis or index outside, TYPE for indices that are no integers
   */
  public static NDArray take(NDArray x, NDArray indices, int axis) {
    int on = x.layout().axis(axis);
    if (!Element.isInteger(indices.dtype()) || indices.dtype().kind() == Kind.BOOL) {
      throw new LanesException(Code.TYPE, "indices are integers, not " + indices.dtype());
    }
    long[] shape = x.shape();
    shape[on] = indices.size();
    NDArray result = NDArray.allocateDirty(x.dtype(), shape);
    try {
      boolean isPlain =
          indices.dtype() == DType.INT64 && indices.isContiguous() && isAligned(indices);
      if (isPlain) {
        takeInto(result, x, indices.reshape(-1), on);
      } else {
        try (NDArray numbers = NDArray.allocateDirty(DType.INT64, indices.shape())) {
          numbers.copyFrom(indices);
          takeInto(result, x, numbers.reshape(-1), on);
        }
      }
    } catch (RuntimeException e) {
      result.close();
      throw e;
    }
    return indices.rank() == 1 ? result : result.reshape(replaced(shape, on, indices.shape()));
  }

  private static boolean isAligned(NDArray packed) {
    return ArrayCall.address(packed) % packed.dtype().bytes() == 0;
  }

  private static long[] replaced(long[] shape, int axis, long... by) {
    long[] result = Arrays.copyOf(shape, shape.length - 1 + by.length);
    System.arraycopy(by, 0, result, axis, by.length);
    System.arraycopy(shape, axis + 1, result, axis + by.length, shape.length - axis - 1);
    return result;
  }

  private static void takeInto(NDArray result, NDArray x, NDArray indices, int axis) {
    long length = x.layout().shape[axis];
    if (!Lanes.isNative()) {
      takeInJava(result, x, indices, axis);
      return;
    }
    indices.memory().acquire();
    try {
      new ArrayCall("take", NANOS, result.layout().shape, x, result)
          .run(call -> NativeLanes.take(call, axis, length, ArrayCall.address(indices)));
    } finally {
      indices.memory().release();
    }
  }

  /** The reference. */
  static void takeInJava(NDArray result, NDArray x, NDArray indices, int axis) {
    for (long j = 0; result.size() > 0 && j < indices.size(); j++) {
      result.select(axis, j).copyFrom(x.select(axis, indices.getLong(j)));
    }
  }

  /**
   * Finds the elements that are not zero. NaN is not zero.
   *
   * @param x bools or numbers, of rank 1 or more
   * @return INT64 of shape (rank, count): row k holds their indices on axis k, in C order
   * @throws LanesException TYPE for bytes, SHAPE for rank 0
   */
  public static NDArray nonzero(NDArray x) {
    if (x.dtype().kind() == Kind.BYTES) {
      throw new LanesException(Code.TYPE, "nonzero takes bools and numbers, not " + x.dtype());
    }
    if (x.rank() == 0) {
      throw new LanesException(Code.SHAPE, "an array of rank 0 has no axis to index: reshape(1)");
    }
    if (!Lanes.isNative()) {
      return nonzeroInJava(x);
    }
    try (NDArray starts = nonzeroStarts(x)) {
      long count = starts.getLong(-1);
      NDArray result = NDArray.allocateDirty(DType.INT64, x.rank(), count);
      if (count > 0) {
        new ArrayCall("nonzero", NANOS, x.layout().shape, x)
            .run(
                call ->
                    NativeLanes.nonzero(
                        call, ArrayCall.address(starts), ArrayCall.address(result)));
      }
      return result;
    }
  }

  /** How many elements that are not zero lie before each chunk, and in all. */
  private static NDArray nonzeroStarts(NDArray x) {
    long chunks = (x.size() + CHUNK - 1) / CHUNK;
    NDArray starts = NDArray.allocate(DType.INT64, chunks + 1);
    if (chunks > 0) {
      NDArray counts = starts.slice(0, 1, Long.MAX_VALUE);
      new ArrayCall("nonzero", NANOS, x.layout().shape, x)
          .run(call -> NativeLanes.nonzeroCount(call, ArrayCall.address(counts)));
      Scans.cumsumInto(counts, counts, 0);
    }
    return starts;
  }

  /** The reference. */
  static NDArray nonzeroInJava(NDArray x) {
    long[] shape = x.layout().shape;
    long[] found = new long[16];
    int count = 0;
    for (long i = 0; i < x.size(); i++) {
      double[] value = x.getComplex(index(shape, i));
      if (value[0] != 0 || value[1] != 0) {
        found = count == found.length ? Arrays.copyOf(found, 2 * count) : found;
        found[count++] = i;
      }
    }
    NDArray result = NDArray.allocateDirty(DType.INT64, shape.length, count);
    for (int i = 0; i < count; i++) {
      long[] index = index(shape, found[i]);
      for (int axis = 0; axis < shape.length; axis++) {
        result.setLong(index[axis], axis, i);
      }
    }
    return result;
  }

  private static long[] index(long[] shape, long number) {
    long[] index = new long[shape.length];
    long rest = number;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest /= shape[axis];
    }
    return index;
  }

  /**
   * Takes the elements where a condition holds, in C order.
   *
   * @param x of any shape
   * @param condition BOOL, of the same shape
   * @return a new array of rank 1
   * @throws LanesException TYPE for a condition that is not BOOL, SHAPE when the shapes differ
   */
  public static NDArray compress(NDArray x, NDArray condition) {
    if (!condition.layout().hasShape(x.layout().shape)) {
      throw new LanesException(
          Code.SHAPE,
          "a condition of shape "
              + Arrays.toString(condition.layout().shape)
              + " for elements of shape "
              + Arrays.toString(x.layout().shape));
    }
    return compress(x.reshape(-1), condition.reshape(-1), 0);
  }

  /**
   * Takes the slices along an axis for which a condition holds.
   *
   * @param x of rank 1 or more
   * @param condition BOOL, of rank 1, as long as the axis
   * @param axis which; below zero from the end
   * @return a new array of the same rank
   * @throws LanesException TYPE for a condition that is not BOOL, SHAPE for one of another length,
   *     AXIS
   */
  public static NDArray compress(NDArray x, NDArray condition, int axis) {
    int on = x.layout().axis(axis);
    if (condition.dtype() != DType.BOOL) {
      throw new LanesException(Code.TYPE, "a condition is bool, not " + condition.dtype());
    }
    if (!condition.layout().hasShape(new long[] {x.layout().shape[on]})) {
      throw new LanesException(
          Code.SHAPE,
          "a condition of shape "
              + Arrays.toString(condition.layout().shape)
              + " for an axis of "
              + x.layout().shape[on]);
    }
    if (x.rank() == 1 && Lanes.isNative()) {
      return compressElements(x, condition);
    }
    try (NDArray held = nonzero(condition)) {
      return take(x, held.select(0, 0), on);
    }
  }

  private static NDArray compressElements(NDArray x, NDArray condition) {
    try (NDArray starts = nonzeroStarts(condition)) {
      long count = starts.getLong(-1);
      NDArray result = NDArray.allocateDirty(x.dtype(), count);
      if (count > 0) {
        new ArrayCall("compress", NANOS, x.layout().shape, condition, x)
            .run(
                call ->
                    NativeLanes.compress(
                        call, ArrayCall.address(starts), ArrayCall.address(result)));
      }
      return result;
    }
  }

  /**
   * Surrounds an array with one value.
   *
   * @param x of any shape
   * @param widths for each axis two numbers from 0: how many elements before and behind
   * @param value an array of one element, which converts to the dtype
   * @return a new array
   * @throws LanesException SHAPE for other widths, CAST for a value that does not convert
   */
  public static NDArray pad(NDArray x, long[][] widths, NDArray value) {
    NDArray result = NDArray.allocateDirty(x.dtype(), padded(x, widths));
    result.copyFrom(value);
    centre(result, x, widths, 0).copyFrom(x);
    return result;
  }

  /**
   * Surrounds an array with elements of its own, axis by axis.
   *
   * @param x of any shape
   * @param widths for each axis two numbers from 0: how many elements before and behind
   * @param padding which elements
   * @return a new array
   * @throws LanesException SHAPE for other widths, or when an axis without elements is to grow
   */
  public static NDArray pad(NDArray x, long[][] widths, Padding padding) {
    NDArray result = NDArray.allocateDirty(x.dtype(), padded(x, widths));
    centre(result, x, widths, 0).copyFrom(x);
    for (int axis = 0; axis < x.rank(); axis++) {
      long length = x.layout().shape[axis];
      long before = widths[axis][0];
      long behind = widths[axis][1];
      if (length == 0 && before + behind > 0) {
        throw new LanesException(
            Code.SHAPE, "axis " + axis + " has no elements to pad with: give a value");
      }
      // The axes before this one are padded already, those behind it not yet.
      NDArray grown = centre(result, x, widths, axis + 1);
      NDArray filled = grown.slice(axis, before, before + length);
      fill(grown.slice(axis, 0, before), filled, axis, -before, padding);
      fill(grown.slice(axis, before + length, Long.MAX_VALUE), filled, axis, length, padding);
    }
    return result;
  }

  private static void fill(NDArray gap, NDArray from, int axis, long start, Padding padding) {
    long count = gap.layout().shape[axis];
    if (count == 0) {
      return;
    }
    try (NDArray sources = NDArray.allocateDirty(DType.INT64, count)) {
      for (long i = 0; i < count; i++) {
        sources.setLong(padding.source(start + i, from.layout().shape[axis]), i);
      }
      try (NDArray taken = take(from, sources, axis)) {
        gap.copyFrom(taken);
      }
    }
  }

  private static long[] padded(NDArray x, long[][] widths) {
    long[] shape = x.shape();
    boolean fits = widths.length == shape.length;
    for (int axis = 0; fits && axis < shape.length; axis++) {
      long[] both = widths[axis];
      fits = both != null && both.length == 2 && both[0] >= 0 && both[1] >= 0;
      shape[axis] += fits ? Math.addExact(both[0], both[1]) : 0;
    }
    if (!fits) {
      throw new LanesException(
          Code.SHAPE,
          "pad takes two widths from 0 for each of the "
              + x.rank()
              + " axes, not "
              + Arrays.deepToString(widths));
    }
    return shape;
  }

  /** The part of a padded array that is not padding, on the axes from {@code first} on. */
  private static NDArray centre(NDArray padded, NDArray x, long[][] widths, int first) {
    NDArray part = padded;
    for (int axis = first; axis < x.rank(); axis++) {
      long start = widths[axis][0];
      part = part.slice(axis, start, start + x.layout().shape[axis]);
    }
    return part;
  }

  /**
   * Moves elements along an axis; those that leave it come in at the other end.
   *
   * @param x of rank 1 or more
   * @param shift how far towards higher indices, of any size; below zero towards lower ones
   * @param axis which; below zero from the end
   * @return a new array of the same shape
   * @throws LanesException AXIS
   */
  public static NDArray roll(NDArray x, long shift, int axis) {
    int on = x.layout().axis(axis);
    long length = x.layout().shape[on];
    NDArray result = NDArray.allocateDirty(x.dtype(), x.layout().shape);
    if (x.size() > 0) {
      long by = Math.floorMod(shift, length);
      result.slice(on, by, length).copyFrom(x.slice(on, 0, length - by));
      result.slice(on, 0, by).copyFrom(x.slice(on, length - by, length));
    }
    return result;
  }

  /**
   * Repeats a whole array along its axes.
   *
   * @param x of any shape
   * @param counts how often along each axis, from 0; where there are fewer than axes they are those
   *     of the last ones, where there are more the array gets new leading axes
   * @return a new array
   * @throws LanesException SHAPE for a negative count, LIMIT for too large a result
   */
  public static NDArray tile(NDArray x, long... counts) {
    int rank = Math.max(x.rank(), counts.length);
    long[] shape = new long[rank];
    long[] split = new long[2 * rank];
    long[] source = new long[2 * rank];
    for (int i = 1; i <= rank; i++) {
      long length = i <= x.rank() ? x.layout().shape[x.rank() - i] : 1;
      long count = i <= counts.length ? counts[counts.length - i] : 1;
      requireCount(count);
      shape[rank - i] = product(count, length);
      split[2 * (rank - i)] = count;
      split[2 * (rank - i) + 1] = length;
      source[2 * (rank - i)] = 1;
      source[2 * (rank - i) + 1] = length;
    }
    NDArray result = NDArray.allocateDirty(x.dtype(), shape);
    result.reshape(split).copyFrom(x.reshape(source));
    return result;
  }

  /**
   * Repeats each element along an axis.
   *
   * @param x of rank 1 or more
   * @param count how often, from 0
   * @param axis which; below zero from the end
   * @return a new array
   * @throws LanesException SHAPE for a negative count, LIMIT for too large a result, AXIS
   */
  public static NDArray repeat(NDArray x, long count, int axis) {
    int on = x.layout().axis(axis);
    requireCount(count);
    long[] shape = x.shape();
    long length = shape[on];
    NDArray one = x.reshape(replaced(shape, on, length, 1));
    long[] split = replaced(shape, on, length, count);
    shape[on] = product(length, count);
    NDArray result = NDArray.allocateDirty(x.dtype(), shape);
    result.reshape(split).copyFrom(one);
    return result;
  }

  private static void requireCount(long count) {
    if (count < 0) {
      throw new LanesException(Code.SHAPE, "an array is repeated from 0 times on, not " + count);
    }
  }

  private static long product(long a, long b) {
    long product = a * b;
    if (Math.multiplyHigh(a, b) != 0 || product < 0) {
      throw new LanesException(Code.LIMIT, a + " times " + b + " elements are too many");
    }
    return product;
  }
}
