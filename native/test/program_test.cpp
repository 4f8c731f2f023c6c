// The decoder against words that are no program, or nearly one.
#include "program.h"

#include <gtest/gtest.h>

#include <random>

#include "lanes.h"
#include "program_builder.h"

namespace lanes {
namespace {

bool Accepts(const std::vector<int32_t>& words) {
  if (words.empty()) return false;
  // A copy of exactly this size, so that a sanitizer sees a read beyond it.
  const std::vector<int32_t> exact(words);
  int64_t handle = 0;
  const int32_t status =
      lanes_program_create(Address(exact.data()), static_cast<int64_t>(exact.size()), Address(&handle));
  if (status == LANES_OK) lanes_program_free(handle);
  EXPECT_TRUE(status == LANES_OK || status == LANES_BAD_PROGRAM) << status;
  return status == LANES_OK;
}

// where(a < b, a, 2.0) and its sum
ProgramBuilder Example() {
  ProgramBuilder program;
  const int two = program.Constant(kFloat64, 2.0);
  const int a = program.Operand(kDFloat64), b = program.Operand(kDFloat64);
  const int out = program.Operand(kDFloat64), sum = program.Operand(kDFloat64);
  PassBuilder pass;
  const int ra = pass.Input(a, kFloat64), rb = pass.Input(b, kFloat64);
  const int r2 = pass.Load(two, kFloat64);
  const int less = pass.Apply(KernelNumber("lt", kFloat64), ra, rb);
  const int r = pass.Apply(KernelNumber("where", kFloat64), less, ra, r2);
  pass.Output(out, r);
  pass.Output(sum, r, ReductionNumber("sum", kFloat64));
  program.Add(pass);
  return program;
}

TEST(Program, AcceptsAGoodOne) { EXPECT_TRUE(Accepts(Example().Words())); }

TEST(Program, RefusesEveryTruncationAndExtension) {
  std::vector<int32_t> words = Example().Words();
  for (size_t n = 0; n < words.size(); ++n)
    EXPECT_FALSE(Accepts(std::vector<int32_t>(words.begin(), words.begin() + static_cast<ptrdiff_t>(n)))) << n;
  words.push_back(0);
  EXPECT_FALSE(Accepts(words));
}

TEST(Program, RefusesWhatBreaksARule) {
  const auto refuses = [](void (*spoil)(ProgramBuilder*, PassBuilder*)) {
    ProgramBuilder program = Example();
    spoil(&program, &program.passes[0]);
    return !Accepts(program.Words());
  };
  EXPECT_FALSE(refuses([](ProgramBuilder*, PassBuilder*) {}));
  // Registers beyond the last, of no kind, read before written, of the wrong kind.
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->instructions[1] = 99; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->instructions[2] = -1; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->kinds[0] = 7; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->kinds[0] = kBytes; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->instructions[7] = pass->Register(kBool); }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->instructions[7] = 0; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->instructions[6] = 3; }));
  // More arguments than the kernel takes, a kernel or reduction that is none.
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->instructions[4] = 0; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->instructions[0] = kKernels; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->outputs[6] = kReductions; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->outputs[6] = -2; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->outputs[6] = ReductionNumber("sum", kInt32); }));
  // Operands: beyond the last, twice, of a kind that is not the register's, of a false size.
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->inputs[0] = 4; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->inputs[2] = pass->inputs[0]; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->outputs[4] = pass->outputs[0]; }));
  EXPECT_TRUE(refuses([](ProgramBuilder* program, PassBuilder*) { program->operands[0] = kDInt64; }));
  EXPECT_TRUE(refuses([](ProgramBuilder* program, PassBuilder*) { program->operands[1] = 4; }));
  EXPECT_TRUE(refuses([](ProgramBuilder* program, PassBuilder*) { program->operands[0] = kDTypes; }));
  // Constants: beyond the last, of another kind, into a register that holds an input.
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->loads[0] = 1; }));
  EXPECT_TRUE(refuses([](ProgramBuilder* program, PassBuilder*) { program->constants[0] = kInt64; }));
  EXPECT_TRUE(refuses([](ProgramBuilder*, PassBuilder* pass) { pass->loads[1] = 0; }));
}

TEST(Program, RefusesHugeAndNegativeCounts) {
  const std::vector<int32_t> good = Example().Words();
  for (size_t at = 1; at < good.size(); ++at) {
    for (const int32_t value : {INT32_MAX, INT32_MIN, -1, 1 << 30, 0x7ffffff}) {
      std::vector<int32_t> words = good;
      words[at] = value;
      Accepts(words);
    }
  }
  for (size_t at = 1; at < 4; ++at) {
    std::vector<int32_t> words = good;
    words[at] = INT32_MAX;
    EXPECT_FALSE(Accepts(words));
    words[at] = -1;
    EXPECT_FALSE(Accepts(words));
  }
}

TEST(Program, SurvivesMutatedAndRandomWords) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  const std::vector<int32_t> good = Example().Words();
  int accepted = 0;
  for (int round = 0; round < 60000; ++round) {
    std::vector<int32_t> words = good;
    const int changes = 1 + static_cast<int>(random() % 4);
    for (int k = 0; k < changes; ++k) {
      const size_t at = random() % words.size();
      switch (random() % 4) {
        case 0:
          words[at] = static_cast<int32_t>(random());
          break;
        case 1:
          words[at] = static_cast<int32_t>(random() % 16) - 2;
          break;
        case 2:
          words.erase(words.begin() + static_cast<ptrdiff_t>(at));
          break;
        default:
          words.insert(words.begin() + static_cast<ptrdiff_t>(at), static_cast<int32_t>(random() % 8));
          break;
      }
      if (words.empty()) words.push_back(0);
    }
    accepted += Accepts(words);
  }
  EXPECT_GT(accepted, 0);
  for (int round = 0; round < 20000; ++round) {
    std::vector<int32_t> words(random() % 64);
    for (int32_t& word : words) word = static_cast<int32_t>(random() % 12) - 1;
    if (words.size() > 0) words[0] = LANES_PROGRAM_MAGIC;
    Accepts(words);
  }
}

// Whatever the decoder accepts must run: each operand gets room for any dtype.
TEST(Program, WhatIsAcceptedRuns) {
  std::mt19937_64 random(7);
  const std::vector<int32_t> good = Example().Words();
  int ran = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<int32_t> words = good;
    for (int k = 0; k < 2; ++k) words[4 + random() % (words.size() - 4)] = static_cast<int32_t>(random() % 12) - 1;
    Program program;
    if (!DecodeProgram(words.data(), static_cast<int64_t>(words.size()), &program)) continue;
    ++ran;
    int64_t handle = 0;
    ASSERT_EQ(lanes_program_create(Address(words.data()), static_cast<int64_t>(words.size()), Address(&handle)),
              LANES_OK);
    constexpr int64_t kCount = 600;
    std::vector<std::vector<char>> memory;
    Call call;
    for (const Pass& pass : program.passes) {
      call.Pass(1, {kCount});
      for (size_t k = 0; k < pass.inputs.size() + pass.outputs.size(); ++k) {
        const bool input = k < pass.inputs.size();
        const Output* output = input ? nullptr : &pass.outputs[k - pass.inputs.size()];
        const int64_t bytes = input ? pass.inputs[k].bytes : output->bytes;
        memory.emplace_back(static_cast<size_t>(bytes * (output && output->reduction >= 0 ? 1 : kCount)));
        call.Operand(memory.back().data(), {output && output->reduction >= 0 ? 0 : bytes});
      }
    }
    EXPECT_EQ(lanes_run(handle, Address(call.words.data())), LANES_OK);
    lanes_program_free(handle);
  }
  EXPECT_GT(ran, 0);
}

}  // namespace
}  // namespace lanes
