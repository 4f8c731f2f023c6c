// Copies elements between any two layouts and dtypes: memory is walked in the target's order, transposed parts in tiles
// that use whole cache lines of either side.
#include "copy.h"

#include <string.h>

#include <type_traits>

#include "isa.h"
#include "lanes.h"
#include "memory.h"
#include "rounding.h"
#include "tasks.h"

namespace lanes {
namespace {

constexpr int64_t kLine = 64;
// Elements of a task that copies along one axis.
constexpr int64_t kTaskElements = 16384;
// A transposed tile has whole lines on either side, and stays in L1.
constexpr int64_t kTileBytes = 8192;
constexpr int64_t kTileRunBytes = 2 * kLine;
constexpr int64_t kConvertedRun = 64;
constexpr int64_t kConvertedAtOnce = 512;
// What is streamed past the caches, at least.
constexpr int64_t kLongRunBytes = 2 * kLine;
// Runs shorter than this are not worth a call each.
constexpr int64_t kShortRun = 16;

int64_t Magnitude(int64_t x) { return x < 0 ? -x : x; }
int64_t CeilDivide(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t Least(int64_t a, int64_t b) { return a < b ? a : b; }

// ---- Conversions between kinds --------------------------------------------------------------------------------------

struct Complex {
  double re;
  double im;
};

// A byte that is 1 whatever it is, but for 0.
struct Truth {
  uint8_t byte;
  operator bool() const { return byte != 0; }
};

template <class To, class From>
To ConvertOne(From x) {
  if constexpr (std::is_same_v<To, Complex>)
    return {static_cast<double>(x), 0.0};
  else
    return static_cast<To>(x);
}
template <>
Complex ConvertOne<Complex, Complex>(Complex x) {
  return x;
}

template <class From, class To>
void ConvertAll(void* dst, const void* src, int64_t n) {
  const From* x = static_cast<const From*>(src);
  To* y = static_cast<To*>(dst);
  for (int64_t i = 0; i < n; ++i) y[i] = ConvertOne<To>(x[i]);
}

template <class From>
void ConvertToOdd(void* dst, const void* src, int64_t n) {
  const From* x = static_cast<const From*>(src);
  float* y = static_cast<float*>(dst);
  for (int64_t i = 0; i < n; ++i) y[i] = RoundToOdd(static_cast<double>(x[i]));
}

using Convert = void (*)(void* dst, const void* src, int64_t n);

template <class From>
Convert ConversionTo(DType to) {
  if constexpr (!std::is_same_v<From, float> && !std::is_same_v<From, Complex>) {
    if (to == kDFloat16 || to == kDBfloat16) return ConvertToOdd<From>;
  }
  if constexpr (!std::is_same_v<From, Complex>) {
    switch (kDTypeRows[to].kind) {
      case kBool:
        return ConvertAll<From, uint8_t>;
      case kInt32:
        return ConvertAll<From, int32_t>;
      case kInt64:
        return ConvertAll<From, int64_t>;
      case kFloat32:
        return ConvertAll<From, float>;
      case kFloat64:
        return ConvertAll<From, double>;
      default:
        break;
    }
  }
  return ConvertAll<From, Complex>;
}

Convert Conversion(DType from, DType to) {
  switch (kDTypeRows[from].kind) {
    case kBool:
      return ConversionTo<Truth>(to);
    case kInt32:
      return ConversionTo<int32_t>(to);
    case kInt64:
      return ConversionTo<int64_t>(to);
    case kFloat32:
      return ConversionTo<float>(to);
    case kFloat64:
      return ConversionTo<double>(to);
    default:
      return ConversionTo<Complex>(to);
  }
}

// ---- One run of elements --------------------------------------------------------------------------------------------

template <class T>
void MoveStrided(char* dst, int64_t dst_stride, const char* src, int64_t src_stride, int64_t n) {
  for (int64_t i = 0; i < n; ++i) {
    T x;
    memcpy(&x, src + i * src_stride, sizeof(T));
    memcpy(dst + i * dst_stride, &x, sizeof(T));
  }
}

// How elements get from one side to the other.
class Mover {
 public:
  Mover(const Isa& isa, const Array& source, const Array& target, bool streams)
      : isa_(isa), from_(source.dtype), to_(target.dtype), src_bytes_(source.bytes), dst_bytes_(target.bytes) {
    same_ = from_ == to_ && (from_ != kDBytes || src_bytes_ == dst_bytes_);
    streams_ = streams && same_;
    if (!same_ && from_ != kDBytes) convert_ = Conversion(from_, to_);
  }

  void Run(char* dst, int64_t dst_stride, const char* src, int64_t src_stride, int64_t n) const {
    if (!same_) {
      from_ == kDBytes ? Pad(dst, dst_stride, src, src_stride, n) : ConvertRun(dst, dst_stride, src, src_stride, n);
    } else if (dst_stride == dst_bytes_ && src_stride == src_bytes_) {
      if (streams_ && n * dst_bytes_ >= kLongRunBytes)
        isa_.stream(dst, src, static_cast<size_t>(n * dst_bytes_));
      else
        memcpy(dst, src, static_cast<size_t>(n * dst_bytes_));
    } else {
      Move(dst, dst_stride, src, src_stride, n);
    }
  }

  void Finish() const {
    if (streams_) isa_.fence();
  }

 private:
  void Move(char* dst, int64_t dst_stride, const char* src, int64_t src_stride, int64_t n) const {
    switch (dst_bytes_) {
      case 1:
        return MoveStrided<uint8_t>(dst, dst_stride, src, src_stride, n);
      case 2:
        return MoveStrided<uint16_t>(dst, dst_stride, src, src_stride, n);
      case 4:
        return MoveStrided<uint32_t>(dst, dst_stride, src, src_stride, n);
      case 8:
        return MoveStrided<uint64_t>(dst, dst_stride, src, src_stride, n);
      case 16:
        return MoveStrided<Complex>(dst, dst_stride, src, src_stride, n);
      default:
        for (int64_t i = 0; i < n; ++i) memcpy(dst + i * dst_stride, src + i * src_stride, dst_bytes_);
    }
  }

  void ConvertRun(char* dst, int64_t dst_stride, const char* src, int64_t src_stride, int64_t n) const {
    alignas(kLine) char loaded[kConvertedAtOnce * sizeof(Complex)];
    alignas(kLine) char converted[kConvertedAtOnce * sizeof(Complex)];
    // Where memory is like a register, it is used as one.
    const bool reads = !IsRegister(from_, src, src_stride, src_bytes_);
    const bool writes = !IsRegister(to_, dst, dst_stride, dst_bytes_);
    for (int64_t done = 0; done < n; done += kConvertedAtOnce) {
      const int64_t m = Least(kConvertedAtOnce, n - done);
      const char* x = src + done * src_stride;
      char* y = dst + done * dst_stride;
      if (reads) isa_.loads[from_](loaded, x, static_cast<size_t>(m), src_stride);
      convert_(writes ? converted : y, reads ? loaded : x, m);
      if (writes) isa_.stores[to_](y, converted, static_cast<size_t>(m), dst_stride);
    }
  }

  static bool IsRegister(DType dtype, const char* address, int64_t stride, int64_t bytes) {
    const int64_t alignment = bytes < 8 ? bytes : 8;
    return kDTypeRows[dtype].native && stride == bytes && reinterpret_cast<uintptr_t>(address) % alignment == 0;
  }

  void Pad(char* dst, int64_t dst_stride, const char* src, int64_t src_stride, int64_t n) const {
    for (int64_t i = 0; i < n; ++i) {
      memcpy(dst + i * dst_stride, src + i * src_stride, src_bytes_);
      memset(dst + i * dst_stride + src_bytes_, 0, dst_bytes_ - src_bytes_);
    }
  }

  const Isa& isa_;
  const DType from_;
  const DType to_;
  const int64_t src_bytes_;
  const int64_t dst_bytes_;
  bool same_;
  bool streams_;
  Convert convert_ = nullptr;
};

// ---- The order of the walk ------------------------------------------------------------------------------------------

struct Axis {
  int64_t length;
  int64_t dst;
  int64_t src;
};

// Axes from the target's longest stride to its shortest, merged, after two of one element; the last two are the tile's.
struct Walk {
  Axis axes[kMaxRank + 2] = {{1, 0, 0}, {1, 0, 0}};
  int rank = 2;
  char* dst;
  const char* src;
  int64_t tile_a;   // along the last axis
  int64_t tile_b;   // along the last but one
  bool transposes;  // whether elements follow each other along it in the source
};

void AddAxes(const ArrayCall& call, Walk* walk) {
  for (int axis = 0; axis < call.rank; ++axis) {
    Axis added = {call.shape[axis], call.arrays[1].strides[axis], call.arrays[0].strides[axis]};
    if (added.length == 1) continue;
    if (added.dst < 0) {
      walk->dst += (added.length - 1) * added.dst;
      walk->src += (added.length - 1) * added.src;
      added.dst = -added.dst;
      added.src = -added.src;
    }
    int at = walk->rank++;
    for (; at > 2 && walk->axes[at - 1].dst < added.dst; --at) walk->axes[at] = walk->axes[at - 1];
    walk->axes[at] = added;
  }
}

void MergeAxes(Walk* walk) {
  int kept = 2;
  for (int k = 3; k < walk->rank; ++k) {
    Axis& outer = walk->axes[kept];
    const Axis inner = walk->axes[k];
    if (outer.dst == inner.dst * inner.length && outer.src == inner.src * inner.length)
      outer = {outer.length * inner.length, inner.dst, inner.src};
    else
      walk->axes[++kept] = inner;
  }
  if (walk->rank > 2) walk->rank = kept + 1;
}

// Puts axis `from` at place `to`, moving those between down.
void MoveAxis(Walk* walk, int from, int to) {
  const Axis moved = walk->axes[from];
  for (int k = from; k < to; ++k) walk->axes[k] = walk->axes[k + 1];
  for (int k = from; k > to; --k) walk->axes[k] = walk->axes[k - 1];
  walk->axes[to] = moved;
}

// Chooses the axes of the tile, which are then the last two.
void ChooseTile(const Array& source, bool converts, Walk* walk) {
  const int last = walk->rank - 1;
  int nearest = last;  // the source's shortest stride
  for (int k = 0; k < last; ++k) {
    if (walk->axes[k].src != 0 && Magnitude(walk->axes[k].src) < Magnitude(walk->axes[nearest].src)) nearest = k;
  }
  walk->transposes = false;
  if (nearest != last && Magnitude(walk->axes[last].src) >= kLine) {
    MoveAxis(walk, nearest, last - 1);
    const int64_t stride = Magnitude(walk->axes[last - 1].src);
    const int64_t bytes = source.bytes;
    walk->transposes = walk->axes[last - 1].src == bytes && (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8);
    walk->tile_a = converts ? kConvertedRun : Least(CeilDivide(kTileRunBytes, bytes), kTileBytes);
    walk->tile_b = CeilDivide(kTileBytes, walk->tile_a * stride);
  } else if (walk->axes[last].length < kShortRun && walk->axes[last - 1].length >= kShortRun) {
    MoveAxis(walk, last, last - 1);
    walk->tile_b = kShortRun;
    walk->tile_a = kConvertedAtOnce;
  } else {
    walk->tile_a = kTaskElements;
    walk->tile_b = CeilDivide(kTaskElements, walk->axes[last].length);
  }
}

// One tile, from its corner on.
void CopyTile(const Isa& isa, const Walk& walk, const Mover& mover, char* dst, const char* src, int64_t n, int64_t m) {
  const Axis& a = walk.axes[walk.rank - 1];
  const Axis& b = walk.axes[walk.rank - 2];
  if (!walk.transposes) {
    for (int64_t j = 0; j < m; ++j) mover.Run(dst + j * b.dst, a.dst, src + j * b.src, a.src, n);
    return;
  }
  alignas(kLine) char tile[kTileBytes];
  const int64_t pitch = walk.tile_a * b.src;
  isa.transpose(tile, pitch, src, a.src, n, m, b.src);
  for (int64_t j = 0; j < m; ++j) mover.Run(dst + j * b.dst, a.dst, tile + j * pitch, b.src, n);
}

}  // namespace

int32_t CopyArrays(const ArrayCall& call) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  const int64_t size = call.Size();
  if (size == 0) return LANES_OK;
  Walk walk;
  walk.dst = call.arrays[1].address;
  walk.src = call.arrays[0].address;
  AddAxes(call, &walk);
  MergeAxes(&walk);
  ChooseTile(call.arrays[0], call.arrays[0].dtype != call.arrays[1].dtype, &walk);
  const int64_t bytes = size * call.arrays[1].bytes;
  const bool streams = bytes >= (1 << 20) && static_cast<size_t>(bytes) > LastLevelCacheBytes();
  const Mover mover(*isa, call.arrays[0], call.arrays[1], streams);

  const Axis& a = walk.axes[walk.rank - 1];
  const Axis& b = walk.axes[walk.rank - 2];
  const int64_t tiles_a = CeilDivide(a.length, walk.tile_a);
  const int64_t tiles_b = CeilDivide(b.length, walk.tile_b);
  const int64_t tiles = size / (a.length * b.length) * tiles_a * tiles_b;
  const int64_t tile_elements = Least(walk.tile_a, a.length) * Least(walk.tile_b, b.length);
  const int64_t tiles_per_task = CeilDivide(kTaskElements, tile_elements);
  const bool done = RunTasks(CeilDivide(tiles, tiles_per_task), call.threads, call.cancel, [&](int64_t task) {
    const int64_t end = Least((task + 1) * tiles_per_task, tiles);
    for (int64_t tile = task * tiles_per_task; tile < end; ++tile) {
      // Along b first: the same lines of the source follow each other.
      const int64_t j = tile % tiles_b * walk.tile_b;
      const int64_t i = tile / tiles_b % tiles_a * walk.tile_a;
      int64_t rest = tile / (tiles_b * tiles_a);
      char* dst = walk.dst + i * a.dst + j * b.dst;
      const char* src = walk.src + i * a.src + j * b.src;
      for (int k = walk.rank - 3; k >= 0 && rest > 0; --k) {
        const int64_t index = rest % walk.axes[k].length;
        rest /= walk.axes[k].length;
        dst += index * walk.axes[k].dst;
        src += index * walk.axes[k].src;
      }
      CopyTile(*isa, walk, mover, dst, src, Least(walk.tile_a, a.length - i), Least(walk.tile_b, b.length - j));
    }
    mover.Finish();
  });
  return done ? LANES_OK : LANES_CANCELLED;
}

}  // namespace lanes
