// Elements by their indices, and indices of elements.
#ifndef LANES_SHAPE_H_
#define LANES_SHAPE_H_

#include "arrays.h"

namespace lanes {

// For each j and all indices of the other axes: target[.., j, ..] = source[.., indices[j], ..], where the call has the
// target's shape and the source has `length` elements along the axis. Indices below zero count from the end; one that
// is outside makes the result LANES_OUT_OF_RANGE.
int32_t TakeArrays(const ArrayCall& call, int axis, int64_t length, const int64_t* indices);

// Elements that are searched for others than zero at a time.
inline constexpr int64_t kNonzeroChunk = 16384;

// counts[c]: how many of the elements of chunk c of array 0, in C order, are not zero.
int32_t CountNonzero(const ArrayCall& call, int64_t* counts);

// indices[axis * total + i]: the index on an axis of the i-th such element in C order. starts[c] is how many there are
// before chunk c, the last one the total; a chunk that has others by now fills its own places only.
int32_t FindNonzero(const ArrayCall& call, const int64_t* starts, int64_t* indices);

// The elements of array 1, of one axis, where those of array 0 are not zero, one behind the other. `starts` as above.
int32_t CompressArray(const ArrayCall& call, const int64_t* starts, char* result);

}  // namespace lanes

#endif  // LANES_SHAPE_H_
