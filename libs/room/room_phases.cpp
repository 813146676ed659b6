// The phases of a room: what a tick does in each, and how a match starts.
#include <algorithm>
#include <utility>

#include "room/room.h"

namespace whoosh::room {

using wire::RoomPhase;

void Room::tick(Turn& turn, base::UnixMs due) {
  guarded([&] {
    tick_due_ = due;
    ++tick_no_;
    tick_people(turn);
    tick_vote();
    switch (phase_) {
      case RoomPhase::waiting:
        tick_waiting(turn);
        break;
      case RoomPhase::playing:
        tick_playing(turn);
        break;
      case RoomPhase::results:
        tick_results(turn);
        break;
      case RoomPhase::rematch:
        tick_rematch(turn);
        break;
      case RoomPhase::closed:
        break;
    }
    if (closed()) return;
    if (audience_changed_ && crowd_turn()) {
      audience_changed_ = false;
      people_changed();
    }
    flush_now(turn);
    if (crowd_turn()) flush_crowd(turn);
    send_ticks(turn);
  });
}

// Who is away: shown, then without the host's powers, then replaced by a bot or, while waiting,
// gone.
void Room::tick_people(Turn& turn) {
  const std::uint32_t limit = spec_.matchmade ? away_matchmade_s : away_private_s;
  for (std::uint8_t i = 0; i < places_.size(); ++i) {
    const Place place{i};
    Person& person = places_[place];
    if (!person.stays() || person.connected) continue;
    person.away_s = static_cast<std::uint16_t>(std::min<unsigned>(person.away_s + 1U, 0xffff));
    if (person.away_s == away_shown_s) {
      person.shown_away = true;
      people_changed();
      tell_leave(turn, place, rules::Leave::Why::away);
    }
    if (person.away_s < limit) continue;
    if (phase_ == RoomPhase::waiting) {
      leave_place(turn, place);
    } else if (!person.bot_plays && match_is_on() && person.seat != base::no_seat) {
      person.bot_plays = true;
      people_changed();
      tell_leave(turn, place, rules::Leave::Why::bot);
    }
  }
  if (places_.update_host()) people_changed();
}

void Room::tick_vote() {
  if (tick_no_ % vote_kick_step_s == 0) {
    for (std::uint8_t i = 0; i < places_.size(); ++i) {
      Person& person = places_[Place{i}];
      if (person.vote_wait > 0) --person.vote_wait;
    }
  }
  if (vote_.target == no_place || --vote_.left_s > 0) return;
  places_[Place{static_cast<std::uint8_t>(vote_.caller)}].vote_wait = vote_kick_wait_steps;
  vote_ = {};
}

// ---- waiting ----------------------------------------------------------------------------------

void Room::tick_waiting(Turn& turn) {
  ++waited_s_;
  if (spec_.matchmade) {
    tick_expected(turn);
    return;
  }
  // Somebody left, or the host made room: who came to a full table sits down.
  if (crowd_ > 0 && places_.taken() < settings_.rules.max_seats) turn.out.places_open();
  empty_for_s_ = static_cast<std::uint16_t>(places_.here() > 0 ? 0 : empty_for_s_ + 1);
  if (empty_for_s_ >= (screens_ > 0 ? screen_only_s : empty_s)) {
    close(wire::Close::room_closed, "Nobody was here any more.");
  }
}

// A matchmade room starts by itself: with all who were paired; after a while without those who did
// not come.
void Room::tick_expected(Turn& turn) {
  const std::size_t here = places_.here();
  const bool all = here > 0 && here >= spec_.expected().size();
  if (all || (waited_s_ >= matchmade_start_s && here >= 2) ||
      (waited_s_ >= matchmade_empty_s && here == 1)) {
    start_match(turn);
  } else if (waited_s_ >= matchmade_empty_s && here == 0) {
    close(wire::Close::room_closed, "Nobody came.");
  }
}

// ---- playing, results -------------------------------------------------------------------------

void Room::tick_playing(Turn& turn) {
  if (!run_->over()) {
    run_->tick(open_to_change(turn), turn.scratch.effects);
    started_at_ = tick_due_.plus_ms(-std::int64_t{run_->ticks()} * options_.tick_ms);
    play_effects(turn);
    return;
  }
  RULE_CHECK(settle_left_s_ > 0, "a finished match waits for its settlement or shows its results");
  if (--settle_left_s_ == 0) send_game_over(turn, false, {});
}

void Room::tick_results(Turn& turn) {
  if (--phase_left_s_ > 0) return;
  // Friends whose phones all sleep still have their seats: their room waits for them.
  if ((spec_.matchmade ? places_.here() : places_.humans()) == 0 && live_ == 0) {
    close(wire::Close::room_closed, "Nobody was here any more.");
    return;
  }
  phase_ = RoomPhase::rematch;
  phase_left_s_ = rematch_s;
  people_changed();
  if (all_say_again()) play_again(turn);
}

void Room::tick_rematch(Turn& turn) {
  if (all_say_again())
    play_again(turn);
  else if (--phase_left_s_ == 0)
    end_rematch(turn);
}

bool Room::all_say_again() const {
  bool all = true;
  places_.for_each([&](Place, const Person& person) {
    if (person.is_here() && !person.left) all &= person.again;
  });
  return all && places_.here() >= (spec_.matchmade ? 2 : 1) && enough_players();
}

void Room::end_rematch(Turn& turn) {
  if (spec_.matchmade)
    play_again(turn);
  else
    clear_table(turn);
}

// Friends take along who is away for a while; among strangers only who is there and said so plays.
void Room::play_again(Turn& turn) {
  if (!spec_.matchmade) {
    restart(turn);
    return;
  }
  for (std::uint8_t i = 0; i < places_.size(); ++i) {
    const Place place{i};
    const Person& person = places_[place];
    if (!person.stays() || (person.connected && person.again)) continue;
    const bool connected = person.connected;
    leave_place(turn, place);
    if (connected) turn.out.close(place, wire::Close::left, "The match is over.");
  }
  if (places_.here() >= 2)
    restart(turn);
  else
    close(wire::Close::room_closed, "Nobody else stayed for another match.");
}

// ---- from match to match ----------------------------------------------------------------------

// Bots and those who left get up; viewers forget the old match; latecomers may sit down.
void Room::clear_table(Turn& turn) {
  retire_views(turn);
  run_.reset();
  ending_.reset();
  vote_ = {};
  const std::uint32_t limit = spec_.matchmade ? away_matchmade_s : away_private_s;
  for (std::uint8_t i = 0; i < places_.size(); ++i) {
    Person& person = places_[Place{i}];
    if (!person.occupied) continue;
    if (!person.stays() || (!person.connected && person.away_s >= limit)) {
      places_.stand_up(Place{i});
      continue;
    }
    person.ready = person.again = person.bot_plays = false;
  }
  places_.number_seats();
  places_.update_host();
  people_changed();
  phase_ = RoomPhase::waiting;
  waited_s_ = 0;
  turn.out.places_open();
}

void Room::restart(Turn& turn) {
  clear_table(turn);
  if (spec_.matchmade) {  // those who stay are the new company
    std::vector<base::UserId> company;
    places_.for_each([&](Place, const Person& person) { company.push_back(person.user); });
    spec_.expect(std::move(company));
  }
  if (!closed()) start_match(turn);
}

// How many sit at the table with so many humans; games.md 2.4.
std::size_t Room::seats_to_fill(std::size_t humans) const {
  const bool bots = spec_.matchmade || settings_.rules.bots == rules::Bots::fill;
  if (!bots) return humans;
  std::size_t wanted = spec_.matchmade ? std::min(filled_seats, 2 * humans) : filled_seats;
  wanted = std::max<std::size_t>(wanted, info().players_min);
  wanted = std::min<std::size_t>(wanted, settings_.rules.max_seats);
  return std::max(wanted, humans);
}

bool Room::enough_players() const {
  const std::size_t humans = places_.humans();
  return humans > 0 && seats_to_fill(humans) >= info().players_min;
}

// REQUIRES: enough_players(), no match.
void Room::start_match(Turn& turn) {
  RULE_CHECK(!run_ && has_fresh_, "one match at a time, each from its own seed");
  const std::size_t seats = seats_to_fill(places_.humans());
  while (places_.taken() < seats) places_.sit_bot();
  places_.number_seats();
  places_.for_each([&](Place, Person& person) {
    person.ready = person.again = false;
    person.score = 0;
    person.shown_hash = 0;
  });
  run_.emplace(turn.scratch.open, *spec_.game, fresh_.match, fresh_.seed, options_.log_bytes);
  has_fresh_ = false;
  phase_ = RoomPhase::playing;
  started_at_ = tick_due_;
  has_shown_ = false;
  people_changed();
  run_->start(open_to_change(turn), {settings_.rules, match_no_++, room_seed_},
              turn.scratch.effects);
  play_effects(turn);
  for (std::uint8_t i = 0; i < places_.size(); ++i) {
    if (places_[Place{i}].shown_away) tell_leave(turn, Place{i}, rules::Leave::Why::away);
  }
}

}  // namespace whoosh::room
