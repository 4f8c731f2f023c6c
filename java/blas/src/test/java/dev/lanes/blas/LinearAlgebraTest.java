package dev.lanes.blas;

import static dev.lanes.blas.Numbers.assertClose;
import static dev.lanes.blas.Numbers.assertFails;
import static dev.lanes.blas.Numbers.random;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.lanes.DType;
import dev.lanes.Lanes;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which implementation runs, and what happens at the edges. */
class LinearAlgebraTest {

  @Test
  void theImplementationIsTheWantedOne() {
    boolean isJava = System.getProperty("lanes.blas", "native").equals("java");

    assertThat(LinearAlgebra.isNative()).isEqualTo(!isJava);
    assertThat(LinearAlgebra.whyNotNative().isPresent()).isEqualTo(isJava);
    boolean isForced = System.getenv("OPENBLAS_CORETYPE") != null && !isJava;
    assertThat(LinearAlgebra.whySlow().isPresent()).isEqualTo(isForced);
  }

  @Test
  void singularMatricesAreRefused() {
    for (DType dtype : Numbers.COMPUTED) {
      NDArray zero = NDArray.allocate(dtype, 3, 3);
      NDArray b = random(1, dtype, 3);
      assertFails(Code.NUMERIC, "singular", () -> LinearAlgebra.solve(zero, b));
      assertFails(Code.NUMERIC, "singular", () -> LinearAlgebra.inverse(zero));
      assertThat(Numbers.of(LinearAlgebra.determinant(zero))).containsOnly(0.0);
      assertFails(Code.NUMERIC, "positive definite", () -> LinearAlgebra.cholesky(zero));
      assertThat(LinearAlgebra.conditionNumber(zero)).isInfinite();
      assertThat(LinearAlgebra.conditionNumber(zero, Norm.ONE)).isInfinite();
      try (LeastSquares found = LinearAlgebra.leastSquares(zero, b)) {
        assertThat(found.rank()).isZero();
        assertThat(Numbers.of(found.x())).containsOnly(0.0);
      }
    }
  }

  @Test
  void oneSingularMatrixOfAStackIsEnough() {
    NDArray stack = random(1, DType.FLOAT64, 2, 3, 3);
    stack.select(0, 1).copyFrom(NDArray.of(new double[] {1}).reshape());
    assertFails(Code.NUMERIC, "singular", () -> LinearAlgebra.inverse(stack));
  }

  @Test
  void onlySquareMatricesHaveInverses() {
    NDArray a = NDArray.allocate(DType.FLOAT64, 2, 3);
    NDArray vector = NDArray.allocate(DType.FLOAT64, 3);
    List<Consumer<NDArray>> operations =
        List.of(
            LinearAlgebra::inverse,
            LinearAlgebra::determinant,
            LinearAlgebra::cholesky,
            LinearAlgebra::eigh,
            LinearAlgebra::eig,
            b -> LinearAlgebra.solve(b, vector),
            b -> LinearAlgebra.conditionNumber(b, Norm.ONE));
    for (Consumer<NDArray> operation : operations) {
      assertFails(Code.SHAPE, "[2, 3]", () -> operation.accept(a));
      assertFails(Code.SHAPE, "[3]", () -> operation.accept(vector));
    }
    assertFails(Code.SHAPE, "[3]", () -> LinearAlgebra.qr(vector));
    assertFails(Code.SHAPE, "[3]", () -> LinearAlgebra.svd(vector));
    NDArray square = Numbers.identity(DType.FLOAT64, 2);
    assertFails(Code.SHAPE, "[2, 2], [3]", () -> LinearAlgebra.solve(square, vector));
    assertFails(Code.SHAPE, "[2, 3], [3]", () -> LinearAlgebra.leastSquares(a, vector));
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void iterationsRefuseWhatIsNotFinite(double bad) {
    for (DType dtype : Numbers.COMPUTED) {
      NDArray a = random(1, dtype, 3, 3);
      NDArray b = random(2, dtype, 3);
      NDArray fine = a.copy();
      a.setDouble(bad, 2, 1);
      assertFails(Code.NUMERIC, "svd", () -> LinearAlgebra.svd(a));
      assertFails(Code.NUMERIC, "finite", () -> LinearAlgebra.singularValues(a));
      assertFails(Code.NUMERIC, "eigh", () -> LinearAlgebra.eigh(a));
      assertFails(Code.NUMERIC, "eig", () -> LinearAlgebra.eig(a));
      assertFails(Code.NUMERIC, "leastSquares", () -> LinearAlgebra.leastSquares(a, b));
      assertFails(Code.NUMERIC, "finite", () -> LinearAlgebra.conditionNumber(a));
      b.setDouble(bad, 0);
      assertFails(Code.NUMERIC, "finite", () -> LinearAlgebra.leastSquares(fine, b));
    }
  }

  @Test
  void nansGoThroughWhatDoesNotIterate() {
    NDArray a = Numbers.identity(DType.FLOAT64, 3);
    a.setDouble(Double.NaN, 0, 0);
    assertThat(LinearAlgebra.solve(a, NDArray.of(new double[] {1, 2, 3})).getDouble(0)).isNaN();
    assertThat(LinearAlgebra.determinant(a).getDouble()).isNaN();
    assertThat(LinearAlgebra.qr(a).r().getDouble(0, 0)).isNaN();
    assertThat(LinearAlgebra.norm(a)).isNaN();
    assertThat(LinearAlgebra.norm(a, Norm.ONE)).isNaN();
    assertThat(LinearAlgebra.norm(a, Norm.INFINITY)).isNaN();
    assertFails(Code.NUMERIC, "positive definite", () -> LinearAlgebra.cholesky(a));
  }

  @Test
  void emptyMatricesHaveNumpysResults() {
    for (DType dtype : Numbers.COMPUTED) {
      NDArray none = NDArray.allocate(dtype, 0, 0);
      assertThat(LinearAlgebra.determinant(none).getComplex()).containsExactly(1, 0);
      assertThat(LinearAlgebra.inverse(none).shape()).containsExactly(0, 0);
      assertThat(LinearAlgebra.cholesky(none).shape()).containsExactly(0, 0);
      assertThat(LinearAlgebra.eig(none).values().shape()).containsExactly(0);
      assertThat(LinearAlgebra.eigh(none).vectors().shape()).containsExactly(0, 0);
      assertThat(LinearAlgebra.solve(none, NDArray.allocate(dtype, 0)).shape()).containsExactly(0);

      NDArray tall = NDArray.allocate(dtype, 3, 0);
      assertThat(LinearAlgebra.qr(tall).q().shape()).containsExactly(3, 0);
      assertClose(LinearAlgebra.qr(tall, true).q(), Numbers.identity(dtype, 3), 0);
      assertThat(LinearAlgebra.svd(tall).u().shape()).containsExactly(3, 0);
      assertClose(LinearAlgebra.svd(tall, true).u(), Numbers.identity(dtype, 3), 0);
      assertThat(LinearAlgebra.singularValues(tall).shape()).containsExactly(0);
      try (LeastSquares found =
          LinearAlgebra.leastSquares(tall.transpose(), NDArray.allocate(dtype, 0))) {
        assertThat(Numbers.of(found.x())).containsOnly(0.0);
        assertThat(found.x().shape()).containsExactly(3);
      }
      assertThat(LinearAlgebra.norm(none)).isZero();
      assertFails(Code.SHAPE, "nothing", () -> LinearAlgebra.norm(none, Norm.ONE));
      assertFails(Code.SHAPE, "elements", () -> LinearAlgebra.conditionNumber(none));
      assertThat(LinearAlgebra.determinant(NDArray.allocate(dtype, 0, 2, 2)).shape())
          .containsExactly(0);
    }
  }

  @Test
  void aMatrixOfOneElementIsANumber() {
    NDArray a = NDArray.of(new double[] {-4}, 1, 1);
    assertThat(LinearAlgebra.inverse(a).getDouble(0, 0)).isEqualTo(-0.25);
    assertThat(LinearAlgebra.determinant(a).getDouble()).isEqualTo(-4);
    assertThat(LinearAlgebra.eig(a).values().getComplex(0)).containsExactly(-4, 0);
    assertThat(LinearAlgebra.svd(a).s().getDouble(0)).isEqualTo(4);
    assertThat(LinearAlgebra.norm(a, Norm.TWO)).isEqualTo(4);
  }

  @Test
  void realEigenvaluesHaveNoImaginaryPart() {
    NDArray a = random(3, DType.FLOAT64, 12, 12);
    NDArray symmetric = LinearAlgebra.matmul(a, a.transpose());
    try (Eigen eigen = LinearAlgebra.eig(symmetric)) {
      for (int i = 0; i < 12; i++) {
        assertThat(eigen.values().getComplex(i)[1]).isZero();
        assertThat(eigen.vectors().getComplex(0, i)[1]).isZero();
      }
    }
  }

  @Test
  void determinantsAndNormsOverflowOnlyWhenTheirValueDoes() {
    NDArray a = NDArray.allocate(DType.FLOAT64, 3, 3);
    a.setDouble(1e200, 0, 0);
    a.setDouble(1e200, 1, 1);
    a.setDouble(-1e-200, 2, 2);
    assertThat(LinearAlgebra.determinant(a).getDouble()).isCloseTo(-1e200, withinPercentage(1e-10));
    assertThat(LinearAlgebra.norm(a)).isCloseTo(Math.sqrt(2) * 1e200, withinPercentage(1e-10));
    a.setDouble(Double.POSITIVE_INFINITY, 0, 0);
    assertThat(LinearAlgebra.norm(a)).isInfinite();
  }

  @Test
  void integersAndSmallFloatsConvert() {
    NDArray a = NDArray.of(new int[] {2, 0, 1, 3}, 2, 2);
    assertThat(LinearAlgebra.inverse(a).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(LinearAlgebra.determinant(a).getDouble()).isCloseTo(6, within(1e-14));
    NDArray half = NDArray.allocate(DType.FLOAT16, 2, 2);
    half.copyFrom(a);
    assertThat(LinearAlgebra.inverse(half).dtype()).isEqualTo(DType.FLOAT32);
    assertFails(
        Code.TYPE, "bytes(2)", () -> LinearAlgebra.inverse(NDArray.allocate(DType.bytes(2), 2, 2)));
  }

  @Test
  void stacksBroadcast() {
    NDArray a = random(1, DType.FLOAT64, 2, 1, 3, 3);
    NDArray b = random(2, DType.FLOAT64, 4, 3, 2);
    NDArray x = LinearAlgebra.solve(a, b);
    assertThat(x.shape()).containsExactly(2, 4, 3, 2);
    assertClose(LinearAlgebra.matmul(a, x), b.broadcastTo(2, 4, 3, 2).copy(), 1e-10);
    assertThat(LinearAlgebra.solve(a, random(3, DType.FLOAT64, 3)).shape())
        .containsExactly(2, 1, 3);
    assertThat(LinearAlgebra.eig(a).vectors().shape()).containsExactly(2, 1, 3, 3);
    assertThat(LinearAlgebra.svd(a).s().shape()).containsExactly(2, 1, 3);
  }

  /** The library recurses in some of them, and a JVM's threads have little stack. */
  @Test
  void largeMatricesNeedNoLargeStack() throws InterruptedException {
    int n = LinearAlgebra.isNative() ? 210 : 40;
    NDArray a = random(1, DType.FLOAT64, n, n);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Runnable all =
        () -> {
          assertClose(
              LinearAlgebra.matmul(a, LinearAlgebra.inverse(a)),
              Numbers.identity(DType.FLOAT64, n),
              1e-9);
          LinearAlgebra.determinant(a).close();
        };
    int before = Lanes.threads();
    Lanes.setThreads(2);
    try {
      Thread thread = new Thread(null, all, "little stack", 512 << 10);
      thread.setUncaughtExceptionHandler((which, e) -> failure.set(e));
      thread.start();
      thread.join();
    } finally {
      Lanes.setThreads(before);
    }
    assertThat(failure.get()).isNull();
  }

  @Test
  void anInterruptIsKeptWhileALargeMatrixIsFactored() {
    NDArray a = random(1, DType.FLOAT64, 210, 210);
    int before = Lanes.threads();
    Lanes.setThreads(2);
    Thread.currentThread().interrupt();
    try {
      LinearAlgebra.determinant(a).close();
    } finally {
      Lanes.setThreads(before);
    }
    assertThat(Thread.interrupted()).isTrue();
  }
}
