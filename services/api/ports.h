// Ports: what Service A needs from the rest of the process. All outlive the ApiServer; all may be
// called from any thread.
#pragma once

#include <functional>
#include <vector>

#include "auth/tokens.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "services/api/edge_gateway.h"
#include "state/revocation_list.h"
#include "state/state.h"
#include "store/store.h"

namespace whoosh::api {

// Told of every revocation that this process did not know yet: to end live connections and to tell
// the other processes. Any thread; returns at once.
using OnRevoked = std::function<void(std::vector<state::Revoked>)>;

struct Ports {
  store::Store& store;
  state::Directory& directory;
  state::Queue& queue;
  state::RateLimits& rate_limits;
  EdgeGateway& gateway;
  const auth::TokenAuthority& tokens;
  runtime::Clock& clock;
  runtime::Entropy& entropy;
  state::RevocationList& revoked;  // the process's
  OnRevoked on_revoked = {};
};

}  // namespace whoosh::api
