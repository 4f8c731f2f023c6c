package dev.lanes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.grack.nanojson.JsonObject;
import dev.lanes.NDArray;
import dev.lanes.io.Npy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MatmulCommandTest {

  @TempDir Path folder;
  private Path a;
  private Path b;
  private Path c;

  @BeforeEach
  void writeFiles() throws IOException {
    a = file("a.npy", NDArray.of(new double[] {1, 2, 3, 4, 5, 6}, 2, 3));
    b = file("b.npy", NDArray.of(new int[] {1, 0, 0, 1, 1, 1}, 3, 2));
    c = folder.resolve("c.npy");
  }

  private Path file(String name, NDArray array) throws IOException {
    Path path = folder.resolve(name);
    Npy.write(path, array);
    array.close();
    return path;
  }

  @Test
  void theProductIsWritten() throws IOException {
    Outcome outcome = Outcome.of("matmul", a, b, "-o", c);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("dtype  float64\n", "shape  2 x 2\n");
    try (NDArray product = Npy.read(c)) {
      assertThat(product.shape()).containsExactly(2, 2);
      assertThat(product.toDoubleArray()).containsExactly(4, 5, 10, 11);
    }
  }

  @Test
  void anOperandMayBeOverwritten() throws IOException {
    assertThat(Outcome.of("matmul", a, b, "-o", b).code()).isZero();
    try (NDArray product = Npy.read(b)) {
      assertThat(product.toDoubleArray()).containsExactly(4, 5, 10, 11);
    }
  }

  @Test
  void jsonTellsWhatWasDone() {
    JsonObject json = Outcome.of("matmul", a, b, "-o", c, "--json").json();

    assertThat(json).containsEntry("dtype", "float64").containsKeys("blas", "threads", "seconds");
    assertThat(json.getArray("shape")).containsExactly(2, 2);
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    Outcome outcome = Outcome.of("matmul", a, a, "-o", c);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.err()).contains("[2, 3], [2, 3]").doesNotContain("\tat ");
    assertThat(c).doesNotExist();
  }

  @Test
  void badFilesAreNamed() throws IOException {
    Path text = Files.writeString(folder.resolve("text.npy"), "no array at all, just some words");

    assertThat(Outcome.of("matmul", a, folder.resolve("nix.npy"), "-o", c).err())
        .contains("nix.npy: there is no such file");
    assertThat(Outcome.of("matmul", a, folder, "-o", c).err()).contains("folder");
    assertThat(Outcome.of("matmul", text, b, "-o", c).err()).contains("text.npy");
    assertThat(Outcome.of("matmul", a, b, "-o", folder).err()).contains("folder");
    assertThat(Outcome.of("matmul", a, b).err()).contains("--out");
    assertThat(Outcome.of("matmul", a, b, "-o", c, "--threads=0").code()).isEqualTo(2);
  }
}
