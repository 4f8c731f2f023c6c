// The links of chains that compute elementary functions, compiled for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "chain_functions.cpp"
#include "chain.h"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "processor.h"
// These once for every target.
#include "chain_links.h"
#include "exp_log.h"
#include "half_powers.h"
#include "trig.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {

template <class T, class Op>
struct FunctionLink : LinksOf<T> {
  using typename LinksOf<T>::D;
  using typename LinksOf<T>::V;
  using typename LinksOf<T>::State;
  using typename LinksOf<T>::Link;
  using LinksOf<T>::N;

#define LANES_STORE(k) hn::Store(v##k, d, group + k * N);
#define LANES_LOAD(k) v##k = hn::Load(d, group + k * N);

  // One vector after the other: of a part what belongs to it, or a group that has slow elements.
  template <bool kPart>
  static void OneByOne(LANES_LINK_ARGUMENTS) {
    const D d;
    HWY_ALIGN T group[kVectors * N];
    LANES_EACH(LANES_STORE)
    const size_t n = kPart ? state->left : kVectors * N;
    for (size_t k = 0; k < n; k += N) exp_log::MapVector<Op>(d, group + k, group + k);
    LANES_EACH(LANES_LOAD)
    LANES_NEXT;
  }

  enum Argument { kAccumulator, kQuotients, kFarQuotients };

  // Where there are registers for a whole group.
  template <Argument kArgument>
  static void InRegisters(LANES_LINK_ARGUMENTS) {
    const D d;
    V x[kVectors] = {LANES_VECTORS};
    // Divisions are begun some vectors ahead, because they take long and processors look ahead only so far.
    constexpr size_t kAhead = kArgument == kAccumulator ? 0 : 2;
    const auto divide = [&](size_t k) HWY_ATTR {
      const T* dividends = reinterpret_cast<const T*>(link->x) + i;
      const T* divisors = reinterpret_cast<const T*>(link->y) + i;
      if (kArgument == kFarQuotients) {
        AskAhead(dividends + k * N);
        AskAhead(divisors + k * N);
      }
      x[k] = hn::Div(hn::LoadU(d, dividends + k * N), hn::LoadU(d, divisors + k * N));
    };
    for (size_t k = 0; k < kAhead; ++k) divide(k);
    V y[kVectors];
    hn::Mask<D> slow[kVectors];
    if constexpr (exp_log::InTwoSteps<Op, D>::value) {
      typename Op::template Middle<D> middle[kVectors];
      for (size_t k = 0; k < kVectors; ++k) middle[k] = Op::First(d, x[k]);
      for (size_t k = 0; k < kVectors; ++k) y[k] = Op::Second(d, x[k], middle[k], slow[k]);
    } else {
#pragma GCC unroll 8
      for (size_t k = 0; k < kVectors; ++k) {
        if (kAhead > 0 && k + kAhead < kVectors) divide(k + kAhead);
        y[k] = Op::Fast(d, x[k], slow[k]);
      }
    }
    if constexpr (!exp_log::kIsTotal<Op>) {
      hn::Mask<D> any = slow[0];
      for (size_t k = 1; k < kVectors; ++k) any = hn::Or(any, slow[k]);
      if (HWY_UNLIKELY(!hn::AllFalse(d, any))) {
#define LANES_ARGUMENT(k) , x[k]
        return OneByOne<false>(link, i, state LANES_EACH(LANES_ARGUMENT));
#undef LANES_ARGUMENT
      }
    }
#define LANES_RESULT(k) v##k = y[k];
    LANES_EACH(LANES_RESULT)
#undef LANES_RESULT
    LANES_NEXT;
  }
#undef LANES_STORE
#undef LANES_LOAD
};

// The operations of the functions, for float64 and float32.
#define LANES_OPERATIONS(name, Op64, Op32) \
  using name##_double = Op64;              \
  using name##_float = Op32;
LANES_OPERATIONS(exp, exp_log::ExpF64, exp_log::ExpF32)
LANES_OPERATIONS(exp2, exp_log::Exp2F64, exp_log::Exp2F32)
LANES_OPERATIONS(expm1, exp_log::Expm1F64, exp_log::Expm1F32)
LANES_OPERATIONS(log, exp_log::LogF64, exp_log::LogF32)
LANES_OPERATIONS(log1p, exp_log::Log1pF64, exp_log::Log1pF32)
LANES_OPERATIONS(log2, exp_log::Log2F64, exp_log::Log2F32)
LANES_OPERATIONS(log10, exp_log::Log10F64, exp_log::Log10F32)
LANES_OPERATIONS(tanh, exp_log::TanhF64, exp_log::TanhF32)
#if HWY_NATIVE_FMA
LANES_OPERATIONS(pow3halves, exp_log::NaNIsSlow<HalfPower64<1>>, HalfPower32<1>)
LANES_OPERATIONS(pow5halves, exp_log::NaNIsSlow<HalfPower64<2>>, HalfPower32<2>)
using sin_float = InFloat<SinInFloat<0>, Sin32>;
using cos_float = InFloat<SinInFloat<1>, Cos32>;
#else
LANES_OPERATIONS(pow3halves, exp_log::NaNIsSlow<HalfPower64<1>>, exp_log::NaNIsSlow<HalfPower64<1>>)
LANES_OPERATIONS(pow5halves, exp_log::NaNIsSlow<HalfPower64<2>>, exp_log::NaNIsSlow<HalfPower64<2>>)
using sin_float = exp_log::NaNIsSlow<Sin32>;
using cos_float = exp_log::NaNIsSlow<Cos32>;
#endif
#undef LANES_OPERATIONS

template <class T, class Op>
constexpr FunctionLinks<T> LinksFor() {
  using Link = FunctionLink<T, Op>;
  if constexpr (!kHasFunctionLinks) {
    return {Link::template OneByOne<false>, Link::template OneByOne<true>, nullptr, nullptr};
  } else if constexpr (std::is_same_v<Op, log_double> || std::is_same_v<Op, log_float>) {
    return {Link::template InRegisters<Link::kAccumulator>, Link::template OneByOne<true>,
            Link::template InRegisters<Link::kQuotients>, Link::template InRegisters<Link::kFarQuotients>};
  } else {
    return {Link::template InRegisters<Link::kAccumulator>, Link::template OneByOne<true>, nullptr, nullptr};
  }
}

#define LANES_FUNCTION(name) LinksFor<float, name##_float>(),
extern const FunctionLinks<float> kFunctionLinks32[] = {LANES_CHAIN_FUNCTIONS(LANES_FUNCTION)
                                                            LANES_CHAIN_FUNCTIONS_32(LANES_FUNCTION)};
#undef LANES_FUNCTION
#define LANES_FUNCTION(name) LinksFor<double, name##_double>(),
extern const FunctionLinks<double> kFunctionLinks64[] = {LANES_CHAIN_FUNCTIONS(LANES_FUNCTION)};
#undef LANES_FUNCTION

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
