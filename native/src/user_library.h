// Shared libraries of the user's, and the functions in them.
#ifndef LANES_USER_LIBRARY_H_
#define LANES_USER_LIBRARY_H_

#include <stddef.h>
#include <stdint.h>

#include "kernels.h"

namespace lanes {

// Null after writing why into `message`.
void* OpenUserLibrary(const char* path, char* message, size_t bytes);

// A lanes_status.
int32_t FindUserFunction(void* library, const char* name, const char* signature, UserFunction* function);

}  // namespace lanes

#endif  // LANES_USER_LIBRARY_H_
