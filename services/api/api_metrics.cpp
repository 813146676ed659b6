#include "services/api/api_metrics.h"

#include <algorithm>
#include <vector>

namespace whoosh::api {
namespace {

constexpr std::array<const char*, 4> classes = {"2xx", "3xx", "4xx", "5xx"};

void add(std::atomic<std::uint64_t>& counter, std::uint64_t count) {
  counter.fetch_add(count, std::memory_order_relaxed);
}

}  // namespace

ApiMetrics::ApiMetrics(const http::Router& router) {
  for (const http::Route& route : router.routes()) {
    rows_.emplace(Key(route.pattern, http::method_text(route.method)), std::make_unique<Row>());
  }
}

void ApiMetrics::count(const http::AccessLine& line) {
  const std::string method = line.method == "HEAD" ? "GET" : line.method;
  const auto found = rows_.find(Key(line.route, method));
  Row& row = found == rows_.end() ? others_ : *found->second;
  const std::size_t status = std::clamp<std::size_t>(line.status / 100, 2, 5) - 2;
  add(row.statuses.at(status), 1);
  const double seconds = static_cast<double>(line.took_us) / 1e6;
  const auto bucket = std::ranges::lower_bound(bounds_s, seconds) - bounds_s.begin();
  add(row.times.buckets.at(static_cast<std::size_t>(bucket)), 1);
  add(row.times.sum_us, static_cast<std::uint64_t>(std::max<std::int64_t>(0, line.took_us)));
}

void ApiMetrics::collect(metrics::Exposition& out) const {
  const auto write = [&](const std::string& route, const std::string& method, const Row& row) {
    for (std::size_t i = 0; i < classes.size(); ++i) {
      out.counter("whoosh_http_requests_total",
                  "Requests answered by REST; route \"\": files, and what has no route.",
                  {{"route", route}, {"method", method}, {"status", classes[i]}},
                  static_cast<double>(row.statuses[i].load(std::memory_order_relaxed)));
    }
    std::vector<std::uint64_t> counts;
    for (const auto& bucket : row.times.buckets)
      counts.push_back(bucket.load(std::memory_order_relaxed));
    out.histogram("whoosh_http_request_seconds", "From the whole request to its answer.",
                  {{"route", route}, {"method", method}}, bounds_s, counts,
                  static_cast<double>(row.times.sum_us.load(std::memory_order_relaxed)) / 1e6);
  };
  for (const auto& [key, row] : rows_) write(key.first, key.second, *row);
  write("", "", others_);
}

void write_coins(metrics::Exposition& out, const CoinCounts& counts) {
  const auto count = [&](const char* name, const char* help, const char* label, const char* value,
                         const std::atomic<std::int64_t>& number) {
    out.counter(name, help, {{label, value}},
                static_cast<double>(number.load(std::memory_order_relaxed)));
  };
  constexpr const char* in = "whoosh_coins_in_total";
  constexpr const char* in_help = "Coins that people got, by reason.";
  count(in, in_help, "reason", "daily", counts.daily);
  count(in, in_help, "reason", "grant", counts.granted);
  constexpr const char* spent = "whoosh_coins_out_total";
  constexpr const char* spent_help = "Coins that people spent or lost, by reason.";
  count(spent, spent_help, "reason", "purchase", counts.purchased);
  count(spent, spent_help, "reason", "grant", counts.taken);
  constexpr const char* orders = "whoosh_purchases_total";
  constexpr const char* orders_help = "Purchases decided, by outcome.";
  count(orders, orders_help, "outcome", "bought", counts.bought);
  count(orders, orders_help, "outcome", "insufficient_funds", counts.insufficient);
  count(orders, orders_help, "outcome", "item_owned", counts.owned);
  out.counter("whoosh_refunds_total", "Items that operators took back for their price.", {},
              static_cast<double>(counts.refunds.load(std::memory_order_relaxed)));
}

}  // namespace whoosh::api
