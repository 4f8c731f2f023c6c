// Decodes array calls, and walks over the elements of an array in C order.
#include "arrays.h"

#include "lanes.h"

namespace lanes {

bool ArrayCall::Decode(const int64_t* words, int count) {
  cancel = reinterpret_cast<const int32_t*>(words[0]);
  if (words[1] < 1 || words[1] > INT32_MAX || words[2] < 0 || words[2] > kMaxRank) return false;
  threads = static_cast<int>(words[1]);
  rank = static_cast<int>(words[2]);
  shape = words + 3;
  const int64_t* next = shape + rank;
  for (int k = 0; k < count; ++k) {
    if (next[1] < 0 || next[1] >= kDTypes || next[2] < 1) return false;
    arrays[k] = {reinterpret_cast<char*>(next[0]), static_cast<DType>(next[1]), next[2], next + 3};
    next += 3 + rank;
  }
  return true;
}

int64_t ArrayCall::Size() const {
  int64_t size = 1;
  for (int axis = 0; axis < rank; ++axis) size *= shape[axis];
  return size;
}

Grid Array::Merged(const int64_t* shape, int rank) const {
  Grid grid;
  grid.rank = 1;
  grid.shape[0] = 1;
  grid.strides[0] = bytes;
  for (int axis = 0; axis < rank; ++axis) {
    if (shape[axis] == 1) continue;
    int last = grid.rank - 1;
    if (grid.shape[last] == 1) {
      grid.shape[last] = shape[axis];
    } else if (grid.strides[last] == strides[axis] * shape[axis]) {
      grid.shape[last] *= shape[axis];
    } else {
      last = grid.rank++;
      grid.shape[last] = shape[axis];
    }
    grid.strides[last] = strides[axis];
  }
  return grid;
}

// Calls visit(offset in bytes, elements before it, count) for each run along the last axis.
template <class Visit>
void Elements::Walk(int64_t first, int64_t n, Visit visit) const {
  const int last = grid_.rank - 1;
  int64_t index[kMaxRank];
  int64_t offset = 0;
  int64_t rest = first;
  for (int axis = last; axis >= 0; --axis) {
    index[axis] = rest % grid_.shape[axis];
    rest /= grid_.shape[axis];
    offset += index[axis] * grid_.strides[axis];
  }
  for (int64_t done = 0; done < n;) {
    const int64_t run = grid_.shape[last] - index[last] < n - done ? grid_.shape[last] - index[last] : n - done;
    visit(offset, done, run);
    done += run;
    if (done == n) return;
    offset -= index[last] * grid_.strides[last];
    index[last] = 0;
    for (int axis = last - 1; axis >= 0; --axis) {
      offset += grid_.strides[axis];
      if (++index[axis] < grid_.shape[axis]) break;
      offset -= grid_.shape[axis] * grid_.strides[axis];
      index[axis] = 0;
    }
  }
}

void Elements::Load(int64_t first, int64_t n, void* block) const {
  const lanes::Load load = isa_.loads[array_.dtype];
  const int64_t bytes = kKindBytes[kDTypeRows[array_.dtype].kind];
  const ptrdiff_t stride = grid_.strides[grid_.rank - 1];
  Walk(first, n, [&](int64_t offset, int64_t done, int64_t run) {
    load(static_cast<char*>(block) + done * bytes, array_.address + offset, static_cast<size_t>(run), stride);
  });
}

const void* Elements::Read(int64_t first, int64_t n, void* block) const {
  if (const char* address = Contiguous()) return address + first * array_.bytes;
  Load(first, n, block);
  return block;
}

void Elements::Store(int64_t first, int64_t n, const void* block) const {
  const lanes::Store store = isa_.stores[array_.dtype];
  const int64_t bytes = kKindBytes[kDTypeRows[array_.dtype].kind];
  const ptrdiff_t stride = grid_.strides[grid_.rank - 1];
  Walk(first, n, [&](int64_t offset, int64_t done, int64_t run) {
    store(array_.address + offset, static_cast<const char*>(block) + done * bytes, static_cast<size_t>(run), stride);
  });
}

char* Elements::Contiguous() const {
  const int64_t bytes = array_.bytes;
  const bool packed = grid_.rank == 1 && grid_.strides[0] == bytes && kDTypeRows[array_.dtype].native;
  return packed && (reinterpret_cast<uintptr_t>(array_.address) & (bytes - 1)) == 0 ? array_.address : nullptr;
}

namespace {

template <class From, class To>
void Widen(const void* from, int64_t n, To* to) {
  const From* x = static_cast<const From*>(from);
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<To>(x[i]);
}

}  // namespace

void LoadAsFloat64(const Elements& elements, Kind kind, int64_t first, int64_t n, double* block) {
  if (kind == kFloat64) return elements.Load(first, n, block);
  alignas(64) int64_t narrow[kBlockElements];
  elements.Load(first, n, narrow);
  if (kind == kFloat32)
    Widen<float>(narrow, n, block);
  else if (kind == kInt64)
    Widen<int64_t>(narrow, n, block);
  else if (kind == kInt32)
    Widen<int32_t>(narrow, n, block);
  else
    for (int64_t i = 0; i < n; ++i) block[i] = reinterpret_cast<const uint8_t*>(narrow)[i] != 0;
}

const double* ReadAsFloat64(const Elements& elements, Kind kind, int64_t first, int64_t n, double* block) {
  if (kind == kFloat64) return static_cast<const double*>(elements.Read(first, n, block));
  LoadAsFloat64(elements, kind, first, n, block);
  return block;
}

}  // namespace lanes
