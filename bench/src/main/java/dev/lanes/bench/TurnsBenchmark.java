package dev.lanes.bench;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * All peers on one workload. An iteration is a round in which each has its turns; {@link TurnTimes}
 * takes their times, and the time of the iteration itself means nothing.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class TurnsBenchmark {

  /** What is computed. */
  @Param("SQUARE")
  public Workload workload;

  /** In which type. */
  @Param("FLOAT64")
  public Precision precision;

  /** Numbers of elements, between slashes. */
  @Param("1000/100000")
  public String sizes;

  /** By whom, between slashes. */
  @Param("LANES/JAVA_LOOP")
  public String peers;

  private Turns turns;

  /** Makes the operands and checks the peers. */
  @Setup
  public void prepare() {
    List<Integer> elements = Arrays.stream(sizes.split("/")).map(Integer::valueOf).toList();
    turns =
        new Turns(
            workload,
            precision,
            elements,
            Arrays.stream(peers.split("/")).map(Peer::valueOf).toList());
  }

  /** One round. */
  @Benchmark
  public void round() {
    turns.round();
  }

  /** Ends the processes of other peers. */
  @TearDown
  public void close() {
    Worker.closeAll();
  }
}
