package dev.lanes.blas;

/**
 * Eigenvalues of a general matrix: Hessenberg form, QR steps with Wilkinson's shift in complex
 * arithmetic until it is triangular (Golub and Van Loan, section 7.5), vectors by back
 * substitution.
 */
final class SchurReference {
  private static final int MOST_STEPS = 60;

  private final int n;
  private final Matrix h;
  private final Matrix q;
  private final double negligible;
  private boolean hasConverged = true;

  SchurReference(Matrix a) {
    n = a.rows;
    h = a.copy();
    q = HouseholderReference.hessenberg(h);
    negligible = Double.MIN_NORMAL + Math.ulp(1.0) * Math.ulp(1.0) * h.length();
    int last = n - 1;
    for (int steps = 0; last > 0 && hasConverged; steps++) {
      int first = last;
      while (first > 0 && !isNegligible(first)) {
        first--;
      }
      if (first == last) {
        last--;
        steps = -1;
      } else {
        step(first, last, steps);
        hasConverged = steps < MOST_STEPS;
      }
    }
  }

  boolean hasConverged() {
    return hasConverged;
  }

  double re(int i) {
    return h.re[i * n + i];
  }

  double im(int i) {
    return h.im[i * n + i];
  }

  private boolean isNegligible(int i) {
    double below = h.magnitude(i, i - 1);
    double around = h.magnitude(i, i) + h.magnitude(i - 1, i - 1);
    if (below > Math.ulp(1.0) * around / 2 && below > negligible) {
      return false;
    }
    h.re[i * n + i - 1] = 0;
    h.im[i * n + i - 1] = 0;
    return true;
  }

  /** One QR step on rows and columns first to last: h - shift = qr becomes rq + shift. */
  private void step(int first, int last, int steps) {
    double[] shift = shift(last, steps);
    addToDiagonal(first, last, -shift[0], -shift[1]);
    double[][] rotations = new double[last - first][];
    for (int k = first; k < last; k++) {
      rotations[k - first] = rotation(k);
      rotateRows(k, rotations[k - first]);
    }
    for (int k = first; k < last; k++) {
      rotateColumns(h, k, Math.min(k + 2, last + 1), rotations[k - first]);
      rotateColumns(q, k, n, rotations[k - first]);
    }
    addToDiagonal(first, last, shift[0], shift[1]);
  }

  private void addToDiagonal(int first, int last, double re, double im) {
    for (int i = first; i <= last; i++) {
      h.re[i * n + i] += re;
      h.im[i * n + i] += im;
    }
  }

  /** The eigenvalue of the last two rows and columns that is closer to the last element. */
  private double[] shift(int last, int steps) {
    int d = last * n + last;
    if (steps % 11 == 10) {
      return new double[] {h.re[d] + h.magnitude(last, last - 1), h.im[d]}; // breaks a cycle
    }
    int a = d - n - 1;
    double halfRe = (h.re[a] - h.re[d]) / 2;
    double halfIm = (h.im[a] - h.im[d]) / 2;
    double bcRe = h.re[d - n] * h.re[d - 1] - h.im[d - n] * h.im[d - 1];
    double bcIm = h.re[d - n] * h.im[d - 1] + h.im[d - n] * h.re[d - 1];
    double[] root = root(halfRe * halfRe - halfIm * halfIm + bcRe, 2 * halfRe * halfIm + bcIm);
    // Of the two roots the one that makes the sum larger, for accuracy.
    double sign = halfRe * root[0] + halfIm * root[1] < 0 ? -1 : 1;
    double sumRe = halfRe + sign * root[0];
    double sumIm = halfIm + sign * root[1];
    if (sumRe == 0 && sumIm == 0) {
      return new double[] {h.re[d], h.im[d]};
    }
    double[] quotient = Matrix.divide(bcRe, bcIm, sumRe, sumIm);
    return new double[] {h.re[d] - quotient[0], h.im[d] - quotient[1]};
  }

  private static double[] root(double re, double im) {
    double size = Math.hypot(re, im);
    double x = Math.sqrt((size + Math.abs(re)) / 2);
    double y = x == 0 ? 0 : im / (2 * x);
    return re >= 0 ? new double[] {x, y} : new double[] {Math.abs(y), Math.copySign(x, im)};
  }

  /** A real cosine and a complex sine that make the element below the diagonal 0. */
  private double[] rotation(int k) {
    int x = k * n + k;
    int y = x + n;
    double xSize = h.magnitude(k, k);
    double size = Math.hypot(xSize, h.magnitude(k + 1, k));
    if (size == 0) {
      return new double[] {1, 0, 0};
    }
    if (xSize == 0) {
      return new double[] {0, h.re[y] / size, -h.im[y] / size};
    }
    double phaseRe = h.re[x] / xSize;
    double phaseIm = h.im[x] / xSize;
    return new double[] {
      xSize / size,
      (phaseRe * h.re[y] + phaseIm * h.im[y]) / size,
      (phaseIm * h.re[y] - phaseRe * h.im[y]) / size
    };
  }

  /** Rows k and k + 1 become c x + s y and c y - s' x. */
  private void rotateRows(int k, double[] rotation) {
    double c = rotation[0];
    double re = rotation[1];
    double im = rotation[2];
    for (int j = k; j < n; j++) {
      int x = k * n + j;
      int y = x + n;
      double xRe = h.re[x];
      double xIm = h.im[x];
      h.re[x] = c * xRe + re * h.re[y] - im * h.im[y];
      h.im[x] = c * xIm + re * h.im[y] + im * h.re[y];
      double yRe = h.re[y];
      h.re[y] = c * yRe - re * xRe - im * xIm;
      h.im[y] = c * h.im[y] - re * xIm + im * xRe;
    }
  }

  /** Columns of the first rows, by the conjugate transpose of the rotation. */
  private static void rotateColumns(Matrix a, int k, int rows, double[] rotation) {
    double c = rotation[0];
    double re = rotation[1];
    double im = rotation[2];
    for (int i = 0; i < rows; i++) {
      int x = i * a.columns + k;
      int y = x + 1;
      double xRe = a.re[x];
      double xIm = a.im[x];
      a.re[x] = c * xRe + re * a.re[y] + im * a.im[y];
      a.im[x] = c * xIm + re * a.im[y] - im * a.re[y];
      double yRe = a.re[y];
      a.re[y] = c * yRe - re * xRe + im * xIm;
      a.im[y] = c * a.im[y] - re * xIm - im * xRe;
    }
  }

  /** Eigenvectors as columns of length 1. */
  Matrix vectors() {
    Matrix triangular = new Matrix(n, n);
    double least = Math.max(Math.ulp(1.0) * h.length(), Double.MIN_NORMAL);
    for (int k = 0; k < n; k++) {
      triangular.re[k * n + k] = 1;
      for (int i = k - 1; i >= 0; i--) {
        double re = 0;
        double im = 0;
        for (int j = i + 1; j <= k; j++) {
          double x = triangular.re[j * n + k];
          double y = triangular.im[j * n + k];
          re -= h.re[i * n + j] * x - h.im[i * n + j] * y;
          im -= h.re[i * n + j] * y + h.im[i * n + j] * x;
        }
        double gapRe = re(i) - re(k);
        double gapIm = im(i) - im(k);
        if (Math.hypot(gapRe, gapIm) < least) {
          gapRe = least; // a multiple eigenvalue: as if they were this far apart
          gapIm = 0;
        }
        double[] quotient = Matrix.divide(re, im, gapRe, gapIm);
        triangular.re[i * n + k] = quotient[0];
        triangular.im[i * n + k] = quotient[1];
        keepFinite(triangular, k, i);
      }
    }
    Matrix vectors = q.times(triangular);
    for (int k = 0; k < n; k++) {
      scale(vectors, k, 1 / vectors.length(k, 0));
    }
    return vectors;
  }

  /** Scales a column that grows beyond what may still be multiplied. */
  private static void keepFinite(Matrix a, int column, int row) {
    double size = a.magnitude(row, column);
    if (size > 1e100) {
      scale(a, column, 1 / size);
    }
  }

  private static void scale(Matrix a, int column, double by) {
    for (int i = column; i < a.re.length; i += a.columns) {
      a.re[i] *= by;
      a.im[i] *= by;
    }
  }
}
