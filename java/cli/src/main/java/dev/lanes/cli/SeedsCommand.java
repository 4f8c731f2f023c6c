package dev.lanes.cli;

import dev.lanes.Lanes;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lanes seeds}: workloads from Python, in plain Java and in Lanes, in one run. */
@Command(
    name = "seeds",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = {
      "Run workloads that people write in Python, as they write them, in plain Java and in Lanes.",
      "All ways are checked against each other, then timed in turns."
    })
final class SeedsCommand implements Callable<Integer> {

  private static final int ROUNDS = 15;
  private static final int HEAP_BYTES = 32; // for each number of the first workload

  @Spec private CommandSpec spec;

  @Option(names = "--quick", description = "small workloads: to see that all is well, not how fast")
  private boolean isQuick;

  @Option(
      names = "--rows",
      paramLabel = "N",
      split = ",",
      description = "only these workloads, such as 1,3")
  private Set<Integer> rows = Set.of();

  @Option(
      names = "--python",
      paramLabel = "PROGRAM",
      defaultValue = "python3",
      description =
          "the Python to run (default: ${DEFAULT-VALUE}); NumPy, numexpr, tqdm and Pillow add rows")
  private String program;

  @Option(
      names = "--venv",
      paramLabel = "FOLDER",
      description = "run the Python of this virtual environment; made with the packages if missing")
  private Path environment;

  @Option(
      names = "--write",
      paramLabel = "FILE",
      description = "also write a page, with a picture beside it")
  private Path page;

  private PrintWriter out;
  private PrintWriter err;

  private SeedsCommand() {}

  /** What came out for one workload. */
  record Result(int number, String title, String note, List<Seed.Row> rows) {

    /** The fastest form of a language, in milliseconds; NaN where there is none. */
    double best(Seed.Language language) {
      return rows.stream()
          .filter(row -> row.form().language() == language)
          .mapToDouble(Seed.Row::millis)
          .min()
          .orElse(Double.NaN);
    }
  }

  @Override
  public Integer call() {
    out = spec.commandLine().getOut();
    err = spec.commandLine().getErr();
    if (environment != null) {
      program = SeedsPython.environment(environment, err);
    }
    List<Result> results = new ArrayList<>();
    String versions = "no Python";
    SeedsPython python = start();
    try (python;
        Seeds seeds = new Seeds(python, isQuick, numbers())) {
      if (python != null) {
        versions = python.versions;
      }
      Iterator<Seed> all = seeds.all(number -> rows.isEmpty() || rows.contains(number)).iterator();
      while (all.hasNext()) {
        try (Seed seed = all.next()) {
          err.println(seed.number + ": " + seed.title);
          List<Seed.Row> timed = seed.race(isQuick ? 5 : ROUNDS, isQuick ? 100 : 1500);
          results.add(new Result(seed.number, seed.title, seed.note, timed));
          print(results.get(results.size() - 1));
        }
      }
    }
    if (page != null) {
      write(results, versions);
    }
    boolean allRight =
        results.stream().flatMap(result -> result.rows.stream()).allMatch(Seed.Row::isRight);
    if (!allRight) {
      ErrorReport.print(err, "results differ");
    }
    return allRight ? 0 : 1;
  }

  private SeedsPython start() {
    try {
      return SeedsPython.start(program);
    } catch (IOException e) {
      err.println("Without Python: " + e.getMessage());
      return null;
    }
  }

  /** How many numbers to square: as many as the heap has comfortably room for. */
  private int numbers() {
    long most = Runtime.getRuntime().maxMemory() / HEAP_BYTES;
    return (int) Math.min(most, isQuick ? 1_000_000 : 60_000_000);
  }

  private void print(Result result) {
    out.printf(
        Locale.ROOT,
        "%n%d. %s%s%n",
        result.number,
        result.title,
        result.note.isEmpty() ? "" : " (" + result.note + ")");
    double lanes = result.best(Seed.Language.LANES);
    for (Seed.Row row : result.rows) {
      out.printf(
          Locale.ROOT,
          "  %-7s %-52s %12s ms %9s  %s%n",
          row.form().language().text,
          row.form().code(),
          SeedsPage.digits(row.millis()),
          SeedsPage.digits(row.millis() / lanes) + "x",
          row.isRight() ? "" : "WRONG");
    }
    out.flush();
  }

  private void write(List<Result> results, String versions) {
    String name = page.getFileName().toString();
    String picture = name.replaceFirst("\\.md$", "") + ".png";
    String command = "lanes seeds" + (isQuick ? " --quick" : "") + " --write " + name;
    String text =
        SeedsPage.text(results, picture, command, "Lanes " + Lanes.version() + ", " + versions);
    try {
      Files.writeString(page, text);
      SeedsPage.draw(results, page.resolveSibling(picture));
    } catch (IOException e) {
      throw new InputException("--write " + page + ": " + ErrorReport.reason(e));
    }
  }
}
