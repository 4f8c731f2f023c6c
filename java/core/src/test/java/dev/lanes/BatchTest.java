package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class BatchTest {

  private final SplittableRandom random = new SplittableRandom(17);

  private NDArray random(long... shape) {
    NDArray array = NDArray.allocate(DType.FLOAT64, shape);
    NDArray flat = array.reshape(array.size());
    for (long i = 0; i < flat.size(); i++) {
      flat.setDouble(random.nextDouble(-1, 1), i);
    }
    return array;
  }

  private static void assertFails(Code code, String message, ThrowingCallable call) {
    LanesException e = catchThrowableOfType(LanesException.class, call);
    assertThat(e).isNotNull();
    assertThat(e).hasMessageContaining(message);
    assertThat(e.code()).isEqualTo(code);
  }

  /** What a batch must give: one evaluation after the other. */
  private static List<NDArray> loop(Expression expression, List<NDArray[]> operands) {
    return operands.stream().map(expression::evaluate).toList();
  }

  private static void assertSame(List<NDArray> actual, List<NDArray> expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.size(); i++) {
      assertThat(actual.get(i).dtype()).isEqualTo(expected.get(i).dtype());
      assertThat(actual.get(i).contentEquals(expected.get(i))).as("evaluation %d", i).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a*b + 1", "sum(a*b)", "(a - min(a)) / (max(a) - min(a)) + b", "exp(a) > b"})
  void aBatchGivesWhatOneEvaluationAfterTheOtherGives(String text) {
    Expression expression = Expression.compile(text);
    for (int count : new int[] {0, 1, 2, 3, 7, 1000}) {
      List<NDArray[]> operands = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        long n = 1 + i * 7 % 40;
        NDArray a = random(3, n);
        operands.add(
            switch (i % 4) {
              case 0 -> new NDArray[] {a, random(n)};
              case 1 -> new NDArray[] {a.transpose(), random(n, 1)};
              case 2 -> new NDArray[] {a.flip(1), NDArray.of(new float[] {2})};
              default -> new NDArray[] {NDArray.of(new int[] {1, 2, 3}), random(3)};
            });
      }
      assertSame(Batch.evaluate(expression, operands), loop(expression, operands));
    }
  }

  @Test
  void whatPassesLeaveBehindIsEachEvaluationsOwn() {
    NDArray x = random(300, 7, 9);
    for (String text :
        new String[] {"(x - mean(x, axis=0)) / std(x, axis=0)", "max(x, axis=1)", "std(x)"}) {
      Expression expression = Expression.compile(text);
      List<NDArray[]> operands = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        operands.add(new NDArray[] {x.select(0, i)});
      }
      List<NDArray> expected = loop(expression, operands);
      assertSame(Batch.evaluate(expression, operands), expected);
      NDArray stacked = Batch.evaluateStacked(expression, x);
      for (int i = 0; i < 300; i++) {
        assertThat(stacked.select(0, i).contentEquals(expected.get(i)))
            .as("%s %d", text, i)
            .isTrue();
      }
    }
  }

  @Test
  void manyShapesInAnyOrder() {
    // More shapes than are kept in mind, and more evaluations than are prepared together.
    List<NDArray[]> operands = new ArrayList<>();
    for (int i = 0; i < 2500; i++) {
      NDArray a = random(1 + random.nextInt(30));
      operands.add(new NDArray[] {a, i % 50 == 0 ? NDArray.of(new float[] {3}) : random(1)});
    }
    for (String text : new String[] {"a + b", "a / sum(a*b)"}) {
      Expression expression = Expression.compile(text);
      List<NDArray> expected = loop(expression, operands);
      assertSame(Batch.evaluate(expression, operands), expected);
      List<NDArray> outputs = new ArrayList<>();
      operands.forEach(each -> outputs.add(NDArray.allocate(DType.FLOAT64, each[0].shape())));
      Batch.evaluateInto(expression, outputs, operands);
      assertSame(outputs, expected);
    }
  }

  @Test
  void resultsAreClosedOneByOne() {
    List<NDArray[]> operands = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      operands.add(new NDArray[] {NDArray.of(new double[] {i, 2 * i, 3 * i})});
    }
    List<NDArray> results = Batch.evaluate(Expression.compile("x + 1"), operands);
    NDArray kept = results.remove(1234);
    java.nio.ByteBuffer bytes = results.get(0).asByteBuffer();
    results.forEach(NDArray::close);
    results.forEach(NDArray::close);
    assertFails(Code.CLOSED, "closed", () -> results.get(7).getDouble(0));
    assertThat(kept.toDoubleArray()).containsExactly(1235, 2469, 3703);
    assertThat(bytes.order(java.nio.ByteOrder.nativeOrder()).getDouble(0)).isEqualTo(1);
    kept.close();
    java.lang.ref.Reference.reachabilityFence(bytes);
  }

  @Test
  void largeEvaluationsUseTheirOwnThreads() {
    Expression expression = Expression.compile("sum(sin(a)*sin(a))").withThreads(4);
    List<NDArray[]> operands = List.of(new NDArray[] {random(700_000)}, new NDArray[] {random(3)});
    assertSame(Batch.evaluate(expression, operands), loop(expression, operands));
  }

  @Test
  void meanAndDeviationOfManyMatrices() {
    NDArray matrices = random(100, 50, 50);
    NDArray mean = Batch.evaluateStacked(Expression.compile("sum(x) / 2500"), matrices);
    NDArray deviation =
        Batch.evaluateStacked(
            Expression.compile("sqrt(sum((x - m)*(x - m)) / 2500)"), matrices, mean);
    assertThat(mean.shape()).containsExactly(100);
    for (int i = 0; i < 100; i++) {
      double[] values = matrices.select(0, i).toDoubleArray();
      double sum = 0;
      double squares = 0;
      for (double value : values) {
        sum += value;
      }
      for (double value : values) {
        squares += (value - sum / 2500) * (value - sum / 2500);
      }
      assertThat(mean.getDouble(i)).isCloseTo(sum / 2500, within());
      assertThat(deviation.getDouble(i)).isCloseTo(Math.sqrt(squares / 2500), within());
    }
  }

  private static org.assertj.core.data.Offset<Double> within() {
    return org.assertj.core.data.Offset.offset(1e-14);
  }

  @Test
  void theLeadingAxisIsTheBatch() {
    NDArray a = random(5, 3, 4);
    NDArray b = random(5, 4);
    Expression expression = Expression.compile("a*b + c");
    NDArray c = NDArray.of(new double[] {10});
    NDArray result = Batch.evaluateStacked(expression, a, b, c);
    assertThat(result.shape()).containsExactly(5, 3, 4);
    NDArray expected = expression.evaluate(a, b.reshape(5, 1, 4), c);
    assertThat(result.contentEquals(expected)).isTrue();
    // Any layout, and into an operand.
    NDArray turned = a.transpose(2, 1, 0).copy().transpose(2, 1, 0);
    assertThat(Batch.evaluateStackedInto(expression, turned, turned, b.flip(0).flip(0), c))
        .isSameAs(turned);
    assertThat(turned.contentEquals(expected)).isTrue();
    // No axes beyond the batch's, an operand without axes, and nothing to do.
    NDArray row = random(6);
    assertThat(
            Batch.evaluateStacked(Expression.compile("x + y"), row, NDArray.of(new double[] {1}, 1))
                .contentEquals(Expression.compile("x + 1").evaluate(row)))
        .isTrue();
    assertThat(Batch.evaluateStacked(expression, a.slice(0, 0, 0), b.slice(0, 0, 0), c).shape())
        .containsExactly(0, 3, 4);
    assertThat(Batch.evaluateStacked(Expression.compile("max(x)"), random(0, 7)).shape())
        .containsExactly(0);
  }

  @Test
  void outputsMayLieOnOperandsOfOtherEvaluations() {
    // Each evaluation reads what the one before it writes.
    int n = 300;
    NDArray x = random(n + 1, 16);
    NDArray expected = Expression.compile("2*x").evaluate(x.slice(0, 0, n));
    List<NDArray> outputs = new ArrayList<>();
    List<NDArray[]> operands = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      outputs.add(x.select(0, i + 1));
      operands.add(new NDArray[] {x.select(0, i)});
    }
    Batch.evaluateInto(Expression.compile("2*x"), outputs, operands);
    assertThat(x.slice(0, 1, n + 1).contentEquals(expected)).isTrue();
    // Each writes where it reads, and all read one array.
    NDArray y = random(n, 16);
    NDArray all = random(16);
    NDArray sums = Expression.compile("y + a").evaluate(y, all);
    outputs.clear();
    operands.clear();
    for (int i = 0; i < n; i++) {
      outputs.add(y.select(0, i));
      operands.add(new NDArray[] {y.select(0, i), all});
    }
    Batch.evaluateInto(Expression.compile("y + a"), outputs, operands);
    assertThat(y.contentEquals(sums)).isTrue();
    // An operand reaches over all outputs, one of which is its own.
    NDArray z = random(4, 8);
    NDArray totals = Expression.compile("z + w").evaluate(z, z.copy());
    Batch.evaluateInto(
        Expression.compile("z + w"),
        List.of(z.slice(0, 0, 2), z.slice(0, 2, 4)),
        List.of(
            new NDArray[] {z.slice(0, 0, 2), z.copy().slice(0, 0, 2)},
            new NDArray[] {z.slice(0, 2, 4), z.slice(0, 2, 4)}));
    assertThat(z.contentEquals(totals)).isTrue();
  }

  @Test
  void outputsConvertAndBroadcastAsInOneEvaluation() {
    NDArray out = NDArray.allocate(DType.FLOAT32, 2, 3);
    NDArray a = random(3);
    Batch.evaluateInto(
        Expression.compile("a + 1"), List.of(out), List.<NDArray[]>of(new NDArray[] {a}));
    assertThat(
            out.contentEquals(
                Expression.compile("a + 1").evaluateInto(NDArray.allocate(DType.FLOAT32, 2, 3), a)))
        .isTrue();
  }

  @Test
  void mistakesNameTheEvaluation() {
    Expression sum = Expression.compile("a + b");
    NDArray three = random(3);
    NDArray closed = random(3);
    closed.close();
    List<NDArray[]> good = List.<NDArray[]>of(new NDArray[] {three, three});
    assertFails(
        Code.SHAPE,
        "evaluation 1: the shapes do not broadcast: a [3], b [4]",
        () -> Batch.evaluate(sum, List.of(good.get(0), new NDArray[] {three, random(4)})));
    assertFails(
        Code.ARITY,
        "evaluation 0",
        () -> Batch.evaluate(sum, List.<NDArray[]>of(new NDArray[] {three})));
    assertFails(
        Code.CLOSED,
        "evaluation 1: the array was closed",
        () -> Batch.evaluate(sum, List.of(good.get(0), new NDArray[] {three, closed})));
    assertFails(Code.ARITY, "0 outputs", () -> Batch.evaluateInto(sum, List.of(), good));
    NDArray ints = NDArray.allocate(DType.INT32, 3);
    assertFails(Code.CAST, "", () -> Batch.evaluateInto(sum, List.of(ints), good));
    assertFails(
        Code.READ_ONLY,
        "read-only",
        () -> Batch.evaluateInto(sum, List.of(three.broadcastTo(2, 3)), good));
    assertFails(
        Code.SHAPE, "4 and 5", () -> Batch.evaluateStacked(sum, random(4, 2), random(5, 2)));
    assertFails(
        Code.SHAPE,
        "first length",
        () -> Batch.evaluateStackedInto(sum, random(5, 2), random(4, 2), random(4, 2)));
    assertFails(
        Code.SHAPE,
        "no operand has a leading axis",
        () -> Batch.evaluateStacked(Expression.compile("1 + 1")));
  }

  @Test
  void anInterruptStopsABatch() {
    NDArray x = random(200, 20_000);
    Expression slow = Expression.compile("sin(sin(sin(sin(sin(x)))))");
    Thread.currentThread().interrupt();
    assertFails(Code.CANCELLED, "interrupt", () -> Batch.evaluateStacked(slow, x));
    assertThat(Thread.interrupted()).isTrue();
  }
}
