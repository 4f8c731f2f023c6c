package dev.lanes;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.ArrayList;
import java.util.List;

/**
 * What the JDK can do with direct buffers only through back doors: lay one over an address, tell
 * its address, free it at once. For when the native library is not in use. The doors are
 * java.lang.foreign from JDK 22 on and jdk.unsupported before; both are reached by reflection
 * because the source level knows neither.
 */
final class DirectBuffers {
  private static final Door DOOR = open();

  private DirectBuffers() {}

  private static Door open() {
    try {
      return Runtime.version().feature() >= 22 ? new ForeignDoor() : new UnsafeDoor();
    } catch (ReflectiveOperationException | RuntimeException e) {
      return new ClosedDoor(e);
    }
  }

  /** A direct buffer over memory that somebody else manages and keeps. */
  static ByteBuffer over(long address, int bytes) {
    return DOOR.over(address, bytes);
  }

  /** The address of index 0 of a direct buffer, or 0 when the JDK does not tell. */
  static long address(Buffer buffer) {
    return DOOR.address(buffer);
  }

  /** A new scope without buffers. */
  static Scope scope() {
    return DOOR.scope();
  }

  /** Buffers that are given back together. */
  interface Scope {
    /** A zeroed buffer whose address is a multiple of {@code alignment}. */
    ByteBuffer allocate(int bytes, int alignment);

    /** A part of a file. */
    ByteBuffer map(FileChannel channel, MapMode mode, long offset, int bytes) throws IOException;

    /** Gives the memory back at once if this JDK can, else leaves that to the garbage collector. */
    void close();

    /**
     * Leaves the memory to the buffers that users have: it is given back, and {@code then} run,
     * when the last one is garbage.
     */
    void leave(Runnable then);
  }

  /** The doors of one JDK. */
  private interface Door {
    ByteBuffer over(long address, int bytes);

    long address(Buffer buffer);

    Scope scope();
  }

  private static MethodHandle method(
      Object target, String name, Class<?> result, Class<?>... parameters)
      throws ReflectiveOperationException {
    MethodType type = MethodType.methodType(result, parameters);
    return MethodHandles.lookup().findVirtual(target.getClass(), name, type).bindTo(target);
  }

  private static RuntimeException failure(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof RuntimeException exception
        ? exception
        : new LanesException(
            Code.NATIVE, "the JDK does not give access to memory: " + cause, cause);
  }

  /** A JDK without back doors. */
  private record ClosedDoor(Throwable cause) implements Door {
    @Override
    public ByteBuffer over(long address, int bytes) {
      String message =
          "without the native library this JDK gives no access to memory by its address: " + cause;
      throw new LanesException(Code.NATIVE, message, cause);
    }

    @Override
    public long address(Buffer buffer) {
      return 0;
    }

    @Override
    public Scope scope() {
      return new BufferScope(null);
    }
  }

  /** jdk.unsupported: an empty buffer whose address and capacity are overwritten. */
  private static final class UnsafeDoor implements Door {
    private final MethodHandle getLong;
    private final MethodHandle putLong;
    private final MethodHandle putInt;
    private final MethodHandle invokeCleaner;
    private final long addressField;
    private final long capacityField;

    UnsafeDoor() throws ReflectiveOperationException {
      Field instance = Class.forName("sun.misc.Unsafe").getDeclaredField("theUnsafe");
      instance.setAccessible(true);
      Object unsafe = instance.get(null);
      getLong = method(unsafe, "getLong", long.class, Object.class, long.class);
      putLong = method(unsafe, "putLong", void.class, Object.class, long.class, long.class);
      putInt = method(unsafe, "putInt", void.class, Object.class, long.class, int.class);
      invokeCleaner = method(unsafe, "invokeCleaner", void.class, ByteBuffer.class);
      MethodHandle fieldOffset = method(unsafe, "objectFieldOffset", long.class, Field.class);
      try {
        addressField = (long) fieldOffset.invoke(Buffer.class.getDeclaredField("address"));
        capacityField = (long) fieldOffset.invoke(Buffer.class.getDeclaredField("capacity"));
      } catch (Throwable e) {
        throw new ReflectiveOperationException(e);
      }
    }

    @Override
    public ByteBuffer over(long at, int bytes) {
      ByteBuffer buffer = ByteBuffer.allocateDirect(0).duplicate();
      try {
        putLong.invoke((Object) buffer, addressField, at);
        putInt.invoke((Object) buffer, capacityField, bytes);
      } catch (Throwable e) {
        throw failure(e);
      }
      return buffer.clear();
    }

    @Override
    public long address(Buffer buffer) {
      try {
        return (long) getLong.invoke((Object) buffer, addressField);
      } catch (Throwable e) {
        throw failure(e);
      }
    }

    @Override
    public Scope scope() {
      return new BufferScope(invokeCleaner);
    }
  }

  /** Buffers of java.nio, which the garbage collector frees, unless they are freed before. */
  private static final class BufferScope implements Scope {
    private final MethodHandle invokeCleaner; // null where the JDK has none
    private final List<ByteBuffer> roots = new ArrayList<>();

    BufferScope(MethodHandle invokeCleaner) {
      this.invokeCleaner = invokeCleaner;
    }

    @Override
    public ByteBuffer allocate(int bytes, int alignment) {
      int enough = Math.addExact(bytes, 2 * alignment) / alignment * alignment;
      ByteBuffer root = ByteBuffer.allocateDirect(enough);
      roots.add(root);
      return root.alignedSlice(alignment).slice(0, bytes);
    }

    @Override
    public ByteBuffer map(FileChannel channel, MapMode mode, long offset, int bytes)
        throws IOException {
      ByteBuffer root = channel.map(mode, offset, bytes);
      roots.add(root);
      return root;
    }

    @Override
    public void close() {
      if (invokeCleaner != null) {
        try {
          for (ByteBuffer root : roots) {
            invokeCleaner.invoke(root);
          }
        } catch (Throwable e) {
          throw failure(e);
        }
      }
    }

    @Override
    public void leave(Runnable then) {
      roots.forEach(root -> Memory.whenUnreachable(root, then)); // derived buffers keep the root
    }
  }

  /** java.lang.foreign: segments, seen as buffers. */
  private static final class ForeignDoor implements Door {
    private final MethodHandle ofAddress;
    private final MethodHandle reinterpret;
    private final MethodHandle asByteBuffer;
    private final MethodHandle ofBuffer;
    private final MethodHandle address;
    private final MethodHandle ofShared;
    private final MethodHandle allocate;
    private final MethodHandle map;
    private final MethodHandle close;

    ForeignDoor() throws ReflectiveOperationException {
      Lookup lookup = MethodHandles.lookup();
      Class<?> segment = Class.forName("java.lang.foreign.MemorySegment");
      Class<?> arena = Class.forName("java.lang.foreign.Arena");
      ofAddress =
          lookup.findStatic(segment, "ofAddress", MethodType.methodType(segment, long.class));
      reinterpret =
          lookup.findVirtual(segment, "reinterpret", MethodType.methodType(segment, long.class));
      asByteBuffer =
          lookup.findVirtual(segment, "asByteBuffer", MethodType.methodType(ByteBuffer.class));
      ofBuffer =
          lookup.findStatic(segment, "ofBuffer", MethodType.methodType(segment, Buffer.class));
      address = lookup.findVirtual(segment, "address", MethodType.methodType(long.class));
      ofShared = lookup.findStatic(arena, "ofShared", MethodType.methodType(arena));
      MethodType allocation = MethodType.methodType(segment, long.class, long.class);
      allocate = lookup.findVirtual(arena, "allocate", allocation);
      MethodType mapping =
          MethodType.methodType(segment, MapMode.class, long.class, long.class, arena);
      map = lookup.findVirtual(FileChannel.class, "map", mapping);
      close = lookup.findVirtual(arena, "close", MethodType.methodType(void.class));
    }

    @Override
    public ByteBuffer over(long at, int bytes) {
      try {
        return (ByteBuffer)
            asByteBuffer.invoke(reinterpret.invoke(ofAddress.invoke(at), (long) bytes));
      } catch (Throwable e) {
        throw failure(e);
      }
    }

    @Override
    public long address(Buffer buffer) {
      try {
        return (long) address.invoke(ofBuffer.invoke(buffer.duplicate().clear()));
      } catch (Throwable e) {
        throw failure(e);
      }
    }

    @Override
    public Scope scope() {
      try {
        return new ArenaScope(this, ofShared.invoke());
      } catch (Throwable e) {
        throw failure(e);
      }
    }

    void close(Object arena) {
      try {
        close.invoke(arena);
      } catch (Throwable e) {
        throw failure(e);
      }
    }
  }

  /** Buffers over the segments of one arena. */
  private static final class ArenaScope implements Scope {
    private final ForeignDoor door;
    private final Object arena;
    private ByteBuffer root; // what was allocated; derived buffers keep it

    ArenaScope(ForeignDoor door, Object arena) {
      this.door = door;
      this.arena = arena;
    }

    @Override
    public ByteBuffer allocate(int bytes, int alignment) {
      try {
        Object segment = door.allocate.invoke(arena, (long) bytes, (long) alignment);
        root = (ByteBuffer) door.asByteBuffer.invoke(segment);
        return root;
      } catch (Throwable e) {
        close();
        throw failure(e);
      }
    }

    @Override
    public ByteBuffer map(FileChannel channel, MapMode mode, long offset, int bytes)
        throws IOException {
      try {
        Object segment = door.map.invoke(channel, mode, offset, (long) bytes, arena);
        return (ByteBuffer) door.asByteBuffer.invoke(segment);
      } catch (IOException e) {
        throw e;
      } catch (Throwable e) {
        throw failure(e);
      }
    }

    @Override
    public void close() {
      door.close(arena);
    }

    @Override
    public void leave(Runnable then) {
      ForeignDoor by = door;
      Object all = arena; // not this scope, which refers to the buffer
      Memory.whenUnreachable(
          root,
          () -> {
            by.close(all);
            then.run();
          });
    }
  }
}
