package dev.lanes.bench;

import java.util.function.DoubleBinaryOperator;

/** What is computed: the expression, and the loops that a Java programmer would write instead. */
public enum Workload {
  /** Scaled sum of two arrays. */
  AXPBY("2*a + 3*b", 2, 0, 0, JavaLoops::axpby, JavaLoops::axpby),
  /** Squares. */
  SQUARE("u**2", 1, 0, 0, JavaLoops::square, JavaLoops::square),
  /** A polynomial. */
  POLY("0.25*a**3 + 0.75*a**2 - 1.5*a - 2", 1, 0, 0, JavaLoops::poly, JavaLoops::poly),
  /** Sines and cosines. */
  SINCOS("sin(a)**2 + cos(b)**2", 2, 4e-15, 2e-6, JavaLoops::sincos, JavaLoops::sincos),
  /** The bell curve. */
  GAUSS("exp(-a*a/2)", 1, 1e-15, 5e-7, JavaLoops::gauss, JavaLoops::gauss),
  /** Logarithm of a ratio. */
  LOGRATIO("log(a/b)", 2, 1e-15, 5e-7, JavaLoops::logratio, JavaLoops::logratio),
  /** A power that is no product. */
  POWER("a**2.5", 1, 1e-15, 5e-7, JavaLoops::power, JavaLoops::power),
  /** A choice between two branches. */
  SELECT("where(a > b, sqrt(a), b/2)", 2, 0, 0, JavaLoops::select, JavaLoops::select),
  /** The sum of products; the tolerance is for sums in other orders. */
  DOT("sum(a*b)", 2, 1e-9, 1e-6, JavaLoops::dot, JavaLoops::dot, Double::sum),
  /** The largest element. */
  MAX("max(a)", 1, 0, 0, JavaLoops::max, JavaLoops::max, Math::max);

  final String text;
  final int operands;
  final Loop<double[]> float64;
  final Loop<float[]> float32;

  /** Joins what the parts of a reduction give; null for elementwise workloads. */
  final DoubleBinaryOperator join;

  private final double tolerance64;
  private final double tolerance32;

  Workload(
      String text,
      int operands,
      double tolerance64,
      double tolerance32,
      Loop<double[]> float64,
      Loop<float[]> float32) {
    this(text, operands, tolerance64, tolerance32, float64, float32, null);
  }

  Workload(
      String text,
      int operands,
      double tolerance64,
      double tolerance32,
      Loop<double[]> float64,
      Loop<float[]> float32,
      DoubleBinaryOperator join) {
    this.text = text;
    this.operands = operands;
    this.tolerance64 = tolerance64;
    this.tolerance32 = tolerance32;
    this.float64 = float64;
    this.float32 = float32;
    this.join = join;
  }

  boolean isReduction() {
    return join != null;
  }

  /** The relative difference that peers may have from the Java engine; 0 asks for the same bits. */
  double tolerance(Precision precision) {
    return precision == Precision.FLOAT64 ? tolerance64 : tolerance32;
  }
}
