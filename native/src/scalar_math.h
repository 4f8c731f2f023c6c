// Operators on single elements, per target so that the compiler may vectorise the loops around them.
#if defined(LANES_SCALAR_MATH_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_SCALAR_MATH_H_
#undef LANES_SCALAR_MATH_H_
#else
#define LANES_SCALAR_MATH_H_
#endif

#include <cmath>
#include <limits>
#include <type_traits>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {

// Quotient and remainder with the sign of the divisor; division by zero gives 0, the one overflow wraps.
template <class T>
HWY_INLINE std::enable_if_t<std::is_integral_v<T>, T> FloorDivide(T a, T b) {
  using U = std::make_unsigned_t<T>;
  if (b == 0) return 0;
  if (b == -1) return static_cast<T>(U{0} - static_cast<U>(a));
  const T q = a / b;
  return q - ((a % b != 0) & ((a < 0) != (b < 0)));
}

template <class T>
HWY_INLINE std::enable_if_t<std::is_integral_v<T>, T> FloorModulo(T a, T b) {
  if (b == 0 || b == -1) return 0;
  const T r = a % b;
  return r + ((r != 0) & ((r < 0) != (b < 0)) ? b : 0);
}

// As NumPy: the remainder of the truncated division is exact, so the quotient is formed from what it leaves, and
// rounded to the nearest integer since the division may be off by a little.
template <class T>
HWY_INLINE std::enable_if_t<std::is_floating_point_v<T>, T> FloorDivide(T a, T b) {
  if (b == 0) return a / b;
  T mod = std::fmod(a, b);
  T quotient = (a - mod) / b;
  if (mod != 0 && (b < 0) != (mod < 0)) quotient -= 1;
  if (quotient == 0) return std::copysign(T{0}, a / b);
  const T floor = std::floor(quotient);
  return quotient - floor > T{0.5} ? floor + 1 : floor;
}

template <class T>
HWY_INLINE std::enable_if_t<std::is_floating_point_v<T>, T> FloorModulo(T a, T b) {
  const T mod = std::fmod(a, b);
  if (b == 0) return mod;
  if (mod == 0) return std::copysign(T{0}, b);
  return (b < 0) != (mod < 0) ? mod + b : mod;
}

template <class T>
HWY_INLINE T TruncatedModulo(T a, T b) {
  if constexpr (std::is_floating_point_v<T>)
    return std::fmod(a, b);
  else
    return b == 0 || b == -1 ? 0 : a % b;
}

template <class T>
HWY_INLINE int32_t BitsOfMagnitude(T a) {
  using U = std::make_unsigned_t<T>;
  const U magnitude = a < 0 ? U{0} - static_cast<U>(a) : static_cast<U>(a);
  return __builtin_popcountll(magnitude);
}

// Wraps; a negative exponent leaves what is left of the fraction: 1 and -1 keep their magnitude, all else is 0.
template <class T>
HWY_INLINE T IntegerPower(T base, T exponent) {
  using U = std::make_unsigned_t<T>;
  if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent & 1 ? -1 : 1) : 0;
  U result = 1;
  U power = static_cast<U>(base);
  for (U e = static_cast<U>(exponent); e != 0; e >>= 1) {
    if (e & 1) result *= power;
    power *= power;
  }
  return static_cast<T>(result);
}

template <class T>
HWY_INLINE T ShiftLeft(T a, T count) {
  using U = std::make_unsigned_t<T>;
  constexpr U kWidth = sizeof(T) * 8;
  const U c = static_cast<U>(count);
  return c < kWidth ? static_cast<T>(static_cast<U>(a) << (c & (kWidth - 1))) : 0;
}

template <class T>
HWY_INLINE T ShiftRight(T a, T count) {
  using U = std::make_unsigned_t<T>;
  constexpr U kLast = sizeof(T) * 8 - 1;
  const U c = static_cast<U>(count);
  return a >> (c < kLast ? c : kLast);
}

// Between kinds, bool being uint8_t. Floats to integers truncate and saturate, NaN to 0.
template <class From, class To>
HWY_INLINE To ConvertNumber(From x) {
  if constexpr (std::is_same_v<To, uint8_t>) {
    return x != 0;
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr From kLimit = static_cast<From>(uint64_t{1} << (sizeof(To) * 8 - 1));
    if (x >= kLimit) return std::numeric_limits<To>::max();
    if (x >= -kLimit) return static_cast<To>(x);
    return x != x ? 0 : std::numeric_limits<To>::min();
  } else {
    return static_cast<To>(x);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
#endif  // LANES_SCALAR_MATH_H_
