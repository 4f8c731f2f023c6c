package dev.lanes.blas;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;

/**
 * What is computed in: float32 for float32, float16 and bfloat16; float64 for float64, bool and
 * integers; complex128 for complex; of two the wider one.
 */
final class Types {
  private Types() {}

  static DType computed(NDArray array) {
    return switch (array.dtype().kind()) {
      case FLOAT32 -> DType.FLOAT32;
      case BOOL, INT32, INT64, FLOAT64 -> DType.FLOAT64;
      case COMPLEX128 -> DType.COMPLEX128;
      case BYTES ->
          throw new LanesException(
              Code.TYPE, "linear algebra takes numbers, not elements of " + array.dtype());
    };
  }

  static DType common(NDArray a, NDArray b) {
    return common(computed(a), computed(b));
  }

  static DType common(DType a, DType b) {
    return a.code() > b.code() ? a : b;
  }

  static boolean isComplex(DType dtype) {
    return dtype.equals(DType.COMPLEX128);
  }

  /** What lengths, singular values and the like are in. */
  static DType real(DType dtype) {
    return isComplex(dtype) ? DType.FLOAT64 : dtype;
  }

  /** The distance from 1 to the next number. */
  static double epsilon(DType dtype) {
    return dtype.equals(DType.FLOAT32) ? Math.ulp(1f) : Math.ulp(1.0);
  }

  /** A read-only view when the dtype is right, else a converted copy; both may be closed. */
  static NDArray as(NDArray array, DType dtype) {
    if (array.dtype().equals(dtype)) {
      return array.broadcastTo(array.shape());
    }
    NDArray converted = NDArray.allocate(dtype, array.shape());
    try {
      converted.copyFrom(array);
      return converted;
    } catch (RuntimeException | Error e) {
      converted.close();
      throw e;
    }
  }
}
