// Goal: a transfer moves everything, to the last bit, or nothing. Method: an embedded store that
// was really used moves into a real PostgreSQL server; then both are asked the same through the
// port. Sources and destinations that must be refused are tried one by one, and after each refusal
// the destination is looked at.
#include "store/transfer/transfer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "store/contract.h"
#include "store/postgres/test_server.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/test_folder.h"

namespace whoosh::store::transfer {
namespace {

using contract::Client;
using contract::guest;
using contract::noon;
using contract::record_of;
using contract::registered;
using contract::rotation;
using contract::session;
using contract::team_record_of;
using postgres::TestDatabase;
using testing::HasSubstr;

const std::string odd_name = "Zo\u00eb \\ \"tab\there\"\nnew line \\N \U0001F98A";

class Transfer : public testing::Test {
 protected:
  Transfer() { EXPECT_TRUE(sqlite::migrate(path_).has_value()); }

  [[nodiscard]] std::unique_ptr<Store> open_source() const {
    sqlite::Options options;
    options.path = path_;
    return std::move(sqlite::open(std::move(options)).value());
  }
  [[nodiscard]] std::unique_ptr<Store> open_destination() const {
    postgres::Options options;
    options.conninfo = database_.conninfo();
    return std::move(postgres::open(std::move(options)).value());
  }
  // People, sessions, matches with ratings and coins, somebody erased, a name that needs escapes.
  std::vector<UserId> live() const {
    const std::unique_ptr<Store> store = open_source();
    Client client(*store);
    std::vector<UserId> users;
    for (const char* name : {"ann", "bob", "cid", "dee", "eve"}) {
      users.push_back(client.create(registered(name)).value().id);
    }
    users.push_back(client.create(guest("guest_1")).value().id);
    ProfileChange change;
    change.display_name = odd_name;
    EXPECT_TRUE(client.change(users[0], change).has_value());
    EXPECT_TRUE(client.sign_in(session("family", users[0], 1)).has_value());
    EXPECT_TRUE(client.rotate(rotation(1, 2, noon)).has_value());
    for (int at = 1; at <= 20; ++at) {
      const auto four = std::vector<UserId>(users.begin(), users.begin() + 4);
      EXPECT_TRUE(
          client.apply(at % 2 == 0 ? record_of(at, four) : team_record_of(at, users)).has_value());
    }
    EXPECT_TRUE(client.erase(users[4], noon).has_value());
    return users;
  }
  void tamper(const std::string& sql) const {
    sqlite::Connection db(path_, sqlite::Access::write);
    db.execute(sql);
  }
  [[nodiscard]] std::string refusal() const {
    const auto moved = move_store(path_, database_.conninfo());
    if (moved.has_value()) return "moved";
    return std::string(moved.error().sentence());
  }
  [[nodiscard]] std::int64_t rows_at_destination() const {
    postgres::Connection db(database_.conninfo(), postgres::Timeouts{});
    postgres::Rows row = db.query("SELECT count(*) FROM users");
    EXPECT_TRUE(row.step());
    return row.integer(0);
  }

  sqlite::TestFolder folder_;
  const std::string path_ = folder_.file("whoosh.db");
  TestDatabase database_{TestDatabase::Content::empty};
};

TEST_F(Transfer, EverythingIsThereAfterwards) {
  const std::vector<UserId> users = live();
  std::vector<std::string> steps;
  const auto report = move_store(
      path_, database_.conninfo(),
      [&](const auto& step, const auto& table) { steps.push_back(step + " " + table.name); });
  ASSERT_TRUE(report.has_value()) << report.error().sentence();
  EXPECT_TRUE(report->ledger.is_sound());
  EXPECT_GT(report->ledger.journal_rows, 0);
  EXPECT_EQ(steps.size(), 2 * report->tables.size());
  const auto counted = std::find_if(report->tables.begin(), report->tables.end(),
                                    [](const TableCount& table) { return table.name == "users"; });
  ASSERT_NE(counted, report->tables.end());
  EXPECT_EQ(counted->rows, 6);

  const std::unique_ptr<Store> from = open_source();
  const std::unique_ptr<Store> to = open_destination();
  Client before(*from);
  Client after(*to);
  EXPECT_EQ(after.account(users[0]).value().display_name, odd_name);
  for (const UserId user : users) {
    const auto here = before.account(user);
    const auto there = after.account(user);
    ASSERT_EQ(here.has_value(), there.has_value()) << user.value;
    if (!here) continue;
    EXPECT_EQ(here->elo, there->elo);
    EXPECT_EQ(here->coins, there->coins);
    EXPECT_EQ(here->total_games, there->total_games);
    EXPECT_EQ(before.rating(user, "suspect").value(), after.rating(user, "suspect").value());
    EXPECT_EQ(before.history(user, std::nullopt, 100).value().rows.size(),
              after.history(user, std::nullopt, 100).value().rows.size());
  }
}

TEST_F(Transfer, LifeGoesOnAtTheDestination) {
  const std::vector<UserId> users = live();
  ASSERT_TRUE(move_store(path_, database_.conninfo()).has_value());
  const std::unique_ptr<Store> store = open_destination();
  Client client(*store);
  EXPECT_EQ(client.rotate(rotation(2, 3, noon.plus_ms(1))).has_value(), true)
      << "a session from before the move goes on";
  EXPECT_TRUE(client.apply(record_of(1, users)).value().repeated);
  EXPECT_FALSE(
      client.apply(record_of(99, {users[0], users[1], users[2], users[3]})).value().repeated);
  const UserId fresh = client.create(registered("zed")).value().id;
  EXPECT_EQ(std::count(users.begin(), users.end(), fresh), 0) << "numbers go on behind the old";
  EXPECT_TRUE(postgres::verify(database_.conninfo()).value().is_sound());
}

TEST_F(Transfer, AnEmptyStoreMovesToo) {
  const auto report = move_store(path_, database_.conninfo());
  ASSERT_TRUE(report.has_value()) << report.error().sentence();
  const std::unique_ptr<Store> store = open_destination();
  EXPECT_TRUE(Client(*store).create(registered("ann")).has_value());
}

TEST_F(Transfer, ASourceInUseIsRefused) {
  live();
  const std::unique_ptr<Store> store = open_source();
  EXPECT_THAT(refusal(), HasSubstr("in use"));
}

TEST_F(Transfer, ADestinationWithRecordsIsRefused) {
  live();
  ASSERT_TRUE(move_store(path_, database_.conninfo()).has_value());
  EXPECT_THAT(refusal(), HasSubstr("holds records already"));
  EXPECT_EQ(rows_at_destination(), 6);
}

TEST_F(Transfer, AMissingSourceIsRefused) {
  const auto moved = move_store(folder_.file("none.db"), database_.conninfo());
  ASSERT_TRUE(moved.has_error());
  EXPECT_THAT(std::string(moved.error().sentence()), HasSubstr("no such database"));
}

TEST_F(Transfer, AnOldSourceIsRefused) {
  tamper(
      "DELETE FROM schema_migrations WHERE version = (SELECT max(version) FROM "
      "schema_migrations)");
  EXPECT_THAT(refusal(), HasSubstr("whoosh migrate"));
}

TEST_F(Transfer, AnUnreachableDestinationIsRefused) {
  const auto moved = move_store(path_, "host=" + folder_.path() + " dbname=none connect_timeout=1");
  EXPECT_TRUE(moved.has_error());
}

TEST_F(Transfer, ABentLedgerIsNotMoved) {
  live();
  tamper("UPDATE ledger_accounts SET balance = balance + 1 WHERE kind = 'user'");
  EXPECT_THAT(refusal(), HasSubstr("is not the same"));
  EXPECT_EQ(rows_at_destination(), 0);
}

TEST_F(Transfer, TextThatPostgresCanNotHoldIsNotMoved) {
  live();
  tamper("UPDATE users SET display_name = 'a' || char(0) || 'b' WHERE display_name = 'bob'");
  EXPECT_NE(refusal(), "moved");
  EXPECT_EQ(rows_at_destination(), 0);
}

}  // namespace
}  // namespace whoosh::store::transfer
