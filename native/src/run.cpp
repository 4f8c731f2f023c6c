// Runs a program's passes: each thread takes tasks and sends blocks through the kernels.
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include <atomic>
#include <limits>

#include "bytes.h"
#include "isa.h"
#include "lanes.h"
#include "plain.h"
#include "plan.h"
#include "processor.h"
#include "tasks.h"
#include "team.h"

namespace lanes {
namespace {

// A stack that the JVM gives to native code has room for both.
constexpr size_t kPlanStackBytes = 4 << 10;
constexpr size_t kFrameStackBytes = 40 << 10;
constexpr int64_t kLineBytes = 64;
// Elements times instructions that take so little time that nobody need be able to stop them.
constexpr int64_t kMostUnwatched = 1 << 17;
// Elements: few enough that their lines can all be on the way at once, enough that the kernel's start costs little.
constexpr int64_t kFetchedAtOnce = 128;
// The same for reductions, of which the start of the kernel costs more.
constexpr int64_t kFetchedAhead = 512;

// Brings n elements from memory into a register, or back. Those of bytes differ in width and have no conversion.
void LoadRun(const Transfer& t, void* dst, const char* src, int64_t n, int64_t stride) {
  if (t.convert != nullptr)
    t.convert(dst, src, static_cast<size_t>(n), stride);
  else
    LoadByteViews(dst, src, static_cast<size_t>(n), stride, t.bytes);
}

void StoreRun(const Transfer& t, char* dst, const void* src, int64_t n, int64_t stride) {
  if (t.convert != nullptr)
    t.convert(dst, src, static_cast<size_t>(n), stride);
  else
    StoreByteViews(dst, src, static_cast<size_t>(n), stride, t.bytes);
}

class Sweep;

// What all threads of a pass share.
struct Shared {
  const Plan* plan;
  const int32_t* cancel;
  Sweep* callers_sweep;  // made before the pass starts, so that one thread at least can work
  Stretches* tasks;
  // The first chunk known to leave nothing to find in those behind it.
  mutable std::atomic<int64_t> last_chunk{std::numeric_limits<int64_t>::max()};

  bool Cancelled() const { return cancel != nullptr && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0; }
};

// ---- The results of reductions --------------------------------------------------------------------------------------

Partial* PartialsOf(const Plan& plan, int state, int64_t group, int64_t chunk) {
  return plan.partials + ((state * plan.groups + group) * plan.chunks + chunk) * plan.columns;
}

// Stores the results that take from a state: `columns` of a group from `start` on, whose outputs begin at `bases`.
// Without partials they are made of the accumulators of one chunk.
void StoreResults(const Plan& plan, int state, char* const* bases, int64_t start, int64_t columns,
                  const Partial* partials, void* accumulators, Constant* room) {
  for (int k = 0; k < plan.result_count; ++k) {
    const Result& result = plan.results[k];
    if (result.state != state) continue;
    const Output& output = plan.pass->outputs[result.output];
    const Reduction& reduction = plan.isa->reductions[output.reduction];
    const size_t n = static_cast<size_t>(columns);
    if (partials != nullptr)
      reduction.finish(room, partials, n, plan.reduced, output.parameter);
    else
      reduction.settle(room, accumulators, n, plan.reduced, output.parameter);
    plan.isa->stores[output.dtype](bases[result.output] + start * result.stride, room, n, result.stride);
  }
}

// Neighbours first, level by level; an odd last one moves up unchanged.
void CombineInPairs(const Plan& plan, const Reduction& reduction, Partial* partials) {
  const int64_t columns = plan.columns;
  const size_t row_bytes = static_cast<size_t>(columns) * sizeof(Partial);
  int64_t span = kChunk;
  for (int64_t count = plan.chunks; count > 1; count = count / 2 + count % 2, span *= 2) {
    for (int64_t k = 0; k < count / 2; ++k) {
      Partial* left = partials + 2 * k * columns;
      const int64_t rest = plan.reduced - (2 * k + 1) * span;
      reduction.combine(left, left + columns, static_cast<size_t>(columns), span, rest < span ? rest : span);
      memmove(partials + k * columns, left, row_bytes);
    }
    if (count % 2 != 0) memmove(partials + count / 2 * columns, partials + (count - 1) * columns, row_bytes);
  }
}

// What chunks gave becomes results, after the pass.
void StoreCombined(const Plan& plan, char** bases, Constant* room) {
  const int outputs = static_cast<int>(plan.pass->outputs.size());
  for (int64_t group = 0; group < plan.groups; ++group) {
    for (int k = 0; k < outputs; ++k) {
      const int operand = plan.input_count + k;
      bases[k] = plan.addresses[operand];
      int64_t rest = group;
      for (int axis = plan.group_rank - 1; axis >= 0; --axis) {
        bases[k] += rest % plan.shape[axis] * plan.strides[operand * plan.rank + axis];
        rest /= plan.shape[axis];
      }
    }
    for (int k = 0; k < plan.state_count; ++k) {
      Partial* partials = PartialsOf(plan, k, group, 0);
      CombineInPairs(plan, *plan.states[k].reduction, partials);
      for (int64_t start = 0; start < plan.columns; start += plan.widest) {
        const int64_t left = plan.columns - start;
        StoreResults(plan, k, bases, start, left < plan.widest ? left : plan.widest, partials + start, nullptr, room);
      }
    }
  }
}

// The results of reductions over no elements.
void StoreIdentities(const Isa& isa, const Pass& pass, const PassWords& words) {
  int64_t results = 1, reduced = 1;
  for (int axis = 0; axis < words.rank; ++axis) (words.IsReduced(axis) ? reduced : results) *= words.shape[axis];
  if (reduced > 0) return;
  for (size_t k = 0; k < pass.outputs.size(); ++k) {
    const Output& output = pass.outputs[k];
    if (output.reduction < 0) continue;
    const Reduction& reduction = isa.reductions[output.reduction];
    alignas(16) char state[kMostPlanes * kAccumulators * kAccumulatorBytes] = {};
    // The accumulator of one element that never comes.
    reduction.start(state, 1, 1);
    Partial partial = {};
    reduction.fold(state, 1, 1, 0, &partial);
    Constant value;
    reduction.finish(&value, &partial, 1, 0, output.parameter);
    const int64_t* strides = words.Operands() + (pass.inputs.size() + k) * (1 + words.rank) + 1;
    for (int64_t i = 0; i < results; ++i) {
      char* address = reinterpret_cast<char*>(strides[-1]);
      int64_t rest = i;
      for (int axis = words.rank - 1; axis >= 0; --axis) {
        if (words.IsReduced(axis)) continue;
        address += rest % words.shape[axis] * strides[axis];
        rest /= words.shape[axis];
      }
      isa.stores[output.dtype](address, &value, 1, 0);
    }
  }
}

// One thread's state in a pass.
class Sweep {
 public:
  Sweep(const Shared& shared, Arena* arena) : shared_(shared), plan_(*shared.plan) {
    const Pass& pass = *plan_.pass;
    pointers_ = arena->Take<char*>(plan_.values + plan_.state_count);
    cells_ = arena->Take<Constant>(plan_.values);
    bases_ = arena->Take<char*>(plan_.transfer_count);
    coordinates_ = arena->Take<int64_t>(plan_.rank);
    if (pass.reductions > 0) {
      accumulators_ = arena->Take<char>(plan_.state_bytes + 64);
      accumulators_ += -reinterpret_cast<uintptr_t>(accumulators_) % 64;
      partials_ = arena->Take<Partial>(plan_.widest);
      results_ = arena->Take<Constant>(plan_.widest);
    }
    // A load waits for an earlier store whose address agrees in the low 12 bits: registers start a quarter page away
    // from the first operand.
    char* slots = arena->Take<char>(plan_.slot_bytes + 4096);
    const uintptr_t wanted =
        plan_.transfer_count > 0 ? (reinterpret_cast<uintptr_t>(plan_.addresses[0]) & ~uintptr_t{63}) + 1024 : 0;
    slots += (wanted - reinterpret_cast<uintptr_t>(slots)) % 4096;
    for (int v = 0; v < plan_.values; ++v) {
      pointers_[v] = plan_.slots[v] >= 0 ? slots + plan_.slots[v] : reinterpret_cast<char*>(cells_ + v);
    }
    for (int k = 0; k < plan_.state_count; ++k) pointers_[plan_.values + k] = accumulators_ + plan_.states[k].offset;
    const int loads = static_cast<int>(pass.loads.size());
    for (int k = 0; k < loads; ++k) {
      // Kernels never write to a load's value, so the program's own constant serves.
      const Constant& constant = plan_.program->constants[pass.loads[k]];
      pointers_[plan_.input_count + k] = const_cast<char*>(reinterpret_cast<const char*>(constant.bytes));
    }
  }

  // Does the task's units. False when the run was cancelled.
  bool RunTask(int64_t task) {
    const int64_t begin = task * plan_.units_per_task;
    const int64_t end = begin + plan_.units_per_task < plan_.units ? begin + plan_.units_per_task : plan_.units;
    if (plan_.mode == Plan::kRows) return RunRows(begin, end);
    if (plan_.mode == Plan::kColumns) return RunColumns(begin, end);
    return plan_.straight ? RunShortRows(begin, end) : RunChunks(begin, end);
  }

  // After the pass: makes results of what its chunks gave.
  void StoreCombined() { lanes::StoreCombined(plan_, bases_ + plan_.input_count, results_); }

  void Finish() {
    if (plan_.streams) plan_.isa->fence();
  }

 private:
  // ---- Row mode -----------------------------------------------------------------------------------------------------

  bool RunRows(int64_t begin, int64_t end) {
    const int64_t row = begin == 0 ? 0 : begin / plan_.blocks_per_row;
    int64_t column = begin - row * plan_.blocks_per_row;
    Locate(row);
    FindRow();
    LoadUniforms(false);
    for (int64_t unit = begin; unit < end; ++unit, ++column) {
      if (column == plan_.blocks_per_row) {
        column = 0;
        NextRow();
        FindRow();
        LoadUniforms(true);
      }
      if (shared_.Cancelled()) return false;
      const int64_t start = column * plan_.block;
      const int64_t left = plan_.row - start;
      if (left > 0) RunRowBlock(start, left < plan_.block ? left : plan_.block);
    }
    return true;
  }

  // Sets the coordinates of a row.
  void Locate(int64_t row) {
    for (int axis = plan_.outer_rank - 1; axis >= 0; --axis) {
      coordinates_[axis] = row % plan_.shape[axis];
      row /= plan_.shape[axis];
    }
  }

  void NextRow() {
    for (int axis = plan_.outer_rank - 1; axis >= 0; --axis) {
      if (++coordinates_[axis] < plan_.shape[axis]) return;
      coordinates_[axis] = 0;
    }
  }

  void FindRow() {
    for (int k = 0; k < plan_.transfer_count; ++k) {
      char* base = plan_.addresses[k];
      const int64_t* strides = plan_.strides + k * plan_.rank;
      for (int axis = 0; axis < plan_.outer_rank; ++axis) base += coordinates_[axis] * strides[axis];
      bases_[k] = base;
    }
  }

  // Reads the inputs that are one value here, and computes what depends on them alone. A new row changes only some.
  void LoadUniforms(bool new_row) {
    bool changed = !new_row;
    for (int k = 0; k < plan_.input_count; ++k) {
      const Transfer& t = plan_.transfers[k];
      if (t.way != Transfer::kUniform || (new_row && !t.varies)) continue;
      LoadRun(t, cells_ + t.value, bases_[k], 1, 0);
      changed = true;
    }
    if (!changed) return;
    for (int k = 0; k < plan_.once_count; ++k) {
      const Step& s = plan_.once[k];
      RunStep(s, 1, 0);
    }
    for (int k = 0; k < plan_.expansion_count; ++k) {
      const Expansion& e = plan_.expansions[k];
      plan_.isa->fill(pointers_[e.copy], pointers_[e.value], static_cast<size_t>(plan_.block), e.bytes);
    }
  }

  void RunRowBlock(int64_t start, int64_t n) {
    for (int k = 0; k < plan_.transfer_count; ++k) {
      const Transfer& t = plan_.transfers[k];
      if (t.way == Transfer::kInPlace) {
        pointers_[t.value] = bases_[k] + start * t.bytes;
      } else if (t.way == Transfer::kPacked) {
        const int64_t stride = Stride(k);
        LoadRun(t, pointers_[t.value], bases_[k] + start * stride, n, stride);
      }
    }
    RunSteps(n);
    for (int k = plan_.input_count; k < plan_.transfer_count; ++k) {
      const Transfer& t = plan_.transfers[k];
      if (t.way == Transfer::kStored) {
        const int64_t stride = Stride(k);
        StoreRun(t, bases_[k] + start * stride, pointers_[t.value], n, stride);
      } else if (t.way == Transfer::kStreamed) {
        plan_.isa->stream(bases_[k] + start * t.bytes, pointers_[t.value], static_cast<size_t>(n * t.bytes));
      }
    }
  }

  int64_t Stride(int operand) const { return plan_.strides[operand * plan_.rank + plan_.rank - 1]; }

  void RunSteps(int64_t n) {
    for (int k = 0; k < plan_.step_count; ++k) {
      const Step& s = plan_.steps[k];
      if (k == plan_.fetching_step)
        RunAndFetch(s, n);
      else
        RunStep(s, n, s.uniform);
    }
  }

  // Calls the kernel for a piece after the other, and before each asks for as much of the next block's inputs.
  void RunAndFetch(const Step& s, int64_t n) {
    const auto from = [&](int32_t value, int64_t i) { return pointers_[value] + i * ValueBytes(value); };
    const auto argument = [&](int32_t value, int k, int64_t i) {
      return from(value, (s.uniform >> k & 1) != 0 ? 0 : i);
    };
    for (int64_t i = 0; i < n; i += kFetchedAtOnce) {
      const int64_t m = n - i < kFetchedAtOnce ? n - i : kFetchedAtOnce;
      for (int k = 0; k < plan_.input_count; ++k) {
        const Transfer& t = plan_.transfers[k];
        if (t.way != Transfer::kInPlace) continue;
        // Behind the array's end it is harmless.
        const char* next = pointers_[t.value] + (plan_.block + i) * t.bytes;
        for (int64_t j = 0; j < m * t.bytes; j += kLineBytes) __builtin_prefetch(next + j);
      }
      s.kernel(from(s.dst, i), argument(s.a, 0, i), argument(s.b, 1, i), argument(s.c, 2, i), static_cast<size_t>(m),
               s.uniform);
    }
  }

  void RunStep(const Step& s, int64_t n, uint32_t uniform) {
    if (s.links != nullptr)
      s.chain(s.links, s.link_count, pointers_, static_cast<size_t>(n), plan_.is_far);
    else if (s.function == nullptr)
      s.kernel(pointers_[s.dst], pointers_[s.a], pointers_[s.b], pointers_[s.c], static_cast<size_t>(n), uniform);
    else
      CallUser(s, n);
  }

  void CallUser(const Step& s, int64_t n) {
    using One = void (*)(void*, const void*, int64_t);
    using Two = void (*)(void*, const void*, const void*, int64_t);
    using Three = void (*)(void*, const void*, const void*, const void*, int64_t);
    if (s.arity == 1)
      reinterpret_cast<One>(s.function)(pointers_[s.dst], pointers_[s.a], n);
    else if (s.arity == 2)
      reinterpret_cast<Two>(s.function)(pointers_[s.dst], pointers_[s.a], pointers_[s.b], n);
    else
      reinterpret_cast<Three>(s.function)(pointers_[s.dst], pointers_[s.a], pointers_[s.b], pointers_[s.c], n);
    if (plan_.pass->values[s.dst].bytes == 1) MakeTruths(reinterpret_cast<uint8_t*>(pointers_[s.dst]), n);
  }

  // Kernels rely on a bool being 0 or 1.
  static void MakeTruths(uint8_t* x, int64_t n) {
    for (int64_t i = 0; i < n; ++i) x[i] = x[i] != 0;
  }

  // ---- Linear mode --------------------------------------------------------------------------------------------------

  bool RunChunks(int64_t begin, int64_t end) {
    int64_t group = -1;
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t chunk = plan_.chunks == 1 ? 0 : unit % plan_.chunks;
      if (plan_.may_end && CopiesPartials(chunk)) continue;
      const int64_t first = chunk * kChunk;
      int64_t position = first * plan_.columns;
      if (chunk == 0 || group < 0) {
        Locate(plan_.chunks == 1 ? unit : unit / plan_.chunks);
        FindRow();
        LoadUniforms(group >= 0);
        group = plan_.chunks == 1 ? unit : unit / plan_.chunks;
        StartAt(position);
      }
      const int64_t n = plan_.reduced - first < kChunk ? plan_.reduced - first : kChunk;
      StartStates(plan_.columns, n);
      const int64_t start = position;
      const int64_t chunk_end = start + n * plan_.columns;
      while (position < chunk_end) {
        if (shared_.Cancelled()) return false;
        const int64_t m = chunk_end - position < plan_.block ? chunk_end - position : plan_.block;
        RunLinearBlock(position, position - start, m);
        position += m;
      }
      EndStates(group, chunk, 0, plan_.columns);
      if (plan_.may_end) NoteFinal(chunk);
    }
    return true;
  }

  // Reduces rows that are one unit each.
  bool RunShortRows(int64_t begin, int64_t end) {
    const int64_t most = plan_.step_count > 0 ? plan_.block / plan_.row : 256;
    for (int64_t row = begin; row < end; row += most) {
      if (shared_.Cancelled()) return false;
      Locate(row);
      FindRow();
      if (row == begin) LoadUniforms(false);
      const int64_t rows = end - row < most ? end - row : most;
      for (int k = 0; k < plan_.input_count; ++k) {
        const Transfer& t = plan_.transfers[k];
        if (t.way == Transfer::kInPlace) pointers_[t.value] = bases_[k];
      }
      RunSteps(rows * plan_.row);
      for (int k = 0; k < plan_.result_count; ++k) {
        const Result& result = plan_.results[k];
        const Output& output = plan_.pass->outputs[result.output];
        const int value = plan_.states[result.state].value;
        const int64_t step =
            value < plan_.input_count ? plan_.strides[value * plan_.rank] : plan_.row * ValueBytes(value);
        const int operand = plan_.input_count + result.output;
        StoreStraight(output, rows, bases_[operand], plan_.strides[operand * plan_.rank],
                      [&](void* results, int64_t done, int64_t n) {
                        plan_.isa->reductions[output.reduction].along(results, pointers_[value] + done * step, step,
                                                                      static_cast<size_t>(n), plan_.reduced,
                                                                      output.parameter);
                      });
      }
    }
    return true;
  }

  // Stores results `stride` bytes apart; make(results, done, n) makes n of them behind those that are done.
  template <class Make>
  void StoreStraight(const Output& output, int64_t count, char* dst, int64_t stride, Make make) {
    const bool is_aligned = (reinterpret_cast<uintptr_t>(dst) & (output.bytes - 1)) == 0;
    if (kDTypeRows[output.dtype].native && stride == output.bytes && is_aligned) return make(dst, 0, count);
    Constant room[64];
    constexpr int64_t kRoom = sizeof(room) / sizeof(*room);
    for (int64_t done = 0; done < count; done += kRoom) {
      const int64_t n = count - done < kRoom ? count - done : kRoom;
      make(room, done, n);
      plan_.isa->stores[output.dtype](dst + done * stride, room, static_cast<size_t>(n), stride);
    }
  }

  // Where an earlier chunk leaves nothing to find, what it gave does for this one too: positions are the first ones.
  bool CopiesPartials(int64_t chunk) {
    const int64_t last = shared_.last_chunk.load(std::memory_order_acquire);
    if (chunk <= last) return false;
    for (int k = 0; k < plan_.state_count; ++k) *PartialsOf(plan_, k, 0, chunk) = *PartialsOf(plan_, k, 0, last);
    return true;
  }

  void NoteFinal(int64_t chunk) {
    for (int k = 0; k < plan_.state_count; ++k) {
      if (!plan_.states[k].reduction->is_final(*PartialsOf(plan_, k, 0, chunk))) return;
    }
    int64_t last = shared_.last_chunk.load(std::memory_order_relaxed);
    while (chunk < last && !shared_.last_chunk.compare_exchange_weak(last, chunk, std::memory_order_release,
                                                                     std::memory_order_relaxed)) {
    }
  }

  // Sets the coordinates in the row to those of an element.
  void StartAt(int64_t position) {
    for (int axis = plan_.rank - 1; axis >= plan_.outer_rank; --axis) {
      coordinates_[axis] = position % plan_.shape[axis];
      position /= plan_.shape[axis];
    }
  }

  void RunLinearBlock(int64_t position, int64_t in_chunk, int64_t n) {
    for (int k = 0; k < plan_.transfer_count; ++k) {
      const Transfer& t = plan_.transfers[k];
      if (t.way == Transfer::kInPlace)
        pointers_[t.value] = bases_[k] + position * t.bytes;
      else if (t.way == Transfer::kPacked)
        Across(k, t, n);
    }
    RunSteps(n);
    for (int k = plan_.input_count; k < plan_.transfer_count; ++k) {
      const Transfer& t = plan_.transfers[k];
      if (t.way == Transfer::kStored) {
        Across(k, t, n);
      } else if (t.way == Transfer::kStreamed) {
        plan_.isa->stream(bases_[k] + position * t.bytes, pointers_[t.value], static_cast<size_t>(n * t.bytes));
      }
    }
    for (int k = 0; k < plan_.state_count; ++k) {
      const State& state = plan_.states[k];
      if (!state.is_chained) Accumulate(state, in_chunk, n);
    }
    Advance(n);
  }

  // What comes from memory is asked for some time before.
  void Accumulate(const State& state, int64_t in_chunk, int64_t n) {
    const char* x = pointers_[state.value];
    const int64_t bytes = ValueBytes(state.value);
    char* accumulators = accumulators_ + state.offset;
    int64_t piece = n;
    if (plan_.is_far && is_intel && state.value < plan_.input_count &&
        plan_.transfers[state.value].way == Transfer::kInPlace) {
      const int64_t turn = kAccumulators * plan_.columns;
      piece = turn < kFetchedAhead ? kFetchedAhead / turn * turn : turn;
    }
    for (int64_t i = 0; i < n; i += piece) {
      const int64_t m = n - i < piece ? n - i : piece;
      if (piece < n) {
        for (int64_t j = 0; j < m * bytes; j += kLineBytes) AskAhead(x + i * bytes + j);
      }
      AccumulateRun(*state.reduction, accumulators, plan_.columns, x + i * bytes, bytes, in_chunk + i, m);
    }
  }

  // ---- Column mode --------------------------------------------------------------------------------------------------

  bool RunColumns(int64_t begin, int64_t end) {
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t start = unit % plan_.blocks_per_row * plan_.block;
      const int64_t chunk = unit / plan_.blocks_per_row % plan_.chunks;
      const int64_t group = unit / plan_.blocks_per_row / plan_.chunks;
      const int64_t first = chunk * kChunk;
      const int64_t n = plan_.reduced - first < kChunk ? plan_.reduced - first : kChunk;
      const int64_t width = plan_.row - start < plan_.block ? plan_.row - start : plan_.block;
      if (width <= 0) continue;
      Locate(group * plan_.reduced + first);
      FindRow();
      if (plan_.straight) {
        if (shared_.Cancelled()) return false;
        ReduceFewRows(start, width);
        continue;
      }
      StartStates(width, n);
      if (plan_.direct ? !TakeRows(start, width, n) : !RunRowsOfColumns(start, width, n)) return false;
      EndStates(group, chunk, start, width);
    }
    return true;
  }

  void ReduceFewRows(int64_t start, int64_t width) {
    for (int k = 0; k < plan_.result_count; ++k) {
      const Result& result = plan_.results[k];
      const Output& output = plan_.pass->outputs[result.output];
      const int value = plan_.states[result.state].value;
      const int64_t bytes = ValueBytes(value);
      const int64_t step = plan_.strides[value * plan_.rank + plan_.outer_rank - 1];
      const char* x = bases_[value] + start * bytes;
      char* dst = bases_[plan_.input_count + result.output] + start * result.stride;
      StoreStraight(output, width, dst, result.stride, [&](void* results, int64_t done, int64_t n) {
        plan_.isa->reductions[output.reduction].across(results, x + done * bytes, step, static_cast<size_t>(n),
                                                       plan_.reduced, output.parameter);
      });
    }
  }

  bool RunRowsOfColumns(int64_t start, int64_t width, int64_t n) {
    for (int64_t row = 0; row < n; ++row) {
      if (shared_.Cancelled()) return false;
      if (row > 0) {
        NextRow();
        FindRow();
      }
      LoadUniforms(row > 0);
      RunRowBlock(start, width);
      Rows rows = {nullptr,
                   0,
                   static_cast<size_t>(row % kAccumulators * width),
                   static_cast<size_t>(width),
                   1,
                   row / kAccumulators};
      for (int k = 0; k < plan_.state_count; ++k) {
        const State& state = plan_.states[k];
        rows.x = pointers_[state.value];
        state.reduction->accumulate(accumulators_ + state.offset, static_cast<size_t>(width), rows);
      }
    }
    return true;
  }

  // Some turns of one accumulator after the other, which stays in registers meanwhile.
  bool TakeRows(int64_t start, int64_t width, int64_t n) {
    constexpr int64_t kTurnsAtOnce = 32;
    for (int64_t row = 0; row < n; row += kTurnsAtOnce * kAccumulators) {
      if (shared_.Cancelled()) return false;
      for (int64_t j = 0; j < kAccumulators && row + j < n; ++j) {
        const int64_t turns = (n - row - j + kAccumulators - 1) / kAccumulators;
        Rows rows = {nullptr,
                     0,
                     static_cast<size_t>(j * width),
                     static_cast<size_t>(width),
                     static_cast<size_t>(turns < kTurnsAtOnce ? turns : kTurnsAtOnce),
                     row / kAccumulators};
        for (int k = 0; k < plan_.state_count; ++k) {
          const State& state = plan_.states[k];
          const int64_t stride =
              plan_.outer_rank == plan_.group_rank ? 0 : plan_.strides[state.value * plan_.rank + plan_.outer_rank - 1];
          rows.x = bases_[state.value] + (row + j) * stride + start * ValueBytes(state.value);
          rows.step = kAccumulators * stride;
          state.reduction->accumulate(accumulators_ + state.offset, static_cast<size_t>(width), rows);
        }
      }
    }
    return true;
  }

  // ---- Walking ------------------------------------------------------------------------------------------------------

  // Packs or stores n elements from the present coordinates on, row by row.
  void Across(int operand, const Transfer& t, int64_t n) {
    const int last = plan_.rank - 1;
    const int64_t* strides = plan_.strides + operand * plan_.rank;
    const int64_t register_bytes = ValueBytes(t.value);
    char* element = bases_[operand];
    for (int axis = plan_.outer_rank; axis <= last; ++axis) element += coordinates_[axis] * strides[axis];
    char* packed = pointers_[t.value];
    const bool load = operand < plan_.input_count;
    int64_t left_in_row = plan_.shape[last] - coordinates_[last];
    int64_t walk[kMaxRank];
    if (n > left_in_row) memcpy(walk, coordinates_, plan_.rank * sizeof(*walk));
    while (true) {
      const int64_t run = n < left_in_row ? n : left_in_row;
      if (load)
        LoadRun(t, packed, element, run, strides[last]);
      else
        StoreRun(t, element, packed, run, strides[last]);
      n -= run;
      if (n == 0) return;
      packed += run * register_bytes;
      // To the start of the next row: back by what this one had before the run, then up in the outer axes.
      element -= (plan_.shape[last] - left_in_row) * strides[last];
      left_in_row = plan_.shape[last];
      for (int axis = last - 1; axis >= plan_.outer_rank; --axis) {
        element += strides[axis];
        if (++walk[axis] < plan_.shape[axis]) break;
        element -= walk[axis] * strides[axis];
        walk[axis] = 0;
      }
    }
  }

  int64_t ValueBytes(int value) const {
    const int values = static_cast<int>(plan_.pass->values.size());
    return value < values ? plan_.pass->values[value].bytes : plan_.expansions[value - values].bytes;
  }

  void Advance(int64_t n) {
    for (int axis = plan_.rank - 1; axis >= plan_.outer_rank && n > 0; --axis) {
      const int64_t sum = coordinates_[axis] + n;
      if (sum < plan_.shape[axis]) {
        coordinates_[axis] = sum;
        return;
      }
      n = sum / plan_.shape[axis];
      coordinates_[axis] = sum - n * plan_.shape[axis];
    }
  }

  // ---- Reductions ---------------------------------------------------------------------------------------------------

  void StartStates(int64_t columns, int64_t n) {
    for (int k = 0; k < plan_.state_count; ++k) {
      const State& state = plan_.states[k];
      state.reduction->start(accumulators_ + state.offset, static_cast<size_t>(columns), n);
    }
  }

  // Makes results of the accumulators, or when these saw but a part of their elements, leaves what they give for later.
  void EndStates(int64_t group, int64_t chunk, int64_t start, int64_t columns) {
    const int64_t first = chunk * kChunk;
    const int64_t n = plan_.reduced - first < kChunk ? plan_.reduced - first : kChunk;
    char* const* bases = bases_ + plan_.input_count;
    for (int k = 0; k < plan_.state_count; ++k) {
      const State& state = plan_.states[k];
      char* accumulators = accumulators_ + state.offset;
      // For a single result partials are as fast.
      if (columns > 1 && plan_.chunks == 1 && plan_.result_count == plan_.state_count &&
          state.reduction->settle != nullptr) {
        StoreResults(plan_, k, bases, start, columns, nullptr, accumulators, results_);
        continue;
      }
      Partial* partials = plan_.chunks == 1 ? partials_ : PartialsOf(plan_, k, group, chunk) + start;
      state.reduction->fold(accumulators, static_cast<size_t>(columns), n, first, partials);
      if (plan_.chunks == 1) StoreResults(plan_, k, bases, start, columns, partials, nullptr, results_);
    }
  }

  const Shared& shared_;
  const Plan& plan_;
  char** pointers_;       // where each value's block is
  Constant* cells_;       // the uniform ones
  char** bases_;          // each operand's memory, of the present row in row mode
  int64_t* coordinates_;  // of the present row, or of the next element in linear mode
  char* accumulators_;
  Partial* partials_;  // of the results of one unit
  Constant* results_;
};

void TakeTasks(const Shared& shared, Sweep* sweep, int thread) {
  int64_t task = thread == 0 ? Stretches::kCallersFirst : shared.tasks->Take(thread);
  while (task >= 0 && sweep->RunTask(task)) task = shared.tasks->Take(thread);
  sweep->Finish();
}

// A helper for whom there is no memory leaves the tasks to the others.
void Help(const Shared& shared, int thread) {
  shared.tasks->AskFor(thread);
  alignas(64) char local[kFrameStackBytes];
  Arena arena(local, sizeof(local));
  if (!arena.Reserve(shared.plan->frame_bytes)) return;
  Sweep sweep(shared, &arena);
  TakeTasks(shared, &sweep, thread);
}

// What every thread of the pass does.
void WorkOn(void* shared_pointer, int thread) {
  const Shared& shared = *static_cast<const Shared*>(shared_pointer);
  if (thread == 0)
    TakeTasks(shared, shared.callers_sweep, 0);
  else
    Help(shared, thread);
}

// ---- Passes ---------------------------------------------------------------------------------------------------------

int32_t RunPass(const Isa& isa, const Program& program, const Pass& pass, const int64_t* call, bool is_short,
                const int32_t* cancel) {
  const PassWords words(call);
  int64_t total = 1;
  for (int axis = 0; axis < words.rank; ++axis) total *= words.shape[axis];
  if (total == 0) {
    StoreIdentities(isa, pass, words);
    return LANES_OK;
  }
  // What helpers read before anything else lies together.
  struct {
    Shared shared;
    Plan plan;
    alignas(16) char memory[kPlanStackBytes];
  } common;
  Shared& shared = common.shared;
  Plan& plan = common.plan;
  Arena plan_arena(common.memory, sizeof(common.memory));
  if (!plan_arena.Reserve(PlanBytes(pass, call))) return LANES_NO_MEMORY;
  MakePlan(isa, program, pass, call, total, &plan_arena, &plan);

  alignas(64) char frame_memory[kFrameStackBytes];
  Arena frame_arena(frame_memory, sizeof(frame_memory));
  if (!frame_arena.Reserve(plan.frame_bytes)) return LANES_NO_MEMORY;
  shared.plan = &plan;
  shared.cancel = cancel;
  Sweep sweep(shared, &frame_arena);
  shared.callers_sweep = &sweep;
  // What comes from memory is read faster when the threads are near each other in it.
  Stretches tasks(plan.tasks, plan.is_far ? 1 : plan.threads);
  shared.tasks = &tasks;
  if (plan.threads == 1) {
    TakeTasks(shared, &sweep, 0);
  } else {
    const char* begin = reinterpret_cast<const char*>(&common);
    const char* end = plan_arena.End();
    // A plan too large for the stack is elsewhere.
    const bool is_near = end > begin && end <= begin + sizeof(common);
    RunOnTeam(plan.threads, is_short, WorkOn, &shared, is_near ? end - begin : common.memory - begin);
  }
  if (shared.Cancelled()) return LANES_CANCELLED;
  if (pass.reductions > 0 && plan.chunks > 1) sweep.StoreCombined();
  return LANES_OK;
}

}  // namespace

int32_t RunProgram(const Program& program, const int64_t* call) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  const int32_t* cancel = reinterpret_cast<const int32_t*>(call[0]);
  const bool is_short = (call[1] & LANES_SHORT) != 0;
  const int64_t* words = call + 2;
  for (const Pass& pass : program.passes) {
    const int64_t rank = words[1];
    if (words[0] < 1 || rank < 0 || rank > kMaxRank) return LANES_BAD_ARGUMENT;
    // The short way does not look at the flag.
    const int64_t most = kMostUnwatched / static_cast<int64_t>(pass.instructions.size() + 1);
    const bool is_vector = rank == 1 && (cancel == nullptr || words[3] <= most);
    const bool is_simple = words[0] == 1 && is_vector && (pass.reductions == 0 || (words[2] & 1) != 0);
    if (!is_simple || !RunPlain(*isa, program, pass, words[3], {words + 4, nullptr})) {
      const int32_t status = RunPass(*isa, program, pass, words, is_short, cancel);
      if (status != LANES_OK) return status;
    }
    words += 3 + rank + static_cast<int64_t>(pass.inputs.size() + pass.outputs.size()) * (1 + rank);
  }
  return LANES_OK;
}

namespace {

// One pass over vectors of n elements; `vectors` has all operands by their places.
int32_t RunPassOfVectors(const Isa& isa, const Program& program, const Pass& pass, int64_t n, const int64_t* vectors) {
  // One thread, one axis, which a reduction takes; an operand may be both an input and an output.
  int64_t words[4 + 2 * 2 * kPlaces];
  words[0] = words[1] = words[2] = 1;
  words[3] = n;
  int64_t* operands = words + 4;
  for (const int32_t place : pass.places) {
    *operands++ = vectors[2 * place];
    *operands++ = vectors[2 * place + 1];
  }
  return RunPass(isa, program, pass, words, false, nullptr);
}

// Several passes, which leave single values for later ones.
int32_t RunPassesOfVectors(const Isa& isa, const Program& program, int64_t n, const int64_t* vectors) {
  int64_t places[2 * kPlaces];
  memcpy(places, vectors, 2 * (1 + kMostInputVectors) * sizeof(*places));
  alignas(kSingleBytes) char singles[kMostSingles][kSingleBytes];
  for (int k = 0; k < kMostSingles; ++k) {
    places[2 * (1 + kMostInputVectors + k)] = reinterpret_cast<int64_t>(singles[k]);
    places[2 * (1 + kMostInputVectors + k) + 1] = 0;
  }
  for (const Pass& pass : program.passes) {
    const int64_t count = pass.reads_vectors ? n : 1;
    if (RunPlain(isa, program, pass, count, {places, pass.places.data()})) continue;
    const int32_t status = RunPassOfVectors(isa, program, pass, count, places);
    if (status != LANES_OK) return status;
  }
  return LANES_OK;
}

}  // namespace

int32_t RunVectors(const Program& program, int64_t n, const int64_t* vectors) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  if (!program.takes_vectors) return LANES_BAD_ARGUMENT;
  if (program.passes.size() > 1) return RunPassesOfVectors(*isa, program, n, vectors);
  const Pass& pass = program.passes[0];
  if (RunPlain(*isa, program, pass, n, {vectors, pass.places.data()})) return LANES_OK;
  return RunPassOfVectors(*isa, program, pass, n, vectors);
}

int32_t RunProgramMany(const Program& program, const int64_t* const* calls, int64_t count, int threads,
                       const int32_t* cancel) {
  // Enough tasks that all threads end at about the same time, few enough that taking one costs nothing beside it.
  const int64_t wanted = count / (int64_t{32} * threads);
  const int64_t calls_per_task = wanted < 1 ? 1 : wanted;
  std::atomic<int32_t> status{LANES_OK};
  const bool complete = RunTasks((count + calls_per_task - 1) / calls_per_task, threads, cancel, [&](int64_t task) {
    const int64_t begin = task * calls_per_task;
    const int64_t end = begin + calls_per_task < count ? begin + calls_per_task : count;
    for (int64_t k = begin; k < end && status.load(std::memory_order_relaxed) == LANES_OK; ++k) {
      const int32_t result = RunProgram(program, calls[k]);
      if (result != LANES_OK) status.store(result, std::memory_order_relaxed);
    }
  });
  return complete ? status.load(std::memory_order_relaxed) : int32_t{LANES_CANCELLED};
}

}  // namespace lanes
