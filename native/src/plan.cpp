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
// With nothing to keep between instructions, a block may be longer, and so may one of a single step that packs or keeps
// one float32: then fewer blocks are begun. With a float64 nothing is gained.
constexpr int64_t kUnbufferedBlock = 4096;
constexpr int64_t kFewBytes = 4;
constexpr int64_t kFewBytesBlock = 2048;
// Scratch memory that all registers of a thread together should not exceed, three quarters of a usual L1.
constexpr int64_t kScratchBytes = 24 << 10;
// Rows shorter than this are packed across their borders; so many results are reduced along with each other.
constexpr int64_t kShortestRow = 64;
// With fewer elements per result, results are worth being worked on side by side even where these lie far apart.
constexpr int64_t kFewElements = 32;
// Memory for accumulators that a block of results may take: of the first-level cache, or when their rows are worked on
// one by one, of the second.
constexpr int64_t kStateBytes = 64 << 10;
// A task below this is not worth handing over, unless there would be too few tasks for all threads.
constexpr int64_t kTaskElements = 8192;
// Nor is a pass of fewer elements, however long they take.
constexpr int64_t kLeastShared = 256;
// So many that the last one to end makes the others wait for a thirtieth of the time.
constexpr int64_t kTasksPerThread = 32;
// Inputs of fewer elements may lie in the second-level cache.
constexpr int64_t kLeastFetched = 1 << 16;

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

// Sorts the first axes by how memory lies.
void SortAxes(Axes& axes, int count) {
  for (int i = 1; i < count; ++i) {
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

// Merges what can be merged of the axes [begin, end) and closes the gap. Returns the new end.
int MergeAxes(Axes& axes, int begin, int end) {
  if (begin == end) return end;
  int last = begin;
  for (int axis = begin + 1; axis < end; ++axis) {
    if (Mergeable(axes, last, axis)) {
      const int64_t extent = axes.shape[last] * axes.shape[axis];
      Copy(axes, axis, last);
      axes.shape[last] = extent;
    } else {
      ++last;
      if (last != axis) Copy(axes, axis, last);
    }
  }
  for (int axis = end; axis < axes.rank; ++axis) Copy(axes, axis, axis - end + last + 1);
  axes.rank -= end - last - 1;
  return last + 1;
}

// Moves the kept axes before the reduced ones, leaving out those of one element. Returns how many are kept.
int PartAxes(Axes& axes, const PassWords& words, bool reduces) {
  int order[kMaxRank];
  int rank = 0;
  int kept = 0;
  for (const bool reduced : {false, true}) {
    for (int axis = 0; axis < words.rank; ++axis) {
      if (axes.shape[axis] != 1 && (reduces && words.IsReduced(axis)) == reduced) order[rank++] = axis;
    }
    if (!reduced) kept = rank;
  }
  int64_t moved[kMaxRank];
  const auto permute = [&](int64_t* row) {
    for (int k = 0; k < rank; ++k) moved[k] = row[order[k]];
    memcpy(row, moved, rank * sizeof(*row));
  };
  permute(axes.shape);
  for (int k = 0; k < axes.operands; ++k) permute(&axes.Stride(k, 0));
  axes.rank = rank;
  return kept;
}

int64_t Extent(const Axes& axes, int begin, int end) {
  int64_t extent = 1;
  for (int axis = begin; axis < end; ++axis) extent *= axes.shape[axis];
  return extent;
}

// Arranges the axes of a pass with reductions: kept ones, reduced ones, and after them a last kept one where results
// are worked on side by side.
void ArrangeReduction(Axes& axes, int kept, Plan* plan) {
  kept = MergeAxes(axes, 0, kept);
  MergeAxes(axes, kept, axes.rank);
  plan->reduced = Extent(axes, kept, axes.rank);
  const int last = kept - 1;
  const bool beside = kept > 0 && (kept == axes.rank || Outside(axes, axes.rank - 1, last) ||
                                   (plan->reduced < kFewElements && axes.shape[last] > plan->reduced));
  plan->columns = 1;
  if (beside) {
    for (int axis = last; axis + 1 < axes.rank; ++axis) Swap(axes, axis, axis + 1);
    plan->columns = axes.shape[axes.rank - 1];
    --kept;
  }
  plan->group_rank = kept;
  plan->groups = Extent(axes, 0, kept);
  plan->chunks = CeilDivide(plan->reduced, kChunk);
  plan->mode = plan->columns <= kShortestRow ? Plan::kLinear : Plan::kColumns;
  for (int k = 0; k < plan->result_count; ++k) {
    Result& result = plan->results[k];
    int64_t& stride = axes.Stride(axes.inputs + result.output, axes.rank - 1);
    result.stride = beside ? stride : 0;
    // In a row only what is stored or read for each element counts.
    if (beside && plan->mode == Plan::kLinear) stride = 0;
  }
  if (plan->mode == Plan::kLinear) MergeAxes(axes, kept, axes.rank);
  plan->outer_rank = plan->mode == Plan::kLinear ? kept : axes.rank - 1;
}

// The order of elements is free when nothing is reduced: take the one in which memory lies.
void ArrangeElements(Axes& axes, Plan* plan) {
  FlipAxes(axes);
  MergeAxes(axes, 0, axes.rank);
  const bool by_rows = axes.rank <= 1 || axes.shape[axes.rank - 1] >= kShortestRow;
  plan->mode = by_rows ? Plan::kRows : Plan::kLinear;
  plan->outer_rank = by_rows && axes.rank > 0 ? axes.rank - 1 : 0;
  plan->group_rank = 0;
  plan->groups = 1;
  plan->columns = 1;
  plan->reduced = plan->total;
  plan->chunks = CeilDivide(plan->total, kChunk);
}

// Reads the call's words and leaves as few axes as possible, at least one that is not an outer one.
void ReadAxes(const Pass& pass, const PassWords& words, Arena* arena, Plan* plan) {
  Axes axes;
  axes.rank = words.rank;
  axes.inputs = static_cast<int>(pass.inputs.size());
  axes.operands = axes.inputs + static_cast<int>(pass.outputs.size());
  axes.pitch = axes.rank > 0 ? axes.rank : 1;
  axes.shape = arena->Take<int64_t>(axes.pitch);
  axes.addresses = arena->Take<char*>(axes.operands);
  axes.strides = arena->Take<int64_t>(axes.operands * axes.pitch);
  memcpy(axes.shape, words.shape, axes.rank * sizeof(*axes.shape));
  const int64_t* word = words.Operands();
  for (int k = 0; k < axes.operands; ++k) {
    axes.addresses[k] = reinterpret_cast<char*>(*word++);
    for (int axis = 0; axis < axes.rank; ++axis) axes.Stride(k, axis) = *word++;
  }
  const bool reduces = pass.reductions > 0;
  if (plan->total > 1 && (axes.rank > 1 || reduces)) {
    const int kept = PartAxes(axes, words, reduces);
    SortAxes(axes, kept);
    if (reduces) ArrangeReduction(axes, kept, plan);
  }
  if (plan->total == 1) {
    // One element is contiguous whatever its strides say.
    axes.rank = 1;
    axes.shape[0] = 1;
    for (int k = 0; k < axes.operands; ++k) {
      axes.Stride(k, 0) = k < axes.inputs ? pass.inputs[k].bytes : pass.outputs[k - axes.inputs].bytes;
    }
  }
  if (plan->total == 1 || !reduces) ArrangeElements(axes, plan);
  if (plan->total == 1 && reduces) plan->mode = Plan::kLinear;
  if (axes.pitch != axes.rank) {
    for (int k = 0; k < axes.operands; ++k) {
      for (int axis = 0; axis < axes.rank; ++axis) axes.strides[k * axes.rank + axis] = axes.Stride(k, axis);
    }
  }
  plan->rank = axes.rank;
  plan->shape = axes.shape;
  plan->addresses = axes.addresses;
  plan->strides = axes.strides;
  plan->row = Extent(axes, plan->outer_rank, axes.rank);
}

// ---- Operands -------------------------------------------------------------------------------------------------------

int64_t InnerStride(const Plan& plan, int operand) { return plan.strides[operand * plan.rank + plan.rank - 1]; }

bool StridesAreZero(const Plan& plan, int operand, int begin, int end) {
  for (int axis = begin; axis < end; ++axis) {
    if (plan.strides[operand * plan.rank + axis] != 0) return false;
  }
  return true;
}

// Whether a block of the operand is a run of aligned register elements.
bool UsableInPlace(const Plan& plan, int operand, const DTypeRow& dtype) {
  if (!dtype.native || InnerStride(plan, operand) != dtype.bytes) return false;
  if (plan.rank - plan.outer_rank != 1) return false;
  const int64_t alignment = dtype.bytes > 8 ? 8 : dtype.bytes;
  int64_t bits = reinterpret_cast<int64_t>(plan.addresses[operand]);
  for (int axis = 0; axis < plan.outer_rank; ++axis) bits |= plan.strides[operand * plan.rank + axis];
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
    if (InnerStride(*plan, i) == 0 && StridesAreZero(*plan, i, plan->outer_rank, plan->rank)) {
      transfer.way = Transfer::kUniform;
      transfer.varies = !StridesAreZero(*plan, i, 0, plan->outer_rank);
      uniform[i] = 1;
    } else if (UsableInPlace(*plan, i, dtype) && !(input.stored && SharesWithOutput(*plan, i))) {
      // What is stored as it is gets read again at the end of the block, when an output may have taken its place.
      transfer.way = Transfer::kInPlace;
    }
  }
}

size_t MostExpansions(const Pass& pass) { return pass.outputs.size() + pass.user_arguments; }

// The pseudo-value that holds a uniform value at full length.
int32_t Expand(Plan* plan, int32_t value) {
  for (int k = 0; k < plan->expansion_count; ++k) {
    if (plan->expansions[k].value == value) return plan->expansions[k].copy;
  }
  plan->expansions[plan->expansion_count++] = {value, plan->values, plan->pass->values[value].bytes};
  return plan->values++;
}

// The user's functions know blocks only.
void ExpandArguments(Plan* plan, Step* step) {
  int32_t* const arguments[3] = {&step->a, &step->b, &step->c};
  for (int k = 0; k < 3; ++k) {
    if ((step->uniform >> k & 1) != 0) *arguments[k] = Expand(plan, *arguments[k]);
  }
  step->uniform = 0;
}

// Splits the instructions into those on uniform values, done once, and those done on every block.
void PlanSteps(Plan* plan, uint8_t* uniform) {
  const Pass& pass = *plan->pass;
  const int loads = static_cast<int>(pass.loads.size());
  const int first = plan->input_count + loads;
  for (int k = 0; k < loads; ++k) uniform[plan->input_count + k] = 1;
  plan->once_count = 0;
  plan->step_count = 0;
  plan->expansion_count = 0;
  plan->values = static_cast<int>(pass.values.size());
  const int count = static_cast<int>(pass.instructions.size());
  for (int k = 0; k < count; ++k) {
    const Instruction& instruction = pass.instructions[k];
    const int a = instruction.arguments[0];
    const bool own = instruction.function == nullptr;
    Step step = {own ? plan->isa->kernels[instruction.kernel] : nullptr,
                 first + k,
                 a,
                 a,
                 a,
                 0,
                 instruction.arity,
                 instruction.function,
                 nullptr,
                 0,
                 nullptr,
                 own && kKernelRows[instruction.kernel].ulp > 0};
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
    if (!own && step.uniform != all) ExpandArguments(plan, &step);
    uniform[step.dst] = step.uniform == all;
    if (step.uniform == all)
      plan->once[plan->once_count++] = step;
    else
      plan->steps[plan->step_count++] = step;
  }
}

// Calls stored(value) for each value that a step writes to its block.
template <class Stored>
void ForStored(const Step& step, Stored stored) {
  if (step.links == nullptr) {
    stored(step.dst);
    return;
  }
  for (int k = 0; k < step.link_count; ++k) {
    if (IsStore(step.links[k])) stored(step.links[k].x);
  }
}

// Whether the instruction that makes `value` may write straight into the output's memory: no input that lies there may
// be read by a later one.
bool MayWriteDirectly(const Plan& plan, int operand, int value) {
  const int index = value - plan.input_count - static_cast<int>(plan.pass->loads.size());
  if (index < 0) return false;
  // Blocks of a user's function do not overlap, not even the one it reads with the one it writes.
  const int last = plan.pass->instructions[index].function == nullptr ? index : index - 1;
  for (int i = 0; i < plan.input_count; ++i) {
    if (plan.transfers[i].way == Transfer::kInPlace && plan.addresses[i] == plan.addresses[operand] &&
        plan.pass->inputs[i].last_use > last) {
      return false;
    }
  }
  return true;
}

bool IsFar(const Plan& plan) {
  const Pass& pass = *plan.pass;
  int64_t bytes = 0;
  for (const Output& output : pass.outputs) {
    if (output.reduction < 0) bytes += output.bytes;
  }
  for (int i = 0; i < plan.input_count; ++i) {
    if (plan.transfers[i].way != Transfer::kUniform) bytes += pass.inputs[i].bytes;
  }
  // Most calls are small: keep the question to the cache's size out of their way.
  if (bytes * plan.total < (1 << 20)) return false;
  return static_cast<size_t>(bytes * plan.total) > LastLevelCacheBytes();
}

bool WorthStreaming(const Plan& plan, int64_t threads) {
  // The inputs, too, push the output out of the cache.
  if (!plan.is_far || plan.pass->reductions == static_cast<int>(plan.pass->outputs.size())) return false;
  // A kernel that computes long leaves the caches of one thread the time to write.
  if (threads == 1 && plan.step_count > 0 && plan.steps[plan.step_count - 1].is_long) return false;
  for (int i = 0; i < plan.input_count; ++i) {
    if (SharesWithOutput(plan, i)) return false;
  }
  return true;
}

// `direct` marks values that live in an output's memory.
void PlanOutputs(Plan* plan, int64_t threads, const uint8_t* uniform, uint8_t* direct) {
  const Pass& pass = *plan->pass;
  plan->is_far = IsFar(*plan);
  const bool stream = WorthStreaming(*plan, threads);
  plan->streams = false;
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
    if (uniform[output.value]) transfer.value = Expand(plan, output.value);
  }
}

// Reductions of one value share what they accumulate where one includes the other's.
void PlanStates(Plan* plan) {
  const Pass& pass = *plan->pass;
  for (const bool including : {true, false}) {
    for (int k = 0; k < plan->result_count; ++k) {
      Result& result = plan->results[k];
      const Reduction& reduction = plan->isa->reductions[pass.outputs[result.output].reduction];
      if ((reduction.includes != nullptr) != including) continue;
      const int value = plan->transfers[plan->input_count + result.output].value;
      result.state = ShareState(reduction, value, plan->states, &plan->state_count);
    }
  }
}

// Whether one chunk may settle all that the pass is for.
bool MayEnd(const Plan& plan) {
  const bool has_one_result = plan.mode == Plan::kLinear && plan.groups == 1 && plan.columns == 1 && plan.chunks > 1;
  if (!has_one_result || plan.result_count < static_cast<int>(plan.pass->outputs.size())) return false;
  for (int k = 0; k < plan.state_count; ++k) {
    if (plan.states[k].reduction->is_final == nullptr) return false;
  }
  return true;
}

// Whether what is reduced are inputs as they lie in memory, and nothing else is made.
bool ReducesInputs(const Plan& plan) {
  if (plan.step_count > 0 || plan.result_count < static_cast<int>(plan.pass->outputs.size())) return false;
  for (int k = 0; k < plan.state_count; ++k) {
    const int value = plan.states[k].value;
    if (value >= plan.input_count || plan.transfers[value].way != Transfer::kInPlace) return false;
  }
  return true;
}

// Whether the rows of inputs follow each other in memory, so that steps can take several at once, and all that is made
// are results of these.
bool TakesRowsAtOnce(const Plan& plan) {
  if (plan.result_count < static_cast<int>(plan.pass->outputs.size())) return false;
  for (int k = 0; k < plan.input_count; ++k) {
    const Transfer& t = plan.transfers[k];
    const bool is_one = t.way == Transfer::kUniform && !t.varies;
    const bool follows = t.way == Transfer::kInPlace && plan.strides[k * plan.rank] == plan.row * t.bytes;
    if (!is_one && !follows) return false;
  }
  for (int k = 0; k < plan.state_count; ++k) {
    // What is behind them repeats one value.
    if (plan.states[k].value >= static_cast<int>(plan.pass->values.size())) return false;
  }
  return true;
}

// Longer rows of what steps make are better summed up while they are in registers.
constexpr int64_t kMostMadeAlong = 256;

bool IsStraight(const Plan& plan) {
  const bool is_along = plan.mode == Plan::kLinear && plan.columns == 1 && plan.outer_rank == 1 &&
                        plan.group_rank == 1 && plan.rank == 2 && plan.reduced <= kMostAlong;
  const bool is_across =
      plan.mode == Plan::kColumns && plan.outer_rank - plan.group_rank == 1 && plan.reduced <= kAccumulators;
  if ((!is_along && !is_across) || plan.reduced == 0 || plan.result_count != plan.state_count) return false;
  for (int k = 0; k < plan.result_count; ++k) {
    const Reduction& reduction = plan.isa->reductions[plan.pass->outputs[plan.results[k].output].reduction];
    if ((is_along ? reduction.along : reduction.across) == nullptr) return false;
  }
  return ReducesInputs(plan) || (is_along && plan.reduced <= kMostMadeAlong && TakesRowsAtOnce(plan));
}

// Finds the values whose only reduction is a sum, which can be taken on the way, and says where. False for none.
bool FindSums(const Plan& plan, int32_t* sums) {
  if (plan.state_count == 0 || plan.mode != Plan::kLinear || plan.columns != 1 || plan.straight) return false;
  for (int v = 0; v < plan.values; ++v) sums[v] = -1;
  bool any = false;
  for (int k = 0; k < plan.state_count; ++k) {
    const int value = plan.states[k].value;
    int results = 0, sums_only = 0;
    for (const Output& output : plan.pass->outputs) {
      if (output.reduction < 0 || output.value != value) continue;
      ++results;
      sums_only += IsSum(output.reduction);
    }
    if (results != 1 || sums_only != 1) continue;
    sums[value] = plan.values + k;
    any = true;
  }
  return any;
}

// Joins neighbouring steps to chains.
void PlanChains(Plan* plan, ChainStep* run, ChainLink* links, int32_t* sums) {
  const Pass& pass = *plan->pass;
  const bool any_sums = FindSums(*plan, sums);
  if (plan->step_count < (any_sums || plan->streams ? 1 : 2)) return;
  const int32_t first = plan->input_count + static_cast<int32_t>(pass.loads.size());
  for (int k = 0; k < plan->step_count; ++k) run[k] = {plan->steps[k].dst - first, plan->steps[k].uniform};
  const ChainTable& table = *plan->isa->chains;
  int kept = 0;
  for (int k = 0; k < plan->step_count;) {
    const Chain chain = MakeChain(pass, run + k, plan->step_count - k, table.has_functions, any_sums ? sums : nullptr,
                                  plan->streams, links);
    Step& step = plan->steps[kept++];
    if (chain.taken == 0) {
      step = plan->steps[k++];
      continue;
    }
    k += chain.taken;
    step = {};
    step.links = links;
    step.link_count = chain.links;
    step.chain = chain.is_float64 ? table.float64 : table.float32;
    for (int link = 0; link < chain.links; ++link) {
      if (links[link].code == kChainSum * kChainForms) plan->states[links[link].x - plan->values].is_chained = true;
    }
    links += chain.links;
  }
  plan->step_count = kept;
}

// Whether every block of an output begins at a line of the cache, as blocks of whole lines do when their rows do.
bool IsAligned(const Plan& plan, int operand) {
  uintptr_t bits = reinterpret_cast<uintptr_t>(plan.addresses[operand]);
  for (int axis = 0; axis < plan.outer_rank; ++axis) {
    bits |= static_cast<uintptr_t>(plan.strides[operand * plan.rank + axis]);
  }
  return bits % 64 == 0;
}

// Where the pass ends with a chain that writes a streamed output, the chain itself streams.
void PlanStreaming(Plan* plan, uint8_t* direct) {
  if (!plan->streams || plan->mode == Plan::kColumns || plan->step_count == 0) return;
  const Step& last = plan->steps[plan->step_count - 1];
  if (last.links == nullptr) return;
  ChainLink& store = last.links[last.link_count - 1];
  if (store.code != kChainStoreLast * kChainForms) return;
  for (int k = plan->input_count; k < plan->transfer_count; ++k) {
    Transfer& transfer = plan->transfers[k];
    if (transfer.way != Transfer::kStreamed || transfer.value != store.x || !IsAligned(*plan, k)) continue;
    transfer.way = Transfer::kInPlace;
    direct[store.x] = 1;
    store.code = kChainStreamLast * kChainForms;
    return;
  }
}

// While a kernel computes long and memory rests, the next block's inputs can come. A kernel that itself is the first to
// read them does so between its computations anyway.
void PlanFetching(Plan* plan) {
  plan->fetching_step = -1;
  if (plan->total < kLeastFetched || plan->row <= plan->block || plan->mode == Plan::kColumns) return;
  if (plan->step_count == 0 || plan->steps[0].is_long) return;
  for (int k = 1; k < plan->step_count && plan->fetching_step < 0; ++k) {
    if (plan->steps[k].is_long) plan->fetching_step = k;
  }
}

// Column mode in which rows can be taken from memory as they are.
bool IsDirect(const Plan& plan) {
  return plan.mode == Plan::kColumns && plan.outer_rank - plan.group_rank <= 1 && ReducesInputs(plan);
}

// How many results are reduced at once, and the memory for that.
void PlanWidth(Plan* plan, int64_t threads) {
  int64_t planes = 0;
  for (int k = 0; k < plan->state_count; ++k) planes += plan->states[k].reduction->planes;
  plan->widest = plan->columns;
  if (plan->mode == Plan::kColumns) {
    const int64_t used = plan->reduced < kAccumulators ? plan->reduced : kAccumulators;
    int64_t widest = kStateBytes / (planes * used * kAccumulatorBytes);
    const int64_t fair = CeilDivide(plan->columns, 2 * threads);
    if (plan->groups * plan->chunks < 2 * threads && widest > fair) widest = fair;
    if (widest > plan->block) widest = plan->block;
    if (widest < kShortestRow) widest = kShortestRow;
    widest = CeilDivide(plan->columns, CeilDivide(plan->columns, widest));
    // Whole lines of the cache.
    widest = CeilDivide(widest, 16) * 16;
    plan->block = widest;
    plan->widest = widest;
    plan->blocks_per_row = CeilDivide(plan->columns, widest);
  }
  plan->state_bytes = 0;
  for (int k = 0; k < plan->state_count; ++k) {
    State& state = plan->states[k];
    state.offset = plan->state_bytes;
    plan->state_bytes += state.reduction->planes * kAccumulators * kAccumulatorBytes * plan->widest;
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
    ForStored(plan->steps[k], [&](int value) {
      if (!direct[value]) need(value);
    });
  }
  for (int k = 0; k < plan->expansion_count; ++k) bytes += plan->expansions[k].bytes;

  // Most calls are small: they are spared the divisions.
  int64_t block = plan->step_count <= 1 ? kUnbufferedBlock : kLongestBlock;
  if (bytes > 0) {
    block = plan->step_count <= 1 && bytes <= kFewBytes ? kFewBytesBlock : kLongestBlock;
    if (bytes * block > kScratchBytes) block = kScratchBytes / bytes / kAccumulators * kAccumulators;
    if (block < kShortestBlock) block = kShortestBlock;
  }
  const int64_t chunk = kChunk * plan->columns;
  int64_t extent = plan->mode == Plan::kLinear && plan->row > chunk ? chunk : plan->row;
  if (plan->straight && plan->mode == Plan::kLinear) {
    if (block < plan->row)
      plan->straight = false;
    else
      extent = block / plan->row * plan->row;
  }
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
    ForStored(plan->steps[k], [&](int value) {
      if (!direct[value]) give(value);
    });
  }
  for (int k = 0; k < plan->expansion_count; ++k) {
    plan->slots[plan->expansions[k].copy] = place(plan->expansions[k].bytes);
  }
  plan->slot_bytes = end;
}

void PlanTasks(Plan* plan, int64_t threads) {
  int64_t unit;
  if (plan->mode == Plan::kLinear) {
    plan->units = plan->groups * plan->chunks;
    unit = plan->row < kChunk * plan->columns ? plan->row : kChunk * plan->columns;
  } else if (plan->mode == Plan::kColumns) {
    plan->units = plan->groups * plan->chunks * plan->blocks_per_row;
    unit = plan->block * (plan->reduced < kChunk ? plan->reduced : kChunk);
  } else {
    plan->units = (plan->rank == 1 ? 1 : plan->total / plan->row) * plan->blocks_per_row;
    unit = plan->row < plan->block ? plan->row : plan->block;
  }
  if (threads <= 1 || plan->total < kLeastShared) {
    plan->threads = 1;
    plan->tasks = 1;
    plan->units_per_task = plan->units;
    return;
  }
  const int64_t share = plan->total / (2 * threads);
  const int64_t least = CeilDivide(share < kTaskElements ? share : kTaskElements, unit);
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

size_t PlanBytes(const Pass& pass, const int64_t* call) {
  const PassWords words(call);
  const size_t inputs = pass.inputs.size();
  const size_t outputs = pass.outputs.size();
  const size_t operands = inputs + outputs;
  const size_t values = pass.values.size() + MostExpansions(pass);
  size_t bytes =
      (words.rank + 1) * sizeof(int64_t) + operands * sizeof(char*) + operands * (words.rank + 1) * sizeof(int64_t);
  bytes += pass.instructions.size() * (2 * sizeof(Step) + sizeof(ChainStep) + kLinksPerInstruction * sizeof(ChainLink));
  bytes += operands * sizeof(Transfer) + MostExpansions(pass) * sizeof(Expansion);
  bytes += outputs * (sizeof(State) + sizeof(Result));
  bytes += values * (2 * sizeof(int32_t) + 2) + pass.slots * sizeof(int32_t);
  bytes += 16 * 21;
  if (pass.reductions > 0) {
    int64_t results = 1, reduced = 1;
    for (int axis = 0; axis < words.rank; ++axis) (words.IsReduced(axis) ? reduced : results) *= words.shape[axis];
    if (reduced > kChunk) bytes += results * CeilDivide(reduced, kChunk) * pass.reductions * sizeof(Partial);
  }
  return bytes;
}

void MakePlan(const Isa& isa, const Program& program, const Pass& pass, const int64_t* call, int64_t total,
              Arena* arena, Plan* plan) {
  const PassWords words(call);
  plan->isa = &isa;
  plan->program = &program;
  plan->pass = &pass;
  plan->total = total;
  const int outputs = static_cast<int>(pass.outputs.size());
  plan->results = arena->Take<Result>(pass.reductions);
  plan->result_count = 0;
  for (int k = 0; k < outputs; ++k) {
    if (pass.outputs[k].reduction >= 0) plan->results[plan->result_count++] = {k, 0, 0};
  }
  ReadAxes(pass, words, arena, plan);

  const size_t values = pass.values.size() + MostExpansions(pass);
  plan->input_count = static_cast<int>(pass.inputs.size());
  plan->transfer_count = plan->input_count + outputs;
  plan->once = arena->Take<Step>(pass.instructions.size());
  plan->steps = arena->Take<Step>(pass.instructions.size());
  plan->transfers = arena->Take<Transfer>(plan->transfer_count);
  plan->expansions = arena->Take<Expansion>(MostExpansions(pass));
  plan->slots = arena->Take<int32_t>(values);
  uint8_t* uniform = arena->Take<uint8_t>(values);
  uint8_t* direct = arena->Take<uint8_t>(values);
  memset(direct, 0, values);
  PlanInputs(plan, uniform);
  PlanSteps(plan, uniform);
  PlanOutputs(plan, words.threads, uniform, direct);
  plan->states = arena->Take<State>(pass.reductions);
  plan->state_count = 0;
  plan->state_bytes = 0;
  if (pass.reductions > 0) PlanStates(plan);
  plan->may_end = pass.reductions > 0 && MayEnd(*plan);
  plan->straight = pass.reductions > 0 && IsStraight(*plan);
  PlanChains(plan, arena->Take<ChainStep>(pass.instructions.size()),
             arena->Take<ChainLink>(pass.instructions.size() * kLinksPerInstruction), arena->Take<int32_t>(values));
  PlanStreaming(plan, direct);
  PlanScratch(plan, direct, arena->Take<int32_t>(pass.slots));
  PlanFetching(plan);
  if (pass.reductions > 0) {
    PlanWidth(plan, words.threads);
    plan->direct = IsDirect(*plan);
  }
  PlanTasks(plan, words.threads);
  plan->partials = pass.reductions > 0 && plan->chunks > 1
                       ? arena->Take<Partial>(plan->state_count * plan->groups * plan->chunks * plan->columns)
                       : nullptr;
  plan->frame_bytes = plan->slot_bytes + plan->values * (sizeof(void*) + 16) + plan->state_count * sizeof(void*) +
                      plan->transfer_count * sizeof(char*) + plan->rank * sizeof(int64_t) + plan->state_bytes + 4096 +
                      64 * 6;
  if (pass.reductions > 0) plan->frame_bytes += plan->widest * (sizeof(Partial) + sizeof(Constant));
}

}  // namespace lanes
