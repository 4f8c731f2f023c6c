package dev.lanes.blas;

/**
 * Householder reflections {@code 1 - tau v v'} with {@code v[first] = 1}, signs as LAPACK's (Golub
 * and Van Loan, section 5.1), and what they make: QR factors and Hessenberg form.
 */
final class HouseholderReference {
  private HouseholderReference() {}

  /** The reflection that turns a column from a row on into a multiple of the first unit vector. */
  private static final class Reflection {
    private final int first;
    private final double[] re;
    private final double[] im;
    private double tauRe;
    private double tauIm;

    Reflection(Matrix a, int column, int first) {
      this.first = first;
      int n = a.rows - first;
      re = new double[n];
      im = new double[n];
      for (int i = 0; i < n; i++) {
        re[i] = a.re[(first + i) * a.columns + column];
        im[i] = a.im[(first + i) * a.columns + column];
      }
      double rest = a.length(column, first + 1);
      if (rest == 0 && im[0] == 0) {
        re[0] = 1;
        return; // tau is 0
      }
      double beta = -Math.copySign(a.length(column, first), re[0]);
      double headRe = re[0] - beta;
      double headIm = im[0];
      tauRe = -headRe / beta;
      tauIm = -im[0] / beta;
      for (int i = 1; i < n; i++) {
        double[] quotient = Matrix.divide(re[i], im[i], headRe, headIm);
        re[i] = quotient[0];
        im[i] = quotient[1];
      }
      re[0] = 1;
      im[0] = 0;
    }

    /** Multiplies columns from one on, from the left, by this or by its conjugate transpose. */
    void applyLeft(Matrix a, int firstColumn, boolean conjugated) {
      double scaleIm = conjugated ? -tauIm : tauIm;
      for (int j = firstColumn; j < a.columns; j++) {
        double sumRe = 0;
        double sumIm = 0;
        for (int i = 0; i < re.length; i++) {
          int at = (first + i) * a.columns + j;
          sumRe += re[i] * a.re[at] + im[i] * a.im[at];
          sumIm += re[i] * a.im[at] - im[i] * a.re[at];
        }
        double x = tauRe * sumRe - scaleIm * sumIm;
        double y = tauRe * sumIm + scaleIm * sumRe;
        for (int i = 0; i < re.length; i++) {
          int at = (first + i) * a.columns + j;
          a.re[at] -= re[i] * x - im[i] * y;
          a.im[at] -= re[i] * y + im[i] * x;
        }
      }
    }

    /** Multiplies all rows from the right. */
    void applyRight(Matrix a) {
      for (int i = 0; i < a.rows; i++) {
        double sumRe = 0;
        double sumIm = 0;
        for (int j = 0; j < re.length; j++) {
          int at = i * a.columns + first + j;
          sumRe += a.re[at] * re[j] - a.im[at] * im[j];
          sumIm += a.re[at] * im[j] + a.im[at] * re[j];
        }
        double x = tauRe * sumRe - tauIm * sumIm;
        double y = tauRe * sumIm + tauIm * sumRe;
        for (int j = 0; j < re.length; j++) {
          int at = i * a.columns + first + j;
          a.re[at] -= x * re[j] + y * im[j];
          a.im[at] -= y * re[j] - x * im[j];
        }
      }
    }
  }

  private static void clearBelow(Matrix a, int column, int lastRow) {
    for (int i = lastRow + 1; i < a.rows; i++) {
      a.re[i * a.columns + column] = 0;
      a.im[i * a.columns + column] = 0;
    }
  }

  /** Turns r, the matrix, into its upper triangular factor and returns all columns of q. */
  static Matrix qr(Matrix r) {
    Matrix q = Matrix.identity(r.rows);
    for (int k = 0; k < Math.min(r.rows, r.columns); k++) {
      Reflection reflection = new Reflection(r, k, k);
      reflection.applyLeft(r, k, true);
      clearBelow(r, k, k);
      reflection.applyRight(q);
    }
    return q;
  }

  /** Turns h, the matrix, into upper Hessenberg form and returns q, where the matrix is q h q'. */
  static Matrix hessenberg(Matrix h) {
    Matrix q = Matrix.identity(h.rows);
    for (int k = 0; k < h.rows - 2; k++) {
      Reflection reflection = new Reflection(h, k, k + 1);
      reflection.applyLeft(h, k, true);
      reflection.applyRight(h);
      clearBelow(h, k, k + 1);
      reflection.applyRight(q);
    }
    return q;
  }
}
