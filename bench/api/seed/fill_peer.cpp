// The tables of the Django service (django_peer/peer/models.py). Where a Django project would keep
// a number on the person's own row (rating, coins), it is there.
#include "auth/refresh.h"
#include "base/text.h"
#include "bench/api/seed/fill.h"
#include "store/match_bytes.h"

namespace whoosh::bench {
namespace {

constexpr std::int64_t session_lifetime_ms = 7LL * 24 * 3600 * 1000;

void fill_people(Sink& sink, const History& history) {
  const World& world = history.world();
  sink.table("peer_person", {"id", "username", "username_folded", "email", "email_folded",
                             "password", "display_name", "avatar", "is_guest", "elo", "xp", "level",
                             "total_games", "wins", "coins", "created_at", "last_seen_at"});
  for (std::int64_t id = 1; id <= world.people(); ++id) {
    const Standing& standing = history.standings()[static_cast<std::size_t>(id - 1)];
    const std::string name = world.username(id);
    const std::string email = world.email(id);
    const std::string password = "argon2" + history.password_hash();
    sink.row({id, name, base::fold(name), email, base::fold(email), password, name, "fox", false,
              std::int64_t{1000}, std::int64_t{standing.xp}, std::int64_t{1 + standing.xp / 1000},
              std::int64_t{standing.games}, std::int64_t{standing.wins}, standing.coins,
              history.joined_at(id).value, standing.seen_at.value});
  }
  sink.table("peer_session", {"family", "person_id", "created_at", "revoked"});
  for (std::int64_t id = 1; id <= world.people(); ++id) {
    sink.row({world.session(id), id, history.now().value, false});
  }
  sink.table("peer_refreshtoken", {"hash", "family_id", "issued_at", "expires_at"});
  for (std::int64_t id = 1; id <= world.people(); ++id) {
    const std::string hash = auth::make_secret(world.refresh_secret(id)).hash;
    sink.row({Bytes{hash}, world.session(id), history.now().value,
              history.now().plus_ms(session_lifetime_ms).value});
  }
}

void fill_matches(Sink& sink, const History& history) {
  const World& world = history.world();
  sink.table("peer_match", {"id", "game", "started_at", "ended_at"});
  for (std::int64_t match = 0; match < world.matches(); ++match) {
    const base::UnixMs ended = history.ended_at(match);
    sink.row({world.match_id(match).text(), "suspect", ended.plus_ms(-300'000).value, ended.value});
  }
  sink.table("peer_matchseat",
             {"id", "match_id", "seat", "person_id", "name", "ended_at", "placement", "score",
              "team", "is_winner", "elo_before", "elo_after", "xp_gained", "coins_gained"});
  for (std::int64_t match = 0; match < world.matches(); ++match) {
    for (std::int64_t number = 0; number < seats_a_match; ++number) {
      const Seat seat = history.seat(match, number);
      const bool bot = seat.user == 0;
      sink.row({match * seats_a_match + number + 1, world.match_id(match).text(), number,
                bot ? Cell(nullptr) : Cell(seat.user), bot ? "bot" : world.username(seat.user),
                history.ended_at(match).value, std::int64_t{seat.placement},
                std::int64_t{seat.score}, std::int64_t{seat.team}, seat.wins,
                std::int64_t{seat.elo}, std::int64_t{seat.elo + seat.elo_gained},
                std::int64_t{bot ? 0 : seat.xp}, std::int64_t{bot ? 0 : seat.coins}});
    }
  }
}

// One journal row with two postings for what everybody was given and won, as Whoosh has them.
void fill_ledger(Sink& sink, const History& history) {
  std::int64_t journal = 0;
  sink.table("peer_journal", {"id", "person_id", "reason", "ref", "created_at"});
  history.each_payment([&](std::int64_t user, std::int64_t, std::string_view reason,
                           const std::string& ref, base::UnixMs when) {
    sink.row({++journal, user, reason, ref, when.value});
  });
  journal = 0;
  std::int64_t posting = 0;
  sink.table("peer_posting", {"id", "journal_id", "person_id", "side", "amount"});
  history.each_payment([&](std::int64_t user, std::int64_t amount, std::string_view,
                           const std::string&, base::UnixMs) {
    ++journal;
    sink.row({++posting, journal, user, std::int64_t{0}, amount});
    sink.row({++posting, journal, nullptr, std::int64_t{1}, -amount});
  });
}

}  // namespace

void fill_peer(Sink& sink, const History& history) {
  fill_people(sink, history);
  fill_matches(sink, history);
  fill_ledger(sink, history);
}

}  // namespace whoosh::bench
