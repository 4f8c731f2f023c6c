// What every operator and every conversion should give, one element at a time, written without regard to speed.
#ifndef LANES_TEST_REFERENCE_H_
#define LANES_TEST_REFERENCE_H_

#include <math.h>
#include <stdint.h>
#include <string.h>

#include <complex>
#include <limits>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "bytes.h"
#include "guarded.h"
#include "kernels.h"

namespace lanes {

template <int kKind>
struct KindType;
template <>
struct KindType<kBool> {
  using type = uint8_t;
};
template <>
struct KindType<kInt32> {
  using type = int32_t;
};
template <>
struct KindType<kInt64> {
  using type = int64_t;
};
template <>
struct KindType<kFloat32> {
  using type = float;
};
template <>
struct KindType<kFloat64> {
  using type = double;
};

// Calls f with a value of the kind's type.
template <class F>
auto WithKind(int kind, F f) {
  switch (kind) {
    case kBool:
      return f(uint8_t{});
    case kInt32:
      return f(int32_t{});
    case kInt64:
      return f(int64_t{});
    case kFloat32:
      return f(float{});
    default:
      return f(double{});
  }
}

// Any register element.
struct Element {
  alignas(16) unsigned char bytes[16] = {};

  template <class T>
  static Element Of(T x) {
    Element e;
    memcpy(e.bytes, &x, sizeof(x));
    return e;
  }
  template <class T>
  T As() const {
    T x;
    memcpy(&x, bytes, sizeof(x));
    return x;
  }
};

template <class T>
bool SameBits(T a, T b) {
  return memcmp(&a, &b, sizeof(a)) == 0;
}

// NaN with NaN, zeros by sign.
template <class T>
bool SameNumber(T a, T b) {
  return SameBits(a, b) || (a != a && b != b);
}

template <class T>
T ReferenceInteger(const std::string& op, T a, T b) {
  using U = std::make_unsigned_t<T>;
  const U ua = static_cast<U>(a), ub = static_cast<U>(b);
  constexpr int kWidth = sizeof(T) * 8;
  if (op == "add") return static_cast<T>(ua + ub);
  if (op == "sub") return static_cast<T>(ua - ub);
  if (op == "mul") return static_cast<T>(ua * ub);
  if (op == "square") return static_cast<T>(ua * ua);
  if (op == "neg") return static_cast<T>(0 - ua);
  if (op == "abs") return static_cast<T>(a < 0 ? 0 - ua : ua);
  if (op == "invert") return ~a;
  if (op == "and") return a & b;
  if (op == "or") return a | b;
  if (op == "xor") return a ^ b;
  if (op == "shl") return b < 0 || b >= kWidth ? 0 : static_cast<T>(ua << b);
  if (op == "shr") return b < 0 || b >= kWidth ? (a < 0 ? -1 : 0) : a >> b;
  if (op == "floor" || op == "ceil" || op == "trunc" || op == "round") return a;
  if (op == "sign") return static_cast<T>((a > 0) - (a < 0));
  if (op == "minimum") return a < b ? a : b;
  if (op == "maximum") return a > b ? a : b;
  if (op == "copy" || op == "real" || op == "conj") return a;
  if (op == "imag") return 0;
  if (op == "ones_like") return 1;
  if (op == "fmod") return static_cast<T>(b == 0 ? 0 : static_cast<__int128>(a) % b);
  if (op == "floordiv" || op == "mod") {
    // In wider numbers nothing overflows.
    if (b == 0) return 0;
    const __int128 x = a, y = b;
    __int128 q = x / y;
    if (x % y != 0 && ((x < 0) != (y < 0))) --q;
    return static_cast<T>(op == "mod" ? x - q * y : q);
  }
  if (op == "pow") {
    if (b < 0) return a == 1 ? 1 : a == -1 ? (b % 2 == 0 ? 1 : -1) : 0;
    U result = 1;
    for (int bit = kWidth - 2; bit >= 0; --bit) {
      result *= result;
      if ((b >> bit) & 1) result *= ua;
    }
    return static_cast<T>(result);
  }
  abort();
}

// sin(pi x) or cos(pi x), reduced exactly to an eighth of a turn.
inline long double SineOfTurns(long double x, bool cosine) {
  if (!std::isfinite(x)) return std::numeric_limits<long double>::quiet_NaN();
  const long double turns = std::fmod(x, 2.0L);
  const int quarters = static_cast<int>(std::nearbyint(2 * turns));
  const long double rest = (turns - quarters * 0.5L) * 3.14159265358979323846264338327950288L;
  const int quadrant = (quarters + (cosine ? 1 : 0)) & 3;
  if (rest == 0 && quadrant % 2 == 0) return cosine ? 0 : std::copysign(0.0L, x);
  const long double size = quadrant % 2 == 0 ? std::sin(rest) : std::cos(rest);
  return quadrant < 2 ? size : -size;
}

template <class T>
T ReferenceFloat(const std::string& op, T a, T b) {
  if (op == "add") return a + b;
  if (op == "sub") return a - b;
  if (op == "mul") return a * b;
  if (op == "square") return a * a;
  if (op == "truediv") return a / b;
  if (op == "neg") return -a;
  if (op == "abs") return std::copysign(a, T{1});
  if (op == "sqrt") return std::sqrt(a);
  if (op == "floor") return std::floor(a);
  if (op == "ceil") return std::ceil(a);
  if (op == "trunc") return std::trunc(a);
  if (op == "round") return std::nearbyint(a);
  if (op == "sign") return a > 0 ? T{1} : a < 0 ? T{-1} : a == 0 ? T{0} : a;
  if (op == "minimum") return a < b || a != a ? a : b;
  if (op == "maximum") return a > b || a != a ? a : b;
  if (op == "copy" || op == "real" || op == "conj") return a;
  if (op == "imag") return 0;
  if (op == "ones_like") return 1;
  if (op == "copysign") return std::copysign(a, b);
  if (op == "nextafter") return std::nextafter(a, b);
  if (op == "fmod") return std::fmod(a, b);
  // Functions in more digits than any result has.
  const long double x = a, y = b;
  const auto rounded = [](long double exact) { return static_cast<T>(exact); };
  if (op == "exp") return rounded(std::exp(x));
  if (op == "exp2") return rounded(std::exp2(x));
  if (op == "expm1") return rounded(std::expm1(x));
  if (op == "log") return rounded(std::log(x));
  if (op == "log10") return rounded(std::log10(x));
  if (op == "log1p") return rounded(std::log1p(x));
  if (op == "sin") return rounded(std::sin(x));
  if (op == "cos") return rounded(std::cos(x));
  if (op == "tan") return rounded(std::tan(x));
  if (op == "arcsin") return rounded(std::asin(x));
  if (op == "arccos") return rounded(std::acos(x));
  if (op == "arctan") return rounded(std::atan(x));
  if (op == "arctan2") return rounded(std::atan2(x, y));
  if (op == "sinh") return rounded(std::sinh(x));
  if (op == "cosh") return rounded(std::cosh(x));
  if (op == "tanh") return rounded(std::tanh(x));
  if (op == "cbrt") return rounded(std::cbrt(x));
  // The long double pow of glibc takes -infinity to a large negative power for infinity.
  if (op == "pow") return std::isinf(a) ? std::pow(a, b) : rounded(std::pow(x, y));
  if (op == "pow3halves") return rounded(std::pow(x, 1.5L));
  if (op == "pow5halves") return rounded(std::pow(x, 2.5L));
  if (op == "log2") return rounded(std::log2(x));
  if (op == "arcsinh") return rounded(std::asinh(x));
  if (op == "arccosh") return rounded(std::acosh(x));
  if (op == "arctanh") return rounded(std::atanh(x));
  if (op == "hypot") return rounded(std::hypot(x, y));
  if (op == "sinpi") return rounded(SineOfTurns(x, false));
  if (op == "cospi") return rounded(SineOfTurns(x, true));
  if (op == "erf") return rounded(std::erf(x));
  if (op == "erfc") return rounded(std::erfc(x));
  if (op == "gamma") return rounded(std::tgamma(x));
  if (op == "lgamma") return rounded(std::lgamma(x));
  // npy_divmod, spelled with both results at once.
  T mod = std::fmod(a, b);
  if (b == 0) return op == "mod" ? mod : a / b;
  T div = (a - mod) / b;
  if (mod != 0) {
    if ((b < 0) != (mod < 0)) {
      mod += b;
      div -= 1;
    }
  } else {
    mod = std::copysign(T{0}, b);
  }
  if (op == "mod") return mod;
  if (op == "floordiv") {
    if (div == 0) return std::copysign(T{0}, a / b);
    T floor = std::floor(div);
    if (div - floor > T{0.5}) floor += 1;
    return floor;
  }
  abort();
}

inline bool IsComparison(const std::string& op) {
  return op == "lt" || op == "le" || op == "gt" || op == "ge" || op == "eq" || op == "ne";
}

template <class T>
uint8_t ReferenceComparison(const std::string& op, T a, T b) {
  if (op == "lt") return a < b;
  if (op == "le") return a <= b;
  if (op == "gt") return a > b;
  if (op == "ge") return a >= b;
  if (op == "eq") return a == b;
  return a != b;
}

template <class To, class From>
To ReferenceCast(From x) {
  if constexpr (std::is_same_v<To, uint8_t>) {
    return x != 0;
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    if (x != x) return 0;
    const long double wide = x;
    if (wide >= static_cast<long double>(std::numeric_limits<To>::max())) return std::numeric_limits<To>::max();
    if (wide <= static_cast<long double>(std::numeric_limits<To>::min())) return std::numeric_limits<To>::min();
    return static_cast<To>(wide);
  } else {
    return static_cast<To>(x);
  }
}

inline int CastTarget(const std::string& op) {
  const char* names[] = {"bool", "int32", "int64", "float32", "float64"};
  for (int kind = 0; kind < 5; ++kind) {
    if (op == names[kind]) return kind;
  }
  return -1;
}

template <class T>
T ReferenceMultiplyAdd(T a, T b, T c) {
  if constexpr (std::is_integral_v<T>) {
    return ReferenceInteger("add", ReferenceInteger("mul", a, b), c);
  } else {
    const T product = a * b;
    return product + c;
  }
}

struct ComplexValue {
  double re, im;
};

// Arithmetic step by step, functions in more digits.
inline Element ReferenceComplex(const std::string& op, ComplexValue x, ComplexValue y) {
  const auto give = [](double re, double im) { return Element::Of(ComplexValue{re, im}); };
  if (op == "add") return give(x.re + y.re, x.im + y.im);
  if (op == "sub") return give(x.re - y.re, x.im - y.im);
  if (op == "mul") return give(x.re * y.re - x.im * y.im, x.re * y.im + x.im * y.re);
  if (op == "square") return give(x.re * x.re - x.im * x.im, x.re * x.im + x.im * x.re);
  if (op == "neg") return give(-x.re, -x.im);
  if (op == "conj") return give(x.re, -x.im);
  if (op == "round") return give(std::nearbyint(x.re), std::nearbyint(x.im));
  if (op == "copy" || op == "complex128") return give(x.re, x.im);
  if (op == "ones_like") return give(1, 0);
  if (op == "real") return Element::Of(x.re);
  if (op == "imag") return Element::Of(x.im);
  if (op == "abs") return Element::Of(std::hypot(x.re, x.im));
  if (op == "eq") return Element::Of<uint8_t>(x.re == y.re && x.im == y.im);
  if (op == "ne") return Element::Of<uint8_t>(x.re != y.re || x.im != y.im);
  if (op == "bool") return Element::Of<uint8_t>(x.re != 0 || x.im != 0);
  if (op == "isnan") return Element::Of<uint8_t>(std::isnan(x.re) || std::isnan(x.im));
  if (op == "isinf") return Element::Of<uint8_t>(std::isinf(x.re) || std::isinf(x.im));
  if (op == "isfinite") return Element::Of<uint8_t>(std::isfinite(x.re) && std::isfinite(x.im));
  using Wide = std::complex<long double>;
  const Wide z(x.re, x.im), w(y.re, y.im);
  const auto rounded = [&](Wide v) { return give(static_cast<double>(v.real()), static_cast<double>(v.imag())); };
  if (op == "truediv") return rounded(z / w);
  if (op == "pow") return rounded(z == Wide(0) && w == Wide(0) ? Wide(1) : std::pow(z, w));
  if (op == "sign") return rounded(z == Wide(0) ? z : z / std::abs(z));
  if (op == "sqrt") return rounded(std::sqrt(z));
  if (op == "exp") return rounded(std::exp(z));
  if (op == "exp2") return rounded(std::exp(z * std::log(2.0L)));
  if (op == "expm1") return rounded(std::exp(z) - 1.0L);
  if (op == "log") return rounded(std::log(z));
  if (op == "log1p") return rounded(std::log(z + 1.0L));
  if (op == "log10") return rounded(std::log(z) / std::log(10.0L));
  if (op == "log2") return rounded(std::log(z) / std::log(2.0L));
  if (op == "sin") return rounded(std::sin(z));
  if (op == "cos") return rounded(std::cos(z));
  if (op == "tan") return rounded(std::tan(z));
  if (op == "arcsin") return rounded(std::asin(z));
  if (op == "arccos") return rounded(std::acos(z));
  if (op == "arctan") return rounded(std::atan(z));
  if (op == "sinh") return rounded(std::sinh(z));
  if (op == "cosh") return rounded(std::cosh(z));
  if (op == "tanh") return rounded(std::tanh(z));
  if (op == "arcsinh") return rounded(std::asinh(z));
  if (op == "arccosh") return rounded(std::acosh(z));
  if (op == "arctanh") return rounded(std::atanh(z));
  abort();
}

// Exact arithmetic part by part; functions by the size of the difference, where the numbers leave room for it. What
// they give at infinities and NaNs is the fixtures' affair.
inline bool AgreesComplex(const KernelRow& row, ComplexValue actual, ComplexValue expected) {
  const std::string op = row.name;
  if (row.ulp == 0 && op != "truediv") {
    return SameNumber(actual.re, expected.re) && SameNumber(actual.im, expected.im);
  }
  // Their references lose more digits than they do.
  if (op == "exp2" || op == "expm1" || op == "log1p") return true;
  const double size = std::hypot(expected.re, expected.im);
  const double off = std::hypot(actual.re - expected.re, actual.im - expected.im);
  return !(size > 1e-290 && size < 1e290) || off <= std::max<int>(row.ulp, 8) * size * 0x1p-52 || op == "expm1" ||
         op == "log1p";
}

inline Element ReferenceBytes(const std::string& op, const Element& a, const Element& b) {
  const auto text = [](const Element& x) {
    const ByteView view = x.As<ByteView>();
    return std::string(view.data, static_cast<size_t>(view.length));
  };
  if (op == "copy") return a;
  const std::string x = text(a), y = text(b);
  if (op == "contains") return Element::Of<uint8_t>(x.find(y) != std::string::npos);
  return Element::Of(ReferenceComparison(op, x, y));
}

inline Element ReferenceKernel(const KernelRow& row, const Element& a, const Element& b, const Element& c) {
  const std::string op = row.name;
  if (row.arguments[0] == kBytes) return ReferenceBytes(op, a, b);
  if (row.arguments[0] == kComplex128) {
    return ReferenceComplex(op, a.As<ComplexValue>(), row.arguments[1] >= 0 ? b.As<ComplexValue>() : ComplexValue{});
  }
  if (op == "complex") return Element::Of(ComplexValue{a.As<double>(), b.As<double>()});
  if (op == "complex128") {
    return WithKind(row.arguments[0], [&](auto t) {
      return Element::Of(ComplexValue{static_cast<double>(a.As<decltype(t)>()), 0});
    });
  }
  if (op == "where") return a.As<uint8_t>() ? b : c;
  return WithKind(row.arguments[0], [&](auto key) {
    using T = decltype(key);
    const T x = a.As<T>();
    const T y = row.arguments[1] >= 0 ? b.As<T>() : T{};
    if (IsComparison(op)) return Element::Of(ReferenceComparison(op, x, y));
    if constexpr (std::is_floating_point_v<T>) {
      if (op == "isnan") return Element::Of<uint8_t>(std::isnan(x));
      if (op == "isinf") return Element::Of<uint8_t>(std::isinf(x));
      if (op == "isfinite") return Element::Of<uint8_t>(std::isfinite(x));
      if (op == "signbit") return Element::Of<uint8_t>(std::signbit(x));
      if (op == "fma") return Element::Of(std::fma(x, y, c.As<T>()));
    }
    if constexpr (!std::is_same_v<T, uint8_t>) {
      if (op == "muladd") return Element::Of(ReferenceMultiplyAdd(x, y, c.As<T>()));
    }
    if (CastTarget(op) >= 0) {
      return WithKind(CastTarget(op), [&](auto target) { return Element::Of(ReferenceCast<decltype(target)>(x)); });
    }
    if constexpr (std::is_integral_v<T>) {
      if (op == "bitwise_count") {
        const __int128 wide = x;
        return Element::Of<int32_t>(__builtin_popcountll(static_cast<uint64_t>(wide < 0 ? -wide : wide)));
      }
    }
    if constexpr (std::is_same_v<T, uint8_t>) {
      if (op == "copy" || op == "real" || op == "conj") return Element::Of<T>(x);
      if (op == "imag") return Element::Of<T>(0);
      if (op == "ones_like") return Element::Of<T>(1);
      if (op == "add" || op == "or") return Element::Of<T>(x || y);
      if (op == "mul" || op == "and") return Element::Of<T>(x && y);
      if (op == "minimum") return Element::Of<T>(x && y);
      if (op == "maximum") return Element::Of<T>(x || y);
      if (op == "xor") return Element::Of<T>(x != y);
      if (op == "invert") return Element::Of<T>(!x);
      if (op == "abs") return Element::Of<T>(x);
      abort();
    } else if constexpr (std::is_integral_v<T>) {
      return Element::Of(ReferenceInteger(op, x, y));
    } else {
      return Element::Of(ReferenceFloat(op, x, y));
    }
  });
}

// n values of a kind: half of them the awkward ones, in random order.
template <class T>
std::vector<T> Awkward(size_t n, std::mt19937_64& random) {
  std::vector<T> special;
  if constexpr (std::is_same_v<T, uint8_t>) {
    special = {0, 1};
  } else if constexpr (std::is_integral_v<T>) {
    using L = std::numeric_limits<T>;
    special = {0,  1,  -1, 2,  -2,  3,   -3,       7,        -7,           31,          32,
               33, 63, 64, 65, -63, -64, L::min(), L::max(), L::min() + 1, L::max() - 1};
  } else {
    using L = std::numeric_limits<T>;
    special = {T{0},
               -T{0},
               T{1},
               T{-1},
               T{0.5},
               T{-0.5},
               T{2.5},
               T{-3},
               T{7},
               T{0.1},
               T{-0.1},
               T{1e10},
               T{-1e10},
               T{3e18},
               T{1e19},
               L::infinity(),
               -L::infinity(),
               L::quiet_NaN(),
               -L::quiet_NaN(),
               L::max(),
               L::lowest(),
               L::min(),
               L::denorm_min(),
               -L::denorm_min(),
               static_cast<T>(2147483647.0),
               static_cast<T>(2147483648.0),
               static_cast<T>(-2147483648.0),
               static_cast<T>(9223372036854775808.0),
               static_cast<T>(-9223372036854775808.0)};
  }
  std::vector<T> values(n);
  for (T& value : values) {
    const uint64_t bits = random();
    if (bits & 1) {
      value = special[(bits >> 1) % special.size()];
    } else if constexpr (std::is_same_v<T, uint8_t>) {
      value = (bits >> 1) & 1;
    } else if constexpr (std::is_integral_v<T>) {
      value = static_cast<T>(static_cast<int64_t>(bits) >> (bits >> 1) % (sizeof(T) * 8));
    } else if (bits & 2) {
      value = static_cast<T>(static_cast<double>(static_cast<int64_t>(bits)) * 0x1p-58);
    } else {
      memcpy(&value, &bits, sizeof(value));
    }
  }
  return values;
}

// Strings that begin or end at a guard. Most of them are runs of one letter, so that many are equal or begin alike.
inline std::vector<Element> AwkwardStrings(size_t n, std::mt19937_64& random) {
  constexpr size_t kRoom = 2000;
  static const Guarded* memory = [] {
    Guarded* made = new Guarded(kRoom);
    memset(made->Front(), 'a', kRoom);
    memset(made->Back(kRoom), 'a', kRoom);
    const char others[] = {'b', '\xff', '\0', '\x7f', '\x80', '\0'};
    const size_t places[] = {3, 9, 17, 18, 40, 700};
    for (int k = 0; k < 6; ++k) {
      made->Front()[places[k]] = others[k];
      made->Back(kRoom)[kRoom - 1 - places[k]] = others[5 - k];
    }
    return made;
  }();
  std::vector<Element> elements;
  for (size_t i = 0; i < n; ++i) {
    const size_t most = random() % 8 == 0 ? kRoom : 20;
    int64_t length = static_cast<int64_t>(random() % (most + 1));
    const char* data = random() % 2 == 0 ? memory->Front() : memory->Back(static_cast<size_t>(length));
    while (length > 0 && data[length - 1] == 0) --length;
    elements.push_back(Element::Of(ByteView{data, length}));
  }
  return elements;
}

inline std::vector<Element> AwkwardElements(int kind, size_t n, std::mt19937_64& random) {
  if (kind == kBytes) return AwkwardStrings(n, random);
  std::vector<Element> elements;
  if (kind == kComplex128) {
    const std::vector<double> parts = Awkward<double>(2 * n, random);
    for (size_t i = 0; i < n; ++i) elements.push_back(Element::Of(ComplexValue{parts[2 * i], parts[2 * i + 1]}));
    return elements;
  }
  WithKind(kind, [&](auto t) {
    for (auto x : Awkward<decltype(t)>(n, random)) elements.push_back(Element::Of(x));
  });
  return elements;
}

// Whether a result is right. Exact operators must agree in every bit, moves and signs even in those of a NaN.
inline bool Agrees(const KernelRow& row, const Element& actual, const Element& expected) {
  const std::string op = row.name;
  if (row.result == kBytes) return memcmp(actual.bytes, expected.bytes, sizeof(ByteView)) == 0;
  if (row.result == kComplex128) return AgreesComplex(row, actual.As<ComplexValue>(), expected.As<ComplexValue>());
  return WithKind(row.result, [&](auto t) {
    using T = decltype(t);
    const T x = actual.As<T>(), y = expected.As<T>();
    const bool is_length = row.arguments[0] == kComplex128;
    if (op == "where" || op == "neg" || (op == "abs" && !is_length)) return SameBits(x, y);
    if constexpr (std::is_integral_v<T>) {
      return x == y;
    } else {
      if (SameNumber(x, y)) return true;
      // The reference is rounded once more; where the bound is tight is another test's affair.
      const T unit = std::fabs(std::nextafter(y, std::numeric_limits<T>::infinity()) - y);
      return row.ulp > 0 && std::fabs(x - y) <= (row.ulp + 1) * unit;
    }
  });
}

}  // namespace lanes

#endif  // LANES_TEST_REFERENCE_H_
