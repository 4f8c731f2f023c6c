// The reductions, on 32 interleaved accumulators for each result that stay in memory between calls; compiled for every
// instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "reductions.cpp"
#include <math.h>
#include <string.h>

#include <limits>
#include <type_traits>

#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "kernels.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Vectors that loops go over side by side, few enough to stay in registers: of plain accumulators, which take one
// register each, and of moments and positions, which take several.
constexpr size_t kPlainGroup = 4;
constexpr size_t kGroup = HWY_TARGET <= HWY_AVX3 ? 4 : 2;

// Calls body(d, group, i) for runs of group * Lanes(d) elements from i on, which together cover n. Every vector has
// kLeast elements or a multiple of it, and so has n. A turn of accumulators is taken in as few runs as can be, because
// each reads all the turns anew.
template <class T, size_t kWidest, size_t kLeast = 1, class Body>
HWY_INLINE void ForVectors(size_t n, Body body) {
  const hn::CappedTag<T, kAccumulators> d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + kWidest * lanes <= n; i += kWidest * lanes) body(d, std::integral_constant<size_t, kWidest>(), i);
  if constexpr (kWidest > 2) {
    for (; i + 2 * lanes <= n; i += 2 * lanes) body(d, std::integral_constant<size_t, 2>(), i);
  }
  for (; i + lanes <= n; i += lanes) body(d, std::integral_constant<size_t, 1>(), i);
  for (; i < n; i += kLeast) body(hn::CappedTag<T, kLeast>(), std::integral_constant<size_t, 1>(), i);
}

// Calls body(d, begin, end) for whole vectors, and for the elements behind them one by one.
template <class T, class Body>
HWY_INLINE void ForColumns(size_t n, const Body& body) {
  const hn::CappedTag<T, kAccumulators> d;
  const size_t whole = n / hn::Lanes(d) * hn::Lanes(d);
  body(d, 0, whole);
  body(hn::CappedTag<T, 1>(), whole, n);
}

// The tree in which all reductions join their accumulators, `width` elements each: join(across, count) for the elements
// [0, count), with those `across` further.
template <class Join>
HWY_INLINE void InHalves(size_t used, size_t width, Join join) {
  for (size_t half = kAccumulators / 2; half > 0; half /= 2) {
    if (used <= half) continue;
    join(half * width, (used - half) * width);
    used = half;
  }
}

// Those of accumulators j, j + kFrom, j + 2 * kFrom, ... that are used.
template <size_t kFrom>
size_t CountOf(size_t j, size_t used) {
  return (used - j + kFrom - 1) / kFrom;
}

// What those give, joined in halves of kMost down to kFrom; join(left, right, n_left, n_right) is told how many
// accumulators went into both.
template <size_t kFrom, size_t kMost, class Leaf, class Join>
HWY_INLINE auto Tree(size_t j, size_t used, const Leaf& leaf, const Join& join) {
  if constexpr (kFrom > kMost) {
    return leaf(j);
  } else {
    const auto left = Tree<2 * kFrom, kMost>(j, used, leaf, join);
    if (j + kFrom >= used) return left;
    return join(left, Tree<2 * kFrom, kMost>(j + kFrom, used, leaf, join), CountOf<2 * kFrom>(j, used),
                CountOf<2 * kFrom>(j + kFrom, used));
  }
}

// What the first `used` accumulators give, depth first, so that few are alive.
template <class Leaf, class Join>
HWY_INLINE auto JoinDepthFirst(size_t used, const Leaf& leaf, const Join& join) {
  constexpr size_t kEighths = 8;
  if (used <= kEighths) return Tree<1, kEighths / 2>(0, used, leaf, join);
  // In two parts, or the code would be four times as long.
  decltype(leaf(0)) eighths[kEighths];
  for (size_t j = 0; j < kEighths; ++j) eighths[j] = Tree<kEighths, kAccumulators / 2>(j, used, leaf, join);
  return Tree<1, kEighths / 2>(
      0, used, [&](size_t j) HWY_ATTR { return eighths[j]; }, join);
}

inline double DivisorOfVariance(int64_t n, int64_t ddof) { return n > ddof ? static_cast<double>(n - ddof) : 0; }

// Elements of the key kind as vectors of the accumulator's.
template <class D, class T>
HWY_INLINE hn::Vec<D> LoadAs(D d, const T* p) {
  if constexpr (std::is_same_v<T, hn::TFromD<D>>) {
    return hn::LoadU(d, p);
  } else if constexpr (sizeof(T) == 1) {
    const hn::Rebind<uint8_t, D> d8;
    const hn::Rebind<uint32_t, D> d32;
    const hn::RebindToUnsigned<D> du;
    const auto wide = hn::PromoteTo(d32, hn::LoadU(d8, p));
    if constexpr (sizeof(hn::TFromD<D>) == 4)
      return hn::BitCast(d, wide);
    else
      return hn::BitCast(d, hn::PromoteTo(du, wide));
  } else {
    const hn::Rebind<T, D> narrow;
    return hn::PromoteTo(d, hn::LoadU(narrow, p));
  }
}

// The first n elements of a vector, and `rest` behind them.
template <class D, class T>
HWY_INLINE hn::Vec<D> LoadFirst(D d, const T* p, size_t n, T rest) {
  if constexpr (!HWY_MEM_OPS_MIGHT_FAULT && sizeof(T) >= 4) {
    const hn::Rebind<T, D> own;
    const auto belongs = hn::FirstN(own, n);
    const auto x = hn::IfThenElse(belongs, hn::MaskedLoad(belongs, own, p), hn::Set(own, rest));
    if constexpr (std::is_same_v<T, hn::TFromD<D>>) {
      return x;
    } else {
      return hn::PromoteTo(d, x);
    }
  } else {
    T some[hn::MaxLanes(d)];
    for (T& element : some) element = rest;
    memcpy(some, p, n * sizeof(T));
    return LoadAs(d, some);
  }
}

// Writes final(x) for each x of what make(xs, first, count) makes of the results from the first on.
template <class X, class Make, class Final>
HWY_INLINE void InPieces(void* dst, size_t n, const Make& make, const Final& final) {
  using Result = decltype(final(X()));
  constexpr bool kInPlace = std::is_same_v<X, Result>;
  constexpr size_t kPiece = 256;
  X some[kInPlace ? 1 : kPiece];
  for (size_t first = 0; first < n; first += kPiece) {
    const size_t count = n - first < kPiece ? n - first : kPiece;
    Result* results = static_cast<Result*>(dst) + first;
    X* xs = some;
    if constexpr (kInPlace) xs = results;
    make(xs, first, count);
    for (size_t k = 0; k < count; ++k) results[k] = final(xs[k]);
  }
}

// Accumulators that get any of n elements.
inline size_t Used(int64_t n) { return n < kAccumulators ? static_cast<size_t>(n) : kAccumulators; }

template <class T>
const T* RowAt(const Rows& rows, size_t turn, size_t i) {
  return reinterpret_cast<const T*>(static_cast<const char*>(rows.x) + static_cast<ptrdiff_t>(turn) * rows.step) + i;
}

// A complex number is two columns, real part first; its partial is one half for each.
struct ComplexNumber {};

template <class T>
struct PartsOf {
  using Type = T;
  static constexpr size_t kCount = 1;
};
template <>
struct PartsOf<ComplexNumber> {
  using Type = double;
  static constexpr size_t kCount = 2;
};

template <size_t kParts>
Word* WordsOf(Partial* partials, size_t column) {
  return partials[column / kParts].words + column % kParts * kPartialWords;
}
template <size_t kParts>
const Word* WordsOf(const Partial* partials, size_t column) {
  return WordsOf<kParts>(const_cast<Partial*>(partials), column);
}

// ---- One accumulator per lane ---------------------------------------------------------------------------------------

// Do takes an accumulator and an element or another accumulator to its right. The identity changes no bit of what it
// meets.
struct Sum {
  template <class D, class V>
  static HWY_INLINE V Do(D, V acc, V x) {
    return hn::Add(acc, x);
  }
  template <class T>
  static constexpr T Identity(size_t) {
    return std::is_floating_point_v<T> ? static_cast<T>(-0.0) : T{0};
  }
};

struct Product {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V acc, V x) {
    if constexpr (std::is_same_v<hn::TFromD<D>, int64_t>) {
      // Modulo 2^64, out of products of halves.
      const hn::Repartition<uint32_t, D> d32;
      const hn::RebindToUnsigned<D> du;
      const auto a = hn::BitCast(du, acc), b = hn::BitCast(du, x);
      const auto low = hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, b));
      const auto a_high = hn::MulEven(hn::BitCast(d32, hn::ShiftRight<32>(a)), hn::BitCast(d32, b));
      const auto b_high = hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, hn::ShiftRight<32>(b)));
      return hn::BitCast(d, hn::Add(low, hn::ShiftLeft<32>(hn::Add(a_high, b_high))));
    } else {
      return hn::Mul(acc, x);
    }
  }
  template <class T>
  static constexpr T Identity(size_t) {
    return T{1};
  }
};

// Of complex numbers, the parts side by side. The difference is written as a sum, lest the compiler makes it and the
// product one instruction that rounds once. 1 times an infinity is not that infinity: the first element counts as it
// is, and the identity is for results of no elements.
struct ComplexProduct {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V acc, V x) {
    const V straight = hn::Mul(acc, hn::DupEven(x));
    const V crossed = hn::Mul(hn::Reverse2(d, acc), hn::DupOdd(x));
    return hn::Add(straight, hn::Xor(crossed, hn::OddEven(hn::Zero(d), hn::Set(d, -0.0))));
  }
  template <class T>
  static constexpr T Identity(size_t part) {
    return part == 0 ? 1 : 0;
  }
};

// Both take x when it is better or NaN, so that NaN spreads and ties keep the accumulator. TakeNumber takes it when it
// is better alone; on x86 that is one instruction, which leaves the second argument at ties and NaNs.
template <class D, class V, class M>
HWY_INLINE V TakeIf(D, M better, V acc, V x) {
  if constexpr (hwy::IsFloat<hn::TFromD<D>>())
    return hn::IfThenElse(hn::Or(better, hn::IsNaN(x)), x, acc);
  else
    return hn::IfThenElse(better, x, acc);
}

struct Least {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V acc, V x) {
    return TakeIf(d, hn::Lt(x, acc), acc, x);
  }
  template <class V>
  static HWY_INLINE V TakeNumber(V acc, V x) {
    return HWY_ARCH_X86 ? hn::Min(x, acc) : hn::IfThenElse(hn::Lt(x, acc), x, acc);
  }
  template <class T>
  static constexpr T Identity(size_t) {
    if constexpr (sizeof(T) == 1)
      return 1;
    else if constexpr (std::is_floating_point_v<T>)
      return std::numeric_limits<T>::infinity();
    else
      return std::numeric_limits<T>::max();
  }
};

struct Greatest {
  template <class D, class V>
  static HWY_INLINE V Do(D d, V acc, V x) {
    return TakeIf(d, hn::Gt(x, acc), acc, x);
  }
  template <class V>
  static HWY_INLINE V TakeNumber(V acc, V x) {
    return HWY_ARCH_X86 ? hn::Max(x, acc) : hn::IfThenElse(hn::Gt(x, acc), x, acc);
  }
  template <class T>
  static constexpr T Identity(size_t) {
    if constexpr (sizeof(T) == 1)
      return 0;
    else if constexpr (std::is_floating_point_v<T>)
      return -std::numeric_limits<T>::infinity();
    else
      return std::numeric_limits<T>::min();
  }
};

// NaN gives way to anything.
struct LeastNumber {
  template <class D, class V>
  static HWY_INLINE V Do(D, V acc, V x) {
    return hn::IfThenElse(hn::Or(hn::Lt(x, acc), hn::IsNaN(acc)), x, acc);
  }
  template <class T>
  static constexpr T Identity(size_t) {
    return std::numeric_limits<T>::quiet_NaN();
  }
};

struct GreatestNumber {
  template <class D, class V>
  static HWY_INLINE V Do(D, V acc, V x) {
    return hn::IfThenElse(hn::Or(hn::Gt(x, acc), hn::IsNaN(acc)), x, acc);
  }
  template <class T>
  static constexpr T Identity(size_t) {
    return std::numeric_limits<T>::quiet_NaN();
  }
};

// The accumulator of one lane while a run of turns lasts.
template <class Body, class D>
struct Held {
  using V = hn::Vec<D>;
  HWY_INLINE void Set(V start) { v = start; }
  HWY_INLINE void Take(D d, V x) { v = Body::Do(d, v, x); }
  HWY_INLINE V Get(D) const { return v; }
  V v;
};

// Which lanes of either are NaN.
template <class V>
HWY_INLINE auto AreNaN(V x, V y) {
  return hn::Or(hn::IsNaN(x), hn::IsNaN(y));
}
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
HWY_INLINE hn::Mask512<double> AreNaN(hn::Vec512<double> x, hn::Vec512<double> y) {
  return {_mm512_cmp_pd_mask(x.raw, y.raw, _CMP_UNORD_Q)};
}
HWY_INLINE hn::Mask512<float> AreNaN(hn::Vec512<float> x, hn::Vec512<float> y) {
  return {_mm512_cmp_ps_mask(x.raw, y.raw, _CMP_UNORD_Q)};
}
#endif

// Whether a NaN came is kept apart, so that the next element need not wait for more than one instruction.
template <class Body, class D>
struct HeldApart {
  using V = hn::Vec<D>;
  HWY_INLINE void Set(V start) {
    v = start;
    nan = hn::IsNaN(start);
  }
  HWY_INLINE void Take(D, V x) {
    v = Body::TakeNumber(v, x);
    nan = hn::Or(nan, hn::IsNaN(x));
  }
  // The same as taking the one and then the other: among numbers either way the first of the best stays.
  HWY_INLINE void Take(D, V x, V y) {
    v = Body::TakeNumber(v, Body::TakeNumber(x, y));
    nan = hn::Or(nan, AreNaN(x, y));
  }
  HWY_INLINE V Get(D d) const { return hn::IfThenElse(nan, hn::NaN(d), v); }
  V v;
  hn::Mask<D> nan;
};

template <class Body, class T, class Acc, size_t kParts = 1>
struct Plain {
  static constexpr bool kIsApart =
      std::is_floating_point_v<Acc> && (std::is_same_v<Body, Least> || std::is_same_v<Body, Greatest>);

  static void Start(void* state, size_t columns, int64_t n) {
    Acc* acc = static_cast<Acc*>(state);
    const size_t used = Used(n) * columns * kParts;
    for (size_t i = 0; i < used; ++i) acc[i] = Body::template Identity<Acc>(i % kParts);
  }

  static void Accumulate(void* state, size_t, const Rows& rows) {
    Acc* acc = static_cast<Acc*>(state) + rows.at * kParts;
    ForVectors<Acc, kPlainGroup, kParts>(rows.width * kParts, [&](auto d, auto group, size_t i) HWY_ATTR {
      constexpr size_t kVectors = decltype(group)::value;
      const size_t lanes = hn::Lanes(d);
      using D = decltype(d);
      std::conditional_t<kIsApart, HeldApart<Body, D>, Held<Body, D>> held[kVectors];
      const bool set = std::is_same_v<Body, ComplexProduct> && rows.turn == 0;
      for (size_t k = 0; k < kVectors; ++k) {
        held[k].Set(set ? LoadAs(d, RowAt<T>(rows, 0, i) + k * lanes) : hn::LoadU(d, acc + i + k * lanes));
      }
      size_t turn = set;
      if constexpr (kIsApart) {
        for (; turn + 2 <= rows.turns; turn += 2) {
          const T* p = RowAt<T>(rows, turn, i);
          const T* q = RowAt<T>(rows, turn + 1, i);
          for (size_t k = 0; k < kVectors; ++k) held[k].Take(d, LoadAs(d, p + k * lanes), LoadAs(d, q + k * lanes));
        }
      }
      for (; turn < rows.turns; ++turn) {
        const T* p = RowAt<T>(rows, turn, i);
        for (size_t k = 0; k < kVectors; ++k) held[k].Take(d, LoadAs(d, p + k * lanes));
      }
      for (size_t k = 0; k < kVectors; ++k) hn::StoreU(held[k].Get(d), d, acc + i + k * lanes);
    });
  }

  static void Join(Acc* left, const Acc* right, size_t n) {
    ForVectors<Acc, 1, kParts>(n, [=](auto d, auto, size_t i) HWY_ATTR {
      hn::StoreU(Body::Do(d, hn::LoadU(d, left + i), hn::LoadU(d, right + i)), d, left + i);
    });
  }

  // The halves of a vector joined, and theirs, down to one element.
  template <class D>
  static HWY_INLINE Acc JoinHalves([[maybe_unused]] D d, hn::Vec<D> v) {
    if constexpr (hn::MaxLanes(D()) == 1) {
      return hn::GetLane(v);
    } else {
      const hn::Half<D> half;
      return JoinHalves(half, Body::Do(half, hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
    }
  }

  // All accumulators of one result, in the order of Fold.
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE Acc FoldVectors(D d, V* v) {
    for (size_t half = kAccumulators / hn::MaxLanes(d) / 2; half > 0; half /= 2) {
      for (size_t k = 0; k < half; ++k) v[k] = Body::Do(d, v[k], v[half + k]);
    }
    return JoinHalves(d, v[0]);
  }

  static Acc FoldAll(const Acc* acc) {
    const hn::CappedTag<Acc, kAccumulators> d;
    constexpr size_t kLanes = hn::MaxLanes(d);
    hn::Vec<decltype(d)> v[kAccumulators / kLanes];
    for (size_t k = 0; k < kAccumulators / kLanes; ++k) v[k] = hn::LoadU(d, acc + k * kLanes);
    return FoldVectors(d, v);
  }

  // Leaves what all accumulators give in the first ones.
  static void Reduce(Acc* acc, size_t columns, int64_t n) {
    InHalves(Used(n), columns * kParts, [&](size_t across, size_t count) { Join(acc, acc + across, count); });
  }

  static void Fold(void* state, size_t columns, int64_t n, int64_t, Partial* partials) {
    Acc* acc = static_cast<Acc*>(state);
    if constexpr (kParts == 1) {
      if (columns == 1 && Used(n) == kAccumulators) {
        const Acc all = FoldAll(acc);
        memcpy(WordsOf<kParts>(partials, 0), &all, sizeof(all));
        return;
      }
    }
    Reduce(acc, columns, n);
    for (size_t c = 0; c < columns * kParts; ++c) memcpy(WordsOf<kParts>(partials, c), acc + c, sizeof(Acc));
  }

  template <class Result>
  static void Settle(void* dst, void* state, size_t columns, int64_t n, int64_t) {
    Acc* acc = static_cast<Acc*>(state);
    Reduce(acc, columns, n);
    for (size_t c = 0; c < columns * kParts; ++c) static_cast<Result*>(dst)[c] = static_cast<Result>(acc[c]);
  }

  template <class Result>
  static void SettleMean(void* dst, void* state, size_t columns, int64_t n, int64_t) {
    Acc* acc = static_cast<Acc*>(state);
    Reduce(acc, columns, n);
    for (size_t c = 0; c < columns * kParts; ++c) {
      static_cast<Result*>(dst)[c] = static_cast<Result>(acc[c] / static_cast<double>(n));
    }
  }

  // Results side by side, of n rows.
  static HWY_NOINLINE void AcrossRows(Acc* results, const char* x, ptrdiff_t step, size_t columns, size_t n) {
    ForColumns<Acc>(columns, [&](auto d, size_t begin, size_t end) HWY_ATTR {
      using V = hn::Vec<decltype(d)>;
      const auto join = [&](V left, V right, size_t, size_t) HWY_ATTR { return Body::Do(d, left, right); };
      for (size_t i = begin; i < end; i += hn::Lanes(d)) {
        const auto row = [&](size_t j) HWY_ATTR {
          return LoadAs(d, reinterpret_cast<const T*>(x + static_cast<ptrdiff_t>(j) * step) + i);
        };
        V all = JoinDepthFirst(n, row, join);
        if constexpr (kIsApart) all = hn::IfThenElse(hn::IsNaN(all), hn::NaN(d), all);
        hn::StoreU(all, d, results + i);
      }
    });
  }

  // Results of rows of n elements, `step` bytes from row to row.
  static HWY_NOINLINE void AlongRows(Acc* results, const char* x, ptrdiff_t step, size_t rows, size_t n) {
    const hn::CappedTag<Acc, kAccumulators> d;
    using D = decltype(d);
    using V = hn::Vec<D>;
    constexpr size_t kLanes = hn::MaxLanes(d);
    constexpr size_t kAll = kAccumulators / kLanes;
    constexpr size_t kGroup = kAll < kPlainGroup ? kAll : kPlainGroup;
    const V identity = hn::Set(d, Body::template Identity<Acc>(0));
    const size_t whole = n / kAccumulators * kAccumulators;
    for (size_t r = 0; r < rows; ++r, x += step) {
      const T* p = reinterpret_cast<const T*>(x);
      V all[kAll];
      for (size_t first = 0; first < kAll; first += kGroup) {
        std::conditional_t<kIsApart, HeldApart<Body, D>, Held<Body, D>> held[kGroup];
        for (size_t k = 0; k < kGroup; ++k) held[k].Set(identity);
        const T* at = p + first * kLanes;
        for (size_t i = 0; i < whole; i += kAccumulators) {
          for (size_t k = 0; k < kGroup; ++k) held[k].Take(d, LoadAs(d, at + i + k * kLanes));
        }
        for (size_t k = 0; k < kGroup; ++k) {
          const size_t i = whole + (first + k) * kLanes;
          if (i + kLanes <= n) {
            held[k].Take(d, LoadAs(d, p + i));
          } else if (i < n) {
            held[k].Take(d, LoadFirst(d, p + i, n - i, Body::template Identity<T>(0)));
          }
        }
        for (size_t k = 0; k < kGroup; ++k) all[first + k] = held[k].Get(d);
      }
      results[r] = FoldVectors(d, all);
    }
  }

  struct Same {
    static Acc Of(Acc acc, int64_t) { return acc; }
  };
  struct Mean {
    static Acc Of(Acc sum, int64_t n) { return static_cast<Acc>(sum / static_cast<double>(n)); }
  };

  template <class Result, class Final>
  static void Along(void* dst, const void* x, ptrdiff_t step, size_t rows, int64_t n, int64_t) {
    InPieces<Acc>(
        dst, rows,
        [&](Acc* acc, size_t row, size_t count) {
          AlongRows(acc, static_cast<const char*>(x) + static_cast<ptrdiff_t>(row) * step, step, count,
                    static_cast<size_t>(n));
        },
        [=](Acc acc) { return static_cast<Result>(Final::Of(acc, n)); });
  }

  template <class Result, class Final>
  static void Across(void* dst, const void* x, ptrdiff_t step, size_t columns, int64_t n, int64_t) {
    InPieces<Acc>(
        dst, columns,
        [&](Acc* acc, size_t column, size_t count) {
          AcrossRows(acc, reinterpret_cast<const char*>(static_cast<const T*>(x) + column), step, count,
                     static_cast<size_t>(n));
        },
        [=](Acc acc) { return static_cast<Result>(Final::Of(acc, n)); });
  }

  static void Combine(Partial* left, const Partial* right, size_t columns, int64_t, int64_t) {
    for (size_t c = 0; c < columns * kParts; c += kParts) {
      Acc l[kParts], r[kParts];
      for (size_t part = 0; part < kParts; ++part) {
        memcpy(l + part, WordsOf<kParts>(left, c + part), sizeof(Acc));
        memcpy(r + part, WordsOf<kParts>(right, c + part), sizeof(Acc));
      }
      Join(l, r, kParts);
      for (size_t part = 0; part < kParts; ++part) memcpy(WordsOf<kParts>(left, c + part), l + part, sizeof(Acc));
    }
  }
};

// ---- Moments --------------------------------------------------------------------------------------------------------

// Per accumulator: sum of the elements, the first element as a shift, the mean beyond the shift and the sum of squares
// about the mean of the closed turns, and both sums of the open turns about a pivot, the mean at their start.
// Everything but the first two is small when the spread is, however far from 0 the elements are.
constexpr size_t kTurns = 32;  // after which sums about a pivot are closed

struct MomentPlanes {
  MomentPlanes(double* state, size_t pitch)
      : sum(state),
        shift(sum + pitch),
        mean(shift + pitch),
        squares(mean + pitch),
        open_sum(squares + pitch),
        open_squares(open_sum + pitch) {}

  static MomentPlanes Of(void* state, size_t width) {
    return MomentPlanes(static_cast<double*>(state), kAccumulators * width);
  }

  double *sum, *shift, *mean, *squares, *open_sum, *open_squares;
};

// What is left of accumulators.
template <class V>
struct Moment {
  V shift, mean, squares;
};

// Those of so many elements joined by Chan's formula.
template <class D, class V = hn::Vec<D>>
HWY_INLINE Moment<V> JoinMoments(D, const Moment<V>& left, const Moment<V>& right, V n_left, V n_right) {
  const V share = hn::Div(n_right, hn::Add(n_left, n_right));
  const V delta = hn::Add(hn::Sub(right.shift, left.shift), hn::Sub(right.mean, left.mean));
  const V between = hn::Mul(hn::Mul(delta, delta), hn::Mul(n_left, share));
  return {left.shift, hn::Add(left.mean, hn::Mul(delta, share)),
          hn::Add(hn::Add(left.squares, right.squares), between)};
}

// Takes sums of `open` turns about the pivot into the mean and squares of those before; `after` turns in all. `inverse`
// is 1 / open.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void CloseTurns(D d, V shift, V open_sum, V open_squares, V* mean, V* squares, V inverse, double open,
                           double after) {
  const double share = open / after;
  const V pivot = hn::Add(shift, *mean);
  const V mean_of_open = hn::Mul(open_sum, inverse);
  const V delta = hn::Add(mean_of_open, hn::Sub(hn::Sub(pivot, shift), *mean));
  const V own = hn::Sub(open_squares, hn::Mul(open_sum, mean_of_open));
  const V zero = hn::Zero(d);
  const V between = hn::Mul(hn::Mul(delta, delta), hn::Set(d, (after - open) * share));
  *squares = hn::Add(*squares, hn::Add(hn::IfThenElse(hn::Lt(own, zero), zero, own), between));
  *mean = hn::Add(*mean, hn::Mul(delta, hn::Set(d, share)));
}

template <class D, class V = hn::Vec<D>>
HWY_INLINE void CloseTurns(D d, V shift, V open_sum, V open_squares, V* mean, V* squares, double open, double after) {
  CloseTurns(d, shift, open_sum, open_squares, mean, squares, hn::Set(d, 1 / open), open, after);
}

// x + acc, by the units that multiply: the same bits, and those that add are left to others. `one` holds ones, which
// the compiler must not know.
template <class D, class V>
HWY_INLINE V AddElsewhere(D, V acc, V x, [[maybe_unused]] V one) {
#if HWY_NATIVE_FMA
  return hn::MulAdd(x, one, acc);
#else
  return hn::Add(acc, x);
#endif
}

template <class T, size_t kParts = 1>
struct Moments {
  static void Start(void* state, size_t columns, int64_t n) {
    const MomentPlanes planes = MomentPlanes::Of(state, columns * kParts);
    const size_t used = Used(n) * columns * kParts;
    for (size_t i = 0; i < used; ++i) planes.sum[i] = -0.0;
    for (double* plane : {planes.mean, planes.squares, planes.open_sum, planes.open_squares})
      memset(plane, 0, used * sizeof(double));
  }

  static void Accumulate(void* state, size_t columns, const Rows& rows) {
    const MomentPlanes planes = MomentPlanes::Of(state, columns * kParts);
    const volatile double unknown = 1;
    const double one_value = unknown;
    ForVectors<double, kGroup>(rows.width * kParts, [&](auto d, auto group, size_t i) HWY_ATTR {
      constexpr size_t kVectors = decltype(group)::value;
      using V = hn::Vec<decltype(d)>;
      const V one = hn::Set(d, one_value);
      const size_t lanes = hn::Lanes(d);
      const size_t at = rows.at * kParts + i;
      size_t turn = 0;
      size_t total = static_cast<size_t>(rows.turn);
      while (turn < rows.turns) {
        size_t end = turn + kTurns - total % kTurns;
        if (end > rows.turns) end = rows.turns;
        V sum[kVectors], pivot[kVectors], open_sum[kVectors], open_squares[kVectors];
        for (size_t k = 0; k < kVectors; ++k) {
          const size_t j = at + k * lanes;
          if (total == 0) hn::StoreU(LoadAs(d, RowAt<T>(rows, turn, i) + k * lanes), d, planes.shift + j);
          sum[k] = hn::LoadU(d, planes.sum + j);
          pivot[k] = hn::Add(hn::LoadU(d, planes.shift + j), hn::LoadU(d, planes.mean + j));
          open_sum[k] = hn::LoadU(d, planes.open_sum + j);
          open_squares[k] = hn::LoadU(d, planes.open_squares + j);
        }
        total += end - turn;
        for (; turn < end; ++turn) {
          const T* p = RowAt<T>(rows, turn, i);
          for (size_t k = 0; k < kVectors; ++k) {
            const V x = LoadAs(d, p + k * lanes);
            const V away = hn::Sub(x, pivot[k]);
            const V square = hn::Mul(away, away);
            sum[k] = hn::Add(sum[k], x);
            open_sum[k] = AddElsewhere(d, open_sum[k], away, one);
            // Half of them here, half of them there.
            open_squares[k] =
                k % 2 == 0 ? hn::Add(open_squares[k], square) : AddElsewhere(d, open_squares[k], square, one);
          }
        }
        for (size_t k = 0; k < kVectors; ++k) {
          const size_t j = at + k * lanes;
          hn::StoreU(sum[k], d, planes.sum + j);
          if (total % kTurns == 0) {
            Close(d, planes, j, open_sum[k], open_squares[k], kTurns, static_cast<double>(total));
          } else {
            hn::StoreU(open_sum[k], d, planes.open_sum + j);
            hn::StoreU(open_squares[k], d, planes.open_squares + j);
          }
        }
      }
    });
  }

  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE void Close(D d, const MomentPlanes& planes, size_t j, V open_sum, V open_squares, double open,
                               double after) {
    V mean = hn::LoadU(d, planes.mean + j), squares = hn::LoadU(d, planes.squares + j);
    CloseTurns(d, hn::LoadU(d, planes.shift + j), open_sum, open_squares, &mean, &squares, open, after);
    hn::StoreU(mean, d, planes.mean + j);
    hn::StoreU(squares, d, planes.squares + j);
    hn::StoreU(hn::Zero(d), d, planes.open_sum + j);
    hn::StoreU(hn::Zero(d), d, planes.open_squares + j);
  }

  // Closes the accumulators [begin, end), which have all taken `turns` elements.
  static void CloseRest(const MomentPlanes& planes, size_t begin, size_t end, size_t turns) {
    const double open = static_cast<double>(turns % kTurns);
    if (open == 0) return;
    ForVectors<double, 1>(end - begin, [&](auto d, auto, size_t i) HWY_ATTR {
      const size_t j = begin + i;
      Close(d, planes, j, hn::LoadU(d, planes.open_sum + j), hn::LoadU(d, planes.open_squares + j), open,
            static_cast<double>(turns));
    });
  }

  // Leaves what all accumulators give in the first ones.
  static MomentPlanes Reduce(void* state, size_t width, int64_t n) {
    const MomentPlanes planes = MomentPlanes::Of(state, width);
    const size_t turns = static_cast<size_t>(n / kAccumulators);
    const size_t longer = static_cast<size_t>(n % kAccumulators) * width;
    const size_t used = Used(n);
    CloseRest(planes, 0, longer, turns + 1);
    if (turns > 0) CloseRest(planes, longer, used * width, turns);
    // What was open is closed: its plane holds the counts now.
    double* counts = planes.open_sum;
    for (size_t j = 0; j < used * width; ++j) counts[j] = static_cast<double>(turns + (j < longer));
    InHalves(used, width, [&](size_t across, size_t count) HWY_ATTR {
      ForVectors<double, 1>(count, [&](auto d, auto, size_t j) HWY_ATTR {
        const auto left = hn::LoadU(d, counts + j), right = hn::LoadU(d, counts + across + j);
        JoinAt(d, planes, j, across + j, left, right);
        hn::StoreU(hn::Add(left, right), d, counts + j);
      });
    });
    return planes;
  }

  static void Fold(void* state, size_t columns, int64_t n, int64_t, Partial* partials) {
    const size_t width = columns * kParts;
    const MomentPlanes planes = Reduce(state, width, n);
    for (size_t c = 0; c < width; ++c) {
      Word* words = WordsOf<kParts>(partials, c);
      words[0].real = planes.sum[c];
      words[1].real = planes.shift[c];
      words[2].real = planes.mean[c];
      words[3].real = planes.squares[c];
    }
  }

  template <class Result, bool kRoot>
  static void Settle(void* dst, void* state, size_t columns, int64_t n, int64_t ddof) {
    double* squares = Reduce(state, columns, n).squares;
    Divide<kRoot>(squares, columns, DivisorOfVariance(n, ddof));
    for (size_t c = 0; c < columns; ++c) static_cast<Result*>(dst)[c] = static_cast<Result>(squares[c]);
  }

  // Accumulators j and k, of so many elements, into j.
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE void JoinAt(D d, const MomentPlanes& p, size_t j, size_t k, V n_left, V n_right) {
    const auto at = [&](size_t i) HWY_ATTR {
      return Moment<V>{hn::LoadU(d, p.shift + i), hn::LoadU(d, p.mean + i), hn::LoadU(d, p.squares + i)};
    };
    const Moment<V> joined = JoinMoments(d, at(j), at(k), n_left, n_right);
    hn::StoreU(hn::Add(hn::LoadU(d, p.sum + j), hn::LoadU(d, p.sum + k)), d, p.sum + j);
    hn::StoreU(joined.squares, d, p.squares + j);
    hn::StoreU(joined.mean, d, p.mean + j);
  }

  // Squares about the means of n rows.
  static HWY_NOINLINE void AcrossRows(double* squares, const char* x, ptrdiff_t step, size_t columns, size_t n) {
    ForColumns<double>(columns, [&](auto d, size_t begin, size_t end) HWY_ATTR {
      using V = hn::Vec<decltype(d)>;
      const auto join = [&](const Moment<V>& left, const Moment<V>& right, size_t n_left, size_t n_right) HWY_ATTR {
        return JoinMoments(d, left, right, hn::Set(d, static_cast<double>(n_left)),
                           hn::Set(d, static_cast<double>(n_right)));
      };
      for (size_t i = begin; i < end; i += hn::Lanes(d)) {
        const auto row = [&](size_t j) HWY_ATTR {
          const V shift = LoadAs(d, reinterpret_cast<const T*>(x + static_cast<ptrdiff_t>(j) * step) + i);
          // 0 for what is finite.
          const V away = hn::Sub(shift, shift);
          return Moment<V>{shift, away, away};
        };
        hn::StoreU(JoinDepthFirst(n, row, join).squares, d, squares + i);
      }
    });
  }

  // The halves of a vector's accumulators joined, and theirs, down to one. Those of no elements give way.
  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE double SquaresOf(D, const Moment<V>& all, [[maybe_unused]] V n) {
    if constexpr (hn::MaxLanes(D()) == 1) {
      return hn::GetLane(all.squares);
    } else {
      const hn::Half<D> half;
      using H = hn::Vec<decltype(half)>;
      const Moment<H> left = {hn::LowerHalf(half, all.shift), hn::LowerHalf(half, all.mean),
                              hn::LowerHalf(half, all.squares)};
      const Moment<H> right = {hn::UpperHalf(half, all.shift), hn::UpperHalf(half, all.mean),
                               hn::UpperHalf(half, all.squares)};
      return SquaresOf(half, JoinAny(half, left, right, hn::LowerHalf(half, n), hn::UpperHalf(half, n)),
                       hn::Add(hn::LowerHalf(half, n), hn::UpperHalf(half, n)));
    }
  }

  template <class D, class V = hn::Vec<D>>
  static HWY_INLINE Moment<V> JoinAny(D d, const Moment<V>& left, const Moment<V>& right, V n_left, V n_right) {
    const Moment<V> joined = JoinMoments(d, left, right, n_left, n_right);
    const auto is_none = hn::Eq(n_right, hn::Zero(d));
    return {left.shift, hn::IfThenElse(is_none, left.mean, joined.mean),
            hn::IfThenElse(is_none, left.squares, joined.squares)};
  }

  // Squares about the means of rows of n elements, `step` bytes from row to row; no accumulator has more than kTurns.
  static HWY_NOINLINE void AlongRows(double* squares, const char* x, ptrdiff_t step, size_t rows, size_t n) {
    const hn::CappedTag<double, kAccumulators> d;
    using V = hn::Vec<decltype(d)>;
    constexpr size_t kLanes = hn::MaxLanes(d);
    constexpr size_t kAll = kAccumulators / kLanes;
    const size_t turns = (n + kAccumulators - 1) / kAccumulators;
    V count[kAll], inverse[kAll];
    for (size_t k = 0; k < kAll; ++k) {
      const size_t last = (turns - 1) * kAccumulators + k * kLanes;
      const auto takes_last = hn::FirstN(d, n > last ? n - last : 0);
      const V more = hn::Set(d, static_cast<double>(turns)), less = hn::Set(d, static_cast<double>(turns - 1));
      count[k] = hn::IfThenElse(takes_last, more, less);
      inverse[k] = hn::Div(hn::Set(d, 1.0), hn::Max(count[k], hn::Set(d, 1.0)));
    }
    for (size_t r = 0; r < rows; ++r, x += step) {
      const T* p = reinterpret_cast<const T*>(x);
      Moment<V> all[kAll];
      for (size_t k = 0; k < kAll; ++k) {
        V shift, open_sum, open_squares;
        for (size_t turn = 0; turn < turns; ++turn) {
          const size_t i = turn * kAccumulators + k * kLanes;
          const size_t left = n > i ? n - i : 0;
          const V element = left >= kLanes ? LoadAs(d, p + i) : LoadFirst(d, p + i, left, T{0});
          if (turn == 0) {
            shift = element;
            open_sum = open_squares = hn::Zero(d);
          }
          const V away = left >= kLanes ? hn::Sub(element, shift)
                                        : hn::IfThenElseZero(hn::FirstN(d, left), hn::Sub(element, shift));
          open_sum = hn::Add(open_sum, away);
          open_squares = hn::Add(open_squares, hn::Mul(away, away));
        }
        all[k] = {shift, hn::Zero(d), hn::Zero(d)};
        CloseTurns(d, shift, open_sum, open_squares, &all[k].mean, &all[k].squares, inverse[k], 1, 1);
      }
      V n_of[kAll];
      for (size_t k = 0; k < kAll; ++k) n_of[k] = count[k];
      for (size_t half = kAll / 2; half > 0; half /= 2) {
        for (size_t k = 0; k < half; ++k) {
          all[k] = JoinAny(d, all[k], all[half + k], n_of[k], n_of[half + k]);
          n_of[k] = hn::Add(n_of[k], n_of[half + k]);
        }
      }
      squares[r] = SquaresOf(d, all[0], n_of[0]);
    }
  }

  // Makes variances, or their roots, of squares.
  template <bool kRoot>
  static void Divide(double* squares, size_t count, double divisor) {
    ForVectors<double, 1>(count, [&](auto d, auto, size_t c) HWY_ATTR {
      const auto variance = hn::Div(hn::LoadU(d, squares + c), hn::Set(d, divisor));
      hn::StoreU(kRoot ? hn::Sqrt(variance) : variance, d, squares + c);
    });
  }

  template <class Result, bool kRoot>
  static void Along(void* dst, const void* x, ptrdiff_t step, size_t rows, int64_t n, int64_t ddof) {
    InPieces<double>(
        dst, rows,
        [&](double* squares, size_t row, size_t count) {
          AlongRows(squares, static_cast<const char*>(x) + static_cast<ptrdiff_t>(row) * step, step, count,
                    static_cast<size_t>(n));
          Divide<kRoot>(squares, count, DivisorOfVariance(n, ddof));
        },
        [](double variance) { return static_cast<Result>(variance); });
  }

  template <class Result, bool kRoot>
  static void Across(void* dst, const void* x, ptrdiff_t step, size_t columns, int64_t n, int64_t ddof) {
    InPieces<double>(
        dst, columns,
        [&](double* squares, size_t column, size_t count) {
          AcrossRows(squares, reinterpret_cast<const char*>(static_cast<const T*>(x) + column), step, count,
                     static_cast<size_t>(n));
          Divide<kRoot>(squares, count, DivisorOfVariance(n, ddof));
        },
        [](double variance) { return static_cast<Result>(variance); });
  }

  static void Combine(Partial* left, const Partial* right, size_t columns, int64_t n_left, int64_t n_right) {
    for (size_t c = 0; c < columns * kParts; ++c) {
      double values[12] = {};
      Word* words = WordsOf<kParts>(left, c);
      for (size_t w = 0; w < 4; ++w) {
        values[2 * w] = words[w].real;
        values[2 * w + 1] = WordsOf<kParts>(right, c)[w].real;
      }
      const MomentPlanes two(values, 2);
      const hn::CappedTag<double, 1> d;
      JoinAt(d, two, 0, 1, hn::Set(d, static_cast<double>(n_left)), hn::Set(d, static_cast<double>(n_right)));
      for (size_t w = 0; w < 4; ++w) words[w].real = values[2 * w];
    }
  }
};

// ---- Positions ------------------------------------------------------------------------------------------------------

// Whether a comes after b, and whether it does not, where neither is NaN.
struct Less {
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> Do(D, V a, V b) {
    return hn::Lt(a, b);
  }
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> DoNot(D, V a, V b) {
    return hn::Ge(a, b);
  }
};
struct Greater {
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> Do(D, V a, V b) {
    return hn::Gt(a, b);
  }
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> DoNot(D, V a, V b) {
    return hn::Le(a, b);
  }
};

// Better tells whether x takes the place of the best so far; the first of equals is the result. As in NumPy a NaN is
// the best of all. With a NaN no comparison holds, not even that it does not come after.
template <class Compare>
struct NaNWins {
  static constexpr bool kSkipsNaN = false;
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> Better(D d, V best, V x) {
    if constexpr (hwy::IsFloat<hn::TFromD<D>>())
      return hn::AndNot(Compare::DoNot(d, x, best), hn::Eq(best, best));
    else
      return Compare::Do(d, x, best);
  }
};

template <class Compare>
struct NaNLoses {
  static constexpr bool kSkipsNaN = true;
  template <class D, class V>
  static HWY_INLINE hn::Mask<D> Better(D d, V best, V x) {
    return hn::AndNot(Compare::DoNot(d, x, best), hn::Eq(x, x));
  }
};

// Two planes: the best element of each accumulator, and the turn at which it came.
template <class Body, class T, class Acc>
struct Best {
  using Index = hwy::MakeSigned<Acc>;

  static Index* Turns(void* state, size_t columns) {
    return reinterpret_cast<Index*>(static_cast<char*>(state) + kAccumulators * columns * kAccumulatorBytes);
  }

  // The first turn sets everything.
  static void Start(void*, size_t, int64_t) {}

  static void Accumulate(void* state, size_t columns, const Rows& rows) {
    Acc* best = static_cast<Acc*>(state) + rows.at;
    Index* turns = Turns(state, columns) + rows.at;
    ForVectors<Acc, kGroup>(rows.width, [&](auto d, auto group, size_t i) HWY_ATTR {
      constexpr size_t kVectors = decltype(group)::value;
      using D = decltype(d);
      const hn::Rebind<Index, D> di;
      const size_t lanes = hn::Lanes(d);
      hn::Vec<D> v[kVectors];
      hn::Vec<decltype(di)> at[kVectors];
      size_t turn = 0;
      for (size_t k = 0; k < kVectors; ++k) {
        if (rows.turn == 0) {
          v[k] = LoadAs(d, RowAt<T>(rows, 0, i) + k * lanes);
          at[k] = hn::Zero(di);
        } else {
          v[k] = hn::LoadU(d, best + i + k * lanes);
          at[k] = hn::LoadU(di, turns + i + k * lanes);
        }
      }
      if (rows.turn == 0) turn = 1;
      for (; turn < rows.turns; ++turn) {
        const T* p = RowAt<T>(rows, turn, i);
        const auto now = hn::Set(di, static_cast<Index>(rows.turn + static_cast<int64_t>(turn)));
        for (size_t k = 0; k < kVectors; ++k) {
          const auto x = LoadAs(d, p + k * lanes);
          const auto better = Body::Better(d, v[k], x);
          v[k] = hn::IfThenElse(better, x, v[k]);
          at[k] = hn::IfThenElse(hn::RebindMask(di, better), now, at[k]);
        }
      }
      for (size_t k = 0; k < kVectors; ++k) {
        hn::StoreU(v[k], d, best + i + k * lanes);
        hn::StoreU(at[k], di, turns + i + k * lanes);
      }
    });
  }

  static bool IsBetter(Acc best, Acc x) {
    const hn::CappedTag<Acc, 1> d;
    return !hn::AllFalse(d, Body::Better(d, hn::Set(d, best), hn::Set(d, x)));
  }

  static void Join(Acc* best, int64_t* at, Acc x, int64_t x_at) {
    if (IsBetter(*best, x) || (!IsBetter(x, *best) && x_at < *at)) {
      *best = x;
      *at = x_at;
    }
  }

  // Elements and where they are.
  template <class D>
  struct Found {
    hn::Vec<D> value;
    hn::Vec<hn::Rebind<Index, D>> at;
  };

  // Of accumulators from j on, of which the position is known by their turns.
  template <class D>
  static HWY_INLINE Found<D> Load(D d, const Acc* best, const Index* turns, size_t j) {
    const hn::Rebind<Index, D> di;
    const auto at = hn::ShiftLeft<hwy::CeilLog2(kAccumulators)>(hn::LoadU(di, turns + j));
    return {hn::LoadU(d, best + j), hn::Add(at, hn::Iota(di, static_cast<Index>(j)))};
  }

  template <class D>
  static HWY_INLINE Found<D> Join(D d, const Found<D>& left, const Found<D>& right) {
    const hn::Rebind<Index, D> di;
    const auto earlier = hn::RebindMask(d, hn::Lt(right.at, left.at));
    const auto ties = hn::AndNot(Body::Better(d, right.value, left.value), earlier);
    const auto takes = hn::Or(Body::Better(d, left.value, right.value), ties);
    return {hn::IfThenElse(takes, right.value, left.value),
            hn::IfThenElse(hn::RebindMask(di, takes), right.at, left.at)};
  }

  // The best of a vector's elements.
  template <class D>
  static HWY_INLINE void StoreBest(D d, const Found<D>& found, Acc* best, Index* at) {
    const hn::Rebind<Index, D> di;
    if constexpr (hn::MaxLanes(d) == 1) {
      hn::StoreU(found.value, d, best);
      hn::StoreU(found.at, di, at);
    } else {
      const hn::Half<D> half;
      const hn::Half<decltype(di)> half_i;
      StoreBest(half,
                Join(half, Found<hn::Half<D>>{hn::LowerHalf(half, found.value), hn::LowerHalf(half_i, found.at)},
                     Found<hn::Half<D>>{hn::UpperHalf(half, found.value), hn::UpperHalf(half_i, found.at)}),
                best, at);
    }
  }

  // Positions in rows of n elements, `step` bytes from row to row.
  static void Along(void* dst, const void* x, ptrdiff_t step, size_t rows, int64_t n, int64_t) {
    using D = hn::CappedTag<Acc, kAccumulators>;
    const D d;
    const hn::Rebind<Index, D> di;
    constexpr size_t kLanes = hn::MaxLanes(d);
    constexpr size_t kAll = kAccumulators / kLanes;
    const size_t size = static_cast<size_t>(n);
    for (size_t r = 0; r < rows; ++r) {
      const T* p = reinterpret_cast<const T*>(static_cast<const char*>(x) + static_cast<ptrdiff_t>(r) * step);
      Found<D> found[kAll];
      const auto set = [&](size_t k, hn::Vec<D> element) HWY_ATTR { found[k] = {element, hn::Zero(di)}; };
      const auto take = [&](size_t k, hn::Vec<D> element, hn::Vec<decltype(di)> first) HWY_ATTR {
        const auto better = Body::Better(d, found[k].value, element);
        found[k].value = hn::IfThenElse(better, element, found[k].value);
        found[k].at = hn::IfThenElse(hn::RebindMask(di, better), first, found[k].at);
      };
      // What a row lacks is its first element again, which is no better.
      const auto load = [&](size_t i) HWY_ATTR {
        if (i + kLanes <= size) return LoadAs(d, p + i);
        return i < size ? LoadFirst(d, p + i, size - i, *p) : hn::Set(d, static_cast<Acc>(*p));
      };
      for (size_t k = 0; k < kAll; ++k) set(k, load(k * kLanes));
      size_t i = kAccumulators;
      for (; i + kAccumulators <= size; i += kAccumulators) {
        const auto first = hn::Set(di, static_cast<Index>(i));
        for (size_t k = 0; k < kAll; ++k) take(k, LoadAs(d, p + i + k * kLanes), first);
      }
      for (size_t k = 0; i + k * kLanes < size; ++k) {
        take(k, load(i + k * kLanes), hn::Set(di, static_cast<Index>(i)));
      }
      for (size_t k = 0; k < kAll; ++k) {
        found[k].at = hn::Add(found[k].at, hn::Iota(di, static_cast<Index>(k * kLanes)));
      }
      for (size_t k = 1; k < kAll; ++k) found[0] = Join(d, found[0], found[k]);
      Acc value;
      Index at;
      StoreBest(d, found[0], &value, &at);
      static_cast<int64_t*>(dst)[r] = Body::kSkipsNaN && value != value ? -1 : at;
    }
  }

  static void Fold(void* state, size_t columns, int64_t n, int64_t first, Partial* partials) {
    static_assert(sizeof(Index) >= 4, "a chunk's positions fit");
    Acc* best = static_cast<Acc*>(state);
    Index* at = Turns(state, columns);
    size_t used = Used(n);
    if (columns == 1 && used == kAccumulators) {
      const hn::CappedTag<Acc, kAccumulators> d;
      auto found = Load(d, best, at, 0);
      for (size_t j = hn::Lanes(d); j < used; j += hn::Lanes(d)) found = Join(d, found, Load(d, best, at, j));
      StoreBest(d, found, best, at);
      used = 0;
    }
    // Turns become positions in the chunk.
    for (size_t j = 0; j < used; ++j) {
      for (size_t c = 0; c < columns; ++c) {
        at[j * columns + c] = static_cast<Index>(at[j * columns + c] * kAccumulators + static_cast<Index>(j));
      }
    }
    InHalves(used, columns, [&](size_t across, size_t count) HWY_ATTR {
      ForVectors<Acc, 1>(count, [&](auto d, auto, size_t j) HWY_ATTR {
        const hn::Rebind<Index, decltype(d)> di;
        const size_t k = across + j;
        const auto found = Join(d, Found<decltype(d)>{hn::LoadU(d, best + j), hn::LoadU(di, at + j)},
                                Found<decltype(d)>{hn::LoadU(d, best + k), hn::LoadU(di, at + k)});
        hn::StoreU(found.value, d, best + j);
        hn::StoreU(found.at, di, at + j);
      });
    });
    for (size_t c = 0; c < columns; ++c) {
      partials[c].words[0].integer = first + at[c];
      memcpy(partials[c].words[1].bytes, best + c, sizeof(*best));
    }
  }

  static void Combine(Partial* left, const Partial* right, size_t columns, int64_t, int64_t) {
    for (size_t c = 0; c < columns; ++c) {
      Acc l, r;
      memcpy(&l, left[c].words[1].bytes, sizeof(l));
      memcpy(&r, right[c].words[1].bytes, sizeof(r));
      Join(&l, &left[c].words[0].integer, r, right[c].words[0].integer);
      memcpy(left[c].words[1].bytes, &l, sizeof(l));
    }
  }

  // Where all are NaN and do not count, there is no position.
  static void Finish(void* dst, const Partial* partials, size_t columns, int64_t, int64_t) {
    for (size_t c = 0; c < columns; ++c) {
      Acc value;
      memcpy(&value, partials[c].words[1].bytes, sizeof(value));
      static_cast<int64_t*>(dst)[c] = Body::kSkipsNaN && value != value ? -1 : partials[c].words[0].integer;
    }
  }
};

// ---- The table ------------------------------------------------------------------------------------------------------

// The accumulator as it is; a sum of nothing is plain 0.
template <class Body, class Acc, class Result, size_t kParts>
void FinishPlain(void* dst, const Partial* partials, size_t columns, int64_t n, int64_t) {
  for (size_t c = 0; c < columns * kParts; ++c) {
    Acc acc;
    memcpy(&acc, WordsOf<kParts>(partials, c), sizeof(acc));
    if (std::is_same_v<Body, Sum> && n == 0) acc = 0;
    static_cast<Result*>(dst)[c] = static_cast<Result>(acc);
  }
}

template <class Result, size_t kParts>
void FinishMean(void* dst, const Partial* partials, size_t columns, int64_t n, int64_t) {
  for (size_t c = 0; c < columns * kParts; ++c) {
    const double sum = WordsOf<kParts>(partials, c)[0].real;
    static_cast<Result*>(dst)[c] = static_cast<Result>(sum / static_cast<double>(n));
  }
}

// The squares of a complex number's distance from the mean are those of both parts.
template <class Result, bool kRoot, size_t kParts>
void FinishVariance(void* dst, const Partial* partials, size_t columns, int64_t n, int64_t ddof) {
  const double divisor = DivisorOfVariance(n, ddof);
  for (size_t c = 0; c < columns; ++c) {
    double squares = partials[c].words[3].real;
    if (kParts == 2) squares += partials[c].words[kPartialWords + 3].real;
    const double variance = squares / divisor;
    static_cast<Result*>(dst)[c] = static_cast<Result>(kRoot ? sqrt(variance) : variance);
  }
}

// The greatest and the least bool, in whose accumulator's lowest byte they are.
template <size_t kWord, uint8_t kValue>
bool HasBool(const Partial& partial) {
  return partial.words[kWord].bytes[0] == kValue;
}

// Those of bools that are found before the end.
template <class Body, class T, size_t kWord>
constexpr auto FinalOf() -> bool (*)(const Partial&) {
  if (!std::is_same_v<T, uint8_t>) return nullptr;
  if (std::is_same_v<Body, Greatest> || std::is_same_v<Body, NaNWins<Greater>>) return HasBool<kWord, 1>;
  if (std::is_same_v<Body, Least> || std::is_same_v<Body, NaNWins<Less>>) return HasBool<kWord, 0>;
  return nullptr;
}

template <class Body, class T, class Result, class Acc>
constexpr Reduction RowOf() {
  constexpr size_t kParts = PartsOf<T>::kCount;
  using Part = typename PartsOf<Acc>::Type;
  using P = Plain<Body, typename PartsOf<T>::Type, Part, kParts>;
  return {kParts,
          P::Start,
          P::Accumulate,
          P::Fold,
          P::Combine,
          FinishPlain<Body, Part, typename PartsOf<Result>::Type, kParts>,
          nullptr,
          FinalOf<Body, T, 0>(),
          P::template Settle<typename PartsOf<Result>::Type>,
          kParts == 1 ? P::template Along<typename PartsOf<Result>::Type, typename P::Same> : nullptr,
          kParts == 1 ? P::template Across<typename PartsOf<Result>::Type, typename P::Same> : nullptr};
}

template <class T, class Result>
constexpr Reduction MeanOf() {
  constexpr size_t kParts = PartsOf<T>::kCount;
  using P = Plain<Sum, typename PartsOf<T>::Type, double, kParts>;
  return {kParts,
          P::Start,
          P::Accumulate,
          P::Fold,
          P::Combine,
          FinishMean<typename PartsOf<Result>::Type, kParts>,
          nullptr,
          nullptr,
          P::template SettleMean<typename PartsOf<Result>::Type>,
          kParts == 1 ? P::template Along<typename PartsOf<Result>::Type, typename P::Mean> : nullptr,
          kParts == 1 ? P::template Across<typename PartsOf<Result>::Type, typename P::Mean> : nullptr};
}

template <class T, class Result, bool kRoot>
constexpr Reduction VarianceOf() {
  constexpr size_t kParts = PartsOf<T>::kCount;
  using Part = typename PartsOf<T>::Type;
  using M = Moments<Part, kParts>;
  return {6 * kParts,
          M::Start,
          M::Accumulate,
          M::Fold,
          M::Combine,
          FinishVariance<Result, kRoot, kParts>,
          Plain<Sum, Part, double, kParts>::Accumulate,
          nullptr,
          kParts == 1 ? M::template Settle<Result, kRoot> : nullptr,
          kParts == 1 ? M::template Along<Result, kRoot> : nullptr,
          kParts == 1 ? M::template Across<Result, kRoot> : nullptr};
}

template <class Body, class T, class Acc>
constexpr Reduction PositionOf() {
  using B = Best<Body, T, Acc>;
  return {2,       B::Start, B::Accumulate, B::Fold, B::Combine, B::Finish, nullptr, FinalOf<Body, T, 1>(),
          nullptr, B::Along, nullptr};
}

// Named like the rows of the operator table: key, result and accumulator types to functions.
template <class T, class R, class A>
struct Named {
  static constexpr Reduction sum() { return RowOf<Sum, T, R, A>(); }
  static constexpr Reduction prod() {
    return RowOf<std::conditional_t<PartsOf<T>::kCount == 2, ComplexProduct, Product>, T, R, A>();
  }
  static constexpr Reduction min() { return RowOf<Least, T, R, A>(); }
  static constexpr Reduction max() { return RowOf<Greatest, T, R, A>(); }
  static constexpr Reduction any() { return RowOf<Greatest, T, R, A>(); }
  static constexpr Reduction all() { return RowOf<Least, T, R, A>(); }
  static constexpr Reduction count_nonzero() { return RowOf<Sum, T, R, A>(); }
  static constexpr Reduction nanmin() { return RowOf<LeastNumber, T, R, A>(); }
  static constexpr Reduction nanmax() { return RowOf<GreatestNumber, T, R, A>(); }
  static constexpr Reduction mean() { return MeanOf<T, R>(); }
  static constexpr Reduction var() { return VarianceOf<T, R, false>(); }
  static constexpr Reduction std() { return VarianceOf<T, R, true>(); }
  static constexpr Reduction argmin() { return PositionOf<NaNWins<Less>, T, A>(); }
  static constexpr Reduction argmax() { return PositionOf<NaNWins<Greater>, T, A>(); }
  static constexpr Reduction nanargmin() { return PositionOf<NaNLoses<Less>, T, A>(); }
  static constexpr Reduction nanargmax() { return PositionOf<NaNLoses<Greater>, T, A>(); }
};

using letter_b = uint8_t;
using letter_i = int32_t;
using letter_l = int64_t;
using letter_f = float;
using letter_d = double;
using letter_c = ComplexNumber;

extern const Reduction kReductionTable[kReductions] = {
#define LANES_KERNEL(name, key, result, a, b, c, ulp)
#define LANES_REDUCTION(name, key, result, acc) Named<letter_##key, letter_##result, letter_##acc>::name(),
#include "ops.def"
#undef LANES_KERNEL
#undef LANES_REDUCTION
};

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
