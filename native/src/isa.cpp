// The choice among the compiled instruction sets.
#include "isa.h"

#include <string.h>

#include <atomic>

#include "hwy/highway.h"

namespace lanes {

#define LANES_ISA(Namespace, display)                                                                              \
  namespace Namespace {                                                                                            \
  extern const Kernel kKernelTable[];                                                                              \
  extern const Reduction kReductionTable[];                                                                        \
  void Transpose(char*, int64_t, const char*, int64_t, int64_t, int64_t, int64_t);                                 \
  extern const ScanTable kScanTable;                                                                               \
  extern const RandomTable kRandomTable;                                                                           \
  extern const HistogramTable kHistogramTable;                                                                     \
  extern const FilterKernels kFilterKernels;                                                                       \
  extern const SortKernels kSortKernels;                                                                           \
  extern const ChainTable kChainTable;                                                                             \
  extern const Load kLoadTable[];                                                                                  \
  extern const Store kStoreTable[];                                                                                \
  void Stream(void* dst, const void* src, size_t bytes);                                                           \
  void Fence();                                                                                                    \
  void Fill(void* dst, const void* value, size_t n, size_t bytes);                                                 \
  const Isa kIsa = {display,         kKernelTable,  kReductionTable, kLoadTable,  kStoreTable,   Stream,           \
                    Fence,           Fill,          Transpose,       &kScanTable, &kRandomTable, &kHistogramTable, \
                    &kFilterKernels, &kSortKernels, &kChainTable};                                                 \
  }

#if HWY_ARCH_X86
LANES_ISA(N_SSE4, "SSE4")
LANES_ISA(N_AVX2, "AVX2")
LANES_ISA(N_AVX3, "AVX3")
#else
LANES_ISA(HWY_NAMESPACE, "BASE")
#endif
#undef LANES_ISA

namespace {

IsaList Detect() {
  IsaList list = {};
#if HWY_ARCH_X86
  // The same features that the kernels were compiled with.
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
                    __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("f16c");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw")) {
    list.items[list.count++] = &N_AVX3::kIsa;
  }
  if (avx2) list.items[list.count++] = &N_AVX2::kIsa;
  if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("ssse3") && __builtin_cpu_supports("pclmul") &&
      __builtin_cpu_supports("aes")) {
    list.items[list.count++] = &N_SSE4::kIsa;
  }
#else
  list.items[list.count++] = &HWY_NAMESPACE::kIsa;
#endif
  return list;
}

std::atomic<const Isa*> forced{nullptr};

}  // namespace

const IsaList& RunnableIsas() {
  static const IsaList list = Detect();
  return list;
}

const Isa* CurrentIsa() {
  const Isa* isa = forced.load(std::memory_order_relaxed);
  if (isa != nullptr) return isa;
  const IsaList& list = RunnableIsas();
  return list.count > 0 ? list.items[0] : nullptr;
}

bool SelectIsa(const char* name) {
  if (*name == '\0') {
    forced.store(nullptr);
    return true;
  }
  const IsaList& list = RunnableIsas();
  for (int i = 0; i < list.count; ++i) {
    if (strcmp(list.items[i]->name, name) == 0) {
      forced.store(list.items[i]);
      return true;
    }
  }
  return false;
}

}  // namespace lanes
