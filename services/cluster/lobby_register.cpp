#include "services/cluster/lobby_register.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace whoosh::cluster {

LobbyRegister::LobbyRegister(std::string node, state::Lobbies& lobbies, edge::EdgeServer& edge,
                             const runtime::Clock& clock, Replaced replaced)
    : node_(std::move(node)),
      lobbies_(lobbies),
      edge_(edge),
      clock_(clock),
      replaced_(std::move(replaced)),
      next_ms_(clock.monotonic_ms() + refresh_ms),
      thread_([this] { return turn(); }) {}

void LobbyRegister::entered(base::UserId user) {
  thread_.post([this, user] { enter(user); });
}

std::int64_t LobbyRegister::turn() {
  const std::int64_t now_ms = clock_.monotonic_ms();
  if (!older_.empty() && now_ms >= retry_at_ms_) {
    for (const Older& one : std::exchange(older_, {})) replace(one.node, one.user, one.tried);
  }
  if (now_ms < next_ms_) return older_.empty() ? next_ms_ - now_ms : retry_ms;
  next_ms_ = now_ms + refresh_ms;
  edge_.lobby_users({thread_, [this](const base::Result<std::vector<base::UserId>>& users) {
                       if (!users) return;
                       for (const base::UserId user : *users) enter(user);
                     }});
  return refresh_ms;
}

void LobbyRegister::enter(base::UserId user) {
  lobbies_.enter(user, node_, {thread_, [this, user](const base::Result<std::string>& older) {
                                 if (!older)
                                   spdlog::debug("a lobby connection is not known to others: {}",
                                                 older.error().sentence());
                                 else if (!older->empty() && *older != node_)
                                   replace(*older, user, 0);
                               }});
}

void LobbyRegister::replace(const std::string& node, base::UserId user, int tried) {
  if (replaced_(node, user) || tried + 1 == tries_max) return;
  older_.push_back({node, user, tried + 1});
  retry_at_ms_ = clock_.monotonic_ms() + retry_ms;
}

}  // namespace whoosh::cluster
