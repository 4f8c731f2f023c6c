// Runs verified programs over memory.
#ifndef LANES_RUN_H_
#define LANES_RUN_H_

#include <stdint.h>

#include "program.h"

namespace lanes {

// `call` as lanes_run describes it. Returns a lanes_status.
int32_t RunProgram(const Program& program, const int64_t* call);

// Runs the program on the calling thread over vectors of n elements, which a reduction takes all. `vectors` are the
// address and the stride in bytes of the result, then of each input. Returns a lanes_status.
int32_t RunVectors(const Program& program, int64_t n, const int64_t* vectors);

// `calls` and the rest as lanes_run_many describes them. Returns a lanes_status.
int32_t RunProgramMany(const Program& program, const int64_t* const* calls, int64_t count, int threads,
                       const int32_t* cancel);

}  // namespace lanes

#endif  // LANES_RUN_H_
