package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class ExpressionTest {

  private static final NDArray ROW = NDArray.of(new double[] {1, 2, 3});
  private static final NDArray GRID = NDArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);

  private static double[] doubles(NDArray array) {
    return array.toDoubleArray();
  }

  private static NDArray range(long n) {
    return NDArray.of(LongStream.range(0, n).asDoubleStream().toArray());
  }

  private static void assertFails(Code code, String message, ThrowingCallable call) {
    LanesException e = catchThrowableOfType(LanesException.class, call);
    assertThat(e).isNotNull();
    assertThat(e).hasMessageContaining(message);
    assertThat(e.code()).isEqualTo(code);
  }

  @Test
  void operandsBindInOrderOfFirstAppearance() {
    Expression expression = Expression.compile("b - 2*a");
    assertThat(expression.variables()).containsExactly("b", "a");
    assertThat(doubles(expression.evaluate(ROW, NDArray.of(new double[] {10, 20, 30}))))
        .containsExactly(-19, -38, -57);
    assertThat(
            doubles(
                expression.evaluate(Map.of("a", ROW, "b", NDArray.of(new double[] {10, 20, 30})))))
        .containsExactly(8, 16, 24);
  }

  @Test
  void shapesBroadcast() {
    NDArray column = NDArray.of(new double[] {10, 20}, 2, 1);
    NDArray sum = Expression.compile("a + b").evaluate(column, ROW);
    assertThat(sum.shape()).containsExactly(2, 3);
    assertThat(doubles(sum)).containsExactly(11, 12, 13, 21, 22, 23);
    NDArray cube =
        Expression.compile("a*b + c").evaluate(GRID, ROW, NDArray.allocate(DType.FLOAT64, 2, 1, 1));
    assertThat(cube.shape()).containsExactly(2, 2, 3);
    assertFails(
        Code.SHAPE, "a [2, 3], b [2]", () -> Expression.compile("a + b").evaluate(GRID, range(2)));
  }

  @Test
  void arraysWithoutAxesAndWithoutElementsWork() {
    NDArray scalar = Expression.compile("1 + 2").evaluate();
    assertThat(scalar.shape()).isEmpty();
    assertThat(scalar.item()).isEqualTo(3L);
    NDArray empty =
        Expression.compile("a + b")
            .evaluate(
                NDArray.allocate(DType.FLOAT64, 0, 3), NDArray.allocate(DType.FLOAT64, 5, 1, 1));
    assertThat(empty.shape()).containsExactly(5, 0, 3);
    assertThat(Expression.compile("sum(a)").evaluate(NDArray.allocate(DType.FLOAT32, 0)).item())
        .isEqualTo(0.0);
    assertFails(
        Code.SHAPE,
        "'max' of no elements",
        () -> Expression.compile("max(a)").evaluate(NDArray.allocate(DType.INT32, 0)));
    assertFails(
        Code.SHAPE,
        "do not broadcast",
        () -> Expression.compile("a + b").evaluate(range(0), range(5)));
  }

  @Test
  void javaValuesAreWeak() {
    Map<String, Object> operands =
        new HashMap<>(Map.of("f", NDArray.of(new float[] {1, 2}), "k", 0.1, "n", 3, "t", true));
    NDArray product = Expression.compile("f * k").evaluate(operands);
    assertThat(product.dtype()).isEqualTo(DType.FLOAT32);
    assertThat(product.toFloatArray()).containsExactly(0.1f, 0.2f);
    assertThat(Expression.compile("where(t, n, 0)").evaluate(operands).item()).isEqualTo(3L);
    operands.put("k", 1L << 40);
    assertThat(Expression.compile("k + n").evaluate(operands).item()).isEqualTo((1L << 40) + 3);
    operands.put("k", 't');
    assertFails(
        Code.TYPE,
        "'k' is a java.lang.Character",
        () -> Expression.compile("k + 1").evaluate(operands));
    operands.put("k", null);
    assertFails(Code.TYPE, "'k' is null", () -> Expression.compile("k + 1").evaluate(operands));
    assertFails(
        Code.TYPE, "'a' is null", () -> Expression.compile("a + 1").evaluate((NDArray) null));
  }

  @Test
  void reductionsStandAnywhere() {
    assertThat(Expression.compile("sum(a)").evaluate(GRID).item()).isEqualTo(21.0);
    assertThat(Expression.compile("-sum(a) * 2").evaluate(GRID).item()).isEqualTo(-42.0);
    assertThat(doubles(Expression.compile("a / sum(a * a)").evaluate(ROW)))
        .containsExactly(1.0 / 14, 2.0 / 14, 3.0 / 14);
    assertThat(doubles(Expression.compile("(a - min(a)) / (max(a) - min(a))").evaluate(ROW)))
        .containsExactly(0, 0.5, 1);
    assertThat(Expression.compile("sum(sum(a) - a)").evaluate(ROW).item()).isEqualTo(12.0);
    assertThat(Expression.compile("sum(a) + sum(b)").evaluate(ROW, GRID).item()).isEqualTo(27.0);
    assertThat(Expression.compile("sum(3)").evaluate().item()).isEqualTo(3L);
    assertThat(Expression.compile("sum(a > 1)").evaluate(ROW).item()).isEqualTo(2L);
  }

  @Test
  void sumsDoNotLoseWhatNarrowAccumulatorsWould() {
    NDArray ones = NDArray.of(new float[] {1}).broadcastTo(1L << 25);
    assertThat(Expression.compile("sum(a)").evaluate(ones).item()).isEqualTo((double) (1 << 25));
    NDArray large = NDArray.of(new int[] {Integer.MAX_VALUE}).broadcastTo(1000);
    assertThat(Expression.compile("sum(a)").evaluate(large).item())
        .isEqualTo(1000L * Integer.MAX_VALUE);
    NDArray odd = NDArray.of(new long[] {(1L << 53) + 1, 0});
    assertThat(Expression.compile("max(a)").evaluate(odd).item()).isEqualTo((1L << 53) + 1);
    assertThat(
            Expression.compile("min(a)")
                .evaluate(NDArray.of(new double[] {1, Double.NaN, 0}))
                .item())
        .isEqualTo(Double.NaN);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 16384, 1_000_003})
  void bitsDoNotDependOnTheNumberOfThreads(int n) {
    double[] values = IntStream.range(0, n).mapToDouble(i -> Math.sin(i) * 1e3 / (i + 1)).toArray();
    NDArray a = NDArray.of(values);
    Expression expression = Expression.compile("sum(a*a) + exp(sum(a)) - min(a)");
    NDArray reference = expression.withThreads(1).evaluate(a);
    for (int threads : new int[] {2, 3, 8, 64}) {
      assertThat(expression.withThreads(threads).evaluate(a).contentEquals(reference)).isTrue();
    }
    Expression elementwise = Expression.compile("exp(-a*a/2) + sin(a)");
    assertThat(
            elementwise
                .withThreads(3)
                .evaluate(a)
                .contentEquals(elementwise.withThreads(1).evaluate(a)))
        .isTrue();
  }

  @Test
  void anElementDoesNotDependOnItsPosition() {
    double[] values = IntStream.range(0, 2000).mapToDouble(i -> Math.cos(i) * 50).toArray();
    for (String function :
        List.of("exp(a)", "log(a)", "sin(a)", "cos(a)", "a**2.5", "a % 3", "sqrt(a)")) {
      Expression expression = Expression.compile(function);
      NDArray all = expression.evaluate(NDArray.of(values));
      for (int from : new int[] {1, 3, 8, 500, 1999}) {
        NDArray part =
            expression.evaluate(NDArray.of(Arrays.copyOfRange(values, from, values.length)));
        assertThat(part.contentEquals(all.slice(0, from, values.length)))
            .as(function + " from " + from)
            .isTrue();
      }
    }
  }

  @Test
  void outputsMayBeOperands() {
    for (long n : new long[] {5, 100, 100_000}) {
      NDArray a = range(n);
      Expression.compile("a - sum(a)").evaluateInto(a, a);
      assertThat(a.getDouble(n - 1)).isEqualTo(n - 1 - n * (n - 1) / 2.0);
      NDArray b = range(n);
      Expression.compile("b * b + 1").evaluateInto(b, b);
      assertThat(b.getDouble(n - 1)).isEqualTo((n - 1.0) * (n - 1) + 1);
    }
  }

  @Test
  void outputsMayOverlapOperands() {
    for (int n : new int[] {10, 1000, 100_000}) {
      NDArray up = range(n);
      Expression.compile("a + b")
          .evaluateInto(up.slice(0, 1, n), up.slice(0, 1, n), up.slice(0, 0, n - 1));
      assertThat(doubles(up))
          .isEqualTo(IntStream.range(0, n).mapToDouble(i -> i == 0 ? 0 : 2 * i - 1).toArray());
      NDArray back = range(n);
      Expression.compile("a * 2").evaluateInto(back, back.flip(0));
      assertThat(doubles(back))
          .isEqualTo(IntStream.range(0, n).mapToDouble(i -> 2.0 * (n - 1 - i)).toArray());
      NDArray whole = range(n);
      Expression.compile("a + k").evaluateInto(whole, whole, whole.slice(0, 1, 2));
      assertThat(doubles(whole))
          .isEqualTo(IntStream.range(0, n).mapToDouble(i -> i + 1.0).toArray());
    }
  }

  @Test
  void outputsTakeOtherTypesAndShapes() {
    NDArray floats = NDArray.allocate(DType.FLOAT32, 2, 3);
    Expression.compile("a / 3").evaluateInto(floats, ROW);
    assertThat(floats.toFloatArray()).containsExactly(1 / 3f, 2 / 3f, 1f, 1 / 3f, 2 / 3f, 1f);
    NDArray bytes = NDArray.allocate(DType.INT8, 3);
    Expression.compile("a + 127").evaluateInto(bytes, NDArray.of(new int[] {0, 1, 2}));
    assertThat(bytes.toLongArray()).containsExactly(127, -128, -127);
    NDArray filled = NDArray.allocate(DType.FLOAT64, 4);
    Expression.compile("sum(a)").evaluateInto(filled, ROW);
    assertThat(doubles(filled)).containsExactly(6, 6, 6, 6);
    NDArray view = NDArray.allocate(DType.FLOAT64, 3, 2);
    Expression.compile("a").evaluateInto(view.transpose(), GRID);
    assertThat(doubles(view)).containsExactly(1, 4, 2, 5, 3, 6);
    assertFails(
        Code.CAST,
        "float64",
        () -> Expression.compile("a").evaluateInto(NDArray.allocate(DType.INT64, 3), ROW));
    assertFails(
        Code.SHAPE,
        "[2, 3]",
        () -> Expression.compile("a").evaluateInto(NDArray.allocate(DType.FLOAT64, 3), GRID));
    assertFails(
        Code.READ_ONLY,
        "read-only",
        () -> Expression.compile("a").evaluateInto(ROW.broadcastTo(2, 3), ROW));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"int8", "uint8", "int16", "uint16", "uint32", "float16", "bfloat16", "bool"})
  void storageIsConvertedOnTheWay(String name) {
    DType dtype = DType.of(name);
    for (int n : new int[] {1, 7, 64, 1000}) {
      NDArray a = NDArray.allocate(dtype, n);
      for (int i = 0; i < n; i++) {
        if (dtype == DType.BOOL) {
          a.setBoolean(i % 3 == 0, i);
        } else if (dtype.kind() == Kind.FLOAT32) {
          a.setDouble(i * 0.25 - 3, i);
        } else {
          a.setLong((i * 37) % 128, i);
        }
      }
      NDArray narrow = NDArray.allocate(dtype, n);
      Expression.compile(dtype == DType.BOOL ? "~a" : "a * 2").evaluateInto(narrow, a);
      for (int i = 0; i < n; i++) {
        double expected =
            dtype == DType.BOOL
                ? (i % 3 == 0 ? 0 : 1)
                : dtype.kind() == Kind.FLOAT32
                    ? a.getDouble(i) * 2
                    : wrapped(dtype, (i * 37) % 128 * 2);
        double actual = dtype == DType.BOOL ? (narrow.getBoolean(i) ? 1 : 0) : narrow.getDouble(i);
        if (dtype.kind() == Kind.FLOAT32) {
          assertThat(actual)
              .isCloseTo(expected, org.assertj.core.data.Offset.offset(Math.abs(expected) / 128));
        } else {
          assertThat(actual).isEqualTo(expected);
        }
      }
    }
  }

  private static long wrapped(DType dtype, long value) {
    return dtype == DType.INT8 ? (byte) value : value;
  }

  @Test
  void mistakesAreNamed() {
    Expression sum = Expression.compile("alpha + beta");
    assertFails(Code.ARITY, "[alpha, beta]", () -> sum.evaluate(ROW));
    assertFails(
        Code.UNKNOWN_NAME,
        "did you mean 'alpa'",
        () -> sum.evaluate(Map.of("alpa", ROW, "beta", ROW)));
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> sum.evaluate(Map.of("alpha", ROW)));
    assertThat(e.column()).isEqualTo(8);
    NDArray closed = NDArray.of(new double[] {1});
    closed.close();
    assertFails(Code.CLOSED, "closed", () -> sum.evaluate(closed, ROW));
    assertFails(
        Code.CLOSED,
        "closed",
        () -> sum.evaluateInto(closed, closed.isClosed() ? range(1) : closed, range(1)));
    assertFails(Code.LIMIT, "threads", () -> sum.withThreads(0));
  }

  @Test
  void explainShowsThePasses() {
    String text =
        Expression.compile("(x - sum(x)) * k")
            .explain(Map.of("x", range(10).broadcastTo(1_000_000, 10), "k", 2));
    assertThat(text)
        .contains(
            "pass 1",
            "pass 2",
            "sum(r0)",
            "int32         = k",
            "float64 [1000000, 10]",
            "8 bytes read and 8 written");
  }

  @Test
  void manyThreadsShareOneExpression() throws Exception {
    Expression expression = Expression.compile("sum(a * 2 + b)");
    ExecutorService pool = Executors.newFixedThreadPool(16);
    try {
      List<Callable<Boolean>> tasks =
          IntStream.range(0, 400)
              .<Callable<Boolean>>mapToObj(
                  i ->
                      () -> {
                        int n = 1 + i * 311 % 70_000;
                        NDArray a = range(n);
                        Object expected = (double) n * (n - 1) + n * 0.5;
                        return expression
                            .evaluate(a, NDArray.of(new double[] {0.5}))
                            .item()
                            .equals(expected);
                      })
              .toList();
      for (Future<Boolean> each : pool.invokeAll(tasks)) {
        assertThat(each.get()).isTrue();
      }
    } finally {
      pool.shutdown();
    }
  }

  @Test
  void closingDuringRunsIsAnExceptionNotACrash() throws Exception {
    Expression expression = Expression.compile("sin(a) + a");
    ExecutorService pool = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 200; round++) {
        NDArray a = NDArray.allocate(DType.FLOAT64, 200_000);
        Future<NDArray> run = pool.submit(() -> expression.evaluate(a));
        Future<?> close = pool.submit(a::close);
        close.get();
        try {
          assertThat(run.get().size()).isEqualTo(200_000);
        } catch (java.util.concurrent.ExecutionException e) {
          assertThat(((LanesException) e.getCause()).code()).isEqualTo(Code.CLOSED);
        }
      }
    } finally {
      pool.shutdown();
    }
  }
}
