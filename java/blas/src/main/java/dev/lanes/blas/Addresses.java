package dev.lanes.blas;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;

/** Plain addresses in the form that JavaCPP takes. They own nothing and check nothing. */
final class Addresses {
  private Addresses() {}

  /** Where an int stands. */
  static final class Ints extends IntPointer {
    Ints(long at) {
      address = at;
    }
  }

  /** Where a float stands. */
  static final class Floats extends FloatPointer {
    Floats(long at) {
      address = at;
    }
  }

  /** Where a double, or a complex number of two, stands. */
  static final class Doubles extends DoublePointer {
    Doubles(long at) {
      address = at;
    }
  }
}
