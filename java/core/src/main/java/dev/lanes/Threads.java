package dev.lanes;

/**
 * Decides how many threads a piece of work is given: one for small work and for threads that are
 * themselves one of many workers, else as many as the caller allows.
 */
final class Threads {

  /** Work that is worth a second thread: a few times what it costs to hand it over. */
  private static final double PARALLEL_NANOS = 20_000;

  /** The same for passes of expressions, where a thread that sleeps is not always woken. */
  private static final double PASS_NANOS = 6_000;

  /** Work of a run that is worth waking a thread for, which takes about a third of that. */
  static final double WAKING_NANOS = 120_000;

  /** Work that is always done by the calling thread alone. */
  static final double ALONE_NANOS = PASS_NANOS;

  private static final ThreadLocal<Boolean> ALONE = new ThreadLocal<>();

  private Threads() {}

  /**
   * Threads for work that would take one thread so long.
   *
   * @param nanos estimated nanoseconds on one thread
   * @param most the caller's own limit, or 0 for {@link Lanes#threads()}
   */
  static int forWork(double nanos, int most) {
    return forWork(nanos, PARALLEL_NANOS, most);
  }

  /** The same for a pass of an expression: no more than have some microseconds of work each. */
  static int forPass(double nanos, int most) {
    double worthIt = Math.max(2, nanos / (PASS_NANOS / 2));
    return (int) Math.min(forWork(nanos, PASS_NANOS, most), worthIt);
  }

  private static int forWork(double nanos, double least, int most) {
    // Asked for even when it does not matter, so that a wrong -Dlanes.threads is always refused.
    int limit = most == 0 ? Lanes.threads() : most;
    return nanos < least || ALONE.get() != null ? 1 : limit;
  }

  /**
   * Says whether this thread's later work is to stay on this thread, because others like it keep
   * the other cores busy.
   *
   * @return what held before
   */
  static boolean setAlone(boolean isAlone) {
    boolean before = ALONE.get() != null;
    if (isAlone) {
      ALONE.set(true);
    } else {
      ALONE.remove();
    }
    return before;
  }
}
