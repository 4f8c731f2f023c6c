package dev.lanes;

import dev.lanes.LanesException.Code;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A C function in a shared library of the user's, found when its address is first asked for. */
final class NativeFunction {

  private static final int NO_FUNCTION = 7;
  private static final int OTHER_SIGNATURE = 8;

  private final Path library;
  private final String symbol;
  private final String signature;
  private long address;

  NativeFunction(Path library, String symbol, String signature) {
    this.library = library.toAbsolutePath();
    this.symbol = symbol;
    this.signature = signature;
  }

  /**
   * Loads the library and finds the function.
   *
   * @throws LanesException code NATIVE, saying what is wrong
   */
  synchronized long address() {
    if (address == 0) {
      NativeEngine.instance();
      address = find(open());
    }
    return address;
  }

  private long open() {
    if (!Files.isRegularFile(library)) {
      throw new LanesException(Code.NATIVE, "there is no library " + library);
    }
    try {
      NativeLibrary.requireWhole(library);
    } catch (IOException e) {
      throw new LanesException(Code.NATIVE, e.getMessage(), e);
    }
    ByteBuffer path = text(library.toString());
    ByteBuffer message = ByteBuffer.allocateDirect(1 << 10);
    long handle =
        NativeLanes.openLibrary(
            NativeLanes.address(path), NativeLanes.address(message), message.capacity());
    Reference.reachabilityFence(path);
    if (handle == 0) {
      byte[] bytes = new byte[message.capacity()];
      message.get(bytes);
      String why = new String(bytes, StandardCharsets.UTF_8);
      throw new LanesException(
          Code.NATIVE, "cannot load a library: " + why.substring(0, why.indexOf(0)));
    }
    return handle;
  }

  private long find(long handle) {
    ByteBuffer name = text(symbol);
    ByteBuffer wanted = text(signature);
    ByteBuffer found = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.nativeOrder());
    int status =
        NativeLanes.findFunction(
            handle,
            NativeLanes.address(name),
            NativeLanes.address(wanted),
            NativeLanes.address(found));
    Reference.reachabilityFence(name);
    Reference.reachabilityFence(wanted);
    String where = "'" + symbol + "' in " + library;
    if (status == NO_FUNCTION) {
      throw new LanesException(
          Code.NATIVE,
          "there is no function "
              + where
              + "; it must be exported under this very name (extern \"C\" in C++)");
    }
    if (status == OTHER_SIGNATURE) {
      throw new LanesException(
          Code.NATIVE, where + " declares another signature than " + signature);
    }
    return found.getLong(0);
  }

  private static ByteBuffer text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocateDirect(bytes.length + 1).put(bytes).put((byte) 0);
  }
}
