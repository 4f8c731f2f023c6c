package dev.lanes.cli;

import com.sun.management.OperatingSystemMXBean;
import dev.lanes.DType;
import dev.lanes.Expression;
import dev.lanes.JavaEngine;
import dev.lanes.Lanes;
import dev.lanes.LanesException;
import dev.lanes.NDArray;
import dev.lanes.NativeEngine;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.DoubleToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lanes demo}: real data, pictures, and how fast everything was. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Show real data, pictures, and what ran where and how fast.")
final class DemoCommand implements Callable<Integer> {

  private static final String RASTER = "jacksboro_dem.npy";
  private static final double CELL_DEGREES = 0.000833;
  private static final double NORTH_EDGE = 36.7329;

  /** Slopes in percent that the picture tells apart. */
  private static final double STEEPEST_SHOWN = 60;

  /** The shade that the picture shows black. */
  private static final double DARKEST_SHOWN = 0.25;

  /** Pixels from one row of the raster to the next. */
  private static final double SCALE = 2;

  /** Bytes per element of u**2: two arrays on the heap, three beside it. */
  private static final int HEAP_BYTES = 16;

  private static final int OTHER_BYTES = 24;

  private static final int ROUNDS = 101;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FOLDER",
      defaultValue = "lanes-demo",
      description = "write pictures and data into this folder (default: ${DEFAULT-VALUE})")
  private Path folder;

  @Option(names = "--quick", description = "square a tenth of the numbers")
  private boolean isQuick;

  @Option(
      names = "--numbers",
      paramLabel = "N",
      defaultValue = "60000000",
      description = "how many numbers to square (default: ${DEFAULT-VALUE})")
  private int numbers;

  private PrintWriter out;
  private final List<Race.Row> rows = new ArrayList<>();

  private DemoCommand() {}

  @Override
  public Integer call() {
    if (numbers < 10 || numbers > 100_000_000) {
      throw new InputException("--numbers is from 10 to 100000000, not " + numbers);
    }
    out = spec.commandLine().getOut();
    String isa = Lanes.isa().map(name -> ", " + name).orElse("");
    out.printf(
        Locale.ROOT,
        "Lanes %s on the %s engine%s, %d threads%n",
        Lanes.version(),
        Lanes.engine().name(),
        isa,
        Lanes.threads());
    try {
      terrain();
    } catch (IOException e) {
      throw new InputException("-o " + folder + ": " + ErrorReport.reason(e));
    }
    squares();
    table();
    boolean allRight = rows.stream().allMatch(Race.Row::isRight);
    if (!allRight) {
      ErrorReport.print(spec.commandLine().getErr(), "results differ from the Java engine's");
    }
    return allRight ? 0 : 1;
  }

  private void terrain() throws IOException {
    Files.createDirectories(folder);
    Path file = folder.resolve(RASTER);
    try (InputStream in = DemoCommand.class.getResourceAsStream(RASTER)) {
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
    }
    try (NDArray elevation = Npy.map(file);
        Terrain terrain = new Terrain(elevation, CELL_DEGREES, NORTH_EDGE)) {
      long[] shape = elevation.shape();
      out.printf(
          Locale.ROOT,
          "%nElevations around the Jacksboro fault, Tennessee (USGS): %d x %d cells of %.0f m x %.0f"
              + " m, %s to %s m%n",
          shape[0],
          shape[1],
          terrain.dx(),
          terrain.dy(),
          value("min(z)", Map.of("z", elevation)),
          value("max(z)", Map.of("z", elevation)));
      try (NDArray slope = layer("slope", Terrain.SLOPE, terrain, terrain::slope);
          NDArray shade = layer("hillshade", Terrain.HILLSHADE, terrain, terrain::hillshade)) {
        double steepest = value("max(s)", Map.of("s", slope)).doubleValue();
        double mean = value("sum(s)", Map.of("s", slope)).doubleValue() / slope.size();
        out.printf(
            Locale.ROOT,
            "slope      mean %.1f %%, steepest %.1f %% (%.1f degrees)  -> %s%n",
            mean,
            steepest,
            Math.toDegrees(Math.atan(steepest / 100)),
            picture("slope.png", slope, terrain, s -> Picture.heat(s / STEEPEST_SHOWN)));
        out.printf(
            Locale.ROOT,
            "hillshade  light from the north-west, 45 degrees high  -> %s%n",
            picture(
                "hillshade.png",
                shade,
                terrain,
                s -> Picture.grey((s - DARKEST_SHOWN) / (1 - DARKEST_SHOWN))));
        out.printf(
            Locale.ROOT, "           each one expression over eight shifted views of %s%n", file);
      }
    }
  }

  private static Number value(String text, Map<String, ?> operands) {
    try (NDArray result = Expression.compile(text).evaluate(operands)) {
      return (Number) result.item();
    }
  }

  private Path picture(String name, NDArray values, Terrain terrain, DoubleToIntFunction colour)
      throws IOException {
    Path file = folder.resolve(name);
    double cellWidth = SCALE * terrain.dx() / terrain.dy();
    Picture.write(values.toDoubleArray(), terrain.columns(), cellWidth, SCALE, colour, file);
    return file;
  }

  /** Code that computes a layer from the elevations. */
  private interface Loop {
    void run(short[] elevations, double[] result);
  }

  /** Computes and times one layer; the caller closes it. */
  private NDArray layer(String name, String formula, Terrain terrain, Loop loop) {
    Expression expression = Expression.compile(Terrain.expression(formula));
    Map<String, Object> operands = terrain.operands();
    NDArray result = terrain.allocate();
    short[] z = terrain.toJava();
    double[] inJava = new double[Math.toIntExact(result.size())];
    try (NDArray reference = expression.on(JavaEngine.INSTANCE).evaluate(operands)) {
      Race race = new Race(name, Short.BYTES * (double) z.length + result.bytes());
      race.add(
          new Race.Runner(
              "Java loop",
              1,
              () -> loop.run(z, inJava),
              () -> Arrays.fill(inJava, Double.NaN),
              () -> isSame(inJava, reference)));
      addEngines(race, expression, operands, result, reference);
      try (Progress progress =
          new Progress(spec.commandLine().getErr(), "demo", race.steps(ROUNDS), null)) {
        rows.addAll(race.run(ROUNDS, progress));
      }
    }
    return result;
  }

  private void squares() {
    int n = affordable(isQuick ? numbers / 10 : numbers);
    Expression expression = Expression.compile("u**2");
    String job = String.format(Locale.ROOT, "u**2, %.2g values", (double) n);
    int rounds = 9;
    Race race = new Race(job, 2.0 * Double.BYTES * n);
    try (Progress progress =
        new Progress(spec.commandLine().getErr(), "demo", 2 + 5 + rounds, null)) {
      progress.step("u**2: numbers");
      double[] u = new double[n];
      double[] inJava = new double[n];
      Arrays.parallelSetAll(u, i -> (i * 0x9E3779B9) * 0x1p-22);
      try (NDArray array = NDArray.of(u, n);
          NDArray result = NDArray.allocate(DType.FLOAT64, n)) {
        progress.step("u**2: reference");
        try (NDArray reference = expression.on(JavaEngine.INSTANCE).evaluate(array)) {
          Runnable erase = () -> Arrays.fill(inJava, Double.NaN);
          race.add(
              new Race.Runner(
                  "Java loop",
                  1,
                  () -> Square.serial(u, inJava),
                  erase,
                  () -> isSame(inJava, reference)));
          int processors = Runtime.getRuntime().availableProcessors();
          if (processors > 1) {
            race.add(
                new Race.Runner(
                    "Java loop, parallel",
                    processors,
                    () -> Square.parallel(u, inJava),
                    erase,
                    () -> isSame(inJava, reference)));
          }
          addEngines(race, expression, Map.of("u", array), result, reference);
          rows.addAll(race.run(rounds, progress));
        }
      }
    }
  }

  /** As many elements as wanted, or as there is comfortably memory for. */
  private int affordable(int wanted) {
    long heap = Runtime.getRuntime().maxMemory();
    long machine =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    long most = Math.min(heap / 5 * 4 / OTHER_BYTES, machine / 2 / (HEAP_BYTES + OTHER_BYTES));
    if (most >= wanted) {
      return wanted;
    }
    out.printf(
        Locale.ROOT,
        "%nThis machine lends %d MB of its %d MB to the JVM: squaring %d values, not %d.%n",
        heap >> 20,
        machine >> 20,
        most,
        wanted);
    return (int) most;
  }

  private static void addEngines(
      Race race,
      Expression expression,
      Map<String, ?> operands,
      NDArray result,
      NDArray reference) {
    Consumer<Expression> run = engine -> engine.evaluateInto(result, operands);
    Runnable erase = () -> erase(result);
    Expression inJava = expression.on(JavaEngine.INSTANCE);
    race.add(
        new Race.Runner(
            "Java engine", 1, () -> run.accept(inJava), erase, () -> isSame(result, reference)));
    if (!Lanes.isNative()) {
      return;
    }
    int most = Lanes.threads();
    for (int threads : most == 1 ? new int[] {1} : new int[] {1, most}) {
      Expression inNative = expression.on(NativeEngine.instance()).withThreads(threads);
      race.add(
          new Race.Runner(
              threads == 1 ? "native" : "native, parallel",
              threads,
              () -> run.accept(inNative),
              erase,
              () -> isSame(result, reference)));
    }
  }

  private static LongBuffer bits(NDArray array) {
    return array.asByteBuffer().order(ByteOrder.nativeOrder()).asLongBuffer();
  }

  private static void erase(NDArray array) {
    LongBuffer bits = bits(array);
    while (bits.hasRemaining()) {
      bits.put(-1);
    }
  }

  private static boolean isSame(NDArray result, NDArray reference) {
    return bits(result).equals(bits(reference));
  }

  private static boolean isSame(double[] result, NDArray reference) {
    LongBuffer bits = bits(reference);
    for (double value : result) {
      if (Double.doubleToRawLongBits(value) != bits.get()) {
        return false;
      }
    }
    return true;
  }

  private void table() {
    out.printf(
        Locale.ROOT,
        "%n%-20s %-20s %7s %9s %7s %10s  %s%n",
        "job",
        "where",
        "threads",
        "ms",
        "GB/s",
        "speed",
        "same bits");
    String job = "";
    for (Race.Row row : rows) {
      out.printf(
          Locale.ROOT,
          "%-20s %-20s %7d %9.3f %7.2f %9.2fx  %s%n",
          row.job().equals(job) ? "" : row.job(),
          row.where(),
          row.threads(),
          row.millis(),
          row.gigabytes(),
          row.ratio(),
          row.isRight() ? "yes" : "NO");
      job = row.job();
    }
    out.printf(
        Locale.ROOT,
        "%nspeed: against the serial Java loop over heap arrays; same bits: as the Java engine,"
            + " checked element by element%n");
    Lanes.whyNotNative()
        .map(LanesException::getMessage)
        .ifPresent(why -> out.printf(Locale.ROOT, "%nnative: did not run, %s%n", why));
  }
}
