// How filters convert between dtypes and the doubles that they compute in; compiled for every instruction set.
#if defined(LANES_FILTERS_ELEMENTS_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_FILTERS_ELEMENTS_H_
#undef LANES_FILTERS_ELEMENTS_H_
#else
#define LANES_FILTERS_ELEMENTS_H_
#endif

#include <string.h>

#include <type_traits>

#include "filters.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {

// Doubles become integers as SciPy's do on x86: without their fraction, with the low bits of the whole number, and 0
// when that is beyond 32 bits or NaN.
template <class To, class From>
HWY_INLINE To ConvertElement(From x) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    const bool fits = x >= From{-2147483648.0} && x < From{2147483648.0};
    return static_cast<To>(static_cast<int32_t>(fits ? x : From{0}));
  } else {
    return static_cast<To>(x);
  }
}

// dst[i] = src[i] for i < n; memory needs no alignment.
template <class To, class From>
HWY_INLINE void ConvertRun(To* HWY_RESTRICT dst, const char* src, int64_t n) {
  if constexpr (std::is_same_v<To, From>) {
    memcpy(dst, src, static_cast<size_t>(n) * sizeof(To));
  } else {
    for (int64_t i = 0; i < n; ++i) {
      From x;
      memcpy(&x, src + i * static_cast<int64_t>(sizeof(From)), sizeof(From));
      dst[i] = ConvertElement<To>(x);
    }
  }
}

template <class From>
HWY_INLINE From ReadElement(const char* src) {
  From x;
  memcpy(&x, src, sizeof(From));
  return x;
}

// Calls f with a value of the C++ type of a dtype.
template <class F>
HWY_INLINE void WithFilterType(int type, F f) {
  switch (type) {
    case kDUint8:
      return f(uint8_t{});
    case kDInt16:
      return f(int16_t{});
    case kDUint16:
      return f(uint16_t{});
    case kDFloat32:
      return f(float{});
    default:
      return f(double{});
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
#endif  // LANES_FILTERS_ELEMENTS_H_
