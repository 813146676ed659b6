// What viewers are told: WELCOME, STATE, TICK, ROOM, GAME_OVER.
#include <algorithm>

#include "room/room.h"

namespace whoosh::room {

using wire::RoomPhase;

namespace {

template <class T>
void append_message(std::string& out, std::string_view type, const T& payload) {
  base::JsonWriter writer(out);
  writer.begin_object().member("type", type).key("payload");
  base::encode(writer, payload);
  writer.end_object();
}

}  // namespace

template <class T>
void Room::announce(Turn& turn, std::string_view type, const T& payload) {
  turn.scratch.frame.clear();
  append_message(turn.scratch.frame, type, payload);
  turn.out.send(Targets::all(), turn.scratch.frame);
}
template void Room::announce(Turn&, std::string_view, const wire::KickVote&);
template void Room::announce(Turn&, std::string_view, const wire::ChatLine&);
template void Room::announce(Turn&, std::string_view, const wire::EmoteShown&);

// ---- views ------------------------------------------------------------------------------------

wire::ViewClock Room::view_clock() const {
  const rules::Clock clock = run_->clock();
  return {std::string(clock.phase), std::string(clock.step), started_at_.value,
          started_at_.plus_ms(std::int64_t{clock.step_ends_s} * options_.tick_ms).value};
}

void Room::write_public(rules::ViewWriter& out, bool full) const {
  out.clear(full);
  run_->view({}, out);
  out.member("clock", view_clock());
}

void Room::write_private(base::Seat seat, rules::ViewWriter& out, bool full) const {
  out.clear(full);
  if (seat != base::no_seat) run_->view({seat}, out);
  RULE_CHECK(full || out.list().size() <= private_members_max,
             "a seat's view has too many members");
}

void Room::flush(Turn& turn) {
  guarded([&] { flush_now(turn); });
}

void Room::flush_now(Turn& turn) {
  const bool heard = places_.here() > 0 || live_ > 0;
  if (room_dirty_ && heard) turn.out.send(Targets::places() | Targets::live(), room_text());
  if (view_dirty_ && heard && run_) flush_views(turn);
  room_dirty_ = view_dirty_ = false;
}

void Room::flush_views(Turn& turn) {
  Scratch& scratch = turn.scratch;
  write_public(scratch.public_view, false);
  scratch.public_patch.clear();
  public_feed_.diff(scratch.public_view, scratch.public_patch);
  send_patches(turn, scratch.public_patch);
}

// Viewers who have the same to hear at the same seq hear the same text.
void Room::send_patches(Turn& turn, std::string_view public_patch) {
  std::uint64_t seqs[places_max + 1];
  Targets groups[places_max + 1];
  std::size_t count = 0;
  const auto add = [&](Targets who, std::uint64_t seq) {
    for (std::size_t i = 0; i < count; ++i) {
      if (seqs[i] != seq) continue;
      groups[i] = groups[i] | who;
      return;
    }
    seqs[count] = seq;
    groups[count++] = who;
  };
  places_.for_each([&](Place place, Person& person) {
    if (!person.is_here()) return;
    std::string& patch = turn.scratch.private_patch;
    patch.clear();
    write_private(person.seat, turn.scratch.private_view, false);
    private_feeds_[place.value].diff(turn.scratch.private_view, patch);
    if (public_patch.empty() && patch.empty()) return;
    ++person.seq;
    if (patch.empty())
      add(Targets::of(place), person.seq);
    else
      send_state(turn, Targets::of(place), person.seq, public_patch, patch);
  });
  if (public_patch.empty()) return;
  ++live_seq_;
  if (live_ > 0) add(Targets::live(), live_seq_);
  for (std::size_t i = 0; i < count; ++i) send_state(turn, groups[i], seqs[i], public_patch, {});
}

void Room::send_state(Turn& turn, Targets to, std::uint64_t seq, std::string_view a,
                      std::string_view b) {
  std::string& frame = turn.scratch.frame;
  frame.assign(R"({"type":"STATE","payload":{)");
  base::JsonWriter(frame).member("seq", seq);
  frame.append(R"(,"patch":{)").append(a);
  if (!a.empty() && !b.empty()) frame.push_back(',');
  frame.append(b).append("}}}");
  turn.out.send(to, frame);
}

// The audience hears everything that is public, but seldom.
void Room::flush_crowd(Turn& turn) {
  if (crowd_ == 0) return;
  if (crowd_room_dirty_) turn.out.send(Targets::crowd(), room_text());
  crowd_room_dirty_ = false;
  if (!crowd_view_dirty_ || !run_) return;
  crowd_view_dirty_ = false;
  Scratch& scratch = turn.scratch;
  write_public(scratch.public_view, false);
  scratch.public_patch.clear();
  crowd_feed_.diff(scratch.public_view, scratch.public_patch);
  if (scratch.public_patch.empty()) return;
  send_state(turn, Targets::crowd(), ++crowd_seq_, scratch.public_patch, {});
}

// Before a match is forgotten: every member of every viewer's state goes, so that his state is {}
// again.
void Room::retire_views(Turn& turn) {
  if (!run_) return;
  Scratch& scratch = turn.scratch;
  write_public(scratch.public_view, true);
  scratch.public_patch.clear();
  append_members(scratch.public_view, scratch.public_patch, true);
  places_.for_each([&](Place place, Person& person) {
    private_feeds_[place.value].clear();
    if (!person.is_here()) return;
    scratch.private_patch.clear();
    write_private(person.seat, scratch.private_view, true);
    append_members(scratch.private_view, scratch.private_patch, true);
    send_state(turn, Targets::of(place), ++person.seq, scratch.public_patch, scratch.private_patch);
  });
  if (live_ > 0) send_state(turn, Targets::live(), ++live_seq_, scratch.public_patch, {});
  if (crowd_ > 0) send_state(turn, Targets::crowd(), ++crowd_seq_, scratch.public_patch, {});
  public_feed_.clear();
  crowd_feed_.clear();
  view_dirty_ = crowd_view_dirty_ = false;
}

// ---- one viewer -------------------------------------------------------------------------------

wire::You Room::you_at(Place place) const {
  const Person& person = places_[place];
  wire::You you;
  you.id = std::string(person.id.view());
  you.name = std::string(person.name.view());
  if (person.seat != base::no_seat) you.seat = person.seat.value;
  return you;
}

void Room::welcome(Turn& turn, Place place, std::string& out) {
  guarded([&] { welcome_as(turn, you_at(place), place, out); });
}

void Room::welcome(Turn& turn, const Watcher& who, std::string& out) {
  guarded([&] {
    wire::You you;
    you.id = base::user_id_text(who.user);
    you.name = std::string(who.name);
    you.role = who.role;
    welcome_as(turn, you, no_place, out);
  });
}

void Room::welcome_as(Turn& turn, const wire::You& you, Place place, std::string& out) {
  wire::Welcome welcome;
  welcome.you = you;
  welcome.room = spec_.id.text();
  welcome.code = spec_.code;
  welcome.game = std::string(info().key);
  welcome.role = you.role;
  welcome.server_time = turn.now.value;
  welcome.tick_hz = 1000.0 / options_.tick_ms;
  const bool in_crowd = you.role == wire::Role::audience;
  std::uint64_t seq = in_crowd ? crowd_seq_ : live_seq_;
  if (place != no_place) {
    Person& person = places_[place];
    welcome.resume = base::base64url({person.token.data(), person.token.size()});
    seq = person.seq = std::max(person.seq, live_seq_);
  }
  welcome.seq = static_cast<std::int64_t>(seq);
  welcome.state.json = "{";
  if (run_) {
    rules::ViewWriter& public_view = turn.scratch.public_view;
    rules::ViewWriter& private_view = turn.scratch.private_view;
    write_public(public_view, true);
    append_members(public_view, welcome.state.json);
    write_public(public_view, false);
    const bool same = (in_crowd ? crowd_feed_ : public_feed_).join_with(public_view);
    if (!same) (in_crowd ? crowd_view_dirty_ : view_dirty_) = true;
    if (place != no_place) {
      write_private(places_[place].seat, private_view, true);
      append_members(private_view, welcome.state.json);
      write_private(places_[place].seat, private_view, false);
      private_feeds_[place.value].reset_to(private_view);
    }
  }
  welcome.state.json.push_back('}');
  out.clear();
  append_message(out, "WELCOME", welcome);
}

// ---- TICK -------------------------------------------------------------------------------------

void Room::send_ticks(Turn& turn) {
  Targets sent;
  for (std::uint8_t i = 0; i < places_max; ++i) {
    if (!places_[Place{i}].is_here() || sent.has(Place{i})) continue;
    const std::uint64_t seq = places_[Place{i}].seq;
    Targets to;
    for (std::uint8_t j = i; j < places_max; ++j) {
      const Person& other = places_[Place{j}];
      if (other.is_here() && other.seq == seq) to = to | Targets::of(Place{j});
    }
    if (live_ > 0 && live_seq_ == seq) to = to | Targets::live();
    send_tick(turn, to, seq);
    sent = sent | to;
  }
  if (live_ > 0 && (sent.bits & Targets::live_bit) == 0)
    send_tick(turn, Targets::live(), live_seq_);
  if (crowd_ > 0 && crowd_turn()) send_tick(turn, Targets::crowd(), crowd_seq_);
}

void Room::send_tick(Turn& turn, Targets to, std::uint64_t seq) {
  std::string& frame = turn.scratch.frame;
  frame.assign(R"({"type":"TICK","payload":)");
  base::JsonWriter out(frame);
  out.begin_object();
  if (phase_ == RoomPhase::waiting) {
    out.member("phase", "WAITING").member("step", "").member("elapsed", 0);
    out.member("remaining", info().duration_s);
  } else {
    const rules::Clock clock = run_->clock();
    const bool over = run_->over();
    const bool voting = phase_ == RoomPhase::rematch;
    const std::string_view step =
        voting ? std::string_view("REMATCH") : std::string_view("RESULTS");
    out.member("phase", over ? std::string_view("FINISHED") : clock.phase);
    out.member("step", over ? step : clock.step);
    out.member("elapsed", clock.elapsed_s).member("remaining", over ? 0u : clock.remaining_s);
  }
  out.member("seq", seq).member("ts", tick_due_.value);
  if (run_) run_->tick_members(out);
  out.end_object();
  frame.push_back('}');
  turn.out.send(to, frame, Outbox::Kind::tick);
}

// ---- ROOM, GAME_OVER --------------------------------------------------------------------------

namespace {

std::optional<wire::SeatLook> look_of(const cosmetics::Worn& worn) {
  if (worn.is_bare()) return std::nullopt;
  const auto id = [](std::uint16_t number) {
    const cosmetics::Item* const item = cosmetics::item(number);
    return item == nullptr ? std::nullopt : std::optional(item->id);
  };
  return wire::SeatLook{id(worn.frame), id(worn.colour), id(worn.title), id(worn.reactions)};
}

}  // namespace

wire::RoomState Room::room_state() const {
  wire::RoomState state;
  places_.for_each([&](Place place, const Person& person) {
    wire::RoomPlayer player;
    player.id = std::string(person.id.view());
    player.name = std::string(person.name.view());
    player.avatar = std::string(person.avatar.view());
    player.connected = person.is_human() ? !person.left && !person.shown_away : true;
    player.ready = person.ready;
    player.score = person.score;
    player.bot = person.bot_plays;
    player.host = !spec_.matchmade && place == places_.host();
    player.seat = person.seat == base::no_seat ? place.value : person.seat.value;
    player.look = look_of(person.worn);
    if (person.again) state.rematch.push_back(player.id);
    state.players.push_back(std::move(player));
  });
  state.phase = phase_;
  state.settings = to_wire(settings_);
  state.matchmade = spec_.matchmade;
  state.audience = static_cast<std::int32_t>(audience());
  if (phase_ == RoomPhase::results || phase_ == RoomPhase::rematch) {
    state.phase_ends_at.emplace(
        tick_due_.plus_ms(std::int64_t{phase_left_s_} * options_.tick_ms).value);
  }
  return state;
}

std::string Room::room_text() const {
  std::string text;
  append_message(text, "ROOM", room_state());
  return text;
}

void Room::send_game_over(Turn& turn, bool rated, const std::vector<SettledPlayer>& players) {
  const rules::Outcome& outcome = run_->outcome();
  const rules::Table& table = run_->table();
  wire::GameOver over;
  over.match_id = run_->id().text();
  if (outcome.winner != base::no_seat) over.winner_id.emplace(table.id(outcome.winner));
  over.rated = rated;
  for (std::uint8_t i = 0; i < table.size(); ++i) {
    const rules::SeatResult result = result_of(base::Seat{i});
    wire::Standing row;
    row.id = std::string(table.id(base::Seat{i}));
    row.name = std::string(table.name(base::Seat{i}));
    row.score = result.score;
    row.placement = result.placement;
    row.is_winner = result.winner;
    if (result.winner) over.winners.push_back(row.id);
    const base::UserId user = places_[places_.find(base::Seat{i})].user;
    for (const SettledPlayer& player : players) {
      if (user.value == 0 || player.user != user) continue;
      row.elo_before.emplace(player.elo_before);
      row.elo_after.emplace(player.elo_after);
      row.xp_gained.emplace(player.xp_gained);
      row.coins_gained.emplace(player.coins_gained);
      row.level.emplace(player.level);
    }
    over.standings.push_back(std::move(row));
  }
  std::stable_sort(over.standings.begin(), over.standings.end(),
                   [](const auto& a, const auto& b) { return a.placement < b.placement; });
  flush_now(turn);  // the last view of the match comes before its result
  game_over_text_.clear();
  append_message(game_over_text_, "GAME_OVER", over);
  if (!run_->game_over().empty()) {
    game_over_text_.resize(game_over_text_.size() - 2);
    game_over_text_.append(",").append(run_->game_over()).append("}}");
  }
  turn.out.send(Targets::all(), game_over_text_);
  settle_left_s_ = 0;
  phase_ = RoomPhase::results;
  phase_left_s_ = std::max<std::uint32_t>(info().results_s, 1);
  people_changed();
}

}  // namespace whoosh::room
