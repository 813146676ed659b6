// Contract of sessions: rotation, reuse, expiry, revocation. See contract.h for goal and method.
#pragma once

#include "store/contract.h"

namespace whoosh::store::contract {

TEST_P(StoreContract, TokensRotate) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  UnixMs now = noon;
  for (int at = 1; at <= 5; ++at) {
    now = now.plus_ms(hour_ms);
    const Result<Account> owner = client_.rotate(rotation(at, at + 1, now));
    ASSERT_TRUE(owner.has_value());
    EXPECT_EQ(owner.value().id, id);
    EXPECT_EQ(owner.value().username, "ann");
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
  ASSERT_TRUE(client_.revoke(id, token_hash(2)).has_value());
  EXPECT_EQ(error_of(client_.rotate(rotation(2, 3, noon))), ErrorCode::bad_refresh);
  EXPECT_TRUE(client_.rotate(rotation(11, 12, noon)).has_value());
  ASSERT_TRUE(client_.revoke(id, token_hash(2)).has_value()) << "twice is fine";
  ASSERT_TRUE(client_.revoke(id, token_hash(99)).has_value()) << "so is a foreign token";
}

TEST_P(StoreContract, NobodyLogsOutAnother) {
  const UserId ann = make_user("ann");
  const UserId bob = make_user("bob");
  ASSERT_TRUE(client_.sign_in(session("f", ann, 1)).has_value());
  ASSERT_TRUE(client_.revoke(bob, token_hash(1)).has_value());
  ASSERT_TRUE(client_.revoke_all(bob).has_value());
  EXPECT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
}

TEST_P(StoreContract, LogoutEverywhere) {
  const UserId id = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", id, 1)).has_value());
  ASSERT_TRUE(client_.sign_in(session("g", id, 11)).has_value());
  ASSERT_TRUE(client_.revoke_all(id).has_value());
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
    const Result<Account> owner = client_.rotate(rotation(1, 100 + at, noon));
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

}  // namespace whoosh::store::contract
