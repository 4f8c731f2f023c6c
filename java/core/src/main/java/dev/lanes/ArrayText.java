package dev.lanes;

import java.util.Arrays;

/** Shows arrays as text. */
final class ArrayText {
  private ArrayText() {}

  static String of(NDArray array) {
    if (array.isClosed()) {
      return "closed " + array.dtype() + " " + Arrays.toString(array.shape());
    }
    return array.dtype() + " " + Arrays.toString(array.shape());
  }
}
