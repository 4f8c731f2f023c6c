// Holds exp, log, pow and their kin to their bounds in units in the last place, on every instruction set that this
// machine runs.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "accuracy_exp_log.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "exp_log.h"

#ifndef LANES_ACCURACY_EXP_LOG_ONCE
#define LANES_ACCURACY_EXP_LOG_ONCE

#include <gtest/gtest.h>
#include <stdio.h>

#include <map>
#include <string>

#include "maker.h"
#include "ulp.h"

namespace lanes {

template <class T>
using Unary = void (*)(const T*, T*, size_t);
template <class T>
using Binary = void (*)(const T*, const T*, T*, size_t, unsigned);

// One instruction set's functions.
struct Target {
  std::string name;
  std::map<std::string, Unary<double>> f64;
  std::map<std::string, Unary<float>> f32;
  Binary<double> pow64;
  Binary<float> pow32;
  bool is_intel = true;
  bool is_fused = false, is_avx3 = false;

  template <class T>
  Unary<T> Get(const std::string& function) const {
    if constexpr (sizeof(T) == 8) {
      return f64.at(function);
    } else {
      return f32.at(function);
    }
  }
  template <class T>
  Binary<T> GetPow() const {
    if constexpr (sizeof(T) == 8) {
      return pow64;
    } else {
      return pow32;
    }
  }
};

inline std::vector<Target>& AllTargets() {
  static std::vector<Target> targets;
  return targets;
}

}  // namespace lanes

#define LANES_UNARY_FUNCTIONS(X) \
  X(Exp) X(Exp2) X(Expm1) X(Log) X(Log2) X(Log10) X(Log1p) X(Tanh) X(Sinh) X(Cosh) X(Cbrt) X(Asinh) X(Acosh) X(Atanh)

#endif  // LANES_ACCURACY_EXP_LOG_ONCE

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {

struct Registration {
  Registration() {
    Target target;
    target.name = hwy::TargetName(HWY_TARGET);
    target.is_fused = HWY_NATIVE_FMA;
    target.is_avx3 = HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3;
    target.pow64 = Pow;
    target.pow32 = Pow;
#define LANES_REGISTER(Name) \
  target.f64[#Name] = Name;  \
  target.f32[#Name] = Name;
    LANES_UNARY_FUNCTIONS(LANES_REGISTER)
#undef LANES_REGISTER
    AllTargets().push_back(target);
  }
};
static const Registration registration;

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanes {
namespace {

// AVX3 twice, as makers differ there.
std::vector<Target> RunningTargets() {
  std::vector<Target> running;
  for (const Target& target : AllTargets()) {
    if (!Runs(target.name)) continue;
    running.push_back(target);
    if (target.name != "AVX3") continue;
    running.push_back(target);
    running.back().name = "AVX3 not of Intel";
    running.back().is_intel = false;
  }
  return running;
}

using Exact = int (*)(mpfr_ptr, mpfr_srcptr, mpfr_rnd_t);

// A function, its references, its bounds and where to look closely.
struct Row {
  const char* name;
  Exact exact;
  long double (*rough)(long double);
  double (*rough_for_float)(double);
  double bound64, bound32;
  std::vector<Range<double>> ranges;
  // Where products are not fused much of float32 goes by way of float64; AVX-512 looks up what others compute.
  double bound32_unfused = bound32, bound32_avx3 = bound32;

  template <class T>
  double Bound(const Target& target) const {
    if (sizeof(T) == 8) return bound64;
    return target.is_avx3 ? bound32_avx3 : target.is_fused ? bound32 : bound32_unfused;
  }
};

#define LANES_REFERENCES(name) mpfr_##name, name##l, name
const Row kRows[] = {
    {"Exp",
     LANES_REFERENCES(exp),
     0.95,
     0.9,
     {{-1, 1}, {-0.03, 0.03}, {-20, 20}, {-746, -707}, {707, 711}, {-105, -86}, {86, 90}}},
    {"Exp2",
     LANES_REFERENCES(exp2),
     0.95,
     0.85,
     {{-1, 1}, {-0.03, 0.03}, {-20, 20}, {-1076, -1020}, {1020, 1025}, {-151, -125}, {125, 129}}},
    {"Expm1", LANES_REFERENCES(expm1), 0.75, 0.85, {{-1, 1}, {-0.05, 0.05}, {-40, 20}, {707, 711}, {86, 90}}},
    {"Log", LANES_REFERENCES(log), 0.7, 0.96, {{0.9, 1.1}, {0.99, 1.01}, {0, 2}, {0, 100}, {0, 1e-307}, {0, 3e-38}}},
    {"Log2", LANES_REFERENCES(log2), 0.7, 0.95, {{0.9, 1.1}, {0.99, 1.01}, {0, 2}, {0, 100}, {0, 1e-307}, {0, 3e-38}}},
    {"Log10",
     LANES_REFERENCES(log10),
     0.7,
     0.95,
     {{0.9, 1.1}, {0.99, 1.01}, {0, 2}, {0, 100}, {0, 1e-307}, {0, 3e-38}}},
    {"Log1p", LANES_REFERENCES(log1p), 0.7, 0.98, {{-0.1, 0.1}, {-0.01, 0.01}, {-1, 1}, {-1, 100}}, 0.51, 0.8},
    {"Tanh", LANES_REFERENCES(tanh), 0.6, 0.9, {{-1, 1}, {-0.05, 0.05}, {-20, 20}, {-5, 5}}, 0.51, 0.75},
    {"Sinh", LANES_REFERENCES(sinh), 0.75, 0.95, {{-1, 1}, {-0.05, 0.05}, {-20, 20}, {707, 711}, {86, 90}}, 0.51},
    {"Cosh", LANES_REFERENCES(cosh), 0.8, 0.8, {{-1, 1}, {-0.05, 0.05}, {-20, 20}, {707, 711}, {86, 90}}, 0.51},
    {"Cbrt",
     LANES_REFERENCES(cbrt),
     0.54,
     0.51,
     {{1, 8}, {0.9, 1.1}, {-100, 100}, {0, 1e-307}, {0, 3e-38}},
     0.51,
     0.58},
    {"Asinh", LANES_REFERENCES(asinh), 0.72, 0.95, {{-1, 1}, {-0.05, 0.05}, {-20, 20}, {0, 1000}}, 0.51, 0.8},
    {"Acosh", LANES_REFERENCES(acosh), 0.72, 0.95, {{1, 2}, {1, 1.01}, {1, 20}, {0, 1000}}, 0.51, 0.8},
    {"Atanh", LANES_REFERENCES(atanh), 0.72, 0.99, {{-1, 1}, {-0.05, 0.05}, {0.9, 1}, {0.999, 1}}, 0.51, 0.8},
};

void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

template <class T>
std::vector<T> Edges() {
  using L = std::numeric_limits<T>;
  std::vector<T> edges = {
      0, L::denorm_min(), 3 * L::denorm_min(), L::min() / 2, L::min(), L::epsilon() / 2, L::epsilon(), T(0.5), 1,
      T(1.5), 2, 3, 10, 100, 1000, T(1e10), L::max() / 2, L::max(), L::infinity(), L::quiet_NaN(),
      // where exp, exp2 and sinh overflow and underflow
      T(709.782712893384), T(710.4758600739439), T(745.1332191019412), T(708.3964185322641), T(1024), T(1074), T(1075),
      T(88.72284), T(89.41599), T(103.97208), T(87.33655), T(128), T(149), T(150)};
  const size_t count = edges.size();
  for (size_t i = 0; i < count; ++i) {
    edges.push_back(std::nextafter(edges[i], L::infinity()));
    edges.push_back(std::nextafter(edges[i], -L::infinity()));
  }
  const size_t positive = edges.size();
  for (size_t i = 0; i < positive; ++i) edges.push_back(-edges[i]);
  return edges;
}

// The worst error seen and where.
template <class T>
struct Worst {
  double error = 0;
  T x = 0, y = 0;
};

template <class T>
void Measure(const Row& row) {
  const std::vector<Target> targets = RunningTargets();
  std::vector<Worst<T>> worst(targets.size());
  std::vector<Range<T>> ranges;
  for (const auto& r : row.ranges) ranges.push_back({static_cast<T>(r.low), static_cast<T>(r.high)});
  Arguments<T> arguments(20240607, ranges);
  std::vector<T> x = Edges<T>();
  const size_t edges = x.size();
  constexpr size_t kChunk = 4096;
  std::vector<T> got(std::max(edges, kChunk));
  Real argument, exact;
  const size_t samples = AccuracySamples(100000);
  for (size_t done = 0; done < samples; done += x.size()) {
    if (done > 0) {
      x.resize(kChunk);
      for (T& value : x) value = arguments.Next();
    }
    std::vector<long double> rough(x.size());
    for (size_t i = 0; i < x.size(); ++i) {
      if constexpr (sizeof(T) == 8) {
        rough[i] = row.rough(x[i]);
      } else {
        rough[i] = row.rough_for_float(x[i]);
      }
    }
    for (size_t t = 0; t < targets.size(); ++t) {
      const Maker maker(targets[t].is_intel);
      targets[t].Get<T>(row.name)(x.data(), got.data(), x.size());
      for (size_t i = 0; i < x.size(); ++i) {
        const bool edge = done == 0;
        if (!edge && RoughUlpError(got[i], rough[i]) < worst[t].error - 0.01) continue;
        mpfr_set_d(argument.get(), static_cast<double>(x[i]), MPFR_RNDN);
        row.exact(exact.get(), argument.get(), MPFR_RNDN);
        const double error = UlpError(got[i], exact.get());
        if (error > worst[t].error) worst[t] = {error, x[i], 0};
      }
    }
  }
  for (size_t t = 0; t < targets.size(); ++t) {
    printf("%-6s float%-2zu %-5s %.4f ULP at %a\n", row.name, sizeof(T) * 8, targets[t].name.c_str(), worst[t].error,
           static_cast<double>(worst[t].x));
    EXPECT_LE(worst[t].error, row.Bound<T>(targets[t]))
        << row.name << " on " << targets[t].name << " at " << worst[t].x;
  }
}

class UnaryAccuracy : public testing::TestWithParam<Row> {};
TEST_P(UnaryAccuracy, Float64) { Measure<double>(GetParam()); }
TEST_P(UnaryAccuracy, Float32) { Measure<float>(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Functions, UnaryAccuracy, testing::ValuesIn(kRows),
                         [](const testing::TestParamInfo<Row>& info) { return std::string(info.param.name); });

// Pairs for pow: any bits, bases of moderate size with exponents that keep the result finite, bases next to 1 with
// large exponents, negative bases with small integers.
template <class T>
class PowArguments {
 public:
  void Next(T& x, T& y) {
    const double unit = Unit(), other = Unit();
    constexpr double kReach = sizeof(T) == 8 ? 745 : 104;
    switch (turn_++ % 6) {
      case 0:
        x = bits_.Next();
        y = bits_.Next();
        break;
      case 1:
        x = static_cast<T>(unit * 10);
        y = static_cast<T>(other * 20 - 10);
        break;
      case 2:
        x = static_cast<T>(std::exp2(unit * 200 - 100));
        y = static_cast<T>((2 * other - 1) * kReach / std::log(static_cast<double>(x)));
        break;
      case 3:
        x = static_cast<T>(1 + (2 * unit - 1) / 16);
        y = static_cast<T>((2 * other - 1) * kReach / std::log(static_cast<double>(x)));
        break;
      case 4:
        x = static_cast<T>(1 + std::ldexp(2 * unit - 1, -static_cast<int>(random_() % (sizeof(T) == 8 ? 50 : 22))));
        y = static_cast<T>((2 * other - 1) * kReach / std::log(static_cast<double>(x)));
        break;
      default:
        x = static_cast<T>(unit * -100);
        y = static_cast<T>(std::floor(other * 40 - 20));
    }
  }

 private:
  double Unit() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  std::mt19937_64 random_{424242};
  Arguments<T> bits_{77, {}};
  size_t turn_ = 0;
};

template <class T>
void MeasurePow(double bound) {
  const std::vector<Target> targets = RunningTargets();
  std::vector<Worst<T>> worst(targets.size());
  PowArguments<T> arguments;
  constexpr size_t kChunk = 4096;
  std::vector<T> x(kChunk), y(kChunk), got(kChunk);
  Real base, exponent, exact;
  const size_t samples = AccuracySamples(100000);
  for (size_t done = 0; done < samples; done += kChunk) {
    std::vector<long double> rough(kChunk);
    for (size_t i = 0; i < kChunk; ++i) {
      arguments.Next(x[i], y[i]);
      rough[i] = sizeof(T) == 8 ? powl(x[i], y[i])
                                : static_cast<long double>(pow(static_cast<double>(x[i]), static_cast<double>(y[i])));
    }
    for (size_t t = 0; t < targets.size(); ++t) {
      const Maker maker(targets[t].is_intel);
      targets[t].GetPow<T>()(x.data(), y.data(), got.data(), kChunk, 0);
      for (size_t i = 0; i < kChunk; ++i) {
        if (RoughUlpError(got[i], rough[i]) < worst[t].error - 0.01) continue;
        mpfr_set_d(base.get(), static_cast<double>(x[i]), MPFR_RNDN);
        mpfr_set_d(exponent.get(), static_cast<double>(y[i]), MPFR_RNDN);
        mpfr_pow(exact.get(), base.get(), exponent.get(), MPFR_RNDN);
        const double error = UlpError(got[i], exact.get());
        if (error > worst[t].error) worst[t] = {error, x[i], y[i]};
      }
    }
  }
  for (size_t t = 0; t < targets.size(); ++t) {
    printf("Pow    float%-2zu %-5s %.4f ULP at %a, %a\n", sizeof(T) * 8, targets[t].name.c_str(), worst[t].error,
           static_cast<double>(worst[t].x), static_cast<double>(worst[t].y));
    EXPECT_LE(worst[t].error, bound) << targets[t].name << " at " << worst[t].x << ", " << worst[t].y;
  }
}

TEST(PowAccuracy, Float64) { MeasurePow<double>(0.95); }
TEST(PowAccuracy, Float32) { MeasurePow<float>(0.55); }

template <class T>
bool SameBits(T a, T b) {
  return memcmp(&a, &b, sizeof(T)) == 0;
}

// Every pair of edge values against MPFR, whose pow has the special cases of IEEE 754.
template <class T>
void CheckPowEdges() {
  std::vector<T> values = Edges<T>();
  for (const double v :
       {2.0, 4.0, 5.0, 0.25, 1.0 / 3, 0x1p52 + 1, 0x1p53 - 1, 0x1p53 + 2, 0x1p23 + 1, 0x1p24 - 1, 0x1p24 + 2}) {
    values.push_back(static_cast<T>(v));
    values.push_back(static_cast<T>(-v));
  }
  Real base, exponent, exact;
  for (const Target& target : RunningTargets()) {
    const Maker maker(target.is_intel);
    std::vector<T> out(values.size());
    for (const T x : values) {
      const std::vector<T> xs(values.size(), x);
      target.GetPow<T>()(xs.data(), values.data(), out.data(), out.size(), 0);
      for (size_t i = 0; i < values.size(); ++i) {
        mpfr_set_d(base.get(), static_cast<double>(x), MPFR_RNDN);
        mpfr_set_d(exponent.get(), static_cast<double>(values[i]), MPFR_RNDN);
        mpfr_pow(exact.get(), base.get(), exponent.get(), MPFR_RNDN);
        EXPECT_LE(UlpError(out[i], exact.get()), 1)
            << target.name << ": pow(" << x << ", " << values[i] << ") = " << out[i];
      }
    }
  }
}

TEST(PowAccuracy, Float64Edges) { CheckPowEdges<double>(); }
TEST(PowAccuracy, Float32Edges) { CheckPowEdges<float>(); }

// Arguments that take every way through a function: ordinary, slow, not a number.
template <class T>
std::vector<T> MixedArguments(size_t n) {
  const std::vector<T> edges = Edges<T>();
  Arguments<T> arguments(5, {{-1, 1}, {-1, 1}, {1, 100}, {1, 2}, {-20, 20}});
  std::vector<T> x(n);
  for (size_t i = 0; i < n; ++i) x[i] = i % 23 == 7 ? edges[i % edges.size()] : arguments.Next();
  return x;
}

// Runs `f(first, n, out)` on every run of 0 to 70 arguments at addresses that are not aligned, and checks that each
// result has the bits it has on its own and that nothing around the output is written.
template <class T, class F>
void CheckPositions(const std::vector<T>& alone, F f) {
  constexpr size_t kMargin = 40;
  const T guard = T(12345.678f);
  for (size_t n = 0; n <= 70; ++n) {
    for (size_t offset = 0; offset < 5; ++offset) {
      std::vector<T> out(2 * kMargin + n + offset, guard);
      T* first = out.data() + kMargin + offset;
      f(offset, n, first);
      for (size_t i = 0; i < n; ++i)
        ASSERT_TRUE(SameBits(first[i], alone[offset + i])) << "element " << i << " of " << n;
      for (T* p = out.data(); p < first; ++p) ASSERT_TRUE(SameBits(*p, guard)) << "before the output of " << n;
      for (T* p = first + n; p < out.data() + out.size(); ++p)
        ASSERT_TRUE(SameBits(*p, guard)) << "after the output of " << n;
    }
  }
}

template <class T>
void CheckUnaryPositions(const Row& row) {
  const std::vector<T> x = MixedArguments<T>(80);
  for (const Target& target : RunningTargets()) {
    SCOPED_TRACE(target.name);
    const Maker maker(target.is_intel);
    const Unary<T> function = target.Get<T>(row.name);
    std::vector<T> alone(x.size());
    for (size_t i = 0; i < x.size(); ++i) function(&x[i], &alone[i], 1);
    // Exact copies, so that a sanitizer or a guard page sees a read beyond the input.
    CheckPositions<T>(alone, [&](size_t offset, size_t n, T* out) {
      const std::vector<T> input(x.begin() + offset, x.begin() + offset + n);
      function(input.data(), out, n);
    });
    CheckPositions<T>(alone, [&](size_t offset, size_t n, T* out) {
      std::copy_n(x.begin() + offset, n, out);
      function(out, out, n);
    });
  }
}

TEST_P(UnaryAccuracy, Float64Positions) { CheckUnaryPositions<double>(GetParam()); }
TEST_P(UnaryAccuracy, Float32Positions) { CheckUnaryPositions<float>(GetParam()); }

template <class T>
void CheckPowPositions() {
  const std::vector<T> xs = MixedArguments<T>(80);
  std::vector<T> ys = xs;
  std::reverse(ys.begin(), ys.end());
  for (const Target& target : RunningTargets()) {
    SCOPED_TRACE(target.name);
    const Maker maker(target.is_intel);
    const Binary<T> function = target.GetPow<T>();
    for (unsigned uniform = 0; uniform < 4; ++uniform) {
      for (size_t value = 0; value < (uniform ? 8 : 1); ++value) {
        std::vector<T> x = xs, y = ys, alone(xs.size());
        if (uniform & 1) std::fill(x.begin(), x.end(), xs[value]);
        if (uniform & 2) std::fill(y.begin(), y.end(), ys[value]);
        for (size_t i = 0; i < x.size(); ++i) function(&x[i], &y[i], &alone[i], 1, 0);
        CheckPositions<T>(alone, [&](size_t offset, size_t n, T* out) {
          const std::vector<T> input_x(x.begin() + offset, x.begin() + offset + n),
              input_y(y.begin() + offset, y.begin() + offset + n);
          function(input_x.data(), input_y.data(), out, n, uniform);
        });
        CheckPositions<T>(alone, [&](size_t offset, size_t n, T* out) {
          std::copy_n(x.begin() + offset, n, out);
          function(out, y.data() + offset, out, n, uniform);
        });
        CheckPositions<T>(alone, [&](size_t offset, size_t n, T* out) {
          std::copy_n(y.begin() + offset, n, out);
          function(x.data() + offset, out, out, n, uniform);
        });
      }
    }
  }
}

TEST(PowAccuracy, Float64Positions) { CheckPowPositions<double>(); }
TEST(PowAccuracy, Float32Positions) { CheckPowPositions<float>(); }

TEST(Targets, EveryCompiledOneIsKnown) {
  EXPECT_EQ(AllTargets().size(), HWY_ARCH_X86 ? 3u : 1u);
  EXPECT_FALSE(RunningTargets().empty());
}

}  // namespace
}  // namespace lanes
#endif  // HWY_ONCE
