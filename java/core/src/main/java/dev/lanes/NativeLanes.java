package dev.lanes;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Raw;

/**
 * The functions of {@code lanes.h}, one to one; what they do and take is said there. Addresses are
 * plain numbers, so a call makes no objects and checks nothing: whoever calls keeps the memory
 * alive and the numbers right.
 *
 * <p>JavaCPP generates the C++ side from the annotations when the project is built and plays no
 * part at run time. No method may be called before {@link NativeLibrary#load()}.
 */
@NoException
@Platform(include = {"lanes.h", "buffers.h"})
final class NativeLanes {

  private NativeLanes() {}

  @Name("lanes_table")
  static native long table(long buffer, long bytes);

  @Name("lanes_isas")
  static native long isas(long buffer, long bytes);

  @Name("lanes_isa")
  static native long isa(long buffer, long bytes);

  @Name("lanes_select_isa")
  static native int selectIsa(long name);

  @Name("lanes_allocate")
  static native long allocate(long bytes, int isZeroed);

  @Name("lanes_free")
  static native void free(long address, long bytes);

  @Name("lanes_map")
  static native long map(long path, long offset, long bytes, int access);

  @Name("lanes_unmap")
  static native void unmap(long address, long bytes);

  @Name("lanes_wait")
  static native void await(long address, int expected, long nanoseconds);

  @Name("lanes_wake")
  static native void wake(long address);

  @Name("lanes_open_library")
  static native long openLibrary(long path, long message, long bytes);

  @Name("lanes_find_function")
  static native int findFunction(long library, long name, long signature, long function);

  @Name("lanes_program_create")
  static native int programCreate(long words, long count, long handle);

  @Name("lanes_program_free")
  static native void programFree(long program);

  @Name("lanes_run")
  static native int run(long program, long call);

  @Name("lanes_run_vectors")
  static native int runVectors(
      long program,
      long n,
      long output,
      long outputStride,
      long a,
      long aStride,
      long b,
      long bStride,
      long c,
      long cStride);

  @Name("lanes_run_many")
  static native int runMany(long program, long calls, long count, int threads, long cancel);

  @Name("lanes_copy")
  static native int copy(long call);

  @Name("lanes_scan")
  static native int scan(long call, int operation, int axis);

  @Name("lanes_histogram")
  static native int histogram(
      long call, int rule, long edges, long bins, int weighted, long numbers);

  @Name("lanes_random_uniform")
  static native int randomUniform(
      long call, long key, long stream, long position, double low, double span, double limit);

  @Name("lanes_random_normal")
  static native int randomNormal(
      long call, long key, long stream, long position, double mean, double deviation);

  @Name("lanes_random_integers")
  static native int randomIntegers(
      long call, long key, long stream, long position, long low, long range);

  @Name("lanes_take")
  static native int take(long call, int axis, long length, long indices);

  @Name("lanes_nonzero_count")
  static native int nonzeroCount(long call, long counts);

  @Name("lanes_nonzero")
  static native int nonzero(long call, long starts, long indices);

  @Name("lanes_compress")
  static native int compress(long call, long starts, long result);

  @Name("lanes_filter_lines")
  static native int filterLines(long call);

  @Name("lanes_filter_windows")
  static native int filterWindows(long call);

  @Name("lanes_order")
  static native int order(long call);

  @Name("lanes_search")
  static native int search(long call);

  @Name("lanes_groups")
  static native int groups(long call);

  /** The address of index 0 of a buffer, whatever its position; 0 when it lies on the Java heap. */
  @Name("lanes::address")
  static native long address(@Raw(withEnv = true) Buffer buffer);

  /**
   * A direct buffer over memory that it does not keep alive, big-endian as every new one; null
   * beyond 2^31 - 1 bytes.
   */
  @Name("lanes::view")
  @Raw(withEnv = true)
  static native ByteBuffer view(long address, long bytes);
}
