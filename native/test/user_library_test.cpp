// Functions of the user's: found or refused, and run on blocks as they are promised.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "guarded.h"
#include "lanes.h"
#include "program_builder.h"

namespace lanes {
namespace {

// Writes before it reads, so that an overlap shows.
void Twice(double* out, const double* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = 0;
  for (int64_t i = 0; i < n; ++i) out[i] += 2 * x[i];
}

std::atomic<int> wrong_blocks{0};

void Scale(double* out, const double* x, const int32_t* k, const uint8_t* on, int64_t n) {
  if (n < 1 || (Address(out) | Address(x)) % 8 != 0 || Address(k) % 4 != 0) ++wrong_blocks;
  for (int64_t i = 0; i < n; ++i) out[i] = on[i] != 0 ? x[i] * k[i] : x[i];
}

void Sign(uint8_t* out, const double* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = x[i] < 0 ? 0x80 : 0;
}

template <class F>
const void* At(F* function) {
  return reinterpret_cast<const void*>(function);
}

// scale(x, k, on) + twice(x)
ProgramBuilder Example() {
  ProgramBuilder program;
  const int x = program.Operand(kDFloat64), k = program.Operand(kDInt32), on = program.Operand(kDBool);
  const int out = program.Operand(kDFloat64);
  PassBuilder pass;
  const int rx = pass.Input(x, kFloat64), rk = pass.Input(k, kInt32), ron = pass.Input(on, kBool);
  const int scaled = pass.Register(kFloat64), twice = pass.Register(kFloat64);
  pass.CallTo(scaled, At(Scale), rx, rk, ron);
  pass.CallTo(twice, At(Twice), rx);
  pass.Output(out, pass.Apply(KernelNumber("add", kFloat64), scaled, twice));
  program.Add(pass);
  return program;
}

TEST(UserLibrary, RunsOnBlocksOfAnyLayout) {
  const Handle handle(Example());
  ASSERT_EQ(handle.status, LANES_OK);
  for (const int64_t n : {1, 2, 64, 511, 513, 5000, 70001}) {
    for (const bool guard_before : {false, true}) {
      for (const int64_t step : {1, -1, 2}) {
        for (const int threads : {1, 3}) {
          const size_t bytes = static_cast<size_t>(n) * 8;
          const int64_t span = step == 2 ? 2 * n - 1 : n;
          const size_t span_bytes = static_cast<size_t>(span) * 8;
          const Guarded x(span_bytes), out(bytes);
          double* values = reinterpret_cast<double*>(guard_before ? x.Front() : x.Back(span_bytes));
          double* result = reinterpret_cast<double*>(guard_before ? out.Front() : out.Back(bytes));
          for (int64_t i = 0; i < span; ++i) values[i] = static_cast<double>(i) - 7;
          const double* first = step < 0 ? values + n - 1 : values;
          const int32_t k = 5;
          std::vector<uint8_t> on(static_cast<size_t>(n));
          for (size_t i = 0; i < on.size(); ++i) on[i] = i % 3 == 0;
          ASSERT_EQ(Call()
                        .Pass(threads, {n})
                        .Operand(first, {8 * step})
                        .Operand(&k, {0})
                        .Operand(on.data(), {1})
                        .Operand(result, {8})
                        .Run(handle),
                    LANES_OK);
          for (int64_t i = 0; i < n; ++i) {
            const double v = first[i * step];
            ASSERT_EQ(result[i], (i % 3 == 0 ? 5 * v : v) + 2 * v) << n << " " << step << " " << i;
          }
        }
      }
    }
  }
  EXPECT_EQ(wrong_blocks, 0);
}

TEST(UserLibrary, BlocksDoNotOverlapWhereOutputAndInputDo) {
  ProgramBuilder program;
  const int x = program.Operand(kDFloat64), out = program.Operand(kDFloat64);
  PassBuilder pass;
  const int rx = pass.Input(x, kFloat64), r = pass.Register(kFloat64);
  pass.CallTo(r, At(Twice), rx);
  pass.Output(out, r);
  program.Add(pass);
  const Handle handle(program);
  for (const size_t n : {1, 300, 6000}) {
    std::vector<double> memory(n, 3);
    ASSERT_EQ(
        Call().Pass(1, {static_cast<int64_t>(n)}).Operand(memory.data(), {8}).Operand(memory.data(), {8}).Run(handle),
        LANES_OK);
    for (const double v : memory) ASSERT_EQ(v, 6);
  }
}

TEST(UserLibrary, BoolsBecomeZeroOrOne) {
  ProgramBuilder program;
  const int x = program.Operand(kDFloat64), out = program.Operand(kDBool);
  PassBuilder pass;
  const int rx = pass.Input(x, kFloat64), r = pass.Register(kBool);
  pass.CallTo(r, At(Sign), rx);
  pass.Output(out, r);
  program.Add(pass);
  const Handle handle(program);
  const std::vector<double> values = {1, -1, 0, -2};
  std::vector<uint8_t> truths(4);
  ASSERT_EQ(Call().Pass(1, {4}).Operand(values.data(), {8}).Operand(truths.data(), {1}).Run(handle), LANES_OK);
  EXPECT_EQ(truths, (std::vector<uint8_t>{0, 1, 0, 1}));
}

TEST(UserLibrary, WordsThatBreakARuleAreRefused) {
  const auto accepts = [](size_t at, int32_t word) {
    ProgramBuilder program = Example();
    program.passes[0].instructions[at] = word;
    return Handle(program).status == LANES_OK;
  };
  const ProgramBuilder good = Example();
  EXPECT_TRUE(accepts(0, LANES_USER_KERNEL));
  EXPECT_FALSE(accepts(1, 99));                              // no such destination
  EXPECT_FALSE(accepts(2, -1));                              // no first argument
  EXPECT_FALSE(accepts(3, -1));                              // a third one without a second
  EXPECT_FALSE(accepts(2, 99));                              // no such register
  EXPECT_FALSE(accepts(4, 4));                               // not written yet
  EXPECT_FALSE(accepts(2, good.passes[0].instructions[1]));  // the destination
  ProgramBuilder nowhere = Example();
  nowhere.passes[0].instructions[5] = 0;
  nowhere.passes[0].instructions[6] = 0;
  EXPECT_EQ(Handle(nowhere).status, LANES_BAD_PROGRAM);
  std::vector<int32_t> words = good.Words();
  for (size_t n = 0; n < words.size(); ++n) {
    int64_t handle = 0;
    EXPECT_EQ(lanes_program_create(Address(words.data()), static_cast<int64_t>(n), Address(&handle)),
              LANES_BAD_PROGRAM);
  }
}

TEST(UserLibrary, FindsOwnFunctionsOnly) {
  char message[16] = "";
  EXPECT_EQ(lanes_open_library(Address("/none/such.so"), Address(message), sizeof(message)), 0);
  EXPECT_GT(strlen(message), 0u);
  EXPECT_LT(strlen(message), sizeof(message));
  EXPECT_EQ(lanes_open_library(0, Address(message), sizeof(message)), 0);
  const int64_t library = lanes_open_library(Address("libmpfr.so.6"), Address(message), sizeof(message));
  ASSERT_NE(library, 0) << message;
  int64_t function = 0;
  const auto find = [&](const char* name) {
    return lanes_find_function(library, Address(name), Address("d:d"), Address(&function));
  };
  EXPECT_EQ(find("mpfr_sin"), LANES_OK);
  EXPECT_NE(function, 0);
  EXPECT_EQ(find("mpfr_no_such_function"), LANES_NO_FUNCTION);
  EXPECT_EQ(function, 0);
  EXPECT_EQ(find("__gmpz_init"), LANES_NO_FUNCTION);  // of a library that this one uses
  EXPECT_EQ(find(std::string(5000, 'x').c_str()), LANES_NO_FUNCTION);
  EXPECT_EQ(lanes_find_function(0, Address("f"), Address("d:d"), Address(&function)), LANES_BAD_ARGUMENT);
}

}  // namespace
}  // namespace lanes
