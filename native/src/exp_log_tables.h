// Tables of the exponential and logarithm kernels, shared by every instruction set.
#ifndef LANES_EXP_LOG_TABLES_H
#define LANES_EXP_LOG_TABLES_H

#include <stdint.h>

namespace lanes {

// 2^(i/16) e^shift. The shift is chosen so that all sixteen lie within 0.098 ULP of these doubles, which spares the reduction a second
// table for what the doubles leave; the reduced argument takes it off again.
inline constexpr double kExpShift = 0x1.1c7ab54facb3fp-18;
alignas(64) inline constexpr double kExpPower[16] = {0x1.0000471eb734fp+0, 0x1.0b55d114644bcp+0, 0x1.172bd15665876p+0, 0x1.2387f7e4eff58p+0, 0x1.30703536a9b9dp+0, 0x1.3deabd134a2fdp+0, 0x1.4bfe098e9305ep+0, 0x1.5ab0de2510f32p+0, 0x1.6a0a4afc22e49p+0, 0x1.7a11b046d771bp+0, 0x1.8acec1d1421c5p+0, 0x1.9c498ab3fc5b1p+0, 0x1.ae8a713199bc4p+0, 0x1.c19a3abfea96ep+0, 0x1.d582103efdcc6p+0, 0x1.ea4b825fe819ap+0};

// Their bits with i << 48 taken off, so that adding (16 k + i) << 48 gives 2^(k + i/16) e^shift.
alignas(64) inline constexpr uint64_t kExpBits[16] = {0x3ff0000471eb734f, 0x3fefb55d114644bc, 0x3fef72bd15665876, 0x3fef387f7e4eff58, 0x3fef0703536a9b9d, 0x3feedeabd134a2fd, 0x3feebfe098e9305e, 0x3feeab0de2510f32, 0x3feea0a4afc22e49, 0x3feea11b046d771b, 0x3feeacec1d1421c5, 0x3feec498ab3fc5b1, 0x3feee8a713199bc4, 0x3fef19a3abfea96e, 0x3fef582103efdcc6, 0x3fefa4b825fe819a};

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

// For pow thirty-two intervals of [93/128, 93/64), half as wide; |z/c - 1| <= 0.0198.
alignas(64) inline constexpr double kPowInverse[32] = {0x1.5cp+0, 0x1.54p+0, 0x1.5p+0, 0x1.48p+0, 0x1.4p+0, 0x1.3cp+0, 0x1.34p+0, 0x1.3p+0, 0x1.28p+0, 0x1.24p+0, 0x1.2p+0, 0x1.1cp+0, 0x1.14p+0, 0x1.1p+0, 0x1.0cp+0, 0x1.08p+0, 0x1.04p+0, 0x1p+0, 0x1.fp-1, 0x1.ep-1, 0x1.d4p-1, 0x1.c8p-1, 0x1.b8p-1, 0x1.bp-1, 0x1.a4p-1, 0x1.98p-1, 0x1.9p-1, 0x1.88p-1, 0x1.7cp-1, 0x1.74p-1, 0x1.6cp-1, 0x1.64p-1};
alignas(64) inline constexpr double kPowLogHigh[32] = {-0x1.3a64c55694p-2, -0x1.22941fbcf8p-2, -0x1.1675cababap-2, -0x1.fb9186d5e4p-3, -0x1.c8ff7c79aap-3, -0x1.af3c94e80cp-3, -0x1.7ab890210ep-3, -0x1.5ff3070a7ap-3, -0x1.29552f82p-3, -0x1.0d77e7cd08p-3, -0x1.e27076e2bp-4, -0x1.a926d3a4acp-4, -0x1.341d7961bcp-4, -0x1.f0a30c0118p-5, -0x1.77458f633p-5, -0x1.f829b0e78p-6, -0x1.fc0a8b0fcp-7, 0, 0x1.0415d89e78p-5, 0x1.08598b59e4p-4, 0x1.700d30aeacp-4, 0x1.da72763844p-4, 0x1.365fcb015ap-3, 0x1.5bf406b544p-3, 0x1.95a5adcf7p-3, 0x1.d1037f2656p-3, 0x1.f991c6cb3cp-3, 0x1.1178e8227ep-2, 0x1.314f1e1d36p-2, 0x1.4718dc271cp-2, 0x1.5d5bddf596p-2, 0x1.741d876c68p-2};
alignas(64) inline constexpr double kPowLogLow[32] = {-0x1.7a71cbcd735dp-44, 0x1.a6976f5eb0963p-44, -0x1.8380e731f55c4p-44, 0x1.d572aab993c87p-47, 0x1.7794f689f8434p-45, 0x1.a4e633fcd9066p-52, 0x1.bdb9072534a58p-45, 0x1.8586f183bebf2p-44, 0x1.5b967f4471dfcp-44, -0x1.cb2cd2ee2f482p-44, 0x1.a342c2af0003cp-45, -0x1.563650bd22a9cp-44, -0x1.1d0929983761p-44, 0x1.d599e83368e91p-45, 0x1.181dce586af09p-44, -0x1.980267c7e09e4p-45, -0x1.f1e7cf6d3a69cp-50, 0, -0x1.dddc7f461c516p-44, -0x1.7e5dd7009902cp-46, 0x1.c1e8da99ded32p-49, 0x1.a89401fa71733p-46, -0x1.fd3a0afb9691bp-44, -0x1.27023eb68981cp-46, 0x1.7f22858a0ff6fp-47, -0x1.84a7e75b6f6e4p-47, -0x1.90d04cd7cc834p-44, 0x1.1ef78ce2d07f2p-44, -0x1.8e27ad3213cb8p-45, 0x1.06c18fb4c14c5p-44, -0x1.a0b2a08a465dcp-47, -0x1.13a7b5b11cfa7p-44};

}  // namespace lanes

#endif  // LANES_EXP_LOG_TABLES_H
