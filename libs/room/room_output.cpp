// What viewers are told: WELCOME, TICK, ROOM, GAME_OVER. STATE is room_views.cpp.
#include <algorithm>
#include <utility>

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

// ---- one viewer -------------------------------------------------------------------------------

wire::You Room::you_at(Place place) const {
  const Person& person = places_[place];
  wire::You you;
  you.id = std::string(person.id().view());
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
  flush_now(turn);  // who comes knows the same State as those who are here
  wire::Welcome welcome;
  welcome.you = you;
  welcome.room = spec_.id.text();
  welcome.code = std::string(spec_.code.view());
  welcome.game = std::string(info().key);
  welcome.role = you.role;
  welcome.server_time = turn.now.value;
  welcome.tick_hz = 1000.0 / options_.tick_ms;
  const bool in_crowd = you.role == wire::Role::audience;
  std::uint32_t seq = in_crowd ? crowd_seq_ : live_seq_;
  if (place != no_place) {
    Person& person = places_[place];
    welcome.resume = base::base64url({person.token.data(), person.token.size()});
    seq = person.seq = std::max(person.seq, live_seq_);
  }
  welcome.seq = static_cast<std::int64_t>(seq);
  welcome.state.json = "{";
  if (run_) {
    rules::ViewWriter& view = turn.scratch.public_view;
    const Source now = source(open(turn));
    write_public(now, view, true);
    append_members(view, welcome.state.json);
    if (in_crowd) {
      write_public(now, view, false);
      if (!crowd_feed().join_with(view)) crowd_view_dirty_ = true;
    }
    if (place != no_place) {
      Person& person = places_[place];
      write_private(now, person.seat, view, true);
      append_members(view, welcome.state.json);
      write_private(now, person.seat, view, false);
      person.shown_hash = view.hash();
    }
  }
  welcome.state.json.push_back('}');
  out.clear();
  append_message(out, "WELCOME", welcome);
}

// ---- TICK -------------------------------------------------------------------------------------

void Room::send_ticks(Turn& turn) {
  Targets sent;
  for (std::uint8_t i = 0; i < places_.size(); ++i) {
    if (!places_[Place{i}].is_here() || sent.has(Place{i})) continue;
    const std::uint32_t seq = places_[Place{i}].seq;
    Targets to;
    for (std::uint8_t j = i; j < places_.size(); ++j) {
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

void Room::send_tick(Turn& turn, Targets to, std::uint32_t seq) {
  std::string& frame = turn.scratch.frame;
  frame.assign(R"({"type":"TICK","payload":)");
  base::JsonWriter out(frame);
  out.begin_object();
  if (phase_ == RoomPhase::waiting) {
    out.member("phase", "WAITING").member("step", "").member("elapsed", 0);
    out.member("remaining", info().duration_s);
  } else {
    const rules::Clock clock = this->clock(open(turn));
    const bool over = run_->over();
    const bool voting = phase_ == RoomPhase::rematch;
    const std::string_view step =
        voting ? std::string_view("REMATCH") : std::string_view("RESULTS");
    out.member("phase", over ? std::string_view("FINISHED") : clock.phase);
    out.member("step", over ? step : clock.step);
    out.member("elapsed", clock.elapsed_s).member("remaining", over ? 0u : clock.remaining_s);
  }
  out.member("seq", seq).member("ts", tick_due_.value);
  if (run_) {
    const OpenMatch& match = open(turn);
    run_->game().tick_members(open(turn).state(), match.table, out);
  }
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
    player.id = std::string(person.id().view());
    player.name = std::string(person.name.view());
    player.avatar = std::string(person.avatar.view());
    player.connected = person.is_human() ? !person.left && !person.shown_away : true;
    player.ready = person.ready;
    player.score = person.score;
    player.bot = person.bot_plays || person.idle == rules::Idle::bot;
    player.host = !spec_.matchmade && place == places_.host();
    player.seat = person.seat == base::no_seat ? place.value : person.seat.value;
    player.look = look_of(person.worn);
    if (person.idle != rules::Idle::no) {
      player.idle = person.idle == rules::Idle::bot ? wire::Idle::bot : wire::Idle::asked;
    }
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
  const rules::Table& table = open(turn).table;
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
  std::string text;
  append_message(text, "GAME_OVER", over);
  if (!run_->game_over().empty()) {
    text.resize(text.size() - 2);
    text.append(",").append(run_->game_over()).append("}}");
  }
  text.shrink_to_fit();  // stays until the next match
  turn.out.send(Targets::all(), text);
  ending_->game_over_text = std::move(text);
  settle_left_s_ = 0;
  phase_ = RoomPhase::results;
  phase_left_s_ = std::max<std::uint8_t>(info().results_s, 1);
  people_changed();
}

}  // namespace whoosh::room
