package dev.lanes.lang;

import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what stands behind the argument of a reduction: the axis in the second place or by name,
 * {@code keepdims} and {@code ddof} by name, all of them constants.
 */
final class OptionsReader {

  private final Tokens tokens;
  private final Op op;
  private final List<String> seen = new ArrayList<>();
  private List<Integer> axes;
  private boolean keepDims;
  private int ddof;

  OptionsReader(Tokens tokens, Op op) {
    this.tokens = tokens;
    this.op = op;
  }

  /** Reads up to the parenthesis that closes the call. */
  Tree.Options read() {
    boolean isFirst = true;
    while (!tokens.is(")") || isFirst) {
      if (tokens.type == Tokens.Type.NAME && !tokens.isWord("None")) {
        named();
      } else if (isFirst) {
        seen.add("axis");
        axes();
      } else {
        throw error("options behind the axis have names, such as keepdims=True");
      }
      isFirst = false;
      if (tokens.is(",")) {
        tokens.next();
      } else if (!tokens.is(")")) {
        throw error("a comma or ')' is expected");
      }
    }
    return new Tree.Options(axes, keepDims, ddof);
  }

  private void named() {
    String name = tokens.string;
    int column = tokens.column;
    boolean divides = op == Op.VAR || op == Op.STD || op == Op.NANVAR || op == Op.NANSTD;
    List<String> known =
        divides ? List.of("axis", "keepdims", "ddof") : List.of("axis", "keepdims");
    if (!known.contains(name)) {
      throw new LanesException(
          Code.SYNTAX,
          "'" + op.symbol() + "' takes the options " + known + ", not " + Spelling.quote(name),
          column,
          null);
    }
    if (seen.contains(name)) {
      throw error("'" + name + "' is given twice");
    }
    seen.add(name);
    tokens.next();
    if (!tokens.is("=")) {
      throw error("'=' is expected behind '" + name + "'");
    }
    tokens.next();
    switch (name) {
      case "axis" -> axes();
      case "keepdims" -> keepDims();
      default -> ddof = integer();
    }
  }

  private void keepDims() {
    if (!tokens.isWord("True") && !tokens.isWord("False")) {
      throw error("keepdims is True or False");
    }
    keepDims = tokens.isWord("True");
    tokens.next();
  }

  private void axes() {
    if (tokens.isWord("None")) {
      tokens.next();
      return;
    }
    List<Integer> numbers = new ArrayList<>();
    if (tokens.is("(") || tokens.is("[")) {
      String close = tokens.is("(") ? ")" : "]";
      tokens.next();
      while (!tokens.is(close)) {
        numbers.add(integer());
        if (tokens.is(",")) {
          tokens.next();
        } else if (!tokens.is(close)) {
          throw error("a comma or '" + close + "' is expected");
        }
      }
      tokens.next();
    } else {
      numbers.add(integer());
    }
    axes = List.copyOf(numbers);
  }

  private int integer() {
    boolean isNegative = tokens.is("-");
    if (isNegative) {
      tokens.next();
    }
    if (tokens.type != Tokens.Type.NUMBER
        || !(tokens.value instanceof Long value)
        || value > Integer.MAX_VALUE) {
      throw error("an integer is expected");
    }
    tokens.next();
    return (int) (isNegative ? -value : value);
  }

  private LanesException error(String message) {
    return new LanesException(Code.SYNTAX, message, tokens.column, null);
  }
}
