// RequestContext: one request on its way through a handler. Made by the Server, lives until the
// handler's coroutine ends, loop's thread only. Handlers are coroutines: they never block; whatever
// waits goes through ask() (ask.h) or a WorkerPool (worker_pool.h).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/address.h"
#include "http/loop_mailbox.h"
#include "http/message.h"

// g++ 12 takes asio's own allocation of coroutine frames for a mismatch.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace whoosh::http {

template <class T = void>
using Awaitable = boost::asio::awaitable<T>;

struct RequestContext {
  Request request;
  std::string request_id;
  ClientAddress client;
  std::shared_ptr<LoopMailbox> mailbox;
  std::vector<std::pair<std::string_view, std::string>> params;  // of the route's pattern
  bool in_clear = false;   // by plain HTTP where TLS is spoken
  std::string_view route;  // the pattern that fits, as added; "" before, or when none does
  std::string user;        // for the access log: set by whoever found out who is asking

  // REQUIRES: the pattern has it.
  [[nodiscard]] const std::string& param(std::string_view name) const;
  [[nodiscard]] std::optional<std::string> query(std::string_view name) const;  // the first
};

using Handler = std::function<Awaitable<Response>(RequestContext&)>;

}  // namespace whoosh::http
