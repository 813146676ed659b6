#include "tools/swarm/worker.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "tools/swarm/crowd.h"

namespace whoosh::swarm {
namespace {

constexpr int failures_max = 40;  // in a row, of one thread that makes seats
constexpr std::chrono::milliseconds failure_pause{250};
constexpr std::size_t waiting_min = 64;
constexpr std::size_t waiting_max = 2'048;

// Rooms for the loops in turn, each loop's numbered from 0.
class Supply {
 public:
  Supply(const Plan& plan, SeatSource& source, std::vector<std::unique_ptr<SeatQueue>>& queues,
         const std::vector<std::uint32_t>& shares, Board& board)
      : plan_(plan), source_(source), queues_(queues), board_(board) {
    for (const std::uint32_t share : shares) wanted_.push_back(share / plan.room_size);
    made_.resize(shares.size());
  }

  // One thread's work.
  void make_rooms() {
    int failures = 0;
    while (const auto loop = next_loop()) {
      auto room = source_.make_room(plan_.room_size);
      while (!room && !board_.end.load() && ++failures < failures_max) {
        std::this_thread::sleep_for(failure_pause);
        room = source_.make_room(plan_.room_size);
      }
      if (!room) return give_up(std::string(room.error().sentence()));
      failures = 0;
      if (!hand_over(*loop, std::move(*room))) return;
    }
  }
  [[nodiscard]] std::string failure() const {
    const std::lock_guard lock(mutex_);
    return failure_;
  }

 private:
  std::optional<std::size_t> next_loop() {
    const std::lock_guard lock(mutex_);
    if (!failure_.empty() || board_.end.load()) return std::nullopt;
    for (std::size_t tried = 0; tried < wanted_.size(); ++tried) {
      const std::size_t loop = turn_++ % wanted_.size();
      if (wanted_[loop] == 0) continue;
      --wanted_[loop];
      return loop;
    }
    return std::nullopt;
  }
  // Numbering and queueing in one step, so that a loop meets its rooms in order.
  bool hand_over(std::size_t loop, std::vector<SeatOffer> room) {
    const std::lock_guard lock(order_[loop % order_.size()]);
    for (SeatOffer& seat : room) seat.room = made_[loop];
    ++made_[loop];
    return queues_[loop]->put(std::move(room));
  }
  void give_up(std::string why) {
    const std::lock_guard lock(mutex_);
    if (failure_.empty() && !board_.end.load()) failure_ = std::move(why);
    if (!failure_.empty()) board_.failed = true;
  }

  const Plan& plan_;
  SeatSource& source_;
  std::vector<std::unique_ptr<SeatQueue>>& queues_;
  Board& board_;
  mutable std::mutex mutex_;
  std::array<std::mutex, 16> order_;
  std::vector<std::uint32_t> wanted_;
  std::vector<std::uint32_t> made_;
  std::size_t turn_ = 0;
  std::string failure_;
};

std::size_t waiting_for(const Plan& plan) {
  const auto ten_seconds =
      static_cast<std::size_t>(plan.ramp_per_s * 10 / (plan.processes * plan.loops));
  return std::clamp(ten_seconds, waiting_min, waiting_max);
}

}  // namespace

std::uint32_t part_of(std::uint32_t whole, std::uint32_t unit, std::uint32_t index,
                      std::uint32_t count) {
  const std::uint32_t units = whole / unit;
  return (units / count + (index < units % count ? 1 : 0)) * unit;
}

base::Result<Worked> work(const Plan& plan, Board& board, std::uint32_t process,
                          const MakeSeatSource& make_seats) {
  const bool raw = plan.work == Work::raw;
  const std::uint32_t unit = raw ? 1 : plan.room_size;
  const std::uint32_t own = part_of(plan.connections, unit, process, plan.processes);
  std::unique_ptr<SeatSource> source;
  if (!raw) {
    auto made = make_seats(process);
    if (!made) return made.error();
    source = std::move(*made);
  }

  std::vector<std::uint32_t> shares;
  std::vector<std::unique_ptr<SeatQueue>> queues;
  std::vector<std::unique_ptr<Crowd>> crowds;
  std::uint32_t first = 0;
  for (std::uint32_t other = 0; other < process; ++other)
    first += part_of(plan.connections, unit, other, plan.processes);
  for (std::uint32_t loop = 0; loop < plan.loops; ++loop) {
    shares.push_back(part_of(own, unit, loop, plan.loops));
    queues.push_back(std::make_unique<SeatQueue>(waiting_for(plan)));
    auto crowd = Crowd::make({plan, board, process * plan.loops + loop,
                              std::size_t{plan.processes} * plan.loops, shares.back(), first,
                              raw ? nullptr : queues.back().get()});
    first += shares.back();
    if (!crowd) return crowd.error();
    crowds.push_back(std::move(*crowd));
  }
  Worked out;
  {
    std::optional<Supply> supply;
    std::jthread maker;
    if (!raw) {
      supply.emplace(plan, *source, queues, shares, board);
      // When all rooms are made the source goes, with what it keeps asking of the cluster.
      maker = std::jthread([&supply, &source] {
        std::vector<std::jthread> makers;
        for (unsigned i = 0; i < source->threads(); ++i)
          makers.emplace_back([&supply] { supply->make_rooms(); });
        makers.clear();  // joins
        source.reset();
      });
    }
    std::vector<std::jthread> loops;
    for (const auto& crowd : crowds) loops.emplace_back([&crowd] { crowd->run(); });
    loops.clear();  // joins
    for (const auto& queue : queues) queue->close();
    if (maker.joinable()) maker.join();
    if (supply) out.failure = supply->failure();
  }
  for (const auto& crowd : crowds) out.tally.merge(crowd->tally());
  return out;
}

}  // namespace whoosh::swarm
