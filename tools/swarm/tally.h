// Tally: what one loop of the swarm has seen; the sum of several is what all have seen.
//
// A value type; one thread at a time. `window` means: only while the run was measuring (after the
// ramp); all else counts from the first connection to the last.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "tools/swarm/histogram.h"

namespace whoosh::swarm {

// name, what it counts
#define WHOOSH_SWARM_COUNTERS(X)                                                      \
  X(frames, "messages received in the window")                                        \
  X(bytes, "bytes received in the window, frame headers among them")                  \
  X(sent, "messages sent in the window")                                              \
  X(ticks, "TICKs received in the window")                                            \
  X(states, "STATEs received in the window")                                          \
  X(room_ticks, "ticks of rooms heard in the window")                                 \
  X(missed_ticks, "ticks of rooms that never came, in the window")                    \
  X(missed_ticks_outside, "the same, before and after it")                            \
  X(connects, "connections tried")                                                    \
  X(connected, "connections that were upgraded")                                      \
  X(reconnects, "of these: by somebody who had been there before")                    \
  X(resumed, "of these: with the whole view again")                                   \
  X(rooms, "rooms made")                                                              \
  X(matches_started, "matches that rooms began")                                      \
  X(matches_finished, "matches that rooms ended")                                     \
  X(gaps, "sequence numbers that were left out or came twice")                        \
  X(wrong, "messages with another content than they should have")                     \
  X(views_compared, "views that were rebuilt from STATEs and held against a WELCOME") \
  X(texts_compared, "broadcasts that were held against what others of the room got")  \
  X(echoes, "answers to what was sent with --echo")                                   \
  X(lost, "connections that ended without our doing")

using Kinds = std::map<std::string, std::uint64_t>;

struct Second {  // of the window
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  Histogram lateness_us;
};

struct Tally {
#define X(name, what) std::uint64_t name = 0;
  WHOOSH_SWARM_COUNTERS(X)
#undef X
  Kinds connect_failed;   // by reason
  Kinds refused;          // upgrades, by status and code
  Kinds closed;           // by close code
  Kinds wrong_kinds;      // what was wrong
  Kinds answers;          // ERROR messages, by code; a player's wrong guess is one, too
  Kinds faults;           // what we did to the server on purpose
  Histogram lateness_us;  // window: from a tick's due time to its arrival here
  Histogram connect_us;   // from connect() to the upgrade's answer
  Histogram welcome_us;   // from connect() to the first WELCOME
  Histogram echo_us;
  std::map<std::int64_t, Second> seconds;  // by unix time

  void merge(const Tally& other);
  [[nodiscard]] boost::json::object to_json() const;
  [[nodiscard]] static base::Result<Tally> from_json(const boost::json::value& json);
};

}  // namespace whoosh::swarm
