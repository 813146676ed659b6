// Live state in Redis or Valkey: every port of state/state.h and state/nodes.h over one client.
// Owner: the wiring of a process; outlives everything that calls the ports. The mailboxes of
// Replies outlive it.
//
// While the server is away every call answers `unavailable` (retry_after_s = 1) at once, and works
// again by itself when it is back. What the server acknowledged may be lost with it: Redis
// replicates asynchronously (client.h, promise 4). The keys are listed in directory.h, queue.h,
// results.h and nodes.h; rate limits are limit:{<key>} (text, TTL: until full).
#pragma once

#include <memory>

#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "state/redis/client.h"
#include "state/redis/directory.h"
#include "state/redis/nodes.h"
#include "state/redis/queue.h"
#include "state/redis/rate_limits.h"
#include "state/redis/results.h"

namespace whoosh::state::redis {

struct Ports {
  Options connection;
  QueueOptions queue;
  ResultsOptions results;
  // Tests only: what stands for the server's clock. nullptr: its own (answers.h).
  const runtime::Clock* server_time = nullptr;
};

class Redis {
 public:
  // Does not wait for the server; ping() tells. invalid_input: a certificate or key that can't be
  // read.
  [[nodiscard]] static base::Result<std::unique_ptr<Redis>> open(Ports ports,
                                                                 const runtime::Clock& clock,
                                                                 runtime::Entropy& entropy);
  ~Redis() { client_.stop(); }

  [[nodiscard]] state::Directory& directory() { return directory_; }
  [[nodiscard]] state::Queue& queue() { return queue_; }
  [[nodiscard]] state::RateLimits& limits() { return limits_; }
  [[nodiscard]] state::Results& results() { return results_; }
  [[nodiscard]] state::Nodes& nodes() { return nodes_; }
  [[nodiscard]] state::Leases& leases() { return leases_; }
  [[nodiscard]] state::Lobbies& lobbies() { return lobbies_; }
  [[nodiscard]] state::Revocations& revocations() { return revocations_; }
  // Answers when some server does: one of them, in a cluster.
  void ping(Reply<> reply);

  [[nodiscard]] Client& client() { return client_; }
  [[nodiscard]] const Queue& waiting() const { return queue_; }

 private:
  Redis(Ports ports, std::unique_ptr<Io> io, const runtime::Clock& clock,
        runtime::Entropy& entropy);

  Client client_;
  Directory directory_;
  Queue queue_;
  RateLimits limits_;
  Results results_;
  Nodes nodes_;
  Leases leases_;
  Lobbies lobbies_;
  Revocations revocations_;
};

}  // namespace whoosh::state::redis
