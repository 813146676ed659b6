// Edges of the UTC day and of records that can be applied.
#include "store/window.h"

#include <gtest/gtest.h>

namespace whoosh::store {
namespace {

using base::UnixMs;

TEST(UtcDay, HoldsItsFirstMillisecondAndNotItsLast) {
  for (const std::int64_t moment : {std::int64_t{0}, day_ms - 1, day_ms, std::int64_t{-1}}) {
    const Day day = utc_day(UnixMs{moment});
    EXPECT_EQ(day.from.value % day_ms, 0);
    EXPECT_EQ(day.to.value - day.from.value, day_ms);
    EXPECT_LE(day.from.value, moment);
    EXPECT_GT(day.to.value, moment);
  }
}

TEST(Applicable, OneSeatPerUser) {
  const auto record = [](std::initializer_list<std::int64_t> users) {
    match::MatchRecord made;
    for (const std::int64_t user : users) made.seats.emplace_back().user = base::UserId{user};
    return made;
  };
  EXPECT_TRUE(is_applicable(record({0})));
  EXPECT_TRUE(is_applicable(record({1, 0, 2, 0})));
  EXPECT_FALSE(is_applicable(record({})));
  EXPECT_FALSE(is_applicable(record({1, 0, 1})));
  EXPECT_FALSE(is_applicable(record({-1})));
}

}  // namespace
}  // namespace whoosh::store
