package dev.lanes.bench;

import dev.lanes.DType;
import dev.lanes.NDArray;
import java.util.SplittableRandom;

/** The element types that workloads run in, and what the harness must do for each. */
public enum Precision {
  /** {@code double}. */
  FLOAT64(DType.FLOAT64),
  /** {@code float}. */
  FLOAT32(DType.FLOAT32);

  private static final double LOW = 0.01;
  private static final double HIGH = 20.01;
  private static final long SEED = 20260101;

  final DType dtype;

  Precision(DType dtype) {
    this.dtype = dtype;
  }

  /** Uniform values, the same in every run: a {@code double[][]} or {@code float[][]}. */
  Object[] operands(int count, int n) {
    SplittableRandom random = new SplittableRandom(SEED);
    Object[] operands = this == FLOAT64 ? new double[count][n] : new float[count][n];
    for (Object operand : operands) {
      for (int i = 0; i < n; i++) {
        double value = random.nextDouble(LOW, HIGH);
        if (operand instanceof double[] doubles) {
          doubles[i] = value;
        } else {
          ((float[]) operand)[i] = (float) value;
        }
      }
    }
    return operands;
  }

  /** Copies a range of a heap array. */
  NDArray copy(Object array, int from, int to) {
    return this == FLOAT64
        ? NDArray.of(java.util.Arrays.copyOfRange((double[]) array, from, to))
        : NDArray.of(java.util.Arrays.copyOfRange((float[]) array, from, to));
  }
}
