#include "services/cluster/edge_client.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <charconv>
#include <map>
#include <optional>

#include "services/edge/internal_routes.h"
#include "wire/rest.h"

namespace whoosh::cluster {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::size_t answer_bytes_max = http::ClientConfig{}.body_bytes_max;
constexpr std::int64_t timeout_ms = 3'000;

std::optional<ErrorCode> code_named(std::string_view name) {
  static const auto codes = [] {
    std::map<std::string_view, ErrorCode> out;
#define X(code, status, sentence) out.emplace(#code, ErrorCode::code);
    WHOOSH_ERRORS(X)
#undef X
    return out;
  }();
  const auto found = codes.find(name);
  return found == codes.end() ? std::nullopt : std::optional(found->second);
}

Error senseless(std::string_view node, int status) {
  return {ErrorCode::unavailable, fmt::format("Node {} answered {} without sense.", node, status)};
}

Error error_of(const http::Response& response, const base::JsonValue& body, std::string_view node) {
  const auto said = base::decode_as<wire::ErrorBody>(body);
  const auto code = said ? code_named(said->code) : std::nullopt;
  if (!code) return senseless(node, response.status);
  if (*code == ErrorCode::unauthorized) {
    spdlog::error("node {} refuses our calls: its cluster secret is another, or a clock is wrong",
                  node);
    return ErrorCode::unavailable;
  }
  Error error{*code, said->error};
  if (said->fields) error.fields = *said->fields;
  const std::string_view after = response.headers.get("Retry-After");
  std::from_chars(after.data(), after.data() + after.size(), error.retry_after_s);
  return error;
}

}  // namespace

http::Call EdgeClient::prepare(const state::Node& node, std::string_view name, std::string body,
                               Twice twice) const {
  http::Call call;
  call.host = node.internal_host;
  call.port = node.internal_port;
  call.method = http::Method::post;
  call.target = std::string(edge::internal_prefix) + std::string(name);
  call.idempotent = twice == Twice::harmless;
  call.timeout_ms = timeout_ms;
  const std::string about = auth::call_text("POST", call.target, body);
  call.headers.add(std::string(auth::pass_header), key_.make_pass(about, clock_.now()));
  call.headers.add("Content-Type", "application/json");
  call.body = std::move(body);
  return call;
}

base::Result<base::JsonValue> EdgeClient::good_body(const http::Response& response,
                                                    std::string_view node) {
  if (response.status == 204) return base::JsonValue();
  thread_local base::JsonParser parser(answer_bytes_max);
  const auto body = parser.parse(response.body);
  if (!body) return senseless(node, response.status);
  if (response.status == 200) return *body;
  return error_of(response, *body, node);
}

}  // namespace whoosh::cluster
