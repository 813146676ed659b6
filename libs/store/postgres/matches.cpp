#include "store/postgres/matches.h"

#include <algorithm>
#include <map>

#include "base/assert.h"
#include "base/encoding.h"
#include "store/economy_rules.h"
#include "store/match_bytes.h"
#include "store/postgres/accounts.h"
#include "store/postgres/ledger.h"
#include "store/postgres/ratings.h"
#include "store/window.h"

namespace whoosh::store::postgres {
namespace {

using base::ErrorCode;

// ---- the first answer again --------------------------------------------------------------------

match::PlayerAfter read_change(const Rows& row) {
  match::PlayerAfter after;
  after.user = row.user(0);
  after.rated = row.flag(1);
  after.game = {row.real(2), row.real(3), row.int32(4)};
  after.overall = {row.real(5), row.real(6), row.int32(7)};
  after.elo_before = row.int32(8);
  after.elo_after = row.int32(9);
  after.xp_gained = row.int32(10);
  after.level_before = row.int32(11);
  after.level_after = row.int32(12);
  after.coins_gained = row.int32(13);
  after.level_up_coins = row.int32(14);
  return after;
}

// Waits for whoever is applying the same match; what is asked behind it sees his work.
void lock_match(Connection& db, const base::MatchId& id) {
  db.later("SELECT pg_advisory_xact_lock($1::bigint)",
           static_cast<std::int64_t>(base::hash64(match_bytes(id))));
}

Connection::Number send_match(Connection& db, const base::MatchId& id) {
  return db.send("SELECT rated, side_bias FROM matches WHERE id = $1", id);
}

std::optional<AppliedResult> take_match(Connection& db, Connection::Number number,
                                        const base::MatchId& id) {
  Rows found = db.take(number);
  if (!found.step()) return std::nullopt;
  AppliedResult applied;
  applied.repeated = true;
  applied.settlement.rated = found.flag(0);
  applied.settlement.side_bias = found.real(1);
  Rows row = db.query(
      "SELECT user_id, rated, game_mu, game_sigma, game_matches, overall_mu, overall_sigma, "
      "overall_matches, elo_before, elo_after, xp_gained, level_before, level_after, "
      "coins_gained, level_up_coins FROM match_seats "
      "WHERE match_id = $1 AND user_id IS NOT NULL ORDER BY seat",
      id);
  while (row.step()) applied.settlement.players.push_back(read_change(row));
  return applied;
}

// ---- what is known before the match ------------------------------------------------------------

std::int32_t as_seats(const match::MatchRecord& record) {
  return static_cast<std::int32_t>(record.seats.size());
}

// Everything that settling needs, asked in one go behind the locks. Void matches count for the day
// and the meetings: they pay XP.
struct Questions {
  Connection::Number users = 0;
  Connection::Number match = 0;
  Connection::Number ratings = 0;
  Connection::Number today = 0;
  Connection::Number meetings = 0;
  Connection::Number side_bias = 0;
  Connection::Number balances = 0;
};

Questions ask(Connection& db, const match::MatchRecord& record, const std::vector<UserId>& users) {
  Questions asked;
  lock_match(db, record.id);
  asked.users = lock_users(db, users);
  asked.match = send_match(db, record.id);
  asked.ratings = send_ratings(db, users, record.game);
  const Day day = utc_day(record.ended_at);
  asked.today = db.send(
      "SELECT user_id, sum(xp_gained), sum(coins_gained), count(*) FROM match_seats "
      "WHERE user_id = ANY($1::bigint[]) AND ended_at >= $2 AND ended_at < $3 GROUP BY user_id",
      users, day.from, day.to);
  asked.meetings = db.send(
      "SELECT a.user_id, b.user_id, count(*) FROM match_seats a "
      "JOIN match_seats b ON b.match_id = a.match_id AND b.user_id <> a.user_id "
      "WHERE a.user_id = ANY($1::bigint[]) AND b.user_id = ANY($1::bigint[]) "
      "AND a.ended_at > $2 AND a.ended_at <= $3 GROUP BY a.user_id, b.user_id",
      users, meetings_after(record.ended_at), record.ended_at);
  const bool has_teams = std::any_of(record.seats.begin(), record.seats.end(),
                                     [](const auto& seat) { return seat.team != 0; });
  asked.side_bias = send_side_bias(db, record.game, as_seats(record), has_teams);
  asked.balances = send_balances(db, users);
  return asked;
}

using Players = std::map<std::int64_t, match::PlayerBefore>;

// Who is alive; those of `record` who are not become bots.
Players take_players(Connection& db, const Questions& asked, match::MatchRecord& record) {
  Players players;
  for (Rows row = db.take(asked.users); row.step();) {
    match::PlayerBefore& player = players[row.integer(0)];
    player.user = row.user(0);
    player.xp = row.int32(1);
    player.is_guest = row.flag(2);
    player.meetings_24h.assign(record.seats.size(), 0);
  }
  for (Rows row = db.take(asked.ratings); row.step();) {
    const auto player = players.find(row.integer(0));
    if (player == players.end()) continue;
    const bool is_overall = row.text(1) == overall_rating;
    (is_overall ? player->second.overall : player->second.game) = {row.real(2), row.real(3),
                                                                   row.int32(4)};
  }
  for (Rows row = db.take(asked.today); row.step();) {
    const auto player = players.find(row.integer(0));
    if (player == players.end()) continue;
    player->second.xp_today = row.int32(1);
    player->second.coins_today = row.int32(2);
    player->second.matches_today = row.int32(3);
  }
  std::map<std::int64_t, std::size_t> seat_of;
  for (std::size_t at = 0; at < record.seats.size(); ++at) {
    UserId& user = record.seats[at].user;
    if (!players.contains(user.value)) user = UserId{0};
    if (user.value != 0) seat_of[user.value] = at;
  }
  for (Rows row = db.take(asked.meetings); row.step();) {
    const auto player = players.find(row.integer(0));
    const auto seat = seat_of.find(row.integer(1));
    if (player == players.end() || seat == seat_of.end()) continue;
    player->second.meetings_24h[seat->second] = row.int32(2);
  }
  return players;
}

using Balances = std::map<std::int64_t, std::int64_t>;

Balances take_balances(Connection& db, const Questions& asked) {
  Balances balances;
  for (Rows row = db.take(asked.balances); row.step();) balances[row.integer(0)] = row.integer(1);
  return balances;
}

// ---- writing -----------------------------------------------------------------------------------

void save_match(Connection& db, const match::MatchRecord& record,
                const match::Settlement& settlement) {
  db.later(
      "INSERT INTO matches (id, room, epoch, game, started_at, ended_at, played_s, matchmade, "
      "is_void, rated, side_bias) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
      record.id, static_cast<std::int64_t>(record.room.value), record.epoch, record.game,
      record.started_at, record.ended_at, record.played_s, record.matchmade, record.is_void,
      settlement.rated, settlement.side_bias);
}

// A person whose account is gone leaves no name behind.
void save_seat(Connection& db, const match::MatchRecord& record, std::size_t at, bool is_bot) {
  const match::SeatRecord& seat = record.seats[at];
  const bool is_named = is_bot || seat.user.value != 0;
  db.later(
      "INSERT INTO match_seats (match_id, seat, user_id, is_bot, public_id, name, ended_at, "
      "placement, score, team, is_winner, feat, activity_percent, abandoned, newcomer_seat) "
      "VALUES ($1, $2, nullif($3::bigint, 0), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
      "$15)",
      record.id, static_cast<std::int64_t>(at), seat.user, is_bot,
      std::string_view(is_named ? seat.public_id : ""), std::string_view(is_named ? seat.name : ""),
      record.ended_at, seat.placement, seat.score, seat.team, seat.is_winner, seat.feat,
      seat.activity_percent, seat.abandoned, seat.newcomer_seat);
}

void save_change(Connection& db, const match::MatchRecord& record,
                 const match::PlayerAfter& after) {
  db.later(
      "UPDATE match_seats SET rated = $1, game_mu = $2, game_sigma = $3, game_matches = $4, "
      "overall_mu = $5, overall_sigma = $6, overall_matches = $7, elo_before = $8, "
      "elo_after = $9, xp_gained = $10, level_before = $11, level_after = $12, "
      "coins_gained = $13, level_up_coins = $14 WHERE match_id = $15 AND user_id = $16",
      after.rated, after.game.mu, after.game.sigma, after.game.matches, after.overall.mu,
      after.overall.sigma, after.overall.matches, after.elo_before, after.elo_after,
      after.xp_gained, after.level_before, after.level_after, after.coins_gained,
      after.level_up_coins, record.id, after.user);
}

void save_player(Connection& db, const match::MatchRecord& record, bool is_winner,
                 const match::PlayerAfter& after) {
  save_change(db, record, after);
  if (after.rated) {
    save_rating(db, after.user, record.game, after.game);
    save_rating(db, after.user, overall_rating, after.overall);
  }
  const bool counts = !record.is_void;
  db.later(
      "UPDATE users SET xp = xp + $1, total_games = total_games + $2, wins = wins + $3, "
      "last_seen_at = greatest(last_seen_at, $4) WHERE id = $5",
      after.xp_gained, counts ? 1 : 0, counts && is_winner ? 1 : 0, record.ended_at, after.user);
}

void pay(Connection& db, const match::MatchRecord& record, const match::Settlement& settlement) {
  const std::string ref = record.id.text();
  std::vector<Booking> bookings;
  for (const match::PlayerAfter& after : settlement.players) {
    if (after.coins_gained != 0) bookings.push_back({after.user, after.coins_gained, "match", ref});
  }
  for (const match::PlayerAfter& after : settlement.players) {
    if (after.level_up_coins != 0) {
      bookings.push_back({after.user, after.level_up_coins, "level_up", ref});
    }
  }
  book(db, bookings, record.ended_at);
}

AppliedResult settle_and_save(Connection& db, const match::MatchRecord& reported,
                              const match::MatchRecord& record, const Players& players,
                              const Balances& balances, double bias) {
  std::vector<match::PlayerBefore> before;
  std::vector<bool> winners;
  for (const match::SeatRecord& seat : record.seats) {
    if (seat.user.value == 0) continue;
    before.push_back(players.at(seat.user.value));
    winners.push_back(seat.is_winner);
  }
  AppliedResult applied{match::settle(record, before, bias), false};
  ASSERT(applied.settlement.players.size() == before.size());
  for (match::PlayerAfter& after : applied.settlement.players) {
    const auto balance = balances.find(after.user.value);
    cap_coins(after, balance == balances.end() ? 0 : balance->second);
  }
  save_match(db, record, applied.settlement);
  for (std::size_t at = 0; at < record.seats.size(); ++at) {
    save_seat(db, record, at, reported.seats[at].user.value == 0);
  }
  for (std::size_t at = 0; at < before.size(); ++at) {
    save_player(db, record, winners[at], applied.settlement.players[at]);
  }
  if (applied.settlement.side_bias != bias) {
    save_side_bias(db, record.game, as_seats(record), applied.settlement.side_bias);
  }
  pay(db, record, applied.settlement);
  return applied;
}

}  // namespace

AppliedResult apply_result(Connection& db, const match::MatchRecord& reported) {
  if (!is_applicable(reported)) {
    const auto known = take_match(db, send_match(db, reported.id), reported.id);
    if (!known) throw Refused{ErrorCode::malformed};
    return *known;
  }
  std::vector<UserId> users;
  for (const match::SeatRecord& seat : reported.seats) {
    if (seat.user.value != 0) users.push_back(seat.user);
  }
  const Questions asked = ask(db, reported, users);
  if (auto known = take_match(db, asked.match, reported.id)) return *known;
  match::MatchRecord record = reported;
  const Players players = take_players(db, asked, record);
  const double bias = take_side_bias(db, asked.side_bias);
  const Balances balances = take_balances(db, asked);
  return settle_and_save(db, reported, record, players, balances, bias);
}

Connection::Number ask_history(Connection& db, UserId user,
                               const std::optional<std::string>& cursor, std::int32_t limit) {
  HistoryMark mark{UnixMs{INT64_MAX}, {UINT64_MAX, UINT64_MAX}};
  if (cursor) {
    const std::optional<HistoryMark> given = parse_cursor(*cursor);
    if (!given) throw Refused{ErrorCode::malformed};
    mark = *given;
  }
  return db.send(history_sql, user, mark.ended_at, mark.match,
                 std::clamp(limit, 1, page_rows_max) + 1);
}

HistoryPage take_history(Connection& db, Connection::Number number, std::int32_t limit) {
  Rows row = db.take(number);
  const std::int32_t wanted = std::clamp(limit, 1, page_rows_max);
  HistoryPage page;
  while (row.step()) {
    if (page.rows.size() == static_cast<std::size_t>(wanted)) {
      page.next = cursor_of({page.rows.back().ended_at, page.rows.back().match});
      break;
    }
    page.rows.push_back({row.match_id(0), row.text(1), row.time(2), row.time(3), row.int32(4),
                         row.int32(5), row.int32(6), row.int32(7), row.int32(8), row.flag(9)});
  }
  return page;
}

void forget_seats(Connection& db, const std::vector<UserId>& users) {
  db.later(
      "UPDATE match_seats SET user_id = NULL, public_id = '', name = '' "
      "WHERE user_id = ANY($1::bigint[])",
      users);
}

}  // namespace whoosh::store::postgres
