package dev.lanes.lang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatementsTest {

  /** The results in prefix form, with their names where they have one. */
  private static String parse(String text) {
    return show(Parser.parse(text));
  }

  private static String show(Tree tree) {
    return tree.results().stream()
        .map(
            result ->
                (result.name().isEmpty() ? "" : result.name() + "=") + show(tree, result.node()))
        .collect(Collectors.joining(", "));
  }

  private static String show(Tree tree, int index) {
    Tree.Node node = tree.nodes().get(index);
    if (node instanceof Tree.Call call) {
      return call.op().id()
          + call.arguments().stream()
              .map(argument -> show(tree, argument))
              .collect(Collectors.joining(" ", "(", ")"));
    }
    if (node instanceof Tree.Name name) {
      return tree.names().get(name.index());
    }
    return node instanceof Tree.Constant constant
        ? constant.name()
        : String.valueOf(((Tree.Literal) node).value());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "d = a - b; out = d*d; rms = sqrt(sum(d*d)) | out=mul(sub(a b) sub(a b)), rms=sqrt(sum(mul(sub(a b) sub(a b))))",
        "d = a - b; d*d                        | mul(sub(a b) sub(a b))",
        "m = min(x); s = max(x)                | m=min(x), s=max(x)",
        "x = a                                 | x=a",
        ";; x = a + 1 ; ;                      | x=add(a 1)",
        "x = 2; y = x; z = y                   | z=2",
        "square2(x) = x*x; square2(a + 1)      | mul(add(a 1) add(a 1))",
        "f(x) = x + k; k2 = f(k); f(k2)        | add(add(k k) k)",
        "f(x, y) = x - y; f(b, f(a, 1))        | sub(b sub(a 1))",
        "f(a) = a*2; f(b) + a                  | add(mul(b 2) a)",
        "f(e) = e + 1; f(2)                    | add(2 1)",
        "f(x) = x; f(a)                        | a",
        "f(x) = 3; f(a)                        | 3",
        "f(x) = c; f(a)                        | c",
        "f(x) = x + 1; g(x) = f(x)*f(2*x); g(a) | mul(add(a 1) add(mul(2 a) 1))",
        "c = a + b; f(x) = x*c; f(2)           | mul(2 add(a b))",
        "exp(x) = 2*x; exp(a)                  | mul(2 a)",
        "e = 2*a; e + 1                        | add(mul(2 a) 1)",
        "f(x) = sum(x); f(a) + sum             | add(sum(a) sum)",
        "f(x) = x in (1, 2); f(a)              | or(eq(a 1) eq(a 2))",
        "f(x, k=2) = k*x; f(a)                 | mul(2 a)",
        "f(x, k=-2, m=.5) = k*x + m; f(a, 3)   | add(mul(3 a) 0.5)",
        "f(x, k=2, m=True) = k*x + m; f(a, m=b, k=c + 1) | add(mul(add(c 1) a) b)",
        "f(k=2) = k + a; f() * f(k=f(1))       | mul(add(2 a) add(add(1 a) a))",
      })
  void statementsNameValues(String text, String results) {
    assertThat(parse(text)).isEqualTo(results);
  }

  @Test
  void linesEndStatementsExceptWhereTheyCannot() {
    assertThat(parse("d = a - b # the difference\n\n  out = d*d\n"))
        .isEqualTo("out=mul(sub(a b) sub(a b))");
    assertThat(parse("(a\n + b # more\n + c)")).isEqualTo("add(add(a b) c)");
    assertThat(parse("a +\r\n b")).isEqualTo("add(a b)");
    assertThat(parse("a \\\r\n + b")).isEqualTo("add(a b)");
    assertThat(parse("x = where(a,\n  b, # b\n  c)\ny = x + 1")).isEqualTo("y=add(where(a b c) 1)");
    assertThat(parse("# nothing\n a # a")).isEqualTo("a");
    assertThat(parse("f(x,\n  y) = x*y; f(a, b)")).isEqualTo("mul(a b)");
  }

  @Test
  void operandsStandInOrderOfTheirFirstAppearanceInTheText() {
    assertThat(Parser.parse("scale(x) = k*x; a + scale(b)").names()).containsExactly("k", "a", "b");
  }

  @Test
  void whatNoResultNeedsIsLeftOut() {
    Tree tree =
        Parser.parse("f(x) = x + unused; d = a - b; out = d*d; rms = sqrt(c)", List.of("d"));
    assertThat(show(tree)).isEqualTo("d=sub(a b)");
    assertThat(tree.names()).containsExactly("a", "b");
    assertThat(tree.nodes()).hasSize(3);
    assertThat(show(Parser.parse("d = a - b; out = d*c", List.of("out", "d"))))
        .isEqualTo("out=mul(sub(a b) c), d=sub(a b)");
    LanesException e =
        catchThrowableOfType(
            LanesException.class, () -> Parser.parse("alpha = a; beta = b", List.of("alpa")));
    assertThat(e.code()).isEqualTo(Code.UNKNOWN_NAME);
    assertThat(e).hasMessageContaining("did you mean 'alpha'");
  }

  @Test
  void constantsGiveWayToOperands() {
    Tree tree = Parser.parse("e*x + pi");
    assertThat(tree.names()).containsExactly("x");
    assertThat(tree.constants()).containsExactly("e", "pi");
    Tree bound = tree.binding(java.util.Set.of("e", "z"));
    assertThat(bound.names()).containsExactly("x", "e");
    assertThat(show(bound)).isEqualTo("add(mul(e x) pi)");
    assertThat(bound.constants()).containsExactly("pi");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "x = a; x = b           | SYNTAX | 7 | 'x' is assigned above",
        "x = x + 1              | SYNTAX | 0 | 'x' stands for an operand",
        "y = x; x = 2           | SYNTAX | 7 | 'x' stands for an operand",
        "y = e; e = 2           | SYNTAX | 7 | or a constant",
        "a + 1; b               | SYNTAX | 7 | is lost",
        "x = a; b               | SYNTAX | 7 | the last value needs a name, for 'x'",
        "f(x) = f(x - 1); f(3)  | SYNTAX | 7 | recursion",
        "f(x) = g(x); g(x) = f(x); f(1) | UNKNOWN_FUNCTION | 7 | 'g' is defined further on",
        "f(x) = g(x); f(1)      | UNKNOWN_FUNCTION | 7 | no function 'g'",
        "f(x) = x; f(x) = 2*x; f(1) | SYNTAX | 10 | defined above",
        "f(x, x) = x; f(1, 2)   | SYNTAX | 5 | parameter twice",
        "f(x) = x; f(1, 2)      | ARITY | 10 | takes 1 argument, not 2",
        "f(x) = x               | SYNTAX | 8 | the text has no value",
        "f(x) =                 | SYNTAX | 6 | ends where a value",
        "x =                    | SYNTAX | 3 | ends where a value",
        "x = ; y = 2            | SYNTAX | 4 | before ';'",
        "True = a               | SYNTAX | 0 | cannot be a name",
        "f(if) = 2; f(1)        | SYNTAX | 2 | cannot be a name",
        "(a; b)                 | SYNTAX | 0 | never closed",
        "sigmoid(x) = x; sigmiod(a) | UNKNOWN_FUNCTION | 16 | did you mean 'sigmoid'",
        "scale(x) = x ** ; 3    | SYNTAX | 16 | before ';'",
        "2 = a                  | SYNTAX | 2 | write ==",
        "f(x, k=2, y) = x; f(1) | SYNTAX | 10 | 'y' needs a value too",
        "f(x, k=2) = x; f(1, m=2) | SYNTAX | 20 | takes the options [k], not 'm'",
        "f(x, k=2) = x; f(1, x=2) | SYNTAX | 20 | takes the options [k], not 'x'",
        "f(x, k=2, m=3) = x; f(1, 2, k=3) | SYNTAX | 20 | 'k' is given twice",
        "f(x, k=2, m=3) = x; f(1, k=2, 3) | SYNTAX | 30 | behind k= have names too",
        "f(x, k=2) = x; f(k=2)  | ARITY | 15 | takes 1 to 2 arguments, not 1",
        "f(x, k=2) = x; f(1, 2, 3) | ARITY | 15 | takes 1 to 2 arguments, not 3",
        "f(x) = x; f(x=2)       | SYNTAX | 12 | takes no options, not 'x'",
        "sin(x=2)               | SYNTAX | 4 | takes no options, not 'x'",
        "isclose(a, b, tol=1)   | SYNTAX | 14 | the options [rtol, atol, equal_nan]",
        "isclose(a)             | ARITY | 0 | takes 2 to 5 arguments, not 1",
        "= a                    | SYNTAX | 0 | before '='",
      })
  void pointsAtWhatIsWrong(String text, Code code, int column, String message) {
    LanesException e = catchThrowableOfType(LanesException.class, () -> Parser.parse(text));
    assertThat(e).as(text).isNotNull();
    assertThat(e).hasMessageContaining(message);
    assertThat(e.code()).isEqualTo(code);
    assertThat(e.column()).isEqualTo(column);
  }

  @Test
  void aLineThatGoesOnWithoutParenthesesIsExplained() {
    LanesException e = catchThrowableOfType(LanesException.class, () -> Parser.parse("a\n  + b"));
    assertThat(e).hasMessageContaining("put an expression of several lines into parentheses");
    assertThat(e.column()).isEqualTo(4);
  }

  @Test
  void functionsThatDoubleAreRefusedBeforeTheyAreWrittenOut() {
    String doubling =
        IntStream.range(1, 100)
            .mapToObj(i -> "f" + i + "(x) = f" + (i - 1) + "(x) + f" + (i - 1) + "(x)\n")
            .collect(Collectors.joining("", "f0(x) = x + x\n", "f99(a)"));
    LanesException e = catchThrowableOfType(LanesException.class, () -> Parser.parse(doubling));
    assertThat(e.code()).isEqualTo(Code.LIMIT);
    String manyCopies = "f0(x) = x" + "+x".repeat(30_000) + "\n" + "f0(a)\n".repeat(10_000);
    e = catchThrowableOfType(LanesException.class, () -> Parser.parse(manyCopies));
    assertThat(e.code()).isEqualTo(Code.SYNTAX);
  }

  @Test
  void thereAreManyOperandsButNotAnyNumber() {
    String sum = IntStream.range(0, 4096).mapToObj(i -> "a" + i).collect(Collectors.joining(" + "));
    assertThat(Parser.parse(sum).names()).hasSize(4096);
    LanesException e = catchThrowableOfType(LanesException.class, () -> Parser.parse(sum + " + b"));
    assertThat(e.code()).isEqualTo(Code.LIMIT);
  }

  @Test
  void longNamesAreShortenedInMessages() {
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> Parser.parse("x".repeat(100_000) + "(a)"));
    assertThat(e.getMessage()).hasSizeLessThan(200);
  }

  @Test
  void noSecondNameHidesARow() {
    for (String definition : Names.definitions()) {
      String name = definition.substring(0, definition.indexOf('('));
      assertThat(Op.function(name)).as("%s is a row; delete its definition", name).isNull();
    }
  }
}
