// Work in numbered pieces, shared out over the team.
#ifndef LANES_TASKS_H_
#define LANES_TASKS_H_

#include <stdint.h>

#include <atomic>

#include "team.h"

namespace lanes {

// Whether somebody asked the run to stop; `flag` may be null.
inline bool IsCancelled(const int32_t* flag) { return flag != nullptr && __atomic_load_n(flag, __ATOMIC_RELAXED) != 0; }

// Tasks of which each thread has a stretch of its own, so that it finds in its processor's cache what it worked on in
// an earlier run. Who is done takes from the ends of the others'.
class Stretches {
 public:
  // With which thread 0 begins, so that it need not wait for anything; nobody takes it.
  static constexpr int64_t kCallersFirst = 0;

  // Up to `count` stretches of the tasks [1, tasks), fewer than 2^32.
  Stretches(int64_t tasks, int count) : count_(count < kMost ? count : kMost) {
    for (int k = 0; k < count_; ++k) {
      stretches_[k].left.store(Bound(tasks, k + 1) << 32 | Bound(tasks, k), std::memory_order_relaxed);
    }
  }

  // Brings what Take needs from other processors' caches.
  void AskFor(int thread) const {
    __builtin_prefetch(this);
    __builtin_prefetch(&stretches_[thread % kMost], 1);
  }

  // A task that nobody has taken yet; -1 when there is none.
  int64_t Take(int thread) {
    const int own = thread % count_;
    int64_t task = TakeFrom(own, true);
    for (int k = 1; k < count_ && task < 0; ++k) task = TakeFrom((own + k) % count_, false);
    return task;
  }

 private:
  static constexpr int kMost = 64;

  // What nobody has taken of a stretch: its end in the upper half, its first task in the lower one.
  struct alignas(64) Stretch {
    std::atomic<uint64_t> left;
  };

  uint64_t Bound(int64_t tasks, int stretch) const {
    const int64_t bound = tasks * stretch / count_;
    return static_cast<uint64_t>(bound > kCallersFirst ? bound : kCallersFirst + 1);
  }

  int64_t TakeFrom(int stretch, bool first) {
    std::atomic<uint64_t>& left = stretches_[stretch].left;
    uint64_t seen = left.load(std::memory_order_relaxed);
    while (true) {
      const uint64_t begin = seen & 0xffffffff;
      const uint64_t end = seen >> 32;
      if (begin == end) return -1;
      const uint64_t rest = first ? end << 32 | (begin + 1) : (end - 1) << 32 | begin;
      if (left.compare_exchange_weak(seen, rest, std::memory_order_relaxed))
        return static_cast<int64_t>(first ? begin : end - 1);
    }
  }

  int count_;
  Stretch stretches_[kMost];
};

// Calls body(task) once for each task in [0, tasks), on the calling thread and up to `threads` - 1 others, in any
// order. Returns false, with some tasks not done, when the cancel flag was seen set between two of them. The body must
// not throw; tasks of a millisecond or less let a run stop soon.
template <class Body>
bool RunTasks(int64_t tasks, int threads, const int32_t* cancel, Body body) {
  struct Shared {
    Body* body;
    int64_t tasks;
    const int32_t* cancel;
    std::atomic<int64_t> next{0};
    std::atomic<bool> cancelled{false};

    void Take() {
      for (int64_t task; (task = next.fetch_add(1, std::memory_order_relaxed)) < tasks;) {
        if (IsCancelled(cancel)) {
          cancelled.store(true, std::memory_order_relaxed);
          return;
        }
        (*body)(task);
      }
    }
  } shared;
  shared.body = &body;
  shared.tasks = tasks;
  shared.cancel = cancel;
  const auto take = [](void* argument, int) { static_cast<Shared*>(argument)->Take(); };
  if (threads > tasks) threads = static_cast<int>(tasks);
  if (threads > 1) {
    RunOnTeam(threads, false, take, &shared, sizeof(shared));
  } else {
    shared.Take();
  }
  return !shared.cancelled.load(std::memory_order_relaxed);
}

}  // namespace lanes

#endif  // LANES_TASKS_H_
