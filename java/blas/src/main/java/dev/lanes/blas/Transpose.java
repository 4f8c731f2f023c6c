package dev.lanes.blas;

/** What a product takes of an operand. */
public enum Transpose {
  /** The matrix as it is. */
  NONE,
  /** Its transpose. */
  TRANSPOSE,
  /** Its conjugate transpose; the transpose of a real matrix. */
  CONJUGATE
}
