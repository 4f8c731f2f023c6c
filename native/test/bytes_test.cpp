// Byte strings: found in memory at every width and stride, compared, searched and stored, without a look beyond them.
#include "bytes.h"

#include <gtest/gtest.h>

#include <random>

#include "guarded.h"
#include "isa.h"
#include "program.h"
#include "program_builder.h"

namespace lanes {
namespace {

std::string TrimmedText(const char* data, int64_t width) {
  std::string text(data, static_cast<size_t>(width));
  while (!text.empty() && text.back() == '\0') text.pop_back();
  return text;
}

// Letters of few sorts, NUL among them, short ones more often than not.
void FillString(char* data, int64_t width, std::mt19937_64& random) {
  memset(data, 0, static_cast<size_t>(width));
  const int64_t length = static_cast<int64_t>(random() % static_cast<uint64_t>(width + 1));
  for (int64_t i = 0; i < length; ++i) data[i] = "aaab\xff"[random() % 6];
}

TEST(Bytes, AreTrimmedAtEveryWidth) {
  for (int64_t width = 1; width < 70; ++width) {
    const Guarded memory(static_cast<size_t>(width));
    char* data = memory.Back(static_cast<size_t>(width));
    for (int64_t length = 0; length <= width; ++length) {
      memset(data, 0, static_cast<size_t>(width));
      if (length > 0) data[length - 1] = 'x';
      EXPECT_EQ(TrimmedLength(data, width), length) << width;
    }
  }
}

TEST(Bytes, AreLoadedAndStoredBetweenGuards) {
  std::mt19937_64 random(1);
  constexpr int64_t kCount = 7;
  for (const int64_t width : {1, 2, 3, 5, 8, 13, 16, 40, 5000}) {
    for (const int64_t stride : {width, width + 3, -width, -width - 1, int64_t{0}}) {
      const size_t span = static_cast<size_t>((kCount - 1) * std::abs(stride) + width);
      for (const bool back : {false, true}) {
        const Guarded memory(span), copies(span);
        const int64_t first = stride < 0 ? -(kCount - 1) * stride : 0;
        char* src = (back ? memory.Back(span) : memory.Front()) + first;
        char* dst = (back ? copies.Back(span) : copies.Front()) + first;
        for (int64_t i = 0; i < kCount; ++i) FillString(src + i * stride, width, random);
        ByteView views[kCount];
        LoadByteViews(views, src, kCount, stride, width);
        for (int64_t i = 0; i < kCount; ++i) {
          EXPECT_EQ(std::string(views[i].data, static_cast<size_t>(views[i].length)),
                    TrimmedText(src + i * stride, width));
        }
        if (stride == 0) continue;
        StoreByteViews(dst, views, kCount, stride, width);
        for (int64_t i = 0; i < kCount; ++i) {
          EXPECT_EQ(memcmp(src + i * stride, dst + i * stride, static_cast<size_t>(width)), 0);
        }
      }
    }
  }
}

// ---- Programs -------------------------------------------------------------------------------------------------------

class BytesPrograms : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { ASSERT_EQ(lanes_select_isa(Address(RunnableIsas().items[GetParam()]->name)), LANES_OK); }
  void TearDown() override { lanes_select_isa(Address("")); }
};

// where(contains(a, "ab") | (a < b), a, b), and how often a == b.
ProgramBuilder Example(int width_a, int width_b, int width_out) {
  ProgramBuilder program;
  const int a = program.Operand(kDBytes, width_a), b = program.Operand(kDBytes, width_b);
  const int chosen = program.Operand(kDBytes, width_out), equal = program.Operand(kDBool);
  const int ab = program.Text("ab");
  PassBuilder pass;
  const int ra = pass.Input(a, kBytes), rb = pass.Input(b, kBytes), rt = pass.Load(ab, kBytes);
  const int found = pass.Apply(KernelNumber("contains", kBytes), ra, rt);
  const int less = pass.Apply(KernelNumber("lt", kBytes), ra, rb);
  const int either = pass.Apply(KernelNumber("or", kBool), found, less);
  pass.Output(chosen, pass.Apply(KernelNumber("where", kBytes), either, ra, rb));
  pass.Output(equal, pass.Apply(KernelNumber("eq", kBytes), ra, rb));
  program.Add(pass);
  return program;
}

TEST_P(BytesPrograms, RunAtEveryStrideBetweenGuards) {
  std::mt19937_64 random(3);
  for (const int width : {1, 4, 7, 24}) {
    const int width_b = width + 2, width_out = width + 1;
    const ProgramBuilder builder = Example(width, width_b, width_out);
    const Handle handle(builder);
    ASSERT_EQ(handle.status, LANES_OK);
    for (const int64_t n : {1, 2, 63, 64, 65, 511, 513, 40000}) {
      for (int way = 0; way < 4; ++way) {
        // Packed against a guard, with gaps, backwards, and b one value for all.
        const int64_t stride = way == 1 ? width + 3 : way == 2 ? -width : width;
        const int64_t stride_b = way == 3 ? 0 : width_b;
        const size_t span = static_cast<size_t>((n - 1) * std::abs(stride) + width);
        const size_t span_b = static_cast<size_t>((n - 1) * stride_b + width_b);
        const size_t span_out = static_cast<size_t>(n * width_out);
        const Guarded memory(span), memory_b(span_b), memory_out(span_out);
        char* a = memory.Back(span) + (stride < 0 ? -(n - 1) * stride : 0);
        char* b = memory_b.Back(span_b);
        char* out = memory_out.Back(span_out);
        for (int64_t i = 0; i < n; ++i) FillString(a + i * stride, width, random);
        for (int64_t i = 0; i < n && (stride_b != 0 || i == 0); ++i) FillString(b + i * stride_b, width_b, random);
        std::vector<uint8_t> equal(static_cast<size_t>(n), 2);
        Call call;
        call.Pass(2, {n}).Operand(a, {stride}).Operand(b, {stride_b}).Operand(out, {width_out});
        call.Operand(equal.data(), {1});
        ASSERT_EQ(call.Run(handle), LANES_OK);
        for (int64_t i = 0; i < n; ++i) {
          const std::string x = TrimmedText(a + i * stride, width), y = TrimmedText(b + i * stride_b, width_b);
          const std::string wanted = x.find("ab") != std::string::npos || x < y ? x : y;
          ASSERT_EQ(equal[static_cast<size_t>(i)], x == y);
          ASSERT_EQ(TrimmedText(out + i * width_out, width_out),
                    TrimmedText(wanted.c_str(), std::min<int64_t>(static_cast<int64_t>(wanted.size()), width_out)));
        }
      }
    }
  }
}

TEST_P(BytesPrograms, RunOverPlanesAndReduce) {
  // any of b == "a" over planes of which every other row is left out, with the columns last to first.
  ProgramBuilder program;
  const int b = program.Operand(kDBytes, 3), count = program.Operand(kDInt64);
  const int letter = program.Text(std::string("a\0\0\0\0", 5));
  PassBuilder pass;
  const int rb = pass.Input(b, kBytes), rt = pass.Load(letter, kBytes);
  pass.Output(count, pass.Apply(KernelNumber("eq", kBytes), rb, rt), ReductionNumber("sum", kBool));
  program.Add(pass);
  const Handle handle(program);
  ASSERT_EQ(handle.status, LANES_OK);
  constexpr int64_t kPlanes = 5, kRows = 70, kColumns = 90;
  std::mt19937_64 random(5);
  const size_t span = 3 * kPlanes * 2 * kRows * kColumns;
  const Guarded memory(span);
  char* start = memory.Back(span);
  for (size_t i = 0; i < span; i += 3) FillString(start + i, 3, random);
  for (const int64_t reduced : {-1, 1, 2, 4, 5}) {
    std::vector<int64_t> counts(kPlanes * kRows * kColumns), wanted(counts.size());
    const auto stride = [&](int axis, int64_t bytes) { return (reduced >> axis & 1) != 0 ? 0 : bytes; };
    const std::vector<int64_t> strides = {stride(0, 8 * kRows * kColumns), stride(1, 8 * kColumns), stride(2, 8)};
    Call call;
    call.Pass(2, {kPlanes, kRows, kColumns}, reduced);
    call.Operand(start + 3 * (kColumns - 1), {3 * 2 * kRows * kColumns, 3 * 2 * kColumns, -3});
    call.Operand(counts.data(), strides);
    ASSERT_EQ(call.Run(handle), LANES_OK);
    for (int64_t p = 0; p < kPlanes; ++p) {
      for (int64_t r = 0; r < kRows; ++r) {
        for (int64_t c = 0; c < kColumns; ++c) {
          const char* element = start + 3 * ((2 * p * kRows + 2 * r) * kColumns + kColumns - 1 - c);
          const int64_t at = (p * strides[0] + r * strides[1] + c * strides[2]) / 8;
          wanted[static_cast<size_t>(at)] += TrimmedText(element, 3) == "a";
        }
      }
    }
    EXPECT_EQ(counts, wanted) << reduced;
  }
}

INSTANTIATE_TEST_SUITE_P(EveryIsa, BytesPrograms, testing::Range(0, RunnableIsas().count),
                         [](const auto& info) { return std::string(RunnableIsas().items[info.param]->name); });

// ---- Words ----------------------------------------------------------------------------------------------------------

int32_t Create(const std::vector<int32_t>& words) {
  int64_t program = 0;
  const int32_t status =
      lanes_program_create(Address(words.data()), static_cast<int64_t>(words.size()), Address(&program));
  if (status == LANES_OK) lanes_program_free(program);
  return status;
}

TEST(BytesWords, ThatBreakARuleAreRefused) {
  const std::vector<int32_t> good = Example(3, 4, 5).Words();
  EXPECT_EQ(Create(good), LANES_OK);
  // The length of the text stands behind the four words of the head and the constant's kind.
  for (const int32_t length : {-1, 5, 1000, INT32_MAX, INT32_MIN}) {
    std::vector<int32_t> words = good;
    words[5] = length;
    EXPECT_EQ(Create(words), LANES_BAD_PROGRAM) << length;
  }
  std::vector<int32_t> empty = good;
  empty[5] = 0;
  empty.erase(empty.begin() + 9);
  EXPECT_EQ(Create(empty), LANES_OK);
  ProgramBuilder none = Example(3, 4, 5);
  none.operands[1] = 0;
  EXPECT_EQ(Create(none.Words()), LANES_BAD_PROGRAM);
  ProgramBuilder called = Example(3, 4, 5);
  called.passes[0].CallTo(called.passes[0].Register(kInt32), "", 0);
  EXPECT_EQ(Create(called.Words()), LANES_BAD_PROGRAM);
}

// Whatever words are accepted run on strings at a guard.
TEST(BytesWords, ThatAreAcceptedRun) {
  std::mt19937_64 random(7);
  const std::vector<int32_t> good = Example(3, 4, 5).Words();
  constexpr int64_t kCount = 600;
  constexpr size_t kRoom = 32 * kCount;
  const Guarded inputs[2] = {Guarded(kRoom), Guarded(kRoom)};
  const Guarded outputs[4] = {Guarded(kRoom), Guarded(kRoom), Guarded(kRoom), Guarded(kRoom)};
  int ran = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<int32_t> words = good;
    for (int k = 0; k < 2; ++k) words[4 + random() % (words.size() - 4)] = static_cast<int32_t>(random() % 18) - 1;
    Program program;
    if (!DecodeProgram(words.data(), static_cast<int64_t>(words.size()), &program)) continue;
    if (program.passes.size() != 1 || program.passes[0].inputs.size() > 2 || program.passes[0].outputs.size() > 4)
      continue;
    int64_t handle = 0;
    ASSERT_EQ(lanes_program_create(Address(words.data()), static_cast<int64_t>(words.size()), Address(&handle)),
              LANES_OK);
    Call call;
    call.Pass(1, {kCount});
    for (size_t k = 0; k < program.passes[0].inputs.size(); ++k) {
      const int64_t bytes = program.passes[0].inputs[k].bytes;
      char* data = inputs[k].Back(static_cast<size_t>(bytes * kCount));
      for (int64_t i = 0; i < kCount; ++i) FillString(data + i * bytes, bytes, random);
      call.Operand(data, {bytes});
    }
    for (size_t k = 0; k < program.passes[0].outputs.size(); ++k) {
      const Output& output = program.passes[0].outputs[k];
      call.Operand(outputs[k].Back(static_cast<size_t>(output.bytes * kCount)),
                   {output.reduction < 0 ? output.bytes : 0});
    }
    EXPECT_EQ(lanes_run(handle, Address(call.words.data())), LANES_OK);
    lanes_program_free(handle);
    ++ran;
  }
  EXPECT_GT(ran, 100);
}

}  // namespace
}  // namespace lanes
