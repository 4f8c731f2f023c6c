// Tasks of which a part runs one after the other, in the order of their numbers.
#ifndef LANES_TURNS_H_
#define LANES_TURNS_H_

#include <sched.h>
#include <stdint.h>

#include <atomic>

#include "tasks.h"

namespace lanes {

// RunTasks hands tasks out in order, so the one that a task waits for was taken before it, by a thread that is at work
// on it. What is written before Pass is seen after Wait.
class Turns {
 public:
  explicit Turns(const int32_t* cancel) : cancel_(cancel) {}

  // Returns when all tasks before this one have passed; false when the run is cancelled instead.
  bool Wait(int64_t task) const {
    for (int spins = 0; next_.load(std::memory_order_acquire) != task; ++spins) {
      if (IsCancelled(cancel_)) return false;
      if (spins < kSpins) {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
      } else {
        sched_yield();
      }
    }
    return true;
  }

  void Pass(int64_t task) { next_.store(task + 1, std::memory_order_release); }

 private:
  // Some microseconds; the other thread may have lost its core.
  static constexpr int kSpins = 200;

  const int32_t* cancel_;
  std::atomic<int64_t> next_{0};
};

}  // namespace lanes

#endif  // LANES_TURNS_H_
