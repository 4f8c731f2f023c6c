// The short way for small calls: no plan is made, only addresses are checked and handed to the kernels.
#include "plain.h"

#include <stddef.h>

#include "chain.h"

namespace lanes {
namespace {

constexpr int kMostValues = 24;
constexpr int64_t kBlock = 512;
constexpr int64_t kMostElements = 8 * kBlock;
constexpr int64_t kScratchBytes = 24 << 10;
// A load waits for an earlier store whose address agrees in the low 12 bits, so neighbours are kept apart by this much.
constexpr int64_t kApart = 1024 + 64;

int FirstInstruction(const Pass& pass) { return static_cast<int>(pass.inputs.size() + pass.loads.size()); }

bool IsRun(int64_t address, int64_t stride, int32_t bytes) { return stride == bytes && (address & (bytes - 1)) == 0; }

// The steps of the pass; false when constants alone make a value.
bool MakeSteps(Pass* pass) {
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
  for (int i = 0; i < count;) {
    ChainLink links[kMostLinks];
    const Chain chain = MakeChain(*pass, all.data() + i, count - i, links);
    pass->plain_steps.push_back({i, all[i].uniform, chain.taken == 0 ? 0 : chain.links, chain.is_float64});
    if (chain.taken > 0) pass->plain_links.insert(pass->plain_links.end(), links, links + chain.links);
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

}  // namespace

void PreparePlain(Pass* pass) {
  const int first = FirstInstruction(*pass);
  const int count = static_cast<int>(pass->values.size());
  if (count > kMostValues || pass->reductions > 0 || pass->user_arguments > 0) return;
  for (const Input& input : pass->inputs) {
    if (!kDTypeRows[input.dtype].native) return;
  }
  std::vector<int32_t> scratch(count, 0);
  for (const Output& output : pass->outputs) {
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
  const int64_t* operand = words + 4;
  const int inputs = static_cast<int>(pass.inputs.size());
  const int first = FirstInstruction(pass);
  const int count = static_cast<int>(pass.values.size());
  const int64_t block = pass.plain_block;
  char* pointers[kMostValues];
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
  for (const Output& output : pass.outputs) {
    if (!IsRun(operand[0], operand[1], output.bytes)) return false;
    for (int k = 0; k < inputs; ++k) {
      // The instruction writes into the output's memory, so no later one may read an input that lies there.
      if (pointers[k] == reinterpret_cast<char*>(operand[0]) && pass.inputs[k].last_use > output.value - first) {
        return false;
      }
    }
    pointers[output.value] = reinterpret_cast<char*>(operand[0]);
    steps[output.value] = block * output.bytes;
    operand += 2;
  }
  for (int64_t left = n; left > 0; left -= block) {
    RunSteps(isa, pass, pointers, first, static_cast<size_t>(left < block ? left : block));
    if (left > block) {
      for (int v = 0; v < count; ++v) pointers[v] += steps[v];
    }
  }
  return true;
}

}  // namespace lanes
