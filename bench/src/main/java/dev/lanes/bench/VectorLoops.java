package dev.lanes.bench;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.COS;
import static jdk.incubator.vector.VectorOperators.EXP;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LOG;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.POW;
import static jdk.incubator.vector.VectorOperators.SIN;
import static jdk.incubator.vector.VectorOperators.SQRT;
import static jdk.incubator.vector.VectorOperators.TANH;

import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The workloads by the Vector API; the plain loops do what is left over at the end. */
final class VectorLoops {
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;

  private VectorLoops() {}

  /** Null where there is none. */
  static Loop<double[]> float64(Workload workload) {
    Loop<double[]> rest = workload.row.float64;
    return switch (workload) {
      case AXPBY -> binary64((a, b) -> a.mul(2).add(b.mul(3)), rest);
      case SQUARE -> unary64(u -> u.mul(u), rest);
      case POLY -> unary64(VectorLoops::poly, rest);
      case SINCOS -> binary64(VectorLoops::sincos, rest);
      case GAUSS -> unary64(a -> a.neg().mul(a).div(2).lanewise(EXP), rest);
      case LOGRATIO -> binary64((a, b) -> a.div(b).lanewise(LOG), rest);
      case POWER -> unary64(a -> a.lanewise(POW, 2.5), rest);
      case TANH -> binary64((a, b) -> a.sub(b).lanewise(TANH), rest);
      case SELECT -> binary64((a, b) -> b.div(2).blend(a.lanewise(SQRT), a.compare(GT, b)), rest);
      case DOT -> VectorLoops::dot;
      case MAX -> VectorLoops::max;
      case BLACKSCHOLES -> VectorLoops::price;
      case MEANSTD, MATRICES, ZSCORE -> null;
    };
  }

  /** Null where there is none. */
  static Loop<float[]> float32(Workload workload) {
    Loop<float[]> rest = workload.row.float32;
    return switch (workload) {
      case AXPBY -> binary32((a, b) -> a.mul(2).add(b.mul(3)), rest);
      case SQUARE -> unary32(u -> u.mul(u), rest);
      case POLY -> unary32(VectorLoops::poly, rest);
      case SINCOS -> binary32(VectorLoops::sincos, rest);
      case GAUSS -> unary32(a -> a.neg().mul(a).div(2).lanewise(EXP), rest);
      case LOGRATIO -> binary32((a, b) -> a.div(b).lanewise(LOG), rest);
      case POWER -> unary32(a -> a.lanewise(POW, 2.5f), rest);
      case TANH -> binary32((a, b) -> a.sub(b).lanewise(TANH), rest);
      case SELECT -> binary32((a, b) -> b.div(2).blend(a.lanewise(SQRT), a.compare(GT, b)), rest);
      case DOT -> VectorLoops::dot;
      case MAX -> VectorLoops::max;
      case BLACKSCHOLES -> VectorLoops::price;
      case MEANSTD, MATRICES, ZSCORE -> null;
    };
  }

  private static Loop<double[]> unary64(UnaryOperator<DoubleVector> kernel, Loop<double[]> rest) {
    return (in, out, from, to) -> {
      double[] a = in[0];
      int i = from;
      for (int end = from + DOUBLES.loopBound(to - from); i < end; i += DOUBLES.length()) {
        kernel.apply(DoubleVector.fromArray(DOUBLES, a, i)).intoArray(out, i);
      }
      return rest.run(in, out, i, to);
    };
  }

  private static Loop<double[]> binary64(BinaryOperator<DoubleVector> kernel, Loop<double[]> rest) {
    return (in, out, from, to) -> {
      double[] a = in[0];
      double[] b = in[1];
      int i = from;
      for (int end = from + DOUBLES.loopBound(to - from); i < end; i += DOUBLES.length()) {
        DoubleVector x = DoubleVector.fromArray(DOUBLES, a, i);
        kernel.apply(x, DoubleVector.fromArray(DOUBLES, b, i)).intoArray(out, i);
      }
      return rest.run(in, out, i, to);
    };
  }

  private static Loop<float[]> unary32(UnaryOperator<FloatVector> kernel, Loop<float[]> rest) {
    return (in, out, from, to) -> {
      float[] a = in[0];
      int i = from;
      for (int end = from + FLOATS.loopBound(to - from); i < end; i += FLOATS.length()) {
        kernel.apply(FloatVector.fromArray(FLOATS, a, i)).intoArray(out, i);
      }
      return rest.run(in, out, i, to);
    };
  }

  private static Loop<float[]> binary32(BinaryOperator<FloatVector> kernel, Loop<float[]> rest) {
    return (in, out, from, to) -> {
      float[] a = in[0];
      float[] b = in[1];
      int i = from;
      for (int end = from + FLOATS.loopBound(to - from); i < end; i += FLOATS.length()) {
        FloatVector x = FloatVector.fromArray(FLOATS, a, i);
        kernel.apply(x, FloatVector.fromArray(FLOATS, b, i)).intoArray(out, i);
      }
      return rest.run(in, out, i, to);
    };
  }

  private static DoubleVector poly(DoubleVector a) {
    DoubleVector square = a.mul(a);
    return square.mul(a).mul(0.25).add(square.mul(0.75)).sub(a.mul(1.5)).sub(2);
  }

  private static FloatVector poly(FloatVector a) {
    FloatVector square = a.mul(a);
    return square.mul(a).mul(0.25f).add(square.mul(0.75f)).sub(a.mul(1.5f)).sub(2);
  }

  private static DoubleVector sincos(DoubleVector a, DoubleVector b) {
    DoubleVector sin = a.lanewise(SIN);
    DoubleVector cos = b.lanewise(COS);
    return sin.mul(sin).add(cos.mul(cos));
  }

  private static FloatVector sincos(FloatVector a, FloatVector b) {
    FloatVector sin = a.lanewise(SIN);
    FloatVector cos = b.lanewise(COS);
    return sin.mul(sin).add(cos.mul(cos));
  }

  private static double dot(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    double[] b = in[1];
    DoubleVector even = DoubleVector.zero(DOUBLES);
    DoubleVector odd = even;
    int step = 2 * DOUBLES.length();
    int i = from;
    for (; i <= to - step; i += step) {
      int next = i + DOUBLES.length();
      DoubleVector x = DoubleVector.fromArray(DOUBLES, a, i);
      DoubleVector y = DoubleVector.fromArray(DOUBLES, a, next);
      even = even.add(x.mul(DoubleVector.fromArray(DOUBLES, b, i)));
      odd = odd.add(y.mul(DoubleVector.fromArray(DOUBLES, b, next)));
    }
    return even.add(odd).reduceLanes(ADD) + JavaLoops.dot(in, out, i, to);
  }

  /** Sums in double, as the expression does. */
  private static double dot(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    float[] b = in[1];
    DoubleVector low = DoubleVector.zero(DOUBLES);
    DoubleVector high = low;
    int i = from;
    for (int end = from + FLOATS.loopBound(to - from); i < end; i += FLOATS.length()) {
      FloatVector x = FloatVector.fromArray(FLOATS, a, i);
      FloatVector product = x.mul(FloatVector.fromArray(FLOATS, b, i));
      low = low.add(product.convertShape(F2D, DOUBLES, 0));
      high = high.add(product.convertShape(F2D, DOUBLES, 1));
    }
    return low.add(high).reduceLanes(ADD) + JavaLoops.dot(in, out, i, to);
  }

  private static double max(double[][] in, double[] out, int from, int to) {
    double[] a = in[0];
    DoubleVector max = DoubleVector.broadcast(DOUBLES, Double.NEGATIVE_INFINITY);
    int i = from;
    for (int end = from + DOUBLES.loopBound(to - from); i < end; i += DOUBLES.length()) {
      max = max.max(DoubleVector.fromArray(DOUBLES, a, i));
    }
    return Math.max(max.reduceLanes(MAX), JavaLoops.max(in, out, i, to));
  }

  private static double max(float[][] in, float[] out, int from, int to) {
    float[] a = in[0];
    FloatVector max = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
    int i = from;
    for (int end = from + FLOATS.loopBound(to - from); i < end; i += FLOATS.length()) {
      max = max.max(FloatVector.fromArray(FLOATS, a, i));
    }
    return Math.max(max.reduceLanes(MAX), JavaLoops.max(in, out, i, to));
  }

  private static double price(double[][] in, double[] out, int from, int to) {
    int i = from;
    for (int end = from + DOUBLES.loopBound(to - from); i < end; i += DOUBLES.length()) {
      DoubleVector a = DoubleVector.fromArray(DOUBLES, in[0], i);
      DoubleVector b = DoubleVector.fromArray(DOUBLES, in[1], i);
      DoubleVector c = DoubleVector.fromArray(DOUBLES, in[2], i);
      DoubleVector d = DoubleVector.fromArray(DOUBLES, in[3], i);
      DoubleVector e = DoubleVector.fromArray(DOUBLES, in[4], i);
      DoubleVector s = e.mul(c.lanewise(SQRT));
      DoubleVector drift = d.add(e.mul(e).div(2)).mul(c);
      DoubleVector x = a.div(b).lanewise(LOG).add(drift).div(s);
      DoubleVector discount = d.neg().mul(c).lanewise(EXP);
      DoubleVector second = cumulative(x.sub(s)).mul(b).mul(discount);
      cumulative(x).mul(a).sub(second).intoArray(out, i);
    }
    return BlackScholes.price(in, out, i, to);
  }

  private static double price(float[][] in, float[] out, int from, int to) {
    int i = from;
    for (int end = from + FLOATS.loopBound(to - from); i < end; i += FLOATS.length()) {
      FloatVector a = FloatVector.fromArray(FLOATS, in[0], i);
      FloatVector b = FloatVector.fromArray(FLOATS, in[1], i);
      FloatVector c = FloatVector.fromArray(FLOATS, in[2], i);
      FloatVector d = FloatVector.fromArray(FLOATS, in[3], i);
      FloatVector e = FloatVector.fromArray(FLOATS, in[4], i);
      FloatVector s = e.mul(c.lanewise(SQRT));
      FloatVector drift = d.add(e.mul(e).div(2)).mul(c);
      FloatVector x = a.div(b).lanewise(LOG).add(drift).div(s);
      FloatVector discount = d.neg().mul(c).lanewise(EXP);
      FloatVector second = cumulative(x.sub(s)).mul(b).mul(discount);
      cumulative(x).mul(a).sub(second).intoArray(out, i);
    }
    return BlackScholes.price(in, out, i, to);
  }

  private static DoubleVector cumulative(DoubleVector x) {
    DoubleVector one = DoubleVector.broadcast(DOUBLES, 1);
    DoubleVector k = one.div(x.abs().mul(BlackScholes.SLOPE).add(1));
    DoubleVector sum = k.mul(BlackScholes.C5).add(BlackScholes.C4);
    sum = sum.mul(k).add(BlackScholes.C3).mul(k).add(BlackScholes.C2).mul(k).add(BlackScholes.C1);
    DoubleVector bell = x.neg().mul(x).div(2).lanewise(EXP).mul(BlackScholes.DENSITY);
    DoubleVector tail = bell.mul(k).mul(sum);
    return one.sub(tail).blend(tail, x.lt(0));
  }

  private static FloatVector cumulative(FloatVector x) {
    FloatVector one = FloatVector.broadcast(FLOATS, 1);
    FloatVector k = one.div(x.abs().mul((float) BlackScholes.SLOPE).add(1));
    FloatVector sum = k.mul((float) BlackScholes.C5).add((float) BlackScholes.C4);
    sum = sum.mul(k).add((float) BlackScholes.C3).mul(k).add((float) BlackScholes.C2);
    sum = sum.mul(k).add((float) BlackScholes.C1);
    FloatVector bell = x.neg().mul(x).div(2).lanewise(EXP).mul((float) BlackScholes.DENSITY);
    FloatVector tail = bell.mul(k).mul(sum);
    return one.sub(tail).blend(tail, x.lt(0));
  }
}
