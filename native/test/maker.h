// Both ways that the library goes on processors of different makers.
#ifndef LANES_TEST_MAKER_H
#define LANES_TEST_MAKER_H

#include "processor.h"

namespace lanes {

// While it lives, the library takes the processor for one of Intel's, or for another's.
class Maker {
 public:
  explicit Maker(bool intel) : was_intel_(is_intel) { is_intel = intel; }
  ~Maker() { is_intel = was_intel_; }
  Maker(const Maker&) = delete;
  Maker& operator=(const Maker&) = delete;

 private:
  bool was_intel_;
};

}  // namespace lanes

#endif  // LANES_TEST_MAKER_H
