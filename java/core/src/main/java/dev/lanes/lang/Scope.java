package dev.lanes.lang;

import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the names of a text stand for, and the nodes made so far. A function's body is parsed once,
 * into nodes that no result reaches; a call copies them with its arguments in place of the
 * parameters, so that definitions cost no stack, and copies count against the limit before they are
 * made.
 */
final class Scope {

  /** The most operators, names and constants of one text, calls of its functions written out. */
  static final int MAX_NODES = 1 << 16;

  /** The most operands of one text. */
  static final int MAX_NAMES = 1 << 12;

  /**
   * What a function is called with.
   *
   * @param name in its body, and in calls where it has a fallback
   * @param fallback its value where a call gives none, or null when each has to
   * @param column where it stands
   */
  record Parameter(String name, Object fallback, int column) {}

  /**
   * A function defined in the language.
   *
   * @param parameters what it takes, those with a fallback last
   * @param first index of its first node; those of its parameters come first
   * @param body its nodes
   * @param result index of its value
   * @param isBuiltIn whether errors inside it belong to the call
   */
  record Function(
      List<Parameter> parameters, int first, List<Tree.Node> body, int result, boolean isBuiltIn) {

    /** How many arguments a call has at most. */
    int arity() {
      return parameters.size();
    }

    /** How many arguments a call has at least. */
    int required() {
      return (int) parameters.stream().filter(each -> each.fallback() == null).count();
    }

    /** The parameters that calls may name. */
    List<String> options() {
      return parameters.stream().skip(required()).map(Parameter::name).toList();
    }

    /** The place of a parameter. */
    int indexOf(String name) {
      return parameters.stream().map(Parameter::name).toList().indexOf(name);
    }
  }

  private final List<Tree.Node> nodes = new ArrayList<>();
  private final Map<String, Integer> operands = new LinkedHashMap<>();
  private final Map<String, Integer> locals = new LinkedHashMap<>();
  private final Map<String, Function> functions = new HashMap<>();
  private final Map<String, External> externals;
  private final Set<String> used = new HashSet<>();
  private List<Parameter> heads = List.of();
  private Map<String, Integer> parameters = Map.of();
  private String defining;
  private boolean isBuiltIn;

  Scope(Map<String, External> externals) {
    this.externals = externals;
  }

  /**
   * Makes errors inside the functions of this scope those of the calls, and its constants fixed.
   */
  void setBuiltIn() {
    isBuiltIn = true;
  }

  Map<String, Function> functions() {
    return functions;
  }

  /** Names of functions that are not the language's own. */
  Set<String> functionNames() {
    Set<String> names = new HashSet<>(functions.keySet());
    names.addAll(externals.keySet());
    return names;
  }

  /** A function of the caller's, or null. */
  External external(String name) {
    return externals.get(name);
  }

  List<Tree.Node> nodes() {
    return nodes;
  }

  /** Names that are not assigned in the text, in order of first appearance. */
  List<String> operands() {
    return List.copyOf(operands.keySet());
  }

  /** Assigned names and their nodes, in the order of the assignments. */
  Map<String, Integer> locals() {
    return locals;
  }

  boolean isUsed(String local) {
    return used.contains(local);
  }

  int add(Tree.Node node) {
    requireRoom(1, node.column());
    nodes.add(node);
    return nodes.size() - 1;
  }

  private void requireRoom(int count, int column) {
    if (nodes.size() + count > MAX_NODES) {
      throw new LanesException(
          Code.LIMIT,
          "the text has more than " + MAX_NODES + " parts, with its functions written out",
          column,
          null);
    }
  }

  /** The node of a name: a parameter, an assigned name, a constant or else an operand. */
  int name(String name, int column) {
    Integer known = parameters.get(name);
    if (known != null) {
      return known;
    }
    known = locals.get(name);
    if (known != null) {
      used.add(name);
      return known;
    }
    if (name.equals("True") || name.equals("False")) {
      return add(new Tree.Literal(name.equals("True"), column));
    }
    if (isBuiltIn) {
      return add(new Tree.Literal(new Tree.Constant(name, column).value(), column));
    }
    if (operands.size() == MAX_NAMES && !operands.containsKey(name)) {
      throw new LanesException(
          Code.LIMIT, "the text has more than " + MAX_NAMES + " operands", column, null);
    }
    int index = operands.computeIfAbsent(name, key -> operands.size());
    return add(
        Tree.Constant.NAMES.contains(name)
            ? new Tree.Constant(name, column)
            : new Tree.Name(index, column));
  }

  /** Every name means one thing in the whole text. */
  void assign(String name, int node, int column) {
    if (locals.containsKey(name)) {
      throw error(Spelling.quote(name) + " is assigned above; use another name here", column);
    }
    if (operands.containsKey(name)) {
      throw error(
          Spelling.quote(name)
              + " stands for an operand or a constant above; use another name for the value",
          column);
    }
    locals.put(name, node);
  }

  Function function(String name, int column) {
    if (name.equals(defining)) {
      throw error(
          "function "
              + Spelling.quote(name)
              + " uses itself; recursion is not part of the language",
          column);
    }
    return functions.get(name);
  }

  /** Begins a definition; until {@link #define} its parameters hide other names. */
  int begin(String name, int column, List<Parameter> newParameters) {
    if (functions.containsKey(name)) {
      throw error(
          "function " + Spelling.quote(name) + " is defined above; use another name", column);
    }
    int first = nodes.size();
    parameters = new HashMap<>();
    for (Parameter each : newParameters) {
      int node = add(new Tree.Name(-1, each.column()));
      if (parameters.put(each.name(), node) != null) {
        throw error(Spelling.quote(each.name()) + " is a parameter twice", each.column());
      }
    }
    heads = List.copyOf(newParameters);
    defining = name;
    return first;
  }

  void define(int first, int result) {
    List<Tree.Node> body = List.copyOf(nodes.subList(first, nodes.size()));
    functions.put(defining, new Function(heads, first, body, result, isBuiltIn));
    defining = null;
    parameters = Map.of();
  }

  /** A function's value for these arguments. */
  int call(Function function, List<Integer> arguments, int column) {
    int start = nodes.size() - function.arity();
    int copied = function.body.size() - function.arity();
    requireRoom(copied, column);
    for (int i = function.arity(); i < function.body.size(); i++) {
      Tree.Node node = function.body.get(i);
      int at = function.isBuiltIn ? column : node.column();
      if (node instanceof Tree.Call call) {
        List<Integer> moved =
            call.arguments().stream()
                .map(argument -> moved(argument, function, arguments, start))
                .toList();
        node = call.moved(moved, at);
      }
      nodes.add(node);
    }
    return moved(function.result, function, arguments, start);
  }

  private static int moved(int node, Function function, List<Integer> arguments, int start) {
    int inside = node - function.first;
    if (inside < 0) {
      return node;
    }
    return inside < function.arity() ? arguments.get(inside) : start + inside;
  }

  private static LanesException error(String message, int column) {
    return new LanesException(Code.SYNTAX, message, column, null);
  }
}
