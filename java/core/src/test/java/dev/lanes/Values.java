package dev.lanes;

import dev.lanes.lang.Op;
import java.util.SplittableRandom;

/** Random operands that meet the awkward values often. */
final class Values {

  private static final double[] FLOATS = {
    0.0,
    -0.0,
    1,
    -1,
    0.5,
    Double.NaN,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    1e-40,
    5e-324,
    3e38,
    1e308,
    -1e300
  };
  private static final long[] INTEGERS = {
    0,
    1,
    -1,
    2,
    31,
    32,
    63,
    64,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private Values() {}

  static NDArray random(DType dtype, long size, Op.Domain domain, SplittableRandom random) {
    NDArray array = NDArray.allocate(dtype, size);
    for (long i = 0; i < size; i++) {
      switch (dtype.kind()) {
        case BOOL -> array.setBoolean(random.nextBoolean(), i);
        case INT32, INT64 -> array.setLong(narrow(dtype, integer(random)), i);
        case FLOAT32, FLOAT64 -> array.setDouble(real(domain, random), i);
        // Powers of extreme numbers have no digits; fixtures have the special cases.
        case COMPLEX128 -> array.setComplex(within(domain, random), within(domain, random), i);
        case BYTES -> array.setBytes(string(dtype.bytes(), random), i);
        default -> throw new IllegalArgumentException(dtype.toString());
      }
    }
    return array;
  }

  /** Short and of few different bytes, so that many are equal or begin alike. */
  private static byte[] string(int most, SplittableRandom random) {
    byte[] bytes = new byte[random.nextInt(most + 1)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) "aab\0\u00ff".charAt(random.nextInt(5));
    }
    return bytes;
  }

  /** The dtype of a kind, for bytes one of several widths. */
  static DType dtype(Kind kind, int operand) {
    return kind == Kind.BYTES ? DType.bytes(operand == 1 ? 2 : 5) : kind.dtype();
  }

  private static long narrow(DType dtype, long value) {
    return switch (dtype.toString()) {
      case "int8" -> (byte) value;
      case "uint8" -> value & 0xff;
      case "int16" -> (short) value;
      case "uint16" -> value & 0xffff;
      case "int32" -> (int) value;
      case "uint32" -> value & 0xffffffffL;
      default -> value;
    };
  }

  private static long integer(SplittableRandom random) {
    return switch (random.nextInt(8)) {
      case 0 -> INTEGERS[random.nextInt(INTEGERS.length)];
      case 1 -> random.nextLong();
      default -> random.nextLong(-100, 100);
    };
  }

  private static double real(Op.Domain domain, SplittableRandom random) {
    return random.nextInt(16) == 0 ? FLOATS[random.nextInt(FLOATS.length)] : within(domain, random);
  }

  private static double within(Op.Domain domain, SplittableRandom random) {
    return domain.low() + (domain.high() - domain.low()) * random.nextDouble();
  }
}
