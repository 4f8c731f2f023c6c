package dev.lanes;

import static dev.lanes.Term.call;
import static dev.lanes.Term.of;
import static dev.lanes.Term.var;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TermTest {

  private static final Term A = var("a");
  private static final Term B = var("b");

  @Test
  void termsAreTheirText() {
    assertThat(A.multiply(2).plus(B.divide(3))).hasToString("(a * 2) + (b / 3)");
    assertThat(A.negate().pow(2).minus(-1)).hasToString("((-a) ** 2) - (-1)");
    assertThat(Term.where(A.lessThan(0), A.plus(1), B)).hasToString("where(a < 0, a + 1, b)");
    assertThat(call("sqrt", A.plus(B)).multiply(0.5)).hasToString("sqrt(a + b) * 0.5");
    assertThat(A.in(1, 2.5, B.mod(3)).and(A.notEqualTo(B).not()))
        .hasToString("(a in (1, 2.5, (b % 3))) & (~(a != b))");
    assertThat(A.shiftLeft(3).or(B.shiftRight(1)).xor(A.floorDivide(2)))
        .hasToString("((a << 3) | (b >> 1)) ^ (a // 2)");
    assertThat(A.atMost(1).equalTo(A.atLeast(2).and(A.greaterThan(3))))
        .hasToString("(a <= 1) == ((a >= 2) & (a > 3))");
  }

  @Test
  void constantsKeepTheirValues() {
    NDArray ones = NDArray.of(new double[] {1});
    for (Object value :
        new Object[] {
          0.1,
          -0.0,
          1e300,
          Double.MIN_VALUE,
          0.1f,
          Long.MIN_VALUE,
          Long.MAX_VALUE,
          -3,
          (byte) 7,
          Double.NaN,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY
        }) {
      assertThat(of(value).compile().evaluate().item())
          .isEqualTo(Expression.compile("x").evaluate(Map.of("x", value)).item());
    }
    assertThat(of(true).compile().evaluate().item()).isEqualTo(true);
    assertThat(A.multiply(2).plus(A).compile().evaluate(ones).toDoubleArray()).containsExactly(3);
    assertThat(NDArray.of(new float[] {1}).dtype())
        .isEqualTo(A.plus(0.1).compile().evaluate(NDArray.of(new float[] {1})).dtype());
  }

  @Test
  void whatIsNoNameOrNumberIsRefused() {
    for (String name : new String[] {"", "a+b", "1a", "and", "True", "a b", "a ", "a\n", "in"}) {
      assertThat(catchThrowableOfType(LanesException.class, () -> var(name)).code())
          .as(name)
          .isEqualTo(Code.SYNTAX);
    }
    assertThat(catchThrowableOfType(LanesException.class, () -> A.plus('1')).code())
        .isEqualTo(Code.TYPE);
    assertThat(catchThrowableOfType(LanesException.class, () -> A.plus(null)).code())
        .isEqualTo(Code.TYPE);
    assertThat(catchThrowableOfType(LanesException.class, () -> call("nix", A).compile()).code())
        .isEqualTo(Code.UNKNOWN_FUNCTION);
  }

  @Test
  void neitherDepthNorSharingCostsMoreThanTheLimit() {
    Term deep = A;
    for (int i = 0; i < 20_000; i++) {
      deep = deep.plus(1);
    }
    assertThat(deep.compile().evaluate(NDArray.of(new double[] {1})).getDouble(0))
        .isEqualTo(20_001);
    Term doubled = A;
    for (int i = 0; i < 100; i++) {
      doubled = doubled.multiply(doubled);
    }
    assertThat(catchThrowableOfType(LanesException.class, doubled::compile).code())
        .isEqualTo(Code.LIMIT);
  }
}
