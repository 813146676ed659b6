#include "net/http_head.h"

#include <algorithm>
#include <array>

namespace whoosh::net {
namespace {

constexpr int bad_request = 400;
constexpr int head_too_large = 431;
constexpr int version_not_supported = 505;

constexpr std::array<bool, 256> token_characters = [] {
  std::array<bool, 256> set{};
  for (unsigned c = '0'; c <= '9'; ++c) set[c] = true;
  for (unsigned c = 'a'; c <= 'z'; ++c) set[c] = true;
  for (unsigned c = 'A'; c <= 'Z'; ++c) set[c] = true;
  for (const char c :
       {'!', '#', '$', '%', '&', '\'', '*', '+', '-', '.', '^', '_', '`', '|', '~'}) {
    set[static_cast<unsigned char>(c)] = true;
  }
  return set;
}();

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool value_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

bool target_character(char c) {
  return c > 0x20 && c < 0x7f && c != '#';
}

bool host_character(char c) {
  const bool alphanumeric = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
  return alphanumeric || std::string_view("-._~%!$&'()*+,;=:[]").find(c) != std::string_view::npos;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return out;
}

}  // namespace

HeadScan scan_head(std::string_view text, std::size_t scanned) {
  const std::size_t skipped =
      text.starts_with("\r\n") ? 2 : 0;  // RFC 9112 2.2: one empty line before
  for (std::size_t at = scanned; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\0') return {HeadScan::Kind::Malformed, 0};
    const bool after_cr = at > 0 && text[at - 1] == '\r';
    if ((c == '\n') != after_cr) return {HeadScan::Kind::Malformed, 0};
    if (c != '\n' || at + 1 < skipped + 2) continue;
    if (at == skipped + 1)
      return {HeadScan::Kind::Malformed, 0};  // a second empty line, no request line
    if (text[at - 2] == '\n') return {HeadScan::Kind::Complete, at + 1};
  }
  return {};
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return token_characters[static_cast<unsigned char>(c)];
  });
}

std::optional<std::string_view> next_element(std::string_view& list) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view element = trimmed(list.substr(0, comma));
    list.remove_prefix(std::min(comma + 1, list.size()));
    if (!element.empty()) return element;
  }
  return std::nullopt;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  std::optional<std::string_view> found;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) != name) continue;
    if (found) return std::nullopt;
    found = pair.substr(std::min(equals + 1, pair.size()));
  }
  if (!found) return std::nullopt;
  return percent_decoded(*found);
}

int HttpHead::parse(std::string_view text) {
  *this = HttpHead{};
  if (text.starts_with("\r\n")) text.remove_prefix(2);
  bool request_line = true;
  while (true) {
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos) return bad_request;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 2);
    if (line.empty() && !request_line) break;
    const int status = request_line ? parse_request_line(line) : parse_field(line);
    if (status != 0) return status;
    request_line = false;
  }
  if (!text.empty()) return bad_request;
  if (const int status = check_host(); status != 0) return status;
  return check_body();
}

int HttpHead::parse_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad_request;
  method_ = line.substr(0, first);
  target_ = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method_)) return bad_request;
  if (version.size() != 8 || !version.starts_with("HTTP/") || version[6] != '.' ||
      version[5] < '0' || version[5] > '9' || version[7] < '0' || version[7] > '9') {
    return bad_request;
  }
  if (version[5] != '1') return version_not_supported;
  minor_version_ = version[7] == '0' ? 0 : 1;  // 1.2 and later speak 1.1 too
  return parse_target();
}

// origin-form and absolute-form (RFC 9112 3.2); asterisk-form for OPTIONS only; this is no proxy.
int HttpHead::parse_target() {
  if (target_.empty() || !std::all_of(target_.begin(), target_.end(), target_character))
    return bad_request;
  std::string_view rest = target_;
  if (rest == "*") {
    path_ = rest;
    return method_ == "OPTIONS" ? 0 : bad_request;
  }
  if (rest.front() != '/') {
    const std::size_t scheme = rest.find("://");
    if (scheme == std::string_view::npos) return bad_request;
    const std::string_view name = rest.substr(0, scheme);
    if (!equal_without_case(name, "http") && !equal_without_case(name, "ws")) return bad_request;
    rest.remove_prefix(scheme + 3);
    const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
    host_ = rest.substr(0, end);
    rest.remove_prefix(end);
    if (host_.empty() || !std::all_of(host_.begin(), host_.end(), host_character))
      return bad_request;
  }
  const std::size_t question = std::min(rest.find('?'), rest.size());
  path_ = question == 0 ? std::string_view("/") : rest.substr(0, question);
  query_ = rest.substr(std::min(question + 1, rest.size()));
  return 0;
}

int HttpHead::parse_field(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return bad_request;
  const std::string_view value = line.substr(colon + 1);
  if (!std::all_of(value.begin(), value.end(), value_character)) return bad_request;
  return fields_.try_push_back({line.substr(0, colon), trimmed(value)}) ? 0 : head_too_large;
}

int HttpHead::check_host() {
  const std::size_t count = header_count("Host");
  if (count > 1 || (count == 0 && http_1_1())) return bad_request;
  const std::string_view given = header("Host").value_or("");
  if (!std::all_of(given.begin(), given.end(), host_character)) return bad_request;
  if (host_.empty()) host_ = given;  // absolute-form wins (RFC 9112 3.2.2)
  return 0;
}

// Bodies are not read here, only told apart; what could be read in two ways is refused.
int HttpHead::check_body() {
  const std::size_t lengths = header_count("Content-Length");
  const bool encoded = header_count("Transfer-Encoding") > 0;
  if (lengths > 1 || (encoded && (lengths > 0 || !http_1_1()))) return bad_request;
  has_body_ = encoded;
  if (lengths == 1) {
    const std::string_view digits = *header("Content-Length");
    const bool number =
        !digits.empty() && digits.size() <= 18 &&
        std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!number) return bad_request;
    has_body_ = digits.find_first_not_of('0') != std::string_view::npos;
  }
  return has_body_ && (method_ == "GET" || method_ == "HEAD") ? bad_request : 0;
}

std::optional<std::string_view> HttpHead::header(std::string_view name) const {
  for (const HeaderField& field : fields_) {
    if (equal_without_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t HttpHead::header_count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(),
      [&](const HeaderField& field) { return equal_without_case(field.name, name); }));
}

bool HttpHead::has_token(std::string_view name, std::string_view token) const {
  for (const HeaderField& field : fields_) {
    if (!equal_without_case(field.name, name)) continue;
    std::string_view list = field.value;
    while (const auto element = next_element(list)) {
      if (equal_without_case(*element, token)) return true;
    }
  }
  return false;
}

}  // namespace whoosh::net
