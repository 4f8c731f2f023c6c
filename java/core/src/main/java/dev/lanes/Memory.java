package dev.lanes;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.Cleaner;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A run of off-heap bytes, of any length, with its lifetime.
 *
 * <p>Whoever reads or writes holds it by {@link #acquire()} and {@link #release()}; {@link
 * #close()} then frees at once when nobody does, else the last release frees. Without that, an
 * access after a close in another thread ends the process. For a few microseconds, one thread may
 * hold several by {@link #enter} and {@link #leave()}, with one fence for all of them; whoever
 * frees waits for that. Thread-safe, but for the contents.
 */
final class Memory implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final long WINDOW_MASK = (1L << MemorySource.WINDOW_BITS) - 1;
  private static final long LARGEST =
      1L << 56; // no machine addresses more; keeps the number of windows an int

  private static final long ALIGNMENT = 64;

  private final MemorySource source;
  private final long bytes;
  private final long address;
  private final boolean readOnly;
  private final Lifetime lifetime;
  private final Cleaner.Cleanable cleanable;
  private ByteBuffer[] windows; // made when Java first looks in; final from then on

  private Memory(MemorySource source, boolean readOnly, boolean owned) {
    this.source = source;
    this.bytes = source.bytes();
    this.address = source.address();
    this.readOnly = readOnly;
    this.lifetime = new Lifetime(source);
    // Nothing is freed behind borrowed memory, and its owner, which the source refers to, may in
    // turn refer to this. A part's whole has a cleaner of its own.
    this.cleanable = owned ? CLEANER.register(this, lifetime::close) : lifetime::close;
  }

  /** Zeroed memory, aligned to 64 bytes, counted in the budget of the process. */
  static Memory allocate(long bytes) {
    return allocate(bytes, MemoryBudget.process());
  }

  /** Memory for a result: as {@link #allocate(long)}, but with anything in it. */
  static Memory allocateDirty(long bytes) {
    return allocateDirty(bytes, MemoryBudget.process());
  }

  private static Memory allocateDirty(long bytes, MemoryBudget budget) {
    check(bytes);
    MemorySource source =
        Lanes.isNative()
            ? NativeMemory.allocateDirty(bytes, budget)
            : JavaMemory.allocate(bytes, budget);
    return new Memory(source, false, true);
  }

  static Memory allocate(long bytes, MemoryBudget budget) {
    check(bytes);
    MemorySource source =
        Lanes.isNative()
            ? NativeMemory.allocate(bytes, budget)
            : JavaMemory.allocate(bytes, budget);
    return new Memory(source, false, true);
  }

  /**
   * Memory for results in parts that are closed one by one, and given back together: when all are
   * closed or unreachable. That costs less than memory for each. Only with the native library.
   *
   * @param sizes bytes of each part, which is aligned to 64 bytes
   */
  static Memory[] allocateParts(MemoryBudget budget, long... sizes) {
    long bytes = 0;
    for (long size : sizes) {
      bytes += aligned(size);
    }
    Memory whole = allocateDirty(bytes, budget);
    AtomicInteger open = new AtomicInteger(sizes.length);
    Runnable closePart =
        () -> {
          if (open.decrementAndGet() == 0) {
            whole.close();
          }
        };
    Memory[] parts = new Memory[sizes.length];
    long offset = 0;
    for (int i = 0; i < parts.length; i++) {
      MemorySource part = NativeMemory.part(whole, offset, sizes[i], closePart);
      parts[i] = new Memory(part, false, false);
      offset += aligned(sizes[i]);
    }
    return parts;
  }

  /** A size with what makes the next part aligned. */
  static long aligned(long bytes) {
    return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /**
   * The bytes of a direct buffer from its position to its limit. Typed buffers count as what they
   * hold.
   */
  static Memory borrow(Buffer direct) {
    long element = BufferType.of(direct).bytes();
    long skipped = direct.position() * element;
    long bytes = direct.remaining() * element;
    MemorySource source;
    if (Lanes.isNative()) {
      source = NativeMemory.borrow(direct, skipped, bytes);
    } else if (direct instanceof ByteBuffer buffer) {
      source = JavaMemory.borrow(buffer);
    } else {
      source = JavaMemory.borrow(DirectBuffers.address(direct) + skipped, bytes, direct);
    }
    return new Memory(source, direct.isReadOnly(), false);
  }

  /** Memory of somebody else, who keeps it while {@code owner} is reachable. */
  static Memory borrow(long address, long bytes, Object owner) {
    check(bytes);
    MemorySource source =
        Lanes.isNative()
            ? NativeMemory.borrow(address, bytes, owner)
            : JavaMemory.borrow(address, bytes, owner);
    return new Memory(source, false, false);
  }

  /**
   * A part of a file. Writes go to the file and are seen by other mappings of it. The file must not
   * be made shorter meanwhile: an access to what it then lacks is an error of the machine, not an
   * exception.
   */
  static Memory map(Path path, long offset, long bytes, boolean writable) throws IOException {
    return map(path, offset, bytes, writable, false);
  }

  /**
   * As {@link #map(Path, long, long, boolean)}; with {@code reserve} the native library fills the
   * file's holes first, so that no write finds the disk full.
   */
  static Memory map(Path path, long offset, long bytes, boolean writable, boolean reserve)
      throws IOException {
    check(bytes);
    long length = Files.size(path);
    if (offset < 0 || bytes > length - offset) {
      String message =
          bytes + " bytes from byte " + offset + " on are not in " + path + ", which has " + length;
      throw new LanesException(Code.LIMIT, message);
    }
    if (path.getFileSystem() != FileSystems.getDefault()) {
      throw new IOException(
          "only files of the default file system can be mapped, not " + path.toUri());
    }
    boolean byLibrary = Lanes.isNative() && bytes > 0; // the library maps no empty ranges
    MemorySource source =
        byLibrary
            ? NativeMemory.map(path, offset, bytes, writable, reserve)
            : JavaMemory.map(path, offset, bytes, writable);
    return new Memory(source, !writable, true);
  }

  private static void check(long bytes) {
    if (bytes < 0 || bytes > LARGEST) {
      throw new LanesException(Code.LIMIT, bytes + " bytes of memory");
    }
  }

  /** Runs an action some time after an object became unreachable. */
  static void whenUnreachable(Object object, Runnable action) {
    CLEANER.register(object, action);
  }

  long bytes() {
    return bytes;
  }

  /** Where native code finds byte 0; 0 when the native library is not in use. */
  long address() {
    return address;
  }

  /** Where byte 0 is also without the native library; 0 when that is not known. */
  long place() {
    return source.place();
  }

  boolean readOnly() {
    return readOnly;
  }

  /** Whether the bytes are those of a file, which may be mapped elsewhere too. */
  boolean isFile() {
    return source.file() != null;
  }

  boolean isClosed() {
    return lifetime.isClosed();
  }

  /** Keeps the memory from being freed until {@link #release()}. */
  void acquire() {
    lifetime.acquire();
  }

  void release() {
    lifetime.release();
  }

  /**
   * Whether the calling thread is the one that may {@link #enter}: the first to ask, or when nobody
   * else asked in its life, the first after its end.
   */
  boolean mayEnter() {
    return lifetime.mayEnter();
  }

  /**
   * Keeps these memories, which the calling thread {@linkplain #mayEnter() may enter}, from being
   * freed until it leaves each, which it must do in any case. It must not wait for anything
   * meanwhile.
   *
   * @return whether none is closed
   */
  static boolean enter(Memory a, Memory b, Memory c, Memory d) {
    a.lifetime.enter();
    b.lifetime.enter();
    c.lifetime.enter();
    d.lifetime.enter();
    VarHandle.fullFence(); // either we see that one was closed, or who closes sees us
    return !(a.isClosed() || b.isClosed() || c.isClosed() || d.isClosed());
  }

  void leave() {
    lifetime.leave();
  }

  @Override
  public void close() {
    cleanable.clean();
  }

  /**
   * Whether bytes {@code [low, high)} of this may be bytes {@code [otherLow, otherHigh)} of another
   * memory.
   */
  boolean mayShare(long low, long high, Memory other, long otherLow, long otherHigh) {
    if (this == other) {
      return low < otherHigh && otherLow < high;
    }
    long from = source.place();
    long otherFrom = other.source.place();
    Object file = source.file();
    boolean sameFile = file != null && file.equals(other.source.file());
    if (sameFile
        && overlap(
            source.fileOffset(), low, high, other.source.fileOffset(), otherLow, otherHigh)) {
      return true;
    }
    if (from == 0 || otherFrom == 0) {
      return from == otherFrom && file == null && other.source.file() == null; // nobody knows
    }
    return overlap(from, low, high, otherFrom, otherLow, otherHigh);
  }

  private static boolean overlap(
      long a, long low, long high, long b, long otherLow, long otherHigh) {
    return a + low < b + otherHigh && b + otherLow < a + high;
  }

  /**
   * A buffer over a part of the bytes for users; it stays good after {@link #close()}, which frees
   * when it is garbage.
   */
  ByteBuffer export(long offset, int length) {
    Objects.checkFromIndexSize(offset, length, bytes);
    acquire();
    boolean kept = false;
    try {
      ByteBuffer buffer = source.export(offset, length);
      if (source.exportsNeedIt()) {
        CLEANER.register(buffer, lifetime::release);
        kept = true;
      }
      return (readOnly ? buffer.asReadOnlyBuffer() : buffer).order(ByteOrder.nativeOrder());
    } finally {
      if (!kept) {
        release();
      }
    }
  }

  /** What is equal for all mappings of one file; null for other memory. */
  Object file() {
    return source.file();
  }

  /** The buffer in which the bytes lie, {@link #within} its capacity; read-only if this is. */
  ByteBuffer window(long offset, long length) {
    Objects.checkFromIndexSize(offset, length, bytes);
    ByteBuffer[] all = windows;
    return (all != null ? all : openWindows())[(int) (offset >>> MemorySource.WINDOW_BITS)];
  }

  private synchronized ByteBuffer[] openWindows() {
    if (windows == null) {
      ByteBuffer[] all = source.windows();
      for (int i = 0; readOnly && i < all.length; i++) {
        all[i] = all[i].asReadOnlyBuffer().order(ByteOrder.nativeOrder());
      }
      VarHandle.releaseFence(); // who sees the array without the lock sees what is in it
      windows = all;
    }
    return windows;
  }

  /** Where an offset is in its {@link #window}. */
  static int within(long offset) {
    return (int) (offset & WINDOW_MASK);
  }

  byte getByte(long offset) {
    return window(offset, Byte.BYTES).get(within(offset));
  }

  short getShort(long offset) {
    return window(offset, Short.BYTES).getShort(within(offset));
  }

  int getInt(long offset) {
    return window(offset, Integer.BYTES).getInt(within(offset));
  }

  long getLong(long offset) {
    return window(offset, Long.BYTES).getLong(within(offset));
  }

  float getFloat(long offset) {
    return window(offset, Float.BYTES).getFloat(within(offset));
  }

  double getDouble(long offset) {
    return window(offset, Double.BYTES).getDouble(within(offset));
  }

  void putByte(long offset, byte value) {
    window(offset, Byte.BYTES).put(within(offset), value);
  }

  void putShort(long offset, short value) {
    window(offset, Short.BYTES).putShort(within(offset), value);
  }

  void putInt(long offset, int value) {
    window(offset, Integer.BYTES).putInt(within(offset), value);
  }

  void putLong(long offset, long value) {
    window(offset, Long.BYTES).putLong(within(offset), value);
  }

  void putFloat(long offset, float value) {
    window(offset, Float.BYTES).putFloat(within(offset), value);
  }

  void putDouble(long offset, double value) {
    window(offset, Double.BYTES).putDouble(within(offset), value);
  }

  /**
   * A buffer in native order over the bytes from an offset on: as many whole elements as lie in one
   * window, at most {@code length} bytes, at least one element. Loops over it make bulk accesses.
   *
   * @param length bytes wanted, a multiple of {@code element}
   * @param element bytes of one element, at most 64 unless it is 1
   */
  ByteBuffer run(long offset, long length, int element) {
    ByteBuffer window = window(offset, length);
    int start = within(offset);
    int whole = (window.capacity() - start) / element * element;
    return window.slice(start, (int) Math.min(length, whole)).order(ByteOrder.nativeOrder());
  }

  /** Copies bytes into a buffer at its position. */
  void read(long offset, long length, ByteBuffer target) {
    for (long done = 0; done < length; ) {
      ByteBuffer run = run(offset + done, length - done, 1);
      done += run.capacity();
      target.put(run);
    }
  }

  /** Copies bytes out of a buffer from its position on. */
  void write(long offset, long length, ByteBuffer source) {
    for (long done = 0; done < length; ) {
      ByteBuffer run = run(offset + done, length - done, 1);
      int n = run.capacity();
      run.put(0, source, source.position(), n);
      source.position(source.position() + n);
      done += n;
    }
  }

  /** Copies bytes between ranges that do not overlap. */
  static void copy(Memory from, long fromOffset, Memory to, long toOffset, long length) {
    for (long done = 0; done < length; ) {
      ByteBuffer in = from.run(fromOffset + done, length - done, 1);
      ByteBuffer out = to.run(toOffset + done, length - done, 1);
      int n = Math.min(in.capacity(), out.capacity());
      out.put(0, in, 0, n);
      done += n;
    }
  }

  /**
   * The users of a memory, as 2 each, and whether it is closed, as 1; and apart from these the
   * thread that may enter. Knows nothing of the Memory, which a Cleaner waits for.
   */
  private static final class Lifetime {
    private static final VarHandle STATE;
    private static final VarHandle FREED;
    private static final VarHandle ENTERED;
    private static final VarHandle ENTRANT;

    static {
      try {
        MethodHandles.Lookup lookup = MethodHandles.lookup();
        STATE = lookup.findVarHandle(Lifetime.class, "state", long.class);
        FREED = lookup.findVarHandle(Lifetime.class, "freed", boolean.class);
        ENTERED = lookup.findVarHandle(Lifetime.class, "entered", boolean.class);
        ENTRANT = lookup.findVarHandle(Lifetime.class, "entrant", Thread.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final MemorySource source;

    @SuppressWarnings("unused") // through STATE
    private volatile long state;

    @SuppressWarnings("unused") // through FREED
    private volatile boolean freed;

    private Thread entrant; // the thread that may enter
    private boolean isShared; // whether another has asked while that one lived

    @SuppressWarnings("unused") // through ENTERED
    private boolean entered; // by the entrant, who alone changes it

    Lifetime(MemorySource source) {
      this.source = source;
    }

    boolean isClosed() {
      return (state & 1) != 0;
    }

    void acquire() {
      if (((long) STATE.getAndAdd(this, 2L) & 1) != 0) {
        release();
        throw new LanesException(Code.CLOSED, "the array was closed");
      }
    }

    void release() {
      if ((long) STATE.getAndAdd(this, -2L) == 3) {
        free();
      }
    }

    void close() {
      if ((long) STATE.getAndBitwiseOr(this, 1L) == 0) {
        free();
      }
    }

    boolean mayEnter() {
      Thread own = Thread.currentThread();
      return entrant == own || !isShared && becomeEntrant(own);
    }

    private boolean becomeEntrant(Thread own) {
      Thread other = entrant;
      if (other == null || !other.isAlive()) {
        return ENTRANT.compareAndSet(this, other, own);
      }
      isShared = true; // so that later calls need not look at that thread
      return false;
    }

    void enter() {
      ENTERED.setOpaque(this, true);
    }

    void leave() {
      ENTERED.setRelease(this, false);
    }

    /**
     * A refused acquire passes through the count of 1 again, so this may be reached more than once.
     */
    private void free() {
      if (FREED.compareAndSet(this, false, true)) {
        while ((boolean) ENTERED.getAcquire(this)) {
          Thread.yield();
        }
        source.free();
      }
    }
  }
}
