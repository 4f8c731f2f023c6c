package dev.lanes.blas;

import dev.lanes.DType;
import dev.lanes.NDArray;

/**
 * Linear algebra in plain Java: the reference, and what runs where the native library does not
 * load. Computes in float64 whatever the dtype is, and rounds at the end.
 */
final class JavaBlas extends Blas {

  @Override
  void gemm(
      double alpha,
      NDArray a,
      boolean conjugateA,
      NDArray b,
      boolean conjugateB,
      double beta,
      NDArray c) {
    int m = Math.toIntExact(c.length(0));
    int n = Math.toIntExact(c.length(1));
    Matrix left = Matrix.of(a);
    Matrix right = Matrix.of(b);
    left = conjugateA ? left.conjugate() : left;
    right = conjugateB ? right.conjugate() : right;
    Matrix product = left.times(right);
    Matrix sum = new Matrix(m, n);
    for (int i = 0; i < m; i++) {
      sum.addRow(i, alpha, 0, product, i, 0);
    }
    if (beta != 0) {
      Matrix old = Matrix.of(c);
      for (int i = 0; i < m; i++) {
        sum.addRow(i, beta, 0, old, i, 0);
      }
    }
    sum.to(c);
  }

  @Override
  void dot(NDArray a, NDArray b, NDArray out) {
    int n = Math.toIntExact(a.length(0));
    gemm(1, a.reshape(1, n), false, b.reshape(n, 1), false, 0, out.reshape(1, 1));
  }

  @Override
  double norm(NDArray vector) {
    return Matrix.of(vector).length();
  }

  @Override
  boolean solve(NDArray a, NDArray b, NDArray x) {
    LuReference lu = new LuReference(Matrix.of(a));
    if (lu.isSingular()) {
      return false;
    }
    lu.solve(Matrix.of(b)).to(x);
    return true;
  }

  @Override
  double[] determinant(NDArray a) {
    return new LuReference(Matrix.of(a)).determinant();
  }

  @Override
  boolean cholesky(NDArray a, NDArray l) {
    Matrix factor = LuReference.cholesky(Matrix.of(a));
    if (factor != null) {
      factor.to(l);
    }
    return factor != null;
  }

  @Override
  void qr(NDArray a, NDArray q, NDArray r) {
    Matrix factor = Matrix.of(a);
    Matrix all = HouseholderReference.qr(factor);
    int k = (int) q.length(1);
    all.part(all.rows, k).to(q);
    factor.part(k, factor.columns).to(r);
  }

  @Override
  boolean svd(NDArray a, NDArray u, NDArray s, NDArray vt) {
    Matrix matrix = Matrix.of(a);
    boolean isWide = matrix.rows < matrix.columns;
    JacobiReference found = JacobiReference.singular(isWide ? matrix.conjugateTranspose() : matrix);
    if (found == null) {
      return false;
    }
    to(found.values, s);
    if (u != null) {
      Matrix left = isWide ? found.vectors : found.left;
      Matrix right = isWide ? found.left : found.vectors;
      int k = (int) u.length(1);
      (k > left.columns ? JacobiReference.complete(left) : left).to(u);
      int l = (int) vt.length(0);
      (l > right.columns ? JacobiReference.complete(right) : right).conjugateTranspose().to(vt);
    }
    return true;
  }

  private static void to(double[] values, NDArray array) {
    try (NDArray copy = NDArray.of(values)) {
      array.copyFrom(copy);
    }
  }

  @Override
  boolean eigh(NDArray a, NDArray values, NDArray vectors) {
    JacobiReference found = JacobiReference.eigen(Matrix.of(a));
    if (found == null) {
      return false;
    }
    to(found.values, values);
    found.vectors.to(vectors);
    return true;
  }

  @Override
  boolean eig(NDArray a, NDArray values, NDArray vectors) {
    Matrix matrix = Matrix.of(a);
    SchurReference schur = new SchurReference(matrix);
    if (!schur.hasConverged()) {
      return false;
    }
    Matrix columns = schur.vectors();
    // What is left of imaginary parts of real eigenvalues by rounding.
    double negligible =
        a.dtype().equals(DType.FLOAT64) ? matrix.rows * Math.ulp(1.0) * matrix.length() : -1;
    for (int k = 0; k < matrix.rows; k++) {
      boolean isReal = Math.abs(schur.im(k)) <= negligible;
      values.setComplex(schur.re(k), isReal ? 0 : schur.im(k), k);
      if (isReal) {
        makeReal(columns, k);
      }
    }
    columns.to(vectors);
    return true;
  }

  /** Turns a column, which is real but for a complex factor, so that it is real. */
  private static void makeReal(Matrix a, int column) {
    int largest = column;
    for (int i = column; i < a.re.length; i += a.columns) {
      if (Math.hypot(a.re[i], a.im[i]) > Math.hypot(a.re[largest], a.im[largest])) {
        largest = i;
      }
    }
    double size = Math.hypot(a.re[largest], a.im[largest]);
    double re = a.re[largest] / size;
    double im = a.im[largest] / size;
    for (int i = column; i < a.re.length; i += a.columns) {
      a.re[i] = a.re[i] * re + a.im[i] * im;
      a.im[i] = 0;
    }
  }

  @Override
  int leastSquares(NDArray a, NDArray b, NDArray x, NDArray s, double rcond) {
    Matrix matrix = Matrix.of(a);
    boolean isWide = matrix.rows < matrix.columns;
    JacobiReference found = JacobiReference.singular(isWide ? matrix.conjugateTranspose() : matrix);
    if (found == null) {
      return -1;
    }
    to(found.values, s);
    Matrix left = isWide ? found.vectors : found.left;
    Matrix right = isWide ? found.left : found.vectors;
    Matrix parts = left.conjugateTranspose().times(Matrix.of(b));
    int rank = 0;
    for (int i = 0; i < parts.rows; i++) {
      boolean counts = found.values[i] > rcond * found.values[0];
      rank += counts ? 1 : 0;
      for (int j = i * parts.columns; j < (i + 1) * parts.columns; j++) {
        parts.re[j] = counts ? parts.re[j] / found.values[i] : 0;
        parts.im[j] = counts ? parts.im[j] / found.values[i] : 0;
      }
    }
    right.times(parts).to(x);
    return rank;
  }
}
