package dev.lanes;

import dev.lanes.LanesException.Code;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A filter out of {@link Filters} with its settings. Each method that sets something gives a new
 * filter and leaves this one as it is.
 *
 * <p><b>Dtypes.</b> Arrays are UINT8, INT16, UINT16, FLOAT32 or FLOAT64; the result has the dtype
 * of the input unless {@link #to} or the output of {@link #applyInto} says otherwise. Filters
 * compute in float64, and store after each axis, as SciPy does. Storing into integers drops the
 * fraction and keeps the low bits of what is beyond the range, so that smoothing over several axes
 * loses up to one level per axis; filter to FLOAT32 where that matters.
 *
 * <p><b>Accuracy.</b> Sums have SciPy's order. Float results differ from SciPy's in the last bits
 * only, because its exponentials do; integers by 1 level where such a difference meets a whole
 * number.
 *
 * <p>Immutable, hence thread-safe.
 */
public final class Filter {

  /** How an axis of elements a b c goes on beyond its ends. Windows may be longer than the axis. */
  public enum Mode {
    /** b a | a b c | c b */
    REFLECT,
    /** a a | a b c | c c */
    NEAREST,
    /** c b | a b c | b a */
    MIRROR,
    /** b c | a b c | a b */
    WRAP,
    /** v v | a b c | v v */
    CONSTANT
  }

  /** What filters there are. */
  enum Kind {
    GAUSSIAN,
    BOX,
    MINIMUM,
    MAXIMUM,
    MEDIAN,
    SOBEL,
    KERNEL,
    PILLOW_GAUSSIAN,
    PILLOW_BOX;

    boolean isPillow() {
      return this == PILLOW_GAUSSIAN || this == PILLOW_BOX;
    }
  }

  private static final List<DType> DTYPES =
      List.of(DType.UINT8, DType.INT16, DType.UINT16, DType.FLOAT32, DType.FLOAT64);

  /** Elements of the largest window, which keeps the scratch memory of a line bearable. */
  static final long LARGEST_WINDOW = 1 << 20;

  private final Kind kind;
  private final double[] values; // per axis, or of the kernel
  private final long[] kernelShape;
  private final boolean isTurned; // the kernel, for a convolution
  private Mode mode = Mode.REFLECT;
  private double constant;
  private int[] axes; // null for the default
  private int[] orders = {0};
  private double truncate = 4;
  private DType dtype; // null for the input's
  private Engine engine; // null for the process's
  private int threads;
  private Duration timeout;

  private Filter(Kind kind, double[] values, long[] kernelShape, boolean isTurned) {
    this.kind = kind;
    this.values = values;
    this.kernelShape = kernelShape;
    this.isTurned = isTurned;
  }

  private Filter(Filter other) {
    this(other.kind, other.values, other.kernelShape, other.isTurned);
    mode = other.mode;
    constant = other.constant;
    axes = other.axes;
    orders = other.orders;
    truncate = other.truncate;
    dtype = other.dtype;
    engine = other.engine;
    threads = other.threads;
    timeout = other.timeout;
  }

  static Filter of(Kind kind, double[] values) {
    return new Filter(kind, values, null, false);
  }

  static Filter of(NDArray kernel, boolean isTurned) {
    if (kernel.rank() == 0 || kernel.size() == 0) {
      throw new LanesException(
          Code.SHAPE,
          "a kernel has at least one axis and one element, not shape "
              + Arrays.toString(kernel.shape()));
    }
    requireWindow(kernel.size());
    double[] weights = kernel.toDoubleArray();
    if (isTurned) {
      for (int i = 0, j = weights.length - 1; i < j; i++, j--) {
        double weight = weights[i];
        weights[i] = weights[j];
        weights[j] = weight;
      }
    }
    return new Filter(Kind.KERNEL, weights, kernel.shape(), isTurned);
  }

  static void requireWindow(double elements) {
    if (elements > LARGEST_WINDOW) {
      throw new LanesException(
          Code.LIMIT,
          String.format(
              Locale.ROOT, "a window has at most %d elements, not %.0f", LARGEST_WINDOW, elements));
    }
  }

  /**
   * Says which axes are filtered; the others number images that are filtered each for itself.
   *
   * @param axes each at most once, in the order in which they are filtered and in which values per
   *     axis are given; below zero from the end
   * @return the filter with that
   */
  public Filter axes(int... axes) {
    Filter filter = new Filter(this);
    filter.axes = axes.clone();
    return filter;
  }

  /**
   * Says how axes go on beyond their ends; at first by {@link Mode#REFLECT}.
   *
   * @param mode the same for all axes; {@link Mode#CONSTANT} goes on with zeros
   * @return the filter with that
   * @throws LanesException ARITY for Pillow's filters, which are always NEAREST
   */
  public Filter mode(Mode mode) {
    return mode(mode, 0);
  }

  /**
   * Lets axes go on with a constant beyond their ends.
   *
   * @param value the constant; {@link Filters#median} converts it to the dtype of the input
   * @return the filter with that
   * @throws LanesException ARITY for Pillow's filters, which are always NEAREST
   */
  public Filter constant(double value) {
    return mode(Mode.CONSTANT, value);
  }

  private Filter mode(Mode newMode, double value) {
    if (kind.isPillow() && newMode != Mode.NEAREST) {
      throw new LanesException(Code.ARITY, "Pillow's filters know only the mode NEAREST");
    }
    Filter filter = new Filter(this);
    filter.mode = newMode;
    filter.constant = value;
    return filter;
  }

  /**
   * Takes derivatives of the Gaussian instead of the Gaussian.
   *
   * @param orders 0 to 2, one or one per axis
   * @return the filter with that
   * @throws LanesException ARITY for filters that are no {@link Filters#gaussian}, LIMIT for other
   *     orders
   */
  public Filter order(int... orders) {
    requireGaussian("order");
    for (int order : orders) {
      if (order < 0 || order > 2) {
        throw new LanesException(Code.LIMIT, "a derivative's order is 0, 1 or 2, not " + order);
      }
    }
    if (orders.length == 0) {
      throw new LanesException(Code.ARITY, "order takes a number");
    }
    Filter filter = new Filter(this);
    filter.orders = orders.clone();
    return filter;
  }

  /**
   * Cuts the Gaussian off.
   *
   * @param deviations how many sigmas from the middle, from 0; at first 4
   * @return the filter with that
   * @throws LanesException ARITY for filters that are no {@link Filters#gaussian}, LIMIT for values
   *     that are negative or not finite
   */
  public Filter truncate(double deviations) {
    requireGaussian("truncate");
    if (!(deviations >= 0 && deviations < Double.POSITIVE_INFINITY)) {
      throw new LanesException(
          Code.LIMIT, "a Gaussian is cut off at a number of sigmas from 0, not " + deviations);
    }
    Filter filter = new Filter(this);
    filter.truncate = deviations;
    return filter;
  }

  private void requireGaussian(String what) {
    if (kind != Kind.GAUSSIAN) {
      throw new LanesException(Code.ARITY, what + " belongs to gaussian alone");
    }
  }

  /**
   * Says what {@link #apply} gives.
   *
   * @param dtype of the result: UINT8, INT16, UINT16, FLOAT32 or FLOAT64
   * @return the filter with that
   * @throws LanesException TYPE for other dtypes
   */
  public Filter to(DType dtype) {
    requireType("output", dtype);
    Filter filter = new Filter(this);
    filter.dtype = dtype;
    return filter;
  }

  /**
   * The same filter on an engine of the caller's choice.
   *
   * @param engine {@link JavaEngine#INSTANCE} or {@link NativeEngine#instance()}
   * @return the filter with that
   */
  public Filter on(Engine engine) {
    Filter filter = new Filter(this);
    filter.engine = engine;
    return filter;
  }

  /**
   * The same filter with its own limit on threads, instead of {@link Lanes#threads()}. The results
   * are the same to the last bit for any number.
   *
   * @param count from 1 to 1024
   * @return the filter with that
   * @throws LanesException LIMIT for other counts
   */
  public Filter withThreads(int count) {
    Filter filter = new Filter(this);
    filter.threads = Lanes.requireThreads(count);
    return filter;
  }

  /**
   * The same filter with an end to the time that one application may take, see {@link
   * Expression#withTimeout}.
   *
   * @param limit more than zero
   * @return the filter with that
   * @throws LanesException LIMIT for other durations; from applications, CANCELLED
   */
  public Filter withTimeout(Duration limit) {
    Filter filter = new Filter(this);
    filter.timeout = Expression.requireTimeout(limit);
    return filter;
  }

  /**
   * Filters into a new array.
   *
   * @param image of any shape and layout
   * @return an array of the same shape in C order
   * @throws LanesException TYPE for dtypes that filters do not take, AXIS for axes that the image
   *     has not, SHAPE when there are not as many values as axes, LIMIT for windows of more than
   *     2^20 elements, CANCELLED, CLOSED
   */
  public NDArray apply(NDArray image) {
    requireType("image", image.dtype());
    NDArray output = NDArray.allocateDirty(dtype == null ? image.dtype() : dtype, image.shape());
    try {
      return applyInto(output, image);
    } catch (RuntimeException e) {
      output.close();
      throw e;
    }
  }

  /**
   * Filters into an array of the caller's, which may also be the image or overlap with it: the
   * result is as if the image had been read first.
   *
   * @param output of the image's shape; its dtype counts, not that of {@link #to}
   * @param image of any shape and layout
   * @return the output
   * @throws LanesException as {@link #apply}; SHAPE when the shapes differ, READ_ONLY
   */
  public NDArray applyInto(NDArray output, NDArray image) {
    requireType("image", image.dtype());
    requireType("output", output.dtype());
    if (!output.layout().hasShape(image.layout().shape)) {
      throw new LanesException(
          Code.SHAPE,
          "the output's shape "
              + Arrays.toString(output.shape())
              + " is not the image's, "
              + Arrays.toString(image.shape()));
    }
    if (output.isReadOnly()) {
      throw new LanesException(Code.READ_ONLY, "the output is read-only");
    }
    if (kind.isPillow() && (image.dtype() != DType.UINT8 || output.dtype() != DType.UINT8)) {
      throw new LanesException(Code.TYPE, "Pillow's filters take and give uint8");
    }
    if (image.rank() == 0) {
      int[] none = axesOf(image);
      FilterPlan identity = FilterPlan.of(this, none, new long[] {1});
      run(identity, output.reshape(1), image.reshape(1));
    } else {
      run(FilterPlan.of(this, axesOf(image), image.layout().shape), output, image);
    }
    return output;
  }

  private void run(FilterPlan plan, NDArray output, NDArray image) {
    boolean isInPlace = plan.window() == null && image.isSameView(output);
    if (!isInPlace && NDArray.mayShareBytes(image, output)) {
      try (NDArray copy = image.copy()) {
        run(plan, output, copy);
      }
      return;
    }
    Engine chosen = engine == null ? Lanes.engine() : engine;
    double nanos = plan.nanos(image.dtype()) * image.size();
    image.memory().acquire();
    try {
      output.memory().acquire();
      try (Watch watch = Watch.over(nanos, timeout)) {
        if (chosen instanceof NativeEngine) {
          NativeFilters.run(plan, image, output, Threads.forWork(nanos, threads), watch);
        } else {
          JavaFilters.run(plan, image, output, watch);
        }
      } finally {
        output.memory().release();
      }
    } finally {
      image.memory().release();
    }
  }

  private static void requireType(String what, DType dtype) {
    if (!DTYPES.contains(dtype)) {
      throw new LanesException(
          Code.TYPE,
          "filters take uint8, int16, uint16, float32 and float64; the "
              + what
              + " is "
              + dtype
              + ": convert it, for example by the expression float32(x)");
    }
  }

  /** The axes to filter, in that order. */
  private int[] axesOf(NDArray image) {
    int rank = image.rank();
    if (axes != null) {
      int[] chosen = Arrays.stream(axes).map(image.layout()::axis).toArray();
      if (Arrays.stream(chosen).distinct().count() < chosen.length) {
        throw new LanesException(Code.AXIS, "an axis twice in axes " + Arrays.toString(axes));
      }
      return chosen;
    }
    if (kind.isPillow()) {
      if (rank < 2) {
        throw new LanesException(
            Code.AXIS,
            "an image has at least two axes, not shape " + Arrays.toString(image.shape()));
      }
      return rank == 2 ? new int[] {0, 1} : new int[] {rank - 3, rank - 2};
    }
    return IntStream.range(0, rank).toArray();
  }

  Kind kind() {
    return kind;
  }

  Mode mode() {
    return mode;
  }

  double constant() {
    return constant;
  }

  double truncate() {
    return truncate;
  }

  /** The weights of the kernel, or what was given for each axis. */
  double[] values() {
    return values;
  }

  long[] kernelShape() {
    return kernelShape;
  }

  /** Elements of the window before its middle; turning an even kernel round moves the middle. */
  long before(long length) {
    return isTurned ? (length - 1) / 2 : length / 2;
  }

  /** What was given for one of so many axes. */
  double value(int index, int count) {
    requireCount(values.length, count);
    return values[values.length == 1 ? 0 : index];
  }

  int order(int index, int count) {
    requireCount(orders.length, count);
    return orders[orders.length == 1 ? 0 : index];
  }

  private static void requireCount(int given, int count) {
    if (given != 1 && given != count) {
      throw new LanesException(Code.SHAPE, given + " values for " + count + " axes");
    }
  }
}
