package dev.lanes;

import dev.lanes.LanesException.Code;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;

/**
 * What the JDK can do with direct buffers only through back doors: lay one over an address, tell
 * its address, free it at once. For when the native library is not in use. The doors are
 * java.lang.foreign from JDK 22 on and jdk.unsupported before; both are reached by reflection
 * because the source level knows neither.
 */
final class DirectBuffers {
  private DirectBuffers() {}

  /** The doors of one JDK. */
  private interface Door {
    ByteBuffer over(long address, int bytes) throws Throwable;

    long address(Buffer buffer) throws Throwable;
  }

  private static final Throwable CLOSED_BECAUSE;
  private static final Door DOOR;
  private static final MethodHandle INVOKE_CLEANER; // null where the JDK has none

  static {
    Door door = null;
    Throwable cause = null;
    try {
      door = Runtime.version().feature() >= 22 ? new ForeignDoor() : new UnsafeDoor();
    } catch (ReflectiveOperationException | RuntimeException e) {
      cause = e;
    }
    DOOR = door;
    CLOSED_BECAUSE = cause;
    MethodHandle cleaner = null;
    try {
      Object unsafe = unsafe();
      cleaner =
          MethodHandles.lookup()
              .findVirtual(
                  unsafe.getClass(),
                  "invokeCleaner",
                  MethodType.methodType(void.class, ByteBuffer.class))
              .bindTo(unsafe);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // Then the garbage collector frees buffers, later.
    }
    INVOKE_CLEANER = cleaner;
  }

  private static Object unsafe() throws ReflectiveOperationException {
    Field instance = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
    instance.setAccessible(true);
    return instance.get(null);
  }

  /** A direct buffer over memory that somebody else manages and keeps. */
  static ByteBuffer over(long address, int bytes) {
    try {
      return door().over(address, bytes);
    } catch (LanesException e) {
      throw e;
    } catch (Throwable e) {
      String message =
          "without the native library this JDK gives no access to memory by its address: "
              + e.getMessage();
      throw new LanesException(Code.NATIVE, message, e);
    }
  }

  /** The address of index 0 of a direct buffer, or 0 when the JDK does not tell. */
  static long address(Buffer buffer) {
    try {
      return DOOR == null ? 0 : DOOR.address(buffer);
    } catch (Throwable e) {
      return 0;
    }
  }

  /**
   * Frees or unmaps at once, if this JDK can; else dropping the buffer leaves that to the garbage
   * collector.
   */
  static boolean free(ByteBuffer root) {
    if (INVOKE_CLEANER == null) {
      return false;
    }
    try {
      INVOKE_CLEANER.invoke(root);
      return true;
    } catch (Throwable e) {
      return false;
    }
  }

  private static Door door() {
    if (DOOR == null) {
      throw new LanesException(
          Code.NATIVE,
          "without the native library this JDK gives no access to memory by its address",
          CLOSED_BECAUSE);
    }
    return DOOR;
  }

  /** java.lang.foreign: a segment over the address, seen as a buffer. */
  private static final class ForeignDoor implements Door {
    private final MethodHandle ofAddress;
    private final MethodHandle reinterpret;
    private final MethodHandle asByteBuffer;
    private final MethodHandle ofBuffer;
    private final MethodHandle address;

    ForeignDoor() throws ReflectiveOperationException {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
      ofAddress =
          lookup.findStatic(segment, "ofAddress", MethodType.methodType(segment, long.class));
      reinterpret =
          lookup.findVirtual(segment, "reinterpret", MethodType.methodType(segment, long.class));
      asByteBuffer =
          lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class));
      ofBuffer =
          lookup.findStatic(segment, "ofBuffer", MethodType.methodType(segment, Buffer.class));
      address = lookup.findVirtual(segment, "address", MethodType.methodType(long.class));
    }

    @Override
    public ByteBuffer over(long at, int bytes) throws Throwable {
      return (ByteBuffer)
          asByteBuffer.invoke(reinterpret.invoke(ofAddress.invoke(at), (long) bytes));
    }

    @Override
    public long address(Buffer buffer) throws Throwable {
      Buffer whole = buffer.duplicate().clear();
      return (long) address.invoke(ofBuffer.invoke(whole));
    }
  }

  /** jdk.unsupported: an empty buffer whose address and capacity are overwritten. */
  private static final class UnsafeDoor implements Door {
    private final MethodHandle getLong;
    private final MethodHandle putLong;
    private final MethodHandle putInt;
    private final long addressField;
    private final long capacityField;

    UnsafeDoor() throws ReflectiveOperationException {
      Object unsafe = unsafe();
      Class<?> type = unsafe.getClass();
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      MethodHandle fieldOffset =
          lookup
              .findVirtual(
                  type, "objectFieldOffset", MethodType.methodType(long.class, Field.class))
              .bindTo(unsafe);
      getLong =
          lookup
              .findVirtual(
                  type, "getLong", MethodType.methodType(long.class, Object.class, long.class))
              .bindTo(unsafe);
      putLong = putter(lookup, unsafe, "putLong", long.class);
      putInt = putter(lookup, unsafe, "putInt", int.class);
      try {
        addressField = (long) fieldOffset.invoke(Buffer.class.getDeclaredField("address"));
        capacityField = (long) fieldOffset.invoke(Buffer.class.getDeclaredField("capacity"));
      } catch (ReflectiveOperationException | RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new ReflectiveOperationException(e);
      }
    }

    private static MethodHandle putter(
        MethodHandles.Lookup lookup, Object unsafe, String name, Class<?> value)
        throws ReflectiveOperationException {
      MethodType type = MethodType.methodType(void.class, Object.class, long.class, value);
      return lookup.findVirtual(unsafe.getClass(), name, type).bindTo(unsafe);
    }

    @Override
    public ByteBuffer over(long at, int bytes) throws Throwable {
      ByteBuffer buffer = ByteBuffer.allocateDirect(0).duplicate();
      putLong.invoke((Object) buffer, addressField, at);
      putInt.invoke((Object) buffer, capacityField, bytes);
      return buffer.clear();
    }

    @Override
    public long address(Buffer buffer) throws Throwable {
      return (long) getLong.invoke((Object) buffer, addressField);
    }
  }
}
