package dev.lanes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.grack.nanojson.JsonObject;
import dev.lanes.NDArray;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands that describe one array: stats and hist. */
class StatsCommandTest {

  @TempDir Path folder;

  private Path file(NDArray array) throws IOException {
    Path path = folder.resolve("a.npy");
    Npy.write(path, array);
    return path;
  }

  @Test
  void tellsTheMomentsWithoutNan() throws IOException {
    Path path = file(NDArray.of(new float[] {1, 2, Float.NaN, 6}, 2, 2));

    JsonObject json = Outcome.of("stats", path, "--json").json();

    assertThat(json).containsEntry("dtype", "float32").containsEntry("nan", 1);
    assertThat(json.getDouble("min")).isEqualTo(1);
    assertThat(json.getDouble("max")).isEqualTo(6);
    assertThat(json.getDouble("mean")).isEqualTo(3);
    assertThat(json.getDouble("std")).isCloseTo(Math.sqrt(14 / 3.0), within(1e-12));
    assertThat(Outcome.of("stats", path).out())
        .contains("shape  2 x 2", "std    2.1602", "1 of 4 elements");
  }

  @Test
  void tellsTheQuartilesWithoutNan() throws IOException {
    float nan = Float.NaN;
    Path path = file(NDArray.of(new float[] {4, nan, 0.1f, 1, nan, 2}, 2, 3).transpose());

    JsonObject json = Outcome.of("stats", path, "--json").json();

    assertThat(json.getDouble("25%")).isCloseTo(0.775, within(1e-7));
    assertThat(json.getDouble("median")).isEqualTo(1.5);
    assertThat(json.getDouble("75%")).isEqualTo(2.5);
    assertThat(Outcome.of("stats", path).out())
        .startsWith(
            "dtype  float32\nshape  3 x 2\nmin    0.1\n25%    0.775\nmedian 1.5\n75%    2.5\n")
        .contains("max    4.0\nmean   1.775", "NaN    2 of 6 elements, left out of the above");
  }

  @Test
  void everyDtypeWithAnOrderHasQuartiles() throws IOException {
    assertThat(Outcome.of("stats", file(NDArray.of(new int[] {7, 1, 2}))).out())
        .contains("min    1\n25%    1.5\nmedian 2.0\n75%    4.5\nmax    7\n");
    assertThat(Outcome.of("stats", file(NDArray.of(new boolean[] {true, false}))).out())
        .contains("min    False\n25%    0.25\nmedian 0.5\n75%    0.75\nmax    True\n");
    assertThat(Outcome.of("stats", file(NDArray.of(new float[] {Float.NaN}))).out())
        .contains("min, 25%, median, 75%, max, mean, std: there is nothing but NaN");
  }

  @Test
  void integersAndNothingHaveStatsToo() throws IOException {
    JsonObject json = Outcome.of("stats", file(NDArray.of(new short[] {-3, 3})), "--json").json();
    assertThat(json.getDouble("std")).isEqualTo(3);
    JsonObject none = Outcome.of("stats", file(NDArray.of(new double[0])), "--json").json();
    assertThat(none).containsEntry("std", null).containsEntry("mean", null);
  }

  @Test
  void countsInBins() throws IOException {
    Path path =
        file(NDArray.of(new double[] {0, 0.5, 1, 2, 2, Double.NaN, Double.NEGATIVE_INFINITY}));

    JsonObject json = Outcome.of("hist", path, "--bins", "2", "--json").json();

    assertThat(json.getArray("counts")).containsExactly(2, 3);
    assertThat(json.getArray("edges").getDouble(1)).isEqualTo(1);
    assertThat(Outcome.of("hist", path, "--bins", "2").out()).hasLineCount(2).contains("  3  ###");
  }

  @Test
  void drawsTheBins() throws IOException {
    Path path = file(NDArray.of(new int[] {1, 2, 2, 3}));
    Path picture = folder.resolve("a.png");

    assertThat(Outcome.of("hist", path, "--png", picture).code()).isZero();

    assertThat(ImageIO.read(picture.toFile()).getWidth()).isEqualTo(800);
    Outcome failed = Outcome.of("hist", path, "--png", folder.resolve("no").resolve("a.png"));
    assertThat(failed.code()).isEqualTo(2);
    assertThat(failed.err()).contains("no such file or folder");
  }

  @Test
  void saysWhatIsWrong() throws IOException {
    Path text = Files.writeString(folder.resolve("text.npy"), "no array");
    for (String command : new String[] {"stats", "hist"}) {
      assertThat(Outcome.of(command, folder.resolve("nix.npy")).err()).contains("no such file");
      assertThat(Outcome.of(command, folder).err()).contains("this is a folder");
      assertThat(Outcome.of(command, text).code()).isEqualTo(2);
    }
    Path path = file(NDArray.of(new int[] {1}));
    assertThat(Outcome.of("hist", path, "--bins", "0").code()).isEqualTo(2);
  }
}
