// Answers for /readyz: asks something that answers by a Reply, and waits for it on the page's own
// thread.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <string>

#include "runtime/reply.h"

namespace whoosh::role {

// "ok" or what is wrong; two seconds at most. `mailbox`: where the answer arrives, not the caller's
// thread.
template <class Call>
[[nodiscard]] std::string check(runtime::Mailbox& mailbox, Call call) {
  auto answer = std::make_shared<std::promise<std::string>>();
  auto answered = answer->get_future();
  call(runtime::Reply<>(mailbox, [answer](const base::Result<>& result) {
    answer->set_value(result ? "ok" : std::string(result.error().sentence()));
  }));
  if (answered.wait_for(std::chrono::seconds(2)) != std::future_status::ready)
    return "no answer within 2 s";
  return answered.get();
}

}  // namespace whoosh::role
