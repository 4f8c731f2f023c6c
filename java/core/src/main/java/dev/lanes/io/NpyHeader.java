package dev.lanes.io;

import dev.lanes.DType;
import dev.lanes.Kind;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What stands in front of the elements of an .npy file: a magic number, a version and a Python dict
 * literal with the keys descr, fortran_order and shape. Source: NEP 1 and the documentation of
 * numpy.lib.format.
 *
 * @param dtype of the elements
 * @param order their byte order
 * @param fortran whether the first axis runs fastest
 * @param shape lengths of the axes
 * @param bytes of the whole header, where the elements begin
 */
record NpyHeader(DType dtype, ByteOrder order, boolean fortran, List<Long> shape, int bytes) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final int LONGEST =
      1 << 20; // of headers; ours need at most 2 KB, those of structured dtypes may be long
  private static final int MAX_RANK = 64;
  private static final int GROWTH_DIGITS =
      21; // room that NumPy leaves for the length of the slowest axis to be overwritten

  /** The lengths of the axes. */
  long[] lengths() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }

  /** The bytes of all elements; {@link #read} made sure that they can be counted. */
  long dataBytes() {
    return shape.stream().reduce((long) dtype.bytes(), (a, b) -> a * b);
  }

  /** Reads a header from where a channel stands; {@code name} is what messages call the file. */
  static NpyHeader read(String name, ReadableByteChannel in) throws IOException {
    ByteBuffer start = fill(name, in, MAGIC.length + 2);
    byte[] magic = new byte[MAGIC.length];
    start.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      boolean zip = magic[0] == 'P' && magic[1] == 'K';
      throw damaged(
          name,
          zip
              ? "this is an .npz archive; extract the .npy files in it"
              : "no .npy file, the magic number differs");
    }
    int major = start.get();
    int minor = start.get();
    if (major < 1 || major > 3 || minor != 0) {
      throw damaged(
          name,
          "format version " + (major & 0xff) + "." + (minor & 0xff) + " is none of 1.0, 2.0, 3.0");
    }
    int lengthBytes = major == 1 ? Short.BYTES : Integer.BYTES;
    ByteBuffer length = fill(name, in, lengthBytes);
    long textBytes = major == 1 ? length.getShort() & 0xffff : length.getInt() & 0xffffffffL;
    if (textBytes > LONGEST) {
      throw damaged(name, "a header of " + textBytes + " bytes, more than " + LONGEST);
    }
    String text = StandardCharsets.ISO_8859_1.decode(fill(name, in, (int) textBytes)).toString();
    return new Parser(name, text).header(MAGIC.length + 2 + lengthBytes + (int) textBytes);
  }

  private static ByteBuffer fill(String name, ReadableByteChannel in, int bytes)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (in.read(buffer) < 0) {
        throw damaged(name, "it ends within its header");
      }
    }
    return buffer.flip();
  }

  static LanesException damaged(String name, String why) {
    return new LanesException(Code.FORMAT, name + ": " + why);
  }

  /**
   * The header as NumPy writes it, in the oldest version, which holds every shape that arrays can
   * have.
   */
  static ByteBuffer write(DType dtype, boolean fortran, long... lengths) {
    StringBuilder text =
        new StringBuilder("{'descr': '").append(descr(dtype)).append("', 'fortran_order': ");
    text.append(fortran ? "True" : "False").append(", 'shape': (");
    for (int axis = 0; axis < lengths.length; axis++) {
      text.append(axis == 0 ? "" : " ")
          .append(lengths[axis])
          .append(axis + 1 < lengths.length || axis == 0 ? "," : "");
    }
    text.append("), }");
    if (lengths.length > 0) {
      long slowest = lengths[fortran ? lengths.length - 1 : 0];
      text.append(" ".repeat(GROWTH_DIGITS - Long.toString(slowest).length()));
    }
    int before = MAGIC.length + 2 + Short.BYTES;
    int padding = ALIGNMENT - (before + text.length() + 1) % ALIGNMENT;
    text.append(" ".repeat(padding)).append('\n');
    ByteBuffer header = ByteBuffer.allocate(before + text.length()).order(ByteOrder.LITTLE_ENDIAN);
    header.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) text.length());
    return header.put(text.toString().getBytes(StandardCharsets.ISO_8859_1)).flip();
  }

  private static String descr(DType dtype) {
    char order = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? '<' : '>';
    if (dtype.kind() == Kind.BYTES) {
      return "|S" + dtype.bytes();
    } else if (dtype == DType.BFLOAT16) {
      return order + "V2";
    }
    char letter =
        switch (dtype.toString().charAt(0)) {
          case 'b' -> 'b';
          case 'u' -> 'u';
          case 'i' -> 'i';
          case 'f' -> 'f';
          default -> 'c';
        };
    return (dtype.bytes() == 1 ? '|' : order) + "" + letter + dtype.bytes();
  }

  /** Reads the dict: it has a known form, so nothing nests and nothing recurses. */
  private static final class Parser {
    private final String name;
    private final String text;
    private int at;

    private DType dtype;
    private ByteOrder order;
    private Boolean fortran;
    private List<Long> shape;

    Parser(String name, String text) {
      this.name = name;
      this.text = text;
    }

    NpyHeader header(int bytes) {
      expect('{');
      while (peek() != '}') {
        entry();
        if (peek() != '}') {
          expect(',');
        }
      }
      expect('}');
      peek();
      if (at < text.length()) {
        throw unexpected("the end of the header");
      }
      require("descr", dtype);
      require("fortran_order", fortran);
      require("shape", shape);
      checkSize();
      return new NpyHeader(dtype, order, fortran, shape, bytes);
    }

    private void require(String key, Object value) {
      if (value == null) {
        throw damaged(name, "the header has no '" + key + "'");
      }
    }

    private void entry() {
      String key = string();
      expect(':');
      boolean again =
          switch (key) {
            case "descr" -> dtype != null;
            case "fortran_order" -> fortran != null;
            case "shape" -> shape != null;
            default -> throw damaged(name, "the header has an unknown key '" + key + "'");
          };
      if (again) {
        throw damaged(name, "the header has '" + key + "' twice");
      }
      switch (key) {
        case "descr" -> descr();
        case "shape" -> shape = tuple();
        default -> fortran = bool();
      }
    }

    /** The next character that is no white space, 0 at the end. */
    private char peek() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      return at < text.length() ? text.charAt(at) : 0;
    }

    private void expect(char wanted) {
      if (peek() != wanted || at == text.length()) {
        throw unexpected("'" + wanted + "'");
      }
      at++;
    }

    private LanesException unexpected(String wanted) {
      String found =
          at < text.length() ? String.format("character 0x%02x", (int) text.charAt(at)) : "the end";
      return damaged(
          name, "the header has " + found + " at position " + at + " instead of " + wanted);
    }

    private String string() {
      char quote = peek();
      if (quote != '\'' && quote != '"') {
        throw unexpected("a quoted string");
      }
      int end = text.indexOf(quote, at + 1);
      if (end < 0) {
        throw damaged(name, "the header has a string without an end");
      }
      String value = text.substring(at + 1, end);
      at = end + 1;
      return value.length() > 100 ? value.substring(0, 100) + "..." : value;
    }

    private boolean bool() {
      peek();
      for (String word : List.of("True", "False")) {
        if (text.startsWith(word, at)) {
          at += word.length();
          return word.equals("True");
        }
      }
      throw unexpected("True or False");
    }

    private List<Long> tuple() {
      List<Long> lengths = new ArrayList<>();
      boolean comma = true;
      expect('(');
      while (peek() != ')') {
        if (!comma) {
          throw unexpected("','");
        }
        lengths.add(length());
        comma = peek() == ',';
        at += comma ? 1 : 0;
      }
      expect(')');
      if (lengths.size() == 1 && !comma) {
        throw damaged(name, "the shape is a number, not a tuple");
      }
      return lengths;
    }

    private long length() {
      if (peek() == '-') {
        throw damaged(name, "the shape has a negative length");
      }
      int start = at;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        at++;
      }
      if (at == start) {
        throw unexpected("a length");
      }
      String digits = text.substring(start, at);
      if (at < text.length() && text.charAt(at) == 'L') { // as Python 2 wrote them
        at++;
      }
      try {
        return Long.parseLong(digits);
      } catch (NumberFormatException e) {
        throw damaged(name, "the shape has a length beyond 2^63");
      }
    }

    private void checkSize() {
      if (shape.size() > MAX_RANK) {
        throw damaged(name, shape.size() + " axes, more than " + MAX_RANK);
      }
      long bytes = dtype.bytes();
      try {
        for (long length : shape) {
          bytes = Math.multiplyExact(bytes, Math.max(length, 1));
        }
      } catch (ArithmeticException e) {
        throw damaged(name, "shape " + shape + " of " + dtype + " is beyond 2^63 bytes");
      }
    }

    private void descr() {
      char first = peek();
      if (first == '[' || first == '(' || first == '{') {
        throw new LanesException(
            Code.TYPE,
            name + ": structured dtypes are not supported; save each field as an array of its own");
      }
      String descr = string();
      String plain = descr.replaceFirst("^[<>|=]", "");
      order =
          switch (descr.isEmpty() ? ' ' : descr.charAt(0)) {
            case '<' -> ByteOrder.LITTLE_ENDIAN;
            case '>' -> ByteOrder.BIG_ENDIAN;
            default -> ByteOrder.nativeOrder();
          };
      dtype =
          switch (plain) {
            case "b1", "?" -> DType.BOOL;
            case "i1" -> DType.INT8;
            case "u1" -> DType.UINT8;
            case "i2" -> DType.INT16;
            case "u2" -> DType.UINT16;
            case "i4" -> DType.INT32;
            case "u4" -> DType.UINT32;
            case "i8" -> DType.INT64;
            case "f2" -> DType.FLOAT16;
            case "V2" -> DType.BFLOAT16;
            case "f4" -> DType.FLOAT32;
            case "f8" -> DType.FLOAT64;
            case "c8" -> DType.COMPLEX64;
            case "c16" -> DType.COMPLEX128;
            default -> byteString(descr, plain);
          };
    }

    private DType byteString(String descr, String plain) {
      if (plain.matches("S[1-9]\\d{0,8}")) {
        return DType.bytes(Integer.parseInt(plain.substring(1)));
      }
      String meaning = meaning(plain);
      if (meaning == null) {
        throw damaged(name, "the descr '" + descr + "' is no dtype");
      }
      throw new LanesException(Code.TYPE, name + ": elements of dtype '" + descr + "', " + meaning);
    }

    /** What NumPy's other dtypes are, and what to do about them; null for what is none. */
    private static String meaning(String plain) {
      if (!plain.matches("[a-zA-Z]\\d*(\\[.*\\])?")) {
        return null;
      }
      if (plain.equals("u8")) {
        return "uint64, are not supported; save them as int64 or float64";
      }
      return switch (plain.charAt(0)) {
        case 'O' -> "Python objects, are not supported (and reading them would run code)";
        case 'U' -> "Unicode strings, are not supported; save them as bytes (dtype S)";
        case 'M' -> "dates, are not supported; save their view as int64";
        case 'm' -> "time spans, are not supported; save their view as int64";
        case 'S', 'a' -> "byte strings of a length that is not supported";
        case 'V' -> "raw bytes, are not supported but for 2 bytes, which are bfloat16";
        case 'f', 'g' -> "floats of extended precision, are not supported; save them as float64";
        case 'c' ->
            "complex numbers of extended precision, are not supported; save them as complex128";
        default -> null;
      };
    }
  }
}
