// Arrays as they come through the C ABI, and their elements in C order as contiguous blocks.
#ifndef LANES_ARRAYS_H_
#define LANES_ARRAYS_H_

#include <stddef.h>
#include <stdint.h>

#include "kernels.h"
#include "plan.h"

namespace lanes {

// Shape and strides with neighbouring axes merged where that changes no element's place in C order.
struct Grid {
  int rank;  // at least 1
  int64_t shape[kMaxRank];
  int64_t strides[kMaxRank];  // in bytes
};

struct Array {
  char* address;
  DType dtype;
  int64_t bytes;           // of one element
  const int64_t* strides;  // one for each axis of the call's shape

  Grid Merged(const int64_t* shape, int rank) const;
};

inline constexpr int kMostArrays = 3;

// The words of a call, decoded: see lanes.h.
struct ArrayCall {
  const int32_t* cancel;
  int threads;
  int rank;
  const int64_t* shape;
  Array arrays[kMostArrays];

  // False when the words are none.
  bool Decode(const int64_t* words, int count);

  int64_t Size() const;
};

// Moves elements between an array and contiguous memory, by their numbers in C order.
class Elements {
 public:
  Elements(const Isa& isa, const Array& array, const int64_t* shape, int rank)
      : isa_(isa), array_(array), grid_(array.Merged(shape, rank)) {}

  // Converts to the kind of the dtype.
  void Load(int64_t first, int64_t n, void* block) const;
  // The elements where they lie when they lie as Load would make them, else in the block. Others may write to them
  // while they are looked at.
  const void* Read(int64_t first, int64_t n, void* block) const;
  // Converts from the kind of the dtype.
  void Store(int64_t first, int64_t n, const void* block) const;

  // Where the elements lie when they lie as the kind has them, in C order without gaps and aligned; else null.
  char* Contiguous() const;

 private:
  template <class Visit>
  void Walk(int64_t first, int64_t n, Visit visit) const;

  const Isa& isa_;
  const Array array_;
  const Grid grid_;
};

// The same as float64; exact but for int64, which is rounded. At most kBlockElements.
inline constexpr int64_t kBlockElements = 1024;
void LoadAsFloat64(const Elements& elements, Kind kind, int64_t first, int64_t n, double* block);

// The same where they lie, as Elements::Read, or in the block.
const double* ReadAsFloat64(const Elements& elements, Kind kind, int64_t first, int64_t n, double* block);

}  // namespace lanes

#endif  // LANES_ARRAYS_H_
