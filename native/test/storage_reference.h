// What loads and stores of every dtype should do, by arithmetic rather than by bits.
#ifndef LANES_TEST_STORAGE_REFERENCE_H_
#define LANES_TEST_STORAGE_REFERENCE_H_

#include <math.h>
#include <string.h>

#include "reference.h"

namespace lanes {

template <class T>
T ReadAs(const char* p) {
  T x;
  memcpy(&x, p, sizeof(x));
  return x;
}

inline float HalfValue(uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int mantissa = bits & 1023;
  const double magnitude = exponent == 0    ? ldexp(mantissa, -24)
                           : exponent == 31 ? (mantissa == 0 ? INFINITY : NAN)
                                            : ldexp(1024 + mantissa, exponent - 25);
  return static_cast<float>(bits & 0x8000 ? -magnitude : magnitude);
}

// x rounded to a multiple of the last place of a format with `digits` binary digits and this least exponent; ties to
// even.
inline double RoundToFormat(double x, int digits, int least_exponent) {
  if (x == 0 || !isfinite(x)) return x;
  int exponent;
  frexp(x, &exponent);
  const int last = (exponent - 1 > least_exponent ? exponent - 1 : least_exponent) - digits + 1;
  return ldexp(nearbyint(ldexp(x, -last)), last);
}

inline uint16_t HalfBits(float x) {
  const uint16_t sign = signbit(x) ? 0x8000 : 0;
  if (x != x) return sign | 0x7e00;
  const double magnitude = fabs(RoundToFormat(x, 11, -14));
  if (magnitude >= 65536) return sign | 0x7c00;
  if (magnitude < ldexp(1, -14)) return static_cast<uint16_t>(sign | static_cast<int>(ldexp(magnitude, 24)));
  int exponent;
  const double fraction = frexp(magnitude, &exponent);
  return static_cast<uint16_t>(sign | ((exponent + 14) << 10) | (static_cast<int>(ldexp(fraction, 11)) & 1023));
}

inline Element LoadReference(int dtype, const char* p) {
  switch (dtype) {
    case kDBool:
      return Element::Of(ReadAs<uint8_t>(p));
    case kDInt8:
      return Element::Of<int32_t>(ReadAs<int8_t>(p));
    case kDUint8:
      return Element::Of<int32_t>(ReadAs<uint8_t>(p));
    case kDInt16:
      return Element::Of<int32_t>(ReadAs<int16_t>(p));
    case kDUint16:
      return Element::Of<int32_t>(ReadAs<uint16_t>(p));
    case kDInt32:
      return Element::Of(ReadAs<int32_t>(p));
    case kDUint32:
      return Element::Of<int64_t>(ReadAs<uint32_t>(p));
    case kDInt64:
      return Element::Of(ReadAs<int64_t>(p));
    case kDFloat16:
      return Element::Of(HalfValue(ReadAs<uint16_t>(p)));
    case kDBfloat16: {
      const uint16_t halves[2] = {0, ReadAs<uint16_t>(p)};
      return Element::Of(ReadAs<float>(reinterpret_cast<const char*>(halves)));
    }
    case kDFloat32:
      return Element::Of(ReadAs<float>(p));
    case kDFloat64:
      return Element::Of(ReadAs<double>(p));
    case kDComplex64: {
      Element e;
      const double parts[2] = {ReadAs<float>(p), ReadAs<float>(p + 4)};
      memcpy(e.bytes, parts, 16);
      return e;
    }
    default: {
      Element e;
      memcpy(e.bytes, p, 16);
      return e;
    }
  }
}

// Fills the dtype's bytes of `out`.
inline Element StoreReference(int dtype, const Element& x) {
  switch (dtype) {
    case kDInt8:
    case kDUint8:
      return Element::Of(static_cast<uint8_t>(x.As<int32_t>()));
    case kDInt16:
    case kDUint16:
      return Element::Of(static_cast<uint16_t>(x.As<int32_t>()));
    case kDUint32:
      return Element::Of(static_cast<uint32_t>(x.As<int64_t>()));
    case kDFloat16:
      return Element::Of(HalfBits(x.As<float>()));
    case kDBfloat16: {
      const float f = x.As<float>();
      if (f != f) return Element::Of<uint16_t>(signbit(f) ? 0xffc0 : 0x7fc0);
      // Beyond the largest float stands what rounds to infinity.
      const float rounded = static_cast<float>(RoundToFormat(f, 8, -126));
      uint32_t bits;
      memcpy(&bits, &rounded, 4);
      return Element::Of(static_cast<uint16_t>(bits >> 16));
    }
    case kDComplex64: {
      Element e;
      double parts[2];
      memcpy(parts, x.bytes, 16);
      const float narrow[2] = {static_cast<float>(parts[0]), static_cast<float>(parts[1])};
      memcpy(e.bytes, narrow, 8);
      return e;
    }
    default:
      return x;
  }
}

// Whether two stored elements are the same, any NaN being as good as another.
inline bool SameStored(int dtype, const Element& a, const Element& b) {
  const int bytes = kDTypeRows[dtype].bytes;
  if (memcmp(a.bytes, b.bytes, static_cast<size_t>(bytes)) == 0) return true;
  const auto nan = [&](const Element& e, int part) {
    switch (dtype) {
      case kDFloat16:
        return (e.As<uint16_t>() & 0x7fff) > 0x7c00;
      case kDBfloat16:
        return (e.As<uint16_t>() & 0x7fff) > 0x7f80;
      case kDFloat32:
        return isnan(e.As<float>());
      case kDFloat64:
        return isnan(e.As<double>());
      case kDComplex64:
        return isnan(ReadAs<float>(reinterpret_cast<const char*>(e.bytes) + 4 * part));
      case kDComplex128:
        return isnan(ReadAs<double>(reinterpret_cast<const char*>(e.bytes) + 8 * part));
      default:
        return false;
    }
  };
  if (dtype == kDComplex64 || dtype == kDComplex128) {
    const size_t half = static_cast<size_t>(bytes) / 2;
    const bool re = memcmp(a.bytes, b.bytes, half) == 0 || (nan(a, 0) && nan(b, 0));
    const bool im = memcmp(a.bytes + half, b.bytes + half, half) == 0 || (nan(a, 1) && nan(b, 1));
    return re && im;
  }
  return nan(a, 0) && nan(b, 0);
}

}  // namespace lanes

#endif  // LANES_TEST_STORAGE_REFERENCE_H_
