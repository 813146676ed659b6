// Goal: what the embedded store promises beyond the port: durability, bounded queues, honest
// failure, a ledger that can't be bent, nothing left of the erased, indexed history. Method: real
// files; a second connection plays the rival, the tamperer and the auditor.
#include "store/sqlite/sqlite.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <mutex>

#include "store/contract.h"
#include "store/sqlite/matches.h"
#include "store/sqlite/test_folder.h"

namespace whoosh::store::sqlite {
namespace {

using contract::Client;
using contract::guest;
using contract::InlineMailbox;
using contract::noon;
using contract::record_of;
using contract::registered;
using contract::session;
using testing::HasSubstr;

class Sqlite : public testing::Test {
 protected:
  std::unique_ptr<Store> open_store(std::size_t queue_max = 4096) {
    Options options;
    options.path = path_;
    options.migrate = true;
    options.queue_max = queue_max;
    options.report = [this](std::string_view sentence) {
      const std::lock_guard lock(mutex_);
      reports_ += std::string(sentence) + "\n";
    };
    return open(std::move(options)).value();
  }
  // Four users and a match between them.
  std::vector<UserId> play(Client client) {
    std::vector<UserId> users;
    for (const char* name : {"ann", "bob", "cid", "dee"}) {
      users.push_back(client.create(registered(name)).value().id);
    }
    EXPECT_TRUE(client.apply(record_of(1, users)).has_value());
    return users;
  }

  TestFolder folder_;
  std::string path_ = folder_.file("whoosh.db");
  std::mutex mutex_;
  std::string reports_;
};

TEST_F(Sqlite, EverythingIsThereAfterReopening) {
  std::vector<UserId> users;
  Account before;
  {
    const std::unique_ptr<Store> store = open_store();
    Client client(*store);
    users = play(client);
    ASSERT_TRUE(client.sign_in(session("f", users[0], 1)).has_value());
    before = client.account(users[0]).value();
  }
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  const Account after = client.account(users[0]).value();
  EXPECT_EQ(after.elo, before.elo);
  EXPECT_EQ(after.xp, before.xp);
  EXPECT_EQ(after.coins, before.coins);
  EXPECT_TRUE(client.apply(record_of(1, users)).value().repeated);
  EXPECT_TRUE(client.rotate(contract::rotation(1, 2, noon)).has_value());
  EXPECT_EQ(client.create(registered("eve")).value().id.value, 5);
}

TEST_F(Sqlite, AnAnsweredWriteSurvivesAKilledProcess) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const std::unique_ptr<Store> store = open_store();
    play(Client(*store));
    ::kill(::getpid(), SIGKILL);
  }
  int status_word = 0;
  ASSERT_EQ(::waitpid(child, &status_word, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status_word));
  const std::unique_ptr<Store> store = open_store();
  EXPECT_EQ(Client(*store).account(UserId{1}).value().total_games, 1);
}

TEST_F(Sqlite, ClosingFinishesWhatWasAccepted) {
  constexpr int calls = 500;
  InlineMailbox mailbox;
  std::atomic<int> made{0};
  {
    const std::unique_ptr<Store> store = open_store();
    for (int at = 0; at < calls; ++at) {
      store->create_account(guest("guest_" + std::to_string(at)),
                            Reply<Account>(mailbox, [&](base::Result<Account> account) {
                              if (account.has_value()) made.fetch_add(1);
                            }));
    }
  }
  EXPECT_EQ(made.load(), calls);
  Connection db(path_, Access::read);
  Statement row = db.query("SELECT count(*) FROM users");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), calls);
}

TEST_F(Sqlite, AFullQueueAnswersUnavailable) {
  constexpr int calls = 10;
  constexpr std::size_t queue_max = 2;
  const std::unique_ptr<Store> store = open_store(queue_max);
  InlineMailbox mailbox;
  std::atomic<int> refused{0};
  std::atomic<int> made{0};
  {
    Connection rival(path_, Access::write);
    Transaction held(rival, Transaction::Kind::write);
    for (int at = 0; at < calls; ++at) {
      store->create_account(guest("guest_" + std::to_string(at)),
                            Reply<Account>(mailbox, [&](base::Result<Account> account) {
                              if (account.has_value()) {
                                made.fetch_add(1);
                                return;
                              }
                              EXPECT_EQ(account.error().code, base::ErrorCode::unavailable);
                              EXPECT_GT(account.error().retry_after_s, 0);
                              refused.fetch_add(1);
                            }));
    }
    EXPECT_EQ(made.load(), 0) << "the file is held by another";
    EXPECT_GE(refused.load(), calls - static_cast<int>(2 * queue_max));
  }
  while (made.load() + refused.load() < calls) std::this_thread::yield();
  EXPECT_GE(made.load(), static_cast<int>(queue_max));
}

// A limit on file sizes is the nearest thing to a full disk that a test may cause.
TEST_F(Sqlite, ADiskThatTakesNoMoreIsUnavailableAndHarmless) {
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  const std::vector<UserId> users = play(client);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit tiny = before;
  tiny.rlim_cur = 4096;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tiny), 0);
  const base::Result<Account> refused = client.create(registered("eve"));
  const base::Result<AppliedResult> unapplied = client.apply(record_of(2, users));
  const base::Result<Account> still_read = client.account(users[0]);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, old_handler);

  EXPECT_EQ(contract::error_of(refused), base::ErrorCode::unavailable);
  EXPECT_EQ(contract::error_of(unapplied), base::ErrorCode::unavailable);
  EXPECT_TRUE(still_read.has_value());
  EXPECT_THAT(reports_, HasSubstr("the database failed"));
  EXPECT_TRUE(client.create(registered("eve")).has_value()) << "goes on when there is room again";
  EXPECT_FALSE(client.apply(record_of(2, users)).value().repeated);
  EXPECT_TRUE(verify(path_).value().is_sound());
}

TEST_F(Sqlite, OneBadJobDoesNotSpoilItsGroup) {
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  const UserId ann = client.create(registered("ann")).value().id;
  contract::run_together(8, [&](int at) {
    // Every other call breaks a constraint that only the database checks: a hash of the wrong
    // length.
    NewSession given = session("family" + std::to_string(at), ann, at);
    if (at % 2 == 0) given.refresh_hash = "short";
    const base::Result<> made = client.sign_in(given);
    EXPECT_EQ(made.has_value(), at % 2 == 1);
    EXPECT_TRUE(made || made.error().code == base::ErrorCode::internal);
  });
  EXPECT_THAT(reports_, HasSubstr("CHECK constraint failed"));
  for (int at = 1; at < 8; at += 2) {
    EXPECT_TRUE(client.rotate(contract::rotation(at, 100 + at, noon)).has_value());
  }
}

TEST_F(Sqlite, TheLedgerRefusesTampering) {
  const std::unique_ptr<Store> store = open_store();
  play(Client(*store));
  Connection db(path_, Access::write);
  for (const char* sql :
       {"UPDATE ledger_postings SET amount = amount + 1", "DELETE FROM ledger_postings",
        "UPDATE ledger_journal SET reason = 'gift'", "DELETE FROM ledger_journal",
        "UPDATE ledger_accounts SET balance = -1 WHERE kind = 'user'",
        "INSERT INTO ledger_postings SELECT a.id, j.id, 0, 5, 5 FROM ledger_accounts a, "
        "ledger_journal j WHERE a.owner = '4' LIMIT 1",
        "INSERT INTO ledger_journal (user_id, reason, ref, created_at) "
        "SELECT user_id, reason, ref, created_at FROM ledger_journal LIMIT 1"}) {
    EXPECT_THROW(db.execute(sql), SqliteError) << sql;
  }
  const LedgerCheck sound = verify(path_).value();
  EXPECT_TRUE(sound.is_sound());
  EXPECT_GE(sound.journal_rows, 4);
}

TEST_F(Sqlite, VerifyFindsABentBalance) {
  const std::unique_ptr<Store> store = open_store();
  play(Client(*store));
  Connection(path_, Access::write)
      .execute("UPDATE ledger_accounts SET balance = balance + 1 WHERE owner = '1'");
  const LedgerCheck bent = verify(path_).value();
  EXPECT_FALSE(bent.is_sound());
  EXPECT_EQ(bent.wrong_balances, 1);
  EXPECT_EQ(bent.total, 1);
}

TEST_F(Sqlite, VerifyFindsAHalfBooking) {
  const std::unique_ptr<Store> store = open_store();
  play(Client(*store));
  Connection(path_, Access::write)
      .execute(
          "INSERT INTO ledger_journal (user_id, reason, ref, created_at) "
          "VALUES (1, 'gift', 'x', 0)");
  const LedgerCheck half = verify(path_).value();
  EXPECT_FALSE(half.is_sound());
  EXPECT_EQ(half.unbalanced, 1);
}

// Every text of every table, so that a column added later is looked at too.
std::string all_text(Connection& db) {
  std::vector<std::string> tables;
  {
    Statement row = db.query("SELECT name FROM sqlite_schema WHERE type = 'table'");
    while (row.step()) tables.push_back(row.text(0));
  }
  std::string text;
  for (const std::string& table : tables) {
    const std::string columns_sql =
        "SELECT group_concat('quote(\"' || name || '\")', '||') FROM pragma_table_info('" + table +
        "')";
    std::string columns;
    {
      Statement row = db.query(columns_sql);
      if (row.step()) columns = row.text(0);
    }
    const std::string sql = "SELECT group_concat(" + columns + ") FROM \"" + table + "\"";
    Statement row = db.query(sql);
    if (row.step()) text += row.text(0);
  }
  return text;
}

TEST_F(Sqlite, NothingIsLeftOfTheErased) {
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  NewAccount secret = registered("xenophon");
  secret.avatar = "platypus";
  const UserId id = client.create(secret).value().id;
  const UserId other = client.create(registered("bob")).value().id;
  match::MatchRecord record = record_of(1, {id, other});
  record.seats[0].name = "xenophon";
  ASSERT_TRUE(client.apply(record).has_value());
  ASSERT_TRUE(client.sign_in(session("xenophon_family", id, 1)).has_value());
  {
    Connection db(path_, Access::read);
    EXPECT_THAT(all_text(db), HasSubstr("xenophon"));
  }
  ASSERT_TRUE(client.erase(id, noon).has_value());
  Connection db(path_, Access::read);
  const std::string left = all_text(db);
  for (const char* word : {"xenophon", "platypus", "argon2id of xen"}) {
    EXPECT_THAT(left, testing::Not(HasSubstr(word)));
  }
  EXPECT_THAT(left, HasSubstr("bob"));
  Statement seats =
      db.query("SELECT count(*) FROM match_seats WHERE user_id IS NULL AND is_bot = 0");
  ASSERT_TRUE(seats.step());
  EXPECT_EQ(seats.integer(0), 1) << "the row itself stays";
}

TEST_F(Sqlite, HistoryReadsOnlyItsPage) {
  const std::unique_ptr<Store> store = open_store();
  play(Client(*store));
  Connection db(path_, Access::read);
  const std::string explain = "EXPLAIN QUERY PLAN " + std::string(history_sql);
  Statement row = db.query(explain);
  std::string plan;
  while (row.step()) plan += row.text(3) + "\n";
  EXPECT_THAT(plan, HasSubstr("match_seats_by_user (user_id=? AND (ended_at,match_id)<(?,?))"));
  EXPECT_THAT(plan, testing::Not(HasSubstr("SCAN")));
  EXPECT_THAT(plan, testing::Not(HasSubstr("TEMP B-TREE")));
}

TEST_F(Sqlite, ImpossibleOptionsAreRefused) {
  for (const auto& [readers, queue_max] : {std::pair{0, 1}, {65, 1}, {1, 0}}) {
    Options options;
    options.path = path_;
    options.migrate = true;
    options.readers = readers;
    options.queue_max = static_cast<std::size_t>(queue_max);
    EXPECT_TRUE(open(std::move(options)).has_error());
  }
}

}  // namespace
}  // namespace whoosh::store::sqlite
