package dev.lanes.bench;

import dev.lanes.DType;
import dev.lanes.Filter;
import dev.lanes.Filters;
import dev.lanes.NDArray;
import java.awt.image.BufferedImage;
import java.awt.image.ConvolveOp;
import java.awt.image.DataBufferByte;
import java.awt.image.Kernel;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Blurs of one image of 512 x 512, and of 200 of them, beside what a Java programmer would write;
 * {@code bench/python/filters.py} times what a Python programmer would.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms2g", "-Xmx2g"})
public class FilterBenchmark {
  private static final int SIZE = 512;
  private static final int CHANNELS = 3;
  private static final int BATCH = 200;
  private static final float SIGMA = 10;
  private static final int RADIUS = 40;

  /** What is computed by whom. */
  public enum Peer {
    /** Pillow's blur of a colour image, one thread. */
    PILLOW_FORM {
      @Override
      Runnable prepare() {
        NDArray image = image();
        return into(Filters.pillowGaussian(SIGMA).withThreads(1), image);
      }
    },
    /** The true Gaussian of a float32 image, one thread. */
    GAUSSIAN {
      @Override
      Runnable prepare() {
        NDArray image = NDArray.of(floats(), SIZE, SIZE);
        return into(Filters.gaussian(SIGMA).withThreads(1), image);
      }
    },
    /** The same as two loops per axis over a Java array. */
    GAUSSIAN_JAVA_LOOP {
      @Override
      Runnable prepare() {
        float[] image = floats();
        float[] between = new float[image.length];
        float[] blurred = new float[image.length];
        float[] weights = weights();
        requireSame(image, between, blurred, weights);
        return () -> {
          alongRows(image, between, weights);
          alongColumns(between, blurred, weights);
        };
      }
    },
    /** The true Gaussian of a colour image by ConvolveOp, which leaves the borders black. */
    GAUSSIAN_CONVOLVE_OP {
      @Override
      Runnable prepare() {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_3BYTE_BGR);
        byte[] bytes = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        image().copyTo(0, java.nio.ByteBuffer.wrap(bytes));
        int taps = 2 * RADIUS + 1;
        ConvolveOp rows = new ConvolveOp(new Kernel(taps, 1, weights()));
        ConvolveOp columns = new ConvolveOp(new Kernel(1, taps, weights()));
        return () -> columns.filter(rows.filter(image, null), null);
      }
    },
    /** The true Gaussian of a colour image, one thread. */
    GAUSSIAN_COLOUR {
      @Override
      Runnable prepare() {
        return into(Filters.gaussian(SIGMA).axes(0, 1).withThreads(1), image());
      }
    },
    /** 200 colour images by Pillow's blur, one thread. */
    BATCH_1 {
      @Override
      Runnable prepare() {
        return into(Filters.pillowGaussian(SIGMA).withThreads(1), batch());
      }
    },
    /** 200 colour images by Pillow's blur, all cores. */
    BATCH_ALL {
      @Override
      Runnable prepare() {
        return into(Filters.pillowGaussian(SIGMA), batch());
      }
    };

    abstract Runnable prepare();
  }

  /** By whom. */
  @Param public Peer peer;

  private Runnable work;

  /** Makes the images. */
  @Setup
  public void prepare() {
    work = peer.prepare();
  }

  /** Blurs. */
  @Benchmark
  public void blur() {
    work.run();
  }

  /**
   * Prints medians of the processor time of the peers with one thread, as {@code
   * bench/python/filters.py} does: on a busy machine it says more than the clock.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    for (Peer each : List.of(Peer.PILLOW_FORM, Peer.GAUSSIAN, Peer.GAUSSIAN_COLOUR)) {
      Runnable work = each.prepare();
      double[] taken = new double[40];
      for (int i = -20; i < taken.length; i++) {
        long start = clock.getCurrentThreadCpuTime();
        work.run();
        taken[Math.max(i, 0)] = (clock.getCurrentThreadCpuTime() - start) / 1e6;
      }
      Arrays.sort(taken);
      System.out.printf(
          Locale.ROOT, "{\"what\": \"lanes %s\", \"cpu_ms\": %.3f}%n", each, taken[20]);
    }
  }

  private static Runnable into(Filter filter, NDArray image) {
    NDArray output = NDArray.allocate(image.dtype(), image.shape());
    return () -> filter.applyInto(output, image);
  }

  private static NDArray image() {
    byte[] bytes = new byte[SIZE * SIZE * CHANNELS];
    new java.util.Random(1).nextBytes(bytes);
    NDArray image = NDArray.allocate(DType.UINT8, SIZE, SIZE, CHANNELS);
    image.copyFrom(0, java.nio.ByteBuffer.wrap(bytes));
    return image;
  }

  private static NDArray batch() {
    NDArray batch = NDArray.allocate(DType.UINT8, BATCH, SIZE, SIZE, CHANNELS);
    batch.copyFrom(image());
    return batch;
  }

  private static float[] floats() {
    SplittableRandom random = new SplittableRandom(1);
    float[] values = new float[SIZE * SIZE];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble();
    }
    return values;
  }

  private static float[] weights() {
    double[] bell = new double[2 * RADIUS + 1];
    Arrays.setAll(bell, i -> Math.exp(-0.5 * (i - RADIUS) * (i - RADIUS) / (SIGMA * SIGMA)));
    double sum = Arrays.stream(bell).sum();
    float[] weights = new float[bell.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (bell[i] / sum);
    }
    return weights;
  }

  private static int reflect(int i) {
    return i < 0 ? -1 - i : i < SIZE ? i : 2 * SIZE - 1 - i;
  }

  private static void alongRows(float[] from, float[] to, float[] weights) {
    float[] line = new float[SIZE + 2 * RADIUS];
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < line.length; x++) {
        line[x] = from[y * SIZE + reflect(x - RADIUS)];
      }
      for (int x = 0; x < SIZE; x++) {
        float sum = 0;
        for (int k = 0; k < weights.length; k++) {
          sum += line[x + k] * weights[k];
        }
        to[y * SIZE + x] = sum;
      }
    }
  }

  /** Adds up whole rows, which the JIT makes vectors of. */
  private static void alongColumns(float[] from, float[] to, float[] weights) {
    Arrays.fill(to, 0);
    for (int y = 0; y < SIZE; y++) {
      for (int k = 0; k < weights.length; k++) {
        int source = reflect(y + k - RADIUS) * SIZE;
        float weight = weights[k];
        for (int x = 0; x < SIZE; x++) {
          to[y * SIZE + x] += from[source + x] * weight;
        }
      }
    }
  }

  private static void requireSame(float[] image, float[] between, float[] to, float[] weights) {
    alongRows(image, between, weights);
    alongColumns(between, to, weights);
    float[] ours = Filters.gaussian(SIGMA).apply(NDArray.of(image, SIZE, SIZE)).toFloatArray();
    for (int i = 0; i < ours.length; i++) {
      if (Math.abs(ours[i] - to[i]) > 1e-5) {
        throw new IllegalStateException("element " + i + " is " + to[i] + ", not " + ours[i]);
      }
    }
  }
}
