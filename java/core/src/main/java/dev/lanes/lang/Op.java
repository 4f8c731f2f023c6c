package dev.lanes.lang;

import dev.lanes.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The operator table: one row per operation, and the only place where an operation is described.
 * The parser, the type rules, the Java engine, the native library's {@code ops.def}, the table in
 * the language reference and the operator tests all follow from it.
 *
 * <p>Columns: how it is written; accuracy bound in ULP (0 = exact or correctly rounded); rough cost
 * in nanoseconds for one float64 element in cache; the range from which tests draw; one line of
 * documentation; then its cases. A case lists the key kinds it serves, a pattern of argument kinds
 * and result kind ({@code T} is the key), and its meaning in Java.
 */
public enum Op implements Operation {
  ADD(
      infix("+", 10),
      0,
      0.05,
      all(),
      "sum; logical or of bools",
      longs("b", "TT:T", (a, b) -> a | b),
      longs("il", "TT:T", Long::sum),
      doubles("fd", "TT:T", Double::sum),
      complexes("TT:T", Complex::plus)),
  SUB(
      infix("-", 10),
      0,
      0.05,
      all(),
      "difference",
      longs("il", "TT:T", (a, b) -> a - b),
      doubles("fd", "TT:T", (a, b) -> a - b),
      complexes("TT:T", Complex::minus)),
  MUL(
      infix("*", 11),
      0,
      0.05,
      all(),
      "product; logical and of bools",
      longs("b", "TT:T", (a, b) -> a & b),
      longs("il", "TT:T", (a, b) -> a * b),
      doubles("fd", "TT:T", (a, b) -> a * b),
      complexes("TT:T", Complex::times)),
  TRUEDIV(
      infix("/", 11),
      0,
      0.25,
      all(),
      "quotient, always a float",
      doubles("fd", "TT:T", (a, b) -> a / b),
      complexes("TT:T", Complex::over)),
  FLOORDIV(
      infix("//", 11),
      0,
      0.7,
      all(),
      "quotient rounded down; of integers by zero: 0",
      longs("il", "TT:T", Arithmetic::floorDivide),
      doubles("f", "TT:T", Arithmetic::floorDivideFloat),
      doubles("d", "TT:T", Arithmetic::floorDivide)),
  MOD(
      infix("%", 11),
      0,
      0.7,
      all(),
      "remainder with the sign of the divisor; of integers by zero: 0",
      longs("il", "TT:T", Arithmetic::remainder),
      doubles("fd", "TT:T", Arithmetic::remainder)),
  POW(
      infix("**", 13),
      1,
      2,
      range(-20, 20),
      "power; integer powers wrap",
      longs("il", "TT:T", Arithmetic::power),
      doubles("fd", "TT:T", Arithmetic::power),
      complexes("TT:T", Complex::power).within(32)),
  LT(
      infix("<", 5),
      0,
      0.05,
      all(),
      "less than",
      longTests("bil", (a, b) -> a < b),
      tests("fd", (a, b) -> a < b),
      bytesTests((a, b) -> Arrays.compareUnsigned(a, b) < 0)),
  LE(
      infix("<=", 5),
      0,
      0.05,
      all(),
      "at most",
      longTests("bil", (a, b) -> a <= b),
      tests("fd", (a, b) -> a <= b),
      bytesTests((a, b) -> Arrays.compareUnsigned(a, b) <= 0)),
  GT(
      infix(">", 5),
      0,
      0.05,
      all(),
      "greater than",
      longTests("bil", (a, b) -> a > b),
      tests("fd", (a, b) -> a > b),
      bytesTests((a, b) -> Arrays.compareUnsigned(a, b) > 0)),
  GE(
      infix(">=", 5),
      0,
      0.05,
      all(),
      "at least",
      longTests("bil", (a, b) -> a >= b),
      tests("fd", (a, b) -> a >= b),
      bytesTests((a, b) -> Arrays.compareUnsigned(a, b) >= 0)),
  EQ(
      infix("==", 5),
      0,
      0.05,
      all(),
      "equal",
      longTests("bil", (a, b) -> a == b),
      tests("fd", (a, b) -> a == b),
      complexTests("TT:b", Complex::isSame),
      bytesTests(Arrays::equals)),
  NE(
      infix("!=", 5),
      0,
      0.05,
      all(),
      "not equal",
      longTests("bil", (a, b) -> a != b),
      tests("fd", (a, b) -> a != b),
      complexTests("TT:b", (a, b) -> !a.isSame(b)),
      bytesTests((a, b) -> !Arrays.equals(a, b))),
  AND(
      infix("&", 8),
      0,
      0.05,
      all(),
      "bitwise and; logical and of bools",
      longs("bil", "TT:T", (a, b) -> a & b)),
  OR(
      infix("|", 6),
      0,
      0.05,
      all(),
      "bitwise or; logical or of bools",
      longs("bil", "TT:T", (a, b) -> a | b)),
  XOR(infix("^", 7), 0, 0.05, all(), "bitwise exclusive or", longs("bil", "TT:T", (a, b) -> a ^ b)),
  SHL(
      infix("<<", 9),
      0,
      0.05,
      range(0, 40),
      "bits moved left; 0 when the count is outside the width",
      longs("i", "TT:T", (a, b) -> b < 0 || b > 31 ? 0 : a << b),
      longs("l", "TT:T", (a, b) -> b < 0 || b > 63 ? 0 : a << b)),
  SHR(
      infix(">>", 9),
      0,
      0.05,
      range(0, 40),
      "bits moved right, keeping the sign; only the sign when the count is outside the width",
      longs("i", "TT:T", (a, b) -> a >> (b < 0 || b > 31 ? 63 : b)),
      longs("l", "TT:T", (a, b) -> a >> (b < 0 || b > 63 ? 63 : b))),
  NEG(
      prefix("-", 12),
      0,
      0.05,
      all(),
      "negative",
      longs("il", "T:T", (a, b) -> -a),
      doubles("fd", "T:T", (a, b) -> -a),
      complexes("T:T", (a, b) -> a.negate())),
  INVERT(
      prefix("~", 12),
      0,
      0.05,
      all(),
      "bitwise not; logical not of bools",
      longs("bil", "T:T", (a, b) -> ~a)),
  WHERE(
      function("where"),
      0,
      0.06,
      all(),
      "where(c, x, y): x where c holds, else y",
      cases("bilfdcs", "bTT:T", Reference::select)),
  SQRT(
      function("sqrt"),
      0,
      0.5,
      range(0, 1e6),
      "square root",
      doubles("fd", "T:T", (a, b) -> Math.sqrt(a)),
      complexes("T:T", (a, b) -> a.sqrt()).within(8)),
  EXP(
      function("exp"),
      1,
      0.4,
      range(-30, 30),
      "e to the power x",
      doubles("fd", "T:T", (a, b) -> StrictMath.exp(a)),
      complexes("T:T", (a, b) -> a.exp()).within(8)),
  LOG(
      function("log"),
      1,
      0.5,
      range(1e-6, 1e6),
      "natural logarithm",
      doubles("fd", "T:T", (a, b) -> StrictMath.log(a)),
      complexes("T:T", (a, b) -> a.log()).within(8)),
  SIN(
      function("sin"),
      1,
      0.6,
      range(-100, 100),
      "sine of x in radians",
      doubles("fd", "T:T", (a, b) -> StrictMath.sin(a)),
      complexes("T:T", (a, b) -> a.sin()).within(8)),
  COS(
      function("cos"),
      1,
      0.6,
      range(-100, 100),
      "cosine of x in radians",
      doubles("fd", "T:T", (a, b) -> StrictMath.cos(a)),
      complexes("T:T", (a, b) -> a.cos()).within(8)),
  TAN(
      function("tan"),
      1,
      0.7,
      range(-100, 100),
      "tangent of x in radians",
      doubles("fd", "T:T", (a, b) -> StrictMath.tan(a)),
      complexes("T:T", (a, b) -> a.tan()).within(8)),
  ARCSIN(
      function("arcsin"),
      1,
      0.6,
      range(-1.1, 1.1),
      "inverse sine in radians",
      doubles("fd", "T:T", (a, b) -> StrictMath.asin(a)),
      complexes("T:T", (a, b) -> a.arcsin()).within(8)),
  ARCCOS(
      function("arccos"),
      1,
      0.6,
      range(-1.1, 1.1),
      "inverse cosine in radians",
      doubles("fd", "T:T", (a, b) -> StrictMath.acos(a)),
      complexes("T:T", (a, b) -> a.arccos()).within(8)),
  ARCTAN(
      function("arctan"),
      1,
      0.6,
      range(-50, 50),
      "inverse tangent in radians",
      doubles("fd", "T:T", (a, b) -> StrictMath.atan(a)),
      complexes("T:T", (a, b) -> a.arctan()).within(8)),
  ARCTAN2(
      function("arctan2"),
      1,
      1,
      all(),
      "angle of the point (x = second, y = first argument) in radians",
      doubles("fd", "TT:T", SpecialFunctions::arctan2)),
  SINH(
      function("sinh"),
      1,
      0.6,
      range(-20, 20),
      "hyperbolic sine",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.sinh(a)),
      complexes("T:T", (a, b) -> a.sinh()).within(8)),
  COSH(
      function("cosh"),
      1,
      0.6,
      range(-20, 20),
      "hyperbolic cosine",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.cosh(a)),
      complexes("T:T", (a, b) -> a.cosh()).within(8)),
  TANH(
      function("tanh"),
      1,
      0.6,
      range(-5, 5),
      "hyperbolic tangent",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.tanh(a)),
      complexes("T:T", (a, b) -> a.tanh()).within(8)),
  ARCSINH(
      function("arcsinh"),
      1,
      0.8,
      range(-100, 100),
      "inverse hyperbolic sine",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.arcsinh(a)),
      complexes("T:T", (a, b) -> a.arcsinh()).within(8)),
  ARCCOSH(
      function("arccosh"),
      1,
      0.8,
      range(0.9, 100),
      "inverse hyperbolic cosine",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.arccosh(a)),
      complexes("T:T", (a, b) -> a.arccosh()).within(8)),
  ARCTANH(
      function("arctanh"),
      1,
      0.8,
      range(-1.1, 1.1),
      "inverse hyperbolic tangent",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.arctanh(a)),
      complexes("T:T", (a, b) -> a.arctanh()).within(8)),
  EXP2(
      function("exp2"),
      1,
      0.4,
      range(-40, 40),
      "2 to the power x",
      doubles("fd", "T:T", (a, b) -> StrictMath.pow(2, a)),
      complexes("T:T", (a, b) -> a.exp2()).within(8)),
  EXPM1(
      function("expm1"),
      1,
      0.5,
      range(-5, 5),
      "exp(x) - 1, accurate near 0",
      doubles("fd", "T:T", (a, b) -> StrictMath.expm1(a)),
      complexes("T:T", (a, b) -> a.expm1()).within(8)),
  LOG1P(
      function("log1p"),
      1,
      0.5,
      range(-0.999, 100),
      "log(1 + x), accurate near 0",
      doubles("fd", "T:T", (a, b) -> StrictMath.log1p(a)),
      complexes("T:T", (a, b) -> a.log1p()).within(8)),
  LOG10(
      function("log10"),
      1,
      0.5,
      range(1e-6, 1e6),
      "logarithm to base 10",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.log10(a)),
      complexes("T:T", (a, b) -> a.log10()).within(8)),
  LOG2(
      function("log2"),
      1,
      0.5,
      range(1e-6, 1e6),
      "logarithm to base 2",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.log2(a)),
      complexes("T:T", (a, b) -> a.log2()).within(8)),
  CBRT(
      function("cbrt"),
      1,
      0.6,
      range(-1000, 1000),
      "cube root",
      doubles("fd", "T:T", (a, b) -> StrictMath.cbrt(a))),
  HYPOT(
      function("hypot"),
      1,
      0.5,
      all(),
      "square root of x*x + y*y without overflow",
      doubles("fd", "TT:T", SpecialFunctions::hypot)),
  SINPI(
      function("sinpi"),
      1,
      0.6,
      range(-100, 100),
      "sine of pi times x, exact reduction",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.sinpi(a))),
  COSPI(
      function("cospi"),
      1,
      0.6,
      range(-100, 100),
      "cosine of pi times x, exact reduction",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.cospi(a))),
  ERF(
      function("erf"),
      1,
      0.8,
      range(-6, 6),
      "error function",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.erf(a))),
  ERFC(
      function("erfc"),
      1,
      1,
      range(-6, 27),
      "1 - erf(x), accurate for large x",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.erfc(a))),
  GAMMA(
      function("gamma"),
      1,
      2,
      range(-10, 30),
      "gamma function; NaN of negative whole numbers",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.gamma(a))),
  LGAMMA(
      function("lgamma"),
      1,
      2,
      range(-10, 1000),
      "logarithm of the magnitude of gamma(x)",
      doubles("fd", "T:T", (a, b) -> SpecialFunctions.lgamma(a))),
  FLOOR(
      function("floor"),
      0,
      0.05,
      all(),
      "greatest whole number up to x",
      longs("il", "T:T", (a, b) -> a),
      doubles("fd", "T:T", (a, b) -> Math.floor(a))),
  CEIL(
      function("ceil"),
      0,
      0.05,
      all(),
      "smallest whole number from x on",
      longs("il", "T:T", (a, b) -> a),
      doubles("fd", "T:T", (a, b) -> Math.ceil(a))),
  TRUNC(
      function("trunc"),
      0,
      0.05,
      all(),
      "x without its fraction",
      longs("il", "T:T", (a, b) -> a),
      doubles("fd", "T:T", (a, b) -> a < 0 ? Math.ceil(a) : Math.floor(a))),
  ROUND(
      function("round"),
      0,
      0.05,
      all(),
      "nearest whole number, halves to even; of both parts of complex numbers",
      longs("il", "T:T", (a, b) -> a),
      doubles("fd", "T:T", (a, b) -> Math.rint(a)),
      complexes("T:T", (a, b) -> a.round())),
  SIGN(
      function("sign"),
      0,
      0.06,
      all(),
      "-1, 0 or 1; NaN of NaN",
      longs("il", "T:T", (a, b) -> Long.signum(a)),
      doubles("fd", "T:T", (a, b) -> a == 0 ? 0 : Math.signum(a)),
      complexes("T:T", (a, b) -> a.sign()).within(2)),
  MINIMUM(
      function("minimum"),
      0,
      0.06,
      all(),
      "the smaller of two; NaN when one is",
      longs("bil", "TT:T", Math::min),
      doubles("fd", "TT:T", (a, b) -> a < b || a != a ? a : b)),
  MAXIMUM(
      function("maximum"),
      0,
      0.06,
      all(),
      "the greater of two; NaN when one is",
      longs("bil", "TT:T", Math::max),
      doubles("fd", "TT:T", (a, b) -> a > b || a != a ? a : b)),
  COPYSIGN(
      function("copysign"),
      0,
      0.05,
      all(),
      "the magnitude of x with the sign of y",
      doubles("fd", "TT:T", Math::copySign)),
  NEXTAFTER(
      function("nextafter"),
      0,
      0.1,
      all(),
      "the next float after x towards y",
      doubles("f", "TT:T", (a, b) -> Math.nextAfter((float) a, b)),
      doubles("d", "TT:T", (a, b) -> a == b ? b : Math.nextAfter(a, b))),
  FMOD(
      function("fmod"),
      0,
      0.5,
      all(),
      "remainder with the sign of the dividend; of integers by zero: 0",
      longs("il", "TT:T", (a, b) -> b == 0 ? 0 : a % b),
      doubles("fd", "TT:T", (a, b) -> a % b)),
  FMA(
      function("fma"),
      0,
      0.1,
      all(),
      "x*y + z rounded once",
      cases("fd", "TTT:T", Reference::fusedMultiplyAdd)),
  ISNAN(
      function("isnan"),
      0,
      0.05,
      all(),
      "whether x is NaN",
      tests("fd", "T:b", (a, b) -> a != a),
      complexTests("T:b", (a, b) -> a.isNan())),
  ISINF(
      function("isinf"),
      0,
      0.05,
      all(),
      "whether x is infinite",
      tests("fd", "T:b", (a, b) -> Double.isInfinite(a)),
      complexTests("T:b", (a, b) -> a.isInfinite())),
  ISFINITE(
      function("isfinite"),
      0,
      0.05,
      all(),
      "whether x is neither infinite nor NaN",
      tests("fd", "T:b", (a, b) -> Double.isFinite(a)),
      complexTests("T:b", (a, b) -> a.isFinite())),
  SIGNBIT(
      function("signbit"),
      0,
      0.05,
      all(),
      "whether the sign is set, also that of a zero",
      tests("fd", "T:b", (a, b) -> Double.doubleToRawLongBits(a) < 0)),
  BITWISE_COUNT(
      function("bitwise_count"),
      0,
      0.1,
      all(),
      "how many bits of the magnitude are set, as int32",
      longs("il", "T:i", (a, b) -> Long.bitCount(Math.abs(a)))),
  COPY(
      function("copy"),
      0,
      0.05,
      all(),
      "x as it is",
      longs("bil", "T:T", (a, b) -> a),
      doubles("fd", "T:T", (a, b) -> a),
      complexes("T:T", (a, b) -> a),
      cases("s", "T:T", kind -> Reference.sameBytes())),
  ONES_LIKE(
      function("ones_like"),
      0,
      0.05,
      all(),
      "1 of the kind of x",
      longs("bil", "T:T", (a, b) -> 1),
      doubles("fd", "T:T", (a, b) -> 1),
      complexes("T:T", (a, b) -> new Complex(1, 0))),
  ABS(
      function("abs"),
      0,
      0.05,
      all(),
      "absolute value",
      longs("bil", "T:T", (a, b) -> Math.abs(a)),
      doubles("fd", "T:T", (a, b) -> Math.abs(a)),
      parts("T:d", Complex::abs).within(1)),
  BOOL(
      function("bool"),
      0,
      0.05,
      all(),
      "whether x is not zero",
      longTests("bil", "T:b", (a, b) -> a != 0),
      tests("fd", "T:b", (a, b) -> a != 0),
      complexTests("T:b", (a, b) -> a.re() != 0 || a.im() != 0)),
  INT32(
      function("int32"),
      0,
      0.05,
      all(),
      "x as int32: integers wrap, floats lose their fraction and stop at the ends of the range",
      longs("bil", "T:i", (a, b) -> a),
      toLongs("fd", "T:i", a -> (int) a)),
  INT64(
      function("int64"),
      0,
      0.05,
      all(),
      "x as int64: floats lose their fraction and stop at the ends of the range",
      longs("bil", "T:l", (a, b) -> a),
      toLongs("fd", "T:l", a -> (long) a)),
  FLOAT32(
      function("float32"),
      0,
      0.05,
      all(),
      "x rounded to float32",
      toDoubles("bil", "T:f", a -> (float) a),
      doubles("fd", "T:f", (a, b) -> a)),
  FLOAT64(
      function("float64"),
      0,
      0.05,
      all(),
      "x as float64",
      toDoubles("bil", "T:d", a -> (double) a),
      doubles("fd", "T:d", (a, b) -> a)),
  COMPLEX128(
      function("complex128"),
      0,
      0.1,
      all(),
      "x as complex128",
      cases("bilfd", "T:c", kind -> Reference.toComplexes()),
      complexes("T:T", (a, b) -> a)),
  COMPLEX(
      function("complex"),
      0,
      0.1,
      all(),
      "complex number of a real and an imaginary part",
      cases("d", "TT:c", kind -> Reference.toComplexes())),
  REAL(
      function("real"),
      0,
      0.05,
      all(),
      "real part",
      longs("bil", "T:T", (a, b) -> a),
      doubles("fd", "T:T", (a, b) -> a),
      parts("T:d", Complex::re)),
  IMAG(
      function("imag"),
      0,
      0.05,
      all(),
      "imaginary part",
      longs("bil", "T:T", (a, b) -> 0),
      doubles("fd", "T:T", (a, b) -> 0),
      parts("T:d", Complex::im)),
  CONJ(
      function("conj"),
      0,
      0.05,
      all(),
      "complex conjugate",
      longs("bil", "T:T", (a, b) -> a),
      doubles("fd", "T:T", (a, b) -> a),
      complexes("T:T", (a, b) -> a.conj())),
  SQUARE(
      function("square"),
      0,
      0.05,
      all(),
      "x times x",
      longs("il", "T:T", (a, b) -> a * a),
      doubles("fd", "T:T", (a, b) -> a * a),
      complexes("T:T", (a, b) -> a.square())),
  CONTAINS(
      function("contains"),
      0,
      0.1,
      all(),
      "whether y stands somewhere in x; the empty string does in all",
      bytesTests(Bytes::contains)),
  MULADD(
      fused("a * b + c"),
      0,
      0.06,
      all(),
      "product and sum as one step, each rounded",
      cases("ilfd", "TTT:T", Reference::multiplyAdd)),
  POW3HALVES(
      fused("a ** 1.5"),
      1,
      0.6,
      range(0, 100),
      "power by a root",
      doubles("fd", "T:T", (a, b) -> Arithmetic.power(a, 1.5))),
  POW5HALVES(
      fused("a ** 2.5"),
      1,
      0.7,
      range(0, 100),
      "power by a root",
      doubles("fd", "T:T", (a, b) -> Arithmetic.power(a, 2.5))),
  SUM(
      function("sum"),
      0,
      0.08,
      all(),
      "sum; float32 accumulates in float64, integers give int64; of nothing: 0",
      reduceLongs("bil", "l:l", 0, Long::sum),
      reduceDoubles("f", "d:f", 0, Double::sum),
      reduceDoubles("d", "d:d", 0, Double::sum),
      reduceComplexes(0, Complex::plus, false)),
  PROD(
      function("prod"),
      0,
      0.08,
      range(0.5, 1.5),
      "product; float32 accumulates in float64, integers give int64; of nothing: 1",
      reduceLongs("bil", "l:l", 1, (a, x) -> a * x),
      reduceDoubles("f", "d:f", 1, (a, x) -> a * x),
      reduceDoubles("d", "d:d", 1, (a, x) -> a * x),
      reduceComplexes(1, Complex::times, false)),
  MIN(
      function("min"),
      0,
      0.1,
      all(),
      "smallest element; NaN when there is one",
      reduceLongs("bil", "T:T", 0, Math::min).withoutIdentity(),
      reduceDoubles("fd", "T:T", 0, (a, x) -> x < a || x != x ? x : a).withoutIdentity()),
  MAX(
      function("max"),
      0,
      0.1,
      all(),
      "greatest element; NaN when there is one",
      reduceLongs("bil", "T:T", 0, Math::max).withoutIdentity(),
      reduceDoubles("fd", "T:T", 0, (a, x) -> x > a || x != x ? x : a).withoutIdentity()),
  MEAN(
      function("mean"),
      0,
      0.08,
      all(),
      "arithmetic mean, of integers in float64; float32 accumulates in float64; of nothing: NaN",
      reduce("fd", "d:T", () -> new Accumulator.OfDoubles(0, Double::sum, true)),
      reduceComplexes(0, Complex::plus, true)),
  VAR(
      function("var"),
      0,
      0.15,
      all(),
      "variance: squares of distances from the mean over the count less ddof, in one pass; of nothing: NaN",
      reduce("fd", "d:T", () -> new Accumulator.Moments(false)),
      reduce("c", "T:d", () -> new Accumulator.ComplexMoments(false))),
  STD(
      function("std"),
      0,
      0.15,
      all(),
      "standard deviation, the root of the variance",
      reduce("fd", "d:T", () -> new Accumulator.Moments(true)),
      reduce("c", "T:d", () -> new Accumulator.ComplexMoments(true))),
  ANY(
      function("any"),
      0,
      0.05,
      all(),
      "whether some element is not 0; of nothing: false",
      reduceLongs("b", "T:T", 0, Math::max)),
  ALL(
      function("all"),
      0,
      0.05,
      all(),
      "whether no element is 0; of nothing: true",
      reduceLongs("b", "T:T", 1, Math::min)),
  COUNT_NONZERO(
      function("count_nonzero"),
      0,
      0.05,
      all(),
      "number of elements that are not 0",
      reduceLongs("b", "l:l", 0, Long::sum)),
  ARGMIN(
      function("argmin"),
      0,
      0.15,
      all(),
      "position of the first smallest element or of the first NaN, in C order of the reduced axes",
      reduce("bi", "i:l", () -> new Accumulator.BestLong((x, y) -> x < y)).withoutIdentity(),
      reduce("l", "l:l", () -> new Accumulator.BestLong((x, y) -> x < y)).withoutIdentity(),
      reduce("fd", "T:l", () -> new Accumulator.BestDouble((x, y) -> x < y, false))
          .withoutIdentity()),
  ARGMAX(
      function("argmax"),
      0,
      0.15,
      all(),
      "position of the first greatest element or of the first NaN, in C order of the reduced axes",
      reduce("bi", "i:l", () -> new Accumulator.BestLong((x, y) -> x > y)).withoutIdentity(),
      reduce("l", "l:l", () -> new Accumulator.BestLong((x, y) -> x > y)).withoutIdentity(),
      reduce("fd", "T:l", () -> new Accumulator.BestDouble((x, y) -> x > y, false))
          .withoutIdentity()),
  NANMIN(
      function("nanmin"),
      0,
      0.1,
      all(),
      "smallest element that is not NaN; NaN when all are",
      reduceDoubles("fd", "T:T", 0, (a, x) -> x < a || a != a ? x : a).withoutIdentity()),
  NANMAX(
      function("nanmax"),
      0,
      0.1,
      all(),
      "greatest element that is not NaN; NaN when all are",
      reduceDoubles("fd", "T:T", 0, (a, x) -> x > a || a != a ? x : a).withoutIdentity()),
  NANARGMIN(
      function("nanargmin"),
      0,
      0.15,
      all(),
      "argmin of the elements that are not NaN; -1 when all are",
      reduce("fd", "T:l", () -> new Accumulator.BestDouble((x, y) -> x < y, true))
          .withoutIdentity()),
  NANARGMAX(
      function("nanargmax"),
      0,
      0.15,
      all(),
      "argmax of the elements that are not NaN; -1 when all are",
      reduce("fd", "T:l", () -> new Accumulator.BestDouble((x, y) -> x > y, true))
          .withoutIdentity()),
  NANSUM(function("nansum"), SUM, "sum of the elements that are not NaN"),
  NANPROD(function("nanprod"), PROD, "product of the elements that are not NaN"),
  NANMEAN(function("nanmean"), MEAN, "mean of the elements that are not NaN; NaN when all are"),
  NANVAR(function("nanvar"), VAR, "variance of the elements that are not NaN, in two passes"),
  NANSTD(
      function("nanstd"),
      STD,
      "standard deviation of the elements that are not NaN, in two passes");

  /** How an operation is written. */
  public enum Form {
    /** Between its two arguments. */
    INFIX,
    /** Before its one argument. */
    PREFIX,
    /** A name with arguments in parentheses. */
    FUNCTION,
    /** Not at all: stands for operators that occur together. */
    FUSED
  }

  private record Syntax(Form form, String symbol, int precedence) {}

  /** Numbers from which tests draw floats. */
  public record Domain(double low, double high) {}

  @FunctionalInterface
  private interface Meaning {
    Reference of(Kind result);
  }

  private record Case(
      String keys,
      String pattern,
      Meaning meaning,
      Supplier<Accumulator> accumulator,
      boolean hasIdentity,
      int within) {
    Case withoutIdentity() {
      return new Case(keys, pattern, meaning, accumulator, false, 0);
    }

    /** With a bound of its own, in units in the last place of the magnitude. */
    Case within(int ulp) {
      return new Case(keys, pattern, meaning, accumulator, hasIdentity, ulp);
    }
  }

  private static final List<Kernel> KERNELS = new ArrayList<>();
  private static final List<Reduction> REDUCTIONS = new ArrayList<>();
  private static final Map<String, Op> FUNCTIONS = new HashMap<>();

  static {
    for (Op op : values()) {
      if (op.form() == Form.FUNCTION) {
        FUNCTIONS.put(op.symbol(), op);
      }
      for (Kind key : Kind.values()) {
        for (Case row : op.cases) {
          if (row.keys.indexOf(key.letter()) >= 0) {
            op.add(key, row);
          }
        }
      }
    }
  }

  private final Syntax syntax;
  private final int ulp;
  private final double cost;
  private final Domain domain;
  private final String documentation;
  private final List<Case> cases;
  private final Op base;
  private final List<Kernel> kernels = new ArrayList<>();
  private final List<Reduction> reductions = new ArrayList<>();

  Op(Syntax syntax, int ulp, double cost, Domain domain, String documentation, Case... cases) {
    this.syntax = syntax;
    this.ulp = ulp;
    this.cost = cost;
    this.domain = domain;
    this.documentation = documentation;
    this.cases = List.of(cases);
    this.base = null;
  }

  /** A reduction that is made of another one and steps that leave NaN out. */
  Op(Syntax syntax, Op base, String documentation) {
    this.syntax = syntax;
    this.ulp = base.ulp;
    this.cost = base.cost;
    this.domain = base.domain;
    this.documentation = documentation;
    this.cases = List.of();
    this.base = base;
  }

  private void add(Kind key, Case row) {
    int colon = row.pattern.indexOf(':');
    Kind result = kind(row.pattern.charAt(colon + 1), key);
    if (row.meaning == null) {
      Kind inner = kind(row.pattern.charAt(0), key);
      int index = REDUCTIONS.size();
      Reduction reduction =
          new Reduction(this, key, result, inner, index, row.hasIdentity, row.accumulator);
      REDUCTIONS.add(reduction);
      reductions.add(reduction);
      return;
    }
    List<Kind> arguments =
        row.pattern.substring(0, colon).chars().mapToObj(c -> kind((char) c, key)).toList();
    int bound = key == Kind.FLOAT32 || key == Kind.FLOAT64 ? ulp : row.within;
    Kernel kernel =
        new Kernel(this, key, result, arguments, KERNELS.size(), bound, row.meaning.of(result));
    KERNELS.add(kernel);
    kernels.add(kernel);
  }

  private static Kind kind(char letter, Kind key) {
    return letter == 'T' ? key : Kind.of(letter);
  }

  private static Syntax infix(String symbol, int precedence) {
    return new Syntax(Form.INFIX, symbol, precedence);
  }

  private static Syntax prefix(String symbol, int precedence) {
    return new Syntax(Form.PREFIX, symbol, precedence);
  }

  private static Syntax fused(String pattern) {
    return new Syntax(Form.FUSED, pattern, 0);
  }

  private static Syntax function(String name) {
    return new Syntax(Form.FUNCTION, name, 0);
  }

  private static Domain all() {
    return new Domain(-1000, 1000);
  }

  private static Domain range(double low, double high) {
    return new Domain(low, high);
  }

  private static Case cases(String keys, String pattern, Meaning meaning) {
    return new Case(keys, pattern, meaning, null, false, 0);
  }

  private static Case longs(String keys, String pattern, LongBinaryOperator f) {
    return cases(keys, pattern, kind -> Reference.longs(f, kind));
  }

  private static Case doubles(String keys, String pattern, DoubleBinaryOperator f) {
    return cases(keys, pattern, kind -> Reference.doubles(f, kind));
  }

  private static Case tests(String keys, Reference.DoubleTest f) {
    return tests(keys, "TT:b", f);
  }

  private static Case tests(String keys, String pattern, Reference.DoubleTest f) {
    return cases(keys, pattern, kind -> Reference.tests(f));
  }

  private static Case longTests(String keys, Reference.LongTest f) {
    return longTests(keys, "TT:b", f);
  }

  private static Case longTests(String keys, String pattern, Reference.LongTest f) {
    return cases(keys, pattern, kind -> Reference.tests(f));
  }

  private static Case toLongs(
      String keys, String pattern, java.util.function.DoubleToLongFunction f) {
    return cases(keys, pattern, kind -> Reference.toLongs(f));
  }

  private static Case toDoubles(
      String keys, String pattern, java.util.function.LongToDoubleFunction f) {
    return cases(keys, pattern, kind -> Reference.toDoubles(f, kind));
  }

  private static Case complexes(String pattern, BinaryOperator<Complex> f) {
    return cases("c", pattern, kind -> Reference.complexes(f));
  }

  private static Case complexTests(String pattern, BiPredicate<Complex, Complex> f) {
    return cases("c", pattern, kind -> Reference.tests(f));
  }

  private static Case bytesTests(BiPredicate<byte[], byte[]> f) {
    return cases("s", "TT:b", kind -> Reference.bytesTests(f));
  }

  private static Case parts(String pattern, ToDoubleFunction<Complex> f) {
    return cases("c", pattern, kind -> Reference.parts(f));
  }

  private static Case reduce(String keys, String pattern, Supplier<Accumulator> accumulator) {
    return new Case(keys, pattern, null, accumulator, true, 0);
  }

  private static Case reduceLongs(
      String keys, String pattern, long identity, LongBinaryOperator f) {
    return reduce(keys, pattern, () -> new Accumulator.OfLongs(identity, f));
  }

  private static Case reduceDoubles(
      String keys, String pattern, double identity, DoubleBinaryOperator f) {
    return reduce(keys, pattern, () -> new Accumulator.OfDoubles(identity, f, false));
  }

  private static Case reduceComplexes(double identity, BinaryOperator<Complex> f, boolean isMean) {
    return reduce("c", "T:T", () -> new Accumulator.OfComplexes(identity, f, isMean));
  }

  /**
   * All kernels in the order of their numbers.
   *
   * @return an unmodifiable list
   */
  public static List<Kernel> allKernels() {
    return List.copyOf(KERNELS);
  }

  /**
   * All reductions in the order of their numbers.
   *
   * @return an unmodifiable list
   */
  public static List<Reduction> allReductions() {
    return List.copyOf(REDUCTIONS);
  }

  /**
   * Finds a function by its name.
   *
   * @param name as written in an expression
   * @return the row, or null
   */
  static Op function(CharSequence name) {
    return FUNCTIONS.get(name.toString());
  }

  /**
   * Finds an operator that is not a function.
   *
   * @param form infix or prefix
   * @param symbol as written in an expression
   * @return the row, or null
   */
  static Op operator(Form form, String symbol) {
    return Arrays.stream(values())
        .filter(op -> op.form() == form && op.symbol().equals(symbol))
        .findFirst()
        .orElse(null);
  }

  @Override
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * How it is written.
   *
   * @return the form
   */
  public Form form() {
    return syntax.form;
  }

  @Override
  public String symbol() {
    return syntax.symbol;
  }

  /**
   * How strongly an operator binds; {@code **} also binds from right to left.
   *
   * @return greater is stronger, 0 for functions
   */
  int precedence() {
    return syntax.precedence;
  }

  @Override
  public int arity() {
    return isReduction() ? 1 : kernels.get(0).arguments().size();
  }

  @Override
  public boolean isReduction() {
    return !reductions().isEmpty();
  }

  /**
   * The reduction that this one is made of.
   *
   * @return null unless it has no reductions of its own
   */
  Op base() {
    return base;
  }

  /**
   * Whether it is the name of a kind; its results are of that kind also where its argument is weak.
   *
   * @return true for bool, int32 and so on
   */
  boolean isConversion() {
    return switch (this) {
      case BOOL, INT32, INT64, FLOAT32, FLOAT64, COMPLEX128 -> true;
      default -> false;
    };
  }

  /**
   * The accuracy bound of its float kernels.
   *
   * @return units in the last place, 0 for exact or correctly rounded
   */
  public int ulp() {
    return ulp;
  }

  @Override
  public double cost() {
    return cost;
  }

  /**
   * Where tests draw floats from.
   *
   * @return the range
   */
  public Domain domain() {
    return domain;
  }

  /**
   * One line for people.
   *
   * @return the documentation
   */
  public String documentation() {
    return documentation;
  }

  @Override
  public List<Kernel> kernels() {
    return List.copyOf(kernels);
  }

  /**
   * Its reductions in the order of their key kinds, or those of the row that it is made of.
   *
   * @return an unmodifiable list, empty unless {@link #isReduction()}
   */
  public List<Reduction> reductions() {
    return base != null ? base.reductions() : List.copyOf(reductions);
  }

  /**
   * The kernel for a key kind.
   *
   * @param key the kind
   * @return the kernel, or null when there is none
   */
  public Kernel kernel(Kind key) {
    return kernels.stream().filter(kernel -> kernel.key() == key).findFirst().orElse(null);
  }
}
