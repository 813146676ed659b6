// Bodies of Service A (docs/openapi.yaml). Request structs are decoded strictly by type; unknown
// members are ignored. Response times are RFC 3339 texts, ids of users integers. TypeScript types
// come from here too.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/described.h"
#include "wire/edge.h"
#include "wire/look.h"

namespace whoosh::wire {

struct ErrorBody {
  std::string error;
  std::string code;
  std::string request_id;
  std::optional<std::map<std::string, std::string>> fields;
};
BOOST_DESCRIBE_STRUCT(ErrorBody, (), (error, code, request_id, fields))

// ---- accounts ----------------------------------------------------------------------------------

struct Register {
  std::string username;
  std::string email;
  std::string password;
};  // and convert-guest
BOOST_DESCRIBE_STRUCT(Register, (), (username, email, password))
struct Login {
  std::string username;
  std::string password;
  std::optional<std::string> totp;  // six digits of the authenticator app, or a recovery code
};
BOOST_DESCRIBE_STRUCT(Login, (), (username, password, totp))
struct Guest {
  std::optional<std::string> display_name;
};
BOOST_DESCRIBE_STRUCT(Guest, (), (display_name))
struct RefreshToken {
  std::string refresh;
};  // token/refresh and logout
BOOST_DESCRIBE_STRUCT(RefreshToken, (), (refresh))
struct TokenPair {
  std::string access;
  std::string refresh;
};
BOOST_DESCRIBE_STRUCT(TokenPair, (), (access, refresh))

struct PasswordChange {
  std::string current;
  std::string new_;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current, new_))
// Who somebody is, once more, before his safety changes.
struct Proof {
  std::string password;
  std::optional<std::string> totp;  // wanted from accounts with a second factor
};
BOOST_DESCRIBE_STRUCT(Proof, (), (password, totp))
struct EndSession {  // may be left out by accounts without a second factor
  std::optional<std::string> password;
};
BOOST_DESCRIBE_STRUCT(EndSession, (), (password))
struct SecondFactor {
  bool totp = false;
  base::Nullable<std::string> since;  // RFC 3339
  std::int32_t recovery_codes_left = 0;
  bool required = false;  // an operator, who can do nothing as one without it
};
BOOST_DESCRIBE_STRUCT(SecondFactor, (), (totp, since, recovery_codes_left, required))
struct TotpBegun {
  std::string secret;  // base32
  std::string uri;     // otpauth://totp/…
};
BOOST_DESCRIBE_STRUCT(TotpBegun, (), (secret, uri))
struct TotpCode {
  std::string totp;
};
BOOST_DESCRIBE_STRUCT(TotpCode, (), (totp))
struct RecoveryCodes {
  std::vector<std::string> codes;  // shown this once
};
BOOST_DESCRIBE_STRUCT(RecoveryCodes, (), (codes))
struct PasswordReset {
  std::string username;  // or e-mail address
  std::string recovery_code;
  std::string new_;
  std::optional<std::string> totp;
};
BOOST_DESCRIBE_STRUCT(PasswordReset, (), (username, recovery_code, new_, totp))
struct SessionCard {  // one sign-in on one device
  std::string id;
  std::string device;   // "Firefox on Android", as far as it told
  std::string address;  // from where
  std::string created_at;
  std::string last_used_at;
  std::string expires_at;
  bool current = false;  // the one that asks
};
BOOST_DESCRIBE_STRUCT(SessionCard, (),
                      (id, device, address, created_at, last_used_at, expires_at, current))
struct SessionList {
  std::vector<SessionCard> items;
  base::Nullable<std::string> next;  // always null: it comes whole
};
BOOST_DESCRIBE_STRUCT(SessionList, (), (items, next))
struct BanCard {
  base::Nullable<std::string> until;  // null: for good
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(BanCard, (), (until, reason))

struct User {  // one's own profile
  std::int64_t id = 0;
  std::string username;
  base::Nullable<std::string> email;
  std::string display_name;
  std::string avatar;
  std::int32_t elo = 1000;
  std::int32_t xp = 0;
  std::int32_t level = 1;
  std::int32_t total_games = 0;
  std::int32_t wins = 0;
  double win_rate = 0;  // 0 … 1
  std::int32_t coins = 0;
  bool is_guest = false;
  std::string created_at;
  Look look;
  std::optional<std::string> role;  // moderator, admin
};
BOOST_DESCRIBE_STRUCT(User, (),
                      (id, username, email, display_name, avatar, elo, xp, level, total_games, wins,
                       win_rate, coins, is_guest, created_at, look, role))

struct PublicUser {
  std::int64_t id = 0;
  std::string username;
  std::string display_name;
  std::string avatar;
  std::int32_t elo = 1000;
  std::int32_t xp = 0;
  std::int32_t level = 1;
  std::int32_t total_games = 0;
  std::int32_t wins = 0;
  double win_rate = 0;
  bool is_guest = false;
  std::string created_at;
  Look look;
};
BOOST_DESCRIBE_STRUCT(PublicUser, (),
                      (id, username, display_name, avatar, elo, xp, level, total_games, wins,
                       win_rate, is_guest, created_at, look))

struct ProfileChange {
  std::optional<std::string> username;
  std::optional<std::string> display_name;
  std::optional<std::string> email;
  std::optional<std::string> avatar;
};
BOOST_DESCRIBE_STRUCT(ProfileChange, (), (username, display_name, email, avatar))

struct SignedIn {
  std::string access;
  std::string refresh;
  User user;
};  // register, login, guest, convert
BOOST_DESCRIBE_STRUCT(SignedIn, (), (access, refresh, user))

// ---- games and rooms ---------------------------------------------------------------------------

struct GameMessage {
  std::string type;
  std::string direction;
  std::string summary;
};
BOOST_DESCRIBE_STRUCT(GameMessage, (), (type, direction, summary))
struct GameCard {
  std::string key;
  std::string name;
  std::string tagline;
  std::int32_t players_min = 0;
  std::int32_t players_max = 0;
  std::int32_t players_default = 0;
  std::int32_t duration_s = 0;
  std::vector<std::string> modes;
  std::vector<GameMessage> messages;
};
BOOST_DESCRIBE_STRUCT(GameCard, (),
                      (key, name, tagline, players_min, players_max, players_default, duration_s,
                       modes, messages))
struct GameList {
  std::vector<GameCard> items;
  base::Nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(GameList, (), (items, next))

struct CreateRoom {
  std::string game;
  std::optional<std::string> visibility;
  std::optional<SettingsChange> settings;
};
BOOST_DESCRIBE_STRUCT(CreateRoom, (), (game, visibility, settings))
struct JoinRoom {
  std::optional<std::string> as;
};  // player, spectator, screen
BOOST_DESCRIBE_STRUCT(JoinRoom, (), (as))

struct RoomCard {  // public state of one room
  std::string room;
  std::string code;
  std::string game;
  std::string visibility;
  RoomPhase phase = RoomPhase::waiting;
  std::int32_t players = 0;
  std::int32_t bots = 0;
  std::int32_t seats = 0;
  std::int32_t audience = 0;
  bool locked = false;
  std::string host;
  std::string created_at;
};
BOOST_DESCRIBE_STRUCT(RoomCard, (),
                      (room, code, game, visibility, phase, players, bots, seats, audience, locked,
                       host, created_at))
struct RoomList {
  std::vector<RoomCard> items;
  base::Nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(RoomList, (), (items, next))

// ---- queue -------------------------------------------------------------------------------------

struct QueueJoin {
  std::optional<std::string> queue;
  std::optional<std::string> game;
  std::optional<std::string> party;
};
BOOST_DESCRIBE_STRUCT(QueueJoin, (), (queue, game, party))
struct QueueTicket {
  std::string message;
  std::string queue;
  std::string user_id;
  std::string ticket;
  std::string expires_at;
};
BOOST_DESCRIBE_STRUCT(QueueTicket, (), (message, queue, user_id, ticket, expires_at))
struct TicketState {
  std::string status;                    // searching, matched, cancelled, expired
  std::optional<std::int32_t> position;  // 1 = next
  std::optional<std::int32_t> estimate_s;
  std::optional<JoinInfo> room;
};
BOOST_DESCRIBE_STRUCT(TicketState, (), (status, position, estimate_s, room))

// ---- history, results, health ------------------------------------------------------------------

struct HistoryRow {
  std::string match_id;
  std::string game;
  std::string started_at;
  std::string ended_at;
  std::int32_t elo_before = 0;
  std::int32_t elo_after = 0;
  std::int32_t xp_gained = 0;
  std::int32_t coins_gained = 0;
  std::int32_t placement = 0;
  bool is_winner = false;
};
BOOST_DESCRIBE_STRUCT(HistoryRow, (),
                      (match_id, game, started_at, ended_at, elo_before, elo_after, xp_gained,
                       coins_gained, placement, is_winner))
struct HistoryPage {
  std::vector<HistoryRow> items;
  base::Nullable<std::string> next;
};
BOOST_DESCRIBE_STRUCT(HistoryPage, (), (items, next))

// A finished match, told by a service of the deployment. What the caller says about ratings and XP
// is read over: the server computes them.
struct ResultSeat {
  base::Nullable<std::int64_t> user_id;  // null: a bot
  std::int32_t placement = 1;            // 1: best; equal: tie
  std::int32_t score = 0;
  std::optional<std::int32_t> team;
  bool is_winner = false;
};
BOOST_DESCRIBE_STRUCT(ResultSeat, (), (user_id, placement, score, team, is_winner))
struct GameResult {
  std::string game_id;
  std::string game;
  std::string started_at;
  std::string ended_at;
  base::Nullable<std::int64_t> winner_id;
  std::vector<ResultSeat> participants;
};
BOOST_DESCRIBE_STRUCT(GameResult, (),
                      (game_id, game, started_at, ended_at, winner_id, participants))
struct ResultTaken {
  std::string status;  // success
  std::string match_id;
};
BOOST_DESCRIBE_STRUCT(ResultTaken, (), (status, match_id))

struct Health {
  std::string status;
  std::map<std::string, std::string> checks;
};
BOOST_DESCRIBE_STRUCT(Health, (), (status, checks))

}  // namespace whoosh::wire
