// Copies between any two layouts and dtypes.
#ifndef LANES_COPY_H_
#define LANES_COPY_H_

#include "arrays.h"

namespace lanes {

// Copies array 0 to array 1; a lanes_status.
int32_t CopyArrays(const ArrayCall& call);

}  // namespace lanes

#endif  // LANES_COPY_H_
