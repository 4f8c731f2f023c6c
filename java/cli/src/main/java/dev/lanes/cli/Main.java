package dev.lanes.cli;

import dev.lanes.Lanes;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code lanes} command. */
@Command(
    name = "lanes",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    description = "Array expressions, run by SIMD kernels on every core.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:a defect of Lanes", "2:wrong input, or too little memory"},
    footer = {
      "",
      "-Dlanes.engine=native|java, -Dlanes.isa=NAME and -Dlanes.threads=N before -jar",
      "force what the whole process runs with."
    },
    subcommands = {
      EvalCommand.class,
      MatmulCommand.class,
      StatsCommand.class,
      HistCommand.class,
      ExplainCommand.class,
      InfoCommand.class,
      BlurCommand.class,
      DemoCommand.class,
      SeedsCommand.class
    })
public final class Main implements Runnable {

  @Spec private CommandSpec spec;

  /** What {@code --version} prints. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"Lanes " + Lanes.version()};
    }
  }

  private Main() {}

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /**
   * Runs the command and ends the process.
   *
   * @param args the command line
   */
  public static void main(String[] args) {
    System.exit(run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), args));
  }

  /** The exit code of a command line that writes to {@code out} and {@code err}. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    ErrorReport report = new ErrorReport();
    CommandLine line =
        new CommandLine(new Main())
            .setOut(out)
            .setErr(err)
            .setExpandAtFiles(false)
            .setParameterExceptionHandler(report)
            .setExecutionExceptionHandler(report);
    // An expression may start with a minus: -a + b.
    line.getSubcommands().get("eval").setUnmatchedOptionsArePositionalParams(true);
    line.getSubcommands().get("explain").setUnmatchedOptionsArePositionalParams(true);
    try {
      int code = line.execute(args);
      if (out.checkError()) {
        ErrorReport.print(err, "the standard output cannot be written to");
        return ErrorReport.WRONG_INPUT;
      }
      return code;
    } catch (OutOfMemoryError e) {
      return report.outOfMemory(e, err);
    } catch (Throwable e) {
      return report.defect(e, err);
    } finally {
      out.flush();
      err.flush();
    }
  }
}
