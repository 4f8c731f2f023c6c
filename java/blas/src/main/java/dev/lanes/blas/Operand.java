package dev.lanes.blas;

import dev.lanes.DType;
import dev.lanes.Hold;
import dev.lanes.NDArray;

/**
 * A matrix as BLAS takes it: rows or columns without gaps, the next one a leading dimension
 * further. What does not lie like that, or is of another dtype, is a packed copy.
 */
final class Operand implements AutoCloseable {
  /** Where the first element is. */
  final long address;

  /** Elements from one row to the next, or from one column to the next when those are the runs. */
  final int leading;

  /** Whether columns are the runs. */
  final boolean transposed;

  private final Hold hold;
  private final NDArray packed;

  private Operand(NDArray matrix, int leading, NDArray packed) {
    this.leading = Math.abs(leading);
    this.transposed = leading < 0;
    this.packed = packed;
    hold = matrix.hold();
    address = hold.address();
  }

  /** An input of any strides and dtype. */
  static Operand of(NDArray matrix, DType dtype) {
    int leading = matrix.dtype().equals(dtype) ? leading(matrix) : 0;
    if (leading != 0) {
      Operand operand = new Operand(matrix, leading, null);
      if (operand.isAligned(dtype)) {
        return operand;
      }
      operand.close();
    }
    NDArray packed = NDArray.allocate(dtype, matrix.length(0), matrix.length(1));
    try {
      packed.copyFrom(matrix);
      return new Operand(packed, leading(packed), packed);
    } catch (RuntimeException | Error e) {
      packed.close();
      throw e;
    }
  }

  /** An output, or null when BLAS cannot write to it where it is. */
  static Operand output(NDArray matrix, DType dtype) {
    int leading = matrix.dtype().equals(dtype) ? leading(matrix) : 0;
    if (leading == 0) {
      return null;
    }
    Operand operand = new Operand(matrix, leading, null);
    if (operand.isAligned(dtype)) {
      return operand;
    }
    operand.close();
    return null;
  }

  /** Complex numbers are aligned like their parts. */
  private boolean isAligned(DType dtype) {
    return (address & Math.min(dtype.bytes(), Double.BYTES) - 1) == 0;
  }

  /** Positive when rows are the runs, negative when columns are, 0 when neither. */
  private static int leading(NDArray matrix) {
    int element = matrix.dtype().bytes();
    long rows = matrix.length(0);
    long columns = matrix.length(1);
    long leading = leading(element, rows, matrix.stride(0), columns, matrix.stride(1));
    return (int)
        (leading != 0
            ? leading
            : -leading(element, columns, matrix.stride(1), rows, matrix.stride(0)));
  }

  private static long leading(int element, long runs, long stride, long n, long step) {
    if (n > 1 && step != element) {
      return 0;
    }
    long least = Math.max(n, 1);
    if (runs <= 1) {
      return least;
    }
    long leading = stride / element;
    boolean fits = leading >= least && leading <= Integer.MAX_VALUE && leading * element == stride;
    return fits ? leading : 0;
  }

  /** Elements from one to the next of a matrix of one row or one column. */
  int step(boolean isColumn) {
    return isColumn == transposed ? 1 : leading;
  }

  @Override
  public void close() {
    hold.close();
    if (packed != null) {
      packed.close();
    }
  }
}
