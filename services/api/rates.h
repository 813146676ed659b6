// Rates of Service A (protocol.md, Rates): what may be done how often, and the one way to ask.
// Limits by address hold for loopback, too. Counters live in state, so all processes share them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/context.h"
#include "runtime/clock.h"
#include "services/api/edge_gateway.h"
#include "state/code_guesses.h"
#include "state/state.h"

namespace whoosh::api {

struct Rates {
  bool enabled = true;
  // By address. A party behind one router must fit: 100 in a burst, then one a second.
  state::RateRule guest{100, 60};
  state::RateRule registration{100, 60};
  state::RateRule refresh{300, 300};
  state::RateRule failed_login_address{30, 30};
  state::RateRule wrong_code = state::CodeGuesses::a_minute;
  state::RateRule wrong_code_hour = state::CodeGuesses::an_hour;
  // By account.
  state::RateRule failed_login_account{10, 10};
  state::RateRule failed_totp{10, 20.0 / 60};  // of who knows the password
  state::RateRule login_account{60, 60};  // right or wrong: each costs a hash, and right ones a row
  state::RateRule create_room = room_making;
  state::RateRule join_room{60, 60};
  state::RateRule queue{60, 60};
  state::RateRule ticket_poll{120, 120};
  state::RateRule profile_change{30, 30};
  state::RateRule convert{10, 10};
  state::RateRule sessions{60, 60};  // list and end, sign out
  state::RateRule factors{30, 30};   // see and change the second factor
  state::RateRule export_all{5, 5.0 / 60};
  state::RateRule wallet{120, 120};  // whatever only reads the economy
  state::RateRule purchase{30, 30};
  state::RateRule equip{60, 60};
  state::RateRule daily{20, 20};
  state::RateRule admin{300, 300};     // all of an operator's
  state::RateRule result{1000, 6000};  // of one service
};

// One bucket: "login:account:ada" under a rule.
struct Limit {
  std::string key;
  state::RateRule rule;
};

class RateGate {
 public:
  RateGate(bool enabled, state::RateLimits& limits, const runtime::Clock& clock)
      : enabled_(enabled), limits_(limits), clock_(clock) {}

  // Takes one. rate_limited with Retry-After; unavailable when state is away.
  [[nodiscard]] http::Awaitable<base::Result<>> take(http::RequestContext& context,
                                                     Limit limit) const;
  // Puts it back: it didn't count.
  void give(Limit limit) const;

 private:
  bool enabled_;
  state::RateLimits& limits_;
  const runtime::Clock& clock_;
};

}  // namespace whoosh::api
