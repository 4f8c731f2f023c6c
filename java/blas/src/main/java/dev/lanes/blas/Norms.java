package dev.lanes.blas;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;
import java.util.Arrays;

/** Norms and what follows from them. */
final class Norms {
  private Norms() {}

  static double length(NDArray a) {
    DType dtype = Types.computed(a);
    try (NDArray numbers = Types.as(a, dtype);
        NDArray vector = numbers.reshape(-1)) {
      return vector.size() == 0 ? 0 : Blas.chosen().norm(vector);
    }
  }

  static double of(NDArray a, Norm norm) {
    if (a.rank() != 1 && a.rank() != 2) {
      throw Shapes.wrong("norms are those of vectors and matrices, not of shape", a);
    }
    boolean isVector = a.rank() == 1;
    return switch (norm) {
      case FROBENIUS -> length(a);
      case TWO -> isVector ? length(a) : largestSingularValue(a);
      case ONE -> isVector ? sum(a) : largest(a, sums(a.transpose()));
      case INFINITY -> isVector ? largest(a, magnitudes(a)) : largest(a, sums(a));
      case NUCLEAR -> nuclear(a);
    };
  }

  private static double largestSingularValue(NDArray a) {
    requireElements(a);
    try (NDArray s = LinearAlgebra.singularValues(a)) {
      return s.getDouble(0);
    }
  }

  private static double nuclear(NDArray a) {
    if (a.rank() != 2) {
      throw Shapes.wrong("the nuclear norm is that of a matrix, not of shape", a);
    }
    try (NDArray s = LinearAlgebra.singularValues(a)) {
      return Arrays.stream(s.toDoubleArray()).sum();
    }
  }

  private static void requireElements(NDArray a) {
    if (a.size() == 0) {
      throw Shapes.wrong("there is no largest of nothing: shape", a);
    }
  }

  private static double[] magnitudes(NDArray vector) {
    Matrix column = Matrix.of(vector);
    double[] magnitudes = new double[column.rows];
    Arrays.setAll(magnitudes, i -> column.magnitude(i, 0));
    return magnitudes;
  }

  private static double sum(NDArray vector) {
    return Arrays.stream(magnitudes(vector)).sum();
  }

  private static double[] sums(NDArray matrix) {
    double[] sums = new double[Math.toIntExact(matrix.length(0))];
    Arrays.setAll(sums, i -> sum(matrix.select(0, i)));
    return sums;
  }

  private static double largest(NDArray a, double[] values) {
    requireElements(a);
    return Arrays.stream(values).reduce(0, Math::max); // NaN wins
  }

  static double conditionNumber(NDArray a, Norm norm) {
    if (a.rank() != 2 || a.size() == 0) {
      throw Shapes.wrong("a condition number is that of a matrix with elements, not of shape", a);
    }
    if (norm == Norm.TWO) {
      try (NDArray s = LinearAlgebra.singularValues(a)) {
        double least = s.getDouble(-1);
        return least == 0 ? Double.POSITIVE_INFINITY : s.getDouble(0) / least;
      }
    }
    Shapes.requireSquare("conditionNumber", a);
    Shapes.requireFinite("conditionNumber", a);
    try (NDArray inverse = LinearAlgebra.inverse(a)) {
      return of(a, norm) * of(inverse, norm);
    } catch (LanesException e) {
      if (e.code() == Code.NUMERIC) {
        return Double.POSITIVE_INFINITY; // singular
      }
      throw e;
    }
  }
}
