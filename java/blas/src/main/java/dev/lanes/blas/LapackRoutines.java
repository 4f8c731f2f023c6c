package dev.lanes.blas;

import static org.bytedeco.openblas.global.openblas.LAPACK_COL_MAJOR;

import dev.lanes.DType;
import dev.lanes.blas.Addresses.Doubles;
import dev.lanes.blas.Addresses.Floats;
import dev.lanes.blas.Addresses.Ints;
import org.bytedeco.openblas.global.openblas;

/**
 * The functions of LAPACK for one element type, over plain addresses of matrices in Fortran order.
 * What they return is LAPACK's {@code info}. Whoever calls keeps the memory alive and the numbers
 * right.
 */
abstract class LapackRoutines {

  static LapackRoutines of(DType dtype) {
    return switch (dtype.kind()) {
      case FLOAT32 -> OfFloat32.INSTANCE;
      case FLOAT64 -> OfFloat64.INSTANCE;
      case COMPLEX128 -> OfComplex128.INSTANCE;
      default -> throw new IllegalArgumentException(dtype.toString());
    };
  }

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

  /** The functions for float32. */
  private static final class OfFloat32 extends LapackRoutines {
    static final OfFloat32 INSTANCE = new OfFloat32();

    private OfFloat32() {}

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
  private static final class OfFloat64 extends LapackRoutines {
    static final OfFloat64 INSTANCE = new OfFloat64();

    private OfFloat64() {}

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
  private static final class OfComplex128 extends LapackRoutines {
    static final OfComplex128 INSTANCE = new OfComplex128();

    private OfComplex128() {}

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
  }
}
