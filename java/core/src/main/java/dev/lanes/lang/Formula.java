package dev.lanes.lang;

import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One expression to nodes by operator precedence with explicit stacks, so that neither length nor
 * nesting can overflow the thread's own. It knows no operator by name, only rows of {@link Op}.
 */
final class Formula {

  /** What Python has and the language has not, with what to write instead. */
  static final Map<String, String> WORDS =
      Map.of(
          "and", "write & and put comparisons in parentheses",
          "or", "write | and put comparisons in parentheses",
          "not", "write ~",
          "if", "write where(condition, x, y)",
          "else", "write where(condition, x, y)",
          "is", "write ==",
          "lambda", "define a function before it is used: f(x) = 2*x");

  private static final Map<String, Op> INFIX = operators(Op.Form.INFIX);
  private static final Map<String, Op> PREFIX = operators(Op.Form.PREFIX);

  /** What is open on the stack. */
  private enum Opening {
    OPERATOR,
    PARENTHESIS,
    CALL,
    /** {@code isin(}, whose second argument is a list. */
    MEMBERSHIP,
    /** The values behind {@code in}. */
    LIST,
    /** The values behind {@code not in}. */
    LIST_OF_OTHERS
  }

  /** An operator that waits for its right argument, or an open parenthesis. */
  private record Pending(Opening opening, Callee callee, String name, int column, int operands) {

    boolean isOperator() {
      return opening == Opening.OPERATOR;
    }

    boolean isList() {
      return opening == Opening.LIST || opening == Opening.LIST_OF_OTHERS;
    }

    boolean isReduction() {
      return opening == Opening.CALL && callee.op() != null && callee.op().isReduction();
    }

    boolean takesCommas() {
      return !isOperator() && opening != Opening.PARENTHESIS;
    }
  }

  /** What is applied: an operation, or a function defined in the language. */
  private record Callee(Operation op, Scope.Function function) {
    int arity() {
      return op != null ? op.arity() : function.arity();
    }

    int required() {
      return op != null ? op.arity() : function.required();
    }

    List<String> options() {
      return op != null ? List.of() : function.options();
    }
  }

  private final Tokens tokens;
  private final Scope scope;
  private final List<Integer> operands = new ArrayList<>();
  private final Deque<Pending> stack = new ArrayDeque<>();
  private final Map<Integer, String> keywords = new HashMap<>(); // of operands, by their index
  private boolean isBehindList;
  private Tree.Options options = Tree.Options.DEFAULT;

  Formula(Tokens tokens, Scope scope) {
    this.tokens = tokens;
    this.scope = scope;
  }

  private static Map<String, Op> operators(Op.Form form) {
    Map<String, Op> operators = new HashMap<>();
    for (Op op : Op.values()) {
      if (op.form() == form) {
        operators.put(op.symbol(), op);
      }
    }
    return operators;
  }

  /** Reads up to the end of the statement and gives the node of its value. */
  int expression() {
    boolean wantsOperand = true;
    while (tokens.type != Tokens.Type.END && (wantsOperand || !tokens.endsStatement())) {
      if (tokens.type == Tokens.Type.SEPARATOR) {
        skipLineEnd();
      } else {
        wantsOperand = wantsOperand ? operand() : operator();
      }
    }
    if (wantsOperand) {
      throw error("the expression ends where a value is expected");
    }
    reduceToParenthesis();
    if (!stack.isEmpty()) {
      throw error("this parenthesis is never closed", stack.peek().column());
    }
    return operands.remove(0);
  }

  /** A line that ends where a value is still wanted goes on in the next one. */
  private void skipLineEnd() {
    if (tokens.string.equals(";")) {
      throw error("a value is expected before ';'");
    }
    tokens.next();
  }

  /** Takes a token where a value may start; tells whether a value is still wanted. */
  private boolean operand() {
    switch (tokens.type) {
      case NUMBER, BYTES -> literal();
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
    Object value = tokens.value;
    if (Tokens.BEYOND_INT64.equals(value)) {
      if (stack.isEmpty() || !stack.peek().isOperator() || stack.peek().callee().op() != Op.NEG) {
        throw new LanesException(
            Code.LIMIT, "an integer constant does not fit into int64", tokens.column, null);
      }
      stack.pop();
      value = Long.MIN_VALUE;
    }
    operands.add(scope.add(new Tree.Literal(value, tokens.column)));
  }

  private boolean name() {
    String name = tokens.string;
    int column = tokens.column;
    if (WORDS.containsKey(name) || name.equals("in")) {
      throw word();
    }
    tokens.next();
    if (!tokens.is("(")) {
      operands.add(scope.name(name, column));
      return false;
    }
    Scope.Function own = scope.function(name, column);
    Operation op = own == null ? scope.external(name) : null;
    if (own == null && op == null) {
      op = Names.function(name);
    }
    Scope.Function builtIn = own == null && op == null ? Names.inLanguage(name) : own;
    if (op == null && builtIn == null && name.equals(Names.MEMBERSHIP)) {
      push(Opening.MEMBERSHIP, null, name, column);
    } else if (op == null && builtIn == null) {
      throw new LanesException(
          Code.UNKNOWN_FUNCTION, Names.unknown(name, scope.functionNames(), tokens), column, null);
    } else {
      push(Opening.CALL, new Callee(op, builtIn), name, column);
      tokens.next();
      keyword();
      return true;
    }
    tokens.next();
    return true;
  }

  private void push(Opening opening, Callee callee, String name, int column) {
    stack.push(new Pending(opening, callee, name, column, operands.size()));
  }

  private boolean prefix() {
    String symbol = tokens.string;
    Op op = PREFIX.get(symbol);
    if (op != null) {
      push(Opening.OPERATOR, new Callee(op, null), symbol, tokens.column);
    } else if (symbol.equals("(")) {
      push(Opening.PARENTHESIS, null, symbol, tokens.column);
    } else if (closesEmpty(symbol)) {
      close(symbol);
      return false;
    } else if (symbol.equals("[")) {
      throw error("a list stands behind 'in' only");
    } else if (!symbol.equals("+")) {
      throw error("a value is expected before '" + symbol + "'");
    }
    tokens.next();
    return true;
  }

  /** Whether nothing, or nothing more, stands between the parentheses. */
  private boolean closesEmpty(String symbol) {
    if (stack.isEmpty() || !(symbol.equals(")") || symbol.equals("]"))) {
      return false;
    }
    Pending open = stack.peek();
    return open.isList() || open.opening() == Opening.CALL && open.operands() == operands.size();
  }

  /** Takes a token behind a value; tells whether a value is wanted next. */
  private boolean operator() {
    if (tokens.type == Tokens.Type.NAME) {
      return wordOperator();
    }
    if (tokens.type != Tokens.Type.SYMBOL) {
      throw error("an operator is expected before " + Spelling.quote(tokens.string));
    }
    String symbol = tokens.string;
    Op op = INFIX.get(symbol);
    if (op != null) {
      reduceStronger(op.precedence(), op == Op.POW);
      push(Opening.OPERATOR, new Callee(op, null), symbol, tokens.column);
      tokens.next();
      return true;
    }
    return switch (symbol) {
      case "," -> comma();
      case ")", "]" -> {
        reduceToParenthesis();
        close(symbol);
        yield false;
      }
      case "." -> attribute();
      case "=" -> throw error("'=' is not an operator here; write == to compare");
      case "[" ->
          throw error("'[' is not an operator here; take slices in Java, with NDArray.slice");
      default -> throw error("an operator is expected before '" + symbol + "'");
    };
  }

  private boolean wordOperator() {
    int column = tokens.column;
    boolean isNegated = tokens.isWord("not");
    if (isNegated) {
      Tokens ahead = new Tokens(tokens);
      ahead.next();
      if (ahead.isWord("in")) {
        tokens.next();
      }
    }
    if (!tokens.isWord("in")) {
      throw WORDS.containsKey(tokens.string)
          ? word()
          : error("an operator is expected before " + Spelling.quote(tokens.string));
    }
    reduceStronger(Op.EQ.precedence(), false);
    tokens.next();
    openList(isNegated ? Opening.LIST_OF_OTHERS : Opening.LIST, column);
    return true;
  }

  private void openList(Opening opening, int column) {
    if (!tokens.is("(") && !tokens.is("[")) {
      throw error("a list of values in parentheses is expected");
    }
    push(opening, null, tokens.string, column);
    tokens.next();
  }

  private LanesException word() {
    String hint = WORDS.getOrDefault(tokens.string, "compare with == and join with |");
    return error("'" + tokens.string + "' is not part of the language here; " + hint);
  }

  private boolean comma() {
    reduceToParenthesis();
    if (stack.isEmpty() || !stack.peek().takesCommas()) {
      throw error("a comma stands outside the arguments of a function");
    }
    int column = tokens.column;
    tokens.next();
    if (stack.peek().isReduction()) {
      options = new OptionsReader(tokens, (Op) stack.peek().callee().op()).read();
      return false;
    }
    if (stack.peek().opening() == Opening.MEMBERSHIP) {
      if (operands.size() != stack.peek().operands() + 1) {
        throw arity(stack.peek(), 2, operands.size() - stack.peek().operands());
      }
      openList(Opening.LIST, column);
    }
    keyword();
    return true;
  }

  /** The name of an argument, if one stands here; behind named ones all have names. */
  private void keyword() {
    Pending open = stack.peek();
    if (open.opening() != Opening.CALL) {
      return;
    }
    Tokens ahead = new Tokens(tokens);
    if (tokens.type == Tokens.Type.NAME) {
      ahead.next();
    }
    List<String> options = open.callee().options();
    String name = tokens.string;
    boolean isNamed = tokens.type == Tokens.Type.NAME && ahead.is("=");
    if (isNamed && !options.contains(name)) {
      throw error(
          Spelling.quote(open.name())
              + (options.isEmpty() ? " takes no options" : " takes the options " + options)
              + ", not "
              + Spelling.quote(name));
    }
    boolean follows =
        operands.size() > open.operands() && keywords.containsKey(operands.size() - 1);
    if (follows && !isNamed) {
      throw error("arguments behind " + keywords.get(operands.size() - 1) + "= have names too");
    }
    if (isNamed) {
      keywords.put(operands.size(), name);
      tokens.next();
      tokens.next();
    }
  }

  /** Python's {@code z.real}: a call of the function of that name. */
  private boolean attribute() {
    int column = tokens.column;
    tokens.next();
    if (!tokens.isWord("real") && !tokens.isWord("imag")) {
      throw error("behind a point only real and imag are attributes", column);
    }
    Op op = Names.function(tokens.string);
    if (op == null) {
      String message = Names.unknown(tokens.string, List.of(), tokens);
      throw new LanesException(Code.UNKNOWN_FUNCTION, message, tokens.column, null);
    }
    apply(
        new Pending(
            Opening.CALL, new Callee(op, null), tokens.string, tokens.column, operands.size() - 1));
    tokens.next();
    return false;
  }

  /**
   * Completes what binds at least as strongly as an operator about to be pushed; only the power
   * binds from the right.
   */
  private void reduceStronger(int precedence, boolean isPower) {
    boolean isComparison = precedence == Op.EQ.precedence();
    if (isBehindList && precedence >= Op.EQ.precedence()) {
      throw error(
          isComparison
              ? "comparisons cannot be chained; write (a in (1, 2)) & (b < c)"
              : "a list is complete; put parentheses around the values or the whole");
    }
    isBehindList = false;
    while (!stack.isEmpty() && stack.peek().isOperator()) {
      int waiting = ((Op) stack.peek().callee().op()).precedence();
      if (waiting < precedence || (waiting == precedence && isPower)) {
        return;
      }
      if (waiting == precedence && isComparison) {
        throw error("comparisons cannot be chained; write (a < b) & (b < c)");
      }
      apply(stack.pop());
    }
  }

  private void reduceToParenthesis() {
    isBehindList = false;
    while (!stack.isEmpty() && stack.peek().isOperator()) {
      apply(stack.pop());
    }
  }

  private void close(String symbol) {
    if (stack.isEmpty()) {
      throw error("this parenthesis was never opened");
    }
    Pending open = stack.peek();
    if ((open.isList() && open.name().equals("[")) != symbol.equals("]")) {
      throw error("'" + symbol + "' does not close what was opened");
    }
    stack.pop();
    tokens.next();
    switch (open.opening()) {
      case CALL -> call(open);
      case MEMBERSHIP -> throw arity(open, 2, operands.size() - open.operands());
      case LIST, LIST_OF_OTHERS -> closeList(open);
      default -> {}
    }
  }

  private void closeList(Pending list) {
    if (list.operands() == operands.size()) {
      throw error("a list has at least one value", list.column());
    }
    boolean isCall =
        !stack.isEmpty()
            && stack.peek().opening() == Opening.MEMBERSHIP
            && stack.peek().operands() == list.operands() - 1;
    if (isCall) {
      if (!tokens.is(")")) {
        throw error("'" + Names.MEMBERSHIP + "' takes an expression and one list");
      }
      stack.pop();
      tokens.next();
    }
    isBehindList = !isCall;
    member(list);
  }

  /** A value in a list, written out as comparisons. */
  private void member(Pending list) {
    int column = list.column();
    int value = operands.get(list.operands() - 1);
    List<Integer> choices = operands.subList(list.operands(), operands.size());
    int any = -1;
    for (int choice : choices) {
      int equal = scope.add(new Tree.Call(Op.EQ, List.of(value, choice), column));
      any = any < 0 ? equal : scope.add(new Tree.Call(Op.OR, List.of(any, equal), column));
    }
    choices.clear();
    if (list.opening() == Opening.LIST_OF_OTHERS) {
      any = scope.add(new Tree.Call(Op.INVERT, List.of(any), column));
    }
    operands.set(list.operands() - 1, any);
  }

  private void call(Pending open) {
    int count = operands.size() - open.operands();
    int arity = open.callee().arity();
    if (!open.callee().options().isEmpty()) {
      fill(open, count);
    } else if (count != arity) {
      throw arity(open, arity, count);
    }
    apply(open);
  }

  /** Puts named arguments in their places, and fallbacks where there is none. */
  private void fill(Pending open, int count) {
    Scope.Function function = open.callee().function();
    if (count > function.arity()) {
      throw arity(open, function.arity(), count);
    }
    Integer[] places = new Integer[function.arity()];
    for (int i = 0; i < count; i++) {
      String name = keywords.remove(open.operands() + i);
      int place = name == null ? i : function.indexOf(name);
      if (places[place] != null) {
        throw error(Spelling.quote(name) + " is given twice", open.column());
      }
      places[place] = operands.get(open.operands() + i);
    }
    operands.subList(open.operands(), operands.size()).clear();
    for (int i = 0; i < places.length; i++) {
      Object fallback = function.parameters().get(i).fallback();
      if (places[i] == null && fallback == null) {
        throw arity(open, function.required(), count);
      }
      operands.add(
          places[i] != null ? places[i] : scope.add(new Tree.Literal(fallback, open.column())));
    }
  }

  private static LanesException arity(Pending open, int arity, int count) {
    int least = open.callee() == null ? arity : open.callee().required();
    int most = open.callee() == null ? arity : open.callee().arity();
    return new LanesException(
        Code.ARITY,
        Spelling.quote(open.name())
            + " takes "
            + (least == most ? String.valueOf(arity) : least + " to " + most)
            + (most == 1 ? " argument, not " : " arguments, not ")
            + count,
        open.column(),
        null);
  }

  private void apply(Pending pending) {
    Callee callee = pending.callee();
    List<Integer> last = operands.subList(operands.size() - callee.arity(), operands.size());
    List<Integer> arguments = List.copyOf(last);
    last.clear();
    operands.add(
        callee.op() != null
            ? scope.add(new Tree.Call(callee.op(), arguments, options, pending.column()))
            : scope.call(callee.function(), arguments, pending.column()));
    options = Tree.Options.DEFAULT;
  }

  private LanesException error(String message) {
    return error(message, tokens.column);
  }

  private static LanesException error(String message, int column) {
    return new LanesException(Code.SYNTAX, message, column, null);
  }
}
