package dev.lanes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Memory without the native library: direct buffers, mapped files, and addresses by the JDK's back
 * doors.
 */
final class JavaMemory {
  private static final int ALIGNMENT = 64;
  private static final long LARGEST_BUFFER = Integer.MAX_VALUE - ALIGNMENT;

  private JavaMemory() {}

  /**
   * Zeroed memory: a direct buffer, or beyond the JDK's limit for these a temporary file that has
   * no name any more.
   */
  static MemorySource allocate(long bytes, MemoryBudget budget) {
    long taken = Math.max(bytes, 1);
    return budget.take(
        taken,
        () -> {
          Runnable giveBack = () -> budget.giveBack(taken);
          MemorySource source =
              bytes <= LARGEST_BUFFER ? DirectMemory.allocate((int) bytes, giveBack) : null;
          return source != null ? source : FileMemory.temporary(bytes, giveBack);
        });
  }

  static MemorySource borrow(ByteBuffer direct) {
    return new DirectMemory(direct.slice(), null, direct);
  }

  static MemorySource borrow(long address, long bytes, Object owner) {
    return new AddressMemory(address, bytes, owner);
  }

  static MemorySource map(Path path, long offset, long bytes, boolean writable) throws IOException {
    FileChannel channel =
        writable
            ? FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)
            : FileChannel.open(path, StandardOpenOption.READ);
    MapMode mode = writable ? MapMode.READ_WRITE : MapMode.READ_ONLY;
    return FileMemory.over(channel, mode, offset, bytes, fileSpace(path), () -> {});
  }

  /** What is equal for all mappings of one file, by whatever path they came to it. */
  static Object fileSpace(Path path) throws IOException {
    Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    return key != null ? key : path.toRealPath();
  }

  /** One direct buffer of the JDK, ours or a user's. */
  private static final class DirectMemory implements MemorySource {
    private final ByteBuffer bytes;
    private final Runnable giveBack; // null for a user's buffer
    private final ByteBuffer root; // what the JDK frees; the other buffers are slices of it
    private volatile boolean exported;

    DirectMemory(ByteBuffer bytes, Runnable giveBack, ByteBuffer root) {
      this.bytes = bytes;
      this.giveBack = giveBack;
      this.root = root;
    }

    static MemorySource allocate(int bytes, Runnable giveBack) {
      int rounded = (Math.max(bytes, 1) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
      ByteBuffer root;
      try {
        root = ByteBuffer.allocateDirect(Math.addExact(rounded, ALIGNMENT - 1));
      } catch (OutOfMemoryError | ArithmeticException e) {
        return null; // -XX:MaxDirectMemorySize, or the machine's memory: the caller knows another
        // way
      }
      return new DirectMemory(root.alignedSlice(ALIGNMENT).slice(0, bytes), giveBack, root);
    }

    @Override
    public long bytes() {
      return bytes.capacity();
    }

    @Override
    public long address() {
      return 0;
    }

    @Override
    public long place() {
      return DirectBuffers.address(bytes);
    }

    @Override
    public ByteBuffer[] windows() {
      return MemorySource.cut(
          bytes.capacity(), (offset, length) -> bytes.slice((int) offset, length));
    }

    @Override
    public ByteBuffer export(long offset, int length) {
      exported = true;
      return bytes.slice((int) offset, length);
    }

    @Override
    public boolean exportsNeedIt() {
      return false; // they keep the root reachable, and free() leaves it to the garbage collector
      // then
    }

    @Override
    public void free() {
      if (giveBack == null) {
        return;
      }
      if (!exported && DirectBuffers.free(root)) {
        giveBack.run();
      } else {
        Memory.whenUnreachable(root, giveBack);
      }
    }
  }

  /** Windows into a mapped file. */
  private static final class FileMemory implements MemorySource {
    private final FileChannel channel;
    private final MapMode mode;
    private final long start;
    private final long bytes;
    private final ByteBuffer[] windows;
    private final Object space;
    private final Runnable giveBack;

    private FileMemory(
        FileChannel channel,
        MapMode mode,
        long start,
        long bytes,
        ByteBuffer[] windows,
        Object space,
        Runnable giveBack) {
      this.channel = channel;
      this.mode = mode;
      this.start = start;
      this.bytes = bytes;
      this.windows = windows;
      this.space = space;
      this.giveBack = giveBack;
    }

    static MemorySource over(
        FileChannel channel, MapMode mode, long start, long bytes, Object space, Runnable giveBack)
        throws IOException {
      try {
        ByteBuffer[] windows =
            MemorySource.cut(bytes, (offset, length) -> channel.map(mode, start + offset, length));
        return new FileMemory(channel, mode, start, bytes, windows, space, giveBack);
      } catch (IOException | RuntimeException | Error e) {
        channel.close();
        throw e;
      }
    }

    /**
     * Null when the disk has no room: writing to a mapped page that finds none would end the
     * process.
     */
    static MemorySource temporary(long bytes, Runnable giveBack) {
      try {
        Path file = Files.createTempFile("lanes", ".array");
        try {
          if (Files.getFileStore(file).getUsableSpace() < bytes) {
            return null;
          }
          FileChannel channel =
              FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
          return over(channel, MapMode.READ_WRITE, 0, bytes, channel, giveBack);
        } finally {
          Files.delete(file);
        }
      } catch (IOException e) {
        return null;
      }
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public long address() {
      return 0;
    }

    @Override
    public ByteBuffer[] windows() {
      return windows.clone();
    }

    @Override
    public ByteBuffer export(long offset, int length) {
      try {
        return channel.map(mode, start + offset, length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean exportsNeedIt() {
      return false; // each is a mapping of its own
    }

    @Override
    public void free() {
      for (ByteBuffer window : windows) {
        DirectBuffers.free(window);
      }
      giveBack.run();
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Object space() {
      return space;
    }

    @Override
    public long place() {
      return start;
    }
  }

  /** Memory of somebody else, known by its address. */
  private record AddressMemory(long place, long bytes, Object owner) implements MemorySource {
    @Override
    public long address() {
      return 0;
    }

    @Override
    public ByteBuffer[] windows() {
      return MemorySource.cut(bytes, this::export);
    }

    @Override
    public ByteBuffer export(long offset, int length) {
      return DirectBuffers.over(place + offset, length);
    }

    @Override
    public boolean exportsNeedIt() {
      return true;
    }

    @Override
    public void free() {}
  }
}
