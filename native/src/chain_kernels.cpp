// The links of chains but for elementary functions, compiled for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "chain_kernels.cpp"
#include <string.h>

#include <array>
#include <atomic>

#include "chain.h"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "kernels.h"
#include "processor.h"
// These once for every target.
#include "chain_links.h"
#include "operators.h"
#include "product.h"
#include "quotient.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Which products of a chain are careful ones. Once the processor says that a block met subnormal numbers, all are in a
// block that counts them, and those that met many are from then on, until it is time to count again. Threads that run
// the same chain share what is remembered, and may disturb each other: results are the same.
template <class T>
class Care {
 public:
  explicit Care(const ChainLink& first, bool counts) {
    if (!kHasCarefulProducts<T> || !counts || !is_intel) return;
    looked_ = Load(first.looked);
    if (looked_ > kAll && looked_ != Now()) looked_ = kAll;
  }

  // Whether this block's subnormal products are counted.
  bool Counts() const { return looked_ == kAll; }

  bool Takes(const ChainLink& link) const {
    return looked_ == kAll || (looked_ > kAll && looked_ != kNever && Load(link.is_careful) != 0);
  }

  // After a block of so many groups.
  template <class Link>
  void Remember(const ChainLink* links, int count, const Link* own, size_t groups) const {
    if (looked_ == kNone && MetSubnormals()) Store(links->looked, kAll);
    if (looked_ != kAll) return;
    for (int k = 0; k < count; ++k) Store(links[k].is_careful, own[k].subnormal * 3 >= groups);
    Store(links->looked, Now());
  }

 private:
  // When products were counted, as a time after these.
  enum : uint32_t { kNone, kAll, kNever = ~0u };

#if HWY_ARCH_X86
  // In units of some milliseconds.
  static uint32_t Now() { return static_cast<uint32_t>(__rdtsc() >> 23) | 2u; }
  // Whether any operation of this thread did since the last that made this true.
  static bool MetSubnormals() {
    constexpr unsigned kFlags = _MM_EXCEPT_DENORM | _MM_EXCEPT_UNDERFLOW;
    const unsigned state = _mm_getcsr();
    if ((state & kFlags) == 0) return false;
    _mm_setcsr(state & ~kFlags);
    return true;
  }
#else
  static uint32_t Now() { return 2; }
  static bool MetSubnormals() { return false; }
#endif
  static uint32_t Load(const uint32_t& x) { return __atomic_load_n(&x, __ATOMIC_RELAXED); }
  static void Store(uint32_t& x, uint32_t value) { __atomic_store_n(&x, value, __ATOMIC_RELAXED); }

  uint32_t looked_ = kNever;
};

// What links work on: whole groups of kVectors vectors, in the caches or in memory, or the part of a group at a block's
// end.
enum Groups { kNear, kFar, kPart };

// The blocks that links read one after the other. When they come from memory, a line of each in turn is faster than a
// group's lines of the one and then of the other: 2*a + 3*b takes 0.92 to 0.98 of the time on Zen 4. What was not
// measured on Intel's processors is not done there.
class Streams {
 public:
  // None, where blocks are in the caches.
  Streams() = default;

  Streams(const ChainLink* links, int count, char* const* blocks) {
    if (is_intel) return;
    int of_first = 0;
    for (int k = 0; k < count; ++k) {
      ForBlocksRead(links[k], [&](int32_t value) { Add(blocks[value]); });
      if (of_first == 0) of_first = count_;
    }
    // That link takes them in turn itself.
    if (of_first == count_) count_ = 0;
  }

  // Brings bytes [from, from + n) of all of them into the cache.
  HWY_INLINE void Touch(size_t from, size_t n) const {
    if (count_ == 0) return;
    for (size_t at = from; at < from + n; at += kLineBytes) {
      for (int k = 0; k < count_; ++k) *static_cast<const volatile char*>(blocks_[k] + at);
    }
  }

 private:
  static constexpr int kMost = 4;
  static constexpr size_t kLineBytes = 64;

  void Add(const char* block) {
    for (int k = 0; k < count_; ++k) {
      if (blocks_[k] == block) return;
    }
    if (count_ < kMost) blocks_[count_++] = block;
  }

  const char* blocks_[kMost];
  int count_ = 0;
};

// The links for elements of type T.
template <class T, Groups kGroups>
struct Links : LinksOf<T> {
  using typename LinksOf<T>::D;
  using typename LinksOf<T>::V;
  using typename LinksOf<T>::State;
  using typename LinksOf<T>::Link;
  using typename LinksOf<T>::Function;
  using LinksOf<T>::N;

  // Where a link's blocks are. Far ones are looked up anew for each vector, because loads from memory that do not
  // follow each other at once go faster (2*a + 3*b by a sixth on Zen 4), though from the caches slower.
  struct Where {
    explicit Where(const Link* link) : link_(link), x_(link->x), y_(link->y) {}
    const char* X() const { return kGroups == kFar ? link_->x : x_; }
    const char* Y() const { return kGroups == kFar ? link_->y : y_; }

   private:
    const Link* link_;
    const char* x_;
    const char* y_;
  };
// What follows this is read or written later. Left alone, compilers take a group's vectors in any order, and processors
// fetch ahead only what is read upwards.
#define LANES_UPWARDS std::atomic_signal_fence(std::memory_order_seq_cst);

  // Vector k of the group that begins at element i of a block. What a part lacks becomes ones, which few functions find
  // hard.
  static HWY_INLINE V Block(const char* block, size_t i, size_t k, const State* state) {
    const D d;
    const T* p = reinterpret_cast<const T*>(block) + i + k * N;
    if (kGroups == kFar) AskAhead(p);
    if (kGroups != kPart || state->left >= (k + 1) * N) return hn::LoadU(d, p);
    const V ones = hn::Set(d, T{1});
    if (state->left <= k * N) return ones;
    if (!HWY_MEM_OPS_MIGHT_FAULT) {
      const auto belongs = hn::FirstN(d, state->left - k * N);
      return hn::IfThenElse(belongs, hn::MaskedLoad(belongs, d, p), ones);
    }
    HWY_ALIGN T some[N];
    hn::Store(ones, d, some);
    memcpy(some, p, (state->left - k * N) * sizeof(T));
    return hn::Load(d, some);
  }

  // Writes vector k, of a part what belongs to it.
  template <class R>
  static HWY_INLINE void Write(const char* block, size_t i, size_t k, const State* state, const R& result) {
    constexpr bool kIsTruth = !std::is_same_v<R, V>;
    using Element = std::conditional_t<kIsTruth, uint8_t, T>;
    const D d;
    Element* p = const_cast<Element*>(reinterpret_cast<const Element*>(block)) + i + k * N;
    if (kGroups != kPart || state->left >= (k + 1) * N) {
      StoreResult(d, result, p);
    } else if (state->left > k * N) {
      if constexpr (!kIsTruth && !HWY_MEM_OPS_MIGHT_FAULT) {
        hn::BlendedStore(result, hn::FirstN(d, state->left - k * N), d, p);
      } else {
        HWY_ALIGN Element some[N];
        StoreResult(d, result, some);
        memcpy(p, some, (state->left - k * N) * sizeof(Element));
      }
    }
  }

  static HWY_INLINE hn::Mask<D> Truths(const char* block, size_t i, size_t k, const State* state) {
    const D d;
    const uint8_t* p = reinterpret_cast<const uint8_t*>(block) + i + k * N;
    if (kGroups != kPart || state->left >= (k + 1) * N) return LoadCondition(d, p);
    HWY_ALIGN uint8_t some[N] = {};
    if (state->left > k * N) memcpy(some, p, state->left - k * N);
    return LoadCondition(d, some);
  }

  static HWY_INLINE V One(const char* value) { return hn::Set(D(), *reinterpret_cast<const T*>(value)); }

  // What a verb with two arguments gives for vector k, of which v is the accumulator's and `one` the single value.
  template <class Body, int kForm>
  static HWY_INLINE auto Do(const Where& at, size_t i, size_t k, const State* state, V v, V one) {
    const D d;
    if constexpr (kForm == kRightBlock) return Body::Do(d, v, Block(at.X(), i, k, state));
    if constexpr (kForm == kRightOne) return Body::Do(d, v, one);
    if constexpr (kForm == kLeftBlock) return Body::Do(d, Block(at.X(), i, k, state), v);
    if constexpr (kForm == kLeftOne) return Body::Do(d, one, v);
    if constexpr (kForm == kBlocks) return Body::Do(d, Block(at.X(), i, k, state), Block(at.Y(), i, k, state));
    if constexpr (kForm == kBlockOne) return Body::Do(d, Block(at.X(), i, k, state), one);
    if constexpr (kForm == kOneBlock) return Body::Do(d, one, Block(at.Y(), i, k, state));
  }

  template <int kForm>
  static HWY_INLINE V OneOf(const Link* link) {
    if constexpr (kForm == kRightOne || kForm == kLeftOne || kForm == kOneBlock) return One(link->x);
    if constexpr (kForm == kBlockOne) return One(link->y);
    return hn::Zero(D());
  }

  template <class Body, int kForm>
  static void Binary(LANES_LINK_ARGUMENTS) {
    if constexpr (std::is_same_v<Body, op_truediv> && (kForm == kRightOne || kForm == kBlockOne)) {
      return Quotients<kForm == kBlockOne>(link, i, state, LANES_VECTORS);
    }
    const V one = OneOf<kForm>(link);
    const Where at(link);
#define LANES_DO(k)                                   \
  v##k = Do<Body, kForm>(at, i, k, state, v##k, one); \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    LANES_NEXT;
  }

  // By one value.
  template <bool kOfBlock>
  static HWY_INLINE void Quotients(LANES_LINK_ARGUMENTS) {
    const D d;
    const Where at(link);
    const Divisor<T> divisor(*reinterpret_cast<const T*>(kOfBlock ? link->y : link->x));
#define LANES_DO(k)                                                       \
  v##k = divisor.Divide(d, kOfBlock ? Block(at.X(), i, k, state) : v##k); \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    LANES_NEXT;
  }

  template <class Body, int kForm>
  static void Comparison(LANES_LINK_ARGUMENTS) {
    const V one = OneOf<kForm>(link);
    const Where at(link);
#define LANES_DO(k)                                                  \
  state->condition[k] = Do<Body, kForm>(at, i, k, state, v##k, one); \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    LANES_NEXT;
  }

  // Square roots, for which a group is looked at once. NaNs, which stay NaNs either way, leave the bounds as they are,
  // the second argument.
  template <bool kOfBlock>
  static HWY_INLINE void Roots(LANES_LINK_ARGUMENTS) {
    const D d;
    const Where at(link);
    V least = hn::Set(d, T{1});
    V most = least;
#define LANES_DO(k)                                \
  if (kOfBlock) v##k = Block(at.X(), i, k, state); \
  least = hn::Min(v##k, least);                    \
  most = hn::Max(v##k, most);                      \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    const bool in_steps = HasRootsInSteps(d, least, most);
#define LANES_IN_STEPS(k) v##k = RootInSteps(d, v##k);
#define LANES_AT_ONCE(k) v##k = hn::Sqrt(v##k);
    if (HWY_LIKELY(in_steps)) {
      LANES_EACH(LANES_IN_STEPS)
    } else {
      LANES_EACH(LANES_AT_ONCE)
    }
#undef LANES_IN_STEPS
#undef LANES_AT_ONCE
    LANES_NEXT;
  }

  // Of the accumulator, or of block x.
  template <class Body, bool kOfBlock>
  static void Unary(LANES_LINK_ARGUMENTS) {
    const D d;
    const Where at(link);
    if constexpr (std::is_same_v<Body, op_sqrt> && kInSteps<D>) {
      return Roots<kOfBlock>(link, i, state, LANES_VECTORS);
    }
#define LANES_DO(k)                                                 \
  v##k = Body::Do(d, kOfBlock ? Block(at.X(), i, k, state) : v##k); \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    LANES_NEXT;
  }

  template <int kVerb>
  static HWY_INLINE V WithProduct(V v, V product) {
    if constexpr (kVerb == kChainAddProduct || kVerb == kChainAddSquare) return hn::Add(v, product);
    if constexpr (kVerb == kChainSubProduct || kVerb == kChainSubSquare) return hn::Sub(v, product);
    return hn::Sub(product, v);
  }

  struct Operands {
    V a, b;
    static HWY_INLINE Operands Do(D, V a, V b) { return {a, b}; }
  };

  // Products, on their own or added to or subtracted from the accumulator; careful ones count those that are subnormal.
  template <int kVerb, int kForm, bool kIsCareful = false>
  static void Products(LANES_LINK_ARGUMENTS) {
    constexpr bool kIsAdded = kVerb != kChain_mul && kVerb != kChain_square;
    constexpr bool kIsOfSquare = kVerb == kChainAddSquare || kVerb == kChainSubSquare || kVerb == kChainSquareSub;
    constexpr int kOperands = !kIsAdded ? kForm : kForm == kRightOne ? kBlockOne : kBlocks;
    const D d;
    const V one = OneOf<kOperands>(link);
    const Where at(link);
    hn::Mask<D> subnormal = hn::MaskFromVec(hn::Zero(d));
    const auto product = [&](size_t k, V v) HWY_ATTR {
      Operands of;
      if constexpr (kVerb == kChain_square) {
        of.a = of.b = kForm == kBlocks ? Block(at.X(), i, k, state) : v;
      } else {
        of = Do<Operands, kOperands>(at, i, k, state, v, one);
      }
      const auto times = [&](V a, V b) HWY_ATTR {
        if constexpr (kIsCareful) {
          return CarefulProduct(d, a, b, subnormal);
        } else {
          return hn::Mul(a, b);
        }
      };
      if constexpr (kIsOfSquare) of.a = times(of.a, of.a);
      const V result = times(of.a, of.b);
      if constexpr (kIsAdded) return WithProduct<kVerb>(v, result);
      return result;
    };
#define LANES_DO(k)        \
  v##k = product(k, v##k); \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    if constexpr (kIsCareful) link->subnormal += hn::AllFalse(d, subnormal) ? 0 : 1;
    LANES_NEXT;
  }

  template <bool kThen, bool kIsOne>
  static void Select(LANES_LINK_ARGUMENTS) {
    const V one = kIsOne ? One(link->x) : hn::Zero(D());
    const Where at(link);
#define LANES_DO(k)                                                                         \
  {                                                                                         \
    const V other = kIsOne ? one : Block(at.X(), i, k, state);                              \
    v##k = hn::IfThenElse(state->condition[k], kThen ? other : v##k, kThen ? v##k : other); \
  }                                                                                         \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    LANES_NEXT;
  }

  template <bool kIsOne>
  static void Load(LANES_LINK_ARGUMENTS) {
    const V one = kIsOne ? One(link->x) : hn::Zero(D());
    const Where at(link);
#define LANES_DO(k)                                 \
  v##k = kIsOne ? one : Block(at.X(), i, k, state); \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    LANES_NEXT;
  }

  template <bool kLast>
  static void Store(LANES_LINK_ARGUMENTS) {
    const Where at(link);
#define LANES_DO(k)                 \
  Write(at.X(), i, k, state, v##k); \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    if constexpr (!kLast) LANES_NEXT;
  }

  static HWY_INLINE void Stream(const char* block, size_t i, size_t k, const State* state, V v) {
    const D d;
    if constexpr (kGroups == kPart) {
      Write(block, i, k, state, v);
    } else {
      hn::Stream(v, d, const_cast<T*>(reinterpret_cast<const T*>(block)) + i + k * N);
    }
  }

  static void StreamLast(LANES_LINK_ARGUMENTS) {
    const Where at(link);
#define LANES_DO(k)                  \
  Stream(at.X(), i, k, state, v##k); \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
  }

  static void LoadTruth(LANES_LINK_ARGUMENTS) {
    const Where at(link);
#define LANES_DO(k)                                  \
  state->condition[k] = Truths(at.X(), i, k, state); \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    LANES_NEXT;
  }

  static void StoreTruth(LANES_LINK_ARGUMENTS) {
    const Where at(link);
#define LANES_DO(k)                                \
  Write(at.X(), i, k, state, state->condition[k]); \
  LANES_UPWARDS
    LANES_EACH(LANES_DO)
#undef LANES_DO
    LANES_NEXT;
  }

  // The sums of a group: as many accumulators as it has elements, or all, where it is several turns.
  using SumD = hn::ScalableTag<double>;
  using SumV = hn::Vec<SumD>;
  static constexpr size_t kSumN = hn::MaxLanes(SumD());
  static constexpr size_t kHalves = N / kSumN;
  static constexpr size_t kSums = kVectors * N < kAccumulators ? kVectors * kHalves : kAccumulators / kSumN;

  // Adds vector k, of a part what belongs to it: -0 changes no sum.
  static HWY_INLINE void AddTo(SumV* sums, size_t k, const State* state, V v) {
    const D d;
    const SumD sum_d;
    if (kGroups == kPart && state->left < (k + 1) * N) {
      const size_t left = state->left > k * N ? state->left - k * N : 0;
      v = hn::IfThenElse(hn::FirstN(d, left), v, hn::Set(d, static_cast<T>(-0.0)));
    }
    if constexpr (kHalves == 1) {
      sums[k % kSums] = hn::Add(sums[k % kSums], v);
    } else {
      const size_t first = 2 * k % kSums;
      sums[first] = hn::Add(sums[first], hn::PromoteTo(sum_d, hn::LowerHalf(v)));
      sums[first + 1] = hn::Add(sums[first + 1], hn::PromoteTo(sum_d, hn::UpperHalf(hn::Half<D>(), v)));
    }
  }

  static void Sum(LANES_LINK_ARGUMENTS) {
    const SumD d;
    // Where a group is no whole number of turns, it begins within one.
    double* accumulators = reinterpret_cast<double*>(const_cast<char*>(link->x)) + i % kAccumulators;
    SumV sums[kSums];
    for (size_t k = 0; k < kSums; ++k) sums[k] = hn::LoadU(d, accumulators + k * kSumN);
#define LANES_DO(k) AddTo(sums, k, state, v##k);
    LANES_EACH(LANES_DO)
#undef LANES_DO
    for (size_t k = 0; k < kSums; ++k) hn::StoreU(sums[k], d, accumulators + k * kSumN);
    LANES_NEXT;
  }

  static const FunctionLinks<T>& LinksOfFunction(uint32_t verb) {
    if constexpr (std::is_same_v<T, float>) {
      return kFunctionLinks32[verb - kChainFirstFunction];
    } else {
      return kFunctionLinks64[verb - kChainFirstFunction];
    }
  }

  // Of a part.
  static void LogOfQuotients(LANES_LINK_ARGUMENTS) {
    const Where at(link);
#define LANES_DO(k) v##k = hn::Div(Block(at.X(), i, k, state), Block(at.Y(), i, k, state));
    LANES_EACH(LANES_DO)
#undef LANES_DO
    return LinksOfFunction(kChain_log).part(link, i, state, LANES_VECTORS);
  }

  static void End(const Link*, size_t, State*, V, V, V, V, V, V, V, V) {}

  static constexpr Function kTable[kChainFirstFunction][kChainForms] = {
#define LANES_ROW(Which, name)                                                                  \
  {                                                                                             \
      Which<op_##name, kRightBlock>, Which<op_##name, kRightOne>, Which<op_##name, kLeftBlock>, \
      Which<op_##name, kLeftOne>,    Which<op_##name, kBlocks>,   Which<op_##name, kBlockOne>,  \
      Which<op_##name, kOneBlock>},
#define LANES_BINARY(name) LANES_ROW(Binary, name)
#define LANES_UNARY(name) {Unary<op_##name, false>, nullptr, nullptr, nullptr, Unary<op_##name, true>},
#define LANES_COMPARISON(name) LANES_ROW(Comparison, name)
      LANES_CHAIN_VERBS(LANES_BINARY, LANES_UNARY, LANES_COMPARISON)
#undef LANES_BINARY
#undef LANES_UNARY
#undef LANES_COMPARISON
#undef LANES_ROW
          {Products<kChainAddProduct, kRightBlock>, Products<kChainAddProduct, kRightOne>},
      {Products<kChainSubProduct, kRightBlock>, Products<kChainSubProduct, kRightOne>},
      {Products<kChainProductSub, kRightBlock>, Products<kChainProductSub, kRightOne>},
      {nullptr, Products<kChainAddSquare, kRightOne>},
      {nullptr, Products<kChainSubSquare, kRightOne>},
      {nullptr, Products<kChainSquareSub, kRightOne>},
      {Select<false, false>, Select<false, true>},
      {Select<true, false>, Select<true, true>},
      {Load<false>, Load<true>},
      {Store<false>},
      {Store<true>},
      {StreamLast},
      {LoadTruth},
      {StoreTruth},
      {Sum}};

  // The careful ones of these, null where there are none.
  using Table = std::array<std::array<Function, kChainForms>, kChainFirstFunction>;
  static constexpr Table CarefulTable() {
    Table table{};
    if constexpr (kHasCarefulProducts<T>) {
#define LANES_CAREFUL(verb, form) table[verb][form] = Products<verb, form, true>;
      LANES_CAREFUL(kChain_mul, kRightBlock)
      LANES_CAREFUL(kChain_mul, kRightOne)
      LANES_CAREFUL(kChain_mul, kLeftBlock)
      LANES_CAREFUL(kChain_mul, kLeftOne)
      LANES_CAREFUL(kChain_mul, kBlocks)
      LANES_CAREFUL(kChain_mul, kBlockOne)
      LANES_CAREFUL(kChain_mul, kOneBlock)
      LANES_CAREFUL(kChain_square, kRightBlock)
      LANES_CAREFUL(kChain_square, kBlocks)
      LANES_CAREFUL(kChainAddProduct, kRightBlock)
      LANES_CAREFUL(kChainAddProduct, kRightOne)
      LANES_CAREFUL(kChainSubProduct, kRightBlock)
      LANES_CAREFUL(kChainSubProduct, kRightOne)
      LANES_CAREFUL(kChainProductSub, kRightBlock)
      LANES_CAREFUL(kChainProductSub, kRightOne)
      LANES_CAREFUL(kChainAddSquare, kRightOne)
      LANES_CAREFUL(kChainSubSquare, kRightOne)
      LANES_CAREFUL(kChainSquareSub, kRightOne)
#undef LANES_CAREFUL
    }
    return table;
  }

  static Function FunctionOf(int32_t code, bool is_careful) {
    static constexpr Table kCareful = CarefulTable();
    const uint32_t verb = static_cast<uint32_t>(code) / kChainForms;
    const uint32_t form = static_cast<uint32_t>(code) % kChainForms;
    if (HWY_LIKELY(verb < kChainFirstFunction)) {
      return is_careful && kCareful[verb][form] != nullptr ? kCareful[verb][form] : kTable[verb][form];
    }
    const FunctionLinks<T>& links = LinksOfFunction(verb);
    if (form == kBlocks) {
      return kGroups == kPart ? LogOfQuotients : kGroups == kFar ? links.of_far_quotients : links.of_quotients;
    }
    return kGroups == kPart ? links.part : links.whole;
  }

  static void Set(const ChainLink* links, int count, char* const* blocks, Link* own, const Care<T>& care) {
    for (int k = 0; k < count; ++k) {
      own[k].run = FunctionOf(links[k].code, care.Takes(links[k]));
      own[k].x = blocks[links[k].x];
      own[k].y = blocks[links[k].y];
    }
    own[count].run = End;
  }

  // Runs the links on groups of the elements [i, n), whole ones or the one that is left. Where elements may be done
  // twice, the last group begins early enough to be a whole one. Returns where it ends.
  static size_t Run(const ChainLink* links, int count, char* const* blocks, Link* own, size_t i, size_t n,
                    bool is_repeatable) {
    State state;
    state.left = n - i;
    const V v = hn::Zero(D());
    constexpr size_t kGroup = kVectors * N;
    if constexpr (kGroups == kPart) {
      own[0].run(own, i, &state, v, v, v, v, v, v, v, v);
      return n;
    }
    const Streams streams = kGroups == kFar ? Streams(links, count, blocks) : Streams();
    while (i + kGroup <= n) {
      streams.Touch(i * sizeof(T), kGroup * sizeof(T));
      own[0].run(own, i, &state, v, v, v, v, v, v, v, v);
      i += kGroup;
      if (is_repeatable && i < n && n - i < kGroup) i = n - kGroup;
    }
    return i;
  }
};

template <class D>
HWY_INLINE hn::Vec<D> PromoteOrSame(D, hn::Vec<D> v) {
  return v;
}
template <class D>
HWY_INLINE hn::Vec<D> PromoteOrSame(D d, hn::Vec<hn::Rebind<float, D>> v) {
  return hn::PromoteTo(d, v);
}

// Products summed up, the commonest of short chains, with the accumulators in registers all the time.
template <class T, Groups kGroups>
void SumProducts(const ChainLink* links, char* const* blocks, size_t n) {
  using Whole = Links<T, kGroups>;
  using Part = Links<T, kPart>;
  constexpr size_t N = Whole::N;
  constexpr size_t kSumN = Whole::kSumN;
  constexpr size_t kLineBytes = 64;
  const typename Whole::SumD d;
  const bool is_square = links[0].code / kChainForms == kChain_square;
  const char* x = blocks[links[0].x];
  const char* y = is_square ? x : blocks[links[0].y];
  double* accumulators = reinterpret_cast<double*>(blocks[links[1].x]);
  typename Whole::SumV sums[Whole::kSums];
  for (size_t k = 0; k < Whole::kSums; ++k) sums[k] = hn::LoadU(d, accumulators + k * kSumN);
  typename Whole::State state;
  size_t i = 0;
  for (; i + kAccumulators <= n; i += kAccumulators) {
    for (size_t k = 0; k < Whole::kSums; ++k) {
      // As many as fill a vector of sums, so that none need be taken apart.
      const hn::Rebind<T, decltype(d)> part;
      const T* a = reinterpret_cast<const T*>(x) + i + k * kSumN;
      const T* b = reinterpret_cast<const T*>(y) + i + k * kSumN;
      if (kGroups == kFar && k * kSumN * sizeof(T) % kLineBytes == 0) {
        AskAhead(a);
        AskAhead(b);
      }
      sums[k] = hn::Add(sums[k], PromoteOrSame(d, hn::Mul(hn::LoadU(part, a), hn::LoadU(part, b))));
    }
  }
  state.left = n - i;
  for (size_t k = 0; k * N < state.left; ++k) {
    Part::AddTo(sums, k, &state, hn::Mul(Part::Block(x, i, k, &state), Part::Block(y, i, k, &state)));
  }
  for (size_t k = 0; k < Whole::kSums; ++k) hn::StoreU(sums[k], d, accumulators + k * kSumN);
}

bool IsSumOfProducts(const ChainLink* links, int count) {
  const bool is_product =
      links[0].code == kChain_mul * kChainForms + kBlocks || links[0].code == kChain_square * kChainForms + kBlocks;
  return count == 2 && is_product && links[1].code == kChainSum * kChainForms;
}

// Whether elements may be done twice: nothing is summed up, and no block that is written is read.
template <class Link>
bool IsRepeatable(const ChainLink* links, int count, const Link* own) {
  for (int k = 0; k < count; ++k) {
    if (links[k].code == kChainSum * kChainForms) return false;
    if (!IsStore(links[k])) continue;
    for (int other = 0; other < count; ++other) {
      if (other != k && (own[other].x == own[k].x || own[other].y == own[k].x)) return false;
    }
  }
  return true;
}

template <class T>
void RunChain(const ChainLink* links, int count, char* const* blocks, size_t n, bool is_far) {
  // Where there are registers for them.
  if constexpr (Links<T, kNear>::kSums * Links<T, kNear>::kSumN == kAccumulators && Links<T, kNear>::kSums <= 8) {
    if (IsSumOfProducts(links, count)) {
      return (is_far ? SumProducts<T, kFar> : SumProducts<T, kNear>)(links, blocks, n);
    }
  }
  constexpr size_t kGroup = kVectors * Links<T, kNear>::N;
  size_t i = 0;
  typename LinksOf<T>::Link own[kMostLinks + 1];
  const Care<T> care(links[0], n >= 2 * kGroup);
  if (care.Counts()) {
    for (int k = 0; k < count; ++k) own[k].subnormal = 0;
  }
  const auto run = [&](auto whole) HWY_ATTR {
    using Whole = decltype(whole);
    Whole::Set(links, count, blocks, own, care);
    const bool is_repeatable = !is_far && n % kGroup != 0 && IsRepeatable(links, count, own);
    i = Whole::Run(links, count, blocks, own, i, n, is_repeatable);
  };
  if (n >= kGroup && is_far) {
    run(Links<T, kFar>());
  } else if (n >= kGroup) {
    run(Links<T, kNear>());
  }
  if (i < n) {
    Links<T, kPart>::Set(links, count, blocks, own, care);
    Links<T, kPart>::Run(links, count, blocks, own, i, n, false);
  }
  care.Remember(links, count, own, n / kGroup);
}

extern const ChainTable kChainTable = {RunChain<float>, RunChain<double>, kHasFunctionLinks};

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
