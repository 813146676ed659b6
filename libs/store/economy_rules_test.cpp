// Goal: what the adapters share about coins is right at its edges. Method: tables.
#include "store/economy_rules.h"

#include <gtest/gtest.h>

#include "store/contract_values.h"

namespace whoosh::store {
namespace {

using contract::noon;

TEST(EconomyRules, AStreakIsDaysInARow) {
  const std::int64_t today = noon.value / day_ms;
  struct Case {
    std::optional<DailyClaim> last;
    std::optional<DailyClaim> next;
  };
  for (const auto& [last, next] :
       {Case{std::nullopt, DailyClaim{today, 1}}, Case{{{today - 1, 1}}, DailyClaim{today, 2}},
        Case{{{today - 1, 400}}, DailyClaim{today, 401}},
        Case{{{today - 2, 9}}, DailyClaim{today, 1}}, Case{{{today, 1}}, std::nullopt},
        Case{{{today + 1, 1}}, std::nullopt}}) {
    EXPECT_EQ(next_claim(last, noon), next);
  }
  const UnixMs first{0};
  EXPECT_EQ(next_claim(std::nullopt, first), (DailyClaim{0, 1}));
  EXPECT_EQ(next_claim(std::nullopt, first.plus_ms(-1)), (DailyClaim{-1, 1}));
}

TEST(EconomyRules, PayIsCutToWhatTheWalletHolds) {
  struct Case {
    std::int64_t balance;
    std::int32_t coins;
    std::int32_t level_up;
  };
  for (const auto& [balance, coins, level_up] :
       {Case{0, 30, 50}, Case{balance_max - 80, 30, 50}, Case{balance_max - 79, 30, 49},
        Case{balance_max - 30, 30, 0}, Case{balance_max - 1, 1, 0}, Case{balance_max, 0, 0}}) {
    match::PlayerAfter after;
    after.coins_gained = 30;
    after.level_up_coins = 50;
    cap_coins(after, balance);
    EXPECT_EQ(after.coins_gained, coins) << balance;
    EXPECT_EQ(after.level_up_coins, level_up) << balance;
  }
}

TEST(EconomyRules, CausesTellWhatTheyAreAbout) {
  EXPECT_EQ(acquisition_ref("frame_gold", 2), "frame_gold#2");
  EXPECT_EQ(day_ref(noon), "2026-05-29");
  EXPECT_EQ(audit_ref(17), "audit:17");
}

TEST(EconomyRules, OperatorsActionsAreAudited) {
  const AuditRow grant = audit_of(contract::give(UserId{7}, -5, 1));
  EXPECT_EQ(grant.action, "user.grant");
  EXPECT_EQ(grant.target, "user:7");
  EXPECT_EQ(grant.reason, "a prize");
  EXPECT_EQ(grant.details, R"({"coins":-5})");
  EXPECT_EQ(grant.actor.name, "olga");
  EXPECT_EQ(grant.at, noon);
  const AuditRow refund = audit_of(contract::take_back(UserId{7}, "a\"b", 1), 30);
  EXPECT_EQ(refund.action, "user.refund");
  EXPECT_EQ(refund.details, R"({"item":"a\"b","coins":30})");
}

TEST(EconomyRules, KindsHaveNames) {
  for (const ItemKind kind :
       {ItemKind::frame, ItemKind::colour, ItemKind::title, ItemKind::reactions}) {
    EXPECT_EQ(parse_kind(kind_name(kind)), kind);
  }
  EXPECT_EQ(parse_kind("hat"), std::nullopt);
  EXPECT_EQ(parse_kind(""), std::nullopt);
}

TEST(EconomyRules, RefusalsAreStoredByName) {
  for (const base::ErrorCode code :
       {base::ErrorCode::item_owned, base::ErrorCode::insufficient_funds,
        base::ErrorCode::item_not_owned}) {
    Outcome given;
    given.refused = code;
    Outcome read;
    EXPECT_TRUE(read_refusal(stored_refusal(given), read));
    EXPECT_EQ(read.refused, code);
  }
  Outcome read;
  EXPECT_EQ(stored_refusal(Outcome{}), std::nullopt);
  EXPECT_TRUE(read_refusal(std::nullopt, read));
  EXPECT_EQ(read.refused, std::nullopt);
  EXPECT_FALSE(read_refusal("room_full", read)) << "no outcome of ours";
}

TEST(EconomyRules, CursorsComeBack) {
  for (const std::int64_t id : {std::int64_t{1}, std::int64_t{300}, INT64_MAX}) {
    EXPECT_EQ(parse_ledger_cursor(ledger_cursor(id)), id);
  }
  for (const std::int64_t id : {std::int64_t{0}, std::int64_t{-1}, INT64_MIN}) {
    EXPECT_EQ(parse_ledger_cursor(ledger_cursor(id)), std::nullopt) << "no row has this id";
  }
  EXPECT_EQ(parse_ledger_cursor(""), std::nullopt);
  EXPECT_EQ(parse_ledger_cursor(ledger_cursor(1) + "A"), std::nullopt);
}

}  // namespace
}  // namespace whoosh::store
