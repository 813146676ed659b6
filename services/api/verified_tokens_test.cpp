// Goal: a token that was checked is not checked again, and nothing else gets easier. Method: the
// same token again, later, changed, and before another server's keys.
#include "services/api/verified_tokens.h"

#include <gtest/gtest.h>

namespace whoosh::api {
namespace {

constexpr base::UnixMs now{1'700'000'000'000};

auth::TokenAuthority authority() {
  const std::vector<std::string> pems{*auth::make_key_pem(auth::rsa_bits_min)};
  return auth::TokenAuthority(
      std::make_shared<const auth::KeySet>(std::move(*auth::KeySet::from_pem(pems))));
}
auth::Identity ada() {
  auth::Identity identity;
  identity.user = base::UserId{17};
  identity.username = "ada";
  identity.jti = "j";
  return identity;
}

TEST(VerifiedTokens, a_signature_is_checked_once) {
  const auth::TokenAuthority ours = authority();
  const std::string token = *ours.make_access(ada(), now);
  VerifiedTokens verified;
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(verified.check(ours, token, now.plus_s(i))->user, base::UserId{17});
  }
  EXPECT_EQ(verified.signatures(), 1);
}

TEST(VerifiedTokens, what_depends_on_the_moment_is_looked_at_each_time) {
  const auth::TokenAuthority ours = authority();
  const std::string token = *ours.make_access(ada(), now);
  VerifiedTokens verified;
  ASSERT_TRUE(verified.check(ours, token, now).has_value());
  const auto last = now.plus_s(auth::access_lifetime_s + auth::leeway_s);
  EXPECT_TRUE(verified.check(ours, token, last.plus_ms(-1000)).has_value());
  EXPECT_EQ(verified.check(ours, token, last).error().code, base::ErrorCode::token_expired);
  EXPECT_EQ(verified.check(ours, token, now.plus_s(-60)).error().code, base::ErrorCode::bad_token);
}

// A key that goes takes with it what it had signed, also what was checked a moment ago.
TEST(VerifiedTokens, a_key_that_is_removed_takes_its_tokens_with_it) {
  const std::vector<std::string> first{*auth::make_key_pem(auth::rsa_bits_min)};
  const std::vector<std::string> second{*auth::make_key_pem(auth::rsa_bits_min)};
  const std::vector<std::string> both{second[0], first[0]};
  const auto set = [](const std::vector<std::string>& pems) {
    return std::make_shared<const auth::KeySet>(std::move(*auth::KeySet::from_pem(pems)));
  };
  auth::TokenAuthority authority(set(first));
  const std::string token = *authority.make_access(ada(), now);
  VerifiedTokens verified;
  ASSERT_TRUE(verified.check(authority, token, now).has_value());
  authority.replace_keys(set(both));
  EXPECT_TRUE(verified.check(authority, token, now).has_value());
  EXPECT_EQ(verified.signatures(), 2);
  EXPECT_TRUE(verified.check(authority, token, now).has_value());
  EXPECT_EQ(verified.signatures(), 2);
  authority.replace_keys(set(second));
  EXPECT_EQ(verified.check(authority, token, now).error().code, base::ErrorCode::bad_token);
  EXPECT_EQ(verified.check(authority, token, now).error().code, base::ErrorCode::bad_token);
}

TEST(VerifiedTokens, another_token_is_another_and_so_is_another_server) {
  const auth::TokenAuthority ours = authority();
  const auth::TokenAuthority theirs = authority();
  const std::string token = *ours.make_access(ada(), now);
  VerifiedTokens verified;
  ASSERT_TRUE(verified.check(ours, token, now).has_value());
  EXPECT_EQ(verified.check(theirs, token, now).error().code, base::ErrorCode::bad_token);
  for (std::size_t at = 0; at < token.size(); at += 7) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    if (changed != token) {
      EXPECT_FALSE(verified.check(ours, changed, now).has_value()) << at;
    }
  }
  EXPECT_FALSE(verified.check(ours, "", now).has_value());
  EXPECT_FALSE(verified.check(ours, std::string(5000, 'x'), now).has_value());
  EXPECT_TRUE(verified.check(ours, token, now).has_value());
}

TEST(VerifiedTokens, many_people_fit_and_whoever_comes_often_stays) {
  const auth::TokenAuthority ours = authority();
  const std::string regular = *ours.make_access(ada(), now);
  VerifiedTokens verified;
  ASSERT_TRUE(verified.check(ours, regular, now).has_value());
  constexpr std::int64_t people = 500;
  for (int turn = 0; turn < 2; ++turn) {
    for (std::int64_t person = 0; person < people; ++person) {
      auth::Identity identity = ada();
      identity.user = base::UserId{100 + person};
      const auto found = verified.check(ours, *ours.make_access(identity, now), now);
      ASSERT_EQ(found->user, identity.user);
      ASSERT_TRUE(verified.check(ours, regular, now).has_value());
    }
  }
  EXPECT_EQ(verified.signatures(), 1 + people);
}

}  // namespace
}  // namespace whoosh::api
