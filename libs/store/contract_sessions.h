// Contract of sessions: rotation, reuse, expiry, the list of them. See contract.h for goal and
// method.
#pragma once

#include <map>

#include "store/contract.h"

namespace whoosh::store::contract {

TEST_P(StoreContract, TokensRotate) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  UnixMs now = noon;
  for (int at = 1; at <= 5; ++at) {
    now = now.plus_ms(hour_ms);
    const Result<Rotated> owner = client_.rotate(rotation(at, at + 1, now));
    ASSERT_TRUE(owner.has_value());
    EXPECT_EQ(owner.value().account.id, id);
    EXPECT_EQ(owner.value().account.username, "ann");
    EXPECT_EQ(owner.value().family, "f");
  }
}

TEST_P(StoreContract, UnknownTokensAreBad) {
  EXPECT_EQ(error_of(client_.rotate(rotation(1, 2, noon))), ErrorCode::bad_refresh);
  EXPECT_EQ(error_of(client_.rotate({"", token_hash(2), noon, 1, 1})), ErrorCode::bad_refresh);
}

TEST_P(StoreContract, TokensExpire) {
  const UserId id = make_user("ann");
  NewSession short_lived = session("f", id, 1);
  short_lived.expires_at = noon.plus_ms(hour_ms);
  ASSERT_TRUE(client_.sign_in(short_lived).has_value());
  ASSERT_TRUE(client_.sign_in(session("g", id, 11)).has_value());
  EXPECT_EQ(error_of(client_.rotate(rotation(1, 2, noon.plus_ms(hour_ms)))),
            ErrorCode::bad_refresh);
  EXPECT_TRUE(client_.rotate(rotation(11, 12, noon.plus_ms(7 * 24 * hour_ms - 1))).has_value());
}

TEST_P(StoreContract, GuestsTokensLiveShorter) {
  const UserId id = make_guest("guest_1");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  ASSERT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
  EXPECT_EQ(error_of(client_.rotate(rotation(2, 3, noon.plus_ms(24 * hour_ms)))),
            ErrorCode::bad_refresh);
}

TEST_P(StoreContract, AReusedTokenRevokesItsFamily) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("stolen", id, 1)).has_value());
  ASSERT_TRUE(client_.sign_in(session("other", id, 11)).has_value());
  ASSERT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
  EXPECT_EQ(error_of(client_.rotate(rotation(1, 3, noon))), ErrorCode::refresh_reused);
  EXPECT_EQ(error_of(client_.rotate(rotation(2, 4, noon))), ErrorCode::bad_refresh);
  EXPECT_EQ(error_of(client_.rotate(rotation(1, 5, noon))), ErrorCode::refresh_reused);
  EXPECT_EQ(error_of(client_.rotate(rotation(3, 6, noon))), ErrorCode::bad_refresh)
      << "a refused rotation issues nothing";
  EXPECT_TRUE(client_.rotate(rotation(11, 12, noon)).has_value()) << "another sign-in goes on";
}

TEST_P(StoreContract, LogoutEndsOneFamily) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  ASSERT_TRUE(client_.sign_in(session("g", id, 11)).has_value());
  ASSERT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
  ASSERT_TRUE(client_.revoke(id, token_hash(2), noon).has_value());
  EXPECT_EQ(error_of(client_.rotate(rotation(2, 3, noon))), ErrorCode::bad_refresh);
  EXPECT_TRUE(client_.rotate(rotation(11, 12, noon)).has_value());
  ASSERT_TRUE(client_.revoke(id, token_hash(2), noon).has_value()) << "twice is fine";
  ASSERT_TRUE(client_.revoke(id, token_hash(99), noon).has_value()) << "so is a foreign token";
}

TEST_P(StoreContract, NobodyLogsOutAnother) {
  const UserId ann = make_user("ann");
  const UserId bob = make_user("bob");
  ASSERT_TRUE(client_.sign_in(session("f", ann, 1)).has_value());
  ASSERT_TRUE(client_.revoke(bob, token_hash(1), noon).has_value());
  ASSERT_TRUE(client_.revoke_all(bob, noon).has_value());
  EXPECT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
}

TEST_P(StoreContract, LogoutEverywhere) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  ASSERT_TRUE(client_.sign_in(session("g", id, 11)).has_value());
  ASSERT_TRUE(client_.revoke_all(id, noon).has_value());
  EXPECT_EQ(error_of(client_.rotate(rotation(1, 2, noon))), ErrorCode::bad_refresh);
  EXPECT_EQ(error_of(client_.rotate(rotation(11, 12, noon))), ErrorCode::bad_refresh);
  ASSERT_TRUE(client_.sign_in(session("h", id, 21)).has_value());
  EXPECT_TRUE(client_.rotate(rotation(21, 22, noon)).has_value());
}

TEST_P(StoreContract, NoSessionsForNobody) {
  EXPECT_EQ(error_of(client_.sign_in(session("f", UserId{77}, 1))), ErrorCode::user_not_found);
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("g", id, 11)).has_value());
  ASSERT_TRUE(client_.erase(id, noon).has_value());
  EXPECT_EQ(error_of(client_.sign_in(session("h", id, 21))), ErrorCode::user_not_found);
  EXPECT_EQ(error_of(client_.rotate(rotation(11, 12, noon))), ErrorCode::bad_refresh);
}

TEST_P(StoreContract, ExpiredFamiliesAreForgotten) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  const UnixMs later = noon.plus_ms(8 * 24 * hour_ms);
  ASSERT_TRUE(client_.sign_in(session("g", id, 11, later)).has_value());
  // Family and token could be made again, so nothing of them is left.
  EXPECT_TRUE(client_.sign_in(session("f", id, 1, later)).has_value());
}

TEST_P(StoreContract, TheOldestOfTooManySessionsEnds) {
  const UserId ann = make_user("ann");
  const UserId bob = make_user("bob");
  ASSERT_TRUE(client_.sign_in(session("bob", bob, 900)).has_value());
  for (int at = 0; at <= sessions_per_user_max; ++at) {
    const UnixMs now = noon.plus_ms(at);
    ASSERT_TRUE(client_.sign_in(session("f" + std::to_string(at), ann, at, now)).has_value());
  }
  const UnixMs later = noon.plus_ms(hour_ms);
  EXPECT_EQ(error_of(client_.rotate(rotation(0, 100, later))), ErrorCode::bad_refresh);
  EXPECT_TRUE(client_.rotate(rotation(1, 101, later)).has_value());
  EXPECT_TRUE(client_.rotate(rotation(sessions_per_user_max, 102, later)).has_value());
  EXPECT_TRUE(client_.rotate(rotation(900, 901, later)).has_value()) << "bob's is another's";
}

TEST_P(StoreContract, OneOfManyRotationsWins) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  constexpr int callers = 8;
  std::atomic<int> winners{0};
  std::atomic<int> reused{0};
  run_together(callers, [&](int at) {
    const Result<Rotated> owner = client_.rotate(rotation(1, 100 + at, noon));
    if (owner.has_value()) {
      winners.fetch_add(1);
    } else if (owner.error().code == ErrorCode::refresh_reused) {
      reused.fetch_add(1);
    }
  });
  EXPECT_EQ(winners.load(), 1);
  EXPECT_EQ(reused.load(), callers - 1);
  for (int at = 0; at < callers; ++at) {
    EXPECT_EQ(error_of(client_.rotate(rotation(100 + at, 200 + at, noon))), ErrorCode::bad_refresh);
  }
}

// ---- the list of sessions ----------------------------------------------------------------------

inline std::vector<std::string> families_of(const Result<std::vector<Session>>& sessions) {
  std::vector<std::string> families;
  for (const Session& session : sessions.value()) families.push_back(session.family);
  return families;
}
// Of each session that is revoked, why.
inline std::map<std::string, RevocationReason> reasons_of(
    const Result<std::vector<Revocation>>& revocations) {
  std::map<std::string, RevocationReason> reasons;
  for (const Revocation& row : revocations.value()) reasons[row.family] = row.reason;
  EXPECT_EQ(reasons.size(), revocations.value().size()) << "each once";
  return reasons;
}
using Families = std::vector<std::string>;
using Reasons = std::map<std::string, RevocationReason>;

TEST_P(StoreContract, SessionsAreListedAsTheyWereMade) {
  const UserId id = make_user("ann");
  NewSession phone = session("phone", id, 1);
  phone.device = "Firefox on Android";
  phone.address = "192.0.2.7";
  ASSERT_TRUE(client_.sign_in(phone).has_value());
  const std::vector<Session> sessions = client_.sessions(id, noon).value();
  ASSERT_EQ(sessions.size(), 1U);
  EXPECT_EQ(sessions[0].family, "phone");
  EXPECT_EQ(sessions[0].created_at, noon);
  EXPECT_EQ(sessions[0].last_used_at, noon);
  EXPECT_EQ(sessions[0].expires_at, phone.expires_at);
  EXPECT_EQ(sessions[0].device, "Firefox on Android");
  EXPECT_EQ(sessions[0].address, "192.0.2.7");
}

TEST_P(StoreContract, SessionsAreListedByTheirLastUse) {
  const UserId id = make_user("ann");
  const UserId bob = make_user("bob");
  for (int at = 0; at < 4; ++at) {
    const UnixMs now = noon.plus_ms(at);
    ASSERT_TRUE(client_.sign_in(session("f" + std::to_string(at), id, at, now)).has_value());
  }
  ASSERT_TRUE(client_.sign_in(session("b", bob, 50)).has_value());
  EXPECT_EQ(families_of(client_.sessions(id, noon)), (Families{"f3", "f2", "f1", "f0"}));
  const UnixMs later = noon.plus_ms(hour_ms);
  ASSERT_TRUE(client_.rotate(rotation(1, 11, later)).has_value());
  const std::vector<Session> sessions = client_.sessions(id, later).value();
  EXPECT_EQ(families_of(sessions), (Families{"f1", "f3", "f2", "f0"}));
  EXPECT_EQ(sessions[0].last_used_at, later);
  EXPECT_EQ(sessions[0].expires_at, later.plus_ms(7 * 24 * hour_ms));
  EXPECT_EQ(sessions[0].created_at, noon.plus_ms(1));
  EXPECT_EQ(families_of(client_.sessions(bob, later)), (Families{"b"}));
  EXPECT_TRUE(client_.sessions(UserId{77}, later).value().empty());
}

TEST_P(StoreContract, OnlyLiveSessionsAreListed) {
  const UserId id = make_user("ann");
  NewSession brief = session("brief", id, 1);
  brief.expires_at = noon.plus_ms(hour_ms);
  ASSERT_TRUE(client_.sign_in(brief).has_value());
  ASSERT_TRUE(client_.sign_in(session("ended", id, 11)).has_value());
  ASSERT_TRUE(client_.sign_in(session("stays", id, 21)).has_value());
  ASSERT_TRUE(client_.end_session(id, "ended", noon).has_value());
  EXPECT_EQ(families_of(client_.sessions(id, noon.plus_ms(hour_ms - 1))),
            (Families{"brief", "stays"}));
  EXPECT_EQ(families_of(client_.sessions(id, noon.plus_ms(hour_ms))), (Families{"stays"}));
  ASSERT_TRUE(client_.erase(id, noon).has_value());
  EXPECT_TRUE(client_.sessions(id, noon).value().empty());
}

TEST_P(StoreContract, OneSessionEndsByItsFamily) {
  const UserId id = make_user("ann");
  const UserId bob = make_user("bob");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  ASSERT_TRUE(client_.sign_in(session("g", id, 11)).has_value());
  EXPECT_EQ(error_of(client_.end_session(bob, "f", noon)), ErrorCode::session_not_found);
  EXPECT_EQ(error_of(client_.end_session(id, "h", noon)), ErrorCode::session_not_found);
  EXPECT_EQ(error_of(client_.end_session(id, "", noon)), ErrorCode::session_not_found);
  EXPECT_EQ(error_of(client_.end_session(id, "\xff", noon)), ErrorCode::session_not_found);
  EXPECT_TRUE(client_.revocations(noon).value().empty());
  ASSERT_TRUE(client_.end_session(id, "f", noon).has_value());
  EXPECT_EQ(error_of(client_.end_session(id, "f", noon)), ErrorCode::session_not_found) << "ended";
  EXPECT_EQ(error_of(client_.rotate(rotation(1, 2, noon))), ErrorCode::bad_refresh);
  EXPECT_TRUE(client_.rotate(rotation(11, 12, noon)).has_value());
  EXPECT_EQ(reasons_of(client_.revocations(noon)), (Reasons{{"f", RevocationReason::signed_out}}));
  const UnixMs much_later = noon.plus_ms(7 * 24 * hour_ms);
  EXPECT_EQ(error_of(client_.end_session(id, "g", much_later)), ErrorCode::session_not_found)
      << "expired";
}

TEST_P(StoreContract, OneOfManyEndsASession) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  std::atomic<int> ended{0};
  run_together(8, [&](int at) {
    if (at % 2 == 0) {
      ended.fetch_add(client_.end_session(id, "f", noon).has_value() ? 1 : 0);
    } else {
      ended.fetch_add(static_cast<int>(client_.revoke_all(id, noon).value().size()));
    }
  });
  EXPECT_EQ(ended.load(), 1);
  EXPECT_EQ(client_.revocations(noon).value().size(), 1U);
}

TEST_P(StoreContract, ASessionEndsHoweverOftenItIsRefreshed) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  constexpr std::int64_t day_ms = 24 * hour_ms;
  const auto refresh = [&](int from, std::int64_t after_ms) {
    Rotation next = rotation(from, from + 1, noon.plus_ms(after_ms));
    next.absolute_lifetime_ms = 10 * day_ms;
    return client_.rotate(next);
  };
  ASSERT_TRUE(refresh(1, 5 * day_ms).has_value());
  EXPECT_EQ(client_.sessions(id, noon.plus_ms(5 * day_ms)).value()[0].expires_at,
            noon.plus_ms(10 * day_ms))
      << "no token outlives the session";
  ASSERT_TRUE(refresh(2, 10 * day_ms - 1).has_value());
  EXPECT_TRUE(client_.sessions(id, noon.plus_ms(10 * day_ms)).value().empty());
  EXPECT_EQ(error_of(refresh(3, 10 * day_ms)), ErrorCode::bad_refresh);
}

TEST_P(StoreContract, AShorterAbsoluteLifetimeCountsForSessionsOfBefore) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  Rotation next = rotation(1, 2, noon.plus_ms(2 * hour_ms));
  next.absolute_lifetime_ms = 2 * hour_ms;
  EXPECT_EQ(error_of(client_.rotate(next)), ErrorCode::bad_refresh);
  next.absolute_lifetime_ms = 3 * hour_ms;
  EXPECT_TRUE(client_.rotate(next).has_value()) << "nothing was used up";
}

TEST_P(StoreContract, AGuestsSessionEndsOnlyByNotBeingUsed) {
  const UserId id = make_guest("guest_1");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  Rotation next = rotation(1, 2, noon.plus_ms(2 * hour_ms));
  next.absolute_lifetime_ms = hour_ms;
  EXPECT_TRUE(client_.rotate(next).has_value());
  EXPECT_EQ(client_.sessions(id, next.now).value()[0].expires_at, next.now.plus_ms(24 * hour_ms));
}

}  // namespace whoosh::store::contract
