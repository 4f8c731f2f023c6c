// Makes chains: decides which instructions join one, what the accumulator holds, and what must be stored.
#include "chain.h"

#include <string.h>

namespace lanes {
namespace {

// What a chain can do with each kernel.
struct ChainKernel {
  enum Sort : int8_t { kNone, kBinary, kUnary, kFunction, kComparison, kMulAdd, kWhere };
  Sort sort = kNone;
  bool is_float64 = false;
  int32_t verb = 0;
};

struct ChainKernels {
  ChainKernels() {
    for (int k = 0; k < kKernels; ++k) {
      const KernelRow& row = kKernelRows[k];
      // The kind that a kernel computes in is that of its last argument.
      int key = -1;
      for (int argument : row.arguments) key = argument >= 0 ? argument : key;
      if (key != kFloat32 && key != kFloat64) continue;
      ChainKernel& kernel = kernels[k];
      kernel.is_float64 = key == kFloat64;
#define LANES_BINARY(Verb) \
  if (strcmp(row.name, #Verb) == 0) kernel = {ChainKernel::kBinary, key == kFloat64, kChain_##Verb};
#define LANES_UNARY(Verb) \
  if (strcmp(row.name, #Verb) == 0) kernel = {ChainKernel::kUnary, key == kFloat64, kChain_##Verb};
#define LANES_COMPARISON(Verb) \
  if (strcmp(row.name, #Verb) == 0) kernel = {ChainKernel::kComparison, key == kFloat64, kChain_##Verb};
      LANES_CHAIN_VERBS(LANES_BINARY, LANES_UNARY, LANES_COMPARISON)
#undef LANES_BINARY
#undef LANES_UNARY
#undef LANES_COMPARISON
#define LANES_FUNCTION(Verb) \
  if (strcmp(row.name, #Verb) == 0) kernel = {ChainKernel::kFunction, key == kFloat64, kChain_##Verb};
      LANES_CHAIN_FUNCTIONS(LANES_FUNCTION)
      if (key == kFloat32) {
        LANES_CHAIN_FUNCTIONS_32(LANES_FUNCTION)
      }
#undef LANES_FUNCTION
      if (strcmp(row.name, "muladd") == 0) kernel.sort = ChainKernel::kMulAdd;
      if (strcmp(row.name, "where") == 0) kernel.sort = ChainKernel::kWhere;
    }
  }
  ChainKernel kernels[kKernels];
};

const ChainKernel& KernelOf(const Instruction& instruction) {
  static const ChainKernels all;
  static const ChainKernel none;
  return instruction.function != nullptr ? none : all.kernels[instruction.kernel];
}

// Writes the links of one chain. Every result is followed by a link that stores it; those that turn out to be read from
// the accumulator alone are struck out in the end.
class ChainMaker {
 public:
  ChainMaker(const Pass& pass, const ChainStep* steps, int count, bool functions, const int32_t* sums, bool any,
             ChainLink* links)
      : pass_(pass), steps_(steps), count_(count), functions_(functions), sums_(sums), any_(any), links_(links) {}

  Chain Make() {
    Chain chain = {0, 0, false};
    while (chain.taken < count_) {
      const ChainKernel& kernel = KernelOf(InstructionAt(chain.taken));
      if (kernel.sort == ChainKernel::kNone || (kernel.sort == ChainKernel::kFunction && !functions_)) break;
      if (chain.taken == 0) chain.is_float64 = kernel.is_float64;
      // Room for the longest instruction and its store.
      if (kernel.is_float64 != chain.is_float64 || length_ + kLinksPerInstruction > kMostLinks) break;
      const int taken = TakeInstruction(chain.taken, kernel);
      if (taken == 0) break;
      chain.taken += taken;
    }
    chain.links = StrikeStores();
    if (spared_ == 0 && !any_) chain.taken = 0;
    return chain;
  }

 private:
  const Instruction& InstructionAt(int step) const { return pass_.instructions[steps_[step].instruction]; }
  int32_t ResultOf(int step) const {
    return static_cast<int32_t>(pass_.inputs.size() + pass_.loads.size()) + steps_[step].instruction;
  }
  bool IsOne(int step, int argument) const { return (steps_[step].uniform >> argument & 1) != 0; }

  void Add(int32_t verb, int32_t form, int32_t x = 0, int32_t y = 0) {
    links_[length_++] = {verb * kChainForms + form, x, y};
  }

  // Begins with an argument, unless the accumulator holds it already.
  void Begin(int step, int argument) {
    const int32_t value = InstructionAt(step).arguments[argument];
    if (value == held_)
      ++from_accumulator_;
    else
      Add(kChainLoad, IsOne(step, argument) ? kRightOne : kRightBlock, value);
  }

  // Notes that the accumulator holds a step's result, and what was read of the one before.
  void End(int step) {
    Close();
    held_ = ResultOf(step);
    Add(kChainStore, 0, held_);
    store_ = length_ - 1;
    if (IsSummed(held_)) {
      ++from_accumulator_;
      Add(kChainSum, 0, sums_[held_]);
    }
  }

  bool IsSummed(int32_t value) const { return sums_ != nullptr && sums_[value] >= 0; }

  // Strikes out the store of what the accumulator held when nobody else reads it.
  void Close() {
    if (held_ >= 0 && pass_.uses[held_] == from_accumulator_) links_[store_].code = -1;
    if (held_ >= 0 && held_ == square_.value) square_.spared += from_accumulator_;
    from_accumulator_ = 0;
    held_ = -1;
  }
  void CloseCondition() {
    if (condition_ >= 0 && pass_.uses[condition_] == from_condition_) links_[condition_store_].code = -1;
    from_condition_ = 0;
    condition_ = -1;
  }

  // Returns how many instructions it took: none when the chain cannot go on, two where they make one link.
  int TakeInstruction(int step, const ChainKernel& kernel) {
    const Instruction& instruction = InstructionAt(step);
    switch (kernel.sort) {
      case ChainKernel::kUnary:
        TakeUnary(step, kernel.verb);
        NoteSquare(step);
        End(step);
        return 1;
      case ChainKernel::kFunction:
        if (kernel.verb == kChain_log && TakeQuotient(step)) return 1;
        Begin(step, 0);
        Add(kernel.verb, kRightBlock);
        End(step);
        return 1;
      case ChainKernel::kBinary:
        if (kernel.verb == kChain_mul && TakeProduct(step)) return 2;
        TakeBinary(step, kernel.verb);
        NoteSquare(step);
        End(step);
        return 1;
      case ChainKernel::kComparison:
        TakeComparison(step, kernel.verb);
        return 1;
      case ChainKernel::kMulAdd:
        TakeMulAdd(step);
        End(step);
        return 1;
      default:
        return TakeWhere(step, instruction) ? 1 : 0;
    }
  }

  void TakeUnary(int step, int32_t verb) {
    const int32_t argument = InstructionAt(step).arguments[0];
    if (argument == held_) ++from_accumulator_;
    Add(verb, argument == held_ ? kRightBlock : kBlocks, argument);
  }

  void TakeBinary(int step, int32_t verb) {
    const int32_t a = InstructionAt(step).arguments[0];
    const int32_t b = InstructionAt(step).arguments[1];
    if (a == b && verb == kChain_mul) {
      if (a == held_) ++from_accumulator_;  // and once more in TakeUnary
      TakeUnary(step, kChain_square);
      return;
    }
    if (a == held_ || b == held_) ++from_accumulator_;
    if (a == held_)
      Add(verb, IsOne(step, 1) ? kRightOne : kRightBlock, b);
    else if (b == held_)
      Add(verb, IsOne(step, 0) ? kLeftOne : kLeftBlock, a);
    else
      Add(verb, IsOne(step, 0) ? kOneBlock : IsOne(step, 1) ? kBlockOne : kBlocks, a, b);
  }

  // A product that the next instruction adds to the accumulator, or subtracts.
  bool TakeProduct(int step) {
    if (step + 1 >= count_ || held_ < 0) return false;
    const Instruction& product = InstructionAt(step);
    const Instruction& next = InstructionAt(step + 1);
    const ChainKernel& kernel = KernelOf(next);
    const ChainKernel& own = KernelOf(product);
    if (kernel.sort != ChainKernel::kBinary || kernel.is_float64 != own.is_float64) return false;
    if (kernel.verb != kChain_add && kernel.verb != kChain_sub) return false;
    const int32_t result = ResultOf(step);
    const bool is_right = next.arguments[0] == held_ && next.arguments[1] == result;
    const bool is_left = next.arguments[1] == held_ && next.arguments[0] == result;
    const bool has_factor = product.arguments[0] == held_ || product.arguments[1] == held_;
    if (!(is_right || is_left) || has_factor || pass_.uses[result] != 1) return false;
    ++from_accumulator_;
    AddProduct(step, kernel.verb == kChain_add ? kChainAddProduct : is_right ? kChainSubProduct : kChainProductSub);
    End(step + 1);
    return true;
  }

  // A quotient of blocks that the accumulator holds for this logarithm alone.
  bool TakeQuotient(int step) {
    if (held_ < 0 || InstructionAt(step).arguments[0] != held_ || pass_.uses[held_] != 1) return false;
    const int quotient = store_ - 1;
    if (store_ != length_ - 1 || quotient < 0 || links_[quotient].code != kChain_truediv * kChainForms + kBlocks)
      return false;
    links_[quotient].code = kChain_log * kChainForms + kBlocks;
    length_ = store_;
    ++spared_;
    held_ = -1;
    End(step);
    return true;
  }

  void AddProduct(int step, int32_t verb) {
    const int32_t* arguments = InstructionAt(step).arguments;
    for (int k = 0; k < 2; ++k) {
      if (arguments[k] == square_.value && IsOne(step, 1 - k) && square_.value != held_ && IsStillThere(step)) {
        ++square_.spared;
        // The verbs of squares follow those of products in their order.
        Add(verb + kChainAddSquare - kChainAddProduct, kRightOne, square_.argument, arguments[1 - k]);
        return;
      }
    }
    if (IsOne(step, 0))
      Add(verb, kRightOne, arguments[1], arguments[0]);
    else
      Add(verb, IsOne(step, 1) ? kRightOne : kRightBlock, arguments[0], arguments[1]);
  }

  // Of a block, when the last link makes one.
  void NoteSquare(int step) {
    const ChainLink& link = links_[length_ - 1];
    if (link.code != kChain_square * kChainForms + kBlocks) return;
    CloseSquare();
    square_ = {ResultOf(step), link.x, length_, 0};
  }

  // Whether the square's argument may be read again.
  bool IsStillThere(int step) const {
    return square_.argument < static_cast<int32_t>(pass_.inputs.size()) &&
           pass_.inputs[square_.argument].last_use > steps_[step].instruction;
  }

  // Strikes out the store of a square that is always computed anew.
  void CloseSquare() {
    if (square_.value >= 0 && pass_.uses[square_.value] == square_.spared) links_[square_.store].code = -1;
    square_ = {};
  }

  void TakeMulAdd(int step) {
    const int32_t* arguments = InstructionAt(step).arguments;
    if (IsOne(step, 0) && IsOne(step, 1)) {
      Add(kChainLoad, kRightOne, arguments[0]);
      Add(kChain_mul, kRightOne, arguments[1]);
      Add(kChain_add, kRightBlock, arguments[2]);
    } else if (arguments[2] == held_ && arguments[0] != held_ && arguments[1] != held_) {
      ++from_accumulator_;
      AddProduct(step, kChainAddProduct);
    } else {
      TakeBinary(step, kChain_mul);
      Add(kChain_add, IsOne(step, 2) ? kRightOne : kRightBlock, arguments[2]);
    }
  }

  // Leaves the accumulator as it is.
  void TakeComparison(int step, int32_t verb) {
    CloseCondition();
    TakeBinary(step, verb);
    condition_ = ResultOf(step);
    Add(kChainStoreTruth, 0, condition_);
    condition_store_ = length_ - 1;
  }

  bool TakeWhere(int step, const Instruction& instruction) {
    const int32_t* arguments = instruction.arguments;
    if (IsOne(step, 0)) return false;
    if (arguments[0] == condition_) {
      ++from_condition_;
    } else {
      CloseCondition();
      Add(kChainLoadTruth, 0, arguments[0]);
    }
    if (arguments[2] == held_ && arguments[1] != held_) {
      ++from_accumulator_;
      Add(kChainSelectThen, IsOne(step, 1) ? kRightOne : kRightBlock, arguments[1]);
    } else {
      Begin(step, 1);
      Add(kChainSelectElse, IsOne(step, 2) ? kRightOne : kRightBlock, arguments[2]);
    }
    End(step);
    return true;
  }

  // Closes the gaps. Returns how many links are left.
  int StrikeStores() {
    Close();
    CloseCondition();
    CloseSquare();
    int kept = 0;
    for (int k = 0; k < length_; ++k) {
      if (links_[k].code >= 0)
        links_[kept++] = links_[k];
      else
        ++spared_;
    }
    if (kept > 0 && links_[kept - 1].code == kChainStore * kChainForms)
      links_[kept - 1].code = kChainStoreLast * kChainForms;
    return kept;
  }

  const Pass& pass_;
  const ChainStep* steps_;
  const int count_;
  const bool functions_;
  const int32_t* sums_;
  const bool any_;
  ChainLink* links_;
  int length_ = 0;
  int spared_ = 0;
  int32_t held_ = -1;         // the result in the accumulator
  int store_ = 0;             // the link that stores it
  int from_accumulator_ = 0;  // how often it was read there
  // The last square of a block, which costs less when it is computed again than when it is kept.
  struct Square {
    int32_t value = -1;
    int32_t argument = -1;
    int store = 0;   // the link that stores it
    int spared = 0;  // how often nobody read what was stored
  } square_;
  int32_t condition_ = -1;  // the same of the last comparison
  int condition_store_ = 0;
  int from_condition_ = 0;
};

}  // namespace

bool IsSum(int32_t reduction) {
  const ReductionRow& row = kReductionRows[reduction];
  const bool is_real = row.argument == kFloat32 || row.argument == kFloat64;
  return is_real && (strcmp(row.name, "sum") == 0 || strcmp(row.name, "mean") == 0);
}

Chain MakeChain(const Pass& pass, const ChainStep* steps, int count, bool functions, const int32_t* sums, bool any,
                ChainLink* links) {
  return ChainMaker(pass, steps, count, functions, sums, any, links).Make();
}

}  // namespace lanes
