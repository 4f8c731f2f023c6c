package dev.lanes.bench;

import java.util.stream.IntStream;

/**
 * The operands of every peer, in whichever language it is written: uniform in (0.01, 20.01), a hash
 * of where they stand, so that all compute the same.
 */
public final class Operands {
  /** What another sequence would begin with. */
  public static final long SEED = 20260101;

  private static final double LOW = 0.01;
  private static final double RANGE = 20;
  private static final int PIECE = 1 << 16;

  private Operands() {}

  /**
   * Takes elements of an array in parallel.
   *
   * <p>The mixing is that of SplitMix64 (Steele, Lea and Flood, 2014).
   *
   * @param array number of the operand
   * @param n how many there are
   * @param target what is done with each range of them
   */
  public static void fill(int array, long n, Target target) {
    IntStream.range(0, (int) ((n + PIECE - 1) / PIECE))
        .parallel()
        .forEach(
            piece -> {
              long first = (long) piece * PIECE;
              target.accept(first, values(array, first, (int) Math.min(PIECE, n - first)));
            });
  }

  static double[] values(int array, long first, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = value(array, first + i);
    }
    return values;
  }

  private static double value(long array, long index) {
    long z = SEED + (array << 40) + index * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    z ^= z >>> 31;
    return LOW + RANGE * ((z >>> 11) * 0x1p-53);
  }

  /** Where elements go. */
  @FunctionalInterface
  public interface Target {
    /**
     * Stores.
     *
     * @param first index of the first
     * @param values one after the other
     */
    void accept(long first, double[] values);
  }
}
