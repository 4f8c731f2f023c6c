// Filters along one axis: correlation, running mean, running minimum and maximum, repeated box; compiled for every
// instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "filters_lines.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "filters_panel.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Every body below takes rows of which row 0 is element -before, and leaves result x in row x, which no later result
// needs any more.

// ---- Correlation ----------------------------------------------------------------------------------------------------
// The order of the sums is SciPy's, so that results have the same bits: the middle, then pairs from the outside in; of
// weights without symmetry the last, then the others from the first on.

// Results y and y + 1 at once: the left element of the one is the next left element of the other, and likewise on the
// right, so that two loads serve two pairs. Row y + size is read and must be there.
template <int kSign, class D>
HWY_INLINE void SymmetricPair(D d, const double* weights, int64_t half, double* row, int64_t pitch, bool both) {
  using V = hn::Vec<D>;
  const size_t N = hn::Lanes(d);
  const auto at = [&](int64_t x, size_t lane) { return hn::Load(d, row + x * pitch + lane); };
  const V middle = hn::Set(d, weights[half]);
  V sum00 = hn::Mul(at(half, 0), middle);
  V sum01 = hn::Mul(at(half, N), middle);
  V sum10 = hn::Mul(at(half + 1, 0), middle);
  V sum11 = hn::Mul(at(half + 1, N), middle);
  V left0 = at(0, 0);
  V left1 = at(0, N);
  V right0 = at(2 * half + 1, 0);
  V right1 = at(2 * half + 1, N);
  const auto pair = [](V a, V b) { return kSign > 0 ? hn::Add(a, b) : hn::Sub(a, b); };
  for (int64_t j = 0; j < half; ++j) {
    const V weight = hn::Set(d, weights[j]);
    const V new_left0 = at(j + 1, 0);
    const V new_left1 = at(j + 1, N);
    const V new_right0 = at(2 * half - j, 0);
    const V new_right1 = at(2 * half - j, N);
    sum00 = hn::Add(sum00, hn::Mul(pair(left0, new_right0), weight));
    sum01 = hn::Add(sum01, hn::Mul(pair(left1, new_right1), weight));
    sum10 = hn::Add(sum10, hn::Mul(pair(new_left0, right0), weight));
    sum11 = hn::Add(sum11, hn::Mul(pair(new_left1, right1), weight));
    left0 = new_left0;
    left1 = new_left1;
    right0 = new_right0;
    right1 = new_right1;
  }
  hn::Store(sum00, d, row);
  hn::Store(sum01, d, row + N);
  if (both) {
    hn::Store(sum10, d, row + pitch);
    hn::Store(sum11, d, row + pitch + N);
  }
}

template <int kSign>
void CorrelateSymmetric(const LinePass& pass, int64_t length, int64_t pitch, double* rows) {
  const hn::ScalableTag<double> d;
  const int64_t step = 2 * static_cast<int64_t>(hn::Lanes(d));
  const int64_t half = pass.size / 2;
  for (int64_t lane = 0; lane < pitch; lane += step) {
    for (int64_t y = 0; y < length; y += 2)
      SymmetricPair<kSign>(d, pass.weights, half, rows + y * pitch + lane, pitch, y + 1 < length);
  }
}

void CorrelateAny(const LinePass& pass, int64_t length, int64_t pitch, double* rows) {
  const hn::ScalableTag<double> d;
  const size_t N = hn::Lanes(d);
  const int64_t last = pass.size - 1;
  for (int64_t lane = 0; lane < pitch; lane += static_cast<int64_t>(2 * N)) {
    for (int64_t y = 0; y < length; ++y) {
      double* row = rows + y * pitch + lane;
      const auto first = hn::Set(d, pass.weights[last]);
      auto sum0 = hn::Mul(hn::Load(d, row + last * pitch), first);
      auto sum1 = hn::Mul(hn::Load(d, row + last * pitch + N), first);
      for (int64_t t = 0; t < last; ++t) {
        const auto weight = hn::Set(d, pass.weights[t]);
        sum0 = hn::Add(sum0, hn::Mul(hn::Load(d, row + t * pitch), weight));
        sum1 = hn::Add(sum1, hn::Mul(hn::Load(d, row + t * pitch + N), weight));
      }
      hn::Store(sum0, d, row);
      hn::Store(sum1, d, row + N);
    }
  }
}

// ---- Running mean ---------------------------------------------------------------------------------------------------
// A sum follows from the one before by adding a difference, as SciPy does it.
void MeanPart(const LinePass& pass, int64_t length, int64_t pitch, double* rows) {
  const hn::ScalableTag<double> d;
  const auto size = hn::Set(d, static_cast<double>(pass.size));
  for (int64_t lane = 0; lane < pitch; lane += static_cast<int64_t>(hn::Lanes(d))) {
    auto sum = hn::Zero(d);
    for (int64_t x = 0; x < pass.size; ++x) sum = hn::Add(sum, hn::Load(d, rows + x * pitch + lane));
    for (int64_t y = 0; y < length; ++y) {
      double* row = rows + y * pitch + lane;
      const auto leaving = hn::Load(d, row);
      hn::Store(hn::Div(sum, size), d, row);
      sum = hn::Add(sum, hn::Sub(hn::Load(d, row + pass.size * pitch), leaving));
    }
  }
}

void Mean(const LinePass& pass, int64_t length, int64_t pitch, double* rows) {
  for (int64_t x = 0; x < length; x += kRestart)
    MeanPart(pass, length - x < kRestart ? length - x : kRestart, pitch, rows + x * pitch);
}

// ---- Running minimum and maximum ------------------------------------------------------------------------------------
// After van Herk (1992) and Gil and Werman (1993): blocks as long as the window; a window is the rest of one block,
// reduced from the right, and the beginning of the next one, reduced from the left. NaN spreads; of equals (the zeros)
// the first counts. Both make the choice associative, so the blocks change no bit.

template <bool kMaximum, class D, class V>
HWY_INLINE V Better(D, V first, V second) {
  const auto better = kMaximum ? hn::Gt(second, first) : hn::Lt(second, first);
  if constexpr (hwy::IsFloat<hn::TFromD<D>>()) {
    const auto takes = hn::AndNot(hn::IsNaN(first), hn::Or(better, hn::IsNaN(second)));
    return hn::IfThenElse(takes, second, first);
  } else {
    return hn::IfThenElse(better, second, first);
  }
}

template <bool kMaximum, class P>
void Extreme(const LinePass& pass, int64_t length, int64_t pitch, P* rows) {
  const hn::CappedTag<P, kPanelChunk> d;
  for (int64_t lane = 0; lane < pitch; lane += static_cast<int64_t>(hn::Lanes(d))) {
    const auto at = [&](int64_t x) { return rows + x * pitch + lane; };
    for (int64_t block = 0; block < length; block += pass.size) {
      auto rest = hn::Load(d, at(block + pass.size - 1));
      for (int64_t x = block + pass.size - 2; x >= block; --x) {
        rest = Better<kMaximum>(d, hn::Load(d, at(x)), rest);
        hn::Store(rest, d, at(x));
      }
      const int64_t end = block + pass.size < length ? block + pass.size : length;
      if (block + 1 >= end) continue;
      auto beginning = hn::Load(d, at(block + pass.size));
      for (int64_t x = block + 1;;) {
        hn::Store(Better<kMaximum>(d, hn::Load(d, at(x)), beginning), d, at(x));
        if (++x == end) break;
        beginning = Better<kMaximum>(d, beginning, hn::Load(d, at(x + pass.size - 1)));
      }
    }
  }
}

// ---- Box ------------------------------------------------------------------------------------------------------------
// Pillow's extended box: a window of 2 * radius + 1 elements and a part of the two next to it, by a running sum of
// integers; weights are in units of 2^-24, and beyond the ends the last element counts on.
void Box(const LinePass& pass, int64_t length, int64_t pitch, const uint8_t* in, uint8_t* out) {
  const hn::CappedTag<uint32_t, kPanelChunk> d;
  const hn::Rebind<uint8_t, decltype(d)> d8;
  const int64_t last = length - 1;
  const int64_t radius = pass.size;
  const auto whole = hn::Set(d, pass.whole);
  const auto part = hn::Set(d, pass.part);
  const auto half = hn::Set(d, uint32_t{1} << 23);
  for (int64_t lane = 0; lane < pitch; lane += static_cast<int64_t>(hn::Lanes(d))) {
    const auto at = [&](int64_t x) {
      return hn::PromoteTo(d, hn::Load(d8, in + (x < 0 ? 0 : x < last ? x : last) * pitch + lane));
    };
    // The window of element -1; what lies beyond the ends is counted, not visited.
    const int64_t inside = radius < length ? radius : length;
    auto sum = hn::Mul(at(0), hn::Set(d, static_cast<uint32_t>(radius + 1)));
    for (int64_t x = 0; x < inside; ++x) sum = hn::Add(sum, at(x));
    sum = hn::Add(sum, hn::Mul(at(last), hn::Set(d, static_cast<uint32_t>(radius - inside))));
    auto entering = at(radius);
    for (int64_t x = 0; x <= last; ++x) {
      const auto left = at(x - radius - 1);
      const auto right = at(x + radius + 1);
      sum = hn::Add(sum, hn::Sub(entering, left));
      const auto ends = hn::Mul(hn::Add(left, right), part);
      const auto result = hn::ShiftRight<24>(hn::Add(hn::Add(hn::Mul(sum, whole), ends), half));
      hn::Store(hn::DemoteTo(d8, hn::BitCast(hn::RebindToSigned<decltype(d)>(), result)), d8, out + x * pitch + lane);
      entering = right;
    }
  }
}

// ---- One panel ------------------------------------------------------------------------------------------------------

// Minima and maxima keep the dtype where that holds everything; the rest computes in doubles, a box in bytes.
int ComputeType(const LinePass& pass, const Panel& panel) {
  if (pass.op == kBoxLine) return kDUint8;
  if (pass.op != kMinimumLine && pass.op != kMaximumLine) return kDFloat64;
  bool same = panel.in_type == panel.out_type;
  if (pass.mode == kConstant) {
    WithFilterType(panel.in_type, [&](auto zero) {
      using T = decltype(zero);
      same = same && static_cast<double>(ConvertElement<T>(pass.value)) == pass.value;
    });
  }
  return same ? panel.in_type : static_cast<int>(kDFloat64);
}

// Rows that the body sees: the extended lines, and one more that a pair may read.
int64_t Rows(const LinePass& pass, const Panel& panel) {
  return pass.op == kBoxLine ? panel.length : panel.length + pass.size;
}

int64_t TileBytes(const Lanes& lanes) {
  return kTileColumns * (lanes.by_group == 1 ? lanes.by_line : 1) * static_cast<int64_t>(sizeof(double));
}

int64_t PanelBytes(const LinePass& pass, const Panel& panel) {
  const Lanes lanes(panel);
  const int64_t row = lanes.pitch * kDTypeRows[ComputeType(pass, panel)].bytes * (pass.op == kBoxLine ? 2 : 1);
  const int64_t rows = Rows(pass, panel);
  return rows < (int64_t{1} << 46) / row ? rows * row + TileBytes(lanes) : -1;
}

template <class P>
void RunPanel(const LinePass& pass, const Panel& panel, void* scratch) {
  const Lanes lanes(panel);
  void* tile = scratch;
  P* rows = reinterpret_cast<P*>(static_cast<char*>(scratch) + TileBytes(lanes));
  P* results = rows;
  const bool is_box = pass.op == kBoxLine;
  P* own = is_box ? rows : rows + pass.before * lanes.pitch;
  WithFilterType(panel.in_type, [&](auto zero) {
    if (panel.whole > 0) {
      LoadSegments<P, decltype(zero)>(pass, panel, lanes.pitch, rows);
    } else {
      LoadPanel<P, decltype(zero)>(panel, lanes, own, tile);
    }
  });
  if (!is_box) {
    if (panel.whole == 0) ExtendPanel(pass, panel.length, lanes.pitch, rows);
    P* spare = rows + (panel.length + pass.size - 1) * lanes.pitch;
    memset(spare, 0, static_cast<size_t>(lanes.pitch) * sizeof(P));
  }
  if constexpr (std::is_same_v<P, uint8_t>) {
    if (is_box) {
      P* other = rows + panel.length * lanes.pitch;
      for (int64_t i = 0; i < pass.repeats; ++i) {
        Box(pass, panel.length, lanes.pitch, results, other);
        P* before = results;
        results = other;
        other = before;
      }
    }
  }
  if constexpr (std::is_same_v<P, double>) {
    if (pass.op == kMeanLine) Mean(pass, panel.length, lanes.pitch, rows);
    if (pass.op == kCorrelateLine) {
      const auto correlate = pass.symmetry > 0   ? CorrelateSymmetric<1>
                             : pass.symmetry < 0 ? CorrelateSymmetric<-1>
                                                 : CorrelateAny;
      correlate(pass, panel.length, lanes.pitch, rows);
    }
  }
  if (pass.op == kMinimumLine) Extreme<false>(pass, panel.length, lanes.pitch, rows);
  if (pass.op == kMaximumLine) Extreme<true>(pass, panel.length, lanes.pitch, rows);
  WithFilterType(panel.out_type, [&](auto zero) {
    if (panel.whole > 0) {
      StoreSegments<P, decltype(zero)>(panel, lanes.pitch, results);
    } else {
      StorePanel<P, decltype(zero)>(panel, lanes, results, tile);
    }
  });
}

void FilterPanel(const LinePass& pass, const Panel& panel, void* scratch) {
  WithFilterType(ComputeType(pass, panel), [&](auto zero) { RunPanel<decltype(zero)>(pass, panel, scratch); });
}

void ToDoubles(int type, void* dst, const char* src, ptrdiff_t step, int64_t n);
void ToKeys(int type, void* dst, const char* src, ptrdiff_t step, int64_t n);
void ConstantKey(int type, void* dst, double value);
void CorrelateWindows(const WindowRow& row);
void RankWindows(const WindowRow& row);

extern const FilterKernels kFilterKernels;
const FilterKernels kFilterKernels = {PanelBytes,  FilterPanel,      ToDoubles,  ToKeys,
                                      ConstantKey, CorrelateWindows, RankWindows};

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
