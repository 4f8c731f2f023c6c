// Loads and stores of every dtype on every instruction set, at any stride and alignment, between guard pages.
#include <gtest/gtest.h>

#include "guarded.h"
#include "isa.h"
#include "storage_reference.h"

namespace lanes {
namespace {

class Conversions : public testing::TestWithParam<int> {
 protected:
  const Isa& isa() const { return *RunnableIsas().items[GetParam()]; }
};

constexpr size_t kMost = 300;
const size_t kSizes[] = {0, 1, 2, 7, 16, 31, 33, 64, 65, 127, kMost};
const ptrdiff_t kSteps[] = {1, 2, 3, -1, -2, 0};

// Random memory, register values out of which stores make something.
std::vector<Element> RegisterValues(int dtype, std::mt19937_64& random) {
  const int kind = kDTypeRows[dtype].kind;
  if (kind != kComplex128) return AwkwardElements(kind, kMost, random);
  std::vector<Element> values(kMost);
  const std::vector<double> parts = Awkward<double>(2 * kMost, random);
  for (size_t i = 0; i < kMost; ++i) memcpy(values[i].bytes, &parts[2 * i], 16);
  return values;
}

TEST_P(Conversions, LoadsConvertExactly) {
  std::mt19937_64 random(4);
  for (int dtype = 0; dtype < kDBytes; ++dtype) {
    const size_t bytes = static_cast<size_t>(kDTypeRows[dtype].bytes);
    const size_t wide = static_cast<size_t>(kKindBytes[kDTypeRows[dtype].kind]);
    Guarded memory(kMost * 3 * 16 + 64);
    Guarded registers(kMost * 16);
    for (const ptrdiff_t step : kSteps) {
      for (const ptrdiff_t extra : {0, 1}) {
        const ptrdiff_t stride = step * static_cast<ptrdiff_t>(bytes) + (step > 0 ? extra : -extra);
        if (step == 0 && extra != 0) continue;
        const size_t pitch = static_cast<size_t>(stride < 0 ? -stride : stride);
        for (const size_t n : kSizes) {
          for (const bool back : {false, true}) {
            const size_t span = n == 0 ? 0 : (n - 1) * pitch + bytes;
            char* low = back ? memory.Back(span) : memory.Front();
            for (size_t i = 0; i < span; ++i) low[i] = static_cast<char>(random() >> 13);
            if (dtype == kDBool) {
              for (size_t i = 0; i < span; ++i) low[i] &= 1;
            }
            char* first = stride < 0 && n > 0 ? low + (n - 1) * pitch : low;
            char* dst = back ? registers.Back(n * wide) : registers.Front();
            isa().loads[dtype](dst, first, n, stride);
            for (size_t i = 0; i < n; ++i) {
              const Element expected = LoadReference(dtype, first + static_cast<ptrdiff_t>(i) * stride);
              Element actual;
              memcpy(actual.bytes, dst + i * wide, wide);
              const int as = kDTypeRows[dtype].kind == kComplex128 ? kDComplex128
                             : kDTypeRows[dtype].kind == kFloat32  ? kDFloat32
                             : kDTypeRows[dtype].kind == kFloat64  ? kDFloat64
                                                                   : kDInt64;
              ASSERT_TRUE(SameStored(as, actual, expected))
                  << kDTypeRows[dtype].name << ", stride " << stride << ", n " << n << ", element " << i;
            }
          }
        }
      }
    }
  }
}

TEST_P(Conversions, StoresRoundToEvenAndTouchNothingElse) {
  std::mt19937_64 random(5);
  for (int dtype = 0; dtype < kDBytes; ++dtype) {
    const size_t bytes = static_cast<size_t>(kDTypeRows[dtype].bytes);
    const size_t wide = static_cast<size_t>(kKindBytes[kDTypeRows[dtype].kind]);
    Guarded memory(kMost * 3 * 16 + 64);
    Guarded registers(kMost * 16);
    for (const ptrdiff_t step : {1, 2, 3, -1, -2}) {
      for (const ptrdiff_t extra : {0, 1}) {
        const ptrdiff_t stride = step * static_cast<ptrdiff_t>(bytes) + (step > 0 ? extra : -extra);
        const size_t pitch = static_cast<size_t>(stride < 0 ? -stride : stride);
        for (const size_t n : kSizes) {
          for (const bool back : {false, true}) {
            const std::vector<Element> values = RegisterValues(dtype, random);
            const size_t span = n == 0 ? 0 : (n - 1) * pitch + bytes;
            char* low = back ? memory.Back(span) : memory.Front();
            memset(low, 0x5a, span);
            char* first = stride < 0 && n > 0 ? low + (n - 1) * pitch : low;
            char* src = back ? registers.Back(n * wide) : registers.Front();
            for (size_t i = 0; i < n; ++i) memcpy(src + i * wide, values[i].bytes, wide);
            isa().stores[dtype](first, src, n, stride);
            for (size_t i = 0; i < n; ++i) {
              Element actual;
              char* element = first + static_cast<ptrdiff_t>(i) * stride;
              memcpy(actual.bytes, element, bytes);
              memset(element, 0x5a, bytes);
              ASSERT_TRUE(SameStored(dtype, actual, StoreReference(dtype, values[i])))
                  << kDTypeRows[dtype].name << ", stride " << stride << ", n " << n << ", element " << i;
            }
            for (size_t i = 0; i < span; ++i)
              ASSERT_EQ(low[i], 0x5a) << kDTypeRows[dtype].name << ", stride " << stride;
          }
        }
      }
    }
  }
}

// Every half, and both sides of every border between two neighbours.
TEST_P(Conversions, HalvesRoundTripAndBordersRoundRight) {
  for (int bits = 0; bits < 0x10000; ++bits) {
    const uint16_t half = static_cast<uint16_t>(bits);
    float value;
    isa().loads[kDFloat16](&value, &half, 1, 2);
    ASSERT_TRUE(SameNumber(value, HalfValue(half))) << bits;
    if ((half & 0x7fff) > 0x7c00) continue;
    uint16_t back;
    isa().stores[kDFloat16](&back, &value, 1, 2);
    ASSERT_EQ(back, half);
    if ((half & 0x7fff) >= 0x7c00) continue;
    // The border towards infinity stands where the next half would be.
    const float next =
        (half & 0x7fff) == 0x7bff ? (half & 0x8000 ? -65536.0f : 65536.0f) : HalfValue(static_cast<uint16_t>(half + 1));
    const float border = static_cast<float>((static_cast<double>(value) + next) / 2);
    for (const float x : {std::nextafter(border, value), border, std::nextafter(border, next)}) {
      isa().stores[kDFloat16](&back, &x, 1, 2);
      ASSERT_EQ(back, HalfBits(x)) << x;
    }
  }
}

TEST_P(Conversions, StreamingCopiesEveryByteAndNoOther) {
  Guarded memory(4096), source(4096);
  for (const size_t bytes : {0, 1, 15, 63, 64, 65, 127, 1000, 4096}) {
    for (size_t shift = 0; shift + bytes <= 4096 && shift < 70; shift += 23) {
      memset(memory.Front(), 0x5a, 4096);
      char* src = source.Back(bytes);
      for (size_t i = 0; i < bytes; ++i) src[i] = static_cast<char>(i * 7 + 1);
      isa().stream(memory.Front() + shift, src, bytes);
      isa().fence();
      ASSERT_EQ(memcmp(memory.Front() + shift, src, bytes), 0);
      for (size_t i = 0; i < shift; ++i) ASSERT_EQ(memory.Front()[i], 0x5a);
      for (size_t i = shift + bytes; i < 4096; ++i) ASSERT_EQ(memory.Front()[i], 0x5a);
    }
  }
}

TEST_P(Conversions, FillRepeatsOneElement) {
  for (const size_t bytes : {1, 4, 8, 16}) {
    for (const size_t n : kSizes) {
      Guarded memory(kMost * 16);
      char* dst = memory.Back(n * bytes);
      alignas(16) const char value[17] = "abcdefghijklmnop";
      isa().fill(dst, value, n, bytes);
      for (size_t i = 0; i < n; ++i) ASSERT_EQ(memcmp(dst + i * bytes, value, bytes), 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryIsa, Conversions, testing::Range(0, RunnableIsas().count),
                         [](const auto& info) { return std::string(RunnableIsas().items[info.param]->name); });

}  // namespace
}  // namespace lanes
