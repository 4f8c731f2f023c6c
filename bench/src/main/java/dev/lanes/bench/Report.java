package dev.lanes.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.results.RunResult;

/** The report in Markdown: what was missed, tables of medians and ratios, pictures. */
final class Report {
  private static final String ALLOCATED = "gc.alloc.rate.norm";
  private static final List<Peer> PEERS =
      Stream.of(Peer.values()).filter(peer -> !peer.isLanes()).toList();
  private static final List<Peer> PICTURED =
      List.of(Peer.VECTOR_PARALLEL, Peer.NUMPY, Peer.NUMEXPR, Peer.NUMBA, Peer.JAX);
  private static final int SHORT = 10_000;

  private final Machine machine;
  private final String sets;
  private final Figures peers;
  private final Figures sweep;
  private final Figures callers;
  private final Collection<RunResult> others;
  private final List<String> notes;
  private final Bars bars = new Bars();
  private final StringBuilder tables = new StringBuilder();

  Report(
      Machine machine,
      String sets,
      Collection<RunResult> peers,
      Collection<RunResult> sweep,
      Collection<RunResult> callers,
      Collection<RunResult> others,
      List<String> notes) {
    this.machine = machine;
    this.sets = sets;
    this.peers = new Figures(peers);
    this.sweep = new Figures(sweep);
    this.callers = new Figures(callers);
    this.others = others;
    this.notes = notes;
  }

  /** As people write it: 1e3, 6e7, 250000. */
  static String size(int n) {
    String digits = Integer.toString(n);
    int zeros = digits.length() - digits.replaceAll("0+$", "").length();
    return digits.length() - zeros == 1 && zeros > 1 ? digits.charAt(0) + "e" + zeros : digits;
  }

  /** One line for the terminal. */
  String summary() {
    return "%d of %d cells missed".formatted(bars.missed().size(), bars.verdicts().size());
  }

  /**
   * Makes everything.
   *
   * @param pictures where pictures go, a folder beside the report
   * @return the report's text
   */
  String write(Path pictures) throws IOException {
    for (Precision precision : Precision.values()) {
      peers(precision, pictures);
    }
    sweep(pictures);
    callers();
    calls();
    products();
    StringBuilder text = new StringBuilder("# What `./dev bench` measured\n\n");
    machine.lines().forEach(line -> text.append(line).append('\n'));
    text.append(
        """

        Peers take turns in rounds, five of some milliseconds or one call each, in an order drawn anew each time, %s;
        results were compared with the Java engine's before anything was timed. Times are medians over the rounds; ratios
        are medians of the ratios within rounds: `2.00` says that the peer takes twice as long as Lanes. The roofline of a
        cell is the faster of the fused C++ loop and of copying (reading, for reductions) as many bytes, each by the best
        of one or two threads with ordinary or non-temporal stores. The raw results lie in [results](results). Why cells
        are missed stands in [README.md](README.md).

        """
            .formatted(sets));
    bars(text);
    text.append(tables);
    if (!notes.isEmpty()) {
      text.append("\n## Left out\n\n");
      Set<String> once = new LinkedHashSet<>(notes);
      once.forEach(note -> text.append("- ").append(note.replace("|", "\\|")).append('\n'));
    }
    return text.toString();
  }

  private void bars(StringBuilder text) {
    text.append("## Bars\n\n| bar | cells | met |\n|---|---|---|\n");
    Map<String, List<Bars.Verdict>> byBar =
        bars.verdicts().stream()
            .collect(Collectors.groupingBy(Bars.Verdict::bar, TreeMap::new, Collectors.toList()));
    byBar.forEach(
        (bar, all) ->
            text.append(
                "| %s | %d | %d |%n"
                    .formatted(bar, all.size(), all.stream().filter(Bars.Verdict::isMet).count())));
    text.append("\n## Missed cells\n\n");
    if (bars.missed().isEmpty()) {
      text.append("None.\n");
      return;
    }
    text.append("| cell | bar | measured | limit |\n|---|---|---|---|\n");
    for (Bars.Verdict verdict : bars.missed()) {
      text.append(
          "| %s | %s | %s | %s |%n"
              .formatted(verdict.cell(), verdict.bar(), verdict.measured(), verdict.limit()));
    }
  }

  private void peers(Precision precision, Path pictures) throws IOException {
    Set<Integer> sizes = new java.util.TreeSet<>();
    for (Workload workload : Workload.values()) {
      sizes.addAll(peers.sizes(workload, precision));
    }
    for (int n : sizes) {
      List<Workload> rows = new ArrayList<>();
      for (Workload workload : Workload.values()) {
        if (peers.sizes(workload, precision).contains(n)) {
          bars.peers(peers, workload, precision, n);
          rows.add(workload);
        }
      }
      String type = precision.name().toLowerCase(Locale.ROOT);
      tables.append("\n## %s, n = %s%n%n".formatted(type, size(n)));
      if (rows.size() > 2) {
        String name = "peers-%s-%s.png".formatted(type, size(n));
        if (Charts.peers(peers, precision, n, PICTURED, pictures.resolve(name))) {
          picture(name);
        }
      }
      table(rows, precision, n);
    }
  }

  private void picture(String name) {
    tables.append("![%s](results/%s)%n%n".formatted(name, name));
  }

  private void table(List<Workload> rows, Precision precision, int n) {
    List<Peer> columns =
        PEERS.stream()
            .filter(
                peer ->
                    rows.stream()
                        .anyMatch(row -> !Double.isNaN(peers.nanos(row, precision, n, peer))))
            .toList();
    boolean isShort = n < SHORT;
    tables.append(isShort ? "| | ns a call | bytes |" : "| | ns an element |");
    tables.append(" best peer | roofline |");
    columns.forEach(peer -> tables.append(' ').append(peer.title()).append(" |"));
    tables.append("\n|---|").append("---|".repeat(columns.size() + (isShort ? 4 : 3))).append('\n');
    for (Workload workload : rows) {
      double nanos = peers.nanos(workload, precision, n, Peer.LANES);
      tables.append("| %s |".formatted(workload.title()));
      if (isShort) {
        double bytes = peers.observation(workload, precision, n, Peer.LANES, "BYTES");
        tables.append(" %.0f | %.0f |".formatted(nanos, bytes));
      } else {
        tables.append(" %.4f |".formatted(nanos / n));
      }
      Optional<Peer> best = Bars.best(peers, workload, precision, n);
      tables.append(' ').append(best.map(Peer::title).orElse("-")).append(" |");
      tables.append(cell(Bars.roof(peers, workload, precision, n), false));
      for (Peer peer : columns) {
        double ratio = peers.ratio(workload, precision, n, peer, Peer.LANES);
        tables.append(cell(ratio, best.filter(peer::equals).isPresent()));
      }
      tables.append('\n');
    }
  }

  private static String cell(double ratio, boolean isBest) {
    String number = Double.isNaN(ratio) ? "-" : "%.2f".formatted(ratio);
    return isBest ? " **" + number + "** |" : " " + number + " |";
  }

  private void sweep(Path pictures) throws IOException {
    Precision precision = Precision.FLOAT64;
    List<Workload> rows =
        Stream.of(Workload.values()).filter(row -> sweep.has(row, precision)).toList();
    if (rows.isEmpty()) {
      return;
    }
    tables.append("\n## Threads\n\n");
    tables.append(
        "The automatic choice over the better of one and two threads, float64. Two are the most ");
    tables.append("that a run may use: below 6 us of estimated work they are one as well.\n\n");
    Charts.sweep(sweep, precision, pictures.resolve("threads.png"));
    picture("threads.png");
    tables.append("| n |");
    rows.forEach(row -> tables.append(" `%s` |".formatted(row.row.text)));
    tables.append("\n|---|").append("---|".repeat(rows.size())).append('\n');
    for (int n : sweep.sizes(rows.get(0), precision)) {
      tables.append("| %s |".formatted(size(n)));
      for (Workload row : rows) {
        bars.sweep(sweep, row, precision, n);
        tables.append(" %.3f |".formatted(Bars.sweepRatio(sweep, row, precision, n)));
      }
      tables.append('\n');
    }
  }

  private void callers() {
    Workload row = Workload.AXPBY;
    Precision precision = Precision.FLOAT64;
    for (int n : callers.sizes(row, precision)) {
      bars.callers(callers, row, precision, n);
      tables.append(
          """

          ## Many callers

          200 evaluations of `%s` in float64, n = %s, by 2 Java threads and by 200, each into an array of its own;
          all results are the same to the last bit.

          | callers | ms | threads in the process |
          |---|---|---|
          """
              .formatted(row.row.text, size(n)));
      for (Peer peer : List.of(Peer.CALLERS_2, Peer.CALLERS_200)) {
        tables.append(
            "| %s | %.1f | %.0f |%n"
                .formatted(
                    peer.title().replace("callers ", ""),
                    callers.nanos(row, precision, n, peer) / 1e6,
                    callers.observation(row, precision, n, peer, "THREADS")));
      }
    }
  }

  private void calls() {
    StringBuilder rows = new StringBuilder();
    for (RunResult result : others) {
      if (Figures.parameter(result, "multiplier") != null) {
        continue;
      }
      int n = Integer.parseInt(Figures.parameter(result, "n"));
      double nanos = Figures.median(result, iteration -> iteration.getPrimaryResult().getScore());
      double bytes =
          Figures.median(
              result, iteration -> iteration.getSecondaryResults().get(ALLOCATED).getScore());
      String label = result.getPrimaryResult().getLabel();
      rows.append("| %s | %d | %.1f | %.1f |%n".formatted(label, n, nanos, bytes));
      if (label.equals("evaluateInto")) {
        bars.allocation(n, bytes);
        if (n > 1) {
          bars.call(n, nanos, n == 8 ? 120 : 220);
        }
      }
    }
    if (!rows.isEmpty()) {
      tables.append(
          "\n## One call of `%s` into an existing output%n%n".formatted(Workload.AXPBY.row.text));
      tables.append("| | n | ns | bytes allocated |\n|---|---|---|---|\n").append(rows);
    }
  }

  private void products() {
    StringBuilder rows = new StringBuilder();
    Map<Integer, Map<Multiplier, Double>> products = new TreeMap<>();
    for (RunResult result : others) {
      String multiplier = Figures.parameter(result, "multiplier");
      if (multiplier != null) {
        products
            .computeIfAbsent(
                Integer.valueOf(Figures.parameter(result, "n")), key -> new TreeMap<>())
            .put(
                Multiplier.valueOf(multiplier),
                Figures.median(result, iteration -> iteration.getPrimaryResult().getScore()));
      }
    }
    products.forEach(
        (n, row) ->
            row.forEach(
                (multiplier, nanos) -> {
                  double ratio = row.getOrDefault(Multiplier.CBLAS, Double.NaN) / nanos;
                  double rate = 2.0 * n * n * n / nanos;
                  rows.append("| %d | %s | %.1f | %.3f |%n".formatted(n, multiplier, rate, ratio));
                }));
    if (!rows.isEmpty()) {
      tables.append("\n## Products of n x n matrices\n\n");
      tables.append("| n | | GFLOP/s | times as fast as cblas |\n|---|---|---|---|\n").append(rows);
    }
  }
}
