// Goal: reading a page of a ledger costs a page, and checking the ledger costs no memory, however
// long it is. Method: the plans of the statements.
#include "store/sqlite/economy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/sqlite/ledger.h"
#include "store/sqlite/test_folder.h"

namespace whoosh::store::sqlite {
namespace {

using testing::HasSubstr;
using testing::Not;

class SqliteEconomy : public testing::Test {
 protected:
  SqliteEconomy() { EXPECT_TRUE(migrate(path_).has_value()); }
  std::string plan_of(std::string_view sql) {
    Connection db(path_, Access::read);
    const std::string explain = "EXPLAIN QUERY PLAN " + std::string(sql);
    Statement row = db.query(explain);
    std::string plan;
    while (row.step()) plan += row.text(3) + "\n";
    return plan;
  }

  TestFolder folder_;
  std::string path_ = folder_.file("whoosh.db");
};

TEST_F(SqliteEconomy, ALedgerPageReadsOnlyItsPage) {
  const std::string plan = plan_of(ledger_sql);
  EXPECT_THAT(plan, HasSubstr("PRIMARY KEY (account_id=? AND journal_id<?)"));
  EXPECT_THAT(plan, Not(HasSubstr("SCAN")));
  EXPECT_THAT(plan, Not(HasSubstr("TEMP B-TREE")));
}

TEST_F(SqliteEconomy, CheckingTheLedgerSortsNothing) {
  for (const std::string_view sql : ledger_check_sql) {
    EXPECT_THAT(plan_of(sql), Not(HasSubstr("TEMP B-TREE"))) << sql;
    EXPECT_THAT(plan_of(sql), Not(HasSubstr("AUTOMATIC"))) << sql;
  }
}

}  // namespace
}  // namespace whoosh::store::sqlite
