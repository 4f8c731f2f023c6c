package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Functions in C and in Java inside expressions. */
@Tag("engine")
class UserFunctionTest {

  private static UserFunction logistic;
  private static UserFunction both;
  private static UserFunction collatz;
  private static UserFunction mix;
  private static UserFunction late;
  private static UserFunction rotate;
  private static UserFunction isFar;

  static String source() throws Exception {
    try (InputStream in = UserFunctionTest.class.getResourceAsStream("/user/functions.c")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static UserFunction function(
      Path library, String signature, String symbol, UserFunction.Meaning meaning) {
    return UserFunction.of(symbol)
        .withKernel(signature, library, symbol)
        .withReference(signature, meaning, 0);
  }

  @BeforeAll
  static void compile(@TempDir Path folder) throws Exception {
    Path library = CCompiler.library(folder, "functions", source());
    logistic =
        UserFunction.of("logistic")
            .withKernel("ff:f", library, "logistic_float")
            .withReference("ff:f", x -> (float) x[1] * (float) x[0] * (1 - (float) x[0]), 0)
            .withKernel("dd:d", library, "logistic")
            .withReference("dd:d", x -> logistic((double) x[0], (double) x[1]), 0);
    both = function(library, "bb:b", "both", x -> (boolean) x[0] && (boolean) x[1]);
    collatz = function(library, "i:i", "collatz", x -> collatz((int) x[0]));
    mix =
        function(
            library,
            "lib:l",
            "mix",
            x -> (long) x[0] * 31 + (int) x[1] * 7L + ((boolean) x[2] ? 1 : 0));
    rotate =
        function(
            library,
            "c:c",
            "rotate",
            x -> new double[] {-((double[]) x[0])[1], ((double[]) x[0])[0]});
    isFar = function(library, "cd:b", "is_far", x -> ((double[]) x[0])[0] > (double) x[1]);
    late = function(library, "d:d", "late", x -> 2 * (double) x[0]);
  }

  /** All of them, after {@link #compile}. */
  static UserFunction[] functions() {
    return new UserFunction[] {logistic, both, collatz, mix, late, rotate, isFar};
  }

  private static double logistic(double x, double r) {
    return r * x * (1 - x);
  }

  private static int collatz(int x) {
    return x % 2 == 0 ? x / 2 : 3 * x + 1;
  }

  private static NDArray numbers(int n) {
    return NDArray.of(IntStream.range(0, n).mapToDouble(i -> i * 0.37 - 5).toArray());
  }

  private static Code code(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    return catchThrowableOfType(LanesException.class, call).code();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 63, 511, 512, 513, 4097, 100_003})
  void everySize(int n) {
    NDArray x = numbers(n);
    Expression expression = Expression.compile("1 + logistic(x, r) * 2", logistic);
    double[] expected =
        Arrays.stream(x.toDoubleArray()).map(v -> 1 + logistic(v, 3.7) * 2).toArray();
    assertThat(expression.evaluate(Map.of("x", x, "r", 3.7)).toDoubleArray())
        .containsExactly(expected);
    NDArray r = NDArray.scalar(DType.FLOAT64, 3.7).broadcastTo(n);
    for (int threads : new int[] {1, 2, 5}) {
      assertThat(expression.withThreads(threads).evaluate(r, x.flip(0).flip(0)).shape())
          .containsExactly(n);
      assertThat(expression.withThreads(threads).evaluate(x, r).toDoubleArray())
          .containsExactly(expected);
    }
  }

  @Test
  void everyKindAndNumberOfArguments() {
    NDArray p = NDArray.of(new boolean[] {true, true, false, false});
    NDArray q = NDArray.of(new boolean[] {true, false, true, false});
    assertThat(Expression.compile("sum(both(p, q) == p)", both).evaluate(p, q).item())
        .isEqualTo(3L);
    assertThat(Expression.compile("int32(both(p, q))", both).evaluate(p, q).toIntArray())
        .containsExactly(1, 0, 0, 0);
    NDArray i = NDArray.of(new int[] {7, 8, -3, Integer.MAX_VALUE});
    assertThat(Expression.compile("collatz(i)", collatz).evaluate(i).toIntArray())
        .containsExactly(22, 4, -8, collatz(Integer.MAX_VALUE));
    NDArray l = NDArray.of(new long[] {1, Long.MAX_VALUE, -5, 0});
    assertThat(Expression.compile("mix(l, i, p)", mix).evaluate(l, i, p).toLongArray())
        .containsExactly(
            31 + 49 + 1, Long.MAX_VALUE * 31 + 56 + 1, -155 - 21, Integer.MAX_VALUE * 7L);
    NDArray small = NDArray.allocate(DType.INT8, 4);
    small.setLong(9, 2);
    assertThat(Expression.compile("collatz(s)", collatz).evaluate(small).toIntArray())
        .containsExactly(0, 0, 28, 0);
  }

  @Test
  void complexNumbers() {
    NDArray x = numbers(700);
    Expression expression = Expression.compile("rotate(x + 2j*x).real + 1", rotate);
    assertThat(expression.evaluate(x).toDoubleArray())
        .containsExactly(Arrays.stream(x.toDoubleArray()).map(v -> -2 * v + 1).toArray());
    NDArray far = Expression.compile("sum(is_far(complex(x, 1.0), 0))", isFar).evaluate(x);
    assertThat(far.item()).isEqualTo(Arrays.stream(x.toDoubleArray()).filter(v -> v > 0).count());
  }

  @Test
  void viewsBroadcastingAndUniformArguments() {
    NDArray x = numbers(60).reshape(5, 12);
    NDArray column = numbers(5).reshape(5, 1);
    Expression expression = Expression.compile("logistic(x, c)", logistic);
    for (NDArray view : List.of(x, x.flip(1), x.flip(0), numbers(60).reshape(12, 5).transpose())) {
      NDArray result = expression.evaluate(view, column);
      for (int row = 0; row < 5; row++) {
        for (int k = 0; k < 12; k++) {
          assertThat(result.getDouble(row, k))
              .isEqualTo(logistic(view.getDouble(row, k), column.getDouble(row, 0)));
        }
      }
    }
    NDArray one = NDArray.scalar(DType.FLOAT64, 0.25);
    NDArray wide =
        Expression.compile("x - logistic(one, 2.0)", logistic).evaluate(Map.of("x", x, "one", one));
    assertThat(wide.getDouble(4, 11)).isEqualTo(x.getDouble(4, 11) - 0.375);
    assertThat(Expression.compile("logistic(0.25, 2)", logistic).evaluate().item())
        .isEqualTo(0.375);
    assertThat(Expression.compile("logistic(x, x)", logistic).evaluate(one).item())
        .isEqualTo(0.25 * 0.25 * 0.75);
  }

  @Test
  void onePassWithEverythingElse() {
    NDArray x = numbers(1000).reshape(20, 50);
    Expression expression =
        Expression.compile(
            "y = logistic(x, 3.5); z = logistic(y, y) + logistic(x, 3.5); t = sum(y, axis=1)",
            logistic);
    String plan = expression.explain(Map.of("x", x));
    assertThat(plan.split("= logistic\\(r")).as(plan).hasSize(1 + 2); // equal calls are one
    assertThat(plan).contains("pass 1").doesNotContain("pass 2");
    Map<String, NDArray> results = expression.evaluateAll(x);
    double total = 0;
    for (int k = 0; k < 50; k++) {
      total += logistic(x.getDouble(7, k), 3.5);
    }
    assertThat(results.get("t").getDouble(7)).isCloseTo(total, within(total));
    double y = logistic(x.getDouble(7, 9), 3.5);
    assertThat(results.get("z").getDouble(7, 9)).isEqualTo(logistic(y, y) + y);
    assertThat(Expression.compile("sum(logistic(x, 3.5), axis=0)", logistic).evaluate(x).shape())
        .containsExactly(50);
  }

  private static org.assertj.core.data.Offset<Double> within(double total) {
    return org.assertj.core.data.Offset.offset(1e-12 * Math.abs(total));
  }

  @Test
  void blocksDoNotOverlap() {
    NDArray x = numbers(2000);
    double[] before = x.toDoubleArray();
    Expression.compile("late(x)", late).evaluateInto(x, x);
    assertThat(x.toDoubleArray()).containsExactly(Arrays.stream(before).map(v -> 2 * v).toArray());
    NDArray chained = Expression.compile("late(late(late(x) + 1))", late).evaluate(x);
    assertThat(chained.toDoubleArray())
        .containsExactly(Arrays.stream(before).map(v -> 4 * (2 * (2 * v) + 1)).toArray());
  }

  @Test
  void callsTakeTheFirstSignatureThatFits() {
    NDArray f = NDArray.of(new float[] {0.5f});
    NDArray d = NDArray.of(new double[] {0.5});
    NDArray i = NDArray.of(new int[] {3});
    Expression expression = Expression.compile("logistic(x, 2.5)", logistic);
    assertThat(expression.evaluate(f).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(expression.evaluate(d).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(expression.evaluate(i).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(expression.evaluate(i).item()).isEqualTo(2.5 * 3 * -2);
    assertThat(expression.evaluate(Map.of("x", 0.5)).dtype()).isEqualTo(DType.FLOAT64);
    Expression sum = Expression.compile("f * logistic(0.5, 2)", logistic);
    assertThat(sum.evaluate(f).dtype()).as("calls are not weak").isEqualTo(DType.FLOAT64);
    UserFunction onlyFloat = UserFunction.of("g").withReference("f:f", x -> -(float) x[0], 0);
    Expression weak = Expression.compile("g(2)", onlyFloat).on(JavaEngine.INSTANCE);
    assertThat(weak.evaluate().item()).isEqualTo(-2.0);
    LanesException e =
        catchThrowableOfType(
            LanesException.class, () -> Expression.compile("1 + collatz(x)", collatz).evaluate(d));
    assertThat(e.code()).isEqualTo(Code.TYPE);
    assertThat(e.column()).isEqualTo(4);
    assertThat(e).hasMessage("'collatz' does not take float64; it takes i:i");
  }

  @Test
  void namesAreFoundInTheTextThenHereThenInTheLanguage() {
    NDArray x = NDArray.of(new double[] {9});
    UserFunction sqrt = UserFunction.of("sqrt").withReference("d:d", v -> -(double) v[0], 0);
    Expression own = Expression.compile("sqrt(x)", sqrt).on(JavaEngine.INSTANCE);
    assertThat(own.evaluate(x).item()).isEqualTo(-9.0);
    assertThat(Expression.compile("sqrt(y) = y + 1; sqrt(x)", sqrt).evaluate(x).item())
        .isEqualTo(10.0);
    Expression inside = Expression.compile("g(y) = late(y) + 1; a = g(g(x)); b = late(x)", late);
    assertThat(inside.evaluateAll(x).get("a").item()).isEqualTo(39.0);
    assertThat(inside.withResults("b").evaluate(x).item()).isEqualTo(18.0);
    assertThat(Term.call("late", Term.var("x")).plus(1).compile(late).evaluate(x).item())
        .isEqualTo(19.0);
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> Expression.compile("lat(x)", late));
    assertThat(e.code()).isEqualTo(Code.UNKNOWN_FUNCTION);
    assertThat(e).hasMessageContaining("late");
    assertThat(code(() -> Expression.compile("late(x, x)", late))).isEqualTo(Code.ARITY);
    assertThat(code(() -> Expression.compile("late(x, axis=0)", late))).isEqualTo(Code.SYNTAX);
    assertThat(code(() -> Expression.compile("late(x)", late, late))).isEqualTo(Code.TYPE);
    assertThat(code(() -> Expression.compile("g(x)", UserFunction.of("g")))).isEqualTo(Code.TYPE);
    assertThat(code(() -> UserFunction.of("in"))).isEqualTo(Code.SYNTAX);
    assertThat(code(() -> UserFunction.of("a b"))).isEqualTo(Code.SYNTAX);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":", "d", "d:", ":d", "dddd:d", "d:dd", "q:d", "s:d", "D:d", "d:d "})
  void wrongSignaturesAreRefused(String signature) {
    LanesException e =
        catchThrowableOfType(
            LanesException.class,
            () -> UserFunction.of("g").withReference(signature, x -> x[0], 0));
    assertThat(e.code()).isEqualTo(Code.TYPE);
    assertThat(e).hasMessageContaining("as in 'dd:d'");
    assertThat(code(() -> UserFunction.of("g").withKernel(signature, Path.of("none.so"), "g")))
        .isEqualTo(Code.TYPE);
  }

  @Test
  void signaturesOfOneFunctionHaveOneLength() {
    assertThat(code(() -> late.withReference("dd:d", x -> x[0], 0))).isEqualTo(Code.TYPE);
    assertThat(code(() -> late.withReference("d:d", x -> x[0], -1))).isEqualTo(Code.LIMIT);
  }

  @Test
  void meaningsAnswerForTheirKinds() {
    NDArray x = NDArray.of(new double[] {1});
    UserFunction wrong = UserFunction.of("g").withReference("d:d", v -> 1, 0);
    LanesException e =
        catchThrowableOfType(
            LanesException.class,
            () -> Expression.compile("g(x)", wrong).on(JavaEngine.INSTANCE).evaluate(x));
    assertThat(e.code()).isEqualTo(Code.TYPE);
    assertThat(e).hasMessage("the meaning of 'g' gave a Integer for float64");
  }
}
