package dev.lanes.bench;

import dev.lanes.Lanes;
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
 * Runs the benchmarks in rounds, peers of one cell right after each other, so that what the machine
 * does besides falls on all of them; then prints how they compare and writes the raw results.
 */
public final class Main {
  private static final String QUICK = "--quick";
  private static final String FULL = "--full";
  private static final List<String> SIZES = List.of("1000", "100000", "6000000", "60000000");
  private static final String[] GEMMS = {"32", "256", "1024"};
  private static final String[] CALLS = {"1", "8", "1000"};

  private final CommandLineOptions options;
  private final boolean isQuick;
  private final boolean isFull;
  private final Map<String, RunResult> results = new LinkedHashMap<>();

  private Main(String[] arguments) throws CommandLineOptionException {
    List<String> rest = new ArrayList<>(List.of(arguments));
    isQuick = rest.remove(QUICK);
    isFull = rest.remove(FULL);
    options = new CommandLineOptions(rest.toArray(String[]::new));
  }

  /**
   * Runs.
   *
   * @param arguments {@code --quick} for a first impression, {@code --full} for every workload, and
   *     options of JMH, of which {@code -p} narrows or widens what is run
   * @throws CommandLineOptionException for other arguments
   * @throws RunnerException when a peer fails or computes something else than the Java engine
   * @throws IOException when the results cannot be written
   */
  public static void main(String[] arguments)
      throws CommandLineOptionException, RunnerException, IOException {
    new Main(arguments).run();
  }

  private void run() throws RunnerException, IOException {
    System.out.printf(
        "Java %s, engine %s %s, %d threads%n",
        options.getJvm().orElse(System.getProperty("java.version")),
        Lanes.engine(),
        Lanes.isa().orElse(""),
        Lanes.threads());
    Path file = Path.of(options.getResult().orElse("target/bench.json")).toAbsolutePath();
    Files.createDirectories(file.getParent());
    int rounds = options.getForkCount().orElse(isQuick ? 1 : 2);
    for (int round = 1; round <= rounds; round++) {
      String title = "round %d of %d: ".formatted(round, rounds);
      for (String precision : wanted("precision", names(Precision.values(), isFull ? 2 : 1))) {
        for (String workload : wanted("workload", names(Workload.values(), isFull ? 99 : 2))) {
          for (String n : wanted("n", SIZES)) {
            System.out.println(title + workload + " " + precision + ", n = " + n);
            time(expressions(precision, workload, n));
          }
        }
      }
      for (String n : isFull ? new String[] {"32", "256", "1024", "4096"} : GEMMS) {
        System.out.println(title + "gemm, n = " + n);
        time(configure(GemmBenchmark.class).param("n", n));
      }
      System.out.println(title + "calls");
      // Its sizes are its own, whatever -p says of the expressions'.
      time(configure(CallBenchmark.class).param("n", CALLS).addProfiler(GCProfiler.class));
    }
    Report.print(results.values(), System.out);
    try (PrintStream out = new PrintStream(file.toFile(), StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results.values());
    }
    System.out.println("raw results: " + file);
  }

  private ChainedOptionsBuilder expressions(String precision, String workload, String n) {
    List<String> suited =
        Arrays.stream(Peer.values())
            .filter(peer -> peer.suits(Integer.parseInt(n)))
            .map(Enum::name)
            .toList();
    return configure(ExpressionBenchmark.class)
        .param("precision", precision)
        .param("workload", workload)
        .param("n", n)
        .param("peer", wanted("peer", suited).toArray(String[]::new));
  }

  private ChainedOptionsBuilder configure(Class<?> benchmark) {
    ChainedOptionsBuilder builder =
        new OptionsBuilder()
            .parent(options)
            .include(benchmark.getName())
            .forks(1)
            .timeUnit(TimeUnit.NANOSECONDS)
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    if (isQuick) {
      builder.warmupIterations(2).warmupTime(TimeValue.milliseconds(500));
      builder.measurementIterations(3).measurementTime(TimeValue.milliseconds(200));
    }
    return builder;
  }

  /** What {@code -p} says, else the defaults. */
  private Collection<String> wanted(String parameter, List<String> defaults) {
    return options.getParameter(parameter).orElse(defaults);
  }

  private static List<String> names(Enum<?>[] values, int most) {
    return Arrays.stream(values).limit(most).map(Enum::name).toList();
  }

  /** Runs, and puts the results with those of earlier rounds. */
  private void time(ChainedOptionsBuilder builder) throws RunnerException {
    for (RunResult result : new Runner(builder.build()).run()) {
      results.merge(result.getParams().id(), result, Main::join);
    }
  }

  private static RunResult join(RunResult earlier, RunResult later) {
    List<BenchmarkResult> all =
        Stream.of(earlier, later).flatMap(r -> r.getBenchmarkResults().stream()).toList();
    return new RunResult(earlier.getParams(), all);
  }
}
