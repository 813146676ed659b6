// People of a room and the events that they cause in the game.
#include "room/room.h"

#include <algorithm>
#include <utility>

#include "rules/filter.h"

namespace whoosh::room {

using base::ErrorCode;
using base::Result;
using wire::RoomPhase;

Result<std::unique_ptr<Room>> Room::make(RoomSpec spec, RoomOptions options, base::UnixMs tick_due,
                                         std::uint64_t room_seed, Fresh fresh) {
  const rules::GameInfo& game = spec.game->info();
  auto settings = changed(default_settings(game), spec.settings, game, 0, ErrorCode::invalid_input);
  if (!settings) return settings.error();
  if (spec.expected.size() > std::min<std::size_t>(game.players_max, expected_max)) {
    base::Error error{ErrorCode::invalid_input};
    error.fields.emplace("expected", "are too many for this game");
    return error;
  }
  if (spec.code.size() > room_code_bytes_max) {
    base::Error error{ErrorCode::invalid_input};
    error.fields.emplace("code", "is too long");
    return error;
  }
  if (spec.matchmade) {
    const auto people = static_cast<std::uint8_t>(spec.expected.size());
    settings->rules.max_seats = std::max(settings->rules.max_seats, people);
  }
  return std::unique_ptr<Room>(
      new Room(spec, options, std::move(*settings), tick_due, room_seed, fresh));
}

Room::Room(const RoomSpec& spec, RoomOptions options, RoomSettings settings, base::UnixMs tick_due,
           std::uint64_t room_seed, Fresh fresh_in)
    : spec_(spec),
      options_(options),
      room_seed_(room_seed),
      fresh_(fresh_in),
      created_at_(tick_due),
      tick_due_(tick_due),
      settings_(std::move(settings)) {}

// ---- who may come in --------------------------------------------------------------------------

Result<wire::Role> Room::check(base::UserId user, wire::Role wanted) const {
  if (places_.is_banned(user)) {
    return base::Error{ErrorCode::banned, "You were removed from this room."};
  }
  if (closed()) return ErrorCode::room_not_found;
  if (wanted != wire::Role::player) return check_watcher(wanted);
  if (places_.find(user) != no_place) return wire::Role::player;
  const auto why_not = no_seat_for(user);
  if (!why_not) return wire::Role::player;
  if (settings_.rules.audience) return check_watcher(wire::Role::audience);
  return *why_not;
}

std::optional<ErrorCode> Room::no_seat_for(base::UserId user) const {
  const auto expected = spec_.expected();
  const bool stranger =
      spec_.matchmade && std::find(expected.begin(), expected.end(), user) == expected.end();
  const bool waits = phase_ == RoomPhase::waiting;
  if (stranger) return ErrorCode::room_full;
  if (waits && places_.taken() >= settings_.rules.max_seats) return ErrorCode::room_full;
  if (settings_.locked) return ErrorCode::room_locked;
  if (!waits) return ErrorCode::room_started;
  return std::nullopt;
}

Result<wire::Role> Room::check_watcher(wire::Role wanted) const {
  if (wanted == wire::Role::screen) {
    if (screens_ < screens_max) return wire::Role::screen;
    return base::Error{ErrorCode::room_full, "This room has its big screens already."};
  }
  if (!settings_.rules.audience) {
    return base::Error{ErrorCode::forbidden, "This room takes no spectators."};
  }
  if (audience() >= options_.audience_max) return ErrorCode::room_full;
  const bool live = wanted == wire::Role::spectator && live_ - screens_ < spectators_max;
  return live ? wire::Role::spectator : wire::Role::audience;
}

bool Room::takes(base::UserId user) const {
  if (closed() || spec_.matchmade || settings_.locked || places_.is_banned(user)) return false;
  if (match_is_on() || places_.find(user) != no_place) return false;
  return places_.taken() < settings_.rules.max_seats;
}

bool Room::refuses(std::string_view text) const {
  const rules::Settings& rules = settings_.rules;
  return rules::word_filter(rules.locale.view()).refuses(text, rules.filter);
}

// ---- coming and going -------------------------------------------------------------------------

Place Room::sit(Turn& turn, const Newcomer& who) {
  Place place = places_.find(who.user);
  guarded([&] {
    if (place != no_place) {
      come_back(turn, place);
      return;
    }
    Newcomer shown = who;
    if (refuses(who.name)) shown.name = "Player";  // replaced, not refused: he may play
    place = places_.sit(shown);
    if (!match_is_on()) places_.number_seats();
    if (who.user == spec_.creator) places_.make_host(place);
    empty_for_s_ = 0;
    people_changed();
  });
  return place;
}

void Room::returned(Turn& turn, Place place) {
  guarded([&] { come_back(turn, place); });
}

void Room::dress(Place place, const cosmetics::Worn& worn) {
  guarded([&] {
    Person& person = places_[place];
    RULE_CHECK(person.is_human(), "only a person wears something");
    if (person.worn == worn) return;
    person.worn = worn;
    people_changed();
  });
}

// Who was away for a blink comes back unnoticed.
void Room::come_back(Turn& turn, Place place) {
  Person& person = places_[place];
  const bool announced = person.shown_away || person.bot_plays;
  person.connected = true;
  person.away_s = 0;
  person.shown_away = false;
  person.bot_plays = false;
  empty_for_s_ = 0;
  if (places_.update_host()) people_changed();
  if (!announced) return;
  people_changed();
  tell_join(turn, place);
}

void Room::lost(Turn&, Place place) {
  guarded([&] {
    Person& person = places_[place];
    RULE_CHECK(person.occupied, "only somebody's connection is lost");
    person.connected = false;
    person.away_s = 0;
  });
}

void Room::replace_token(Place place, const ResumeToken& token) {
  Person& person = places_[place];
  if (person.stays()) person.token = token;
}

void Room::give_up(Turn& turn, Place place) {
  guarded([&] { leave_place(turn, place); });
}

// A running match keeps the place for its result; a bot plays on.
void Room::leave_place(Turn& turn, Place place) {
  Person& person = places_[place];
  const bool votes = vote_.target != no_place;
  if (votes && (vote_.target == place || vote_.caller == place.value)) vote_ = {};
  people_changed();
  if (!match_is_on() || person.seat == base::no_seat) {
    // Results still show the table: the place is empty from the next match on.
    if (run_) {
      person.connected = false;
      person.left = true;
      person.again = false;
    } else {
      places_.stand_up(place);
      places_.number_seats();
    }
    places_.update_host();
    return;
  }
  person.connected = false;
  person.left = true;
  person.abandoned = !person.kicked;
  person.left_at_s = static_cast<std::uint16_t>(run_->ticks());
  person.bot_plays = true;
  person.token = {};
  places_.update_host();
  tell_leave(turn, place, rules::Leave::Why::abandoned);
}

void Room::watch(wire::Role role) {
  if (role == wire::Role::audience)
    ++crowd_;
  else
    ++live_;
  if (role == wire::Role::screen)
    ++screens_;
  else
    audience_changed_ = true;
}

void Room::unwatch(wire::Role role) {
  if (role != wire::Role::audience)
    --live_;
  else if (--crowd_ == 0)
    crowd_feed_.reset();
  if (role == wire::Role::screen)
    --screens_;
  else
    audience_changed_ = true;
}

// ---- into the game ----------------------------------------------------------------------------

void Room::tell_join(Turn& turn, Place place) {
  if (!match_is_on() || places_[place].seat == base::no_seat) return;
  run_->join(open_to_change(turn), places_[place].seat, turn.scratch.effects);
  play_effects(turn);
}

void Room::tell_leave(Turn& turn, Place place, rules::Leave::Why why) {
  if (!match_is_on() || places_[place].seat == base::no_seat) return;
  run_->leave(open_to_change(turn), {places_[place].seat, why}, turn.scratch.effects);
  play_effects(turn);
}

// Whom the game waits for in vain; once the match is over, nobody.
void Room::note_idle(Turn& turn) {
  for (std::uint8_t i = 0; i < places_.size(); ++i) {
    Person& person = places_[Place{i}];
    if (!person.is_human() || person.seat == base::no_seat) continue;
    const bool asks = person.stays() && !run_->over();
    const rules::Idle idle =
        asks ? run_->game().idle(open(turn).state(), person.seat) : rules::Idle::no;
    if (person.idle == idle) continue;
    person.idle = idle;
    people_changed();
  }
}

// Sends what the game said, and ends the match when it said so.
void Room::play_effects(Turn& turn) {
  view_dirty_ = crowd_view_dirty_ = true;
  note_idle(turn);
  const rules::Effects& effects = turn.scratch.effects;
  for (const rules::Effects::Message& message : effects.messages) {
    Targets to = Targets::all();
    if (message.to != base::no_seat) {
      const Place place = places_.find(message.to);
      if (place == no_place || !places_[place].is_here()) continue;
      to = Targets::of(place);
    }
    std::string& frame = turn.scratch.frame;
    frame.clear();
    base::JsonWriter out(frame);
    out.begin_object().member("type", message.type).key("payload");
    out.raw(std::string_view(effects.bytes).substr(message.begin, message.end - message.begin));
    out.end_object();
    turn.out.send(to, frame);
  }
  if (run_->over()) finish_match(turn);
}

// What a seat's result is for its owner: among strangers who left of his own will has not won,
// whatever the bot on his seat did.
rules::SeatResult Room::result_of(base::Seat seat) const {
  rules::SeatResult result = run_->outcome().seats[seat.value];
  const Place place = places_.find(seat);
  RULE_CHECK(place != no_place, "every seat of a match has its place to the end");
  if (!spec_.matchmade || run_->outcome().is_void || !places_[place].abandoned) return result;
  result.winner = result.feat = false;
  result.placement = static_cast<std::uint8_t>(run_->outcome().seats.size());
  return result;
}

void Room::finish_match(Turn& turn) {
  const rules::Outcome& outcome = run_->outcome();
  Finished result;
  result.match = run_->id();
  result.started_at = started_at_;
  result.ended_at = std::max(turn.now, tick_due_);
  result.played_s = static_cast<std::int32_t>(run_->ticks());
  result.is_void = outcome.is_void;
  for (std::uint8_t i = 0; i < outcome.seats.size(); ++i) {
    const rules::SeatResult own = result_of(base::Seat{i});
    Person& person = places_[places_.find(base::Seat{i})];
    person.score = own.score;
    FinishedSeat seat;
    seat.user = person.user;
    seat.id = person.id().view();
    seat.name = person.name.view();
    seat.result = own;
    seat.abandoned = person.abandoned;
    if (person.left) seat.played_s = person.left_at_s;
    result.seats.push_back(std::move(seat));
  }
  if (ending_ == nullptr) ending_ = std::make_unique<Ending>();
  ending_->finished = std::move(result);
  settle_left_s_ = settle_wait_s;
  vote_ = {};
}

std::optional<Finished> Room::take_finished() {
  if (ending_ == nullptr) return std::nullopt;
  return std::exchange(ending_->finished, std::nullopt);
}

bool Room::settled(Turn& turn, base::MatchId match, bool rated,
                   const std::vector<SettledPlayer>& players) {
  if (phase_ != RoomPhase::playing || !run_ || !run_->over() || run_->id() != match) return false;
  guarded([&] { send_game_over(turn, rated, players); });
  return true;
}

// ---- ends -------------------------------------------------------------------------------------

void Room::close(wire::Close code, std::string_view why) {
  if (closed()) return;
  phase_ = RoomPhase::closed;
  closing_ = std::make_unique<Closing>(Closing{code, std::string(why), {}});
}

void Room::break_room(const char* why) {
  close(wire::Close::bug, "This room hit a bug of ours and had to end. Sorry!");
  closing_->broken = why;
}

std::string Room::log() const {
  return run_ ? run_->log_text(table()) : std::string();
}

wire::RoomCard Room::card() const {
  wire::RoomCard card;
  card.room = spec_.id.text();
  card.code = std::string(spec_.code.view());
  card.game = info().key;
  card.visibility = spec_.is_public ? "public" : "private";
  card.phase = phase_;
  places_.for_each([&](Place, const Person& person) {
    if (person.stays())
      ++card.players;
    else
      ++card.bots;
  });
  card.seats = settings_.rules.max_seats;
  card.audience = static_cast<std::int32_t>(audience());
  card.locked = settings_.locked;
  if (places_.host() != no_place && !spec_.matchmade)
    card.host = places_[places_.host()].name.view();
  card.created_at = base::rfc3339(created_at_);
  return card;
}

wire::RoomSummary Room::summary() const {
  wire::RoomSummary summary;
  summary.card = card();
  summary.epoch = spec_.epoch;
  summary.ticks = tick_no_;
  summary.connected = static_cast<std::int32_t>(here());
  summary.matchmade = spec_.matchmade;
  return summary;
}

wire::RoomReport Room::report() const {
  wire::RoomReport report{summary(), room_state(), {}};
  if (!run_) return report;
  OpenMatch match_now;
  run_->open_in(match_now);
  match_now.table = table();
  const rules::Clock clock = this->clock(match_now);
  wire::LiveMatch match;
  match.id = run_->id().text();
  match.started_at = base::rfc3339(started_at_);
  match.elapsed_s = static_cast<std::int32_t>(run_->ticks());
  match.phase = clock.phase;
  match.step = clock.step;
  match.over = run_->over();
  report.match = std::move(match);
  return report;
}

}  // namespace whoosh::room
