package dev.lanes.cli;

import com.grack.nanojson.JsonWriter;
import dev.lanes.Expression;
import dev.lanes.NDArray;
import dev.lanes.Shapes;
import dev.lanes.Sorting;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
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
    description =
        "Show dtype, shape, extremes, quartiles, mean and standard deviation of an array.",
    footer = {
      "",
      "NaN is counted and left out of the rest. Quartiles between two elements are interpolated.",
      "Example: lanes stats a.npy"
    })
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
      Map<String, Object> values = values(array, summary);
      PrintWriter out = spec.commandLine().getOut();
      if (asJson) {
        out.println(JsonWriter.string(json(summary, values)));
      } else {
        summary.print(out, values);
      }
    }
    return 0;
  }

  /** What is shown, by name, in order; nulls when the array has no numbers. */
  private static Map<String, Object> values(NDArray array, Summary summary) {
    Map<String, Object> values = new LinkedHashMap<>();
    boolean isEmpty = summary.mean() == null;
    Object[] quartiles = isEmpty ? new Object[3] : quartiles(array, summary);
    values.put("min", summary.min());
    values.put("25%", quartiles[0]);
    values.put("median", quartiles[1]);
    values.put("75%", quartiles[2]);
    values.put("max", summary.max());
    values.put("mean", summary.mean());
    values.put("std", isEmpty ? null : deviation(array, summary));
    return values;
  }

  private static Object[] quartiles(NDArray array, Summary summary) {
    if (summary.nans() == 0) {
      return quartiles(array.reshape(-1));
    }
    try (NDArray isNumber = Expression.compile("x == x").evaluate(array);
        NDArray numbers = Shapes.compress(array, isNumber)) {
      return quartiles(numbers);
    }
  }

  private static Object[] quartiles(NDArray numbers) {
    double[] places = {0.25, 0.5, 0.75};
    try (NDArray found = Sorting.quantile(numbers, places, Sorting.Method.LINEAR, 0)) {
      return IntStream.range(0, 3).mapToObj(i -> Summary.item(found.select(0, i))).toArray();
    }
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

  private Map<String, Object> json(Summary summary, Map<String, Object> values) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", file.toString());
    object.put("dtype", summary.dtype().toString());
    object.put("shape", LongStream.of(summary.shape()).boxed().toList());
    values.forEach((name, value) -> object.put(name, Summary.json(value)));
    object.put("nan", summary.nans());
    return object;
  }
}
