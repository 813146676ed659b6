// Goal: a match counts exactly once though the process that wrote it dies before it could say so.
// Method: a worker in a process of its own kills itself with SIGKILL between the commit and the
// acknowledgement; another takes the same entry from the real stream and writes it again into the
// real database.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <stdexcept>

#include "runtime/loop_thread.h"
#include "services/api/result_worker.h"
#include "services/role/live_state.h"
#include "store/postgres/postgres.h"
#include "tests/cluster/processes.h"

namespace whoosh::tests {
namespace {

// Store, stream and a worker between them, of one process.
struct Bench {
  Bench(const std::string& conninfo, const std::string& url) {
    store::postgres::Options options;
    options.conninfo = conninfo;
    options.connections = 1;
    store = std::move(*store::postgres::open(std::move(options)));
    state = std::move(*role::open_state(url, clock, entropy));
  }
  std::unique_ptr<api::ResultWorker> start_worker(const std::string& name,
                                                  api::ResultWorker::Settled settled) {
    api::ResultWorkerConfig config;
    config.consumer = name;
    auto apply = [this](match::MatchRecord record, runtime::Reply<store::AppliedResult> reply) {
      store->apply_result(std::move(record), std::move(reply));
    };
    return std::make_unique<api::ResultWorker>(
        std::move(config), api::ResultWorkerPorts{state->results(), std::move(apply), clock},
        std::move(settled));
  }
  template <class T, class Call>
  base::Result<T> ask(Call call) {
    auto answer = std::make_shared<std::promise<base::Result<T>>>();
    auto future = answer->get_future();
    call(runtime::Reply<T>(
        mailbox, [answer](base::Result<T> result) { answer->set_value(std::move(result)); }));
    return future.get();
  }

  runtime::OsClock clock;
  runtime::OsEntropy entropy;
  runtime::LoopThread mailbox;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<role::LiveState> state;
};

match::MatchRecord match_of(const std::vector<base::UserId>& users, base::UnixMs now) {
  match::MatchRecord record;
  record.id = base::MatchId::make(7, 7);
  record.room = base::RoomId{7};
  record.epoch = 1;
  record.game = "suspect";
  record.started_at = now.plus_s(-300);
  record.ended_at = now;
  record.played_s = 300;
  record.matchmade = true;
  for (std::size_t i = 0; i < users.size(); ++i) {
    match::SeatRecord seat;
    seat.user = users[i];
    seat.public_id = base::user_id_text(users[i]);
    seat.name = "Player";
    seat.placement = static_cast<std::int32_t>(i) + 1;
    seat.is_winner = i == 0;
    record.seats.push_back(seat);
  }
  return record;
}

// A process with a worker that dies when the store has answered and the stream does not know yet.
// Forked before this process has threads; it starts when it is told where the servers are.
class DyingWorker {
 public:
  DyingWorker() {
    if (::pipe(ends_) != 0) throw std::runtime_error("no pipe");
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ends_[1]);
    work();
    ::_exit(1);  // it should have died
  }
  DyingWorker(const DyingWorker&) = delete;
  DyingWorker& operator=(const DyingWorker&) = delete;
  ~DyingWorker() {
    ::close(ends_[0]);
    ::close(ends_[1]);
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  void start(const std::string& conninfo, const std::string& url) {
    const std::string where = conninfo + "\n" + url + "\n";
    if (::write(ends_[1], where.data(), where.size()) != static_cast<ssize_t>(where.size()))
      throw std::runtime_error("write");
  }
  // Waits for its end; true: by SIGKILL.
  bool was_killed() {
    int status = 0;
    if (!eventually([&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; })) return false;
    pid_ = -1;
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

 private:
  [[nodiscard]] std::string line() const {
    std::string text;
    for (char c = 0; ::read(ends_[0], &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  void work() const {
    const std::string conninfo = line();
    Bench bench(conninfo, line());
    const auto worker = bench.start_worker(
        "the first",
        [](const match::MatchRecord&, const store::AppliedResult&) { ::raise(SIGKILL); });
    std::this_thread::sleep_for(std::chrono::seconds(60));
  }

  int ends_[2] = {-1, -1};
  pid_t pid_ = -1;
};

TEST(ResultWorkerProcess, KilledBetweenCommitAndAcknowledgementCountsOnce) {
  DyingWorker first;
  Cluster cluster;
  Bench bench(cluster.conninfo(), cluster.redis().url());
  std::vector<base::UserId> users;
  for (int i = 0; i < 3; ++i) {
    store::NewAccount account;
    account.username = "player_" + std::to_string(i);
    account.email = account.username + "@example.org";
    account.password_hash = "x";
    account.created_at = bench.clock.now();
    const auto made = bench.ask<store::Account>(
        [&](auto reply) { bench.store->create_account(account, std::move(reply)); });
    ASSERT_TRUE(made) << made.error().sentence();
    users.push_back(made->id);
  }
  const match::MatchRecord record = match_of(users, bench.clock.now());
  ASSERT_TRUE(bench.ask<void>(
      [&](auto reply) { bench.state->results().append(record, std::move(reply)); }));

  first.start(cluster.conninfo(), cluster.redis().url());
  ASSERT_TRUE(first.was_killed());
  const auto pending = [&] {
    return *bench.ask<std::int64_t>(
        [&](auto reply) { bench.state->results().pending(std::move(reply)); });
  };
  ASSERT_EQ(pending(), 1);
  const auto balance = [&] {
    return bench
        .ask<store::Account>([&](auto reply) { bench.store->account(users[0], std::move(reply)); })
        ->coins;
  };
  const auto coins = balance();
  EXPECT_GT(coins, 0);  // it was committed

  std::atomic<int> told{0};
  std::atomic<bool> repeated{false};
  auto second = bench.start_worker(
      "the second", [&](const match::MatchRecord&, const store::AppliedResult& applied) {
        repeated = applied.repeated;
        ++told;
      });
  EXPECT_TRUE(eventually([&] { return pending() == 0; }));
  second->stop();
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(repeated);
  EXPECT_EQ(balance(), coins);
  for (const base::UserId user : users) {
    const auto history = bench.ask<store::HistoryPage>(
        [&](auto reply) { bench.store->history(user, std::nullopt, 10, std::move(reply)); });
    ASSERT_TRUE(history);
    EXPECT_EQ(history->rows.size(), 1U);
  }
}

}  // namespace
}  // namespace whoosh::tests
