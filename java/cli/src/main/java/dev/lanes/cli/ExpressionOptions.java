package dev.lanes.cli;

import dev.lanes.Engine;
import dev.lanes.Expression;
import dev.lanes.JavaEngine;
import dev.lanes.Lanes;
import dev.lanes.NativeEngine;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The expression of a command line and what it runs on. */
final class ExpressionOptions {

  @Parameters(
      index = "0",
      paramLabel = "EXPR",
      description = "the expression, in Python's syntax: '2*a + 3*b'")
  String text;

  @Option(
      names = "--engine",
      paramLabel = "native|java",
      description = "run on this engine (default: native where it works)")
  private String engine;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "use at most N threads (default: all processors)")
  private Integer threads;

  Engine engine() {
    if (engine == null) {
      return Lanes.engine();
    }
    return switch (engine) {
      case "java" -> JavaEngine.INSTANCE;
      case "native" -> NativeEngine.instance();
      default -> throw new InputException("--engine is native or java, not '" + engine + "'");
    };
  }

  int threads() {
    return threads == null ? Lanes.threads() : threads;
  }

  /** The expression on the engine and the threads of the command line. */
  Expression compile(String expression) {
    return Expression.compile(expression).on(engine()).withThreads(threads());
  }
}
