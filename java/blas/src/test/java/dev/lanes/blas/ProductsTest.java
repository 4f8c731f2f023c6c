package dev.lanes.blas;

import static dev.lanes.blas.Numbers.assertClose;
import static dev.lanes.blas.Numbers.assertFails;
import static dev.lanes.blas.Numbers.random;
import static dev.lanes.blas.Numbers.tolerance;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.DType;
import dev.lanes.Lanes;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;
import dev.lanes.blas.Numbers.Lay;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Products of operands that lie in memory in all ways. */
class ProductsTest {

  @Provide
  Arbitrary<DType> dtypes() {
    return Arbitraries.of(Numbers.COMPUTED);
  }

  /**
   * A product, and the largest sum of the sizes of an element's terms: what rounding errors grow
   * with where the terms cancel.
   */
  private record Expected(NDArray product, double scale) {
    void assertCloseTo(NDArray actual, double tolerance) {
      assertClose(wide(actual), product, tolerance, scale);
    }
  }

  /** {@code alpha op(a) op(b) + beta c}, element by element. */
  private static Expected expected(
      double alpha,
      NDArray a,
      boolean isConjugateA,
      NDArray b,
      boolean isConjugateB,
      double beta,
      NDArray c) {
    int m = (int) a.length(0);
    int n = (int) b.length(1);
    NDArray result = NDArray.allocate(DType.COMPLEX128, m, n);
    double scale = 0;
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double[] old = c.getComplex(i, j);
        double re = beta == 0 ? 0 : beta * old[0];
        double im = beta == 0 ? 0 : beta * old[1];
        double terms = Math.hypot(re, im);
        for (int l = 0; l < a.length(1); l++) {
          double[] x = a.getComplex(i, l);
          double[] y = b.getComplex(l, j);
          double p = isConjugateA ? -x[1] : x[1];
          double q = isConjugateB ? -y[1] : y[1];
          re += alpha * (x[0] * y[0] - p * q);
          im += alpha * (x[0] * q + p * y[0]);
          terms += Math.abs(alpha) * Math.hypot(x[0], x[1]) * Math.hypot(y[0], y[1]);
        }
        result.setComplex(re, im, i, j);
        scale = Math.max(scale, terms);
      }
    }
    return new Expected(result, scale);
  }

  private static NDArray transposed(NDArray a, Transpose by) {
    return by == Transpose.NONE ? a : a.transpose();
  }

  private static NDArray wide(NDArray a) {
    NDArray wide = NDArray.allocate(DType.COMPLEX128, a.shape());
    wide.copyFrom(a);
    return wide;
  }

  @Property(tries = 300)
  void everyLayoutAndTransposeGivesTheProduct(
      @ForAll long seed,
      @ForAll("dtypes") DType dtype,
      @ForAll @IntRange(min = 0, max = 9) int m,
      @ForAll @IntRange(min = 0, max = 9) int n,
      @ForAll @IntRange(min = 0, max = 9) int k,
      @ForAll Lay layA,
      @ForAll Lay layB,
      @ForAll Lay layOut,
      @ForAll Transpose transA,
      @ForAll Transpose transB) {
    NDArray a = layA.lay(transposed(random(seed, dtype, m, k), transA));
    NDArray b = layB.lay(transposed(random(seed + 1, dtype, k, n), transB));
    double beta = new double[] {0, 1, -0.5}[Math.floorMod(seed, 3)];
    double alpha = new double[] {1, 2.5}[Math.floorMod(seed, 2)];
    NDArray out = layOut.lay(random(seed + 2, dtype, m, n));
    Expected wanted =
        expected(
            alpha,
            transposed(a, transA),
            transA == Transpose.CONJUGATE,
            transposed(b, transB),
            transB == Transpose.CONJUGATE,
            beta,
            out);

    assertThat(LinearAlgebra.gemm(alpha, a, transA, b, transB, beta, out)).isSameAs(out);
    wanted.assertCloseTo(out, tolerance(dtype));
  }

  @Property(tries = 100)
  void vectorsTakeAnyStrides(
      @ForAll long seed,
      @ForAll("dtypes") DType dtype,
      @ForAll @IntRange(min = 0, max = 20) int n,
      @ForAll @IntRange(min = -3, max = 3) int step) {
    NDArray longer = random(seed, dtype, 3L * n + 1);
    NDArray a =
        step == 0
            ? longer.slice(0, 0, 1).broadcastTo(n)
            : step > 0
                ? longer.slice(0, 0, (long) n * step, step)
                : longer.slice(0, (long) -n * step, 0, step);
    NDArray b = random(seed + 1, dtype, n);
    assertThat(a.size()).isEqualTo(n);

    Expected wanted =
        expected(
            1, a.reshape(1, n), false, b.reshape(n, 1), false, 0, NDArray.allocate(dtype, 1, 1));
    wanted.assertCloseTo(LinearAlgebra.dot(a, b).reshape(1, 1), tolerance(dtype));
    wanted.assertCloseTo(LinearAlgebra.matmul(a, b).reshape(1, 1), tolerance(dtype));
  }

  @Test
  void nothingIsReadOfTheOutputWhenBetaIsZero() {
    for (DType dtype : Numbers.COMPUTED) {
      for (int n : new int[] {1, 2, 7}) {
        NDArray a = random(1, dtype, n, 3);
        NDArray b = random(2, dtype, 3, n);
        NDArray out = NDArray.allocate(dtype, n, n);
        for (long i = 0; i < n * n; i++) {
          out.reshape(-1).setDouble(Double.NaN, i);
        }
        LinearAlgebra.gemm(1, a, Transpose.NONE, b, Transpose.NONE, 0, out);
        assertClose(out, LinearAlgebra.matmul(a, b), 0);
        for (long i = 0; i < n; i++) {
          out.setDouble(Double.NaN, i, 0);
        }
        LinearAlgebra.matmulInto(out.slice(1, 0, 1), a, b.slice(1, 0, 1));
        assertClose(out.slice(1, 0, 1), LinearAlgebra.matmul(a, b.slice(1, 0, 1)), 1e-6);
      }
    }
  }

  @Test
  void anOutputMayBeAnOperand() {
    NDArray a = random(1, DType.FLOAT64, 5, 5);
    NDArray wanted = LinearAlgebra.matmul(a, a);
    NDArray out = a.copy();
    LinearAlgebra.matmulInto(out, out, out);
    assertClose(out, wanted, 1e-15);

    NDArray stack = random(2, DType.FLOAT64, 3, 4, 4);
    wanted = LinearAlgebra.matmul(stack, stack);
    NDArray reversed = stack.flip(0);
    LinearAlgebra.matmulInto(reversed, stack, stack);
    assertClose(reversed, wanted, 1e-15);
  }

  @Test
  void outputsConvert() {
    NDArray a = random(1, DType.FLOAT64, 3, 4);
    NDArray b = random(2, DType.FLOAT64, 4, 2);
    NDArray wanted = LinearAlgebra.matmul(a, b);
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT16, DType.COMPLEX64, DType.COMPLEX128)) {
      NDArray out = NDArray.allocate(dtype, 3, 2);
      LinearAlgebra.matmulInto(out, a, b);
      assertClose(wide(out), wide(wanted), dtype.equals(DType.FLOAT16) ? 1e-3 : 1e-6);
    }
    assertFails(
        Code.CAST,
        "out is int32, the result float64",
        () -> LinearAlgebra.matmulInto(NDArray.allocate(DType.INT32, 3, 2), a, b));
    assertFails(
        Code.CAST,
        "complex",
        () ->
            LinearAlgebra.matmulInto(
                NDArray.allocate(DType.FLOAT64, 3, 2), random(1, DType.COMPLEX64, 3, 4), b));
  }

  @Test
  void infinitiesAndNansGoThrough() {
    NDArray a = NDArray.of(new double[] {1, Double.POSITIVE_INFINITY, 0, Double.NaN}, 2, 2);
    NDArray b = NDArray.of(new double[] {2, 3, 1, 1}, 2, 2);
    assertThat(LinearAlgebra.matmul(a, b).toDoubleArray())
        .containsExactly(
            Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.NaN, Double.NaN);
  }

  @Test
  void aSumOfNothingIsZero() {
    for (DType dtype : Numbers.COMPUTED) {
      NDArray a = NDArray.allocate(dtype, 3, 0);
      NDArray b = NDArray.allocate(dtype, 0, 2);
      assertClose(LinearAlgebra.matmul(a, b), NDArray.allocate(dtype, 3, 2), 0);
      assertThat(LinearAlgebra.matmul(a.transpose(), a).shape()).containsExactly(0, 0);
      NDArray out = random(3, dtype, 3, 1);
      NDArray wanted = NDArray.allocate(dtype, 3, 1);
      LinearAlgebra.gemm(
          1, out, Transpose.NONE, Numbers.identity(dtype, 1), Transpose.NONE, 0, wanted);
      LinearAlgebra.gemm(1, a, Transpose.NONE, b.slice(1, 0, 1), Transpose.NONE, 1, out);
      assertClose(out, wanted, 0);
      assertClose(LinearAlgebra.dot(b.select(1, 0), b.select(1, 0)), NDArray.allocate(dtype), 0);
    }
    assertThat(
            LinearAlgebra.matmul(
                    NDArray.allocate(DType.FLOAT64, 0, 3, 4), NDArray.allocate(DType.FLOAT64, 4, 5))
                .shape())
        .containsExactly(0, 3, 5);
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    NDArray a = NDArray.allocate(DType.FLOAT64, 2, 3);
    NDArray stack = NDArray.allocate(DType.FLOAT64, 2, 3, 3);
    NDArray other = NDArray.allocate(DType.FLOAT64, 5, 3, 3);
    NDArray scalar = NDArray.allocate(DType.FLOAT64);
    assertFails(Code.SHAPE, "[2, 3], [2, 3]", () -> LinearAlgebra.matmul(a, a));
    assertFails(Code.SHAPE, "broadcast", () -> LinearAlgebra.matmul(stack, other));
    assertFails(Code.SHAPE, "rank 1", () -> LinearAlgebra.matmul(scalar, a));
    assertFails(Code.SHAPE, "vectors", () -> LinearAlgebra.dot(stack, a));
    assertFails(Code.SHAPE, "[2, 2]", () -> LinearAlgebra.matmulInto(a, a, a.transpose()));
    assertFails(
        Code.SHAPE,
        "do not fit",
        () -> LinearAlgebra.gemm(1, a, Transpose.NONE, a, Transpose.NONE, 0, a));
    assertFails(
        Code.READ_ONLY,
        "read-only",
        () -> LinearAlgebra.matmulInto(a.slice(1, 0, 2).broadcastTo(2, 2), a, a.transpose()));
    assertFails(
        Code.TYPE,
        "bytes(3)",
        () -> LinearAlgebra.matmul(NDArray.allocate(DType.bytes(3), 2, 2), a));
  }

  @Test
  void rowsBeyondAnIntAreRefused() {
    NDArray one = NDArray.allocate(DType.FLOAT32, 1, 1);
    NDArray tall = one.broadcastTo(1L << 31, 1);
    NDArray wide = one.broadcastTo(1, 1L << 31);
    NDArray out = NDArray.allocate(DType.FLOAT32, 1, 1);
    assertFails(
        Code.LIMIT,
        "2147483648",
        () -> LinearAlgebra.gemm(1, wide, Transpose.NONE, tall, Transpose.NONE, 0, out));
  }

  @Test
  void closedOperandsAreRefused() {
    NDArray a = random(1, DType.FLOAT64, 3, 3);
    NDArray b = random(2, DType.FLOAT64, 3, 3);
    b.close();
    assertFails(Code.CLOSED, "closed", () -> LinearAlgebra.matmul(a, b));
    assertFails(Code.CLOSED, "closed", () -> LinearAlgebra.solve(a, b));
  }

  @ParameterizedTest
  @EnumSource(Lay.class)
  void largeProductsAreRightOnSeveralThreads(Lay lay) {
    NDArray a = lay.lay(random(1, DType.FLOAT64, 150, 130));
    NDArray b = lay.lay(random(2, DType.FLOAT64, 130, 170));
    NDArray wanted = NDArray.allocate(DType.FLOAT64, 150, 170);
    new JavaBlas().gemm(1, a, false, b, false, 0, wanted);
    int before = Lanes.threads();
    try {
      for (int threads : new int[] {1, 2, 3}) {
        Lanes.setThreads(threads);
        assertClose(LinearAlgebra.matmul(a, b), wanted, 1e-13);
      }
    } finally {
      Lanes.setThreads(before);
    }
  }

  @Test
  void manyCallersAtATimeAreServed() throws InterruptedException {
    NDArray a = random(1, DType.FLOAT64, 40, 40);
    NDArray wanted = LinearAlgebra.matmul(a, a);
    List<Throwable> failures = new ArrayList<>();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      // A small stack: the library must not need more than a JVM's threads have.
      Thread caller =
          new Thread(
              null,
              () -> {
                for (int j = 0; j < 5; j++) {
                  assertClose(LinearAlgebra.matmul(a, a), wanted, 1e-14);
                }
              },
              "caller",
              512 << 10);
      caller.setUncaughtExceptionHandler(
          (thread, e) -> {
            synchronized (failures) {
              failures.add(e);
            }
          });
      callers.add(caller);
      caller.start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(failures).isEmpty();
  }

  static Stream<Integer> sizes() {
    return IntStream.of(1, 2, 3, 17, 64, 100).boxed();
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void bothImplementationsAgree(int n) {
    LanesException missing = NativeBlas.whyNot();
    assertThat(missing).isNull();
    for (DType dtype : Numbers.COMPUTED) {
      NDArray a = random(n, dtype, n, n + 1);
      NDArray b = random(n + 1, dtype, n + 1, n);
      NDArray one = NDArray.allocate(dtype, n, n);
      NDArray other = NDArray.allocate(dtype, n, n);
      new JavaBlas().gemm(1, a, false, b, false, 0, one);
      NativeBlas.instance().gemm(1, a, false, b, false, 0, other);
      assertClose(other, one, tolerance(dtype));
    }
  }
}
