// Goal: a database is made, brought up to date, or refused with one clear sentence, and never
// harmed. Method: a real server; tampering through a Connection of our own; threads and processes
// at once.
#include "store/postgres/migrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <span>
#include <thread>

#include "base/embedded.h"
#include "base/encoding.h"
#include "store/postgres/test_server.h"

namespace whoosh::store::postgres {
std::span<const base::EmbeddedFile> embedded();

namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Not;

const std::vector<std::string> all{"0001_accounts", "0002_matches",
                                   "0003_ledger",   "0004_sessions_moderation",
                                   "0005_economy",  "0006_second_factor"};
const auto newest = static_cast<std::int32_t>(all.size());
const std::vector<std::string> since_third(all.begin() + 3, all.end());

class PostgresMigrate : public testing::Test {
 protected:
  // The database as an older whoosh made it.
  void make_old(std::int32_t version) {
    Connection db(conninfo_, Timeouts{});
    db.execute(
        "CREATE TABLE schema_migrations (version integer PRIMARY KEY, name text NOT NULL, "
        "applied_at bigint NOT NULL, checksum bigint NOT NULL)");
    for (std::int32_t at = 0; at < version; ++at) {
      const base::EmbeddedFile& file = embedded()[static_cast<std::size_t>(at)];
      db.execute(std::string(file.text));
      (void)db.run("INSERT INTO schema_migrations VALUES ($1, $2, 0, $3)", at + 1, file.name,
                   static_cast<std::int64_t>(base::hash64(file.text)));
    }
  }
  void change(const std::string& sql) { Connection(conninfo_, Timeouts{}).execute(sql); }
  [[nodiscard]] bool has_row(const std::string& sql) {
    Connection db(conninfo_, Timeouts{});
    return db.query(sql).step();
  }
  static std::string why_not_opened(const std::string& conninfo) {
    Options options;
    options.conninfo = conninfo;
    const auto opened = open(std::move(options));
    EXPECT_TRUE(opened.has_error());
    if (!opened.has_error()) return "";
    EXPECT_EQ(opened.error().code, base::ErrorCode::unavailable);
    EXPECT_EQ(opened.error().message.find('\n'), std::string::npos) << "one sentence";
    return opened.error().message;
  }
  void expect_refused(const std::string& sentence) {
    EXPECT_THAT(why_not_opened(conninfo_), HasSubstr(sentence));
    EXPECT_THAT(why_not_opened(conninfo_), HasSubstr("database " + database_.name()));
    EXPECT_TRUE(migrate(conninfo_).has_error());
    EXPECT_TRUE(status(conninfo_).has_error());
  }

  TestDatabase database_{TestDatabase::Content::empty};
  const std::string conninfo_ = database_.conninfo();
};

TEST_F(PostgresMigrate, MakesTheTables) {
  EXPECT_THAT(status(conninfo_).value().pending, ElementsAreArray(all));
  const MigrationReport report = migrate(conninfo_).value();
  EXPECT_EQ(report.from, 0);
  EXPECT_EQ(report.to, newest);
  EXPECT_THAT(report.applied, ElementsAreArray(all));
  const SchemaStatus now = status(conninfo_).value();
  EXPECT_EQ(now.version, newest);
  EXPECT_EQ(now.known, newest);
  EXPECT_TRUE(now.pending.empty());
}

TEST_F(PostgresMigrate, ASecondTimeDoesNothing) {
  ASSERT_TRUE(migrate(conninfo_).has_value());
  const MigrationReport again = migrate(conninfo_).value();
  EXPECT_EQ(again.from, newest);
  EXPECT_EQ(again.to, newest);
  EXPECT_TRUE(again.applied.empty());
}

TEST_F(PostgresMigrate, GoesOnFromAnOldVersion) {
  EXPECT_THAT(why_not_opened(conninfo_),
              HasSubstr("the database has schema 0, this whoosh needs " + std::to_string(newest) +
                        ": run `whoosh migrate`"));
  EXPECT_TRUE(verify(conninfo_).has_error());
  make_old(3);
  EXPECT_THAT(status(conninfo_).value().pending, ElementsAreArray(since_third));
  const MigrationReport report = migrate(conninfo_).value();
  EXPECT_EQ(report.from, 3);
  EXPECT_THAT(report.applied, ElementsAreArray(since_third));
}

TEST_F(PostgresMigrate, AFailedMigrationLeavesTheOldVersion) {
  make_old(3);
  change("CREATE TABLE revocations (x text)");
  EXPECT_TRUE(migrate(conninfo_).has_error()) << "its table is there already";
  EXPECT_EQ(status(conninfo_).value().version, 3);
  EXPECT_FALSE(
      has_row("SELECT 1 FROM pg_attribute WHERE attrelid = 'users'::regclass AND "
              "attname = 'ban_reason'"))
      << "what came before it was undone";
}

// What was there before sessions had a newest token's expiry and names a folded form; more people
// than are folded at a time.
TEST_F(PostgresMigrate, PeopleAndSessionsOfAnOldVersionAreCompleted) {
  make_old(3);
  change(
      "INSERT INTO users (username, username_folded, display_name, avatar, role, is_guest, "
      "created_at, last_seen_at) SELECT 'u' || n, 'u' || n, 'Zo\u00cb ' || n, 'fox', 'admin', "
      "false, "
      "5, 5 FROM generate_series(1, 20001) n;"
      "INSERT INTO users (display_name, avatar, is_guest, created_at, last_seen_at, erased_at) "
      "VALUES ('', '', false, 5, 5, 6);"
      "INSERT INTO sessions VALUES ('f', 1, 10, false), ('revoked', 1, 9, true);"
      "INSERT INTO refresh_tokens VALUES (sha256('a'), 'f', 10, 110, 20), "
      "(sha256('b'), 'f', 20, 120, NULL), (sha256('c'), 'revoked', 9, 99, NULL)");
  ASSERT_TRUE(migrate(conninfo_).has_value());
  EXPECT_FALSE(
      has_row("SELECT 1 FROM users WHERE erased_at IS NULL AND "
              "(display_folded <> 'zoe ' || id OR role <> 'admin')"));
  EXPECT_TRUE(has_row("SELECT 1 FROM users WHERE erased_at = 6 AND display_folded = ''"));
  EXPECT_TRUE(
      has_row("SELECT 1 FROM sessions WHERE family = 'f' AND last_used_at = 20 AND "
              "expires_at = 120"));
  EXPECT_TRUE(has_row("SELECT 1 FROM sessions WHERE family = 'revoked' AND expires_at = 99"));
}

TEST_F(PostgresMigrate, ThreadsAtOnce) {
  std::atomic<int> applied{0};
  std::vector<std::thread> threads;
  for (int at = 0; at < 8; ++at) {
    threads.emplace_back([&] {
      const auto report = migrate(conninfo_);
      EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().sentence());
      if (report) applied.fetch_add(static_cast<int>(report.value().applied.size()));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(applied.load(), newest);
  EXPECT_EQ(status(conninfo_).value().version, newest);
}

TEST_F(PostgresMigrate, ProcessesAtOnce) {
  std::vector<pid_t> children;
  for (int at = 0; at < 4; ++at) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(migrate(conninfo_).has_value() ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status_word = 0;
    ASSERT_EQ(::waitpid(child, &status_word, 0), child);
    EXPECT_EQ(status_word, 0);
  }
  EXPECT_EQ(status(conninfo_).value().version, newest);
}

TEST_F(PostgresMigrate, RefusesANewerSchema) {
  ASSERT_TRUE(migrate(conninfo_).has_value());
  change("INSERT INTO schema_migrations VALUES (99, '0099_future', 0, 0)");
  expect_refused("the database was made by a newer whoosh (schema 99, this one knows " +
                 std::to_string(newest) + "): update whoosh");
}

TEST_F(PostgresMigrate, RefusesAChangedMigration) {
  ASSERT_TRUE(migrate(conninfo_).has_value());
  change("UPDATE schema_migrations SET checksum = checksum + 1 WHERE version = 2");
  expect_refused("migration 0002_matches of this database is not the one that this whoosh knows");
}

TEST_F(PostgresMigrate, RefusesTheDatabaseOfAnotherProgram) {
  change("CREATE TABLE songs (title text)");
  expect_refused("this is the database of another program");
  change("CREATE TABLE schema_migrations (version varchar PRIMARY KEY)");
  expect_refused("this is the database of another program");
  EXPECT_FALSE(has_row("SELECT 1 FROM pg_tables WHERE tablename = 'users'"));
}

TEST_F(PostgresMigrate, SaysWhyThereIsNoDatabase) {
  EXPECT_THAT(why_not_opened(TestServer::get().conninfo("nowhere")),
              HasSubstr("database \"nowhere\" does not exist"));
  EXPECT_THAT(why_not_opened("host=/nowhere dbname=whoosh user=whoosh"),
              HasSubstr("postgres at /nowhere, database whoosh: "));
  EXPECT_THAT(why_not_opened("postgres://ann@localhost:1/whoosh"), HasSubstr("refused"));
}

TEST_F(PostgresMigrate, ABadConnectionStringIsOneSentenceWithoutThePassword) {
  EXPECT_THAT(why_not_opened("host=x clour=red"), HasSubstr("invalid connection option \"clour\""));
  for (const char* bad : {"s3cret", "password=s3cret host", "postgres://ann:s3cret@[::1/whoosh",
                          "password='s3cret"}) {
    const std::string sentence = why_not_opened(bad);
    EXPECT_THAT(sentence, HasSubstr("the connection string can't be read")) << bad;
    EXPECT_THAT(sentence, Not(HasSubstr("s3cret"))) << bad;
  }
  EXPECT_THAT(why_not_opened("postgres://ann:s3cret@localhost:1/whoosh"), Not(HasSubstr("s3cret")));
}

}  // namespace
}  // namespace whoosh::store::postgres
