// The reductions, on 32 interleaved accumulators that stay in memory between calls; compiled for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "reductions.cpp"
#include <limits>
#include <type_traits>

#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "kernels.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Do takes an accumulator and an element or another accumulator to its right. The identity changes no bit of what it
// meets.
struct reduce_sum {
  template <class D, class V>
  static HWY_INLINE V Do(D, V acc, V x) {
    return hn::Add(acc, x);
  }
  template <class T>
  static constexpr T Identity() {
    return std::is_floating_point_v<T> ? static_cast<T>(-0.0) : T{0};
  }
};

// Both take x when it is better or NaN, so that NaN spreads and ties keep the accumulator.
template <class D, class V, class M>
HWY_INLINE V TakeIf(D, M better, V acc, V x) {
  if constexpr (hwy::IsFloat<hn::TFromD<D>>())
    return hn::IfThenElse(hn::Or(better, hn::IsNaN(x)), x, acc);
  else
    return hn::IfThenElse(better, x, acc);
}

struct reduce_min {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V acc, V x) {
    return TakeIf(d, hn::Lt(x, acc), acc, x);
  }
  template <class T>
  static constexpr T Identity() {
    if constexpr (sizeof(T) == 1)
      return 1;
    else if constexpr (std::is_floating_point_v<T>)
      return std::numeric_limits<T>::infinity();
    else
      return std::numeric_limits<T>::max();
  }
};

struct reduce_max {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V acc, V x) {
    return TakeIf(d, hn::Gt(x, acc), acc, x);
  }
  template <class T>
  static constexpr T Identity() {
    if constexpr (sizeof(T) == 1)
      return 0;
    else if constexpr (std::is_floating_point_v<T>)
      return -std::numeric_limits<T>::infinity();
    else
      return std::numeric_limits<T>::min();
  }
};

// Elements of the key kind as vectors of the accumulator's.
template <class D, class T>
HWY_INLINE hn::Vec<D> LoadAs(D d, const T* p) {
  if constexpr (std::is_same_v<T, hn::TFromD<D>>) {
    return hn::LoadU(d, p);
  } else if constexpr (sizeof(T) == 1) {
    const hn::Rebind<uint8_t, D> d8;
    const hn::Rebind<uint32_t, D> d32;
    const hn::RebindToUnsigned<D> du;
    return hn::BitCast(d, hn::PromoteTo(du, hn::PromoteTo(d32, hn::LoadU(d8, p))));
  } else {
    const hn::Rebind<T, D> narrow;
    return hn::PromoteTo(d, hn::LoadU(narrow, p));
  }
}

template <class Body, class Acc>
void Start(void* accumulators) {
  Acc* acc = static_cast<Acc*>(accumulators);
  for (int j = 0; j < kAccumulators; ++j) acc[j] = Body::template Identity<Acc>();
}

// Adds `rows` rows of 32 elements, a group of columns at a time so that the group's accumulators stay in vector
// registers.
template <class Body, class Acc, class T>
void AccumulateRows(Acc* acc, const T* x, size_t rows) {
  using D = hn::CappedTag<Acc, kAccumulators>;
  const D d;
  constexpr size_t N = hn::MaxLanes(D());
  constexpr size_t kVectors = kAccumulators / N > 8 ? 8 : kAccumulators / N;
  for (size_t column = 0; column < kAccumulators; column += kVectors * N) {
    hn::Vec<D> v[kVectors];
    for (size_t k = 0; k < kVectors; ++k) v[k] = hn::LoadU(d, acc + column + k * N);
    const T* p = x + column;
    for (size_t row = 0; row < rows; ++row, p += kAccumulators) {
      for (size_t k = 0; k < kVectors; ++k) v[k] = Body::Do(d, v[k], LoadAs(d, p + k * N));
    }
    for (size_t k = 0; k < kVectors; ++k) hn::StoreU(v[k], d, acc + column + k * N);
  }
}

template <class Body, class Acc, class T>
void Accumulate(void* accumulators, const void* elements, size_t n) {
  Acc* acc = static_cast<Acc*>(accumulators);
  const T* x = static_cast<const T*>(elements);
  const size_t rows = n / kAccumulators;
  if (rows != 0) AccumulateRows<Body>(acc, x, rows);
  const hn::CappedTag<Acc, 1> one;
  for (size_t i = rows * kAccumulators; i < n; ++i) {
    Acc* a = acc + i % kAccumulators;
    hn::StoreU(Body::Do(one, hn::LoadU(one, a), LoadAs(one, x + i)), one, a);
  }
}

template <class Body, class Acc>
void Combine(void* left, const void* right) {
  const hn::CappedTag<Acc, 1> one;
  Acc* acc = static_cast<Acc*>(left);
  hn::StoreU(Body::Do(one, hn::LoadU(one, acc), hn::LoadU(one, static_cast<const Acc*>(right))), one, acc);
}

template <class Body, class Acc>
void Fold(void* accumulators) {
  Acc* acc = static_cast<Acc*>(accumulators);
  for (int half = kAccumulators / 2; half > 0; half /= 2) {
    for (int j = 0; j < half; ++j) Combine<Body, Acc>(acc + j, acc + j + half);
  }
}

template <class Acc, class Result>
void Finish(void* dst, const void* accumulator) {
  *static_cast<Result*>(dst) = static_cast<Result>(*static_cast<const Acc*>(accumulator));
}

using letter_b = uint8_t;
using letter_i = int32_t;
using letter_l = int64_t;
using letter_f = float;
using letter_d = double;

extern const Reduction kReductionTable[kReductions] = {
#define LANES_KERNEL(name, key, result, a, b, c, ulp)
#define LANES_REDUCTION(name, key, result, acc)                                               \
  {Start<reduce_##name, letter_##acc>, Accumulate<reduce_##name, letter_##acc, letter_##key>, \
   Fold<reduce_##name, letter_##acc>, Combine<reduce_##name, letter_##acc>, Finish<letter_##acc, letter_##result>},
#include "ops.def"
#undef LANES_KERNEL
#undef LANES_REDUCTION
};

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
