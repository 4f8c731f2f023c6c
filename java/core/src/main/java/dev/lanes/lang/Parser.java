package dev.lanes.lang;

import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Text to tree by operator precedence with explicit stacks, so that neither length nor nesting can
 * overflow the thread's own. It knows no operator by name, only rows of {@link Op}.
 */
public final class Parser {

  /** The longest text that is read, in UTF-16 units. */
  public static final int MAX_LENGTH = 1 << 20;

  /** The most operators, names and constants of one expression. */
  public static final int MAX_NODES = 1 << 16;

  private static final Map<String, String> WORDS =
      Map.of(
          "and", "write & and put comparisons in parentheses",
          "or", "write | and put comparisons in parentheses",
          "not", "write ~",
          "if", "write where(condition, x, y)",
          "else", "write where(condition, x, y)",
          "in", "compare with == and join with |",
          "is", "write ==",
          "lambda", "an expression has no functions of its own");

  /** An operator that waits for its right argument, or an open parenthesis. */
  private record Pending(Op op, boolean isCall, int column, int operands) {
    boolean isOperator() {
      return op != null && !isCall;
    }
  }

  private final String text;
  private final Tokens tokens;
  private final List<Tree.Node> nodes = new ArrayList<>();
  private final Map<String, Integer> names = new LinkedHashMap<>();
  private final List<Integer> operands = new ArrayList<>();
  private final Deque<Pending> stack = new ArrayDeque<>();

  private Parser(String text) {
    this.text = text;
    this.tokens = new Tokens(text);
  }

  /**
   * Parses one expression.
   *
   * @param text the expression
   * @return its tree
   * @throws LanesException with the column, code SYNTAX, UNKNOWN_FUNCTION, ARITY or LIMIT
   */
  public static Tree parse(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new LanesException(
          Code.LIMIT,
          "the expression has "
              + text.length()
              + " characters; at most "
              + MAX_LENGTH
              + " are read");
    }
    return new Parser(text).parse();
  }

  private Tree parse() {
    boolean wantsOperand = true;
    while (tokens.type != Tokens.Type.END) {
      wantsOperand = wantsOperand ? operand() : operator();
    }
    if (wantsOperand) {
      throw error(
          operands.isEmpty() && stack.isEmpty()
              ? "the expression is empty"
              : "the expression ends where a value is expected");
    }
    while (!stack.isEmpty()) {
      if (!stack.peek().isOperator()) {
        throw error("this parenthesis is never closed", stack.peek().column());
      }
      reduce(stack.pop());
    }
    List<Tree.Result> results = List.of(new Tree.Result("", operands.get(0)));
    return new Tree(text, List.copyOf(nodes), List.copyOf(names.keySet()), results);
  }

  /** Takes a token where a value may start; tells whether a value is still wanted. */
  private boolean operand() {
    switch (tokens.type) {
      case NUMBER -> literal();
      case NAME -> {
        return name();
      }
      default -> {
        return prefix();
      }
    }
    tokens.next();
    return false;
  }

  private void literal() {
    Object value = tokens.number;
    if (value == Tokens.BEYOND_INT64 || Tokens.BEYOND_INT64.equals(value)) {
      if (stack.isEmpty() || stack.peek().op() != Op.NEG) {
        throw new LanesException(
            Code.LIMIT, "an integer constant does not fit into int64", tokens.column, null);
      }
      stack.pop();
      value = Long.MIN_VALUE;
    }
    push(new Tree.Literal(value, tokens.column));
  }

  private boolean name() {
    String name = tokens.string;
    int column = tokens.column;
    tokens.next();
    if (tokens.type == Tokens.Type.SYMBOL && tokens.string.equals("(")) {
      Op op = Op.function(name);
      if (op == null) {
        throw new LanesException(Code.UNKNOWN_FUNCTION, unknown(name), column, null);
      }
      stack.push(new Pending(op, true, column, operands.size()));
      tokens.next();
      return true;
    }
    if (name.equals("True") || name.equals("False")) {
      push(new Tree.Literal(name.equals("True"), column));
    } else if (WORDS.containsKey(name)) {
      throw error("'" + name + "' is not part of the language; " + WORDS.get(name), column);
    } else {
      push(new Tree.Name(names.computeIfAbsent(name, key -> names.size()), column));
    }
    return false;
  }

  private static String unknown(String name) {
    String near =
        Spelling.nearest(
            name,
            java.util.Arrays.stream(Op.values())
                .filter(op -> op.form() == Op.Form.FUNCTION)
                .map(Op::symbol));
    return "there is no function '"
        + name
        + "'"
        + (near == null ? "" : "; did you mean '" + near + "'?");
  }

  private boolean prefix() {
    String symbol = tokens.string;
    Op op = Op.operator(Op.Form.PREFIX, symbol);
    if (op != null) {
      stack.push(new Pending(op, false, tokens.column, operands.size()));
    } else if (symbol.equals("(")) {
      stack.push(new Pending(null, false, tokens.column, operands.size()));
    } else if (symbol.equals(")")
        && !stack.isEmpty()
        && stack.peek().isCall()
        && stack.peek().operands() == operands.size()) {
      call(stack.pop());
      tokens.next();
      return false;
    } else if (!symbol.equals("+")) {
      throw error("a value is expected before '" + symbol + "'");
    }
    tokens.next();
    return true;
  }

  /** Takes a token behind a value; tells whether a value is wanted next. */
  private boolean operator() {
    if (tokens.type != Tokens.Type.SYMBOL) {
      String hint = WORDS.get(tokens.string);
      throw error(
          hint == null
              ? "an operator is expected before '" + tokens.string + "'"
              : "'" + tokens.string + "' is not part of the language; " + hint);
    }
    String symbol = tokens.string;
    Op op = Op.operator(Op.Form.INFIX, symbol);
    boolean wantsOperand = true;
    if (op != null) {
      reduceStronger(op);
      stack.push(new Pending(op, false, tokens.column, operands.size()));
    } else if (symbol.equals(",")) {
      reduceToParenthesis();
      if (stack.isEmpty() || !stack.peek().isCall()) {
        throw error("a comma stands outside the arguments of a function");
      }
    } else if (symbol.equals(")")) {
      reduceToParenthesis();
      if (stack.isEmpty()) {
        throw error("this parenthesis was never opened");
      }
      Pending open = stack.pop();
      if (open.isCall()) {
        call(open);
      }
      wantsOperand = false;
    } else {
      throw error("an operator is expected before '" + symbol + "'");
    }
    tokens.next();
    return wantsOperand;
  }

  /**
   * Completes what binds at least as strongly as an operator about to be pushed; only the power
   * binds from the right.
   */
  private void reduceStronger(Op op) {
    while (!stack.isEmpty() && stack.peek().isOperator()) {
      Op waiting = stack.peek().op();
      if (waiting.precedence() < op.precedence() || (waiting == op && op == Op.POW)) {
        return;
      }
      if (waiting.precedence() == op.precedence() && op.precedence() == Op.LT.precedence()) {
        throw error("comparisons cannot be chained; write (a < b) & (b < c)");
      }
      reduce(stack.pop());
    }
  }

  private void reduceToParenthesis() {
    while (!stack.isEmpty() && stack.peek().isOperator()) {
      reduce(stack.pop());
    }
  }

  private void call(Pending open) {
    int count = operands.size() - open.operands();
    int arity = open.op().arity();
    if (count != arity) {
      throw new LanesException(
          Code.ARITY,
          "'"
              + open.op().symbol()
              + "' takes "
              + arity
              + (arity == 1 ? " argument, not " : " arguments, not ")
              + count,
          open.column(),
          null);
    }
    reduce(open);
  }

  private void reduce(Pending pending) {
    int arity = pending.op().arity();
    List<Integer> arguments = operands.subList(operands.size() - arity, operands.size());
    Tree.Call call = new Tree.Call(pending.op(), List.copyOf(arguments), pending.column());
    arguments.clear();
    push(call);
  }

  private void push(Tree.Node node) {
    if (nodes.size() == MAX_NODES) {
      throw new LanesException(
          Code.LIMIT, "the expression has more than " + MAX_NODES + " parts", node.column(), null);
    }
    nodes.add(node);
    operands.add(nodes.size() - 1);
  }

  private LanesException error(String message) {
    return error(message, tokens.column);
  }

  private static LanesException error(String message, int column) {
    return new LanesException(Code.SYNTAX, message, column, null);
  }
}
