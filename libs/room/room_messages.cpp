// What players say: the messages that every room understands, and those of its game.
#include <algorithm>
#include <bit>

#include "base/text.h"
#include "room/room.h"

namespace whoosh::room {

using base::ErrorCode;
using base::JsonValue;
using base::Result;
using wire::RoomPhase;

struct Room::Command {
  std::string_view type;
  Handler handler;
};

const Room::Command Room::commands[] = {
    {"READY", &Room::on_ready},     {"START", &Room::on_start}, {"SETTINGS", &Room::on_settings},
    {"KICK", &Room::on_kick},       {"CHAT", &Room::on_chat},   {"EMOTE", &Room::on_emote},
    {"REMATCH", &Room::on_rematch}, {"LEAVE", &Room::on_leave},
};

Result<> Room::on_message(Turn& turn, Place place, std::string_view type, const JsonValue& payload,
                          std::int32_t ms_into_tick) {
  Result<> result = ErrorCode::internal;  // what a broken rule leaves
  guarded([&] { result = dispatch(turn, place, type, payload, ms_into_tick); });
  return result;
}

Result<> Room::dispatch(Turn& turn, Place place, std::string_view type, const JsonValue& payload,
                        std::int32_t ms_into_tick) {
  for (const Command& command : commands) {
    if (command.type == type) return (this->*command.handler)(turn, place, payload);
  }
  for (const rules::MessageSpec& spec : info().messages) {
    if (spec.from_client && spec.type == type)
      return game_input(turn, place, type, payload, ms_into_tick);
  }
  return ErrorCode::unknown_type;
}

Result<> Room::game_input(Turn& turn, Place place, std::string_view type, const JsonValue& payload,
                          std::int32_t ms_into_tick) {
  if (!match_is_on()) return ErrorCode::phase;
  const base::Seat seat = places_[place].seat;
  if (seat == base::no_seat) return ErrorCode::not_a_player;
  Result<> result =
      run_->input(open_to_change(turn), {seat, type, payload, ms_into_tick}, turn.scratch.effects);
  play_effects(turn);
  return result;
}

Result<> Room::on_ready(Turn& turn, Place place, const JsonValue& payload) {
  const auto message = base::decode_as<wire::Ready>(payload, ErrorCode::bad_payload);
  if (!message) return message.error();
  if (match_is_on() && places_[place].idle != rules::Idle::no) {  // "I am still there"
    tell_join(turn, place);
    return {};
  }
  if (phase_ != RoomPhase::waiting) return ErrorCode::phase;
  const bool ready = message->ready.value_or(true);
  if (places_[place].ready != ready) people_changed();
  places_[place].ready = ready;
  return {};
}

Result<> Room::on_start(Turn& turn, Place place, const JsonValue&) {
  if (spec_.matchmade || place != places_.host()) return ErrorCode::not_host;
  if (phase_ == RoomPhase::playing) return ErrorCode::room_started;
  if (!enough_players()) return ErrorCode::not_enough_players;
  if (phase_ == RoomPhase::waiting)
    start_match(turn);
  else
    restart(turn);
  return {};
}

Result<> Room::on_settings(Turn&, Place place, const JsonValue& payload) {
  if (spec_.matchmade || place != places_.host()) return ErrorCode::not_host;
  const auto change = base::decode_as<wire::SettingsChange>(payload, ErrorCode::bad_payload);
  if (!change) return change.error();
  if (phase_ == RoomPhase::playing) return ErrorCode::phase;
  auto now = changed(settings_, *change, info(), places_.humans(), ErrorCode::bad_payload);
  if (!now) return now.error();
  settings_ = std::move(*now);
  people_changed();
  return {};
}

// ---- kicking ----------------------------------------------------------------------------------

Result<> Room::on_kick(Turn& turn, Place place, const JsonValue& payload) {
  const auto message = base::decode_as<wire::Kick>(payload, ErrorCode::bad_payload);
  if (!message) return message.error();
  if (!spec_.matchmade && place != places_.host()) return ErrorCode::not_host;
  const Place target = places_.find(message->target);
  if (target == no_place || target == place || !places_[target].stays()) return ErrorCode::target;
  if (spec_.matchmade) return vote_kick(turn, place, target);
  kick(turn, target, "The host removed you from this room.");
  return {};
}

// More than half of the connected players, the target not counted; one vote at a time. Whose vote
// has failed waits before he calls the next: nobody is asked about the same person for ever.
Result<> Room::vote_kick(Turn& turn, Place voter, Place target) {
  if (vote_.target != no_place && vote_.target != target) return ErrorCode::conflict;
  const auto bit = static_cast<std::uint16_t>(1u << voter.value);
  if (vote_.target == target && (vote_.votes & bit) != 0) return ErrorCode::duplicate;
  if (vote_.target == no_place) {
    if (places_[voter].vote_wait > 0) return ErrorCode::rate;
    vote_ = {.target = target, .left_s = vote_kick_s, .votes = 0, .caller = voter.value};
  }
  vote_.votes |= bit;
  std::int32_t votes = 0;
  std::int32_t electors = 0;
  places_.for_each([&](Place place, const Person& person) {
    if (!person.is_here() || place == target) return;
    ++electors;
    votes += (vote_.votes >> place.value & 1) != 0;
  });
  const std::int32_t needed = electors / 2 + 1;
  announce(turn, "EVENT_KICK_VOTE",
           wire::KickVote{std::string(places_[target].id().view()), votes, needed,
                          turn.now.plus_ms(std::int64_t{vote_.left_s} * options_.tick_ms).value});
  // One against one is no majority of anything.
  if (votes >= needed && electors >= 2) kick(turn, target, "The others voted you out.");
  return {};
}

void Room::kick(Turn& turn, Place target, std::string_view why) {
  const bool connected = places_[target].connected;
  places_.ban(places_[target].user);
  places_[target].kicked = true;
  leave_place(turn, target);
  if (connected) turn.out.close(target, wire::Close::kicked, why);
}

// ---- talk -------------------------------------------------------------------------------------

Result<> Room::on_chat(Turn& turn, Place place, const JsonValue& payload) {
  const auto message = base::decode_as<wire::Chat>(payload, ErrorCode::bad_payload);
  if (!message) return message.error();
  if (match_is_on()) return ErrorCode::phase;  // a game has its own talk, with its own limits
  const auto line = base::clean_line_within(message->text, 1, wire::chat_characters_max);
  if (!line) return line.error();
  if (refuses(*line)) return ErrorCode::filter;
  Person& person = places_[place];
  if (!person.chat.take(turn.now, chat_burst)) return ErrorCode::rate;
  announce(turn, "EVENT_CHAT",
           wire::ChatLine{std::string(person.id().view()), std::string(person.name.view()), *line,
                          turn.now.value});
  return {};
}

namespace {

// Everybody's emotes, and those of the pack that this person's seat ticket said he wears.
bool may_show(const Person& person, std::string_view emote) {
  if (std::ranges::find(wire::emotes, emote) != std::end(wire::emotes)) return true;
  const cosmetics::Item* const pack = cosmetics::item(person.worn.reactions);
  return pack != nullptr && std::ranges::find(pack->reactions, emote) != pack->reactions.end();
}

}  // namespace

Result<> Room::on_emote(Turn& turn, Place place, const JsonValue& payload) {
  const auto message = base::decode_as<wire::Emote>(payload, ErrorCode::bad_payload);
  if (!message) return message.error();
  Person& person = places_[place];
  if (!may_show(person, message->emote)) return ErrorCode::bad_payload;
  if (!person.emote.take(turn.now, emote_burst)) return ErrorCode::rate;
  announce(turn, "EVENT_EMOTE", wire::EmoteShown{std::string(person.id().view()), message->emote});
  return {};
}

// ---- going on, going away ---------------------------------------------------------------------

Result<> Room::on_rematch(Turn&, Place place, const JsonValue& payload) {
  const auto message = base::decode_as<wire::Rematch>(payload, ErrorCode::bad_payload);
  if (!message) return message.error();
  if (phase_ != RoomPhase::results && phase_ != RoomPhase::rematch) return ErrorCode::phase;
  const bool again = message->again.value_or(true);
  if (places_[place].again != again) people_changed();
  places_[place].again = again;
  return {};
}

Result<> Room::on_leave(Turn& turn, Place place, const JsonValue&) {
  leave_place(turn, place);
  turn.out.close(place, wire::Close::left, "You left the room.");
  return {};
}

}  // namespace whoosh::room
