package dev.lanes.bench;

import dev.lanes.DType;
import dev.lanes.Histogram;
import dev.lanes.NDArray;
import dev.lanes.RandomStream;
import dev.lanes.Scans;
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

/** Operations on whole float64 arrays, beside what a Java programmer would write. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class ArrayBenchmark {

  /** What is done. */
  public enum Operation {
    /** Running sums. */
    CUMSUM,
    /** Counts in 100 equal bins. */
    HISTOGRAM,
    /** A copy of the same layout. */
    COPY,
    /** A copy of a square array with its axes exchanged. */
    TRANSPOSE,
    /** Filling with uniform numbers. */
    UNIFORM,
    /** Filling with normal numbers. */
    NORMAL
  }

  /** What is done. */
  @Param public Operation operation;

  /** Elements; a square number. */
  @Param({"10000", "9000000"})
  public int n;

  private int side;
  private double[] heap;
  private double[] heapOut;
  private NDArray x;
  private NDArray out;

  /** Makes the operands and checks the results. */
  @Setup
  public void prepare() {
    side = (int) Math.sqrt(n);
    x = RandomStream.of(1).uniform(0, 1, side, side);
    out = NDArray.allocate(DType.FLOAT64, side, side);
    heap = x.toDoubleArray();
    heapOut = new double[n];
    boolean isRandom = operation == Operation.UNIFORM || operation == Operation.NORMAL;
    Object loop = java();
    Object ours = lanes();
    if (operation == Operation.HISTOGRAM) {
      requireSame((long[]) loop, ((Histogram) ours).counts().toLongArray());
    } else if (!isRandom) {
      double[] result = out.toDoubleArray();
      for (int i = 0; i < n; i++) {
        if (Math.abs(result[i] - heapOut[i]) > 1e-9 * Math.abs(heapOut[i])) {
          throw new IllegalStateException("element " + i + " differs from the loop's");
        }
      }
    }
  }

  private static void requireSame(long[] a, long[] b) {
    if (!Arrays.equals(a, b)) {
      throw new IllegalStateException("the counts differ from the loop's");
    }
  }

  /**
   * By Lanes, on the engine and threads of the process.
   *
   * @return the result
   */
  @Benchmark
  public Object lanes() {
    return switch (operation) {
      case CUMSUM -> Scans.cumsumInto(out.reshape(n), x.reshape(n), 0);
      case HISTOGRAM -> Histogram.of(x, 100, 0, 1);
      case COPY -> copy(x);
      case TRANSPOSE -> copy(x.transpose());
      case UNIFORM -> RandomStream.of(1).uniformInto(out, 0, 1);
      case NORMAL -> RandomStream.of(1).normalInto(out, 0, 1);
    };
  }

  private NDArray copy(NDArray source) {
    out.copyFrom(source);
    return out;
  }

  /**
   * By a loop or a method of the JDK.
   *
   * @return the result
   */
  @Benchmark
  public Object java() {
    switch (operation) {
      case CUMSUM -> {
        System.arraycopy(heap, 0, heapOut, 0, n);
        Arrays.parallelPrefix(heapOut, Double::sum);
      }
      case HISTOGRAM -> {
        return counts();
      }
      case COPY -> System.arraycopy(heap, 0, heapOut, 0, n);
      case TRANSPOSE -> transpose();
      default -> {
        SplittableRandom random = new SplittableRandom(1);
        boolean isNormal = operation == Operation.NORMAL;
        for (int i = 0; i < n; i++) {
          heapOut[i] = isNormal ? random.nextGaussian() : random.nextDouble();
        }
      }
    }
    return heapOut;
  }

  private long[] counts() {
    long[] counts = new long[100];
    for (double value : heap) {
      int bin = Math.min((int) (value * 100), 99);
      // Rounding may have moved it over an edge.
      bin -= value < bin * 0.01 ? 1 : 0;
      bin += bin < 99 && value >= (bin + 1) * 0.01 ? 1 : 0;
      counts[bin]++;
    }
    return counts;
  }

  private void transpose() {
    for (int i = 0; i < side; i++) {
      for (int j = 0; j < side; j++) {
        heapOut[j * side + i] = heap[i * side + j];
      }
    }
  }
}
