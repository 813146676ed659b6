// Goal: what Prometheus reads is what was counted. Method: collect, then compare the text line by
// line.
#include <gtest/gtest.h>

#include "metrics/exposition.h"

namespace whoosh::metrics {
namespace {

TEST(Histogram, PutsValuesUnderTheirInclusiveUpperBound) {
  Histogram<3> lateness({1, 10, 100});
  for (const int ms : {0, 1, 2, 10, 11, 1000}) lateness.observe(ms);
  EXPECT_EQ(lateness.bucket(0), 2u);
  EXPECT_EQ(lateness.bucket(1), 2u);
  EXPECT_EQ(lateness.bucket(2), 1u);
  EXPECT_EQ(lateness.bucket(3), 1u);
  EXPECT_EQ(lateness.sum(), 1024u);
}

TEST(Registry, WritesPrometheusText) {
  Counter rooms;
  rooms.add(3);
  Registry registry;
  registry.add([&](Exposition& out) {
    for (const char* shard : {"0", "1"}) {
      out.counter("whoosh_rooms_made_total", "Rooms made.", {{"shard", shard}},
                  static_cast<double>(rooms.value()));
    }
    const double bounds[] = {0.001, 0.01};
    const std::uint64_t counts[] = {5, 2, 1};
    out.histogram("whoosh_tick_lateness_seconds", "Lateness.", {}, bounds, counts, 0.5);
  });
  const std::string text = registry.text();
  EXPECT_NE(text.find("# TYPE whoosh_rooms_made_total counter\n"), std::string::npos) << text;
  EXPECT_NE(text.find("whoosh_rooms_made_total{shard=\"1\"} 3\n"), std::string::npos) << text;
  EXPECT_NE(text.find("whoosh_tick_lateness_seconds_bucket{le=\"0.01\"} 7\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("whoosh_tick_lateness_seconds_count 8\n"), std::string::npos) << text;
  EXPECT_EQ(
      text.find("# TYPE whoosh_rooms_made_total", text.find("# TYPE whoosh_rooms_made_total") + 1),
      std::string::npos)
      << "one header a family";
}

}  // namespace
}  // namespace whoosh::metrics
