// Goal: the store's threads outlive whatever happens to their connections. Method: jobs of our own
// on a real server, which cut their connection off at the worst moment.
#include "store/postgres/workers.h"

#include <chrono>
#include <future>
#include <thread>

#include "runtime/loop_thread.h"
#include "store/contract.h"
#include "store/postgres/test_server.h"

namespace whoosh::store::postgres {
namespace {

class PostgresWorkers : public testing::Test {
 protected:
  PostgresWorkers() {
    std::vector<std::unique_ptr<Connection>> connections;
    connections.push_back(std::make_unique<Connection>(database_.conninfo(), Timeouts{}));
    pool_ = std::make_unique<Pool>(
        database_.conninfo(), std::move(connections), 16, [](std::string_view) {}, patience);
  }
  template <class Work>
  base::Result<std::int64_t> run(Effect effect, Work work) {
    return contract::await<std::int64_t>(
        [&](auto reply) { pool_->push(effect, std::move(reply), std::move(work)); });
  }
  static void cut_off(const Connection& victim) {
    Connection db(TestServer::get().conninfo("postgres"), Timeouts{});
    (void)db.query("SELECT pg_terminate_backend($1)", victim.server_process());
    while (
        db.query("SELECT 1 FROM pg_stat_activity WHERE pid = $1", victim.server_process()).step()) {
    }
  }
  static std::int64_t one(Connection& db) {
    Rows row = db.query("SELECT 1::bigint");
    return row.step() ? row.integer(0) : 0;
  }

  static constexpr std::chrono::milliseconds patience{100};

  TestDatabase database_{TestDatabase::Content::empty};
  std::unique_ptr<Pool> pool_;
};

// Once, the next job on that connection stopped the whole process.
TEST_F(PostgresWorkers, AConnectionThatBreaksInTheRollbackOfARefusalIsReplaced) {
  const auto refused = run(Effect::write, [](Connection& db) -> std::int64_t {
    (void)one(db);
    cut_off(db);
    throw Refused{base::ErrorCode::item_owned};
  });
  EXPECT_EQ(contract::error_of(refused), base::ErrorCode::item_owned);
  EXPECT_EQ(run(Effect::write, one).value(), 1);
}

TEST_F(PostgresWorkers, AJobWhoseConnectionBreaksBeforeItsCommitIsRunAgain) {
  auto attempts = std::make_shared<int>(0);
  const auto answer = run(Effect::write, [attempts](Connection& db) {
    const std::int64_t value = one(db);
    if (++*attempts == 1) {
      cut_off(db);
      (void)one(db);
    }
    return value;
  });
  EXPECT_EQ(answer.value(), 1);
  EXPECT_EQ(*attempts, 2);
}

// The only connection hangs; one call waits behind it, and after a while nobody else has to.
TEST_F(PostgresWorkers, BehindACallThatWaitsInVainNobodyHasToWait) {
  std::promise<void> hanging;
  std::promise<void> go_on;
  std::promise<base::Result<std::int64_t>> first;
  std::promise<base::Result<std::int64_t>> second;
  runtime::LoopThread mailbox;
  const auto push = [&](std::promise<base::Result<std::int64_t>>& answer, auto work) {
    runtime::Reply<std::int64_t> reply(mailbox, [&answer](base::Result<std::int64_t> result) {
      answer.set_value(std::move(result));
    });
    pool_->push(Effect::read, std::move(reply), std::move(work));
  };
  push(first, [&](Connection& db) {
    hanging.set_value();
    go_on.get_future().wait();
    return one(db);
  });
  hanging.get_future().wait();
  push(second, one);
  std::this_thread::sleep_for(patience);
  EXPECT_EQ(contract::error_of(run(Effect::read, one)), base::ErrorCode::unavailable);
  go_on.set_value();
  EXPECT_EQ(first.get_future().get().value(), 1);
  EXPECT_EQ(second.get_future().get().value(), 1);
  EXPECT_EQ(run(Effect::read, one).value(), 1);
}

}  // namespace
}  // namespace whoosh::store::postgres
