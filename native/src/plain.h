// The short way for small calls: operands that are contiguous or one value for all elements, in their kinds' own
// formats; one thread, reductions to one value.
#ifndef LANES_PLAIN_H_
#define LANES_PLAIN_H_

#include <stdint.h>

#include "kernels.h"
#include "program.h"

namespace lanes {

// Works out what every such call of the pass has in common.
void PreparePlain(Pass* pass);

// Where a call has the address and the stride in bytes of each input, then of each output.
struct Operands {
  const int64_t* words;
  const int32_t* places;  // null when they follow each other

  const int64_t* Of(int32_t operand) const { return words + 2 * (places == nullptr ? operand : places[operand]); }
};

// Runs the pass over vectors of n elements, which a reduction takes all, when it and they are of that sort; false when
// nothing was done.
bool RunPlain(const Isa& isa, const Program& program, const Pass& pass, int64_t n, Operands operands);

}  // namespace lanes

#endif  // LANES_PLAIN_H_
