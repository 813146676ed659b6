// Guard: what a loop whose listener speaks TLS keeps of one connection beside Connection itself.
// One per slot, in a table of its own, so that a loop without TLS has none.
//
// Owner: the loop; its thread only.
//
//   Unknown ─→ Shaking ─→ Sealed
//      └─────→ Plain
//
//   Unknown  nothing came yet: whatever is wrong, it is closed without a word
//   Shaking  the first byte was that of a TLS record: the handshake is under way
//   Sealed   handshake done: what comes is records, what goes is sealed at the end of the turn
//   Plain    the first byte was another: HTTP where TLS is spoken, which gets 400 unless the
//   handler
//            takes_plain(); or the far side of a relayed pair
#pragma once

#include <cstdint>
#include <string_view>

#include "tls/session.h"

namespace whoosh::net {

enum class Speech : std::uint8_t { Unknown, Plain, Shaking, Sealed };

struct Guard {
  tls::Session session;
  // Bytes of Connection::out before this are records; what comes behind is sealed by flush().
  std::uint32_t sealed_end = 0;
  Speech speech = Speech::Unknown;
  bool queued = false;  // waits for its turn at the handshake
  bool parked = false;  // and is not watched meanwhile
};
static_assert(sizeof(Guard) <= 24, "docs/PERFORMANCE.md counts on it");

// What is said to who gets no handshake because the loop is full.
[[nodiscard]] std::string_view tls_refusal();

}  // namespace whoosh::net
