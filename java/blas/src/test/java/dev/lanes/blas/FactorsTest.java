package dev.lanes.blas;

import static dev.lanes.blas.Numbers.assertClose;
import static dev.lanes.blas.Numbers.assertOrthonormal;
import static dev.lanes.blas.Numbers.random;
import static dev.lanes.blas.Numbers.tolerance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanes.DType;
import dev.lanes.NDArray;
import dev.lanes.blas.Numbers.Lay;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Factors multiply to the matrix, orthonormal ones are, and solutions solve. */
class FactorsTest {

  @Provide
  Arbitrary<DType> dtypes() {
    return Arbitraries.of(Numbers.COMPUTED);
  }

  private static NDArray conjugateTranspose(NDArray a) {
    return Numbers.conjugate(a).transpose();
  }

  /** Columns times numbers. */
  private static NDArray scaled(NDArray columns, NDArray by) {
    NDArray diagonal = NDArray.allocate(by.dtype(), by.size(), by.size());
    for (long i = 0; i < by.size(); i++) {
      if (Numbers.isComplex(by.dtype())) {
        double[] value = by.getComplex(i);
        diagonal.setComplex(value[0], value[1], i, i);
      } else {
        diagonal.setDouble(by.getDouble(i), i, i);
      }
    }
    return LinearAlgebra.matmul(columns, diagonal);
  }

  @Property(tries = 60)
  void solutionsSolve(
      @ForAll long seed,
      @ForAll("dtypes") DType dtype,
      @ForAll @IntRange(min = 1, max = 40) int n,
      @ForAll @IntRange(min = 1, max = 4) int columns,
      @ForAll Lay lay) {
    NDArray a = lay.lay(random(seed, dtype, n, n));
    for (int i = 0; i < n; i++) {
      a.setDouble(n, i, i); // well conditioned
    }
    NDArray b = lay.lay(random(seed + 1, dtype, n, columns));

    NDArray x = LinearAlgebra.solve(a, b);
    assertThat(x.dtype()).isEqualTo(dtype);
    assertThat(x.isContiguous()).isTrue();
    assertClose(LinearAlgebra.matmul(a, x), b, 10 * tolerance(dtype));
    assertClose(
        LinearAlgebra.matmul(a, LinearAlgebra.inverse(a)),
        Numbers.identity(dtype, n),
        10 * tolerance(dtype));
  }

  @Property(tries = 60)
  void qrMultipliesToTheMatrix(
      @ForAll long seed,
      @ForAll("dtypes") DType dtype,
      @ForAll @IntRange(min = 1, max = 30) int m,
      @ForAll @IntRange(min = 1, max = 30) int n,
      @ForAll boolean isComplete,
      @ForAll Lay lay) {
    NDArray a = lay.lay(random(seed, dtype, m, n));

    try (Qr qr = LinearAlgebra.qr(a, isComplete)) {
      assertThat(qr.q().shape()).containsExactly(m, isComplete ? m : Math.min(m, n));
      assertClose(LinearAlgebra.matmul(qr.q(), qr.r()), a, 10 * tolerance(dtype));
      assertOrthonormal(qr.q());
      for (long i = 1; i < qr.r().length(0); i++) {
        NDArray below = qr.r().select(0, i).slice(0, 0, Math.min(i, n));
        assertThat(Numbers.of(below)).containsOnly(0.0);
      }
    }
  }

  @Property(tries = 60)
  void singularValuesMultiplyToTheMatrix(
      @ForAll long seed,
      @ForAll("dtypes") DType dtype,
      @ForAll @IntRange(min = 1, max = 20) int m,
      @ForAll @IntRange(min = 1, max = 20) int n,
      @ForAll @IntRange(min = 1, max = 20) int rank,
      @ForAll boolean isFull,
      @ForAll Lay lay) {
    NDArray a =
        lay.lay(
            LinearAlgebra.matmul(random(seed, dtype, m, rank), random(seed + 1, dtype, rank, n)));

    try (Svd svd = LinearAlgebra.svd(a, isFull)) {
      int k = Math.min(m, n);
      assertThat(svd.u().shape()).containsExactly(m, isFull ? m : k);
      assertThat(svd.vt().shape()).containsExactly(isFull ? n : k, n);
      assertThat(svd.s().toDoubleArray()).isSortedAccordingTo((x, y) -> Double.compare(y, x));
      NDArray product =
          LinearAlgebra.matmul(scaled(svd.u().slice(1, 0, k), svd.s()), svd.vt().slice(0, 0, k));
      assertClose(product, a, 20 * tolerance(dtype));
      assertOrthonormal(svd.u());
      assertOrthonormal(conjugateTranspose(svd.vt()));
    }
  }

  @Property(tries = 60)
  void hermitianMatricesHaveOrthonormalEigenvectors(
      @ForAll long seed,
      @ForAll("dtypes") DType dtype,
      @ForAll @IntRange(min = 1, max = 25) int n,
      @ForAll Lay lay) {
    NDArray half = random(seed, dtype, n, n);
    NDArray a = NDArray.allocate(dtype, n, n);
    LinearAlgebra.gemm(1, half, Transpose.NONE, Numbers.identity(dtype, n), Transpose.NONE, 0, a);
    LinearAlgebra.gemm(
        1, half, Transpose.CONJUGATE, Numbers.identity(dtype, n), Transpose.NONE, 1, a);

    try (Eigen eigen = LinearAlgebra.eigh(lay.lay(a))) {
      assertThat(eigen.values().toDoubleArray()).isSorted();
      assertOrthonormal(eigen.vectors());
      assertClose(
          LinearAlgebra.matmul(a, eigen.vectors()),
          scaled(eigen.vectors(), eigen.values()),
          20 * tolerance(dtype));
    }
  }

  @Property(tries = 60)
  void eigenvectorsOnlyGrow(
      @ForAll long seed,
      @ForAll("dtypes") DType dtype,
      @ForAll @IntRange(min = 1, max = 25) int n,
      @ForAll Lay lay) {
    NDArray a = lay.lay(random(seed, dtype, n, n));

    try (Eigen eigen = LinearAlgebra.eig(a)) {
      assertClose(
          LinearAlgebra.matmul(a, eigen.vectors()), scaled(eigen.vectors(), eigen.values()), 1e-12);
      for (int i = 0; i < n; i++) {
        assertThat(LinearAlgebra.norm(eigen.vectors().select(1, i))).isCloseTo(1, within(1e-12));
      }
    }
  }

  @Property(tries = 40)
  void choleskyFactorsMultiplyToTheMatrix(
      @ForAll long seed,
      @ForAll("dtypes") DType dtype,
      @ForAll @IntRange(min = 1, max = 30) int n,
      @ForAll Lay lay) {
    NDArray half = random(seed, dtype, n, n);
    NDArray a = Numbers.identity(dtype, n);
    LinearAlgebra.gemm(1, half, Transpose.NONE, half, Transpose.CONJUGATE, 1, a);
    NDArray lower = lay.lay(a);
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        lower.setDouble(Double.NaN, i, j); // is not read
      }
    }

    NDArray l = LinearAlgebra.cholesky(lower);
    NDArray product = NDArray.allocate(dtype, n, n);
    LinearAlgebra.gemm(1, l, Transpose.NONE, l, Transpose.CONJUGATE, 0, product);
    assertClose(product, a, 10 * tolerance(dtype));
  }

  @Property(tries = 60)
  void leastSquaresLeaveRestsThatAreOrthogonal(
      @ForAll long seed,
      @ForAll("dtypes") DType dtype,
      @ForAll @IntRange(min = 1, max = 20) int m,
      @ForAll @IntRange(min = 1, max = 12) int n,
      @ForAll Lay lay) {
    NDArray a = lay.lay(random(seed, dtype, m, n));
    NDArray b = random(seed + 1, dtype, m, 2);

    try (LeastSquares found = LinearAlgebra.leastSquares(a, b)) {
      NDArray rest = b.copy();
      LinearAlgebra.gemm(1, a, Transpose.NONE, found.x(), Transpose.NONE, -1, rest);
      NDArray none = NDArray.allocate(dtype, n, 2);
      LinearAlgebra.gemm(1, a, Transpose.CONJUGATE, rest, Transpose.NONE, 0, none);
      // Their size is that of the error of x times the largest singular value squared.
      double scale = (1 + LinearAlgebra.norm(found.x())) * Math.pow(LinearAlgebra.norm(a) + 1, 2);
      assertThat(LinearAlgebra.norm(none)).isLessThan(20 * tolerance(dtype) * scale);
    }
  }
}
