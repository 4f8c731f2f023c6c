package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.io.Npy;
import dev.lanes.lang.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Measures the worst error of every function against results with 600 bits, of functions of complex
 * numbers with 400 and in units of the result's magnitude, and holds it against the bound of its
 * row. The figures are left in {@code target/accuracy}, a file for each engine and instruction set.
 */
@Tag("engine")
class AccuracyTest {

  private static final Path FIXTURES = Path.of("src", "test", "resources", "functions");
  private static final Path FOLDER = Path.of("target", "accuracy");

  private static Path report() {
    return FOLDER.resolve(Lanes.engine().name() + Lanes.isa().map(isa -> "-" + isa).orElse(""));
  }

  @BeforeAll
  static void begin() throws IOException {
    Files.createDirectories(FOLDER);
    Files.deleteIfExists(report());
  }

  @TestFactory
  Stream<DynamicTest> errorsAreWithinTheBounds() throws IOException {
    List<String> names = Files.readAllLines(FIXTURES.resolve("functions.txt"));
    NDArray wide = Npy.read(FIXTURES.resolve("functions_d.npy"));
    NDArray narrow = Npy.read(FIXTURES.resolve("functions_f.npy"));
    return IntStream.range(0, names.size())
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    names.get(i),
                    () -> check(names.get(i), wide.select(0, i), narrow.select(0, i))));
  }

  private static void check(String name, NDArray wide, NDArray narrow) throws IOException {
    Op op = name.equals("power") ? Op.POW : Op.valueOf(name.toUpperCase(Locale.ROOT));
    double worstWide = worst(op, wide, DType.FLOAT64);
    double worstNarrow = worst(op, narrow, DType.FLOAT32);
    String line = String.format(Locale.ROOT, "%s %.3f/%.3f%n", name, worstWide, worstNarrow);
    Files.writeString(report(), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    assertThat(worstWide).as("float64").isLessThanOrEqualTo(op.ulp());
    assertThat(worstNarrow).as("float32").isLessThanOrEqualTo(op.ulp());
  }

  @TestFactory
  Stream<DynamicTest> errorsOfComplexFunctionsAreWithinTheBounds() throws IOException {
    List<String> names = Files.readAllLines(FIXTURES.resolve("complex_functions.txt"));
    NDArray table = Npy.read(FIXTURES.resolve("complex_functions.npy"));
    return IntStream.range(0, names.size())
        .mapToObj(
            i ->
                DynamicTest.dynamicTest(
                    names.get(i), () -> checkComplex(names.get(i), table.select(0, i))));
  }

  private static void checkComplex(String name, NDArray table) throws IOException {
    boolean isPower = name.equals("power");
    NDArray a = table.select(0, 0);
    NDArray b = table.select(0, 1);
    Expression expression = Expression.compile(isPower ? "a ** b" : name + "(a)");
    NDArray actual = isPower ? expression.evaluate(a, b) : expression.evaluate(a);
    int bound =
        (isPower ? Op.POW : Op.valueOf(name.toUpperCase(Locale.ROOT)))
            .kernels().stream()
                .filter(kernel -> kernel.key() == Kind.COMPLEX128)
                .findFirst()
                .orElseThrow()
                .ulp();
    NDArray results = Expression.compile("complex128(x)").evaluate(actual);
    double worst = 0;
    for (long i = 0; i < a.size(); i++) {
      double[] value = results.getComplex(i);
      double[] head = table.select(0, 2).getComplex(i);
      double[] rest = table.select(0, 3).getComplex(i);
      double error = Math.hypot(value[0] - head[0] - rest[0], value[1] - head[1] - rest[1]);
      worst = Math.max(worst, error / Math.ulp(Math.hypot(head[0], head[1])));
    }
    String line = String.format(Locale.ROOT, "%s(complex) %.3f%n", name, worst);
    Files.writeString(report(), line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    assertThat(worst).isLessThanOrEqualTo(bound);
  }

  private static double worst(Op op, NDArray table, DType dtype) {
    String text = op == Op.POW ? "a ** b" : op.symbol() + (op.arity() == 1 ? "(a)" : "(a, b)");
    Expression convert = Expression.compile(dtype + "(x)");
    NDArray a = convert.evaluate(table.select(0, 0));
    NDArray b = convert.evaluate(table.select(0, 1));
    NDArray[] operands = op.arity() == 1 ? new NDArray[] {a} : new NDArray[] {a, b};
    NDArray actual = Expression.compile(text).evaluate(operands);
    assertThat(actual.dtype()).isEqualTo(dtype);
    double worst = 0;
    for (long i = 0; i < actual.size(); i++) {
      double head = table.select(0, 2).getDouble(i);
      double rest = table.select(0, 3).getDouble(i);
      double error = error(actual.getDouble(i), head, rest, dtype);
      assertThat(error)
          .as("%s of %s, %s", op, a.getDouble(i), op.arity() == 1 ? "" : b.getDouble(i))
          .isLessThanOrEqualTo(op.ulp());
      worst = Math.max(worst, error);
    }
    return worst;
  }

  /** In units in the last place of the dtype at the true result. */
  private static double error(double actual, double head, double rest, DType dtype) {
    boolean isWide = dtype == DType.FLOAT64;
    double largest = isWide ? Double.MAX_VALUE : Float.MAX_VALUE;
    if (Double.isNaN(head) || Double.isNaN(actual)) {
      return Double.isNaN(head) == Double.isNaN(actual) ? 0 : Double.POSITIVE_INFINITY;
    }
    if (Math.abs(head) > largest || Double.isInfinite(actual)) {
      boolean isClose = Math.abs(head) >= largest && Math.abs(actual) >= largest;
      return isClose && actual > 0 == head > 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    double wideUnit = unit(head, Double.MIN_EXPONENT, 52);
    double unit = isWide ? wideUnit : unit(head, Float.MIN_EXPONENT, 23);
    return Math.abs((actual - head) / wideUnit - rest) * (wideUnit / unit);
  }

  private static double unit(double value, int smallestExponent, int digits) {
    return Math.scalb(1.0, Math.max(Math.getExponent(value), smallestExponent) - digits);
  }
}
