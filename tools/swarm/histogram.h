// Histogram: how often which value was seen, in buckets that are at most 3 % wide (HDR histograms'
// idea: 32 linear steps per power of two), so that a quantile of the sum of many is exact to that.
//
// A value type; any thread, one at a time. Values are what the owner says (here microseconds);
// negative ones count as 0.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <vector>

#include "base/result.h"

namespace whoosh::swarm {

class Histogram {
 public:
  void add(std::int64_t value, std::uint64_t times = 1);
  void merge(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] std::int64_t max() const { return max_; }
  [[nodiscard]] double mean() const;
  // The smallest value v such that at least `share` of all were at most v, to the bucket's upper
  // end, never above max(); 0 when there is nothing.
  [[nodiscard]] std::int64_t quantile(double share) const;

  // {"max":…, "sum":…, "counts":[[bucket, times], …]}
  [[nodiscard]] boost::json::object to_json() const;
  [[nodiscard]] static base::Result<Histogram> from_json(const boost::json::value& json);

  static constexpr std::size_t buckets_max = 60 * 32;  // what 64 bits can need
  [[nodiscard]] static std::size_t bucket_of(std::int64_t value);
  [[nodiscard]] static std::int64_t upper_end(std::size_t bucket);

 private:
  std::vector<std::uint64_t> counts_;  // as long as the highest bucket seen
  std::uint64_t count_ = 0;
  std::int64_t max_ = 0;
  std::int64_t sum_ = 0;
};

}  // namespace whoosh::swarm
