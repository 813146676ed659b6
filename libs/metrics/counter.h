// Counter and Histogram of one writer: the shard's thread adds, any thread reads. A relaxed load
// and store instead of a locked add, so the hot path pays a plain memory write. Live as long as
// their owner; the exposition reads them at each scrape.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace whoosh::metrics {

class Counter {
 public:
  void add(std::uint64_t count = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Buckets by upper bound, inclusive; one more for everything above. Bounds ascend and are the
// caller's unit.
template <std::size_t N>
class Histogram {
 public:
  explicit Histogram(const std::array<std::int64_t, N>& bounds) : bounds_(bounds) {}

  void observe(std::int64_t value) {
    std::size_t i = 0;
    while (i < N && value > bounds_[i]) ++i;
    buckets_[i].add();
    sum_.add(value > 0 ? static_cast<std::uint64_t>(value) : 0);
  }
  [[nodiscard]] const std::array<std::int64_t, N>& bounds() const { return bounds_; }
  // Not cumulative; index N is everything above the last bound.
  [[nodiscard]] std::uint64_t bucket(std::size_t i) const { return buckets_.at(i).value(); }
  [[nodiscard]] std::uint64_t sum() const { return sum_.value(); }

 private:
  std::array<std::int64_t, N> bounds_;
  std::array<Counter, N + 1> buckets_{};
  Counter sum_;
};

}  // namespace whoosh::metrics
