package dev.lanes.bench;

import dev.lanes.DType;
import dev.lanes.Hold;
import dev.lanes.Lanes;
import dev.lanes.NDArray;
import dev.lanes.blas.LinearAlgebra;
import dev.lanes.blas.Transpose;
import dev.ludovic.netlib.blas.JavaBLAS;
import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.ejml.concurrency.EjmlConcurrency;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CommonOps_MT_DDRM;
import org.ojalgo.OjAlgoUtils;
import org.ojalgo.matrix.store.R064Store;

/** Who multiplies matrices. */
public enum Multiplier {
  /** {@link LinearAlgebra#gemm}. */
  LANES {
    @Override
    Product prepare(double[] a, double[] b, int n) {
      NDArray left = NDArray.of(a, n, n);
      NDArray right = NDArray.of(b, n, n);
      NDArray out = NDArray.allocate(DType.FLOAT64, n, n);
      return new Product() {
        @Override
        public void multiply() {
          LinearAlgebra.gemm(1, left, Transpose.NONE, right, Transpose.NONE, 0, out);
        }

        @Override
        public double get(int row, int column) {
          return out.getDouble(row, column);
        }
      };
    }
  },
  /** The function below it, called by hand on the same sort of memory and threads. */
  CBLAS {
    @Override
    Product prepare(double[] a, double[] b, int n) {
      NDArray left = NDArray.of(a, n, n);
      NDArray right = NDArray.of(b, n, n);
      NDArray out = NDArray.allocate(DType.FLOAT64, n, n);
      DoublePointer x = new At(left.hold());
      DoublePointer y = new At(right.hold());
      DoublePointer z = new At(out.hold());
      openblas_nolapack.blas_set_num_threads(Lanes.threads());
      return new Product() {
        @Override
        public void multiply() {
          openblas_nolapack.cblas_dgemm(
              openblas_nolapack.CblasRowMajor,
              openblas_nolapack.CblasNoTrans,
              openblas_nolapack.CblasNoTrans,
              n,
              n,
              n,
              1.0,
              x,
              n,
              y,
              n,
              0.0,
              z,
              n);
        }

        @Override
        public double get(int row, int column) {
          return out.getDouble(row, column);
        }
      };
    }
  },
  /** Efficient Java Matrix Library, on several threads where they help it. */
  EJML {
    @Override
    Product prepare(double[] a, double[] b, int n) {
      EjmlConcurrency.setMaxThreads(Lanes.threads());
      DMatrixRMaj left = DMatrixRMaj.wrap(n, n, a);
      DMatrixRMaj right = DMatrixRMaj.wrap(n, n, b);
      DMatrixRMaj out = new DMatrixRMaj(n, n);
      return new Product() {
        @Override
        public void multiply() {
          if (n < 100 || Lanes.threads() == 1) {
            CommonOps_DDRM.mult(left, right, out);
          } else {
            CommonOps_MT_DDRM.mult(left, right, out);
          }
        }

        @Override
        public double get(int row, int column) {
          return out.get(row, column);
        }
      };
    }
  },
  /** ojAlgo. */
  OJALGO {
    @Override
    Product prepare(double[] a, double[] b, int n) {
      OjAlgoUtils.limitThreadsTo(Lanes.threads());
      R064Store left = R064Store.FACTORY.make(n, n);
      R064Store right = R064Store.FACTORY.make(n, n);
      for (int i = 0; i < n * n; i++) {
        left.set(i / n, i % n, a[i]);
        right.set(i / n, i % n, b[i]);
      }
      R064Store out = R064Store.FACTORY.make(n, n);
      return new Product() {
        @Override
        public void multiply() {
          out.fillByMultiplying(left, right);
        }

        @Override
        public double get(int row, int column) {
          return out.doubleValue(row, column);
        }
      };
    }
  },
  /** Netlib in Java with the Vector API, on one thread; it counts columns first. */
  NETLIB {
    @Override
    Product prepare(double[] a, double[] b, int n) {
      double[] out = new double[n * n];
      JavaBLAS blas = JavaBLAS.getInstance();
      return new Product() {
        @Override
        public void multiply() {
          blas.dgemm("N", "N", n, n, n, 1, b, n, a, n, 0, out, n);
        }

        @Override
        public double get(int row, int column) {
          return out[row * n + column];
        }
      };
    }
  },
  /** Three loops, in the order that the JIT vectorises. */
  JAVA_LOOP {
    @Override
    Product prepare(double[] a, double[] b, int n) {
      double[] out = new double[n * n];
      return new Product() {
        @Override
        public void multiply() {
          Arrays.fill(out, 0);
          for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
              double factor = a[i * n + k];
              for (int j = 0; j < n; j++) {
                out[i * n + j] += factor * b[k * n + j];
              }
            }
          }
        }

        @Override
        public double get(int row, int column) {
          return out[row * n + column];
        }
      };
    }
  };

  /** The same matrices into the same one, again and again. */
  interface Product {
    /** Multiplies. */
    void multiply();

    /** An element of the product. */
    double get(int row, int column);
  }

  /** A plain address; the array stays held. */
  private static final class At extends DoublePointer {
    At(Hold hold) {
      address = hold.address();
    }
  }

  /**
   * Prepares a product, on {@link Lanes#threads} threads where there may be several.
   *
   * @param a of n rows, in C order, like the other one
   */
  abstract Product prepare(double[] a, double[] b, int n);
}
