// Values for tests and benchmarks of stores: accounts, sessions and match records that are easily
// told apart.
#pragma once

#include <string>
#include <vector>

#include "store/store.h"

namespace whoosh::store::contract {

inline constexpr UnixMs noon{1'780'056'000'000};  // 2026-05-29T12:00:00Z
inline constexpr std::int64_t minute_ms = 60'000;
inline constexpr std::int64_t hour_ms = 60 * minute_ms;

inline NewAccount registered(const std::string& name) {
  return {name, name + "@example.org", "argon2id of " + name, name, "fox", false, noon};
}
inline NewAccount guest(const std::string& name) {
  return {name, std::nullopt, std::nullopt, name, "owl", true, noon};
}
// 32 bytes, different for each number.
inline std::string token_hash(int number) {
  std::string hash = std::to_string(number);
  return std::string(32 - hash.size(), '#') + hash;
}

inline NewSession session(const std::string& family, UserId user, int token, UnixMs now = noon) {
  return {family, user, token_hash(token), now, now.plus_ms(7 * 24 * hour_ms)};
}
inline Rotation rotation(int from, int to, UnixMs now) {
  return {token_hash(from), token_hash(to), now, 7 * 24 * hour_ms, 24 * hour_ms};
}

inline Actor shell() {
  return {UserId{0}, "root", "", "request"};
}

inline base::MatchId match_id(int number) {
  return base::MatchId::make(0x1234'5678'9abc'def0, static_cast<std::uint64_t>(number));
}

// A matchmade free-for-all of five minutes: the first user wins, the second is second …; 0 is a
// bot.
inline match::MatchRecord record_of(int number, const std::vector<UserId>& users,
                                    UnixMs ended_at = noon) {
  match::MatchRecord record;
  record.id = match_id(number);
  record.room = base::RoomId::make(7, base::ShardNo{3}, 0x7ff'ffff'ffff);
  record.epoch = 4'000'000'000;
  record.game = "brainwave";
  record.started_at = ended_at.plus_ms(-5 * minute_ms);
  record.ended_at = ended_at;
  record.played_s = 300;
  record.matchmade = true;
  for (const UserId user : users) {
    match::SeatRecord seat;
    const auto at = static_cast<std::int32_t>(record.seats.size());
    seat.user = user;
    seat.public_id = user.value == 0 ? "bot_" + std::to_string(at) : base::user_id_text(user);
    seat.name = "seat " + std::to_string(at);
    seat.placement = at + 1;
    seat.score = 1000 - 100 * at;
    seat.is_winner = at == 0;
    record.seats.push_back(seat);
  }
  return record;
}

// As above, of Suspect: the first two are culprits and win.
inline match::MatchRecord team_record_of(int number, const std::vector<UserId>& users,
                                         UnixMs ended_at = noon) {
  match::MatchRecord record = record_of(number, users, ended_at);
  record.game = "suspect";
  for (std::size_t at = 0; at < record.seats.size(); ++at) {
    const bool culprit = at < 2;
    record.seats[at].team = culprit ? 2 : 1;
    record.seats[at].placement = culprit ? 1 : 3;
    record.seats[at].is_winner = culprit;
  }
  return record;
}

// A key of its own for each number; the fingerprint says which request it came with.
inline IdempotencyKey once(int number, int request = 0) {
  const std::string digits = std::to_string(request);
  return {"key-" + std::to_string(number), std::string(32 - digits.size(), '=') + digits,
          "request-" + std::to_string(number)};
}
inline Actor operator_of(UserId user) {
  return {user, "olga", "192.0.2.7", "request-of-olga"};
}
inline Purchase buy(UserId user, const std::string& item, std::int32_t price, int key,
                    UnixMs now = noon) {
  return {user, item, ItemKind::frame, price, once(key), now};
}
inline Refund take_back(UserId user, const std::string& item, int key, UnixMs now = noon) {
  return {user, item, once(key), operator_of(UserId{0}), "bought by mistake", now};
}
inline Grant give(UserId user, std::int32_t coins, int key, UnixMs now = noon) {
  return {user, coins, once(key), operator_of(UserId{0}), "a prize", now};
}

}  // namespace whoosh::store::contract
