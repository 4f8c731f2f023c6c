// Chains: runs of arithmetic instructions and functions, done on a few vectors at a time. These vectors, the
// accumulator, stay in registers from one instruction to the next, so that only what others read is written to blocks.
#ifndef LANES_CHAIN_H_
#define LANES_CHAIN_H_

#include <stddef.h>
#include <stdint.h>

#include "program.h"

namespace lanes {

// The instructions that a chain takes, by the names of their kernels.
// The formatter finds no form of this that it keeps.
// clang-format off
#define LANES_CHAIN_VERBS(BINARY, UNARY, COMPARISON)                      \
  BINARY(add) BINARY(sub) BINARY(mul) BINARY(truediv)                     \
  BINARY(minimum) BINARY(maximum)                                         \
  UNARY(square) UNARY(sqrt) UNARY(neg) UNARY(abs)                         \
  UNARY(floor) UNARY(ceil) UNARY(trunc) UNARY(round)                      \
  COMPARISON(lt) COMPARISON(le) COMPARISON(gt) COMPARISON(ge)             \
  COMPARISON(eq) COMPARISON(ne)

// Elementary functions, of the accumulator only, but for the logarithm, which with kBlocks is that of a quotient x / y:
// on its own a group's division must wait until most of the logarithms before it are done.
#define LANES_CHAIN_FUNCTIONS(FUNCTION)                                   \
  FUNCTION(exp) FUNCTION(exp2) FUNCTION(expm1)                            \
  FUNCTION(log) FUNCTION(log1p) FUNCTION(log2) FUNCTION(log10)            \
  FUNCTION(tanh) FUNCTION(pow3halves) FUNCTION(pow5halves)
// clang-format on
// Those of float32 only: for float64 they need so many registers that loops of their own are faster.
#define LANES_CHAIN_FUNCTIONS_32(FUNCTION) FUNCTION(sin) FUNCTION(cos)

// What a link does, on the accumulator where nothing else is said; x and y are its arguments.
enum ChainVerb : int32_t {
#define LANES_VERB(name) kChain_##name,
  LANES_CHAIN_VERBS(LANES_VERB, LANES_VERB, LANES_VERB)
#undef LANES_VERB
      kChainAddProduct,  // accumulator + x * y, rounded twice
  kChainSubProduct,      // accumulator - x * y
  kChainProductSub,      // x * y - accumulator
  kChainAddSquare,       // accumulator + x * x * y, rounded thrice; y is one value
  kChainSubSquare,       // accumulator - x * x * y
  kChainSquareSub,       // x * x * y - accumulator
  kChainSelectElse,      // x where the condition, the last comparison's result, is false
  kChainSelectThen,      // x where it is true
  kChainLoad,            // x becomes the accumulator
  kChainStore,           // into block x
  kChainStoreLast,       // the same as the chain's end
  kChainStreamLast,      // the same past the caches, into a block that is aligned to 64 bytes
  kChainLoadTruth,       // block x becomes the condition
  kChainStoreTruth,      // the condition, into block x
  kChainSum,             // to kAccumulators sums from x on, in turn
  kChainFirstFunction,
  kChainBeforeFunctions = kChainFirstFunction - 1,
#define LANES_VERB(name) kChain_##name,
  LANES_CHAIN_FUNCTIONS(LANES_VERB) LANES_CHAIN_FUNCTIONS_32(LANES_VERB)
#undef LANES_VERB
};

// The code of a link is verb * kChainForms + form. The first four say what x is, a block or one value, and on which
// side of the accumulator it stands; with the others the verb is done on x and y alone.
// Their number is rounded up to a power of two, by which codes are quickly taken apart.
enum ChainForm : int32_t {
  kRightBlock,
  kRightOne,
  kLeftBlock,
  kLeftOne,
  kBlocks,
  kBlockOne,
  kOneBlock,
  kChainForms = 8
};

inline bool IsStore(const ChainLink& link) {
  const int32_t verb = link.code / kChainForms;
  return verb == kChainStore || verb == kChainStoreLast || verb == kChainStoreTruth;
}

// Calls read(value) for each block of elements that a link reads.
template <class Read>
void ForBlocksRead(const ChainLink& link, Read read) {
  const int32_t verb = link.code / kChainForms;
  const int32_t form = link.code % kChainForms;
  bool reads_x = false;
  bool reads_y = false;
  if (verb < kChain_square || (verb >= kChain_lt && verb <= kChain_ne)) {
    reads_x = form != kRightOne && form != kLeftOne && form != kOneBlock;
    reads_y = form == kBlocks || form == kOneBlock;
  } else if (verb < kChain_lt || verb >= kChainFirstFunction) {
    reads_x = form == kBlocks;
    reads_y = form == kBlocks && verb >= kChainFirstFunction;
  } else if (verb <= kChainSquareSub) {
    reads_x = true;
    reads_y = form == kRightBlock;
  } else if (verb <= kChainLoad) {
    reads_x = form == kRightBlock;
  }
  if (reads_x) read(link.x);
  if (reads_y) read(link.y);
}

// The longest chain; what is longer is cut.
inline constexpr int kMostLinks = 64;
// Room that each instruction may need.
inline constexpr int kLinksPerInstruction = 5;

// An instruction with which of its arguments are one value for all elements.
struct ChainStep {
  int32_t instruction;
  uint32_t uniform;
};

struct Chain {
  int taken;  // instructions, 0 when there is no chain or it would spare nothing
  int links;
  bool is_float64;
};

// Runs a chain's links over blocks of n elements. `blocks` holds those of values; `is_far` says that they come from
// memory, in ascending order.
using ChainRunner = void (*)(const ChainLink* links, int count, char* const* blocks, size_t n, bool is_far);
struct ChainTable {
  ChainRunner float32;
  ChainRunner float64;
  bool has_functions;  // whether these should join chains
};

// Whether kChainSum does what the reduction does with each element.
bool IsSum(int32_t reduction);

// Makes a chain of the first of these instructions and writes its links: kLinksPerInstruction of each at most, and
// kMostLinks in all. `functions` says whether elementary functions may join. `sums` has for each value that is summed
// up in float64 which block its accumulators are, else -1; null for none. Then blocks must begin at a multiple of
// kAccumulators elements. With `any` the chain may spare nothing.
Chain MakeChain(const Pass& pass, const ChainStep* steps, int count, bool functions, const int32_t* sums, bool any,
                ChainLink* links);

}  // namespace lanes

#endif  // LANES_CHAIN_H_
