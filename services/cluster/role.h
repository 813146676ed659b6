// Role: one running process of a cluster. Made by start_api(), start_edge() and start_matchmaker();
// owned by the command line, or by a test, which may run several in one process on free ports.
//
// A role starts without its database and state, says so in /readyz, and serves when they are there,
// without being started again. What is wrong with the configuration or this machine (a port is
// taken, a key can't be read) is an error at start.
//
// stop(): no new work first, then what is under way, then what is written. Idempotent; from one
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "services/cluster/config.h"

namespace whoosh::cluster {

class Role {
 public:
  struct Ports {
    std::uint16_t serving = 0;   // REST or WebSockets; 0: none, or not yet
    std::uint16_t internal = 0;  // an edge's
    std::uint16_t ops = 0;
  };

  virtual ~Role() = default;
  [[nodiscard]] virtual Ports ports() const = 0;
  // Reads the key files and the certificate again, now; they are looked at every 10 s anyway. Any
  // thread, returns at once.
  virtual void reload() = 0;
  // `hurry`: asked now and then while an edge waits for its rooms; true: waits no longer.
  virtual void stop(const std::function<bool()>& hurry) = 0;
};

using StartedRole = base::Result<std::unique_ptr<Role>>;
// Of resolved and checked configs.
[[nodiscard]] StartedRole start_api(const ApiConfig& config);
[[nodiscard]] StartedRole start_edge(const EdgeConfig& config);
[[nodiscard]] StartedRole start_matchmaker(const MatchmakerConfig& config);

}  // namespace whoosh::cluster
