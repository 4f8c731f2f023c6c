// Whole programs, made up at random: every way in which operands may lie, any number of threads, against one element at
// a time.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <set>
#include <string>

#include "chain.h"
#include "guarded.h"
#include "isa.h"
#include "lanes.h"
#include "maker.h"
#include "memory.h"
#include "program_builder.h"
#include "reduction_reference.h"
#include "storage_reference.h"

namespace lanes {
namespace {

// An operand's memory: any order of axes, steps, directions and broadcasts, flush against a guard.
struct View {
  int dtype = 0;
  char* address = nullptr;
  std::vector<int64_t> strides;
  std::shared_ptr<Guarded> memory;

  char* At(const std::vector<int64_t>& index) const {
    char* p = address;
    for (size_t axis = 0; axis < index.size(); ++axis) p += index[axis] * strides[axis];
    return p;
  }
};

int64_t Count(const std::vector<int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<int64_t>());
}

// Moves to the next element in C order.
void Step(const std::vector<int64_t>& shape, std::vector<int64_t>* index) {
  for (size_t axis = shape.size(); axis-- > 0;) {
    if (++(*index)[axis] < shape[axis]) return;
    (*index)[axis] = 0;
  }
}

class Maker {
 public:
  explicit Maker(uint64_t seed) : random_(seed) {}

  int64_t Below(int64_t n) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(n)); }
  bool Maybe(int percent) { return Below(100) < percent; }
  std::mt19937_64& random() { return random_; }

  std::vector<int64_t> Shape() {
    std::vector<int64_t> shape(static_cast<size_t>(Below(5)));
    const int64_t extents[] = {1, 2, 3, 5, 31, 63, 64, 65, 130, 513, 1000, 1531};
    int64_t room = Maybe(10) ? 150000 : 6000;
    for (int64_t& extent : shape) {
      do extent = extents[Below(12)];
      while (extent > room);
      room /= extent;
    }
    if (shape.size() == 1 && Maybe(40)) shape[0] = Below(70000) + 1;
    for (size_t i = 0; i + 1 < shape.size(); ++i)
      std::swap(shape[i], shape[static_cast<size_t>(Below(static_cast<int64_t>(shape.size())))]);
    return shape;
  }

  View MakeView(int dtype, const std::vector<int64_t>& shape, bool input) {
    View view;
    view.dtype = dtype;
    const int64_t bytes = kDTypeRows[dtype].bytes;
    const size_t rank = shape.size();
    view.strides.assign(rank, 0);
    std::vector<size_t> axes(rank);
    std::iota(axes.begin(), axes.end(), 0);
    if (Maybe(30)) std::shuffle(axes.begin(), axes.end(), random_);
    const bool plain = Maybe(40);
    const bool uniform = input && Maybe(10);
    int64_t pitch = bytes;
    int64_t low = 0, high = 0;
    for (size_t k = rank; k-- > 0;) {
      const size_t axis = axes[k];
      if (uniform) continue;
      if (!plain) {
        if (input && Maybe(20)) continue;
        if (Maybe(20)) pitch *= 2;
        if (Maybe(10)) pitch += 1;
      }
      view.strides[axis] = !plain && Maybe(25) ? -pitch : pitch;
      const int64_t reach = (shape[axis] - 1) * view.strides[axis];
      (reach < 0 ? low : high) += reach;
      pitch = std::abs(pitch) * shape[axis];
    }
    const size_t span = static_cast<size_t>(high - low + bytes);
    view.memory = std::make_shared<Guarded>(span);
    char* start = Maybe(50) ? view.memory->Front() : view.memory->Back(span);
    view.address = start - low;
    return view;
  }

  void Fill(const View& view, const std::vector<int64_t>& shape) {
    const int kind = kDTypeRows[view.dtype].kind;
    const std::vector<Element> pool = AwkwardElements(kind, 257, random_);
    std::vector<int64_t> index(shape.size());
    const int64_t count = Count(shape);
    for (int64_t i = 0; i < count; ++i, Step(shape, &index)) {
      const Element stored = StoreReference(view.dtype, pool[static_cast<size_t>(Below(257))]);
      memcpy(view.At(index), stored.bytes, static_cast<size_t>(kDTypeRows[view.dtype].bytes));
    }
  }

 private:
  std::mt19937_64 random_;
};

// ---- A random pass, and what it should give -------------------------------------------------------------------------

int DTypeOfKind(Maker& make, int kind) {
  while (true) {
    const int dtype = static_cast<int>(make.Below(kDBytes));
    if (kDTypeRows[dtype].kind == kind) return dtype;
  }
}

// What is not exact is compared elsewhere, as are the complex quotients and lengths that the reference rounds
// otherwise, and what shows the sign of a NaN.
bool Tested(const KernelRow& row) {
  const std::string name = row.name;
  if (row.arguments[0] == kComplex128 && (name == "truediv" || name == "abs" || name == "sign")) return false;
  return row.ulp == 0 && name != "copysign" && name != "signbit";
}

// What chains are made of, nearly.
bool IsArithmetic(const KernelRow& row) {
  const int key = row.arguments[2] >= 0 ? row.arguments[1] : row.arguments[0];
  if (key != kFloat32 && key != kFloat64) return false;
  static const std::set<std::string> names = {"add",    "sub",  "mul",    "truediv", "minimum", "maximum",
                                              "square", "sqrt", "neg",    "abs",     "floor",   "lt",
                                              "gt",     "eq",   "muladd", "where",   "isnan"};
  return names.count(row.name) > 0;
}

// Of everything, or of arithmetic in floats.
ProgramBuilder RandomProgram(Maker& make, bool reduce, bool arithmetic) {
  ProgramBuilder program;
  PassBuilder pass;
  const int inputs = static_cast<int>(make.Below(4));
  for (int k = 0; k < inputs; ++k) {
    const int any = static_cast<int>(make.Below(kDBytes));
    const int dtype = !arithmetic ? any : make.Maybe(80) ? kDFloat64 : kDFloat32;
    pass.Input(program.Operand(dtype), kDTypeRows[dtype].kind);
  }
  const int loads = static_cast<int>(make.Below(3)) + (inputs == 0);
  for (int k = 0; k < loads; ++k) {
    const int kind = arithmetic ? int{kFloat64} : static_cast<int>(make.Below(kBytes));
    const Element value = AwkwardElements(kind, 1, make.random())[0];
    pass.Load(program.Constant(kind, value), kind);
  }
  const int instructions = static_cast<int>(make.Below(arithmetic ? 40 : 12));
  for (int k = 0; k < instructions; ++k) {
    // The first kernel from a random place on that finds its arguments.
    const int start = static_cast<int>(make.Below(kKernels));
    for (int probe = 0; probe < kKernels; ++probe) {
      const int kernel = (start + probe) % kKernels;
      const KernelRow& row = kKernelRows[kernel];
      int arguments[3] = {-1, -1, -1};
      bool fits = Tested(row) && (!arithmetic || IsArithmetic(row));
      for (int a = 0; a < 3 && fits; ++a) {
        if (row.arguments[a] < 0) continue;
        std::vector<int> candidates;
        for (size_t r = 0; r < pass.kinds.size(); ++r) {
          if (pass.kinds[r] == row.arguments[a]) candidates.push_back(static_cast<int>(r));
        }
        fits = !candidates.empty();
        // Mostly what was made last.
        const int64_t count = static_cast<int64_t>(candidates.size());
        if (fits) arguments[a] = candidates[static_cast<size_t>(make.Maybe(50) ? count - 1 : make.Below(count))];
      }
      if (!fits) continue;
      // Now and then into a register that is in use.
      int dst = -1;
      if (make.Maybe(40)) {
        for (size_t r = 0; r < pass.kinds.size(); ++r) {
          if (pass.kinds[r] == row.result && make.Maybe(50)) dst = static_cast<int>(r);
        }
      }
      if (dst < 0) dst = pass.Register(row.result);
      pass.ApplyTo(dst, kernel, arguments[0], arguments[1], arguments[2]);
      break;
    }
  }
  const int outputs = 1 + static_cast<int>(make.Below(3));
  for (int k = 0; k < outputs; ++k) {
    const int r = make.Maybe(60) ? static_cast<int>(pass.kinds.size()) - 1
                                 : static_cast<int>(make.Below(static_cast<int64_t>(pass.kinds.size())));
    const int kind = pass.kinds[static_cast<size_t>(r)];
    if (reduce && (k == 0 || make.Maybe(50))) {
      int reduction;
      do reduction = static_cast<int>(make.Below(kReductions));
      while (kReductionRows[reduction].argument != kind);
      pass.Output(program.Operand(DTypeOfKind(make, kReductionRows[reduction].result)), r, reduction,
                  static_cast<int>(make.Below(3)));
    } else {
      pass.Output(program.Operand(DTypeOfKind(make, kind)), r);
    }
  }
  program.Add(pass);
  return program;
}

struct Expected {
  std::vector<std::vector<Element>> outputs;  // stored elements, in C order
};

bool IsReduced(int64_t reduced, size_t axis) { return (reduced >> axis & 1) != 0; }

// The number of the result that an element goes to.
size_t ResultOf(const std::vector<int64_t>& index, const std::vector<int64_t>& shape, int64_t reduced) {
  size_t result = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (!IsReduced(reduced, axis))
      result = result * static_cast<size_t>(shape[axis]) + static_cast<size_t>(index[axis]);
  }
  return result;
}

std::vector<int64_t> KeptShape(std::vector<int64_t> shape, int64_t reduced) {
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (IsReduced(reduced, axis)) shape[axis] = 1;
  }
  return shape;
}

Expected Evaluate(const ProgramBuilder& program, const std::vector<View>& views, const std::vector<int64_t>& shape,
                  int64_t reduced) {
  const PassBuilder& pass = program.passes[0];
  const size_t inputs = pass.inputs.size() / 2;
  const size_t outputs = pass.outputs.size() / 4;
  Expected expected;
  expected.outputs.resize(outputs);
  std::vector<std::vector<ReferenceReduction>> reductions(outputs);
  for (size_t k = 0; k < outputs; ++k) {
    const int reduction = pass.outputs[4 * k + 2];
    if (reduction >= 0) {
      reductions[k].assign(static_cast<size_t>(Count(KeptShape(shape, reduced))),
                           ReferenceReduction(kReductionRows[reduction], pass.outputs[4 * k + 3]));
    }
  }
  std::vector<int64_t> index(shape.size());
  const int64_t count = Count(shape);
  std::vector<Element> registers(pass.kinds.size());
  for (int64_t i = 0; i < count; ++i, Step(shape, &index)) {
    for (size_t k = 0; k < inputs; ++k) {
      registers[static_cast<size_t>(pass.inputs[2 * k + 1])] = LoadReference(views[k].dtype, views[k].At(index));
    }
    for (size_t k = 0; k < pass.loads.size(); k += 2) {
      memcpy(registers[static_cast<size_t>(pass.loads[k + 1])].bytes,
             &program.constants[static_cast<size_t>(pass.loads[k]) * 5 + 1], 16);
    }
    for (size_t k = 0; k < pass.instructions.size(); k += 5) {
      const int32_t* word = &pass.instructions[k];
      const auto argument = [&](int a) { return word[a] < 0 ? Element() : registers[static_cast<size_t>(word[a])]; };
      registers[static_cast<size_t>(word[1])] =
          ReferenceKernel(kKernelRows[word[0]], argument(2), argument(3), argument(4));
    }
    for (size_t k = 0; k < outputs; ++k) {
      const Element& x = registers[static_cast<size_t>(pass.outputs[4 * k + 1])];
      if (reductions[k].empty())
        expected.outputs[k].push_back(StoreReference(views[inputs + k].dtype, x));
      else
        reductions[k][ResultOf(index, shape, reduced)].Add(x);
    }
  }
  for (size_t k = 0; k < outputs; ++k) {
    for (ReferenceReduction& each : reductions[k])
      expected.outputs[k].push_back(StoreReference(views[inputs + k].dtype, each.Result()));
  }
  return expected;
}

Call MakeCall(const std::vector<View>& views, const std::vector<int64_t>& shape, int64_t reduced, int threads) {
  Call call;
  call.Pass(threads, shape, reduced);
  for (const View& view : views) call.Operand(view.address, view.strides);
  return call;
}

class Run : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { ASSERT_EQ(lanes_select_isa(Address(RunnableIsas().items[GetParam()]->name)), LANES_OK); }
  void TearDown() override { lanes_select_isa(Address("")); }
};

void CheckRandomProgram(uint64_t seed, bool arithmetic) {
  Maker make(seed);
  const bool reduce = make.Maybe(60);
  const ProgramBuilder program = RandomProgram(make, reduce, arithmetic);
  const PassBuilder& pass = program.passes[0];
  const std::vector<int64_t> shape = make.Shape();
  const int64_t reduced = make.Maybe(30) ? -1 : make.Below(16);
  std::vector<View> views;
  const size_t inputs = pass.inputs.size() / 2;
  for (size_t k = 0; k < inputs; ++k) {
    views.push_back(make.MakeView(program.operands[2 * static_cast<size_t>(pass.inputs[2 * k])], shape, true));
    make.Fill(views.back(), shape);
  }
  for (size_t k = 0; k < pass.outputs.size(); k += 4) {
    const int dtype = program.operands[2 * static_cast<size_t>(pass.outputs[k])];
    if (pass.outputs[k + 2] >= 0) {
      views.push_back(make.MakeView(dtype, KeptShape(shape, reduced), false));
      for (size_t axis = 0; axis < shape.size(); ++axis) {
        if (IsReduced(reduced, axis)) views.back().strides[axis] = 0;
      }
      continue;
    }
    views.push_back(make.MakeView(dtype, shape, false));
    // Sometimes the output takes the place of an input of the same size that no other operand uses.
    for (size_t i = 0; i < inputs && k == 0; ++i) {
      const bool spread = std::find(views[i].strides.begin(), views[i].strides.end(), 0) == views[i].strides.end();
      if (make.Maybe(50) && spread && kDTypeRows[views[i].dtype].bytes == kDTypeRows[dtype].bytes) {
        views.back() = views[i];
        views.back().dtype = dtype;
        break;
      }
    }
  }
  const Handle handle(program);
  ASSERT_EQ(handle.status, LANES_OK);
  const Expected expected = Evaluate(program, views, shape, reduced);
  const int thread_counts[] = {1, 2, 3, 8};
  ASSERT_EQ(MakeCall(views, shape, reduced, thread_counts[make.Below(4)]).Run(handle), LANES_OK);
  for (size_t k = 0; k < expected.outputs.size(); ++k) {
    const View& view = views[inputs + k];
    const bool reduces = pass.outputs[4 * k + 2] >= 0;
    const std::vector<int64_t> walked = reduces ? KeptShape(shape, reduced) : shape;
    std::vector<int64_t> index(shape.size());
    for (size_t i = 0; i < expected.outputs[k].size(); ++i, Step(walked, &index)) {
      Element actual;
      memcpy(actual.bytes, view.At(index), static_cast<size_t>(kDTypeRows[view.dtype].bytes));
      ASSERT_TRUE(SameStored(view.dtype, actual, expected.outputs[k][i])) << "output " << k << ", element " << i;
    }
  }
}

// Both factors are broadcast, the summand is in the accumulator of a chain.
TEST_P(Run, AddsAProductOfSingleValues) {
  ProgramBuilder program;
  PassBuilder pass;
  const int x = pass.Input(program.Operand(kDFloat64), kFloat64);
  const int s = pass.Input(program.Operand(kDFloat64), kFloat64);
  const int t = pass.Input(program.Operand(kDFloat64), kFloat64);
  const int twice = pass.Apply(KernelNumber("add", kFloat64), x, x);
  pass.Output(program.Operand(kDFloat64), pass.Apply(KernelNumber("muladd", kFloat64), s, t, twice));
  program.Add(pass);
  const Handle handle(program);
  ASSERT_EQ(handle.status, LANES_OK);
  std::vector<double> in(100), out(100);
  std::iota(in.begin(), in.end(), 0.0);
  const double factors[] = {3, 5};
  Call call;
  call.Pass(1, {100}).Operand(in.data(), {8}).Operand(&factors[0], {0}).Operand(&factors[1], {0});
  call.Operand(out.data(), {8});
  ASSERT_EQ(call.Run(handle), LANES_OK);
  for (size_t i = 0; i < out.size(); ++i) ASSERT_EQ(out[i], 2 * in[i] + 15) << i;
}

TEST_P(Run, GivesWhatTheProgramSaysForAnyLayout) {
  for (uint64_t seed = 1; seed <= 600; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    CheckRandomProgram(seed, seed % 2 == 0);
    if (HasFatalFailure()) return;
  }
}

// Functions that chains take in, against their own kernels: 3 * f(a op b) in lengths that end within a group.
template <class T>
void CheckFunctionsInChains(int kind, int dtype, const char* op) {
  const Isa& isa = *CurrentIsa();
  std::mt19937_64 random(1);
#define LANES_NAME(name) #name,
  for (const char* name : {LANES_CHAIN_FUNCTIONS(LANES_NAME) LANES_CHAIN_FUNCTIONS_32(LANES_NAME)}) {
#undef LANES_NAME
    const int function = KernelNumber(name, kind), mul = KernelNumber("mul", kind), before = KernelNumber(op, kind);
    ProgramBuilder program;
    PassBuilder pass;
    const int a = pass.Input(program.Operand(dtype), kind);
    const int b = pass.Input(program.Operand(dtype), kind);
    const int three = pass.Load(program.Constant(kind, T{3}), kind);
    const int value = pass.Apply(function, pass.Apply(before, a, b));
    pass.Output(program.Operand(dtype), pass.Apply(mul, value, three));
    program.Add(pass);
    const Handle handle(program);
    for (const size_t n : {1, 8, 31, 64, 127, 1000, 5003, 40001}) {
      for (const int awkward_percent : {0, 1, 100}) {
        SCOPED_TRACE(testing::Message() << name << " after " << op << " of " << n << ", " << awkward_percent
                                        << "% awkward");
        const std::vector<T> pool = Awkward<T>(n, random);
        const Guarded memory_x(n * sizeof(T)), memory_y(n * sizeof(T)), memory_out(n * sizeof(T));
        T* x = reinterpret_cast<T*>(memory_x.Back(n * sizeof(T)));
        T* y = reinterpret_cast<T*>(memory_y.Back(n * sizeof(T)));
        T* out = reinterpret_cast<T*>(memory_out.Back(n * sizeof(T)));
        std::vector<T> expected(n);
        std::uniform_real_distribution<T> ordinary(T(0.01), T(20));
        for (size_t i = 0; i < n; ++i) {
          x[i] = static_cast<int>(random() % 100) < awkward_percent ? pool[i] : ordinary(random);
          y[i] = ordinary(random);
        }
        isa.kernels[before](expected.data(), x, y, nullptr, n, 0);
        isa.kernels[function](expected.data(), expected.data(), nullptr, nullptr, n, 0);
        for (T& each : expected) each *= 3;
        Call call;
        call.Pass(1, {static_cast<int64_t>(n)}).Operand(x, {sizeof(T)}).Operand(y, {sizeof(T)});
        ASSERT_EQ(call.Operand(out, {sizeof(T)}).Run(handle), LANES_OK);
        for (size_t i = 0; i < n; ++i) ASSERT_TRUE(SameNumber(out[i], expected[i])) << i << ": " << x[i] << " " << y[i];
      }
    }
  }
}
TEST_P(Run, ComputesFunctionsInChainsAsAlone) {
  for (const char* op : {"mul", "truediv"}) {
    CheckFunctionsInChains<float>(kFloat32, kDFloat32, op);
    if (!HasFatalFailure()) CheckFunctionsInChains<double>(kFloat64, kDFloat64, op);
  }
}

// ---- What the random programs do not reach --------------------------------------------------------------------------

// out = a op b on contiguous doubles, or reduced.
ProgramBuilder Binary(const char* op, const char* reduction = nullptr) {
  ProgramBuilder program;
  PassBuilder pass;
  const int a = pass.Input(program.Operand(kDFloat64), kFloat64);
  const int b = pass.Input(program.Operand(kDFloat64), kFloat64);
  const int r = pass.Apply(KernelNumber(op, kFloat64), a, b);
  pass.Output(program.Operand(kDFloat64), r, reduction ? ReductionNumber(reduction, kFloat64) : -1);
  program.Add(pass);
  return program;
}

std::vector<double> Doubles(size_t n, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<double> values(n);
  for (double& value : values) value = static_cast<double>(static_cast<int64_t>(random())) * 0x1p-40;
  return values;
}

TEST_P(Run, BitsDoNotDependOnThreads) {
  const size_t n = 700001;
  const std::vector<double> a = Doubles(n, 1), b = Doubles(n, 2);
  const Handle sum(Binary("mul", "sum"));
  const Handle product(Binary("floordiv"));
  double first_sum = 0;
  std::vector<double> first(n), out(n);
  for (const int threads : {1, 2, 3, 8}) {
    double result;
    ASSERT_EQ(Call()
                  .Pass(threads, {static_cast<int64_t>(n)})
                  .Operand(a.data(), {8})
                  .Operand(b.data(), {8})
                  .Operand(&result, {0})
                  .Run(sum),
              LANES_OK);
    ASSERT_EQ(Call()
                  .Pass(threads, {static_cast<int64_t>(n)})
                  .Operand(a.data(), {8})
                  .Operand(b.data(), {8})
                  .Operand(out.data(), {8})
                  .Run(product),
              LANES_OK);
    if (threads == 1) {
      first_sum = result;
      first = out;
    }
    EXPECT_TRUE(SameBits(result, first_sum)) << threads;
    EXPECT_TRUE(memcmp(out.data(), first.data(), n * 8) == 0) << threads;
  }
}

// any, all and the first position of a bool, which leave out what cannot change them: with one that decides in every
// part of the array, several, and none, beside each other and beside an output that needs all elements.
TEST_P(Run, FindsTruthsBeforeTheEnd) {
  const int64_t n = 40 * 16384 + 77;
  std::vector<double> a(static_cast<size_t>(n)), copy(a.size());
  const auto program = [](std::initializer_list<const char*> reductions, bool keeps) {
    ProgramBuilder made;
    PassBuilder pass;
    const int in = pass.Input(made.Operand(kDFloat64), kFloat64);
    const int truth = pass.Apply(KernelNumber("gt", kFloat64), in, pass.Load(made.Constant(kFloat64, 1.0), kFloat64));
    for (const char* reduction : reductions) {
      const bool is_position = strncmp(reduction, "arg", 3) == 0;
      pass.Output(made.Operand(is_position ? kDInt64 : kDBool), truth, ReductionNumber(reduction, kBool));
    }
    if (keeps) pass.Output(made.Operand(kDFloat64), pass.Apply(KernelNumber("neg", kFloat64), in));
    made.Add(pass);
    return made;
  };
  const Handle any(program({"any"}, false)), all(program({"all"}, false)), greatest(program({"argmax"}, false)),
      least(program({"argmin"}, false)), both(program({"any", "argmax"}, false)),
      opposed(program({"any", "all"}, false)), kept(program({"any"}, true));
  std::mt19937_64 random(3);
  for (int round = 0; round < 60; ++round) {
    // All but some are 0, or 2.
    const bool is_true = round % 2 != 0;
    std::fill(a.begin(), a.end(), is_true ? 2.0 : 0.0);
    int64_t first = n;
    for (int k = 0; k < round / 2 % 4; ++k) {
      const int64_t at = static_cast<int64_t>(random() % static_cast<uint64_t>(n));
      a[static_cast<size_t>(at)] = is_true ? 0 : 2;
      first = std::min(first, at);
    }
    const bool has_others = first < n;
    for (const int threads : {1, 2, 3, 8}) {
      const auto call = [&] { return std::move(Call().Pass(threads, {n}).Operand(a.data(), {8})); };
      uint8_t truth = 7, other = 7;
      int64_t position = -1;
      ASSERT_EQ(call().Operand(&truth, {0}).Run(any), LANES_OK);
      EXPECT_EQ(truth, is_true || has_others);
      ASSERT_EQ(call().Operand(&truth, {0}).Run(all), LANES_OK);
      EXPECT_EQ(truth, is_true && !has_others);
      ASSERT_EQ(call().Operand(&position, {0}).Run(greatest), LANES_OK);
      EXPECT_EQ(position, is_true ? (first == 0) : has_others ? first : 0);
      ASSERT_EQ(call().Operand(&position, {0}).Run(least), LANES_OK);
      EXPECT_EQ(position, !is_true ? (first == 0) : has_others ? first : 0);
      ASSERT_EQ(call().Operand(&truth, {0}).Operand(&position, {0}).Run(both), LANES_OK);
      EXPECT_EQ(truth, is_true || has_others);
      EXPECT_EQ(position, is_true ? (first == 0) : has_others ? first : 0);
      ASSERT_EQ(call().Operand(&truth, {0}).Operand(&other, {0}).Run(opposed), LANES_OK);
      EXPECT_EQ(truth, is_true || has_others);
      EXPECT_EQ(other, is_true && !has_others);
      ASSERT_EQ(call().Operand(&truth, {0}).Operand(copy.data(), {8}).Run(kept), LANES_OK);
      EXPECT_EQ(truth, is_true || has_others);
      EXPECT_EQ(copy.back(), -a.back());
    }
  }
}

// A square that chains compute twice instead of keeping it: x + s * x ± 3 * s with x read again behind it or not, s an
// output too or not, written over x or beside it.
template <class T>
void CheckSquaresInChains(int kind, int dtype, const char* last, bool is_left, bool reads_later, bool keeps_square) {
  ProgramBuilder program;
  PassBuilder pass;
  const int add = KernelNumber("add", kind), mul = KernelNumber("mul", kind);
  const int in = pass.Input(program.Operand(dtype), kind);
  const int three = pass.Load(program.Constant(kind, T{3}), kind);
  const int square = pass.Apply(KernelNumber("square", kind), in);
  const int sum = pass.Apply(add, pass.Apply(mul, square, in), in);
  const int product = is_left ? pass.Apply(mul, three, square) : pass.Apply(mul, square, three);
  int result = pass.Apply(KernelNumber(last, kind), is_left ? product : sum, is_left ? sum : product);
  if (reads_later) result = pass.Apply(add, result, in);
  pass.Output(program.Operand(dtype), result);
  if (keeps_square) pass.Output(program.Operand(dtype), square);
  program.Add(pass);
  const Handle handle(program);
  ASSERT_EQ(handle.status, LANES_OK);
  std::mt19937_64 random(1);
  for (const size_t n : {1, 8, 31, 64, 127, 1000, 5003}) {
    for (const bool in_place : {false, true}) {
      for (const int awkward_percent : {0, 10}) {
        std::vector<T> x = Awkward<T>(n, random), out(n), squares(n), expected(n), expected_squares(n);
        std::uniform_real_distribution<T> ordinary(T(-20), T(20));
        for (size_t i = 0; i < n; ++i) {
          if (static_cast<int>(random() % 100) >= awkward_percent) x[i] = ordinary(random);
          const T s = x[i] * x[i], before = s * x[i] + x[i], p = s * 3;
          const T after = strcmp(last, "add") == 0 ? before + p : is_left ? p - before : before - p;
          expected[i] = reads_later ? after + x[i] : after;
          expected_squares[i] = s;
        }
        T* to = in_place ? x.data() : out.data();
        Call call;
        call.Pass(1, {static_cast<int64_t>(n)}).Operand(x.data(), {sizeof(T)}).Operand(to, {sizeof(T)});
        if (keeps_square) call.Operand(squares.data(), {sizeof(T)});
        ASSERT_EQ(call.Run(handle), LANES_OK);
        for (size_t i = 0; i < n; ++i) {
          ASSERT_TRUE(SameNumber(to[i], expected[i])) << last << " " << is_left << " " << i << " of " << n;
          ASSERT_TRUE(!keeps_square || SameNumber(squares[i], expected_squares[i])) << i << " of " << n;
        }
      }
    }
  }
}
TEST_P(Run, ComputesSquaresInChainsTwice) {
  for (const bool intel : {false, true}) {
    const Maker maker(intel);
    for (const char* last : {"add", "sub"}) {
      for (int choice = 0; choice < 8; ++choice) {
        const bool is_left = (choice & 1) != 0, reads_later = (choice & 2) != 0, keeps_square = (choice & 4) != 0;
        CheckSquaresInChains<float>(kFloat32, kDFloat32, last, is_left, reads_later, keeps_square);
        CheckSquaresInChains<double>(kFloat64, kDFloat64, last, is_left, reads_later, keeps_square);
        if (HasFatalFailure()) return;
      }
    }
  }
}

// One step, several that make a chain, and a function behind them.
TEST_P(Run, StreamsOutputsLargerThanTheCache) {
  const size_t n = LastLevelCacheBytes() / 8 + 100001;
  const std::vector<double> a = Doubles(n, 3);
  // Room for an output at a line of the cache, and for one beside it.
  std::vector<double> room(n + 24);
  double* line = room.data() + 8 + (64 - reinterpret_cast<uintptr_t>(room.data()) % 64) % 64 / 8;
  for (const int kind : {1, 2, 3}) {
    PassBuilder pass;
    ProgramBuilder program;
    const int x = pass.Input(program.Operand(kDFloat64), kFloat64);
    int y = pass.Apply(KernelNumber("add", kFloat64), x, x);
    if (kind > 1) y = pass.Apply(KernelNumber("mul", kFloat64), y, x);
    if (kind > 2) y = pass.Apply(KernelNumber("tanh", kFloat64), y);
    pass.Output(program.Operand(kDFloat64), y);
    program.Add(pass);
    const Handle handle(program);
    for (double* out : {line, line + 1}) {
      std::fill(room.begin(), room.end(), -1.0);
      Call call;
      call.Pass(2, {static_cast<int64_t>(n)}).Operand(a.data(), {8}).Operand(out, {8});
      ASSERT_EQ(call.Run(handle), LANES_OK);
      for (size_t i = 0; i < n; ++i) {
        const double sum = a[i] + a[i], product = sum * a[i];
        if (kind == 3)
          ASSERT_NEAR(out[i], std::tanh(product), 1e-15) << i;
        else
          ASSERT_EQ(out[i], kind == 1 ? sum : product) << kind << " " << i;
      }
      EXPECT_EQ(out[-1], -1.0);
      EXPECT_EQ(out[n], -1.0);
    }
  }
}

// Operands that lie flush against a page that must not be read, though it is asked for ahead.
TEST_P(Run, TakesOperandsLargerThanTheCache) {
  const size_t n = LastLevelCacheBytes() / 8 + 100001;
  const size_t bytes = n * sizeof(double);
  const Guarded memory_a(bytes), memory_b(bytes), memory_out(bytes);
  double* a = reinterpret_cast<double*>(memory_a.Back(bytes));
  double* b = reinterpret_cast<double*>(memory_b.Back(bytes));
  double* out = reinterpret_cast<double*>(memory_out.Back(bytes));
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> ordinary(0.01, 20);
  long double dot = 0, squares = 0;
  for (size_t i = 0; i < n; ++i) {
    a[i] = ordinary(random);
    b[i] = ordinary(random);
    dot += static_cast<long double>(a[i]) * b[i];
  }
  const long double mean = std::accumulate(a, a + n, 0.0L) / static_cast<long double>(n);
  for (size_t i = 0; i < n; ++i) squares += (a[i] - mean) * (a[i] - mean);

  ProgramBuilder log_program;
  PassBuilder pass;
  const int x = pass.Input(log_program.Operand(kDFloat64), kFloat64);
  const int y = pass.Input(log_program.Operand(kDFloat64), kFloat64);
  const int quotient = pass.Apply(KernelNumber("truediv", kFloat64), x, y);
  pass.Output(log_program.Operand(kDFloat64), pass.Apply(KernelNumber("log", kFloat64), quotient));
  log_program.Add(pass);
  const Handle log_of_quotients(log_program), sum_of_products(Binary("mul", "sum"));
  // A single value and two operands that links read one after the other.
  ProgramBuilder weighted_program;
  PassBuilder weighted;
  const int s = weighted.Input(weighted_program.Operand(kDFloat64), kFloat64);
  const int u = weighted.Input(weighted_program.Operand(kDFloat64), kFloat64);
  const int v = weighted.Input(weighted_program.Operand(kDFloat64), kFloat64);
  const int five = weighted.Load(weighted_program.Constant(kFloat64, 5.0), kFloat64);
  const int mul = KernelNumber("mul", kFloat64);
  const int of_first = weighted.Apply(mul, s, u), of_second = weighted.Apply(mul, v, five);
  weighted.Output(weighted_program.Operand(kDFloat64),
                  weighted.Apply(KernelNumber("add", kFloat64), of_first, of_second));
  weighted_program.Add(weighted);
  const Handle weighted_sum(weighted_program);
  const Guarded memory_s(sizeof(double));
  double* weight = reinterpret_cast<double*>(memory_s.Back(sizeof(double)));
  *weight = 3;
  for (const int variant : {0, 1, 2, 3}) {
    const Maker maker(variant < 2);
    const int threads = 1 + variant % 2;
    Call quotients;
    quotients.Pass(threads, {static_cast<int64_t>(n)}).Operand(a, {8}).Operand(b, {8}).Operand(out, {8});
    ASSERT_EQ(quotients.Run(log_of_quotients), LANES_OK);
    for (size_t i = 0; i < n; ++i) ASSERT_NEAR(out[i], std::log(a[i] / b[i]), 2e-15) << i;
    Call sums;
    sums.Pass(threads, {static_cast<int64_t>(n)})
        .Operand(weight, {0})
        .Operand(a, {8})
        .Operand(b, {8})
        .Operand(out, {8});
    ASSERT_EQ(sums.Run(weighted_sum), LANES_OK);
    for (size_t i = 0; i < n; ++i) ASSERT_EQ(out[i], 3 * a[i] + 5 * b[i]) << i;
    double result = 0;
    Call products;
    products.Pass(threads, {static_cast<int64_t>(n)}).Operand(a, {8}).Operand(b, {8}).Operand(&result, {0});
    ASSERT_EQ(products.Run(sum_of_products), LANES_OK);
    EXPECT_NEAR(result, static_cast<double>(dot), 1e-13 * static_cast<double>(dot));
    for (const char* name : {"max", "var"}) {
      ProgramBuilder program;
      PassBuilder reduction;
      const int value = reduction.Input(program.Operand(kDFloat64), kFloat64);
      reduction.Output(program.Operand(kDFloat64), value, ReductionNumber(name, kFloat64));
      program.Add(reduction);
      Call call;
      call.Pass(threads, {static_cast<int64_t>(n)}).Operand(a, {8}).Operand(&result, {0});
      ASSERT_EQ(call.Run(Handle(program)), LANES_OK);
      const double expected = name[0] == 'm' ? *std::max_element(a, a + n) : static_cast<double>(squares / n);
      EXPECT_NEAR(result, expected, name[0] == 'm' ? 0 : 1e-13 * expected) << name;
    }
  }
}

TEST_P(Run, EmptyPassesStoreIdentitiesOnly) {
  const Handle sum(Binary("mul", "sum"));
  const Handle elementwise(Binary("mul"));
  double out = 5;
  EXPECT_EQ(
      Call().Pass(1, {3, 0}).Operand(nullptr, {8, 8}).Operand(nullptr, {8, 8}).Operand(&out, {0, 0}).Run(elementwise),
      LANES_OK);
  EXPECT_EQ(out, 5);
  EXPECT_EQ(Call().Pass(1, {3, 0}).Operand(nullptr, {8, 8}).Operand(nullptr, {8, 8}).Operand(&out, {0, 0}).Run(sum),
            LANES_OK);
  EXPECT_TRUE(SameBits(out, 0.0));
}

TEST_P(Run, LaterPassesReadWhatEarlierOnesStored) {
  // x - sum(x)
  ProgramBuilder program;
  const int x = program.Operand(kDFloat64), total = program.Operand(kDFloat64), out = program.Operand(kDFloat64);
  PassBuilder first;
  first.Output(total, first.Input(x, kFloat64), ReductionNumber("sum", kFloat64));
  PassBuilder second;
  const int rx = second.Input(x, kFloat64);
  const int rt = second.Input(total, kFloat64);
  second.Output(out, second.Apply(KernelNumber("sub", kFloat64), rx, rt));
  program.Add(first);
  program.Add(second);
  const Handle handle(program);
  ASSERT_EQ(handle.status, LANES_OK);
  std::vector<double> values(50000, 0.5), results(50000);
  double sum;
  Call call;
  call.Pass(2, {50000}).Operand(values.data(), {8}).Operand(&sum, {0});
  call.Pass(2, {50000}).Operand(values.data(), {8}).Operand(&sum, {0}).Operand(results.data(), {8});
  ASSERT_EQ(call.Run(handle), LANES_OK);
  EXPECT_EQ(sum, 25000);
  for (const double r : results) ASSERT_EQ(r, 0.5 - 25000);
}

// x - sum(x * y) in two passes, with x the second operand.
ProgramBuilder LessItsProduct() {
  ProgramBuilder program;
  const int total = program.Operand(kDFloat64);
  const int y = program.Operand(kDFloat64), x = program.Operand(kDFloat64), out = program.Operand(kDFloat64);
  PassBuilder first;
  const int factor = first.Input(x, kFloat64);
  const int product = first.Apply(KernelNumber("mul", kFloat64), factor, first.Input(y, kFloat64));
  first.Output(total, product, ReductionNumber("sum", kFloat64));
  PassBuilder second;
  const int subtrahend = second.Input(total, kFloat64);
  second.Output(out, second.Apply(KernelNumber("sub", kFloat64), second.Input(x, kFloat64), subtrahend));
  program.Add(first);
  program.Add(second);
  return program;
}

TEST_P(Run, TakesVectorsThroughSeveralPasses) {
  const Handle handle(LessItsProduct());
  ASSERT_EQ(handle.status, LANES_OK);
  for (const int64_t n : {1, 2, 511, 513, 5000, 16384, 20000}) {
    const std::vector<double> y(static_cast<size_t>(n), 0.25);
    std::vector<double> x(static_cast<size_t>(2 * n), -1), out(static_cast<size_t>(n));
    for (int64_t i = 0; i < n; ++i) x[2 * i] = 1 + i % 2;
    const double total = 0.25 * static_cast<double>(n + n / 2);
    for (const int64_t y_stride : {8, 0}) {
      ASSERT_EQ(lanes_run_vectors(handle.program, n, Address(out.data()), 8, Address(y.data()), y_stride,
                                  Address(x.data()), 16, 0, 0),
                LANES_OK);
      for (int64_t i = 0; i < n; ++i) ASSERT_EQ(out[i], x[2 * i] - total) << n;
    }
  }
}

TEST_P(Run, TakesNoVectorsForProgramsOfAnotherSort) {
  double values[64] = {};
  const auto run = [&](const ProgramBuilder& program) {
    const Handle handle(program);
    EXPECT_EQ(handle.status, LANES_OK);
    return lanes_run_vectors(handle.program, 8, Address(values), 8, Address(values), 8, Address(values), 8,
                             Address(values), 8);
  };
  EXPECT_EQ(run(ProgramBuilder()), LANES_BAD_ARGUMENT);
  // Too many inputs.
  ProgramBuilder many = LessItsProduct();
  many.Operand(kDFloat64);
  EXPECT_EQ(run(many), LANES_OK);
  many.Operand(kDFloat64);
  EXPECT_EQ(run(many), LANES_BAD_ARGUMENT);
  // Two results, and too many values on the way.
  ProgramBuilder copies;
  const int in = copies.Operand(kDFloat64);
  PassBuilder pass;
  const int r = pass.Input(in, kFloat64);
  for (int k = 0; k < 9; ++k) pass.Output(copies.Operand(kDFloat64), r);
  copies.Add(pass);
  EXPECT_EQ(run(copies), LANES_BAD_ARGUMENT);
  PassBuilder last;
  last.Output(copies.Operand(kDFloat64), last.Input(in, kFloat64));
  copies.Add(last);
  EXPECT_EQ(run(copies), LANES_BAD_ARGUMENT);
  // What has more than one element on the way is written over itself.
  ProgramBuilder over;
  const int from = over.Operand(kDFloat64), between = over.Operand(kDFloat64), to = over.Operand(kDFloat64);
  PassBuilder first, second;
  first.Output(between, first.Input(from, kFloat64));
  second.Output(to, second.Input(between, kFloat64));
  over.Add(first);
  over.Add(second);
  EXPECT_EQ(run(over), LANES_OK);
}

TEST_P(Run, CopiesComplexNumbers) {
  ProgramBuilder program;
  PassBuilder pass;
  const int r = pass.Input(program.Operand(kDComplex64), kComplex128);
  pass.Output(program.Operand(kDComplex128), r);
  program.Add(pass);
  const Handle handle(program);
  ASSERT_EQ(handle.status, LANES_OK);
  std::vector<float> in(2 * 777);
  std::iota(in.begin(), in.end(), 0.5f);
  std::vector<double> out(in.size());
  ASSERT_EQ(Call().Pass(1, {777}).Operand(in.data(), {8}).Operand(out.data(), {16}).Run(handle), LANES_OK);
  for (size_t i = 0; i < in.size(); ++i) ASSERT_EQ(out[i], in[i]);
}

TEST_P(Run, StopsWhenTheFlagIsSet) {
  const int64_t n = 100000;
  const std::vector<double> a = Doubles(static_cast<size_t>(n), 3);
  std::vector<double> out(static_cast<size_t>(n));
  const Handle handle(Binary("add"));
  const int32_t flag = 1;
  Call call = Call().Pass(2, {n}).Operand(a.data(), {8}).Operand(a.data(), {8}).Operand(out.data(), {8});
  call.words[0] = Address(&flag);
  EXPECT_EQ(call.Run(handle), LANES_CANCELLED);
  EXPECT_EQ(std::count(out.begin(), out.end(), 0.0), n);
}

TEST_P(Run, RefusesWordsThatNoCallHas) {
  const Handle handle(Binary("add"));
  EXPECT_EQ(lanes_run(0, Address(&handle)), LANES_BAD_ARGUMENT);
  EXPECT_EQ(lanes_run(handle.program, 0), LANES_BAD_ARGUMENT);
  int64_t no_threads[16] = {0, 0, 0, 1, 1};
  EXPECT_EQ(lanes_run(handle.program, Address(no_threads)), LANES_BAD_ARGUMENT);
  int64_t rank[16] = {0, 0, 1, 65};
  EXPECT_EQ(lanes_run(handle.program, Address(rank)), LANES_BAD_ARGUMENT);
}

INSTANTIATE_TEST_SUITE_P(EveryIsa, Run, testing::Range(0, RunnableIsas().count),
                         [](const auto& info) { return std::string(RunnableIsas().items[info.param]->name); });

}  // namespace
}  // namespace lanes
