package dev.lanes.lang;

import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;

/**
 * Cuts a text into tokens, with Python's rules for names and numbers. One token of look-ahead is
 * kept by the parser.
 */
final class Tokens {

  enum Type {
    NUMBER,
    NAME,
    SYMBOL,
    END
  }

  /** 2^63, which is a value only behind a minus sign. */
  static final BigInteger BEYOND_INT64 = BigInteger.ONE.shiftLeft(63);

  private static final String[] SYMBOLS = {
    "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "&", "|", "^", "~",
    "<", ">", "(", ")", ","
  };

  private static final Map<String, String> HINTS =
      Map.ofEntries(
          Map.entry("&&", "write & for 'and'"),
          Map.entry("||", "write | for 'or'"),
          Map.entry("=", "write == to compare"),
          Map.entry("!", "write ~ for 'not'"),
          Map.entry("[", "take slices in Java, with NDArray.slice"),
          Map.entry("?", "write where(condition, x, y)"));

  private final String text;
  private int position;

  /** The token at hand. */
  Type type;

  /** Its column. */
  int column;

  /** Its characters. */
  String string;

  /** Its value when it is a number: a Long, a Double, or {@link #BEYOND_INT64}. */
  Object number;

  Tokens(String text) {
    this.text = text;
    next();
  }

  void next() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
    column = position;
    if (position == text.length()) {
      type = Type.END;
      string = "";
      return;
    }
    int c = text.codePointAt(position);
    if (isDigit(c)
        || (c == '.' && position + 1 < text.length() && isDigit(text.charAt(position + 1)))) {
      type = Type.NUMBER;
      number();
    } else if (Character.isUnicodeIdentifierStart(c) || c == '_') {
      type = Type.NAME;
      while (position < text.length() && isNamePart(text.codePointAt(position))) {
        position += Character.charCount(text.codePointAt(position));
      }
    } else {
      type = Type.SYMBOL;
      symbol();
    }
    string = text.substring(column, position);
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isNamePart(int c) {
    return c == '_'
        || (Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
  }

  private void symbol() {
    for (String hint : HINTS.keySet()) {
      boolean longer =
          hint.equals("=") && text.startsWith("==", position)
              || hint.equals("!") && text.startsWith("!=", position);
      if (text.startsWith(hint, position) && !longer) {
        throw error("'" + hint + "' is not an operator here; " + HINTS.get(hint));
      }
    }
    for (String symbol : SYMBOLS) {
      if (text.startsWith(symbol, position)) {
        position += symbol.length();
        return;
      }
    }
    throw error(String.format("unexpected character %s", show(text.codePointAt(position))));
  }

  private static String show(int c) {
    return Character.isISOControl(c)
        ? String.format("U+%04X", c)
        : "'" + Character.toString(c) + "'";
  }

  private void number() {
    int start = position;
    char second = start + 1 < text.length() ? Character.toLowerCase(text.charAt(start + 1)) : ' ';
    if (text.charAt(start) == '0' && (second == 'x' || second == 'o' || second == 'b')) {
      int radix = second == 'x' ? 16 : second == 'o' ? 8 : 2;
      position += 2;
      digits(radix, true);
      number = integer(text.substring(start + 2, position), radix);
    } else {
      boolean isFloat = decimal();
      String digits = text.substring(start, position).replace("_", "");
      if (!isFloat
          && digits.length() > 1
          && digits.charAt(0) == '0'
          && !digits.chars().allMatch(c -> c == '0')) {
        throw error("a decimal integer does not start with 0; an octal one starts with 0o");
      }
      number = isFloat ? (Object) Double.valueOf(digits) : integer(digits, 10);
    }
    if (position < text.length() && isNamePart(text.codePointAt(position))) {
      throw error("a number ends in '" + text.charAt(position) + "'");
    }
  }

  /** Moves over a decimal number and tells whether it is a float. */
  private boolean decimal() {
    boolean isFloat = false;
    digits(10, false);
    if (position < text.length() && text.charAt(position) == '.') {
      isFloat = true;
      position++;
      digits(10, false);
    }
    if (position < text.length() && Character.toLowerCase(text.charAt(position)) == 'e') {
      isFloat = true;
      position++;
      if (position < text.length()
          && (text.charAt(position) == '+' || text.charAt(position) == '-')) {
        position++;
      }
      digits(10, true);
    }
    return isFloat;
  }

  /** Moves over digits, between two of which one underscore may stand. */
  private void digits(int radix, boolean required) {
    int start = position;
    while (position < text.length()) {
      char c = text.charAt(position);
      boolean separates =
          c == '_'
              && (position > start || radix != 10)
              && position + 1 < text.length()
              && text.charAt(position + 1) < 128
              && Character.digit(text.charAt(position + 1), radix) >= 0;
      if (c >= 128 || (Character.digit(c, radix) < 0 && !separates)) {
        break;
      }
      position++;
    }
    if (required && position == start) {
      throw error("a number breaks off");
    }
  }

  private Object integer(String digits, int radix) {
    String plain = digits.replace("_", "").toLowerCase(Locale.ROOT);
    if (plain.length() > 64) {
      plain = plain.replaceFirst("^0+(?=.)", "");
    }
    if (plain.length() <= 64) {
      BigInteger value = new BigInteger(plain, radix);
      if (value.bitLength() <= 63) {
        return value.longValue();
      }
      if (value.equals(BEYOND_INT64)) {
        return value;
      }
    }
    throw new LanesException(
        Code.LIMIT, "an integer constant does not fit into int64", column, null);
  }

  private LanesException error(String message) {
    return new LanesException(Code.SYNTAX, message, position, null);
  }
}
