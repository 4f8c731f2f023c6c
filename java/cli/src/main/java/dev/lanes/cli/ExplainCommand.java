package dev.lanes.cli;

import dev.lanes.Expression;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanes explain}: how an expression would run, without running it. */
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Show how an expression would run: passes, registers, bytes, threads.",
    footer = {"", "Example: lanes explain '2*a + 3*b' a=float64:1000x1000 b=float32:1000"})
final class ExplainCommand implements Callable<Integer>, ErrorReport.HasExpression {

  @Spec private CommandSpec spec;
  @Mixin private ExpressionOptions options;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "name=dtype[:shape]",
      description =
          "an operand: its dtype and shape, such as float64:1000x1000 (default: a million"
              + " elements), or a number or a .npy file as for eval")
  private List<String> operands = List.of();

  private ExplainCommand() {}

  @Override
  public String expression() {
    return options.text();
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    List<String> values = options.begin(operands);
    Expression expression = options.compile(options.text());
    try (Operands given = Operands.parse(values, Operands.wanted(expression), true)) {
      String plan = expression.explain(given.values());
      if (!given.unshaped().isEmpty()) {
        out.println(
            "taking "
                + Operands.DEFAULT_SIZE
                + " elements for "
                + String.join(", ", given.unshaped())
                + ", which came without a shape");
      }
      out.print(plan);
    }
    return 0;
  }
}
