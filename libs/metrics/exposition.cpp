#include "metrics/exposition.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>

#include "base/assert.h"

namespace whoosh::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

std::vector<ClientMetric::Label> label_list(const Labels& labels) {
  std::vector<ClientMetric::Label> list;
  for (const auto& [name, value] : labels) {
    ClientMetric::Label label;
    label.name = name;
    label.value = value;
    list.push_back(std::move(label));
  }
  return list;
}

}  // namespace

struct Exposition::Impl {
  std::vector<MetricFamily> families;
  std::map<std::string, std::size_t> index;

  MetricFamily& family(const std::string& name, const std::string& help, MetricType type) {
    const auto [at, fresh] = index.try_emplace(name, families.size());
    if (fresh) {
      MetricFamily made;
      made.name = name;
      made.help = help;
      made.type = type;
      families.push_back(std::move(made));
    }
    ASSERT(families[at->second].type == type);
    return families[at->second];
  }

  ClientMetric& sample(const std::string& name, const std::string& help, MetricType type,
                       const Labels& labels) {
    ClientMetric& metric = family(name, help, type).metric.emplace_back();
    metric.label = label_list(labels);
    return metric;
  }
};

Exposition::Exposition() : impl_(std::make_unique<Impl>()) {}
Exposition::~Exposition() = default;

void Exposition::counter(const std::string& name, const std::string& help, const Labels& labels,
                         double value) {
  impl_->sample(name, help, MetricType::Counter, labels).counter.value = value;
}

void Exposition::counter_family(const std::string& name, const std::string& help) {
  (void)impl_->family(name, help, MetricType::Counter);
}

void Exposition::gauge(const std::string& name, const std::string& help, const Labels& labels,
                       double value) {
  impl_->sample(name, help, MetricType::Gauge, labels).gauge.value = value;
}

void Exposition::histogram(const std::string& name, const std::string& help, const Labels& labels,
                           std::span<const double> bounds, std::span<const std::uint64_t> counts,
                           double sum) {
  ASSERT(counts.size() == bounds.size() + 1);
  auto& histogram = impl_->sample(name, help, MetricType::Histogram, labels).histogram;
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    total += counts[i];
    ClientMetric::Bucket bucket;
    bucket.cumulative_count = total;
    bucket.upper_bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back(bucket);
  }
  histogram.sample_count = total;
  histogram.sample_sum = sum;
}

std::string Exposition::text() const {
  return prometheus::TextSerializer().Serialize(impl_->families);
}

std::string Registry::text() {
  Exposition exposition;
  for (Collector& collector : collectors_) collector(exposition);
  return exposition.text();
}

}  // namespace whoosh::metrics
