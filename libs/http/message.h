// Request and Response as plain values: all that a handler sees of HTTP. No Beast here or in any
// header that a handler includes. Owned by one connection's coroutine for one exchange; its loop's
// thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace whoosh::http {

enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] std::string_view method_text(Method method);  // "DELETE"; other: "OTHER"
[[nodiscard]] Method parse_method(std::string_view text);

// True iff equal but for the case of ASCII letters: header names, media types.
[[nodiscard]] bool same_text(std::string_view a, std::string_view b);

struct Headers {
  std::vector<std::pair<std::string, std::string>> rows;

  // The first of that name; "" if there is none.
  [[nodiscard]] std::string_view get(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  void add(std::string name, std::string value) {
    rows.emplace_back(std::move(name), std::move(value));
  }
  // Replaces all of that name.
  void set(std::string name, std::string value);
};

struct Request {
  Method method = Method::get;
  std::vector<std::string> segments;  // of the path, decoded; a trailing slash left off
  std::string path;                   // as sent, without the query: for logs
  std::vector<std::pair<std::string, std::string>> query;  // decoded
  Headers headers;
  std::string body;
  std::string origin;  // "http://host:port" as this request was addressed; "" without a Host
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::string_view error;  // the code in an error body, a name of base/error.h: for logs
  std::shared_ptr<const std::string> shared_body;  // instead of body: files, sent without a copy

  [[nodiscard]] std::string_view content() const {
    return shared_body ? std::string_view(*shared_body) : std::string_view(body);
  }
};

[[nodiscard]] std::string_view status_text(int status);  // "Not Found"

// Splits and decodes a request target: origin-form, or absolute-form (its authority is dropped).
// False: not a target (RFC 3986 is held to, NUL refused).
[[nodiscard]] bool parse_target(std::string_view target, Request& request);

}  // namespace whoosh::http
