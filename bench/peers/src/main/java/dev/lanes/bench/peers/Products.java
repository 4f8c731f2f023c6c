package dev.lanes.bench.peers;

import java.util.Arrays;
import java.util.Locale;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The products of GemmBenchmark by ND4J, on as many threads as OMP_NUM_THREADS says: medians in
 * milliseconds, one JSON line each.
 */
public final class Products {

  private Products() {}

  /**
   * Checks, then times.
   *
   * @param arguments sizes, by default 32, 256 and 1024
   */
  public static void main(String[] arguments) {
    String[] sizes = arguments.length == 0 ? new String[] {"32", "256", "1024"} : arguments;
    for (String size : sizes) {
      int n = Integer.parseInt(size);
      INDArray a = Nd4j.rand(DataType.DOUBLE, n, n);
      INDArray b = Nd4j.rand(DataType.DOUBLE, n, n);
      INDArray out = Nd4j.createUninitialized(DataType.DOUBLE, new long[] {n, n}, 'f');
      a.mmuli(b, out);
      double expected = 0;
      for (int k = 0; k < n; k++) {
        expected += a.getDouble(n / 2, k) * b.getDouble(k, n / 3);
      }
      if (Math.abs(out.getDouble(n / 2, n / 3) - expected) > 1e-10 * expected) {
        throw new IllegalStateException("the product is wrong");
      }
      System.out.printf(
          Locale.ROOT, "{\"peer\": \"nd4j\", \"n\": %d, \"ms\": %.5f}%n", n, time(a, b, out));
    }
    System.exit(0); // libraries leave threads behind
  }

  private static double time(INDArray a, INDArray b, INDArray out) {
    double n = a.rows();
    int times = (int) Math.max(1, 2e8 / (n * n * n));
    double[] taken = new double[n > 2048 ? 3 : 40];
    for (int round = -taken.length / 4; round < taken.length; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < times; i++) {
        a.mmuli(b, out);
      }
      taken[Math.max(round, 0)] = (System.nanoTime() - start) * 1e-6 / times;
    }
    Arrays.sort(taken);
    return taken[taken.length / 2];
  }
}
