// The store on PostgreSQL holds the contract of store.h, on a real server; after each test its
// ledger is sound, it reported nothing, and no two of its transactions ever waited in a circle.
#include "store/contract_economy_records.h"
#include "store/contract_suite.h"
#include "store/postgres/test_server.h"

namespace whoosh::store::contract {
namespace {

class PostgresWorld final : public World {
 public:
  PostgresWorld() {
    postgres::Options options;
    options.conninfo = database_.conninfo();
    options.connections = 4;
    options.report = [](std::string_view sentence) { ADD_FAILURE() << sentence; };
    store_ = std::move(postgres::open(std::move(options)).value());
  }
  Store& store() override { return *store_; }
  std::int64_t count(const std::string& sql) override {
    postgres::Connection db(database_.conninfo(), postgres::Timeouts{});
    postgres::Rows row = db.query(sql);
    return row.step() ? row.integer(0) : -1;
  }
  void check() override {
    EXPECT_TRUE(postgres::verify(database_.conninfo()).value().is_sound());
    store_.reset();  // its connections tell their figures when they close
    postgres::Connection db(database_.conninfo(), postgres::Timeouts{});
    postgres::Rows row =
        db.query("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
    ASSERT_TRUE(row.step());
    EXPECT_EQ(row.integer(0), 0);
  }

 private:
  postgres::TestDatabase database_{postgres::TestDatabase::Content::migrated};
  std::unique_ptr<Store> store_;
};

std::unique_ptr<World> make_world() {
  return std::make_unique<PostgresWorld>();
}

INSTANTIATE_TEST_SUITE_P(Postgres, StoreContract, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Postgres, StoreMatches, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Postgres, StoreEconomy, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Postgres, StoreEconomyRecords, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Postgres, StoreFactors, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Postgres, StoreModeration, testing::Values(make_world));
INSTANTIATE_TEST_SUITE_P(Postgres, StoreSearch, testing::Values(make_world));

}  // namespace
}  // namespace whoosh::store::contract
