// Claim: what an upgrade request asks for and by which right, read from its head (protocol.md,
// Service B). Pure reading: nothing is verified here. Values; any thread.
//
//   /ws?game_id=<room id or code>   a seat (or a place in the audience) in that room
//   /ws?game_id=new&game=<key>      a new room
//   /ws                             a lobby connection
//   credential, the first one given counts:
//     Sec-WebSocket-Protocol: whoosh.v1, ticket.<ticket> | resume.<token>
//     Authorization: Bearer <access>
//     ?resume=<token>, ?token=<access>
#pragma once

#include <string>

#include "base/result.h"
#include "net/request.h"

namespace whoosh::edge {

inline constexpr std::string_view subprotocol = "whoosh.v1";

enum class CredentialKind : std::uint8_t { none, ticket, resume, access };

struct Claim {
  CredentialKind kind = CredentialKind::none;
  std::string credential;
  std::string room;                  // id, code, "new" or empty
  std::string game;                  // with room "new"
  std::string as;                    // "", "player", "spectator", "screen"; by access token only
  bool wants_ticks = true;           // ?tick=0
  bool answers_subprotocol = false;  // whoosh.v1 was offered
};

// Without `takes_query_token` a ?token= is as if it were not there.
[[nodiscard]] Claim read_claim(const net::Request& request, bool takes_query_token = true);

// The origin check. `own` are the deployment's own addresses ("http://host:8000"); an origin whose
// host is the one the request was sent to is ours too, whatever its port.
[[nodiscard]] bool origin_allowed(std::string_view origin, std::string_view host,
                                  std::span<const std::string> own);

}  // namespace whoosh::edge
