package dev.lanes.blas;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;
import java.util.Arrays;
import java.util.Optional;

/**
 * Products, factorisations, equations and eigenvalues, with NumPy's shapes and names.
 *
 * <p><b>Two implementations.</b> The native one calls BLAS and LAPACK of the OpenBLAS presets; the
 * Java one is simple and slower, says what is right, and runs where the presets do not load. The
 * choice is made at the first call, when the library is loaded; {@code -Dlanes.blas=native|java}
 * forces it. The native library takes as many threads as {@link dev.lanes.Lanes#threads()} says.
 *
 * <p><b>Types.</b> float32, float16 and bfloat16 are computed in float32; float64, bool and
 * integers in float64 (integer products are exact up to 2^53); complex in complex128; of two dtypes
 * the wider one. Results have the dtype that was computed in, lie in C order and own their memory.
 *
 * <p><b>Operands</b> may have any strides. Products hand transposed and sliced matrices to BLAS
 * where they lie, as long as rows or columns have no gaps inside; others are packed first. All but
 * {@link #leastSquares} and the norms take stacks of matrices: the last two axes are the matrix,
 * and the axes before them of several operands broadcast.
 *
 * <p><b>Errors</b> are {@link LanesException}s: SHAPE for shapes that do not fit, TYPE for bytes,
 * NUMERIC where there is no result, LIMIT for more than 2^31 - 1 rows or columns, CLOSED.
 * Thread-safe as the arrays are. A call cannot be cancelled.
 */
public final class LinearAlgebra {

  private LinearAlgebra() {}

  /**
   * Whether calls go to BLAS and LAPACK.
   *
   * @return false when they run in Java
   * @throws LanesException NATIVE when {@code -Dlanes.blas} forces what cannot be had
   */
  public static boolean isNative() {
    return Blas.chosen() instanceof NativeBlas;
  }

  /**
   * Why calls run in Java.
   *
   * @return the cause, empty when they do not
   */
  public static Optional<LanesException> whyNotNative() {
    return Optional.ofNullable(Blas.whyNotNative());
  }

  /**
   * What in the environment keeps the native library from being as fast as it can be.
   *
   * @return what it is and what to do, empty when there is nothing known
   */
  public static Optional<String> whySlow() {
    String core = System.getenv("OPENBLAS_CORETYPE");
    if (core == null || core.isEmpty() || !isNative()) {
      return Optional.empty();
    }
    return Optional.of(
        "the environment variable OPENBLAS_CORETYPE="
            + core
            + " makes OpenBLAS use the code for that processor whatever this one is; unset it");
  }

  /**
   * The matrix product. Operands of rank 1 are a row on the left and a column on the right, and
   * that axis is not in the result; leading axes broadcast.
   *
   * @param a shape {@code [..., m, k]} or {@code [k]}
   * @param b shape {@code [..., k, n]} or {@code [k]}
   * @return shape {@code [..., m, n]}, without m or n where an operand has rank 1; zeros when k is
   *     0
   * @throws LanesException SHAPE when the shapes do not fit or an operand has rank 0, TYPE
   */
  public static NDArray matmul(NDArray a, NDArray b) {
    NDArray out = NDArray.allocate(Types.common(a, b), Shapes.product(a, b));
    return orClose(() -> multiply(a, b, out), out);
  }

  /**
   * The matrix product into an array of the caller's. It may be an operand or share memory with
   * one: the result is as if the operands had been read first.
   *
   * @param out of the shape that {@link #matmul} gives and a dtype that the result converts to
   * @param a as for {@link #matmul}
   * @param b as for {@link #matmul}
   * @return out
   * @throws LanesException as for {@link #matmul}; READ_ONLY, CAST
   */
  public static NDArray matmulInto(NDArray out, NDArray a, NDArray b) {
    Shapes.requireWritable(out, Types.common(a, b));
    long[] shape = Shapes.product(a, b);
    if (!Arrays.equals(shape, out.shape())) {
      throw Shapes.wrong("the product has shape " + Arrays.toString(shape) + ", out", out);
    }
    multiply(a, b, out);
    return out;
  }

  private static void multiply(NDArray a, NDArray b, NDArray out) {
    NDArray left = a.rank() == 1 ? a.reshape(1, a.length(0)) : a;
    NDArray right = b.rank() == 1 ? b.reshape(b.length(0), 1) : b;
    NDArray target =
        a.rank() == 1 || b.rank() == 1
            ? out.reshape(Shapes.withUnits(out.shape(), a.rank() == 1, b.rank() == 1))
            : out;
    Shapes.requireInts(left, right);
    if (target.rank() == 2) {
      Blas.chosen().gemm(1, left, false, right, false, 0, target);
      return;
    }
    if (target.mayShareMemory(left) || target.mayShareMemory(right)) {
      try (NDArray apart = matmul(left, right)) {
        target.copyFrom(apart);
      }
      return;
    }
    long[] stack = Shapes.leading(target, 2);
    Shapes.each(
        2,
        matrices -> Blas.chosen().gemm(1, matrices[0], false, matrices[1], false, 0, matrices[2]),
        Shapes.broadcast(left, stack, 2),
        Shapes.broadcast(right, stack, 2),
        target);
  }

  /**
   * The inner product of two vectors, without conjugation, or the product where a matrix is
   * involved.
   *
   * @param a of rank 1 or 2
   * @param b of rank 1 or 2
   * @return an array of rank 0 for two vectors, else as {@link #matmul} gives
   * @throws LanesException SHAPE when the shapes do not fit or a rank is another one, TYPE
   */
  public static NDArray dot(NDArray a, NDArray b) {
    if (a.rank() < 1 || a.rank() > 2 || b.rank() < 1 || b.rank() > 2) {
      throw Shapes.wrong("dot takes vectors and matrices, not", a, b);
    }
    if (a.rank() == 2 || b.rank() == 2) {
      return matmul(a, b);
    }
    DType dtype = Types.common(a, b);
    NDArray out = NDArray.allocate(dtype, Shapes.product(a, b));
    return orClose(() -> Blas.chosen().dot(a, b, out), out);
  }

  /**
   * The general product {@code out = alpha op(a) op(b) + beta out}. Out may share memory with the
   * operands: the result is as if all had been read first.
   *
   * @param alpha factor of the product
   * @param a of rank 2
   * @param transA op of a
   * @param b of rank 2
   * @param transB op of b
   * @param beta factor of what is in out; with 0 nothing of it is read, not even NaN
   * @param out of rank 2, a dtype that the result converts to, and any strides; computed in its
   *     type when that is the wider one
   * @return out
   * @throws LanesException SHAPE when the shapes do not fit, TYPE, CAST, READ_ONLY
   */
  public static NDArray gemm(
      double alpha,
      NDArray a,
      Transpose transA,
      NDArray b,
      Transpose transB,
      double beta,
      NDArray out) {
    if (a.rank() != 2 || b.rank() != 2 || out.rank() != 2) {
      throw Shapes.wrong("gemm takes matrices, not", a, b, out);
    }
    NDArray left = transA == Transpose.NONE ? a : a.transpose();
    NDArray right = transB == Transpose.NONE ? b : b.transpose();
    if (left.length(1) != right.length(0)
        || left.length(0) != out.length(0)
        || right.length(1) != out.length(1)) {
      throw Shapes.wrong(
          "gemm of " + transA + ", " + transB + " and out: the shapes do not fit", a, b, out);
    }
    Shapes.requireWritable(out, Types.common(a, b));
    Shapes.requireInts(left, right);
    boolean conjugateA = transA == Transpose.CONJUGATE;
    boolean conjugateB = transB == Transpose.CONJUGATE;
    Blas.chosen().gemm(alpha, left, conjugateA, right, conjugateB, beta, out);
    return out;
  }

  /**
   * Solves {@code a x = b} by LU factors with partial pivoting (LAPACK getrf, getrs).
   *
   * @param a shape {@code [..., n, n]}
   * @param b shape {@code [n]}, or {@code [..., n, k]} for k right-hand sides each
   * @return x, shape {@code [..., n]} or {@code [..., n, k]}; of input that is not finite mostly
   *     NaN
   * @throws LanesException NUMERIC when a matrix is singular, SHAPE, TYPE
   */
  public static NDArray solve(NDArray a, NDArray b) {
    Shapes.requireSquare("solve", a);
    boolean isVector = b.rank() == 1;
    if (b.rank() == 0 || b.length(isVector ? 0 : -2) != a.length(-1)) {
      throw Shapes.wrong("solve: the equations and the right-hand side do not fit:", a, b);
    }
    NDArray right = isVector ? b.reshape(b.length(0), 1) : b;
    long[] stack = Shapes.broadcast("solve", a, right, 2);
    DType dtype = Types.common(a, b);
    long[] shape = Shapes.with(stack, a.length(-1), right.length(-1));
    NDArray x = NDArray.allocate(dtype, isVector ? Arrays.copyOf(shape, shape.length - 1) : shape);
    return orClose(
        () -> {
          try (NDArray matrix = Types.as(a, dtype);
              NDArray values = Types.as(right, dtype)) {
            Shapes.each(
                2,
                each -> {
                  if (each[0].size() > 0 && !Blas.chosen().solve(each[0], each[1], each[2])) {
                    throw new LanesException(
                        Code.NUMERIC,
                        "the matrix is singular; leastSquares finds the nearest solution");
                  }
                },
                Shapes.broadcast(matrix, stack, 2),
                Shapes.broadcast(values, stack, 2),
                x.reshape(shape));
          }
        },
        x);
  }

  /**
   * The inverse, by solving for the identity. To solve equations {@link #solve} is faster and more
   * accurate.
   *
   * @param a shape {@code [..., n, n]}
   * @return the same shape
   * @throws LanesException NUMERIC when a matrix is singular, SHAPE, TYPE
   */
  public static NDArray inverse(NDArray a) {
    Shapes.requireSquare("inverse", a);
    try (NDArray identity = identity(Types.computed(a), a.length(-1))) {
      return solve(a, identity);
    }
  }

  private static NDArray identity(DType dtype, long n) {
    NDArray identity = NDArray.allocate(dtype, n, n);
    setIdentity(identity);
    return identity;
  }

  private static void setIdentity(NDArray zeros) {
    for (long i = 0; i < zeros.length(0); i++) {
      zeros.setDouble(1, i, i);
    }
  }

  /**
   * The determinant, by LU factors. It overflows only when its value does.
   *
   * @param a shape {@code [..., n, n]}
   * @return shape {@code [...]}, of rank 0 for one matrix; 0 of singular matrices, 1 when n is 0
   * @throws LanesException SHAPE, TYPE
   */
  public static NDArray determinant(NDArray a) {
    Shapes.requireSquare("determinant", a);
    DType dtype = Types.computed(a);
    NDArray out = NDArray.allocate(dtype, Shapes.leading(a, 2));
    return orClose(
        () -> {
          try (NDArray matrix = Types.as(a, dtype)) {
            Shapes.each(
                new int[] {2, 0},
                each -> {
                  boolean isEmpty = each[0].size() == 0;
                  double[] value =
                      isEmpty ? new double[] {1, 0} : Blas.chosen().determinant(each[0]);
                  if (Types.isComplex(dtype)) {
                    each[1].setComplex(value[0], value[1]);
                  } else {
                    each[1].setDouble(value[0]);
                  }
                },
                matrix,
                out);
          }
        },
        out);
  }

  /**
   * The Cholesky factor {@code l} of {@code a = l l'} (LAPACK potrf).
   *
   * @param a Hermitian, shape {@code [..., n, n]}; only the lower triangle is read
   * @return lower triangular, the same shape, zeros above the diagonal
   * @throws LanesException NUMERIC when a matrix is not positive definite, SHAPE, TYPE
   */
  public static NDArray cholesky(NDArray a) {
    Shapes.requireSquare("cholesky", a);
    DType dtype = Types.computed(a);
    NDArray l = NDArray.allocate(dtype, a.shape());
    return orClose(
        () -> {
          try (NDArray matrix = Types.as(a, dtype)) {
            Shapes.each(
                2,
                each -> {
                  if (each[0].size() > 0 && !Blas.chosen().cholesky(each[0], each[1])) {
                    throw new LanesException(
                        Code.NUMERIC, "cholesky: the matrix is not positive definite");
                  }
                },
                matrix,
                l);
          }
        },
        l);
  }

  /**
   * The factors {@code q} and {@code r} of a matrix with as few columns of q as there must be;
   * {@link #qr(NDArray, boolean) qr(a, false)}.
   *
   * @param a shape {@code [..., m, n]}
   * @return q {@code [..., m, min(m, n)]}, r {@code [..., min(m, n), n]}
   * @throws LanesException SHAPE, TYPE
   */
  public static Qr qr(NDArray a) {
    return qr(a, false);
  }

  /**
   * The factors {@code q} and {@code r} of a matrix, by Householder reflections (LAPACK gelqf and
   * orglq of the transpose).
   *
   * @param a shape {@code [..., m, n]}
   * @param isComplete whether q has m columns, not min(m, n)
   * @return the factors; the diagonal of r may have any signs
   * @throws LanesException SHAPE, TYPE
   */
  public static Qr qr(NDArray a, boolean isComplete) {
    Shapes.requireMatrix("qr", a);
    DType dtype = Types.computed(a);
    long m = a.length(-2);
    long n = a.length(-1);
    long k = isComplete ? m : Math.min(m, n);
    long[] stack = Shapes.leading(a, 2);
    NDArray q = NDArray.allocate(dtype, Shapes.with(stack, m, k));
    NDArray r = orClose(() -> NDArray.allocate(dtype, Shapes.with(stack, k, n)), q);
    orClose(
        () -> {
          try (NDArray matrix = Types.as(a, dtype)) {
            Shapes.each(
                2,
                each -> {
                  if (each[0].size() > 0) {
                    Blas.chosen().qr(each[0], each[1], each[2]);
                  } else if (isComplete) {
                    setIdentity(each[1]);
                  }
                },
                matrix,
                q,
                r);
          }
        },
        q,
        r);
    return new Qr(q, r);
  }

  /**
   * The singular value decomposition with as few singular vectors as there must be; {@link
   * #svd(NDArray, boolean) svd(a, false)}.
   *
   * @param a shape {@code [..., m, n]}
   * @return u {@code [..., m, k]}, s {@code [..., k]}, vt {@code [..., k, n]} with k = min(m, n)
   * @throws LanesException NUMERIC when an element is not finite, SHAPE, TYPE, LIMIT
   */
  public static Svd svd(NDArray a) {
    return svd(a, false);
  }

  /**
   * The singular value decomposition {@code a = u diag(s) vt} (LAPACK gesdd; one-sided Jacobi in
   * Java).
   *
   * @param a shape {@code [..., m, n]}
   * @param isFull whether u has m columns and vt n rows
   * @return the factors
   * @throws LanesException NUMERIC when an element is not finite, SHAPE, TYPE, LIMIT when min(m, n)
   *     is beyond 23000
   */
  public static Svd svd(NDArray a, boolean isFull) {
    Shapes.requireMatrix("svd", a);
    Shapes.requireFinite("svd", a);
    DType dtype = Types.computed(a);
    long m = a.length(-2);
    long n = a.length(-1);
    long k = Math.min(m, n);
    long[] stack = Shapes.leading(a, 2);
    NDArray s = NDArray.allocate(Types.real(dtype), Shapes.with(stack, k));
    NDArray u = orClose(() -> NDArray.allocate(dtype, Shapes.with(stack, m, isFull ? m : k)), s);
    NDArray vt =
        orClose(() -> NDArray.allocate(dtype, Shapes.with(stack, isFull ? n : k, n)), s, u);
    orClose(
        () -> {
          try (NDArray matrix = Types.as(a, dtype)) {
            Shapes.each(
                new int[] {2, 2, 1, 2},
                each -> {
                  if (each[0].size() > 0) {
                    requireConverged("svd", Blas.chosen().svd(each[0], each[1], each[2], each[3]));
                  } else if (isFull) {
                    setIdentity(each[1]);
                    setIdentity(each[3]);
                  }
                },
                matrix,
                u,
                s,
                vt);
          }
        },
        u,
        s,
        vt);
    return new Svd(u, s, vt);
  }

  private static void requireConverged(String name, boolean hasConverged) {
    if (!hasConverged) {
      throw new LanesException(Code.NUMERIC, name + " did not converge");
    }
  }

  /**
   * The singular values alone.
   *
   * @param a shape {@code [..., m, n]}
   * @return shape {@code [..., min(m, n)]}, falling, real
   * @throws LanesException as for {@link #svd(NDArray, boolean)}
   */
  public static NDArray singularValues(NDArray a) {
    Shapes.requireMatrix("singularValues", a);
    Shapes.requireFinite("singularValues", a);
    DType dtype = Types.computed(a);
    long k = Math.min(a.length(-2), a.length(-1));
    NDArray s = NDArray.allocate(Types.real(dtype), Shapes.with(Shapes.leading(a, 2), k));
    return orClose(
        () -> {
          try (NDArray matrix = Types.as(a, dtype)) {
            Shapes.each(
                new int[] {2, 1},
                each ->
                    requireConverged(
                        "singularValues",
                        each[0].size() == 0 || Blas.chosen().svd(each[0], null, each[1], null)),
                matrix,
                s);
          }
        },
        s);
  }

  /**
   * Eigenvalues and eigenvectors of a Hermitian or real symmetric matrix (LAPACK syevd, heevd;
   * Jacobi's method in Java).
   *
   * @param a shape {@code [..., n, n]}; only the lower triangle is read
   * @return real values, rising, and orthonormal vectors of the dtype computed in
   * @throws LanesException NUMERIC when an element is not finite, SHAPE, TYPE, LIMIT when n is
   *     beyond 32000
   */
  public static Eigen eigh(NDArray a) {
    DType dtype = Types.computed(a);
    return eigen("eigh", a, dtype, Types.real(dtype), dtype);
  }

  /**
   * Eigenvalues and right eigenvectors of any square matrix (LAPACK geev in float64 or complex128;
   * QR iteration in Java), in no particular order.
   *
   * @param a shape {@code [..., n, n]}
   * @return values and vectors in complex128 always; values of a real matrix that are real have no
   *     imaginary part
   * @throws LanesException NUMERIC when an element is not finite, SHAPE, TYPE
   */
  public static Eigen eig(NDArray a) {
    DType dtype = Types.common(Types.computed(a), DType.FLOAT64);
    return eigen("eig", a, dtype, DType.COMPLEX128, DType.COMPLEX128);
  }

  private static Eigen eigen(String name, NDArray a, DType dtype, DType ofValues, DType ofVectors) {
    Shapes.requireSquare(name, a);
    Shapes.requireFinite(name, a);
    NDArray values = NDArray.allocate(ofValues, Shapes.with(Shapes.leading(a, 2), a.length(-1)));
    NDArray vectors = orClose(() -> NDArray.allocate(ofVectors, a.shape()), values);
    orClose(
        () -> {
          try (NDArray matrix = Types.as(a, dtype)) {
            Shapes.each(
                new int[] {2, 1, 2},
                each ->
                    requireConverged(
                        name,
                        each[0].size() == 0
                            || (name.equals("eig")
                                ? Blas.chosen().eig(each[0], each[1], each[2])
                                : Blas.chosen().eigh(each[0], each[1], each[2]))),
                matrix,
                values,
                vectors);
          }
        },
        values,
        vectors);
    return new Eigen(values, vectors);
  }

  /**
   * Least squares; {@link #leastSquares(NDArray, NDArray, double)} with NumPy's limit for what
   * counts as 0, the distance from 1 to the next number times max(m, n).
   *
   * @param a shape {@code [m, n]}
   * @param b shape {@code [m]} or {@code [m, k]}
   * @return the solution and what else is known
   * @throws LanesException NUMERIC when an element is not finite, SHAPE, TYPE
   */
  public static LeastSquares leastSquares(NDArray a, NDArray b) {
    double epsilon = Types.epsilon(Types.common(a, b));
    double longest = a.rank() == 2 ? Math.max(a.length(0), a.length(1)) : 1;
    return leastSquares(a, b, epsilon * longest);
  }

  /**
   * The shortest x that makes {@code a x - b} shortest (LAPACK gelsd).
   *
   * @param a shape {@code [m, n]}
   * @param b shape {@code [m]} or {@code [m, k]}
   * @param rcond singular values up to this share of the largest count as 0; at least 0
   * @return the solution and what else is known
   * @throws LanesException NUMERIC when an element is not finite or rcond is not at least 0, SHAPE,
   *     TYPE
   */
  public static LeastSquares leastSquares(NDArray a, NDArray b, double rcond) {
    return LeastSquares.of(a, b, rcond);
  }

  /**
   * The length of all elements taken as one vector, {@link Norm#FROBENIUS}, of an array of any
   * rank.
   *
   * @param a of any shape
   * @return the root of the sum of all squared magnitudes; it overflows only when its value does
   * @throws LanesException TYPE
   */
  public static double norm(NDArray a) {
    return Norms.length(a);
  }

  /**
   * A norm of a vector or a matrix.
   *
   * @param a of rank 1 or 2
   * @param norm which one
   * @return its value, NaN when there is a NaN
   * @throws LanesException SHAPE for another rank, for {@link Norm#NUCLEAR} of a vector and for the
   *     largest of nothing; NUMERIC when {@link Norm#TWO} or {@link Norm#NUCLEAR} of a matrix meets
   *     an element that is not finite; TYPE
   */
  public static double norm(NDArray a, Norm norm) {
    return Norms.of(a, norm);
  }

  /**
   * How much errors of a grow when equations are solved: the largest by the smallest singular
   * value.
   *
   * @param a shape {@code [m, n]}
   * @return from 1 to infinity, which singular matrices have
   * @throws LanesException NUMERIC when an element is not finite, SHAPE also for empty matrices,
   *     TYPE
   */
  public static double conditionNumber(NDArray a) {
    return Norms.conditionNumber(a, Norm.TWO);
  }

  /**
   * How much errors of a grow when equations are solved, in a given norm.
   *
   * @param a shape {@code [n, n]}, or {@code [m, n]} for {@link Norm#TWO}
   * @param norm which norm
   * @return the norm of a times that of its inverse, infinity for singular matrices
   * @throws LanesException NUMERIC when an element is not finite, SHAPE also for empty matrices,
   *     TYPE
   */
  public static double conditionNumber(NDArray a, Norm norm) {
    return Norms.conditionNumber(a, norm);
  }

  /** What may make a result and fail. */
  interface Making<T> {
    T make();
  }

  /** Closes arrays when what is to fill them fails. */
  static <T> T orClose(Making<T> work, NDArray... arrays) {
    try {
      return work.make();
    } catch (RuntimeException | Error e) {
      for (NDArray array : arrays) {
        array.close();
      }
      throw e;
    }
  }

  /** Returns the first of the arrays when all went well. */
  static NDArray orClose(Runnable work, NDArray... arrays) {
    return orClose(
        () -> {
          work.run();
          return arrays[0];
        },
        arrays);
  }
}
