// Inviter: makes join info: where a room is and a fresh seat ticket for one person. Used by the
// routes and, for MATCH_FOUND, by the wiring of the matchmaker. Stateless; any thread.
#pragma once

#include <string>

#include "auth/tokens.h"
#include "base/result.h"
#include "cosmetics/look.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "services/api/edge_gateway.h"
#include "state/state.h"
#include "wire/edge.h"

namespace whoosh::api {

inline constexpr std::int32_t newcomer_games = 3;  // who has played fewer is one

struct Guest {  // who is invited
  base::UserId user;
  std::string name;
  std::string avatar;
  bool newcomer = false;
  std::string host;          // by which he reached Service A
  std::string session = {};  // of the access token by which he asks
  cosmetics::Look look = {};
};

// Who waited in the queue, as he was when he joined it.
[[nodiscard]] Guest guest_of(const state::Ticket& ticket);

class Inviter {
 public:
  Inviter(const EdgeGateway& gateway, const auth::TokenAuthority& tokens,
          const runtime::Clock& clock, runtime::Entropy& entropy)
      : gateway_(gateway), tokens_(tokens), clock_(clock), entropy_(entropy) {}

  // Error: internal (no signing key).
  [[nodiscard]] base::Result<wire::JoinInfo> invite(const Guest& guest,
                                                    const state::RoomEntry& room,
                                                    wire::Role role) const;

 private:
  const EdgeGateway& gateway_;
  const auth::TokenAuthority& tokens_;
  const runtime::Clock& clock_;
  runtime::Entropy& entropy_;
};

}  // namespace whoosh::api
