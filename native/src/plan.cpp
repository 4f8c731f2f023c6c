// Works out how a pass sweeps over memory: which axes merge, which operands are used where they lie, what is the same
// for all elements, how long a block is.
#include "plan.h"

#include <stdlib.h>
#include <string.h>

#include "memory.h"

namespace lanes {
namespace {

// Elements in a block. More than 512 leaves L1 too soon, fewer than 64 costs more in calls than in work.
constexpr int64_t kLongestBlock = 512;
constexpr int64_t kShortestBlock = 64;
// With nothing to keep between instructions, a block may be longer.
constexpr int64_t kUnbufferedBlock = 4096;
// Scratch memory that all registers of a thread together should not exceed, three quarters of a usual L1.
constexpr int64_t kScratchBytes = 24 << 10;
// Rows shorter than this are packed across their borders.
constexpr int64_t kShortestRow = 64;
// A task below this is not worth handing over.
constexpr int64_t kTaskElements = 16384;
constexpr int64_t kTasksPerThread = 12;

constexpr size_t kQuarterPage = 1024;

size_t RoundUp(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }
int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t Magnitude(int64_t x) { return x < 0 ? -x : x; }

// ---- Axes -----------------------------------------------------------------------------------------------------------

// A view of the strides in construction: [operand][pitch].
struct Axes {
  int rank;
  int operands;
  int inputs;
  int64_t* shape;
  char** addresses;
  int64_t* strides;
  int pitch;

  int64_t& Stride(int operand, int axis) { return strides[operand * pitch + axis]; }
};

void Copy(Axes& axes, int from, int to) {
  axes.shape[to] = axes.shape[from];
  for (int k = 0; k < axes.operands; ++k) axes.Stride(k, to) = axes.Stride(k, from);
}

void Swap(Axes& axes, int i, int j) {
  const int64_t extent = axes.shape[i];
  axes.shape[i] = axes.shape[j];
  axes.shape[j] = extent;
  for (int k = 0; k < axes.operands; ++k) {
    const int64_t stride = axes.Stride(k, i);
    axes.Stride(k, i) = axes.Stride(k, j);
    axes.Stride(k, j) = stride;
  }
}

void DropUnitAxes(Axes& axes) {
  int kept = 0;
  for (int axis = 0; axis < axes.rank; ++axis) {
    if (axes.shape[axis] == 1) continue;
    if (kept != axis) Copy(axes, axis, kept);
    ++kept;
  }
  axes.rank = kept;
}

// Whether axis i should lie outside axis j: by the first operand that tells, outputs before inputs.
bool Outside(Axes& axes, int i, int j) {
  for (int n = 0; n < axes.operands; ++n) {
    const int k = n < axes.operands - axes.inputs ? axes.inputs + n : n - (axes.operands - axes.inputs);
    const int64_t a = Magnitude(axes.Stride(k, i));
    const int64_t b = Magnitude(axes.Stride(k, j));
    if (a != 0 && b != 0 && a != b) return a > b;
  }
  return i < j;
}

// The order of elements is free when nothing is reduced: take the one in which memory lies.
void SortAxes(Axes& axes) {
  for (int i = 1; i < axes.rank; ++i) {
    for (int j = i; j > 0 && !Outside(axes, j - 1, j); --j) Swap(axes, j - 1, j);
  }
}

void FlipAxes(Axes& axes) {
  if (axes.inputs == axes.operands) return;
  for (int axis = 0; axis < axes.rank; ++axis) {
    if (axes.Stride(axes.inputs, axis) >= 0) continue;
    for (int k = 0; k < axes.operands; ++k) {
      axes.addresses[k] += (axes.shape[axis] - 1) * axes.Stride(k, axis);
      axes.Stride(k, axis) = -axes.Stride(k, axis);
    }
  }
}

bool Mergeable(Axes& axes, int outer, int inner) {
  for (int k = 0; k < axes.operands; ++k) {
    if (axes.Stride(k, outer) != axes.Stride(k, inner) * axes.shape[inner]) return false;
  }
  return true;
}

void MergeAxes(Axes& axes) {
  int last = 0;
  for (int axis = 1; axis < axes.rank; ++axis) {
    if (Mergeable(axes, last, axis)) {
      const int64_t extent = axes.shape[last] * axes.shape[axis];
      Copy(axes, axis, last);
      axes.shape[last] = extent;
    } else {
      ++last;
      if (last != axis) Copy(axes, axis, last);
    }
  }
  axes.rank = last + 1;
}

// Reads the call's words and leaves as few axes as possible, at least one.
void ReadAxes(const Pass& pass, const int64_t* words, Arena* arena, Plan* plan) {
  Axes axes;
  axes.rank = static_cast<int>(words[1]);
  axes.inputs = static_cast<int>(pass.inputs.size());
  axes.operands = axes.inputs + static_cast<int>(pass.outputs.size());
  axes.pitch = axes.rank > 0 ? axes.rank : 1;
  axes.shape = arena->Take<int64_t>(axes.pitch);
  axes.addresses = arena->Take<char*>(axes.operands);
  axes.strides = arena->Take<int64_t>(axes.operands * axes.pitch);
  const int64_t* word = words + 2;
  for (int axis = 0; axis < axes.rank; ++axis) axes.shape[axis] = *word++;
  for (int k = 0; k < axes.operands; ++k) {
    axes.addresses[k] = reinterpret_cast<char*>(*word++);
    for (int axis = 0; axis < axes.rank; ++axis) axes.Stride(k, axis) = *word++;
  }
  if (plan->total == 1) {
    // One element is contiguous whatever its strides say.
    axes.rank = 1;
    axes.shape[0] = 1;
    for (int k = 0; k < axes.operands; ++k) {
      axes.Stride(k, 0) = k < axes.inputs ? pass.inputs[k].bytes : pass.outputs[k - axes.inputs].bytes;
    }
  } else if (axes.rank > 1) {
    DropUnitAxes(axes);
    if (pass.reductions == 0) SortAxes(axes);
  }
  if (pass.reductions == 0) FlipAxes(axes);
  MergeAxes(axes);
  if (axes.pitch != axes.rank) {
    for (int k = 0; k < axes.operands; ++k) {
      for (int axis = 0; axis < axes.rank; ++axis) axes.strides[k * axes.rank + axis] = axes.Stride(k, axis);
    }
  }
  plan->rank = axes.rank;
  plan->shape = axes.shape;
  plan->addresses = axes.addresses;
  plan->strides = axes.strides;
}

// ---- Operands -------------------------------------------------------------------------------------------------------

int64_t InnerStride(const Plan& plan, int operand) { return plan.strides[operand * plan.rank + plan.rank - 1]; }

bool OuterStridesAreZero(const Plan& plan, int operand) {
  for (int axis = 0; axis + 1 < plan.rank; ++axis) {
    if (plan.strides[operand * plan.rank + axis] != 0) return false;
  }
  return true;
}

// Whether a block of the operand is a run of aligned register elements.
bool UsableInPlace(const Plan& plan, int operand, const DTypeRow& dtype) {
  if (!dtype.native || InnerStride(plan, operand) != dtype.bytes) return false;
  if (!plan.by_rows && plan.rank != 1) return false;
  const int64_t alignment = dtype.bytes > 8 ? 8 : dtype.bytes;
  int64_t bits = reinterpret_cast<int64_t>(plan.addresses[operand]);
  for (int axis = 0; axis + 1 < plan.rank; ++axis) bits |= plan.strides[operand * plan.rank + axis];
  return (bits & (alignment - 1)) == 0;
}

bool SharesWithOutput(const Plan& plan, int input) {
  const int inputs = plan.input_count;
  const int outputs = static_cast<int>(plan.pass->outputs.size());
  for (int k = 0; k < outputs; ++k) {
    if (plan.addresses[inputs + k] == plan.addresses[input]) return true;
  }
  return false;
}

void PlanInputs(Plan* plan, uint8_t* uniform) {
  const Pass& pass = *plan->pass;
  for (int i = 0; i < plan->input_count; ++i) {
    const Input& input = pass.inputs[i];
    const DTypeRow& dtype = kDTypeRows[input.dtype];
    Transfer& transfer = plan->transfers[i];
    transfer = {Transfer::kPacked, i, i, input.bytes, plan->isa->loads[input.dtype], false};
    uniform[i] = 0;
    const bool constant = InnerStride(*plan, i) == 0;
    const bool outer_constant = plan->rank == 1 || (constant && OuterStridesAreZero(*plan, i));
    if (constant && (plan->by_rows || outer_constant)) {
      transfer.way = Transfer::kUniform;
      transfer.varies = !outer_constant;
      uniform[i] = 1;
    } else if (UsableInPlace(*plan, i, dtype) && !(input.stored && SharesWithOutput(*plan, i))) {
      // What is stored as it is gets read again at the end of the block, when an output may have taken its place.
      transfer.way = Transfer::kInPlace;
    }
  }
}

// Splits the instructions into those on uniform values, done once, and those done on every block.
void PlanSteps(Plan* plan, uint8_t* uniform) {
  const Pass& pass = *plan->pass;
  const int loads = static_cast<int>(pass.loads.size());
  const int first = plan->input_count + loads;
  for (int k = 0; k < loads; ++k) uniform[plan->input_count + k] = 1;
  plan->once_count = 0;
  plan->step_count = 0;
  const int count = static_cast<int>(pass.instructions.size());
  for (int k = 0; k < count; ++k) {
    const Instruction& instruction = pass.instructions[k];
    const int a = instruction.arguments[0];
    Step step = {plan->isa->kernels[instruction.kernel], first + k, a, a, a, 0};
    step.uniform = uniform[a];
    unsigned all = 1;
    if (instruction.arity > 1) {
      step.b = instruction.arguments[1];
      step.uniform |= uniform[step.b] << 1;
      all = 3;
    }
    if (instruction.arity > 2) {
      step.c = instruction.arguments[2];
      step.uniform |= uniform[step.c] << 2;
      all = 7;
    }
    uniform[step.dst] = step.uniform == all;
    if (step.uniform == all)
      plan->once[plan->once_count++] = step;
    else
      plan->steps[plan->step_count++] = step;
  }
}

// Whether the instruction that makes `value` may write straight into the output's memory: no input that lies there may
// be read by a later one.
bool MayWriteDirectly(const Plan& plan, int operand, int value) {
  const int index = value - plan.input_count - static_cast<int>(plan.pass->loads.size());
  if (index < 0) return false;
  for (int i = 0; i < plan.input_count; ++i) {
    if (plan.transfers[i].way == Transfer::kInPlace && plan.addresses[i] == plan.addresses[operand] &&
        plan.pass->inputs[i].last_use > index) {
      return false;
    }
  }
  return true;
}

bool WorthStreaming(const Plan& plan) {
  const Pass& pass = *plan.pass;
  int64_t bytes = 0;
  for (const Output& output : pass.outputs) {
    if (output.reduction < 0) bytes += output.bytes;
  }
  // Most calls are small: keep the question to the cache's size out of their way.
  if (bytes * plan.total < (1 << 20)) return false;
  if (static_cast<size_t>(bytes * plan.total) <= LastLevelCacheBytes()) return false;
  for (int i = 0; i < plan.input_count; ++i) {
    if (SharesWithOutput(plan, i)) return false;
  }
  return true;
}

// `direct` marks values that live in an output's memory.
void PlanOutputs(Plan* plan, const uint8_t* uniform, uint8_t* direct) {
  const Pass& pass = *plan->pass;
  const bool stream = WorthStreaming(*plan);
  plan->streams = false;
  plan->expansion_count = 0;
  plan->values = static_cast<int>(pass.values.size());
  const int outputs = static_cast<int>(pass.outputs.size());
  for (int k = 0; k < outputs; ++k) {
    const Output& output = pass.outputs[k];
    const int operand = plan->input_count + k;
    Transfer& transfer = plan->transfers[operand];
    transfer = {Transfer::kStored, output.value, operand, output.bytes, plan->isa->stores[output.dtype], false};
    if (output.reduction >= 0) {
      transfer.way = Transfer::kReduced;
    } else if (UsableInPlace(*plan, operand, kDTypeRows[output.dtype])) {
      if (stream) {
        transfer.way = Transfer::kStreamed;
        plan->streams = true;
      } else if (!uniform[output.value] && !direct[output.value] && MayWriteDirectly(*plan, operand, output.value)) {
        transfer.way = Transfer::kInPlace;
        direct[output.value] = 1;
      }
    }
    if (uniform[output.value]) {
      transfer.value = plan->values++;
      plan->expansions[plan->expansion_count++] = {output.value, transfer.value, pass.values[output.value].bytes};
    }
  }
}

// ---- Scratch memory and blocks --------------------------------------------------------------------------------------

// Gives every value that needs it a place. Values of one register share one. Returns bytes per element of the block.
void PlanScratch(Plan* plan, const uint8_t* direct, int32_t* register_slots) {
  const Pass& pass = *plan->pass;
  memset(register_slots, 0, pass.slots * sizeof(*register_slots));
  int64_t bytes = 0;
  const auto need = [&](int value) {
    const Value& v = pass.values[value];
    if (register_slots[v.slot] == 0) bytes += v.bytes;
    register_slots[v.slot] = 1;
  };
  for (int i = 0; i < plan->input_count; ++i) {
    if (plan->transfers[i].way == Transfer::kPacked) need(i);
  }
  for (int k = 0; k < plan->step_count; ++k) {
    if (!direct[plan->steps[k].dst]) need(plan->steps[k].dst);
  }
  for (int k = 0; k < plan->expansion_count; ++k) bytes += plan->expansions[k].bytes;

  // Most calls are small: they are spared the divisions.
  int64_t block = plan->step_count <= 1 ? kUnbufferedBlock : kLongestBlock;
  if (bytes > 0) {
    block = kLongestBlock;
    if (bytes * block > kScratchBytes) block = kScratchBytes / bytes / kAccumulators * kAccumulators;
    if (block < kShortestBlock) block = kShortestBlock;
  }
  const int64_t extent = plan->by_rows ? plan->row : (plan->total < kChunk ? plan->total : kChunk);
  int64_t even = extent;
  // Even parts, so that no short one is left over.
  if (extent > block) even = CeilDivide(extent, CeilDivide(extent, block));
  block = CeilDivide(even, kAccumulators) * kAccumulators;
  plan->block = block;
  plan->blocks_per_row = extent <= block ? 1 : CeilDivide(extent, block);

  // A load waits for an earlier store whose address agrees in the low 12 bits, so neighbours are kept a quarter page
  // apart.
  size_t end = 0;
  for (int v = 0; v < plan->values; ++v) plan->slots[v] = -1;
  const auto place = [&](int64_t element_bytes) {
    const size_t start = end;
    end += RoundUp(static_cast<size_t>(block * element_bytes), 64) + kQuarterPage + 64;
    return static_cast<int32_t>(start);
  };
  for (int r = 0; r < pass.slots; ++r) register_slots[r] = -1;
  const auto give = [&](int value) {
    const Value& v = pass.values[value];
    if (register_slots[v.slot] < 0) register_slots[v.slot] = place(v.bytes);
    plan->slots[value] = register_slots[v.slot];
  };
  for (int i = 0; i < plan->input_count; ++i) {
    if (plan->transfers[i].way == Transfer::kPacked) give(i);
  }
  for (int k = 0; k < plan->step_count; ++k) {
    if (!direct[plan->steps[k].dst]) give(plan->steps[k].dst);
  }
  for (int k = 0; k < plan->expansion_count; ++k) {
    plan->slots[plan->expansions[k].copy] = place(plan->expansions[k].bytes);
  }
  plan->slot_bytes = end;
}

void PlanTasks(Plan* plan, int64_t threads) {
  int64_t unit;
  if (plan->by_rows) {
    plan->units = (plan->rank == 1 ? 1 : plan->total / plan->row) * plan->blocks_per_row;
    unit = plan->row < plan->block ? plan->row : plan->block;
  } else {
    plan->units = CeilDivide(plan->total, kChunk);
    unit = kChunk;
  }
  if (threads <= 1 || plan->total < 2 * kTaskElements) {
    plan->threads = 1;
    plan->tasks = 1;
    plan->units_per_task = plan->units;
    return;
  }
  const int64_t least = CeilDivide(kTaskElements, unit);
  const int64_t fair = CeilDivide(plan->units, threads * kTasksPerThread);
  plan->units_per_task = fair > least ? fair : least;
  plan->tasks = CeilDivide(plan->units, plan->units_per_task);
  plan->threads = static_cast<int>(threads < plan->tasks ? threads : plan->tasks);
}

}  // namespace

Arena::~Arena() { free(heap_); }

bool Arena::Reserve(size_t bytes) {
  if (bytes <= left_) return true;
  heap_ = aligned_alloc(64, RoundUp(bytes, 64));
  next_ = static_cast<char*>(heap_);
  left_ = bytes;
  return heap_ != nullptr;
}

size_t PlanBytes(const Pass& pass, int rank, int64_t total) {
  const size_t inputs = pass.inputs.size();
  const size_t outputs = pass.outputs.size();
  const size_t operands = inputs + outputs;
  const size_t values = pass.values.size() + outputs;
  size_t bytes = (rank + 1) * sizeof(int64_t) + operands * sizeof(char*) + operands * (rank + 1) * sizeof(int64_t);
  bytes += pass.instructions.size() * 2 * sizeof(Step) + operands * sizeof(Transfer) + outputs * sizeof(Expansion);
  bytes += values * (sizeof(int32_t) + 2) + pass.slots * sizeof(int32_t);
  bytes += 16 * 16;
  if (pass.reductions > 0) bytes += CeilDivide(total, kChunk) * pass.reductions * kAccumulatorBytes;
  return bytes;
}

void MakePlan(const Isa& isa, const Program& program, const Pass& pass, const int64_t* words, int64_t total,
              Arena* arena, Plan* plan) {
  plan->isa = &isa;
  plan->program = &program;
  plan->pass = &pass;
  plan->total = total;
  ReadAxes(pass, words, arena, plan);
  plan->row = plan->shape[plan->rank - 1];
  plan->by_rows = pass.reductions == 0 && (plan->rank == 1 || plan->row >= kShortestRow);

  const int outputs = static_cast<int>(pass.outputs.size());
  const size_t values = pass.values.size() + outputs;
  plan->input_count = static_cast<int>(pass.inputs.size());
  plan->transfer_count = plan->input_count + outputs;
  plan->once = arena->Take<Step>(pass.instructions.size());
  plan->steps = arena->Take<Step>(pass.instructions.size());
  plan->transfers = arena->Take<Transfer>(plan->transfer_count);
  plan->expansions = arena->Take<Expansion>(outputs);
  plan->slots = arena->Take<int32_t>(values);
  uint8_t* uniform = arena->Take<uint8_t>(values);
  uint8_t* direct = arena->Take<uint8_t>(values);
  memset(direct, 0, values);
  PlanInputs(plan, uniform);
  PlanSteps(plan, uniform);
  PlanOutputs(plan, uniform, direct);
  PlanScratch(plan, direct, arena->Take<int32_t>(pass.slots));
  PlanTasks(plan, words[0]);
  plan->partials = pass.reductions > 0
                       ? arena->Take<char>(CeilDivide(total, kChunk) * pass.reductions * kAccumulatorBytes)
                       : nullptr;
  plan->frame_bytes = plan->slot_bytes + plan->values * (sizeof(void*) + 16) + plan->transfer_count * sizeof(char*) +
                      plan->rank * sizeof(int64_t) + pass.reductions * kAccumulators * kAccumulatorBytes + 4096 +
                      64 * 4;
}

}  // namespace lanes
