package dev.lanes.blas;

import dev.lanes.Lanes;
import java.util.concurrent.Semaphore;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.openblas.presets.openblas_nolapack.SetNumThreads;

/**
 * Lets the library use as many threads as {@link Lanes#threadsHere()} says. The library's count is
 * one for the whole process, and it ends the process when too many callers are inside at a time:
 * hence the permits.
 */
final class BlasThreads {
  private static final int CALLERS = 64;
  private static final Semaphore PERMITS = new Semaphore(CALLERS);
  private static final SetNumThreads SETTER = setter();
  private static volatile int count;

  private BlasThreads() {}

  private static SetNumThreads setter() {
    Pointer function = Loader.addressof("openblas_set_num_threads");
    return function == null ? null : new Setter().put(function);
  }

  /** Opens the constructor that makes an empty function pointer. */
  private static final class Setter extends SetNumThreads {}

  /** To be followed by {@link #leave()}. */
  static void enter() {
    PERMITS.acquireUninterruptibly();
    int wanted = Lanes.threadsHere();
    if (wanted != count) {
      set(wanted);
    }
  }

  static void leave() {
    PERMITS.release();
  }

  private static synchronized void set(int wanted) {
    if (SETTER != null) {
      SETTER.call(wanted);
    } else {
      openblas_nolapack.blas_set_num_threads(wanted);
    }
    count = wanted;
  }
}
