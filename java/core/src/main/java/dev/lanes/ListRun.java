package dev.lanes;

import dev.lanes.lang.Program;
import dev.lanes.lang.Program.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A batch over a list. Evaluations whose operands agree in dtypes, shapes and strides have one
 * prepared call in common, into which the arrays of one after the other are put. With outputs of
 * the caller's nothing runs before all evaluations are known to be in order.
 */
final class ListRun implements AutoCloseable {

  /** Prepared calls that a further evaluation is compared with. */
  private static final int RECENT = 8;

  /** Evaluations that are prepared and run together; what they look at stays in the caches. */
  private static final int WINDOW = 1 << 10;

  /** Fresh results up to this size share memory, in blocks of that other size. */
  private static final long SMALL_BYTES = 1 << 15;

  private static final long BLOCK_BYTES = 1 << 20;

  private final Expression expression;
  private final List<NDArray> outputs; // null where results are to be fresh
  private final int count;
  private final int arity;
  private final NDArray[] operands; // of one evaluation after the other
  private final NDArray[] targets; // where results are written
  private final Common[] commons; // by evaluation
  private final List<Common> all = new ArrayList<>();
  private final List<Memory> held = new ArrayList<>();
  private int prepared; // how many
  private boolean isDone;

  /** What evaluations have in common. */
  private static final class Common {
    final Call call;
    final NDArray[] operands;
    final NDArray output;
    final NDArray target;
    final int[] inputs; // by number of operand the variable that it is, -1 for none
    final int result; // number of the operand
    int count;

    Common(Call call, NDArray[] operands, NDArray output) {
      this.call = call;
      this.operands = operands;
      this.output = output;
      this.target = call.target;
      List<Program.Operand> all = call.program().operands();
      inputs = all.stream().mapToInt(o -> o.role() == Role.INPUT ? o.index() : -1).toArray();
      result =
          IntStream.range(0, inputs.length)
              .filter(i -> all.get(i).role() == Role.OUTPUT)
              .findFirst()
              .orElseThrow();
    }

    boolean fits(NDArray[] others, int from, NDArray otherOutput) {
      for (int k = 0; k < operands.length; k++) {
        NDArray other = others[from + k];
        if (other == null || !isAlike(operands[k], other)) {
          return false;
        }
      }
      return otherOutput == null
          || isAlike(output, otherOutput) && isApart(others, from, otherOutput);
    }

    private static boolean isAlike(NDArray a, NDArray b) {
      Layout layout = a.layout();
      return a.dtype().equals(b.dtype())
          && layout.hasShape(b.layout().shape)
          && layout.hasStrides(b.layout().strides);
    }

    private boolean isApart(NDArray[] others, int from, NDArray otherOutput) {
      for (int k = 0; k < operands.length; k++) {
        NDArray other = others[from + k];
        boolean isHarmless = other.isSameView(otherOutput) && Specialisation.isReadOnce(other);
        if (!isHarmless && NDArray.mayShareBytes(other, otherOutput)) {
          return false;
        }
      }
      return true;
    }

    long bytes() {
      return target.layout().size() * target.dtype().bytes();
    }

    boolean isSmall() {
      return bytes() <= SMALL_BYTES && target.layout().isPackedFromZero(target.dtype().bytes());
    }
  }

  private ListRun(Expression expression, List<NDArray> outputs, List<NDArray[]> evaluations) {
    this.expression = expression;
    this.outputs = outputs == null ? null : new ArrayList<>(outputs);
    count = evaluations.size();
    arity = expression.variables().size();
    operands = new NDArray[Math.multiplyExact(count, arity)];
    targets = new NDArray[count];
    commons = new Common[count];
  }

  /**
   * Runs; results go where no operand of another evaluation is.
   *
   * @param outputs of the caller's, or null
   * @return the outputs, or new arrays
   */
  static List<NDArray> run(
      Expression expression, List<NDArray> outputs, List<NDArray[]> evaluations) {
    try (ListRun run = new ListRun(expression, outputs, evaluations)) {
      run.run(evaluations.iterator());
      return run.deliver();
    }
  }

  // ---- Before the run ----

  private void prepare(int index, NDArray[] given) {
    NDArray output = outputs == null ? null : outputs.get(index);
    int from = index * arity;
    if (given.length == arity) {
      System.arraycopy(given, 0, operands, from, arity);
      for (int k = 1; k <= Math.min(RECENT, all.size()); k++) {
        Common common = all.get(all.size() - k);
        if (common.fits(operands, from, output)) {
          commons[index] = common;
          common.count++;
          return;
        }
      }
    }
    NDArray[] own = given.clone(); // which is what will be checked
    Call call = Call.create();
    try {
      expression.begin(call, output, own);
    } catch (LanesException e) {
      call.close();
      throw named(e, index);
    }
    System.arraycopy(own, 0, operands, from, arity);
    targets[index] = call.target;
    commons[index] = new Common(call, own, output);
    commons[index].count = 1;
    all.add(commons[index]);
  }

  private static LanesException named(LanesException e, int index) {
    return new LanesException(
        e.code(), "evaluation " + index + ": " + e.getMessage(), e.column(), e);
  }

  /** Gives each evaluation an array to write to; small fresh ones lie together. */
  private void allocate(int from, int to) {
    boolean isShared = Lanes.isNative();
    for (int i = from; i < to; i++) {
      Common common = commons[i];
      if (targets[i] != null) {
        continue;
      }
      if (outputs != null && common.target == common.output) {
        targets[i] = outputs.get(i);
      } else if (isShared && common.isSmall()) {
        allocateBlock(i, to);
      } else {
        targets[i] = NDArray.allocateDirty(common.target.dtype(), common.target.layout().shape);
      }
    }
  }

  /** Allocates for as many evaluations as follow each other and have small fresh results. */
  private void allocateBlock(int first, int to) {
    long bytes = 0;
    int end = first;
    while (end < to && bytes < BLOCK_BYTES && targets[end] == null && commons[end].isSmall()) {
      bytes += Memory.aligned(commons[end].bytes());
      end++;
    }
    long[] sizes = new long[end - first];
    for (int i = first; i < end; i++) {
      sizes[i - first] = commons[i].bytes();
    }
    Memory[] parts = Memory.allocateParts(MemoryBudget.process(), sizes);
    for (int i = first; i < end; i++) {
      NDArray like = commons[i].target;
      targets[i] = NDArray.over(parts[i - first], like.dtype(), like.layout());
    }
  }

  // ---- The run ----

  private void run(Iterator<NDArray[]> evaluations) {
    int window = outputs == null ? Math.min(WINDOW, count) : count;
    prepare(0, window, evaluations);
    double nanos = all.stream().mapToDouble(common -> common.call.work * common.count).sum();
    double nanosOfAll = nanos * count / Math.max(window, 1); // if the others are like the first
    BatchShare share = BatchShare.of(expression, nanosOfAll, count);
    try (Watch watch = expression.watch(share.nanos())) {
      for (int from = 0; from < count; from += window) {
        int to = Math.min(count, from + window);
        prepare(prepared, to, evaluations);
        allocate(from, to);
        all.forEach(common -> share.prepare(common.call, watch));
        try {
          hold(from, to);
          run(from, to, share.threads(), watch);
        } finally {
          held.forEach(Memory::release);
          held.clear();
        }
      }
    }
  }

  private void prepare(int from, int to, Iterator<NDArray[]> evaluations) {
    for (int i = from; i < to; i++) {
      prepare(i, evaluations.next());
    }
    prepared = to;
  }

  /** Runs one program after the other over those evaluations that have it. */
  private void run(int from, int to, int threads, Watch watch) {
    Engine.Prepared first = commons[from].call.prepared;
    boolean isOne = all.stream().allMatch(common -> common.call.prepared == first);
    if (isOne) {
      expression.runMany(first, i -> call(from + (int) i), to - from, threads, watch);
      return;
    }
    Set<Engine.Prepared> programs = Collections.newSetFromMap(new IdentityHashMap<>());
    all.forEach(common -> programs.add(common.call.prepared));
    for (Engine.Prepared program : programs) {
      int[] members =
          IntStream.range(from, to).filter(i -> commons[i].call.prepared == program).toArray();
      expression.runMany(program, i -> call(members[(int) i]), members.length, threads, watch);
    }
  }

  /** The call of an evaluation, good until the next one is asked for. */
  private Call call(int index) {
    Common common = commons[index];
    Call call = common.call;
    int from = index * arity;
    for (int i = 0; i < common.inputs.length; i++) {
      if (common.inputs[i] >= 0) {
        call.operands[i] = operands[from + common.inputs[i]];
      }
    }
    call.operands[common.result] = targets[index];
    return call;
  }

  /** Keeps the memory of all arrays of others alive. */
  private void hold(int from, int to) {
    Memory[] last = new Memory[arity + 1];
    for (int i = from; i < to; i++) {
      try {
        for (int k = 0; k < arity; k++) {
          hold(last, k, operands[i * arity + k]);
        }
        if (outputs != null) {
          hold(last, arity, targets[i]);
        }
      } catch (LanesException e) {
        throw named(e, i);
      }
    }
  }

  private void hold(Memory[] last, int position, NDArray array) {
    Memory memory = array.memory();
    if (memory != last[position]) { // mostly views of one array, or all different
      memory.acquire();
      held.add(memory);
      last[position] = memory;
    }
  }

  // ---- After the run ----

  private List<NDArray> deliver() {
    for (int i = 0; outputs != null && i < count; i++) {
      NDArray output = outputs.get(i);
      if (targets[i] != output) {
        output.copyFrom(targets[i].broadcastTo(output.shape()));
      }
    }
    isDone = true;
    return outputs == null ? new ArrayList<>(Arrays.asList(targets)) : outputs;
  }

  @Override
  public void close() {
    for (int i = 0; i < count; i++) {
      boolean isGiven = outputs != null && targets[i] == outputs.get(i);
      if (targets[i] != null && !isGiven && (outputs != null || !isDone)) {
        targets[i].close();
      }
    }
    all.forEach(common -> common.call.close());
  }
}
