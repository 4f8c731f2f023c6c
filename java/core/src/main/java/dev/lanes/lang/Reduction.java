package dev.lanes.lang;

import dev.lanes.Kind;
import java.util.function.Supplier;

/**
 * One reducing operator for one kind of element. {@code NativeEngine} and {@code JavaEngine} take
 * the elements in the one order that {@code lanes.h} prescribes.
 *
 * @param op the row of the operator table it belongs to
 * @param key kind of the elements
 * @param result kind of the result
 * @param inner kind in which it accumulates
 * @param index its number in a program, the same on both sides of the boundary
 * @param hasIdentity whether an empty input has a result
 * @param accumulator its meaning: makes what holds some elements of one result
 */
public record Reduction(
    Op op,
    Kind key,
    Kind result,
    Kind inner,
    int index,
    boolean hasIdentity,
    Supplier<Accumulator> accumulator) {

  /**
   * Whether it divides by the number of elements less {@code ddof}.
   *
   * @return true for var and std
   */
  public boolean takesDdof() {
    return op == Op.VAR || op == Op.STD;
  }

  @Override
  public String toString() {
    return op.symbol() + "." + key.letter();
  }
}
