// The one team of threads of this process.
#ifndef LANES_TEAM_H_
#define LANES_TEAM_H_

#include <stddef.h>

namespace lanes {

// What each thread does: work(argument, thread), where thread 0 is the caller, and a helper has the same number in
// every run.
using TeamWork = void (*)(void* argument, int thread);

// Runs the work on the calling thread and on up to `threads` - 1 others at the same time, and returns when all are
// done. When the team is busy with another caller, or the machine gives no threads, or the caller is done before a
// helper has begun, only the caller works: the threads must share out what is to be done by themselves. Never fails.
// Where it is short, helpers who sleep are woken only when short work comes again and again. The first `bytes` behind
// the argument's address are what helpers read before anything else.
void RunOnTeam(int threads, bool is_short, TeamWork work, void* argument, size_t bytes);

}  // namespace lanes

#endif  // LANES_TEAM_H_
