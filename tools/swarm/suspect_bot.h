// What a player of the swarm does in Suspect, second by second: reads his role, answers, suspects,
// talks, publishes, presses, inspects, votes, locks, about as often as people do (some twenty
// inputs in a match). He knows what the messages told him: the step, his role, who is there.
//
// Pure but for the dice it is given; any thread.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace whoosh::swarm {

enum class SuspectStep : std::uint8_t { none, briefing, answer, crossfire, vote, reveal };
[[nodiscard]] SuspectStep suspect_step(std::string_view name);

enum class SuspectRole : std::uint8_t { unknown, witness, inspector, culprit };
[[nodiscard]] SuspectRole suspect_role(std::string_view name);

// What one player has done in this match. 6 bytes: there is one per connection.
struct SuspectMemory {
  SuspectRole role = SuspectRole::unknown;
  std::uint8_t answered_round = 0;
  std::uint8_t match = 0;  // of the room, counted round
  bool seen_role : 1 = false;
  bool published : 1 = false;
  bool pressed : 1 = false;
  bool inspected : 1 = false;
  bool voted : 1 = false;
  bool locked : 1 = false;
};

struct SuspectMoment {
  SuspectStep step = SuspectStep::none;
  std::uint8_t round = 0;
  std::span<const std::string> players;       // ids by place
  std::uint8_t place = 0;                     // his own
  const boost::json::object* view = nullptr;  // when he keeps one
  double activity = 1;
};

// xorshift32: enough for habits. `state` is never 0.
class Dice {
 public:
  explicit Dice(std::uint32_t& state) : state_(state) {}
  std::uint32_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return state_;
  }
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(std::uint64_t{next()} * bound >> 32);
  }
  bool happens(double probability) { return next() < probability * 4294967295.0; }

 private:
  std::uint32_t& state_;
};

// To be asked once a game second. The message to send, or empty; valid until the next call with the
// same `scratch`.
[[nodiscard]] std::string_view suspect_move(SuspectMemory& memory, const SuspectMoment& moment,
                                            Dice dice, std::string& scratch);

}  // namespace whoosh::swarm
