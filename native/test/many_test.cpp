// Many calls of one program at once: each is done exactly once, and failures and the cancel flag end the rest.
#include <gtest/gtest.h>

#include <vector>

#include "guarded.h"
#include "lanes.h"
#include "program_builder.h"

namespace lanes {
namespace {

// out = x + x, and the sum of x, over calls of different lengths.
struct Batch {
  explicit Batch(int count) {
    PassBuilder map;
    const int a = map.Input(program.Operand(kDFloat64), kFloat64);
    map.Output(program.Operand(kDFloat64), map.Apply(KernelNumber("add", kFloat64), a, a));
    program.Add(map);
    PassBuilder sum;
    const int b = sum.Input(0, kFloat64);
    sum.Output(program.Operand(kDFloat64), b, ReductionNumber("sum", kFloat64));
    program.Add(sum);
    sums.assign(static_cast<size_t>(count), -1);
    for (int k = 0; k < count; ++k) {
      const int64_t n = k % 97 == 0 ? 40000 : k % 67;
      inputs.emplace_back(static_cast<size_t>(n), k + 1.0);
      outputs.emplace_back(static_cast<size_t>(n), -1.0);
      calls.push_back(Call()
                          .Pass(1, {n})
                          .Operand(inputs.back().data(), {8})
                          .Operand(outputs.back().data(), {8})
                          .Pass(1, {n})
                          .Operand(inputs.back().data(), {8})
                          .Operand(&sums[static_cast<size_t>(k)], {0}));
    }
    for (const Call& call : calls) addresses.push_back(Address(call.words.data()));
  }

  int32_t Run(int threads, const int32_t* cancel) {
    const Handle handle(program);
    EXPECT_EQ(handle.status, LANES_OK);
    return lanes_run_many(handle.program, Address(addresses.data()), static_cast<int64_t>(addresses.size()), threads,
                          reinterpret_cast<int64_t>(cancel));
  }

  ProgramBuilder program;
  std::vector<std::vector<double>> inputs;
  std::vector<std::vector<double>> outputs;
  std::vector<double> sums;
  std::vector<Call> calls;
  std::vector<int64_t> addresses;
};

TEST(Many, EveryCallIsDone) {
  for (const int count : {1, 2, 5, 64, 1000}) {
    for (const int threads : {1, 2, 3, 8}) {
      Batch batch(count);
      int32_t cancel = 0;
      ASSERT_EQ(batch.Run(threads, &cancel), LANES_OK);
      for (size_t k = 0; k < batch.calls.size(); ++k) {
        const double x = static_cast<double>(k) + 1;
        EXPECT_EQ(batch.outputs[k], std::vector<double>(batch.inputs[k].size(), 2 * x));
        EXPECT_EQ(batch.sums[k], x * static_cast<double>(batch.inputs[k].size()));
      }
    }
  }
}

TEST(Many, TheCancelFlagAndAFailureEndTheRest) {
  Batch batch(500);
  const int32_t cancel = 1;
  EXPECT_EQ(batch.Run(2, &cancel), LANES_CANCELLED);
  EXPECT_EQ(batch.sums, std::vector<double>(500, -1));
  batch.calls[3].words[2] = 0;  // no threads
  EXPECT_EQ(batch.Run(1, nullptr), LANES_BAD_ARGUMENT);
  EXPECT_EQ(batch.sums[499], -1);
}

TEST(Many, RefusesWhatCannotBe) {
  Batch batch(1);
  const Handle handle(batch.program);
  const int64_t calls = Address(batch.addresses.data());
  EXPECT_EQ(lanes_run_many(handle.program, calls, 0, 2, 0), LANES_OK);
  EXPECT_EQ(lanes_run_many(0, calls, 1, 2, 0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(lanes_run_many(handle.program, 0, 1, 2, 0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(lanes_run_many(handle.program, calls, -1, 2, 0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(lanes_run_many(handle.program, calls, 1, 0, 0), LANES_BAD_ARGUMENT);
}

}  // namespace
}  // namespace lanes
