package dev.lanes;

import dev.lanes.LanesException.Code;
import dev.lanes.lang.Argument;
import dev.lanes.lang.OperatorTable;
import dev.lanes.lang.Parser;
import dev.lanes.lang.Program;
import dev.lanes.lang.Translator;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongBinaryOperator;

/**
 * Runs programs in the native library: one crossing per evaluation, SIMD kernels on cache-sized
 * blocks, all cores where it pays.
 */
public final class NativeEngine extends Engine {

  private static final Cleaner CLEANER = Cleaner.create();
  private static final int BAD_ARGUMENT = 1;
  private static final int NO_MEMORY = 3;
  private static final int CANCELLED = 4;
  private static final int UNSUPPORTED_CPU = 5;

  /** Calls whose words are written together; keeps them to some megabytes. */
  private static final int MOST_AT_ONCE = 1 << 14;

  private final Path folder;
  private final List<String> isas;
  private final String isa;

  /**
   * Loads the library and makes sure that it is the right one and works.
   *
   * @throws LanesException code NATIVE, saying what is wrong
   */
  private NativeEngine() {
    folder = NativeLibrary.load();
    requireSameTable(text(NativeLanes::table));
    isas = List.of(text(NativeLanes::isas).split(","));
    String wanted = System.getProperty("lanes.isa", "");
    int status = selectIsa(wanted);
    if (status == UNSUPPORTED_CPU) {
      throw new LanesException(
          Code.NATIVE,
          "this processor has none of the instruction sets that the library was built for");
    }
    if (status != 0) {
      throw new LanesException(
          Code.NATIVE,
          "-Dlanes.isa="
              + wanted
              + " is not to be had; this machine has "
              + String.join(" ", isas));
    }
    isa = text(NativeLanes::isa);
    checkItself();
  }

  /** The engine, or why there is none. */
  private static final class Holder {
    static final NativeEngine ENGINE;
    static final LanesException CAUSE;

    static {
      NativeEngine engine = null;
      LanesException cause = null;
      try {
        engine = new NativeEngine();
      } catch (LanesException e) {
        cause = e;
      } catch (LinkageError | RuntimeException e) {
        cause = new LanesException(Code.NATIVE, "the native library cannot be used: " + e, e);
      }
      ENGINE = engine;
      CAUSE = cause;
    }
  }

  /**
   * The engine, loaded at the first call.
   *
   * @return the one instance
   * @throws LanesException code NATIVE when it cannot be used, saying why
   */
  public static NativeEngine instance() {
    if (Holder.ENGINE == null) {
      throw new LanesException(Code.NATIVE, Holder.CAUSE.getMessage(), Holder.CAUSE);
    }
    return Holder.ENGINE;
  }

  /** Why {@link #instance()} throws, or null. */
  static LanesException whyNot() {
    return Holder.CAUSE;
  }

  @Override
  public String name() {
    return "native";
  }

  String isa() {
    return isa;
  }

  List<String> isas() {
    return isas;
  }

  Path folder() {
    return folder;
  }

  private static void requireSameTable(String theirs) {
    String ours = OperatorTable.handshake();
    if (!theirs.equals(ours)) {
      String[] a = ours.split("\n");
      String[] b = theirs.split("\n");
      int i = 0;
      while (i < a.length && i < b.length && a[i].equals(b[i])) {
        i++;
      }
      throw new LanesException(
          Code.NATIVE,
          "the native library was built from another operator table: it has '"
              + (i < b.length ? b[i] : "nothing")
              + "' where '"
              + (i < a.length ? a[i] : "nothing")
              + "' is expected; use jars of one version");
    }
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  private static String text(LongBinaryOperator function) {
    ByteBuffer buffer = direct(1 << 10);
    long length = function.applyAsLong(NativeLanes.address(buffer), buffer.capacity());
    if (length >= buffer.capacity()) {
      buffer = direct(Math.toIntExact(length + 1));
      function.applyAsLong(NativeLanes.address(buffer), buffer.capacity());
    }
    byte[] bytes = new byte[Math.toIntExact(length)];
    buffer.get(bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static int selectIsa(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer buffer = direct(bytes.length + 1).put(bytes).put((byte) 0);
    int status = NativeLanes.selectIsa(NativeLanes.address(buffer));
    Reference.reachabilityFence(buffer);
    return status;
  }

  /**
   * Squares seven numbers, so that a library that computes nonsense is found before it does harm.
   */
  private void checkItself() {
    double[] values = {0, -1, 2, 0.5, -3, 1e8, 7};
    ByteBuffer memory = direct(Double.BYTES * values.length);
    for (double value : values) {
      memory.putDouble(value);
    }
    long address = NativeLanes.address(memory);
    ByteBuffer call = direct(10 * Long.BYTES);
    for (long word :
        new long[] {0, 0, 1, 1, 0, values.length, address, Double.BYTES, address, Double.BYTES}) {
      call.putLong(word);
    }
    Native program =
        new Native(
            Translator.translate(Parser.parse("a * a"), List.of(Argument.array(DType.FLOAT64))));
    int status = NativeLanes.run(program.handle, NativeLanes.address(call));
    for (int i = 0; i < values.length; i++) {
      if (status != 0 || memory.getDouble(i * Double.BYTES) != values[i] * values[i]) {
        throw new LanesException(
            Code.NATIVE, "the native library fails its self-check (status " + status + ")");
      }
    }
    Reference.reachabilityFence(program);
    Reference.reachabilityFence(call);
  }

  @Override
  Prepared prepare(Program program) {
    return new Native(program);
  }

  /**
   * Throws what a status of the library means.
   *
   * @param status of a function that takes the watch's flag
   * @param watch over the run
   * @param work what it was, such as "the evaluation"
   * @throws LanesException code CANCELLED or NATIVE, unless all is well
   */
  static void require(int status, Watch watch, String work) {
    if (status != 0) {
      throw status == CANCELLED ? watch.cancelled(work) : failure(status);
    }
  }

  private static LanesException failure(int status) {
    return switch (status) {
      case NO_MEMORY ->
          new LanesException(Code.NATIVE, "the native library found no memory to work in");
      case BAD_ARGUMENT ->
          new LanesException(
              Code.NATIVE, "the native library refused its arguments; this is a defect of Lanes");
      default ->
          new LanesException(
              Code.NATIVE,
              "the native library failed with status " + status + "; this is a defect of Lanes");
    };
  }

  /** The words of one call, in memory that the library reads. */
  static final class Words {
    private ByteBuffer buffer = direct(64 * Long.BYTES);
    private long address = NativeLanes.address(buffer);

    ByteBuffer withRoomFor(int words) {
      if (buffer.capacity() < words * Long.BYTES) {
        buffer = direct(2 * words * Long.BYTES);
        address = NativeLanes.address(buffer);
      }
      return buffer;
    }
  }

  /** A program that the library has verified. */
  private static final class Native implements Prepared {
    private final int[][] operands; // of each pass, inputs first
    private final boolean[][] isReduced; // of each pass and operand, whether it is a reduction's
    private final long handle;

    Native(Program program) {
      operands =
          program.passes().stream()
              .map(
                  pass ->
                      java.util.stream.IntStream.concat(
                              pass.inputs().stream().mapToInt(Program.Input::operand),
                              pass.outputs().stream().mapToInt(Program.Output::operand))
                          .toArray())
              .toArray(int[][]::new);
      isReduced = new boolean[operands.length][];
      for (int p = 0; p < operands.length; p++) {
        isReduced[p] = new boolean[operands[p].length];
        int inputs = program.passes().get(p).inputs().size();
        for (int k = inputs; k < operands[p].length; k++) {
          Program.Output output = program.passes().get(p).outputs().get(k - inputs);
          isReduced[p][k] = output.reduction() != null;
        }
      }
      ByteBuffer words = program.encode();
      ByteBuffer result = direct(Long.BYTES);
      int status =
          NativeLanes.programCreate(
              NativeLanes.address(words),
              words.remaining() / Integer.BYTES,
              NativeLanes.address(result));
      Reference.reachabilityFence(words);
      if (status != 0) {
        throw failure(status);
      }
      handle = result.getLong(0);
      long freed = handle;
      CLEANER.register(this, () -> NativeLanes.programFree(freed));
    }

    @Override
    public void run(Call call) {
      Words words = call.words;
      if (words == null) {
        words = new Words();
        call.words = words;
      }
      write(call, words.withRoomFor(words(call)), 0);
      int status = NativeLanes.run(handle, words.address);
      Reference.reachabilityFence(this);
      require(status, call.watch, "the evaluation");
    }

    @Override
    public void runMany(List<Call> calls, int threads) {
      for (int from = 0; from < calls.size(); from += MOST_AT_ONCE) {
        runAtOnce(calls.subList(from, Math.min(calls.size(), from + MOST_AT_ONCE)), threads);
      }
    }

    private void runAtOnce(List<Call> calls, int threads) {
      int count = calls.size();
      ByteBuffer buffer = direct(Long.BYTES * (count + calls.stream().mapToInt(this::words).sum()));
      long address = NativeLanes.address(buffer);
      int at = count * Long.BYTES;
      for (int i = 0; i < count; i++) {
        buffer.putLong(i * Long.BYTES, address + at);
        at = write(calls.get(i), buffer, at);
      }
      Watch watch = calls.get(0).watch;
      int status = NativeLanes.runMany(handle, address, count, threads, watch.address());
      Reference.reachabilityFence(buffer);
      Reference.reachabilityFence(this);
      require(status, watch, "the batch");
    }

    private int words(Call call) {
      int count = 2;
      for (int p = 0; p < operands.length; p++) {
        int rank = call.shapes[p].length;
        count += 3 + rank + operands[p].length * (1 + rank);
      }
      return count;
    }

    /** Writes a call's words from a byte of the buffer on; returns the byte after them. */
    private int write(Call call, ByteBuffer buffer, int start) {
      buffer.putLong(start, call.watch.address());
      buffer.putLong(start + Long.BYTES, 0);
      int at = start + 2 * Long.BYTES;
      for (int p = 0; p < operands.length; p++) {
        long[] shape = call.shapes[p];
        buffer.putLong(at, call.threads[p]);
        buffer.putLong(at + Long.BYTES, shape.length);
        buffer.putLong(at + 2 * Long.BYTES, call.reduced[p]);
        at += 3 * Long.BYTES;
        for (long length : shape) {
          buffer.putLong(at, length);
          at += Long.BYTES;
        }
        for (int k = 0; k < operands[p].length; k++) {
          NDArray array = call.operands[operands[p][k]];
          at =
              isReduced[p][k]
                  ? putReduced(buffer, at, array, shape.length, call.reduced[p])
                  : put(buffer, at, array, shape);
        }
      }
      return at;
    }

    /** An operand's address and its strides, 0 along the axes over which it is broadcast. */
    private static int put(ByteBuffer buffer, int at, NDArray array, long[] shape) {
      Layout layout = array.layout();
      buffer.putLong(at, array.memory().address() + layout.offset);
      int next = at + Long.BYTES;
      for (long stride : layout.broadcastStrides(shape)) {
        buffer.putLong(next, stride);
        next += Long.BYTES;
      }
      return next;
    }

    /** The same of a result, 0 along the reduced axes, which it may have or not. */
    private static int putReduced(ByteBuffer buffer, int at, NDArray array, int rank, long mask) {
      Layout layout = array.layout();
      buffer.putLong(at, array.memory().address() + layout.offset);
      int next = at + Long.BYTES;
      boolean hasAll = layout.rank() == rank;
      for (int axis = 0, kept = 0; axis < rank; axis++) {
        boolean isReduced = (mask >> axis & 1) != 0;
        buffer.putLong(next, isReduced ? 0 : layout.strides[hasAll ? axis : kept]);
        kept += isReduced ? 0 : 1;
        next += Long.BYTES;
      }
      return next;
    }
  }
}
