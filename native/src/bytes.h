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

// Whether a comes before b, byte by byte without sign. Of two that begin alike the longer one is greater, since the
// other one goes on with NULs.
inline bool IsLess(ByteView a, ByteView b) {
  const int64_t n = a.length < b.length ? a.length : b.length;
  const int order = n == 0 ? 0 : memcmp(a.data, b.data, static_cast<size_t>(n));
  return order < 0 || (order == 0 && a.length < b.length);
}

inline bool IsContained(ByteView needle, ByteView haystack) {
  if (needle.length == 0) return true;
  if (needle.length > haystack.length) return false;
  return memmem(haystack.data, static_cast<size_t>(haystack.length), needle.data, static_cast<size_t>(needle.length)) !=
         nullptr;
}

}  // namespace lanes

#endif  // LANES_BYTES_H_
