#include "tools/swarm/crowd.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <numeric>

#include "base/assert.h"

namespace whoosh::swarm {
namespace {

constexpr std::int64_t leave_ms = 3'000;         // for the goodbyes
constexpr std::uint32_t connecting_max = 1'024;  // at once, of one loop
constexpr std::size_t buffer_bytes = 64 * 1024;
constexpr int events_per_turn = 512;

// A step that goes through all of 0 .. count-1 before it comes back, and far at a time: neighbours
// play in one room, or in rooms of one edge at the same moment of their matches. Taken in order,
// they would all act in one part of the second, as people don't.
std::uint32_t coprime_stride(std::uint32_t count) {
  constexpr double golden_ratio = 0.6180339887;
  auto stride = std::max(1U, static_cast<std::uint32_t>(count * golden_ratio));
  while (std::gcd(stride, count) != 1) --stride;  // 1 is coprime to everything
  return stride;
}

std::int64_t unix_us() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000 + now.tv_nsec / 1'000;
}

std::int64_t thread_cpu_us() {
  timespec used{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return used.tv_sec * 1'000'000 + used.tv_nsec / 1'000;
}

}  // namespace

base::Result<std::unique_ptr<Crowd>> Crowd::make(const Parts& parts) {
  std::unique_ptr<Crowd> crowd(new Crowd(parts));
  if (!crowd->epoll_)
    return base::Error{base::ErrorCode::unavailable, "The kernel gives no epoll descriptor."};
  if (parts.seats == nullptr) {
    if (const auto added = crowd->add_raw(parts.first); !added) return added.error();
  }
  return crowd;
}

Crowd::Crowd(const Parts& parts)
    : plan_(parts.plan),
      board_(parts.board),
      slot_(parts.board.slot(parts.slot)),
      slot_number_(parts.slot),
      connections_(parts.connections),
      ramp_per_s_(parts.plan.ramp_per_s / static_cast<double>(parts.loops)),
      seats_(parts.seats),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(buffer_bytes) {
  bees_.reserve(connections_);
  if (seats_ != nullptr) rooms_.reserve(connections_ / plan_.room_size + 1);
}

// Each connection has the URL of its number, and with a URL of its own also a room of its own.
base::Result<> Crowd::add_raw(std::uint32_t first) {
  const std::size_t distinct = std::min<std::size_t>(plan_.urls.size(), connections_);
  for (std::size_t i = 0; i < distinct; ++i) {
    const auto url = parse_ws_url(plan_.urls[(first + i) % plan_.urls.size()]);
    ASSERT(url.has_value());
    Room raw;
    if (i > 0 &&
        rooms_.back().host == fmt::format("{}:{}", url->endpoint.host, url->endpoint.port)) {
      raw.address = rooms_.back().address;
    } else {
      auto address = resolve_address(url->endpoint);
      if (!address) return address.error();
      raw.address = *address;
    }
    raw.host = fmt::format("{}:{}", url->endpoint.host, url->endpoint.port);
    raw.name = url->secure ? url->endpoint.host : std::string();
    raw.target = url->target;
    rooms_.push_back(std::move(raw));
  }
  for (std::uint32_t i = 0; i < connections_; ++i)
    add_bee(static_cast<std::uint32_t>(i % distinct), 0, {});
  return {};
}

Crowd::~Crowd() {
  for (const Bee& bee : bees_) {
    if (bee.socket >= 0) ::close(bee.socket);
  }
}

void Crowd::run() {
  now_us_ = unix_us();
  now_ms_ = ramp_began_ms_ = beat_at_ms_ = now_us_ / 1'000;
  while (!leaving_ || (slot_.open.load(std::memory_order_relaxed) > 0 && now_ms_ < leave_by_ms_))
    turn();
}

void Crowd::turn() {
  epoll_event events[events_per_turn];
  const int count = epoll_wait(epoll_.get(), events, events_per_turn, patience_ms());
  now_us_ = unix_us();
  now_ms_ = now_us_ / 1'000;
  hear_board();
  for (int i = 0; i < count; ++i) event(bees_[events[i].data.u32], events[i].events);
  beats();
  if (!leaving_) ramp();
}

// What time brings may be a little late: waking a thousand times a second in each of fifty
// processes would cost more than they do otherwise.
int Crowd::patience_ms() const {
  const bool ramping = next_to_connect_ < connections_;
  return std::clamp(static_cast<int>(period_ms_ / 50), 1, ramping || leaving_ ? 5 : 20);
}

void Crowd::hear_board() {
  const std::int64_t from = board_.window_from_ms.load(std::memory_order_relaxed);
  const std::int64_t until = board_.window_until_ms.load(std::memory_order_relaxed);
  const bool inside = from != 0 && now_ms_ >= from && now_ms_ < until;
  if (inside != in_window_) {
    in_window_ = inside;
    const std::int64_t cpu = thread_cpu_us();
    if (inside)
      window_cpu_began_us_ = cpu;
    else
      slot_.window_cpu_us.store(cpu - window_cpu_began_us_, std::memory_order_relaxed);
  }
  second_ = inside ? &tally_.seconds[now_ms_ / 1'000] : nullptr;
  const std::int64_t storm = board_.storm_at_ms.load(std::memory_order_relaxed);
  if (storm != 0 && now_ms_ >= storm && !storm_done_) {
    storm_done_ = true;
    for (Bee& bee : bees_) {
      if (bee.state != State::open) continue;
      ++tally_.faults["storm"];
      come_back(bee, dice(bee).below(1'000));
    }
  }
  if (board_.end.load(std::memory_order_relaxed) && !leaving_) leave_all();
}

void Crowd::leave_all() {
  leaving_ = true;
  leave_by_ms_ = now_ms_ + leave_ms;
  for (Bee& bee : bees_) {
    if (bee.state == State::open) {
      bee.state = State::closing;
      bee.ended = true;
      const char code[] = {'\x03', '\xe8'};  // 1000
      send(bee, net::Opcode::Close, {code, 2});
    } else if (bee.state == State::connecting || bee.state == State::knocking) {
      drop(bee, State::gone, 0);
    }
  }
}

// Each connection once in a game second, spread over it.
void Crowd::beats() {
  if (bees_.empty()) return;
  const auto count = static_cast<std::uint32_t>(bees_.size());
  const std::int64_t elapsed = now_ms_ - beat_at_ms_;
  if (elapsed <= 0) return;
  beat_at_ms_ = now_ms_;
  beats_due_ += static_cast<double>(elapsed) * count / std::max(period_ms_, 10.0);
  beats_due_ = std::min<double>(beats_due_, count);
  const std::uint32_t stride = coprime_stride(count);
  for (; beats_due_ >= 1; --beats_due_) {
    next_to_beat_ = static_cast<std::uint32_t>((std::uint64_t{next_to_beat_} + stride) % count);
    beat(bees_[next_to_beat_]);
  }
}

void Crowd::beat(Bee& bee) {
  switch (bee.state) {
    case State::waiting:
    case State::gone:
      return;
    case State::connecting:
    case State::knocking:
      if (now_ms_ >= bee.wake_ms) failed(bee, "no answer within 10 s");
      return;
    case State::open:
      if (plan_.work != Work::raw)
        play(bee);
      else if (plan_.echo)
        echo(bee);
      misbehave(bee);
      return;
    case State::closing:
      if (now_ms_ >= bee.wake_ms && bee.wake_ms != 0) drop(bee, State::gone, 0);
      return;
    case State::away:
      if (now_ms_ >= bee.wake_ms && !leaving_) connect(bee);
      return;
  }
}

void Crowd::ramp() {
  const double elapsed_s = static_cast<double>(now_ms_ - ramp_began_ms_) / 1'000;
  const double allowed = std::min<double>(connections_, elapsed_s * ramp_per_s_);
  while (next_to_connect_ < allowed && connecting_ < connecting_max) {
    if (seats_ != nullptr) {
      auto offer = seats_->take();
      if (!offer) return;
      admit(std::move(*offer));
    }
    connect(bees_[next_to_connect_++]);
  }
}

void Crowd::admit(SeatOffer offer) {
  if (offer.room == rooms_.size()) {
    ++tally_.rooms;
    const auto url = parse_ws_url(offer.ws_url);
    Room room;
    if (url) {
      if (auto address = resolve_address(url->endpoint)) room.address = *address;
      room.host = url->endpoint.host + ":" + std::to_string(url->endpoint.port);
      room.name = url->secure ? url->endpoint.host : std::string();
      room.target = url->target;
    }
    rooms_.push_back(std::move(room));
  }
  Room& room = rooms_[offer.room];
  room.players.push_back(std::move(offer.user));
  room.bees.push_back(static_cast<std::uint32_t>(bees_.size()));
  add_bee(offer.room, offer.place, offer.ticket.empty() ? "" : "ticket." + offer.ticket);
}

void Crowd::wrong(std::string what) {
  ++tally_.wrong;
  if (tally_.wrong_kinds.size() < 50 || tally_.wrong_kinds.contains(what))
    ++tally_.wrong_kinds[what];
  else
    ++tally_.wrong_kinds["others"];
}

}  // namespace whoosh::swarm
