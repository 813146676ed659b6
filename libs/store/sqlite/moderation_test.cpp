// Goal: what moderation and sessions promise on SQLite beyond the port: searches, the log and the
// polling of revocations read an index and not a table, the log can't be bent, nothing personal is
// left of the erased, and what is over is forgotten in pieces. Method: real files; the plans are
// SQLite's own words; a second connection plays the tamperer.
#include "store/sqlite/moderation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/contract.h"
#include "store/sqlite/audit.h"
#include "store/sqlite/revocations.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/test_folder.h"

namespace whoosh::store::sqlite {
namespace {

using contract::Client;
using contract::noon;
using contract::registered;
using contract::session;
using contract::shell;
using testing::HasSubstr;
using testing::Not;

class SqliteModeration : public testing::Test {
 protected:
  std::unique_ptr<Store> open_store() const {
    Options options;
    options.path = path_;
    options.migrate = true;
    options.report = [](std::string_view sentence) { ADD_FAILURE() << sentence; };
    return std::move(open(std::move(options)).value());
  }
  std::string plan_of(const std::string& sql) {
    Connection db(path_, Access::read);
    Statement row = db.query("EXPLAIN QUERY PLAN " + sql);
    std::string plan;
    while (row.step()) plan += row.text(3) + "\n";
    return plan;
  }
  std::int64_t scalar(const std::string& sql) {
    Connection db(path_, Access::read);
    Statement row = db.query(sql);
    EXPECT_TRUE(row.step());
    return row.integer(0);
  }

  TestFolder folder_;
  const std::string path_ = folder_.file("whoosh.db");
  const std::unique_ptr<Store> store_ = open_store();
  Client client_{*store_};
};

TEST_F(SqliteModeration, EveryStageOfASearchReadsAnIndex) {
  const std::pair<SearchStage, std::string> cases[] = {
      {SearchStage::everybody, "USING INTEGER PRIMARY KEY (rowid<?)"},
      {SearchStage::id, "USING INTEGER PRIMARY KEY (rowid=?)"},
      {SearchStage::username, "(username_folded>? AND username_folded<?)"},
      {SearchStage::display_name, "users_by_display_name"},
      {SearchStage::email, "(email_folded>? AND email_folded<?)"}};
  for (const auto& [stage, index] : cases) {
    const std::string plan = plan_of(std::string(search_sql(stage)));
    EXPECT_THAT(plan, HasSubstr(index));
    EXPECT_THAT(plan, Not(HasSubstr("SCAN")));
    EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE")));
  }
}

TEST_F(SqliteModeration, RevocationsAndTheLogReadAnIndex) {
  EXPECT_THAT(plan_of(std::string(revocations_since_sql)), HasSubstr("revocations_by_at (at>?)"));
  EXPECT_THAT(plan_of(std::string(revocations_sql)), HasSubstr("revocations_by_until (until>?)"));
  AuditQuery query;
  EXPECT_THAT(plan_of(audit_sql(query)), HasSubstr("USING INTEGER PRIMARY KEY (rowid<?)"));
  query.actor = UserId{1};
  EXPECT_THAT(plan_of(audit_sql(query)), HasSubstr("audit_log_by_actor (actor_id=? AND id<?)"));
  query = {};
  query.action = "a";
  EXPECT_THAT(plan_of(audit_sql(query)), HasSubstr("audit_log_by_action (action=? AND id<?)"));
  query = {};
  query.target = "t";
  const std::string plan = plan_of(audit_sql(query));
  EXPECT_THAT(plan, HasSubstr("audit_log_by_target (target=? AND id<?)"));
  EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE")));
}

TEST_F(SqliteModeration, TheLogRefusesTampering) {
  const UserId ann = client_.create(registered("ann")).value().id;
  const UserId gone = client_.create(registered("gone")).value().id;
  ASSERT_TRUE(client_.erase(gone, noon).has_value());
  ASSERT_TRUE(client_.set_role(ann, "admin", shell(), noon).has_value());
  AuditRow by_name;
  by_name.target = "user:somebody";
  ASSERT_TRUE(client_.audit(by_name).has_value());
  Connection db(path_, Access::write);
  for (const char* sql :
       {"DELETE FROM audit_log", "UPDATE audit_log SET reason = 'x'",
        "UPDATE audit_log SET actor_name = 'nobody'", "UPDATE audit_log SET at = at + 1",
        "UPDATE audit_log SET id = id + 100", "UPDATE audit_log SET details = '{}'",
        "UPDATE audit_log SET target = 'user:2' WHERE target = 'user:1'",
        "UPDATE audit_log SET target = 'user:1' WHERE target = 'user:somebody'",
        "UPDATE audit_log SET target = 'user:99' WHERE target = 'user:somebody'",
        "UPDATE audit_log SET target = 'user:x' WHERE target = 'user:somebody'",
        "UPDATE audit_log SET target = 'user:2', action = 'x' WHERE target = 'user:somebody'"}) {
    EXPECT_THROW(db.execute(sql), SqliteError) << sql;
  }
  EXPECT_EQ(scalar("SELECT count(*) FROM audit_log WHERE actor_name = 'root'"), 1);
}

TEST_F(SqliteModeration, NothingPersonalIsLeftOfTheErased) {
  const UserId id = client_.create(registered("xenophon")).value().id;
  NewSession sign_in = session("f", id, 1);
  sign_in.device = "xenophone";
  sign_in.address = "192.0.2.xenophon";
  ASSERT_TRUE(client_.sign_in(sign_in).has_value());
  ASSERT_TRUE(client_.ban({id, {}, "is xenophon", shell(), noon}).has_value());
  AuditRow by_name;
  by_name.target = "user:xenophon";
  ASSERT_TRUE(client_.audit(by_name).has_value());
  EXPECT_EQ(scalar("SELECT count(*) FROM users WHERE display_folded = 'xenophon'"), 1);
  ASSERT_TRUE(client_.erase(id, noon).has_value());
  EXPECT_EQ(scalar("SELECT count(*) FROM users WHERE ban_reason <> '' OR display_folded <> ''"), 0);
  EXPECT_EQ(scalar("SELECT count(*) FROM sessions"), 0);
  EXPECT_EQ(scalar("SELECT count(*) FROM refresh_tokens"), 0);
  EXPECT_EQ(scalar("SELECT count(*) FROM audit_log WHERE target LIKE '%xeno%'"), 0);
  EXPECT_EQ(scalar("SELECT count(*) FROM audit_log WHERE reason LIKE '%xeno%'"), 1)
      << "the words of operators stay";
}

TEST_F(SqliteModeration, ABoundedNumberIsForgottenAtATime) {
  const UserId ann = client_.create(registered("ann")).value().id;
  Connection(path_, Access::write)
      .execute(
          "WITH RECURSIVE n (at) AS (VALUES (1) UNION ALL SELECT at + 1 FROM n WHERE at < 250) "
          "INSERT INTO revocations (user_id, family, reason, at, until) "
          "SELECT 1, 'old', 'signed_out', at, at FROM n");
  for (const int expected : {150, 50, 0}) {
    ASSERT_TRUE(client_.ban({ann, {}, "x", shell(), noon}).has_value());
    EXPECT_EQ(scalar("SELECT count(*) FROM revocations WHERE family = 'old'"), expected);
  }
}

}  // namespace
}  // namespace whoosh::store::sqlite
