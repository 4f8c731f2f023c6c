package dev.lanes.blas;

import static org.bytedeco.openblas.global.openblas_nolapack.CblasColMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasConjNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasConjTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas_nolapack.CblasTrans;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;

/** Linear algebra by the OpenBLAS presets: products here, all of LAPACK in {@link NativeLapack}. */
final class NativeBlas extends Blas {
  /** Vectors longer than an int goes are taken in pieces. */
  private static final long PIECE = 1L << 30;

  private NativeBlas() {
    Loader.load(openblas_nolapack.class);
    checkItself();
  }

  /** The implementation, or why there is none. */
  private static final class Holder {
    static final NativeBlas BLAS;
    static final LanesException CAUSE;

    static {
      NativeBlas blas = null;
      LanesException cause = null;
      try {
        blas = new NativeBlas();
      } catch (LinkageError | RuntimeException e) {
        String message =
            "the OpenBLAS preset cannot be used: "
                + e
                + "; lanes-blas needs org.bytedeco:openblas and org.bytedeco:javacpp with the"
                + " classifier of this platform, and on Linux a glibc from 2.35 on";
        cause = new LanesException(Code.NATIVE, message, e);
      }
      BLAS = blas;
      CAUSE = cause;
    }
  }

  static NativeBlas instance() {
    return Holder.BLAS;
  }

  /** Why {@link #instance()} is null, or null. */
  static LanesException whyNot() {
    return Holder.CAUSE;
  }

  /** A library that computes nonsense is found before it does harm. */
  private void checkItself() {
    try (NDArray a = NDArray.of(new double[] {1, 2, 3, 4}, 2, 2);
        NDArray c = NDArray.allocate(DType.FLOAT64, 2, 2)) {
      gemm(1, a, false, a, false, 0, c);
      if (c.getDouble(0, 0) != 7 || c.getDouble(1, 0) != 15 || c.getDouble(1, 1) != 22) {
        throw new LanesException(Code.NATIVE, "the OpenBLAS preset fails its self-check");
      }
    }
  }

  @Override
  void gemm(
      double alpha,
      NDArray a,
      boolean conjugateA,
      NDArray b,
      boolean conjugateB,
      double beta,
      NDArray c) {
    DType dtype = Types.common(Types.common(a, b), Types.computed(c));
    Operand out = c.mayShareMemory(a) || c.mayShareMemory(b) ? null : Operand.output(c, dtype);
    if (out == null) {
      try (NDArray apart = NDArray.allocate(dtype, c.length(0), c.length(1))) {
        if (beta != 0) {
          apart.copyFrom(c);
        }
        gemm(alpha, a, conjugateA, b, conjugateB, beta, apart);
        c.copyFrom(apart);
      }
      return;
    }
    int m = (int) c.length(0);
    int n = (int) c.length(1);
    int k = (int) a.length(1);
    try (out;
        Operand x = Operand.of(a, dtype);
        Operand y = Operand.of(b, dtype)) {
      BlasRoutines routines = BlasRoutines.of(dtype);
      BlasThreads.enter();
      try {
        if (n == 1 && k > 0 && !conjugateA && !conjugateB) {
          times(routines, m, k, alpha, x, x.transposed, y, true, beta, out);
        } else if (m == 1 && k > 0 && !conjugateA && !conjugateB) {
          times(routines, n, k, alpha, y, !y.transposed, x, false, beta, out);
        } else {
          routines.gemm(
              out.transposed ? CblasColMajor : CblasRowMajor,
              flag(x.transposed != out.transposed, conjugateA),
              flag(y.transposed != out.transposed, conjugateB),
              m,
              n,
              k,
              alpha,
              x.address,
              x.leading,
              y.address,
              y.leading,
              beta,
              out.address,
              out.leading);
        }
      } finally {
        BlasThreads.leave();
      }
    }
  }

  private static int flag(boolean transposed, boolean conjugate) {
    if (conjugate) {
      return transposed ? CblasConjTrans : CblasConjNoTrans;
    }
    return transposed ? CblasTrans : CblasNoTrans;
  }

  /** A matrix of m rows and k columns, or the transpose of one that is stored, times a vector. */
  private static void times(
      BlasRoutines routines,
      int m,
      int k,
      double alpha,
      Operand matrix,
      boolean transposed,
      Operand vector,
      boolean areColumns,
      double beta,
      Operand out) {
    routines.gemv(
        transposed ? CblasTrans : CblasNoTrans,
        transposed ? k : m,
        transposed ? m : k,
        alpha,
        matrix.address,
        matrix.leading,
        vector.address,
        vector.step(areColumns),
        beta,
        out.address,
        out.step(areColumns));
  }

  @Override
  void dot(NDArray a, NDArray b, NDArray out) {
    DType dtype = out.dtype();
    BlasRoutines routines = BlasRoutines.of(dtype);
    try (Operand sum = Operand.of(out.reshape(1, 1), dtype)) {
      for (long start = 0; start < a.length(0); start += PIECE) {
        NDArray left = a.slice(0, start, start + PIECE);
        NDArray right = b.slice(0, start, start + PIECE);
        int n = (int) left.length(0);
        try (Operand x = Operand.of(left.reshape(n, 1), dtype);
            Operand y = Operand.of(right.reshape(n, 1), dtype)) {
          BlasThreads.enter();
          try {
            routines.dot(n, x.address, x.step(true), y.address, y.step(true), sum.address);
          } finally {
            BlasThreads.leave();
          }
        }
      }
    }
  }

  @Override
  double norm(NDArray vector) {
    DType dtype = vector.dtype();
    double norm = 0;
    for (long start = 0; start < vector.length(0); start += PIECE) {
      NDArray piece = vector.slice(0, start, start + PIECE);
      int n = (int) piece.length(0);
      try (Operand x = Operand.of(piece.reshape(n, 1), dtype)) {
        BlasThreads.enter();
        try {
          norm = Math.hypot(norm, BlasRoutines.of(dtype).nrm2(n, x.address, x.step(true)));
        } finally {
          BlasThreads.leave();
        }
      }
    }
    return norm;
  }

  @Override
  boolean solve(NDArray a, NDArray b, NDArray x) {
    return NativeLapack.solve(a, b, x);
  }

  @Override
  double[] determinant(NDArray a) {
    return NativeLapack.determinant(a);
  }

  @Override
  boolean cholesky(NDArray a, NDArray l) {
    return NativeLapack.cholesky(a, l);
  }

  @Override
  void qr(NDArray a, NDArray q, NDArray r) {
    NativeLapack.qr(a, q, r);
  }

  @Override
  boolean svd(NDArray a, NDArray u, NDArray s, NDArray vt) {
    return NativeLapack.svd(a, u, s, vt);
  }

  @Override
  boolean eigh(NDArray a, NDArray values, NDArray vectors) {
    return NativeLapack.eigh(a, values, vectors);
  }

  @Override
  boolean eig(NDArray a, NDArray values, NDArray vectors) {
    return NativeLapack.eig(a, values, vectors);
  }

  @Override
  int leastSquares(NDArray a, NDArray b, NDArray x, NDArray s, double rcond) {
    return NativeLapack.leastSquares(a, b, x, s, rcond);
  }
}
