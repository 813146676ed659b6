// Contract of revocations, and of passwords, whose change revokes. See contract.h for goal and
// method.
#pragma once

#include "store/contract_sessions.h"

namespace whoosh::store::contract {

// ---- revocations -------------------------------------------------------------------------------

TEST_P(StoreContract, WhoRevokesIsToldWhat) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  ASSERT_TRUE(client_.sign_in(session("g", id, 11)).has_value());
  ASSERT_TRUE(client_.sign_in(session("h", id, 21)).has_value());
  ASSERT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
  const std::vector<Revocation> one = client_.revoke(id, token_hash(1), noon).value();
  ASSERT_EQ(one.size(), 1U) << "a replaced token names its session, too";
  EXPECT_GE(one[0].id, 1);
  EXPECT_EQ(one[0].user, id);
  EXPECT_EQ(one[0].family, "f");
  EXPECT_EQ(one[0].reason, RevocationReason::signed_out);
  EXPECT_EQ(one[0].at, noon);
  EXPECT_EQ(one[0].until, noon.plus_ms(revocation_lifetime_ms));
  EXPECT_TRUE(client_.revoke(id, token_hash(2), noon).value().empty()) << "over already";
  EXPECT_TRUE(client_.revoke(id, token_hash(99), noon).value().empty());
  EXPECT_TRUE(client_.revoke(id, "", noon).value().empty());
  const std::vector<Revocation> others = client_.revoke_all(id, noon.plus_ms(1)).value();
  EXPECT_EQ(reasons_of(others),
            (Reasons{{"g", RevocationReason::signed_out}, {"h", RevocationReason::signed_out}}));
  EXPECT_TRUE(client_.revoke_all(id, noon).value().empty());
  EXPECT_TRUE(client_.revoke_all(UserId{77}, noon).value().empty());
  const std::vector<Revocation> kept = client_.revocations(noon).value();
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[0].id, one[0].id);
  EXPECT_EQ(kept[0].user, id);
  EXPECT_EQ(kept[0].family, "f");
  EXPECT_EQ(kept[0].at, noon);
  EXPECT_EQ(kept[0].until, one[0].until);
  EXPECT_LT(kept[0].id, kept[1].id);
  EXPECT_LT(kept[1].id, kept[2].id);
}

TEST_P(StoreContract, RevocationsAreFoundByTheirTimes) {
  const UserId id = make_user("ann");
  for (int at = 0; at < 3; ++at) {
    const std::string family = "f" + std::to_string(at);
    ASSERT_TRUE(client_.sign_in(session(family, id, at)).has_value());
    ASSERT_TRUE(client_.end_session(id, family, noon.plus_ms(at * minute_ms)).has_value());
  }
  const UnixMs end = noon.plus_ms(revocation_lifetime_ms);  // of the first
  EXPECT_EQ(client_.revocations(noon).value().size(), 3U);
  EXPECT_EQ(client_.revocations(end).value().size(), 3U) << "until is the last moment";
  EXPECT_EQ(client_.revocations(end.plus_ms(1)).value().size(), 2U);
  EXPECT_EQ(client_.revocations(end.plus_ms(2 * minute_ms + 1)).value().size(), 0U);
  EXPECT_EQ(client_.revocations(noon, noon.plus_ms(minute_ms)).value().size(), 2U)
      << "since is the first moment";
  EXPECT_EQ(client_.revocations(noon, noon.plus_ms(minute_ms + 1)).value().size(), 1U);
  EXPECT_EQ(client_.revocations(end.plus_ms(1), noon).value().size(), 2U);
  EXPECT_EQ(client_.revocations(noon, noon.plus_ms(hour_ms)).value().size(), 0U);
}

TEST_P(StoreContract, AReusedTokenIsARevocation) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("stolen", id, 1)).has_value());
  ASSERT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(error_of(client_.rotate(rotation(1, 3, noon))), ErrorCode::refresh_reused);
    EXPECT_EQ(reasons_of(client_.revocations(noon)),
              (Reasons{{"stolen", RevocationReason::reused}}))
        << "once";
  }
  EXPECT_TRUE(client_.sessions(id, noon).value().empty());
}

TEST_P(StoreContract, TheSessionThatMakesRoomIsRevoked) {
  const UserId ann = make_user("ann");
  for (int at = 0; at < sessions_per_user_max; ++at) {
    const UnixMs now = noon.plus_ms(at);
    ASSERT_TRUE(client_.sign_in(session("f" + std::to_string(at), ann, at, now)).has_value());
  }
  EXPECT_TRUE(client_.revocations(noon).value().empty());
  const UnixMs later = noon.plus_ms(hour_ms);
  ASSERT_TRUE(client_.sign_in(session("new", ann, 100, later)).has_value());
  EXPECT_EQ(reasons_of(client_.revocations(later)),
            (Reasons{{"f0", RevocationReason::signed_out}}));
  EXPECT_EQ(client_.sessions(ann, later).value().size(), std::size_t{sessions_per_user_max});
}

TEST_P(StoreContract, SessionsThatAreOverMakeRoomFirst) {
  const UserId ann = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("oldest", ann, 1)).has_value());
  for (int at = 0; at < 2 * sessions_per_user_max; ++at) {
    const std::string family = "f" + std::to_string(at);
    const UnixMs now = noon.plus_ms(1 + at);
    ASSERT_TRUE(client_.sign_in(session(family, ann, 100 + at, now)).has_value());
    ASSERT_TRUE(client_.end_session(ann, family, now).has_value());
  }
  EXPECT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value())
      << "who signs in and out on one device stays signed in on the other";
}

TEST_P(StoreContract, WhatIsOverIsForgottenAndNumbersGoOn) {
  const UserId id = make_user("ann");
  std::int64_t last = 0;
  for (int day = 0; day < 3; ++day) {
    const UnixMs now = noon.plus_ms(day * 24 * hour_ms);
    for (int at = 0; at < 5; ++at) {
      const std::string family = std::to_string(day) + "f" + std::to_string(at);
      ASSERT_TRUE(client_.sign_in(session(family, id, 10 * day + at, now)).has_value());
    }
    const std::vector<Revocation> revoked = client_.revoke_all(id, now).value();
    ASSERT_EQ(revoked.size(), 5U);
    for (const Revocation& row : revoked) {
      EXPECT_GT(row.id, last) << "an id is never given twice";
      last = row.id;
    }
    EXPECT_EQ(client_.revocations(noon).value().size(), 5U) << "those of the day before are gone";
  }
}

TEST_P(StoreContract, AnErasureRevokesAllTokens) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  ASSERT_TRUE(client_.erase(id, noon).has_value());
  const std::vector<Revocation> revoked = client_.revocations(noon).value();
  ASSERT_EQ(revoked.size(), 1U);
  EXPECT_EQ(revoked[0].user, id);
  EXPECT_EQ(revoked[0].family, "");
  EXPECT_EQ(revoked[0].reason, RevocationReason::erased);
}

TEST_P(StoreContract, ExpiredGuestsNeedNoRevocation) {
  const UserId id = make_guest("guest_1");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  EXPECT_EQ(client_.expire_guests(noon.plus_ms(1)).value(), 1);
  EXPECT_TRUE(client_.revocations(noon).value().empty());
}

// ---- passwords ---------------------------------------------------------------------------------

TEST_P(StoreContract, CredentialsById) {
  const UserId id = make_user("Ann");
  const Credentials found = client_.credentials_of(id).value();
  EXPECT_EQ(found.account.id, id);
  EXPECT_EQ(found.account.username, "Ann");
  EXPECT_EQ(found.password_hash, "argon2id of Ann");
  const UserId guest = make_guest("guest_1");
  EXPECT_EQ(error_of(client_.credentials_of(guest)), ErrorCode::user_not_found);
  ASSERT_TRUE(client_.erase(id, noon).has_value());
  for (const UserId nobody : {id, UserId{0}, UserId{-1}, UserId{77}}) {
    EXPECT_EQ(error_of(client_.credentials_of(nobody)), ErrorCode::user_not_found);
  }
}

TEST_P(StoreContract, ANewPasswordEndsTheOtherSessions) {
  const UserId id = make_user("ann");
  const UserId bob = make_user("bob");
  ASSERT_TRUE(client_.sign_in(session("here", id, 1)).has_value());
  ASSERT_TRUE(client_.sign_in(session("there", id, 11)).has_value());
  ASSERT_TRUE(client_.sign_in(session("b", bob, 21)).has_value());
  const std::vector<Revocation> revoked =
      client_.change_password({id, "new hash", "here", noon}).value();
  EXPECT_EQ(reasons_of(revoked), (Reasons{{"there", RevocationReason::password_changed}}));
  EXPECT_EQ(reasons_of(client_.revocations(noon)), reasons_of(revoked));
  EXPECT_EQ(client_.credentials("ann").value().password_hash, "new hash");
  EXPECT_EQ(families_of(client_.sessions(id, noon)), (Families{"here"}));
  EXPECT_EQ(families_of(client_.sessions(bob, noon)), (Families{"b"}));
  EXPECT_EQ(error_of(client_.rotate(rotation(11, 12, noon))), ErrorCode::bad_refresh);
  EXPECT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
  EXPECT_EQ(client_.change_password({id, "newer", "b", noon}).value().size(), 1U)
      << "another's session keeps nothing alive";
  EXPECT_TRUE(client_.change_password({id, "newest", "", noon}).value().empty());
  EXPECT_EQ(client_.credentials_of(id).value().password_hash, "newest");
  EXPECT_EQ(families_of(client_.sessions(bob, noon)), (Families{"b"}));
}

TEST_P(StoreContract, OnlyWhoHasAPasswordGetsAnother) {
  const UserId guest = make_guest("guest_1");
  const UserId gone = make_user("gone");
  ASSERT_TRUE(client_.erase(gone, noon).has_value());
  for (const UserId id : {guest, gone, UserId{0}, UserId{77}}) {
    EXPECT_EQ(error_of(client_.change_password({id, "hash", "", noon})), ErrorCode::user_not_found);
    EXPECT_TRUE(client_.rehash(id, "", "hash").has_value()) << "quietly nothing";
    EXPECT_EQ(error_of(client_.credentials_of(id)), ErrorCode::user_not_found);
  }
  EXPECT_EQ(error_of(client_.credentials("guest_1")), ErrorCode::user_not_found);
}

TEST_P(StoreContract, ANewFormOfHashNeverOverwritesANewPassword) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  ASSERT_TRUE(client_.rehash(id, "argon2id of ann", "newer form").has_value());
  EXPECT_EQ(client_.credentials_of(id).value().password_hash, "newer form");
  ASSERT_TRUE(client_.rehash(id, "argon2id of ann", "too late").has_value());
  EXPECT_EQ(client_.credentials_of(id).value().password_hash, "newer form");
  EXPECT_EQ(families_of(client_.sessions(id, noon)), (Families{"f"})) << "no session ends";
}

TEST_P(StoreContract, PasswordsChangedAtOnceLeaveNoSessionBehind) {
  const UserId id = make_user("ann");
  constexpr int callers = 6;
  for (int at = 0; at < callers; ++at) {
    ASSERT_TRUE(client_.sign_in(session("f" + std::to_string(at), id, at)).has_value());
  }
  run_together(callers, [&](int at) {
    const std::string text = std::to_string(at);
    EXPECT_TRUE(client_.change_password({id, "hash" + text, "f" + text, noon}).has_value());
  });
  // The first ends all but its own, the second that one, unless it is its own.
  EXPECT_TRUE(client_.sessions(id, noon).value().empty());
  EXPECT_EQ(client_.revocations(noon).value().size(), std::size_t{callers});
}

}  // namespace whoosh::store::contract
