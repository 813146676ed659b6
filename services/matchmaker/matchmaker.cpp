#include "services/matchmaker/matchmaker.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <utility>

namespace whoosh::matchmaker {

namespace {

std::string match_found(wire::JoinInfo room) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().member("type", "MATCH_FOUND").key("payload");
  base::encode(out, wire::MatchFound{std::move(room)});
  out.end_object();
  return text;
}

}  // namespace

Matchmaker::Matchmaker(Config config, Ports ports, Invite invite, runtime::Mailbox& mailbox,
                       MayMatch may_match)
    : config_(std::move(config)),
      ports_(ports),
      invite_(std::move(invite)),
      mailbox_(mailbox),
      may_match_(std::move(may_match)),
      next_round_ms_(ports.clock.monotonic_ms()) {
  for (const auto& [game, rules] : config_.games) counters_.games.try_emplace(game);
}

std::int64_t Matchmaker::turn() {
  const std::int64_t now_ms = ports_.clock.monotonic_ms();
  if (now_ms >= next_round_ms_ && !reading_ && !stopping_) {
    next_round_ms_ = now_ms + config_.period_ms;
    if (!may_match({}, {})) {
      forget_waiting();
      return config_.period_ms;
    }
    reading_ = true;
    ports_.queue.searching(ports_.clock.now(), {mailbox_, [this](base::Result<Tickets> tickets) {
                                                  read(std::move(tickets));
                                                }});
  }
  return std::max<std::int64_t>(1, next_round_ms_ - now_ms);
}

void Matchmaker::read(base::Result<Tickets> tickets) {
  reading_ = false;
  if (stopping_) {
    tell_if_idle();
    return;
  }
  if (!tickets) {
    ++counters_.failures;
    spdlog::warn("matchmaker: the queue can't be read: {}", tickets.error().sentence());
    return;
  }
  std::map<std::pair<std::string, std::string>, Tickets> lines;  // by game and queue
  for (state::Ticket& ticket : *tickets) {
    if (busy_.contains(ticket.id)) continue;
    auto line = std::pair(ticket.game, ticket.queue);
    lines[std::move(line)].push_back(std::move(ticket));
  }
  forget_waiting();
  for (auto& [line, waiting] : lines) {
    if (may_match(line.second, line.first)) pair(line.second, line.first, std::move(waiting));
  }
}

void Matchmaker::forget_waiting() {
  for (auto& [game, line] : counters_.games)
    line.waiting = line.oldest_wait_ms = line.overdue_ms = 0;
}

void Matchmaker::count_waiting(const std::string& game, const Tickets& line,
                               const match::PairingRules& rules, base::UnixMs now) {
  Counters::Line& counted = counters_.games[game];
  const std::int64_t waited_ms = now.value - line.front().created_at.value;
  counted.waiting += static_cast<std::int64_t>(line.size());
  counted.oldest_wait_ms = std::max(counted.oldest_wait_ms, waited_ms);
  if (match::seats_with_bots(static_cast<std::int32_t>(line.size()), rules))
    counted.overdue_ms = std::max(counted.overdue_ms, waited_ms - rules.bots_after_ms);
}

void Matchmaker::pair(const std::string& queue, const std::string& game, Tickets line) {
  const auto rules = config_.games.find(game);
  if (rules == config_.games.end()) return;
  const base::UnixMs now = ports_.clock.now();
  count_waiting(game, line, rules->second, now);
  if (is_held(game)) return;  // they wait, and are counted
  std::vector<match::Candidate> candidates;
  candidates.reserve(line.size());
  for (const state::Ticket& ticket : line) {
    candidates.push_back({ticket.mu, now.value - ticket.created_at.value});
  }
  for (const match::Group& members : config_.pairing(candidates, rules->second)) {
    if (under_way_ >= config_.rooms_under_way_max) return;
    Tickets group;
    for (const std::size_t i : members.members) group.push_back(std::move(line[i]));
    make_room(queue, game, std::move(group));
  }
}

void Matchmaker::make_room(const std::string& queue, const std::string& game, Tickets group) {
  ++under_way_;
  api::NewRoom room;
  room.game = game;
  room.matchmade = true;
  for (const state::Ticket& ticket : group) {
    busy_.insert(ticket.id);
    room.expected.push_back(ticket.user);
  }
  ports_.gateway.create_room(std::move(room),
                             {mailbox_, [this, queue, game, group = std::move(group)](
                                            base::Result<state::RoomEntry> made) mutable {
                                room_made(queue, game, std::move(group), std::move(made));
                              }});
}

void Matchmaker::room_made(const std::string& queue, const std::string& game, Tickets group,
                           base::Result<state::RoomEntry> room) {
  if (!room) {
    spdlog::warn("matchmaker: no room for {}: {}", game, room.error().sentence());
    back_off(game);
    release(group);
    return;
  }
  backoffs_.erase(game);
  if (!may_match(queue, game)) {  // another works on this queue by now: his round finds them
    ++counters_.lost_races;
    release(group);
    return;
  }
  std::vector<std::string> ids;
  for (const state::Ticket& ticket : group) ids.push_back(ticket.id);
  ports_.queue.match(
      std::move(ids), *room,
      {mailbox_, [this, room = *room, group = std::move(group)](const base::Result<bool>& done) {
         matched(group, room, done);
       }});
}

void Matchmaker::matched(const Tickets& group, const state::RoomEntry& room,
                         const base::Result<bool>& done) {
  release(group);
  if (!done) {
    ++counters_.failures;
    spdlog::warn("matchmaker: tickets can't be matched: {}", done.error().sentence());
    return;
  }
  if (!*done) {
    ++counters_.lost_races;
    return;
  }
  count_match(group);
  for (const state::Ticket& ticket : group) invite(ticket, room);
}

void Matchmaker::count_match(const Tickets& group) {
  ++counters_.matches;
  counters_.humans += group.size();
  Counters::Line& line = counters_.games[group.front().game];
  ++line.matches;
  line.humans += group.size();
  for (const state::Ticket& ticket : group) {
    const std::int64_t waited_ms = ports_.clock.now().value - ticket.created_at.value;
    const auto bound = std::ranges::lower_bound(Counters::wait_bounds_s, waited_ms, {},
                                                [](std::int64_t s) { return s * 1'000; });
    ++counters_.waits.at(static_cast<std::size_t>(bound - Counters::wait_bounds_s.begin()));
    counters_.waited_ms += std::max<std::int64_t>(0, waited_ms);
  }
}

void Matchmaker::invite(const state::Ticket& ticket, const state::RoomEntry& room) {
  const auto info = invite_(ticket, room);
  if (info)
    ports_.gateway.notify(ticket.user, match_found(*info));
  else
    ++counters_.failures;
}

void Matchmaker::back_off(const std::string& game) {
  ++counters_.failures;
  const std::int64_t now_ms = ports_.clock.monotonic_ms();
  Backoff& backoff = backoffs_[game];
  if (backoff.until_ms > now_ms) return;  // several rooms failed together: one step
  const std::int64_t wait_ms = std::max(backoff.next_ms, config_.retry_ms_min);
  backoff.until_ms = now_ms + wait_ms;
  backoff.next_ms = std::min(2 * wait_ms, config_.retry_ms_max);
}

bool Matchmaker::is_held(const std::string& game) const {
  const auto backoff = backoffs_.find(game);
  return backoff != backoffs_.end() && backoff->second.until_ms > ports_.clock.monotonic_ms();
}

void Matchmaker::release(const Tickets& group) {
  for (const state::Ticket& ticket : group) busy_.erase(ticket.id);
  --under_way_;
  tell_if_idle();
}

void Matchmaker::stop(base::Function<void()> idle) {
  stopping_ = true;
  when_idle_ = std::move(idle);
  tell_if_idle();
}

void Matchmaker::tell_if_idle() {
  if (under_way_ > 0 || reading_ || !when_idle_) return;
  std::exchange(when_idle_, nullptr)();
}

std::string lease_name(std::string_view queue, std::string_view game) {
  return fmt::format("matcher:{}:{}", queue, game);
}

MatchmakerThread::MatchmakerThread(Config config, Ports ports, Invite invite,
                                   std::optional<Standby> standby)
    : thread_([this] { return turn(); }) {
  thread_.post([this, config = std::move(config), ports, invite = std::move(invite),
                standby = std::move(standby)]() mutable {
    begin(std::move(config), ports, std::move(invite), std::move(standby));
  });
}

void MatchmakerThread::begin(Config config, Ports ports, Invite invite,
                             std::optional<Standby> standby) {
  MayMatch may_match;
  if (standby) {
    std::vector<std::string> names;
    for (const std::string& queue : standby->queues) {
      for (const auto& [game, rules] : config.games) names.push_back(lease_name(queue, game));
    }
    leases_ = std::make_unique<role::LeaseKeeper>(std::move(names), std::move(standby->holder),
                                                  standby->leases, ports.clock, thread_);
    may_match = [this](std::string_view queue, std::string_view game) {
      return queue.empty() ? leases_->holds_any() : leases_->holds(lease_name(queue, game));
    };
  }
  matchmaker_ = std::make_unique<Matchmaker>(std::move(config), ports, std::move(invite), thread_,
                                             std::move(may_match));
}

std::int64_t MatchmakerThread::turn() {
  if (!matchmaker_) return 60'000;
  const std::int64_t leases_ms = leases_ ? leases_->turn() : 60'000;
  active_ = !leases_ || leases_->holds_any();
  return std::min(leases_ms, matchmaker_->turn());
}

void MatchmakerThread::stop() {
  if (std::exchange(stopped_, true)) return;
  std::promise<void> idle;
  thread_.post([&] {
    matchmaker_->stop([&] {
      if (leases_)
        leases_->stop([&] { idle.set_value(); });
      else
        idle.set_value();
    });
  });
  idle.get_future().wait();
  thread_.stop();
}

void MatchmakerThread::collect(metrics::Exposition& out) {
  out.gauge("whoosh_matchmaker_active", "1: works on some queue; 0: stands by.", {},
            is_active() ? 1 : 0);
  auto numbers = std::make_shared<std::promise<Counters>>();
  auto counted = numbers->get_future();
  thread_.post([this, numbers] {
    if (matchmaker_) numbers->set_value(matchmaker_->counters());
  });
  if (counted.wait_for(std::chrono::seconds(1)) == std::future_status::ready)
    write_counters(out, counted.get());
}

void write_counters(metrics::Exposition& out, const Counters& counters) {
  const auto number = [](auto value) { return static_cast<double>(value); };
  for (const auto& [game, line] : counters.games) {
    const metrics::Labels labels{{"game", game}};
    out.gauge("whoosh_matcher_waiting", "People who wait, as of the last round of the active one.",
              labels, number(line.waiting));
    out.gauge("whoosh_matcher_oldest_wait_seconds", "How long the first of them has waited.",
              labels, number(line.oldest_wait_ms) / 1'000);
    out.gauge("whoosh_matcher_overdue_seconds",
              "How much longer than until bots fill up the first of a queue has waited that has "
              "enough people; 0: nobody.",
              labels, number(line.overdue_ms) / 1'000);
    out.counter("whoosh_matcher_matches_total", "Matches made.", labels, number(line.matches));
    out.counter("whoosh_matcher_people_total", "People in these.", labels, number(line.humans));
  }
  out.counter("whoosh_matcher_lost_races_total", "Rooms made in vain: a ticket ended meanwhile.",
              {}, number(counters.lost_races));
  out.counter("whoosh_matcher_failures_total",
              "Rooms that could not be made, and calls of the queue that failed.", {},
              number(counters.failures));
  std::vector<double> bounds;
  for (const std::int64_t s : Counters::wait_bounds_s) bounds.push_back(number(s));
  out.histogram("whoosh_matcher_wait_seconds", "From the join to the match, of each person.", {},
                bounds, counters.waits, number(counters.waited_ms) / 1'000);
}

}  // namespace whoosh::matchmaker
