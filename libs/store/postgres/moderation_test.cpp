// Goal: what moderation and sessions promise on PostgreSQL beyond the port: searches, the log and
// the polling of revocations read an index and not a table, the log can't be bent, nothing is left
// of the erased, and no two of the calls wait in a circle. Method: a real server with so many rows
// that the planner has a reason to choose well; the plans are those that a connection gets after
// the statement has run often enough to be planned once for all.
#include "store/postgres/moderation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/contract.h"
#include "store/postgres/audit.h"
#include "store/postgres/revocations.h"
#include "store/postgres/test_server.h"

namespace whoosh::store::postgres {
namespace {

using contract::Client;
using contract::guest;
using contract::noon;
using contract::registered;
using contract::session;
using contract::shell;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

class PostgresModeration : public testing::Test {
 protected:
  std::unique_ptr<Store> open_store(int connections = 4) {
    Options options;
    options.conninfo = conninfo_;
    options.connections = connections;
    options.report = [](std::string_view sentence) { ADD_FAILURE() << sentence; };
    return std::move(open(std::move(options)).value());
  }
  void change(const std::string& sql) { Connection(conninfo_, Timeouts{}).execute(sql); }
  std::int64_t scalar(const std::string& sql) {
    Connection db(conninfo_, Timeouts{});
    Rows row = db.query(sql);
    EXPECT_TRUE(row.step());
    return row.integer(0);
  }
  // More than enough for the planner to see a difference.
  void fill() {
    change(
        "INSERT INTO users (username, username_folded, email, email_folded, display_name, "
        "display_folded, avatar, is_guest, created_at, last_seen_at) "
        "SELECT n, n, n || '@x', n || '@x', 'd' || n, 'd' || n, '', false, 0, 0 "
        "FROM (SELECT 'u' || g AS n FROM generate_series(1, 30000) g) names;"
        "INSERT INTO revocations (user_id, family, reason, at, until) "
        "SELECT g, 'f' || g, 'signed_out', g * 100, g * 100 + 3660000 "
        "FROM generate_series(1, 30000) g;"
        "INSERT INTO audit_log (at, actor_id, actor_name, actor_address, request_id, action, "
        "target, reason, details) SELECT g, g % 100, '', '', '', 'a' || g % 10, 'user:' || g, '', "
        "'{}' FROM generate_series(1, 30000) g;"
        "ANALYZE");
  }
  // As a connection of the store sees it that runs the statement all the time.
  std::string plan_of(std::string_view sql, const std::string& types, const std::string& values) {
    Connection db(conninfo_, Timeouts{});
    db.execute("PREPARE page (" + types + ") AS " + std::string(sql));
    for (int run = 0; run < 7; ++run) db.execute("EXECUTE page (" + values + ")");
    std::string plan;
    for (Rows row = db.query("EXPLAIN EXECUTE page (" + values + ")"); row.step();) {
      plan += row.text(0) + "\n";
    }
    return plan;
  }

  TestDatabase database_{TestDatabase::Content::migrated};
  const std::string conninfo_ = database_.conninfo();
};

// ---- plans -------------------------------------------------------------------------------------

TEST_F(PostgresModeration, EveryStageOfASearchReadsAnIndex) {
  fill();
  struct Case {
    SearchStage stage;
    std::string types;
    std::string values;
    std::string index;
  };
  const std::vector<Case> cases{
      {SearchStage::everybody, "bigint, bigint", "21, 15000",
       "Index Scan Backward using users_pkey"},
      {SearchStage::id, "bigint, bigint, bigint", "21, 0, 5", "using users_pkey"},
      {SearchStage::username, "bigint, bigint, bigint, text, text", "21, 0, 0, 'u1', 'u2'",
       "using users_username_unique"},
      {SearchStage::display_name, "bigint, bigint, bigint, text, text, text",
       "21, 0, 0, 'd1', 'd2', 'd1'", "using users_by_display_name"},
      {SearchStage::email, "bigint, bigint, bigint, text, text, text", "21, 0, 0, 'u1', 'u2', 'u1'",
       "using users_email_unique"}};
  for (const Case& c : cases) {
    const std::string plan = plan_of(search_sql(c.stage), c.types, c.values);
    EXPECT_THAT(plan, HasSubstr(c.index));
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan")));
    EXPECT_THAT(plan, Not(HasSubstr("Sort")));
  }
}

TEST_F(PostgresModeration, PollingReadsTheNewRevocationsOnly) {
  fill();
  const std::string plan = plan_of(revocations_since_sql, "bigint, bigint", "3000000, 2990000");
  EXPECT_THAT(plan, HasSubstr("revocations_by_at"));
  EXPECT_THAT(plan, Not(HasSubstr("Seq Scan")));
  EXPECT_THAT(plan, Not(HasSubstr("revocations_by_until")));
}

TEST_F(PostgresModeration, WhatIsOverIsNotReadWithWhatMatters) {
  fill();
  const std::string plan = plan_of(revocations_sql, "bigint", "6650000");
  EXPECT_THAT(plan, HasSubstr("revocations_by_until"));
  EXPECT_THAT(plan, Not(HasSubstr("Seq Scan")));
}

TEST_F(PostgresModeration, TheLogIsReadBackwardsFromAnIndex) {
  fill();
  struct Case {
    AuditQuery query;
    std::string index;
    std::string values;  // of action, target and actor
  };
  std::vector<Case> cases(4);
  cases[0].index = "using audit_log_pkey";
  cases[0].values = "NULL, NULL, NULL";
  cases[1].query.action = "a1";
  cases[1].index = "using audit_log";  // every tenth row: both ways are good
  cases[1].values = "'a1', NULL, NULL";
  cases[2].query.target = "user:5";
  cases[2].index = "using audit_log_by_target";
  cases[2].values = "NULL, 'user:5', NULL";
  cases[3].query.actor = UserId{7};
  cases[3].index = "using audit_log_by_actor";
  cases[3].values = "NULL, NULL, 7";
  for (const Case& c : cases) {
    const std::string plan =
        plan_of(audit_sql(c.query), "bigint, bigint, text, text, bigint", "29000, 21, " + c.values);
    EXPECT_THAT(plan, HasSubstr("Index Scan Backward " + c.index));
    EXPECT_THAT(plan, Not(HasSubstr("Seq Scan")));
    EXPECT_THAT(plan, Not(HasSubstr("Sort")));
  }
}

// ---- what can't be bent ------------------------------------------------------------------------

TEST_F(PostgresModeration, TheLogRefusesTampering) {
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  const UserId ann = client.create(registered("ann")).value().id;
  const UserId gone = client.create(registered("gone")).value().id;
  ASSERT_TRUE(client.erase(gone, noon).has_value());
  ASSERT_TRUE(client.set_role(ann, "admin", shell(), noon).has_value());
  AuditRow by_name;
  by_name.target = "user:somebody";
  ASSERT_TRUE(client.audit(by_name).has_value());
  for (const char* sql :
       {"DELETE FROM audit_log", "TRUNCATE audit_log", "UPDATE audit_log SET reason = 'x'",
        "UPDATE audit_log SET actor_name = 'nobody'", "UPDATE audit_log SET at = at + 1",
        "UPDATE audit_log SET id = id + 100", "UPDATE audit_log SET details = '{}'",
        "UPDATE audit_log SET target = 'user:2' WHERE target = 'user:1'",
        "UPDATE audit_log SET target = 'user:1' WHERE target = 'user:somebody'",
        "UPDATE audit_log SET target = 'user:99' WHERE target = 'user:somebody'",
        "UPDATE audit_log SET target = 'user:x' WHERE target = 'user:somebody'",
        "UPDATE audit_log SET target = 'user:2', action = 'x' WHERE target = 'user:somebody'"}) {
    EXPECT_THROW(change(sql), PgError) << sql;
  }
  EXPECT_EQ(scalar("SELECT count(*) FROM audit_log WHERE actor_name = 'root'"), 1);
}

TEST_F(PostgresModeration, NothingPersonalIsLeftOfTheErased) {
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  NewAccount secret = registered("xenophon");
  const UserId id = client.create(secret).value().id;
  NewSession sign_in = session("f", id, 1);
  sign_in.device = "xenophone";
  sign_in.address = "192.0.2.xenophon";
  ASSERT_TRUE(client.sign_in(sign_in).has_value());
  ASSERT_TRUE(client.ban({id, {}, "is xenophon", shell(), noon}).has_value());
  ASSERT_TRUE(client.unban(id, "", shell(), noon).has_value());
  ASSERT_TRUE(client.ban({id, {}, "again xenophon", shell(), noon}).has_value());
  AuditRow by_name;
  by_name.target = "user:xenophon";
  ASSERT_TRUE(client.audit(by_name).has_value());
  ASSERT_TRUE(client.erase(id, noon).has_value());
  std::string left;
  Connection db(conninfo_, Timeouts{});
  for (const char* table : {"users", "sessions", "refresh_tokens", "revocations"}) {
    for (Rows row = db.query(std::string("SELECT t::text FROM ") + table + " t"); row.step();) {
      left += row.text(0) + "\n";
    }
  }
  EXPECT_THAT(left, Not(HasSubstr("xeno")));
  EXPECT_EQ(scalar("SELECT count(*) FROM audit_log WHERE target LIKE '%xeno%'"), 0);
  EXPECT_EQ(scalar("SELECT count(*) FROM audit_log WHERE reason LIKE '%xeno%'"), 2)
      << "the words of operators stay";
}

// ---- many at once ------------------------------------------------------------------------------

// Operators who act upon each other, people who come and go, names that become ids.
TEST_F(PostgresModeration, OperatorsAndPeopleNeverWaitInACircle) {
  {
    const std::unique_ptr<Store> stores[] = {open_store(6), open_store(6)};
    Client first(*stores[0]);
    std::vector<UserId> users;
    for (int at = 0; at < 4; ++at) {
      users.push_back(first.create(registered("user" + std::to_string(at))).value().id);
    }
    contract::run_together(8, [&](int thread) {
      Client client(*stores[thread % 2]);
      for (int at = 0; at < 8; ++at) {
        const int number = thread * 100 + at;
        const UserId one = users[static_cast<std::size_t>(number) % users.size()];
        const UserId other = users[static_cast<std::size_t>(number + 1) % users.size()];
        const Actor actor{other, "user", "", ""};
        const std::string family = "f" + std::to_string(number);
        EXPECT_TRUE(client.sign_in(session(family, one, number)).has_value());
        EXPECT_TRUE(client.ban({one, {}, "x", actor, noon}).has_value());
        EXPECT_TRUE(client.set_role(other, "moderator", actor, noon).has_value());
        (void)client.unban(one, "x", actor, noon);
        EXPECT_TRUE(client.change_password({one, "hash", family, noon}).has_value());
        EXPECT_TRUE(client.revoke_all(other, noon.plus_ms(24 * contract::hour_ms)).has_value());
        const std::string name = "extra" + std::to_string(number);
        const UserId extra = client.create(registered(name)).value().id;
        AuditRow row;
        row.target = "user:" + name;
        EXPECT_TRUE(client.audit(row).has_value());
        EXPECT_TRUE(client.erase(extra, noon).has_value());
      }
    });
    EXPECT_EQ(scalar("SELECT count(*) FROM audit_log WHERE target LIKE 'user:extra%'"), 0);
    EXPECT_EQ(scalar("SELECT count(*) FROM audit_log WHERE action = 'user.ban'"), 64);
  }
  EXPECT_EQ(scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
}

// What is over goes in pieces, so that no call pays for all of it.
TEST_F(PostgresModeration, ABoundedNumberIsForgottenAtATime) {
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  const UserId ann = client.create(registered("ann")).value().id;
  change(
      "INSERT INTO revocations (user_id, family, reason, at, until) SELECT 1, 'old' || g, "
      "'signed_out', g, g FROM generate_series(1, 250) g");
  ASSERT_TRUE(client.sign_in(session("f", ann, 1)).has_value());
  const auto left = [&] {
    return scalar("SELECT count(*) FROM revocations WHERE family LIKE 'old%'");
  };
  EXPECT_EQ(left(), 250) << "a sign-in has no time for it";
  for (const int expected : {150, 50, 0}) {
    ASSERT_TRUE(client.ban({ann, {}, "x", shell(), noon}).has_value());
    EXPECT_EQ(left(), expected);
  }
}

}  // namespace
}  // namespace whoosh::store::postgres
