// The parts of the C ABI that no other test goes through: texts, the choice of instruction set, memory, files.
#include "lanes.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <string>

#include "isa.h"
#include "kernels.h"
#include "program_builder.h"

namespace lanes {
namespace {

std::string TextOf(int64_t (*function)(int64_t, int64_t) noexcept) {
  std::string text(static_cast<size_t>(function(0, 0)) + 1, 'x');
  EXPECT_EQ(function(Address(text.data()), static_cast<int64_t>(text.size()) - 1),
            static_cast<int64_t>(text.size()) - 1);
  EXPECT_EQ(text, std::string(text.size(), 'x')) << "nothing may be written when there is no room for the NUL";
  EXPECT_EQ(function(Address(text.data()), static_cast<int64_t>(text.size())), static_cast<int64_t>(text.size()) - 1);
  EXPECT_EQ(text.back(), '\0');
  text.pop_back();
  return text;
}

TEST(Lanes, TableListsOperatorsAndDTypes) {
  const std::string table = TextOf(lanes_table);
  EXPECT_EQ(table.rfind("kernel add b b b b _ 0\n", 0), 0u);
  EXPECT_NE(table.find("\nkernel pow d d d d _ 1\n"), std::string::npos);
  EXPECT_NE(table.find("\nreduction sum f f d\n"), std::string::npos);
  EXPECT_NE(table.find("\ndtype BOOL 0 1 b\n"), std::string::npos);
  const std::string last = "\ndtype COMPLEX128 13 16 c\ndtype BYTES 14 0 s\n";
  EXPECT_EQ(table.substr(table.size() - last.size()), last);
}

TEST(Lanes, IsaCanBeChosenByName) {
  const std::string names = TextOf(lanes_isas);
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(TextOf(lanes_isa), names.substr(0, names.find(',')));
  EXPECT_EQ(lanes_select_isa(0), LANES_BAD_ARGUMENT);
  EXPECT_EQ(lanes_select_isa(Address("MMX")), LANES_BAD_ARGUMENT);
  for (int k = 0; k < RunnableIsas().count; ++k) {
    EXPECT_EQ(lanes_select_isa(Address(RunnableIsas().items[k]->name)), LANES_OK);
    EXPECT_EQ(TextOf(lanes_isa), RunnableIsas().items[k]->name);
  }
  EXPECT_EQ(lanes_select_isa(Address("")), LANES_OK);
  EXPECT_EQ(TextOf(lanes_isa), names.substr(0, names.find(',')));
}

TEST(Lanes, MemoryIsZeroedAndAligned) {
  for (const int64_t bytes :
       {1, 63, 64, 65, 4096, 1 << 20, (1 << 20) + 1, (6 << 20) + 12345, (32 << 20) - 1, 32 << 20, (32 << 20) + 1}) {
    const int64_t address = lanes_allocate(bytes, 1);
    ASSERT_NE(address, 0);
    EXPECT_EQ(address % 64, 0);
    char* memory = reinterpret_cast<char*>(address);
    EXPECT_EQ(memory[0], 0);
    EXPECT_EQ(memcmp(memory, memory + 1, static_cast<size_t>(bytes) - 1), 0);
    memset(memory, 1, static_cast<size_t>(bytes));
    lanes_free(address, bytes);
  }
  EXPECT_EQ(lanes_allocate(0, 1), 0);
  EXPECT_EQ(lanes_allocate(-1, 1), 0);
  EXPECT_EQ(lanes_allocate(INT64_MAX, 1), 0);
  EXPECT_EQ(lanes_allocate(int64_t{1} << 60, 1), 0);
  lanes_free(0, 5);
}

class TemporaryFile {
 public:
  TemporaryFile() {
    const int fd = mkstemp(path_);
    for (int k = 0; k < 10000; ++k) {
      const char byte = static_cast<char>(k % 251);
      if (write(fd, &byte, 1) != 1) abort();
    }
    close(fd);
  }
  ~TemporaryFile() { unlink(path_); }
  int64_t path() const { return Address(path_); }

 private:
  char path_[32] = "/tmp/lanes_test_XXXXXX";
};

TEST(Lanes, FilesMapFromAnyOffset) {
  const TemporaryFile file;
  for (const int64_t offset : {0, 1, 128, 4095, 4096, 4097, 9999}) {
    const int64_t bytes = 10000 - offset;
    const int64_t address = lanes_map(file.path(), offset, bytes, 0);
    ASSERT_GT(address, 0);
    const char* memory = reinterpret_cast<const char*>(address);
    for (int64_t k = 0; k < bytes; ++k) ASSERT_EQ(memory[k], static_cast<char>((offset + k) % 251));
    lanes_unmap(address, bytes);
  }
  const int64_t writable = lanes_map(file.path(), 5000, 100, 1);
  ASSERT_GT(writable, 0);
  memset(reinterpret_cast<char*>(writable), 77, 100);
  lanes_unmap(writable, 100);
  const int64_t again = lanes_map(file.path(), 5050, 1, 0);
  ASSERT_GT(again, 0);
  EXPECT_EQ(*reinterpret_cast<const char*>(again), 77);
  lanes_unmap(again, 1);
}

TEST(Lanes, MappingRefusesWhatIsNotThere) {
  const TemporaryFile file;
  EXPECT_EQ(lanes_map(Address("/nonexistent/file"), 0, 1, 0), -ENOENT);
  EXPECT_EQ(lanes_map(Address("/tmp"), 0, 1, 1), -EISDIR);
  EXPECT_EQ(lanes_map(file.path(), 0, 10001, 0), -EINVAL);
  EXPECT_EQ(lanes_map(file.path(), 10000, 1, 0), -EINVAL);
  EXPECT_EQ(lanes_map(file.path(), INT64_MAX, 1, 0), -EINVAL);
  EXPECT_EQ(lanes_map(file.path(), -1, 1, 0), -EINVAL);
  EXPECT_EQ(lanes_map(file.path(), 0, 0, 0), -EINVAL);
  EXPECT_EQ(lanes_map(0, 0, 1, 0), -EINVAL);
}

}  // namespace
}  // namespace lanes
