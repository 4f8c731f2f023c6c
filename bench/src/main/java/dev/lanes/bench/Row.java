package dev.lanes.bench;

import dev.lanes.NDArray;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/** A row of the table of workloads, while it is written down and after. */
final class Row {

  /** What bounds a workload, hence what Lanes is held against. */
  enum Sort {
    /** Memory: little is computed for each element. */
    MEMORY,
    /** One or two functions for each element. */
    FUNCTION,
    /** More than that. */
    PROGRAM
  }

  /** Of the operands, one letter each; e is a number. */
  static final String NAMES = "abcdf";

  final Sort sort;
  final int operands;

  /** For Lanes, numexpr, and step by step for ND4J and Gandiva. */
  final String text;

  /** For NumPy, numba and JAX. */
  String python;

  /** For numexpr; empty where it has not the functions. */
  String numexpr;

  /** By hand, or null. */
  Loop<double[]> float64;

  /** By hand, or null. */
  Loop<float[]> float32;

  /** How many numbers a reduction gives; 0 for elementwise workloads. */
  int results;

  /** Joins what parts of the arrays give; null when they cannot be joined. */
  DoubleBinaryOperator join;

  /** Whether each result depends on all elements. */
  boolean isWhole;

  /** Of the operands, when they have more than one dimension: else null. */
  long[] shape;

  double tolerance64;
  double tolerance32;

  /** Below it, errors are absolute: what is left where greater numbers cancel out. */
  double scale;

  private Row(Sort sort, String text, int operands) {
    this.sort = sort;
    this.text = text;
    this.operands = operands;
    python = text;
    numexpr = text;
  }

  static Row memory(String text, int operands) {
    return new Row(Sort.MEMORY, text, operands);
  }

  static Row function(String text, int operands) {
    return new Row(Sort.FUNCTION, text, operands).within(1e-15, 5e-7);
  }

  static Row program(String text, int operands) {
    return new Row(Sort.PROGRAM, text, operands);
  }

  /** How far peers may be from the Java engine, relatively; 0 asks Lanes for the same bits. */
  Row within(double float64Tolerance, double float32Tolerance) {
    tolerance64 = float64Tolerance;
    tolerance32 = float32Tolerance;
    return this;
  }

  Row cancelling(double newScale) {
    scale = newScale;
    return this;
  }

  Row reducing(DoubleBinaryOperator newJoin) {
    results = 1;
    join = newJoin;
    return this;
  }

  /** Needs all elements for each of its results: so many numbers, or an array when 0. */
  Row whole(int newResults, long... newShape) {
    isWhole = true;
    results = newResults;
    shape = newShape.length == 0 ? null : newShape;
    numexpr = "";
    return this;
  }

  /** Operands in a workload's order by their names. */
  Map<String, NDArray> named(NDArray... arrays) {
    Map<String, NDArray> named = new HashMap<>();
    for (int i = 0; i < arrays.length; i++) {
      named.put(NAMES.substring(i, i + 1), arrays[i]);
    }
    return named;
  }

  Row python(String newPython) {
    python = newPython;
    return this;
  }

  Row loops(Loop<double[]> newFloat64, Loop<float[]> newFloat32) {
    float64 = newFloat64;
    float32 = newFloat32;
    return this;
  }
}
