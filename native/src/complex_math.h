// Bodies of the operators on complex numbers, one element at a time. Arithmetic is NumPy's, step by step; functions are
// those of the C library, whose behaviour at zeros, infinities and NaNs is C99's Annex G.
//
// Compiled for the plain machine only: GCC 12 fuses the product and the sum of interleaved parts where it finds an
// instruction for it, even when it is told not to.
#ifndef LANES_COMPLEX_MATH_H_
#define LANES_COMPLEX_MATH_H_

#include <math.h>
#include <stdint.h>

#include <complex>

namespace lanes {

struct Complex {
  double re;
  double im;
};

using StandardComplex = std::complex<double>;
using WideComplex = std::complex<long double>;

inline StandardComplex Standard(Complex z) { return {z.re, z.im}; }
inline Complex FromStandard(StandardComplex z) { return {z.real(), z.imag()}; }

inline Complex Product(Complex a, Complex b) { return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re}; }

// Smith's method (1962).
inline Complex Quotient(Complex a, Complex b) {
  if (fabs(b.re) >= fabs(b.im)) {
    if (b.re == 0 && b.im == 0) return {a.re / fabs(b.re), a.im / fabs(b.re)};
    const double ratio = b.im / b.re;
    const double scale = 1 / (b.re + b.im * ratio);
    return {(a.re + a.im * ratio) * scale, (a.im - a.re * ratio) * scale};
  }
  const double ratio = b.re / b.im;
  const double scale = 1 / (b.im + b.re * ratio);
  return {(a.re * ratio + a.im) * scale, (a.im * ratio - a.re) * scale};
}

// By repeated squaring, n > 0.
inline Complex WholePower(Complex factor, int n) {
  Complex result = factor;
  bool has_result = false;
  while (true) {
    if (n & 1) {
      result = has_result ? Product(result, factor) : factor;
      has_result = true;
    }
    n >>= 1;
    if (n == 0) return result;
    factor = Product(factor, factor);
  }
}

// Whole exponents below 100 by repeated squaring, others by way of the logarithm with the digits that it costs.
inline Complex PowerOfComplex(Complex a, Complex b) {
  constexpr double kNan = __builtin_nan("");
  if (b.re == 0 && b.im == 0) return {1, 0};
  if (a.re == 0 && a.im == 0) return b.re > 0 ? Complex{0, 0} : Complex{kNan, kNan};
  if (b.im == 0 && b.re == rint(b.re) && fabs(b.re) < 100) {
    const Complex result = WholePower(a, static_cast<int>(fabs(b.re)));
    return b.re < 0 ? Quotient({1, 0}, result) : result;
  }
  const WideComplex wide = std::pow(WideComplex(a.re, a.im), WideComplex(b.re, b.im));
  return {static_cast<double>(wide.real()), static_cast<double>(wide.imag())};
}

inline Complex SignOfComplex(Complex z) {
  constexpr double kNan = __builtin_nan("");
  if (z.re == 0 && z.im == 0) return {0, 0};
  if (isinf(z.re) || isinf(z.im)) {
    if (isinf(z.re) && isinf(z.im)) return {kNan, kNan};
    return isinf(z.re) ? Complex{copysign(1.0, z.re), 0} : Complex{0, copysign(1.0, z.im)};
  }
  // The length of the least is not exact, that of the greatest is infinite.
  const double most = fmax(fabs(z.re), fabs(z.im));
  const double scale = most < 0x1p-900 ? 0x1p200 : most > 0x1p1000 ? 0.25 : 1;
  const double re = z.re * scale, im = z.im * scale;
  const double length = hypot(re, im);
  return {re / length, im / length};
}

inline Complex Exp2OfComplex(Complex z) {
  if (!isfinite(z.im)) return FromStandard(std::exp(StandardComplex(z.re * M_LN2, z.im)));
  if (z.im == 0) return {exp2(z.re), z.im};
  const long double angle = z.im * 0.693147180559945309417232121458176568L;
  const double size = exp2(z.re);
  return {size * static_cast<double>(cosl(angle)), size * static_cast<double>(sinl(angle))};
}

inline Complex Expm1OfComplex(Complex z) {
  if (!isfinite(z.re) || !isfinite(z.im)) {
    const Complex e = FromStandard(std::exp(Standard(z)));
    return {e.re - 1, e.im};
  }
  const double half = sin(z.im / 2);
  return {expm1(z.re) * cos(z.im) - 2 * half * half, exp(z.re) * sin(z.im)};
}

inline Complex Log1pOfComplex(Complex z) {
  const double angle = atan2(z.im, z.re + 1);
  if (!isfinite(z.re) || !isfinite(z.im)) return {log(hypot(z.re, z.im)), angle};
  // Near -1 the sum is exact, and what is left of the squares would not be enough.
  const double magnitude = hypot(z.re + 1, z.im);
  if (magnitude < 0.5) return {log(magnitude), angle};
  const long double x = z.re, y = z.im;
  const long double rest = x * (2 + x) + y * y;
  return {static_cast<double>(log1pl(rest) / 2), angle};
}

inline Complex ScaledLog(Complex z, double scale) {
  const StandardComplex log = std::log(Standard(z));
  return {log.real() / scale, log.imag() / scale};
}

#define LANES_COMPLEX_BODY(row, expression)                                  \
  struct complex_##row {                                                     \
    static inline auto Do([[maybe_unused]] Complex a) { return expression; } \
  };
#define LANES_COMPLEX_BODY2(row, expression)                           \
  struct complex_##row {                                               \
    static inline auto Do(Complex a, Complex b) { return expression; } \
  };
#define LANES_COMPLEX_FUNCTION(row, name) LANES_COMPLEX_BODY(row, FromStandard(std::name(Standard(a))))

LANES_COMPLEX_BODY2(add, (Complex{a.re + b.re, a.im + b.im}))
LANES_COMPLEX_BODY2(sub, (Complex{a.re - b.re, a.im - b.im}))
LANES_COMPLEX_BODY2(pow, PowerOfComplex(a, b))
LANES_COMPLEX_BODY2(eq, static_cast<uint8_t>(a.re == b.re && a.im == b.im))
LANES_COMPLEX_BODY2(ne, static_cast<uint8_t>(!(a.re == b.re && a.im == b.im)))
LANES_COMPLEX_BODY(neg, (Complex{-a.re, -a.im}))
LANES_COMPLEX_BODY(copy, a)
LANES_COMPLEX_BODY(complex128, a)
LANES_COMPLEX_BODY(ones_like, (Complex{1, 0}))
LANES_COMPLEX_BODY(conj, (Complex{a.re, -a.im}))
LANES_COMPLEX_BODY(real, a.re)
LANES_COMPLEX_BODY(imag, a.im)
LANES_COMPLEX_BODY(sign, SignOfComplex(a))
LANES_COMPLEX_BODY(round, (Complex{rint(a.re), rint(a.im)}))
LANES_COMPLEX_BODY(bool, static_cast<uint8_t>(a.re != 0 || a.im != 0))
LANES_COMPLEX_BODY(isnan, static_cast<uint8_t>(isnan(a.re) || isnan(a.im)))
LANES_COMPLEX_BODY(isinf, static_cast<uint8_t>(isinf(a.re) || isinf(a.im)))
LANES_COMPLEX_BODY(isfinite, static_cast<uint8_t>(isfinite(a.re) && isfinite(a.im)))
LANES_COMPLEX_BODY(exp2, Exp2OfComplex(a))
LANES_COMPLEX_BODY(expm1, Expm1OfComplex(a))
LANES_COMPLEX_BODY(log1p, Log1pOfComplex(a))
LANES_COMPLEX_BODY(log10, ScaledLog(a, M_LN10))
LANES_COMPLEX_BODY(log2, ScaledLog(a, M_LN2))
LANES_COMPLEX_FUNCTION(sqrt, sqrt)
LANES_COMPLEX_FUNCTION(exp, exp)
LANES_COMPLEX_FUNCTION(log, log)
LANES_COMPLEX_FUNCTION(sin, sin)
LANES_COMPLEX_FUNCTION(cos, cos)
LANES_COMPLEX_FUNCTION(tan, tan)
LANES_COMPLEX_FUNCTION(arcsin, asin)
LANES_COMPLEX_FUNCTION(arccos, acos)
LANES_COMPLEX_FUNCTION(arctan, atan)
LANES_COMPLEX_FUNCTION(sinh, sinh)
LANES_COMPLEX_FUNCTION(cosh, cosh)
LANES_COMPLEX_FUNCTION(tanh, tanh)
LANES_COMPLEX_FUNCTION(arcsinh, asinh)
LANES_COMPLEX_FUNCTION(arccosh, acosh)
LANES_COMPLEX_FUNCTION(arctanh, atanh)
#undef LANES_COMPLEX_BODY
#undef LANES_COMPLEX_BODY2
#undef LANES_COMPLEX_FUNCTION

// Every argument is a run or, where its bit of `uniform` is set, one value.
template <class Body, class Result, int kArity>
void ComplexKernel(void* dst, const void* a, const void* b, const void*, size_t n, unsigned uniform) {
  const Complex* x = static_cast<const Complex*>(a);
  Result* z = static_cast<Result*>(dst);
  const size_t x_step = uniform & 1 ? 0 : 1;
  if constexpr (kArity == 1) {
    for (size_t i = 0; i < n; ++i) z[i] = Body::Do(x[i * x_step]);
  } else {
    const Complex* y = static_cast<const Complex*>(b);
    const size_t y_step = uniform & 2 ? 0 : 1;
    for (size_t i = 0; i < n; ++i) z[i] = Body::Do(x[i * x_step], y[i * y_step]);
  }
}

template <class T>
void SelectWide(void* dst, const void* a, const void* b, const void* c, size_t n, unsigned uniform) {
  const uint8_t* condition = static_cast<const uint8_t*>(a);
  const T* yes = static_cast<const T*>(b);
  const T* no = static_cast<const T*>(c);
  T* z = static_cast<T*>(dst);
  const size_t condition_step = uniform & 1 ? 0 : 1, yes_step = uniform & 2 ? 0 : 1, no_step = uniform & 4 ? 0 : 1;
  for (size_t i = 0; i < n; ++i) z[i] = condition[i * condition_step] ? yes[i * yes_step] : no[i * no_step];
}

template <class From>
void RealToComplex(void* dst, const void* a, const void*, const void*, size_t n, unsigned uniform) {
  const From* x = static_cast<const From*>(a);
  Complex* z = static_cast<Complex*>(dst);
  for (size_t i = 0; i < n; ++i) z[i] = {static_cast<double>(x[uniform & 1 ? 0 : i]), 0};
}

inline void PartsToComplex(void* dst, const void* a, const void* b, const void*, size_t n, unsigned uniform) {
  const double* x = static_cast<const double*>(a);
  const double* y = static_cast<const double*>(b);
  Complex* z = static_cast<Complex*>(dst);
  for (size_t i = 0; i < n; ++i) z[i] = {x[uniform & 1 ? 0 : i], y[uniform & 2 ? 0 : i]};
}

}  // namespace lanes

#endif  // LANES_COMPLEX_MATH_H_
