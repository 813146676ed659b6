// Ready answers: JSON of a described struct, the error body of docs/API.md, nothing. And the way
// in: a JSON body as a described struct. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/described.h"
#include "base/result.h"
#include "http/context.h"

namespace whoosh::http {

[[nodiscard]] Response json_text(int status, std::string text);
template <class T>
[[nodiscard]] Response json(int status, const T& value) {
  return json_text(status, base::to_json(value));
}
[[nodiscard]] Response no_content();  // 204

// {"error", "code", "request_id", "fields"?} with Retry-After and WWW-Authenticate where they
// belong.
[[nodiscard]] Response error_response(const base::Error& error, std::string_view request_id);

// The body, parsed: an object, no deeper than 8. Errors: unsupported_media_type, malformed_json,
// too_large.
[[nodiscard]] base::Result<base::JsonValue> json_body(const RequestContext& context);

// The value lives until this thread parses the next body: decode it before the next co_await.
template <class T>
[[nodiscard]] base::Result<T> body_as(const RequestContext& context) {
  const auto parsed = json_body(context);
  if (!parsed) return parsed.error();
  return base::decode_as<T>(*parsed);
}
// The same where everything is optional: no body is an empty object.
template <class T>
[[nodiscard]] base::Result<T> optional_body_as(const RequestContext& context) {
  if (context.request.body.empty()) return T{};
  return body_as<T>(context);
}

}  // namespace whoosh::http
