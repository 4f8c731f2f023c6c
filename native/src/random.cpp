// Shares the filling of an array out over the team; integers without bias.
#include "random.h"

#include <type_traits>

#include "isa.h"
#include "lanes.h"
#include "memory.h"
#include "tasks.h"

namespace lanes {
namespace {

constexpr int64_t kTaskElements = 16384;

int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// Calls make(block of Value, words, n, number of the first) for each block, converts to Narrow if it is not the same,
// and stores.
template <class Value, class Narrow, class Make>
int32_t Fill(const Isa& isa, const ArrayCall& call, const RandomStream& from, Make make) {
  const int64_t size = call.Size();
  if (size == 0) return LANES_OK;
  const Array& target = call.arrays[0];
  const Elements elements(isa, target, call.shape, call.rank);
  const int64_t bytes = size * target.bytes;
  const bool streams = bytes >= (1 << 20) && static_cast<size_t>(bytes) > LastLevelCacheBytes();
  char* contiguous = elements.Contiguous();
  const int64_t tasks = (size + kTaskElements - 1) / kTaskElements;
  const bool done = RunTasks(tasks, call.threads, call.cancel, [&](int64_t task) {
    alignas(64) uint64_t words[kBlockElements];
    alignas(64) Value values[kBlockElements];
    [[maybe_unused]] alignas(64) Narrow narrowed[kBlockElements];
    const int64_t end = Smaller((task + 1) * kTaskElements, size);
    for (int64_t first = task * kTaskElements; first < end; first += kBlockElements) {
      const int64_t n = Smaller(kBlockElements, end - first);
      isa.random->words(words, n, from.key, from.stream, from.position + static_cast<uint64_t>(first));
      make(values, words, n, first);
      const void* block = values;
      if constexpr (!std::is_same_v<Value, Narrow>) {
        for (int64_t i = 0; i < n; ++i) narrowed[i] = static_cast<Narrow>(values[i]);
        block = narrowed;
      }
      if (contiguous != nullptr && streams)
        isa.stream(contiguous + first * target.bytes, block, static_cast<size_t>(n) * sizeof(Narrow));
      else
        elements.Store(first, n, block);
    }
    if (streams) isa.fence();
  });
  return done ? LANES_OK : LANES_CANCELLED;
}

template <class Make>
int32_t FillFloats(const ArrayCall& call, const RandomStream& from, Make make) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  const auto of_isa = [&](double* y, const uint64_t* words, int64_t n, int64_t) { make(*isa->random, y, words, n); };
  return kDTypeRows[call.arrays[0].dtype].kind == kFloat64 ? Fill<double, double>(*isa, call, from, of_isa)
                                                           : Fill<double, float>(*isa, call, from, of_isa);
}

// The word that is tried after `attempt` others were refused.
uint64_t NextAttempt(const RandomStream& from, uint64_t position, uint32_t attempt) {
  uint32_t counter[4] = {static_cast<uint32_t>(position), static_cast<uint32_t>(position >> 32), from.stream, attempt};
  Philox(counter, from.key);
  return counter[0] | uint64_t{counter[1]} << 32;
}

}  // namespace

int32_t FillUniform(const ArrayCall& call, const RandomStream& from, double low, double span, double limit) {
  return FillFloats(call, from, [=](const RandomTable& table, double* y, const uint64_t* words, int64_t n) {
    table.uniform(y, words, n, low, span, limit);
  });
}

int32_t FillNormal(const ArrayCall& call, const RandomStream& from, double mean, double deviation) {
  return FillFloats(call, from, [=](const RandomTable& table, double* y, const uint64_t* words, int64_t n) {
    table.normal(y, words, n, mean, deviation);
  });
}

int32_t FillIntegers(const ArrayCall& call, const RandomStream& from, int64_t low, uint64_t range) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  // Multiplication maps words to the range; refusing so many of the lowest fractions makes the shares equal
  // (D. Lemire: Fast random integer generation in an interval; ACM TOMACS 29, 2019).
  const uint64_t refused = (uint64_t{0} - range) % range;
  const auto make = [=](int64_t* y, const uint64_t* words, int64_t n, int64_t first) {
    for (int64_t i = 0; i < n; ++i) {
      unsigned __int128 product = static_cast<unsigned __int128>(words[i]) * range;
      for (uint32_t attempt = 1; static_cast<uint64_t>(product) < refused; ++attempt) {
        const uint64_t position = from.position + static_cast<uint64_t>(first + i);
        product = static_cast<unsigned __int128>(NextAttempt(from, position, attempt)) * range;
      }
      y[i] = static_cast<int64_t>(static_cast<uint64_t>(low) + static_cast<uint64_t>(product >> 64));
    }
  };
  return kDTypeRows[call.arrays[0].dtype].kind == kInt64 ? Fill<int64_t, int64_t>(*isa, call, from, make)
                                                         : Fill<int64_t, int32_t>(*isa, call, from, make);
}

}  // namespace lanes
