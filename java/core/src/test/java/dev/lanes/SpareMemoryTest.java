package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Results take the memory of earlier ones, within bounds, and nobody can tell by their values. */
@Tag("engine")
class SpareMemoryTest {

  private static final int LARGE = 1 << 18; // elements of 8 bytes

  @Test
  void resultsOfOneSizeTakeTurns() {
    NDArray x = NDArray.allocate(DType.FLOAT64, LARGE);
    Expression expression = Expression.compile("x + 3");
    NDArray first = expression.evaluate(x);
    long address = first.memory().address();
    first.close();
    try (NDArray second = expression.evaluate(x)) {
      if (Lanes.isNative()) {
        assertThat(second.memory().address()).isEqualTo(address);
      }
      assertThat(second.getDouble(LARGE - 1)).isEqualTo(3);
    }
  }

  @Test
  void arraysThatCallersMakeAreZero() {
    NDArray x = NDArray.allocate(DType.FLOAT64, LARGE);
    Expression.compile("x + 3").evaluate(x).close();
    try (NDArray fresh = NDArray.allocate(DType.FLOAT64, LARGE)) {
      assertThat(Expression.compile("max(abs(x))").evaluate(fresh).getDouble()).isZero();
    }
  }

  @Test
  void memoryIsKeptForHardlySmallerResultsOnly() {
    SpareMemory spare = new SpareMemory();
    MemoryBudget budget = new MemoryBudget(1L << 40);
    if (Lanes.isNative()) {
      long bytes = 9L << 20;
      spare.give(new SpareMemory.Block(NativeLanes.allocate(bytes, 1), bytes), budget);
      assertThat(spare.take(bytes + 1)).isNull();
      assertThat(spare.take(bytes / 2)).isNull();
      SpareMemory.Block block = spare.take(bytes - (1 << 20));
      assertThat(block.bytes()).isEqualTo(bytes);
      assertThat(spare.kept()).isZero();
      spare.give(block, budget);
      spare.shrink(0);
      assertThat(spare.kept()).isZero();
    }
  }

  @Test
  void whatIsKeptIsBounded() {
    SpareMemory spare = new SpareMemory();
    MemoryBudget budget = new MemoryBudget(80L << 20);
    if (Lanes.isNative()) {
      for (int i = 0; i < 20; i++) {
        spare.give(new SpareMemory.Block(NativeLanes.allocate(2 << 20, 1), 2 << 20), budget);
      }
      assertThat(spare.kept()).isEqualTo(10L << 20);
      spare.shrink(0);
    }
  }
}
