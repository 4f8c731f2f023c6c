package dev.lanes.cli;

import dev.lanes.DType;
import dev.lanes.Expression;
import dev.lanes.LanesException;
import dev.lanes.NDArray;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The operands of a command line: {@code name=file.npy}, {@code name=number}. */
final class Operands implements AutoCloseable {

  private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+");
  private static final Pattern FLOAT =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
  private static final Pattern NOT_FINITE = Pattern.compile("(?i)([+-]?)(nan|inf|infinity)");
  private static final Pattern TYPED =
      Pattern.compile("([A-Za-z]+\\d*(?:\\(\\d+\\))?)(?::(\\d+(?:x\\d+)*))?");

  /** What an operand is that is given as a dtype without a shape. */
  static final long DEFAULT_SIZE = 1_000_000;

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final List<NDArray> arrays = new ArrayList<>();
  private final List<String> unshaped = new ArrayList<>();

  private Operands() {}

  /**
   * Reads operands.
   *
   * @param texts {@code name=value} each
   * @param wanted the names that the expression uses; what others stand for is not opened
   * @param areTyped whether {@code float64:1000x1000} is a value too
   */
  static Operands parse(List<String> texts, List<String> wanted, boolean areTyped) {
    Operands operands = new Operands();
    try {
      for (String text : texts) {
        int equals = text.indexOf('=');
        if (equals < 1) {
          throw new InputException(
              "an operand is "
                  + (areTyped ? "name=dtype:shape, " : "")
                  + "name=file.npy or name=number, not '"
                  + text
                  + "'");
        }
        String name = text.substring(0, equals).strip();
        if (operands.values.containsKey(name)) {
          throw new InputException("operand '" + name + "' is given twice");
        }
        String value = text.substring(equals + 1);
        operands.values.put(
            name, wanted.contains(name) ? operands.value(name, value, areTyped) : Boolean.FALSE);
      }
      return operands;
    } catch (RuntimeException | Error e) {
      operands.close();
      throw e;
    }
  }

  /** The names that an expression takes: its operands, and constants that give way to operands. */
  static List<String> wanted(Expression expression) {
    List<String> wanted = new ArrayList<>(expression.variables());
    wanted.addAll(expression.constants());
    return wanted;
  }

  /** A Boolean, a Number or an array for each name. */
  Map<String, Object> values() {
    return values;
  }

  /** Names of operands that have {@link #DEFAULT_SIZE} elements because no shape was given. */
  List<String> unshaped() {
    return unshaped;
  }

  private Object value(String name, String text, boolean areTyped) {
    Object number = number(name, text);
    if (number != null) {
      return number;
    }
    NDArray array = areTyped ? typed(name, text) : null;
    if (array == null) {
      array = file(name, text);
    }
    arrays.add(array);
    return array;
  }

  private static Object number(String name, String text) {
    switch (text) {
      case "True", "true":
        return true;
      case "False", "false":
        return false;
      default:
    }
    if (INTEGER.matcher(text).matches()) {
      try {
        return Long.valueOf(text);
      } catch (NumberFormatException e) {
        throw new InputException(name + "=" + text + ": the integer does not fit into 64 bits");
      }
    }
    if (FLOAT.matcher(text).matches()) {
      return Double.valueOf(text);
    }
    Matcher notFinite = NOT_FINITE.matcher(text);
    if (notFinite.matches()) {
      boolean isNan = notFinite.group(2).equalsIgnoreCase("nan");
      double value = isNan ? Double.NaN : Double.POSITIVE_INFINITY;
      return notFinite.group(1).equals("-") ? -value : value;
    }
    return null;
  }

  /** An array of the dtype and shape that takes memory for one element, or null. */
  private NDArray typed(String name, String text) {
    Matcher matcher = TYPED.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    DType dtype;
    try {
      dtype = DType.of(matcher.group(1));
    } catch (LanesException e) {
      if (matcher.group(2) == null && Files.exists(Path.of(text))) {
        return null;
      }
      throw new InputException(name + "=" + text + ": " + e.getMessage());
    }
    long[] shape = {DEFAULT_SIZE};
    if (matcher.group(2) == null) {
      unshaped.add(name);
    } else {
      String[] lengths = matcher.group(2).split("x");
      shape = new long[lengths.length];
      for (int i = 0; i < lengths.length; i++) {
        try {
          shape[i] = Long.parseLong(lengths[i]);
        } catch (NumberFormatException e) {
          throw new InputException(name + "=" + text + ": " + lengths[i] + " is too long an axis");
        }
      }
    }
    return NDArray.allocate(dtype, 1).broadcastTo(shape);
  }

  private static NDArray file(String name, String text) {
    Path path;
    try {
      path = Path.of(text);
    } catch (InvalidPathException e) {
      throw new InputException(name + "=" + text + ": " + e.getReason());
    }
    if (text.isEmpty() || !Files.exists(path)) {
      throw new InputException(
          name + "=" + text + ": there is no such file, and it is not a number");
    }
    if (Files.isDirectory(path)) {
      throw new InputException(name + "=" + text + ": this is a folder, not a .npy file");
    }
    try {
      return open(path);
    } catch (LanesException e) {
      throw new InputException("operand '" + name + "': " + e.getMessage());
    } catch (IOException e) {
      throw new InputException(name + "=" + text + ": " + ErrorReport.reason(e));
    }
  }

  /** The array in a .npy file, the only operand of a command. */
  static NDArray only(Path path) {
    if (Files.isDirectory(path)) {
      throw new InputException(path + ": this is a folder, not a .npy file");
    }
    try {
      return open(path);
    } catch (LanesException e) {
      throw new InputException(path + ": " + e.getMessage());
    } catch (IOException e) {
      throw new InputException(path + ": " + ErrorReport.reason(e));
    }
  }

  /** Maps what can be mapped. Pipes and files in the other byte order have to be read. */
  static NDArray open(Path path) throws IOException {
    if (Files.isRegularFile(path)) {
      try {
        return Npy.map(path);
      } catch (LanesException | IOException e) {
        // Reading works, or tells what is wrong.
        return Npy.read(path);
      }
    }
    return Npy.read(path);
  }

  @Override
  public void close() {
    arrays.forEach(NDArray::close);
  }
}
