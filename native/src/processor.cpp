// Facts about the processor, found as the library is loaded.
#include "processor.h"

namespace lanes {
namespace {

bool IsIntel() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_cpu_init();
  return __builtin_cpu_is("intel") != 0;
#else
  return false;
#endif
}

}  // namespace

bool is_intel = IsIntel();

}  // namespace lanes
