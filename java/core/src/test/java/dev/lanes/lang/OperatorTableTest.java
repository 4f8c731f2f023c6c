package dev.lanes.lang;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The files rendered from {@link Op} are current; {@code -Dlanes.regenerate=true} rewrites them.
 */
class OperatorTableTest {

  private static final Path ROOT = Path.of("..", "..");

  @Test
  void opsDefIsCurrent() throws IOException {
    requireCurrent(ROOT.resolve("native/src/ops.def"), OperatorTable.opsDef());
  }

  @ParameterizedTest
  @CsvSource({
    "operators: rendered from Op.java, operators",
    "names: rendered from Names.java, names"
  })
  void tablesInTheReferenceAreCurrent(String begin, String end) throws IOException {
    Path reference = ROOT.resolve("docs/language.md");
    String text = Files.readString(reference);
    String opening = "<!-- " + begin + " -->\n";
    int from = text.indexOf(opening) + opening.length();
    int to = text.indexOf("<!-- end of " + end + " -->");
    assertThat(to).as("the markers in language.md").isGreaterThanOrEqualTo(from);
    String table = end.equals("names") ? OperatorTable.names() : OperatorTable.markdown();
    requireCurrent(reference, text.substring(0, from) + table + text.substring(to));
  }

  private static void requireCurrent(Path file, String expected) throws IOException {
    if (Boolean.getBoolean("lanes.regenerate")) {
      Files.writeString(file, expected);
    }
    assertThat(Files.readString(file))
        .as(
            "%s follows from Op.java; write it anew with: mvn -pl java/core test -Dtest=OperatorTableTest -Dlanes.test.options=-Dlanes.regenerate=true",
            file)
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(Op.class)
  void everyRowIsWhole(Op op) {
    assertThat(op.documentation()).isNotBlank();
    assertThat(op.cost()).isPositive();
    assertThat(op.domain().low()).isLessThan(op.domain().high());
    assertThat(op.kernels().isEmpty()).isEqualTo(op.isReduction());
    assertThat(op.kernels())
        .allSatisfy(kernel -> assertThat(kernel.arguments()).hasSize(op.arity()));
  }
}
