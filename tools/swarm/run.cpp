#include "tools/swarm/run.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <optional>
#include <thread>
#include <utility>

#include "tools/swarm/board.h"
#include "tools/swarm/usage.h"
#include "tools/swarm/worker.h"

namespace whoosh::swarm {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds look_every{50};
constexpr std::size_t pages_each_second_max = 4;
constexpr std::int64_t leave_limit_ms = 20'000;  // for the workers to hand in what they saw

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// ---- one worker, in a thread of this process or in a process of its own -------------------------

std::string handed_in(const base::Result<Worked>& worked) {
  json::object out;
  if (worked) {
    out["failure"] = worked->failure;
    out["tally"] = worked->tally.to_json();
  } else {
    out["failure"] = std::string(worked.error().sentence());
  }
  return json::serialize(out);
}

bool write_all(int file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t wrote = ::write(file, text.data() + done, text.size() - done);
    if (wrote <= 0) return false;
    done += static_cast<std::size_t>(wrote);
  }
  return true;
}

std::string read_all(int file) {
  std::string text;
  char bytes[65536];
  ::lseek(file, 0, SEEK_SET);
  for (ssize_t got = 0; (got = ::read(file, bytes, sizeof bytes)) > 0;)
    text.append(bytes, static_cast<std::size_t>(got));
  return text;
}

// Workers: children that write what they saw into memory files, or one thread.
class Workers {
 public:
  ~Workers() {
    for (const Child& child : children_) ::close(child.file);
  }

  [[nodiscard]] base::Result<> start(const Plan& plan, Board& board, const MakeSeatSource& seats) {
    if (plan.processes == 1) {
      thread_ = std::jthread([this, &plan, &board, &seats] {
        in_thread_ = work(plan, board, 0, seats);
        if (!*in_thread_) board.failed = true;
        running_ = false;
      });
      return {};
    }
    for (std::uint32_t process = 0; process < plan.processes; ++process) {
      const int file = memfd_create("swarm", MFD_CLOEXEC);
      const int pid = file < 0 ? -1 : fork();
      if (pid < 0) return base::Error{base::ErrorCode::unavailable, "No more processes."};
      if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        std::signal(SIGINT, SIG_IGN);  // the leader tells when to stop
        const auto worked = work(plan, board, process, seats);
        if (!worked) board.failed = true;
        _exit(write_all(file, handed_in(worked)) ? 0 : 1);
      }
      children_.push_back({pid, file});
    }
    return {};
  }

  [[nodiscard]] std::vector<std::int32_t> pids() const {
    std::vector<std::int32_t> out{getpid()};
    for (const Child& child : children_) out.push_back(child.pid);
    return out;
  }

  // A worker that is gone before its time.
  [[nodiscard]] bool somebody_ended() {
    if (thread_.joinable()) return !running_;
    return std::any_of(children_.begin(), children_.end(), [](Child& child) {
      if (!child.ended && waitpid(child.pid, nullptr, WNOHANG) == child.pid) child.ended = true;
      return child.ended;
    });
  }

  // Waits for all and adds up; the first failure's words, if any.
  std::string collect(Tally& into) {
    if (thread_.joinable()) {
      thread_.join();
      if (!*in_thread_) return std::string(in_thread_->error().sentence());
      into = std::move((*in_thread_)->tally);
      return (*in_thread_)->failure;
    }
    std::string failure;
    const std::int64_t give_up = now_ms() + leave_limit_ms;
    for (Child& child : children_) {
      while (!child.ended && now_ms() < give_up) {
        child.ended = waitpid(child.pid, nullptr, WNOHANG) == child.pid;
        if (!child.ended) std::this_thread::sleep_for(look_every);
      }
      if (!child.ended) {
        kill(child.pid, SIGKILL);
        waitpid(child.pid, nullptr, 0);
      }
      boost::system::error_code bad;
      const json::value said = json::parse(read_all(child.file), bad);
      const json::object* object = bad ? nullptr : said.if_object();
      const json::value* why = object == nullptr ? nullptr : object->if_contains("failure");
      if (why == nullptr || !why->is_string()) {
        failure = fmt::format("process {} of the swarm died", child.pid);
        continue;
      }
      if (failure.empty()) failure = std::string(why->get_string());
      const json::value* tally = object->if_contains("tally");
      if (tally == nullptr) continue;
      if (const auto read = Tally::from_json(*tally))
        into.merge(*read);
      else
        failure = std::string(read.error().sentence());
    }
    return failure;
  }

 private:
  struct Child {
    int pid = 0;
    int file = -1;
    bool ended = false;
  };
  std::vector<Child> children_;
  std::atomic<bool> running_{true};
  std::optional<base::Result<Worked>> in_thread_;
  std::jthread thread_;
};

// ---- the leader ---------------------------------------------------------------------------------

class Leader {
 public:
  Leader(const Plan& plan, const RunHooks& hooks, BoardPtr board)
      : plan_(plan), hooks_(hooks), board_(std::move(board)) {}

  base::Result<Report> lead() {
    report_.machine = machine_words();
    report_.processes = plan_.processes;
    report_.loops = std::int64_t{plan_.processes} * plan_.loops;
    report_.asked = plan_.connections;
    if (const auto ok = workers_.start(plan_, *board_, hooks_.seats); !ok) {
      board_->end = true;
      return ok.error();
    }
    const std::int64_t began = now_ms();
    if (ramp(began)) window();
    board_->end = true;
    const std::string failure = workers_.collect(report_.tally);
    if (!failure.empty()) report_.cut_short = failure;
    for (std::size_t i = 0; i < board_->slots_size; ++i) {
      if (report_.window_s <= 0) break;
      const auto used = static_cast<double>(board_->slot(i).window_cpu_us.load()) / 1e6;
      report_.busiest_loop = std::max(report_.busiest_loop, used / report_.window_s);
    }
    return std::move(report_);
  }

 private:
  struct Sums {
    std::int64_t open = 0;
    std::int64_t settled = 0;
    std::uint64_t frames = 0;
  };
  [[nodiscard]] Sums sums() const {
    Sums out;
    for (std::size_t i = 0; i < board_->slots_size; ++i) {
      const BoardSlot& slot = board_->slot(i);
      out.open += slot.open.load();
      out.settled += slot.settled.load();
      out.frames += slot.frames.load();
    }
    return out;
  }

  // True: over; `cut_short` says why.
  bool is_over() {
    if (hooks_.stop != nullptr && hooks_.stop->load())
      report_.cut_short = "interrupted";
    else if (board_->failed.load())
      report_.cut_short = "no seats";
    else if (workers_.somebody_ended())
      report_.cut_short = "a process of the swarm died";
    return !report_.cut_short.empty();
  }

  bool ramp(std::int64_t began) {
    std::int64_t next = began + hooks_.progress_ms;
    Sums now;
    while ((now = sums()).settled < std::int64_t{plan_.connections}) {
      if (is_over()) return false;
      if (now_ms() - began > plan_.ramp_limit_ms) break;
      if (now_ms() >= next) {
        next += hooks_.progress_ms;
        tell(
            fmt::format("ramp: {} of {} tried, {} open", now.settled, plan_.connections, now.open));
      }
      std::this_thread::sleep_for(look_every);
    }
    report_.ramp_s = static_cast<double>(now_ms() - began) / 1e3;
    const std::int64_t from = now_ms() + plan_.settle_ms;
    while (now_ms() < from - 20) {
      if (is_over()) return false;
      std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(
          look_every, std::chrono::milliseconds(from - 20 - now_ms() + 1)));
    }
    return true;
  }

  void window() {
    const std::int64_t asked = now_ms();  // pages of many servers may take a while
    const auto before = fetch_metrics(plan_.server_metrics);
    if (!before) tell(before.error().message);
    const std::int64_t from = now_ms() + 20;
    if (plan_.storm_at_ms >= 0) board_->storm_at_ms = from + plan_.storm_at_ms;
    board_->window_until_ms = from + plan_.duration_ms;
    board_->window_from_ms = from;
    report_.began_at = from / 1'000;
    const Usage began = usage(before ? *before : Metrics());
    Usage last = began;
    std::uint64_t frames = sums().frames;
    while (now_ms() < board_->window_until_ms.load()) {
      if (is_over()) board_->window_until_ms = now_ms();
      std::this_thread::sleep_for(look_every);
      if (now_ms() < last.at_ms + 1'000) continue;
      const Usage now = usage(metrics_now(last.metrics));
      const Sums all = sums();
      add_second(last, now, all.open);
      tell(fmt::format("window: {} open, {:.0f} messages/s", all.open,
                       static_cast<double>(all.frames - frames) * 1e3 /
                           static_cast<double>(now.at_ms - last.at_ms)));
      frames = all.frames;
      last = now;
    }
    report_.open_at_end = sums().open;
    Usage ended = usage(last.metrics);
    report_.usage_s = static_cast<double>(ended.at_ms - began.at_ms) / 1e3;
    const std::int64_t asked_again = now_ms();
    const auto after = fetch_metrics(plan_.server_metrics);
    if (after && plan_.server_pids.empty()) ended = usage(*after);
    finish(began, ended);
    if (before && after) count(*before, *after, static_cast<double>(asked_again - asked) / 1e3);
    report_.window_s = static_cast<double>(board_->window_until_ms.load() - from) / 1e3;
  }

  struct Usage {
    std::int64_t at_ms = 0;
    ProcessUsage server;
    ProcessUsage swarm;
    MachineUsage machine;
    Metrics metrics;
  };
  Usage usage(Metrics metrics) {
    Usage out{now_ms(), usage_of(plan_.server_pids), usage_of(workers_.pids()), machine_usage(),
              std::move(metrics)};
    const auto cpu = out.metrics.find("process_cpu_seconds_total");
    const auto memory = out.metrics.find("process_resident_memory_bytes");
    if (!plan_.server_pids.empty() || cpu == out.metrics.end()) return out;
    out.server.cpu_s = cpu->second;
    if (memory != out.metrics.end())
      out.server.resident_bytes = static_cast<std::int64_t>(memory->second);
    return out;
  }
  // Every second where it is cheap; else what they said at the window's beginning.
  Metrics metrics_now(const Metrics& before) const {
    if (!plan_.server_pids.empty() || plan_.server_metrics.size() > pages_each_second_max)
      return before;
    auto now = fetch_metrics(plan_.server_metrics);
    return now ? std::move(*now) : before;
  }
  void add_second(const Usage& a, const Usage& b, std::int64_t open) {
    const double seconds = static_cast<double>(b.at_ms - a.at_ms) / 1e3;
    UsageSecond second;
    second.at = b.at_ms / 1'000;
    second.open = open;
    second.server_cores = (b.server.cpu_s - a.server.cpu_s) / seconds;
    second.swarm_cores = (b.swarm.cpu_s - a.swarm.cpu_s) / seconds;
    second.idle_cores = (b.machine.idle_s - a.machine.idle_s) / seconds;
    report_.usage.push_back(second);
  }
  void finish(const Usage& began, const Usage& ended) {
    report_.server_cpu_s = ended.server.cpu_s - began.server.cpu_s;
    report_.server_resident_bytes = ended.server.resident_bytes;
    report_.swarm_cpu_s = ended.swarm.cpu_s - began.swarm.cpu_s;
    report_.swarm_resident_bytes = ended.swarm.resident_bytes;
    report_.idle_cpu_s = ended.machine.idle_s - began.machine.idle_s;
    report_.machine_cpu_s = report_.idle_cpu_s + ended.machine.busy_s - began.machine.busy_s;
  }
  void count(const Metrics& before, const Metrics& after, double seconds) {
    report_.counted_s = seconds;
    for (const char* name :
         {"whoosh_ticks_total", "whoosh_ticks_late_total", "whoosh_ticks_skipped_total",
          "whoosh_messages_good_total", "whoosh_messages_refused_total",
          "whoosh_messages_wrong_total", "whoosh_viewer_overflows_total"}) {
      const auto a = before.find(name);
      const auto b = after.find(name);
      if (b != after.end())
        report_.server_counters[name] = b->second - (a == before.end() ? 0 : a->second);
    }
  }

  void tell(const std::string& line) const {
    if (hooks_.say) hooks_.say(line);
  }

  const Plan& plan_;
  const RunHooks& hooks_;
  BoardPtr board_;
  Workers workers_;
  Report report_;
};

}  // namespace

base::Result<Report> run(const Plan& plan, const RunHooks& hooks) {
  auto board = make_board(std::size_t{plan.processes} * plan.loops);
  if (!board) return board.error();
  return Leader(plan, hooks, std::move(*board)).lead();
}

}  // namespace whoosh::swarm
