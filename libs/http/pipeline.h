// Pipeline: what happens to every request around its handler, in this order: request id, client
// address, CORS, route or 404/405, handler, error body for whatever went wrong, security headers,
// access line. Owned by the Server; immutable after construction; all loops' threads share it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "http/address.h"
#include "http/router.h"
#include "runtime/entropy.h"

namespace whoosh::http {

// One answered request, for a log. No header, no query and no body is in it, so no secret is.
struct AccessLine {
  std::string request_id;
  std::string method;
  std::string path;        // at most 256 bytes
  std::string_view route;  // its pattern, which lives as long as the server; "": a file, or nothing
  std::string client;      // address
  std::string user;        // "" or the id of who asked
  int status = 0;
  std::string code;       // of the error body; "" if it is none
  std::size_t bytes = 0;  // of the answer's body
  std::int64_t took_us = 0;
  std::string problem;  // 5xx of ours: what went wrong, for us only
};

struct Policy {
  std::vector<std::string>
      allowed_origins;  // beside the server's own: "https://play.example.org", or "*"
  Networks trusted_proxies;
  bool https = false;  // players reach us by https only: browsers are told to keep to it
  std::function<void(const AccessLine&)> access_log;  // any loop's thread; empty: none
};

class Pipeline {
 public:
  Pipeline(Router router, Policy policy, runtime::Entropy& entropy);

  // Answers everything; no exception leaves it.
  [[nodiscard]] Awaitable<Response> run(RequestContext& context,
                                        const boost::asio::ip::address& peer) const;
  // The answer to what could not be read as a request. `status` 0: the error's own.
  [[nodiscard]] Response refuse(RequestContext& context, const boost::asio::ip::address& peer,
                                const base::Error& error, int status = 0) const;
  [[nodiscard]] const Router& router() const { return router_; }

 private:
  [[nodiscard]] Awaitable<Response> dispatch(RequestContext& context, std::string& problem) const;
  void identify(RequestContext& context, const boost::asio::ip::address& peer) const;
  [[nodiscard]] bool allows_origin(const RequestContext& context, std::string_view origin) const;
  [[nodiscard]] Response options(RequestContext& context, const std::string& allow) const;
  void finish(const RequestContext& context, Response& response) const;
  void log(const RequestContext& context, const Response& response, std::int64_t started_us,
           std::string problem) const;

  Router router_;
  Policy policy_;
  runtime::Entropy& entropy_;
};

}  // namespace whoosh::http
