package dev.lanes.blas;

import dev.lanes.DType;
import dev.lanes.Hold;
import dev.lanes.Lanes;
import dev.lanes.LanesException;
import dev.lanes.LanesException.Code;
import dev.lanes.NDArray;
import dev.lanes.NDArray.Order;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.IntSupplier;

/**
 * Factorisations, equations and eigenvalues by LAPACK, which wants Fortran order and overwrites
 * what it is given. Where it can, an array in C order is handed over as its transpose, and what
 * LAPACK finds for that is what was asked for, in C order.
 */
final class NativeLapack {
  /** Rows that blocked algorithms work on at a time, and more. */
  private static final int BLOCK = 64;

  /** Beyond it the length of LAPACK's working memory for these is no int any more. */
  private static final long MOST_SVD = 23_000;

  private static final long MOST_EIGH = 32_000;

  /** From here on OpenBLAS may factor in parallel; it does from 200 rows on. */
  private static final int PARALLEL_LU = 100;

  private static final long LU_STACK = 64L << 20;

  private NativeLapack() {}

  /** Runs a function of LAPACK; what it returns is 0 or tells where the mathematics failed. */
  private static int run(IntSupplier function) {
    int info;
    BlasThreads.enter();
    try {
      info = function.getAsInt();
    } finally {
      BlasThreads.leave();
    }
    if (info <= -1010) {
      throw new OutOfMemoryError("LAPACK found no memory to work in");
    }
    if (info < 0) {
      throw new LanesException(
          Code.NATIVE, "LAPACK refused argument " + -info + "; this is a defect of Lanes");
    }
    return info;
  }

  /**
   * LU factors. In parallel OpenBLAS recurses, with half a megabyte of stack at each level; a JVM's
   * threads have one megabyte and end the process when they run out in native code. Hence a thread
   * with more.
   */
  private static int factor(LapackRoutines routines, int n, long a, long pivots) {
    if (n < PARALLEL_LU || Lanes.threadsHere() == 1) {
      return run(() -> routines.getrf(n, a, pivots));
    }
    FutureTask<Integer> task = new FutureTask<>(() -> routines.getrf(n, a, pivots));
    return run(
        () -> {
          new Thread(null, task, "lanes-blas", LU_STACK).start();
          return await(task);
        });
  }

  /** Waits to the end, for the memory is in use until then; an interrupt is kept for the caller. */
  private static int await(FutureTask<Integer> task) {
    boolean wasInterrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          wasInterrupted = true;
        } catch (ExecutionException e) {
          throw new LanesException(Code.NATIVE, "LAPACK cannot be called: " + e.getCause(), e);
        }
      }
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void requireAtMost(long n, long most) {
    if (n > most) {
      throw new LanesException(
          Code.LIMIT, "LAPACK takes at most " + most + " rows and columns here, not " + n);
    }
  }

  /** Whether columns are closer together than rows, so that Fortran order is the quicker copy. */
  private static Order orderOf(NDArray a) {
    return Math.abs(a.stride(0)) < Math.abs(a.stride(1)) ? Order.FORTRAN : Order.C;
  }

  static boolean solve(NDArray a, NDArray b, NDArray x) {
    int n = (int) a.length(0);
    int columns = (int) b.length(1);
    Order order = orderOf(a);
    LapackRoutines routines = LapackRoutines.of(a.dtype());
    try (NDArray lu = a.copy(order);
        NDArray right = b.copy(Order.FORTRAN);
        NDArray pivots = NDArray.allocate(DType.INT32, n);
        Hold atLu = lu.hold();
        Hold atRight = right.hold();
        Hold atPivots = pivots.hold()) {
      if (factor(routines, n, atLu.address(), atPivots.address()) > 0) {
        return false;
      }
      byte trans = (byte) (order == Order.C ? 'T' : 'N');
      run(
          () ->
              routines.getrs(
                  trans, n, columns, atLu.address(), atPivots.address(), atRight.address()));
      x.copyFrom(right);
      return true;
    }
  }

  static double[] determinant(NDArray a) {
    int n = (int) a.length(0);
    LapackRoutines routines = LapackRoutines.of(a.dtype());
    try (NDArray lu = a.copy(orderOf(a));
        NDArray pivots = NDArray.allocate(DType.INT32, n);
        Hold atLu = lu.hold();
        Hold atPivots = pivots.hold()) {
      factor(routines, n, atLu.address(), atPivots.address());
      int[] rows = pivots.toIntArray();
      boolean isOdd = false;
      for (int i = 0; i < n; i++) {
        isOdd ^= rows[i] != i + 1;
      }
      ScaledProduct product = new ScaledProduct(isOdd ? -1 : 1);
      for (int i = 0; i < n; i++) {
        double[] pivot = lu.getComplex(i, i);
        product.multiply(pivot[0], pivot[1]);
      }
      return product.value();
    }
  }

  static boolean cholesky(NDArray a, NDArray l) {
    int n = (int) a.length(0);
    for (int i = 0; i < n; i++) {
      l.select(0, i).slice(0, 0, i + 1).copyFrom(a.select(0, i).slice(0, 0, i + 1));
    }
    try (Hold at = l.hold()) {
      // The lower triangle in C order is the upper one of the transpose.
      if (run(() -> LapackRoutines.of(a.dtype()).potrf((byte) 'U', n, at.address())) != 0) {
        return false;
      }
    }
    for (int i = 0; i < n; i++) {
      if (!(l.getComplex(i, i)[0] > 0)) {
        return false; // NaN, which it does not look for
      }
    }
    return true;
  }

  /** The transpose of a is l q', hence a is q'^T l^T. */
  static void qr(NDArray a, NDArray q, NDArray r) {
    int m = (int) a.length(0);
    int n = (int) a.length(1);
    int k = Math.min(m, n);
    int columns = (int) q.length(1);
    int width = Math.max(n, columns);
    int length = (int) Math.min(Integer.MAX_VALUE, (long) BLOCK * width);
    LapackRoutines routines = LapackRoutines.of(a.dtype());
    try (NDArray work = NDArray.allocate(a.dtype(), m, width);
        NDArray tau = NDArray.allocate(a.dtype(), k);
        NDArray space = NDArray.allocate(a.dtype(), length);
        Hold at = work.hold();
        Hold atTau = tau.hold();
        Hold atSpace = space.hold()) {
      NDArray factored = work.slice(1, 0, n);
      factored.copyFrom(a);
      run(
          () ->
              routines.gelqf(
                  n, m, at.address(), width, atTau.address(), atSpace.address(), length));
      for (int i = 0; i < k; i++) {
        r.select(0, i).slice(0, i, n).copyFrom(factored.select(0, i).slice(0, i, n));
      }
      run(
          () ->
              routines.orglq(
                  columns, m, k, at.address(), width, atTau.address(), atSpace.address(), length));
      q.copyFrom(work.slice(1, 0, columns));
    }
  }

  /** The transpose of a is vt^T diag(s) u^T. */
  static boolean svd(NDArray a, NDArray u, NDArray s, NDArray vt) {
    int m = (int) a.length(0);
    int n = (int) a.length(1);
    requireAtMost(Math.min(m, n), MOST_SVD);
    LapackRoutines routines = LapackRoutines.of(a.dtype());
    try (NDArray work = a.copy(Order.C);
        Hold at = work.hold();
        Hold atS = s.hold()) {
      if (u == null) {
        return run(() -> routines.gesdd((byte) 'N', n, m, at.address(), atS.address(), 0, n, 0, m))
            == 0;
      }
      byte job = (byte) (u.length(1) == m && vt.length(0) == n ? 'A' : 'S');
      int columns = (int) u.length(1);
      try (Hold atU = u.hold();
          Hold atVt = vt.hold()) {
        return run(
                () ->
                    routines.gesdd(
                        job,
                        n,
                        m,
                        at.address(),
                        atS.address(),
                        atVt.address(),
                        n,
                        atU.address(),
                        columns))
            == 0;
      }
    }
  }

  static boolean eigh(NDArray a, NDArray values, NDArray vectors) {
    int n = (int) a.length(0);
    requireAtMost(n, MOST_EIGH);
    try (NDArray work = a.copy(Order.FORTRAN);
        Hold at = work.hold();
        Hold atValues = values.hold()) {
      int info =
          run(
              () ->
                  LapackRoutines.of(a.dtype())
                      .heevd((byte) 'L', n, at.address(), atValues.address()));
      vectors.copyFrom(work);
      return info == 0;
    }
  }

  static boolean eig(NDArray a, NDArray values, NDArray vectors) {
    return Types.isComplex(a.dtype())
        ? complexEig(a, values, vectors)
        : realEig(a, values, vectors);
  }

  private static boolean complexEig(NDArray a, NDArray values, NDArray vectors) {
    int n = (int) a.length(0);
    try (NDArray work = a.copy(Order.FORTRAN);
        NDArray columns = NDArray.allocate(a.dtype(), Order.FORTRAN, n, n);
        Hold at = work.hold();
        Hold atValues = values.hold();
        Hold atColumns = columns.hold()) {
      int info =
          run(
              () ->
                  LapackRoutines.of(a.dtype())
                      .geev(n, at.address(), atValues.address(), 0, atColumns.address()));
      vectors.copyFrom(columns);
      return info == 0;
    }
  }

  /** LAPACK gives a conjugate pair as the real and the imaginary part of its first vector. */
  private static boolean realEig(NDArray a, NDArray values, NDArray vectors) {
    int n = (int) a.length(0);
    try (NDArray work = a.copy(Order.FORTRAN);
        NDArray columns = NDArray.allocate(a.dtype(), Order.FORTRAN, n, n);
        NDArray real = NDArray.allocate(a.dtype(), n);
        NDArray imaginary = NDArray.allocate(a.dtype(), n);
        Hold at = work.hold();
        Hold atReal = real.hold();
        Hold atImaginary = imaginary.hold();
        Hold atColumns = columns.hold()) {
      int info =
          run(
              () ->
                  LapackRoutines.of(a.dtype())
                      .geev(
                          n,
                          at.address(),
                          atReal.address(),
                          atImaginary.address(),
                          atColumns.address()));
      double[] re = real.toDoubleArray();
      double[] im = imaginary.toDoubleArray();
      for (int i = 0; i < n; i++) {
        values.setComplex(re[i], im[i], i);
      }
      ByteBuffer row = ByteBuffer.allocate(2 * n * Double.BYTES).order(ByteOrder.nativeOrder());
      for (int i = 0; i < n; i++) {
        double[] parts = columns.select(0, i).toDoubleArray();
        row.clear();
        for (int j = 0; j < n; j++) {
          boolean isSecond = im[j] < 0;
          boolean isPair = im[j] != 0;
          int first = isSecond ? j - 1 : j;
          double other = isPair ? parts[first + 1] : 0;
          row.putDouble(parts[first]).putDouble(isSecond ? -other : other);
        }
        vectors.select(0, i).copyFrom(0, row.flip());
      }
      return info == 0;
    }
  }

  static int leastSquares(NDArray a, NDArray b, NDArray x, NDArray s, double rcond) {
    int m = (int) a.length(0);
    int n = (int) a.length(1);
    int columns = (int) b.length(1);
    int rows = Math.max(m, n);
    try (NDArray work = a.copy(Order.FORTRAN);
        NDArray right = NDArray.allocate(a.dtype(), Order.FORTRAN, rows, columns);
        NDArray rank = NDArray.allocate(DType.INT32, 1);
        Hold at = work.hold();
        Hold atRight = right.hold();
        Hold atS = s.hold();
        Hold atRank = rank.hold()) {
      right.slice(0, 0, m).copyFrom(b);
      int info =
          run(
              () ->
                  LapackRoutines.of(a.dtype())
                      .gelsd(
                          m,
                          n,
                          columns,
                          at.address(),
                          atRight.address(),
                          rows,
                          atS.address(),
                          rcond,
                          atRank.address()));
      x.copyFrom(right.slice(0, 0, n));
      return info == 0 ? (int) rank.getLong(0) : -1;
    }
  }
}
