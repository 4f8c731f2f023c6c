package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.NDArray.Order;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The first bytes of a shared array that describes itself. {@code docs/shared-arrays.md} has the
 * layout for other programs.
 *
 * @param dtype of the elements
 * @param order of the elements
 * @param shape lengths of the axes
 * @param owner the process that made the array
 */
record SharedHeader(DType dtype, Order order, long[] shape, ProcessStamp owner) {
  /** Where the elements begin. The second half, from {@link #SYNC} on, is for {@link SyncLine}s. */
  static final int BYTES = 8192;

  /** Where locks, events and semaphores stand. */
  static final int SYNC = 4096;

  private static final byte[] MAGIC = "LANESARR".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int AT_VERSION = 8;
  private static final int AT_HEADER_BYTES = 12;
  private static final int AT_RANK = 16;
  private static final int AT_ITEM_BYTES = 20;
  private static final int AT_DATA_BYTES = 24;
  private static final int AT_PID = 32;
  private static final int AT_START = 40;
  private static final int AT_NAMESPACE = 48;
  private static final int AT_DTYPE = 64;
  private static final int DTYPE_BYTES = 64;
  private static final int AT_SHAPE = 128;
  private static final int AT_STRIDES = AT_SHAPE + Layout.MAX_RANK * Long.BYTES;

  /** How many bytes the elements take. */
  static long dataBytes(DType dtype, long... shape) {
    return Layout.packed(dtype.bytes(), false, shape).size() * dtype.bytes();
  }

  /** Writes all of the header into a buffer of at least {@link #SYNC} bytes. */
  void write(ByteBuffer target) {
    ByteBuffer to = target.duplicate().order(ByteOrder.nativeOrder());
    to.putInt(AT_VERSION, VERSION);
    to.putInt(AT_HEADER_BYTES, BYTES);
    to.putInt(AT_RANK, shape.length);
    to.putInt(AT_ITEM_BYTES, dtype.bytes());
    to.putLong(AT_DATA_BYTES, dataBytes(dtype, shape));
    to.putInt(AT_PID, (int) owner.pid());
    to.putLong(AT_START, owner.start());
    to.putLong(AT_NAMESPACE, owner.namespace());
    to.put(AT_DTYPE, dtype.toString().getBytes(StandardCharsets.US_ASCII));
    long[] strides = Layout.packed(dtype.bytes(), order == Order.FORTRAN, shape).strides;
    for (int axis = 0; axis < shape.length; axis++) {
      to.putLong(AT_SHAPE + axis * Long.BYTES, shape[axis]);
      to.putLong(AT_STRIDES + axis * Long.BYTES, strides[axis]);
    }
    to.put(0, MAGIC);
  }

  /**
   * Reads a header and checks all of it.
   *
   * @param source at least the first {@link #SYNC} bytes of a segment
   * @param segmentBytes how many bytes the segment has
   * @param name of the segment, for messages
   * @throws LanesException FORMAT
   */
  static SharedHeader read(ByteBuffer source, long segmentBytes, String name) {
    ByteBuffer from = source.duplicate().order(ByteOrder.nativeOrder());
    byte[] magic = new byte[MAGIC.length];
    from.get(0, magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw damaged(name, "it does not begin with LANESARR; attachRaw takes plain bytes");
    }
    int version = from.getInt(AT_VERSION);
    if (version != VERSION) {
      String other = version == Integer.reverseBytes(VERSION) ? ", in another byte order" : "";
      throw damaged(name, "it has version " + version + other + ", not " + VERSION);
    }
    int headerBytes = from.getInt(AT_HEADER_BYTES);
    if (headerBytes != BYTES) {
      throw damaged(name, "its header has " + headerBytes + " bytes, not " + BYTES);
    }
    DType dtype = readDType(from, name);
    Layout layout = readShape(from, dtype, name);
    long bytes = layout.size() * dtype.bytes();
    if (from.getLong(AT_DATA_BYTES) != bytes || bytes > segmentBytes - BYTES) {
      String shape = Arrays.toString(layout.shape);
      throw damaged(
          name,
          String.format(
              "%s of shape %s needs %d bytes behind the header, which names %d; there are %d",
              dtype, shape, bytes, from.getLong(AT_DATA_BYTES), segmentBytes - BYTES));
    }
    Order order = readOrder(from, layout, dtype, name);
    return new SharedHeader(dtype, order, layout.shape, readOwner(from));
  }

  private static DType readDType(ByteBuffer from, String name) {
    byte[] text = new byte[DTYPE_BYTES];
    from.get(AT_DTYPE, text);
    int length = 0;
    while (length < text.length && text[length] != 0) {
      length++;
    }
    DType dtype;
    try {
      dtype = DType.of(new String(text, 0, length, StandardCharsets.ISO_8859_1));
    } catch (LanesException e) {
      throw damaged(name, e.getMessage());
    }
    if (from.getInt(AT_ITEM_BYTES) != dtype.bytes()) {
      throw damaged(
          name, "an element of " + dtype + " has not " + from.getInt(AT_ITEM_BYTES) + " bytes");
    }
    return dtype;
  }

  private static Layout readShape(ByteBuffer from, DType dtype, String name) {
    int rank = from.getInt(AT_RANK);
    if (rank < 0 || rank > Layout.MAX_RANK) {
      throw damaged(name, "it names " + rank + " axes");
    }
    try {
      return Layout.packed(dtype.bytes(), false, longs(from, AT_SHAPE, rank));
    } catch (LanesException e) {
      throw damaged(name, e.getMessage());
    }
  }

  private static Order readOrder(ByteBuffer from, Layout c, DType dtype, String name) {
    long[] strides = longs(from, AT_STRIDES, c.rank());
    if (Arrays.equals(strides, c.strides)) {
      return Order.C;
    }
    if (Arrays.equals(strides, Layout.packed(dtype.bytes(), true, c.shape).strides)) {
      return Order.FORTRAN;
    }
    throw damaged(name, "strides " + Arrays.toString(strides) + " are neither C nor Fortran order");
  }

  private static ProcessStamp readOwner(ByteBuffer from) {
    return new ProcessStamp(
        from.getInt(AT_PID), from.getLong(AT_START), from.getLong(AT_NAMESPACE));
  }

  private static long[] longs(ByteBuffer from, int at, int count) {
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = from.getLong(at + i * Long.BYTES);
    }
    return values;
  }

  private static LanesException damaged(String name, String why) {
    return new LanesException(
        Code.FORMAT, "'" + name + "' is not a shared array that describes itself: " + why);
  }
}
