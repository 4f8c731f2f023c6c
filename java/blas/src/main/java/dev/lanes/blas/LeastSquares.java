package dev.lanes.blas;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;

/**
 * The shortest {@code x} that makes {@code a x - b} shortest.
 *
 * @param x shape {@code [n]} or {@code [n, k]}, as {@code b}
 * @param residuals squared lengths of the columns of {@code a x - b}, shape {@code [k]}, {@code
 *     [1]} for a vector b; {@code [0]} when the rank is below n or m is at most n, as in NumPy
 * @param rank number of singular values of {@code a} that count
 * @param singularValues of {@code a}, falling
 */
public record LeastSquares(NDArray x, NDArray residuals, int rank, NDArray singularValues)
    implements AutoCloseable {

  static LeastSquares of(NDArray a, NDArray b, double rcond) {
    if (a.rank() != 2 || b.rank() < 1 || b.rank() > 2 || a.length(0) != b.length(0)) {
      throw Shapes.wrong("leastSquares: the equations and the right-hand side do not fit:", a, b);
    }
    if (!(rcond >= 0)) {
      throw new LanesException(Code.NUMERIC, "rcond is at least 0, not " + rcond);
    }
    NDArray right = b.rank() == 1 ? b.reshape(b.length(0), 1) : b;
    Shapes.requireInts(a, right);
    Shapes.requireFinite("leastSquares", a);
    Shapes.requireFinite("leastSquares", b);
    DType dtype = Types.common(a, b);
    long m = a.length(0);
    long n = a.length(1);
    NDArray s = NDArray.allocate(Types.real(dtype), Math.min(m, n));
    long[] shape = {n, right.length(1)};
    NDArray x =
        LinearAlgebra.orClose(
            () -> NDArray.allocate(dtype, b.rank() == 1 ? new long[] {n} : shape), s);
    NDArray columns = x.reshape(shape);
    return LinearAlgebra.orClose(
        () -> {
          try (NDArray matrix = Types.as(a, dtype);
              NDArray values = Types.as(right, dtype)) {
            int rank = 0;
            if (matrix.size() > 0 && values.size() > 0) {
              rank = Blas.chosen().leastSquares(matrix, values, columns, s, rcond);
            }
            if (rank < 0) {
              throw new LanesException(Code.NUMERIC, "leastSquares did not converge");
            }
            NDArray residuals =
                rank == n && m > n
                    ? residuals(matrix, columns, values)
                    : NDArray.allocate(Types.real(dtype), 0);
            return new LeastSquares(x, residuals, rank, s);
          }
        },
        s,
        x);
  }

  private static NDArray residuals(NDArray a, NDArray x, NDArray b) {
    NDArray squares = NDArray.allocate(Types.real(x.dtype()), b.length(1));
    try (NDArray rest = b.copy()) {
      LinearAlgebra.gemm(1, a, Transpose.NONE, x, Transpose.NONE, -1, rest);
      for (long j = 0; j < squares.size(); j++) {
        double length = LinearAlgebra.norm(rest.select(1, j));
        squares.setDouble(length * length, j);
      }
    }
    return squares;
  }

  @Override
  public void close() {
    x.close();
    residuals.close();
    singularValues.close();
  }
}
