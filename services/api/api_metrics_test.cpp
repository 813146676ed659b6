// Goal: a request is counted once, under its route, method and class of status, and in the bucket
// of its time. Method: count lines, then read the page as Prometheus does.
#include "services/api/api_metrics.h"

#include <gtest/gtest.h>

namespace whoosh::api {
namespace {

http::Router one_route() {
  http::Router router;
  router.add(
      http::Method::get, "/api/rooms/{code}",
      [](http::RequestContext&) -> http::Awaitable<http::Response> { co_return http::Response{}; });
  return router;
}

http::AccessLine line(std::string_view route, const char* method, int status, std::int64_t us) {
  http::AccessLine out;
  out.route = route;
  out.method = method;
  out.status = status;
  out.took_us = us;
  return out;
}

void expect_line(const std::string& page, const std::string& line) {
  EXPECT_NE(page.find("\n" + line + "\n"), std::string::npos) << line << "\nis not in\n" << page;
}

TEST(ApiMetrics, CountsByRouteMethodAndStatus) {
  ApiMetrics counts(one_route());
  counts.count(line("/api/rooms/{code}", "GET", 200, 700));
  counts.count(line("/api/rooms/{code}", "HEAD", 204, 1'000));  // answered by the GET route
  counts.count(line("/api/rooms/{code}", "GET", 404, 30'000));
  counts.count(line("/api/rooms/{code}", "GET", 503, 9'000'000));
  counts.count(line("", "GET", 304, 100));
  metrics::Registry registry;
  registry.add([&](metrics::Exposition& out) { counts.collect(out); });
  const std::string page = registry.text();
  const std::string labels = R"(method="GET",route="/api/rooms/{code}")";
  const auto requests = [&](const char* status, int count) {
    expect_line(page, "whoosh_http_requests_total{" + labels + ",status=\"" + status + "\"} " +
                          std::to_string(count));
  };
  requests("2xx", 2);
  requests("3xx", 0);
  requests("4xx", 1);
  requests("5xx", 1);
  expect_line(page, R"(whoosh_http_requests_total{method="",route="",status="3xx"} 1)");
  const auto within = [&](const char* le, int count) {
    expect_line(page, "whoosh_http_request_seconds_bucket{" + labels + ",le=\"" + le + "\"} " +
                          std::to_string(count));
  };
  within("0.001", 2);  // bounds are inclusive
  within("0.025", 2);
  within("0.05", 3);
  within("2.5", 3);
  within("+Inf", 4);
}

TEST(ApiMetrics, NamesWhereCoinsComeFromAndGoTo) {
  CoinCounts coins;
  coins.daily = 20;
  coins.purchased = 150;
  coins.bought = 1;
  coins.insufficient = 2;
  metrics::Registry registry;
  registry.add([&](metrics::Exposition& out) { write_coins(out, coins); });
  const std::string page = registry.text();
  expect_line(page, R"(whoosh_coins_in_total{reason="daily"} 20)");
  expect_line(page, R"(whoosh_coins_out_total{reason="purchase"} 150)");
  expect_line(page, R"(whoosh_purchases_total{outcome="bought"} 1)");
  expect_line(page, R"(whoosh_purchases_total{outcome="insufficient_funds"} 2)");
  expect_line(page, "whoosh_refunds_total 0");
}

}  // namespace
}  // namespace whoosh::api
