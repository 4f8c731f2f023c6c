package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What engines run for a filter: sweeps along axes, one after the other, or one window over several
 * axes. The meaning of each is said in {@code lanes.h}.
 *
 * @param passes at least one, or none when there is a window
 * @param window or null
 */
record FilterPlan(List<Pass> passes, Window window) {

  /** Operations along an axis, in the order of their numbers. */
  enum Op {
    CORRELATE,
    MEAN,
    MINIMUM,
    MAXIMUM,
    BOX
  }

  /**
   * A sweep along an axis. Result i comes from elements {@code i - before ... i - before + size -
   * 1}.
   *
   * @param size of the window; of a box its whole radius
   * @param weights of a correlation
   * @param whole of a box: the weight of elements within the radius, in units of 2^-24
   * @param part of a box: the weight of the two next to them
   * @param repeats of a box
   */
  record Pass(
      Op op,
      int axis,
      Filter.Mode mode,
      double constant,
      long size,
      long before,
      double[] weights,
      int whole,
      int part,
      int repeats) {

    /** 1 when the weights are symmetric about the middle, -1 when antisymmetric; SciPy's test. */
    int symmetry() {
      int half = weights.length / 2;
      if (weights.length % 2 == 0) {
        return 0;
      }
      boolean isEven = true;
      boolean isOdd = true;
      for (int j = 1; j <= half; j++) {
        isEven &= !(Math.abs(weights[half + j] - weights[half - j]) > Math.ulp(1.0));
        isOdd &= !(Math.abs(weights[half + j] + weights[half - j]) > Math.ulp(1.0));
      }
      return isEven ? 1 : isOdd ? -1 : 0;
    }
  }

  /**
   * A window over all axes of the array, of length 1 where nothing is filtered.
   *
   * @param weights in C order, or null for the element of a rank
   * @param order of that element in the window, from 0
   */
  record Window(
      long[] shape,
      long[] before,
      Filter.Mode mode,
      double constant,
      double[] weights,
      long order) {

    long size() {
      return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }
  }

  private static final double NO_SIGMA = 1e-15; // as in SciPy
  private static final double LARGEST_RADIUS = 1 << 20;
  private static final int PILLOW_PASSES = 3;

  /** The plan of a filter for an array of a shape. */
  static FilterPlan of(Filter filter, int[] axes, long[] shape) {
    if (filter.kind() == Filter.Kind.MEDIAN) {
      return median(filter, axes, shape);
    }
    if (filter.kind() == Filter.Kind.KERNEL) {
      return kernel(filter, axes, shape);
    }
    List<Pass> passes = new ArrayList<>();
    if (filter.kind() == Filter.Kind.SOBEL) {
      addSobel(passes, filter, axes, shape.length);
    } else {
      for (int i = 0; i < axes.length; i++) {
        // Pillow begins with the last axis.
        int index = filter.kind().isPillow() ? axes.length - 1 - i : i;
        addAxis(passes, filter, axes, index, shape);
      }
    }
    return sweeps(filter, passes);
  }

  /** What leaves all axes alone still converts to the output's dtype. */
  private static FilterPlan sweeps(Filter filter, List<Pass> passes) {
    if (passes.isEmpty()) {
      passes.add(correlation(filter, 0, new double[] {1}, 0));
    }
    return new FilterPlan(passes, null);
  }

  private static void addAxis(
      List<Pass> passes, Filter filter, int[] axes, int index, long[] shape) {
    double value = filter.value(index, axes.length);
    int axis = axes[index];
    switch (filter.kind()) {
      case GAUSSIAN -> {
        int order = filter.order(index, axes.length);
        if (value > NO_SIGMA) {
          double[] weights = gaussian(value, order, filter.truncate());
          passes.add(correlation(filter, axis, weights, weights.length / 2));
        }
      }
      case BOX -> addWindow(passes, filter, Op.MEAN, axis, (long) value, (long) value / 2);
      case MINIMUM -> addExtreme(passes, filter, Op.MINIMUM, axis, (long) value, shape[axis]);
      case MAXIMUM -> addExtreme(passes, filter, Op.MAXIMUM, axis, (long) value, shape[axis]);
      case PILLOW_BOX -> addBox(passes, axis, (float) value, 1);
      default -> addBox(passes, axis, pillowRadius((float) value), PILLOW_PASSES);
    }
  }

  private static Pass correlation(Filter filter, int axis, double[] weights, long before) {
    return new Pass(
        Op.CORRELATE,
        axis,
        filter.mode(),
        filter.constant(),
        weights.length,
        before,
        weights,
        0,
        0,
        0);
  }

  private static void addWindow(
      List<Pass> passes, Filter filter, Op op, int axis, long size, long before) {
    Filter.requireWindow(size);
    if (size > 1) {
      passes.add(
          new Pass(
              op, axis, filter.mode(), filter.constant(), size, before, new double[0], 0, 0, 0));
    }
  }

  /** A window that reaches beyond twice the axis has everything in it that there is. */
  private static void addExtreme(
      List<Pass> passes, Filter filter, Op op, int axis, long size, long length) {
    long before = Math.min(size / 2, 2 * length);
    long after = Math.min(size - 1 - size / 2, 2 * length);
    addWindow(passes, filter, op, axis, before + 1 + after, before);
  }

  private static void addSobel(List<Pass> passes, Filter filter, int[] axes, int rank) {
    int given = (int) filter.values()[0];
    int along = given < 0 ? given + rank : given;
    if (Arrays.stream(axes).noneMatch(axis -> axis == along)) {
      throw new LanesException(
          Code.AXIS,
          "axis " + given + " is not among the axes to filter, " + Arrays.toString(axes));
    }
    passes.add(correlation(filter, along, new double[] {-1, 0, 1}, 1));
    for (int axis : axes) {
      if (axis != along) {
        passes.add(correlation(filter, axis, new double[] {1, 2, 1}, 1));
      }
    }
  }

  private static void addBox(List<Pass> passes, int axis, float radius, int repeats) {
    if (radius > LARGEST_RADIUS) {
      throw new LanesException(
          Code.LIMIT, "a radius is at most " + (int) LARGEST_RADIUS + ", not " + radius);
    }
    if (radius > 0) {
      // Pillow computes the one in floats, the other in integers.
      int whole = (int) ((1 << 24) / (radius * 2 + 1));
      int size = (int) radius;
      int part = ((1 << 24) - (2 * size + 1) * whole) / 2;
      passes.add(
          new Pass(
              Op.BOX, axis, Filter.Mode.NEAREST, 0, size, 0, new double[0], whole, part, repeats));
    }
  }

  /** The radius of the box that makes a Gaussian when applied three times, in Pillow's floats. */
  private static float pillowRadius(float sigma) {
    float variance = sigma * sigma / PILLOW_PASSES;
    float length = (float) Math.sqrt(12.0 * variance + 1.0);
    float whole = (float) Math.floor((length - 1.0) / 2.0);
    float part = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
    part /= 6 * (variance - (whole + 1) * (whole + 1));
    return whole + part;
  }

  private static FilterPlan median(Filter filter, int[] axes, long[] shape) {
    long[] window = new long[shape.length];
    Arrays.fill(window, 1);
    double size = 1;
    for (int i = 0; i < axes.length; i++) {
      window[axes[i]] = (long) filter.value(i, axes.length);
      size *= window[axes[i]];
    }
    Filter.requireWindow(size);
    if (size == 1) {
      return sweeps(filter, new ArrayList<>());
    }
    long[] before = Arrays.stream(window).map(length -> length / 2).toArray();
    return new FilterPlan(
        List.of(),
        new Window(window, before, filter.mode(), filter.constant(), null, (long) size / 2));
  }

  private static FilterPlan kernel(Filter filter, int[] axes, long[] shape) {
    long[] lengths = filter.kernelShape();
    if (lengths.length != axes.length) {
      throw new LanesException(
          Code.SHAPE,
          "a kernel of "
              + lengths.length
              + " axes for "
              + axes.length
              + " axes to filter; say which by axes(...)");
    }
    if (axes.length == 1) {
      Pass pass = correlation(filter, axes[0], filter.values(), filter.before(lengths[0]));
      return new FilterPlan(List.of(pass), null);
    }
    long[] window = new long[shape.length];
    Arrays.fill(window, 1);
    long[] before = new long[shape.length];
    for (int i = 0; i < axes.length; i++) {
      window[axes[i]] = lengths[i];
      before[axes[i]] = filter.before(lengths[i]);
    }
    double[] weights = inOrder(filter.values(), lengths, axes);
    return new FilterPlan(
        List.of(), new Window(window, before, filter.mode(), filter.constant(), weights, 0));
  }

  /** The weights with the kernel's axes in the order of the array's. */
  private static double[] inOrder(double[] weights, long[] lengths, int[] axes) {
    Integer[] order = new Integer[axes.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> axes[a] - axes[b]);
    long[] steps = new long[axes.length];
    long step = 1;
    for (int i = axes.length - 1; i >= 0; i--) {
      steps[i] = step;
      step *= lengths[i];
    }
    double[] ordered = new double[weights.length];
    for (int k = 0; k < ordered.length; k++) {
      long rest = k;
      long from = 0;
      for (int i = axes.length - 1; i >= 0; i--) {
        long length = lengths[order[i]];
        from += rest % length * steps[order[i]];
        rest /= length;
      }
      ordered[k] = weights[(int) from];
    }
    return ordered;
  }

  /**
   * Samples of a Gaussian, or of a derivative, that is turned round for correlation: q(x) exp(-x^2
   * / 2 sigma^2) over the sum of the exponentials, where q follows by the product rule from 1.
   */
  private static double[] gaussian(double sigma, int order, double truncate) {
    double reach = Math.floor(truncate * sigma + 0.5);
    Filter.requireWindow(2 * reach + 1);
    int radius = (int) reach;
    double variance = sigma * sigma;
    double[] weights = new double[2 * radius + 1];
    for (int i = 0; i < weights.length; i++) {
      double x = i - radius;
      weights[i] = StrictMath.exp(-0.5 / variance * (x * x));
    }
    double sum = pairwiseSum(weights, 0, weights.length);
    for (int i = 0; i < weights.length; i++) {
      double x = radius - i;
      double q =
          switch (order) {
            case 0 -> 1;
            case 1 -> x * (1 / -variance);
            default -> 1 / -variance + x * x * (1 / -variance * (1 / -variance));
          };
      weights[i] = q * (weights[i] / sum);
    }
    return weights;
  }

  /**
   * The sum in NumPy's order, so that the weights have SciPy's last bits: whether a flat area of
   * integers keeps its level hangs on them.
   */
  private static double pairwiseSum(double[] x, int from, int n) {
    if (n < 8) {
      double sum = -0.0;
      for (int i = 0; i < n; i++) {
        sum += x[from + i];
      }
      return sum;
    }
    if (n > 128) {
      int half = n / 2 - n / 2 % 8;
      return pairwiseSum(x, from, half) + pairwiseSum(x, from + half, n - half);
    }
    double[] r = Arrays.copyOfRange(x, from, from + 8);
    int i = 8;
    for (; i < n - n % 8; i++) {
      r[i % 8] += x[from + i];
    }
    double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    for (; i < n; i++) {
      sum += x[from + i];
    }
    return sum;
  }

  /** Estimated nanoseconds per element on one thread. */
  double nanos(DType dtype) {
    if (window != null) {
      double perTap = window.weights() != null ? 0.1 : 0.06 * 8 * dtype.bytes();
      return 2 + perTap * window.size();
    }
    double nanos = 0;
    for (Pass pass : passes) {
      nanos += 1 + (pass.op() == Op.CORRELATE ? 0.04 * pass.size() : 0) + 0.2 * pass.repeats();
    }
    return nanos;
  }
}
