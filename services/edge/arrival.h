// Arrival: somebody whose credential is verified, on the way to the shard of his room; it travels
// with the connection's descriptor when that shard lives on another loop.
//
// ArrivalDesk: verifies credentials. One per loop, its thread only; asks no store.
#pragma once

#include <optional>
#include <string>

#include "auth/tokens.h"
#include "net/handler.h"
#include "runtime/clock.h"
#include "services/edge/claim.h"
#include "shard/shard.h"

namespace whoosh::edge {

struct Arrival final : net::Carried {
  shard::Admission admission;  // .conn is filled in by the loop that seats
  bool lobby = false;          // no room: a lobby connection
  std::string subprotocol;     // to answer
};

class ArrivalDesk {
 public:
  ArrivalDesk(const auth::TokenAuthority& authority, const runtime::Clock& clock)
      : authority_(authority), clock_(clock) {}

  // Everything but the room, which may still be a code or "new". unauthorized, bad_token,
  // token_expired, bad_ticket (forged, expired, or for another room than the claim names),
  // bad_resume (no room named).
  [[nodiscard]] base::Result<Arrival> verify(const Claim& claim) const;

 private:
  [[nodiscard]] base::Result<Arrival> by_ticket(const Claim& claim) const;
  [[nodiscard]] base::Result<Arrival> by_access(const Claim& claim) const;
  [[nodiscard]] base::Result<Arrival> by_resume(const Claim& claim) const;

  const auth::TokenAuthority& authority_;
  const runtime::Clock& clock_;
};

}  // namespace whoosh::edge
