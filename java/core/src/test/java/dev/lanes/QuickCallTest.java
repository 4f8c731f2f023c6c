package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Small calls after the first, which take the short way where there is one. */
@Tag("engine")
class QuickCallTest {

  private final Expression sum = Expression.compile("a - 2*b");
  private final NDArray a = NDArray.of(new double[] {1, 2, 3, 4, 5});
  private final NDArray b = NDArray.of(new double[] {10, 20, 30, 40, 50});
  private final NDArray out = NDArray.allocate(DType.FLOAT64, 5);

  @BeforeEach
  void callOnce() {
    sum.evaluateInto(out, a, b);
  }

  private static NDArray full(DType dtype, int value, long... shape) {
    NDArray array = NDArray.allocate(dtype, shape);
    return Expression.compile("value").evaluateInto(array, NDArray.scalar(dtype, value));
  }

  private static void set(NDArray array, long index, int value) {
    if (array.dtype() == DType.INT16) {
      array.setLong(value, index);
    } else {
      array.setDouble(value, index);
    }
  }

  private static double[] values(NDArray array) {
    return array.toDoubleArray();
  }

  @Test
  void givesTheSameAgain() {
    double[] first = values(out);
    assertThat(first).containsExactly(-19, -38, -57, -76, -95);
    out.copyFrom(a);
    assertThat(sum.evaluateInto(out, a, b)).isSameAs(out);
    assertThat(values(out)).isEqualTo(first);
  }

  @Test
  void takesOperandsInTheOrderOfTheVariables() {
    Expression three = Expression.compile("c*100 + a - b");
    NDArray c = NDArray.of(new double[] {1, 0, 2, 0, 3});
    assertThat(three.variables()).containsExactly("c", "a", "b");
    for (int i = 0; i < 3; i++) {
      three.evaluateInto(out, c, a, b);
      assertThat(values(out)).containsExactly(91, -18, 173, -36, 255);
    }
    Expression one = Expression.compile("x*x + 1");
    for (int i = 0; i < 3; i++) {
      one.evaluateInto(out, a);
      assertThat(values(out)).containsExactly(2, 5, 10, 17, 26);
    }
  }

  @Test
  void writesOverAnOperand() {
    sum.evaluateInto(a, a, b);
    assertThat(values(a)).containsExactly(-19, -38, -57, -76, -95);
    sum.evaluateInto(b, b, b);
    assertThat(values(b)).containsExactly(-10, -20, -30, -40, -50);
  }

  @Test
  void readsOverlappingOperandsFirst() {
    NDArray all = NDArray.of(new double[] {1, 2, 3, 4, 5, 6});
    NDArray low = all.slice(0, 0, 5);
    NDArray high = all.slice(0, 1, 6);
    sum.evaluateInto(high, low, b);
    assertThat(values(all)).containsExactly(1, -19, -38, -57, -76, -95);
    NDArray backwards = a.flip(0);
    sum.evaluateInto(a, backwards, b);
    assertThat(values(a)).containsExactly(-15, -36, -57, -78, -99);
  }

  @Test
  void walksViews() {
    NDArray wide = NDArray.of(new double[] {1, 0, 2, 0, 3, 0, 4, 0, 5, 0});
    NDArray every = wide.slice(0, 0, 10, 2);
    NDArray backwards = b.flip(0);
    for (int i = 0; i < 2; i++) {
      sum.evaluateInto(out, every, backwards);
      assertThat(values(out)).containsExactly(-99, -78, -57, -36, -15);
    }
    NDArray into = NDArray.allocate(DType.FLOAT64, 10).slice(0, 0, 10, 2);
    sum.evaluateInto(into, a, b);
    assertThat(values(into)).containsExactly(-19, -38, -57, -76, -95);
  }

  @Test
  void takesOtherShapesAndTypesTheLongWay() {
    NDArray one = NDArray.of(new double[] {100});
    sum.evaluateInto(out, a, one);
    assertThat(values(out)).containsExactly(-199, -198, -197, -196, -195);
    NDArray integers = NDArray.of(new int[] {1, 1, 1, 1, 1});
    sum.evaluateInto(out, a, integers);
    assertThat(values(out)).containsExactly(-1, 0, 1, 2, 3);
    NDArray narrow = NDArray.allocate(DType.FLOAT32, 5);
    sum.evaluateInto(narrow, a, b);
    assertThat(narrow.toFloatArray()).containsExactly(-19, -38, -57, -76, -95);
    NDArray grid = NDArray.allocate(DType.FLOAT64, 2, 5);
    sum.evaluateInto(grid, a, b);
    assertThat(values(grid.select(0, 1))).containsExactly(-19, -38, -57, -76, -95);
    NDArray none = NDArray.allocate(DType.FLOAT64, 0);
    sum.evaluateInto(none, none, none);
  }

  @Test
  void handlesEveryLength() {
    for (int n = 1; n < 300; n++) {
      double[] x = new double[n];
      Arrays.setAll(x, i -> i * 0.5);
      try (NDArray array = NDArray.of(x);
          NDArray result = NDArray.allocate(DType.FLOAT64, n)) {
        sum.evaluateInto(result, array, array);
        for (int i = 0; i < n; i++) {
          assertThat(result.getDouble(i)).isEqualTo(-x[i]);
        }
      }
    }
  }

  @Test
  void reduces() {
    Expression dot = Expression.compile("sum(a*b)");
    Expression kept = Expression.compile("sum(a*b, keepdims=True)");
    NDArray result = NDArray.allocate(DType.FLOAT64);
    NDArray one = NDArray.allocate(DType.FLOAT64, 1);
    for (int i = 0; i < 3; i++) {
      dot.evaluateInto(result, a, b);
      assertThat(result.getDouble()).isEqualTo(550.0);
      result.setDouble(0);
      kept.evaluateInto(one, a, b);
      assertThat(one.getDouble(0)).isEqualTo(550.0);
    }
    // Into an element of an operand.
    dot.evaluateInto(a.select(0, 2), a, b);
    assertThat(values(a)).containsExactly(1, 2, 550, 4, 5);
    Expression largest = Expression.compile("max(a)");
    NDArray none = NDArray.allocate(DType.FLOAT64, 0);
    for (int n = 1; n < 200; n++) {
      double[] x = new double[n];
      Arrays.setAll(x, i -> -i);
      x[n - 1] = 7;
      largest.evaluateInto(result, NDArray.of(x));
      assertThat(result.getDouble()).isEqualTo(7.0);
    }
    assertThat(code(() -> largest.evaluateInto(result, none))).isEqualTo(Code.SHAPE);
    dot.evaluateInto(result, none, none);
    assertThat(result.getDouble()).isEqualTo(0.0);
  }

  @Test
  void repeatsOperandsOfOneElement() {
    NDArray two = NDArray.scalar(DType.FLOAT64, 2);
    NDArray ten = NDArray.of(new double[] {10});
    for (int i = 0; i < 3; i++) {
      sum.evaluateInto(out, a, two);
      assertThat(values(out)).containsExactly(-3, -2, -1, 0, 1);
      sum.evaluateInto(out, ten, a);
      assertThat(values(out)).containsExactly(8, 6, 4, 2, 0);
      sum.evaluateInto(out, two, ten);
      assertThat(values(out)).containsExactly(-18, -18, -18, -18, -18);
    }
    // One of the result's own elements.
    out.copyFrom(a);
    sum.evaluateInto(out, a, out.select(0, 1));
    assertThat(values(out)).containsExactly(-3, -2, -1, 0, 1);
    Expression scaled = Expression.compile("a*scale + shift");
    for (int n : new int[] {1, 2, 511, 512, 513, 1024, 4000, 16384, 16385, 40000}) {
      double[] x = new double[n];
      Arrays.setAll(x, i -> i * 0.5);
      NDArray result = NDArray.allocate(DType.FLOAT64, n);
      for (int i = 0; i < 2; i++) {
        scaled.evaluateInto(result, NDArray.of(x), two, ten);
        assertThat(values(result)).isEqualTo(Arrays.stream(x).map(v -> v * 2 + 10).toArray());
      }
    }
  }

  @Test
  void repeatsElementsOfEveryWidth() {
    Expression product = Expression.compile("a*b");
    for (DType dtype : new DType[] {DType.INT8, DType.INT16, DType.FLOAT32, DType.COMPLEX128}) {
      NDArray ones = full(dtype, 1, 1500);
      NDArray result = NDArray.allocate(dtype, 1500);
      for (int i = 0; i < 2; i++) {
        product.evaluateInto(result, ones, NDArray.scalar(dtype, 3 + i));
        assertThat(result.contentEquals(full(dtype, 3 + i, 1500))).isTrue();
      }
    }
  }

  @Test
  void takesMoreValuesThanItRepeats() {
    Expression many = Expression.compile("((((a*p + q)*r + s)*t + u)*v + w)*x");
    NDArray[] operands = new NDArray[many.variables().size()];
    Arrays.setAll(operands, i -> NDArray.scalar(DType.FLOAT64, i + 1));
    for (int arrays = 0; arrays < operands.length; arrays++) {
      for (int i = 0; i < 2; i++) {
        many.evaluateInto(out, operands);
        double expected = ((((1 * 2 + 3) * 4 + 5) * 6 + 7) * 8.0 + 9) * 10;
        assertThat(values(out)).containsOnly(expected);
      }
      operands[arrays] = full(DType.FLOAT64, arrays + 1, 5);
    }
  }

  @Test
  void takesArraysOfAnyShape() {
    NDArray x = NDArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3);
    NDArray y = NDArray.of(new double[] {10, 20, 30, 40, 50, 60}, 2, 3);
    NDArray into = NDArray.allocate(DType.FLOAT64, 2, 3);
    NDArray byColumns = NDArray.of(new double[] {10, 40, 20, 50, 30, 60}, 3, 2).transpose();
    NDArray wide = NDArray.allocate(DType.FLOAT64, 2, 5);
    NDArray part = wide.slice(1, 1, 4);
    part.copyFrom(y);
    NDArray spread = NDArray.allocate(DType.FLOAT64, 2, 3, 4).select(2, 1);
    spread.copyFrom(x);
    Expression total = Expression.compile("sum(a - 2*b)");
    NDArray result = NDArray.allocate(DType.FLOAT64);
    for (int i = 0; i < 2; i++) {
      for (NDArray first : new NDArray[] {x, spread}) {
        for (NDArray second : new NDArray[] {y, byColumns, part}) {
          into.copyFrom(full(DType.FLOAT64, 0, 2, 3));
          sum.evaluateInto(into, first, second);
          assertThat(values(into)).containsExactly(-19, -38, -57, -76, -95, -114);
          total.evaluateInto(result, first, second);
          assertThat(result.getDouble()).isEqualTo(-399.0);
        }
      }
      sum.evaluateInto(into, x, NDArray.scalar(DType.FLOAT64, 1));
      assertThat(values(into)).containsExactly(-1, 0, 1, 2, 3, 4);
      sum.evaluateInto(into, x, NDArray.of(new double[] {1, 2, 3}));
      assertThat(values(into)).containsExactly(-1, -2, -3, 2, 1, 0);
      total.evaluateInto(result, NDArray.scalar(DType.FLOAT64, 100), y);
      assertThat(result.getDouble()).isEqualTo(180.0);
      total.evaluateInto(result, result.copy(), NDArray.scalar(DType.FLOAT64, 1));
      assertThat(result.getDouble()).isEqualTo(178.0);
      total.evaluateInto(
          result, NDArray.of(new double[] {100}, 1, 1), NDArray.of(new double[] {1, 2}));
      assertThat(result.getDouble()).isEqualTo(194.0);
    }
    NDArray reversed = x.flip(0).flip(1);
    sum.evaluateInto(reversed, y, y);
    assertThat(values(x)).containsExactly(-60, -50, -40, -30, -20, -10);
  }

  @Test
  void takesWhatIsReducedOnTheWay() {
    Expression score = Expression.compile("(a - mean(a))/std(a)");
    double unit = 1 / Math.sqrt(2);
    for (int i = 0; i < 3; i++) {
      score.evaluateInto(out, a);
      assertThat(values(out)).containsExactly(-2 / Math.sqrt(2), -unit, 0, unit, 2 / Math.sqrt(2));
    }
    score.evaluateInto(a, a);
    assertThat(a.contentEquals(out)).isTrue();
    Expression part = Expression.compile("b/sum(a) + max(b)*a");
    NDArray ten = NDArray.of(new double[] {10});
    NDArray same = ten.broadcastTo(5);
    a.copyFrom(NDArray.of(new double[] {1, 2, 3, 4, 15}));
    NDArray every = NDArray.allocate(DType.FLOAT64, 5, 2).select(1, 1);
    every.copyFrom(b);
    for (int i = 0; i < 2; i++) {
      for (NDArray second : new NDArray[] {b, every}) {
        part.evaluateInto(out, second, a);
        assertThat(values(out)).containsExactly(50.4, 100.8, 151.2, 201.6, 752);
      }
      for (NDArray second : new NDArray[] {ten, same}) {
        part.evaluateInto(out, second, a);
        assertThat(values(out)).containsExactly(10.4, 20.4, 30.4, 40.4, 150.4);
      }
    }
    NDArray longer = NDArray.allocate(DType.FLOAT64, 6);
    assertThat(code(() -> part.evaluateInto(out, longer, a))).isEqualTo(Code.SHAPE);
  }

  @Test
  void reducesWhatIsReducedOnTheWay() {
    Expression share = Expression.compile("sum(a)/sum(b)");
    Expression spread = Expression.compile("sum((a - mean(b))**2)");
    NDArray result = NDArray.allocate(DType.FLOAT64);
    NDArray two = NDArray.of(new double[] {2, 6});
    NDArray none = NDArray.allocate(DType.FLOAT64, 0);
    for (int i = 0; i < 2; i++) {
      share.evaluateInto(result, a, b);
      assertThat(result.getDouble()).isEqualTo(0.1);
      share.evaluateInto(result, b, two);
      assertThat(result.getDouble()).isEqualTo(18.75);
      share.evaluateInto(result, NDArray.of(new double[] {4}), two);
      assertThat(result.getDouble()).isEqualTo(0.5);
      share.evaluateInto(result, none, b);
      assertThat(result.getDouble()).isEqualTo(0.0);
      spread.evaluateInto(result, a, b);
      assertThat(result.getDouble()).isEqualTo(29 * 29 + 28 * 28 + 27 * 27 + 26 * 26 + 25 * 25.0);
      spread.evaluateInto(result, a, two);
      assertThat(result.getDouble()).isEqualTo(9 + 4 + 1 + 0 + 1.0);
    }
    NDArray five = NDArray.allocate(DType.FLOAT64, 5);
    share.evaluateInto(five, a, b);
    assertThat(values(five)).containsOnly(0.1);
  }

  @Test
  void reducesOnTheWayAsTheLongWayDoes() {
    String[] texts = {
      "(a - mean(a))/std(a)",
      "exp(a - max(a))/sum(exp(a - max(a)))",
      "where(a > mean(a), b, sum(b))",
      "a*(sum(b)/sum(a)) - min(b)",
      "sum((a - mean(a))*(b - mean(b)))/(std(a)*std(b))",
      "a - mean(b, axis=0)",
      "a - mean(b, keepdims=True)"
    };
    for (String text : texts) {
      Expression program = Expression.compile(text);
      for (DType dtype : new DType[] {DType.FLOAT64, DType.FLOAT32, DType.INT16}) {
        for (int n : new int[] {1, 2, 31, 511, 512, 513, 1024, 5000, 16384, 16385, 40000}) {
          NDArray[] operands = new NDArray[program.variables().size()];
          for (int k = 0; k < operands.length; k++) {
            operands[k] = NDArray.allocate(dtype, n);
            for (int i = 0; i < n; i++) {
              set(operands[k], i, k == 0 ? i % 97 + 1 : i % 89 - 40);
            }
          }
          NDArray expected = program.evaluate(operands);
          NDArray result = NDArray.allocate(expected.dtype(), expected.shape());
          for (int i = 0; i < 2; i++) {
            program.evaluateInto(result, operands);
            assertThat(result.contentEquals(expected)).as("%s of %d %s", text, n, dtype).isTrue();
          }
        }
      }
    }
  }

  @Test
  void refusesWhatTheLongWayRefuses() {
    NDArray closed = NDArray.allocate(DType.FLOAT64, 5);
    closed.close();
    assertThat(code(() -> sum.evaluateInto(out, closed, b))).isEqualTo(Code.CLOSED);
    assertThat(code(() -> sum.evaluateInto(out, a, closed))).isEqualTo(Code.CLOSED);
    assertThat(code(() -> sum.evaluateInto(closed, a, b))).isEqualTo(Code.CLOSED);
    ByteBuffer bytes = ByteBuffer.allocateDirect(40).asReadOnlyBuffer();
    NDArray fixed = NDArray.wrap(bytes.order(ByteOrder.nativeOrder()), DType.FLOAT64, 5);
    assertThat(code(() -> sum.evaluateInto(fixed, a, b))).isEqualTo(Code.READ_ONLY);
    assertThat(code(() -> sum.evaluateInto(out, a))).isEqualTo(Code.ARITY);
    assertThat(code(() -> sum.evaluateInto(out, a, b, b))).isEqualTo(Code.ARITY);
    NDArray longer = NDArray.allocate(DType.FLOAT64, 6);
    assertThat(code(() -> sum.evaluateInto(out, a, longer))).isEqualTo(Code.SHAPE);
    assertThat(code(() -> sum.evaluateInto(longer, a, b))).isEqualTo(Code.SHAPE);
    // All are free again.
    a.close();
    b.close();
    out.close();
    assertThat(code(() -> sum.evaluateInto(out, a, b))).isEqualTo(Code.CLOSED);
  }

  @Test
  void endsWhenAnArrayIsClosedMeanwhile() throws InterruptedException {
    NDArray first = full(DType.FLOAT64, 3, 1000);
    NDArray second = full(DType.FLOAT64, 4, 1000);
    for (int round = 0; round < 60; round++) {
      NDArray[] all = {first.copy(), second.copy(), NDArray.allocate(DType.FLOAT64, 1000)};
      AtomicInteger calls = new AtomicInteger();
      Queue<Code> ends = new ConcurrentLinkedQueue<>();
      // One of them is the arrays' entrant, the other is not.
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        NDArray result = i == 0 ? all[2] : NDArray.allocate(DType.FLOAT64, 1000);
        threads.add(
            new Thread(
                () ->
                    ends.add(
                        code(
                            () -> {
                              while (true) {
                                sum.evaluateInto(result, all[0], all[1]);
                                calls.incrementAndGet();
                              }
                            }))));
      }
      threads.forEach(Thread::start);
      while (calls.get() < 50 && threads.get(0).isAlive()) {
        Thread.onSpinWait();
      }
      all[round % 3].close();
      if (round % 3 == 2) {
        all[0].close();
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(ends).containsExactly(Code.CLOSED, Code.CLOSED);
    }
  }

  private static Code code(Runnable call) {
    return catchThrowableOfType(LanesException.class, call::run).code();
  }
}
