package dev.lanes.lang;

import java.util.List;

/** What can be applied to arguments: a row of the operator table, or a function of the caller's. */
public interface Operation {

  /**
   * The name by which listings and the native library know it.
   *
   * @return a name
   */
  String id();

  /**
   * What is written.
   *
   * @return the operator or the name of the function
   */
  String symbol();

  /**
   * How many arguments it takes.
   *
   * @return 1, 2 or 3
   */
  int arity();

  /**
   * Its kernels, the first one that fits being taken.
   *
   * @return an unmodifiable list, empty for reductions
   */
  List<Kernel> kernels();

  /**
   * Whether it turns many elements into one.
   *
   * @return true for sum, min and so on
   */
  boolean isReduction();

  /**
   * Roughly what one float64 element costs.
   *
   * @return nanoseconds on one core, data in cache
   */
  double cost();
}
