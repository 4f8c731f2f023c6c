package dev.lanes;

import dev.lanes.LanesException.Code;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Moves elements between arrays, Java arrays and buffers, in bulk where they lie without gaps. */
final class ArrayCopy {
  /** What every JVM allocates. */
  static final int LARGEST_JAVA_ARRAY = Integer.MAX_VALUE - 8;

  /** About what one thread takes for an element. */
  private static final double NANOS = 0.5;

  private ArrayCopy() {}

  /** Takes part of a bulk access: the buffer holds {@code n} elements, {@code done} came before. */
  interface Bulk {
    void take(ByteBuffer buffer, int done, int n);
  }

  /** Takes the element at a byte offset, the one that is number {@code index} in C order. */
  interface Single {
    void take(long offset, int index);
  }

  /** Fills a packed array. */
  static void fromJava(NDArray array, Bulk bulk) {
    array.memory().acquire();
    try {
      bulk(array, array.offset(), (int) array.size(), 0, bulk);
    } finally {
      array.memory().release();
    }
  }

  private static void bulk(NDArray array, long offset, int count, int before, Bulk bulk) {
    int element = array.dtype().bytes();
    for (int done = 0; done < count; ) {
      long left = (long) (count - done) * element;
      ByteBuffer run = array.memory().run(offset + (long) done * element, left, element);
      int n = run.capacity() / element;
      bulk.take(run, before + done, n);
      done += n;
    }
  }

  /** The length of a Java array for all elements, which must convert to a dtype. */
  static int javaLength(NDArray array, DType to) {
    Element.checkConverts(array.dtype(), to);
    if (array.size() > LARGEST_JAVA_ARRAY) {
      throw new LanesException(
          Code.LIMIT, array.size() + " elements are more than a Java array has");
    }
    return (int) array.size();
  }

  /**
   * Reads all elements in C order: in bulk where they are of dtype {@code same} and without gaps,
   * else one by one.
   */
  static void toJava(NDArray array, DType same, Bulk bulk, Single single) {
    int element = array.dtype().bytes();
    int[] done = {0};
    array.memory().acquire();
    try {
      Runs.walk(
          array.layout(),
          array.layout(),
          (offset, stride, sameOffset, sameStride, count) -> {
            int n = (int) count;
            if (array.dtype() == same && stride == element) {
              bulk(array, offset, n, done[0], bulk);
            } else {
              for (int i = 0; i < n; i++) {
                single.take(offset + i * stride, done[0] + i);
              }
            }
            done[0] += n;
          });
    } finally {
      array.memory().release();
    }
  }

  /**
   * Copies whole elements from number {@code first} on into a buffer, as many as fit; returns how
   * many.
   */
  static long toBuffer(NDArray array, long first, ByteBuffer target) {
    int element = array.dtype().bytes();
    long count = elementsFrom(array, first, target);
    ByteBuffer out = target.duplicate().order(ByteOrder.nativeOrder());
    Memory memory = array.memory();
    memory.acquire();
    try {
      Runs.walk(
          array.layout(),
          array.layout(),
          first,
          count,
          (offset, stride, sameOffset, sameStride, n) -> {
            if (stride == element) {
              memory.read(offset, n * element, out);
              return;
            }
            for (long i = 0; i < n; i++) {
              long at = offset + i * stride;
              switch (element) {
                case Byte.BYTES -> out.put(memory.getByte(at));
                case Short.BYTES -> out.putShort(memory.getShort(at));
                case Integer.BYTES -> out.putInt(memory.getInt(at));
                case Long.BYTES -> out.putLong(memory.getLong(at));
                default -> memory.read(at, element, out);
              }
            }
          });
    } finally {
      memory.release();
    }
    target.position(out.position());
    return count;
  }

  /** Overwrites whole elements from number {@code first} on out of a buffer; returns how many. */
  static long fromBuffer(NDArray array, long first, ByteBuffer source) {
    int element = array.dtype().bytes();
    long count = elementsFrom(array, first, source);
    array.memory().acquire();
    try {
      Runs.walk(
          array.layout(),
          array.layout(),
          first,
          count,
          (offset, stride, sameOffset, sameStride, n) -> {
            long piece = stride == element ? n : 1;
            for (long i = 0; i < n; i += piece) {
              array.memory().write(offset + i * stride, piece * element, source);
            }
          });
    } finally {
      array.memory().release();
    }
    return count;
  }

  private static long elementsFrom(NDArray array, long first, ByteBuffer buffer) {
    if (first < 0 || first > array.size()) {
      throw new LanesException(Code.AXIS, "element " + first + " of " + array.size());
    }
    return Math.min(array.size() - first, buffer.remaining() / array.dtype().bytes());
  }

  /** Overwrites the elements of an array with those of another one, broadcast and converted. */
  static void copy(NDArray source, NDArray target) {
    Element.checkConverts(source.dtype(), target.dtype());
    NDArray from = source.broadcastTo(target.layout().shape);
    if (NDArray.mayShareBytes(target, source)) {
      try (NDArray apart = source.copy()) {
        copy(apart, target);
      }
      return;
    }
    if (Lanes.isNative()) {
      new ArrayCall("the copy", NANOS, target.layout().shape, from, target).run(NativeLanes::copy);
    } else {
      copyInJava(from, target);
    }
  }

  /** The reference, between equal shapes that share no memory. */
  static void copyInJava(NDArray source, NDArray target) {
    source.memory().acquire();
    try {
      target.memory().acquire();
      try {
        Runs.walkInAnyOrder(
            target.layout(),
            source.layout(),
            (put, putStride, at, atStride, n) ->
                copyRun(source, at, atStride, target, put, putStride, n));
      } finally {
        target.memory().release();
      }
    } finally {
      source.memory().release();
    }
  }

  private static void copyRun(
      NDArray source, long from, long fromStride, NDArray target, long to, long toStride, long n) {
    int element = target.dtype().bytes();
    boolean same = target.dtype().equals(source.dtype());
    if (same && toStride == element && fromStride == element) {
      Memory.copy(source.memory(), from, target.memory(), to, n * element);
      return;
    }
    for (long i = 0; i < n; i++) {
      long at = from + i * fromStride;
      long put = to + i * toStride;
      if (same) {
        Element.copy(source.memory(), at, target.memory(), put, element);
      } else {
        Element.convert(source.memory(), source.dtype(), at, target.memory(), target.dtype(), put);
      }
    }
  }

  /** Whether dtype, shape and all elements are the same. */
  static boolean isEqual(NDArray a, NDArray b) {
    if (!a.dtype().equals(b.dtype()) || !Arrays.equals(a.layout().shape, b.layout().shape)) {
      return false;
    }
    boolean[] equal = {true};
    a.memory().acquire();
    try {
      b.memory().acquire();
      try {
        Runs.walkInAnyOrder(
            a.layout(),
            b.layout(),
            (at, stride, bAt, bStride, n) -> {
              for (long i = 0; i < n && equal[0]; i++) {
                equal[0] =
                    Element.same(
                        a.memory(), at + i * stride, b.memory(), bAt + i * bStride, a.dtype());
              }
            });
      } finally {
        b.memory().release();
      }
    } finally {
      a.memory().release();
    }
    return equal[0];
  }
}
