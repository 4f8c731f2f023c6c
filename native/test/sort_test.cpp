// Sorting: the loops over keys of every instruction set on hard sequences and between guard pages, and whole calls on
// any number of threads.
#include "sort.h"

#include <gtest/gtest.h>
#include <string.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "guarded.h"
#include "isa.h"
#include "lanes.h"

namespace lanes {
namespace {

constexpr int kPatterns = 7;

template <class K>
std::vector<K> Make(int pattern, size_t n) {
  std::mt19937_64 random(n * kPatterns + static_cast<size_t>(pattern));
  std::vector<K> keys(n);
  for (size_t i = 0; i < n; ++i) {
    const K values[kPatterns] = {static_cast<K>(random()),
                                 static_cast<K>(i),
                                 static_cast<K>(n - i),
                                 K{5},
                                 static_cast<K>(std::min(i, n - i)),
                                 static_cast<K>(random() % 3),
                                 random() % 2 == 0 ? std::numeric_limits<K>::max() : std::numeric_limits<K>::min()};
    keys[i] = values[pattern];
  }
  return keys;
}

template <class K>
void CheckKernels(const KeyKernels<K>& kernels, int pattern, size_t n, const std::string& what) {
  const std::vector<K> keys = Make<K>(pattern, n);
  std::vector<K> sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  const Guarded memory(n * sizeof(K));
  for (K* at : {reinterpret_cast<K*>(memory.Front()), reinterpret_cast<K*>(memory.Back(n * sizeof(K)))}) {
    const auto fill = [&] { memcpy(at, keys.data(), n * sizeof(K)); };
    fill();
    EXPECT_EQ(kernels.is_sorted(at, n), std::is_sorted(keys.begin(), keys.end())) << what;
    K least, most;
    kernels.extremes(at, n, &least, &most);
    EXPECT_TRUE(least == sorted.front() && most == sorted.back()) << what;
    kernels.sort(at, n, nullptr);
    ASSERT_TRUE(std::equal(sorted.begin(), sorted.end(), at)) << what;
    for (const size_t rank : {size_t{0}, n / 2, n - 1}) {
      fill();
      ASSERT_EQ(kernels.select(at, n, rank), sorted[rank]) << what;
      ASSERT_TRUE(std::all_of(at, at + rank, [&](K key) { return key <= sorted[rank]; })) << what;
      fill();
      const size_t left = kernels.partition(at, n, sorted[rank]);
      const auto bound = std::upper_bound(sorted.begin(), sorted.end(), sorted[rank]);
      ASSERT_EQ(left, static_cast<size_t>(bound - sorted.begin())) << what;
      ASSERT_TRUE(std::all_of(at, at + left, [&](K key) { return key <= sorted[rank]; })) << what;
      std::sort(at, at + n);
      ASSERT_TRUE(std::equal(sorted.begin(), sorted.end(), at)) << what;
    }
  }
}

template <class K>
void CheckPacking(const KeyKernels<K>& kernels, int pattern, size_t n, const std::string& what) {
  const std::vector<K> keys = Make<K>(pattern, n);
  std::vector<K> sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  const K low = sorted[n / 3], high = sorted[2 * n / 3];
  std::vector<K> between(n + kKeyPadding), below(n + kKeyPadding), above(n + kKeyPadding), wanted;
  BracketCounts counts = {};
  kernels.bracket(keys.data(), n, low, high, between.data(), &counts);
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(wanted), [&](K key) { return low < key && key < high; });
  between.resize(counts.between);
  EXPECT_EQ(between, wanted) << what;
  const auto count = [&](auto is) { return static_cast<size_t>(std::count_if(keys.begin(), keys.end(), is)); };
  EXPECT_EQ(counts.below, count([&](K key) { return key < low; })) << what;
  EXPECT_EQ(counts.low, count([&](K key) { return key == low; })) << what;
  EXPECT_EQ(counts.high, low == high ? 0 : count([&](K key) { return key == high; })) << what;
  size_t sides[2];
  kernels.split(keys.data(), n, low, below.data(), above.data(), sides);
  wanted.clear();
  std::copy_if(keys.begin(), keys.end(), std::back_inserter(wanted), [&](K key) { return low < key; });
  above.resize(sides[1]);
  EXPECT_EQ(above, wanted) << what;
  EXPECT_EQ(sides[0], counts.below) << what;
  for (const bool right : {false, true}) {
    std::vector<int64_t> positions(n);
    kernels.search(sorted.data(), n, keys.data(), n, right, positions.data());
    for (size_t i = 0; i < n; ++i) {
      const auto at = right ? std::upper_bound(sorted.begin(), sorted.end(), keys[i])
                            : std::lower_bound(sorted.begin(), sorted.end(), keys[i]);
      ASSERT_EQ(positions[i], at - sorted.begin()) << what;
    }
  }
}

template <class K>
void CheckAll(const KeyKernels<K>& kernels, const char* isa) {
  std::vector<size_t> sizes(34);
  std::iota(sizes.begin(), sizes.end(), 1);
  for (const size_t n : {63, 64, 65, 127, 128, 129, 130, 191, 255, 256, 257, 258, 300, 511, 1024, 2049, 20011})
    sizes.push_back(n);
  for (const size_t n : sizes) {
    for (int pattern = 0; pattern < kPatterns; ++pattern) {
      const std::string what = std::string(isa) + " pattern " + std::to_string(pattern) + " n " + std::to_string(n);
      CheckKernels(kernels, pattern, n, what);
      CheckPacking(kernels, pattern, n, what);
    }
  }
}

TEST(Sort, KernelsAgreeWithTheStandardLibrary) {
  const IsaList& list = RunnableIsas();
  for (int i = 0; i < list.count; ++i) {
    CheckAll(*list.items[i]->sort->keys32, list.items[i]->name);
    CheckAll(*list.items[i]->sort->keys64, list.items[i]->name);
  }
}

int64_t Address(const void* pointer) { return reinterpret_cast<int64_t>(pointer); }

// One lane without gaps.
int32_t Order(int64_t operation, int threads, const int32_t* cancel, DType dtype, int64_t n, int64_t m,
              int64_t parameter, const int64_t* ranks, const void* in, void* out, void* third) {
  const int64_t bytes = kDTypeRows[dtype].bytes;
  const bool indices = operation == LANES_ORDER_ARGSORT;
  const int64_t call[] = {operation,           Address(cancel), threads, dtype,       n,     m,
                          parameter,           Address(ranks),  0,       Address(in), bytes, Address(out),
                          indices ? 8 : bytes, Address(third),  8};
  return lanes_order(Address(call));
}

TEST(Sort, CallsGiveTheSameOnAnyNumberOfThreadsBetweenGuardPages) {
  constexpr int64_t kCount = 200003;
  constexpr size_t kBytes = kCount * 8;
  const std::vector<int64_t> keys = Make<int64_t>(0, kCount);
  std::vector<int64_t> sorted = keys, order(kCount);
  std::sort(sorted.begin(), sorted.end());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return keys[a] < keys[b]; });
  const Guarded in(kBytes), out(kBytes), third(kBytes);
  memcpy(in.Back(kBytes), keys.data(), kBytes);
  const int64_t* result = reinterpret_cast<int64_t*>(out.Back(kBytes));
  for (int threads = 1; threads <= 4; ++threads) {
    const auto run = [&](int64_t operation, int64_t m, int64_t parameter, const int64_t* ranks) {
      return Order(operation, threads, nullptr, kDInt64, kCount, m, parameter, ranks, in.Back(kBytes), out.Back(kBytes),
                   third.Back(kBytes));
    };
    ASSERT_EQ(run(LANES_ORDER_SORT, kCount, 0, nullptr), LANES_OK);
    EXPECT_TRUE(std::equal(sorted.begin(), sorted.end(), result));
    ASSERT_EQ(run(LANES_ORDER_ARGSORT, kCount, 0, nullptr), LANES_OK);
    EXPECT_TRUE(std::equal(order.begin(), order.end(), result));
    const int64_t ranks[] = {0, 70000, 70001, kCount - 1};
    ASSERT_EQ(run(LANES_ORDER_SELECT, 4, 0, ranks), LANES_OK);
    for (int r = 0; r < 4; ++r) EXPECT_EQ(result[r], sorted[ranks[r]]);
    ASSERT_EQ(run(LANES_ORDER_PARTITION, kCount, 1234, nullptr), LANES_OK);
    EXPECT_EQ(result[1234], sorted[1234]);
    ASSERT_EQ(run(LANES_ORDER_TOP, 10, 1, nullptr), LANES_OK);
    for (int k = 0; k < 10; ++k) EXPECT_EQ(result[k], sorted[kCount - 1 - k]);
  }
}

TEST(Sort, CancelledInPlaceItKeepsTheElements) {
  std::vector<double> values(300000);
  std::mt19937_64 random(1);
  for (double& value : values) value = static_cast<double>(random()) - 1e19;
  std::vector<double> expected = values;
  const int32_t flag = 1;
  for (const int threads : {1, 3}) {
    EXPECT_EQ(Order(LANES_ORDER_SORT, threads, &flag, kDFloat64, 300000, 300000, 0, nullptr, values.data(),
                    values.data(), nullptr),
              LANES_CANCELLED);
  }
  std::sort(values.begin(), values.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(values, expected);
}

TEST(Sort, RefusesWhatCannotBe) {
  int64_t value = 3, out = 0;
  EXPECT_EQ(lanes_order(0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(lanes_search(0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(lanes_groups(0), LANES_BAD_ARGUMENT);
  const auto run = [&](int64_t operation, DType dtype, int64_t n, int64_t m, int64_t parameter) {
    return Order(operation, 1, nullptr, dtype, n, m, parameter, nullptr, &value, &out, &out);
  };
  EXPECT_EQ(run(99, kDInt64, 1, 1, 0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(run(LANES_ORDER_SORT, kDComplex64, 1, 1, 0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(run(LANES_ORDER_SORT, kDInt64, 0, 1, 0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(run(LANES_ORDER_PARTITION, kDInt64, 1, 1, 1), LANES_BAD_ARGUMENT);
  EXPECT_EQ(run(LANES_ORDER_SELECT, kDInt64, 1, 1, 0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(run(LANES_ORDER_TOP, kDInt64, 1, 2, 0), LANES_BAD_ARGUMENT);
}

}  // namespace
}  // namespace lanes
