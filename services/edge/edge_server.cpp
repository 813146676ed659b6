#include "services/edge/edge_server.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <thread>

#include "games/registry.h"
#include "runtime/entropy.h"
#include "services/edge/edge_metrics.h"

namespace whoosh::edge {
namespace {

using base::Error;
using base::ErrorCode;

std::uint32_t shard_count(std::uint32_t asked) {
  if (asked == 0) asked = std::max(1u, std::thread::hardware_concurrency());
  return std::min<std::uint32_t>(asked, shards_max);
}

runtime::OsEntropy& entropy() {
  static runtime::OsEntropy os;
  return os;
}

}  // namespace

EdgeServer::EdgeServer(EdgeConfig config, const Ports& ports, MatchFinished match_finished)
    : shared_(std::move(config), ports, std::move(match_finished)) {
  shared_.config.shards = shard_count(shared_.config.shards);
  for (std::uint32_t i = 0; i < shared_.config.shards; ++i) {
    handlers_.push_back(
        std::make_unique<EdgeHandler>(shared_, base::ShardNo{static_cast<std::uint8_t>(i)}));
    shared_.handlers.push_back(handlers_.back().get());
  }
}

EdgeServer::~EdgeServer() {
  stop();
}

base::Result<> EdgeServer::start(api::EdgeGateway& gateway) {
  shared_.gateway = &gateway;
  const net::Listen where{shared_.config.listen, shared_.config.port, "--edge-port",
                          shared_.config.descriptors_for_others};
  std::vector<net::Handler*> handlers(shared_.handlers.begin(), shared_.handlers.end());
  auto server = net::Server::listen(where, shared_.config.net, shared_.clock, handlers);
  if (!server) return server.error();
  server_ = std::move(*server);
  shared_.fullness.set_connections_max(server_->connections_max());
  server_->start();
  spdlog::info("edge: {}; nobody new above {} players", server_->capacity_text(),
               shared_.fullness.players_max());
  spdlog::info("edge: sockets by {}", server_->io_text());
  return {};
}

void EdgeServer::stop() {
  if (server_ != nullptr) server_->stop();
}

std::uint16_t EdgeServer::port() const {
  return server_ == nullptr ? 0 : server_->port();
}

// ---- rooms
// ----------------------------------------------------------------------------------------------

// A room on its way: code from the directory first, then the shard, then the answer.
struct EdgeServer::Creation {
  room::RoomSpec spec;
  state::RoomEntry entry;
  runtime::Reply<state::RoomEntry> reply;
};

void EdgeServer::create_room(api::NewRoom room, runtime::Reply<state::RoomEntry> reply) {
  const rules::Game* game = games::find(room.game);
  if (game == nullptr) {
    reply(ErrorCode::game_not_found);
    return;
  }
  const auto number = shared_.numbers.current();
  if (!number) {
    reply(Error{ErrorCode::unavailable, "This game server takes no rooms at the moment."});
    return;
  }
  if (shared_.fullness.is_full()) {
    Error full{ErrorCode::unavailable, "This game server is full. Try again in a moment."};
    full.retry_after_s = shard::full_retry_s;
    reply(std::move(full));
    return;
  }
  const base::ShardNo shard = least_crowded();
  ++shared_.rooms.at(shard.value);
  room::RoomSpec spec;
  spec.id = base::RoomId::make(*number, shard, entropy().u64());
  spec.epoch = 1;
  spec.game = game;
  spec.settings = std::move(room.settings);
  spec.is_public = room.is_public;
  spec.matchmade = room.matchmade;
  spec.creator = room.creator;
  spec.expected = std::move(room.expected);

  state::RoomEntry entry;
  entry.room = spec.id;
  entry.node = shared_.config.node;
  entry.epoch = spec.epoch;
  entry.game = room.game;
  entry.is_public = room.is_public;
  entry.created_at = shared_.clock.now();
  auto creation = std::make_unique<Creation>(Creation{std::move(spec), entry, std::move(reply)});
  net::Loop& loop = loop_of(entry.room);
  shared_.directory.claim_room(
      entry,
      runtime::Reply<state::RoomEntry>(loop, [this, creation = std::move(creation)](
                                                 base::Result<state::RoomEntry> claimed) mutable {
        place(std::move(creation), std::move(claimed));
      }));
}

// On the thread of the room's loop.
void EdgeServer::place(std::unique_ptr<Creation> creation, base::Result<state::RoomEntry> entry) {
  const base::RoomId room = creation->entry.room;
  const auto give_up = [&](const Error& error) {
    --shared_.rooms.at(room.shard().value);
    creation->reply(error);
  };
  if (!entry) return give_up(entry.error());
  creation->spec.code = entry->code;
  const auto made =
      shared_.handlers.at(room.shard().value)->shard().create_room(std::move(creation->spec));
  if (made) return creation->reply(std::move(*entry));
  shared_.directory.release_room(room, entry->epoch,
                                 runtime::Reply<>(loop_of(room), [room](base::Result<> released) {
                                   if (!released)
                                     spdlog::warn("room {} stays in the directory: {}", room.text(),
                                                  released.error().sentence());
                                 }));
  give_up(made.error());
}

void EdgeServer::room_card(state::RoomEntry entry, runtime::Reply<wire::RoomCard> reply) {
  on_shard(entry.room, std::move(reply),
           [room = entry.room, created = entry.created_at](const shard::Shard& shard) {
             auto card = shard.card(room);
             if (card) card->created_at = base::rfc3339(created);
             return card;
           });
}

void EdgeServer::may_join(state::RoomEntry entry, base::UserId user, wire::Role wanted,
                          runtime::Reply<wire::Role> reply) {
  on_shard(entry.room, std::move(reply),
           [this, room = entry.room, user, wanted](shard::Shard& shard) {
             shard.set_full(shared_.fullness.is_full());
             shard::Admission admission;
             admission.room = room;
             admission.who.user = user;
             admission.role = wanted;
             return shard.check(admission);
           });
}

base::ShardNo EdgeServer::least_crowded() const {
  std::size_t best = 0;
  for (std::size_t i = 1; i < handlers_.size(); ++i) {
    if (shared_.rooms[i].load(std::memory_order_relaxed) <
        shared_.rooms[best].load(std::memory_order_relaxed))
      best = i;
  }
  return base::ShardNo{static_cast<std::uint8_t>(best)};
}

net::Loop& EdgeServer::loop_of(base::RoomId room) const {
  return server_->loop(room.shard().value);
}

// ---- people and results
// ---------------------------------------------------------------------------------

void EdgeServer::notify(base::UserId user, std::string message) {
  const std::size_t index = static_cast<std::size_t>(user.value) % handlers_.size();
  EdgeHandler* handler = handlers_[index].get();
  server_->loop(index).post([handler, user, message = std::move(message)] {
    if (!handler->shard().notify(user, message))
      spdlog::trace("user {} has no lobby connection", user.value);
  });
}

void EdgeServer::end_lobby(base::UserId user) {
  const std::size_t index = static_cast<std::size_t>(user.value) % handlers_.size();
  server_->loop(index).post(
      [handler = handlers_[index].get(), user] { handler->shard().end_lobby(user); });
}

void EdgeServer::settled(base::RoomId room, base::MatchId match,
                         base::Result<match::Settlement> settlement) {
  if (room.shard().value >= handlers_.size()) return;  // a room of an earlier start
  EdgeHandler* handler = handlers_.at(room.shard().value).get();
  loop_of(room).post([handler, room, match, settlement = std::move(settlement)]() mutable {
    handler->shard().settled(room, match, std::move(settlement));
  });
}

void EdgeServer::end_user(base::UserId user, wire::Close code, std::string reason) {
  for (std::size_t i = 0; i < handlers_.size(); ++i) {
    EdgeHandler* handler = handlers_[i].get();
    server_->loop(i).post(
        [handler, user, code, reason] { handler->shard().end_user(user, code, reason); });
  }
}

void EdgeServer::revoke(std::span<const state::Revoked> revoked) {
  auto all = std::make_shared<std::vector<shard::Revocation>>();
  for (const state::Revoked& one : revoked)
    all->push_back({one.user, shard::SessionKey::of(one.family), one.at, one.banned});
  for (std::size_t i = 0; i < handlers_.size(); ++i) {
    server_->loop(i).post([handler = handlers_[i].get(), all] { handler->shard().revoke(*all); });
  }
}

void EdgeServer::collect(metrics::Exposition& out) const {
  out.gauge("whoosh_edge_full", "1 while newcomers are refused.", {}, shared_.fullness.is_full());
  out.gauge("whoosh_edge_players_max", "With so many players it is full.", {},
            shared_.fullness.players_max());
  for (std::size_t i = 0; i < handlers_.size(); ++i) {
    EdgeHandler* handler = handlers_[i].get();
    auto numbers = std::make_shared<std::promise<shard::Counters>>();
    auto counted = numbers->get_future();
    server_->loop(i).post([handler, numbers] { numbers->set_value(handler->shard().counters()); });
    const std::string name = std::to_string(i);
    if (counted.wait_for(std::chrono::seconds(1)) == std::future_status::ready)
      write_shard(out, name, counted.get());
    write_loop(out, name, server_->loop(i).counters());
  }
}

}  // namespace whoosh::edge
