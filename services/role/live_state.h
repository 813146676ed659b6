// LiveState: the shared live state of a process, all ports of it together, whichever adapter they
// are of. Owner: the role's wiring; outlives everything that asks it. Any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "runtime/clock.h"
#include "runtime/entropy.h"
#include "state/state.h"

namespace whoosh::role {

class LiveState {
 public:
  virtual ~LiveState() = default;
  [[nodiscard]] virtual state::Directory& directory() = 0;
  [[nodiscard]] virtual state::Queue& queue() = 0;
  [[nodiscard]] virtual state::RateLimits& limits() = 0;
  [[nodiscard]] virtual state::Results& results() = 0;
  [[nodiscard]] virtual state::Nodes& nodes() = 0;
  [[nodiscard]] virtual state::Leases& leases() = 0;
  [[nodiscard]] virtual state::Lobbies& lobbies() = 0;
  [[nodiscard]] virtual state::Revocations& revocations() = 0;
  virtual void ping(runtime::Reply<> reply) = 0;
};

// Of this process alone; for tests of roles in one process.
[[nodiscard]] std::unique_ptr<LiveState> memory_state(const runtime::Clock& clock,
                                                      runtime::Entropy& entropy);

// "redis://…" (state/redis/options.h has the forms). Does not wait for the server: until it is
// there, calls answer `unavailable`. invalid_input with a sentence that holds no password.
[[nodiscard]] base::Result<std::unique_ptr<LiveState>> open_state(std::string_view url,
                                                                  const runtime::Clock& clock,
                                                                  runtime::Entropy& entropy);

// invalid_input, with the sentence that open_state() would give.
[[nodiscard]] base::Result<> check_state_url(std::string_view url);

// A URL of state or database as it may be shown: user and password left out.
[[nodiscard]] std::string without_password(std::string_view url);

}  // namespace whoosh::role
