// Waits for several answers that are asked for at once. The IO thread only.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "state/redis/client.h"

namespace whoosh::state::redis {

// Calls `then` with the answers in the order of `requests` when the last has come; at once when
// there are none.
inline void gather(Client& client, std::vector<Request> requests,
                   std::function<void(std::vector<base::Result<Value>>)> then) {
  struct State {
    std::vector<base::Result<Value>> answers;
    std::size_t missing = 0;
    std::function<void(std::vector<base::Result<Value>>)> then;
  };
  if (requests.empty()) return then({});
  auto state = std::make_shared<State>();
  state->answers.resize(requests.size(), base::Result<Value>(base::Error{}));
  state->missing = requests.size();
  state->then = std::move(then);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    client.call(std::move(requests[i]), [state, i](base::Result<Value> answer) {
      state->answers[i] = std::move(answer);
      if (--state->missing == 0) state->then(std::move(state->answers));
    });
  }
}

}  // namespace whoosh::state::redis
