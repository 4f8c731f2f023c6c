// The elementwise operators, each written once and compiled for every instruction set.
#include "complex_math.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "bytes.h"
#include "erf_gamma.h"
#include "exp_log.h"
#include "half_powers.h"
#include "kernels.h"
#include "operators.h"
#include "quotient.h"
#include "remainder.h"
#include "scalar_math.h"
#include "trig.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// ---- Loops over vectors ---------------------------------------------------------------------------------------------

// The arguments of one call, each a run of elements or one value as kUniform says.
template <class Body, class T, int kArity, unsigned kUniform>
struct Arguments {
  const void* a;
  const void* b;
  const void* c;

  template <int kIndex, class D>
  HWY_INLINE hn::Vec<D> Get(D d, const void* p, size_t i) const {
    const T* x = static_cast<const T*>(p);
    if constexpr ((kUniform >> kIndex) & 1)
      return hn::Set(d, *x);
    else
      return hn::LoadU(d, x + i);
  }

  template <class D>
  HWY_INLINE hn::Mask<D> GetCondition(D d, size_t i) const {
    const uint8_t* x = static_cast<const uint8_t*>(a);
    const hn::RebindToUnsigned<D> du;
    if constexpr (kUniform & 1)
      return hn::RebindMask(d, hn::Ne(hn::Set(du, *x), hn::Zero(du)));
    else
      return LoadCondition(d, x + i);
  }

  template <class D>
  HWY_INLINE auto Compute(D d, size_t i) const {
    if constexpr (kArity == 1)
      return Body::Do(d, Get<0>(d, a, i));
    else if constexpr (kArity == 2)
      return Body::Do(d, Get<0>(d, a, i), Get<1>(d, b, i));
    else if constexpr (std::is_same_v<Body, op_where>)
      return Body::Do(d, GetCondition(d, i), Get<1>(d, b, i), Get<2>(d, c, i));
    else
      return Body::Do(d, Get<0>(d, a, i), Get<1>(d, b, i), Get<2>(d, c, i));
  }
};

// Those of a division by one value.
template <class T>
struct ArgumentsOfQuotient {
  const T* a;
  Divisor<T> divisor;

  template <class D>
  HWY_INLINE hn::Vec<D> Compute(D d, size_t i) const {
    return divisor.Divide(d, hn::LoadU(d, a + i));
  }
};

// The last, partial vector is one that overlaps its neighbour; it is computed before anything is written, since dst may
// be an argument.
template <class T, class R, class Args>
HWY_INLINE void VectorLoop(R* dst, Args args, size_t n) {
  const hn::ScalableTag<T> d;
  const size_t N = hn::Lanes(d);
  if (n < N) {
    const One<T> d1;
    for (size_t i = 0; i < n; ++i) StoreResult(d1, args.Compute(d1, i), dst + i);
    return;
  }
  const auto last = args.Compute(d, n - N);
  size_t i = 0;
  for (; i + 4 * N <= n; i += 4 * N) {
    const auto r0 = args.Compute(d, i);
    const auto r1 = args.Compute(d, i + N);
    const auto r2 = args.Compute(d, i + 2 * N);
    const auto r3 = args.Compute(d, i + 3 * N);
    StoreResult(d, r0, dst + i);
    StoreResult(d, r1, dst + i + N);
    StoreResult(d, r2, dst + i + 2 * N);
    StoreResult(d, r3, dst + i + 3 * N);
  }
  for (; i + N <= n; i += N) StoreResult(d, args.Compute(d, i), dst + i);
  if (i < n) StoreResult(d, last, dst + n - N);
}

template <class Body, class T, class R, int kArity, unsigned kUniform>
void VectorVariant(void* dst, const void* a, const void* b, const void* c, size_t n) {
  R* to = static_cast<R*>(dst);
  if constexpr (std::is_same_v<Body, op_truediv> && kUniform == 2)
    VectorLoop<T>(to, ArgumentsOfQuotient<T>{static_cast<const T*>(a), Divisor<T>(*static_cast<const T*>(b))}, n);
  else
    VectorLoop<T>(to, Arguments<Body, T, kArity, kUniform>{a, b, c}, n);
}

// Arguments that are all one value give one result, which is repeated.
template <class Body, class T, class R, int kArity>
void VectorKernel(void* dst, const void* a, const void* b, const void* c, size_t n, unsigned uniform) {
  constexpr unsigned kAll = (1u << kArity) - 1;
  if ((uniform & kAll) == kAll) {
    R* y = static_cast<R*>(dst);
    if (n == 0) return;
    VectorVariant<Body, T, R, kArity, 0>(y, a, b, c, 1);
    for (size_t i = 1; i < n; ++i) y[i] = y[0];
    return;
  }
  if constexpr (kArity == 1) {
    VectorVariant<Body, T, R, 1, 0>(dst, a, b, c, n);
  } else if constexpr (kArity == 2) {
    switch (uniform & 3) {
      case 0:
        return VectorVariant<Body, T, R, 2, 0>(dst, a, b, c, n);
      case 1:
        return VectorVariant<Body, T, R, 2, 1>(dst, a, b, c, n);
      default:
        return VectorVariant<Body, T, R, 2, 2>(dst, a, b, c, n);
    }
  } else {
    switch (uniform & 7) {
      case 0:
        return VectorVariant<Body, T, R, 3, 0>(dst, a, b, c, n);
      case 1:
        return VectorVariant<Body, T, R, 3, 1>(dst, a, b, c, n);
      case 2:
        return VectorVariant<Body, T, R, 3, 2>(dst, a, b, c, n);
      case 3:
        return VectorVariant<Body, T, R, 3, 3>(dst, a, b, c, n);
      case 4:
        return VectorVariant<Body, T, R, 3, 4>(dst, a, b, c, n);
      case 5:
        return VectorVariant<Body, T, R, 3, 5>(dst, a, b, c, n);
      default:
        return VectorVariant<Body, T, R, 3, 6>(dst, a, b, c, n);
    }
  }
}

// ---- Bodies on single elements --------------------------------------------------------------------------------------
// For what has no vector instruction, or where the compiler's own vectors do as well.

struct op_pow {
  template <class T>
  static HWY_INLINE T Do(T a, T b) {
    return IntegerPower(a, b);
  }
};
struct op_shl {
  template <class T>
  static HWY_INLINE T Do(T a, T count) {
    return ShiftLeft(a, count);
  }
};
struct op_shr {
  template <class T>
  static HWY_INLINE T Do(T a, T count) {
    return ShiftRight(a, count);
  }
};

template <class Body, class T, class R, int kArity>
void ScalarKernel(void* dst, const void* a, const void* b, const void*, size_t n, unsigned uniform) {
  static_assert(kArity == 2);
  const T* x = static_cast<const T*>(a);
  const T* y = static_cast<const T*>(b);
  R* z = static_cast<R*>(dst);
  if (uniform & 1) {
    const T x0 = *x;
    if (uniform & 2) {
      const T y0 = *y;
      for (size_t i = 0; i < n; ++i) z[i] = Body::Do(x0, y0);
    } else {
      for (size_t i = 0; i < n; ++i) z[i] = Body::Do(x0, y[i]);
    }
  } else if (uniform & 2) {
    const T y0 = *y;
    for (size_t i = 0; i < n; ++i) z[i] = Body::Do(x[i], y0);
  } else {
    for (size_t i = 0; i < n; ++i) z[i] = Body::Do(x[i], y[i]);
  }
}

// ---- Casts ----------------------------------------------------------------------------------------------------------

template <class From, class To>
void Cast(void* dst, const void* a, const void*, const void*, size_t n, unsigned uniform) {
  const From* x = static_cast<const From*>(a);
  To* y = static_cast<To*>(dst);
  if (uniform & 1) {
    const To value = ConvertNumber<From, To>(*x);
    for (size_t i = 0; i < n; ++i) y[i] = value;
  } else {
    for (size_t i = 0; i < n; ++i) y[i] = ConvertNumber<From, To>(x[i]);
  }
}

template <class T>
void BitCounts(void* dst, const void* a, const void*, const void*, size_t n, unsigned uniform) {
  const T* x = static_cast<const T*>(a);
  int32_t* y = static_cast<int32_t*>(dst);
  size_t i = 0;
  // Single elements of 64 bits have an instruction that is as fast.
  if constexpr (sizeof(T) == 4) {
    const hn::ScalableTag<int32_t> d;
    const hn::RebindToUnsigned<decltype(d)> du;
    const size_t N = hn::Lanes(d);
    for (; (uniform & 1) == 0 && i + N <= n; i += N) {
      const auto magnitude = hn::BitCast(du, hn::Abs(hn::LoadU(d, x + i)));
      hn::StoreU(hn::BitCast(d, hn::PopulationCount(magnitude)), d, y + i);
    }
  }
  for (; i < n; ++i) y[i] = BitsOfMagnitude(x[uniform & 1 ? 0 : i]);
}

// ---- Elementary functions -------------------------------------------------------------------------------------------

// A body that takes whole runs. Name is the block function of a row.
struct Function {};
#define LANES_FUNCTION(row, Name)                \
  struct op_##row : Function {                   \
    template <class T>                           \
    static void Do(const T* x, T* y, size_t n) { \
      Name(x, y, n);                             \
    }                                            \
  };
LANES_FUNCTION(exp, Exp)
LANES_FUNCTION(exp2, Exp2)
LANES_FUNCTION(expm1, Expm1)
LANES_FUNCTION(log, Log)
LANES_FUNCTION(log10, Log10)
LANES_FUNCTION(log2, Log2)
LANES_FUNCTION(log1p, Log1p)
LANES_FUNCTION(sin, Sin)
LANES_FUNCTION(cos, Cos)
LANES_FUNCTION(tan, Tan)
LANES_FUNCTION(arcsin, Asin)
LANES_FUNCTION(arccos, Acos)
LANES_FUNCTION(arctan, Atan)
LANES_FUNCTION(sinh, Sinh)
LANES_FUNCTION(cosh, Cosh)
LANES_FUNCTION(tanh, Tanh)
LANES_FUNCTION(cbrt, Cbrt)
LANES_FUNCTION(pow3halves, ThreeHalvesPower)
LANES_FUNCTION(pow5halves, FiveHalvesPower)
LANES_FUNCTION(arcsinh, Asinh)
LANES_FUNCTION(arccosh, Acosh)
LANES_FUNCTION(arctanh, Atanh)
LANES_FUNCTION(sinpi, Sinpi)
LANES_FUNCTION(cospi, Cospi)
LANES_FUNCTION(erf, Erf)
LANES_FUNCTION(erfc, Erfc)
LANES_FUNCTION(gamma, Gamma)
LANES_FUNCTION(lgamma, Lgamma)
#undef LANES_FUNCTION

struct op_arctan2 : Function {
  template <class T>
  static void Do(const T* y, const T* x, T* out, size_t n, unsigned uniform) {
    Atan2(y, x, out, n, uniform);
  }
};

// Those of floats by one operation, those of integers by another.
#define LANES_QUOTIENT(row, Name)                                                \
  struct op_##row : Function {                                                   \
    template <class T>                                                           \
    static void Do(const T* a, const T* b, T* out, size_t n, unsigned uniform) { \
      if constexpr (std::is_integral_v<T>)                                       \
        DivideBlocks<Whole##Name>(a, b, out, n, uniform);                        \
      else                                                                       \
        MapBlockPair<Name##Of<T>>(a, b, out, n, uniform);                        \
    }                                                                            \
  };
LANES_QUOTIENT(floordiv, FloorDivide)
LANES_QUOTIENT(mod, FloorModulo)
LANES_QUOTIENT(fmod, TruncatedModulo)
#undef LANES_QUOTIENT

// The float kernels of op_pow.
struct Power : Function {
  template <class T>
  static void Do(const T* x, const T* y, T* out, size_t n, unsigned uniform) {
    Pow(x, y, out, n, uniform);
  }
};

template <class Body, class T>
void FunctionKernel(void* dst, const void* a, const void*, const void*, size_t n, unsigned uniform) {
  T* y = static_cast<T*>(dst);
  if (uniform & 1) {
    T value;
    Body::Do(static_cast<const T*>(a), &value, 1);
    for (size_t i = 0; i < n; ++i) y[i] = value;
  } else {
    Body::Do(static_cast<const T*>(a), y, n);
  }
}

template <class Body, class T>
void FunctionKernel2(void* dst, const void* a, const void* b, const void*, size_t n, unsigned uniform) {
  Body::Do(static_cast<const T*>(a), static_cast<const T*>(b), static_cast<T*>(dst), n, uniform);
}

// ---- Complex numbers --------------------------------------------------------------------------------------------

template <class V>
struct Parts {
  V re;
  V im;
};

struct complex_mul {
  template <class D, class V>
  static HWY_INLINE Parts<V> Do(D /* d */, Parts<V> a, Parts<V> b) {
    return {hn::Sub(hn::Mul(a.re, b.re), hn::Mul(a.im, b.im)), hn::Add(hn::Mul(a.re, b.im), hn::Mul(a.im, b.re))};
  }
};
struct complex_square {
  template <class D, class V>
  static HWY_INLINE Parts<V> Do(D d, Parts<V> a, Parts<V> /* b */) {
    return complex_mul::Do(d, a, a);
  }
};
// Smith's method (1962): the divisor's lesser part over its greater one first.
struct complex_truediv {
  template <class D, class V>
  static HWY_INLINE Parts<V> Do(D d, Parts<V> a, Parts<V> b) {
    const V size = hn::Abs(b.re);
    const auto is_upright = hn::Not(hn::Ge(size, hn::Abs(b.im)));
    const V most = hn::IfThenElse(is_upright, b.im, b.re), least = hn::IfThenElse(is_upright, b.re, b.im);
    const V along = hn::IfThenElse(is_upright, a.im, a.re), across = hn::IfThenElse(is_upright, a.re, a.im);
    const V ratio = hn::Div(least, most);
    const V scale = hn::Div(hn::Set(d, 1.0), hn::Add(most, hn::Mul(least, ratio)));
    const V product = hn::Mul(along, ratio);
    const V rest = hn::Sub(hn::IfThenElse(is_upright, product, across), hn::IfThenElse(is_upright, across, product));
    Parts<V> quotient = {hn::Mul(hn::Add(along, hn::Mul(across, ratio)), scale), hn::Mul(rest, scale)};
    const auto is_zero = hn::And(hn::Eq(b.re, hn::Zero(d)), hn::Eq(b.im, hn::Zero(d)));
    if (HWY_UNLIKELY(!hn::AllFalse(d, is_zero))) {
      quotient.re = hn::IfThenElse(is_zero, hn::Div(a.re, size), quotient.re);
      quotient.im = hn::IfThenElse(is_zero, hn::Div(a.im, size), quotient.im);
    }
    return quotient;
  }
};
struct complex_abs {
  template <class D, class V>
  static HWY_INLINE V Do(D d, Parts<V> a, Parts<V> /* b */) {
    return op_hypot::Do(d, a.re, a.im);
  }
};

template <class D, class V>
HWY_INLINE void StoreComplex(D d, Parts<V> z, double* to, size_t i) {
  hn::StoreInterleaved2(z.re, z.im, d, to + 2 * i);
}
template <class D>
HWY_INLINE void StoreComplex(D d, hn::Vec<D> x, double* to, size_t i) {
  hn::StoreU(x, d, to + i);
}

template <class Body, int kArity>
void ComplexVectors(void* dst, const void* a, const void* b, const void*, size_t n, unsigned uniform) {
  const hn::ScalableTag<double> d;
  const size_t N = hn::Lanes(d);
  const double* x = static_cast<const double*>(a);
  const double* y = static_cast<const double*>(b);
  double* z = static_cast<double*>(dst);
  const auto load = [&](auto tag, const double* p, bool is_one, size_t i) HWY_ATTR {
    Parts<hn::Vec<decltype(tag)>> parts;
    if (is_one) {
      parts.re = hn::Set(tag, p[0]);
      parts.im = hn::Set(tag, p[1]);
    } else {
      hn::LoadInterleaved2(tag, p + 2 * i, parts.re, parts.im);
    }
    return parts;
  };
  const auto step = [&](auto tag, size_t i) HWY_ATTR {
    const auto first = load(tag, x, uniform & 1, i);
    if constexpr (kArity == 1) {
      StoreComplex(tag, Body::Do(tag, first, first), z, i);
    } else {
      StoreComplex(tag, Body::Do(tag, first, load(tag, y, (uniform & 2) != 0, i)), z, i);
    }
  };
  size_t i = 0;
  for (; i + N <= n; i += N) step(d, i);
  const hn::CappedTag<double, 1> one;
  for (; i < n; ++i) step(one, i);
}

// ---- Byte strings ---------------------------------------------------------------------------------------------------

#define LANES_BYTES_TEST(row, test)                                    \
  struct bytes_##row {                                                 \
    static HWY_INLINE bool Do(ByteView a, ByteView b) { return test; } \
  };
LANES_BYTES_TEST(lt, IsLess(a, b))
LANES_BYTES_TEST(le, !IsLess(b, a))
LANES_BYTES_TEST(gt, IsLess(b, a))
LANES_BYTES_TEST(ge, !IsLess(a, b))
LANES_BYTES_TEST(eq, IsEqual(a, b))
LANES_BYTES_TEST(ne, !IsEqual(a, b))
LANES_BYTES_TEST(contains, IsContained(b, a))
#undef LANES_BYTES_TEST

template <class Body>
void BytesTest(void* dst, const void* a, const void* b, const void*, size_t n, unsigned uniform) {
  const ByteView* x = static_cast<const ByteView*>(a);
  const ByteView* y = static_cast<const ByteView*>(b);
  const size_t x_step = uniform & 1 ? 0 : 1, y_step = uniform & 2 ? 0 : 1;
  uint8_t* z = static_cast<uint8_t*>(dst);
  for (size_t i = 0; i < n; ++i) z[i] = Body::Do(x[i * x_step], y[i * y_step]);
}

inline void CopyBytes(void* dst, const void* a, const void*, const void*, size_t n, unsigned uniform) {
  const ByteView* x = static_cast<const ByteView*>(a);
  ByteView* z = static_cast<ByteView*>(dst);
  for (size_t i = 0; i < n; ++i) z[i] = x[uniform & 1 ? 0 : i];
}

// ---- The table ------------------------------------------------------------------------------------------------------

using letter_b = uint8_t;
using letter_i = int32_t;
using letter_l = int64_t;
using letter_f = float;
using letter_d = double;
using letter_c = Complex;
using letter_s = ByteView;

// How an operator's body is turned into a kernel.
template <class Body, class Key, class Result, int kArity, bool kIsFunction = std::is_base_of_v<Function, Body>>
struct Make {
  static constexpr Kernel value = VectorKernel<Body, Key, Result, kArity>;
};
template <class Body, class Key>
struct Make<Body, Key, Key, 1, true> {
  static constexpr Kernel value = FunctionKernel<Body, Key>;
};
template <class Body, class Key>
struct Make<Body, Key, Key, 2, true> {
  static constexpr Kernel value = FunctionKernel2<Body, Key>;
};
#define LANES_MADE_SCALAR(op)                                              \
  template <class Key, class Result, int kArity>                           \
  struct Make<op, Key, Result, kArity> {                                   \
    static constexpr Kernel value = ScalarKernel<op, Key, Result, kArity>; \
  };
LANES_MADE_SCALAR(op_shl)
LANES_MADE_SCALAR(op_shr)
LANES_MADE_SCALAR(op_pow)
#undef LANES_MADE_SCALAR
template <>
struct Make<op_pow, float, float, 2> : Make<Power, float, float, 2> {};
template <>
struct Make<op_pow, double, double, 2> : Make<Power, double, double, 2> {};
struct op_bitwise_count {};
template <class Key>
struct Make<op_bitwise_count, Key, int32_t, 1> {
  static constexpr Kernel value = BitCounts<Key>;
};
struct op_bool {};
struct op_int32 {};
struct op_int64 {};
struct op_float32 {};
struct op_float64 {};
#define LANES_MADE_CAST(op, To)                    \
  template <class Key>                             \
  struct Make<op, Key, To, 1> {                    \
    static constexpr Kernel value = Cast<Key, To>; \
  };
LANES_MADE_CAST(op_bool, uint8_t)
LANES_MADE_CAST(op_int32, int32_t)
LANES_MADE_CAST(op_int64, int64_t)
LANES_MADE_CAST(op_float32, float)
LANES_MADE_CAST(op_float64, double)
#undef LANES_MADE_CAST

struct op_complex {};
template <>
struct Make<op_complex, double, Complex, 2> {
  static constexpr Kernel value = PartsToComplex;
};
struct op_complex128 {};
template <class Key>
struct Make<op_complex128, Key, Complex, 1> {
  static constexpr Kernel value = RealToComplex<Key>;
};
template <>
struct Make<complex_mul, Complex, Complex, 2, false> {
  static constexpr Kernel value = ComplexVectors<complex_mul, 2>;
};
template <>
struct Make<complex_truediv, Complex, Complex, 2, false> {
  static constexpr Kernel value = ComplexVectors<complex_truediv, 2>;
};
template <>
struct Make<complex_square, Complex, Complex, 1, false> {
  static constexpr Kernel value = ComplexVectors<complex_square, 1>;
};
template <>
struct Make<complex_abs, Complex, double, 1, false> {
  static constexpr Kernel value = ComplexVectors<complex_abs, 1>;
};
struct complex_where {};
template <>
struct Make<complex_where, Complex, Complex, 3, false> {
  static constexpr Kernel value = SelectWide<Complex>;
};
template <class Body, class Result, int kArity>
struct Make<Body, Complex, Result, kArity, false> {
  static constexpr Kernel value = ComplexKernel<Body, Result, kArity>;
};

template <class Body>
struct Make<Body, ByteView, uint8_t, 2, false> {
  static constexpr Kernel value = BytesTest<Body>;
};
struct bytes_where {};
template <>
struct Make<bytes_where, ByteView, ByteView, 3, false> {
  static constexpr Kernel value = SelectWide<ByteView>;
};
struct bytes_copy {};
template <>
struct Make<bytes_copy, ByteView, ByteView, 1, false> {
  static constexpr Kernel value = CopyBytes;
};

#define LANES_BODY_b(name) op_##name
#define LANES_BODY_i(name) op_##name
#define LANES_BODY_l(name) op_##name
#define LANES_BODY_f(name) op_##name
#define LANES_BODY_d(name) op_##name
#define LANES_BODY_c(name) complex_##name
#define LANES_BODY_s(name) bytes_##name

extern const Kernel kKernelTable[kKernels] = {
#define LANES_KERNEL(name, key, result, a, b, c, ulp)         \
  Make<LANES_BODY_##key(name), letter_##key, letter_##result, \
       (kLetter_##a >= 0) + (kLetter_##b >= 0) + (kLetter_##c >= 0)>::value,
#define LANES_REDUCTION(name, key, result, accumulator)
#include "ops.def"
#undef LANES_KERNEL
#undef LANES_REDUCTION
};

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
