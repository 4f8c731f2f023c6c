package dev.lanes.bench;

import dev.lanes.DType;
import dev.lanes.Expression;
import dev.lanes.NDArray;
import java.util.Arrays;
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

/** What one call costs: an expression over arrays so short that little else is left. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(2)
public class CallBenchmark {

  /** Elements of each array. */
  @Param({"1", "8", "1000"})
  public int n;

  private final Expression expression = Expression.compile(Workload.AXPBY.row.text);
  private double[][] heap;
  private double[] heapOut;
  private NDArray a;
  private NDArray b;
  private NDArray out;

  /** Makes the operands and checks the results. */
  @Setup
  public void prepare() {
    heap = (double[][]) Precision.FLOAT64.operands(2, n);
    heapOut = new double[n];
    a = NDArray.of(heap[0]);
    b = NDArray.of(heap[1]);
    out = NDArray.allocate(DType.FLOAT64, n);
    if (!Arrays.equals(evaluateInto().toDoubleArray(), loop())) {
      throw new IllegalStateException("the expression and the loop differ");
    }
  }

  /**
   * Evaluates on the engine of the process.
   *
   * @return the output
   */
  @Benchmark
  public NDArray evaluateInto() {
    return expression.evaluateInto(out, a, b);
  }

  /**
   * Does the same by hand.
   *
   * @return the output
   */
  @Benchmark
  public double[] loop() {
    JavaLoops.axpby(heap, heapOut, 0, n);
    return heapOut;
  }
}
