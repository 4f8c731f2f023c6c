package dev.lanes;

import dev.lanes.lang.Kernel;
import dev.lanes.lang.Program.Instruction;
import dev.lanes.lang.Program.Output;
import dev.lanes.lang.Reference;
import java.util.Arrays;

/**
 * First-order error analysis of one instruction, for comparing engines whose functions differ
 * within their bounds.
 */
final class ErrorBound {

  /** Where the change is observed: several places, for functions that turn within the error. */
  private static final double[] PARTS = {-1, -0.77, -0.43, -0.21, 0.19, 0.41, 0.73, 1};

  /** What the places in between may add. */
  private static final double MARGIN = 4;

  private ErrorBound() {}

  /**
   * How much the result can change when each argument is moved by its own error, before the
   * instruction runs.
   */
  static double[] of(Instruction instruction, Object[] registers, double[][] errors, int n) {
    double[] total = new double[2 * JavaEngine.BLOCK];
    Object[] arguments = new Object[3];
    for (int i = 0; i < instruction.arguments().size(); i++) {
      arguments[i] = registers[instruction.arguments().get(i)];
    }
    Kernel kernel = instruction.kernel();
    int width = Reference.width(kernel.result());
    Object plain = Reference.block(kernel.result(), n);
    kernel.reference().apply(plain, arguments[0], arguments[1], arguments[2], n);
    for (int i = 0; i < instruction.arguments().size(); i++) {
      double[] error = errors[instruction.arguments().get(i)];
      int argumentWidth = Reference.width(kernel.arguments().get(i));
      if (isZero(error, n * argumentWidth)) {
        continue;
      }
      if (arguments[i] instanceof byte[][]) {
        for (int k = 0; k < n; k++) {
          total[k] += error[k] == 0 ? 0 : Double.POSITIVE_INFINITY; // another string altogether
        }
        continue;
      }
      double[] widest = new double[n * width];
      for (double part : PARTS) {
        Object[] moved = arguments.clone();
        moved[i] = move(arguments[i], error, part, n * argumentWidth);
        Object other = Reference.block(kernel.result(), n);
        kernel.reference().apply(other, moved[0], moved[1], moved[2], n);
        for (int k = 0; k < n * width; k++) {
          widest[k] = Math.max(widest[k], difference(plain, other, k));
        }
      }
      for (int k = 0; k < n * width; k++) {
        int first = k / width * argumentWidth;
        boolean isMoved = error[first] + error[first + argumentWidth - 1] > 0;
        total[k] += MARGIN * widest[k] + (isMoved ? ulp(plain, k) : 0);
      }
    }
    return total;
  }

  /** Adds what both engines may be off by themselves. */
  static void addRounding(Kernel kernel, Object result, double[] error, int n) {
    if (kernel.ulp() > 0) {
      boolean isComplex = kernel.result() == Kind.COMPLEX128;
      for (int k = 0; k < n * Reference.width(kernel.result()); k++) {
        double value = ((double[]) result)[k];
        if (isComplex) {
          value = Math.max(Math.abs(value), Math.abs(((double[]) result)[k ^ 1]));
        }
        double unit = kernel.result() == Kind.FLOAT32 ? Math.ulp((float) value) : Math.ulp(value);
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

  private static Object move(Object block, double[] error, double part, int n) {
    if (block instanceof long[] longs) {
      long[] moved = longs.clone();
      for (int k = 0; k < n; k++) {
        moved[k] += (long) (Math.signum(part) * Math.ceil(Math.abs(part) * error[k]));
      }
      return moved;
    }
    double[] moved = ((double[]) block).clone();
    for (int k = 0; k < n; k++) {
      moved[k] += part * error[k];
    }
    return moved;
  }

  private static double difference(Object a, Object b, int k) {
    if (a instanceof long[] longs) {
      return Math.abs((double) longs[k] - ((long[]) b)[k]);
    }
    if (a instanceof byte[][] strings) {
      return Arrays.equals(strings[k], ((byte[][]) b)[k]) ? 0 : Double.POSITIVE_INFINITY;
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

  /** How far the result of a reduction may be off when its elements are. */
  static final class OfReduction {
    private final Output output;
    private double total;
    private double greatest;
    private double relative;

    OfReduction(Output output) {
      this.output = output;
    }

    void add(Object block, double[] error, int n) {
      int width = Reference.width(output.reduction().key());
      for (int k = 0; k < n * width; k++) {
        if (error[k] != 0) {
          total += error[k];
          greatest = Math.max(greatest, error[k]);
          relative += error[k] / magnitude(block, k / width, width);
        }
      }
    }

    private static double magnitude(Object block, int i, int width) {
      if (block instanceof long[] longs) {
        return Math.abs((double) longs[i]);
      }
      double[] x = (double[]) block;
      return width == 2 ? Math.hypot(x[2 * i], x[2 * i + 1]) : Math.abs(x[i]);
    }

    /**
     * The bound.
     *
     * @param result a block of one element
     * @param count elements
     */
    double bound(Object result, long count) {
      if (total == 0) {
        return 0;
      }
      double value = magnitude(result, 0, Reference.width(output.reduction().result()));
      // A standard deviation changes by no more than that of the errors.
      double parts = Reference.width(output.reduction().key());
      double spread = greatest * Math.sqrt(parts * count / Math.max(count - output.ddof(), 1));
      double bound =
          switch (output.reduction().op()) {
            case SUM, COUNT_NONZERO -> 2 * total;
            case MEAN -> 2 * total / count;
            case PROD -> relative < 0.1 ? 4 * relative * value : Double.POSITIVE_INFINITY;
            case VAR -> 4 * (Math.sqrt(value) + spread) * spread;
            case STD -> 2 * spread;
            case MIN, MAX, NANMIN, NANMAX -> greatest;
            case ANY, ALL -> 1;
            default -> Double.POSITIVE_INFINITY;
          };
      double unit = output.reduction().result() == Kind.FLOAT32 ? Math.ulp((float) value) : 0;
      return Double.isNaN(bound + unit) ? Double.POSITIVE_INFINITY : bound + unit;
    }
  }
}
