package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.Op;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Generated texts, valid and broken: each gives the same result on both engines or a {@link
 * LanesException} with the same code, and nothing else. {@code -Dlanes.fuzz=N} chooses how many,
 * {@code -Dlanes.fuzz.seed=N} where they begin.
 */
@Tag("engine")
class FuzzTest {

  private static final int COUNT = Integer.getInteger("lanes.fuzz", 50_000);

  private static final String[] WORDS = {
    "a",
    "b",
    "p",
    "q",
    "i",
    "l",
    "s",
    "u",
    "z",
    "v",
    "f",
    "h",
    "t",
    "w",
    "d",
    "e",
    "n",
    "k",
    "pi",
    "nan",
    "inf",
    "x",
    "y",
    "True",
    "False",
    "not",
    "in",
    "and",
    "if",
    "lambda",
    "axis",
    "sqrt",
    "sin",
    "abs",
    "where",
    "sum",
    "min",
    "max",
    "isin",
    "minimum",
    "int32",
    "float32",
    "bool",
    "power",
    "mod",
    "logical_and",
    "round",
    "g",
    "real",
    "imag",
    ".real",
    ".imag",
    "complex",
    "conj",
    "prod",
    "mean",
    "std",
    "any",
    "argmax",
    "nanmean",
    ", axis=0",
    ", axis=-1",
    ", axis=(0, 1)",
    ", keepdims=True",
    ", ddof=1",
    "isclose",
    ", rtol=",
    ", equal_nan=True",
    "logistic",
    "rotate",
    "collatz",
    "mix",
    "is_far",
    "1.5j",
    "0",
    "1",
    "2",
    "3",
    "-1",
    "7",
    "2.5",
    "1e3",
    "0x1f",
    "0b1",
    "1_0",
    "2j",
    "b'x'",
    "b'a'",
    "'ab'",
    "''",
    "contains",
    "copy",
    "'",
    "9223372036854775807",
    "2147483648",
    "1e400",
    ".5",
    "+",
    "-",
    "*",
    "/",
    "//",
    "%",
    "**",
    "<<",
    ">>",
    "&",
    "|",
    "^",
    "~",
    "<",
    "<=",
    ">",
    ">=",
    "==",
    "!=",
    "(",
    ")",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    "=",
    ".",
    "\n",
    "#",
    "\\",
    " ",
    "\t",
    "$",
    "?",
    "!",
    "@",
    ":",
    "{",
    "\u00e9",
    "\u4e2d",
    "\ud83d\ude00",
    "\ud800",
    "\0",
    "\u200b",
    "\u0661"
  };

  private static final List<String> PROGRAMS =
      List.of(
          "t = i - l; t * t",
          "g(x) = x * x + 1; g(d)",
          "g(x, y) = where(x < y, x, y); g(i, g(l, 3))",
          "t = f * 2\nm = max(t)\n(t - m) / (m + 1)",
          "t = i - j; low = min(t); out = t * d; q2 = out > 0",
          "i in (1, 2, 3)",
          "isin(d, [1.5, k, 0])",
          "a = p & q; b = ~a; where(b, i, l)",
          "g(x) = x + n; t = g(i); g(t) - g(2)",
          "mod(i, 3) + absolute(s) * int64(u)",
          "y = z * conj(v); y.real - y.imag",
          "m = mean(z); r = std(z, ddof=1); y = (z - m) / r; low = min(y.real)",
          "g(x, y=2) = y*x - 1j; g(z) + g(i, y=v)",
          "r = max(d + j, axis=0); c = sum(z + j, axis=1, keepdims=True); n2 = prod(v)",
          "y = j + d; y - mean(y, axis=-1, keepdims=True)",
          "rotate(z) * logistic(f, 0.5) + rotate(rotate(v))",
          "t2 = collatz(i); mix(l, t2, both(p, q)) + sum(t2)",
          "isclose(z, v, rtol=0.1) | is_far(z, d)",
          "late(d) + late(sum(d)) * k",
          "isclose(d, d * 1.0, equal_nan=True) & (f in (1, 2))",
          "contains(w, t) & (t < b'b')",
          "m = where(w == t, w, t); m",
          "m = where(p, w, b'aab'); n2 = contains(m, t); sum(n2)",
          "t in (b'a', '', w)");

  private final SplittableRandom random =
      new SplittableRandom(Long.getLong("lanes.fuzz.seed", 20261121L));
  private final RandomExpressions expressions = new RandomExpressions(random, true);
  private final Map<String, Object> operands = new HashMap<>();
  private final Map<Code, Integer> refusals = new EnumMap<>(Code.class);
  private int evaluated;
  private UserFunction[] functions;

  /** Functions whose results the engines may differ in. */
  private static final Pattern BOUNDED =
      Pattern.compile(
          Arrays.stream(Op.values())
              .filter(op -> op.ulp() > 0 && op.form() == Op.Form.FUNCTION)
              .map(op -> "\\b" + op.symbol() + "\\b")
              .collect(Collectors.joining("|", "\\*\\*|power|", "")));

  private static final Pattern COMPLEX = Pattern.compile("\\b[zv]\\b|complex|[0-9.]j|rotate");

  /** And those whose results do where numbers are complex. */
  private static final Pattern BOUNDED_COMPLEX =
      Pattern.compile("\\b(sqrt|abs|absolute|sign|isclose)\\b");

  @Test
  void everyTextGivesAResultOrAnException(@TempDir Path folder) throws Exception {
    UserFunctionTest.compile(folder);
    functions = UserFunctionTest.functions();
    SplittableRandom values = new SplittableRandom(1);
    Op.Domain domain = new Op.Domain(-100, 100);
    Map<String, DType> types =
        Map.of(
            "p",
            DType.BOOL,
            "q",
            DType.BOOL,
            "i",
            DType.INT32,
            "l",
            DType.INT64,
            "s",
            DType.INT16,
            "u",
            DType.UINT32,
            "f",
            DType.FLOAT32,
            "h",
            DType.FLOAT16,
            "d",
            DType.FLOAT64);
    types.forEach((name, type) -> operands.put(name, Values.random(type, 5, domain, values)));
    operands.put("t", Values.random(DType.bytes(2), 5, domain, values));
    operands.put("w", Values.random(DType.bytes(4), 5, domain, values));
    operands.put("j", Values.random(DType.INT32, 3, domain, values).reshape(3, 1));
    NDArray z = Values.random(DType.COMPLEX128, 5, domain, values);
    z.setComplex(Double.NaN, 1, 1);
    z.setComplex(-0.0, Double.NEGATIVE_INFINITY, 3);
    operands.put("z", z);
    operands.put("v", Values.random(DType.COMPLEX64, 5, domain, values));
    operands.put("n", 3);
    operands.put("k", 0.75);
    for (int i = 0; i < COUNT; i++) {
      String text = text();
      try {
        check(text);
      } catch (Throwable e) {
        throw new AssertionError(
            "text " + i + " of length " + text.length() + ": " + shown(text), e);
      }
    }
    System.out.println(
        "FuzzTest: " + COUNT + " texts, " + evaluated + " with results, refused " + refusals);
    assertThat(evaluated).isGreaterThan(COUNT / 10);
    assertThat(refusals)
        .containsKeys(Code.SYNTAX, Code.TYPE, Code.ARITY, Code.UNKNOWN_FUNCTION, Code.UNKNOWN_NAME);
  }

  private static String shown(String text) {
    return text.length() > 2000 ? text.substring(0, 2000) + "..." : text;
  }

  private void check(String text) {
    Expression expression;
    try {
      expression = Expression.compile(text, functions);
    } catch (LanesException e) {
      refuse(e, text);
      return;
    }
    Map<String, NDArray> expected = Map.of();
    LanesException refusal = null;
    try {
      expected = expression.on(JavaEngine.INSTANCE).evaluateAll(operands);
    } catch (LanesException e) {
      refusal = e;
      refuse(e, text);
    }
    try {
      Map<String, NDArray> actual = expression.evaluateAll(operands);
      assertThat(refusal).isNull();
      assertThat(actual.keySet()).isEqualTo(expected.keySet());
      evaluated++;
      boolean isExact =
          !BOUNDED.matcher(text).find()
              && !(COMPLEX.matcher(text).find() && BOUNDED_COMPLEX.matcher(text).find());
      for (Map.Entry<String, NDArray> each : expected.entrySet()) {
        compare(actual.get(each.getKey()), each.getValue(), isExact);
      }
    } catch (LanesException e) {
      assertThat(refusal).isNotNull();
      assertThat(e.code()).isEqualTo(refusal.code());
      assertThat(e).hasMessage(refusal.getMessage());
    }
  }

  private static void compare(NDArray actual, NDArray expected, boolean isExact) {
    assertThat(actual.dtype()).isEqualTo(expected.dtype());
    assertThat(actual.shape()).isEqualTo(expected.shape());
    if (isExact) {
      Agreement.require(actual, expected, 0, () -> "the engines differ");
    }
    actual.close();
    expected.close();
  }

  private void refuse(LanesException e, String text) {
    refusals.merge(e.code(), 1, Integer::sum);
    assertThat(e.code())
        .isIn(
            Code.SYNTAX,
            Code.UNKNOWN_NAME,
            Code.UNKNOWN_FUNCTION,
            Code.AXIS,
            Code.ARITY,
            Code.TYPE,
            Code.LIMIT,
            Code.SHAPE);
    assertThat(e.column()).isBetween(-1, text.length());
    assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(2000);
  }

  private String text() {
    return switch (random.nextInt(12)) {
      case 10 -> expressions.alongAxes(1 + random.nextInt(3));
      case 11 ->
          "x = " + expressions.alongAxes(1) + "; y = " + expressions.any(2) + "; low = min(y)";
      case 0, 1 -> expressions.any(1 + random.nextInt(4));
      case 2 -> PROGRAMS.get(random.nextInt(PROGRAMS.size()));
      case 3, 4 -> mutated(expressions.any(1 + random.nextInt(3)));
      case 5 -> mutated(PROGRAMS.get(random.nextInt(PROGRAMS.size())));
      case 6, 7 -> soup(1 + random.nextInt(12));
      case 8 -> "x = " + expressions.any(2) + "; " + mutated("y = x + " + expressions.any(1));
      default -> random.nextInt(200) == 0 ? large() : characters();
    };
  }

  private String word() {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private String soup(int words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words; i++) {
      text.append(word()).append(random.nextInt(3) == 0 ? " " : "");
    }
    return text.toString();
  }

  private String characters() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i >= 0; i--) {
      text.append((char) (random.nextInt(4) == 0 ? random.nextInt(1 << 16) : random.nextInt(128)));
    }
    return text.toString();
  }

  private String mutated(String text) {
    StringBuilder changed = new StringBuilder(text);
    for (int i = random.nextInt(3); i >= 0; i--) {
      int from = random.nextInt(changed.length() + 1);
      int to = Math.min(changed.length(), from + random.nextInt(6));
      switch (random.nextInt(4)) {
        case 0 -> changed.delete(from, to);
        case 1 -> changed.insert(from, word());
        case 2 -> changed.replace(from, to, word());
        default ->
            changed.insert(random.nextInt(changed.length() + 1), changed.substring(from, to));
      }
    }
    return changed.toString();
  }

  /** Nesting, chains and names of thousands. */
  private String large() {
    int n = 1 + random.nextInt(20_000);
    String inner = expressions.any(1);
    return switch (random.nextInt(9)) {
      case 0 -> "(".repeat(n) + inner + ")".repeat(random.nextInt(4) == 0 ? n - 1 : n);
      case 1 -> word().repeat(n);
      case 2 -> inner + (" + " + inner).repeat(Math.min(n, 3000));
      case 3 -> "-".repeat(n) + "i";
      case 4 -> "~".repeat(n) + inner;
      case 5 -> "abs(".repeat(n) + "i" + ")".repeat(n);
      case 6 -> "x".repeat(n) + " + " + "1".repeat(n);
      case 7 -> "i in (" + "1, ".repeat(Math.min(n, 3000)) + "2)";
      default -> "where(p, i, ".repeat(Math.min(n, 3000)) + "l" + ")".repeat(Math.min(n, 3000));
    };
  }
}
