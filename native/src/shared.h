// Sleeping until a word of memory changes that several processes may share.
#ifndef LANES_SHARED_H_
#define LANES_SHARED_H_

#include <stdint.h>

namespace lanes {

// Sleeps while *word is `expected`, at most so long. May return early for no reason.
void WaitWhile(int32_t* word, int32_t expected, int64_t nanoseconds);

void WakeAll(int32_t* word);

}  // namespace lanes

#endif  // LANES_SHARED_H_
