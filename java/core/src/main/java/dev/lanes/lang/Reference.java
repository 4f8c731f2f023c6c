package dev.lanes.lang;

import dev.lanes.Kind;
import java.util.function.BiPredicate;
import java.util.function.BinaryOperator;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleToLongFunction;
import java.util.function.LongBinaryOperator;
import java.util.function.LongToDoubleFunction;
import java.util.function.ToDoubleFunction;

/**
 * The meaning of a kernel in plain Java, applied to a block of elements. A block of kind bool,
 * int32 or int64 is a {@code long[]}, one of kind float32 or float64 a {@code double[]} whose
 * float32 values are exact in binary32, one of kind complex128 a {@code double[]} with the real
 * part before the imaginary one, one of kind bytes a {@code byte[][]} without the NULs that pad.
 *
 * <p>float32 is computed in binary64 and rounded once, which is exact for sums, products, quotients
 * and roots: 53 bits are more than twice 24 and two.
 */
@FunctionalInterface
public interface Reference {

  /**
   * Computes the first n elements.
   *
   * @param out where the results go, may be one of the arguments
   * @param a first argument
   * @param b second argument, or null
   * @param c third argument, or null
   * @param n elements
   */
  void apply(Object out, Object a, Object b, Object c, int n);

  /** A comparison of two floats. */
  @FunctionalInterface
  interface DoubleTest {
    /**
     * Compares.
     *
     * @param a left
     * @param b right
     * @return whether it holds
     */
    boolean test(double a, double b);
  }

  /** A comparison of two integers. */
  @FunctionalInterface
  interface LongTest {
    /**
     * Compares.
     *
     * @param a left
     * @param b right
     * @return whether it holds
     */
    boolean test(long a, long b);
  }

  /**
   * Makes a block for n elements of a kind.
   *
   * @param kind the kind
   * @param n elements
   * @return a {@code long[]}, a {@code double[]} or a {@code byte[][]}
   */
  static Object block(Kind kind, int n) {
    return switch (kind) {
      case BOOL, INT32, INT64 -> new long[n];
      case FLOAT32, FLOAT64 -> new double[n];
      case COMPLEX128 -> new double[2 * n];
      case BYTES -> new byte[n][];
    };
  }

  /**
   * How many entries of a block an element takes.
   *
   * @param kind the kind
   * @return 2 for complex numbers, else 1
   */
  static int width(Kind kind) {
    return kind == Kind.COMPLEX128 ? 2 : 1;
  }

  private static long wrap(Kind kind, long value) {
    return switch (kind) {
      case BOOL -> value & 1;
      case INT32 -> (int) value;
      default -> value;
    };
  }

  private static double round(Kind kind, double value) {
    return kind == Kind.FLOAT32 ? (float) value : value;
  }

  /**
   * Integers in, integers out, wrapped to the kind.
   *
   * @param f one element; unary operators ignore the second argument
   * @param kind of the result
   * @return the block form
   */
  static Reference longs(LongBinaryOperator f, Kind kind) {
    return (out, a, b, c, n) -> {
      long[] to = (long[]) out;
      long[] x = (long[]) a;
      long[] y = b == null ? x : (long[]) b;
      for (int i = 0; i < n; i++) {
        to[i] = wrap(kind, f.applyAsLong(x[i], y[i]));
      }
    };
  }

  /**
   * Floats in, floats out, rounded to the kind.
   *
   * @param f one element; unary operators ignore the second argument
   * @param kind of the result
   * @return the block form
   */
  static Reference doubles(DoubleBinaryOperator f, Kind kind) {
    return (out, a, b, c, n) -> {
      double[] to = (double[]) out;
      double[] x = (double[]) a;
      double[] y = b == null ? x : (double[]) b;
      for (int i = 0; i < n; i++) {
        to[i] = round(kind, f.applyAsDouble(x[i], y[i]));
      }
    };
  }

  /**
   * Floats in, truth values out.
   *
   * @param f one element
   * @return the block form
   */
  static Reference tests(DoubleTest f) {
    return (out, a, b, c, n) -> {
      long[] to = (long[]) out;
      double[] x = (double[]) a;
      double[] y = b == null ? x : (double[]) b;
      for (int i = 0; i < n; i++) {
        to[i] = f.test(x[i], y[i]) ? 1 : 0;
      }
    };
  }

  /**
   * Integers in, truth values out.
   *
   * @param f one element
   * @return the block form
   */
  static Reference tests(LongTest f) {
    return longs((a, b) -> f.test(a, b) ? 1 : 0, Kind.BOOL);
  }

  /**
   * A conversion of integers into floats.
   *
   * @param f one element
   * @param kind of the result
   * @return the block form
   */
  static Reference toDoubles(LongToDoubleFunction f, Kind kind) {
    return (out, a, b, c, n) -> {
      double[] to = (double[]) out;
      long[] x = (long[]) a;
      for (int i = 0; i < n; i++) {
        to[i] = f.applyAsDouble(x[i]);
      }
    };
  }

  /**
   * A conversion of floats into integers.
   *
   * @param f one element
   * @return the block form
   */
  static Reference toLongs(DoubleToLongFunction f) {
    return (out, a, b, c, n) -> {
      long[] to = (long[]) out;
      double[] x = (double[]) a;
      for (int i = 0; i < n; i++) {
        to[i] = f.applyAsLong(x[i]);
      }
    };
  }

  /**
   * Complex numbers in and out.
   *
   * @param f one element; unary operators ignore the second argument
   * @return the block form
   */
  static Reference complexes(BinaryOperator<Complex> f) {
    return (out, a, b, c, n) -> {
      double[] to = (double[]) out;
      for (int i = 0; i < n; i++) {
        put(to, i, f.apply(complex(a, i), complex(b == null ? a : b, i)));
      }
    };
  }

  /** Element i of a block of complex numbers. */
  static Complex complex(Object block, int i) {
    double[] parts = (double[]) block;
    return new Complex(parts[2 * i], parts[2 * i + 1]);
  }

  private static void put(double[] block, int i, Complex value) {
    block[2 * i] = value.re();
    block[2 * i + 1] = value.im();
  }

  /**
   * Complex numbers in, floats out.
   *
   * @param f one element
   * @return the block form
   */
  static Reference parts(ToDoubleFunction<Complex> f) {
    return (out, a, b, c, n) -> {
      for (int i = 0; i < n; i++) {
        ((double[]) out)[i] = f.applyAsDouble(complex(a, i));
      }
    };
  }

  /**
   * Complex numbers in, truth values out.
   *
   * @param f one element; unary tests ignore the second argument
   * @return the block form
   */
  static Reference tests(BiPredicate<Complex, Complex> f) {
    return (out, a, b, c, n) -> {
      for (int i = 0; i < n; i++) {
        ((long[]) out)[i] = f.test(complex(a, i), complex(b == null ? a : b, i)) ? 1 : 0;
      }
    };
  }

  /**
   * Bytes in, truth values out.
   *
   * @param f two elements without padding
   * @return the block form
   */
  static Reference bytesTests(BiPredicate<byte[], byte[]> f) {
    return (out, a, b, c, n) -> {
      for (int i = 0; i < n; i++) {
        ((long[]) out)[i] = f.test(((byte[][]) a)[i], ((byte[][]) b)[i]) ? 1 : 0;
      }
    };
  }

  /**
   * Bytes as they are.
   *
   * @return the block form
   */
  static Reference sameBytes() {
    return (out, a, b, c, n) -> System.arraycopy(a, 0, out, 0, n);
  }

  /**
   * Complex numbers out of real ones, the imaginary parts being the second argument or 0.
   *
   * @return the block form
   */
  static Reference toComplexes() {
    return (out, a, b, c, n) -> {
      double[] to = (double[]) out;
      for (int i = n - 1; i >= 0; i--) {
        double re = a instanceof long[] longs ? longs[i] : ((double[]) a)[i];
        put(to, i, new Complex(re, b == null ? 0 : ((double[]) b)[i]));
      }
    };
  }

  /**
   * The choice between the second and the third argument by the first, bits untouched.
   *
   * @param kind of the chosen values
   * @return the block form
   */
  static Reference select(Kind kind) {
    if (kind == Kind.BYTES) {
      return (out, a, b, c, n) -> {
        for (int i = 0; i < n; i++) {
          ((byte[][]) out)[i] = ((long[]) a)[i] != 0 ? ((byte[][]) b)[i] : ((byte[][]) c)[i];
        }
      };
    }
    if (block(kind, 0) instanceof long[]) {
      return (out, a, b, c, n) -> {
        for (int i = 0; i < n; i++) {
          ((long[]) out)[i] = ((long[]) a)[i] != 0 ? ((long[]) b)[i] : ((long[]) c)[i];
        }
      };
    }
    int width = width(kind);
    return (out, a, b, c, n) -> {
      for (int i = 0; i < n * width; i++) {
        boolean holds = ((long[]) a)[i / width] != 0;
        ((double[]) out)[i] = holds ? ((double[]) b)[i] : ((double[]) c)[i];
      }
    };
  }

  /**
   * a * b + c, the product rounded or wrapped before the sum is.
   *
   * @param kind of everything
   * @return the block form
   */
  static Reference multiplyAdd(Kind kind) {
    if (block(kind, 0) instanceof long[]) {
      return (out, a, b, c, n) -> {
        for (int i = 0; i < n; i++) {
          ((long[]) out)[i] = wrap(kind, ((long[]) a)[i] * ((long[]) b)[i] + ((long[]) c)[i]);
        }
      };
    }
    return (out, a, b, c, n) -> {
      for (int i = 0; i < n; i++) {
        double product = round(kind, ((double[]) a)[i] * ((double[]) b)[i]);
        ((double[]) out)[i] = round(kind, product + ((double[]) c)[i]);
      }
    };
  }

  /**
   * a * b + c, rounded once.
   *
   * @param kind of everything, float32 or float64
   * @return the block form
   */
  static Reference fusedMultiplyAdd(Kind kind) {
    return (out, a, b, c, n) -> {
      double[] to = (double[]) out;
      double[] x = (double[]) a;
      double[] y = (double[]) b;
      double[] z = (double[]) c;
      for (int i = 0; i < n; i++) {
        to[i] =
            kind == Kind.FLOAT32
                ? Math.fma((float) x[i], (float) y[i], (float) z[i])
                : Math.fma(x[i], y[i], z[i]);
      }
    };
  }
}
