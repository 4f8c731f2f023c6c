package dev.lanes.cli;

import java.util.stream.IntStream;

/** {@code u**2} as one would write it in Java: over heap arrays, on one thread or on all. */
final class Square {

  /** Parts per processor, so that one that is held up does not hold up the others. */
  private static final int PARTS = 8;

  private Square() {}

  static void serial(double[] u, double[] result) {
    range(u, result, 0, u.length);
  }

  static void parallel(double[] u, double[] result) {
    int parts = PARTS * Runtime.getRuntime().availableProcessors();
    IntStream.range(0, parts)
        .parallel()
        .forEach(
            part ->
                range(
                    u,
                    result,
                    (int) ((long) u.length * part / parts),
                    (int) ((long) u.length * (part + 1) / parts)));
  }

  private static void range(double[] u, double[] result, int from, int to) {
    for (int i = from; i < to; i++) {
      result[i] = u[i] * u[i];
    }
  }
}
