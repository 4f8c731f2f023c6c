// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3; SC11) and what is made of its
// words, by operations that round the same way everywhere; compiled for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "random_kernels.cpp"
#include <string.h>

#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "random_kernels.h"
// Once for every target.
#include "root.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A group of 8 blocks gives 16 words: first the low halves of all blocks, then the high halves.
constexpr uint64_t kGroupBlocks = 8;
constexpr uint64_t kGroupWords = 2 * kGroupBlocks;

using D64 = hn::CappedTag<uint64_t, 8>;
using DF = hn::CappedTag<double, 8>;
constexpr uint64_t kLanes = hn::MaxLanes(D64());
// Vectors of blocks in flight: each round waits for a multiplication.
constexpr uint64_t kVectors = HWY_MAX_BYTES >= 64 ? 4 : 2;

struct Keys {
  uint64_t words[20];

  explicit Keys(uint64_t key) {
    uint32_t k0 = static_cast<uint32_t>(key);
    uint32_t k1 = static_cast<uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
      words[2 * round] = k0;
      words[2 * round + 1] = k1;
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
  }
};

// The high half of a lane may hold anything: multiplication ignores it, and it is cut off in the end.
HWY_INLINE hn::Vec<D64> Times(hn::Vec<D64> x, hn::Vec<D64> factor) {
  const hn::Repartition<uint32_t, D64> d32;
  return hn::MulEven(hn::BitCast(d32, x), hn::BitCast(d32, factor));
}

// Writes the words of kVectors * kLanes blocks.
HWY_INLINE void Blocks(uint64_t* group, uint64_t block, uint32_t stream, const Keys& keys) {
  const D64 d;
  using V = hn::Vec<D64>;
  const V m0 = hn::Set(d, uint64_t{0xD2511F53});
  const V m1 = hn::Set(d, uint64_t{0xCD9E8D57});
  V c0[kVectors];
  V c1[kVectors];
  V c2[kVectors];
  V c3[kVectors];
  for (uint64_t v = 0; v < kVectors; ++v) {
    // Positions wrap at 2^64, hence blocks at 2^63.
    c0[v] = hn::And(hn::Iota(d, block + v * kLanes), hn::Set(d, ~uint64_t{0} >> 1));
    c1[v] = hn::ShiftRight<32>(c0[v]);
    c2[v] = hn::Set(d, uint64_t{stream});
    c3[v] = hn::Zero(d);
  }
  for (int round = 0; round < 10; ++round) {
    const V k0 = hn::Set(d, keys.words[2 * round]);
    const V k1 = hn::Set(d, keys.words[2 * round + 1]);
    for (uint64_t v = 0; v < kVectors; ++v) {
      const V p0 = Times(c0[v], m0);
      const V p1 = Times(c2[v], m1);
      c0[v] = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), c1[v]), k0);
      c1[v] = p1;
      c2[v] = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), c3[v]), k1);
      c3[v] = p0;
    }
  }
  const V low = hn::Set(d, uint64_t{0xFFFFFFFF});
  for (uint64_t v = 0; v < kVectors; ++v) {
    const uint64_t at = v * kLanes;
    uint64_t* y = group + at / kGroupBlocks * kGroupWords + at % kGroupBlocks;
    hn::StoreU(hn::Or(hn::And(c0[v], low), hn::ShiftLeft<32>(c1[v])), d, y);
    hn::StoreU(hn::Or(hn::And(c2[v], low), hn::ShiftLeft<32>(c3[v])), d, y + kGroupBlocks);
  }
}

// Vectors of 2 lanes need more than one round of Blocks for a group.
constexpr uint64_t kBlocksAtOnce = kVectors * kLanes < kGroupBlocks ? kGroupBlocks : kVectors * kLanes;
constexpr uint64_t kWordsAtOnce = 2 * kBlocksAtOnce;

HWY_INLINE void Groups(uint64_t* y, uint64_t block, uint32_t stream, const Keys& keys) {
  for (uint64_t k = 0; k < kBlocksAtOnce; k += kVectors * kLanes) Blocks(y + k % kGroupBlocks, block + k, stream, keys);
}

void Words(uint64_t* y, int64_t n, uint64_t key, uint32_t stream, uint64_t first) {
  const Keys keys(key);
  uint64_t left = static_cast<uint64_t>(n);
  while (left > 0) {
    const uint64_t skipped = first % kGroupWords;
    const uint64_t block = first / kGroupWords * kGroupBlocks;
    if (skipped == 0 && left >= kWordsAtOnce) {
      Groups(y, block, stream, keys);
      y += kWordsAtOnce;
      first += kWordsAtOnce;
      left -= kWordsAtOnce;
    } else {
      uint64_t some[kWordsAtOnce];
      Groups(some, block, stream, keys);
      const uint64_t taken = left < kWordsAtOnce - skipped ? left : kWordsAtOnce - skipped;
      memcpy(y, some + skipped, taken * sizeof(uint64_t));
      y += taken;
      first += taken;
      left -= taken;
    }
  }
}

// ---- Distributions --------------------------------------------------------------------------------------------------

// Calls body(d, i) for vectors and then for single lanes.
template <class Body>
HWY_INLINE void ForLanes(int64_t n, Body body) {
  const DF d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + N <= n; i += N) body(d, i);
  const hn::CappedTag<double, 1> one;
  for (; i < n; ++i) body(one, i);
}

void Uniform(double* y, const uint64_t* words, int64_t n, double low, double span, double limit) {
  ForLanes(n, [&](auto d, int64_t i) HWY_ATTR {
    const hn::RebindToUnsigned<decltype(d)> du;
    const hn::RebindToSigned<decltype(d)> di;
    const auto bits = hn::ShiftRight<11>(hn::LoadU(du, words + i));
    const auto u = hn::Mul(hn::ConvertTo(d, hn::BitCast(di, bits)), hn::Set(d, 0x1p-53));
    const auto x = hn::Add(hn::Set(d, low), hn::Mul(hn::Set(d, span), u));
    const auto most = hn::Set(d, limit);
    hn::StoreU(hn::IfThenElse(hn::Gt(x, most), most, x), d, y + i);
  });
}

// c[0] + r * (c[1] + r * (... + r * c[7]))
template <class D, class V>
HWY_INLINE V Polynomial(D d, V r, const double* c) {
  V sum = hn::Set(d, c[7]);
  for (int k = 6; k >= 0; --k) sum = hn::Add(hn::Mul(sum, r), hn::Set(d, c[k]));
  return sum;
}

// The quantile function in three pieces, each a quotient of polynomials: algorithm AS 241, PPND16 (M. J. Wichura: The
// percentage points of the normal distribution; Applied Statistics 37, 1988), about 1e-16 relative.
constexpr double kCentre[2][8] = {
    {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3},
    {1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
     3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3}};
constexpr double kTail[2][8] = {
    {1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
    {1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
     1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9}};
constexpr double kFarTail[2][8] = {
    {6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
    {1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
     1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15}};

template <class D, class V>
HWY_INLINE V Quotient(D d, V r, const double (&c)[2][8]) {
  return hn::Div(Polynomial(d, r, c[0]), Polynomial(d, r, c[1]));
}

// -log(h) of a normal h, by the series of the inverse hyperbolic tangent; within a few ULP, which is enough here.
template <class D, class V>
HWY_INLINE V MinusLog(D d, V h) {
  const hn::RebindToSigned<D> di;
  const auto bits = hn::BitCast(di, h);
  // The exponent that leaves a mantissa in [sqrt(1/2), sqrt(2)).
  const auto exponent = hn::ShiftRight<52>(hn::Sub(bits, hn::Set(di, int64_t{0x3FE6A09E667F3BCD})));
  const V m = hn::BitCast(d, hn::Sub(bits, hn::ShiftLeft<52>(exponent)));
  const V one = hn::Set(d, 1.0);
  const V s = hn::Div(hn::Sub(m, one), hn::Add(m, one));
  const V s2 = hn::Mul(s, s);
  V sum = hn::Set(d, 1.0 / 21);
  for (int k = 19; k >= 1; k -= 2) sum = hn::Add(hn::Mul(sum, s2), hn::Set(d, 1.0 / k));
  const V log_m = hn::Mul(hn::Mul(hn::Set(d, 2.0), s), sum);
  const V log_2 = hn::Mul(hn::ConvertTo(d, exponent), hn::Set(d, 0x1.62e42fefa39efp-1));
  return hn::Neg(hn::Add(log_2, log_m));
}

// Of the upper 52 bits of a word a probability in (0, 1/2), exactly.
template <class D>
HWY_INLINE hn::Vec<D> Probability(D d, hn::Vec<hn::RebindToUnsigned<D>> word) {
  const hn::RebindToUnsigned<D> du;
  const auto in_1_2 = hn::BitCast(d, hn::Or(hn::ShiftRight<12>(word), hn::Set(du, uint64_t{0x3FF} << 52)));
  return hn::Mul(hn::Sub(in_1_2, hn::Set(d, 1 - 0x1p-53)), hn::Set(d, 0.5));
}

// The lowest bit of the word is the sign.
template <class D>
HWY_INLINE hn::Vec<D> Scaled(D d, hn::Vec<D> z, hn::Vec<hn::RebindToUnsigned<D>> word, double mean, double deviation) {
  const auto x = hn::Xor(z, hn::BitCast(d, hn::ShiftLeft<63>(word)));
  return hn::Add(hn::Set(d, mean), hn::Mul(hn::Set(d, deviation), x));
}

template <class D>
HWY_INLINE hn::Vec<D> Tail(D d, hn::Vec<D> h) {
  const auto r = Root(d, MinusLog(d, h));
  const auto z = Quotient(d, hn::Sub(r, hn::Set(d, 1.6)), kTail);
  const auto is_far = hn::Gt(r, hn::Set(d, 5.0));
  if (hn::AllFalse(d, is_far)) return z;
  return hn::IfThenElse(is_far, Quotient(d, hn::Sub(r, hn::Set(d, 5.0)), kFarTail), z);
}

void Normal(double* y, const uint64_t* words, int64_t n, double mean, double deviation) {
  // The tails, one in seven, are done for themselves, so that the others need not wait for their logarithms.
  constexpr int64_t kAtOnce = 512;
  double q[kAtOnce];
  int32_t places[kAtOnce];
  uint64_t tail_words[kAtOnce];
  double tails[kAtOnce];
  for (int64_t first = 0; first < n; first += kAtOnce, y += kAtOnce, words += kAtOnce) {
    const int64_t m = n - first < kAtOnce ? n - first : kAtOnce;
    ForLanes(m, [&](auto d, int64_t i) HWY_ATTR {
      const hn::RebindToUnsigned<decltype(d)> du;
      const auto word = hn::LoadU(du, words + i);
      const auto from_half = hn::Sub(hn::Set(d, 0.5), Probability(d, word));
      const auto r = hn::Sub(hn::Set(d, 0.180625), hn::Mul(from_half, from_half));
      hn::StoreU(from_half, d, q + i);
      hn::StoreU(Scaled(d, hn::Mul(from_half, Quotient(d, r, kCentre)), word, mean, deviation), d, y + i);
    });
    int64_t count = 0;
    for (int64_t i = 0; i < m; ++i) {
      places[count] = static_cast<int32_t>(i);
      count += q[i] > 0.425;
    }
    for (int64_t k = 0; k < count; ++k) tail_words[k] = words[places[k]];
    ForLanes(count, [&](auto d, int64_t i) HWY_ATTR {
      const hn::RebindToUnsigned<decltype(d)> du;
      const auto word = hn::LoadU(du, tail_words + i);
      hn::StoreU(Scaled(d, Tail(d, Probability(d, word)), word, mean, deviation), d, tails + i);
    });
    for (int64_t k = 0; k < count; ++k) y[places[k]] = tails[k];
  }
}

extern const RandomTable kRandomTable = {Words, Uniform, Normal};

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
