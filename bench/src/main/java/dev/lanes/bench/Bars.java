package dev.lanes.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What Lanes is held against, cell by cell. */
final class Bars {
  private static final double ROOF = 0.9;
  private static final double BEST = 1.5;
  private static final double NUMEXPR = 5;
  private static final double PYTHON = 4;
  private static final double CALL_NANOS = 120;
  private static final double SWEEP = 1.05;
  private static final int SHORT = 1000;
  private static final int MEDIUM = 100_000;
  private static final int LARGE = 6_000_000;

  private final List<Verdict> verdicts = new ArrayList<>();

  /**
   * One comparison.
   *
   * @param bar what is asked for
   * @param cell where
   * @param measured what there is, in words
   * @param isMet whether it is enough
   * @param limit what the machine allows at most, in words; empty when nothing is known
   */
  record Verdict(String bar, String cell, String measured, boolean isMet, String limit) {}

  List<Verdict> verdicts() {
    return verdicts;
  }

  List<Verdict> missed() {
    return verdicts.stream().filter(verdict -> !verdict.isMet).toList();
  }

  /** The fastest of those that are not Lanes or the machine itself. */
  static Optional<Peer> best(Figures figures, Workload workload, Precision precision, int n) {
    return Stream.of(Peer.values())
        .filter(peer -> !peer.isLanes() && !peer.isRoof())
        .filter(peer -> !Double.isNaN(figures.nanos(workload, precision, n, peer)))
        .min(
            (one, other) ->
                Double.compare(
                    figures.ratio(workload, precision, n, one, Peer.LANES),
                    figures.ratio(workload, precision, n, other, Peer.LANES)));
  }

  /** The share of what the machine does at best that Lanes reaches: NaN when not measured. */
  static double roof(Figures figures, Workload workload, Precision precision, int n) {
    double loop = figures.ratio(workload, precision, n, Peer.FUSED, Peer.LANES);
    double traffic = figures.ratio(workload, precision, n, Peer.TRAFFIC, Peer.LANES);
    return Double.isNaN(loop) ? traffic : Double.isNaN(traffic) ? loop : Math.min(loop, traffic);
  }

  /** Holds all peers of a cell against Lanes. */
  void peers(Figures figures, Workload workload, Precision precision, int n) {
    String cell = cell(workload, precision, n);
    if (Double.isNaN(figures.nanos(workload, precision, n, Peer.LANES))) {
      add("measured", cell, "no result of Lanes", false, "");
      return;
    }
    double roof = roof(figures, workload, precision, n);
    switch (workload.row.sort) {
      case MEMORY -> {
        if (n >= LARGE) {
          add("0.9 of the roofline", cell, "%.2f".formatted(roof), roof >= ROOF, "");
        }
      }
      case FUNCTION -> functions(figures, workload, precision, n, roof);
      default -> {}
    }
    if (workload == Workload.MEANSTD && precision == Precision.FLOAT64) {
      faster(figures, workload, precision, n, Peer.NUMPY, 10);
    }
    if (workload == Workload.MATRICES && precision == Precision.FLOAT64) {
      faster(figures, workload, precision, n, Peer.NUMPY, 20);
    }
    if (n == SHORT) {
      small(figures, workload, precision, n);
    }
  }

  private void functions(
      Figures figures, Workload workload, Precision precision, int n, double roof) {
    if (n < MEDIUM) {
      return;
    }
    String cell = cell(workload, precision, n);
    best(figures, workload, precision, n)
        .ifPresent(
            peer -> {
              double ratio = figures.ratio(workload, precision, n, peer, Peer.LANES);
              boolean isAtRoof = n >= LARGE && roof >= ROOF;
              String measured = "%.2fx %s".formatted(ratio, peer.title());
              String words =
                  n >= LARGE ? measured + ", %.2f of the roofline".formatted(roof) : measured;
              String bar = "1.5x the best peer" + (n >= LARGE ? ", or 0.9 of the roofline" : "");
              add(bar, cell, words, ratio >= BEST || isAtRoof, limit(ratio, roof));
            });
    faster(figures, workload, precision, n, Peer.NUMEXPR, NUMEXPR);
  }

  private void faster(
      Figures figures, Workload workload, Precision precision, int n, Peer peer, double bar) {
    double ratio = figures.ratio(workload, precision, n, peer, Peer.LANES);
    if (!Double.isNaN(ratio)) {
      add(
          "%.0fx %s".formatted(bar, peer.title()),
          cell(workload, precision, n),
          "%.2fx".formatted(ratio),
          ratio >= bar,
          limit(ratio, roof(figures, workload, precision, n)));
    }
  }

  private static String limit(double ratio, double roof) {
    return Double.isNaN(roof)
        ? ""
        : "at the roofline it would be %.1fx".formatted(ratio / Math.min(1, roof));
  }

  private void small(Figures figures, Workload workload, Precision precision, int n) {
    String cell = cell(workload, precision, n);
    for (Peer peer : Peer.values()) {
      double ratio = figures.ratio(workload, precision, n, peer, Peer.LANES);
      if (peer.isPython() && !Double.isNaN(ratio)) {
        String measured = "%.1fx %s".formatted(ratio, peer.title());
        add("4x every Python peer", cell, measured, ratio >= PYTHON, "");
      }
    }
    double over =
        figures.median(
            workload,
            precision,
            round ->
                round.getOrDefault("LANES@" + n, Double.NaN)
                    - round.getOrDefault("JAVA_LOOP@" + n, Double.NaN));
    if (!Double.isNaN(over)) {
      String measured = "%.0f ns".formatted(over);
      add("at most 120 ns over the Java loop", cell, measured, over <= CALL_NANOS, "");
    }
  }

  /** Holds the automatic choice of threads against the better of one and two. */
  void sweep(Figures figures, Workload workload, Precision precision, int n) {
    double ratio = sweepRatio(figures, workload, precision, n);
    if (!Double.isNaN(ratio)) {
      add(
          "at most 1.05 of the better of one and two threads",
          cell(workload, precision, n),
          "%.3f".formatted(ratio),
          ratio <= SWEEP,
          "");
    }
  }

  /** How many times as long the automatic choice takes as the better of one and two threads. */
  static double sweepRatio(Figures figures, Workload workload, Precision precision, int n) {
    double one = figures.ratio(workload, precision, n, Peer.LANES, Peer.LANES_1);
    double two = figures.ratio(workload, precision, n, Peer.LANES, Peer.LANES_2);
    return Math.max(one, two);
  }

  /** Holds many callers against two. */
  void callers(Figures figures, Workload workload, Precision precision, int n) {
    double share = figures.ratio(workload, precision, n, Peer.CALLERS_2, Peer.CALLERS_200);
    double threads = figures.observation(workload, precision, n, Peer.CALLERS_200, "THREADS");
    if (!Double.isNaN(share)) {
      String cell = cell(workload, precision, n);
      add("0.9 of the throughput of 2 callers", cell, "%.2f".formatted(share), share >= ROOF, "");
      add("fewer than 220 threads", cell, "%.0f".formatted(threads), threads < 220, "");
    }
  }

  /** Holds a short call against so many nanoseconds. */
  void call(int n, double nanos, double most) {
    add(
        "under %.0f ns".formatted(most),
        "%s into an existing output, n = %d".formatted(Workload.AXPBY.row.text, n),
        "%.0f ns".formatted(nanos),
        nanos < most,
        "");
  }

  /** Holds what a call allocates against nothing. */
  void allocation(int n, double bytes) {
    add(
        "no allocation",
        "%s into an existing output, n = %d".formatted(Workload.AXPBY.row.text, n),
        "%.2f bytes a call".formatted(bytes),
        bytes < 0.5,
        "");
  }

  private void add(String bar, String cell, String measured, boolean isMet, String limit) {
    verdicts.add(new Verdict(bar, cell, measured, isMet, limit));
  }

  private static String cell(Workload workload, Precision precision, int n) {
    return "%s %s, n = %s"
        .formatted(workload.title(), precision.name().toLowerCase(Locale.ROOT), Report.size(n));
  }
}
