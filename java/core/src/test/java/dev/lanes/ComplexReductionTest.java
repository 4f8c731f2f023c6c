package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lanes.LanesException.Code;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reductions of complex numbers: digits, kinds, what there is of nothing, what has no meaning. */
@Tag("engine")
class ComplexReductionTest {

  private static final MathContext EXACT = new MathContext(80);

  private static NDArray eval(String text, NDArray z) {
    return Expression.compile(text).evaluate(z);
  }

  private static double[] number(String text, NDArray z) {
    return eval(text, z).getComplex();
  }

  private static NDArray of(double[] re, double[] im) {
    return Expression.compile("complex(x, y)").evaluate(NDArray.of(re), NDArray.of(im));
  }

  private static double[] random(long seed, int n, double centre, double spread) {
    return new SplittableRandom(seed).doubles(n, centre - spread, centre + spread).toArray();
  }

  private static BigDecimal sum(double[] values) {
    return Arrays.stream(values).mapToObj(BigDecimal::new).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static BigDecimal squares(double[] values) {
    BigDecimal mean = sum(values).divide(BigDecimal.valueOf(values.length), EXACT);
    return Arrays.stream(values)
        .mapToObj(x -> new BigDecimal(x).subtract(mean).pow(2))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static void requireNear(double actual, BigDecimal exact, double tolerance) {
    assertThat(new BigDecimal(actual).subtract(exact).abs().doubleValue())
        .isLessThanOrEqualTo(tolerance);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 31, 33, 1000, 16_385, 50_001})
  void sumsAndMeansHaveTheDigitsOfTheirParts(int n) {
    double[] re = random(1, n, 0, 1);
    double[] im = random(2, n, 1e6, 1);
    NDArray z = of(re, im);
    double[] sum = number("sum(z)", z);
    double[] mean = number("mean(z)", z);
    BigDecimal count = BigDecimal.valueOf(n);
    // Sums in pairs, of 1024 elements one after the other at most: errors grow with the root.
    requireNear(sum[0], sum(re), 40 * Math.ulp(1.0) * Math.sqrt(n));
    requireNear(sum[1], sum(im), 8 * Math.ulp(1e6 * n));
    requireNear(mean[0], sum(re).divide(count, EXACT), 40 * Math.ulp(1.0) / Math.sqrt(n));
    requireNear(mean[1], sum(im).divide(count, EXACT), 8 * Math.ulp(1e6));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, 1e6, -1e12})
  void variancesStayExactFarFromZero(double offset) {
    double[] re = random(3, 40_001, offset, 1);
    double[] im = random(4, 40_001, 3 - offset, 0.5);
    NDArray z = of(re, im);
    BigDecimal squares = squares(re).add(squares(im));
    BigDecimal variance = squares.divide(BigDecimal.valueOf(re.length), EXACT);
    NDArray actual = eval("var(z)", z);
    assertThat(actual.dtype()).isEqualTo(DType.FLOAT64);
    requireNear(actual.getDouble(), variance, 2e-14 * variance.doubleValue());
    BigDecimal unbiased = squares.divide(BigDecimal.valueOf(re.length - 1), EXACT);
    requireNear(eval("std(z, ddof=1)", z).getDouble(), unbiased.sqrt(EXACT), 2e-14 * Math.sqrt(2));
    requireNear(eval("nanvar(z)", z).getDouble(), variance, 2e-14 * variance.doubleValue());
  }

  @Test
  void productsAreThoseOfExactArithmetic() {
    double[] re = random(5, 700, 0, 1);
    double[] im = random(6, 700, 0, 1);
    BigDecimal a = BigDecimal.ONE;
    BigDecimal b = BigDecimal.ZERO;
    for (int i = 0; i < re.length; i++) {
      BigDecimal c = new BigDecimal(re[i]);
      BigDecimal d = new BigDecimal(im[i]);
      BigDecimal next = a.multiply(c).subtract(b.multiply(d)).round(EXACT);
      b = a.multiply(d).add(b.multiply(c)).round(EXACT);
      a = next;
    }
    double[] product = number("prod(z)", of(re, im));
    double size = Math.hypot(a.doubleValue(), b.doubleValue());
    assertThat(size).isBetween(1e-200, 1.0);
    // Each of 700 products is off by less than the root of five units of roundoff.
    requireNear(product[0], a, 700 * Math.sqrt(5) * 0x1p-53 * size);
    requireNear(product[1], b, 700 * Math.sqrt(5) * 0x1p-53 * size);
  }

  @Test
  void narrowNumbersAreReducedInWideOnes() {
    NDArray z = NDArray.allocate(DType.COMPLEX64, 3);
    z.setComplex(1 << 24, 1, 0);
    z.setComplex(1, -4, 1);
    z.setComplex(0, 0, 2);
    NDArray sum = eval("sum(z)", z);
    assertThat(sum.dtype()).isEqualTo(DType.COMPLEX128);
    assertThat(sum.getComplex()).containsExactly((1 << 24) + 1, -3);
    assertThat(eval("count_nonzero(z)", z).item()).isEqualTo(2L);
    assertThat(eval("any(z)", z).item()).isEqualTo(true);
    assertThat(eval("all(z)", z).item()).isEqualTo(false);
    NDArray output = NDArray.allocate(DType.COMPLEX64);
    Expression.compile("mean(z)*3").evaluateInto(output, z);
    assertThat(output.getComplex()).containsExactly((float) ((1 << 24) + 1), -3);
  }

  @Test
  void infinitiesStayInTheirPart() {
    NDArray z = of(new double[] {Double.POSITIVE_INFINITY, 1}, new double[] {2, 5});
    assertThat(number("sum(z)", z)).containsExactly(Double.POSITIVE_INFINITY, 7);
    assertThat(number("mean(z)", z)).containsExactly(Double.POSITIVE_INFINITY, 3.5);
    // One factor stays as it is, though 1 times it would not.
    assertThat(number("prod(z)", z.slice(0, 0, 1))).containsExactly(Double.POSITIVE_INFINITY, 2);
    NDArray some = of(new double[] {1, Double.NaN, 3}, new double[] {2, 4, Double.NaN});
    assertThat(number("nansum(z)", some)).containsExactly(1, 2);
    assertThat(number("nanmean(z)", some)).containsExactly(1, 2);
    assertThat(number("nanprod(z)", some)).containsExactly(1, 2);
    assertThat(eval("nanvar(z)", some).item()).isEqualTo(0.0);
    assertThat(eval("nanstd(z, ddof=1)", some).item()).isEqualTo(Double.NaN);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 33, 1000, 40_000})
  void severalResultsDoNotDisturbEachOther(int n) {
    NDArray z = of(random(9, n, 0, 1), random(10, n, 0, 1));
    Expression expression =
        Expression.compile(
            "a = sum(z.imag); b = std(z); c = prod(z); d = var(z.real); e = mean(z)");
    Map<String, NDArray> expected = expression.on(JavaEngine.INSTANCE).evaluateAll(z);
    expression
        .evaluateAll(z)
        .forEach(
            (name, array) ->
                Agreement.require(array, expected.get(name), 0, () -> name + " of " + n));
  }

  @Test
  void ofNothing() {
    NDArray empty = NDArray.allocate(DType.COMPLEX128, 2, 0);
    NDArray products = eval("prod(z, axis=1)", empty);
    assertThat(products.getComplex(1)).containsExactly(1, 0);
    assertThat(eval("sum(z, axis=1)", empty).getComplex(1)).containsExactly(0, 0);
    assertThat(eval("mean(z, axis=1)", empty).getComplex(0)).containsOnly(Double.NaN);
    assertThat(eval("var(z, axis=1)", empty).toDoubleArray()).containsOnly(Double.NaN);
    assertThat(eval("sum(z, axis=0)", empty).shape()).containsExactly(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"min", "max", "argmin", "argmax", "nanmin", "nanmax", "nanargmin", "nanargmax"})
  void thereIsNoOrder(String name) {
    NDArray z = of(new double[] {1}, new double[] {2});
    LanesException e = catchThrowableOfType(LanesException.class, () -> eval(name + "(z)", z));
    assertThat(e.code()).isEqualTo(Code.TYPE);
    assertThat(e.column()).isZero();
    assertThat(e).hasMessageContaining("'" + name + "' does not take complex128; it takes ");
    assertThat(e).hasMessageContaining("float64");
  }

  @Test
  void standardizingTakesTwoPasses() {
    NDArray z = of(random(7, 3000, 5, 1), random(8, 3000, -2, 3));
    Expression standardize = Expression.compile("(z - mean(z)) / std(z)");
    assertThat(standardize.explain(Map.of("z", z))).contains("pass 2").doesNotContain("pass 3");
    NDArray result = standardize.evaluate(z);
    assertThat(eval("abs(mean(z))", result).getDouble()).isLessThan(1e-14);
    assertThat(eval("std(z)", result).getDouble()).isBetween(1 - 1e-14, 1 + 1e-14);
  }
}
