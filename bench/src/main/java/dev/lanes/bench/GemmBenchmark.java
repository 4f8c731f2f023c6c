package dev.lanes.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Products of square float64 matrices into an existing one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class GemmBenchmark {

  /** Rows and columns. */
  @Param({"32", "256", "1024"})
  public int n;

  /** By whom. */
  @Param({"LANES", "CBLAS", "EJML", "OJALGO", "JAVA_LOOP"})
  public Multiplier multiplier;

  private Multiplier.Product product;

  /** Makes the matrices and checks the product. */
  @Setup
  public void prepare() {
    Object[] operands = Precision.FLOAT64.operands(2, n * n);
    double[] a = (double[]) operands[0];
    double[] b = (double[]) operands[1];
    product = multiplier.prepare(a, b, n);
    check(a, b);
  }

  /** Compares elements all over the product. */
  private void check(double[] a, double[] b) {
    product.multiply();
    for (int at = 0; at < n * n; at += n * n / 97 + 1) {
      double expected = 0;
      for (int k = 0; k < n; k++) {
        expected += a[at / n * n + k] * b[k * n + at % n];
      }
      double actual = product.get(at / n, at % n);
      if (!(Math.abs(expected - actual) <= 1e-12 * expected)) {
        throw new IllegalStateException(
            multiplier + ": element " + at + " is " + actual + " instead of " + expected);
      }
    }
  }

  /** Multiplies. */
  @Benchmark
  public void gemm() {
    product.multiply();
  }
}
