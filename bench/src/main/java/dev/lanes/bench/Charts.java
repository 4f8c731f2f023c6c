package dev.lanes.bench;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;

/** The report's pictures. */
final class Charts {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 420;

  /** Where bars are cut off. */
  private static final double HIGHEST = 10;

  private Charts() {}

  /**
   * How many times as long peers take as Lanes, a group of bars for each workload.
   *
   * @return whether there was anything to draw
   */
  static boolean peers(Figures figures, Precision precision, int n, List<Peer> peers, Path file)
      throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(
                "Time over Lanes' time (cut off at 10), " + precision + ", n = " + Report.size(n))
            .build();
    List<Workload> rows = new ArrayList<>();
    for (Workload workload : Workload.values()) {
      if (!Double.isNaN(figures.nanos(workload, precision, n, Peer.LANES))) {
        rows.add(workload);
      }
    }
    List<String> names = rows.stream().map(Workload::title).toList();
    for (Peer peer : peers) {
      List<Double> ratios = new ArrayList<>();
      for (Workload workload : rows) {
        double ratio = figures.ratio(workload, precision, n, peer, Peer.LANES);
        ratios.add(Double.isNaN(ratio) ? 0 : Math.min(ratio, HIGHEST));
      }
      if (ratios.stream().anyMatch(ratio -> ratio > 0)) {
        chart.addSeries(peer.title(), names, ratios);
      }
    }
    if (chart.getSeriesMap().isEmpty()) {
      return false;
    }
    chart.getStyler().setYAxisMax(HIGHEST);
    chart.getStyler().setAvailableSpaceFill(0.85);
    save(chart, chart.getStyler(), file);
    return true;
  }

  /** The automatic choice of threads over the better of one and two, a line for each workload. */
  static void sweep(Figures figures, Precision precision, Path file) throws IOException {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Automatic threads over the better of one and two, " + precision)
            .xAxisTitle("elements")
            .build();
    for (Workload workload : Workload.values()) {
      List<Integer> sizes = figures.sizes(workload, precision);
      List<Double> ratios =
          sizes.stream().map(n -> Bars.sweepRatio(figures, workload, precision, n)).toList();
      if (!sizes.isEmpty()) {
        chart.addSeries(workload.title(), sizes, ratios);
      }
    }
    chart.getStyler().setXAxisLogarithmic(true);
    save(chart, chart.getStyler(), file);
  }

  private static void save(Chart<?, ?> chart, AxesChartStyler styler, Path file)
      throws IOException {
    styler.setChartBackgroundColor(Color.WHITE);
    styler.setLegendPosition(Styler.LegendPosition.OutsideE);
    BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
  }
}
