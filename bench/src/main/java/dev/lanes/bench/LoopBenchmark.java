package dev.lanes.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The loops that a Java programmer writes by hand. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LoopBenchmark {

  /** Elements of each array. */
  @Param({"1000", "100000"})
  public int n;

  private double[] a;
  private double[] out;

  /** Fills the input. */
  @Setup
  public void fill() {
    a = new double[n];
    out = new double[n];
    for (int i = 0; i < n; i++) {
      a[i] = i * 0.5;
    }
  }

  /**
   * Squares.
   *
   * @return the output
   */
  @Benchmark
  public double[] square() {
    for (int i = 0; i < n; i++) {
      out[i] = a[i] * a[i];
    }
    return out;
  }
}
