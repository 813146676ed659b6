#include "http/message.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace whoosh::http {
namespace {

constexpr std::size_t segments_max = 16;
constexpr std::size_t query_rows_max = 32;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool has_nul(std::string_view text) {
  return text.find('\0') != text.npos;
}

}  // namespace

std::string_view method_text(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      return "OTHER";
  }
  return "OTHER";
}

Method parse_method(std::string_view text) {
  for (const Method method : {Method::get, Method::head, Method::post, Method::put, Method::patch,
                              Method::delete_, Method::options}) {
    if (text == method_text(method)) return method;
  }
  return Method::other;
}

bool same_text(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [key, value] : rows) {
    if (same_text(key, name)) return value;
  }
  return {};
}

bool Headers::has(std::string_view name) const {
  return count(name) > 0;
}

std::size_t Headers::count(std::string_view name) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows, [&](const auto& row) { return same_text(row.first, name); }));
}

void Headers::set(std::string name, std::string value) {
  std::erase_if(rows, [&](const auto& row) { return same_text(row.first, name); });
  add(std::move(name), std::move(value));
}

std::string_view status_text(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 204:
      return "No Content";
    case 307:
      return "Temporary Redirect";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "Status";
  }
}

bool parse_target(std::string_view target, Request& request) {
  if (target == "*" && request.method == Method::options) {
    request.path = "*";
    return true;
  }
  if (!target.starts_with('/')) {  // absolute-form
    const auto scheme = target.find("://");
    if (scheme == target.npos || scheme > 5) return false;
    const auto path = target.find_first_of("/?#", scheme + 3);
    target = path == target.npos ? std::string_view("/") : target.substr(path);
    if (!target.starts_with('/')) return false;
  }
  const auto parsed = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!parsed) return false;
  const std::string_view encoded(parsed->encoded_path().data(), parsed->encoded_path().size());
  request.path.assign(encoded);
  for (const auto& segment : parsed->segments()) {
    if (request.segments.size() == segments_max || has_nul(segment)) return false;
    request.segments.emplace_back(segment);
  }
  if (request.segments.size() > 1 && request.segments.back().empty()) request.segments.pop_back();
  if (request.segments.size() == 1 && request.segments.front().empty()) request.segments.clear();
  for (const auto& row : parsed->params()) {
    if (request.query.size() == query_rows_max || has_nul(row.key) || has_nul(row.value)) {
      return false;
    }
    request.query.emplace_back(row.key, row.value);
  }
  return true;
}

}  // namespace whoosh::http
