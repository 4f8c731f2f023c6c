// How one pass will sweep over the memory of one call: worked out once per pass, read by all its threads.
#ifndef LANES_PLAN_H_
#define LANES_PLAN_H_

#include <stddef.h>
#include <stdint.h>

#include "chain.h"
#include "kernels.h"
#include "program.h"

namespace lanes {

// Reductions combine what chunks of this many elements of a result give; without reductions it is a unit of work.
inline constexpr int64_t kChunk = 16384;
inline constexpr int kMaxRank = 64;

// A pass's words of a call.
struct PassWords {
  explicit PassWords(const int64_t* words)
      : threads(words[0]),
        rank(static_cast<int>(words[1])),
        reduced(static_cast<uint64_t>(words[2])),
        shape(words + 3) {}

  bool IsReduced(int axis) const { return (reduced >> axis & 1) != 0; }
  const int64_t* Operands() const { return shape + rank; }

  int64_t threads;
  int rank;
  uint64_t reduced;
  const int64_t* shape;
};

// Takes pieces of one stretch of memory: on the stack when they fit there, else on the heap.
class Arena {
 public:
  Arena(char* local, size_t local_bytes) : next_(local), left_(local_bytes) {}
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Makes room for `bytes` in all. False when there is no memory.
  bool Reserve(size_t bytes);

  // Zeroes nothing. The room must have been reserved; each piece costs its size rounded up to 16.
  template <class T>
  T* Take(size_t n) {
    T* piece = reinterpret_cast<T*>(next_);
    const size_t bytes = (n * sizeof(T) + 15) / 16 * 16;
    next_ += bytes;
    left_ -= bytes;
    return piece;
  }

  // Behind what was taken last.
  const char* End() const { return next_; }

 private:
  char* next_;
  size_t left_;
  void* heap_ = nullptr;
};

// One kernel call on one block, or one chain; the numbers are values.
struct Step {
  Kernel kernel;
  int32_t dst;
  int32_t a;
  int32_t b;
  int32_t c;
  uint32_t uniform;
  int32_t arity;
  UserFunction function;  // called instead of the kernel when there is one
  // Instead of both when there are links.
  ChainLink* links;
  int32_t link_count;
  ChainRunner chain;
  bool is_long;  // computes much more than it reads
};

// An input, or an output, and what is done with it; operands are numbered inputs first.
struct Transfer {
  enum Way : int32_t {
    kInPlace,   // the value is the operand's memory
    kUniform,   // an input of one value for all elements of a row (row mode) or of the pass
    kPacked,    // an input that is converted into a register
    kStored,    // an output that is converted out of a register
    kStreamed,  // the same past the caches
    kReduced
  };
  Way way;
  int32_t value;
  int32_t operand;
  int32_t bytes;  // of one element in memory
  Load convert;   // loads or stores; null for bytes
  bool varies;    // a uniform input that changes from row to row
};

// What one or several reductions of the same value accumulate.
struct State {
  const Reduction* reduction;
  int32_t value;
  size_t offset;    // in the memory for accumulators
  bool is_chained;  // a chain does it, see kChainSum
};

// The state for a reduction of a value, one that there is or a new one behind them. Those that include others come
// first.
inline int ShareState(const Reduction& reduction, int value, State* states, int* count) {
  int k = 0;
  while (k < *count) {
    const bool fits = states[k].reduction->accumulate == reduction.accumulate ||
                      states[k].reduction->includes == reduction.accumulate;
    if (states[k].value == value && fits) return k;
    ++k;
  }
  states[(*count)++] = {&reduction, value, 0, false};
  return k;
}

// Hands n elements of `bytes` each to a state's accumulators in turn, those of results side by side together. Before
// them the chunk had `in_chunk`.
inline void AccumulateRun(const Reduction& reduction, char* accumulators, int64_t columns, const char* x, int64_t bytes,
                          int64_t in_chunk, int64_t n) {
  const int64_t turn = kAccumulators * columns;
  Rows rows;
  rows.step = turn * bytes;
  while (n > 0) {
    const int64_t at = in_chunk % turn;
    rows.x = x;
    rows.turn = in_chunk / turn;
    rows.at = static_cast<size_t>(at);
    rows.turns = at == 0 && n >= turn ? static_cast<size_t>(n / turn) : 1;
    const int64_t width = n < turn - at ? n : turn - at;
    rows.width = static_cast<size_t>(width);
    reduction.accumulate(accumulators, static_cast<size_t>(columns), rows);
    const int64_t taken = width * static_cast<int64_t>(rows.turns);
    x += taken * bytes;
    in_chunk += taken;
    n -= taken;
  }
}

// An output that is reduced: where it comes from, and its step from one result of a row to the next.
struct Result {
  int32_t output;
  int32_t state;
  int64_t stride;
};

// A uniform value that is needed at full length.
struct Expansion {
  int32_t value;  // to be repeated
  int32_t copy;   // the pseudo-value that holds the copies
  int32_t bytes;
};

struct Plan {
  const Isa* isa;
  const Program* program;
  const Pass* pass;

  // The sweep: axes outermost first, adjacent ones merged where all operands allow it. The first outer_rank are walked
  // one index at a time, the others are a row.
  int rank;
  int outer_rank;
  int64_t* shape;
  char** addresses;  // [operand]
  int64_t* strides;  // [operand][rank], bytes
  int64_t total;

  enum Mode {
    kRows,    // a unit is a block of a row of one axis, which is what operands are contiguous in
    kLinear,  // a unit is a chunk of a row's C-order index, and blocks lie in it
    kColumns  // a unit is a chunk of elements for each of the results in a block of a row; elements are rows
  };
  Mode mode;
  int64_t row;  // elements
  int64_t block;
  int64_t blocks_per_row;
  int64_t units;
  int64_t units_per_task;
  int64_t tasks;
  int threads;

  // Reductions. Results lie in `groups` of `columns` side by side; the last of a row's axes, if any, is theirs, those
  // before it are reduced. In column mode the reduced axes are the last outer ones.
  int group_rank;
  int64_t groups;
  int64_t columns;
  int64_t reduced;  // elements of each result
  int64_t chunks;   // of each result
  State* states;
  int state_count;
  Result* results;
  int result_count;
  size_t state_bytes;
  int64_t widest;  // results reduced at once
  bool direct;     // column mode: values are inputs in memory, one reduced axis
  bool straight;   // results are made without accumulators in memory: of short rows, or in column mode of few inputs
  bool may_end;    // results may be final before all chunks are done, and nothing else is to be made

  // Values, then one pseudo-value per expansion, and behind these one for the accumulators of each state.
  int values;
  int32_t* slots;  // [value] scratch memory in bytes from the slots' start, -1 for none
  Step* once;      // on uniform values only
  int once_count;
  Step* steps;
  int step_count;
  int fetching_step;  // the one that brings the next block's inputs into the cache, or -1
  Transfer* transfers;
  int input_count;
  int transfer_count;
  Expansion* expansions;
  int expansion_count;
  bool streams;
  bool is_far;  // its operands are too large for the caches

  // Per thread.
  size_t slot_bytes;
  size_t frame_bytes;

  // What chunks gave, [state][group][chunk][column], where a result has several.
  Partial* partials;
};

// Bytes that MakePlan takes from its arena. `words` are the pass's words of a call, from its thread count on.
size_t PlanBytes(const Pass& pass, const int64_t* words);

void MakePlan(const Isa& isa, const Program& program, const Pass& pass, const int64_t* words, int64_t total,
              Arena* arena, Plan* plan);

}  // namespace lanes

#endif  // LANES_PLAN_H_
