// The internal HTTP of an edge: what the other processes of its cluster ask of it. On an address of
// its own that only the cluster's network reaches. docs/CLUSTER.md has the table of the calls.
//
// Every call carries a pass of the shared secret over its method, path and body
// (auth/cluster_key.h); without a good one it is answered 401 and nothing is read. A pass is good
// for 30 s, so whoever can listen inside that network can send a call again for so long; none of
// the calls is worse for coming twice than for coming once, but create_room, which makes another
// room that nobody enters and that closes by itself.
//
// Owner: the edge's wiring. All handlers run on the server's loops; EdgeServer takes any thread.
#pragma once

#include "auth/cluster_key.h"
#include "http/router.h"
#include "runtime/clock.h"
#include "services/edge/edge_server.h"

namespace whoosh::edge {

inline constexpr std::string_view internal_prefix = "/internal/";

// All outlive the router.
struct InternalPorts {
  EdgeServer& edge;
  const auth::ClusterKey& key;
  const runtime::Clock& clock;
};

void add_internal_routes(http::Router& router, const InternalPorts& ports);

}  // namespace whoosh::edge
