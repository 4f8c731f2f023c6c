package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanes.lang.Argument;
import dev.lanes.lang.Parser;
import dev.lanes.lang.Program;
import dev.lanes.lang.Translator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("engine")
class VerifierTest {

  private static final int N = 3000;

  /** Runs a program of one float64 operand, lets somebody spoil the result, and verifies it. */
  private static void verify(String text, java.util.function.Consumer<NDArray> spoil) {
    Program program =
        Translator.translate(Parser.parse(text), List.of(Argument.array(DType.FLOAT64)));
    NDArray a = NDArray.of(IntStream.range(0, N).mapToDouble(i -> Math.cos(i) * 40).toArray());
    Call call = Call.take();
    call.begin(program);
    call.operands[0] = a;
    call.shape(List.of("a"));
    for (int i = 1; i < program.operands().size(); i++) {
      call.operands[i] = NDArray.allocate(program.operands().get(i).dtype(), call.shapesLeft[i]);
    }
    java.util.Arrays.fill(call.threads, 1);
    NDArray output = call.operands[1];
    Engine.Prepared prepared = Lanes.engine().prepare(program);
    Engine.Prepared spoiled =
        each -> {
          prepared.run(each);
          spoil.accept(output);
        };
    Verifier.run(spoiled, call, 1, new SplittableRandom(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a * 3 - 1",
        "sin(exp(a)) - cos(a)",
        "where(sin(a) > 0.5, exp(a), 0)",
        "sum(sin(a))",
        "max(a)",
        "log(a - min(a))",
        "a - sum(a)",
        "a ** 2.3",
        "where(a > 0, 'yes', b'no')",
        "where(sin(a) > 0.5, 'yes', 'no') < where(a > 0, 'ye', '')",
        "sum(contains(where(exp(a) > 1, b'ab', b'c'), b'b'))"
      })
  void rightResultsPass(String text) {
    assertThatCode(() -> verify(text, output -> {})).doesNotThrowAnyException();
  }

  @Test
  void oneWrongBitOfAnExactResultIsFound() {
    assertThatThrownBy(
            () ->
                verify(
                    "a * 3 - 1",
                    output -> output.setDouble(Math.nextUp(output.getDouble(2999)), 2999)))
        .isInstanceOf(LanesException.class)
        .hasMessageContaining("element 2999 of [3000]");
    assertThatThrownBy(
            () -> verify("sum(a)", output -> output.setDouble(Math.nextUp(output.getDouble()))))
        .isInstanceOf(LanesException.class);
  }

  @Test
  void oneWrongByteIsFound() {
    assertThatThrownBy(
            () ->
                verify("where(a > 0, 'yes', b'no')", output -> output.setBytes(new byte[0], 2999)))
        .isInstanceOf(LanesException.class)
        .hasMessageContaining("element 2999 of [3000]: the native engine has b''");
  }

  @Test
  void anErrorBeyondTheBoundIsFound() {
    assertThatThrownBy(
            () ->
                verify("exp(a)", output -> output.setDouble(output.getDouble(7) * (1 + 1e-14), 7)))
        .isInstanceOf(LanesException.class)
        .hasMessageContaining("element 7 of [3000]");
    assertThatCode(
            () -> verify("exp(a)", output -> output.setDouble(Math.nextUp(output.getDouble(7)), 7)))
        .doesNotThrowAnyException();
    assertThat(N).isGreaterThan(2 * JavaEngine.BLOCK);
  }
}
