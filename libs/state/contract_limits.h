// The contract of rate limits; see state/contract.h.
#pragma once

#include <string>

#include "state/contract_base.h"
#include "state/state.h"

namespace whoosh::state::contract {

template <class Rig>
class LimitsContract : public Base<Rig> {
 protected:
  std::int32_t take(const std::string& key, RateRule rule, UnixMs at) {
    const auto taken = this->template ask<std::int32_t>(
        [&](auto reply) { this->rig_.limits().take(key, rule, at, std::move(reply)); });
    EXPECT_TRUE(taken.ok());
    return taken.ok() ? **taken.answer : -1;
  }
};
TYPED_TEST_SUITE_P(LimitsContract);

TYPED_TEST_P(LimitsContract, ABurstThenEvenly) {
  const RateRule rule{3, 6};  // one in ten seconds
  const UnixMs start{1'000'000};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(this->take("a", rule, start), 0);
  EXPECT_EQ(this->take("a", rule, start), 10);
  EXPECT_EQ(this->take("a", rule, start.plus_ms(1)), 10);
  EXPECT_EQ(this->take("a", rule, start.plus_ms(9'001)), 1);
  EXPECT_EQ(this->take("b", rule, start), 0);
  EXPECT_EQ(this->take("a", rule, start.plus_s(10)), 0);
  EXPECT_EQ(this->take("a", rule, start.plus_s(10)), 10);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(this->take("a", rule, start.plus_s(3600)), 0);
  EXPECT_EQ(this->take("a", rule, start.plus_s(3600)), 10);
}

TYPED_TEST_P(LimitsContract, RefusalsCostNothing) {
  const RateRule rule{1, 60};
  const UnixMs start{1'000'000};
  EXPECT_EQ(this->take("a", rule, start), 0);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(this->take("a", rule, start), 1);
  EXPECT_EQ(this->take("a", rule, start.plus_s(1)), 0);
}

TYPED_TEST_P(LimitsContract, AClockThatJumpsBackLocksNobodyOutForLong) {
  const RateRule rule{2, 60};
  const UnixMs start{10'000'000};
  EXPECT_EQ(this->take("a", rule, start), 0);
  const UnixMs earlier{1'000'000};
  EXPECT_LE(this->take("a", rule, earlier), 1);
  EXPECT_EQ(this->take("a", rule, earlier.plus_s(2)), 0);
}

REGISTER_TYPED_TEST_SUITE_P(LimitsContract, ABurstThenEvenly, RefusalsCostNothing,
                            AClockThatJumpsBackLocksNobodyOutForLong);

}  // namespace whoosh::state::contract
