// Lines in and out of a panel, where the same elements of all lines lie side by side; compiled for every instruction
// set.
#if defined(LANES_FILTERS_PANEL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_FILTERS_PANEL_H_
#undef LANES_FILTERS_PANEL_H_
#else
#define LANES_FILTERS_PANEL_H_
#endif

#include "filters_elements.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Whether the elements of a group of few lines lie without gaps, lines innermost: such groups are transposed as wholes.
inline bool IsFlat(int64_t inner, ptrdiff_t step, ptrdiff_t inner_step, int type) {
  const ptrdiff_t bytes = kDTypeRows[type].bytes;
  return inner < kPanelChunk / 2 && step == inner * bytes && (inner == 1 || inner_step == bytes);
}

// Where the lines stand in a row of the panel: line i of group g in lane i * by_line + g * by_group.
struct Lanes {
  int64_t by_line;
  int64_t by_group;
  int64_t pitch;  // lanes of a row
  bool in_flat;
  bool out_flat;

  explicit Lanes(const Panel& panel) {
    const bool many = panel.groups > 1 && panel.whole == 0;
    in_flat = many && IsFlat(panel.inner, panel.in_step, panel.in_inner, panel.in_type);
    out_flat = many && IsFlat(panel.inner, panel.out_step, panel.out_inner, panel.out_type);
    const auto whole = [](int64_t lanes) { return (lanes + kPanelChunk - 1) / kPanelChunk * kPanelChunk; };
    if (in_flat || out_flat) {
      by_line = whole(panel.groups);
      by_group = 1;
      pitch = panel.inner * by_line;
    } else {
      by_line = 1;
      by_group = panel.inner;
      pitch = whole(panel.inner * panel.groups);
    }
  }
};

constexpr int64_t kTileColumns = 64;

// Interleaves rows half a block apart, `kRounds` times, after which rows are columns.
template <int kRounds, int kN, class D>
HWY_INLINE void Interleave(D d, hn::Vec<D>* v) {
  if constexpr (kRounds > 0) {
    hn::Vec<D> t[kN];
    for (int i = 0; i < kN / 2; ++i) {
      t[2 * i] = hn::InterleaveLower(d, v[i], v[i + kN / 2]);
      t[2 * i + 1] = hn::InterleaveUpper(d, v[i], v[i + kN / 2]);
    }
    Interleave<kRounds - 1, kN>(d, t);
    for (int i = 0; i < kN; ++i) v[i] = t[i];
  }
}

// Transposes a block of kN rows of kN elements, 16 bytes each: row i begins at src(i), column i goes to dst(i), and
// only `stored` columns are written.
template <class T, class Source, class Target>
HWY_INLINE void TransposeBlock(Source src, Target dst, int stored) {
  constexpr int kN = 16 / sizeof(T);
  constexpr int kRounds = sizeof(T) == 1 ? 4 : sizeof(T) == 2 ? 3 : sizeof(T) == 4 ? 2 : 1;
  const hn::CappedTag<T, kN> d;
  hn::Vec<decltype(d)> v[kN];
  for (int i = 0; i < kN; ++i) v[i] = hn::LoadU(d, reinterpret_cast<const T*>(src(i)));
  Interleave<kRounds, kN>(d, v);
  if (stored == kN) {
    for (int i = 0; i < kN; ++i) hn::StoreU(v[i], d, reinterpret_cast<T*>(dst(i)));
  } else {
    for (int i = 0; i < stored; ++i) hn::StoreU(v[i], d, reinterpret_cast<T*>(dst(i)));
  }
}

// Columns [at, at + n) of all groups become n rows of a tile; n <= kTileColumns.
template <class T>
void GatherTile(const Panel& panel, int64_t width, int64_t at, int64_t n, T* tile) {
  constexpr int64_t kN = 16 / sizeof(T);
  for (int64_t g = 0; g < width; g += kN) {
    const char* rows[kN];
    for (int64_t k = 0; k < kN; ++k) {
      const int64_t group = g + k < panel.groups ? g + k : panel.groups - 1;
      rows[k] = panel.in[group] + at * static_cast<int64_t>(sizeof(T));
    }
    if (n < kN) {
      for (int64_t k = 0; k < kN; ++k) {
        for (int64_t c = 0; c < n; ++c)
          tile[c * width + g + k] = ReadElement<T>(rows[k] + c * static_cast<int64_t>(sizeof(T)));
      }
      continue;
    }
    // The last block overlaps its neighbour.
    for (int64_t c = 0; c < n; c += kN) {
      const int64_t first = c + kN <= n ? c : n - kN;
      TransposeBlock<T>([&](int64_t k) { return rows[k] + first * static_cast<int64_t>(sizeof(T)); },
                        [&](int64_t k) { return tile + (first + k) * width + g; }, kN);
    }
  }
}

// The way back.
template <class T>
void ScatterTile(const Panel& panel, int64_t width, int64_t at, int64_t n, const T* tile) {
  constexpr int64_t kN = 16 / sizeof(T);
  for (int64_t g = 0; g < panel.groups; g += kN) {
    const int stored = static_cast<int>(panel.groups - g < kN ? panel.groups - g : kN);
    char* rows[kN];
    for (int k = 0; k < stored; ++k) rows[k] = panel.out[g + k] + at * static_cast<int64_t>(sizeof(T));
    if (n < kN) {
      for (int k = 0; k < stored; ++k) {
        for (int64_t c = 0; c < n; ++c)
          memcpy(rows[k] + c * static_cast<int64_t>(sizeof(T)), tile + c * width + g + k, sizeof(T));
      }
      continue;
    }
    for (int64_t c = 0; c < n; c += kN) {
      const int64_t first = c + kN <= n ? c : n - kN;
      TransposeBlock<T>([&](int64_t k) { return tile + (first + k) * width + g; },
                        [&](int64_t k) { return rows[k] + first * static_cast<int64_t>(sizeof(T)); }, stored);
    }
  }
}

// Calls body(at, n) for pieces of all columns; the last piece overlaps its neighbour where there is one, so that pieces
// are long.
template <class Body>
HWY_INLINE void ForColumns(int64_t columns, Body body) {
  const int64_t n = columns < kTileColumns ? columns : kTileColumns;
  for (int64_t at = 0; at < columns; at += n) body(at + n <= columns ? at : columns - n, n);
}

// Reads element x of all lines into row x of `rows`. `tile` is scratch of kTileColumns rows.
template <class P, class From>
void LoadPanel(const Panel& panel, const Lanes& lanes, P* rows, void* tile) {
  if (lanes.in_flat) {
    const int64_t width = lanes.by_line;
    ForColumns(panel.length * panel.inner, [&](int64_t at, int64_t n) {
      if constexpr (std::is_same_v<P, From>) {
        GatherTile<P>(panel, width, at, n, rows + at * width);
      } else {
        GatherTile<From>(panel, width, at, n, static_cast<From*>(tile));
        ConvertRun<P, From>(rows + at * width, static_cast<const char*>(tile), n * width);
      }
    });
    return;
  }
  const bool in_runs = lanes.by_line == 1 && (panel.inner == 1 || panel.in_inner == ptrdiff_t{sizeof(From)});
  const int64_t used = panel.inner * panel.groups;
  for (int64_t x = 0; x < panel.length; ++x) {
    P* row = rows + x * lanes.pitch;
    if (used < lanes.pitch) memset(row, 0, static_cast<size_t>(lanes.pitch) * sizeof(P));
    for (int g = 0; g < panel.groups; ++g) {
      const char* src = panel.in[g] + x * panel.in_step;
      P* dst = row + g * lanes.by_group;
      if (in_runs) {
        ConvertRun<P, From>(dst, src, panel.inner);
      } else {
        for (int64_t i = 0; i < panel.inner; ++i)
          dst[i * lanes.by_line] = ConvertElement<P>(ReadElement<From>(src + i * panel.in_inner));
      }
    }
  }
}

// Writes row x of `rows` as element x of all lines.
template <class P, class To>
void StorePanel(const Panel& panel, const Lanes& lanes, const P* rows, void* tile) {
  if (lanes.out_flat) {
    const int64_t width = lanes.by_line;
    ForColumns(panel.length * panel.inner, [&](int64_t at, int64_t n) {
      if constexpr (std::is_same_v<P, To>) {
        ScatterTile<P>(panel, width, at, n, rows + at * width);
      } else {
        ConvertRun<To, P>(static_cast<To*>(tile), reinterpret_cast<const char*>(rows + at * width), n * width);
        ScatterTile<To>(panel, width, at, n, static_cast<const To*>(tile));
      }
    });
    return;
  }
  const bool in_runs = lanes.by_line == 1 && (panel.inner == 1 || panel.out_inner == ptrdiff_t{sizeof(To)});
  for (int64_t x = 0; x < panel.length; ++x) {
    const P* row = rows + x * lanes.pitch;
    for (int g = 0; g < panel.groups; ++g) {
      char* dst = panel.out[g] + x * panel.out_step;
      const P* src = row + g * lanes.by_group;
      if (in_runs && std::is_same_v<P, To>) {
        memcpy(dst, src, static_cast<size_t>(panel.inner) * sizeof(To));
      } else if (in_runs) {
        To* converted = static_cast<To*>(tile);
        for (int64_t done = 0; done < panel.inner; done += kTileColumns) {
          const int64_t n = panel.inner - done < kTileColumns ? panel.inner - done : kTileColumns;
          ConvertRun<To, P>(converted, reinterpret_cast<const char*>(src + done), n);
          memcpy(dst + done * static_cast<int64_t>(sizeof(To)), converted, static_cast<size_t>(n) * sizeof(To));
        }
      } else {
        for (int64_t i = 0; i < panel.inner; ++i) {
          const To value = ConvertElement<To>(src[i * lanes.by_line]);
          memcpy(dst + i * panel.out_inner, &value, sizeof(To));
        }
      }
    }
  }
}

// Copies rows to where the lines go on beyond their ends. Row 0 is element -before.
template <class P>
void ExtendPanel(const LinePass& pass, int64_t length, int64_t pitch, P* rows) {
  const size_t bytes = static_cast<size_t>(pitch) * sizeof(P);
  const auto fill = [&](int64_t x) {
    P* row = rows + (x + pass.before) * pitch;
    const int64_t from = ExtendIndex(x, length, pass.mode);
    if (from >= 0) {
      memcpy(row, rows + (from + pass.before) * pitch, bytes);
    } else {
      for (int64_t i = 0; i < pitch; ++i) row[i] = static_cast<P>(pass.value);
    }
  };
  for (int64_t x = -pass.before; x < 0; ++x) fill(x);
  for (int64_t x = length; x < length + pass.size - 1 - pass.before; ++x) fill(x);
}

// Reads segments with their neighbours; row 0 is element -before.
template <class P, class From>
void LoadSegments(const LinePass& pass, const Panel& panel, int64_t pitch, P* rows) {
  const int64_t count = panel.length + pass.size - 1;
  memset(rows, 0, static_cast<size_t>(count * pitch) * sizeof(P));
  for (int g = 0; g < panel.groups; ++g) {
    for (int64_t x = 0; x < count; ++x) {
      const int64_t from = ExtendIndex(panel.start[g] + x - pass.before, panel.whole, pass.mode);
      rows[x * pitch + g] = from >= 0 ? ConvertElement<P>(ReadElement<From>(panel.in[g] + from * panel.in_step))
                                      : static_cast<P>(pass.value);
    }
  }
}

template <class P, class To>
void StoreSegments(const Panel& panel, int64_t pitch, const P* rows) {
  for (int g = 0; g < panel.groups; ++g) {
    for (int64_t x = 0; x < panel.stored[g]; ++x) {
      const To value = ConvertElement<To>(rows[x * pitch + g]);
      memcpy(panel.out[g] + x * panel.out_step, &value, sizeof(To));
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
#endif  // LANES_FILTERS_PANEL_H_
