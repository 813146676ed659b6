// Contract of matches: a result is settled once, with what the store knows of the players; history,
// ledger and ratings show it. What settling computes is match/settle.h's business: here its answers
// are taken from there, given the PlayerBefore that the test knows. See contract.h for goal and
// method.
#pragma once

#include <algorithm>
#include <set>

#include "store/contract.h"

namespace whoosh::store::contract {

inline std::vector<match::PlayerBefore> newcomers(const match::MatchRecord& record) {
  std::vector<match::PlayerBefore> before;
  for (const match::SeatRecord& seat : record.seats) {
    if (seat.user.value == 0) continue;
    match::PlayerBefore player;
    player.user = seat.user;
    player.meetings_24h.assign(record.seats.size(), 0);
    before.push_back(player);
  }
  return before;
}

// What the players bring to `next`, having come out of `after` with `meetings` of each other.
inline std::vector<match::PlayerBefore> veterans(const match::Settlement& after,
                                                 const match::MatchRecord& next,
                                                 std::vector<match::PlayerBefore> before,
                                                 std::int32_t meetings) {
  for (std::size_t at = 0; at < before.size(); ++at) {
    const match::PlayerAfter& was = after.players[at];
    match::PlayerBefore& player = before[at];
    player.game = was.game;
    player.overall = was.overall;
    player.xp += was.xp_gained;
    player.xp_today += was.xp_gained;
    player.coins_today += was.coins_gained;
    player.matches_today += 1;
    for (std::size_t other = 0; other < next.seats.size(); ++other) {
      const UserId user = next.seats[other].user;
      player.meetings_24h[other] = user.value == 0 || user == player.user ? 0 : meetings;
    }
  }
  return before;
}

inline void expect_same(const match::Settlement& got, const match::Settlement& wanted) {
  EXPECT_EQ(got.rated, wanted.rated);
  EXPECT_EQ(got.side_bias, wanted.side_bias);
  ASSERT_EQ(got.players.size(), wanted.players.size());
  for (std::size_t at = 0; at < got.players.size(); ++at) {
    const match::PlayerAfter& a = got.players[at];
    const match::PlayerAfter& b = wanted.players[at];
    SCOPED_TRACE("player " + std::to_string(at));
    EXPECT_EQ(a.user, b.user);
    EXPECT_EQ(a.rated, b.rated);
    EXPECT_EQ(a.game, b.game);
    EXPECT_EQ(a.overall, b.overall);
    EXPECT_EQ(a.elo_before, b.elo_before);
    EXPECT_EQ(a.elo_after, b.elo_after);
    EXPECT_EQ(a.xp_gained, b.xp_gained);
    EXPECT_EQ(a.level_before, b.level_before);
    EXPECT_EQ(a.level_after, b.level_after);
    EXPECT_EQ(a.coins_gained, b.coins_gained);
    EXPECT_EQ(a.level_up_coins, b.level_up_coins);
  }
}

class StoreMatches : public StoreContract {
 protected:
  std::vector<UserId> make_users(int count) {
    std::vector<UserId> users;
    for (int at = 0; at < count; ++at) {
      users.push_back(make_user("user" + std::to_string(++made_)));
    }
    return users;
  }
  AppliedResult apply(const match::MatchRecord& record) { return client_.apply(record).value(); }
  std::int64_t ledger_sum(UserId user) {
    std::int64_t sum = 0;
    for (const LedgerRow& row : client_.ledger(user, std::nullopt, 100).value().rows)
      sum += row.amount;
    return sum;
  }

 private:
  int made_ = 0;
};

TEST_P(StoreMatches, AResultIsSettledAndWritten) {
  const std::vector<UserId> users = make_users(4);
  const match::MatchRecord record = record_of(1, users);
  const match::Settlement wanted = match::settle(record, newcomers(record), 0);
  ASSERT_TRUE(wanted.rated);
  const AppliedResult applied = apply(record);
  EXPECT_FALSE(applied.repeated);
  expect_same(applied.settlement, wanted);
  for (std::size_t at = 0; at < users.size(); ++at) {
    const match::PlayerAfter& after = wanted.players[at];
    const Account account = client_.account(users[at]).value();
    EXPECT_EQ(account.elo, match::display_elo(after.overall));
    EXPECT_EQ(account.xp, after.xp_gained);
    EXPECT_EQ(account.level, after.level_after);
    EXPECT_EQ(account.total_games, 1);
    EXPECT_EQ(account.wins, at == 0 ? 1 : 0);
    EXPECT_EQ(account.coins, after.coins_gained + after.level_up_coins);
    EXPECT_EQ(client_.rating(users[at], record.game).value(), after.game);
    EXPECT_EQ(client_.rating(users[at], "").value(), after.overall);
    EXPECT_EQ(client_.rating(users[at], "suspect").value(), match::Rating{});
  }
  EXPECT_GT(client_.account(users[0]).value().elo, 1000);
}

TEST_P(StoreMatches, HistoryShowsTheMatch) {
  const std::vector<UserId> users = make_users(4);
  const match::MatchRecord record = record_of(1, users);
  const match::PlayerAfter after = apply(record).settlement.players[1];
  const HistoryPage page = client_.history(users[1], std::nullopt, 20).value();
  ASSERT_EQ(page.rows.size(), 1U);
  EXPECT_EQ(page.next, std::nullopt);
  const HistoryRow& row = page.rows[0];
  EXPECT_EQ(row.match, record.id);
  EXPECT_EQ(row.game, "brainwave");
  EXPECT_EQ(row.started_at, record.started_at);
  EXPECT_EQ(row.ended_at, record.ended_at);
  EXPECT_EQ(row.elo_before, 1000);
  EXPECT_EQ(row.elo_after, after.elo_after);
  EXPECT_EQ(row.xp_gained, after.xp_gained);
  EXPECT_EQ(row.coins_gained, after.coins_gained);
  EXPECT_EQ(row.placement, 2);
  EXPECT_FALSE(row.is_winner);
}

TEST_P(StoreMatches, ASecondReportAnswersTheFirst) {
  const std::vector<UserId> users = make_users(4);
  match::MatchRecord record = record_of(1, users);
  const AppliedResult first = apply(record);
  const Account before = client_.account(users[0]).value();
  std::swap(record.seats[0].placement, record.seats[3].placement);
  record.seats.pop_back();
  const AppliedResult second = apply(record);
  EXPECT_TRUE(second.repeated);
  expect_same(second.settlement, first.settlement);
  const Account after = client_.account(users[0]).value();
  EXPECT_EQ(after.xp, before.xp);
  EXPECT_EQ(after.coins, before.coins);
  EXPECT_EQ(after.elo, before.elo);
  EXPECT_EQ(after.total_games, 1);
  EXPECT_EQ(client_.history(users[0], std::nullopt, 20).value().rows.size(), 1U);
}

TEST_P(StoreMatches, OneOfManyReportsCounts) {
  const std::vector<UserId> users = make_users(4);
  std::atomic<int> firsts{0};
  run_together(8, [&](int) {
    if (!client_.apply(record_of(1, users)).value().repeated) firsts.fetch_add(1);
  });
  EXPECT_EQ(firsts.load(), 1);
  for (const UserId user : users) {
    EXPECT_EQ(client_.account(user).value().total_games, 1);
    EXPECT_EQ(ledger_sum(user), client_.account(user).value().coins);
  }
}

TEST_P(StoreMatches, LaterMatchesKnowTheEarlierOnes) {
  const std::vector<UserId> users = make_users(5);
  std::vector<match::PlayerBefore> before = newcomers(record_of(0, users));
  for (int at = 0; at < 12; ++at) {
    SCOPED_TRACE("match " + std::to_string(at));
    const match::MatchRecord record = record_of(at, users, noon.plus_ms(at * 10 * minute_ms));
    const match::Settlement wanted = match::settle(record, before, 0);
    expect_same(apply(record).settlement, wanted);
    before = veterans(wanted, record, before, at + 1);
  }
  EXPECT_GT(match::level_of(before[0].xp), 1) << "the chain passes a level-up";
}

// Fresh opponents each time pay most, so the first user runs into the day's limits of XP and coins.
TEST_P(StoreMatches, TheDaysLimitsHold) {
  const UserId hero = make_user("hero");
  match::PlayerBefore before;
  before.user = hero;
  before.meetings_24h.assign(4, 0);
  for (int at = 0; at < 15; ++at) {
    SCOPED_TRACE("match " + std::to_string(at));
    std::vector<UserId> users = make_users(3);
    users.insert(users.begin(), hero);
    const match::MatchRecord record = record_of(at, users, noon.plus_ms(at * 10 * minute_ms));
    std::vector<match::PlayerBefore> players = newcomers(record);
    players[0] = before;
    const match::Settlement wanted = match::settle(record, players, 0);
    expect_same(apply(record).settlement, wanted);
    before = veterans(wanted, record, {before}, 0)[0];
  }
  EXPECT_EQ(before.coins_today, 200);
  EXPECT_GT(before.xp_today, 1500);
}

TEST_P(StoreMatches, TheSidesBiasIsLearnedPerNumberOfSeats) {
  const std::vector<UserId> users = make_users(5);
  const match::MatchRecord first = team_record_of(1, users);
  const match::Settlement one = match::settle(first, newcomers(first), 0);
  ASSERT_NE(one.side_bias, 0);
  expect_same(apply(first).settlement, one);
  const match::MatchRecord second = team_record_of(2, users, noon.plus_ms(1));
  const auto before = veterans(one, second, newcomers(second), 1);
  expect_same(apply(second).settlement, match::settle(second, before, one.side_bias));
  std::vector<UserId> with_bot = make_users(4);
  with_bot.push_back(UserId{0});
  with_bot.push_back(UserId{0});
  const match::MatchRecord other = team_record_of(3, with_bot);
  expect_same(apply(other).settlement, match::settle(other, newcomers(other), 0));
}

TEST_P(StoreMatches, ANewDayBeginsAtMidnightUtc) {
  const std::vector<UserId> users = make_users(4);
  const UnixMs last = noon.plus_ms(12 * hour_ms - 1);
  const match::MatchRecord today = record_of(1, users, last);
  const match::Settlement one = match::settle(today, newcomers(today), 0);
  expect_same(apply(today).settlement, one);
  const match::MatchRecord tomorrow = record_of(2, users, last.plus_ms(1));
  auto before = veterans(one, tomorrow, newcomers(tomorrow), 1);
  for (match::PlayerBefore& player : before) {
    player.xp_today = player.coins_today = player.matches_today = 0;
  }
  expect_same(apply(tomorrow).settlement, match::settle(tomorrow, before, 0));
}

TEST_P(StoreMatches, MeetingsCountForADay) {
  const std::vector<UserId> users = make_users(4);
  const match::MatchRecord first = record_of(1, users);
  const match::Settlement one = match::settle(first, newcomers(first), 0);
  expect_same(apply(first).settlement, one);
  const match::MatchRecord next_day = record_of(2, users, noon.plus_ms(24 * hour_ms));
  auto before = veterans(one, next_day, newcomers(next_day), 0);
  for (match::PlayerBefore& player : before) {
    player.xp_today = player.coins_today = player.matches_today = 0;
  }
  expect_same(apply(next_day).settlement, match::settle(next_day, before, 0));
}

TEST_P(StoreMatches, BotsSitButEarnNothing) {
  std::vector<UserId> users = make_users(2);
  users.insert(users.begin(), UserId{0});
  const match::MatchRecord record = record_of(1, users);
  const AppliedResult applied = apply(record);
  expect_same(applied.settlement, match::settle(record, newcomers(record), 0));
  ASSERT_EQ(applied.settlement.players.size(), 2U);
  EXPECT_EQ(applied.settlement.players[0].user, users[1]);
  EXPECT_EQ(client_.account(users[1]).value().wins, 0);
}

TEST_P(StoreMatches, AMatchOfBotsOnlyIsKept) {
  const match::MatchRecord record = record_of(1, {UserId{0}, UserId{0}});
  EXPECT_TRUE(apply(record).settlement.players.empty());
  EXPECT_TRUE(apply(record).repeated);
}

TEST_P(StoreMatches, GuestsEarnNoCoinsAndKeepTheRestWhenTheyConvert) {
  std::vector<UserId> users = make_users(3);
  users.insert(users.begin(), make_guest("guest_1"));
  const match::MatchRecord record = record_of(1, users);
  auto before = newcomers(record);
  before[0].is_guest = true;
  expect_same(apply(record).settlement, match::settle(record, before, 0));
  const Account earned = client_.account(users[0]).value();
  EXPECT_GT(earned.xp, 0);
  EXPECT_EQ(earned.coins, 0);
  EXPECT_TRUE(client_.ledger(users[0], std::nullopt, 100).value().rows.empty());
  const Account now = client_.convert(users[0], {"Ann", "ann@example.org", "hash"}).value();
  EXPECT_EQ(now.xp, earned.xp);
  EXPECT_EQ(now.elo, earned.elo);
  EXPECT_EQ(now.wins, 1);
  EXPECT_EQ(client_.history(users[0], std::nullopt, 20).value().rows.size(), 1U);
}

TEST_P(StoreMatches, PlayingKeepsAGuest) {
  const UserId id = make_guest("guest_1");
  apply(record_of(1, {id, UserId{0}}, noon.plus_ms(30 * hour_ms)));
  EXPECT_EQ(client_.expire_guests(noon.plus_ms(30 * hour_ms)).value(), 0);
  EXPECT_EQ(client_.expire_guests(noon.plus_ms(30 * hour_ms + 1)).value(), 1);
}

TEST_P(StoreMatches, VoidMatchesAreNoGames) {
  const std::vector<UserId> users = make_users(4);
  match::MatchRecord record = record_of(1, users);
  record.is_void = true;
  expect_same(apply(record).settlement, match::settle(record, newcomers(record), 0));
  const Account account = client_.account(users[0]).value();
  EXPECT_EQ(account.total_games, 0);
  EXPECT_EQ(account.wins, 0);
  EXPECT_EQ(account.elo, 1000);
  EXPECT_EQ(client_.history(users[0], std::nullopt, 20).value().rows.size(), 1U);
}

TEST_P(StoreMatches, ErasedAndUnknownUsersCountAsBots) {
  std::vector<UserId> users = make_users(5);
  ASSERT_TRUE(client_.erase(users[1], noon).has_value());
  users.emplace_back(777'777);
  const match::MatchRecord reported = record_of(1, users);
  match::MatchRecord seen = reported;
  seen.seats[1].user = seen.seats[5].user = UserId{0};
  expect_same(apply(reported).settlement, match::settle(seen, newcomers(seen), 0));
  expect_same(apply(reported).settlement, match::settle(seen, newcomers(seen), 0));
  EXPECT_TRUE(client_.history(users[1], std::nullopt, 20).value().rows.empty());
}

TEST_P(StoreMatches, ErasingTakesThePersonOutOfTheMatch) {
  const std::vector<UserId> users = make_users(4);
  const AppliedResult first = apply(record_of(1, users));
  ASSERT_GT(client_.account(users[0]).value().coins, 0);
  ASSERT_TRUE(client_.erase(users[0], noon.plus_ms(1)).has_value());
  EXPECT_TRUE(client_.history(users[0], std::nullopt, 20).value().rows.empty());
  EXPECT_EQ(client_.history(users[1], std::nullopt, 20).value().rows.size(), 1U);
  EXPECT_TRUE(client_.ledger(users[0], std::nullopt, 20).value().rows.empty());
  EXPECT_TRUE(client_.verify_ledger().value().is_sound()) << "the wallet was closed";
  match::Settlement left = first.settlement;
  left.players.erase(left.players.begin());
  expect_same(apply(record_of(1, users)).settlement, left);
}

TEST_P(StoreMatches, ImpossibleRecordsAreRefused) {
  const std::vector<UserId> users = make_users(2);
  match::MatchRecord empty = record_of(1, {});
  EXPECT_EQ(error_of(client_.apply(empty)), ErrorCode::malformed);
  EXPECT_EQ(error_of(client_.apply(record_of(1, {users[0], users[1], users[0]}))),
            ErrorCode::malformed);
  EXPECT_EQ(error_of(client_.apply(record_of(1, std::vector<UserId>(65)))), ErrorCode::malformed);
  EXPECT_EQ(client_.account(users[0]).value().total_games, 0);
  EXPECT_FALSE(apply(record_of(1, users)).repeated) << "a refused record leaves no trace";
}

TEST_P(StoreMatches, HistoryPagesShowEverythingOnceNewestFirst) {
  const std::vector<UserId> users = make_users(2);
  constexpr int matches = 25;
  for (int at = 0; at < matches; ++at) {
    apply(record_of(at * 7919 % matches, users, noon.plus_ms(at / 4 * minute_ms)));
  }
  for (const std::int32_t limit : {1, 4, 5, 24, 25, 100}) {
    SCOPED_TRACE("pages of " + std::to_string(limit));
    std::vector<HistoryRow> seen;
    std::optional<std::string> cursor;
    do {
      HistoryPage page = client_.history(users[0], cursor, limit).value();
      ASSERT_FALSE(page.rows.empty());
      ASSERT_LE(page.rows.size(), static_cast<std::size_t>(limit));
      seen.insert(seen.end(), page.rows.begin(), page.rows.end());
      cursor = page.next;
    } while (cursor);
    ASSERT_EQ(seen.size(), static_cast<std::size_t>(matches));
    std::set<base::MatchId> distinct;
    for (const HistoryRow& row : seen) distinct.insert(row.match);
    EXPECT_EQ(distinct.size(), seen.size());
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end(), [](const auto& a, const auto& b) {
      return a.ended_at > b.ended_at;
    }));
  }
}

TEST_P(StoreMatches, APageStaysWhereItWasWhenMatchesAreAdded) {
  const std::vector<UserId> users = make_users(2);
  for (int at = 0; at < 4; ++at) apply(record_of(at, users, noon.plus_ms(at)));
  const HistoryPage first = client_.history(users[0], std::nullopt, 2).value();
  apply(record_of(10, users, noon.plus_ms(100)));
  const HistoryPage second = client_.history(users[0], first.next, 2).value();
  ASSERT_EQ(second.rows.size(), 2U);
  EXPECT_EQ(second.rows[0].match, match_id(1));
  EXPECT_EQ(second.rows[1].match, match_id(0));
  EXPECT_EQ(second.next, std::nullopt);
}

TEST_P(StoreMatches, ForeignCursorsAreRefused) {
  const UserId id = make_user("ann");
  for (const char* cursor : {"", "x", "====", "' OR 1=1", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "ÿþ"}) {
    EXPECT_EQ(error_of(client_.history(id, cursor, 20)), ErrorCode::malformed) << cursor;
  }
}

TEST_P(StoreMatches, LedgerTellsEveryChange) {
  const std::vector<UserId> users = make_users(4);
  for (int at = 0; at < 5; ++at) apply(record_of(at, users, noon.plus_ms(at * minute_ms)));
  const std::vector<LedgerRow> rows = client_.ledger(users[0], std::nullopt, 100).value().rows;
  ASSERT_GE(rows.size(), 6U) << "five matches and a level";
  std::set<std::string> causes;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    const LedgerRow& row = rows[at];
    EXPECT_NE(row.amount, 0);
    EXPECT_TRUE(row.reason == "match" || row.reason == "level_up") << row.reason;
    EXPECT_TRUE(base::MatchId::parse(row.ref).has_value()) << row.ref;
    EXPECT_TRUE(causes.insert(row.reason + row.ref).second) << "paid twice";
    const std::int32_t earlier = at + 1 < rows.size() ? rows[at + 1].balance : 0;
    EXPECT_EQ(row.balance, earlier + row.amount);
    EXPECT_TRUE(at == 0 || row.id < rows[at - 1].id);
  }
  EXPECT_EQ(rows[0].balance, client_.account(users[0]).value().coins);
  EXPECT_EQ(client_.ledger(users[0], std::nullopt, 2).value().rows.size(), 2U);
  EXPECT_TRUE(client_.ledger(UserId{777}, std::nullopt, 2).value().rows.empty());
}

TEST_P(StoreMatches, ManyMatchesAtOnceAddUp) {
  const std::vector<UserId> users = make_users(8);
  constexpr int per_thread = 10;
  run_together(8, [&](int thread) {
    for (int at = 0; at < per_thread; ++at) {
      std::vector<UserId> seats = users;
      std::rotate(seats.begin(), seats.begin() + thread, seats.end());
      EXPECT_TRUE(client_.apply(record_of(thread * 100 + at, seats)).has_value());
    }
  });
  for (const UserId user : users) {
    const Account account = client_.account(user).value();
    EXPECT_EQ(account.total_games, 8 * per_thread);
    EXPECT_EQ(account.wins, per_thread);
    EXPECT_EQ(ledger_sum(user), account.coins);
    EXPECT_EQ(client_.rating(user, "brainwave").value().matches, 8 * per_thread);
  }
}

}  // namespace whoosh::store::contract
