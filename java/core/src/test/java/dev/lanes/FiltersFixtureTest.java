package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.io.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/** Filters against what SciPy and Pillow answered. */
@Tag("engine")
class FiltersFixtureTest {

  private static final Path FIXTURES = Path.of("src", "test", "resources", "filters");

  @TestFactory
  Stream<DynamicTest> agreesWithSciPyAndPillow() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    Map<String, Integer> next = new HashMap<>();
    for (String line : Files.readAllLines(FIXTURES.resolve("cases.txt"))) {
      String name = line.substring(0, line.indexOf(' '));
      int index = next.merge(name, 1, Integer::sum) - 1;
      tests.add(DynamicTest.dynamicTest(line, () -> check(line, index)));
    }
    return tests.stream();
  }

  private static void check(String line, int index) throws IOException {
    String[] words = line.split(" ");
    NDArray image = Npy.read(FIXTURES.resolve("in_" + words[0] + ".npy"));
    NDArray expected = Npy.read(FIXTURES.resolve("out_" + words[0] + ".npy")).select(0, index);
    NDArray actual = filter(words).apply(image);

    assertThat(actual.shape()).isEqualTo(expected.shape());
    boolean isGaussian = words[1].equals("gaussian");
    double[] a = actual.toDoubleArray();
    double[] e = expected.toDoubleArray();
    for (int i = 0; i < a.length; i++) {
      assertThat(Math.abs(a[i] - e[i]))
          .as("element %d is %s, not %s", i, a[i], e[i])
          .isLessThanOrEqualTo(isGaussian ? tolerance(actual.dtype(), e[i]) : 0);
    }
  }

  /** Exponentials differ in their last bits; everything else is exact. */
  private static double tolerance(DType dtype, double value) {
    if (dtype == DType.FLOAT64) {
      return 1e-12 * Math.abs(value);
    }
    return dtype == DType.FLOAT32 ? Math.ulp((float) value) : 1;
  }

  private static Filter filter(String[] words) throws IOException {
    Filter filter = filter(words[1], words[2]);
    String mode = "reflect";
    double value = 0;
    for (String word : Arrays.asList(words).subList(3, words.length)) {
      String[] option = word.split("=");
      switch (option[0]) {
        case "order" -> filter = filter.order(ints(option[1]));
        case "truncate" -> filter = filter.truncate(Double.parseDouble(option[1]));
        case "axes" -> filter = filter.axes(ints(option[1]));
        case "to" -> filter = filter.to(DType.of(option[1]));
        case "mode" -> mode = option[1];
        case "value" -> value = Double.parseDouble(option[1]);
        default -> throw new IllegalArgumentException(word);
      }
    }
    if (words[1].startsWith("pillow")) {
      return filter;
    }
    return mode.equals("constant")
        ? filter.constant(value)
        : filter.mode(Filter.Mode.valueOf(mode.toUpperCase(java.util.Locale.ROOT)));
  }

  private static Filter filter(String what, String value) throws IOException {
    return switch (what) {
      case "gaussian" -> Filters.gaussian(doubles(value));
      case "box" -> Filters.box(longs(value));
      case "minimum" -> Filters.minimum(longs(value));
      case "maximum" -> Filters.maximum(longs(value));
      case "median" -> Filters.median(longs(value));
      case "sobel" -> Filters.sobel(Integer.parseInt(value));
      case "correlate" -> Filters.correlate(kernel(value));
      case "convolve" -> Filters.convolve(kernel(value));
      case "pillowGaussian" -> Filters.pillowGaussian(doubles(value));
      case "pillowBox" -> Filters.pillowBox(doubles(value));
      default -> throw new IllegalArgumentException(what);
    };
  }

  private static NDArray kernel(String name) throws IOException {
    return Npy.read(FIXTURES.resolve("kernel_" + name + ".npy"));
  }

  private static double[] doubles(String text) {
    return Arrays.stream(text.split(",")).mapToDouble(Double::parseDouble).toArray();
  }

  private static long[] longs(String text) {
    return Arrays.stream(text.split(",")).mapToLong(Long::parseLong).toArray();
  }

  private static int[] ints(String text) {
    return Arrays.stream(text.split(",")).mapToInt(Integer::parseInt).toArray();
  }
}
