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

/** Expressions into an existing output, beside what they replace. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms4g", "-Xmx4g", "--add-modules=jdk.incubator.vector"})
public class ExpressionBenchmark {

  /** What is computed. */
  @Param({"AXPBY", "SQUARE"})
  public Workload workload;

  /** In which type. */
  @Param({"FLOAT64"})
  public Precision precision;

  /** Elements of each array. */
  @Param({"1000", "100000", "6000000", "60000000"})
  public int n;

  /** By whom. */
  @Param({
    "NATIVE",
    "NATIVE_1",
    "JAVA_LOOP",
    "JAVA_LOOP_PARALLEL",
    "VECTOR_API",
    "VECTOR_API_PARALLEL"
  })
  public Peer peer;

  private Contender contender;

  /** Makes the operands and checks the peer. */
  @Setup
  public void prepare() {
    Object[] operands = precision.operands(workload.operands, n);
    contender = peer.prepare(workload, precision, operands);
    Check.run(workload, precision, operands, contender);
  }

  /**
   * Evaluates.
   *
   * @return the output
   */
  @Benchmark
  public Object evaluate() {
    return contender.run();
  }
}
