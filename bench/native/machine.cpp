// What this machine can do at best: fused loops and plain traffic over aligned memory, each by the fastest of one or
// two threads with ordinary or non-temporal stores. A process that the benchmark asks for turns over its pipes.

// It is compiled for this machine alone; left to itself, Highway would not compile for some of the newest.
#define HWY_COMPILE_ONLY_STATIC

#include <hwy/cache_control.h>
#include <hwy/highway.h>
#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace lanes {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int kThreads = 2;
// A multiple of every vector, and of a cache line.
constexpr size_t kGrain = 512;

template <class V, class D, class T>
HWY_INLINE void Put(V v, D d, T* to, bool is_streamed) {
  if (is_streamed) {
    hn::Stream(v, d, to);
  } else {
    hn::Store(v, d, to);
  }
}

template <class T, class F>
void Map(const T* a, const T* b, T* out, size_t n, bool is_streamed, F f) {
  const hn::ScalableTag<T> d;
  const hn::CappedTag<T, 1> one;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + 2 * lanes <= n; i += 2 * lanes) {
    Put(f(d, hn::Load(d, a + i), hn::Load(d, b + i)), d, out + i, is_streamed);
    Put(f(d, hn::Load(d, a + i + lanes), hn::Load(d, b + i + lanes)), d, out + i + lanes, is_streamed);
  }
  for (; i < n; ++i) hn::StoreU(f(one, hn::LoadU(one, a + i), hn::LoadU(one, b + i)), one, out + i);
  if (is_streamed) hwy::FlushStream();
}

struct Square {
  template <class D, class V>
  V operator()(D, V a, V) const {
    return hn::Mul(a, a);
  }
};

struct Axpby {
  template <class D, class V>
  V operator()(D d, V a, V b) const {
    return hn::Add(hn::Mul(a, hn::Set(d, 2)), hn::Mul(b, hn::Set(d, 3)));
  }
};

struct Poly {
  template <class D, class V>
  V operator()(D d, V a, V) const {
    using T = hn::TFromD<D>;
    const V square = hn::Mul(a, a);
    const V high = hn::Add(hn::Mul(hn::Mul(square, a), hn::Set(d, T(0.25))), hn::Mul(square, hn::Set(d, T(0.75))));
    return hn::Sub(hn::Sub(high, hn::Mul(a, hn::Set(d, T(1.5)))), hn::Set(d, 2));
  }
};

struct Select {
  template <class D, class V>
  V operator()(D d, V a, V b) const {
    return hn::IfThenElse(hn::Gt(a, b), hn::Sqrt(a), hn::Mul(b, hn::Set(d, hn::TFromD<D>(0.5))));
  }
};

struct Copy {
  template <class D, class V>
  V operator()(D, V a, V) const {
    return a;
  }
};

// Eight accumulators, joined by f.
template <class D, class F, class Next>
double Fold(D d, size_t n, size_t step, hn::TFromD<D> start, F f, Next next) {
  constexpr size_t kAccumulators = 8;
  hn::Vec<D> sums[kAccumulators];
  for (auto& sum : sums) sum = hn::Set(d, start);
  size_t i = 0;
  for (; i + kAccumulators * step <= n; i += kAccumulators * step) {
    for (size_t k = 0; k < kAccumulators; ++k) sums[k] = f(sums[k], next(i + k * step));
  }
  for (; i + step <= n; i += step) sums[0] = f(sums[0], next(i));
  for (size_t k = 1; k < kAccumulators; ++k) sums[0] = f(sums[0], sums[k]);
  HWY_ALIGN hn::TFromD<D> parts[HWY_LANES(hn::TFromD<D>)];
  hn::Store(sums[0], d, parts);
  double total = static_cast<double>(start);
  const hn::CappedTag<double, 1> one;
  for (size_t k = 0; k < hn::Lanes(d); ++k) {
    total = hn::GetLane(f(hn::Set(one, total), hn::Set(one, static_cast<double>(parts[k]))));
  }
  return total;
}

struct Plus {
  template <class V>
  V operator()(V a, V b) const {
    return hn::Add(a, b);
  }
};

struct Greater {
  template <class V>
  V operator()(V a, V b) const {
    return hn::Max(a, b);
  }
};

double Dot(const double* a, const double* b, size_t n) {
  const hn::ScalableTag<double> d;
  const size_t lanes = hn::Lanes(d);
  double sum = Fold(d, n, lanes, 0, Plus(), [&](size_t i) { return hn::Mul(hn::Load(d, a + i), hn::Load(d, b + i)); });
  for (size_t i = n / lanes * lanes; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// Sums in float64, as the expression does.
double Dot(const float* a, const float* b, size_t n) {
  const hn::ScalableTag<double> d;
  const hn::Rebind<float, decltype(d)> half;
  const size_t lanes = hn::Lanes(d);
  double sum = Fold(d, n, lanes, 0, Plus(),
                    [&](size_t i) { return hn::PromoteTo(d, hn::Mul(hn::Load(half, a + i), hn::Load(half, b + i))); });
  for (size_t i = n / lanes * lanes; i < n; ++i) sum += static_cast<double>(a[i] * b[i]);
  return sum;
}

template <class T>
double Max(const T* a, size_t n) {
  const hn::ScalableTag<T> d;
  const size_t lanes = hn::Lanes(d);
  double max = Fold(d, n, lanes, a[0], Greater(), [&](size_t i) { return hn::Load(d, a + i); });
  for (size_t i = n / lanes * lanes; i < n; ++i) max = std::max<double>(max, a[i]);
  return max;
}

double Seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// A second thread that spins while a turn lasts, and is not there in between.
class Helper {
 public:
  explicit Helper(std::function<void(int)> part) : part_(std::move(part)), thread_([this] { Run(); }) {
    while (done_.load() != 0) {
    }
  }

  ~Helper() {
    wanted_.store(-2);
    thread_.join();
  }

  void Both() {
    const int64_t number = ++calls_;
    wanted_.store(number, std::memory_order_release);
    part_(0);
    while (done_.load(std::memory_order_acquire) != number) {
    }
  }

 private:
  // Linux may start a thread on its maker's processor, where the two would spin in turns.
  void Leave() const {
    cpu_set_t others;
    if (sched_getaffinity(0, sizeof(others), &others) != 0 || CPU_COUNT(&others) < 2) return;
    CPU_CLR(makers_processor_, &others);
    sched_setaffinity(0, sizeof(others), &others);
  }

  void Run() {
    Leave();
    done_.store(0);
    int64_t last = 0;
    for (;;) {
      const int64_t number = wanted_.load(std::memory_order_acquire);
      if (number == -2) return;
      if (number == last) continue;
      part_(1);
      last = number;
      done_.store(number, std::memory_order_release);
    }
  }

  std::function<void(int)> part_;
  const int makers_processor_ = sched_getcpu();
  int64_t calls_ = 0;
  std::atomic<int64_t> wanted_{0};
  std::atomic<int64_t> done_{-1};
  std::thread thread_;
};

uint64_t Mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// The operands of all peers: see Precision.java.
double Operand(uint64_t seed, uint64_t array, uint64_t index) {
  const uint64_t z = Mixed(seed + (array << 40) + index * 0x9E3779B97F4A7C15u);
  return 0.01 + 20 * (static_cast<double>(z >> 11) * 0x1p-53);
}

class Turn {
 public:
  virtual ~Turn() = default;
  virtual double Run(int64_t calls) = 0;
  virtual void Fastest() = 0;
  virtual double Value(size_t index) const = 0;
};

template <class T>
class Memory {
 public:
  Memory(uint64_t seed, size_t operands, size_t n) : n_(n), stride_((n + kGrain - 1) / kGrain * kGrain) {
    const size_t page = size_t{2} << 20;
    bytes_ = (stride_ * (operands + 1) * sizeof(T) + page - 1) / page * page;
    data_ = static_cast<T*>(aligned_alloc(page, bytes_));
    if (data_ == nullptr) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    madvise(data_, bytes_, MADV_HUGEPAGE);
#endif
    for (size_t j = 0; j <= operands; ++j) {
      for (size_t i = 0; i < stride_; ++i) data_[j * stride_ + i] = static_cast<T>(Operand(seed, j, i));
    }
  }
  ~Memory() { free(data_); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  T* Array(size_t j) { return data_ + j * stride_; }
  size_t n() const { return n_; }

 private:
  size_t n_;
  size_t stride_;
  size_t bytes_;
  T* data_;
};

template <class T>
class Loops : public Turn {
 public:
  Loops(std::string what, bool is_traffic, size_t operands, bool is_reduction, size_t n, uint64_t seed)
      : what_(std::move(what)), operands_(operands), memory_(seed, operands, n) {
    // Traffic moves as many bytes as the workload: half of them read and half written, or all read.
    if (is_traffic) what_ = is_reduction ? "READ" : "COPY";
    length_ = !is_traffic ? n : is_reduction ? n * operands : n * (operands + 1) / 2;
  }

  void Fastest() override {
    double best = 0;
    int best_threads = 1;
    bool best_streamed = false;
    for (int round = 0; round < 3; ++round) {
      for (int variant = 0; variant < 4; ++variant) {
        threads_ = 1 + variant % 2;
        is_streamed_ = variant / 2 == 1;
        const double seconds = Run(1 + 2000000 / static_cast<int64_t>(length_));
        if ((round > 0 || variant > 0) && best > 0 && seconds >= best) continue;
        best = seconds;
        best_threads = threads_;
        best_streamed = is_streamed_;
      }
    }
    threads_ = best_threads;
    is_streamed_ = best_streamed;
    Run(1);
  }

  double Run(int64_t calls) override {
    if (threads_ == 1) {
      double start = Seconds();
      for (int64_t i = 0; i < calls; ++i) Part(0, 1);
      return Seconds() - start;
    }
    Helper helper([this](int part) { Part(part, kThreads); });
    const double start = Seconds();
    for (int64_t i = 0; i < calls; ++i) helper.Both();
    return Seconds() - start;
  }

  double Value(size_t index) const override {
    if (what_ == "DOT") return static_cast<T>(reduced_[0].value + (threads_ == 2 ? reduced_[1].value : 0));
    if (what_ == "MAX") return threads_ == 2 ? std::max(reduced_[0].value, reduced_[1].value) : reduced_[0].value;
    return const_cast<Memory<T>&>(memory_).Array(operands_)[index];
  }

 private:
  void Part(int part, int parts) {
    const size_t middle = length_ / 2 / kGrain * kGrain;
    const size_t from = part == 0 ? 0 : middle;
    const size_t n = parts == 1 ? length_ : part == 0 ? middle : length_ - middle;
    if (n == 0) {
      reduced_[part].value = what_ == "MAX" ? *memory_.Array(0) : 0;
      return;
    }
    const T* a = memory_.Array(0) + from;
    const T* b = operands_ > 1 ? memory_.Array(1) + from : a;
    T* out = memory_.Array(operands_) + from;
    if (what_ == "SQUARE") {
      Map(a, b, out, n, is_streamed_, Square());
    } else if (what_ == "AXPBY") {
      Map(a, b, out, n, is_streamed_, Axpby());
    } else if (what_ == "POLY") {
      Map(a, b, out, n, is_streamed_, Poly());
    } else if (what_ == "SELECT") {
      Map(a, b, out, n, is_streamed_, Select());
    } else if (what_ == "COPY") {
      const size_t half = (length_ + kGrain - 1) / kGrain * kGrain;
      Map(a, a, memory_.Array(0) + half + from, half + from + n <= Capacity() ? n : Capacity() - half - from,
          is_streamed_, Copy());
    } else if (what_ == "DOT") {
      reduced_[part].value = Dot(a, b, n);
    } else {
      reduced_[part].value = Max(a, n);
    }
  }

  size_t Capacity() const { return (memory_.n() + kGrain - 1) / kGrain * kGrain * (operands_ + 1); }

  std::string what_;
  size_t operands_;
  Memory<T> memory_;
  size_t length_;
  int threads_ = 1;
  bool is_streamed_ = false;
  // A cache line apart.
  struct alignas(64) Reduced {
    double value;
  };
  Reduced reduced_[kThreads] = {};
};

std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields;
  std::stringstream stream(line);
  for (std::string field; std::getline(stream, field, '\t');) fields.push_back(field);
  return fields;
}

void Serve() {
  std::map<std::string, std::unique_ptr<Turn>> turns;
  for (std::string line; std::getline(std::cin, line);) {
    const std::vector<std::string> f = Fields(line);
    if (f[0] == "prepare") {
      // prepare, key, peer, workload, type, n, operands, whether a reduction, seed
      const bool is_traffic = f[2] == "TRAFFIC";
      const size_t n = std::stoull(f[5]);
      const size_t operands = std::stoull(f[6]);
      std::unique_ptr<Turn> turn;
      if (f[4] == "FLOAT64") {
        turn.reset(new Loops<double>(f[3], is_traffic, operands, f[7] == "1", n, std::stoull(f[8])));
      } else {
        turn.reset(new Loops<float>(f[3], is_traffic, operands, f[7] == "1", n, std::stoull(f[8])));
      }
      turn->Fastest();
      turns[f[1]] = std::move(turn);
      std::puts("ok");
    } else if (f[0] == "run") {
      Turn& turn = *turns.at(f[1]);
      if (f[3] == "1") turn.Run(1);
      std::printf("ok\t%.0f\n", 1e9 * turn.Run(std::stoll(f[2])));
    } else {
      // values, key, from, to
      std::printf("ok");
      for (size_t i = std::stoull(f[2]); i < std::stoull(f[3]); ++i) std::printf("\t%.17g", turns.at(f[1])->Value(i));
      std::puts("");
    }
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace lanes

int main() {
  lanes::Serve();
  return 0;
}
