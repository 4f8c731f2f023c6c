package dev.lanes;

/** How the axes of a fresh result lie in memory: NumPy's four orders. */
public enum ResultOrder {
  /** The last axis runs fastest. */
  C,
  /** The first axis runs fastest. */
  F,
  /** As {@link #F} when every operand lies so, else C. */
  A,
  /** As the operands lie, as far as they agree; C where they do not. */
  K;

  /**
   * Makes the array for a result.
   *
   * @param dtype of the result
   * @param shape of the result
   * @param operands of the expression, null where a value stands
   */
  NDArray allocate(DType dtype, long[] shape, NDArray[] operands) {
    if (this == C || shape.length < 2) {
      return NDArray.allocateDirty(dtype, shape);
    }
    if (this == K) {
      return NDArray.allocateDirty(dtype, axes(shape, operands), shape);
    }
    boolean isFortran = this == F || areFortran(operands);
    return NDArray.allocateDirty(dtype, isFortran ? NDArray.Order.FORTRAN : NDArray.Order.C, shape);
  }

  private static boolean areFortran(NDArray[] operands) {
    for (NDArray operand : operands) {
      if (operand != null && !operand.isFortran()) {
        return false;
      }
    }
    return true;
  }

  /**
   * The axes from the slowest to the fastest, by insertion into C order from the last axis on: an
   * axis moves inwards past those that have the greater stride in some operand and the smaller in
   * none.
   */
  private static int[] axes(long[] shape, NDArray[] operands) {
    int last = shape.length - 1;
    int[] axes = new int[shape.length];
    for (int first = last; first >= 0; first--) {
      int place = first;
      for (int j = first + 1; j <= last; j++) {
        int order = compare(first, axes[j], shape, operands);
        if (order < 0) {
          place = j;
        } else if (order > 0) {
          break;
        }
      }
      System.arraycopy(axes, first + 1, axes, first, place - first);
      axes[place] = first;
    }
    return axes;
  }

  /** Above 0 when the outer axis should stay so, below when it should not, 0 when nothing tells. */
  private static int compare(int outer, int inner, long[] shape, NDArray[] operands) {
    int order = 0;
    for (NDArray operand : operands) {
      long outside = stride(operand, outer, shape.length);
      long inside = stride(operand, inner, shape.length);
      if (outside != 0 && inside != 0) {
        if (outside >= inside) {
          return 1;
        }
        order = -1;
      }
    }
    return order;
  }

  /** The distance of neighbours on an axis of the result, 0 where the operand has just one. */
  private static long stride(NDArray operand, int axis, int rank) {
    if (operand == null || operand.rank() > rank) {
      return 0;
    }
    int own = axis - rank + operand.rank();
    Layout layout = operand.layout();
    return own < 0 || layout.shape[own] == 1 ? 0 : Math.abs(layout.strides[own]);
  }
}
