package dev.lanes.cli;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.DoubleToIntFunction;
import javax.imageio.ImageIO;

/** Shows a grid of numbers as a PNG file. */
final class Picture {

  private Picture() {}

  /** Black for 0 and less, white for 1 and more. */
  static int grey(double value) {
    return 0x010101 * level(255 * value);
  }

  /** Cream through orange and red to a dark purple, for 0 to 1. */
  static int heat(double value) {
    int[] colours = {0xfcfbe7, 0xfde2a3, 0xfbb35c, 0xee7b51, 0xc9415b, 0x842a6b, 0x3b1455};
    double place = Math.min(Math.max(value, 0), 1) * (colours.length - 1);
    int from = Math.min((int) place, colours.length - 2);
    double part = place - from;
    int colour = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int a = colours[from] >> shift & 255;
      int b = colours[from + 1] >> shift & 255;
      colour |= level(a + part * (b - a)) << shift;
    }
    return colour;
  }

  private static int level(double value) {
    return (int) Math.min(Math.max(Math.round(value), 0), 255);
  }

  /**
   * Writes a picture.
   *
   * @param values row by row from the top
   * @param columns how many values a row has
   * @param cellWidth pixels for one value, which need not be whole
   * @param cellHeight likewise
   * @param colour of a value, 0xRRGGBB
   * @param file to write, replaced if it exists
   */
  static void write(
      double[] values,
      int columns,
      double cellWidth,
      double cellHeight,
      DoubleToIntFunction colour,
      Path file)
      throws IOException {
    int rows = values.length / columns;
    BufferedImage cells = new BufferedImage(columns, rows, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < values.length; i++) {
      cells.setRGB(i % columns, i / columns, colour.applyAsInt(values[i]));
    }
    int width = (int) Math.round(columns * cellWidth);
    int height = (int) Math.round(rows * cellHeight);
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(cells, 0, 0, width, height, null);
    graphics.dispose();
    ImageIO.write(picture, "png", file.toFile());
  }
}
