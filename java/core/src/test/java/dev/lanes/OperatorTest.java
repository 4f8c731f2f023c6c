package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.io.Npy;
import dev.lanes.lang.Kernel;
import dev.lanes.lang.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every row of the operator table: against NumPy on awkward values, and the engine of this run
 * against the Java engine at every size and layout that changes how it works.
 */
@Tag("engine")
class OperatorTest {

  private static final Path FIXTURES = Path.of("src", "test", "resources", "operators");

  /** Lengths around the block, the chunk, a vector and a packed row. */
  private static final int[] SIZES = {
    0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 63, 64, 65, 127, 511, 512, 513, 1021, 4096, 16383, 16384,
    16385, 40009
  };

  @TestFactory
  Stream<DynamicTest> agreesWithNumPy() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : Files.readAllLines(FIXTURES.resolve("operators.txt"))) {
      String[] words = line.split(" ");
      NDArray tables = Npy.read(FIXTURES.resolve(words[0] + ".npy"));
      String[] parts = words[0].split("_");
      for (int i = 1; i < words.length; i++) {
        NDArray expected = tables.select(0, i - 1);
        String operator = words[i];
        tests.add(
            DynamicTest.dynamicTest(
                words[0] + " " + operator, () -> check(parts, operator, expected)));
      }
    }
    return tests.stream();
  }

  private static void check(String[] parts, String operator, NDArray expected) throws IOException {
    NDArray values = Npy.read(FIXTURES.resolve("v_" + parts[1] + ".npy"));
    boolean isWord = Character.isLetter(operator.charAt(0));
    NDArray actual;
    if (parts[0].equals("unary")) {
      actual = Expression.compile(isWord ? operator + "(a)" : operator + "a").evaluate(values);
    } else {
      NDArray column = values.reshape(values.size(), 1);
      String text = isWord ? operator + "(a, b)" : "a " + operator + " b";
      actual = Expression.compile(text).evaluate(column, values);
    }
    assertThat(actual.dtype()).isEqualTo(expected.dtype());
    assertThat(actual.shape()).isEqualTo(expected.shape());
    int bound = values.dtype() == DType.COMPLEX128 ? 2 * complexBound(operator) : 0;
    Agreement.require(actual, expected, bound, () -> operator + " of " + Arrays.toString(parts));
  }

  private static int complexBound(String symbol) {
    return Op.allKernels().stream()
        .filter(kernel -> kernel.key() == Kind.COMPLEX128 && kernel.op().symbol().equals(symbol))
        .mapToInt(Kernel::ulp)
        .max()
        .orElseThrow();
  }

  static List<Kernel> kernels() {
    return Op.allKernels();
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void agreesWithTheJavaEngine(Kernel kernel) {
    Expression expression = Expression.compile(text(kernel));
    // The references of functions take a microsecond for each element, and need not be compared
    // with themselves.
    int most = !Lanes.isNative() ? 9 : kernel.ulp() == 0 ? Integer.MAX_VALUE : 129;
    for (int size : SIZES) {
      for (Layouts layout : Layouts.values()) {
        if (size > most) {
          continue;
        }
        SplittableRandom random = new SplittableRandom(size * 31L + layout.ordinal());
        NDArray[] operands = new NDArray[kernel.arguments().size()];
        for (int i = 0; i < operands.length; i++) {
          operands[i] =
              layout.lay(
                  Values.random(
                      Values.dtype(kernel.arguments().get(i), i),
                      size,
                      ((Op) kernel.op()).domain(),
                      random),
                  i);
        }
        NDArray expected = expression.on(JavaEngine.INSTANCE).evaluate(operands);
        NDArray actual = expression.evaluate(operands);
        assertThat(actual.dtype()).isEqualTo(Values.dtype(kernel.result(), 0));
        Agreement.require(
            actual, expected, 2 * kernel.ulp(), () -> kernel + " " + layout + " n=" + size);
      }
    }
  }

  private static String text(Kernel kernel) {
    Op op = (Op) kernel.op();
    return switch (op.form()) {
      case INFIX -> "a " + op.symbol() + " b";
      case PREFIX -> op.symbol() + "a";
      case FUSED -> op.symbol();
      case FUNCTION -> op.symbol() + List.of("", "(a)", "(a, b)", "(a, b, c)").get(op.arity());
    };
  }

  @TestFactory
  Stream<DynamicTest> reductionsAgreeWithTheJavaEngine() {
    return Op.allReductions().stream()
        .map(
            reduction ->
                DynamicTest.dynamicTest(
                    reduction.toString(),
                    () -> {
                      Expression expression = Expression.compile(reduction.op().symbol() + "(a)");
                      for (int size : SIZES) {
                        for (Layouts layout : Layouts.values()) {
                          if (size == 0 && !reduction.hasIdentity()) {
                            continue;
                          }
                          SplittableRandom random =
                              new SplittableRandom(size * 37L + layout.ordinal());
                          NDArray operand =
                              layout.lay(
                                  Values.random(
                                      reduction.key().dtype(),
                                      size,
                                      reduction.op().domain(),
                                      random),
                                  0);
                          NDArray expected = expression.on(JavaEngine.INSTANCE).evaluate(operand);
                          for (int threads : new int[] {1, 2, 3, 8}) {
                            NDArray actual = expression.withThreads(threads).evaluate(operand);
                            assertThat(actual.dtype()).isEqualTo(reduction.result().dtype());
                            Agreement.require(
                                actual,
                                expected,
                                0,
                                () ->
                                    reduction
                                        + " "
                                        + layout
                                        + " n="
                                        + size
                                        + " threads="
                                        + threads);
                          }
                        }
                      }
                    }));
  }
}
