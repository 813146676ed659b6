// Waiting for ports: the shell asks one thing after the other, from a thread that has nothing else
// to do. Values; the mailbox is another thread's.
#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>

#include "base/result.h"
#include "runtime/mailbox.h"
#include "runtime/reply.h"

namespace whoosh::admin {

inline constexpr auto patience = std::chrono::seconds(30);

// unavailable, with `otherwise` as its sentence: no answer within `patience`. One that comes later
// goes nowhere.
template <class T>
[[nodiscard]] base::Result<T> wait_for(runtime::Mailbox& mailbox, const char* otherwise,
                                       const std::function<void(runtime::Reply<T>)>& call) {
  const auto answer = std::make_shared<std::promise<base::Result<T>>>();
  auto answered = answer->get_future();
  call(runtime::Reply<T>(
      mailbox, [answer](base::Result<T> result) { answer->set_value(std::move(result)); }));
  if (answered.wait_for(patience) != std::future_status::ready) {
    return base::Error{base::ErrorCode::unavailable, otherwise};
  }
  return answered.get();
}

}  // namespace whoosh::admin
