package dev.lanes;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/** Hands the plan of a filter to the native library, in one call. The caller holds the memory. */
final class NativeFilters {

  private NativeFilters() {}

  static void run(FilterPlan plan, NDArray image, NDArray output, int threads, Watch watch) {
    int rank = image.rank();
    boolean isWindow = plan.window() != null;
    int weights =
        isWindow
            ? plan.window().weights() == null ? 0 : plan.window().weights().length
            : plan.passes().stream().mapToInt(pass -> pass.weights().length).sum();
    int words = 12 + 5 * rank + 11 * plan.passes().size();
    ByteBuffer call =
        ByteBuffer.allocateDirect((words + weights) * Long.BYTES).order(ByteOrder.nativeOrder());
    long address = NativeLanes.address(call);
    LongBuffer out = call.asLongBuffer();
    out.put(watch.address()).put(threads);
    out.put(image.memory().address() + image.offset()).put(image.dtype().code());
    out.put(output.memory().address() + output.offset()).put(output.dtype().code());
    out.put(rank);
    long weightsAt = address + (long) words * Long.BYTES;
    int status;
    if (isWindow) {
      out.put(plan.window().weights() == null ? 1 : 0);
      putLayouts(out, image, output);
      put(out, plan.window(), weightsAt);
      status = watch.call(() -> NativeLanes.filterWindows(address));
    } else {
      out.put(plan.passes().size());
      putLayouts(out, image, output);
      for (FilterPlan.Pass pass : plan.passes()) {
        put(out, pass, weightsAt, address);
        weightsAt += (long) pass.weights().length * Double.BYTES;
      }
      status = watch.call(() -> NativeLanes.filterLines(address));
    }
    Reference.reachabilityFence(call);
    NativeEngine.require(status, watch, "the filter");
  }

  private static void putLayouts(LongBuffer out, NDArray image, NDArray output) {
    out.put(image.layout().shape).put(image.layout().strides).put(output.layout().strides);
  }

  private static void put(LongBuffer out, FilterPlan.Pass pass, long weightsAt, long address) {
    out.put(pass.op().ordinal()).put(pass.axis()).put(pass.mode().ordinal());
    out.put(Double.doubleToRawLongBits(pass.constant())).put(pass.size()).put(pass.before());
    out.put(weightsAt).put(pass.symmetry()).put(pass.whole()).put(pass.part()).put(pass.repeats());
    putWeights(out, pass.weights(), weightsAt - address);
  }

  private static void put(LongBuffer out, FilterPlan.Window window, long weightsAt) {
    out.put(window.shape()).put(window.before()).put(window.mode().ordinal());
    out.put(Double.doubleToRawLongBits(window.constant())).put(weightsAt).put(window.order());
    if (window.weights() != null) {
      putWeights(
          out, window.weights(), (long) (out.capacity() - window.weights().length) * Double.BYTES);
    }
  }

  private static void putWeights(LongBuffer out, double[] weights, long offset) {
    int at = (int) (offset / Double.BYTES);
    for (int i = 0; i < weights.length; i++) {
      out.put(at + i, Double.doubleToRawLongBits(weights[i]));
    }
  }
}
