package dev.lanes;

import java.util.Locale;

/**
 * How far the dtype of an output may be from that of the result that goes into it: NumPy's five
 * rules, each of which allows what the one before it does.
 */
public enum Casting {
  /** The same dtype. */
  NO,
  /** The same dtype; byte orders, which NumPy's rule lets differ, are always the machine's here. */
  EQUIV,
  /** Dtypes that hold every value exactly; float64 counts as one for int64, as in NumPy. */
  SAFE,
  /**
   * Also narrower dtypes of the same kind or a later one in the order bool, integer, float,
   * complex: float64 into float32, but not into int32. Integers wrap.
   */
  SAME_KIND,
  /**
   * Any number into any. Floats lose their fraction on the way to integers; those beyond the range
   * stop at its ends, and NaN gives 0. What is not zero gives true.
   */
  UNSAFE;

  /**
   * Tells whether the rule allows a conversion.
   *
   * @param from the dtype of a result
   * @param to the dtype of an output
   * @return true when it does
   */
  public boolean allows(DType from, DType to) {
    return from.equals(to)
        || switch (this) {
          case NO, EQUIV -> false;
          case SAFE -> isSafe(from, to);
          case SAME_KIND -> isSafe(from, to) || from.kind().convertsTo(to.kind());
          case UNSAFE -> (from.kind() == Kind.BYTES) == (to.kind() == Kind.BYTES);
        };
  }

  private static boolean isSafe(DType from, DType to) {
    if (from.kind() == Kind.BYTES || to.kind() == Kind.BYTES) {
      return from.kind() == to.kind() && from.bytes() <= to.bytes();
    }
    if (from == DType.BOOL || to == DType.BOOL) {
      return from == DType.BOOL;
    }
    if (isInteger(to)) {
      boolean keepsSign = isUnsigned(from) || !isUnsigned(to);
      return isInteger(from) && keepsSign && digits(from) <= digits(to);
    }
    if (isInteger(from)) {
      return Math.min(digits(from), digits(DType.FLOAT64)) <= digits(to);
    }
    boolean keepsPart = from.kind() != Kind.COMPLEX128 || to.kind() == Kind.COMPLEX128;
    boolean keepsRange = from != DType.BFLOAT16 || to != DType.FLOAT16;
    return keepsPart && keepsRange && digits(from) <= digits(to);
  }

  private static boolean isInteger(DType dtype) {
    return dtype.kind() == Kind.INT32 || dtype.kind() == Kind.INT64;
  }

  private static boolean isUnsigned(DType dtype) {
    return dtype == DType.UINT8 || dtype == DType.UINT16 || dtype == DType.UINT32;
  }

  /** Binary digits of the numbers that a dtype holds exactly, for complex ones of either part. */
  private static int digits(DType dtype) {
    if (isInteger(dtype)) {
      return 8 * dtype.bytes() - (isUnsigned(dtype) ? 0 : 1);
    }
    return switch (dtype.toString()) {
      case "bfloat16" -> 8;
      case "float16" -> 11;
      case "float32", "complex64" -> 24;
      default -> 53;
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
