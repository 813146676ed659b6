// Results of matches that were played elsewhere, told by a service of the deployment. Ratings, XP
// and coins are the server's own arithmetic, as for every other match.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "auth/digest.h"
#include "games/registry.h"
#include "services/api/app.h"
#include "services/api/profile.h"

namespace whoosh::api {
namespace {

constexpr std::size_t game_id_bytes_max = 64;
constexpr std::size_t participants_max = 64;
constexpr std::int32_t team_max = 16;
constexpr std::int64_t match_ms_max = 24LL * 3600 * 1000;
constexpr std::int64_t clock_leeway_ms = 60'000;

// Its own id when it is a UUID, else one made of its text: the same text, the same match.
base::MatchId match_id_of(const std::string& game_id) {
  if (const auto id = base::MatchId::parse(game_id)) return *id;
  const std::string digest = auth::sha256("game_id\n" + game_id);
  const auto half = [&](std::size_t from) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      value = value << 8 | static_cast<unsigned char>(digest[from + i]);
    }
    return value;
  };
  return base::MatchId::make(half(0), half(8));
}

bool is_game_id(std::string_view text) {
  return !text.empty() && text.size() <= game_id_bytes_max &&
         std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7f; });
}

class Checker {
 public:
  explicit Checker(const wire::GameResult& result) : result_(result) {}

  void note(std::string field, std::string why) {
    error_.fields.emplace(std::move(field), std::move(why));
  }
  [[nodiscard]] const Error& error() const { return error_; }
  [[nodiscard]] bool is_good() const { return error_.fields.empty(); }

  void check_participants() {
    const auto& seats = result_.participants;
    if (seats.empty() || seats.size() > participants_max) {
      return note("participants", fmt::format("must be 1 to {}", participants_max));
    }
    check_people();
    check_placements();
    check_winner();
  }

 private:
  static std::string field(std::size_t at, std::string_view name) {
    return fmt::format("participants[{}].{}", at, name);
  }

  void check_people() {
    std::set<std::int64_t> seen;
    for (std::size_t at = 0; at < result_.participants.size(); ++at) {
      const wire::ResultSeat& seat = result_.participants[at];
      const bool is_id = !seat.user_id || base::parse_user_id(std::to_string(*seat.user_id));
      if (!is_id) note(field(at, "user_id"), "is not the id of a user");
      if (seat.user_id && !seen.insert(*seat.user_id).second) {
        note(field(at, "user_id"), "sits in two places");
      }
      if (seat.team.value_or(0) < 0 || seat.team.value_or(0) > team_max) {
        note(field(at, "team"), fmt::format("must be 0 to {}", team_max));
      }
    }
    if (seen.empty()) note("participants", "must have a person among them");
  }

  // 1 … n; those who share a place leave the next ones out: 1, 2, 2, 4.
  void check_placements() {
    std::vector<std::int32_t> places;
    for (const wire::ResultSeat& seat : result_.participants) places.push_back(seat.placement);
    std::ranges::sort(places);
    for (std::size_t at = 0; at < places.size(); ++at) {
      const bool ties = at > 0 && places[at] == places[at - 1];
      if (ties || places[at] == static_cast<std::int32_t>(at) + 1) continue;
      return note("participants", "placements must be 1 to n, as in 1, 2, 2, 4");
    }
  }

  void check_winner() {
    if (!result_.winner_id) return;
    const bool won = std::ranges::any_of(result_.participants, [&](const wire::ResultSeat& seat) {
      return seat.user_id && *seat.user_id == *result_.winner_id && seat.is_winner;
    });
    if (!won) note("winner_id", "is no participant who has won");
  }

  const wire::GameResult& result_;
  Error error_{ErrorCode::invalid_input};
};

// The record, but for the names of its people.
base::Result<match::MatchRecord> record_of(const wire::GameResult& result, base::UnixMs now) {
  Checker checker(result);
  match::MatchRecord record;
  if (!is_game_id(result.game_id)) {
    checker.note("game_id",
                 fmt::format("must be 1 to {} visible ASCII characters", game_id_bytes_max));
  }
  if (games::find(result.game) == nullptr) checker.note("game", "there is no such game");
  const auto started = base::parse_rfc3339(result.started_at);
  const auto ended = base::parse_rfc3339(result.ended_at);
  if (!started) checker.note("started_at", "must be an RFC 3339 time");
  if (!ended) checker.note("ended_at", "must be an RFC 3339 time");
  if (started && ended) {
    if (*ended < *started || ended->value - started->value > match_ms_max) {
      checker.note("ended_at", "must be within a day after started_at");
    } else if (*ended > now.plus_ms(clock_leeway_ms)) {
      checker.note("ended_at", "lies ahead");
    }
  }
  checker.check_participants();
  if (!checker.is_good()) return checker.error();
  record.id = match_id_of(result.game_id);
  record.game = result.game;
  record.started_at = *started;
  record.ended_at = *ended;
  record.played_s = static_cast<std::int32_t>((ended->value - started->value) / 1000);
  record.matchmade = true;
  return record;
}

match::SeatRecord bot_seat(const wire::ResultSeat& seat, std::size_t number) {
  match::SeatRecord out;
  out.public_id = fmt::format("bot_{}", number);
  out.name = fmt::format("Bot {}", number);
  out.placement = seat.placement;
  out.score = seat.score;
  out.team = seat.team.value_or(0);
  out.is_winner = seat.is_winner;
  return out;
}

// Everybody must be a user of ours.
Try<void> seat_people(App& app, RequestContext& context, const wire::GameResult& result,
                      match::MatchRecord& record) {
  Error unknown{ErrorCode::invalid_input};
  std::size_t bots = 0;
  for (std::size_t at = 0; at < result.participants.size(); ++at) {
    const wire::ResultSeat& row = result.participants[at];
    match::SeatRecord seat = bot_seat(row, row.user_id ? 0 : ++bots);
    if (row.user_id) {
      const base::UserId user{*row.user_id};
      const auto account = co_await http::ask<store::Account>(
          context, [&](auto reply) { app.ports.store.account(user, std::move(reply)); });
      if (account) {
        seat.user = user;
        seat.public_id = base::user_id_text(user);
        seat.name = shown_name(*account);
      } else if (account.error().code == ErrorCode::user_not_found) {
        unknown.fields.emplace(fmt::format("participants[{}].user_id", at),
                               "there is no such user");
      } else {
        co_return account.error();
      }
    }
    record.seats.push_back(std::move(seat));
  }
  if (!unknown.fields.empty()) co_return unknown;
  co_return base::Result<>();
}

Answer take_result(App& app, RequestContext& context, const auth::ServiceToken& service) {
  const Limit limit{"result:" + service.name, app.config.rates.result};
  if (const auto allowed = co_await app.rates.take(context, limit); !allowed) {
    co_return allowed.error();
  }
  const auto result = http::body_as<wire::GameResult>(context);
  if (!result) co_return result.error();
  auto record = record_of(*result, app.now());
  if (!record) co_return record.error();
  if (const auto seated = co_await seat_people(app, context, *result, *record); !seated) {
    co_return seated.error();
  }
  const std::string id = record->id.text();
  const auto applied = co_await http::ask<store::AppliedResult>(context, [&](auto reply) {
    app.ports.store.apply_result(std::move(*record), std::move(reply));
  });
  if (!applied) co_return applied.error();
  co_return http::json(200, wire::ResultTaken{"success", id});
}

}  // namespace

void add_result_routes(http::Router& router, App& app) {
  app.add_service(router, Method::post, "/api/game/result", take_result);
}

}  // namespace whoosh::api
