package dev.lanes.lang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.lanes.Casting;
import dev.lanes.DType;
import dev.lanes.LanesException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TranslatorTest {

  private static final Map<Character, DType> TYPES =
      Map.of(
          'b',
          DType.BOOL,
          'h',
          DType.INT16,
          'i',
          DType.INT32,
          'u',
          DType.UINT32,
          'l',
          DType.INT64,
          'e',
          DType.FLOAT16,
          'f',
          DType.FLOAT32,
          'd',
          DType.FLOAT64);

  /** Operands are typed by their first letter; k, n and m are Java numbers. */
  private static Program translate(String text, DType output) {
    Tree tree = Parser.parse(text).binding(Set.of("e"));
    List<Argument> arguments =
        tree.names().stream()
            .map(
                name ->
                    switch (name.charAt(0)) {
                      case 'k' -> Argument.scalar(2.5, name);
                      case 'n' -> Argument.scalar(7, name);
                      case 'm' -> Argument.scalar(1L << 40, name);
                      default -> Argument.array(TYPES.get(name.charAt(0)));
                    })
            .toList();
    return Translator.translate(
        tree, arguments, output == null ? null : List.of(output), Casting.SAME_KIND, true);
  }

  private static String kernels(String text) {
    return translate(text, null).passes().stream()
        .map(
            pass ->
                pass.instructions().stream()
                    .map(i -> i.kernel().op().id() + "." + i.kernel().key().letter())
                    .collect(Collectors.joining(" ")))
        .collect(Collectors.joining(" | "));
  }

  private static DType result(String text) {
    Program program = translate(text, null);
    return program.operands().stream()
        .filter(o -> o.role() == Program.Role.OUTPUT)
        .findFirst()
        .orElseThrow()
        .dtype();
  }

  @ParameterizedTest
  @CsvSource({
    "i+i, int32",
    "i+l, int64",
    "i+f, float64",
    "l+f, float64",
    "f+d, float64",
    "b+b, bool",
    "b+i, int32",
    "b+f, float32",
    "h+h, int32",
    "u+i, int64",
    "e+e, float32",
    "h*f, float64",
    "f*2, float32",
    "f*2.5, float32",
    "f+k, float32",
    "f+n, float32",
    "f+m, float32",
    "i*2.0, float64",
    "i+k, float64",
    "i+n, int32",
    "i+m, int64",
    "i+2147483648, int64",
    "b+1, int32",
    "b*2.0, float64",
    "i/i, float64",
    "b/b, float64",
    "f/2, float32",
    "h/2, float64",
    "i//2, int32",
    "sqrt(i), float64",
    "sqrt(f), float32",
    "sqrt(b), float64",
    "sqrt(2), float64",
    "i<f, bool",
    "'where(b,f,1)', float32",
    "'where(b,i,f)', float64",
    "'where(b,1,2)', int32",
    "sum(f), float32",
    "sum(i), int64",
    "sum(b), int64",
    "sum(d), float64",
    "min(h), int32",
    "max(f), float32",
    "min(b), bool",
    "2**40, int64",
    "1+1, int32",
    "cos(1+1), float64",
    "1.5, float64",
    "b, bool",
    "h, int32",
    "u, int64",
    "e, float32",
    "k+n, float64",
    "f**2, float32",
    "i**2, int32",
    "f**n, float32",
    "-h, int32",
    "abs(i), int32",
    "int64(i), int64",
    "float32(d), float32",
    "float32(d)*f, float32",
    "d//1, float64",
  })
  void resultsHaveTheRightType(String text, String dtype) {
    assertThat(result(text)).hasToString(dtype);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "d**2; square.d",
        "d**3; square.d mul.d",
        "d**4; square.d square.d",
        "d**0.5; sqrt.d",
        "d**-1; truediv.d",
        "d**1.5; pow3halves.d",
        "d**2.5; pow5halves.d",
        "f**2.5; pow5halves.f",
        "d**3.5; pow.d",
        "d**5; pow.d",
        "i**5; square.i square.i mul.i",
        "i**0; pow.i",
        "d/4; mul.d",
        "d/3; truediv.d",
        "d*2+d*2; mul.d add.d",
        "(1+2)*d; mul.d",
        "d-sum(d); | sub.d",
        "sum(d*d)/sum(d); mul.d | truediv.d",
        "sum(d)+sum(f); | | float64.f add.d",
        "f*k; float32.d mul.f",
        "d; float64.d",
      })
  void programsAreLean(String text, String kernels) {
    assertThat(kernels(text).strip().replaceAll(" +", " ")).isEqualTo(kernels);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "d & i; TYPE; 2",
        "~d; TYPE; 0",
        "b - b; TYPE; 2",
        "-b; TYPE; 0",
        "where(i, d, d); TYPE; 0",
        "i ** -1; TYPE; 2",
        "2 ** 64; LIMIT; 2",
        "9223372036854775807 + 1; LIMIT; 20",
        "1 << 63; LIMIT; 2",
        "sum(d) & 1; TYPE; 7",
      })
  void refusalsPointAtTheOperator(String text, LanesException.Code code, int column) {
    LanesException e = catchThrowableOfType(LanesException.class, () -> translate(text, null));
    assertThat(e).isNotNull();
    assertThat(e.code()).isEqualTo(code);
    assertThat(e.column()).isEqualTo(column);
  }

  @Test
  void outputsTakeWhatFitsTheirKind() {
    assertThat(translate("d+d", DType.FLOAT32).passes()).hasSize(1);
    assertThat(translate("l", DType.INT8).passes()).hasSize(1);
    for (DType narrow : List.of(DType.INT32, DType.BOOL)) {
      LanesException e = catchThrowableOfType(LanesException.class, () -> translate("d+d", narrow));
      assertThat(e.code()).isEqualTo(LanesException.Code.CAST);
    }
    assertThat(translate("d", DType.COMPLEX64).passes()).hasSize(1);
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> translate("complex(d, d)", DType.FLOAT64));
    assertThat(e.code()).isEqualTo(LanesException.Code.CAST);
  }

  @Test
  void resultsOfBytesAreAsWideAsTheWidestOfThem() {
    for (boolean isOptimized : new boolean[] {true, false}) {
      for (String text :
          new String[] {"where(True, z, b'')", "copy(where(z == '', b'abc', 'a'))", "b'a\\0\\0'"}) {
        Tree tree = Parser.parse(text);
        List<Argument> arguments =
            tree.names().isEmpty() ? List.of() : List.of(Argument.array(DType.bytes(3)));
        Program program =
            Translator.translate(tree, arguments, null, Casting.SAME_KIND, isOptimized);
        assertThat(program.operands().get(arguments.size()).dtype()).isEqualTo(DType.bytes(3));
      }
    }
  }

  @Test
  void aFoldedResultIsStored() {
    Program program = translate("int32(-int32(0.1))", null);
    assertThat(program.passes()).hasSize(1);
    assertThat(program.passes().get(0).outputs()).hasSize(1);
  }

  @Test
  void constantsOfBytesAreFolded() {
    Program program =
        Translator.translate(
            Parser.parse("(b'a' < 'b') & (contains('ab', b'') == True)"), List.of());
    assertThat(program.passes().get(0).instructions()).hasSize(1);
    assertThat(program.constants()).hasSize(1);
    assertThat(program.constants().get(0).asLong()).isEqualTo(1);
  }

  @Test
  void aLongSumNeedsFewRegisters() {
    Program program = translate("d" + "+d*d".repeat(5000), null);
    assertThat(program.passes().get(0).registers().size()).isLessThan(5);
  }

  @Test
  void hostileSizesAreBounded() {
    assertThat(translate("d" + "**d".repeat(20_000), null).passes()).hasSize(1);
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> translate("9**9**9**9", null));
    assertThat(e.code()).isEqualTo(LanesException.Code.LIMIT);
    String letters = "a".repeat(200_000);
    String search = "g(x) = contains('" + letters + "', '" + letters.substring(9) + "b' ) | x;";
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> translate(search + "g(False)" + "^g(False)".repeat(9_000), null));
  }
}
