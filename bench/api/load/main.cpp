// api_load: asks a server of the comparison as fast as it answers, or at a fixed rate, and says how
// it went.
//
//   api_load tokens --key PEM --people N --out FILE
//   api_load run --operation me --server 127.0.0.1:8000 --people N --tokens FILE
//                [--connections 32] [--seconds 4] [--warmup 1] [--rate R] [--requests N]
//                [--first K] [--group server=PID]…
//
// Prints one line of JSON. Exit 1: some answer was wrong or missing, which the line explains.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <thread>

#include "base/json_writer.h"
#include "bench/api/load/driver.h"
#include "bench/api/load/setup.h"

namespace whoosh::bench {
namespace {

constexpr std::size_t rooms_to_join = 64;

struct Options {
  std::int64_t people = 1'000'000;
  std::string key;
  std::string out;
  std::string operation;
  std::string server;
  std::string tokens;
  std::int64_t first = 0;
  std::vector<std::string> groups;
  Plan plan;
};

std::vector<ProcessGroup> groups_of(const std::vector<std::string>& words) {
  std::vector<ProcessGroup> groups;
  for (const std::string& word : words) {
    const auto equals = word.find('=');
    const int pid = equals == std::string::npos ? 0 : std::atoi(word.c_str() + equals + 1);
    if (pid < 1) throw std::runtime_error("--group takes NAME=PID");
    groups.push_back({word.substr(0, equals), pid});
  }
  return groups;
}

double rounded(double value) {
  return std::stod(fmt::format("{:.4f}", value));
}

void write_cpu(base::JsonWriter& out, const Plan& plan, const Outcome& outcome) {
  out.key("cpu_s");
  out.begin_object();
  for (std::size_t at = 0; at < plan.groups.size(); ++at) {
    out.member(plan.groups[at].name, rounded(outcome.cpu.group_s[at]));
  }
  out.member("generator", rounded(outcome.cpu.own_s));
  out.end_object();
  out.member("cores", static_cast<std::int64_t>(std::thread::hardware_concurrency()));
  out.member("idle_share",
             outcome.cpu.total_s > 0 ? rounded(outcome.cpu.idle_s / outcome.cpu.total_s) : 0.0);
  out.member("load_average", rounded(load_average()));
}

std::string report(const Options& options, const Outcome& outcome, std::int64_t used) {
  const auto right = static_cast<double>(outcome.latencies_us.size());
  std::string text;
  base::JsonWriter out(text);
  out.begin_object();
  out.member("operation", options.operation);
  out.member("connections", static_cast<std::int64_t>(options.plan.connections));
  out.member("rate", options.plan.rate);
  out.member("seconds", rounded(outcome.seconds));
  out.member("right", static_cast<std::int64_t>(outcome.latencies_us.size()));
  out.member("throughput", outcome.seconds > 0 ? rounded(right / outcome.seconds) : 0.0);
  out.key("latency_ms");
  out.begin_object();
  out.member("p50", outcome.percentile_ms(0.5));
  out.member("p90", outcome.percentile_ms(0.9));
  out.member("p99", outcome.percentile_ms(0.99));
  out.member("max", outcome.percentile_ms(1));
  out.end_object();
  out.key("statuses");
  out.begin_object();
  for (const auto& [status, count] : outcome.statuses) out.member(std::to_string(status), count);
  out.end_object();
  out.member("wrong", outcome.wrong);
  out.member("first_wrong", outcome.first_wrong);
  out.member("failures", outcome.failures);
  out.member("connects", outcome.connects);
  out.member("ran_dry", outcome.ran_dry);
  out.member("used", used);
  write_cpu(out, options.plan, outcome);
  out.end_object();
  return text;
}

int run(Options& options) {
  const World world(options.people);
  const Tokens tokens = read_tokens(world, options.tokens);
  options.plan.server = address_of(options.server);
  options.plan.groups = groups_of(options.groups);
  OperationSetup setup{world, tokens, options.server, options.plan.connections, options.first,
                       {},    {}};
  if (options.operation == "purchase") {
    setup.shop = read_shop(options.plan.server, options.server, tokens.front());
  } else if (options.operation == "join") {
    setup.rooms = make_rooms(options.plan.server, options.server, tokens, rooms_to_join);
  }
  const auto operation = make_operation(options.operation, std::move(setup));
  if (operation == nullptr) throw std::runtime_error("no operation is called " + options.operation);
  const Outcome outcome = drive(options.plan, *operation);
  fmt::print("{}\n", report(options, outcome, operation->used()));
  const bool good = outcome.wrong == 0 && outcome.failures == 0 && !outcome.ran_dry &&
                    !outcome.latencies_us.empty();
  return good ? 0 : 1;
}

int main_of(int argc, char** argv) {
  CLI::App app{"Load generator of bench-api"};
  app.require_subcommand(1);
  Options options;
  CLI::App* tokens = app.add_subcommand("tokens", "Sign an access token for each regular");
  tokens->add_option("--key", options.key, "PEM file of the key that signs")->required();
  tokens->add_option("--people", options.people)->required();
  tokens->add_option("--out", options.out)->required();
  CLI::App* load = app.add_subcommand("run", "Ask, check, measure");
  load->add_option("--operation", options.operation, "login, refresh, me, user …")->required();
  load->add_option("--server", options.server, "Address and port")->required();
  load->add_option("--people", options.people)->required();
  load->add_option("--tokens", options.tokens)->required();
  load->add_option("--connections", options.plan.connections)->check(CLI::Range(1, 10'000));
  load->add_option("--seconds", options.plan.seconds);
  load->add_option("--warmup", options.plan.warmup_s);
  load->add_option("--rate", options.plan.rate, "Requests a second; 0: as fast as they go");
  load->add_option("--requests", options.plan.requests, "Stop after as many answers");
  load->add_option("--first", options.first, "One-time things used by earlier runs");
  load->add_option("--group", options.groups, "NAME=PID whose CPU is counted, with descendants");
  CLI11_PARSE(app, argc, argv);
  try {
    if (load->parsed()) return run(options);
    write_tokens(World(options.people), options.key, options.out);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "api_load: {}\n", error.what());
    return 1;
  }
}

}  // namespace
}  // namespace whoosh::bench

int main(int argc, char** argv) {
  return whoosh::bench::main_of(argc, argv);
}
