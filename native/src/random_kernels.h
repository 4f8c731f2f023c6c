// The kernels of the random numbers, one table per instruction set.
#ifndef LANES_RANDOM_KERNELS_H_
#define LANES_RANDOM_KERNELS_H_

#include <stddef.h>
#include <stdint.h>

namespace lanes {

struct RandomTable {
  // The 64-bit words of positions [first, first + n) of a stream; see lanes.h.
  void (*words)(uint64_t* y, int64_t n, uint64_t key, uint32_t stream, uint64_t first);
  // low + span * u with u of 53 bits in [0, 1), at most `limit`.
  void (*uniform)(double* y, const uint64_t* words, int64_t n, double low, double span, double limit);
  // mean + deviation * z with z of the standard normal distribution.
  void (*normal)(double* y, const uint64_t* words, int64_t n, double mean, double deviation);
};

// One block of Philox4x32 with 10 rounds, in place.
inline void Philox(uint32_t counter[4], uint64_t key) {
  uint32_t k0 = static_cast<uint32_t>(key);
  uint32_t k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t{0xD2511F53} * counter[0];
    const uint64_t p1 = uint64_t{0xCD9E8D57} * counter[2];
    counter[0] = static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ k0;
    counter[1] = static_cast<uint32_t>(p1);
    counter[2] = static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ k1;
    counter[3] = static_cast<uint32_t>(p0);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
}

}  // namespace lanes

#endif  // LANES_RANDOM_KERNELS_H_
