package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.Program;
import dev.lanes.lang.Reference;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Checks what the native engine computed against the Java engine, for {@code
 * -Dlanes.verify=FRACTION}: that share of the blocks of elementwise passes, and reductions as a
 * whole that often. Exact operations must agree in every bit; behind functions that are only
 * bounded, the difference must stay within what their bounds make possible.
 */
final class Verifier {

  private static final double FRACTION = fraction();

  /** Whether anything is to be checked. */
  static final boolean ENABLED = FRACTION > 0;

  private Verifier() {}

  private static double fraction() {
    String text = System.getProperty("lanes.verify", "0");
    try {
      double fraction = Double.parseDouble(text);
      if (fraction >= 0 && fraction <= 1) {
        return fraction;
      }
    } catch (NumberFormatException e) {
      // Refused below, with numbers that are out of range.
    }
    throw new LanesException(
        Code.LIMIT, "-Dlanes.verify takes a fraction from 0 to 1, not " + text);
  }

  /** Runs, then checks. No operand that is read may share memory with one that is written. */
  static void run(Engine.Prepared prepared, Call call) {
    run(prepared, call, FRACTION, new SplittableRandom());
  }

  static void run(Engine.Prepared prepared, Call call, double fraction, SplittableRandom random) {
    prepared.run(call);
    Program program = call.program();
    for (int p = 0; p < program.passes().size(); p++) {
      if (program.passes().get(p).isReducing()) {
        if (random.nextDouble() < fraction) {
          checkReductions(program, p, call);
        }
        continue;
      }
      long size = Call.size(call.shapes[p]);
      for (long start = 0; start < size; start += JavaEngine.BLOCK) {
        if (random.nextDouble() < fraction) {
          checkBlock(program, p, call, start, (int) Math.min(JavaEngine.BLOCK, size - start));
        }
      }
    }
  }

  private static void checkBlock(Program program, int p, Call call, long start, int n) {
    JavaEngine.Sweep sweep = new JavaEngine.Sweep(program, p, call);
    double[][] errors = sweep.bounded(start, n);
    for (Program.Output output : program.passes().get(p).outputs()) {
      Object expected = sweep.stored(output, n);
      Object actual = Reference.block(sweep.kind(output.register()), n);
      Elements elements = new Elements(call.operands[output.operand()], call.shapes[p]);
      elements.seek(start);
      elements.load(actual, n);
      int width = Reference.width(sweep.kind(output.register()));
      for (int i = 0; i < n * width; i++) {
        double error = errors[output.register()][i];
        require(expected, actual, i, error, start + i / width, call.shapes[p]);
      }
    }
  }

  private static void checkReductions(Program program, int p, Call call) {
    JavaEngine.Sweep sweep = new JavaEngine.Sweep(program, p, call);
    Object[] expected = sweep.reduce();
    double[] errors = sweep.reductionErrors();
    for (int i = 0; i < expected.length; i++) {
      Program.Output output = program.passes().get(p).outputs().get(i);
      Object actual = expected[i] instanceof long[] ? new long[1] : new double[1];
      new Elements(call.operands[output.operand()], Layout.SCALAR_SHAPE).load(actual, 1);
      Object rounded = expected[i];
      if (rounded instanceof double[] doubles
          && call.operands[output.operand()].dtype() == DType.FLOAT32) {
        rounded = new double[] {(float) doubles[0]};
      }
      require(rounded, actual, 0, errors[i], 0, call.shapes[p]);
    }
  }

  private static void require(
      Object expected, Object actual, int i, double error, long position, long[] shape) {
    boolean agrees;
    String values;
    if (expected instanceof long[] longs) {
      long other = ((long[]) actual)[i];
      agrees = longs[i] == other || Math.abs((double) longs[i] - other) <= error;
      values = other + " where the Java engine has " + longs[i];
    } else {
      double value = ((double[]) expected)[i];
      double other = ((double[]) actual)[i];
      agrees =
          Double.doubleToLongBits(value) == Double.doubleToLongBits(other)
              || Math.abs(value - other) <= error && error > 0
              || error == Double.POSITIVE_INFINITY;
      values = other + " where the Java engine has " + value;
    }
    if (!agrees) {
      throw new LanesException(
          Code.NATIVE,
          "verification failed at element "
              + position
              + " of "
              + Arrays.toString(shape)
              + ": the native engine has "
              + values);
    }
  }
}
