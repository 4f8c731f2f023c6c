package dev.lanes;

import dev.lanes.lang.Kernel;
import dev.lanes.lang.Program.Instruction;
import dev.lanes.lang.Reference;

/**
 * First-order error analysis of one instruction, for comparing engines whose functions differ
 * within their bounds.
 */
final class ErrorBound {

  private ErrorBound() {}

  /**
   * How much the result can change when each argument is moved by its own error, before the
   * instruction runs.
   */
  static double[] of(Instruction instruction, Object[] registers, double[][] errors, int n) {
    double[] total = new double[JavaEngine.BLOCK];
    Object[] arguments = new Object[3];
    for (int i = 0; i < instruction.arguments().size(); i++) {
      arguments[i] = registers[instruction.arguments().get(i)];
    }
    Kernel kernel = instruction.kernel();
    Object plain = Reference.block(kernel.result(), n);
    kernel.reference().apply(plain, arguments[0], arguments[1], arguments[2], n);
    for (int i = 0; i < instruction.arguments().size(); i++) {
      double[] error = errors[instruction.arguments().get(i)];
      if (isZero(error, n)) {
        continue;
      }
      double[] widest = new double[n];
      for (int sign = -1; sign <= 1; sign += 2) {
        Object[] moved = arguments.clone();
        moved[i] = move(arguments[i], error, sign, n);
        Object other = Reference.block(kernel.result(), n);
        kernel.reference().apply(other, moved[0], moved[1], moved[2], n);
        for (int k = 0; k < n; k++) {
          widest[k] = Math.max(widest[k], difference(plain, other, k));
        }
      }
      for (int k = 0; k < n; k++) {
        total[k] += widest[k] + (error[k] > 0 ? ulp(plain, k) : 0);
      }
    }
    return total;
  }

  /** Adds what both engines may be off by themselves. */
  static void addRounding(Kernel kernel, Object result, double[] error, int n) {
    if (kernel.ulp() > 0) {
      for (int k = 0; k < n; k++) {
        double unit =
            kernel.key().bytes() == Float.BYTES
                ? Math.ulp((float) ((double[]) result)[k])
                : ulp(result, k);
        error[k] += 2 * kernel.ulp() * (Double.isFinite(unit) ? unit : 0);
      }
    }
  }

  private static boolean isZero(double[] error, int n) {
    for (int k = 0; k < n; k++) {
      if (error[k] != 0) {
        return false;
      }
    }
    return true;
  }

  private static Object move(Object block, double[] error, int sign, int n) {
    if (block instanceof long[] longs) {
      long[] moved = longs.clone();
      for (int k = 0; k < n; k++) {
        moved[k] += sign * (long) Math.ceil(error[k]);
      }
      return moved;
    }
    double[] moved = ((double[]) block).clone();
    for (int k = 0; k < n; k++) {
      moved[k] += sign * error[k];
    }
    return moved;
  }

  private static double difference(Object a, Object b, int k) {
    if (a instanceof long[] longs) {
      return Math.abs((double) longs[k] - ((long[]) b)[k]);
    }
    double x = ((double[]) a)[k];
    double y = ((double[]) b)[k];
    double difference = Math.abs(x - y);
    return Double.compare(x, y) == 0
        ? 0
        : Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }

  private static double ulp(Object block, int k) {
    double unit = block instanceof double[] doubles ? Math.ulp(doubles[k]) : 0;
    return Double.isFinite(unit) ? unit : 0;
  }
}
