// The embedded store holds the contract of store.h; after each test its ledger is sound and it
// reported nothing.
#include "store/contract_economy_records.h"
#include "store/contract_suite.h"
#include "store/sqlite/database.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/test_folder.h"

namespace whoosh::store::contract {
namespace {

class SqliteWorld final : public World {
 public:
  SqliteWorld() {
    sqlite::Options options;
    options.path = folder_.file("whoosh.db");
    options.migrate = true;
    options.report = [](std::string_view sentence) { ADD_FAILURE() << sentence; };
    store_ = std::move(sqlite::open(std::move(options)).value());
  }
  Store& store() override { return *store_; }
  std::int64_t count(const std::string& sql) override {
    sqlite::Connection db(folder_.file("whoosh.db"), sqlite::Access::read);
    sqlite::Statement row = db.query(sql);
    return row.step() ? row.integer(0) : -1;
  }
  void check() override {
    const LedgerCheck ledger = sqlite::verify(folder_.file("whoosh.db")).value();
    EXPECT_TRUE(ledger.is_sound());
  }

 private:
  sqlite::TestFolder folder_;
  std::unique_ptr<Store> store_;
};

std::unique_ptr<World> make_world() {
  return std::make_unique<SqliteWorld>();
}

INSTANTIATE_TEST_SUITE_P(Sqlite, StoreContract, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreMatches, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreEconomy, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreEconomyRecords, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreFactors, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreModeration, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Sqlite, StoreSearch, testing::Values(make_world));

}  // namespace
}  // namespace whoosh::store::contract
