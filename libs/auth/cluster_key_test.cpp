// Goal: a pass proves who asks, for one text and for half a minute; nothing else passes. Method: a
// table of what is changed about a good pass.
#include "auth/cluster_key.h"

#include <gtest/gtest.h>

namespace whoosh::auth {
namespace {

constexpr base::UnixMs now{1'795'000'000'000};
const std::string secret = "0123456789abcdef0123456789abcdef";

ClusterKey key(const std::string& text = secret) {
  return ClusterKey::from_secret(text).value();
}

TEST(ClusterKey, APassIsGoodForItsTextAndItsTime) {
  const std::string pass = key().make_pass("POST /internal/rooms", now);
  EXPECT_TRUE(key().check_pass(pass, "POST /internal/rooms", now));
  EXPECT_TRUE(key().check_pass(pass, "POST /internal/rooms", now.plus_ms(30'000)));
  EXPECT_TRUE(key().check_pass(pass, "POST /internal/rooms", now.plus_ms(-30'000)));
  EXPECT_FALSE(key().check_pass(pass, "POST /internal/rooms", now.plus_ms(30'001)));
  EXPECT_FALSE(key().check_pass(pass, "POST /internal/rooms", now.plus_ms(-30'001)));
  EXPECT_FALSE(key().check_pass(pass, "POST /internal/drain", now));
  EXPECT_FALSE(key(secret + "x").check_pass(pass, "POST /internal/rooms", now));
}

TEST(ClusterKey, WhatIsNoPassIsRefused) {
  const std::string pass = key().make_pass("x", now);
  std::string bent = pass;
  bent.back() = bent.back() == 'A' ? 'B' : 'A';
  std::string later = pass;
  later[12] = later[12] == '1' ? '2' : '1';
  for (const std::string& wrong :
       {std::string(), std::string("."), std::string("x"), pass.substr(0, pass.find('.')),
        pass.substr(0, pass.size() - 1), pass + "A", "-" + pass, " " + pass, bent, later,
        std::string("99999999999999999999.") + pass}) {
    EXPECT_FALSE(key().check_pass(wrong, "x", now)) << wrong;
  }
}

TEST(ClusterKey, AShortSecretIsRefused) {
  EXPECT_TRUE(ClusterKey::from_secret(secret.substr(1)).has_error());
}

}  // namespace
}  // namespace whoosh::auth
