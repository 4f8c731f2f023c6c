// The C ABI of liblanes: what the Java side may ask for, and the word formats that cross the boundary.
//
// Every function returns a status or plain numbers; none throws, prints, aborts or calls back, but for
// functions of the user's. Addresses travel as int64_t so that the binding needs no pointer objects. All functions are
// thread-safe unless they say otherwise.
#ifndef LANES_H
#define LANES_H

#include <stdint.h>

#if defined(_WIN32)
#define LANES_API __declspec(dllexport)
#else
#define LANES_API __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
#define LANES_NOEXCEPT noexcept
extern "C" {
#else
#define LANES_NOEXCEPT
#endif

enum lanes_status {
  LANES_OK = 0,
  LANES_BAD_ARGUMENT = 1,     // a null or negative argument, an unknown ISA name, a buffer that is too small
  LANES_BAD_PROGRAM = 2,      // the words are not a program that this library can run
  LANES_NO_MEMORY = 3,        // the machine has no memory for what was asked
  LANES_CANCELLED = 4,        // the cancel flag was seen; outputs are partly written
  LANES_UNSUPPORTED_CPU = 5,  // none of the compiled instruction sets runs here
  LANES_OUT_OF_RANGE = 6,     // an index is outside its axis; outputs are partly written
  LANES_NO_FUNCTION = 7,      // a user's library defines no function of this name
  LANES_OTHER_SIGNATURE = 8   // it declares another signature for it
};

// ---- What this library is -------------------------------------------------------------------------------------------

// Writes the operator table and the dtype list that the library was built with, as text, NUL-terminated, into `buffer`
// of `bytes` bytes. Returns the length of the text; when that is not below `bytes` nothing was written and the caller
// asks again.
LANES_API int64_t lanes_table(int64_t buffer, int64_t bytes) LANES_NOEXCEPT;

// Writes the names of the instruction sets that were compiled in and run on this machine, best first, comma-separated.
// Same convention as lanes_table.
LANES_API int64_t lanes_isas(int64_t buffer, int64_t bytes) LANES_NOEXCEPT;

// Writes the name of the instruction set in use. Same convention as lanes_table.
LANES_API int64_t lanes_isa(int64_t buffer, int64_t bytes) LANES_NOEXCEPT;

// Chooses the instruction set for all later runs of this process: `name` is the address of a NUL-terminated name out of
// lanes_isas, or of "" for the best one. Not to be called while programs run.
LANES_API int32_t lanes_select_isa(int64_t name) LANES_NOEXCEPT;

// ---- Memory ---------------------------------------------------------------------------------------------------------

// Memory of at least `bytes` > 0 bytes, aligned to 64, with huge pages asked for when large; zeroed, or with anything
// in it when `is_zeroed` is 0. Returns its address, 0 when there is none.
LANES_API int64_t lanes_allocate(int64_t bytes, int32_t is_zeroed) LANES_NOEXCEPT;

// Gives back what lanes_allocate returned; `bytes` as it was given there.
LANES_API void lanes_free(int64_t address, int64_t bytes) LANES_NOEXCEPT;

enum lanes_access {
  LANES_READ = 0,
  LANES_WRITE = 1,   // shared with all who map the file
  LANES_RESERVE = 2  // LANES_WRITE, and the file's holes are filled first, so that no write finds the disk full
};

// Maps `bytes` > 0 bytes of the file whose NUL-terminated path stands at `path`, from `offset` (any value). Returns the
// address of byte `offset`, or minus errno.
LANES_API int64_t lanes_map(int64_t path, int64_t offset, int64_t bytes, int32_t access) LANES_NOEXCEPT;

// Ends a mapping; arguments as lanes_map returned and took them.
LANES_API void lanes_unmap(int64_t address, int64_t bytes) LANES_NOEXCEPT;

// ---- Waiting between processes --------------------------------------------------------------------------------------

// Sleeps while the int32_t at `address`, a multiple of 4, is `expected`: until lanes_wake, for `nanoseconds` at the
// longest, and possibly for less. The word may lie in memory that processes share.
LANES_API void lanes_wait(int64_t address, int32_t expected, int64_t nanoseconds) LANES_NOEXCEPT;

// Wakes all threads of all processes that sleep on the word.
LANES_API void lanes_wake(int64_t address) LANES_NOEXCEPT;

// ---- Functions of the user's ----------------------------------------------------------------------------------------

// Opens the shared library whose NUL-terminated path stands at `path`, for as long as the process lives; its
// constructors run. Returns a handle, or 0 after writing the loader's complaint, NUL-terminated and cut to fit, into
// `message` of `bytes` > 0 bytes.
LANES_API int64_t lanes_open_library(int64_t path, int64_t message, int64_t bytes) LANES_NOEXCEPT;

// Finds the function of a library whose NUL-terminated name stands at `name` and stores its address at address
// `function` (one int64_t). Where the library also has a string named like it with `_signature` behind, this must equal
// the NUL-terminated one at `signature`. LANES_NO_FUNCTION also for what is data, or belongs to a library that this one
// uses.
LANES_API int32_t lanes_find_function(int64_t library, int64_t name, int64_t signature,
                                      int64_t function) LANES_NOEXCEPT;

// ---- Programs -------------------------------------------------------------------------------------------------------
//
// A program is a list of passes over memory. Words are int32_t:
//
//   LANES_PROGRAM_MAGIC, n_constants, n_operands, n_passes
//   per constant:  kind, 4 words with the value's bytes, little end first (bool 1, i/f 4, l/d 8, c 16 bytes used);
//                  of bytes their number and three zeros, and behind these the bytes, filled up to a whole word
//   per operand:   dtype code, bytes of one element
//   per pass:
//     n_registers, n_inputs, n_loads, n_instructions, n_outputs
//     per register:     kind
//     per input:        operand, register               the operand's elements, converted to its kind
//     per load:         constant, register              one value for every element
//     per instruction:  kernel, destination, a, b, c    registers; -1 where the kernel takes fewer
//                       or LANES_USER_KERNEL, destination, a, b, c, address: low word, high word
//     per output:       operand, register, reduction, parameter
//                       reduction -1 stores each element, else it is an index into the reductions; the parameter of
//                       var and std is ddof, others have 0
//
// Kernels are numbered by their lines in ops.def, reductions by theirs. Every register is written before it is read. An
// instruction may write a register that it also reads; inputs and loads have registers of their own. An operand is an
// input at most once and an output at most once per pass, and an output of one pass may be an input of a later one. A
// register has the kind of the operand that it is loaded from or stored to; a reduction's result has the output's.
//
// A user's function is C code at an address that lanes_find_function gave: void f(result*, const argument*, ...,
// int64_t n) for the one to three registers given, none of which is the destination; element types are those of the
// registers' kinds (uint8_t, int32_t, int64_t, float, double, double _Complex; never bytes). It is called for blocks of
// n > 0 elements, contiguous, aligned to their elements (complex ones to 8) and not overlapping, from several threads
// at a time, in any order. Bools that it makes and that are not 0 are taken as 1.
//
// lanes_program_create checks all of that once; lanes_run trusts it. That there is such a function at an address is the
// one thing that nobody can check.

#define LANES_PROGRAM_MAGIC 0x31534e4c /* "LNS1" */
#define LANES_USER_KERNEL 0x52455355   /* "USER", which no kernel's number comes near */

// Verifies `count` words at address `words` and stores a handle at address `handle` (one int64_t). The words may be
// freed afterwards.
LANES_API int32_t lanes_program_create(int64_t words, int64_t count, int64_t handle) LANES_NOEXCEPT;

// Ends a program that is not running.
LANES_API void lanes_program_free(int64_t program) LANES_NOEXCEPT;

enum lanes_run_flags { LANES_SHORT = 1 };

// Runs a program. `call` is the address of int64_t words:
//
//   address of an int32_t cancel flag (or 0), flags (0 or LANES_SHORT)
//   per pass:
//     threads, rank, reduced axes, shape[rank]
//     per input, then per output of the pass, in the program's order:  address, strides[rank] in bytes
//
// LANES_SHORT says that waking a thread would take about as long as the run: threads other than the calling one take
// part only when they are awake, or calls follow each other closely.
//
// `threads` >= 1 is the most that the pass may use; the caller knows whether its work is worth them. Bit k of `reduced
// axes` is set when the pass's reductions take place along axis k; without such bits each element is a result. Strides
// are 0 along axes over which an operand is broadcast, and for the outputs of reductions along the reduced axes. An
// output that stores each element may share its memory with an input when address, strides and element size are the
// same for both (each element is read before it is written), and the input is not of bytes, which registers only point
// to; other overlaps are the caller's to avoid. A pass over no elements stores nothing; a reduction over no elements
// stores its identity (sum 0, prod 1, any 0, all 1; mean, var and std NaN); the caller refuses those that have none.
// Elements of inputs and outputs need no alignment.
//
// What bits a NaN has is not promised, only that it is one.
//
// Reductions give the same bits for any number of threads and any instruction set: the elements of one result are
// numbered in C order of the reduced axes given here; chunks of 16384 of them are reduced in 32 interleaved
// accumulators (element i of the chunk goes to accumulator i mod 32, in order of i), the accumulators are folded in
// halves (j with j+16, then j+8, +4, +2, +1), and the results of the chunks are combined in pairs, neighbours first,
// level by level, an odd last one moving up unchanged. Only accumulators that got an element take part; where only one
// of a pair did, it is taken as it is.
//
// float32 accumulates in float64. mean is the sum over the count. For var and std an accumulator holds its first
// element k, the mean m of the elements minus k, and the sum q of squares of differences from the mean. Each 32
// elements x of an accumulator, or the fewer that are left in the chunk, are summed about a pivot p = k + m, s = sum(x
// - p) and t = sum((x - p)^2) in order of x, and taken in, with b of them and n in all, as
//   d = s * (1 / b) + ((p - k) - m),   q += max(t - s * (s * (1 / b)), 0) + (d * d) * ((n - b) * (b / n)),
//   m += d * (b / n),
// and accumulators and chunks are joined, k staying the left one's, as
//   d = (k' - k) + (m' - m),   w = n' / (n + n'),   q = (q + q') + (d * d) * (n * w),   m += d * w.
// var is q / max(count - ddof, 0). Of complex numbers both parts are summed, divided and spread like this, each by
// itself; the q of var is that of the real part plus that of the imaginary one; and the product of a + bi and c + di is
// ac - bd + (ad + bc)i. argmin and argmax give the number of the first best element, or of the first NaN;
// nanargmin and nanargmax pass over NaN and give -1 when there is nothing else.
LANES_API int32_t lanes_run(int64_t program, int64_t call) LANES_NOEXCEPT;

// Runs a program on the calling thread over vectors of n elements: each operand is the address of its first element and
// the step to the next, in bytes, 0 for a result of one element. The last pass has one output, the result. Up to three
// operands that no pass writes are a, b and c, in the order of their numbers; those that the program does not have are
// not looked at. What passes leave for later ones, up to eight operands of up to 16 bytes, is one element each. If
// there is more than one pass, inputs have n elements, and a pass that reads none of them has one.
LANES_API int32_t lanes_run_vectors(int64_t program, int64_t n, int64_t output, int64_t output_stride, int64_t a,
                                    int64_t a_stride, int64_t b, int64_t b_stride, int64_t c,
                                    int64_t c_stride) LANES_NOEXCEPT;

// Runs a program `count` times: `calls` is the address of the addresses of as many calls, each with words as above,
// none of which writes what another one reads or writes. Up to `threads` of them run at the same time, handed out as
// threads become free; `cancel` is the address of an int32_t flag (or 0) that is looked at between them. After a
// failure the rest is left out.
LANES_API int32_t lanes_run_many(int64_t program, int64_t calls, int64_t count, int32_t threads,
                                 int64_t cancel) LANES_NOEXCEPT;

// ---- Operations on whole arrays -------------------------------------------------------------------------------------
//
// `call` is the address of int64_t words that describe arrays of one shape:
//
//   address of an int32_t cancel flag (or 0), threads, rank, shape[rank]
//   per array:  address, dtype code, bytes of one element, strides[rank] in bytes
//
// Elements need no alignment, strides may be anything but for outputs, whose elements must not share bytes. An output
// may be the same view as an input, with the same dtype; other overlaps are the caller's to avoid. Results are the same
// for any number of threads and any instruction set.

// Copies array 0 to array 1. Values convert upwards or sideways among bool, integers, floats and complex: integers keep
// their low bits, floats are rounded once, to nearest. Byte strings are padded with NUL.
LANES_API int32_t lanes_copy(int64_t call) LANES_NOEXCEPT;

// Scans array 0 along an axis into array 1: operation 0 adds, 1 multiplies, 2 keeps the greatest, 3 the least; int64_t
// is what bools and integers are combined in, double what floats are. Of equal elements the later one is kept, and NaN
// spreads.
//
// The order: a row is cut into segments of 256 elements, within[i] = x[first of the segment] op ... op x[i] in this
// order, base[0] is nothing, base[s + 1] = base[s] op (within of the last of segment s), and
// y[i] = base[segment of i] op within[i]. Products of floats alone are taken in one go, since a part may leave the
// range of double where the whole does not.
LANES_API int32_t lanes_scan(int64_t call, int32_t operation, int32_t axis) LANES_NOEXCEPT;

// Counts array 0 by bins. Rule 0: `edges` holds bins + 1 ascending doubles of which no two are equal, about equally far
// apart; rule 1: any ascending ones; rule 2: elements are the numbers of their bins. A bin holds its left edge, the
// last one its right edge too; elements outside and NaN are not counted, with rule 2 they are LANES_OUT_OF_RANGE.
// Writes bins < 2^31 numbers: without `weighted` int64_t counts, else array 1 holds weights and sums of these are
// written as double, each piece of 65536 elements added up from 0 in order and the pieces likewise.
LANES_API int32_t lanes_histogram(int64_t call, int32_t rule, int64_t edges, int64_t bins, int32_t weighted,
                                  int64_t numbers) LANES_NOEXCEPT;

// Random numbers: element i of array 0 in C order is made of the 64-bit word at `position` + i of a stream. A group of
// 16 words, from a multiple of 16 on, is made of 8 blocks of Philox4x32-10 with the key's low and high half as key and
// the counter (low half of b, high half of b, stream, 0), where b = position / 16 * 8 + k for block k: word k is made
// of the block's first two numbers, low half first, word 8 + k of the others.
//
// Uniform: a + b * u, at most c, with u the upper 53 bits * 2^-53.
// Normal: a + b * z, with z the quantile (see random_kernels.cpp) of the upper 52 bits, the lowest being the sign.
LANES_API int32_t lanes_random_uniform(int64_t call, int64_t key, int64_t stream, int64_t position, double a, double b,
                                       double c) LANES_NOEXCEPT;
LANES_API int32_t lanes_random_normal(int64_t call, int64_t key, int64_t stream, int64_t position, double a,
                                      double b) LANES_NOEXCEPT;

// low + w * range / 2^64 rounded down, for an unsigned range > 0, wrapping. Where the fraction's 2^64th parts are fewer
// than 2^64 mod range the word is refused, and the first two numbers of the block with the counter (low half of the
// element's position, its high half, stream, t) are tried instead, t = 1, 2, ...
LANES_API int32_t lanes_random_integers(int64_t call, int64_t key, int64_t stream, int64_t position, int64_t low,
                                        int64_t range) LANES_NOEXCEPT;

// Takes indices along an axis: the call has the shape of the output, array 1; array 0 has the same strides as the
// source and `length` elements along the axis. `indices` is the address of an aligned int64_t for each element along
// the output's axis; below zero they count from the end.
LANES_API int32_t lanes_take(int64_t call, int32_t axis, int64_t length, int64_t indices) LANES_NOEXCEPT;

// How many elements of array 0 are not zero, for each chunk of 16384 elements in C order, as int64_t.
LANES_API int32_t lanes_nonzero_count(int64_t call, int64_t counts) LANES_NOEXCEPT;

// Their indices: `starts` holds, for each chunk and one more, how many there are before it; on axis k those go to
// int64_t indices[k * total + i].
LANES_API int32_t lanes_nonzero(int64_t call, int64_t starts, int64_t indices) LANES_NOEXCEPT;

// The elements of array 1 where those of array 0 are not zero, at the address `result` one behind the other. Both have
// one axis; `starts` as above.
LANES_API int32_t lanes_compress(int64_t call, int64_t starts, int64_t result) LANES_NOEXCEPT;

// ---- Filters --------------------------------------------------------------------------------------------------------
//
// Elements are UINT8, INT16, UINT16, FLOAT32 or FLOAT64, by their dtype codes, of input and output each. They need no
// alignment. Results are computed in float64 and converted once they are stored: to integers without their fraction,
// keeping the low bits of the whole number, 0 when that is beyond 32 bits or NaN. Modes say how an axis goes on beyond
// its ends: 0 reflect (b a | a b c | c b), 1 nearest, 2 mirror (c b | a b c | b a), 3 wrap, 4 the constant given. Both
// functions give the same bits for any number of threads and any instruction set.

// Filters along one axis after the other; the result of one is stored and is the input of the next. `call` is the
// address of int64_t words:
//
//   address of an int32_t cancel flag (or 0), threads, address of input, its dtype, address of output, its dtype, rank,
//   number of passes >= 1, shape[rank], strides of the input in bytes[rank], of the output[rank]
//   per pass:  operation, axis, mode, bits of the constant as float64, size, before, address of the weights,
//              symmetry, whole, part, repeats
//
// Result i comes from elements i - before ... i - before + size - 1 of its line. Operations:
//
//   0  the sum of weights times elements, float64 weights[size]. Symmetry 1: (w[h-j] == w[h+j], size = 2 h + 1) the
//      middle product first, then (x[h-j] + x[h+j]) * w[h-j] from j = h down to 1; -1: the same with differences; 0:
//      the last product first, then the others in order.
//   1  the mean: a running sum, to which the difference of the element that enters and the one that leaves is added,
//      divided by the size; sums begin anew every 4096 elements
//   2  the minimum, 3 the maximum; NaN when there is one; of equals the first
//   4  UINT8 only: `repeats` times a box of radius `size` (before 0): the sum of the elements within the radius times
//      `whole` plus that of the two next to it times `part`, plus 2^23, divided by 2^24; the mode is nearest
//
// The output may be the input (same address, strides and element size); other overlaps are the caller's to avoid.
LANES_API int32_t lanes_filter_lines(int64_t call) LANES_NOEXCEPT;

// Filters over windows of all axes at once. `call` is the address of int64_t words:
//
//   address of an int32_t cancel flag (or 0), threads, address of input, its dtype, address of output, its dtype, rank,
//   operation, shape[rank], strides of the input in bytes[rank], of the output[rank], size of the window[rank],
//   elements of it before the place of the result[rank], mode, bits of the constant as float64, address of the weights,
//   order
//
// Operation 0 is the sum of float64 weights (one per element of the window, in C order) times elements, in that order,
// without weights of magnitude up to 2^-52; operation 1 is the element number `order` >= 0 of the window in ascending
// order, NaN last, the constant being converted to the input's dtype. The output must not overlap the input.
LANES_API int32_t lanes_filter_windows(int64_t call) LANES_NOEXCEPT;

// ---- Sorting and order statistics -----------------------------------------------------------------------------------
//
// For bool, integers and floats. NaNs come last, and leave as one quiet NaN. -0.0 equals 0.0; where elements themselves
// are put in order, -0.0 comes first. All results are the same for any number of threads and any instruction set.
// `threads` >= 1 is the most that may be used, `cancel` the address of an int32_t flag that ends a run when it becomes
// nonzero, or 0. Elements need no alignment; strides are in bytes.

enum lanes_order_operation {
  LANES_ORDER_SORT = 0,       // out: the n elements in order; the flag leaves it with its elements in any order
  LANES_ORDER_ARGSORT = 1,    // out: n int64, the indices that sort, ascending within equal elements
  LANES_ORDER_SELECT = 2,     // out: the m elements of the given ranks; all are NaN when one of the n is
  LANES_ORDER_PARTITION = 3,  // out: n elements, those below that of rank `parameter`, those equal, those above
  LANES_ORDER_TOP = 4         // out: the first m elements, or with `parameter` the largest; third: their int64 indices
};

// Does one thing to every lane along an axis. `call` is the address of int64_t words:
//
//   operation, cancel, threads, dtype code, n, m, parameter, address of m ascending ranks (int64_t), rank, shape[rank]
//   per operand, in, out and third:  address, stride along the axis, strides[rank]
//
// n >= 1 is the length of a lane, m >= 1 that of the result's; the shape is that of all other axes. `out` may be `in`
// for LANES_ORDER_SORT; else nothing overlaps.
LANES_API int32_t lanes_order(int64_t call) LANES_NOEXCEPT;

// For each value the number of sorted elements below it, or with `right` not above it. `call` is the address of:
//
//   cancel, threads, dtype code, right, n sorted, address, stride, n values, address, stride, address of n int64_t
LANES_API int32_t lanes_search(int64_t call) LANES_NOEXCEPT;

// The groups of equal elements among n >= 1 sorted ones that lie without gaps. `call` is the address of:
//
//   cancel, threads, dtype code, n, address, address of an int64_t for the number of groups, then addresses or 0:
//   of the n int64_t by which the elements were sorted, of the groups' values (0: only the number is wanted), of the
//   index of each group's first element, of each element's group, of each group's size (all int64_t)
LANES_API int32_t lanes_groups(int64_t call) LANES_NOEXCEPT;

#ifdef __cplusplus
}
#endif
#endif
