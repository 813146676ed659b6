#include "state/memory/queue.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/assert.h"

namespace whoosh::state::memory {

namespace {
constexpr std::int64_t idle_ms = 60'000;
}

Queue::Queue(const Directory& directory, const runtime::Clock& clock, QueueOptions options)
    : directory_(directory), clock_(clock), options_(options) {
  if (options_.own_thread) {
    thread_ = std::make_unique<runtime::LoopThread>([this] { return answer_due(); });
  }
}

Queue::~Queue() {
  if (thread_) thread_->stop();
}

void Queue::give(Answers& answers) {
  for (Answer& answer : answers) answer.reply(std::move(answer.ticket));
}

// ---- the player's side -------------------------------------------------------------------------

void Queue::join(Ticket fresh, Reply<Ticket> reply) {
  Answers answers;
  auto result = [&] {
    const std::scoped_lock lock(mutex_);
    expire(fresh.created_at, answers);
    return enter(std::move(fresh));
  }();
  give(answers);
  reply(std::move(result));
}

base::Result<Ticket> Queue::enter(Ticket fresh) {
  const UnixMs now = fresh.created_at;
  if (const auto mine = by_user_.find(fresh.user); mine != by_user_.end()) {
    const Entry& present = tickets_.at(mine->second);
    const bool searching = present.ticket.status == TicketStatus::searching;
    if (searching && line_of(present.ticket) != line_of(fresh)) {
      return base::Error{base::ErrorCode::already_queued};
    }
    const bool playing = present.ticket.status == TicketStatus::matched && !present.match_over &&
                         directory_.is_live(present.ticket.room->room);
    if (searching || playing) return seen(present, now);
    forget(std::string(mine->second));
  }
  if (arrivals_.size() >= options_.searching_max || tickets_.contains(fresh.id)) {
    return base::Error{base::ErrorCode::unavailable, "The queue is full. Try again shortly."};
  }
  fresh.status = TicketStatus::searching;
  fresh.room.reset();
  Entry entry;
  entry.arrival = next_number_++;
  entry.ticket = std::move(fresh);
  const std::string id = entry.ticket.id;
  by_user_[entry.ticket.user] = id;
  arrivals_.emplace(entry.arrival, id);
  expiries_.emplace(std::pair(entry.ticket.expires_at, entry.arrival), id);
  lines_[line_of(entry.ticket)].arrivals.push_back(entry.arrival);
  const auto [place, is_new] = tickets_.emplace(id, std::move(entry));
  ASSERT(is_new);
  return seen(place->second, now);
}

void Queue::find(std::string id, UserId user, Reply<Ticket> reply) {
  Answers answers;
  auto result = [&]() -> base::Result<Ticket> {
    const std::scoped_lock lock(mutex_);
    const UnixMs now = clock_.now();
    expire(now, answers);
    const Entry* entry = own_ticket(id, user);
    if (entry == nullptr) return base::Error{base::ErrorCode::ticket_not_found};
    return seen(*entry, now);
  }();
  give(answers);
  reply(std::move(result));
}

void Queue::wait(std::string id, UserId user, std::int64_t wait_ms, Reply<Ticket> reply) {
  Answers answers;
  bool is_next = false;
  auto now_or_later = [&]() -> std::optional<base::Result<Ticket>> {
    const std::scoped_lock lock(mutex_);
    const UnixMs now = clock_.now();
    expire(now, answers);
    Entry* entry = own_ticket(id, user);
    if (entry == nullptr) return base::Error{base::ErrorCode::ticket_not_found};
    const bool ended = entry->ticket.status != TicketStatus::searching;
    if (ended || wait_ms <= 0 || waits_.size() >= options_.waits_max) return seen(*entry, now);
    if (entry->waits.size() >= options_.waits_per_ticket_max) {
      take_wait(*entry, entry->waits.front(), answers);
    }
    const WaitKey key{clock_.monotonic_ms() + std::min(wait_ms, options_.wait_ms_max),
                      next_number_++};
    entry->waits.push_back(key);
    is_next = waits_.empty() || key < waits_.begin()->first;
    waits_.emplace(key, Wait{std::move(id), std::move(reply)});
    return std::nullopt;
  }();
  give(answers);
  if (now_or_later) reply(std::move(*now_or_later));
  if (is_next && thread_) thread_->post([] {});  // sets its alarm anew
}

void Queue::cancel(std::string id, UserId user, Reply<> reply) {
  Answers answers;
  auto result = [&]() -> base::Result<> {
    const std::scoped_lock lock(mutex_);
    const UnixMs now = clock_.now();
    if (id.empty()) {
      const auto mine = by_user_.find(user);
      if (mine == by_user_.end()) return {};
      id = mine->second;
    }
    Entry* entry = own_ticket(id, user);
    if (entry == nullptr) return base::Error{base::ErrorCode::ticket_not_found};
    if (entry->ticket.status == TicketStatus::searching) {
      end(*entry, TicketStatus::cancelled, now, answers);
    }
    return {};
  }();
  give(answers);
  reply(std::move(result));
}

// ---- the matcher's side ------------------------------------------------------------------------

void Queue::searching(UnixMs now, Reply<std::vector<Ticket>> reply) {
  Answers answers;
  std::vector<Ticket> tickets;
  {
    const std::scoped_lock lock(mutex_);
    expire(now, answers);
    forget_old(now);
    tickets.reserve(arrivals_.size());
    for (const auto& [arrival, id] : arrivals_) tickets.push_back(seen(tickets_.at(id), now));
  }
  give(answers);
  reply(std::move(tickets));
}

void Queue::match(std::vector<std::string> ids, RoomEntry room, Reply<bool> reply) {
  Answers answers;
  const bool done = [&] {
    const std::scoped_lock lock(mutex_);
    const UnixMs now = clock_.now();
    expire(now, answers);
    std::set<std::string> distinct;
    for (const std::string& id : ids) {
      const auto found = tickets_.find(id);
      if (found == tickets_.end()) return false;
      if (found->second.ticket.status != TicketStatus::searching) return false;
      if (!distinct.insert(id).second) return false;
    }
    if (ids.empty()) return false;
    std::map<LineKey, std::int32_t> humans;
    for (const std::string& id : ids) {
      Entry& entry = tickets_.at(id);
      entry.ticket.room = room;
      ++humans[line_of(entry.ticket)];
      end(entry, TicketStatus::matched, now, answers);
    }
    for (const auto& [line, count] : humans) lines_[line].estimate.matched(count, now);
    return true;
  }();
  give(answers);
  reply(done);
}

void Queue::match_over(RoomId room, std::vector<UserId> users, Reply<> reply) {
  {
    const std::scoped_lock lock(mutex_);
    for (const UserId user : users) {
      const auto mine = by_user_.find(user);
      if (mine == by_user_.end()) continue;
      Entry& entry = tickets_.at(mine->second);
      const bool is_its = entry.ticket.room && entry.ticket.room->room == room;
      if (is_its) entry.match_over = true;
    }
  }
  reply(base::Result<>());
}

std::int64_t Queue::answer_due() {
  Answers answers;
  const std::int64_t next_ms = [&] {
    const std::scoped_lock lock(mutex_);
    const std::int64_t now_ms = clock_.monotonic_ms();
    expire(clock_.now(), answers);
    while (!waits_.empty() && waits_.begin()->first.first <= now_ms) {
      const WaitKey key = waits_.begin()->first;
      take_wait(tickets_.at(waits_.begin()->second.ticket), key, answers);
    }
    return waits_.empty() ? idle_ms : waits_.begin()->first.first - now_ms;
  }();
  give(answers);
  return next_ms;
}

// ---- under the lock ----------------------------------------------------------------------------

Queue::Entry* Queue::own_ticket(const std::string& id, UserId user) {
  const auto found = tickets_.find(id);
  if (found == tickets_.end() || found->second.ticket.user != user) return nullptr;
  return &found->second;
}

Ticket Queue::seen(const Entry& entry, UnixMs now) const {
  Ticket ticket = entry.ticket;
  if (ticket.status != TicketStatus::searching) return ticket;
  const Line& line = lines_.at(line_of(ticket));
  const auto place = std::lower_bound(line.arrivals.begin(), line.arrivals.end(), entry.arrival);
  ticket.position = static_cast<std::int32_t>(place - line.arrivals.begin()) + 1;
  ticket.waiting = static_cast<std::int32_t>(line.arrivals.size());
  ticket.estimate_s = line.estimate.seconds(ticket.position, now);
  return ticket;
}

void Queue::end(Entry& entry, TicketStatus status, UnixMs now, Answers& answers) {
  ASSERT(entry.ticket.status == TicketStatus::searching);
  ASSERT(status != TicketStatus::searching);
  auto& line = lines_.at(line_of(entry.ticket)).arrivals;
  line.erase(std::lower_bound(line.begin(), line.end(), entry.arrival));
  arrivals_.erase(entry.arrival);
  expiries_.erase({entry.ticket.expires_at, entry.arrival});
  entry.ticket.status = status;
  entry.ended_at = now;
  ended_.emplace_back(now, entry.ticket.id);
  while (!entry.waits.empty()) take_wait(entry, entry.waits.back(), answers);
}

void Queue::take_wait(Entry& entry, WaitKey key, Answers& answers) {
  const auto wait = waits_.find(key);
  ASSERT(wait != waits_.end());
  answers.push_back({std::move(wait->second.reply), seen(entry, clock_.now())});
  waits_.erase(wait);
  std::erase(entry.waits, key);
}

void Queue::expire(UnixMs now, Answers& answers) {
  while (!expiries_.empty() && expiries_.begin()->first.first <= now) {
    end(tickets_.at(expiries_.begin()->second), TicketStatus::expired, now, answers);
  }
}

void Queue::forget_old(UnixMs now) {
  for (std::size_t left = ended_.size(); left > 0; --left) {
    if (ended_.front().first.plus_ms(options_.keep_ms) > now) return;
    const std::string id = std::move(ended_.front().second);
    ended_.pop_front();
    const auto found = tickets_.find(id);
    if (found == tickets_.end()) continue;  // its user has joined anew
    const Ticket& ticket = found->second.ticket;
    if (ticket.status == TicketStatus::matched && directory_.is_live(ticket.room->room)) {
      ended_.emplace_back(now, id);
    } else {
      forget(id);
    }
  }
}

void Queue::forget(const std::string& id) {
  const auto found = tickets_.find(id);
  ASSERT(found != tickets_.end());
  ASSERT(found->second.waits.empty());
  by_user_.erase(found->second.ticket.user);
  tickets_.erase(found);
}

}  // namespace whoosh::state::memory
