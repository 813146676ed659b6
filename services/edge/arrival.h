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
#include "state/revocation_list.h"

namespace whoosh::edge {

struct Arrival final : net::Carried {
  shard::Admission admission;  // .conn is filled in by the loop that seats
  bool lobby = false;          // no room: a lobby connection
  std::string subprotocol;     // to answer
  std::string session;         // the name of the session behind admission.who.session
};

class ArrivalDesk {
 public:
  ArrivalDesk(const auth::TokenAuthority& authority, const state::RevocationList& revocations,
              const runtime::Clock& clock)
      : authority_(authority), revocations_(revocations), clock_(clock) {}

  // Everything but the room, which may still be a code or "new". unauthorized, bad_token,
  // token_expired, bad_ticket (forged, expired, or for another room than the claim names),
  // bad_resume (no room named), and what still_good() says.
  [[nodiscard]] base::Result<Arrival> verify(const Claim& claim) const;
  // Once more, on the loop that seats: a revocation may have come while the arrival was on its way.
  // bad_token, bad_ticket, banned. A resume token is the shard's to judge.
  [[nodiscard]] base::Result<> still_good(const Arrival& arrival) const;

 private:
  [[nodiscard]] base::Result<Arrival> by_ticket(const Claim& claim) const;
  [[nodiscard]] base::Result<Arrival> by_access(const Claim& claim) const;
  [[nodiscard]] base::Result<Arrival> by_resume(const Claim& claim) const;

  const auth::TokenAuthority& authority_;
  const state::RevocationList& revocations_;
  const runtime::Clock& clock_;
};

}  // namespace whoosh::edge
