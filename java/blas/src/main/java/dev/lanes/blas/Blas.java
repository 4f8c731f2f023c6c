package dev.lanes.blas;

import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;

/**
 * What both implementations do, one matrix at a time. Arguments are checked: shapes fit, inputs are
 * FLOAT32, FLOAT64 or COMPLEX128, of any strides, and finite where that is asked for; outputs have
 * the dtype of the inputs (real where the mathematics says so), are in C order without gaps but for
 * products, and share no memory with inputs but for products.
 *
 * <p>A matrix without elements never arrives here, except as operand of a product.
 */
abstract sealed class Blas permits JavaBlas, NativeBlas {
  /** The choice, made at first use. */
  private static final class Choice {
    static final Blas CHOSEN;
    static final LanesException WHY_NOT_NATIVE;
    static final LanesException REFUSED;

    static {
      String wanted = System.getProperty("lanes.blas", "");
      LanesException why = null;
      LanesException refused = null;
      switch (wanted) {
        case "", "native" -> {
          why = NativeBlas.whyNot();
          refused = wanted.isEmpty() ? null : why;
        }
        case "java" -> why = new LanesException(Code.NATIVE, "-Dlanes.blas=java was given");
        default -> {
          refused =
              new LanesException(
                  Code.NATIVE, "-Dlanes.blas=" + wanted + " is neither native nor java");
          why = refused;
        }
      }
      CHOSEN = why == null ? NativeBlas.instance() : new JavaBlas();
      WHY_NOT_NATIVE = why;
      REFUSED = refused;
    }
  }

  static Blas chosen() {
    if (Choice.REFUSED != null) {
      throw new LanesException(Code.NATIVE, Choice.REFUSED.getMessage(), Choice.REFUSED);
    }
    return Choice.CHOSEN;
  }

  /** Null when the native implementation was chosen. */
  static LanesException whyNotNative() {
    return Choice.WHY_NOT_NATIVE;
  }

  /**
   * {@code c = alpha a b + beta c}, with operands of any dtype that converts to c's and any
   * overlap. With a beta of 0 nothing of c is read.
   */
  abstract void gemm(
      double alpha,
      NDArray a,
      boolean conjugateA,
      NDArray b,
      boolean conjugateB,
      double beta,
      NDArray c);

  /** Sum of products of two vectors of out's dtype into a scalar. */
  abstract void dot(NDArray a, NDArray b, NDArray out);

  /** Length of a vector, without overflow on the way. */
  abstract double norm(NDArray vector);

  /** Solves {@code a x = b} for the matrix x; false when a is singular. */
  abstract boolean solve(NDArray a, NDArray b, NDArray x);

  /** The determinant as real and imaginary part. */
  abstract double[] determinant(NDArray a);

  /**
   * Fills l, which is zero, from the lower triangle of a; false when a is not positive definite.
   */
  abstract boolean cholesky(NDArray a, NDArray l);

  /** Fills q and r, which is zero; the columns of q are as many as rows of r. */
  abstract void qr(NDArray a, NDArray q, NDArray r);

  /** Of a finite matrix; u and vt may both be null. False when it does not converge. */
  abstract boolean svd(NDArray a, NDArray u, NDArray s, NDArray vt);

  /** From the lower triangle of a finite matrix. False when it does not converge. */
  abstract boolean eigh(NDArray a, NDArray values, NDArray vectors);

  /** Of a finite FLOAT64 or COMPLEX128 matrix into COMPLEX128. False when it does not converge. */
  abstract boolean eig(NDArray a, NDArray values, NDArray vectors);

  /**
   * Least squares of finite matrices; singular values up to {@code rcond} times the largest count
   * as 0. Returns the rank, or -1 when it does not converge.
   */
  abstract int leastSquares(NDArray a, NDArray b, NDArray x, NDArray s, double rcond);
}
