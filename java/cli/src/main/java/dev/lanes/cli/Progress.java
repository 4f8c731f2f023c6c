package dev.lanes.cli;

import java.io.PrintWriter;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** How far a long command is: a bar on a terminal, else a line whenever something new begins. */
final class Progress implements AutoCloseable {

  private static final int WIDTH = 78;

  private final PrintWriter err;
  private final ProgressBar bar; // null without a terminal
  private String last = "";

  /**
   * Shows that nothing is done yet.
   *
   * @param err where to show it
   * @param task what is going on
   * @param steps how often {@link #step} will be called
   * @param unit what a step finishes, whose rate is shown, or null
   */
  Progress(PrintWriter err, String task, int steps, String unit) {
    this.err = err;
    if (System.console() == null) {
      bar = null;
      return;
    }
    ProgressBarBuilder builder =
        new ProgressBarBuilder()
            .setTaskName(task)
            .setInitialMax(steps)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(200)
            .setConsumer(new DelegatingProgressBarConsumer(this::redraw, WIDTH));
    if (unit != null) {
      builder.setUnit(" " + unit, 1).showSpeed();
    }
    bar = builder.build();
  }

  private void redraw(String line) {
    err.print("\r" + line);
    err.flush();
  }

  /** Counts a step and tells what begins now; may be called by several threads with "". */
  void step(String what) {
    if (bar != null) {
      bar.setExtraMessage(" " + what);
      bar.step();
    } else if (!what.equals(last)) {
      err.println(what);
      last = what;
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      redraw(" ".repeat(WIDTH) + "\r");
    }
  }
}
