// Goal: what the store on PostgreSQL promises beyond the port: it survives the server's going and
// coming, loses nothing that it acknowledged, never waits in a circle, has bounded queues, a ledger
// that can't be bent, nothing left of the erased, indexed history. Method: a real server that the
// test stops, kills and starts; a second connection plays the rival, the tamperer and the auditor.
#include "store/postgres/postgres.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>

#include "store/contract.h"
#include "store/postgres/matches.h"
#include "store/postgres/test_server.h"
#include "store/postgres/workers.h"

namespace whoosh::store::postgres {
namespace {

using base::ErrorCode;
using contract::Client;
using contract::error_of;
using contract::guest;
using contract::InlineMailbox;
using contract::noon;
using contract::record_of;
using contract::registered;
using contract::session;
using testing::HasSubstr;
using testing::Not;

class Postgres : public testing::Test {
 protected:
  std::unique_ptr<Store> open_store(int connections = 4, std::size_t queue_max = 4096) {
    Options options;
    options.conninfo = conninfo_;
    options.connections = connections;
    options.queue_max = queue_max;
    options.report = [this](std::string_view sentence) {
      const std::lock_guard lock(mutex_);
      reports_ += std::string(sentence) + "\n";
    };
    return std::move(open(std::move(options)).value());
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
  std::int64_t scalar(const std::string& sql) {
    Connection db(conninfo_, Timeouts{});
    Rows row = db.query(sql);
    EXPECT_TRUE(row.step());
    return row.integer(0);
  }
  // The server's side of the store's connections ends, as a fail-over or an administrator does it.
  void end_connections() {
    Connection db(conninfo_, Timeouts{});
    (void)db.query(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()");
  }
  std::string reports() {
    const std::lock_guard lock(mutex_);
    return reports_;
  }
  static void wait_until_back(Client& client) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    // Each connection comes back by itself; one that answers says nothing about the next.
    constexpr int pings = 50;
    int in_a_row = 0;
    while (in_a_row < pings && std::chrono::steady_clock::now() < deadline) {
      if (client.ping().has_value()) {
        ++in_a_row;
        continue;
      }
      in_a_row = 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_EQ(in_a_row, pings) << "back without a restart of the store";
  }

  TestDatabase database_{TestDatabase::Content::migrated};
  const std::string conninfo_ = database_.conninfo();
  std::mutex mutex_;
  std::string reports_;
};

// ---- the server goes and comes -----------------------------------------------------------------

TEST_F(Postgres, AnAbsentServerIsUnavailableAndComesBack) {
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  const std::vector<UserId> users = play(client);
  TestServer::get().stop("fast");
  for (int at = 0; at < 8; ++at) {
    const base::Result<Account> read = client.account(users[0]);
    EXPECT_EQ(error_of(read), ErrorCode::unavailable);
    EXPECT_EQ(read.error().retry_after_s, 1);
    EXPECT_EQ(error_of(client.create(registered("eve"))), ErrorCode::unavailable);
    EXPECT_EQ(error_of(client.apply(record_of(2, users))), ErrorCode::unavailable);
    EXPECT_EQ(error_of(client.ping()), ErrorCode::unavailable);
  }
  TestServer::get().start();
  wait_until_back(client);
  EXPECT_THAT(reports(), HasSubstr("the database is away: "));
  EXPECT_THAT(reports(), HasSubstr("the database is back"));
}

TEST_F(Postgres, ConnectionsThatEndBetweenCallsAreReplacedUnseen) {
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  const std::vector<UserId> users = play(client);
  end_connections();
  EXPECT_TRUE(client.account(users[0]).has_value());
  end_connections();
  EXPECT_TRUE(client.create(registered("eve")).has_value());
  end_connections();
  EXPECT_TRUE(client.sign_in(session("f", users[0], 1)).has_value());
  end_connections();
  EXPECT_TRUE(client.rotate(contract::rotation(1, 2, noon)).has_value());
  end_connections();
  EXPECT_FALSE(client.apply(record_of(2, users)).value().repeated);
  EXPECT_EQ(client.account(users[0]).value().total_games, 2);
}

// Callers write all the time while the server is shut down, killed and started again.
TEST_F(Postgres, NothingAcknowledgedIsLostWhenTheServerRestartsUnderLoad) {
  constexpr int callers = 4;
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  const std::vector<UserId> users = play(client);
  std::atomic<bool> stop{false};
  std::atomic<int> away_count{0};
  std::vector<UserId> made[callers];
  std::vector<int> applied[callers];
  std::vector<std::thread> threads;
  for (int caller = 0; caller < callers; ++caller) {
    threads.emplace_back([&, caller] {
      for (int at = 0; !stop.load(); ++at) {
        const int number = 10 + callers * at + caller;
        const base::Result<Account> account =
            client.create(registered("user" + std::to_string(number)));
        if (account) made[caller].push_back(account.value().id);
        const base::Result<AppliedResult> result = client.apply(record_of(number, users));
        if (result) applied[caller].push_back(number);
        for (const bool is_away : {account.has_error(), result.has_error()}) {
          if (is_away) away_count.fetch_add(1);
        }
        if (account.has_error()) {
          EXPECT_EQ(account.error().code, ErrorCode::unavailable);
        }
        if (result.has_error()) {
          EXPECT_EQ(result.error().code, ErrorCode::unavailable);
          std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
      }
    });
  }
  for (const char* mode : {"fast", "immediate", "fast"}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    TestServer::get().restart(mode);
    wait_until_back(client);
  }
  stop.store(true);
  for (std::thread& thread : threads) thread.join();

  EXPECT_GT(away_count.load(), 0) << "the restarts were felt";
  std::size_t writes = 0;
  for (int caller = 0; caller < callers; ++caller) {
    writes += made[caller].size();
    for (const UserId id : made[caller]) EXPECT_TRUE(client.account(id).has_value());
    for (const int number : applied[caller]) {
      EXPECT_TRUE(client.apply(record_of(number, users)).value().repeated) << number;
    }
  }
  EXPECT_GT(writes, 0U);
  const std::int64_t matches = scalar("SELECT count(*) FROM matches");
  EXPECT_EQ(client.account(users[0]).value().total_games, matches) << "each exactly once";
  EXPECT_TRUE(verify(conninfo_).value().is_sound());
}

TEST_F(Postgres, EverythingIsThereAfterReopening) {
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
}

// ---- many at once ------------------------------------------------------------------------------

// Two stores stand for two processes. Results of teams in every order of seats, sign-ins, profile
// changes and erasures of the same people: all locks of the store at the same time.
TEST_F(Postgres, ProcessesThatWriteTheSamePeopleNeverWaitInACircle) {
  {
    const std::unique_ptr<Store> stores[] = {open_store(8), open_store(8)};
    Client first(*stores[0]);
    std::vector<UserId> users;
    for (int at = 0; at < 6; ++at) {
      users.push_back(first.create(registered("user" + std::to_string(at))).value().id);
    }
    std::atomic<int> applied{0};
    contract::run_together(12, [&](int thread) {
      Client client(*stores[thread % 2]);
      for (int at = 0; at < 6; ++at) {
        const int number = thread * 100 + at;
        std::vector<UserId> seats = users;
        std::rotate(seats.begin(), seats.begin() + number % 6, seats.end());
        EXPECT_TRUE(client.apply(contract::team_record_of(number, seats)).has_value());
        applied.fetch_add(1);
        const UserId user = users[static_cast<std::size_t>(number % 6)];
        EXPECT_TRUE(
            client.sign_in(session("f" + std::to_string(number), user, number)).has_value());
        ProfileChange change;
        change.username = "name" + std::to_string(number);
        EXPECT_TRUE(client.change(user, change).has_value());
        const Account extra = client.create(guest("guest" + std::to_string(number))).value();
        seats[0] = extra.id;
        EXPECT_TRUE(client.apply(record_of(number + 50, seats)).has_value());
        EXPECT_TRUE(client.erase(extra.id, noon).has_value());
      }
    });
    EXPECT_EQ(scalar("SELECT count(*) FROM matches"), 2 * applied.load());
    EXPECT_EQ(scalar("SELECT sum(matches)::bigint FROM ratings WHERE game = 'suspect'"),
              6 * applied.load());
  }
  EXPECT_TRUE(verify(conninfo_).value().is_sound());
  EXPECT_EQ(reports(), "");
  EXPECT_EQ(scalar("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
}

TEST_F(Postgres, ClosingFinishesWhatWasAccepted) {
  constexpr int calls = 300;
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
  EXPECT_EQ(scalar("SELECT count(*) FROM users"), calls);
}

TEST_F(Postgres, AFullQueueAnswersUnavailable) {
  constexpr int calls = 10;
  constexpr std::size_t queue_max = 2;
  const std::unique_ptr<Store> store = open_store(1, queue_max);
  InlineMailbox mailbox;
  std::atomic<int> refused{0};
  std::atomic<int> made{0};
  {
    Connection rival(conninfo_, Timeouts{});
    Transaction held(rival, Transaction::Kind::write);
    (void)rival.query("LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
    for (int at = 0; at < calls; ++at) {
      store->create_account(guest("guest_" + std::to_string(at)),
                            Reply<Account>(mailbox, [&](base::Result<Account> account) {
                              if (account.has_value()) {
                                made.fetch_add(1);
                                return;
                              }
                              EXPECT_EQ(account.error().code, ErrorCode::unavailable);
                              EXPECT_EQ(account.error().retry_after_s, 1);
                              refused.fetch_add(1);
                            }));
    }
    EXPECT_EQ(made.load(), 0) << "the table is held by another";
    EXPECT_GE(refused.load(), calls - static_cast<int>(queue_max) - 1);
  }
  while (made.load() + refused.load() < calls) std::this_thread::yield();
  EXPECT_GE(made.load(), static_cast<int>(queue_max));
}

// One connection, and a burst that it can only serve together: each read has its own answer.
TEST_F(Postgres, ReadsThatTravelTogetherAreAnsweredEachByItself) {
  const std::unique_ptr<Store> store = open_store(1);
  Client client(*store);
  const std::vector<UserId> users = play(client);
  const auto burst = [&](auto check) {
    contract::run_together(24, [&](int at) {
      const UserId user = users[static_cast<std::size_t>(at) % users.size()];
      for (int turn = 0; turn < 20; ++turn) {
        switch (at % 4) {
          case 0:
            check(client.account(user), [&](const Account& found) { return found.id == user; });
            break;
          case 1:
            EXPECT_EQ(error_of(client.account(UserId{77'777})), ErrorCode::user_not_found);
            break;
          case 2:
            EXPECT_EQ(error_of(client.history(user, "no cursor", 20)), ErrorCode::malformed);
            break;
          case 3:
            check(client.history(user, std::nullopt, 20),
                  [](const HistoryPage& page) { return page.rows.size() == 1; });
            break;
        }
      }
    });
  };
  burst([](const auto& answer, auto is_right) {
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(is_right(*answer));
  });
  EXPECT_EQ(reports(), "");
}

// Far more accounts at once than one statement or one batch takes: all are answered, each with its
// own, the same person twice and strangers among them; closing the store meanwhile loses none.
TEST_F(Postgres, AccountsThatAreReadTogetherAreAnsweredEachByItself) {
  constexpr int reads = 1000;
  std::unique_ptr<Store> store = open_store(3);
  const std::vector<UserId> users = play(Client(*store));
  InlineMailbox mailbox;
  std::atomic<int> right{0};
  for (int at = 0; at < reads; ++at) {
    const bool is_known = at % 3 != 0;
    const UserId user =
        is_known ? users[static_cast<std::size_t>(at) % users.size()] : UserId{90'000 + at};
    store->account(user, Reply<Account>(mailbox, [&right, user, is_known](const auto& found) {
                     right += is_known ? found.has_value() && found->id == user
                                       : error_of(found) == ErrorCode::user_not_found;
                   }));
  }
  store.reset();
  EXPECT_EQ(right.load(), reads);
  EXPECT_EQ(reports(), "");
}

// More reads than batches may be under way, and a server that answers none of them: whoever comes
// after the queue's patience is told at once, and all are answered in the end.
TEST_F(Postgres, AccountsOfAServerThatHangsAreRefusedAtOnce) {
  const std::unique_ptr<Store> store = open_store(3);
  const std::vector<UserId> users = play(Client(*store));
  InlineMailbox mailbox;
  std::atomic<int> found{0};
  std::atomic<int> refused{0};
  int asked = 0;
  const auto ask = [&] {
    ++asked;
    store->account(users[0], Reply<Account>(mailbox, [&](const auto& account) {
                     ++(account.has_value() ? found : refused);
                   }));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  };
  {
    Connection rival(conninfo_, Timeouts{});
    Transaction held(rival, Transaction::Kind::write);
    (void)rival.query("LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
    ask();
    ask();
    ask();
    EXPECT_EQ(refused.load(), 0);
    std::this_thread::sleep_for(Pool::patience);
    ask();
    EXPECT_EQ(refused.load(), 1);
    EXPECT_EQ(found.load(), 0) << "the table is held by another";
  }
  while (found.load() + refused.load() < asked) std::this_thread::yield();
  EXPECT_EQ(refused.load(), 1);
}

// The server ends the connection again and again while reads travel together: each is asked anew
// and answered, or told that the database is away; none gets another's answer, none is left out.
TEST_F(Postgres, ReadsThatTravelTogetherSurviveTheirConnection) {
  const std::unique_ptr<Store> store = open_store(2);
  Client client(*store);
  const std::vector<UserId> users = play(client);
  std::atomic<bool> done{false};
  std::thread rival([&] {
    while (!done) end_connections();
  });
  contract::run_together(12, [&](int at) {
    const UserId user = users[static_cast<std::size_t>(at) % users.size()];
    for (int turn = 0; turn < 50; ++turn) {
      const base::Result<Account> answer = client.account(user);
      if (answer) {
        EXPECT_EQ(answer->id, user);
      } else {
        EXPECT_EQ(answer.error().code, ErrorCode::unavailable);
      }
    }
  });
  done = true;
  rival.join();
  wait_until_back(client);
}

TEST_F(Postgres, OneBadJobIsItsOwnProblem) {
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  const UserId ann = client.create(registered("ann")).value().id;
  contract::run_together(8, [&](int at) {
    // Every other call breaks a constraint that only the database checks.
    NewSession given = session("family" + std::to_string(at), ann, at);
    if (at % 2 == 0) given.refresh_hash = "short";
    const base::Result<> made = client.sign_in(given);
    EXPECT_EQ(made.has_value(), at % 2 == 1);
    EXPECT_TRUE(made || made.error().code == ErrorCode::internal);
  });
  EXPECT_THAT(reports(), HasSubstr("violates check constraint"));
  for (int at = 1; at < 8; at += 2) {
    EXPECT_TRUE(client.rotate(contract::rotation(at, 100 + at, noon)).has_value());
  }
}

TEST_F(Postgres, TextThatADatabaseCanNotHoldIsRefused) {
  const std::unique_ptr<Store> store = open_store();
  Client client(*store);
  using namespace std::string_literals;
  for (const std::string& bad : {"a\0b"s, "\xff\xfe"s}) {
    NewAccount account = registered("ann");
    account.display_name = bad;
    EXPECT_EQ(error_of(client.create(account)), ErrorCode::invalid_input);
    EXPECT_EQ(error_of(client.credentials(bad)), ErrorCode::user_not_found);
  }
  EXPECT_TRUE(client.create(registered("ann")).has_value());
}

// ---- the ledger --------------------------------------------------------------------------------

TEST_F(Postgres, TheLedgerRefusesTampering) {
  const std::unique_ptr<Store> store = open_store();
  play(Client(*store));
  Connection db(conninfo_, Timeouts{});
  for (const char* sql :
       {"UPDATE ledger_postings SET amount = amount + 1", "DELETE FROM ledger_postings",
        "UPDATE ledger_journal SET reason = 'gift'", "DELETE FROM ledger_journal",
        "TRUNCATE ledger_postings", "TRUNCATE ledger_journal CASCADE",
        "UPDATE ledger_accounts SET balance = -1 WHERE kind = 'user'",
        "INSERT INTO ledger_postings SELECT a.id, j.id, 0, 5, 5 FROM ledger_accounts a, "
        "ledger_journal j WHERE a.owner = '4' LIMIT 1",
        "INSERT INTO ledger_journal (user_id, reason, ref, created_at) "
        "SELECT user_id, reason, ref, created_at FROM ledger_journal LIMIT 1",
        "INSERT INTO ledger_journal (user_id, reason, ref, created_at) "
        "SELECT id, 'gift', 'x', 0 FROM users LIMIT 1"}) {
    EXPECT_THROW(db.execute(sql), PgError) << sql;
  }
  const LedgerCheck sound = verify(conninfo_).value();
  EXPECT_TRUE(sound.is_sound());
  EXPECT_GE(sound.journal_rows, 4);
}

TEST_F(Postgres, VerifyFindsABentBalance) {
  const std::unique_ptr<Store> store = open_store();
  play(Client(*store));
  Connection(conninfo_, Timeouts{})
      .execute("UPDATE ledger_accounts SET balance = balance + 1 WHERE owner = '1'");
  const LedgerCheck bent = verify(conninfo_).value();
  EXPECT_FALSE(bent.is_sound());
  EXPECT_EQ(bent.wrong_balances, 1);
  EXPECT_EQ(bent.total, 1);
}

TEST_F(Postgres, VerifyFindsAHalfBooking) {
  const std::unique_ptr<Store> store = open_store();
  play(Client(*store));
  Connection(conninfo_, Timeouts{})
      .execute(
          "SET session_replication_role = replica; "  // no triggers: only a superuser can
          "INSERT INTO ledger_journal (user_id, reason, ref, created_at) "
          "SELECT id, 'gift', 'x', 0 FROM users LIMIT 1");
  const LedgerCheck half = verify(conninfo_).value();
  EXPECT_FALSE(half.is_sound());
  EXPECT_EQ(half.unbalanced, 1);
}

// ---- rows and plans ----------------------------------------------------------------------------

// Every row of every table, so that a column added later is looked at too.
std::string all_text(Connection& db) {
  std::vector<std::string> tables;
  for (Rows row = db.query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'");
       row.step();) {
    tables.push_back(row.text(0));
  }
  std::string text;
  for (const std::string& table : tables) {
    for (Rows row = db.query("SELECT t::text FROM " + table + " t"); row.step();) {
      text += row.text(0) + "\n";
    }
  }
  return text;
}

TEST_F(Postgres, NothingIsLeftOfTheErased) {
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
  Connection db(conninfo_, Timeouts{});
  EXPECT_THAT(all_text(db), HasSubstr("xenophon"));
  ASSERT_TRUE(client.erase(id, noon).has_value());
  const std::string left = all_text(db);
  for (const char* word : {"xenophon", "platypus", "argon2id of xen"}) {
    EXPECT_THAT(left, Not(HasSubstr(word)));
  }
  EXPECT_THAT(left, HasSubstr("bob"));
  EXPECT_EQ(scalar("SELECT count(*) FROM match_seats WHERE user_id IS NULL AND NOT is_bot"), 1)
      << "the row itself stays";
}

TEST_F(Postgres, HistoryReadsOnlyItsPage) {
  const std::unique_ptr<Store> store = open_store();
  play(Client(*store));
  Connection db(conninfo_, Timeouts{});
  db.execute(
      "SET enable_seqscan = off; SET enable_sort = off; SET plan_cache_mode = force_generic_plan;"
      "PREPARE page (bigint, bigint, bytea, bigint) AS " +
      std::string(history_sql));
  std::string plan;
  for (Rows row = db.query("EXPLAIN EXECUTE page (1, 2, '\\x00', 3)"); row.step();) {
    plan += row.text(0) + "\n";
  }
  EXPECT_THAT(plan, HasSubstr("Index Scan Backward using match_seats_by_user"));
  EXPECT_THAT(plan, HasSubstr("ROW(ended_at, match_id) < ROW("));
  EXPECT_THAT(plan, Not(HasSubstr("Seq Scan")));
  EXPECT_THAT(plan, Not(HasSubstr("Sort")));
}

TEST_F(Postgres, ImpossibleOptionsAreRefused) {
  for (const auto& [connections, queue_max] : {std::pair{0, 1}, {65, 1}, {1, 0}}) {
    Options options;
    options.conninfo = conninfo_;
    options.connections = connections;
    options.queue_max = static_cast<std::size_t>(queue_max);
    EXPECT_TRUE(open(std::move(options)).has_error());
  }
}

}  // namespace
}  // namespace whoosh::store::postgres
