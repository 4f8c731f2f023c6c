// Between memory and registers: loads and stores of every dtype at any stride, streaming, filling; compiled for every
// instruction set so that the compiler's vectors fit it.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "conversions.cpp"
#include <string.h>

#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "kernels.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// ---- Formats --------------------------------------------------------------------------------------------------------
// A format names its element in memory, its element in a register, and the way there and back.

template <class Memory, class Register>
struct Plain {
  using M = Memory;
  using R = Register;
  static HWY_INLINE R Read(M x) { return static_cast<R>(x); }
  static HWY_INLINE M Write(R x) { return static_cast<M>(x); }
};

template <class To, class From>
HWY_INLINE To BitsAs(From x) {
  static_assert(sizeof(To) == sizeof(From));
  To y;
  memcpy(&y, &x, sizeof(y));
  return y;
}

struct Bfloat16 {
  using M = uint16_t;
  using R = float;
  static HWY_INLINE R Read(M x) { return BitsAs<float>(static_cast<uint32_t>(x) << 16); }
  // To nearest, ties to even; NaN is made quiet lest rounding turn it into infinity.
  static HWY_INLINE M Write(R x) {
    const uint32_t bits = BitsAs<uint32_t>(x);
    const uint32_t rounded = bits + 0x7fff + ((bits >> 16) & 1);
    const uint32_t quiet = bits | 0x400000;
    return static_cast<M>(((bits & 0x7fffffff) > 0x7f800000 ? quiet : rounded) >> 16);
  }
};

struct Float16 {
  using M = uint16_t;
  using R = float;
  static HWY_INLINE R Read(M x) {
    const uint32_t sign = static_cast<uint32_t>(x & 0x8000) << 16;
    const uint32_t magnitude = static_cast<uint32_t>(x & 0x7fff) << 13;
    // A subnormal is an integer count of 2^-24; a normal one, infinity or NaN needs its exponent moved.
    const uint32_t subnormal = BitsAs<uint32_t>(static_cast<float>(static_cast<int32_t>(x & 0x3ff)) * 0x1p-24f);
    const uint32_t normal = magnitude + (112u << 23);
    const uint32_t special = magnitude | 0x7f800000 | ((x & 0x3ff) != 0 ? 0x400000 : 0);
    const uint32_t exponent = x & 0x7c00;
    return BitsAs<float>(sign | (exponent == 0 ? subnormal : exponent == 0x7c00 ? special : normal));
  }
  // To nearest, ties to even.
  static HWY_INLINE M Write(R x) {
    const uint32_t bits = BitsAs<uint32_t>(x);
    const uint32_t sign = (bits >> 16) & 0x8000;
    const uint32_t magnitude = bits & 0x7fffffff;
    const uint32_t special = 0x7c00 | (magnitude > 0x7f800000 ? 0x200 | ((magnitude >> 13) & 0x3ff) : 0);
    // Overflow runs into the pattern of infinity by itself up to the largest exponent, and is capped beyond.
    const uint32_t moved = (magnitude - (112u << 23) + 0xfff + ((magnitude >> 13) & 1)) >> 13;
    const uint32_t normal = magnitude >= 0x47800000 ? 0x7c00 : moved;
    // Adding 0.5 leaves the count of 2^-24 in the low bits, rounded by the adder itself.
    const uint32_t small = magnitude < 0x38800000 ? magnitude : 0;
    const uint32_t subnormal = BitsAs<uint32_t>(BitsAs<float>(small) + 0.5f) - 0x3f000000;
    return static_cast<M>(sign | (magnitude >= 0x7f800000 ? special : magnitude < 0x38800000 ? subnormal : normal));
  }
};

struct Complex {
  double re;
  double im;
};

struct Complex64 {
  struct M {
    float re;
    float im;
  };
  using R = Complex;
  static HWY_INLINE R Read(M x) { return {x.re, x.im}; }
  static HWY_INLINE M Write(R x) { return {static_cast<float>(x.re), static_cast<float>(x.im)}; }
};

// ---- Loops ----------------------------------------------------------------------------------------------------------
// Memory has any alignment, registers their own; the contiguous case is spelled out for the compiler to vectorise.

template <class Format>
HWY_INLINE void ReadOne(typename Format::R* dst, const char* src) {
  typename Format::M x;
  memcpy(&x, src, sizeof(x));
  *dst = Format::Read(x);
}

template <class Format>
void LoadElements(void* dst, const void* src, size_t n, ptrdiff_t stride) {
  typename Format::R* y = static_cast<typename Format::R*>(dst);
  const char* x = static_cast<const char*>(src);
  constexpr ptrdiff_t kBytes = sizeof(typename Format::M);
  if (stride == kBytes) {
    for (size_t i = 0; i < n; ++i) ReadOne<Format>(y + i, x + i * kBytes);
  } else {
    for (size_t i = 0; i < n; ++i, x += stride) ReadOne<Format>(y + i, x);
  }
}

template <class Format>
HWY_INLINE void WriteOne(char* dst, const typename Format::R* src) {
  const typename Format::M x = Format::Write(*src);
  memcpy(dst, &x, sizeof(x));
}

template <class Format>
void StoreElements(void* dst, const void* src, size_t n, ptrdiff_t stride) {
  const typename Format::R* x = static_cast<const typename Format::R*>(src);
  char* y = static_cast<char*>(dst);
  constexpr ptrdiff_t kBytes = sizeof(typename Format::M);
  if (stride == kBytes) {
    for (size_t i = 0; i < n; ++i) WriteOne<Format>(y + i * kBytes, x + i);
  } else {
    for (size_t i = 0; i < n; ++i, y += stride) WriteOne<Format>(y, x + i);
  }
}

void Stream(void* dst, const void* src, size_t bytes) {
  const hn::ScalableTag<uint8_t> d;
  const size_t N = hn::Lanes(d);
  uint8_t* y = static_cast<uint8_t*>(dst);
  const uint8_t* x = static_cast<const uint8_t*>(src);
  const size_t lead = (N - reinterpret_cast<uintptr_t>(y) % N) % N;
  const size_t head = lead < bytes ? lead : bytes;
  memcpy(y, x, head);
  size_t i = head;
  for (; i + N <= bytes; i += N) hn::Stream(hn::LoadU(d, x + i), d, y + i);
  memcpy(y + i, x + i, bytes - i);
}

void Fence() { hwy::FlushStream(); }

template <class T>
void FillElements(void* dst, const void* value, size_t n) {
  T* y = static_cast<T*>(dst);
  const T x = *static_cast<const T*>(value);
  for (size_t i = 0; i < n; ++i) y[i] = x;
}

void Fill(void* dst, const void* value, size_t n, size_t bytes) {
  switch (bytes) {
    case 1:
      return FillElements<uint8_t>(dst, value, n);
    case 4:
      return FillElements<uint32_t>(dst, value, n);
    case 8:
      return FillElements<uint64_t>(dst, value, n);
    default:
      return FillElements<Complex>(dst, value, n);
  }
}

// ---- The tables, in the order of DType
// -------------------------------------------------------------------------------

using DBool = Plain<uint8_t, uint8_t>;
using DInt8 = Plain<int8_t, int32_t>;
using DUint8 = Plain<uint8_t, int32_t>;
using DInt16 = Plain<int16_t, int32_t>;
using DUint16 = Plain<uint16_t, int32_t>;
using DInt32 = Plain<int32_t, int32_t>;
using DUint32 = Plain<uint32_t, int64_t>;
using DInt64 = Plain<int64_t, int64_t>;
using DFloat32 = Plain<float, float>;
using DFloat64 = Plain<double, double>;
using DComplex128 = Plain<Complex, Complex>;

extern const Load kLoadTable[kDTypes] = {
    LoadElements<DBool>,     LoadElements<DInt8>,       LoadElements<DUint8>,
    LoadElements<DInt16>,    LoadElements<DUint16>,     LoadElements<DInt32>,
    LoadElements<DUint32>,   LoadElements<DInt64>,      LoadElements<Float16>,
    LoadElements<Bfloat16>,  LoadElements<DFloat32>,    LoadElements<DFloat64>,
    LoadElements<Complex64>, LoadElements<DComplex128>, nullptr,
};

extern const Store kStoreTable[kDTypes] = {
    StoreElements<DBool>,     StoreElements<DInt8>,       StoreElements<DUint8>,
    StoreElements<DInt16>,    StoreElements<DUint16>,     StoreElements<DInt32>,
    StoreElements<DUint32>,   StoreElements<DInt64>,      StoreElements<Float16>,
    StoreElements<Bfloat16>,  StoreElements<DFloat32>,    StoreElements<DFloat64>,
    StoreElements<Complex64>, StoreElements<DComplex128>, nullptr,
};

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
