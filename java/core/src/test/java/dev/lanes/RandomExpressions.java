package dev.lanes;

import java.util.SplittableRandom;

/**
 * Writes random expressions that have a type, as people would: over operands of every kind, with
 * parentheses where needed.
 */
final class RandomExpressions {

  private static final String[] INTEGER_INFIX = {
    "+", "-", "*", "//", "%", "&", "|", "^", "<<", ">>", "**"
  };
  private static final String[] FLOAT_INFIX = {"+", "-", "*", "/", "//", "%"};
  private static final String[] COMPARISONS = {"<", "<=", ">", ">=", "==", "!="};

  private final SplittableRandom random;
  private final boolean exact;

  RandomExpressions(SplittableRandom random, boolean exact) {
    this.random = random;
    this.exact = exact;
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  String any(int depth) {
    return random.nextInt(6) == 0 ? complex(depth) : notComplex(depth);
  }

  private String notComplex(int depth) {
    return switch (random.nextInt(4)) {
      case 0 -> bool(depth);
      case 1 -> integer(depth);
      default -> real(depth);
    };
  }

  private String bool(int depth) {
    if (depth > 0 && random.nextInt(8) == 0) {
      return testOfBytes(depth - 1);
    }
    if (depth == 0) {
      return pick("p", "q", "True", "p");
    }
    return switch (random.nextInt(8)) {
      case 6 -> pick("any", "all") + reduced(any(depth - 1));
      case 7 -> "(" + complex(depth - 1) + " " + pick("==", "!=") + " " + complex(depth - 1) + ")";
      case 0 -> "(" + integer(depth - 1) + " " + pick(COMPARISONS) + " " + integer(depth - 1) + ")";
      case 1, 2 -> "(" + real(depth - 1) + " " + pick(COMPARISONS) + " " + real(depth - 1) + ")";
      case 3 -> "~" + bool(depth - 1);
      case 4 ->
          "("
              + bool(depth - 1)
              + " "
              + pick("&", "|", "^", "==", "<")
              + " "
              + bool(depth - 1)
              + ")";
      default -> "bool(" + any(depth - 1) + ")";
    };
  }

  private String testOfBytes(int depth) {
    String left = bytes(depth);
    String right = bytes(depth);
    return random.nextInt(3) == 0
        ? "contains(" + left + ", " + right + ")"
        : "(" + left + " " + pick(COMPARISONS) + " " + right + ")";
  }

  private String bytes(int depth) {
    return depth > 0 && random.nextInt(3) == 0
        ? "where(" + bool(depth - 1) + ", " + bytes(depth - 1) + ", " + bytes(depth - 1) + ")"
        : pick("t", "w", "t", "w", "b'a'", "'ab'", "b''");
  }

  private String integer(int depth) {
    if (depth == 0) {
      return pick("i", "j", "l", "s", "u", "3", "-7", "2147483648", "n");
    }
    return switch (random.nextInt(9)) {
      case 0 -> "-" + integer(depth - 1);
      case 1 -> "~" + integer(depth - 1);
      case 2 -> "abs(" + integer(depth - 1) + ")";
      case 3 ->
          "where(" + bool(depth - 1) + ", " + integer(depth - 1) + ", " + integer(depth - 1) + ")";
      case 4 -> "int32(" + notComplex(depth - 1) + ")";
      case 5 ->
          pick("sum", "min", "max", "prod", "argmin", "argmax", "nanmin", "count_nonzero")
              + reduced(integer(depth - 1));
      default ->
          "(" + integer(depth - 1) + " " + pick(INTEGER_INFIX) + " " + integer(depth - 1) + ")";
    };
  }

  private String real(int depth) {
    if (depth == 0) {
      return pick("f", "d", "e", "h", "2.5", "0.1", "k");
    }
    return switch (random.nextInt(12)) {
      case 10 -> pick("var", "std", "nanvar") + reduced(complex(depth - 1));
      case 11 -> "(" + complex(depth - 1) + ")" + pick(".real", ".imag");
      case 0 -> "-" + real(depth - 1);
      case 1 -> "sqrt(" + (exact ? notComplex(depth - 1) : any(depth - 1)) + ")";
      case 2 ->
          "where(" + bool(depth - 1) + ", " + real(depth - 1) + ", " + notComplex(depth - 1) + ")";
      case 3 -> "(" + real(depth - 1) + ")**" + pick("2", "3", "0.5", "-1");
      case 4 ->
          pick("sum", "min", "max", "mean", "var", "std", "nanmean", "nanmax", "nansum", "nanstd")
              + reduced(real(depth - 1));
      case 5 ->
          exact
              ? "abs(" + real(depth - 1) + ")"
              : pick("sin", "cos", "exp", "log") + "(" + any(depth - 1) + ")";
      case 6 ->
          "(" + integer(depth - 1) + " " + pick("+", "-", "*", "/") + " " + real(depth - 1) + ")";
      default -> "(" + real(depth - 1) + " " + pick(FLOAT_INFIX) + " " + real(depth - 1) + ")";
    };
  }

  private String complex(int depth) {
    if (depth == 0) {
      return pick("z", "v", "z", "v", "2j", "complex(d, f)");
    }
    return switch (random.nextInt(9)) {
      case 0 -> "-" + complex(depth - 1);
      case 1 -> pick("conj", "square", "round", "complex128") + "(" + complex(depth - 1) + ")";
      case 2 ->
          "where(" + bool(depth - 1) + ", " + complex(depth - 1) + ", " + any(depth - 1) + ")";
      case 3 ->
          pick("sum", "prod", "mean", "nansum", "nanprod", "nanmean") + reduced(complex(depth - 1));
      case 4 -> "complex(" + real(depth - 1) + ", " + integer(depth - 1) + ")";
      case 5 ->
          "(" + any(depth - 1) + " " + pick("+", "-", "*", "/") + " " + complex(depth - 1) + ")";
      default ->
          "(" + complex(depth - 1) + " " + pick("+", "-", "*", "/") + " " + any(depth - 1) + ")";
    };
  }

  /** The argument of a reduction, over everything or along axes that stay. */
  private String reduced(String argument) {
    return "("
        + argument
        + pick(
            "",
            "",
            ", axis=0, keepdims=True",
            ", axis=-1, keepdims=True",
            ", axis=(0, -1), keepdims=True",
            ", keepdims=True",
            ", axis=None")
        + ")";
  }

  /** A reduction along axes that do not stay, or that there are not. */
  String alongAxes(int depth) {
    String argument = random.nextInt(3) == 0 ? "(j + " + any(depth) + ")" : any(depth);
    return pick("sum", "prod", "min", "max", "mean", "std", "any", "argmin", "nansum", "nanmean")
        + "("
        + argument
        + pick(", axis=0", ", axis=-1", ", 1", ", axis=(0, 1)", ", axis=(-1, 0)", ", axis=2")
        + pick("", "", ", keepdims=True", ", keepdims=False")
        + ")";
  }
}
