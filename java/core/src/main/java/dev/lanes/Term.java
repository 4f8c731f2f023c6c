package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.Bytes;
import dev.lanes.lang.Parser;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * An expression built in Java instead of written as text: {@code
 * var("a").multiply(2).plus(var("b"))} is {@code (a * 2) + b}. A term is its text, so that
 * everything the language reference says of texts holds of terms, and {@link #toString()} shows it.
 *
 * <p>Operands of the methods are terms, {@link Number}s of Java's own, {@link Boolean}s, Strings
 * and {@code byte[]}s; all but terms are constants of the text. A term that is used twice is
 * written twice; the compiler shares it again.
 *
 * <p>Immutable, hence thread-safe.
 */
public final class Term {

  private final List<Object> parts; // texts and terms
  private final boolean isClosed; // needs no parentheses, and gives its terms none

  private Term(boolean isClosed, List<Object> parts) {
    this.isClosed = isClosed;
    this.parts = parts;
  }

  /**
   * An operand, or one of the constants {@code pi e inf nan} where no operand of that name is
   * given.
   *
   * @param name a name of the language
   * @return the term
   * @throws LanesException code SYNTAX when it is none
   */
  public static Term var(String name) {
    return new Term(true, List.of(requireName(name)));
  }

  /**
   * A constant.
   *
   * @param value a Boolean, a Number of Java's own, a {@code byte[]}, or a String for its bytes in
   *     UTF-8
   * @return the term
   * @throws LanesException code TYPE for other values
   */
  public static Term of(Object value) {
    if (value instanceof Term term) {
      return term;
    }
    String text;
    if (value instanceof Boolean truth) {
      text = truth ? "True" : "False";
    } else if (value instanceof Double || value instanceof Float) {
      double number = ((Number) value).doubleValue();
      text =
          Double.isFinite(number)
              ? Double.toString(number)
              : number != number ? "nan" : number < 0 ? "-inf" : "inf";
    } else if (value instanceof Long
        || value instanceof Integer
        || value instanceof Short
        || value instanceof Byte) {
      text = value.toString();
    } else if (Bytes.isBytes(value)) {
      text = Bytes.literal(Bytes.of(value));
    } else {
      String type = value == null ? "null" : value.getClass().getName();
      throw new LanesException(
          Code.TYPE,
          "a term is a Boolean, a Number of Java's own, a String or a byte[], not " + type);
    }
    return new Term(!text.startsWith("-"), List.of(text));
  }

  /**
   * A call of a function.
   *
   * @param function its name
   * @param arguments terms, numbers and Booleans
   * @return the term
   * @throws LanesException code SYNTAX when the name is none, TYPE for arguments of other types;
   *     whether the function exists {@link #compile} checks
   */
  public static Term call(String function, Object... arguments) {
    List<Object> parts = new ArrayList<>(List.of(requireName(function) + "("));
    join(parts, arguments);
    parts.add(")");
    return new Term(true, parts);
  }

  /**
   * One term or the other, element by element.
   *
   * @param condition of bools
   * @param then where it holds
   * @param otherwise where it does not
   * @return {@code where(condition, then, otherwise)}
   */
  public static Term where(Term condition, Object then, Object otherwise) {
    return call("where", condition, then, otherwise);
  }

  private static void join(List<Object> parts, Object... terms) {
    for (int i = 0; i < terms.length; i++) {
      if (i > 0) {
        parts.add(", ");
      }
      parts.add(of(terms[i]));
    }
  }

  private static String requireName(String name) {
    if (!Parser.isName(name)) {
      throw new LanesException(Code.SYNTAX, "a name is expected, not '" + name + "'");
    }
    return name;
  }

  private Term infix(String operator, Object right) {
    return new Term(false, List.of(this, " " + operator + " ", of(right)));
  }

  private Term prefix(String operator) {
    return new Term(false, List.of(operator, this));
  }

  /**
   * The sum.
   *
   * @param other what to add
   * @return {@code this + other}
   */
  public Term plus(Object other) {
    return infix("+", other);
  }

  /**
   * The difference.
   *
   * @param other what to subtract
   * @return {@code this - other}
   */
  public Term minus(Object other) {
    return infix("-", other);
  }

  /**
   * The product.
   *
   * @param other what to multiply with
   * @return {@code this * other}
   */
  public Term multiply(Object other) {
    return infix("*", other);
  }

  /**
   * The quotient, always a float.
   *
   * @param other the divisor
   * @return {@code this / other}
   */
  public Term divide(Object other) {
    return infix("/", other);
  }

  /**
   * The quotient rounded down.
   *
   * @param other the divisor
   * @return {@code this // other}
   */
  public Term floorDivide(Object other) {
    return infix("//", other);
  }

  /**
   * The remainder with the sign of the divisor.
   *
   * @param other the divisor
   * @return {@code this % other}
   */
  public Term mod(Object other) {
    return infix("%", other);
  }

  /**
   * The power.
   *
   * @param exponent the exponent
   * @return {@code this ** exponent}
   */
  public Term pow(Object exponent) {
    return infix("**", exponent);
  }

  /**
   * The negative.
   *
   * @return {@code -this}
   */
  public Term negate() {
    return prefix("-");
  }

  /**
   * Bits moved left.
   *
   * @param count by how much
   * @return {@code this << count}
   */
  public Term shiftLeft(Object count) {
    return infix("<<", count);
  }

  /**
   * Bits moved right.
   *
   * @param count by how much
   * @return {@code this >> count}
   */
  public Term shiftRight(Object count) {
    return infix(">>", count);
  }

  /**
   * The logical and of bools, the bitwise one of integers.
   *
   * @param other the other operand
   * @return {@code this & other}
   */
  public Term and(Object other) {
    return infix("&", other);
  }

  /**
   * The logical or of bools, the bitwise one of integers.
   *
   * @param other the other operand
   * @return {@code this | other}
   */
  public Term or(Object other) {
    return infix("|", other);
  }

  /**
   * The exclusive or.
   *
   * @param other the other operand
   * @return {@code this ^ other}
   */
  public Term xor(Object other) {
    return infix("^", other);
  }

  /**
   * The logical not of bools, the bitwise one of integers.
   *
   * @return {@code ~this}
   */
  public Term not() {
    return prefix("~");
  }

  /**
   * A comparison.
   *
   * @param other the right side
   * @return {@code this < other}
   */
  public Term lessThan(Object other) {
    return infix("<", other);
  }

  /**
   * A comparison.
   *
   * @param other the right side
   * @return {@code this <= other}
   */
  public Term atMost(Object other) {
    return infix("<=", other);
  }

  /**
   * A comparison.
   *
   * @param other the right side
   * @return {@code this > other}
   */
  public Term greaterThan(Object other) {
    return infix(">", other);
  }

  /**
   * A comparison.
   *
   * @param other the right side
   * @return {@code this >= other}
   */
  public Term atLeast(Object other) {
    return infix(">=", other);
  }

  /**
   * A comparison, element by element; {@link Object#equals} is that of objects.
   *
   * @param other the right side
   * @return {@code this == other}
   */
  public Term equalTo(Object other) {
    return infix("==", other);
  }

  /**
   * A comparison.
   *
   * @param other the right side
   * @return {@code this != other}
   */
  public Term notEqualTo(Object other) {
    return infix("!=", other);
  }

  /**
   * Membership in a list.
   *
   * @param values at least one
   * @return {@code this in (values)}
   */
  public Term in(Object... values) {
    List<Object> parts = new ArrayList<>(List.of(this, " in ("));
    join(parts, values);
    parts.add(")");
    return new Term(false, parts);
  }

  /**
   * Compiles the term.
   *
   * @return the expression
   * @throws LanesException as {@link Expression#compile} does
   */
  public Expression compile() {
    return Expression.compile(toString());
  }

  /**
   * Compiles a term that calls functions written elsewhere.
   *
   * @param functions known beside the language's own
   * @return the expression
   * @throws LanesException as {@link Expression#compile(String, UserFunction...)} does
   */
  public Expression compile(UserFunction... functions) {
    return Expression.compile(toString(), functions);
  }

  /**
   * The text.
   *
   * @return an expression of the language, cut behind {@link Parser#MAX_LENGTH} characters, which
   *     is more than {@link #compile} takes
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    Deque<Object> left = new ArrayDeque<>();
    pushParts(this, left);
    while (!left.isEmpty() && text.length() <= Parser.MAX_LENGTH) {
      Object next = left.pop();
      if (next instanceof Term term) {
        pushParts(term, left);
      } else {
        text.append(next);
      }
    }
    return text.toString();
  }

  private static void pushParts(Term term, Deque<Object> left) {
    for (int i = term.parts.size() - 1; i >= 0; i--) {
      Object part = term.parts.get(i);
      boolean needsParentheses = part instanceof Term inner && !inner.isClosed && !term.isClosed;
      if (needsParentheses) {
        left.push(")");
      }
      left.push(part);
      if (needsParentheses) {
        left.push("(");
      }
    }
  }
}
