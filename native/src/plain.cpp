// The short way for small calls: no plan is made, only addresses are checked and handed to the kernels.
#include "plain.h"

#include <stddef.h>

#include <utility>
#include <vector>

#include "chain.h"
#include "isa.h"
#include "plan.h"

namespace lanes {
namespace {

constexpr int kMostValues = 128;
constexpr int64_t kMostElements = kChunk;  // a reduction must be one chunk
constexpr int64_t kWidestBlock = 512;
constexpr int64_t kNarrowestBlock = 128;
constexpr int64_t kScratchBytes = 24 << 10;
constexpr int kMostReductions = 3;
// Inputs of one value for all elements, which is repeated to a block; of so many bytes.
constexpr int kMostRepeated = 4;
constexpr int64_t kRepeatedBytes = 4 << 10;
constexpr size_t kStateBytes = kMostPlanes * kAccumulators * kAccumulatorBytes;
// A load waits for an earlier store whose address agrees in the low 12 bits, so neighbours are kept apart by this much.
constexpr int64_t kApart = 1024 + 64;

int FirstInstruction(const Pass& pass) { return static_cast<int>(pass.inputs.size() + pass.loads.size()); }

// Finds out what the outputs of reductions accumulate. Those that include others come first.
void FindStates(const Isa& isa, Pass* pass) {
  State states[kMostReductions];
  int count = 0;
  for (const bool including : {true, false}) {
    for (size_t k = 0; k < pass->outputs.size(); ++k) {
      const Output& output = pass->outputs[k];
      if (output.reduction < 0) continue;
      const Reduction& reduction = isa.reductions[output.reduction];
      if ((reduction.includes != nullptr) != including) continue;
      pass->plain.results.push_back({static_cast<int32_t>(k), ShareState(reduction, output.value, states, &count)});
    }
  }
  for (int k = 0; k < count; ++k) {
    pass->plain.states.push_back({static_cast<int32_t>(states[k].reduction - isa.reductions), states[k].value, false});
  }
}

// Where the accumulators are of values whose only reduction is a sum: behind the blocks of values, those of each state.
std::vector<int32_t> FindSums(const Pass& pass) {
  std::vector<int32_t> sums(pass.values.size(), -1);
  std::vector<int> reductions(pass.values.size(), 0);
  for (const PlainPass::Result& result : pass.plain.results) ++reductions[pass.outputs[result.output].value];
  for (size_t k = 0; k < pass.plain.states.size(); ++k) {
    const PlainPass::State& state = pass.plain.states[k];
    if (IsSum(state.reduction) && reductions[state.value] == 1) {
      sums[state.value] = static_cast<int32_t>(pass.values.size() + k);
    }
  }
  return sums;
}

// The steps of the pass; false when constants alone make a value.
bool MakeSteps(const Isa& isa, Pass* pass) {
  const std::vector<int32_t> sums = FindSums(*pass);
  const int inputs = static_cast<int>(pass->inputs.size());
  const int first = FirstInstruction(*pass);
  const int count = static_cast<int>(pass->instructions.size());
  std::vector<ChainStep> all;
  for (int i = 0; i < count; ++i) {
    const Instruction& instruction = pass->instructions[i];
    uint32_t bits = 0;
    for (int k = 0; k < instruction.arity; ++k) {
      const int v = instruction.arguments[k];
      if (v >= inputs && v < first) bits |= 1u << k;
    }
    if (bits == (1u << instruction.arity) - 1) return false;
    all.push_back({i, bits});
  }
  PlainPass& plain = pass->plain;
  for (int i = 0; i < count;) {
    ChainLink links[kMostLinks];
    const Chain chain =
        MakeChain(*pass, all.data() + i, count - i, isa.chains->has_functions, sums.data(), false, links);
    plain.steps.push_back({i, all[i].uniform, chain.taken == 0 ? 0 : chain.links, chain.is_float64});
    if (chain.taken > 0) plain.links.insert(plain.links.end(), links, links + chain.links);
    i += chain.taken == 0 ? 1 : chain.taken;
  }
  for (const ChainLink& link : plain.links) {
    if (link.code == kChainSum * kChainForms) plain.states[link.x - pass->values.size()].is_chained = true;
  }
  return true;
}

// Marks the values that steps write.
std::vector<bool> Stored(const Pass& pass) {
  std::vector<bool> stored(pass.values.size(), false);
  for (const PlainPass::Step& step : pass.plain.steps) {
    if (step.links == 0) stored[FirstInstruction(pass) + step.instruction] = true;
  }
  for (const ChainLink& link : pass.plain.links) {
    if (IsStore(link)) stored[link.x] = true;
  }
  return stored;
}

// Gives the values that steps write to scratch memory their places there; false when it is too small for blocks of so
// many elements.
bool FindPlaces(const std::vector<bool>& is_output, int64_t block, Pass* pass) {
  const std::vector<bool> stored = Stored(*pass);
  // Values of one register share its place.
  std::vector<int32_t> places(pass->slots, -1);
  std::vector<PlainPass::Place> found;
  int64_t end = 0;
  const int count = static_cast<int>(pass->values.size());
  for (int v = FirstInstruction(*pass); v < count; ++v) {
    if (is_output[v] || !stored[v]) continue;
    int32_t& place = places[pass->values[v].slot];
    if (place < 0) {
      place = static_cast<int32_t>(end);
      end += block * pass->values[v].bytes + kApart;
    }
    found.push_back({v, place});
  }
  if (end > kScratchBytes) return false;
  pass->plain.scratch = std::move(found);
  return true;
}

// The operands that are vectors, and which of them must not be the same.
void FindVectors(Pass* pass) {
  PlainPass& plain = pass->plain;
  const int inputs = static_cast<int>(pass->inputs.size());
  for (int k = 0; k < inputs; ++k) plain.vectors.push_back({k, k, pass->inputs[k].bytes});
  plain.inputs = inputs;
  for (size_t j = 0; j < pass->outputs.size(); ++j) {
    const Output& output = pass->outputs[j];
    if (output.reduction >= 0) continue;
    const int operand = inputs + static_cast<int>(j);
    plain.vectors.push_back({operand, output.value, output.bytes});
    for (int k = 0; k < inputs; ++k) {
      if (pass->inputs[k].last_use > output.value - FirstInstruction(*pass)) plain.clashes.push_back({k, operand});
    }
  }
}

// `results` are the pointers of what instructions give.
void RunSteps(const Isa& isa, const Pass& pass, char* const* pointers, char* const* results, size_t n) {
  const ChainLink* links = pass.plain.links.data();
  for (const PlainPass::Step& step : pass.plain.steps) {
    if (step.links > 0) {
      (step.is_float64 ? isa.chains->float64 : isa.chains->float32)(links, step.links, pointers, n, false);
      links += step.links;
      continue;
    }
    const Instruction& instruction = pass.instructions[step.instruction];
    const int a = instruction.arguments[0];
    const int b = instruction.arity > 1 ? instruction.arguments[1] : a;
    const int c = instruction.arity > 2 ? instruction.arguments[2] : a;
    isa.kernels[instruction.kernel](results[step.instruction], pointers[a], pointers[b], pointers[c], n, step.uniform);
  }
}

// The reductions of a pass on their way.
class Reducer {
 public:
  // Makes the one result of elements as they lie in memory. False when that is not all there is to do.
  static bool Reduce(const Isa& isa, const Pass& pass, int64_t n, char* const* pointers, Operands operands) {
    if (!pass.plain.steps.empty() || pass.plain.results.size() != 1 || n > kMostAlong) return false;
    const int32_t number = pass.plain.results[0].output;
    const Output& output = pass.outputs[number];
    const Reduction& reduction = isa.reductions[output.reduction];
    if (reduction.along == nullptr) return false;
    Constant value;
    reduction.along(&value, pointers[output.value], 0, 1, n, output.parameter);
    Put(isa, pass, number, value, operands);
    return true;
  }

  // Puts the accumulators behind the blocks of values.
  Reducer(const Isa& isa, const Pass& pass, int64_t n, char** pointers) : isa_(isa), pass_(pass), n_(n) {
    char** accumulators = pointers + pass.values.size();
    for (size_t k = 0; k < pass.plain.states.size(); ++k) {
      ReductionOf(k).start(memory_[k], 1, n);
      accumulators[k] = memory_[k];
    }
  }

  void Take(char* const* pointers, int64_t position, int64_t m) {
    for (size_t k = 0; k < pass_.plain.states.size(); ++k) {
      const PlainPass::State& state = pass_.plain.states[k];
      if (state.is_chained) continue;
      AccumulateRun(ReductionOf(k), memory_[k], 1, pointers[state.value], pass_.values[state.value].bytes, position, m);
    }
  }

  void Store(Operands operands) {
    Partial partials[kMostReductions];
    for (size_t k = 0; k < pass_.plain.states.size(); ++k) ReductionOf(k).fold(memory_[k], 1, n_, 0, &partials[k]);
    for (const PlainPass::Result& result : pass_.plain.results) {
      const Output& output = pass_.outputs[result.output];
      Constant value;
      isa_.reductions[output.reduction].finish(&value, &partials[result.state], 1, n_, output.parameter);
      Put(isa_, pass_, result.output, value, operands);
    }
  }

 private:
  static void Put(const Isa& isa, const Pass& pass, int32_t output, const Constant& value, Operands operands) {
    const int64_t* place = operands.Of(static_cast<int32_t>(pass.inputs.size()) + output);
    isa.stores[pass.outputs[output].dtype](reinterpret_cast<char*>(place[0]), &value, 1, 0);
  }

  const Reduction& ReductionOf(size_t state) const { return isa_.reductions[pass_.plain.states[state].reduction]; }

  const Isa& isa_;
  const Pass& pass_;
  const int64_t n_;
  alignas(64) char memory_[kMostReductions][kStateBytes];
};

}  // namespace

void PreparePlain(Pass* pass) {
  const Isa* isa = CurrentIsa();
  const int first = FirstInstruction(*pass);
  const int count = static_cast<int>(pass->values.size());
  if (isa == nullptr || count > kMostValues || pass->user_arguments > 0) return;
  if (pass->reductions > 0 && pass->outputs.size() > kMostReductions) return;
  for (const Input& input : pass->inputs) {
    if (!kDTypeRows[input.dtype].native) return;
  }
  std::vector<bool> is_output(count, false);
  for (const Output& output : pass->outputs) {
    if (output.reduction >= 0) {
      // A constant's block is one element.
      if (output.value >= static_cast<int>(pass->inputs.size()) && output.value < first) return;
      continue;
    }
    if (!kDTypeRows[output.dtype].native || output.value < first || is_output[output.value]) return;
    is_output[output.value] = true;
  }
  FindStates(*isa, pass);
  FindVectors(pass);
  if (!MakeSteps(*isa, pass)) return;
  for (int64_t block = kWidestBlock; block >= kNarrowestBlock; block /= 2) {
    if (!FindPlaces(is_output, block, pass)) continue;
    // Values in registers and in operands alone need no blocks.
    pass->plain.block = pass->plain.scratch.empty() ? kMostElements : block;
    pass->plain.fits = true;
    return;
  }
}

bool RunPlain(const Isa& isa, const Program& program, const Pass& pass, int64_t n, Operands operands) {
  const PlainPass& plain = pass.plain;
  // No elements give results of their own.
  if (!plain.fits || n > kMostElements || (pass.reductions > 0 && n == 0)) return false;
  char* pointers[kMostValues + kMostReductions];
  int32_t repeated_inputs[kMostRepeated];
  int repeated = 0;
  for (const PlainPass::Vector& vector : plain.vectors) {
    const int64_t* operand = operands.Of(vector.operand);
    if ((operand[0] & (vector.bytes - 1)) != 0) return false;
    if (operand[1] != vector.bytes && n > 1) {
      if (operand[1] != 0 || vector.operand >= plain.inputs || repeated == kMostRepeated) return false;
      repeated_inputs[repeated++] = vector.operand;
    }
    pointers[vector.value] = reinterpret_cast<char*>(operand[0]);
  }
  for (const PlainPass::Clash& clash : plain.clashes) {
    if (operands.Of(clash.input)[0] == operands.Of(clash.output)[0]) return false;
  }
  char** results = pointers + plain.inputs;
  for (const int32_t load : pass.loads) {
    // Kernels never write to a constant.
    *results++ = const_cast<char*>(reinterpret_cast<const char*>(program.constants[load].bytes));
  }
  int64_t block = plain.block;
  for (int r = 0; r < repeated; ++r) {
    const int64_t most = kRepeatedBytes / pass.inputs[repeated_inputs[r]].bytes;
    if (most < block) block = most;
  }
  alignas(64) char copies[kMostRepeated][kRepeatedBytes];
  for (int r = 0; r < repeated; ++r) {
    char** pointer = &pointers[repeated_inputs[r]];
    const size_t bytes = static_cast<size_t>(pass.inputs[repeated_inputs[r]].bytes);
    isa.fill(copies[r], *pointer, static_cast<size_t>(n < block ? n : block), bytes);
    *pointer = copies[r];
  }
  alignas(64) char memory[kScratchBytes + 4096];
  if (!plain.scratch.empty()) {
    const uintptr_t wanted = plain.inputs > 0 ? (reinterpret_cast<uintptr_t>(pointers[0]) & ~uintptr_t{63}) + 1024 : 0;
    char* scratch = memory + (wanted - reinterpret_cast<uintptr_t>(memory)) % 4096;
    for (const PlainPass::Place& place : plain.scratch) pointers[place.value] = scratch + place.offset;
  }
  const auto run = [&](auto take) {
    for (int64_t position = 0; position < n;) {
      const int64_t m = n - position < block ? n - position : block;
      RunSteps(isa, pass, pointers, results, static_cast<size_t>(m));
      take(position, m);
      position += m;
      if (position == n) return;
      for (const PlainPass::Vector& vector : plain.vectors) {
        pointers[vector.value] += m * operands.Of(vector.operand)[1];
      }
    }
  };
  if (pass.reductions == 0) {
    run([](int64_t, int64_t) {});
    return true;
  }
  if (repeated == 0 && Reducer::Reduce(isa, pass, n, pointers, operands)) return true;
  Reducer reducer(isa, pass, n, pointers);
  run([&](int64_t position, int64_t m) { reducer.Take(pointers, position, m); });
  reducer.Store(operands);
  return true;
}

}  // namespace lanes
