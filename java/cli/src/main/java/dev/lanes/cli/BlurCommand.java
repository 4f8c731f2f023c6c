package dev.lanes.cli;

import dev.lanes.DType;
import dev.lanes.Filter;
import dev.lanes.Filters;
import dev.lanes.Lanes;
import dev.lanes.LanesException;
import dev.lanes.Outcome;
import dev.lanes.Pool;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lanes blur}: blurs PNG and JPEG files, as many at a time as there are threads. */
@Command(
    name = "blur",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Blur PNG and JPEG images, files or all files of folders.",
    footer = {
      "",
      "Grey images stay grey, transparent pixels do not bleed into others. What cannot be",
      "blurred is named, the rest is done, and the exit code is 2.",
      "",
      "Example: lanes blur --radius 10 photos -d blurred"
    })
final class BlurCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--radius",
      paramLabel = "R",
      description =
          "blur as Pillow's GaussianBlur(R), at a cost that does not depend on R (16-bit images:"
              + " by a true Gaussian of sigma R); with --sigma: where the Gaussian is cut off,"
              + " in pixels")
  private Double radius;

  @Option(
      names = "--sigma",
      paramLabel = "S",
      description = "blur by a true Gaussian of this standard deviation in pixels")
  private Double sigma;

  @Option(
      names = {"-d", "--directory"},
      required = true,
      paramLabel = "DIR",
      description = "where the results go, under the names of the inputs")
  private Path directory;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "images, and folders of them")
  private List<Path> inputs = List.of();

  @Option(
      names = "--quality",
      paramLabel = "Q",
      defaultValue = "95",
      description = "of JPEG files, from 1 to 100 (default: ${DEFAULT-VALUE})")
  private int quality;

  private final Map<Path, String> failures = new TreeMap<>();

  private BlurCommand() {}

  @Override
  public Integer call() {
    requireAmount();
    System.setProperty("java.awt.headless", "true");
    ImageIO.setUseCache(false);
    List<Path> files = files();
    Map<Path, Path> work = targets(files);
    PrintWriter err = spec.commandLine().getErr();
    try (Progress progress = new Progress(err, "blur", work.size(), "images")) {
      blurAll(work, progress);
    }
    failures.forEach((file, why) -> ErrorReport.print(err, file + ": " + why));
    int done = files.size() - failures.size();
    PrintWriter out = spec.commandLine().getOut();
    out.println(done + (done == 1 ? " image" : " images") + " blurred into " + directory);
    return failures.isEmpty() ? 0 : ErrorReport.WRONG_INPUT;
  }

  private void requireAmount() {
    if (radius == null && sigma == null) {
      throw new InputException("say how much to blur: --radius R or --sigma S");
    }
    if (quality < 1 || quality > 100) {
      throw new InputException("--quality is from 1 to 100, not " + quality);
    }
    filter(DType.UINT8); // refuses what is no amount before anything is read
  }

  private Filter filter(DType dtype) {
    boolean isPillow = sigma == null && dtype == DType.UINT8;
    if (isPillow) {
      return Filters.pillowGaussian(radius);
    }
    double deviation = sigma == null ? radius : sigma;
    Filter gaussian = Filters.gaussian(deviation).axes(0, 1).to(DType.FLOAT32);
    return sigma == null || radius == null || deviation == 0
        ? gaussian
        : gaussian.truncate(radius / deviation);
  }

  /** The files that were named, and those in the folders that were named, in order. */
  private List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (Path input : inputs) {
      if (!Files.isDirectory(input)) {
        files.add(input);
        continue;
      }
      try (Stream<Path> inside = Files.list(input)) {
        inside.filter(Files::isRegularFile).sorted().forEach(files::add);
      } catch (IOException e) {
        throw new InputException(input + ": " + ErrorReport.reason(e));
      }
    }
    return files.stream().distinct().toList();
  }

  /** Where each file's result goes; refuses what would overwrite an input or another result. */
  private Map<Path, Path> targets(List<Path> files) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new InputException(directory + ": " + ErrorReport.reason(e));
    }
    Map<Path, Path> sources = new TreeMap<>();
    Map<Path, Path> work = new TreeMap<>();
    for (Path file : files) {
      Path target = directory.resolve(file.getFileName());
      Path other = sources.putIfAbsent(target, file);
      if (other != null) {
        failures.put(file, "has the name of " + other + ", whose result would be overwritten");
      } else if (isSame(file, target)) {
        failures.put(file, "would be overwritten; choose another folder by -d");
      } else {
        work.put(file, target);
      }
    }
    return work;
  }

  private static boolean isSame(Path file, Path target) {
    try {
      return Files.exists(target) && Files.isSameFile(file, target);
    } catch (IOException e) {
      return false; // reading the file will tell
    }
  }

  private void blurAll(Map<Path, Path> work, Progress progress) {
    int workers = Math.max(1, Math.min(Lanes.threads(), work.size()));
    try (Pool pool = Pool.create(workers);
        Stream<Outcome<Path, Path>> outcomes =
            pool.outcomes(work.keySet(), file -> blur(file, work.get(file)))) {
      outcomes.forEach(
          outcome -> {
            if (!outcome.isSuccess()) {
              failures.put(outcome.item(), reason(outcome.failure()));
            }
            progress.step("");
          });
    }
  }

  private Path blur(Path file, Path target) throws IOException {
    ImageFile blurred = ImageFile.read(file).filtered(this::filter);
    try {
      blurred.write(target, quality);
    } catch (IOException e) {
      throw new InputException("cannot write " + target + ": " + ErrorReport.reason(e));
    }
    return target;
  }

  private static String reason(Throwable failure) {
    if (failure instanceof IOException e) {
      return ErrorReport.reason(e);
    }
    if (failure instanceof OutOfMemoryError) {
      return "too large for the memory";
    }
    return failure instanceof LanesException || failure instanceof InputException
        ? failure.getMessage()
        : "cannot be read as an image: " + failure; // what decoders throw for some broken files
  }
}
