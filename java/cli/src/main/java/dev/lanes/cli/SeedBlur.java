package dev.lanes.cli;

import static dev.lanes.cli.Seed.Language.JAVA;
import static dev.lanes.cli.Seed.Language.LANES;

import dev.lanes.Filter;
import dev.lanes.Filters;
import dev.lanes.Pool;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.ConvolveOp;
import java.awt.image.Kernel;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/**
 * A folder of photographs, made out of one, and ways to blur them. Each reads JPEG files and writes
 * JPEG files of the usual quality, 75 of 100, into a folder of its own.
 */
final class SeedBlur implements AutoCloseable {

  private static final double RADIUS = 10;
  private static final int REACH = 30; // of the bell, three deviations
  private static final int QUALITY = 75;

  /**
   * By how much the means and deviations of images may differ: ConvolveOp cuts fractions off in
   * each of its two passes, which makes images a level darker, and Pillow takes three boxes for a
   * bell.
   */
  static final double TOLERANCE = 0.02;

  private final Path folder;
  private final List<Path> files = new ArrayList<>();

  private SeedBlur(Path folder) {
    this.folder = folder;
  }

  /** Makes so many photographs. */
  static SeedBlur make(int count) {
    ImageIO.setUseCache(false);
    try (InputStream in = SeedBlur.class.getResourceAsStream("grace_hopper.jpg")) {
      BufferedImage portrait = ImageIO.read(in);
      SeedBlur blur = new SeedBlur(Files.createTempDirectory("lanes-seeds"));
      Path input = Files.createDirectory(blur.folder.resolve("in"));
      Random random = new Random(1);
      for (int i = 0; i < count; i++) {
        Path file = input.resolve(String.format("%02d.jpg", i));
        ImageIO.write(another(portrait, random), "jpeg", file.toFile());
        blur.files.add(file);
      }
      return blur;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A part of an image, larger or smaller, perhaps as in a mirror. */
  private static BufferedImage another(BufferedImage image, Random random) {
    int width = image.getWidth() - random.nextInt(128);
    int height = image.getHeight() - random.nextInt(128);
    int x = random.nextInt(image.getWidth() - width + 1);
    int y = random.nextInt(image.getHeight() - height + 1);
    double scale = 0.75 + random.nextDouble();
    boolean isMirrored = random.nextBoolean();
    int left = isMirrored ? x + width : x;
    int right = isMirrored ? x : x + width;
    BufferedImage other =
        new BufferedImage(
            (int) (width * scale), (int) (height * scale), BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = other.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(
        image, 0, 0, other.getWidth(), other.getHeight(), left, y, right, y + height, null);
    graphics.dispose();
    return other;
  }

  /** Where the photographs lie, in a folder {@code in}. */
  Path folder() {
    return folder;
  }

  /**
   * The ways.
   *
   * @param pool that does it in Lanes
   */
  List<Seed.Form> forms(Pool pool) {
    Filter gaussian = Filters.pillowGaussian(RADIUS);
    return List.of(
        form(
            JAVA,
            "for each file: ImageIO, ConvolveOp by x and y",
            target -> files.stream().map(file -> convolved(file, target)).toList()),
        form(
            JAVA,
            "the same by files.parallelStream()",
            target -> files.parallelStream().map(file -> convolved(file, target)).toList()),
        form(
            LANES,
            "pool.map(files, Filters.pillowGaussian(10)), ImageIO",
            target ->
                pool.map(
                    files,
                    file -> {
                      Path blurred = target.resolve(file.getFileName());
                      ImageFile.read(file).filtered(dtype -> gaussian).write(blurred, QUALITY);
                      return blurred;
                    })));
  }

  private Seed.Form form(Seed.Language language, String code, Function<Path, List<Path>> work) {
    Path target = folder.resolve(language.text);
    return Seed.Form.of(
        language, code, () -> work.apply(Files.createDirectories(target)), SeedBlur::look);
  }

  private static Path convolved(Path file, Path folder) {
    float[] bell = new float[2 * REACH + 1];
    double sum = 0;
    for (int i = 0; i < bell.length; i++) {
      double x = (i - REACH) / RADIUS;
      bell[i] = (float) Math.exp(-x * x / 2);
      sum += bell[i];
    }
    for (int i = 0; i < bell.length; i++) {
      bell[i] /= (float) sum;
    }
    ConvolveOp alongX =
        new ConvolveOp(new Kernel(bell.length, 1, bell), ConvolveOp.EDGE_NO_OP, null);
    ConvolveOp alongY =
        new ConvolveOp(new Kernel(1, bell.length, bell), ConvolveOp.EDGE_NO_OP, null);
    Path target = folder.resolve(file.getFileName());
    try {
      BufferedImage image = ImageIO.read(file.toFile());
      BufferedImage blurred = alongY.filter(alongX.filter(image, null), null);
      ImageIO.write(blurred, "jpeg", target.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return target;
  }

  /** Of each image the mean and the deviation inside the margin, over all channels. */
  private static double[] look(List<Path> images) {
    return images.stream().flatMapToDouble(SeedBlur::look).toArray();
  }

  private static DoubleStream look(Path path) {
    WritableRaster raster;
    try {
      raster = ImageIO.read(path.toFile()).getRaster();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int width = raster.getWidth() - 2 * REACH;
    int height = raster.getHeight() - 2 * REACH;
    int[] inner = raster.getPixels(REACH, REACH, width, height, (int[]) null);
    double mean = Arrays.stream(inner).average().orElseThrow();
    double variance =
        Arrays.stream(inner).mapToDouble(v -> (v - mean) * (v - mean)).average().orElseThrow();
    return DoubleStream.of(mean, Math.sqrt(variance));
  }

  @Override
  public void close() {
    try (Stream<Path> inside = Files.walk(folder)) {
      inside.sorted(Comparator.reverseOrder()).forEach(SeedBlur::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
