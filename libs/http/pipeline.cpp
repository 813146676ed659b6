#include "http/pipeline.h"

#include <algorithm>
#include <chrono>
#include <exception>

#include "base/encoding.h"
#include "http/answer.h"

namespace whoosh::http {
namespace {

using base::ErrorCode;

constexpr std::size_t request_id_bytes = 12;
constexpr std::size_t logged_path_bytes_max = 256;

// For what is no page: nothing may be loaded from it, nobody may frame it.
constexpr std::string_view data_policy = "default-src 'none'; frame-ancestors 'none'";
// For pages of the web client. The edge lives on another port, hence ws: and wss:.
constexpr std::string_view page_policy =
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; font-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'";

// The only clock that is asked directly: a duration for the log, which nothing depends on.
std::int64_t monotonic_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Two years, as the preload lists ask for at least one.
constexpr std::string_view https_only = "max-age=63072000; includeSubDomains";

// The client uses none of these; what is injected into it shall not either.
constexpr std::string_view page_permissions =
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), bluetooth=(), "
    "display-capture=(), browsing-topics=()";

bool sane_request_id(std::string_view id) {
  return id.size() >= 8 && id.size() <= 64 && std::ranges::all_of(id, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

Pipeline::Pipeline(Router router, Policy policy, runtime::Entropy& entropy)
    : router_(std::move(router)), policy_(std::move(policy)), entropy_(entropy) {}

Awaitable<Response> Pipeline::run(RequestContext& context,
                                  const boost::asio::ip::address& peer) const {
  const std::int64_t started_us = monotonic_us();
  identify(context, peer);
  std::string problem;
  Response response = co_await dispatch(context, problem);
  finish(context, response);
  log(context, response, started_us, std::move(problem));
  co_return response;
}

Response Pipeline::refuse(RequestContext& context, const boost::asio::ip::address& peer,
                          const base::Error& error, int status) const {
  const std::int64_t started_us = monotonic_us();
  identify(context, peer);
  Response response = error_response(error, context.request_id);
  if (status != 0) response.status = status;
  finish(context, response);
  log(context, response, started_us, {});
  return response;
}

void Pipeline::identify(RequestContext& context, const boost::asio::ip::address& peer) const {
  const std::string_view given = context.request.headers.get("X-Request-Id");
  context.request_id = sane_request_id(given) ? std::string(given)
                                              : base::base64url(entropy_.bytes(request_id_bytes));
  // Several X-Forwarded-For headers are one list.
  std::string forwarded;
  if (!policy_.trusted_proxies.empty()) {
    for (const auto& [name, value] : context.request.headers.rows) {
      if (!same_text(name, "X-Forwarded-For")) continue;
      if (!forwarded.empty()) forwarded += ',';
      forwarded += value;
    }
  }
  context.client = client_behind(peer, forwarded, policy_.trusted_proxies);
}

Awaitable<Response> Pipeline::dispatch(RequestContext& context, std::string& problem) const {
  const Router::Match match = router_.find(context);
  if (context.request.method == Method::options) co_return options(context, match.allow);
  if (match.handler == nullptr) {
    const ErrorCode code =
        match.allow.empty() ? ErrorCode::not_found : ErrorCode::method_not_allowed;
    Response response = error_response(code, context.request_id);
    if (!match.allow.empty()) response.headers.add("Allow", match.allow);
    co_return response;
  }
  try {
    co_return co_await (*match.handler)(context);
  } catch (const std::exception& error) {
    problem = error.what();  // a driver's exception that its adapter let through: ours to repair
  }
  co_return error_response(ErrorCode::internal, context.request_id);
}

bool Pipeline::allows_origin(const RequestContext& context, std::string_view origin) const {
  if (origin == context.request.origin) return true;
  return std::ranges::any_of(policy_.allowed_origins, [&](const std::string& allowed) {
    return allowed == "*" || same_text(allowed, origin);
  });
}

Response Pipeline::options(RequestContext& context, const std::string& allow) const {
  if (allow.empty() && context.request.path != "*") {
    return error_response(ErrorCode::not_found, context.request_id);
  }
  const auto& headers = context.request.headers;
  const bool preflight = headers.has("Origin") && headers.has("Access-Control-Request-Method");
  if (preflight && !allows_origin(context, headers.get("Origin"))) {
    return error_response(ErrorCode::foreign_origin, context.request_id);
  }
  Response response = no_content();
  response.headers.add("Allow", allow.empty() ? "GET, HEAD, POST, PATCH, DELETE, OPTIONS" : allow);
  if (preflight) {
    response.headers.add("Access-Control-Allow-Methods", allow);
    response.headers.add("Access-Control-Allow-Headers",
                         "authorization, content-type, idempotency-key, x-request-id");
    response.headers.add("Access-Control-Max-Age", "600");
  }
  return response;
}

void Pipeline::finish(const RequestContext& context, Response& response) const {
  Headers& headers = response.headers;
  headers.add("X-Request-Id", context.request_id);
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("Referrer-Policy", "same-origin");
  const bool page = headers.get("Content-Type").starts_with("text/html");
  headers.add("Content-Security-Policy", std::string(page ? page_policy : data_policy));
  headers.add("Cross-Origin-Resource-Policy", "same-origin");
  if (page) {
    headers.add("Cross-Origin-Opener-Policy", "same-origin");
    headers.add("Permissions-Policy", std::string(page_permissions));
  }
  // In the clear it would mean nothing (RFC 6797 section 7.2).
  if (policy_.https && !context.in_clear)
    headers.add("Strict-Transport-Security", std::string(https_only));
  if (!headers.has("Cache-Control")) headers.add("Cache-Control", "no-store");
  if (!policy_.allowed_origins.empty()) headers.add("Vary", "Origin");
  const std::string_view origin = context.request.headers.get("Origin");
  if (!origin.empty() && allows_origin(context, origin)) {
    headers.add("Access-Control-Allow-Origin", std::string(origin));
    headers.add("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
  }
}

void Pipeline::log(const RequestContext& context, const Response& response, std::int64_t started_us,
                   std::string problem) const {
  if (!policy_.access_log) return;
  AccessLine line;
  line.request_id = context.request_id;
  line.method = method_text(context.request.method);
  line.path = context.request.path.substr(0, logged_path_bytes_max);
  line.route = context.route;
  line.client = context.client.text;
  line.user = context.user;
  line.status = response.status;
  line.code = response.error;
  line.bytes = response.content().size();
  line.took_us = monotonic_us() - started_us;
  line.problem = std::move(problem);
  policy_.access_log(line);
}

}  // namespace whoosh::http
