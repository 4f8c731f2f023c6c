// Takes elements by index, and finds those that are not zero.
#include "shape.h"

#include <string.h>

#include <atomic>

#include "isa.h"
#include "lanes.h"
#include "tasks.h"

namespace lanes {
namespace {

constexpr int64_t kTaskElements = 16384;

int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }
int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Axes that two arrays share, merged where both allow it.
struct Pairs {
  int rank = 0;
  int64_t size = 1;
  int64_t shape[kMaxRank];
  int64_t src[kMaxRank];
  int64_t dst[kMaxRank];

  Pairs(const ArrayCall& call, int begin, int end) {
    for (int axis = begin; axis < end; ++axis) {
      const int64_t length = call.shape[axis];
      if (length == 1) continue;
      const int64_t from = call.arrays[0].strides[axis];
      const int64_t to = call.arrays[1].strides[axis];
      size *= length;
      if (rank > 0 && src[rank - 1] == from * length && dst[rank - 1] == to * length) {
        shape[rank - 1] *= length;
      } else {
        shape[rank++] = length;
      }
      src[rank - 1] = from;
      dst[rank - 1] = to;
    }
  }

  void At(int64_t number, int64_t* src_offset, int64_t* dst_offset) const {
    *src_offset = 0;
    *dst_offset = 0;
    for (int axis = rank - 1; axis >= 0; --axis) {
      const int64_t index = number % shape[axis];
      number /= shape[axis];
      *src_offset += index * src[axis];
      *dst_offset += index * dst[axis];
    }
  }
};

// Calls copy with a function that copies an element of so many bytes.
template <class Copy>
auto WithCopyOf(int64_t bytes, Copy copy) {
  switch (bytes) {
    case 1:
      return copy([](char* dst, const char* src) { *dst = *src; });
    case 2:
      return copy([](char* dst, const char* src) { memcpy(dst, src, 2); });
    case 4:
      return copy([](char* dst, const char* src) { memcpy(dst, src, 4); });
    case 8:
      return copy([](char* dst, const char* src) { memcpy(dst, src, 8); });
    default:
      return copy([bytes](char* dst, const char* src) { memcpy(dst, src, static_cast<size_t>(bytes)); });
  }
}

void CopyPairs(const Pairs& pairs, int axis, char* dst, const char* src, int64_t bytes) {
  if (axis == pairs.rank) return WithCopyOf(bytes, [&](auto copy) { copy(dst, src); });
  const int64_t length = pairs.shape[axis];
  const bool is_run = axis == pairs.rank - 1 && pairs.src[axis] == bytes && pairs.dst[axis] == bytes;
  if (is_run) {
    memcpy(dst, src, static_cast<size_t>(length * bytes));
    return;
  }
  for (int64_t i = 0; i < length; ++i) {
    CopyPairs(pairs, axis + 1, dst + i * pairs.dst[axis], src + i * pairs.src[axis], bytes);
  }
}

// ---- Elements that are not zero -------------------------------------------------------------------------------------

template <class T>
int64_t Places(const void* block, int64_t n, int32_t* places) {
  const T* x = static_cast<const T*>(block);
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) {
    places[count] = static_cast<int32_t>(i);
    count += x[i] != 0;
  }
  return count;
}

// For each set of eight bits where those are that are set, the lowest first.
struct PlacesInByte {
  uint8_t places[256][8] = {};
  uint8_t counts[256] = {};

  constexpr PlacesInByte() {
    for (int byte = 0; byte < 256; ++byte) {
      for (uint8_t bit = 0; bit < 8; ++bit) {
        if (byte >> bit & 1) places[byte][counts[byte]++] = bit;
      }
    }
  }
};
constexpr PlacesInByte kPlacesInByte;

// Eight bools, of which others may have made any bytes, as 0 or 1 each.
uint64_t TruthsAt(const uint8_t* x) {
  constexpr uint64_t kLower = 0x7f7f7f7f7f7f7f7f;
  uint64_t word;
  memcpy(&word, x, 8);
  return (((word & kLower) + kLower) | word) >> 7 & 0x0101010101010101;
}

// Eight bools at a time: the product has them side by side in its highest byte.
template <>
int64_t Places<uint8_t>(const void* block, int64_t n, int32_t* places) {
  const uint8_t* x = static_cast<const uint8_t*>(block);
  int64_t count = 0;
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) {
    const uint64_t truths = TruthsAt(x + i);
    if (truths == 0) continue;
    const size_t byte = static_cast<size_t>(truths * 0x0102040810204080 >> 56);
    const uint8_t* in_byte = kPlacesInByte.places[byte];
    // Those behind the last are written over; there is room for them, since no more elements than these came before.
    for (int k = 0; k < 8; ++k) places[count + k] = static_cast<int32_t>(i) + in_byte[k];
    count += kPlacesInByte.counts[byte];
  }
  for (; i < n; ++i) {
    places[count] = static_cast<int32_t>(i);
    count += x[i] != 0;
  }
  return count;
}

int64_t ComplexPlaces(const void* block, int64_t n, int32_t* places) {
  const double* x = static_cast<const double*>(block);
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) {
    places[count] = static_cast<int32_t>(i);
    count += (x[2 * i] != 0) | (x[2 * i + 1] != 0);
  }
  return count;
}

// Writes where in a block elements are not zero; returns how many are.
int64_t PlacesOf(Kind kind, const void* block, int64_t n, int32_t* places) {
  switch (kind) {
    case kBool:
      return Places<uint8_t>(block, n, places);
    case kInt32:
      return Places<int32_t>(block, n, places);
    case kInt64:
      return Places<int64_t>(block, n, places);
    case kFloat32:
      return Places<float>(block, n, places);
    case kFloat64:
      return Places<double>(block, n, places);
    default:
      return ComplexPlaces(block, n, places);
  }
}

template <class T>
int64_t CountOf(const void* block, int64_t n) {
  const T* x = static_cast<const T*>(block);
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) count += x[i] != 0;
  return count;
}

// Eight counts side by side have room for a block's.
template <>
int64_t CountOf<uint8_t>(const void* block, int64_t n) {
  static_assert(kBlockElements / 8 < 256);
  const uint8_t* x = static_cast<const uint8_t*>(block);
  uint64_t counts = 0;
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) counts += TruthsAt(x + i);
  int64_t count = 0;
  for (; counts != 0; counts >>= 8) count += counts & 255;
  for (; i < n; ++i) count += x[i] != 0;
  return count;
}

int64_t ComplexCount(const void* block, int64_t n) {
  const double* x = static_cast<const double*>(block);
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) count += (x[2 * i] != 0) | (x[2 * i + 1] != 0);
  return count;
}

int64_t CountIn(Kind kind, const void* block, int64_t n) {
  switch (kind) {
    case kBool:
      return CountOf<uint8_t>(block, n);
    case kInt32:
      return CountOf<int32_t>(block, n);
    case kInt64:
      return CountOf<int64_t>(block, n);
    case kFloat32:
      return CountOf<float>(block, n);
    case kFloat64:
      return CountOf<double>(block, n);
    default:
      return ComplexCount(block, n);
  }
}

// Calls visit(chunk, for_blocks) for each chunk of array 0, where for_blocks calls what it is given with (number of the
// first element, how many, block) for each of the chunk's blocks.
template <class Visit>
int32_t VisitChunks(const ArrayCall& call, Visit visit) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  const Elements elements(*isa, call.arrays[0], call.shape, call.rank);
  const int64_t size = call.Size();
  const bool done = RunTasks(CeilDivide(size, kNonzeroChunk), call.threads, call.cancel, [&](int64_t chunk) {
    visit(chunk, [&](auto take) {
      alignas(64) char block[kBlockElements * 16];
      const int64_t end = Smaller((chunk + 1) * kNonzeroChunk, size);
      for (int64_t first = chunk * kNonzeroChunk; first < end; first += kBlockElements) {
        const int64_t n = Smaller(kBlockElements, end - first);
        take(first, n, elements.Read(first, n, block));
      }
    });
  });
  return done ? LANES_OK : LANES_CANCELLED;
}

// Calls visit(number of the first element, places, count, start) for the blocks of each chunk, where the block's
// elements that are not zero have the numbers from `start` on among all. Leaves out what is not in the starts, which
// were counted before: others may write to the array.
template <class Visit>
int32_t VisitNonzero(const ArrayCall& call, const int64_t* starts, Visit visit) {
  const Kind kind = kDTypeRows[call.arrays[0].dtype].kind;
  return VisitChunks(call, [&](int64_t chunk, auto for_blocks) {
    int64_t next = starts[chunk];
    for_blocks([&](int64_t first, int64_t n, const void* block) {
      int32_t places[kBlockElements];
      const int64_t count = Smaller(PlacesOf(kind, block, n, places), starts[chunk + 1] - next);
      visit(first, places, count, next);
      next += count;
    });
  });
}

}  // namespace

int32_t TakeArrays(const ArrayCall& call, int axis, int64_t length, const int64_t* indices) {
  if (call.Size() == 0) return LANES_OK;
  const Pairs outer(call, 0, axis);
  const Pairs inner(call, axis + 1, call.rank);
  const int64_t count = call.shape[axis];
  const int64_t src_step = call.arrays[0].strides[axis];
  const int64_t dst_step = call.arrays[1].strides[axis];
  const int64_t bytes = call.arrays[1].bytes;
  const bool is_element = inner.rank == 0;
  const int64_t piece = CeilDivide(kTaskElements, inner.size);
  const int64_t pieces = CeilDivide(count, piece);
  std::atomic<bool> is_outside{false};
  const bool done = RunTasks(outer.size * pieces, call.threads, call.cancel, [&](int64_t task) {
    int64_t src_offset;
    int64_t dst_offset;
    outer.At(task / pieces, &src_offset, &dst_offset);
    const char* src = call.arrays[0].address + src_offset;
    char* dst = call.arrays[1].address + dst_offset;
    const int64_t end = Smaller((task % pieces + 1) * piece, count);
    const auto take = [&](auto copy) {
      for (int64_t j = task % pieces * piece; j < end; ++j) {
        // Read once: others may write to it meanwhile.
        int64_t index = __atomic_load_n(indices + j, __ATOMIC_RELAXED);
        if (index < 0) index += length;
        if (index < 0 || index >= length) {
          is_outside.store(true, std::memory_order_relaxed);
          return;
        }
        copy(dst + j * dst_step, src + index * src_step);
      }
    };
    if (is_element)
      WithCopyOf(bytes, take);
    else
      take([&](char* to, const char* from) { CopyPairs(inner, 0, to, from, bytes); });
  });
  if (!done) return LANES_CANCELLED;
  return is_outside.load() ? LANES_OUT_OF_RANGE : LANES_OK;
}

int32_t CountNonzero(const ArrayCall& call, int64_t* counts) {
  const Kind kind = kDTypeRows[call.arrays[0].dtype].kind;
  return VisitChunks(call, [&](int64_t chunk, auto for_blocks) {
    int64_t count = 0;
    for_blocks([&](int64_t, int64_t n, const void* block) { count += CountIn(kind, block, n); });
    counts[chunk] = count;
  });
}

int32_t FindNonzero(const ArrayCall& call, const int64_t* starts, int64_t* indices) {
  const int64_t total = starts[CeilDivide(call.Size(), kNonzeroChunk)];
  return VisitNonzero(call, starts, [&](int64_t first, const int32_t* places, int64_t count, int64_t start) {
    if (call.rank == 1) {
      for (int64_t i = 0; i < count; ++i) indices[start + i] = first + places[i];
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      int64_t rest = first + places[i];
      for (int axis = call.rank - 1; axis > 0; --axis) {
        indices[axis * total + start + i] = rest % call.shape[axis];
        rest /= call.shape[axis];
      }
      indices[start + i] = rest;
    }
  });
}

int32_t CompressArray(const ArrayCall& call, const int64_t* starts, char* result) {
  const int64_t bytes = call.arrays[1].bytes;
  const int64_t step = call.arrays[1].strides[0];
  return VisitNonzero(call, starts, [&](int64_t first, const int32_t* places, int64_t count, int64_t start) {
    const char* src = call.arrays[1].address + first * step;
    char* dst = result + start * bytes;
    WithCopyOf(bytes, [&](auto copy) {
      for (int64_t i = 0; i < count; ++i) copy(dst + i * bytes, src + places[i] * step);
    });
  });
}

}  // namespace lanes
