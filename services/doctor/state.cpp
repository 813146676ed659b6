// Redis, and what the processes have entered there.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "services/doctor/checks.h"
#include "services/doctor/redis_look.h"
#include "services/matchmaker/games.h"

namespace whoosh::doctor {
namespace {

constexpr std::size_t threads_max = 16;

void check_reach(const state::redis::Options& options, const std::string& subject, Notes& notes) {
  Transport transport;
  transport.check = "state-transport";
  transport.subject = subject;
  for (const auto& endpoint : options.endpoints)
    transport.reach = std::max(transport.reach, reach_of(endpoint.host));
  transport.tls = options.tls;
  transport.password = !options.password.empty();
  transport.tls_mend = "Give Redis a certificate (tls-port) and write rediss:// in --state.";
  transport.password_mend =
      "Set requirepass (or an ACL user) in Redis and put it into --state-file: "
      "redis://:PASSWORD@host:port.";
  notes.add(judge_transport(transport));
  if (options.tls && !options.tls_verify) {
    notes.warn("state-transport", subject, "its certificate is not checked.",
               "Leave that to experiments: give the authority's file instead.");
  }
}

void check_server(RedisLook& redis, const std::string& subject, Notes& notes) {
  const std::string version = redis.info("server", "redis_version");
  if (!version.empty() && std::atoi(version.c_str()) < 7) {
    notes.fail("state", subject, fmt::format("it is Redis {}.", version),
               "Take Redis 7 or Valkey 8, or newer.");
  }
  const std::string policy = redis.info("memory", "maxmemory_policy");
  const std::string max = redis.info("memory", "maxmemory");
  if (!policy.empty() && policy != "noeviction" && max != "0") {
    notes.fail(
        "state-memory", subject,
        fmt::format("it throws keys away when it has {} bytes: maxmemory-policy {}.", max, policy),
        "CONFIG SET maxmemory-policy noeviction, and the same in its configuration: rooms, "
        "results and leases must not vanish.");
  }
  const auto ahead = redis.ahead_ms();
  if (ahead)
    notes.add(judge_clock("state-clock", subject, *ahead));
  else
    notes.skip("state-clock", std::string(ahead.error().sentence()), "Allow TIME to this user.");
}

void check_matchers(RedisLook& redis, Notes& notes) {
  std::vector<std::string> without;
  std::size_t games = 0;
  for (const auto& [game, rules] : matchmaker::all_games().games) {
    ++games;
    const auto holder = redis.holder(matchmaker::lease_name("standard", game));
    if (!holder || holder->empty()) without.push_back(game);
  }
  if (without.empty()) {
    notes.ok("matchmaker", "", fmt::format("all {} games have one.", games));
    return;
  }
  const std::string mend =
      "Start two: whoosh matchmaker, with this --state; one stands by. One that was just killed is "
      "followed within 3 s.";
  if (without.size() == games) {
    notes.fail("matchmaker", "", "none is alive: who queues waits for ever.", mend);
  } else {
    notes.warn("matchmaker", "", fmt::format("no one matches {}.", fmt::join(without, ", ")),
               mend + " An older version does not know newer games.");
  }
}

Findings check_nodes(const Config& config, const std::vector<state::Node>& nodes) {
  std::vector<Findings> of_node(nodes.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t at = next++; at < nodes.size(); at = next++)
      of_node[at] = check_node(config, nodes[at]);
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(threads_max, nodes.size()); ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  Notes notes;
  for (Findings& findings : of_node) notes.add(std::move(findings));
  return notes.take();
}

}  // namespace

Findings check_state(const Config& config) {
  Notes notes;
  if (config.api.state.empty()) {
    notes.skip("state", "no live state is named.",
               "Give --state or --state-file, as the role has it (a single whoosh solo has none).");
    return notes.take();
  }
  auto options = state::redis::parse_url(config.api.state);
  if (!options) {
    notes.fail("state", "--state", std::string(options.error().sentence()),
               "redis://:PASSWORD@host:6379, rediss:// for TLS.");
    return notes.take();
  }
  const std::string subject = state::redis::describe(*options);
  check_reach(*options, subject, notes);
  options->connect_timeout_ms = config.timeout_ms;
  options->call_timeout_ms = config.timeout_ms;
  auto redis = RedisLook::open(*options);
  if (!redis) {
    notes.fail("state", subject, std::string(redis.error().sentence()),
               "Name a file that is there.");
    return notes.take();
  }
  if (const auto pong = (*redis)->ask({"PING"}); !pong) {
    const std::string trouble = (*redis)->trouble();
    notes.fail("state", subject, trouble.empty() ? std::string(pong.error().sentence()) : trouble,
               "Is it started, is the address right and let through, is the password in "
               "--state-file its own? redis-cli -u URL ping tells.");
    return notes.take();
  }
  notes.ok("state", subject, "it answers.");
  check_server(**redis, subject, notes);
  const auto nodes = (*redis)->living();
  if (!nodes) {
    notes.fail("nodes", subject, std::string(nodes.error().sentence()),
               "Allow this user all keys that begin with whoosh:");
    return notes.take();
  }
  notes.add(judge_nodes(*nodes));
  check_matchers(**redis, notes);
  notes.add(check_nodes(config, *nodes));
  return notes.take();
}

}  // namespace whoosh::doctor
