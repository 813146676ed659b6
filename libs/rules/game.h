// The contract that every game implements: info, a value-type State, one apply(State, Event, Ctx)
// and view(State, Viewer). A game knows its State, one Event and Ctx; never users, sockets, clocks,
// logs, stores, statics that change, or the order of unordered containers. The same events on the
// same seed give the same state, byte for byte: a match's log is the list of its events, a replay
// is a fold.
//
// Author's side: write a struct
//
//   struct Rules {
//     struct State { ... };  // trivially copyable, without padding; State{} is before Start
//     static const GameInfo& info();
//     static base::Result<> apply(State&, const Event&, Ctx&);
//     static void view(const State&, const Table&, Viewer, ViewWriter&);
//     static Clock clock(const State&, const Table&);
//     static void tick_members(const State&, const Table&, base::JsonWriter&);  // into TICK
//     static Idle idle(const State&, Seat);  // optional: a game that never waits for anybody
//   };                                       // has none
//
// and `const rules::Game& game() { static const rules::GameOf<Rules> g; return g; }`. GameOf erases
// the type.
//
// Threads: a Game is immutable and shared by all; a State belongs to one room, so to one shard's
// thread.
// Errors: apply() answers an Input with an error code (the room sends ERROR); a broken rule is a
// RULE_CHECK, which ends that room only.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "base/described.h"
#include "base/fixed.h"
#include "base/ids.h"
#include "base/json.h"
#include "base/result.h"
#include "base/rng.h"
#include "rules/limits.h"
#include "rules/view.h"

namespace whoosh::rules {

using base::no_seat;
using base::Seat;

// ---- what a game is -----------------------------------------------------------------------------

struct MessageSpec {
  std::string_view type;     // "SUSPECT"
  std::string_view payload;  // TypeScript type name of its payload, from wiregen: "SuspectInput"
  std::string_view summary;  // one sentence for the catalogue
  bool from_client = true;
  std::uint16_t bytes_max = 4096;  // of the whole frame
};

struct GameInfo {
  std::string_view key;      // "suspect": folder, URL, database
  std::string_view name;     // "Suspect"
  std::string_view tagline;  // one sentence
  std::uint8_t players_min = 3;
  std::uint8_t players_max = seats_max;
  std::uint8_t players_default = 8;
  std::uint16_t duration_s = 300;  // nominal, of one match
  std::uint16_t ticks_max = 400;   // a match that has not ended by then is a broken rule
  std::uint8_t results_s = 10;     // how long results stay before the rematch vote
  std::span<const std::string_view> modes;
  std::span<const MessageSpec> messages;
};

// ---- who plays ----------------------------------------------------------------------------------

struct SeatInfo {
  base::FixedString<public_id_bytes_max> id;  // opaque public id: "17", "bot_1"
  base::FixedString<name_bytes_max> name;
  bool bot = false;       // no human ever owned this seat in this match
  bool newcomer = false;  // among the first 3 matches of its player
};

// The seats of one match, fixed from Start to the end. Index = Seat.
struct Table {
  base::FixedVector<SeatInfo, seats_max> seats;

  [[nodiscard]] std::size_t size() const { return seats.size(); }
  [[nodiscard]] std::string_view id(Seat seat) const { return seats[seat.value].id.view(); }
  [[nodiscard]] std::string_view name(Seat seat) const { return seats[seat.value].name.view(); }
  [[nodiscard]] Seat find(std::string_view id) const {  // no_seat: nobody
    for (std::size_t i = 0; i < seats.size(); ++i) {
      if (seats[i].id.view() == id) return Seat{static_cast<std::uint8_t>(i)};
    }
    return no_seat;
  }
};

enum class Pace : std::uint8_t { normal, relaxed, party };
BOOST_DESCRIBE_ENUM(Pace, normal, relaxed, party)
enum class Filter : std::uint8_t { none, moderate, strict };
BOOST_DESCRIBE_ENUM(Filter, none, moderate, strict)
enum class Bots : std::uint8_t { off, fill };
BOOST_DESCRIBE_ENUM(Bots, off, fill)

// games.md 2.5; the room checks and owns them, a game reads them in Start.
struct Settings {
  bool family = true;
  Filter filter = Filter::moderate;
  Pace pace = Pace::normal;
  Bots bots = Bots::fill;
  bool audience = true;
  bool one_room = false;  // players sit together: no text talk
  std::uint8_t max_seats = 8;
  base::FixedString<8> locale{"en"};
};
BOOST_DESCRIBE_STRUCT(Settings, (),
                      (family, filter, pace, bots, audience, one_room, max_seats, locale))

// ---- what happens -------------------------------------------------------------------------------

struct Start {
  Settings settings;
  std::uint32_t match_no = 0;   // 0, 1, … within this room: rematches don't repeat content
  std::uint64_t room_seed = 0;  // the same for all matches of the room
};
struct Join {
  Seat seat;  // its human is here (again)
};
struct Leave {
  enum class Why : std::uint8_t {
    away,       // connection lost; waits
    bot,        // away for too long or idle: the game plays this seat from now on, until Join
    abandoned,  // left for good; the game plays the seat to the end
  };
  Seat seat;
  Why why = Why::away;
};
struct Input {
  Seat seat;
  std::string_view type;
  base::JsonValue payload;        // always an object
  std::int32_t ms_into_tick = 0;  // since the last tick, 0 …; for the grace of late inputs
};
struct Tick {};

using Event = std::variant<Start, Join, Leave, Input, Tick>;

// ---- what comes out -----------------------------------------------------------------------------

struct SeatResult {
  std::int32_t score = 0;
  std::uint8_t placement = 1;  // 1 = best; equal placements are ties
  std::uint8_t team = 0;       // 0 = free for all
  bool winner = false;
  std::uint8_t activity_percent = 100;  // inputs given / inputs required, capped at 100
  bool feat = false;                    // MVP or the like: worth 20 base XP
};

struct Outcome {
  base::FixedVector<SeatResult, seats_max> seats;  // one per seat, in order
  Seat winner = no_seat;                           // GAME_OVER.winner_id: MVP of the winners
  bool is_void = false;                            // not rated, nobody's fault or ruined
};

// Where messages of one apply() go; the room turns them into frames. Scratch, reused.
struct Effects {
  struct Message {
    Seat to = no_seat;  // no_seat: everybody, screens and audience too
    std::string_view type;
    std::uint32_t begin = 0;  // of the payload in bytes
    std::uint32_t end = 0;
  };
  std::string bytes;
  std::vector<Message> messages;
  std::optional<Outcome> outcome;
  std::string game_over;  // JSON members for GAME_OVER: `"a":1,"b":2`, or empty

  void clear();
};

class Ctx {
 public:
  Ctx(const Table& table, base::Rng& rng, std::uint32_t tick, Effects& effects)
      : table_(table), rng_(rng), tick_(tick), effects_(effects) {}

  [[nodiscard]] const Table& table() const { return table_; }
  [[nodiscard]] base::Rng& rng() { return rng_; }
  [[nodiscard]] std::uint32_t tick() const { return tick_; }  // whole seconds since Start

  template <base::Described T>
  void tell(Seat to, const char* type, const T& payload) {
    emit(to, type, payload);
  }
  template <base::Described T>
  void tell_all(const char* type, const T& payload) {
    emit(no_seat, type, payload);
  }

  // Ends the match. REQUIRES: once per match, one result per seat, placements from 1.
  template <base::Described T>
  void end(const Outcome& outcome, const T& game_over) {
    check_outcome(outcome);
    effects_.outcome = outcome;
    const std::string object = base::to_json(game_over);
    effects_.game_over = object.substr(1, object.size() - 2);
  }

 private:
  template <class T>
  void emit(Seat to, const char* type, const T& payload) {
    const auto begin = static_cast<std::uint32_t>(effects_.bytes.size());
    base::JsonWriter out(effects_.bytes);
    base::encode(out, payload);
    effects_.messages.push_back(
        {to, type, begin, static_cast<std::uint32_t>(effects_.bytes.size())});
  }
  void check_outcome(const Outcome& outcome) const;

  const Table& table_;
  base::Rng& rng_;
  std::uint32_t tick_;
  Effects& effects_;
};

// Whom a view is for: everybody (public), or the private part of one seat.
struct Viewer {
  Seat seat = no_seat;
  [[nodiscard]] bool is_public() const { return seat == no_seat; }
};

struct Clock {
  std::string_view phase;         // "INTERROGATION"
  std::string_view step;          // "CROSSFIRE"; finer than the phase
  std::uint32_t step_ends_s = 0;  // second of the match, if nobody ends the step earlier
  std::uint32_t elapsed_s = 0;    // of the whole match
  std::uint32_t remaining_s = 0;
};

// Of a seat whose human is connected: is he there? The room labels the seat and asks him; a Join
// (he said so) or any Input of his ends it. bot: the game plays this seat for him meanwhile.
enum class Idle : std::uint8_t { no, asked, bot };

// ---- the erased form that room uses -------------------------------------------------------------

class Game {
 public:
  virtual ~Game() = default;
  [[nodiscard]] virtual const GameInfo& info() const = 0;
  [[nodiscard]] virtual std::size_t state_bytes() const = 0;
  // `state` points to state_bytes() bytes aligned for max_align_t; make() writes a State{} there.
  virtual void make(std::byte* state) const = 0;
  virtual base::Result<> apply(std::byte* state, const Event& event, Ctx& ctx) const = 0;
  virtual void view(const std::byte* state, const Table& table, Viewer viewer,
                    ViewWriter& out) const = 0;
  [[nodiscard]] virtual Clock clock(const std::byte* state, const Table& table) const = 0;
  virtual void tick_members(const std::byte* state, const Table& table,
                            base::JsonWriter& out) const = 0;
  [[nodiscard]] virtual Idle idle(const std::byte* state, Seat seat) const = 0;
};

template <class Rules>
class GameOf final : public Game {
  using State = typename Rules::State;
  static_assert(std::is_trivially_copyable_v<State>,
                "a State is a value: snapshots copy its bytes");
  static_assert(std::has_unique_object_representations_v<State>,
                "equal States have equal bytes: no padding (and no floating point)");
  static_assert(alignof(State) <= alignof(std::max_align_t));

 public:
  [[nodiscard]] const GameInfo& info() const override { return Rules::info(); }
  [[nodiscard]] std::size_t state_bytes() const override { return sizeof(State); }
  void make(std::byte* state) const override { new (state) State{}; }
  base::Result<> apply(std::byte* state, const Event& event, Ctx& ctx) const override {
    return Rules::apply(*of(state), event, ctx);
  }
  void view(const std::byte* state, const Table& table, Viewer viewer,
            ViewWriter& out) const override {
    Rules::view(*of(state), table, viewer, out);
  }
  [[nodiscard]] Clock clock(const std::byte* state, const Table& table) const override {
    return Rules::clock(*of(state), table);
  }
  void tick_members(const std::byte* state, const Table& table,
                    base::JsonWriter& out) const override {
    Rules::tick_members(*of(state), table, out);
  }
  [[nodiscard]] Idle idle(const std::byte* state, Seat seat) const override {
    if constexpr (requires { Rules::idle(*of(state), seat); }) {
      return Rules::idle(*of(state), seat);
    } else {
      return Idle::no;
    }
  }

 private:
  static State* of(std::byte* state) { return std::launder(reinterpret_cast<State*>(state)); }
  static const State* of(const std::byte* state) {
    return std::launder(reinterpret_cast<const State*>(state));
  }
};

}  // namespace whoosh::rules
