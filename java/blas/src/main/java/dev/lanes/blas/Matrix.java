package dev.lanes.blas;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A complex matrix on the heap, for the reference algorithms, which are written once for complex
 * numbers. On real input all imaginary parts stay 0 and cost only time.
 */
final class Matrix {
  final int rows;
  final int columns;

  /** Real parts, row by row. */
  final double[] re;

  /** Imaginary parts. */
  final double[] im;

  Matrix(int rows, int columns) {
    long size = (long) rows * columns;
    if (size > Integer.MAX_VALUE - 8) {
      throw new LanesException(
          Code.LIMIT,
          "the Java implementation takes matrices of at most 2^31 - 9 elements, not " + size);
    }
    this.rows = rows;
    this.columns = columns;
    re = new double[(int) size];
    im = new double[(int) size];
  }

  static Matrix identity(int n) {
    Matrix identity = new Matrix(n, n);
    for (int i = 0; i < n; i++) {
      identity.re[i * n + i] = 1;
    }
    return identity;
  }

  /** Reads an array of rank 2, or of rank 1 as one column, of any number dtype. */
  static Matrix of(NDArray array) {
    NDArray grid = array.rank() == 1 ? array.reshape(array.length(0), 1) : array;
    int rows = Math.toIntExact(grid.length(0));
    int columns = Math.toIntExact(grid.length(1));
    Matrix matrix = new Matrix(rows, columns);
    if (array.dtype().equals(DType.COMPLEX64)) {
      try (NDArray wide = Types.as(array, DType.COMPLEX128)) {
        return of(wide);
      }
    }
    if (!array.dtype().equals(DType.COMPLEX128)) {
      System.arraycopy(grid.toDoubleArray(), 0, matrix.re, 0, matrix.re.length);
      return matrix;
    }
    ByteBuffer row = row(columns);
    for (int i = 0; i < rows; i++) {
      row.clear();
      grid.select(0, i).copyTo(0, row);
      row.flip();
      for (int j = i * columns; j < (i + 1) * columns; j++) {
        matrix.re[j] = row.getDouble();
        matrix.im[j] = row.getDouble();
      }
    }
    return matrix;
  }

  private static ByteBuffer row(int columns) {
    return ByteBuffer.allocate(Math.multiplyExact(2 * Double.BYTES, columns))
        .order(ByteOrder.nativeOrder());
  }

  /** Writes into an array of the same shape; into a real one without the imaginary parts. */
  void to(NDArray array) {
    NDArray grid = array.rank() == 1 ? array.reshape(array.length(0), 1) : array;
    if (!Types.isComplex(Types.computed(array))) {
      try (NDArray values = NDArray.of(re, rows, columns)) {
        grid.copyFrom(values);
      }
      return;
    }
    try (NDArray values = NDArray.allocate(DType.COMPLEX128, rows, columns)) {
      ByteBuffer row = row(columns);
      for (int i = 0; i < rows; i++) {
        row.clear();
        for (int j = i * columns; j < (i + 1) * columns; j++) {
          row.putDouble(re[j]).putDouble(im[j]);
        }
        values.select(0, i).copyFrom(0, row.flip());
      }
      grid.copyFrom(values);
    }
  }

  Matrix copy() {
    Matrix copy = new Matrix(rows, columns);
    System.arraycopy(re, 0, copy.re, 0, re.length);
    System.arraycopy(im, 0, copy.im, 0, im.length);
    return copy;
  }

  Matrix conjugateTranspose() {
    Matrix result = new Matrix(columns, rows);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result.re[j * rows + i] = re[i * columns + j];
        result.im[j * rows + i] = -im[i * columns + j];
      }
    }
    return result;
  }

  Matrix conjugate() {
    Matrix result = copy();
    Arrays.setAll(result.im, i -> -im[i]);
    return result;
  }

  /** The first rows and columns. */
  Matrix part(int rowCount, int columnCount) {
    Matrix part = new Matrix(rowCount, columnCount);
    for (int i = 0; i < rowCount; i++) {
      System.arraycopy(re, i * columns, part.re, i * columnCount, columnCount);
      System.arraycopy(im, i * columns, part.im, i * columnCount, columnCount);
    }
    return part;
  }

  Matrix times(Matrix b) {
    Matrix product = new Matrix(rows, b.columns);
    for (int i = 0; i < rows; i++) {
      for (int l = 0; l < columns; l++) {
        product.addRow(i, re[i * columns + l], im[i * columns + l], b, l, 0);
      }
    }
    return product;
  }

  /** Adds a multiple of a row of a matrix to a row of this one, from a column on. */
  void addRow(int row, double scaleRe, double scaleIm, Matrix from, int fromRow, int first) {
    int to = row * columns;
    int at = fromRow * columns;
    boolean isReal = scaleIm == 0;
    for (int j = first; j < columns; j++) {
      double x = from.re[at + j];
      double y = from.im[at + j];
      if (isReal && y == 0) {
        re[to + j] += scaleRe * x; // without 0 times infinity
      } else {
        re[to + j] += scaleRe * x - scaleIm * y;
        im[to + j] += scaleRe * y + scaleIm * x;
      }
    }
  }

  void swapRows(int a, int b) {
    for (int j = 0; j < columns; j++) {
      double x = re[a * columns + j];
      re[a * columns + j] = re[b * columns + j];
      re[b * columns + j] = x;
      double y = im[a * columns + j];
      im[a * columns + j] = im[b * columns + j];
      im[b * columns + j] = y;
    }
  }

  double magnitude(int row, int column) {
    return Math.hypot(re[row * columns + column], im[row * columns + column]);
  }

  /** Length of the elements of a column from a row on. */
  double length(int column, int firstRow) {
    return lengthOf(firstRow * columns + column, columns);
  }

  /** Length of all elements. */
  double length() {
    return lengthOf(0, 1);
  }

  /** Root of the sum of squares, scaled so that only the result can overflow. */
  private double lengthOf(int first, int step) {
    double largest = 0;
    for (int i = first; i < re.length; i += step) {
      largest = Math.max(largest, Math.max(Math.abs(re[i]), Math.abs(im[i])));
    }
    if (largest == 0 || largest == Double.POSITIVE_INFINITY || Double.isNaN(largest)) {
      return largest;
    }
    double sum = 0;
    for (int i = first; i < re.length; i += step) {
      double x = re[i] / largest;
      double y = im[i] / largest;
      sum += x * x + y * y;
    }
    return largest * Math.sqrt(sum);
  }

  /** Real and imaginary part of a quotient, by Smith's method, which does not overflow early. */
  static double[] divide(double aRe, double aIm, double bRe, double bIm) {
    if (aIm == 0 && bIm == 0) {
      return new double[] {aRe / bRe, 0};
    }
    if (Math.abs(bRe) >= Math.abs(bIm)) {
      double ratio = bIm / bRe;
      double scale = bRe + bIm * ratio;
      return new double[] {(aRe + aIm * ratio) / scale, (aIm - aRe * ratio) / scale};
    }
    double ratio = bRe / bIm;
    double scale = bRe * ratio + bIm;
    return new double[] {(aRe * ratio + aIm) / scale, (aIm * ratio - aRe) / scale};
  }
}
