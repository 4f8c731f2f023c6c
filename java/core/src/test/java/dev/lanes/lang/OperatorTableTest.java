package dev.lanes.lang;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The files rendered from {@link Op} are current; {@code -Dlanes.regenerate=true} rewrites them.
 */
class OperatorTableTest {

  private static final Path ROOT = Path.of("..", "..");
  private static final String BEGIN = "<!-- operators: rendered from Op.java -->\n";
  private static final String END = "<!-- end of operators -->";

  @Test
  void opsDefIsCurrent() throws IOException {
    requireCurrent(ROOT.resolve("native/src/ops.def"), OperatorTable.opsDef());
  }

  @Test
  void tableInReadmeIsCurrent() throws IOException {
    Path readme = ROOT.resolve("README.md");
    String text = Files.readString(readme);
    int from = text.indexOf(BEGIN) + BEGIN.length();
    int to = text.indexOf(END);
    assertThat(to).as("the markers in README.md").isGreaterThanOrEqualTo(from);
    requireCurrent(readme, text.substring(0, from) + OperatorTable.markdown() + text.substring(to));
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
