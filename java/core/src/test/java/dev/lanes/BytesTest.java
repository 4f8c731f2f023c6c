package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Byte strings in expressions: as NumPy has them, in every layout and width, and nowhere else. */
@Tag("engine")
class BytesTest {

  private static final Path FIXTURES = Path.of("src", "test", "resources", "language");
  private static final NDArray NAMES = NDArray.of(new String[] {"ada", "bob", "", "ada"});
  private static final NDArray KEYS = NDArray.of(new String[] {"ada", "bo", "x", "adam"});
  private static final NDArray V = NDArray.of(new double[] {1, 2, 3, 4});

  private static NDArray evaluate(String text) {
    return Expression.compile(text).evaluate(Map.of("s", NAMES, "t", KEYS, "v", V));
  }

  // ---- Against NumPy ----

  @Test
  void agreesWithNumPy() throws IOException {
    byte[] expected = Npy.read(FIXTURES.resolve("bytes_expected.npy")).toByteArray();
    Map<String, NDArray> arrays = new HashMap<>();
    for (String name : List.of("a", "b", "c")) {
      arrays.put(name, Npy.read(FIXTURES.resolve("bytes_" + name + ".npy")));
    }
    int at = 0;
    for (String line : Files.readAllLines(FIXTURES.resolve("bytes.txt"))) {
      String[] words = line.split("\t");
      Expression expression = Expression.compile(words[0]);
      for (String word : Arrays.asList(words).subList(1, words.length)) {
        String[] parts = word.split(" ", 3);
        DType dtype = DType.of(parts[1]);
        NDArray result = null;
        for (Layouts layout : List.of(Layouts.PACKED, Layouts.MISALIGNED, Layouts.BACKWARDS)) {
          result = expression.evaluate(operands(arrays, parts[0], layout));
          byte[] wanted = Arrays.copyOfRange(expected, at, at + (int) result.bytes());
          assertThat(result.dtype()).as(line).isEqualTo(dtype);
          assertThat(result.shape()).as(line).isEqualTo(shape(parts[2]));
          assertThat(result.toByteArray()).as(words[0] + " | " + word).isEqualTo(wanted);
        }
        at += (int) result.bytes();
      }
    }
    assertThat(at).isEqualTo(expected.length);
  }

  private static long[] shape(String lengths) {
    return lengths.isEmpty()
        ? new long[0]
        : Arrays.stream(lengths.split("x")).mapToLong(Long::parseLong).toArray();
  }

  private static Map<String, Object> operands(
      Map<String, NDArray> arrays, String mix, Layouts layout) {
    Map<String, Object> operands = new HashMap<>();
    for (String name : arrays.keySet()) {
      NDArray values = arrays.get(name);
      boolean isFirst = name.equals("a");
      boolean isScalar = mix.equals("right") && !isFirst || mix.equals("left") && isFirst;
      NDArray laid = layout.lay(values, 0);
      if (isScalar) {
        operands.put(name, values.getString(2));
      } else if (!mix.equals("grid")) {
        operands.put(name, laid);
      } else if (isFirst) {
        operands.put(name, laid.slice(0, 0, 3).reshape(3, 1));
      } else {
        operands.put(name, name.equals("b") ? laid.slice(0, 0, 4) : values.getString(3));
      }
    }
    return operands;
  }

  // ---- With numbers, and refused with them ----

  @Test
  void truthValuesOfBytesGoOn() {
    assertThat(evaluate("(s == 'ada') & (v > 3)").toBooleanArray())
        .containsExactly(false, false, false, true);
    assertThat(evaluate("sum(s == b'ada')").item()).isEqualTo(2L);
    assertThat(evaluate("sum(where(s == t, v, 0))").item()).isEqualTo(1.0);
    assertThat(evaluate("count_nonzero(contains(t, b'a'))").item()).isEqualTo(2L);
    assertThat(evaluate("any(s > t)").item()).isEqualTo(true);
    assertThat(evaluate("v * (s in ('bob', '', t))").toDoubleArray()).containsExactly(1, 2, 3, 0);
    assertThat(evaluate("m = mean(v); where(v > m, s, 'low')").toStringArray())
        .containsExactly("low", "low", "", "ada");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "s == 1          | 2 | '==' of bytes and int32: bytes go with bytes only",
        "v < b'a'        | 2 | '<' of float64 and bytes: bytes go with bytes only",
        "s + t           | 2 | '+' does not take bytes",
        "v * s           | 2 | '*' does not take bytes",
        "-s              | 0 | '-' does not take bytes",
        "s & (v > 1)     | 2 | '&' does not take",
        "v + sqrt(s)     | 4 | 'sqrt' does not take bytes",
        "sum(s)          | 0 | 'sum' does not take bytes",
        "any(s)          | 0 | 'any' does not take bytes",
        "min('a')        | 0 | 'min' does not take bytes",
        "nanmean(s)      | 0 | 'nanmean' does not take bytes",
        "mean(s)         | 0 | 'mean' does not take bytes",
        "bool(s)         | 0 | 'bool' does not take bytes",
        "float64('1')    | 0 | 'float64' does not take bytes",
        "where(s, v, v)  | 0 | the condition of 'where' must be bool, not bytes",
        "where(v > 1, s, 1) | 0 | 'where' of bool and bytes and int32: bytes go with bytes only",
        "contains(s, 1)  | 0 | 'contains' of bytes and int32: bytes go with bytes only",
        "contains(v, v)  | 0 | 'contains' does not take float64 and float64",
        "s in (1, 2)     | 2 | '==' of bytes and int32",
        "'a' == True     | 4 | '==' of bytes and bool",
        "isclose(s, t)   | 0 | does not take bytes",
        "clip(s, t, t)   | 0 | does not take bytes",
      })
  void numbersAndBytesDoNotMix(String text, int column, String message) {
    LanesException e = catchThrowableOfType(LanesException.class, () -> evaluate(text));
    assertThat(e).as(text).isNotNull();
    assertThat(e.code()).isEqualTo(Code.TYPE);
    assertThat(e.column()).as(e.getMessage()).isEqualTo(column);
    assertThat(e).hasMessageContaining(message);
  }

  // ---- Shapes, widths, layouts ----

  @Test
  void emptyArraysAndScalarsWork() {
    Expression expression = Expression.compile("where(a < b, a, b)");
    NDArray none = NDArray.allocate(DType.bytes(3), 0, 4);
    NDArray empty = expression.evaluate(none, NDArray.allocate(DType.bytes(9), 4));
    assertThat(empty.shape()).containsExactly(0, 4);
    assertThat(empty.dtype()).isEqualTo(DType.bytes(9));
    NDArray one = NAMES.select(0, 1);
    assertThat(expression.evaluate(one, KEYS.select(0, 1)).item()).isEqualTo("bo\0\0".getBytes());
    assertThat(Expression.compile("sum(a == b)").evaluate(none, none).item()).isEqualTo(0L);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 100, 10_000})
  void everyWidthAgreesWithJava(int width) {
    SplittableRandom random = new SplittableRandom(width);
    int n = width > 1000 ? 70 : 1300;
    NDArray a = NDArray.allocate(DType.bytes(width), n);
    NDArray b = NDArray.allocate(DType.bytes(width + width / 2), n);
    for (int i = 0; i < n; i++) {
      byte[] bytes = new byte[random.nextInt(width + 1)];
      Arrays.fill(bytes, (byte) 'x');
      for (int k = random.nextInt(3); k > 0 && bytes.length > 0; k--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      a.setBytes(bytes, i);
      byte[] other = random.nextBoolean() ? bytes : Arrays.copyOf(bytes, bytes.length / 2);
      if (random.nextInt(3) == 0 && other.length > 0) {
        other = other.clone();
        other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
      }
      b.setBytes(other, i);
    }
    for (String text :
        List.of(
            "a == b",
            "(a < b) & ~(a >= b)",
            "a <= b",
            "contains(a, b)",
            "contains(b, a) | (a != b)",
            "where(a > b, a, b)",
            "a == b'x'",
            "sum(a != b'xxxxxxxxxxxxxxxxxxxxx')")) {
      Expression expression = Expression.compile(text);
      for (Layouts layout : Layouts.values()) {
        NDArray[] operands = {layout.lay(a, 0), layout.lay(b, 1)};
        Object[] given = text.contains("b'") ? new Object[] {operands[0]} : operands;
        NDArray[] arrays = Arrays.copyOf(given, given.length, NDArray[].class);
        NDArray expected = expression.on(JavaEngine.INSTANCE).evaluate(arrays);
        NDArray actual = expression.evaluate(arrays);
        Agreement.require(actual, expected, 0, () -> text + " " + layout + " width " + width);
      }
    }
  }

  @Test
  void threadsAndReducedAxesAgree() {
    SplittableRandom random = new SplittableRandom(3);
    NDArray a = Values.random(DType.bytes(3), 120_000, null, random).reshape(300, 400);
    NDArray b = Values.random(DType.bytes(2), 400, null, random);
    for (String text :
        List.of("a == b", "where(a < b, a, b)", "sum(contains(a, b), axis=0)", "(a == 'a') | p")) {
      Expression expression = Expression.compile(text);
      NDArray p = Values.random(DType.BOOL, 300, null, random).reshape(300, 1);
      Map<String, NDArray> operands = Map.of("a", a.transpose().transpose(), "b", b, "p", p);
      NDArray expected = expression.on(JavaEngine.INSTANCE).evaluate(operands);
      for (int threads : new int[] {1, 2, 3}) {
        NDArray actual = expression.withThreads(threads).evaluate(operands);
        Agreement.require(actual, expected, 0, () -> text);
      }
    }
  }

  @Test
  void literalsOfAnyLengthWork() {
    String text = "y".repeat(100_000);
    NDArray wide = NDArray.of(new String[] {text, text.substring(1)});
    assertThat(Expression.compile("a == b'" + text + "'").evaluate(wide).toBooleanArray())
        .containsExactly(true, false);
    assertThat(Expression.compile("contains(b'" + text + "', a)").evaluate(wide).toBooleanArray())
        .containsExactly(true, true);
    assertThat(Expression.compile("where(a == '', a, '" + text + "')").evaluate(NAMES).dtype())
        .isEqualTo(DType.bytes(100_000));
  }

  // ---- Outputs ----

  @Test
  void outputsPadAndCut() {
    Expression expression = Expression.compile("where(s == 'bob', 'robert', s)");
    NDArray wide = NDArray.of(new String[] {"????????", "????????", "????????", "????????"});
    assertThat(expression.evaluateInto(wide, NAMES).toStringArray())
        .containsExactly("ada", "robert", "", "ada");
    NDArray narrow = NDArray.allocate(DType.bytes(2), 4);
    assertThat(expression.evaluateInto(narrow, NAMES).toStringArray())
        .containsExactly("ad", "ro", "", "ad");
    assertThat(refusal(expression.withCasting(Casting.SAFE), narrow)).isEqualTo(Code.CAST);
    assertThat(refusal(expression, NDArray.allocate(DType.INT32, 4))).isEqualTo(Code.CAST);
    assertThat(refusal(Expression.compile("s == s"), wide)).isEqualTo(Code.CAST);
  }

  private static Code refusal(Expression expression, NDArray output) {
    return catchThrowableOfType(LanesException.class, () -> expression.evaluateInto(output, NAMES))
        .code();
  }

  @Test
  void outputsMayBeOperandsOrOverlapThem() {
    NDArray s = NDArray.of(new String[] {"d", "c", "b", "a"});
    Expression.compile("where(s < 'c', s, 'z')").evaluateInto(s, s);
    assertThat(s.toStringArray()).containsExactly("z", "z", "b", "a");
    NDArray word = NDArray.of(new String[] {"a", "b", "c", "d", "e"});
    Expression.compile("x").evaluateInto(word.slice(0, 1, 5), word.slice(0, 0, 4));
    assertThat(word.toStringArray()).containsExactly("a", "a", "b", "c", "d");
    NDArray x = NDArray.of(new String[] {"1", "2"});
    NDArray y = NDArray.of(new String[] {"3", "4"});
    Expression.compile("p = copy(y); q = copy(x)")
        .evaluateAllInto(Map.of("p", x, "q", y), Map.of("x", x, "y", y));
    assertThat(x.toStringArray()).containsExactly("3", "4");
    assertThat(y.toStringArray()).containsExactly("1", "2");
  }

  @Test
  void batchesWriteOverTheirOperands() {
    Expression expression = Expression.compile("where(s < t, t, s)");
    NDArray s = NDArray.of(new String[] {"a", "d", "c", "b"}, 2, 2);
    NDArray t = NDArray.of(new String[] {"b", "c"});
    Batch.evaluateStackedInto(expression, s, s, t.reshape(1, 2));
    assertThat(s.reshape(4).toStringArray()).containsExactly("b", "d", "c", "c");
  }

  // ---- To and from Java ----

  @Test
  void javaValuesAreOperands() {
    Expression expression = Expression.compile("s == key");
    byte[] key = "ada".getBytes(StandardCharsets.US_ASCII);
    for (Object value : new Object[] {"ada", key, "ada\0", NDArray.of(new byte[][] {key})}) {
      assertThat(expression.evaluate(Map.of("s", NAMES, "key", value)).toBooleanArray())
          .containsExactly(true, false, false, true);
    }
    Object longer = "ada".repeat(1000);
    assertThat(expression.evaluate(Map.of("s", longer, "key", longer)).item()).isEqualTo(true);
    assertThat(expression.evaluate(Map.of("s", "", "key", "")).item()).isEqualTo(true);
    assertThat(expression.validate(Map.of("s", NAMES, "key", longer)).get(0).dtype())
        .isEqualTo(DType.BOOL);
  }

  @Test
  void termsHaveLiterals() {
    Term s = Term.var("s");
    Term term = s.equalTo("bob").or(s.in("it's", "\u00e9", new byte[] {0, -1, '\n', 'a'}));
    assertThat(term)
        .hasToString("(s == b'bob') | (s in (b\"it's\", b'\\xc3\\xa9', b'\\x00\\xff\\na'))");
    NDArray values = NDArray.of(new String[] {"bob", "\u00e9", "it's", "it"});
    assertThat(term.compile().evaluate(Map.of("s", values)).toBooleanArray())
        .containsExactly(true, true, true, false);
  }

  @Test
  void arraysAreMadeOfTextsAndReadAgain() {
    NDArray grid = NDArray.of(new String[] {"a", "caf\u00e9", "", "d"}, 2, 2);
    assertThat(grid.dtype()).isEqualTo(DType.bytes(5));
    assertThat(grid.getString(0, 1)).isEqualTo("caf\u00e9");
    assertThat(grid.transpose().toStringArray()).containsExactly("a", "", "caf\u00e9", "d");
    assertThat(NDArray.of(new byte[][] {{}, {}}).dtype()).isEqualTo(DType.bytes(1));
    assertThat(NDArray.of(new byte[0][]).shape()).containsExactly(0);
    assertThat(NDArray.of(new byte[][] {{1, 0}, {0, 2}}).getBytes(1)).containsExactly(0, 2);
    assertThat(catchThrowableOfType(LanesException.class, V::toStringArray).code())
        .isEqualTo(Code.CAST);
    assertThat(catchThrowableOfType(LanesException.class, () -> V.getString(0)).code())
        .isEqualTo(Code.CAST);
  }

  @Test
  void explainShowsBytes() {
    String text =
        Expression.compile("sum(contains(s, b'a\\n'))").explain(Map.of("s", NAMES, "v", V));
    assertThat(text).containsPattern("r0 bytes += s").contains("contains(r0, b'a\\n')");
  }
}
