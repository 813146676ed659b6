// CodeGuesses: how many wrong room codes one address may try, in buckets that every door (REST,
// WebSocket) shares. A right code is given back. Values; any thread.
#pragma once

#include <string>
#include <string_view>

#include "state/state.h"

namespace whoosh::state {

struct CodeGuesses {
  static constexpr RateRule a_minute{10, 10};
  static constexpr RateRule an_hour{30, 0.5};

  // `network`: IPv4 whole, IPv6 by /64, as text.
  explicit CodeGuesses(std::string_view network)
      : minute_key("code:minute:" + std::string(network)),
        hour_key("code:hour:" + std::string(network)) {}

  std::string minute_key;
  std::string hour_key;
};

}  // namespace whoosh::state
