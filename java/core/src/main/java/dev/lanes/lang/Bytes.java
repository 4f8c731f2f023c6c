package dev.lanes.lang;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Byte strings: what Java values they are, without their padding, and as Python writes them. */
public final class Bytes {

  private Bytes() {}

  /**
   * Whether a Java value stands for bytes.
   *
   * @param value anything
   * @return true for a {@code byte[]} and a String
   */
  public static boolean isBytes(Object value) {
    return value instanceof byte[] || value instanceof String;
  }

  /**
   * The bytes of a Java value.
   *
   * @param value a {@code byte[]}, or a String, which is written in UTF-8
   * @return the bytes, the caller's own where it gave them
   */
  public static byte[] of(Object value) {
    return value instanceof String text ? text.getBytes(StandardCharsets.UTF_8) : (byte[]) value;
  }

  /**
   * The bytes without the NULs at the end, which are not told from padding.
   *
   * @param bytes any number
   * @return the same array where there is nothing to cut
   */
  public static byte[] trimmed(byte[] bytes) {
    int length = bytes.length;
    while (length > 0 && bytes[length - 1] == 0) {
      length--;
    }
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }

  /**
   * Whether a part stands in a string: the search of Knuth, Morris and Pratt, whose time is that of
   * both lengths whatever the bytes are.
   */
  static boolean contains(byte[] bytes, byte[] part) {
    int[] borders = new int[part.length + 1]; // how much of its end each beginning begins with
    borders[0] = -1;
    for (int k = 0, border = -1; k < part.length; ) {
      while (border >= 0 && part[border] != part[k]) {
        border = borders[border];
      }
      borders[++k] = ++border;
    }
    int found = 0;
    for (int i = 0; i < bytes.length && found < part.length; i++) {
      while (found >= 0 && part[found] != bytes[i]) {
        found = borders[found];
      }
      found++;
    }
    return found == part.length;
  }

  /**
   * The text for which the language reads these bytes.
   *
   * @param bytes any number
   * @return as Python shows them, such as {@code b'a\n'}
   */
  public static String literal(byte[] bytes) {
    String inside = new String(bytes, StandardCharsets.ISO_8859_1);
    char quote = inside.indexOf('\'') >= 0 && inside.indexOf('"') < 0 ? '"' : '\'';
    StringBuilder text = new StringBuilder("b").append(quote);
    for (int i = 0; i < inside.length(); i++) {
      char c = inside.charAt(i);
      switch (c) {
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        case '\\' -> text.append("\\\\");
        default ->
            text.append(c == quote ? "\\" : "")
                .append(
                    c >= ' ' && c < 127 ? String.valueOf(c) : String.format("\\x%02x", (int) c));
      }
    }
    return text.append(quote).toString();
  }
}
