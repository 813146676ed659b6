#include "store/sqlite/matches.h"

#include <algorithm>
#include <map>
#include <vector>

#include "base/assert.h"
#include "store/economy_rules.h"
#include "store/match_bytes.h"
#include "store/sqlite/accounts.h"
#include "store/sqlite/ledger.h"
#include "store/sqlite/ratings.h"
#include "store/window.h"

namespace whoosh::store::sqlite {
namespace {

using base::ErrorCode;

// ---- what is known before the match ------------------------------------------------------------

// How often the user met whom in the 24 hours up to the match. Void matches count here and below:
// they pay XP.
std::map<std::int64_t, std::int32_t> count_meetings(Connection& db, UserId user, UnixMs ended_at) {
  Statement row = db.query(
      "SELECT b.user_id, count(*) FROM match_seats a "
      "JOIN match_seats b ON b.match_id = a.match_id AND b.user_id <> a.user_id "
      "WHERE a.user_id = ? AND a.ended_at > ? AND a.ended_at <= ? GROUP BY b.user_id",
      user, meetings_after(ended_at), ended_at);
  std::map<std::int64_t, std::int32_t> meetings;
  while (row.step()) meetings[row.integer(0)] = row.int32(1);
  return meetings;
}

void load_today(Connection& db, UnixMs ended_at, match::PlayerBefore& player) {
  const Day day = utc_day(ended_at);
  Statement row = db.query(
      "SELECT coalesce(sum(xp_gained), 0), coalesce(sum(coins_gained), 0), count(*) "
      "FROM match_seats WHERE user_id = ? AND ended_at >= ? AND ended_at < ?",
      player.user, day.from, day.to);
  ASSERT(row.step());
  player.xp_today = row.int32(0);
  player.coins_today = row.int32(1);
  player.matches_today = row.int32(2);
}

match::PlayerBefore load_player(Connection& db, const match::MatchRecord& record, UserId user) {
  match::PlayerBefore player;
  player.user = user;
  player.game = load_rating(db, user, record.game);
  player.overall = load_rating(db, user, overall_rating);
  {
    Statement row = db.query("SELECT xp, is_guest FROM users WHERE id = ?", user);
    ASSERT(row.step());
    player.xp = row.int32(0);
    player.is_guest = row.flag(1);
  }
  load_today(db, record.ended_at, player);
  const std::map<std::int64_t, std::int32_t> meetings = count_meetings(db, user, record.ended_at);
  for (const match::SeatRecord& seat : record.seats) {
    const auto found = meetings.find(seat.user.value);
    player.meetings_24h.push_back(found == meetings.end() ? 0 : found->second);
  }
  return player;
}

// ---- writing -----------------------------------------------------------------------------------

void save_match(Connection& db, const match::MatchRecord& record,
                const match::Settlement& settlement) {
  db.run(
      "INSERT INTO matches (id, room, epoch, game, started_at, ended_at, played_s, matchmade, "
      "is_void, rated, side_bias) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      record.id, static_cast<std::int64_t>(record.room.value), record.epoch, record.game,
      record.started_at, record.ended_at, record.played_s, record.matchmade, record.is_void,
      settlement.rated, settlement.side_bias);
}

// A person whose account is gone leaves no name behind.
void save_seat(Connection& db, const match::MatchRecord& record, std::size_t at, bool is_bot) {
  const match::SeatRecord& seat = record.seats[at];
  const bool is_named = is_bot || seat.user.value != 0;
  db.run(
      "INSERT INTO match_seats (match_id, seat, user_id, is_bot, public_id, name, ended_at, "
      "placement, score, team, is_winner, feat, activity_percent, abandoned, newcomer_seat) "
      "VALUES (?, ?, nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      record.id, static_cast<std::int64_t>(at), seat.user, is_bot,
      std::string_view(is_named ? seat.public_id : ""), std::string_view(is_named ? seat.name : ""),
      record.ended_at, seat.placement, seat.score, seat.team, seat.is_winner, seat.feat,
      seat.activity_percent, seat.abandoned, seat.newcomer_seat);
}

void save_change(Connection& db, const match::MatchRecord& record,
                 const match::PlayerAfter& after) {
  db.run(
      "UPDATE match_seats SET rated = ?, game_mu = ?, game_sigma = ?, game_matches = ?, "
      "overall_mu = ?, overall_sigma = ?, overall_matches = ?, elo_before = ?, elo_after = ?, "
      "xp_gained = ?, level_before = ?, level_after = ?, coins_gained = ?, level_up_coins = ? "
      "WHERE match_id = ? AND user_id = ?",
      after.rated, after.game.mu, after.game.sigma, after.game.matches, after.overall.mu,
      after.overall.sigma, after.overall.matches, after.elo_before, after.elo_after,
      after.xp_gained, after.level_before, after.level_after, after.coins_gained,
      after.level_up_coins, record.id, after.user);
}

void pay(Connection& db, const match::MatchRecord& record, const match::PlayerAfter& after) {
  const std::string ref = record.id.text();
  if (after.coins_gained != 0) {
    book(db, {after.user, after.coins_gained, "match", ref, record.ended_at});
  }
  if (after.level_up_coins != 0) {
    book(db, {after.user, after.level_up_coins, "level_up", ref, record.ended_at});
  }
}

void save_player(Connection& db, const match::MatchRecord& record, bool is_winner,
                 const match::PlayerAfter& after) {
  save_change(db, record, after);
  if (after.rated) {
    save_rating(db, after.user, record.game, after.game);
    save_rating(db, after.user, overall_rating, after.overall);
  }
  const bool counts = !record.is_void;
  db.run(
      "UPDATE users SET xp = xp + ?, total_games = total_games + ?, wins = wins + ?, "
      "last_seen_at = max(last_seen_at, ?) WHERE id = ?",
      after.xp_gained, counts, counts && is_winner, record.ended_at, after.user);
  pay(db, record, after);
}

// ---- the first answer again --------------------------------------------------------------------

match::PlayerAfter read_change(const Statement& row) {
  match::PlayerAfter after;
  after.user = UserId{row.integer(0)};
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

std::optional<AppliedResult> load_applied(Connection& db, const base::MatchId& id) {
  AppliedResult applied;
  applied.repeated = true;
  {
    Statement row = db.query("SELECT rated, side_bias FROM matches WHERE id = ?", id);
    if (!row.step()) return std::nullopt;
    applied.settlement.rated = row.flag(0);
    applied.settlement.side_bias = row.real(1);
  }
  Statement row = db.query(
      "SELECT user_id, rated, game_mu, game_sigma, game_matches, overall_mu, overall_sigma, "
      "overall_matches, elo_before, elo_after, xp_gained, level_before, level_after, "
      "coins_gained, level_up_coins FROM match_seats "
      "WHERE match_id = ? AND user_id IS NOT NULL ORDER BY seat",
      id);
  while (row.step()) applied.settlement.players.push_back(read_change(row));
  return applied;
}

std::int32_t as_seats(const match::MatchRecord& record) {
  return static_cast<std::int32_t>(record.seats.size());
}

}  // namespace

AppliedResult apply_result(Connection& db, const match::MatchRecord& reported) {
  if (std::optional<AppliedResult> applied = load_applied(db, reported.id)) return *applied;
  if (!is_applicable(reported)) throw Refused{ErrorCode::malformed};

  match::MatchRecord record = reported;
  std::vector<match::PlayerBefore> before;
  std::vector<bool> winners;
  for (match::SeatRecord& seat : record.seats) {
    if (seat.user.value != 0 && !is_alive(db, seat.user)) seat.user = UserId{0};
  }
  for (const match::SeatRecord& seat : record.seats) {
    if (seat.user.value == 0) continue;
    before.push_back(load_player(db, record, seat.user));
    winners.push_back(seat.is_winner);
  }
  const double bias = load_side_bias(db, record.game, as_seats(record));
  AppliedResult applied{match::settle(record, before, bias), false};
  ASSERT(applied.settlement.players.size() == before.size());
  for (match::PlayerAfter& after : applied.settlement.players) {
    cap_coins(after, load_balance(db, after.user));
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
  return applied;
}

HistoryPage load_history(Connection& db, UserId user, const std::optional<std::string>& cursor,
                         std::int32_t limit) {
  HistoryMark mark{UnixMs{INT64_MAX}, {UINT64_MAX, UINT64_MAX}};
  if (cursor) {
    const std::optional<HistoryMark> given = parse_cursor(*cursor);
    if (!given) throw Refused{ErrorCode::malformed};
    mark = *given;
  }
  const std::int32_t wanted = std::clamp(limit, 1, page_rows_max);
  Statement row = db.query(history_sql, user, mark.ended_at, mark.match, wanted + 1);
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

void forget_seats(Connection& db, UserId user) {
  db.run("UPDATE match_seats SET user_id = NULL, public_id = '', name = '' WHERE user_id = ?",
         user);
}

}  // namespace whoosh::store::sqlite
