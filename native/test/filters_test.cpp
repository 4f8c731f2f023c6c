// Filters on every instruction set, between guard pages, at ugly lengths and strides, against plain loops.
#include <gtest/gtest.h>
#include <string.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "filters.h"
#include "guarded.h"
#include "isa.h"
#include "lanes.h"

namespace lanes {
namespace {

const int kTypes[] = {kDUint8, kDInt16, kDUint16, kDFloat32, kDFloat64};

double Get(int type, const char* p) {
  switch (type) {
    case kDUint8:
      return *reinterpret_cast<const uint8_t*>(p);
    case kDInt16: {
      int16_t x;
      memcpy(&x, p, sizeof(x));
      return x;
    }
    case kDUint16: {
      uint16_t x;
      memcpy(&x, p, sizeof(x));
      return x;
    }
    case kDFloat32: {
      float x;
      memcpy(&x, p, sizeof(x));
      return x;
    }
    default: {
      double x;
      memcpy(&x, p, sizeof(x));
      return x;
    }
  }
}

double Stored(int type, double x) {
  if (type == kDFloat64) return x;
  if (type == kDFloat32) return static_cast<float>(x);
  const int32_t whole = static_cast<int32_t>(x);
  return type == kDUint8   ? static_cast<uint8_t>(whole)
         : type == kDInt16 ? static_cast<int16_t>(whole)
                           : static_cast<uint16_t>(whole);
}

void Put(int type, char* p, double x) {
  const float f = static_cast<float>(x);
  const int32_t i = type < kDFloat32 ? static_cast<int32_t>(x) : 0;
  const void* from = type == kDFloat64   ? static_cast<const void*>(&x)
                     : type == kDFloat32 ? static_cast<const void*>(&f)
                                         : &i;
  memcpy(p, from, static_cast<size_t>(kDTypeRows[type].bytes));
}

// An image of rows x columns in guarded memory, at the front or the back, its rows `gap` bytes apart.
struct Image {
  int64_t rows;
  int64_t columns;
  int type;
  int64_t pitch;
  Guarded memory;
  char* data;

  Image(int64_t rows, int64_t columns, int type, int64_t gap, bool back)
      : rows(rows),
        columns(columns),
        type(type),
        pitch(columns * kDTypeRows[type].bytes + gap),
        memory(static_cast<size_t>(rows * pitch + 64)),
        data(back ? memory.Back(Bytes()) : memory.Front()) {}

  size_t Bytes() const { return static_cast<size_t>((rows - 1) * pitch + columns * kDTypeRows[type].bytes); }
  char* At(int64_t y, int64_t x) const { return data + y * pitch + x * kDTypeRows[type].bytes; }
};

int64_t Address(const void* p) { return reinterpret_cast<int64_t>(p); }

int64_t Bits(double x) {
  int64_t bits;
  memcpy(&bits, &x, sizeof(bits));
  return bits;
}

struct Sweep {
  int64_t op;
  int64_t axis;
  int64_t mode;
  std::vector<double> weights;
  int64_t size;
};

int32_t RunSweeps(const Image& in, const Image& out, const std::vector<Sweep>& sweeps, int threads) {
  std::vector<int64_t> words = {0,
                                threads,
                                Address(in.data),
                                in.type,
                                Address(out.data),
                                out.type,
                                2,
                                static_cast<int64_t>(sweeps.size()),
                                in.rows,
                                in.columns,
                                in.pitch,
                                kDTypeRows[in.type].bytes,
                                out.pitch,
                                kDTypeRows[out.type].bytes};
  for (const Sweep& each : sweeps) {
    words.insert(words.end(), {each.op, each.axis, each.mode, Bits(3), each.size, each.size / 2,
                               Address(each.weights.data()), 0, 0, 0, 0});
  }
  return lanes_filter_lines(Address(words.data()));
}

std::vector<double> Plain(const std::vector<double>& image, int64_t rows, int64_t columns, const Sweep& sweep,
                          int type) {
  std::vector<double> result(image.size());
  for (int64_t y = 0; y < rows; ++y) {
    for (int64_t x = 0; x < columns; ++x) {
      double sum = 0;
      double low = INFINITY;
      for (int64_t k = 0; k < sweep.size; ++k) {
        const int64_t place = (sweep.axis == 0 ? y : x) + k - sweep.size / 2;
        const int64_t index = ExtendIndex(place, sweep.axis == 0 ? rows : columns, sweep.mode);
        const int64_t at = sweep.axis == 0 ? index * columns + x : y * columns + index;
        const double value = index < 0 ? 3 : image[static_cast<size_t>(at)];
        if (sweep.op == kCorrelateLine) sum += value * sweep.weights[static_cast<size_t>(k)];
        low = std::min(low, value);
      }
      result[static_cast<size_t>(y * columns + x)] = Stored(type, sweep.op == kCorrelateLine ? sum : low);
    }
  }
  return result;
}

class FiltersNative : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { SelectIsa(RunnableIsas().items[GetParam()]->name); }
  void TearDown() override { SelectIsa(""); }
};

TEST_P(FiltersNative, SweepsStayWithinTheirArraysAndAreRight) {
  std::mt19937_64 random(11);
  const int64_t sizes[] = {1, 2, 3, 5, 15, 16, 17, 31, 33, 63, 65, 130};
  for (const int type : kTypes) {
    for (int round = 0; round < 60; ++round) {
      const int64_t rows = sizes[random() % 12];
      const int64_t columns = sizes[random() % 12];
      const Image in(rows, columns, type, random() % 2 ? 0 : 3, random() % 2);
      const Image out(rows, columns, type, random() % 2 ? 0 : 5, random() % 2);
      std::vector<double> values;
      for (int64_t y = 0; y < rows; ++y) {
        for (int64_t x = 0; x < columns; ++x) {
          Put(type, in.At(y, x), static_cast<double>(random() % 50));
          values.push_back(Get(type, in.At(y, x)));
        }
      }
      std::vector<Sweep> sweeps;
      for (int64_t axis = 0; axis < 2; ++axis) {
        const int64_t size = 1 + static_cast<int64_t>(random() % 9);
        std::vector<double> weights(static_cast<size_t>(size), 1);  // whole numbers: the order of sums does not show
        sweeps.push_back(
            {random() % 2 ? kCorrelateLine : kMinimumLine, axis, static_cast<int64_t>(random() % 5), weights, size});
        values = Plain(values, rows, columns, sweeps.back(), type);
      }
      ASSERT_EQ(RunSweeps(in, out, sweeps, 1 + static_cast<int>(random() % 2)), LANES_OK);
      for (int64_t y = 0; y < rows; ++y) {
        for (int64_t x = 0; x < columns; ++x)
          ASSERT_EQ(Get(type, out.At(y, x)), values[static_cast<size_t>(y * columns + x)])
              << type << " " << y << " " << x;
      }
    }
  }
}

TEST_P(FiltersNative, WindowsStayWithinTheirArraysAndAreRight) {
  std::mt19937_64 random(12);
  const int64_t sizes[] = {1, 2, 5, 16, 17, 63, 65, 70};
  for (const int type : kTypes) {
    for (int round = 0; round < 30; ++round) {
      const int64_t rows = sizes[random() % 8];
      const int64_t columns = sizes[random() % 8];
      const Image in(rows, columns, type, random() % 2 ? 0 : 3, random() % 2);
      const Image out(rows, columns, type, 0, random() % 2);
      for (int64_t y = 0; y < rows; ++y) {
        for (int64_t x = 0; x < columns; ++x) Put(type, in.At(y, x), static_cast<double>(random() % 20));
      }
      const int64_t height = 1 + static_cast<int64_t>(random() % 4);
      const int64_t width = 1 + static_cast<int64_t>(random() % 5);
      const int64_t mode = static_cast<int64_t>(random() % 5);
      const bool ranks = random() % 2;
      const std::vector<double> weights(static_cast<size_t>(height * width), 1);
      const int64_t order = static_cast<int64_t>(random() % static_cast<uint64_t>(height * width));
      const int64_t words[] = {0,
                               2,
                               Address(in.data),
                               type,
                               Address(out.data),
                               type,
                               2,
                               ranks,
                               rows,
                               columns,
                               in.pitch,
                               kDTypeRows[type].bytes,
                               out.pitch,
                               kDTypeRows[type].bytes,
                               height,
                               width,
                               height / 2,
                               width / 2,
                               mode,
                               Bits(3),
                               Address(weights.data()),
                               order};
      ASSERT_EQ(lanes_filter_windows(Address(words)), LANES_OK);
      for (int64_t y = 0; y < rows; ++y) {
        for (int64_t x = 0; x < columns; ++x) {
          std::vector<double> window;
          for (int64_t k = 0; k < height * width; ++k) {
            const int64_t i = ExtendIndex(y + k / width - height / 2, rows, mode);
            const int64_t j = ExtendIndex(x + k % width - width / 2, columns, mode);
            window.push_back(i < 0 || j < 0 ? 3 : Get(type, in.At(i, j)));
          }
          std::sort(window.begin(), window.end());
          double sum = 0;
          for (const double value : window) sum += value;
          const double expected = ranks ? window[static_cast<size_t>(order)] : Stored(type, sum);
          ASSERT_EQ(Get(type, out.At(y, x)), expected);
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Isas, FiltersNative, testing::Range(0, RunnableIsas().count),
                         [](const auto& info) { return std::string(RunnableIsas().items[info.param]->name); });

TEST(Filters, RefuseWhatIsNoCall) {
  double x = 1;
  std::vector<int64_t> good = {0, 1, Address(&x), kDFloat64, Address(&x), kDFloat64, 1,           1, 1, 8, 8,
                               0, 0, 0,           0,         1,           0,         Address(&x), 0, 0, 0, 0};
  ASSERT_EQ(lanes_filter_lines(Address(good.data())), LANES_OK);
  EXPECT_EQ(lanes_filter_lines(0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(lanes_filter_windows(0), LANES_BAD_ARGUMENT);
  const std::pair<int, int64_t> bad[] = {{1, 0},  {2, 0},  {3, kDInt64}, {5, 99}, {6, 0},  {6, 65}, {7, 0},
                                         {8, -1}, {11, 9}, {12, 1},      {13, 5}, {15, 0}, {16, 1}, {17, 0}};
  for (const auto& [at, value] : bad) {
    std::vector<int64_t> words = good;
    words[static_cast<size_t>(at)] = value;
    EXPECT_EQ(lanes_filter_lines(Address(words.data())), LANES_BAD_ARGUMENT) << at;
  }
}

TEST(Filters, StopWhenAsked) {
  std::vector<float> image(256 * 256);
  const int32_t cancel = 1;
  std::vector<double> weights(9, 1);
  const int64_t bytes = 4;
  const int64_t lines[] = {Address(&cancel),
                           1,
                           Address(image.data()),
                           kDFloat32,
                           Address(image.data()),
                           kDFloat32,
                           2,
                           1,
                           256,
                           256,
                           256 * bytes,
                           bytes,
                           256 * bytes,
                           bytes,
                           kCorrelateLine,
                           0,
                           0,
                           0,
                           9,
                           4,
                           Address(weights.data()),
                           0,
                           0,
                           0,
                           0};
  EXPECT_EQ(lanes_filter_lines(Address(lines)), LANES_CANCELLED);
}

}  // namespace
}  // namespace lanes
