package dev.lanes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SeedsCommandTest {

  @TempDir Path folder;

  @Test
  void allWorkloadsGiveTheSameInJavaAndInLanes() throws Exception {
    Path page = folder.resolve("seeds.md");

    Outcome outcome = Outcome.of("seeds", "--quick", "--python", "no-such-python", "--write", page);

    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.err()).contains("Without Python").doesNotContain("lanes:");
    assertThat(outcome.out())
        .contains("1. u**2, 1,000,000 doubles (no Python here)", "9. hand over")
        .contains("Java", "Lanes")
        .doesNotContain("WRONG", "NaN");
    assertThat(Files.readString(page))
        .contains("Made by `lanes seeds --quick --write seeds.md`", "![")
        .doesNotContain("WRONG");
    assertThat(ImageIO.read(folder.resolve("seeds.png").toFile()).getWidth()).isEqualTo(1000);
  }

  @Test
  void pythonGivesTheSame() throws Exception {
    boolean hasNumpy;
    try {
      hasNumpy = new ProcessBuilder("python3", "-c", "import numpy").start().waitFor() == 0;
    } catch (java.io.IOException e) {
      hasNumpy = false;
    }
    if (!hasNumpy) {
      System.err.println("NOT TESTED: python3 with numpy is not on this machine");
    }
    assumeTrue(hasNumpy, "python3 with numpy is not on this machine");

    Outcome outcome = Outcome.of("seeds", "--quick", "--rows", "1,2,3,9");

    assertThat(outcome.code()).as(outcome.out() + outcome.err()).isZero();
    assertThat(outcome.out())
        .contains("Python", "Manager().list()", "SharedMemory(name)")
        .doesNotContain("WRONG", "x*x over");
  }

  @Test
  void pagesThatCannotBeWrittenAreRefused() {
    Outcome outcome =
        Outcome.of("seeds", "--quick", "--rows=3", "--python=no-such-python", "--write", folder);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("--write " + folder).doesNotContain("\tat ");
  }
}
