package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What numexpr's users reported as wrong or missing, each as it has to be. */
@Tag("engine")
class NumexprTest {

  private static final NDArray I = NDArray.of(new int[] {3, -7, 0});
  private static final NDArray L = NDArray.of(new long[] {3, -7, 0});
  private static final NDArray F = NDArray.of(new float[] {0.5f, -1, 2});
  private static final NDArray D = NDArray.of(new double[] {0.5, -1, 2});
  private static final NDArray P = NDArray.of(new boolean[] {true, false, true});

  private static NDArray evaluate(String text, Object... operands) {
    Map<String, Object> named = new HashMap<>();
    for (int i = 0; i < operands.length; i++) {
      named.put(String.valueOf((char) ('a' + i)), operands[i]);
    }
    return Expression.compile(text).evaluate(named);
  }

  private static Object item(String text, Object... operands) {
    return evaluate(text, operands).item();
  }

  private static Code refusal(String text, Object... operands) {
    return catchThrowableOfType(LanesException.class, () -> evaluate(text, operands)).code();
  }

  @Test
  void reductionsStandInsideExpressions() {
    assertThat(item("-sum(a)*2", I)).isEqualTo(8L);
    assertThat(evaluate("a - min(a)", I).toLongArray()).containsExactly(10, 0, 7);
    assertThat(item("sum(3)")).isEqualTo(3L);
    assertThat(item("sum(a) + sum(a > 0)", P.reshape(3))).isEqualTo(4L);
  }

  @Test
  void minimaAndMaximaAreExact() {
    assertThat(item("min(a)", I)).isEqualTo(-7L);
    assertThat(item("max(a)", I)).isEqualTo(3L);
    NDArray odd = NDArray.of(new long[] {(1L << 53) + 1, 1});
    assertThat(item("max(a)", odd)).isEqualTo((1L << 53) + 1);
    assertThat(evaluate("maximum(a, 0)", odd).dtype()).isEqualTo(DType.INT64);
    assertThat(evaluate("minimum(a, b)", F, F).dtype()).isEqualTo(DType.FLOAT32);
  }

  @Test
  void sumsNeitherWrapNorStall() {
    NDArray ones = NDArray.of(new float[] {1}).broadcastTo(1 << 25);
    assertThat(item("sum(a)", ones)).isEqualTo((double) (1 << 25));
    NDArray large = NDArray.of(new int[] {Integer.MAX_VALUE}).broadcastTo(10);
    assertThat(item("sum(a)", large)).isEqualTo(10L * Integer.MAX_VALUE);
  }

  @Test
  void emptyArraysBroadcastAndReduce() {
    NDArray empty = NDArray.allocate(DType.FLOAT64, 0, 3);
    assertThat(evaluate("a + b", empty, NDArray.allocate(DType.FLOAT64, 5, 1, 1)).shape())
        .containsExactly(5, 0, 3);
    assertThat(item("sum(a)", empty)).isEqualTo(0.0);
    assertThat(refusal("max(a)", empty)).isEqualTo(Code.SHAPE);
    assertThat(refusal("a + b", NDArray.allocate(DType.INT32, 0), NDArray.allocate(DType.INT32, 5)))
        .isEqualTo(Code.SHAPE);
  }

  @Test
  void notANumberIsNotIgnored() {
    NDArray a = NDArray.of(new double[] {1, Double.NaN});
    assertThat(item("min(a)", a)).isEqualTo(Double.NaN);
    assertThat(item("max(a)", a)).isEqualTo(Double.NaN);
    assertThat(evaluate("minimum(a, 0)", a).toDoubleArray()).containsExactly(0, Double.NaN);
  }

  @Test
  void constantsMayStandOnTheLeft() {
    assertThat(evaluate("5 // a", I).toLongArray()).containsExactly(1, -1, 0);
    assertThat(evaluate("5 & a", I).toLongArray()).containsExactly(1, 1, 0);
    assertThat(evaluate("6 | a", I).toLongArray()).containsExactly(7, -1, 6);
    assertThat(evaluate("1 ^ a", I).toLongArray()).containsExactly(2, -8, 1);
  }

  @Test
  void typesPromoteWithoutLoss() {
    assertThat(evaluate("a + b", L, F).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(evaluate("a + b", I, F).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(evaluate("a * 2.0", F).dtype()).isEqualTo(DType.FLOAT32);
    for (String text : new String[] {"trunc(a)", "round(a)", "sign(a)", "hypot(a, a)"}) {
      assertThat(evaluate(text, F).dtype()).as(text).isEqualTo(DType.FLOAT32);
    }
    for (String text : new String[] {"copysign(a, 1)", "nextafter(a, 1)", "maximum(a, 1)"}) {
      assertThat(evaluate(text, F).dtype()).as(text).isEqualTo(DType.FLOAT32);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sqrt", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh",
        "arcsinh", "arccosh", "arctanh", "log", "log1p", "log10", "log2", "exp", "expm1", "abs",
        "ceil", "floor", "trunc", "round", "sign", "copy", "ones_like"
      })
  void functionsOfOneArgumentKeepFloats(String name) {
    assertThat(evaluate(name + "(a)", F).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(evaluate(name + "(a)", D).dtype()).isEqualTo(DType.FLOAT64);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"hypot", "nextafter", "copysign", "maximum", "minimum", "arctan2", "fmod"})
  void functionsOfTwoArgumentsKeepFloats(String name) {
    assertThat(evaluate(name + "(a, 2)", F).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(evaluate(name + "(a, b)", F, D).dtype()).isEqualTo(DType.FLOAT64);
  }

  @ParameterizedTest
  @ValueSource(strings = {"isnan", "isfinite", "isinf", "signbit"})
  void testsOfFloatsGiveBools(String name) {
    assertThat(evaluate(name + "(a)", F).dtype()).isEqualTo(DType.BOOL);
    assertThat(evaluate(name + "(a)", D).dtype()).isEqualTo(DType.BOOL);
  }

  @Test
  void boolsAddAndCount() {
    assertThat(evaluate("a + a", P).toBooleanArray()).containsExactly(true, false, true);
    assertThat(evaluate("a * ~a", P).toBooleanArray()).containsExactly(false, false, false);
    assertThat(item("sum(a)", P)).isEqualTo(2L);
  }

  @Test
  void integerPowersWrapAndAreExact() {
    NDArray threes = NDArray.of(new long[] {3, -3, 2});
    assertThat(evaluate("a ** 39", threes).toLongArray())
        .containsExactly(4052555153018976267L, -4052555153018976267L, 1L << 39);
    assertThat(evaluate("a ** 64", threes).toLongArray()[2]).isZero();
    assertThat(
            evaluate("a ** b", NDArray.of(new int[] {2, 1, -1}), NDArray.of(new int[] {-1, -5, -3}))
                .toLongArray())
        .containsExactly(0, 1, -1);
    assertThat(refusal("a ** -2", I)).isEqualTo(Code.TYPE);
  }

  @Test
  void divisionsAndShiftsOfIntegersAreDefined() {
    assertThat(evaluate("a // 0", I).toLongArray()).containsExactly(0, 0, 0);
    assertThat(evaluate("a % 0", I).toLongArray()).containsExactly(0, 0, 0);
    assertThat(evaluate("a % 4", I).toLongArray()).containsExactly(3, 1, 0);
    assertThat(evaluate("a << 32", I).toLongArray()).containsExactly(0, 0, 0);
    assertThat(evaluate("a >> 99", I).toLongArray()).containsExactly(0, -1, 0);
  }

  @Test
  void outputsMayOverlapOperands() {
    NDArray a = NDArray.of(new double[] {1, 2, 3, 4, 5});
    Expression.compile("a + b").evaluateInto(a.slice(0, 1, 5), a.slice(0, 1, 5), a.slice(0, 0, 4));
    assertThat(a.toDoubleArray()).containsExactly(1, 3, 5, 7, 9);
  }

  @Test
  void hundredsOfOperandsAndThousandsOfTermsWork() {
    Map<String, Object> operands = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      operands.put("x" + i, NDArray.of(new double[] {i, 1}));
    }
    String inputs = IntStream.range(0, 500).mapToObj(i -> "x" + i).collect(Collectors.joining("+"));
    assertThat(Expression.compile(inputs).evaluate(operands).toDoubleArray())
        .containsExactly(500 * 499 / 2, 500);
    assertThat(item("a" + " + a*2".repeat(10_000), NDArray.of(new double[] {1})))
        .isEqualTo(20_001.0);
    String constants =
        IntStream.range(1, 3001).mapToObj(i -> i + ".5*a").collect(Collectors.joining("+"));
    assertThat(item(constants, NDArray.of(new double[] {2}))).isEqualTo(3000 * 3001.0 + 3000);
  }

  @Test
  void nestingOverflowsNoStack() {
    int n = 50_000;
    assertThat(item("(".repeat(n) + "a" + ")".repeat(n), NDArray.of(new double[] {2})))
        .isEqualTo(2.0);
    assertThat(item("abs(".repeat(20_000) + "a" + ")".repeat(20_000), NDArray.of(new int[] {-2})))
        .isEqualTo(2L);
    assertThat(item("-".repeat(20_000) + "a", NDArray.of(new int[] {2}))).isEqualTo(2L);
    assertThat(item("a+(".repeat(20_000) + "a" + ")".repeat(20_000), NDArray.of(new int[] {1})))
        .isEqualTo(20_001L);
    String nested = "sum(a+".repeat(2000) + "1" + ")".repeat(2000);
    assertThat(Expression.compile(nested).explain(Map.of("a", D))).contains("pass 2000");
  }

  @Test
  void whatCostsTooMuchIsRefused() {
    String shared =
        "c = a" + "+sqrt(a)*a".repeat(3000) + "\n" + "c-sum(".repeat(3000) + "c" + ")".repeat(3000);
    assertThat(refusal(shared, D)).isEqualTo(Code.LIMIT);
  }

  @Test
  void textsAreReadByAGrammarAndNeverRun() {
    assertThat(refusal("__import__('os').system('true')")).isEqualTo(Code.UNKNOWN_FUNCTION);
    assertThat(refusal("a.__class__", D)).isEqualTo(Code.SYNTAX);
    assertThat(refusal("(lambda: 0)()")).isEqualTo(Code.SYNTAX);
    assertThat(Expression.compile("__a__ + _b").variables()).containsExactly("__a__", "_b");
    assertThat(evaluate("a*1.e3 + 1.E-3", D).getDouble(2)).isEqualTo(2000.001);
  }

  @Test
  void complexNumbersHaveARealLength() {
    NDArray z = NDArray.allocate(DType.COMPLEX64, 2);
    z.setComplex(3, -4, 0);
    z.setComplex(0, 2, 1);
    NDArray length = Expression.compile("abs(z)").evaluate(z);
    assertThat(length.dtype()).isEqualTo(DType.FLOAT64);
    assertThat(length.getDouble(0)).isEqualTo(5);
    NDArray sum = Expression.compile("(2j*z).real + z.imag").evaluate(z);
    assertThat(sum.dtype()).isEqualTo(DType.FLOAT64);
    assertThat(sum.getDouble(0)).isEqualTo(4);
    assertThat(sum.getDouble(1)).isEqualTo(-2);
  }

  @Test
  void mistakesAreNamed() {
    assertThat(refusal("1 < a < 3", D)).isEqualTo(Code.SYNTAX);
    assertThat(refusal("sin(a, a)", D)).isEqualTo(Code.ARITY);
    assertThat(refusal("where(a, 1, 2)", I)).isEqualTo(Code.TYPE);
    assertThat(refusal("-a", P)).isEqualTo(Code.TYPE);
    assertThat(refusal("a & 1", D)).isEqualTo(Code.TYPE);
    assertThat(refusal("a < 1j", D)).isEqualTo(Code.TYPE);
    assertThat(refusal("a + nix", D)).isEqualTo(Code.UNKNOWN_NAME);
  }
}
