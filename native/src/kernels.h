// What the interpreter knows of the compiled kernels: the numbering out of ops.def, and one table per instruction set.
#ifndef LANES_KERNELS_H_
#define LANES_KERNELS_H_

#include <stddef.h>
#include <stdint.h>

namespace lanes {

// What kernels compute in, in the order of the Java side. A register of kind kBytes holds ByteViews.
enum Kind : int32_t { kBool, kInt32, kInt64, kFloat32, kFloat64, kComplex128, kBytes };
inline constexpr int kKinds = 7;

// How elements lie in memory, in the order of the Java side.
enum DType : int32_t {
  kDBool,
  kDInt8,
  kDUint8,
  kDInt16,
  kDUint16,
  kDInt32,
  kDUint32,
  kDInt64,
  kDFloat16,
  kDBfloat16,
  kDFloat32,
  kDFloat64,
  kDComplex64,
  kDComplex128,
  kDBytes
};
inline constexpr int kDTypes = 15;

// Bytes of one element in a register.
inline constexpr int kKindBytes[kKinds] = {1, 4, 8, 4, 8, 16, 16};

struct DTypeRow {
  const char* name;
  int bytes;  // 0 for BYTES
  Kind kind;
  bool native;  // a register of the kind holds the same bytes
};

inline constexpr DTypeRow kDTypeRows[kDTypes] = {
    {"BOOL", 1, kBool, true},
    {"INT8", 1, kInt32, false},
    {"UINT8", 1, kInt32, false},
    {"INT16", 2, kInt32, false},
    {"UINT16", 2, kInt32, false},
    {"INT32", 4, kInt32, true},
    {"UINT32", 4, kInt64, false},
    {"INT64", 8, kInt64, true},
    {"FLOAT16", 2, kFloat32, false},
    {"BFLOAT16", 2, kFloat32, false},
    {"FLOAT32", 4, kFloat32, true},
    {"FLOAT64", 8, kFloat64, true},
    {"COMPLEX64", 8, kComplex128, false},
    {"COMPLEX128", 16, kComplex128, true},
    {"BYTES", 0, kBytes, false},
};

// Names for the kind letters of ops.def, to be pasted.
inline constexpr int kLetter__ = -1;
inline constexpr int kLetter_b = kBool;
inline constexpr int kLetter_i = kInt32;
inline constexpr int kLetter_l = kInt64;
inline constexpr int kLetter_f = kFloat32;
inline constexpr int kLetter_d = kFloat64;
inline constexpr int kLetter_c = kComplex128;
inline constexpr int kLetter_s = kBytes;

struct KernelRow {
  const char* name;
  int8_t result;
  int8_t arguments[3];  // kinds, -1 for absent
  int8_t ulp;           // bound of the error, 0 for exact
};

struct ReductionRow {
  const char* name;
  int8_t argument;
  int8_t result;
  int8_t accumulator;
};

inline constexpr KernelRow kKernelRows[] = {
#define LANES_KERNEL(name, key, result, a, b, c, ulp) \
  {#name, kLetter_##result, {kLetter_##a, kLetter_##b, kLetter_##c}, ulp},
#define LANES_REDUCTION(name, key, result, accumulator)
#include "ops.def"
#undef LANES_KERNEL
#undef LANES_REDUCTION
};
inline constexpr int kKernels = sizeof(kKernelRows) / sizeof(kKernelRows[0]);

inline constexpr ReductionRow kReductionRows[] = {
#define LANES_KERNEL(name, key, result, a, b, c, ulp)
#define LANES_REDUCTION(name, key, result, accumulator) {#name, kLetter_##key, kLetter_##result, kLetter_##accumulator},
#include "ops.def"
#undef LANES_KERNEL
#undef LANES_REDUCTION
};
inline constexpr int kReductions = sizeof(kReductionRows) / sizeof(kReductionRows[0]);

// dst[i] = op(a[i], b[i], c[i]) for i < n. Bit k of `uniform` set: argument k is one value for all i. Every pointer is
// aligned to its element; dst may equal any argument of the same element size, else nothing overlaps.
using Kernel = void (*)(void* dst, const void* a, const void* b, const void* c, size_t n, unsigned uniform);

// A function of the user's, in truth void(result*, const argument*, ..., int64_t n) with one to three arguments. Blocks
// are contiguous and aligned, and the result's overlaps none of the others.
using UserFunction = void (*)();

// Converts n elements that lie `stride` bytes apart in memory, at any alignment, to a register's format.
using Load = void (*)(void* dst, const void* src, size_t n, ptrdiff_t stride);

// Converts n register elements to memory, `stride` bytes apart.
using Store = void (*)(void* dst, const void* src, size_t n, ptrdiff_t stride);

// Elements on their way into accumulators: `turns` rows of `width` elements of the key kind, `step` bytes apart. Each
// row goes to the same accumulators, `width` of them from number `at` on, and each of these has taken `turn` elements
// of the chunk before.
struct Rows {
  const void* x;
  ptrdiff_t step;
  size_t at;
  size_t width;
  size_t turns;
  int64_t turn;
};

inline constexpr int kAccumulators = 32;
inline constexpr int kAccumulatorBytes = 8;  // at most
inline constexpr int kMostPlanes = 12;

// What is left of a chunk: the accumulator of a plain reduction, the position and the bits of the best element, or the
// sum, shift, mean beyond the shift and sum of squares. Those of complex numbers have as many words for each part.
union Word {
  int64_t integer;
  double real;
  unsigned char bytes[8];
};
inline constexpr int kPartialWords = 4;
struct Partial {
  Word words[2 * kPartialWords];
};

inline constexpr int64_t kMostAlong = 1024;

// A reduction of `columns` results at once. Its state is `planes` arrays of kAccumulators * columns accumulators, the
// columns of one accumulator side by side; a plane takes kAccumulatorBytes for each, whatever its type.
struct Reduction {
  int planes;
  // For a chunk of n elements.
  void (*start)(void* state, size_t columns, int64_t n);
  void (*accumulate)(void* state, size_t columns, const Rows& rows);
  // Reduces the accumulators of a chunk of n elements, the first of which is number `first` of its result.
  void (*fold)(void* state, size_t columns, int64_t n, int64_t first, Partial* partials);
  // Joins what n_left and n_right elements, those following these, were reduced to.
  void (*combine)(Partial* left, const Partial* right, size_t columns, int64_t n_left, int64_t n_right);
  // Converts to the result's kind, for results of n elements.
  void (*finish)(void* dst, const Partial* partials, size_t columns, int64_t n, int64_t parameter);
  // The accumulate of a plain reduction whose partials are also the first words of this one's; or null.
  void (*includes)(void* state, size_t columns, const Rows& rows);
  // Whether elements behind those that gave a partial make no difference to the result; null when they always do.
  bool (*is_final)(const Partial& partial);
  // Fold and finish in one, without partials, for results of n elements that are one chunk; or null.
  void (*settle)(void* dst, void* state, size_t columns, int64_t n, int64_t parameter);
  // All in one, without accumulators in memory; null where there is none. Of each of `rows` rows of n elements,
  // kMostAlong at most, `step` bytes from row to row.
  void (*along)(void* dst, const void* x, ptrdiff_t step, size_t rows, int64_t n, int64_t parameter);
  // Of each of `columns` columns of n elements, kAccumulators at most, which are `step` bytes apart.
  void (*across)(void* dst, const void* x, ptrdiff_t step, size_t columns, int64_t n, int64_t parameter);
};

struct ScanTable;
struct RandomTable;
struct HistogramTable;
struct SortKernels;
struct FilterKernels;
struct ChainTable;

// What every instruction set brings.
struct Isa {
  const char* name;
  const Kernel* kernels;                                               // [kKernels]
  const Reduction* reductions;                                         // [kReductions]
  const Load* loads;                                                   // [kDTypes], null for BYTES
  const Store* stores;                                                 // [kDTypes], null for BYTES
  void (*stream)(void* dst, const void* src, size_t bytes);            // past the caches; see fence
  void (*fence)();                                                     // makes streamed bytes visible to other threads
  void (*fill)(void* dst, const void* value, size_t n, size_t bytes);  // n copies of an element
  // dst[j][i] = src[i][j] for rows of elements of 1, 2, 4 or 8 bytes at any address, `pitch` bytes from row to row.
  void (*transpose)(char* dst, int64_t dst_pitch, const char* src, int64_t src_pitch, int64_t rows, int64_t columns,
                    int64_t bytes);
  const ScanTable* scans;
  const RandomTable* random;
  const HistogramTable* histogram;
  const FilterKernels* filters;
  const SortKernels* sort;
  const ChainTable* chains;
};

}  // namespace lanes

#endif  // LANES_KERNELS_H_
