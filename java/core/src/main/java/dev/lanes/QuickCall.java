package dev.lanes;

import dev.lanes.lang.Program;
import dev.lanes.lang.Program.Role;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The short way for the most frequent sort of small call: up to three arrays of one shape, or of
 * one element, into an array of the caller's, or reduced into one without axes. The elements of
 * each stand at equal distances. Passes may leave values of one element for later ones; then all
 * arrays have the same shape and none repeats one element. Nothing is written to the Java heap,
 * which with most collectors would cost more than the work.
 */
final class QuickCall {

  static final int MOST_OPERANDS = 3;
  private static final int MOST_ELEMENTS = 1 << 16;

  /** Values that passes may leave for later ones, in number and bytes; the native library's. */
  private static final int MOST_SINGLES = 8;

  private static final int SINGLE_BYTES = 16;

  private final NativeEngine.Native prepared;
  private final DType[] inputs; // by number of variable
  private final int[] order; // the variables as the program has them
  private final DType output;
  private final boolean isReducing;
  private final boolean isOnePass;
  private final long most; // elements that one thread does at once without being watched

  private QuickCall(
      NativeEngine.Native prepared,
      DType[] inputs,
      int[] order,
      DType output,
      boolean isReducing,
      boolean isOnePass,
      long most) {
    this.prepared = prepared;
    this.inputs = inputs;
    this.order = order;
    this.output = output;
    this.isReducing = isReducing;
    this.isOnePass = isOnePass;
    this.most = most;
  }

  /** The short way of a program, or null when it has none. */
  static QuickCall of(Program program, Engine.Prepared prepared, int variables) {
    List<Program.Pass> passes = program.passes();
    List<Program.Operand> operands = program.operands();
    if (!(prepared instanceof NativeEngine.Native)
        || Verifier.ENABLED
        || variables == 0
        || variables > MOST_OPERANDS) {
      return null;
    }
    DType[] inputs = new DType[variables];
    int[] order = new int[operands.size()];
    int read = 0;
    int singles = 0;
    for (Program.Operand operand : operands) {
      switch (operand.role()) {
        case INPUT -> {
          inputs[operand.index()] = operand.dtype();
          order[read++] = operand.index();
        }
        case TEMPORARY -> {
          singles++;
          if (operand.dtype().bytes() > SINGLE_BYTES) {
            return null;
          }
        }
        case SCALAR -> {
          return null;
        }
        case OUTPUT -> {}
      }
    }
    Program.Pass last = passes.get(passes.size() - 1);
    // What is not read may still have a say in the shape.
    boolean isRead =
        passes.stream().flatMap(pass -> reads(pass, operands)).distinct().count() == variables;
    boolean isOneResult =
        last.outputs().size() == 1
            && operands.get(last.outputs().get(0).operand()).role() == Role.OUTPUT
            && passes.subList(0, passes.size() - 1).stream()
                .allMatch(pass -> leavesSingles(pass, operands));
    boolean isReducing = last.isReducing() || reads(last, operands).findAny().isEmpty();
    if (read != variables
        || singles > MOST_SINGLES
        || !isRead
        || !isOneResult
        || last.isReducing() && !isReducedToOne(last)) {
      return null;
    }
    DType output = operands.get(last.outputs().get(0).operand()).dtype();
    if (output.kind() == Kind.BYTES) {
      return null; // it may be an operand, and those of bytes are read when they are stored
    }
    double cost = passes.stream().mapToDouble(program::cost).sum();
    return new QuickCall(
        (NativeEngine.Native) prepared,
        inputs,
        Arrays.copyOf(order, read),
        output,
        isReducing,
        passes.size() == 1,
        (long) Math.min(Threads.ALONE_NANOS / cost, MOST_ELEMENTS));
  }

  /** The variables that a pass reads. */
  private static Stream<Integer> reads(Program.Pass pass, List<Program.Operand> operands) {
    return pass.inputs().stream()
        .map(in -> operands.get(in.operand()))
        .filter(operand -> operand.role() == Role.INPUT)
        .map(Program.Operand::index);
  }

  private static boolean isReducedToOne(Program.Pass pass) {
    return pass.axes().numbers() == null
        && pass.outputs().stream().allMatch(out -> out.reduction() != null && !out.keepDims());
  }

  /** Whether what the pass leaves for later ones is one element each. */
  private static boolean leavesSingles(Program.Pass pass, List<Program.Operand> operands) {
    return (pass.isReducing() ? isReducedToOne(pass) : reads(pass, operands).findAny().isEmpty())
        && pass.outputs().stream()
            .allMatch(out -> operands.get(out.operand()).role() == Role.TEMPORARY);
  }

  /**
   * Evaluates, if this is a call for it.
   *
   * @param b null when there is but one operand
   * @param c null when there are at most two
   * @return whether it was; if not, nothing was done
   */
  boolean run(NDArray result, NDArray a, NDArray b, NDArray c) {
    int count = b == null ? 1 : c == null ? 2 : 3;
    if (count != inputs.length || a == null || result.dtype() != output || result.isReadOnly()) {
      return false;
    }
    Layout all = result.layout();
    if (isReducing) {
      all = count == 1 ? a.layout() : larger(a.layout(), b.layout());
      all = count < 3 ? all : larger(all, c.layout());
    }
    long n = all.size();
    if (n == 0
        || n > most
        || result.layout().distance() == Layout.UNEVEN
        || isReducing && result.rank() > 0
        || !fits(a, 0, all, result)
        || count > 1 && !fits(b, 1, all, result)
        || count > 2 && !fits(c, 2, all, result)) {
      return false;
    }
    if (!callAsEntrant(n, result, a, b == null ? a : b, c == null ? a : c)) {
      callAsHolder(n, result, a, b, c);
    }
    return true;
  }

  /** False when the calling thread is not the one for that, or an array is closed. */
  private boolean callAsEntrant(long n, NDArray result, NDArray a, NDArray b, NDArray c) {
    Memory first = result.memory();
    Memory second = a.memory();
    Memory third = b.memory();
    Memory fourth = c.memory();
    if (!(first.mayEnter() && second.mayEnter() && third.mayEnter() && fourth.mayEnter())) {
      return false;
    }
    try {
      if (!Memory.enter(first, second, third, fourth)) {
        return false;
      }
      call(n, result, a, b, c);
      return true;
    } finally {
      first.leave();
      second.leave();
      third.leave();
      fourth.leave();
    }
  }

  private void callAsHolder(long n, NDArray result, NDArray a, NDArray b, NDArray c) {
    result.memory().acquire();
    try {
      a.memory().acquire();
      try {
        if (b == null) {
          call(n, result, a, a, a);
        } else {
          callAsHolderOfMore(n, result, a, b, c);
        }
      } finally {
        a.memory().release();
      }
    } finally {
      result.memory().release();
    }
  }

  private void callAsHolderOfMore(long n, NDArray result, NDArray a, NDArray b, NDArray c) {
    b.memory().acquire();
    try {
      if (c == null) {
        call(n, result, a, b, b);
        return;
      }
      c.memory().acquire();
      try {
        call(n, result, a, b, c);
      } finally {
        c.memory().release();
      }
    } finally {
      b.memory().release();
    }
  }

  private static Layout larger(Layout a, Layout b) {
    return a.rank() < b.rank() || a.size() < b.size() ? b : a;
  }

  /**
   * An operand of the right type, of the shape of all or of one element, that is the result's own
   * elements or none of them.
   */
  private boolean fits(NDArray operand, int variable, Layout all, NDArray result) {
    Layout own = operand.layout();
    boolean hasShape =
        own.hasShape(all.shape)
            ? isOnePass || own.distance() != 0 || own.size() == 1
            : isOnePass && own.size() == 1 && own.rank() <= all.rank();
    return operand.dtype() == inputs[variable]
        && hasShape
        && own.distance() != Layout.UNEVEN
        && (operand == result && !isReducing || !NDArray.mayShareBytes(operand, result));
  }

  private void call(long n, NDArray result, NDArray a, NDArray b, NDArray c) {
    NDArray first = order.length > 0 ? choose(order[0], a, b, c) : a;
    NDArray second = order.length > 1 ? choose(order[1], a, b, c) : a;
    NDArray third = order.length > 2 ? choose(order[2], a, b, c) : a;
    int status =
        NativeLanes.runVectors(
            prepared.handle(),
            n,
            place(result),
            result.layout().distance(),
            place(first),
            first.layout().distance(),
            place(second),
            second.layout().distance(),
            place(third),
            third.layout().distance());
    Reference.reachabilityFence(prepared);
    NativeEngine.require(status, Watch.NONE, "the evaluation");
  }

  private static NDArray choose(int variable, NDArray a, NDArray b, NDArray c) {
    return variable == 0 ? a : variable == 1 ? b : c;
  }

  private static long place(NDArray array) {
    return array.memory().address() + array.layout().offset;
  }
}
