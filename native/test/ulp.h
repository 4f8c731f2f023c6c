// How far a result lies from the exact value in units in the last place, judged by MPFR, and the arguments to try.
#ifndef LANES_TEST_ULP_H
#define LANES_TEST_ULP_H

#include <math.h>
#include <mpfr.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <limits>
#include <random>
#include <vector>

namespace lanes {

// The exact result of one call, to far more bits than any result has.
class Exact {
 public:
  Exact() { mpfr_init2(value_, 160); }
  ~Exact() { mpfr_clear(value_); }
  Exact(const Exact&) = delete;
  Exact& operator=(const Exact&) = delete;
  mpfr_ptr get() { return value_; }
  mpfr_srcptr get() const { return value_; }

 private:
  mpfr_t value_;
};

// |got - exact| in units of the last place of T at `exact`. Infinite when only one of both is NaN, when a zero or an
// infinity has the wrong sign, and when an infinity stands for a value that does not round to one or the other way
// round.
template <typename T>
double UlpError(T got, mpfr_srcptr exact) {
  using Limits = std::numeric_limits<T>;
  const double wrong = std::numeric_limits<double>::infinity();
  const T rounded = sizeof(T) == sizeof(float) ? static_cast<T>(mpfr_get_flt(exact, MPFR_RNDN))
                                               : static_cast<T>(mpfr_get_d(exact, MPFR_RNDN));
  if (isnan(rounded) || isnan(got)) return isnan(rounded) && isnan(got) ? 0 : wrong;
  if (mpfr_zero_p(exact) || mpfr_inf_p(exact)) return got == rounded && signbit(got) == signbit(rounded) ? 0 : wrong;
  if (isinf(got) && isinf(rounded)) return got == rounded ? 0 : wrong;
  if (got == 0 && rounded == 0 && signbit(got) != signbit(rounded)) return wrong;
  // An overflow counts as the power of two beyond the largest number.
  const double value = isinf(got) ? copysign(1.0, got) : static_cast<double>(got);
  mpfr_t difference;
  mpfr_init2(difference, 224);
  mpfr_set_d(difference, value, MPFR_RNDN);
  if (isinf(got)) mpfr_mul_2si(difference, difference, Limits::max_exponent, MPFR_RNDN);
  mpfr_sub(difference, difference, exact, MPFR_RNDN);
  long exponent = static_cast<long>(mpfr_get_exp(exact)) - Limits::digits;
  if (exponent < Limits::min_exponent - Limits::digits) exponent = Limits::min_exponent - Limits::digits;
  mpfr_mul_2si(difference, difference, -exponent, MPFR_RNDN);
  const double ulps = fabs(mpfr_get_d(difference, MPFR_RNDN));
  mpfr_clear(difference);
  return ulps;
}

// Samples per range: small enough for every test run, raised by LANES_ACCURACY_SAMPLES.
inline size_t AccuracySamples() {
  const char* text = getenv("LANES_ACCURACY_SAMPLES");
  const long count = text == nullptr ? 0 : atol(text);
  return count > 0 ? static_cast<size_t>(count) : 1500;
}

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
