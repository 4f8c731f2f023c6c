package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.Sorting.Method;
import java.util.Arrays;
import java.util.stream.LongStream;

/** Which elements medians and quantiles need, and what is made of them. */
final class Quantiles {

  private Quantiles() {}

  /** A place between two ranks. */
  private record Place(long low, long high, double weight) {

    /** Rounds as NumPy does. */
    static Place of(double q, long n, Method method) {
      double at = q * (n - 1);
      long below = (long) Math.floor(at);
      long above = (long) Math.ceil(at);
      return switch (method) {
        case LOWER -> new Place(below, below, 0);
        case HIGHER -> new Place(above, above, 0);
        case NEAREST -> new Place((long) Math.rint(at), (long) Math.rint(at), 0);
        case LINEAR -> new Place(below, above, at - below);
        case MIDPOINT -> new Place(below, above, below == above ? 0 : 0.5);
      };
    }

    /** From whichever end is nearer, so that the result does not leave the two. */
    double between(double a, double b) {
      if (weight == 0 || a == b) {
        return a;
      }
      double distance = b - a;
      return weight < 0.5 ? a + distance * weight : b - distance * (1 - weight);
    }
  }

  private static DType resultOf(DType dtype) {
    return Element.isInteger(dtype) ? DType.FLOAT64 : dtype;
  }

  private static long[] without(long[] shape, int axis) {
    long[] left = new long[shape.length - 1];
    for (int i = 0; i < left.length; i++) {
      left[i] = shape[i < axis ? i : i + 1];
    }
    return left;
  }

  /** The only value of an array without axes or with one layer of one. */
  static double one(NDArray result) {
    try (result) {
      return result.reshape(1).getDouble(0);
    }
  }

  static NDArray median(NDArray a, int axis) {
    long n = a.layout().shape[axis];
    long[] ranks = n % 2 == 0 && n > 0 ? new long[] {n / 2 - 1, n / 2} : new long[] {n / 2};
    long[] shape = without(a.shape(), axis);
    try (NDArray middle = Sorting.select(a, axis, ranks)) {
      double[] low = middle.select(axis, 0).toDoubleArray();
      double[] high = middle.select(axis, -1).toDoubleArray();
      double[] medians = new double[low.length];
      Arrays.setAll(medians, i -> mean(low[i], high[i]));
      return converted(medians, resultOf(a.dtype()), shape);
    }
  }

  /** Does not overflow. */
  private static double mean(double a, double b) {
    double sum = a + b;
    return a == b ? a : Double.isInfinite(sum) ? a / 2 + b / 2 : sum / 2;
  }

  private static NDArray converted(double[] values, DType dtype, long... shape) {
    NDArray result = NDArray.allocateDirty(dtype, shape);
    try (NDArray wide = NDArray.of(values)) {
      result.copyFrom(wide.reshape(shape));
    }
    return result;
  }

  static NDArray of(NDArray a, int axis, Method method, double... q) {
    long n = a.layout().shape[axis];
    Place[] places = new Place[q.length];
    for (int i = 0; i < q.length; i++) {
      if (!(q[i] >= 0 && q[i] <= 1)) {
        throw new LanesException(Code.LIMIT, "a probability is from 0 to 1, not " + q[i]);
      }
      places[i] = Place.of(q[i], n, method);
    }
    boolean isMixed = method == Method.LINEAR || method == Method.MIDPOINT;
    DType dtype = isMixed ? resultOf(a.dtype()) : a.dtype();
    long[] rest = without(a.shape(), axis);
    long[] shape = new long[rest.length + 1];
    shape[0] = q.length;
    System.arraycopy(rest, 0, shape, 1, rest.length);
    NDArray result = NDArray.allocateDirty(dtype, shape);
    if (q.length == 0) {
      return result;
    }
    long[] ranks =
        Arrays.stream(places)
            .flatMapToLong(place -> LongStream.of(place.low, place.high))
            .sorted()
            .distinct()
            .toArray();
    try (NDArray found = Sorting.select(a, axis, ranks)) {
      for (int i = 0; i < q.length; i++) {
        Place place = places[i];
        NDArray low = found.select(axis, Arrays.binarySearch(ranks, place.low));
        NDArray high = found.select(axis, Arrays.binarySearch(ranks, place.high));
        if (place.low == place.high) {
          result.select(0, i).copyFrom(low);
          continue;
        }
        double[] values = low.toDoubleArray();
        double[] above = high.toDoubleArray();
        Arrays.setAll(values, j -> place.between(values[j], above[j]));
        try (NDArray layer = NDArray.of(values)) {
          result.select(0, i).copyFrom(layer.reshape(rest));
        }
      }
    }
    return result;
  }
}
