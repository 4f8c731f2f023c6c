// The elementwise operators on vectors, and how truth values get in and out of memory; included by what loops over
// them.
#if defined(LANES_OPERATORS_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_OPERATORS_H
#undef LANES_OPERATORS_H
#else
#define LANES_OPERATORS_H
#endif

#include <stddef.h>
#include <stdint.h>

#include <cmath>
#include <type_traits>

#include "hwy/highway.h"
#include "product.h"
#include "root.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One lane of a vector: the same operations on what does not fill a whole vector.
template <class T>
using One = hn::CappedTag<T, 1>;

// ---- Bodies on vectors ----------------------------------------------------------------------------------------------
// D is the tag of the key kind; bool is uint8_t of 0 or 1. A body gives a vector of the key kind or a mask.

template <class D>
inline constexpr bool kIsBool = sizeof(hn::TFromD<D>) == 1;
template <class D>
inline constexpr bool kIsFloat = hwy::IsFloat<hn::TFromD<D>>();

struct op_add {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a, V b) {
    if constexpr (kIsBool<D>)
      return hn::Or(a, b);
    else
      return hn::Add(a, b);
  }
};
struct op_sub {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a, V b) {
    return hn::Sub(a, b);
  }
};
struct op_mul {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a, V b) {
    if constexpr (kIsBool<D>)
      return hn::And(a, b);
    else
      return hn::Mul(a, b);
  }
};
struct op_square {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a) {
    return hn::Mul(a, a);
  }
};
struct op_truediv {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a, V b) {
    return hn::Div(a, b);
  }
};
struct op_sqrt {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V a) {
    return Root(d, a);
  }
};
struct op_muladd {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V a, V b, V c) {
    return op_add::Do(d, op_mul::Do(d, a, b), c);
  }
};
struct op_lt {
  template <class D, class V>
  static HWY_INLINE auto Do(D, V a, V b) {
    return hn::Lt(a, b);
  }
};
struct op_gt {
  template <class D, class V>
  static HWY_INLINE auto Do(D, V a, V b) {
    return hn::Gt(a, b);
  }
};
struct op_le {
  template <class D, class V>
  static HWY_INLINE auto Do(D, V a, V b) {
    if constexpr (kIsFloat<D>)
      return hn::Le(a, b);
    else
      return hn::Not(hn::Gt(a, b));
  }
};
struct op_ge {
  template <class D, class V>
  static HWY_INLINE auto Do(D, V a, V b) {
    if constexpr (kIsFloat<D>)
      return hn::Ge(a, b);
    else
      return hn::Not(hn::Lt(a, b));
  }
};
struct op_eq {
  template <class D, class V>
  static HWY_INLINE auto Do(D, V a, V b) {
    return hn::Eq(a, b);
  }
};
struct op_ne {
  template <class D, class V>
  static HWY_INLINE auto Do(D, V a, V b) {
    // Highway's own Ne of floats is false for NaN with some instruction sets.
    return hn::Not(hn::Eq(a, b));
  }
};
struct op_and {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a, V b) {
    return hn::And(a, b);
  }
};
struct op_or {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a, V b) {
    return hn::Or(a, b);
  }
};
struct op_xor {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a, V b) {
    return hn::Xor(a, b);
  }
};
struct op_neg {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V a) {
    if constexpr (kIsFloat<D>)
      return hn::Xor(a, hn::SignBit(d));
    else
      return hn::Sub(hn::Zero(d), a);
  }
};
struct op_invert {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V a) {
    if constexpr (kIsBool<D>)
      return hn::Xor(a, hn::Set(d, 1));
    else
      return hn::Not(a);
  }
};
struct op_abs {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a) {
    if constexpr (kIsBool<D>)
      return a;
    else
      return hn::Abs(a);
  }
};
// Integers are whole already.
#define LANES_ROUNDING(row, Name)    \
  struct op_##row {                  \
    template <class D, class V>      \
    static HWY_INLINE V Do(D, V a) { \
      if constexpr (kIsFloat<D>)     \
        return hn::Name(a);          \
      else                           \
        return a;                    \
    }                                \
  };
LANES_ROUNDING(floor, Floor)
LANES_ROUNDING(ceil, Ceil)
LANES_ROUNDING(trunc, Trunc)
LANES_ROUNDING(round, Round)
#undef LANES_ROUNDING

struct op_sign {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V a) {
    const V zero = hn::Zero(d);
    const V other = hn::IfThenElse(hn::Eq(a, zero), zero, a);  // NaN stays
    const V negative = hn::IfThenElse(hn::Lt(a, zero), hn::Set(d, hn::TFromD<D>(-1)), other);
    return hn::IfThenElse(hn::Gt(a, zero), hn::Set(d, hn::TFromD<D>(1)), negative);
  }
};
// Of a NaN and a number the NaN, of two zeros the second.
template <class D, class V, class M>
HWY_INLINE V FirstIf(D, M first, V a, V b) {
  if constexpr (kIsFloat<D>)
    return hn::IfThenElse(hn::Or(first, hn::IsNaN(a)), a, b);
  else
    return hn::IfThenElse(first, a, b);
}
struct op_minimum {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V a, V b) {
    return FirstIf(d, hn::Lt(a, b), a, b);
  }
};
struct op_maximum {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V a, V b) {
    return FirstIf(d, hn::Gt(a, b), a, b);
  }
};
struct op_isnan {
  template <class D, class V>
  static HWY_INLINE auto Do(D, V a) {
    return hn::IsNaN(a);
  }
};
struct op_isinf {
  template <class D, class V>
  static HWY_INLINE auto Do(D, V a) {
    return hn::IsInf(a);
  }
};
struct op_isfinite {
  template <class D, class V>
  static HWY_INLINE auto Do(D, V a) {
    return hn::IsFinite(a);
  }
};
struct op_signbit {
  template <class D, class V>
  static HWY_INLINE auto Do(D d, V a) {
    const hn::RebindToSigned<D> di;
    return hn::RebindMask(d, hn::Lt(hn::BitCast(di, a), hn::Zero(di)));
  }
};
struct op_real {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a) {
    return a;
  }
};
struct op_conj : op_real {};
struct op_imag {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V) {
    return hn::Zero(d);
  }
};
struct op_copysign {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a, V b) {
    return hn::CopySign(a, b);
  }
};
struct op_copy {
  template <class D, class V>
  static HWY_INLINE V Do(D, V a) {
    return a;
  }
};
struct op_ones_like {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V) {
    return hn::Set(d, hn::TFromD<D>(1));
  }
};
// Floats of one sign are ordered as their bits are.
struct op_nextafter {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V a, V b) {
    const hn::RebindToSigned<D> di;
    const V zero = hn::Zero(d);
    const auto is_zero = hn::Eq(a, zero);
    // Away from zero the bits grow by one, towards it they shrink.
    const auto away = hn::RebindMask(di, hn::Xor(hn::Lt(a, b), hn::Lt(a, zero)));
    const auto bits = hn::BitCast(di, a);
    const V step = hn::BitCast(d, hn::Add(bits, hn::IfThenElse(away, hn::Set(di, 1), hn::Set(di, -1))));
    const V least = hn::CopySign(hn::BitCast(d, hn::Set(di, 1)), b);
    const V moved = hn::IfThenElse(is_zero, least, step);
    const V result = hn::IfThenElse(hn::Eq(a, b), b, moved);
    return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::IsNaN(b), b, result));
  }
};
// Where the instruction set has none, the C library knows how.
struct op_fma {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V a, V b, V c) {
#if HWY_NATIVE_FMA
    (void)d;
    return hn::MulAdd(a, b, c);
#else
    using T = hn::TFromD<D>;
    HWY_ALIGN T x[HWY_MAX_BYTES / sizeof(T)], y[HWY_MAX_BYTES / sizeof(T)], z[HWY_MAX_BYTES / sizeof(T)];
    hn::Store(a, d, x);
    hn::Store(b, d, y);
    hn::Store(c, d, z);
    for (size_t i = 0; i < hn::Lanes(d); ++i) x[i] = std::fma(x[i], y[i], z[i]);
    return hn::Load(d, x);
#endif
  }
};
// The greater leg is brought to where squares are in range; the root is corrected by what the squares and the root
// lost.
struct op_hypot {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V a, V b) {
    using T = hn::TFromD<D>;
    constexpr bool kWide = sizeof(T) == 8;
    const V x = hn::Abs(a), y = hn::Abs(b);
    const auto swap = hn::Lt(x, y);
    const V most = hn::IfThenElse(swap, y, x), least = hn::IfThenElse(swap, x, y);
    const auto large = hn::Gt(most, hn::Set(d, T(kWide ? 0x1p450 : 0x1p50)));
    const auto small = hn::Lt(most, hn::Set(d, T(kWide ? 0x1p-450 : 0x1p-50)));
    const V down = hn::Set(d, T(kWide ? 0x1p-600 : 0x1p-80)), up = hn::Set(d, T(kWide ? 0x1p700 : 0x1p100));
    const V back_up = hn::Set(d, T(kWide ? 0x1p600 : 0x1p80)), back_down = hn::Set(d, T(kWide ? 0x1p-700 : 0x1p-100));
    const V one = hn::Set(d, T(1));
    const V scale = hn::IfThenElse(large, down, hn::IfThenElse(small, up, one));
    const V back = hn::IfThenElse(large, back_up, hn::IfThenElse(small, back_down, one));
    const V u = hn::Mul(most, scale), v = hn::Mul(least, scale);
    const V uu = hn::Mul(u, u), vv = hn::Mul(v, v);
    V half_inverse;
    const V root = RootAndInverse(d, hn::Add(uu, vv), half_inverse);
    const V rr = hn::Mul(root, root);
    const V lost = hn::Sub(hn::Add(ProductTail(d, u, u, uu), ProductTail(d, v, v, vv)), ProductTail(d, root, root, rr));
    const V off = hn::Add(hn::Add(hn::Sub(uu, rr), vv), lost);
    const V length = hn::Mul(hn::Add(root, hn::Mul(off, half_inverse)), back);
    const V zero = hn::Zero(d);
    const V ordinary = hn::IfThenElse(hn::Eq(most, zero), zero, length);
    const V infinity = hn::Inf(d);
    const auto infinite = hn::Or(hn::Eq(x, infinity), hn::Eq(y, infinity));
    return hn::IfThenElse(infinite, infinity,
                          hn::IfThenElse(hn::IsNaN(x), x, hn::IfThenElse(hn::IsNaN(y), y, ordinary)));
  }
};
struct op_where {
  template <class D, class M, class V>
  static HWY_INLINE V Do(D, M condition, V yes, V no) {
    return hn::IfThenElse(condition, yes, no);
  }
};

// ---- Truth values ---------------------------------------------------------------------------------------------------

// A mask out of truth values, one byte each.
template <class D>
HWY_INLINE hn::Mask<D> LoadCondition(D d, const uint8_t* p) {
  const hn::RebindToUnsigned<D> du;
  if constexpr (kIsBool<D>) {
    return hn::Ne(hn::LoadU(d, p), hn::Zero(d));
  } else {
    const hn::Rebind<uint8_t, D> d8;
    const hn::Rebind<uint32_t, D> d32;
    const auto lanes = hn::PromoteTo(d32, hn::LoadU(d8, p));
    if constexpr (sizeof(hn::TFromD<D>) == 4)
      return hn::RebindMask(d, hn::Ne(lanes, hn::Zero(du)));
    else
      return hn::RebindMask(d, hn::Ne(hn::PromoteTo(du, lanes), hn::Zero(du)));
  }
}

template <class D>
HWY_INLINE void StoreResult(D d, hn::Vec<D> v, hn::TFromD<D>* p) {
  hn::StoreU(v, d, p);
}

template <class D>
HWY_INLINE void StoreResult(D d, hn::Mask<D> m, uint8_t* p) {
  const hn::RebindToUnsigned<D> du;
  const auto lanes = hn::And(hn::BitCast(du, hn::VecFromMask(d, m)), hn::Set(du, 1));
  if constexpr (kIsBool<D>) {
    hn::StoreU(lanes, du, p);
  } else {
    const hn::Rebind<uint8_t, D> d8;
    hn::StoreU(hn::TruncateTo(d8, lanes), d8, p);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_OPERATORS_H
