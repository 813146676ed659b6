#include "state/redis/queue.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "match/pairing.h"
#include "state/redis/codec.h"
#include "state/redis/gather.h"
#include "state/redis/queue_scripts.h"

namespace whoosh::state::redis {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t ids_a_page = 5'000;
constexpr std::size_t texts_a_page = 1'000;

std::optional<TicketStatus> status_of(std::string_view text) {
  if (text == "searching") return TicketStatus::searching;
  if (text == "matched") return TicketStatus::matched;
  if (text == "cancelled") return TicketStatus::cancelled;
  if (text == "expired") return TicketStatus::expired;
  return std::nullopt;
}

std::string line_of(const Ticket& ticket) {
  return ticket.queue + ":" + ticket.game;
}

// As match::WaitEstimate: a whole window's rate.
std::optional<std::int32_t> estimate(std::int32_t position, std::int64_t humans) {
  if (humans <= 0) return std::nullopt;
  const double wait_s = std::ceil(static_cast<double>(position) *
                                  static_cast<double>(match::WaitEstimate::window_ms) / 1000.0 /
                                  static_cast<double>(humans));
  return static_cast<std::int32_t>(std::clamp(wait_s, 1.0, 3600.0));
}

}  // namespace

std::optional<Ticket> read_seen(const Value& value) {
  auto ticket = read_ticket(value.at(0).text);
  const auto status = status_of(value.at(1).text);
  if (!ticket || !status) return std::nullopt;
  ticket->status = *status;
  if (*status == TicketStatus::matched) ticket->room = read_room(value.at(2).text);
  if (*status != TicketStatus::searching) return ticket;
  ticket->position = static_cast<std::int32_t>(value.at(3).integer);
  ticket->waiting = static_cast<std::int32_t>(value.at(4).integer);
  ticket->estimate_s = estimate(ticket->position, value.at(5).integer);
  return ticket;
}

Queue::Queue(Client& client, const Directory& directory, ServerTime time,
             const runtime::Clock& clock, QueueOptions options)
    : client_(client), directory_(directory), time_(time), clock_(clock), options_(options) {
  client_.on_tick([this] { tick(); });
}

Request Queue::run(const Script& script, std::vector<std::string> args) const {
  Request request;
  request.key = client_.key("{queue}:arrivals");
  request.script = &script;
  request.is_idempotent = true;
  request.args = {request.key, time_.text()};
  request.args.insert(request.args.end(), std::make_move_iterator(args.begin()),
                      std::make_move_iterator(args.end()));
  return request;
}

// ---- the player's side -------------------------------------------------------------------------

struct Queue::Join {
  Ticket fresh;
  Reply<Ticket> reply;
  std::string gone_room;
  int rounds = 0;
};

void Queue::join(Ticket fresh, Reply<Ticket> reply) {
  enter(std::make_shared<Join>(Join{std::move(fresh), std::move(reply), {}, 0}));
}

void Queue::enter(std::shared_ptr<Join> join) {
  const Ticket& fresh = join->fresh;
  auto request =
      run(join_ticket_script, {fresh.id, std::to_string(fresh.user.value), line_of(fresh),
                               text_of(fresh), std::to_string(fresh.expires_at.value),
                               std::to_string(options_.searching_max), join->gone_room});
  client_.call(std::move(request), [this, join](base::Result<Value> result) {
    result = checked(std::move(result));
    if (!result) return join->reply(result.error());
    const std::string& how = result->at(0).text;
    if (how == "other") return join->reply(Error{ErrorCode::already_queued});
    if (how == "full") {
      Error full{ErrorCode::unavailable, "The queue is full. Try again shortly."};
      return join->reply(std::move(full));
    }
    auto ticket = read_seen(result->at(1));
    if (!ticket) return join->reply(strange(*result));
    if (how != "playing") return join->reply(std::move(*ticket));
    // The room's key lies in a slot of its own: is it still there?
    const std::string room = result->at(2).text;
    const auto id = RoomId::parse(room);
    if (!id || ++join->rounds > 2) return join->reply(std::move(*ticket));
    const std::string key = directory_.room_key(*id);
    client_.call(
        {{"EXISTS", key}, key, true, nullptr, 0},
        [this, join, room, ticket = std::move(*ticket)](base::Result<Value> there) mutable {
          there = checked(std::move(there));
          if (!there) return join->reply(there.error());
          if (there->integer != 0) return join->reply(std::move(ticket));
          join->gone_room = room;
          enter(join);
        });
  });
}

void Queue::find(std::string id, UserId user, Reply<Ticket> reply) {
  client_.call(run(find_ticket_script, {std::move(id), std::to_string(user.value)}),
               [reply = std::move(reply)](base::Result<Value> result) mutable {
                 result = checked(std::move(result));
                 if (!result) return reply(result.error());
                 auto ticket = read_seen(*result);
                 if (!ticket) return reply(Error{ErrorCode::ticket_not_found});
                 reply(std::move(*ticket));
               });
}

void Queue::cancel(std::string id, UserId user, Reply<> reply) {
  client_.call(run(cancel_ticket_script, {std::move(id), std::to_string(user.value)}),
               [reply = std::move(reply)](base::Result<Value> result) mutable {
                 result = checked(std::move(result));
                 if (!result) return reply(result.error());
                 if (result->integer == 0) return reply(Error{ErrorCode::ticket_not_found});
                 reply(base::Result<>{});
               });
}

// ---- the matcher's side ------------------------------------------------------------------------

// A listing: the ids of all who search, page by page, then the texts of those not known yet.
struct Queue::Reading {
  UnixMs now;
  Reply<std::vector<Ticket>> reply;
  std::vector<std::string> ids;
  std::string after = "0";
  std::vector<std::string> unknown;
};

void Queue::searching(UnixMs now, Reply<std::vector<Ticket>> reply) {
  auto reading = std::make_shared<Reading>(Reading{now, std::move(reply), {}, "0", {}});
  client_.post([this, reading = std::move(reading)] { read_ids(reading); });
}

void Queue::read_ids(std::shared_ptr<Reading> reading) {
  auto request = run(searching_script, {reading->after, std::to_string(ids_a_page)});
  request.args[1] = std::to_string(reading->now.value);
  client_.call(std::move(request), [this, reading](base::Result<Value> result) {
    result = checked(std::move(result));
    if (!result) return reading->reply(result.error());
    for (std::size_t i = 0; i + 1 < result->items.size(); i += 2) {
      const std::string& id = result->items[i].text;
      if (!known_.contains(id)) reading->unknown.push_back(id);
      reading->ids.push_back(id);
      reading->after = result->items[i + 1].text;
    }
    if (result->items.size() >= 2 * ids_a_page) return read_ids(reading);
    read_texts(reading);
  });
}

void Queue::read_texts(std::shared_ptr<Reading> reading) {
  if (reading->unknown.empty()) return read_all(std::move(reading));
  std::vector<Request> requests;
  while (!reading->unknown.empty() && requests.size() < texts_a_page) {
    const std::string key = client_.key("{queue}:ticket:" + reading->unknown.back());
    requests.push_back({{"HGET", key, "text"}, key, true, nullptr, 0});
    reading->unknown.pop_back();
  }
  gather(client_, std::move(requests), [this, reading](std::vector<base::Result<Value>> answers) {
    for (base::Result<Value>& answer : answers) {
      answer = checked(std::move(answer));
      if (!answer) return reading->reply(answer.error());
      auto ticket = read_ticket(answer->text);  // none: it was forgotten meanwhile
      if (ticket) known_.insert_or_assign(ticket->id, std::move(*ticket));
    }
    read_texts(reading);
  });
}

void Queue::read_all(std::shared_ptr<Reading> reading) {
  std::unordered_map<std::string, Ticket> still;
  std::unordered_map<std::string, std::int32_t> lines;
  std::vector<Ticket> tickets;
  for (const std::string& id : reading->ids) {
    const auto known = known_.find(id);
    if (known == known_.end()) continue;
    Ticket ticket = known->second;
    ticket.position = ++lines[line_of(ticket)];
    still.emplace(id, std::move(known->second));
    known_.erase(known);
    tickets.push_back(std::move(ticket));
  }
  known_ = std::move(still);
  for (Ticket& ticket : tickets) ticket.waiting = lines.at(line_of(ticket));
  reading->reply(std::move(tickets));
}

void Queue::match(std::vector<std::string> ids, RoomEntry room, Reply<bool> reply) {
  client_.post(
      [this, ids = std::move(ids), room = std::move(room), reply = std::move(reply)]() mutable {
        std::vector<std::string> args{client_.random_name(), text_of(room), room.room.text()};
        args.insert(args.end(), std::make_move_iterator(ids.begin()),
                    std::make_move_iterator(ids.end()));
        client_.call(run(match_script, std::move(args)),
                     [reply = std::move(reply)](base::Result<Value> result) mutable {
                       result = checked(std::move(result));
                       if (!result) return reply(result.error());
                       reply(result->integer == 1);
                     });
      });
}

void Queue::match_over(RoomId room, std::vector<UserId> users, Reply<> reply) {
  std::vector<std::string> args{room.text()};
  for (const UserId user : users) args.push_back(std::to_string(user.value));
  client_.call(run(match_over_script, std::move(args)), done(std::move(reply)));
}

}  // namespace whoosh::state::redis
