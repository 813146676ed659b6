// Exposition: collects the samples of one scrape and writes them in the Prometheus text format
// 0.0.4 (by prometheus-cpp). Made for one scrape, on the scraping thread.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/function.h"
#include "metrics/counter.h"

namespace whoosh::metrics {

using Labels = std::map<std::string, std::string>;

class Exposition {
 public:
  Exposition();
  ~Exposition();

  // Names follow the Prometheus rules: whoosh_<area>_<what>_<unit>, counters end in _total. Samples
  // of one name share help and kind; the first call's count.
  void counter(const std::string& name, const std::string& help, const Labels& labels,
               double value);
  // A counter that has no sample yet: its HELP and TYPE are on the page all the same, so that who
  // reads it knows of everything there is.
  void counter_family(const std::string& name, const std::string& help);
  void gauge(const std::string& name, const std::string& help, const Labels& labels, double value);
  // counts.size() == bounds.size() + 1, not cumulative; bounds in the unit that the name says.
  void histogram(const std::string& name, const std::string& help, const Labels& labels,
                 std::span<const double> bounds, std::span<const std::uint64_t> counts, double sum);

  [[nodiscard]] std::string text() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whoever has numbers adds a collector; text() asks them all. add() before serving starts, text()
// from one thread at a time.
class Registry {
 public:
  using Collector = base::Function<void(Exposition&)>;
  void add(Collector collector) { collectors_.push_back(std::move(collector)); }
  [[nodiscard]] std::string text();

 private:
  std::vector<Collector> collectors_;
};

}  // namespace whoosh::metrics
