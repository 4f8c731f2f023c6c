package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ConsoleBarTest {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

  private static Progress progress(long done, long failed, long seconds) {
    return new Progress(done, OptionalLong.of(100), failed, Duration.ofSeconds(seconds));
  }

  @Test
  void withoutATerminalThereAreFewLines() {
    try (ConsoleBar bar = new ConsoleBar("work", out, false)) {
      bar.accept(progress(10, 0, 1));
      bar.accept(progress(50, 2, 10));
      bar.accept(progress(60, 2, 12));
      bar.accept(progress(100, 3, 20));
    }
    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "work: 50 of 100, 2 failed, 5.0/s, 10 s left", "work: 100 of 100, 3 failed, 5.0/s");
  }

  @Test
  void onATerminalThereIsABar() {
    try (ConsoleBar bar = new ConsoleBar("work", out, true)) {
      bar.accept(progress(10, 0, 1));
      bar.accept(progress(100, 3, 20));
    }
    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(text).startsWith("\rwork").contains("100/100").contains("3 failed").endsWith("\n");
  }
}
