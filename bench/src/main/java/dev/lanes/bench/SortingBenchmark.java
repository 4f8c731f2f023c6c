package dev.lanes.bench;

import dev.lanes.DType;
import dev.lanes.NDArray;
import dev.lanes.Sorting;
import java.util.Arrays;
import java.util.SplittableRandom;
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
 * Sorting and order statistics of normally distributed float64, beside the JDK's sorts; {@code
 * bench/python/sorting.py} does the same with NumPy. Sorts leave their input as it is, so those of
 * the JDK copy it first.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 3,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class SortingBenchmark {

  private static final int QUERIES = 1_000_000;
  private static final double[] QUARTILES = {0.25, 0.5, 0.75};

  /** Elements. */
  @Param({"1000000", "10000000"})
  public int n;

  private double[] heap;
  private double[] heapOut;
  private NDArray x;
  private NDArray out;
  private NDArray indices;
  private NDArray sorted;
  private NDArray queries;

  /** Makes the operands and checks the sorts against each other. */
  @Setup
  public void prepare() {
    heap = normal(n, 1);
    heapOut = new double[n];
    x = NDArray.of(heap);
    queries = NDArray.of(normal(QUERIES, 2));
    out = NDArray.allocate(DType.FLOAT64, n);
    indices = NDArray.allocate(DType.INT64, n);
    sorted = Sorting.sort(x);
    if (!Arrays.equals(sorted.toDoubleArray(), arraysSort())) {
      throw new IllegalStateException("the sorts differ");
    }
    if (median() != (heapOut[n / 2 - 1] + heapOut[n / 2]) / 2) {
      throw new IllegalStateException("the median is wrong");
    }
  }

  /** By the polar method of G. Marsaglia and T. Bray, 1964. */
  private static double[] normal(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[n];
    for (int i = 0; i < n; ) {
      double u = 2 * random.nextDouble() - 1;
      double v = 2 * random.nextDouble() - 1;
      double s = u * u + v * v;
      if (s > 0 && s < 1) {
        values[i++] = u * Math.sqrt(-2 * Math.log(s) / s);
      }
    }
    return values;
  }

  /**
   * The JDK's sort.
   *
   * @return the output
   */
  @Benchmark
  public double[] arraysSort() {
    System.arraycopy(heap, 0, heapOut, 0, n);
    Arrays.sort(heapOut);
    return heapOut;
  }

  /**
   * The JDK's parallel sort.
   *
   * @return the output
   */
  @Benchmark
  public double[] arraysParallelSort() {
    System.arraycopy(heap, 0, heapOut, 0, n);
    Arrays.parallelSort(heapOut);
    return heapOut;
  }

  /**
   * Sorts into an existing array.
   *
   * @return the output
   */
  @Benchmark
  public NDArray sort() {
    Sorting.sortInto(out, x, 0);
    return out;
  }

  /**
   * Finds the indices that sort.
   *
   * @return the output
   */
  @Benchmark
  public NDArray argsort() {
    Sorting.argsortInto(indices, x, 0);
    return indices;
  }

  /**
   * Partitions around the middle.
   *
   * @return the output
   */
  @Benchmark
  public NDArray partition() {
    Sorting.partitionInto(out, x, n / 2, 0);
    return out;
  }

  /**
   * Finds the hundred largest.
   *
   * @return the values
   */
  @Benchmark
  public NDArray top100() {
    return Sorting.topK(x, 100).values();
  }

  /**
   * Finds the median.
   *
   * @return the median
   */
  @Benchmark
  public double median() {
    return Sorting.median(x);
  }

  /**
   * Finds the quartiles.
   *
   * @return the three
   */
  @Benchmark
  public NDArray quartiles() {
    return Sorting.quantile(x, QUARTILES, Sorting.Method.LINEAR, 0);
  }

  /** Finds the distinct elements; nearly all are. */
  @Benchmark
  public void unique() {
    Sorting.unique(x).close();
  }

  /** Finds the distinct elements, and where they are. */
  @Benchmark
  public void uniqueAll() {
    Sorting.Unique unique = Sorting.uniqueAll(x);
    unique.values().close();
    unique.indices().close();
    unique.inverse().close();
    unique.counts().close();
  }

  /** Looks a million random values up. */
  @Benchmark
  public void searchSorted() {
    Sorting.searchSorted(sorted, queries).close();
  }
}
