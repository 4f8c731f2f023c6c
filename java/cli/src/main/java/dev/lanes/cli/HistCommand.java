package dev.lanes.cli;

import com.grack.nanojson.JsonWriter;
import dev.lanes.Expression;
import dev.lanes.Histogram;
import dev.lanes.NDArray;
import dev.lanes.Shapes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanes hist}: how the elements of a .npy file are distributed. */
@Command(
    name = "hist",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Count the elements of an array in equal bins.",
    footer = {
      "",
      "NaN and infinities are left out. Example: lanes hist a.npy --bins 50 --png a.png"
    })
final class HistCommand implements Callable<Integer> {

  private static final int BAR = 50;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "file.npy", description = "the array")
  private Path file;

  @Option(names = "--bins", paramLabel = "N", description = "how many bins (default: 10)")
  private int bins = 10;

  @Option(names = "--png", paramLabel = "file.png", description = "draw them into this file")
  private Path picture;

  @Option(names = "--json", description = "print one JSON object")
  private boolean asJson;

  private HistCommand() {}

  @Override
  public Integer call() {
    try (NDArray array = Operands.only(file)) {
      Histogram histogram = histogram(array);
      long[] counts = histogram.counts().toLongArray();
      double[] edges = histogram.edges().toDoubleArray();
      if (picture != null) {
        draw(counts, edges);
      }
      if (asJson) {
        printJson(counts, edges);
      } else {
        print(counts, edges);
      }
    }
    return 0;
  }

  private Histogram histogram(NDArray array) {
    try (NDArray finite = Expression.compile("isfinite(x*1.0)").evaluate(array);
        NDArray numbers = Shapes.compress(array, finite)) {
      return Histogram.of(numbers, bins);
    }
  }

  private void print(long[] counts, double[] edges) {
    PrintWriter out = spec.commandLine().getOut();
    long most = Math.max(1, Arrays.stream(counts).max().orElseThrow());
    int width = String.valueOf(most).length();
    for (int i = 0; i < counts.length; i++) {
      String line =
          String.format(
              Locale.ROOT,
              "%12.6g to %12.6g  %" + width + "d  %s",
              edges[i],
              edges[i + 1],
              counts[i],
              "#".repeat((int) Math.round((double) BAR * counts[i] / most)));
      out.println(line.stripTrailing());
    }
  }

  private void printJson(long[] counts, double[] edges) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", file.toString());
    object.put("counts", LongStream.of(counts).boxed().toList());
    object.put("edges", DoubleStream.of(edges).boxed().toList());
    spec.commandLine().getOut().println(JsonWriter.string(object));
  }

  private void draw(long[] counts, double[] edges) {
    XYChart chart =
        new XYChartBuilder()
            .width(800)
            .height(500)
            .title(file.getFileName().toString())
            .xAxisTitle("value")
            .yAxisTitle("elements")
            .build();
    chart.getStyler().setLegendVisible(false);
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.StepArea);
    // A step goes on to the next point, so the last count stands at both edges of its bin.
    double[] heights = new double[edges.length];
    for (int i = 0; i < edges.length; i++) {
      heights[i] = counts[Math.min(i, counts.length - 1)];
    }
    chart.addSeries("elements", edges, heights).setMarker(SeriesMarkers.NONE);
    try (OutputStream out = Files.newOutputStream(picture)) {
      BitmapEncoder.saveBitmap(chart, out, BitmapFormat.PNG);
    } catch (IOException e) {
      throw new InputException("--png " + picture + ": " + ErrorReport.reason(e));
    }
  }
}
