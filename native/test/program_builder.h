// Spells programs and calls for the tests.
#ifndef LANES_TEST_PROGRAM_BUILDER_H_
#define LANES_TEST_PROGRAM_BUILDER_H_

#include <stdint.h>
#include <string.h>

#include <string>
#include <vector>

#include "kernels.h"
#include "lanes.h"

namespace lanes {

inline int64_t Address(const void* p) { return reinterpret_cast<int64_t>(p); }

inline int KernelNumber(const std::string& name, int key_argument_kind) {
  for (int k = 0; k < kKernels; ++k) {
    const KernelRow& row = kKernelRows[k];
    // The key of a where is its second argument's kind.
    const int key = row.arguments[2] >= 0 ? row.arguments[1] : row.arguments[0];
    if (name == row.name && key == key_argument_kind) return k;
  }
  return -1;
}

inline int ReductionNumber(const std::string& name, int kind) {
  for (int k = 0; k < kReductions; ++k) {
    if (name == kReductionRows[k].name && kReductionRows[k].argument == kind) return k;
  }
  return -1;
}

// One pass; registers are made on demand.
class PassBuilder {
 public:
  int Register(int kind) {
    kinds.push_back(kind);
    return static_cast<int>(kinds.size()) - 1;
  }
  int Input(int operand, int kind) {
    const int r = Register(kind);
    inputs.insert(inputs.end(), {operand, r});
    return r;
  }
  int Load(int constant, int kind) {
    const int r = Register(kind);
    loads.insert(loads.end(), {constant, r});
    return r;
  }
  int Apply(int kernel, int a, int b = -1, int c = -1) {
    const int r = Register(kKernelRows[kernel].result);
    ApplyTo(r, kernel, a, b, c);
    return r;
  }
  void ApplyTo(int r, int kernel, int a, int b = -1, int c = -1) {
    instructions.insert(instructions.end(), {kernel, r, a, b, c});
  }
  // A function of the user's.
  void CallTo(int r, const void* function, int a, int b = -1, int c = -1) {
    const int64_t address = Address(function);
    instructions.insert(instructions.end(), {LANES_USER_KERNEL, r, a, b, c, static_cast<int32_t>(address),
                                             static_cast<int32_t>(address >> 32)});
    ++calls;
  }
  void Output(int operand, int r, int reduction = -1, int parameter = 0) {
    outputs.insert(outputs.end(), {operand, r, reduction, parameter});
  }

  std::vector<int32_t> kinds, inputs, loads, instructions, outputs;
  int calls = 0;
};

class ProgramBuilder {
 public:
  template <class T>
  int Constant(int kind, T value) {
    int32_t words[4] = {};
    memcpy(words, &value, sizeof(value));
    constants.push_back(kind);
    constants.insert(constants.end(), words, words + 4);
    return constant_count++;
  }
  int Text(const std::string& text) {
    const size_t count = (text.size() + 3) / 4;
    constants.insert(constants.end(), {kBytes, static_cast<int32_t>(text.size()), 0, 0, 0});
    constants.resize(constants.size() + count);
    memcpy(constants.data() + constants.size() - count, text.data(), text.size());
    return constant_count++;
  }
  int Operand(int dtype, int bytes = 0) {
    operands.push_back(dtype);
    operands.push_back(bytes > 0 ? bytes : kDTypeRows[dtype].bytes);
    return static_cast<int>(operands.size() / 2) - 1;
  }
  void Add(const PassBuilder& pass) { passes.push_back(pass); }

  std::vector<int32_t> Words() const {
    std::vector<int32_t> words = {LANES_PROGRAM_MAGIC, constant_count, static_cast<int32_t>(operands.size() / 2),
                                  static_cast<int32_t>(passes.size())};
    Append(words, constants);
    Append(words, operands);
    for (const PassBuilder& pass : passes) {
      words.push_back(static_cast<int32_t>(pass.kinds.size()));
      words.push_back(static_cast<int32_t>(pass.inputs.size() / 2));
      words.push_back(static_cast<int32_t>(pass.loads.size() / 2));
      words.push_back(static_cast<int32_t>((pass.instructions.size() - 2 * pass.calls) / 5));
      words.push_back(static_cast<int32_t>(pass.outputs.size() / 4));
      Append(words, pass.kinds);
      Append(words, pass.inputs);
      Append(words, pass.loads);
      Append(words, pass.instructions);
      Append(words, pass.outputs);
    }
    return words;
  }

  std::vector<int32_t> constants, operands;
  int constant_count = 0;
  std::vector<PassBuilder> passes;

 private:
  static void Append(std::vector<int32_t>& words, const std::vector<int32_t>& more) {
    words.insert(words.end(), more.begin(), more.end());
  }
};

// A program's native handle.
class Handle {
 public:
  explicit Handle(const ProgramBuilder& builder) {
    const std::vector<int32_t> words = builder.Words();
    status = lanes_program_create(Address(words.data()), static_cast<int64_t>(words.size()), Address(&program));
  }
  ~Handle() {
    if (status == LANES_OK) lanes_program_free(program);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  int32_t status;
  int64_t program = 0;
};

// The words of a call.
class Call {
 public:
  Call() : words{0, 0} {}
  // Reduces over everything unless axes are given, bit by bit.
  Call& Pass(int threads, const std::vector<int64_t>& shape, int64_t reduced = -1) {
    words.push_back(threads);
    words.push_back(static_cast<int64_t>(shape.size()));
    words.push_back(reduced);
    words.insert(words.end(), shape.begin(), shape.end());
    return *this;
  }
  Call& Operand(const void* address, const std::vector<int64_t>& strides) {
    words.push_back(Address(address));
    words.insert(words.end(), strides.begin(), strides.end());
    return *this;
  }
  int32_t Run(const Handle& handle) const { return lanes_run(handle.program, Address(words.data())); }

  std::vector<int64_t> words;
};

}  // namespace lanes

#endif  // LANES_TEST_PROGRAM_BUILDER_H_
