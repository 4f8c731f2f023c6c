package dev.lanes.blas;

import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import dev.lanes.DType;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.global.openblas_nolapack;

/**
 * The functions of BLAS and LAPACK for one element type, over plain addresses. Whoever calls keeps
 * the memory alive and the numbers right. LAPACK takes matrices in Fortran order here; what it
 * returns is its {@code info}.
 */
abstract class Routines {

  static Routines of(DType dtype) {
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

  abstract int getrf(int n, long a, long pivots);

  abstract int getrs(byte trans, int n, int columns, long a, long pivots, long b);

  abstract int potrf(byte triangle, int n, long a);

  abstract int gelqf(int m, int n, long a, int lda, long tau, long work, int length);

  abstract int orglq(int m, int n, int k, long a, int lda, long tau, long work, int length);

  abstract int gesdd(byte job, int m, int n, long a, long s, long u, int ldu, long vt, int ldvt);

  abstract int heevd(byte triangle, int n, long a, long values);

  /** Imaginary parts go to {@code imaginary} in the real case only. */
  abstract int geev(int n, long a, long values, long imaginary, long vectors);

  abstract int gelsd(
      int m, int n, int columns, long a, long b, int ldb, long s, double rcond, long rank);

  /** Where an int stands. */
  static final class Ints extends IntPointer {
    Ints(long at) {
      address = at;
    }
  }

  /** Where a float stands. */
  static final class Floats extends FloatPointer {
    Floats(long at) {
      address = at;
    }
  }

  /** Where a double, or a complex number of two, stands. */
  static final class Doubles extends DoublePointer {
    Doubles(long at) {
      address = at;
    }
  }

  /** The functions for float32. */
  private static final class OfFloat32 extends Routines {
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

    @Override
    int getrf(int n, long a, long pivots) {
      return openblas.LAPACKE_sgetrf_work(
          LAPACK_COL_MAJOR, n, n, new Floats(a), n, new Ints(pivots));
    }

    @Override
    int getrs(byte trans, int n, int columns, long a, long pivots, long b) {
      return openblas.LAPACKE_sgetrs_work(
          LAPACK_COL_MAJOR,
          trans,
          n,
          columns,
          new Floats(a),
          n,
          new Ints(pivots),
          new Floats(b),
          n);
    }

    @Override
    int potrf(byte triangle, int n, long a) {
      return openblas.LAPACKE_spotrf_work(LAPACK_COL_MAJOR, triangle, n, new Floats(a), n);
    }

    @Override
    int gelqf(int m, int n, long a, int lda, long tau, long work, int length) {
      return openblas.LAPACKE_sgelqf_work(
          LAPACK_COL_MAJOR, m, n, new Floats(a), lda, new Floats(tau), new Floats(work), length);
    }

    @Override
    int orglq(int m, int n, int k, long a, int lda, long tau, long work, int length) {
      return openblas.LAPACKE_sorglq_work(
          LAPACK_COL_MAJOR, m, n, k, new Floats(a), lda, new Floats(tau), new Floats(work), length);
    }

    @Override
    int gesdd(byte job, int m, int n, long a, long s, long u, int ldu, long vt, int ldvt) {
      return openblas.LAPACKE_sgesdd(
          LAPACK_COL_MAJOR,
          job,
          m,
          n,
          new Floats(a),
          m,
          new Floats(s),
          new Floats(u),
          ldu,
          new Floats(vt),
          ldvt);
    }

    @Override
    int heevd(byte triangle, int n, long a, long values) {
      return openblas.LAPACKE_ssyevd(
          LAPACK_COL_MAJOR, (byte) 'V', triangle, n, new Floats(a), n, new Floats(values));
    }

    @Override
    int geev(int n, long a, long values, long imaginary, long vectors) {
      return openblas.LAPACKE_sgeev(
          LAPACK_COL_MAJOR,
          (byte) 'N',
          (byte) 'V',
          n,
          new Floats(a),
          n,
          new Floats(values),
          new Floats(imaginary),
          new Floats(0),
          n,
          new Floats(vectors),
          n);
    }

    @Override
    int gelsd(int m, int n, int columns, long a, long b, int ldb, long s, double rcond, long rank) {
      return openblas.LAPACKE_sgelsd(
          LAPACK_COL_MAJOR,
          m,
          n,
          columns,
          new Floats(a),
          m,
          new Floats(b),
          ldb,
          new Floats(s),
          (float) rcond,
          new Ints(rank));
    }
  }

  /** The functions for float64. */
  private static final class OfFloat64 extends Routines {
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

    @Override
    int getrf(int n, long a, long pivots) {
      return openblas.LAPACKE_dgetrf_work(
          LAPACK_COL_MAJOR, n, n, new Doubles(a), n, new Ints(pivots));
    }

    @Override
    int getrs(byte trans, int n, int columns, long a, long pivots, long b) {
      return openblas.LAPACKE_dgetrs_work(
          LAPACK_COL_MAJOR,
          trans,
          n,
          columns,
          new Doubles(a),
          n,
          new Ints(pivots),
          new Doubles(b),
          n);
    }

    @Override
    int potrf(byte triangle, int n, long a) {
      return openblas.LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, triangle, n, new Doubles(a), n);
    }

    @Override
    int gelqf(int m, int n, long a, int lda, long tau, long work, int length) {
      return openblas.LAPACKE_dgelqf_work(
          LAPACK_COL_MAJOR, m, n, new Doubles(a), lda, new Doubles(tau), new Doubles(work), length);
    }

    @Override
    int orglq(int m, int n, int k, long a, int lda, long tau, long work, int length) {
      return openblas.LAPACKE_dorglq_work(
          LAPACK_COL_MAJOR,
          m,
          n,
          k,
          new Doubles(a),
          lda,
          new Doubles(tau),
          new Doubles(work),
          length);
    }

    @Override
    int gesdd(byte job, int m, int n, long a, long s, long u, int ldu, long vt, int ldvt) {
      return openblas.LAPACKE_dgesdd(
          LAPACK_COL_MAJOR,
          job,
          m,
          n,
          new Doubles(a),
          m,
          new Doubles(s),
          new Doubles(u),
          ldu,
          new Doubles(vt),
          ldvt);
    }

    @Override
    int heevd(byte triangle, int n, long a, long values) {
      return openblas.LAPACKE_dsyevd(
          LAPACK_COL_MAJOR, (byte) 'V', triangle, n, new Doubles(a), n, new Doubles(values));
    }

    @Override
    int geev(int n, long a, long values, long imaginary, long vectors) {
      return openblas.LAPACKE_dgeev(
          LAPACK_COL_MAJOR,
          (byte) 'N',
          (byte) 'V',
          n,
          new Doubles(a),
          n,
          new Doubles(values),
          new Doubles(imaginary),
          new Doubles(0),
          n,
          new Doubles(vectors),
          n);
    }

    @Override
    int gelsd(int m, int n, int columns, long a, long b, int ldb, long s, double rcond, long rank) {
      return openblas.LAPACKE_dgelsd(
          LAPACK_COL_MAJOR,
          m,
          n,
          columns,
          new Doubles(a),
          m,
          new Doubles(b),
          ldb,
          new Doubles(s),
          rcond,
          new Ints(rank));
    }
  }

  /** The functions for complex128. */
  private static final class OfComplex128 extends Routines {
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

    @Override
    int getrf(int n, long a, long pivots) {
      return openblas.LAPACKE_zgetrf_work(
          LAPACK_COL_MAJOR, n, n, new Doubles(a), n, new Ints(pivots));
    }

    @Override
    int getrs(byte trans, int n, int columns, long a, long pivots, long b) {
      return openblas.LAPACKE_zgetrs_work(
          LAPACK_COL_MAJOR,
          trans,
          n,
          columns,
          new Doubles(a),
          n,
          new Ints(pivots),
          new Doubles(b),
          n);
    }

    @Override
    int potrf(byte triangle, int n, long a) {
      return openblas.LAPACKE_zpotrf_work(LAPACK_COL_MAJOR, triangle, n, new Doubles(a), n);
    }

    @Override
    int gelqf(int m, int n, long a, int lda, long tau, long work, int length) {
      return openblas.LAPACKE_zgelqf_work(
          LAPACK_COL_MAJOR, m, n, new Doubles(a), lda, new Doubles(tau), new Doubles(work), length);
    }

    @Override
    int orglq(int m, int n, int k, long a, int lda, long tau, long work, int length) {
      return openblas.LAPACKE_zunglq_work(
          LAPACK_COL_MAJOR,
          m,
          n,
          k,
          new Doubles(a),
          lda,
          new Doubles(tau),
          new Doubles(work),
          length);
    }

    @Override
    int gesdd(byte job, int m, int n, long a, long s, long u, int ldu, long vt, int ldvt) {
      return openblas.LAPACKE_zgesdd(
          LAPACK_COL_MAJOR,
          job,
          m,
          n,
          new Doubles(a),
          m,
          new Doubles(s),
          new Doubles(u),
          ldu,
          new Doubles(vt),
          ldvt);
    }

    @Override
    int heevd(byte triangle, int n, long a, long values) {
      return openblas.LAPACKE_zheevd(
          LAPACK_COL_MAJOR, (byte) 'V', triangle, n, new Doubles(a), n, new Doubles(values));
    }

    @Override
    int geev(int n, long a, long values, long imaginary, long vectors) {
      return openblas.LAPACKE_zgeev(
          LAPACK_COL_MAJOR,
          (byte) 'N',
          (byte) 'V',
          n,
          new Doubles(a),
          n,
          new Doubles(values),
          new Doubles(0),
          n,
          new Doubles(vectors),
          n);
    }

    @Override
    int gelsd(int m, int n, int columns, long a, long b, int ldb, long s, double rcond, long rank) {
      return openblas.LAPACKE_zgelsd(
          LAPACK_COL_MAJOR,
          m,
          n,
          columns,
          new Doubles(a),
          m,
          new Doubles(b),
          ldb,
          new Doubles(s),
          rcond,
          new Ints(rank));
    }

    /** A real number as BLAS reads complex ones; the two usual ones are there already. */
    private static DoublePointer scalar(double value) {
      return value == 1 ? ONE : value == 0 ? ZERO : new DoublePointer(value, 0);
    }
  }
}
