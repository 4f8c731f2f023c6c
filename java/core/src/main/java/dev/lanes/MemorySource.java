package dev.lanes;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Where a {@link Memory} has its bytes from, and how they are given back. */
interface MemorySource {
  /** How many bytes of the address space one window begins after the other. */
  int WINDOW_BITS = 30;

  /**
   * Bytes that a window shares with the next one, so that every element lies whole in one window.
   */
  int OVERLAP = 64;

  /** How many bytes there are. */
  long bytes();

  /** Where native code finds byte 0; 0 when the native library is not in use. */
  long address();

  /** The bytes in pieces, see {@link #cut}. Called once. */
  ByteBuffer[] windows();

  /** A new buffer over a part of the bytes, for users. */
  ByteBuffer export(long offset, int bytes);

  /** Whether {@link #free} would pull the memory away from under exported buffers. */
  boolean exportsNeedIt();

  /** Gives the bytes back. Called at most once, when nobody uses them. */
  void free();

  /**
   * In which space of places the bytes lie: those of two sources are the same only when their
   * spaces are equal.
   */
  default Object space() {
    return MemorySource.class;
  }

  /** The place of byte 0 in {@link #space()}, 0 when it is not known. */
  default long place() {
    return address();
  }

  /** Makes a buffer over a part of some bytes. */
  interface Part<X extends Exception> {
    ByteBuffer of(long offset, int bytes) throws X;
  }

  /** Cuts bytes into windows in native order: 2^30 bytes each and the overlap with the next one. */
  static <X extends Exception> ByteBuffer[] cut(long bytes, Part<X> part) throws X {
    long window = 1L << WINDOW_BITS;
    ByteBuffer[] windows = new ByteBuffer[Math.toIntExact((bytes + window - 1) >>> WINDOW_BITS)];
    for (int i = 0; i < windows.length; i++) {
      long start = (long) i << WINDOW_BITS;
      int length = (int) Math.min(bytes - start, window + OVERLAP);
      windows[i] = part.of(start, length).order(ByteOrder.nativeOrder());
    }
    return windows;
  }
}
