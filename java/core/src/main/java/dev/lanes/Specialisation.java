package dev.lanes;

import dev.lanes.lang.Argument;
import dev.lanes.lang.Bytes;
import dev.lanes.lang.Program;
import dev.lanes.lang.Program.Role;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The program for one combination of operand types, and what every call asks of it.
 *
 * @param inputs by number of operand the variable that stands there, -1 for other roles
 * @param outputs by number of result the operand that it is
 * @param costs of the passes, in nanoseconds per element
 * @param isPlain whether there are neither values nor temporaries
 * @param quick the short way, null where there is none
 */
record Specialisation(
    Key key,
    Program program,
    Engine.Prepared prepared,
    int[] inputs,
    int[] outputs,
    double[] costs,
    boolean isPlain,
    QuickCall quick) {

  /** The types that it is for: of the operands, and of outputs that the caller gives. */
  record Key(List<Argument> arguments, List<DType> outputs) {}

  static Specialisation of(Key key, Program program, Engine engine, boolean mayBeQuick) {
    List<Program.Operand> operands = program.operands();
    int[] inputs =
        operands.stream().mapToInt(o -> o.role() == Role.INPUT ? o.index() : -1).toArray();
    int[] outputs =
        IntStream.range(0, operands.size())
            .filter(i -> operands.get(i).role() == Role.OUTPUT)
            .toArray();
    Engine.Prepared prepared = engine.prepare(program);
    return new Specialisation(
        key,
        program,
        prepared,
        inputs,
        outputs,
        program.passes().stream().mapToDouble(program::cost).toArray(),
        operands.stream().allMatch(o -> o.role() == Role.INPUT || o.role() == Role.OUTPUT),
        mayBeQuick ? QuickCall.of(program, prepared, key.arguments.size()) : null);
  }

  /** Whether operands, none of which is a value, and outputs are of its types. */
  boolean fits(NDArray[] operands, NDArray[] given) {
    List<Argument> arguments = key.arguments;
    for (int i = 0; i < operands.length; i++) {
      Argument argument = arguments.get(i);
      if (argument.isScalar() || !isSame(argument.dtype(), operands[i].dtype())) {
        return false;
      }
    }
    for (int i = 0; i < outputs.length; i++) {
      if (!isSame(key.outputs.get(i), given[i] == null ? null : given[i].dtype())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSame(DType a, DType b) {
    return a == b || a != null && a.equals(b);
  }

  /** The dtype of a result. */
  DType dtype(int result) {
    return program.operands().get(outputs[result]).dtype();
  }

  /** Gives a call its operands; values go into slots of the call's. */
  void place(Call call, NDArray[] arrays, Object[] values) {
    if (isPlain) {
      for (int i = 0; i < inputs.length; i++) {
        if (inputs[i] >= 0) {
          call.operands[i] = arrays[inputs[i]];
        }
      }
      return;
    }
    List<Program.Operand> operands = call.program().operands();
    for (int i = 0; i < operands.size(); i++) {
      Program.Operand operand = operands.get(i);
      switch (operand.role()) {
        case INPUT -> call.operands[i] = arrays[operand.index()];
        case SCALAR -> {
          call.operands[i] = call.slot(i, operand.dtype());
          put(values[operand.index()], call.operands[i]);
        }
        case TEMPORARY, OUTPUT -> call.operands[i] = null;
        default -> throw new IllegalStateException();
      }
    }
  }

  private static void put(Object value, NDArray slot) {
    if (value instanceof Boolean truth) {
      slot.setBoolean(truth);
    } else if (value instanceof Double || value instanceof Float) {
      slot.setDouble(((Number) value).doubleValue());
    } else if (Bytes.isBytes(value)) {
      slot.setBytes(Bytes.of(value));
    } else {
      slot.setLong(((Number) value).longValue());
    }
  }

  /**
   * Whether a result can be written where the caller wants it while operands are still being read:
   * no operand lies there, except the very same elements that a pass reads before it stores its own
   * in their place, and no later pass reads again.
   */
  static boolean isDirect(Call call, int operand, NDArray given) {
    if (!given.layout().hasShape(call.shapesLeft[operand])) {
      return false;
    }
    Program program = call.program();
    for (int i = 0; i < program.operands().size(); i++) {
      NDArray other = call.operands[i];
      if (program.operands().get(i).role() == Role.INPUT
          && (other == given || NDArray.mayShareBytes(other, given))
          && (!isReadOnce(other)
              || other != given && !other.isSameView(given)
              || isReadAfterwards(program, i, operand))) {
        return false;
      }
    }
    return true;
  }

  /** Whether nothing of an element is looked at again once its block was loaded. */
  static boolean isReadOnce(NDArray operand) {
    return !Verifier.ENABLED && operand.dtype().kind() != Kind.BYTES;
  }

  /** Whether an input is read when an output is there, or is being reduced. */
  private static boolean isReadAfterwards(Program program, int input, int output) {
    boolean isWritten = false;
    for (int p = 0; p < program.passes().size(); p++) {
      Program.Pass pass = program.passes().get(p);
      for (int k = 0; k < pass.outputs().size(); k++) {
        Program.Output each = pass.outputs().get(k);
        isWritten |= each.operand() == output && each.reduction() != null;
      }
      for (int k = 0; isWritten && k < pass.inputs().size(); k++) {
        if (pass.inputs().get(k).operand() == input) {
          return true;
        }
      }
      for (int k = 0; k < pass.outputs().size(); k++) {
        isWritten |= pass.outputs().get(k).operand() == output;
      }
    }
    return false;
  }
}
