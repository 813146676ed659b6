// ask: waits in a coroutine for a port that answers by runtime::Reply.
//
//   const auto account = co_await ask<store::Account>(context, [&](auto reply) {
//     store.account(user, std::move(reply));
//   });
//
// The call is made at the end of the loop's turn, together with those of other requests. Gives up
// with `unavailable` after ask_deadline_ms; a later answer is dropped. The coroutine may be
// destroyed meanwhile (the server stops): the answer then finds nobody. Loop's thread only.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "http/context.h"
#include "runtime/reply.h"

namespace whoosh::http {

inline constexpr std::int64_t ask_deadline_ms = 10'000;

template <class T = void, class Call>
Awaitable<base::Result<T>> ask(RequestContext& context, Call call,
                               std::int64_t deadline_ms = ask_deadline_ms) {
  // The pending wait belongs to the loop's timers, so that no answer can outlive or resume a dead
  // coroutine.
  struct Waiting {
    boost::asio::steady_timer timer;
    std::optional<base::Result<T>> answer;
  };
  const auto waiting = std::make_shared<Waiting>(
      Waiting{boost::asio::steady_timer(co_await boost::asio::this_coro::executor), std::nullopt});
  waiting->timer.expires_after(std::chrono::milliseconds(deadline_ms));
  // Whoever finds `waiting` alive finds this frame and those that wait for it alive, too.
  auto asking = [&call, mailbox = context.mailbox, weak = std::weak_ptr<Waiting>(waiting)] {
    if (weak.expired()) return;
    call(runtime::Reply<T>(*mailbox, [weak, alive = mailbox](base::Result<T> answer) {
      if (const auto waits = weak.lock()) {
        waits->answer = std::move(answer);
        waits->timer.cancel();
      }
    }));
  };
  context.mailbox->at_turn_end(std::move(asking));
  co_await waiting->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  if (!waiting->answer) co_return base::Error{base::ErrorCode::unavailable};
  co_return std::move(*waiting->answer);
}

}  // namespace whoosh::http
