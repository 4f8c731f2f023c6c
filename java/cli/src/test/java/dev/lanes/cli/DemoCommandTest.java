package dev.lanes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.Lanes;
import dev.lanes.NDArray;
import dev.lanes.io.Npy;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {

  @TempDir Path folder;

  @Test
  void showsPicturesAndATable() throws Exception {
    Path target = folder.resolve("deep/er");

    Outcome outcome = Outcome.of("demo", "--numbers", 100_000, "-o", target);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).contains("measure").doesNotContain("lanes:");
    assertThat(outcome.out())
        .contains("236 to 1076 m", "slope", "hillshade", "u**2, 1.0e+05 values", "Java loop")
        .doesNotContain("NO\n");
    assertThat(outcome.out().contains("native, parallel"))
        .isEqualTo(Lanes.isNative() && Lanes.threads() > 1);
    assertThat(outcome.out().contains("native: did not run")).isEqualTo(!Lanes.isNative());
    for (String name : new String[] {"slope.png", "hillshade.png"}) {
      BufferedImage picture = ImageIO.read(target.resolve(name).toFile());
      assertThat(picture.getHeight()).isEqualTo(2 * 342);
      assertThat(picture.getRGB(1, 1)).isNotEqualTo(picture.getRGB(300, 300));
    }
  }

  @Test
  void theRasterIsWhatItsSourceSays() throws Exception {
    Path file = folder.resolve("dem.npy");
    try (var in = DemoCommand.class.getResourceAsStream("jacksboro_dem.npy")) {
      Files.copy(in, file);
    }
    try (NDArray elevation = Npy.map(file)) {
      assertThat(elevation.shape()).containsExactly(344, 403);
      assertThat(elevation.dtype()).hasToString("int16");
    }
  }

  @Test
  void foldersThatCannotBeMadeAreRefused() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));

    Outcome outcome = Outcome.of("demo", "-o", file);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).startsWith("lanes: -o " + file).doesNotContain("\tat ");
    assertThat(Outcome.of("demo", "--numbers=3").code()).isEqualTo(2);
  }
}
