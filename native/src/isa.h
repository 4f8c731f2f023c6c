// Which instruction set runs: the best one that this machine has, unless a lower one is forced.
#ifndef LANES_ISA_H_
#define LANES_ISA_H_

#include "kernels.h"

namespace lanes {

// Those that run here, best first.
struct IsaList {
  const Isa* items[4];
  int count;
};
const IsaList& RunnableIsas();

// The one in use, or null when none runs here.
const Isa* CurrentIsa();

// "" selects the best. False when no runnable one has that name.
bool SelectIsa(const char* name);

}  // namespace lanes

#endif  // LANES_ISA_H_
