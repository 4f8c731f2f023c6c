package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.Op;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/**
 * Random expressions over random operands: the engine of this run against the Java engine, bit for
 * bit.
 */
@Tag("engine")
class DifferentialTest {

  private static final Op.Domain DOMAIN = new Op.Domain(-100, 100);
  private static final Map<String, DType> OPERANDS = new LinkedHashMap<>();

  static {
    OPERANDS.put("p", DType.BOOL);
    OPERANDS.put("q", DType.BOOL);
    OPERANDS.put("i", DType.INT32);
    OPERANDS.put("j", DType.INT32);
    OPERANDS.put("l", DType.INT64);
    OPERANDS.put("s", DType.INT16);
    OPERANDS.put("u", DType.UINT32);
    OPERANDS.put("f", DType.FLOAT32);
    OPERANDS.put("h", DType.FLOAT16);
    OPERANDS.put("d", DType.FLOAT64);
    OPERANDS.put("e", DType.FLOAT64);
    OPERANDS.put("z", DType.COMPLEX128);
    OPERANDS.put("v", DType.COMPLEX64);
    OPERANDS.put("t", DType.bytes(2));
    OPERANDS.put("w", DType.bytes(5));
  }

  private static Map<String, Object> operands(SplittableRandom random) {
    long rows = 1 + random.nextInt(4);
    long columns = random.nextInt(8) == 0 ? 17_000 : 1 + random.nextInt(700);
    Map<String, Object> operands =
        new LinkedHashMap<>(Map.of("n", random.nextInt(50), "k", random.nextDouble()));
    for (Map.Entry<String, DType> each : OPERANDS.entrySet()) {
      NDArray values = Values.random(each.getValue(), rows * columns, DOMAIN, random);
      Layouts layout = Layouts.values()[random.nextInt(Layouts.values().length)];
      NDArray array =
          layout == Layouts.TRANSPOSED
              ? values.reshape(columns, rows).transpose()
              : layout.lay(values, 0).reshape(rows, columns);
      operands.put(
          each.getKey(),
          random.nextInt(6) == 0
              ? array.slice(0, 0, 1)
              : random.nextInt(6) == 0 ? array.slice(1, 0, 1) : array);
    }
    return operands;
  }

  @Property(tries = 1500, shrinking = ShrinkingMode.OFF)
  @Label("exact expressions have the same bits on both engines")
  void exactExpressionsAgree(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    String text = new RandomExpressions(random, true).any(1 + random.nextInt(5));
    Map<String, Object> operands = operands(random);
    NDArray expected;
    try {
      expected = Expression.compile(text).on(JavaEngine.INSTANCE).evaluate(operands);
    } catch (LanesException e) {
      assertThat(e.code()).as(text).isIn(Code.TYPE, Code.LIMIT, Code.AXIS);
      return;
    }
    NDArray actual = Expression.compile(text).withThreads(1 + random.nextInt(3)).evaluate(operands);
    assertThat(actual.dtype()).as(text).isEqualTo(expected.dtype());
    assertThat(actual.shape()).as(text).isEqualTo(expected.shape());
    Agreement.require(actual, expected, 0, () -> text + " with seed " + seed);
  }
}
