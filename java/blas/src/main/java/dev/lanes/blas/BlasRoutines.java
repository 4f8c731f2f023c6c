package dev.lanes.blas;

import dev.lanes.DType;
import dev.lanes.blas.Addresses.Doubles;
import dev.lanes.blas.Addresses.Floats;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * The functions of BLAS for one element type, over plain addresses. Whoever calls keeps the memory
 * alive and the numbers right.
 */
abstract class BlasRoutines {

  static BlasRoutines of(DType dtype) {
    return switch (dtype.kind()) {
      case FLOAT32 -> OfFloat32.INSTANCE;
      case FLOAT64 -> OfFloat64.INSTANCE;
      case COMPLEX128 -> OfComplex128.INSTANCE;
      default -> throw new IllegalArgumentException(dtype.toString());
    };
  }

  abstract void gemm(
      int order,
      int transA,
      int transB,
      int m,
      int n,
      int k,
      double alpha,
      long a,
      int lda,
      long b,
      int ldb,
      double beta,
      long c,
      int ldc);

  /** The matrix in C order. */
  abstract void gemv(
      int trans,
      int m,
      int n,
      double alpha,
      long a,
      int lda,
      long x,
      int incX,
      double beta,
      long y,
      int incY);

  /** Adds to the element at {@code out}. */
  abstract void dot(int n, long x, int incX, long y, int incY, long out);

  abstract double nrm2(int n, long x, int incX);

  /** The functions for float32. */
  private static final class OfFloat32 extends BlasRoutines {
    static final OfFloat32 INSTANCE = new OfFloat32();

    private OfFloat32() {}

    @Override
    void gemm(
        int order,
        int transA,
        int transB,
        int m,
        int n,
        int k,
        double alpha,
        long a,
        int lda,
        long b,
        int ldb,
        double beta,
        long c,
        int ldc) {
      openblas_nolapack.cblas_sgemm(
          order,
          transA,
          transB,
          m,
          n,
          k,
          (float) alpha,
          new Floats(a),
          lda,
          new Floats(b),
          ldb,
          (float) beta,
          new Floats(c),
          ldc);
    }

    @Override
    void gemv(
        int trans,
        int m,
        int n,
        double alpha,
        long a,
        int lda,
        long x,
        int incX,
        double beta,
        long y,
        int incY) {
      openblas_nolapack.cblas_sgemv(
          openblas_nolapack.CblasRowMajor,
          trans,
          m,
          n,
          (float) alpha,
          new Floats(a),
          lda,
          new Floats(x),
          incX,
          (float) beta,
          new Floats(y),
          incY);
    }

    @Override
    void dot(int n, long x, int incX, long y, int incY, long out) {
      Floats sum = new Floats(out);
      sum.put(
          sum.get() + openblas_nolapack.cblas_sdot(n, new Floats(x), incX, new Floats(y), incY));
    }

    @Override
    double nrm2(int n, long x, int incX) {
      return openblas_nolapack.cblas_snrm2(n, new Floats(x), incX);
    }
  }

  /** The functions for float64. */
  private static final class OfFloat64 extends BlasRoutines {
    static final OfFloat64 INSTANCE = new OfFloat64();

    private OfFloat64() {}

    @Override
    void gemm(
        int order,
        int transA,
        int transB,
        int m,
        int n,
        int k,
        double alpha,
        long a,
        int lda,
        long b,
        int ldb,
        double beta,
        long c,
        int ldc) {
      openblas_nolapack.cblas_dgemm(
          order,
          transA,
          transB,
          m,
          n,
          k,
          alpha,
          new Doubles(a),
          lda,
          new Doubles(b),
          ldb,
          beta,
          new Doubles(c),
          ldc);
    }

    @Override
    void gemv(
        int trans,
        int m,
        int n,
        double alpha,
        long a,
        int lda,
        long x,
        int incX,
        double beta,
        long y,
        int incY) {
      openblas_nolapack.cblas_dgemv(
          openblas_nolapack.CblasRowMajor,
          trans,
          m,
          n,
          alpha,
          new Doubles(a),
          lda,
          new Doubles(x),
          incX,
          beta,
          new Doubles(y),
          incY);
    }

    @Override
    void dot(int n, long x, int incX, long y, int incY, long out) {
      Doubles sum = new Doubles(out);
      sum.put(
          sum.get() + openblas_nolapack.cblas_ddot(n, new Doubles(x), incX, new Doubles(y), incY));
    }

    @Override
    double nrm2(int n, long x, int incX) {
      return openblas_nolapack.cblas_dnrm2(n, new Doubles(x), incX);
    }
  }

  /** The functions for complex128. */
  private static final class OfComplex128 extends BlasRoutines {
    static final OfComplex128 INSTANCE = new OfComplex128();

    private static final DoublePointer ONE = new DoublePointer(1.0, 0.0);
    private static final DoublePointer ZERO = new DoublePointer(0.0, 0.0);

    private OfComplex128() {}

    @Override
    void gemm(
        int order,
        int transA,
        int transB,
        int m,
        int n,
        int k,
        double alpha,
        long a,
        int lda,
        long b,
        int ldb,
        double beta,
        long c,
        int ldc) {
      openblas_nolapack.cblas_zgemm(
          order,
          transA,
          transB,
          m,
          n,
          k,
          scalar(alpha),
          new Doubles(a),
          lda,
          new Doubles(b),
          ldb,
          scalar(beta),
          new Doubles(c),
          ldc);
    }

    @Override
    void gemv(
        int trans,
        int m,
        int n,
        double alpha,
        long a,
        int lda,
        long x,
        int incX,
        double beta,
        long y,
        int incY) {
      openblas_nolapack.cblas_zgemv(
          openblas_nolapack.CblasRowMajor,
          trans,
          m,
          n,
          scalar(alpha),
          new Doubles(a),
          lda,
          new Doubles(x),
          incX,
          scalar(beta),
          new Doubles(y),
          incY);
    }

    @Override
    void dot(int n, long x, int incX, long y, int incY, long out) {
      try (DoublePointer product = new DoublePointer(2)) {
        openblas_nolapack.cblas_zdotu_sub(n, new Doubles(x), incX, new Doubles(y), incY, product);
        Doubles sum = new Doubles(out);
        sum.put(0, sum.get(0) + product.get(0));
        sum.put(1, sum.get(1) + product.get(1));
      }
    }

    @Override
    double nrm2(int n, long x, int incX) {
      return openblas_nolapack.cblas_dznrm2(n, new Doubles(x), incX);
    }

    /** A real number as BLAS reads complex ones; the two usual ones are there already. */
    private static DoublePointer scalar(double value) {
      return value == 1 ? ONE : value == 0 ? ZERO : new DoublePointer(value, 0);
    }
  }
}
