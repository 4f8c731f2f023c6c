package dev.lanes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import dev.lanes.DType;
import dev.lanes.Lanes;
import dev.lanes.NDArray;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvalCommandTest {

  @TempDir Path folder;
  private Path a;
  private Path b;

  @BeforeEach
  void writeFiles() throws IOException {
    a = file("a.npy", NDArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3));
    b = file("b.npy", NDArray.of(new float[] {0.5f, -1, 2}));
  }

  private Path file(String name, NDArray array) throws IOException {
    Path path = folder.resolve(name);
    Npy.write(path, array);
    array.close();
    return path;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2 + 3           |          | 5",
        "7 / 2           |          | 3.5",
        "2*a             | a=-1.5   | -3.0",
        "-a              | a=3      | -3",
        "a + 1           | a=1e3    | 1001.0",
        "~a              | a=True   | False",
        "a               | a=-inf   | -Infinity",
        "a + 0           | a=nan    | NaN",
        "a               | a=3000000000 | 3000000000",
        "(a + 2j) * 1j   | a=1 | (-2+1j)",
        "where(a > 1, 'more', b'') | a=2 | b'more'",
      })
  void aSingleValueIsPrintedAlone(String expression, String operand, String printed) {
    Outcome outcome =
        operand == null ? Outcome.of("eval", expression) : Outcome.of("eval", expression, operand);

    assertThat(outcome).isEqualTo(new Outcome(0, printed + "\n", ""));
  }

  @Test
  void arraysAreSummarised() {
    Outcome outcome = Outcome.of("eval", "2*a + 3*b", "a=" + a, "b=" + b);

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .isEqualTo(
            """
            dtype  float64
            shape  2 x 3
            min    1.0
            max    18.0
            mean   8.5
            """);
  }

  @Test
  void arraysWithoutAnOrderHaveNoMean() {
    assertThat(Outcome.of("eval", "where(a > 2, 'x', 'yz')", "a=" + a))
        .isEqualTo(
            new Outcome(
                0,
                """
                dtype  bytes(2)
                shape  2 x 3
                min, max, mean: bytes(2) has none
                """,
                ""));
    assertThat(Outcome.of("eval", "a * 1j", "a=" + a, "--json").json())
        .containsEntry("dtype", "complex128")
        .containsEntry("mean", null);
  }

  @Test
  void float32IsPrintedInItsOwnDigits() {
    assertThat(Outcome.of("eval", "b*0.1", "b=" + b).out()).contains("min    -0.1\n");
  }

  @Test
  void nansAreCountedAndLeftOut() throws IOException {
    Path n = file("n.npy", NDArray.of(new double[] {1, Double.NaN, 5, Double.NaN}));

    assertThat(Outcome.of("eval", "n", "n=" + n).out())
        .contains("min    1.0\n", "max    5.0\n", "mean   3.0\n", "NaN    2 of 4 elements");
  }

  @Test
  void anArrayOfNothingButNansHasNoMean() throws IOException {
    Path n = file("n.npy", NDArray.of(new float[] {Float.NaN, Float.NaN}));

    assertThat(Outcome.of("eval", "n", "n=" + n).out()).contains("nothing but NaN");
    JsonObject json = Outcome.of("eval", "n", "n=" + n, "--json").json();
    assertThat(json).containsEntry("mean", null).containsEntry("nan", 2);
  }

  @Test
  void anEmptyArrayHasNoMean() throws IOException {
    Path e = file("e.npy", NDArray.allocate(DType.FLOAT64, 0, 3));

    assertThat(Outcome.of("eval", "e + 1", "e=" + e).out())
        .contains("shape  0 x 3", "there is no element");
  }

  @Test
  void theMeanOfLongsDoesNotWrap() throws IOException {
    Path l = file("l.npy", NDArray.of(new long[] {Long.MAX_VALUE, Long.MAX_VALUE}));

    assertThat(Outcome.of("eval", "l", "l=" + l).out())
        .contains("mean   " + (double) Long.MAX_VALUE);
  }

  @Test
  void theResultIsWritten() throws IOException {
    Path c = folder.resolve("c.npy");

    Outcome outcome = Outcome.of("eval", "a*2", "a=" + a, "-o", c);

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).contains("max    12.0");
    try (NDArray result = Npy.read(c)) {
      assertThat(result.shape()).containsExactly(2, 3);
      assertThat(result.toDoubleArray()).containsExactly(2, 4, 6, 8, 10, 12);
    }
  }

  @Test
  void anInputMayBeOverwritten() throws IOException {
    assertThat(Outcome.of("eval", "a + 1", "a=" + a, "-o", a).code()).isZero();
    try (NDArray result = Npy.read(a)) {
      assertThat(result.toDoubleArray()).containsExactly(2, 3, 4, 5, 6, 7);
    }
  }

  @Test
  void jsonHoldsTheSummary() {
    Outcome outcome = Outcome.of("eval", "2*a + 3*b", "a=" + a, "b=" + b, "--json");

    assertThat(outcome.out()).hasLineCount(1);
    assertThat(outcome.json())
        .containsEntry("expression", "2*a + 3*b")
        .containsEntry("engine", Lanes.engine().name())
        .containsEntry("dtype", "float64")
        .containsEntry("min", 1.0)
        .containsEntry("max", 18.0)
        .containsEntry("mean", 8.5)
        .containsEntry("nan", 0)
        .containsKeys("threads", "seconds");
    assertThat(outcome.json().getArray("shape")).containsExactly(2, 3);
  }

  @Test
  void jsonHoldsTheValueOfAScalar() {
    JsonObject json = Outcome.of("eval", "sum(a)", "a=" + a, "--json").json();

    assertThat(json).containsEntry("value", 21.0).containsEntry("dtype", "float64");
    assertThat(json.getArray("shape")).isEmpty();
  }

  @Test
  void jsonSpellsWhatIsNotFinite() {
    assertThat(Outcome.of("eval", "a", "a=-inf", "--json").json())
        .containsEntry("value", "-Infinity");
    assertThat(Outcome.of("eval", "a > 1", "a=2", "--json").json()).containsEntry("value", true);
  }

  @Test
  void theEngineCanBeChosen() {
    JsonObject json =
        Outcome.of("eval", "sum(a)", "a=" + a, "--engine", "java", "--threads=1", "--json").json();

    assertThat(json)
        .containsEntry("engine", "java")
        .containsEntry("threads", 1)
        .containsEntry("value", 21.0);
  }

  @Test
  void columnsAreMarked() {
    assertThat(Outcome.of("eval", "2 * (3 + ", "a=1"))
        .isEqualTo(
            new Outcome(
                2,
                "",
                """
                lanes: the expression ends where a value is expected
                  2 * (3 +\s
                           ^
                """));
    assertThat(Outcome.of("eval", "alpha + bata", "alpha=1", "beta=2").err())
        .isEqualTo(
            """
            lanes: there is no operand 'bata'; did you mean 'beta'?
              alpha + bata
                      ^
            """);
    assertThat(Outcome.of("eval", "1 + sqr(4)").err())
        .contains("did you mean 'sqrt'?\n  1 + sqr(4)\n      ^\n");
  }

  @Test
  void theCaretStandsRightInLongAndOddTexts() {
    String[] lines =
        Outcome.of("eval", "1 + ".repeat(1000) + "nix" + " + 1".repeat(1000)).err().split("\n");
    assertThat(lines[1]).hasSizeLessThan(120);
    assertThat(lines[1].substring(lines[2].indexOf('^'))).startsWith("nix");

    lines = Outcome.of("eval", "1 +\n\t\u001b[31m").err().split("\n");
    assertThat(lines[1]).isEqualTo("  line 2, column 2:");
    assertThat(lines[2]).doesNotContain("\u001b", "\t");
    assertThat(lines[3].indexOf('^')).isEqualTo(2 + "\t".length());
  }

  @Test
  void programsHaveSeveralResults() throws IOException {
    Path d = folder.resolve("d.npy");
    Path out = folder.resolve("out.npy");
    String program = "d = a - k; out = d*d; low = min(d)";

    Outcome outcome =
        Outcome.of("eval", program, "a=" + a, "k=1", "-o", "d=" + d, "-o", "out=" + out);

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).startsWith("out:\ndtype  float64\n").contains("\nlow = 0.0\nd:\n");
    try (NDArray first = Npy.read(d);
        NDArray second = Npy.read(out)) {
      assertThat(first.toDoubleArray()).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(second.toDoubleArray()).containsExactly(0, 1, 4, 9, 16, 25);
    }
    JsonObject json = Outcome.of("eval", program, "a=" + a, "k=1", "--json").json();
    assertThat(json.getArray("results")).hasSize(2);
    assertThat(json.getArray("results").getObject(1))
        .containsEntry("name", "low")
        .containsEntry("value", 0.0);
    assertThat(Outcome.of("eval", program, "a=" + a, "k=1", "-o", out).err())
        .contains("there are the results [out, low]; write -o name=");
    assertThat(Outcome.of("eval", program, "a=" + a, "k=1", "-o", "dd=" + out).err())
        .contains("the text assigns no 'dd'");
    assertThat(Outcome.of("eval", "a", "a=1", "-o", out, "-o", d).err()).contains("a file already");
  }

  @Test
  void programsAreReadFromFiles() throws IOException {
    Path file = folder.resolve("program.txt");
    Files.writeString(file, "# a curve\nsigmoid(x) = 1/(1 + exp(-x))\ny = sigmoid(2*t)\n");

    assertThat(Outcome.of("eval", "-f", file, "t=0")).isEqualTo(new Outcome(0, "0.5\n", ""));
    assertThat(Outcome.of("explain", "-f", file, "t=float64").out()).contains("exp(");
    Files.writeString(file, "y = t + 1\nz = sqr(y)\n");
    assertThat(Outcome.of("eval", "t=0", "--file", file))
        .isEqualTo(
            new Outcome(
                2,
                "",
                """
                lanes: there is no function 'sqr'; did you mean 'sqrt'?
                  line 2, column 5:
                  z = sqr(y)
                      ^
                """));
    assertThat(Outcome.of("eval", "-f", folder.resolve("nix.txt")).err()).contains("no such file");
    Files.write(file, new byte[] {(byte) 0xff, 0x31});
    assertThat(Outcome.of("eval", "-f", file).err()).contains("not text in UTF-8");
  }

  @Test
  void constantsGiveWayToOperands() {
    assertThat(Outcome.of("eval", "2*e", "e=3")).isEqualTo(new Outcome(0, "6\n", ""));
    assertThat(Outcome.of("eval", "cos(pi)").out()).isEqualTo("-1.0\n");
  }

  @Test
  void operandsOfTheWrongShapeAreNamed() throws IOException {
    Path d = file("d.npy", NDArray.of(new double[] {1, 2}));

    Outcome outcome = Outcome.of("eval", "a + d", "a=" + a, "d=" + d);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("a [2, 3]", "d [2]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a=nix.npy   | no such file",
        "a=1.2.3     | it is not a number",
        "a=          | no such file",
        "a=.         | folder",
        "a=99999999999999999999 | does not fit into 64 bits",
        "a           | an operand is name=file.npy or name=number, not 'a'",
        "=3          | an operand is",
      })
  void badOperandsAreRefused(String operand, String message) {
    Outcome outcome = Outcome.of("eval", "a + 1", operand);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).contains(message).doesNotContain("\tat ").hasLineCount(1);
  }

  @Test
  void anOperandGivenTwiceIsRefused() {
    Outcome outcome = Outcome.of("eval", "a + 1", "a=1", "a=2");

    assertThat(outcome).isEqualTo(new Outcome(2, "", "lanes: operand 'a' is given twice\n"));
  }

  @Test
  void anOperandThatIsNotUsedIsRemarkedButNotOpened() {
    assertThat(Outcome.of("eval", "a + 1", "a=1", "c=nix.npy"))
        .isEqualTo(new Outcome(0, "2\n", "lanes: note: the expression does not use 'c'\n"));
  }

  @Test
  void filesThatAreNoArraysAreRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("text.npy"), "no array at all, just some words");
    byte[] bytes = Files.readAllBytes(a);
    Path half = Files.write(folder.resolve("half.npy"), Arrays.copyOf(bytes, 140));
    Path none = Files.createFile(folder.resolve("none.npy"));

    for (Path path : new Path[] {text, half, none}) {
      Outcome outcome = Outcome.of("eval", "a + 1", "a=" + path);
      assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
      assertThat(outcome.err()).startsWith("lanes: operand 'a'").contains(path.toString());
    }
  }

  @Test
  void bigEndianFilesAreRead() throws IOException {
    byte[] bytes = Files.readAllBytes(file("i.npy", NDArray.of(new int[] {1, 256})));
    String header = new String(bytes, StandardCharsets.ISO_8859_1);
    bytes[header.indexOf("<i4")] = '>';
    Path big = Files.write(folder.resolve("big.npy"), bytes);

    assertThat(Outcome.of("eval", "sum(x)", "x=" + big).out())
        .isEqualTo(((1 << 24) + (1 << 16)) + "\n");
  }

  @Test
  void outputsThatCannotBeWrittenAreRefused() {
    assertThat(Outcome.of("eval", "a", "a=" + a, "-o", folder.resolve("nix/c.npy")).err())
        .startsWith("lanes: -o ")
        .contains("no such file or folder");
    assertThat(Outcome.of("eval", "a", "a=" + a, "-o", folder).err()).contains("folder");
    assertThat(Outcome.of("eval", "a", "a=" + a, "-o", a.resolve("c.npy")).code()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "--engine=cuda, native or java",
    "--threads=0, from 1 to 1024",
    "--threads=2000, from 1 to 1024",
    "--threads=x, --threads",
    "--threads=, --threads",
  })
  void badOptionsAreRefused(String option, String message) {
    Outcome outcome = Outcome.of("eval", "1 + 1", option);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains(message).doesNotContain("\tat ");
  }

  @Test
  void thereMustBeAnExpression() {
    Outcome outcome = Outcome.of("eval");

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("EXPR", "Try 'lanes eval --help'.");
  }
}
