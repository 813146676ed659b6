// Goal: figures of many loops add up to what one would have counted, and survive JSON. Method:
// sums against what was put in, and a report written, read and written again.
#include "tools/swarm/tally.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/rng.h"
#include "tools/swarm/plot.h"
#include "tools/swarm/report.h"

namespace whoosh::swarm {
namespace {

namespace json = boost::json;

TEST(Histogram, ABucketHoldsItsValuesAndIsNarrow) {
  std::size_t before = 0;
  for (std::int64_t value = 0; value < 3'000'000; value += 1 + value / 80) {
    const std::size_t bucket = Histogram::bucket_of(value);
    EXPECT_GE(bucket, before);
    EXPECT_LE(bucket, before + 1) << value;
    before = bucket;
    EXPECT_LE(value, Histogram::upper_end(bucket));
    EXPECT_LE(Histogram::upper_end(bucket), value + value / 31 + 1);
    EXPECT_EQ(Histogram::bucket_of(Histogram::upper_end(bucket)), bucket);
  }
  EXPECT_LT(Histogram::bucket_of(INT64_MAX), Histogram::buckets_max);
  EXPECT_EQ(Histogram::bucket_of(-5), 0U);
}

TEST(Histogram, QuantilesOfASumAreThoseOfAllValues) {
  base::Rng rng(7);
  std::vector<std::int64_t> all;
  Histogram parts[3];
  for (int i = 0; i < 30'000; ++i) {
    const auto value = static_cast<std::int64_t>(rng.below(1U << rng.below(24)));
    all.push_back(value);
    parts[i % 3].add(value);
  }
  Histogram sum;
  for (const Histogram& part : parts) sum.merge(part);
  std::sort(all.begin(), all.end());
  ASSERT_EQ(sum.count(), all.size());
  EXPECT_EQ(sum.max(), all.back());
  EXPECT_EQ(sum.quantile(1), all.back());
  for (const double share : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    const std::int64_t exact = all[static_cast<std::size_t>(share * 30'000) - 1];
    EXPECT_GE(sum.quantile(share), exact) << share;
    EXPECT_LE(sum.quantile(share), exact + exact / 31 + 1) << share;
  }
  EXPECT_EQ(Histogram().quantile(0.5), 0);
}

Tally some_tally(std::uint64_t n) {
  Tally out;
  out.frames = n;
  out.missed_ticks = 2 * n;
  out.connect_failed["Connection refused"] = n;
  out.wrong_kinds["reserved bits"] = 1;
  out.lateness_us.add(static_cast<std::int64_t>(n) * 100, n);
  out.seconds[1000].frames = n;
  out.seconds[1000 + static_cast<std::int64_t>(n)].lateness_us.add(5);
  return out;
}

TEST(Tally, SumsKeepEveryKindAndEverySecond) {
  Tally sum = some_tally(3);
  sum.merge(some_tally(4));
  EXPECT_EQ(sum.frames, 7U);
  EXPECT_EQ(sum.missed_ticks, 14U);
  EXPECT_EQ(sum.connect_failed["Connection refused"], 7U);
  EXPECT_EQ(sum.wrong_kinds["reserved bits"], 2U);
  EXPECT_EQ(sum.lateness_us.count(), 7U);
  EXPECT_EQ(sum.lateness_us.max(), 400);
  EXPECT_EQ(sum.seconds.size(), 3U);
  EXPECT_EQ(sum.seconds[1000].frames, 7U);
}

TEST(Tally, ComesBackFromJsonAsItWas) {
  const Tally tally = some_tally(5);
  const json::object text = tally.to_json();
  const auto back = Tally::from_json(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(json::value(back->to_json()), json::value(text));
}

TEST(Tally, WhatIsNoneIsRefused) {
  for (const char* member : {"counts", "kinds", "histograms", "seconds"}) {
    json::object text = some_tally(2).to_json();
    text.erase(member);
    EXPECT_FALSE(Tally::from_json(text)) << member;
  }
  json::object text = some_tally(2).to_json();
  text["counts"].as_object()["frames"] = "many";
  const auto back = Tally::from_json(text);
  ASSERT_FALSE(back);
  EXPECT_NE(back.error().message.find("frames"), std::string::npos) << back.error().message;
  EXPECT_FALSE(Tally::from_json(json::value(3)));
}

Report some_report(std::uint64_t n) {
  Report out;
  out.what = "whoosh swarm: <8> players & more";
  out.machine = "2 cores";
  out.window_s = out.usage_s = 10;
  out.processes = out.loops = 1;
  out.asked = out.open_at_end = 8;
  out.tally = some_tally(n);
  out.swarm_cpu_s = 5;
  out.busiest_loop = 0.5;
  out.idle_cpu_s = 10;
  out.machine_cpu_s = 20;
  out.usage = {{1000, 8, 0.5, 0.25, 1.25}, {1001, 8, 0.5, 0.25, 1.25}};
  return out;
}

TEST(Report, ComesBackFromJsonAndRefusesWhatIsNone) {
  Report report = some_report(3);
  report.server_counters["whoosh_ticks_total"] = 80;
  const json::object text = report.to_json();
  const auto back = Report::from_json(text);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(json::value(back->to_json()), json::value(text));
  json::object broken = text;
  broken.erase("window_s");
  ASSERT_FALSE(Report::from_json(broken));
  EXPECT_NE(Report::from_json(broken).error().message.find("window_s"), std::string::npos);
  EXPECT_FALSE(Report::from_json(json::value("x")));
}

TEST(Report, SeveralAddUpAndKeepOneServer) {
  Report first = some_report(3);
  Report second = some_report(4);
  second.server_cpu_s = 7;
  second.busiest_loop = 0.95;
  const Report both = merge({first, second});
  EXPECT_EQ(both.asked, 16);
  EXPECT_EQ(both.tally.frames, 7U);
  EXPECT_DOUBLE_EQ(both.swarm_cpu_s, 10);
  EXPECT_DOUBLE_EQ(both.server_cpu_s, 7);
  EXPECT_DOUBLE_EQ(both.window_s, 10);
  ASSERT_EQ(both.usage.size(), 2U);
  EXPECT_EQ(both.usage[0].open, 16);
  EXPECT_DOUBLE_EQ(both.usage[0].server_cores, 0.5);
}

TEST(Report, SaysWhoWasAtItsLimit) {
  struct Row {
    double busiest_loop, idle_share, server_cpu_s;
    const char* says;
  };
  for (const Row& row :
       {Row{0.95, 0.5, 5, "The swarm was at its limit"},
        Row{0.5, 0.01, 12, "The machine was at its limit"}, Row{0.5, 0.4, 5, "Neither"},
        Row{0.5, 0.2, 5, "Others used"}, Row{0.5, 0.4, 0, "nobody said whom to watch"}}) {
    Report report = some_report(1);
    report.busiest_loop = row.busiest_loop;
    report.idle_cpu_s = row.idle_share * report.machine_cpu_s;
    report.server_cpu_s = row.server_cpu_s;
    EXPECT_NE(report.verdict().find(row.says), std::string::npos) << report.verdict();
  }
}

TEST(Report, CleanMeansThatNothingWasOutOfOrder) {
  Report report;
  report.asked = report.open_at_end = 8;
  EXPECT_TRUE(report.clean());
  const auto dirty = [&](auto change) {
    Report other = report;
    change(other);
    return !other.clean();
  };
  EXPECT_TRUE(dirty([](Report& r) { r.tally.wrong = 1; }));
  EXPECT_TRUE(dirty([](Report& r) { r.tally.gaps = 1; }));
  EXPECT_TRUE(dirty([](Report& r) { r.tally.missed_ticks = 1; }));
  EXPECT_TRUE(dirty([](Report& r) { r.tally.lost = 1; }));
  EXPECT_TRUE(dirty([](Report& r) { r.tally.refused["503 unavailable"] = 1; }));
  EXPECT_TRUE(dirty([](Report& r) { r.open_at_end = 7; }));
  EXPECT_TRUE(dirty([](Report& r) { r.cut_short = "interrupted"; }));
}

TEST(Plot, IsWellFormedAndEscapesItsWords) {
  for (const Report& report : {some_report(3), Report()}) {
    const std::string svg = plot_svg(report);
    EXPECT_TRUE(svg.starts_with("<svg "));
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_EQ(svg.find("inf"), std::string::npos);
  }
  EXPECT_NE(plot_svg(some_report(3)).find("&lt;8&gt; players &amp; more"), std::string::npos);
}

}  // namespace
}  // namespace whoosh::swarm
