package dev.lanes;

import dev.lanes.lang.Bytes;

/**
 * Walks over the elements of an array in C order of a shape that it broadcasts to, and moves them
 * in and out of blocks of the kind of its dtype. The caller holds the memory.
 */
final class Elements {

  private final Memory memory;
  private final DType dtype;
  private final long[] shape;
  private final long[] strides;
  private final long[] index;
  private final long origin;
  private long offset;

  Elements(NDArray array, long[] shape) {
    this.memory = array.memory();
    this.dtype = array.dtype();
    this.shape = shape;
    this.strides = array.layout().broadcastStrides(shape);
    this.index = new long[shape.length];
    this.origin = array.layout().offset;
    this.offset = origin;
  }

  DType dtype() {
    return dtype;
  }

  /** Goes to an element by its number in C order. */
  void seek(long position) {
    offset = origin;
    long rest = position;
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape[axis];
      rest /= shape[axis];
      offset += index[axis] * strides[axis];
    }
  }

  private void next() {
    for (int axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis];
      if (++index[axis] < shape[axis]) {
        return;
      }
      offset -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }

  /** Reads the next n elements. */
  void load(Object block, int n) {
    if (block instanceof long[] longs) {
      for (int i = 0; i < n; i++, next()) {
        longs[i] = Element.getLong(memory, dtype, offset);
      }
    } else if (block instanceof byte[][] strings) {
      for (int i = 0; i < n; i++, next()) {
        strings[i] = Bytes.trimmed(Element.getBytes(memory, offset, dtype.bytes()));
      }
    } else if (Element.isComplex(dtype)) {
      double[] parts = (double[]) block;
      for (int i = 0; i < n; i++, next()) {
        parts[2 * i] = Element.getDouble(memory, dtype, offset);
        parts[2 * i + 1] = Element.getImaginary(memory, dtype, offset);
      }
    } else {
      double[] doubles = (double[]) block;
      for (int i = 0; i < n; i++, next()) {
        doubles[i] = Element.getDouble(memory, dtype, offset);
      }
    }
  }

  /** Writes the next n elements. */
  void store(Object block, int n) {
    if (block instanceof long[] longs) {
      for (int i = 0; i < n; i++, next()) {
        Element.putLong(memory, dtype, offset, longs[i]);
      }
    } else if (block instanceof byte[][] strings) {
      for (int i = 0; i < n; i++, next()) {
        Element.putBytes(memory, offset, dtype.bytes(), strings[i]);
      }
    } else if (Element.isComplex(dtype)) {
      double[] parts = (double[]) block;
      for (int i = 0; i < n; i++, next()) {
        Element.putComplex(memory, dtype, offset, parts[2 * i], parts[2 * i + 1]);
      }
    } else {
      double[] doubles = (double[]) block;
      for (int i = 0; i < n; i++, next()) {
        Element.putDouble(memory, dtype, offset, doubles[i]);
      }
    }
  }
}
