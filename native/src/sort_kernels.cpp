// Loops over keys: quicksort, selection, packing, binary search; compiled for every instruction set.
//
// The quicksort partitions in place with whole vectors (B. Bramas, A Novel Hybrid Quicksort Algorithm Vectorized using
// AVX-512, 2017; J. Wassenberg et al., Vectorized and performance-portable Quicksort, 2022) and leaves short runs to
// Highway's sorting networks. Vectors are packed in registers and stored whole: packing stores are microcode on Zen 4.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sort_kernels.cpp"
#include <string.h>

#include <algorithm>
#include <limits>

#include "hwy/foreach_target.h"
#include "hwy/highway.h"
// After foreach_target.
#include "hwy/contrib/sort/sorting_networks-inl.h"
#include "hwy/contrib/sort/traits-inl.h"
#include "sort.h"
#include "sort_tables.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class K>
using Tag = hn::ScalableTag<K>;

// ---- Networks -------------------------------------------------------------------------------------------------------

constexpr size_t kRows = 16;

// Columns of the widest network.
template <class K>
HWY_INLINE size_t MostColumns() {
  return hn::Lanes(hn::CappedTag<K, 16>());
}

// Room for a network, of which every row is loaded as a whole vector.
template <class K>
struct Room {
  alignas(64) K keys[kRows * 16 + 2 * kKeyPadding];
};

// Sorts 16 * columns keys, a power of two of columns. Rows are loaded and stored as whole vectors, in order, so what
// follows keeps its value but must be there, up to one vector from the last row on.
template <class K>
HWY_NOINLINE void SortRows(K* keys, size_t columns) {
  using Traits = hn::detail::SharedTraits<hn::detail::TraitsLane<hn::detail::OrderAscending<K>>>;
  hn::detail::SortingNetwork(Traits(), keys, columns);
}

template <class K>
HWY_INLINE size_t ColumnsFor(size_t n) {
  size_t columns = 1;
  while (columns * kRows < n) columns *= 2;
  return columns;
}

// Sorts up to kRows * MostColumns keys. Nothing behind `end` is touched; between keys + n and there no key is less.
template <class K>
HWY_INLINE void SortShort(K* keys, size_t n, const K* end, Room<K>* room) {
  if (n <= 1) return;
  const size_t columns = ColumnsFor<K>(n);
  const size_t full = kRows * columns;
  if (columns == MostColumns<K>() && static_cast<size_t>(end - keys) >= full) {
    SortRows(keys, columns);
    return;
  }
  memcpy(room->keys, keys, n * sizeof(K));
  std::fill(room->keys + n, room->keys + full + kKeyPadding, std::numeric_limits<K>::max());
  SortRows(room->keys, columns);
  memcpy(keys, room->keys, n * sizeof(K));
}

// ---- Packing --------------------------------------------------------------------------------------------------------
// Highway 1.0 makes the tables for this anew wherever it is used, which costs ten times the packing.

#if HWY_TARGET == HWY_AVX3
constexpr bool kKeepsRest = false;

// The lanes of the mask, in order; what comes behind them is of no use.
template <class K, HWY_IF_LANE_SIZE(K, 8)>
HWY_INLINE hn::Vec512<K> Pack(hn::Vec512<K> v, hn::Mask512<K> mask) {
  return hn::Vec512<K>{_mm512_maskz_compress_epi64(mask.raw, v.raw)};
}
template <class K, HWY_IF_LANE_SIZE(K, 4)>
HWY_INLINE hn::Vec512<K> Pack(hn::Vec512<K> v, hn::Mask512<K> mask) {
  return hn::Compress(v, mask);
}
#elif HWY_TARGET <= HWY_SSSE3
constexpr bool kKeepsRest = true;

template <class D, class M>
HWY_INLINE size_t Bits(D d, M mask) {
  uint8_t bits[8] = {};
  hn::StoreMaskBits(d, mask, bits);
  return bits[0];
}

// The lanes of the mask, then the others, both in order.
template <class V, class M, class K = hn::TFromV<V>>
HWY_INLINE V Pack(V v, M mask) {
  const Tag<K> d;
  constexpr size_t kLanes = hn::MaxLanes(d);
  const size_t bits = Bits(d, mask);
  if constexpr (sizeof(V) == 32) {
    const hn::RebindToUnsigned<hn::Repartition<int32_t, Tag<K>>> d32;
    const hn::Rebind<uint8_t, decltype(d32)> d8;
    const uint8_t* order = kLanes == 8 ? kPack8.order[bits] : kPack4Pairs.order[bits & 15];
    const auto indices = hn::IndicesFromVec(d32, hn::PromoteTo(d32, hn::LoadU(d8, order)));
    return hn::BitCast(d, hn::TableLookupLanes(hn::BitCast(d32, v), indices));
  } else {
    const hn::Repartition<uint8_t, Tag<K>> d8;
    const uint8_t* order = kLanes == 4 ? kPack4Bytes.order[bits & 15] : kPack2Bytes.order[bits & 3];
    return hn::BitCast(d, hn::TableLookupBytes(hn::BitCast(d8, v), hn::Load(d8, order)));
  }
}
#else
constexpr bool kKeepsRest = true;

template <class V, class M>
HWY_INLINE V Pack(V v, M mask) {
  return hn::Compress(v, mask);
}
#endif

// ---- Partition ------------------------------------------------------------------------------------------------------

// Stores the lanes that the mask leaves out from `left` on and the others up to `right`, each as far as a whole vector
// reaches; moves both.
template <class K, class V, class M>
HWY_INLINE void StoreBothWays(V v, M above, K** left, K** right) {
  const Tag<K> d;
  const size_t n = hn::Lanes(d);
  const size_t n_above = hn::CountTrue(d, above);
  if constexpr (kKeepsRest) {
    const V parted = Pack(v, hn::Not(above));
    hn::StoreU(parted, d, *left);
    hn::StoreU(parted, d, *right - n);
  } else {
    hn::StoreU(Pack(v, hn::Not(above)), d, *left);
    hn::BlendedStore(Pack(v, above), hn::FirstN(d, n_above), d, *right - n_above);
  }
  *left += n - n_above;
  *right -= n_above;
}

constexpr size_t kUnroll = 4;

template <class K, class V>
HWY_INLINE void StoreFour(V v0, V v1, V v2, V v3, V pivot, K** left, K** right) {
  StoreBothWays(v0, hn::Lt(pivot, v0), left, right);
  StoreBothWays(v1, hn::Lt(pivot, v1), left, right);
  StoreBothWays(v2, hn::Lt(pivot, v2), left, right);
  StoreBothWays(v3, hn::Lt(pivot, v3), left, right);
}

// n is a multiple of the unrolled vectors and at least two of them. Four vectors from either end are held back, so that
// what is stored never meets what has not been read.
template <class K>
HWY_INLINE size_t PartitionWhole(K* keys, size_t n, hn::Vec<Tag<K>> pivot) {
  using V = hn::Vec<Tag<K>>;
  const Tag<K> d;
  const size_t N = hn::Lanes(d);
  const size_t step = kUnroll * N;
  const K* read_left = keys;
  const K* read_right = keys + n - step;
  K* left = keys;
  K* right = keys + n;
  const V l0 = hn::LoadU(d, read_left), l1 = hn::LoadU(d, read_left + N);
  const V l2 = hn::LoadU(d, read_left + 2 * N), l3 = hn::LoadU(d, read_left + 3 * N);
  const V r0 = hn::LoadU(d, read_right), r1 = hn::LoadU(d, read_right + N);
  const V r2 = hn::LoadU(d, read_right + 2 * N), r3 = hn::LoadU(d, read_right + 3 * N);
  read_left += step;
  while (read_left != read_right) {
    const K* from;
    // From the side with less room, so that afterwards both have four vectors of it.
    if (read_left - left > right - read_right) {
      read_right -= step;
      from = read_right;
    } else {
      from = read_left;
      read_left += step;
    }
    const V v0 = hn::LoadU(d, from), v1 = hn::LoadU(d, from + N);
    const V v2 = hn::LoadU(d, from + 2 * N), v3 = hn::LoadU(d, from + 3 * N);
    StoreFour(v0, v1, v2, v3, pivot, &left, &right);
  }
  StoreFour(l0, l1, l2, l3, pivot, &left, &right);
  StoreFour(r0, r1, r2, r3, pivot, &left, &right);
  return static_cast<size_t>(left - keys);
}

// n is less than two times the unrolled vectors.
template <class K>
HWY_INLINE size_t PartitionShort(K* keys, size_t n, K pivot) {
  const Tag<K> d;
  const size_t N = hn::Lanes(d);
  const auto bound = hn::Set(d, pivot);
  alignas(64) K above[2 * kUnroll * (64 / sizeof(K)) + kKeyPadding];
  size_t left = 0, right = 0, i = 0;
  for (; i + N <= n; i += N) {
    const auto v = hn::LoadU(d, keys + i);
    const auto mask = hn::Lt(bound, v);
    const size_t n_above = hn::CountTrue(d, mask);
    hn::StoreU(Pack(v, hn::Not(mask)), d, keys + left);
    hn::StoreU(Pack(v, mask), d, above + right);
    left += N - n_above;
    right += n_above;
  }
  for (; i < n; ++i) {
    const K key = keys[i];
    keys[left] = key;
    above[right] = key;
    left += key <= pivot;
    right += key > pivot;
  }
  memcpy(keys + left, above, right * sizeof(K));
  return left;
}

template <class K>
size_t Partition(K* keys, size_t n, K pivot) {
  const Tag<K> d;
  const size_t step = kUnroll * hn::Lanes(d);
  if (n < 2 * step) return PartitionShort(keys, n, pivot);
  const size_t whole = n / step * step;
  size_t left = PartitionWhole(keys, whole, hn::Set(d, pivot));
  for (size_t i = whole; i < n; ++i) {
    const K key = keys[i];
    keys[i] = keys[left];
    keys[left] = key;
    left += key <= pivot;
  }
  return left;
}

// ---- Quicksort ------------------------------------------------------------------------------------------------------

// The lower median of a sample that grows with n.
template <class K>
HWY_INLINE K Pivot(const K* keys, size_t n, SamplePositions* positions, Room<K>* room) {
  const size_t wanted = n < 2048 ? 1 : n < 65536 ? 4 : 8;
  const size_t columns = std::min(wanted, MostColumns<K>());
  const size_t count = kRows * columns;
  for (size_t i = 0; i < count; ++i) room->keys[i] = keys[positions->Below(n)];
  std::fill(room->keys + count, room->keys + count + kKeyPadding, std::numeric_limits<K>::max());
  SortRows(room->keys, columns);
  return room->keys[count / 2 - 1];
}

// How deep a good quicksort goes at most.
HWY_INLINE int MostLevels(size_t n) { return 2 * (64 - __builtin_clzll(n | 1)) + 4; }

template <class K>
void SortRun(K* keys, size_t n, const K* end, int levels, const int32_t* cancel, SamplePositions* positions,
             Room<K>* room) {
  constexpr size_t kPoll = 1 << 16;
  while (n > kRows * MostColumns<K>()) {
    if (levels-- == 0) {
      std::sort(keys, keys + n);
      return;
    }
    if (n > kPoll && cancel != nullptr && __atomic_load_n(cancel, __ATOMIC_RELAXED) != 0) return;
    const K pivot = Pivot(keys, n, positions, room);
    const size_t left = Partition(keys, n, pivot);
    if (left < n) {
      SortRun(keys, left, end, levels, cancel, positions, room);
      keys += left;
      n -= left;
    } else if (pivot == std::numeric_limits<K>::min()) {
      return;
    } else {
      // The pivot is the largest key: those equal to it go to the end, where they stay.
      n = Partition(keys, n, static_cast<K>(pivot - 1));
    }
  }
  SortShort(keys, n, end, room);
}

template <class K>
void Sort(K* keys, size_t n, const int32_t* cancel) {
  Room<K> room;
  SamplePositions positions;
  SortRun(keys, n, keys + n, MostLevels(n), cancel, &positions, &room);
}

template <class K>
bool IsSorted(const K* keys, size_t n) {
  const Tag<K> d;
  const size_t N = hn::Lanes(d);
  size_t i = 0;
  for (; i + N + 1 <= n; i += N) {
    if (!hn::AllFalse(d, hn::Lt(hn::LoadU(d, keys + i + 1), hn::LoadU(d, keys + i)))) return false;
  }
  for (; i + 1 < n; ++i) {
    if (keys[i + 1] < keys[i]) return false;
  }
  return true;
}

template <class K>
void Extremes(const K* keys, size_t n, K* least, K* most) {
  const Tag<K> d;
  const size_t N = hn::Lanes(d);
  size_t i = 0;
  K low = keys[0];
  K high = keys[0];
  if (n >= N) {
    auto lows = hn::LoadU(d, keys);
    auto highs = lows;
    for (; i + N <= n; i += N) {
      const auto v = hn::LoadU(d, keys + i);
      lows = hn::Min(lows, v);
      highs = hn::Max(highs, v);
    }
    low = hn::GetLane(hn::MinOfLanes(d, lows));
    high = hn::GetLane(hn::MaxOfLanes(d, highs));
  }
  for (; i < n; ++i) {
    low = std::min(low, keys[i]);
    high = std::max(high, keys[i]);
  }
  *least = low;
  *most = high;
}

// ---- Selection ------------------------------------------------------------------------------------------------------

template <class K>
K Select(K* keys, size_t n, size_t rank) {
  Room<K> room;
  SamplePositions positions;
  const K* end = keys + n;
  int levels = MostLevels(n);
  K* found = keys + rank;
  while (n > kRows * MostColumns<K>()) {
    if (levels-- == 0) {
      std::sort(keys, keys + n);
      return *found;
    }
    const K pivot = Pivot(keys, n, &positions, &room);
    size_t left = Partition(keys, n, pivot);
    if (left == n) {
      if (pivot == std::numeric_limits<K>::min()) return pivot;
      left = Partition(keys, n, static_cast<K>(pivot - 1));
      if (found >= keys + left) return pivot;
    }
    if (found < keys + left) {
      n = left;
    } else {
      keys += left;
      n -= left;
    }
  }
  SortShort(keys, n, end, &room);
  return *found;
}

template <class K>
void Bracket(const K* keys, size_t n, K low, K high, K* between, BracketCounts* counts) {
  const Tag<K> d;
  const size_t N = hn::Lanes(d);
  const auto lows = hn::Set(d, low);
  const auto highs = hn::Set(d, high);
  size_t n_below = 0, n_low = 0, n_between = 0, n_high = 0, i = 0;
  for (; i + N <= n; i += N) {
    const auto v = hn::LoadU(d, keys + i);
    const auto inside = hn::And(hn::Lt(lows, v), hn::Lt(v, highs));
    n_below += hn::CountTrue(d, hn::Lt(v, lows));
    n_low += hn::CountTrue(d, hn::Eq(v, lows));
    n_high += hn::CountTrue(d, hn::Eq(v, highs));
    hn::StoreU(Pack(v, inside), d, between + n_between);
    n_between += hn::CountTrue(d, inside);
  }
  for (; i < n; ++i) {
    const K key = keys[i];
    n_below += key < low;
    n_low += key == low;
    n_high += key == high;
    between[n_between] = key;
    n_between += low < key && key < high;
  }
  counts->below += n_below;
  counts->low += n_low;
  counts->between += n_between;
  counts->high += low == high ? 0 : n_high;
}

template <class K>
void Split(const K* keys, size_t n, K value, K* below, K* above, size_t counts[2]) {
  const Tag<K> d;
  const size_t N = hn::Lanes(d);
  const auto values = hn::Set(d, value);
  size_t n_below = 0, n_above = 0, i = 0;
  for (; i + N <= n; i += N) {
    const auto v = hn::LoadU(d, keys + i);
    const auto less = hn::Lt(v, values);
    const auto more = hn::Lt(values, v);
    hn::StoreU(Pack(v, less), d, below + n_below);
    hn::StoreU(Pack(v, more), d, above + n_above);
    n_below += hn::CountTrue(d, less);
    n_above += hn::CountTrue(d, more);
  }
  for (; i < n; ++i) {
    const K key = keys[i];
    below[n_below] = key;
    above[n_above] = key;
    n_below += key < value;
    n_above += key > value;
  }
  counts[0] = n_below;
  counts[1] = n_above;
}

// ---- Binary search --------------------------------------------------------------------------------------------------

template <class K>
HWY_INLINE bool IsBefore(K key, K value, bool right) {
  return right ? key <= value : key < value;
}

template <class K>
HWY_INLINE int64_t SearchOne(const K* sorted, size_t size, K value, bool right) {
  const K* base = sorted;
  size_t n = size;
  for (; n > 1; n -= n / 2) base += IsBefore(base[n / 2 - 1], value, right) ? n / 2 : 0;
  return base - sorted + (n == 1 && IsBefore(*base, value, right));
}

// Several vectors of values at a time, since each step waits for memory.
template <class K, bool kRight>
void SearchVectors(const K* sorted, size_t size, const K* values, size_t n, int64_t* positions) {
  using V = hn::Vec<Tag<K>>;
  const Tag<K> d;
  const size_t N = hn::Lanes(d);
  constexpr size_t kVectors = 4;
  alignas(64) K found[kVectors * (64 / sizeof(K))];
  const auto before = [&](V base, K half, V value) HWY_ATTR {
    const V key = hn::GatherIndex(d, sorted, hn::Add(base, hn::Set(d, static_cast<K>(half - 1))));
    const auto is = kRight ? hn::Not(hn::Lt(value, key)) : hn::Lt(key, value);
    return hn::IfThenElse(is, hn::Add(base, hn::Set(d, half)), base);
  };
  size_t i = 0;
  for (; i + kVectors * N <= n; i += kVectors * N) {
    const V v0 = hn::LoadU(d, values + i), v1 = hn::LoadU(d, values + i + N);
    const V v2 = hn::LoadU(d, values + i + 2 * N), v3 = hn::LoadU(d, values + i + 3 * N);
    V b0 = hn::Zero(d), b1 = b0, b2 = b0, b3 = b0;
    for (size_t left = size; left > 1; left -= left / 2) {
      const K half = static_cast<K>(left / 2);
      b0 = before(b0, half, v0);
      b1 = before(b1, half, v1);
      b2 = before(b2, half, v2);
      b3 = before(b3, half, v3);
    }
    hn::Store(before(b0, 1, v0), d, found);
    hn::Store(before(b1, 1, v1), d, found + N);
    hn::Store(before(b2, 1, v2), d, found + 2 * N);
    hn::Store(before(b3, 1, v3), d, found + 3 * N);
    for (size_t k = 0; k < kVectors * N; ++k) positions[i + k] = found[k];
  }
  for (; i < n; ++i) positions[i] = SearchOne(sorted, size, values[i], kRight);
}

template <class K>
void Search(const K* sorted, size_t size, const K* values, size_t n, bool right, int64_t* positions) {
  if (size == 0 || size > static_cast<size_t>(std::numeric_limits<K>::max())) {
    for (size_t i = 0; i < n; ++i) positions[i] = SearchOne(sorted, size, values[i], right);
  } else if (right) {
    SearchVectors<K, true>(sorted, size, values, n, positions);
  } else {
    SearchVectors<K, false>(sorted, size, values, n, positions);
  }
}

template <class K>
inline constexpr KeyKernels<K> kKeys = {IsSorted<K>, Sort<K>,    Partition<K>, Select<K>,
                                        Extremes<K>, Bracket<K>, Split<K>,     Search<K>};

extern const LoadKeys kKeyLoads[kKeyModes][kDTypes];
extern const StoreKeys kKeyStores[kDTypes];

extern const SortKernels kSortKernels = {kKeyLoads, kKeyStores, &kKeys<int32_t>, &kKeys<int64_t>};

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
