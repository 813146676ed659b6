// The property of the economy in PostgreSQL: every answer is the model's, and nothing that was
// answered is lost, nothing that was not is done twice, while connections are cut off and the
// server is restarted amid the work. Method: store/economy_model.h, store/economy_storm.h, and a
// thread that does the harm.
//
// WHOOSH_PROPERTY_OPERATIONS, _SEED, _THREADS and _KILLS make it a nightly run
// (scripts/property.sh).
#include "store/economy_audit.h"
#include "store/economy_model.h"
#include "store/postgres/test_server.h"

namespace whoosh::store::property {
namespace {

using postgres::TestServer;

class PostgresProperty : public testing::Test {
 protected:
  std::unique_ptr<Store> open_store() {
    postgres::Options options;
    options.conninfo = database_.conninfo();
    options.connections = 8;
    options.report = [this](std::string_view) { reports_.fetch_add(1); };
    return std::move(postgres::open(std::move(options)).value());
  }
  // Cuts off everybody who is connected to the database; whether somebody was there.
  bool cut_off() {
    postgres::Connection db(TestServer::get().conninfo("postgres"), postgres::Timeouts{});
    postgres::Rows row =
        db.query("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1",
                 database_.name());
    return row.step() && row.integer(0) > 0;
  }

  postgres::TestDatabase database_{postgres::TestDatabase::Content::migrated};
  std::atomic<int> reports_{0};
};

TEST_F(PostgresProperty, EveryAnswerIsTheModels) {
  const std::unique_ptr<Store> store = open_store();
  Model(Client(*store), plan_of(setting("WHOOSH_PROPERTY_SEED", 1), 600, 12)).run();
  EXPECT_EQ(reports_.load(), 0);
}

TEST_F(PostgresProperty, NothingIsLostWhenTheServerGoesAway) {
  const auto operations = static_cast<std::uint32_t>(setting("WHOOSH_PROPERTY_OPERATIONS", 2'500));
  const auto kills = static_cast<std::uint32_t>(setting("WHOOSH_PROPERTY_KILLS", 6));
  const int threads = static_cast<int>(setting("WHOOSH_PROPERTY_THREADS", 8));
  Board board(plan_of(setting("WHOOSH_PROPERTY_SEED", 1), operations, 40 + operations / 5'000));
  const std::unique_ptr<Store> store = open_store();
  const auto started = std::chrono::steady_clock::now();
  std::thread harm([&] {
    for (std::uint32_t part = 1; part <= kills; ++part) {
      const std::uint32_t progress = operations / (kills + 1) * part;
      while (board.progress() < progress) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (part % 3 == 0) {
        TestServer::get().restart(part % 2 == 0 ? "immediate" : "fast");
      } else {
        EXPECT_TRUE(cut_off());
      }
    }
  });
  Storm(Client(*store), board).run(threads);
  harm.join();
  tell_figures(board, std::chrono::steady_clock::now() - started, kills);
  EXPECT_GT(reports_.load(), 0) << "the harm was felt";
  Audit(Client(*store), board).run();
  EXPECT_TRUE(postgres::verify(database_.conninfo()).value().is_sound());
}

}  // namespace
}  // namespace whoosh::store::property
