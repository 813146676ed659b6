// Goal: a database is made, brought up to date, or refused with one clear sentence, and never
// harmed. Method: a real server; tampering through a Connection of our own; threads and processes
// at once.
#include "store/postgres/migrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "store/postgres/test_server.h"

namespace whoosh::store::postgres {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::int32_t newest = 3;

class PostgresMigrate : public testing::Test {
 protected:
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
  EXPECT_THAT(status(conninfo_).value().pending,
              ElementsAre("0001_accounts", "0002_matches", "0003_ledger"));
  const MigrationReport report = migrate(conninfo_).value();
  EXPECT_EQ(report.from, 0);
  EXPECT_EQ(report.to, newest);
  EXPECT_THAT(report.applied, ElementsAre("0001_accounts", "0002_matches", "0003_ledger"));
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
              HasSubstr("the database has schema 0, this whoosh needs 3: run `whoosh migrate`"));
  EXPECT_TRUE(verify(conninfo_).has_error());
  ASSERT_TRUE(migrate(conninfo_).has_value());
  change(
      "DROP TABLE ledger_postings; DROP TABLE ledger_journal; DROP TABLE ledger_accounts;"
      "DROP FUNCTION ledger_book; DROP FUNCTION ledger_fixed; DROP FUNCTION ledger_balanced;"
      "DELETE FROM schema_migrations WHERE version = 3");
  EXPECT_THAT(status(conninfo_).value().pending, ElementsAre("0003_ledger"));
  const MigrationReport report = migrate(conninfo_).value();
  EXPECT_EQ(report.from, 2);
  EXPECT_THAT(report.applied, ElementsAre("0003_ledger"));
}

TEST_F(PostgresMigrate, AFailedMigrationLeavesTheOldVersion) {
  ASSERT_TRUE(migrate(conninfo_).has_value());
  change(
      "DROP TABLE ledger_postings; DROP TABLE ledger_journal; DROP TABLE ledger_accounts;"
      "DELETE FROM schema_migrations WHERE version = 3");
  EXPECT_TRUE(migrate(conninfo_).has_error()) << "its functions are there already";
  EXPECT_EQ(status(conninfo_).value().version, 2);
  EXPECT_FALSE(has_row("SELECT 1 FROM pg_tables WHERE tablename = 'ledger_accounts'"))
      << "its first table was undone";
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
  change("INSERT INTO schema_migrations VALUES (7, '0007_future', 0, 0)");
  expect_refused(
      "the database was made by a newer whoosh (schema 7, this one knows 3): update whoosh");
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
