// Every kernel and every reduction on every instruction set, against scalar references, between guard pages.
#include "kernels.h"

#include <fenv.h>
#include <gtest/gtest.h>

#include <cmath>

#include "chain.h"
#include "guarded.h"
#include "isa.h"
#include "maker.h"
#include "reduction_reference.h"
#include "reference.h"
#include "storage_reference.h"

namespace lanes {
namespace {

constexpr size_t kMost = 1031;
const size_t kSizes[] = {0,  1,  2,  3,  5,  7,   8,   9,   15,  16,  17,  31,
                         32, 33, 63, 64, 65, 127, 129, 257, 511, 512, 513, kMost};

class Kernels : public testing::TestWithParam<int> {
 protected:
  const Isa& isa() const { return *RunnableIsas().items[GetParam()]; }
};

struct Argument {
  int bytes = 0;
  std::vector<Element> values;
  Guarded memory{(kMost + 2) * 16};

  // Lays n elements against one of the guards; a shift moves them off the vectors' alignment.
  char* Place(size_t n, bool back, size_t shift) const {
    const size_t size = static_cast<size_t>(bytes);
    char* start = back ? memory.Back((n + shift) * size) : memory.Front() + shift * size;
    for (size_t i = 0; i < n; ++i) memcpy(start + i * size, values[i].bytes, size);
    return start;
  }
};

int DTypeOf(int kind) {
  int dtype = 0;
  while (kDTypeRows[dtype].kind != kind || !kDTypeRows[dtype].native) ++dtype;
  return dtype;
}

std::string Show(int kind, const Element& element) {
  if (kind == kComplex128) {
    const ComplexValue z = element.As<ComplexValue>();
    return std::to_string(z.re) + " " + std::to_string(z.im) + "j";
  }
  if (kind == kBytes) {
    const ByteView view = element.As<ByteView>();
    return std::string(view.data, static_cast<size_t>(view.length));
  }
  char text[40];
  WithKind(kind, [&](auto t) {
    snprintf(text, sizeof(text), "%.17g", static_cast<double>(element.As<decltype(t)>()));
    return 0;
  });
  return text;
}

// One kernel in every way that the interpreter may call it.
void CheckKernel(const KernelRow& row, Kernel kernel, std::mt19937_64& random) {
  Argument arguments[3];
  Guarded result_memory((kMost + 2) * 16);
  int arity = 0;
  for (; arity < 3 && row.arguments[arity] >= 0; ++arity) {
    arguments[arity].bytes = kKindBytes[row.arguments[arity]];
    arguments[arity].values = AwkwardElements(row.arguments[arity], kMost, random);
  }
  const size_t result_bytes = static_cast<size_t>(kKindBytes[row.result]);
  for (unsigned uniform = 0; uniform < 1u << arity; ++uniform) {
    std::vector<Element> expected(kMost);
    for (size_t i = 0; i < kMost; ++i) {
      const Element none;
      const auto at = [&](int k) { return k < arity ? arguments[k].values[(uniform >> k) & 1 ? 0 : i] : none; };
      expected[i] = ReferenceKernel(row, at(0), at(1), at(2));
    }
    // alias -1: the result has memory of its own; else it takes that argument's place.
    for (int alias = -1; alias < arity; ++alias) {
      if (alias >= 0 && (arguments[alias].bytes != static_cast<int>(result_bytes) || ((uniform >> alias) & 1)))
        continue;
      for (const bool back : {false, true}) {
        for (const size_t n : kSizes) {
          const size_t shift = back ? 0 : n % 2;
          char* placed[3] = {};
          for (int k = 0; k < arity; ++k) placed[k] = arguments[k].Place((uniform >> k) & 1 ? 1 : n, back, shift);
          char* dst = alias >= 0 ? placed[alias]
                      : back     ? result_memory.Back(n * result_bytes)
                                 : result_memory.Front() + shift * result_bytes;
          kernel(dst, placed[0], placed[1], placed[2], n, uniform);
          for (size_t i = 0; i < n; ++i) {
            Element actual;
            memcpy(actual.bytes, dst + i * result_bytes, result_bytes);
            ASSERT_TRUE(Agrees(row, actual, expected[i]))
                << row.name << " of kind " << static_cast<int>(row.arguments[0]) << ", uniform " << uniform
                << ", alias " << alias << ", n " << n << ", element " << i << (back ? ", back" : ", front") << ": "
                << Show(row.result, actual) << " for " << Show(row.result, expected[i]);
          }
        }
      }
    }
  }
}

TEST_P(Kernels, GiveWhatTheScalarReferenceGives) {
  std::mt19937_64 random(1);
  for (int k = 0; k < kKernels; ++k) {
    CheckKernel(kKernelRows[k], isa().kernels[k], random);
    if (HasFatalFailure()) return;
  }
}

// Numbers whose roots, to so many bits, lie closest to the middle between two: K^2 + K + j, the root of which is next
// to K + 1/2, for every K of so many bits and small j that make it a multiple of 2^(bits - 1). Those K are found bit by
// bit from the lowest. Some of the numbers have a bit too many and are rounded.
std::vector<double> HardRoots(int bits, int64_t most) {
  std::vector<double> hard;
  for (int64_t j = -most; j <= most; ++j) {
    std::vector<uint64_t> candidates = {0};
    for (int bit = 0; bit < bits; ++bit) {
      std::vector<uint64_t> next;
      for (const uint64_t candidate : candidates) {
        for (const uint64_t k : {candidate, candidate | uint64_t{1} << bit}) {
          // The highest bit only says where K is.
          const uint64_t modulus = uint64_t{1} << std::min(bit + 1, bits - 1);
          if ((k * k + k + static_cast<uint64_t>(j)) % modulus == 0) next.push_back(k);
        }
      }
      candidates = std::move(next);
    }
    for (const uint64_t k : candidates) {
      const double x = std::fma(static_cast<double>(k), static_cast<double>(k + 1), static_cast<double>(j));
      if (k >> (bits - 1)) hard.push_back(x);
    }
  }
  return hard;
}

template <class T>
void CheckRoots(const Isa& isa, int kind, ChainRunner chain) {
  constexpr bool kWide = sizeof(T) == 8;
  const std::vector<double> hard = HardRoots(kWide ? 53 : 24, 400);
  std::vector<T> x;
  // Among others as near as can be to the ends of the range in which steps are taken.
  for (const int shift : kWide ? std::vector<int>{-104, -1060, 910} : std::vector<int>{-46, -144, 70}) {
    for (const double value : hard) x.push_back(static_cast<T>(std::ldexp(value, shift)));
  }
  EXPECT_GT(x.size(), 1500u);
  std::mt19937_64 random(11);
  for (int k = 0; k < 100000; ++k) x.push_back(static_cast<T>(static_cast<double>(random()) * 0x1p-60));
  std::vector<T> y(x.size()), z(x.size());
  int number = 0;
  while (strcmp(kKernelRows[number].name, "sqrt") != 0 || kKernelRows[number].arguments[0] != kind) ++number;
  isa.kernels[number](y.data(), x.data(), nullptr, nullptr, x.size(), 0);
  const ChainLink links[] = {{kChain_sqrt * kChainForms + kBlocks, 0, 0}, {kChainStoreLast * kChainForms, 1, 0}};
  char* blocks[] = {reinterpret_cast<char*>(x.data()), reinterpret_cast<char*>(z.data())};
  chain(links, 2, blocks, x.size(), false);
  for (size_t k = 0; k < x.size(); ++k) {
    ASSERT_EQ(y[k], std::sqrt(x[k])) << "sqrt of " << x[k];
    ASSERT_EQ(z[k], y[k]) << "in a chain, sqrt of " << x[k];
  }
}

TEST_P(Kernels, RoundSquareRootsCorrectly) {
  CheckRoots<float>(isa(), kFloat32, isa().chains->float32);
  CheckRoots<double>(isa(), kFloat64, isa().chains->float64);
}

// For an odd divisor of so many bits, dividends whose quotients lie closest to the middle between two numbers of so
// many bits: x = (M s + r) / 2^e for an odd M of one bit more and small r, which s must divide into.
std::vector<uint64_t> HardDividends(uint64_t s, int bits) {
  std::vector<uint64_t> hard;
  // Quotients below 1, and from 1 on.
  for (const int e : {bits + 1, bits}) {
    uint64_t inverse = 1;  // of 2^e modulo s
    for (int k = 0; k < e; ++k) inverse = inverse % 2 == 0 ? inverse / 2 : inverse / 2 + s / 2 + 1;
    for (int64_t r = -15; r <= 15; r += 2) {
      const uint64_t magnitude = static_cast<uint64_t>(r < 0 ? -r : r);
      uint64_t x = static_cast<uint64_t>(static_cast<unsigned __int128>(inverse) * magnitude % s);
      if (r < 0) x = s - x;
      if (e == bits) x += s;
      if (x >> (bits - 1) == 1) hard.push_back(x);
    }
  }
  return hard;
}

template <class T>
void CheckQuotients(const Isa& isa, int kind, ChainRunner chain) {
  constexpr bool kWide = sizeof(T) == 8;
  constexpr int kBits = kWide ? 53 : 24;
  const T inf = std::numeric_limits<T>::infinity();
  std::mt19937_64 random(13);
  std::vector<T> divisors;
  // The last numbers before a power of two, whose inverses are the hardest, the first after one, and any.
  for (uint64_t k = 1; k < 400; k += 2) {
    divisors.push_back(static_cast<T>((uint64_t{1} << kBits) - k));
    divisors.push_back(static_cast<T>((uint64_t{1} << (kBits - 1)) + k));
  }
  for (int k = 0; k < 4000; ++k) {
    divisors.push_back(static_cast<T>((random() >> (64 - kBits)) | uint64_t{1} << (kBits - 1) | 1));
  }
  const size_t odd = divisors.size();
  for (const T value : {T{1}, T{3}, T{0}, inf, std::numeric_limits<T>::denorm_min(), std::numeric_limits<T>::max(),
                        std::numeric_limits<T>::quiet_NaN()}) {
    divisors.push_back(value);
  }
  int number = 0;
  while (strcmp(kKernelRows[number].name, "truediv") != 0 || kKernelRows[number].arguments[0] != kind) ++number;
  size_t hard_count = 0;
  for (size_t k = 0; k < divisors.size(); ++k) {
    std::vector<T> x;
    T s = divisors[k];
    if (k < odd) {
      // To the ends of the range in which steps are taken, and beyond.
      const int range = kWide ? 100 : 20;
      const int shift = static_cast<int>(random() % static_cast<uint64_t>(2 * range + 9)) - range - 4 - (kBits - 1);
      for (const uint64_t hard : HardDividends(static_cast<uint64_t>(s), kBits)) {
        x.push_back(std::ldexp(static_cast<T>(hard), static_cast<int>(random() % 100) - 50));
        ++hard_count;
      }
      s = std::ldexp(s, shift);
      if (k % 2 == 1) s = -s;
    }
    const size_t whole = x.size();
    for (const int scale :
         kWide ? std::vector<int>{0, -899, -902, 899, 903} : std::vector<int>{0, -99, -102, 99, 102}) {
      for (int j = 0; j < 8; ++j) {
        x.push_back(std::ldexp(static_cast<T>(random() >> (64 - kBits)), scale - kBits + 1));
        x.push_back(-x.back());
      }
    }
    // Groups without anything special, and groups with each of these.
    for (const T value : {T{0}, -T{0}, inf, -inf, std::numeric_limits<T>::denorm_min(), std::numeric_limits<T>::max(),
                          std::numeric_limits<T>::quiet_NaN()}) {
      for (size_t j = 0; j < 40; ++j) x.push_back(j % 19 == 3 ? value : x[j % (whole + 16)]);
    }
    std::vector<T> kernel(x.size()), block(x.size()), right(x.size());
    isa.kernels[number](kernel.data(), x.data(), &s, nullptr, x.size(), 2);
    char* blocks[] = {reinterpret_cast<char*>(x.data()), reinterpret_cast<char*>(&s),
                      reinterpret_cast<char*>(block.data()), reinterpret_cast<char*>(right.data())};
    const ChainLink of_block[] = {{kChain_truediv * kChainForms + kBlockOne, 0, 1},
                                  {kChainStoreLast * kChainForms, 2, 0}};
    chain(of_block, 2, blocks, x.size(), false);
    const ChainLink of_accumulator[] = {{kChainLoad * kChainForms + kRightBlock, 0, 0},
                                        {kChain_truediv * kChainForms + kRightOne, 1, 0},
                                        {kChainStoreLast * kChainForms, 3, 0}};
    chain(of_accumulator, 3, blocks, x.size(), false);
    for (size_t j = 0; j < x.size(); ++j) {
      const T quotient = x[j] / s;
      ASSERT_TRUE(SameNumber(kernel[j], quotient)) << x[j] << " / " << s << " gave " << kernel[j];
      ASSERT_TRUE(SameNumber(block[j], quotient)) << "in a chain, " << x[j] << " / " << s << " gave " << block[j];
      ASSERT_TRUE(SameNumber(right[j], quotient)) << "of the accumulator, " << x[j] << " / " << s;
    }
  }
  EXPECT_GT(hard_count, 40000u);
}

TEST_P(Kernels, RoundQuotientsByOneValueCorrectly) {
  for (const bool intel : {true, false}) {
    const Maker maker(intel);
    CheckQuotients<float>(isa(), kFloat32, isa().chains->float32);
    CheckQuotients<double>(isa(), kFloat64, isa().chains->float64);
  }
}

// Dividends at and next to multiples of their divisors and the middles between these, where quotients that were rounded
// lie on the wrong side.
template <class T>
void FillWithMultiples(std::vector<T>& a, std::vector<T>& b, std::mt19937_64& random) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    constexpr int kBits = sizeof(T) * 8;
    // In the first half none that needs the scalar way.
    for (size_t i = 0; i < a.size(); ++i) {
      const int most = i < a.size() / 2 ? std::min(kBits, 52) - 1 : kBits;
      const auto below = [&](int bits) { return bits > 0 ? random() >> (64 - bits) : 0; };
      const int bits = static_cast<int>(random() % static_cast<uint64_t>(most + 1));
      const U divisor = static_cast<U>(below(bits));
      const U quotient = static_cast<U>(below(most - bits));
      const U near = divisor * quotient + static_cast<U>(random() % 3) - 1;
      a[i] = static_cast<T>(random() % 2 ? near : U{0} - near);
      b[i] = static_cast<T>(random() % 2 ? divisor : U{0} - divisor);
      if (random() % 64 == 0)
        a[i] = i < a.size() / 2 ? static_cast<T>(-(int64_t{1} << most)) : std::numeric_limits<T>::min();
    }
  } else {
    constexpr int kBits = sizeof(T) == 8 ? 53 : 24;
    const int least = std::numeric_limits<T>::min_exponent;
    for (size_t i = 0; i < a.size(); ++i) {
      const uint64_t digits = random() >> (random() % 64) | 1;
      const int scale = i % 2 ? static_cast<int>(random() % 40) - 20 : static_cast<int>(random() % 300) + least - 20;
      b[i] = std::ldexp(static_cast<T>(digits >> (64 - kBits) | 1), scale);
      // Quotients of up to some bits more than are exact.
      const long double quotient = static_cast<long double>(random() >> (63 - random() % (kBits + 6)));
      const long double half = random() % 2 ? 0.5L : 0;
      a[i] = static_cast<T>((quotient + half) * static_cast<long double>(b[i]));
      const int64_t steps = static_cast<int64_t>(random() % 5) - 2;
      for (int64_t k = 0; k < std::abs(steps); ++k) {
        a[i] = std::nextafter(a[i], steps < 0 ? T{0} : std::numeric_limits<T>::max());
      }
      if (random() % 2) a[i] = -a[i];
      if (random() % 2) b[i] = -b[i];
    }
  }
}

TEST_P(Kernels, GiveExactRests) {
  std::mt19937_64 random(31);
  int tried = 0;
  for (int k = 0; k < kKernels; ++k) {
    const KernelRow& row = kKernelRows[k];
    const std::string name = row.name;
    if (name != "floordiv" && name != "mod" && name != "fmod") continue;
    ++tried;
    WithKind(row.arguments[0], [&](auto t) {
      using T = decltype(t);
      std::vector<T> a(200000), b(a.size()), result(a.size());
      FillWithMultiples(a, b, random);
      isa().kernels[k](result.data(), a.data(), b.data(), nullptr, a.size(), 0);
      for (size_t i = 0; i < a.size(); ++i) {
        const Element expected = ReferenceKernel(row, Element::Of(a[i]), Element::Of(b[i]), Element());
        ASSERT_TRUE(Agrees(row, Element::Of(result[i]), expected))
            << name << " of " << Show(row.arguments[0], Element::Of(a[i])) << " and "
            << Show(row.arguments[0], Element::Of(b[i])) << " gave " << Show(row.result, Element::Of(result[i]))
            << " for " << Show(row.result, expected);
      }
    });
    if (HasFatalFailure()) return;
  }
  EXPECT_EQ(tried, 12);
}

// Products with and without subnormal numbers, over which chains do them in other ways when they meet many: in the
// first blocks as any, then counting, then as counted.
template <class T>
void CheckProducts(ChainRunner chain) {
  constexpr size_t kCount = 1031;
  constexpr int kBits = sizeof(T) == 8 ? 53 : 24;
  const int least = std::numeric_limits<T>::min_exponent;
  const T inf = std::numeric_limits<T>::infinity();
  std::mt19937_64 random(29);
  // Among them exact ties between subnormal numbers.
  const auto any = [&] {
    const uint64_t digits = random() >> (64 - random() % static_cast<uint64_t>(kBits) - 1) | 1;
    return std::copysign(static_cast<T>(digits) / static_cast<T>(uint64_t{1} << (kBits - 1)),
                         static_cast<T>(static_cast<int64_t>(random())));
  };
  std::vector<T> x(kCount), y(kCount), v(kCount), result(kCount);
  for (const int shift : {least / 2, least * 3 / 4}) {
    for (size_t i = 0; i < kCount; ++i) {
      const auto scaled = [&] { return std::ldexp(any(), shift + static_cast<int>(random() % 60) - 30); };
      x[i] = scaled();
      y[i] = random() % 8 == 0 ? std::ldexp(any(), least - static_cast<int>(random() % 20)) : scaled();
      v[i] = scaled();
      if (random() % 16 == 0) {
        for (T* value : {&x[i], &y[i], &v[i]}) {
          const T special[] = {0,
                               -T{0},
                               inf,
                               -inf,
                               std::numeric_limits<T>::denorm_min(),
                               std::numeric_limits<T>::min(),
                               std::numeric_limits<T>::max(),
                               any()};
          *value = special[random() % 8];
        }
      }
    }
    for (const T one : {y[0], std::ldexp(T{1.5}, shift), std::ldexp(T{1.25}, least - 4), T{3}}) {
      char* blocks[] = {reinterpret_cast<char*>(x.data()), reinterpret_cast<char*>(y.data()),
                        reinterpret_cast<char*>(v.data()), reinterpret_cast<char*>(const_cast<T*>(&one)),
                        reinterpret_cast<char*>(result.data())};
      const auto check = [&](int32_t verb, int form, int32_t a, int32_t b, auto expected) {
        const ChainLink links[] = {{kChainLoad * kChainForms + kRightBlock, 2, 0},
                                   {verb * kChainForms + form, a, b},
                                   {kChainStoreLast * kChainForms, 4, 0}};
        for (int block = 0; block < 6; ++block) {
          const size_t n = kCount - (block % 2 == 0 ? 0 : 17);
          chain(links, 3, blocks, n, block >= 3);
          for (size_t i = 0; i < n; ++i) {
            ASSERT_TRUE(SameNumber(result[i], expected(i)))
                << "verb " << verb << ", form " << form << ", block " << block << " gave " << result[i] << " from "
                << v[i] << ", " << x[i] << ", " << y[i] << " and " << one;
          }
        }
      };
      // Rounded twice, whatever compilers contract.
      const auto product = [](T a, T b) {
        volatile T rounded = a * b;
        return rounded;
      };
      check(kChain_mul, kRightBlock, 0, 0, [&](size_t i) { return v[i] * x[i]; });
      check(kChain_mul, kRightOne, 3, 0, [&](size_t i) { return v[i] * one; });
      check(kChain_mul, kLeftBlock, 0, 0, [&](size_t i) { return x[i] * v[i]; });
      check(kChain_mul, kLeftOne, 3, 0, [&](size_t i) { return one * v[i]; });
      check(kChain_mul, kBlocks, 0, 1, [&](size_t i) { return x[i] * y[i]; });
      check(kChain_mul, kBlockOne, 0, 3, [&](size_t i) { return x[i] * one; });
      check(kChain_mul, kOneBlock, 3, 1, [&](size_t i) { return one * y[i]; });
      check(kChain_square, kRightBlock, 0, 0, [&](size_t i) { return v[i] * v[i]; });
      check(kChain_square, kBlocks, 0, 0, [&](size_t i) { return x[i] * x[i]; });
      check(kChainAddProduct, kRightBlock, 0, 1, [&](size_t i) { return v[i] + product(x[i], y[i]); });
      check(kChainAddProduct, kRightOne, 0, 3, [&](size_t i) { return v[i] + product(x[i], one); });
      check(kChainSubProduct, kRightBlock, 0, 1, [&](size_t i) { return v[i] - product(x[i], y[i]); });
      check(kChainSubProduct, kRightOne, 0, 3, [&](size_t i) { return v[i] - product(x[i], one); });
      check(kChainProductSub, kRightBlock, 0, 1, [&](size_t i) { return product(x[i], y[i]) - v[i]; });
      check(kChainProductSub, kRightOne, 0, 3, [&](size_t i) { return product(x[i], one) - v[i]; });
    }
  }
}

TEST_P(Kernels, MultiplySubnormalNumbersCorrectly) {
  for (const bool intel : {true, false}) {
    const Maker maker(intel);
    CheckProducts<float>(isa().chains->float32);
    CheckProducts<double>(isa().chains->float64);
  }
}

// Threads that run one chain must not write to it all the time.
TEST_P(Kernels, RememberNothingWithoutSubnormalNumbers) {
  fesetenv(FE_DFL_ENV);
  const Maker maker(true);
  const auto check = [&](auto one, ChainRunner chain) {
    std::vector<decltype(one)> x(1031, one);
    char* blocks[] = {reinterpret_cast<char*>(x.data())};
    const ChainLink links[] = {{kChainLoad * kChainForms + kRightBlock, 0, 0},
                               {kChain_mul * kChainForms + kRightBlock, 0, 0},
                               {kChainStoreLast * kChainForms, 0, 0}};
    for (const size_t n : {size_t{1031}, size_t{1030}, size_t{3}}) chain(links, 3, blocks, n, false);
    for (const ChainLink& link : links) {
      EXPECT_EQ(link.looked, 0u);
      EXPECT_EQ(link.is_careful, 0u);
    }
  };
  check(1.0f, isa().chains->float32);
  check(1.0, isa().chains->float64);
  // Of float64 there are no careful products.
  check(0x1p-1073, isa().chains->float64);
}

// What an element gives may not depend on where in a block it stands.
TEST_P(Kernels, GiveTheSameBitsAtEveryPlace) {
  std::mt19937_64 random(2);
  for (int k = 0; k < kKernels; ++k) {
    const KernelRow& row = kKernelRows[k];
    constexpr size_t kCount = 133;
    std::vector<char> packed[3];
    for (int argument = 0; argument < 3; ++argument) {
      if (row.arguments[argument] < 0) continue;
      const size_t bytes = static_cast<size_t>(kKindBytes[row.arguments[argument]]);
      packed[argument].resize(kCount * bytes + 16);
      const std::vector<Element> values = AwkwardElements(row.arguments[argument], kCount, random);
      for (size_t i = 0; i < kCount; ++i) memcpy(packed[argument].data() + i * bytes, values[i].bytes, bytes);
    }
    const size_t bytes = static_cast<size_t>(kKindBytes[row.result]);
    const auto address = [&](int argument, size_t i) -> char* {
      const int kind = row.arguments[argument];
      return kind < 0 ? nullptr : packed[argument].data() + i * static_cast<size_t>(kKindBytes[kind]);
    };
    std::vector<char> whole(kCount * bytes), single(kCount * bytes);
    isa().kernels[k](whole.data(), address(0, 0), address(1, 0), address(2, 0), kCount, 0);
    for (size_t i = 0; i < kCount; ++i) {
      isa().kernels[k](single.data() + i * bytes, address(0, i), address(1, i), address(2, i), 1, 0);
    }
    // But for the bits of a NaN, which depend on the order in which the compiler puts the operands of a sum.
    for (size_t i = 0; i < kCount; ++i) {
      const auto agree = [&](auto x, size_t part) {
        auto y = x;
        memcpy(&x, whole.data() + i * bytes + part * sizeof(x), sizeof(x));
        memcpy(&y, single.data() + i * bytes + part * sizeof(y), sizeof(y));
        return SameNumber(x, y);
      };
      const bool same = row.result == kComplex128 ? agree(0.0, 0) && agree(0.0, 1)
                        : row.result == kBytes    ? agree(int64_t{}, 0) && agree(int64_t{}, 1)
                                                  : WithKind(row.result, [&](auto t) { return agree(t, 0); });
      ASSERT_TRUE(same) << row.name << " of kind " << static_cast<int>(row.arguments[0]) << ", element " << i;
    }
  }
}

// ---- Reductions -----------------------------------------------------------------------------------------------------

// What a reduction gives for columns of n elements, of which the rows follow each other.
std::vector<Element> ReferenceResults(const ReductionRow& row, const std::vector<Element>& elements, size_t n,
                                      size_t columns) {
  std::vector<Element> results;
  for (size_t c = 0; c < columns; ++c) {
    ReferenceReduction column(row, 1);
    for (size_t i = 0; i < n; ++i) column.Add(elements[(i * columns + c) % elements.size()]);
    results.push_back(column.Result());
  }
  return results;
}

void CheckResults(const ReductionRow& row, const void* results, const std::vector<Element>& expected, size_t n,
                  const char* way) {
  const size_t bytes = static_cast<size_t>(kKindBytes[row.result]);
  for (size_t c = 0; c < expected.size(); ++c) {
    Element actual;
    memcpy(actual.bytes, static_cast<const char*>(results) + c * bytes, bytes);
    ASSERT_TRUE(SameStored(DTypeOf(row.result), actual, expected[c]))
        << row.name << " of kind " << static_cast<int>(row.argument) << " " << way << ", n " << n << ", column " << c
        << " of " << expected.size() << ": " << Show(row.result, actual) << " for " << Show(row.result, expected[c]);
  }
}

// Elements in two calls, from memory that ends where they do.
void CheckReduction(const Reduction& reduction, const ReductionRow& row, const std::vector<Element>& elements, size_t n,
                    size_t columns) {
  const std::vector<Element> expected = ReferenceResults(row, elements, n, columns);
  const size_t bytes = static_cast<size_t>(kKindBytes[row.argument]);
  const size_t turn = kAccumulators * columns;
  const int64_t count = static_cast<int64_t>(n);
  const Guarded memory(n * columns * bytes);
  for (const bool back : {false, true}) {
    char* x = back ? memory.Back(n * columns * bytes) : memory.Front();
    for (size_t i = 0; i < n * columns; ++i) memcpy(x + i * bytes, elements[i % elements.size()].bytes, bytes);
    alignas(64) static char state[kMostPlanes * kAccumulators * kAccumulatorBytes * 5];
    const auto accumulate = [&] {
      reduction.start(state, columns, count);
      const size_t whole = n / kAccumulators;
      const ptrdiff_t step = static_cast<ptrdiff_t>(turn * bytes);
      if (whole / 2 > 0) reduction.accumulate(state, columns, {x, step, 0, turn, whole / 2, 0});
      for (size_t t = whole / 2; t < whole; ++t)
        reduction.accumulate(state, columns, {x + t * turn * bytes, 0, 0, turn, 1, static_cast<int64_t>(t)});
      for (size_t i = whole * kAccumulators; i < n; ++i) {
        reduction.accumulate(
            state, columns,
            {x + i * columns * bytes, 0, i % kAccumulators * columns, columns, 1, static_cast<int64_t>(whole)});
      }
    };
    Partial partials[5];
    Element results[5];
    accumulate();
    reduction.fold(state, columns, count, 0, partials);
    reduction.finish(results, partials, columns, count, 1);
    CheckResults(row, results, expected, n, "folded");
    if (reduction.settle != nullptr) {
      accumulate();
      reduction.settle(results, state, columns, count, 1);
      CheckResults(row, results, expected, n, "settled");
    }
    if (reduction.across != nullptr && n <= kAccumulators) {
      reduction.across(results, x, static_cast<ptrdiff_t>(columns * bytes), columns, count, 1);
      CheckResults(row, results, expected, n, "across rows");
    }
    if (reduction.along == nullptr || count > kMostAlong) continue;
    for (size_t i = 0; i < n * columns; ++i) {
      memcpy(x + (i % columns * n + i / columns) * bytes, elements[i % elements.size()].bytes, bytes);
    }
    reduction.along(results, x, static_cast<ptrdiff_t>(n * bytes), columns, count, 1);
    CheckResults(row, results, expected, n, "along rows");
  }
}

enum Range { kAll, kTame, kZeros };

TEST_P(Kernels, ReduceAsTheContractSays) {
  std::mt19937_64 random(3);
  for (int k = 0; k < kReductions; ++k) {
    const ReductionRow& row = kReductionRows[k];
    for (const Range range : {kAll, kTame, kZeros}) {
      std::vector<Element> elements = AwkwardElements(row.argument, kMost, random);
      for (Element& each : elements) {
        if (row.argument == kComplex128) {
          const ComplexValue z = each.As<ComplexValue>();
          if (range != kAll && !(std::hypot(z.re, z.im) < 1e6)) each = Element::Of(ComplexValue{-1, 0.25});
          continue;
        }
        WithKind(row.argument, [&](auto t) {
          using T = decltype(t);
          const T value = each.As<T>();
          if (range == kTame && !(value > T(-1e6) && value < T(1e6))) each = Element::Of(T{1});
          // Of equal elements the first must win.
          if (range == kZeros) each = Element::Of(static_cast<T>(std::copysign(0.0, static_cast<double>(value))));
        });
      }
      for (const size_t n : kSizes) {
        for (const size_t columns : {1, 3, 5}) {
          if (n == 0) continue;
          CheckReduction(isa().reductions[k], row, elements, n, columns);
          if (HasFatalFailure()) return;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EveryIsa, Kernels, testing::Range(0, RunnableIsas().count),
                         [](const auto& info) { return std::string(RunnableIsas().items[info.param]->name); });

}  // namespace
}  // namespace lanes
