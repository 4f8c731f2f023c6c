// Runs a program's passes: each thread takes tasks and sends blocks through the kernels.
#include "run.h"

#include <stdlib.h>
#include <string.h>

#include <atomic>

#include "isa.h"
#include "lanes.h"
#include "plain.h"
#include "plan.h"
#include "tasks.h"
#include "team.h"

namespace lanes {
namespace {

// A stack that the JVM gives to native code has room for both.
constexpr size_t kPlanStackBytes = 4 << 10;
constexpr size_t kFrameStackBytes = 40 << 10;

// What all threads of a pass share.
struct Shared {
  const Plan* plan;
  const int32_t* cancel;
  Arena* callers_arena;  // reserved before the pass starts, so that one thread at least can work
  std::atomic<int64_t> next_task{0};

  bool Cancelled() const { return cancel != nullptr && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0; }
};

// One thread's state in a pass.
class Sweep {
 public:
  Sweep(const Shared& shared, Arena* arena) : shared_(shared), plan_(*shared.plan) {
    const Pass& pass = *plan_.pass;
    pointers_ = arena->Take<char*>(plan_.values);
    cells_ = arena->Take<Constant>(plan_.values);
    bases_ = arena->Take<char*>(plan_.transfer_count);
    coordinates_ = arena->Take<int64_t>(plan_.rank);
    accumulators_ = arena->Take<char>(pass.reductions * kAccumulators * kAccumulatorBytes);
    // A load waits for an earlier store whose address agrees in the low 12 bits: registers start a quarter page away
    // from the first operand.
    char* slots = arena->Take<char>(plan_.slot_bytes + 4096);
    const uintptr_t wanted =
        plan_.transfer_count > 0 ? (reinterpret_cast<uintptr_t>(plan_.addresses[0]) & ~uintptr_t{63}) + 1024 : 0;
    slots += (wanted - reinterpret_cast<uintptr_t>(slots)) % 4096;
    for (int v = 0; v < plan_.values; ++v) {
      pointers_[v] = plan_.slots[v] >= 0 ? slots + plan_.slots[v] : reinterpret_cast<char*>(cells_ + v);
    }
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
    return plan_.by_rows ? RunRows(begin, end) : RunChunks(begin, end);
  }

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

  // Sets the coordinates of a row, the last axis excluded.
  void Locate(int64_t row) {
    for (int axis = plan_.rank - 2; axis >= 0; --axis) {
      coordinates_[axis] = row % plan_.shape[axis];
      row /= plan_.shape[axis];
    }
  }

  void NextRow() {
    for (int axis = plan_.rank - 2; axis >= 0; --axis) {
      if (++coordinates_[axis] < plan_.shape[axis]) return;
      coordinates_[axis] = 0;
    }
  }

  void FindRow() {
    for (int k = 0; k < plan_.transfer_count; ++k) {
      char* base = plan_.addresses[k];
      const int64_t* strides = plan_.strides + k * plan_.rank;
      for (int axis = 0; axis + 1 < plan_.rank; ++axis) base += coordinates_[axis] * strides[axis];
      bases_[k] = base;
    }
  }

  // Reads the inputs that are one value here, and computes what depends on them alone. A new row changes only some.
  void LoadUniforms(bool new_row) {
    bool changed = !new_row;
    for (int k = 0; k < plan_.input_count; ++k) {
      const Transfer& t = plan_.transfers[k];
      if (t.way != Transfer::kUniform || (new_row && !t.varies)) continue;
      t.convert(cells_ + t.value, bases_[k], 1, 0);
      changed = true;
    }
    if (!changed) return;
    for (int k = 0; k < plan_.once_count; ++k) {
      const Step& s = plan_.once[k];
      s.kernel(pointers_[s.dst], pointers_[s.a], pointers_[s.b], pointers_[s.c], 1, 0);
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
        t.convert(pointers_[t.value], bases_[k] + start * stride, static_cast<size_t>(n), stride);
      }
    }
    RunSteps(n);
    for (int k = plan_.input_count; k < plan_.transfer_count; ++k) {
      const Transfer& t = plan_.transfers[k];
      if (t.way == Transfer::kStored) {
        const int64_t stride = Stride(k);
        t.convert(bases_[k] + start * stride, pointers_[t.value], static_cast<size_t>(n), stride);
      } else if (t.way == Transfer::kStreamed) {
        plan_.isa->stream(bases_[k] + start * t.bytes, pointers_[t.value], static_cast<size_t>(n * t.bytes));
      }
    }
  }

  int64_t Stride(int operand) const { return plan_.strides[operand * plan_.rank + plan_.rank - 1]; }

  void RunSteps(int64_t n) {
    for (int k = 0; k < plan_.step_count; ++k) {
      const Step& s = plan_.steps[k];
      s.kernel(pointers_[s.dst], pointers_[s.a], pointers_[s.b], pointers_[s.c], static_cast<size_t>(n), s.uniform);
    }
  }

  // ---- Linear mode --------------------------------------------------------------------------------------------------

  bool RunChunks(int64_t begin, int64_t end) {
    int64_t position = begin * kChunk;
    int64_t rest = position;
    for (int axis = plan_.rank - 1; axis >= 0; --axis) {
      coordinates_[axis] = rest % plan_.shape[axis];
      rest /= plan_.shape[axis];
    }
    for (int k = 0; k < plan_.transfer_count; ++k) bases_[k] = plan_.addresses[k];
    LoadUniforms(false);
    for (int64_t chunk = begin; chunk < end; ++chunk) {
      const int64_t chunk_end = position + kChunk < plan_.total ? position + kChunk : plan_.total;
      StartReductions();
      while (position < chunk_end) {
        if (shared_.Cancelled()) return false;
        const int64_t n = chunk_end - position < plan_.block ? chunk_end - position : plan_.block;
        RunLinearBlock(position, n);
        position += n;
      }
      EndReductions(chunk);
    }
    return true;
  }

  void RunLinearBlock(int64_t position, int64_t n) {
    for (int k = 0; k < plan_.transfer_count; ++k) {
      const Transfer& t = plan_.transfers[k];
      if (t.way == Transfer::kInPlace)
        pointers_[t.value] = bases_[k] + position * t.bytes;
      else if (t.way == Transfer::kPacked)
        Across(k, t, n);
    }
    RunSteps(n);
    int reduction = 0;
    for (int k = plan_.input_count; k < plan_.transfer_count; ++k) {
      const Transfer& t = plan_.transfers[k];
      if (t.way == Transfer::kStored) {
        Across(k, t, n);
      } else if (t.way == Transfer::kStreamed) {
        plan_.isa->stream(bases_[k] + position * t.bytes, pointers_[t.value], static_cast<size_t>(n * t.bytes));
      } else if (t.way == Transfer::kReduced) {
        ReductionOf(k).accumulate(Accumulators(reduction++), pointers_[t.value], static_cast<size_t>(n));
      }
    }
    Advance(n);
  }

  // Packs or stores n elements from the present coordinates on, row by row.
  void Across(int operand, const Transfer& t, int64_t n) {
    const int last = plan_.rank - 1;
    const int64_t* strides = plan_.strides + operand * plan_.rank;
    const int64_t register_bytes = RegisterBytes(t);
    char* element = plan_.addresses[operand];
    for (int axis = 0; axis <= last; ++axis) element += coordinates_[axis] * strides[axis];
    char* packed = pointers_[t.value];
    const bool load = operand < plan_.input_count;
    int64_t left_in_row = plan_.shape[last] - coordinates_[last];
    int64_t walk[kMaxRank];
    if (n > left_in_row) memcpy(walk, coordinates_, plan_.rank * sizeof(*walk));
    while (true) {
      const int64_t run = n < left_in_row ? n : left_in_row;
      if (load)
        t.convert(packed, element, static_cast<size_t>(run), strides[last]);
      else
        t.convert(element, packed, static_cast<size_t>(run), strides[last]);
      n -= run;
      if (n == 0) return;
      packed += run * register_bytes;
      // To the start of the next row: back by what this one had before the run, then up in the outer axes.
      element -= (plan_.shape[last] - left_in_row) * strides[last];
      left_in_row = plan_.shape[last];
      for (int axis = last - 1; axis >= 0; --axis) {
        element += strides[axis];
        if (++walk[axis] < plan_.shape[axis]) break;
        element -= walk[axis] * strides[axis];
        walk[axis] = 0;
      }
    }
  }

  int64_t RegisterBytes(const Transfer& t) const {
    const Pass& pass = *plan_.pass;
    const int dtype = t.operand < plan_.input_count ? pass.inputs[t.operand].dtype
                                                    : pass.outputs[t.operand - plan_.input_count].dtype;
    return kKindBytes[kDTypeRows[dtype].kind];
  }

  void Advance(int64_t n) {
    for (int axis = plan_.rank - 1; axis >= 0 && n > 0; --axis) {
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

  const Reduction& ReductionOf(int operand) const {
    return plan_.isa->reductions[plan_.pass->outputs[operand - plan_.input_count].reduction];
  }

  char* Accumulators(int reduction) { return accumulators_ + reduction * kAccumulators * kAccumulatorBytes; }

  void StartReductions() {
    int reduction = 0;
    for (int k = plan_.input_count; k < plan_.transfer_count; ++k) {
      if (plan_.transfers[k].way == Transfer::kReduced) ReductionOf(k).start(Accumulators(reduction++));
    }
  }

  void EndReductions(int64_t chunk) {
    int reduction = 0;
    const int64_t chunks = plan_.units;
    for (int k = plan_.input_count; k < plan_.transfer_count; ++k) {
      if (plan_.transfers[k].way != Transfer::kReduced) continue;
      ReductionOf(k).fold(Accumulators(reduction));
      memcpy(plan_.partials + (reduction * chunks + chunk) * kAccumulatorBytes, Accumulators(reduction),
             kAccumulatorBytes);
      ++reduction;
    }
  }

  const Shared& shared_;
  const Plan& plan_;
  char** pointers_;       // where each value's block is
  Constant* cells_;       // the uniform ones
  char** bases_;          // each operand's memory, of the present row in row mode
  int64_t* coordinates_;  // of the present row, or of the next element in linear mode
  char* accumulators_;
};

// What every thread of the pass does.
void TakeTasks(Shared* shared, Arena* arena) {
  Sweep sweep(*shared, arena);
  const int64_t tasks = shared->plan->tasks;
  while (true) {
    const int64_t task = shared->next_task.fetch_add(1, std::memory_order_relaxed);
    if (task >= tasks || !sweep.RunTask(task)) break;
  }
  sweep.Finish();
}

void TakeTasksAsCaller(void* shared_pointer) {
  Shared* shared = static_cast<Shared*>(shared_pointer);
  TakeTasks(shared, shared->callers_arena);
}

// A helper for whom there is no memory leaves the tasks to the others.
void TakeTasksAsHelper(void* shared_pointer) {
  Shared* shared = static_cast<Shared*>(shared_pointer);
  alignas(64) char local[kFrameStackBytes];
  Arena arena(local, sizeof(local));
  if (arena.Reserve(shared->plan->frame_bytes)) TakeTasks(shared, &arena);
}

// ---- The results of reductions --------------------------------------------------------------------------------------

// Neighbours first, level by level; an odd last one moves up unchanged.
void CombineInPairs(const Reduction& reduction, char* partials, int64_t count) {
  while (count > 1) {
    const int64_t pairs = count / 2;
    for (int64_t k = 0; k < pairs; ++k) {
      char* left = partials + 2 * k * kAccumulatorBytes;
      reduction.combine(left, left + kAccumulatorBytes);
      memmove(partials + k * kAccumulatorBytes, left, kAccumulatorBytes);
    }
    if (count % 2 != 0) {
      memmove(partials + pairs * kAccumulatorBytes, partials + (count - 1) * kAccumulatorBytes, kAccumulatorBytes);
    }
    count = pairs + count % 2;
  }
}

void StoreResult(const Isa& isa, const Output& output, char* address, const char* accumulator) {
  Constant result = {};
  isa.reductions[output.reduction].finish(result.bytes, accumulator);
  isa.stores[output.dtype](address, result.bytes, 1, 0);
}

void StoreReductions(const Plan& plan) {
  const Pass& pass = *plan.pass;
  char* partials = plan.partials;
  for (size_t k = 0; k < pass.outputs.size(); ++k) {
    const Output& output = pass.outputs[k];
    if (output.reduction < 0) continue;
    CombineInPairs(plan.isa->reductions[output.reduction], partials, plan.units);
    StoreResult(*plan.isa, output, plan.addresses[plan.input_count + k], partials);
    partials += plan.units * kAccumulatorBytes;
  }
}

// Of no elements: the identity, which for a sum is plain 0.
void StoreIdentities(const Isa& isa, const Pass& pass, const int64_t* words) {
  const int64_t rank = words[1];
  for (size_t k = 0; k < pass.outputs.size(); ++k) {
    const Output& output = pass.outputs[k];
    if (output.reduction < 0) continue;
    char* address = reinterpret_cast<char*>(words[2 + rank + (pass.inputs.size() + k) * (1 + rank)]);
    alignas(16) char accumulators[kAccumulators * kAccumulatorBytes] = {};
    if (strcmp(kReductionRows[output.reduction].name, "sum") != 0) isa.reductions[output.reduction].start(accumulators);
    StoreResult(isa, output, address, accumulators);
  }
}

// ---- Passes ---------------------------------------------------------------------------------------------------------

int32_t RunPass(const Isa& isa, const Program& program, const Pass& pass, const int64_t* words, const int32_t* cancel) {
  const int rank = static_cast<int>(words[1]);
  int64_t total = 1;
  for (int axis = 0; axis < rank; ++axis) total *= words[2 + axis];
  if (total == 0) {
    StoreIdentities(isa, pass, words);
    return LANES_OK;
  }
  alignas(64) char plan_memory[kPlanStackBytes];
  Arena plan_arena(plan_memory, sizeof(plan_memory));
  if (!plan_arena.Reserve(PlanBytes(pass, rank, total))) return LANES_NO_MEMORY;
  Plan plan;
  MakePlan(isa, program, pass, words, total, &plan_arena, &plan);

  alignas(64) char frame_memory[kFrameStackBytes];
  Arena frame_arena(frame_memory, sizeof(frame_memory));
  if (!frame_arena.Reserve(plan.frame_bytes)) return LANES_NO_MEMORY;
  Shared shared;
  shared.plan = &plan;
  shared.cancel = cancel;
  shared.callers_arena = &frame_arena;
  if (plan.threads == 1)
    TakeTasks(&shared, &frame_arena);
  else
    RunOnTeam(plan.threads, TakeTasksAsCaller, TakeTasksAsHelper, &shared);
  if (shared.Cancelled()) return LANES_CANCELLED;
  if (pass.reductions > 0) StoreReductions(plan);
  return LANES_OK;
}

}  // namespace

int32_t RunProgram(const Program& program, const int64_t* call) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  const int32_t* cancel = reinterpret_cast<const int32_t*>(call[0]);
  const int64_t* words = call + 2;
  for (const Pass& pass : program.passes) {
    const int64_t rank = words[1];
    if (words[0] < 1 || rank < 0 || rank > kMaxRank) return LANES_BAD_ARGUMENT;
    if (!RunPlain(*isa, program, pass, words)) {
      const int32_t status = RunPass(*isa, program, pass, words, cancel);
      if (status != LANES_OK) return status;
    }
    words += 2 + rank + static_cast<int64_t>(pass.inputs.size() + pass.outputs.size()) * (1 + rank);
  }
  return LANES_OK;
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
