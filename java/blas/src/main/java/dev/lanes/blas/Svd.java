package dev.lanes.blas;

import dev.lanes.NDArray;

/**
 * A matrix as {@code u diag(s) vt}.
 *
 * @param u with orthonormal columns, {@code [..., m, k]}
 * @param s singular values, falling, {@code [..., min(m, n)]}; real
 * @param vt with orthonormal rows, {@code [..., k, n]}; the conjugate transpose of the right
 *     singular vectors
 */
public record Svd(NDArray u, NDArray s, NDArray vt) implements AutoCloseable {
  @Override
  public void close() {
    u.close();
    s.close();
    vt.close();
  }
}
