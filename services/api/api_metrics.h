// ApiMetrics: what Service A counts: requests by route, and the coins that come and go through it.
// Owner: ApiServer. Any thread counts, one reads at a time; the numbers only grow.
//
// Invariants: 1. the routes are known before the first request, so nothing is added later and no
// lock is needed; 2. what is replayed under an Idempotency-Key is counted once, when it was
// decided.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "http/pipeline.h"
#include "metrics/exposition.h"

namespace whoosh::api {

// Where coins come from and go to in this process. Coins of matches: ResultWorkerCounts.
struct CoinCounts {
  std::atomic<std::int64_t> daily = 0;      // coins
  std::atomic<std::int64_t> granted = 0;    // by operators
  std::atomic<std::int64_t> purchased = 0;  // spent
  std::atomic<std::int64_t> taken = 0;      // by operators
  std::atomic<std::int64_t> bought = 0;     // purchases
  std::atomic<std::int64_t> insufficient = 0;
  std::atomic<std::int64_t> owned = 0;
  std::atomic<std::int64_t> refunds = 0;  // items taken back
};

class ApiMetrics {
 public:
  explicit ApiMetrics(const http::Router& router);

  void count(const http::AccessLine& line);
  void collect(metrics::Exposition& out) const;

 private:
  static constexpr std::array<double, 11> bounds_s = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                      0.1,   0.25,   0.5,   1,    2.5};
  struct Times {
    std::array<std::atomic<std::uint64_t>, bounds_s.size() + 1> buckets{};
    std::atomic<std::uint64_t> sum_us = 0;
  };
  struct Row {
    // 2xx, 3xx, 4xx, 5xx
    std::array<std::atomic<std::uint64_t>, 4> statuses{};
    Times times;
  };
  using Key = std::pair<std::string, std::string>;  // route, method

  std::map<Key, std::unique_ptr<Row>> rows_;
  Row others_;  // files, and what has no route
};

void write_coins(metrics::Exposition& out, const CoinCounts& counts);

}  // namespace whoosh::api
