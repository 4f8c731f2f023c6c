package dev.lanes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Ways in which the same values can lie in memory. */
enum Layouts {
  PACKED {
    @Override
    NDArray lay(NDArray values, int operand) {
      return values;
    }
  },
  /** One byte off any alignment. */
  MISALIGNED {
    @Override
    NDArray lay(NDArray values, int operand) {
      long bytes = values.size() * values.dtype().bytes();
      ByteBuffer buffer =
          ByteBuffer.allocateDirect(Math.toIntExact(bytes + 8)).order(ByteOrder.nativeOrder());
      buffer.position(1 + operand).limit(Math.toIntExact(1 + operand + bytes));
      NDArray array = NDArray.wrap(buffer, values.dtype(), values.shape());
      array.copyFrom(values);
      return array;
    }
  },
  /** Every third element of a longer array. */
  STRIDED {
    @Override
    NDArray lay(NDArray values, int operand) {
      NDArray array =
          NDArray.allocate(values.dtype(), values.size() * 3 + 2)
              .slice(0, 1, values.size() * 3 + 1, 3);
      array.copyFrom(values);
      return array;
    }
  },
  BACKWARDS {
    @Override
    NDArray lay(NDArray values, int operand) {
      NDArray array = NDArray.allocate(values.dtype(), values.size()).flip(0);
      array.copyFrom(values);
      return array;
    }
  },
  /** The first operand is one value for all elements, the others are whole. */
  UNIFORM_FIRST {
    @Override
    NDArray lay(NDArray values, int operand) {
      return operand == 0 && values.size() > 0
          ? values.slice(0, 0, 1).broadcastTo(values.size())
          : values;
    }
  },
  /** The last operands are one value for all elements. */
  UNIFORM_REST {
    @Override
    NDArray lay(NDArray values, int operand) {
      return operand > 0 && values.size() > 0
          ? values.slice(0, 0, 1).broadcastTo(values.size())
          : values;
    }
  },
  /** Two axes in Fortran order, where the number of elements has a divisor. */
  TRANSPOSED {
    @Override
    NDArray lay(NDArray values, int operand) {
      long rows = values.size() % 7 == 0 ? 7 : values.size() % 3 == 0 ? 3 : 1;
      NDArray grid = values.reshape(rows, values.size() / rows);
      return grid.copy(NDArray.Order.FORTRAN);
    }
  };

  /** A copy or view of a 1-D array that has the same values in this layout. */
  abstract NDArray lay(NDArray values, int operand);
}
