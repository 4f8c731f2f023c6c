// Sorting of one lane on all threads: of its elements, and of their indices.
#include <string.h>

#include <algorithm>
#include <vector>

#include "sort_lanes.h"

namespace lanes {
namespace {

// ---- Parallel quicksort ---------------------------------------------------------------------------------------------
// A run that is large for one thread is partitioned by all: each partitions pieces of it in place, then what is on the
// wrong side of the bound changes places. Runs that are small enough are sorted by one thread each.

struct Run {
  size_t begin;
  size_t end;
};

struct Piece {
  size_t begin;
  size_t end;
  size_t run;
  size_t left;  // keys up to the pivot
};

struct Exchange {
  size_t a;
  size_t b;
  size_t n;
};

template <class K>
class TeamSort {
 public:
  TeamSort(const Work& work, K* keys, size_t n) : work_(work), keys_(keys), n_(n) {}

  bool Sort() {
    const size_t small = std::max(n_ / (8 * static_cast<size_t>(work_.threads)), kLongLane);
    std::vector<Run> large = {{0, n_}};
    while (!large.empty()) {
      bounds_.assign(large.size(), 0);
      if (!Partition(large) || !MoveOver(large)) return false;
      std::vector<Run> next;
      for (size_t r = 0; r < large.size(); ++r) {
        const Run run = large[r];
        const size_t bound = run.begin + bounds_[r];
        if (bound == run.end) {  // most keys are equal, so that quicksort will end soon
          small_.push_back(run);
          continue;
        }
        for (const Run part : {Run{run.begin, bound}, Run{bound, run.end}}) {
          (part.end - part.begin > small ? next : small_).push_back(part);
        }
      }
      large.swap(next);
    }
    // The longest first, so that the threads end together.
    std::sort(small_.begin(), small_.end(), [](Run a, Run b) { return a.end - a.begin > b.end - b.begin; });
    return RunTasks(static_cast<int64_t>(small_.size()), work_.threads, work_.cancel, [&](int64_t task) {
      const Run run = small_[static_cast<size_t>(task)];
      work_.Keys<K>().sort(keys_ + run.begin, run.end - run.begin, work_.cancel);
    });
  }

 private:
  static constexpr size_t kSamples = 512;

  K Pivot(Run run) const {
    K samples[kSamples];
    SamplePositions positions;
    const size_t n = run.end - run.begin;
    for (size_t i = 0; i < kSamples; ++i) {
      const size_t step = n / kSamples;  // one in each of as many equal parts
      samples[i] = keys_[run.begin + i * step + positions.Below(step)];
    }
    work_.Keys<K>().sort(samples, kSamples, nullptr);
    return samples[kSamples / 2 - 1];
  }

  bool Partition(const std::vector<Run>& runs) {
    const size_t length = std::max(n_ / (4 * static_cast<size_t>(work_.threads)), kLongLane / 2);
    std::vector<K> pivots(runs.size());
    pieces_.clear();
    for (size_t r = 0; r < runs.size(); ++r) {
      pivots[r] = Pivot(runs[r]);
      for (size_t begin = runs[r].begin; begin < runs[r].end; begin += length) {
        pieces_.push_back({begin, std::min(begin + length, runs[r].end), r, 0});
      }
    }
    return RunTasks(static_cast<int64_t>(pieces_.size()), work_.threads, work_.cancel, [&](int64_t task) {
      Piece& piece = pieces_[static_cast<size_t>(task)];
      piece.left = work_.Keys<K>().partition(keys_ + piece.begin, piece.end - piece.begin, pivots[piece.run]);
    });
  }

  // Pairs what stands right of its piece's bound, but left of the run's, with what stands the other way round.
  bool MoveOver(const std::vector<Run>& runs) {
    for (const Piece& piece : pieces_) bounds_[piece.run] += piece.left;
    std::vector<Exchange> exchanges;
    std::vector<Run> high, low;
    for (size_t first = 0; first < pieces_.size();) {
      const size_t r = pieces_[first].run;
      const size_t bound = runs[r].begin + bounds_[r];
      high.clear();
      low.clear();
      size_t p = first;
      for (; p < pieces_.size() && pieces_[p].run == r; ++p) {
        const Piece& piece = pieces_[p];
        const size_t middle = piece.begin + piece.left;
        if (middle < std::min(piece.end, bound)) high.push_back({middle, std::min(piece.end, bound)});
        if (std::max(piece.begin, bound) < middle) low.push_back({std::max(piece.begin, bound), middle});
      }
      first = p;
      Pair(&high, &low, &exchanges);
    }
    return RunTasks(static_cast<int64_t>(exchanges.size()), work_.threads, work_.cancel, [&](int64_t task) {
      const Exchange e = exchanges[static_cast<size_t>(task)];
      std::swap_ranges(keys_ + e.a, keys_ + e.a + e.n, keys_ + e.b);
    });
  }

  static void Pair(std::vector<Run>* high, std::vector<Run>* low, std::vector<Exchange>* exchanges) {
    for (size_t h = 0, l = 0; h < high->size() && l < low->size();) {
      Run& a = (*high)[h];
      Run& b = (*low)[l];
      const size_t n = std::min({a.end - a.begin, b.end - b.begin, kTaskKeys});
      exchanges->push_back({a.begin, b.begin, n});
      a.begin += n;
      b.begin += n;
      h += a.begin == a.end;
      l += b.begin == b.end;
    }
  }

  const Work& work_;
  K* keys_;
  size_t n_;
  std::vector<Piece> pieces_;
  std::vector<size_t> bounds_;
  std::vector<Run> small_;
};

// ---- Counting -------------------------------------------------------------------------------------------------------

// Of dtypes of 8 and 16 bits there are few values, so they are counted.
int32_t SortByCounting(const Work& work, const Source<int32_t>& source, const Lane& out) {
  const size_t n = source.lane.n;
  const bool is_byte = work.Bytes() == 1;
  const int32_t least = is_byte ? INT8_MIN : INT16_MIN;
  const size_t bins = is_byte ? 384 : 98304;  // signed and unsigned values
  const size_t parts = std::min<size_t>({static_cast<size_t>(work.threads), 16, n / kLongLane + 1});
  const SortScratch<int64_t> scratch(parts * bins);
  int64_t* counts = scratch.data();
  if (counts == nullptr) return LANES_NO_MEMORY;
  memset(counts, 0, parts * bins * sizeof(*counts));
  const bool counted = InPieces(n, (n + parts - 1) / parts, work, [&](size_t begin, size_t end) {
    int32_t keys[kKeyBlock];
    int64_t* own = counts + begin / ((n + parts - 1) / parts) * bins;
    for (size_t i = begin; i < end; i += kKeyBlock) {
      const size_t m = std::min(kKeyBlock, end - i);
      source.Load(keys, i, m);
      for (size_t k = 0; k < m; ++k) ++own[keys[k] - least];
    }
  });
  if (!counted) return LANES_CANCELLED;
  // From now on where each value's run ends.
  int64_t sum = 0;
  for (size_t bin = 0; bin < bins; ++bin) {
    for (size_t part = 0; part < parts; ++part) sum += counts[part * bins + bin];
    counts[bin] = sum;
  }
  // No cancelling any more: the lane may be sorted in place.
  Work whole = work;
  whole.cancel = nullptr;
  InPieces(n, kTaskKeys, whole, [&](size_t begin, size_t end) {
    int32_t keys[kKeyBlock];
    size_t bin = static_cast<size_t>(std::upper_bound(counts, counts + bins, static_cast<int64_t>(begin)) - counts);
    for (size_t i = begin; i < end;) {
      size_t m = 0;
      while (m < kKeyBlock && i + m < end) {
        while (static_cast<size_t>(counts[bin]) <= i + m) ++bin;
        const size_t run_end = std::min({static_cast<size_t>(counts[bin]), i + kKeyBlock, end});
        std::fill(keys + m, keys + (run_end - i), static_cast<int32_t>(bin) + least);
        m = run_end - i;
      }
      work.kernels->store[work.dtype](out.At(i), keys, m, out.stride);
      i += m;
    }
  });
  return LANES_OK;
}

template <class K>
int32_t SortLaneOf(const Work& work, const Lane& in, const Lane& out) {
  const Source<K> source(work, in, kExact);
  const size_t n = in.n;
  if constexpr (sizeof(K) == 4) {
    if (work.Bytes() < 4 && n >= (work.Bytes() == 1 ? 512 : kTaskKeys)) return SortByCounting(work, source, out);
  }
  const bool in_place = work.Bytes() == sizeof(K) && out.stride == static_cast<ptrdiff_t>(sizeof(K)) &&
                        reinterpret_cast<uintptr_t>(out.first) % sizeof(K) == 0;
  const SortScratch<K> scratch(in_place ? 0 : n);
  K* keys = in_place ? reinterpret_cast<K*>(out.first) : scratch.data();
  if (keys == nullptr) return LANES_NO_MEMORY;
  // No cancelling here and below: the lane must not end up as keys.
  Work whole = work;
  whole.cancel = nullptr;
  InPieces(n, kTaskKeys, whole, [&](size_t begin, size_t end) { source.Load(keys + begin, begin, end - begin); });
  const int32_t status = SortKeys(work, keys, n);
  if (status != LANES_OK && !in_place) return status;
  InPieces(n, kTaskKeys, whole, [&](size_t begin, size_t end) {
    work.kernels->store[work.dtype](out.At(begin), keys + begin, end - begin, out.stride);
  });
  return status;
}

// ---- Indices --------------------------------------------------------------------------------------------------------
// A key and its index are sorted as one number: as many upper bits of the key's distance from the least one as leave
// room for the index. Runs with the same upper bits are then sorted by the bits that follow.

template <class K>
class IndexSort {
 public:
  IndexSort(const Work& work, const Source<K>& source, int64_t* packed)
      : work_(work), source_(source), packed_(packed), index_bits_(BitsFor(source.lane.n - 1)) {}

  int32_t Sort() {
    const size_t n = source_.lane.n;
    FindLeast();
    const int bits = key_bits_;
    const int dropped = Dropped(bits);
    const bool packed = InPieces(n, kTaskKeys, work_, [&](size_t begin, size_t end) {
      K keys[kKeyBlock];
      for (size_t i = begin; i < end; i += kKeyBlock) {
        const size_t m = std::min(kKeyBlock, end - i);
        source_.Load(keys, i, m);
        for (size_t k = 0; k < m; ++k) packed_[i + k] = Pack(Distance(keys[k]) >> dropped, i + k);
      }
    });
    if (!packed) return LANES_CANCELLED;
    const int32_t status = SortRange(work_, 0, n, bits);
    if (status != LANES_OK) return status;
    const int64_t mask = IndexMask();
    const bool unpacked = InPieces(n, kTaskKeys, work_, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) packed_[i] &= mask;
    });
    return unpacked ? LANES_OK : LANES_CANCELLED;
  }

 private:
  static constexpr size_t kFew = 12;
  static constexpr size_t kMany = 4 * kTaskKeys;

  static int BitsFor(uint64_t largest) { return largest == 0 ? 0 : 64 - __builtin_clzll(largest); }

  void FindLeast() {
    const size_t n = source_.lane.n;
    std::atomic<int64_t> least{INT64_MAX}, most{INT64_MIN};
    Work whole = work_;
    whole.cancel = nullptr;
    InPieces(n, kTaskKeys, whole, [&](size_t begin, size_t end) {
      K keys[kKeyBlock];
      int64_t low = INT64_MAX, high = INT64_MIN;
      for (size_t i = begin; i < end; i += kKeyBlock) {
        const size_t m = std::min(kKeyBlock, end - i);
        source_.Load(keys, i, m);
        K block_low, block_high;
        work_.Keys<K>().extremes(keys, m, &block_low, &block_high);
        low = std::min<int64_t>(low, block_low);
        high = std::max<int64_t>(high, block_high);
      }
      int64_t seen = least.load();
      while (low < seen && !least.compare_exchange_weak(seen, low)) {
      }
      seen = most.load();
      while (high > seen && !most.compare_exchange_weak(seen, high)) {
      }
    });
    least_ = least.load();
    key_bits_ = BitsFor(static_cast<uint64_t>(most.load()) - static_cast<uint64_t>(least_));
  }

  uint64_t Distance(K key) const {
    return static_cast<uint64_t>(static_cast<int64_t>(key)) - static_cast<uint64_t>(least_);
  }
  int64_t IndexMask() const { return (int64_t{1} << index_bits_) - 1; }
  // How many of so many bits of a key find no room beside the index.
  int Dropped(int bits) const { return std::max(0, bits + index_bits_ - 64); }
  int64_t Pack(uint64_t bits, uint64_t index) const {
    return static_cast<int64_t>((bits << index_bits_ | index) ^ uint64_t{1} << 63);
  }
  bool IsSameKey(size_t i, size_t j) const { return (packed_[i] ^ packed_[j]) >> index_bits_ == 0; }
  size_t EndOfRun(size_t i, size_t end) const {
    size_t next = i + 1;
    while (next < end && IsSameKey(i, next)) ++next;
    return next;
  }

  // Sorts a range that was packed with the upper ones of `bits` bits.
  int32_t SortRange(const Work& work, size_t begin, size_t end, int bits) {
    const int32_t status = SortKeys(work, packed_ + begin, end - begin);
    const int rest = Dropped(bits);
    return status != LANES_OK || rest == 0 ? status : SortRuns(work, begin, end, rest);
  }

  // Sorts the runs of equal upper bits in a range by the `bits` bits that follow; alone it takes no memory.
  int32_t SortRuns(const Work& work, size_t begin, size_t end, int bits) {
    if (work.threads == 1) return SortRunsAlone(work, begin, end, bits, nullptr);
    // Where tasks begin, which is where runs begin.
    std::vector<size_t> starts = {begin};
    while (starts.back() < end) {
      const size_t next = starts.back() + kTaskKeys;
      starts.push_back(next >= end ? end : EndOfRun(next - 1, end));
    }
    // At most one run is longer than a task's share; all threads sort it together.
    std::vector<Run> many(starts.size(), Run{0, 0});
    Work alone = work;
    alone.threads = 1;
    const bool done = RunTasks(static_cast<int64_t>(starts.size()) - 1, work.threads, work.cancel, [&](int64_t task) {
      const size_t t = static_cast<size_t>(task);
      SortRunsAlone(alone, starts[t], starts[t + 1], bits, &many[t]);
    });
    if (!done || IsCancelled(work.cancel)) return LANES_CANCELLED;
    for (const Run run : many) {
      const int32_t status = run.begin == run.end ? LANES_OK : SortRun(work, run, bits);
      if (status != LANES_OK) return status;
    }
    return LANES_OK;
  }

  // Leaves a run of very many, of which there is one at most, to the caller who takes it.
  int32_t SortRunsAlone(const Work& alone, size_t begin, size_t end, int bits, Run* many) {
    for (size_t i = begin; i < end;) {
      const size_t next = EndOfRun(i, end);
      if (many != nullptr && next - i > kMany) {
        *many = {i, next};
      } else if (next - i > kFew) {
        const int32_t status = SortRun(alone, {i, next}, bits);
        if (status != LANES_OK) return status;
      } else if (next - i > 1) {
        SortFew(i, next);
      }
      i = next;
    }
    return LANES_OK;
  }

  int32_t SortRun(const Work& work, Run run, int bits) {
    const int dropped = Dropped(bits);
    const uint64_t mask = (uint64_t{1} << bits) - 1;
    const bool packed = InPieces(run.end - run.begin, kTaskKeys, work, [&](size_t begin, size_t end) {
      for (size_t i = run.begin + begin; i < run.begin + end; ++i) {
        const size_t index = static_cast<size_t>(packed_[i] & IndexMask());
        packed_[i] = Pack((Distance(source_.At(index)) & mask) >> dropped, index);
      }
    });
    return packed ? SortRange(work, run.begin, run.end, bits) : LANES_CANCELLED;
  }

  // By insertion; indices ascend already within equal keys.
  void SortFew(size_t begin, size_t end) {
    K keys[kFew];
    for (size_t i = begin; i < end; ++i) {
      const int64_t entry = packed_[i];
      const K key = source_.At(static_cast<size_t>(entry & IndexMask()));
      size_t at = i;
      for (; at > begin && keys[at - begin - 1] > key; --at) {
        keys[at - begin] = keys[at - begin - 1];
        packed_[at] = packed_[at - 1];
      }
      keys[at - begin] = key;
      packed_[at] = entry;
    }
  }

  const Work& work_;
  const Source<K>& source_;
  int64_t* packed_;
  int index_bits_;
  int64_t least_ = 0;
  int key_bits_ = 0;
};

template <class K>
int32_t ArgsortLaneOf(const Work& work, const Lane& in, const Lane& out) {
  const Source<K> source(work, in, kEqualZeros);
  const bool in_place = out.stride == 8 && reinterpret_cast<uintptr_t>(out.first) % 8 == 0;
  const SortScratch<int64_t> scratch(in_place ? 0 : in.n);
  int64_t* indices = in_place ? reinterpret_cast<int64_t*>(out.first) : scratch.data();
  if (indices == nullptr) return LANES_NO_MEMORY;
  const int32_t status = SortIndices(work, source, indices);
  if (status == LANES_OK && !in_place) {
    for (size_t i = 0; i < in.n; ++i) memcpy(out.At(i), indices + i, 8);
  }
  return status;
}

}  // namespace

template <class K>
int32_t SortKeys(const Work& work, K* keys, size_t n) {
  const KeyKernels<K>& kernels = work.Keys<K>();
  if (kernels.is_sorted(keys, n)) return LANES_OK;
  if (work.threads > 1 && n >= 2 * kLongLane) {
    return TeamSort<K>(work, keys, n).Sort() && !IsCancelled(work.cancel) ? LANES_OK : LANES_CANCELLED;
  }
  kernels.sort(keys, n, work.cancel);
  return IsCancelled(work.cancel) ? LANES_CANCELLED : LANES_OK;
}

template <class K>
int32_t SortIndices(const Work& work, const Source<K>& source, int64_t* indices) {
  return IndexSort<K>(work, source, indices).Sort();
}

template int32_t SortKeys(const Work&, int32_t*, size_t);
template int32_t SortKeys(const Work&, int64_t*, size_t);
template int32_t SortIndices(const Work&, const Source<int32_t>&, int64_t*);
template int32_t SortIndices(const Work&, const Source<int64_t>&, int64_t*);

int32_t SortLane(const Work& work, const Lane& in, const Lane& out) {
  return HasWideKeys(work.dtype) ? SortLaneOf<int64_t>(work, in, out) : SortLaneOf<int32_t>(work, in, out);
}

int32_t ArgsortLane(const Work& work, const Lane& in, const Lane& out) {
  return HasWideKeys(work.dtype) ? ArgsortLaneOf<int64_t>(work, in, out) : ArgsortLaneOf<int32_t>(work, in, out);
}

}  // namespace lanes
