// Cuts filters over windows into slabs of results, whose padded input is laid out in rows, and runs them.
#include <stdlib.h>
#include <string.h>

#include "filters.h"
#include "filters_scratch.h"
#include "isa.h"
#include "lanes.h"
#include "tasks.h"

namespace lanes {
namespace {

constexpr int kMostAxes = 64;
constexpr int64_t kSlabBytes = int64_t{1} << 18;
constexpr int64_t kMostBytes = int64_t{1} << 46;
constexpr int64_t kPieceTaps = int64_t{1}
                               << 22;  // results times elements of the window between looks at the cancel flag
constexpr int64_t kShortest = 64;
constexpr double kNothing = 0x1p-52;  // weights up to this are left out, as SciPy does

struct WindowCall {
  const int32_t* cancel;
  int threads;
  const char* in;
  int in_type;
  char* out;
  int out_type;
  int rank;
  bool ranks;  // else correlates
  const int64_t* shape;
  const int64_t* in_strides;
  const int64_t* out_strides;
  const int64_t* window;
  const int64_t* before;
  int64_t mode;
  double value;
  const double* weights;
  int64_t order;
};

// What all slabs share. Axes before `first` number images; a slab takes `chunk` indexes of axis `first` and all of the
// axes behind it. `last` is the last axis with a window: together with the axes behind it, it makes the rows.
struct Plan {
  int first;
  int last;
  int64_t chunk;
  int64_t chunks;
  int64_t images;
  int64_t trailing;          // elements of the axes behind `last`
  int64_t pitch[kMostAxes];  // elements from one index to the next of a slab's axis
  int64_t slab_elements;
  bool is_packed;  // the output's rows are without gaps
  int64_t taps;
  int64_t* offsets;
  double* weights;
};

int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Lengths of a slab's axis with its padding.
int64_t Padded(const WindowCall& call, const Plan& plan, int axis) {
  return (axis == plan.first ? plan.chunk : call.shape[axis]) + call.window[axis] - 1;
}

// False when a slab is beyond any memory.
bool MakePlan(const WindowCall& call, Plan* plan) {
  plan->first = call.rank - 1;
  plan->last = 0;
  for (int a = 0; a < call.rank; ++a) {
    if (call.window[a] == 1) continue;
    if (a < plan->first) plan->first = a;
    plan->last = a;
  }
  if (plan->last < plan->first) plan->last = plan->first;
  plan->images = plan->trailing = 1;
  for (int a = 0; a < plan->first; ++a) plan->images *= call.shape[a];
  const int64_t bytes = call.ranks ? KeyBytes(call.in_type) : static_cast<int64_t>(sizeof(double));
  int64_t slice = bytes;  // bytes of one index of the first axis
  for (int a = plan->first + 1; a < call.rank; ++a) {
    if (Padded(call, *plan, a) > kMostBytes / slice) return false;
    slice *= Padded(call, *plan, a);
    if (a > plan->last) plan->trailing *= call.shape[a];
  }
  // Padding that is read twice should not outweigh what is computed, and all threads should have something to do.
  const int64_t length = call.shape[plan->first];
  const int64_t halo = call.window[plan->first] - 1;
  int64_t chunk = kSlabBytes / slice - halo;
  if (chunk < 2 * halo) chunk = 2 * halo;
  if (chunk < 1) chunk = 1;
  const int64_t share = DivideUp(length, call.threads);
  plan->chunk = chunk < share ? chunk : share;
  plan->chunks = DivideUp(length, plan->chunk);
  if (plan->chunk + halo > kMostBytes / slice) return false;
  int64_t pitch = 1;
  for (int a = call.rank - 1; a >= plan->first; --a) {
    plan->pitch[a] = pitch;
    pitch *= Padded(call, *plan, a);
  }
  plan->slab_elements = pitch;
  plan->is_packed = true;
  int64_t packed = kDTypeRows[call.out_type].bytes;
  for (int a = call.rank - 1; a > plan->last; --a) {
    plan->is_packed &= call.out_strides[a] == packed || call.shape[a] == 1;
    packed *= call.shape[a];
  }
  plan->is_packed &= plan->trailing == 1 || call.out_strides[plan->last] == packed;
  return true;
}

// The places of the window's elements among the rows, in C order, and their weights. False when there is no memory.
bool ListTaps(const WindowCall& call, Plan* plan) {
  int64_t all = 1;
  for (int a = plan->first; a < call.rank; ++a) all *= call.window[a];
  plan->offsets = static_cast<int64_t*>(malloc(static_cast<size_t>(all) * sizeof(int64_t)));
  plan->weights = static_cast<double*>(malloc(static_cast<size_t>(all) * sizeof(double)));
  if (plan->offsets == nullptr || plan->weights == nullptr) return false;
  plan->taps = 0;
  for (int64_t t = 0; t < all; ++t) {
    if (!call.ranks && call.weights[t] <= kNothing && call.weights[t] >= -kNothing) continue;
    int64_t offset = 0;
    int64_t rest = t;
    for (int a = call.rank - 1; a >= plan->first; --a) {
      offset += rest % call.window[a] * plan->pitch[a];
      rest /= call.window[a];
    }
    plan->offsets[plan->taps] = offset;
    if (!call.ranks) plan->weights[plan->taps] = call.weights[t];
    ++plan->taps;
  }
  return true;
}

struct Slab {
  const WindowCall& call;
  const Plan& plan;
  const FilterKernels& kernels;
  int64_t start;  // on the first axis
  int64_t count;
  char* rows;
  int64_t constant;  // bytes of the key or the double
  int64_t bytes;     // of a key or a double
};

void FillConstant(const Slab& slab, char* dst, int64_t n) {
  for (int64_t i = 0; i < n; ++i) memcpy(dst + i * slab.bytes, &slab.constant, static_cast<size_t>(slab.bytes));
}

// Lays out one axis, and those behind it, from `src` on.
void Fill(const Slab& slab, int axis, const char* src, char* dst) {
  const WindowCall& call = slab.call;
  const bool is_first = axis == slab.plan.first;
  const int64_t n = call.shape[axis];
  const int64_t count = (is_first ? slab.count : n) + call.window[axis] - 1;
  const int64_t begin = (is_first ? slab.start : 0) - call.before[axis];
  const int64_t pitch = slab.plan.pitch[axis] * slab.bytes;
  const ptrdiff_t stride = call.in_strides[axis];
  const auto convert = call.ranks ? slab.kernels.to_keys : slab.kernels.to_doubles;
  for (int64_t p = 0; p < count;) {
    const int64_t from = ExtendIndex(begin + p, n, call.mode);
    int64_t run = 1;
    if (from < 0) {
      FillConstant(slab, dst + p * pitch, slab.plan.pitch[axis]);
    } else if (axis < call.rank - 1) {
      Fill(slab, axis + 1, src + from * stride, dst + p * pitch);
    } else {
      if (begin + p == from) run = n - from < count - p ? n - from : count - p;
      convert(call.in_type, dst + p * pitch, src + from * stride, stride, run);
    }
    p += run;
  }
}

// Computes all rows of a slab from one axis on.
void Compute(const Slab& slab, int axis, const char* rows, char* out, char* packed) {
  const WindowCall& call = slab.call;
  const int64_t count = axis == slab.plan.first ? slab.count : call.shape[axis];
  if (axis < slab.plan.last) {
    for (int64_t i = 0; i < count; ++i)
      Compute(slab, axis + 1, rows + i * slab.plan.pitch[axis] * slab.bytes, out + i * call.out_strides[axis], packed);
    return;
  }
  const int bytes = kDTypeRows[call.out_type].bytes;
  WindowRow row;
  row.offsets = slab.plan.offsets;
  row.taps = slab.plan.taps;
  row.weights = slab.plan.weights;
  row.rank = call.order;
  row.in_type = call.in_type;
  row.out_type = call.out_type;
  const bool is_strided = slab.plan.trailing == 1;
  char* const target = slab.plan.is_packed || is_strided ? out : packed;
  row.out_step = is_strided ? static_cast<ptrdiff_t>(call.out_strides[axis]) : bytes;
  const auto compute = call.ranks ? slab.kernels.rank : slab.kernels.correlate;
  // In pieces, so that large windows can be stopped too.
  const int64_t all = count * slab.plan.trailing;
  const int64_t piece = kPieceTaps / (row.taps + 1) < kShortest ? kShortest : kPieceTaps / (row.taps + 1);
  for (int64_t at = 0; at < all; at += piece) {
    if (IsCancelled(call.cancel)) return;
    row.n = all - at < piece ? all - at : piece;
    row.rows = rows + at * slab.bytes;
    row.out = target + at * row.out_step;
    compute(row);
  }
  if (target == out) return;
  for (int64_t i = 0; i < all; ++i) {
    ptrdiff_t offset = 0;
    int64_t rest = i;
    for (int a = call.rank - 1; a > axis; --a) {
      offset += rest % call.shape[a] * call.out_strides[a];
      rest /= call.shape[a];
    }
    memcpy(out + offset + rest * call.out_strides[axis], packed + i * bytes, static_cast<size_t>(bytes));
  }
}

int32_t RunSlabs(const WindowCall& call, const FilterKernels& kernels, const Plan& plan) {
  const int64_t bytes = call.ranks ? KeyBytes(call.in_type) : static_cast<int64_t>(sizeof(double));
  const int64_t row_bytes = (plan.first == plan.last ? plan.chunk : call.shape[plan.last]) * plan.trailing *
                            static_cast<int64_t>(sizeof(double));
  const int64_t slab_bytes = (plan.slab_elements + kRowSpare) * bytes;
  int64_t constant = 0;
  if (call.ranks) {
    kernels.constant_key(call.in_type, &constant, call.value);
  } else {
    memcpy(&constant, &call.value, sizeof(constant));
  }
  Scratch scratch;
  if (!scratch.Reserve(call.threads, slab_bytes + row_bytes)) return LANES_NO_MEMORY;
  const bool done = RunTasks(plan.images * plan.chunks, call.threads, call.cancel, [&](int64_t number) {
    const int64_t start = number % plan.chunks * plan.chunk;
    const int64_t left = call.shape[plan.first] - start;
    char* memory = static_cast<char*>(scratch.Take());
    const Slab slab = {call, plan, kernels, start, left < plan.chunk ? left : plan.chunk, memory, constant, bytes};
    const char* in = call.in;
    char* out = call.out;
    int64_t rest = number / plan.chunks;
    for (int a = plan.first - 1; a >= 0; --a) {
      in += rest % call.shape[a] * call.in_strides[a];
      out += rest % call.shape[a] * call.out_strides[a];
      rest /= call.shape[a];
    }
    // Nothing may be read before it was written once, though what the spare elements give is thrown away.
    memset(memory + plan.slab_elements * bytes, 0, static_cast<size_t>(kRowSpare * bytes));
    Fill(slab, plan.first, in, memory);
    Compute(slab, plan.first, memory, out + start * call.out_strides[plan.first], memory + slab_bytes);
    scratch.Give(memory);
  });
  return done && !IsCancelled(call.cancel) ? LANES_OK : LANES_CANCELLED;
}

bool Decode(const int64_t* words, WindowCall* call) {
  const int64_t rank = words[6];
  if (!IsFilterType(words[3]) || !IsFilterType(words[5]) || words[1] < 1 || rank < 1 || rank > kMostAxes) return false;
  const int64_t* shape = words + 8;
  const int64_t* rest = shape + 5 * rank;
  *call = {reinterpret_cast<const int32_t*>(words[0]),
           static_cast<int>(words[1]),
           reinterpret_cast<const char*>(words[2]),
           static_cast<int>(words[3]),
           reinterpret_cast<char*>(words[4]),
           static_cast<int>(words[5]),
           static_cast<int>(rank),
           words[7] == 1,
           shape,
           shape + rank,
           shape + 2 * rank,
           shape + 3 * rank,
           shape + 4 * rank,
           rest[0],
           0,
           reinterpret_cast<const double*>(rest[2]),
           rest[3]};
  memcpy(&call->value, &rest[1], sizeof(call->value));
  int64_t window = 1;
  for (int64_t a = 0; a < rank; ++a) {
    if (shape[a] < 0 || call->window[a] < 1 || call->before[a] < 0 || call->before[a] >= call->window[a]) return false;
    if (call->window[a] > INT32_MAX / window) return false;
    window *= call->window[a];
  }
  if (call->ranks) return call->order >= 0 && call->order < window && call->mode >= kReflect && call->mode <= kConstant;
  return words[7] == 0 && call->weights != nullptr && call->mode >= kReflect && call->mode <= kConstant;
}

}  // namespace

int32_t FilterWindows(const int64_t* words) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  WindowCall call;
  if (!Decode(words, &call)) return LANES_BAD_ARGUMENT;
  for (int a = 0; a < call.rank; ++a) {
    if (call.shape[a] == 0) return LANES_OK;
  }
  if (call.in == nullptr || call.out == nullptr) return LANES_BAD_ARGUMENT;
  Plan plan = {};
  const bool is_planned = MakePlan(call, &plan) && ListTaps(call, &plan);
  const int32_t status = is_planned ? RunSlabs(call, *isa->filters, plan) : LANES_NO_MEMORY;
  free(plan.offsets);
  free(plan.weights);
  return status;
}

}  // namespace lanes
