// Goal: a database file is made, brought up to date, or refused with one clear sentence, and never
// harmed. Method: real files in a new folder; tampering through a Connection of our own; threads
// and processes at once.
#include "store/sqlite/migrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <span>
#include <thread>

#include "base/embedded.h"
#include "base/encoding.h"
#include "store/sqlite/test_folder.h"

namespace whoosh::store::sqlite {
std::span<const base::EmbeddedFile> embedded();

namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

const std::vector<std::string> all{"0001_accounts", "0002_matches",
                                   "0003_ledger",   "0004_sessions_moderation",
                                   "0005_economy",  "0006_second_factor"};
const auto newest = static_cast<std::int32_t>(all.size());
const std::vector<std::string> since_third(all.begin() + 3, all.end());

class Migrate : public testing::Test {
 protected:
  // The file as an older whoosh made it.
  void make_old(std::int32_t version) {
    Connection db(path_, Access::create);
    db.execute(
        "PRAGMA application_id = 1464356687; CREATE TABLE schema_migrations (version INTEGER "
        "PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL, checksum INTEGER NOT NULL) "
        "STRICT");
    for (std::int32_t at = 0; at < version; ++at) {
      const base::EmbeddedFile& file = embedded()[static_cast<std::size_t>(at)];
      db.execute(std::string(file.text));
      db.run("INSERT INTO schema_migrations VALUES (?, ?, 0, ?)", at + 1, file.name,
             static_cast<std::int64_t>(base::hash64(file.text)));
    }
  }
  void change(const std::string& sql) { Connection(path_, Access::create).execute(sql); }
  void expect_refused(const std::string& sentence) {
    Options options;
    options.path = path_;
    const auto opened = open(std::move(options));
    ASSERT_TRUE(opened.has_error());
    EXPECT_EQ(opened.error().code, base::ErrorCode::unavailable);
    EXPECT_THAT(std::string(opened.error().sentence()), HasSubstr(sentence));
    EXPECT_THAT(std::string(opened.error().sentence()), HasSubstr(path_));
    for (const auto& error : {migrate(path_).has_error(), status(path_).has_error()}) {
      EXPECT_TRUE(error);
    }
  }
  void write_file(const std::string& text) { std::ofstream(path_) << text; }

  TestFolder folder_;
  std::string path_ = folder_.file("whoosh.db");
};

TEST_F(Migrate, MakesANewFile) {
  const MigrationReport report = migrate(path_).value();
  EXPECT_EQ(report.from, 0);
  EXPECT_EQ(report.to, newest);
  EXPECT_THAT(report.applied, ElementsAreArray(all));
  const SchemaStatus now = status(path_).value();
  EXPECT_EQ(now.version, newest);
  EXPECT_EQ(now.known, newest);
  EXPECT_TRUE(now.pending.empty());
}

TEST_F(Migrate, OnlyTheOwnerMayReadIt) {
  ASSERT_TRUE(migrate(path_).has_value());
  struct stat file {};
  ASSERT_EQ(::stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
}

TEST_F(Migrate, ASecondTimeDoesNothing) {
  ASSERT_TRUE(migrate(path_).has_value());
  const MigrationReport again = migrate(path_).value();
  EXPECT_EQ(again.from, newest);
  EXPECT_EQ(again.to, newest);
  EXPECT_TRUE(again.applied.empty());
}

TEST_F(Migrate, GoesOnFromAnOldVersion) {
  make_old(3);
  EXPECT_THAT(status(path_).value().pending, ElementsAreArray(since_third));
  Options options;
  options.path = path_;
  const auto opened = open(std::move(options));
  ASSERT_TRUE(opened.has_error());
  EXPECT_THAT(std::string(opened.error().sentence()),
              HasSubstr("the database has schema 3, this whoosh needs " + std::to_string(newest) +
                        ": run `whoosh migrate`"));
  const MigrationReport report = migrate(path_).value();
  EXPECT_EQ(report.from, 3);
  EXPECT_THAT(report.applied, ElementsAreArray(since_third));
}

TEST_F(Migrate, AFailedMigrationLeavesTheOldVersion) {
  make_old(3);
  change("CREATE TABLE revocations (x TEXT)");
  EXPECT_TRUE(migrate(path_).has_error()) << "its table is there already";
  EXPECT_EQ(status(path_).value().version, 3);
  Connection db(path_, Access::read);
  EXPECT_FALSE(
      db.query("SELECT 1 FROM pragma_table_info('users') WHERE name = 'ban_reason'").step())
      << "what came before it was undone";
}

// What was there before sessions had a newest token's expiry and names a folded form.
TEST_F(Migrate, PeopleAndSessionsOfAnOldVersionAreCompleted) {
  make_old(3);
  change(
      "INSERT INTO users (id, username, username_folded, display_name, avatar, role, is_guest, "
      "created_at, last_seen_at) VALUES (1, 'zoe', 'zoe', 'Zo\u00cb', 'fox', 'admin', 0, 5, 5);"
      "INSERT INTO users (id, display_name, avatar, is_guest, created_at, last_seen_at, erased_at) "
      "VALUES (2, '', '', 0, 5, 5, 6);"
      "INSERT INTO sessions (family, user_id, created_at) VALUES ('f', 1, 10), ('revoked', 1, 9);"
      "UPDATE sessions SET revoked = 1 WHERE family = 'revoked';"
      "INSERT INTO refresh_tokens VALUES (zeroblob(32), 'f', 10, 110, 20), "
      "(randomblob(32), 'f', 20, 120, NULL), (randomblob(32), 'revoked', 9, 99, NULL)");
  ASSERT_TRUE(migrate(path_).has_value());
  Connection db(path_, Access::read);
  Statement user = db.query("SELECT role, display_folded FROM users ORDER BY id");
  ASSERT_TRUE(user.step());
  EXPECT_EQ(user.text(0), "admin");
  EXPECT_EQ(user.text(1), "zoe");
  ASSERT_TRUE(user.step());
  EXPECT_EQ(user.text(1), "");
  Statement session = db.query("SELECT last_used_at, expires_at FROM sessions ORDER BY family");
  ASSERT_TRUE(session.step());
  EXPECT_EQ(session.integer(0), 20);
  EXPECT_EQ(session.integer(1), 120);
  ASSERT_TRUE(session.step());
  EXPECT_EQ(session.integer(1), 99);
}

TEST_F(Migrate, ThreadsAtOnce) {
  std::atomic<int> applied{0};
  std::vector<std::thread> threads;
  for (int at = 0; at < 8; ++at) {
    threads.emplace_back([&] {
      const auto report = migrate(path_);
      EXPECT_TRUE(report.has_value()) << (report ? "" : report.error().sentence());
      if (report) applied.fetch_add(static_cast<int>(report.value().applied.size()));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(applied.load(), newest);
  EXPECT_EQ(status(path_).value().version, newest);
}

TEST_F(Migrate, ProcessesAtOnce) {
  std::vector<pid_t> children;
  for (int at = 0; at < 4; ++at) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) ::_exit(migrate(path_).has_value() ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status_word = 0;
    ASSERT_EQ(::waitpid(child, &status_word, 0), child);
    EXPECT_EQ(status_word, 0);
  }
  EXPECT_EQ(status(path_).value().version, newest);
}

TEST_F(Migrate, RefusesANewerSchema) {
  ASSERT_TRUE(migrate(path_).has_value());
  change("INSERT INTO schema_migrations VALUES (99, '0099_future', 0, 0)");
  expect_refused("the database was made by a newer whoosh (schema 99, this one knows " +
                 std::to_string(newest) + "): update whoosh");
}

TEST_F(Migrate, RefusesAChangedMigration) {
  ASSERT_TRUE(migrate(path_).has_value());
  change("UPDATE schema_migrations SET checksum = checksum + 1 WHERE version = 2");
  expect_refused("migration 0002_matches of this database is not the one that this whoosh knows");
}

TEST_F(Migrate, RefusesTheDatabaseOfAnotherProgram) {
  change("CREATE TABLE songs (title TEXT)");
  expect_refused("this is the database of another program");
  EXPECT_TRUE(Connection(path_, Access::read).query("SELECT 1 FROM sqlite_schema").step());
  change("PRAGMA application_id = 42; DROP TABLE songs");
  expect_refused("this is the database of another program");
}

TEST_F(Migrate, RefusesWhatIsNoDatabase) {
  write_file(std::string(4096, 'x'));
  expect_refused("this file is not a database");
  EXPECT_EQ(std::ifstream(path_).get(), 'x') << "left as it was";
}

TEST_F(Migrate, RefusesADamagedFile) {
  ASSERT_TRUE(migrate(path_).has_value());
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(100);
  file << std::string(4000, '\x5a');
  file.close();
  expect_refused("the database is damaged");
}

TEST_F(Migrate, RefusesAMissingFolder) {
  path_ = folder_.file("nowhere/whoosh.db");
  expect_refused(folder_.file("nowhere"));
}

TEST_F(Migrate, RefusesAFolder) {
  path_ = folder_.path();
  expect_refused("this is a folder");
}

TEST_F(Migrate, RefusesAPlaceWhereNothingCanBeWritten) {
  path_ = "/proc/whoosh.db";
  expect_refused("");
}

TEST_F(Migrate, AMissingFileWantsMigrate) {
  Options options;
  options.path = path_;
  const auto opened = open(std::move(options));
  ASSERT_TRUE(opened.has_error());
  EXPECT_THAT(std::string(opened.error().sentence()),
              HasSubstr("there is no database yet: run `whoosh migrate`"));
  EXPECT_TRUE(status(path_).has_error());
  EXPECT_TRUE(verify(path_).has_error());
  EXPECT_NE(::access(path_.c_str(), F_OK), 0) << "asking makes nothing";
}

// Root may write anything, so a test that runs as root is somebody else meanwhile, who owns the
// files.
class NotRoot {
 public:
  explicit NotRoot(const std::filesystem::path& folder) : root_(::getuid() == 0) {
    if (!root_) return;
    EXPECT_EQ(::chown(folder.c_str(), nobody, nobody), 0);
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      EXPECT_EQ(::chown(file.path().c_str(), nobody, nobody), 0);
    }
    EXPECT_EQ(::setresuid(nobody, nobody, 0), 0);
  }
  ~NotRoot() {
    if (root_) {
      EXPECT_EQ(::setresuid(0, 0, 0), 0);
    }
  }

 private:
  static constexpr uid_t nobody = 65534;
  bool root_;
};

TEST_F(Migrate, ReadOnlyFileIsRefused) {
  ASSERT_TRUE(migrate(path_).has_value());
  ASSERT_EQ(::chmod(path_.c_str(), 0400), 0);
  const NotRoot somebody(std::filesystem::path(path_).parent_path());
  ASSERT_NE(::access(path_.c_str(), W_OK), 0);
  Options options;
  options.path = path_;
  const auto opened = open(std::move(options));
  ASSERT_TRUE(opened.has_error());
  EXPECT_THAT(std::string(opened.error().sentence()), HasSubstr("not writable"));
}

}  // namespace
}  // namespace whoosh::store::sqlite
