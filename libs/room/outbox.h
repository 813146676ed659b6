// What a room says, and what it needs to say it: Outbox (implemented by shard), Turn, Scratch.
// Owner: the shard; a Turn lives for one call into a room. The shard's thread only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"
#include "room/limits.h"
#include "room/open_match.h"
#include "rules/game.h"
#include "wire/limits.h"

namespace whoosh::room {

// A chair of the room, bots' too. Stays the same while its person is in the room; his Seat (the
// number within a match) may differ from match to match.
using Place = base::Id<struct PlaceTag, std::uint8_t>;
inline constexpr Place no_place{255};

// Who hears a message: places, screens and spectators ("live"), audience ("crowd").
struct Targets {
  std::uint16_t bits = 0;

  static constexpr std::uint16_t live_bit = 1u << places_max;
  static constexpr std::uint16_t crowd_bit = 1u << (places_max + 1);
  static constexpr Targets of(Place place) {
    return {static_cast<std::uint16_t>(1u << place.value)};
  }
  static constexpr Targets places() { return {static_cast<std::uint16_t>(live_bit - 1)}; }
  static constexpr Targets live() { return {live_bit}; }
  static constexpr Targets crowd() { return {crowd_bit}; }
  static constexpr Targets all() { return {static_cast<std::uint16_t>(crowd_bit * 2 - 1)}; }

  [[nodiscard]] constexpr bool has(Place place) const { return (bits >> place.value & 1) != 0; }
  constexpr Targets operator|(Targets other) const {
    return {static_cast<std::uint16_t>(bits | other.bits)};
  }
  constexpr bool operator==(const Targets&) const = default;
};
static_assert(places_max + 2 <= 16, "Targets has a bit per place and two for those who watch");

class Outbox {
 public:
  enum class Kind : std::uint8_t {
    message,
    tick
  };  // a tick: who did not ask for it gets few of them

  virtual ~Outbox() = default;
  virtual void send(Targets to, std::string_view json, Kind kind = Kind::message) = 0;
  // Closes the connection at this place; the room has taken it as gone already.
  virtual void close(Place place, wire::Close code, std::string_view reason) = 0;
  // The audience's latecomers may sit down now: the shard calls sit() from inside.
  virtual void places_open() = 0;
};

// Memory that all rooms of a shard share for one call each; of `saved`, for one turn.
struct Scratch {
  OpenMatch open;
  SavedStates saved;
  rules::ViewWriter public_view;
  rules::ViewWriter private_view;
  rules::ViewWriter older_view;
  rules::Effects effects;
  std::string public_patch;
  std::string private_patch;
  std::string frame;
};

struct Turn {
  base::UnixMs now;
  Outbox& out;
  Scratch& scratch;
};

}  // namespace whoosh::room
