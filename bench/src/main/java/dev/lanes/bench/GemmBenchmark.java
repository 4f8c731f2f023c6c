package dev.lanes.bench;

import dev.lanes.Lanes;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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

/**
 * Products of square float64 matrices into an existing one. {@code bench/python/gemm.py} times
 * NumPy's, and takes turns with {@link #main}.
 *
 * <pre>{@code
 * java -cp bench/target/benchmarks.jar org.openjdk.jmh.Main GemmBenchmark -p n=1024 -p threads=1
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g", "--add-modules=jdk.incubator.vector"})
public class GemmBenchmark {
  private static final long WARM_UP_NANOS = 3_000_000_000L;

  /** Rows and columns. */
  @Param({"32", "256", "1024", "4096"})
  public int n;

  /** The most threads; 0 for as many as there are processors. */
  @Param("0")
  public int threads;

  /** By whom. */
  @Param({"LANES", "CBLAS", "EJML", "OJALGO", "NETLIB", "JAVA_LOOP"})
  public Multiplier multiplier;

  private Multiplier.Product product;

  /** Makes the matrices and checks the product. */
  @Setup
  public void prepare() {
    if (n > 2048 && (multiplier == Multiplier.JAVA_LOOP || multiplier == Multiplier.NETLIB)) {
      throw new IllegalStateException("left out: one product takes minutes");
    }
    Lanes.setThreads(threads == 0 ? Runtime.getRuntime().availableProcessors() : threads);
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

  /**
   * Prints medians of our product and of cblas by hand, which take turns, as {@code
   * bench/python/gemm.py} does.
   *
   * @param arguments the number of threads, then sizes
   */
  public static void main(String[] arguments) {
    Multiplier[] peers = {Multiplier.LANES, Multiplier.CBLAS};
    for (String size : List.of(arguments).subList(1, arguments.length)) {
      GemmBenchmark[] benchmarks = new GemmBenchmark[peers.length];
      for (int k = 0; k < peers.length; k++) {
        benchmarks[k] = new GemmBenchmark();
        benchmarks[k].n = Integer.parseInt(size);
        benchmarks[k].threads = Integer.parseInt(arguments[0]);
        benchmarks[k].multiplier = peers[k];
        benchmarks[k].prepare();
      }
      double[][] taken = time(benchmarks);
      for (int k = 0; k < peers.length; k++) {
        Arrays.sort(taken[k]);
        System.out.printf(
            Locale.ROOT,
            "{\"peer\": \"%s\", \"n\": %s, \"threads\": %s, \"ms\": %.5f}%n",
            peers[k],
            size,
            arguments[0],
            taken[k][taken[k].length / 2]);
      }
    }
  }

  private static double[][] time(GemmBenchmark[] benchmarks) {
    int n = benchmarks[0].n;
    int rounds = n > 2048 ? 3 : 40;
    int times = (int) Math.max(1, 2e8 / ((double) n * n * n));
    double[][] taken = new double[benchmarks.length][rounds];
    long warm = System.nanoTime() + WARM_UP_NANOS;
    for (int round = -1; round < rounds; round += System.nanoTime() < warm ? 0 : 1) {
      for (int k = 0; k < benchmarks.length; k++) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
          benchmarks[k].gemm();
        }
        taken[k][Math.max(round, 0)] = (System.nanoTime() - start) * 1e-6 / times;
      }
    }
    return taken;
  }
}
