package dev.lanes.lang;

import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;

/**
 * Cuts a text into tokens, with Python's rules for names, numbers, bytes and line ends: a line end
 * or a semicolon ends a statement, except inside parentheses. One token of look-ahead is kept by
 * the parser.
 */
final class Tokens {

  enum Type {
    NUMBER,
    BYTES,
    NAME,
    SYMBOL,
    SEPARATOR,
    END
  }

  /** 2^63, which is a value only behind a minus sign. */
  static final BigInteger BEYOND_INT64 = BigInteger.ONE.shiftLeft(63);

  private static final String[] SYMBOLS = {
    "**", "//", "<<", ">>", "<=", ">=", "==", "!=", "+", "-", "*", "/", "%", "&", "|", "^", "~",
    "<", ">", "(", ")", "[", "]", ",", "=", "."
  };

  private static final Map<String, String> HINTS =
      Map.of(
          "&&", "write & for 'and'",
          "||", "write | for 'or'",
          "!", "write ~ for 'not'",
          "?", "write where(condition, x, y)");

  private static final String ESCAPES = "\\'\"nrt0";
  private static final String ESCAPED = "\\'\"\n\r\t\0";

  private final String text;
  private int position;
  private int depth;

  /** The token at hand. */
  Type type;

  /** Its column. */
  int column;

  /** Its characters. */
  String string;

  /**
   * Its value when it is a number or bytes: a Long, a Double, {@link #BEYOND_INT64}, a {@link
   * Tree.Imaginary} or a {@code byte[]}.
   */
  Object value;

  Tokens(String text) {
    this.text = text;
    next();
  }

  /** A second reader at the same place, for looking ahead. */
  Tokens(Tokens other) {
    text = other.text;
    position = other.position;
    depth = other.depth;
    type = other.type;
    column = other.column;
    string = other.string;
    value = other.value;
  }

  boolean is(String symbol) {
    return type == Type.SYMBOL && string.equals(symbol);
  }

  boolean isWord(String word) {
    return type == Type.NAME && string.equals(word);
  }

  boolean endsStatement() {
    return type == Type.SEPARATOR || type == Type.END;
  }

  void next() {
    skip();
    column = position;
    if (position == text.length()) {
      type = Type.END;
      string = "";
      return;
    }
    int c = text.codePointAt(position);
    if (isDigit(c) || (c == '.' && isDigit(at(position + 1)))) {
      type = Type.NUMBER;
      number();
    } else if (c == '\'' || c == '"' || ((c == 'b' || c == 'B') && isQuote(at(position + 1)))) {
      type = Type.BYTES;
      bytes();
    } else if (Character.isUnicodeIdentifierStart(c) || c == '_') {
      type = Type.NAME;
      while (position < text.length() && isNamePart(text.codePointAt(position))) {
        position += Character.charCount(text.codePointAt(position));
      }
    } else if (c == ';' || isLineEnd(c)) {
      type = Type.SEPARATOR;
      position++;
    } else {
      type = Type.SYMBOL;
      symbol();
    }
    string = text.substring(column, position);
    if (type == Type.SYMBOL) {
      depth += string.equals("(") || string.equals("[") ? 1 : 0;
      depth -= depth > 0 && (string.equals(")") || string.equals("]")) ? 1 : 0;
    }
  }

  /** The UTF-16 unit at a place, or a blank behind the end. */
  private char at(int place) {
    return place < text.length() ? text.charAt(place) : ' ';
  }

  /** Moves over blanks and comments, and inside parentheses also over line ends. */
  private void skip() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c == '#') {
        while (position < text.length() && !isLineEnd(text.charAt(position))) {
          position++;
        }
      } else if (c == '\\' && isLineEnd(at(position + 1))) {
        position += at(position + 1) == '\r' && at(position + 2) == '\n' ? 3 : 2;
      } else if (Character.isWhitespace(c) && (depth > 0 || !isLineEnd(c))) {
        position++;
      } else {
        return;
      }
    }
  }

  private static boolean isLineEnd(int c) {
    return c == '\n' || c == '\r';
  }

  private static boolean isQuote(int c) {
    return c == '\'' || c == '"';
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  private static boolean isNamePart(int c) {
    return c == '_'
        || (Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
  }

  private void symbol() {
    for (Map.Entry<String, String> hint : HINTS.entrySet()) {
      if (text.startsWith(hint.getKey(), position) && !text.startsWith("!=", position)) {
        throw error("'" + hint.getKey() + "' is not an operator here; " + hint.getValue());
      }
    }
    for (String symbol : SYMBOLS) {
      if (text.startsWith(symbol, position)) {
        position += symbol.length();
        return;
      }
    }
    throw error("unexpected character " + show(text.codePointAt(position)));
  }

  private static String show(int c) {
    return Character.isISOControl(c)
            || Character.isIdentifierIgnorable(c)
            || c >= 0xd800 && c < 0xe000
        ? String.format("U+%04X", c)
        : "'" + Character.toString(c) + "'";
  }

  private void number() {
    int start = position;
    char second = Character.toLowerCase(at(start + 1));
    if (text.charAt(start) == '0' && (second == 'x' || second == 'o' || second == 'b')) {
      int radix = second == 'x' ? 16 : second == 'o' ? 8 : 2;
      position += 2;
      digits(radix, true);
      value = integer(text.substring(start + 2, position), radix);
    } else {
      boolean isFloat = decimal();
      String digits = text.substring(start, position).replace("_", "");
      if (Character.toLowerCase(at(position)) == 'j') {
        position++;
        value = new Tree.Imaginary(Double.parseDouble(digits));
      } else if (!isFloat
          && digits.length() > 1
          && digits.charAt(0) == '0'
          && !digits.chars().allMatch(c -> c == '0')) {
        throw error("a decimal integer does not start with 0; an octal one starts with 0o");
      } else {
        value = isFloat ? (Object) Double.valueOf(digits) : integer(digits, 10);
      }
    }
    if (position < text.length() && isNamePart(text.codePointAt(position))) {
      throw error("a number ends in " + show(text.codePointAt(position)));
    }
  }

  /** Moves over a decimal number and tells whether it is a float. */
  private boolean decimal() {
    boolean isFloat = false;
    digits(10, false);
    if (at(position) == '.') {
      isFloat = true;
      position++;
      digits(10, false);
    }
    if (Character.toLowerCase(at(position)) == 'e') {
      isFloat = true;
      position++;
      if (at(position) == '+' || at(position) == '-') {
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
              && at(position + 1) < 128
              && Character.digit(at(position + 1), radix) >= 0;
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
      BigInteger number = new BigInteger(plain, radix);
      if (number.bitLength() <= 63) {
        return number.longValue();
      }
      if (number.equals(BEYOND_INT64)) {
        return number;
      }
    }
    throw new LanesException(
        Code.LIMIT, "an integer constant does not fit into int64", column, null);
  }

  /** A literal as b'..' or '..' with characters of ASCII and Python's common escapes. */
  private void bytes() {
    position += isQuote(text.charAt(position)) ? 0 : 1;
    char quote = text.charAt(position++);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (at(position) != quote || position >= text.length()) {
      if (position >= text.length() || isLineEnd(at(position))) {
        throw new LanesException(Code.SYNTAX, "this quotation never ends", column, null);
      }
      if (at(position) > 127) {
        throw error("bytes hold ASCII characters and escapes such as \\xff");
      }
      bytes.write(at(position) == '\\' ? escape() : at(position));
      position++;
    }
    position++;
    value = bytes.toByteArray();
  }

  /** The value of an escape; moves to its last character. */
  private int escape() {
    char kind = at(++position);
    if (kind == 'x') {
      int high = Character.digit(at(position + 1), 16);
      int low = Character.digit(at(position + 2), 16);
      if (high >= 0 && low >= 0) {
        position += 2;
        return high << 4 | low;
      }
    }
    int known = ESCAPES.indexOf(kind);
    if (known < 0) {
      throw error("an escape is one of \\\\ \\' \\\" \\n \\r \\t \\0 or \\x and two digits");
    }
    return ESCAPED.charAt(known);
  }

  private LanesException error(String message) {
    return new LanesException(Code.SYNTAX, message, position, null);
  }
}
