package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What people read about an evaluation before it runs. */
class ExplanationTest {

  private static NDArray large(DType dtype, long... shape) {
    return NDArray.allocate(dtype, 1).broadcastTo(shape);
  }

  private static List<String> lines(String text, Map<String, ?> operands) {
    return Expression.compile(text).withThreads(2).explain(operands).lines().toList();
  }

  @Test
  void standardizingReadsMemoryTwice() {
    NDArray x = large(DType.FLOAT64, 60_000_000);
    List<String> lines = lines("(x - mean(x)) / std(x)", Map.of("x", x));
    assertThat(lines.subList(0, 3))
        .containsExactly("(x - mean(x)) / std(x)", "", "result: float64 [60000000]");
    assertThat(lines.get(3))
        .matches("2 passes over memory, 1.44 GB in all, about [0-9.]+ ms on the .* engine.*");
    assertThat(lines)
        .containsSubsequence(
            "pass 1: reduces all axes of [60000000]",
            "  moves 480 MB: 8 bytes read and 0 written per element",
            "  holds 1 register",
            "    r0 float64       = x",
            "    t0 float64       = mean(r0)",
            "    t1 float64       = std(r0)",
            "",
            "pass 2: stores [60000000]",
            "  moves 960 MB: 8 bytes read and 8 written per element",
            "  holds 4 registers",
            "    r1 float64       = t0, one value",
            "    r2 float64       = r0 - r1",
            "    r2 float64       = r2 / r3",
            "    result float64   = r2");
    assertThat(lines)
        .filteredOn(line -> line.startsWith("  takes"))
        .hasSize(2)
        .allMatch(
            line ->
                line.matches(
                    "  takes [0-9.]+ ms of work, [0-9.]+ ns per element, on up to 2 threads"));
  }

  @Test
  void smallWorkIsNotShared() {
    NDArray a = large(DType.FLOAT64, 1000);
    List<String> lines = lines("a**2 + b**2", Map.of("a", a, "b", a));
    assertThat(lines.get(3)).startsWith("1 pass over memory, 24 kB in all, about ");
    assertThat(lines)
        .anyMatch(line -> line.endsWith("on 1 thread: sharing it would cost more"))
        .contains("    r1 float64       = r2 * r2 + r1", "pass 1: stores [1000]");
  }

  @Test
  void programsShowTheirNamesConversionsAndConstants() {
    List<String> lines =
        lines(
            "d = g * k - row; low = min(d, axis=-1, keepdims=True); z = d * 2j; any2 = any(z, axis=(0, 1))",
            Map.of("g", large(DType.FLOAT32, 1000, 2000), "k", 3, "row", large(DType.INT16, 2000)));
    assertThat(lines)
        .contains(
            "low: float64 [1000, 1]",
            "any2: bool []",
            "pass 1: reduces axis -1 of [1000, 2000]",
            "pass 2: reduces axes (0, 1) of [1000, 2000]")
        .anyMatch(line -> line.endsWith(" int32         = k"))
        .anyMatch(line -> line.endsWith(" int32         = row, int16 [2000]"))
        .anyMatch(
            line -> line.matches("    low float64      = min\\(r[0-9]+, axis=-1, keepdims=True\\)"))
        .anyMatch(
            line -> line.matches("    r[0-9]+ complex128   +=  *r[0-9]+ \\* \\(0.0\\+2.0j\\)"));
  }
}
