package dev.lanes;

import dev.lanes.lang.Program;
import dev.lanes.lang.Program.Input;
import dev.lanes.lang.Program.Instruction;
import dev.lanes.lang.Program.Load;
import dev.lanes.lang.Program.Output;
import dev.lanes.lang.Program.Pass;
import dev.lanes.lang.Reduction;
import dev.lanes.lang.Reference;
import java.util.Arrays;

/**
 * The reference: runs the same programs as {@link NativeEngine} in plain Java, one block after the
 * other on the calling thread. Its results are the ones that count; it takes everything that the
 * native engine takes.
 */
public final class JavaEngine extends Engine {

  /** The engine. */
  public static final JavaEngine INSTANCE = new JavaEngine();

  /**
   * Elements that are reduced into one set of accumulators; part of the contract in {@code
   * lanes.h}.
   */
  static final int CHUNK = 16384;

  /**
   * Accumulators that the elements of a chunk go to in turn; part of the contract in {@code
   * lanes.h}.
   */
  static final int ACCUMULATORS = 32;

  /** Elements per block; divides a chunk, and is no part of any contract. */
  static final int BLOCK = 512;

  private JavaEngine() {}

  @Override
  public String name() {
    return "java";
  }

  @Override
  Prepared prepare(Program program) {
    return call -> {
      for (int pass = 0; pass < program.passes().size(); pass++) {
        new Sweep(program, pass, call).run();
      }
    };
  }

  /** One pass being run. */
  static final class Sweep {
    private final Pass pass;
    private final long size;
    private final Watch watch;
    private final Object[] registers;
    private final Elements[] inputs;
    private final Elements[] outputs;
    private final DType[] dtypes;

    Sweep(Program program, int index, Call call) {
      pass = program.passes().get(index);
      long[] shape = call.shapes[index];
      size = Call.size(shape);
      watch = call.watch;
      registers = pass.registers().stream().map(kind -> Reference.block(kind, BLOCK)).toArray();
      inputs =
          pass.inputs().stream()
              .map(input -> new Elements(call.operands[input.operand()], shape))
              .toArray(Elements[]::new);
      outputs =
          pass.outputs().stream()
              .map(
                  output ->
                      new Elements(
                          call.operands[output.operand()],
                          output.reduction() == null ? shape : Layout.SCALAR_SHAPE))
              .toArray(Elements[]::new);
      dtypes =
          pass.outputs().stream()
              .map(output -> call.operands[output.operand()].dtype())
              .toArray(DType[]::new);
      for (Load load : pass.loads()) {
        Program.Constant constant = program.constants().get(load.constant());
        registers[load.register()] = constant.block(BLOCK);
      }
    }

    void run() {
      if (pass.isReducing()) {
        Object[] results = reduce();
        for (int i = 0; i < outputs.length; i++) {
          outputs[i].store(results[i], 1);
        }
        return;
      }
      for (long start = 0; start < size; start += BLOCK) {
        int n = (int) Math.min(BLOCK, size - start);
        block(n);
        for (int i = 0; i < outputs.length; i++) {
          outputs[i].store(registers[pass.outputs().get(i).register()], n);
        }
      }
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

    /** The results of a reducing pass, a block of one element for each output. */
    Object[] reduce() {
      Partials[] partials = new Partials[outputs.length];
      for (int i = 0; i < outputs.length; i++) {
        partials[i] =
            Partials.of(pass.outputs().get(i).reduction(), (int) ((size + CHUNK - 1) / CHUNK));
      }
      for (long start = 0; start < size; start += BLOCK) {
        int n = (int) Math.min(BLOCK, size - start);
        block(n);
        boolean endsChunk = (start + n) % CHUNK == 0 || start + n == size;
        for (int i = 0; i < outputs.length; i++) {
          Output output = pass.outputs().get(i);
          partials[i].add(registers[output.register()], n, endsChunk);
        }
      }
      return Arrays.stream(partials).map(Partials::result).toArray();
    }

    /**
     * What a load of the stored output would give: the register, narrowed to the dtype and back.
     */
    Object stored(Output output, int n) {
      NDArray memory = NDArray.allocate(dtypes[pass.outputs().indexOf(output)], n);
      new Elements(memory, new long[] {n}).store(registers[output.register()], n);
      Object block = Reference.block(pass.registers().get(output.register()), n);
      new Elements(memory, new long[] {n}).load(block, n);
      memory.close();
      return block;
    }

    /** The kind of a register. */
    Kind kind(int register) {
      return pass.registers().get(register);
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

    /** How far the results of a reducing pass may be off in another engine. */
    double[] reductionErrors() {
      double[] totals = new double[outputs.length];
      for (long start = 0; start < size; start += BLOCK) {
        int n = (int) Math.min(BLOCK, size - start);
        double[][] errors = bounded(start, n);
        for (int i = 0; i < outputs.length; i++) {
          for (int k = 0; k < n; k++) {
            totals[i] += 2 * errors[pass.outputs().get(i).register()][k];
          }
        }
      }
      return totals;
    }
  }

  /**
   * The accumulators of one reduction and the results of the chunks so far, for integers or for
   * floats.
   */
  private abstract static class Partials {
    int chunks;

    static Partials of(Reduction reduction, int chunks) {
      return reduction.longs() != null
          ? new LongPartials(reduction, chunks)
          : new DoublePartials(reduction, chunks);
    }

    /** Takes a block whose first element belongs to accumulator 0. */
    abstract void add(Object block, int n, boolean endsChunk);

    abstract Object result();
  }

  private static final class LongPartials extends Partials {
    private final Reduction reduction;
    private final long[] accumulators = new long[ACCUMULATORS];
    private final long[] results;

    LongPartials(Reduction reduction, int chunks) {
      this.reduction = reduction;
      this.results = new long[Math.max(chunks, 1)];
      Arrays.fill(accumulators, reduction.longIdentity());
    }

    @Override
    void add(Object block, int n, boolean endsChunk) {
      long[] values = (long[]) block;
      for (int i = 0; i < n; i++) {
        int lane = i % ACCUMULATORS;
        accumulators[lane] = reduction.longs().applyAsLong(accumulators[lane], values[i]);
      }
      if (endsChunk) {
        results[chunks++] = fold(accumulators, ACCUMULATORS);
        Arrays.fill(accumulators, reduction.longIdentity());
      }
    }

    private long fold(long[] values, int count) {
      for (int half = count / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
          values[i] = reduction.longs().applyAsLong(values[i], values[i + half]);
        }
      }
      return values[0];
    }

    @Override
    Object result() {
      if (chunks == 0) {
        return new long[] {reduction.longIdentity()};
      }
      for (int count = chunks; count > 1; count = (count + 1) / 2) {
        for (int i = 0; i < count / 2; i++) {
          results[i] = reduction.longs().applyAsLong(results[2 * i], results[2 * i + 1]);
        }
        if (count % 2 != 0) {
          results[count / 2] = results[count - 1];
        }
      }
      return results;
    }
  }

  private static final class DoublePartials extends Partials {
    private final Reduction reduction;
    private final double[] accumulators = new double[ACCUMULATORS];
    private final double[] results;

    DoublePartials(Reduction reduction, int chunks) {
      this.reduction = reduction;
      this.results = new double[Math.max(chunks, 1)];
      Arrays.fill(accumulators, reduction.doubleIdentity());
    }

    @Override
    void add(Object block, int n, boolean endsChunk) {
      double[] values = (double[]) block;
      for (int i = 0; i < n; i++) {
        int lane = i % ACCUMULATORS;
        accumulators[lane] = reduction.doubles().applyAsDouble(accumulators[lane], values[i]);
      }
      if (endsChunk) {
        results[chunks++] = fold(accumulators, ACCUMULATORS);
        Arrays.fill(accumulators, reduction.doubleIdentity());
      }
    }

    private double fold(double[] values, int count) {
      for (int half = count / 2; half > 0; half /= 2) {
        for (int i = 0; i < half; i++) {
          values[i] = reduction.doubles().applyAsDouble(values[i], values[i + half]);
        }
      }
      return values[0];
    }

    @Override
    Object result() {
      if (chunks == 0) {
        return new double[] {reduction.doubleIdentity() + 0.0};
      }
      for (int count = chunks; count > 1; count = (count + 1) / 2) {
        for (int i = 0; i < count / 2; i++) {
          results[i] = reduction.doubles().applyAsDouble(results[2 * i], results[2 * i + 1]);
        }
        if (count % 2 != 0) {
          results[count / 2] = results[count - 1];
        }
      }
      return results;
    }
  }
}
