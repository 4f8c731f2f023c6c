package dev.lanes;

import dev.lanes.LanesException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Crosses into the native library with a few arrays of one shape: keeps their memory alive, decides
 * how many threads the work gets, and lets an interrupt stop it.
 */
final class ArrayCall {

  private static final int MOST_ARRAYS = 2;
  private static final int MOST_WORDS = 3 + Layout.MAX_RANK + MOST_ARRAYS * (3 + Layout.MAX_RANK);
  private static final int OUT_OF_RANGE = 6;

  private static final ThreadLocal<ByteBuffer> WORDS =
      ThreadLocal.withInitial(
          () -> ByteBuffer.allocateDirect(MOST_WORDS * Long.BYTES).order(ByteOrder.nativeOrder()));

  /** A function of the library that takes the words of a call. */
  interface Function {
    int apply(long call);
  }

  private final String work;
  private final double nanosPerElement;
  private final long[] shape;
  private final NDArray[] arrays;

  /**
   * A call over arrays whose strides are taken as they are for the given shape.
   *
   * @param work what it does, for messages
   * @param nanosPerElement about how long one thread takes
   */
  ArrayCall(String work, double nanosPerElement, long[] shape, NDArray... arrays) {
    this.work = work;
    this.nanosPerElement = nanosPerElement;
    this.shape = shape;
    this.arrays = arrays;
  }

  void run(Function function) {
    double nanos = nanosPerElement * Call.size(shape);
    int held = 0;
    try {
      for (; held < arrays.length; held++) {
        arrays[held].memory().acquire();
      }
      try (Watch watch = Watch.over(nanos, null)) {
        ByteBuffer words = WORDS.get();
        write(words, watch.address(), Threads.forWork(nanos, 0));
        int status = watch.call(() -> function.apply(NativeLanes.address(words)));
        if (status == OUT_OF_RANGE) {
          throw new LanesException(Code.AXIS, work + " met an index outside its axis");
        }
        NativeEngine.require(status, watch, work);
      }
    } finally {
      while (held > 0) {
        arrays[--held].memory().release();
      }
    }
  }

  private void write(ByteBuffer words, long cancel, int threads) {
    words.clear();
    words.putLong(cancel).putLong(threads).putLong(shape.length);
    put(words, shape);
    for (NDArray array : arrays) {
      words.putLong(array.memory().address() + array.offset());
      words.putLong(array.dtype().code()).putLong(array.dtype().bytes());
      put(words, array.layout().strides);
    }
  }

  private static void put(ByteBuffer words, long[] values) {
    for (long value : values) {
      words.putLong(value);
    }
  }

  /** The address of a packed array's first element. */
  static long address(NDArray packed) {
    return packed.memory().address() + packed.offset();
  }

  /** Refuses an output that is not of the given dtype and shape, or cannot be written. */
  static void requireOutput(NDArray output, DType dtype, long[] shape) {
    if (!output.dtype().equals(dtype)) {
      throw new LanesException(
          Code.TYPE, "the output must be " + dtype + ", not " + output.dtype());
    }
    if (!output.layout().hasShape(shape)) {
      throw new LanesException(
          Code.SHAPE,
          "the output's shape must be "
              + Arrays.toString(shape)
              + ", not "
              + Arrays.toString(output.layout().shape));
    }
    if (output.isReadOnly()) {
      throw new LanesException(Code.READ_ONLY, "the output is read-only");
    }
  }
}
