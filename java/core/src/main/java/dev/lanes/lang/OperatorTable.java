package dev.lanes.lang;

import dev.lanes.DType;
import dev.lanes.Kind;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The operator table as others need it: C++ as {@code ops.def}, the native library's handshake as
 * text, people as Markdown.
 */
public final class OperatorTable {

  private OperatorTable() {}

  /**
   * The contents of {@code native/src/ops.def}.
   *
   * @return X-macro lines, kernels and reductions in the order of their numbers
   */
  public static String opsDef() {
    StringBuilder text = new StringBuilder();
    text.append(
        "// The operator table for C++, rendered from Op.java; OperatorTableTest fails when it is stale and rewrites it on request.\n");
    text.append(
        "// LANES_KERNEL(name, key kind, result kind, argument kinds (_ = none), ULP bound); the line number is the kernel's number.\n");
    for (Kernel kernel : Op.allKernels()) {
      text.append("LANES_KERNEL(").append(fields(kernel, ", ")).append(")\n");
    }
    text.append(
        "// LANES_REDUCTION(name, key kind, result kind, accumulator kind); numbered likewise.\n");
    for (Reduction reduction : Op.allReductions()) {
      text.append("LANES_REDUCTION(").append(fields(reduction, ", ")).append(")\n");
    }
    return text.toString();
  }

  /**
   * What {@code lanes_table} of a fitting native library answers.
   *
   * @return a line per kernel, reduction and dtype
   */
  public static String handshake() {
    StringBuilder text = new StringBuilder();
    Op.allKernels()
        .forEach(kernel -> text.append("kernel ").append(fields(kernel, " ")).append('\n'));
    Op.allReductions()
        .forEach(
            reduction -> text.append("reduction ").append(fields(reduction, " ")).append('\n'));
    for (DType dtype : DType.fixed()) {
      String name = dtype.toString().toUpperCase(java.util.Locale.ROOT);
      text.append(
          String.format(
              "dtype %s %d %d %c%n", name, dtype.code(), dtype.bytes(), dtype.kind().letter()));
    }
    text.append(String.format("dtype BYTES %d 0 s%n", DType.bytes(1).code()));
    return text.toString().replace(System.lineSeparator(), "\n");
  }

  private static String fields(Kernel kernel, String separator) {
    List<Kind> arguments = kernel.arguments();
    StringBuilder text = new StringBuilder(kernel.op().id());
    text.append(separator)
        .append(kernel.key().letter())
        .append(separator)
        .append(kernel.result().letter());
    for (int i = 0; i < 3; i++) {
      text.append(separator).append(i < arguments.size() ? arguments.get(i).letter() : '_');
    }
    return text.append(separator).append(kernel.ulp()).toString();
  }

  private static String fields(Reduction reduction, String separator) {
    return String.join(
        separator,
        reduction.op().id(),
        String.valueOf(reduction.key().letter()),
        String.valueOf(reduction.result().letter()),
        String.valueOf(reduction.inner().letter()));
  }

  /**
   * The table of operators and functions for the language reference.
   *
   * @return Markdown, one row per operation
   */
  public static String markdown() {
    StringBuilder text =
        new StringBuilder("| written | kinds | result | ULP | meaning |\n|---|---|---|---|---|\n");
    for (Op op : Op.values()) {
      if (op.form() == Op.Form.FUSED) {
        continue;
      }
      text.append("| `").append(written(op).replace("|", "\\|")).append("` | ");
      text.append(kinds(op)).append(" | ").append(result(op)).append(" | ");
      text.append(
              op.isReduction()
                  ? "same bits everywhere"
                  : op.ulp() == 0 ? "exact" : String.valueOf(op.ulp()))
          .append(" | ")
          .append(op.documentation())
          .append(" |\n");
    }
    return text.toString();
  }

  /**
   * The further names of functions for the language reference.
   *
   * @return Markdown, one line for rows with a second name and one for each definition
   */
  public static String names() {
    StringBuilder text = new StringBuilder("```\n");
    Names.sameAsRows()
        .forEach(
            (name, op) ->
                text.append(name).append("(...) = ").append(op.symbol()).append("(...)\n"));
    Names.definitions().forEach(definition -> text.append(definition).append('\n'));
    return text.append("```\n").toString();
  }

  private static String written(Op op) {
    return switch (op.form()) {
      case INFIX -> "a " + op.symbol() + " b";
      case PREFIX -> op.symbol() + "x";
      case FUSED -> op.symbol();
      case FUNCTION ->
          op == Op.WHERE
              ? "where(c, x, y)"
              : op.symbol() + List.of("(x)", "(x, y)", "(x, y, z)").get(op.arity() - 1);
    };
  }

  private static String kinds(Op op) {
    List<Kind> keys =
        op.isReduction()
            ? op.reductions().stream().map(Reduction::key).toList()
            : op.kernels().stream().map(Kernel::key).toList();
    return keys.stream().map(Kind::toString).collect(Collectors.joining(" "));
  }

  private static String result(Op op) {
    List<Kind> keys =
        op.isReduction()
            ? op.reductions().stream().map(Reduction::key).toList()
            : op.kernels().stream().map(Kernel::key).toList();
    List<Kind> results =
        op.isReduction()
            ? op.reductions().stream().map(Reduction::result).toList()
            : op.kernels().stream().map(Kernel::result).toList();
    if (results.equals(keys)) {
      return "same";
    }
    return results.stream().map(Kind::toString).distinct().collect(Collectors.joining(" "));
  }
}
