package dev.lanes.lang;

import dev.lanes.Kind;
import java.util.List;

/**
 * One operator for one set of kinds: the unit that an instruction names and that the native library
 * implements.
 *
 * @param op the row of the operator table it belongs to, or an {@link External}
 * @param key the kind by which it is told from its siblings, that of the operands that share one
 * @param result kind of the result
 * @param arguments kinds of the arguments
 * @param index its number in a program, the same on both sides of the boundary; of an external
 *     function its number there
 * @param ulp accuracy bound in units in the last place, 0 for results that are exact or correctly
 *     rounded
 * @param reference its meaning; null for an external function that has none in Java
 */
public record Kernel(
    Operation op,
    Kind key,
    Kind result,
    List<Kind> arguments,
    int index,
    int ulp,
    Reference reference) {

  @Override
  public String toString() {
    return op.symbol() + "." + key.letter();
  }
}
