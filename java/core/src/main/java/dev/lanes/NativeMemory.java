package dev.lanes;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Memory by way of the native library: its allocator, its mappings, and addresses that others own.
 */
final class NativeMemory implements MemorySource {
  private static final int NO_SPACE = 28; // ENOSPC

  private static final SpareMemory SPARE = new SpareMemory();

  private final long bytes;
  private final long address;
  private final Runnable free; // null for memory that others own
  private final Object owner; // kept reachable
  private final Object file;
  private final long fileOffset;

  private NativeMemory(
      long bytes, long address, Runnable free, Object owner, Object file, long fileOffset) {
    this.bytes = bytes;
    this.address = address;
    this.free = free;
    this.owner = owner;
    this.file = file;
    this.fileOffset = fileOffset;
  }

  static MemorySource allocate(long bytes, MemoryBudget budget) {
    return of(
        budget.take(Math.max(bytes, 1), () -> fresh(Math.max(bytes, 1), true, budget)),
        bytes,
        budget);
  }

  /** Memory for a result, which may have anything in it. */
  static MemorySource allocateDirty(long bytes, MemoryBudget budget) {
    long taken = Math.max(bytes, 1);
    return of(
        budget.take(
            taken,
            () -> {
              SpareMemory.Block spare = SPARE.take(taken);
              return spare == null ? fresh(taken, false, budget) : spare;
            }),
        bytes,
        budget);
  }

  private static SpareMemory.Block fresh(long bytes, boolean isZeroed, MemoryBudget budget) {
    SPARE.shrink(budget.limit() - budget.used());
    int zeroed = isZeroed ? 1 : 0;
    long address = NativeLanes.allocate(bytes, zeroed);
    if (address == 0) {
      SPARE.shrink(0);
      address = NativeLanes.allocate(bytes, zeroed);
    }
    return address == 0 ? null : new SpareMemory.Block(address, bytes);
  }

  private static MemorySource of(SpareMemory.Block block, long bytes, MemoryBudget budget) {
    Runnable free =
        () -> {
          budget.giveBack(Math.max(bytes, 1));
          SPARE.give(block, budget);
        };
    return new NativeMemory(bytes, block.address(), free, null, null, 0);
  }

  /** A part of another memory, which stays reachable. */
  static MemorySource part(Memory whole, long offset, long bytes, Runnable free) {
    return new NativeMemory(bytes, whole.address() + offset, free, whole, null, 0);
  }

  static MemorySource borrow(long address, long bytes, Object owner) {
    return new NativeMemory(bytes, address, null, owner, null, 0);
  }

  static MemorySource borrow(Buffer direct, long skippedBytes, long bytes) {
    return borrow(NativeLanes.address(direct) + skippedBytes, bytes, direct);
  }

  /**
   * A part of a file.
   *
   * @param reserve whether the file's holes are filled first, so that no write finds the disk full
   */
  static MemorySource map(Path path, long offset, long bytes, boolean writable, boolean reserve)
      throws IOException {
    byte[] name = fileName(path);
    ByteBuffer direct = ByteBuffer.allocateDirect(name.length + 1);
    direct.put(name).put((byte) 0);
    long address =
        NativeLanes.map(
            NativeLanes.address(direct), offset, bytes, !writable ? 0 : reserve ? 2 : 1);
    Reference.reachabilityFence(direct);
    if (address < 0 && address > -4096) {
      String why = address == -NO_SPACE ? "there is no space left for them" : "errno " + -address;
      throw new IOException("cannot map " + bytes + " bytes of " + path + ": " + why);
    }
    Object file = JavaMemory.fileKey(path);
    return new NativeMemory(
        bytes, address, () -> NativeLanes.unmap(address, bytes), null, file, offset);
  }

  /**
   * The bytes by which the system knows a file; the URI has them all, whatever the locale makes of
   * the name.
   */
  private static byte[] fileName(Path path) {
    String raw = path.toAbsolutePath().toUri().getRawPath();
    byte[] name = new byte[raw.length()];
    int length = 0;
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        name[length++] = (byte) Integer.parseInt(raw.substring(i + 1, i + 3), 16);
        i += 2;
      } else {
        name[length++] = (byte) c;
      }
    }
    return Arrays.copyOf(name, length);
  }

  @Override
  public long bytes() {
    return bytes;
  }

  @Override
  public long address() {
    return address;
  }

  @Override
  public ByteBuffer[] windows() {
    return MemorySource.cut(bytes, this::export);
  }

  @Override
  public ByteBuffer export(long offset, int length) {
    return NativeLanes.view(address + offset, length);
  }

  @Override
  public boolean exportsNeedIt() {
    return true;
  }

  @Override
  public void free() {
    if (free != null) {
      free.run();
    }
  }

  @Override
  public Object file() {
    return file;
  }

  @Override
  public long fileOffset() {
    return fileOffset;
  }
}
