// Records of matches and ratings.
#include <algorithm>

#include "base/assert.h"
#include "store/memory/records.h"
#include "store/window.h"

namespace whoosh::store::memory {

using base::ErrorCode;

namespace {

match::Rating rating_of(const std::map<std::string, match::Rating>& ratings,
                        const std::string& game) {
  const auto found = ratings.find(game);
  return found == ratings.end() ? match::Rating{} : found->second;
}

const match::PlayerAfter* change_of(const match::Settlement& settlement, UserId user) {
  for (const match::PlayerAfter& after : settlement.players) {
    if (after.user == user) return &after;
  }
  return nullptr;
}

const match::SeatRecord* seat_of(const match::MatchRecord& record, UserId user) {
  for (const match::SeatRecord& seat : record.seats) {
    if (seat.user == user) return &seat;
  }
  return nullptr;
}

}  // namespace

match::PlayerBefore Records::before(const match::MatchRecord& record, const User& user) const {
  match::PlayerBefore player;
  player.user = user.account.id;
  player.game = rating_of(user.ratings, record.game);
  player.overall = rating_of(user.ratings, "");
  player.xp = user.account.xp;
  player.is_guest = user.account.is_guest;
  player.meetings_24h.assign(record.seats.size(), 0);
  const Day day = utc_day(record.ended_at);
  for (const HistoryMark& mark : user.matches) {
    const Match& played = matches_.at(mark.match);
    if (mark.ended_at >= day.from && mark.ended_at < day.to) {
      const match::PlayerAfter& after = *change_of(played.settlement, player.user);
      player.xp_today += after.xp_gained;
      player.coins_today += after.coins_gained;
      player.matches_today += 1;
    }
    if (mark.ended_at <= meetings_after(record.ended_at) || mark.ended_at > record.ended_at)
      continue;
    for (std::size_t at = 0; at < record.seats.size(); ++at) {
      const UserId other = record.seats[at].user;
      if (other.value == 0 || other == player.user) continue;
      if (seat_of(played.record, other) != nullptr) player.meetings_24h[at] += 1;
    }
  }
  return player;
}

void Records::keep(const match::MatchRecord& record, const match::SeatRecord& seat,
                   const match::PlayerAfter& after) {
  User& user = *find(seat.user);
  if (after.rated) {
    user.ratings[record.game] = after.game;
    user.ratings[""] = after.overall;
  }
  user.account.xp += after.xp_gained;
  if (!record.is_void) {
    user.account.total_games += 1;
    user.account.wins += seat.is_winner ? 1 : 0;
  }
  user.last_seen_at = std::max(user.last_seen_at, record.ended_at);
  user.matches.insert({record.ended_at, record.id});
  const std::string ref = record.id.text();
  if (after.coins_gained != 0) {
    ledger_.book(seat.user, after.coins_gained, "match", ref, record.ended_at);
  }
  if (after.level_up_coins != 0) {
    ledger_.book(seat.user, after.level_up_coins, "level_up", ref, record.ended_at);
  }
}

Result<AppliedResult> Records::apply_result(const match::MatchRecord& reported) {
  const auto found = matches_.find(reported.id);
  if (found != matches_.end()) return AppliedResult{found->second.settlement, true};
  if (!is_applicable(reported)) return base::Error{ErrorCode::malformed};

  match::MatchRecord record = reported;
  std::vector<match::PlayerBefore> players;
  for (match::SeatRecord& seat : record.seats) {
    if (find(seat.user) == nullptr) seat.user = UserId{0};
  }
  for (const match::SeatRecord& seat : record.seats) {
    if (seat.user.value != 0) players.push_back(before(record, *find(seat.user)));
  }
  double& bias = side_bias_[{record.game, record.seats.size()}];
  match::Settlement settlement = match::settle(record, players, bias);
  bias = settlement.side_bias;
  for (match::PlayerAfter& after : settlement.players) {
    cap_coins(after, ledger_.balance(after.user));
  }
  for (const match::PlayerAfter& after : settlement.players) {
    keep(record, *seat_of(record, after.user), after);
  }
  matches_[record.id] = {record, settlement};
  return AppliedResult{settlement, false};
}

Result<HistoryPage> Records::history(UserId id, const std::optional<std::string>& cursor,
                                     std::int32_t limit) const {
  std::optional<HistoryMark> mark;
  if (cursor) {
    mark = parse_cursor(*cursor);
    if (!mark) return base::Error{ErrorCode::malformed};
  }
  HistoryPage page;
  const User* user = find(id);
  if (user == nullptr) return page;
  const auto wanted = static_cast<std::size_t>(std::clamp(limit, 1, page_rows_max));
  auto at = mark ? user->matches.lower_bound(*mark) : user->matches.end();
  while (at != user->matches.begin()) {
    if (page.rows.size() == wanted) {
      page.next = cursor_of({page.rows.back().ended_at, page.rows.back().match});
      break;
    }
    --at;
    const Match& match = matches_.at(at->match);
    const match::SeatRecord& seat = *seat_of(match.record, id);
    const match::PlayerAfter& after = *change_of(match.settlement, id);
    page.rows.push_back({match.record.id, match.record.game, match.record.started_at,
                         match.record.ended_at, after.elo_before, after.elo_after, after.xp_gained,
                         after.coins_gained, seat.placement, seat.is_winner});
  }
  return page;
}

Result<match::Rating> Records::rating(UserId id, const std::string& game) const {
  const User* user = find(id);
  if (user == nullptr) return base::Error{ErrorCode::user_not_found};
  return rating_of(user->ratings, game);
}

}  // namespace whoosh::store::memory
