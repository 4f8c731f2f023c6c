package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.Arrays;
import java.util.Map;

/**
 * How many elements of an array lie in each of a row of bins, by NumPy's rules: a bin holds its
 * left edge and not its right one, but the last bin holds both; elements outside the edges and NaN
 * are in no bin.
 *
 * <p>Equal bins are found by computing a number and then comparing with the edges themselves, as
 * {@code numpy.histogram} does, so the counts are the same. Sums of weights are taken in float64,
 * piece by piece of 65536 elements in C order. Results have the same bits for any number of
 * threads, any instruction set and either engine. All methods are thread-safe.
 *
 * @param counts one number for each bin: INT64, or FLOAT64 sums of weights
 * @param edges FLOAT64, one more than there are bins, ascending
 */
public record Histogram(NDArray counts, NDArray edges) {

  private static final int EQUAL_BINS = 0;
  private static final int ANY_BINS = 1;
  private static final int OWN_NUMBER = 2;
  private static final int PIECE = 65536;
  private static final double NANOS = 4;

  /**
   * Counts in equal bins from the least to the greatest element; where all are equal, from half
   * below to half above.
   *
   * @param x bools, integers or floats of any shape
   * @param bins how many
   * @return the counts and the edges
   * @throws LanesException TYPE for other dtypes, LIMIT for no bin, or more than the range has
   *     numbers, or elements that are not finite, CLOSED
   */
  public static Histogram of(NDArray x, int bins) {
    return of(x, null, bins);
  }

  /**
   * Adds up weights in equal bins from the least to the greatest element.
   *
   * @param x bools, integers or floats of any shape
   * @param weights one for each element, of the same shape; null counts
   * @param bins how many
   * @return the sums and the edges
   * @throws LanesException as {@link #of(NDArray, int)}, and SHAPE when the shapes differ
   */
  public static Histogram of(NDArray x, NDArray weights, int bins) {
    requireReal(x);
    double[] edges = equalEdges(x, bins);
    return count(x, weights, EQUAL_BINS, edges);
  }

  /**
   * Counts in equal bins over a given range.
   *
   * @param x bools, integers or floats of any shape
   * @param bins how many
   * @param low left edge of the first bin; of float32 elements rounded to float32
   * @param high right edge of the last bin, likewise
   * @return the counts and the edges
   * @throws LanesException TYPE for other dtypes, LIMIT for a range that is empty, not finite or
   *     has too few numbers, CLOSED
   */
  public static Histogram of(NDArray x, int bins, double low, double high) {
    return of(x, null, bins, low, high);
  }

  /**
   * Adds up weights in equal bins over a given range.
   *
   * @param x bools, integers or floats of any shape
   * @param weights one for each element, of the same shape; null counts
   * @param bins how many
   * @param low left edge of the first bin; of float32 elements rounded to float32
   * @param high right edge of the last bin, likewise
   * @return the sums and the edges
   * @throws LanesException as {@link #of(NDArray, int, double, double)}, and SHAPE when the shapes
   *     differ
   */
  public static Histogram of(NDArray x, NDArray weights, int bins, double low, double high) {
    requireReal(x);
    return count(x, weights, EQUAL_BINS, equalEdges(x, bins, low, high));
  }

  /**
   * Counts in bins between given edges.
   *
   * @param x bools, integers or floats of any shape
   * @param edges ascending, rank 1, at least 2, none NaN; bins may be empty
   * @return the counts and the edges
   * @throws LanesException TYPE for other dtypes, SHAPE for fewer edges or another rank, LIMIT when
   *     they do not ascend, CLOSED
   */
  public static Histogram of(NDArray x, NDArray edges) {
    return of(x, null, edges);
  }

  /**
   * Adds up weights in bins between given edges.
   *
   * @param x bools, integers or floats of any shape
   * @param weights one for each element, of the same shape; null counts
   * @param edges ascending, rank 1, at least 2, none NaN; bins may be empty
   * @return the sums and the edges
   * @throws LanesException as {@link #of(NDArray, NDArray)}, and SHAPE when the shapes differ
   */
  public static Histogram of(NDArray x, NDArray weights, NDArray edges) {
    requireReal(x);
    if (edges.rank() != 1 || edges.size() < 2) {
      throw new LanesException(
          Code.SHAPE,
          "edges are an array of rank 1 with at least 2 elements, not of shape "
              + Arrays.toString(edges.layout().shape));
    }
    double[] values = edges.toDoubleArray();
    for (int i = 0; i + 1 < values.length; i++) {
      if (!(values[i] <= values[i + 1])) {
        throw new LanesException(
            Code.LIMIT,
            "edges must ascend, but " + values[i + 1] + " follows " + values[i] + " at " + (i + 1));
      }
    }
    return count(x, weights, ANY_BINS, values);
  }

  /**
   * The counts as a probability density: each divided by the sum of all and by the width of its
   * bin, so that the integral over all bins is 1.
   *
   * @return a new FLOAT64 array
   * @throws LanesException CLOSED
   */
  public NDArray density() {
    double[] values = counts.toDoubleArray();
    double[] at = edges.toDoubleArray();
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] / (at[i + 1] - at[i]) / sum;
    }
    return NDArray.of(values);
  }

  /**
   * Counts how often each whole number occurs, as {@code numpy.bincount}.
   *
   * @param x bools or integers from 0, of any shape
   * @param minimumLength the least length of the result
   * @return INT64, of which element k says how often k occurs; as long as the greatest element
   *     needs, at least {@code minimumLength}
   * @throws LanesException TYPE for other dtypes, LIMIT for negative elements or those from 2^31 -
   *     2, CLOSED
   */
  public static NDArray bincount(NDArray x, int minimumLength) {
    return bincount(x, null, minimumLength);
  }

  /**
   * Adds up weights by whole numbers, as {@code numpy.bincount} does with weights.
   *
   * @param x bools or integers from 0, of any shape
   * @param weights one for each element, of the same shape; null counts
   * @param minimumLength the least length of the result
   * @return FLOAT64 sums, of which element k is that of the weights where {@code x} is k; INT64
   *     without weights
   * @throws LanesException as {@link #bincount(NDArray, int)}, and SHAPE when the shapes differ
   */
  public static NDArray bincount(NDArray x, NDArray weights, int minimumLength) {
    if (!Element.isInteger(x.dtype())) {
      throw new LanesException(Code.TYPE, "bincount takes bools and integers, not " + x.dtype());
    }
    Reduced range = x.size() == 0 ? new Reduced(0, -1) : Reduced.of(x);
    long least = (long) range.min();
    long greatest = (long) range.max();
    if (least < 0 || greatest >= Integer.MAX_VALUE - 1 || minimumLength < 0) {
      throw new LanesException(
          Code.LIMIT,
          "bincount takes elements from 0 up to 2^31 - 3 and a length from 0, not "
              + (minimumLength < 0 ? minimumLength : least < 0 ? least : greatest));
    }
    int bins = (int) Math.max(greatest + 1, minimumLength);
    if (bins == 0) {
      requireWeights(x, weights);
      return NDArray.allocate(weights == null ? DType.INT64 : DType.FLOAT64, 0);
    }
    return numbers(x, weights, OWN_NUMBER, null, bins);
  }

  /** Least and greatest element of an array that has some. */
  private record Reduced(double min, double max) {
    private static final Expression BOTH = Expression.compile("least = min(x); greatest = max(x)");

    static Reduced of(NDArray x) {
      Map<String, NDArray> both = BOTH.evaluateAll(x);
      try (NDArray least = both.get("least");
          NDArray greatest = both.get("greatest")) {
        return new Reduced(value(least), value(greatest));
      }
    }

    private static double value(NDArray result) {
      return result.dtype().kind() == Kind.BOOL
          ? result.getLong()
          : ((Number) result.item()).doubleValue();
    }
  }

  private static void requireReal(NDArray x) {
    if (!Element.converts(x.dtype(), DType.FLOAT64)) {
      throw new LanesException(
          Code.TYPE, "a histogram is of bools, integers or floats, not of " + x.dtype());
    }
  }

  private static boolean isSingle(NDArray x) {
    return x.dtype().kind() == Kind.FLOAT32;
  }

  /** NumPy's edges: of float32 elements computed in float32. */
  private static double[] equalEdges(NDArray x, int bins) {
    Reduced range = x.size() == 0 ? new Reduced(0, 1) : Reduced.of(x);
    double low = range.min;
    double high = range.max;
    if (low == high) {
      low -= 0.5;
      high += 0.5;
    }
    double[] edges = requireRange(bins, low, high);
    if (isSingle(x)) {
      float first = (float) low;
      float step = ((float) high - first) / bins;
      for (int i = 0; i < bins; i++) {
        edges[i] = i * step + first;
      }
    } else {
      fill(edges, low, (high - low) / bins);
    }
    edges[bins] = isSingle(x) ? (float) high : high;
    return requireDistinct(edges);
  }

  private static double[] equalEdges(NDArray x, int bins, double low, double high) {
    double[] edges = requireRange(bins, low, high);
    double span = low == high ? 1 : high - low;
    double first = low == high ? low - 0.5 : low;
    fill(edges, first, span / bins);
    edges[bins] = low == high ? high + 0.5 : high;
    for (int i = 0; isSingle(x) && i <= bins; i++) {
      edges[i] = (float) edges[i];
    }
    return requireDistinct(edges);
  }

  private static void fill(double[] edges, double first, double step) {
    for (int i = 0; i < edges.length - 1; i++) {
      edges[i] = i * step + first;
    }
  }

  private static double[] requireRange(int bins, double low, double high) {
    if (bins < 1 || bins >= ArrayCopy.LARGEST_JAVA_ARRAY) {
      throw new LanesException(Code.LIMIT, "a histogram has at least 1 bin, not " + bins);
    }
    if (!(low <= high) || !Double.isFinite(high - low)) {
      throw new LanesException(
          Code.LIMIT,
          "bins need a finite range: give one that is, instead of " + low + " to " + high);
    }
    return new double[bins + 1];
  }

  private static double[] requireDistinct(double[] edges) {
    for (int i = 0; i + 1 < edges.length; i++) {
      if (!(edges[i] < edges[i + 1])) {
        throw new LanesException(
            Code.LIMIT,
            "there are too few numbers from "
                + edges[0]
                + " to "
                + edges[edges.length - 1]
                + " for "
                + (edges.length - 1)
                + " bins");
      }
    }
    return edges;
  }

  private static void requireWeights(NDArray x, NDArray weights) {
    if (weights == null) {
      return;
    }
    if (!Element.converts(weights.dtype(), DType.FLOAT64)) {
      throw new LanesException(
          Code.TYPE, "weights are bools, integers or floats, not " + weights.dtype());
    }
    if (!weights.layout().hasShape(x.layout().shape)) {
      throw new LanesException(
          Code.SHAPE,
          "weights of shape "
              + Arrays.toString(weights.layout().shape)
              + " for elements of shape "
              + Arrays.toString(x.layout().shape));
    }
  }

  private static Histogram count(NDArray x, NDArray weights, int rule, double[] edges) {
    return new Histogram(numbers(x, weights, rule, edges, edges.length - 1), NDArray.of(edges));
  }

  private static NDArray numbers(NDArray x, NDArray weights, int rule, double[] edges, int bins) {
    requireWeights(x, weights);
    NDArray numbers = NDArray.allocate(weights == null ? DType.INT64 : DType.FLOAT64, bins);
    if (!Lanes.isNative()) {
      countInJava(x, weights, edges, numbers);
      return numbers;
    }
    // A copy that nobody else can write to.
    try (NDArray own = NDArray.of(edges == null ? new double[1] : edges)) {
      NDArray[] arrays = weights == null ? new NDArray[] {x} : new NDArray[] {x, weights};
      new ArrayCall("the histogram", NANOS, x.layout().shape, arrays)
          .run(
              call ->
                  NativeLanes.histogram(
                      call,
                      rule,
                      ArrayCall.address(own),
                      bins,
                      arrays.length - 1,
                      ArrayCall.address(numbers)));
    }
    return numbers;
  }

  /** The reference. Without edges elements are the numbers of their bins. */
  static void countInJava(NDArray x, NDArray weights, double[] edges, NDArray numbers) {
    int bins = (int) numbers.size();
    long[] counts = new long[bins];
    double[] sums = new double[bins];
    double[] values = new double[PIECE];
    double[] added = new double[PIECE];
    Elements reader = new Elements(x, x.layout().shape);
    Elements weigher = weights == null ? null : new Elements(weights, x.layout().shape);
    x.memory().acquire();
    try {
      for (long first = 0; first < x.size(); first += PIECE) {
        int n = (int) Math.min(PIECE, x.size() - first);
        reader.load(values, n);
        if (weigher == null) {
          countPiece(values, n, edges, counts);
        } else {
          weigh(weights, weigher, added, n);
          addPiece(values, added, n, edges, sums);
        }
      }
    } finally {
      x.memory().release();
    }
    try (NDArray result = weights == null ? NDArray.of(counts) : NDArray.of(sums)) {
      numbers.copyFrom(result);
    }
  }

  private static void weigh(NDArray weights, Elements weigher, double[] added, int n) {
    weights.memory().acquire();
    try {
      weigher.load(added, n);
    } finally {
      weights.memory().release();
    }
  }

  private static void countPiece(double[] values, int n, double[] edges, long[] counts) {
    for (int i = 0; i < n; i++) {
      int bin = edges == null ? (int) values[i] : bin(edges, values[i]);
      if (bin >= 0) {
        counts[bin]++;
      }
    }
  }

  private static void addPiece(
      double[] values, double[] added, int n, double[] edges, double[] sums) {
    double[] piece = new double[sums.length];
    for (int i = 0; i < n; i++) {
      int bin = edges == null ? (int) values[i] : bin(edges, values[i]);
      if (bin >= 0) {
        piece[bin] += added[i];
      }
    }
    for (int k = 0; k < piece.length; k++) {
      sums[k] += piece[k];
    }
  }

  /** The last bin whose left edge is not above the value, -1 when there is none. */
  private static int bin(double[] edges, double value) {
    int last = edges.length - 1;
    if (!(value >= edges[0] && value <= edges[last])) {
      return -1;
    }
    int low = 0;
    int high = last;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (edges[middle] <= value) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
