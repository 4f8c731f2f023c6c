package dev.lanes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.DType;
import dev.lanes.Lanes;
import dev.lanes.NDArray;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

  @Test
  void tellsItsVersion() {
    assertThat(Outcome.of("--version"))
        .isEqualTo(new Outcome(0, "Lanes " + Lanes.version() + "\n", ""));
  }

  @Test
  void helps() {
    assertThat(Outcome.of("--help").out()).contains("eval", "explain", "info", "demo");
  }

  @ParameterizedTest
  @ValueSource(strings = {"eval", "explain", "info", "demo"})
  void everyCommandHelps(String command) {
    Outcome outcome = Outcome.of(command, "--help");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.out()).startsWith("Usage: lanes " + command);
  }

  @Test
  void unknownCommandsAreRefused() {
    assertThat(Outcome.of("evil").code()).isEqualTo(2);
    assertThat(Outcome.of("evil").err()).contains("evil", "Try 'lanes --help'.");
    assertThat(Outcome.of().code()).isEqualTo(2);
    assertThat(Outcome.of("info", "--frob").code()).isEqualTo(2);
  }

  @Test
  void aFullDiskIsNoSuccess() {
    Writer full =
        new Writer() {
          @Override
          public void write(char[] text, int from, int length) throws IOException {
            throw new IOException("no space left on device");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    StringWriter err = new StringWriter();

    assertThat(Main.run(new PrintWriter(full), new PrintWriter(err), "eval", "1 + 1")).isEqualTo(2);
    assertThat(err.toString()).contains("standard output");
  }

  @Test
  void tooLittleMemoryIsSaidInOneLine(@TempDir Path folder) throws Exception {
    Outcome outcome =
        Outcome.ofFreshJvm(
            folder,
            List.of("-Dlanes.maxBytes=1k"),
            "eval",
            "x + y",
            "x=" + zeros(folder, "x.npy", 1000, 1),
            "y=" + zeros(folder, "y.npy", 1, 1000));

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("lanes: out of memory").hasLineCount(1);
  }

  private static Path zeros(Path folder, String name, long... shape) throws Exception {
    Path file = folder.resolve(name);
    try (NDArray array = NDArray.allocate(DType.FLOAT64, shape)) {
      Npy.write(file, array);
    }
    return file;
  }
}
