// The C ABI: checks what can be checked and calls on.
#include "lanes.h"

#include <string.h>

#include <new>

#include "arrays.h"
#include "copy.h"
#include "filters.h"
#include "histogram.h"
#include "isa.h"
#include "memory.h"
#include "program.h"
#include "random.h"
#include "run.h"
#include "scans.h"
#include "shape.h"
#include "shared.h"
#include "sort_lanes.h"
#include "user_library.h"

namespace {

const char kOperators[] =
#define LANES_KERNEL(name, key, result, a, b, c, ulp) \
  "kernel " #name " " #key " " #result " " #a " " #b " " #c " " #ulp "\n"
#define LANES_REDUCTION(name, key, result, accumulator) "reduction " #name " " #key " " #result " " #accumulator "\n"
#include "ops.def"
#undef LANES_KERNEL
#undef LANES_REDUCTION
    ;

// Text for a caller whose buffer may be too small: written on a first round only to be measured.
class Text {
 public:
  explicit Text(char* buffer) : end_(buffer) {}

  void Add(const char* text, size_t n) {
    if (end_ != nullptr) {
      memcpy(end_, text, n);
      end_ += n;
      *end_ = '\0';
    }
    length_ += static_cast<int64_t>(n);
  }

  void Add(const char* text) { Add(text, strlen(text)); }

  void AddNumber(int n) {
    if (n >= 10) AddNumber(n / 10);
    const char digit = static_cast<char>('0' + n % 10);
    Add(&digit, 1);
  }

  int64_t Length() const { return length_; }

 private:
  char* end_;
  int64_t length_ = 0;
};

int64_t Give(void (*write)(Text*), int64_t buffer, int64_t bytes) {
  Text measured(nullptr);
  write(&measured);
  if (buffer != 0 && measured.Length() < bytes) {
    Text given(reinterpret_cast<char*>(buffer));
    given.Add("");
    write(&given);
  }
  return measured.Length();
}

void WriteTable(Text* text) {
  text->Add(kOperators);
  for (int k = 0; k < lanes::kDTypes; ++k) {
    const lanes::DTypeRow& row = lanes::kDTypeRows[k];
    text->Add("dtype ");
    text->Add(row.name);
    text->Add(" ");
    text->AddNumber(k);
    text->Add(" ");
    text->AddNumber(row.bytes);
    text->Add(" ");
    text->Add(&"bilfdcs"[row.kind], 1);
    text->Add("\n");
  }
}

void WriteIsas(Text* text) {
  const lanes::IsaList& list = lanes::RunnableIsas();
  for (int k = 0; k < list.count; ++k) {
    if (k > 0) text->Add(",");
    text->Add(list.items[k]->name);
  }
}

void WriteIsa(Text* text) {
  const lanes::Isa* isa = lanes::CurrentIsa();
  if (isa != nullptr) text->Add(isa->name);
}

bool Decode(int64_t call, int arrays, lanes::ArrayCall* decoded) {
  return call != 0 && decoded->Decode(reinterpret_cast<const int64_t*>(call), arrays);
}

lanes::RandomStream Stream(int64_t key, int64_t stream, int64_t position) {
  return {static_cast<uint64_t>(key), static_cast<uint32_t>(stream), static_cast<uint64_t>(position)};
}

int32_t Sorting(int32_t (*run)(const lanes::SortKernels*, const int64_t*), int64_t call) {
  if (call == 0) return LANES_BAD_ARGUMENT;
  const lanes::Isa* isa = lanes::CurrentIsa();
  return isa == nullptr ? LANES_UNSUPPORTED_CPU : run(isa->sort, reinterpret_cast<const int64_t*>(call));
}

}  // namespace

extern "C" {

int64_t lanes_table(int64_t buffer, int64_t bytes) noexcept { return Give(WriteTable, buffer, bytes); }

int64_t lanes_isas(int64_t buffer, int64_t bytes) noexcept { return Give(WriteIsas, buffer, bytes); }

int64_t lanes_isa(int64_t buffer, int64_t bytes) noexcept { return Give(WriteIsa, buffer, bytes); }

int32_t lanes_select_isa(int64_t name) noexcept {
  if (name == 0) return LANES_BAD_ARGUMENT;
  if (lanes::RunnableIsas().count == 0) return LANES_UNSUPPORTED_CPU;
  return lanes::SelectIsa(reinterpret_cast<const char*>(name)) ? LANES_OK : LANES_BAD_ARGUMENT;
}

int64_t lanes_allocate(int64_t bytes, int32_t is_zeroed) noexcept {
  if (bytes <= 0) return 0;
  return reinterpret_cast<int64_t>(lanes::AllocateArray(static_cast<size_t>(bytes), is_zeroed != 0));
}

void lanes_free(int64_t address, int64_t bytes) noexcept {
  lanes::FreeArray(reinterpret_cast<void*>(address), static_cast<size_t>(bytes));
}

int64_t lanes_map(int64_t path, int64_t offset, int64_t bytes, int32_t access) noexcept {
  if (path == 0 || offset < 0 || bytes <= 0 || access < LANES_READ || access > LANES_RESERVE) return -22;  // EINVAL
  return lanes::MapFile(reinterpret_cast<const char*>(path), offset, bytes, static_cast<lanes_access>(access));
}

void lanes_unmap(int64_t address, int64_t bytes) noexcept {
  if (address != 0) lanes::UnmapFile(reinterpret_cast<void*>(address), static_cast<size_t>(bytes));
}

void lanes_wait(int64_t address, int32_t expected, int64_t nanoseconds) noexcept {
  if (address != 0 && address % 4 == 0 && nanoseconds > 0) {
    lanes::WaitWhile(reinterpret_cast<int32_t*>(address), expected, nanoseconds);
  }
}

void lanes_wake(int64_t address) noexcept {
  if (address != 0) lanes::WakeAll(reinterpret_cast<int32_t*>(address));
}

int64_t lanes_open_library(int64_t path, int64_t message, int64_t bytes) noexcept {
  if (path == 0 || message == 0 || bytes <= 0) return 0;
  return reinterpret_cast<int64_t>(lanes::OpenUserLibrary(
      reinterpret_cast<const char*>(path), reinterpret_cast<char*>(message), static_cast<size_t>(bytes)));
}

int32_t lanes_find_function(int64_t library, int64_t name, int64_t signature, int64_t function) noexcept {
  if (library == 0 || name == 0 || signature == 0 || function == 0) return LANES_BAD_ARGUMENT;
  lanes::UserFunction found = nullptr;
  const int32_t status = lanes::FindUserFunction(reinterpret_cast<void*>(library), reinterpret_cast<const char*>(name),
                                                 reinterpret_cast<const char*>(signature), &found);
  *reinterpret_cast<int64_t*>(function) = reinterpret_cast<int64_t>(found);
  return status;
}

int32_t lanes_program_create(int64_t words, int64_t count, int64_t handle) noexcept {
  if (words == 0 || count < 0 || handle == 0) return LANES_BAD_ARGUMENT;
  lanes::Program* program = nullptr;
  try {
    program = new lanes::Program;
    if (!lanes::DecodeProgram(reinterpret_cast<const int32_t*>(words), count, program)) {
      delete program;
      return LANES_BAD_PROGRAM;
    }
  } catch (const std::bad_alloc&) {
    delete program;
    return LANES_NO_MEMORY;
  }
  *reinterpret_cast<int64_t*>(handle) = reinterpret_cast<int64_t>(program);
  return LANES_OK;
}

void lanes_program_free(int64_t program) noexcept { delete reinterpret_cast<lanes::Program*>(program); }

int32_t lanes_run(int64_t program, int64_t call) noexcept {
  if (program == 0 || call == 0) return LANES_BAD_ARGUMENT;
  return lanes::RunProgram(*reinterpret_cast<const lanes::Program*>(program), reinterpret_cast<const int64_t*>(call));
}

int32_t lanes_run_vectors(int64_t program, int64_t n, int64_t output, int64_t output_stride, int64_t a,
                          int64_t a_stride, int64_t b, int64_t b_stride, int64_t c, int64_t c_stride) noexcept {
  if (program == 0 || n < 0) return LANES_BAD_ARGUMENT;
  const int64_t vectors[] = {output, output_stride, a, a_stride, b, b_stride, c, c_stride};
  return lanes::RunVectors(*reinterpret_cast<const lanes::Program*>(program), n, vectors);
}

int32_t lanes_run_many(int64_t program, int64_t calls, int64_t count, int32_t threads, int64_t cancel) noexcept {
  if (program == 0 || calls == 0 || count < 0 || threads < 1) return LANES_BAD_ARGUMENT;
  return lanes::RunProgramMany(*reinterpret_cast<const lanes::Program*>(program),
                               reinterpret_cast<const int64_t* const*>(calls), count, threads,
                               reinterpret_cast<const int32_t*>(cancel));
}

int32_t lanes_copy(int64_t call) noexcept {
  lanes::ArrayCall arrays;
  if (!Decode(call, 2, &arrays)) return LANES_BAD_ARGUMENT;
  return lanes::CopyArrays(arrays);
}

int32_t lanes_scan(int64_t call, int32_t operation, int32_t axis) noexcept {
  lanes::ArrayCall arrays;
  if (!Decode(call, 2, &arrays) || operation < 0 || operation >= lanes::kScanOps) return LANES_BAD_ARGUMENT;
  if (axis < 0 || axis >= arrays.rank) return LANES_BAD_ARGUMENT;
  return lanes::ScanArrays(arrays, static_cast<lanes::ScanOp>(operation), axis);
}

int32_t lanes_histogram(int64_t call, int32_t rule, int64_t edges, int64_t bins, int32_t weighted,
                        int64_t numbers) noexcept {
  lanes::ArrayCall arrays;
  if (!Decode(call, weighted != 0 ? 2 : 1, &arrays) || numbers == 0) return LANES_BAD_ARGUMENT;
  if (rule < 0 || rule > lanes::kOwnNumber || bins < 1 || bins >= INT32_MAX) return LANES_BAD_ARGUMENT;
  if (rule != lanes::kOwnNumber && edges == 0) return LANES_BAD_ARGUMENT;
  const lanes::Bins of = {reinterpret_cast<const double*>(edges), bins};
  const auto bin_rule = static_cast<lanes::BinRule>(rule);
  return weighted != 0 ? lanes::AddByBins(arrays, bin_rule, of, reinterpret_cast<double*>(numbers))
                       : lanes::CountBins(arrays, bin_rule, of, reinterpret_cast<int64_t*>(numbers));
}

int32_t lanes_random_uniform(int64_t call, int64_t key, int64_t stream, int64_t position, double a, double b,
                             double c) noexcept {
  lanes::ArrayCall arrays;
  if (!Decode(call, 1, &arrays)) return LANES_BAD_ARGUMENT;
  return lanes::FillUniform(arrays, Stream(key, stream, position), a, b, c);
}

int32_t lanes_random_normal(int64_t call, int64_t key, int64_t stream, int64_t position, double a, double b) noexcept {
  lanes::ArrayCall arrays;
  if (!Decode(call, 1, &arrays)) return LANES_BAD_ARGUMENT;
  return lanes::FillNormal(arrays, Stream(key, stream, position), a, b);
}

int32_t lanes_random_integers(int64_t call, int64_t key, int64_t stream, int64_t position, int64_t low,
                              int64_t range) noexcept {
  lanes::ArrayCall arrays;
  if (!Decode(call, 1, &arrays) || range == 0) return LANES_BAD_ARGUMENT;
  return lanes::FillIntegers(arrays, Stream(key, stream, position), low, static_cast<uint64_t>(range));
}

int32_t lanes_take(int64_t call, int32_t axis, int64_t length, int64_t indices) noexcept {
  lanes::ArrayCall arrays;
  if (!Decode(call, 2, &arrays) || axis < 0 || axis >= arrays.rank) return LANES_BAD_ARGUMENT;
  if (indices == 0 || indices % 8 != 0) return LANES_BAD_ARGUMENT;
  return lanes::TakeArrays(arrays, axis, length, reinterpret_cast<const int64_t*>(indices));
}

int32_t lanes_nonzero_count(int64_t call, int64_t counts) noexcept {
  lanes::ArrayCall arrays;
  if (!Decode(call, 1, &arrays) || counts == 0) return LANES_BAD_ARGUMENT;
  return lanes::CountNonzero(arrays, reinterpret_cast<int64_t*>(counts));
}

int32_t lanes_nonzero(int64_t call, int64_t starts, int64_t indices) noexcept {
  lanes::ArrayCall arrays;
  if (!Decode(call, 1, &arrays) || starts == 0 || indices == 0) return LANES_BAD_ARGUMENT;
  return lanes::FindNonzero(arrays, reinterpret_cast<const int64_t*>(starts), reinterpret_cast<int64_t*>(indices));
}

int32_t lanes_compress(int64_t call, int64_t starts, int64_t result) noexcept {
  lanes::ArrayCall arrays;
  if (!Decode(call, 2, &arrays) || arrays.rank != 1 || starts == 0 || result == 0) return LANES_BAD_ARGUMENT;
  return lanes::CompressArray(arrays, reinterpret_cast<const int64_t*>(starts), reinterpret_cast<char*>(result));
}

int32_t lanes_filter_lines(int64_t call) noexcept {
  return call == 0 ? LANES_BAD_ARGUMENT : lanes::FilterLines(reinterpret_cast<const int64_t*>(call));
}

int32_t lanes_filter_windows(int64_t call) noexcept {
  return call == 0 ? LANES_BAD_ARGUMENT : lanes::FilterWindows(reinterpret_cast<const int64_t*>(call));
}

int32_t lanes_order(int64_t call) noexcept { return Sorting(lanes::RunOrder, call); }

int32_t lanes_search(int64_t call) noexcept { return Sorting(lanes::RunSearch, call); }

int32_t lanes_groups(int64_t call) noexcept { return Sorting(lanes::RunGroups, call); }

}  // extern "C"
