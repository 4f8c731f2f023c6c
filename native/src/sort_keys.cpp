// Between elements and their keys, for every dtype at any stride; compiled for every instruction set so that the
// compiler's vectors fit it.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sort_keys.cpp"
#include <string.h>

#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "sort.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {

// ---- Formats --------------------------------------------------------------------------------------------------------
// A format names its element in memory and its key, and the way there and back.

template <class Memory, class Key>
struct IntegerKey {
  using M = Memory;
  using K = Key;
  static HWY_INLINE K Exact(M x) { return static_cast<K>(x); }
  static HWY_INLINE K EqualZeros(M x) { return static_cast<K>(x); }
  static HWY_INLINE K Descending(M x) { return static_cast<K>(~static_cast<K>(x)); }
  static HWY_INLINE M Element(K key) { return static_cast<M>(key); }
};

struct Uint32Key {
  using M = uint32_t;
  using K = int32_t;
  static HWY_INLINE K Exact(M x) { return static_cast<K>(x ^ 0x80000000u); }
  static HWY_INLINE K EqualZeros(M x) { return Exact(x); }
  static HWY_INLINE K Descending(M x) { return ~Exact(x); }
  static HWY_INLINE M Element(K key) { return static_cast<M>(key) ^ 0x80000000u; }
};

// Any byte but 0 is true.
struct BoolKey {
  using M = uint8_t;
  using K = int32_t;
  static HWY_INLINE K Exact(M x) { return x != 0; }
  static HWY_INLINE K EqualZeros(M x) { return x != 0; }
  static HWY_INLINE K Descending(M x) { return x == 0; }
  static HWY_INLINE M Element(K key) { return static_cast<M>(key); }
};

// Floats by their bits, as a signed integer that is extended to the key's size: for negative ones, all bits but the
// sign are turned round.
template <class Bits, class Key, Bits kInfinity, Bits kQuietNan>
struct FloatKey {
  using M = Bits;
  using K = Key;
  static constexpr Bits kMagnitude = static_cast<Bits>(~(Bits{1} << (8 * sizeof(Bits) - 1)));
  static constexpr K kNan = kMagnitude;

  static HWY_INLINE Bits Turn(Bits x) {
    const Bits sign = static_cast<Bits>(x >> (8 * sizeof(Bits) - 1));
    return static_cast<Bits>(x ^ (sign & kMagnitude));
  }
  static HWY_INLINE bool IsNan(Bits x) { return (x & kMagnitude) > kInfinity; }
  static HWY_INLINE bool IsZero(Bits x) { return (x & kMagnitude) == 0; }
  static HWY_INLINE K Exact(M x) { return IsNan(x) ? kNan : static_cast<K>(Turn(x)); }
  static HWY_INLINE K EqualZeros(M x) { return IsZero(x) ? K{0} : Exact(x); }
  static HWY_INLINE K Descending(M x) { return IsNan(x) ? kNan : static_cast<K>(~EqualZeros(x)); }
  static HWY_INLINE M Element(K key) { return key == kNan ? kQuietNan : Turn(static_cast<Bits>(key)); }
};

using DBool = BoolKey;
using DInt8 = IntegerKey<int8_t, int32_t>;
using DUint8 = IntegerKey<uint8_t, int32_t>;
using DInt16 = IntegerKey<int16_t, int32_t>;
using DUint16 = IntegerKey<uint16_t, int32_t>;
using DInt32 = IntegerKey<int32_t, int32_t>;
using DUint32 = Uint32Key;
using DInt64 = IntegerKey<int64_t, int64_t>;
using DFloat16 = FloatKey<int16_t, int32_t, 0x7c00, 0x7e00>;
using DBfloat16 = FloatKey<int16_t, int32_t, 0x7f80, 0x7fc0>;
using DFloat32 = FloatKey<int32_t, int32_t, 0x7f800000, 0x7fc00000>;
using DFloat64 = FloatKey<int64_t, int64_t, 0x7ff0000000000000, 0x7ff8000000000000>;

// ---- Loops ----------------------------------------------------------------------------------------------------------

template <class Format, KeyMode kMode>
HWY_INLINE typename Format::K KeyOf(const char* src) {
  typename Format::M x;
  memcpy(&x, src, sizeof(x));
  return kMode == kExact ? Format::Exact(x) : kMode == kEqualZeros ? Format::EqualZeros(x) : Format::Descending(x);
}

template <class Format, KeyMode kMode>
void Load(void* keys, const void* src, size_t n, ptrdiff_t stride) {
  typename Format::K* y = static_cast<typename Format::K*>(keys);
  const char* x = static_cast<const char*>(src);
  constexpr ptrdiff_t kBytes = sizeof(typename Format::M);
  if (stride == kBytes) {
    for (size_t i = 0; i < n; ++i) y[i] = KeyOf<Format, kMode>(x + i * kBytes);
  } else {
    for (size_t i = 0; i < n; ++i, x += stride) y[i] = KeyOf<Format, kMode>(x);
  }
}

template <class Format>
HWY_INLINE void PutElement(char* dst, typename Format::K key) {
  const typename Format::M x = Format::Element(key);
  memcpy(dst, &x, sizeof(x));
}

template <class Format>
void Store(void* dst, const void* keys, size_t n, ptrdiff_t stride) {
  const typename Format::K* x = static_cast<const typename Format::K*>(keys);
  char* y = static_cast<char*>(dst);
  constexpr ptrdiff_t kBytes = sizeof(typename Format::M);
  if (stride == kBytes) {
    for (size_t i = 0; i < n; ++i) PutElement<Format>(y + i * kBytes, x[i]);
  } else {
    for (size_t i = 0; i < n; ++i, y += stride) PutElement<Format>(y, x[i]);
  }
}

// ---- The tables, in the order of DType ------------------------------------------------------------------------------

#define LANES_KEY_LOADS(mode)                                                                                     \
  {                                                                                                               \
    Load<DBool, mode>, Load<DInt8, mode>, Load<DUint8, mode>, Load<DInt16, mode>, Load<DUint16, mode>,            \
        Load<DInt32, mode>, Load<DUint32, mode>, Load<DInt64, mode>, Load<DFloat16, mode>, Load<DBfloat16, mode>, \
        Load<DFloat32, mode>, Load<DFloat64, mode>, nullptr, nullptr, nullptr                                     \
  }

extern const LoadKeys kKeyLoads[kKeyModes][kDTypes] = {LANES_KEY_LOADS(kExact), LANES_KEY_LOADS(kEqualZeros),
                                                       LANES_KEY_LOADS(kDescending)};

extern const StoreKeys kKeyStores[kDTypes] = {
    Store<DBool>,    Store<DInt8>,    Store<DUint8>, Store<DInt16>,   Store<DUint16>,
    Store<DInt32>,   Store<DUint32>,  Store<DInt64>, Store<DFloat16>, Store<DBfloat16>,
    Store<DFloat32>, Store<DFloat64>, nullptr,       nullptr,         nullptr,
};
#undef LANES_KEY_LOADS

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
