package dev.lanes.lang;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the parser makes of a text: nodes in an order in which every argument stands before its use,
 * so that nothing that walks a tree needs recursion.
 *
 * <p>Immutable, hence thread-safe.
 *
 * @param text the expression as it was written
 * @param nodes arguments first
 * @param names variables in order of first appearance
 * @param results what is wanted, at least one
 */
public record Tree(String text, List<Node> nodes, List<String> names, List<Result> results) {

  /**
   * One result.
   *
   * @param name what the text calls it, empty for an expression that gives it no name
   * @param node index of its value
   */
  public record Result(String name, int node) {}

  /** One part of an expression. */
  public sealed interface Node {
    /**
     * Where it stands.
     *
     * @return zero-based column of its name or operator
     */
    int column();
  }

  /**
   * A value in the text.
   *
   * @param value a Boolean, Long, Double, {@link Imaginary} or {@code byte[]}
   * @param column where it stands
   */
  public record Literal(Object value, int column) implements Node {}

  /**
   * A multiple of the imaginary unit.
   *
   * @param value the factor
   */
  public record Imaginary(double value) {}

  /**
   * A name that stands for a number unless the caller gives an operand of that name.
   *
   * @param name one of {@link #NAMES}
   * @param column where it stands
   */
  public record Constant(String name, int column) implements Node {
    private static final Map<String, Double> VALUES =
        Map.of("pi", Math.PI, "e", Math.E, "inf", Double.POSITIVE_INFINITY, "nan", Double.NaN);

    /** The names that have a value of their own. */
    public static final Set<String> NAMES = VALUES.keySet();

    /**
     * What the name stands for.
     *
     * @return the number nearest to it
     */
    public double value() {
      return VALUES.get(name);
    }
  }

  /**
   * A variable.
   *
   * @param index into the tree's names
   * @param column where it stands
   */
  public record Name(int index, int column) implements Node {}

  /**
   * How a reduction takes place.
   *
   * @param axes as written, negative ones counting from the end; null for all
   * @param keepDims whether reduced axes stay, with one element
   * @param ddof what var and std take off the count
   */
  public record Options(List<Integer> axes, boolean keepDims, int ddof) {
    /** Over everything. */
    public static final Options DEFAULT = new Options(null, false, 0);
  }

  /**
   * An operation on earlier nodes.
   *
   * @param op the row of the operator table, or a function of the caller's
   * @param arguments indices of nodes
   * @param options of a reduction
   * @param column where the operator or function name stands
   */
  public record Call(Operation op, List<Integer> arguments, Options options, int column)
      implements Node {

    /**
     * An operation without options.
     *
     * @param op the row of the operator table, or a function of the caller's
     * @param arguments indices of nodes
     * @param column where the operator or function name stands
     */
    public Call(Operation op, List<Integer> arguments, int column) {
      this(op, arguments, Options.DEFAULT, column);
    }

    /** The same operation of other nodes, elsewhere. */
    Call moved(List<Integer> newArguments, int newColumn) {
      return new Call(op, newArguments, options, newColumn);
    }
  }

  /**
   * The same text with constants whose names are given turned into variables.
   *
   * @param given names of operands
   * @return this tree where no constant has such a name
   */
  public Tree binding(Set<String> given) {
    List<String> all = new ArrayList<>(names);
    List<Node> bound = new ArrayList<>(nodes);
    for (int i = 0; i < bound.size(); i++) {
      if (bound.get(i) instanceof Constant constant && given.contains(constant.name)) {
        if (!all.contains(constant.name)) {
          all.add(constant.name);
        }
        bound.set(i, new Name(all.indexOf(constant.name), constant.column));
      }
    }
    return all.size() == names.size()
        ? this
        : new Tree(text, List.copyOf(bound), List.copyOf(all), results);
  }

  /**
   * The names in the text that have a value of their own.
   *
   * @return sorted, each once
   */
  public List<String> constants() {
    return nodes.stream()
        .filter(Constant.class::isInstance)
        .map(node -> ((Constant) node).name)
        .distinct()
        .sorted()
        .toList();
  }
}
