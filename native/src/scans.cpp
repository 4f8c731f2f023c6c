// Scans along an axis: long rows in chunks whose bases are handed on in turn, columns side by side.
#include "scans.h"

#include <string.h>

#include <atomic>
#include <type_traits>

#include "isa.h"
#include "lanes.h"
#include "memory.h"
#include "rounding.h"
#include "turns.h"

namespace lanes {
namespace {

// Elements of a row that a task scans; whole segments, and in L1 while it does.
constexpr int64_t kChunk = 16 * kScanSegment;
// Columns that a task scans side by side.
constexpr int64_t kStrip = 64;
// Fewer columns than this are scanned as rows.
constexpr int64_t kFewestColumns = 16;

int64_t Magnitude(int64_t x) { return x < 0 ? -x : x; }
int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t Smaller(int64_t a, int64_t b) { return a < b ? a : b; }

// ---- Between memory and blocks of T ---------------------------------------------------------------------------------

// A byte that is 1 whatever it is, but for 0.
struct Truth {
  uint8_t byte;
  explicit operator int64_t() const { return byte != 0; }
  explicit operator double() const { return byte != 0; }
};

template <class Narrow, class T>
void Widen(T* block, const char* memory, Load load, int64_t n, int64_t stride) {
  alignas(64) Narrow narrow[kScanSegment];
  for (int64_t done = 0; done < n; done += kScanSegment) {
    const int64_t m = Smaller(kScanSegment, n - done);
    load(narrow, memory + done * stride, static_cast<size_t>(m), stride);
    for (int64_t i = 0; i < m; ++i) block[done + i] = static_cast<T>(narrow[i]);
  }
}

// As a float that may be rounded once more, to 16 bits.
struct Odd {
  float value;
  explicit Odd(double x) : value(RoundToOdd(x)) {}
  explicit Odd(int64_t) : value(0) {}  // integers are never stored as floats
  Odd() = default;
};

template <class Narrow, class T>
void Narrowed(char* memory, const T* block, Store store, int64_t n, int64_t stride) {
  alignas(64) Narrow narrow[kScanSegment];
  for (int64_t done = 0; done < n; done += kScanSegment) {
    const int64_t m = Smaller(kScanSegment, n - done);
    for (int64_t i = 0; i < m; ++i) narrow[i] = static_cast<Narrow>(block[done + i]);
    store(memory + done * stride, narrow, static_cast<size_t>(m), stride);
  }
}

template <class T>
void LoadBlock(const Isa& isa, DType dtype, T* block, const char* memory, int64_t n, int64_t stride) {
  const Load load = isa.loads[dtype];
  switch (kDTypeRows[dtype].kind) {
    case kBool:
      return Widen<Truth>(block, memory, load, n, stride);
    case kInt32:
      return Widen<int32_t>(block, memory, load, n, stride);
    case kFloat32:
      return Widen<float>(block, memory, load, n, stride);
    default:
      return load(block, memory, static_cast<size_t>(n), stride);
  }
}

template <class T>
void StoreBlock(const Isa& isa, DType dtype, char* memory, const T* block, int64_t n, int64_t stride) {
  const Store store = isa.stores[dtype];
  switch (kDTypeRows[dtype].kind) {
    case kBool:
      return Narrowed<uint8_t>(memory, block, store, n, stride);
    case kInt32:
      return Narrowed<int32_t>(memory, block, store, n, stride);
    case kFloat32:
      return dtype == kDFloat32 ? Narrowed<float>(memory, block, store, n, stride)
                                : Narrowed<Odd>(memory, block, store, n, stride);
    default:
      return store(memory, block, static_cast<size_t>(n), stride);
  }
}

// ---- What is scanned ------------------------------------------------------------------------------------------------

struct Rows {
  int64_t length;  // along the scanned axis
  int64_t src;     // strides along it
  int64_t dst;
  int64_t count;
  int rank;  // of the other axes
  int64_t shape[kMaxRank];
  int64_t src_strides[kMaxRank];
  int64_t dst_strides[kMaxRank];

  Rows(const ArrayCall& call, int scanned)
      : length(call.shape[scanned]),
        src(call.arrays[0].strides[scanned]),
        dst(call.arrays[1].strides[scanned]),
        count(1),
        rank(0) {
    for (int axis = 0; axis < call.rank; ++axis) {
      if (axis == scanned) continue;
      shape[rank] = call.shape[axis];
      src_strides[rank] = call.arrays[0].strides[axis];
      dst_strides[rank++] = call.arrays[1].strides[axis];
      count *= call.shape[axis];
    }
  }

  // The offsets of a row by its number.
  void At(int64_t row, int64_t* src_offset, int64_t* dst_offset) const {
    *src_offset = 0;
    *dst_offset = 0;
    for (int axis = rank - 1; axis >= 0 && row > 0; --axis) {
      const int64_t index = row % shape[axis];
      row /= shape[axis];
      *src_offset += index * src_strides[axis];
      *dst_offset += index * dst_strides[axis];
    }
  }

  // An axis that is nearer in memory than the scanned one, moved to the last place; false when there is none.
  bool PutColumnsLast() {
    int nearest = -1;
    for (int axis = 0; axis < rank; ++axis) {
      const bool nearer = Magnitude(src_strides[axis]) < Magnitude(src) && shape[axis] >= kFewestColumns;
      if (nearer && (nearest < 0 || Magnitude(src_strides[axis]) < Magnitude(src_strides[nearest]))) nearest = axis;
    }
    if (nearest < 0) return false;
    Exchange(shape, nearest);
    Exchange(src_strides, nearest);
    Exchange(dst_strides, nearest);
    return true;
  }

 private:
  void Exchange(int64_t* values, int axis) const {
    const int64_t value = values[axis];
    values[axis] = values[rank - 1];
    values[rank - 1] = value;
  }
};

template <class T>
class Scan {
 public:
  Scan(const Isa& isa, const ScanKernels<T>& kernels, bool segmented, const ArrayCall& call, int axis)
      : isa_(isa), kernels_(kernels), segmented_(segmented), call_(call), rows_(call, axis) {
    const int64_t bytes = call.Size() * call.arrays[1].bytes;
    // The source of a scan in place stays in the caches, where the target then is too.
    const bool apart = call.arrays[0].address != call.arrays[1].address;
    streams_ = apart && bytes >= (1 << 20) && static_cast<size_t>(bytes) > LastLevelCacheBytes() &&
               IsPlain(call.arrays[1], rows_.dst);
  }

  int32_t Run() {
    bool done;
    if (rows_.PutColumnsLast()) {
      done = RunColumns();
    } else if (segmented_ && rows_.length > kChunk) {
      done = RunChunks();
    } else {
      done = RunRows();
    }
    return done ? LANES_OK : LANES_CANCELLED;
  }

 private:
  struct Carry {
    bool known = false;
    T value = 0;
  };

  bool IsPlain(const Array& array, int64_t stride) const {
    return kDTypeRows[array.dtype].native && kDTypeRows[array.dtype].bytes == sizeof(T) && stride == sizeof(T) &&
           reinterpret_cast<uintptr_t>(array.address) % sizeof(T) == 0;
  }

  bool RunChunks() {
    const int64_t chunks = CeilDivide(rows_.length, kChunk);
    Turns turns(call_.cancel);
    Carry carry;
    std::atomic<bool> stopped{false};
    const bool done = RunTasks(rows_.count * chunks, call_.threads, call_.cancel, [&](int64_t task) {
      const int64_t first = task % chunks * kChunk;
      const bool passed = ScanChunk(task / chunks, first, Smaller(kChunk, rows_.length - first), [&](auto advance) {
        if (!turns.Wait(task)) return false;
        if (first == 0) carry.known = false;
        advance(&carry);
        turns.Pass(task);
        return true;
      });
      if (!passed) stopped.store(true, std::memory_order_relaxed);
    });
    return done && !stopped.load();
  }

  bool RunRows() {
    const int64_t rows_per_task = CeilDivide(kChunk, rows_.length);
    std::atomic<bool> stopped{false};
    const bool done = RunTasks(CeilDivide(rows_.count, rows_per_task), call_.threads, call_.cancel, [&](int64_t task) {
      const int64_t end = Smaller((task + 1) * rows_per_task, rows_.count);
      for (int64_t row = task * rows_per_task; row < end; ++row) {
        Carry carry;
        for (int64_t first = 0; first < rows_.length; first += kChunk) {
          if (IsCancelled(call_.cancel)) return stopped.store(true, std::memory_order_relaxed);
          ScanChunk(row, first, Smaller(kChunk, rows_.length - first), [&](auto advance) {
            advance(&carry);
            return true;
          });
        }
      }
    });
    return done && !stopped.load();
  }

  // `in_turn` calls what it is given with the carry, when it is the chunk's turn, and tells whether it did.
  template <class InTurn>
  bool ScanChunk(int64_t row, int64_t first, int64_t n, InTurn in_turn) {
    alignas(64) T block[kChunk];
    int64_t src_offset;
    int64_t dst_offset;
    rows_.At(row, &src_offset, &dst_offset);
    const char* src = call_.arrays[0].address + src_offset + first * rows_.src;
    char* dst = call_.arrays[1].address + dst_offset + first * rows_.dst;
    const T* x = block;
    T* y = block;
    if (IsPlain(call_.arrays[0], rows_.src) && src_offset % sizeof(T) == 0)
      x = reinterpret_cast<const T*>(src);
    else
      LoadBlock(isa_, call_.arrays[0].dtype, block, src, n, rows_.src);
    const bool direct = !streams_ && IsPlain(call_.arrays[1], rows_.dst) && dst_offset % sizeof(T) == 0;
    if (direct) y = reinterpret_cast<T*>(dst);
    const bool passed = segmented_ ? ScanSegments(y, x, n, in_turn) : in_turn([&](Carry* carry) {
      kernels_.one_by_one(y, x, n, carry->known, carry->value);
      *carry = {true, y[n - 1]};
    });
    if (!passed || direct) return passed;
    if (streams_) {
      isa_.stream(dst, block, static_cast<size_t>(n) * sizeof(T));
      isa_.fence();
    } else {
      StoreBlock(isa_, call_.arrays[1].dtype, dst, block, n, rows_.dst);
    }
    return true;
  }

  template <class InTurn>
  bool ScanSegments(T* y, const T* x, int64_t n, InTurn in_turn) {
    kernels_.within(y, x, n);
    Carry bases[kChunk / kScanSegment];
    const int64_t segments = CeilDivide(n, kScanSegment);
    const bool passed = in_turn([&](Carry* carry) {
      for (int64_t s = 0; s < segments; ++s) {
        bases[s] = *carry;
        const T total = y[Smaller((s + 1) * kScanSegment, n) - 1];
        *carry = {true, carry->known ? kernels_.one(carry->value, total) : total};
      }
    });
    if (!passed) return false;
    for (int64_t s = 0; s < segments; ++s) {
      T* segment = y + s * kScanSegment;
      if (bases[s].known) {
        kernels_.onto(segment, segment, Smaller(kScanSegment, n - s * kScanSegment), bases[s].value);
      }
    }
    return true;
  }

  bool RunColumns() {
    const int last = rows_.rank - 1;
    const int64_t columns = rows_.shape[last];
    const int64_t strips = CeilDivide(columns, kStrip);
    std::atomic<bool> stopped{false};
    const bool done = RunTasks(rows_.count / columns * strips, call_.threads, call_.cancel, [&](int64_t task) {
      const int64_t column = task % strips * kStrip;
      int64_t src_offset;
      int64_t dst_offset;
      rows_.At(task / strips * columns + column, &src_offset, &dst_offset);
      if (!ScanStrip(call_.arrays[0].address + src_offset, call_.arrays[1].address + dst_offset,
                     Smaller(kStrip, columns - column))) {
        stopped.store(true, std::memory_order_relaxed);
      }
    });
    return done && !stopped.load();
  }

  bool ScanStrip(const char* src, char* dst, int64_t n) {
    const int last = rows_.rank - 1;
    alignas(64) T x[kStrip] = {};
    alignas(64) T y[kStrip];
    alignas(64) T running[kStrip] = {};
    alignas(64) T bases[kStrip];
    bool has_base = false;
    for (int64_t i = 0; i < rows_.length; ++i) {
      LoadBlock(isa_, call_.arrays[0].dtype, x, src + i * rows_.src, n, rows_.src_strides[last]);
      const T* result = y;
      if (i == 0 || (segmented_ && i % kScanSegment == 0)) {
        if (IsCancelled(call_.cancel)) return false;
        if (has_base)
          kernels_.combine(bases, bases, running, n);
        else
          memcpy(bases, running, i > 0 ? sizeof(bases) : 0);
        has_base = i > 0;
        memcpy(running, x, sizeof(running));
        result = running;
      } else {
        kernels_.step(y, running, x, n);
      }
      if (has_base) {
        kernels_.combine(y, bases, running, n);
        result = y;
      }
      StoreBlock(isa_, call_.arrays[1].dtype, dst + i * rows_.dst, result, n, rows_.dst_strides[last]);
    }
    return true;
  }

  const Isa& isa_;
  const ScanKernels<T>& kernels_;
  const bool segmented_;
  const ArrayCall& call_;
  Rows rows_;
  bool streams_;
};

}  // namespace

int32_t ScanArrays(const ArrayCall& call, ScanOp op, int axis) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  if (call.Size() == 0) return LANES_OK;
  const Kind kind = kDTypeRows[call.arrays[0].dtype].kind;
  if (kind == kFloat32 || kind == kFloat64) {
    return Scan<double>(*isa, isa->scans->float64[op], op != kCumProd, call, axis).Run();
  }
  return Scan<int64_t>(*isa, isa->scans->int64[op], true, call, axis).Run();
}

}  // namespace lanes
