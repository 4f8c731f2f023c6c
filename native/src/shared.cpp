// Sleeping until a word of memory changes that several processes may share.
#include "shared.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace lanes {

void WaitWhile(int32_t* word, int32_t expected, int64_t nanoseconds) {
  constexpr int64_t kSecond = 1000000000;
  struct timespec longest;
  longest.tv_sec = static_cast<time_t>(nanoseconds / kSecond);
  longest.tv_nsec = static_cast<long>(nanoseconds % kSecond);
  // Not FUTEX_PRIVATE_FLAG, which would look for sleepers of this process only.
  syscall(SYS_futex, word, FUTEX_WAIT, expected, &longest, nullptr, 0);
}

void WakeAll(int32_t* word) { syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0); }

}  // namespace lanes
