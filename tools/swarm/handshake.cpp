#include "tools/swarm/handshake.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "base/encoding.h"
#include "net/http_head.h"
#include "net/request.h"

namespace whoosh::swarm {
namespace {

using Kind = HandshakeAnswer::Kind;

constexpr std::size_t answer_bytes_max = 64 * 1024;

// 16 bytes in base64: 22 characters and two '='.
std::string key_of(std::uint64_t nonce) {
  std::string out = base::base64url(fmt::format("{:016x}", nonce));
  for (char& c : out) c = c == '-' ? '+' : c == '_' ? '/' : c;
  return out + "==";
}

std::optional<std::string_view> field(std::string_view head, std::string_view name) {
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    head = end == std::string_view::npos ? std::string_view() : head.substr(end + 2);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !net::equal_without_case(line.substr(0, colon), name))
      continue;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
    return value;
  }
  return std::nullopt;
}

HandshakeAnswer wrong(const char* why) {
  HandshakeAnswer out;
  out.kind = Kind::Wrong;
  out.why = why;
  return out;
}

std::string code_in(std::string_view body) {
  constexpr std::string_view member = "\"code\":\"";
  const std::size_t at = body.find(member);
  if (at == std::string_view::npos) return {};
  body.remove_prefix(at + member.size());
  return std::string(body.substr(0, body.find('"')));
}

HandshakeAnswer refused(int status, std::string_view head, std::string_view body, bool ended) {
  HandshakeAnswer out;
  std::size_t length = 0;
  if (const auto given = field(head, "Content-Length"))
    std::from_chars(given->data(), given->data() + given->size(), length);
  if (body.size() < length && !ended && body.size() < answer_bytes_max) return out;
  out.kind = Kind::Refused;
  out.status = status;
  out.code = code_in(body);
  return out;
}

}  // namespace

std::string knock_bytes(const Knock& knock) {
  std::string out = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n",
      knock.target, knock.host, key_of(knock.nonce));
  if (!knock.subprotocols.empty())
    out += fmt::format("Sec-WebSocket-Protocol: {}\r\n", knock.subprotocols);
  if (!knock.bearer.empty()) out += fmt::format("Authorization: Bearer {}\r\n", knock.bearer);
  return out + "\r\n";
}

HandshakeAnswer read_answer(std::string_view bytes, const Knock& knock, bool ended) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    if (bytes.size() > answer_bytes_max) return wrong("an endless answer to the upgrade");
    return ended ? wrong("no answer to the upgrade") : HandshakeAnswer();
  }
  const std::string_view head = bytes.substr(0, end);
  int status = 0;
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 12 ||
      std::from_chars(head.data() + 9, head.data() + 12, status).ec != std::errc{}) {
    return wrong("an answer to the upgrade that is no HTTP");
  }
  if (status != 101) return refused(status, head, bytes.substr(end + 4), ended);
  const auto upgrade = field(head, "Upgrade");
  const auto connection = field(head, "Connection");
  if (!upgrade || !net::equal_without_case(*upgrade, "websocket") || !connection ||
      !net::equal_without_case(*connection, "upgrade")) {
    return wrong("a 101 to something else than WebSocket");
  }
  const auto accept = field(head, "Sec-WebSocket-Accept");
  if (!accept || *accept != net::accept_key(key_of(knock.nonce)))
    return wrong("a Sec-WebSocket-Accept that is not ours");
  const auto chosen = field(head, "Sec-WebSocket-Protocol");
  if (chosen && knock.subprotocols.find(*chosen) == std::string_view::npos)
    return wrong("a subprotocol that was not offered");
  if (field(head, "Sec-WebSocket-Extensions")) return wrong("an extension that was not offered");
  HandshakeAnswer out;
  out.kind = Kind::Open;
  out.status = status;
  out.bytes = end + 4;
  return out;
}

}  // namespace whoosh::swarm
