package dev.lanes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.Lanes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExplainCommandTest {

  @Test
  void showsThePlan() {
    Outcome outcome =
        Outcome.of("explain", "2*a + b", "a=float64:2000x1000", "b=float32:1000", "--threads=1");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(outcome.out())
        .startsWith("2*a + b\n")
        .contains(
            "float64 [2000, 1000]",
            "on the " + Lanes.engine().name() + " engine",
            "1 thread",
            "2.0 * r");
  }

  @Test
  void arraysTakeNoMemory() {
    Outcome outcome = Outcome.of("explain", "sum(a)", "a=float64:1000000x1000000x1000");

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("[1000000, 1000000, 1000]");
  }

  @Test
  void saysWhichShapeItAssumes() {
    assertThat(Outcome.of("explain", "a + k", "a=int16", "k=2").out())
        .startsWith("taking 1000000 elements for a, which came without a shape\n");
  }

  @Test
  void columnsAreMarked() {
    assertThat(Outcome.of("explain", "a + rate", "a=float64"))
        .isEqualTo(
            new Outcome(
                2,
                "",
                """
                lanes: there is no operand 'rate'
                  a + rate
                      ^
                """));
  }

  @ParameterizedTest
  @CsvSource({
    "a=flaot64, flaot64",
    "a=flaot64:10, flaot64",
    "a=uint64, uint64",
    "a=float64:, a=float64:",
    "a=float64:10x, a=float64:10x",
    "a=float64:99999999999999999999, too long an axis",
    "a=float64:9000000000000000000x9000000000000000000, 9000000000000000000",
    "a, name=dtype:shape",
  })
  void badOperandsAreRefused(String operand, String message) {
    Outcome outcome = Outcome.of("explain", "a + 1", operand);

    assertThat(outcome.code()).as(outcome.err()).isEqualTo(2);
    assertThat(outcome.err()).contains(message).doesNotContain("\tat ");
  }
}
