package dev.lanes.blas;

import dev.lanes.NDArray;

/**
 * A matrix as {@code q r}.
 *
 * @param q with orthonormal columns, {@code [..., m, k]}
 * @param r upper triangular, {@code [..., k, n]}
 */
public record Qr(NDArray q, NDArray r) implements AutoCloseable {
  @Override
  public void close() {
    q.close();
    r.close();
  }
}
