package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Where the elements of an array stand: shape, byte strides and the byte offset of the first
 * element. All index arithmetic of views is here. Immutable; the arrays inside are not to be
 * written.
 */
final class Layout {
  /** More axes than this are refused, as in NumPy. */
  static final int MAX_RANK = 64;

  /** The shape of one element of rank 0. */
  static final long[] SCALAR_SHAPE = {};

  /** The distance of elements that do not stand at equal ones. */
  static final long UNEVEN = Long.MIN_VALUE;

  final long[] shape;
  final long[] strides;
  final long offset;
  private final long size;
  private final long distance;
  private final long low;
  private final long high;

  private Layout(long[] shape, long[] strides, long offset) {
    this.shape = shape;
    this.strides = strides;
    this.offset = offset;
    size = product(shape);
    distance = distance(shape, strides);
    low = offset + reach(false);
    high = offset + reach(true);
  }

  /**
   * Elements without gaps from byte 0 on, the last axis (C order) or the first one (Fortran order)
   * running fastest.
   */
  static Layout packed(long elementBytes, boolean fortran, long... shape) {
    checkShape(elementBytes, shape);
    return new Layout(shape.clone(), packedStrides(elementBytes, fortran, shape), 0);
  }

  /** The same elements so many bytes further on. */
  Layout moved(long bytes) {
    return new Layout(shape, strides, offset + bytes);
  }

  /** Refuses what is no shape, or what makes sizes overflow even when empty axes are taken as 1. */
  static void checkShape(long elementBytes, long... shape) {
    if (shape.length > MAX_RANK) {
      throw new LanesException(
          Code.LIMIT, "an array has at most " + MAX_RANK + " axes, not " + shape.length);
    }
    long bytes = elementBytes;
    for (long length : shape) {
      if (length < 0) {
        throw new LanesException(Code.SHAPE, "negative length in shape " + Arrays.toString(shape));
      }
      try {
        bytes = Math.multiplyExact(bytes, Math.max(length, 1));
      } catch (ArithmeticException e) {
        String message =
            "shape "
                + Arrays.toString(shape)
                + " with elements of "
                + elementBytes
                + " bytes is beyond 2^63 bytes";
        throw new LanesException(Code.LIMIT, message, e);
      }
    }
  }

  private static long[] packedStrides(long elementBytes, boolean fortran, long[] shape) {
    long[] strides = new long[shape.length];
    long stride = elementBytes;
    for (int i = 0; i < shape.length; i++) {
      int axis = fortran ? i : shape.length - 1 - i;
      strides[axis] = stride;
      stride *= Math.max(shape[axis], 1);
    }
    return strides;
  }

  boolean hasShape(long[] other) {
    return isSameShape(shape, other);
  }

  boolean hasStrides(long[] other) {
    return isSameShape(strides, other);
  }

  /** Shapes are too short for the vector code behind Arrays.equals to pay. */
  static boolean isSameShape(long[] shape, long[] other) {
    if (shape == other) {
      return true;
    }
    if (shape.length != other.length) {
      return false;
    }
    for (int axis = 0; axis < other.length; axis++) {
      if (shape[axis] != other[axis]) {
        return false;
      }
    }
    return true;
  }

  int rank() {
    return shape.length;
  }

  long size() {
    return size;
  }

  private static long product(long[] shape) {
    long size = 1;
    for (long length : shape) {
      size *= length;
    }
    return size;
  }

  /**
   * The bytes from each element to the next in C order, 0 when there is but one, or {@link
   * #UNEVEN}.
   */
  long distance() {
    return distance;
  }

  private static long distance(long[] shape, long[] strides) {
    long distance = 0;
    long inner = 1; // elements of the axes behind
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      if (shape[axis] == 1) {
        continue;
      }
      if (inner == 1) {
        distance = strides[axis];
      } else if (strides[axis] != distance * inner) {
        return UNEVEN;
      }
      inner *= shape[axis];
    }
    return distance;
  }

  /**
   * The lowest byte offset at which an element begins; the offset itself when there are no
   * elements.
   */
  long low() {
    return low;
  }

  /**
   * The highest byte offset at which an element begins; the offset itself when there are no
   * elements.
   */
  long high() {
    return high;
  }

  private long reach(boolean up) {
    long reach = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] == 0) {
        return 0;
      }
      if (strides[axis] > 0 == up) {
        reach += (shape[axis] - 1) * strides[axis];
      }
    }
    return reach;
  }

  /**
   * Whether the elements follow each other without gaps in the given order. Axes of one element do
   * not matter.
   */
  boolean isPacked(long elementBytes, boolean fortran) {
    long expected = elementBytes;
    boolean packed = true;
    for (int i = 0; i < shape.length; i++) {
      int axis = fortran ? i : shape.length - 1 - i;
      if (shape[axis] == 0) {
        return true;
      }
      packed &= shape[axis] == 1 || strides[axis] == expected;
      expected *= shape[axis];
    }
    return packed;
  }

  /** Whether the elements fill memory from its first byte on, in C order. */
  boolean isPackedFromZero(long elementBytes) {
    return offset == 0 && low == 0 && isPacked(elementBytes, false);
  }

  /** The axis that a number means; negative ones count from the end. */
  int axis(int axis) {
    int rank = shape.length;
    if (axis < -rank || axis >= rank) {
      throw new LanesException(
          Code.AXIS,
          "axis " + axis + " of an array of " + rank + " axes, shape " + Arrays.toString(shape));
    }
    return axis < 0 ? axis + rank : axis;
  }

  /** The byte offset of one element. Negative indexes count from the end. */
  long at(long... index) {
    if (index.length != shape.length) {
      String message =
          index.length
              + " indexes for an array of "
              + shape.length
              + " axes, shape "
              + Arrays.toString(shape);
      throw new LanesException(Code.AXIS, message);
    }
    long at = offset;
    for (int axis = 0; axis < index.length; axis++) {
      at += position(axis, index[axis]) * strides[axis];
    }
    return at;
  }

  private long position(int axis, long index) {
    long length = shape[axis];
    if (index < -length || index >= length) {
      String message =
          "index "
              + index
              + " on axis "
              + axis
              + " of "
              + length
              + " elements, shape "
              + Arrays.toString(shape);
      throw new LanesException(Code.AXIS, message);
    }
    return index < 0 ? index + length : index;
  }

  /** One index along an axis, which goes away. */
  Layout select(int axis, long index) {
    int gone = axis(axis);
    long start = offset + position(gone, index) * strides[gone];
    return new Layout(without(shape, gone), without(strides, gone), start);
  }

  private static long[] without(long[] values, int gone) {
    long[] left = new long[values.length - 1];
    System.arraycopy(values, 0, left, 0, gone);
    System.arraycopy(values, gone + 1, left, gone, left.length - gone);
    return left;
  }

  /**
   * Python's {@code start:stop:step} on one axis: negative bounds count from the end, then all
   * bounds are clamped.
   */
  Layout slice(int axis, long start, long stop, long step) {
    int on = axis(axis);
    if (step == 0) {
      throw new LanesException(Code.SHAPE, "a slice needs a step other than 0");
    }
    long length = shape[on];
    long lowest = step > 0 ? 0 : -1;
    long from = clamp(start, length, lowest);
    long to = clamp(stop, length, lowest);
    long count = 0;
    if (step > 0 && from < to) {
      count = (to - from - 1) / step + 1;
    } else if (step < 0 && to < from) {
      count = (to - from + 1) / step + 1;
    }
    long[] newShape = shape.clone();
    long[] newStrides = strides.clone();
    newShape[on] = count;
    if (count > 1) { // else the stride is never taken, and the product may overflow
      newStrides[on] *= step;
    }
    return new Layout(newShape, newStrides, count > 0 ? offset + from * strides[on] : offset);
  }

  private static long clamp(long bound, long length, long lowest) {
    long counted = bound < 0 ? bound + length : bound;
    return Math.max(lowest, Math.min(counted, length + lowest));
  }

  /** Axes in a new order; axis {@code i} of the result is axis {@code axes[i]} of this. */
  Layout transpose(int... axes) {
    if (axes.length != shape.length) {
      String message =
          "axes " + Arrays.toString(axes) + " for an array of " + shape.length + " axes";
      throw new LanesException(Code.AXIS, message);
    }
    long[] newShape = new long[axes.length];
    long[] newStrides = new long[axes.length];
    boolean[] taken = new boolean[axes.length];
    for (int i = 0; i < axes.length; i++) {
      int axis = axis(axes[i]);
      if (taken[axis]) {
        throw new LanesException(
            Code.AXIS, "axis " + axis + " twice in axes " + Arrays.toString(axes));
      }
      taken[axis] = true;
      newShape[i] = shape[axis];
      newStrides[i] = strides[axis];
    }
    return new Layout(newShape, newStrides, offset);
  }

  /** Stretches axes of one element and adds leading axes, all with stride 0. */
  Layout broadcastTo(long elementBytes, long... target) {
    checkShape(elementBytes, target);
    return new Layout(target.clone(), broadcastStrides(target), offset);
  }

  /** The strides of this broadcast to another shape; those of this where the shape is the same. */
  long[] broadcastStrides(long... target) {
    if (hasShape(target)) {
      return strides;
    }
    int added = target.length - shape.length;
    if (added < 0) {
      throw cannotBroadcast(target);
    }
    long[] newStrides = new long[target.length];
    for (int axis = 0; axis < shape.length; axis++) {
      long wanted = target[added + axis];
      if (shape[axis] == wanted) {
        newStrides[added + axis] = strides[axis];
      } else if (shape[axis] != 1) {
        throw cannotBroadcast(target);
      }
    }
    return newStrides;
  }

  private LanesException cannotBroadcast(long[] target) {
    String message =
        "shape " + Arrays.toString(shape) + " does not broadcast to " + Arrays.toString(target);
    return new LanesException(Code.SHAPE, message);
  }

  /** The lengths that a reshape asks for, with the one -1 replaced by what is left over. */
  long[] inferred(long elementBytes, long... wanted) {
    long[] lengths = wanted.clone();
    int open = -1;
    for (int axis = 0; axis < lengths.length; axis++) {
      if (lengths[axis] == -1) {
        if (open >= 0) {
          throw cannotReshape(wanted);
        }
        open = axis;
        lengths[axis] = 1;
      }
    }
    checkShape(elementBytes, lengths);
    long size = size();
    long known = 1;
    for (long length : lengths) {
      known *= length;
    }
    if (open >= 0 && known > 0 && size % known == 0) {
      lengths[open] = size / known;
    } else if (open >= 0 || known != size) {
      throw cannotReshape(wanted);
    }
    return lengths;
  }

  private LanesException cannotReshape(long[] wanted) {
    String message =
        "shape "
            + Arrays.toString(shape)
            + " of "
            + size()
            + " elements does not reshape to "
            + Arrays.toString(wanted);
    return new LanesException(Code.SHAPE, message);
  }

  /**
   * The same elements in C order under another shape of the same size, or null when no strides
   * describe that. Runs of old axes are matched with runs of new axes of the same product; within a
   * run of old axes each must continue the next without a gap.
   */
  Layout reshape(long elementBytes, long... lengths) {
    if (size() == 0) {
      return new Layout(lengths.clone(), packedStrides(elementBytes, false, lengths), offset);
    }
    int[] old = IntStream.range(0, shape.length).filter(axis -> shape[axis] != 1).toArray();
    long[] newStrides = new long[lengths.length];
    int oldStart = 0;
    int newStart = 0;
    while (oldStart < old.length) {
      long oldProduct = shape[old[oldStart]];
      long newProduct = lengths[newStart];
      int oldEnd = oldStart + 1;
      int newEnd = newStart + 1;
      while (oldProduct != newProduct) {
        if (newProduct < oldProduct) {
          newProduct *= lengths[newEnd++];
        } else {
          int next = old[oldEnd];
          if (strides[old[oldEnd - 1]] != strides[next] * shape[next]) {
            return null;
          }
          oldProduct *= shape[next];
          oldEnd++;
        }
      }
      long stride = strides[old[oldEnd - 1]];
      for (int axis = newEnd - 1; axis >= newStart; axis--) {
        newStrides[axis] = stride;
        stride *= lengths[axis];
      }
      oldStart = oldEnd;
      newStart = newEnd;
    }
    Arrays.fill(newStrides, newStart, lengths.length, elementBytes);
    return new Layout(lengths.clone(), newStrides, offset);
  }

  /** One element at a byte offset. */
  static Layout element(long offset) {
    return new Layout(SCALAR_SHAPE, SCALAR_SHAPE, offset);
  }
}
