// Seats for the swarm in a cluster, without its API: rooms are placed through the directory and the
// internal HTTP of the edges exactly as `whoosh api` places them, and tickets are signed here, so
// that a load test of the edges loads the edges. Needs what a role of the cluster needs: its state,
// its secret, its private key.
//
// Owner: one process of the swarm; made there, after the fork.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "tools/swarm/seats.h"

namespace whoosh::cli {

struct SwarmCluster {
  std::string state;  // empty: there is no cluster, seats come from the API
  std::string secret_file;
  std::vector<std::string> keys = {"var/keys"};
  std::string edge_url;                     // as of `whoosh api`
  std::int64_t first_user = 1'000'000'000;  // ids from here on: nobody's account
};

inline constexpr std::int64_t users_per_process = 1'000'000;

[[nodiscard]] base::Result<std::unique_ptr<swarm::SeatSource>> cluster_seats(
    const SwarmCluster& cluster, const std::string& game, std::uint32_t process);

}  // namespace whoosh::cli
