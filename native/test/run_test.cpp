// Whole programs: every way in which operands may lie, any number of threads, cancellation.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "lanes.h"
#include "program_builder.h"

namespace lanes {
namespace {

// 2*a + 3*b on doubles.
ProgramBuilder Linear() {
  ProgramBuilder program;
  const int a = program.Operand(kDFloat64);
  const int b = program.Operand(kDFloat64);
  const int out = program.Operand(kDFloat64);
  const int two = program.Constant(kFloat64, 2.0);
  const int three = program.Constant(kFloat64, 3.0);
  PassBuilder pass;
  const int ra = pass.Input(a, kFloat64);
  const int rb = pass.Input(b, kFloat64);
  const int r2 = pass.Load(two, kFloat64);
  const int r3 = pass.Load(three, kFloat64);
  const int mul = KernelNumber("mul", kFloat64);
  const int x = pass.Apply(mul, r2, ra);
  const int y = pass.Apply(mul, r3, rb);
  pass.Output(out, pass.Apply(KernelNumber("add", kFloat64), x, y));
  program.Add(pass);
  return program;
}

TEST(Run, ComputesTwoAPlusThreeB) {
  const Handle handle(Linear());
  ASSERT_EQ(handle.status, LANES_OK);
  for (int64_t n : {1, 7, 64, 513, 1000, 100000}) {
    std::vector<double> a(n), b(n), out(n);
    for (int64_t i = 0; i < n; ++i) {
      a[i] = i * 0.5;
      b[i] = 1.0 / (i + 1);
    }
    ASSERT_EQ(Call().Pass(2, {n}).Operand(a.data(), {8}).Operand(b.data(), {8}).Operand(out.data(), {8}).Run(handle), LANES_OK);
    for (int64_t i = 0; i < n; ++i) ASSERT_EQ(out[i], 2 * a[i] + 3 * b[i]) << i;
  }
}

}  // namespace
}  // namespace lanes
