package dev.lanes;

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
    if (a.size() == 0) {
      return;
    }
    long[] shape = new long[Math.max(a.rank(), 1)];
    long[] aStrides = new long[shape.length];
    long[] bStrides = new long[shape.length];
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
    long[] index = new long[last + 1];
    long aOffset = a.offset;
    long bOffset = b.offset;
    while (true) {
      visitor.run(aOffset, aStrides[last], bOffset, bStrides[last], shape[last]);
      int axis = last - 1;
      while (axis >= 0 && ++index[axis] == shape[axis]) {
        aOffset -= (shape[axis] - 1) * aStrides[axis];
        bOffset -= (shape[axis] - 1) * bStrides[axis];
        index[axis--] = 0;
      }
      if (axis < 0) {
        return;
      }
      aOffset += aStrides[axis];
      bOffset += bStrides[axis];
    }
  }
}
