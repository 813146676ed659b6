#include "bench/api/load/driver.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <deque>
#include <memory>
#include <system_error>

#include "bench/api/load/http_connection.h"

namespace whoosh::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Moment = Clock::time_point;

constexpr std::chrono::seconds last_answers{10};  // how long we wait for what is under way
constexpr std::chrono::milliseconds pause_after_failure{20};

Clock::duration of_seconds(double seconds) {
  return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

class Driver {
 public:
  Driver(const Plan& plan, Operation& operation)
      : plan_(plan), operation_(operation), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
    for (std::uint32_t index = 0; index < plan.connections; ++index) {
      lines_.push_back(std::make_unique<Line>(plan.server, epoll_, index));
      lines_.back()->slot.index = index;
    }
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;
  ~Driver() {
    lines_.clear();
    ::close(epoll_);
  }

  Outcome run();

 private:
  struct Line {
    Line(const sockaddr_in& server, int epoll, std::uint32_t index)
        : connection(server, epoll, index) {}
    HttpConnection connection;
    Slot slot;
    bool busy = false;
    Moment asked;       // or, in the open loop, due
    Moment not_before;  // after a failure
  };

  void ask(Line& line, Moment due);
  void ask_all(Moment now);
  void wait(Moment now);
  void take(Line& line, Progress progress);
  void begin_measuring(Moment now);
  void end_measuring(Moment now);
  [[nodiscard]] bool is_enough() const {
    return plan_.requests > 0 && std::ssize(outcome_.latencies_us) >= plan_.requests;
  }

  const Plan& plan_;
  Operation& operation_;
  const int epoll_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::size_t busy_ = 0;
  Moment next_due_;
  bool asking_ = true;
  bool measuring_ = false;
  Moment measured_from_;
  CpuReading cpu_before_;
  Outcome outcome_;
};

Outcome Driver::run() {
  const Moment began = Clock::now();
  const Moment measure_at = began + of_seconds(plan_.warmup_s);
  const Moment end_at = measure_at + of_seconds(plan_.seconds);
  next_due_ = began;
  while (asking_) {
    const Moment now = Clock::now();
    if (!measuring_ && now >= measure_at) begin_measuring(now);
    if (now >= end_at || is_enough() || outcome_.ran_dry) asking_ = false;
    if (asking_) ask_all(now);
    wait(now);
  }
  if (measuring_) end_measuring(Clock::now());
  const Moment give_up = Clock::now() + last_answers;
  while (busy_ > 0 && Clock::now() < give_up) wait(Clock::now());
  for (const auto& line : lines_) outcome_.connects += line->connection.connects();
  std::ranges::sort(outcome_.latencies_us);
  return std::move(outcome_);
}

void Driver::begin_measuring(Moment now) {
  measuring_ = true;
  measured_from_ = now;
  cpu_before_ = read_cpu(plan_.groups);
}

void Driver::end_measuring(Moment now) {
  measuring_ = false;
  outcome_.seconds = std::chrono::duration<double>(now - measured_from_).count();
  outcome_.cpu = read_cpu(plan_.groups);
  for (std::size_t at = 0; at < plan_.groups.size(); ++at) {
    outcome_.cpu.group_s[at] -= cpu_before_.group_s[at];
  }
  outcome_.cpu.own_s -= cpu_before_.own_s;
  outcome_.cpu.idle_s -= cpu_before_.idle_s;
  outcome_.cpu.total_s -= cpu_before_.total_s;
}

// Closed loop: whoever is idle asks. Open loop: as many as are due, as far as somebody is idle.
void Driver::ask_all(Moment now) {
  const bool open = plan_.rate > 0;
  for (const auto& line : lines_) {
    if (open && next_due_ > now) return;
    if (line->busy || line->not_before > now || outcome_.ran_dry) continue;
    ask(*line, open ? next_due_ : now);
    if (open) next_due_ += of_seconds(1 / plan_.rate);
  }
}

void Driver::ask(Line& line, Moment due) {
  std::string request = operation_.next(line.slot);
  if (request.empty()) {
    outcome_.ran_dry = true;
    return;
  }
  line.asked = due;
  line.busy = true;
  ++busy_;
  take(line, line.connection.send(std::move(request)));
}

void Driver::wait(Moment now) {
  std::array<epoll_event, 256> events;
  const bool soon = asking_ && plan_.rate > 0 && busy_ < lines_.size();
  const int timeout_ms = soon ? (next_due_ - now > std::chrono::milliseconds(2) ? 1 : 0) : 5;
  const int count =
      ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int at = 0; at < count; ++at) {
    Line& line = *lines_[events[static_cast<std::size_t>(at)].data.u32];
    const Progress progress = line.connection.on_ready();
    if (!line.busy) continue;  // the server closed while nothing was under way
    take(line, progress);
    const bool again = asking_ && plan_.rate == 0 && !line.busy && !outcome_.ran_dry;
    const Moment then = again ? Clock::now() : now;
    if (again && line.not_before <= then) ask(line, then);
  }
}

void Driver::take(Line& line, Progress progress) {
  if (progress == Progress::waiting) return;
  line.busy = false;
  --busy_;
  const Moment now = Clock::now();
  if (progress == Progress::failed) {
    line.not_before = now + pause_after_failure;
    outcome_.failures += measuring_ ? 1 : 0;
    return;
  }
  const std::string wrong =
      operation_.wrong(line.slot, line.connection.status(), line.connection.body());
  if (measuring_) ++outcome_.statuses[line.connection.status()];
  if (!wrong.empty()) {  // counts in the warm-up, too
    if (++outcome_.wrong == 1) outcome_.first_wrong = wrong;
    return;
  }
  if (!measuring_) return;
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now - line.asked);
  outcome_.latencies_us.push_back(
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(took.count(), 0, UINT32_MAX)));
}

}  // namespace

double Outcome::percentile_ms(double share) const {
  if (latencies_us.empty()) return 0;
  const auto last = static_cast<double>(latencies_us.size() - 1);
  return latencies_us[static_cast<std::size_t>(share * last)] / 1000.0;
}

Outcome drive(const Plan& plan, Operation& operation) {
  return Driver(plan, operation).run();
}

}  // namespace whoosh::bench
