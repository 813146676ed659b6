// The client's half of RFC 6455 for a load generator: reading a server's frames, cut anywhere, and
// writing masked ones. What is against the RFC is reported, never passed over.
//
// ServerFrames
// Owner: one connection; its loop's thread. Nothing is kept while no frame is cut: the caller's
// bytes are read in place, what is left over is the caller's to keep and to give again in front of
// the next bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/frame.h"

namespace whoosh::swarm {

inline constexpr std::size_t server_message_bytes_max = 4 << 20;

struct ServerFrame {
  enum class Kind : std::uint8_t {
    Incomplete,  // no whole frame is there
    Text,        // `payload`: UTF-8, whole
    Fragment,    // a part of a message: keep it and go on
    Ping,
    Pong,
    Close,   // `code`, or 1005
    Failed,  // against the RFC; `why`
  };
  Kind kind = Kind::Incomplete;
  bool last = true;  // of a Fragment
  std::uint16_t code = 0;
  std::string_view payload;
  const char* why = "";
  std::size_t bytes = 0;  // header and payload
};

// The first frame of `bytes`. `in_message`: a fragment without the last one came before. Binary
// messages are `yes`: reported as Text, without a look at UTF-8; `no`: Failed.
enum class Binary : bool { no, yes };
[[nodiscard]] ServerFrame read_server_frame(std::string_view bytes, bool in_message,
                                            Binary binary = Binary::no);

[[nodiscard]] bool is_utf8(std::string_view text);

// Appends one whole, final frame with this mask.
void append_masked(std::string& out, net::Opcode opcode, std::string_view payload,
                   std::uint32_t mask);

}  // namespace whoosh::swarm
