package dev.lanes;

import dev.lanes.lang.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Shows arrays as NumPy's {@code str} does: nested brackets, columns that line up, lines of at most
 * 75 characters, and of arrays of more than 1000 elements only the first and the last three along
 * each axis.
 */
final class ArrayText {
  private static final int THRESHOLD = 1000;
  private static final int EDGE = 3;
  private static final int WIDTH = 75;
  private static final long MOST_SHOWN =
      100_000; // many short axes are not abridged; a text of gigabytes helps nobody

  private final NDArray array;
  private final Layout layout;
  private final boolean abridged;
  private LongFunction<String> format; // of the element at a byte offset

  private ArrayText(NDArray array) {
    this.array = array;
    this.layout = array.layout();
    this.abridged = array.size() > THRESHOLD;
  }

  static String of(NDArray array) {
    try {
      array.memory().acquire();
    } catch (LanesException e) {
      return "closed " + array.dtype() + " " + Arrays.toString(array.shape());
    }
    try {
      return new ArrayText(array).text();
    } finally {
      array.memory().release();
    }
  }

  private String text() {
    if (array.size() == 0) {
      return "[]";
    } else if (array.rank() == 0) {
      return alone(layout.offset);
    }
    double shown = 1;
    for (int axis = 0; axis < layout.rank(); axis++) {
      shown *= indexes(axis).count();
    }
    if (shown > MOST_SHOWN) {
      return array.dtype() + " " + Arrays.toString(layout.shape);
    }
    List<Long> offsets = new ArrayList<>();
    collect(0, layout.offset, offsets);
    format = formatter(offsets);
    StringBuilder text = new StringBuilder();
    append(text, 0, layout.offset);
    return text.toString();
  }

  private boolean isAbridged(int axis) {
    return abridged && layout.shape[axis] > 2 * EDGE;
  }

  /** The indexes that are shown along an axis. */
  private LongStream indexes(int axis) {
    long length = layout.shape[axis];
    return isAbridged(axis)
        ? LongStream.concat(LongStream.range(0, EDGE), LongStream.range(length - EDGE, length))
        : LongStream.range(0, length);
  }

  private void collect(int axis, long offset, List<Long> offsets) {
    if (axis == layout.rank()) {
      offsets.add(offset);
    } else {
      indexes(axis).forEach(i -> collect(axis + 1, offset + i * layout.strides[axis], offsets));
    }
  }

  private void append(StringBuilder text, int axis, long offset) {
    long[] indexes = indexes(axis).toArray();
    text.append('[');
    if (axis == layout.rank() - 1) {
      appendLine(text, indexes, offset);
    } else {
      String separator = "\n".repeat(layout.rank() - axis - 1) + " ".repeat(axis + 1);
      for (int i = 0; i < indexes.length; i++) {
        text.append(i == 0 ? "" : separator);
        if (i == EDGE && isAbridged(axis)) {
          text.append("...").append(separator);
        }
        append(text, axis + 1, offset + indexes[i] * layout.strides[axis]);
      }
    }
    text.append(']');
  }

  /** The elements along the last axis, in as many lines as they need. */
  private void appendLine(StringBuilder text, long[] indexes, long offset) {
    int axis = layout.rank() - 1;
    int indent = layout.rank();
    int room = WIDTH - layout.rank(); // the closing brackets fit behind
    List<String> words = new ArrayList<>();
    for (int i = 0; i < indexes.length; i++) {
      if (i == EDGE && isAbridged(axis)) {
        words.add("...");
      }
      words.add(format.apply(offset + indexes[i] * layout.strides[axis]));
    }
    int column = indent;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (i > 0 && column + 1 + word.length() > room) {
        while (text.charAt(text.length() - 1) == ' ') {
          text.setLength(text.length() - 1);
        }
        text.append('\n').append(" ".repeat(indent));
        column = indent;
      } else if (i > 0) {
        text.append(' ');
        column++;
      }
      text.append(word);
      column += word.length();
    }
  }

  /** How elements are written, so that those at the given offsets line up. */
  private LongFunction<String> formatter(List<Long> offsets) {
    Memory memory = array.memory();
    DType dtype = array.dtype();
    switch (dtype.kind()) {
      case BOOL:
        return offset -> memory.getByte(offset) != 0 ? " True" : "False";
      case INT32, INT64:
        int width = offsets.stream().mapToInt(offset -> alone(offset).length()).max().orElse(0);
        return offset -> " ".repeat(width - alone(offset).length()) + alone(offset);
      case FLOAT32, FLOAT64:
        FloatText floats = new FloatText(reals(offsets), dtype, false);
        return offset -> floats.format(Element.getDouble(memory, dtype, offset));
      case COMPLEX128:
        FloatText real = new FloatText(reals(offsets), dtype, false);
        List<Double> values =
            offsets.stream().map(offset -> Element.getImaginary(memory, dtype, offset)).toList();
        FloatText imaginary = new FloatText(values, dtype, true);
        return offset ->
            real.format(Element.getDouble(memory, dtype, offset))
                + withUnit(imaginary.format(Element.getImaginary(memory, dtype, offset)));
      default:
        return this::alone;
    }
  }

  private List<Double> reals(List<Long> offsets) {
    return offsets.stream()
        .map(offset -> Element.getDouble(array.memory(), array.dtype(), offset))
        .toList();
  }

  private static String withUnit(String number) {
    String digits = number.stripTrailing();
    return digits + "j" + number.substring(digits.length());
  }

  /** One element by itself. */
  private String alone(long offset) {
    Memory memory = array.memory();
    DType dtype = array.dtype();
    return switch (dtype.kind()) {
      case BOOL -> memory.getByte(offset) != 0 ? "True" : "False";
      case INT32, INT64 -> Long.toString(Element.getLong(memory, dtype, offset));
      case FLOAT32, FLOAT64 -> FloatText.alone(Element.getDouble(memory, dtype, offset), dtype);
      case COMPLEX128 ->
          complex(
              Element.getDouble(memory, dtype, offset),
              Element.getImaginary(memory, dtype, offset));
      case BYTES -> Bytes.literal(Bytes.trimmed(Element.getBytes(memory, offset, dtype.bytes())));
    };
  }

  private String complex(double real, double imaginary) {
    String part = FloatText.alone(imaginary, array.dtype()).replaceFirst("\\.0$", "") + "j";
    if (Double.doubleToRawLongBits(real) == 0) {
      return part;
    }
    String sign = part.startsWith("-") ? "" : "+";
    return "(" + FloatText.alone(real, array.dtype()).replaceFirst("\\.0$", "") + sign + part + ")";
  }
}
