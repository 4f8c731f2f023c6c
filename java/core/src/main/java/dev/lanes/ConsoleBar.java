package dev.lanes;

import dev.lanes.LanesException.Code;
import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/**
 * Shows the progress of a {@link Pool}'s runs on standard error: a bar on a terminal, which needs
 * {@code me.tongfei:progressbar} beside Lanes, else a line every ten seconds and at the end.
 *
 * <pre>{@code
 * try (ConsoleBar bar = new ConsoleBar("images")) {
 *   pool.withProgress(bar).map(images, Blur::apply);
 * }
 * }</pre>
 *
 * <p>For one run at a time.
 */
public final class ConsoleBar implements Consumer<Progress>, AutoCloseable {

  private static final int WIDTH = 78;
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

  private final String name;
  private final PrintStream out;
  private final boolean isTerminal;
  private ProgressBar bar;
  private Progress last;
  private Progress printed;

  /**
   * A bar that appears when the first progress is told.
   *
   * @param name stands before it
   */
  public ConsoleBar(String name) {
    this(name, System.err, hasTerminal());
  }

  ConsoleBar(String name, PrintStream out, boolean isTerminal) {
    this.name = Objects.requireNonNull(name, "name");
    this.out = out;
    this.isTerminal = isTerminal;
  }

  private static boolean hasTerminal() {
    Console console = System.console();
    try {
      // From Java 22 on there is a console also where there is no terminal.
      return console != null && (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }

  /**
   * Shows where the run is.
   *
   * @throws LanesException code STATE when the bar's library is missing
   */
  @Override
  public void accept(Progress progress) {
    last = progress;
    if (!isTerminal) {
      Duration before = printed == null ? Duration.ZERO : printed.elapsed();
      if (progress.elapsed().minus(before).compareTo(BETWEEN_LINES) >= 0) {
        print();
      }
      return;
    }
    if (bar == null) {
      bar = open(progress);
    }
    bar.stepTo(progress.done());
    if (progress.failed() > 0) {
      bar.setExtraMessage(" " + progress.failed() + " failed");
    }
  }

  private ProgressBar open(Progress progress) {
    try {
      return new ProgressBarBuilder()
          .setTaskName(name)
          .setInitialMax(progress.total().orElse(-1))
          .setStyle(ProgressBarStyle.ASCII)
          .setUpdateIntervalMillis(100)
          .setConsumer(new DelegatingProgressBarConsumer(text -> out.print("\r" + text), WIDTH))
          .build();
    } catch (NoClassDefFoundError e) {
      throw new LanesException(
          Code.STATE, "a bar needs me.tongfei:progressbar 0.10.1 on the class path", e);
    }
  }

  private void print() {
    printed = last;
    StringBuilder text = new StringBuilder(name).append(": ").append(last.done());
    last.total().ifPresent(total -> text.append(" of ").append(total));
    if (last.failed() > 0) {
      text.append(", ").append(last.failed()).append(" failed");
    }
    text.append(String.format(Locale.ROOT, ", %.1f/s", last.rate()));
    last.timeLeft()
        .filter(left -> !left.isZero())
        .ifPresent(left -> text.append(", ").append(left.toSeconds()).append(" s left"));
    out.println(text);
  }

  /** Ends the line, or prints a last one. */
  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
      out.println();
    } else if (last != printed) {
      print();
    }
    last = null;
    printed = null;
  }
}
