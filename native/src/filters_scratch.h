// Scratch memory that tasks of one run take and give back, one piece for each thread.
#ifndef LANES_FILTERS_SCRATCH_H_
#define LANES_FILTERS_SCRATCH_H_

#include <stdint.h>
#include <stdlib.h>

#include <atomic>
#include <new>

namespace lanes {

class Scratch {
 public:
  Scratch() = default;
  ~Scratch() { Free(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // Makes sure of `pieces` pieces of `bytes` bytes each, aligned to 64; not while any is taken. False when there is no
  // such memory; fewer pieces than asked for are never had.
  bool Reserve(int pieces, int64_t bytes) {
    if (bytes < 0) return false;
    if (bytes <= bytes_ && pieces <= pieces_) return true;
    Free();
    const int64_t whole = (bytes + 63) / 64 * 64;
    if (whole > INT64_MAX / 2 / pieces) return false;
    slots_ = new (std::nothrow) std::atomic<void*>[static_cast<size_t>(pieces)];
    if (slots_ == nullptr) return false;
    if (posix_memalign(&memory_, 64, static_cast<size_t>(whole * pieces)) != 0) memory_ = nullptr;
    if (memory_ == nullptr) return false;
    for (int i = 0; i < pieces; ++i) slots_[i].store(static_cast<char*>(memory_) + i * whole);
    pieces_ = pieces;
    bytes_ = bytes;
    return true;
  }

  void* Take() {
    for (int i = 0;; i = i + 1 < pieces_ ? i + 1 : 0) {
      void* piece = slots_[i].load(std::memory_order_relaxed);
      if (piece != nullptr && slots_[i].compare_exchange_strong(piece, nullptr)) return piece;
    }
  }

  void Give(void* piece) {
    for (int i = 0;; ++i) {
      void* none = nullptr;
      if (slots_[i].compare_exchange_strong(none, piece)) return;
    }
  }

 private:
  void Free() {
    free(memory_);
    delete[] slots_;
    memory_ = nullptr;
    slots_ = nullptr;
    pieces_ = 0;
    bytes_ = -1;
  }

  std::atomic<void*>* slots_ = nullptr;
  void* memory_ = nullptr;
  int pieces_ = 0;
  int64_t bytes_ = -1;
};

}  // namespace lanes

#endif  // LANES_FILTERS_SCRATCH_H_
