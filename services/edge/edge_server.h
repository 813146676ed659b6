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
#include "services/edge/shared.h"

namespace whoosh::edge {

class EdgeServer {
 public:
  EdgeServer(EdgeConfig config, const auth::TokenAuthority& authority, state::Directory& directory,
             state::RateLimits& limits, runtime::Clock& clock, MatchFinished match_finished);
  ~EdgeServer();

  // `gateway` makes rooms for game_id=new. Error: the sentence of net (port taken, descriptors).
  [[nodiscard]] base::Result<> start(api::EdgeGateway& gateway);
  // 1001 to everybody; returns when the loops have ended. Idempotent.
  void stop();
  [[nodiscard]] std::uint16_t port() const;

  // Makes a room on the least crowded shard and enters it in the directory. game_not_found,
  // invalid_input, unavailable, draining.
  void create_room(api::NewRoom room, runtime::Reply<state::RoomEntry> reply);
  void room_card(state::RoomEntry entry, runtime::Reply<wire::RoomCard> reply);
  // What the room would answer this user now (shard::Shard::check); nobody is let in by it.
  void may_join(state::RoomEntry entry, base::UserId user, wire::Role wanted,
                runtime::Reply<wire::Role> reply);
  void notify(base::UserId user, std::string message);
  // The answer to MatchFinished.
  void settled(base::RoomId room, base::MatchId match, base::Result<match::Settlement> settlement);
  void end_user(base::UserId user, wire::Close code, std::string reason);
  // No new rooms and no new people on any shard, from the next turns on.
  void drain();
  [[nodiscard]] bool is_draining() const { return draining_; }

  // Asks every loop for its numbers and waits for them, one second at most. Not from a loop's
  // thread.
  void collect(metrics::Exposition& out) const;
  [[nodiscard]] bool is_serving() const { return server_ != nullptr; }

 private:
  struct Creation;
  void place(std::unique_ptr<Creation> creation, base::Result<state::RoomEntry> entry);
  [[nodiscard]] base::ShardNo least_crowded() const;
  [[nodiscard]] net::Loop& loop_of(base::RoomId room) const;

  Shared shared_;
  std::vector<std::unique_ptr<EdgeHandler>> handlers_;
  std::unique_ptr<net::Server> server_;
  std::atomic<bool> draining_{false};
};

}  // namespace whoosh::edge
