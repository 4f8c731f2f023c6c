package dev.lanes.lang;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The names of functions beyond those of the operator table: NumPy's second names, NumPy's names of
 * operators, and what is said about names that exist elsewhere.
 */
final class Names {

  /** The function whose second argument is a list of values. */
  static final String MEMBERSHIP = "isin";

  /** Other names of rows. */
  private static final Map<String, String> SAME =
      Map.ofEntries(
          Map.entry("acos", "arccos"),
          Map.entry("acosh", "arccosh"),
          Map.entry("asin", "arcsin"),
          Map.entry("asinh", "arcsinh"),
          Map.entry("atan", "arctan"),
          Map.entry("atan2", "arctan2"),
          Map.entry("atanh", "arctanh"),
          Map.entry("absolute", "abs"),
          Map.entry("amax", "max"),
          Map.entry("amin", "min"),
          Map.entry("conjugate", "conj"),
          Map.entry("fix", "trunc"),
          Map.entry("rint", "round"));

  /** NumPy's names of operators, and functions that are short in the language's own words. */
  private static final String DEFINITIONS =
      """
      add(x, y) = x + y
      subtract(x, y) = x - y
      multiply(x, y) = x * y
      divide(x, y) = x / y
      true_divide(x, y) = x / y
      floor_divide(x, y) = x // y
      mod(x, y) = x % y
      remainder(x, y) = x % y
      power(x, y) = x ** y
      pow(x, y) = x ** y
      negative(x) = -x
      positive(x) = x
      less(x, y) = x < y
      less_equal(x, y) = x <= y
      greater(x, y) = x > y
      greater_equal(x, y) = x >= y
      equal(x, y) = x == y
      not_equal(x, y) = x != y
      bitwise_and(x, y) = x & y
      bitwise_or(x, y) = x | y
      bitwise_xor(x, y) = x ^ y
      bitwise_not(x) = ~x
      invert(x) = ~x
      left_shift(x, y) = x << y
      right_shift(x, y) = x >> y
      logical_and(x, y) = bool(x) & bool(y)
      logical_or(x, y) = bool(x) | bool(y)
      logical_xor(x, y) = bool(x) ^ bool(y)
      logical_not(x) = ~bool(x)
      clip(x, low, high) = minimum(maximum(x, low), high)
      deg2rad(x) = x * (pi / 180)
      radians(x) = x * (pi / 180)
      rad2deg(x) = x * (180 / pi)
      degrees(x) = x * (180 / pi)
      fmax(x, y) = where(isnan(x) | (x < y), y, x)
      fmin(x, y) = where(isnan(x) | (x > y), y, x)
      isclose(x, y, rtol=1e-5, atol=1e-8, equal_nan=False) = \
      where(equal_nan, (x == y) | isnan(x) & isnan(y), x == y) \
      | (abs(1.0 * x - y) <= atol + rtol * abs(y)) & isfinite(y)
      reciprocal(x) = 1 / x
      """;

  private static final Map<String, Scope.Function> DEFINED =
      new TreeMap<>(Parser.functions(DEFINITIONS));

  private static final Map<String, String> HINTS =
      Map.of(
          "divmod", "write q = a // b; r = a % b",
          "float", "write float32(x) or float64(x)",
          "int", "write int32(x) or int64(x)",
          "fmod", "% takes the sign of the divisor",
          "len", "sizes are known in Java, with NDArray.size");

  private Names() {}

  /** The row of a function, by any of its names, or null. */
  static Op function(String name) {
    Op op = Op.function(name);
    return op != null || !SAME.containsKey(name) ? op : Op.function(SAME.get(name));
  }

  /** A function that comes with the language and is written in it, or null. */
  static Scope.Function inLanguage(String name) {
    return DEFINED.get(name);
  }

  /** Second names of rows that exist, and the rows. */
  static Map<String, Op> sameAsRows() {
    Map<String, Op> same = new TreeMap<>();
    SAME.forEach(
        (name, row) -> {
          if (Op.function(row) != null) {
            same.put(name, Op.function(row));
          }
        });
    return same;
  }

  /** Functions written in the language, a definition each. */
  static List<String> definitions() {
    return DEFINITIONS.lines().toList();
  }

  /** What to tell somebody who calls a function that there is not. */
  static String unknown(String name, Collection<String> own, Tokens place) {
    String quoted = Spelling.quote(name);
    if (Parser.isDefinedBehind(name, place)) {
      return "function " + quoted + " is defined further on; a definition stands before every use";
    }
    String hint = HINTS.get(name);
    Stream<String> rows =
        Arrays.stream(Op.values()).filter(op -> op.form() == Op.Form.FUNCTION).map(Op::symbol);
    Stream<String> all =
        Stream.of(rows, DEFINED.keySet().stream(), own.stream(), Stream.of(MEMBERSHIP))
            .flatMap(names -> names);
    return "there is no function "
        + quoted
        + (hint == null ? Spelling.hint(name, all) : "; " + hint);
  }
}
