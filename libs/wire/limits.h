// Numbers of both protocols, and what happens beyond them. docs/PROTOCOL.md names each.
#pragma once

#include <cstddef>
#include <cstdint>

namespace whoosh::wire {

inline constexpr std::size_t frame_bytes_max =
    8 * 1024;  // a whole message from a client; above: close 1009
inline constexpr std::size_t text_bytes_max =
    4 * 1024;  // unless it is a drawing; above: ERROR too_long
inline constexpr std::size_t body_bytes_max = 64 * 1024;  // of a REST request; above: 413
inline constexpr std::size_t json_depth_max = 8;          // above: malformed_json
inline constexpr std::uint32_t messages_per_s_max =
    20;  // of one connection; above: ERROR rate, counts as wrong
inline constexpr std::uint32_t bytes_per_s_max = 16 * 1024;  // of one connection; the same
inline constexpr std::uint32_t wrong_max = 10;               // wrong messages …
inline constexpr std::uint32_t wrong_window_s = 10;          // … within this; then close 1008
inline constexpr std::size_t chat_characters_max = 200;
inline constexpr std::size_t message_id_bytes_max = 64;  // the client's `id`
inline constexpr std::uint16_t protocol_version = 1;

static_assert(text_bytes_max <= frame_bytes_max, "a drawing is the larger message");

// RFC 6455 section 7.4 and our own range 4000-4999.
enum class Close : std::uint16_t {
  left = 1000,
  going_away = 1001,  // after MOVED, or the server stops
  protocol_error = 1002,
  unsupported = 1003,  // binary frames
  bad_utf8 = 1007,
  policy = 1008,  // too many wrong messages
  too_big = 1009,
  bug = 1011,
  try_again = 1013,
  replaced = 4000,  // a newer connection of the same user
  token_expired = 4001,
  kicked = 4002,
  banned = 4003,
  room_closed = 4004,
};

}  // namespace whoosh::wire
