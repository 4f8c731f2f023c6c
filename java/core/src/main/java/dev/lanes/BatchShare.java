package dev.lanes;

import java.util.Arrays;

/**
 * How a batch uses threads: several evaluations at the same time on one thread each, or one after
 * the other on all threads.
 *
 * @param nanos that the whole takes, about
 * @param threads evaluations at the same time, 1 when each has all threads
 * @param isAcross whether each evaluation has one thread
 */
record BatchShare(double nanos, int threads, boolean isAcross) {

  /** Work that a team of threads shares well by itself. */
  private static final double LARGE_NANOS = 500_000;

  /**
   * Decides.
   *
   * @param nanos that all evaluations take one after the other
   * @param count how many there are
   */
  static BatchShare of(Expression expression, double nanos, long count) {
    int threads = expression.threadsFor(nanos);
    // Few and long ones are better shared out one after the other than one for each thread.
    boolean isAcross = count >= 4L * threads || nanos < LARGE_NANOS * count;
    return new BatchShare(nanos / threads, isAcross ? threads : 1, isAcross);
  }

  /** Tells a call what was decided. */
  void prepare(Call call, Watch watch) {
    call.watch = watch;
    if (isAcross) {
      Arrays.fill(call.threads, 1);
    }
  }
}
