package dev.lanes.bench;

/**
 * A workload written out by hand over arrays on the Java heap.
 *
 * @param <A> {@code double[]} or {@code float[]}
 */
@FunctionalInterface
interface Loop<A> {

  /**
   * Computes the elements in {@code [from, to)}.
   *
   * @param in the operands
   * @param out the output, which reductions leave alone
   * @return what a reduction makes of the range; nothing of meaning for other workloads
   */
  double run(A[] in, A out, int from, int to);
}
