package dev.lanes;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Walks equally shaped layouts in C order, one run along the last axis at a time; axes that
 * continue each other in all layouts are walked as one, so packed arrays are a single run.
 */
final class Runs {
  private Runs() {}

  /** One run. */
  interface Visitor {
    /**
     * Takes a run.
     *
     * @param a byte offset of its first element in the first layout
     * @param aStride bytes from one element to the next there
     * @param b the same in the second layout
     * @param bStride the same in the second layout
     * @param count how many elements, at least 1
     */
    void run(long a, long aStride, long b, long bStride, long count);
  }

  static void walk(Layout a, Layout b, Visitor visitor) {
    walk(a, b, 0, a.size(), visitor);
  }

  /** Walks in the order of memory, where the order does not matter. */
  static void walkInAnyOrder(Layout a, Layout b, Visitor visitor) {
    int[] axes =
        IntStream.range(0, a.rank())
            .boxed()
            .sorted(Comparator.comparingLong(axis -> -Math.abs(a.strides[axis])))
            .mapToInt(Integer::intValue)
            .toArray();
    walk(a.transpose(axes), b.transpose(axes), visitor);
  }

  /** Walks over {@code count} elements from the one that is number {@code first} in C order. */
  static void walk(Layout a, Layout b, long first, long count, Visitor visitor) {
    if (count == 0) {
      return;
    }
    long[] shape = new long[Math.max(a.rank(), 1)];
    long[] aStrides = new long[shape.length];
    long[] bStrides = new long[shape.length];
    int last = merge(a, b, shape, aStrides, bStrides);
    long[] index = new long[last + 1];
    long aOffset = a.offset;
    long bOffset = b.offset;
    long rest = first;
    for (int axis = last; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest /= shape[axis];
      aOffset += index[axis] * aStrides[axis];
      bOffset += index[axis] * bStrides[axis];
    }
    for (long left = count; ; ) {
      long n = Math.min(left, shape[last] - index[last]);
      visitor.run(aOffset, aStrides[last], bOffset, bStrides[last], n);
      left -= n;
      if (left == 0) {
        return;
      }
      aOffset -= index[last] * aStrides[last];
      bOffset -= index[last] * bStrides[last];
      index[last] = 0;
      for (int axis = last - 1; axis >= 0; axis--) {
        aOffset += aStrides[axis];
        bOffset += bStrides[axis];
        if (++index[axis] < shape[axis]) {
          break;
        }
        aOffset -= shape[axis] * aStrides[axis];
        bOffset -= shape[axis] * bStrides[axis];
        index[axis] = 0;
      }
    }
  }

  /**
   * Fills in the axes that are left when those that continue each other are one; returns the last
   * one's number.
   */
  private static int merge(Layout a, Layout b, long[] shape, long[] aStrides, long[] bStrides) {
    shape[0] = 1;
    int last = 0;
    for (int axis = 0; axis < a.rank(); axis++) {
      long length = a.shape[axis];
      if (length == 1) {
        continue;
      }
      boolean continues =
          shape[last] == 1
              || aStrides[last] == a.strides[axis] * length
                  && bStrides[last] == b.strides[axis] * length;
      if (!continues) {
        shape[++last] = 1;
      }
      shape[last] *= length;
      aStrides[last] = a.strides[axis];
      bStrides[last] = b.strides[axis];
    }
    return last;
  }
}
