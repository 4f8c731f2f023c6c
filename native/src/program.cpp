// Decodes program words and refuses whatever could not run safely: the words may be hostile.
#include "program.h"

#include <string.h>

#include "bytes.h"
#include "lanes.h"
#include "plain.h"

namespace lanes {
namespace {

class Words {
 public:
  Words(const int32_t* words, int64_t count) : next_(words), left_(count) {}

  bool Take(int32_t* word) {
    if (left_ < 1) return false;
    *word = *next_++;
    --left_;
    return true;
  }

  // A count of items of `size` words each, which must all be there.
  bool TakeCount(int32_t* items) { return Take(items) && *items >= 0; }
  bool Has(int32_t items, int64_t size) const { return items * size <= left_; }
  bool Empty() const { return left_ == 0; }

 private:
  const int32_t* next_;
  int64_t left_;
};

struct Operand {
  int32_t dtype;
  int32_t bytes;
};

// The words behind a constant of bytes become its text.
bool DecodeText(Words& words, int32_t length, Program* program, Constant* constant) {
  const int64_t count = (int64_t{length} + 3) / 4;
  if (length < 0 || !words.Has(1, count)) return false;  // before memory is taken for it
  std::vector<char> text(static_cast<size_t>(4 * count));
  for (int64_t k = 0; k < count; ++k) {
    int32_t word;
    if (!words.Take(&word)) return false;
    memcpy(text.data() + 4 * k, &word, 4);
  }
  const ByteView view = {text.data(), TrimmedLength(text.data(), length)};
  memcpy(constant->bytes, &view, sizeof(view));
  program->texts.push_back(std::move(text));
  return true;
}

bool DecodeConstant(Words& words, Program* program, Constant* constant, int32_t* kind) {
  if (!words.Take(kind) || *kind < 0 || *kind >= kKinds) return false;
  int32_t value[4];
  for (int32_t& word : value) {
    if (!words.Take(&word)) return false;
  }
  if (*kind == kBytes) return DecodeText(words, value[0], program, constant);
  memcpy(constant->bytes, value, sizeof(value));
  if (*kind == kBool) constant->bytes[0] = constant->bytes[0] != 0;
  return true;
}

bool DecodeOperand(Words& words, Operand* operand) {
  if (!words.Take(&operand->dtype) || !words.Take(&operand->bytes)) return false;
  if (operand->dtype < 0 || operand->dtype >= kDTypes) return false;
  return operand->dtype == kDBytes ? operand->bytes > 0 : operand->bytes == kDTypeRows[operand->dtype].bytes;
}

class PassDecoder {
 public:
  PassDecoder(Words& words, const std::vector<int32_t>& constant_kinds, const std::vector<Operand>& operands,
              Pass* pass)
      : words_(words), constant_kinds_(constant_kinds), operands_(operands), pass_(*pass) {}

  bool Decode() {
    int32_t registers, inputs, loads, instructions, outputs;
    if (!words_.TakeCount(&registers) || !words_.TakeCount(&inputs) || !words_.TakeCount(&loads) ||
        !words_.TakeCount(&instructions) || !words_.TakeCount(&outputs)) {
      return false;
    }
    if (!words_.Has(registers, 1)) return false;
    kinds_.resize(registers);
    for (int32_t& kind : kinds_) {
      if (!words_.Take(&kind) || kind < 0 || kind >= kKinds) return false;
    }
    pass_.slots = registers;
    current_.assign(registers, -1);
    used_as_input_.assign(operands_.size(), false);
    used_as_output_.assign(operands_.size(), false);
    if (!words_.Has(inputs, 2)) return false;
    for (int32_t i = 0; i < inputs; ++i) {
      if (!DecodeInput()) return false;
    }
    if (!words_.Has(loads, 2)) return false;
    for (int32_t i = 0; i < loads; ++i) {
      if (!DecodeLoad()) return false;
    }
    if (!words_.Has(instructions, 5)) return false;
    for (int32_t i = 0; i < instructions; ++i) {
      if (!DecodeInstruction(i)) return false;
    }
    if (!words_.Has(outputs, 4)) return false;
    for (int32_t i = 0; i < outputs; ++i) {
      if (!DecodeOutput()) return false;
    }
    return true;
  }

 private:
  bool TakeRegister(int32_t* r) { return words_.Take(r) && *r >= 0 && *r < static_cast<int32_t>(kinds_.size()); }

  bool TakeOperand(int32_t* operand) {
    return words_.Take(operand) && *operand >= 0 && *operand < static_cast<int32_t>(operands_.size());
  }

  void Define(int32_t r) {
    current_[r] = static_cast<int32_t>(pass_.values.size());
    pass_.values.push_back({kKindBytes[kinds_[r]], r});
    pass_.uses.push_back(0);
  }

  bool DecodeInput() {
    int32_t operand, r;
    if (!TakeOperand(&operand) || !TakeRegister(&r)) return false;
    const Operand& o = operands_[operand];
    if (used_as_input_[operand] || current_[r] != -1 || kDTypeRows[o.dtype].kind != kinds_[r]) return false;
    used_as_input_[operand] = true;
    Define(r);
    pass_.inputs.push_back({o.dtype, o.bytes, operand, -1, false});
    return true;
  }

  bool DecodeLoad() {
    int32_t constant, r;
    if (!words_.Take(&constant) || !TakeRegister(&r)) return false;
    if (constant < 0 || constant >= static_cast<int32_t>(constant_kinds_.size())) return false;
    if (current_[r] != -1 || constant_kinds_[constant] != kinds_[r]) return false;
    Define(r);
    pass_.loads.push_back(constant);
    return true;
  }

  bool DecodeInstruction(int32_t index) {
    Instruction instruction = {};
    int32_t r;
    if (!words_.Take(&instruction.kernel)) return false;
    if (instruction.kernel == LANES_USER_KERNEL) return DecodeUserInstruction(index);
    if (instruction.kernel < 0 || instruction.kernel >= kKernels) return false;
    const KernelRow& row = kKernelRows[instruction.kernel];
    if (!TakeRegister(&r) || kinds_[r] != row.result) return false;
    for (int k = 0; k < 3; ++k) {
      int32_t source;
      if (!words_.Take(&source)) return false;
      instruction.arguments[k] = -1;
      if (row.arguments[k] < 0) {
        if (source != -1) return false;
        continue;
      }
      if (source < 0 || source >= static_cast<int32_t>(kinds_.size())) return false;
      if (kinds_[source] != row.arguments[k] || current_[source] < 0) return false;
      Use(index, k, source, &instruction);
    }
    pass_.instructions.push_back(instruction);
    Define(r);
    return true;
  }

  void Use(int32_t index, int k, int32_t source, Instruction* instruction) {
    const int32_t value = current_[source];
    if (value < static_cast<int32_t>(pass_.inputs.size())) pass_.inputs[value].last_use = index;
    instruction->arguments[k] = value;
    instruction->arity = k + 1;
    ++pass_.uses[value];
  }

  // What a user's function takes and gives is for the registers to say; its address can only be believed.
  bool DecodeUserInstruction(int32_t index) {
    Instruction instruction = {LANES_USER_KERNEL, 0, {-1, -1, -1}, nullptr};
    int32_t r;
    if (!TakeRegister(&r) || kinds_[r] == kBytes) return false;
    for (int k = 0; k < 3; ++k) {
      int32_t source;
      if (!words_.Take(&source)) return false;
      if (source == -1 && k > 0) continue;
      if (source < 0 || source >= static_cast<int32_t>(kinds_.size()) || source == r) return false;
      if (current_[source] < 0 || kinds_[source] == kBytes || instruction.arity < k) return false;
      Use(index, k, source, &instruction);
    }
    int32_t low, high;
    if (!words_.Take(&low) || !words_.Take(&high)) return false;
    const uint64_t address = static_cast<uint64_t>(static_cast<uint32_t>(high)) << 32 | static_cast<uint32_t>(low);
    if (address == 0) return false;
    instruction.function = reinterpret_cast<UserFunction>(static_cast<uintptr_t>(address));
    pass_.user_arguments += instruction.arity;
    pass_.instructions.push_back(instruction);
    Define(r);
    return true;
  }

  bool DecodeOutput() {
    int32_t operand, r, reduction, parameter;
    if (!TakeOperand(&operand) || !TakeRegister(&r) || !words_.Take(&reduction) || !words_.Take(&parameter)) {
      return false;
    }
    if (used_as_output_[operand] || current_[r] < 0 || reduction < -1 || reduction >= kReductions) return false;
    used_as_output_[operand] = true;
    const Operand& o = operands_[operand];
    const int32_t kind = kDTypeRows[o.dtype].kind;
    if (reduction < 0) {
      if (kind != kinds_[r]) return false;
    } else {
      const ReductionRow& row = kReductionRows[reduction];
      if (row.argument != kinds_[r] || row.result != kind) return false;
      ++pass_.reductions;
    }
    const int32_t value = current_[r];
    ++pass_.uses[value];
    if (reduction < 0 && value < static_cast<int32_t>(pass_.inputs.size())) pass_.inputs[value].stored = true;
    pass_.outputs.push_back({o.dtype, o.bytes, operand, value, reduction, parameter});
    return true;
  }

  Words& words_;
  const std::vector<int32_t>& constant_kinds_;
  const std::vector<Operand>& operands_;
  Pass& pass_;
  std::vector<int32_t> kinds_;    // per register
  std::vector<int32_t> current_;  // the value that the register holds, -1 for none
  std::vector<bool> used_as_input_;
  std::vector<bool> used_as_output_;
};

// Gives operands their places in calls over vectors, if there are enough.
void FindPlaces(const std::vector<Operand>& operands, Program* program) {
  if (program->passes.empty() || program->passes.back().outputs.size() != 1) return;
  std::vector<bool> is_written(operands.size(), false);
  for (const Pass& pass : program->passes) {
    for (const Output& output : pass.outputs) is_written[output.operand] = true;
  }
  const size_t result = static_cast<size_t>(program->passes.back().outputs[0].operand);
  std::vector<int32_t> places(operands.size(), 0);
  int32_t inputs = 0, singles = 0;
  for (size_t k = 0; k < operands.size(); ++k) {
    if (k == result) continue;
    if (is_written[k] && operands[k].bytes > kSingleBytes) return;
    places[k] = is_written[k] ? 1 + kMostInputVectors + singles++ : 1 + inputs++;
  }
  if (inputs > kMostInputVectors || singles > kMostSingles) return;
  for (Pass& pass : program->passes) {
    for (const Input& input : pass.inputs) {
      pass.places.push_back(places[input.operand]);
      if (!is_written[input.operand]) pass.reads_vectors = true;
    }
    for (const Output& output : pass.outputs) pass.places.push_back(places[output.operand]);
  }
  program->takes_vectors = true;
}

}  // namespace

bool DecodeProgram(const int32_t* words, int64_t count, Program* program) {
  Words in(words, count);
  int32_t magic, constants, operands, passes;
  if (!in.Take(&magic) || magic != LANES_PROGRAM_MAGIC) return false;
  if (!in.TakeCount(&constants) || !in.TakeCount(&operands) || !in.TakeCount(&passes)) return false;
  if (!in.Has(constants, 5)) return false;
  program->constants.resize(constants);
  std::vector<int32_t> kinds(constants);
  for (int32_t i = 0; i < constants; ++i) {
    if (!DecodeConstant(in, program, &program->constants[i], &kinds[i])) return false;
  }
  if (!in.Has(operands, 2)) return false;
  std::vector<Operand> table(operands);
  for (Operand& operand : table) {
    if (!DecodeOperand(in, &operand)) return false;
  }
  if (!in.Has(passes, 5)) return false;
  program->passes.resize(passes);
  for (Pass& pass : program->passes) {
    if (!PassDecoder(in, kinds, table, &pass).Decode()) return false;
    PreparePlain(&pass);
  }
  FindPlaces(table, program);
  return in.Empty();
}

}  // namespace lanes
