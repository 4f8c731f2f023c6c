package dev.lanes.lang;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParserTest {

  /** The tree in prefix form. */
  private static String parse(String text) {
    Tree tree = Parser.parse(text);
    return show(tree, tree.nodes().size() - 1);
  }

  private static String show(Tree tree, int index) {
    Tree.Node node = tree.nodes().get(index);
    if (node instanceof Tree.Literal literal) {
      return literal.value() instanceof Tree.Imaginary imaginary
          ? imaginary.value() + "j"
          : String.valueOf(literal.value());
    }
    if (node instanceof Tree.Constant constant) {
      return constant.name();
    }
    if (node instanceof Tree.Name name) {
      return tree.names().get(name.index());
    }
    Tree.Call call = (Tree.Call) node;
    return call.op().id()
        + call.arguments().stream()
            .map(i -> show(tree, i))
            .collect(Collectors.joining(" ", "(", ")"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "2*a + 3*b; add(mul(2 a) mul(3 b))",
        "a - b - c; sub(sub(a b) c)",
        "a ** b ** c; pow(a pow(b c))",
        "-a ** 2; neg(pow(a 2))",
        "2 ** -1 * a; mul(pow(2 neg(1)) a)",
        "2 ** -a ** 2; pow(2 neg(pow(a 2)))",
        "~a & b | c ^ d; or(and(invert(a) b) xor(c d))",
        "a << 1 + b; shl(a add(1 b))",
        "a & b == c; eq(and(a b) c)",
        "- - a; neg(neg(a))",
        "+a + +b; add(a b)",
        "a // b % c / d; truediv(mod(floordiv(a b) c) d)",
        "where(a < b, sqrt(a), -b); where(lt(a b) sqrt(a) neg(b))",
        "((a)); a",
        "a*(b+c); mul(a add(b c))",
        "True & False; and(true false)",
        "1_000 + 0xff + 0b11 + 0o17; add(add(add(1000 255) 3) 15)",
        "1. + .5 + 1e3 + 1_0.5E-1; add(add(add(1.0 0.5) 1000.0) 1.05)",
        "-9223372036854775808; -9223372036854775808",
        "00; 0",
        "gr\u00f6\u00dfe_1 * 2; mul(gr\u00f6\u00dfe_1 2)",
        "0XFF + 0B1_0 + 0O7; add(add(255 2) 7)",
        "pi*e + inf - nan; sub(add(mul(pi e) inf) nan)",
        "2j + 1.5J; add(2.0j 1.5j)",
        "a.real + 1.5.imag; add(real(a) imag(1.5))",
        "a in (1, 2); or(eq(a 1) eq(a 2))",
        "a in [1]; eq(a 1)",
        "a in (1, 2, 3,); or(or(eq(a 1) eq(a 2)) eq(a 3))",
        "-a + 1 not in (b, 2*c); invert(or(eq(add(neg(a) 1) b) eq(add(neg(a) 1) mul(2 c))))",
        "isin(a + b, [1, 2]) & c; and(or(eq(add(a b) 1) eq(add(a b) 2)) c)",
        "(a in (1, 2)) & c; and(or(eq(a 1) eq(a 2)) c)",
        "asin(a) + absolute(b); add(arcsin(a) abs(b))",
        "power(a, mod(b, 2)); pow(a mod(b 2))",
        "logical_and(a, b); and(bool(a) bool(b))",
        "sum + sum(a); add(sum sum(a))",
      })
  void readsAsPythonDoes(String text, String tree) {
    assertThat(parse(text)).isEqualTo(tree);
  }

  @Test
  void namesStandInOrderOfFirstAppearance() {
    assertThat(Parser.parse("b + a*b + c").names()).containsExactly("b", "a", "c");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; SYNTAX; 0; empty",
        "'   '; SYNTAX; 3; empty",
        "a +; SYNTAX; 3; ends where a value",
        "a b; SYNTAX; 2; operator is expected",
        "(a; SYNTAX; 0; never closed",
        "a); SYNTAX; 1; never opened",
        "sin(a; SYNTAX; 0; never closed",
        "a, b; SYNTAX; 1; comma",
        "(a, b); SYNTAX; 2; comma",
        "sin(); ARITY; 0; takes 1 argument, not 0",
        "where(a, b); ARITY; 0; takes 3 arguments, not 2",
        "sin(a, ); SYNTAX; 7; value is expected",
        "1 < a < 3; SYNTAX; 6; chained",
        "a + 1 = b; SYNTAX; 6; write ==",
        "a && b; SYNTAX; 2; write &",
        "!a; SYNTAX; 0; write ~",
        "a and b; SYNTAX; 2; write &",
        "not a; SYNTAX; 0; write ~",
        "a[0]; SYNTAX; 1; NDArray.slice",
        "sqr(a); UNKNOWN_FUNCTION; 0; did you mean 'sqrt'",
        "frobnicate(a); UNKNOWN_FUNCTION; 0; no function",
        "012; SYNTAX; 3; 0o",
        "1__0; SYNTAX; 1; ends in '_'",
        "1a; SYNTAX; 1; ends in 'a'",
        "1e; SYNTAX; 2; breaks off",
        "0x; SYNTAX; 2; breaks off",
        "9223372036854775808; LIMIT; 0; int64",
        "a + 99999999999999999999; LIMIT; 4; int64",
        "a $ b; SYNTAX; 2; '$'",
        "a ** * b; SYNTAX; 5; value is expected",
        "a == b == c; SYNTAX; 7; chained",
        "a in (1, 2) == b; SYNTAX; 12; chained",
        "a == b in (1, 2); SYNTAX; 7; chained",
        "a in (1, 2) + 1; SYNTAX; 12; parentheses",
        "a in (); SYNTAX; 2; at least one value",
        "a in b; SYNTAX; 5; list of values in parentheses",
        "a in (1, 2]; SYNTAX; 10; does not close",
        "isin(a); ARITY; 0; takes 2 arguments, not 1",
        "isin(a, b); SYNTAX; 8; list of values",
        "isin(a, (1, 2), 3); SYNTAX; 14; one list",
        "[1, 2]; SYNTAX; 0; behind 'in' only",
        "a if b else c; SYNTAX; 2; write where",
        "a or b; SYNTAX; 2; write |",
        "a is b; SYNTAX; 2; write ==",
        "lambda x: x; SYNTAX; 0; define a function",
        "a not b; SYNTAX; 2; write ~",
        "divmod(a, b); UNKNOWN_FUNCTION; 0; q = a // b",
        "int(a); UNKNOWN_FUNCTION; 0; int32(x)",
        "a.T; SYNTAX; 1; real and imag",
        "'a.__class__'; SYNTAX; 1; real and imag",
        "a ? b; SYNTAX; 2; write where",
        "1jj; SYNTAX; 2; ends in 'j'",
      })
  void pointsAtWhatIsWrong(String text, LanesException.Code code, int column, String message) {
    LanesException e = catchThrowableOfType(LanesException.class, () -> Parser.parse(text));
    assertThat(e).isNotNull();
    assertThat(e.code()).isEqualTo(code);
    assertThat(e).hasMessageContaining(message);
    assertThat(e.column()).isEqualTo(column);
  }

  @Test
  void depthAndLengthDoNotOverflowTheStack() {
    assertThat(parse("(".repeat(100_000) + "a" + ")".repeat(100_000))).isEqualTo("a");
    assertThat(Parser.parse("-".repeat(50_000) + "a").nodes()).hasSize(50_001);
    assertThat(Parser.parse("a" + "+a".repeat(30_000)).nodes()).hasSize(60_001);
    assertThat(Parser.parse("a" + "**a".repeat(30_000)).nodes()).hasSize(60_001);
  }

  @Test
  void sizeHasALimit() {
    LanesException e =
        catchThrowableOfType(
            LanesException.class, () -> Parser.parse("a" + "+a".repeat(Parser.MAX_NODES)));
    assertThat(e.code()).isEqualTo(LanesException.Code.LIMIT);
    e =
        catchThrowableOfType(
            LanesException.class, () -> Parser.parse(" ".repeat(Parser.MAX_LENGTH + 1)));
    assertThat(e.code()).isEqualTo(LanesException.Code.LIMIT);
  }
}
