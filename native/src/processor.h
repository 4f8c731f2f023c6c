// What is best on one maker's processors and not on another's, although their instructions are the same.
#ifndef LANES_PROCESSOR_H_
#define LANES_PROCESSOR_H_

#include <stdint.h>

namespace lanes {

// Whether this is one of Intel's. Tests try both.
extern bool is_intel;

// Asks for memory ahead of its use where the caches do not have it: on Intel's processors beyond the page, where they
// stop fetching of their own accord (on Sapphire Rapids 2 KiB ahead gain half as much, 20 KiB no more), on others not
// at all, for Zen 4 takes up to a third longer when asked. Behind the array's end it is harmless.
inline void AskAhead(const void* p) {
  constexpr int64_t kAheadBytes = 6 << 10;
  if (is_intel) __builtin_prefetch(static_cast<const char*>(p) + kAheadBytes);
}

}  // namespace lanes

#endif  // LANES_PROCESSOR_H_
