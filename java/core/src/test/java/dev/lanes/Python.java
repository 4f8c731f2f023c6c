package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Python process that tests talk to in lines; {@code python3} of the path, where there is one.
 */
final class Python implements AutoCloseable {
  private final Process process;
  private final BufferedReader lines;

  private Python(List<String> arguments, boolean silent) throws IOException {
    List<String> command = new ArrayList<>(List.of("python3"));
    command.addAll(arguments);
    process =
        new ProcessBuilder(command)
            .redirectError(
                silent ? ProcessBuilder.Redirect.DISCARD : ProcessBuilder.Redirect.INHERIT)
            .start();
    lines = process.inputReader();
  }

  /** Runs a script of the test resources. */
  static Python script(String script, String... arguments) throws IOException {
    return script(false, script, arguments);
  }

  /** The same; a silent one's complaints are expected. */
  static Python script(boolean silent, String script, String... arguments) throws IOException {
    List<String> all = new ArrayList<>();
    all.add(Path.of("src", "test", "resources", "shared", script).toString());
    all.addAll(List.of(arguments));
    return new Python(all, silent);
  }

  /** Runs a text. */
  static Python text(String text, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("-c", text));
    all.addAll(List.of(arguments));
    return new Python(all, false);
  }

  static boolean has(String module) {
    try {
      Process probe =
          new ProcessBuilder("python3", "-c", "import " + module)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return probe.waitFor() == 0;
    } catch (IOException | InterruptedException e) {
      return false;
    }
  }

  /** Skips the test, saying so, where this Python has no such module. */
  static void assume(String module) {
    boolean there = has(module);
    if (!there) {
      System.err.println("NOT TESTED: python3 with " + module + " is not on this machine");
    }
    assumeTrue(there, "python3 with " + module + " is not on this machine");
  }

  String line() throws IOException {
    return lines.readLine();
  }

  void say(String text) throws IOException {
    Writer writer = process.outputWriter();
    writer.write(text + "\n");
    writer.flush();
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Waits for the end, which must be a good one. */
  void end() throws InterruptedException {
    assertThat(process.waitFor()).isZero();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
