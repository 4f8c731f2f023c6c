package dev.lanes.cli;

import dev.lanes.LanesException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Tells the user what went wrong, without a stack trace, and gives the exit code. */
final class ErrorReport implements IExecutionExceptionHandler, IParameterExceptionHandler {

  private static final int DEFECT = 1;
  static final int WRONG_INPUT = 2;

  /** Characters of a long expression that are shown on either side of the caret. */
  private static final int CONTEXT = 50;

  /** A command that works on an expression. */
  interface HasExpression {
    /** The text that {@link LanesException#column()} counts in. */
    String expression();
  }

  @Override
  public int handleParseException(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    print(err, e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return WRONG_INPUT;
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult result) {
    PrintWriter err = command.getErr();
    if (e instanceof LanesException wrong) {
      print(err, wrong.getMessage());
      if (wrong.column() >= 0
          && command.getCommand() instanceof HasExpression source
          && !source.expression().isBlank()) {
        mark(err, source.expression(), wrong.column());
      }
    } else if (e instanceof InputException) {
      print(err, e.getMessage());
    } else {
      return defect(e, err);
    }
    return WRONG_INPUT;
  }

  int outOfMemory(OutOfMemoryError e, PrintWriter err) {
    print(err, "out of memory: " + e.getMessage());
    return WRONG_INPUT;
  }

  int defect(Throwable e, PrintWriter err) {
    StackTraceElement[] trace = e.getStackTrace();
    String place = trace.length == 0 ? "" : " at " + trace[0];
    print(err, "this is a defect of Lanes, please report it: " + e + place);
    return DEFECT;
  }

  static void print(PrintWriter err, String message) {
    err.println("lanes: " + printable(String.valueOf(message)));
  }

  /** What went wrong, without the file's name, which java.nio.file gives for the whole message. */
  static String reason(IOException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file or folder";
    }
    if (e instanceof AccessDeniedException) {
      return "permission denied";
    }
    if (e instanceof FileSystemException file && file.getReason() != null) {
      return file.getReason();
    }
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static void mark(PrintWriter err, String text, int column) {
    int at = Math.min(column, text.length());
    int first = 1 + Math.max(text.lastIndexOf('\n', at - 1), text.lastIndexOf('\r', at - 1));
    int last = text.substring(at).indexOf('\n');
    last = last < 0 ? text.length() : at + last;
    if (!text.strip().equals(text.substring(first, last).strip())) {
      long line =
          1
              + text.substring(0, at)
                  .replace("\r\n", "\n")
                  .chars()
                  .filter(c -> c == '\n' || c == '\r')
                  .count();
      err.println("  line " + line + ", column " + (at - first + 1) + ":");
    }
    int start = at - first > 2 * CONTEXT ? at - CONTEXT : first;
    int end = last - at > 2 * CONTEXT ? at + CONTEXT : last;
    String before = (start > first ? "..." : "") + text.substring(start, at);
    String after = text.substring(at, end) + (end < last ? "..." : "");
    err.println("  " + printable(before + after));
    err.println("  " + " ".repeat(before.codePointCount(0, before.length())) + "^");
  }

  /** Control characters could move the caret or drive the terminal. */
  private static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.chars()
        .map(c -> Character.isISOControl(c) && c != '\n' ? ' ' : c)
        .forEach(c -> shown.append((char) c));
    return shown.toString();
  }
}
