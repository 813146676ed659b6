#include "tools/swarm/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace whoosh::swarm {
namespace {

namespace json = boost::json;

constexpr unsigned step_bits = 5;
constexpr std::size_t steps = std::size_t{1} << step_bits;

const base::Error not_a_histogram{base::ErrorCode::invalid_input, "That is no histogram."};

}  // namespace

// Below 32 each value has its own bucket; above, the top six bits of the value choose it.
std::size_t Histogram::bucket_of(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
  if (bits < steps) return static_cast<std::size_t>(bits);
  const auto shift = static_cast<unsigned>(std::bit_width(bits)) - 1 - step_bits;
  return shift * steps + static_cast<std::size_t>(bits >> shift);
}

std::int64_t Histogram::upper_end(std::size_t bucket) {
  if (bucket < 2 * steps) return static_cast<std::int64_t>(bucket);
  const std::size_t shift = bucket / steps - 1;
  const std::uint64_t low = (bucket % steps + steps) << shift;
  return static_cast<std::int64_t>(low + ((std::uint64_t{1} << shift) - 1));
}

void Histogram::add(std::int64_t value, std::uint64_t times) {
  if (times == 0) return;
  value = std::max<std::int64_t>(value, 0);
  const std::size_t bucket = bucket_of(value);
  if (counts_.size() <= bucket) counts_.resize(bucket + 1);
  counts_[bucket] += times;
  count_ += times;
  sum_ += value * static_cast<std::int64_t>(times);
  max_ = std::max(max_, value);
}

void Histogram::merge(const Histogram& other) {
  if (counts_.size() < other.counts_.size()) counts_.resize(other.counts_.size());
  for (std::size_t i = 0; i < other.counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

double Histogram::mean() const {
  return count_ == 0 ? 0 : static_cast<double>(sum_) / static_cast<double>(count_);
}

std::int64_t Histogram::quantile(double share) const {
  if (count_ == 0) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= std::max<std::uint64_t>(wanted, 1)) return std::min(upper_end(i), max_);
  }
  return max_;
}

json::object Histogram::to_json() const {
  json::array counts;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (counts_[i] != 0) counts.push_back(json::array{i, counts_[i]});
  }
  return {{"max", max_}, {"sum", sum_}, {"counts", std::move(counts)}};
}

base::Result<Histogram> Histogram::from_json(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return not_a_histogram;
  const json::value* max = object->if_contains("max");
  const json::value* sum = object->if_contains("sum");
  const json::value* counts = object->if_contains("counts");
  if (max == nullptr || sum == nullptr || counts == nullptr || !max->is_int64() ||
      !sum->is_int64() || !counts->is_array()) {
    return not_a_histogram;
  }
  Histogram out;
  for (const json::value& pair : counts->get_array()) {
    const json::array* two = pair.if_array();
    boost::system::error_code bad;
    if (two == nullptr || two->size() != 2) return not_a_histogram;
    const auto bucket = (*two)[0].to_number<std::uint64_t>(bad);
    if (bad || bucket >= buckets_max) return not_a_histogram;
    const auto times = (*two)[1].to_number<std::uint64_t>(bad);
    if (bad) return not_a_histogram;
    if (out.counts_.size() <= bucket) out.counts_.resize(bucket + 1);
    out.counts_[bucket] += times;
    out.count_ += times;
  }
  out.max_ = max->get_int64();
  out.sum_ = sum->get_int64();
  return out;
}

}  // namespace whoosh::swarm
