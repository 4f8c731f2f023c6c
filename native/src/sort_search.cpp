// What is done with sorted elements: binary search, and taking apart the groups of equal ones.
#include <string.h>

#include <algorithm>

#include "sort_lanes.h"

namespace lanes {
namespace {

// Values that one task looks up.
constexpr size_t kTaskValues = size_t{1} << 13;

bool IsBefore(int64_t key, int64_t value, bool right) { return right ? key <= value : key < value; }

// Without a copy of the keys, for few values.
template <class K>
int64_t SearchInPlace(const Source<K>& sorted, K value, bool right) {
  size_t low = 0;
  for (size_t n = sorted.lane.n; n > 0;) {
    const size_t half = n / 2;
    if (IsBefore(sorted.At(low + half), value, right)) {
      low += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return static_cast<int64_t>(low);
}

template <class K>
int32_t SearchIn(const Work& work, const Lane& sorted, const Lane& values, int64_t* positions, bool right) {
  const Source<K> source(work, sorted, kEqualZeros);
  const Source<K> wanted(work, values, kEqualZeros);
  const bool pays = values.n >= sorted.n / 32;
  const SortScratch<K> scratch(pays ? sorted.n : 0);
  K* keys = scratch.data();
  if (pays && sorted.n > 0 && keys == nullptr) return LANES_NO_MEMORY;
  const bool loaded = !pays || InPieces(sorted.n, kTaskKeys, work, [&](size_t begin, size_t end) {
    source.Load(keys + begin, begin, end - begin);
  });
  const bool found = loaded && InPieces(values.n, kTaskValues, work, [&](size_t begin, size_t end) {
                       K block[kKeyBlock];
                       for (size_t i = begin; i < end; i += kKeyBlock) {
                         const size_t m = std::min(kKeyBlock, end - i);
                         wanted.Load(block, i, m);
                         if (pays) {
                           work.Keys<K>().search(keys, sorted.n, block, m, right, positions + i);
                         } else {
                           for (size_t k = 0; k < m; ++k) positions[i + k] = SearchInPlace(source, block[k], right);
                         }
                       }
                     });
  return found ? LANES_OK : LANES_CANCELLED;
}

// ---- Groups ---------------------------------------------------------------------------------------------------------

struct Groups {
  int64_t* count;
  const int64_t* order;
  char* values;
  int64_t* first;
  int64_t* inverse;
  int64_t* counts;
};

// Calls body(i, begins) for the elements from `begin` to `end`, with whether a group begins there.
template <class K, class Body>
void WalkGroups(const Source<K>& source, size_t begin, size_t end, Body body) {
  K keys[kKeyBlock];
  K last = begin > 0 ? source.At(begin - 1) : K{0};
  for (size_t i = begin; i < end; i += kKeyBlock) {
    const size_t m = std::min(kKeyBlock, end - i);
    source.Load(keys, i, m);
    for (size_t k = 0; k < m; ++k) {
      body(i + k, keys[k], i + k == 0 || keys[k] != last);
      last = keys[k];
    }
  }
}

// How many groups begin before each piece; the last one has them all.
template <class K>
bool CountGroups(const Work& work, const Source<K>& source, int64_t* before) {
  const size_t n = source.lane.n;
  before[0] = 0;
  const bool done = InPieces(n, kTaskKeys, work, [&](size_t begin, size_t end) {
    int64_t count = 0;
    WalkGroups(source, begin, end, [&](size_t, K, bool begins) { count += begins; });
    before[begin / kTaskKeys + 1] = count;
  });
  for (size_t i = 0; i * kTaskKeys < n; ++i) before[i + 1] += before[i];
  return done;
}

template <class K>
int32_t FindGroups(const Work& work, const Lane& sorted, const Groups& groups) {
  const Source<K> source(work, sorted, kEqualZeros);
  const size_t n = sorted.n;
  const size_t pieces = (n + kTaskKeys - 1) / kTaskKeys;
  const SortScratch<int64_t> scratch(pieces + 1);
  int64_t* before = scratch.data();
  if (before == nullptr) return LANES_NO_MEMORY;
  if (!CountGroups(work, source, before)) return LANES_CANCELLED;
  *groups.count = before[pieces];
  if (groups.values == nullptr) return LANES_OK;
  const StoreKeys store = work.kernels->store[work.dtype];
  const size_t bytes = work.Bytes();
  const bool done = InPieces(n, kTaskKeys, work, [&](size_t begin, size_t end) {
    int64_t group = before[begin / kTaskKeys] - 1;
    K found[kKeyBlock];
    size_t n_found = 0;
    const auto flush = [&] {
      store(groups.values + static_cast<size_t>(group + 1 - static_cast<int64_t>(n_found)) * bytes, found, n_found,
            static_cast<ptrdiff_t>(bytes));
      n_found = 0;
    };
    WalkGroups(source, begin, end, [&](size_t i, K key, bool begins) {
      if (begins) {
        if (n_found == kKeyBlock) flush();
        ++group;
        found[n_found++] = key;
        if (groups.first != nullptr) groups.first[group] = groups.order[i];
        if (groups.counts != nullptr) groups.counts[group] = static_cast<int64_t>(i);
      }
      if (groups.inverse != nullptr) groups.inverse[groups.order[i]] = group;
    });
    flush();
  });
  if (!done) return LANES_CANCELLED;
  if (groups.counts != nullptr) {  // so far where each group begins
    const int64_t last = before[pieces] - 1;
    for (int64_t g = 0; g < last; ++g) groups.counts[g] = groups.counts[g + 1] - groups.counts[g];
    groups.counts[last] = static_cast<int64_t>(n) - groups.counts[last];
  }
  return LANES_OK;
}

bool DecodeWork(const SortKernels* kernels, const int64_t* words, Work* work) {
  if (words[1] < 1 || words[2] < 0 || words[2] > kDFloat64) return false;
  *work = {kernels, static_cast<DType>(words[2]), static_cast<int>(words[1]),
           reinterpret_cast<const int32_t*>(words[0])};
  return true;
}

}  // namespace

int32_t RunSearch(const SortKernels* kernels, const int64_t* words) {
  Work work;
  if (!DecodeWork(kernels, words, &work) || words[4] < 0 || words[7] < 0) return LANES_BAD_ARGUMENT;
  const Lane sorted = {reinterpret_cast<char*>(words[5]), static_cast<ptrdiff_t>(words[6]),
                       static_cast<size_t>(words[4])};
  const Lane values = {reinterpret_cast<char*>(words[8]), static_cast<ptrdiff_t>(words[9]),
                       static_cast<size_t>(words[7])};
  int64_t* positions = reinterpret_cast<int64_t*>(words[10]);
  return HasWideKeys(work.dtype) ? SearchIn<int64_t>(work, sorted, values, positions, words[3] != 0)
                                 : SearchIn<int32_t>(work, sorted, values, positions, words[3] != 0);
}

int32_t RunGroups(const SortKernels* kernels, const int64_t* words) {
  Work work;
  if (!DecodeWork(kernels, words, &work) || words[3] < 1) return LANES_BAD_ARGUMENT;
  const Lane sorted = {reinterpret_cast<char*>(words[4]), static_cast<ptrdiff_t>(work.Bytes()),
                       static_cast<size_t>(words[3])};
  Groups groups;
  groups.count = reinterpret_cast<int64_t*>(words[5]);
  groups.order = reinterpret_cast<const int64_t*>(words[6]);
  groups.values = reinterpret_cast<char*>(words[7]);
  groups.first = reinterpret_cast<int64_t*>(words[8]);
  groups.inverse = reinterpret_cast<int64_t*>(words[9]);
  groups.counts = reinterpret_cast<int64_t*>(words[10]);
  if (groups.order == nullptr && (groups.first != nullptr || groups.inverse != nullptr)) return LANES_BAD_ARGUMENT;
  return HasWideKeys(work.dtype) ? FindGroups<int64_t>(work, sorted, groups)
                                 : FindGroups<int32_t>(work, sorted, groups);
}

}  // namespace lanes
