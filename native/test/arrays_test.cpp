// Operations on whole arrays, on every instruction set, between guard pages.
#include <gtest/gtest.h>
#include <string.h>

#include <numeric>
#include <string>
#include <vector>

#include "guarded.h"
#include "isa.h"
#include "lanes.h"
#include "random_kernels.h"

namespace lanes {
namespace {

int64_t Address(const void* p) { return reinterpret_cast<int64_t>(p); }

// Words of a call, built array by array.
class Words {
 public:
  Words(int64_t threads, std::vector<int64_t> shape) : rank_(shape.size()) {
    words_ = {0, threads, static_cast<int64_t>(rank_)};
    words_.insert(words_.end(), shape.begin(), shape.end());
  }
  Words& Add(const void* address, DType dtype, int64_t bytes, std::vector<int64_t> strides) {
    words_.insert(words_.end(), {Address(address), dtype, bytes});
    words_.insert(words_.end(), strides.begin(), strides.end());
    return *this;
  }
  int64_t Call() const { return Address(words_.data()); }

 private:
  size_t rank_;
  std::vector<int64_t> words_;
};

// Runs the test once for each instruction set.
class Arrays : public testing::TestWithParam<const Isa*> {
 protected:
  void SetUp() override { ASSERT_TRUE(SelectIsa(GetParam()->name)); }
  void TearDown() override { SelectIsa(""); }
};

std::vector<const Isa*> Isas() { return {RunnableIsas().items, RunnableIsas().items + RunnableIsas().count}; }
INSTANTIATE_TEST_SUITE_P(EveryIsa, Arrays, testing::ValuesIn(Isas()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST_P(Arrays, TransposedCopyTouchesNothingElse) {
  for (const int64_t bytes : {1, 2, 4, 8, 16}) {
    const DType dtype = bytes == 1   ? kDUint8
                        : bytes == 2 ? kDInt16
                        : bytes == 4 ? kDInt32
                        : bytes == 8 ? kDInt64
                                     : kDComplex128;
    for (const int64_t rows : {1, 3, 16, 33, 129}) {
      for (const int64_t columns : {1, 2, 15, 64, 131}) {
        const size_t size = static_cast<size_t>(rows * columns * bytes);
        Guarded from(size);
        Guarded to(size);
        char* x = from.Back(size);
        char* y = to.Front();
        for (size_t i = 0; i < size; ++i) x[i] = static_cast<char>(i * 31 + i / 256);
        Words words(2, {columns, rows});
        words.Add(x, dtype, bytes, {bytes, columns * bytes}).Add(y, dtype, bytes, {rows * bytes, bytes});
        ASSERT_EQ(LANES_OK, lanes_copy(words.Call()));
        for (int64_t i = 0; i < rows; ++i) {
          for (int64_t j = 0; j < columns; ++j) {
            ASSERT_EQ(0, memcmp(x + (i * columns + j) * bytes, y + (j * rows + i) * bytes, bytes)) << i << " " << j;
          }
        }
      }
    }
  }
}

TEST_P(Arrays, Float64RoundsToFloat16Once) {
  // Just above half way between two float16, and nearest to half way as float32.
  const double x[] = {1 + 0x1p-11 + 0x1p-40, 1 + 0x1p-11, -0x1p-25 - 0x1p-70, 65519.999999, 1e300, 0x1p-200, -0.0};
  const uint16_t expected[] = {0x3c01, 0x3c00, 0x8001, 0x7bff, 0x7c00, 0, 0x8000};
  uint16_t y[7];
  Words words(1, {7});
  words.Add(x, kDFloat64, 8, {8}).Add(y, kDFloat16, 2, {2});
  ASSERT_EQ(LANES_OK, lanes_copy(words.Call()));
  for (int i = 0; i < 7; ++i) EXPECT_EQ(expected[i], y[i]) << i;
}

TEST_P(Arrays, ScansHaveTheDocumentedOrder) {
  for (const int64_t n : {1, 7, 255, 256, 257, 4095, 4096, 4097, 10007}) {
    const size_t bytes = static_cast<size_t>(n) * 8;
    Guarded from(bytes);
    Guarded to(bytes);
    double* x = reinterpret_cast<double*>(from.Back(bytes));
    double* y = reinterpret_cast<double*>(to.Back(bytes));
    std::vector<double> expected(n);
    double base = 0;
    double within = 0;
    for (int64_t i = 0; i < n; ++i) {
      x[i] = 1.0 / static_cast<double>(i + 3) - 0.001;
      if (i % 256 == 0 && i > 0) base = i > 256 ? base + within : within;
      within = i % 256 == 0 ? x[i] : within + x[i];
      expected[i] = i < 256 ? within : base + within;
    }
    for (const int64_t threads : {1, 2, 5}) {
      Words words(threads, {n});
      words.Add(x, kDFloat64, 8, {8}).Add(y, kDFloat64, 8, {8});
      ASSERT_EQ(LANES_OK, lanes_scan(words.Call(), 0, 0));
      ASSERT_EQ(0, memcmp(expected.data(), y, bytes)) << n << " threads " << threads;
    }
    // The same numbers as columns, side by side with others.
    std::vector<double> wide(n * 20);
    for (int64_t i = 0; i < n; ++i) std::fill_n(wide.begin() + i * 20, 20, x[i]);
    Words words(2, {n, 20});
    words.Add(wide.data(), kDFloat64, 8, {160, 8}).Add(wide.data(), kDFloat64, 8, {160, 8});
    ASSERT_EQ(LANES_OK, lanes_scan(words.Call(), 0, 0));
    for (int64_t i = 0; i < n; ++i) ASSERT_EQ(expected[i], wide[i * 20 + i % 20]) << i;
  }
}

TEST_P(Arrays, HistogramCountsEdgesAsTheyAre) {
  const double edges[] = {0, 0.1, 0.2, 0.30000000000000004, 0.4};
  const double x[] = {0, 0.1, 0.2, 0.3, 0.30000000000000004, 0.4, -1, 0.5, __builtin_nan(""), 0.39};
  for (const int32_t rule : {0, 1}) {
    int64_t counts[4];
    Words words(1, {10});
    words.Add(x, kDFloat64, 8, {8});
    ASSERT_EQ(LANES_OK, lanes_histogram(words.Call(), rule, Address(edges), 4, 0, Address(counts)));
    EXPECT_EQ(1, counts[0]);
    EXPECT_EQ(1, counts[1]);
    EXPECT_EQ(2, counts[2]);
    EXPECT_EQ(3, counts[3]);
  }
}

TEST_P(Arrays, RandomWordsAreThoseOfPhilox) {
  const uint64_t key = 0x299f31d0a4093822;
  for (const uint64_t first : {uint64_t{0}, uint64_t{5}, uint64_t{0x7FFFFFFF0}, uint64_t{0} - 7}) {
    for (const int64_t n : {1, 15, 16, 17, 64, 100, 333}) {
      const size_t bytes = static_cast<size_t>(n) * 8;
      Guarded memory(bytes);
      uint64_t* y = reinterpret_cast<uint64_t*>(memory.Back(bytes));
      GetParam()->random->words(y, n, key, 9, first);
      for (int64_t i = 0; i < n; ++i) {
        const uint64_t position = first + static_cast<uint64_t>(i);
        const uint64_t block = position / 16 * 8 + position % 8;
        uint32_t counter[4] = {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32), 9, 0};
        Philox(counter, key);
        const int half = position / 8 % 2 * 2;
        ASSERT_EQ(counter[half] | uint64_t{counter[half + 1]} << 32, y[i]) << first << " + " << i;
      }
    }
  }
}

TEST(WholeArrays, RefuseIndicesOutside) {
  const int32_t x[] = {1, 2, 3};
  int32_t y[2];
  const int64_t good[] = {-1, 0};
  const int64_t bad[] = {0, 3};
  Words words(1, {2});
  words.Add(x, kDInt32, 4, {4}).Add(y, kDInt32, 4, {4});
  EXPECT_EQ(LANES_OK, lanes_take(words.Call(), 0, 3, Address(good)));
  EXPECT_EQ(3, y[0]);
  EXPECT_EQ(LANES_OUT_OF_RANGE, lanes_take(words.Call(), 0, 3, Address(bad)));
  int64_t counts[3];
  EXPECT_EQ(LANES_OUT_OF_RANGE, lanes_histogram(words.Call(), 2, 0, 2, 0, Address(counts)));
  EXPECT_EQ(LANES_BAD_ARGUMENT, lanes_copy(0));
  EXPECT_EQ(LANES_BAD_ARGUMENT, lanes_scan(words.Call(), 4, 0));
  EXPECT_EQ(LANES_BAD_ARGUMENT, lanes_scan(words.Call(), 0, 1));
}

TEST(WholeArrays, StopWhenAsked) {
  std::vector<double> x(1 << 20, 1.0);
  const int32_t cancel = 1;
  std::vector<int64_t> words = {Address(&cancel), 2, 1, 1 << 20};
  for (int k = 0; k < 2; ++k) words.insert(words.end(), {Address(x.data()), kDFloat64, 8, 8});
  EXPECT_EQ(LANES_CANCELLED, lanes_scan(Address(words.data()), 0, 0));
  EXPECT_EQ(LANES_CANCELLED, lanes_scan(Address(words.data()), 1, 0));
  EXPECT_EQ(LANES_CANCELLED, lanes_random_normal(Address(words.data()), 1, 0, 0, 0, 1));
}

}  // namespace
}  // namespace lanes
