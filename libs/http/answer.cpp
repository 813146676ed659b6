#include "http/answer.h"

#include <algorithm>

#include "base/json.h"

namespace whoosh::http {
namespace {

using base::ErrorCode;

constexpr std::size_t body_bytes_max = 64 * 1024;
constexpr std::int32_t retry_after_default_s = 1;

bool is_json(std::string_view content_type) {
  const std::string_view media = content_type.substr(0, content_type.find(';'));
  const auto end = media.find_last_not_of(" \t");
  return end != media.npos && same_text(media.substr(0, end + 1), "application/json");
}

}  // namespace

Response json_text(int status, std::string text) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(text);
  return response;
}

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

Response error_response(const base::Error& error, std::string_view request_id) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object();
  out.member("error", error.sentence());
  out.member("code", base::error_name(error.code));
  out.member("request_id", request_id);
  if (!error.fields.empty()) {
    out.key("fields");
    base::encode(out, error.fields);
  }
  out.end_object();
  Response response = json_text(base::error_status(error.code), std::move(text));
  response.error = base::error_name(error.code);
  if (response.status == 429 || response.status == 503) {
    const auto seconds = std::max(error.retry_after_s, retry_after_default_s);
    response.headers.add("Retry-After", std::to_string(seconds));
  }
  if (response.status == 401) response.headers.add("WWW-Authenticate", "Bearer");
  return response;
}

base::Result<base::JsonValue> json_body(const RequestContext& context) {
  const std::string& body = context.request.body;
  const Headers& headers = context.request.headers;
  if (body.empty() && !headers.has("Content-Type")) {
    return base::Error{ErrorCode::malformed_json, "The body is missing."};
  }
  const std::string_view encoding = headers.get("Content-Encoding");
  const bool is_plain = encoding.empty() || same_text(encoding, "identity");
  if (!is_plain || !is_json(headers.get("Content-Type"))) {
    return base::Error{ErrorCode::unsupported_media_type};
  }
  thread_local base::JsonParser parser(body_bytes_max);
  auto parsed = parser.parse(body);
  if (parsed && !parsed->is_object()) {
    return base::Error{ErrorCode::malformed_json, "The body must be a JSON object."};
  }
  return parsed;
}

}  // namespace whoosh::http
