// What is best on one maker's processors and not on another's, although their instructions are the same.
#ifndef LANES_PROCESSOR_H_
#define LANES_PROCESSOR_H_

#include <stdint.h>

namespace lanes {

// Whether this is one of Intel's. Tests try both.
extern bool is_intel;

// How far ahead of its use memory is asked for where the caches do not have it: on Intel's processors beyond the page,
// where they stop fetching of their own accord (on Sapphire Rapids 2 KiB gain half as much, 20 KiB no more), on others
// not at all: Zen 4 takes a tenth longer when asked, and a quarter for reductions.
extern const int64_t ahead_bytes;

// Asks for what lies that far behind p. Behind the array's end it is harmless.
inline void AskAhead(const void* p) { __builtin_prefetch(static_cast<const char*>(p) + ahead_bytes); }

}  // namespace lanes

#endif  // LANES_PROCESSOR_H_
