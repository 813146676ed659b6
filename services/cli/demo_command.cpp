// whoosh demo: N players on real sockets play one match: in a server of its own, on free ports in a
// temporary folder, or (--against) as guests of one that runs, to see that it serves.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "runtime/entropy.h"
#include "services/cli/commands.h"
#include "services/cli/log.h"
#include "services/cli/trust.h"
#include "services/solo/solo.h"
#include "tools/swarm/player.h"

namespace whoosh::cli {
namespace {

struct Options {
  std::string game = "suspect";
  std::uint32_t players = 8;
  std::uint32_t tick_ms = 20;
  std::string against;  // http(s)://host:port; empty: a server of its own
  Trust trust;
  bool verbose = false;
};

namespace json = boost::json;

struct Seat {
  swarm::Player player;
  base::Result<json::object> result = base::Error{base::ErrorCode::internal, "did not start"};
  std::string history = {};
};

class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() /
              fmt::format("whoosh-demo-{:016x}", runtime::OsEntropy().u64())) {}
  ~TemporaryFolder() {
    std::error_code ignored;  // a leftover temporary folder harms nobody
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

// Results of a cluster arrive some time after GAME_OVER; "[]" when none came.
std::string history_of(swarm::Player& player) {
  constexpr int asked_max = 100;
  std::string history;
  for (int asked = 0; asked < asked_max && history.size() <= 2; ++asked) {
    if (asked > 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (const auto rows = player.call("GET", "/api/game/history", nullptr, 200); rows)
      history = json::serialize(*rows);
  }
  return history;
}

void play(Seat& seat, const Options& options) {
  const auto signed_in = options.against.empty()
                             ? seat.player.register_account("a long enough passphrase")
                             : seat.player.sign_in_as_guest();
  if (!signed_in) {
    seat.result = signed_in.error();
    return;
  }
  const auto info = seat.player.queue(options.game, 60'000);
  if (!info) {
    seat.result = info.error();
    return;
  }
  if (const auto in = seat.player.enter(*info); !in) {
    seat.result = in.error();
    return;
  }
  seat.result = seat.player.play(30'000);
  seat.player.leave();
  seat.history = history_of(seat.player);
}

std::string whole(const json::object& row, const char* key) {
  const auto* value = row.if_contains(key);
  return value != nullptr && value->is_int64() ? std::to_string(value->as_int64()) : "-";
}

void print_standings(const json::object& over) {
  fmt::print("\n{:<5} {:<12} {:>6} {:>8} {:>14} {:>5} {:>6}\n", "place", "player", "score", "won",
             "rating", "XP", "coins");
  for (const json::value& item : over.at("standings").as_array()) {
    const json::object& row = item.as_object();
    fmt::print("{:<5} {:<12} {:>6} {:>8} {:>14} {:>5} {:>6}\n", whole(row, "placement"),
               std::string(row.at("name").as_string()), whole(row, "score"),
               row.at("is_winner").as_bool() ? "yes" : "no",
               whole(row, "elo_before") + " -> " + whole(row, "elo_after"), whole(row, "xp_gained"),
               whole(row, "coins_gained"));
  }
}

int play_at(const swarm::Endpoint& api, const Options& options) {
  std::vector<Seat> seats;
  seats.reserve(options.players);
  for (std::uint32_t i = 0; i < options.players; ++i)
    seats.push_back({swarm::Player(api, fmt::format("player_{}", i + 1), i + 1)});
  std::vector<std::jthread> threads;
  for (Seat& seat : seats) threads.emplace_back([&seat, &options] { play(seat, options); });
  threads.clear();  // joins
  for (const Seat& seat : seats) {
    if (!seat.result)
      return fail(fmt::format("{}: {}", seat.player.name(), seat.result.error().sentence()));
  }
  print_standings(*seats[0].result);
  fmt::print("\nGET /api/game/history of {}:\n{}\n", seats[0].player.name(), seats[0].history);
  return seats[0].history.size() > 2 ? 0 : fail("the match is not in the history.");
}

int run_against(const Options& options) {
  const auto trust = make_trust(options.trust);
  if (!trust) return fail(trust.error().message);
  const auto api = api_endpoint("--against", options.against, *trust);
  if (!api) return fail(api.error().message);
  start_log(options.verbose ? "info" : "error", "text");
  fmt::print("{} guests play {} on {}\n", options.players, options.game, options.against);
  return play_at(*api, options);
}

int run(const Options& options) {
  if (!options.against.empty()) return run_against(options);
  const TemporaryFolder folder;
  solo::Config config;
  config.data = folder.path();
  config.listen = "127.0.0.1";
  config.http_port = config.edge_port = config.ops_port = config.ops_edge_port = 0;
  config.tick_ms = options.tick_ms;
  config.password_cost = "minimal";  // throw-away accounts
  config.log_level = options.verbose ? "info" : "error";
  start_log(config.log_level, config.log_format);
  auto server = solo::Solo::start(config);
  if (!server) return fail(server.error().sentence());
  const std::uint16_t port = (*server)->ports().http;
  fmt::print("{} players play {} on http://127.0.0.1:{}, {} times as fast as people\n",
             options.players, options.game, port,
             1000 / std::max<std::uint32_t>(options.tick_ms, 1));
  const int status = play_at({"127.0.0.1", port}, options);
  (*server)->stop();
  return status;
}

}  // namespace

Command add_demo(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* demo =
      app.add_subcommand("demo", "Let bots play one whole match over real sockets, time sped up");
  demo->add_option("--players", options->players, "How many play")->check(CLI::Range(4, 10));
  demo->add_option("--tick-ms", options->tick_ms, "Real milliseconds of one game second")
      ->check(CLI::Range(5, 1000));
  demo->add_option("--against", options->against,
                   "Play as guests of a server that runs, http(s)://host:port, at its own pace")
      ->excludes("--tick-ms");
  add_trust(*demo, options->trust);
  demo->add_flag("--verbose", options->verbose, "Show the server's log too");
  return {demo, [options] { return run(*options); }};
}

}  // namespace whoosh::cli
