// What the filters' driver asks of an instruction set: lines side by side in a panel, or windows over padded rows.
#ifndef LANES_FILTERS_H_
#define LANES_FILTERS_H_

#include <stddef.h>
#include <stdint.h>

#include "kernels.h"

namespace lanes {

// How an axis goes on beyond its ends, in the order of the Java side.
enum FilterMode : int64_t { kReflect, kNearest, kMirror, kWrap, kConstant };

// The index within [0, n) that stands for any index, or -1 for the constant.
int64_t ExtendIndex(int64_t index, int64_t n, int64_t mode);

// ---- Filters along one axis -----------------------------------------------------------------------------------------

enum LineOp : int64_t { kCorrelateLine, kMeanLine, kMinimumLine, kMaximumLine, kBoxLine };

// One sweep along an axis. Element i of a line comes from elements i - before ... i - before + size - 1.
struct LinePass {
  int64_t op;
  int64_t axis;
  int64_t mode;
  double value;  // beyond the ends, mode kConstant
  int64_t size;  // of the window; of a box the whole radius; at least 1, of a box 0
  int64_t before;
  const double* weights;  // [size] of a correlation
  int symmetry;           // 1: the weights are symmetric about the middle, -1: antisymmetric, 0: neither
  uint32_t whole;         // of a box, in units of 2^-24: the weight of elements within the radius,
  uint32_t part;          // and of the two next to them
  int64_t repeats;        // how often a box is applied
};

// Lanes of a panel come in chunks of this many, so that every vector is a full one.
inline constexpr int kPanelChunk = 16;
inline constexpr int kPanelGroups = 64;

// Running sums begin anew after so many elements, which bounds what their errors add up to; lines that are cut are cut
// at multiples of it.
inline constexpr int64_t kRestart = 4096;

// Lines that are filtered together: `groups` sets of `inner` lines each. All lines are read before any is written.
struct Panel {
  int in_type;
  int out_type;
  int64_t length;     // of each line, or of each segment
  ptrdiff_t in_step;  // bytes from one element of a line to the next
  ptrdiff_t out_step;
  int64_t inner;       // lines of a group
  ptrdiff_t in_inner;  // bytes from one line of a group to the next
  ptrdiff_t out_inner;
  int groups;
  const char* in[kPanelGroups];
  char* out[kPanelGroups];
  // Where a few long lines are cut into segments (inner is 1 then): elements of a whole line, else 0; the first one of
  // each segment, whose neighbours are read too; how many results are stored.
  int64_t whole;
  int64_t start[kPanelGroups];
  int64_t stored[kPanelGroups];
};

// ---- Filters over windows of several axes ---------------------------------------------------------------------------

// One run of results: `n` neighbours in padded rows of doubles (correlation) or keys (rank).
struct WindowRow {
  const void* rows;        // where the offsets count from
  const int64_t* offsets;  // [taps] in elements
  int64_t taps;
  const double* weights;  // [taps] of a correlation
  int64_t rank;           // which of the window's elements in ascending order, from 0
  int64_t n;
  char* out;
  ptrdiff_t out_step;
  int in_type;  // of the elements that keys stand for
  int out_type;
};

// Rows may be read this many elements beyond their last window.
inline constexpr int64_t kRowSpare = 64;

// What every instruction set brings.
struct FilterKernels {
  // Bytes of scratch, aligned to 64, that a pass over such a panel needs; below 0 when it is beyond any memory.
  int64_t (*panel_bytes)(const LinePass& pass, const Panel& panel);
  void (*panel)(const LinePass& pass, const Panel& panel, void* scratch);
  // Converts n elements, `step` bytes apart, to doubles or to keys.
  void (*to_doubles)(int type, void* dst, const char* src, ptrdiff_t step, int64_t n);
  void (*to_keys)(int type, void* dst, const char* src, ptrdiff_t step, int64_t n);
  // What the constant becomes among keys: it is converted to the dtype first.
  void (*constant_key)(int type, void* dst, double value);
  void (*correlate)(const WindowRow& row);
  void (*rank)(const WindowRow& row);
};

// The dtypes that filters take.
inline bool IsFilterType(int64_t type) {
  return type == kDUint8 || type == kDInt16 || type == kDUint16 || type == kDFloat32 || type == kDFloat64;
}

// Bytes of a key: 4 for dtypes of up to 32 bits, so that counts of window elements fit, else 8.
inline int KeyBytes(int type) { return kDTypeRows[type].bytes == 8 ? 8 : 4; }

// ---- The driver -----------------------------------------------------------------------------------------------------

// The words are those of lanes_filter_lines and lanes_filter_windows; a lanes_status.
int32_t FilterLines(const int64_t* call);
int32_t FilterWindows(const int64_t* call);

}  // namespace lanes

#endif  // LANES_FILTERS_H_
