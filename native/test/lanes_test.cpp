// The C ABI as a caller sees it.
#include "lanes.h"

#include <gtest/gtest.h>

namespace {

TEST(Lanes, AllocatesZeroedAlignedMemory) {
  const int64_t address = lanes_allocate(1000);
  ASSERT_NE(address, 0);
  EXPECT_EQ(address % 64, 0);
  for (int i = 0; i < 1000; i++) EXPECT_EQ(reinterpret_cast<const char*>(address)[i], 0);
  lanes_free(address, 1000);
}

}  // namespace
