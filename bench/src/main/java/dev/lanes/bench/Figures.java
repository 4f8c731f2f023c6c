package dev.lanes.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;

/** What {@link TurnsBenchmark} measured: medians over rounds, and of ratios within rounds. */
final class Figures {
  private final Map<String, List<Map<String, Double>>> rounds = new HashMap<>();

  Figures(Collection<RunResult> results) {
    for (RunResult result : results) {
      String key = key(parameter(result, "workload"), parameter(result, "precision"));
      for (BenchmarkResult fork : result.getBenchmarkResults()) {
        for (IterationResult iteration : fork.getIterationResults()) {
          Map<String, Double> round = new HashMap<>();
          iteration
              .getSecondaryResults()
              .forEach((label, value) -> round.put(label, value.getScore()));
          rounds.computeIfAbsent(key, unused -> new ArrayList<>()).add(round);
        }
      }
    }
  }

  private static String key(Object workload, Object precision) {
    return workload + " " + precision;
  }

  static String parameter(RunResult result, String name) {
    return result.getParams().getParam(name);
  }

  private List<Map<String, Double>> rounds(Workload workload, Precision precision) {
    return rounds.getOrDefault(key(workload, precision), List.of());
  }

  boolean has(Workload workload, Precision precision) {
    return rounds.containsKey(key(workload, precision));
  }

  /** The sizes that anything was measured at. */
  List<Integer> sizes(Workload workload, Precision precision) {
    TreeSet<Integer> sizes = new TreeSet<>();
    for (Map<String, Double> round : rounds(workload, precision)) {
      round.keySet().forEach(label -> sizes.add(Integer.parseInt(label.split("@")[1])));
    }
    return List.copyOf(sizes);
  }

  /** Nanoseconds of a call, NaN where there are none. */
  double nanos(Workload workload, Precision precision, int n, Peer peer) {
    return median(workload, precision, round -> get(round, peer + "@" + n));
  }

  /** How many times as long one takes as another, NaN where either is missing. */
  double ratio(Workload workload, Precision precision, int n, Peer peer, Peer base) {
    return median(
        workload, precision, round -> get(round, peer + "@" + n) / get(round, base + "@" + n));
  }

  /** What else was seen. */
  double observation(Workload workload, Precision precision, int n, Peer peer, String name) {
    return median(workload, precision, round -> get(round, peer + "@" + n + "@" + name));
  }

  private static double get(Map<String, Double> round, String label) {
    return round.getOrDefault(label, Double.NaN);
  }

  double median(
      Workload workload, Precision precision, ToDoubleFunction<Map<String, Double>> value) {
    return median(
        rounds(workload, precision).stream()
            .mapToDouble(value)
            .filter(each -> !Double.isNaN(each))
            .toArray());
  }

  /** The middle, or the mean of both; NaN of nothing. */
  static double median(double... values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return (sorted[half] + sorted[sorted.length - 1 - half]) / 2;
  }

  /** Over all iterations of all forks. */
  static double median(RunResult result, ToDoubleFunction<IterationResult> score) {
    return median(
        result.getBenchmarkResults().stream()
            .flatMap(each -> each.getIterationResults().stream())
            .mapToDouble(score)
            .toArray());
  }
}
