package dev.lanes.blas;

/**
 * Gaussian elimination with partial pivoting (Golub and Van Loan, algorithm 3.4.1), and Cholesky's.
 */
final class LuReference {
  private final Matrix lu;
  private final int[] order;
  private boolean isOdd;
  private boolean isSingular;

  LuReference(Matrix a) {
    lu = a.copy();
    order = new int[a.rows];
    for (int i = 0; i < a.rows; i++) {
      order[i] = i;
    }
    for (int k = 0; k < a.rows; k++) {
      pivot(k);
      eliminate(k);
    }
  }

  private static double size(Matrix a, int row, int column) {
    int at = row * a.columns + column;
    return Math.abs(a.re[at]) + Math.abs(a.im[at]);
  }

  private void pivot(int k) {
    int best = k;
    for (int i = k + 1; i < lu.rows; i++) {
      if (size(lu, i, k) > size(lu, best, k)) {
        best = i;
      }
    }
    if (best != k) {
      lu.swapRows(best, k);
      int row = order[best];
      order[best] = order[k];
      order[k] = row;
      isOdd = !isOdd;
    }
  }

  private void eliminate(int k) {
    int n = lu.columns;
    int at = k * n + k;
    if (size(lu, k, k) == 0) {
      isSingular = true;
      return;
    }
    for (int i = k + 1; i < lu.rows; i++) {
      double[] factor = Matrix.divide(lu.re[i * n + k], lu.im[i * n + k], lu.re[at], lu.im[at]);
      lu.addRow(i, -factor[0], -factor[1], lu, k, k + 1);
      lu.re[i * n + k] = factor[0];
      lu.im[i * n + k] = factor[1];
    }
  }

  boolean isSingular() {
    return isSingular;
  }

  double[] determinant() {
    ScaledProduct product = new ScaledProduct(isOdd ? -1 : 1);
    for (int i = 0; i < lu.rows; i++) {
      product.multiply(lu.re[i * lu.columns + i], lu.im[i * lu.columns + i]);
    }
    return product.value();
  }

  Matrix solve(Matrix b) {
    int n = lu.rows;
    Matrix x = new Matrix(n, b.columns);
    for (int i = 0; i < n; i++) {
      x.addRow(i, 1, 0, b, order[i], 0);
      for (int k = 0; k < i; k++) {
        x.addRow(i, -lu.re[i * n + k], -lu.im[i * n + k], x, k, 0);
      }
    }
    for (int i = n - 1; i >= 0; i--) {
      for (int k = i + 1; k < n; k++) {
        x.addRow(i, -lu.re[i * n + k], -lu.im[i * n + k], x, k, 0);
      }
      divideRow(x, i, lu.re[i * n + i], lu.im[i * n + i]);
    }
    return x;
  }

  private static void divideRow(Matrix x, int row, double re, double im) {
    for (int j = row * x.columns; j < (row + 1) * x.columns; j++) {
      double[] quotient = Matrix.divide(x.re[j], x.im[j], re, im);
      x.re[j] = quotient[0];
      x.im[j] = quotient[1];
    }
  }

  /** The factor l of {@code l l'} from the lower triangle, or null when there is none. */
  static Matrix cholesky(Matrix a) {
    int n = a.rows;
    Matrix l = new Matrix(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double re = a.re[i * n + j];
        double im = i == j ? 0 : a.im[i * n + j];
        for (int k = 0; k < j; k++) {
          double x = l.re[i * n + k];
          double y = l.im[i * n + k];
          double u = l.re[j * n + k];
          double v = l.im[j * n + k];
          re -= x * u + y * v;
          im -= y * u - x * v;
        }
        if (i == j) {
          if (!(re > 0)) {
            return null;
          }
          l.re[i * n + i] = Math.sqrt(re);
        } else {
          l.re[i * n + j] = re / l.re[j * n + j];
          l.im[i * n + j] = im / l.re[j * n + j];
        }
      }
    }
    return l;
  }
}
