// Goal: a revoked token is known as such, and only it. Method: one list, questions around its
// edges.
#include "state/revocation_list.h"

#include <gtest/gtest.h>

namespace whoosh::state {
namespace {

constexpr UnixMs noon{1'795'000'000'000};
const UserId ann{1};
const UserId bob{2};

Revoked of(UserId user, std::string family = "") {
  return {user, std::move(family), false, noon, noon.plus_ms(3'660'000)};
}

TEST(RevocationList, OneSessionOfAUser) {
  RevocationList list;
  EXPECT_EQ(list.add(std::vector{of(ann, "phone")}).size(), 1U);
  EXPECT_TRUE(list.is_revoked(ann, "phone", noon.plus_ms(-1)));
  EXPECT_TRUE(list.is_revoked(ann, "phone", noon.plus_ms(1))) << "a family never comes back";
  EXPECT_FALSE(list.is_revoked(ann, "laptop", noon));
  EXPECT_FALSE(list.is_revoked(ann, "", noon));
  EXPECT_FALSE(list.is_revoked(bob, "phone", noon));
}

TEST(RevocationList, EverythingIssuedUpToAMoment) {
  RevocationList list;
  list.add(std::vector{of(ann)});
  EXPECT_TRUE(list.is_revoked(ann, "phone", noon));
  EXPECT_TRUE(list.is_revoked(ann, "", noon.plus_ms(-1)));
  EXPECT_FALSE(list.is_revoked(ann, "phone", noon.plus_ms(1)));
}

TEST(RevocationList, TheSameTwiceIsOnce) {
  RevocationList list;
  EXPECT_EQ(list.add(std::vector{of(ann), of(ann), of(bob)}).size(), 2U);
  EXPECT_EQ(list.add(std::vector{of(ann)}).size(), 0U);
  EXPECT_EQ(list.size(), 2U);
}

TEST(RevocationList, WhatIsOverIsForgotten) {
  RevocationList list;
  list.add(std::vector{of(ann), of(bob, "phone")});
  list.forget(noon.plus_ms(3'660'000));
  EXPECT_EQ(list.size(), 2U);
  list.forget(noon.plus_ms(3'660'001));
  EXPECT_EQ(list.size(), 0U);
  EXPECT_FALSE(list.is_revoked(ann, "", noon));
}

}  // namespace
}  // namespace whoosh::state
