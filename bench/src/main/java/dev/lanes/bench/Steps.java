package dev.lanes.bench;

import dev.lanes.lang.Parser;
import dev.lanes.lang.Tree;
import java.util.List;
import java.util.stream.Collectors;

/** An expression as a list of steps, for peers that have operations but no language. */
final class Steps {

  private Steps() {}

  /**
   * Spells the parsed text, as in {@code "const 2.0;var 0;* 0 1"}.
   *
   * @param text an expression over {@link Row#NAMES}
   */
  static String of(String text) {
    Tree tree = Parser.parse(text);
    return tree.nodes().stream()
        .map(node -> step(node, tree.names()))
        .collect(Collectors.joining(";"));
  }

  private static String step(Tree.Node node, List<String> names) {
    if (node instanceof Tree.Name name) {
      return "var " + Row.NAMES.indexOf(names.get(name.index()));
    }
    if (node instanceof Tree.Literal literal) {
      return "const " + ((Number) literal.value()).doubleValue();
    }
    Tree.Call call = (Tree.Call) node;
    return call.op().symbol()
        + call.arguments().stream().map(at -> " " + at).collect(Collectors.joining());
  }
}
