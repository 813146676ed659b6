// Forwarding: how one edge hands a request to the edge that has its room, and how that one knows
// that it may believe it.
//
//   Whoosh-Client: <address of the client>       limits and logs of the owner count him by it
//   Whoosh-Room: <id>                            found by the first edge: the owner need not search
//   Whoosh-Forwarded: <pass>                     auth::ClusterKey's, about both, the target and the
//                                                owner's name; good for 30 s
//
// Owner: EdgeHandler, one per loop; its thread only. Invariants: 1. such headers without a good
// pass are refused, and so never passed on; 2. what was forwarded is not forwarded again.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "auth/cluster_key.h"
#include "base/ids.h"
#include "base/result.h"
#include "http/address.h"
#include "net/handler.h"
#include "runtime/clock.h"

namespace whoosh::edge {

// Where the other living nodes of a deployment take WebSockets; nullopt: not known, or dead. Called
// on a loop's thread; must not wait.
using NodeAddress = std::function<std::optional<net::Address>(const std::string& node)>;

// Of one request, while its room is looked for.
struct Journey {
  std::string request_id;
  std::string target;                // as it was sent
  net::Address client;               // who asks
  std::optional<base::RoomId> room;  // forwarded: where to
};

class Forwarding {
 public:
  struct Cluster {
    const auth::ClusterKey* key = nullptr;  // null: no other nodes
    NodeAddress address;
    std::string node;  // own name
  };

  Forwarding(Cluster cluster, const http::Networks& trusted_proxies, const runtime::Clock& clock)
      : cluster_(std::move(cluster)), trusted_proxies_(trusted_proxies), clock_(clock) {}

  // Who asks and, if another edge forwarded it, for which room. malformed: it pretends to be.
  [[nodiscard]] base::Result<Journey> read(const net::Request& request) const;

  // True: a room of another node may be reached for this request.
  [[nodiscard]] bool reaches_on(const Journey& journey) const {
    return cluster_.key != nullptr && !journey.room;
  }
  // unavailable: that node is not among the living. REQUIRES: reaches_on.
  [[nodiscard]] base::Result<net::Forward> to(const std::string& node, base::RoomId room,
                                              const Journey& journey) const;

 private:
  const Cluster cluster_;
  const http::Networks& trusted_proxies_;
  const runtime::Clock& clock_;
};

}  // namespace whoosh::edge
