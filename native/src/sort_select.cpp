// Order statistics of one lane: elements of given ranks, partition around one of them, the first k.
#include <string.h>

#include <algorithm>
#include <limits>

#include "sort_lanes.h"

namespace lanes {
namespace {

// ---- Selection out of long lanes ------------------------------------------------------------------------------------
// A sorted sample gives for each rank two keys that most likely stand on either side of it, and one sweep over the lane
// counts what is below them and keeps what is between (R. Floyd, R. Rivest, Expected time bounds for selection, 1975).
// Where the sample was misleading, a copy of the lane is partitioned instead.

// More brackets than this cost as much as sorting.
constexpr size_t kMostBrackets = 8;

template <class K>
struct Bracket {
  K low;
  K high;
  size_t first_rank;  // index of the first rank that is looked for here
  size_t end_rank;
  std::atomic<size_t> below{0}, at_low{0}, between{0}, at_high{0};
  K* kept;
};

template <class K>
class LongSelection {
 public:
  LongSelection(const Work& work, const Source<K>& source, const int64_t* ranks, size_t n_ranks, K* keys, K* most)
      : work_(work), source_(source), ranks_(ranks), n_ranks_(n_ranks), keys_(keys), most_(most), n_(source.lane.n) {}

  // LANES_OK, or what kept it from being done; `missed` tells that the sample was misleading.
  int32_t Select(bool* missed) {
    *missed = false;
    const size_t n_samples = SampleSize();
    const SortScratch<K> samples(n_samples);
    if (samples.data() == nullptr) return LANES_NO_MEMORY;
    TakeSamples(samples.data(), n_samples);
    if (!MakeBrackets(samples.data(), n_samples)) {
      *missed = true;
      return LANES_OK;
    }
    room_ = n_ / 8 + kLongLane;
    const SortScratch<K> kept(n_brackets_ * room_);
    if (kept.data() == nullptr) return LANES_NO_MEMORY;
    for (size_t b = 0; b < n_brackets_; ++b) brackets_[b].kept = kept.data() + b * room_;
    if (!Sweep()) return LANES_CANCELLED;
    for (size_t b = 0; b < n_brackets_ && !*missed; ++b) *missed = !Resolve(&brackets_[b]);
    if (most_ != nullptr) *most_ = largest_;
    return LANES_OK;
  }

 private:
  // About n^(2/3).
  size_t SampleSize() const {
    size_t size = 1024;
    while (size * size / n_ * size < n_) size += size / 4;
    return size;
  }

  // One out of each of as many equal parts.
  void TakeSamples(K* samples, size_t n_samples) const {
    SamplePositions positions;
    const size_t step = n_ / n_samples;
    for (size_t i = 0; i < n_samples; ++i) {
      samples[i] = source_.At(i * step + positions.Below(step));
    }
    work_.Keys<K>().sort(samples, n_samples, nullptr);
  }

  // Ranks whose brackets would overlap share one. False when there are too many.
  bool MakeBrackets(const K* samples, size_t n_samples) {
    // Four standard deviations of a rank in the middle.
    size_t margin = 2;
    while (margin * margin < 4 * n_samples) ++margin;
    const double scale = static_cast<double>(n_samples) / static_cast<double>(n_);
    size_t last = 0;
    n_brackets_ = 0;
    for (size_t r = 0; r < n_ranks_; ++r) {
      const size_t at = std::min(n_samples - 1, static_cast<size_t>(static_cast<double>(ranks_[r]) * scale));
      const size_t low = at < margin ? 0 : at - margin;
      const size_t high = std::min(n_samples - 1, at + margin);
      if (n_brackets_ > 0 && low <= last) {
        brackets_[n_brackets_ - 1].end_rank = r + 1;
      } else if (n_brackets_ == kMostBrackets) {
        return false;
      } else {
        Bracket<K>& bracket = brackets_[n_brackets_++];
        bracket.low = at < margin ? std::numeric_limits<K>::min() : samples[low];
        bracket.first_rank = r;
        bracket.end_rank = r + 1;
      }
      brackets_[n_brackets_ - 1].high = at + margin >= n_samples ? std::numeric_limits<K>::max() : samples[high];
      last = high;
    }
    return true;
  }

  bool Sweep() {
    return InPieces(n_, kTaskKeys, work_, [&](size_t begin, size_t end) {
      K keys[kKeyBlock];
      K between[kKeyBlock + kKeyPadding];
      BracketCounts counts[kMostBrackets] = {};
      K largest = std::numeric_limits<K>::min();
      for (size_t i = begin; i < end; i += kKeyBlock) {
        const size_t m = std::min(kKeyBlock, end - i);
        source_.Load(keys, i, m);
        if (most_ != nullptr) {
          K block_least, block_most;
          work_.Keys<K>().extremes(keys, m, &block_least, &block_most);
          largest = std::max(largest, block_most);
        }
        for (size_t b = 0; b < n_brackets_; ++b) {
          counts[b].between = 0;
          work_.Keys<K>().bracket(keys, m, brackets_[b].low, brackets_[b].high, between, &counts[b]);
          const size_t at = brackets_[b].between.fetch_add(counts[b].between, std::memory_order_relaxed);
          if (at + counts[b].between <= room_) memcpy(brackets_[b].kept + at, between, counts[b].between * sizeof(K));
        }
      }
      for (size_t b = 0; b < n_brackets_; ++b) {
        brackets_[b].below += counts[b].below;
        brackets_[b].at_low += counts[b].low;
        brackets_[b].at_high += counts[b].high;
      }
      for (K seen = largest_; largest > seen && !largest_.compare_exchange_weak(seen, largest);) {
      }
    });
  }

  // False when a rank is not in its bracket, or in one that holds too many.
  bool Resolve(Bracket<K>* bracket) {
    const size_t low_end = bracket->below + bracket->at_low;
    const size_t between_end = low_end + bracket->between;
    size_t settled = low_end;
    for (size_t r = bracket->first_rank; r < bracket->end_rank; ++r) {
      const size_t rank = static_cast<size_t>(ranks_[r]);
      if (rank < bracket->below || rank >= between_end + bracket->at_high) return false;
      if (rank < low_end) {
        keys_[r] = bracket->low;
      } else if (rank >= between_end) {
        keys_[r] = bracket->high;
      } else if (bracket->between > room_) {
        return false;
      } else {
        // What has a lower rank than the last one found stands before it.
        keys_[r] = work_.Keys<K>().select(bracket->kept + (settled - low_end), between_end - settled, rank - settled);
        settled = rank;
      }
    }
    return true;
  }

  const Work& work_;
  const Source<K>& source_;
  const int64_t* ranks_;
  size_t n_ranks_;
  K* keys_;
  K* most_;
  size_t n_;
  std::atomic<K> largest_{std::numeric_limits<K>::min()};
  Bracket<K> brackets_[kMostBrackets];
  size_t n_brackets_ = 0;
  size_t room_ = 0;
};

// Out of a copy of the lane, which is partitioned, or sorted where many ranks are wanted.
template <class K>
int32_t SelectFromCopy(const Work& work, const Source<K>& source, const int64_t* ranks, size_t n_ranks, K* keys,
                       K* most) {
  const size_t n = source.lane.n;
  const SortScratch<K> scratch(n);
  K* copy = scratch.data();
  if (copy == nullptr) return LANES_NO_MEMORY;
  const bool loaded =
      InPieces(n, kTaskKeys, work, [&](size_t begin, size_t end) { source.Load(copy + begin, begin, end - begin); });
  if (!loaded) return LANES_CANCELLED;
  if (most != nullptr) {
    K least;
    work.Keys<K>().extremes(copy, n, &least, most);
  }
  if (n_ranks > 2 * kMostBrackets) {
    const int32_t status = SortKeys(work, copy, n);
    for (size_t r = 0; r < n_ranks; ++r) keys[r] = copy[ranks[r]];
    return status;
  }
  size_t settled = 0;
  for (size_t r = 0; r < n_ranks; ++r) {
    const size_t rank = static_cast<size_t>(ranks[r]);
    keys[r] = work.Keys<K>().select(copy + settled, n - settled, rank - settled);
    settled = rank;
  }
  return LANES_OK;
}

// ---- Elements around a value ----------------------------------------------------------------------------------------
// Two sweeps: the first counts in each piece, the second puts each piece's elements where they belong.

struct Counts {
  size_t below;
  size_t equal;
};

// Of piece i how many keys stand below the value or at it in the pieces before; the last row has the sums.
template <class K>
int32_t CountPieces(const Work& work, const Source<K>& source, K value, Counts* counts) {
  const size_t n = source.lane.n;
  const bool done = InPieces(n, kTaskKeys, work, [&](size_t begin, size_t end) {
    K keys[kKeyBlock];
    K between[kKeyBlock + kKeyPadding];
    BracketCounts sum = {};
    for (size_t i = begin; i < end; i += kKeyBlock) {
      const size_t m = std::min(kKeyBlock, end - i);
      source.Load(keys, i, m);
      work.Keys<K>().bracket(keys, m, value, value, between, &sum);
    }
    counts[begin / kTaskKeys + 1] = {sum.below, sum.low};
  });
  if (!done) return LANES_CANCELLED;
  counts[0] = {0, 0};
  for (size_t i = 0; i * kTaskKeys < n; ++i) {
    counts[i + 1].below += counts[i].below;
    counts[i + 1].equal += counts[i].equal;
  }
  return LANES_OK;
}

size_t PieceCount(size_t n) { return (n + kTaskKeys - 1) / kTaskKeys; }

template <class K>
int32_t PartitionLaneOf(const Work& work, const Lane& in, const Lane& out, size_t rank) {
  const Source<K> source(work, in, kExact);
  const size_t n = in.n;
  const int64_t wanted = static_cast<int64_t>(rank);
  K value;
  int32_t status = SelectKeys<K>(work, source, &wanted, 1, &value, nullptr);
  if (status != LANES_OK) return status;
  const SortScratch<Counts> scratch(PieceCount(n) + 1);
  Counts* before = scratch.data();
  if (before == nullptr) return LANES_NO_MEMORY;
  status = CountPieces(work, source, value, before);
  if (status != LANES_OK) return status;
  const Counts all = before[PieceCount(n)];
  const StoreKeys store = work.kernels->store[work.dtype];
  const bool done = InPieces(n, kTaskKeys, work, [&](size_t begin, size_t end) {
    K keys[kKeyBlock];
    K below[kKeyBlock + kKeyPadding];
    K above[kKeyBlock + kKeyPadding];
    const Counts start = before[begin / kTaskKeys];
    size_t at_below = start.below;
    size_t at_equal = all.below + start.equal;
    size_t at_above = all.below + all.equal + (begin - start.below - start.equal);
    for (size_t i = begin; i < end; i += kKeyBlock) {
      const size_t m = std::min(kKeyBlock, end - i);
      source.Load(keys, i, m);
      size_t counts[2];
      work.Keys<K>().split(keys, m, value, below, above, counts);
      const size_t equal = m - counts[0] - counts[1];
      store(out.At(at_below), below, counts[0], out.stride);
      store(out.At(at_above), above, counts[1], out.stride);
      std::fill(keys, keys + equal, value);
      store(out.At(at_equal), keys, equal, out.stride);
      at_below += counts[0];
      at_equal += equal;
      at_above += counts[1];
    }
  });
  return done ? LANES_OK : LANES_CANCELLED;
}

// Indices, ascending, of the k elements that come first; of those with the last key the ones of lowest index.
template <class K>
int32_t CollectFirst(const Work& work, const Source<K>& source, K last, size_t k, int64_t* indices) {
  const size_t n = source.lane.n;
  const SortScratch<Counts> scratch(PieceCount(n) + 1);
  Counts* before = scratch.data();
  if (before == nullptr) return LANES_NO_MEMORY;
  const int32_t status = CountPieces(work, source, last, before);
  if (status != LANES_OK) return status;
  const size_t equal = k - before[PieceCount(n)].below;
  const bool done = InPieces(n, kTaskKeys, work, [&](size_t begin, size_t end) {
    const Counts start = before[begin / kTaskKeys];
    const Counts stop = before[begin / kTaskKeys + 1];
    size_t equal_seen = start.equal;
    int64_t* next = indices + start.below + std::min(start.equal, equal);
    int64_t* const past = indices + stop.below + std::min(stop.equal, equal);
    K keys[kKeyBlock];
    for (size_t i = begin; i < end && next < past; i += kKeyBlock) {
      const size_t m = std::min(kKeyBlock, end - i);
      source.Load(keys, i, m);
      for (size_t j = 0; j < m; ++j) {
        if (keys[j] > last || (keys[j] == last && equal_seen++ >= equal)) continue;
        *next++ = static_cast<int64_t>(i + j);
      }
    }
  });
  return done ? LANES_OK : LANES_CANCELLED;
}

template <class K>
int32_t TopLaneOf(const Work& work, const Lane& in, const Lane& values, const Lane& indices, bool largest) {
  const Source<K> source(work, in, largest ? kDescending : kEqualZeros);
  const size_t k = values.n;
  const int64_t rank = static_cast<int64_t>(k) - 1;
  K last;
  int32_t status = SelectKeys<K>(work, source, &rank, 1, &last, nullptr);
  if (status != LANES_OK) return status;
  const SortScratch<int64_t> chosen(2 * k);
  const SortScratch<K> chosen_keys(k);
  if (chosen.data() == nullptr || chosen_keys.data() == nullptr) return LANES_NO_MEMORY;
  status = CollectFirst(work, source, last, k, chosen.data());
  if (status != LANES_OK) return status;
  for (size_t i = 0; i < k; ++i) chosen_keys.data()[i] = source.At(static_cast<size_t>(chosen.data()[i]));
  // They stand in the order of their indices, which a stable sort keeps.
  Work plain = work;
  plain.dtype = sizeof(K) == 8 ? kDInt64 : kDInt32;
  const Lane lane = {reinterpret_cast<char*>(chosen_keys.data()), static_cast<ptrdiff_t>(sizeof(K)), k};
  int64_t* order = chosen.data() + k;
  status = SortIndices(plain, Source<K>(plain, lane, kExact), order);
  if (status != LANES_OK) return status;
  for (size_t i = 0; i < k; ++i) {
    const int64_t index = chosen.data()[order[i]];
    memcpy(values.At(i), in.At(static_cast<size_t>(index)), work.Bytes());
    memcpy(indices.At(i), &index, sizeof(index));
  }
  return LANES_OK;
}

template <class K>
int32_t SelectLaneOf(const Work& work, const Lane& in, const Lane& out, const int64_t* ranks) {
  const Source<K> source(work, in, kExact);
  constexpr size_t kFew = 16;
  K few[kFew];
  const SortScratch<K> scratch(out.n > kFew ? out.n : 0);
  K* keys = out.n > kFew ? scratch.data() : few;
  if (keys == nullptr) return LANES_NO_MEMORY;
  K most;
  const int32_t status = SelectKeys(work, source, ranks, out.n, keys, &most);
  if (status != LANES_OK) return status;
  // Any NaN makes all results NaN.
  if (IsFloat(work.dtype) && most == NanKey(work.dtype)) std::fill(keys, keys + out.n, most);
  work.kernels->store[work.dtype](out.first, keys, out.n, out.stride);
  return LANES_OK;
}

}  // namespace

template <class K>
int32_t SelectKeys(const Work& work, const Source<K>& source, const int64_t* ranks, size_t n_ranks, K* keys, K* most) {
  if (source.lane.n >= kLongLane && n_ranks <= 2 * kMostBrackets) {
    bool missed;
    LongSelection<K> selection(work, source, ranks, n_ranks, keys, most);
    const int32_t status = selection.Select(&missed);
    if (status != LANES_OK || !missed) return status;
  }
  return SelectFromCopy(work, source, ranks, n_ranks, keys, most);
}

template int32_t SelectKeys(const Work&, const Source<int32_t>&, const int64_t*, size_t, int32_t*, int32_t*);
template int32_t SelectKeys(const Work&, const Source<int64_t>&, const int64_t*, size_t, int64_t*, int64_t*);

int32_t SelectLane(const Work& work, const Lane& in, const Lane& out, const int64_t* ranks) {
  return HasWideKeys(work.dtype) ? SelectLaneOf<int64_t>(work, in, out, ranks)
                                 : SelectLaneOf<int32_t>(work, in, out, ranks);
}

int32_t PartitionLane(const Work& work, const Lane& in, const Lane& out, size_t rank) {
  return HasWideKeys(work.dtype) ? PartitionLaneOf<int64_t>(work, in, out, rank)
                                 : PartitionLaneOf<int32_t>(work, in, out, rank);
}

int32_t TopLane(const Work& work, const Lane& in, const Lane& values, const Lane& indices, bool largest) {
  return HasWideKeys(work.dtype) ? TopLaneOf<int64_t>(work, in, values, indices, largest)
                                 : TopLaneOf<int32_t>(work, in, values, indices, largest);
}

}  // namespace lanes
