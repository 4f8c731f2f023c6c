// Transposes tiles of elements of 1, 2, 4 or 8 bytes; compiled for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "transpose.cpp"
#include <string.h>

#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace lanes {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class T>
void TransposeElements(char* dst, int64_t dst_pitch, const char* src, int64_t src_pitch, int64_t rows,
                       int64_t columns) {
  const hn::Full128<T> d;
  using V = hn::Vec<decltype(d)>;
  constexpr int64_t N = 16 / sizeof(T);
  const int64_t whole_rows = rows / N * N;
  const int64_t whole_columns = columns / N * N;
  for (int64_t i = 0; i < whole_rows; i += N) {
    for (int64_t j = 0; j < whole_columns; j += N) {
      V v[N];
      for (int64_t k = 0; k < N; ++k) {
        v[k] = hn::LoadU(d, reinterpret_cast<const T*>(src + (i + k) * src_pitch) + j);
      }
      // Shuffling all rows like two halves of a pack of cards, log2(N) times, transposes them.
      for (int64_t shuffles = N; shuffles > 1; shuffles /= 2) {
        V w[N];
        for (int64_t k = 0; k < N / 2; ++k) {
          w[2 * k] = hn::InterleaveLower(d, v[k], v[k + N / 2]);
          w[2 * k + 1] = hn::InterleaveUpper(d, v[k], v[k + N / 2]);
        }
        for (int64_t k = 0; k < N; ++k) v[k] = w[k];
      }
      for (int64_t k = 0; k < N; ++k) hn::StoreU(v[k], d, reinterpret_cast<T*>(dst + (j + k) * dst_pitch) + i);
    }
  }
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = i < whole_rows ? whole_columns : 0; j < columns; ++j) {
      memcpy(dst + j * dst_pitch + i * sizeof(T), src + i * src_pitch + j * sizeof(T), sizeof(T));
    }
  }
}

void Transpose(char* dst, int64_t dst_pitch, const char* src, int64_t src_pitch, int64_t rows, int64_t columns,
               int64_t bytes) {
  switch (bytes) {
    case 1:
      return TransposeElements<uint8_t>(dst, dst_pitch, src, src_pitch, rows, columns);
    case 2:
      return TransposeElements<uint16_t>(dst, dst_pitch, src, src_pitch, rows, columns);
    case 4:
      return TransposeElements<uint32_t>(dst, dst_pitch, src, src_pitch, rows, columns);
    default:
      return TransposeElements<uint64_t>(dst, dst_pitch, src, src_pitch, rows, columns);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace lanes
HWY_AFTER_NAMESPACE();
