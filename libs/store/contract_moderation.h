// Contract of moderation: bans, roles, the log of what operators did. See contract.h for goal
// and method.
#pragma once

#include <map>

#include "base/text.h"
#include "store/contract.h"
#include "store/moderation_rules.h"

namespace whoosh::store::contract {

inline Ban ban_of(UserId user, std::optional<UnixMs> until = {}, UnixMs now = noon) {
  return {user, until, "cheating", {UserId{9}, "mod", "192.0.2.9", "request_9"}, now};
}

using Names = std::vector<std::string>;

class StoreModeration : public StoreContract {
 protected:
  UserId make(const std::string& username, const std::string& display_name,
              const std::string& email) {
    NewAccount account = registered(username);
    account.display_name = display_name;
    account.email = email;
    return client_.create(account).value().id;
  }
  AuditRow note(const std::string& action, const std::string& target, UserId actor = UserId{3}) {
    AuditRow row;
    row.at = noon;
    row.actor = {actor, "ann", "192.0.2.1", "request_1"};
    row.action = action;
    row.target = target;
    row.reason = "why not";
    row.details = R"({"a":1})";
    return row;
  }
  std::vector<AuditRow> log(AuditQuery query = {}) { return client_.audit_log(query).value().rows; }
};

// ---- bans --------------------------------------------------------------------------------------

TEST_P(StoreModeration, ABanIsKeptAndSaid) {
  const UserId ann = make_user("ann");
  const UserId bob = make_user("bob");
  const Account banned = client_.ban(ban_of(ann, noon.plus_ms(hour_ms))).value();
  EXPECT_EQ(banned.id, ann);
  EXPECT_EQ(banned.banned_until, noon.plus_ms(hour_ms));
  EXPECT_EQ(banned.ban_reason, "cheating");
  const Account found = client_.account(ann).value();
  EXPECT_EQ(found.banned_until, noon.plus_ms(hour_ms));
  EXPECT_EQ(found.ban_reason, "cheating");
  EXPECT_TRUE(found.is_banned(noon));
  EXPECT_FALSE(found.is_banned(noon.plus_ms(hour_ms))) << "it is over at its end";
  EXPECT_EQ(client_.credentials("ann").value().account.ban_reason, "cheating");
  EXPECT_FALSE(client_.account(bob).value().is_banned(noon));
}

TEST_P(StoreModeration, ABanWithoutEndIsForGood) {
  const UserId ann = make_user("ann");
  EXPECT_EQ(client_.ban(ban_of(ann)).value().banned_until, banned_for_good);
  EXPECT_EQ(base::rfc3339(*client_.account(ann).value().banned_until), "9999-12-31T23:59:59.000Z");
}

TEST_P(StoreModeration, TheNewerBanCounts) {
  const UserId ann = make_user("ann");
  ASSERT_TRUE(client_.ban(ban_of(ann)).has_value());
  Ban again = ban_of(ann, noon.plus_ms(minute_ms));
  again.reason = "mercy";
  ASSERT_TRUE(client_.ban(again).has_value());
  EXPECT_EQ(client_.account(ann).value().banned_until, noon.plus_ms(minute_ms));
  EXPECT_EQ(client_.account(ann).value().ban_reason, "mercy");
  EXPECT_EQ(log().size(), 2U);
}

TEST_P(StoreModeration, ABanThatIsOverBeforeItBeginsIsRefused) {
  const UserId ann = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", ann, 1)).has_value());
  for (const UnixMs until : {noon, noon.plus_ms(-1), UnixMs{0}}) {
    EXPECT_EQ(error_of(client_.ban(ban_of(ann, until))), ErrorCode::invalid_input);
  }
  EXPECT_EQ(client_.account(ann).value().banned_until, std::nullopt);
  EXPECT_TRUE(log().empty());
  EXPECT_TRUE(client_.revocations(noon).value().empty());
  EXPECT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
}

TEST_P(StoreModeration, NobodyCanNotBeBanned) {
  const UserId gone = make_user("gone");
  ASSERT_TRUE(client_.erase(gone, noon).has_value());
  for (const UserId id : {gone, UserId{0}, UserId{77}}) {
    EXPECT_EQ(error_of(client_.ban(ban_of(id))), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.unban(id, "", shell(), noon)), ErrorCode::user_not_found);
    EXPECT_EQ(error_of(client_.set_role(id, "admin", shell(), noon)), ErrorCode::user_not_found);
  }
  EXPECT_TRUE(log().empty()) << "what was not done is not on record";
}

TEST_P(StoreModeration, ABanEndsAllSessionsAndRevokesAllTokens) {
  const UserId ann = make_user("ann");
  const UserId bob = make_user("bob");
  ASSERT_TRUE(client_.sign_in(session("f", ann, 1)).has_value());
  ASSERT_TRUE(client_.sign_in(session("g", ann, 11)).has_value());
  ASSERT_TRUE(client_.sign_in(session("b", bob, 21)).has_value());
  ASSERT_TRUE(client_.ban(ban_of(ann, noon.plus_ms(hour_ms))).has_value());
  EXPECT_TRUE(client_.sessions(ann, noon).value().empty());
  EXPECT_EQ(client_.sessions(bob, noon).value().size(), 1U);
  const std::vector<Revocation> revoked = client_.revocations(noon).value();
  ASSERT_EQ(revoked.size(), 1U);
  EXPECT_EQ(revoked[0].user, ann);
  EXPECT_EQ(revoked[0].family, "");
  EXPECT_EQ(revoked[0].reason, RevocationReason::banned);
  EXPECT_EQ(revoked[0].at, noon);
  EXPECT_EQ(revoked[0].until, noon.plus_ms(revocation_lifetime_ms));
}

TEST_P(StoreModeration, TheBannedAreToldSoAndNothingChanges) {
  const UserId ann = make_user("ann");
  ASSERT_TRUE(client_.sign_in(session("f", ann, 1)).has_value());
  ASSERT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
  ASSERT_TRUE(client_.ban(ban_of(ann, noon.plus_ms(hour_ms))).has_value());
  ASSERT_TRUE(client_.sign_in(session("g", ann, 11)).has_value()) << "the caller's question";
  const base::Error told = client_.rotate(rotation(2, 3, noon)).error();
  EXPECT_EQ(told.code, ErrorCode::banned);
  EXPECT_EQ(told.message, banned_error(noon.plus_ms(hour_ms), "cheating").message);
  const base::Error bare = client_.rotate(rotation(1, 3, noon)).error();
  EXPECT_EQ(bare.code, ErrorCode::banned) << "a replaced token reveals nothing";
  EXPECT_EQ(bare.message, "") << "and its bearer, who may be anybody, is told no more";
  EXPECT_EQ(error_of(client_.rotate(rotation(11, 12, noon))), ErrorCode::banned);
  EXPECT_EQ(client_.revocations(noon).value().size(), 1U) << "of the ban alone";
  const UnixMs later = noon.plus_ms(hour_ms);
  EXPECT_EQ(client_.rotate(rotation(11, 12, later)).value().family, "g") << "untouched till then";
  EXPECT_EQ(error_of(client_.rotate(rotation(2, 3, later))), ErrorCode::bad_refresh)
      << "what the ban ended stays ended";
}

TEST_P(StoreModeration, ABanCanBeLifted) {
  const UserId ann = make_user("ann");
  ASSERT_TRUE(client_.ban(ban_of(ann)).has_value());
  const Account free = client_.unban(ann, "a mistake", shell(), noon).value();
  EXPECT_EQ(free.banned_until, std::nullopt);
  EXPECT_EQ(free.ban_reason, "");
  EXPECT_EQ(client_.account(ann).value().banned_until, std::nullopt);
  EXPECT_EQ(client_.account(ann).value().ban_reason, "");
  ASSERT_TRUE(client_.sign_in(session("f", ann, 1)).has_value());
  EXPECT_TRUE(client_.rotate(rotation(1, 2, noon)).has_value());
  EXPECT_EQ(error_of(client_.unban(ann, "", shell(), noon)), ErrorCode::not_banned);
}

TEST_P(StoreModeration, ABanThatIsOverCanNotBeLifted) {
  const UserId ann = make_user("ann");
  EXPECT_EQ(error_of(client_.unban(ann, "", shell(), noon)), ErrorCode::not_banned);
  ASSERT_TRUE(client_.ban(ban_of(ann, noon.plus_ms(hour_ms))).has_value());
  EXPECT_EQ(error_of(client_.unban(ann, "", shell(), noon.plus_ms(hour_ms))),
            ErrorCode::not_banned);
  EXPECT_EQ(log().size(), 1U) << "of the ban alone";
  EXPECT_TRUE(client_.unban(ann, "", shell(), noon.plus_ms(hour_ms - 1)).has_value());
}

TEST_P(StoreModeration, OneOfManyLiftsABan) {
  const UserId ann = make_user("ann");
  ASSERT_TRUE(client_.ban(ban_of(ann)).has_value());
  std::atomic<int> lifted{0};
  run_together(8, [&](int) {
    const Result<Account> free = client_.unban(ann, "", shell(), noon);
    if (free.has_value()) {
      lifted.fetch_add(1);
    } else {
      EXPECT_EQ(free.error().code, ErrorCode::not_banned);
    }
  });
  EXPECT_EQ(lifted.load(), 1);
  EXPECT_EQ(log({"user.unban", {}, {}, {}, 100}).size(), 1U);
}

// Whatever comes first, nobody who is banned keeps a live session that was there before.
TEST_P(StoreModeration, ABanMeetsRotations) {
  const UserId ann = make_user("ann");
  constexpr int families = 7;
  for (int at = 0; at < families; ++at) {
    ASSERT_TRUE(client_.sign_in(session("f" + std::to_string(at), ann, at)).has_value());
  }
  run_together(families + 1, [&](int at) {
    if (at == families) {
      EXPECT_TRUE(client_.ban(ban_of(ann)).has_value());
      return;
    }
    const Result<Rotated> rotated = client_.rotate(rotation(at, 100 + at, noon));
    EXPECT_TRUE(rotated || rotated.error().code == ErrorCode::banned);
  });
  EXPECT_TRUE(client_.sessions(ann, noon).value().empty());
}

TEST_P(StoreModeration, GuestsCanBeBannedAndErasedPeopleKeepNoBan) {
  const UserId id = make_guest("guest_1");
  ASSERT_TRUE(client_.ban(ban_of(id)).has_value());
  EXPECT_TRUE(client_.account(id).value().is_banned(noon));
  EXPECT_TRUE(client_.convert(id, {"ann", "ann@example.org", "hash"}).value().is_banned(noon))
      << "a new name is no new life";
  ASSERT_TRUE(client_.erase(id, noon).has_value());
  EXPECT_EQ(error_of(client_.unban(id, "", shell(), noon)), ErrorCode::user_not_found);
}

// ---- roles -------------------------------------------------------------------------------------

TEST_P(StoreModeration, RolesAreNoneModeratorOrAdmin) {
  const UserId ann = make_user("ann");
  for (const std::string role : {"admin", "moderator", "", "moderator"}) {
    EXPECT_EQ(client_.set_role(ann, role, shell(), noon).value().role, role);
    EXPECT_EQ(client_.account(ann).value().role, role);
  }
  for (const std::string role : {"emperor", "Admin", " ", "admin "}) {
    EXPECT_EQ(error_of(client_.set_role(ann, role, shell(), noon)), ErrorCode::invalid_input);
  }
  EXPECT_EQ(client_.account(ann).value().role, "moderator");
}

TEST_P(StoreModeration, GuestsHaveNoRole) {
  const UserId id = make_guest("guest_1");
  EXPECT_EQ(error_of(client_.set_role(id, "admin", shell(), noon)), ErrorCode::invalid_input);
  EXPECT_EQ(client_.account(id).value().role, "");
  EXPECT_TRUE(log().empty());
}

TEST_P(StoreModeration, ANewRoleEndsEverySession) {
  const UserId ann = make_user("ann");
  const UserId bob = make_user("bob");
  ASSERT_TRUE(client_.sign_in(session("f", ann, 1)).has_value());
  ASSERT_TRUE(client_.sign_in(session("g", ann, 11)).has_value());
  ASSERT_TRUE(client_.sign_in(session("b", bob, 21)).has_value());
  ASSERT_TRUE(client_.set_role(ann, "admin", shell(), noon).has_value());
  EXPECT_TRUE(client_.sessions(ann, noon).value().empty());
  EXPECT_EQ(error_of(client_.rotate(rotation(1, 2, noon))), ErrorCode::bad_refresh);
  EXPECT_TRUE(client_.rotate(rotation(21, 22, noon)).has_value());
  std::map<std::string, RevocationReason> revoked;
  for (const Revocation& row : client_.revocations(noon).value()) {
    EXPECT_EQ(row.user, ann);
    revoked[row.family] = row.reason;
  }
  EXPECT_EQ(revoked,
            (std::map<std::string, RevocationReason>{{"f", RevocationReason::role_changed},
                                                     {"g", RevocationReason::role_changed}}));
}

// ---- the log -----------------------------------------------------------------------------------

TEST_P(StoreModeration, EveryActionIsOnRecord) {
  const UserId ann = make_user("ann");
  const Actor mod{UserId{9}, "mod", "192.0.2.9", "request_9"};
  ASSERT_TRUE(client_.ban(ban_of(ann, UnixMs{1'800'000'000'000})).has_value());
  ASSERT_TRUE(client_.unban(ann, "sorry", mod, noon.plus_ms(1)).has_value());
  ASSERT_TRUE(client_.ban(ban_of(ann)).has_value());
  ASSERT_TRUE(client_.set_role(ann, "moderator", shell(), noon.plus_ms(2)).has_value());
  ASSERT_TRUE(client_.audit(note("node.drain", "node:edge-1")).has_value());
  const std::vector<AuditRow> rows = log();
  ASSERT_EQ(rows.size(), 5U);
  for (std::size_t at = 1; at < rows.size(); ++at) EXPECT_GT(rows[at - 1].id, rows[at].id);
  const AuditRow& ban = rows[4];
  EXPECT_EQ(ban.at, noon);
  EXPECT_EQ(ban.actor.user, UserId{9});
  EXPECT_EQ(ban.actor.name, "mod");
  EXPECT_EQ(ban.actor.address, "192.0.2.9");
  EXPECT_EQ(ban.actor.request_id, "request_9");
  EXPECT_EQ(ban.action, "user.ban");
  EXPECT_EQ(ban.target, "user:" + base::user_id_text(ann));
  EXPECT_EQ(ban.reason, "cheating");
  EXPECT_EQ(ban.details, R"({"until":"2027-01-15T08:00:00.000Z"})");
  EXPECT_EQ(rows[3].action, "user.unban");
  EXPECT_EQ(rows[3].reason, "sorry");
  EXPECT_EQ(rows[3].at, noon.plus_ms(1));
  EXPECT_EQ(rows[2].details, "{}") << "for good";
  EXPECT_EQ(rows[1].action, "user.role");
  EXPECT_EQ(rows[1].actor.user, UserId{0});
  EXPECT_EQ(rows[1].actor.name, "root");
  EXPECT_EQ(rows[1].details, R"({"before":"","role":"moderator"})");
  EXPECT_EQ(rows[0].action, "node.drain");
  EXPECT_EQ(rows[0].target, "node:edge-1");
  EXPECT_EQ(rows[0].reason, "why not");
  EXPECT_EQ(rows[0].details, R"({"a":1})");
}

TEST_P(StoreModeration, TheLogIsReadByPagesAndConditions) {
  for (int at = 0; at < 12; ++at) {
    const std::string target = "room:" + std::to_string(at % 3);
    ASSERT_TRUE(
        client_.audit(note(at % 2 == 0 ? "room.close" : "room.show", target, UserId{at % 4}))
            .has_value());
  }
  const auto count = [&](AuditQuery query) {
    query.limit = 100;
    return log(query).size();
  };
  AuditQuery closed;
  closed.action = "room.close";
  EXPECT_EQ(count(closed), 6U);
  closed.target = "room:0";
  EXPECT_EQ(count(closed), 2U);
  closed.actor = UserId{0};
  EXPECT_EQ(count(closed), 1U);
  closed.actor = UserId{1};
  EXPECT_EQ(count(closed), 0U);
  AuditQuery by_actor;
  by_actor.actor = UserId{0};
  EXPECT_EQ(count(by_actor), 3U) << "the shell is an actor like others";
  by_actor.target = "room:0";
  EXPECT_EQ(count(by_actor), 1U);
  AuditQuery exactly;
  exactly.action = "room.c";
  EXPECT_EQ(count(exactly), 0U);
  exactly.action = "room.%";
  EXPECT_EQ(count(exactly), 0U);

  for (const std::optional<std::string> action : {std::optional<std::string>(), {"room.show"}}) {
    std::vector<std::int64_t> ids;
    AuditQuery query;
    query.action = action;
    query.limit = 3;
    for (;;) {
      const AuditPage page = client_.audit_log(query).value();
      for (const AuditRow& row : page.rows) ids.push_back(row.id);
      if (!page.next) break;
      EXPECT_EQ(page.rows.size(), 3U);
      query.cursor = page.next;
      ASSERT_TRUE(client_.audit(note("other", "later")).has_value()) << "does not shift the pages";
    }
    EXPECT_EQ(ids.size(), action ? 6U : 12U);
    EXPECT_TRUE(std::is_sorted(ids.rbegin(), ids.rend()));
  }
}

TEST_P(StoreModeration, ForeignCursorsOfTheLogAreMalformed) {
  ASSERT_TRUE(client_.audit(note("a", "b")).has_value());
  const std::string of_search = client_.search({"", {}, 1}).value().next.value_or("");
  for (const std::string& cursor : Names{"", "x", "!", "YXVkaXQ6", "YXVkaXQ6MHg", of_search}) {
    AuditQuery query;
    query.cursor = cursor;
    EXPECT_EQ(error_of(client_.audit_log(query)), ErrorCode::malformed) << cursor;
  }
}

TEST_P(StoreModeration, PagesOfTheLogHaveBounds) {
  for (int at = 0; at < 103; ++at) ASSERT_TRUE(client_.audit(note("a", "b")).has_value());
  AuditQuery query;
  query.limit = 1'000'000;
  EXPECT_EQ(log(query).size(), 100U);
  query.limit = -1;
  EXPECT_EQ(log(query).size(), 1U);
}

TEST_P(StoreModeration, RowsThatAreWrittenAtOnceAreAllThere) {
  constexpr int writers = 8;
  run_together(writers, [&](int at) {
    for (int row = 0; row < 5; ++row) {
      EXPECT_TRUE(client_.audit(note("a", "t:" + std::to_string(at))).has_value());
    }
  });
  AuditQuery query;
  query.limit = 100;
  EXPECT_EQ(log(query).size(), 5U * writers);
}

TEST_P(StoreModeration, AConditionThatNoRowCanMeetFindsNone) {
  ASSERT_TRUE(client_.audit(note("a", "b")).has_value());
  AuditQuery query;
  for (const std::string& odd : Names{std::string("a\0", 2), "\xff", "'; --"}) {
    query.action = odd;
    EXPECT_TRUE(log(query).empty());
  }
}

TEST_P(StoreModeration, TheErasedLoseTheirNamesAsTargetsOnly) {
  const UserId ann = make("Ann", "Ann", "ann@example.org");
  const UserId bob = make_user("bob");
  const std::string id = "user:" + base::user_id_text(ann);
  for (const std::string& target :
       {std::string("user:Ann"), std::string("user:ann"), std::string("user:ann@example.org"), id,
        std::string("user:annabel"), std::string("user:bob"), std::string("room:ann")}) {
    ASSERT_TRUE(client_.audit(note("x", target, ann)).has_value());
  }
  ASSERT_TRUE(client_.erase(ann, noon).has_value());
  std::vector<std::string> targets;
  for (const AuditRow& row : log()) {
    targets.push_back(row.target);
    EXPECT_EQ(row.actor.user, ann);
    EXPECT_EQ(row.actor.name, "ann") << "who acted stays on record";
    EXPECT_EQ(row.reason, "why not");
  }
  EXPECT_EQ(targets, (Names{"room:ann", "user:bob", "user:annabel", id, id, id, id}));
  EXPECT_TRUE(client_.account(bob).has_value());
}

}  // namespace whoosh::store::contract
