package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Reductions along axes, and texts with several results. */
@Tag("engine")
class ReductionTest {

  private static final Path FIXTURES = Path.of("src", "test", "resources", "reductions");

  private static NDArray eval(String text, NDArray... operands) {
    return Expression.compile(text).evaluate(operands);
  }

  private static NDArray random(long seed, long... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return NDArray.of(random.doubles(size, -5, 5).toArray()).reshape(shape);
  }

  @Test
  void agreesWithNumPy() throws IOException {
    Map<String, NDArray> operands = new HashMap<>();
    Map<String, NDArray> results = new HashMap<>();
    Map<String, Long> read = new HashMap<>();
    List<String> differences = new ArrayList<>();
    for (String line : Files.readAllLines(FIXTURES.resolve("expected.txt"))) {
      String[] words = line.split(";");
      NDArray x = operands.computeIfAbsent(words[0], ReductionTest::fixture);
      if (words[2].equals("refused")) {
        LanesException e = catchThrowableOfType(LanesException.class, () -> eval(words[1], x));
        if (e == null || e.code() != Code.SHAPE) {
          differences.add(line);
        }
        continue;
      }
      NDArray all = results.computeIfAbsent("results_" + words[2], ReductionTest::fixture);
      long[] shape =
          words[3].equals("scalar")
              ? new long[0]
              : Arrays.stream(words[3].split("x")).mapToLong(Long::parseLong).toArray();
      long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      long start = read.merge(words[2], size, Long::sum) - size;
      NDArray expected = all.slice(0, start, start + size).reshape(shape);
      for (Layouts layout : Layouts.values()) {
        String difference = difference(words[1], laid(x, layout), expected);
        if (difference != null) {
          differences.add(line + " " + layout + ": " + difference);
        }
      }
    }
    assertThat(differences).isEmpty();
  }

  private static NDArray fixture(String name) {
    try {
      return Npy.read(FIXTURES.resolve(name + ".npy"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The same values elsewhere in memory; broadcasts are left out, for they change values. */
  private static NDArray laid(NDArray x, Layouts layout) {
    return switch (layout) {
      case UNIFORM_FIRST, UNIFORM_REST -> x;
      case TRANSPOSED -> x.copy(NDArray.Order.FORTRAN);
      default -> layout.lay(x.reshape(-1), 0).reshape(x.shape());
    };
  }

  private static String difference(String text, NDArray x, NDArray expected) {
    NDArray actual;
    try {
      actual = eval(text, x);
    } catch (LanesException e) {
      return e.getMessage();
    }
    if (actual.dtype() != expected.dtype() || !Arrays.equals(actual.shape(), expected.shape())) {
      return "is " + actual.dtype() + " " + Arrays.toString(actual.shape());
    }
    if (actual.dtype() == DType.COMPLEX128) {
      return complexDifference(actual.reshape(-1), expected.reshape(-1));
    }
    boolean isFloat = actual.dtype().kind() == Kind.FLOAT64 || actual.dtype() == DType.FLOAT32;
    if (!isFloat) {
      return actual.contentEquals(expected) ? null : "is " + actual;
    }
    double[] a = actual.reshape(-1).toDoubleArray();
    double[] b = expected.reshape(-1).toDoubleArray();
    double tolerance = actual.dtype() == DType.FLOAT32 ? 1.2e-7 : 4e-15;
    for (int i = 0; i < a.length; i++) {
      boolean agrees =
          Double.compare(a[i], b[i]) == 0
              || Math.abs(a[i] - b[i]) <= tolerance * Math.max(Math.abs(b[i]), 1);
      if (!agrees) {
        return "element " + i + " is " + a[i] + " for " + b[i];
      }
    }
    return null;
  }

  private static String complexDifference(NDArray actual, NDArray expected) {
    for (long i = 0; i < actual.size(); i++) {
      double[] a = actual.getComplex(i);
      double[] b = expected.getComplex(i);
      double off = Math.hypot(a[0] - b[0], a[1] - b[1]);
      boolean areNaN = Double.isNaN(a[0] + a[1]) && Double.isNaN(b[0] + b[1]);
      if (!areNaN && !(off <= 4e-15 * Math.max(Math.hypot(b[0], b[1]), 1))) {
        return "element " + i + " is " + Arrays.toString(a) + " for " + Arrays.toString(b);
      }
    }
    return null;
  }

  @ParameterizedTest
  @CsvSource({
    "'17000,3', 0",
    "'3,17000', 1",
    "'16400,66', 0",
    "'3,33000', 1",
    "'90,7,200', 1",
    "'90,7,200', '(0, 2)'",
    "'2,16390,65', 1",
    "'50,2,1000', '(1, 0)'",
    "'40000,1', 0",
    "'40000,2', 1",
  })
  void bitsAreThoseOfTheReferenceForAnyThreads(String shape, String axis) {
    long[] lengths = Arrays.stream(shape.split(",")).mapToLong(Long::parseLong).toArray();
    NDArray x = random(7, lengths);
    requireSame("x - mean(x, axis=AXIS, keepdims=True)", axis, x.flip(0));
    NDArray z = eval("complex(x, sqrt(abs(x)) - 1)", x);
    for (NDArray each : List.of(z, z.copy(NDArray.Order.FORTRAN), z.flip(0))) {
      requireSame(
          "s = sum(z, axis=AXIS); p = prod(1 + z / 1000, axis=AXIS); m = mean(z, axis=AXIS);"
              + "v = var(z, axis=AXIS); d = std(z, axis=AXIS, ddof=1); n = nanvar(z, axis=AXIS);"
              + "c = count_nonzero(z, axis=AXIS)",
          axis,
          each);
    }
    for (NDArray each : List.of(x, x.copy(NDArray.Order.FORTRAN))) {
      requireSame(
          "low = min(x, axis=AXIS); m = mean(x, axis=AXIS); v = var(x, axis=AXIS);"
              + "p = argmax(x*x, axis=AXIS); s = std(float32(x), axis=AXIS, ddof=1)",
          axis,
          each);
    }
  }

  /** Rows of some elements, and some rows, are reduced without accumulators in memory. */
  @ParameterizedTest
  @CsvSource({
    "'300,100', 1",
    "'70,1', 1",
    "'700,33', 1",
    "'90,257', 1",
    "'40,1024', 1",
    "'40,1025', 1",
    "'1,900', 0",
    "'3,900', 0",
    "'9,70', 0",
    "'32,131', 0",
    "'33,131', 0",
    "'20,5,90', 1",
    "'20,5,90', 2",
  })
  void shortRowsAndFewGiveTheBitsOfTheReference(String shape, String axis) {
    long[] lengths = Arrays.stream(shape.split(",")).mapToLong(Long::parseLong).toArray();
    long[] wider = lengths.clone();
    wider[wider.length - 1] += 3;
    int last = lengths.length - 1;
    NDArray part = random(9, wider).slice(last, 2, 2 + lengths[last]);
    String names = "sum prod min max any all count_nonzero mean var std argmin argmax";
    for (String dtype : List.of("x", "float32(x)", "int32(x)", "int64(x)", "x > 0")) {
      NDArray x = eval(dtype, part);
      boolean hasNaN = x.dtype() == DType.FLOAT64 || x.dtype() == DType.FLOAT32;
      for (String name : (hasNaN ? names + " nanmin nanargmax" : names).split(" ")) {
        for (String of : List.of("x", x.dtype() == DType.BOOL ? "~x" : "2*x + 1")) {
          requireSame(name + "(" + of + ", axis=AXIS)", axis, x);
        }
      }
    }
    for (String name : List.of("sum", "max", "std", "argmin")) {
      requireSame(name + "(x, axis=AXIS)", axis, part);
      requireSame(name + "(x*x - 1, axis=AXIS)", axis, part);
    }
  }

  private static void requireSame(String text, String axis, NDArray x) {
    Expression expression = Expression.compile(text.replace("AXIS", axis));
    Map<String, NDArray> expected = expression.on(JavaEngine.INSTANCE).evaluateAll(x);
    for (int threads = 1; threads <= 4; threads++) {
      Map<String, NDArray> actual = expression.withThreads(threads).evaluateAll(x);
      expected.forEach(
          (name, array) ->
              assertThat(actual.get(name).contentEquals(array))
                  .as("%s in %s of %s", name, expression, Arrays.toString(x.shape()))
                  .isTrue());
    }
  }

  @Test
  void anythingCanBeDoneWithAResult() {
    NDArray x = random(3, 6, 5);
    NDArray shares = eval("x / sum(x, axis=1, keepdims=True)", x);
    NDArray totals = eval("sum(x, axis=1)", shares);
    assertThat(totals.shape()).containsExactly(6);
    assertThat(eval("max(abs(x - 1))", totals).getDouble()).isLessThan(1e-14);
    NDArray z = eval("(x - mean(x, axis=0)) / std(x, axis=0)", x);
    assertThat(eval("max(abs(mean(x, axis=0)))", z).getDouble()).isLessThan(1e-14);
    assertThat(eval("std(x)", eval("(x - mean(x)) / std(x)", x)).getDouble())
        .isBetween(1 - 1e-14, 1 + 1e-14);
    assertThat(eval("max(sum(x, axis=0)) - max(sum(x, 0))", x).getDouble()).isZero();
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> eval("x / sum(x, axis=1)", x));
    assertThat(e.code()).isEqualTo(Code.SHAPE);
    assertThat(e).hasMessageContaining("x [6, 5], a reduction [6]");
  }

  @Test
  void meanAndDeviationOfOneArrayTakeOnePass() {
    String plan =
        Expression.compile("(x - mean(x)) / std(x)").explain(Map.of("x", random(1, 50, 50)));
    assertThat(plan).contains("pass 2").doesNotContain("pass 3").contains("mean(r0)", "std(r0)");
    plan =
        Expression.compile("sum(x, axis=(0, -1), keepdims=True)")
            .explain(Map.of("x", random(1, 4, 5, 6)));
    assertThat(plan).contains("reduces axes (0, -1)", "keepdims=True", "float64 [1, 5, 1]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1 + sum(x, axis=2); AXIS; 4",
        "sum(x, axis=-3); AXIS; 0",
        "sum(x, axis=(1, -1)); AXIS; 0",
        "sum(x, axes=1); SYNTAX; 7",
        "sum(x, axis=y); SYNTAX; 12",
        "sum(x, ddof=1); SYNTAX; 7",
        "sum(x, 1, 2); SYNTAX; 10",
        "sum(x, axis=1, axis=0); SYNTAX; 15",
        "sum(x, keepdims=1); SYNTAX; 16",
        "sum(x, axis 1); SYNTAX; 12",
        "max(x, axis=); SYNTAX; 12",
      })
  void mistakesAreNamedWithTheirColumn(String text, Code code, int column) {
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> eval(text, random(1, 2, 3)));
    assertThat(e).as(text).isNotNull();
    assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
    assertThat(e.column()).isEqualTo(column);
  }

  @Test
  void ofNothing() {
    NDArray empty = NDArray.allocate(DType.FLOAT64, 3, 0);
    assertThat(eval("prod(x, axis=1)", empty).toDoubleArray()).containsExactly(1, 1, 1);
    assertThat(eval("mean(x, axis=1)", empty).toDoubleArray()).containsOnly(Double.NaN).hasSize(3);
    assertThat(eval("max(x, axis=0)", empty).shape()).containsExactly(0);
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> eval("argmin(x, axis=1)", empty));
    assertThat(e.code()).isEqualTo(Code.SHAPE);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, 1e6, 1e9, -1e12})
  void momentsStayExactFarFromZero(double offset) {
    SplittableRandom random = new SplittableRandom(5);
    double[] values = random.doubles(50_001, 0, 1).map(x -> x + offset).toArray();
    values[0] = offset + 1000; // which every sum about the first element would suffer from
    MathContext exact = new MathContext(60);
    BigDecimal n = BigDecimal.valueOf(values.length);
    BigDecimal mean =
        DoubleStream.of(values)
            .mapToObj(BigDecimal::new)
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .divide(n, exact);
    BigDecimal variance =
        DoubleStream.of(values)
            .mapToObj(x -> new BigDecimal(x).subtract(mean).pow(2))
            .reduce(BigDecimal.ZERO, BigDecimal::add)
            .divide(n, exact);
    double actual = eval("var(x)", NDArray.of(values)).getDouble();
    assertThat(Math.abs(actual - variance.doubleValue()) / variance.doubleValue())
        .isLessThan(2e-14);
    NDArray columns = NDArray.of(values).slice(0, 0, 50_000).reshape(500, 100);
    double byColumn =
        eval("mean(var(x, axis=0) + square(mean(x, axis=0) - mean(x)))", columns).getDouble();
    double whole = eval("var(x)", columns).getDouble();
    assertThat(byColumn).isBetween(whole * (1 - 1e-4), whole * (1 + 1e-4));
    assertThat(eval("mean(x)", NDArray.of(values)).getDouble())
        .isCloseTo(
            mean.doubleValue(), org.assertj.core.data.Offset.offset(4 * Math.ulp(offset + 1)));
  }

  @Test
  void severalResultsComeFromOneCall() {
    NDArray a = random(1, 300, 40);
    NDArray b = random(2, 300, 40);
    Expression expression =
        Expression.compile("d = a - b; out = d*d; rms = sqrt(mean(d*d)); rows = max(d, axis=1)");
    assertThat(expression.results()).containsExactly("out", "rms", "rows");
    Map<String, NDArray> results = expression.evaluateAll(a, b);
    assertThat(results.keySet()).containsExactly("out", "rms", "rows");
    assertThat(results.get("out").contentEquals(eval("square(a - b)", a, b))).isTrue();
    assertThat(results.get("rms").item()).isEqualTo(eval("sqrt(mean(square(a - b)))", a, b).item());
    assertThat(results.get("rows").shape()).containsExactly(300);
    LanesException e = catchThrowableOfType(LanesException.class, () -> expression.evaluate(a, b));
    assertThat(e.code()).isEqualTo(Code.ARITY);
    assertThat(e).hasMessageContaining("evaluateAll");
    String plan = expression.explain(Map.of("a", a, "b", b));
    assertThat(plan).contains("stores, and reduces all axes");
  }

  @Test
  void resultsMayTakeThePlacesOfOperands() {
    Expression swap = Expression.compile("x = b + 1; y = a - 1; s = sum(a * b)");
    NDArray a = random(1, 40_000);
    NDArray b = random(2, 40_000);
    NDArray sum = eval("sum(a * b)", a, b);
    double[] x = b.copy().toDoubleArray();
    double[] y = a.copy().toDoubleArray();
    Map<String, NDArray> results =
        swap.evaluateAllInto(Map.of("x", a, "y", b), Map.of("a", a, "b", b));
    assertThat(results.get("x")).isSameAs(a);
    assertThat(a.toDoubleArray()).isEqualTo(DoubleStream.of(x).map(v -> v + 1).toArray());
    assertThat(b.toDoubleArray()).isEqualTo(DoubleStream.of(y).map(v -> v - 1).toArray());
    assertThat(results.get("s").item()).isEqualTo(sum.item());

    NDArray grid = random(3, 50, 60);
    NDArray means = eval("mean(g, axis=0)", grid);
    NDArray centred = eval("g - mean(g, axis=0)", grid);
    Expression.compile("m = mean(g, axis=0); c = g - m")
        .withResults("m", "c")
        .evaluateAllInto(
            Map.of("m", grid.select(0, 7), "c", NDArray.allocate(DType.FLOAT64, 50, 60)),
            Map.of("g", grid.copy()));
    assertThat(grid.select(0, 7).contentEquals(means)).isTrue();
    NDArray other = random(3, 50, 60);
    Expression.compile("g - mean(g, axis=0)").evaluateInto(other, other);
    assertThat(other.contentEquals(centred)).isTrue();
    NDArray row = random(3, 50, 60);
    Expression.compile("mean(g, axis=0)").evaluateInto(row.select(0, 49), row);
    assertThat(row.select(0, 49).contentEquals(means)).isTrue();
  }

  @Test
  void oneResultMayBeAskedForLikeSeveral() {
    NDArray a = NDArray.of(new double[] {1, 2, 4});
    for (String text : new String[] {"m = max(a)", "max(a)"}) {
      Expression one = Expression.compile(text);
      String name = one.results().get(0);
      NDArray output = NDArray.allocate(DType.FLOAT64);
      assertThat(one.evaluateAll(Map.of("a", a)).get(name).item()).isEqualTo(4.0);
      assertThat(one.evaluateAllInto(Map.of(name, output), Map.of("a", a)).get(name))
          .isSameAs(output);
      assertThat(output.item()).isEqualTo(4.0);
    }
  }

  @Test
  void outputsThatOverlapAreRefused() {
    Expression two = Expression.compile("x = a + 1; y = a - 1");
    NDArray memory = NDArray.allocate(DType.FLOAT64, 15);
    LanesException e =
        catchThrowableOfType(
            LanesException.class,
            () ->
                two.evaluateAllInto(
                    Map.of("x", memory.slice(0, 0, 10), "y", memory.slice(0, 5, 15)),
                    Map.of("a", random(1, 10))));
    assertThat(e.code()).isEqualTo(Code.SHAPE);
    e =
        catchThrowableOfType(
            LanesException.class,
            () -> two.evaluateAllInto(Map.of("z", memory), Map.of("a", random(1, 15))));
    assertThat(e.code()).isEqualTo(Code.UNKNOWN_NAME);
  }

  @Test
  void manyResultsOfManyShapes() {
    String text =
        IntStream.range(0, 40)
            .mapToObj(i -> "r" + i + " = sum(a * " + i + ", axis=" + i % 2 + ")")
            .collect(Collectors.joining("; "));
    NDArray a = random(1, 30, 20);
    Map<String, NDArray> results = Expression.compile(text).evaluateAll(a);
    assertThat(results).hasSize(40);
    results.forEach(
        (name, array) -> {
          int i = Integer.parseInt(name.substring(1));
          assertThat(array.contentEquals(eval("sum(a * " + i + ", axis=" + i % 2 + ")", a)))
              .isTrue();
        });
  }
}
