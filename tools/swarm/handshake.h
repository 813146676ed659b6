// The client's half of the WebSocket handshake (RFC 6455 section 4.1): the request's bytes, and
// whether the answer accepts exactly that request. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace whoosh::swarm {

struct Knock {
  std::string_view host;          // for the Host header
  std::string_view target;        // "/ws?game_id=…"
  std::string_view subprotocols;  // "whoosh.v1, ticket.…", or empty
  std::string_view bearer;        // access token, or empty
  std::uint64_t nonce = 0;        // becomes the key: never the same twice
};
[[nodiscard]] std::string knock_bytes(const Knock& knock);

struct HandshakeAnswer {
  enum class Kind : std::uint8_t {
    Incomplete,
    Open,     // 101 that accepts our key; frames begin after `bytes`
    Refused,  // any other status; `status`, and `code` out of an error body
    Wrong,    // a 101 that does not answer this request, or no HTTP; `why`
  };
  Kind kind = Kind::Incomplete;
  std::size_t bytes = 0;
  int status = 0;
  std::string code;
  const char* why = "";
};
// `bytes`: all that came so far. A refusal is complete when its body is, or (`ended`) all came.
[[nodiscard]] HandshakeAnswer read_answer(std::string_view bytes, const Knock& knock, bool ended);

}  // namespace whoosh::swarm
