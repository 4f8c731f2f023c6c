// The C ABI.
#include "lanes.h"

#include <omp.h>

#include <cstdlib>
#include <cstring>

namespace {

int64_t write(const char* text, int64_t buffer, int64_t bytes) {
  const int64_t length = static_cast<int64_t>(std::strlen(text));
  if (buffer != 0 && length < bytes) std::memcpy(reinterpret_cast<char*>(buffer), text, length + 1);
  return length;
}

}  // namespace

int64_t lanes_table(int64_t buffer, int64_t bytes) noexcept { return write("", buffer, bytes); }
int64_t lanes_isas(int64_t buffer, int64_t bytes) noexcept { return write("SSE4", buffer, bytes); }
int64_t lanes_isa(int64_t buffer, int64_t bytes) noexcept { return write("SSE4", buffer, bytes); }
int32_t lanes_select_isa(int64_t) noexcept { return LANES_OK; }

int64_t lanes_allocate(int64_t bytes) noexcept {
  const size_t rounded = (static_cast<size_t>(bytes) + 63) / 64 * 64;
  void* memory = std::aligned_alloc(64, rounded);
  if (memory != nullptr) std::memset(memory, 0, rounded);
  return reinterpret_cast<int64_t>(memory);
}

void lanes_free(int64_t address, int64_t) noexcept { std::free(reinterpret_cast<void*>(address)); }
int64_t lanes_map(int64_t, int64_t, int64_t, int32_t) noexcept { return -38; }
void lanes_unmap(int64_t, int64_t) noexcept {}
int32_t lanes_program_create(int64_t, int64_t, int64_t) noexcept { return LANES_BAD_PROGRAM; }
void lanes_program_free(int64_t) noexcept {}
int32_t lanes_run(int64_t, int64_t) noexcept {
  int threads = 0;
#pragma omp parallel reduction(+ : threads)
  threads += 1;
  return threads > 0 ? LANES_BAD_PROGRAM : LANES_OK;
}
