// What the links of chains are: functions that have the accumulator in their vector arguments and end by jumping to the
// next one, so that nothing is stored or loaded in between.
#if defined(LANES_CHAIN_LINKS_H) == defined(HWY_TARGET_TOGGLE)
#ifdef LANES_CHAIN_LINKS_H
#undef LANES_CHAIN_LINKS_H
#else
#define LANES_CHAIN_LINKS_H
#endif

#include <stddef.h>
#include <stdint.h>

#include "hwy/highway.h"

// As many vectors as both x86-64 and AArch64 pass in registers.
#define LANES_EACH(Do) Do(0) Do(1) Do(2) Do(3) Do(4) Do(5) Do(6) Do(7)
#define LANES_VECTORS v0, v1, v2, v3, v4, v5, v6, v7
#define LANES_LINK_ARGUMENTS                                                                                           \
  [[maybe_unused]] const Link *link, [[maybe_unused]] size_t i, [[maybe_unused]] State *state, V v0, V v1, V v2, V v3, \
      V v4, V v5, V v6, V v7
#define LANES_NEXT return link[1].run(link + 1, i, state, LANES_VECTORS)

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr size_t kVectors = 8;

// Links for elements of type T.
template <class T>
struct LinksOf {
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;
  static constexpr size_t N = hn::MaxLanes(D());

  // What all links of a run see.
  struct State {
    size_t left;  // elements of a part
    hn::Mask<D> condition[kVectors];
  };
  struct Link;
  using Function = void (*)(const Link* link, size_t i, State* state, V v0, V v1, V v2, V v3, V v4, V v5, V v6, V v7);
  struct Link {
    Function run;
    const char* x;
    const char* y;
    mutable uint32_t subnormal;  // groups that had such a product, where a careful one counts them
  };
};

// Whether elementary functions gain from being links. With 16 registers their own loops are faster: exp of float64 by a
// tenth to a fifth on AVX2 and SSE4.
constexpr bool kHasFunctionLinks = HWY_TARGET <= HWY_AVX3;

// The links of an elementary function, which work on the accumulator alone: for whole groups, and for parts. The others
// are for whole groups of quotients, in the caches or in memory; null where there are none.
template <class T>
struct FunctionLinks {
  typename LinksOf<T>::Function whole;
  typename LinksOf<T>::Function part;
  typename LinksOf<T>::Function of_quotients;
  typename LinksOf<T>::Function of_far_quotients;
};
// By their place in LANES_CHAIN_FUNCTIONS, behind which for float32 are those of LANES_CHAIN_FUNCTIONS_32.
extern const FunctionLinks<float> kFunctionLinks32[];
extern const FunctionLinks<double> kFunctionLinks64[];

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();

#endif  // LANES_CHAIN_LINKS_H
