package dev.lanes.cli;

import com.grack.nanojson.JsonWriter;
import dev.lanes.Expression;
import dev.lanes.NDArray;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanes stats}: what is in a .npy file. */
@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Show dtype, shape, least, greatest, mean and standard deviation of an array.",
    footer = {"", "NaN is counted and left out of the rest. Example: lanes stats a.npy"})
final class StatsCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "file.npy", description = "the array")
  private Path file;

  @Option(names = "--json", description = "print one JSON object")
  private boolean asJson;

  private StatsCommand() {}

  @Override
  public Integer call() {
    try (NDArray array = Operands.only(file)) {
      Summary summary = Summary.of(array, Expression::compile);
      Double deviation = summary.mean() == null ? null : deviation(array, summary);
      print(summary, deviation);
    }
    return 0;
  }

  /** Of the population, as NumPy's {@code std}. */
  private static double deviation(NDArray array, Summary summary) {
    Expression squares = Expression.compile("sum(where(x == x, (x*one - mean)**2, 0))");
    // An array, not a number: it makes the terms float64 whatever x is.
    try (NDArray one = NDArray.of(new double[] {1});
        NDArray sum = squares.evaluate(Map.of("x", array, "one", one, "mean", summary.mean()))) {
      return Math.sqrt(sum.getDouble() / (array.size() - summary.nans()));
    }
  }

  private void print(Summary summary, Double deviation) {
    PrintWriter out = spec.commandLine().getOut();
    if (!asJson) {
      summary.print(out);
      if (deviation != null) {
        out.println("std    " + deviation);
      }
      return;
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", file.toString());
    object.put("dtype", summary.dtype().toString());
    object.put("shape", LongStream.of(summary.shape()).boxed().toList());
    object.put("min", Summary.json(summary.min()));
    object.put("max", Summary.json(summary.max()));
    object.put("mean", Summary.json(summary.mean()));
    object.put("std", Summary.json(deviation));
    object.put("nan", summary.nans());
    out.println(JsonWriter.string(object));
  }
}
