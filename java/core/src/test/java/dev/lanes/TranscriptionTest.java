package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.io.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Texts as numexpr's users write them, over six kinds and mixes of arrays and scalars, against what
 * NumPy answers: values, dtypes, shapes and refusals. Where Lanes departs from NumPy on purpose,
 * the fixtures name the departure.
 */
@Tag("engine")
class TranscriptionTest {

  private static final Path FIXTURES = Path.of("src", "test", "resources", "language");
  private static final int SCALAR = 2;
  private static final Pattern COMPLEX = Pattern.compile("complex|[0-9]j");
  private static final Map<Character, Character> NEXT =
      Map.of('b', 'i', 'i', 'f', 'l', 'f', 'f', 'l', 'd', 'i', 'c', 'f');

  private final Map<Character, NDArray> operands = new LinkedHashMap<>();
  private final Map<Character, NDArray> expected = new LinkedHashMap<>();
  private final Map<Character, Long> read = new LinkedHashMap<>();
  private final List<String> differences = new ArrayList<>();
  private int cases;

  @Test
  void agreesWithNumPy() throws IOException {
    for (char kind : "bilfdc".toCharArray()) {
      operands.put(kind, Npy.read(FIXTURES.resolve("operands_" + kind + ".npy")));
      expected.put(kind, Npy.read(FIXTURES.resolve("expected_" + kind + ".npy")));
      read.put(kind, 0L);
    }
    List<String> lines = Files.readAllLines(FIXTURES.resolve("expected.txt"));
    for (String line : lines) {
      String[] words = line.split("\t");
      Expression expression = Expression.compile(words[0]);
      for (String word : Arrays.asList(words).subList(3, words.length)) {
        boolean isComplex =
            word.startsWith("c ") || word.contains("complex") || COMPLEX.matcher(words[0]).find();
        check(words[0], expression, Integer.parseInt(words[isComplex ? 2 : 1]), word);
      }
    }
    assertThat(differences).isEmpty();
    expected.forEach((kind, values) -> assertThat(read.get(kind)).isEqualTo(values.size()));
    assertThat(lines).hasSizeGreaterThan(400);
    assertThat(cases).isGreaterThan(13_000);
  }

  private void check(String text, Expression expression, int ulp, String word) {
    String[] parts = word.split(" ");
    cases++;
    NDArray wanted = parts[2].equals("!") ? null : next(parts[2]);
    NDArray actual;
    try {
      actual = expression.evaluate(operands(parts[0].charAt(0), parts[1]));
    } catch (LanesException e) {
      if (wanted != null) {
        differences.add(text + " | " + word + " is refused: " + e.getMessage());
      }
      return;
    }
    if (wanted == null) {
      differences.add(text + " | " + word + " is not refused but " + actual);
    } else if (actual.dtype() != wanted.dtype() || !Arrays.equals(actual.shape(), wanted.shape())) {
      differences.add(text + " | " + word + " is " + actual.dtype() + " " + actual);
    } else {
      try {
        Agreement.require(actual, wanted, ulp, () -> text + " | " + word);
      } catch (AssertionError e) {
        differences.add(e.getMessage());
      }
    }
  }

  /** The next values of the expected ones, by a letter and a shape such as {@code d3x4}. */
  private NDArray next(String description) {
    char kind = description.charAt(0);
    String lengths = description.substring(1);
    long[] shape =
        lengths.isEmpty()
            ? new long[0]
            : Arrays.stream(lengths.split("x")).mapToLong(Long::parseLong).toArray();
    long from = read.get(kind);
    long size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    read.put(kind, from + size);
    return expected.get(kind).slice(0, from, from + size).reshape(shape);
  }

  private Map<String, Object> operands(char kind, String mix) {
    NDArray rows = operands.get(kind);
    NDArray a = rows.select(0, 0);
    NDArray b = rows.select(0, 1);
    NDArray c = rows.select(0, 2);
    return switch (mix) {
      case "arrays" -> Map.of("a", a, "b", b, "c", c);
      case "right" -> Map.of("a", a, "b", scalar(b), "c", scalar(c));
      case "left" -> Map.of("a", scalar(a), "b", b, "c", c);
      case "mixed" -> Map.of("a", a, "b", operands.get(NEXT.get(kind)).select(0, 1), "c", c);
      case "complex" -> Map.of("a", a, "b", operands.get('c').select(0, 1), "c", c);
      case "grid" ->
          Map.of("a", a.slice(0, 0, 3).reshape(3, 1), "b", b.slice(0, 0, 4), "c", c.select(0, 1));
      default -> throw new IllegalArgumentException(mix);
    };
  }

  /** A value of Java's own, or where it has none an array without axes. */
  private static Object scalar(NDArray row) {
    NDArray element = row.select(0, SCALAR);
    return element.dtype() == DType.COMPLEX128 ? element : element.item();
  }
}
