package dev.lanes.bench.peers;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Locale;
import org.bytedeco.javacpp.indexer.FloatIndexer;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * The true Gaussians of FilterBenchmark by OpenCV on one thread: medians of milliseconds of
 * processor time, one JSON line each.
 */
public final class Blurs {
  private static final int SIZE = 512;
  private static final int TAPS = 81;
  private static final double SIGMA = 10;

  private Blurs() {}

  /**
   * Checks, then times.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) {
    opencv_core.setNumThreads(1);
    check();
    time("opencv GaussianBlur(10), 512x512 float32", opencv_core.CV_32FC1, 1);
    time("opencv GaussianBlur(10), 512x512x3 uint8", opencv_core.CV_8UC3, 256);
    System.exit(0); // libraries leave threads behind
  }

  private static void blur(Mat from, Mat to) {
    opencv_imgproc.GaussianBlur(from, to, new Size(TAPS, TAPS), SIGMA);
  }

  /** A single 1 becomes the bell: its top is the square of the weight in the middle. */
  private static void check() {
    Mat image = new Mat(SIZE, SIZE, opencv_core.CV_32FC1, Scalar.all(0));
    try (FloatIndexer elements = image.createIndexer()) {
      elements.put(SIZE / 2, SIZE / 2, 1);
    }
    Mat blurred = new Mat();
    blur(image, blurred);
    double sum = 0;
    for (int i = -TAPS / 2; i <= TAPS / 2; i++) {
      sum += Math.exp(-i * i / (2 * SIGMA * SIGMA));
    }
    try (FloatIndexer elements = blurred.createIndexer()) {
      double top = elements.get(SIZE / 2, SIZE / 2);
      if (Math.abs(top * sum * sum - 1) > 1e-4) {
        throw new IllegalStateException("the top is " + top + ", not " + 1 / (sum * sum));
      }
    }
  }

  private static Mat number(double value) {
    return new Mat(1, 1, opencv_core.CV_64FC1, Scalar.all(value));
  }

  private static void time(String what, int type, double high) {
    Mat image = new Mat(SIZE, SIZE, type);
    opencv_core.randu(image, number(0), number(high));
    Mat blurred = new Mat();
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    double[] taken = new double[40];
    for (int i = -20; i < taken.length; i++) {
      long start = clock.getCurrentThreadCpuTime();
      blur(image, blurred);
      taken[Math.max(i, 0)] = (clock.getCurrentThreadCpuTime() - start) / 1e6;
    }
    Arrays.sort(taken);
    System.out.printf(Locale.ROOT, "{\"what\": \"%s\", \"cpu_ms\": %.3f}%n", what, taken[20]);
  }
}
