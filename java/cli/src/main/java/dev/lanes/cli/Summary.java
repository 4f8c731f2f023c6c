package dev.lanes.cli;

import dev.lanes.DType;
import dev.lanes.Expression;
import dev.lanes.Kind;
import dev.lanes.NDArray;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * What is said of an array in a few lines: least, greatest and mean of the elements that are
 * numbers.
 *
 * @param dtype of the array
 * @param shape of the array
 * @param min a Long, Double, Float or Boolean, or null when there is no number
 * @param max likewise
 * @param mean as float64, or null
 * @param nans elements that are NaN and hence in none of the three
 */
record Summary(DType dtype, long[] shape, Object min, Object max, Double mean, long nans) {

  static Summary of(NDArray array, Function<String, Expression> compile) {
    if (!hasOrder(array.dtype())) {
      return new Summary(array.dtype(), array.shape(), null, null, null, 0);
    }
    boolean isFloat = array.dtype().kind() == Kind.FLOAT64 || array.dtype().kind() == Kind.FLOAT32;
    long nans = isFloat ? (Long) evaluate("sum(where(x != x, 1, 0))", array, compile) : 0;
    long numbers = array.size() - nans;
    if (numbers == 0) {
      return new Summary(array.dtype(), array.shape(), null, null, null, nans);
    }
    Object min = evaluate(nans == 0 ? "min(x)" : "min(where(x == x, x, inf))", array, compile);
    Object max = evaluate(nans == 0 ? "max(x)" : "max(where(x == x, x, -inf))", array, compile);
    Object sum =
        evaluate(nans == 0 ? "sum(x*one)" : "sum(where(x == x, x, 0)*one)", array, compile);
    return new Summary(
        array.dtype(), array.shape(), min, max, ((Number) sum).doubleValue() / numbers, nans);
  }

  /** Complex numbers and bytes have neither a mean nor a place between two others. */
  private static boolean hasOrder(DType dtype) {
    return dtype.kind() != Kind.COMPLEX128 && dtype.kind() != Kind.BYTES;
  }

  private static Object evaluate(String text, NDArray array, Function<String, Expression> compile) {
    // An array, not a number: it makes the terms float64 whatever x is.
    try (NDArray one = NDArray.of(new double[] {1});
        NDArray result =
            compile
                .apply(text)
                .evaluate(Map.of("x", array, "one", one, "inf", Double.POSITIVE_INFINITY))) {
      return item(result);
    }
  }

  /**
   * The only element, a float32 as a Float so that it is shown in the digits that it has, complex
   * numbers and bytes as the language writes them.
   */
  static Object item(NDArray array) {
    if (!hasOrder(array.dtype())) {
      return array.toString();
    }
    Object item = array.item();
    return array.dtype().kind() == Kind.FLOAT32 ? (Object) ((Double) item).floatValue() : item;
  }

  /** Booleans as in the language. */
  static String text(Object value) {
    return value instanceof Boolean truth ? (truth ? "True" : "False") : String.valueOf(value);
  }

  /** JSON has no NaN and no infinities: they become strings. */
  static Object json(Object value) {
    boolean isFinite = !(value instanceof Number number) || Double.isFinite(number.doubleValue());
    return isFinite ? value : value.toString();
  }

  void print(PrintWriter out) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("min", min);
    values.put("max", max);
    values.put("mean", mean);
    print(out, values);
  }

  /**
   * Prints an array.
   *
   * @param values by name, of the elements that are numbers; left out when there is none
   */
  void print(PrintWriter out, Map<String, Object> values) {
    String lengths =
        LongStream.of(shape).mapToObj(Long::toString).collect(Collectors.joining(" x "));
    out.println("dtype  " + dtype);
    out.println("shape  " + lengths);
    if (min == null) {
      String names = String.join(", ", values.keySet());
      String reason = nans == 0 ? "there is no element" : "there is nothing but NaN";
      out.println(names + ": " + (hasOrder(dtype) ? reason : dtype + " has none"));
      return;
    }
    values.forEach((name, value) -> out.printf(Locale.ROOT, "%-6s %s%n", name, text(value)));
    if (nans > 0) {
      long size = LongStream.of(shape).reduce(1, (a, b) -> a * b);
      out.println("NaN    " + nans + " of " + size + " elements, left out of the above");
    }
  }
}
