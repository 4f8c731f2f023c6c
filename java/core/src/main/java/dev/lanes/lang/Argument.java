package dev.lanes.lang;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;

/**
 * What a compiled program must know of an operand.
 *
 * @param dtype how its elements lie in memory
 * @param isScalar whether it is one Java value; its type then is weak like that of a constant in
 *     the text, except for booleans
 */
public record Argument(DType dtype, boolean isScalar) {

  /**
   * An array of this dtype, whatever its shape.
   *
   * @param dtype the dtype
   * @return the argument
   */
  public static Argument array(DType dtype) {
    return new Argument(dtype, false);
  }

  /**
   * A Java value.
   *
   * @param value a Boolean, Byte, Short, Integer, Long, Float or Double, or what {@link Bytes} are
   * @param name for the message
   * @return the argument
   * @throws LanesException code TYPE for other values
   */
  public static Argument scalar(Object value, String name) {
    if (value instanceof Boolean) {
      return new Argument(DType.BOOL, true);
    }
    if (value instanceof Double || value instanceof Float) {
      return new Argument(DType.FLOAT64, true);
    }
    if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      long number = ((Number) value).longValue();
      return new Argument(number == (int) number ? DType.INT32 : DType.INT64, true);
    }
    if (Bytes.isBytes(value)) {
      return new Argument(DType.bytes(Math.max(1, Bytes.of(value).length)), true);
    }
    throw new LanesException(
        Code.TYPE,
        "operand '"
            + name
            + "' is "
            + (value == null ? "null" : "a " + value.getClass().getName())
            + "; pass an NDArray, a Boolean, a Number of Java's own, a String or a byte[]");
  }

  boolean isWeak() {
    return isScalar && dtype != DType.BOOL;
  }
}
