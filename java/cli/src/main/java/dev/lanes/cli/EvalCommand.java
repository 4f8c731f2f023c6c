package dev.lanes.cli;

import com.grack.nanojson.JsonWriter;
import dev.lanes.Expression;
import dev.lanes.NDArray;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanes eval}: an expression over .npy files and numbers. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Evaluate an expression over .npy files and numbers.",
    footer = {
      "",
      "A single value is printed; of an array its dtype, shape, min, max and mean.",
      "Example: lanes eval '2*a + 3*b' a=a.npy b=1.5 -o c.npy"
    })
final class EvalCommand implements Callable<Integer>, ErrorReport.HasExpression {

  @Spec private CommandSpec spec;
  @Mixin private ExpressionOptions options;

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "name=value",
      description = "an operand: a .npy file, or a number such as 2, -1.5, 1e3, True")
  private List<String> operands = List.of();

  @Option(
      names = {"-o", "--out"},
      paramLabel = "out.npy",
      description = "write the result to this file")
  private Path output;

  @Option(names = "--json", description = "print one JSON object")
  private boolean asJson;

  private EvalCommand() {}

  @Override
  public String expression() {
    return options.text;
  }

  @Override
  public Integer call() {
    Expression expression = options.compile(options.text);
    List<String> names = expression.variables();
    try (Operands given = Operands.parse(operands, names, false)) {
      long start = System.nanoTime();
      try (NDArray result = expression.evaluate(given.values())) {
        double seconds = (System.nanoTime() - start) * 1e-9;
        if (output != null) {
          write(output, result);
        }
        print(result, seconds);
        noteUnused(given, names);
      }
    }
    return 0;
  }

  private void noteUnused(Operands given, List<String> names) {
    for (String name : given.values().keySet()) {
      if (!names.contains(name)) {
        ErrorReport.print(
            spec.commandLine().getErr(), "note: the expression does not use '" + name + "'");
      }
    }
  }

  /** Writes what {@code -o} asks for. */
  static void write(Path output, NDArray result) {
    if (Files.isDirectory(output)) {
      throw new InputException("-o " + output + ": this is a folder");
    }
    try {
      Npy.write(output, result);
    } catch (IOException e) {
      throw new InputException("-o " + output + ": " + ErrorReport.reason(e));
    }
  }

  private void print(NDArray result, double seconds) {
    PrintWriter out = spec.commandLine().getOut();
    boolean isScalar = result.rank() == 0;
    Summary summary = isScalar ? null : Summary.of(result, options::compile);
    if (asJson) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("expression", options.text);
      object.put("engine", options.engine().name());
      object.put("threads", options.threads());
      object.put("dtype", result.dtype().toString());
      object.put("shape", LongStream.of(result.shape()).boxed().toList());
      if (isScalar) {
        object.put("value", Summary.json(Summary.item(result)));
      } else {
        object.put("min", Summary.json(summary.min()));
        object.put("max", Summary.json(summary.max()));
        object.put("mean", Summary.json(summary.mean()));
        object.put("nan", summary.nans());
      }
      if (output != null) {
        object.put("output", output.toString());
      }
      object.put("seconds", seconds);
      out.println(JsonWriter.string(object));
    } else if (isScalar) {
      out.println(Summary.text(Summary.item(result)));
    } else {
      summary.print(out);
    }
  }
}
