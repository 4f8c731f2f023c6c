package dev.lanes.blas;

/** Ways to measure a vector (rank 1) or a matrix (rank 2). */
public enum Norm {
  /** Root of the sum of all squared magnitudes; of a vector its length. */
  FROBENIUS,
  /** Of a matrix its largest singular value; of a vector its length. */
  TWO,
  /** Of a matrix the largest sum of magnitudes of a column; of a vector the sum of magnitudes. */
  ONE,
  /** Of a matrix the largest sum of magnitudes of a row; of a vector the largest magnitude. */
  INFINITY,
  /** Sum of the singular values of a matrix. */
  NUCLEAR
}
