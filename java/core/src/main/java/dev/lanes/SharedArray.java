package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.NDArray.Order;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * An array in shared memory, which processes of one machine find by its name: other JVMs, and
 * programs in Python. {@link #array()} lies right on the shared bytes, so expressions run on them
 * without copies, and what one process writes all others see.
 *
 * <p><b>Two forms.</b> An array that describes itself ({@link #create}, {@link #attach(String)})
 * begins with a small header; attaching needs its name alone, and it has {@link #lock(int) locks},
 * {@link #event(int) events} and {@link #semaphore(int, int) semaphores}. A raw one ({@link
 * #createRaw}, {@link #attachRaw}) is nothing but its elements: what {@code
 * multiprocessing.shared_memory.SharedMemory} makes and opens. {@code docs/shared-arrays.md} has
 * the bytes of the header and the rules for Python.
 *
 * <p><b>Lifetime.</b> The memory exists while it has its name or some process uses it. {@link
 * #close()} ends this process's use: from then on this object, its array and all views of that
 * throw CLOSED. {@link #unlink()} removes the name; who is attached goes on. One process, as a rule
 * the one that made the array, unlinks it when nobody is to attach any more. Where that process
 * died before, {@link #sweep()} does.
 *
 * <p><b>Safety.</b> All memory is reserved when an array is made (also the holes of what Python
 * made, when it is attached writable with the native library), so a full machine is an exception
 * and no crash later. Nobody may shorten a segment that others use: their next access beyond its
 * new end ends them, and nothing in a process can prevent that. Neither Lanes nor Python's
 * SharedMemory ever does; the mode 0600 keeps out other users.
 *
 * <p><b>Threads and processes.</b> All methods are safe under any use from several threads and
 * processes. Elements are as in {@link NDArray}: who writes and reads the same ones must
 * synchronise, by a lock of this array or by {@link #getVolatile}, {@link #setVolatile}, {@link
 * #getAndAdd} and {@link #compareAndSet}.
 *
 * <p>On Linux only; elsewhere everything throws SYSTEM. Processes that share locks, or sweep, must
 * see each other's process numbers: containers need a common PID namespace for that, not for the
 * elements.
 */
public final class SharedArray implements AutoCloseable {
  /** How many locks an array has that describes itself. */
  public static final int LOCKS = 8;

  /** How many events an array has that describes itself. */
  public static final int EVENTS = 8;

  /** How many semaphores an array has that describes itself. */
  public static final int SEMAPHORES = 4;

  private static final int EVENTS_AT = SharedHeader.SYNC + LOCKS * SyncLine.BYTES;
  private static final int SEMAPHORES_AT = EVENTS_AT + EVENTS * SyncLine.BYTES;

  /** What the threads of this process share of the locks of a segment, by the segment's file. */
  private static final Map<Object, WeakReference<SharedLock.Local[]>> LOCALS = new HashMap<>();

  private final String name;
  private final SharedFolder.Segment segment;
  private final SharedHeader header; // null for raw arrays
  private final NDArray array;
  private SharedLock.Local[] locals; // once a lock was asked for

  private SharedArray(
      String name, SharedFolder.Segment segment, SharedHeader header, NDArray array) {
    this.name = name;
    this.segment = segment;
    this.header = header;
    this.array = array;
  }

  /**
   * Makes an array of zeros in C order that describes itself.
   *
   * @param name 1 to 160 ASCII characters without spaces and slashes, not beginning with a dot
   * @param dtype of its elements
   * @param shape lengths of its axes, at most 64; none for an array of one element and rank 0
   * @return the array, attached
   * @throws LanesException NAME for what is no name; EXISTS when the name is taken; SHAPE or LIMIT
   *     when the shape is none; LIMIT when there is not so much shared memory; SYSTEM
   */
  public static SharedArray create(String name, DType dtype, long... shape) {
    long bytes = SharedHeader.dataBytes(dtype, shape);
    Path file = SharedFolder.described(name);
    requireSize(bytes, file);
    SharedHeader header = new SharedHeader(dtype, Order.C, shape.clone(), ProcessStamp.current());
    return described(name, SharedFolder.create(file, SharedHeader.BYTES + bytes, header), header);
  }

  private static void requireSize(long bytes, Path file) {
    if (bytes > Long.MAX_VALUE - SharedHeader.BYTES) {
      throw new LanesException(Code.LIMIT, file + " would need more than " + bytes + " bytes");
    }
  }

  private static SharedArray described(
      String name, SharedFolder.Segment segment, SharedHeader header) {
    NDArray array =
        NDArray.view(
            segment.memory(), SharedHeader.BYTES, header.dtype(), header.order(), header.shape());
    return new SharedArray(name, segment, header, array);
  }

  /**
   * Attaches to an array that describes itself, for reading and writing.
   *
   * @param name as given to {@link #create}
   * @return the array, with the dtype, the shape and the order that its maker gave it
   * @throws LanesException NAME for what is no name; MISSING when there is no such array; FORMAT
   *     when it is damaged, cut off or of another version; READ_ONLY when this user may only read
   *     it; SYSTEM
   */
  public static SharedArray attach(String name) {
    return attach(name, true);
  }

  /**
   * Attaches to an array that describes itself.
   *
   * @param name as given to {@link #create}
   * @param writable whether to write too; of what is only read, locks cannot be used
   * @return the array
   * @throws LanesException as {@link #attach(String)}
   */
  public static SharedArray attach(String name, boolean writable) {
    SharedFolder.Segment segment = SharedFolder.attach(SharedFolder.described(name), writable);
    return orClose(
        segment,
        () -> {
          Memory memory = segment.memory();
          if (memory.bytes() < SharedHeader.BYTES) {
            throw new LanesException(
                Code.FORMAT,
                segment.file()
                    + " has "
                    + memory.bytes()
                    + " bytes and no room for a header of "
                    + SharedHeader.BYTES);
          }
          SharedHeader header =
              SharedHeader.read(memory.run(0, SharedHeader.SYNC, 1), memory.bytes(), name);
          return described(name, segment, header);
        });
  }

  /**
   * Makes an array of zeros in C order without a header, which Python opens by {@code
   * SharedMemory(name)}.
   *
   * @param name as for {@link #create}, not beginning with {@code lanes.}
   * @param dtype of its elements
   * @param shape lengths of its axes; none for an array of one element and rank 0
   * @return the array, attached; it has exactly the bytes of its elements
   * @throws LanesException as {@link #create}, and SHAPE when there are no elements, for there are
   *     no segments of 0 bytes
   */
  public static SharedArray createRaw(String name, DType dtype, long... shape) {
    long bytes = SharedHeader.dataBytes(dtype, shape);
    Path file = SharedFolder.raw(name);
    if (bytes == 0) {
      throw new LanesException(
          Code.SHAPE,
          "a raw array needs elements, there are none in shape " + Arrays.toString(shape));
    }
    SharedFolder.Segment segment = SharedFolder.create(file, bytes, null);
    return new SharedArray(
        name, segment, null, NDArray.view(segment.memory(), 0, dtype, Order.C, shape));
  }

  /**
   * Attaches to the bytes of a segment that {@link #createRaw} or Python made.
   *
   * @param name as Python's {@code SharedMemory.name} tells it, without a leading slash
   * @param writable whether to write too
   * @param dtype of the elements, which lie in C order and the machine's byte order from the first
   *     byte on
   * @param shape lengths of the axes, whose bytes may be fewer than the segment has, for systems
   *     round sizes up; without one the array has rank 1 and all whole elements
   * @return the array
   * @throws LanesException NAME for what is no name; MISSING when there is no such segment; SHAPE
   *     when it is too small; FORMAT when it has no bytes yet; READ_ONLY when this user may only
   *     read it; SYSTEM
   */
  public static SharedArray attachRaw(String name, boolean writable, DType dtype, long... shape) {
    SharedFolder.Segment segment = SharedFolder.attach(SharedFolder.raw(name), writable);
    return orClose(
        segment,
        () -> {
          Memory memory = segment.memory();
          long[] all = NDArray.shapeOfAll(memory.bytes(), dtype, shape);
          return new SharedArray(name, segment, null, NDArray.view(memory, 0, dtype, Order.C, all));
        });
  }

  private static SharedArray orClose(
      SharedFolder.Segment segment, Supplier<SharedArray> attaching) {
    try {
      return attaching.get();
    } catch (RuntimeException e) {
      segment.close();
      throw e;
    }
  }

  /**
   * Removes the names of all arrays, raw ones that {@link #createRaw} made too, whose maker has
   * ended without unlinking them. A maker is known by its process number and the time it started,
   * so a new process of the same number is not taken for it. What others made is left alone, and
   * what processes of other PID namespaces made too.
   *
   * @return the names of what was removed, as {@link #fileName()} tells them
   * @throws LanesException SYSTEM
   */
  public static List<String> sweep() {
    return SharedFolder.sweep();
  }

  /**
   * Tells the name that JVMs attach by.
   *
   * @return as given to the method that made this
   */
  public String name() {
    return name;
  }

  /**
   * Tells the name of the segment, by which Python's {@code SharedMemory} opens it.
   *
   * @return of a raw array its {@link #name()}, of one that describes itself {@code lanes.} and
   *     that; also the name of a file in {@code /dev/shm}
   */
  public String fileName() {
    return segment.file().getFileName().toString();
  }

  /**
   * Gives the elements.
   *
   * @return an array right on the shared memory; closing it does nothing, closing this ends it
   */
  public NDArray array() {
    return array;
  }

  /**
   * Tells whether this process has ended its use.
   *
   * @return true after {@link #close()}
   */
  public boolean isClosed() {
    return segment.memory().isClosed();
  }

  /** Ends this process's use; see the class. May be called again. */
  @Override
  public void close() {
    segment.close();
  }

  /**
   * Removes the name, so that nobody attaches any more; who is attached goes on. Works after {@link
   * #close()} too.
   *
   * @return false when the name was gone already, or is that of another segment by now, which keeps
   *     it
   */
  public boolean unlink() {
    return segment.unlink();
  }

  /**
   * Reads an element of an INT32 or INT64 array, after all writes that other threads and processes
   * made before by the methods of this family.
   *
   * @param index one for each axis; below zero from the end
   * @return the value
   * @throws LanesException TYPE for other dtypes, AXIS outside the array, CLOSED
   */
  public long getVolatile(long... index) {
    return atomically(
        false,
        index,
        (memory, at) ->
            isLong() ? AtomicAccess.getLong(memory, at) : AtomicAccess.getInt(memory, at));
  }

  /**
   * Writes an element of an INT32 or INT64 array so that {@link #getVolatile} sees it at once.
   *
   * @param value to store
   * @param index one for each axis; below zero from the end
   * @throws LanesException TYPE for other dtypes, CAST when an INT32 does not hold the value, AXIS
   *     outside the array, READ_ONLY, CLOSED
   */
  public void setVolatile(long value, long... index) {
    requireFits(value);
    atomically(
        true,
        index,
        (memory, at) -> {
          if (isLong()) {
            AtomicAccess.setLong(memory, at, value);
          } else {
            AtomicAccess.setInt(memory, at, (int) value);
          }
          return 0;
        });
  }

  /**
   * Adds to an element of an INT32 or INT64 array in one step. Sums wrap.
   *
   * @param delta to add
   * @param index one for each axis; below zero from the end
   * @return the value before
   * @throws LanesException as {@link #setVolatile}
   */
  public long getAndAdd(long delta, long... index) {
    requireFits(delta);
    return atomically(
        true,
        index,
        (memory, at) ->
            isLong()
                ? AtomicAccess.addLong(memory, at, delta)
                : AtomicAccess.addInt(memory, at, (int) delta));
  }

  /**
   * Writes an element of an INT32 or INT64 array if it has a value, in one step.
   *
   * @param expected the value that it must have
   * @param value to store
   * @param index one for each axis; below zero from the end
   * @return whether it had the expected value and has the new one
   * @throws LanesException as {@link #setVolatile}
   */
  public boolean compareAndSet(long expected, long value, long... index) {
    requireFits(expected);
    requireFits(value);
    long swapped =
        atomically(
            true,
            index,
            (memory, at) -> {
              boolean done =
                  isLong()
                      ? AtomicAccess.swapLong(memory, at, expected, value)
                      : AtomicAccess.swapInt(memory, at, (int) expected, (int) value);
              return done ? 1 : 0;
            });
    return swapped != 0;
  }

  /** What is done to an element. */
  private interface Step {
    long at(Memory memory, long offset);
  }

  private boolean isLong() {
    return array.dtype() == DType.INT64;
  }

  private void requireFits(long value) {
    if (!Element.holds(array.dtype(), value)) {
      throw new LanesException(Code.CAST, value + " is outside the range of " + array.dtype());
    }
  }

  private long atomically(boolean writes, long[] index, Step step) {
    if (!isLong() && array.dtype() != DType.INT32) {
      throw new LanesException(
          Code.TYPE, "atomic access is to int32 and int64 elements, not to " + array.dtype());
    }
    if (writes) {
      requireWritable();
    }
    long at = array.layout().at(index);
    Memory memory = segment.memory();
    memory.acquire();
    try {
      return step.at(memory, at);
    } finally {
      memory.release();
    }
  }

  private void requireWritable() {
    if (array.isReadOnly()) {
      throw new LanesException(
          Code.READ_ONLY, "'" + name + "' was attached to be read: attach it writable");
    }
  }

  /**
   * Gives one of the array's locks.
   *
   * @param index 0 to {@link #LOCKS} - 1
   * @return the lock, the same for all who attach to the array and give this index
   * @throws LanesException TYPE of a raw array, AXIS for another index, READ_ONLY, SYSTEM when the
   *     array was made in another PID namespace
   */
  public SharedLock lock(int index) {
    requireSync("locks", index, LOCKS);
    SyncLine line =
        new SyncLine(segment.memory(), SharedHeader.SYNC + index * (long) SyncLine.BYTES);
    return new SharedLock(line, locals(), index);
  }

  /**
   * Gives one of the array's events.
   *
   * @param index 0 to {@link #EVENTS} - 1
   * @return the event, the same for all who attach to the array and give this index
   * @throws LanesException as {@link #lock(int)}
   */
  public SharedEvent event(int index) {
    requireSync("events", index, EVENTS);
    return new SharedEvent(
        new SyncLine(segment.memory(), EVENTS_AT + index * (long) SyncLine.BYTES));
  }

  /**
   * Gives one of the array's semaphores.
   *
   * @param index 0 to {@link #SEMAPHORES} - 1
   * @param permits 1 to {@link SharedSemaphore#MAX_PERMITS}; who comes first decides, all others
   *     must say the same
   * @return the semaphore, the same for all who attach to the array and give this index
   * @throws LanesException as {@link #lock(int)}, LIMIT for other numbers of permits, CLOSED
   */
  public SharedSemaphore semaphore(int index, int permits) {
    requireSync("semaphores", index, SEMAPHORES);
    long at = SEMAPHORES_AT + index * (long) SharedSemaphore.BYTES;
    return new SharedSemaphore(new SyncLine(segment.memory(), at), permits);
  }

  private void requireSync(String what, int index, int count) {
    if (header == null) {
      throw new LanesException(
          Code.TYPE,
          "a raw array has no "
              + what
              + ": make an array that describes itself beside it, of any shape, and use its");
    }
    if (index < 0 || index >= count) {
      throw new LanesException(
          Code.AXIS, "a shared array has " + what + " 0 to " + (count - 1) + ", not " + index);
    }
    requireWritable();
    if (!header.owner().isNear()) {
      throw new LanesException(
          Code.SYSTEM,
          "'"
              + name
              + "' was made in another PID namespace, from where nobody can tell which holders are"
              + " alive: give both containers one, to use its "
              + what);
    }
  }

  private SharedLock.Local[] locals() {
    synchronized (LOCALS) {
      if (locals == null) {
        LOCALS.values().removeIf(each -> each.get() == null);
        Object file = segment.memory().file();
        WeakReference<SharedLock.Local[]> known = LOCALS.get(file);
        locals = known == null ? null : known.get();
        if (locals == null) {
          locals = new SharedLock.Local[LOCKS];
          Arrays.setAll(locals, i -> new SharedLock.Local());
          LOCALS.put(file, new WeakReference<>(locals));
        }
      }
      return locals;
    }
  }

  /**
   * Describes the array.
   *
   * @return its name, dtype and shape
   */
  @Override
  public String toString() {
    return "SharedArray "
        + fileName()
        + " "
        + array.dtype()
        + Arrays.toString(array.shape())
        + (isClosed() ? " (closed)" : "");
  }
}
