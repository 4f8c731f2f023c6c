/** Array expressions, run by SIMD kernels on every core. */
module dev.lanes {
  requires jdk.management;
  requires jdk.unsupported;
  requires static me.tongfei.progressbar;
  requires static org.bytedeco.javacpp;

  exports dev.lanes;
  exports dev.lanes.io;
}
