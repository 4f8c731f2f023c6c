// For every mask of a vector the order of lanes, or of their bytes, that brings those in the mask to the front and the
// others behind them.
#ifndef LANES_SORT_TABLES_H_
#define LANES_SORT_TABLES_H_

#include <stddef.h>
#include <stdint.h>

namespace lanes {

template <size_t kMasks, size_t kBytes>
struct PackTable {
  alignas(64) uint8_t order[kMasks][kBytes];
};

// Vectors of kLanes lanes, of which each is described by kPieces entries.
template <size_t kLanes, size_t kPieces>
constexpr PackTable<(size_t{1} << kLanes), kLanes * kPieces> MakePackTable() {
  PackTable<(size_t{1} << kLanes), kLanes* kPieces> table = {};
  for (size_t mask = 0; mask < size_t{1} << kLanes; ++mask) {
    size_t at = 0;
    for (size_t kept = 1; kept <= 1; --kept) {
      for (size_t lane = 0; lane < kLanes; ++lane) {
        if ((mask >> lane & 1) != kept) continue;
        for (size_t piece = 0; piece < kPieces; ++piece) {
          table.order[mask][at++] = static_cast<uint8_t>(lane * kPieces + piece);
        }
      }
    }
  }
  return table;
}

inline constexpr auto kPack8 = MakePackTable<8, 1>();
inline constexpr auto kPack4Pairs = MakePackTable<4, 2>();
inline constexpr auto kPack4Bytes = MakePackTable<4, 4>();
inline constexpr auto kPack2Bytes = MakePackTable<2, 8>();

}  // namespace lanes

#endif  // LANES_SORT_TABLES_H_
