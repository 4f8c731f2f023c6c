// Filters over windows of several axes: correlation with any kernel, and the element of a rank; compiled for every
// instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "filters_windows.cpp"
#include <limits>

#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "filters_elements.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t kResults = 64;  // per round; at most kRowSpare

// Converts n results and writes them `step` bytes apart.
template <class To, class From>
void StoreResults(const From* results, int64_t n, char* out, ptrdiff_t step) {
  if (step == ptrdiff_t{sizeof(To)}) {
    To converted[kResults];
    ConvertRun<To, From>(converted, reinterpret_cast<const char*>(results), n);
    memcpy(out, converted, static_cast<size_t>(n) * sizeof(To));
    return;
  }
  for (int64_t i = 0; i < n; ++i) {
    const To value = ConvertElement<To>(results[i]);
    memcpy(out + i * step, &value, sizeof(To));
  }
}

// ---- Correlation ----------------------------------------------------------------------------------------------------

// Products are added in the kernel's C order, as SciPy does.
void CorrelateWindows(const WindowRow& row) {
  const hn::ScalableTag<double> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  HWY_ALIGN double results[kResults];
  for (int64_t at = 0; at < row.n; at += kResults) {
    const int64_t n = row.n - at < kResults ? row.n - at : kResults;
    const double* rows = static_cast<const double*>(row.rows) + at;
    for (int64_t x = 0; x < n; x += 2 * N) {
      auto sum0 = hn::Zero(d);
      auto sum1 = hn::Zero(d);
      for (int64_t t = 0; t < row.taps; ++t) {
        const auto weight = hn::Set(d, row.weights[t]);
        const double* p = rows + row.offsets[t] + x;
        sum0 = hn::Add(sum0, hn::Mul(weight, hn::LoadU(d, p)));
        sum1 = hn::Add(sum1, hn::Mul(weight, hn::LoadU(d, p + N)));
      }
      hn::Store(sum0, d, results + x);
      hn::Store(sum1, d, results + x + N);
    }
    WithFilterType(row.out_type, [&](auto zero) {
      StoreResults<decltype(zero), double>(results, n, row.out + at * row.out_step, row.out_step);
    });
  }
}

void ToDoubles(int type, void* dst, const char* src, ptrdiff_t step, int64_t n) {
  double* to = static_cast<double*>(dst);
  WithFilterType(type, [&](auto zero) {
    using From = decltype(zero);
    if (step == ptrdiff_t{sizeof(From)}) {
      ConvertRun<double, From>(to, src, n);
    } else {
      for (int64_t i = 0; i < n; ++i) to[i] = static_cast<double>(ReadElement<From>(src + i * step));
    }
  });
}

// ---- Rank -----------------------------------------------------------------------------------------------------------

template <class T>
using KeyOf = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;

// Integers in the order of the elements. Of floats the bits, those of negative ones turned over; NaN comes last.
template <class T>
HWY_INLINE KeyOf<T> ToKey(T x) {
  using Key = KeyOf<T>;
  if constexpr (std::is_integral_v<T>) {
    return static_cast<Key>(x) - static_cast<Key>(std::numeric_limits<T>::min());
  } else {
    if (x != x) return std::numeric_limits<Key>::max();
    Key bits;
    memcpy(&bits, &x, sizeof(bits));
    return bits < 0 ? bits ^ std::numeric_limits<Key>::max() : bits;
  }
}

template <class T>
HWY_INLINE T FromKey(KeyOf<T> key) {
  using Key = KeyOf<T>;
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(key + static_cast<Key>(std::numeric_limits<T>::min()));
  } else {
    const Key bits = key < 0 ? key ^ std::numeric_limits<Key>::max() : key;
    T x;
    memcpy(&x, &bits, sizeof(x));
    return x;
  }
}

// The greatest key that no more than `rank` keys of the window are below, found bit by bit: it is the one of that rank.
template <class T>
void RankKeys(const WindowRow& row) {
  using Key = KeyOf<T>;
  const hn::CappedTag<Key, 16> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  constexpr int kBits = static_cast<int>(sizeof(T) * 8);
  constexpr bool kSigned = std::is_floating_point_v<T>;
  const auto most = hn::Set(d, static_cast<Key>(row.rank));
  T results[kResults];
  for (int64_t at = 0; at < row.n; at += kResults) {
    const int64_t n = row.n - at < kResults ? row.n - at : kResults;
    const Key* rows = static_cast<const Key*>(row.rows) + at;
    for (int64_t x = 0; x < n; x += N) {
      auto key = hn::Set(d, kSigned ? std::numeric_limits<Key>::min() : Key{0});
      for (int bit = kBits - 1; bit >= 0; --bit) {
        const bool is_sign = kSigned && bit == kBits - 1;
        const auto candidate = is_sign ? hn::Zero(d) : hn::Or(key, hn::Set(d, static_cast<Key>(Key{1} << bit)));
        auto below = hn::Zero(d);
        for (int64_t t = 0; t < row.taps; ++t) {
          const auto lower = hn::Lt(hn::LoadU(d, rows + row.offsets[t] + x), candidate);
          below = hn::Sub(below, hn::VecFromMask(d, lower));
        }
        key = hn::IfThenElse(hn::Gt(below, most), key, candidate);
      }
      Key keys[16];
      hn::StoreU(key, d, keys);
      for (int64_t i = 0; i < N; ++i) results[x + i] = FromKey<T>(keys[i]);
    }
    WithFilterType(row.out_type, [&](auto zero) {
      StoreResults<decltype(zero), T>(results, n, row.out + at * row.out_step, row.out_step);
    });
  }
}

void RankWindows(const WindowRow& row) {
  WithFilterType(row.in_type, [&](auto zero) { RankKeys<decltype(zero)>(row); });
}

void ToKeys(int type, void* dst, const char* src, ptrdiff_t step, int64_t n) {
  WithFilterType(type, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < n; ++i) static_cast<KeyOf<T>*>(dst)[i] = ToKey(ReadElement<T>(src + i * step));
  });
}

void ConstantKey(int type, void* dst, double value) {
  WithFilterType(type, [&](auto zero) {
    const auto key = ToKey(ConvertElement<decltype(zero)>(value));
    memcpy(dst, &key, sizeof(key));
  });
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
