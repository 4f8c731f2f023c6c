// Elementary functions element by element through libm, per target.
#if defined(LANES_LIBM_MATH_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_LIBM_MATH_H_
#undef LANES_LIBM_MATH_H_
#else
#define LANES_LIBM_MATH_H_
#endif

#include <cmath>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {

#define LANES_LIBM(Name, function)                        \
  template <class T>                                      \
  inline void Name(const T* x, T* y, size_t n) {          \
    for (size_t i = 0; i < n; ++i) y[i] = function(x[i]); \
  }
LANES_LIBM(Exp, std::exp)
LANES_LIBM(Log, std::log)
LANES_LIBM(Sin, std::sin)
LANES_LIBM(Cos, std::cos)
#undef LANES_LIBM

template <class T>
inline void Pow(const T* x, const T* y, T* z, size_t n) {
  for (size_t i = 0; i < n; ++i) z[i] = std::pow(x[i], y[i]);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
#endif  // LANES_LIBM_MATH_H_
