// The short way for small calls: no plan is made, only addresses are checked and handed to the kernels.
#include "plain.h"

#include <stddef.h>

#include <algorithm>

#include "chain.h"
#include "isa.h"
#include "plan.h"

namespace lanes {
namespace {

constexpr int kMostValues = 24;
constexpr int64_t kBlock = 512;
constexpr int64_t kMostElements = 8 * kBlock;
constexpr int64_t kScratchBytes = 24 << 10;
constexpr int kMostReductions = 3;
constexpr size_t kStateBytes = kMostPlanes * kAccumulators * kAccumulatorBytes;
static_assert(kMostElements <= kChunk, "a reduction must be one chunk");
// A load waits for an earlier store whose address agrees in the low 12 bits, so neighbours are kept apart by this much.
constexpr int64_t kApart = 1024 + 64;

int FirstInstruction(const Pass& pass) { return static_cast<int>(pass.inputs.size() + pass.loads.size()); }

bool IsRun(int64_t address, int64_t stride, int32_t bytes) { return stride == bytes && (address & (bytes - 1)) == 0; }

// Where the accumulators are of values whose only reduction is a sum: behind the blocks of values.
std::vector<int32_t> FindSums(const Pass& pass) {
  std::vector<int32_t> sums(pass.values.size(), -1);
  std::vector<int> reductions(pass.values.size(), 0);
  for (const Output& output : pass.outputs) reductions[output.value] += output.reduction >= 0;
  int32_t next = static_cast<int32_t>(pass.values.size());
  for (const Output& output : pass.outputs) {
    if (output.reduction >= 0 && IsSum(output.reduction) && reductions[output.value] == 1) sums[output.value] = next++;
  }
  return sums;
}

// The steps of the pass; false when constants alone make a value.
bool MakeSteps(Pass* pass) {
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
  const Isa* isa = CurrentIsa();
  const bool functions = isa != nullptr && isa->chains->has_functions;
  for (int i = 0; i < count;) {
    ChainLink links[kMostLinks];
    const Chain chain = MakeChain(*pass, all.data() + i, count - i, functions, sums.data(), false, links);
    pass->plain_steps.push_back({i, all[i].uniform, chain.taken == 0 ? 0 : chain.links, chain.is_float64});
    if (chain.taken > 0) pass->plain_links.insert(pass->plain_links.end(), links, links + chain.links);
    for (int k = 0; chain.taken > 0 && k < chain.links; ++k) {
      if (links[k].code == kChainSum * kChainForms) {
        const auto value = std::find(sums.begin(), sums.end(), links[k].x) - sums.begin();
        pass->plain_sums.push_back({static_cast<int32_t>(value), links[k].x});
      }
    }
    i += chain.taken == 0 ? 1 : chain.taken;
  }
  return true;
}

// Marks the values that steps write.
std::vector<bool> Stored(const Pass& pass) {
  std::vector<bool> stored(pass.values.size(), false);
  for (const PlainStep& step : pass.plain_steps) {
    if (step.links == 0) stored[FirstInstruction(pass) + step.instruction] = true;
  }
  for (const ChainLink& link : pass.plain_links) {
    if (IsStore(link)) stored[link.x] = true;
  }
  return stored;
}

void RunSteps(const Isa& isa, const Pass& pass, char* const* pointers, int first, size_t n) {
  const ChainLink* links = pass.plain_links.data();
  for (const PlainStep& step : pass.plain_steps) {
    if (step.links > 0) {
      (step.is_float64 ? isa.chains->float64 : isa.chains->float32)(links, step.links, pointers, n);
      links += step.links;
      continue;
    }
    const Instruction& instruction = pass.instructions[step.instruction];
    const int a = instruction.arguments[0];
    const int b = instruction.arity > 1 ? instruction.arguments[1] : a;
    const int c = instruction.arity > 2 ? instruction.arguments[2] : a;
    isa.kernels[instruction.kernel](pointers[first + step.instruction], pointers[a], pointers[b], pointers[c], n,
                                    step.uniform);
  }
}

// The reductions of a pass on their way.
class Reducer {
 public:
  // Puts the accumulators of sums among the blocks.
  Reducer(const Isa& isa, const Pass& pass, int64_t n, char** pointers) : isa_(isa), pass_(pass), n_(n) {
    for (const bool including : {true, false}) {
      for (size_t k = 0; k < pass.outputs.size(); ++k) {
        const Output& output = pass.outputs[k];
        if (output.reduction < 0) continue;
        const Reduction& reduction = isa.reductions[output.reduction];
        if ((reduction.includes != nullptr) == including)
          state_of_[k] = ShareState(reduction, output.value, states_, &count_);
      }
    }
    for (int k = 0; k < count_; ++k) states_[k].reduction->start(memory_[k], 1, n);
    for (const PlainSum& sum : pass.plain_sums) {
      for (int k = 0; k < count_; ++k) {
        if (states_[k].value != sum.value) continue;
        states_[k].is_chained = true;
        pointers[sum.block] = memory_[k];
      }
    }
  }

  void Take(char* const* pointers, int64_t position, int64_t m) {
    for (int k = 0; k < count_; ++k) {
      if (states_[k].is_chained) continue;
      const int value = states_[k].value;
      AccumulateRun(*states_[k].reduction, memory_[k], 1, pointers[value], pass_.values[value].bytes, position, m);
    }
  }

  // `addresses` are those of all outputs.
  void Store(char* const* addresses) {
    Partial partials[kMostReductions];
    for (int k = 0; k < count_; ++k) states_[k].reduction->fold(memory_[k], 1, n_, 0, &partials[k]);
    for (size_t k = 0; k < pass_.outputs.size(); ++k) {
      const Output& output = pass_.outputs[k];
      if (output.reduction < 0) continue;
      Constant value;
      isa_.reductions[output.reduction].finish(&value, &partials[state_of_[k]], 1, n_, output.parameter);
      isa_.stores[output.dtype](addresses[k], &value, 1, 0);
    }
  }

 private:
  const Isa& isa_;
  const Pass& pass_;
  const int64_t n_;
  State states_[kMostReductions];
  int count_ = 0;
  int state_of_[kMostReductions] = {};
  alignas(64) char memory_[kMostReductions][kStateBytes];
};

}  // namespace

void PreparePlain(Pass* pass) {
  const int first = FirstInstruction(*pass);
  const int count = static_cast<int>(pass->values.size());
  if (count > kMostValues || pass->user_arguments > 0) return;
  if (pass->reductions > 0 && pass->outputs.size() > kMostReductions) return;
  for (const Input& input : pass->inputs) {
    if (!kDTypeRows[input.dtype].native) return;
  }
  std::vector<int32_t> scratch(count, 0);
  for (const Output& output : pass->outputs) {
    if (output.reduction >= 0) {
      // A constant's block is one element.
      if (output.value >= static_cast<int>(pass->inputs.size()) && output.value < first) return;
      continue;
    }
    if (!kDTypeRows[output.dtype].native || output.value < first || scratch[output.value] < 0) return;
    scratch[output.value] = -1;
  }
  if (!MakeSteps(pass)) return;
  const std::vector<bool> stored = Stored(*pass);
  // Values of one register share its place.
  std::vector<int32_t> places(pass->slots, -1);
  int64_t end = 0;
  for (int v = first; v < count; ++v) {
    if (scratch[v] < 0 || !stored[v]) continue;
    int32_t& place = places[pass->values[v].slot];
    if (place < 0) {
      place = static_cast<int32_t>(end);
      end += kBlock * pass->values[v].bytes + kApart;
    }
    scratch[v] = place;
  }
  if (end > kScratchBytes) return;
  pass->plain_block = end > 0 ? kBlock : kMostElements;
  pass->plain_scratch = scratch;
  pass->plain = true;
}

bool RunPlain(const Isa& isa, const Program& program, const Pass& pass, const int64_t* words) {
  if (!pass.plain || words[0] != 1 || words[1] != 1 || words[3] > kMostElements) return false;
  const int64_t n = words[3];
  // No elements give results of their own.
  if (pass.reductions > 0 && (n == 0 || (words[2] & 1) == 0)) return false;
  const int64_t* operand = words + 4;
  const int inputs = static_cast<int>(pass.inputs.size());
  const int first = FirstInstruction(pass);
  const int count = static_cast<int>(pass.values.size());
  const int64_t block = pass.plain_block;
  char* pointers[kMostValues + kMostReductions];
  int64_t steps[kMostValues];
  for (int k = 0; k < inputs; ++k, operand += 2) {
    if (!IsRun(operand[0], operand[1], pass.inputs[k].bytes)) return false;
    pointers[k] = reinterpret_cast<char*>(operand[0]);
    steps[k] = block * pass.inputs[k].bytes;
  }
  for (int k = inputs; k < first; ++k) {
    // Kernels never write to a constant.
    pointers[k] = const_cast<char*>(reinterpret_cast<const char*>(program.constants[pass.loads[k - inputs]].bytes));
    steps[k] = 0;
  }
  alignas(64) char memory[kScratchBytes + 4096];
  const uintptr_t wanted = inputs > 0 ? (reinterpret_cast<uintptr_t>(pointers[0]) & ~uintptr_t{63}) + 1024 : 0;
  char* scratch = memory + (wanted - reinterpret_cast<uintptr_t>(memory)) % 4096;
  for (int v = first; v < count; ++v) {
    pointers[v] = scratch + pass.plain_scratch[v];
    steps[v] = 0;
  }
  char* addresses[kMostValues];
  for (size_t j = 0; j < pass.outputs.size(); ++j, operand += 2) {
    const Output& output = pass.outputs[j];
    addresses[j] = reinterpret_cast<char*>(operand[0]);
    if (output.reduction >= 0) continue;
    if (!IsRun(operand[0], operand[1], output.bytes)) return false;
    for (int k = 0; k < inputs; ++k) {
      // The instruction writes into the output's memory, so no later one may read an input that lies there.
      if (pointers[k] == reinterpret_cast<char*>(operand[0]) && pass.inputs[k].last_use > output.value - first) {
        return false;
      }
    }
    pointers[output.value] = reinterpret_cast<char*>(operand[0]);
    steps[output.value] = block * output.bytes;
  }
  const auto run = [&](auto take) {
    for (int64_t position = 0; position < n; position += block) {
      const int64_t m = n - position < block ? n - position : block;
      RunSteps(isa, pass, pointers, first, static_cast<size_t>(m));
      take(position, m);
      if (m == block) {
        for (int v = 0; v < count; ++v) pointers[v] += steps[v];
      }
    }
  };
  if (pass.reductions == 0) {
    run([](int64_t, int64_t) {});
    return true;
  }
  Reducer reducer(isa, pass, n, pointers);
  run([&](int64_t position, int64_t m) { reducer.Take(pointers, position, m); });
  reducer.Store(addresses);
  return true;
}

}  // namespace lanes
