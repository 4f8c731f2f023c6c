package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.Bytes;
import java.io.IOException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * An array of any rank over off-heap memory that it owns or borrows: a {@link DType}, a shape, and
 * for each axis a stride, the number of bytes from one element to the next.
 *
 * <p><b>Views.</b> {@link #slice}, {@link #select}, {@link #transpose()}, {@link #flip}, {@link
 * #broadcastTo} and, where strides can describe it, {@link #reshape} give arrays over the same
 * memory; writing through one is seen through all. Indexes, bounds and axes below zero count from
 * the end, as in Python.
 *
 * <p><b>Lifetime.</b> {@link #close()} of the array that made the memory gives it back at once, or
 * when the last operation on it ends; from then on every use of that array and of its views throws
 * {@link LanesException} CLOSED. Closing a view does nothing. Memory of arrays that nobody can
 * reach any more is given back by the garbage collector. Borrowed memory is never given back; its
 * owner is kept reachable instead.
 *
 * <p><b>Conversions</b> go upwards or sideways among bool, integers, floats and complex, never down
 * (CAST): integers that are stored into narrower ones keep their low bits, as Java's casts do;
 * floats are rounded to nearest, ties to even.
 *
 * <p><b>Threads.</b> The lifetime is safe under any use from several threads. The elements are like
 * those of a Java array: threads that write and read the same ones must synchronise.
 */
public final class NDArray implements AutoCloseable {
  /** Which axis runs fastest in memory. */
  public enum Order {
    /** The last one, as in C and Java. */
    C,
    /** The first one, as in Fortran. */
    FORTRAN
  }

  private final DType dtype;
  private final Layout layout;
  private final Memory memory;
  private final boolean readOnly;
  private final boolean owner;

  private NDArray(DType dtype, Layout layout, Memory memory, boolean readOnly, boolean owner) {
    this.dtype = dtype;
    this.layout = layout;
    this.memory = memory;
    this.readOnly = readOnly;
    this.owner = owner;
  }

  private NDArray view(Layout over) {
    return new NDArray(dtype, over, memory, readOnly, false);
  }

  /** An array over the first bytes of a memory, which it owns from now on. */
  private static NDArray over(Memory memory, DType dtype, Order order, long... shape) {
    Layout layout = Layout.packed(dtype.bytes(), order == Order.FORTRAN, shape);
    checkFits(layout, dtype, memory.bytes());
    return new NDArray(dtype, layout, memory, memory.readOnly(), true);
  }

  /** An array over all of a memory, which it owns from now on; the layout must lie within. */
  static NDArray over(Memory memory, DType dtype, Layout layout) {
    return new NDArray(dtype, layout, memory, false, true);
  }

  /** The same view so many bytes further on. */
  NDArray moved(long bytes) {
    return view(layout.moved(bytes));
  }

  /** An array over a part of a memory that somebody else closes. */
  static NDArray view(Memory memory, long offset, DType dtype, Order order, long... shape) {
    Layout layout = Layout.packed(dtype.bytes(), order == Order.FORTRAN, shape).moved(offset);
    checkFits(layout, dtype, memory.bytes() - offset);
    return new NDArray(dtype, layout, memory, memory.readOnly(), false);
  }

  private static long checkFits(Layout layout, DType dtype, long bytes) {
    long needed = layout.size() * dtype.bytes();
    if (needed > bytes) {
      String message =
          dtype
              + " of shape "
              + Arrays.toString(layout.shape)
              + " needs "
              + needed
              + " bytes, there are "
              + bytes;
      throw new LanesException(Code.SHAPE, message);
    }
    return needed;
  }

  /** The shape that was given, or where none was that of all whole elements. */
  static long[] shapeOfAll(long bytes, DType dtype, long... shape) {
    return shape.length == 0 ? new long[] {bytes / dtype.bytes()} : shape;
  }

  /**
   * Makes an array of zeros in C order, aligned to 64 bytes.
   *
   * @param dtype of its elements
   * @param shape lengths of its axes, at most 64; none for an array of one element and rank 0
   * @return the array, which owns its memory
   * @throws LanesException SHAPE for a negative length, LIMIT for too many axes or a size beyond
   *     2^56 bytes
   * @throws OutOfMemoryError when there is no memory, or no more by {@code -Dlanes.maxBytes}
   */
  public static NDArray allocate(DType dtype, long... shape) {
    return allocate(dtype, Order.C, shape);
  }

  /**
   * Makes an array of zeros, aligned to 64 bytes.
   *
   * @param dtype of its elements
   * @param order of its elements
   * @param shape lengths of its axes, at most 64; none for an array of one element and rank 0
   * @return the array, which owns its memory
   * @throws LanesException SHAPE for a negative length, LIMIT for too many axes or a size beyond
   *     2^56 bytes
   * @throws OutOfMemoryError when there is no memory, or no more by {@code -Dlanes.maxBytes}
   */
  public static NDArray allocate(DType dtype, Order order, long... shape) {
    Layout layout = Layout.packed(dtype.bytes(), order == Order.FORTRAN, shape);
    Memory memory = Memory.allocate(layout.size() * dtype.bytes());
    return new NDArray(dtype, layout, memory, false, true);
  }

  /**
   * Makes an array of one element and rank 0: in expressions a value of exactly this type, where a
   * Java number takes the type of what it meets.
   *
   * @param dtype of the element, an integer or a float
   * @param value the element, rounded to the dtype where both are floats
   * @return the array, which owns its memory
   * @throws LanesException CAST when the value does not go into the dtype
   */
  public static NDArray scalar(DType dtype, Number value) {
    NDArray array = allocate(dtype);
    if (value instanceof Double || value instanceof Float) {
      array.setDouble(value.doubleValue());
    } else {
      array.setLong(value.longValue());
    }
    return array;
  }

  /** Makes an array in C order for a result, with anything in it. */
  static NDArray allocateDirty(DType dtype, long... shape) {
    return allocateDirty(dtype, Order.C, shape);
  }

  /** Makes an array for a result, with anything in it. */
  static NDArray allocateDirty(DType dtype, Order order, long... shape) {
    Layout layout = Layout.packed(dtype.bytes(), order == Order.FORTRAN, shape);
    Memory memory = Memory.allocateDirty(layout.size() * dtype.bytes());
    return new NDArray(dtype, layout, memory, false, true);
  }

  /**
   * Makes an array for a result, with anything in it, without gaps, whose axes lie in memory in an
   * order of the caller's.
   *
   * @param axes each axis once, the one that runs fastest last
   */
  static NDArray allocateDirty(DType dtype, int[] axes, long... shape) {
    long[] laid = new long[axes.length];
    int[] places = new int[axes.length];
    for (int i = 0; i < axes.length; i++) {
      laid[i] = shape[axes[i]];
      places[axes[i]] = i;
    }
    Layout layout = Layout.packed(dtype.bytes(), false, laid).transpose(places);
    Memory memory = Memory.allocateDirty(layout.size() * dtype.bytes());
    return new NDArray(dtype, layout, memory, false, true);
  }

  /**
   * Maps a part of a file into memory, without reading it: pages are read when they are touched, so
   * the file may be larger than memory. Writes go to the file. While the array is in use nobody may
   * make the file shorter: an access to what it then lacks ends the process.
   *
   * @param path of the file
   * @param offset in bytes of the first element, of any alignment
   * @param writable whether the array may be written; the file must be writable then
   * @param dtype of the elements, which lie in the machine's byte order
   * @param order of the elements
   * @param shape lengths of the axes; none for an array of one element and rank 0
   * @return the array, which owns the mapping and ends it on {@link #close()}
   * @throws IOException when the file cannot be opened or mapped
   * @throws LanesException LIMIT when the file is too short, SHAPE or LIMIT when the shape is none
   */
  public static NDArray map(
      Path path, long offset, boolean writable, DType dtype, Order order, long... shape)
      throws IOException {
    long bytes = Layout.packed(dtype.bytes(), false, shape).size() * dtype.bytes();
    return over(Memory.map(path, offset, bytes, writable), dtype, order, shape);
  }

  /**
   * Copies Java values into a FLOAT64 array.
   *
   * @param values the elements in C order
   * @param shape lengths of the axes, whose product is the number of values; without one the array
   *     has rank 1
   * @return the array, which owns its memory
   * @throws LanesException SHAPE when shape and number of values do not fit
   */
  public static NDArray of(double[] values, long... shape) {
    NDArray array = allocateDirty(DType.FLOAT64, shapeFor(values.length, shape));
    ArrayCopy.fromJava(array, (buffer, done, n) -> buffer.asDoubleBuffer().put(values, done, n));
    return array;
  }

  /**
   * Copies Java values into a FLOAT32 array.
   *
   * @param values the elements in C order
   * @param shape as for {@link #of(double[], long...)}
   * @return the array, which owns its memory
   * @throws LanesException SHAPE when shape and number of values do not fit
   */
  public static NDArray of(float[] values, long... shape) {
    NDArray array = allocateDirty(DType.FLOAT32, shapeFor(values.length, shape));
    ArrayCopy.fromJava(array, (buffer, done, n) -> buffer.asFloatBuffer().put(values, done, n));
    return array;
  }

  /**
   * Copies Java values into an INT64 array.
   *
   * @param values the elements in C order
   * @param shape as for {@link #of(double[], long...)}
   * @return the array, which owns its memory
   * @throws LanesException SHAPE when shape and number of values do not fit
   */
  public static NDArray of(long[] values, long... shape) {
    NDArray array = allocateDirty(DType.INT64, shapeFor(values.length, shape));
    ArrayCopy.fromJava(array, (buffer, done, n) -> buffer.asLongBuffer().put(values, done, n));
    return array;
  }

  /**
   * Copies Java values into an INT32 array.
   *
   * @param values the elements in C order
   * @param shape as for {@link #of(double[], long...)}
   * @return the array, which owns its memory
   * @throws LanesException SHAPE when shape and number of values do not fit
   */
  public static NDArray of(int[] values, long... shape) {
    NDArray array = allocateDirty(DType.INT32, shapeFor(values.length, shape));
    ArrayCopy.fromJava(array, (buffer, done, n) -> buffer.asIntBuffer().put(values, done, n));
    return array;
  }

  /**
   * Copies Java values into an INT16 array.
   *
   * @param values the elements in C order
   * @param shape as for {@link #of(double[], long...)}
   * @return the array, which owns its memory
   * @throws LanesException SHAPE when shape and number of values do not fit
   */
  public static NDArray of(short[] values, long... shape) {
    NDArray array = allocateDirty(DType.INT16, shapeFor(values.length, shape));
    ArrayCopy.fromJava(array, (buffer, done, n) -> buffer.asShortBuffer().put(values, done, n));
    return array;
  }

  /**
   * Copies Java values into an INT8 array.
   *
   * @param values the elements in C order
   * @param shape as for {@link #of(double[], long...)}
   * @return the array, which owns its memory
   * @throws LanesException SHAPE when shape and number of values do not fit
   */
  public static NDArray of(byte[] values, long... shape) {
    NDArray array = allocateDirty(DType.INT8, shapeFor(values.length, shape));
    ArrayCopy.fromJava(array, (buffer, done, n) -> buffer.put(values, done, n));
    return array;
  }

  /**
   * Copies Java values into a BOOL array.
   *
   * @param values the elements in C order
   * @param shape as for {@link #of(double[], long...)}
   * @return the array, which owns its memory
   * @throws LanesException SHAPE when shape and number of values do not fit
   */
  public static NDArray of(boolean[] values, long... shape) {
    NDArray array = allocateDirty(DType.BOOL, shapeFor(values.length, shape));
    ArrayCopy.fromJava(
        array,
        (buffer, done, n) -> {
          for (int i = 0; i < n; i++) {
            buffer.put((byte) (values[done + i] ? 1 : 0));
          }
        });
    return array;
  }

  /**
   * Copies byte strings into a BYTES array as wide as the longest of them, at least 1 byte.
   *
   * @param values the elements in C order; shorter ones are padded with NUL, and NULs at the end
   *     are not told from that
   * @param shape as for {@link #of(double[], long...)}
   * @return the array, which owns its memory
   * @throws LanesException SHAPE when shape and number of values do not fit
   */
  public static NDArray of(byte[][] values, long... shape) {
    int width = Arrays.stream(values).mapToInt(value -> value.length).max().orElse(1);
    NDArray array = allocate(DType.bytes(Math.max(1, width)), shapeFor(values.length, shape));
    for (int i = 0; i < values.length; i++) {
      Element.putBytes(array.memory, (long) i * array.dtype.bytes(), values[i].length, values[i]);
    }
    return array;
  }

  /**
   * Copies texts in UTF-8 into a BYTES array as wide as the longest of them, at least 1 byte.
   *
   * @param values the elements in C order
   * @param shape as for {@link #of(double[], long...)}
   * @return the array, which owns its memory
   * @throws LanesException SHAPE when shape and number of values do not fit
   */
  public static NDArray of(String[] values, long... shape) {
    return of(Arrays.stream(values).map(Bytes::of).toArray(byte[][]::new), shape);
  }

  private static long[] shapeFor(long size, long... shape) {
    if (shape.length == 0) {
      return new long[] {size};
    }
    Layout.checkShape(1, shape);
    long wanted = 1;
    for (long length : shape) {
      wanted *= length;
    }
    if (wanted != size) {
      throw new LanesException(
          Code.SHAPE, size + " values do not fill shape " + Arrays.toString(shape));
    }
    return shape;
  }

  /**
   * Lays an array in C order over the bytes of a direct buffer, from its position to its limit,
   * without copying. The array keeps the buffer reachable. The elements need no alignment. Of a
   * read-only buffer the array is read-only.
   *
   * @param buffer a direct buffer in the machine's byte order; a typed one must hold elements of
   *     the dtype's size and sort
   * @param dtype of the elements
   * @param shape lengths of the axes; without one the array has rank 1 and all whole elements
   * @return the array, which borrows its memory
   * @throws LanesException TYPE for a heap buffer, another byte order or elements of another sort,
   *     SHAPE when the buffer has too few bytes
   */
  public static NDArray wrap(Buffer buffer, DType dtype, long... shape) {
    if (!buffer.isDirect()) {
      throw new LanesException(
          Code.TYPE,
          "a heap buffer can move and cannot be wrapped: copy its values with NDArray.of, or use"
              + " ByteBuffer.allocateDirect");
    }
    BufferType type = BufferType.of(buffer);
    if (!type.holds().contains(Element.format(dtype))) {
      throw new LanesException(Code.TYPE, "a " + type.name() + " does not hold " + dtype);
    }
    if (dtype.bytes() > 1
        && dtype.kind() != Kind.BYTES
        && type.order() != ByteOrder.nativeOrder()) {
      throw new LanesException(
          Code.TYPE,
          "the buffer's byte order is "
              + type.order()
              + ": call order(ByteOrder.nativeOrder()) on it before it is filled and viewed; new"
              + " ByteBuffers are BIG_ENDIAN");
    }
    Memory memory = Memory.borrow(buffer);
    return over(memory, dtype, Order.C, shapeOfAll(memory.bytes(), dtype, shape));
  }

  /**
   * Lays an array in C order over memory of another library, without copying: the address of an
   * off-heap segment, an Arrow buffer. The caller answers for the address, the size, and that the
   * memory lives while {@code owner} is reachable.
   *
   * @param address of the first element, not 0; it needs no alignment
   * @param bytes how many bytes may be used from there on
   * @param owner what the array and its views keep reachable, or null
   * @param dtype of the elements
   * @param shape lengths of the axes; without one the array has rank 1 and all whole elements
   * @return the array, which borrows its memory
   * @throws LanesException LIMIT for a null address or a negative size, SHAPE when there are too
   *     few bytes, NATIVE when neither the native library nor the JDK gives access to addresses
   */
  public static NDArray wrap(long address, long bytes, Object owner, DType dtype, long... shape) {
    if (address == 0 || bytes < 0) {
      throw new LanesException(
          Code.LIMIT, "an array cannot have " + bytes + " bytes at address " + address);
    }
    Layout layout = Layout.packed(dtype.bytes(), false, shapeOfAll(bytes, dtype, shape));
    long needed = checkFits(layout, dtype, bytes);
    return new NDArray(dtype, layout, Memory.borrow(address, needed, owner), false, true);
  }

  /**
   * Tells what the elements are.
   *
   * @return the dtype
   */
  public DType dtype() {
    return dtype;
  }

  /**
   * Tells the lengths of the axes.
   *
   * @return a fresh array, empty for rank 0
   */
  public long[] shape() {
    return layout.shape.clone();
  }

  /**
   * Tells the strides.
   *
   * @return for each axis the bytes from one element to the next, of any sign, 0 along broadcast
   *     axes; a fresh array
   */
  public long[] strides() {
    return layout.strides.clone();
  }

  /**
   * Tells the length of one axis.
   *
   * @param axis which axis; below zero from the end
   * @return the number of elements along it
   * @throws LanesException AXIS when there is no such axis
   */
  public long length(int axis) {
    return layout.shape[layout.axis(axis)];
  }

  /**
   * Tells the stride of one axis.
   *
   * @param axis which axis; below zero from the end
   * @return the bytes from one element along it to the next, of any sign, 0 along broadcast axes
   * @throws LanesException AXIS when there is no such axis
   */
  public long stride(int axis) {
    return layout.strides[layout.axis(axis)];
  }

  /**
   * Tells the number of axes.
   *
   * @return 0 to 64
   */
  public int rank() {
    return layout.rank();
  }

  /**
   * Tells the number of elements.
   *
   * @return the product of the lengths, 1 for rank 0
   */
  public long size() {
    return layout.size();
  }

  /**
   * Tells the bytes of all elements, counting those of broadcast axes each time.
   *
   * @return size times bytes of one element
   */
  public long bytes() {
    return layout.size() * dtype.bytes();
  }

  /**
   * Tells whether the elements lie in C order (last axis fastest) without gaps.
   *
   * @return true also for arrays without elements
   */
  public boolean isContiguous() {
    return layout.isPacked(dtype.bytes(), false);
  }

  /**
   * Tells whether the elements lie in Fortran order (first axis fastest) without gaps.
   *
   * @return true also for arrays without elements, and for those of rank 0 and 1 that are in C
   *     order
   */
  public boolean isFortran() {
    return layout.isPacked(dtype.bytes(), true);
  }

  /**
   * Tells whether writing is refused.
   *
   * @return true for arrays over read-only memory and for broadcast ones, and for views of these
   */
  public boolean isReadOnly() {
    return readOnly;
  }

  /**
   * Tells whether the memory was given back, by {@link #close()} of the array that owned it.
   *
   * @return true when every use throws
   */
  public boolean isClosed() {
    return memory.isClosed();
  }

  /** Gives the memory back if this array made it; see the class. May be called again. */
  @Override
  public void close() {
    if (owner) {
      memory.close();
    }
  }

  /**
   * Takes every {@code step}-th element of an axis, as {@code start:stop:step} does in Python.
   * Bounds beyond the ends are clamped, so {@link Long#MAX_VALUE} and {@link Long#MIN_VALUE} stand
   * for the ends: {@code slice(0, Long.MAX_VALUE, Long.MIN_VALUE, -1)} reverses.
   *
   * @param axis which axis; below zero from the end
   * @param start the first index; below zero from the end
   * @param stop the index before which to stop; below zero from the end
   * @param step not 0; below zero backwards
   * @return a view of the same rank
   * @throws LanesException AXIS when there is no such axis, SHAPE when step is 0
   */
  public NDArray slice(int axis, long start, long stop, long step) {
    return view(layout.slice(axis, start, stop, step));
  }

  /**
   * Takes the elements of an axis from {@code start} up to but without {@code stop}.
   *
   * @param axis which axis; below zero from the end
   * @param start the first index; below zero from the end
   * @param stop the index before which to stop; below zero from the end; {@link Long#MAX_VALUE} for
   *     all that follow
   * @return a view of the same rank
   * @throws LanesException AXIS when there is no such axis
   */
  public NDArray slice(int axis, long start, long stop) {
    return slice(axis, start, stop, 1);
  }

  /**
   * Takes one index along an axis, which goes away.
   *
   * @param axis which axis; below zero from the end
   * @param index the position on it; below zero from the end
   * @return a view of one rank less
   * @throws LanesException AXIS when there is no such axis or index
   */
  public NDArray select(int axis, long index) {
    return view(layout.select(axis, index));
  }

  /**
   * Reverses an axis.
   *
   * @param axis which axis; below zero from the end
   * @return a view of the same shape
   * @throws LanesException AXIS when there is no such axis
   */
  public NDArray flip(int axis) {
    return slice(axis, Long.MAX_VALUE, Long.MIN_VALUE, -1);
  }

  /**
   * Reverses the order of the axes.
   *
   * @return a view
   */
  public NDArray transpose() {
    int[] axes = new int[rank()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = axes.length - 1 - i;
    }
    return transpose(axes);
  }

  /**
   * Puts the axes into another order.
   *
   * @param axes each axis of this array once; the first becomes axis 0 of the view; below zero from
   *     the end
   * @return a view
   * @throws LanesException AXIS when the axes are not those of this array, each once
   */
  public NDArray transpose(int... axes) {
    return view(layout.transpose(axes));
  }

  /**
   * Repeats the array along new leading axes and along axes of length 1, without copying.
   *
   * @param shape to broadcast to
   * @return a read-only view
   * @throws LanesException SHAPE when the shapes do not fit
   */
  public NDArray broadcastTo(long... shape) {
    return new NDArray(dtype, layout.broadcastTo(dtype.bytes(), shape), memory, true, false);
  }

  /**
   * Gives the elements, in C order, another shape.
   *
   * @param shape of the same number of elements; one length may be -1 and is inferred; none for
   *     rank 0
   * @return a view where strides can describe it, else a copy, which owns its memory
   * @throws LanesException SHAPE when the number of elements differs
   */
  public NDArray reshape(long... shape) {
    long[] lengths = layout.inferred(dtype.bytes(), shape);
    Layout reshaped = layout.reshape(dtype.bytes(), lengths);
    if (reshaped != null) {
      return view(reshaped);
    }
    NDArray copy = copy();
    return new NDArray(
        dtype, copy.layout.reshape(dtype.bytes(), lengths), copy.memory, false, true);
  }

  /**
   * Reads one element of a bool, integer or float array; int64 is rounded to nearest.
   *
   * @param index one for each axis; below zero from the end
   * @return the value
   * @throws LanesException AXIS outside the array, CAST for complex and bytes, CLOSED
   */
  public double getDouble(long... index) {
    Element.checkConverts(dtype, DType.FLOAT64);
    long at = layout.at(index);
    memory.acquire();
    try {
      return Element.getDouble(memory, dtype, at);
    } finally {
      memory.release();
    }
  }

  /**
   * Reads one element of a bool or integer array.
   *
   * @param index one for each axis; below zero from the end
   * @return the value; 0 or 1 for bool
   * @throws LanesException AXIS outside the array, CAST for other dtypes, CLOSED
   */
  public long getLong(long... index) {
    Element.checkConverts(dtype, DType.INT64);
    long at = layout.at(index);
    memory.acquire();
    try {
      return Element.getLong(memory, dtype, at);
    } finally {
      memory.release();
    }
  }

  /**
   * Reads one element of a bool array.
   *
   * @param index one for each axis; below zero from the end
   * @return the value
   * @throws LanesException AXIS outside the array, CAST for other dtypes, CLOSED
   */
  public boolean getBoolean(long... index) {
    Element.checkConverts(dtype, DType.BOOL);
    return getLong(index) != 0;
  }

  /**
   * Reads one element of an array of any numbers.
   *
   * @param index one for each axis; below zero from the end
   * @return real and imaginary part
   * @throws LanesException AXIS outside the array, CAST for bytes, CLOSED
   */
  public double[] getComplex(long... index) {
    Element.checkConverts(dtype, DType.COMPLEX128);
    long at = layout.at(index);
    memory.acquire();
    try {
      return new double[] {
        Element.getDouble(memory, dtype, at), Element.getImaginary(memory, dtype, at)
      };
    } finally {
      memory.release();
    }
  }

  /**
   * Reads one element of a BYTES array.
   *
   * @param index one for each axis; below zero from the end
   * @return all its bytes, the padding too
   * @throws LanesException AXIS outside the array, CAST for other dtypes, CLOSED
   */
  public byte[] getBytes(long... index) {
    if (dtype.kind() != Kind.BYTES) {
      throw new LanesException(Code.CAST, dtype + " elements are no bytes");
    }
    long at = layout.at(index);
    memory.acquire();
    try {
      return Element.getBytes(memory, at, dtype.bytes());
    } finally {
      memory.release();
    }
  }

  /**
   * Reads one element of a BYTES array as a text.
   *
   * @param index one for each axis; below zero from the end
   * @return its bytes without the padding, read as UTF-8
   * @throws LanesException AXIS outside the array, CAST for other dtypes, CLOSED
   */
  public String getString(long... index) {
    return text(getBytes(index));
  }

  private static String text(byte[] bytes) {
    return new String(Bytes.trimmed(bytes), StandardCharsets.UTF_8);
  }

  /**
   * Writes one element of a float or complex array.
   *
   * @param value rounded to nearest
   * @param index one for each axis; below zero from the end
   * @throws LanesException AXIS outside the array, CAST for other dtypes, READ_ONLY, CLOSED
   */
  public void setDouble(double value, long... index) {
    Element.checkConverts(DType.FLOAT64, dtype);
    long at = writableAt(index);
    memory.acquire();
    try {
      Element.putDouble(memory, dtype, at, value);
    } finally {
      memory.release();
    }
  }

  /**
   * Writes one element of an array of any numbers but bool.
   *
   * @param value rounded to nearest where the elements are floats
   * @param index one for each axis; below zero from the end
   * @throws LanesException AXIS outside the array, CAST for other dtypes and for a value outside
   *     the range of an integer dtype, READ_ONLY, CLOSED
   */
  public void setLong(long value, long... index) {
    Element.checkConverts(DType.INT64, dtype);
    long at = writableAt(index);
    memory.acquire();
    try {
      if (!Element.holds(dtype, value)) {
        throw new LanesException(Code.CAST, value + " is outside the range of " + dtype);
      }
      Element.putLong(memory, dtype, at, value);
    } finally {
      memory.release();
    }
  }

  /**
   * Writes one element of an array of any numbers.
   *
   * @param value stored as 0 or 1
   * @param index one for each axis; below zero from the end
   * @throws LanesException AXIS outside the array, CAST for bytes, READ_ONLY, CLOSED
   */
  public void setBoolean(boolean value, long... index) {
    Element.checkConverts(DType.BOOL, dtype);
    long at = writableAt(index);
    memory.acquire();
    try {
      Element.putLong(memory, dtype, at, value ? 1 : 0);
    } finally {
      memory.release();
    }
  }

  /**
   * Writes one element of a complex array.
   *
   * @param real part, rounded to nearest
   * @param imaginary part, rounded to nearest
   * @param index one for each axis; below zero from the end
   * @throws LanesException AXIS outside the array, CAST for other dtypes, READ_ONLY, CLOSED
   */
  public void setComplex(double real, double imaginary, long... index) {
    Element.checkConverts(DType.COMPLEX128, dtype);
    long at = writableAt(index);
    memory.acquire();
    try {
      Element.putComplex(memory, dtype, at, real, imaginary);
    } finally {
      memory.release();
    }
  }

  /**
   * Writes one element of a BYTES array.
   *
   * @param value at most as long as the elements; shorter ones are padded with NUL
   * @param index one for each axis; below zero from the end
   * @throws LanesException AXIS outside the array, CAST for other dtypes and for longer values,
   *     READ_ONLY, CLOSED
   */
  public void setBytes(byte[] value, long... index) {
    if (dtype.kind() != Kind.BYTES || value.length > dtype.bytes()) {
      throw new LanesException(
          Code.CAST, dtype + " elements do not hold " + value.length + " bytes");
    }
    long at = writableAt(index);
    memory.acquire();
    try {
      Element.putBytes(memory, at, dtype.bytes(), value);
    } finally {
      memory.release();
    }
  }

  private long writableAt(long... index) {
    checkWritable();
    return layout.at(index);
  }

  private void checkWritable() {
    if (readOnly) {
      throw new LanesException(
          Code.READ_ONLY, "the array is read-only, shape " + Arrays.toString(layout.shape));
    }
  }

  /**
   * Reads the only element.
   *
   * @return a Boolean, a Long for integers, a Double for floats, a {@code double[2]} for complex, a
   *     {@code byte[]} for bytes
   * @throws LanesException SHAPE when there is not exactly one element, CLOSED
   */
  public Object item() {
    if (size() != 1) {
      throw new LanesException(
          Code.SHAPE,
          "item() of shape " + Arrays.toString(layout.shape) + ", which has not one element");
    }
    long[] first = new long[rank()];
    return switch (dtype.kind()) {
      case BOOL -> getBoolean(first);
      case INT32, INT64 -> getLong(first);
      case FLOAT32, FLOAT64 -> getDouble(first);
      case COMPLEX128 -> getComplex(first);
      case BYTES -> getBytes(first);
    };
  }

  /**
   * Copies the elements of a bool, integer or float array in C order; int64 is rounded to nearest.
   *
   * @return a fresh array of size() values
   * @throws LanesException CAST for complex and bytes, LIMIT for more elements than a Java array
   *     has, CLOSED
   */
  public double[] toDoubleArray() {
    double[] values = new double[ArrayCopy.javaLength(this, DType.FLOAT64)];
    ArrayCopy.toJava(
        this,
        DType.FLOAT64,
        (buffer, done, n) -> buffer.asDoubleBuffer().get(values, done, n),
        (offset, i) -> values[i] = Element.getDouble(memory, dtype, offset));
    return values;
  }

  /**
   * Copies the elements of a bool, integer or float array in C order, rounded to nearest.
   *
   * @return a fresh array of size() values
   * @throws LanesException CAST for complex and bytes, LIMIT for more elements than a Java array
   *     has, CLOSED
   */
  public float[] toFloatArray() {
    float[] values = new float[ArrayCopy.javaLength(this, DType.FLOAT32)];
    boolean integer = Element.isInteger(dtype);
    ArrayCopy.toJava(
        this,
        DType.FLOAT32,
        (buffer, done, n) -> buffer.asFloatBuffer().get(values, done, n),
        (offset, i) ->
            values[i] =
                integer
                    ? Element.getLong(memory, dtype, offset)
                    : (float) Element.getDouble(memory, dtype, offset));
    return values;
  }

  /**
   * Copies the elements of a bool or integer array in C order.
   *
   * @return a fresh array of size() values; 0 and 1 for bool
   * @throws LanesException CAST for other dtypes, LIMIT for more elements than a Java array has,
   *     CLOSED
   */
  public long[] toLongArray() {
    long[] values = new long[ArrayCopy.javaLength(this, DType.INT64)];
    ArrayCopy.toJava(
        this,
        DType.INT64,
        (buffer, done, n) -> buffer.asLongBuffer().get(values, done, n),
        (offset, i) -> values[i] = Element.getLong(memory, dtype, offset));
    return values;
  }

  /**
   * Copies the elements of a bool or integer array in C order; wider ones keep their low 32 bits,
   * as Java's casts do.
   *
   * @return a fresh array of size() values; 0 and 1 for bool
   * @throws LanesException CAST for other dtypes, LIMIT for more elements than a Java array has,
   *     CLOSED
   */
  public int[] toIntArray() {
    int[] values = new int[ArrayCopy.javaLength(this, DType.INT32)];
    ArrayCopy.toJava(
        this,
        DType.INT32,
        (buffer, done, n) -> buffer.asIntBuffer().get(values, done, n),
        (offset, i) -> values[i] = (int) Element.getLong(memory, dtype, offset));
    return values;
  }

  /**
   * Copies the elements of a bool array in C order.
   *
   * @return a fresh array of size() values
   * @throws LanesException CAST for other dtypes, LIMIT for more elements than a Java array has,
   *     CLOSED
   */
  public boolean[] toBooleanArray() {
    boolean[] values = new boolean[ArrayCopy.javaLength(this, DType.BOOL)];
    ArrayCopy.toJava(this, null, null, (offset, i) -> values[i] = memory.getByte(offset) != 0);
    return values;
  }

  /**
   * Copies the elements of a BYTES array in C order as texts.
   *
   * @return a fresh array of size() values, without the padding, read as UTF-8
   * @throws LanesException CAST for other dtypes, LIMIT for more elements than a Java array has,
   *     CLOSED
   */
  public String[] toStringArray() {
    String[] values = new String[ArrayCopy.javaLength(this, DType.bytes(dtype.bytes()))];
    ArrayCopy.toJava(
        this,
        null,
        null,
        (offset, i) -> values[i] = text(Element.getBytes(memory, offset, dtype.bytes())));
    return values;
  }

  /**
   * Copies the elements of an array of any dtype in C order as they lie in memory, in the machine's
   * byte order.
   *
   * @return a fresh array of bytes() bytes
   * @throws LanesException LIMIT for more bytes than a Java array has, CLOSED
   */
  public byte[] toByteArray() {
    if (bytes() > ArrayCopy.LARGEST_JAVA_ARRAY) {
      throw new LanesException(Code.LIMIT, bytes() + " bytes are more than a Java array has");
    }
    byte[] values = new byte[(int) bytes()];
    copyTo(0, ByteBuffer.wrap(values));
    return values;
  }

  /**
   * Copies the array.
   *
   * @return an array of the same dtype and shape in C order, which owns its memory
   * @throws LanesException CLOSED
   */
  public NDArray copy() {
    return copy(Order.C);
  }

  /**
   * Copies the array into a given order.
   *
   * @param order of the copy
   * @return an array of the same dtype and shape without gaps, which owns its memory
   * @throws LanesException CLOSED
   */
  public NDArray copy(Order order) {
    NDArray copy = allocateDirty(dtype, order, layout.shape);
    try {
      copy.copyFrom(this);
      return copy;
    } catch (RuntimeException e) {
      copy.close();
      throw e;
    }
  }

  /**
   * Copies elements in C order into a buffer, as they lie in memory: as many whole ones as there
   * are and as fit. Together with {@link #copyFrom(long, ByteBuffer)} this moves arrays of any size
   * through channels piece by piece.
   *
   * @param first number of the first element to copy, in C order, up to size()
   * @param target of any sort; its position is moved on
   * @return how many elements were copied
   * @throws LanesException AXIS when there is no such element, CLOSED
   */
  public long copyTo(long first, ByteBuffer target) {
    return ArrayCopy.toBuffer(this, first, target);
  }

  /**
   * Overwrites elements in C order with bytes out of a buffer: as many whole elements as there are
   * on both sides.
   *
   * @param first number of the first element to overwrite, in C order, up to size()
   * @param source of any sort, with elements in the machine's byte order; its position is moved on
   * @return how many elements were overwritten
   * @throws LanesException AXIS when there is no such element, READ_ONLY, CLOSED
   */
  public long copyFrom(long first, ByteBuffer source) {
    checkWritable();
    return ArrayCopy.fromBuffer(this, first, source);
  }

  /**
   * Overwrites this array with the elements of another one, broadcast and converted as needed.
   * Where both share memory the result is as if the source had been copied first.
   *
   * @param source of a shape that broadcasts to this one's and a dtype that converts to this one's
   * @throws LanesException SHAPE or CAST when it does not, READ_ONLY, CLOSED
   */
  public void copyFrom(NDArray source) {
    checkWritable();
    ArrayCopy.copy(source, this);
  }

  /**
   * Shows the elements as a buffer, without copying, in the machine's byte order. The buffer stays
   * good after {@link #close()}: the memory is then given back when neither the buffer nor one
   * derived from it is reachable.
   *
   * @return a direct buffer of bytes() bytes, read-only if the array is
   * @throws LanesException SHAPE when the elements are not in C order without gaps, LIMIT beyond
   *     2^31-1 bytes, CLOSED
   */
  public ByteBuffer asByteBuffer() {
    if (!isContiguous()) {
      throw new LanesException(
          Code.SHAPE,
          "only elements in C order without gaps are a buffer: call copy() first, shape "
              + Arrays.toString(layout.shape));
    }
    if (bytes() > Integer.MAX_VALUE) {
      throw new LanesException(
          Code.LIMIT, bytes() + " bytes are more than a ByteBuffer has; take slices");
    }
    ByteBuffer buffer = memory.export(layout.offset, (int) bytes());
    return readOnly ? buffer.asReadOnlyBuffer().order(ByteOrder.nativeOrder()) : buffer;
  }

  /**
   * Gives the elements' address to other native libraries, and keeps the memory alive meanwhile.
   *
   * @return what must be closed when the library is done
   * @throws LanesException CLOSED, NATIVE when neither the native library nor the JDK tells
   *     addresses
   */
  public Hold hold() {
    return Hold.of(this);
  }

  /**
   * Tells whether writing to this array may change elements of another one, judged by the lowest
   * and the highest byte of each.
   *
   * @param other the other array
   * @return false when they have no byte in common
   */
  public boolean mayShareMemory(NDArray other) {
    return mayShareBytes(this, other);
  }

  /**
   * Compares dtype, shape and elements. Element are equal when their bits are, so 0.0 and -0.0
   * differ, or when both are NaN.
   *
   * @param other to compare with
   * @return whether all is equal
   * @throws LanesException CLOSED
   */
  public boolean contentEquals(NDArray other) {
    Objects.requireNonNull(other, "other");
    return ArrayCopy.isEqual(this, other);
  }

  /**
   * Shows the elements as NumPy does, only the first and last three along each axis when there are
   * more than 1000.
   *
   * @return the text; of a closed array only that it is one
   */
  @Override
  public String toString() {
    return ArrayText.of(this);
  }

  Layout layout() {
    return layout;
  }

  Memory memory() {
    return memory;
  }

  /** One element at a byte offset of the memory, as an array without axes. */
  NDArray element(long offset, DType elementType) {
    return new NDArray(elementType, Layout.element(offset), memory, false, false);
  }

  /** Whether the other array has the same elements in the same places. */
  boolean isSameView(NDArray other) {
    boolean isSameMemory =
        memory == other.memory || memory.address() != 0 && other.memory.address() != 0;
    return isSameMemory
        && memory.address() + layout.offset == other.memory.address() + other.layout.offset
        && dtype.equals(other.dtype)
        && Arrays.equals(layout.shape, other.layout.shape)
        && Arrays.equals(layout.strides, other.layout.strides);
  }

  /** Byte offset of the first element in {@link #memory()}. */
  long offset() {
    return layout.offset;
  }

  /**
   * Whether some byte may belong to elements of both, judged by the lowest and the highest byte of
   * each.
   */
  static boolean mayShareBytes(NDArray a, NDArray b) {
    if (a.size() == 0 || b.size() == 0) {
      return false;
    }
    long aEnd = a.layout.high() + a.dtype.bytes();
    long bEnd = b.layout.high() + b.dtype.bytes();
    return a.memory.mayShare(a.layout.low(), aEnd, b.memory, b.layout.low(), bEnd);
  }
}
