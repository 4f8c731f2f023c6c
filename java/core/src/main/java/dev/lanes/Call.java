package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.Program;
import dev.lanes.lang.Reduction;
import java.util.ArrayList;
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

  /** The axes that each pass reduces, bit by bit. */
  long[] reduced = new long[4];

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

  /** The same for one thread. */
  double work;

  /** The caller's arrays for the results, null where there is none. */
  NDArray[] given = new NDArray[4];

  /** By number of operand the shapes of results and of what passes leave for later ones. */
  long[][] shapesLeft = new long[8][];

  /** What may stop the run. */
  Watch watch = Watch.NONE;

  /** Words for the native library, kept by its engine. */
  NativeEngine.Words words;

  private Program program;
  private int users;
  private boolean hasTemporaries;
  private final List<NDArray> wideSlots = new ArrayList<>();
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
    closeTemporaries();
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
    closeTemporaries();
    Arrays.fill(operands, 0, program == null ? 0 : program.operands().size(), null);
    Arrays.fill(shapes, null);
    Arrays.fill(given, null);
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
    if (shapesLeft.length < count) {
      shapesLeft = new long[count][];
    }
    if (shapes.length < newProgram.passes().size()) {
      shapes = new long[newProgram.passes().size()][];
      threads = new int[shapes.length];
      reduced = new long[shapes.length];
    }
  }

  /** Room for the caller's arrays. */
  NDArray[] given(int count) {
    if (given.length < count) {
      given = new NDArray[count];
    }
    return given;
  }

  Program program() {
    return program;
  }

  /** Room for one value of any kind, valid until the call is given back. */
  NDArray slot(int index, DType dtype) {
    if (dtype.bytes() > SLOT_BYTES) {
      wideSlots.add(NDArray.allocate(dtype));
      return wideSlots.get(wideSlots.size() - 1);
    }
    long needed = (long) program.operands().size() * SLOT_BYTES;
    if (slots == null || slots.bytes() < needed) {
      slots = NDArray.allocate(DType.INT8, Math.max(needed, 32 * SLOT_BYTES));
    }
    return slots.element((long) index * SLOT_BYTES, dtype);
  }

  /** Finds memory for what passes leave for later ones. */
  void allocateTemporaries() {
    List<Program.Operand> all = program.operands();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).role() == Program.Role.TEMPORARY) {
        DType dtype = all.get(i).dtype();
        long[] shape = shapesLeft[i];
        operands[i] = shape.length == 0 ? slot(i, dtype) : NDArray.allocateDirty(dtype, shape);
        hasTemporaries |= shape.length > 0;
      }
    }
  }

  private void closeTemporaries() {
    wideSlots.forEach(NDArray::close);
    wideSlots.clear();
    if (hasTemporaries) {
      hasTemporaries = false;
      List<Program.Operand> all = program.operands();
      for (int i = 0; i < all.size(); i++) {
        boolean isTemporary = all.get(i).role() == Program.Role.TEMPORARY;
        if (isTemporary && operands[i] != null && operands[i].rank() > 0) {
          operands[i].close();
        }
      }
    }
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
   * Gives every pass its shape, which is what the arrays that it reads broadcast to, and the shapes
   * of what it leaves. A pass that stores one result takes the shape of the caller's array for it.
   */
  void shape(List<String> names) {
    List<Program.Pass> passes = program.passes();
    for (int p = 0; p < passes.size(); p++) {
      Program.Pass pass = passes.get(p);
      long[] shape = null;
      for (int i = 0; i < pass.inputs().size(); i++) {
        long[] other = shapeOf(pass.inputs().get(i).operand());
        if (shape == null) {
          shape = other;
        } else if (!Layout.isSameShape(shape, other)) {
          shape = broadcast(shape, other, pass, names);
        }
      }
      shape = shape == null ? Layout.SCALAR_SHAPE : shape;
      reduced[p] = 0;
      if (pass.isReducing()) {
        reduced[p] = mask(pass.axes(), shape);
      } else if (pass.outputs().size() == 1) {
        NDArray output = given[program.operands().get(pass.outputs().get(0).operand()).index()];
        if (output != null && !output.layout().hasShape(shape)) {
          shape = broadcastTo(shape, output.layout().shape);
        }
      }
      shapes[p] = shape;
      leave(pass, shape, reduced[p]);
    }
  }

  private long[] shapeOf(int operand) {
    return operands[operand] == null ? shapesLeft[operand] : operands[operand].layout().shape;
  }

  private void leave(Program.Pass pass, long[] shape, long mask) {
    for (int i = 0; i < pass.outputs().size(); i++) {
      Program.Output output = pass.outputs().get(i);
      if (output.reduction() == null) {
        shapesLeft[output.operand()] = shape;
      } else {
        requireElements(output.reduction(), shape, mask);
        shapesLeft[output.operand()] = reduce(shape, mask, output.keepDims());
      }
    }
  }

  private static long mask(Program.Axes axes, long[] shape) {
    int rank = shape.length;
    if (axes.numbers() == null) {
      return rank == Long.SIZE ? -1 : (1L << rank) - 1;
    }
    long mask = 0;
    for (int number : axes.numbers()) {
      int axis = number < 0 ? number + rank : number;
      if (axis < 0 || axis >= rank) {
        throw axisError(
            "axis " + number + " of an array of " + rank + " axes, shape " + Arrays.toString(shape),
            axes);
      }
      if ((mask >> axis & 1) != 0) {
        throw axisError("axis " + number + " stands twice in " + axes.numbers(), axes);
      }
      mask |= 1L << axis;
    }
    return mask;
  }

  private static LanesException axisError(String message, Program.Axes axes) {
    return new LanesException(Code.AXIS, message, axes.column(), null);
  }

  static long[] reduce(long[] shape, long mask, boolean keepDims) {
    if (Long.bitCount(mask) == shape.length && !keepDims) {
      return Layout.SCALAR_SHAPE;
    }
    long[] left = new long[keepDims ? shape.length : shape.length - Long.bitCount(mask)];
    int next = 0;
    for (int axis = 0; axis < shape.length; axis++) {
      boolean isReduced = (mask >> axis & 1) != 0;
      if (keepDims || !isReduced) {
        left[next++] = isReduced ? 1 : shape[axis];
      }
    }
    return left;
  }

  /** Results there are, of no elements each: only some reductions have a value then. */
  private static void requireElements(Reduction reduction, long[] shape, long mask) {
    if (!reduction.hasIdentity() && size(shape) == 0 && size(reduce(shape, mask, false)) > 0) {
      throw new LanesException(
          Code.SHAPE,
          "'"
              + reduction.op().symbol()
              + "' of no elements has no value; the shape is "
              + Arrays.toString(shape));
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
      } else if (operand.role() != Program.Role.SCALAR) {
        text.append(text.isEmpty() ? "" : ", ").append("a reduction ");
        text.append(Arrays.toString(shapeOf(input.operand())));
      }
    }
    return text.toString();
  }

  /** The target, when the shape broadcasts to it. */
  static long[] broadcastTo(long[] shape, long[] target) {
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
