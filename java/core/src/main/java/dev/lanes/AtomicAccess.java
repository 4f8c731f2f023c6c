package dev.lanes;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Atomic reads and writes of memory, in one order for all threads, also those of other processes
 * that map the same file. Offsets are multiples of the size, in memory that begins at such a
 * multiple; callers hold the memory.
 */
final class AtomicAccess {
  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());
  private static final VarHandle LONG =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private AtomicAccess() {}

  static int getInt(Memory memory, long offset) {
    return (int) INT.getVolatile(memory.window(offset, Integer.BYTES), Memory.within(offset));
  }

  static void setInt(Memory memory, long offset, int value) {
    INT.setVolatile(memory.window(offset, Integer.BYTES), Memory.within(offset), value);
  }

  static int addInt(Memory memory, long offset, int delta) {
    return (int) INT.getAndAdd(memory.window(offset, Integer.BYTES), Memory.within(offset), delta);
  }

  static boolean swapInt(Memory memory, long offset, int expected, int value) {
    return INT.compareAndSet(
        memory.window(offset, Integer.BYTES), Memory.within(offset), expected, value);
  }

  static long getLong(Memory memory, long offset) {
    return (long) LONG.getVolatile(memory.window(offset, Long.BYTES), Memory.within(offset));
  }

  static void setLong(Memory memory, long offset, long value) {
    LONG.setVolatile(memory.window(offset, Long.BYTES), Memory.within(offset), value);
  }

  static long addLong(Memory memory, long offset, long delta) {
    return (long) LONG.getAndAdd(memory.window(offset, Long.BYTES), Memory.within(offset), delta);
  }

  static boolean swapLong(Memory memory, long offset, long expected, long value) {
    return LONG.compareAndSet(
        memory.window(offset, Long.BYTES), Memory.within(offset), expected, value);
  }
}
