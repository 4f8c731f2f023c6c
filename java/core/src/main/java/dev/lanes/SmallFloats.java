package dev.lanes;

/**
 * Converts between the two 16-bit float formats and the wider ones, exactly or rounded once, to
 * nearest and ties to even.
 */
final class SmallFloats {
  private static final int FLOAT16_MANTISSA = 10;
  private static final int FLOAT16_BIAS = 15;
  private static final int BFLOAT16_MANTISSA = 7;
  private static final int BFLOAT16_BIAS = 127;
  private static final int DOUBLE_MANTISSA = 52;

  private SmallFloats() {}

  /** The value of an IEEE binary16; exact, subnormals included. NaN keeps its payload. */
  static float fromFloat16(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> FLOAT16_MANTISSA) & 0x1f;
    int mantissa = half & 0x3ff;
    if (exponent == 0) {
      float magnitude = mantissa * 0x1p-24f;
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude));
    }
    int wide = exponent == 0x1f ? 0xff : exponent - FLOAT16_BIAS + 127;
    return Float.intBitsToFloat(sign | wide << 23 | mantissa << (23 - FLOAT16_MANTISSA));
  }

  /** The nearest IEEE binary16; beyond the range infinity, NaN stays a (quiet) NaN. */
  static short toFloat16(double value) {
    return round(value, FLOAT16_MANTISSA, FLOAT16_BIAS, 0x1p24);
  }

  /** The value of a bfloat16; exact. */
  static float fromBfloat16(short upper) {
    return Float.intBitsToFloat(upper << 16);
  }

  /** The nearest bfloat16; beyond the range infinity, NaN stays a (quiet) NaN. */
  static short toBfloat16(double value) {
    return round(value, BFLOAT16_MANTISSA, BFLOAT16_BIAS, 0x1p133);
  }

  /**
   * Rounds to a format of 16 bits.
   *
   * @param mantissa bits of its fraction
   * @param bias of its exponent
   * @param subnormals how many of its smallest subnormal make 1.0
   */
  private static short round(double value, int mantissa, int bias, double subnormals) {
    long bits = Double.doubleToRawLongBits(value);
    int sign = (int) (bits >>> 48) & 0x8000;
    int infinity = (2 * bias + 1) << mantissa;
    int dropped = DOUBLE_MANTISSA - mantissa;
    long fraction = bits & ((1L << DOUBLE_MANTISSA) - 1);
    if (Double.isNaN(value)) {
      int quiet = 1 << (mantissa - 1);
      return (short) (sign | infinity | quiet | (int) (fraction >>> dropped));
    }
    int exponent = Math.getExponent(value);
    if (exponent > bias) {
      return (short) (sign | infinity);
    }
    if (exponent <= -bias) {
      // Scaling up by a power of two is exact, so this rounds once; it carries into the smallest
      // normal by itself.
      return (short) (sign | (int) Math.rint(Math.abs(value) * subnormals));
    }
    int kept = (exponent + bias) << mantissa | (int) (fraction >>> dropped);
    long rest = fraction & ((1L << dropped) - 1);
    long half = 1L << (dropped - 1);
    boolean up = rest > half || rest == half && (kept & 1) != 0;
    return (short) (sign | (up ? kept + 1 : kept));
  }
}
