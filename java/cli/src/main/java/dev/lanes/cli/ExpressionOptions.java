package dev.lanes.cli;

import dev.lanes.Engine;
import dev.lanes.Expression;
import dev.lanes.JavaEngine;
import dev.lanes.Lanes;
import dev.lanes.NativeEngine;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The expression of a command line and what it runs on. */
final class ExpressionOptions {

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "EXPR",
      description =
          "the expression, in Python's syntax: '2*a + 3*b'; several statements are a program")
  private String first;

  @Option(
      names = {"-f", "--file"},
      paramLabel = "program.txt",
      description = "read the expression or program from this file instead")
  private Path file;

  private String read;

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

  /** What is to be evaluated; blank while it is not known. */
  String text() {
    return file == null ? first == null ? "" : first : read == null ? "" : read;
  }

  /** Reads the file where there is one, and gives the operands among the parameters. */
  List<String> begin(List<String> parameters) {
    if (file == null) {
      if (first == null) {
        throw new ParameterException(
            spec.commandLine(), "Missing required parameter: 'EXPR' or -f program.txt");
      }
      return parameters;
    }
    try {
      read = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new InputException("-f " + file + ": the file is not text in UTF-8");
    } catch (IOException e) {
      throw new InputException("-f " + file + ": " + ErrorReport.reason(e));
    }
    List<String> operands = new ArrayList<>(parameters);
    if (first != null) {
      operands.add(0, first);
    }
    return operands;
  }

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
