package dev.lanes.bench;

import java.util.Locale;

/** Who computes. */
public enum Peer {
  /** Lanes with as many threads as it thinks best. */
  LANES,
  /** Lanes on one thread. */
  LANES_1,
  /** Lanes on two threads, or one for the smallest work. */
  LANES_2,
  /** Two threads that each evaluate. */
  CALLERS_2,
  /** Two hundred threads that each evaluate. */
  CALLERS_200,
  /** The plain loop. */
  JAVA_LOOP,
  /** The plain loop over parts of the arrays, on a parallel stream. */
  JAVA_PARALLEL,
  /** The loop by the Vector API. */
  VECTOR_API,
  /** The same over parts of the arrays, on a parallel stream. */
  VECTOR_PARALLEL,
  /** ND4J. */
  ND4J,
  /** Apache Arrow's Gandiva. */
  GANDIVA,
  /** NumPy. */
  NUMPY,
  /** numexpr. */
  NUMEXPR,
  /** numba with {@code parallel=True}. */
  NUMBA,
  /** JAX, compiled by {@code jit}. */
  JAX,
  /** The fused C++ loop. */
  FUSED,
  /** Plain traffic of as many bytes, by C++: copied, or read for a reduction. */
  TRAFFIC;

  private static final int PARALLEL_LEAST = 10_000;

  /** What peers may hold that copy their operands: the machine has to hold all peers at once. */
  private static final long MOST_BYTES = 2_000_000_000;

  /** The same of those that need seconds for a call beyond it, and minutes to prepare for it. */
  private static final long MOST_BYTES_OF_SLOW = 400_000_000;

  boolean isLanes() {
    return ordinal() <= CALLERS_200.ordinal();
  }

  boolean isPython() {
    return this == NUMPY || this == NUMEXPR || this == NUMBA || this == JAX;
  }

  /** Whether it shows what the machine can do, rather than what somebody else does. */
  boolean isRoof() {
    return this == FUSED || this == TRAFFIC;
  }

  boolean isLoop() {
    return ordinal() >= JAVA_LOOP.ordinal() && ordinal() <= VECTOR_PARALLEL.ordinal();
  }

  boolean isVector() {
    return this == VECTOR_API || this == VECTOR_PARALLEL;
  }

  boolean isParallelLoop() {
    return this == JAVA_PARALLEL || this == VECTOR_PARALLEL;
  }

  /**
   * Whether its threads, OpenMP's, wait for more in a loop: numba's for 10 ms. ND4J's were not
   * measured.
   */
  boolean leavesThreadsSpinning() {
    return this == NUMBA || this == ND4J;
  }

  /** The text that the peer is given, empty where it has not what the workload needs. */
  String text(Row row) {
    return switch (this) {
      case NUMPY -> row.python;
      case NUMBA, JAX -> row.shape != null && row.shape.length > 2 ? "" : row.python;
      case NUMEXPR -> row.numexpr;
      case ND4J -> row.results > 1 ? "" : Steps.of(row.text);
      case GANDIVA -> row.isWhole || row.results > 0 ? "" : Steps.of(row.text);
      default -> row.text;
    };
  }

  /** Whether there is a point in timing it. */
  boolean suits(Workload workload, Precision precision, int n) {
    Row row = workload.row;
    long bytes = (row.operands + 1L) * n * precision.bytes();
    return switch (this) {
      case LANES, LANES_1, LANES_2, CALLERS_2, CALLERS_200, NUMPY -> true;
      case JAVA_LOOP, VECTOR_API -> loop(workload, precision) != null;
      case JAVA_PARALLEL, VECTOR_PARALLEL ->
          n >= PARALLEL_LEAST && !row.isWhole && loop(workload, precision) != null;
      case NUMEXPR, NUMBA -> !text(row).isEmpty();
      case ND4J, GANDIVA -> !text(row).isEmpty() && bytes < MOST_BYTES_OF_SLOW;
      case JAX -> !text(row).isEmpty() && bytes < MOST_BYTES;
      case FUSED -> row.sort == Row.Sort.MEMORY;
      case TRAFFIC -> row.operands <= 2 && (!row.isWhole || row.results > 0);
    };
  }

  /** The loop by hand, or null. */
  Loop<?> loop(Workload workload, Precision precision) {
    boolean isDouble = precision == Precision.FLOAT64;
    if (isVector()) {
      return isDouble ? VectorLoops.float64(workload) : VectorLoops.float32(workload);
    }
    return isDouble ? workload.row.float64 : workload.row.float32;
  }

  /** As tables name it. */
  String title() {
    return switch (this) {
      case LANES -> "Lanes";
      case JAVA_LOOP -> "Java loop";
      case JAVA_PARALLEL -> "Java loop, parallel stream";
      case VECTOR_API -> "Vector API";
      case VECTOR_PARALLEL -> "Vector API, parallel";
      case NUMPY -> "NumPy";
      case ND4J, JAX -> name();
      case GANDIVA -> "Gandiva";
      case FUSED -> "C++ loop";
      case TRAFFIC -> "C++ copy or read";
      default -> name().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }
}
