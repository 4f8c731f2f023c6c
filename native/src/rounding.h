// Rounding to floats of 16 bits by way of float32.
#ifndef LANES_ROUNDING_H_
#define LANES_ROUNDING_H_

#include <stdint.h>
#include <string.h>

namespace lanes {

// The float next to x whose last bit tells that it is not exact, so that a second rounding to fewer bits is right.
inline float RoundToOdd(double x) {
  const float nearest = static_cast<float>(x);
  const double back = nearest;
  if (back == x || x != x) return nearest;
  uint32_t bits;
  memcpy(&bits, &nearest, sizeof(bits));
  if ((bits & 1) == 0) bits += (back < 0 ? -back : back) > (x < 0 ? -x : x) ? -1 : 1;
  float odd;
  memcpy(&odd, &bits, sizeof(odd));
  return odd;
}

}  // namespace lanes

#endif  // LANES_ROUNDING_H_
