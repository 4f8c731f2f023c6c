package dev.lanes.lang;

import dev.lanes.DType;
import dev.lanes.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Typed, optimised register code for one expression and one choice of operand types: the only thing
 * that crosses to an engine. {@code native/include/lanes.h} describes its words.
 *
 * <p>Immutable, hence thread-safe.
 *
 * @param constants values that some pass loads
 * @param operands everything in memory that some pass touches, inputs of the expression first
 * @param passes in the order in which they run
 */
public record Program(List<Constant> constants, List<Operand> operands, List<Pass> passes) {

  private static final int MAGIC = 0x31534e4c;
  private static final int USER_KERNEL = 0x52455355;

  /** By how much short strings take longer than numbers. */
  private static final double OF_BYTES = 30;

  /** Nanoseconds for each byte of a string, to find where its padding begins. */
  private static final double OF_BYTE = 0.05;

  /** What an operand is to the caller. */
  public enum Role {
    /** Read; number {@code index} of the expression's variables. */
    INPUT,
    /**
     * One value that the caller passed as a Java number; number {@code index} of the expression's
     * variables.
     */
    SCALAR,
    /** What an earlier pass leaves for later ones. */
    TEMPORARY,
    /** Written; number {@code index} of the results. */
    OUTPUT
  }

  /**
   * A value known when the program is made.
   *
   * @param kind its kind
   * @param bits bool, int32 and int64 as the integer, floats and the real part of complex numbers
   *     as the bits of the double
   * @param imaginaryBits bits of the imaginary part of a complex number, else 0
   * @param text of bytes, as written, a character for each; else empty
   */
  public record Constant(Kind kind, long bits, long imaginaryBits, String text) {

    static Constant of(Kind kind, long value) {
      return new Constant(kind, value, 0, "");
    }

    static Constant of(Kind kind, double value) {
      return new Constant(kind, Double.doubleToRawLongBits(value), 0, "");
    }

    static Constant of(double real, double imaginary) {
      return new Constant(
          Kind.COMPLEX128,
          Double.doubleToRawLongBits(real),
          Double.doubleToRawLongBits(imaginary),
          "");
    }

    static Constant of(byte[] bytes) {
      return new Constant(Kind.BYTES, 0, 0, new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /**
     * The value as an integer.
     *
     * @return meaningful for bool, int32 and int64
     */
    public long asLong() {
      return bits;
    }

    /**
     * The value as a float.
     *
     * @return meaningful for float32 and float64, of a complex number the real part
     */
    public double asDouble() {
      return Double.longBitsToDouble(bits);
    }

    /**
     * The imaginary part.
     *
     * @return 0 for all but complex numbers
     */
    public double imaginary() {
      return Double.longBitsToDouble(imaginaryBits);
    }

    /**
     * The value as bytes.
     *
     * @return a fresh array, meaningful for bytes
     */
    public byte[] asBytes() {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * The value repeated, as the Java engine has it in a block.
     *
     * @param n elements
     * @return a block of the kind
     */
    public Object block(int n) {
      Object block = Reference.block(kind, n);
      if (block instanceof long[] longs) {
        Arrays.fill(longs, bits);
      } else if (block instanceof byte[][] strings) {
        Arrays.fill(strings, Bytes.trimmed(asBytes()));
      } else {
        double[] doubles = (double[]) block;
        for (int i = 0; i < doubles.length; i++) {
          doubles[i] = kind == Kind.COMPLEX128 && i % 2 != 0 ? imaginary() : asDouble();
        }
      }
      return block;
    }

    boolean isInteger() {
      return kind == Kind.BOOL || kind == Kind.INT32 || kind == Kind.INT64;
    }

    boolean isFloat() {
      return kind == Kind.FLOAT32 || kind == Kind.FLOAT64;
    }

    private long memoryBits() {
      return kind == Kind.FLOAT32
          ? Float.floatToRawIntBits((float) asDouble()) & 0xffffffffL
          : bits;
    }

    @Override
    public String toString() {
      if (kind == Kind.BYTES) {
        return Bytes.literal(asBytes());
      }
      if (kind == Kind.COMPLEX128) {
        return asDouble() + (imaginary() < 0 ? "" : "+") + imaginary() + "j";
      }
      return kind == Kind.BOOL
          ? String.valueOf(bits != 0)
          : isFloat() ? String.valueOf(asDouble()) : String.valueOf(bits);
    }
  }

  /**
   * A place in memory.
   *
   * @param role what it is to the caller
   * @param index which one of that role
   * @param dtype how its elements lie
   */
  public record Operand(Role role, int index, DType dtype) {}

  /**
   * An operand as a pass reads it.
   *
   * @param operand index into the program's operands
   * @param register where its elements appear
   */
  public record Input(int operand, int register) {}

  /**
   * A constant as a pass reads it.
   *
   * @param constant index into the program's constants
   * @param register where it appears
   */
  public record Load(int constant, int register) {}

  /**
   * One kernel on one block.
   *
   * @param kernel what to do
   * @param destination register written
   * @param arguments registers read
   */
  public record Instruction(Kernel kernel, int destination, List<Integer> arguments) {}

  /**
   * What a pass leaves in memory.
   *
   * @param operand index into the program's operands
   * @param register whose elements it takes
   * @param reduction how they are reduced, or null to store each
   * @param keepDims whether the reduced axes stay, with one element
   * @param ddof what var and std take off the count
   */
  public record Output(
      int operand, int register, Reduction reduction, boolean keepDims, int ddof) {}

  /**
   * The axes that a pass reduces.
   *
   * @param numbers as written, negative ones counting from the end; null for all
   * @param column where the reduction stands in the text
   */
  public record Axes(List<Integer> numbers, int column) {}

  /**
   * One sweep over the data.
   *
   * @param registers their kinds
   * @param inputs operands read
   * @param loads constants read
   * @param instructions in order
   * @param outputs operands written
   * @param axes those that its reductions take place along, or null when it has none
   */
  public record Pass(
      List<Kind> registers,
      List<Input> inputs,
      List<Load> loads,
      List<Instruction> instructions,
      List<Output> outputs,
      Axes axes) {

    /**
     * Whether the pass has reductions.
     *
     * @return true when it has axes to reduce
     */
    public boolean isReducing() {
      return axes != null;
    }
  }

  /**
   * A rough estimate from the operator table, for one thread and data in cache.
   *
   * @param pass one of the passes
   * @return nanoseconds per element
   */
  public double cost(Pass pass) {
    double cost = 0.02;
    for (Instruction instruction : pass.instructions) {
      Kernel kernel = instruction.kernel();
      cost += kernel.op().cost() * factor(kernel.key());
    }
    for (Output output : pass.outputs) {
      cost += output.reduction() == null ? 0.02 : output.reduction().op().cost();
    }
    for (Input input : pass.inputs) {
      DType dtype = operands.get(input.operand).dtype();
      cost += dtype.kind() == Kind.BYTES ? OF_BYTE * dtype.bytes() : 0.02;
    }
    return cost;
  }

  private static double factor(Kind key) {
    return key == Kind.BYTES ? OF_BYTES : key.bytes() == 8 ? 1 : 0.5;
  }

  /**
   * The words that the native library takes.
   *
   * @return a direct buffer in native order, positioned at 0
   * @throws dev.lanes.LanesException code NATIVE for an external function without native code
   */
  public ByteBuffer encode() {
    List<Integer> words =
        new ArrayList<>(List.of(MAGIC, constants.size(), operands.size(), passes.size()));
    for (Constant constant : constants) {
      if (constant.kind() == Kind.BYTES) {
        encode(constant.asBytes(), words);
        continue;
      }
      long bits = constant.memoryBits();
      long more = constant.imaginaryBits();
      words.addAll(
          List.of(
              constant.kind().ordinal(),
              (int) bits,
              (int) (bits >> 32),
              (int) more,
              (int) (more >> 32)));
    }
    for (Operand operand : operands) {
      words.addAll(List.of(operand.dtype().code(), operand.dtype().bytes()));
    }
    for (Pass pass : passes) {
      encode(pass, words);
    }
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(words.size() * Integer.BYTES).order(ByteOrder.nativeOrder());
    words.forEach(buffer::putInt);
    return buffer.flip();
  }

  private static void encode(byte[] bytes, List<Integer> words) {
    words.addAll(List.of(Kind.BYTES.ordinal(), bytes.length, 0, 0, 0));
    ByteBuffer whole =
        ByteBuffer.allocate((bytes.length + 3) / 4 * 4).order(ByteOrder.LITTLE_ENDIAN).put(bytes);
    for (int at = 0; at < whole.capacity(); at += Integer.BYTES) {
      words.add(whole.getInt(at));
    }
  }

  private static void encode(Pass pass, List<Integer> words) {
    words.addAll(
        List.of(
            pass.registers.size(),
            pass.inputs.size(),
            pass.loads.size(),
            pass.instructions.size(),
            pass.outputs.size()));
    pass.registers.forEach(kind -> words.add(kind.ordinal()));
    pass.inputs.forEach(input -> words.addAll(List.of(input.operand, input.register)));
    pass.loads.forEach(load -> words.addAll(List.of(load.constant, load.register)));
    for (Instruction instruction : pass.instructions) {
      Kernel kernel = instruction.kernel;
      words.add(kernel.op() instanceof External ? USER_KERNEL : kernel.index());
      words.add(instruction.destination);
      for (int i = 0; i < 3; i++) {
        words.add(i < instruction.arguments.size() ? instruction.arguments.get(i) : -1);
      }
      if (kernel.op() instanceof External external) {
        long address = external.signature(kernel).address().getAsLong();
        words.addAll(List.of((int) address, (int) (address >> 32)));
      }
    }
    for (Output output : pass.outputs) {
      words.addAll(
          List.of(
              output.operand,
              output.register,
              output.reduction == null ? -1 : output.reduction.index(),
              output.ddof));
    }
  }
}
