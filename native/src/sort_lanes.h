// One call of the sorting family: lanes of elements along one axis, and what each operation does to one lane.
#ifndef LANES_SORT_LANES_H_
#define LANES_SORT_LANES_H_

#include <stdlib.h>

#include <atomic>

#include "lanes.h"
#include "sort.h"
#include "tasks.h"

namespace lanes {

// Keys that one task moves, between two looks at the cancel flag.
inline constexpr size_t kTaskKeys = size_t{1} << 16;
// Lanes from this length on are shared out among threads when there are few of them.
inline constexpr size_t kLongLane = size_t{1} << 15;

// Memory for one operation, null when there is none. It comes from the C library, which keeps it for the next call.
template <class T>
class SortScratch {
 public:
  explicit SortScratch(size_t n) {
    void* memory = nullptr;
    if (n > 0 && posix_memalign(&memory, 64, n * sizeof(T)) == 0) data_ = static_cast<T*>(memory);
  }
  ~SortScratch() { free(data_); }
  SortScratch(const SortScratch&) = delete;
  SortScratch& operator=(const SortScratch&) = delete;
  T* data() const { return data_; }

 private:
  T* data_ = nullptr;
};

// How a lane is to be worked on.
struct Work {
  const SortKernels* kernels;
  DType dtype;
  int threads;
  const int32_t* cancel;

  template <class K>
  const KeyKernels<K>& Keys() const {
    if constexpr (sizeof(K) == 8) {
      return *kernels->keys64;
    } else {
      return *kernels->keys32;
    }
  }
  size_t Bytes() const { return static_cast<size_t>(kDTypeRows[dtype].bytes); }
};

// The elements of one lane.
struct Lane {
  char* first;
  ptrdiff_t stride;
  size_t n;

  char* At(size_t i) const { return first + static_cast<ptrdiff_t>(i) * stride; }
};

// A lane as keys.
template <class K>
struct Source {
  Lane lane;
  LoadKeys load;

  Source(const Work& work, const Lane& over, KeyMode mode) : lane(over), load(work.kernels->load[mode][work.dtype]) {}
  void Load(K* keys, size_t begin, size_t n) const { load(keys, lane.At(begin), n, lane.stride); }
  K At(size_t i) const {
    K key;
    load(&key, lane.At(i), 1, 0);
    return key;
  }
};

// Calls body(begin, end) for pieces of [0, n); false when cancelled.
template <class Body>
bool InPieces(size_t n, size_t piece, const Work& work, Body body) {
  const int64_t pieces = static_cast<int64_t>((n + piece - 1) / piece);
  return RunTasks(pieces, work.threads, work.cancel, [&](int64_t task) {
    const size_t begin = static_cast<size_t>(task) * piece;
    body(begin, begin + piece < n ? begin + piece : n);
  });
}

// Sorts keys in place, on all threads.
template <class K>
int32_t SortKeys(const Work& work, K* keys, size_t n);

// The indices, ascending within equal keys, that sort the source.
template <class K>
int32_t SortIndices(const Work& work, const Source<K>& source, int64_t* indices);

// keys[i] becomes the key of rank ranks[i]; ranks ascend. Stores the largest key of all in `most` unless it is null.
template <class K>
int32_t SelectKeys(const Work& work, const Source<K>& source, const int64_t* ranks, size_t n_ranks, K* keys, K* most);

// Operations on one lane.
int32_t SortLane(const Work& work, const Lane& in, const Lane& out);
int32_t ArgsortLane(const Work& work, const Lane& in, const Lane& out);
int32_t SelectLane(const Work& work, const Lane& in, const Lane& out, const int64_t* ranks);
int32_t PartitionLane(const Work& work, const Lane& in, const Lane& out, size_t rank);
int32_t TopLane(const Work& work, const Lane& in, const Lane& values, const Lane& indices, bool largest);

// The bodies of lanes_order, lanes_search and lanes_groups.
int32_t RunOrder(const SortKernels* kernels, const int64_t* call);
int32_t RunSearch(const SortKernels* kernels, const int64_t* call);
int32_t RunGroups(const SortKernels* kernels, const int64_t* call);

}  // namespace lanes

#endif  // LANES_SORT_LANES_H_
