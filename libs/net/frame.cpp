#include "net/frame.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/assert.h"

namespace whoosh::net {
namespace {

static_assert(std::endian::native == std::endian::little,
              "masks are rotated as little-endian words");

std::uint64_t big_endian(const unsigned char* bytes, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

// 3-7 and 11-15 are reserved.
bool known(Opcode opcode) {
  return opcode <= Opcode::Binary || (opcode >= Opcode::Close && opcode <= Opcode::Pong);
}

FrameEvent failed(std::uint16_t code) {
  return {FrameEvent::Kind::Failed, code, {}};
}

}  // namespace

bool close_code_sendable(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
         (code >= 3000 && code <= 4999);
}

std::size_t write_frame_header(std::array<char, 10>& out, Opcode opcode,
                               std::size_t payload_bytes) {
  out[0] = static_cast<char>(0x80 | static_cast<unsigned>(opcode));
  if (payload_bytes < 126) {
    out[1] = static_cast<char>(payload_bytes);
    return 2;
  }
  const std::size_t width = payload_bytes <= 0xffff ? 2 : 8;
  out[1] = width == 2 ? 126 : 127;
  for (std::size_t i = 0; i < width; ++i) {
    out[2 + i] = static_cast<char>(payload_bytes >> (8 * (width - 1 - i)));
  }
  return 2 + width;
}

void append_frame(std::string& out, Opcode opcode, std::string_view payload) {
  std::array<char, 10> header;
  const std::size_t size = write_frame_header(header, opcode, payload.size());
  out.append(header.data(), size);
  out.append(payload);
}

std::uint32_t apply_mask(std::span<char> bytes, std::uint32_t mask) {
  const std::uint64_t wide = std::uint64_t{mask} << 32 | mask;
  char* at = bytes.data();
  char* const end = at + bytes.size();
  for (; end - at >= 8; at += 8) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    word ^= wide;
    std::memcpy(at, &word, 8);
  }
  for (; at != end; ++at) {
    *at = static_cast<char>(static_cast<unsigned char>(*at) ^ (mask & 0xff));
    mask = std::rotr(mask, 8);
  }
  return mask;
}

std::size_t FrameReader::header_bytes_wanted() const {
  if (header_size_ < 2) return 2;
  const unsigned length = header_[1] & 0x7f;
  return 2 + 4 + (length == 126 ? 2 : length == 127 ? 8 : 0);
}

std::uint16_t FrameReader::decode_header(std::size_t message_bytes_max) {
  first_ = header_[0];
  const auto opcode = static_cast<Opcode>(first_ & 0x0f);
  const bool final = (first_ & fin) != 0;
  if ((first_ & 0x70) != 0) return close_code::protocol_error;  // no extension was agreed on
  if ((header_[1] & 0x80) == 0) return close_code::protocol_error;
  if (!known(opcode)) return close_code::protocol_error;
  const unsigned short_length = header_[1] & 0x7f;
  switch (opcode) {
    case Opcode::Continuation:
      if (!in_message_) return close_code::protocol_error;
      break;
    case Opcode::Text:
      if (in_message_) return close_code::protocol_error;
      break;
    case Opcode::Binary:
      return in_message_ ? close_code::protocol_error : close_code::unsupported;
    case Opcode::Close:
    case Opcode::Ping:
    case Opcode::Pong:
      if (!final || short_length > control_bytes_max) return close_code::protocol_error;
      break;
  }
  if (header_size_ < header_bytes_wanted()) return 0;  // early verdict only
  std::uint64_t length = short_length;
  std::size_t at = 2;
  if (short_length == 126) {
    length = big_endian(&header_[at], 2);
    at += 2;
    if (length < 126) return close_code::protocol_error;
  } else if (short_length == 127) {
    length = big_endian(&header_[at], 8);
    at += 8;
    if (length <= 0xffff || (length >> 63) != 0) return close_code::protocol_error;
  }
  if (!is_control() && length > message_bytes_max - message_size_) return close_code::too_big;
  std::memcpy(&mask_, &header_[at], 4);
  remaining_ = static_cast<std::uint32_t>(length);
  header_size_ = 0;
  in_payload_ = true;
  return 0;
}

FrameEvent FrameReader::next(std::span<char>& input, Buffer& partial, BufferPool& pool,
                             std::size_t message_bytes_max) {
  if (spent_) {
    spent_ = false;
    partial.size = message_size_;
    if (message_size_ == 0) pool.release(partial);
  }
  while (true) {
    while (!in_payload_) {
      if (input.empty()) return {};
      header_[header_size_++] = static_cast<unsigned char>(input.front());
      input = input.subspan(1);
      if (header_size_ != 2 && header_size_ != header_bytes_wanted()) continue;
      if (const auto code = decode_header(message_bytes_max); code != 0) return failed(code);
    }
    const std::size_t size = std::min<std::size_t>(remaining_, input.size());
    const std::span<char> bytes = input.first(size);
    input = input.subspan(size);
    mask_ = apply_mask(bytes, mask_);
    if (!is_control() && !utf8_.feed(bytes)) return failed(close_code::bad_utf8);
    const bool begun = partial.size > (is_control() ? message_size_ : 0);
    remaining_ -= static_cast<std::uint32_t>(size);
    const bool last = (first_ & fin) != 0;
    if (remaining_ == 0 && last && !begun)
      return finish(bytes, partial);  // lies in the input, whole
    if (!pool.append(partial, {bytes.data(), bytes.size()})) {
      return {FrameEvent::Kind::NoMemory, close_code::try_again, {}};
    }
    if (!is_control()) message_size_ += static_cast<std::uint32_t>(size);
    if (remaining_ > 0) return {};
    if (last) {
      spent_ = true;
      return finish(partial.bytes().subspan(is_control() ? message_size_ : 0), partial);
    }
    in_payload_ = false;
    in_message_ = true;
  }
}

FrameEvent FrameReader::finish(std::span<char> payload, Buffer& partial) {
  in_payload_ = false;
  switch (static_cast<Opcode>(first_ & 0x0f)) {
    case Opcode::Ping:
      return {FrameEvent::Kind::Ping, 0, payload};
    case Opcode::Pong:
      return {FrameEvent::Kind::Pong, 0, payload};
    case Opcode::Close:
      return closed(payload);
    case Opcode::Continuation:
    case Opcode::Text:
    case Opcode::Binary:
      break;
  }
  if (!utf8_.complete()) return failed(close_code::bad_utf8);
  in_message_ = false;
  message_size_ = 0;
  spent_ = partial.size > 0;
  return {FrameEvent::Kind::Text, 0, payload};
}

FrameEvent FrameReader::closed(std::span<char> payload) {
  if (payload.empty()) return {FrameEvent::Kind::Close, close_code::none, {}};
  if (payload.size() == 1) return failed(close_code::protocol_error);
  const auto code = static_cast<std::uint16_t>(
      big_endian(reinterpret_cast<const unsigned char*>(payload.data()), 2));
  if (!close_code_sendable(code)) return failed(close_code::protocol_error);
  Utf8Check reason;
  if (!reason.feed(payload.subspan(2)) || !reason.complete()) return failed(close_code::bad_utf8);
  return {FrameEvent::Kind::Close, code, payload.subspan(2)};
}

}  // namespace whoosh::net
