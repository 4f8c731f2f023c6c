package dev.lanes.lang;

import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * What a reduction keeps of some elements of one result, as the reference has it. {@code lanes.h}
 * says which elements one accumulator takes and in which order accumulators are joined; {@link
 * Reducer} does so.
 */
public abstract class Accumulator {

  /**
   * Elements after which sums about a pivot are closed; part of the contract in {@code lanes.h}.
   */
  private static final int TURNS = 32;

  /** Elements taken so far. */
  long count;

  Accumulator() {}

  /** Takes element i of a block, which is number {@code position} of its result. */
  abstract void take(Object block, int i, long position);

  /** What is to be done at the end of a chunk. */
  void endChunk() {}

  /** Takes in what another one, of later elements, holds. */
  abstract void join(Accumulator right);

  /** The result, a block of one element. */
  abstract Object result(int ddof);

  /** Joins integers one by one. */
  static final class OfLongs extends Accumulator {
    private final LongBinaryOperator f;
    private long value;

    OfLongs(long identity, LongBinaryOperator f) {
      this.f = f;
      this.value = identity;
    }

    @Override
    void take(Object block, int i, long position) {
      long x = ((long[]) block)[i];
      value = count++ == 0 ? x : f.applyAsLong(value, x);
    }

    @Override
    void join(Accumulator right) {
      value = f.applyAsLong(value, ((OfLongs) right).value);
      count += right.count;
    }

    @Override
    Object result(int ddof) {
      return new long[] {value};
    }
  }

  /** Joins floats one by one, in float64 also those that are float32. */
  static final class OfDoubles extends Accumulator {
    private final DoubleBinaryOperator f;
    private final boolean isMean;
    private double value;

    OfDoubles(double identity, DoubleBinaryOperator f, boolean isMean) {
      this.f = f;
      this.isMean = isMean;
      this.value = identity;
    }

    @Override
    void take(Object block, int i, long position) {
      double x = ((double[]) block)[i];
      value = count++ == 0 ? x : f.applyAsDouble(value, x);
    }

    @Override
    void join(Accumulator right) {
      value = f.applyAsDouble(value, ((OfDoubles) right).value);
      count += right.count;
    }

    @Override
    Object result(int ddof) {
      return new double[] {isMean ? value / count : value};
    }
  }

  /**
   * Mean and sum of squares about it in one pass: blocks about a pivot, joined by the formula of
   * Chan, Golub and LeVeque. Everything but the shift stays small when the spread is.
   */
  static final class Moments extends Accumulator {
    private final boolean isRoot;
    private double shift;
    private double mean;
    private double squares;
    private int open;
    private double pivot;
    private double openSum;
    private double openSquares;

    Moments(boolean isRoot) {
      this.isRoot = isRoot;
    }

    @Override
    void take(Object block, int i, long position) {
      double x = ((double[]) block)[i];
      if (count++ == 0) {
        shift = x;
      }
      if (open++ == 0) {
        pivot = shift + mean;
      }
      double away = x - pivot;
      openSum += away;
      openSquares += away * away;
      if (open == TURNS) {
        endChunk();
      }
    }

    @Override
    void endChunk() {
      if (open > 0) {
        double share = (double) open / count;
        double ofOpen = openSum * (1.0 / open);
        double delta = ofOpen + ((pivot - shift) - mean);
        double own = openSquares - openSum * ofOpen;
        squares += (own < 0 ? 0 : own) + (delta * delta) * ((count - open) * share);
        mean += delta * share;
        open = 0;
        openSum = 0;
        openSquares = 0;
      }
    }

    @Override
    void join(Accumulator other) {
      Moments right = (Moments) other;
      double delta = (right.shift - shift) + (right.mean - mean);
      double share = right.count / (double) (count + right.count);
      squares = (squares + right.squares) + (delta * delta) * (count * share);
      mean += delta * share;
      count += right.count;
    }

    @Override
    Object result(int ddof) {
      double variance = squares / Math.max(count - ddof, 0);
      return new double[] {isRoot ? Math.sqrt(variance) : variance};
    }
  }

  /** Joins complex numbers one by one. */
  static final class OfComplexes extends Accumulator {
    private final BinaryOperator<Complex> f;
    private final boolean isMean;
    private Complex value;

    OfComplexes(double identity, BinaryOperator<Complex> f, boolean isMean) {
      this.f = f;
      this.isMean = isMean;
      this.value = new Complex(identity, 0);
    }

    @Override
    void take(Object block, int i, long position) {
      Complex x = Reference.complex(block, i);
      value = count++ == 0 ? x : f.apply(value, x);
    }

    @Override
    void join(Accumulator right) {
      value = f.apply(value, ((OfComplexes) right).value);
      count += right.count;
    }

    @Override
    Object result(int ddof) {
      long divisor = isMean ? count : 1;
      return new double[] {value.re() / divisor, value.im() / divisor};
    }
  }

  /** The moments of both parts: a distance from the mean has the squares of both. */
  static final class ComplexMoments extends Accumulator {
    private final boolean isRoot;
    private final Moments re = new Moments(false);
    private final Moments im = new Moments(false);

    ComplexMoments(boolean isRoot) {
      this.isRoot = isRoot;
    }

    @Override
    void take(Object block, int i, long position) {
      re.take(block, 2 * i, position);
      im.take(block, 2 * i + 1, position);
    }

    @Override
    void endChunk() {
      re.endChunk();
      im.endChunk();
    }

    @Override
    void join(Accumulator right) {
      re.join(((ComplexMoments) right).re);
      im.join(((ComplexMoments) right).im);
    }

    @Override
    Object result(int ddof) {
      double variance = (re.squares + im.squares) / Math.max(re.count - ddof, 0);
      return new double[] {isRoot ? Math.sqrt(variance) : variance};
    }
  }

  /** The position of the first best integer. */
  static final class BestLong extends Accumulator {
    private final Reference.LongTest isBetter;
    private long best;
    private long at;

    BestLong(Reference.LongTest isBetter) {
      this.isBetter = isBetter;
    }

    @Override
    void take(Object block, int i, long position) {
      offer(((long[]) block)[i], position);
      count++;
    }

    private void offer(long x, long position) {
      if (count == 0 || isBetter.test(x, best) || x == best && position < at) {
        best = x;
        at = position;
      }
    }

    @Override
    void join(Accumulator right) {
      offer(((BestLong) right).best, ((BestLong) right).at);
      count += right.count;
    }

    @Override
    Object result(int ddof) {
      return new long[] {at};
    }
  }

  /** The position of the first best float, or of the first NaN unless those do not count. */
  static final class BestDouble extends Accumulator {
    private final Reference.DoubleTest isBetter;
    private final boolean skipsNaN;
    private double best;
    private long at;

    BestDouble(Reference.DoubleTest isBetter, boolean skipsNaN) {
      this.isBetter = isBetter;
      this.skipsNaN = skipsNaN;
    }

    @Override
    void take(Object block, int i, long position) {
      offer(((double[]) block)[i], position);
      count++;
    }

    private void offer(double x, long position) {
      boolean wins = wins(x, best);
      if (count == 0 || wins || !wins(best, x) && position < at) {
        best = x;
        at = position;
      }
    }

    private boolean wins(double x, double y) {
      return skipsNaN
          ? !Double.isNaN(x) && (isBetter.test(x, y) || Double.isNaN(y))
          : !Double.isNaN(y) && (isBetter.test(x, y) || Double.isNaN(x));
    }

    @Override
    void join(Accumulator right) {
      offer(((BestDouble) right).best, ((BestDouble) right).at);
      count += right.count;
    }

    @Override
    Object result(int ddof) {
      return new long[] {skipsNaN && Double.isNaN(best) ? -1 : at};
    }
  }
}
