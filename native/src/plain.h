// The short way for small calls: contiguous operands in their kinds' own formats, one thread, reductions to one value.
#ifndef LANES_PLAIN_H_
#define LANES_PLAIN_H_

#include <stdint.h>

#include "kernels.h"
#include "program.h"

namespace lanes {

// Works out what every such call of the pass has in common.
void PreparePlain(Pass* pass);

// Runs the pass when it and the call are of that sort; false when nothing was done. `words` are the pass's words of the
// call, from its thread count on.
bool RunPlain(const Isa& isa, const Program& program, const Pass& pass, const int64_t* words);

}  // namespace lanes

#endif  // LANES_PLAIN_H_
