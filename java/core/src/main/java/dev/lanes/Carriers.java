package dev.lanes;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Platform threads, as many as there are processors, on which long native runs of virtual threads
 * take place: in native code a virtual thread would keep its carrier from all others.
 */
final class Carriers {

  private static final long IDLE_SECONDS = 10;

  /** Tells virtual threads, null before Java 21. */
  private static final Method IS_VIRTUAL = isVirtualMethod();

  /** Started by the first who needs them. */
  private static final class Holder {
    static final ThreadPoolExecutor THREADS = threads();

    private static ThreadPoolExecutor threads() {
      int count = Runtime.getRuntime().availableProcessors();
      ThreadPoolExecutor threads =
          new ThreadPoolExecutor(
              count,
              count,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              work -> {
                Thread thread = new Thread(work, "lanes-carrier");
                thread.setDaemon(true);
                return thread;
              });
      threads.allowCoreThreadTimeOut(true);
      return threads;
    }
  }

  private Carriers() {}

  private static Method isVirtualMethod() {
    try {
      return Thread.class.getMethod("isVirtual");
    } catch (NoSuchMethodException e) {
      return null;
    }
  }

  /** Whether the calling thread is a virtual one. */
  static boolean areNeeded() {
    try {
      return IS_VIRTUAL != null && (boolean) IS_VIRTUAL.invoke(Thread.currentThread());
    } catch (IllegalAccessException e) {
      return false; // of Java 19 and 20, where it is a preview
    } catch (InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  static void execute(Runnable work) {
    Holder.THREADS.execute(work);
  }
}
