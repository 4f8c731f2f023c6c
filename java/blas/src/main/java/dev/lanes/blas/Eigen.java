package dev.lanes.blas;

import dev.lanes.NDArray;

/**
 * Eigenvalues and right eigenvectors.
 *
 * @param values shape {@code [..., n]}
 * @param vectors shape {@code [..., n, n]}; column {@code i} has length 1 and belongs to value
 *     {@code i}
 */
public record Eigen(NDArray values, NDArray vectors) implements AutoCloseable {
  @Override
  public void close() {
    values.close();
    vectors.close();
  }
}
