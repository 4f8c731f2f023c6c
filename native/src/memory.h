// Memory for arrays, and files mapped into memory.
#ifndef LANES_MEMORY_H_
#define LANES_MEMORY_H_

#include <stddef.h>
#include <stdint.h>

#include "lanes.h"

namespace lanes {

// Zeroed, aligned to 64 at least; null when there is none.
void* AllocateArray(size_t bytes, bool is_zeroed);
void FreeArray(void* address, size_t bytes);

// The address of byte `offset` of the file, or minus errno.
int64_t MapFile(const char* path, int64_t offset, int64_t bytes, lanes_access access);
void UnmapFile(void* address, size_t bytes);

// What this process can count on of the last-level cache; a usual size where the machine does not tell.
size_t LastLevelCacheBytes();

}  // namespace lanes

#endif  // LANES_MEMORY_H_
