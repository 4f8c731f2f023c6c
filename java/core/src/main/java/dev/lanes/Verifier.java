package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.Bytes;
import dev.lanes.lang.Program;
import dev.lanes.lang.Reference;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Checks what the native engine computed against the Java engine, for {@code
 * -Dlanes.verify=FRACTION}: that share of the blocks of elementwise passes, and reductions as a
 * whole that often. Exact operations must agree in every bit; behind functions that are only
 * bounded, the difference must stay within what their bounds make possible. Passes with functions
 * that have no meaning in Java are left out.
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
      if (!JavaEngine.canRun(program.passes().get(p))) {
        continue;
      }
      JavaEngine.Sweep sweep = new JavaEngine.Sweep(program, p, call);
      String where = " of " + Arrays.toString(call.shapes[p]);
      if (program.passes().get(p).isReducing()) {
        for (long result = 0; result < sweep.results; result++) {
          if (random.nextDouble() < fraction) {
            checkResult(sweep, result, where);
          }
        }
      }
      long size = sweep.results * sweep.length;
      for (long start = 0; start < size; start += JavaEngine.BLOCK) {
        if (random.nextDouble() < fraction) {
          checkBlock(sweep, start, (int) Math.min(JavaEngine.BLOCK, size - start), where);
        }
      }
    }
  }

  private static void checkBlock(JavaEngine.Sweep sweep, long start, int n, String where) {
    double[][] errors = null;
    for (int k = 0; k < sweep.outputs().size(); k++) {
      Program.Output output = sweep.outputs().get(k);
      if (output.reduction() == null) {
        errors = errors == null ? sweep.bounded(start, n) : errors;
        Object expected = sweep.stored(k, sweep.register(k), n);
        Object actual = sweep.actual(k, start, n);
        int width = Reference.width(sweep.kind(k));
        for (int i = 0; i < n * width; i++) {
          String place = "element " + (start + i / width) + where;
          require(expected, actual, i, errors[output.register()][i], place);
        }
      }
    }
  }

  private static void checkResult(JavaEngine.Sweep sweep, long result, String where) {
    double[] bounds = new double[sweep.outputs().size()];
    Object[] expected = sweep.reduce(result, bounds);
    for (int k = 0; k < expected.length; k++) {
      if (expected[k] != null) {
        Object stored = sweep.stored(k, expected[k], 1);
        Object actual = sweep.actual(k, result, 1);
        for (int i = 0; i < Reference.width(sweep.kind(k)); i++) {
          require(stored, actual, i, bounds[k], "result " + result + where);
        }
      }
    }
  }

  private static void require(Object expected, Object actual, int i, double error, String place) {
    boolean agrees;
    String values;
    if (expected instanceof long[] longs) {
      long other = ((long[]) actual)[i];
      agrees = longs[i] == other || Math.abs((double) longs[i] - other) <= error;
      values = other + " where the Java engine has " + longs[i];
    } else if (expected instanceof byte[][] strings) {
      byte[] other = ((byte[][]) actual)[i];
      agrees = Arrays.equals(strings[i], other) || error == Double.POSITIVE_INFINITY;
      values = Bytes.literal(other) + " where the Java engine has " + Bytes.literal(strings[i]);
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
          Code.NATIVE, "verification failed at " + place + ": the native engine has " + values);
    }
  }
}
