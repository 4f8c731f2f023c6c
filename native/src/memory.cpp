// Memory for arrays, and files mapped into memory.
#include "memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lanes {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
// Above this, pages come from the kernel: zeroed on first touch, by whichever thread that is.
constexpr size_t kLarge = size_t{1} << 20;
// Three quarters of a third-level cache are counted on; something else always has a part of it. With two processors of
// a 32 MB cache, most calls over 26 to 31 MB that write past it take half to nine tenths of the time, `a*a` a fifth
// more. A cache with more than this for each of our processors serves those of other virtual machines too, and each of
// ours can count on less of it. With two processors of a 105 MB cache, calls over 16 to 32 MB that write past it take
// three fifths of the time to all of it, and those over 48 to 96 MB half to three quarters.
constexpr size_t kOwnCacheBytes = size_t{16} << 20;
constexpr size_t kSharedCacheBytes = size_t{8} << 20;
constexpr int64_t kBlock = 512;  // the unit of st_blocks, whatever the file system's own is

size_t RoundUp(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

size_t PageBytes() {
  static const size_t bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

// What is mapped for so many bytes: whole huge pages, or the last part would be one of small ones, unless that is more
// by a sixteenth. Budgets know of the bytes alone.
size_t MappedBytes(size_t bytes) {
  const size_t whole = RoundUp(bytes, kHugePage);
  return whole >= bytes && whole - bytes <= bytes / 16 ? whole : RoundUp(bytes, PageBytes());
}

// The kernel aligns to a page only, so more is asked for and both ends are given back.
void* AllocateLarge(size_t bytes) {
  const size_t wanted = MappedBytes(bytes);
  const size_t reserved = wanted + kHugePage;
  if (reserved < bytes) return nullptr;
  void* mapping = mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) return nullptr;
  char* start = static_cast<char*>(mapping);
  const size_t lead = RoundUp(reinterpret_cast<uintptr_t>(start), kHugePage) - reinterpret_cast<uintptr_t>(start);
  char* aligned = start + lead;
  if (lead > 0) munmap(start, lead);
  munmap(aligned + wanted, kHugePage - lead);
  madvise(aligned, wanted, MADV_HUGEPAGE);
  return aligned;
}

// 0 or errno. A file system that cannot reserve is left as it is.
int FillHoles(int fd, int64_t offset, int64_t bytes) {
  int result;
  do {
    result = fallocate(fd, 0, offset, bytes) == 0 ? 0 : errno;
  } while (result == EINTR);
  return result == EOPNOTSUPP ? 0 : result;
}

// Processors that this process may use; 1 when Linux does not say.
size_t AllowedProcessors() {
  cpu_set_t allowed;
  return sched_getaffinity(0, sizeof(allowed), &allowed) == 0 ? static_cast<size_t>(CPU_COUNT(&allowed)) : 1;
}

// The third-level cache that one processor can use, or 0 when Linux does not say. The C library adds up those of a
// whole AMD processor, ten times as much.
size_t ThirdLevelCacheBytes() {
  FILE* file = fopen("/sys/devices/system/cpu/cpu0/cache/index3/size", "re");
  if (file == nullptr) return 0;
  unsigned long kilobytes = 0;
  char unit = 0;
  const int fields = fscanf(file, "%lu%c", &kilobytes, &unit);
  fclose(file);
  return fields == 2 && unit == 'K' ? size_t{kilobytes} << 10 : 0;
}

}  // namespace

void* AllocateArray(size_t bytes, bool is_zeroed) {
  if (bytes > static_cast<size_t>(PTRDIFF_MAX) - 2 * kHugePage) return nullptr;
  if (bytes >= kLarge) return AllocateLarge(bytes);
  void* address = nullptr;
  if (posix_memalign(&address, 64, RoundUp(bytes, 64)) != 0) return nullptr;
  if (is_zeroed) memset(address, 0, bytes);
  return address;
}

void FreeArray(void* address, size_t bytes) {
  if (address == nullptr) return;
  if (bytes >= kLarge)
    munmap(address, MappedBytes(bytes));
  else
    free(address);
}

int64_t MapFile(const char* path, int64_t offset, int64_t bytes, lanes_access access) {
  const bool writable = access != LANES_READ;
  const int fd = open(path, (writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
  if (fd < 0) return -errno;
  struct stat status;
  int64_t result = 0;
  if (fstat(fd, &status) != 0) {
    result = -errno;
  } else if (offset > INT64_MAX - bytes || (S_ISREG(status.st_mode) && offset + bytes > status.st_size)) {
    // A page beyond the end of the file would kill the process when touched.
    result = -EINVAL;
  } else if (access == LANES_RESERVE && status.st_blocks * kBlock < status.st_size) {
    result = -FillHoles(fd, offset, bytes);
  }
  if (result == 0) {
    const int64_t lead = offset % static_cast<int64_t>(PageBytes());
    void* mapping = mmap(nullptr, static_cast<size_t>(bytes + lead), writable ? PROT_READ | PROT_WRITE : PROT_READ,
                         MAP_SHARED, fd, offset - lead);
    result = mapping == MAP_FAILED ? -errno : reinterpret_cast<int64_t>(mapping) + lead;
  }
  close(fd);
  return result;
}

void UnmapFile(void* address, size_t bytes) {
  const uintptr_t lead = reinterpret_cast<uintptr_t>(address) % PageBytes();
  munmap(static_cast<char*>(address) - lead, bytes + lead);
}

size_t LastLevelCacheBytes() {
  static const size_t bytes = [] {
    size_t all = ThirdLevelCacheBytes();
    if (all == 0) {
      const long l3 = sysconf(_SC_LEVEL3_CACHE_SIZE);
      all = l3 > 0 ? static_cast<size_t>(l3) : size_t{32} << 20;
    }
    const size_t processors = AllowedProcessors();
    return all <= processors * kOwnCacheBytes ? all / 4 * 3 : processors * kSharedCacheBytes;
  }();
  return bytes;
}

}  // namespace lanes
