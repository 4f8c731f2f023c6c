package dev.lanes.blas;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanes.DType;
import dev.lanes.LanesException;
import dev.lanes.NDArray;
import dev.lanes.NDArray.Order;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.api.Assertions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the tests make arrays of, and how they compare them. */
final class Numbers {
  static final List<DType> COMPUTED = List.of(DType.FLOAT64, DType.FLOAT32, DType.COMPLEX128);

  private Numbers() {}

  /** Uniform in (-1, 1), both parts of complex numbers. */
  static NDArray random(long seed, DType dtype, long... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    NDArray array = NDArray.allocate(dtype, shape);
    NDArray flat = array.reshape(-1);
    for (long i = 0; i < flat.size(); i++) {
      if (isComplex(dtype)) {
        flat.setComplex(random.nextDouble(-1, 1), random.nextDouble(-1, 1), i);
      } else {
        flat.setDouble(random.nextDouble(-1, 1), i);
      }
    }
    return array;
  }

  static boolean isComplex(DType dtype) {
    return dtype.kind() == DType.COMPLEX128.kind();
  }

  /** All numbers in C order, complex ones as two. */
  static double[] of(NDArray array) {
    if (!isComplex(array.dtype())) {
      return array.toDoubleArray();
    }
    double[] values = new double[(int) array.size() * 2];
    NDArray flat = array.reshape(-1);
    for (int i = 0; i < flat.size(); i++) {
      System.arraycopy(flat.getComplex(i), 0, values, 2 * i, 2);
    }
    return values;
  }

  /** What the dtype's last bit is worth, with room for sums. */
  static double tolerance(DType dtype) {
    boolean isShort = dtype.equals(DType.FLOAT32) || dtype.equals(DType.COMPLEX64);
    return isShort ? 1e-5 : 1e-13;
  }

  /** Same shape, and the difference at most a share of the largest number. */
  static void assertClose(NDArray actual, NDArray expected, double tolerance) {
    double largest = Arrays.stream(of(expected)).map(Math::abs).max().orElse(0);
    assertClose(actual, expected, tolerance, largest);
  }

  /** Same shape, and the difference at most a share of {@code scale}. */
  static void assertClose(NDArray actual, NDArray expected, double tolerance, double scale) {
    assertThat(actual.shape()).as("shape").isEqualTo(expected.shape());
    double[] is = of(actual);
    double[] wanted = of(expected);
    double[] comparable = wanted;
    if (is.length > wanted.length) {
      comparable = new double[is.length];
      for (int i = 0; i < wanted.length; i++) {
        comparable[2 * i] = wanted[i];
      }
    }
    double bound = tolerance * Math.max(1e-300, scale);
    for (int i = 0; i < is.length; i++) {
      if (!(Math.abs(is[i] - comparable[i]) <= bound)) {
        Assertions.fail("number %d is %s instead of %s", i, is[i], comparable[i]);
      }
    }
  }

  static NDArray conjugate(NDArray a) {
    NDArray result = a.copy();
    NDArray flat = result.reshape(-1);
    for (long i = 0; isComplex(a.dtype()) && i < flat.size(); i++) {
      double[] parts = flat.getComplex(i);
      flat.setComplex(parts[0], -parts[1], i);
    }
    return result;
  }

  static NDArray identity(DType dtype, long n) {
    NDArray identity = NDArray.allocate(dtype, n, n);
    for (long i = 0; i < n; i++) {
      identity.setDouble(1, i, i);
    }
    return identity;
  }

  /** Checks {@code q' q = 1}. */
  static void assertOrthonormal(NDArray q) {
    NDArray product = NDArray.allocate(q.dtype(), q.length(1), q.length(1));
    LinearAlgebra.gemm(1, q, Transpose.CONJUGATE, q, Transpose.NONE, 0, product);
    assertClose(product, identity(q.dtype(), q.length(1)), 10 * tolerance(q.dtype()));
  }

  static void assertFails(LanesException.Code code, String part, ThrowingCallable call) {
    LanesException e = Assertions.catchThrowableOfType(LanesException.class, call);
    assertThat(e).isNotNull();
    assertThat(e.code()).isEqualTo(code);
    assertThat(e).hasMessageContaining(part);
  }

  /** Ways in which a matrix can lie in memory. */
  enum Lay {
    C {
      @Override
      NDArray lay(NDArray a) {
        return a.copy();
      }
    },
    FORTRAN {
      @Override
      NDArray lay(NDArray a) {
        return a.copy(Order.FORTRAN);
      }
    },
    /** Rows without gaps inside a wider matrix. */
    WINDOW {
      @Override
      NDArray lay(NDArray a) {
        NDArray wide = NDArray.allocate(a.dtype(), a.length(0) + 3, a.length(1) + 5);
        return filled(wide.slice(0, 2, 2 + a.length(0)).slice(1, 4, 4 + a.length(1)), a);
      }
    },
    /** Every second row and third column. */
    STEPS {
      @Override
      NDArray lay(NDArray a) {
        NDArray wide = NDArray.allocate(a.dtype(), 2 * a.length(0), 3 * a.length(1));
        return filled(wide.slice(0, 0, Long.MAX_VALUE, 2).slice(1, 0, Long.MAX_VALUE, 3), a);
      }
    },
    EVERY_SECOND_ROW {
      @Override
      NDArray lay(NDArray a) {
        NDArray wide = NDArray.allocate(a.dtype(), 2 * a.length(0), a.length(1));
        return filled(wide.slice(0, 0, Long.MAX_VALUE, 2), a);
      }
    },
    BACKWARDS {
      @Override
      NDArray lay(NDArray a) {
        return filled(NDArray.allocate(a.dtype(), a.shape()).flip(0).flip(1), a);
      }
    },
    MISALIGNED {
      @Override
      NDArray lay(NDArray a) {
        ByteBuffer buffer =
            ByteBuffer.allocateDirect((int) a.bytes() + 1).order(ByteOrder.nativeOrder());
        return filled(NDArray.wrap(buffer.position(1), a.dtype(), a.shape()), a);
      }
    };

    abstract NDArray lay(NDArray a);

    private static NDArray filled(NDArray array, NDArray values) {
      array.copyFrom(values);
      return array;
    }
  }
}
