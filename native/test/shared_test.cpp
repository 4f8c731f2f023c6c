// Reserving shared memory, and waiting on words in it across processes.
#include <errno.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "lanes.h"

namespace lanes {
namespace {

int64_t Address(const void* p) { return reinterpret_cast<int64_t>(p); }

double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

class Segment {
 public:
  explicit Segment(int64_t bytes) : fd_(mkstemp(path_)) {
    if (fd_ < 0 || ftruncate(fd_, bytes) != 0) abort();
  }
  ~Segment() {
    close(fd_);
    unlink(path_);
  }
  int64_t path() const { return Address(path_); }
  struct stat Status() const {
    struct stat status;
    if (fstat(fd_, &status) != 0) abort();
    return status;
  }

 private:
  char path_[40] = "/dev/shm/lanes_native_test_XXXXXX";
  int fd_;
};

TEST(Shared, HolesAreFilledWhenAskedFor) {
  constexpr int64_t kBytes = 1000001;
  const Segment segment(kBytes);
  const int64_t plain = lanes_map(segment.path(), 0, kBytes, LANES_WRITE);
  ASSERT_GT(plain, 0);
  reinterpret_cast<char*>(plain)[5] = 7;
  EXPECT_LT(segment.Status().st_blocks * 512, kBytes);
  const int64_t reserved = lanes_map(segment.path(), 0, kBytes, LANES_RESERVE);
  ASSERT_GT(reserved, 0);
  EXPECT_GE(segment.Status().st_blocks * 512, kBytes);
  EXPECT_EQ(segment.Status().st_size, kBytes);
  EXPECT_EQ(reinterpret_cast<const char*>(reserved)[5], 7);
  lanes_unmap(plain, kBytes);
  lanes_unmap(reserved, kBytes);
}

TEST(Shared, WhatTheMachineCannotHoldIsRefused) {
  constexpr int64_t kBytes = int64_t{1} << 50;
  const Segment segment(kBytes);
  EXPECT_EQ(lanes_map(segment.path(), 0, kBytes, LANES_RESERVE), -ENOSPC);
  EXPECT_EQ(lanes_map(segment.path(), 0, 1, 3), -EINVAL);
  EXPECT_EQ(lanes_map(segment.path(), 0, 1, -1), -EINVAL);
}

TEST(Shared, WaitingEnds) {
  alignas(8) int32_t words[2] = {5, 5};
  const double start = Seconds();
  lanes_wait(Address(words), 4, int64_t{60} << 30);      // another value
  lanes_wait(Address(words) + 1, 5, int64_t{60} << 30);  // not aligned
  lanes_wait(0, 5, int64_t{60} << 30);
  lanes_wait(Address(words), 5, 0);
  lanes_wait(Address(words), 5, -1);
  EXPECT_LT(Seconds() - start, 10);
  const double before = Seconds();
  lanes_wait(Address(words), 5, 20000000);
  EXPECT_GE(Seconds() - before, 0.019);
  lanes_wake(0);
  lanes_wake(Address(words));
}

TEST(Shared, AWaitIsEndedByAnotherProcess) {
  const Segment segment(4096);
  const int64_t address = lanes_map(segment.path(), 0, 4096, LANES_RESERVE);
  ASSERT_GT(address, 0);
  auto* word = reinterpret_cast<std::atomic<int32_t>*>(address);
  const pid_t child = fork();
  if (child == 0) {
    const int64_t other = lanes_map(segment.path(), 0, 4096, LANES_WRITE);
    auto* same = reinterpret_cast<std::atomic<int32_t>*>(other);
    while (same->load() == 0) lanes_wait(other, 0, int64_t{100} << 30);
    _exit(same->load());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  word->store(42);
  lanes_wake(address);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 42);
  lanes_unmap(address, 4096);
}

}  // namespace
}  // namespace lanes
