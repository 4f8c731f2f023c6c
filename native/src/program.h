// A decoded and verified program.
#ifndef LANES_PROGRAM_H_
#define LANES_PROGRAM_H_

#include <stdint.h>

#include <vector>

#include "kernels.h"

namespace lanes {

// Registers are renamed to values: whatever is written once is one value. Values are numbered inputs first, then loads,
// then the instructions' results. Values of one register never live at the same time, so they may share its scratch
// memory.
struct Value {
  int32_t bytes;  // of one element
  int32_t slot;   // scratch memory of its register
};

struct Input {
  int32_t dtype;
  int32_t bytes;
  int32_t operand;   // of the program
  int32_t last_use;  // the last instruction that reads it, -1 for none
  bool stored;       // it is also an output as it is
};

struct Instruction {
  int32_t kernel;  // LANES_USER_KERNEL for a function of the user's
  int32_t arity;
  int32_t arguments[3];   // values
  UserFunction function;  // the user's, else null
};

struct Output {
  int32_t dtype;
  int32_t bytes;
  int32_t operand;  // of the program
  int32_t value;
  int32_t reduction;  // -1 for none
  int32_t parameter;  // of the reduction
};

// A link of a chain, of which see chain.h.
struct ChainLink {
  int32_t code;
  int32_t x;  // values
  int32_t y;
  // What runs remember of its product, and of a chain's first link when that was seen, see Care.
  mutable uint32_t is_careful = 0;
  mutable uint32_t looked = 0;
};

// The short way of a pass, see RunPlain.
struct PlainPass {
  // A kernel call, or a chain of links.
  struct Step {
    int32_t instruction;
    uint32_t uniform;
    int32_t links;  // none for a kernel call
    bool is_float64;
  };
  // A value in scratch memory.
  struct Place {
    int32_t value;
    int32_t offset;
  };
  // What one or several reductions of the same value accumulate.
  struct State {
    int32_t reduction;
    int32_t value;
    bool is_chained;  // a chain does it
  };
  // The output of a reduction.
  struct Result {
    int32_t output;
    int32_t state;
  };
  // An operand that is read or written element by element; those that are read come first.
  struct Vector {
    int32_t operand;  // of the call
    int32_t value;
    int32_t bytes;  // of one element
  };
  // Operands that must not be the same memory: an instruction reads the one after another wrote the other.
  struct Clash {
    int32_t input;
    int32_t output;
  };

  bool fits = false;   // whether the pass is of its sort; if not there is nothing else
  int64_t block = 0;   // elements
  int32_t inputs = 0;  // of the vectors
  std::vector<Vector> vectors;
  std::vector<Clash> clashes;
  std::vector<Step> steps;
  std::vector<ChainLink> links;
  std::vector<Place> scratch;
  std::vector<State> states;
  std::vector<Result> results;
};

struct Constant {
  alignas(16) uint8_t bytes[16];
};

struct Pass {
  std::vector<Value> values;
  std::vector<Input> inputs;
  std::vector<int32_t> loads;  // constants
  std::vector<Instruction> instructions;
  std::vector<Output> outputs;
  int32_t slots = 0;
  int32_t reductions = 0;
  int32_t user_arguments = 0;  // of functions of the user's, all together
  std::vector<int32_t> uses;   // of each value, as argument or output
  PlainPass plain;
  // Of a program that takes vectors: the places of the inputs, then of the outputs.
  std::vector<int32_t> places;
  bool reads_vectors = false;  // not only what passes before left
};

// Where a call over vectors has its operands: the result, up to three inputs, and single values that passes leave for
// later ones.
inline constexpr int kMostInputVectors = 3;
inline constexpr int kMostSingles = 8;
inline constexpr int kSingleBytes = 16;  // at most
inline constexpr int kPlaces = 1 + kMostInputVectors + kMostSingles;

struct Program {
  std::vector<Constant> constants;
  std::vector<std::vector<char>> texts;  // what constants of bytes view
  std::vector<Pass> passes;
  bool takes_vectors = false;  // whether its operands have places
};

// Decodes `count` words. False when they are not a program that lanes_run may trust. May throw std::bad_alloc.
bool DecodeProgram(const int32_t* words, int64_t count, Program* program);

}  // namespace lanes

#endif  // LANES_PROGRAM_H_
