package dev.lanes.bench.peers;

/** One workload over operands of its own, ready to be computed again and again. */
interface Turn {

  /** Computes once. */
  void run();

  /**
   * An element of the last result.
   *
   * @param index 0 for a reduction
   */
  double value(long index);
}
