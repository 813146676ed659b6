// Placement: on which node the next room is made: the less burdened of two drawn at random among
// those that live and do not drain. Two draws, because every chooser sees loads that are up to a
// heartbeat old: if all took the least burdened one, all would take the same.
//
// Rooms that this process placed since a node's last heartbeat are not in its numbers yet, so they
// are counted here. Owner: ClusterGateway; its thread only. Pure but for the generator it is given.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"
#include "state/nodes.h"

namespace whoosh::cluster {

// Players that a fresh room is going to have, more or less.
inline constexpr std::int32_t players_expected = 8;
// A node whose ticks are so late is as burdened by that as by being full.
inline constexpr std::int32_t lateness_full_ms = 250;

// 0: idle. 1 and more: full, or too slow. `placed`: rooms that are not in `load` yet.
[[nodiscard]] double burden(const state::NodeLoad& load, std::int32_t placed);

class Placement {
 public:
  // Not one of `without`, by name. nullptr: no node is left that takes rooms.
  [[nodiscard]] const state::Node* choose(std::span<const state::Node> living,
                                          std::span<const std::string> without, base::Rng& rng);
  // A room was made there.
  void placed(const state::Node& node);

 private:
  struct Since {
    base::UnixMs heartbeat;
    std::int32_t rooms = 0;
  };

  [[nodiscard]] std::int32_t placed_since(const state::Node& node) const;
  void forget_dead(std::span<const state::Node> living);

  std::map<std::string, Since> since_;  // by the node's name
};

}  // namespace whoosh::cluster
