package dev.lanes.lang;

import dev.lanes.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * Reduces the elements of one result in the order that {@code lanes.h} prescribes: chunks, in each
 * of them interleaved accumulators that are folded in halves, and chunks in pairs.
 *
 * <p>Not thread-safe.
 */
public final class Reducer {

  private static final int CHUNK = 16384;
  private static final int ACCUMULATORS = 32;

  private final Reduction reduction;
  private final List<Accumulator> open = new ArrayList<>(ACCUMULATORS);
  private List<Accumulator> chunks = new ArrayList<>();
  private long count;

  /**
   * Begins a result.
   *
   * @param reduction what to do
   */
  public Reducer(Reduction reduction) {
    this.reduction = reduction;
  }

  /**
   * Takes the next elements.
   *
   * @param block of the reduction's key kind
   * @param n how many of it
   */
  public void add(Object block, int n) {
    for (int i = 0; i < n; i++) {
      int lane = (int) (count % ACCUMULATORS);
      if (lane == open.size()) {
        open.add(reduction.accumulator().get());
      }
      open.get(lane).take(block, i, count);
      if (++count % CHUNK == 0) {
        endChunk();
      }
    }
  }

  private void endChunk() {
    open.forEach(Accumulator::endChunk);
    for (int half = ACCUMULATORS / 2; half > 0; half /= 2) {
      for (int i = half; i < open.size(); i++) {
        open.get(i - half).join(open.get(i));
      }
      if (open.size() > half) {
        open.subList(half, open.size()).clear();
      }
    }
    chunks.add(open.remove(0));
  }

  /**
   * Ends the result.
   *
   * @param ddof what var and std take off the count
   * @return a block of one element of the result's kind
   */
  public Object result(int ddof) {
    if (!open.isEmpty()) {
      endChunk();
    }
    while (chunks.size() > 1) {
      List<Accumulator> joined = new ArrayList<>();
      for (int i = 0; i < chunks.size(); i += 2) {
        joined.add(chunks.get(i));
        if (i + 1 < chunks.size()) {
          chunks.get(i).join(chunks.get(i + 1));
        }
      }
      chunks = joined;
    }
    Accumulator all = chunks.isEmpty() ? reduction.accumulator().get() : chunks.get(0);
    Object result = all.result(ddof);
    if (result instanceof double[] doubles && reduction.result() == Kind.FLOAT32) {
      doubles[0] = (float) doubles[0];
    }
    return result;
  }
}
