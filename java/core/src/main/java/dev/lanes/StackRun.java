package dev.lanes;

import dev.lanes.lang.Program;
import dev.lanes.lang.Program.Role;
import java.util.List;

/**
 * A batch over stacks in native code: the evaluations differ in addresses by multiples of the
 * stacks' strides, and in nothing else.
 */
final class StackRun implements AutoCloseable {

  private final Expression expression;
  private final NDArray output;
  private final Call call = Call.create();

  /**
   * Prepares what all evaluations have in common.
   *
   * @param operands of the first evaluation
   * @param output of the first evaluation
   */
  StackRun(Expression expression, NDArray[] operands, NDArray output) {
    this.expression = expression;
    this.output = output;
    expression.begin(call, output, operands);
  }

  /** Whether results can be written to the output at once. */
  boolean isDirect() {
    return call.target == output;
  }

  /** Runs; no evaluation writes what another one reads. */
  void run(NDArray outputs, NDArray[] stacks, long count) {
    List<Program.Operand> operands = call.program().operands();
    long[] steps = new long[operands.size()];
    for (int i = 0; i < steps.length; i++) {
      Program.Operand operand = operands.get(i);
      if (operand.role() == Role.INPUT) {
        steps[i] = step(stacks[operand.index()]);
      } else if (operand.role() == Role.OUTPUT) {
        steps[i] = step(outputs);
      }
    }
    call.moves = new long[steps.length];
    BatchShare share = BatchShare.of(expression, call.work * count, count);
    call.acquire();
    try (Watch watch = expression.watch(share.nanos())) {
      share.prepare(call, watch);
      expression.runMany(
          call.prepared, index -> moved(steps, index), count, share.threads(), watch);
    } finally {
      call.release();
    }
  }

  /** Bytes from one evaluation to the next, 0 for what takes part in all. */
  private static long step(NDArray stack) {
    return stack.rank() == 0 || stack.layout().shape[0] == 1 ? 0 : stack.layout().strides[0];
  }

  private Call moved(long[] steps, long index) {
    for (int i = 0; i < steps.length; i++) {
      call.moves[i] = steps[i] * index;
    }
    return call;
  }

  @Override
  public void close() {
    if (!isDirect() && call.target != null) {
      call.target.close();
    }
    call.close();
  }
}
