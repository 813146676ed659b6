// The messages of Service B that every game shares (docs/PROTOCOL.md). Payload structs; the
// envelope is
// {"type": "...", "payload": {...}, "id"?: "..."}. tools/wiregen writes their TypeScript types from
// here. Values only; any thread. Ids of users are texts here: "17", "bot_1".
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/described.h"
#include "wire/look.h"

namespace whoosh::wire {

enum class Role : std::uint8_t { player, spectator, screen, audience };
BOOST_DESCRIBE_ENUM(Role, player, spectator, screen, audience)

enum class RoomPhase : std::uint8_t { waiting, playing, results, rematch, closed };
BOOST_DESCRIBE_ENUM(RoomPhase, waiting, playing, results, rematch, closed)

// ---- server to client --------------------------------------------------------------------------

struct You {
  std::string id;
  std::string name;
  std::optional<std::int32_t> seat;  // players only
  Role role = Role::player;
};
BOOST_DESCRIBE_STRUCT(You, (), (id, name, seat, role))

struct Welcome {
  std::int32_t protocol = 1;
  You you;
  std::optional<std::string> room;  // absent on a lobby connection
  std::optional<std::string> code;
  std::optional<std::string> game;
  Role role = Role::player;
  std::int64_t server_time = 0;  // ms since the epoch
  double tick_hz = 1;
  std::optional<std::string> resume;
  std::int64_t seq = 0;  // the next STATE has seq + 1
  base::Raw state;       // the whole view of this player, `clock` among it; {} in a waiting room
};
BOOST_DESCRIBE_STRUCT(Welcome, (),
                      (protocol, you, room, code, game, role, server_time, tick_hz, resume, seq,
                       state))

// Of a connected player who does nothing: asked whether he is there; then a bot plays for him.
enum class Idle : std::uint8_t { asked, bot };
BOOST_DESCRIBE_ENUM(Idle, asked, bot)

struct RoomPlayer {
  std::string id;
  std::string name;
  std::string avatar;
  bool connected = false;
  bool ready = false;
  std::int32_t score = 0;  // of the last match
  bool bot = false;        // a bot plays this seat now
  bool host = false;
  std::int32_t seat = 0;
  std::optional<SeatLook> look;  // only of who wears something
  std::optional<Idle> idle;      // only of who is idle
};
BOOST_DESCRIBE_STRUCT(RoomPlayer, (),
                      (id, name, avatar, connected, ready, score, bot, host, seat, look, idle))

struct RoomSettings {
  bool family = true;
  std::string filter = "moderate";  // none, moderate, strict
  std::string pace = "normal";      // normal, relaxed, party
  std::string bots = "fill";        // off, fill
  bool audience = true;
  bool one_room = false;
  std::int32_t max_seats = 8;
  std::string locale = "en";
  bool locked = false;
};
BOOST_DESCRIBE_STRUCT(RoomSettings, (),
                      (family, filter, pace, bots, audience, one_room, max_seats, locale, locked))

struct RoomState {  // ROOM
  std::vector<RoomPlayer> players;
  RoomPhase phase = RoomPhase::waiting;
  RoomSettings settings;
  bool matchmade = false;
  std::int32_t audience = 0;                   // how many watch
  base::Nullable<std::int64_t> phase_ends_at;  // ms since the epoch; null: open end
  std::vector<std::string> rematch;            // who wants another match
};
BOOST_DESCRIBE_STRUCT(RoomState, (),
                      (players, phase, settings, matchmade, audience, phase_ends_at, rematch))

struct ViewClock {  // member `clock` of every state while a match runs
  std::string phase;
  std::string step;
  std::int64_t started_at = 0;  // ms since the epoch
  std::int64_t ends_at = 0;     // of the step
};
BOOST_DESCRIBE_STRUCT(ViewClock, (), (phase, step, started_at, ends_at))

struct Tick {         // TICK; games add members (Suspect: confmeter)
  std::string phase;  // WAITING, the game's phases, FINISHED
  std::string step;
  std::int32_t elapsed = 0;  // seconds of the match
  std::int32_t remaining = 0;
  std::int64_t seq = 0;
  std::int64_t ts = 0;  // when the tick was due, ms since the epoch
};
BOOST_DESCRIBE_STRUCT(Tick, (), (phase, step, elapsed, remaining, seq, ts))

struct State {  // STATE: RFC 7396 merge patch of this player's view
  std::int64_t seq = 0;
  base::Raw patch;
};
BOOST_DESCRIBE_STRUCT(State, (), (seq, patch))

struct Standing {
  std::string id;
  std::string name;
  std::int32_t score = 0;
  std::int32_t placement = 1;
  bool is_winner = false;
  base::Nullable<std::int32_t> elo_before;  // null: a bot, or the result is not stored yet
  base::Nullable<std::int32_t> elo_after;
  base::Nullable<std::int32_t> xp_gained;
  base::Nullable<std::int32_t> coins_gained;
  base::Nullable<std::int32_t> level;
};
BOOST_DESCRIBE_STRUCT(Standing, (),
                      (id, name, score, placement, is_winner, elo_before, elo_after, xp_gained,
                       coins_gained, level))

struct GameOver {  // GAME_OVER; games add members
  std::string match_id;
  base::Nullable<std::string> winner_id;
  std::vector<std::string> winners;
  bool rated = false;
  std::vector<Standing> standings;
};
BOOST_DESCRIBE_STRUCT(GameOver, (), (match_id, winner_id, winners, rated, standings))

struct Ack {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(Ack, (), (id))

struct ErrorMessage {  // ERROR
  std::optional<std::string> id;
  std::string code;
  std::string error;
  std::optional<std::map<std::string, std::string>> fields;
};
BOOST_DESCRIBE_STRUCT(ErrorMessage, (), (id, code, error, fields))

struct Pong {
  std::optional<std::string> id;
  base::Raw t;  // whatever PING brought
  std::int64_t server_time = 0;
};
BOOST_DESCRIBE_STRUCT(Pong, (), (id, t, server_time))

struct ChatLine {
  std::string from;
  std::string name;
  std::string text;
  std::int64_t ts = 0;
};  // EVENT_CHAT
BOOST_DESCRIBE_STRUCT(ChatLine, (), (from, name, text, ts))
struct EmoteShown {
  std::string from;
  std::string emote;
};  // EVENT_EMOTE
BOOST_DESCRIBE_STRUCT(EmoteShown, (), (from, emote))
struct KickVote {  // EVENT_KICK_VOTE: in matchmade rooms, where KICK is a vote
  std::string target;
  std::int32_t votes = 0;
  std::int32_t needed = 0;
  std::int64_t ends_at = 0;  // ms since the epoch
};
BOOST_DESCRIBE_STRUCT(KickVote, (), (target, votes, needed, ends_at))

struct JoinInfo {  // REST and MATCH_FOUND
  std::string room;
  std::string code;
  std::string game;
  std::string ws_url;
  std::string ticket;
  std::string node;
};
BOOST_DESCRIBE_STRUCT(JoinInfo, (), (room, code, game, ws_url, ticket, node))
struct MatchFound {
  JoinInfo room;
};
BOOST_DESCRIBE_STRUCT(MatchFound, (), (room))
struct Moved {
  std::string ws_url;
  std::string ticket;
};
BOOST_DESCRIBE_STRUCT(Moved, (), (ws_url, ticket))

// ---- client to server --------------------------------------------------------------------------

struct Ready {
  std::optional<bool> ready;
};  // default true
BOOST_DESCRIBE_STRUCT(Ready, (), (ready))
struct StartMatch {};  // START: the host
BOOST_DESCRIBE_STRUCT(StartMatch, (), ())
struct SettingsChange {  // SETTINGS: the host, while waiting; only what is given changes
  std::optional<bool> family;
  std::optional<std::string> filter;
  std::optional<std::string> pace;
  std::optional<std::string> bots;
  std::optional<bool> audience;
  std::optional<bool> one_room;
  std::optional<std::int32_t> max_seats;
  std::optional<std::string> locale;
  std::optional<bool> locked;
};
BOOST_DESCRIBE_STRUCT(SettingsChange, (),
                      (family, filter, pace, bots, audience, one_room, max_seats, locale, locked))
struct Kick {
  std::string target;
};
BOOST_DESCRIBE_STRUCT(Kick, (), (target))
struct Chat {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Chat, (), (text))
struct Emote {
  std::string emote;
};  // one of emotes[], or of the pack that the sender wears
BOOST_DESCRIBE_STRUCT(Emote, (), (emote))
struct Rematch {
  std::optional<bool> again;
};  // default true
BOOST_DESCRIBE_STRUCT(Rematch, (), (again))
struct Leave {};
BOOST_DESCRIBE_STRUCT(Leave, (), ())
struct Sync {};
BOOST_DESCRIBE_STRUCT(Sync, (), ())
struct Ping {
  std::optional<base::Raw> t;
};
BOOST_DESCRIBE_STRUCT(Ping, (), (t))

inline constexpr std::string_view emotes[] = {"laugh", "clap",  "wow",   "heart", "think", "cry",
                                              "fire",  "party", "angry", "eyes",  "wave",  "thumb"};

}  // namespace whoosh::wire
