// whoosh swarm: load, and what it found out. whoosh swarm merge: several reports as one.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <boost/json.hpp>
#include <charconv>
#include <csignal>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include "services/cli/commands.h"
#include "services/cli/log.h"
#include "services/cli/swarm_cluster.h"
#include "services/cli/trust.h"
#include "services/role/version.h"
#include "tools/swarm/plot.h"
#include "tools/swarm/run.h"

namespace whoosh::cli {
namespace {

namespace json = boost::json;

constexpr const char* about =
    R"(Load a server with players or plain connections, and check all it says.

  whoosh swarm --play 800
      eight hundred guests play against localhost:8000
  whoosh swarm --play 16000 --state redis://127.0.0.1:6379 --cluster-secret-file S --keys K
      rooms are placed as a cluster does it, tickets are signed here
  whoosh swarm --raw 10000 ws://127.0.0.1:9001/
      only listen, to any server; lateness where messages have "ts", gaps where they have "seq"
  whoosh swarm --play 800 --api https://play.example:8000 --ca ca.pem
      over TLS, by a certificate that the system does not know; wss:// follows https://
  whoosh swarm merge a.json b.json --plot all.svg
      several runs at the same time, as one

Exit status: 0; 1: the run failed, or with --strict something was not as it should be; 2: wrong
use.)";

struct Options {
  swarm::Plan plan;
  std::uint32_t play = 0;
  std::uint32_t sit = 0;
  std::uint32_t raw = 0;
  std::string api = "http://127.0.0.1:8000";
  std::string game = "suspect";
  SwarmCluster cluster;
  double settle_s = 2;
  double duration_s = 30;
  double ramp_limit_s = 600;
  double echo_s = 1;
  double storm_s = -1;
  double ticks = 100;
  double verify = 1;
  double cut = 0;
  double slow = 0;
  double flood = 0;
  std::string json_file;
  std::string plot_file;
  std::string url;
  std::string urls_file;
  std::string first_hex;
  Trust trust;
  bool strict = false;
  bool quiet = false;
  std::vector<std::string> merged;
};

std::atomic<bool> interrupted{false};

// The second signal ends the process at once.
void on_interrupt(int) {
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool write_file(const std::string& path, const std::string& text) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  file.close();
  return file.good();
}

int show(const Options& options, const swarm::Report& report) {
  fmt::print("{}", report.text());
  if (!options.json_file.empty() &&
      !write_file(options.json_file, json::serialize(report.to_json()) + "\n"))
    return fail(options.json_file + " can't be written.");
  if (!options.plot_file.empty() && !write_file(options.plot_file, swarm::plot_svg(report)))
    return fail(options.plot_file + " can't be written.");
  if (!options.strict || report.clean()) return 0;
  return fail("something was not as it should be (--strict).");
}

base::Result<> read_urls(Options& options) {
  if (options.urls_file.empty()) return {};
  std::ifstream file(options.urls_file);
  if (!file)
    return base::Error{base::ErrorCode::invalid_input, options.urls_file + " can't be read."};
  for (std::string line; std::getline(file, line);) {
    if (!line.empty()) options.plan.urls.push_back(std::move(line));
  }
  return {};
}

std::optional<std::string> bytes_of_hex(const std::string& hex) {
  std::string out;
  if (hex.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned byte = 0;
    const char* const end = hex.data() + i + 2;
    if (std::from_chars(hex.data() + i, end, byte, 16).ptr != end) return std::nullopt;
    out.push_back(static_cast<char>(byte));
  }
  return out;
}

base::Result<> fill_plan(Options& options) {
  swarm::Plan& plan = options.plan;
  const int works = (options.play > 0) + (options.sit > 0) + (options.raw > 0);
  if (works > 1)
    return base::Error{base::ErrorCode::invalid_input, "Take one of --play, --sit and --raw."};
  plan.work = options.raw > 0   ? swarm::Work::raw
              : options.sit > 0 ? swarm::Work::sit
                                : swarm::Work::play;
  plan.connections = std::max({options.play, options.sit, options.raw});
  const auto ms = [](double seconds) { return static_cast<std::int64_t>(seconds * 1'000); };
  plan.settle_ms = ms(options.settle_s);
  plan.duration_ms = ms(options.duration_s);
  plan.ramp_limit_ms = ms(options.ramp_limit_s);
  plan.echo_ms = std::max<std::int64_t>(ms(options.echo_s), 1);
  plan.storm_at_ms = options.storm_s < 0 ? -1 : ms(options.storm_s);
  plan.ticks_share = options.ticks / 100;
  plan.verify_share = options.verify / 100;
  plan.cut_share = options.cut / 100;
  plan.slow_share = options.slow / 100;
  plan.flood_share = options.flood / 100;
  if (!options.url.empty()) plan.urls.push_back(options.url);
  if (const auto ok = read_urls(options); !ok) return ok;
  const auto first = bytes_of_hex(options.first_hex);
  if (!first)
    return base::Error{base::ErrorCode::invalid_input,
                       "--first takes hexadecimal digits, in pairs."};
  plan.first_bytes = *first;
  auto trust = make_trust(options.trust);
  if (!trust) return trust.error();
  plan.tls = std::move(*trust);
  return swarm::settle(plan, swarm::raise_descriptor_limit());
}

base::Result<swarm::MakeSeatSource> seat_source(const Options& options) {
  if (!options.cluster.state.empty()) {
    if (options.cluster.secret_file.empty())
      return base::Error{base::ErrorCode::invalid_input,
                         "--state needs --cluster-secret-file: rooms are made by the edges' "
                         "internal calls."};
    return swarm::MakeSeatSource([&options](std::uint32_t process) {
      return cluster_seats(options.cluster, options.game, process);
    });
  }
  auto api = api_endpoint("--api", options.api, options.plan.tls);
  if (!api) return api.error();
  return swarm::MakeSeatSource(
      [endpoint = std::move(*api),
       &options](std::uint32_t) -> base::Result<std::unique_ptr<swarm::SeatSource>> {
        return swarm::api_seats(endpoint, options.game);
      });
}

std::string words_of(const swarm::Plan& plan) {
  const char* const work = plan.work == swarm::Work::raw   ? "connections"
                           : plan.work == swarm::Work::sit ? "players who wait"
                                                           : "players";
  std::string words = fmt::format("whoosh swarm: {} {}", plan.connections, work);
  if (plan.work == swarm::Work::raw)
    words += " to " + plan.urls.front();
  else
    words += fmt::format(" in rooms of {}", plan.room_size);
  return words;
}

int run_swarm(Options& options) {
  if (const auto ok = fill_plan(options); !ok) {
    fail(ok.error().message);
    return 2;
  }
  auto seats = seat_source(options);
  if (!seats) {
    fail(seats.error().message);
    return 2;
  }
  start_log("warn", "text");
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, on_interrupt);
  std::signal(SIGTERM, on_interrupt);
  swarm::RunHooks hooks;
  hooks.seats = std::move(*seats);
  hooks.stop = &interrupted;
  if (!options.quiet) hooks.say = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  auto report = swarm::run(options.plan, hooks);
  if (!report) return fail(report.error().sentence());
  report->what = words_of(options.plan);
  report->version = role::version();
  const int status = show(options, *report);
  return report->cut_short.empty() || report->cut_short == "interrupted"
             ? status
             : fail("the run was cut short: " + report->cut_short);
}

int merge_reports(const Options& options) {
  std::vector<swarm::Report> reports;
  for (const std::string& path : options.merged) {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    boost::system::error_code bad;
    const json::value value = json::parse(text, bad);
    if (!file.good() && text.empty()) return fail(path + " can't be read.");
    if (bad) return fail(path + " is no JSON.");
    auto report = swarm::Report::from_json(value);
    if (!report) return fail(path + ": " + report.error().message);
    reports.push_back(std::move(*report));
  }
  return show(options, swarm::merge(reports));
}

void add_outputs(CLI::App& app, Options& options) {
  app.add_option("--json", options.json_file, "Write the report as JSON to this file");
  app.add_option("--plot", options.plot_file, "Draw it to this file, as SVG");
  app.add_flag("--strict", options.strict,
               "Exit with 1 when anything was not as it should be: content, gaps, missed ticks, "
               "refusals, lost connections");
}

void add_players(CLI::App& app, Options& o) {
  app.add_option("--play", o.play, "So many players, in rooms, who really play")->group("Who");
  app.add_option("--sit", o.sit, "So many players who only wait in their rooms")->group("Who");
  app.add_option("--raw", o.raw, "So many plain connections to the URL")->group("Who");
  app.add_option("url", o.url, "ws://host:port/path or wss://…, for --raw");
  app.add_option("--room-size", o.plan.room_size, "Players of a room")->group("Who");
  app.add_option("--game", o.game, "What they play")
      ->check(CLI::IsMember({"suspect"}))
      ->group("Who");
  app.add_option("--api", o.api, "Service A, where guests sign up and make rooms")->group("Where");
  add_trust(app, o.trust, "Where");
  app.add_option("--state", o.cluster.state,
                 "Instead of --api: Redis of a cluster; rooms are placed as its API does")
      ->group("Where");
  app.add_option("--cluster-secret-file", o.cluster.secret_file, "File of the cluster's secret")
      ->group("Where");
  app.add_option("--keys", o.cluster.keys, "The cluster's key files, a private one among them")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group("Where");
  app.add_option("--edge-url", o.cluster.edge_url,
                 "Where all edges are behind one address: that one")
      ->group("Where");
  app.add_option("--first-user", o.cluster.first_user, "Ids of the players from here on")
      ->group("Where");
}

void add_times(CLI::App& app, Options& o) {
  app.add_option("--ramp", o.plan.ramp_per_s, "New connections a second, all together")
      ->group("When");
  app.add_option("--ramp-limit", o.ramp_limit_s, "Measure after so many seconds in any case")
      ->group("When");
  app.add_option("--settle", o.settle_s, "Seconds between the ramp and the window")->group("When");
  app.add_option("--duration", o.duration_s, "Seconds that are measured")->group("When");
  app.add_option("--processes", o.plan.processes,
                 "Processes to share the work; 0: as many as the limit of descriptors asks for")
      ->group("How");
  app.add_option("--loops", o.plan.loops, "Threads with connections, of each process")
      ->check(CLI::Range(1, 64))
      ->group("How");
  app.add_option("--from", o.plan.local_addresses,
                 "Addresses of this machine to connect from, in turn, separated by commas")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group("How");
}

void add_behaviour(CLI::App& app, Options& o) {
  const auto percent = [&app](const char* name, double& value, const char* words) {
    app.add_option(name, value, words)->check(CLI::Range(0.0, 100.0))->group("What they do");
  };
  percent("--ticks", o.ticks, "Percent of players who want a TICK every second");
  percent("--verify", o.verify,
          "Percent who parse all, rebuild their view and compare it with the server's");
  app.add_option("--activity", o.plan.activity, "How much they do; 1: as people")
      ->check(CLI::Range(0.0, 20.0))
      ->group("What they do");
  app.add_option("--urls", o.urls_file, "--raw: a file of URLs, one a line, for a connection each")
      ->group("Where");
  app.add_flag("--binary", o.plan.binary, "--raw: binary messages are as good as texts")
      ->group("What they do");
  app.add_option("--first", o.first_hex,
                 "--raw: these bytes, in hexadecimal, in a binary message as soon as it is open")
      ->group("What they do");
  app.add_flag("--echo", o.plan.echo, "--raw: send, and want it back")->group("What they do");
  app.add_option("--echo-interval", o.echo_s, "--echo: seconds between two of one connection")
      ->group("What they do");
  app.add_option("--echo-size", o.plan.echo_bytes, "--echo: bytes of a message")
      ->check(CLI::Range(0, 8'000))
      ->group("What they do");
  const auto fault = [&app](const char* name, double& value, const char* words) {
    app.add_option(name, value, words)->check(CLI::Range(0.0, 100.0))->group("Faults");
  };
  fault("--cut", o.cut, "Percent who break off without a word, and come back, again and again");
  fault("--slow", o.slow, "Percent who at times read nothing for 3 s");
  fault("--flood", o.flood, "Percent who at times send far more than is allowed");
  app.add_option("--storm", o.storm_s,
                 "So many seconds into the window all break off, and come back within a second")
      ->group("Faults");
  app.add_option("--server-pid", o.plan.server_pids,
                 "Processes of the server, to know who used the processor")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group("Whom to watch");
  app.add_option("--server-metrics", o.plan.server_metrics,
                 "/metrics pages of the server, for the same and for its own counts")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group("Whom to watch");
  app.add_flag("--quiet", o.quiet, "No progress on standard error");
}

}  // namespace

Command add_swarm(CLI::App& app) {
  const auto options = std::make_shared<Options>();
  CLI::App* swarm = app.add_subcommand("swarm", "Load a server, and check every message it sends");
  swarm->description(about);
  add_players(*swarm, *options);
  add_times(*swarm, *options);
  add_behaviour(*swarm, *options);
  add_outputs(*swarm, *options);
  CLI::App* merge = swarm->add_subcommand("merge", "Several reports (--json) as one");
  merge->add_option("reports", options->merged, "Files that --json wrote")->required();
  add_outputs(*merge, *options);
  return {swarm, [options, merge] {
            return merge->parsed() ? merge_reports(*options) : run_swarm(*options);
          }};
}

}  // namespace whoosh::cli
