// Exponentials, logarithms, powers and their kin over blocks of float64 and float32.
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

namespace exp_log {
template <class Op, class T>
HWY_INLINE void ChoosePow(const T* x, const T* y, T* out, size_t n, unsigned uniform) {
  switch (uniform & 3) {
    case 0:
      return MapPow<Op, false, false>(x, y, out, n);
    case 1:
      return MapPow<Op, true, false>(x, y, out, n);
    case 2:
      return MapPow<Op, false, true>(x, y, out, n);
    default:
      return MapPow<Op, true, true>(x, y, out, n);
  }
}
}  // namespace exp_log

inline void Pow(const double* x, const double* y, double* out, size_t n, unsigned uniform) {
  exp_log::ChoosePow<exp_log::PowF64>(x, y, out, n, uniform);
}
inline void Pow(const float* x, const float* y, float* out, size_t n, unsigned uniform) {
  exp_log::ChoosePow<exp_log::PowF32>(x, y, out, n, uniform);
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_EXP_LOG_H
