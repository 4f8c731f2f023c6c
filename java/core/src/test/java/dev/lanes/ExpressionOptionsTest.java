package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Everything that a caller may choose beside a text: constants, results, casting, order. */
@Tag("engine")
class ExpressionOptionsTest {

  private static final NDArray X = NDArray.of(new double[] {1, 2, 3});

  @Test
  void constantsGiveWayToOperandsGivenByName() {
    Expression expression = Expression.compile("2*e + x*pi");
    assertThat(expression.variables()).containsExactly("x");
    assertThat(expression.constants()).containsExactly("e", "pi");
    assertThat(expression.evaluate(X).getDouble(1)).isEqualTo(2 * Math.E + 2 * Math.PI);
    assertThat(expression.evaluate(Map.of("x", X, "e", X)).getDouble(1)).isEqualTo(4 + 2 * Math.PI);
    assertThat(expression.evaluate(Map.of("x", X, "e", 1, "pi", 10)).getDouble(1)).isEqualTo(22);
    assertThat(expression.evaluate(Map.of("x", X)).getDouble(1))
        .isEqualTo(2 * Math.E + 2 * Math.PI);
    NDArray output = NDArray.allocate(DType.FLOAT64, 3);
    assertThat(expression.evaluateInto(output, Map.of("x", X, "e", 0, "pi", 1)).toDoubleArray())
        .containsExactly(1, 2, 3);
    assertThat(expression.explain(Map.of("x", X, "e", 1))).contains("int32         = e");
    assertThat(expression.validate(Map.of("x", X, "e", NDArray.allocate(DType.FLOAT64, 2, 1))))
        .containsExactly(new Expression.ResultType("", DType.FLOAT64, List.of(2L, 3L)));
    LanesException e = catchThrowableOfType(LanesException.class, () -> expression.evaluate(X, X));
    assertThat(e.code()).isEqualTo(Code.ARITY);
    assertThat(e).hasMessageContaining("by name where a name such as [e, pi] is one");
    assertThat(Expression.compile("deg2rad(x)").evaluate(Map.of("x", 180, "pi", 3)).item())
        .isEqualTo(Math.PI);
  }

  @Test
  void constantsAreWeak() {
    NDArray f = NDArray.of(new float[] {1});
    assertThat(Expression.compile("f*pi").evaluate(f).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(Expression.compile("f*sqrt(2)").evaluate(f).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(Expression.compile("f*float64(2)").evaluate(f).dtype()).isEqualTo(DType.FLOAT64);
  }

  @Test
  void arraysWithoutAxesAreOfTheirType() {
    NDArray f = NDArray.of(new float[] {1, 2});
    Expression product = Expression.compile("f * k");
    assertThat(product.evaluate(Map.of("f", f, "k", 2.5)).dtype()).isEqualTo(DType.FLOAT32);
    NDArray typed = product.evaluate(Map.of("f", f, "k", NDArray.scalar(DType.FLOAT64, 2.5)));
    assertThat(typed.dtype()).isEqualTo(DType.FLOAT64);
    assertThat(typed.toDoubleArray()).containsExactly(2.5, 5);
    assertThat(NDArray.scalar(DType.INT8, -3).item()).isEqualTo(-3L);
    assertThat(NDArray.scalar(DType.FLOAT32, 1L << 40).item()).isEqualTo(0x1p40);
    assertThat(
            catchThrowableOfType(LanesException.class, () -> NDArray.scalar(DType.INT8, 300))
                .code())
        .isEqualTo(Code.CAST);
    assertThat(
            catchThrowableOfType(LanesException.class, () -> NDArray.scalar(DType.INT32, 1.5))
                .code())
        .isEqualTo(Code.CAST);
  }

  @Test
  void resultsAreChosenByName() {
    Expression program = Expression.compile("d = a - b; out = d*d; low = min(c)");
    assertThat(program.variables()).containsExactly("a", "b", "c");
    Expression difference = program.withResults("d");
    assertThat(difference.variables()).containsExactly("a", "b");
    assertThat(difference.evaluate(X, X).toDoubleArray()).containsExactly(0, 0, 0);
    assertThat(catchThrowableOfType(LanesException.class, () -> program.withResults("dd")).code())
        .isEqualTo(Code.UNKNOWN_NAME);
    assertThat(catchThrowableOfType(LanesException.class, program::withResults).code())
        .isEqualTo(Code.ARITY);
  }

  @Test
  void validationEvaluatesNothing() {
    NDArray huge = NDArray.allocate(DType.INT16, 1).broadcastTo(1L << 40, 3);
    Expression expression = Expression.compile("y = x / 2 + k");
    assertThat(expression.validate(Map.of("x", huge, "k", 1)))
        .containsExactly(new Expression.ResultType("y", DType.FLOAT64, List.of(1L << 40, 3L)));
    assertThat(
            catchThrowableOfType(
                    LanesException.class,
                    () ->
                        expression.validate(
                            Map.of("x", huge, "k", NDArray.allocate(DType.BOOL, 2))))
                .code())
        .isEqualTo(Code.SHAPE);
    assertThat(
            catchThrowableOfType(LanesException.class, () -> expression.validate(Map.of("x", huge)))
                .code())
        .isEqualTo(Code.UNKNOWN_NAME);
    assertThat(
            catchThrowableOfType(
                    LanesException.class, () -> Expression.compile("~x").validate(Map.of("x", X)))
                .code())
        .isEqualTo(Code.TYPE);
  }

  /** NumPy's can_cast, row by row: the dtypes into which each may go. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SAFE | bool | bool int8 uint8 int16 uint16 int32 uint32 int64 float16 float32 float64 complex64 complex128",
        "SAFE | int8 | int8 int16 int32 int64 float16 float32 float64 complex64 complex128",
        "SAFE | uint8 | uint8 int16 uint16 int32 uint32 int64 float16 float32 float64 complex64 complex128",
        "SAFE | int32 | int32 int64 float64 complex128",
        "SAFE | uint32 | uint32 int64 float64 complex128",
        "SAFE | int64 | int64 float64 complex128",
        "SAFE | float16 | float16 float32 float64 complex64 complex128",
        "SAFE | float32 | float32 float64 complex64 complex128",
        "SAFE | float64 | float64 complex128",
        "SAFE | complex64 | complex64 complex128",
        "SAFE | complex128 | complex128",
        "NO | float32 | float32",
        "EQUIV | int64 | int64",
        "SAME_KIND | bool | bool int8 uint8 int16 uint16 int32 uint32 int64 float16 float32 float64 complex64 complex128",
        "SAME_KIND | int64 | int8 uint8 int16 uint16 int32 uint32 int64 float16 float32 float64 complex64 complex128",
        "SAME_KIND | float64 | float16 float32 float64 complex64 complex128",
        "SAME_KIND | complex64 | complex64 complex128",
        "UNSAFE | complex64 | bool int8 uint8 int16 uint16 int32 uint32 int64 float16 float32 float64 complex64 complex128",
      })
  void castingRulesAreNumPys(Casting casting, String from, String to) {
    assertThat(
            Arrays.stream(DType.fixed())
                .filter(dtype -> dtype != DType.BFLOAT16)
                .filter(dtype -> casting.allows(DType.of(from), dtype))
                .map(DType::toString)
                .collect(Collectors.joining(" ")))
        .isEqualTo(to);
    assertThat(casting.allows(DType.of(from), DType.bytes(4))).isFalse();
  }

  @Test
  void outputsTakeWhatTheRuleAllows() {
    NDArray x = NDArray.of(new double[] {1.75, -2.5, 3e10, Double.NaN, -0.0});
    Expression copy = Expression.compile("x");
    NDArray ints = NDArray.allocate(DType.INT32, 5);
    copy.withCasting(Casting.UNSAFE).evaluateInto(ints, x);
    assertThat(ints.toIntArray()).containsExactly(1, -2, Integer.MAX_VALUE, 0, 0);
    NDArray bools = NDArray.allocate(DType.BOOL, 5);
    copy.withCasting(Casting.UNSAFE).evaluateInto(bools, x);
    assertThat(bools.toBooleanArray()).containsExactly(true, true, true, true, false);
    for (Casting casting : List.of(Casting.NO, Casting.EQUIV, Casting.SAFE)) {
      LanesException e =
          catchThrowableOfType(
              LanesException.class,
              () -> copy.withCasting(casting).evaluateInto(NDArray.allocate(DType.FLOAT32, 5), x));
      assertThat(e.code()).isEqualTo(Code.CAST);
      assertThat(e).hasMessageContaining(casting + " casting");
    }
    copy.withCasting(Casting.NO).evaluateInto(NDArray.allocate(DType.FLOAT64, 5), x);
    copy.evaluateInto(NDArray.allocate(DType.FLOAT32, 5), x);
    NDArray wide = NDArray.allocate(DType.FLOAT64, 5);
    Expression.compile("x > 1").withCasting(Casting.SAFE).evaluateInto(wide, x);
    assertThat(wide.toDoubleArray()).containsExactly(1, 0, 1, 0, 0);
  }

  @Test
  void resultsLieAsNumPysDo() throws IOException {
    List<String> lines =
        Files.readAllLines(Path.of("src", "test", "resources", "language", "orders.txt"));
    assertThat(lines).hasSizeGreaterThan(200);
    Expression sum = Expression.compile("a + b");
    for (String line : lines) {
      String[] words = line.split(" ");
      NDArray result =
          sum.withOrder(ResultOrder.valueOf(words[2])).evaluate(laid(words[0]), laid(words[1]));
      assertThat(result.strides()).as(line).containsExactly(numbers(words[3]));
    }
  }

  private static NDArray laid(String description) {
    String[] parts = description.split(":");
    return NDArray.allocate(DType.FLOAT64, numbers(parts[0]))
        .transpose(parts[1].chars().map(c -> c - '0').toArray());
  }

  private static long[] numbers(String text) {
    return Arrays.stream(text.split("x")).mapToLong(Long::parseLong).toArray();
  }

  @Test
  void ordersChangeNoValues() {
    NDArray a = NDArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
    Expression expression = Expression.compile("a*2 + k");
    for (ResultOrder order : ResultOrder.values()) {
      NDArray result = expression.withOrder(order).evaluate(Map.of("a", a.transpose(), "k", 1));
      assertThat(result.toDoubleArray()).containsExactly(3, 9, 5, 11, 7, 13);
      assertThat(Expression.compile("sum(a)").withOrder(order).evaluate(a).item()).isEqualTo(21.0);
      NDArray closed = expression.withOrder(order).evaluate(Map.of("a", a.transpose(), "k", 1));
      closed.close();
      assertThat(closed.isClosed()).isTrue();
    }
  }

  @Test
  void programsWithoutOptimisationFollowTheText() {
    NDArray x = NDArray.of(new double[] {0.1, 1.7, 2});
    Expression expression = Expression.compile("x**3 + (1 + 2)*x + (1 + 2)*x");
    Expression plain = expression.withOptimization(false);
    Map<String, Object> operands = Map.of("x", x);
    assertThat(expression.explain(operands)).doesNotContain(" ** 3");
    assertThat(plain.explain(operands)).contains(" ** 3").containsSubsequence("1 + 2", "1 + 2");
    assertThat(plain.evaluate(x).getDouble(2)).isEqualTo(expression.evaluate(x).getDouble(2));
    assertThat(
            Expression.compile("2**40 + (3 - 1)*n")
                .withOptimization(false)
                .evaluate(Map.of("n", NDArray.of(new int[] {1})))
                .item())
        .isEqualTo((1L << 40) + 2);
  }
}
