package dev.lanes.blas;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Jacobi's method for Hermitian matrices (Golub and Van Loan, section 8.5) and its one-sided form
 * for singular values (section 8.6.4): plane rotations until what they are to make 0 is negligible.
 */
final class JacobiReference {
  private static final int MOST_SWEEPS = 60;

  /** Numbers for the columns of {@link #vectors}. */
  final double[] values;

  /** Orthonormal columns. */
  final Matrix vectors;

  /** Of singular values the left vectors, as many as there are values; else null. */
  final Matrix left;

  private JacobiReference(double[] values, Matrix vectors, Matrix left) {
    this.values = values;
    this.vectors = vectors;
    this.left = left;
  }

  /**
   * The rotation of columns p and q that makes element (p, q) of a Hermitian matrix 0. With the
   * angle of that element taken out of column q it is a real one.
   */
  private record Rotation(double cosine, double sine, double phaseRe, double phaseIm) {
    static Rotation of(double pp, double qq, double pqRe, double pqIm) {
      double size = Math.hypot(pqRe, pqIm);
      double theta = (qq - pp) / (2 * size);
      double tangent = Math.copySign(1, theta) / (Math.abs(theta) + Math.hypot(theta, 1));
      double cosine = 1 / Math.hypot(tangent, 1);
      return new Rotation(cosine, tangent * cosine, pqRe / size, -pqIm / size);
    }

    void columns(Matrix a, int p, int q) {
      for (int row = 0; row < a.rows; row++) {
        rotate(a, row * a.columns + p, row * a.columns + q, phaseIm);
      }
    }

    void rows(Matrix a, int p, int q) {
      for (int column = 0; column < a.columns; column++) {
        rotate(a, p * a.columns + column, q * a.columns + column, -phaseIm);
      }
    }

    private void rotate(Matrix a, int p, int q, double im) {
      double x = a.re[q] * phaseRe - a.im[q] * im;
      double y = a.re[q] * im + a.im[q] * phaseRe;
      double u = a.re[p];
      double v = a.im[p];
      a.re[p] = cosine * u - sine * x;
      a.im[p] = cosine * v - sine * y;
      a.re[q] = sine * u + cosine * x;
      a.im[q] = sine * v + cosine * y;
    }
  }

  /**
   * Rising eigenvalues of a Hermitian matrix, from its lower triangle; null without convergence.
   */
  static JacobiReference eigen(Matrix lower) {
    int n = lower.rows;
    Matrix a = lower.copy();
    for (int i = 0; i < n; i++) {
      a.im[i * n + i] = 0;
      for (int j = 0; j < i; j++) {
        a.re[j * n + i] = a.re[i * n + j];
        a.im[j * n + i] = -a.im[i * n + j];
      }
    }
    Matrix vectors = Matrix.identity(n);
    double negligible = Math.ulp(1.0) * a.length() / Math.max(n, 1);
    boolean isDone = false;
    for (int sweep = 0; sweep < MOST_SWEEPS && !isDone; sweep++) {
      isDone = true;
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          int at = p * n + q;
          if (a.magnitude(p, q) > negligible) {
            isDone = false;
            Rotation rotation = Rotation.of(a.re[p * n + p], a.re[q * n + q], a.re[at], a.im[at]);
            rotation.columns(a, p, q);
            rotation.rows(a, p, q);
            rotation.columns(vectors, p, q);
          }
        }
      }
    }
    if (!isDone) {
      return null;
    }
    double[] values = new double[n];
    Arrays.setAll(values, i -> a.re[i * n + i]);
    int[] order = order(values, Comparator.naturalOrder());
    return new JacobiReference(ordered(values, order), ordered(vectors, order), null);
  }

  /** Falling singular values of a matrix with at least as many rows as columns. */
  static JacobiReference singular(Matrix tall) {
    int n = tall.columns;
    Matrix a = tall.copy();
    Matrix vectors = Matrix.identity(n);
    boolean isDone = false;
    for (int sweep = 0; sweep < MOST_SWEEPS && !isDone; sweep++) {
      isDone = true;
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          isDone &= !orthogonalise(a, vectors, p, q);
        }
      }
    }
    if (!isDone) {
      return null;
    }
    double[] values = new double[n];
    Arrays.setAll(values, j -> a.length(j, 0));
    int[] order = order(values, Comparator.reverseOrder());
    Matrix left = ordered(a, order);
    double[] falling = ordered(values, order);
    normalise(left, falling);
    return new JacobiReference(falling, ordered(vectors, order), left);
  }

  /** Rotates two columns unless they are orthogonal but for rounding; tells whether it did. */
  private static boolean orthogonalise(Matrix a, Matrix vectors, int p, int q) {
    double pLength = a.length(p, 0);
    double qLength = a.length(q, 0);
    double larger = Math.max(pLength, qLength);
    if (Math.min(pLength, qLength) <= larger * Double.MIN_NORMAL) {
      return false;
    }
    double re = 0;
    double im = 0;
    for (int i = 0; i < a.rows; i++) {
      int x = i * a.columns + p;
      int y = i * a.columns + q;
      double pRe = a.re[x] / larger;
      double pIm = a.im[x] / larger;
      re += pRe * (a.re[y] / larger) + pIm * (a.im[y] / larger);
      im += pRe * (a.im[y] / larger) - pIm * (a.re[y] / larger);
    }
    double pPart = pLength / larger;
    double qPart = qLength / larger;
    if (Math.hypot(re, im) <= a.rows * Math.ulp(1.0) * pPart * qPart) {
      return false;
    }
    Rotation rotation = Rotation.of(pPart * pPart, qPart * qPart, re, im);
    rotation.columns(a, p, q);
    rotation.columns(vectors, p, q);
    return true;
  }

  /** Makes columns of length 1 of those that are not negligible, and others orthogonal to them. */
  private static void normalise(Matrix left, double[] values) {
    for (int j = 0; j < left.columns; j++) {
      if (values[j] > values[0] * Double.MIN_NORMAL) {
        for (int i = j; i < left.re.length; i += left.columns) {
          left.re[i] /= values[j];
          left.im[i] /= values[j];
        }
      } else {
        fill(left, j);
      }
    }
  }

  /** Adds columns after orthonormal ones until there are as many as rows. */
  static Matrix complete(Matrix columns) {
    Matrix all = new Matrix(columns.rows, columns.rows);
    for (int i = 0; i < columns.rows; i++) {
      System.arraycopy(columns.re, i * columns.columns, all.re, i * all.columns, columns.columns);
      System.arraycopy(columns.im, i * columns.columns, all.im, i * all.columns, columns.columns);
    }
    for (int j = columns.columns; j < all.columns; j++) {
      fill(all, j);
    }
    return all;
  }

  /** Makes column j a unit vector orthogonal to those before it. */
  private static void fill(Matrix a, int j) {
    int n = a.columns;
    for (int unit = 0; unit < a.rows; unit++) {
      for (int i = 0; i < a.rows; i++) {
        a.re[i * n + j] = i == unit ? 1 : 0;
        a.im[i * n + j] = 0;
      }
      for (int twice = 0; twice < 2; twice++) {
        for (int k = 0; k < j; k++) {
          subtractProjection(a, k, j);
        }
      }
      double length = a.length(j, 0);
      // Some unit vector has at least this much outside the span of fewer columns than rows.
      if (length > 0.5 / Math.sqrt(a.rows)) {
        for (int i = j; i < a.re.length; i += n) {
          a.re[i] /= length;
          a.im[i] /= length;
        }
        return;
      }
    }
  }

  private static void subtractProjection(Matrix a, int k, int j) {
    int n = a.columns;
    double re = 0;
    double im = 0;
    for (int i = 0; i < a.re.length; i += n) {
      re += a.re[i + k] * a.re[i + j] + a.im[i + k] * a.im[i + j];
      im += a.re[i + k] * a.im[i + j] - a.im[i + k] * a.re[i + j];
    }
    for (int i = 0; i < a.re.length; i += n) {
      a.re[i + j] -= a.re[i + k] * re - a.im[i + k] * im;
      a.im[i + j] -= a.re[i + k] * im + a.im[i + k] * re;
    }
  }

  private static int[] order(double[] values, Comparator<Double> by) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparing(i -> values[i], by))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private static double[] ordered(double[] values, int[] order) {
    return IntStream.of(order).mapToDouble(i -> values[i]).toArray();
  }

  private static Matrix ordered(Matrix a, int[] order) {
    Matrix result = new Matrix(a.rows, a.columns);
    for (int i = 0; i < a.rows; i++) {
      for (int j = 0; j < order.length; j++) {
        result.re[i * a.columns + j] = a.re[i * a.columns + order[j]];
        result.im[i * a.columns + j] = a.im[i * a.columns + order[j]];
      }
    }
    return result;
  }
}
