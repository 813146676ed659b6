// EdgeServer: Service B of one process: the loops, their handlers and shards, and the doors into
// them from other threads. Owner: the role's wiring (solo, edge). start() and stop() from one
// thread; the rest from any.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "metrics/exposition.h"
#include "net/server.h"
#include "services/edge/edge_handler.h"
#include "services/edge/load_meter.h"
#include "services/edge/shared.h"

namespace whoosh::edge {

class EdgeServer {
 public:
  EdgeServer(EdgeConfig config, const Ports& ports, MatchFinished match_finished);
  ~EdgeServer();

  // `gateway` makes rooms for game_id=new. Error: the sentence of net (port taken, descriptors).
  [[nodiscard]] base::Result<> start(api::EdgeGateway& gateway);
  // 1001 to everybody; returns when the loops have ended. Idempotent.
  void stop();
  [[nodiscard]] std::uint16_t port() const;
  // Newcomers get this certificate. REQUIRES: one was in the config; started.
  void set_tls(const tls::ContextPtr& context) { server_->set_tls(context); }
  [[nodiscard]] bool speaks_tls() const { return shared_.config.net.tls != nullptr; }
  [[nodiscard]] const std::string& node() const { return shared_.config.node; }
  // nullopt: it takes no rooms until it has one again. From one thread.
  void set_node_number(std::optional<std::uint16_t> number) { shared_.numbers.become(number); }

  // Makes a room on the least crowded shard and enters it in the directory. game_not_found,
  // invalid_input, unavailable, draining.
  void create_room(api::NewRoom room, runtime::Reply<state::RoomEntry> reply);
  void room_card(state::RoomEntry entry, runtime::Reply<wire::RoomCard> reply);
  // What the room would answer this user now (shard::Shard::check); nobody is let in by it.
  void may_join(state::RoomEntry entry, base::UserId user, wire::Role wanted,
                runtime::Reply<wire::Role> reply);
  void notify(base::UserId user, std::string message);
  // The user's lobby connection is on another node now.
  void end_lobby(base::UserId user);
  // The answer to MatchFinished.
  void settled(base::RoomId room, base::MatchId match, base::Result<match::Settlement> settlement);
  void end_user(base::UserId user, wire::Close code, std::string reason);
  // What a state::RevocationFeed hears: ends the connections that came by it (4003 when banned,
  // else 4001) and voids their resume tokens, on every shard, from the next turns on.
  void revoke(std::span<const state::Revoked> revoked);
  // No new rooms and no new people on any shard, from the next turns on; or again.
  void set_draining(bool draining);
  [[nodiscard]] bool is_draining() const { return draining_; }

  // ---- for operators and the cluster (edge_operator.cpp) ----
  // Rooms of this node.
  void rooms(api::RoomsAsked asked, runtime::Reply<api::RoomsPage> reply);
  // room_not_found.
  void room_report(state::RoomEntry entry, runtime::Reply<wire::RoomReport> reply);
  void close_room(base::RoomId room, std::string why, runtime::Reply<> reply);
  void load(runtime::Reply<state::NodeLoad> reply);
  // Enters every room of this number in the directory again, with the code it has, for a state that
  // may have lost them. A room whose newer life is elsewhere is closed. Answers how many could not
  // be entered: those are worth asking again. (reentry.cpp)
  void reenter_rooms(std::uint16_t number, runtime::Reply<std::size_t> reply);
  // Who has a lobby connection here.
  void lobby_users(runtime::Reply<std::vector<base::UserId>> reply);

  // Asks every loop for its numbers and waits for them, one second at most. Not from a loop's
  // thread.
  void collect(metrics::Exposition& out) const;
  [[nodiscard]] bool is_serving() const { return server_ != nullptr; }

 private:
  struct Creation;
  void place(std::unique_ptr<Creation> creation, base::Result<state::RoomEntry> entry);
  [[nodiscard]] base::ShardNo least_crowded() const;
  template <class T, class Ask>
  void on_shard(base::RoomId room, runtime::Reply<T> reply, Ask ask);
  template <class Part, class Ask, class Done>
  void gather(Ask ask, Done done);
  void complete(wire::RoomSummary& summary) const;
  [[nodiscard]] net::Loop& loop_of(base::RoomId room) const;

  Shared shared_;
  std::vector<std::unique_ptr<EdgeHandler>> handlers_;
  std::unique_ptr<net::Server> server_;
  std::atomic<bool> draining_{false};
  LoadMeter load_meter_;  // the first loop's thread
};

// Answers `ask(shard)` of the room's shard, on that shard's thread. room_not_found: no such shard.
template <class T, class Ask>
void EdgeServer::on_shard(base::RoomId room, runtime::Reply<T> reply, Ask ask) {
  if (room.shard().value >= handlers_.size()) {
    reply(base::ErrorCode::room_not_found);
    return;
  }
  EdgeHandler* handler = handlers_[room.shard().value].get();
  loop_of(room).post([handler, ask = std::move(ask), reply = std::move(reply)]() mutable {
    reply(ask(handler->shard()));
  });
}

}  // namespace whoosh::edge
