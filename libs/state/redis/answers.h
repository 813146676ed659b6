// From what Redis answers to what a port's Reply wants. An answer of a shape that no server of ours
// gives is `internal`.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "runtime/clock.h"
#include "runtime/reply.h"
#include "state/redis/client.h"

namespace whoosh::state::redis {

[[nodiscard]] inline base::Error strange(const Value& value) {
  return {base::ErrorCode::internal,
          value.is_error() ? "Redis refuses a command: " + std::string(value.error_word())
                           : "Redis answered what was not expected."};
}

// The value, unless it is an error of the server.
[[nodiscard]] inline base::Result<Value> checked(base::Result<Value> result) {
  if (result && result->is_error()) return strange(*result);
  return result;
}

// Answers `reply` when all went well, whatever the server said.
[[nodiscard]] inline Answered done(runtime::Reply<> reply) {
  return [reply = std::move(reply)](base::Result<Value> result) mutable {
    result = checked(std::move(result));
    if (result) {
      reply(base::Result<>{});
    } else {
      reply(result.error());
    }
  };
}

// What scripts take for the time: the server's own clock when this is "", which all processes
// share. Tests give a clock that they move.
class ServerTime {
 public:
  explicit ServerTime(const runtime::Clock* clock) : clock_(clock) {}
  [[nodiscard]] std::string text() const {
    return clock_ == nullptr ? std::string() : std::to_string(clock_->now().value);
  }

 private:
  const runtime::Clock* clock_;
};

}  // namespace whoosh::state::redis
