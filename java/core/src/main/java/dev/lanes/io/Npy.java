package dev.lanes.io;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * NumPy's {@code .npy} files, versions 1.0 to 3.0: every {@link DType}, C and Fortran order, both
 * byte orders on reading. uint64, Unicode, dates, objects and structured dtypes are refused (TYPE).
 * {@code BFLOAT16}, which NumPy itself has not, is written as {@code <V2}, the same as ml_dtypes
 * writes, and every {@code V2} is read as it. A file is trusted in nothing: what it says is checked
 * against what it has before memory is taken.
 *
 * <p>All methods are thread-safe; those that read or write an array do not stop others from
 * changing it meanwhile.
 */
public final class Npy {
  private static final int PIECE =
      1 << 18; // bytes that pass through one buffer, which stay in the cache
  private static final int FIRST_PIECE =
      1 << 24; // bytes that a stream of unknown length is trusted with
  private static final int GROWTH = 4;

  private Npy() {}

  /**
   * Reads a file into memory.
   *
   * @param path of the file
   * @return an array in the order of the file, which owns its memory
   * @throws IOException when reading fails
   * @throws LanesException FORMAT when the file is damaged, truncated or longer than it says, TYPE
   *     for dtypes that are not supported
   * @throws OutOfMemoryError when there is no memory for the elements
   */
  public static NDArray read(Path path) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path)) { // a pipe does not tell its size
      try (InputStream in = Files.newInputStream(path)) {
        return read(in);
      }
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      NpyHeader header = header(path, channel);
      return fill(path.toString(), channel, header, allocate(header), 0);
    }
  }

  private static NpyHeader header(Path path, FileChannel channel) throws IOException {
    NpyHeader header = NpyHeader.read(path.toString(), channel);
    long there = channel.size() - header.bytes();
    if (there != header.dataBytes()) {
      String sizes = header.dataBytes() + " bytes of elements, but it has " + there;
      throw NpyHeader.damaged(path.toString(), "the header promises " + sizes);
    }
    return header;
  }

  private static NDArray allocate(NpyHeader header) {
    return NDArray.allocate(header.dtype(), order(header), header.lengths());
  }

  private static NDArray.Order order(NpyHeader header) {
    return header.fortran() ? NDArray.Order.FORTRAN : NDArray.Order.C;
  }

  /**
   * Reads one array from where a stream stands and leaves the stream behind it, open. Memory is
   * taken as elements arrive, so a header that promises too much costs nothing.
   *
   * @param in the stream
   * @return an array in the order of the data, which owns its memory
   * @throws IOException when reading fails
   * @throws LanesException FORMAT when the data are damaged or truncated, TYPE for dtypes that are
   *     not supported
   * @throws OutOfMemoryError when there is no memory for the elements
   */
  public static NDArray read(InputStream in) throws IOException {
    ReadableByteChannel channel = Channels.newChannel(in);
    String name = "the stream";
    NpyHeader header = NpyHeader.read(name, channel);
    long size = header.dataBytes() / header.dtype().bytes();
    NDArray array = null;
    long done = 0;
    long capacity = Math.max(FIRST_PIECE / header.dtype().bytes(), 1);
    while (capacity < size) {
      array =
          fill(
              name, channel, header, grow(array, NDArray.allocate(header.dtype(), capacity)), done);
      done = capacity;
      capacity *= GROWTH;
    }
    return fill(name, channel, header, grow(array, allocate(header)), done);
  }

  /** Moves the first elements into a larger array. */
  private static NDArray grow(NDArray array, NDArray larger) {
    if (array != null) {
      flat(larger).slice(0, 0, array.size()).copyFrom(array);
      array.close();
    }
    return larger;
  }

  /** The elements in the order of memory. */
  private static NDArray flat(NDArray array) {
    return (array.isContiguous() ? array : array.transpose()).reshape(-1);
  }

  /**
   * Maps a file into memory, read-only and without reading it; see {@link NDArray#map}.
   *
   * @param path of the file
   * @return a read-only array, which owns the mapping
   * @throws IOException when the file cannot be opened or mapped
   * @throws LanesException FORMAT when the file is damaged, truncated or longer than it says, TYPE
   *     for dtypes that are not supported and for elements in the other byte order, which have to
   *     be read
   */
  public static NDArray map(Path path) throws IOException {
    return map(path, false);
  }

  /**
   * Maps a file into memory so that writing to the array writes to the file; see {@link
   * NDArray#map}.
   *
   * @param path of the file
   * @return an array, which owns the mapping
   * @throws IOException when the file cannot be opened for writing or mapped
   * @throws LanesException as {@link #map(Path)}
   */
  public static NDArray mapWritable(Path path) throws IOException {
    return map(path, true);
  }

  private static NDArray map(Path path, boolean writable) throws IOException {
    NpyHeader header;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      header = header(path, channel);
    }
    if (isSwapped(header)) {
      throw new LanesException(
          Code.TYPE,
          path
              + ": the elements are "
              + header.order()
              + ", which this machine cannot use in place: use Npy.read");
    }
    return NDArray.map(
        path, header.bytes(), writable, header.dtype(), order(header), header.lengths());
  }

  private static boolean isSwapped(NpyHeader header) {
    return unit(header.dtype()) > 1 && header.order() != ByteOrder.nativeOrder();
  }

  /** Bytes that belong to one number. */
  private static int unit(DType dtype) {
    return switch (dtype.kind()) {
      case BYTES -> 1;
      case COMPLEX128 -> dtype.bytes() / 2;
      default -> dtype.bytes();
    };
  }

  /**
   * Reads the elements from number {@code first} on up to the end of an array that has the order of
   * the file.
   */
  private static NDArray fill(
      String name, ReadableByteChannel in, NpyHeader header, NDArray array, long first)
      throws IOException {
    int element = header.dtype().bytes();
    ByteBuffer piece = piece(element);
    NDArray flat = flat(array);
    try {
      for (long done = first; done < flat.size(); ) {
        piece.clear().limit((int) Math.min(piece.capacity(), (flat.size() - done) * element));
        while (piece.hasRemaining()) {
          if (in.read(piece) < 0) {
            throw NpyHeader.damaged(name, "it ends within its elements");
          }
        }
        normalise(header, piece.flip());
        done += flat.copyFrom(done, piece);
      }
      return array;
    } catch (IOException | RuntimeException e) {
      array.close();
      throw e;
    }
  }

  private static ByteBuffer piece(int element) {
    return ByteBuffer.allocateDirect(Math.max(PIECE / element, 1) * element)
        .order(ByteOrder.nativeOrder());
  }

  /** Turns numbers into the machine's byte order, and truth values into 0 and 1. */
  private static void normalise(NpyHeader header, ByteBuffer piece) {
    int unit = unit(header.dtype());
    if (header.dtype() == DType.BOOL) {
      for (int i = 0; i < piece.limit(); i++) {
        piece.put(i, (byte) (piece.get(i) == 0 ? 0 : 1));
      }
    } else if (isSwapped(header)) {
      for (int i = 0; i < piece.limit(); i += unit) {
        switch (unit) {
          case Short.BYTES -> piece.putShort(i, Short.reverseBytes(piece.getShort(i)));
          case Integer.BYTES -> piece.putInt(i, Integer.reverseBytes(piece.getInt(i)));
          default -> piece.putLong(i, Long.reverseBytes(piece.getLong(i)));
        }
      }
    }
  }

  /**
   * Writes an array to a file, in Fortran order if it lies so and not in C order too, else in C
   * order. The file appears whole or not at all: elements go to a file beside it that is then moved
   * to its name.
   *
   * @param path of the file, which is replaced if there is one
   * @param array of any dtype, shape and strides
   * @throws IOException when writing fails; a file that was there is then as before
   * @throws LanesException CLOSED
   */
  public static void write(Path path, NDArray array) throws IOException {
    boolean exists = Files.exists(path);
    if (exists && !Files.isRegularFile(path)) {
      // A pipe or a device is written to, not replaced; the name of a pipe's end leads nowhere.
      try (WritableByteChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
        write(channel, array);
      }
      return;
    }
    Path target = exists ? path.toRealPath() : path.toAbsolutePath();
    Path part =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      try (FileChannel channel =
          FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        write(channel, array);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /**
   * Writes an array to a stream, in the same order as {@link #write(Path, NDArray)}, and leaves the
   * stream open.
   *
   * @param out the stream
   * @param array of any dtype, shape and strides
   * @throws IOException when writing fails
   * @throws LanesException CLOSED
   */
  public static void write(OutputStream out, NDArray array) throws IOException {
    write(Channels.newChannel(out), array);
  }

  private static void write(WritableByteChannel out, NDArray array) throws IOException {
    boolean fortran = array.isFortran() && !array.isContiguous();
    NDArray source = fortran ? array.transpose() : array; // lies in C order then
    writeAll(out, NpyHeader.write(array.dtype(), fortran, array.shape()));
    ByteBuffer piece = piece(array.dtype().bytes());
    for (long done = 0; done < source.size(); ) {
      done += source.copyTo(done, piece.clear());
      writeAll(out, piece.flip());
    }
  }

  private static void writeAll(WritableByteChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
