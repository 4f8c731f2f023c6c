// Sorting and order statistics: what every instruction set brings for them, and how a call is described.
#ifndef LANES_SORT_H_
#define LANES_SORT_H_

#include <stddef.h>
#include <stdint.h>

#include "kernels.h"

namespace lanes {

// Elements are ordered by signed integers, their keys: int64_t for the dtypes of 8 bytes and for uint32, int32_t for
// the others. A NaN of any bits has the largest key, so it comes last, and comes back as the one quiet NaN.
enum KeyMode : int {
  kExact,       // -0.0 before 0.0; the element comes back bit by bit
  kEqualZeros,  // -0.0 and 0.0 have one key, that of 0.0
  kDescending,  // as kEqualZeros, largest first; NaN still last
};
inline constexpr int kKeyModes = 3;

// The key of NaN; no other element of a float dtype has it.
constexpr int64_t NanKey(DType dtype) {
  return dtype == kDFloat64 ? INT64_MAX : dtype == kDFloat32 ? INT32_MAX : INT16_MAX;
}
inline bool IsFloat(DType dtype) { return dtype >= kDFloat16 && dtype <= kDFloat64; }

// Where samples are taken: anywhere, but the same in every run. No result depends on it.
struct SamplePositions {
  uint64_t state = 0x9e3779b97f4a7c15;

  size_t Below(size_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<size_t>(static_cast<unsigned __int128>(state) * n >> 64);
  }
};

// Keys are moved in blocks of this many, which stay in the first-level cache.
inline constexpr size_t kKeyBlock = 2048;
// What kernels may write behind the keys that they pack.
inline constexpr size_t kKeyPadding = 16;

// How many keys lie below, on and between two bounds; those above are the rest.
struct BracketCounts {
  size_t below;
  size_t low;
  size_t between;
  size_t high;
};

// n keys of the elements `stride` bytes apart, at any alignment.
using LoadKeys = void (*)(void* keys, const void* src, size_t n, ptrdiff_t stride);
// The elements of n keys that were made by kExact or kEqualZeros. dst may be keys where both have the same size.
using StoreKeys = void (*)(void* dst, const void* keys, size_t n, ptrdiff_t stride);

// Keys in place are aligned to their size.
template <class Key>
struct KeyKernels {
  using K = Key;
  bool (*is_sorted)(const K* keys, size_t n);
  // Sorts; stops early when the flag, which may be null, is set.
  void (*sort)(K* keys, size_t n, const int32_t* cancel);
  // Moves keys up to and with the pivot before the others; returns how many there are.
  size_t (*partition)(K* keys, size_t n, K pivot);
  // A key of rank `rank`, which moves there, smaller ones before it.
  K (*select)(K* keys, size_t n, size_t rank);
  void (*extremes)(const K* keys, size_t n, K* least, K* most);
  // Adds to the counts; packs the keys between the bounds into `between`, which has room for n and kKeyPadding.
  void (*bracket)(const K* keys, size_t n, K low, K high, K* between, BracketCounts* counts);
  // Packs the keys below and those above into arrays with room for n and kKeyPadding, in order.
  void (*split)(const K* keys, size_t n, K value, K* below, K* above, size_t counts[2]);
  // For n values the number of sorted keys below them, or with `right` not above them.
  void (*search)(const K* sorted, size_t size, const K* values, size_t n, bool right, int64_t* positions);
};

struct SortKernels {
  const LoadKeys (*load)[kDTypes];  // [kKeyModes][kDTypes], null for complex and BYTES
  const StoreKeys* store;           // [kDTypes]
  const KeyKernels<int32_t>* keys32;
  const KeyKernels<int64_t>* keys64;
};

// Whether keys of the dtype are int64_t.
inline bool HasWideKeys(DType dtype) { return dtype == kDInt64 || dtype == kDFloat64; }

}  // namespace lanes

#endif  // LANES_SORT_H_
