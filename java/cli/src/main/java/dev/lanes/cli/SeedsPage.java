package dev.lanes.cli;

import dev.lanes.Lanes;
import java.awt.Color;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.CategorySeries.CategorySeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;

/** The page that {@code lanes seeds --write} leaves behind, and its picture. */
final class SeedsPage {

  private static final String HEAD =
      """
      # The seed workloads

      Work that people do in Python with NumPy, numexpr and `multiprocessing`, as they write it there, in plain Java, and in Lanes. All
      forms of a row are checked against each other, then timed in turns in one run: medians, in milliseconds. *Lanes is ... times as fast*
      divides a form's time by that of the fastest form in Lanes. Pools, worker processes and input data are made before the clock starts,
      results are made anew each time. Row 5 compares the mean and the deviation of each image, within 2 %: ConvolveOp makes images a level
      darker. Row 9 hands the array over within one process: what Python and Java pay to copy it, beside opening it by name.

      """;

  /** What workloads are called in the picture, by number. */
  private static final List<String> NAMES =
      List.of(
          "1 u**2",
          "2 mean, std",
          "3 squares",
          "4 x*x map",
          "5 blur",
          "6 waits",
          "7 counter",
          "8 queue",
          "9 hand over");

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
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(1000)
            .height(500)
            .title("Time of the fastest form in each language, Lanes = 1 (lower is faster)")
            .yAxisTitle("times as long as Lanes")
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setYAxisLogarithmic(true);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setDefaultSeriesRenderStyle(CategorySeriesRenderStyle.Scatter);
    chart.getStyler().setMarkerSize(14);
    List<String> names = results.stream().map(result -> NAMES.get(result.number() - 1)).toList();
    for (Seed.Language language : Seed.Language.values()) {
      List<Double> times = new ArrayList<>();
      for (SeedsCommand.Result result : results) {
        double ratio = result.best(language) / result.best(Seed.Language.LANES);
        times.add(Double.isNaN(ratio) ? null : ratio);
      }
      if (times.stream().anyMatch(Objects::nonNull)) {
        chart.addSeries(language.text, names, times);
      }
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      BitmapEncoder.saveBitmap(chart, out, BitmapFormat.PNG);
    }
  }
}
