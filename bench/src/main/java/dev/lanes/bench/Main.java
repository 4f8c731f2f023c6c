package dev.lanes.bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs all benchmarks in rounds of one fork each, and writes the report and the raw results: beside
 * its sources after a full run, into {@code target/bench} after one that left something out.
 */
public final class Main {
  private static final String QUICK = "--quick";
  private static final String SETTINGS = "lanes.";
  private static final String NOTES = "lanes.bench.notes";

  private static final String ALL_SIZES = "1000/100000/6000000/60000000";
  private static final String QUICK_SIZES = "1000/100000/6000000";
  private static final String LATER_PEERS =
      "LANES/JAVA_LOOP/JAVA_PARALLEL/VECTOR_API/VECTOR_PARALLEL/NUMPY/NUMEXPR/NUMBA/JAX/FUSED/TRAFFIC";

  /**
   * Those that take longest have turns in the first round only, and not at 6e7, or a full run would
   * take hours. Products of matrices are in the first round only, too.
   */
  private static final String ALL_PEERS = LATER_PEERS + "/ND4J/GANDIVA";

  private static final String QUICK_PEERS =
      "LANES/JAVA_LOOP/VECTOR_PARALLEL/NUMPY/NUMEXPR/FUSED/TRAFFIC";

  private static final String SWEEP_PEERS = "LANES/LANES_1/LANES_2";
  private static final List<String> SWEEP = List.of("SQUARE", "AXPBY", "GAUSS", "POWER", "DOT");
  private static final String SWEEP_SIZES =
      "10/30/100/300/1000/3000/10000/30000/100000/300000/1000000/3000000/10000000/30000000"
          + "/100000000";
  private static final String QUICK_SWEEP_SIZES = "10/1000/3000/10000/30000/100000/1000000";

  /** Turns of what is held against itself to within some percent. */
  private static final int CLOSE_TURNS = 8;

  private static final String CALLERS = "CALLERS_2/CALLERS_200";
  private static final String CALLERS_SIZE = "1000000";
  private static final String[] CALLS = {"1", "8", "1000"};
  private static final String[] GEMMS = {"32", "256", "1024"};
  private static final String LARGE_GEMM = "4096";
  private static final String[] QUICK_GEMMS = {"256"};

  private final CommandLineOptions options;
  private final boolean isQuick;
  private final boolean isNarrowed;
  private final Map<String, RunResult> peers = new LinkedHashMap<>();
  private final Map<String, RunResult> sweep = new LinkedHashMap<>();
  private final Map<String, RunResult> callers = new LinkedHashMap<>();
  private final Map<String, RunResult> others = new LinkedHashMap<>();

  private Main(String[] arguments) throws CommandLineOptionException {
    List<String> rest = new ArrayList<>(List.of(arguments));
    isQuick = rest.remove(QUICK);
    options = new CommandLineOptions(rest.toArray(String[]::new));
    isNarrowed =
        Stream.of("workload", "precision", "sizes", "peers")
            .anyMatch(name -> options.getParameter(name).hasValue());
  }

  /**
   * Runs.
   *
   * @param arguments {@code --quick} for a first impression, and options of JMH, of which {@code -p
   *     workload=, precision=, sizes=, peers=} narrow what is run and {@code -f} says how many
   *     rounds
   * @throws CommandLineOptionException for other arguments
   * @throws RunnerException when a fork cannot be started
   * @throws IOException when the results cannot be written
   */
  public static void main(String[] arguments)
      throws CommandLineOptionException, RunnerException, IOException {
    Main main = new Main(arguments);
    if (main.options.shouldHelp()) {
      main.options.showHelp();
      return;
    }
    main.run(String.join(" ", arguments));
  }

  private void run(String arguments) throws RunnerException, IOException {
    Path part = Path.of("target/bench").toAbsolutePath();
    Path whole = isQuick || isNarrowed ? part : Path.of("bench").toAbsolutePath();
    Files.createDirectories(part.resolve("results"));
    Files.createDirectories(whole.resolve("results"));
    Path notes = Path.of("target/bench-notes").toAbsolutePath();
    Files.createDirectories(notes.getParent());
    Files.deleteIfExists(notes);
    System.setProperty(NOTES, notes.toString());
    Machine machine = Machine.now(options.getJvm().orElse(null), arguments);

    int rounds = options.getForkCount().orElse(isQuick ? 1 : 2);
    for (int round = 1; round <= rounds; round++) {
      String title = "round %d of %d: ".formatted(round, rounds);
      runPeers(title, isQuick ? QUICK_PEERS : round == 1 ? ALL_PEERS : LATER_PEERS);
      if (!isNarrowed) {
        runRest(title, round == 1);
      }
      // After each round, so that a run that is cut short leaves what it has.
      report(machine, sets(round), round < rounds ? part : whole, notes);
    }
  }

  private String sets(int rounds) {
    if (rounds == 1) {
      return "in one set of processes";
    }
    if (isQuick || isNarrowed) {
      return "in %d sets of processes".formatted(rounds);
    }
    return ("in one set of processes, and again in %d more without ND4J and Gandiva, who are not"
            + " there at 6e7 either")
        .formatted(rounds - 1);
  }

  private void report(Machine machine, String sets, Path folder, Path notes) throws IOException {
    Path raw = folder.resolve("results");
    write(raw.resolve("peers.json"), peers.values());
    if (!isNarrowed) {
      write(raw.resolve("threads.json"), sweep.values());
      write(raw.resolve("callers.json"), callers.values());
      write(raw.resolve("calls.json"), others.values());
    }
    List<String> left = Files.exists(notes) ? Files.readAllLines(notes) : List.of();
    Report report =
        new Report(
            machine, sets, peers.values(), sweep.values(), callers.values(), others.values(), left);
    Path file = folder.resolve("RESULTS.md");
    Files.writeString(file, report.write(raw));
    System.out.println(report.summary());
    System.out.println("the report: " + file);
  }

  private void runPeers(String title, String usual) throws RunnerException {
    List<String> precisions =
        isQuick ? List.of(Precision.FLOAT64.name()) : names(Precision.values());
    for (String precision : wanted("precision", precisions)) {
      for (String workload : wanted("workload", names(Workload.values()))) {
        System.out.println(title + workload + " " + precision);
        time(
            turns(
                workload,
                precision,
                wanted("sizes", List.of(isQuick ? QUICK_SIZES : ALL_SIZES)),
                wanted("peers", List.of(usual))),
            peers);
      }
    }
  }

  private void runRest(String title, boolean isFirst) throws RunnerException {
    String float64 = Precision.FLOAT64.name();
    int closeTurns = options.getMeasurementIterations().orElse(CLOSE_TURNS);
    for (String workload : isQuick ? SWEEP.subList(1, 3) : SWEEP) {
      System.out.println(title + "threads, " + workload);
      List<String> sizes = List.of(isQuick ? QUICK_SWEEP_SIZES : SWEEP_SIZES);
      ChainedOptionsBuilder turns = turns(workload, float64, sizes, List.of(SWEEP_PEERS));
      time(turns.measurementIterations(closeTurns), sweep);
    }
    System.out.println(title + "callers");
    ChainedOptionsBuilder many =
        turns(Workload.AXPBY.name(), float64, List.of(CALLERS_SIZE), List.of(CALLERS));
    // No more threads than a Java process must have.
    many.jvmArgsAppend(jvmArguments("2g", "-XX:+UseSerialGC"));
    time(many.measurementIterations(closeTurns), callers);
    if (isFirst) {
      for (String n : isQuick ? QUICK_GEMMS : GEMMS) {
        System.out.println(title + "matrix products, n = " + n);
        time(steady(GemmBenchmark.class).param("n", n), others);
      }
      if (!isQuick) {
        System.out.println(title + "matrix products, n = " + LARGE_GEMM);
        ChainedOptionsBuilder large = steady(GemmBenchmark.class).param("n", LARGE_GEMM);
        time(large.warmupIterations(1).measurementIterations(2), others);
      }
    }
    System.out.println(title + "calls");
    time(steady(CallBenchmark.class).param("n", CALLS).addProfiler(GCProfiler.class), others);
  }

  /** All peers in turns, in one fork. */
  private ChainedOptionsBuilder turns(
      String workload, String precision, Collection<String> sizes, Collection<String> who) {
    return configure(TurnsBenchmark.class)
        .param("workload", workload)
        .param("precision", precision)
        .param("sizes", sizes.toArray(String[]::new))
        .param("peers", who.toArray(String[]::new))
        .addProfiler(TurnTimes.class)
        .warmupIterations(1)
        .measurementIterations(options.getMeasurementIterations().orElse(2))
        .jvmArgsAppend(jvmArguments(isQuick ? "2g" : "4500m", "-XX:+UseG1GC"));
  }

  private static String[] jvmArguments(String heap, String collector) {
    Stream<String> settings =
        System.getProperties().stringPropertyNames().stream()
            .filter(name -> name.startsWith(SETTINGS))
            .map(name -> "-D" + name + "=" + System.getProperty(name));
    return Stream.concat(
            Stream.of(
                "-Xms" + heap,
                "-Xmx" + heap,
                collector,
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED"),
            settings)
        .toArray(String[]::new);
  }

  /** Benchmarks that JMH times itself. */
  private ChainedOptionsBuilder steady(Class<?> benchmark) {
    ChainedOptionsBuilder builder = configure(benchmark).timeUnit(TimeUnit.NANOSECONDS);
    if (isQuick) {
      builder.warmupIterations(2).warmupTime(TimeValue.milliseconds(300));
      builder.measurementIterations(3).measurementTime(TimeValue.milliseconds(200));
    }
    return builder;
  }

  private ChainedOptionsBuilder configure(Class<?> benchmark) {
    return new OptionsBuilder()
        .parent(options)
        .include(benchmark.getName())
        .forks(1)
        .shouldFailOnError(false)
        .verbosity(VerboseMode.SILENT);
  }

  /** What {@code -p} says, else the defaults. */
  private Collection<String> wanted(String parameter, List<String> defaults) {
    return options.getParameter(parameter).orElse(defaults);
  }

  private static List<String> names(Enum<?>[] values) {
    return Arrays.stream(values).map(Enum::name).toList();
  }

  /** Runs, and puts the results with those of earlier rounds. */
  private static void time(ChainedOptionsBuilder builder, Map<String, RunResult> into)
      throws RunnerException {
    for (RunResult result : new Runner(builder.build()).run()) {
      into.merge(result.getParams().id(), result, Main::join);
    }
  }

  private static RunResult join(RunResult earlier, RunResult later) {
    List<BenchmarkResult> all =
        Stream.of(earlier, later)
            .flatMap(result -> result.getBenchmarkResults().stream())
            .collect(Collectors.toList());
    return new RunResult(earlier.getParams(), all);
  }

  /** Writes raw results. Of absolute paths, which are nobody else's, their last names are left. */
  private static void write(Path file, Collection<RunResult> results) throws IOException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(json, true, StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
    }
    String text = json.toString(StandardCharsets.UTF_8);
    Files.writeString(file, text.replaceAll("([\":=])/[^\":]*/([^\":/]*)", "$1$2"));
  }
}
