// LobbyRegister: tells state which users have their lobby connection on this node, so that a notice
// from any process finds them, and ends the older one when a user comes to another node: one lobby
// connection per user in the whole cluster.
//
// Entries live for state::lobby_lifetime_ms, so those of a node that dies go by themselves; the
// living ones are entered again every refresh_ms. A notice to a node that the user has left
// meanwhile goes nowhere; he learns the same by polling.
//
// Owner: the edge's wiring. entered() from any thread; the rest on an own one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "runtime/clock.h"
#include "runtime/loop_thread.h"
#include "services/edge/edge_server.h"
#include "state/nodes.h"

namespace whoosh::cluster {

class LobbyRegister {
 public:
  static constexpr std::int64_t refresh_ms = 30'000;
  static_assert(2 * refresh_ms < state::lobby_lifetime_ms, "one refresh may fail");

  // An older connection is on that node: end it. False: the node is not known (yet: it may have
  // joined a moment ago); asked again every retry_ms, tries_max times in all.
  using Replaced = std::function<bool(const std::string& node, base::UserId user)>;
  static constexpr std::int64_t retry_ms = 500;
  static constexpr int tries_max = 6;

  // The port and the edge outlive it and every answer.
  LobbyRegister(std::string node, state::Lobbies& lobbies, edge::EdgeServer& edge,
                const runtime::Clock& clock, Replaced replaced);
  ~LobbyRegister() { stop(); }
  void stop() { thread_.stop(); }

  void entered(base::UserId user);

 private:
  std::int64_t turn();
  void enter(base::UserId user);
  void replace(const std::string& node, base::UserId user, int tried);

  struct Older {
    std::string node;
    base::UserId user;
    int tried = 0;
  };

  const std::string node_;
  state::Lobbies& lobbies_;
  edge::EdgeServer& edge_;
  const runtime::Clock& clock_;
  const Replaced replaced_;
  // Of the own thread.
  std::vector<Older> older_;  // to be tried again
  std::int64_t retry_at_ms_ = 0;
  std::int64_t next_ms_ = 0;
  runtime::LoopThread thread_;  // last: it calls turn()
};

}  // namespace whoosh::cluster
