package dev.lanes;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/**
 * Writes floats so that they line up, with as few digits as tell them apart and at most 8 after the
 * point; the rules are those that NumPy documents for its default print options.
 */
final class FloatText {
  private static final int PRECISION = 8;

  /**
   * A finite number's digits: the exact value and the shortest decimal that reads as the same
   * float.
   */
  private record Digits(BigDecimal exact, BigDecimal shortest) {
    static Digits of(double value, DType dtype) {
      BigDecimal exact = new BigDecimal(Math.abs(value));
      for (int precision = 1; precision < 17; precision++) {
        BigDecimal rounded = exact.round(new MathContext(precision, RoundingMode.HALF_EVEN));
        if (narrow(rounded.doubleValue(), dtype) == Math.abs(value)) {
          return new Digits(exact, rounded);
        }
      }
      return new Digits(exact, exact.round(new MathContext(17, RoundingMode.HALF_EVEN)));
    }

    /** Digits before the point, a point, digits after it without trailing zeros. */
    String positional() {
      BigDecimal value =
          shortest.scale() > PRECISION
              ? exact.setScale(PRECISION, RoundingMode.HALF_EVEN)
              : shortest;
      String plain = value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
      return plain.indexOf('.') < 0 ? plain + "." : plain;
    }

    /** Digits after the point where there is one before it. */
    int fraction() {
      return Math.min(
          shortest.signum() == 0 ? 0 : shortest.stripTrailingZeros().precision() - 1, PRECISION);
    }

    /**
     * The value with one digit before the point and some after it: exact ones also where fewer
     * would tell it apart.
     */
    BigDecimal scientific(int fraction) {
      return exact.round(new MathContext(fraction + 1, RoundingMode.HALF_EVEN));
    }

    /** The power of ten that belongs to {@link #scientific}. */
    int exponent(int fraction) {
      BigDecimal value = scientific(fraction);
      return value.signum() == 0 ? 0 : value.precision() - value.scale() - 1;
    }
  }

  private final DType dtype;
  private final boolean plus;
  private final boolean scientific;
  private int before; // characters before the point, the sign too
  private int after; // characters after the point, the exponent too
  private int fraction; // digits after the point, where there is an exponent
  private int exponent = 2; // its digits

  /**
   * Chooses the format.
   *
   * @param values that will be written
   * @param dtype they come from
   * @param plus whether positive numbers get a sign
   */
  FloatText(List<Double> values, DType dtype, boolean plus) {
    this.dtype = dtype;
    this.plus = plus;
    double most = 0;
    double least = Double.POSITIVE_INFINITY;
    for (double value : values) {
      if (Double.isFinite(value) && value != 0) {
        most = Math.max(most, Math.abs(value));
        least = Math.min(least, Math.abs(value));
      }
    }
    // The quotient is one of the dtype, as everything that NumPy computes.
    scientific = most >= largestPositional() || least < 1e-4 || narrow(most / least, dtype) > 1000;
    for (double value : values) {
      if (Double.isFinite(value)) {
        measure(value);
      }
    }
    for (double value : values) {
      if (!Double.isFinite(value)) {
        boolean sign = plus || value == Double.NEGATIVE_INFINITY;
        before = Math.max(before, (sign ? 4 : 3) - after - 1);
      }
    }
  }

  /** Ten to the number of digits that the dtype surely has, or the precision. */
  private double largestPositional() {
    return switch (Element.format(dtype)) {
      case FLOAT16 -> 1e3;
      case BFLOAT16 -> 1e2;
      case FLOAT32, COMPLEX64 -> 1e6;
      default -> 1e8;
    };
  }

  /** The nearest number of the dtype. */
  private static double narrow(double value, DType dtype) {
    return switch (Element.format(dtype)) {
      case FLOAT16 -> SmallFloats.fromFloat16(SmallFloats.toFloat16(value));
      case BFLOAT16 -> SmallFloats.fromBfloat16(SmallFloats.toBfloat16(value));
      case FLOAT32, COMPLEX64 -> (float) value;
      default -> value;
    };
  }

  private void measure(double value) {
    Digits digits = Digits.of(value, dtype);
    if (scientific) {
      before = Math.max(before, sign(value).length() + 1);
      fraction = Math.max(fraction, digits.fraction());
      exponent =
          Math.max(exponent, Integer.toString(Math.abs(digits.exponent(PRECISION))).length());
      after = fraction + exponent + 2;
    } else {
      String text = digits.positional();
      int point = text.indexOf('.');
      before = Math.max(before, sign(value).length() + point);
      after = Math.max(after, text.length() - point - 1);
    }
  }

  private String sign(double value) {
    boolean negative = Double.doubleToRawLongBits(value) < 0 && !Double.isNaN(value);
    return negative ? "-" : plus ? "+" : "";
  }

  /** One number, as wide as all others. */
  String format(double value) {
    if (!Double.isFinite(value)) {
      String text = sign(value) + (Double.isNaN(value) ? "nan" : "inf");
      return " ".repeat(Math.max(before + after + 1 - text.length(), 0)) + text;
    }
    Digits digits = Digits.of(value, dtype);
    String text = sign(value) + (scientific ? withExponent(digits) : digits.positional());
    String padded = " ".repeat(before - text.indexOf('.')) + text;
    return padded + " ".repeat(before + 1 + after - padded.length());
  }

  private String withExponent(Digits digits) {
    String mantissa = digits.scientific(fraction).unscaledValue().toString();
    mantissa += "0".repeat(Math.max(fraction + 1 - mantissa.length(), 0));
    int power = digits.exponent(fraction);
    String sign = power < 0 ? "e-" : "e+";
    String format = "%0" + exponent + "d";
    return mantissa.charAt(0)
        + "."
        + mantissa.substring(1)
        + sign
        + String.format(format, Math.abs(power));
  }

  /** One number by itself, with all its digits: 2.0, 1e-05, -inf. */
  static String alone(double value, DType dtype) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
    }
    BigDecimal shortest = Digits.of(value, dtype).shortest().stripTrailingZeros();
    String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    if (value == 0) {
      return sign + "0.0";
    }
    int power = shortest.precision() - shortest.scale() - 1;
    if (power >= -4 && power < 16) {
      String plain = shortest.toPlainString();
      return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }
    String digits = shortest.unscaledValue().toString();
    String mantissa = digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
    return sign + mantissa + String.format("e%c%02d", power < 0 ? '-' : '+', Math.abs(power));
  }
}
