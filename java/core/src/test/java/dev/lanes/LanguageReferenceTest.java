package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.lang.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every example in the language reference does what stands beside it. */
class LanguageReferenceTest {

  private static final Path REFERENCE = Path.of("..", "..", "docs", "language.md");

  private static final Map<String, Object> OPERANDS =
      Map.ofEntries(
          Map.entry("a", NDArray.of(new double[] {1, 2, 3})),
          Map.entry("b", NDArray.of(new double[] {10, 20, 30})),
          Map.entry("f", NDArray.of(new float[] {0.5f, -1, 2})),
          Map.entry("i", NDArray.of(new int[] {7, -7, 0})),
          Map.entry("j", NDArray.of(new int[] {2, 2, -1})),
          Map.entry("l", NDArray.of(new long[] {1, 2, 3})),
          Map.entry("p", NDArray.of(new boolean[] {true, false, true})),
          Map.entry("q", NDArray.of(new boolean[] {true, true, false})),
          Map.entry("s", NDArray.of(new byte[][] {{'a', 'b', 0, 0}, {'a', 'b', 'c'}, {'b'}})),
          Map.entry("k", 2),
          Map.entry("x", 0.1));

  @TestFactory
  List<DynamicTest> texts() throws IOException {
    return Examples.blocks(REFERENCE, "lanes").stream()
        .flatMap(String::lines)
        .map(
            line -> {
              String[] parts = line.split(" +-> ", 2);
              return DynamicTest.dynamicTest(
                  line, () -> assertThat(answer(parts[0])).as(parts[0]).isEqualTo(parts[1]));
            })
        .toList();
  }

  private static String answer(String text) {
    try {
      return Expression.compile(text).evaluateAll(OPERANDS).entrySet().stream()
          .map(each -> (each.getKey() + " " + show(each.getValue())).strip())
          .collect(Collectors.joining(", "));
    } catch (LanesException e) {
      return e.code() + " at " + e.column();
    }
  }

  private static String show(NDArray array) {
    StringBuilder text = new StringBuilder(array.dtype().toString());
    NDArray elements = array.reshape(-1);
    for (int i = 0; i < elements.size(); i++) {
      text.append(' ').append(show(elements.select(0, i).item(), array.dtype()));
    }
    return text.toString();
  }

  private static Object show(Object item, DType dtype) {
    if (item instanceof Boolean truth) {
      return truth ? "True" : "False";
    }
    if (item instanceof byte[] bytes) {
      return Bytes.literal(Bytes.trimmed(bytes));
    }
    if (item instanceof double[] parts) {
      return parts[0] + (parts[1] < 0 ? "" : "+") + parts[1] + "j";
    }
    return dtype == DType.FLOAT32 ? ((Double) item).floatValue() : item;
  }

  @Test
  void javaPrintsWhatStandsBesideIt(@TempDir Path folder) throws Exception {
    List<String> blocks = Examples.blocks(REFERENCE, "java");
    String library =
        CCompiler.library(folder, "escape", Examples.blocks(REFERENCE, "c").get(0)).toString();
    assertThat(blocks).hasSizeGreaterThan(5);
    Examples.run(
        blocks.stream().map(block -> block.replace("libescape.so", library)).toList(), folder);
  }

  @Test
  void departuresInTheFixturesStandInTheTable() throws IOException {
    Path expected = Path.of("src", "test", "resources", "language", "expected.txt");
    String reference = Files.readString(REFERENCE);
    String table = reference.substring(reference.indexOf("## Departures from NumPy"));
    Pattern.compile("(?:!|[bilfdc][0-9x]*) ~([a-z][a-z0-9+-]*)")
        .matcher(Files.readString(expected))
        .results()
        .flatMap(result -> Stream.of(result.group(1).split("\\+")))
        .distinct()
        .forEach(departure -> assertThat(table).contains("\n| " + departure + " |"));
  }
}
