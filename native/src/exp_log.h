// Exponentials, logarithms, powers and their kin over blocks of float64 and float32.
//
// Each function takes n >= 0 elements at any address, writes n results, and may write over its input. A result depends
// on its argument alone, not on where it stands. Special values are those of IEEE 754 and C99 Annex F. Bit 0 of Pow's
// `uniform` says that x is one value, read from its first element; bit 1 says so of y.
//
// How: elements are taken some vectors at a time through a branch-free way that covers all ordinary arguments; where an
// argument overflows, underflows or is no number, those vectors alone are done again with the careful way beside it.
// On AVX-512 float32 exp and exp2 go the careful way at once, because it costs but a comparison there.
// Exponentials reduce to |r| <= log(2)/32 with sixteen powers of two in a table that AVX-512 keeps in registers,
// logarithms to |z/c - 1| <= 0.034 with sixteen 1/c (pow: 0.020 with thirty-two), carrying in two numbers what the last
// place needs. float32 has constants of its own; pow, and where products are not fused tanh, log2, log1p and the
// hyperbolic functions and their inverses, go through float64.
//
// Worst error in ULP, float64 over 4e6 arguments as accuracy_exp_log draws them (LANES_ACCURACY_SAMPLES=4000000),
// float32 over all arguments (expm1, log, log2, tanh: over those from 2^-8 to 2^9; pow: 1e5 pairs), on AVX2 and
// AVX-512, with SSE4 behind the slash where it differs:
//
//            exp        exp2       expm1      log        log2       log10      log1p      pow
//   float64  0.84/0.93  0.85/0.92  0.69/0.71  0.66       0.65       0.65/0.66  0.66       0.83/0.89
//   float32  0.87/0.90  0.81/0.82  0.83/0.82  0.88/0.96  0.95/0.51  0.95/0.94  0.91/0.51  0.51
//
//            tanh       sinh       cosh       cbrt       asinh      acosh      atanh
//   float64  0.53       0.69/0.71  0.73/0.74  0.501      0.68       0.67       0.69
//   float32  0.90/0.51  0.95/0.51  0.75/0.501 0.501      0.94/0.501 0.92/0.501 0.99/0.501
//   (on AVX-512: float64 cbrt 0.53, float32 log 0.78, log10 0.81, log1p 0.78, tanh 0.73, cbrt 0.56, asinh 0.78,
//   acosh 0.77, atanh 0.80)
#if defined(LANES_EXP_LOG_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_EXP_LOG_H
#undef LANES_EXP_LOG_H
#else
#define LANES_EXP_LOG_H
#endif

#include "exp_log_exponentials.h"
#include "exp_log_logarithms.h"
#include "exp_log_loops.h"
#include "exp_log_powers.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {

#define LANES_UNARY(Name)                                                                               \
  inline void Name(const double* x, double* y, size_t n) { exp_log::Map<exp_log::Name##F64>(x, y, n); } \
  inline void Name(const float* x, float* y, size_t n) { exp_log::Map<exp_log::Name##F32>(x, y, n); }
LANES_UNARY(Exp)
LANES_UNARY(Exp2)
LANES_UNARY(Expm1)
LANES_UNARY(Log)
LANES_UNARY(Log2)
LANES_UNARY(Log10)
LANES_UNARY(Log1p)
LANES_UNARY(Tanh)
LANES_UNARY(Sinh)
LANES_UNARY(Cosh)
LANES_UNARY(Cbrt)
LANES_UNARY(Asinh)
LANES_UNARY(Acosh)
LANES_UNARY(Atanh)
#undef LANES_UNARY

inline void Pow(const double* x, const double* y, double* out, size_t n, unsigned uniform) {
  exp_log::MapPair<exp_log::PowF64>(x, y, out, n, uniform);
}
inline void Pow(const float* x, const float* y, float* out, size_t n, unsigned uniform) {
  exp_log::MapPair<exp_log::PowF32>(x, y, out, n, uniform);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_EXP_LOG_H
