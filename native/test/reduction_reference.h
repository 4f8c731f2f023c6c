// The reductions as the contract describes them, one element at a time.
#ifndef LANES_TEST_REDUCTION_REFERENCE_H_
#define LANES_TEST_REDUCTION_REFERENCE_H_

#include <cmath>
#include <string>
#include <vector>

#include "reference.h"

namespace lanes {

struct ReferenceMoments {
  int64_t count = 0;
  double shift = 0, mean = 0, squares = 0;
  int64_t open = 0;
  double pivot = 0, open_sum = 0, open_squares = 0;

  void Take(double x) {
    if (count == 0) shift = x;
    if (open == 0) pivot = shift + mean;
    const double away = x - pivot;
    open_sum += away;
    open_squares += away * away;
    ++count;
    if (++open == 32) Close();
  }

  void Close() {
    if (open == 0) return;
    const double taken = static_cast<double>(open), after = static_cast<double>(count);
    const double of_open = open_sum * (1 / taken);
    const double delta = of_open + ((pivot - shift) - mean);
    const double own = open_squares - open_sum * of_open;
    squares += (own < 0 ? 0 : own) + (delta * delta) * ((after - taken) * (taken / after));
    mean += delta * (taken / after);
    open = 0;
    open_sum = open_squares = 0;
  }

  void Join(const ReferenceMoments& right) {
    const double n = static_cast<double>(count), m = static_cast<double>(right.count);
    const double delta = (right.shift - shift) + (right.mean - mean);
    const double share = m / (n + m);
    squares = (squares + right.squares) + (delta * delta) * (n * share);
    mean += delta * share;
    count += right.count;
  }
};

// One accumulator, or what several were joined to.
struct ReferenceCell {
  int64_t count = 0;
  Element value;                // accumulator or best element
  int64_t at = 0;               // of the best
  ReferenceMoments moments[2];  // of the real and the imaginary part
};

class ReferenceReduction {
 public:
  ReferenceReduction(const ReductionRow& row, int64_t ddof) : row_(row), name_(row.name), ddof_(ddof) {}

  void Add(const Element& x) {
    const size_t j = static_cast<size_t>(in_chunk_) % kAccumulators;
    if (j >= cells_.size()) cells_.emplace_back();
    Take(&cells_[j], x);
    ++count_;
    if (++in_chunk_ == kChunkElements) EndChunk();
  }

  Element Result() {
    if (in_chunk_ > 0) EndChunk();
    while (chunks_.size() > 1) {
      std::vector<ReferenceCell> next;
      for (size_t k = 0; k < chunks_.size(); k += 2) {
        next.push_back(chunks_[k]);
        if (k + 1 < chunks_.size()) Join(&next.back(), chunks_[k + 1]);
      }
      chunks_ = next;
    }
    const ReferenceCell& cell = chunks_[0];
    const double n = static_cast<double>(count_);
    if (row_.result == kComplex128) {
      const ComplexValue z = cell.value.As<ComplexValue>();
      return name_ == "mean" ? Element::Of(ComplexValue{z.re / n, z.im / n}) : cell.value;
    }
    return WithKind(row_.result, [&](auto r) {
      using R = decltype(r);
      if (IsPosition()) {
        const bool none = name_[0] == 'n' && IsNaN(cell.value);
        return Element::Of(static_cast<R>(none ? -1 : cell.at));
      }
      if (name_ == "mean") return Element::Of(static_cast<R>(cell.value.As<double>() / n));
      if (IsMoments()) {
        const double squares = cell.moments[0].squares + cell.moments[1].squares;
        const double variance = squares / static_cast<double>(count_ > ddof_ ? count_ - ddof_ : 0);
        return Element::Of(static_cast<R>(name_ == "std" ? std::sqrt(variance) : variance));
      }
      return WithKind(row_.accumulator,
                      [&](auto a) { return Element::Of(static_cast<R>(cell.value.As<decltype(a)>())); });
    });
  }

 private:
  static constexpr int64_t kChunkElements = 16384;

  bool IsPosition() const { return name_.find("arg") != std::string::npos; }
  bool IsMoments() const { return name_ == "var" || name_ == "std"; }

  bool IsNaN(const Element& x) const {
    return WithKind(row_.accumulator, [&](auto a) { return x.As<decltype(a)>() != x.As<decltype(a)>(); });
  }

  bool IsComplex() const { return row_.argument == kComplex128; }

  void Take(ReferenceCell* cell, const Element& x) {
    if (IsMoments()) {
      ++cell->count;
      if (IsComplex()) {
        cell->moments[0].Take(x.As<ComplexValue>().re);
        cell->moments[1].Take(x.As<ComplexValue>().im);
      } else {
        cell->moments[0].Take(Wide(x).As<double>());
      }
      return;
    }
    ReferenceCell one;
    one.count = 1;
    one.value = IsComplex() ? x : Wide(x);
    one.at = count_;
    if (cell->count == 0)
      *cell = one;
    else
      Join(cell, one);
  }

  // As the accumulator holds it.
  Element Wide(const Element& x) const {
    return WithKind(row_.argument, [&](auto t) {
      const auto value = x.As<decltype(t)>();
      return WithKind(row_.accumulator, [&](auto acc) { return Element::Of(static_cast<decltype(acc)>(value)); });
    });
  }

  void Join(ReferenceCell* left, const ReferenceCell& right) const {
    if (IsMoments()) {
      left->moments[0].Join(right.moments[0]);
      if (IsComplex()) left->moments[1].Join(right.moments[1]);
    } else if (IsPosition()) {
      const bool right_wins = Better(left->value, right.value);
      if (right_wins || (!Better(right.value, left->value) && right.at < left->at)) {
        left->value = right.value;
        left->at = right.at;
      }
    } else if (IsComplex()) {
      left->value = ReferenceComplex(name_ == "prod" ? "mul" : "add", left->value.As<ComplexValue>(),
                                     right.value.As<ComplexValue>());
    } else {
      left->value = Combine(left->value, right.value);
    }
    left->count += right.count;
  }

  // Whether x takes the place of the best so far.
  bool Better(const Element& best, const Element& x) const {
    return WithKind(row_.accumulator, [&](auto t) {
      const auto a = best.As<decltype(t)>(), b = x.As<decltype(t)>();
      const bool beats = name_.find("max") != std::string::npos ? b > a : b < a;
      if (name_[0] == 'n') return b == b && (beats || a != a);
      return a == a && (beats || b != b);
    });
  }

  Element Combine(const Element& left, const Element& right) const {
    return WithKind(row_.accumulator, [&](auto t) {
      using T = decltype(t);
      const T acc = left.As<T>(), x = right.As<T>();
      if (name_ == "sum" || name_ == "mean" || name_ == "count_nonzero") return Element::Of(ReferenceSum(acc, x));
      if (name_ == "prod") return Element::Of(ReferenceProduct(acc, x));
      const bool greatest = name_.find("max") != std::string::npos || name_ == "any";
      const bool beats = greatest ? x > acc : x < acc;
      if (name_[0] == 'n') return beats || acc != acc ? right : left;
      return beats || x != x ? right : left;
    });
  }

  template <class T>
  static T ReferenceSum(T a, T b) {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
    else
      return a + b;
  }

  template <class T>
  static T ReferenceProduct(T a, T b) {
    if constexpr (std::is_integral_v<T>)
      return static_cast<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
    else
      return a * b;
  }

  void EndChunk() {
    if (IsMoments()) {
      for (ReferenceCell& cell : cells_) {
        for (ReferenceMoments& moments : cell.moments) moments.Close();
      }
    }
    for (size_t half = kAccumulators / 2; half > 0; half /= 2) {
      for (size_t j = 0; j + half < cells_.size() && j < half; ++j) Join(&cells_[j], cells_[j + half]);
      if (cells_.size() > half) cells_.resize(half);
    }
    chunks_.push_back(cells_[0]);
    cells_.clear();
    in_chunk_ = 0;
  }

  ReductionRow row_;
  std::string name_;
  int64_t ddof_;
  int64_t count_ = 0;
  int64_t in_chunk_ = 0;
  std::vector<ReferenceCell> cells_;
  std::vector<ReferenceCell> chunks_;
};

}  // namespace lanes

#endif  // LANES_TEST_REDUCTION_REFERENCE_H_
