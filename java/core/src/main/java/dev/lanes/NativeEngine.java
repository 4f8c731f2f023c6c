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
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongBinaryOperator;
import java.util.function.LongFunction;
import java.util.stream.IntStream;

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
  private static final int SHORT = 1; // a flag of runs

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

  /**
   * Calls that are run together: the addresses of their words, the words, and behind those of each
   * call its temporaries. Used again and again, and never so large that it leaves the caches.
   */
  private static final class Many {
    private static final int BYTES = 1 << 18;
    private static final int MOST = 1 << 12;
    private static final int TABLE = MOST * Long.BYTES;
    private static final int ALIGNMENT = 16;
    private static final Queue<Many> FREE = new ConcurrentLinkedQueue<>();

    /** Bytes that one call may need. */
    static final int LARGEST = BYTES - TABLE;

    final ByteBuffer buffer = direct(BYTES);
    final long address = NativeLanes.address(buffer);
    long[] addresses = new long[8]; // of temporaries, by number of operand
    private int[] starts = new int[8]; // of temporaries behind the words, likewise
    int count;
    int at = TABLE;

    static Many take() {
      Many many = FREE.poll();
      return many == null ? new Many() : many;
    }

    void giveBack() {
      clear();
      FREE.add(this);
    }

    void clear() {
      count = 0;
      at = TABLE;
    }

    /**
     * Lays temporaries out behind the words; returns the bytes of all, more than there is at most.
     */
    int measureTemporaries(Call call, int[] temporaries) {
      int operands = call.program().operands().size();
      if (addresses.length < operands) {
        addresses = new long[operands];
        starts = new int[operands];
      }
      Arrays.fill(addresses, 0);
      long end = 0;
      for (int operand : temporaries) {
        starts[operand] = (int) end;
        end = Math.min(LARGEST, end + call.operands[operand].bytes() + ALIGNMENT);
      }
      return (int) end;
    }

    boolean hasRoom(int bytes) {
      return count < MOST && at + bytes <= BYTES;
    }

    /** Begins a call with so many bytes of words. */
    void begin(int words, int[] temporaries) {
      buffer.putLong(count * Long.BYTES, address + at);
      for (int operand : temporaries) {
        addresses[operand] = address + at + words + starts[operand];
      }
    }

    void end(int bytes) {
      count++;
      at += bytes;
    }
  }

  /** A program that the library has verified. */
  static final class Native implements Prepared {
    private final int[][] operands; // of each pass, inputs first
    private final int[] temporaries; // their numbers
    private final boolean[][] isReduced; // of each pass and operand, whether it is a reduction's
    private final long handle;

    Native(Program program) {
      operands =
          program.passes().stream()
              .map(
                  pass ->
                      IntStream.concat(
                              pass.inputs().stream().mapToInt(Program.Input::operand),
                              pass.outputs().stream().mapToInt(Program.Output::operand))
                          .toArray())
              .toArray(int[][]::new);
      temporaries =
          IntStream.range(0, program.operands().size())
              .filter(i -> program.operands().get(i).role() == Program.Role.TEMPORARY)
              .toArray();
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

    long handle() {
      return handle;
    }

    @Override
    public void run(Call call) {
      Words words = call.words;
      if (words == null) {
        words = new Words();
        call.words = words;
      }
      write(call, words.withRoomFor(words(call)), 0, null);
      int status =
          call.watch == Watch.NONE
              ? NativeLanes.run(handle, words.address)
              : run(call.watch, words.address);
      Reference.reachabilityFence(this);
      require(status, call.watch, "the evaluation");
    }

    private int run(Watch watch, long words) {
      return watch.call(() -> NativeLanes.run(handle, words));
    }

    @Override
    public void runMany(LongFunction<Call> calls, long count, int threads, Watch watch) {
      Many many = Many.take();
      try {
        Call last = null;
        int bytes = 0;
        for (long i = 0; i < count; i++) {
          Call call = calls.apply(i);
          if (call != last) {
            bytes = words(call) * Long.BYTES + many.measureTemporaries(call, temporaries);
            last = call;
          }
          if (bytes > Many.LARGEST) {
            run(call);
            continue;
          }
          if (!many.hasRoom(bytes)) {
            flush(many, threads, watch);
          }
          many.begin(words(call) * Long.BYTES, temporaries);
          write(call, many.buffer, many.at, many.addresses);
          many.end(bytes);
        }
        flush(many, threads, watch);
      } finally {
        many.giveBack();
      }
    }

    private void flush(Many many, int threads, Watch watch) {
      int status =
          watch.call(
              () ->
                  NativeLanes.runMany(handle, many.address, many.count, threads, watch.address()));
      Reference.reachabilityFence(this);
      many.clear();
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

    /**
     * Writes a call's words from a byte of the buffer on.
     *
     * @param places where temporaries are instead of in the call's own arrays, by number of
     *     operand, 0 for other operands; or null
     */
    private void write(Call call, ByteBuffer buffer, int start, long[] places) {
      buffer.putLong(start, call.watch.address());
      buffer.putLong(start + Long.BYTES, call.work < Threads.WAKING_NANOS ? SHORT : 0);
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
          int operand = operands[p][k];
          long place = places == null ? 0 : places[operand];
          if (place == 0) {
            place = place(call, operand);
          }
          Layout layout = call.operands[operand].layout();
          at =
              isReduced[p][k]
                  ? putReduced(buffer, at, place, layout, shape.length, call.reduced[p])
                  : put(buffer, at, place, layout, shape);
        }
      }
    }

    private static long place(Call call, int operand) {
      NDArray array = call.operands[operand];
      long place = array.memory().address() + array.layout().offset;
      return call.moves == null ? place : place + call.moves[operand];
    }

    /** An operand's address and its strides, 0 along the axes over which it is broadcast. */
    private static int put(ByteBuffer buffer, int at, long place, Layout layout, long[] shape) {
      buffer.putLong(at, place);
      int next = at + Long.BYTES;
      for (long stride : layout.broadcastStrides(shape)) {
        buffer.putLong(next, stride);
        next += Long.BYTES;
      }
      return next;
    }

    /** The same of a result, 0 along the reduced axes, which it may have or not. */
    private static int putReduced(
        ByteBuffer buffer, int at, long place, Layout layout, int rank, long mask) {
      buffer.putLong(at, place);
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
