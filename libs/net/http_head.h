// HttpHead: the request line and headers of one HTTP/1 request (RFC 9112), parsed strictly: CRLF
// only, no obs-fold, no control characters, one Host, no request smuggling. Pure: views into the
// caller's text.
//
// Owner: whoever parses; lives on the stack while the text does. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/fixed.h"
#include "net/limits.h"

namespace whoosh::net {

// Looks for the empty line that ends a head.
struct HeadScan {
  enum class Kind : std::uint8_t {
    Incomplete,
    Complete,
    Malformed,  // a bare CR or LF, a NUL: no more bytes can make it a head
  };
  Kind kind = Kind::Incomplete;
  std::size_t bytes = 0;  // Complete: of the head with its empty line
};
// `scanned` bytes of `text` were given before, so that a head in small pieces costs linear time.
[[nodiscard]] HeadScan scan_head(std::string_view text, std::size_t scanned);

struct HeaderField {
  std::string_view name;
  std::string_view value;  // without white space around it
};

class HttpHead {
 public:
  // `text`: a whole head, as scan_head found it. 0, or the HTTP status that refuses it: 400, 431,
  // 505.
  [[nodiscard]] int parse(std::string_view text);

  [[nodiscard]] std::string_view method() const { return method_; }
  [[nodiscard]] std::string_view target() const { return target_; }  // as it was sent
  [[nodiscard]] std::string_view path() const { return path_; }  // raw, starts with '/' (or is "*")
  [[nodiscard]] std::string_view query() const { return query_; }  // raw, without '?'
  [[nodiscard]] std::string_view host() const { return host_; }    // empty: HTTP/1.0 without one
  [[nodiscard]] bool http_1_1() const { return minor_version_ == 1; }
  [[nodiscard]] bool has_body() const { return has_body_; }

  // The value of the first field of this name; names are compared without case.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
  [[nodiscard]] std::size_t header_count(std::string_view name) const;
  // True iff one of the comma-separated tokens of all fields of this name is `token`, without case.
  [[nodiscard]] bool has_token(std::string_view name, std::string_view token) const;
  [[nodiscard]] const auto& fields() const { return fields_; }

 private:
  int parse_request_line(std::string_view line);
  int parse_target();
  int parse_field(std::string_view line);
  int check_host();
  int check_body();

  base::FixedVector<HeaderField, head_fields_max> fields_;
  std::string_view method_, target_, path_, query_, host_;
  std::uint8_t minor_version_ = 1;
  bool has_body_ = false;
};

[[nodiscard]] bool equal_without_case(std::string_view a, std::string_view b);
[[nodiscard]] bool is_token(std::string_view text);  // RFC 9110 5.6.2, not empty
// Cuts the next comma-separated element off `list`, trimmed; nullopt at the end. Empty ones are
// skipped.
[[nodiscard]] std::optional<std::string_view> next_element(std::string_view& list);

// The value of `name` in a raw query, percent-decoded ('+' is a blank); nullopt: not there, given
// twice, or wrongly encoded.
[[nodiscard]] std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace whoosh::net
