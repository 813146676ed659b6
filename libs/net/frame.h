// WebSocket frames (RFC 6455 section 5): writing ours, and FrameReader, which turns a client's
// bytes, cut anywhere, into whole messages and control frames. No socket, no clock.
//
//    0                   1                   2                   3
//   +-+-+-+-+-------+-+-------------+-------------------------------+
//   |F|R|R|R| opcode|M| length (7)  | length (16 if 126, 64 if 127) |
//   +-+-+-+-+-------+-+-------------+-------------------------------+
//   | masking key (clients: always) | payload                       |
//   +-------------------------------+-------------------------------+
//
// FrameReader
// Owner: one per connection; its loop's thread. 32 bytes: the partial message lies in a Buffer of
// the connection that exists only while one is under way.
// Invariants:
// 1. An event's payload is valid until the next call of next(), and lies in the input when the
//    whole frame did (unmasked in place, no copy).
// 2. After Failed or NoMemory, next() must not be called again.
// 3. What it reports does not depend on where the bytes were cut (frame_fuzz.cpp holds it to that).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "net/buffers.h"
#include "net/limits.h"
#include "net/utf8.h"

namespace whoosh::net {

enum class Opcode : std::uint8_t {
  Continuation = 0x0,
  Text = 0x1,
  Binary = 0x2,
  Close = 0x8,
  Ping = 0x9,
  Pong = 0xA
};

// Close codes that `net` itself sends or reports (RFC 6455 section 7.4.1); handlers have more of
// their own.
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported = 1003;
inline constexpr std::uint16_t none = 1005;      // reported only: the peer's Close had no code
inline constexpr std::uint16_t abnormal = 1006;  // reported only: the connection broke
inline constexpr std::uint16_t bad_utf8 = 1007;
inline constexpr std::uint16_t policy = 1008;
inline constexpr std::uint16_t too_big = 1009;
inline constexpr std::uint16_t try_again = 1013;
}  // namespace close_code

// True iff a Close frame may carry it.
[[nodiscard]] bool close_code_sendable(std::uint16_t code);

// The header of one unmasked, final frame; returns its length (2, 4 or 10).
std::size_t write_frame_header(std::array<char, 10>& out, Opcode opcode, std::size_t payload_bytes);
// Appends one whole unmasked, final frame: encode once, then Loop::send_frame to everybody.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);

// Unmasks (or masks) in place; returns the key as it stands after these bytes.
std::uint32_t apply_mask(std::span<char> bytes, std::uint32_t mask);

struct FrameEvent {
  enum class Kind : std::uint8_t {
    NeedMore,  // the input is used up
    Text,      // a whole message, valid UTF-8
    Ping,
    Pong,
    Close,     // code is what the peer sent, or close_code::none; payload is its reason
    Failed,    // close with code
    NoMemory,  // the pool is at its limit: close with code
  };
  Kind kind = Kind::NeedMore;
  std::uint16_t code = 0;
  std::span<char> payload;
};

class FrameReader {
 public:
  // Takes bytes from the front of `input` until there is an event. `partial` starts empty and is
  // the reader's alone while it lives; release it to `pool` afterwards.
  FrameEvent next(std::span<char>& input, Buffer& partial, BufferPool& pool,
                  std::size_t message_bytes_max);

 private:
  static constexpr std::uint8_t fin = 0x80;
  // 0: go on with the payload. Else a close code.
  std::uint16_t decode_header(std::size_t message_bytes_max);
  std::size_t header_bytes_wanted() const;
  [[nodiscard]] bool is_control() const { return (first_ & 0x08) != 0; }
  FrameEvent finish(std::span<char> payload, Buffer& partial);
  static FrameEvent closed(std::span<char> payload);

  std::array<unsigned char, frame_header_bytes_max> header_{};
  std::uint8_t header_size_ = 0;
  std::uint8_t first_ = 0;       // first byte of the frame whose payload is being read
  std::uint32_t remaining_ = 0;  // payload bytes of it still to come
  std::uint32_t mask_ = 0;       // rotated by what was consumed
  std::uint32_t message_size_ =
      0;  // bytes of the message in `partial`; a control frame's lie behind them
  Utf8Check utf8_;
  bool in_payload_ = false;
  bool in_message_ = false;  // between the first and the last fragment
  bool spent_ = false;       // the last event's payload lies in `partial`
};
static_assert(sizeof(FrameReader) == 32, "one per connection");

}  // namespace whoosh::net
