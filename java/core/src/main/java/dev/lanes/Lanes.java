package dev.lanes;

import dev.lanes.LanesException.Code;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What this process runs with: the engine and why it is that one, the instruction set, the number
 * of threads.
 *
 * <p>{@code -Dlanes.engine=native|java} forces an engine, {@code -Dlanes.isa=NAME} an instruction
 * set, {@code -Dlanes.threads=N} the number of threads; what is forced and cannot be had is an
 * exception. All methods are thread-safe.
 */
public final class Lanes {

  private static volatile int threads;

  private Lanes() {}

  /** The choice of engine, made at first use. */
  private static final class Choice {
    static final Engine ENGINE;
    static final LanesException WHY_NOT_NATIVE;
    static final LanesException REFUSED;

    static {
      String wanted = System.getProperty("lanes.engine", "");
      LanesException why = null;
      LanesException refused = null;
      switch (wanted) {
        case "" -> why = NativeEngine.whyNot();
        case "native" -> {
          why = NativeEngine.whyNot();
          refused = why;
        }
        case "java" -> why = new LanesException(Code.NATIVE, "-Dlanes.engine=java was given");
        default -> {
          refused =
              new LanesException(
                  Code.NATIVE, "-Dlanes.engine=" + wanted + " is neither native nor java");
          why = refused;
        }
      }
      if (why != null && System.getProperty("lanes.isa") != null && refused == null) {
        String message =
            wanted.equals("java") ? "-Dlanes.isa needs the native engine" : why.getMessage();
        refused = new LanesException(Code.NATIVE, message, why);
      }
      ENGINE = why == null ? NativeEngine.instance() : JavaEngine.INSTANCE;
      WHY_NOT_NATIVE = why;
      REFUSED = refused;
    }
  }

  /**
   * The engine that expressions run on unless they name another one.
   *
   * @return the same engine for the whole life of the process
   * @throws LanesException code NATIVE when a system property forces what cannot be had
   */
  public static Engine engine() {
    if (Choice.REFUSED != null) {
      throw new LanesException(Code.NATIVE, Choice.REFUSED.getMessage(), Choice.REFUSED);
    }
    return Choice.ENGINE;
  }

  /**
   * Whether {@link #engine()} is the native one.
   *
   * @return false when programs run in Java
   * @throws LanesException code NATIVE when a system property forces what cannot be had
   */
  public static boolean isNative() {
    return engine() instanceof NativeEngine;
  }

  /**
   * Why programs do not run in the native library.
   *
   * @return the cause, empty when they do
   */
  public static Optional<LanesException> whyNotNative() {
    return Optional.ofNullable(Choice.WHY_NOT_NATIVE);
  }

  /**
   * The instruction set that kernels use.
   *
   * @return a name such as AVX2, empty when programs run in Java
   */
  public static Optional<String> isa() {
    return isNative() ? Optional.of(NativeEngine.instance().isa()) : Optional.empty();
  }

  /**
   * The instruction sets that {@code -Dlanes.isa} may name on this machine.
   *
   * @return best first, empty when programs run in Java
   */
  public static List<String> isas() {
    return isNative() ? NativeEngine.instance().isas() : List.of();
  }

  /**
   * Where the native library was loaded from.
   *
   * @return the folder, empty when programs run in Java
   */
  public static Optional<Path> library() {
    return isNative() ? Optional.of(NativeEngine.instance().folder()) : Optional.empty();
  }

  /**
   * The most threads that one evaluation uses.
   *
   * @return by default {@code -Dlanes.threads}, else the processors that the JVM may use, container
   *     quotas included
   */
  public static int threads() {
    int count = threads;
    if (count == 0) {
      count = initialThreads();
      threads = requireThreads(count);
    }
    return count;
  }

  /**
   * The most threads that work of the calling thread should take now.
   *
   * @return 1 in a task of a pool, which has its like on the other processors, else {@link
   *     #threads()}
   */
  public static int threadsHere() {
    return Threads.forWork(Double.POSITIVE_INFINITY, 0);
  }

  /**
   * Sets the most threads that later evaluations use in this process.
   *
   * @param count from 1 to 1024
   * @throws LanesException code LIMIT for other counts
   */
  public static void setThreads(int count) {
    threads = requireThreads(count);
  }

  private static int initialThreads() {
    String text = System.getProperty("lanes.threads");
    if (text == null) {
      return Math.min(Runtime.getRuntime().availableProcessors(), 1024);
    }
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new LanesException(Code.LIMIT, "-Dlanes.threads takes a number, not '" + text + "'", e);
    }
  }

  static int requireThreads(int count) {
    if (count < 1 || count > 1024) {
      throw new LanesException(Code.LIMIT, "the number of threads is from 1 to 1024, not " + count);
    }
    return count;
  }

  /**
   * The version of the library.
   *
   * @return as in the Maven coordinates
   */
  public static String version() {
    String version = Lanes.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }
}
