package dev.lanes;

import java.util.Arrays;

/**
 * The reference for filters: each line and each window by itself, in plain Java. The caller holds
 * the memory.
 */
final class JavaFilters {

  /** Running sums begin anew after so many elements; part of the contract in {@code lanes.h}. */
  private static final int RESTART = 4096;

  private static final double NOTHING = 0x1p-52;

  private JavaFilters() {}

  static void run(FilterPlan plan, NDArray image, NDArray output, Watch watch) {
    if (image.size() == 0) {
      return;
    }
    if (plan.window() != null) {
      new Windows(plan.window(), image, output).run(watch);
      return;
    }
    NDArray from = image;
    for (FilterPlan.Pass pass : plan.passes()) {
      sweep(pass, from, output, watch);
      from = output;
    }
  }

  /** The index within an axis that stands for any index, or -1 for the constant. */
  static long extend(long index, long n, Filter.Mode mode) {
    if (index >= 0 && index < n) {
      return index;
    }
    return switch (mode) {
      case CONSTANT -> -1;
      case NEAREST -> index < 0 ? 0 : n - 1;
      case WRAP -> Math.floorMod(index, n);
      case REFLECT -> {
        long within = Math.floorMod(index, 2 * n);
        yield within < n ? within : 2 * n - 1 - within;
      }
      case MIRROR -> {
        long within = n == 1 ? 0 : Math.floorMod(index, 2 * n - 2);
        yield within < n ? within : 2 * n - 2 - within;
      }
    };
  }

  /** Stores as {@code lanes.h} says. */
  private static void store(NDArray array, long offset, double value) {
    DType dtype = array.dtype();
    if (Element.isInteger(dtype)) {
      boolean fits = value >= Integer.MIN_VALUE && value < 0x1p31;
      Element.putLong(array.memory(), dtype, offset, fits ? (int) value : 0);
    } else {
      Element.putDouble(array.memory(), dtype, offset, value);
    }
  }

  // ---- Along an axis ----

  private static void sweep(FilterPlan.Pass pass, NDArray from, NDArray to, Watch watch) {
    int axis = pass.axis();
    int n = Math.toIntExact(from.layout().shape[axis]);
    long step = from.layout().strides[axis];
    long toStep = to.layout().strides[axis];
    Runs.walk(
        from.layout().select(axis, 0),
        to.layout().select(axis, 0),
        (at, stride, put, putStride, count) -> {
          for (long line = 0; line < count; line++) {
            watch.requireNotSet("the filter");
            double[] values = new double[n];
            for (int i = 0; i < n; i++) {
              values[i] =
                  Element.getDouble(from.memory(), from.dtype(), at + line * stride + i * step);
            }
            double[] results = filter(pass, values);
            for (int i = 0; i < n; i++) {
              store(to, put + line * putStride + i * toStep, results[i]);
            }
          }
        });
  }

  private static double[] filter(FilterPlan.Pass pass, double[] line) {
    if (pass.op() == FilterPlan.Op.BOX) {
      double[] results = line;
      for (int i = 0; i < pass.repeats(); i++) {
        results = box(pass, results);
      }
      return results;
    }
    double[] x = new double[Math.toIntExact(line.length + pass.size() - 1)];
    for (int i = 0; i < x.length; i++) {
      long index = extend(i - pass.before(), line.length, pass.mode());
      x[i] = index < 0 ? pass.constant() : line[(int) index];
    }
    return switch (pass.op()) {
      case CORRELATE -> correlate(pass, x, line.length);
      case MEAN -> mean(x, line.length, (int) pass.size());
      default -> extreme(pass.op() == FilterPlan.Op.MAXIMUM, x, line.length, (int) pass.size());
    };
  }

  private static double[] correlate(FilterPlan.Pass pass, double[] x, int n) {
    double[] w = pass.weights();
    int symmetry = pass.symmetry();
    int half = w.length / 2;
    double[] results = new double[n];
    for (int i = 0; i < n; i++) {
      double sum;
      if (symmetry != 0) {
        sum = x[i + half] * w[half];
        for (int j = 0; j < half; j++) {
          double other = x[i + w.length - 1 - j];
          sum += (symmetry > 0 ? x[i + j] + other : x[i + j] - other) * w[j];
        }
      } else {
        sum = x[i + w.length - 1] * w[w.length - 1];
        for (int j = 0; j < w.length - 1; j++) {
          sum += x[i + j] * w[j];
        }
      }
      results[i] = sum;
    }
    return results;
  }

  private static double[] mean(double[] x, int n, int size) {
    double[] results = new double[n];
    double sum = 0;
    for (int i = 0; i < n; i++) {
      if (i % RESTART == 0) {
        sum = 0;
        for (int j = 0; j < size; j++) {
          sum += x[i + j];
        }
      } else {
        sum += x[i + size - 1] - x[i - 1];
      }
      results[i] = sum / size;
    }
    return results;
  }

  private static double[] extreme(boolean isMaximum, double[] x, int n, int size) {
    double[] results = new double[n];
    for (int i = 0; i < n; i++) {
      double best = x[i];
      for (int j = 1; j < size && best == best; j++) {
        double other = x[i + j];
        if ((isMaximum ? other > best : other < best) || other != other) {
          best = other;
        }
      }
      results[i] = best;
    }
    return results;
  }

  private static double[] box(FilterPlan.Pass pass, double[] x) {
    int last = x.length - 1;
    int radius = (int) pass.size();
    double[] results = new double[x.length];
    int sum = 0;
    for (int j = -radius; j <= radius; j++) {
      sum += (int) x[Math.max(0, Math.min(j, last))];
    }
    for (int i = 0; i <= last; i++) {
      int left = (int) x[Math.max(0, i - radius - 1)];
      int right = (int) x[Math.min(last, i + radius + 1)];
      results[i] = sum * pass.whole() + (left + right) * pass.part() + (1 << 23) >>> 24;
      sum += right - (int) x[Math.max(0, i - radius)];
    }
    return results;
  }

  // ---- Over windows ----

  /** A window being moved over an array. */
  private static final class Windows {
    private final FilterPlan.Window window;
    private final NDArray image;
    private final NDArray output;
    private final double constant;
    private final long[][] offsets; // per axis: in bytes, by index plus place in the window
    private final double[] inside;

    Windows(FilterPlan.Window window, NDArray image, NDArray output) {
      this.window = window;
      this.image = image;
      this.output = output;
      this.inside = new double[Math.toIntExact(window.size())];
      offsets = new long[image.rank()][];
      for (int axis = 0; axis < offsets.length; axis++) {
        long n = image.layout().shape[axis];
        long[] places = new long[Math.toIntExact(n + window.shape()[axis] - 1)];
        for (int i = 0; i < places.length; i++) {
          long index = extend(i - window.before()[axis], n, window.mode());
          places[i] = index < 0 ? Long.MIN_VALUE : index * image.layout().strides[axis];
        }
        offsets[axis] = places;
      }
      if (window.weights() != null) {
        constant = window.constant();
      } else {
        try (NDArray one = NDArray.allocate(image.dtype(), 1)) { // rounds to the dtype
          store(one, 0, window.constant());
          constant = Element.getDouble(one.memory(), one.dtype(), 0);
        }
      }
    }

    void run(Watch watch) {
      long[] index = new long[image.rank()];
      for (long left = image.size(); left > 0; left--) {
        watch.requireNotSet("the filter");
        collect(0, index, image.offset(), true, 0);
        store(output, output.layout().at(index), result());
        for (int axis = index.length - 1; axis >= 0; axis--) {
          if (++index[axis] < image.layout().shape[axis]) {
            break;
          }
          index[axis] = 0;
        }
      }
    }

    /** Reads the window's elements in C order; returns how many there are by then. */
    private int collect(int axis, long[] index, long offset, boolean isInside, int done) {
      if (axis == index.length) {
        inside[done] =
            isInside ? Element.getDouble(image.memory(), image.dtype(), offset) : constant;
        return done + 1;
      }
      int count = done;
      for (int k = 0; k < window.shape()[axis]; k++) {
        long place = offsets[axis][(int) index[axis] + k];
        boolean isIn = place != Long.MIN_VALUE;
        count = collect(axis + 1, index, isIn ? offset + place : offset, isInside && isIn, count);
      }
      return count;
    }

    private double result() {
      double[] weights = window.weights();
      if (weights == null) {
        Arrays.sort(inside); // NaN last
        return inside[(int) window.order()];
      }
      double sum = 0;
      for (int i = 0; i < inside.length; i++) {
        if (Math.abs(weights[i]) > NOTHING) {
          sum += weights[i] * inside[i];
        }
      }
      return sum;
    }
  }
}
