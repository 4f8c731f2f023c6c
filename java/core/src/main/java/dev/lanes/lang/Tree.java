package dev.lanes.lang;

import java.util.List;

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
   * @param value a Boolean, Long or Double
   * @param column where it stands
   */
  public record Literal(Object value, int column) implements Node {}

  /**
   * A variable.
   *
   * @param index into the tree's names
   * @param column where it stands
   */
  public record Name(int index, int column) implements Node {}

  /**
   * An operation on earlier nodes.
   *
   * @param op the row of the operator table
   * @param arguments indices of nodes
   * @param column where the operator or function name stands
   */
  public record Call(Op op, List<Integer> arguments, int column) implements Node {}
}
