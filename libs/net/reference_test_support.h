// For tests and fuzz targets: RFC 6455 section 5 once more, written from the text of the standard
// alone and on purpose unlike frame.cpp: it looks at all the bytes at once, decodes UTF-8 by
// arithmetic, and is slow. The oracle for FrameReader and for whole connections.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace whoosh::net {

// Where the first byte is that can't be part of UTF-8 (RFC 3629 section 3), or whether the text
// ends within a character.
struct ReferenceUtf8 {
  bool bad = false;
  bool cut = false;
};

inline ReferenceUtf8 reference_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  for (std::size_t at = 0; at < text.size();) {
    const unsigned lead = byte(at);
    const std::size_t length = lead < 0x80           ? 1
                               : (lead >> 5) == 0x6  ? 2
                               : (lead >> 4) == 0xe  ? 3
                               : (lead >> 3) == 0x1e ? 4
                                                     : 0;
    if (length == 0) return {.bad = true};
    // All code points that may still come of what is there: tails not there are 0s or 1s.
    std::uint32_t least = length == 1 ? lead : lead & (0xffu >> (length + 1));
    std::uint32_t most = least;
    for (std::size_t i = 1; i < length; ++i) {
      const bool there = at + i < text.size();
      if (there && (byte(at + i) & 0xc0) != 0x80) return {.bad = true};
      least = least << 6 | (there ? byte(at + i) & 0x3fu : 0x00u);
      most = most << 6 | (there ? byte(at + i) & 0x3fu : 0x3fu);
    }
    constexpr std::uint32_t first_of_length[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool overlong = most < first_of_length[length];
    const bool surrogate = least >= 0xd800 && most <= 0xdfff;
    if (overlong || surrogate || least > 0x10ffff) return {.bad = true};
    if (at + length > text.size()) return {.cut = true};
    at += length;
  }
  return {};
}

// What the bytes of a client mean, in the words of describe() in frame_test_support.h: "text:…",
// "ping:…", "pong:…", "close:<code>:<reason>", "fail:<code>". Nothing comes after a failure.
class ReferenceReader {
 public:
  explicit ReferenceReader(std::size_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

  std::vector<std::string> read(std::string_view bytes) {
    bytes_ = bytes;
    events_.clear();
    message_.reset();
    while (frame()) continue;
    return events_;
  }

 private:
  // One frame off the front. False: that was all, or a failure.
  bool frame() {
    if (bytes_.size() < 2) return false;
    const unsigned first = at(0);
    const unsigned opcode = first & 15;
    const bool final = first >= 0x80;
    const bool control = opcode >= 8;
    if ((first & 0x70) != 0 || at(1) < 0x80) return fail(1002);
    if (!(opcode <= 2 || (opcode >= 8 && opcode <= 10))) return fail(1002);
    if (opcode == 0 ? !message_.has_value() : !control && message_.has_value()) return fail(1002);
    if (opcode == 2) return fail(1003);
    const unsigned short_length = at(1) & 0x7f;
    if (control && (!final || short_length > 125)) return fail(1002);
    const std::size_t extended = short_length == 127 ? 8 : short_length == 126 ? 2 : 0;
    const std::size_t header = 2 + extended + 4;
    if (bytes_.size() < header) return false;
    std::uint64_t length = extended == 0 ? short_length : 0;
    for (std::size_t i = 0; i < extended; ++i) length = length * 256 + at(2 + i);
    if (extended == 2 && length < 126) return fail(1002);
    if (extended == 8 && (length < 65536 || length >= std::uint64_t{1} << 63)) return fail(1002);
    const std::size_t before = message_ ? message_->size() : 0;
    if (!control && length > message_bytes_max_ - before) return fail(1009);
    std::string payload(bytes_.substr(header, length));
    for (std::size_t i = 0; i < payload.size(); ++i)
      payload[i] = static_cast<char>(payload[i] ^ bytes_[header - 4 + i % 4]);
    const bool whole = payload.size() == length;
    bytes_.remove_prefix(header + payload.size());
    if (control) return whole && control_frame(opcode, payload);
    return data_frame(payload, whole, final);
  }

  bool data_frame(const std::string& payload, bool whole, bool final) {
    message_ = message_.value_or("") + payload;
    const ReferenceUtf8 utf8 = reference_utf8(*message_);
    if (utf8.bad) return fail(1007);
    if (!whole) return false;
    if (!final) return true;
    if (utf8.cut) return fail(1007);
    events_.push_back("text:" + *message_);
    message_.reset();
    return true;
  }

  bool control_frame(unsigned opcode, const std::string& payload) {
    if (opcode == 9) events_.push_back("ping:" + payload);
    if (opcode == 10) events_.push_back("pong:" + payload);
    if (opcode != 8) return true;
    if (payload.empty()) {
      events_.push_back("close:1005:");
      return true;
    }
    if (payload.size() == 1) return fail(1002);
    const unsigned code =
        static_cast<unsigned char>(payload[0]) * 256u + static_cast<unsigned char>(payload[1]);
    // Section 7.4 and the registry: 1004, 1005, 1006 and 1015 are never on the wire, 1016-2999 are
    // not given out, below 1000 and from 5000 on nothing is.
    const bool registered = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
    if (!registered && (code < 3000 || code > 4999)) return fail(1002);
    const std::string reason = payload.substr(2);
    const ReferenceUtf8 utf8 = reference_utf8(reason);
    if (utf8.bad || utf8.cut) return fail(1007);
    events_.push_back("close:" + std::to_string(code) + ":" + reason);
    return true;
  }

  bool fail(int code) {
    events_.push_back("fail:" + std::to_string(code));
    return false;
  }
  [[nodiscard]] unsigned at(std::size_t i) const { return static_cast<unsigned char>(bytes_[i]); }

  const std::size_t message_bytes_max_;
  std::string_view bytes_;
  std::vector<std::string> events_;
  std::optional<std::string> message_;  // the fragments so far
};

}  // namespace whoosh::net
