package dev.lanes;

import dev.lanes.LanesException.Code;
import java.nio.ByteBuffer;

/**
 * Reads and writes one element of any dtype, and says which conversions there are: upwards and
 * within bool, integer, float, complex, and between bytes that get no shorter. Callers hold the
 * memory.
 */
final class Element {
  private static final DType.Format[] FORMATS = DType.Format.values();

  private Element() {}

  static DType.Format format(DType dtype) {
    return FORMATS[dtype.code()];
  }

  /**
   * Whether values convert without leaving their class downwards (float to integer, complex to
   * float, anything to bool).
   */
  static boolean converts(DType from, DType to) {
    return from.kind().convertsTo(to.kind())
        && (from.kind() != Kind.BYTES || from.bytes() <= to.bytes());
  }

  static boolean isInteger(DType dtype) {
    return dtype.kind().convertsTo(Kind.INT64);
  }

  static boolean isComplex(DType dtype) {
    return dtype.kind() == Kind.COMPLEX128;
  }

  static void checkConverts(DType from, DType to) {
    if (!converts(from, to)) {
      throw new LanesException(
          Code.CAST,
          from + " does not convert to " + to + " without losing what kind of value it is");
    }
  }

  /** The value of a bool or integer element. */
  static long getLong(Memory memory, DType dtype, long offset) {
    return switch (format(dtype)) {
      case BOOL -> memory.getByte(offset) != 0 ? 1 : 0;
      case INT8 -> memory.getByte(offset);
      case UINT8 -> memory.getByte(offset) & 0xff;
      case INT16 -> memory.getShort(offset);
      case UINT16 -> memory.getShort(offset) & 0xffff;
      case INT32 -> memory.getInt(offset);
      case UINT32 -> memory.getInt(offset) & 0xffffffffL;
      case INT64 -> memory.getLong(offset);
      default -> throw new IllegalArgumentException(dtype.toString());
    };
  }

  /**
   * The value of a bool, integer or float element; int64 is rounded to nearest. Of a complex one
   * the real part.
   */
  static double getDouble(Memory memory, DType dtype, long offset) {
    return switch (format(dtype)) {
      case FLOAT16 -> SmallFloats.fromFloat16(memory.getShort(offset));
      case BFLOAT16 -> SmallFloats.fromBfloat16(memory.getShort(offset));
      case FLOAT32, COMPLEX64 -> memory.getFloat(offset);
      case FLOAT64, COMPLEX128 -> memory.getDouble(offset);
      default -> getLong(memory, dtype, offset);
    };
  }

  /** The imaginary part of an element of any number dtype. */
  static double getImaginary(Memory memory, DType dtype, long offset) {
    return switch (format(dtype)) {
      case COMPLEX64 -> memory.getFloat(offset + Float.BYTES);
      case COMPLEX128 -> memory.getDouble(offset + Double.BYTES);
      default -> 0;
    };
  }

  /** Stores into any number dtype: integers keep their low bits, floats are rounded to nearest. */
  static void putLong(Memory memory, DType dtype, long offset, long value) {
    switch (format(dtype)) {
      case BOOL -> memory.putByte(offset, (byte) (value != 0 ? 1 : 0));
      case INT8, UINT8 -> memory.putByte(offset, (byte) value);
      case INT16, UINT16 -> memory.putShort(offset, (short) value);
      case INT32, UINT32 -> memory.putInt(offset, (int) value);
      case INT64 -> memory.putLong(offset, value);
      case FLOAT32 -> memory.putFloat(offset, value);
      case COMPLEX64 -> {
        memory.putFloat(offset, value);
        memory.putFloat(offset + Float.BYTES, 0);
      }
      default -> putDouble(memory, dtype, offset, value);
    }
  }

  /** Stores into a float or complex dtype, rounded to nearest. */
  static void putDouble(Memory memory, DType dtype, long offset, double value) {
    putComplex(memory, dtype, offset, value, 0);
  }

  /** Stores into a float or complex dtype, rounded to nearest; floats take the real part. */
  static void putComplex(Memory memory, DType dtype, long offset, double real, double imaginary) {
    switch (format(dtype)) {
      case FLOAT16 -> memory.putShort(offset, SmallFloats.toFloat16(real));
      case BFLOAT16 -> memory.putShort(offset, SmallFloats.toBfloat16(real));
      case FLOAT32 -> memory.putFloat(offset, (float) real);
      case FLOAT64 -> memory.putDouble(offset, real);
      case COMPLEX64 -> {
        memory.putFloat(offset, (float) real);
        memory.putFloat(offset + Float.BYTES, (float) imaginary);
      }
      case COMPLEX128 -> {
        memory.putDouble(offset, real);
        memory.putDouble(offset + Double.BYTES, imaginary);
      }
      default -> throw new IllegalArgumentException(dtype.toString());
    }
  }

  /** Copies one element as it is. */
  static void copy(Memory from, long fromOffset, Memory to, long toOffset, int bytes) {
    switch (bytes) {
      case 1 -> to.putByte(toOffset, from.getByte(fromOffset));
      case 2 -> to.putShort(toOffset, from.getShort(fromOffset));
      case 4 -> to.putInt(toOffset, from.getInt(fromOffset));
      case 8 -> to.putLong(toOffset, from.getLong(fromOffset));
      default -> Memory.copy(from, fromOffset, to, toOffset, bytes);
    }
  }

  /** All bytes of a BYTES element. */
  static byte[] getBytes(Memory memory, long offset, int bytes) {
    byte[] value = new byte[bytes];
    memory.read(offset, bytes, ByteBuffer.wrap(value));
    return value;
  }

  /** Stores a BYTES element, padded with NUL or cut. */
  static void putBytes(Memory memory, long offset, int bytes, byte[] value) {
    int kept = Math.min(bytes, value.length);
    memory.write(offset, kept, ByteBuffer.wrap(value));
    for (int i = kept; i < bytes; i++) {
      memory.putByte(offset + i, (byte) 0);
    }
  }

  /** Whether an integer survives being stored as this dtype; floats take any. */
  static boolean holds(DType dtype, long value) {
    return switch (format(dtype)) {
      case INT8 -> value == (byte) value;
      case UINT8 -> value == (value & 0xff);
      case INT16 -> value == (short) value;
      case UINT16 -> value == (value & 0xffff);
      case INT32 -> value == (int) value;
      case UINT32 -> value == (value & 0xffffffffL);
      default -> true;
    };
  }

  /** Copies one element into another dtype. */
  static void convert(Memory from, DType fromType, long at, Memory to, DType toType, long put) {
    if (fromType.kind() == Kind.BYTES) {
      putBytes(to, put, toType.bytes(), getBytes(from, at, fromType.bytes()));
    } else if (isInteger(fromType)) {
      putLong(to, toType, put, getLong(from, fromType, at));
    } else {
      putComplex(to, toType, put, getDouble(from, fromType, at), getImaginary(from, fromType, at));
    }
  }

  /** Whether two elements have the same bits, or the same NaNs in the same parts. */
  static boolean same(Memory a, long aOffset, Memory b, long bOffset, DType dtype) {
    if (isInteger(dtype) || dtype.kind() == Kind.BYTES) {
      for (int i = 0; i < dtype.bytes(); i++) {
        if (a.getByte(aOffset + i) != b.getByte(bOffset + i)) {
          return false;
        }
      }
      return true;
    }
    // doubleToLongBits makes all NaNs one; all formats convert to double exactly
    return Double.doubleToLongBits(getDouble(a, dtype, aOffset))
            == Double.doubleToLongBits(getDouble(b, dtype, bOffset))
        && Double.doubleToLongBits(getImaginary(a, dtype, aOffset))
            == Double.doubleToLongBits(getImaginary(b, dtype, bOffset));
  }
}
