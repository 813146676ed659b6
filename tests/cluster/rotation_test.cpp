// Goal: keys are rotated under people who play and nobody is logged out, without a restart; and a
// hangup of the terminal is still the end. Method: the built program as `solo`, and as two APIs and
// an edge, `whoosh keys` beside it, a client with tokens of each age, SIGHUP, and a real
// pseudo-terminal that is closed.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "base/encoding.h"
#include "tests/cluster/solo_process.h"

namespace whoosh::tests {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using swarm::Endpoint;
using swarm::WsClient;

// What one sign-in or refresh gave.
struct Tokens {
  std::string access;
  std::string refresh;

  [[nodiscard]] std::string kid() const {
    const auto header = base::base64url_decode(access.substr(0, access.find('.')));
    return std::string(json::parse(header.value_or("{}")).at("kid").as_string());
  }
};

Tokens ask_tokens(const Endpoint& api, const std::string& target, const json::object& body) {
  const auto answer = swarm::http(api, {"POST", target, json::serialize(body), {}, {}});
  if (!answer || answer->status / 100 != 2) {
    ADD_FAILURE() << target << ": " << (answer ? answer->body : "no answer");
    return {};
  }
  const json::value read = json::parse(answer->body);
  return {std::string(read.at("access").as_string()), std::string(read.at("refresh").as_string())};
}
Tokens sign_in(const Endpoint& api) {
  return ask_tokens(api, "/api/auth/guest", {{"display_name", "Ada"}});
}
Tokens refreshed(const Endpoint& api, const Tokens& tokens) {
  return ask_tokens(api, "/api/auth/token/refresh", {{"refresh", tokens.refresh}});
}
int me(const Endpoint& api, const Tokens& tokens) {
  const auto answer =
      swarm::http(api, {"GET", "/api/users/me", std::nullopt, tokens.access, {}}, 10'000);
  return answer ? answer->status : 0;
}
std::unique_ptr<WsClient> connect(const Endpoint& edge, const Tokens& tokens) {
  auto made = WsClient::connect(
      edge, {.target = "/ws?token=" + tokens.access, .subprotocols = {}, .headers = {}});
  return made ? std::move(*made) : nullptr;
}
// Every message so far was read and the connection is still there.
bool is_open(WsClient& client) {
  for (;;) {
    const auto text = client.read(50);
    if (!text) return false;
    if (!*text) return true;
  }
}
std::vector<std::string> kids(const Endpoint& api) {
  const auto answer = swarm::http(api, {"GET", "/.well-known/jwks.json", {}, {}, {}}, 10'000);
  std::vector<std::string> out;
  if (!answer || answer->status != 200) return out;
  const json::value read = json::parse(answer->body);
  for (const json::value& key : read.at("keys").as_array()) {
    out.emplace_back(key.at("kid").as_string());
  }
  return out;
}

// One more key in the folder's keys, by the command that an operator uses.
void rotate(const std::string& data, const std::string& log) {
  Process keys({WHOOSH_PROGRAM, "keys", "--data", data, "--rotate", "--bits", "2048"}, log);
  EXPECT_TRUE(eventually([&] { return !keys.is_running(); }));
  EXPECT_TRUE(WIFEXITED(keys.status()) && WEXITSTATUS(keys.status()) == 0) << keys.output();
}
void remove_oldest(const std::string& data) {
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(data + "/keys")) {
    if (file.path().extension() == ".pem") files.push_back(file.path());
  }
  ASSERT_FALSE(files.empty());
  fs::remove(*std::min_element(files.begin(), files.end()));
}

TEST(KeyRotation, OfOneProcessLogsNobodyOut) {
  Solo solo;
  ASSERT_TRUE(solo.is_up()) << solo.process->output();
  const Tokens old = sign_in(solo.api);
  const auto first = kids(solo.api);
  ASSERT_EQ(first.size(), 1u);
  const auto connection = connect(solo.edge, old);
  ASSERT_TRUE(connection);

  rotate(solo.data(), solo.folder.file("keys.log"));
  solo.process->send(SIGHUP);
  ASSERT_TRUE(eventually([&] { return kids(solo.api).size() == 2; })) << solo.process->output();
  EXPECT_TRUE(is_open(*connection));
  EXPECT_EQ(me(solo.api, old), 200);
  EXPECT_TRUE(connect(solo.edge, sign_in(solo.api))) << "by a token of the new key";
  EXPECT_TRUE(connect(solo.edge, old)) << "by a token of the old key";
  const Tokens fresh = refreshed(solo.api, old);
  EXPECT_EQ(old.kid(), first[0]);
  EXPECT_EQ(fresh.kid(), kids(solo.api)[0]);
  EXPECT_NE(fresh.kid(), old.kid());
  EXPECT_EQ(me(solo.api, fresh), 200);
  EXPECT_EQ(me(solo.api, old), 200) << "it is remembered by now";

  // The old key goes: what it signed ends with it, who has a newer token notices nothing.
  remove_oldest(solo.data());
  solo.process->send(SIGHUP);
  EXPECT_TRUE(eventually([&] { return me(solo.api, old) == 401; }));
  EXPECT_EQ(kids(solo.api), std::vector{fresh.kid()});
  EXPECT_EQ(me(solo.api, fresh), 200);
  EXPECT_TRUE(connect(solo.edge, fresh));
  EXPECT_EQ(me(solo.api, refreshed(solo.api, fresh)), 200);
  EXPECT_TRUE(solo.process->is_running());
}

TEST(KeyRotation, ABrokenFileLeavesTheFormerKeysInUse) {
  Solo solo;
  ASSERT_TRUE(solo.is_up()) << solo.process->output();
  const Tokens tokens = sign_in(solo.api);
  const std::string broken = solo.data() + "/keys/9999999999999.pem";
  std::ofstream(broken) << "-----BEGIN PRIVATE KEY-----\nAAAA\n";
  fs::permissions(broken, fs::perms(0600));
  for (int i = 0; i < 3; ++i) solo.process->send(SIGHUP);
  EXPECT_TRUE(solo.says("whoosh_keys_stale 1"));
  EXPECT_TRUE(solo.is_up()) << "no reason to take it out of service";
  EXPECT_EQ(me(solo.api, tokens), 200);
  EXPECT_EQ(me(solo.api, refreshed(solo.api, tokens)), 200);
  const std::string log = solo.process->output();
  const auto said = log.find(broken);
  EXPECT_NE(said, std::string::npos) << log;
  EXPECT_EQ(log.find(broken, said + 1), std::string::npos) << "once: " << log;
  fs::remove(broken);
  solo.process->send(SIGHUP);
  EXPECT_TRUE(solo.says("whoosh_keys_stale 0"));
}

TEST(KeyRotation, OfAClusterSignsWithANewKeyOnlyWhenTheOthersHaveIt) {
  Cluster cluster;
  const std::string data = cluster.file("shared");
  rotate(data, cluster.file("keys.log"));
  cluster.keys_from("shared/keys", {"--keys-settle-s", "8"});
  Node edge = cluster.start_edge("edge-1");
  std::vector<Node> apis;
  apis.push_back(cluster.start_api("api-1"));
  apis.push_back(cluster.start_api("api-2"));
  const auto logs = [&] { return apis[0].process->output() + edge.process->output(); };
  ASSERT_TRUE(eventually([&] {
    return edge.ready() == 200 && apis[0].ready() == 200 && apis[1].ready() == 200;
  })) << logs();
  Tokens tokens = sign_in(apis[0].endpoint());
  const auto connection = connect(edge.endpoint(), tokens);
  ASSERT_TRUE(connection);
  const std::string first = tokens.kid();

  // One process has looked, the others look when their ten seconds are over.
  rotate(data, cluster.file("keys.log"));
  apis[0].process->send(SIGHUP);
  ASSERT_TRUE(eventually([&] { return kids(apis[0].endpoint()).size() == 2; })) << logs();
  EXPECT_EQ(sign_in(apis[0].endpoint()).kid(), first) << "the others may not have it yet";
  for (Node* node : {&apis[1], &edge}) node->process->send(SIGHUP);
  ASSERT_TRUE(eventually([&] { return kids(apis[1].endpoint()).size() == 2; })) << logs();

  // Whoever refreshes now and then and connects meanwhile is never refused anywhere.
  int turns = 0;
  const bool moved = eventually([&] {
    tokens = refreshed(apis[turns % 2].endpoint(), tokens);
    EXPECT_EQ(me(apis[++turns % 2].endpoint(), tokens), 200);
    EXPECT_TRUE(connect(edge.endpoint(), sign_in(apis[turns % 2].endpoint())));
    return tokens.kid() != first || testing::Test::HasFailure();
  });
  EXPECT_TRUE(moved) << logs();
  EXPECT_TRUE(is_open(*connection));

  remove_oldest(data);
  for (Node* node : {&apis[0], &apis[1], &edge}) node->process->send(SIGHUP);
  ASSERT_TRUE(eventually([&] {
    return kids(apis[0].endpoint()).size() == 1 && kids(apis[1].endpoint()).size() == 1 &&
           edge.metrics().find("\nwhoosh_keys 1\n") != std::string::npos;
  })) << logs();
  for (const Node& api : apis) EXPECT_EQ(me(api.endpoint(), tokens), 200);
  EXPECT_TRUE(connect(edge.endpoint(), tokens));
}

// A process whose terminal this is; close() hangs up.
class OnTerminal {
 public:
  OnTerminal(std::vector<std::string> words, const std::string& log) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_ = ::forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ < 0) throw std::runtime_error("forkpty");
    if (pid_ > 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(file, STDOUT_FILENO);  // nobody reads the terminal
    ::dup2(file, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;
  ~OnTerminal() {
    close();
    send(SIGKILL);
    if (is_running()) ::waitpid(pid_, nullptr, 0);
  }
  void close() {
    if (terminal_ >= 0) ::close(std::exchange(terminal_, -1));
  }
  void send(int signal) {
    if (is_running()) ::kill(pid_, signal);
  }
  [[nodiscard]] bool is_running() {
    if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
    return pid_ > 0;
  }

 private:
  int terminal_ = -1;
  pid_t pid_ = -1;
};

TEST(Hangup, OfTheTerminalIsTheEndAndFromAnOperatorAReload) {
  const Solo solo(Solo::Start::by_test);
  OnTerminal process(solo.words, solo.folder.file("log"));
  ASSERT_TRUE(solo.is_up());
  rotate(solo.data(), solo.folder.file("keys.log"));
  process.send(SIGHUP);
  EXPECT_TRUE(eventually([&] { return kids(solo.api).size() == 2; }));
  EXPECT_TRUE(process.is_running());
  process.close();
  EXPECT_TRUE(eventually([&] { return !process.is_running(); }));
}

TEST(Hangup, OfTheShellsTerminalIsTheEnd) {
  const Solo solo(Solo::Start::by_test);
  std::vector<std::string> words{"/bin/sh", "-c", "\"$@\"; exit", "sh"};
  words.insert(words.end(), solo.words.begin(), solo.words.end());
  OnTerminal shell(words, solo.folder.file("log"));
  ASSERT_TRUE(solo.is_up());
  shell.close();
  EXPECT_TRUE(eventually([&] { return kids(solo.api).empty(); }));
  EXPECT_TRUE(eventually([&] { return solo.log().find("stopping") != std::string::npos; }))
      << "in order: " << solo.log();
}

TEST(Hangup, UnderNohupIsNoEnd) {
  const Solo solo(Solo::Start::by_test);
  std::vector<std::string> words{"/bin/sh", "-c", "trap '' HUP; exec \"$@\"", "sh"};
  words.insert(words.end(), solo.words.begin(), solo.words.end());
  OnTerminal process(words, solo.folder.file("log"));
  ASSERT_TRUE(solo.is_up());
  rotate(solo.data(), solo.folder.file("keys.log"));
  process.close();
  EXPECT_TRUE(eventually([&] { return kids(solo.api).size() == 2; }));
  EXPECT_TRUE(process.is_running());
  process.send(SIGTERM);
  EXPECT_TRUE(eventually([&] { return !process.is_running(); }));
}

}  // namespace
}  // namespace whoosh::tests
