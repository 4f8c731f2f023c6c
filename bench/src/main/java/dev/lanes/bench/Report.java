package dev.lanes.bench;

import java.io.PrintStream;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/** Tables of medians, with the ratios that matter. */
final class Report {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private Report() {}

  static void print(Collection<RunResult> results, PrintStream out) {
    Map<String, Map<Peer, Map<Integer, Double>>> tables = new TreeMap<>();
    Map<Integer, Map<Multiplier, Double>> gemms = new TreeMap<>();
    StringBuilder calls = new StringBuilder();
    for (RunResult result : results) {
      int n = Integer.parseInt(parameter(result, "n"));
      double nanos = median(result, iteration -> iteration.getPrimaryResult().getScore());
      if (parameter(result, "multiplier") != null) {
        gemms
            .computeIfAbsent(n, key -> new TreeMap<>())
            .put(Multiplier.valueOf(parameter(result, "multiplier")), nanos);
      } else if (parameter(result, "peer") == null) {
        double bytes =
            median(result, iteration -> iteration.getSecondaryResults().get(ALLOCATED).getScore());
        calls.append(
            "%20s %12d %12.1f %12.1f%n"
                .formatted(result.getPrimaryResult().getLabel(), n, nanos, bytes));
      } else {
        Workload workload = Workload.valueOf(parameter(result, "workload"));
        tables
            .computeIfAbsent(
                workload.text + " in " + parameter(result, "precision"), key -> new TreeMap<>())
            .computeIfAbsent(Peer.valueOf(parameter(result, "peer")), key -> new TreeMap<>())
            .put(n, nanos);
      }
    }
    tables.forEach((title, peers) -> print(title, peers, out));
    printGemms(gemms, out);
    out.printf("%nOne call of %s%n", Workload.AXPBY.text);
    out.printf("%20s %12s %12s %12s%n%s%n", "", "n", "ns", "bytes", calls);
  }

  private static void print(String title, Map<Peer, Map<Integer, Double>> peers, PrintStream out) {
    Set<Integer> sizes = new TreeSet<>();
    peers.values().forEach(row -> sizes.addAll(row.keySet()));
    out.printf("%n%s: ns per element (times as fast as %s)%n%20s", title, Peer.JAVA_LOOP, "");
    sizes.forEach(n -> out.printf("%18d", n));
    out.println();
    Map<Integer, Double> loop = peers.getOrDefault(Peer.JAVA_LOOP, Map.of());
    peers.forEach(
        (peer, row) -> {
          out.printf("%-20s", peer);
          for (int n : sizes) {
            out.printf("%18s", row.containsKey(n) ? cell(row.get(n), loop.get(n), n) : "");
          }
          out.println();
        });
  }

  private static void printGemms(Map<Integer, Map<Multiplier, Double>> gemms, PrintStream out) {
    out.printf("%nProducts of n x n matrices: GFLOP/s (times as fast as %s)%n", Multiplier.CBLAS);
    gemms.forEach(
        (n, row) -> {
          Double direct = row.get(Multiplier.CBLAS);
          row.forEach(
              (multiplier, nanos) -> {
                String ratio = direct == null ? "" : "(%.3f)".formatted(direct / nanos);
                double rate = 2.0 * n * n * n / nanos;
                out.printf("%-20s%8d%10.1f %s%n", multiplier, n, rate, ratio);
              });
        });
  }

  private static String cell(double nanos, Double loop, int n) {
    String ratio = loop == null ? "" : " (%.2f)".formatted(loop / nanos);
    return "%.3f".formatted(nanos / n) + ratio;
  }

  private static String parameter(RunResult result, String name) {
    return result.getParams().getParam(name);
  }

  /** Over all iterations of all rounds. */
  private static double median(RunResult result, ToDoubleFunction<IterationResult> score) {
    double[] sorted =
        result.getBenchmarkResults().stream()
            .flatMap(each -> each.getIterationResults().stream())
            .mapToDouble(score)
            .sorted()
            .toArray();
    int half = sorted.length / 2;
    return DoubleStream.of(sorted[half], sorted[sorted.length - 1 - half]).average().orElseThrow();
  }
}
