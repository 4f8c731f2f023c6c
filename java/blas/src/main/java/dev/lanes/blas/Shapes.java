package dev.lanes.blas;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;

/** Checks of operands, and the walk over stacks of matrices. */
final class Shapes {
  private static final int CHUNK = 1 << 13;

  private Shapes() {}

  static LanesException wrong(String message, NDArray... arrays) {
    StringBuilder text = new StringBuilder(message);
    String separator = " ";
    for (NDArray array : arrays) {
      text.append(separator).append(Arrays.toString(array.shape()));
      separator = ", ";
    }
    return new LanesException(Code.SHAPE, text.toString());
  }

  static void requireMatrix(String name, NDArray a) {
    if (a.rank() < 2) {
      throw wrong(name + " takes a matrix or a stack of them, not shape", a);
    }
    requireInts(a);
  }

  static void requireSquare(String name, NDArray a) {
    requireMatrix(name, a);
    if (a.length(-1) != a.length(-2)) {
      throw wrong(name + " takes square matrices, not shape", a);
    }
  }

  /** BLAS counts in ints. */
  static void requireInts(NDArray... matrices) {
    for (NDArray matrix : matrices) {
      if (matrix.length(-1) > Integer.MAX_VALUE || matrix.length(-2) > Integer.MAX_VALUE) {
        throw new LanesException(
            Code.LIMIT,
            "a matrix has at most 2^31 - 1 rows and columns, not "
                + Arrays.toString(matrix.shape()));
      }
    }
  }

  static void requireWritable(NDArray out, DType result) {
    if (out.isReadOnly()) {
      throw new LanesException(
          Code.READ_ONLY, "out is read-only, shape " + Arrays.toString(out.shape()));
    }
    if (!result.kind().convertsTo(out.dtype().kind())) {
      throw new LanesException(Code.CAST, "out is " + out.dtype() + ", the result " + result);
    }
  }

  /** Refuses NaN and infinities. */
  static void requireFinite(String name, NDArray a) {
    if (!isFinite(a)) {
      throw new LanesException(
          Code.NUMERIC, name + " takes finite numbers, and there is a NaN or an infinity");
    }
  }

  private static boolean isFinite(NDArray a) {
    DType dtype = Types.computed(a);
    if (!dtype.kind().equals(a.dtype().kind())) {
      return true; // bool and integers
    }
    try (NDArray numbers = Types.as(a, dtype)) {
      ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.nativeOrder());
      for (long done = 0; done < numbers.size(); ) {
        done += numbers.copyTo(done, chunk.clear());
        chunk.flip();
        while (chunk.hasRemaining()) {
          boolean isFinite =
              dtype.equals(DType.FLOAT32)
                  ? Float.isFinite(chunk.getFloat())
                  : Double.isFinite(chunk.getDouble());
          if (!isFinite) {
            return false;
          }
        }
      }
    }
    return true;
  }

  /** The shape of a matrix product. */
  static long[] product(NDArray a, NDArray b) {
    if (a.rank() == 0 || b.rank() == 0) {
      throw wrong("a product takes arrays of rank 1 and more, not shapes", a, b);
    }
    if (a.length(-1) != b.length(b.rank() == 1 ? 0 : -2)) {
      throw wrong("the inner lengths differ in the product of shapes", a, b);
    }
    if (a.rank() == 2 && b.rank() == 2) {
      return new long[] {a.length(0), b.length(1)};
    }
    long[] stack = broadcast("the product", a, b, 2);
    int added = (a.rank() > 1 ? 1 : 0) + (b.rank() > 1 ? 1 : 0);
    long[] shape = Arrays.copyOf(stack, stack.length + added);
    if (a.rank() > 1) {
      shape[stack.length] = a.length(-2);
    }
    if (b.rank() > 1) {
      shape[shape.length - 1] = b.length(-1);
    }
    return shape;
  }

  /** The shape of a product with the axes of length 1 that vectors stood for. */
  static long[] withUnits(long[] shape, boolean row, boolean column) {
    int last = shape.length - (row || column ? 1 : 2);
    if (row && column) {
      return new long[] {1, 1};
    }
    long[] result = Arrays.copyOf(shape, shape.length + 1);
    result[last] = row ? 1 : shape[last];
    result[last + 1] = row ? shape[last] : 1;
    return result;
  }

  /** The lengths of the axes before the last ones. */
  static long[] leading(NDArray a, int last) {
    return Arrays.copyOf(a.shape(), Math.max(a.rank() - last, 0));
  }

  static long[] with(long[] stack, long... last) {
    long[] shape = Arrays.copyOf(stack, stack.length + last.length);
    System.arraycopy(last, 0, shape, stack.length, last.length);
    return shape;
  }

  /** What the axes before the last ones of two arrays broadcast to. */
  static long[] broadcast(String name, NDArray a, NDArray b, int last) {
    long[] x = leading(a, last);
    long[] y = leading(b, last);
    long[] result = new long[Math.max(x.length, y.length)];
    for (int i = 1; i <= result.length; i++) {
      long p = i <= x.length ? x[x.length - i] : 1;
      long q = i <= y.length ? y[y.length - i] : 1;
      if (p != q && p != 1 && q != 1) {
        throw wrong("the stacks of " + name + " do not broadcast, shapes", a, b);
      }
      result[result.length - i] = p == 1 ? q : p;
    }
    return result;
  }

  /** A view with the axes before the last ones stretched. */
  static NDArray broadcast(NDArray a, long[] stack, int last) {
    long[] shape = a.shape();
    return a.broadcastTo(with(stack, Arrays.copyOfRange(shape, shape.length - last, shape.length)));
  }

  /** Visits the matrices of stacks of one shape together. */
  static void each(int last, Consumer<NDArray[]> visitor, NDArray... stacks) {
    int[] all = new int[stacks.length];
    Arrays.fill(all, last);
    each(all, visitor, stacks);
  }

  /** Visits what the last axes of each array, as many as are given for it, are together. */
  static void each(int[] last, Consumer<NDArray[]> visitor, NDArray... stacks) {
    if (stacks[0].rank() == last[0]) {
      visitor.accept(stacks);
      return;
    }
    NDArray[] selected = new NDArray[stacks.length];
    for (long i = 0; i < stacks[0].length(0); i++) {
      for (int j = 0; j < stacks.length; j++) {
        selected[j] = stacks[j].select(0, i);
      }
      each(last, visitor, selected);
    }
  }
}
