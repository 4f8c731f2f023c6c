package dev.lanes;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Large memory of results that was given back, kept for the next result of about that size: fresh
 * pages cost more than what is computed into them. Thread-safe.
 */
final class SpareMemory {

  /** Below this the C library's own allocator is fast enough. */
  private static final long LARGE = 1 << 20;

  /** The most that is kept, as a part of the budget. */
  private static final int SHARE = 8;

  /**
   * Memory of the native library.
   *
   * @param bytes as it was asked for
   */
  record Block(long address, long bytes) {}

  private final Deque<Block> blocks = new ArrayDeque<>(); // the latest first
  private long kept;

  /** Memory of this many bytes or hardly more, with anything in it, or null. */
  synchronized Block take(long bytes) {
    if (bytes < LARGE) {
      return null;
    }
    for (Iterator<Block> each = blocks.iterator(); each.hasNext(); ) {
      Block block = each.next();
      if (block.bytes >= bytes && block.bytes - bytes <= bytes / SHARE) {
        each.remove();
        kept -= block.bytes;
        return block;
      }
    }
    return null;
  }

  /** Keeps memory, or frees it, and frees what has been kept longest where it becomes too much. */
  void give(Block block, MemoryBudget budget) {
    if (block.bytes < LARGE) {
      NativeLanes.free(block.address, block.bytes);
      return;
    }
    synchronized (this) {
      blocks.addFirst(block);
      kept += block.bytes;
    }
    shrink(Math.min(budget.limit() / SHARE, budget.limit() - budget.used()));
  }

  /** Bytes that are kept. */
  synchronized long kept() {
    return kept;
  }

  /** Frees what has been kept longest until no more than this is left. */
  synchronized void shrink(long most) {
    while (kept > Math.max(most, 0)) {
      Block block = blocks.removeLast();
      kept -= block.bytes;
      NativeLanes.free(block.address, block.bytes);
    }
  }
}
