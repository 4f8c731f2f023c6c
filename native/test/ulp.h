// Measures a result's distance from the exact value in units in the last place, and draws arguments to measure at.
#ifndef LANES_TEST_ULP_H
#define LANES_TEST_ULP_H

#include <mpfr.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "isa.h"

namespace lanes {

// Whether this machine runs what was compiled for a target of Highway's.
inline bool Runs(const std::string& target) {
  const IsaList& list = RunnableIsas();
  const bool is_one = list.count == 1 && std::string(list.items[0]->name) == "BASE";
  return is_one ||
         std::any_of(list.items, list.items + list.count, [&](const Isa* isa) { return isa->name == target; });
}

class Real {
 public:
  Real() { mpfr_init2(value_, 160); }
  ~Real() { mpfr_clear(value_); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  mpfr_ptr get() { return value_; }

 private:
  mpfr_t value_;
};

// |got - exact| in units of T's last place at `exact`, the unit never below the smallest subnormal. An infinity counts
// as the first power of two that T cannot hold. NaN for NaN and zero for zero with the same sign are 0; a wrong one of
// these is infinity.
template <class T>
double UlpError(T got, mpfr_srcptr exact) {
  constexpr double kWrong = std::numeric_limits<double>::infinity();
  if (mpfr_nan_p(exact)) return std::isnan(got) ? 0 : kWrong;
  if (std::isnan(got)) return kWrong;
  if (mpfr_zero_p(exact)) return got == 0 && std::signbit(got) == (mpfr_signbit(exact) != 0) ? 0 : kWrong;
  if (std::signbit(got) != (mpfr_signbit(exact) != 0)) return kWrong;
  if (mpfr_inf_p(exact)) return std::isinf(got) ? 0 : kWrong;
  using Limits = std::numeric_limits<T>;
  constexpr long kTop = Limits::max_exponent;
  if (std::isinf(got) && mpfr_get_exp(exact) > kTop) return 0;
  const long unit = std::max<long>(mpfr_get_exp(exact), Limits::min_exponent) - Limits::digits;
  static thread_local Real difference;
  if (std::isinf(got)) {
    mpfr_set_si_2exp(difference.get(), got > 0 ? 1 : -1, kTop, MPFR_RNDN);
  } else {
    mpfr_set_d(difference.get(), static_cast<double>(got), MPFR_RNDN);
  }
  mpfr_sub(difference.get(), difference.get(), exact, MPFR_RNDN);
  mpfr_mul_2si(difference.get(), difference.get(), -unit, MPFR_RNDN);
  return std::fabs(mpfr_get_d(difference.get(), MPFR_RNDN));
}

// The same against a reference of limited precision: good to about 2^-8 units, and cheap.
template <class T, class Reference>
double RoughUlpError(T got, Reference exact) {
  constexpr double kWrong = std::numeric_limits<double>::infinity();
  if (std::isnan(exact) || std::isnan(got)) return std::isnan(exact) && std::isnan(got) ? 0 : kWrong;
  if (std::signbit(got) != std::signbit(exact)) return kWrong;
  if (std::isinf(exact) || exact == 0) return got == exact ? 0 : kWrong;
  using Limits = std::numeric_limits<T>;
  int exponent;
  std::frexp(exact, &exponent);
  if (std::isinf(got) && exponent > Limits::max_exponent) return 0;
  const Reference value =
      std::isinf(got) ? std::copysign(std::ldexp(Reference(1), Limits::max_exponent), exact) : Reference(got);
  const int unit = std::max<int>(exponent, Limits::min_exponent) - Limits::digits;
  return static_cast<double>(std::fabs(std::ldexp(value - exact, -unit)));
}

// Samples for each function: few enough for every build by default, as many as LANES_ACCURACY_SAMPLES says for a long
// run.
inline size_t AccuracySamples(size_t otherwise) {
  const char* text = getenv("LANES_ACCURACY_SAMPLES");
  return text ? strtoull(text, nullptr, 10) : otherwise;
}

template <class T>
struct Range {
  T low, high;
};

// The next argument: one of any bit pattern, one of moderate size and either sign, one out of each range, in turn.
template <class T>
class Arguments {
 public:
  Arguments(uint64_t seed, std::vector<Range<T>> ranges) : random_(seed), ranges_(std::move(ranges)) {}

  T Next() {
    const size_t turn = turn_++ % (ranges_.size() + 2);
    if (turn == 0) {
      const uint64_t bits = random_();
      T value;
      memcpy(&value, &bits, sizeof(T));
      return value;
    }
    const T unit = static_cast<T>(static_cast<double>(random_() >> 11) * 0x1p-53);
    if (turn == 1) {
      const int exponent = static_cast<int>(random_() % 72) - 60;
      return std::ldexp(random_() & 1 ? 1 + unit : -1 - unit, exponent);
    }
    const Range<T>& range = ranges_[turn - 2];
    return range.low + (range.high - range.low) * unit;
  }

 private:
  std::mt19937_64 random_;
  std::vector<Range<T>> ranges_;
  size_t turn_ = 0;
};

// Any bit pattern, NaN and infinities included.
template <typename T>
void AppendBitPatterns(std::mt19937_64& random, size_t count, std::vector<T>& to) {
  for (size_t i = 0; i < count; ++i) {
    const uint64_t bits = random();
    T value;
    memcpy(&value, &bits, sizeof(value));
    to.push_back(value);
  }
}

template <typename T>
void AppendUniform(std::mt19937_64& random, double low, double high, size_t count, std::vector<T>& to) {
  std::uniform_real_distribution<double> uniform(low, high);
  for (size_t i = 0; i < count; ++i) to.push_back(static_cast<T>(uniform(random)));
}

// Both signs of the values every function should meet: zeros, subnormals, neighbours of one, the largest, infinity,
// NaN.
template <typename T>
void AppendSpecials(std::vector<T>& to) {
  using Limits = std::numeric_limits<T>;
  const T values[] = {0,
                      Limits::denorm_min(),
                      Limits::min() / 2,
                      Limits::min(),
                      Limits::epsilon(),
                      T(0.5),
                      1 - Limits::epsilon() / 2,
                      1,
                      1 + Limits::epsilon(),
                      2,
                      3,
                      10,
                      Limits::max(),
                      Limits::infinity(),
                      Limits::quiet_NaN()};
  for (const T value : values) {
    to.push_back(value);
    to.push_back(-value);
  }
}

}  // namespace lanes

#endif  // LANES_TEST_ULP_H
