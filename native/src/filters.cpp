// Cuts filters over arrays of any layout into panels of lines and runs them.
#include "filters.h"

#include <stdlib.h>
#include <string.h>

#include "filters_scratch.h"
#include "isa.h"
#include "lanes.h"
#include "tasks.h"

namespace lanes {

int64_t ExtendIndex(int64_t index, int64_t n, int64_t mode) {
  if (index >= 0 && index < n) return index;
  if (mode == kNearest) return index < 0 ? 0 : n - 1;
  if (mode == kConstant) return -1;
  const int64_t period = mode == kWrap || n == 1 ? n : mode == kReflect ? 2 * n : 2 * n - 2;
  int64_t within = index % period;
  if (within < 0) within += period;
  if (within < n) return within;
  return mode == kReflect ? period - 1 - within : period - within;
}

namespace {

constexpr int64_t kMostAxes = 64;
constexpr int64_t kBlockBytes = int64_t{1} << 20;  // of images that go through all passes while they are in the cache
constexpr int64_t kWordsOfPass = 11;

struct Axis {
  int64_t length;
  ptrdiff_t in;
  ptrdiff_t out;
};

// A part of the arrays.
struct Part {
  const char* in;
  char* out;
  int rank;
  Axis axes[kMostAxes];
};

struct LineCall {
  const int32_t* cancel;
  int threads;
  int in_type;
  int out_type;
  int n_passes;
  const int64_t* passes;
  Part all;
};

LinePass PassOf(const LineCall& call, int index) {
  const int64_t* words = call.passes + index * kWordsOfPass;
  LinePass pass;
  pass.op = words[0];
  pass.axis = words[1];
  pass.mode = words[2];
  memcpy(&pass.value, &words[3], sizeof(pass.value));
  pass.size = words[4];
  pass.before = words[5];
  pass.weights = reinterpret_cast<const double*>(words[6]);
  pass.symmetry = static_cast<int>(words[7]);
  pass.whole = static_cast<uint32_t>(words[8]);
  pass.part = static_cast<uint32_t>(words[9]);
  pass.repeats = words[10];
  return pass;
}

bool IsSound(const LineCall& call, const LinePass& pass) {
  if (pass.axis < 0 || pass.axis >= call.all.rank || pass.mode < kReflect || pass.mode > kConstant) return false;
  if (pass.op == kBoxLine) {
    return call.in_type == kDUint8 && call.out_type == kDUint8 && pass.size >= 0 && pass.repeats >= 1;
  }
  if (pass.op < kCorrelateLine || pass.op > kBoxLine) return false;
  if (pass.size < 1 || pass.before < 0 || pass.before >= pass.size) return false;
  return pass.op != kCorrelateLine || (pass.weights != nullptr && (pass.symmetry == 0 || pass.size % 2 == 1));
}

// The lines of a pass over a part: an inner run of lines, and groups of such runs.
struct Lines {
  int in_type;
  int out_type;
  const char* in;
  char* out;
  Axis along;
  Axis inner;
  int outer_rank;
  Axis outer[kMostAxes];
  int64_t groups;        // the product of the outer axes
  int64_t inner_lines;   // of one panel
  int64_t panel_groups;  // of one panel
  int64_t segment;       // elements, or 0: lines are not cut
  int64_t inner_pieces;
  int64_t Panels() const { return inner_pieces * ((groups + panel_groups - 1) / panel_groups); }
};

ptrdiff_t Magnitude(ptrdiff_t stride) { return stride < 0 ? -stride : stride; }

// Puts the axes of the lines in the order of memory and joins those that continue each other.
void FindLines(const Part& part, int64_t axis, Lines* lines) {
  Axis others[kMostAxes];
  int count = 0;
  for (int a = 0; a < part.rank; ++a) {
    if (a == axis || part.axes[a].length == 1) continue;
    int at = count++;
    for (; at > 0 && Magnitude(others[at - 1].in) > Magnitude(part.axes[a].in); --at) others[at] = others[at - 1];
    others[at] = part.axes[a];
  }
  lines->along = part.axes[axis];
  // Lines that do not lie side by side are groups of one line each.
  const auto is_dense = [&](const Axis& each) {
    return each.in == kDTypeRows[lines->in_type].bytes || each.out == kDTypeRows[lines->out_type].bytes;
  };
  const bool has_inner = count > 0 && is_dense(others[0]);
  lines->inner = has_inner ? others[0] : Axis{1, 0, 0};
  lines->outer_rank = 0;
  lines->groups = 1;
  for (int k = has_inner ? 1 : 0; k < count; ++k) {
    Axis* last = lines->outer_rank > 0 ? &lines->outer[lines->outer_rank - 1] : has_inner ? &lines->inner : nullptr;
    if (last != nullptr && others[k].in == last->in * last->length && others[k].out == last->out * last->length) {
      last->length *= others[k].length;
    } else {
      lines->outer[lines->outer_rank++] = others[k];
    }
  }
  for (int k = 0; k < lines->outer_rank; ++k) lines->groups *= lines->outer[k].length;
}

int64_t DivideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

// How many lines a panel takes: enough to fill vectors and to use whole cache lines, few enough for the cache.
void CutLines(const LinePass& pass, Lines* lines) {
  const int64_t wide = pass.op == kCorrelateLine || pass.op == kMeanLine ? 32 : 64;
  const int64_t wanted = lines->along.length > (int64_t{1} << 16) ? kPanelChunk : wide;
  const int64_t all = lines->inner.length * lines->groups;
  lines->segment = 0;
  lines->inner_lines = lines->inner.length;
  lines->inner_pieces = 1;
  lines->panel_groups = 1;
  const int64_t segment = kRestart * DivideUp(pass.size, kRestart / 4);
  if (pass.op != kBoxLine && all < kPanelChunk && lines->along.length >= 4 * segment) {
    lines->segment = segment;
  } else if (lines->inner.length >= wanted) {
    const int64_t pieces = DivideUp(lines->inner.length, wanted);
    lines->inner_lines = DivideUp(DivideUp(lines->inner.length, pieces), kPanelChunk) * kPanelChunk;
    lines->inner_pieces = DivideUp(lines->inner.length, lines->inner_lines);
  } else {
    int64_t groups = wanted / lines->inner.length;
    if (lines->inner.length < kPanelChunk / 2)
      groups = groups < kPanelChunk ? kPanelChunk : groups / kPanelChunk * kPanelChunk;
    lines->panel_groups = groups < 1 ? 1 : groups;
  }
}

// The offsets of one combination of outer indexes.
void Locate(const Lines& lines, int64_t group, ptrdiff_t* in, ptrdiff_t* out) {
  *in = *out = 0;
  for (int k = 0; k < lines.outer_rank; ++k) {
    const int64_t index = group % lines.outer[k].length;
    group /= lines.outer[k].length;
    *in += index * lines.outer[k].in;
    *out += index * lines.outer[k].out;
  }
}

void MakePanel(const Lines& lines, int64_t number, Panel* panel) {
  panel->in_type = lines.in_type;
  panel->out_type = lines.out_type;
  panel->length = lines.along.length;
  panel->in_step = lines.along.in;
  panel->out_step = lines.along.out;
  panel->in_inner = lines.inner.in;
  panel->out_inner = lines.inner.out;
  panel->whole = 0;
  const int64_t piece = number % lines.inner_pieces;
  const int64_t first = number / lines.inner_pieces * lines.panel_groups;
  const int64_t line = piece * lines.inner_lines;
  const int64_t left = lines.inner.length - line;
  panel->inner = left < lines.inner_lines ? left : lines.inner_lines;
  panel->groups =
      static_cast<int>(lines.groups - first < lines.panel_groups ? lines.groups - first : lines.panel_groups);
  for (int g = 0; g < panel->groups; ++g) {
    ptrdiff_t in;
    ptrdiff_t out;
    Locate(lines, first + g, &in, &out);
    panel->in[g] = lines.in + in + line * lines.inner.in;
    panel->out[g] = lines.out + out + line * lines.inner.out;
  }
}

// Kernels of the pass, a panel at a time on each thread.
struct Runner {
  const FilterKernels& kernels;
  const int32_t* cancel;
  int threads;
};

int32_t RunPanels(const Runner& runner, const LinePass& pass, const Lines& lines, Scratch* scratch) {
  Panel first;
  MakePanel(lines, 0, &first);
  const int64_t bytes = runner.kernels.panel_bytes(pass, first);
  if (!scratch->Reserve(runner.threads, bytes)) return LANES_NO_MEMORY;
  const bool done = RunTasks(lines.Panels(), runner.threads, runner.cancel, [&](int64_t number) {
    Panel panel;
    MakePanel(lines, number, &panel);
    void* memory = scratch->Take();
    runner.kernels.panel(pass, panel, memory);
    scratch->Give(memory);
  });
  return done ? LANES_OK : LANES_CANCELLED;
}

// A few long lines: each is copied, since its segments read what their neighbours write, and its segments are the lanes
// of panels.
int32_t RunSegments(const Runner& runner, const LinePass& pass, const Lines& lines, Scratch* scratch) {
  const int64_t length = lines.along.length;
  const int bytes = kDTypeRows[lines.in_type].bytes;
  const int64_t segments = DivideUp(length, lines.segment);
  const int64_t panels = DivideUp(segments, kPanelChunk);
  Panel panel;
  panel.in_type = lines.in_type;
  panel.out_type = lines.out_type;
  panel.length = lines.segment;
  panel.in_step = bytes;
  panel.out_step = lines.along.out;
  panel.inner = 1;
  panel.in_inner = panel.out_inner = 0;
  panel.groups = kPanelChunk;
  panel.whole = length;
  if (!scratch->Reserve(runner.threads, runner.kernels.panel_bytes(pass, panel))) return LANES_NO_MEMORY;
  char* copy = static_cast<char*>(malloc(static_cast<size_t>(length * bytes)));
  if (copy == nullptr) return LANES_NO_MEMORY;
  bool done = true;
  for (int64_t line = 0; done && line < lines.inner.length * lines.groups; ++line) {
    ptrdiff_t in;
    ptrdiff_t out;
    Locate(lines, line / lines.inner.length, &in, &out);
    const char* source = lines.in + in + line % lines.inner.length * lines.inner.in;
    char* target = lines.out + out + line % lines.inner.length * lines.inner.out;
    for (int64_t x = 0; x < length; ++x)
      memcpy(copy + x * bytes, source + x * lines.along.in, static_cast<size_t>(bytes));
    done = RunTasks(panels, runner.threads, runner.cancel, [&](int64_t number) {
      Panel own = panel;
      const int64_t first = number * kPanelChunk;
      own.groups = static_cast<int>(segments - first < kPanelChunk ? segments - first : kPanelChunk);
      for (int g = 0; g < own.groups; ++g) {
        own.start[g] = (first + g) * lines.segment;
        own.stored[g] = length - own.start[g] < lines.segment ? length - own.start[g] : lines.segment;
        own.in[g] = copy;
        own.out[g] = target + own.start[g] * lines.along.out;
      }
      void* memory = scratch->Take();
      runner.kernels.panel(pass, own, memory);
      scratch->Give(memory);
    });
  }
  free(copy);
  return done ? LANES_OK : LANES_CANCELLED;
}

// All passes over a part.
int32_t RunPart(const Runner& runner, const LineCall& call, const Part& part, Scratch* scratch) {
  for (int p = 0; p < call.n_passes; ++p) {
    const LinePass pass = PassOf(call, p);
    Part from = part;
    Lines lines;
    lines.in_type = p == 0 ? call.in_type : call.out_type;
    lines.out_type = call.out_type;
    if (p > 0) {
      from.in = part.out;
      for (int a = 0; a < part.rank; ++a) from.axes[a].in = part.axes[a].out;
    }
    lines.in = from.in;
    lines.out = from.out;
    FindLines(from, pass.axis, &lines);
    CutLines(pass, &lines);
    const auto run = lines.segment > 0 ? RunSegments : RunPanels;
    const int32_t status = run(runner, pass, lines, scratch);
    if (status != LANES_OK) return status;
  }
  return LANES_OK;
}

// The axes in front of all filtered ones number images that do not need each other. Where there are enough of them,
// each thread takes some through all passes; else the threads share every pass.
int32_t RunAll(const FilterKernels& kernels, const LineCall& call) {
  int batch = call.all.rank;
  int64_t images = 1;
  int64_t image_bytes = kDTypeRows[call.out_type].bytes;
  for (int p = 0; p < call.n_passes; ++p) {
    const int axis = static_cast<int>(PassOf(call, p).axis);
    if (axis < batch) batch = axis;
  }
  for (int a = 0; a < call.all.rank; ++a) (a < batch ? images : image_bytes) *= call.all.axes[a].length;
  const int64_t run = batch > 0 ? call.all.axes[batch - 1].length : 1;
  const int64_t fit = image_bytes > kBlockBytes ? 1 : kBlockBytes / image_bytes;
  const int64_t block = fit < run ? fit : run;
  const int64_t blocks_of_run = DivideUp(run, block);
  const int64_t blocks = images / run * blocks_of_run;
  if (batch == 0 || (call.threads > 1 && blocks < 2 * call.threads)) {
    Scratch scratch;
    return RunPart({kernels, call.cancel, call.threads}, call, call.all, &scratch);
  }
  std::atomic<int32_t> status{LANES_OK};
  const bool done = RunTasks(blocks, call.threads, call.cancel, [&](int64_t number) {
    if (status.load(std::memory_order_relaxed) != LANES_OK) return;
    Part part = call.all;
    int64_t rest = number / blocks_of_run;
    const int64_t first = number % blocks_of_run * block;
    for (int a = batch - 1; a >= 0; --a) {
      const bool last = a == batch - 1;
      const int64_t index = last ? first : rest % part.axes[a].length;
      if (!last) rest /= part.axes[a].length;
      part.in += index * part.axes[a].in;
      part.out += index * part.axes[a].out;
      part.axes[a].length = last ? (run - first < block ? run - first : block) : 1;
    }
    Scratch scratch;
    const int32_t own = RunPart({kernels, call.cancel, 1}, call, part, &scratch);
    if (own != LANES_OK) status.store(own, std::memory_order_relaxed);
  });
  return done ? status.load() : LANES_CANCELLED;
}

}  // namespace

int32_t FilterLines(const int64_t* words) {
  const Isa* isa = CurrentIsa();
  if (isa == nullptr) return LANES_UNSUPPORTED_CPU;
  LineCall call;
  call.cancel = reinterpret_cast<const int32_t*>(words[0]);
  call.threads = static_cast<int>(words[1]);
  call.all.in = reinterpret_cast<const char*>(words[2]);
  call.in_type = static_cast<int>(words[3]);
  call.all.out = reinterpret_cast<char*>(words[4]);
  call.out_type = static_cast<int>(words[5]);
  const int64_t rank = words[6];
  if (!IsFilterType(words[3]) || !IsFilterType(words[5]) || rank < 1 || rank > kMostAxes || words[7] < 1 ||
      call.threads < 1) {
    return LANES_BAD_ARGUMENT;
  }
  call.all.rank = static_cast<int>(rank);
  call.n_passes = static_cast<int>(words[7]);
  const int64_t* shape = words + 8;
  call.passes = shape + 3 * rank;
  bool empty = false;
  for (int64_t a = 0; a < rank; ++a) {
    if (shape[a] < 0) return LANES_BAD_ARGUMENT;
    empty |= shape[a] == 0;
    call.all.axes[a] = {shape[a], static_cast<ptrdiff_t>(shape[rank + a]), static_cast<ptrdiff_t>(shape[2 * rank + a])};
  }
  for (int p = 0; p < call.n_passes; ++p) {
    if (!IsSound(call, PassOf(call, p))) return LANES_BAD_ARGUMENT;
  }
  if (empty) return LANES_OK;
  if (call.all.in == nullptr || call.all.out == nullptr) return LANES_BAD_ARGUMENT;
  return RunAll(*isa->filters, call);
}

}  // namespace lanes
