package dev.lanes;

/**
 * Walks over the elements of an array in C order of a shape that it broadcasts to, and moves them in and out of blocks of the kind
 * of its dtype. The caller holds the memory.
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
        longs[i] = loadLong();
      }
    } else {
      double[] doubles = (double[]) block;
      for (int i = 0; i < n; i++, next()) {
        doubles[i] = loadDouble();
      }
    }
  }

  private long loadLong() {
    return switch (dtype.format()) {
      case BOOL -> memory.getByte(offset) != 0 ? 1 : 0;
      case INT8 -> memory.getByte(offset);
      case UINT8 -> memory.getByte(offset) & 0xff;
      case INT16 -> memory.getShort(offset);
      case UINT16 -> memory.getShort(offset) & 0xffff;
      case INT32 -> memory.getInt(offset);
      case UINT32 -> memory.getInt(offset) & 0xffffffffL;
      case INT64 -> memory.getLong(offset);
      default -> throw new IllegalStateException(dtype + " is not loaded as an integer");
    };
  }

  private double loadDouble() {
    return switch (dtype.format()) {
      case FLOAT16 -> SmallFloats.fromFloat16(memory.getShort(offset));
      case BFLOAT16 -> SmallFloats.fromBfloat16(memory.getShort(offset));
      case FLOAT32 -> memory.getFloat(offset);
      case FLOAT64 -> memory.getDouble(offset);
      default -> throw new IllegalStateException(dtype + " is not loaded as a float");
    };
  }

  /** Writes the next n elements. */
  void store(Object block, int n) {
    if (block instanceof long[] longs) {
      for (int i = 0; i < n; i++, next()) {
        storeLong(longs[i]);
      }
    } else {
      double[] doubles = (double[]) block;
      for (int i = 0; i < n; i++, next()) {
        storeDouble(doubles[i]);
      }
    }
  }

  private void storeLong(long value) {
    switch (dtype.format()) {
      case BOOL, INT8, UINT8 -> memory.putByte(offset, (byte) value);
      case INT16, UINT16 -> memory.putShort(offset, (short) value);
      case INT32, UINT32 -> memory.putInt(offset, (int) value);
      case INT64 -> memory.putLong(offset, value);
      default -> throw new IllegalStateException(dtype + " does not store an integer");
    }
  }

  private void storeDouble(double value) {
    switch (dtype.format()) {
      case FLOAT16 -> memory.putShort(offset, SmallFloats.toFloat16(value));
      case BFLOAT16 -> memory.putShort(offset, SmallFloats.toBfloat16(value));
      case FLOAT32 -> memory.putFloat(offset, (float) value);
      case FLOAT64 -> memory.putDouble(offset, value);
      default -> throw new IllegalStateException(dtype + " does not store a float");
    }
  }
}
