// Memory with an unreadable page on either side.
#ifndef LANES_TEST_GUARDED_H_
#define LANES_TEST_GUARDED_H_

#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

namespace lanes {

class Guarded {
 public:
  // Room for `bytes`.
  explicit Guarded(size_t bytes) {
    page_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    inside_ = (bytes + page_ - 1) / page_ * page_;
    mapping_ = static_cast<char*>(
        mmap(nullptr, inside_ + 2 * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    if (mapping_ == MAP_FAILED) abort();
    mprotect(mapping_, page_, PROT_NONE);
    mprotect(mapping_ + page_ + inside_, page_, PROT_NONE);
  }
  ~Guarded() { munmap(mapping_, inside_ + 2 * page_); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  // `bytes` that begin right after the guard in front, or end right before the one behind.
  char* Front() const { return mapping_ + page_; }
  char* Back(size_t bytes) const { return mapping_ + page_ + inside_ - bytes; }

 private:
  size_t page_;
  size_t inside_;
  char* mapping_;
};

}  // namespace lanes

#endif  // LANES_TEST_GUARDED_H_
