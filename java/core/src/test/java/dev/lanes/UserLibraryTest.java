package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a user's library is said, and never ends the process. */
class UserLibraryTest {

  @TempDir static Path folder;
  private static Path library;

  @BeforeAll
  static void compile() throws Exception {
    library = CCompiler.library(folder, "functions", UserFunctionTest.source());
  }

  private static void requireRefused(Path file, String symbol, String signature, String message) {
    LanesException e =
        catchThrowableOfType(
            LanesException.class, () -> UserFunction.of("g").withKernel(signature, file, symbol));
    assertThat(e).as(message).isNotNull();
    assertThat(e.code()).isEqualTo(Code.NATIVE);
    assertThat(e).hasMessageContaining(message);
  }

  @Test
  void whatIsNoLibraryIsRefused() throws Exception {
    byte[] bytes = Files.readAllBytes(library);
    requireRefused(folder.resolve("none.so"), "g", "d:d", "there is no library");
    requireRefused(folder, "g", "d:d", "there is no library");
    Path text = Files.writeString(folder.resolve("text.so"), "not a library at all");
    requireRefused(text, "g", "d:d", "is not a whole native library");
    for (int length : new int[] {0, 63, 64, 1000, bytes.length / 2, bytes.length - 1}) {
      Path cut = Files.write(folder.resolve("cut.so"), Arrays.copyOf(bytes, length));
      requireRefused(cut, "late", "d:d", "is not a whole native library");
    }
    byte[] foreign = bytes.clone();
    foreign[18] = (byte) (foreign[18] == 62 ? 183 : 62);
    Path other = Files.write(folder.resolve("foreign.so"), foreign);
    requireRefused(other, "late", "d:d", "another kind of processor");
    byte[] narrow = bytes.clone();
    narrow[4] = 1;
    Path old = Files.write(folder.resolve("narrow.so"), narrow);
    requireRefused(old, "late", "d:d", "another kind of processor");
  }

  @Test
  void whatIsNoFunctionOfTheLibraryIsRefused() throws Exception {
    requireRefused(library, "lat", "d:d", "there is no function 'lat' in " + library);
    requireRefused(library, "", "d:d", "there is no function ''");
    requireRefused(library, "x".repeat(10_000), "d:d", "there is no function");
    requireRefused(library, "data", "d:d", "there is no function 'data'");
    requireRefused(library, "floor", "d:d", "there is no function 'floor'");
    requireRefused(library, "malloc", "d:d", "there is no function 'malloc'");
    requireRefused(library, "logistic", "ff:f", "declares another signature than ff:f");
    Path missing =
        CCompiler.library(
            folder,
            "missing",
            "void g(double*, const double*, long);\nvoid h(void) { g(0, 0, 0); }\n");
    requireRefused(missing, "h", "d:d", "cannot load a library");
  }

  @Test
  void engineWithoutTheFunctionSaysSo() {
    NDArray x = NDArray.of(new double[] {1});
    UserFunction code = UserFunction.of("late").withKernel("d:d", library, "late");
    Expression inC = Expression.compile("late(x)", code);
    assertThat(inC.evaluate(x).item()).isEqualTo(2.0);
    LanesException e =
        catchThrowableOfType(LanesException.class, () -> inC.on(JavaEngine.INSTANCE).evaluate(x));
    assertThat(e.code()).isEqualTo(Code.NATIVE);
    assertThat(e)
        .hasMessage(
            "'late' is C code, and the Java engine is in use; give it a meaning in Java for d:d"
                + " with withReference");
    UserFunction java = UserFunction.of("late").withReference("d:d", v -> v[0], 0);
    Expression inJava = Expression.compile("late(x)", java);
    assertThat(inJava.on(JavaEngine.INSTANCE).evaluate(x).item()).isEqualTo(1.0);
    e = catchThrowableOfType(LanesException.class, () -> inJava.evaluate(x));
    assertThat(e.code()).isEqualTo(Code.NATIVE);
    assertThat(e).hasMessage("'late' has no C code for d:d; add it with withKernel");
  }

  @Test
  void verificationHoldsCodeAgainstItsMeaning() {
    NDArray x = NDArray.of(new double[] {1, 2, 3});
    UserFunction right = UserFunction.of("late").withKernel("d:d", library, "late");
    Verifications.run("late(x) + 1", x, right);
    Verifications.run("late(x) + 1", x, right.withReference("d:d", v -> 2 * (double) v[0], 0));
    UserFunction near = right.withReference("d:d", v -> Math.nextUp(2 * (double) v[0]), 1);
    Verifications.run("late(x) + 1", x, near);
    UserFunction wrong = right.withReference("d:d", v -> 3 * (double) v[0], 1);
    LanesException e =
        catchThrowableOfType(
            LanesException.class, () -> Verifications.run("late(x) + 1", x, wrong));
    assertThat(e.code()).isEqualTo(Code.NATIVE);
    assertThat(e).hasMessageContaining("verification failed at element 0 of [3]");
  }

  /** Runs a program of one operand and one result with all blocks verified. */
  private static final class Verifications {
    static void run(String text, NDArray x, UserFunction function) {
      dev.lanes.lang.Program program =
          dev.lanes.lang.Translator.translate(
              dev.lanes.lang.Parser.parse(
                  text, java.util.List.of(), UserFunction.externals(function)),
              java.util.List.of(dev.lanes.lang.Argument.array(x.dtype())));
      Call call = Call.take();
      call.begin(program);
      call.operands[0] = x;
      call.operands[1] = NDArray.allocate(DType.FLOAT64, x.shape());
      call.shape(java.util.List.of("x"));
      Arrays.fill(call.threads, 1);
      Verifier.run(Lanes.engine().prepare(program), call, 1, new SplittableRandom(1));
    }
  }
}
