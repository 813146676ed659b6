// Goal: what every adapter writes into the log is the same, and what a log's cursor may be is
// decided in one place. Method: tables.
#include "store/moderation_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "store/sessions.h"

namespace whoosh::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ModerationRules, RolesAreAShortList) {
  for (const char* role : {"", "moderator", "admin"}) EXPECT_TRUE(is_role(role)) << role;
  for (const char* role : {"Admin", "owner", " ", "admin\n"}) EXPECT_FALSE(is_role(role)) << role;
}

TEST(ModerationRules, TheBannedAreToldUntilWhenAndWhy) {
  const UnixMs until{1'700'000'000'000};  // 2023-11-14T22:13:20Z
  EXPECT_EQ(banned_error(until, "Cheated.").message,
            "This account is banned until 2023-11-14 22:13 UTC: Cheated.");
  EXPECT_EQ(banned_error(until, "").message, "This account is banned until 2023-11-14 22:13 UTC.");
  EXPECT_EQ(banned_error(banned_for_good, "Cheated.").message,
            "This account is banned for good: Cheated.");
  EXPECT_EQ(banned_error(banned_for_good, "").message, "This account is banned for good.");
  EXPECT_EQ(banned_error(until, "x").code, base::ErrorCode::banned);
}

TEST(ModerationRules, TargetsThatAreNames) {
  Account account;
  account.username = "Zo\u00eb";
  EXPECT_THAT(named_targets(account), ElementsAre("user:Zo\u00eb", "user:zoe"));
  account.username = "ann";
  account.email = "Ann@Example.org";
  EXPECT_THAT(named_targets(account),
              ElementsAre("user:ann", "user:Ann@Example.org", "user:ann@example.org"));
  account.username = "1337";
  account.email.reset();
  EXPECT_THAT(named_targets(account), IsEmpty()) << "reads as an id";
}

TEST(ModerationRules, CursorsOfTheLog) {
  EXPECT_EQ(audit_before(std::nullopt).value(), INT64_MAX);
  for (const std::int64_t id : {std::int64_t{1}, std::int64_t{17}, INT64_MAX}) {
    EXPECT_EQ(audit_before(audit_cursor(id)).value(), id);
  }
  for (const char* text : {"", "audit:", "audit:0", "audit:-1", "audit:1x", "audit: 1", "users:1",
                           "audit:9223372036854775808"}) {
    const auto refused = audit_before(base::base64url(text));
    ASSERT_TRUE(refused.has_error()) << text;
    EXPECT_EQ(refused.error().code, base::ErrorCode::malformed);
  }
}

TEST(ModerationRules, WhatADatabaseCanHold) {
  for (const char* text : {"", "a", "\u00e9", "'; --", "\n"}) EXPECT_TRUE(is_storable(text));
  EXPECT_FALSE(is_storable(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_storable("\xc3"));
}

TEST(ModerationRules, ReasonsOfRevocationsHaveNames) {
  for (int number = 0; number <= static_cast<int>(RevocationReason::role_changed); ++number) {
    const auto reason = static_cast<RevocationReason>(number);
    EXPECT_EQ(parse_revocation(revocation_name(reason)), reason);
  }
  for (const char* name : {"", "Banned", "banned ", "unknown"}) {
    EXPECT_EQ(parse_revocation(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace whoosh::store
