// Shared: what all loops of one edge use. Owner: EdgeServer; immutable while the loops run, or
// thread-safe by itself.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "auth/tokens.h"
#include "base/function.h"
#include "http/address.h"
#include "net/limits.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "services/api/edge_gateway.h"
#include "services/edge/forwarding.h"
#include "services/edge/fullness.h"
#include "services/edge/node_numbers.h"
#include "services/edge/upgrade_limiter.h"
#include "shard/shard.h"
#include "state/revocation_list.h"
#include "state/state.h"

namespace whoosh::edge {

class EdgeHandler;

inline constexpr std::size_t shards_max = 64;

struct EdgeConfig {
  std::string node = "solo";                     // name of this edge in the directory
  std::optional<std::uint16_t> node_number = 0;  // goes into room ids; nullopt: none yet
  std::string listen = "0.0.0.0";
  std::uint16_t port = 8080;                 // 0: a free one
  std::uint32_t shards = 0;                  // 0: one per core
  std::size_t descriptors_for_others = 256;  // of this process, never taken by players
  FullOptions full;
  net::Options net;
  shard::Options shard;
  bool rate_limits = true;
  bool query_tokens = true;  // ?token= is taken, which proxies on the way may log
  UpgradeRate upgrades;
  http::Networks trusted_proxies;            // whose X-Forwarded-For is believed
  std::vector<std::string> allowed_origins;  // in lower case
  // A user's lobby connection is here from now on. Called on a loop's thread; must not wait.
  std::function<void(base::UserId)> lobby_entered = {};
  std::string match_logs;  // folder for the logs of broken rooms; empty: not kept
};

// Called on a loop's thread; must not wait.
using MatchFinished = base::Function<void(match::MatchRecord record)>;

// What an edge asks; all of it lives longer than the edge.
struct Ports {
  const auth::TokenAuthority& authority;
  state::Directory& directory;
  state::RateLimits& limits;
  const state::RevocationList& revocations;  // kept up to date by a state::RevocationFeed
  runtime::Clock& clock;
  // Of a cluster: requests for rooms of other nodes are forwarded there. Null: there are none.
  const auth::ClusterKey* key = nullptr;
  NodeAddress node_address = {};
};

struct Shared : Ports {
  Shared(EdgeConfig config_in, const Ports& ports, MatchFinished match_finished_in)
      : Ports(ports),
        config(std::move(config_in)),
        numbers(config.node_number),
        upgrades(config.upgrades),
        fullness(config.full),
        match_finished(std::move(match_finished_in)) {}

  EdgeConfig config;
  NodeNumbers numbers;
  UpgradeLimiter upgrades;
  Fullness fullness;
  MatchFinished match_finished;
  api::EdgeGateway* gateway = nullptr;  // to make rooms for game_id=new; set before the loops start
  std::vector<EdgeHandler*> handlers;   // by shard number
  std::array<std::atomic<std::uint32_t>, shards_max>
      rooms{};  // living or being made, by shard: for placement
};

}  // namespace whoosh::edge
