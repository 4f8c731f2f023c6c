package dev.lanes;

import java.util.SplittableRandom;

/** Sequences that are hard for one or another way to sort, of any dtype. */
enum OrderPatterns {
  RANDOM {
    @Override
    long value(int i, int n, SplittableRandom random) {
      return random.nextLong();
    }
  },
  SORTED {
    @Override
    long value(int i, int n, SplittableRandom random) {
      return i - n / 2;
    }
  },
  REVERSED {
    @Override
    long value(int i, int n, SplittableRandom random) {
      return n / 2 - i;
    }
  },
  ALL_EQUAL {
    @Override
    long value(int i, int n, SplittableRandom random) {
      return 7;
    }
  },
  ORGAN_PIPE {
    @Override
    long value(int i, int n, SplittableRandom random) {
      return Math.min(i, n - i);
    }
  },
  SAWTOOTH {
    @Override
    long value(int i, int n, SplittableRandom random) {
      return i % 97;
    }
  },
  FEW_DISTINCT {
    @Override
    long value(int i, int n, SplittableRandom random) {
      return random.nextInt(4) - 2;
    }
  },
  MOSTLY_ONE {
    @Override
    long value(int i, int n, SplittableRandom random) {
      return random.nextInt(50) == 0 ? random.nextLong() : 3;
    }
  },
  /** Sorted but for some elements at the end. */
  APPENDED {
    @Override
    long value(int i, int n, SplittableRandom random) {
      return i < n - n / 20 ? i : random.nextInt(n);
    }
  },
  /** Every third one the largest or smallest value; of floats NaN, infinity or zero of any sign. */
  EXTREME {
    @Override
    long value(int i, int n, SplittableRandom random) {
      return random.nextInt(3) == 0 ? SPECIAL + random.nextInt(6) : random.nextLong();
    }
  };

  private static final long SPECIAL = 0x7123456789abcdefL;
  private static final double[] FLOATS = {
    Double.NaN, -Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.0, -0.0
  };
  private static final long[] INTEGERS = {
    Long.MIN_VALUE, Long.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE, 0, -1
  };

  abstract long value(int i, int n, SplittableRandom random);

  /** An array of rank 1; integers keep their low bits. */
  NDArray make(DType dtype, int n) {
    SplittableRandom random = new SplittableRandom(31L * n + ordinal());
    NDArray array = NDArray.allocate(dtype, n);
    boolean isInteger = Element.isInteger(dtype);
    for (int i = 0; i < n; i++) {
      long value = value(i, n, random);
      long special = value - SPECIAL;
      boolean isSpecial = special >= 0 && special < FLOATS.length;
      if (isInteger) {
        Element.putLong(
            array.memory(),
            dtype,
            (long) i * dtype.bytes(),
            isSpecial ? INTEGERS[(int) special] : value);
      } else {
        // Random bits become numbers of every size that float16 has.
        array.setDouble(
            isSpecial
                ? FLOATS[(int) special]
                : Math.abs(value) < 1L << 32 ? value : value * 0x1p-63 * (1L << (value & 15)),
            i);
      }
    }
    return array;
  }
}
