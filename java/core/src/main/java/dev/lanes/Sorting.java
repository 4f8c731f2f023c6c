package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.Arrays;
import java.util.Objects;

/**
 * Sorting and order statistics along one axis of arrays of bool, integers and floats, as in NumPy:
 * sort, argsort, partition, the first k, median and quantiles, binary search, distinct elements.
 * For all elements of an array of more axes give {@code a.reshape(-1)}.
 *
 * <p><b>Order.</b> NaNs come after all numbers, also where the largest are wanted. -0.0 and 0.0 are
 * equal; where elements themselves are put in order (sort, partition, median, quantile) -0.0 stands
 * before 0.0, which NumPy leaves open. Which bits a NaN has afterwards is not promised.
 *
 * <p><b>Method.</b> Elements become integers of the same order, which a quicksort with whole
 * vectors (B. Bramas, 2017) and Highway's sorting networks put in order; dtypes of 8 and 16 bits
 * are counted where they are many. Indices are sorted as one integer with as much of their keys as
 * finds room. Elements of given ranks are found between two keys out of a sorted sample (R. Floyd
 * and R. Rivest, 1975). All results are the same for any number of threads, any instruction set and
 * both engines.
 *
 * <p><b>Arrays</b> may have any strides and be read-only; results are in C order and own their
 * memory. An output that shares memory with an input gets what it would get if the input had been
 * read first. A long run stops when its thread is interrupted: CANCELLED; an array that is sorted
 * in place then has its elements in any order.
 *
 * <p>All methods throw {@link LanesException} TYPE for complex and bytes, AXIS for an axis that is
 * not there (below zero from the end), CLOSED, and of outputs SHAPE, TYPE and READ_ONLY. They are
 * thread-safe as the arrays are.
 */
public final class Sorting {

  private Sorting() {}

  /** On which side of equal elements a value belongs. */
  public enum Side {
    /** Before them. */
    LEFT,
    /** Behind them. */
    RIGHT
  }

  /** What a quantile is whose place is between two elements; NumPy's methods of these names. */
  public enum Method {
    /** In proportion to the distances; method 7 of R. Hyndman and Y. Fan, 1996. */
    LINEAR,
    /** The lower element. */
    LOWER,
    /** The higher element. */
    HIGHER,
    /** The nearer element, of two equally near ones that of even rank. */
    NEAREST,
    /** The mean of the two. */
    MIDPOINT
  }

  /**
   * The first elements in an order and where they were.
   *
   * @param values of the array's dtype
   * @param indices INT64, along the axis
   */
  public record Top(NDArray values, NDArray indices) {}

  /**
   * Distinct elements, ascending, and how often each is there.
   *
   * @param values of rank 1 and the array's dtype; 0.0 stands for both zeros
   * @param counts INT64, one for each value
   */
  public record Counts(NDArray values, NDArray counts) {}

  /**
   * Distinct elements, ascending, and where they are among the array's elements in C order.
   *
   * @param values of rank 1 and the array's dtype; 0.0 stands for both zeros
   * @param indices INT64, of each value's first element
   * @param inverse INT64, of the array's shape: for each element the index of its value
   * @param counts INT64, how often each value is there
   */
  public record Unique(NDArray values, NDArray indices, NDArray inverse, NDArray counts) {}

  /** What runs while the memory is held. */
  private interface Work {
    void run(SortingEngine engine);
  }

  // ---- Sort
  // --------------------------------------------------------------------------------------

  /**
   * Sorts along the last axis.
   *
   * @param a of rank 1 at least
   * @return the elements in ascending order
   */
  public static NDArray sort(NDArray a) {
    return sort(a, -1);
  }

  /**
   * Sorts.
   *
   * @param a of rank 1 at least
   * @param axis along which
   * @return the elements in ascending order
   */
  public static NDArray sort(NDArray a, int axis) {
    checkAxis(a, axis);
    return fill(NDArray.allocateDirty(a.dtype(), a.shape()), out -> sortInto(out, a, axis));
  }

  /**
   * Sorts an array in place.
   *
   * @param a of rank 1 at least
   * @param axis along which
   */
  public static void sortInPlace(NDArray a, int axis) {
    sortInto(a, a, axis);
  }

  /**
   * Sorts into an existing array.
   *
   * @param out of the shape and dtype of {@code a}, which it may be
   * @param a of rank 1 at least
   * @param axis along which
   */
  public static void sortInto(NDArray out, NDArray a, int axis) {
    int along = checkAxis(a, axis);
    checkOutput(out, a.dtype(), a.shape());
    if (!out.isSameView(a) && NDArray.mayShareBytes(out, a)) {
      try (NDArray apart = a.copy()) {
        sortInto(out, apart, axis);
      }
      return;
    }
    run(engine -> engine.sort(a, out, along), a.size(), a, out);
  }

  /**
   * Finds the indices that sort along the last axis.
   *
   * @param a of rank 1 at least
   * @return INT64 of the same shape; stable: equal elements keep their order
   */
  public static NDArray argsort(NDArray a) {
    return argsort(a, -1);
  }

  /**
   * Finds the indices that sort.
   *
   * @param a of rank 1 at least
   * @param axis along which
   * @return INT64 of the same shape; stable: equal elements keep their order
   */
  public static NDArray argsort(NDArray a, int axis) {
    checkAxis(a, axis);
    return fill(NDArray.allocateDirty(DType.INT64, a.shape()), out -> argsortInto(out, a, axis));
  }

  /**
   * Finds the indices that sort, into an existing array.
   *
   * @param out INT64 of the shape of {@code a}
   * @param a of rank 1 at least
   * @param axis along which
   */
  public static void argsortInto(NDArray out, NDArray a, int axis) {
    int along = checkAxis(a, axis);
    checkOutput(out, DType.INT64, a.shape());
    if (NDArray.mayShareBytes(out, a)) {
      try (NDArray apart = a.copy()) {
        argsortInto(out, apart, axis);
      }
      return;
    }
    run(engine -> engine.argsort(a, out, along), a.size(), a, out);
  }

  // ---- Partition
  // ---------------------------------------------------------------------------------

  /**
   * Puts one element where a sort would, smaller ones before it and larger ones behind it, by
   * selection instead of sorting. Unlike NumPy's, the order among the others is defined: those
   * below the element, then those equal to it, then those above, each in the order that they had.
   *
   * @param a of rank 1 at least
   * @param kth rank of that element, from 0; below zero from the end
   * @param axis along which
   * @return an array of the same shape and dtype
   * @throws LanesException AXIS also when there is no such rank
   */
  public static NDArray partition(NDArray a, long kth, int axis) {
    checkAxis(a, axis);
    return fill(
        NDArray.allocateDirty(a.dtype(), a.shape()), out -> partitionInto(out, a, kth, axis));
  }

  /**
   * Does what {@link #partition} does, in place; takes memory for a copy.
   *
   * @param a of rank 1 at least
   * @param kth rank of the element, from 0; below zero from the end
   * @param axis along which
   * @throws LanesException AXIS also when there is no such rank
   */
  public static void partitionInPlace(NDArray a, long kth, int axis) {
    partitionInto(a, a, kth, axis);
  }

  /**
   * Does what {@link #partition} does, into an existing array.
   *
   * @param out of the shape and dtype of {@code a}, which it may be
   * @param a of rank 1 at least
   * @param kth rank of the element, from 0; below zero from the end
   * @param axis along which
   * @throws LanesException AXIS also when there is no such rank
   */
  public static void partitionInto(NDArray out, NDArray a, long kth, int axis) {
    int along = checkAxis(a, axis);
    checkOutput(out, a.dtype(), a.shape());
    long n = a.layout().shape[along];
    if (kth < -n || kth >= n) {
      throw new LanesException(Code.AXIS, "rank " + kth + " among " + n + " elements");
    }
    if (NDArray.mayShareBytes(out, a)) {
      try (NDArray apart = a.copy()) {
        partitionInto(out, apart, kth, axis);
      }
      return;
    }
    long rank = kth < 0 ? kth + n : kth;
    run(engine -> engine.partition(a, out, along, rank), a.size(), a, out);
  }

  /**
   * Finds the k largest elements along the last axis; see {@link #topK(NDArray, long, int,
   * boolean)}.
   *
   * @param a of rank 1 at least
   * @param k how many, up to the length of the axis
   * @return values and indices, the largest first
   * @throws LanesException LIMIT when there are not so many
   */
  public static Top topK(NDArray a, long k) {
    return topK(a, k, -1, true);
  }

  /**
   * Finds the k largest or smallest elements, by selection and a sort of only these.
   *
   * @param a of rank 1 at least
   * @param k how many, up to the length of the axis
   * @param axis along which
   * @param largest whether the largest are wanted, largest first, or the smallest, smallest first
   * @return values and indices, with length k along the axis; of equal elements those with the
   *     lowest indices, which ascend; NaN only where there are not enough numbers
   * @throws LanesException LIMIT when there are not so many
   */
  public static Top topK(NDArray a, long k, int axis, boolean largest) {
    int along = checkAxis(a, axis);
    long n = a.layout().shape[along];
    if (k < 0 || k > n) {
      throw new LanesException(Code.LIMIT, "the first " + k + " of " + n + " elements");
    }
    long[] shape = a.shape();
    shape[along] = k;
    NDArray values = NDArray.allocateDirty(a.dtype(), shape);
    NDArray indices = NDArray.allocateDirty(DType.INT64, shape);
    run(
        engine -> engine.top(a, values, indices, along, largest),
        values.size(),
        a,
        values,
        indices);
    return new Top(values, indices);
  }

  // ---- Median and quantiles
  // ----------------------------------------------------------------------

  /**
   * Finds the median of all elements.
   *
   * @param a with at least one element
   * @return the middle element, or the mean of the two in the middle; NaN when there is one
   * @throws LanesException SHAPE when there are no elements
   */
  public static double median(NDArray a) {
    return Quantiles.one(Quantiles.median(a.reshape(-1), 0));
  }

  /**
   * Finds medians.
   *
   * @param a of rank 1 at least
   * @param axis along which, which goes away
   * @return the middle elements, or the means of the two in the middle; NaN where there is one. Of
   *     floats the same dtype, else FLOAT64
   * @throws LanesException SHAPE when the axis has no elements
   */
  public static NDArray median(NDArray a, int axis) {
    return Quantiles.median(a, checkAxis(a, axis));
  }

  /**
   * Finds a quantile of all elements, by linear interpolation.
   *
   * @param a with at least one element
   * @param q the probability, from 0 to 1
   * @return the quantile; NaN when there is one among the elements
   * @throws LanesException SHAPE when there are no elements, LIMIT for another probability
   */
  public static double quantile(NDArray a, double q) {
    return Quantiles.one(Quantiles.of(a.reshape(-1), 0, Method.LINEAR, q));
  }

  /**
   * Finds quantiles, by one sweep for all of them. The quantile {@code q} of n sorted elements
   * stands at {@code q * (n - 1)}.
   *
   * @param a of rank 1 at least
   * @param q probabilities, from 0 to 1, in any order
   * @param method what to do between two elements
   * @param axis along which
   * @return one layer along axis 0 for each probability, the other axes as in {@code a} without
   *     {@code axis}; NaN where there is one among the elements. With LINEAR and MIDPOINT floats
   *     keep their dtype and others give FLOAT64; it is computed in float64, as NumPy does for
   *     float64. Else of the dtype of {@code a}. An infinite neighbour that has no weight has no
   *     influence
   * @throws LanesException SHAPE when the axis has no elements, LIMIT for other probabilities
   */
  public static NDArray quantile(NDArray a, double[] q, Method method, int axis) {
    Objects.requireNonNull(method, "method");
    return Quantiles.of(a, checkAxis(a, axis), method, q);
  }

  /** The elements of ascending ranks along the axis; the caller closes the result. */
  static NDArray select(NDArray a, int axis, long... ranks) {
    long n = a.layout().shape[axis];
    if (n == 0) {
      throw new LanesException(
          Code.SHAPE,
          "no elements have no median or quantile; the shape is " + Arrays.toString(a.shape()));
    }
    long[] shape = a.shape();
    shape[axis] = ranks.length;
    NDArray out = NDArray.allocateDirty(a.dtype(), shape);
    run(engine -> engine.select(a, out, axis, ranks), out.size(), a, out);
    return out;
  }

  // ---- Search and distinct elements
  // --------------------------------------------------------------

  /**
   * Finds where values belong in a sorted array, before equal elements.
   *
   * @param sorted of rank 1, ascending with NaNs last; else the result is without meaning
   * @param values of any shape
   * @return INT64 of the shape of the values: how many sorted elements are below each
   * @throws LanesException SHAPE when {@code sorted} has another rank
   */
  public static NDArray searchSorted(NDArray sorted, NDArray values) {
    return searchSorted(sorted, values, Side.LEFT);
  }

  /**
   * Finds where values belong in a sorted array, by binary search. Dtypes may differ: integers are
   * compared as int64, else both as float64.
   *
   * @param sorted of rank 1, ascending with NaNs last; else the result is without meaning
   * @param values of any shape
   * @param side of elements that equal the value
   * @return INT64 of the shape of the values: how many sorted elements are below each, or with
   *     RIGHT not above it
   * @throws LanesException SHAPE when {@code sorted} has another rank
   */
  public static NDArray searchSorted(NDArray sorted, NDArray values, Side side) {
    Objects.requireNonNull(side, "side");
    checkDType(sorted);
    checkDType(values);
    if (sorted.rank() != 1) {
      throw new LanesException(
          Code.SHAPE, "sorted needs one axis, its shape is " + Arrays.toString(sorted.shape()));
    }
    if (!sorted.dtype().equals(values.dtype())) {
      boolean integers = Element.isInteger(sorted.dtype()) && Element.isInteger(values.dtype());
      DType common = integers ? DType.INT64 : DType.FLOAT64;
      return searchSorted(convert(sorted, common), convert(values, common), side);
    }
    NDArray packed = values.reshape(-1);
    NDArray positions = NDArray.allocateDirty(DType.INT64, values.shape());
    NDArray flat = positions.reshape(-1);
    run(
        engine -> engine.search(sorted, packed, flat, side == Side.RIGHT),
        values.size(),
        sorted,
        packed,
        positions);
    return positions;
  }

  private static NDArray convert(NDArray a, DType dtype) {
    if (a.dtype().equals(dtype)) {
      return a;
    }
    return fill(NDArray.allocateDirty(dtype, a.shape()), out -> out.copyFrom(a));
  }

  /**
   * Finds the distinct elements of an array of any rank.
   *
   * @param a of any shape
   * @return of rank 1, ascending, all NaNs as one; 0.0 stands for both zeros
   */
  public static NDArray unique(NDArray a) {
    return unique(a, false).values();
  }

  /**
   * Finds the distinct elements of an array of any rank and counts them.
   *
   * @param a of any shape
   * @return values and counts
   */
  public static Counts uniqueCounts(NDArray a) {
    Unique unique = unique(a, false);
    return new Counts(unique.values(), unique.counts());
  }

  /**
   * Finds the distinct elements of an array of any rank, where each is, and counts them; NumPy's
   * {@code unique_all}.
   *
   * @param a of any shape
   * @return values, first indices, inverse and counts
   */
  public static Unique uniqueAll(NDArray a) {
    Unique unique = unique(a, true);
    NDArray inverse = unique.inverse().reshape(a.shape());
    return new Unique(unique.values(), unique.indices(), inverse, unique.counts());
  }

  private static Unique unique(NDArray a, boolean places) {
    checkDType(a);
    NDArray flat = a.reshape(-1);
    NDArray packed = flat.isContiguous() ? flat : flat.copy();
    if (packed.size() == 0) {
      a.memory().acquire();
      a.memory().release();
      NDArray none = NDArray.allocateDirty(DType.INT64, 0);
      return new Unique(NDArray.allocateDirty(a.dtype(), 0), none, none, none);
    }
    Unique[] result = new Unique[1];
    run(engine -> result[0] = engine.unique(packed, places), packed.size(), packed);
    return result[0];
  }

  // ---- Checks
  // ------------------------------------------------------------------------------------

  /** What fills a fresh array. */
  private interface Filler {
    void into(NDArray out);
  }

  private static NDArray fill(NDArray out, Filler filler) {
    try {
      filler.into(out);
      return out;
    } catch (RuntimeException e) {
      out.close();
      throw e;
    }
  }

  private static void checkDType(NDArray a) {
    if (!a.dtype().kind().convertsTo(Kind.FLOAT64)) {
      throw new LanesException(
          Code.TYPE, "bool, integers and floats have an order here, " + a.dtype() + " has none");
    }
  }

  private static int checkAxis(NDArray a, int axis) {
    checkDType(a);
    return a.layout().axis(axis);
  }

  private static void checkOutput(NDArray out, DType dtype, long... shape) {
    if (!out.dtype().equals(dtype)) {
      throw new LanesException(Code.TYPE, "the output is " + out.dtype() + " and must be " + dtype);
    }
    if (!out.layout().hasShape(shape)) {
      throw new LanesException(
          Code.SHAPE,
          "the output has shape "
              + Arrays.toString(out.shape())
              + " and must have "
              + Arrays.toString(shape));
    }
    if (out.isReadOnly()) {
      throw new LanesException(
          Code.READ_ONLY, "the output is read-only, shape " + Arrays.toString(shape));
    }
  }

  /** Runs with the memory of the arrays held, unless there is nothing to do. */
  private static void run(Work work, long results, NDArray... arrays) {
    int held = 0;
    try {
      for (NDArray array : arrays) {
        array.memory().acquire();
        held++;
      }
      if (results > 0) {
        work.run(SortingEngine.ofProcess());
      }
    } finally {
      while (held > 0) {
        arrays[--held].memory().release();
      }
    }
  }
}
