package dev.lanes.cli;

import dev.lanes.DType;
import dev.lanes.Filter;
import dev.lanes.NDArray;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.function.Function;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;

/**
 * A PNG or JPEG file as an array of height x width x channels, UINT8 or UINT16, and back.
 *
 * @param format {@code png} or {@code jpeg}
 * @param image with channels of 8 or 16 bits, no palette
 * @param metadata to be written again, or null where the image is not stored as it was
 */
record ImageFile(String format, BufferedImage image, IIOMetadata metadata) {

  private static final int SIXTEEN_BITS = 65535;

  /** Reads a file whose contents, not name, say what it is. */
  static ImageFile read(Path path) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IOException("not an image");
      }
      ImageReader reader = readers.next();
      try {
        String format = reader.getFormatName().toLowerCase(Locale.ROOT);
        if (!format.equals("png") && !format.equals("jpeg")) {
          throw new IOException("neither PNG nor JPEG but " + format.toUpperCase(Locale.ROOT));
        }
        reader.setInput(in, true, false);
        BufferedImage image = reader.read(0);
        BufferedImage plain = withoutPalette(image);
        return new ImageFile(format, plain, plain == image ? reader.getImageMetadata(0) : null);
      } finally {
        reader.dispose();
      }
    }
  }

  /** The same image with channels of 8 or 16 bits each; grey stays grey. */
  private static BufferedImage withoutPalette(BufferedImage image) {
    ColorModel model = image.getColorModel();
    int depth = model.getComponentSize(0);
    if (!(model instanceof IndexColorModel palette)) {
      if (depth == Byte.SIZE || depth == Short.SIZE) {
        return image;
      }
      throw new IllegalArgumentException("channels of " + depth + " bits");
    }
    int type =
        palette.hasAlpha()
            ? BufferedImage.TYPE_4BYTE_ABGR
            : isGrey(palette) ? BufferedImage.TYPE_BYTE_GRAY : BufferedImage.TYPE_3BYTE_BGR;
    BufferedImage plain = new BufferedImage(image.getWidth(), image.getHeight(), type);
    if (type == BufferedImage.TYPE_BYTE_GRAY) {
      // Drawing would convert between colour spaces and change the levels.
      for (int y = 0; y < image.getHeight(); y++) {
        for (int x = 0; x < image.getWidth(); x++) {
          int level = palette.getRed(image.getRaster().getSample(x, y, 0));
          plain.getRaster().setSample(x, y, 0, level);
        }
      }
      return plain;
    }
    Graphics2D graphics = plain.createGraphics();
    graphics.drawImage(image, 0, 0, null);
    graphics.dispose();
    return plain;
  }

  private static boolean isGrey(IndexColorModel palette) {
    for (int i = 0; i < palette.getMapSize(); i++) {
      int red = palette.getRed(i);
      if (red != palette.getGreen(i) || red != palette.getBlue(i)) {
        return false;
      }
    }
    return true;
  }

  private boolean isDeep() {
    return image.getColorModel().getComponentSize(0) == Short.SIZE;
  }

  private boolean isWeighted() {
    return image.getColorModel().hasAlpha() && !image.isAlphaPremultiplied();
  }

  private int most() {
    return isDeep() ? SIXTEEN_BITS : 255;
  }

  /** The bytes of an image whose pixels follow each other without gaps, or null. */
  private static byte[] packed(WritableRaster raster) {
    if (raster.getDataBuffer() instanceof DataBufferByte buffer
        && raster.getSampleModel() instanceof PixelInterleavedSampleModel model
        && model.getPixelStride() == raster.getNumBands()
        && model.getScanlineStride() == raster.getNumBands() * raster.getWidth()
        && buffer.getData().length == model.getScanlineStride() * raster.getHeight()) {
      return buffer.getData();
    }
    return null;
  }

  /**
   * The same image after a filter over height x width x channels. The channels may come in any
   * order.
   *
   * @param filter for a dtype, UINT8 or UINT16; its results are rounded and kept within the range
   */
  ImageFile filtered(Function<DType, Filter> filter) {
    WritableRaster target = image.getRaster().createCompatibleWritableRaster();
    byte[] from = packed(image.getRaster());
    byte[] to = packed(target);
    boolean isPlain = !isWeighted() && from != null && to != null;
    try (NDArray channels = isPlain ? plain(from) : weighted();
        NDArray filtered = filter.apply(channels.dtype()).apply(channels)) {
      if (isPlain) {
        store(filtered, to);
      } else {
        store(filtered, target);
      }
    }
    ColorModel model = image.getColorModel();
    BufferedImage result = new BufferedImage(model, target, model.isAlphaPremultiplied(), null);
    return new ImageFile(format, result, metadata);
  }

  private NDArray plain(byte[] bytes) {
    NDArray array =
        NDArray.allocate(
            DType.UINT8, image.getHeight(), image.getWidth(), image.getRaster().getNumBands());
    array.copyFrom(0, ByteBuffer.wrap(bytes));
    return array;
  }

  /** The channels; colours are multiplied by alpha, so that what cannot be seen does not bleed. */
  private NDArray weighted() {
    WritableRaster raster = image.getRaster();
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    DType dtype = isDeep() ? DType.UINT16 : DType.UINT8;
    NDArray array = NDArray.allocate(dtype, raster.getHeight(), width, bands);
    int[] row = new int[width * bands];
    ByteBuffer bytes = ByteBuffer.allocate(row.length * dtype.bytes());
    bytes.order(ByteOrder.nativeOrder());
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(0, y, width, 1, row);
      if (isWeighted()) {
        for (int i = 0; i < row.length; i += bands) {
          for (int k = 0; k < bands - 1; k++) {
            row[i + k] = (int) Math.round((double) row[i + k] * row[i + bands - 1] / most());
          }
        }
      }
      bytes.clear();
      for (int value : row) {
        if (isDeep()) {
          bytes.putShort((short) value);
        } else {
          bytes.put((byte) value);
        }
      }
      array.copyFrom((long) y * row.length, bytes.flip());
    }
    return array;
  }

  private static void store(NDArray channels, byte[] bytes) {
    if (channels.dtype() == DType.UINT8) {
      channels.copyTo(0, ByteBuffer.wrap(bytes));
      return;
    }
    float[] values = channels.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) Math.max(0, Math.min(255, Math.round(values[i])));
    }
  }

  /** Rounds the channels into a raster; colours are divided by alpha again. */
  private void store(NDArray channels, WritableRaster raster) {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    int[] row = new int[width * bands];
    for (int y = 0; y < raster.getHeight(); y++) {
      float[] values = channels.select(0, y).toFloatArray();
      for (int i = 0; i < row.length; i += bands) {
        float alpha = isWeighted() ? values[i + bands - 1] / most() : 1;
        for (int k = 0; k < bands; k++) {
          boolean isAlpha = isWeighted() && k == bands - 1;
          float value = isAlpha ? values[i + k] : alpha == 0 ? 0 : values[i + k] / alpha;
          row[i + k] = Math.max(0, Math.min(most(), Math.round(value)));
        }
      }
      raster.setPixels(0, y, width, 1, row);
    }
  }

  /**
   * Writes the file once all of it is encoded.
   *
   * @param quality of a JPEG file, from 1 to 100
   */
  void write(Path path, int quality) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      if (format.equals("jpeg")) {
        param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        param.setCompressionQuality(quality / 100f);
      }
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, metadata), param);
    } finally {
      writer.dispose();
    }
    Files.write(path, bytes.toByteArray());
  }
}
