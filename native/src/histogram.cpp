// Shares counting by bins out over the team: counts per task, weights per piece, added up in the order of the pieces.
#include "histogram.h"

#include <stdlib.h>
#include <string.h>

#include <atomic>

#include "isa.h"
#include "lanes.h"
#include "turns.h"

namespace lanes {
namespace {

// Elements whose weights are added up before they meet those of others; NumPy's number.
constexpr int64_t kPiece = 65536;
constexpr int64_t kTasksPerThread = 4;
// So few bins are counted in several copies, so that equal neighbours need not wait for each other.
constexpr int64_t kFewBins = 2048;
constexpr int64_t kCopies = 4;

int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }
int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }

class Finder {
 public:
  Finder(const Isa& isa, const ArrayCall& call, BinRule rule, const Bins& bins)
      : isa_(isa),
        elements_(isa, call.arrays[0], call.shape, call.rank),
        kind_(kDTypeRows[call.arrays[0].dtype].kind),
        rule_(rule),
        bins_(bins) {}

  // The bins of at most kBlockElements elements; bins.bins for none.
  void Find(int64_t first, int64_t n, int32_t* found) const {
    if (rule_ == kOwnNumber) return FindOwnNumbers(first, n, found);
    alignas(64) double values[kBlockElements];
    LoadAsFloat64(elements_, kind_, first, n, values);
    (rule_ == kEqualBins ? isa_.histogram->equal : isa_.histogram->any)(found, values, n, bins_);
  }

 private:
  void FindOwnNumbers(int64_t first, int64_t n, int32_t* found) const {
    alignas(64) int64_t block[kBlockElements];
    const void* numbers = elements_.Read(first, n, block);
    const uint64_t bins = static_cast<uint64_t>(bins_.bins);
    const auto find = [&](const auto* typed, auto number_of) {
      for (int64_t i = 0; i < n; ++i) {
        // Read once: others may write to it meanwhile. Negative numbers become large ones.
        const uint64_t number = static_cast<uint64_t>(int64_t{number_of(__atomic_load_n(typed + i, __ATOMIC_RELAXED))});
        found[i] = static_cast<int32_t>(number < bins ? number : bins);
      }
    };
    const auto itself = [](auto number) { return number; };
    if (kind_ == kInt64)
      find(static_cast<const int64_t*>(numbers), itself);
    else if (kind_ == kInt32)
      find(static_cast<const int32_t*>(numbers), itself);
    else
      find(static_cast<const uint8_t*>(numbers), [](uint8_t truth) { return truth != 0 ? 1 : 0; });
  }

  const Isa& isa_;
  const Elements elements_;
  const Kind kind_;
  const BinRule rule_;
  const Bins bins_;
};

}  // namespace

int32_t CountBins(const ArrayCall& call, BinRule rule, const Bins& bins, int64_t* counts) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  memset(counts, 0, static_cast<size_t>(bins.bins) * sizeof(int64_t));
  const int64_t size = call.Size();
  const Finder finder(*isa, call, rule, bins);
  // One place more for elements without a bin.
  const int64_t places = bins.bins + 1;
  const int64_t copies = bins.bins <= kFewBins ? kCopies : 1;
  int64_t tasks = Smaller(CeilDivide(size, kPiece), call.threads == 1 ? 1 : kTasksPerThread * call.threads);
  while (tasks > 1 && tasks * places > size / 4) tasks /= 2;
  if (tasks == 0) return LANES_OK;
  int64_t* partials = static_cast<int64_t*>(calloc(static_cast<size_t>(tasks * copies * places), sizeof(int64_t)));
  if (partials == nullptr) return LANES_NO_MEMORY;
  const int64_t share = CeilDivide(CeilDivide(size, tasks), kBlockElements) * kBlockElements;
  std::atomic<bool> stopped{false};
  const bool done = RunTasks(tasks, call.threads, call.cancel, [&](int64_t task) {
    int64_t* own = partials + task * copies * places;
    int64_t* next[kCopies];
    for (int64_t k = 0; k < kCopies; ++k) next[k] = own + k % copies * places;
    const int64_t end = Smaller((task + 1) * share, size);
    for (int64_t first = task * share; first < end; first += kBlockElements) {
      if (IsCancelled(call.cancel)) return stopped.store(true, std::memory_order_relaxed);
      alignas(64) int32_t found[kBlockElements];
      const int64_t n = Smaller(kBlockElements, end - first);
      finder.Find(first, n, found);
      int64_t i = 0;
      for (; i + kCopies <= n; i += kCopies) {
        for (int64_t k = 0; k < kCopies; ++k) ++next[k][found[i + k]];
      }
      for (; i < n; ++i) ++own[found[i]];
    }
  });
  int64_t outside = 0;
  for (int64_t part = 0; part < tasks * copies; ++part) {
    const int64_t* own = partials + part * places;
    for (int64_t k = 0; k < bins.bins; ++k) counts[k] += own[k];
    outside += own[bins.bins];
  }
  free(partials);
  if (!done || stopped.load()) return LANES_CANCELLED;
  return rule == kOwnNumber && outside > 0 ? LANES_OUT_OF_RANGE : LANES_OK;
}

int32_t AddByBins(const ArrayCall& call, BinRule rule, const Bins& bins, double* sums) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  memset(sums, 0, static_cast<size_t>(bins.bins) * sizeof(double));
  const int64_t size = call.Size();
  const Finder finder(*isa, call, rule, bins);
  const Elements weights(*isa, call.arrays[1], call.shape, call.rank);
  const Kind kind = kDTypeRows[call.arrays[1].dtype].kind;
  const int64_t places = bins.bins + 1;
  // Between the piece whose turn it is and the last one taken there are no more than the threads.
  double* partials = static_cast<double*>(malloc(static_cast<size_t>(call.threads * places) * sizeof(double)));
  if (partials == nullptr) return LANES_NO_MEMORY;
  Turns turns(call.cancel);
  std::atomic<bool> stopped{false};
  std::atomic<bool> is_outside{false};
  const bool done = RunTasks(CeilDivide(size, kPiece), call.threads, call.cancel, [&](int64_t task) {
    double* own = partials + task % call.threads * places;
    memset(own, 0, static_cast<size_t>(places) * sizeof(double));
    const int64_t end = Smaller((task + 1) * kPiece, size);
    for (int64_t first = task * kPiece; first < end; first += kBlockElements) {
      alignas(64) int32_t found[kBlockElements];
      alignas(64) double block[kBlockElements];
      const int64_t n = Smaller(kBlockElements, end - first);
      finder.Find(first, n, found);
      const double* values = ReadAsFloat64(weights, kind, first, n, block);
      bool missed = false;
      for (int64_t i = 0; i < n; ++i) {
        own[found[i]] += values[i];
        missed |= found[i] == bins.bins;
      }
      if (missed) is_outside.store(true, std::memory_order_relaxed);
    }
    if (!turns.Wait(task)) return stopped.store(true, std::memory_order_relaxed);
    for (int64_t k = 0; k < bins.bins; ++k) sums[k] += own[k];
    turns.Pass(task);
  });
  free(partials);
  if (!done || stopped.load()) return LANES_CANCELLED;
  return rule == kOwnNumber && is_outside.load() ? LANES_OUT_OF_RANGE : LANES_OK;
}

}  // namespace lanes
