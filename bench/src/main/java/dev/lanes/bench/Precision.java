package dev.lanes.bench;

import dev.lanes.DType;
import dev.lanes.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The element types that workloads run in, and what the harness must do for each. */
public enum Precision {
  /** {@code double}. */
  FLOAT64(DType.FLOAT64, 0x1p-52, Double.MIN_NORMAL),
  /** {@code float}. */
  FLOAT32(DType.FLOAT32, 0x1p-23, Float.MIN_NORMAL);

  final DType dtype;
  final double epsilon;

  /** The smallest number with all bits. */
  final double smallest;

  Precision(DType dtype, double epsilon, double smallest) {
    this.dtype = dtype;
    this.epsilon = epsilon;
    this.smallest = smallest;
  }

  int bytes() {
    return this == FLOAT64 ? Double.BYTES : Float.BYTES;
  }

  /** Operands on the Java heap: a {@code double[][]} or {@code float[][]}. */
  Object[] operands(int count, int n) {
    Object[] operands = this == FLOAT64 ? new double[count][n] : new float[count][n];
    for (int i = 0; i < count; i++) {
      Object operand = operands[i];
      Operands.fill(i, n, (first, values) -> store(values, operand, (int) first));
    }
    return operands;
  }

  private static void store(double[] values, Object target, int first) {
    if (target instanceof double[] doubles) {
      System.arraycopy(values, 0, doubles, first, values.length);
    } else {
      for (int i = 0; i < values.length; i++) {
        ((float[]) target)[first + i] = (float) values[i];
      }
    }
  }

  /** An operand off the heap. */
  NDArray operand(int number, int n) {
    NDArray operand = NDArray.allocate(dtype, n);
    Operands.fill(number, n, (first, values) -> operand.copyFrom(first, bytes(values)));
    return operand;
  }

  /** The range {@code [from, to)} of an operand. */
  NDArray operand(int number, int from, int to) {
    NDArray operand = NDArray.allocate(dtype, to - from);
    operand.copyFrom(0, bytes(Operands.values(number, from, to - from)));
    return operand;
  }

  private ByteBuffer bytes(double[] values) {
    ByteBuffer buffer = ByteBuffer.allocate(values.length * bytes());
    buffer.order(ByteOrder.nativeOrder());
    if (this == FLOAT64) {
      buffer.asDoubleBuffer().put(values);
    } else {
      for (double value : values) {
        buffer.putFloat((float) value);
      }
      buffer.flip();
    }
    return buffer;
  }
}
