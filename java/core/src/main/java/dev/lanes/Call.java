package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.Program;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The operands and shapes of one evaluation, in the form that engines take. Objects of this class
 * are used again, so that an evaluation in the steady state allocates nothing; a free one is taken
 * from a small pool and given back.
 */
final class Call implements AutoCloseable {

  private static final int POOL = 64;
  private static final AtomicReferenceArray<Call> FREE = new AtomicReferenceArray<>(POOL);
  private static final int SLOT_BYTES = 16;

  /** The arrays by number of operand. */
  NDArray[] operands = new NDArray[8];

  /** The shape that each pass walks. */
  long[][] shapes = new long[4][];

  /** The most threads that each pass may use. */
  int[] threads = new int[4];

  /**
   * How many bytes beyond its array each operand is to be taken, by native code alone; null for
   * none.
   */
  long[] moves;

  /** Where the result goes. */
  NDArray target;

  /** What runs. */
  Engine.Prepared prepared;

  /** About how many nanoseconds the run will take. */
  double nanos;

  /** What may stop the run. */
  Watch watch = Watch.NONE;

  /** Words for the native library, kept by its engine. */
  NativeEngine.Words words;

  private Program program;
  private int users;
  private NDArray slots;

  private final NDArray[][] lists = new NDArray[5][];
  private NDArray[] list;

  private Call() {}

  /**
   * A copy of a short argument list. Its elements are taken one by one, so that the compiler need
   * not make the list itself.
   */
  NDArray[] keep(NDArray[] given) {
    int count = given.length;
    if (count == 0 || count >= lists.length) {
      return given;
    }
    if (lists[count] == null) {
      lists[count] = new NDArray[count];
    }
    list = lists[count];
    list[0] = given[0];
    if (count > 1) {
      list[1] = given[1];
    }
    if (count > 2) {
      list[2] = given[2];
    }
    if (count > 3) {
      list[3] = given[3];
    }
    return list;
  }

  /** A call beside those that are used again, which {@link #close} ends. */
  static Call create() {
    return new Call();
  }

  @Override
  public void close() {
    if (slots != null) {
      slots.close();
    }
  }

  static Call take() {
    int slot = slot();
    Call call = FREE.get(slot);
    return call != null && FREE.compareAndSet(slot, call, null) ? call : new Call();
  }

  private static int slot() {
    return (int) (Thread.currentThread().getId() & (POOL - 1));
  }

  /** Forgets the arrays and makes the object available again. */
  void giveBack() {
    Arrays.fill(operands, 0, program == null ? 0 : program.operands().size(), null);
    Arrays.fill(shapes, null);
    if (list != null) {
      Arrays.fill(list, null);
      list = null;
    }
    program = null;
    target = null;
    prepared = null;
    moves = null;
    watch = Watch.NONE;
    FREE.lazySet(slot(), this);
  }

  void begin(Program newProgram) {
    program = newProgram;
    int count = newProgram.operands().size();
    if (operands.length < count) {
      operands = new NDArray[count];
    }
    if (shapes.length < newProgram.passes().size()) {
      shapes = new long[newProgram.passes().size()][];
      threads = new int[shapes.length];
    }
  }

  Program program() {
    return program;
  }

  /** Room for one value of any kind, valid until the call is given back. */
  NDArray slot(int index, DType dtype) {
    long needed = (long) program.operands().size() * SLOT_BYTES;
    if (slots == null || slots.bytes() < needed) {
      slots = NDArray.allocate(DType.INT8, Math.max(needed, 32 * SLOT_BYTES));
    }
    return slots.element((long) index * SLOT_BYTES, dtype);
  }

  /** Keeps the memory of all operands alive until {@link #release}. */
  void acquire() {
    int count = program.operands().size();
    for (users = 0; users < count; users++) {
      try {
        operands[users].memory().acquire();
      } catch (LanesException e) {
        release();
        throw e;
      }
    }
  }

  void release() {
    while (users > 0) {
      operands[--users].memory().release();
    }
  }

  /**
   * Gives every pass its shape: what the arrays that it reads broadcast to, or the output's own
   * shape where it has one.
   */
  void shape(List<String> names, NDArray output) {
    List<Program.Pass> passes = program.passes();
    for (int p = 0; p < passes.size(); p++) {
      Program.Pass pass = passes.get(p);
      long[] shape = null;
      for (int i = 0; i < pass.inputs().size(); i++) {
        NDArray array = operands[pass.inputs().get(i).operand()];
        long[] other = array.layout().shape;
        if (shape == null) {
          shape = other;
        } else if (!array.layout().hasShape(shape)) {
          shape = broadcast(shape, other, pass, names);
        }
      }
      shape = shape == null ? Layout.SCALAR_SHAPE : shape;
      if (output != null && !pass.isReducing() && !output.layout().hasShape(shape)) {
        shape = broadcastTo(shape, output.layout().shape);
      }
      shapes[p] = shape;
      if (pass.isReducing()) {
        requireElements(pass, shape);
      }
    }
  }

  private static void requireElements(Program.Pass pass, long[] shape) {
    if (size(shape) == 0) {
      for (Program.Output each : pass.outputs()) {
        if (!each.reduction().hasIdentity()) {
          throw new LanesException(
              Code.SHAPE,
              "'"
                  + each.reduction().op().symbol()
                  + "' of no elements has no value; the shape is "
                  + Arrays.toString(shape));
        }
      }
    }
  }

  static long size(long[] shape) {
    long size = 1;
    for (long length : shape) {
      size *= length;
    }
    return size;
  }

  private long[] broadcast(long[] a, long[] b, Program.Pass pass, List<String> names) {
    long[] result = new long[Math.max(a.length, b.length)];
    for (int i = 1; i <= result.length; i++) {
      long x = i <= a.length ? a[a.length - i] : 1;
      long y = i <= b.length ? b[b.length - i] : 1;
      if (x != y && x != 1 && y != 1) {
        throw new LanesException(
            Code.SHAPE, "the shapes do not broadcast: " + describe(pass, names));
      }
      result[result.length - i] = x == 1 ? y : x;
    }
    return result;
  }

  private String describe(Program.Pass pass, List<String> names) {
    StringBuilder text = new StringBuilder();
    for (Program.Input input : pass.inputs()) {
      Program.Operand operand = program.operands().get(input.operand());
      if (operand.role() == Program.Role.INPUT) {
        text.append(text.isEmpty() ? "" : ", ").append(names.get(operand.index())).append(' ');
        text.append(Arrays.toString(operands[input.operand()].layout().shape));
      }
    }
    return text.toString();
  }

  private static long[] broadcastTo(long[] shape, long[] target) {
    boolean fits = shape.length <= target.length;
    for (int i = 1; fits && i <= shape.length; i++) {
      long length = shape[shape.length - i];
      fits = length == 1 || length == target[target.length - i];
    }
    if (!fits) {
      throw new LanesException(
          Code.SHAPE,
          "the result has shape "
              + Arrays.toString(shape)
              + " and does not fit the output's "
              + Arrays.toString(target));
    }
    return target;
  }
}
