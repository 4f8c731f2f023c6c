package dev.lanes;

import java.util.Locale;
import java.util.Objects;

/**
 * How one element lies in memory, always in the machine's byte order. {@code BYTES} comes in every
 * length; all other dtypes are constants of this class, comparable by identity.
 *
 * <p>Immutable, hence thread-safe.
 */
public final class DType {

  /**
   * The storage formats. Their order is part of the contract with the native library: {@link
   * #code()} is the ordinal.
   */
  enum Format {
    BOOL,
    INT8,
    UINT8,
    INT16,
    UINT16,
    INT32,
    UINT32,
    INT64,
    FLOAT16,
    BFLOAT16,
    FLOAT32,
    FLOAT64,
    COMPLEX64,
    COMPLEX128,
    BYTES
  }

  /** Truth values, one byte of 0 or 1. */
  public static final DType BOOL = new DType(Format.BOOL, 1, Kind.BOOL);

  /** Signed 8-bit integers. */
  public static final DType INT8 = new DType(Format.INT8, 1, Kind.INT32);

  /** Unsigned 8-bit integers. */
  public static final DType UINT8 = new DType(Format.UINT8, 1, Kind.INT32);

  /** Signed 16-bit integers. */
  public static final DType INT16 = new DType(Format.INT16, 2, Kind.INT32);

  /** Unsigned 16-bit integers. */
  public static final DType UINT16 = new DType(Format.UINT16, 2, Kind.INT32);

  /** Signed 32-bit integers. */
  public static final DType INT32 = new DType(Format.INT32, 4, Kind.INT32);

  /** Unsigned 32-bit integers. */
  public static final DType UINT32 = new DType(Format.UINT32, 4, Kind.INT64);

  /** Signed 64-bit integers. */
  public static final DType INT64 = new DType(Format.INT64, 8, Kind.INT64);

  /** IEEE binary16. */
  public static final DType FLOAT16 = new DType(Format.FLOAT16, 2, Kind.FLOAT32);

  /** The upper half of a binary32. */
  public static final DType BFLOAT16 = new DType(Format.BFLOAT16, 2, Kind.FLOAT32);

  /** IEEE binary32. */
  public static final DType FLOAT32 = new DType(Format.FLOAT32, 4, Kind.FLOAT32);

  /** IEEE binary64. */
  public static final DType FLOAT64 = new DType(Format.FLOAT64, 8, Kind.FLOAT64);

  /** Two binary32, real part first. */
  public static final DType COMPLEX64 = new DType(Format.COMPLEX64, 8, Kind.COMPLEX128);

  /** Two binary64, real part first. */
  public static final DType COMPLEX128 = new DType(Format.COMPLEX128, 16, Kind.COMPLEX128);

  private static final DType[] FIXED = {
    BOOL,
    INT8,
    UINT8,
    INT16,
    UINT16,
    INT32,
    UINT32,
    INT64,
    FLOAT16,
    BFLOAT16,
    FLOAT32,
    FLOAT64,
    COMPLEX64,
    COMPLEX128
  };

  private final Format format;
  private final int bytes;
  private final Kind kind;

  private DType(Format format, int bytes, Kind kind) {
    this.format = format;
    this.bytes = bytes;
    this.kind = kind;
  }

  /**
   * Fixed-width byte strings, shorter ones padded with NUL on the right as NumPy's {@code S} dtype
   * does.
   *
   * @param n bytes in one element, at least 1
   * @return the dtype
   * @throws LanesException code LIMIT when n is below 1
   */
  public static DType bytes(int n) {
    if (n < 1) {
      throw new LanesException(
          LanesException.Code.LIMIT, "a BYTES element needs at least 1 byte, not " + n);
    }
    return new DType(Format.BYTES, n, Kind.BYTES);
  }

  /**
   * The dtypes of fixed size, in the order of their codes.
   *
   * @return a fresh array, without BYTES
   */
  public static DType[] fixed() {
    return FIXED.clone();
  }

  /**
   * Reads the name that {@link #toString()} gives, in any case: {@code float64}, {@code int16},
   * {@code bytes(5)}.
   *
   * @param name the name
   * @return the dtype
   * @throws LanesException code TYPE when no dtype has that name
   */
  public static DType of(String name) {
    String lower = name.toLowerCase(Locale.ROOT).strip();
    for (DType dtype : FIXED) {
      if (dtype.toString().equals(lower)) {
        return dtype;
      }
    }
    if (lower.matches("bytes\\(\\d{1,9}\\)")) {
      return bytes(Integer.parseInt(lower.substring(6, lower.length() - 1)));
    }
    throw new LanesException(LanesException.Code.TYPE, "no dtype is called '" + name + "'");
  }

  /**
   * The number by which the native library knows the format.
   *
   * @return 0 for BOOL and so on in the order of the constants
   */
  public int code() {
    return format.ordinal();
  }

  /**
   * Bytes that one element takes in memory.
   *
   * @return the size, at least 1
   */
  public int bytes() {
    return bytes;
  }

  /**
   * What elements of this dtype are computed in.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof DType that && format == that.format && bytes == that.bytes;
  }

  @Override
  public int hashCode() {
    return Objects.hash(format, bytes);
  }

  @Override
  public String toString() {
    String name = format.name().toLowerCase(Locale.ROOT);
    return format == Format.BYTES ? name + "(" + bytes + ")" : name;
  }
}
