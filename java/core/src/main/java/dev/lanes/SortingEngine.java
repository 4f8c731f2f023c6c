package dev.lanes;

/**
 * What an engine does for {@link Sorting}. Arguments are checked; outputs have the right shapes,
 * and no output overlaps an input unless that is said. Lanes, the elements along the axis, are not
 * empty and there is at least one. The caller holds all memory.
 */
sealed interface SortingEngine permits JavaSorting, NativeSorting {

  /** The engine of the process. */
  static SortingEngine ofProcess() {
    return Lanes.isNative() ? new NativeSorting() : new JavaSorting();
  }

  /** Sorts lanes; {@code out} may be {@code in} itself. */
  void sort(NDArray in, NDArray out, int axis);

  /** Stores INT64 indices that sort, ascending within equal elements. */
  void argsort(NDArray in, NDArray out, int axis);

  /**
   * Stores the elements of given ranks, which ascend, along the axis; NaNs where a lane has one.
   */
  void select(NDArray in, NDArray out, int axis, long... ranks);

  /**
   * Stores what is below the element of a rank, what is equal to it, what is above, each in order.
   */
  void partition(NDArray in, NDArray out, int axis, long rank);

  /** Stores the first elements and their indices; NaN comes last also among the largest. */
  void top(NDArray in, NDArray values, NDArray indices, int axis, boolean largest);

  /** Stores where values belong; all three have rank 1, and the last two no gaps. */
  void search(NDArray sorted, NDArray values, NDArray positions, boolean right);

  /**
   * Takes apart the groups of equal elements of an array without gaps.
   *
   * @param in of rank 1, with at least one element
   * @param places whether indices and inverse are wanted
   */
  Sorting.Unique unique(NDArray in, boolean places);
}
