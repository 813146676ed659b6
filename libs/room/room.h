// Room: one room: who sits, its phases, its matches, what each viewer is told. Pure: no clock,
// thread, socket, logger or randomness; `now`, due ticks, seeds and tokens are arguments, texts
// leave through Outbox.
//
//   waiting ──START / all here──> playing ──GAME_OVER──> results ──results_s──> rematch
//      ^                             ^                      │ START, all "again"   │
//      │ rematch_s, private          └──────────────────────┴──────────────────────┤
//      └───────────────────────────────────────────────────────────────────────────┘
//   closed: from any phase (nobody left, close(), a broken rule); nothing happens any more
//
// Owner: one shard, which calls it on its thread only.
// Invariants
//  1. Every viewer's STATE messages have consecutive `seq`; with his last WELCOME and all STATE
//     since, a viewer has exactly the game's view of him, but for backlogs.
//  2. After every call the shard gives fresh() what a start used up, takes finished(), and looks
//     at closed().
//  3. Players, screens and spectators have the view of the State at the last flush(): a welcome()
//     flushes first. That State is `saved_` once a change has come, so what changed is found by
//     writing the old view again; 8 bytes a viewer say whether anything did.
//  4. No exception of a game leaves a public function: it closes this room, broken() says why.
// Errors: Result of on_message() and check() go to the client.
#pragma once

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "room/feed.h"
#include "room/match_run.h"
#include "room/outbox.h"
#include "room/places.h"
#include "room/room_spec.h"
#include "room/settings.h"
#include "wire/cluster.h"
#include "wire/edge.h"
#include "wire/rest.h"

namespace whoosh::room {

struct RoomOptions {
  std::int32_t tick_ms = 1000;
  std::uint32_t audience_max = 10'000;
  std::uint32_t log_bytes = log_bytes_max;  // 0: no log
};

// What the next match is drawn from: secret until then, used once.
struct Fresh {
  std::uint64_t seed = 0;
  base::MatchId match;
};

struct FinishedSeat {
  base::UserId user;  // 0: a bot
  std::string id;
  std::string name;
  rules::SeatResult result;
  bool abandoned = false;      // left of his own will
  std::int32_t played_s = -1;  // until he left or was kicked; -1: to the end
};

struct Finished {
  base::MatchId match;
  base::UnixMs started_at;
  base::UnixMs ended_at;
  std::int32_t played_s = 0;
  bool is_void = false;
  std::vector<FinishedSeat> seats;
};

// What the store made of one human's result.
struct SettledPlayer {
  base::UserId user;
  std::int32_t elo_before = 0;
  std::int32_t elo_after = 0;
  std::int32_t xp_gained = 0;
  std::int32_t coins_gained = 0;
  std::int32_t level = 0;
};

// Somebody who watches: known to the shard, not to the room.
struct Watcher {
  base::UserId user;
  std::string_view name;
  wire::Role role = wire::Role::spectator;
};

class Room {
 public:
  // invalid_input: bad settings, too many expected people. `tick_due`: one tick before the first.
  [[nodiscard]] static base::Result<std::unique_ptr<Room>> make(RoomSpec spec, RoomOptions options,
                                                                base::UnixMs tick_due,
                                                                std::uint64_t room_seed,
                                                                Fresh fresh);

  // ---- people ----
  // The role that this person would get now: banned, room_full, room_locked, room_started,
  // forbidden.
  [[nodiscard]] base::Result<wire::Role> check(base::UserId user, wire::Role wanted) const;
  [[nodiscard]] Place find(base::UserId user) const { return places_.find(user); }
  [[nodiscard]] Place find(const ResumeToken& token) const { return places_.find_token(token); }
  [[nodiscard]] const Person& person(Place place) const { return places_[place]; }

  // Sits down, or comes back to the own place. REQUIRES: check() answered player.
  Place sit(Turn& turn, const Newcomer& who);
  // What a WELCOME gave out before finds no place any more. Without effect when nobody sits there.
  void replace_token(Place place, const ResumeToken& token);
  void returned(Turn& turn, Place place);                // REQUIRES: somebody's place
  void dress(Place place, const cosmetics::Worn& worn);  // REQUIRES: somebody's place
  void lost(Turn& turn, Place place);     // the connection is gone; the place is kept
  void give_up(Turn& turn, Place place);  // the person is gone for good
  void watch(wire::Role role);            // REQUIRES: check() answered this role
  void unwatch(wire::Role role);
  // A latecomer in the audience would sit down now if he asked.
  [[nodiscard]] bool takes(base::UserId user) const;

  // ---- in ----
  [[nodiscard]] base::Result<> on_message(Turn& turn, Place place, std::string_view type,
                                          const base::JsonValue& payload,
                                          std::int32_t ms_into_tick);
  void tick(Turn& turn, base::UnixMs due);
  // Sends what changed since the last time. Cheap when nothing did.
  void flush(Turn& turn);
  // The answer to finished(). False: GAME_OVER has gone out before, or it was another match.
  bool settled(Turn& turn, base::MatchId match, bool rated,
               const std::vector<SettledPlayer>& players);
  void close(wire::Close code, std::string_view why);
  void fresh(Fresh fresh) {
    fresh_ = fresh;
    has_fresh_ = true;
  }

  // ---- out ----
  // WELCOME of one viewer, as he is sent it now, into `out`; then what he missed: ROOM, GAME_OVER.
  void welcome(Turn& turn, Place place, std::string& out);
  void welcome(Turn& turn, const Watcher& who, std::string& out);
  [[nodiscard]] std::string room_text() const;
  [[nodiscard]] std::string_view game_over_text() const {  // empty: none to show
    return ending_ ? std::string_view(ending_->game_over_text) : std::string_view();
  }

  [[nodiscard]] std::optional<Finished> take_finished();
  [[nodiscard]] bool needs_fresh() const { return !has_fresh_; }
  [[nodiscard]] bool needs_flush() const { return room_dirty_ || view_dirty_; }
  [[nodiscard]] bool closed() const { return phase_ == wire::RoomPhase::closed; }
  // REQUIRES of these: closed().
  [[nodiscard]] wire::Close close_code() const { return closing_->code; }
  [[nodiscard]] const std::string& close_why() const { return closing_->why; }  // for a person
  [[nodiscard]] const std::string& broken() const { return closing_->broken; }  // empty: no bug
  [[nodiscard]] std::string log() const;  // of the present or last match; may be empty
  [[nodiscard]] bool log_truncated() const { return run_ && run_->log_truncated(); }
  [[nodiscard]] const MatchRun* run() const { return run_ ? &*run_ : nullptr; }

  [[nodiscard]] const RoomIdentity& spec() const { return spec_; }
  [[nodiscard]] wire::RoomPhase phase() const { return phase_; }
  [[nodiscard]] bool match_is_on() const { return run_ && !run_->over(); }
  [[nodiscard]] const rules::GameInfo& info() const { return spec_.game->info(); }
  [[nodiscard]] std::size_t here() const { return places_.here(); }
  [[nodiscard]] std::uint32_t audience() const { return live_ - screens_ + crowd_; }
  [[nodiscard]] base::UnixMs tick_due() const { return tick_due_; }
  [[nodiscard]] wire::RoomCard card() const;
  // All but node and age, which the room does not know.
  [[nodiscard]] wire::RoomSummary summary() const;
  [[nodiscard]] wire::RoomReport report() const;

 private:
  Room(const RoomSpec& spec, RoomOptions options, RoomSettings settings, base::UnixMs tick_due,
       std::uint64_t room_seed, Fresh fresh);

  template <class F>
  void guarded(F&& body);
  void break_room(const char* why);

  // room.cpp
  [[nodiscard]] std::optional<base::ErrorCode> no_seat_for(base::UserId user) const;
  // By the room's filter and language.
  [[nodiscard]] bool refuses(std::string_view text) const;
  [[nodiscard]] base::Result<wire::Role> check_watcher(wire::Role wanted) const;
  void come_back(Turn& turn, Place place);
  void leave_place(Turn& turn, Place place);
  void tell_join(Turn& turn, Place place);
  void tell_leave(Turn& turn, Place place, rules::Leave::Why why);
  void play_effects(Turn& turn);
  void note_idle(Turn& turn);
  [[nodiscard]] rules::SeatResult result_of(base::Seat seat) const;
  void finish_match(Turn& turn);

  // room_phases.cpp
  void tick_people(Turn& turn);
  void tick_waiting(Turn& turn);
  void tick_expected(Turn& turn);
  void tick_playing(Turn& turn);
  void tick_results(Turn& turn);
  void tick_rematch(Turn& turn);
  void tick_vote();
  void end_rematch(Turn& turn);
  void play_again(Turn& turn);
  [[nodiscard]] std::size_t seats_to_fill(std::size_t humans) const;
  [[nodiscard]] bool enough_players() const;
  [[nodiscard]] bool all_say_again() const;
  void start_match(Turn& turn);
  void restart(Turn& turn);
  void clear_table(Turn& turn);

  // room_messages.cpp
  using Handler = base::Result<> (Room::*)(Turn&, Place, const base::JsonValue&);
  struct Command;
  static const Command commands[];
  base::Result<> dispatch(Turn& turn, Place place, std::string_view type,
                          const base::JsonValue& payload, std::int32_t ms_into_tick);
  base::Result<> game_input(Turn& turn, Place place, std::string_view type,
                            const base::JsonValue& payload, std::int32_t ms_into_tick);
  base::Result<> on_ready(Turn& turn, Place place, const base::JsonValue& payload);
  base::Result<> on_start(Turn& turn, Place place, const base::JsonValue& payload);
  base::Result<> on_settings(Turn& turn, Place place, const base::JsonValue& payload);
  base::Result<> on_kick(Turn& turn, Place place, const base::JsonValue& payload);
  base::Result<> on_chat(Turn& turn, Place place, const base::JsonValue& payload);
  base::Result<> on_emote(Turn& turn, Place place, const base::JsonValue& payload);
  base::Result<> on_rematch(Turn& turn, Place place, const base::JsonValue& payload);
  base::Result<> on_leave(Turn& turn, Place place, const base::JsonValue& payload);
  base::Result<> vote_kick(Turn& turn, Place voter, Place target);
  void kick(Turn& turn, Place target, std::string_view why);

  // room_views.cpp
  // What views are made from: the State now, or as viewers know it.
  struct Source {
    const std::byte* state = nullptr;
    const rules::Table* table = nullptr;
    base::UnixMs started_at;
  };
  [[nodiscard]] rules::Table table() const;
  // The running match, its State and table open. REQUIRES: run_.
  OpenMatch& open(Turn& turn) const;
  // The same, to be changed: what viewers know is kept.
  OpenMatch& open_to_change(Turn& turn);
  [[nodiscard]] Source source(OpenMatch& match) const;
  [[nodiscard]] rules::Clock clock(OpenMatch& match) const;
  void write_public(const Source& from, rules::ViewWriter& out, bool full) const;
  void write_private(const Source& from, base::Seat seat, rules::ViewWriter& out, bool full) const;
  void flush_now(Turn& turn);
  void flush_views(Turn& turn);
  void take_as_shown(Turn& turn);
  // What viewers know; false: nothing yet.
  bool older_source(Turn& turn, Source& out) const;
  // Into scratch.public_patch and private_patch: what has changed since the last flush.
  void public_changes(Turn& turn);
  void private_changes(Turn& turn, Person& person);
  void send_patches(Turn& turn, std::string_view public_patch);
  [[nodiscard]] Feed& crowd_feed();
  void flush_crowd(Turn& turn);
  void send_state(Turn& turn, Targets to, std::uint32_t seq, std::string_view a,
                  std::string_view b);
  void retire_views(Turn& turn);

  // room_output.cpp
  void welcome_as(Turn& turn, const wire::You& you, Place place, std::string& out);
  void send_ticks(Turn& turn);
  void send_tick(Turn& turn, Targets to, std::uint32_t seq);
  void send_game_over(Turn& turn, bool rated, const std::vector<SettledPlayer>& players);
  template <class T>
  void announce(Turn& turn, std::string_view type, const T& payload);
  [[nodiscard]] wire::ViewClock view_clock(const Source& from) const;
  [[nodiscard]] wire::RoomState room_state() const;
  [[nodiscard]] wire::You you_at(Place place) const;
  void people_changed() { room_dirty_ = crowd_room_dirty_ = true; }
  [[nodiscard]] bool crowd_turn() const { return tick_no_ % crowd_update_s == 0; }

  struct VoteKick {
    Place target = no_place;
    std::uint8_t left_s = 0;
    std::uint16_t votes : 12 = 0;  // bit per place
    std::uint16_t caller : 4 = 0;  // his place
  };
  static_assert(places_max <= 12);
  struct Closing {
    wire::Close code = wire::Close::room_closed;
    std::string why;
    std::string broken;
  };
  struct Ending {  // of a match
    std::optional<Finished> finished;
    std::string game_over_text;
  };

  RoomIdentity spec_;
  RoomOptions options_;
  std::uint64_t room_seed_;
  Fresh fresh_;
  base::UnixMs created_at_;
  base::UnixMs tick_due_;
  base::UnixMs started_at_;        // of the match; moves on with it when ticks were skipped
  base::UnixMs shown_started_at_;  // as viewers know it
  std::uint64_t shown_hash_ = 0;   // of the public view that places and live have; 0: not known
  SavedStates::Slot saved_ = SavedStates::none;  // the State that viewers know, when it is another

  std::uint32_t waited_s_ = 0;  // since the room began to wait
  std::uint32_t match_no_ = 0;
  std::uint32_t tick_no_ = 0;
  std::uint32_t live_seq_ = 0;
  std::uint32_t crowd_seq_ = 0;
  std::uint32_t live_ = 0;  // screens and spectators
  std::uint32_t crowd_ = 0;
  std::uint16_t phase_left_s_ = 0;  // results, rematch
  std::uint16_t empty_for_s_ = 0;   // ticks in a row without a human
  std::uint8_t settle_left_s_ = 0;  // GAME_OVER waits so long
  std::uint8_t screens_ = 0;
  wire::RoomPhase phase_ = wire::RoomPhase::waiting;
  bool has_fresh_ : 1 = true;
  bool has_shown_ : 1 = false;         // viewers know some State of this match; else: {}
  bool room_dirty_ : 1 = false;        // ROOM is due: places, live
  bool crowd_room_dirty_ : 1 = false;  // the same for the audience
  bool audience_changed_ : 1 = false;  // its number: ROOM says so with the next update of the crowd
  bool view_dirty_ : 1 = false;
  bool crowd_view_dirty_ : 1 = false;
  VoteKick vote_;
  RoomSettings settings_;

  Places places_;
  std::optional<MatchRun> run_;
  std::unique_ptr<Ending> ending_;
  std::unique_ptr<Closing> closing_;
  std::unique_ptr<Feed> crowd_feed_;  // while somebody is in the crowd
};
static_assert(sizeof(Room) <= room_bytes_max);

template <class F>
void Room::guarded(F&& body) {
  if (closed()) return;
  try {
    body();
  } catch (const std::exception& fault) {  // a RuleViolation, or what a game's library calls throw
    break_room(fault.what());
  }
}

}  // namespace whoosh::room
