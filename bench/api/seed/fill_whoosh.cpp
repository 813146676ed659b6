// Whoosh's tables (libs/store/*/migrations). Accounts of the ledger have the ids of their users;
// behind them come the two of the system.
#include "auth/refresh.h"
#include "base/text.h"
#include "bench/api/seed/fill.h"
#include "match/rating.h"
#include "store/match_bytes.h"

namespace whoosh::bench {
namespace {

constexpr std::int64_t session_lifetime_ms = 7LL * 24 * 3600 * 1000;

std::string_view avatar_of(std::int64_t id) {
  return id % 2 == 0 ? "fox" : "owl";
}

match::Rating rating_of(const History& history, std::int64_t id) {
  match::Rating rating;
  rating.matches = history.standings()[static_cast<std::size_t>(id - 1)].games;
  const std::uint64_t off = mixed(21, static_cast<std::uint64_t>(id)) % 1000;
  rating.mu = match::mu_start + (static_cast<double>(off) - 500) / 100;
  rating.sigma = rating.matches > 20 ? 2.0 : 6.0;
  return rating;
}

void fill_users(Sink& sink, const History& history) {
  sink.table("users", {"id", "username", "username_folded", "email", "email_folded",
                       "password_hash", "display_name", "display_folded", "avatar", "is_guest",
                       "xp", "total_games", "wins", "created_at", "last_seen_at"});
  for (std::int64_t id = 1; id <= history.world().people(); ++id) {
    const Standing& standing = history.standings()[static_cast<std::size_t>(id - 1)];
    const std::string name = history.world().username(id);
    const std::string email = history.world().email(id);
    sink.row({id, name, base::fold(name), email, base::fold(email), history.password_hash(), name,
              base::fold(name), avatar_of(id), false, std::int64_t{standing.xp},
              std::int64_t{standing.games}, std::int64_t{standing.wins},
              history.joined_at(id).value, standing.seen_at.value});
  }
  sink.table("ratings", {"user_id", "game", "season", "mu", "sigma", "matches"});
  for (std::int64_t id = 1; id <= history.world().people(); ++id) {
    const match::Rating rating = rating_of(history, id);
    if (rating.matches == 0) continue;
    for (const std::string_view game : {"", "suspect"}) {
      sink.row({id, game, std::int64_t{1}, rating.mu, rating.sigma, std::int64_t{rating.matches}});
    }
  }
}

void fill_sessions(Sink& sink, const History& history) {
  const std::int64_t expires_at = history.now().plus_ms(session_lifetime_ms).value;
  sink.table("sessions", {"family", "user_id", "created_at", "last_used_at", "expires_at", "device",
                          "address"});
  for (std::int64_t id = 1; id <= history.world().people(); ++id) {
    sink.row({history.world().session(id), id, history.now().value, history.now().value, expires_at,
              "bench", "192.0.2.1"});
  }
  sink.table("refresh_tokens", {"hash", "family", "issued_at", "expires_at"});
  for (std::int64_t id = 1; id <= history.world().people(); ++id) {
    const std::string hash = auth::make_secret(history.world().refresh_secret(id)).hash;
    sink.row({Bytes{hash}, history.world().session(id), history.now().value, expires_at});
  }
}

void fill_matches(Sink& sink, const History& history) {
  const World& world = history.world();
  sink.table("matches", {"id", "room", "epoch", "game", "started_at", "ended_at", "played_s",
                         "matchmade", "is_void", "rated", "side_bias"});
  for (std::int64_t match = 0; match < world.matches(); ++match) {
    const std::string id = store::match_bytes(world.match_id(match));
    const base::UnixMs ended = history.ended_at(match);
    sink.row({Bytes{id}, match + 1, std::int64_t{1}, "suspect", ended.plus_ms(-300'000).value,
              ended.value, std::int64_t{300}, world.is_matchmade(match), false, true, 0.0});
  }
  sink.table("match_seats",
             {"match_id",  "seat",       "user_id",          "is_bot",    "public_id",
              "name",      "ended_at",   "placement",        "score",     "team",
              "is_winner", "feat",       "activity_percent", "abandoned", "newcomer_seat",
              "rated",     "elo_before", "elo_after",        "xp_gained", "coins_gained"});
  for (std::int64_t match = 0; match < world.matches(); ++match) {
    const std::string id = store::match_bytes(world.match_id(match));
    for (std::int64_t number = 0; number < seats_a_match; ++number) {
      const Seat seat = history.seat(match, number);
      const bool bot = seat.user == 0;
      const std::string public_id = (bot ? "bot_" : "") + std::to_string(bot ? number : seat.user);
      const std::string name = bot ? "bot" : world.username(seat.user);
      sink.row({Bytes{id},
                number,
                bot ? Cell(nullptr) : Cell(seat.user),
                bot,
                public_id,
                name,
                history.ended_at(match).value,
                std::int64_t{seat.placement},
                std::int64_t{seat.score},
                std::int64_t{seat.team},
                seat.wins,
                false,
                std::int64_t{100},
                false,
                false,
                !bot,
                std::int64_t{seat.elo},
                std::int64_t{seat.elo + seat.elo_gained},
                std::int64_t{bot ? 0 : seat.xp},
                std::int64_t{bot ? 0 : seat.coins}});
    }
  }
}

void fill_ledger(Sink& sink, const History& history) {
  const std::int64_t people = history.world().people();
  const std::int64_t grants = people + 1;
  const std::int64_t rewards = people + 2;
  std::int64_t granted = 0;
  std::int64_t rewarded = 0;
  sink.table("ledger_journal", {"id", "user_id", "reason", "ref", "created_at"});
  std::int64_t journal = 0;
  history.each_payment([&](std::int64_t user, std::int64_t amount, std::string_view reason,
                           const std::string& reference, base::UnixMs when) {
    sink.row({++journal, user, reason, reference, when.value});
    (reason == "grant" ? granted : rewarded) += amount;
  });
  std::vector<std::int64_t> balances(static_cast<std::size_t>(people) + 3);
  journal = 0;
  sink.table("ledger_postings", {"account_id", "journal_id", "side", "amount", "balance"});
  history.each_payment([&](std::int64_t user, std::int64_t amount, std::string_view reason,
                           const std::string&, base::UnixMs) {
    const std::int64_t system = reason == "grant" ? grants : rewards;
    std::int64_t& his = balances[static_cast<std::size_t>(user)];
    std::int64_t& theirs = balances[static_cast<std::size_t>(system)];
    his += amount;
    theirs -= amount;
    sink.row({user, ++journal, std::int64_t{0}, amount, his});
    sink.row({system, journal, std::int64_t{1}, -amount, theirs});
  });
  sink.table("ledger_accounts", {"id", "kind", "owner", "balance"});
  for (std::int64_t id = 1; id <= people; ++id) {
    sink.row({id, "user", std::to_string(id), balances[static_cast<std::size_t>(id)]});
  }
  sink.row({grants, "system", "grant", -granted});
  sink.row({rewards, "system", "match", -rewarded});
}

}  // namespace

void fill_whoosh(Sink& sink, const History& history) {
  fill_users(sink, history);
  fill_sessions(sink, history);
  fill_matches(sink, history);
  fill_ledger(sink, history);
}

}  // namespace whoosh::bench
