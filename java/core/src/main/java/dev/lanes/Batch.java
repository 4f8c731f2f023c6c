package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One expression over many small sets of operands in a single native call, which shares them out
 * over the cores as these become free. Each evaluation by itself would be too short for several
 * threads, or for the call.
 *
 * <pre>{@code
 * Expression mean = Expression.compile("sum(x) / 250000");
 * NDArray means = Batch.evaluateStacked(mean, matrices); // [100, 500, 500] gives [100]
 * }</pre>
 *
 * <p>The results are those of one evaluation after the other, to the last bit. Thread-safe.
 */
public final class Batch {

  private Batch() {}

  /**
   * Evaluates over every element of a list.
   *
   * @param expression what to compute
   * @param operands for each evaluation its operands, as {@link Expression#evaluate(NDArray...)}
   *     takes them; shapes and dtypes may differ from element to element
   * @return a new array for each, in the same order. Small ones lie in common memory, a megabyte at
   *     a time, which is given back when the last of them is closed
   * @throws LanesException as an evaluation does, naming the element, with all results closed; code
   *     CANCELLED after an interrupt
   */
  public static List<NDArray> evaluate(Expression expression, List<NDArray[]> operands) {
    return ListRun.run(expression, null, operands);
  }

  /**
   * Evaluates over every element of a list into arrays of the caller's. These may be operands or
   * overlap with them, also with those of other elements: the results are as if all operands had
   * been read first.
   *
   * @param expression what to compute
   * @param outputs one for each element; where they overlap, later results cover earlier ones
   * @param operands as in {@link #evaluate(Expression, List)}
   * @throws LanesException as an evaluation does, naming the element; code CANCELLED after an
   *     interrupt, with outputs partly written; code ARITY when there are more or fewer outputs
   *     than elements
   */
  public static void evaluateInto(
      Expression expression, List<NDArray> outputs, List<NDArray[]> operands) {
    if (outputs.size() != operands.size()) {
      throw new LanesException(
          Code.ARITY,
          "there are " + outputs.size() + " outputs for " + operands.size() + " evaluations");
    }
    for (NDArray output : outputs) {
      Expression.requireWritable(output);
    }
    if (Overlaps.between(outputs, operands)) {
      List<NDArray> fresh = new ArrayList<>();
      try {
        outputs.forEach(output -> fresh.add(NDArray.allocate(output.dtype(), output.shape())));
        ListRun.run(expression, fresh, operands);
        for (int i = 0; i < fresh.size(); i++) {
          outputs.get(i).copyFrom(fresh.get(i));
        }
      } finally {
        fresh.forEach(NDArray::close);
      }
    } else {
      ListRun.run(expression, outputs, operands);
    }
  }

  /**
   * Evaluates over the leading axis: once for each index along it, over what the operands have
   * there.
   *
   * @param expression what to compute
   * @param stacks arrays with leading axes of one length; an array without axes, or with a leading
   *     axis of length 1, takes part in every evaluation
   * @return a new array: that leading axis, then the axes of one result, none for a reduction
   * @throws LanesException as an evaluation does; code SHAPE when leading axes do not fit
   */
  public static NDArray evaluateStacked(Expression expression, NDArray... stacks) {
    NDArray[] given = stacks.clone();
    long count = count(given);
    NDArray[] first = count == 0 ? withoutLeadingAxis(given) : item(given, 0);
    NDArray result;
    try (Call call = Call.create()) {
      expression.begin(call, null, first);
      long[] shape = call.target.shape();
      long[] full = new long[shape.length + 1];
      full[0] = count;
      System.arraycopy(shape, 0, full, 1, shape.length);
      result = NDArray.allocateDirty(call.target.dtype(), full);
      call.target.close();
    }
    boolean isDone = false;
    try {
      run(expression, result, given, count);
      isDone = true;
      return result;
    } finally {
      if (!isDone) {
        result.close();
      }
    }
  }

  /**
   * Evaluates over the leading axis into an array of the caller's, which may be an operand or
   * overlap with one.
   *
   * @param expression what to compute
   * @param output takes along its leading axis the results
   * @param stacks as in {@link #evaluateStacked}
   * @return the output
   * @throws LanesException as an evaluation does; code SHAPE when leading axes do not fit
   */
  public static NDArray evaluateStackedInto(
      Expression expression, NDArray output, NDArray... stacks) {
    NDArray[] given = stacks.clone();
    long count = count(given);
    if (output.rank() == 0 || output.layout().shape[0] != count) {
      throw new LanesException(
          Code.SHAPE,
          "the output of "
              + count
              + " evaluations has their number as its first length; the shape is "
              + Arrays.toString(output.shape()));
    }
    Expression.requireWritable(output);
    run(expression, output, given, count);
    return output;
  }

  private static void run(Expression expression, NDArray output, NDArray[] stacks, long count) {
    boolean isApart = true;
    for (NDArray stack : stacks) {
      isApart &= stack.isSameView(output) || !NDArray.mayShareBytes(stack, output);
    }
    if (count == 0) {
      return;
    }
    if (isApart && expression.isNativeAlone()) {
      try (StackRun run = new StackRun(expression, item(stacks, 0), output.select(0, 0))) {
        if (run.isDirect()) {
          run.run(output, stacks, count);
          return;
        }
      }
    }
    evaluateInto(expression, items(count, output), items(count, stacks));
  }

  private static List<NDArray> items(long count, NDArray stack) {
    List<NDArray> items = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      items.add(stack.select(0, i));
    }
    return items;
  }

  private static List<NDArray[]> items(long count, NDArray[] stacks) {
    List<NDArray[]> items = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      items.add(item(stacks, i));
    }
    return items;
  }

  private static long count(NDArray[] stacks) {
    long count = -1;
    for (NDArray stack : stacks) {
      if (stack.rank() == 0) {
        continue;
      }
      long length = stack.layout().shape[0];
      if (count >= 0 && length != count && length != 1 && count != 1) {
        throw new LanesException(
            Code.SHAPE, "leading axes of " + count + " and " + length + " do not fit each other");
      }
      count = count < 0 || count == 1 ? length : count;
    }
    if (count < 0) {
      throw new LanesException(Code.SHAPE, "no operand has a leading axis to go along");
    }
    return count;
  }

  private static NDArray[] item(NDArray[] stacks, long index) {
    NDArray[] item = new NDArray[stacks.length];
    for (int k = 0; k < stacks.length; k++) {
      boolean isShared = stacks[k].rank() > 0 && stacks[k].layout().shape[0] == 1;
      item[k] = stacks[k].rank() == 0 ? stacks[k] : stacks[k].select(0, isShared ? 0 : index);
    }
    return item;
  }

  /** What one evaluation would take if there were any. */
  private static NDArray[] withoutLeadingAxis(NDArray[] stacks) {
    NDArray[] item = new NDArray[stacks.length];
    for (int k = 0; k < stacks.length; k++) {
      long[] shape = stacks[k].shape();
      item[k] =
          shape.length == 0
              ? stacks[k]
              : NDArray.allocate(stacks[k].dtype())
                  .broadcastTo(Arrays.copyOfRange(shape, 1, shape.length));
    }
    return item;
  }

  /** Finds out whether evaluations would get into each other's way when they run in any order. */
  private static final class Overlaps {

    /** Bytes of an operand of one evaluation. */
    private record Span(long low, long high, int owner, boolean isOutput) {}

    /** How far memory reaches that came before, by its farthest owner and by all others. */
    private static final class Reach {
      private long high = Long.MIN_VALUE;
      private int owner = -1;
      private long othersHigh = Long.MIN_VALUE;

      void add(Span span) {
        if (span.owner == owner) {
          high = Math.max(high, span.high);
        } else if (span.high > high) {
          othersHigh = high;
          high = span.high;
          owner = span.owner;
        } else {
          othersHigh = Math.max(othersHigh, span.high);
        }
      }

      boolean covers(Span span) {
        return span.low < (span.owner == owner ? othersHigh : high);
      }
    }

    /** True also where it cannot be known. */
    static boolean between(List<NDArray> outputs, List<NDArray[]> operands) {
      List<Span> spans = new ArrayList<>();
      for (int i = 0; i < outputs.size(); i++) {
        if (!add(spans, outputs.get(i), i, true)) {
          return true;
        }
        for (NDArray operand : operands.get(i)) {
          if (operand != null && !add(spans, operand, i, false)) {
            return true;
          }
        }
      }
      spans.sort((a, b) -> Long.compareUnsigned(a.low, b.low));
      Reach written = new Reach();
      Reach read = new Reach();
      for (Span span : spans) {
        if (written.covers(span) || span.isOutput && read.covers(span)) {
          return true;
        }
        (span.isOutput ? written : read).add(span);
      }
      return false;
    }

    private static boolean add(List<Span> spans, NDArray array, int owner, boolean isOutput) {
      if (array.size() == 0) {
        return true;
      }
      Memory memory = array.memory();
      if (memory.address() == 0 || memory.isFile()) {
        return false; // it may lie at several addresses, or at none
      }
      long low = memory.address() + array.layout().low();
      long high = memory.address() + array.layout().high() + array.dtype().bytes();
      return spans.add(new Span(low, high, owner, isOutput));
    }
  }
}
