package dev.lanes;

import static dev.lanes.DType.Format.BFLOAT16;
import static dev.lanes.DType.Format.COMPLEX128;
import static dev.lanes.DType.Format.COMPLEX64;
import static dev.lanes.DType.Format.FLOAT16;
import static dev.lanes.DType.Format.FLOAT32;
import static dev.lanes.DType.Format.FLOAT64;
import static dev.lanes.DType.Format.INT16;
import static dev.lanes.DType.Format.INT32;
import static dev.lanes.DType.Format.INT64;
import static dev.lanes.DType.Format.UINT16;
import static dev.lanes.DType.Format.UINT32;

import dev.lanes.DType.Format;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.util.EnumSet;
import java.util.Set;

/**
 * What the classes of java.nio say of a buffer, for which {@link Buffer} has no methods.
 *
 * @param name of the class
 * @param bytes of one element
 * @param order of the bytes in an element
 * @param holds the dtypes that its elements can be
 */
record BufferType(String name, int bytes, ByteOrder order, Set<Format> holds) {

  static BufferType of(Buffer buffer) {
    if (buffer instanceof ByteBuffer b) {
      return new BufferType("ByteBuffer", 1, b.order(), EnumSet.allOf(Format.class));
    } else if (buffer instanceof ShortBuffer b) {
      return new BufferType(
          "ShortBuffer", 2, b.order(), EnumSet.of(INT16, UINT16, FLOAT16, BFLOAT16));
    } else if (buffer instanceof CharBuffer b) {
      return new BufferType("CharBuffer", 2, b.order(), EnumSet.of(UINT16));
    } else if (buffer instanceof IntBuffer b) {
      return new BufferType("IntBuffer", 4, b.order(), EnumSet.of(INT32, UINT32));
    } else if (buffer instanceof LongBuffer b) {
      return new BufferType("LongBuffer", 8, b.order(), EnumSet.of(INT64));
    } else if (buffer instanceof FloatBuffer b) {
      return new BufferType("FloatBuffer", 4, b.order(), EnumSet.of(FLOAT32, COMPLEX64));
    }
    return new BufferType(
        "DoubleBuffer", 8, ((DoubleBuffer) buffer).order(), EnumSet.of(FLOAT64, COMPLEX128));
  }
}
