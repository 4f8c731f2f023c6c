// Byte strings as registers hold them: where they lie and how long they are without the NULs that pad them.
#ifndef LANES_BYTES_H_
#define LANES_BYTES_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

namespace lanes {

// One element of kind kBytes. Its bytes stay in the operand or the program that they come from.
struct ByteView {
  const char* data;
  int64_t length;
};
static_assert(sizeof(ByteView) <= 16, "registers give bytes as much room as complex numbers");

// Bytes there are without the NULs at the end; of a word the last byte is the highest.
inline int64_t TrimmedLength(const char* data, int64_t n) {
  for (; n >= 8; n -= 8) {
    uint64_t word;
    memcpy(&word, data + n - 8, 8);
    if (word != 0) return n - __builtin_clzll(word) / 8;
  }
  if (n >= 4) {
    uint32_t word;
    memcpy(&word, data + n - 4, 4);
    if (word != 0) return n - __builtin_clz(word) / 8;
    n -= 4;
  }
  while (n > 0 && data[n - 1] == 0) --n;
  return n;
}

inline void LoadByteViews(void* dst, const char* src, size_t n, ptrdiff_t stride, int64_t bytes) {
  ByteView* views = static_cast<ByteView*>(dst);
  for (size_t i = 0; i < n; ++i, src += stride) views[i] = {src, TrimmedLength(src, bytes)};
}

// Pads with NUL, and cuts what is too long.
inline void StoreByteViews(char* dst, const void* src, size_t n, ptrdiff_t stride, int64_t bytes) {
  const ByteView* views = static_cast<const ByteView*>(src);
  for (size_t i = 0; i < n; ++i, dst += stride) {
    const int64_t length = views[i].length < bytes ? views[i].length : bytes;
    if (length > 0) memmove(dst, views[i].data, static_cast<size_t>(length));
    memset(dst + length, 0, static_cast<size_t>(bytes - length));
  }
}

// Whether n bytes are the same at both places; the first and the last word of up to sixteen overlap.
inline bool SameBytes(const char* a, const char* b, int64_t n) {
  const auto same = [=](auto word) {
    constexpr int64_t kBytes = sizeof(word);
    decltype(word) a_first, a_last, b_first, b_last;
    memcpy(&a_first, a, kBytes);
    memcpy(&b_first, b, kBytes);
    memcpy(&a_last, a + n - kBytes, kBytes);
    memcpy(&b_last, b + n - kBytes, kBytes);
    return ((a_first ^ b_first) | (a_last ^ b_last)) == 0;
  };
  if (n > 16) return memcmp(a, b, static_cast<size_t>(n)) == 0;
  if (n >= 8) return same(uint64_t{});
  if (n >= 4) return same(uint32_t{});
  if (n >= 2) return same(uint16_t{});
  return n == 0 || *a == *b;
}

inline bool IsEqual(ByteView a, ByteView b) { return a.length == b.length && SameBytes(a.data, b.data, a.length); }

// Whether the words at both places differ; then tells which comes first, by their first bytes.
template <class Word>
inline bool Differ(const char* a, const char* b, bool* less) {
  Word x, y;
  memcpy(&x, a, sizeof(x));
  memcpy(&y, b, sizeof(y));
  if constexpr (sizeof(Word) == 8)
    *less = __builtin_bswap64(x) < __builtin_bswap64(y);
  else
    *less = __builtin_bswap32(x) < __builtin_bswap32(y);
  return x != y;
}

// Whether a comes before b, byte by byte without sign. Of two that begin alike the longer one is greater, since the
// other one goes on with NULs.
inline bool IsLess(ByteView a, ByteView b) {
  const int64_t n = a.length < b.length ? a.length : b.length;
  bool less;
  if (n >= 8) {
    if (Differ<uint64_t>(a.data, b.data, &less)) return less;
    const int order = memcmp(a.data + 8, b.data + 8, static_cast<size_t>(n - 8));
    if (order != 0) return order < 0;
  } else if (n >= 4) {
    if (Differ<uint32_t>(a.data, b.data, &less)) return less;
    if (Differ<uint32_t>(a.data + n - 4, b.data + n - 4, &less)) return less;
  } else {
    for (int64_t i = 0; i < n; ++i) {
      if (a.data[i] != b.data[i]) return static_cast<uint8_t>(a.data[i]) < static_cast<uint8_t>(b.data[i]);
    }
  }
  return a.length < b.length;
}

// Up to this length every place is tried; beyond, the C library's search pays, whose time is that of the lengths' sum.
constexpr int64_t kShortHaystack = 64;

inline bool IsContained(ByteView needle, ByteView haystack) {
  if (needle.length == 0) return true;
  if (needle.length > haystack.length) return false;
  if (haystack.length > kShortHaystack) {
    return memmem(haystack.data, static_cast<size_t>(haystack.length), needle.data,
                  static_cast<size_t>(needle.length)) != nullptr;
  }
  const char* last = haystack.data + (haystack.length - needle.length);
  for (const char* p = haystack.data; p <= last; ++p) {
    if (*p == *needle.data && SameBytes(p, needle.data, needle.length)) return true;
  }
  return false;
}

}  // namespace lanes

#endif  // LANES_BYTES_H_
