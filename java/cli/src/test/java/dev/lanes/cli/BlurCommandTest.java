package dev.lanes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlurCommandTest {

  @TempDir private Path folder;
  private Path in;
  private Path out;

  @BeforeEach
  void makeFolder() throws IOException {
    in = Files.createDirectory(folder.resolve("in"));
    out = folder.resolve("out");
  }

  private static byte[] encoded(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  /** Black on the left, white on the right. */
  private static BufferedImage edge(int type) {
    BufferedImage image = new BufferedImage(32, 20, type);
    for (int y = 0; y < 20; y++) {
      for (int x = 16; x < 32; x++) {
        for (int band = 0; band < image.getRaster().getNumBands(); band++) {
          image.getRaster().setSample(x, y, band, 65535);
        }
      }
    }
    return image;
  }

  private BufferedImage blurred(String name) throws IOException {
    return ImageIO.read(out.resolve(name).toFile());
  }

  @Test
  void twoBadFilesOfFiftyAreNamedAndTheRestIsDone() throws IOException {
    for (int i = 0; i < 48; i++) {
      String format = i % 2 == 0 ? "png" : "jpg";
      byte[] bytes = encoded(edge(BufferedImage.TYPE_3BYTE_BGR), format);
      Files.write(in.resolve("image%02d.%s".formatted(i, format)), bytes);
    }
    byte[] whole = encoded(edge(BufferedImage.TYPE_3BYTE_BGR), "png");
    Files.write(in.resolve("broken.png"), Arrays.copyOf(whole, 60));
    Files.writeString(in.resolve("notes.txt"), "not an image");

    Outcome outcome = Outcome.of("blur", "--radius", 3, in, "-d", out);

    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.out()).isEqualTo("48 images blurred into " + out + "\n");
    assertThat(outcome.err().lines()).hasSize(2);
    assertThat(outcome.err())
        .contains("lanes: " + in.resolve("broken.png") + ": ")
        .contains("lanes: " + in.resolve("notes.txt") + ": not an image\n");
    try (var written = Files.list(out)) {
      assertThat(written).hasSize(48);
    }
    assertThat(blurred("image00.png").getRaster().getSample(15, 10, 0)).isBetween(80, 127);
  }

  @Test
  void coloursStayWhereTheyAre() throws IOException {
    for (int type : new int[] {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_4BYTE_ABGR}) {
      BufferedImage image = new BufferedImage(9, 9, type);
      for (int i = 0; i < 81; i++) {
        image.setRGB(i % 9, i / 9, 0xff2080f0);
      }
      Files.write(in.resolve(type + ".png"), encoded(image, "png"));
    }
    for (String amount : new String[] {"--radius=4", "--sigma=2.5"}) {
      assertThat(Outcome.of("blur", amount, in, "-d", out).code()).isZero();
      for (int type : new int[] {BufferedImage.TYPE_3BYTE_BGR, BufferedImage.TYPE_4BYTE_ABGR}) {
        assertThat(blurred(type + ".png").getRGB(4, 4)).isEqualTo(0xff2080f0);
      }
    }
  }

  @Test
  void qualityIsThatOfTheFiles() throws IOException {
    Files.write(in.resolve("a.jpg"), encoded(edge(BufferedImage.TYPE_3BYTE_BGR), "jpg"));
    long[] bytes = new long[2];
    for (int i = 0; i < 2; i++) {
      int quality = i == 0 ? 10 : 100;
      assertThat(Outcome.of("blur", "--radius=1", "--quality", quality, in, "-d", out).code())
          .isZero();
      bytes[i] = Files.size(out.resolve("a.jpg"));
    }
    assertThat(bytes[0]).isLessThan(bytes[1]);
    assertThat(Outcome.of("blur", "--radius=1", "--quality=0", in, "-d", out).err())
        .contains("from 1 to 100, not 0");
  }

  @Test
  void greyStaysGrey() throws IOException {
    Files.write(in.resolve("8.png"), encoded(edge(BufferedImage.TYPE_BYTE_GRAY), "png"));
    Files.write(in.resolve("16.png"), encoded(edge(BufferedImage.TYPE_USHORT_GRAY), "png"));
    byte[] levels = {0, (byte) 255};
    IndexColorModel palette = new IndexColorModel(1, 2, levels, levels, levels);
    BufferedImage bits = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_BINARY, palette);
    bits.getRaster().setSample(4, 4, 0, 1);
    Files.write(in.resolve("1.png"), encoded(bits, "png"));

    Outcome outcome = Outcome.of("blur", "--radius=2", in, "-d", out);

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.code()).isZero();
    assertThat(blurred("8.png").getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
    assertThat(blurred("16.png").getType()).isEqualTo(BufferedImage.TYPE_USHORT_GRAY);
    assertThat(blurred("16.png").getRaster().getSample(15, 10, 0)).isBetween(20000, 32767);
    assertThat(blurred("1.png").getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
    assertThat(blurred("1.png").getRaster().getSample(4, 4, 0)).isBetween(5, 30);
  }

  @Test
  void whatCannotBeSeenDoesNotBleed() throws IOException {
    BufferedImage image = new BufferedImage(32, 20, BufferedImage.TYPE_4BYTE_ABGR);
    for (int y = 0; y < 20; y++) {
      for (int x = 0; x < 32; x++) {
        image.setRGB(x, y, x < 16 ? 0x00ff0000 : 0xff0000ff); // invisible red beside blue
      }
    }
    Files.write(in.resolve("a.png"), encoded(image, "png"));

    assertThat(Outcome.of("blur", "--sigma=3", in, "-d", out).code()).isZero();

    int pixel = blurred("a.png").getRGB(17, 10);
    assertThat(pixel >>> 24).isBetween(128, 250);
    assertThat(pixel & 0xffffff).isEqualTo(0x0000ff);
  }

  @Test
  void sigmaOfNothingKeepsTheLevels() throws IOException {
    Files.write(in.resolve("a.png"), encoded(edge(BufferedImage.TYPE_3BYTE_BGR), "png"));

    assertThat(Outcome.of("blur", "--sigma=0", in.resolve("a.png"), "-d", out).code()).isZero();

    assertThat(blurred("a.png").getRGB(15, 0)).isEqualTo(0xff000000);
    assertThat(blurred("a.png").getRGB(16, 0)).isEqualTo(0xffffffff);
  }

  @Test
  void theRadiusCutsTheGaussianOff() throws IOException {
    Files.write(in.resolve("a.png"), encoded(edge(BufferedImage.TYPE_3BYTE_BGR), "png"));

    Outcome outcome = Outcome.of("blur", "--sigma=5", "--radius=2", in, "-d", out);

    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(blurred("a.png").getRaster().getSample(13, 5, 0)).isZero();
    assertThat(blurred("a.png").getRaster().getSample(14, 5, 0)).isPositive();
  }

  @Test
  void inputsAreNotOverwritten() throws IOException {
    byte[] bytes = encoded(edge(BufferedImage.TYPE_3BYTE_BGR), "png");
    Files.write(in.resolve("a.png"), bytes);
    Path other = Files.createDirectory(folder.resolve("other")).resolve("a.png");
    Files.write(other, bytes);

    Outcome same = Outcome.of("blur", "--radius=1", in, "-d", in);
    Outcome twice = Outcome.of("blur", "--radius=1", in, other, "-d", out);

    assertThat(same.code()).isEqualTo(2);
    assertThat(same.err()).contains("would be overwritten");
    assertThat(in.resolve("a.png")).hasBinaryContent(bytes);
    assertThat(twice.code()).isEqualTo(2);
    assertThat(twice.out()).startsWith("1 image blurred");
    assertThat(twice.err()).contains(other + ": has the name of " + in.resolve("a.png"));
  }

  @Test
  void wrongAmountsAreRefused() {
    assertThat(Outcome.of("blur", in, "-d", out).err()).contains("--radius R or --sigma S");
    assertThat(Outcome.of("blur", "--radius=-1", in, "-d", out).code()).isEqualTo(2);
    assertThat(Outcome.of("blur", "--radius=1", folder.resolve("none.png"), "-d", out).err())
        .contains("no such file or folder");
  }
}
