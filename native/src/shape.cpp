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

void CopyElement(char* dst, const char* src, int64_t bytes) {
  switch (bytes) {
    case 1:
      *dst = *src;
      return;
    case 2:
      memcpy(dst, src, 2);
      return;
    case 4:
      memcpy(dst, src, 4);
      return;
    case 8:
      memcpy(dst, src, 8);
      return;
    default:
      memcpy(dst, src, static_cast<size_t>(bytes));
  }
}

void CopyPairs(const Pairs& pairs, int axis, char* dst, const char* src, int64_t bytes) {
  if (axis == pairs.rank) return CopyElement(dst, src, bytes);
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

// Calls visit(chunk, number of the first element, places, count) for each block of each chunk; the last argument is
// how many there were in the chunk before.
template <class Visit>
int32_t VisitNonzero(const ArrayCall& call, Visit visit) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  const Elements elements(*isa, call.arrays[0], call.shape, call.rank);
  const Kind kind = kDTypeRows[call.arrays[0].dtype].kind;
  const int64_t size = call.Size();
  const bool done = RunTasks(CeilDivide(size, kNonzeroChunk), call.threads, call.cancel, [&](int64_t chunk) {
    alignas(64) char block[kBlockElements * 16];
    int32_t places[kBlockElements];
    int64_t before = 0;
    const int64_t end = Smaller((chunk + 1) * kNonzeroChunk, size);
    for (int64_t first = chunk * kNonzeroChunk; first < end; first += kBlockElements) {
      const int64_t n = Smaller(kBlockElements, end - first);
      elements.Load(first, n, block);
      const int64_t count = PlacesOf(kind, block, n, places);
      visit(chunk, first, places, count, before);
      before += count;
    }
  });
  return done ? LANES_OK : LANES_CANCELLED;
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
    for (int64_t j = task % pieces * piece; j < end; ++j) {
      // Read once: others may write to it meanwhile.
      int64_t index = __atomic_load_n(indices + j, __ATOMIC_RELAXED);
      if (index < 0) index += length;
      if (index < 0 || index >= length) {
        is_outside.store(true, std::memory_order_relaxed);
        return;
      }
      CopyPairs(inner, 0, dst + j * dst_step, src + index * src_step, bytes);
    }
  });
  if (!done) return LANES_CANCELLED;
  return is_outside.load() ? LANES_OUT_OF_RANGE : LANES_OK;
}

int32_t CountNonzero(const ArrayCall& call, int64_t* counts) {
  return VisitNonzero(call, [&](int64_t chunk, int64_t, const int32_t*, int64_t count, int64_t before) {
    counts[chunk] = before + count;
  });
}

int32_t FindNonzero(const ArrayCall& call, const int64_t* starts, int64_t* indices) {
  const int64_t total = starts[CeilDivide(call.Size(), kNonzeroChunk)];
  return VisitNonzero(call, [&](int64_t chunk, int64_t first, const int32_t* places, int64_t count, int64_t before) {
    const int64_t start = starts[chunk] + before;
    const int64_t room = starts[chunk + 1] - start;
    for (int64_t i = 0; i < count && i < room; ++i) {
      int64_t rest = first + places[i];
      for (int axis = call.rank - 1; axis > 0; --axis) {
        indices[axis * total + start + i] = rest % call.shape[axis];
        rest /= call.shape[axis];
      }
      indices[start + i] = rest;
    }
  });
}

}  // namespace lanes
