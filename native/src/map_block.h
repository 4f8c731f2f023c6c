// Runs an elementwise vector function over a block: full groups of vectors, a buffered tail, and the rare slow lanes.
//
// An operation is a struct with
//   template <class D, class V> static V Apply(D d, V x)   the vector path; gives NaN in the lanes that it cannot serve
//   static double Slow(double x)                           the scalar path, asked wherever the vector path gave NaN
// and perhaps
//   static constexpr double kServed                        the largest |x| that Apply serves; beyond it gives anything
// and computes in float64. float32 blocks are widened and narrowed here: where products are not fused, a polynomial
// that is good for 24 bits is so much shorter that this is faster than arithmetic with pairs of float32.
//
// Every element goes through the same operations wherever it stands, so its result depends on its value alone. NaNs are
// made one NaN: which of two NaN operands survives an addition is up to the register allocator.
#if defined(LANES_MAP_BLOCK_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_MAP_BLOCK_H
#undef LANES_MAP_BLOCK_H
#else
#define LANES_MAP_BLOCK_H
#endif

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Vectors in flight: enough to hide the latency of the polynomials' dependency chains.
constexpr size_t kGroupVectors = 4;

// The largest group on any fixed-width target, in elements.
constexpr size_t kGroupBufferElements = kGroupVectors * (HWY_MAX_BYTES / sizeof(double));

template <class D>
HWY_INLINE hn::Vec<D> LoadWide(D d, const double* x) {
  return hn::LoadU(d, x);
}
template <class D>
HWY_INLINE hn::Vec<D> LoadWide(D d, const float* x) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, D>(), x));
}
template <class D>
HWY_INLINE void StoreNarrow(D d, hn::Vec<D> v, double* y) {
  hn::StoreU(v, d, y);
}
template <class D>
HWY_INLINE void StoreNarrow(D /* d */, hn::Vec<D> v, float* y) {
  const hn::Rebind<float, D> narrow;
  hn::StoreU(hn::DemoteTo(narrow, v), narrow, y);
}

// Horner's rule; the coefficients come highest power first.
template <class D, class V>
HWY_INLINE V HornerSteps(D /* d */, V /* x */, V sum) {
  return sum;
}
template <class D, class V, class... Rest>
HWY_INLINE V HornerSteps(D d, V x, V sum, double next, Rest... rest) {
  return HornerSteps(d, x, hn::MulAdd(sum, x, hn::Set(d, next)), rest...);
}
template <class D, class V, class... Rest>
HWY_INLINE V Horner(D d, V x, double highest, Rest... rest) {
  return HornerSteps(d, x, hn::Set(d, highest), rest...);
}

// a * b - ab for ab = a * b rounded: with FMA exactly, else by Veltkamp and Dekker with b and a cut to 26 bits, to
// 2^-106.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ProductError(D d, V a, V b, V ab) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::MulSub(a, b, ab);
#else
  const hn::RebindToUnsigned<D> du;
  const V top = hn::BitCast(d, hn::Set(du, ~((uint64_t{1} << 27) - 1)));
  const V a_hi = hn::And(a, top);
  const V b_hi = hn::And(b, top);
  const V a_lo = hn::Sub(a, a_hi);
  const V b_lo = hn::Sub(b, b_hi);
  const V e = hn::Add(hn::Add(hn::Sub(hn::Mul(a_hi, b_hi), ab), hn::Mul(a_hi, b_lo)), hn::Mul(a_lo, b_hi));
  return hn::Add(e, hn::Mul(a_lo, b_lo));
#endif
}

// top - quotient * bottom where the quotient is the division's rounded result.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V DivisionRest(D d, V top, V quotient, V bottom) {
#if HWY_NATIVE_FMA
  (void)d;
  return hn::NegMulAdd(quotient, bottom, top);
#else
  const V product = hn::Mul(quotient, bottom);
  return hn::Sub(hn::Sub(top, product), ProductError(d, quotient, bottom, product));
#endif
}

// x, or the bound where x is greater. x86 hands on a NaN that stands second, others take the number.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V AtMost(D d, V x, double bound) {
  const V least = hn::Min(hn::Set(d, static_cast<hn::TFromD<D>>(bound)), x);
  return HWY_ARCH_X86 ? least : hn::IfThenElse(hn::IsNaN(x), x, least);
}

// x, or the bound where x is less.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V AtLeast(D d, V x, double bound) {
  const V greatest = hn::Max(hn::Set(d, static_cast<hn::TFromD<D>>(bound)), x);
  return HWY_ARCH_X86 ? greatest : hn::IfThenElse(hn::IsNaN(x), x, greatest);
}

// `result` where |x| or x, given as `measure`, is at most `limit`, else NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V NaNBeyond(D d, V measure, double limit, V result) {
  return hn::IfThenElse(hn::Le(measure, hn::Set(d, limit)), result, hn::Set(d, __builtin_nan("")));
}

// The base of an operation whose NaNs are all meant.
struct VectorOnly {
  static double Slow(double /* x */) { return __builtin_nan(""); }
  static double Slow(double /* a */, double /* b */) { return __builtin_nan(""); }
};

// Whether a result may be a NaN; a difference of infinities only costs a needless look.
template <class D, class V>
HWY_INLINE bool AnyNaN(D d, const V (&results)[kGroupVectors]) {
  V sum = results[0];
  for (size_t v = 1; v < kGroupVectors; ++v) sum = hn::Add(sum, results[v]);
  return !hn::AllFalse(d, hn::IsNaN(sum));
}

template <class Op, class = void>
inline constexpr bool kHasLimit = false;
template <class Op>
inline constexpr bool kHasLimit<Op, decltype((void)Op::kServed)> = true;

// `result` of Apply with NaN in all lanes that it cannot serve.
template <class Op, class D, class V>
HWY_INLINE V NaNWhereNotServed(D d, V x, V result) {
  if constexpr (kHasLimit<Op>) return NaNBeyond(d, hn::Abs(x), Op::kServed, result);
  return result;
}

// `result` with its NaNs replaced by the scalar path, and with one bit pattern for those that stay.
template <class Op, class D, class V>
HWY_NOINLINE V ReplaceNaNs(D d, V x, V result) {
  double argument[HWY_MAX_BYTES / sizeof(double)];
  double value[HWY_MAX_BYTES / sizeof(double)];
  hn::StoreU(x, d, argument);
  hn::StoreU(result, d, value);
  for (size_t i = 0; i < hn::Lanes(d); ++i) {
    if (isnan(value[i])) value[i] = Op::Slow(argument[i]);
    if (isnan(value[i])) value[i] = __builtin_nan("");
  }
  return hn::LoadU(d, value);
}

template <class Op, class D, class V>
HWY_NOINLINE V ReplaceNaNsOfPair(D d, V a, V b, V result) {
  double first[HWY_MAX_BYTES / sizeof(double)];
  double second[HWY_MAX_BYTES / sizeof(double)];
  double value[HWY_MAX_BYTES / sizeof(double)];
  hn::StoreU(a, d, first);
  hn::StoreU(b, d, second);
  hn::StoreU(result, d, value);
  for (size_t i = 0; i < hn::Lanes(d); ++i) {
    if (isnan(value[i])) value[i] = Op::Slow(first[i], second[i]);
    if (isnan(value[i])) value[i] = __builtin_nan("");
  }
  return hn::LoadU(d, value);
}

// The rare path loads its arguments again rather than hold them in registers all the time; y may alias x, but is not
// yet written then. The sum of squares is one instruction for an argument where comparing and joining take three; it
// may cause a needless look where arguments are close to the limit.
template <class Op, class D, typename T>
HWY_INLINE void MapGroup(D d, const T* x, T* y) {
  const size_t lanes = hn::Lanes(d);
  hn::Vec<D> result[kGroupVectors];
  auto squares = hn::Zero(d);
  for (size_t v = 0; v < kGroupVectors; ++v) {
    const auto argument = LoadWide(d, x + v * lanes);
    result[v] = Op::Apply(d, argument);
    if constexpr (kHasLimit<Op>)
      squares = v == 0 ? hn::Mul(argument, argument) : hn::MulAdd(argument, argument, squares);
  }
  bool has_slow;
  if constexpr (kHasLimit<Op>) {
    has_slow = !hn::AllTrue(d, hn::Le(squares, hn::Set(d, Op::kServed * Op::kServed)));
  } else {
    has_slow = AnyNaN(d, result);
  }
  if (HWY_UNLIKELY(has_slow)) {
    for (size_t v = 0; v < kGroupVectors; ++v) {
      const auto argument = LoadWide(d, x + v * lanes);
      result[v] = ReplaceNaNs<Op>(d, argument, NaNWhereNotServed<Op>(d, argument, result[v]));
    }
  }
  for (size_t v = 0; v < kGroupVectors; ++v) StoreNarrow(d, result[v], y + v * lanes);
}

// y may equal x; no alignment is asked for and nothing beyond n elements is touched.
template <class Op, typename T>
HWY_INLINE void MapBlock(const T* x, T* y, size_t n) {
  const hn::ScalableTag<double> d;
  const size_t group = kGroupVectors * hn::Lanes(d);
  size_t i = 0;
  for (; i + group <= n; i += group) MapGroup<Op>(d, x + i, y + i);
  if (i < n) {
    T tail_x[kGroupBufferElements];
    T tail_y[kGroupBufferElements];
    for (size_t k = 0; k < group; ++k) tail_x[k] = T(1);
    memcpy(tail_x, x + i, (n - i) * sizeof(T));
    MapGroup<Op>(d, tail_x, tail_y);
    memcpy(y + i, tail_y, (n - i) * sizeof(T));
  }
}

// The same for functions of two blocks. Op has Apply(d, a, b) and Slow(a, b).
template <class Op, class D, typename T>
HWY_INLINE void MapGroupPair(D d, const T* a, const T* b, T* out) {
  const size_t lanes = hn::Lanes(d);
  hn::Vec<D> result[kGroupVectors];
  for (size_t v = 0; v < kGroupVectors; ++v) {
    result[v] = Op::Apply(d, LoadWide(d, a + v * lanes), LoadWide(d, b + v * lanes));
  }
  if (HWY_UNLIKELY(AnyNaN(d, result))) {
    for (size_t v = 0; v < kGroupVectors; ++v) {
      result[v] = ReplaceNaNsOfPair<Op>(d, LoadWide(d, a + v * lanes), LoadWide(d, b + v * lanes), result[v]);
    }
  }
  for (size_t v = 0; v < kGroupVectors; ++v) StoreNarrow(d, result[v], out + v * lanes);
}

// `uniform` bit 0: a is one value for all elements, bit 1: b is. out may equal a or b.
template <class Op, typename T>
HWY_INLINE void MapBlockPair(const T* a, const T* b, T* out, size_t n, unsigned uniform) {
  const hn::ScalableTag<double> d;
  const size_t group = kGroupVectors * hn::Lanes(d);
  if (n == 0) return;
  T a_group[kGroupBufferElements];
  T b_group[kGroupBufferElements];
  for (size_t k = 0; k < group; ++k) {
    memcpy(a_group + k, a, sizeof(T));  // which need not be aligned
    memcpy(b_group + k, b, sizeof(T));
  }
  const bool one_a = (uniform & 1) != 0;
  const bool one_b = (uniform & 2) != 0;
  size_t i = 0;
  for (; i + group <= n; i += group) MapGroupPair<Op>(d, one_a ? a_group : a + i, one_b ? b_group : b + i, out + i);
  if (i < n) {
    T tail[kGroupBufferElements];
    if (!one_a) memcpy(a_group, a + i, (n - i) * sizeof(T));
    if (!one_b) memcpy(b_group, b + i, (n - i) * sizeof(T));
    MapGroupPair<Op>(d, a_group, b_group, tail);
    memcpy(out + i, tail, (n - i) * sizeof(T));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_MAP_BLOCK_H
