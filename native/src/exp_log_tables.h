// Tables of the exponential and logarithm kernels, shared by every instruction set.
#ifndef LANES_EXP_LOG_TABLES_H
#define LANES_EXP_LOG_TABLES_H

#include <stdint.h>

namespace lanes {

// 2^(i/16) e^shift. The shift is chosen so that all sixteen lie within 0.098 ULP of these doubles, which spares the
// reduction a second table for what the doubles leave; the reduced argument takes it off again.
inline constexpr double kExpShift = 0x1.1c7ab54facb3fp-18;
alignas(64) inline constexpr double kExpPower[16] = {
    0x1.0000471eb734fp+0, 0x1.0b55d114644bcp+0, 0x1.172bd15665876p+0, 0x1.2387f7e4eff58p+0,
    0x1.30703536a9b9dp+0, 0x1.3deabd134a2fdp+0, 0x1.4bfe098e9305ep+0, 0x1.5ab0de2510f32p+0,
    0x1.6a0a4afc22e49p+0, 0x1.7a11b046d771bp+0, 0x1.8acec1d1421c5p+0, 0x1.9c498ab3fc5b1p+0,
    0x1.ae8a713199bc4p+0, 0x1.c19a3abfea96ep+0, 0x1.d582103efdcc6p+0, 0x1.ea4b825fe819ap+0};

// Their bits with i << 48 taken off, so that adding (16 k + i) << 48 gives 2^(k + i/16) e^shift.
alignas(64) inline constexpr uint64_t kExpBits[16] = {
    0x3ff0000471eb734f, 0x3fefb55d114644bc, 0x3fef72bd15665876, 0x3fef387f7e4eff58,
    0x3fef0703536a9b9d, 0x3feedeabd134a2fd, 0x3feebfe098e9305e, 0x3feeab0de2510f32,
    0x3feea0a4afc22e49, 0x3feea11b046d771b, 0x3feeacec1d1421c5, 0x3feec498ab3fc5b1,
    0x3feee8a713199bc4, 0x3fef19a3abfea96e, 0x3fef582103efdcc6, 0x3fefa4b825fe819a};

// 2^(i/16) without the shift: the bits as above, and what the double leaves, relative to it.
alignas(64) inline constexpr uint64_t kPlainExpBits[16] = {
    0x3ff0000000000000, 0x3fefb5586cf9890f, 0x3fef72b83c7d517b, 0x3fef387a6e756238,
    0x3fef06fe0a31b715, 0x3feedea64c123422, 0x3feebfdad5362a27, 0x3feeab07dd485429,
    0x3feea09e667f3bcd, 0x3feea11473eb0187, 0x3feeace5422aa0db, 0x3feec49182a3f090,
    0x3feee89f995ad3ad, 0x3fef199bdd85529c, 0x3fef5818dcfba487, 0x3fefa4afa2a490da};
alignas(64) inline constexpr double kPlainExpTail[16] = {0,
                                                         0x1.79aa65d837b6dp-54,
                                                         -0x1.01b15eaa59348p-55,
                                                         0x1.68efde3a8a894p-54,
                                                         0x1.34d754db0abb6p-55,
                                                         0x1.59f48a72a4c6dp-55,
                                                         0x1.690cebb7aafbp-56,
                                                         0x1.063e1e21c5409p-54,
                                                         -0x1.3b3efbf5e2228p-54,
                                                         -0x1.b32dcb94da51dp-56,
                                                         0x1.db72fc1f0eab4p-55,
                                                         0x1.1affc2b91ce27p-56,
                                                         0x1.c1a7792cb3387p-55,
                                                         0x1.36eae30af0cb3p-56,
                                                         0x1.4a385a63d07a7p-56,
                                                         -0x1.ff7128fd391fp-55};

// Logarithms cut the significands z in [47/64, 47/32) into sixteen intervals, eight and a half of width 1/32 below 1
// and seven and a half of width 1/16 above it, so that one has 1 in its middle. 1/c is so short that z/c - 1 is one
// double without rounding, and |z/c - 1| <= 0.0342. The high part of log(c) is a multiple of 2^-42, which makes k
// log(2) + log(c) an exact sum.
alignas(64) inline constexpr double kLogInverse[16] = {0x1.58p+0, 0x1.48p+0, 0x1.38p+0, 0x1.3p+0, 0x1.28p+0, 0x1.18p+0,
                                                       0x1.1p+0,  0x1.08p+0, 0x1p+0,    0x1.ep-1, 0x1.c8p-1, 0x1.bp-1,
                                                       0x1.98p-1, 0x1.88p-1, 0x1.7p-1,  0x1.6p-1};
alignas(64) inline constexpr double kLogOfCHigh[16] = {-0x1.2e8e3p-2, -0x1.fb918p-3, -0x1.9525ap-3,
                                                       -0x1.5ff3p-3,  -0x1.29552p-3, -0x1.6f0d4p-4,
                                                       -0x1.f0a3p-5,  -0x1.f82ap-6,  0,
                                                       0x1.08598p-4,  0x1.da728p-4,  0x1.5bf4p-3,
                                                       0x1.d1038p-3,  0x1.1178fp-2,  0x1.522aep-2,
                                                       0x1.7fafap-2};
alignas(64) inline constexpr double kLogOfCLow[16] = {
    0x1.147b8b3d8f4cep-24,  -0x1.b578f8aa35552p-25, -0x1.39e8ad68ec826p-24,
    -0x1.c29e4f4f21cf9p-25, -0x1.f03fea46980bcp-24, 0x1.751a94b4641b6p-24,
    -0x1.8022c54cc2f99p-26, 0x1.3c61f33fecc1cp-24,  0,
    0x1.6b3c740d1148p-25,   -0x1.38f772bb5ff03p-25, 0x1.ad50f6c7ee0a5p-25,
    -0x1.b3543094fceb7p-28, -0x1.f7606e108731dp-24, 0x1.ce28f5f3840b2p-28,
    0x1.dec0a8df6f37fp-25};
// log(c) in one double, and log2(c) and log10(c) split as log(c) is.
alignas(64) inline constexpr double kLogOfC[16] = {-0x1.2e8e2bae11d31p-2, -0x1.fb9186d5e3e2bp-3, -0x1.9525a9cf456b4p-3,
                                                   -0x1.5ff3070a793d4p-3, -0x1.29552f81ff523p-3, -0x1.6f0d28ae56b4cp-4,
                                                   -0x1.f0a30c01162a6p-5, -0x1.f829b0e7833p-6,   0,
                                                   0x1.08598b59e3a07p-4,  0x1.da727638446a2p-4,  0x1.5bf406b543db2p-3,
                                                   0x1.d1037f2655e7bp-3,  0x1.1178e8227e47cp-2,  0x1.522ae0738a3d8p-2,
                                                   0x1.7fafa3bd8151cp-2};
alignas(64) inline constexpr double kLog2OfCHigh[16] = {-0x1.b47ecp-2, -0x1.6e222p-2, -0x1.24408p-2,
                                                        -0x1.fbc16p-3, -0x1.acf5ep-3, -0x1.08c58p-3,
                                                        -0x1.663f8p-4, -0x1.6badp-5,  0,
                                                        0x1.7d604p-4,  0x1.563dcp-3,  0x1.f5fd8p-3,
                                                        0x1.4f6fcp-2,  0x1.8a898p-2,  0x1.e7df6p-2,
                                                        0x1.14c56p-1};
alignas(64) inline constexpr double kLog2OfCLow[16] = {
    0x1.18efabeb7d722p-27,  0x1.9317990d43957p-25,  0x1.53c7e319f6e92p-24,
    -0x1.7204d0144751bp-24, -0x1.6da7649f7f08fp-26, -0x1.19b4f3c72c4f8p-24,
    0x1.0536ece98333bp-24,  -0x1.bac77ec3989bp-24,  0,
    0x1.2d9f7698ce769p-25,  0x1.4ffd65906439p-26,   0x1.520c7c69211fep-24,
    -0x1.34c4e99e1c6c6p-24, 0x1.57f7a64ccd537p-27,  -0x1.ac754cb104aeap-30,
    0x1.fcd15f101c142p-26};
alignas(64) inline constexpr double kLog10OfCHigh[16] = {
    -0x1.06cbep-3, -0x1.b8de4p-4, -0x1.5fe8p-4, -0x1.31b3p-4, -0x1.02428p-4, -0x1.3ed1p-5, -0x1.af6p-6, -0x1.b5eap-7, 0,
    0x1.cb39p-6,   0x1.9c198p-5,  0x1.2e3a8p-4, 0x1.93e7cp-4, 0x1.db12p-4,   0x1.25ba8p-3, 0x1.4d44p-3};
alignas(64) inline constexpr double kLog10OfCLow[16] = {
    0x1.30b27893574e7p-24,  -0x1.a7567b2febb93p-25, -0x1.222bd3f2a4953p-26,
    -0x1.5711c46006d08p-26, -0x1.83e1002bd4d78p-25, -0x1.99a5e42503752p-25,
    0x1.b53fc67c16488p-24,  0x1.ee29d90dfe0d1p-24,  0,
    -0x1.993a0124b4a6bp-29, -0x1.503fc8a461852p-27, -0x1.7e90ffe2d77aap-25,
    0x1.e0fc3e7f8bccp-24,   -0x1.2899540bcd23cp-24, 0x1.0ad7bfe10349dp-26,
    -0x1.f6296df3565d4p-25};

// For pow thirty-two intervals of [93/128, 93/64), half as wide; |z/c - 1| <= 0.0198.
alignas(64) inline constexpr double kPowInverse[32] = {
    0x1.5cp+0, 0x1.54p+0, 0x1.5p+0, 0x1.48p+0, 0x1.4p+0,  0x1.3cp+0, 0x1.34p+0, 0x1.3p+0,
    0x1.28p+0, 0x1.24p+0, 0x1.2p+0, 0x1.1cp+0, 0x1.14p+0, 0x1.1p+0,  0x1.0cp+0, 0x1.08p+0,
    0x1.04p+0, 0x1p+0,    0x1.fp-1, 0x1.ep-1,  0x1.d4p-1, 0x1.c8p-1, 0x1.b8p-1, 0x1.bp-1,
    0x1.a4p-1, 0x1.98p-1, 0x1.9p-1, 0x1.88p-1, 0x1.7cp-1, 0x1.74p-1, 0x1.6cp-1, 0x1.64p-1};
alignas(64) inline constexpr double kPowLogHigh[32] = {
    -0x1.3a64cp-2, -0x1.22942p-2, -0x1.1675dp-2, -0x1.fb918p-3, -0x1.c8ff8p-3, -0x1.af3cap-3,
    -0x1.7ab8ap-3, -0x1.5ff3p-3,  -0x1.29552p-3, -0x1.0d77ep-3, -0x1.e2708p-4, -0x1.a926cp-4,
    -0x1.341d8p-4, -0x1.f0a3p-5,  -0x1.77458p-5, -0x1.f82ap-6,  -0x1.fc0ap-7,  0,
    0x1.0416p-5,   0x1.08598p-4,  0x1.700d4p-4,  0x1.da728p-4,  0x1.365fcp-3,  0x1.5bf4p-3,
    0x1.95a5ap-3,  0x1.d1038p-3,  0x1.f991cp-3,  0x1.1178fp-2,  0x1.314f2p-2,  0x1.4718ep-2,
    0x1.5d5bep-2,  0x1.741d8p-2};
alignas(64) inline constexpr double kPowLogLow[32] = {
    -0x1.55a517a71cbcdp-24, 0x1.0c21a6976f5ebp-28,  0x1.515167c7f18cep-24,
    -0x1.b578f8aa35552p-25, 0x1.c32b2ef29ed14p-26,  0x1.62fe801a4e634p-24,
    0x1.fbde4dedc8393p-24,  -0x1.c29e4f4f21cf9p-25, -0x1.f03fea46980bcp-24,
    -0x1.f34239659a5dcp-25, 0x1.23aa1a342c2afp-25,  -0x1.3a4ad563650bdp-24,
    0x1.a790b8bdb599fp-26,  -0x1.8022c54cc2f99p-26, -0x1.ec65b9f88c69ep-26,
    0x1.3c61f33fecc1cp-24,  -0x1.161f807c79f3ep-24, 0,
    -0x1.3b0c5dddc7f46p-24, 0x1.6b3c740d1148p-25,   -0x1.ea2a7e3e17256p-25,
    -0x1.38f772bb5ff03p-25, 0x1.602b202c5f504p-24,  0x1.ad50f6c7ee0a5p-25,
    0x1.b9ee02fe450b1p-24,  -0x1.b3543094fceb7p-28, 0x1.b2cecde5f665p-25,
    -0x1.f7606e108731dp-24, -0x1.e2ca31c4f5a64p-26, -0x1.ec71df27ce096p-25,
    -0x1.05350682ca823p-25, 0x1.db19eec584a4fp-24};

// tanh of float32 in 30 intervals of [0, 10): [0, 1/16), four to each binade after it, the last from 8 on. Each has a
// polynomial about a centre, chosen so that its tanh is a float32 to 2^-34, constrained to that value there and fitted
// to a relative error of 2^-26.1 at worst, 2^-27 up to 4. The first one's is x + x times the polynomial.
alignas(64) inline constexpr float kTanhCenter[32] = {0,
                                                      0x1.1ffac2p-4f,
                                                      0x1.5ffee6p-4f,
                                                      0x1.9ffde6p-4f,
                                                      0x1.e0030ep-4f,
                                                      0x1.200278p-3f,
                                                      0x1.5ffecep-3f,
                                                      0x1.9fff9ap-3f,
                                                      0x1.e0074cp-3f,
                                                      0x1.1ffe3ap-2f,
                                                      0x1.600068p-2f,
                                                      0x1.9ffe82p-2f,
                                                      0x1.e000eap-2f,
                                                      0x1.2000dcp-1f,
                                                      0x1.5ffe5ap-1f,
                                                      0x1.9ffd4p-1f,
                                                      0x1.dffc92p-1f,
                                                      0x1.2007dcp+0f,
                                                      0x1.6002bp+0f,
                                                      0x1.9fff1p+0f,
                                                      0x1.e00076p+0f,
                                                      0x1.1ffe24p+1f,
                                                      0x1.60023p+1f,
                                                      0x1.9ffd2cp+1f,
                                                      0x1.e002cep+1f,
                                                      0x1.2000dcp+2f,
                                                      0x1.6005fp+2f,
                                                      0x1.9fef28p+2f,
                                                      0x1.e0d5c4p+2f,
                                                      0x1.0a2b24p+3f,
                                                      0x1.0a2b24p+3f,
                                                      0x1.0a2b24p+3f};
alignas(64) inline constexpr float kTanhOfCenter[32] = {0,
                                                        0x1.1f8186p-4f,
                                                        0x1.5f21bap-4f,
                                                        0x1.9e9142p-4f,
                                                        0x1.ddd396p-4f,
                                                        0x1.1e203cp-3f,
                                                        0x1.5c91dep-3f,
                                                        0x1.9a5ebap-3f,
                                                        0x1.d76d46p-3f,
                                                        0x1.18a1f6p-2f,
                                                        0x1.52c322p-2f,
                                                        0x1.8a869cp-2f,
                                                        0x1.bfaf28p-2f,
                                                        0x1.050912p-1f,
                                                        0x1.3156dp-1f,
                                                        0x1.57877cp-1f,
                                                        0x1.77d6a4p-1f,
                                                        0x1.9e6222p-1f,
                                                        0x1.c279dcp-1f,
                                                        0x1.d9c6b6p-1f,
                                                        0x1.e878b4p-1f,
                                                        0x1.f4bf84p-1f,
                                                        0x1.fbd52ep-1f,
                                                        0x1.fe7668p-1f,
                                                        0x1.ff6f1ep-1f,
                                                        0x1.ffdfa8p-1f,
                                                        0x1.fffbap-1f,
                                                        0x1.ffff68p-1f,
                                                        0x1.ffffecp-1f,
                                                        0x1.fffffcp-1f,
                                                        0x1.fffffcp-1f,
                                                        0x1.fffffcp-1f};
alignas(64) inline constexpr float kTanh1[32] = {0,
                                                 0x1.fd7a38p-1f,
                                                 0x1.fc3cc4p-1f,
                                                 0x1.fac14cp-1f,
                                                 0x1.f90844p-1f,
                                                 0x1.f601ap-1f,
                                                 0x1.f12b18p-1f,
                                                 0x1.eb7164p-1f,
                                                 0x1.e4dee6p-1f,
                                                 0x1.d98baap-1f,
                                                 0x1.c7f704p-1f,
                                                 0x1.b3ffacp-1f,
                                                 0x1.9e235cp-1f,
                                                 0x1.7aea4p-1f,
                                                 0x1.49e804p-1f,
                                                 0x1.1981d6p-1f,
                                                 0x1.d83978p-2f,
                                                 0x1.613e74p-2f,
                                                 0x1.ce9eb8p-3f,
                                                 0x1.266032p-3f,
                                                 0x1.6fce64p-4f,
                                                 0x1.641aa8p-5f,
                                                 0x1.099ea8p-6f,
                                                 0x1.8900cp-8f,
                                                 0x1.219b08p-9f,
                                                 0x1.02b9c4p-11f,
                                                 0x1.18011p-14f,
                                                 0x1.3001eap-17f,
                                                 0x1.40051ep-20f,
                                                 0x1.00b524p-22f,
                                                 0x1.00b524p-22f,
                                                 0x1.00b524p-22f};
alignas(64) inline constexpr float kTanh2[32] = {0,
                                                 -0x1.1e16e6p-4f,
                                                 -0x1.5c8d24p-4f,
                                                 -0x1.9a5212p-4f,
                                                 -0x1.d752e8p-4f,
                                                 -0x1.188a82p-3f,
                                                 -0x1.5278eep-3f,
                                                 -0x1.89e4b8p-3f,
                                                 -0x1.be7288p-3f,
                                                 -0x1.038e2ap-2f,
                                                 -0x1.2dafd6p-2f,
                                                 -0x1.4ff65ep-2f,
                                                 -0x1.6a1d8ap-2f,
                                                 -0x1.825e3p-2f,
                                                 -0x1.897d48p-2f,
                                                 -0x1.79c1f4p-2f,
                                                 -0x1.5aa416p-2f,
                                                 -0x1.1de5b8p-2f,
                                                 -0x1.970836p-3f,
                                                 -0x1.106658p-3f,
                                                 -0x1.5ee77ep-4f,
                                                 -0x1.5c44bp-5f,
                                                 -0x1.077156p-6f,
                                                 -0x1.87cbbcp-8f,
                                                 -0x1.2143aap-9f,
                                                 -0x1.0256bep-11f,
                                                 -0x1.17a478p-14f,
                                                 -0x1.2f9fd8p-17f,
                                                 -0x1.3f9bdep-20f,
                                                 -0x1.01d458p-22f,
                                                 -0x1.01d458p-22f,
                                                 -0x1.01d458p-22f};
alignas(64) inline constexpr float kTanh3[32] = {
    -0x1.555542p-2f, -0x1.4ea19ep-2f, -0x1.4b5aep-2f,  -0x1.47744cp-2f, -0x1.42f142p-2f, -0x1.3b12ep-2f,
    -0x1.2ea43ep-2f, -0x1.202a4cp-2f, -0x1.0fdd1p-2f,  -0x1.e9211ap-3f, -0x1.985806p-3f, -0x1.427408p-3f,
    -0x1.d71d08p-4f, -0x1.bd0464p-5f, 0x1.d7368cp-7f,  0x1.0725c4p-4f,  0x1.842ff2p-4f,  0x1.c690cap-4f,
    0x1.97d52p-4f,   0x1.33e0e4p-4f,  0x1.a85b04p-5f,  0x1.bbda2cp-6f,  0x1.59880ep-7f,  0x1.03a0d8p-8f,
    0x1.80d4c6p-10f, 0x1.58416p-12f,  0x1.74c9ecp-15f, 0x1.94d622p-18f, 0x1.a98e4cp-21f, 0x1.4823a4p-23f,
    0x1.4823a4p-23f, 0x1.4823a4p-23f};
alignas(64) inline constexpr float kTanh4[32] = {0,
                                                 0x1.7a9d8ep-5f,
                                                 0x1.cb9724p-5f,
                                                 0x1.0d54bep-4f,
                                                 0x1.33c98ep-4f,
                                                 0x1.6b0934p-4f,
                                                 0x1.af9bc8p-4f,
                                                 0x1.ed7956p-4f,
                                                 0x1.11edcp-3f,
                                                 0x1.32e2b2p-3f,
                                                 0x1.50039p-3f,
                                                 0x1.5c0666p-3f,
                                                 0x1.583c94p-3f,
                                                 0x1.39e254p-3f,
                                                 0x1.e94432p-4f,
                                                 0x1.47470cp-4f,
                                                 0x1.633a56p-5f,
                                                 0x1.de7348p-9f,
                                                 -0x1.59f508p-6f,
                                                 -0x1.9bb38p-6f,
                                                 -0x1.559a96p-6f,
                                                 -0x1.95e24ep-7f,
                                                 -0x1.514d5p-8f,
                                                 -0x1.03493ap-9f,
                                                 -0x1.83810ap-11f,
                                                 -0x1.6890a6p-13f,
                                                 -0x1.86e6aep-16f,
                                                 -0x1.a88224p-19f,
                                                 -0x1.bec44ap-22f,
                                                 -0x1.f70084p-25f,
                                                 -0x1.f70084p-25f,
                                                 -0x1.f70084p-25f};
alignas(64) inline constexpr float kTanh5[32] = {
    0x1.108448p-3f,  0x1.05bd9ap-3f,  0x1.003de8p-3f,  0x1.f37562p-4f,  0x1.e47ecp-4f,   0x1.cab9d8p-4f,
    0x1.a28a18p-4f,  0x1.74ccbap-4f,  0x1.42b016p-4f,  0x1.e4d0a8p-5f,  0x1.069c6ap-5f,  0x1.89c0cap-8f,
    -0x1.1828aap-6f, -0x1.630f44p-5f, -0x1.f8004ep-5f, -0x1.00b204p-4f, -0x1.b2d01ep-5f, -0x1.070fe4p-5f,
    -0x1.38f7dp-7f,  0x1.6a2442p-10f, 0x1.2d4762p-8f,  0x1.049e2ep-8f,  0x1.f65854p-10f, 0x1.94597cp-11f,
    0x1.332d5cp-12f, 0x1.1fb12ap-14f, 0x1.38b1cp-17f,  0x1.52b9cap-20f, 0x1.6ec6eap-23f, 0x1.55ecdap-27f,
    0x1.55ecdap-27f, 0x1.55ecdap-27f};

}  // namespace lanes

#endif  // LANES_EXP_LOG_TABLES_H
