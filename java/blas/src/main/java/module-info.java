/** Linear algebra over arrays. */
module dev.lanes.blas {
  requires transitive dev.lanes;
  requires org.bytedeco.javacpp;
  requires org.bytedeco.openblas;

  exports dev.lanes.blas;
}
