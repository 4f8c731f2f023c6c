package dev.lanes;

import java.util.Locale;

/**
 * What kernels compute in. Every {@link DType} is loaded into exactly one kind; the order of the
 * constants is the order of promotion and part of the contract with the native library.
 */
public enum Kind {
  /** Truth values, one byte of 0 or 1. */
  BOOL('b', 1),
  /** 32-bit integers, wrapping. */
  INT32('i', 4),
  /** 64-bit integers, wrapping. */
  INT64('l', 8),
  /** IEEE binary32. */
  FLOAT32('f', 4),
  /** IEEE binary64. */
  FLOAT64('d', 8),
  /** Two binary64, real part first. */
  COMPLEX128('c', 16),
  /** Runs of bytes of one fixed length. */
  BYTES('s', 0);

  private final char letter;
  private final int bytes;

  Kind(char letter, int bytes) {
    this.letter = letter;
    this.bytes = bytes;
  }

  /**
   * The letter that signatures use for this kind.
   *
   * @return one of {@code b i l f d c s}
   */
  public char letter() {
    return letter;
  }

  /**
   * Bytes that one number of this kind takes.
   *
   * @return the size, 0 for {@link #BYTES}, whose length is a property of the operand
   */
  public int bytes() {
    return bytes;
  }

  /**
   * Finds a kind by its letter.
   *
   * @param letter one of {@code b i l f d c s}
   * @return the kind
   */
  public static Kind of(char letter) {
    for (Kind kind : values()) {
      if (kind.letter == letter) {
        return kind;
      }
    }
    throw new IllegalArgumentException("no kind has the letter '" + letter + "'");
  }

  /**
   * Whether values of this kind may become values of another under the rule {@code same_kind}:
   * upwards or sideways among bool, integers, floats and complex, and among bytes.
   *
   * @param to the other kind
   * @return false when what kind of value it is would be lost
   */
  public boolean convertsTo(Kind to) {
    return this == BYTES || to == BYTES ? this == to : rank() <= to.rank();
  }

  /**
   * The name as expressions and messages have it.
   *
   * @return int32 and so on
   */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private int rank() {
    return switch (this) {
      case BOOL -> 0;
      case INT32, INT64 -> 1;
      case FLOAT32, FLOAT64 -> 2;
      case COMPLEX128 -> 3;
      case BYTES -> 4;
    };
  }

  /**
   * The dtype that a result of this kind is stored as.
   *
   * @return the widest dtype of the kind
   */
  public DType dtype() {
    return switch (this) {
      case BOOL -> DType.BOOL;
      case INT32 -> DType.INT32;
      case INT64 -> DType.INT64;
      case FLOAT32 -> DType.FLOAT32;
      case FLOAT64 -> DType.FLOAT64;
      case COMPLEX128 -> DType.COMPLEX128;
      case BYTES -> throw new IllegalStateException("a bytes result needs a length");
    };
  }
}
