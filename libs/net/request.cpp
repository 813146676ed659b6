#include "net/request.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <ctime>

#include "base/assert.h"

namespace whoosh::net {
namespace {

constexpr std::size_t key_characters = 24;  // 16 bytes in base64, "==" at the end

bool valid_key(const HttpHead& head) {
  const auto key = head.header("Sec-WebSocket-Key");
  if (head.header_count("Sec-WebSocket-Key") != 1 || key->size() != key_characters) return false;
  if (!key->ends_with("==") || key->find('=') != key_characters - 2) return false;
  std::array<unsigned char, key_characters> decoded;  // EVP_DecodeBlock counts the padding: 18
  return EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(key->data()),
                         static_cast<int>(key->size())) == 18;
}

// False: too many, or one is no token.
bool read_subprotocols(const HttpHead& head, Subprotocols& out) {
  for (const HeaderField& field : head.fields()) {
    if (!equal_without_case(field.name, "Sec-WebSocket-Protocol")) continue;
    std::string_view list = field.value;
    while (const auto element = next_element(list)) {
      if (!is_token(*element) || !out.try_push_back(*element)) return false;
    }
  }
  return true;
}

// Cuts a token, or a quoted-string that would be one without its quotes, off the front.
bool take_token(std::string_view& text, bool may_be_quoted) {
  const bool quoted = may_be_quoted && text.starts_with('"');
  if (quoted) text.remove_prefix(1);
  std::size_t size = 0;
  std::string value;
  while (size < text.size() && (quoted ? text[size] != '"' : is_token(text.substr(size, 1)))) {
    if (quoted && text[size] == '\\' && ++size == text.size()) return false;
    value += text[size++];
  }
  text.remove_prefix(size);
  if (quoted && !text.empty())
    text.remove_prefix(1);  // its end
  else if (quoted)
    return false;
  return is_token(value);
}

void skip_blanks(std::string_view& text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
}

// RFC 6455 9.1: extension = token *( ";" token [ "=" ( token / quoted-string ) ] ), in lists. None
// is taken, but an offer that is malformed must not be met with silence.
bool well_formed_extensions(std::string_view list) {
  bool any = false;
  while (true) {
    skip_blanks(list);
    if (list.empty()) return any;
    if (list.starts_with(',')) {  // RFC 9110 5.6.1: empty elements
      list.remove_prefix(1);
      continue;
    }
    any = true;
    if (!take_token(list, false)) return false;
    for (skip_blanks(list); list.starts_with(';'); skip_blanks(list)) {
      list.remove_prefix(1);
      skip_blanks(list);
      if (!take_token(list, false)) return false;
      skip_blanks(list);
      if (!list.starts_with('=')) continue;
      list.remove_prefix(1);
      skip_blanks(list);
      if (!take_token(list, true)) return false;
    }
    if (!list.empty() && !list.starts_with(',')) return false;
  }
}

bool good_extensions(const HttpHead& head) {
  for (const HeaderField& field : head.fields()) {
    if (equal_without_case(field.name, "Sec-WebSocket-Extensions") &&
        !well_formed_extensions(field.value))
      return false;
  }
  return true;
}

Upgrade verdict(Request& request) {
  const HttpHead& head = request.head;
  if (!head.has_token("Upgrade", "websocket")) return Upgrade::NotAsked;
  if (!valid_key(head) || !read_subprotocols(head, request.subprotocols) || !good_extensions(head))
    return Upgrade::BadKey;
  if (head.method() != "GET" || !head.http_1_1() || !head.has_token("Connection", "upgrade")) {
    return Upgrade::NotAsked;
  }
  const bool version_13 = head.header_count("Sec-WebSocket-Version") == 1 &&
                          head.header("Sec-WebSocket-Version") == "13";
  return version_13 ? Upgrade::Valid : Upgrade::WrongVersion;
}

struct Reason {
  int status;
  std::string_view text;
};
constexpr Reason reasons[] = {
    {200, "OK"},
    {204, "No Content"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {413, "Content Too Large"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

// May be empty (RFC 9112 section 4).
std::string_view reason(int status) {
  for (const Reason& row : reasons) {
    if (row.status == status) return row.text;
  }
  return {};
}

// IMF-fixdate (RFC 9110 5.6.7), whatever the locale.
std::string http_date(base::UnixMs now) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = now.seconds();
  std::tm t{};
  gmtime_r(&seconds, &t);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", days[t.tm_wday], t.tm_mday,
                     months[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

}  // namespace

int Request::upgrade_refusal() const {
  switch (upgrade) {
    case Upgrade::Valid:
      return 0;
    case Upgrade::BadKey:
      return 400;
    case Upgrade::NotAsked:
    case Upgrade::WrongVersion:
      return 426;
  }
  return 400;
}

void check_upgrade(Request& request) {
  request.upgrade = verdict(request);
}

std::string accept_key(std::string_view key) {
  static constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3
  const std::string text = std::string(key) + std::string(guid);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  const int hashed =
      EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  ASSERT(hashed == 1);
  std::array<unsigned char, 32> base64;
  const int size = EVP_EncodeBlock(base64.data(), digest.data(), SHA_DIGEST_LENGTH);
  return {reinterpret_cast<const char*>(base64.data()), static_cast<std::size_t>(size)};
}

std::string response_bytes(const Response& response, bool with_body, base::UnixMs now) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                                reason(response.status), http_date(now));
  if (response.status == 426) {  // RFC 9110 15.5.22, RFC 6455 4.4
    out += "Connection: Upgrade, close\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";
  } else {
    out += "Connection: close\r\n";
  }
  for (const auto& [name, value] : response.headers) {
    ASSERT((name + value).find_first_of("\r\n") == std::string::npos);
    out += fmt::format("{}: {}\r\n", name, value);
  }
  if (response.status != 204) {
    if (!response.body.empty()) out += fmt::format("Content-Type: {}\r\n", response.content_type);
    out += fmt::format("Content-Length: {}\r\n", response.body.size());
  }
  out += "\r\n";
  if (with_body && response.status != 204) out += response.body;
  return out;
}

std::string upgrade_bytes(std::string_view key, std::string_view subprotocol) {
  std::string out = fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: {}\r\n",
      accept_key(key));
  if (!subprotocol.empty()) out += fmt::format("Sec-WebSocket-Protocol: {}\r\n", subprotocol);
  out += "\r\n";
  return out;
}

}  // namespace whoosh::net
