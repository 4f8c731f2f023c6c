package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What numexpr gets wrong or its users miss, each as it has to be. Numbers are those of threads of
 * pydata/numexpr; tests without one guard what its newest release, 2.14.2, does by itself.
 */
@Tag("engine")
class NumexprDefectsTest {

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

  private static LanesException error(String text, Object... operands) {
    return catchThrowableOfType(LanesException.class, () -> evaluate(text, operands));
  }

  private static Code refusal(String text, Object... operands) {
    return error(text, operands).code();
  }

  private static NDArray of(DType dtype, double... values) {
    NDArray array = NDArray.allocate(dtype, values.length);
    for (int i = 0; i < values.length; i++) {
      if (dtype.kind() == Kind.INT32 || dtype.kind() == Kind.INT64) {
        array.setLong((long) values[i], i);
      } else {
        array.setDouble(values[i], i);
      }
    }
    return array;
  }

  private static double[] doubles(int n) {
    return IntStream.range(0, n).mapToDouble(i -> i % 1000 - 300).toArray();
  }

  // ---- Reductions ----

  /** 76, 236, 255. */
  @Test
  void reductionsStandInsideExpressions() {
    assertThat(item("-sum(a)*2", I)).isEqualTo(8L);
    assertThat(evaluate("a - min(a)", I).toLongArray()).containsExactly(10, 0, 7);
    assertThat(item("sum(3)")).isEqualTo(3L);
    assertThat(item("sum(a) + sum(a > 0)", P.reshape(3))).isEqualTo(4L);
  }

  /** 73. */
  @Test
  void reductionsTakeAllThreadsAndGiveTheSameBits() {
    NDArray a = NDArray.of(doubles(1_000_000));
    Expression sum = Expression.compile("sum(a / 3)");
    double serial = sum.withThreads(1).evaluate(a).getDouble();
    for (int threads = 2; threads <= 4; threads++) {
      Expression parallel = sum.withThreads(threads);
      assertThat(parallel.explain(Map.of("a", a))).contains("up to " + threads + " threads");
      assertThat(parallel.evaluate(a).getDouble()).isEqualTo(serial);
    }
  }

  /** 120, 255. */
  @Test
  void thereAreAnyAllMeanAndDeviation() {
    assertThat(item("any(a > 2)", I)).isEqualTo(true);
    assertThat(item("all(a > -7)", I)).isEqualTo(false);
    assertThat(item("mean(a)", NDArray.of(new int[] {1, 2, 4, 5}))).isEqualTo(3.0);
    assertThat(item("std(a)", NDArray.of(new double[] {1, 2, 4, 5}))).isEqualTo(Math.sqrt(2.5));
    assertThat(item("argmin(a) + 10*argmax(a)", I)).isEqualTo(1L);
  }

  /** 79, 277. */
  @Test
  void axesMayHaveOneElementAndCountFromTheEnd() {
    NDArray row = NDArray.of(new double[] {1, 2, 3}).reshape(1, 3);
    assertThat(evaluate("sum(a, axis=0)", row).toDoubleArray()).containsExactly(1, 2, 3);
    assertThat(evaluate("sum(a, axis=1)", row).toDoubleArray()).containsExactly(6);
    assertThat(evaluate("sum(a, axis=-1)", row.transpose()).toDoubleArray())
        .containsExactly(1, 2, 3);
    NDArray cube = NDArray.of(doubles(24)).reshape(2, 3, 4);
    assertThat(evaluate("prod(a - 5, axis=(-3, 1), keepdims=True)", cube).shape())
        .containsExactly(1, 1, 4);
    assertThat(refusal("sum(a, axis=2)", row)).isEqualTo(Code.AXIS);
  }

  /** 271, 96. */
  @Test
  void boolsAddAndCount() {
    assertThat(evaluate("a + a", P).toBooleanArray()).containsExactly(true, false, true);
    assertThat(evaluate("a * ~a", P).toBooleanArray()).containsExactly(false, false, false);
    assertThat(item("sum(a)", P)).isEqualTo(2L);
    assertThat(item("count_nonzero(a)", D)).isEqualTo(3L);
  }

  /** min and max of int32 fail on NumPy 2 and are -1 before; those of int64 go through doubles. */
  @Test
  void minimaAndMaximaAreExact() {
    assertThat(item("min(a)", I)).isEqualTo(-7L);
    assertThat(item("max(a)", I)).isEqualTo(3L);
    NDArray odd = NDArray.of(new long[] {(1L << 53) + 1, 1});
    assertThat(item("max(a)", odd)).isEqualTo((1L << 53) + 1);
    assertThat(item("min(-a)", odd)).isEqualTo(-(1L << 53) - 1);
    assertThat(item("max(a)", NDArray.of(new long[] {Long.MIN_VALUE}))).isEqualTo(Long.MIN_VALUE);
    assertThat(evaluate("maximum(a, 0)", odd).dtype()).isEqualTo(DType.INT64);
    assertThat(evaluate("minimum(a, b)", F, F).dtype()).isEqualTo(DType.FLOAT32);
  }

  /** sum of int32 wraps, that of float32 stops at 2^24. */
  @Test
  void sumsNeitherWrapNorStall() {
    NDArray ones = NDArray.of(new float[] {1}).broadcastTo(1 << 25);
    assertThat(item("sum(a)", ones)).isEqualTo((double) (1 << 25));
    NDArray large = NDArray.of(new int[] {Integer.MAX_VALUE}).broadcastTo(10);
    assertThat(item("sum(a)", large)).isEqualTo(10L * Integer.MAX_VALUE);
  }

  /** Reductions of nothing give empty arrays, and the result takes the first empty shape. */
  @Test
  void emptyArraysBroadcastAndReduce() {
    NDArray empty = NDArray.allocate(DType.FLOAT64, 0, 3);
    assertThat(evaluate("a + b", empty, NDArray.allocate(DType.FLOAT64, 5, 1, 1)).shape())
        .containsExactly(5, 0, 3);
    assertThat(item("sum(a)", empty)).isEqualTo(0.0);
    assertThat(item("prod(a)", empty)).isEqualTo(1.0);
    assertThat(evaluate("sum(a, axis=0)", empty).toDoubleArray()).containsExactly(0, 0, 0);
    assertThat(refusal("max(a)", empty)).isEqualTo(Code.SHAPE);
    assertThat(refusal("a + b", NDArray.allocate(DType.INT32, 0), NDArray.allocate(DType.INT32, 5)))
        .isEqualTo(Code.SHAPE);
  }

  /** min and max pass over NaN where minimum and maximum do not; 86, 89. */
  @Test
  void notANumberIsNotIgnored() {
    NDArray a = NDArray.of(new double[] {1, Double.NaN});
    assertThat(item("min(a)", a)).isEqualTo(Double.NaN);
    assertThat(item("max(a)", a)).isEqualTo(Double.NaN);
    assertThat(item("nanmax(a)", a)).isEqualTo(1.0);
    assertThat(evaluate("minimum(a, 0)", a).toDoubleArray()).containsExactly(0, Double.NaN);
    assertThat(evaluate("fmax(a, 0)", a).toDoubleArray()).containsExactly(1, 0);
    assertThat(evaluate("clip(a, 2, 3)", a).toDoubleArray()).containsExactly(2, Double.NaN);
  }

  // ---- Types ----

  /** 11, 415, pandas 12388; int64 with float32 is float32, constants make float64. */
  @Test
  void typesPromoteWithoutLoss() {
    assertThat(evaluate("a + b", L, F).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(evaluate("a + b", I, F).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(evaluate("a * 2.0", F).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(evaluate("a * b", F, 0.1).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(evaluate("a * 0.1", F).getDouble(2)).isEqualTo((float) 0.2);
    for (String text : new String[] {"trunc(a)", "round(a)", "sign(a)", "hypot(a, a)"}) {
      assertThat(evaluate(text, F).dtype()).as(text).isEqualTo(DType.FLOAT32);
    }
    for (String text : new String[] {"copysign(a, 1)", "nextafter(a, 1)", "maximum(a, 1)"}) {
      assertThat(evaluate(text, F).dtype()).as(text).isEqualTo(DType.FLOAT32);
    }
  }

  /** 19, 335, pandas 39617; 106. */
  @Test
  void narrowAndUnsignedIntegersKeepTheirValues() {
    assertThat(item("max(a) + 1", of(DType.UINT32, 4294967295.0))).isEqualTo(4294967296L);
    assertThat(evaluate("-a", of(DType.UINT8, 200)).toLongArray()).containsExactly(-200);
    assertThat(evaluate("a + a", of(DType.INT8, 100, -128)).toLongArray())
        .containsExactly(200, -256);
    assertThat(evaluate("a * a", of(DType.INT16, 30000)).toLongArray())
        .containsExactly(900_000_000);
    assertThat(refusal("a + 18446744073709551615", L)).isEqualTo(Code.LIMIT);
  }

  /** 155, 156, 181, 249. */
  @Test
  void complexNumbersOfBothLengthsWork() {
    NDArray z = NDArray.allocate(DType.COMPLEX64, 2);
    z.setComplex(3, -4, 0);
    z.setComplex(0, 2, 1);
    NDArray length = evaluate("abs(a)", z);
    assertThat(length.dtype()).isEqualTo(DType.FLOAT64);
    assertThat(length.toDoubleArray()).containsExactly(5, 2);
    NDArray sum = evaluate("(2j*a).real + a.imag", z);
    assertThat(sum.dtype()).isEqualTo(DType.FLOAT64);
    assertThat(sum.toDoubleArray()).containsExactly(4, -2);
    assertThat(evaluate("a.real", F).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(evaluate("sum(a)*conj(a)", z).getComplex(0)).containsExactly(17, 6);
    NDArray half = NDArray.allocate(DType.COMPLEX64, 2);
    Expression.compile("a / 2").evaluateInto(half, z);
    assertThat(half.getComplex(0)).containsExactly(1.5, -2);
    assertThat(evaluate("sign(a)", z).getComplex(1)).containsExactly(0, 1);
    assertThat(evaluate("complex(a, -a)", D).getComplex(2)).containsExactly(2, -2);
  }

  /** 58. */
  @Test
  void textsConvert() {
    NDArray a = NDArray.of(new double[] {-2.7, 1e10});
    assertThat(evaluate("int32(a)", a).toLongArray()).containsExactly(-2, Integer.MAX_VALUE);
    assertThat(evaluate("int64(a)", a).toLongArray()).containsExactly(-2, 10_000_000_000L);
    assertThat(evaluate("float32(a)", a).getDouble(0)).isEqualTo((float) -2.7);
    assertThat(evaluate("float64(a) / 2", I).dtype()).isEqualTo(DType.FLOAT64);
    assertThat(error("int(a)", a)).hasMessageContaining("int32(x) or int64(x)");
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
    assertThat(evaluate(name + "(a)", of(DType.FLOAT16, 1)).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(evaluate(name + "(a)", D).dtype()).isEqualTo(DType.FLOAT64);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"hypot", "nextafter", "copysign", "maximum", "minimum", "arctan2", "fmod"})
  void functionsOfTwoArgumentsKeepFloats(String name) {
    assertThat(evaluate(name + "(a, 2)", F).dtype()).isEqualTo(DType.FLOAT32);
    assertThat(evaluate(name + "(a, b)", F, D).dtype()).isEqualTo(DType.FLOAT64);
  }

  /** 23, 523. */
  @ParameterizedTest
  @CsvSource({
    "isnan, true, false, false",
    "isfinite, false, false, true",
    "isinf, false, true, false",
    "signbit, false, true, true"
  })
  void testsOfFloatsGiveBools(String name, boolean nan, boolean infinity, boolean zero) {
    double[] values = {Double.NaN, Double.NEGATIVE_INFINITY, -0.0};
    for (DType dtype : List.of(DType.FLOAT16, DType.FLOAT32, DType.FLOAT64)) {
      assertThat(evaluate(name + "(a)", of(dtype, values)).toBooleanArray())
          .containsExactly(nan, infinity, zero);
    }
  }

  // ---- Operators ----

  /** 5 // a and 5 & a fail. */
  @Test
  void constantsMayStandOnTheLeft() {
    assertThat(evaluate("5 // a", I).toLongArray()).containsExactly(1, -1, 0);
    assertThat(evaluate("5 & a", I).toLongArray()).containsExactly(1, 1, 0);
    assertThat(evaluate("6 | a", I).toLongArray()).containsExactly(7, -1, 6);
    assertThat(evaluate("1 ^ a", I).toLongArray()).containsExactly(2, -8, 1);
    assertThat(evaluate("7 % a", I).toLongArray()).containsExactly(1, 0, 0);
    assertThat(evaluate("1 << a", I).toLongArray()).containsExactly(8, 0, 1);
  }

  /** 379, 434, 454, 239, pandas 54546. */
  @Test
  void integerPowersWrapAndAreExact() {
    NDArray threes = NDArray.of(new long[] {3, -3, 2});
    assertThat(evaluate("a ** 39", threes).toLongArray())
        .containsExactly(4052555153018976267L, -4052555153018976267L, 1L << 39);
    assertThat(evaluate("a ** 64", threes).toLongArray()[2]).isZero();
    assertThat(evaluate("a ** 31", I).toLongArray()[0]).isEqualTo((int) 617673396283947L);
    assertThat(
            evaluate("a ** b", NDArray.of(new int[] {2, 1, -1}), NDArray.of(new int[] {-1, -5, -3}))
                .toLongArray())
        .containsExactly(0, 1, -1);
    assertThat(refusal("a ** -2", I)).isEqualTo(Code.TYPE);
    assertThat(item("2**40")).isEqualTo(1L << 40);
  }

  /** 413, 559, 428, 37. */
  @Test
  void divisionsAndShiftsOfIntegersAreDefined() {
    assertThat(evaluate("a // 0", I).toLongArray()).containsExactly(0, 0, 0);
    assertThat(evaluate("a % 0", I).toLongArray()).containsExactly(0, 0, 0);
    assertThat(evaluate("a % 4", I).toLongArray()).containsExactly(3, 1, 0);
    assertThat(evaluate("a % -4", I).toLongArray()).containsExactly(-1, -3, 0);
    NDArray least = NDArray.of(new int[] {Integer.MIN_VALUE});
    assertThat(evaluate("a // b", least, -1).toLongArray()).containsExactly(Integer.MIN_VALUE);
    assertThat(evaluate("a % b", least, -1).toLongArray()).containsExactly(0);
    assertThat(evaluate("a << 32", I).toLongArray()).containsExactly(0, 0, 0);
    assertThat(evaluate("a >> 99", I).toLongArray()).containsExactly(0, -1, 0);
    assertThat(evaluate("a / 0", I).toDoubleArray())
        .containsExactly(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN);
  }

  /** a - floor(a / b) * b, which loses digits and the sign. */
  @Test
  void remaindersOfFloatsAreExact() {
    NDArray a = NDArray.of(new double[] {1e20, 5.5, -1e-20, 0.3});
    NDArray b = NDArray.of(new double[] {3, -2, 3, 0.1});
    assertThat(evaluate("a % b", a, b).toDoubleArray())
        .containsExactly(1, -0.5, 3, 0.09999999999999998);
    assertThat(evaluate("fmod(a, b)", a, b).toDoubleArray())
        .containsExactly(1, 1.5, -1e-20, 0.09999999999999998);
  }

  /** 86, 247, 531, 535. */
  @Test
  void roundingsAndLimitsFollowNumPy() {
    NDArray a = NDArray.of(new double[] {0.5, 1.5, -2.5, -0.2});
    assertThat(evaluate("round(a)", a).toDoubleArray()).containsExactly(0, 2, -2, -0.0);
    assertThat(evaluate("floor(a)", a).toDoubleArray()).containsExactly(0, 1, -3, -1);
    assertThat(evaluate("ceil(a)", a).toDoubleArray()).containsExactly(1, 2, -2, -0.0);
    assertThat(evaluate("trunc(a)", a).toDoubleArray()).containsExactly(0, 1, -2, -0.0);
    assertThat(evaluate("clip(a, -1, 1)", a).toDoubleArray()).containsExactly(0.5, 1, -1, -0.2);
    assertThat(evaluate("floor(a)", I).dtype()).isEqualTo(DType.INT32);
  }

  /** 380: sines and the like without a vendor's library. */
  @Test
  void functionsAreAccurateEverywhere() {
    double[] values = {1e300, -700, 1e-300, 0.7};
    NDArray a = NDArray.of(values);
    for (int i = 0; i < values.length; i++) {
      double sine = StrictMath.sin(values[i]);
      assertThat(Math.abs(evaluate("sin(a)", a).getDouble(i) - sine))
          .isLessThanOrEqualTo(Math.ulp(sine));
      double exponential = StrictMath.exp(values[i]);
      assertThat(evaluate("exp(a)", a).getDouble(i))
          .isBetween(Math.nextDown(exponential), Math.nextUp(exponential));
    }
  }

  @Test
  void whatPythonReadsOtherwiseIsRefusedWithAHint() {
    assertThat(error("1 < a < 3", D)).hasMessageContaining("(a < b) & (b < c)");
    assertThat(error("a and b", P, P)).hasMessageContaining("&");
    assertThat(error("not a", P)).hasMessageContaining("~");
    assertThat(error("1 if a else 2", P)).hasMessageContaining("where(condition, x, y)");
    assertThat(evaluate("a in (3, 0)", I).toBooleanArray()).containsExactly(true, false, true);
    assertThat(error("where(a, 1, 2)", I)).hasMessageContaining("must be bool, not int32");
    assertThat(refusal("-a", P)).isEqualTo(Code.TYPE);
    assertThat(refusal("a & 1", D)).isEqualTo(Code.TYPE);
    assertThat(refusal("a < 1j", D)).isEqualTo(Code.TYPE);
    assertThat(error("sin(a, a)", D).code()).isEqualTo(Code.ARITY);
    assertThat(error("sine(a)", D).code()).isEqualTo(Code.UNKNOWN_FUNCTION);
    assertThat(refusal("a + nix", D)).isEqualTo(Code.UNKNOWN_NAME);
  }

  // ---- Arrays ----

  /** 69, 137. */
  @Test
  void outputsMayOverlapOperands() {
    NDArray a = NDArray.of(new double[] {1, 2, 3, 4, 5});
    Expression.compile("a + b").evaluateInto(a.slice(0, 1, 5), a.slice(0, 1, 5), a.slice(0, 0, 4));
    assertThat(a.toDoubleArray()).containsExactly(1, 3, 5, 7, 9);
    Expression.compile("a - b").evaluateInto(a, a, a.flip(0));
    assertThat(a.toDoubleArray()).containsExactly(-8, -4, 0, 4, 8);
    NDArray grid = NDArray.of(new double[] {1, 2, 3, 4}).reshape(2, 2);
    Expression.compile("2*a").evaluateInto(grid, grid.transpose());
    assertThat(grid.reshape(-1).toDoubleArray()).containsExactly(2, 6, 4, 8);
    Expression.compile("sum(a)").evaluateInto(grid, grid);
    assertThat(grid.reshape(-1).toDoubleArray()).containsOnly(20);
  }

  /** 60, 165, 388: slices are views, made outside of the text. */
  @Test
  void anyViewIsAnOperand() {
    NDArray a = NDArray.of(doubles(24)).reshape(4, 6);
    NDArray row = a.select(0, 0).slice(0, 0, 3);
    NDArray back = a.select(0, 2).flip(0).slice(0, 0, 6, 2);
    assertThat(evaluate("a + b", row, back).toDoubleArray()).containsExactly(-583, -584, -585);
    assertThat(evaluate("a - b", a.select(1, 5), a.select(1, 0)).toDoubleArray())
        .containsExactly(5, 5, 5, 5);
    assertThat(evaluate("a + b", a.select(0, 1).select(0, 2), 1).rank()).isZero();
    assertThat(evaluate("a", a.transpose()).getDouble(5, 3)).isEqualTo(a.getDouble(3, 5));
    assertThat(error("a[0]", a)).hasMessageContaining("NDArray.slice");
  }

  // ---- Texts ----

  /** 67, 460, 473; 255 registers and their constants. */
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

  /** 167, 286, 473. */
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

  /** 442, 323, 564. */
  @Test
  void textsAreReadByAGrammarAndNeverRun() {
    assertThat(refusal("__import__('os').system('true')")).isEqualTo(Code.UNKNOWN_FUNCTION);
    assertThat(refusal("a.__class__", D)).isEqualTo(Code.SYNTAX);
    assertThat(refusal("(lambda: 0)()")).isEqualTo(Code.SYNTAX);
    assertThat(refusal("a[0].real", D)).isEqualTo(Code.SYNTAX);
    assertThat(refusal("[b for b in a]", D)).isEqualTo(Code.SYNTAX);
  }

  /** 449, 450, 452, 459, 468. */
  @Test
  void goodTextsAreNotTakenForAttacks() {
    assertThat(Expression.compile("__a__ + _b + c__d").variables())
        .containsExactly("__a__", "_b", "c__d");
    assertThat(evaluate("a*1.e3 + 1.E-3", D).getDouble(2)).isEqualTo(2000.001);
    assertThat(evaluate("2.*a - .5", D).getDouble(2)).isEqualTo(3.5);
    assertThat(evaluate("(a*1j).imag - a.real", D).toDoubleArray()).containsExactly(0, 0, 0);
    assertThat(evaluate("a # ; : [x] __y__", D).toDoubleArray()).containsExactly(0.5, -1, 2);
  }

  /** 509, 548, 343. */
  @Test
  void textsDefineFunctions() {
    NDArray halves = evaluate("sigmoid(x) = 1/(1 + exp(-x)); sigmoid(0*a)", D);
    assertThat(halves.toDoubleArray()).containsOnly(0.5);
    UserFunction twice = UserFunction.of("twice").withReference("d:d", x -> 2 * (double) x[0], 0);
    Expression own = Expression.compile("twice(a) + 1", twice).on(JavaEngine.INSTANCE);
    assertThat(own.evaluate(D).toDoubleArray()).containsExactly(2, -1, 5);
  }

  /** 274, 292, 238. */
  @Test
  void programsHaveSeveralResultsAndChangeOperandsInPlace() {
    Expression program = Expression.compile("d = a - b\nout = d*d; low = min(d)");
    NDArray a = NDArray.of(new double[] {1, 5});
    Map<String, NDArray> results = program.evaluateAll(Map.of("a", a, "b", 2));
    assertThat(results.get("out").toDoubleArray()).containsExactly(1, 9);
    assertThat(results.get("low").item()).isEqualTo(-1.0);
    Expression.compile("a + 10").evaluateInto(a, a);
    assertThat(a.toDoubleArray()).containsExactly(11, 15);
  }

  // ---- Threads and memory ----

  /** 3, 80, 494, 496, 503, 508, 569, 570, 557, 185. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void oneExpressionServesAnyNumberOfThreads(int threads) throws Exception {
    Expression expression = Expression.compile("2*a + sum(a*b) - b").withThreads(threads);
    ExecutorService callers = Executors.newFixedThreadPool(8);
    try {
      List<Future<double[]>> results = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int n = 1 + i * 197 % 40_000;
        NDArray b = NDArray.of(new double[] {i}).broadcastTo(n);
        results.add(
            callers.submit(() -> expression.evaluate(NDArray.of(doubles(n)), b).toDoubleArray()));
      }
      for (int i = 0; i < 200; i++) {
        double[] a = doubles(1 + i * 197 % 40_000);
        double b = i;
        double sum = Arrays.stream(a).map(x -> x * b).sum();
        assertThat(results.get(i).get())
            .isEqualTo(Arrays.stream(a).map(x -> 2 * x + sum - b).toArray());
      }
    } finally {
      callers.shutdownNow();
    }
  }

  /** 310, 313, 521, 558. */
  @Test
  void nothingKeepsOperandsOrResultsAlive() throws InterruptedException {
    Expression expression = Expression.compile("a + 1");
    List<WeakReference<NDArray>> arrays = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      NDArray a = NDArray.of(doubles(1000));
      NDArray out = NDArray.allocate(DType.FLOAT64, 1000);
      expression.evaluateInto(out, a);
      arrays.add(new WeakReference<>(a));
      arrays.add(new WeakReference<>(out));
      arrays.add(new WeakReference<>(expression.evaluate(Map.of("a", a))));
    }
    for (int i = 0; i < 200 && arrays.stream().anyMatch(each -> each.get() != null); i++) {
      System.gc();
      Thread.sleep(5);
    }
    assertThat(arrays).allMatch(each -> each.get() == null);
    assertThat(expression.variables()).containsExactly("a");
  }

  /** 36, 47, 301, 348, pandas 40500; 322, 65, 129, 490. */
  @Test
  void smallWorkStaysOnOneThread() {
    Expression expression = Expression.compile("2*a + 3*b").withThreads(4);
    NDArray small = NDArray.of(doubles(1000));
    assertThat(expression.explain(Map.of("a", small, "b", small))).doesNotContain("up to");
    NDArray large = small.broadcastTo(50_000, 1000);
    assertThat(expression.explain(Map.of("a", large, "b", large))).contains("up to 4 threads");
    assertThat(expression.withThreads(1).explain(Map.of("a", large, "b", large)))
        .doesNotContain("up to");
  }
}
