// Finds the bins of elements; compiled for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "histogram_kernels.cpp"
#include "histogram_kernels.h"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Where an element would be if nothing were rounded; -1 outside the edges and for NaN.
template <class D>
HWY_INLINE void Estimate(D d, int32_t* y, const double* x, const Bins& bins) {
  const auto low = hn::Set(d, bins.edges[0]);
  const auto high = hn::Set(d, bins.edges[bins.bins]);
  const auto v = hn::LoadU(d, x);
  const auto share = hn::Div(hn::Sub(v, low), hn::Sub(high, low));
  const auto position = hn::Mul(share, hn::Set(d, static_cast<double>(bins.bins)));
  const auto inside = hn::And(hn::Ge(v, low), hn::Le(v, high));
  const hn::Rebind<int32_t, D> di;
  hn::StoreU(hn::DemoteTo(di, hn::IfThenElse(inside, position, hn::Set(d, -1.0))), di, y);
}

void Equal(int32_t* y, const double* x, int64_t n, const Bins& bins) {
  const hn::ScalableTag<double> d;
  const hn::CappedTag<double, 1> one;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + N <= n; i += N) Estimate(d, y + i, x + i, bins);
  for (; i < n; ++i) Estimate(one, y + i, x + i, bins);
  const int32_t last = static_cast<int32_t>(bins.bins - 1);
  for (i = 0; i < n; ++i) {
    int32_t k = y[i];
    if (k < 0) {
      y[i] = last + 1;
      continue;
    }
    k -= k > last;
    k -= x[i] < bins.edges[k];
    k += (x[i] >= bins.edges[k + 1]) & (k != last);
    y[i] = k;
  }
}

void Any(int32_t* y, const double* x, int64_t n, const Bins& bins) {
  // Searches of so many elements go on side by side.
  constexpr int64_t kAtOnce = 16;
  const int32_t last = static_cast<int32_t>(bins.bins - 1);
  const double low = bins.edges[0];
  const double high = bins.edges[bins.bins];
  for (int64_t first = 0; first < n; first += kAtOnce) {
    const int64_t m = n - first < kAtOnce ? n - first : kAtOnce;
    int32_t found[kAtOnce] = {};
    for (int64_t length = bins.bins + 1; length > 1;) {
      const int32_t half = static_cast<int32_t>(length / 2);
      for (int64_t i = 0; i < m; ++i) found[i] += bins.edges[found[i] + half] <= x[first + i] ? half : 0;
      length -= half;
    }
    for (int64_t i = 0; i < m; ++i) {
      const bool inside = (x[first + i] >= low) & (x[first + i] <= high);
      y[first + i] = !inside ? last + 1 : found[i] > last ? last : found[i];
    }
  }
}

extern const HistogramTable kHistogramTable = {Equal, Any};

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
