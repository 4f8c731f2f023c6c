package dev.lanes.cli;

import dev.lanes.Lanes;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The page that {@code lanes seeds --write} leaves behind, and its picture. */
final class SeedsPage {

  private static final String HEAD =
      """
      # The seed workloads

      Work that people do in Python with NumPy, numexpr and `multiprocessing`, as they write it there, in plain Java, and in Lanes. All
      forms of a row are checked against each other, then timed in turns in one run: medians, in milliseconds. *Lanes is ... times as fast*
      divides a form's time by that of the fastest form in Lanes. Pools, worker processes and input data are made before the clock starts,
      results are made anew each time. Row 9 hands the array over within one process: what Python and Java pay to copy it, beside
      opening it by name.

      """;

  private SeedsPage() {}

  static String text(
      List<SeedsCommand.Result> results, String picture, String command, String versions) {
    StringBuilder text = new StringBuilder(HEAD);
    text.append("Made by `").append(command).append("` on ").append(machine()).append(".\n");
    text.append(versions).append(", JDK ").append(System.getProperty("java.version"));
    text.append(", engine ").append(Lanes.engine().name());
    text.append(Lanes.isa().map(isa -> " (" + isa + ")").orElse("")).append(".\n\n");
    text.append("![How many times as long the fastest form takes, Lanes = 1](");
    text.append(picture).append(")\n\n");
    text.append("| | form | ms | Lanes is ... times as fast |\n|---|---|---|---|\n");
    for (SeedsCommand.Result result : results) {
      text.append("| **").append(result.number()).append(". ");
      text.append(result.title().replace("*", "\\*"));
      text.append("** | ").append(result.note()).append(" | | |\n");
      double lanes = result.best(Seed.Language.LANES);
      for (Seed.Row row : result.rows()) {
        text.append("| ").append(row.form().language().text).append(" | `");
        text.append(row.form().code()).append("` | ").append(digits(row.millis())).append(" | ");
        text.append(digits(row.millis() / lanes)).append(row.isRight() ? "" : " WRONG");
        text.append(" |\n");
      }
    }
    return text.toString();
  }

  /** Three digits, without an exponent. */
  static String digits(double value) {
    BigDecimal rounded = BigDecimal.valueOf(value).round(new MathContext(3));
    return rounded.toPlainString().contains(".")
        ? rounded.stripTrailingZeros().toPlainString()
        : String.format(Locale.ROOT, "%.0f", value);
  }

  private static String machine() {
    String processor = System.getProperty("os.arch");
    try {
      processor =
          Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
              .filter(line -> line.startsWith("model name"))
              .map(line -> line.substring(line.indexOf(':') + 1).strip())
              .findFirst()
              .orElse(processor);
    } catch (IOException e) {
      // Not Linux: the architecture will do.
    }
    return processor
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores, "
        + System.getProperty("os.name");
  }

  /** Draws the fastest form of each language beside that of Lanes. */
  static void draw(List<SeedsCommand.Result> results, Path file) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(1000)
            .height(500)
            .title("Time of the fastest form, Lanes = 1")
            .xAxisTitle("workload")
            .yAxisTitle("times as long as Lanes")
            .build();
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    chart.getStyler().setMarkerSize(14);
    chart.getStyler().setXAxisMin(0.0);
    chart.getStyler().setXAxisMax(10.0);
    for (Seed.Language language : Seed.Language.values()) {
      List<SeedsCommand.Result> with =
          results.stream().filter(result -> !Double.isNaN(result.best(language))).toList();
      if (!with.isEmpty()) {
        chart.addSeries(
            language.text,
            with.stream().map(SeedsCommand.Result::number).toList(),
            with.stream()
                .map(result -> result.best(language) / result.best(Seed.Language.LANES))
                .toList());
      }
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      BitmapEncoder.saveBitmap(chart, out, BitmapFormat.PNG);
    }
  }
}
