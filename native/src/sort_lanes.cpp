// Takes a call of lanes_order apart and goes over its lanes: many short ones at a time, or one long one on all threads.
#include "sort_lanes.h"

#include <algorithm>
#include <new>

namespace lanes {
namespace {

constexpr int kOperands = 3;

struct Operand {
  char* address;
  ptrdiff_t stride;
  const int64_t* strides;
};

struct Call {
  int64_t operation;
  Work work;
  size_t n;
  size_t m;
  int64_t parameter;
  const int64_t* ranks;
  int64_t rank;
  const int64_t* shape;
  int64_t lanes;
  Operand operands[kOperands];

  // The lane of that number in C order of the shape.
  Lane At(int operand, int64_t lane, size_t length) const {
    const Operand& of = operands[operand];
    char* first = of.address;
    for (int64_t axis = rank - 1; axis >= 0; --axis) {
      first += lane % shape[axis] * of.strides[axis];
      lane /= shape[axis];
    }
    return {first, of.stride, length};
  }
};

bool Decode(const SortKernels* kernels, const int64_t* words, Call* call) {
  const int64_t dtype = words[3];
  if (dtype < 0 || dtype > kDFloat64 || words[2] < 1 || words[4] < 1 || words[5] < 1 || words[8] < 0) return false;
  call->operation = words[0];
  call->work = {kernels, static_cast<DType>(dtype), static_cast<int>(words[2]),
                reinterpret_cast<const int32_t*>(words[1])};
  call->n = static_cast<size_t>(words[4]);
  call->m = static_cast<size_t>(words[5]);
  call->parameter = words[6];
  call->ranks = reinterpret_cast<const int64_t*>(words[7]);
  call->rank = words[8];
  call->shape = words + 9;
  call->lanes = 1;
  for (int64_t axis = 0; axis < call->rank; ++axis) call->lanes *= call->shape[axis];
  const int64_t* at = call->shape + call->rank;
  for (Operand& operand : call->operands) {
    operand = {reinterpret_cast<char*>(at[0]), static_cast<ptrdiff_t>(at[1]), at + 2};
    at += 2 + call->rank;
  }
  const bool is_rank = call->operation != LANES_ORDER_PARTITION ||
                       (call->parameter >= 0 && static_cast<size_t>(call->parameter) < call->n);
  const bool has_ranks = call->operation != LANES_ORDER_SELECT || call->ranks != nullptr;
  return is_rank && has_ranks && (call->operation != LANES_ORDER_TOP || call->m <= call->n);
}

int32_t RunLane(const Call& call, const Work& work, int64_t lane) {
  const Lane in = call.At(0, lane, call.n);
  const Lane out = call.At(1, lane, call.m);
  switch (call.operation) {
    case LANES_ORDER_SORT:
      return SortLane(work, in, out);
    case LANES_ORDER_ARGSORT:
      return ArgsortLane(work, in, out);
    case LANES_ORDER_SELECT:
      return SelectLane(work, in, out, call.ranks);
    case LANES_ORDER_PARTITION:
      return PartitionLane(work, in, out, static_cast<size_t>(call.parameter));
    case LANES_ORDER_TOP:
      return TopLane(work, in, out, call.At(2, lane, call.m), call.parameter != 0);
    default:
      return LANES_BAD_ARGUMENT;
  }
}

}  // namespace

int32_t RunOrder(const SortKernels* kernels, const int64_t* words) {
  Call call;
  if (!Decode(kernels, words, &call)) return LANES_BAD_ARGUMENT;
  try {
    if (call.lanes < 2 * call.work.threads && call.n >= kLongLane) {
      for (int64_t lane = 0; lane < call.lanes; ++lane) {
        const int32_t status = RunLane(call, call.work, lane);
        if (status != LANES_OK) return status;
      }
      return LANES_OK;
    }
    Work alone = call.work;
    alone.threads = 1;
    std::atomic<int32_t> worst{LANES_OK};
    const int64_t group = std::max<int64_t>(1, static_cast<int64_t>(kLongLane / 2 / call.n));
    const bool done =
        RunTasks((call.lanes + group - 1) / group, call.work.threads, call.work.cancel, [&](int64_t task) {
          const int64_t end = std::min(call.lanes, (task + 1) * group);
          for (int64_t lane = task * group; lane < end; ++lane) {
            const int32_t status = RunLane(call, alone, lane);
            if (status != LANES_OK) worst = status;
          }
        });
    return done ? worst.load() : static_cast<int32_t>(LANES_CANCELLED);
  } catch (const std::bad_alloc&) {
    return LANES_NO_MEMORY;
  }
}

}  // namespace lanes
