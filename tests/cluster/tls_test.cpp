// Goal: what players see of TLS, with the program as it is run: a match goes on over wss while the
// certificate is replaced under it, on either engine; whoever comes then gets the new one; what is
// wrong with the knobs is said at start, before anything listens; and edges forward to each other.
// Method: the built program, two authorities of the test's own, and bots that check certificates.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <boost/json.hpp>
#include <fstream>

#include "tests/cluster/solo_process.h"
#include "tls/tls_test_support.h"
#include "tools/swarm/player.h"

namespace whoosh::tests {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using swarm::Endpoint;
using swarm::Player;

tls::ContextPtr trust(const std::string& ca_file) {
  auto made = tls::Context::client({.ca_file = ca_file, .anybody = false});
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

std::string text_of(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

Endpoint over_tls(Endpoint endpoint, tls::ContextPtr trust) {
  endpoint.tls = std::move(trust);
  return endpoint;
}

// One of the two ports that players reach, and a page there.
struct Door {
  Endpoint endpoint;
  std::string page;
};
std::vector<Door> doors_of(const Solo& solo) {
  return {{solo.api, "/api/health"}, {solo.edge, "/health"}};
}

// What that page answers to who trusts `trust` only. 0: no connection.
int asked(const Door& door, const tls::ContextPtr& trust) {
  const auto answer =
      swarm::http(over_tls(door.endpoint, trust), {"GET", door.page, {}, {}, {}}, 10'000);
  return answer ? answer->status : 0;
}

// ---- a match while the certificate changes ------------------------------------------------------

// One bot from signing up to the end of its match; what went wrong, or "".
std::string play_through(Player& player, std::atomic<int>& seated) {
  const auto wrong = [&](const char* where, const base::Error& error) {
    return player.name() + ", " + where + ": " + std::string(error.sentence());
  };
  if (const auto in = player.sign_in_as_guest(); !in) return wrong("signing in", in.error());
  const auto info = player.queue("suspect", 60'000);
  if (!info) return wrong("queueing", info.error());
  if (const auto in = player.enter(*info); !in) return wrong("entering", in.error());
  ++seated;
  const auto over = player.play(60'000);
  return over ? "" : wrong("playing", over.error());
}

class TlsProcess : public testing::TestWithParam<const char*> {};

TEST_P(TlsProcess, AMatchGoesOnWhileTheCertificateIsReplaced) {
  constexpr int players = 8;
  tls::TestAuthority first;
  tls::TestAuthority second;
  const auto files = first.issue("server");
  const std::string both = (first.folder() / "both.pem").string();
  std::ofstream(both) << text_of(first.ca_file()) << text_of(second.ca_file());
  const auto by_first = trust(first.ca_file());
  const auto by_second = trust(second.ca_file());

  Solo solo(Solo::Start::at_once, {"--tls-cert", files.certificate, "--tls-key", files.key, "--io",
                                   GetParam(), "--tick-ms", "50"});
  ASSERT_TRUE(solo.is_up()) << solo.log();
  for (const Door& door : doors_of(solo)) {
    ASSERT_EQ(asked(door, by_first), 200) << solo.log();
    ASSERT_EQ(asked(door, by_second), 0) << "verification is on";
  }

  std::atomic<int> seated{0};
  std::atomic<int> done{0};
  std::vector<std::string> outcomes(players);
  std::vector<std::jthread> threads;
  for (int i = 0; i < players; ++i) {
    threads.emplace_back([&, i] {
      Player player(over_tls(solo.api, trust(both)), "bot_" + std::to_string(i),
                    static_cast<std::uint64_t>(i) + 1);
      outcomes[static_cast<std::size_t>(i)] = play_through(player, seated);
      ++done;
    });
  }
  ASSERT_TRUE(eventually([&] { return seated == players || done > 0; }, 90)) << solo.log();

  const auto fresh = second.issue("server");
  fs::rename(fresh.certificate, files.certificate);
  fs::rename(fresh.key, files.key);
  solo.process->send(SIGHUP);
  for (const Door& door : doors_of(solo)) {
    EXPECT_TRUE(eventually([&] { return asked(door, by_second) == 200; })) << solo.log();
    EXPECT_EQ(asked(door, by_first), 0);
  }
  const int early = done;
  threads.clear();
  for (const std::string& outcome : outcomes) EXPECT_EQ(outcome, "") << solo.log();
  EXPECT_TRUE(solo.says("whoosh_tls_reloads_total 1\n"));
  EXPECT_TRUE(solo.says("whoosh_tls_stale 0\n"));

  // A pair that can't be used leaves the one in use.
  std::ofstream(files.key) << "no key\n";
  solo.process->send(SIGHUP);
  EXPECT_TRUE(solo.says("whoosh_tls_stale 1\n"));
  for (const Door& door : doors_of(solo)) EXPECT_EQ(asked(door, by_second), 200);
  if (early > 0) GTEST_SKIP() << "this machine took longer to reload than the match to end";
}

INSTANTIATE_TEST_SUITE_P(, TlsProcess, testing::Values("epoll", "io_uring"),
                         [](const auto& info) { return std::string(info.param); });

// ---- the command line's clients -----------------------------------------------------------------

struct Ran {
  int status = -1;
  std::string output;
};

Ran run_to_its_end(std::vector<std::string> words, const std::string& log) {
  Process process(std::move(words), log);
  if (!eventually([&] { return !process.is_running(); }, 90)) return {-1, process.output()};
  return {WIFEXITED(process.status()) ? WEXITSTATUS(process.status()) : -1, process.output()};
}

TEST(TlsClients, SwarmAndDemoCheckTheCertificateUnlessToldNotTo) {
  tls::TestAuthority authority;
  const auto files = authority.issue("server");
  Solo solo(Solo::Start::at_once,
            {"--tls-cert", files.certificate, "--tls-key", files.key, "--tick-ms", "20"});
  ASSERT_TRUE(solo.is_up()) << solo.log();
  const std::string api = "https://127.0.0.1:" + std::to_string(solo.api.port);
  const std::string ws = "wss://127.0.0.1:" + std::to_string(solo.edge.port) + "/ws";
  int runs = 0;
  const auto swarm = [&](std::vector<std::string> more) {
    std::vector<std::string> words{WHOOSH_PROGRAM, "swarm",    "--duration", "1",  "--settle", "0",
                                   "--quiet",      "--strict", "--verify",   "100"};
    words.insert(words.end(), more.begin(), more.end());
    return run_to_its_end(std::move(words),
                          solo.folder.file("swarm-" + std::to_string(++runs) + ".log"));
  };

  const Ran good = swarm({"--play", "8", "--api", api, "--ca", authority.ca_file()});
  EXPECT_EQ(good.status, 0) << good.output << solo.log();
  EXPECT_EQ(good.output.find("warning"), std::string::npos) << good.output;

  const Ran stranger = swarm({"--play", "8", "--api", api, "--ramp-limit", "2"});
  EXPECT_EQ(stranger.status, 1) << "by the system's authorities: " << stranger.output;

  const Ran trusting = swarm({"--play", "8", "--api", api, "--insecure"});
  EXPECT_EQ(trusting.status, 0) << trusting.output;
  EXPECT_NE(trusting.output.find("warning: --insecure"), std::string::npos) << trusting.output;

  // A raw connection tells why; 401 is the edge's answer to who has no ticket, over TLS.
  const Ran unknown = swarm({"--raw", "2", ws, "--ramp-limit", "2"});
  EXPECT_NE(unknown.output.find("certificate verify failed"), std::string::npos) << unknown.output;
  const Ran known = swarm({"--raw", "2", ws, "--ca", authority.ca_file()});
  EXPECT_NE(known.output.find("401"), std::string::npos) << known.output;

  const Ran nonsense = swarm({"--raw", "2", ws, "--ca", solo.folder.file("nothing.pem")});
  EXPECT_EQ(nonsense.status, 2) << nonsense.output;
  EXPECT_NE(nonsense.output.find("nothing.pem"), std::string::npos) << nonsense.output;

  const Ran demo = run_to_its_end(
      {WHOOSH_PROGRAM, "demo", "--players", "8", "--against", api, "--ca", authority.ca_file()},
      solo.folder.file("demo.log"));
  EXPECT_EQ(demo.status, 0) << demo.output << solo.log();
}

// ---- at start -----------------------------------------------------------------------------------

TEST(TlsKnobs, WhatIsWrongWithThemEndsTheStartWithASentence) {
  tls::TestAuthority authority;
  const auto good = authority.issue("good");
  const auto other = authority.issue("other");
  tls::TestAuthority::Asked locked;
  locked.passphrase = "secret";
  const auto protected_key = authority.issue("locked", locked);
  const std::string empty = (authority.folder() / "empty.pem").string();
  std::ofstream(empty).flush();
  const std::string unreadable = (authority.folder() / "unreadable.key").string();
  fs::copy_file(good.key, unreadable);
  fs::permissions(unreadable, fs::perms::none);

  struct Row {
    std::vector<std::string> knobs;
    std::string said;
  };
  const std::string nowhere = (authority.folder() / "nowhere.pem").string();
  const std::vector<Row> rows{
      {{"--tls-cert", good.certificate}, "--tls-key is needed"},
      {{"--tls-key", good.key}, "--tls-cert is needed"},
      {{"--tls-cert", nowhere, "--tls-key", good.key}, nowhere},
      {{"--tls-cert", good.certificate, "--tls-key", nowhere}, nowhere},
      {{"--tls-cert", good.certificate, "--tls-key", other.key}, other.key},
      {{"--tls-cert", empty, "--tls-key", good.key}, empty},
      {{"--tls-cert", good.certificate, "--tls-key", authority.folder().string()},
       authority.folder().string()},
      {{"--tls-cert", good.certificate, "--tls-key", protected_key.key}, protected_key.key},
      {{"--tls-cert", good.certificate, "--tls-key", good.key, "--public-url",
        "http://play.example"},
       "https://"},
  };
  std::vector<Row> all = rows;
  if (::geteuid() != 0) {  // root reads everything
    all.push_back({{"--tls-cert", good.certificate, "--tls-key", unreadable}, unreadable});
  }
  for (const Row& row : all) {
    const Solo solo(Solo::Start::by_test, row.knobs);
    const Ran ran = run_to_its_end(solo.words, solo.folder.file("log"));
    EXPECT_NE(ran.status, 0) << row.said << "\n" << ran.output;
    EXPECT_NE(ran.status, -1) << "it runs, or died by a signal: " << row.said << ran.output;
    EXPECT_NE(ran.output.find(row.said), std::string::npos) << row.said << "\n" << ran.output;
  }
}

// ---- from edge to edge --------------------------------------------------------------------------

// Everybody is told one edge's address, as behind a balancer that knows no rooms; half of the rooms
// are the other's. The player's connection ends its TLS at the edge he came to.
TEST(TlsCluster, WhoComesToTheWrongEdgeIsForwarded) {
  tls::TestAuthority authority;
  Cluster cluster;
  cluster.speak_tls(authority.issue("server"));
  std::vector<Node> edges;
  edges.push_back(cluster.start_edge("edge-1"));
  edges.push_back(cluster.start_edge("edge-2"));
  const std::string door = "wss://127.0.0.1:" + std::to_string(edges[1].port) + "/ws";
  const Node api = cluster.start_api("api-1", door);
  for (const Node* const node : std::initializer_list<const Node*>{&edges[0], &edges[1], &api}) {
    ASSERT_TRUE(eventually([&] { return node->ready() == 200; })) << node->process->output();
    ASSERT_TRUE(eventually([&] {
      return node->metrics().find("\nwhoosh_nodes 2\n") != std::string::npos;
    })) << node->process->output();
  }
  const Endpoint endpoint = over_tls(api.endpoint(), trust(authority.ca_file()));
  bool forwarded = false;
  for (int i = 0; i < 40 && !forwarded; ++i) {  // drawn at random: 2^-40 that none is
    Player host(endpoint, "host_" + std::to_string(i), 1);
    ASSERT_TRUE(host.sign_in_as_guest());
    const auto info = host.call("POST", "/api/rooms", json::object{{"game", "suspect"}}, 201);
    ASSERT_TRUE(info) << info.error().message;
    const json::object& room = info->as_object();
    EXPECT_TRUE(std::string(room.at("ws_url").as_string()).starts_with(door));
    const auto in = host.enter(room);
    ASSERT_TRUE(in) << in.error().message << edges[1].process->output();
    ASSERT_TRUE(host.pump(200));
    EXPECT_GT(host.messages(), 0);
    forwarded = room.at("node").as_string() == "edge-1";
    host.leave();
  }
  ASSERT_TRUE(forwarded);
  const auto count = [](const Node& node, const std::string& name) {
    const std::string text = node.metrics();
    double sum = 0;
    for (auto at = text.find("\n" + name + "{"); at != std::string::npos;
         at = text.find("\n" + name + "{", at + 1))
      sum += std::stod(text.substr(text.find(' ', at + 1)));
    return sum;
  };
  EXPECT_GT(count(edges[1], "whoosh_net_forwarded_total"), 0);
  // The hop itself is within the cluster, and in the clear (docs/CLUSTER.md).
  EXPECT_EQ(count(edges[0], "whoosh_net_tls_handshakes_total"), 0);
  EXPECT_EQ(count(edges[0], "whoosh_net_tls_plain_refused_total"), 0);
}

}  // namespace
}  // namespace whoosh::tests
