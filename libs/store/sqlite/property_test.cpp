// The property of the embedded store's economy: every answer is the model's, and nothing that was
// answered is lost, nothing that was not is done twice, when its process is killed again and again
// amid the work. Method: store/economy_model.h, store/economy_storm.h; each part of the storm runs
// in a child process that ends by SIGKILL.
//
// WHOOSH_PROPERTY_OPERATIONS, _SEED, _THREADS, _KILLS and _FOLDER make it a nightly run
// (scripts/property.sh).
#include <sys/wait.h>

#include <csignal>

#include "store/economy_audit.h"
#include "store/economy_model.h"
#include "store/sqlite/sqlite.h"
#include "store/sqlite/test_folder.h"

namespace whoosh::store::property {
namespace {

std::unique_ptr<Store> open_store(const std::string& path) {
  sqlite::Options options;
  options.path = path;
  options.migrate = true;
  options.report = [](std::string_view sentence) { ADD_FAILURE() << sentence; };
  return std::move(sqlite::open(std::move(options)).value());
}

// Ends when the work is done, or by the parent's SIGKILL.
[[noreturn]] void work(const std::string& path, Board& board, int threads) {
  {
    const std::unique_ptr<Store> store = open_store(path);
    Storm(Client(*store), board).run(threads);
  }
  ::_exit(testing::Test::HasFailure() ? 1 : 0);
}

// Waits until so many operations were begun, then kills.
void kill_at(pid_t child, const Board& board, std::uint32_t progress) {
  for (siginfo_t ended{}; board.progress() < progress && ended.si_pid == 0; ::usleep(200)) {
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT), 0);
  }
  ::kill(child, SIGKILL);
}

TEST(SqliteProperty, EveryAnswerIsTheModels) {
  const sqlite::TestFolder folder;
  const std::unique_ptr<Store> store = open_store(folder.file("whoosh.db"));
  Model(Client(*store), plan_of(setting("WHOOSH_PROPERTY_SEED", 1), 2'500, 12)).run();
}

TEST(SqliteProperty, NothingIsLostWhenTheProcessIsKilled) {
  const auto operations = static_cast<std::uint32_t>(setting("WHOOSH_PROPERTY_OPERATIONS", 8'000));
  const auto kills = static_cast<std::uint32_t>(setting("WHOOSH_PROPERTY_KILLS", 6));
  const int threads = static_cast<int>(setting("WHOOSH_PROPERTY_THREADS", 8));
  const std::uint64_t seed = setting("WHOOSH_PROPERTY_SEED", 1);
  const sqlite::TestFolder folder(text_setting("WHOOSH_PROPERTY_FOLDER"));
  const std::string path = folder.file("whoosh.db");
  Board board(plan_of(seed, operations, 40 + operations / 5'000));
  base::Rng rng(seed);
  std::uint32_t killed = 0;
  const auto started = std::chrono::steady_clock::now();
  for (std::uint32_t part = 1;; ++part) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) work(path, board, threads);
    if (part <= kills) {
      kill_at(child, board, (operations / (kills + 1)) * part + rng.below(operations / 100 + 1));
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    if (WIFEXITED(status)) {
      ASSERT_EQ(WEXITSTATUS(status), 0);
      break;
    }
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    EXPECT_TRUE(sqlite::verify(path).value().is_sound()) << "after kill " << part;
    ++killed;
  }
  EXPECT_EQ(killed, kills);
  tell_figures(board, std::chrono::steady_clock::now() - started, killed);
  const std::unique_ptr<Store> store = open_store(path);
  Audit(Client(*store), board).run();
}

}  // namespace
}  // namespace whoosh::store::property
