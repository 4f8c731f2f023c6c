package dev.lanes;

import dev.lanes.lang.Program;
import java.util.function.LongFunction;

/**
 * Runs programs. There are two: {@link NativeEngine}, which is fast, and {@link JavaEngine}, which
 * says what is right and runs everywhere. The choice between them is made once, see {@link
 * Lanes#engine()}; {@link Expression#on} names one explicitly.
 *
 * <p>Engines are thread-safe and have no state that a caller could see.
 */
public abstract sealed class Engine permits JavaEngine, NativeEngine {

  /** A program that an engine has taken over. */
  interface Prepared {
    /**
     * Runs on operands that are alive for as long as it takes.
     *
     * @param call operands and shapes
     */
    void run(Call call);

    /**
     * Runs many times, with sets of operands none of which another one writes to.
     *
     * @param calls gives one after the other as {@link #run} takes them; its objects may be the
     *     same ones again, with other operands
     * @param count how many
     * @param threads how many may run at the same time
     * @param watch that all of them have
     */
    default void runMany(LongFunction<Call> calls, long count, int threads, Watch watch) {
      for (long i = 0; i < count; i++) {
        run(calls.apply(i));
      }
    }
  }

  Engine() {}

  /**
   * The engine's name.
   *
   * @return {@code native} or {@code java}
   */
  public abstract String name();

  abstract Prepared prepare(Program program);

  @Override
  public String toString() {
    return name();
  }
}
