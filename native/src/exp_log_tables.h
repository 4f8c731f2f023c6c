// Tables of the exponential and logarithm kernels, shared by every instruction set.
#ifndef LANES_EXP_LOG_TABLES_H
#define LANES_EXP_LOG_TABLES_H

#include <stdint.h>

namespace lanes {

// 2^(i/16): the bits of the double with i << 48 taken off, so that adding (16 k + i) << 48 gives 2^(k + i/16).
alignas(64) inline constexpr uint64_t kExpBits[16] = {
    0x3ff0000000000000, 0x3fefb5586cf9890f, 0x3fef72b83c7d517b, 0x3fef387a6e756238,
    0x3fef06fe0a31b715, 0x3feedea64c123422, 0x3feebfdad5362a27, 0x3feeab07dd485429,
    0x3feea09e667f3bcd, 0x3feea11473eb0187, 0x3feeace5422aa0db, 0x3feec49182a3f090,
    0x3feee89f995ad3ad, 0x3fef199bdd85529c, 0x3fef5818dcfba487, 0x3fefa4afa2a490da};

// What the double leaves of 2^(i/16), relative to it.
alignas(64) inline constexpr double kExpTail[16] = {0x0.0p+0,
                                                    0x1.79aa65d837b6dp-54,
                                                    -0x1.01b15eaa59348p-55,
                                                    0x1.68efde3a8a894p-54,
                                                    0x1.34d754db0abb6p-55,
                                                    0x1.59f48a72a4c6dp-55,
                                                    0x1.690cebb7aafb0p-56,
                                                    0x1.063e1e21c5409p-54,
                                                    -0x1.3b3efbf5e2228p-54,
                                                    -0x1.b32dcb94da51dp-56,
                                                    0x1.db72fc1f0eab4p-55,
                                                    0x1.1affc2b91ce27p-56,
                                                    0x1.c1a7792cb3387p-55,
                                                    0x1.36eae30af0cb3p-56,
                                                    0x1.4a385a63d07a7p-56,
                                                    -0x1.ff7128fd391f0p-55};

// Logarithms cut the significands z in [47/64, 47/32) into sixteen intervals, eight and a half of width 1/32 below 1
// and seven and a half of width 1/16 above it, so that one has 1 in its middle. 1/c is so short that z/c - 1 is one
// double without rounding, and |z/c - 1| <= 0.0342. The high part of log(c) is a multiple of 2^-42, which makes k
// log(2) + log(c) an exact sum.
alignas(64) inline constexpr double kLogInverse[16] = {0x1.58p+0, 0x1.48p+0, 0x1.38p+0, 0x1.3p+0, 0x1.28p+0, 0x1.18p+0,
                                                       0x1.1p+0,  0x1.08p+0, 0x1p+0,    0x1.ep-1, 0x1.c8p-1, 0x1.bp-1,
                                                       0x1.98p-1, 0x1.88p-1, 0x1.7p-1,  0x1.6p-1};
alignas(64) inline constexpr double kLogOfCHigh[16] = {-0x1.2e8e2bae12p-2, -0x1.fb9186d5e4p-3, -0x1.9525a9cf46p-3,
                                                       -0x1.5ff3070a7ap-3, -0x1.29552f82p-3,   -0x1.6f0d28ae58p-4,
                                                       -0x1.f0a30c0118p-5, -0x1.f829b0e78p-6,  0x0p+0,
                                                       0x1.08598b59e4p-4,  0x1.da72763844p-4,  0x1.5bf406b544p-3,
                                                       0x1.d1037f2656p-3,  0x1.1178e8227ep-2,  0x1.522ae0738ap-2,
                                                       0x1.7fafa3bd81p-2};
alignas(64) inline constexpr double kLogOfCLow[16] = {
    0x1.67b1e99b72bd8p-45,  0x1.d572aab993c87p-47,  0x1.297137d9f158fp-44,
    0x1.8586f183bebf2p-44,  0x1.5b967f4471dfcp-44,  0x1.4b4641b664613p-44,
    0x1.d599e83368e91p-45,  -0x1.980267c7e09e4p-45, 0x0p+0,
    -0x1.7e5dd7009902cp-46, 0x1.a89401fa71733p-46,  -0x1.27023eb68981cp-46,
    -0x1.84a7e75b6f6e4p-47, 0x1.1ef78ce2d07f2p-44,  0x1.ebe708164c759p-45,
    0x1.46fb79bf6d4cbp-44};

}  // namespace lanes

#endif  // LANES_EXP_LOG_TABLES_H
