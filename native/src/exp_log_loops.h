// Carries a function of one vector over a block, slow elements and tail included.
#if defined(LANES_EXP_LOG_LOOPS_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_EXP_LOG_LOOPS_H
#undef LANES_EXP_LOG_LOOPS_H
#else
#define LANES_EXP_LOG_LOOPS_H
#endif

#include <string.h>

#include <type_traits>

#include "exp_log_pieces.h"
#include "map_block.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace exp_log {

// Vectors between two checks for slow elements: enough independent chains to hide the latency of a multiplication.
constexpr size_t kGroup = HWY_TARGET <= HWY_AVX3 ? 4 : 2;

// Whether Op is one step, Fast, or two, First and Second.
template <class Op, class D, class = void>
struct InTwoSteps : std::false_type {};
template <class Op, class D>
struct InTwoSteps<Op, D, std::void_t<typename Op::template Middle<D>>> : std::true_type {};

template <class Op, class D, class V>
HWY_INLINE V Whole(D d, V x, Mask<D>& slow) {
  if constexpr (InTwoSteps<Op, D>::value) {
    return Op::Second(d, x, Op::First(d, x), slow);
  } else {
    return Op::Fast(d, x, slow);
  }
}

// An operation of map_block.h in the form of those that the loops below take: what gives NaN is slow.
template <class Op>
struct NaNIsSlow {
  template <class D, class V>
  static HWY_INLINE V Fast(D d, V x, Mask<D>& slow) {
    V y;
    if constexpr (sizeof(hn::TFromD<D>) == sizeof(double)) {
      y = NaNWhereNotServed<Op>(d, x, Op::Apply(d, x));
    } else {
      const Wide<D> wide;
      const auto lower = WidenLower(d, x), upper = WidenUpper(d, x);
      y = Narrow(d, NaNWhereNotServed<Op>(wide, lower, Op::Apply(wide, lower)),
                 NaNWhereNotServed<Op>(wide, upper, Op::Apply(wide, upper)));
    }
    slow = hn::IsNaN(y);
    return y;
  }
  template <class D, class V>
  static HWY_INLINE V Fix(D d, V x, V y) {
    if constexpr (sizeof(hn::TFromD<D>) == sizeof(double)) {
      return ReplaceNaNs<Op>(d, x, y);
    } else {
      const Wide<D> wide;
      return Narrow(d, ReplaceNaNs<Op>(wide, WidenLower(d, x), WidenLower(d, y)),
                    ReplaceNaNs<Op>(wide, WidenUpper(d, x), WidenUpper(d, y)));
    }
  }
};

// One vector, slow elements and all. Not inlined, so that the loops below keep their constants in registers.
template <class Op, class D, class T = hn::TFromD<D>>
HWY_NOINLINE void MapVector(D d, const T* x, T* y) {
  const auto v = hn::LoadU(d, x);
  Mask<D> slow;
  auto result = Whole<Op>(d, v, slow);
  if (!kIsTotal<Op> && !hn::AllFalse(d, slow)) result = hn::IfThenElse(slow, Op::Fix(d, v, result), result);
  hn::StoreU(result, d, y);
}

template <class Op, class T>
HWY_INLINE void Map(const T* x, T* y, size_t n) {
  const hn::ScalableTag<T> d;
  using D = hn::ScalableTag<T>;
  constexpr size_t N = hn::MaxLanes(D());
  size_t i = 0;
  if constexpr (InTwoSteps<Op, D>::value) {
    // Each step goes over several vectors in turn, because one chain through both is longer than a processor can look
    // ahead.
    constexpr size_t kVectors = 8;
    for (; i + kVectors * N <= n; i += kVectors * N) {
      typename Op::template Middle<D> middle[kVectors];
      for (size_t v = 0; v < kVectors; ++v) middle[v] = Op::First(d, hn::LoadU(d, x + i + v * N));
      for (size_t v = 0; v < kVectors; ++v) {
        Mask<D> slow;
        const auto result = Op::Second(d, hn::LoadU(d, x + i + v * N), middle[v], slow);
        if (!kIsTotal<Op> && HWY_UNLIKELY(!hn::AllFalse(d, slow))) {
          MapVector<Op>(d, x + i + v * N, y + i + v * N);
        } else {
          hn::StoreU(result, d, y + i + v * N);
        }
      }
    }
  } else {
    constexpr size_t kStep = kGroup * N;
    while (i + kStep <= n) {
      for (; i + kStep <= n; i += kStep) {
        Mask<D> slow0, slow1;
        const auto y0 = Op::Fast(d, hn::LoadU(d, x + i), slow0);
        const auto y1 = Op::Fast(d, hn::LoadU(d, x + i + N), slow1);
        auto slow = hn::Or(slow0, slow1);
        if constexpr (kGroup == 4) {
          Mask<D> slow2, slow3;
          const auto y2 = Op::Fast(d, hn::LoadU(d, x + i + 2 * N), slow2);
          const auto y3 = Op::Fast(d, hn::LoadU(d, x + i + 3 * N), slow3);
          slow = hn::Or(slow, hn::Or(slow2, slow3));
          if (!kIsTotal<Op> && HWY_UNLIKELY(!hn::AllFalse(d, slow))) break;
          hn::StoreU(y2, d, y + i + 2 * N);
          hn::StoreU(y3, d, y + i + 3 * N);
        } else if (!kIsTotal<Op> && HWY_UNLIKELY(!hn::AllFalse(d, slow))) {
          break;
        }
        hn::StoreU(y0, d, y + i);
        hn::StoreU(y1, d, y + i + N);
      }
      if (i + kStep > n) break;
      for (size_t k = 0; k < kGroup; ++k, i += N) MapVector<Op>(d, x + i, y + i);
    }
  }
  for (; i + N <= n; i += N) MapVector<Op>(d, x + i, y + i);
  if (i < n) {
    T buffer[N];
    // Neither need be aligned.
    for (size_t k = 0; k < N; ++k) memcpy(buffer + k, x + (k < n - i ? i + k : i), sizeof(T));
    MapVector<Op>(d, buffer, buffer);
    memcpy(y + i, buffer, (n - i) * sizeof(T));
  }
}

// One vector of two operands, slow elements and all.
template <class Op, class D, class T = hn::TFromD<D>>
HWY_NOINLINE void MapVectorPair(D d, const T* x, const T* y, T* out) {
  const auto vx = hn::LoadU(d, x);
  const auto vy = hn::LoadU(d, y);
  Mask<D> slow;
  auto result = Op::Fast(d, Op::Prepare(d, vx), vy, slow);
  if (!hn::AllFalse(d, slow)) result = hn::IfThenElse(slow, Op::Fix(d, vx, vy), result);
  hn::StoreU(result, d, out);
}

// As Map. A uniform operand is read once, before anything is written, and stands in an array of its own from then on.
// The two halves of the work go over several vectors in turn, because one chain through both is longer than a processor
// can look ahead.
template <class Op, bool kUniformX, bool kUniformY, class T>
HWY_INLINE void MapPair(const T* x, const T* y, T* out, size_t n) {
  const hn::ScalableTag<T> d;
  using D = hn::ScalableTag<T>;
  constexpr size_t N = hn::MaxLanes(D());
  constexpr size_t kVectors = 8;
  constexpr size_t kX = kUniformX ? 0 : 1, kY = kUniformY ? 0 : 1;
  if (n == 0) return;
  HWY_ALIGN T same_x[N], same_y[N];
  for (size_t k = 0; k < N; ++k) {
    memcpy(same_x + k, x, sizeof(T));  // which need not be aligned
    memcpy(same_y + k, y, sizeof(T));
  }
  if (kUniformX) x = same_x;
  if (kUniformY) y = same_y;
  HWY_ALIGN typename Op::template Base<D> base[kVectors];
  if (kUniformX) {
    for (size_t v = 0; v < kVectors; ++v) base[v] = Op::Prepare(d, hn::Load(d, same_x));
  }
  size_t i = 0;
  for (; i + kVectors * N <= n; i += kVectors * N) {
    if (!kUniformX) {
      for (size_t v = 0; v < kVectors; ++v) base[v] = Op::Prepare(d, hn::LoadU(d, x + i + v * N));
    }
    for (size_t v = 0; v < kVectors; v += 2) {
      const size_t first = i + v * N, second = first + N;
      Mask<D> slow0, slow1;
      const auto out0 = Op::Fast(d, base[v], hn::LoadU(d, y + kY * first), slow0);
      const auto out1 = Op::Fast(d, base[v + 1], hn::LoadU(d, y + kY * second), slow1);
      if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Or(slow0, slow1)))) {
        MapVectorPair<Op>(d, x + kX * first, y + kY * first, out + first);
        MapVectorPair<Op>(d, x + kX * second, y + kY * second, out + second);
      } else {
        hn::StoreU(out0, d, out + first);
        hn::StoreU(out1, d, out + second);
      }
    }
  }
  for (; i + N <= n; i += N) MapVectorPair<Op>(d, x + kX * i, y + kY * i, out + i);
  if (i < n) {
    HWY_ALIGN T tail_x[N], tail_y[N];
    for (size_t k = 0; k < N; ++k) {
      const size_t from = k < n - i ? i + k : i;
      memcpy(tail_x + k, x + kX * from, sizeof(T));
      memcpy(tail_y + k, y + kY * from, sizeof(T));
    }
    MapVectorPair<Op>(d, tail_x, tail_y, tail_x);
    memcpy(out + i, tail_x, (n - i) * sizeof(T));
  }
}

// Bit 0 of `uniform`: x is one value for all elements; bit 1: y is.
template <class Op, class T>
HWY_INLINE void MapPair(const T* x, const T* y, T* out, size_t n, unsigned uniform) {
  switch (uniform & 3) {
    case 0:
      return MapPair<Op, false, false>(x, y, out, n);
    case 1:
      return MapPair<Op, true, false>(x, y, out, n);
    case 2:
      return MapPair<Op, false, true>(x, y, out, n);
    default:
      return MapPair<Op, true, true>(x, y, out, n);
  }
}

}  // namespace exp_log
}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_EXP_LOG_LOOPS_H
