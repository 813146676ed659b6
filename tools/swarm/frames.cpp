#include "tools/swarm/frames.h"

#include <cstring>

#include "net/limits.h"
#include "net/utf8.h"

namespace whoosh::swarm {
namespace {

using Kind = ServerFrame::Kind;

ServerFrame failed(const char* why) {
  ServerFrame out;
  out.kind = Kind::Failed;
  out.why = why;
  return out;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

ServerFrame control(net::Opcode opcode, std::string_view payload, ServerFrame out) {
  out.payload = payload;
  if (opcode == net::Opcode::Ping) {
    out.kind = Kind::Ping;
  } else if (opcode == net::Opcode::Pong) {
    out.kind = Kind::Pong;
  } else {
    out.kind = Kind::Close;
    out.code = net::close_code::none;
    if (payload.size() == 1) return failed("a Close of one byte");
    if (payload.size() >= 2) {
      out.code = static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
      if (!net::close_code_sendable(out.code)) return failed("a close code that can't be sent");
      if (!is_utf8(payload.substr(2))) return failed("a close reason that is no UTF-8");
    }
  }
  return out;
}

ServerFrame data(net::Opcode opcode, bool final, std::string_view payload, ServerFrame out,
                 bool in_message, Binary binary) {
  if (opcode == net::Opcode::Binary && binary == Binary::no) return failed("a binary frame");
  if ((opcode == net::Opcode::Continuation) != in_message) {
    return failed(in_message ? "a new message within another" : "a continuation of nothing");
  }
  out.payload = payload;
  out.last = final;
  const bool whole = final && opcode != net::Opcode::Continuation;
  out.kind = whole ? Kind::Text : Kind::Fragment;
  if (whole && opcode == net::Opcode::Text && !is_utf8(payload))
    return failed("a text that is no UTF-8");
  return out;
}

}  // namespace

// Nearly all is ASCII, which eight bytes at a time can tell.
bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    if ((word & 0x8080808080808080ull) != 0) break;
  }
  net::Utf8Check check;
  const std::string_view rest = text.substr(at);
  return check.feed({rest.data(), rest.size()}) && check.complete();
}

ServerFrame read_server_frame(std::string_view bytes, bool in_message, Binary binary) {
  if (bytes.size() < 2) return {};
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  if ((first & 0x70) != 0) return failed("reserved bits");
  if ((second & 0x80) != 0) return failed("a masked frame");
  const auto opcode = static_cast<net::Opcode>(first & 0x0f);
  const bool final = (first & 0x80) != 0;
  const bool is_control = (first & 0x08) != 0;
  std::uint64_t length = second & 0x7f;
  std::size_t header = 2;
  if (is_control && (!final || length > net::control_bytes_max)) {
    return failed("a control frame that is too long or in parts");
  }
  if (length >= 126) {
    const std::size_t width = length == 126 ? 2 : 8;
    header += width;
    if (bytes.size() < header) return {};
    length = big_endian(bytes.substr(2, width));
    if (length < 126 || (width == 8 && length <= 0xffff))
      return failed("a length written too long");
  }
  if (length > server_message_bytes_max) return failed("a message over 4 MiB");
  ServerFrame out;
  if (bytes.size() < header + length) return out;
  out.bytes = header + static_cast<std::size_t>(length);
  const std::string_view payload = bytes.substr(header, static_cast<std::size_t>(length));
  switch (opcode) {
    case net::Opcode::Continuation:
    case net::Opcode::Text:
    case net::Opcode::Binary:
      return data(opcode, final, payload, out, in_message, binary);
    case net::Opcode::Close:
    case net::Opcode::Ping:
    case net::Opcode::Pong:
      return control(opcode, payload, out);
  }
  return failed("an unknown opcode");
}

void append_masked(std::string& out, net::Opcode opcode, std::string_view payload,
                   std::uint32_t mask) {
  std::array<char, 10> header;
  const std::size_t size = net::write_frame_header(header, opcode, payload.size());
  header[1] = static_cast<char>(static_cast<unsigned char>(header[1]) | 0x80);
  out.append(header.data(), size);
  char key[4];
  std::memcpy(key, &mask, 4);
  out.append(key, 4);
  const std::size_t begin = out.size();
  out.append(payload);
  net::apply_mask(std::span(out).subspan(begin), mask);
}

}  // namespace whoosh::swarm
