package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.External;
import dev.lanes.lang.Kernel;
import dev.lanes.lang.Program;
import dev.lanes.lang.Program.Input;
import dev.lanes.lang.Program.Instruction;
import dev.lanes.lang.Program.Load;
import dev.lanes.lang.Program.Output;
import dev.lanes.lang.Program.Pass;
import dev.lanes.lang.Reducer;
import dev.lanes.lang.Reference;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The reference: runs the same programs as {@link NativeEngine} in plain Java, one block after the
 * other on the calling thread. Its results are the ones that count; it takes everything that the
 * native engine takes.
 */
public final class JavaEngine extends Engine {

  /** The engine. */
  public static final JavaEngine INSTANCE = new JavaEngine();

  /** Elements per block; no part of any contract. */
  static final int BLOCK = 512;

  private JavaEngine() {}

  @Override
  public String name() {
    return "java";
  }

  @Override
  Prepared prepare(Program program) {
    program.passes().forEach(JavaEngine::requireMeanings);
    return call -> {
      for (int pass = 0; pass < program.passes().size(); pass++) {
        new Sweep(program, pass, call).run();
      }
    };
  }

  /** Whether it knows what all functions of the pass mean. */
  static boolean canRun(Pass pass) {
    return pass.instructions().stream().allMatch(each -> each.kernel().reference() != null);
  }

  private static void requireMeanings(Pass pass) {
    for (Instruction instruction : pass.instructions()) {
      Kernel kernel = instruction.kernel();
      if (kernel.op() instanceof External external && kernel.reference() == null) {
        throw new LanesException(
            Code.NATIVE,
            "'"
                + kernel.op().symbol()
                + "' is C code, and the Java engine is in use; give it a meaning in Java for "
                + external.signature(kernel)
                + " with withReference");
      }
    }
  }

  /**
   * One pass being run. Elements are walked in C order of the axes that are kept, then of those
   * that are reduced, so that those of one result follow each other; without reductions it is one
   * result.
   */
  static final class Sweep {
    private final Pass pass;
    private final Watch watch;
    private final Object[] registers;
    private final Elements[] inputs;
    private final Elements[] outputs;

    /** Results, and elements of each. */
    final long results;

    final long length;

    Sweep(Program program, int index, Call call) {
      pass = program.passes().get(index);
      watch = call.watch;
      long[] shape = call.shapes[index];
      long mask = call.reduced[index];
      int[] order = order(shape.length, mask);
      results = pass.isReducing() ? Call.size(Call.reduce(shape, mask, false)) : 1;
      length = results == 0 ? 0 : Call.size(shape) / results;
      registers = pass.registers().stream().map(kind -> Reference.block(kind, BLOCK)).toArray();
      inputs =
          pass.inputs().stream()
              .map(input -> walk(call.operands[input.operand()], shape, order))
              .toArray(Elements[]::new);
      outputs =
          pass.outputs().stream()
              .map(
                  output ->
                      output.reduction() == null
                          ? walk(call.operands[output.operand()], shape, order)
                          : new Elements(
                              kept(call.operands[output.operand()], mask, output.keepDims()),
                              Call.reduce(shape, mask, false)))
              .toArray(Elements[]::new);
      for (Load load : pass.loads()) {
        Program.Constant constant = program.constants().get(load.constant());
        registers[load.register()] = constant.block(BLOCK);
      }
    }

    private static int[] order(int rank, long mask) {
      return IntStream.range(0, rank)
          .boxed()
          .sorted(Comparator.comparingLong(axis -> mask >> axis & 1))
          .mapToInt(Integer::intValue)
          .toArray();
    }

    private static Elements walk(NDArray array, long[] shape, int[] order) {
      NDArray view = array.broadcastTo(shape).transpose(order);
      return new Elements(view, view.layout().shape);
    }

    private static NDArray kept(NDArray array, long mask, boolean keepDims) {
      NDArray view = array;
      for (int axis = array.rank() - 1; keepDims && axis >= 0; axis--) {
        if ((mask >> axis & 1) != 0) {
          view = view.select(axis, 0);
        }
      }
      return view;
    }

    void run() {
      for (long result = 0; result < results; result++) {
        Reducer[] reducers = reducers();
        for (long start = 0; start < length; start += BLOCK) {
          int n = (int) Math.min(BLOCK, length - start);
          block(n);
          for (int i = 0; i < outputs.length; i++) {
            Object block = registers[pass.outputs().get(i).register()];
            if (reducers[i] != null) {
              reducers[i].add(block, n);
            } else {
              outputs[i].store(block, n);
            }
          }
        }
        for (int i = 0; i < outputs.length; i++) {
          if (reducers[i] != null) {
            outputs[i].store(reducers[i].result(pass.outputs().get(i).ddof()), 1);
          }
        }
      }
    }

    private Reducer[] reducers() {
      return pass.outputs().stream()
          .map(output -> output.reduction() == null ? null : new Reducer(output.reduction()))
          .toArray(Reducer[]::new);
    }

    private void block(int n) {
      watch.requireNotSet("the evaluation");
      load(n);
      for (Instruction instruction : pass.instructions()) {
        execute(instruction, n);
      }
    }

    private void load(int n) {
      for (int i = 0; i < inputs.length; i++) {
        Input input = pass.inputs().get(i);
        inputs[i].load(registers[input.register()], n);
      }
    }

    private void execute(Instruction instruction, int n) {
      Object[] arguments = new Object[3];
      for (int i = 0; i < instruction.arguments().size(); i++) {
        arguments[i] = registers[instruction.arguments().get(i)];
      }
      instruction
          .kernel()
          .reference()
          .apply(registers[instruction.destination()], arguments[0], arguments[1], arguments[2], n);
    }

    List<Output> outputs() {
      return pass.outputs();
    }

    /** What some output holds from an element or a result on. */
    Object actual(int output, long position, int n) {
      Object block = Reference.block(kind(output), n);
      outputs[output].seek(position);
      outputs[output].load(block, n);
      return block;
    }

    /** What {@link #actual} of a block would be after it was stored. */
    Object stored(int output, Object block, int n) {
      NDArray memory = NDArray.allocate(outputs[output].dtype(), n);
      new Elements(memory, new long[] {n}).store(block, n);
      Object loaded = Reference.block(kind(output), n);
      new Elements(memory, new long[] {n}).load(loaded, n);
      memory.close();
      return loaded;
    }

    /** The kind in which an output is stored. */
    Kind kind(int output) {
      Output which = pass.outputs().get(output);
      return which.reduction() == null
          ? pass.registers().get(which.register())
          : which.reduction().result();
    }

    Object register(int output) {
      return registers[pass.outputs().get(output).register()];
    }

    /**
     * Computes n elements from one on and, beside the registers, how far another engine may be off
     * when its functions keep their bounds: each argument is moved by its own error and the change
     * of the result observed.
     *
     * @return absolute errors per register
     */
    double[][] bounded(long start, int n) {
      for (Elements input : inputs) {
        input.seek(start);
      }
      load(n);
      double[][] errors = new double[registers.length][2 * BLOCK];
      for (Instruction instruction : pass.instructions()) {
        double[] error = ErrorBound.of(instruction, registers, errors, n);
        execute(instruction, n);
        ErrorBound.addRounding(
            instruction.kernel(), registers[instruction.destination()], error, n);
        errors[instruction.destination()] = error;
      }
      return errors;
    }

    /**
     * Reduces the elements of one result.
     *
     * @param bounds takes for each output how far another engine may be off
     * @return a block of one element for each output, null for those that are not reduced
     */
    Object[] reduce(long result, double[] bounds) {
      Reducer[] reducers = reducers();
      ErrorBound.OfReduction[] errors = new ErrorBound.OfReduction[outputs.length];
      Arrays.setAll(errors, i -> new ErrorBound.OfReduction(pass.outputs().get(i)));
      for (long start = 0; start < length; start += BLOCK) {
        int n = (int) Math.min(BLOCK, length - start);
        double[][] error = bounded(result * length + start, n);
        for (int i = 0; i < outputs.length; i++) {
          if (reducers[i] != null) {
            reducers[i].add(register(i), n);
            errors[i].add(register(i), error[pass.outputs().get(i).register()], n);
          }
        }
      }
      Object[] values = new Object[outputs.length];
      for (int i = 0; i < outputs.length; i++) {
        if (reducers[i] != null) {
          values[i] = reducers[i].result(pass.outputs().get(i).ddof());
          bounds[i] = errors[i].bound(values[i], length);
        }
      }
      return values;
    }
  }
}
