/** Array expressions, run by SIMD kernels on every core. */
module dev.lanes {
  requires static org.bytedeco.javacpp;

  exports dev.lanes;
}
