// Measures the worst error of the functions in trig.h, erf_gamma.h and half_powers.h against MPFR on every compiled
// target that this CPU runs.
#include <gtest/gtest.h>
#include <math.h>
#include <mpfr.h>
#include <stdio.h>

#include <string>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "accuracy_trig.cpp"
// clang-format off
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "erf_gamma.h"
#include "half_powers.h"
#include "maker.h"
#include "trig.h"
#include "ulp.h"
// clang-format on

#ifndef LANES_ACCURACY_TRIG_TABLE
#define LANES_ACCURACY_TRIG_TABLE
namespace lanes {

template <typename T>
using BlockFunction = void (*)(const T* x, T* y, size_t n);

// One function as one target computes it, in the order of kRows.
struct Implementation {
  BlockFunction<double> f64;
  BlockFunction<float> f32;
};

template <typename T>
using PairFunction = void (*)(const T* y, const T* x, T* out, size_t n, unsigned uniform);

}  // namespace lanes
#endif  // LANES_ACCURACY_TRIG_TABLE

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {

std::vector<Implementation> Implementations() {
  return {{Sin, Sin},
          {Cos, Cos},
          {Tan, Tan},
          {Sinpi, Sinpi},
          {Cospi, Cospi},
          {Asin, Asin},
          {Acos, Acos},
          {Atan, Atan},
          {Erf, Erf},
          {Erfc, Erfc},
          {Lgamma, Lgamma},
          {Gamma, Gamma},
          {ThreeHalvesPower, ThreeHalvesPower},
          {FiveHalvesPower, FiveHalvesPower}};
}

PairFunction<double> Atan2Float64() { return Atan2; }
PairFunction<float> Atan2Float32() { return Atan2; }

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace lanes {
namespace {

struct Range {
  double low;
  double high;
};

struct Row {
  const char* name;
  int (*exact)(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t rounding);
  double bound_f64;
  double bound_f32;
  std::vector<Range> ranges;
  bool near_half_pi;  // also try the doubles nearest to multiples of pi/2
};

// sin(pi x) and cos(pi x), reduced exactly; MPFR has them only from version 4.2 on.
int Sinpi(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t rounding) {
  if (mpfr_integer_p(x)) return mpfr_set_zero(result, mpfr_signbit(x) ? -1 : 1), 0;
  Real rest, pi;
  mpfr_fmod_ui(rest.get(), x, 2, rounding);
  mpfr_const_pi(pi.get(), rounding);
  mpfr_mul(rest.get(), rest.get(), pi.get(), rounding);
  return mpfr_sin(result, rest.get(), rounding);
}

int Cospi(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t rounding) {
  Real rest, pi;
  mpfr_fmod_ui(rest.get(), x, 2, rounding);
  mpfr_abs(rest.get(), rest.get(), rounding);
  if (mpfr_nan_p(rest.get())) return mpfr_set_nan(result), 0;
  if (mpfr_cmp_d(rest.get(), 0.5) == 0 || mpfr_cmp_d(rest.get(), 1.5) == 0) return mpfr_set_zero(result, 1), 0;
  mpfr_const_pi(pi.get(), rounding);
  mpfr_mul(rest.get(), rest.get(), pi.get(), rounding);
  return mpfr_cos(result, rest.get(), rounding);
}

template <int kWhole>
int HalfPower(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t rounding) {
  Real exponent;
  mpfr_set_d(exponent.get(), kWhole + 0.5, rounding);
  return mpfr_pow(result, x, exponent.get(), rounding);
}

int Lgamma(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t rounding) {
  int sign;
  return mpfr_lgamma(result, &sign, x, rounding);
}

// The last two around the largest that have subnormal powers.
const std::vector<Range> kBases = {{0, 1},     {0, 4},     {0, 1e3}, {0, 1e-120},          {0, 1e15},
                                   {0, 1e130}, {0, 1e210}, {-1, 1},  {0x1p-683, 0x1p-681}, {0x1p-410, 0x1p-408}};
const std::vector<Range> kAngles = {{-1.6, 1.6}, {-10, 10},         {-8200, 8200},
                                    {-1e5, 1e5}, {-0x1p21, 0x1p21}, {-1e17, 1e17}};
const std::vector<Range> kTurns = {{-0.26, 0.26}, {-5e-308, 5e-308}, {-3, 3},
                                   {-1e-3, 1e-3}, {-1e5, 1e5},       {-0x1p53, 0x1p53}};

const std::vector<Range> kUnit = {{-1, 1}, {0.45, 0.55}, {-0.55, -0.45}, {0.999, 1}, {-1, -0.999}, {-1e-3, 1e-3}};
const std::vector<Range> kRatios = {{-1, 1}, {-1.1, -0.9}, {0.9, 1.1}, {-4, 4}, {-100, 100}, {-1e17, 1e17}};

const std::vector<Range> kErrors = {{-1, 1}, {0.45, 1}, {0.7, 0.9}, {-6, 6}, {0, 10.1}, {0, 28}, {25, 27.3}};

const std::vector<Range> kGammas = {{0, 3},
                                    {0.9, 1.1},
                                    {1.9, 2.1},
                                    {0, 10},
                                    {7.9, 8.1},
                                    {0, 180},
                                    {-5, 0},
                                    {-190, 0},
                                    // around zeros of lgamma
                                    {-2.4571, -2.457},
                                    {-2.74769, -2.74768},
                                    {-3.14359, -3.14358}};

const Row kRows[] = {
    {"sin", mpfr_sin, 1.0, 1.0, kAngles, true},
    {"cos", mpfr_cos, 1.0, 1.0, kAngles, true},
    {"tan", mpfr_tan, 1.0, 1.0, kAngles, true},
    {"sinpi", Sinpi, 1.0, 1.0, kTurns, false},
    {"cospi", Cospi, 1.0, 1.0, kTurns, false},
    {"asin", mpfr_asin, 1.0, 1.0, kUnit, false},
    {"acos", mpfr_acos, 1.0, 1.0, kUnit, false},
    {"atan", mpfr_atan, 1.0, 1.0, kRatios, false},
    {"erf", mpfr_erf, 1.0, 1.0, kErrors, false},
    {"erfc", mpfr_erfc, 1.0, 1.0, kErrors, false},
    {"lgamma", Lgamma, 1.0, 1.0, kGammas, false},
    {"gamma", mpfr_gamma, 1.0, 1.0, kGammas, false},
    {"pow3halves", HalfPower<1>, 0.52, 0.51, kBases, false},
    {"pow5halves", HalfPower<2>, 0.52, 0.51, kBases, false},
};

struct Target {
  const char* name;
  bool runs_here;
  std::vector<Implementation> implementations;
  PairFunction<double> atan2_f64;
  PairFunction<float> atan2_f32;
  bool is_intel = true;
};

std::vector<Target> Targets() {
  std::vector<Target> targets;
#define LANES_TARGET(Namespace, name) \
  targets.push_back(                  \
      {name, Runs(name), Namespace::Implementations(), Namespace::Atan2Float64(), Namespace::Atan2Float32()});
#if HWY_ARCH_X86
  LANES_TARGET(N_SSE4, "SSE4")
  LANES_TARGET(N_AVX2, "AVX2")
  LANES_TARGET(N_AVX3, "AVX3")
  LANES_TARGET(N_AVX3, "AVX3")
  targets.back().name = "AVX3 not of Intel";
  targets.back().is_intel = false;
#else
  LANES_TARGET(HWY_NAMESPACE, hwy::TargetName(HWY_TARGET))
#endif
#undef LANES_TARGET
  return targets;
}

// The doubles nearest to k * pi/2: small k and every neighbour, random larger k, and the convergents of pi/2, whose
// numerators lie extraordinarily near to a multiple; scaled by powers of two they cover the largest exponents.
// 6381956970095103 * 2^797 is the double nearest of all to a multiple of pi/2.
template <typename T>
void AppendNearHalfPi(std::mt19937_64& random, size_t count, std::vector<T>& to) {
  Real half_pi, multiple;
  mpfr_const_pi(half_pi.get(), MPFR_RNDN);
  mpfr_div_2ui(half_pi.get(), half_pi.get(), 1, MPFR_RNDN);
  const auto append = [&](uint64_t k) {
    mpfr_mul_ui(multiple.get(), half_pi.get(), k, MPFR_RNDN);
    const T nearest = static_cast<T>(sizeof(T) == 4 ? mpfr_get_flt(multiple.get(), MPFR_RNDN)
                                                    : mpfr_get_d(multiple.get(), MPFR_RNDN));
    for (const T value :
         {nearest, static_cast<T>(nextafter(nearest, T(0))), static_cast<T>(nextafter(nearest, 2 * nearest))}) {
      to.push_back(value);
      to.push_back(-value);
    }
  };
  for (uint64_t k = 1; k < 200; ++k) append(k);
  for (size_t i = 0; i < count; ++i) append(random() >> (10 + i % 53) | 1);
  uint64_t numerator = 1, previous_numerator = 0, denominator = 0, previous_denominator = 1;
  Real rest, term;
  mpfr_set(rest.get(), half_pi.get(), MPFR_RNDN);
  while (numerator < UINT64_C(1) << 54) {
    mpfr_floor(term.get(), rest.get());
    const uint64_t quotient = mpfr_get_ui(term.get(), MPFR_RNDN);
    mpfr_sub(rest.get(), rest.get(), term.get(), MPFR_RNDN);
    mpfr_ui_div(rest.get(), 1, rest.get(), MPFR_RNDN);
    const uint64_t next_numerator = quotient * numerator + previous_numerator;
    const uint64_t next_denominator = quotient * denominator + previous_denominator;
    previous_numerator = numerator, previous_denominator = denominator;
    numerator = next_numerator, denominator = next_denominator;
    to.push_back(static_cast<T>(numerator));
    append(denominator);
  }
  to.push_back(static_cast<T>(ldexp(6381956970095103.0, 797)));
  to.push_back(static_cast<T>(1e22));
  to.push_back(static_cast<T>(1e300));
}

template <typename T>
BlockFunction<T> Choose(const Implementation& implementation);
template <>
BlockFunction<double> Choose(const Implementation& implementation) {
  return implementation.f64;
}
template <>
BlockFunction<float> Choose(const Implementation& implementation) {
  return implementation.f32;
}

template <typename T>
std::vector<T> Arguments(const Row& row) {
  std::mt19937_64 random(20240229);
  const size_t count = AccuracySamples(1500);
  std::vector<T> x;
  AppendSpecials(x);
  AppendBitPatterns(random, 2 * count, x);
  for (int i = -400; i <= 400; ++i) x.push_back(static_cast<T>(i * 0.25));
  for (const Range& range : row.ranges) AppendUniform(random, range.low, range.high, count, x);
  if (row.near_half_pi) AppendNearHalfPi(random, count, x);
  return x;
}

template <typename T>
void MeasureRow(size_t index, double bound) {
  const Row& row = kRows[index];
  const std::vector<T> x = Arguments<T>(row);
  std::vector<Target> targets = Targets();
  std::vector<std::vector<T>> y;
  for (const Target& target : targets) {
    y.emplace_back(x.size());
    const Maker maker(target.is_intel);
    if (target.runs_here) Choose<T>(target.implementations[index])(x.data(), y.back().data(), x.size());
  }
  std::vector<double> worst(targets.size(), 0);
  std::vector<T> where(targets.size(), 0);
  Real argument, exact;
  for (size_t i = 0; i < x.size(); ++i) {
    mpfr_set_d(argument.get(), x[i], MPFR_RNDN);
    row.exact(exact.get(), argument.get(), MPFR_RNDN);
    for (size_t t = 0; t < targets.size(); ++t) {
      if (!targets[t].runs_here) continue;
      const double error = UlpError(y[t][i], exact.get());
      if (error > worst[t]) worst[t] = error, where[t] = x[i];
    }
  }
  for (size_t t = 0; t < targets.size(); ++t) {
    if (!targets[t].runs_here) continue;
    printf("%-7s %s %s  %.3f ULP at %a\n", row.name, sizeof(T) == 4 ? "f32" : "f64", targets[t].name, worst[t],
           static_cast<double>(where[t]));
    EXPECT_LE(worst[t], bound) << row.name << " on " << targets[t].name;
  }
}

class AccuracyTest : public testing::TestWithParam<size_t> {};

TEST_P(AccuracyTest, Float64) { MeasureRow<double>(GetParam(), kRows[GetParam()].bound_f64); }
TEST_P(AccuracyTest, Float32) { MeasureRow<float>(GetParam(), kRows[GetParam()].bound_f32); }

// Every length and two misalignments give the bits that an element has alone at the front, and touch nothing around.
template <typename T>
void CheckPositions(BlockFunction<T> function, const std::vector<T>& pool) {
  constexpr size_t kMax = 70;
  constexpr size_t kGuard = 16;
  std::vector<T> expected(kMax);
  for (size_t i = 0; i < kMax; ++i) function(&pool[i], &expected[i], 1);
  for (size_t n = 0; n <= kMax; ++n) {
    for (const bool in_place : {false, true}) {
      std::vector<unsigned char> input((kMax + 2 * kGuard) * sizeof(T), 0xA5);
      std::vector<unsigned char> output = input;
      const size_t start = kGuard * sizeof(T) + n % sizeof(T);
      memcpy(&input[start], pool.data(), n * sizeof(T));
      std::vector<unsigned char>& target = in_place ? input : output;
      function(reinterpret_cast<const T*>(&input[start]), reinterpret_cast<T*>(&target[start]), n);
      ASSERT_EQ(0, memcmp(&target[start], expected.data(), n * sizeof(T))) << "n = " << n << " in place " << in_place;
      for (size_t i = 0; i < target.size(); ++i) {
        const bool outside = i < start || i >= start + n * sizeof(T);
        ASSERT_TRUE(!outside || target[i] == 0xA5) << "n = " << n << " byte " << i;
      }
    }
  }
}

TEST_P(AccuracyTest, EveryPositionGivesTheSameBits) {
  for (const Target& target : Targets()) {
    if (!target.runs_here) continue;
    const Maker maker(target.is_intel);
    const Implementation& implementation = target.implementations[GetParam()];
    CheckPositions(implementation.f64, Arguments<double>(kRows[GetParam()]));
    CheckPositions(implementation.f32, Arguments<float>(kRows[GetParam()]));
  }
}

template <typename T>
PairFunction<T> ChooseAtan2(const Target& target);
template <>
PairFunction<double> ChooseAtan2(const Target& target) {
  return target.atan2_f64;
}
template <>
PairFunction<float> ChooseAtan2(const Target& target) {
  return target.atan2_f32;
}

template <typename T>
void Atan2Arguments(std::vector<T>& y, std::vector<T>& x) {
  std::mt19937_64 random(20240301);
  const size_t count = 4 * AccuracySamples(1500);
  std::vector<T> specials;
  AppendSpecials(specials);
  for (const T a : specials) {
    for (const T b : specials) y.push_back(a), x.push_back(b);
  }
  AppendBitPatterns(random, count, y);
  AppendBitPatterns(random, count, x);
  for (const double scale : {1.0, 1e-3, 1e-17, 1e30}) {
    AppendUniform(random, -scale, scale, count, y);
    AppendUniform(random, -1, 1, count, x);
  }
  // Quotients near 1 in subnormal and in huge numbers.
  for (const double scale : {1000.0 * std::numeric_limits<T>::denorm_min(), 0.49 * std::numeric_limits<T>::max()}) {
    AppendUniform(random, -scale, scale, count / 4, y);
    AppendUniform(random, -scale, scale, count / 4, x);
  }
}

template <typename T>
void MeasureAtan2(double bound) {
  std::vector<T> y, x;
  Atan2Arguments(y, x);
  ASSERT_EQ(y.size(), x.size());
  std::vector<std::pair<const char*, std::vector<T>>> results;
  for (const Target& target : Targets()) {
    if (!target.runs_here) continue;
    const Maker maker(target.is_intel);
    results.emplace_back(target.name, std::vector<T>(y.size()));
    ChooseAtan2<T>(target)(y.data(), x.data(), results.back().second.data(), y.size(), 0);
  }
  std::vector<double> worst(results.size(), 0);
  std::vector<size_t> where(results.size(), 0);
  Real exact_y, exact_x, exact;
  for (size_t i = 0; i < y.size(); ++i) {
    mpfr_set_d(exact_y.get(), y[i], MPFR_RNDN);
    mpfr_set_d(exact_x.get(), x[i], MPFR_RNDN);
    mpfr_atan2(exact.get(), exact_y.get(), exact_x.get(), MPFR_RNDN);
    for (size_t t = 0; t < results.size(); ++t) {
      const double error = UlpError(results[t].second[i], exact.get());
      if (error > worst[t]) worst[t] = error, where[t] = i;
    }
  }
  for (size_t t = 0; t < results.size(); ++t) {
    printf("%-7s %s %s  %.3f ULP at %a, %a\n", "atan2", sizeof(T) == 4 ? "f32" : "f64", results[t].first, worst[t],
           static_cast<double>(y[where[t]]), static_cast<double>(x[where[t]]));
    EXPECT_LE(worst[t], bound) << "atan2 on " << results[t].first;
  }
}

TEST(Atan2Test, Float64) { MeasureAtan2<double>(1.0); }
TEST(Atan2Test, Float32) { MeasureAtan2<float>(1.0); }

// Lengths, positions, guards and the four ways of being uniform.
template <typename T>
void CheckAtan2Positions() {
  std::vector<T> y, x;
  Atan2Arguments(y, x);
  constexpr size_t kMax = 70;
  constexpr size_t kGuard = 16;
  for (const Target& target : Targets()) {
    if (!target.runs_here) continue;
    const Maker maker(target.is_intel);
    for (size_t n = 0; n <= kMax; ++n) {
      for (unsigned uniform = 0; uniform < 4; ++uniform) {
        std::vector<unsigned char> bytes((kMax + 2 * kGuard) * sizeof(T), 0xA5);
        const size_t start = kGuard * sizeof(T) + n % sizeof(T);
        const T* ys = &y[200];
        const T* xs = &x[200];
        T* out = reinterpret_cast<T*>(&bytes[start]);
        if (uniform == 0) {
          memcpy(&bytes[start], xs, n * sizeof(T));
          xs = out;
        }
        ChooseAtan2<T>(target)(ys, xs, out, n, uniform);
        xs = &x[200];
        for (size_t i = 0; i < n; ++i) {
          T alone;
          ChooseAtan2<T>(target)(&ys[(uniform & 1) != 0 ? 0 : i], &xs[(uniform & 2) != 0 ? 0 : i], &alone, 1, 0);
          ASSERT_EQ(0, memcmp(&alone, &bytes[start + i * sizeof(T)], sizeof(T)))
              << target.name << " n = " << n << " at " << i;
        }
        for (size_t i = 0; i < bytes.size(); ++i) {
          const bool outside = i < start || i >= start + n * sizeof(T);
          ASSERT_TRUE(!outside || bytes[i] == 0xA5) << target.name << " n = " << n << " byte " << i;
        }
      }
    }
  }
}

TEST(Atan2Test, EveryPositionGivesTheSameBits) {
  CheckAtan2Positions<double>();
  CheckAtan2Positions<float>();
}

INSTANTIATE_TEST_SUITE_P(Functions, AccuracyTest, testing::Range(size_t{0}, sizeof(kRows) / sizeof(kRows[0])),
                         [](const testing::TestParamInfo<size_t>& row) { return std::string(kRows[row.param].name); });

}  // namespace
}  // namespace lanes
#endif  // HWY_ONCE
