/** Linear algebra over arrays: products, factorisations, equations, eigenvalues. */
package dev.lanes.blas;
