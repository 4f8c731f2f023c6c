// Work in numbered pieces, shared out over the team.
#ifndef LANES_TASKS_H_
#define LANES_TASKS_H_

#include <stdint.h>

#include <atomic>

#include "team.h"

namespace lanes {

// Whether somebody asked the run to stop; `flag` may be null.
inline bool IsCancelled(const int32_t* flag) { return flag != nullptr && __atomic_load_n(flag, __ATOMIC_RELAXED) != 0; }

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
  const auto take = [](void* argument) { static_cast<Shared*>(argument)->Take(); };
  if (threads > tasks) threads = static_cast<int>(tasks);
  if (threads > 1) {
    RunOnTeam(threads, false, take, take, &shared);
  } else {
    shared.Take();
  }
  return !shared.cancelled.load(std::memory_order_relaxed);
}

}  // namespace lanes

#endif  // LANES_TASKS_H_
