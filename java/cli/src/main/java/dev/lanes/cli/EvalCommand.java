package dev.lanes.cli;

import com.grack.nanojson.JsonWriter;
import dev.lanes.Expression;
import dev.lanes.NDArray;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
      "Examples: lanes eval '2*a + 3*b' a=a.npy b=1.5 -o c.npy",
      "          lanes eval 'd = a - b; low = min(d)' a=a.npy b=1 -o d=d.npy"
    })
final class EvalCommand implements Callable<Integer>, ErrorReport.HasExpression {

  private static final Pattern NAMED = Pattern.compile("([\\p{L}_][\\p{L}\\p{N}_]*)=(.+)");

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
      paramLabel = "[name=]out.npy",
      description =
          "write the result to this file; of a program the result or value of that name, as often"
              + " as needed")
  private List<String> outputs = List.of();

  @Option(names = "--json", description = "print one JSON object")
  private boolean asJson;

  private EvalCommand() {}

  @Override
  public String expression() {
    return options.text();
  }

  @Override
  public Integer call() {
    List<String> values = options.begin(operands);
    Expression expression = options.compile(options.text());
    Map<String, Path> files = files(expression.results());
    List<String> results = new ArrayList<>(expression.results());
    for (String name : files.keySet()) {
      if (!results.contains(name)) {
        results.add(name);
      }
    }
    if (results.size() > expression.results().size()) {
      expression = expression.withResults(results.toArray(String[]::new));
    }
    List<String> names = Operands.wanted(expression);
    try (Operands given = Operands.parse(values, names, false)) {
      long start = System.nanoTime();
      Map<String, NDArray> all = expression.evaluateAll(given.values());
      double seconds = (System.nanoTime() - start) * 1e-9;
      try {
        files.forEach((name, file) -> write(file, all.get(name)));
        print(all, files, seconds);
      } finally {
        all.values().forEach(NDArray::close);
      }
      noteUnused(given, names);
    }
    return 0;
  }

  /** The file for each result that is to be written. */
  private Map<String, Path> files(List<String> results) {
    Map<String, Path> files = new LinkedHashMap<>();
    for (String text : outputs) {
      Matcher named = NAMED.matcher(text);
      if (!named.matches() && results.size() > 1) {
        throw new InputException(
            "-o " + text + ": there are the results " + results + "; write -o name=" + text);
      }
      String name = named.matches() ? named.group(1) : results.get(0);
      if (files.put(name, Path.of(named.matches() ? named.group(2) : text)) != null) {
        throw new InputException("-o " + text + ": this result has a file already");
      }
    }
    return files;
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

  private void print(Map<String, NDArray> all, Map<String, Path> files, double seconds) {
    PrintWriter out = spec.commandLine().getOut();
    if (asJson) {
      out.println(JsonWriter.string(json(all, files, seconds)));
      return;
    }
    for (Map.Entry<String, NDArray> each : all.entrySet()) {
      boolean isScalar = each.getValue().rank() == 0;
      if (all.size() > 1) {
        out.print(each.getKey() + (isScalar ? " = " : ":" + System.lineSeparator()));
      }
      if (isScalar) {
        out.println(Summary.text(Summary.item(each.getValue())));
      } else {
        Summary.of(each.getValue(), options::compile).print(out);
      }
    }
  }

  private Map<String, Object> json(
      Map<String, NDArray> all, Map<String, Path> files, double seconds) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("expression", options.text());
    object.put("engine", options.engine().name());
    object.put("threads", options.threads());
    List<Map<String, Object>> results = new ArrayList<>();
    all.forEach((name, array) -> results.add(json(name, array, files.get(name))));
    if (results.size() == 1) {
      object.putAll(results.get(0));
    } else {
      object.put("results", results);
    }
    object.put("seconds", seconds);
    return object;
  }

  private Map<String, Object> json(String name, NDArray result, Path file) {
    Map<String, Object> object = new LinkedHashMap<>();
    if (!name.isEmpty()) {
      object.put("name", name);
    }
    object.put("dtype", result.dtype().toString());
    object.put("shape", LongStream.of(result.shape()).boxed().toList());
    if (result.rank() == 0) {
      object.put("value", Summary.json(Summary.item(result)));
    } else {
      Summary summary = Summary.of(result, options::compile);
      object.put("min", Summary.json(summary.min()));
      object.put("max", Summary.json(summary.max()));
      object.put("mean", Summary.json(summary.mean()));
      object.put("nan", summary.nans());
    }
    if (file != null) {
      object.put("output", file.toString());
    }
    return object;
  }
}
