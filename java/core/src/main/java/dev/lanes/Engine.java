package dev.lanes;

import dev.lanes.lang.Program;
import java.util.List;

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
     * Runs with many sets of operands, none of which another one writes to.
     *
     * @param calls as {@link #run} takes them; they have one watch
     * @param threads how many may run at the same time
     */
    default void runMany(List<Call> calls, int threads) {
      calls.forEach(this::run);
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
