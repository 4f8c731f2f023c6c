package dev.lanes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stands in the guide for those who come from Python works. */
class FromPythonTest {

  private static final Path GUIDE = Path.of("..", "..", "docs", "from-python.md");

  private static final String PHOTOS =
      """
      Path photos = Files.createDirectory(Path.of("FOLDER", "photos"));
      Path blurred = Files.createDirectory(Path.of("FOLDER", "blurred"));
      for (int i = 0; i < 3; i++) {
        BufferedImage photo = new BufferedImage(20, 10, BufferedImage.TYPE_3BYTE_BGR);
        ImageIO.write(photo, "jpeg", photos.resolve(i + ".jpg").toFile());
      }
      """;

  @Test
  void examplesPrintWhatStandsBesideThem(@TempDir Path folder) throws Exception {
    String photos = PHOTOS.replace("FOLDER", folder.toString().replace("\\", "/"));
    List<String> blocks = Examples.blocks(GUIDE, "java");
    assertThat(blocks).hasSizeGreaterThan(12);

    Examples.run(
        blocks.stream().map(block -> block.contains("photos") ? photos + block : block).toList(),
        folder);

    assertThat(folder.resolve("blurred").resolve("2.jpg")).exists();
  }

  @Test
  void everyLineOfTheTableLeadsToAnExample() throws Exception {
    String text = Files.readString(GUIDE);
    assertThat(texts(text, "\\]\\(#([a-z-]+)\\)")).hasSizeGreaterThan(15);
    assertThat(texts(text, "(?m)^## (.*)$"))
        .map(heading -> heading.toLowerCase().replace(' ', '-').replace("?", ""))
        .containsAll(texts(text, "\\]\\(#([a-z-]+)\\)"));
  }

  private static List<String> texts(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map(result -> result.group(1)).toList();
  }
}
