package dev.lanes.lang;

import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * Text to tree: statements, each a definition {@code f(x) = ...}, an assignment {@code name = ...}
 * or a bare expression, which {@link Formula} reads.
 */
public final class Parser {

  /** The longest text that is read, in UTF-16 units. */
  public static final int MAX_LENGTH = 1 << 20;

  /** The most operators, names and constants of one text, calls of its functions written out. */
  public static final int MAX_NODES = Scope.MAX_NODES;

  /**
   * What stands before the body of a function.
   *
   * @param name of the function
   * @param parameters in their order
   * @param body the reader at the body
   */
  private record Head(String name, List<Scope.Parameter> parameters, Tokens body) {

    /** The head of a definition that starts at a name, or null when none does. */
    static Head at(Tokens start) {
      Tokens ahead = new Tokens(start);
      List<Scope.Parameter> parameters = new ArrayList<>();
      ahead.next();
      do {
        ahead.next(); // the parenthesis or a comma
        if (ahead.type != Tokens.Type.NAME) {
          return null;
        }
        String name = ahead.string;
        int column = ahead.column;
        ahead.next();
        Object fallback = null;
        if (ahead.is("=")) {
          ahead.next();
          fallback = constant(ahead);
          if (fallback == null) {
            return null;
          }
        }
        parameters.add(new Scope.Parameter(name, fallback, column));
      } while (ahead.is(","));
      if (!ahead.is(")")) {
        return null;
      }
      ahead.next();
      if (!ahead.is("=")) {
        return null;
      }
      ahead.next();
      return new Head(start.string, parameters, ahead);
    }

    /** Reads a number or a truth value, or gives null. */
    private static Object constant(Tokens ahead) {
      boolean isNegative = ahead.is("-");
      if (isNegative) {
        ahead.next();
      }
      Object value = ahead.type == Tokens.Type.NUMBER ? ahead.value : null;
      if (!isNegative && (ahead.isWord("True") || ahead.isWord("False"))) {
        value = ahead.isWord("True");
      }
      ahead.next();
      return isNegative ? negative(value) : Tokens.BEYOND_INT64.equals(value) ? null : value;
    }

    private static Object negative(Object value) {
      if (value instanceof Long number) {
        return -number;
      }
      if (value instanceof Double number) {
        return -number;
      }
      return value instanceof Tree.Imaginary number ? new Tree.Imaginary(-number.value()) : null;
    }
  }

  private final String text;
  private final Scope scope;
  private Tokens tokens;
  private int last = -1; // node of the bare expression

  private Parser(String text, Map<String, External> externals) {
    this.text = text;
    this.scope = new Scope(externals);
    this.tokens = new Tokens(text);
  }

  /**
   * Parses a text.
   *
   * @param text statements
   * @return its tree; the results are the bare expression at the end or, without one, the assigned
   *     names that no later statement uses
   * @throws LanesException with the column, code SYNTAX, UNKNOWN_FUNCTION, ARITY or LIMIT
   */
  public static Tree parse(String text) {
    return parse(text, List.of(), Map.of());
  }

  /**
   * Parses a text for some of its names.
   *
   * @param text statements
   * @param results assigned names in any order, or none for what the text itself gives
   * @return its tree, without what the results do not need
   * @throws LanesException as the form with functions of the caller's does
   */
  public static Tree parse(String text, List<String> results) {
    return parse(text, results, Map.of());
  }

  /**
   * Parses a text for some of its names.
   *
   * @param text statements
   * @param results assigned names in any order, or none for what the text itself gives
   * @param externals functions of the caller's, by name
   * @return its tree, without what the results do not need
   * @throws LanesException with the column, code SYNTAX, UNKNOWN_FUNCTION, ARITY or LIMIT; code
   *     UNKNOWN_NAME for a result that the text does not assign
   */
  public static Tree parse(String text, List<String> results, Map<String, External> externals) {
    if (text.length() > MAX_LENGTH) {
      throw new LanesException(
          Code.LIMIT,
          "the expression has "
              + text.length()
              + " characters; at most "
              + MAX_LENGTH
              + " are read");
    }
    Parser parser = new Parser(text, externals);
    parser.statements();
    return parser.tree(results.isEmpty() ? parser.results() : parser.chosen(results));
  }

  /**
   * Whether a text is one name that may stand for an operand.
   *
   * @param text any text
   * @return false also for words that the language reserves
   */
  public static boolean isName(String text) {
    try {
      Tokens tokens = new Tokens(text);
      return tokens.type == Tokens.Type.NAME
          && tokens.string.equals(text)
          && !isReserved(tokens.string);
    } catch (LanesException e) {
      return false;
    }
  }

  private static boolean isReserved(String name) {
    return Formula.WORDS.containsKey(name)
        || name.equals("in")
        || name.equals("True")
        || name.equals("False");
  }

  /** The functions that a text defines. */
  static Map<String, Scope.Function> functions(String text) {
    Parser parser = new Parser(text, Map.of());
    parser.scope.setBuiltIn();
    parser.statements();
    return parser.scope.functions();
  }

  private void statements() {
    while (tokens.type != Tokens.Type.END) {
      if (tokens.type == Tokens.Type.SEPARATOR) {
        tokens.next();
      } else {
        statement();
      }
    }
  }

  private void statement() {
    if (last >= 0) {
      throw error(
          "the value of the statement before this one is lost; give it a name, or put an expression"
              + " of several lines into parentheses",
          tokens.column);
    }
    Tokens ahead = new Tokens(tokens);
    if (tokens.type == Tokens.Type.NAME) {
      ahead.next();
    }
    Head head = tokens.type == Tokens.Type.NAME && ahead.is("(") ? Head.at(tokens) : null;
    if (head != null) {
      define(head);
    } else if (tokens.type == Tokens.Type.NAME && ahead.is("=")) {
      assign(ahead);
    } else {
      last = new Formula(tokens, scope).expression();
    }
  }

  private void assign(Tokens equals) {
    String name = tokens.string;
    int column = tokens.column;
    requireName(name, column);
    tokens = equals;
    tokens.next();
    scope.assign(name, new Formula(tokens, scope).expression(), column);
  }

  private void define(Head head) {
    requireName(head.name, tokens.column);
    int first = scope.begin(head.name, tokens.column, head.parameters);
    boolean hasFallback = false;
    for (Scope.Parameter each : head.parameters) {
      requireName(each.name(), each.column());
      if (hasFallback && each.fallback() == null) {
        throw error(
            Spelling.quote(each.name()) + " needs a value too: those with one stand last",
            each.column());
      }
      hasFallback = each.fallback() != null;
    }
    tokens = head.body;
    scope.define(first, new Formula(tokens, scope).expression());
  }

  private static void requireName(String name, int column) {
    if (isReserved(name)) {
      throw error("'" + name + "' cannot be a name", column);
    }
  }

  /** Whether a function is defined behind a place, where it cannot be called yet. */
  static boolean isDefinedBehind(String name, Tokens place) {
    Tokens ahead = new Tokens(place);
    try {
      for (boolean starts = false; ahead.type != Tokens.Type.END; ahead.next()) {
        if (starts && ahead.isWord(name)) {
          Tokens parenthesis = new Tokens(ahead);
          parenthesis.next();
          if (parenthesis.is("(") && Head.at(ahead) != null) {
            return true;
          }
        }
        starts = ahead.type == Tokens.Type.SEPARATOR;
      }
    } catch (LanesException e) {
      return false; // the text is broken further on, which is not what is to be reported
    }
    return false;
  }

  private List<Tree.Result> results() {
    List<Tree.Result> results = new ArrayList<>();
    scope
        .locals()
        .forEach(
            (name, node) -> {
              if (!scope.isUsed(name)) {
                results.add(new Tree.Result(name, node));
              }
            });
    if (last < 0) {
      if (results.isEmpty()) {
        boolean isEmpty = scope.nodes().isEmpty();
        throw error(isEmpty ? "the expression is empty" : "the text has no value", text.length());
      }
      return results;
    }
    if (!results.isEmpty()) {
      throw error(
          "the last value needs a name, for "
              + Spelling.quote(results.get(0).name())
              + " is a result too: nothing uses it",
          scope.nodes().get(last).column());
    }
    return List.of(new Tree.Result("", last));
  }

  private List<Tree.Result> chosen(List<String> names) {
    return names.stream()
        .distinct()
        .map(
            name -> {
              Integer node = scope.locals().get(name);
              if (node == null) {
                throw new LanesException(
                    Code.UNKNOWN_NAME,
                    "the text assigns no "
                        + Spelling.quote(name)
                        + Spelling.hint(name, scope.locals().keySet().stream()));
              }
              return new Tree.Result(name, node);
            })
        .toList();
  }

  /** The part of the nodes that results need, and the operands that it reads. */
  private Tree tree(List<Tree.Result> results) {
    List<Tree.Node> all = scope.nodes();
    BitSet needed = new BitSet();
    results.forEach(result -> needed.set(result.node()));
    BitSet read = new BitSet();
    for (int i = needed.length() - 1; i >= 0; i = needed.previousSetBit(i - 1)) {
      if (all.get(i) instanceof Tree.Call call) {
        call.arguments().forEach(needed::set);
      } else if (all.get(i) instanceof Tree.Name name) {
        read.set(name.index());
      }
    }
    List<Tree.Node> nodes = new ArrayList<>();
    int[] moved = new int[needed.length()];
    for (int i = needed.nextSetBit(0); i >= 0; i = needed.nextSetBit(i + 1)) {
      moved[i] = nodes.size();
      nodes.add(move(all.get(i), moved, read));
    }
    List<String> operands = scope.operands();
    return new Tree(
        text,
        List.copyOf(nodes),
        read.stream().mapToObj(operands::get).toList(),
        results.stream().map(r -> new Tree.Result(r.name(), moved[r.node()])).toList());
  }

  private static Tree.Node move(Tree.Node node, int[] moved, BitSet read) {
    if (node instanceof Tree.Call call) {
      List<Integer> arguments = call.arguments().stream().map(i -> moved[i]).toList();
      return call.moved(arguments, call.column());
    }
    return node instanceof Tree.Name name
        ? new Tree.Name(read.get(0, name.index()).cardinality(), name.column())
        : node;
  }

  private static LanesException error(String message, int column) {
    return new LanesException(Code.SYNTAX, message, column, null);
  }
}
