// Fills arrays with random numbers.
#ifndef LANES_RANDOM_H_
#define LANES_RANDOM_H_

#include "arrays.h"
#include "random_kernels.h"

namespace lanes {

struct RandomStream {
  uint64_t key;
  uint32_t stream;
  uint64_t position;
};

// Fill array 0, element i in C order from position + i; a lanes_status.
int32_t FillUniform(const ArrayCall& call, const RandomStream& from, double low, double span, double limit);
int32_t FillNormal(const ArrayCall& call, const RandomStream& from, double mean, double deviation);
// low + [0, range), wrapping; range > 0.
int32_t FillIntegers(const ArrayCall& call, const RandomStream& from, int64_t low, uint64_t range);

}  // namespace lanes

#endif  // LANES_RANDOM_H_
