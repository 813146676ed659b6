// For tests and the fuzz target: masked client frames, and what a FrameReader makes of bytes, as
// text.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "net/frame.h"

namespace whoosh::net {

// One frame as a client sends it. `first`: FIN, RSV and opcode; 0x81 is a final text frame.
inline std::string client_frame(unsigned first, std::string_view payload,
                                std::uint32_t mask = 0x5a3c9f01) {
  std::string out(1, static_cast<char>(first));
  const std::size_t size = payload.size();
  const std::size_t width = size < 126 ? 0 : size <= 0xffff ? 2 : 8;
  out.push_back(static_cast<char>(0x80 | (width == 0 ? size : width == 2 ? 126 : 127)));
  for (std::size_t i = width; i-- > 0;) out.push_back(static_cast<char>(size >> (8 * i)));
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(mask >> (8 * i)));
  const std::size_t at = out.size();
  out.append(payload);
  apply_mask({out.data() + at, size}, mask);
  return out;
}

inline std::string describe(const FrameEvent& event) {
  const std::string payload(event.payload.data(), event.payload.size());
  const std::string code = std::to_string(event.code);
  switch (event.kind) {
    case FrameEvent::Kind::NeedMore:
      return "more";
    case FrameEvent::Kind::Text:
      return "text:" + payload;
    case FrameEvent::Kind::Ping:
      return "ping:" + payload;
    case FrameEvent::Kind::Pong:
      return "pong:" + payload;
    case FrameEvent::Kind::Close:
      return "close:" + code + ":" + payload;
    case FrameEvent::Kind::Failed:
      return "fail:" + code;
    case FrameEvent::Kind::NoMemory:
      return "memory:" + code;
  }
  return "?";
}

// Feeds the pieces one by one, each from memory of its own size (so that sanitizers see an
// overrun), until the end or the first Failed.
inline std::vector<std::string> read_pieces(const std::vector<std::string_view>& pieces,
                                            std::size_t message_bytes_max = 8192,
                                            std::size_t pool_bytes_max = 1 << 20) {
  BufferPool pool(pool_bytes_max);
  Buffer partial;
  FrameReader reader;
  std::vector<std::string> events;
  bool over = false;
  for (std::size_t i = 0; i < pieces.size() && !over; ++i) {
    std::vector<char> copy(pieces[i].begin(), pieces[i].end());
    std::span<char> input(copy);
    while (!over) {
      const FrameEvent event = reader.next(input, partial, pool, message_bytes_max);
      if (event.kind == FrameEvent::Kind::NeedMore) break;
      events.push_back(describe(event));
      over = event.kind == FrameEvent::Kind::Failed || event.kind == FrameEvent::Kind::NoMemory;
    }
  }
  pool.release(partial);
  return events;
}

inline std::vector<std::string_view> single_bytes(std::string_view bytes) {
  std::vector<std::string_view> pieces;
  for (std::size_t i = 0; i < bytes.size(); ++i) pieces.push_back(bytes.substr(i, 1));
  return pieces;
}

}  // namespace whoosh::net
