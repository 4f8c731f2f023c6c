package dev.lanes;

import dev.lanes.LanesException.Code;

/**
 * Keeps the memory of an array from being given back while another native library works on it, and
 * tells that library where the elements are.
 *
 * <pre>{@code
 * try (Hold hold = array.hold()) {
 *   library.call(hold.address(), array.stride(0), array.length(0));
 * }
 * }</pre>
 *
 * <p>To be used and closed by one thread.
 */
public final class Hold implements AutoCloseable {
  private final Memory memory;
  private final long address;
  private boolean open = true;

  private Hold(Memory memory, long address) {
    this.memory = memory;
    this.address = address;
  }

  static Hold of(NDArray array) {
    Memory memory = array.memory();
    memory.acquire();
    long place = memory.address();
    if (place == 0) {
      place = memory.place();
    }
    if (place == 0 && memory.bytes() > 0) {
      memory.release();
      throw new LanesException(
          Code.NATIVE,
          "without the native library the address of this array is not known; copy it, or see"
              + " Lanes.whyNotNative()");
    }
    return new Hold(memory, place + array.offset());
  }

  /**
   * Tells where the first element is. Bytes outside the array's elements are not to be written, nor
   * any byte of a read-only array.
   *
   * @return the address, good until {@link #close()}; of an array without elements not to be used
   */
  public long address() {
    return address;
  }

  /** Ends the use of the address. May be called again. */
  @Override
  public void close() {
    if (open) {
      open = false;
      memory.release();
    }
  }
}
