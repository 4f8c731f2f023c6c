package dev.lanes.lang;

import dev.lanes.Kind;
import java.util.function.DoubleBinaryOperator;
import java.util.function.LongBinaryOperator;

/**
 * One reducing operator for one kind of element. Accumulators start at the identity and take
 * elements one after the other; {@code NativeEngine} and {@code JavaEngine} combine them in the one
 * order that {@code lanes.h} prescribes.
 *
 * @param op the row of the operator table it belongs to
 * @param key kind of the elements
 * @param result kind of the result
 * @param accumulator kind in which it accumulates
 * @param index its number in a program, the same on both sides of the boundary
 * @param hasIdentity whether an empty input has a result
 * @param longIdentity where integer accumulators start
 * @param doubleIdentity where float accumulators start
 * @param longs how integers are joined, accumulator first, or null
 * @param doubles how floats are joined, accumulator first, or null
 */
public record Reduction(
    Op op,
    Kind key,
    Kind result,
    Kind accumulator,
    int index,
    boolean hasIdentity,
    long longIdentity,
    double doubleIdentity,
    LongBinaryOperator longs,
    DoubleBinaryOperator doubles) {

  @Override
  public String toString() {
    return op.symbol() + "." + key.letter();
  }
}
