package dev.lanes.bench.peers;

import java.util.ArrayList;
import java.util.List;

/**
 * One step of a workload that is computed operation by operation.
 *
 * @param what {@code var}, {@code const}, an operator or a function
 * @param arguments numbers of earlier steps; of a variable its number
 * @param constant the value of a constant
 */
record Step(String what, int[] arguments, double constant) {

  /**
   * Reads {@code "var 0;const 2.0;* 1 0"}.
   *
   * @param text steps between semicolons, arguments first; the last is the result
   */
  static List<Step> read(String text) {
    List<Step> steps = new ArrayList<>();
    for (String part : text.split(";")) {
      String[] words = part.split(" ");
      boolean isConstant = words[0].equals("const");
      int[] arguments = new int[isConstant ? 0 : words.length - 1];
      for (int i = 0; i < arguments.length; i++) {
        arguments[i] = Integer.parseInt(words[i + 1]);
      }
      steps.add(new Step(words[0], arguments, isConstant ? Double.parseDouble(words[1]) : 0));
    }
    return steps;
  }
}
