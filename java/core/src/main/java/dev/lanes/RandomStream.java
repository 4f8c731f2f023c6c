package dev.lanes;

import dev.lanes.LanesException.Code;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Random numbers that are a function of three numbers: a seed, a stream and a position. Element i
 * of an array that is filled, in C order, is number {@link #position()} + i, whatever its dtype, so
 * the same numbers come out for any number of threads, any instruction set and either engine, and
 * whether an array is filled at once or in parts.
 *
 * <p>The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw: <i>Parallel random numbers: as
 * easy as 1, 2, 3</i>, SC11), which passes BigCrush; 64 of its bits make one number. There are 2^64
 * seeds, 2^32 streams of each that never overlap, and 2^64 positions. It is not for cryptography.
 *
 * <p>Filling moves the position on. Thread-safe: fillings at the same time get numbers of their
 * own, in one order or the other.
 */
public final class RandomStream {

  private static final double UNIFORM_NANOS = 1.5;
  private static final double NORMAL_NANOS = 4;
  private static final long STREAMS = 1L << 32;
  private static final int BLOCK = 1024;

  private final long seed;
  private final long number;
  private final AtomicLong position;

  private RandomStream(long seed, long number, long position) {
    this.seed = seed;
    this.number = number;
    this.position = new AtomicLong(position);
  }

  /**
   * The first stream of a seed, from its beginning.
   *
   * @param seed any number; different ones give unrelated streams
   * @return a new stream
   */
  public static RandomStream of(long seed) {
    return new RandomStream(seed, 0, 0);
  }

  /**
   * Another stream of the same seed, from its beginning: one for each worker, say.
   *
   * @param other its number, from 0 up to 2^32 - 1
   * @return a new stream
   * @throws LanesException LIMIT for other numbers
   */
  public RandomStream stream(long other) {
    if (other < 0 || other >= STREAMS) {
      throw new LanesException(
          Code.LIMIT, "streams have numbers from 0 to " + (STREAMS - 1) + ", not " + other);
    }
    return new RandomStream(seed, other, 0);
  }

  /**
   * The same stream at another position.
   *
   * @param newPosition how many numbers lie before it, taken as unsigned
   * @return a new stream
   */
  public RandomStream at(long newPosition) {
    return new RandomStream(seed, number, newPosition);
  }

  /**
   * How many numbers lie before the next one.
   *
   * @return the position, unsigned
   */
  public long position() {
    return position.get();
  }

  /**
   * Makes an array of uniformly distributed float64 numbers.
   *
   * @param low the least one
   * @param high above all of them
   * @param shape of the array
   * @return a new array
   * @throws LanesException as {@link #uniformInto}, and for shapes as {@link NDArray#allocate}
   */
  public NDArray uniform(double low, double high, long... shape) {
    return uniformInto(NDArray.allocateDirty(DType.FLOAT64, shape), low, high);
  }

  /**
   * Fills an array with uniformly distributed numbers: {@code low + (high - low) * u} with u one of
   * the 2^53 multiples of 2^-53 from 0 up to but without 1; where rounding gives {@code high}, the
   * number below it.
   *
   * @param output FLOAT64 or FLOAT32, any strides
   * @param low the least one, below {@code high}
   * @param high above all of them
   * @return the output
   * @throws LanesException TYPE for other dtypes, LIMIT when the range is empty or not finite,
   *     READ_ONLY, CLOSED
   */
  public NDArray uniformInto(NDArray output, double low, double high) {
    requireFloats(output);
    boolean isSingle = output.dtype().kind() == Kind.FLOAT32;
    double limit = isSingle ? below(high) : Math.nextDown(high);
    if (!(low < high) || !Double.isFinite(high - low) || limit < low) {
      throw new LanesException(
          Code.LIMIT,
          "a uniform distribution needs finite ends with a number between, not "
              + low
              + " and "
              + high);
    }
    double span = high - low;
    long first = take(output);
    if (Lanes.isNative()) {
      new ArrayCall("the filling", UNIFORM_NANOS, output.layout().shape, output)
          .run(call -> NativeLanes.randomUniform(call, seed, number, first, low, span, limit));
    } else {
      fillDoubles(output, first, word -> Math.min(low + span * unit(word), limit));
    }
    return output;
  }

  /** The greatest float below a double. */
  private static double below(double high) {
    float nearest = (float) high;
    return nearest < high ? nearest : Math.nextDown(nearest);
  }

  private static double unit(long word) {
    return (word >>> 11) * 0x1p-53;
  }

  /**
   * Makes an array of normally distributed float64 numbers.
   *
   * @param mean the expectation
   * @param deviation the standard deviation, from 0
   * @param shape of the array
   * @return a new array
   * @throws LanesException as {@link #normalInto}, and for shapes as {@link NDArray#allocate}
   */
  public NDArray normal(double mean, double deviation, long... shape) {
    return normalInto(NDArray.allocateDirty(DType.FLOAT64, shape), mean, deviation);
  }

  /**
   * Fills an array with normally distributed numbers: {@code mean + deviation * z}, with z the
   * quantile of a probability of 53 bits, by algorithm AS 241 of Wichura (1988), whose error is
   * about 1e-16 relative. The greatest magnitude of z is 8.2.
   *
   * @param output FLOAT64 or FLOAT32, any strides
   * @param mean the expectation
   * @param deviation the standard deviation, from 0
   * @return the output
   * @throws LanesException TYPE for other dtypes, LIMIT for parameters that are not finite or a
   *     negative deviation, READ_ONLY, CLOSED
   */
  public NDArray normalInto(NDArray output, double mean, double deviation) {
    requireFloats(output);
    if (!Double.isFinite(mean) || !Double.isFinite(deviation) || deviation < 0) {
      throw new LanesException(
          Code.LIMIT,
          "a normal distribution needs a finite mean and a deviation from 0, not "
              + mean
              + " and "
              + deviation);
    }
    long first = take(output);
    if (Lanes.isNative()) {
      new ArrayCall("the filling", NORMAL_NANOS, output.layout().shape, output)
          .run(call -> NativeLanes.randomNormal(call, seed, number, first, mean, deviation));
    } else {
      fillDoubles(output, first, word -> mean + deviation * NormalQuantile.of(word));
    }
    return output;
  }

  /**
   * Makes an array of int64 numbers, all equally likely.
   *
   * @param low the least one
   * @param high above all of them
   * @param shape of the array
   * @return a new array
   * @throws LanesException as {@link #integersInto}, and for shapes as {@link NDArray#allocate}
   */
  public NDArray integers(long low, long high, long... shape) {
    return integersInto(NDArray.allocateDirty(DType.INT64, shape), low, high);
  }

  /**
   * Fills an array with whole numbers, all equally likely, without bias (D. Lemire: <i>Fast random
   * integer generation in an interval</i>, 2019).
   *
   * @param output of an integer dtype, any strides
   * @param low the least one
   * @param high above all of them
   * @return the output
   * @throws LanesException TYPE for other dtypes, LIMIT for an empty range, CAST for one that the
   *     dtype does not hold, READ_ONLY, CLOSED
   */
  public NDArray integersInto(NDArray output, long low, long high) {
    DType dtype = output.dtype();
    if (!Element.isInteger(dtype) || dtype.kind() == Kind.BOOL) {
      throw new LanesException(Code.TYPE, "integers fill an integer array, not " + dtype);
    }
    requireWritable(output);
    if (low >= high) {
      throw new LanesException(
          Code.LIMIT, "there is no whole number from " + low + " below " + high);
    }
    if (!Element.holds(dtype, low) || !Element.holds(dtype, high - 1)) {
      throw new LanesException(
          Code.CAST, dtype + " does not hold all numbers from " + low + " below " + high);
    }
    long range = high - low;
    long first = take(output);
    if (Lanes.isNative()) {
      new ArrayCall("the filling", UNIFORM_NANOS, output.layout().shape, output)
          .run(call -> NativeLanes.randomIntegers(call, seed, number, first, low, range));
    } else {
      fillLongs(output, first, low, range);
    }
    return output;
  }

  private static void requireFloats(NDArray output) {
    if (output.dtype() != DType.FLOAT64 && output.dtype() != DType.FLOAT32) {
      throw new LanesException(
          Code.TYPE, "the output must be float64 or float32, not " + output.dtype());
    }
    requireWritable(output);
  }

  private static void requireWritable(NDArray output) {
    if (output.isReadOnly()) {
      throw new LanesException(Code.READ_ONLY, "the output is read-only");
    }
  }

  private long take(NDArray output) {
    return position.getAndAdd(output.size());
  }

  // ---- The reference ----

  private interface Distribution {
    double of(long word);
  }

  private void fillDoubles(NDArray output, long first, Distribution distribution) {
    double[] block = new double[BLOCK];
    Elements writer = new Elements(output, output.layout().shape);
    output.memory().acquire();
    try {
      for (long done = 0; done < output.size(); done += BLOCK) {
        int n = (int) Math.min(BLOCK, output.size() - done);
        for (int i = 0; i < n; i++) {
          block[i] = distribution.of(word(first + done + i));
        }
        writer.store(block, n);
      }
    } finally {
      output.memory().release();
    }
  }

  private void fillLongs(NDArray output, long first, long low, long range) {
    long refused = Long.remainderUnsigned(-range, range);
    long[] block = new long[BLOCK];
    Elements writer = new Elements(output, output.layout().shape);
    output.memory().acquire();
    try {
      for (long done = 0; done < output.size(); done += BLOCK) {
        int n = (int) Math.min(BLOCK, output.size() - done);
        for (int i = 0; i < n; i++) {
          long at = first + done + i;
          long word = word(at);
          for (int attempt = 1; Long.compareUnsigned(word * range, refused) < 0; attempt++) {
            int[] numbers = philox(seed, (int) at, (int) (at >>> 32), (int) number, attempt);
            word = joined(numbers[0], numbers[1]);
          }
          block[i] = low + upperHalf(word, range);
        }
        writer.store(block, n);
      }
    } finally {
      output.memory().release();
    }
  }

  /** The upper 64 bits of an unsigned product. */
  private static long upperHalf(long a, long b) {
    return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
  }

  /** The word at a position; lanes.h says how it is made. */
  private long word(long at) {
    int inGroup = (int) (at & 15);
    long block = (at >>> 4 << 3) + (inGroup & 7);
    int[] numbers = philox(seed, (int) block, (int) (block >>> 32), (int) number, 0);
    int half = inGroup >> 3 << 1;
    return joined(numbers[half], numbers[half + 1]);
  }

  private static long joined(int low, int high) {
    return (low & 0xffffffffL) | (long) high << 32;
  }

  /** One block of Philox4x32 with 10 rounds. */
  static int[] philox(long key, int c0, int c1, int c2, int c3) {
    int[] counter = {c0, c1, c2, c3};
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int round = 0; round < 10; round++) {
      long p0 = 0xD2511F53L * (counter[0] & 0xffffffffL);
      long p1 = 0xCD9E8D57L * (counter[2] & 0xffffffffL);
      counter[0] = (int) (p1 >>> 32) ^ counter[1] ^ k0;
      counter[1] = (int) p1;
      counter[2] = (int) (p0 >>> 32) ^ counter[3] ^ k1;
      counter[3] = (int) p0;
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    return counter;
  }
}
